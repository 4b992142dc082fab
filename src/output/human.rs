//! The report for people: what was found, why it matters, what to do, and what work was done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::shown::{Paths, allowed, is_whole, without_secrets};
use super::{Format, closing_line, escaped, shell_quoted};
use crate::finding::Finding;
use crate::fragment::Part;
use crate::report::{Effect, Report, Skipped};

pub(super) const FORMAT: Format = Format {
    name: "human",
    summary: "for people: what, why, and what to do",
    human: true,
    write,
};

/// Findings of one kind beyond this number are counted, not shown: nobody reads the hundredth.
const SHOWN: usize = 20;
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
        blocked_finding(finding, again, &paths, out)?;
    }
    more(blocked.len(), "blocked", out)?;
    if !blocked.is_empty() {
        advice(&blocked, report, &paths, out)?;
    }
    for (findings, what) in [(warned, "warned"), (known, "known")] {
        for finding in findings.iter().take(SHOWN) {
            warned_finding(finding, &paths, out)?;
        }
        more(findings.len(), what, out)?;
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
    for note in &report.notes {
        let note = String::from_utf8_lossy(&paths.bytes(note.as_bytes())).into_owned();
        let note = escaped(without_secrets(&note).as_bytes());
        writeln!(out, "{} {note}", "note".yellow())?;
    }
    writeln!(out, "hexguard: {}", closing_line(report))
}

/// Says what was not scanned, why, and what to do about it.
fn unscanned(report: &Report, paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let told: Vec<&Skipped> = report.skipped.iter().filter(|s| report.tells(s)).collect();
    let groups = grouped(&told);
    for (skipped, others) in groups.iter().take(SHOWN) {
        // Of what is not looked into the reason says it.
        let (was, others) = match (skipped.effect, others) {
            (Effect::Said, 0) => ("", String::new()),
            (Effect::Said, more) => ("", format!(" and {more} more")),
            (Effect::Stops | Effect::Accepted, 0) => (" was not scanned", String::new()),
            (Effect::Stops | Effect::Accepted, more) => (
                " was not scanned",
                format!(" (and {more} more in that file)"),
            ),
        };
        let path = escaped(&paths.opened(&skipped.path));
        let reason = escaped(skipped.reason.as_bytes());
        let label = "skipped".yellow();
        if skipped.effect == Effect::Said {
            writeln!(out, "{label} {path}{others}: {reason}")?;
        } else {
            writeln!(out, "{label} {path}{was}: {reason}{others}")?;
        }
    }
    more(groups.len(), "not scanned", out)?;
    let mut accepted: Vec<String> = Vec::new();
    let is_file = |skipped: &&Skipped| !skipped.missing && !skipped.path.starts_with(b"<");
    for skipped in report.unscanned().filter(is_file) {
        // A path that no pattern of this repository covers is told by its last name.
        let path = paths.bytes(skipped.file());
        let last = path
            .rsplit(|&b| b == b'/')
            .next()
            .filter(|_| is_whole(&path));
        let pattern = format!("{:?}", pattern(&escaped(last.unwrap_or(&path))));
        if !accepted.contains(&pattern) && accepted.len() < SHOWN {
            accepted.push(pattern);
        }
    }
    if !accepted.is_empty() {
        writeln!(
            out,
            "What was not scanned may hold a secret. To accept it unscanned, write this at the top of hexguard.toml{}:\n    allow-unscanned = [{}]",
            if report.of_hook {
                " and stage that"
            } else {
                ""
            },
            accepted.join(", ")
        )?;
    }
    Ok(())
}

