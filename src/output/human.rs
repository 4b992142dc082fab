//! The report for people: what was found, why it matters, what to do, and what work was done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::shown::{Paths, allowed};
use super::{Format, advice, closing_line, escaped};
use crate::detect::without_secrets;
use crate::finding::Finding;
use crate::fragment::Part;
use crate::report::around::{Made, Subject, Way};
use crate::report::{Effect, LISTED, Report, Skipped};
use crate::source::headers::{HEADER, HISTORY, TAG};

pub(super) const FORMAT: Format = Format {
    name: "human",
    summary: "for people: what, why, and what to do",
    human: true,
    tells_unscanned: true,
    write,
};

/// Findings of one kind beyond this number are counted, not shown: nobody reads the hundredth.
pub(super) const SHOWN: usize = 20;
/// So many columns stand before a line of a file.
const INDENT: usize = 4;
/// A terminal is taken to have so many columns at least.
const NARROW: usize = 40;
/// So many columns are shown of a line where no terminal is.
const LOGGED: usize = 400;
/// What is said of a secret that an earlier version already held.
const KNOWN: &str = "already committed: rotate it";

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(report);
    let shown = report.findings.iter().filter(|f| report.shows(f));
    let (blocked, others): (Vec<&Finding>, Vec<&Finding>) =
        shown.partition(|finding| report.stops(finding));
    let (known, warned): (Vec<&Finding>, Vec<&Finding>) =
        others.into_iter().partition(|finding| finding.known);
    for (number, finding) in blocked.iter().enumerate().take(SHOWN) {
        let again = number > 0 && blocked[number - 1].rule.id == finding.rule.id;
        blocked_finding(finding, again, (report, &paths), out)?;
    }
    more(blocked.len(), "blocked", report, out)?;
    if !blocked.is_empty() {
        advice::write(&blocked, report, &paths, out)?;
    }
    for (findings, what) in [(warned, "warned"), (known, "known")] {
        for finding in findings.iter().take(SHOWN) {
            warned_finding(finding, report, &paths, out)?;
        }
        more(findings.len(), what, report, out)?;
    }
    unscanned(report, &paths, out)?;
    if report.show_suppressed {
        for (finding, why) in &report.suppressed {
            writeln!(
                out,
                "{} {}:{}:{}: {} [{}] {}, {}",
                "allowed".dimmed(),
                escaped(&paths.opened(&finding.path)),
                finding.place.line,
                finding.place.column,
                finding.rule.title,
                finding.rule.id,
                finding.masked(),
                escaped(allowed(why).as_bytes())
            )?;
        }
    }
    // The hook of a commit says nothing of what is accepted.
    let accepted = report.accepted().filter(|_| !report.of_hook);
    let unlisted = report.unlisted_note();
    let notes = report.notes.iter().chain(&unlisted);
    for note in notes.chain(&accepted) {
        let note = String::from_utf8_lossy(&paths.bytes(note.as_bytes())).into_owned();
        let note = escaped(without_secrets(&note).as_bytes());
        writeln!(out, "{} {note}", "note".yellow())?;
    }
    writeln!(out, "hexguard: {}", closing_line(report))
}

/// Says what was not scanned, why, and what to do about it.
fn unscanned(report: &Report, paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let told: Vec<&Skipped> = report
        .skipped
        .iter()
        .filter(|one| one.effect != Effect::Accepted)
        .collect();
    let groups = grouped(&told);
    for Group {
        first,
        others,
        commits,
    } in groups.iter().take(SHOWN)
    {
        // Of what is not looked into the reason says it.
        let path = escaped(&paths.opened(&first.path));
        let reason = escaped(first.reason.as_bytes());
        let label = "skipped".yellow();
        let commit = in_commits(commits);
        if first.path == HISTORY {
            writeln!(out, "{label} part of the history{commit}: {reason}")?;
        } else if first.effect == Effect::Said {
            let others = match others {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            writeln!(out, "{label} {path}{commit}{others}: {reason}")?;
        } else {
            let others = match others {
                0 => String::new(),
                more => format!(" (and {more} more in that file)"),
            };
            writeln!(
                out,
                "{label} {path}{commit} was not scanned: {reason}{others}"
            )?;
        }
    }
    more(groups.len(), "not scanned", report, out)?;
    advice::write_unscanned(report, paths, out)
}

/// What was not scanned and is told in one line.
struct Group<'r> {
    first: &'r Skipped,
    /// How many others there are.
    others: usize,
    /// The commits that hold the first.
    commits: BTreeSet<&'r str>,
}

