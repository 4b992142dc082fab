//! Where something begins that is hidden to its end: the value of a sensitive field, a private key.

use std::ops::Range;

use super::follow::{Quote, State, quote_at};
use crate::detect::Field;
use crate::detect::assignment::{Form, Tied, is_key_byte};
use crate::fragment::{line_end, line_start_from};
use crate::lexicon::NO_VALUE;
use crate::rule::edge::control_sequence_at;

/// So much of a line is looked at.
const WIDE: usize = 1 << 10;

/// Where something begins that is hidden.
pub(super) struct Hit {
    /// Its first byte.
    pub(super) value: usize,
    /// How far it was read.
    pub(super) end: usize,
    /// What the mark for it stands in, if its surroundings want quotes and it has none.
    pub(super) quotes: Option<Quote>,
    /// How it goes on behind `end`.
    pub(super) state: State,
}

impl Hit {
    /// Returns what begins at a place, of which nothing is read yet.
    pub(super) fn open(value: usize, state: State) -> Self {
        Self {
            value,
            end: value,
            quotes: None,
            state,
        }
    }
}

/// Tells whether the value of a field is followed beyond what is complete. A tag with attributes may have none.
fn follows(text: &[u8], tied: &Tied) -> bool {
    match tied.form {
        Form::Equals | Form::Colon | Form::Arrow | Form::Flag => true,
        Form::Element => text.get(tied.key.end) == Some(&b'>'),
        _ => false,
    }
}

/// Returns the values of a field that are read to their end.
pub(super) fn complete<'f>(text: &[u8], field: &'f Field) -> &'f [Range<usize>] {
    let tied = &field.tied;
    if tied.closed || !follows(text, tied) {
        &tied.values
    } else {
        &[]
    }
}

/// Returns where the value of a field begins, unless it says nothing or is a literal, which is read to its end.
pub(super) fn hit(text: &[u8], whole: bool, field: &Field) -> Option<Hit> {
    let tied = &field.tied;
    if !follows(text, tied) {
        return None;
    }
    let element = tied.form == Form::Element;
    let colon = tied.form == Form::Colon;
    let value = skip_blanks(text, tied.at);
    let rest = &text[value..];
    let near = &rest[..rest.len().min(WIDE)];
    let line = &near[..line_end(near, 0)];
    let key = quote_at(text, tied.key.end);
    let head = Head::of(text, tied.key.start);
    let indent = head.indent;
    let Some(&first) = line.first() else {
        let below = || key.map_or(State::below(indent), |key| State::Next { key, indent });
        // The text of an element that begins its line may stand below its tag; `<password>` ends a line of help, too.
        let goes_on = colon || element && head.tag;
        return goes_on.then(|| Hit::open(value, below()));
    };
    if let Some((quote, open)) = opening(text, value) {
        // In YAML and SQL two quotes in a row are one inside of the text.
        let doubled = |end: usize| quote.byte == b'\'' && text[end..].starts_with(b"''");
        let closed = tied.closed && !tied.values.iter().any(|value| doubled(value.end));
        let triple = text[open..].starts_with(&[quote.byte; 2]);
        let state = if triple {
            State::Triple(quote.byte)
        } else {
            State::Quoted(quote, key.is_none().then_some(indent))
        };
        return (!closed).then(|| Hit::open(open + 2 * usize::from(triple), state));
    }
    if tied.closed && !first.is_ascii_alphanumeric() || rest.starts_with(super::MARK) {
        return None;
    }
    let is_number = |b: &u8| b"+-0123456789".contains(b);
    match first {
        b'<' if element => None,
        _ if element => Some(Hit::open(value, State::Until(b"<\n"))),
        b'[' | b'{' | b'(' => {
            let empty = matches!(line, [_, b']' | b'}' | b')', ..]);
            (!empty).then(|| Hit {
                quotes: key,
                ..Hit::open(value, State::nested(key, indent))
            })
        }
        b'|' | b'>' if colon && line[1..].trim_ascii().iter().all(is_number) => {
            Some(Hit::open(value + line.len(), State::below(indent)))
        }
        _ => {
            // A number in JSON is followed by what belongs to its surroundings; in its place stands a string.
            let number = key.filter(|_| matches!(first, b'0'..=b'9' | b'-'));
            let alone = number.is_none() && head.first && tied.form != Form::Flag;
            let stops: &[u8] = if alone && (colon || !has_more_pairs(line)) {
                b"\n\r"
            } else if head.url {
                b" \t\n\r\x0B\x0C\"'`<>\x1B&#"
            } else {
                b" \t\n\r\x0B\x0C\"'`<>\x1B"
            };
            let quotes = number;
            bare(text, value, stops, whole).map(|hit| Hit { quotes, ..hit })
        }
    }
}

