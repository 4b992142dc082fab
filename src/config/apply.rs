//! What settings come to: the rules of a run, and who decides whether findings count.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use super::others::{self, OtherTools};
use super::{ReadFile, Settings, counterpart};
use crate::encoding::decode;
use crate::fingerprint::Fingerprints;
use crate::hint::{HintExt, closest};
use crate::quote::quoted;
use crate::rule::{RULES, Rule, RuleSet};
use crate::suppress::allowlist::{Allow, Allowlist, SameCommit};
use crate::suppress::baseline::{Accepted, Baseline};
use crate::suppress::glob::check as check_glob;
use crate::suppress::{Exceptions as _, Globs, Suppressor, names};

/// Files of the repository as they are to be honoured, and as they were before the commit that is scanned.
#[derive(Default, Clone, Copy)]
pub struct Files<'a> {
    /// As they are to be honoured.
    pub now: Option<ReadFile<'a>>,
    /// As they were before.
    pub before: Option<ReadFile<'a>>,
}

/// How many keywords custom rules may have: all are filed at every start.
const KEYWORDS: usize = 10_000;

impl Files<'_> {
    /// Reads a file as it is to be honoured.
    pub(super) fn read(self, name: &str) -> Result<Option<Vec<u8>>> {
        read_text(self.now, name)
    }

    pub(super) fn read_before(self, name: &str) -> Result<Option<Vec<u8>>> {
        read_text(self.before, name)
    }
}

/// Reads a file as text: editors on Windows put a mark before it, and PowerShell writes UTF-16.
fn read_text(read: Option<ReadFile<'_>>, name: &str) -> Result<Option<Vec<u8>>> {
    let text = read.map_or(Ok(None), |read| read(name))?;
    Ok(text.map(|text| match decode(&text) {
        Cow::Borrowed(same) if same.len() == text.len() => text,
        plain => plain.into_owned(),
    }))
}

