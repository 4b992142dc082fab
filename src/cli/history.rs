//! Commits that change the configuration: what one of them lets through of itself counts only as `same-commit-allow` says.
//!
//! All commits are judged by the configuration of today. What accepts a secret of a commit counts if it was there before the
//! commit or came after it. Only commits that make the configuration looser can bring both, and only those are judged again:
//! by the configuration of their parent and by their own.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map};
use std::rc::Rc;

use anyhow::Result;
use hexguard::config::change::Change;
use hexguard::config::policy::{Brings, Policy, in_one_line};
use hexguard::finding::Finding;
use hexguard::git::Id;
use hexguard::report::{Effect, Report, Skipped, Suppression};
use hexguard::rule::Tier;
use hexguard::scan::{At, at};
use hexguard::source::commits::Commits;
use hexguard::suppress::Globs;
use hexguard::suppress::allowlist::SameCommit;

use super::configure::{Configured, scan};
use super::sources::Sources;
use super::trees::{Tree, TreeFiles};

/// So many commits are named that let something through of themselves.
const NAMED: usize = 10;

/// So many policies are kept: most commits follow the one that made their parent's configuration.
const KEPT: usize = 8;

/// Judges the commits that let something through of themselves, and returns whether that is refused. `is_named` says that what
/// the configuration lets through is named already.
pub(super) fn judge(
    commits: &Commits,
    configured: &Configured,
    is_named: bool,
    report: &mut Report,
) -> Result<bool> {
    let Some(each) = &configured.each else {
        return Ok(false);
    };
    let mut history = History {
        commits,
        configured,
        sources: &each.sources,
        read: each.names.clone(),
        policies: HashMap::new(),
    };
    history.read_before()?;
    // An earlier configuration may lead to files that nobody watched for.
    if !commits.is_touched() && history.read.len() == each.names.len() {
        return Ok(false);
    }
    let brought = loop {
        let names = history.read.clone();
        history.policies.clear();
        let brought = history.brought(&names)?;
        // A configuration may lead to other files, which commits may change, too.
        if history.read.len() == names.len() {
            break brought;
        }
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
    put_into(brought, report);
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

    /// Returns what accepts findings.
    fn accepts(&self) -> HashMap<At<'_>, &Suppression> {
        // Of two that accept one the first counts.
        let accepted = self.0.suppressed.iter().rev();
        accepted.map(|(own, accepts)| (at(own), accepts)).collect()
    }

    /// Leaves out what another policy stops as well.
    fn without(&mut self, other: &Self) {
        let stopped: HashSet<At<'_>> = other.0.findings.iter().map(at).collect();
        self.0.findings.retain(|one| !stopped.contains(&at(one)));
        let skipped: HashSet<_> = other.0.skipped.iter().map(named).collect();
        self.0.skipped.retain(|one| !skipped.contains(&named(one)));
    }
}

/// Returns what tells something that was not scanned apart.
fn named(one: &Skipped) -> (&[u8], &str, Option<&str>) {
    (&one.path, &one.reason, one.commit.as_deref())
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
}

/// Puts what commits let through among what is found, or among what is accepted. There may be thousands of both.
fn put_into(brought: Vec<Brought>, report: &mut Report) {
    let (mut refused, mut accepted, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for one in brought {
        if one.is_refused {
            refused.extend(one.findings);
            skipped.extend(one.skipped);
            continue;
        }
        let origin = one.changes.first().map(|change| &change.origin);
        let why = Suppression::Allowlist {
            origin: origin.map(ToString::to_string).unwrap_or_default(),
            reason: "it came with the commit".to_owned(),
        };
        let found = one.findings.into_iter();
        accepted.extend(found.map(|finding| (finding, why.clone())));
    }
    for finding in &mut refused {
        finding.reason.push_str(
            "; what accepts it comes with this commit, and `same-commit-allow` refuses that",
        );
    }
    let told: HashSet<At<'_>> = refused.iter().map(at).collect();
    report.findings.retain(|own| !told.contains(&at(own)));
    report
        .suppressed
        .retain(|(own, _)| !told.contains(&at(own)));
    report.findings.append(&mut refused);
    let suppressed = report.suppressed.iter().map(|(own, _)| own);
    let told: HashSet<At<'_>> = report.findings.iter().chain(suppressed).map(at).collect();
    accepted.retain(|(own, _)| !told.contains(&at(own)));
    report.suppressed.append(&mut accepted);
    let told: HashSet<_> = skipped.iter().map(named).collect();
    report.skipped.retain(|own| !told.contains(&named(own)));
    report.skipped.append(&mut skipped);
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
    /// Reads the configurations that were there before all commits, for what they lead to.
    fn read_before(&mut self) -> Result<()> {
        let names = self.read.clone();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let repository = self.commits.repository();
        for before in self.commits.before() {
            // What stands before the end of a shallow clone is not known.
            if repository.tree_of(before)?.is_none() {
                continue;
            }
            let state: State = Rc::new(repository.ids_at(before, &names)?);
            if state.iter().any(Option::is_some) {
                self.policy(&(Some(before), state))?;
            }
        }
        Ok(())
    }

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
        // A comment that comes with its secret is the commit's own, too.
        let policy = Rc::new(policy.brought_by(Brings::History, None));
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
        let accepts = today.accepts();
        let mut known = HashMap::new();
        stopped.0.findings.retain(|one| {
            let accepts = accepts.get(&at(one)).copied();
            !*known
                .entry(accepts)
                .or_insert_with(|| self.is_accepted_later(accepts, now))
        });
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
            Some(Suppression::Baseline { origin }) => !then.has_baseline(origin),
            Some(Suppression::Comment { .. }) | None => false,
        }
    }
}
