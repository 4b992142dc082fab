//! Advice on tags, and on refs that lead to something else than commits.

use super::{About, COMMANDS, Piece, cut};
use crate::finding::Finding;
use crate::output::shell_quoted;
use crate::source::headers::{HEADER, TAGGER};

/// Says how to make tags anew: those in whose `names` something was found, and those that hold something.
pub(super) fn tags(about: &About<'_>, names: &[&Finding], others: &[&Finding]) -> Vec<Piece> {
    // A tag with a message holds its name once more.
    let is_name = |finding: &&Finding| {
        let same = |name: &&Finding| name.secret.expose() == finding.secret.expose();
        finding.path == HEADER && names.iter().any(same)
    };
    let (again, others): (Vec<&Finding>, Vec<&Finding>) = others.iter().copied().partition(is_name);
    let mut pieces = Vec::new();
    if !names.is_empty() {
        let make = if again.is_empty() {
            "git tag NEW-NAME OLD-NAME"
        } else {
            "git tag -a NEW-NAME 'OLD-NAME^{}'"
        };
        pieces.push(Piece::new(
            "Make the tag anew under another name; put the old one, which is not shown here, for OLD-NAME:",
            vec![format!("{make} && git tag -d OLD-NAME")],
        ));
    }
    if !others.is_empty() {
        pieces.push(anew(about, &others));
    }
    pieces
}

/// Says how to make tags anew under their names.
fn anew(about: &About<'_>, findings: &[&Finding]) -> Piece {
    // A name that is not shown is no name to paste.
    let is_shown = |name: &&Vec<u8>| *about.paths.bytes(name) == name[..];
    let named = about.report.around.tags.iter().filter(is_shown);
    let mut commands: Vec<String> = named
        .map(|name| {
            let target = shell_quoted(&[name, &b"^{}"[..]].concat());
            format!("git tag -f -a {} {target}", shell_quoted(name))
        })
        .collect();
    let part = cut(&mut commands, COMMANDS, "tags");
    if commands.is_empty() {
        commands.push("git tag -f -a NAME 'NAME^{}'".to_owned());
    }
    let has = |path: &[u8]| findings.iter().any(|one| one.path == path);
    let says = match (has(TAGGER), findings.iter().all(|one| one.path == TAGGER)) {
        (true, true) => "Set user.name and user.email, and make the tag anew",
        (true, false) => {
            "Set user.name and user.email, and make the tag anew, with another message"
        }
        (false, _) => "Make the tag anew, with another message",
    };
    Piece::new(format!("{says}{part}:"), commands)
}

/// Says how to be rid of refs that lead to files or folders.
pub(super) fn others(about: &About<'_>, findings: &[&Finding]) -> Piece {
    let own = findings.iter().filter(|one| one.path.starts_with(b"refs/"));
    let mut commands: Vec<String> = own
        .map(|one| {
            format!(
                "git update-ref -d {}",
                shell_quoted(&about.paths.bytes(&one.path))
            )
        })
        .collect();
    commands.dedup();
    let part = cut(&mut commands, COMMANDS, "refs");
    if commands.is_empty() {
        commands.push("git update-ref -d REF".to_owned());
    }
    Piece::new(format!("Delete the ref that leads to it{part}:"), commands)
}
