//! The report for people: what was found, why it matters, what to do, and what work was done.

use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::shown::Paths;
use super::{Format, closing_line, escaped, shell_quoted};
use crate::finding::Finding;
use crate::fragment::Part;
use crate::report::Report;
use crate::rule::Tier;

pub(super) const FORMAT: Format = Format {
    name: "human",
    summary: "for people: what, why, and what to do",
    human: true,
    write,
};

/// Findings of one kind beyond this number are counted, not shown: nobody reads the hundredth.
const SHOWN: usize = 20;

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    let (blocked, warned): (Vec<&Finding>, Vec<&Finding>) = report
        .findings
        .iter()
        .partition(|finding| finding.tier == Tier::Block || report.strict);
    for (number, finding) in blocked.iter().enumerate().take(SHOWN) {
        let again = number > 0 && blocked[number - 1].rule.id == finding.rule.id;
        blocked_finding(finding, again, &paths, out)?;
    }
    more(blocked.len(), "blocked", out)?;
    if !blocked.is_empty() {
        advice(&blocked, &paths, out)?;
    }
    for finding in warned.iter().take(SHOWN) {
        warned_finding(finding, &paths, out)?;
    }
    more(warned.len(), "warned", out)?;
    for skipped in &report.skipped {
        writeln!(
            out,
            "{} {} was not scanned: {}",
            "skipped".yellow(),
            escaped(&paths.bytes(&skipped.path)),
            skipped.reason
        )?;
    }
    writeln!(out, "hexguard: {}", closing_line(report))
}

fn blocked_finding(
    finding: &Finding,
    again: bool,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = finding.rule;
    writeln!(
        out,
        "{} {}",
        location(finding, paths).bold(),
        format_args!("{} [{}]", rule.title.red().bold(), rule.id.dimmed())
    )?;
    snippet(finding, out)?;
    if finding.reason != rule.title {
        writeln!(out, "  found:  {}", escaped(finding.reason.as_bytes()))?;
    }
    if !again {
        if !rule.why.is_empty() {
            writeln!(out, "  why:    {}", rule.why)?;
        }
        if !rule.help.is_empty() {
            writeln!(out, "  revoke: {}", rule.help)?;
        }
        if !rule.url.is_empty() {
            writeln!(out, "          {}", rule.url.dimmed())?;
        }
    }
    writeln!(out)
}

/// Shows the masked line with carets under the mask.
fn snippet(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    if let Some(context) = &finding.context {
        writeln!(out, "  at:     {}", escaped(context.as_bytes()))?;
    }
    let (start, end) = finding.mark;
    let shown = escaped(&finding.line);
    let width = |bytes: &[u8]| escaped(bytes).chars().count();
    let indent = width(&finding.line[..start.min(finding.line.len())]);
    let marked = width(&finding.line[start.min(finding.line.len())..end.min(finding.line.len())]);
    writeln!(out, "    {shown}")?;
    writeln!(
        out,
        "    {}{}",
        " ".repeat(indent),
        "^".repeat(marked.max(1)).red()
    )
}

fn warned_finding(finding: &Finding, paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let say = if finding.known {
        "already committed: rotate it"
    } else {
        "not blocked"
    };
    writeln!(
        out,
        "{} {} {} [{}]",
        "warning".yellow().bold(),
        location(finding, paths).bold(),
        finding.rule.title,
        finding.rule.id
    )?;
    writeln!(out, "    {} ({say})", escaped(&finding.line))
}

fn more(count: usize, what: &str, out: &mut dyn Write) -> io::Result<()> {
    if count > SHOWN {
        writeln!(
            out,
            "... and {} more {what}: hexguard scan --format compact lists all\n",
            count - SHOWN
        )?;
    }
    Ok(())
}

/// Says how to go on: commands that can be pasted.
fn advice(blocked: &[&Finding], paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let first = blocked[0];
    let path = shell_quoted(&paths.bytes(&first.path));
    writeln!(out, "{}", "What to do".bold())?;
    match first.part {
        Part::Content => {
            writeln!(
                out,
                "  1. Revoke the secret if it was ever real: it may be in backups, logs and editors already."
            )?;
            writeln!(
                out,
                "  2. Take it out of the file; read it from the environment or a secret manager. Then stage the file again:"
            )?;
            writeln!(out, "       git add -- {path}")?;
            writeln!(
                out,
                "     To leave the file out of this commit:  git restore --staged -- {path}"
            )?;
            writeln!(
                out,
                "  Not a secret? Say so on the line itself, or on the line above it:"
            )?;
            writeln!(
                out,
                "       # hexguard:allow {} -- why it is none",
                first.rule.id
            )?;
        }
        Part::Name => writeln!(out, "  Rename the file:  git mv -- {path} NEW-NAME")?,
        Part::Message => writeln!(
            out,
            "  Write the message without the secret and commit again."
        )?,
        Part::Reference => writeln!(out, "  Rename the branch:  git branch -m NEW-NAME")?,
    }
    writeln!(out)
}

/// Returns where a finding stands: `path:line:column`.
fn location(finding: &Finding, paths: &Paths) -> String {
    let path = escaped(&paths.bytes(&finding.path));
    match finding.part {
        Part::Content => format!("{path}:{}:{}", finding.place.line, finding.place.column),
        Part::Name => format!("file name {path}"),
        Part::Message => format!("commit message, line {}", finding.place.line),
        Part::Reference => format!("name {path}"),
    }
}
