//! csv: a table for spreadsheets, in which no cell is taken for a formula.

use std::io::{self, Write};

use super::Format;
use super::shown::{Paths, one_line, part, severity, tier};
use crate::finding::Finding;
use crate::report::{Report, Suppression};

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "csv",
    summary: "a table for spreadsheets, safe against formulas",
    human: false,
    tells_unscanned: true,
    write,
};

const HEADER: &str = "status,tier,severity,rule,title,file,line,column,end_line,end_column,part,commit,masked,reason,\
                      context,fingerprint";

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    write!(out, "{HEADER}\r\n")?;
    for finding in &report.findings {
        let status = if finding.known { "known" } else { "open" };
        row(status, finding, &paths, out)?;
    }
    for (finding, why) in &report.suppressed {
        let status = match why {
            Suppression::Comment { .. } => "suppressed by comment",
            Suppression::Allowlist { .. } => "suppressed by allowlist",
            Suppression::Baseline { .. } => "suppressed by baseline",
        };
        row(status, finding, &paths, out)?;
    }
    for skipped in &report.skipped {
        let path = one_line(&paths.told(&skipped.path));
        let cells = [
            "not scanned",
            "",
            "",
            "",
            "",
            &path,
            "",
            "",
            "",
            "",
            "",
            skipped.commit.as_deref().unwrap_or_default(),
            "",
            &one_line(skipped.reason.as_bytes()),
            "",
            "",
        ];
        line(&cells, out)?;
    }
    Ok(())
}

fn row(status: &str, finding: &Finding, paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let place = finding.place;
    line(
        &[
            status,
            tier(finding.tier),
            severity(finding.rule.severity),
            finding.rule.id,
            finding.rule.title,
            &one_line(&paths.told(&finding.path)),
            &place.line.to_string(),
            &place.column.to_string(),
            &place.end_line.to_string(),
            &place.end_column.to_string(),
            part(finding.part),
            finding.commit.as_deref().unwrap_or_default(),
            &finding.masked(),
            &one_line(finding.reason.as_bytes()),
            &one_line(finding.context.as_deref().unwrap_or_default().as_bytes()),
            &finding.fingerprint().unwrap_or_default(),
        ],
        out,
    )
}

fn line(cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    for (number, text) in cells.iter().enumerate() {
        if number > 0 {
            out.write_all(b",")?;
        }
        out.write_all(cell(text).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// Returns a cell as it stands in the file. A leading apostrophe keeps a spreadsheet from calculating what begins like
/// a formula: file names are chosen by whoever wrote the commit.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if text.contains([',', '"', '\n', '\r', ';']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(cell("src/a.py"), "src/a.py");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(cell("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(cell("=A1,B1"), "\"'=A1,B1\"");
        assert_eq!(cell("@x"), "'@x");
    }
}
