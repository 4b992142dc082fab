//! gitlab: the secret detection report of GitLab (schema 15), for merge requests and its vulnerability list.

use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Value, json};

use super::Format;
use super::shown::{
    List, Paths, allowed, identities, message_for_file, one_line, place_in_file, write_json,
};
use crate::finding::Finding;
use crate::report::{Effect, Outcome, Report};
use crate::rule::{Severity, Tier};

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "gitlab",
    summary: "GitLab's secret detection report",
    human: false,
    tells_unscanned: true,
    write,
};

/// What GitLab's own analyser writes for what is in no commit yet.
const NO_COMMIT: &str = "0000000";

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    let names = identities(report.findings.iter());
    let vulnerabilities = List(|| {
        let named = report.findings.iter().zip(&names);
        named.map(|(finding, name)| vulnerability(finding, name, &paths))
    });
    let messages = List(|| {
        let skipped = report.skipped.iter().map(|skipped| {
            let path = one_line(&paths.told(&skipped.path));
            let reason = one_line(skipped.reason.as_bytes());
            let stops = skipped.effect == Effect::Stops;
            let level = if stops { "fatal" } else { "info" };
            json!({ "level": level, "value": format!("not scanned: {path}: {reason}") })
        });
        skipped.chain(report.suppressed.iter().map(|(finding, why)| {
            let path = one_line(&paths.told(&finding.path));
            let why = one_line(allowed(why).as_bytes());
            let text = format!(
                "suppressed: {path}:{}: {}: {why}",
                finding.place.line, finding.rule.id
            );
            json!({ "level": "info", "value": text })
        }))
    });
    let tool = json!({
        "id": "hexguard",
        "name": "hexguard",
        "vendor": { "name": "hexguard" },
        "version": env!("CARGO_PKG_VERSION"),
    });
    let end = now();
    let is_unscanned = report.outcome() == Outcome::Unscanned;
    let log = Log {
        scan: Scan {
            analyzer: &tool,
            end_time: date(end),
            messages,
            scanner: &tool,
            start_time: date(end),
            status: if is_unscanned { "failure" } else { "success" },
            r#type: "secret_detection",
        },
        version: "15.2.1",
        vulnerabilities,
    };
    write_json(&log, Some("  "), out)
}

#[derive(Serialize)]
struct Log<'a, M: Serialize, V: Serialize> {
    scan: Scan<'a, M>,
    version: &'static str,
    vulnerabilities: V,
}

#[derive(Serialize)]
struct Scan<'a, M: Serialize> {
    analyzer: &'a Value,
    end_time: String,
    messages: M,
    scanner: &'a Value,
    start_time: String,
    status: &'static str,
    r#type: &'static str,
}

fn vulnerability(finding: &Finding, name: &str, paths: &Paths) -> Value {
    let rule = finding.rule;
    let severity = match (finding.tier, rule.severity) {
        // A warning is a doubt: GitLab knows no confidence any more, only this.
        (Tier::Warn, _) | (_, Severity::Low) => "Low",
        (_, Severity::Medium) => "Medium",
        (_, Severity::High) => "High",
        (_, Severity::Critical) => "Critical",
    };
    let mut identifier = json!({
        "type": "hexguard_rule_id",
        "name": format!("hexguard rule {}", rule.id),
        "value": rule.id,
    });
    if !rule.url.is_empty() {
        identifier["url"] = rule.url.into();
    }
    let mut out = json!({
        "id": uuid(name),
        "category": "secret_detection",
        "name": rule.title,
        "description": format!("{}. {}", message_for_file(finding, paths), rule.why).trim_end(),
        "severity": severity,
        "raw_source_code_extract": one_line(finding.masked().as_bytes()),
        "location": {
            "file": paths.text(finding.file()),
            "start_line": place_in_file(finding).line,
            "end_line": place_in_file(finding).end_line,
            "commit": { "sha": finding.commit.as_deref().unwrap_or(NO_COMMIT) },
        },
        "identifiers": [identifier],
    });
    if !rule.help.is_empty() {
        out["solution"] = rule.help.into();
    }
    out
}

/// Returns the name of a finding in the form of a UUID (version 8: its bits are ours to choose).
fn uuid(name: &str) -> String {
    let digits = super::shown::digest(&[name.as_bytes()], 32);
    format!(
        "{}-{}-8{}-8{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..]
    )
}

/// Returns the seconds since 1970: the format demands a time. `SOURCE_DATE_EPOCH` makes the report reproducible.
fn now() -> u64 {
    std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or_else(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or(Duration::ZERO)
                .as_secs()
        })
}

/// Returns a time as GitLab writes it, in UTC: `2026-01-31T12:00:00`.
fn date(seconds: u64) -> String {
    let (mut year, mut days) = (1970u64, seconds / 86_400);
    // No year is asked for that lies so far ahead that this loop would be felt.
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while year < 9999 && days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
    ] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (day, time) = (days.min(30) + 1, seconds % 86_400);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(date(0), "1970-01-01T00:00:00");
        assert_eq!(date(951_782_400), "2000-02-29T00:00:00");
        assert_eq!(date(1_798_761_599), "2026-12-31T23:59:59");
        assert_eq!(date(1_798_761_600), "2027-01-01T00:00:00");
    }
}
