//! Escapes undone: of languages, URLs and HTML, the control sequences of terminals, and characters that nobody sees or that
//! look like others.

use std::ops::Range;

use super::Writer;
use super::spelling::{Undone, escaped_mark, spelled, undone};
use crate::detect::unseen;
use crate::fragment::line_within;
use crate::rule::edge::control_sequence_at;

/// How much of a line before an escape is read with it, and how much behind it.
const BEFORE: usize = 256;
const BEHIND: usize = 512;

/// Appends the lines that hold escapes which may hide something, with the escapes undone; of long lines the parts
/// around the escapes.
pub(super) fn undo(text: &[u8], view: &mut Writer) {
    let mut waiting: Option<Range<usize>> = None;
    let mut at = 0;
    let mut escapes = Escapes::from(text, 0);
    while let Some(escape) = escapes.next(at) {
        at = escape + 1;
        if text[escape] == b'\\' {
            // What an escaped backslash escapes is nothing.
            at = (escape + 2).min(text.len());
        }
        if !hides(text, escape) {
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

/// Where escapes may begin. Few texts hold an ESC or a character that stands for another: they are looked for once.
struct Escapes<'t> {
    text: &'t [u8],
    /// The next ESC, if there is one.
    esc: Option<usize>,
    /// The next character that stands for something else, if there is one.
    other: Option<usize>,
}

impl<'t> Escapes<'t> {
    /// Returns those of a text from an offset on.
    fn from(text: &'t [u8], at: usize) -> Self {
        let esc = memchr::memchr(ESC, &text[at..]).map(|found| at + found);
        let other = unseen::find(text, at);
        Self { text, esc, other }
    }

    /// Returns where the next one may begin, from an offset on.
    fn next(&mut self, at: usize) -> Option<usize> {
        if self.esc.is_some_and(|esc| esc < at) {
            self.esc = memchr::memchr(ESC, &self.text[at..]).map(|found| at + found);
        }
        if self.other.is_some_and(|other| other < at) {
            self.other = unseen::find(self.text, at);
        }
        let rare = self.esc.into_iter().chain(self.other).min();
        let until = rare.unwrap_or(self.text.len());
        let written = memchr::memchr3(b'\\', b'%', b'&', &self.text[at..until]);
        written.map(|found| at + found).or(rare)
    }
}

/// Begins a control sequence.
const ESC: u8 = 0x1B;

/// Tells whether an escape at an offset can hide a part of a secret, its key or its quotes; most backslashes stand before the
/// `n` at the end of a message, or in a regular expression.
fn hides(text: &[u8], at: usize) -> bool {
    let escape = &text[at..];
    if !escape[0].is_ascii() {
        return unseen::parts(text, at);
    }
    let known = match *escape {
        [b'\\', b'"' | b'\'' | b'/' | b'$', ..] => true,
        [b'\\', b'n' | b't', next, ..] => next.is_ascii_alphanumeric() || next == b'_',
        [b'\\', b'_' | b'-' | b'=' | b':' | b'\\', ..] => escaped_mark(escape)
            .is_some_and(|(len, mark)| ties(text, at, mark, escape.get(len).copied())),
        _ => spelled(escape).is_some(),
    };
    known || matches!(escape[0], b'\\' | ESC) && control_sequence_at(escape).is_some()
}

/// Tells whether an escaped mark ties together what stands on both sides of it; in regular expressions few do.
fn ties(text: &[u8], at: usize, mark: u8, next: Option<u8>) -> bool {
    let behind = |byte: u8| match mark {
        b'_' | b'-' => byte.is_ascii_alphanumeric(),
        _ => byte.is_ascii_graphic() && byte != b'\\',
    };
    text[..at].last().is_some_and(u8::is_ascii_alphanumeric) && next.is_some_and(behind)
}

fn window(text: &[u8], escape: usize) -> Range<usize> {
    line_within(text, escape, BEFORE, BEHIND)
}

fn append(text: &[u8], range: Range<usize>, view: &mut Writer) {
    let mut at = range.start;
    let end = range.end;
    let mut escapes = Escapes::from(&text[..end], at);
    // A line without its control sequences is read anew: what they parted belongs together.
    let mut controlled = false;
    while at < end {
        let escape = escapes.next(at).unwrap_or(end);
        let copy = |view: &mut Writer, from| {
            if controlled {
                view.move_here(text, from);
            } else {
                view.copy(text, from);
            }
        };
        copy(view, at..escape);
        if escape == end {
            break;
        }
        let (len, undone) = undone(&text[escape..end]);
        let from = escape..escape + len;
        match undone {
            Undone::Plain(byte) => view.decoded(&[byte], from, ESCAPE),
            Undone::Foreign(byte) => view.unescaped(byte, from),
            Undone::Not => copy(view, from),
        }
        controlled |= matches!(undone, Undone::Foreign(None));
        at = escape + len;
    }
    view.end_unit();
}

/// How an escaped text was seen through, as it is said to people: not worth a word.
const ESCAPE: &str = "";
