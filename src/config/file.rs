//! hexguard.toml as it is written; unknown keys are errors.

use anyhow::{Context, Result};
use toml::de::DeValue;

use super::document::{Document, Node, hinted, misplaced};
use super::hex::{self, Hex};
use super::key::{KEYS, Key, Kind, Loosens, Scope};
use super::value::{Given, Origin, Value};
use crate::detect::without_secrets;
use crate::fingerprint::is_fingerprint;
use crate::quote::quoted;
use crate::rule::Tier;
use crate::rule::spec::Spec;
use crate::suppress::allowlist::Allow;
use crate::suppress::date::is_day;

/// The tables beside the plain settings.
const TABLES: [&str; 4] = ["allow", "hex", "rule", "tier"];
/// The keys of an `[[allow]]` table.
pub(super) const ALLOW_KEYS: [&str; 6] =
    ["rule", "path", "value", "fingerprint", "until", "reason"];

/// A configuration file as it is written.
#[derive(Debug, Default)]
pub struct File {
    /// The plain settings, in the order of the file.
    pub given: Vec<Given>,
    /// The exceptions.
    pub allows: Vec<Allow>,
    /// The rules, and where each stands.
    pub rules: Vec<(Spec, Origin)>,
    /// Tiers by rule id.
    pub tiers: Vec<Tiered>,
    /// What is noted of Hex.
    pub hex: Hex,
}

/// What rules of a name do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiered {
    /// A rule id; it may end with `*`.
    pub rule: String,
    /// The tier; none switches the rule off.
    pub tier: Option<Tier>,
    /// Where this stands.
    pub origin: Origin,
}

impl Tiered {
    /// Returns the word for its tier.
    pub fn word(&self) -> &'static str {
        match self.tier {
            Some(Tier::Block) => "block",
            Some(Tier::Warn) => "warn",
            None => "off",
        }
    }
}

impl File {
    /// Reads a file of a repository; `name` is what messages call it.
    pub fn parse(text: &[u8], name: &str) -> Result<Self> {
        Self::parse_as(Scope::File, text, name)
    }

    /// Reads a file in which settings of this scope may stand, too.
    pub(super) fn parse_as(scope: Scope, text: &[u8], name: &str) -> Result<Self> {
        let text = std::str::from_utf8(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text))
            .with_context(|| format!("{name} is no UTF-8 text"))?;
        let document = Document::new(name, text);
        let mut file = Self::default();
        for (key, node) in document.table()? {
            let place = document.place(key.span().start);
            match key.get_ref().as_ref() {
                "allow" => {
                    for node in document.tables(&node)? {
                        file.allows.push(allow(&document, node)?);
                    }
                }
                "rule" => {
                    for node in document.tables(&node)? {
                        let place = document.place(node.span().start);
                        file.rules.push((rule(&document, node)?, place));
                    }
                }
                "hex" => hex::read(&document, &node, &mut file.hex)?,
                "tier" => tiers(&document, &node, &mut file.tiers)?,
                name => {
                    let Some(known) = KEYS.iter().find(|known| known.name == name) else {
                        return Err(document.unknown(&key, &names()));
                    };
                    let value = value(&document, known, &node)?;
                    if known.scope == Scope::Policy && scope != Scope::Policy {
                        let what = format!(
                            "`{name}` counts only in the user's and the system's configuration"
                        );
                        return Err(document.error(key.span().start, what));
                    }
                    file.given.push(Given {
                        key: known.name,
                        value,
                        origin: place,
                    });
                }
            }
        }
        let values = file.allows.iter().map(|allow| allow.values.len());
        let exceptions = file.allows.len().max(values.sum());
        super::bounded(name, exceptions, "exceptions")?;
        super::bounded(name, file.rules.len(), "rules")?;
        super::bounded(name, file.rules_named(), "names of rules")?;
        Ok(file)
    }

    /// Adds what another file says; its single values win.
    pub(super) fn add(&mut self, other: Self) {
        let Self {
            given,
            allows,
            rules,
            tiers,
            hex,
        } = other;
        self.given.extend(given);
        self.allows.extend(allows);
        self.rules.extend(rules);
        self.tiers.extend(tiers);
        self.hex.add(hex);
    }

    /// Tells whether it says anything that may let more through.
    pub(super) fn may_loosen(&self) -> bool {
        let mut keys = self.given.iter().filter_map(|given| Key::find(given.key));
        let tables = [self.allows.len(), self.rules.len(), self.tiers.len()];
        tables != [0; 3] || keys.any(|key| key.loosens != Loosens::Never)
    }

    /// Returns how many names of rules the settings hold.
    fn rules_named(&self) -> usize {
        let lists = self.given.iter().map(|given| match &given.value {
            Value::List(list) if matches!(given.key, "disable" | "only") => list.len(),
            _ => 0,
        });
        self.tiers.len().max(lists.max().unwrap_or_default())
    }
}

