//! Policy: what settings and the files that they name come to, and whether what came before it holds as well.

use std::fmt::Write as _;

use anyhow::Result;

use super::Settings;
use super::apply::Files;
use super::change::{Change, What};
use super::compare::between;
use super::others::OtherTools;
use super::value::Exports;
use crate::rule::RuleSet;
use crate::suppress::Suppressor;
use crate::suppress::allowlist::SameCommit;
use crate::suppress::baseline::Baseline;

/// What is in force.
pub struct Policy {
    /// The settings.
    pub settings: Settings,
    /// What is looked for.
    pub rules: RuleSet,
    /// Who decides whether findings count.
    pub suppressor: Suppressor,
    /// Files of other tools that are honoured.
    pub tools: OtherTools,
    /// The salt of the repository's fingerprints; empty when it has none.
    pub salt: String,
    /// What a person must be told about the configuration itself.
    pub notes: Vec<String>,
    /// The baseline's file.
    baseline: Option<Vec<u8>>,
    /// Whether what comes along with what is scanned holds for it; none: it does not come along.
    pub counts: Option<SameCommit>,
    /// Policies that hold as well: whatever one of them stops is stopped.
    pub besides: Vec<Beside>,
}

/// A policy that holds beside another one.
pub struct Beside {
    /// The policy.
    pub policy: Policy,
    /// Why what accepts a finding does not count for this one, in words that fit behind "the allow in FILE".
    pub why: &'static str,
}

/// What brings changes of the configuration along with what is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brings {
    /// The commit that is being made.
    Commit,
    /// The commits of a push.
    Push,
    /// The commits of a range: whoever made them does not decide how they are judged, unless the other side says so.
    Range,
    /// All commits there are: nothing stands before them.
    History,
}

impl Policy {
    /// Returns what settings come to.
    pub fn of(settings: Settings, mut tools: OtherTools, files: Files<'_>) -> Result<Self> {
        let locked = |name: &str| settings.values.locked.iter().any(|part| part.text == name);
        let mut left_out = Vec::new();
        let mut baseline = match settings.baseline() {
            Some(name) => files.read(name)?,
            None => None,
        };
        // One that nobody below the lock has named is the repository's own.
        if locked("baseline") && settings.values.baseline.origin.is_none() && baseline.is_some() {
            left_out.push(Change::of_file(&settings.values.baseline, What::File));
            baseline = None;
        }
        if (locked("allow") || locked("other-tools")) && !tools.same(&OtherTools::default()) {
            left_out.extend(tools.changes(&OtherTools::default()));
            tools = OtherTools::default();
        }
        let text = baseline.as_deref();
        let rules = settings.rule_set(&tools)?;
        let suppressor = settings.suppressor(text, &tools)?;
        let mut notes = settings.notes(&rules, text);
        left_out.extend(settings.locked_out.iter().cloned());
        notes.extend(in_one_line("locked, and not counted", &left_out));
        notes.append(&mut tools.notes);
        Ok(Self {
            rules,
            suppressor,
            salt: settings.salt(text),
            counts: None,
            settings,
            tools,
            notes,
            baseline,
            besides: Vec::new(),
        })
    }

    /// Tells whether there is a baseline of hexguard's, or another tool's of the name `origin`.
    pub fn has_baseline(&self, origin: &str) -> bool {
        self.baseline.is_some() || self.tools.names().contains(&origin)
    }

    /// Returns what it lets through that another one did not.
    pub fn changes(&self, then: &Self) -> Vec<Change> {
        let mut changes = between(&then.settings, &self.settings);
        changes.extend(self.accepted(then));
        changes.extend(self.tools.changes(&then.tools));
        for Beside { policy, .. } in &then.besides {
            let more = self.changes(policy);
            let more = more.into_iter().filter(|one| !changes.contains(one));
            let more: Vec<Change> = more.collect();
            changes.extend(more);
        }
        changes
    }

    /// Tells how many more secrets the baseline accepts.
    fn accepted(&self, then: &Self) -> Option<Change> {
        let (now, old) = (self.baseline.as_deref()?, then.baseline.as_deref());
        let name = self.settings.baseline()?;
        if old == Some(now) {
            return None;
        }
        let changed = || Some(Change::of_file(name, What::File));
        // What is broken is complained of when the first finding asks for it.
        let Ok(now) = Baseline::parse(now, name) else {
            return changed();
        };
        let old = Baseline::parse(old.unwrap_or_default(), name).unwrap_or_default();
        let new = now.entries.keys();
        let new = new
            .filter(|entry| !old.entries.contains_key(*entry))
            .count();
        match new {
            // An entry may be of no use until its salt is there.
            0 if !old.entries.is_empty()
                && now.salts.iter().any(|salt| !old.salts.contains(salt)) =>
            {
                changed()
            }
            0 => None,
            new => Some(Change::of_file(name, What::Accepted(new))),
        }
    }

    /// Returns what it lets through that no configuration would: what it switches off.
    pub fn loosened(&self) -> Result<Vec<Change>> {
        let none = Self::of(Settings::default(), OtherTools::default(), Files::default())?;
        let mut changes = self.changes(&none);
        // That there is a baseline is as it should be, and so is another exit code than 1.
        changes.retain(|change| match &change.what {
            What::Accepted(_) => false,
            What::Key { key, .. } => *key != "exit-code" || *self.settings.values.exit_code == 0,
            _ => true,
        });
        for change in changes
            .iter_mut()
            .filter(|change| change.what == What::File)
        {
            change.what = What::FileCounts;
        }
        Ok(changes)
    }

