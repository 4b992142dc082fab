//! compact: one line for each finding, `path:line:column: rule: message`, as editors and grep tools read it.

use std::io::{self, Write};

use super::Format;
use super::shown::{Paths, message, one_line};
use crate::report::Report;
use crate::rule::Tier;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "compact",
    summary: "one line for each finding: path:line:column: rule: message",
    human: false,
    tells_unscanned: true,
    write,
};

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    for finding in &report.findings {
        let path = one_line(&paths.opened(&finding.path));
        let place = finding.place;
        let tier = match finding.tier {
            Tier::Block => "",
            Tier::Warn => " [warn]",
        };
        writeln!(
            out,
            "{path}:{}:{}: {}: {}{tier}",
            place.line,
            place.column,
            finding.rule.id,
            message(finding)
        )?;
    }
    for skipped in &report.skipped {
        let path = one_line(&paths.opened(&skipped.path));
        writeln!(
            out,
            "{path}:1:1: not-scanned: {}",
            one_line(skipped.reason.as_bytes())
        )?;
    }
    Ok(())
}
