//! What settings come to: the rules of a run, and who decides whether findings count.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use super::others::{self, OtherTools};
use super::value::{List, Part};
use super::{ReadFile, Settings, counterpart};
use crate::encoding::decode;
use crate::fingerprint::Fingerprints;
use crate::hint::{HintExt, closest};
use crate::quote::quoted;
use crate::rule::{RULES, Rule, RuleSet};
use crate::suppress::allowlist::Allowlist;
use crate::suppress::baseline::Accepted;
use crate::suppress::glob::check as check_glob;
use crate::suppress::{Exceptions as _, Globs, Suppressor, names};

/// Reads files of the repository as they are to be honoured; without a repository there are none.
#[derive(Default, Clone, Copy)]
pub struct Files<'a>(pub Option<ReadFile<'a>>);

/// How many keywords custom rules may have: all are filed at every start.
const KEYWORDS: usize = 10_000;

impl Files<'_> {
    /// Reads a file as text: editors on Windows put a mark before it, and PowerShell writes UTF-16.
    pub(super) fn read(self, name: &str) -> Result<Option<Vec<u8>>> {
        let text = self.0.map_or(Ok(None), |read| read(name))?;
        Ok(text.map(|text| match decode(&text) {
            Cow::Borrowed(same) if same.len() == text.len() => text,
            plain => plain.into_owned(),
        }))
    }
}

impl Settings {
    /// Returns the rules to look for.
    pub fn rule_set(&self, tools: &OtherTools) -> Result<RuleSet> {
        let mut rules = RuleSet::builtin();
        rules.set_decode_depth(u8::try_from(*self.values.max_decode_depth).unwrap_or(u8::MAX));
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
        let (given, disable) = (&self.values.only, &self.values.disable);
        if disabled.is_empty() && given.is_empty() && self.tiers.is_empty() && disable.is_empty() {
            return Ok(rules);
        }
        let ids: Vec<&'static str> = rules.ids().collect();
        for part in disable.iter() {
            disabled.extend(meant(&part.text, &ids));
        }
        let mut only = Vec::new();
        for Part {
            text: pattern,
            origin,
        } in given.iter()
        {
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
            .find(|tiered| names(&tiered.rule, id))
            .is_some_and(|tiered| tiered.tier.is_none())
    }

    /// Returns the name of the baseline's file, `None` where there is to be none.
    pub(super) fn baseline(&self) -> Option<&str> {
        let name = self.values.baseline.as_str();
        (!name.is_empty()).then_some(name)
    }

    /// Returns the salt of this repository's fingerprints: that of the settings, else that of the baseline.
    pub(super) fn salt(&self, baseline: Option<&[u8]>) -> String {
        match self.values.salt.as_str() {
            "" => baseline.map(salt_of).unwrap_or_default(),
            salt => salt.to_owned(),
        }
    }

    /// Returns who decides whether findings count; `baseline` is what the file of that name holds.
    pub(super) fn suppressor(
        &self,
        baseline: Option<&[u8]>,
        tools: &OtherTools,
    ) -> Result<Suppressor> {
        // Reports tell a finding by the same name before and after the repository has its salt, and in each repository.
        let told = Arc::new(Fingerprints::new(""));
        let mut suppressor = Suppressor::new(*self.values.inline_allow, told.clone());
        if let Some(exclude) = globs(&self.values.exclude)? {
            suppressor.exclude(exclude);
        }
        if let Some(unscanned) = globs(&self.values.allow_unscanned)? {
            suppressor.accept_unscanned(unscanned);
        }
        for tiered in &self.tiers {
            if let Some(tier) = tiered.tier {
                suppressor.retier(&tiered.rule, tier);
            }
        }
        if !self.allows.is_empty() {
            let salt = self.salt(baseline);
            let list = Allowlist::new(self.allows.clone(), &salt, told);
            suppressor.add(Box::new(list));
        }
        if let (Some(name), Some(text)) = (self.baseline(), baseline) {
            if let Some(other) = others::baseline(name, text) {
                other.check()?;
                suppressor.add(other);
            } else {
                let accepted = Arc::new(Accepted::new(name, text.to_vec()));
                accepted.check()?;
                suppressor.add(Box::new(accepted));
            }
        }
        for exceptions in tools.exceptions()? {
            suppressor.add(exceptions);
        }
        Ok(suppressor)
    }

    /// Returns what a person must be told about the configuration itself; `baseline` is what the file of that name holds.
    pub(super) fn notes(&self, rules: &RuleSet, baseline: Option<&[u8]>) -> Vec<String> {
        let mut notes: Vec<String> = self.unread.iter().cloned().collect();
        if let (Some(origin), Some(name), None) =
            (&self.values.baseline.origin, self.baseline(), baseline)
        {
            notes.push(format!("{origin}: there is no baseline {}", quoted(name)));
        }
        // A name of gitleaks' switches off, or asks for, what looks for the same thing.
        let disabled = self.values.disable.iter();
        let disabled = disabled.map(|part| (part.text.as_str(), &part.origin));
        let disabled = disabled.filter(|(id, _)| counterpart::of(id).is_empty());
        let tiers = self.tiers.iter();
        let tiers = tiers.map(|tiered| (tiered.rule.as_str(), &tiered.origin));
        let allowed = self.allows.iter().flat_map(|allow| {
            let rules = allow.rules.iter();
            rules.map(|rule| (rule.as_str(), &allow.origin))
        });
        let named = disabled.chain(tiers).chain(allowed);
        notes.extend(unknown_rules(named, rules));
        notes
    }
}

/// Returns the path patterns of a setting, none where there are none.
fn globs(list: &List) -> Result<Option<Globs>> {
    if list.is_empty() {
        return Ok(None);
    }
    let globs = Globs::new(list.iter().map(|part| part.text.as_str()));
    globs.map(Some).map_err(|error| {
        let refused = list
            .iter()
            .find_map(|part| Some((check_glob(&part.text).err()?, &part.origin)));
        match refused {
            Some((error, place)) => anyhow!("{place}: {error}"),
            None => error,
        }
    })
}

/// Returns notes about names of rules (and where each stands) that name none.
pub fn unknown_rules<'a>(
    named: impl Iterator<Item = (&'a str, impl fmt::Display)>,
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
