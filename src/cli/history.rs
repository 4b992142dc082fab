//! Commits that change the configuration: what one of them lets through of itself counts only as `same-commit-allow` says.
//!
//! All commits are judged by the configuration of today. What accepts a secret of a commit counts if it was there before the
//! commit or came after it. Only commits that make the configuration looser can bring both, and only those are judged again:
//! by the configuration of their parent and by their own.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map};
use std::rc::Rc;

use anyhow::Result;
use hexguard::config::change::Change;
use hexguard::config::policy::{Policy, in_one_line};
use hexguard::finding::Finding;
use hexguard::git::Id;
use hexguard::report::{Effect, Report, Skipped, Suppression};
use hexguard::rule::Tier;
use hexguard::scan::is_at;
use hexguard::source::commits::Commits;
use hexguard::suppress::Globs;
use hexguard::suppress::allowlist::SameCommit;

use super::configure::{Configured, scan};
use super::sources::Sources;
use super::trees::{Tree, TreeFiles, usual};

/// So many commits are named that let something through of themselves.
const NAMED: usize = 10;

/// So many policies are kept: most commits follow the one that made their parent's configuration.
const KEPT: usize = 8;

/// Returns the paths of configuration that are watched for while commits are scanned.
pub(super) fn watched(configured: &Configured) -> Vec<String> {
    let own = configured.settings.values.baseline.value.clone();
    let usual = usual().map(str::to_owned);
    usual
        .chain(Some(own).filter(|own| !own.is_empty()))
        .collect()
}

/// Judges the commits that let something through of themselves, and returns whether that is refused. `is_named` says that what
/// the configuration lets through is named already.
pub(super) fn judge(
    commits: &Commits,
    configured: &Configured,
    is_named: bool,
    report: &mut Report,
) -> Result<bool> {
    let Some(sources) = configured.each.as_ref().filter(|_| commits.is_touched()) else {
        return Ok(false);
    };
    let mut names: BTreeSet<String> = watched(configured).into_iter().collect();
    let brought = loop {
        let mut history = History {
            commits,
            configured,
            sources,
            read: names.clone(),
            policies: HashMap::new(),
        };
        let brought = history.brought(&names)?;
        // A configuration may lead to other files, which commits may change, too.
        if history.read.len() == names.len() {
            break brought;
        }
        names = history.read;
    };
    let is_refused = brought.iter().any(|one| one.is_refused);
    let told = brought.iter().filter(|one| one.is_refused || !is_named);
    let mut told: Vec<String> = told.filter_map(Brought::note).collect();
    let more = told.len().saturating_sub(NAMED);
    told.truncate(NAMED);
    if more > 0 {
        told.push(format!(
            "{more} more commits change the configuration for themselves"
        ));
    }
    report.notes.extend(told);
    for one in brought {
        one.put_into(report);
    }
    report.sort();
    Ok(is_refused)
}

/// The files of configuration of a commit, as their ids; none for each path that is no file.
type State = Rc<Vec<Option<Id>>>;

/// A commit that changes the configuration: what it was, and what it is. Nothing came before a first commit.
struct Changed {
    commit: Id,
    then: (Option<Id>, State),
    now: (Option<Id>, State),
}

/// What a policy stops, and what it accepts.
struct Stopped(Report);

impl Stopped {
    fn of(mut report: Report, policy: &Policy) -> Self {
        report.strict = *policy.settings.values.strict;
        report.settle_strict();
        if *policy.settings.values.exit_code == 0 {
            report.findings.clear();
        }
        report.findings.retain(|one| one.tier == Tier::Block);
        report.skipped.retain(|one| one.effect == Effect::Stops);
        Self(report)
    }

    fn is_empty(&self) -> bool {
        self.0.findings.is_empty() && self.0.skipped.is_empty()
    }

    fn stops(&self, finding: &Finding) -> bool {
        self.0.findings.iter().any(|own| is_at(own, finding))
    }

    fn skips(&self, skipped: &Skipped) -> bool {
        self.0.skipped.iter().any(|own| is_same(own, skipped))
    }