/// Says which commits hold something.
fn in_commits(commits: &BTreeSet<&str>) -> String {
    let Some(first) = commits.first() else {
        return String::new();
    };
    let first = first.get(..12).unwrap_or(first);
    match commits.len() {
        1 => format!(" in commit {first}"),
        count => format!(" in commit {first} and {} more", count - 1),
    }
}

/// Returns what was not scanned in few lines: of one file, and of what is not looked into for the same reason, the first,
/// and how many others there are.
fn grouped<'r>(told: &[&'r Skipped]) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for &skipped in told {
        let key = match skipped.effect {
            Effect::Said => skipped.reason.as_bytes(),
            Effect::Stops | Effect::Accepted => skipped.file(),
        };
        let place = *places.entry(key).or_insert(groups.len());
        // One path may come in many commits.
        let is_new = seen.insert((&skipped.path, &skipped.reason));
        match groups.get_mut(place) {
            Some(group) => {
                group.others += usize::from(is_new);
                if (&group.first.path, &group.first.reason) == (&skipped.path, &skipped.reason) {
                    group.commits.extend(skipped.commit.as_deref());
                }
            }
            None => groups.push(Group {
                first: skipped,
                others: 0,
                commits: skipped.commit.as_deref().into_iter().collect(),
            }),
        }
    }
    groups
}

