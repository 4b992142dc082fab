//! The entries of a list or a map whose name is a plural: `passwords:`, and `- v` or `alice: v` below it.

use std::ops::Range;

use super::bare::is_one_word;
use super::below::is_value_attribute;
use super::brackets;
use super::literal::{block, literal, trimmed};
use super::name::is_key_byte;
use super::{Language, Line, Quote};
use crate::lexicon::{
    ATTRIBUTE_NAME, ENVIRONMENT, GROUP, NEGATIVE_ANY, NEGATIVE_LAST, Strength, Words, secret_name,
};

/// How entries stand below their name.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    /// Between brackets, of which the first is that at the place.
    Brackets,
    /// On lines of their own that are indented deeper.
    Deeper(usize),
    /// On lines of their own up to the next section.
    Section,
}

/// Which names of entries count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// All.
    Any,
    /// Those of environments: `password: {prod: v}`.
    Environments,
}

impl Names {
    /// Tells whether the name of an entry counts.
    pub(super) fn fit(self, name: Option<&[u8]>) -> bool {
        self == Self::Any || name.is_none_or(|name| ENVIRONMENT.has(name))
    }
}

/// Tells whether a name is the plural of one that plainly names a secret, or one of a group of them.
pub(super) fn is_plural(name: &[u8]) -> bool {
    is_plural_of_strong(name) || is_group(name)
}

/// Tells whether a word says that a name is one of several secrets: `credentials`, `wachtwoorden`.
fn is_group(name: &[u8]) -> bool {
    Words::of(name).any_in(&GROUP) && secret_name(name).is_some_and(|name| !name.buried)
}

fn is_plural_of_strong(name: &[u8]) -> bool {
    let Some((b's' | b'S', one)) = name.split_last() else {
        return false;
    };
    secret_name(one).is_some_and(|name| name.strength == Strength::Strong && !name.buried)
}

/// Returns the part of a name with dots that is such a plural: `passwords.prod`.
pub(super) fn plural_part(text: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    let dots = memchr::memchr_iter(b'.', &text[name.clone()]).map(|dot| name.start + dot);
    let mut parts = dots.chain([name.end]).map(|end| name.start..end);
    parts.find(|part| is_plural(&text[part.clone()]))
}

/// Tells whether a name within a map says that its value is no secret: it tells about one. Of a name of one word only a few do
/// (`passwords: {mail: v}`).
pub(super) fn names_no_secret(name: &[u8]) -> bool {
    let words = Words::of(name);
    ATTRIBUTE_NAME.has(name)
        || words.any_in(&NEGATIVE_ANY)
        || words.as_slice().len() > 1 && words.last_in(&NEGATIVE_LAST)
}

/// Tells whether a name that is no plural plainly names one secret.
pub(super) fn is_strong(name: &[u8]) -> bool {
    secret_name(name).is_some_and(|name| name.strength == Strength::Strong && !name.buried)
}

/// Tells whether the value of an entry with a name counts; in a record only the part that is called so.
pub(super) fn names_value(name: &[u8], record: bool) -> bool {
    secret_name(name).is_none() && !names_no_secret(name) && (!record || is_value_attribute(name))
}

/// Hands out the values of entries from a place of a line on; what has the name of a secret itself is read by that name, and
/// what only tells about one (`region`) is no entry.
pub(super) fn read(
    line: &Line<'_>,
    at: usize,
    layout: Layout,
    names: Names,
    out: &mut dyn FnMut(Range<usize>, Quote),
) {
    if matches!(layout, Layout::Brackets) {
        brackets::read(line, at, names, out);
        return;
    }
    let mut lines = Lines {
        layout,
        names,
        record: None,
        text: None,
    };
    let mut here = line.next(line.start);
    here.end = line.end;
    // A section begins on the line below its name, and that is this one.
    let mut is_first = matches!(layout, Layout::Section);
    for _ in 0..line.steps {
        if !std::mem::take(&mut is_first) {
            let Some(next) = here.following() else {
                return;
            };
            here = here.next(next);
        }
        here.trail(here.start, Vec::new);
        if !lines.go_on(&here) {
            return;
        }
        if let Some(behind) = lines.entry(&here, out) {
            here = behind;
        }
    }
}

/// Where in the lines below a name the reading is.
struct Lines {
    layout: Layout,
    names: Names,
    /// How deep the item of a list is indented whose parts have names.
    record: Option<usize>,
    /// How deep the name of a text is indented that stands on lines of its own.
    text: Option<usize>,
}

impl Lines {
    /// Tells whether a line belongs to what stands above it.
    fn go_on(&mut self, line: &Line<'_>) -> bool {
        let first = line.skip_blanks(line.start);
        match self.layout {
            Layout::Brackets => true,
            Layout::Deeper(depth) => {
                first >= line.end
                    || line.indent() > depth
                    || is_item(line, first) && line.indent() == depth
            }
            // The settings of a section stand together but for blank lines.
            Layout::Section => line.byte(first) != b'[',
        }
    }