impl Settings {
    /// Returns the rules to look for.
    pub fn rule_set(&self, tools: &OtherTools) -> Result<RuleSet> {
        let mut rules = RuleSet::builtin();
        rules.set_decode_depth(u8::try_from(self.number("max-decode-depth")).unwrap_or(u8::MAX));
        let mut custom = Vec::new();
        for (spec, origin) in &self.rules {
            if RULES.ids().any(|id| id == spec.id) {
                bail!("{origin}: there is a built-in rule {}", quoted(&spec.id));
            }
            if custom.iter().any(|rule: &Rule| rule.id == spec.id) {
                bail!("{origin}: a second rule {}", quoted(&spec.id));
            }
            match crate::rule::custom::build(spec) {
                Ok(rule) => custom.push(rule),
                Err(what) => bail!("{origin}: rule {}: {what}", quoted(&spec.id)),
            }
        }
        let keywords: usize = custom.iter().map(|rule| rule.keywords.len()).sum();
        if keywords > KEYWORDS {
            bail!(
                "the rules of hexguard.toml have {keywords} keywords, and at most {KEYWORDS} can be looked for"
            );
        }
        rules.add(custom);
        for engine in tools.engines() {
            rules.add_engine(engine);
        }
        let mut disabled = tools.disabled();
        let given = self.list("only");
        if disabled.is_empty()
            && given.is_empty()
            && self.tiers.is_empty()
            && self.list("disable").is_empty()
        {
            return Ok(rules);
        }
        let ids: Vec<&'static str> = rules.ids().collect();
        for (pattern, _) in self.list("disable") {
            disabled.extend(meant(pattern, &ids));
        }
        let mut only = Vec::new();
        for (pattern, origin) in &given {
            let meant = meant(pattern, &ids);
            if meant.is_empty() {
                // With no rule at all everything would pass, and quietly.
                let error = Err(anyhow!("{origin}: there is no rule {}", quoted(pattern)));
                return error.hint(match closest(pattern, &ids) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`hexguard rules` lists all".to_owned(),
                });
            }
            only.extend(meant);
        }
        let listed = |list: &[&str], id: &str| list.iter().any(|pattern| names(pattern, id));
        for id in ids {
            if listed(&disabled, id)
                || !only.is_empty() && !listed(&only, id)
                || self.switches_off(id)
            {
                rules.disable(id);
            }
        }
        Ok(rules)
    }

    /// Tells whether the last tier given for a rule is "off".
    fn switches_off(&self, id: &str) -> bool {
        let mut named = self.tiers.iter().rev();
        named
            .find(|(pattern, _, _)| names(pattern, id))
            .is_some_and(|(_, tier, _)| tier.is_none())
    }

    /// Returns the salt of this repository's fingerprints: that of the settings, else that of the baseline.
    pub fn salt(&self, files: Files<'_>) -> Result<String> {
        let baseline = self.text("baseline");
        Ok(match (self.text("salt"), baseline) {
            ("", "") => String::new(),
            ("", name) => files
                .read(name)?
                .as_deref()
                .map(salt_of)
                .unwrap_or_default(),
            (salt, _) => salt.to_owned(),
        })
    }

    /// Returns the path patterns of a setting, none where there are none.
    fn globs(&self, name: &str) -> Result<Option<Globs>> {
        let list = self.list(name);
        if list.is_empty() {
            return Ok(None);
        }
        let globs = Globs::new(list.iter().map(|(path, _)| *path));
        globs.map(Some).map_err(|error| {
            let refused = list
                .iter()
                .find_map(|(path, place)| Some((check_glob(path).err()?, place)));
            match refused {
                Some((error, place)) => anyhow!("{place}: {error}"),
                None => error,
            }
        })
    }

    /// Returns who decides whether findings count.
    pub fn suppressor(&self, files: Files<'_>, tools: &OtherTools) -> Result<Suppressor> {
        let baseline = self.text("baseline");
        let accepted = match baseline {
            "" => None,
            name => files.read(name)?,
        };
        let fingerprints = Arc::new(Fingerprints::new(&self.salt(files)?));
        let mut suppressor = Suppressor::new(self.flag("inline-allow"), fingerprints.clone());
        if let Some(exclude) = self.globs("exclude")? {
            suppressor.exclude(exclude);
        }
        if let Some(unscanned) = self.globs("allow-unscanned")? {
            suppressor.accept_unscanned(unscanned);
        }
        for (pattern, tier, _) in &self.tiers {
            if let Some(tier) = tier {
                suppressor.retier(pattern, *tier);
            }
        }
        let refuse = self.added.policy == SameCommit::Block;
        suppressor.same_commit(self.added.policy, files.before.is_some());
        if !self.allows.is_empty() {
            let refused =
                |allow: &Allow| refuse && self.added.allows.iter().any(|added| added.same(allow));
            let list = Allowlist::new(self.allows.clone(), fingerprints, refused);
            suppressor.add(Box::new(list));
        }
        let other = accepted
            .as_deref()
            .and_then(|text| others::baseline(baseline, text));
        if let Some(other) = other {
            other.check()?;
            suppressor.add(other);
        } else if let Some(text) = accepted {
            let before = if refuse && files.before.is_some() {
                Some(files.read_before(baseline)?.unwrap_or_default())
            } else {
                None
            };
            let accepted = Arc::new(Accepted::new(baseline, text, before));
            accepted.check()?;
            suppressor.add(Box::new(accepted));
        }
        for exceptions in tools.exceptions()? {
            suppressor.add(exceptions);
        }
        Ok(suppressor)
    }

    /// Tells how many secrets the commit that is scanned adds to the baseline.
    fn newly_accepted(&self, files: Files<'_>) -> Result<Option<String>> {
        let name = self.text("baseline");
        if name.is_empty() || files.before.is_none() {
            return Ok(None);
        }
        let (now, then) = (files.read(name)?, files.read_before(name)?);
        let Some(now) = now.filter(|now| then.as_ref() != Some(now)) else {
            return Ok(None);
        };
        // What is broken is complained of when the first finding asks for it.
        let Ok(now) = Baseline::parse(&now, name) else {
            return Ok(Some(format!("{name} is new or changed")));
        };
        let then = Baseline::parse(&then.unwrap_or_default(), name).unwrap_or_default();
        let new = now.entries.keys();
        let new = new
            .filter(|entry| !then.entries.contains_key(*entry))
            .count();
        Ok(match new {
            0 => None,
            1 => Some(format!("{name}: 1 secret accepted")),
            new => Some(format!("{name}: {new} secrets accepted")),
        })
    }

    /// Returns what a person must be told about the configuration itself.
    pub fn notes(&self, rules: &RuleSet, files: Files<'_>) -> Result<Vec<String>> {
        let mut notes: Vec<String> = self.unread.iter().cloned().collect();
        let allows = self.added.allows.iter();
        let allows = allows.map(|allow| format!("{}: allow ({})", allow.origin, allow.reason));
        let added = self.added.others.iter().cloned().chain(allows);
        for what in added.chain(self.newly_accepted(files)?) {
            notes.push(match self.added.policy {
                SameCommit::Warn => format!("this commit lets more through: {what}"),
                SameCommit::Block => {
                    format!("not counted, because it comes with this commit: {what}")
                }
            });
        }
        if let Some(given) = self.get("baseline")
            && let name = self.text("baseline")
            && !name.is_empty()
            && files.read(name)?.is_none()
        {
            notes.push(format!(
                "{}: there is no baseline {}",
                given.origin,
                quoted(name)
            ));
        }
        // A name of gitleaks' switches off, or asks for, what looks for the same thing.
        let disabled = self.list("disable").into_iter();
        let disabled = disabled.filter(|(id, _)| counterpart::of(id).is_empty());
        let tiers = self.tiers.iter();
        let tiers = tiers.map(|(id, _, origin)| (id.as_str(), origin.as_str()));
        let allowed = self.allows.iter().flat_map(|allow| {
            let rules = allow.rules.iter();
            rules.map(|rule| (rule.as_str(), allow.origin.as_str()))
        });
        let named = disabled.chain(tiers).chain(allowed);
        notes.extend(unknown_rules(named, rules));
        Ok(notes)
    }
}

