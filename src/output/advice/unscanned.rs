//! Advice on files that could not be scanned: how to make that possible, how to leave them out, how to accept them.

use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::named::{argument, pathspec, unknown};
use super::{About, Piece, cut, go_there, kept, left_out, made};
use crate::output::human::SHOWN;
use crate::output::shown::{Paths, pattern};
use crate::output::{escaped, shell_quoted};
use crate::report::around::Subject;
use crate::report::{Cause, Report, Skipped};

/// So many contents of commits are looked at for the advice.
const COMMITTED: usize = 100;

/// Returns what makes it possible to scan what was not.
fn cures(report: &Report, paths: &Paths) -> Vec<Piece> {
    let of = |cause: Cause| {
        let all = report.unscanned();
        all.filter(move |one| one.cause == Some(cause))
    };
    let mut pieces = Vec::new();
    let denied = of(Cause::Denied).take(SHOWN);
    let mut denied: Vec<String> = denied
        .filter(|one| !one.path.starts_with(b"<"))
        .map(|one| argument(paths, one.file()))
        .collect();
    denied.dedup();
    if !denied.is_empty() {
        let denied = denied.join(" ");
        let says = format!("Make it readable{}:", unknown(&denied));
        pieces.push(Piece::new(
            says,
            vec![format!("{}chmod u+rX {denied}", go(report))],
        ));
    }
    if of(Cause::Full).next().is_some() {
        pieces.push(Piece::new(
            "Let more files be open, or join the packs of the repository into one:",
            vec!["ulimit -n 4096".to_owned(), "git gc".to_owned()],
        ));
    }
    if of(Cause::Larger).next().is_some() {
        pieces.push(match report.around.limit.as_deref() {
            Some(origin) => Piece::new(
                format!("Raise max-file-size, or leave it out: {} sets it.", escaped(origin.as_bytes())),
                Vec::new(),
            ),
            None => Piece::new(
                "Raise max-file-size, or take it out of the configuration; this says where it is set:",
                vec!["hexguard config".to_owned()],
            ),
        });
    }
    if of(Cause::Damaged).next().is_some() {
        let mut commands: Vec<String> = report
            .around
            .damaged
            .iter()
            .map(|file| format!("rm -f -- {}", shell_quoted(file)))
            .collect();
        let part = cut(&mut commands, SHOWN, "files");
        let says = if commands.is_empty() {
            "Fetch it again from a clone that has it:".to_owned()
        } else {
            format!(
                "Fetch it again from a clone that has it; git keeps a damaged one unless it is removed first{part}:"
            )
        };
        commands.push("git fetch --refetch".to_owned());
        pieces.push(Piece::new(says, commands));
        pieces.push(Piece::new(
            "See what else is damaged:",
            vec!["git fsck".to_owned()],
        ));
    }
    pieces
}

/// Returns what goes before a command whose files are named from the top.
fn go(report: &Report) -> &'static str {
    if report.below_top {
        "cd \"$(git rev-parse --show-toplevel)\" && "
    } else {
        ""
    }
}

/// What was not scanned, by what can be said of it.
#[derive(Default)]
struct Unscanned<'r> {
    /// Those of the repository, as arguments of git's.
    own: Vec<String>,
    /// Patterns that accept them, by what stands before the name of the configuration that holds them.
    patterns: Vec<(Vec<u8>, Vec<String>)>,
    /// Those whose names no configuration can hold.
    unnamed: Vec<&'r Skipped>,
    /// Those that a commit holds which is made already, as arguments of git's, and the commit.
    committed: Vec<(String, &'r str)>,
}

impl<'r> Unscanned<'r> {
    fn of(report: &'r Report, paths: &Paths) -> Self {
        let mut all = Self::default();
        let is_file = |one: &&Skipped| !one.is_missing() && !one.path.starts_with(b"<");
        for skipped in report.unscanned().filter(is_file) {
            let path = skipped.file();
            let others = &report.around.others;
            let other = others.iter().find(|top| path.starts_with(top));
            if crate::output::is_whole(path) && other.is_none() {
                continue;
            }
            if other.is_none() {
                let file = pathspec(paths, path, report.below_top);
                if let Some(commit) = skipped.commit.as_deref()
                    && matches!(skipped.cause, None | Some(Cause::Larger))
                    && all.committed.len() < COMMITTED
                {
                    all.committed.push((file.clone(), commit));
                }
                if !all.own.contains(&file) && all.own.len() < SHOWN {
                    all.own.push(file);
                }
            }
            if *paths.bytes(path) != *path || str::from_utf8(path).is_err() {
                all.unnamed.push(skipped);
                continue;
            }
            let folder = other.map(Vec::as_slice).unwrap_or_default();
            let pattern = pattern(&[b"/", &path[folder.len()..]].concat());
            match all.patterns.iter_mut().find(|(same, _)| same == folder) {
                Some((_, list)) if list.contains(&pattern) || list.len() >= SHOWN => {}
                Some((_, list)) => list.push(pattern),
                None => all.patterns.push((folder.to_vec(), vec![pattern])),
            }
        }
        all
    }
}

