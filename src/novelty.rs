//! Novelty: which findings a change brings, and which an earlier version already held.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use anyhow::Result;

use crate::detect::detect_each;
use crate::finding::{Finding, Secret};
use crate::fragment::Fragment;
use crate::rule::{RuleSet, Tier};
use crate::source::Source;

/// Marks the findings whose secrets an earlier version already held as often: they must be rotated, but this change
/// does not add them. `findings` are sorted by path.
///
/// Compared by value, over all files that a change touches: a secret may move, be indented, quoted otherwise or split
/// out into another file. Where there are more of one than before, those on new lines are new. The `accepted` findings
/// count too: what stands where it is allowed excuses nothing elsewhere. Neither does what an `excluded` path held, nor what was
/// only a warning where it stood (by the `tier` that is configured now): it excuses nothing that stops the commit.
pub fn mark_known(
    source: &dyn Source,
    rules: &RuleSet,
    findings: &mut [Finding],
    accepted: &[&Finding],
    excluded: &dyn Fn(&Fragment<'_>) -> bool,
    tier: &dyn Fn(&Finding) -> Tier,
) -> Result<()> {
    let mut commits: Vec<Option<String>> = findings.iter().map(|f| f.commit.clone()).collect();
    commits.sort();
    commits.dedup();
    for commit in commits {
        let mut of_commit: Vec<&mut Finding> = findings
            .iter_mut()
            .filter(|finding| finding.commit == commit)
            .collect();
        let secrets: BTreeSet<Secret> = of_commit.iter().map(|f| f.secret.clone()).collect();
        let mut accepted: Vec<Finding> = accepted
            .iter()
            .filter(|finding| finding.commit == commit && secrets.contains(&finding.secret))
            .map(|&finding| finding.clone())
            .collect();
        // First: they take what was theirs before.
        let mut all: Vec<&mut Finding> = accepted.iter_mut().collect();
        all.append(&mut of_commit);
        let (any, stopping) = read(source, rules, commit.as_deref(), &all, excluded, tier)?;
        let seen: Vec<&Finding> = all.iter().map(|finding| &**finding).collect();
        let stops: Vec<&Finding> = seen
            .iter()
            .copied()
            .filter(|f| f.tier == Tier::Block)
            .collect();
        let mut stopped = stopping.known(&stops).into_iter();
        let known: Vec<bool> = seen
            .iter()
            .zip(any.known(&seen))
            .map(|(finding, known)| match finding.tier {
                Tier::Block => stopped.next().unwrap_or_default(),
                Tier::Warn => known,
            })
            .collect();
        for (finding, _) in all.iter_mut().zip(known).filter(|(_, known)| *known) {
            finding.known = true;
            finding.tier = Tier::Warn;
        }
    }
    Ok(())
}

/// What earlier versions held of the secrets that were found.
#[derive(Default)]
struct Before {
    /// How often each secret was found, and how often the earlier versions held it.
    counts: BTreeMap<Secret, (usize, usize)>,
    /// How often each path held each secret; the most of what one of the parents held.
    at: BTreeMap<(Vec<u8>, Secret), usize>,
    /// The lines that held a secret, masked, and how often each path held them.
    lines: BTreeMap<(Secret, Vec<u8>), BTreeMap<Vec<u8>, usize>>,
}

/// Returns what earlier versions held of some findings: of all, and of those that stop the commit what stopped it where it stood.
fn read(
    source: &dyn Source,
    rules: &RuleSet,
    commit: Option<&str>,
    findings: &[&mut Finding],
    excluded: &dyn Fn(&Fragment<'_>) -> bool,
    tier: &dyn Fn(&Finding) -> Tier,
) -> Result<(Before, Before)> {
    let (mut any, mut stopping) = (Before::default(), Before::default());
    for finding in findings {
        any.counts.entry(finding.secret.clone()).or_default().0 += 1;
        if finding.tier == Tier::Block {
            stopping.counts.entry(finding.secret.clone()).or_default().0 += 1;
        }
    }
    let paths: BTreeSet<&[u8]> = findings.iter().map(|f| f.file()).collect();
    let found_in = |path: &[u8]| paths.contains(path);
    let mut old = Vec::new();
    source.earlier(commit, &found_in, &mut |earlier| {
        if excluded(&earlier.fragment) {
            return true;
        }
        detect_each(&earlier.fragment, rules, &mut |mut found| {
            found.retain(|old| any.counts.contains_key(&old.secret));
            old.append(&mut found);
        });
        if !earlier.fragment.is_end() {
            return true;
        }
        let old = mem::take(&mut old);
        let path = earlier.fragment.name();
        stopping.add(path, old.iter().filter(|old| tier(old) == Tier::Block));
        any.add(path, old.iter());
        any.is_short() || stopping.is_short()
    })?;
    Ok((any, stopping))
}

impl Before {
    /// Tells whether more of a secret were found than the earlier versions held, as far as they are read.
    fn is_short(&self) -> bool {
        self.counts.values().any(|(found, held)| held < found)
    }

    /// Counts what an earlier version of a file held.
    fn add<'f>(&mut self, path: &[u8], findings: impl Iterator<Item = &'f Finding>) {
        let mut here: BTreeMap<&Secret, usize> = BTreeMap::new();
        for old in findings.filter(|old| self.counts.contains_key(&old.secret)) {
            let held = self.lines.entry((old.secret.clone(), old.line.clone()));
            *held.or_default().entry(path.to_vec()).or_default() += 1;
            *here.entry(&old.secret).or_default() += 1;
        }
        for (secret, count) in here {
            let most = self.at.entry((path.to_vec(), secret.clone())).or_default();
            let more = count.saturating_sub(*most);
            *most += more;
            if let Some((_, held)) = self.counts.get_mut(secret) {
                *held += more;
            }
        }
    }

    /// Returns for each finding whether it was there before.
    fn known(mut self, findings: &[&Finding]) -> Vec<bool> {
        // Whatever was there as often as now is known, wherever it stands.
        let counts = &self.counts;
        let is_held = |finding: &&Finding| {
            let count = counts.get(&finding.secret);
            count.is_some_and(|(found, held)| held >= found)
        };
        let mut known: Vec<bool> = findings.iter().map(is_held).collect();
        // Of the others as many are known as there were. What stayed in its file comes first: otherwise a copy in
        // another file would pass for the original.
        for take in [Self::take_same_line, Self::take_same_file, Self::take_moved] {
            for (finding, known) in findings.iter().zip(&mut known) {
                *known = *known || take(&mut self, finding);
            }
        }
        known
    }

    /// Takes one of those that stood on the same line of the same file.
    fn take_same_line(&mut self, finding: &Finding) -> bool {
        let line = (finding.secret.clone(), finding.line.clone());
        let left = self.lines.get_mut(&line);
        let left = left.and_then(|paths| paths.get_mut(&finding.path));
        left.is_some_and(take) && self.take_at(&finding.path, finding)
    }

    /// Takes one of those that stood in the same file.
    fn take_same_file(&mut self, finding: &Finding) -> bool {
        self.take_at(&finding.path, finding)
    }

    /// Takes one of those that stood on such a line in another file.
    fn take_moved(&mut self, finding: &Finding) -> bool {
        let line = (finding.secret.clone(), finding.line.clone());
        let paths = self.lines.get(&line).cloned().unwrap_or_default();
        paths.keys().any(|path| self.take_at(path, finding))
    }

    /// Takes one of those that stood at a path.
    fn take_at(&mut self, path: &[u8], finding: &Finding) -> bool {
        let place = (path.to_vec(), finding.secret.clone());
        self.at.get_mut(&place).is_some_and(take)
    }
}

/// Takes one of what is left, and tells whether there was one.
fn take(left: &mut usize) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}