/// Returns all keys that may stand at the top of a file.
pub(super) fn names() -> Vec<&'static str> {
    KEYS.iter().map(|key| key.name).chain(TABLES).collect()
}

fn value(document: &Document<'_>, key: &Key, node: &Node<'_>) -> Result<Value> {
    let value = match key.kind {
        Kind::Flag => Value::Flag(document.flag(node)?),
        Kind::Number(_) => Value::Number(document.number(node)?),
        Kind::Text | Kind::Choice(_) => Value::Text(document.text_of(node)?),
        Kind::List => Value::List(document.texts(node)?),
    };
    key.accept(value)
        .map_err(|what| document.error(node.span().start, format!("{}: {what}", key.name)))
}

fn rule(document: &Document<'_>, node: &Node<'_>) -> Result<Spec> {
    let mut spec: Spec = document.typed(node.clone())?;
    document.harmless(node, "the `id` of a rule", &spec.id)?;
    // What is said of findings holds no secret itself.
    let Spec {
        title,
        why,
        help,
        url,
        ..
    } = &mut spec;
    let texts = [Some(title), why.as_mut(), help.as_mut(), url.as_mut()];
    for text in texts.into_iter().flatten() {
        *text = without_secrets(text);
    }
    Ok(spec)
}

fn tiers(document: &Document<'_>, node: &Node<'_>, out: &mut Vec<Tiered>) -> Result<()> {
    let DeValue::Table(table) = node.get_ref() else {
        return Err(document.kind(node, "a table of rule ids"));
    };
    for (id, node) in table {
        let is_of_file = KEYS.iter().any(|key| key.name == id.get_ref());
        if is_of_file && node.get_ref().as_str().is_none() {
            let name = id.get_ref();
            let error = document.error(id.span().start, format!("`{name}` is no rule"));
            return Err(hinted(error, misplaced(name)));
        }
        let tier = match document.text_of(node)?.as_str() {
            "block" => Some(Tier::Block),
            "warn" => Some(Tier::Warn),
            "off" => None,
            other => {
                let what = format!("{} is none of: block, warn, off", quoted(other));
                return Err(document.error(node.span().start, what));
            }
        };
        out.push(Tiered {
            rule: id.get_ref().to_string(),
            tier,
            origin: document.place(id.span().start),
        });
    }
    Ok(())
}

fn allow(document: &Document<'_>, node: &Node<'_>) -> Result<Allow> {
    let start = node.span().start;
    let DeValue::Table(table) = node.get_ref() else {
        return Err(document.kind(node, "a table"));
    };
    let mut allow = Allow {
        origin: document.place(start),
        ..Allow::default()
    };
    for (key, node) in table {
        let at = node.span().start;
        match key.get_ref().as_ref() {
            "rule" => allow.rules = document.texts(node)?,
            "path" => {
                allow.paths = document.texts(node)?;
                for path in &allow.paths {
                    crate::suppress::check_glob(path)
                        .map_err(|e| document.error(at, format!("{e:#}")))?;
                }
            }
            "value" => {
                allow.values = document.texts(node)?;
                for value in &allow.values {
                    crate::rule::check_syntax(value).map_err(|e| document.error(at, e))?;
                }
            }
            "fingerprint" => {
                allow.fingerprints = document.texts(node)?;
                if let Some(wrong) = allow.fingerprints.iter().find(|text| !is_fingerprint(text)) {
                    let what = format!(
                        "{} is no fingerprint (hg1: and 16 hex digits)",
                        quoted(wrong)
                    );
                    return Err(document.error(at, what));
                }
            }
            "until" => {
                let until = document.text_of(node)?;
                if !is_day(&until) {
                    let what = format!("{} is no day like \"2026-12-31\"", quoted(&until));
                    return Err(document.error(at, what));
                }
                allow.until = Some(until);
            }
            "reason" => document.text_of(node)?.trim().clone_into(&mut allow.reason),
            _ => return Err(document.unknown(key, &ALLOW_KEYS)),
        }
    }
    if allow.reason.is_empty() {
        return Err(document.error(start, "this allow gives no `reason`"));
    }
    let empty = allow.rules.is_empty()
        && allow.paths.is_empty()
        && allow.values.is_empty()
        && allow.fingerprints.is_empty();
    if empty {
        let what =
            "this allow needs `rule`, `path`, `value` or `fingerprint`: it would accept everything";
        return Err(document.error(start, what));
    }
    Ok(allow)
}
