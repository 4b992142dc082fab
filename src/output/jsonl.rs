//! jsonl: one JSON object for each finding, on a line of its own, and a summary at the end.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::Format;
use super::shown::{Paths, effect, part, severity, tier, write_json};
use crate::finding::Finding;
use crate::report::Report;
use crate::rule::Tier;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "jsonl",
    summary: "one JSON object for each finding, a summary at the end",
    human: false,
    tells_unscanned: true,
    write,
};

/// A finding; docs/json.md describes the fields.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the format")]
struct Line<'a> {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_base64: Option<String>,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    part: &'static str,
    commit: Option<&'a str>,
    rule: &'static str,
    title: &'static str,
    tier: &'static str,
    severity: &'static str,
    masked: String,
    reason: &'a str,
    context: Option<&'a str>,
    fingerprint: Option<String>,
    known: bool,
    help: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct End {
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    schema_version: u32,
    files: u64,
    bytes: u64,
    block: usize,
    warn: usize,
    suppressed: usize,
    skipped: Vec<NotScanned>,
}

#[derive(Serialize)]
struct NotScanned {
    file: String,
    reason: String,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
}

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    for finding in &report.findings {
        write_json(&line(finding, &paths), None, out)?;
    }
    let skipped = report.skipped.iter().map(|skipped| NotScanned {
        file: paths.text(&skipped.path),
        reason: skipped.reason.clone(),
        effect: effect(skipped.effect),
        commit: skipped.commit.clone(),
    });
    let end = End {
        summary: Summary {
            schema_version: 1,
            files: report.files,
            bytes: report.bytes,
            block: report.count(Tier::Block),
            warn: report.count(Tier::Warn),
            suppressed: report.count_suppressed(),
            skipped: skipped.collect(),
        },
    };
    write_json(&end, None, out)
}

fn line<'a>(finding: &'a Finding, paths: &Paths) -> Line<'a> {
    let place = finding.place;
    let path = paths.told(&finding.path);
    Line {
        file: String::from_utf8_lossy(&path).into_owned(),
        file_base64: str::from_utf8(&path)
            .is_err()
            .then(|| STANDARD.encode(&path)),
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
        part: part(finding.part),
        commit: finding.commit.as_deref(),
        rule: finding.rule.id,
        title: finding.rule.title,
        tier: tier(finding.tier),
        severity: severity(finding.rule.severity),
        masked: finding.masked(),
        reason: &finding.reason,
        context: finding.context.as_deref(),
        fingerprint: finding.fingerprint(),
        known: finding.known,
        help: finding.rule.help,
        url: finding.rule.url,
    }
}
