//! Takes secrets out of what somebody wrote for people to read: messages, texts and names of a configuration, file names.

use std::borrow::Cow;
use std::ops::Range;

use super::{detect, suspicious};
use crate::fragment::{Fragment, Part};
use crate::quote::{is_ordinary, length};
use crate::rule::RuleSet;

/// What hexguard writes in place of a secret.
const MASK: &[u8] = b"****";

/// Returns a message in which the length stands of whatever may be secret: paths, arguments, values of settings and texts of
/// a configuration are often part of one. The first that is no plain sentence takes a millisecond or so, others much less.
pub fn without_secrets(message: &str) -> String {
    if is_plain(message) {
        return message.to_owned();
    }
    let bytes = message.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for range in suspicious(bytes, &RuleSet::builtin()) {
        let Range { start, end } = word_around(bytes, range);
        let start = start.max(at);
        if end > start && !is_masked(&bytes[start..end]) {
            out.extend_from_slice(&bytes[at..start]);
            let secret = String::from_utf8_lossy(&bytes[start..end]);
            out.extend_from_slice(length(&secret).as_bytes());
            at = end;
        }
    }
    out.extend_from_slice(&bytes[at..]);
    String::from_utf8_lossy(&out).into_owned()
}

/// Returns the name of a file that is there with every secret in it masked, as reports mask what they find in names. What only
/// looks random stays: many a file is called by a digest.
pub fn masked_name(path: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let mut at = 0;
    for (range, mask) in secrets_in_name(path) {
        if range.start >= at {
            out.extend_from_slice(&path[at..range.start]);
            out.extend_from_slice(mask.as_bytes());
            at = range.end;
        }
    }
    if at == 0 {
        return Cow::Borrowed(path);
    }
    out.extend_from_slice(&path[at..]);
    Cow::Owned(out)
}

/// Returns where secrets stand in the name of a file, and how each is masked.
pub(crate) fn secrets_in_name(path: &[u8]) -> Vec<(Range<usize>, String)> {
    if std::str::from_utf8(path).is_ok_and(is_plain) {
        return Vec::new();
    }
    let name = Fragment {
        part: Part::Name,
        ..Fragment::content(path, path)
    };
    let found = detect(&name, &RuleSet::builtin()).into_iter();
    let found = found.filter(|finding| !finding.rule.is_of_file_names());
    let found = found.map(|finding| {
        let place = finding.place;
        // In a name of several lines the columns say nothing: all of it is hidden.
        let range = match (place.line, place.end_line) {
            (1, 1) => place.column.saturating_sub(1)..place.end_column.saturating_sub(1),
            _ => 0..path.len(),
        };
        let end = range.end.min(path.len());
        (range.start.min(end)..end, finding.masked())
    });
    found.filter(|(range, _)| !range.is_empty()).collect()
}

/// Tells whether a text is made of ordinary words, and marks of sentences and paths: nothing is looked for in it then.
fn is_plain(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b" -_./,()'".contains(&b);
    text.bytes().all(allowed)
        && text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .all(is_ordinary)
}

/// Tells whether a word is the mask of a secret, with its public start and its last four characters at most.
fn is_masked(word: &[u8]) -> bool {
    /// No public start is longer.
    const START: usize = 16;
    const END: usize = 4;
    let mask = memchr::memmem::find(word, MASK);
    mask.is_some_and(|at| at <= START && word.len() <= at + MASK.len() + END)
}

/// Returns the word of a message that holds a secret: of one with other marks in it a part may have been seen only.
fn word_around(message: &[u8], secret: Range<usize>) -> Range<usize> {
    let in_word = |b: &&u8| b.is_ascii_graphic() && !b"/\\'\"`()[]<>,;".contains(b);
    let before = message[..secret.start].iter().rev();
    let before = before.take_while(in_word).count();
    let behind = message[secret.end..].iter().take_while(in_word).count();
    let behind = &message[secret.end..secret.end + behind];
    // A mark that ends the sentence is none of the word.
    let last = behind.iter().rposition(|b| !b":.".contains(b));
    secret.start - before..secret.end + last.map_or(0, |last| last + 1)
}