    /// Sets what holds for something that brings this policy along: what it lets through that the one before did not is
    /// named, and where it does not count yet, what the one before stops is stopped still.
    #[must_use]
    pub fn brought_by(mut self, brings: Brings, then: Option<Self>) -> Self {
        let then = then.filter(|then| self.differs(then));
        let own = *self.settings.values.same_commit_allow;
        let old = then
            .as_ref()
            .map(|then| &then.settings.values.same_commit_allow);
        let comments = own.max(old.map_or(SameCommit::Warn, |old| old.value));
        let said = old.unwrap_or(&self.settings.values.same_commit_allow);
        let counts = match brings {
            Brings::Range if said.origin.is_none() => SameCommit::Block,
            _ => comments,
        };
        // What is written later counts for a history.
        self.counts = (brings != Brings::History).then_some(counts);
        // What comments allow was named when the commits were made.
        let watches = match brings {
            Brings::Commit | Brings::Range => true,
            Brings::Push | Brings::History => comments == SameCommit::Block,
        };
        self.suppressor.same_commit(comments, watches);
        let Some(mut then) = then else {
            return self;
        };
        then.suppressor.same_commit(comments, watches);
        for change in self.changes(&then) {
            self.notes.push(said_of(&change, brings, counts));
        }
        if counts == SameCommit::Block {
            let why = match brings {
                Brings::Commit => "comes with this commit, and `same-commit-allow` refuses that",
                Brings::Push => "comes with this push, and `same-commit-allow` refuses that",
                Brings::Range | Brings::History => {
                    "comes with this range, and counts from the next one on"
                }
            };
            self.hold(then, why);
        }
        self
    }

    /// Lets another policy hold as well: what that stops is stopped.
    pub fn hold(&mut self, mut policy: Self, why: &'static str) {
        self.settings.keep_strict(&policy.settings);
        let others = std::mem::take(&mut policy.besides);
        self.besides.push(Beside { policy, why });
        let others = others.into_iter().map(|Beside { policy, .. }| policy);
        self.besides
            .extend(others.map(|policy| Beside { policy, why }));
    }

    /// Returns what both files of a repository that has two of them say: what one of them stops is stopped.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let (own, others) = (
            &mut self.settings.values.same_commit_allow,
            &other.settings.values.same_commit_allow,
        );
        if others.value > own.value {
            *own = others.clone();
        }
        self.hold(
            other,
            "counts only beside what the other file of hexguard says",
        );
        self
    }

    /// Tells whether another policy may judge otherwise.
    fn differs(&self, then: &Self) -> bool {
        self.settings.given() != then.settings.given()
            || self.settings.tiers != then.settings.tiers
            || self.settings.allows != then.settings.allows
            || self.settings.rules != then.settings.rules
            || self.settings.hex != then.settings.hex
            || self.baseline != then.baseline
            || !then.besides.is_empty()
            || !self.tools.same(&then.tools)
    }
}

impl Settings {
    /// Takes over what decides about the whole report where other settings are stricter.
    fn keep_strict(&mut self, other: &Self) {
        let (own, other_values) = (&mut self.values, &other.values);
        own.strict.value |= *other_values.strict;
        if *other_values.exit_code != 0 {
            own.exit_code = other_values.exit_code.clone();
        }
        // The words stand from strict to lax.
        let order = [Exports::Block, Exports::Warn, Exports::Auto, Exports::Off];
        let rank = |exports: Exports| order.iter().position(|one| *one == exports);
        if rank(*other_values.exports) < rank(*own.exports) {
            own.exports = other_values.exports.clone();
        }
        self.hex.noted |= other.hex.noted;
    }
}

/// Returns what is said of changes in one line, each file or variable named once; nothing where there are none.
pub fn in_one_line(what: &str, changes: &[Change]) -> Option<String> {
    const NAMED: usize = 3;
    let mut said = String::new();
    let mut file = "";
    for change in changes.iter().take(NAMED) {
        let origin = &change.origin;
        let _ = match &change.what {
            _ if change.is_of_file() => write!(said, "; {change}"),
            what if origin.file == file => write!(said, ", {what}"),
            what => write!(said, "; {origin}: {what}"),
        };
        file = &origin.file;
    }
    let said = said.get(2..)?;
    Some(match changes.len().saturating_sub(NAMED) {
        0 => format!("{what}: {said}"),
        more => format!("{what}: {said}, and {more} more"),
    })
}

/// Returns what is said of something that lets more through.
fn said_of(change: &Change, brings: Brings, counts: SameCommit) -> String {
    let what = match brings {
        Brings::Commit => "this commit",
        Brings::Push => "this push",
        Brings::Range | Brings::History => "this range",
    };
    match (counts, &change.what) {
        (SameCommit::Warn, _) if change.is_unsure() => {
            format!("{what} may let more through: {change}")
        }
        (SameCommit::Warn, _) => format!("{what} lets more through: {change}"),
        (SameCommit::Block, What::File) => format!(
            "not counted, because it comes with {what}: what is new in {}",
            change.origin
        ),
        (SameCommit::Block, What::FileGone) => {
            format!("not counted, because it comes with {what}: that {change}")
        }
        (SameCommit::Block, _) => format!("not counted, because it comes with {what}: {change}"),
    }
}
