//! github: workflow commands that GitHub Actions shows as annotations beside the lines.

use std::io::{self, Write};

use super::Format;
use super::shown::{Paths, advice, message_for_file, one_line, place_in_file, reason_for_file};
use crate::report::{Effect, Report};
use crate::rule::Tier;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "github",
    summary: "annotations of GitHub Actions",
    human: false,
    tells_unscanned: true,
    write,
};

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    for finding in &report.findings {
        let command = match finding.tier {
            Tier::Block => "error",
            Tier::Warn => "warning",
        };
        let place = place_in_file(finding);
        let mut text = message_for_file(finding, &paths);
        let advice = advice(finding);
        if !advice.is_empty() {
            text = format!("{text}. {advice}");
        }
        write!(
            out,
            "::{command} file={},line={},endLine={}",
            property(&paths.text(finding.file())),
            place.line,
            place.end_line
        )?;
        // GitHub refuses columns on an annotation of several lines.
        if place.line == place.end_line {
            write!(out, ",col={},endColumn={}", place.column, place.end_column)?;
        }
        writeln!(out, ",title={}::{}", property(finding.rule.id), data(&text))?;
    }
    for skipped in &report.skipped {
        let path = property(&paths.text(skipped.file()));
        let reason = data(&reason_for_file(skipped, &paths));
        let stops = skipped.effect == Effect::Stops;
        let level = if stops { "error" } else { "notice" };
        writeln!(
            out,
            "::{level} file={path},title=not scanned::not scanned: {reason}"
        )?;
    }
    Ok(())
}

/// Returns the text of a command.
fn data(text: &str) -> String {
    let lines = text.replace('%', "%25").replace('\r', "%0D");
    one_line(lines.replace('\n', "%0A").as_bytes())
}

/// Returns a value in the head of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