    /// Returns what accepts a finding.
    fn accepts(&self, finding: &Finding) -> Option<&Suppression> {
        let mut accepted = self.0.suppressed.iter();
        let found = accepted.find(|(own, _)| is_at(own, finding));
        found.map(|(_, accepts)| accepts)
    }

    /// Leaves out what another policy stops as well.
    fn without(&mut self, other: &Self) {
        self.0.findings.retain(|one| !other.stops(one));
        self.0.skipped.retain(|one| !other.skips(one));
    }
}

fn is_same(a: &Skipped, b: &Skipped) -> bool {
    (&a.path, &a.reason, &a.commit) == (&b.path, &b.reason, &b.commit)
}

/// What a commit lets through of itself.
struct Brought {
    commit: Id,
    changes: Vec<Change>,
    is_refused: bool,
    findings: Vec<Finding>,
    skipped: Vec<Skipped>,
}

impl Brought {
    /// Names what the commit makes looser.
    fn note(&self) -> Option<String> {
        let hex = self.commit.to_string();
        let commit = hex.get(..10).unwrap_or(&hex);
        let what = if self.is_refused {
            format!("not counted, because the commit {commit} brings it for itself")
        } else {
            format!("the commit {commit} lets through what it brings itself")
        };
        in_one_line(&what, &self.changes)
    }

    /// Puts it among what is found, or among what is accepted.
    fn put_into(self, report: &mut Report) {
        let origin = self.changes.first().map(|change| &change.origin);
        for mut finding in self.findings {
            if !self.is_refused {
                let is_told = report.findings.iter().any(|own| is_at(own, &finding))
                    || report
                        .suppressed
                        .iter()
                        .any(|(own, _)| is_at(own, &finding));
                if !is_told {
                    let why = Suppression::Allowlist {
                        origin: origin.map(ToString::to_string).unwrap_or_default(),
                        reason: "it came with the commit".to_owned(),
                    };
                    report.suppressed.push((finding, why));
                }
                continue;
            }
            finding.reason.push_str(
                "; what accepts it comes with this commit, and `same-commit-allow` refuses that",
            );
            report.suppressed.retain(|(own, _)| !is_at(own, &finding));
            report.findings.retain(|own| !is_at(own, &finding));
            report.findings.push(finding);
        }
        for one in self.skipped.into_iter().filter(|_| self.is_refused) {
            report.skipped.retain(|own| !is_same(own, &one));
            report.skipped.push(one);
        }
    }
}

/// The commits that change the configuration, and what is read of them.
struct History<'a> {
    commits: &'a Commits,
    configured: &'a Configured,
    sources: &'a Sources,
    /// All paths that a configuration was read from.
    read: BTreeSet<String>,
    /// The policies by what they are made of.
    policies: HashMap<State, Rc<Policy>>,
}

