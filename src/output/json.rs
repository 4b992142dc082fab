//! The report for programs: one JSON document. docs/json.md describes the schema.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use super::shown::{List, Paths, effect, part, severity, tier, write_json};
use crate::finding::Finding;
use crate::report::{Report, Suppression};
use crate::rule::Tier;

/// Counts up when a field changes its meaning or goes; new fields may come at any time.
const SCHEMA_VERSION: u32 = 1;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "json",
    summary: "one JSON document",
    human: false,
    tells_unscanned: true,
    write,
};

#[derive(Serialize)]
struct Document<'a, F: Serialize, S: Serialize> {
    schema_version: u32,
    tool: &'static str,
    version: &'static str,
    findings: F,
    suppressed: S,
    skipped: Vec<SkippedRow<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Row<'a> {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    part: &'static str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    rule: &'a str,
    title: &'a str,
    tier: &'static str,
    severity: &'static str,
    masked: String,
    fingerprint: Option<String>,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a str>,
    known: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed_by: Option<String>,
}

#[derive(Serialize)]
struct SkippedRow<'a> {
    file: String,
    reason: &'a str,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary {
    files: u64,
    bytes: u64,
    blocked: usize,
    warned: usize,
    suppressed: usize,
    skipped: usize,
}

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: "hexguard",
        version: env!("CARGO_PKG_VERSION"),
        findings: List(|| {
            let findings = report.findings.iter();
            findings.map(|finding| row(finding, None, &paths))
        }),
        suppressed: List(|| {
            let suppressed = report.suppressed.iter();
            suppressed.map(|(finding, why)| row(finding, Some(why), &paths))
        }),
        skipped: report
            .skipped
            .iter()
            .map(|s| SkippedRow {
                file: paths.text(&s.path),
                reason: &s.reason,
                effect: effect(s.effect),
                commit: s.commit.as_deref(),
            })
            .collect(),
        summary: summary(report),
    };
    write_json(&document, Some("  "), out)
}

fn row<'a>(finding: &'a Finding, why: Option<&Suppression>, paths: &Paths) -> Row<'a> {
    Row {
        file: paths.text(&finding.path),
        commit: finding.commit.as_deref(),
        part: part(finding.part),
        line: finding.place.line,
        column: finding.place.column,
        end_line: finding.place.end_line,
        end_column: finding.place.end_column,
        rule: finding.rule.id,
        title: finding.rule.title,
        tier: tier(finding.tier),
        severity: severity(finding.rule.severity),
        masked: finding.masked(),
        fingerprint: finding.fingerprint(),
        reason: &finding.reason,
        context: finding.context.as_deref(),
        known: finding.known,
        suppressed_by: why.map(|why| match why {
            Suppression::Comment { mark, .. } => format!("comment {mark}"),
            Suppression::Allowlist { origin, .. } => format!("allowlist {origin}"),
            Suppression::Baseline { origin } => format!("baseline {origin}"),
        }),
    }
}

fn summary(report: &Report) -> Summary {
    Summary {
        files: report.files,
        bytes: report.bytes,
        blocked: report.count(Tier::Block),
        warned: report.count(Tier::Warn),
        suppressed: report.count_suppressed(),
        skipped: report.skipped.len(),
    }
}
