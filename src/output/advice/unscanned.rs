//! Advice on files that could not be scanned: how to make that possible, how to leave them out, how to accept them.

use std::io::{self, Write};

use super::{Piece, config, is_of_another, kept, left_out, pathspec};
use crate::output::human::SHOWN;
use crate::output::shell_quoted;
use crate::output::shown::{Paths, is_whole, pattern};
use crate::report::around::Subject;
use crate::report::{Cause, Report, Skipped};

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
        .map(|one| shell_quoted(&paths.opened(one.file())))
        .collect();
    denied.dedup();
    if !denied.is_empty() {
        let go = if report.below_top {
            "cd \"$(git rev-parse --show-toplevel)\" && "
        } else {
            ""
        };
        let command = format!("{go}chmod u+rX {}", denied.join(" "));
        pieces.push(Piece::new("Make it readable:", vec![command]));
    }
    if of(Cause::Full).next().is_some() {
        pieces.push(Piece::new(
            "Let more files be open, or join the packs of the repository into one:",
            vec!["ulimit -n 4096".to_owned(), "git gc".to_owned()],
        ));
    }
    if of(Cause::Larger).next().is_some() {
        pieces.push(Piece::new(
            "Raise max-file-size, or take it out of the configuration; this says where it is set:",
            vec!["hexguard config".to_owned()],
        ));
    }
    if of(Cause::Damaged).next().is_some() {
        pieces.push(Piece::new(
            "See what is damaged, then fetch it again from a clone that has it (`git fetch --refetch`):",
            vec!["git fsck".to_owned()],
        ));
    }
    pieces
}

/// Says how to go on after files that could not be scanned.
pub(in crate::output) fn write_unscanned(
    report: &Report,
    paths: &Paths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_file = |skipped: &&Skipped| !skipped.is_missing() && !skipped.path.starts_with(b"<");
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
    let cures = cures(report, paths);
    let accepts = !patterns.is_empty() && report.around.repository;
    if cures.is_empty() && !accepts {
        return Ok(());
    }
    writeln!(out, "What was not scanned may hold a secret.")?;
    for cure in &cures {
        cure.write(out)?;
    }
    if !accepts {
        return Ok(());
    }
    let staged = report.around.subject == Subject::Staged && !report.merging;
    let accept = if staged && !own.is_empty() {
        let or = !cures.is_empty();
        left_out(report, or, (own.len() == 1, &own.join(" "))).write(out)?;
        "Or accept"
    } else if cures.is_empty() {
        "To accept"
    } else {
        "Or accept"
    };
    let staged = if report.of_hook {
        ", and stage that"
    } else {
        ""
    };
    let list = patterns.join(", ");
    writeln!(
        out,
        "  {accept} it unscanned: write this at the top of {}, or add to the list that stands there{staged}:\n    allow-unscanned = [{list}]",
        config(report)
    )?;
    match report.around.message.as_ref().filter(|_| !report.finds()) {
        Some(file) => writeln!(out, "  {}", kept(file, false)),
        None => Ok(()),
    }
}
