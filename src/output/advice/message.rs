//! Advice on the message and the names of a commit that git has not made yet.

use super::Piece;
use crate::report::Report;
use crate::report::around::NameFrom;

/// Says how to make a commit with another author or committer.
pub(super) fn header(report: &Report) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for from in &report.around.names {
        pieces.push(match from {
            NameFrom::Setting(key) => Piece::new(
                format!("Set {key} to something else:"),
                vec![format!("git config {key} VALUE")],
            ),
            NameFrom::CommandLine(key) => Piece::new(
                format!(
                    "Leave {key} out of the command line (-c) or the environment (GIT_CONFIG_*)."
                ),
                Vec::new(),
            ),
            NameFrom::Variable(name) => Piece::new(
                format!("Take {name} out of the environment:"),
                vec![format!("unset {name}")],
            ),
            NameFrom::Author => Piece::new(
                "Name another author: commit with `--author='NAME <ADDRESS>'`.",
                Vec::new(),
            ),
        });
    }
    if pieces.is_empty() {
        pieces.push(Piece::new(
            "Set the name and the address without it:",
            vec!["git config user.name NAME && git config user.email ADDRESS".to_owned()],
        ));
    }
    pieces
}

/// Says what becomes of the message that git has kept; `wrong`, if something was found in it.
pub(super) fn piece(report: &Report, wrong: bool) -> Option<Piece> {
    let says = match &report.around.message {
        Some(file) => kept(file, wrong),
        None if wrong => "Write the message without it, and commit again.".to_owned(),
        None => return None,
    };
    Some(Piece::new(says, Vec::new()))
}

/// Says how to commit with the message that git has kept in a file: a whole command would have to repeat all other options.
pub(in crate::output) fn kept(file: &str, wrong: bool) -> String {
    if wrong {
        format!(
            "Write the message without it: commit again as before, with `-e -F {file}` in place of `-m`."
        )
    } else {
        format!("Your message is kept: commit again as before, with `-F {file}` in place of `-m`.")
    }
}
