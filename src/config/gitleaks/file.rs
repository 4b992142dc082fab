//! .gitleaks.toml as it is written, with the meaning that gitleaks gives to each key.
//!
//! Keys are found in any case and unknown ones are passed over, as gitleaks does. What gitleaks refuses is refused.

use anyhow::{Result, bail};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::document::{Document, Node};
use super::super::{ReadFile, bounded};
use super::translate::GoRegex;
use crate::quote::quoted;

/// gitleaks follows `extend` this far, and silently no further.
const DEPTH: usize = 2;

/// A configuration, extensions merged.
#[derive(Default)]
pub(super) struct File {
    pub(super) rules: Vec<RuleSpec>,
    pub(super) allowlists: Vec<Allow>,
    /// Whether it builds upon the built-in rules.
    pub(super) use_default: bool,
    /// Rules of what it builds upon that are switched off.
    pub(super) disabled: Vec<(String, String)>,
}

/// A `[[rules]]` table.
#[derive(Default)]
pub(super) struct RuleSpec {
    pub(super) id: String,
    pub(super) place: String,
    pub(super) description: String,
    pub(super) regex: Option<GoRegex>,
    pub(super) groups: usize,
    pub(super) path: Option<GoRegex>,
    pub(super) secret_group: usize,
    /// Whether the whole match is the secret, groups or not.
    pub(super) whole: bool,
    pub(super) entropy: f64,
    pub(super) keywords: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) skip_report: bool,
    pub(super) required: Vec<Required>,
    pub(super) allowlists: Vec<Allow>,
}

/// A rule that must find something near.
pub(super) struct Required {
    pub(super) id: String,
    pub(super) lines: Option<u64>,
    pub(super) columns: Option<u64>,
}

/// An allowlist, of a rule or of all.
#[derive(Default)]
pub(super) struct Allow {
    pub(super) place: String,
    pub(super) description: String,
    /// Whether all kinds that are listed must hold, not one.
    pub(super) all: bool,
    pub(super) commits: Vec<String>,
    pub(super) paths: Vec<GoRegex>,
    pub(super) target: Target,
    pub(super) regexes: Vec<GoRegex>,
    pub(super) stopwords: Vec<String>,
    pub(super) rules: Vec<String>,
}

/// What the expressions of an allowlist are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

impl File {
    /// Reads a configuration and what it builds upon.
    pub(super) fn parse(text: &[u8], name: &str, read: ReadFile<'_>, depth: usize) -> Result<Self> {
        let text = String::from_utf8_lossy(text);
        let document = Document::new(name, &text);
        let table = document.table()?;
        let mut file = Self::default();
        let mut base = Self::default();
        if let Some(extend) = get(&table, "extend").and_then(table_of) {
            let path = text_at(&document, extend, "path")?;
            file.use_default = flag_at(&document, extend, "usedefault")?;
            if file.use_default && !path.is_empty() {
                let at = get(extend, "path").map_or(0, |node| node.span().start);
                return Err(document.error(at, "`path` and `useDefault` exclude each other"));
            }
            if let Some(node) = get(extend, "disabledrules") {
                let place = document.place(node.span().start);
                let ids = document.texts(node)?.into_iter();
                file.disabled = ids.map(|id| (id, place.to_string())).collect();
            }
            if !path.is_empty() && depth < DEPTH {
                let path = path.trim_start_matches("./");
                let Some(text) = read(path)? else {
                    let at = get(extend, "path").map_or(0, |node| node.span().start);
                    return Err(document.error(at, format!("{} does not exist", quoted(path))));
                };
                base = Self::parse(&text, path, read, depth + 1)?;
                let off: Vec<&String> = file.disabled.iter().map(|(id, _)| id).collect();
                base.rules.retain(|rule| !off.contains(&&rule.id));
            }
        }
        let rules = list(&document, &table, "rules")?;
        bounded(name, rules.len(), "rules")?;
        for node in rules {
            file.rule(&document, node)?;
        }
        file.allowlists = allowlists(&document, &table, true)?;
        bounded(name, file.expressions(), "expressions of allowlists")?;
        file.merge(base);
        if depth == 0 {
            file.check(name)?;
        }
        Ok(file)
    }

