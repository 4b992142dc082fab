//! The whole pipeline: source, detect, novelty, report.

use std::collections::{BTreeSet, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use anyhow::Result;

use crate::container::{Why, and_others};
use crate::detect::{Unread, detect_each};
use crate::finding::{Finding, Secret};
use crate::fingerprint::Fingerprint;
use crate::fragment::{Fragment, Part, Place};
use crate::novelty::mark_known;
use crate::report::{Effect, LISTED, Report, Skipped, Unlisted, order};
use crate::rule::{RuleSet, Tier};
use crate::source::Source;
use crate::suppress::allowlist::SameCommit;
use crate::suppress::{Judged, Suppression, Suppressor};

/// Scans everything that a source holds. An error means that it could not be scanned.
pub fn scan(source: &dyn Source, rules: &RuleSet, suppressor: &Suppressor) -> Result<Report> {
    let start = Instant::now();
    let (files, bytes, excluded) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let found = Mutex::new(Found::new(suppressor.policy()));
    let encoded = Mutex::new(Vec::new());
    let mut skipped = source.fragments(&|fragment: &Fragment<'_>| {
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
        if fragment.part != Part::Name {
            bytes.fetch_add(fragment.own().len() as u64, Relaxed);
        }
        let unread = detect_each(fragment, rules, &mut |findings| {
            if !findings.is_empty() {
                let judged = suppressor.judge(findings, fragment);
                let found = found.lock();
                found
                    .expect("no thread panics: a panic ends the process")
                    .add(judged);
            }
        });
        if !unread.is_empty() {
            let encoded = encoded.lock();
            encoded
                .expect("no thread panics: a panic ends the process")
                .extend(unread.into_iter().map(|one| skipped_in(fragment, one)));
        }
        true
    })?;
    let Found {
        blocked: mut findings,
        mut warned,
        mut suppressed,
        unlisted,
        ..
    } = found
        .into_inner()
        .expect("no thread panics: a panic ends the process");
    findings.append(&mut warned);
    let encoded = encoded.into_inner();
    skipped.append(&mut encoded.expect("no thread panics: a panic ends the process"));
    if let Some(error) = suppressor.take_error() {
        return Err(error);
    }
    findings.sort_by(order);
    suppressed.sort_by(|(a, _), (b, _)| order(a, b));
    let mut notes = suppressor.incomplete();
    if let Some(policy) = suppressor.policy() {
        let fresh = fresh_comments(source, rules, suppressor, &suppressed)?;
        notes.extend(judge_comments(
            policy,
            &fresh,
            &mut findings,
            &mut suppressed,
        ));
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
        unlisted,
        notes,
        skipped: judge_skipped(skipped, suppressor),
        files: files.into_inner(),
        bytes: bytes.into_inner(),
        excluded: excluded.into_inner(),
        elapsed: start.elapsed(),
        ..Report::default()
    })
}

/// Scans as `scan` does, by several policies: what one of them stops is stopped. Each of the others says why what accepts a
/// finding does not count for it.
pub fn scan_by(
    source: &dyn Source,
    (rules, suppressor): (&RuleSet, &Suppressor),
    others: &[(&RuleSet, &Suppressor, &str)],
) -> Result<Report> {
    let mut report = scan(source, rules, suppressor)?;
    // Another look is the only way that is sure: rules win over each other, and whatever accepts a finding of one need not
    // accept that of another.
    for (rules, suppressor, why) in others {
        report = stricter(report, scan(source, rules, suppressor)?, why);
    }
    Ok(report)
}

/// Returns what a scan found, and what another policy stops of the same.
fn stricter(mut now: Report, then: Report, why: &str) -> Report {
    for mut finding in then.findings {
        let twin = now.findings.iter_mut().find(|own| at(own) == at(&finding));
        if let Some(own) = twin {
            // Which rule tells it best is for the later policy to say.
            own.tier = own.tier.max(finding.tier);
            own.known &= finding.known;
            continue;
        }
        let accepted = now
            .suppressed
            .iter()
            .position(|(own, _)| at(own) == at(&finding));
        if let Some(number) = accepted {
            let (_, accepts) = now.suppressed.remove(number);
            finding.reason.push_str(&refused(&accepts, why));
        }
        now.findings.push(finding);
    }
    for one in then.skipped {
        let is_same = |own: &&mut Skipped| own.path == one.path && own.reason == one.reason;
        match now.skipped.iter_mut().find(is_same) {
            Some(own) if one.effect == Effect::Stops => own.effect = Effect::Stops,
            Some(_) => {}
            None => now.skipped.push(one),
        }
    }
    now.unlisted.blocked = now.unlisted.blocked.max(then.unlisted.blocked);
    now.unlisted.warned = now.unlisted.warned.max(then.unlisted.warned);
    now.files = now.files.max(then.files);
    now.bytes = now.bytes.max(then.bytes);
    now.excluded = now.excluded.min(then.excluded);
    now.elapsed += then.elapsed;
    let news = then
        .notes
        .into_iter()
        .filter(|note| !now.notes.contains(note));
    let news: Vec<String> = news.collect();
    now.notes.extend(news);
    now.sort();
    now
}

