//! The whole pipeline: source, detect, novelty, report.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use anyhow::Result;

use crate::detect::detect;
use crate::finding::{Finding, Secret};
use crate::fragment::{Fragment, Part};
use crate::report::Report;
use crate::rule::{RuleSet, Tier};
use crate::source::Source;
use crate::suppress::{Judged, Suppressor};

/// Scans everything that a source holds. An error means that it could not be scanned.
pub fn scan(source: &dyn Source, rules: &RuleSet, suppressor: &Suppressor) -> Result<Report> {
    let start = Instant::now();
    let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let found = Mutex::new(Judged::default());
    let skipped = source.fragments(&|fragment: &Fragment<'_>| {
        if fragment.part == Part::Content {
            files.fetch_add(1, Relaxed);
        }
        bytes.fetch_add(fragment.text.len() as u64, Relaxed);
        let findings = detect(fragment, rules);
        if !findings.is_empty() {
            let judged = suppressor.judge(findings, fragment);
            let mut all = found
                .lock()
                .expect("no thread panics: a panic ends the process");
            all.findings.extend(judged.findings);
            all.suppressed.extend(judged.suppressed);
        }
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
    mark_known(source, rules, &mut findings)?;
    for finding in findings
        .iter_mut()
        .chain(suppressed.iter_mut().map(|(finding, _)| finding))
    {
        finding.fingerprint = suppressor.fingerprint(finding);
    }
    Ok(Report {
        findings,
        suppressed,
        skipped,
        files: files.into_inner(),
        bytes: bytes.into_inner(),
        elapsed: start.elapsed(),
        ..Report::default()
    })
}

fn order(a: &Finding, b: &Finding) -> Ordering {
    (&a.path, a.part, a.place).cmp(&(&b.path, b.part, b.place))
}

/// Marks what an earlier version already held as often: it must be rotated, but this change does not add it.
fn mark_known(source: &dyn Source, rules: &RuleSet, findings: &mut [Finding]) -> Result<()> {
    for file in findings.chunk_by_mut(|a, b| a.path == b.path) {
        let mut unexplained: BTreeMap<Secret, usize> = BTreeMap::new();
        for finding in file.iter() {
            *unexplained.entry(finding.secret.clone()).or_default() += 1;
        }
        let path = file[0].path.clone();
        source.earlier(&path, &mut |earlier| {
            for old in detect(earlier, rules) {
                if let Some(count) = unexplained.get_mut(&old.secret) {
                    *count = count.saturating_sub(1);
                }
            }
            unexplained.values().any(|&count| count > 0)
        })?;
        for finding in file
            .iter_mut()
            .filter(|finding| unexplained.get(&finding.secret) == Some(&0))
        {
            finding.known = true;
            finding.tier = Tier::Warn;
        }
    }
    Ok(())
}
