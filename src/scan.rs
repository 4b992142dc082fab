//! The whole pipeline: source, detect, novelty, report.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use anyhow::Result;

use crate::detect::detect;
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::fragment::{Fragment, Part};
use crate::novelty::mark_known;
use crate::report::{Effect, Report, Skipped, order};
use crate::rule::RuleSet;
use crate::source::Source;
use crate::suppress::allowlist::SameCommit;
use crate::suppress::{Judged, Suppression, Suppressor};

/// Scans everything that a source holds. An error means that it could not be scanned.
pub fn scan(source: &dyn Source, rules: &RuleSet, suppressor: &Suppressor) -> Result<Report> {
    let start = Instant::now();
    let (files, bytes, excluded) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let found = Mutex::new(Judged::default());
    let skipped = source.fragments(&|fragment: &Fragment<'_>| {
        let is_file =
            fragment.part == Part::Content && fragment.inside.is_none() && fragment.is_beginning();
        let has_path = !matches!(fragment.part, Part::Message | Part::Header);
        if has_path && suppressor.excludes_text(fragment) {
            if is_file {
                excluded.fetch_add(1, Relaxed);
            }
            return false;
        }
        if is_file {
            files.fetch_add(1, Relaxed);
        }
        bytes.fetch_add(fragment.own().len() as u64, Relaxed);
        let findings = detect(fragment, rules);
        if !findings.is_empty() {
            let judged = suppressor.judge(findings, fragment);
            let mut all = found
                .lock()
                .expect("no thread panics: a panic ends the process");
            all.findings.extend(judged.findings);
            all.suppressed.extend(judged.suppressed);
        }
        true
    })?;
    let Judged {
        mut findings,
        mut suppressed,
    } = found
        .into_inner()
        .expect("no thread panics: a panic ends the process");
    if let Some(error) = suppressor.take_error() {
        return Err(error);
    }
    findings.sort_by(order);
    suppressed.sort_by(|(a, _), (b, _)| order(a, b));
    let mut notes = Vec::new();
    if let Some(policy) = suppressor.policy() {
        let fresh = fresh_comments(source, rules, suppressor, &suppressed)?;
        for number in fresh.into_iter().rev() {
            let (finding, why) = &suppressed[number];
            if policy == SameCommit::Warn {
                notes.push(added(finding, why));
                continue;
            }
            let (mut finding, _) = suppressed.remove(number);
            finding
                .reason
                .push_str("; the comment that allows it comes with this commit, and `same-commit-allow` refuses that");
            findings.push(finding);
        }
        notes.reverse();
        findings.sort_by(order);
    }
    let accepted: Vec<&Finding> = suppressed.iter().map(|(finding, _)| finding).collect();
    let passed_over = |text: &Fragment<'_>| suppressor.excludes_text(text);
    let tier = |finding: &Finding| suppressor.tier(finding);
    mark_known(source, rules, &mut findings, &accepted, &passed_over, &tier)?;
    for finding in findings
        .iter_mut()
        .chain(suppressed.iter_mut().map(|(finding, _)| finding))
    {
        finding.fingerprint = Fingerprint::By(suppressor.fingerprints().clone());
    }
    Ok(Report {
        findings,
        suppressed,
        notes,
        skipped: judge_skipped(skipped, suppressor),
        files: files.into_inner(),
        bytes: bytes.into_inner(),
        excluded: excluded.into_inner(),
        elapsed: start.elapsed(),
        ..Report::default()
    })
}

/// Returns what was not scanned and is not excluded, with what the configuration accepts marked as such.
fn judge_skipped(mut skipped: Vec<Skipped>, suppressor: &Suppressor) -> Vec<Skipped> {
    skipped.retain(|one| !suppressor.excludes(one.file()));
    for one in &mut skipped {
        if suppressor.accepts_unscanned(one.file()) {
            one.effect = Effect::Accepted;
        }
    }
    skipped
}

/// Returns which of the suppressed findings are accepted by a comment that the commit itself adds.
fn fresh_comments(
    source: &dyn Source,
    rules: &RuleSet,
    suppressor: &Suppressor,
    suppressed: &[(Finding, Suppression)],
) -> Result<Vec<usize>> {
    let mut fresh: Vec<usize> = (0..suppressed.len())
        .filter(|&number| matches!(suppressed[number].1, Suppression::Comment { .. }))
        .collect();
    let of = |number: usize| &suppressed[number].0;
    let mut commits: Vec<&Option<String>> = fresh.iter().map(|&n| &of(n).commit).collect();
    commits.sort();
    commits.dedup();
    for commit in commits {
        let paths: BTreeSet<&[u8]> = fresh.iter().map(|&n| of(n).file()).collect();
        let first = |path: &[u8]| paths.contains(path);
        source.earlier(commit.as_deref(), &first, &mut |earlier| {
            let judged = suppressor.judge(detect(&earlier.fragment, rules), &earlier.fragment);
            fresh.retain(|&number| {
                let old = judged.suppressed.iter().any(|(old, why)| {
                    old.secret == of(number).secret && matches!(why, Suppression::Comment { .. })
                });
                of(number).commit != *commit || !old
            });
            fresh.iter().any(|&number| of(number).commit == *commit)
        })?;
    }
    Ok(fresh)
}

/// Says that a commit brings a secret and the comment that allows it.
fn added(finding: &Finding, why: &Suppression) -> String {
    let (mark, reason) = match why {
        Suppression::Comment { mark, reason } => (mark.as_str(), reason.as_deref()),
        Suppression::Allowlist { .. } | Suppression::Baseline { .. } => ("", None),
    };
    format!(
        "this commit lets more through: {}:{}: {mark} on {} {}{}",
        String::from_utf8_lossy(&finding.path),
        finding.place.line,
        finding.rule.id,
        finding.masked(),
        reason
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default()
    )
}
