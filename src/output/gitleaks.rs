//! gitleaks: the JSON report of gitleaks, field for field, for importers and baselines that read it; always masked.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use super::shown::{List, Paths, one_line, tier, write_json};
use crate::detect::entropy;
use crate::finding::Finding;
use crate::report::Report;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "gitleaks",
    summary: "the JSON report of gitleaks, masked",
    human: false,
    tells_unscanned: false,
    write,
};

/// A finding as gitleaks writes it; the order of the fields is its order.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "RuleID")]
    rule_id: &'static str,
    description: &'static str,
    start_line: usize,
    end_line: usize,
    start_column: usize,
    end_column: usize,
    r#match: String,
    secret: String,
    file: String,
    symlink_file: &'static str,
    commit: String,
    entropy: f32,
    author: &'static str,
    email: &'static str,
    date: &'static str,
    message: &'static str,
    tags: [&'static str; 1],
    fingerprint: String,
}

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    let entries = List(|| report.findings.iter().map(|finding| entry(finding, &paths)));
    write_json(&entries, Some(" "), out)
}

fn entry(finding: &Finding, paths: &Paths) -> Entry {
    let place = finding.place;
    let file = paths.text(&finding.path);
    let commit = finding.commit.clone().unwrap_or_default();
    let origin = if commit.is_empty() {
        file.clone()
    } else {
        format!("{commit}:{file}")
    };
    let shown = finding.line.get(finding.mark.0..finding.mark.1);
    Entry {
        rule_id: finding.rule.id,
        description: finding.rule.title,
        start_line: place.line,
        end_line: place.end_line,
        start_column: place.column,
        // gitleaks names the last column of the secret, not the one behind it.
        end_column: place.end_column.saturating_sub(1),
        r#match: shown.map_or_else(|| finding.masked(), one_line),
        secret: finding.masked(),
        symlink_file: "",
        entropy: rounded(entropy::bits_per_byte(finding.secret.expose())),
        // What gitleaks writes when it knows no commit. hexguard reports secrets, not people.
        author: "",
        email: "",
        date: "0001-01-01T00:00:00Z",
        message: "",
        tags: [tier(finding.tier)],
        fingerprint: format!("{origin}:{}:{}", finding.rule.id, place.line),
        file,
        commit,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "gitleaks writes single precision; the value is at most 8"
)]
fn rounded(bits: f64) -> f32 {
    // No minus before a zero.
    bits as f32 + 0.0
}