/// Where a finding is, and what it is of.
pub type At<'f> = (&'f [u8], Part, Place, Option<&'f str>, &'f Secret);

/// Returns what two findings have in common that are of one secret at one place.
pub fn at(finding: &Finding) -> At<'_> {
    let commit = finding.commit.as_deref();
    let (part, place) = (finding.part, finding.place);
    (&finding.path, part, place, commit, &finding.secret)
}

/// Says that what accepts a finding does not count.
fn refused(accepts: &Suppression, why: &str) -> String {
    let what = match accepts {
        Suppression::Comment { mark, .. } => format!("`{mark}`"),
        Suppression::Allowlist { origin, .. } => format!("the allow in {origin}"),
        Suppression::Baseline { origin } => format!("its entry in {origin}"),
    };
    format!("; {what} {why}")
}

/// What was found so far: no more of it than is listed, and how many more.
struct Found {
    blocked: Vec<Finding>,
    warned: Vec<Finding>,
    suppressed: Vec<(Finding, Suppression)>,
    unlisted: Unlisted,
    /// Whether comments that come with the commit do not count: then those that are not listed, which are not compared with
    /// earlier versions, count for nothing either.
    refuses_comments: bool,
}

impl Found {
    fn new(policy: Option<SameCommit>) -> Self {
        Self {
            blocked: Vec::new(),
            warned: Vec::new(),
            suppressed: Vec::new(),
            unlisted: Unlisted::default(),
            refuses_comments: policy == Some(SameCommit::Block),
        }
    }

    /// Adds what one text held. What stops the commit is listed before what only warns.
    fn add(&mut self, judged: Judged) {
        for finding in judged.findings {
            let full = self.blocked.len() + self.warned.len() >= LISTED;
            match finding.tier {
                Tier::Block if !full => self.blocked.push(finding),
                Tier::Block if self.warned.pop().is_some() => {
                    self.unlisted.warned += 1;
                    self.blocked.push(finding);
                }
                Tier::Block => self.unlisted.blocked += 1,
                Tier::Warn if !full => self.warned.push(finding),
                Tier::Warn => self.unlisted.warned += 1,
            }
        }
        for (finding, why) in judged.suppressed {
            let is_comment = matches!(why, Suppression::Comment { .. });
            if self.suppressed.len() < LISTED {
                self.suppressed.push((finding, why));
            } else if !(is_comment && self.refuses_comments) {
                self.unlisted.suppressed += 1;
            } else if finding.tier == Tier::Block {
                self.unlisted.blocked += 1;
            } else {
                self.unlisted.warned += 1;
            }
        }
    }
}

/// Returns what is said of the comments that come with the commit, or lets what they accept count.
fn judge_comments(
    policy: SameCommit,
    fresh: &[usize],
    findings: &mut Vec<Finding>,
    suppressed: &mut Vec<(Finding, Suppression)>,
) -> Vec<String> {
    let mut notes = Vec::new();
    for &number in fresh.iter().rev() {
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
    notes
}

/// Returns what stands encoded in a text and was not scanned. What is damaged is said and no more: texts show samples that are
/// cut off, and nobody reads more of it.
fn skipped_in(fragment: &Fragment<'_>, unread: Unread) -> Skipped {
    let part = unread.part;
    // Streams in each other have no names.
    let named = part.name.iter().rposition(|&byte| byte != b'!');
    let name = &part.name[..named.map_or(0, |last| last + 1)];
    let place = format!("!(base64 on line {})", unread.line);
    let more = and_others(unread.more);
    let path = [fragment.name(), place.as_bytes(), name].concat();
    let skipped = match part.why {
        Why::Closed => Skipped::said(path, format!("{}{more}", part.reason)),
        Why::Damaged => {
            let reason = format!("contents looked into in part: {}{more}", part.reason);
            Skipped::said(path, reason)
        }
        Why::Bound => Skipped::new(path, format!("{}{more}", part.reason)),
    };
    Skipped {
        file: fragment.file().len(),
        commit: fragment.commit.map(str::to_owned),
        ..skipped
    }
}

/// Returns what was not scanned and is not excluded, with what the configuration accepts marked as such.
fn judge_skipped(mut skipped: Vec<Skipped>, suppressor: &Suppressor) -> Vec<Skipped> {
    skipped.retain(|one| !suppressor.excludes_either(&one.as_path(), &one.path));
    for one in &mut skipped {
        if suppressor.accepts_unscanned(&one.as_path(), &one.path) {
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
            detect_each(&earlier.fragment, rules, &mut |found| {
                let judged = suppressor.judge(found, &earlier.fragment);
                let by_comment = judged.suppressed.iter();
                let by_comment =
                    by_comment.filter(|(_, why)| matches!(why, Suppression::Comment { .. }));
                let old: HashSet<&Secret> = by_comment.map(|(old, _)| &old.secret).collect();
                fresh.retain(|&number| {
                    of(number).commit != *commit || !old.contains(&of(number).secret)
                });
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
