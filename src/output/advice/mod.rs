//! Advice: what to do about what was found, in commands that can be pasted; each piece is for the findings that it names.

mod allow;
mod made;

use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::human::SHOWN;
use super::shell_quoted;
use super::shown::{Paths, is_whole, pattern};
use crate::finding::Finding;
use crate::fragment::Part;
use crate::report::around::{NameFrom, Subject};
use crate::report::{Elsewhere, Report, Skipped};
use crate::source::made::is_of_tag;

/// So many commands of one kind are written.
const COMMANDS: usize = 3;

/// What to do about some findings.
struct Piece {
    /// A sentence.
    says: String,
    /// Commands that follow from it.
    commands: Vec<String>,
}

impl Piece {
    fn new(says: impl Into<String>, commands: Vec<String>) -> Self {
        Self {
            says: says.into(),
            commands,
        }
    }
}

/// Says how to go on after findings that stop the commit.
pub(super) fn write(
    blocked: &[&Finding],
    report: &Report,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", "What to do".bold())?;
    writeln!(
        out,
        "  Revoke the secret if it was ever real: it may be in backups and logs already."
    )?;
    let about = About { report, paths };
    let mut pieces = about.pending(blocked);
    pieces.extend(made::pieces(&about, blocked));
    pieces.extend(allow::pieces(&about, blocked));
    if let Some(Elsewhere { top, .. }) = &report.elsewhere
        && pieces.iter().any(|piece| !piece.commands.is_empty())
    {
        writeln!(out, "  Go to the repository:\n    cd {}", shell_quoted(top))?;
    }
    for Piece { says, commands } in pieces {
        writeln!(out, "  {says}")?;
        for command in commands {
            writeln!(out, "    {command}")?;
        }
    }
    writeln!(out)
}

/// Says how to go on after files that could not be scanned.
pub(super) fn write_unscanned(
    report: &Report,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_file = |skipped: &&Skipped| !skipped.missing && !skipped.path.starts_with(b"<");
    let (mut own, mut patterns): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for skipped in report.unscanned().filter(is_file) {
        let path = paths.open(skipped.file());
        let of_another = is_of_another(report, &path);
        if is_whole(&path) && !of_another {
            continue;
        }
        let pattern = if of_another {
            // No pattern of this repository covers it: it is told by its last name.
            pattern(path.rsplit(|&b| b == b'/').next().unwrap_or_default())
        } else {
            let file = pathspec(&path, report.below_top);
            if !own.contains(&file) && own.len() < SHOWN {
                own.push(file);
            }
            pattern(&[b"/", &*path].concat())
        };
        if !patterns.contains(&pattern) && patterns.len() < SHOWN {
            patterns.push(pattern);
        }
    }
    if patterns.is_empty() || !report.around.repository {
        return Ok(());
    }
    write!(out, "What was not scanned may hold a secret. ")?;
    let staged = report.around.subject == Subject::Staged && !report.merging;
    let accept = if staged && !own.is_empty() {
        let leave = "Leave it out of this commit:\n    git reset -q --";
        writeln!(out, "{leave} {}", own.join(" "))?;
        "Or accept"
    } else {
        "To accept"
    };
    let staged = if report.of_hook {
        ", and stage that"
    } else {
        ""
    };
    let list = patterns.join(", ");
    writeln!(
        out,
        "{accept} it unscanned: write this at the top of {}, or add to the list that stands there{staged}:\n    allow-unscanned = [{list}]",
        config(report)
    )
}

/// Tells whether a path lies in another repository, whose report was added.
fn is_of_another(report: &Report, path: &[u8]) -> bool {
    report.around.others.iter().any(|top| path.starts_with(top))
}

/// Returns what the repository's configuration is called.
fn config(report: &Report) -> &'static str {
    match report.around.config {
        "" => "hexguard.toml",
        name => name,
    }
}

/// What advice is about.
struct About<'r> {
    report: &'r Report,
    paths: &'r Paths,
}

/// Where a finding stands that is in no commit yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a file, or in a member of one.
    File,
    /// In the name of a file.
    Name,
    /// In the message of the commit.
    Message,
    /// In the author or the committer.
    Header,
    /// In the name of a branch.
    Branch,
    /// In the name of a tag.
    TagName,
    /// In the message, the tagger or another line of a tag.
    Tag,
    /// In a file or a folder that a ref leads to.
    Ref,
}