/// Returns notes about names of rules (and where each stands) that name none.
pub fn unknown_rules<'a>(
    named: impl Iterator<Item = (&'a str, &'a str)>,
    rules: &RuleSet,
) -> Vec<String> {
    /// More are only counted: to look for a name that is like each of them takes too long.
    const MOST: usize = 20;
    let (mut notes, mut more) = (Vec::new(), 0);
    // Telling all ids costs what a clean commit must not pay for nothing.
    let mut ids: Vec<&'static str> = Vec::new();
    for (pattern, origin) in named {
        if ids.is_empty() {
            ids.extend(rules.ids());
        }
        if ids.iter().any(|id| names(pattern, id)) {
            continue;
        }
        if notes.len() == MOST {
            more += 1;
            continue;
        }
        let near = closest(pattern, &ids).map(|near| format!("; did you mean `{near}`?"));
        notes.push(format!(
            "{origin}: there is no rule {}{}",
            quoted(pattern),
            near.unwrap_or_default()
        ));
    }
    if more > 0 {
        notes.push(format!("{more} more names stand for no rule"));
    }
    notes
}

/// Returns what a rule's name or pattern stands for: itself, or the rules that look for what gitleaks' rule of that
/// name looks for; nothing when there is no such rule.
fn meant<'a>(pattern: &'a str, ids: &[&'static str]) -> Vec<&'a str> {
    if ids.iter().any(|id| names(pattern, id)) {
        vec![pattern]
    } else {
        counterpart::of(pattern)
    }
}

/// Returns the salt that a baseline's file names.
fn salt_of(text: &[u8]) -> String {
    let line = text
        .split(|&b| b == b'\n')
        .take(4)
        .find_map(|line| line.strip_prefix(b"# salt "));
    line.map(|salt| String::from_utf8_lossy(salt.trim_ascii()).into_owned())
        .unwrap_or_default()
}
