//! What settings come to: the rules of a run, and who decides whether findings count.

use std::sync::Arc;

use anyhow::{Result, bail};

use super::others::{self, OtherTools};
use super::{ReadFile, Settings};
use crate::fingerprint::Fingerprints;
use crate::rule::{RULES, Rule, RuleSet};
use crate::suppress::allowlist::{Allow, Allowlist, SameCommit};
use crate::suppress::baseline::Accepted;
use crate::suppress::{Globs, Suppressor, names};

/// Files of the repository as they are to be honoured, and as they were before the commit that is scanned.
#[derive(Default, Clone, Copy)]
pub struct Files<'a> {
    /// As they are to be honoured.
    pub now: Option<ReadFile<'a>>,
    /// As they were before.
    pub before: Option<ReadFile<'a>>,
}

impl Files<'_> {
    /// Reads a file as it is to be honoured.
    pub(super) fn read(self, name: &str) -> Result<Option<Vec<u8>>> {
        self.now.map_or(Ok(None), |read| read(name))
    }

    pub(super) fn read_before(self, name: &str) -> Result<Option<Vec<u8>>> {
        self.before.map_or(Ok(None), |read| read(name))
    }
}

impl Settings {
    /// Returns the rules to look for.
    pub fn rule_set(&self, tools: &OtherTools) -> Result<RuleSet> {
        let mut rules = RuleSet::builtin();
        rules.set_decode_depth(u8::try_from(self.number("max-decode-depth")).unwrap_or(u8::MAX));
        let mut custom = Vec::new();
        for (spec, origin) in &self.rules {
            if RULES.ids().any(|id| id == spec.id) {
                bail!("{origin}: there is a built-in rule `{}`", spec.id);
            }
            if custom.iter().any(|rule: &Rule| rule.id == spec.id) {
                bail!("{origin}: a second rule `{}`", spec.id);
            }
            match crate::rule::custom::build(spec) {
                Ok(rule) => custom.push(rule),
                Err(what) => bail!("{origin}: rule `{}`: {what}", spec.id),
            }
        }
        rules.add(custom);
        for engine in tools.engines() {
            rules.add_engine(engine);
        }
        let off: Vec<&'static str> = {
            let mut disabled = self.list("disable");
            disabled.extend(tools.disabled());
            let only = self.list("only");
            if disabled.is_empty() && only.is_empty() && self.tiers.is_empty() {
                return Ok(rules);
            }
            let listed = |list: &[(&str, &str)], id: &str| {
                list.iter().any(|(pattern, _)| names(pattern, id))
            };
            let off = |id: &&'static str| {
                listed(&disabled, id)
                    || !only.is_empty() && !listed(&only, id)
                    || self.switches_off(id)
            };
            rules.ids().filter(off).collect()
        };
        for id in off {
            rules.disable(id);
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

    /// Returns who decides whether findings count.
    pub fn suppressor(&self, files: Files<'_>, tools: &OtherTools) -> Result<Suppressor> {
        let baseline = self.text("baseline");
        let accepted = match baseline {
            "" => None,
            name => files.read(name)?,
        };
        let salt = match self.text("salt") {
            "" => accepted.as_deref().map(salt_of).unwrap_or_default(),
            salt => salt.to_owned(),
        };
        let fingerprints = Arc::new(Fingerprints::new(&salt));
        let mut suppressor = Suppressor::new(self.flag("inline-allow"), fingerprints.clone());
        let exclude: Vec<&str> = self
            .list("exclude")
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        if !exclude.is_empty() {
            suppressor.exclude(Globs::new(exclude)?);
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
            suppressor.add(other);
        } else if let Some(text) = accepted {
            let before = if refuse && files.before.is_some() {
                Some(files.read_before(baseline)?.unwrap_or_default())
            } else {
                None
            };
            suppressor.add(Box::new(Accepted::new(baseline, text, before)));
        }
        for exceptions in tools.exceptions() {
            suppressor.add(exceptions);
        }
        Ok(suppressor)
    }

    /// Returns what a person must be told about the configuration itself.
    pub fn notes(&self, rules: &RuleSet) -> Vec<String> {
        let mut notes = Vec::new();
        for other in &self.added.others {
            notes.push(match self.added.policy {
                SameCommit::Warn => format!("this commit lets more through: {other}"),
                SameCommit::Block => {
                    format!("not counted, because it comes with this commit: {other}")
                }
            });
        }
        for allow in &self.added.allows {
            let what = format!("{}: allow ({})", allow.origin, allow.reason);
            notes.push(match self.added.policy {
                SameCommit::Warn => format!("this commit lets more through: {what}"),
                SameCommit::Block => {
                    format!("not counted, because it comes with this commit: {what}")
                }
            });
        }
        let ids: Vec<&'static str> = rules.ids().collect();
        let known = |pattern: &str| ids.iter().any(|id| names(pattern, id));
        let named = self
            .list("disable")
            .into_iter()
            .chain(self.list("only"))
            .chain(
                self.tiers
                    .iter()
                    .map(|(id, _, origin)| (id.as_str(), origin.as_str())),
            )
            .chain(self.allows.iter().flat_map(|allow| {
                let rules = allow.rules.iter();
                rules.map(|rule| (rule.as_str(), allow.origin.as_str()))
            }));
        for (pattern, origin) in named {
            if !known(pattern) {
                let near = crate::hint::closest(pattern, &ids)
                    .map(|near| format!("; did you mean `{near}`?"));
                notes.push(format!(
                    "{origin}: there is no rule `{pattern}`{}",
                    near.unwrap_or_default()
                ));
            }
        }
        notes
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
