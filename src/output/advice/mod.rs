//! Advice: what to do about what was found, in commands that can be pasted; each piece is for the findings that it names.

mod allow;
mod made;
mod message;
mod named;
mod refs;
mod unscanned;

use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::shell_quoted;
use super::shown::{Paths, is_whole};
use crate::finding::Finding;
use crate::fragment::Part;
use crate::report::around::{Subject, Takes};
use crate::report::{Elsewhere, Report};
use crate::source::made::is_of_tag;

use named::{pathspec, unknown};

pub(super) use message::kept;
pub(super) use unscanned::write_unscanned;

/// So many files are named in a command: more are a wall of names, and mended one after the other anyway.
const FILES: usize = 8;
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

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "  {}", self.says)?;
        for command in &self.commands {
            writeln!(out, "    {command}")?;
        }
        Ok(())
    }
}

/// Cuts a list to the first `most`; returns what to say of that: nothing, or ` (here the first 3 of 7 tags)`.
fn cut(list: &mut Vec<String>, most: usize, what: &str) -> String {
    let all = list.len();
    list.truncate(most);
    if all > most {
        format!(" (here the first {most} of {all} {what})")
    } else {
        String::new()
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
    if pieces.iter().any(|piece| !piece.commands.is_empty()) {
        go_there(report, out)?;
    }
    for piece in pieces {
        piece.write(out)?;
    }
    writeln!(out)
}

/// Says where the commands are meant, if the person stands elsewhere.
fn go_there(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    match &report.elsewhere {
        Some(Elsewhere { top, .. }) => {
            writeln!(out, "  Go to the repository:\n    cd {}", shell_quoted(top))
        }
        None => Ok(()),
    }
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
            let put = unknown(&commands.join(" "));
            pieces.push(Piece::new(
                format!("Keep the file out of git, and write its name into .gitignore{put}."),
                commands,
            ));
        }
        if !names.is_empty() {
            let mut commands = self.renamed(&names);
            let part = cut(&mut commands, COMMANDS, "files");
            pieces.push(Piece::new(format!("Rename the file{part}:"), commands));
        }
        if !at(Place::Header).is_empty() {
            pieces.extend(message::header(self.report));
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
        pieces.extend(refs::tags(self, &at(Place::TagName), &at(Place::Tag)));
        if !at(Place::Ref).is_empty() {
            pieces.push(refs::others(self, &at(Place::Ref)));
        }
        pieces.extend(message::piece(self.report, !at(Place::Message).is_empty()));
        pieces
    }

    /// Says how to take secrets out of files.
    fn files(&self, files: &[&Finding], pieces: &mut Vec<Piece>) {
        // What holds such bytes no editor changes: a database, a program.
        let is_made = |one: &&&Finding| one.member().is_some() || one.line.contains(&0);
        let members = files.iter().filter(is_made).count();
        let is_input = files.iter().all(|one| one.path.starts_with(b"<"));
        let how = if is_input {
            "Take it out of where this input came from, and read it from the environment or a secret manager"
        } else if members == files.len() {
            "Take it out of what the file was made from, make the file anew"
        } else if members > 0 {
            "Take it out of the file, or of what a binary file was made from, and read it from the environment or a secret manager"
        } else {
            "Take it out of the file, read it from the environment or a secret manager"
        };
        let mut arguments = self.arguments(files);
        let part = cut(&mut arguments, FILES, "files");
        let of_git = arguments.join(" ");
        let staged = self.report.around.subject == Subject::Staged;
        let put = unknown(&of_git);
        let then = match (of_git.is_empty(), staged) {
            (true, _) => ".".to_owned(),
            (false, true) => format!(", then stage the file again{part}{put}:"),
            (false, false) => format!(". If git tracks the file, stage it again{part}{put}:"),
        };
        let add = || vec![format!("git add -- {of_git}")];
        let commands = if of_git.is_empty() { Vec::new() } else { add() };
        pieces.push(Piece::new(format!("{how}{then}"), commands));
        if staged && !of_git.is_empty() && !self.report.merging {
            pieces.push(left_out(self.report, true, (arguments.len() == 1, &of_git)));
        }
    }

    /// Returns the files of findings as arguments of git's, without those that lie in no repository or in another one.
    fn arguments(&self, findings: &[&Finding]) -> Vec<String> {
        let own = findings.iter().filter(|finding| self.is_of_git(finding));
        let mut files: Vec<String> = own
            .map(|finding| pathspec(self.paths, finding.file(), self.report.below_top))
            .collect();
        files.dedup();
        files
    }

    /// Returns the command that leaves whole files out of git.
    fn untracked(&self, findings: &[&Finding]) -> Vec<String> {
        let files = self.arguments(findings).join(" ");
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
        let mut names: Vec<(String, String)> = findings
            .iter()
            .filter_map(|finding| self.names(finding))
            .collect();
        names.dedup();
        // Two files do not get one name.
        let several = names.len() > 1;
        let command = |(number, (old, new)): (usize, &(String, String))| {
            let number = if several {
                format!("-{}", number + 1)
            } else {
                String::new()
            };
            format!("{go}{program} -- {old} {new}{number}")
        };
        let mut commands: Vec<String> = names.iter().enumerate().map(command).collect();
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
}

/// Says how to commit without some files (or only one), which are arguments of git's already; `or`, if there is another way.
fn left_out(report: &Report, or: bool, (one, files): (bool, &str)) -> Piece {
    let (what, name) = if one {
        ("the file", "its name")
    } else {
        ("the files", "their names")
    };
    let leave = if or { "Or leave" } else { "Leave" };
    let the = format!("{leave} {what} out of this commit{}", unknown(files));
    let reset = vec![format!("git reset -q -- {files}")];
    match report.around.takes {
        Takes::Staged => Piece::new(format!("{the}:"), reset),
        // What git stages for this commit only, it stages the next time, too.
        Takes::More => Piece::new(
            format!(
                "{the}: stage the others with `git add`, and commit again without `-a` (or `-p`, or {name}), after:"
            ),
            reset,
        ),
        Takes::Named => Piece::new(format!("{the}: commit again without {name}."), Vec::new()),
    }
}