/// Returns the pattern that covers a path and no other.
fn pattern(path: &str) -> String {
    let mut out = String::new();
    for char in path.chars() {
        if matches!(char, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

/// Returns what was not scanned in few lines: of one file, and of what is not looked into for the same reason, the first,
/// and how many others there are.
fn grouped<'r>(told: &[&'r Skipped]) -> Vec<(&'r Skipped, usize)> {
    let mut groups: Vec<(&Skipped, usize)> = Vec::new();
    let mut places: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for &skipped in told {
        // One path may come in many commits.
        if !seen.insert((&skipped.path, &skipped.reason)) {
            continue;
        }
        let key = match skipped.effect {
            Effect::Said => skipped.reason.as_bytes(),
            Effect::Stops | Effect::Accepted => skipped.file(),
        };
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, others)) => *others += 1,
            None => groups.push((skipped, 0)),
        }
    }
    groups
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
    let (label, say) = if finding.known {
        ("known", KNOWN)
    } else {
        ("warning", "not blocked")
    };
    writeln!(
        out,
        "{} {} {} [{}]",
        label.yellow().bold(),
        location(finding, paths).bold(),
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
fn advice(
    blocked: &[&Finding],
    report: &Report,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let first = blocked[0];
    writeln!(out, "{}", "What to do".bold())?;
    writeln!(
        out,
        "  Revoke the secret if it was ever real: it may be in backups and logs already."
    )?;
    let path = pathspec(&paths.bytes(first.file()), report.below_top);
    if let Some(top) = &report.elsewhere {
        writeln!(out, "  Go to the repository:\n    cd {}", shell_quoted(top))?;
    }
    if let Some(commit) = &first.commit {
        undoing((first.part, first.member().is_some()), commit, &path, out)?;
    } else {
        unmaking(blocked, report, paths, out)?;
    }
    allowing(blocked, out)?;
    writeln!(out)
}

/// Says how to take the first finding out of what is in no commit yet.
fn unmaking(
    blocked: &[&Finding],
    report: &Report,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let first = blocked[0];
    match first.part {
        Part::Content | Part::Name if is_pending(first) => {
            let how = if first.member().is_some() {
                "Take it out of what the file was made from, make the file anew"
            } else {
                "Take it out of the file, read it from the environment or a secret manager"
            };
            let files = files(blocked, report, paths);
            let then = if files.is_empty() {
                "."
            } else {
                ", then stage the file again:"
            };
            writeln!(out, "  {how}{then}")?;
            if !files.is_empty() {
                writeln!(out, "    git add -- {files}")?;
            }
            if !files.is_empty() && !report.merging {
                writeln!(out, "  Or leave it out of this commit:")?;
                writeln!(out, "    git reset -q -- {files}")?;
            }
        }
        Part::Content | Part::Name => writeln!(out, "  Rename the file: git mv")?,
        Part::Message | Part::Header if is_of_tag(first) => {
            writeln!(out, "  Make the tag anew: git tag -f -a NAME COMMIT")?;
        }
        Part::Header => writeln!(
            out,
            "  Set the name and the address without it, and commit again:\n    git config user.name NAME && git config user.email ADDRESS"
        )?,
        Part::Message => writeln!(out, "  Write the message without it and commit again.")?,
        Part::Reference if first.line.starts_with(b"refs/tags/") => writeln!(
            out,
            "  Name the tag anew:\n    git tag NEW-NAME OLD-NAME && git tag -d OLD-NAME"
        )?,
        Part::Reference => writeln!(out, "  Rename the branch:\n    git branch -m NEW-NAME")?,
    }
    Ok(())
}

/// Returns the files in which the findings stand that are in no commit yet, as arguments of git's.
fn files(blocked: &[&Finding], report: &Report, paths: &Paths) -> String {
    // Not those of another repository.
    let content = blocked
        .iter()
        .filter(|f| is_pending(f) && !is_whole(&f.path));
    let mut files: Vec<String> = content
        .map(|finding| pathspec(&paths.bytes(finding.file()), report.below_top))
        .collect();
    files.dedup();
    files.join(" ")
}

/// Tells whether a finding stands in a file and in no commit yet.
fn is_pending(finding: &Finding) -> bool {
    (finding.part == Part::Content || finding.member().is_some()) && finding.commit.is_none()
}

/// Says how to take something out of a commit that is made already.
fn undoing(
    (part, member): (Part, bool),
    commit: &str,
    path: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let short = commit.get(..12).unwrap_or(commit);
    let (mend, command, mark) = match part {
        Part::Message => ("", "git commit --amend".to_owned(), "`reword`"),
        Part::Name if !member => (
            ", rename the file (git mv), then",
            "git commit --amend --no-edit".to_owned(),
            "`edit`, and do the same when git stops there",
        ),
        Part::Header => (
            ", set user.name and user.email, then",
            "git commit --amend --no-edit --reset-author".to_owned(),
            "`edit`, and do the same when git stops there",
        ),
        Part::Content | Part::Name | Part::Reference => (
            ", mend the file, then",
            format!("git add -A -- {path} && git commit --amend --no-edit"),
            "`edit`, and do the same when git stops there",
        ),
    };
    writeln!(
        out,
        "  Take it out of the commit {short}. If that is the newest one{mend}:"
    )?;
    writeln!(out, "    {command}")?;
    writeln!(
        out,
        "  If it is an older one, mark it with {mark} (the first of all: `--root` for `{short}^`):"
    )?;
    writeln!(out, "    git rebase -i {short}^")
}

/// Says how to allow what is no secret.
fn allowing(blocked: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let finding = blocked[0];
    // A comment counts in the commit that holds the line: one that is made later says nothing of it.
    if is_pending(finding)
        && let Some((open, close)) = comment_marks(finding)
    {
        writeln!(
            out,
            "  Not a secret? Say so in a comment on the line, or on the line above it:"
        )?;
        return writeln!(
            out,
            "    {open} hexguard:allow {} -- why it is none{close}",
            finding.rule.id
        );
    }
    // Those in files without comments at once: a few, for each costs a millisecond.
    let alike = |other: &&&Finding| is_pending(other) && comment_marks(other).is_none();
    let others = blocked[1..]
        .iter()
        .filter(|_| is_pending(finding))
        .filter(alike);
    let mut fingerprints: Vec<String> = std::iter::once(&finding)
        .chain(others.take(SHOWN))
        .filter_map(|one| one.fingerprint())
        .collect();
    fingerprints.dedup();
    let fingerprint = fingerprints.join(" ");
    if !fingerprint.is_empty() {
        writeln!(out, "  Not a secret? Say so in hexguard.toml:")?;
        writeln!(
            out,
            "    hexguard allow {fingerprint} --reason 'why it is none' && git add -- ':/hexguard.toml'"
        )?;
    }
    Ok(())
}

/// Returns how a comment opens and closes in a file of this name; `None` where there are no comments, or none that people can
/// write into a file that a program makes.
fn comment_marks(finding: &Finding) -> Option<(&'static str, &'static str)> {
    if finding.member().is_some() {
        return None;
    }
    let name = finding
        .path
        .rsplit(|&b| b == b'/')
        .next()
        .unwrap_or(&finding.path)
        .to_ascii_lowercase();
    let name = String::from_utf8_lossy(&name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "go" | "rs" | "java" | "kt" | "kts"
        | "scala" | "swift" | "c" | "h" | "cc" | "cpp" | "hpp" | "cs" | "php" | "dart"
        | "groovy" | "jsonc" | "json5" | "proto" | "sol" => Some(("//", "")),
        "sql" | "lua" | "hs" | "elm" | "ada" => Some(("--", "")),
        "html" | "htm" | "xml" | "md" | "vue" | "svelte" | "xaml" | "svg" | "config" | "csproj" => {
            Some(("<!--", " -->"))
        }
        "ini" | "cfg" | "el" | "lisp" | "clj" | "asm" => Some((";", "")),
        "tex" | "erl" | "m" => Some(("%", "")),
        "py" | "sh" | "bash" | "zsh" | "fish" | "rb" | "r" | "pl" | "yaml" | "yml" | "toml"
        | "tf" | "tfvars" | "hcl" | "env" | "conf" | "properties" | "ps1" | "jl" | "nix" | "ex"
        | "exs" | "mk" | "cmake" | "dockerfile" => Some(("#", "")),
        _ if name.starts_with(".env")
            || name.starts_with("dockerfile")
            || name.starts_with("makefile") =>
        {
            Some(("#", ""))
        }
        _ => None,
    }
}

/// Returns a path as an argument of git's that means this file only, wherever below the top the person stands.
fn pathspec(path: &[u8], below_top: bool) -> String {
    let magic = path.first() == Some(&b':') || path.iter().any(|b| b"*?[\\".contains(b));
    // Behind `:/` git takes a mark for more magic.
    let plain = path.first().is_some_and(u8::is_ascii_alphanumeric);
    let mark: &[u8] = match (below_top, magic) {
        (false, false) => b"",
        (true, false) if plain => b":/",
        (true, false) => b":(top)",
        (false, true) => b":(literal)",
        (true, true) => b":(top,literal)",
    };
    shell_quoted(&[mark, path].concat())
}

/// Tells whether a finding stands in a tag.
fn is_of_tag(finding: &Finding) -> bool {
    matches!(finding.path.as_slice(), b"<tag message>" | b"<tagger>")
}

/// Returns where a finding stands: `path:line:column`.
fn location(finding: &Finding, paths: &Paths) -> String {
    let path = escaped(&paths.opened(&finding.path));
    match finding.part {
        Part::Content => format!("{path}:{}:{}", finding.place.line, finding.place.column),
        Part::Name => format!("file name {path}"),
        Part::Message if is_of_tag(finding) => {
            format!("tag message, line {}", finding.place.line)
        }
        Part::Message => format!("commit message, line {}", finding.place.line),
        Part::Header => {
            let name = finding.path.strip_prefix(b"<").unwrap_or(&finding.path);
            escaped(name.strip_suffix(b">").unwrap_or(name))
        }
        Part::Reference => format!("name {path}"),
    }
}