    fn rule(&mut self, document: &Document<'_>, node: &Node<'_>) -> Result<()> {
        let at = node.span().start;
        let Some(table) = table_of(node) else {
            return Err(document.kind(node, "a table"));
        };
        let mut rule = RuleSpec {
            id: text_at(document, table, "id")?,
            place: document.place(at).to_string(),
            description: text_at(document, table, "description")?,
            secret_group: usize::try_from(number_at(document, table, "secretgroup")?.unwrap_or(0))?,
            entropy: float_at(document, table, "entropy")?,
            tags: texts_at(document, table, "tags")?,
            skip_report: flag_at(document, table, "skipreport")?,
            allowlists: allowlists(document, table, false)?,
            ..RuleSpec::default()
        };
        let keywords = texts_at(document, table, "keywords")?;
        rule.keywords = keywords.iter().map(|word| word.to_lowercase()).collect();
        if rule.id.is_empty() {
            return Err(document.error(at, "a rule without `id`"));
        }
        document.harmless(node, "the `id` of a rule", &rule.id)?;
        if self.rules.iter().any(|other| other.id == rule.id) {
            return Err(document.error(at, format!("a second rule `{}`", rule.id)));
        }
        if let Some((regex, groups)) = regex_at(document, table, "regex")? {
            rule.regex = Some(regex);
            rule.groups = groups;
        }
        rule.path = regex_at(document, table, "path")?.map(|(regex, _)| regex);
        for node in list(document, table, "required")? {
            let Some(table) = table_of(node) else {
                return Err(document.kind(node, "a table"));
            };
            rule.required.push(Required {
                id: text_at(document, table, "id")?,
                lines: number_at(document, table, "withinlines")?,
                columns: number_at(document, table, "withincolumns")?,
            });
        }
        self.rules.push(rule);
        Ok(())
    }

    /// Returns how many expressions the allowlists hold.
    fn expressions(&self) -> usize {
        let of_rules = self.rules.iter().flat_map(|rule| &rule.allowlists);
        let all = self.allowlists.iter().chain(of_rules);
        all.map(|allow| allow.paths.len() + allow.regexes.len())
            .sum()
    }

    /// Puts this file's rules over those of the file that it builds upon.
    fn merge(&mut self, base: Self) {
        for mut old in base.rules {
            let Some(own) = self.rules.iter_mut().find(|rule| rule.id == old.id) else {
                self.rules.push(old);
                continue;
            };
            if !own.description.is_empty() {
                old.description = std::mem::take(&mut own.description);
            }
            if own.entropy != 0.0 {
                old.entropy = own.entropy;
            }
            if own.secret_group != 0 {
                old.secret_group = own.secret_group;
            }
            if own.regex.is_some() {
                old.regex = own.regex.take();
                old.groups = own.groups;
            }
            if own.path.is_some() {
                old.path = own.path.take();
            }
            old.tags.append(&mut own.tags);
            old.keywords.append(&mut own.keywords);
            old.allowlists.append(&mut own.allowlists);
            *own = old;
        }
        self.rules.sort_by(|a, b| a.id.cmp(&b.id));
        self.allowlists.extend(base.allowlists);
        self.use_default |= base.use_default;
        self.disabled.extend(base.disabled);
    }

    /// Refuses what gitleaks refuses once all is merged.
    fn check(&self, name: &str) -> Result<()> {
        let known = |id: &str| self.rules.iter().any(|rule| rule.id == id);
        for rule in &self.rules {
            // Without an expression of its own it changes a default rule, which is hexguard's here.
            if rule.regex.is_none() && rule.path.is_none() && !self.use_default {
                bail!(
                    "{}: rule `{}` has neither `regex` nor `path`",
                    rule.place,
                    rule.id
                );
            }
            if rule.regex.is_some() && rule.secret_group > rule.groups {
                bail!(
                    "{}: rule `{}`: `secretGroup` is {}, but the expression has {} groups",
                    rule.place,
                    rule.id,
                    rule.secret_group,
                    rule.groups
                );
            }
            for required in &rule.required {
                if !known(&required.id) && !self.use_default {
                    bail!(
                        "{}: there is no rule `{}` to require",
                        rule.place,
                        required.id
                    );
                }
            }
        }
        for allow in &self.allowlists {
            for id in &allow.rules {
                if !known(id) && !self.use_default {
                    bail!(
                        "{}: there is no rule `{id}` to target in {name}",
                        allow.place
                    );
                }
            }
        }
        Ok(())
    }
}

/// Returns the allowlists of a table: many, or one in the old form.
fn allowlists(document: &Document<'_>, table: &DeTable<'_>, global: bool) -> Result<Vec<Allow>> {
    let many = list(document, table, "allowlists")?;
    let old = get(table, "allowlist");
    if let Some(old) = old.filter(|_| !many.is_empty()) {
        return Err(document.error(
            old.span().start,
            "`allowlist` and `allowlists` exclude each other",
        ));
    }
    many.into_iter()
        .chain(old)
        .map(|node| allow(document, node, global))
        .collect()
}