    /// Hands out the value of the entry on a line; returns the line on which it ends, if it goes over several.
    fn entry<'a>(
        &mut self,
        line: &Line<'a>,
        out: &mut dyn FnMut(Range<usize>, Quote),
    ) -> Option<Line<'a>> {
        let mut at = line.skip(line.start);
        if at >= line.end {
            return None;
        }
        let depth = line.indent();
        if self.text.is_some_and(|text| depth > text) {
            return None;
        }
        self.text = None;
        self.record = self.record.filter(|record| depth > *record);
        let mut item = false;
        while is_item(line, at) && !matches!(self.layout, Layout::Section) {
            item = true;
            at = line.skip_blanks(at + 1);
        }
        let quoted = literal(line, at);
        let (name, behind) = match &quoted {
            Some(value) => (value.range.clone(), value.end),
            None => (at..word_end(line, at), word_end(line, at)),
        };
        let from = separator(line, behind).filter(|_| !name.is_empty());
        // A list within such an item is a part of it. One with a single name is an entry of a map: `- alice: v`.
        if item && self.record.is_none() && from.is_some() && has_more_parts(line, depth) {
            self.record = Some(depth);
        }
        let name = from.map(|_| &line.text[name]);
        let at = from.unwrap_or(at);
        let counts = name.is_none_or(|name| names_value(name, self.record.is_some()))
            && self.names.fit(name);
        if matches!(line.byte(at), b'[' | b'{') && line.byte(at + 1) != b'{' {
            let (behind, _) = if counts {
                brackets::read(line, at, Names::Any, out)
            } else {
                None
            }?;
            return Some(behind);
        }
        if let Some((value, quote)) = block(line, at) {
            self.text = Some(depth);
            if counts {
                out(value, quote);
            }
            return None;
        }
        if let Some((value, quote)) =
            value(line, at).filter(|(value, _)| counts && !value.is_empty())
        {
            out(value, quote);
        }
        None
    }
}

/// Tells whether the item of a list on a line goes on below it with parts of its own.
fn has_more_parts(line: &Line<'_>, depth: usize) -> bool {
    let mut here = line.following().map(|next| line.next(next));
    while let Some(next) = here {
        let first = next.skip(next.start);
        if first < next.end {
            return next.indent() > depth && !is_item(&next, first);
        }
        here = next.following().map(|below| next.next(below));
    }
    false
}

/// Tells whether an item of a list begins at a place.
fn is_item(line: &Line<'_>, at: usize) -> bool {
    line.byte(at) == b'-' && line.byte(at + 1) == b' '
}

/// Returns the literal or the bare word at a place that ends its line.
fn value(line: &Line<'_>, at: usize) -> Option<(Range<usize>, Quote)> {
    if let Some(value) = literal(line, at) {
        return Some((value.range, value.quote));
    }
    let end = (at..line.end).find(|&i| begins_comment(line, i));
    let range = trimmed(line.text, at..end.unwrap_or(line.end));
    let word = line.language.has_bare_values() && is_one_word(&line.text[range.clone()]);
    word.then_some((range, Quote::Bare))
}

/// Tells whether a blank stands at a place, and a comment behind it.
fn begins_comment(line: &Line<'_>, at: usize) -> bool {
    let mark = line.byte(at + 1);
    let is_mark = mark == b'#' || mark == b';' && line.language == Language::Ini;
    is_mark && matches!(line.byte(at), b' ' | b'\t')
}

pub(super) fn word_end(line: &Line<'_>, at: usize) -> usize {
    let bytes = line.text[at.min(line.end)..line.end].iter();
    at + bytes.take_while(|b| is_key_byte(**b)).count()
}

/// Returns the place behind what ties the value of an entry to its name, which ends at a place.
pub(super) fn separator(line: &Line<'_>, end: usize) -> Option<usize> {
    let at = line.skip_blanks(end);
    let quoted = end > 0 && matches!(line.text[end - 1], b'"' | b'\'' | b'`');
    let yaml = line.language == Language::Yaml;
    let length = match (line.byte(at), line.byte(at + 1)) {
        (b'=' | b'-', b'>') => 2,
        (b'=', b'=' | b'~') | (b':', b':') => return None,
        // In base64 a value ends so.
        (b'=', _) if yaml => return None,
        (b'=', 0) if !quoted && line.language.has_bare_values() => return None,
        (b':', next) if yaml && !quoted && !matches!(next, b' ' | b'\t' | 0) => return None,
        (b':' | b'=', _) => 1,
        // Kotlin: `"db" to "v"`.
        (b't', b'o') if quoted && at > end && line.byte(at + 2) == b' ' => 2,
        _ => return None,
    };
    Some(line.skip_blanks(at + length))
}
