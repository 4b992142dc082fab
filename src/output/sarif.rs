//! sarif: SARIF 2.1.0, with what GitHub code scanning needs and uses.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::Format;
use super::shown::{
    self, List, Paths, allowed, identities, message_for_file, one_line, place_in_file,
    reason_for_file, write_json,
};
use crate::finding::Finding;
use crate::report::{Effect, Outcome, Report, Suppression};
use crate::rule::{Confidence, Rule, Severity, Tier};

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "sarif",
    summary: "SARIF 2.1.0, for GitHub code scanning and other dashboards",
    human: false,
    tells_unscanned: true,
    write,
};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    let all: Vec<(&Finding, Option<&Suppression>)> = report
        .findings
        .iter()
        .map(|finding| (finding, None))
        .chain(
            report
                .suppressed
                .iter()
                .map(|(finding, why)| (finding, Some(why))),
        )
        .collect();
    let mut rules: Vec<&Rule> = all.iter().map(|(finding, _)| finding.rule).collect();
    rules.sort_by_key(|rule| rule.id);
    rules.dedup_by_key(|rule| rule.id);
    let names = identities(all.iter().map(|(finding, _)| *finding));
    let results = List(|| {
        all.iter().zip(&names).map(|((finding, why), name)| {
            let number = rules.binary_search_by_key(&finding.rule.id, |rule| rule.id);
            result(finding, *why, (number.unwrap_or_default(), name), &paths)
        })
    });
    let log = Log {
        schema: SCHEMA,
        runs: [Run {
            automation_details: json!({ "id": "hexguard/" }),
            invocations: [invocation(report, &paths)],
            original_uri_base_ids: base(report),
            results,
            tool: json!({ "driver": {
                "name": "hexguard",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }}),
        }],
        version: "2.1.0",
    };
    write_json(&log, Some("  "), out)
}

#[derive(Serialize)]
struct Log<R: Serialize> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<R>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R: Serialize> {
    automation_details: Value,
    invocations: [Value; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    original_uri_base_ids: Option<Value>,
    results: R,
    tool: Value,
}

fn descriptor(rule: &Rule) -> Value {
    let why = if rule.why.is_empty() {
        rule.title
    } else {
        rule.why
    };
    let cure = if rule.help.is_empty() {
        "Revoke it at its provider, then take it out of the file."
    } else {
        rule.help
    };
    let mut markdown = format!(
        "**{}**\n\n{why}\n\n**What to do:** {cure} Then take it from the environment or a secret manager.\n\nA secret that \
         was pushed is known: deleting it from the file does not help.",
        rule.title
    );
    if !rule.url.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(markdown, "\n\n[The provider's page]({})", rule.url);
    }
    let mut descriptor = json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": why },
        "help": { "text": format!("{why} {cure}"), "markdown": markdown },
        "defaultConfiguration": { "level": level(rule.tier) },
        "properties": {
            "tags": ["security", "secret", "external/cwe/cwe-798"],
            "precision": precision(rule),
            "security-severity": security_severity(rule.severity),
        },
    });
    if !rule.url.is_empty() {
        descriptor["helpUri"] = rule.url.into();
    }
    descriptor
}

fn level(tier: Tier) -> &'static str {
    match tier {
        Tier::Block => "error",
        Tier::Warn => "warning",
    }
}

fn precision(rule: &Rule) -> &'static str {
    match (rule.tier, rule.confidence) {
        (Tier::Warn, _) => "medium",
        (Tier::Block, Confidence::Documented | Confidence::Two) => "very-high",
        (Tier::Block, Confidence::One | Confidence::Guess) => "high",
    }
}

/// Returns the number that GitHub turns into critical, high, medium and low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn result(
    finding: &Finding,
    why: Option<&Suppression>,
    (number, name): (usize, &str),
    paths: &Paths,
) -> Value {
    // GitHub tells findings apart by this key alone. Its own value is a digest of the line, from which a weak secret
    // could be found by trying: this one is made from the salted fingerprint.
    let (line_hash, count) = name.split_once(':').unwrap_or((name, "1"));
    let line_hash = format!("{}:{count}", &line_hash[..16.min(line_hash.len())]);
    let mut fingerprints = json!({ "primaryLocationLineHash": line_hash });
    if let Some(fingerprint) = finding.fingerprint() {
        fingerprints["hexguard/v1"] = fingerprint.into();
    }
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": number,
        "level": level(finding.tier),
        "message": { "text": format!("{}.", message_for_file(finding, paths)) },
        "locations": [location(finding, paths)],
        "partialFingerprints": fingerprints,
        "properties": {
            "masked": one_line(finding.masked().as_bytes()),
            "part": shown::part(finding.part),
            "known": finding.known,
        },
    });
    if let Some(commit) = &finding.commit {
        result["properties"]["commit"] = commit.as_str().into();
    }
    if let Some(why) = why {
        let kind = match why {
            Suppression::Comment { .. } => "inSource",
            Suppression::Allowlist { .. } | Suppression::Baseline { .. } => "external",
        };
        result["suppressions"] = json!([{
            "kind": kind,
            "status": "accepted",
            "justification": one_line(allowed(why).as_bytes()),
        }]);
    }
    result
}

fn location(finding: &Finding, paths: &Paths) -> Value {
    let place = place_in_file(finding);
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&paths.told(finding.file())),
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
            "snippet": { "text": one_line(finding.masked().as_bytes()) },
        },
        "contextRegion": {
            "startLine": place.line,
            "endLine": place.end_line,
            "snippet": { "text": one_line(&finding.line) },
        },
    }})
}

fn invocation(report: &Report, paths: &Paths) -> Value {
    let notes: Vec<Value> = report
        .skipped
        .iter()
        .map(|skipped| {
            json!({
                "level": if skipped.effect == Effect::Stops { "error" } else { "note" },
                "message": { "text": format!("Not scanned: {}.", reason_for_file(skipped, paths)) },
                "locations": [{ "physicalLocation": { "artifactLocation": artifact(&paths.told(skipped.file())) } }],
            })
        })
        .collect();
    json!({
        "executionSuccessful": report.outcome() != Outcome::Unscanned,
        "toolExecutionNotifications": notes,
    })
}

/// Returns where the names begin, if that is not the work tree that the person stands in.
fn base(report: &Report) -> Option<Value> {
    let elsewhere = report.elsewhere.as_ref()?;
    if elsewhere.before.is_some() {
        return None;
    }
    Some(json!({ "%SRCROOT%": artifact(&elsewhere.folder()) }))
}

/// Returns a path as SARIF names files: relative to the top of the work tree, or a file URI when it was given by hand
/// from the root; every byte that is not plain is percent-encoded, so that any path comes back unharmed.
fn artifact(path: &[u8]) -> Value {
    let uri = encoded(path);
    let drive = matches!(path, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    if drive {
        return json!({ "uri": format!("file:///{}", uri.replacen("%3A", ":", 1).replace("%5C", "/")) });
    }
    if path.starts_with(b"/") {
        return json!({ "uri": format!("file://{uri}") });
    }
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}

fn encoded(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