/// Says how to go on after files that could not be scanned.
pub(in crate::output) fn write_unscanned(
    report: &Report,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let about = &About { report, paths };
    let all = Unscanned::of(report, paths);
    let mut pieces = cures(report, paths);
    let accepts = !(all.patterns.is_empty() && all.unnamed.is_empty()) && report.around.repository;
    if pieces.is_empty() && !accepts {
        return Ok(());
    }
    writeln!(out, "{}", "What was not scanned may hold a secret.".bold())?;
    if accepts {
        pieces.extend(made::unscanned(about, &all.committed));
        let staged = report.around.subject == Subject::Staged && !report.merging;
        if staged && !all.own.is_empty() {
            let or = !pieces.is_empty();
            let files = (all.own.len() == 1, &*all.own.join(" "));
            pieces.push(left_out(report, or, files));
        }
        pieces.extend(renamed(about, &all.unnamed));
        for (folder, list) in &all.patterns {
            let or = !pieces.is_empty();
            pieces.push(accepted(about, or, folder, list));
        }
    }
    if !report.finds() && pieces.iter().any(|piece| !piece.commands.is_empty()) {
        go_there(report, out)?;
    }
    for piece in pieces {
        piece.write(out)?;
    }
    match report
        .around
        .message
        .as_ref()
        .filter(|_| accepts && !report.finds())
    {
        Some(file) => writeln!(out, "  {}", kept(file, false)),
        None => Ok(()),
    }
}

/// Says how to accept what is not scanned in the repository that begins at `folder`.
fn accepted(about: &About<'_>, or: bool, folder: &[u8], patterns: &[String]) -> Piece {
    let report = about.report;
    let file = super::config(report);
    let place = if folder.is_empty() {
        file.to_owned()
    } else {
        escaped(&about.paths.bytes(&[folder, file.as_bytes()].concat()))
    };
    let mut commands = vec![format!("allow-unscanned = [{}]", patterns.join(", "))];
    let then = match report.around.subject {
        _ if !folder.is_empty() => "",
        Subject::Received => ", and push that to the server's default branch first",
        Subject::Staged if report.around.refuses => {
            commands.push(format!(
                "git add -- ':/{file}' && git commit -m 'Accept what is not scanned' -- ':/{file}'"
            ));
            if report.merging {
                "; `git merge --abort`, then commit that first, by itself"
            } else {
                ". Commit that first, by itself"
            }
        }
        _ if report.of_hook => ", and stage that",
        _ => "",
    };
    let accept = if or { "Or accept" } else { "To accept" };
    let says = format!(
        "{accept} it unscanned: write this at the top of {place}, or add to the list that stands there{then}:"
    );
    Piece::new(says, commands)
}

/// Says what to do about files whose names no configuration can hold: a secret stands in them, or they are not UTF-8.
fn renamed(about: &About<'_>, unnamed: &[&Skipped]) -> Option<Piece> {
    let report = about.report;
    let first = unnamed.first()?;
    let program = match report.around.subject {
        Subject::Files => "mv",
        Subject::Staged | Subject::Commits | Subject::Received => "git mv",
    };
    let command = format!(
        "{}{program} -- {} NEW-NAME",
        go(report),
        argument(about.paths, first.file())
    );
    let commands = if first.commit.is_none() {
        vec![command]
    } else {
        Vec::new()
    };
    let put = unknown(&commands.join(" "));
    let end = if commands.is_empty() { '.' } else { ':' };
    let says = format!(
        "No configuration can hold its name, so it cannot be accepted as it is called: rename it first{put}{end}"
    );
    Some(Piece::new(says, commands))
}
