//! Escapes undone: backslashes of JSON, YAML and shells, percent signs of URLs, character references of HTML.

use std::ops::Range;

use super::View;
use crate::fragment::{line_end, line_start};

/// How much of a line before an escape is read with it, and how much behind it.
const BEFORE: usize = 256;
const BEHIND: usize = 512;

/// Appends the lines that hold escapes which may hide something, with the escapes undone; of long lines the parts
/// around the escapes.
pub(super) fn undo(text: &[u8], view: &mut View) {
    let mut waiting: Option<Range<usize>> = None;
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'\\', b'%', b'&', &text[at..]) {
        let escape = at + found;
        at = escape + 1;
        if text[escape] == b'\\' {
            // What an escaped backslash escapes is nothing.
            at = (escape + 2).min(text.len());
        }
        if !hides(&text[escape..]) {
            continue;
        }
        let window = window(text, escape);
        match &mut waiting {
            Some(last) if window.start <= last.end => last.end = window.end,
            _ => {
                if let Some(last) = waiting.replace(window) {
                    append(text, last, view);
                }
            }
        }
    }
    if let Some(last) = waiting {
        append(text, last, view);
    }
}

/// Tells whether an escape can hide a part of a secret, its key or its quotes; most backslashes stand before the `n` at
/// the end of a message, or in a regular expression.
fn hides(escape: &[u8]) -> bool {
    match *escape {
        [b'\\', b'"' | b'\'' | b'/' | b'$', ..] | [b'\\', b'u', b'0', b'0', ..] => true,
        [b'\\', b'n' | b't', next, ..] => next.is_ascii_alphanumeric() || next == b'_',
        [b'\\', b'x', a, b, ..] | [b'%', a, b, ..] => printable(a, b).is_some(),
        [b'&', ..] => reference(escape).is_some(),
        _ => false,
    }
}

fn window(text: &[u8], escape: usize) -> Range<usize> {
    let floor = escape.saturating_sub(BEFORE);
    let start = floor + line_start(&text[floor..], escape - floor);
    let end = line_end(&text[..text.len().min(escape + BEHIND)], escape);
    start..end
}

fn append(text: &[u8], range: Range<usize>, view: &mut View) {
    let mut at = range.start;
    let end = range.end;
    while at < end {
        let plain = memchr::memchr3(b'\\', b'%', b'&', &text[at..end]).map_or(end, |i| at + i);
        view.copy(text, at..plain);
        if plain == end {
            break;
        }
        let (len, byte) = undone(&text[plain..]);
        match byte {
            Some(byte) => view.decoded(&[byte], plain..plain + len, ESCAPE),
            None => view.copy(text, plain..plain + len),
        }
        at = plain + len;
    }
    view.make(b"\n\n\n\n\n");
}

/// How an escaped text was seen through, as it is said to people: not worth a word.
const ESCAPE: &str = "";

/// Returns the length of the escape that a text begins with, and the byte it stands for.
fn undone(text: &[u8]) -> (usize, Option<u8>) {
    match *text {
        [b'\\', b'u', b'0', b'0', a, b, ..] => (6, printable(a, b)),
        [b'\\', b'x', a, b, ..] => match printable(a, b) {
            Some(byte) => (4, Some(byte)),
            None => (1, None),
        },
        [b'%', a, b, ..] => match printable(a, b) {
            Some(byte) => (3, Some(byte)),
            None => (1, None),
        },
        [b'\\', b'n', ..] => (2, Some(b'\n')),
        [b'\\', b't', ..] => (2, Some(b'\t')),
        [b'\\', b'r', ..] => (2, Some(b'\r')),
        [b'\\', next, ..] if next.is_ascii_punctuation() => (2, Some(next)),
        [b'&', ..] => reference(text).map_or((1, None), |(len, byte)| (len, Some(byte))),
        _ => (1, None),
    }
}

/// Returns the printable character with this number in hex.
fn printable(a: u8, b: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    let byte = u8::try_from(digit(a)? << 4 | digit(b)?).ok()?;
    (0x20..0x7F).contains(&byte).then_some(byte)
}

/// Returns the length of the character reference that a text begins with, and the character.
fn reference(text: &[u8]) -> Option<(usize, u8)> {
    let end = memchr::memchr(b';', &text[..text.len().min(8)])?;
    let byte = match &text[1..end] {
        b"quot" => b'"',
        b"amp" => b'&',
        b"apos" => b'\'',
        b"lt" => b'<',
        b"gt" => b'>',
        [b'#', b'x' | b'X', a, b] => printable(*a, *b)?,
        [b'#', digits @ ..] => {
            let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
            (0x20..0x7F).contains(&number).then_some(number)?
        }
        _ => return None,
    };
    Some((end + 1, byte))
}