impl History<'_> {
    /// Returns what commits let through of themselves; `names` are the paths of configuration.
    fn brought(&mut self, names: &BTreeSet<String>) -> Result<Vec<Brought>> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut brought = Vec::new();
        for change in self.changed(&names)? {
            let (then, now) = (self.policy(&change.then)?, self.policy(&change.now)?);
            let changes = now.changes(&then);
            if !changes.is_empty() {
                brought.extend(self.let_through(change.commit, changes, (&then, &now))?);
            }
        }
        Ok(brought)
    }

    /// Returns the commits that hold other files at some paths than each of their parents does.
    fn changed(&self, names: &[&str]) -> Result<Vec<Changed>> {
        let repository = self.commits.repository();
        let mut states: HashMap<Id, State> = HashMap::new();
        let mut known: HashSet<State> = HashSet::new();
        let none: State = Rc::new(vec![None; names.len()]);
        let mut of = |commit: Id| -> Result<State> {
            match states.entry(commit) {
                hash_map::Entry::Occupied(state) => Ok(state.get().clone()),
                hash_map::Entry::Vacant(place) => {
                    let read: State = Rc::new(repository.ids_at(commit, names)?);
                    let state = known.get(&read).cloned().unwrap_or(read);
                    known.insert(state.clone());
                    Ok(place.insert(state).clone())
                }
            }
        };
        let mut changed = Vec::new();
        self.commits.each(&mut |id| {
            let now = of(id)?;
            let parents = self.commits.commit(id)?.parents;
            let mut then = None;
            for &parent in &parents {
                // What stands before the end of a shallow clone is not known.
                if repository.tree_of(parent)?.is_none() || of(parent)? == now {
                    return Ok(());
                }
                if then.is_none() {
                    then = Some((Some(parent), of(parent)?));
                }
            }
            let then = then.unwrap_or_else(|| (None, none.clone()));
            if then.1 != now {
                changed.push(Changed {
                    commit: id,
                    then,
                    now: (Some(id), now),
                });
            }
            Ok(())
        })?;
        Ok(changed)
    }

    /// Returns the policy of a commit; without one, of no files at all.
    fn policy(&mut self, (commit, state): &(Option<Id>, State)) -> Result<Rc<Policy>> {
        if let Some(policy) = self.policies.get(state) {
            return Ok(policy.clone());
        }
        let policy = match commit {
            None => self.sources.policy(None)?,
            Some(commit) => {
                let files = TreeFiles::new(self.commits.repository(), Tree::Commit(*commit));
                let policy = self.sources.earlier(&|path| files.read(path))?;
                self.read.extend(files.names());
                policy
            }
        };
        if self.policies.len() == KEPT {
            self.policies.clear();
        }
        let policy = Rc::new(policy);
        self.policies.insert(state.clone(), policy.clone());
        Ok(policy)
    }

    /// Returns what a commit lets through that the policy `then` of its parent stops.
    fn let_through(
        &self,
        commit: Id,
        changes: Vec<Change>,
        (then, now): (&Policy, &Policy),
    ) -> Result<Option<Brought>> {
        let alone = self.commits.alone(commit)?;
        let stopped_by =
            |policy: &Policy| Ok::<_, anyhow::Error>(Stopped::of(scan(policy, &alone)?, policy));
        let mut stopped = stopped_by(then)?;
        if stopped.is_empty() {
            return Ok(None);
        }
        stopped.without(&stopped_by(now)?);
        if stopped.is_empty() {
            return Ok(None);
        }
        let today = stopped_by(self.configured)?;
        stopped.without(&today);
        let is_later = |one: &Finding| self.is_accepted_later(today.accepts(one), now);
        stopped.0.findings.retain(|one| !is_later(one));
        let later = self.unscanned_later(now)?;
        let is_later = |one: &Skipped| later.matches_either(&one.as_path(), &one.path);
        stopped.0.skipped.retain(|one| !is_later(one));
        if stopped.is_empty() {
            return Ok(None);
        }
        let refuses = [then, now].map(|policy| *policy.settings.values.same_commit_allow);
        Ok(Some(Brought {
            commit,
            changes,
            is_refused: refuses.contains(&SameCommit::Block),
            findings: stopped.0.findings,
            skipped: stopped.0.skipped,
        }))
    }

    /// Returns the paths that may be unscanned today and might not yet when a commit brought the policy `then`.
    fn unscanned_later(&self, then: &Policy) -> Result<Globs> {
        let list = |policy: &Policy| policy.settings.values.allow_unscanned.clone();
        let (today, old) = (list(self.configured), list(then));
        let is_old = |text: &str| old.iter().any(|part| part.text == text);
        let new = today.iter().map(|part| part.text.as_str());
        Globs::new(new.filter(|text| !is_old(text)))
    }

    /// Tells whether what accepts a finding today was not there yet when a commit brought the policy `then`.
    fn is_accepted_later(&self, accepts: Option<&Suppression>, then: &Policy) -> bool {
        match accepts {
            Some(Suppression::Allowlist { origin, .. }) => {
                let mut today = self.configured.settings.allows.iter();
                let entry = today.find(|allow| allow.origin.to_string() == *origin);
                entry.is_some_and(|entry| !then.settings.allows.iter().any(|old| old.same(entry)))
            }
            Some(Suppression::Baseline { .. }) => !then.has_baseline(),
            Some(Suppression::Comment { .. }) | None => false,
        }
    }
}
