//! junit: test results, for CI systems that show nothing else.

use std::io::{self, Write};

use super::Format;
use super::shown::{Paths, advice, allowed, message, one_line};
use crate::finding::Finding;
use crate::report::{Effect, Report};
use crate::rule::Tier;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "junit",
    summary: "test results in JUnit's XML",
    human: false,
    tells_unscanned: true,
    write,
};

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    let stops = |finding: &Finding| finding.tier == Tier::Block || report.strict;
    let failures = report.findings.iter().filter(|f| stops(f)).count();
    let listed = report.findings.len() + report.suppressed.len() + report.skipped.len();
    // Some readers take an empty suite for a broken run: a clean one is one test that passed.
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"{}\" skipped=\"{}\"",
        listed.max(1),
        report.unscanned().count(),
        report.suppressed.len() + report.skipped.len() - report.unscanned().count()
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"hexguard\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"hexguard\" {counts}>")?;
    if listed == 0 {
        writeln!(
            out,
            "    <testcase classname=\"hexguard\" name=\"no secrets in {} texts\"/>",
            report.files
        )?;
    }
    for finding in &report.findings {
        open_case(finding, &paths, out)?;
        let text = text(&format!("{}\n{}", message(finding), advice(finding)));
        if stops(finding) {
            let message = attribute(&message(finding));
            writeln!(
                out,
                "      <failure type=\"{}\" message=\"{message}\">{text}</failure>",
                finding.rule.id
            )?;
        } else {
            writeln!(out, "      <system-out>warning: {text}</system-out>")?;
        }
        writeln!(out, "    </testcase>")?;
    }
    for (finding, why) in &report.suppressed {
        open_case(finding, &paths, out)?;
        writeln!(
            out,
            "      <skipped message=\"{}\"/>",
            attribute(&allowed(why))
        )?;
        writeln!(out, "    </testcase>")?;
    }
    for skipped in &report.skipped {
        let path = attribute(&one_line(&paths.told(&skipped.path)));
        let reason = attribute(&skipped.reason);
        writeln!(
            out,
            "    <testcase classname=\"not scanned\" name=\"{path}\" file=\"{path}\">"
        )?;
        let result = match skipped.effect {
            Effect::Stops => "error type=\"not-scanned\"",
            Effect::Said | Effect::Accepted => "skipped",
        };
        writeln!(out, "      <{result} message=\"{reason}\"/>")?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn open_case(finding: &Finding, paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let path = attribute(&one_line(&paths.told(&finding.path)));
    let at = match &finding.commit {
        Some(commit) => format!(" in commit {}", attribute(commit)),
        None => String::new(),
    };
    let line = finding.place.line;
    writeln!(
        out,
        "    <testcase classname=\"{}\" name=\"{path}:{line}:{}{at}\" file=\"{path}\" line=\"{line}\">",
        finding.rule.id, finding.place.column
    )
}

/// Returns text between tags. XML has no way at all to write most control characters: they become escapes.
fn text(text: &str) -> String {
    let lines: Vec<String> = text
        .trim_end()
        .split('\n')
        .map(|line| one_line(line.as_bytes()))
        .collect();
    lines
        .join("\n")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Returns an attribute's value.
fn attribute(value: &str) -> String {
    text(&one_line(value.as_bytes())).replace('"', "&quot;")
}