impl About<'_> {
    /// Returns where a finding stands, none if it is in a commit.
    fn place(&self, finding: &Finding) -> Option<Place> {
        if finding.commit.is_some() {
            return None;
        }
        Some(match finding.part {
            _ if is_of_tag(finding) => Place::Tag,
            Part::Message => Place::Message,
            Part::Header => Place::Header,
            Part::Reference if finding.line.starts_with(b"refs/tags/") => Place::TagName,
            Part::Reference => Place::Branch,
            Part::Content | Part::Name if self.is_made() => Place::Ref,
            Part::Name if finding.member().is_none() => Place::Name,
            Part::Content | Part::Name => Place::File,
        })
    }

    /// Tells whether commits were scanned that are made already.
    fn is_made(&self) -> bool {
        let subject = self.report.around.subject;
        matches!(subject, Subject::Commits | Subject::Received)
    }

    /// Tells whether git's commands for the index are of use for a file.
    fn is_of_git(&self, finding: &Finding) -> bool {
        let is_path = !is_whole(&finding.path) && !finding.path.starts_with(b"<");
        let report = self.report;
        report.around.repository && is_path && !is_of_another(report, &finding.path)
    }

    /// Returns what to do about what is in no commit yet.
    fn pending(&self, blocked: &[&Finding]) -> Vec<Piece> {
        let at = |place: Place| -> Vec<&Finding> {
            let all = blocked.iter().copied();
            all.filter(|finding| self.place(finding) == Some(place))
                .collect()
        };
        let mut pieces = Vec::new();
        let files = at(Place::File);
        if !files.is_empty() {
            self.files(&files, &mut pieces);
        }
        let names = at(Place::Name);
        let (whole, names): (Vec<&Finding>, Vec<&Finding>) = names
            .into_iter()
            .partition(|finding| finding.rule.is_of_file_names());
        if !whole.is_empty() {
            let commands = self.untracked(&whole);
            pieces.push(Piece::new(
                "Keep the file out of git, and write its name into .gitignore.",
                commands,
            ));
        }
        if !names.is_empty() {
            pieces.push(Piece::new("Rename the file:", self.renamed(&names)));
        }
        if !at(Place::Message).is_empty() {
            pieces.push(Piece::new(
                "Write the message without it and commit again.",
                Vec::new(),
            ));
        }
        if !at(Place::Header).is_empty() {
            pieces.extend(self.header());
        }
        if !at(Place::Branch).is_empty() {
            pieces.push(if self.is_made() {
                Piece::new(
                    "Push the branch under another name, or rename it first:",
                    vec!["git branch -m OLD-NAME NEW-NAME".to_owned()],
                )
            } else {
                Piece::new(
                    "Rename the branch:",
                    vec!["git branch -m NEW-NAME".to_owned()],
                )
            });
        }
        if !at(Place::TagName).is_empty() {
            pieces.push(Piece::new(
                "Name the tag anew:",
                vec!["git tag NEW-NAME OLD-NAME && git tag -d OLD-NAME".to_owned()],
            ));
        }
        if !at(Place::Tag).is_empty() {
            pieces.push(self.tags(&at(Place::Tag)));
        }
        if !at(Place::Ref).is_empty() {
            pieces.push(self.refs(&at(Place::Ref)));
        }
        pieces
    }

    /// Says how to take secrets out of files.
    fn files(&self, files: &[&Finding], pieces: &mut Vec<Piece>) {
        let members = files.iter().filter(|one| one.member().is_some()).count();
        let how = if members == files.len() {
            "Take it out of what the file was made from, make the file anew"
        } else if members > 0 {
            "Take it out of the file, or of what an archive was made from, and read it from the environment or a secret manager"
        } else {
            "Take it out of the file, read it from the environment or a secret manager"
        };
        let of_git = self.arguments(files);
        let staged = self.report.around.subject == Subject::Staged;
        let then = match (of_git.is_empty(), staged) {
            (true, _) => ".",
            (false, true) => ", then stage the file again:",
            (false, false) => ". If git tracks the file, stage it again:",
        };
        let add = || vec![format!("git add -- {of_git}")];
        let commands = if of_git.is_empty() { Vec::new() } else { add() };
        pieces.push(Piece::new(format!("{how}{then}"), commands));
        if staged && !of_git.is_empty() && !self.report.merging {
            pieces.push(Piece::new(
                "Or leave it out of this commit:",
                vec![format!("git reset -q -- {of_git}")],
            ));
        }
    }

    /// Returns the files of findings as arguments of git's, without those that lie in no repository or in another one.
    fn arguments(&self, findings: &[&Finding]) -> String {
        let own = findings.iter().filter(|finding| self.is_of_git(finding));
        let mut files: Vec<String> = own
            .map(|finding| pathspec(&self.paths.bytes(finding.file()), self.report.below_top))
            .collect();
        files.dedup();
        files.join(" ")
    }

    /// Returns the command that leaves whole files out of git.
    fn untracked(&self, findings: &[&Finding]) -> Vec<String> {
        let files = self.arguments(findings);
        if files.is_empty() || self.report.around.subject == Subject::Files {
            return Vec::new();
        }
        vec![format!("git rm -q -f --cached -- {files}")]
    }

    /// Returns the commands that rename files.
    fn renamed(&self, findings: &[&Finding]) -> Vec<String> {
        let program = match self.report.around.subject {
            Subject::Files => "mv",
            Subject::Staged | Subject::Commits | Subject::Received => "git mv",
        };
        let go = if self.report.below_top && !is_whole(&findings[0].path) {
            "cd \"$(git rev-parse --show-toplevel)\" && "
        } else {
            ""
        };
        let mut commands: Vec<String> = findings
            .iter()
            .filter_map(|finding| self.names(finding))
            .map(|(old, new)| format!("{go}{program} -- {old} {new}"))
            .collect();
        commands.dedup();
        commands.truncate(COMMANDS);
        if commands.is_empty() {
            commands.push(format!("{program} -- OLD-NAME NEW-NAME"));
        }
        commands
    }

    /// Returns the part of a path that must be renamed, as a pattern for the shell that stands for the secret, and what it may
    /// be called; nothing where another secret stands in it.
    fn names(&self, finding: &Finding) -> Option<(String, String)> {
        let (path, place) = (finding.file(), finding.place);
        let (start, end) = (
            place.column.checked_sub(1)?,
            place.end_column.checked_sub(1)?,
        );
        let form = path.get(start..end).filter(|_| place.end_line == 1)?;
        let folder = memchr::memrchr(b'/', &path[..start]).map_or(0, |at| at + 1);
        let stop = memchr::memchr(b'/', &path[end..]).map_or(path.len(), |at| end + at);
        let (before, behind) = (&path[..start], &path[end..stop]);
        if *self.paths.bytes(before) != *before || *self.paths.bytes(behind) != *behind {
            return None;
        }
        let masked = finding.masked();
        let (head, tail) = masked.split_once("****")?;
        // Of an encoded secret the path holds another form.
        let fits = form.starts_with(head.as_bytes()) && form.ends_with(tail.as_bytes());
        let (head, tail) = if fits { (head, tail) } else { ("", "") };
        let quoted = |parts: [&[u8]; 2]| match parts.concat() {
            text if text.is_empty() => String::new(),
            text => shell_quoted(&text),
        };
        let old = format!(
            "{}*{}",
            quoted([before, head.as_bytes()]),
            quoted([tail.as_bytes(), behind]).trim_start_matches("./")
        );
        Some((old, quoted([&path[..folder], b"NEW-NAME"])))
    }

    /// Says how to make a commit with another author or committer.
    fn header(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for from in &self.report.around.names {
            pieces.push(match from {
                NameFrom::Setting(key) => Piece::new(
                    format!("Set {key} to something else, and commit again:"),
                    vec![format!("git config {key} VALUE")],
                ),
                NameFrom::CommandLine(key) => Piece::new(
                    format!("Leave {key} out of the command line (-c) or the environment (GIT_CONFIG_*), and commit again."),
                    Vec::new(),
                ),
                NameFrom::Variable(name) => Piece::new(
                    format!("Take {name} out of the environment, and commit again:"),
                    vec![format!("unset {name}")],
                ),
                NameFrom::Author => Piece::new(
                    "Commit again with another author:",
                    vec!["git commit --author='NAME <ADDRESS>'".to_owned()],
                ),
            });
        }
        if pieces.is_empty() {
            pieces.push(Piece::new(
                "Set the name and the address without it, and commit again:",
                vec!["git config user.name NAME && git config user.email ADDRESS".to_owned()],
            ));
        }
        pieces
    }

    /// Says how to make tags anew.
    fn tags(&self, findings: &[&Finding]) -> Piece {
        let named = self.report.around.tags.iter().take(COMMANDS);
        let mut commands: Vec<String> = named
            .map(|name| {
                let name = self.paths.bytes(name);
                let target = shell_quoted(&[&name, &b"^{}"[..]].concat());
                format!("git tag -f -a {} {target}", shell_quoted(&name))
            })
            .collect();
        if commands.is_empty() {
            commands.push("git tag -f -a NAME COMMIT".to_owned());
        }
        let is_tagger = findings.iter().any(|one| one.part == Part::Header);
        let says = if is_tagger {
            "Set user.name and user.email, and make the tag anew:"
        } else {
            "Make the tag anew, with another message:"
        };
        Piece::new(says, commands)
    }

    /// Says how to be rid of refs that lead to files or folders.
    fn refs(&self, findings: &[&Finding]) -> Piece {
        let own = findings.iter().filter(|one| one.path.starts_with(b"refs/"));
        let mut commands: Vec<String> = own
            .map(|one| {
                format!(
                    "git update-ref -d {}",
                    shell_quoted(&self.paths.bytes(&one.path))
                )
            })
            .collect();
        commands.dedup();
        commands.truncate(COMMANDS);
        if commands.is_empty() {
            commands.push("git update-ref -d REF".to_owned());
        }
        Piece::new("Delete the ref that leads to it:", commands)
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
