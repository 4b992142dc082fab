//! The whole pipeline: source, detect, novelty, report.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Result;

use crate::detect::detect;
use crate::finding::{Finding, Secret};
use crate::fragment::{Fragment, Part};
use crate::report::Report;
use crate::rule::{RuleSet, Tier};
use crate::source::Source;

/// Scans everything that a source holds. An error means that it could not be scanned.
pub fn scan(source: &dyn Source, rules: &RuleSet) -> Result<Report> {
    let start = Instant::now();
    let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let found = Mutex::new(Vec::new());
    let skipped = source.fragments(&|fragment: &Fragment<'_>| {
        if fragment.part == Part::Content {
            files.fetch_add(1, Ordering::Relaxed);
        }
        bytes.fetch_add(fragment.text.len() as u64, Ordering::Relaxed);
        let findings = detect(fragment, rules);
        if !findings.is_empty() {
            found
                .lock()
                .expect("no thread panics: a panic ends the process")
                .extend(findings);
        }
    })?;
    let mut findings = found
        .into_inner()
        .expect("no thread panics: a panic ends the process");
    findings.sort_by(|a: &Finding, b| (&a.path, a.part, a.place).cmp(&(&b.path, b.part, b.place)));
    mark_known(source, rules, &mut findings)?;
    Ok(Report {
        findings,
        skipped,
        files: files.into_inner(),
        bytes: bytes.into_inner(),
        elapsed: start.elapsed(),
        ..Report::default()
    })
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
