//! A hint: what a person can do about an error, carried with it.

use std::fmt;
use std::io;

use anyhow::Error;

/// The cure for an error, shown after `help:`.
#[derive(Debug)]
struct Hint(String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds a hint to an error.
pub trait HintExt<T> {
    /// Adds what a person can do about it: a sentence or a command.
    fn hint(self, hint: impl Into<String>) -> Result<T, Error>;
}

impl<T, E: Into<Error>> HintExt<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> Result<T, Error> {
        self.map_err(|error| error.into().context(Hint(hint.into())))
    }
}

/// What helps where no more files may be open.
const FULL: &str =
    "let more files be open (`ulimit -n 4096`), or join the packs of the repository (`git gc`)";

/// Tells whether something cannot be opened because too many files are open, here or in the whole system.
pub fn is_full(error: &io::Error) -> bool {
    // EMFILE and ENFILE, which are the same on every Unix.
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

/// Tells whether that is why something failed.
pub fn is_of_files(error: &Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref())
        .any(is_full)
}

/// Returns the hint of an error, if it has one.
pub fn of(error: &Error) -> Option<&str> {
    let own = error.downcast_ref::<Hint>().map(|hint| hint.0.as_str());
    own.or_else(|| is_of_files(error).then_some(FULL))
}

/// Returns the error and its causes in one line, without the hint.
pub fn message(error: &Error) -> String {
    let hint = of(error);
    let parts: Vec<String> = error
        .chain()
        .map(ToString::to_string)
        .filter(|part| Some(part.as_str()) != hint)
        .collect();
    parts.join(": ")
}

/// Returns the name nearest to what was typed, if one is near.
pub fn closest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let most = |name: &str| name.len().max(typed.len()) / 3;
    known
        .iter()
        // Words are as far apart as their lengths at least.
        .filter(|name| name.len().abs_diff(typed.len()) <= most(name))
        .map(|name| (distance(typed, name), *name))
        .filter(|(distance, name)| *distance <= most(name))
        .min()
        .map(|(_, name)| name)
}

/// Returns the edit distance of two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let next = (diagonal + usize::from(x != y))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}
