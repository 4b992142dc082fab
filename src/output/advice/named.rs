//! Names of files as arguments of commands: as they are, or where a secret in one is hidden, as a pattern that means it.

use crate::output::shell_quoted;
use crate::output::shown::Paths;

/// Stands for the name of a file that no command can hold.
const UNKNOWN: &str = "OLD-NAME";

/// Returns a path as an argument of git's that means this file only, wherever below the top the person stands.
pub(super) fn pathspec(paths: &Paths, path: &[u8], below_top: bool) -> String {
    let Some(pieces) = paths.pieces(path) else {
        return UNKNOWN.to_owned();
    };
    if pieces.len() > 1 {
        let mark: &[u8] = if below_top {
            b":(top,glob)"
        } else {
            b":(glob)"
        };
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| literal(piece)).collect();
        return shell_quoted(&[mark, &pieces.join(&b'*')].concat());
    }
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

/// Returns a path, from where the person stands, as an argument that the shell completes.
pub(super) fn argument(paths: &Paths, path: &[u8]) -> String {
    let Some(mut pieces) = paths.pieces(path) else {
        return UNKNOWN.to_owned();
    };
    let before = paths.before(path);
    pieces[0].splice(0..0, before.iter().copied());
    let parts: Vec<String> = pieces.iter().enumerate().map(part).collect();
    parts.join("*")
}

/// Returns a piece of an argument, which the shell takes as it stands.
fn part((number, piece): (usize, &Vec<u8>)) -> String {
    match piece.as_slice() {
        b"" => String::new(),
        // Only where an argument begins it would be taken for an option.
        [b'-', rest @ ..] if number > 0 => {
            let rest = rest.to_vec();
            format!("-{}", part((number, &rest)))
        }
        piece => shell_quoted(piece),
    }
}

/// Returns the words that go with commands whose files are these.
pub(super) fn unknown(files: &str) -> &'static str {
    if files.split(' ').any(|file| file == UNKNOWN) {
        " (put its name, which is not shown here, for OLD-NAME)"
    } else {
        ""
    }
}

/// Returns text as a pattern of git's that means only that.
fn literal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in text {
        if b"*?[\\".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}
