//! The entries of a list or a map whose name is a plural: `passwords:`, and `- v` or `alice: v` below it.

use std::ops::Range;

use super::bare::is_one_word;
use super::literal::{literal, trimmed};
use super::name::is_key_byte;
use super::{Language, Line, Quote};
use crate::lexicon::{ATTRIBUTE_NAME, Strength, secret_name};

/// So many entries without a value are passed over, and so many more for each value.
const STEPS: usize = 64;
const STEPS_FOR_VALUE: usize = 8;
/// So many blank lines stand between entries, at most.
const BLANK: usize = 64;
/// A type before the bracket of a literal is no longer than this.
const TYPE: usize = 48;

/// How entries stand below their name.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    /// Up to a closing bracket, with commas or line ends between them.
    Brackets,
    /// On lines of their own that are indented deeper.
    Deeper(usize),
    /// On lines of their own up to the next section.
    Section,
}

/// Tells whether a name is the plural of one that plainly names a secret.
pub(super) fn is_plural(name: &[u8]) -> bool {
    let Some((b's' | b'S', one)) = name.split_last() else {
        return false;
    };
    secret_name(one).is_some_and(|name| name.strength == Strength::Strong && !name.buried)
}

/// Returns the place behind the bracket that opens a list or a map: `{`, `[`, `map[string]string{`.
pub(super) fn opened(line: &Line<'_>, at: usize) -> Option<usize> {
    // `[]string{…}` is a list of Go; of `[{…}]` the objects have names of their own.
    if line.byte(at) == b'[' && line.byte(at + 1) != b']' {
        return Some(at + 1);
    }
    let in_type = |b: u8| b.is_ascii_alphanumeric() || b"_.[]<>*, ".contains(&b);
    let open = (at..line.end.min(at + TYPE)).find(|&i| !in_type(line.text[i]));
    match open {
        Some(open) if line.byte(open) == b'{' && line.byte(open + 1) != b'{' => Some(open + 1),
        _ => None,
    }
}

/// Hands out the values of entries from a place of a line on; what has the name of a secret itself is read by that name, and
/// what only tells about one (`region`) is no entry.
pub(super) fn read(
    line: &Line<'_>,
    at: usize,
    layout: Layout,
    out: &mut dyn FnMut(Range<usize>, Quote),
) {
    let mut here = line.next(line.start);
    here.end = line.end;
    let (mut at, mut blank) = (at, 0);
    // Names may follow each other for ever, each with a list of expressions below it: where few values are, it ends.
    let mut values = 0;
    for step in 0..line.entries {
        if step > STEPS + STEPS_FOR_VALUE * values {
            return;
        }
        here = here.moved_on(at);
        at = here.skip(at);
        while at >= here.end {
            let Some(next) = here.following().map(|next| here.next(next)) else {
                return;
            };
            here = next;
            at = here.skip(here.start);
            blank += usize::from(at >= here.end);
            if blank > BLANK || !goes_on(&here, layout) {
                return;
            }
        }
        // What stands in an object of a list has a name of its own.
        if matches!(here.byte(at), b'}' | b']' | b')' | b'{') {
            return;
        }
        let item = here.byte(at) == b'-' && here.byte(at + 1) == b' ';
        if item {
            at = here.skip_blanks(at + 1);
        }
        let Some(Entry { named, value, end }) = entry(&here, at, layout) else {
            // An expression: the next entry stands behind it.
            let rest = &here.text[at..here.end];
            // What stands in a map of its own is no entry of this one.
            if matches!(rest.trim_ascii_end().last(), Some(b'[' | b'{')) {
                return;
            }
            at += memchr::memchr(b',', rest).map_or(rest.len(), |comma| comma + 1);
            continue;
        };
        if item && named {
            return;
        }
        if let Some((value, quote)) = value.filter(|(value, _)| !value.is_empty()) {
            values += 1;
            out(value, quote);
        }
        at = here.skip(end);
        at += usize::from(matches!(here.byte(at), b',' | b';'));
    }
}

/// Tells whether a line belongs to what stands above it.
fn goes_on(line: &Line<'_>, layout: Layout) -> bool {
    let first = line.skip_blanks(line.start);
    match layout {
        Layout::Brackets => true,
        Layout::Deeper(depth) => {
            let item = line.byte(first) == b'-' && line.byte(first + 1) == b' ';
            first >= line.end || line.indent() > depth || item && line.indent() == depth
        }
        Layout::Section => first < line.end && line.byte(first) != b'[',
    }
}

/// One entry of a list or a map.
struct Entry {
    /// Whether it has a name.
    named: bool,
    /// Its value, if that is to be read here.
    value: Option<(Range<usize>, Quote)>,
    /// Where it ends.
    end: usize,
}

/// Returns the entry that begins at a place.
fn entry(line: &Line<'_>, at: usize, layout: Layout) -> Option<Entry> {
    let (range, quote, end) = value(line, at, layout)?;
    let (name, behind) = match quote {
        Quote::Bare => (at..word_end(line, at), word_end(line, at)),
        _ => (range.clone(), end),
    };
    let Some(from) = separator(line, behind) else {
        return Some(Entry {
            named: false,
            value: Some((range, quote)),
            end,
        });
    };
    let (range, quote, end) = value(line, from, layout)?;
    let name = &line.text[name];
    let by_itself = secret_name(name).is_some() || ATTRIBUTE_NAME.has(name);
    Some(Entry {
        named: true,
        value: (!by_itself).then_some((range, quote)),
        end,
    })
}

/// Returns the literal or the bare word at a place, and where it ends.
fn value(line: &Line<'_>, at: usize, layout: Layout) -> Option<(Range<usize>, Quote, usize)> {
    if let Some(value) = literal(line, at) {
        return Some((value.range, value.quote, value.end));
    }
    let end = match layout {
        Layout::Brackets => (at..line.end).find(|&i| b",}])\"'".contains(&line.text[i]))?,
        _ => (at..line.end)
            .find(|&i| begins_comment(line, i))
            .unwrap_or(line.end),
    };
    let range = trimmed(line.text, at..end);
    let word = line.language.has_bare_values() && is_one_word(&line.text[range.clone()]);
    let quote = Quote::Bare;
    if word {
        return Some((range, quote, end));
    }
    // The name of an entry.
    let name = at..word_end(line, at);
    (!name.is_empty() && separator(line, name.end).is_some()).then_some((name, quote, end))
}

/// Tells whether a blank stands at a place, and a comment behind it.
fn begins_comment(line: &Line<'_>, at: usize) -> bool {
    let mark = line.byte(at + 1);
    let is_mark = mark == b'#' || mark == b';' && line.language == Language::Ini;
    is_mark && matches!(line.byte(at), b' ' | b'\t')
}

fn word_end(line: &Line<'_>, at: usize) -> usize {
    let bytes = line.text[at..line.end].iter();
    at + bytes.take_while(|b| is_key_byte(**b)).count()
}

/// Returns the place behind what ties the value of an entry to its name.
fn separator(line: &Line<'_>, at: usize) -> Option<usize> {
    let at = line.skip_blanks(at);
    let length = match (line.byte(at), line.byte(at + 1)) {
        (b'=' | b'-', b'>') => 2,
        (b'=', b'=') => return None,
        (b':' | b'=', _) => 1,
        _ => return None,
    };
    Some(line.skip_blanks(at + length))
}