/// Returns a value without quotes, which one of some bytes ends, unless it says nothing.
fn bare(text: &[u8], value: usize, stops: &'static [u8], whole: bool) -> Option<Hit> {
    let rest = &text[value..];
    let word = rest.iter().position(|b| b" \t\r\n,;&)}]\"'".contains(b));
    let word = &rest[..word.unwrap_or(rest.len())];
    if word.is_empty() || NO_VALUE.has(word) {
        return None;
    }
    let end = rest.iter().position(|b| stops.contains(b));
    let read = trimmed(&rest[..end.unwrap_or(rest.len())], stops);
    let state = match end {
        None if !whole => State::Until(stops),
        _ => State::Text,
    };
    Some(Hit {
        end: value + read.len(),
        ..Hit::open(value, state)
    })
}

/// Returns a word without what closes the sentence or the brackets around the pair; of a line only its blanks are taken.
fn trimmed<'a>(word: &'a [u8], stops: &[u8]) -> &'a [u8] {
    let mut word = word.trim_ascii_end();
    while stops.contains(&b' ')
        && let Some((last, rest)) = word.split_last()
    {
        let around = match last {
            b',' | b';' | b'\\' => true,
            b')' => !rest.contains(&b'('),
            b']' => !rest.contains(&b'['),
            b'}' => !rest.contains(&b'{'),
            _ => false,
        };
        if !around || rest.is_empty() {
            break;
        }
        word = rest;
    }
    word
}

/// What stands on the line in front of a key.
struct Head {
    /// The column that the lines of the value must stand right of.
    indent: usize,
    /// Whether nothing but blanks, list marks and the key's own quotes stands there, or a word that sets it.
    first: bool,
    /// Whether the key is a parameter of a URL.
    url: bool,
    /// Whether the key is the name of the element with which the line begins.
    tag: bool,
}

impl Head {
    fn of(text: &[u8], key: usize) -> Self {
        /// So much is looked at.
        const BEFORE: usize = 400;
        let line = line_start_from(text, key.saturating_sub(BEFORE), key);
        let before = &text[line..key];
        let words = [&b"export"[..], b"set", b"-e", b"ENV"];
        let first =
            before.iter().all(|b| b" \t\"'\\-".contains(b)) || words.contains(&before.trim_ascii());
        let blanks = before.iter().take_while(|b| b" \t".contains(b)).count();
        let list = first && before.contains(&b'-');
        Self {
            indent: if list { before.len() } else { blanks },
            first,
            url: matches!(before.last(), Some(b'?' | b'&')),
            tag: before.trim_ascii_start() == b"<",
        }
    }
}

/// Returns the quote with which a literal begins, and the place behind it: `"`, `\"`, b"..", r'..', f"..", u'..'.
fn opening(text: &[u8], at: usize) -> Option<(Quote, usize)> {
    let prefix = text[at..].iter().take(2);
    let prefix = prefix.take_while(|b| b"bBrRfFuU".contains(b)).count();
    [at, at + prefix].into_iter().find_map(|at| {
        let quote = quote_at(text, at)?;
        Some((quote, at + quote.level + 1))
    })
}

/// Tells whether another pair stands on a line: ` name=`.
fn has_more_pairs(line: &[u8]) -> bool {
    memchr::memchr_iter(b'=', line).any(|i| {
        let name = line[..i].iter().rev().take_while(|b| is_key_byte(**b));
        let name = name.count();
        name > 0 && line[..i - name].ends_with(b" ")
    })
}

/// Returns the offset behind blanks and colours.
fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while let Some(rest) = text.get(at..) {
        at += match rest {
            [b' ' | b'\t', ..] => 1,
            [0x1B | b'\\', ..] => match control_sequence_at(rest) {
                Some(len) => len,
                None => break,
            },
            _ => break,
        };
    }
    at
}