fn allow(document: &Document<'_>, node: &Node<'_>, global: bool) -> Result<Allow> {
    let at = node.span().start;
    let Some(table) = table_of(node) else {
        return Err(document.kind(node, "a table"));
    };
    let regexes = |key: &str| -> Result<Vec<GoRegex>> {
        let Some(node) = get(table, key) else {
            return Ok(Vec::new());
        };
        let sources = document.texts(node)?;
        sources
            .iter()
            .map(|source| match GoRegex::new(source) {
                Ok((regex, _)) => Ok(regex),
                Err(what) => {
                    Err(document.error(node.span().start, format!("{}: {what}", quoted(source))))
                }
            })
            .collect()
    };
    let condition = text_at(document, table, "condition")?;
    let target = text_at(document, table, "regextarget")?;
    let allow = Allow {
        place: document.place(at).to_string(),
        description: text_at(document, table, "description")?,
        all: match condition.to_ascii_uppercase().as_str() {
            "" | "OR" | "||" => false,
            "AND" | "&&" => true,
            _ => {
                return Err(document.error(
                    at,
                    format!("`condition` is {}, not AND or OR", quoted(&condition)),
                ));
            }
        },
        target: match target.as_str() {
            "" | "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            _ => {
                return Err(document.error(
                    at,
                    format!(
                        "`regexTarget` is {}, not secret, match or line",
                        quoted(&target)
                    ),
                ));
            }
        },
        commits: lower(texts_at(document, table, "commits")?),
        paths: regexes("paths")?,
        regexes: regexes("regexes")?,
        stopwords: lower(texts_at(document, table, "stopwords")?),
        rules: if global {
            texts_at(document, table, "targetrules")?
        } else {
            Vec::new()
        },
    };
    let empty = allow.commits.is_empty()
        && allow.paths.is_empty()
        && allow.regexes.is_empty()
        && allow.stopwords.is_empty();
    if empty {
        return Err(document.error(at, "an allowlist that lists nothing"));
    }
    Ok(allow)
}

fn lower(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| text.to_lowercase()).collect()
}

/// Returns the value of a key in any case.
fn get<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> Option<&'t Node<'a>> {
    let mut found = table
        .iter()
        .filter(|(name, _)| name.get_ref().eq_ignore_ascii_case(key));
    found.next().map(|(_, node)| node)
}

fn table_of<'t, 'a>(node: &'t Node<'a>) -> Option<&'t DeTable<'a>> {
    node.get_ref().as_table()
}

fn list<'t, 'a>(
    document: &Document<'a>,
    table: &'t DeTable<'a>,
    key: &str,
) -> Result<Vec<&'t Node<'a>>> {
    get(table, key).map_or(Ok(Vec::new()), |node| document.tables(node))
}

fn text_at(document: &Document<'_>, table: &DeTable<'_>, key: &str) -> Result<String> {
    get(table, key).map_or(Ok(String::new()), |node| document.text_of(node))
}

fn texts_at(document: &Document<'_>, table: &DeTable<'_>, key: &str) -> Result<Vec<String>> {
    get(table, key).map_or(Ok(Vec::new()), |node| document.texts(node))
}

fn flag_at(document: &Document<'_>, table: &DeTable<'_>, key: &str) -> Result<bool> {
    get(table, key).map_or(Ok(false), |node| document.flag(node))
}

fn number_at(document: &Document<'_>, table: &DeTable<'_>, key: &str) -> Result<Option<u64>> {
    get(table, key)
        .map(|node| document.number(node))
        .transpose()
}

fn float_at(document: &Document<'_>, table: &DeTable<'_>, key: &str) -> Result<f64> {
    let Some(node) = get(table, key) else {
        return Ok(0.0);
    };
    let text = match Spanned::get_ref(node) {
        DeValue::Float(float) => float.as_str().to_owned(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::String(text) => text.to_string(),
        _ => return Err(document.kind(node, "a number")),
    };
    let number = text.parse();
    number.map_err(|_| document.kind(node, "a number"))
}

fn regex_at(
    document: &Document<'_>,
    table: &DeTable<'_>,
    key: &str,
) -> Result<Option<(GoRegex, usize)>> {
    let Some(node) = get(table, key) else {
        return Ok(None);
    };
    let source = document.text_of(node)?;
    if source.is_empty() {
        return Ok(None);
    }
    match GoRegex::new(&source) {
        Ok(regex) => Ok(Some(regex)),
        Err(what) => Err(document.error(node.span().start, format!("`{key}`: {what}"))),
    }
}