fn blocked_finding(
    finding: &Finding,
    again: bool,
    (report, paths): (&Report, &Paths),
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = finding.rule;
    writeln!(
        out,
        "{} {}",
        location(finding, report, paths).bold(),
        format_args!("{} [{}]", rule.title.red().bold(), rule.id.dimmed())
    )?;
    snippet(finding, report, out)?;
    if finding.reason != rule.title {
        writeln!(out, "  found:  {}", escaped(finding.reason.as_bytes()))?;
    }
    if let Some(commit) = &finding.commit {
        writeln!(out, "  commit: {}", commit.get(..12).unwrap_or(commit))?;
    }
    if finding.known {
        writeln!(out, "  known:  {KNOWN}; stopped because `strict` is set")?;
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
fn snippet(finding: &Finding, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if let Some(context) = &finding.context {
        writeln!(out, "  at:     {}", escaped(context.as_bytes()))?;
    }
    let (start, end) = finding.mark;
    let shown = escaped(&finding.line);
    let width = |bytes: &[u8]| escaped(bytes).chars().count();
    let indent = width(&finding.line[..start.min(finding.line.len())]);
    let marked = width(&finding.line[start.min(finding.line.len())..end.min(finding.line.len())]);
    let (shown, indent, marked) = clipped(shown, indent, marked.max(1), report.around.width);
    writeln!(out, "    {shown}")?;
    writeln!(
        out,
        "    {}{}",
        " ".repeat(indent),
        "^".repeat(marked).red()
    )
}

/// Cuts a line to the width of the terminal, around its mark: wrapped, the carets would stand below another line.
fn clipped(
    line: String,
    start: usize,
    marked: usize,
    width: Option<usize>,
) -> (String, usize, usize) {
    let count = line.chars().count();
    let room = width.map_or(LOGGED, |width| width.max(NARROW)) - INDENT;
    if count <= room {
        return (line, start, marked);
    }
    // A mark of cutting takes a column on either side.
    let room = room - 2;
    let marked = marked.min(room);
    let from = start.saturating_sub((room - marked) / 2);
    let from = from.min(count.saturating_sub(room));
    let mut text = String::new();
    let mut cut = start - from;
    if from > 0 {
        text.push('…');
        cut += 1;
    }
    text.extend(line.chars().skip(from).take(room));
    if from + room < count {
        text.push('…');
    }
    (text, cut, marked)
}

fn warned_finding(
    finding: &Finding,
    report: &Report,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (label, say) = if finding.known {
        ("known", KNOWN)
    } else {
        ("warning", "not blocked")
    };
    writeln!(
        out,
        "{} {} {} [{}]",
        label.yellow().bold(),
        location(finding, report, paths).bold(),
        finding.rule.title,
        finding.rule.id
    )?;
    let line = escaped(&finding.line);
    if finding.known || finding.reason == finding.rule.title {
        return writeln!(out, "    {line} ({say})");
    }
    writeln!(
        out,
        "    {line} ({say}: {})",
        escaped(finding.reason.as_bytes())
    )
}

fn more(count: usize, what: &str, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let unlisted = match what {
        "blocked" => report.unlisted.blocked,
        "warned" => report.unlisted.warned,
        _ => 0,
    };
    if count + unlisted <= SHOWN {
        return Ok(());
    }
    let lists = match unlisted {
        0 => "lists all".to_owned(),
        _ => format!("lists {LISTED} findings"),
    };
    let how = match report.around.subject {
        Subject::Staged => format!(": hexguard scan --format compact {lists}"),
        Subject::Files => format!(": --format compact {lists}"),
        Subject::Commits if !report.of_hook => format!(": --format compact {lists}"),
        Subject::Commits => format!(": HEXGUARD_FORMAT=compact in the environment {lists}"),
        // A server asks no environment.
        Subject::Received => String::new(),
    };
    let more = count.saturating_sub(SHOWN) + unlisted;
    writeln!(out, "... and {more} more {what}{how}\n")
}

/// Returns where a finding stands: `path:line:column`.
fn location(finding: &Finding, report: &Report, paths: &Paths) -> String {
    if let Some(object) = annotated(finding, report) {
        return format!("note on {object}, line {}", finding.place.line);
    }
    let path = escaped(&paths.opened(&finding.path));
    match finding.part {
        Part::Content => format!("{path}:{}:{}", finding.place.line, finding.place.column),
        Part::Name => format!("file name {path}"),
        Part::Message if finding.path == TAG => {
            format!("tag message, line {}", finding.place.line)
        }
        Part::Message => format!("commit message, line {}", finding.place.line),
        // The name of a tag stands in it once more.
        Part::Header if finding.path == HEADER && finding.commit.is_none() => {
            "header of a tag:".to_owned()
        }
        Part::Header if finding.path == HEADER => "header of a commit:".to_owned(),
        Part::Header => {
            let name = finding.path.strip_prefix(b"<").unwrap_or(&finding.path);
            escaped(name.strip_suffix(b">").unwrap_or(name)) + ":"
        }
        Part::Reference if finding.line.starts_with(b"refs/tags/") => "tag name:".to_owned(),
        Part::Reference => "branch name:".to_owned(),
    }
}

/// Returns the start of the id of what a note is on, if a finding stands in a note.
fn annotated(finding: &Finding, report: &Report) -> Option<String> {
    let commit = finding
        .commit
        .as_ref()
        .filter(|_| finding.part == Part::Content)?;
    let is_of_notes =
        |made: &Made| matches!(made.by, Way::Notes(_)) && made.commits.contains(commit);
    if !report.around.made.iter().any(is_of_notes) {
        return None;
    }
    let id = String::from_utf8_lossy(finding.file()).replace('/', "");
    let is_id = id.len() >= 40 && id.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| id[..12].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let line = format!("{}MARK{}", "a".repeat(200), "b".repeat(200));
        for width in [None, Some(80), Some(41), Some(3)] {
            for (start, marked) in [(200, 4), (0, 3), (400, 4), (10, 390)] {
                let (text, at, long) = clipped(line.clone(), start, marked, width);
                let most = width.map_or(LOGGED, |width| width.max(NARROW)) - INDENT;
                assert!(text.chars().count() <= most, "{width:?} {text}");
                assert!(
                    at + long <= text.chars().count(),
                    "{width:?} {start} {text}"
                );
                if start == 200 {
                    let mark: String = text.chars().skip(at).take(long).collect();
                    assert_eq!(mark, "MARK");
                }
            }
        }
        let short = clipped("x = 1".to_owned(), 4, 1, Some(80));
        assert_eq!(short, ("x = 1".to_owned(), 4, 1));
    }
}
