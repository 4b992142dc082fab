//! Which form of assignment stands around a name.

use super::forms::{BUCKETS, Closed, Gap, Named, ROWS, Row, Step, What};
use super::name::{Key, LONG, is_key_byte};
use super::value::{self, Tie};
use super::{Assignment, Language, Line};
use crate::detect::lex::operator_len;

/// A subscript is no longer than this.
const SUBSCRIPT: usize = 24;

/// Hands out the assignments whose key holds the byte at `at`.
pub(super) fn at(line: &Line<'_>, at: usize, out: &mut dyn FnMut(Assignment)) {
    let Some(mut key) = Key::around(line, at) else {
        return;
    };
    let mut tied = false;
    if let Some((number, at)) = tie(line, &key) {
        let form = ROWS[number].form;
        key.widen_left(line);
        value::of(line, &key, Tie { form, at }, &mut |assignment| {
            tied = true;
            out(assignment);
        });
    }
    if !tied {
        key.name_elsewhere(line, out);
    }
}

/// Returns the number of the form that ties a value to the name which holds the byte at `at`.
pub(super) fn form_at(line: &Line<'_>, at: usize) -> Option<usize> {
    tie(line, &Key::around(line, at)?).map(|(number, _)| number)
}

/// Returns the number of the first form that stands around a name, and where the value begins.
fn tie(line: &Line<'_>, key: &Key) -> Option<(usize, usize)> {
    let behind = Behind::of(line, key)?;
    let rows = BUCKETS[usize::from(line.byte(behind.at))];
    rows.iter().find_map(|&number| {
        let number = usize::from(number);
        Some((number, fits(&ROWS[number], line, key, &behind)?))
    })
}

/// What stands right behind a name.
struct Behind {
    subscript: Subscript,
    call: bool,
    spaced: bool,
    /// The first byte that is none of these.
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Subscript {
    No,
    Index,
    /// The name is the key of a hash.
    Hash,
}

impl Behind {
    fn of(line: &Line<'_>, key: &Key) -> Option<Self> {
        let mut at = key.after;
        let hash = is_hash_key(line, key);
        let subscript = match line.byte(at) {
            _ if hash => Subscript::Hash,
            b']' | b'[' => Subscript::Index,
            _ => Subscript::No,
        };
        while line.byte(at) == b']' {
            at += 1;
        }
        at += usize::from(hash);
        while line.byte(at) == b'[' {
            let inside = at..line.end.min(at + SUBSCRIPT);
            at = 1 + at + memchr::memchr(b']', &line.text[inside])?;
        }
        let closed = at;
        while line.byte(at) == b')' {
            at += 1;
        }
        let solid = line.skip(at);
        Some(Self {
            subscript,
            call: at > closed,
            spaced: solid > at,
            at: solid,
        })
    }
}

/// Tells whether a name is the key of a hash, as Perl writes it: `$config{k}`, `$config->{'k'}`.
fn is_hash_key(line: &Line<'_>, key: &Key) -> bool {
    if line.byte(key.after) != b'}' || line.language != Language::Script {
        return false;
    }
    let quotes = key.after - key.range.end;
    let Some(open) = key.range.start.checked_sub(quotes + 1) else {
        return false;
    };
    open > line.start
        && line.text[open] == b'{'
        && (line.text[open - 1].is_ascii_alphanumeric() || line.text[open - 1] == b'>')
}

/// Returns where the value begins if a form stands around a name.
fn fits(row: &Row, line: &Line<'_>, key: &Key, behind: &Behind) -> Option<usize> {
    let named = match row.key {
        Named::Any => true,
        Named::Quoted => key.quoted,
        Named::Bare | Named::Shouted => !key.quoted,
    };
    let closes =
        row.subscript.fits(behind.subscript != Subscript::No) && row.call.fits(behind.call);
    let gap = row.right.first().map_or(row.before, |step| step.gap);
    if !named
        || !closes
        || row.hash && behind.subscript != Subscript::Hash
        || !gap.fits(behind.spaced)
    {
        return None;
    }
    if !row.languages.is_empty() || !row.syntaxes.is_empty() {
        let counts =
            row.languages.contains(&line.language) || row.syntaxes.contains(&line.syntax.name);
        if !counts {
            return None;
        }
    }
    let value = right(row, line, behind)?;
    if row.literal && !matches!(line.byte(line.skip(value)), b'"' | b'\'' | b'`' | b'@')
        || row.alone && !is_alone(line, value)
        || !left(row.left, line, key)
    {
        return None;
    }
    if row.key == Named::Shouted
        && line.text[key.range.clone()]
            .iter()
            .any(u8::is_ascii_lowercase)
    {
        return None;
    }
    (row.places.is_empty() || row.places.contains(&key.place(line))).then_some(value)
}

impl Closed {
    fn fits(self, closed: bool) -> bool {
        self == Self::Maybe || closed == (self == Self::Yes)
    }
}

impl Gap {
    fn fits(self, spaced: bool) -> bool {
        self == Self::Any || spaced == (self == Self::Some)
    }
}

/// Returns where the value begins if the elements of a form stand behind a name.
fn right(row: &Row, line: &Line<'_>, behind: &Behind) -> Option<usize> {
    let mut at = behind.at;
    for (number, step) in row.right.iter().enumerate() {
        if number > 0 {
            at = after_gap(step.gap, line, at)?;
        }
        at = match step.what {
            What::Operator(operators) => {
                let operator = &line.text[at..at + operator_len(&line.text[at..line.end])];
                let known = operators.iter().any(|one| one.as_bytes() == operator);
                known.then_some(at + operator.len())?
            }
            What::Texts(texts) => at + text_at(texts, line, at)?,
            What::Run(class, most) => {
                let end = run(class, most, line, at)?;
                // A word that follows is the last one of the run.
                if let Some(Step {
                    what: What::Texts([word]),
                    ..
                }) = row.right.get(number + 1)
                {
                    let last = line.text[at..end].trim_ascii_end();
                    let start = last.len().checked_sub(word.len())?;
                    at + start
                } else {
                    end
                }
            }
            What::Through(byte) => {
                let inside = at..line.end.min(at + LONG);
                1 + at + memchr::memchr(byte, &line.text[inside])?
            }
            What::Not(byte) => (line.byte(at) != byte).then_some(at)?,
            _ => return None,
        };
    }
    if row.right.is_empty() || row.before == Gap::Any {
        return Some(at);
    }
    after_gap(row.before, line, at)
}

/// Returns the first place behind blanks and comments, if they stand there as they should.
fn after_gap(gap: Gap, line: &Line<'_>, at: usize) -> Option<usize> {
    let solid = line.skip(at);
    gap.fits(solid > at).then_some(solid)
}

/// Returns the length of the longest of several texts that stands at a place; a word ends there.
fn text_at(texts: &[&str], line: &Line<'_>, at: usize) -> Option<usize> {
    let stands = |text: &&&str| {
        let end = at + text.len();
        let word = text.as_bytes()[text.len() - 1].is_ascii_alphanumeric();
        line.is_at(at, text.as_bytes()) && !(word && is_word_byte(line.byte(end)))
    };
    texts.iter().filter(stands).map(|text| text.len()).max()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns where the bytes of a class end that begin with a letter or with what may stand before a type.
fn run(class: &[bool; 256], most: usize, line: &Line<'_>, at: usize) -> Option<usize> {
    let first = line.byte(at);
    if !first.is_ascii_alphabetic() && !matches!(first, b'&' | b'*' | b'[' | b'_') {
        return None;
    }
    let rest = &line.text[at..line.end.min(at + most)];
    let len = rest.iter().take_while(|&&b| class[usize::from(b)]).count();
    (len > 0).then_some(at + len)
}

/// Tells whether nothing but the value stands up to the closing parenthesis.
fn is_alone(line: &Line<'_>, value: usize) -> bool {
    let rest = &line.text[value..line.end.min(value + LONG)];
    let close = memchr::memchr(b')', rest).unwrap_or(rest.len());
    memchr::memchr(b',', &rest[..close]).is_none()
}

/// Tells whether the elements of a form stand left of a name, the nearest first.
fn left(steps: &[Step], line: &Line<'_>, key: &Key) -> bool {
    let mut head = Head {
        line,
        from: line.start.min(key.range.start),
        at: key.range.start,
    };
    steps.iter().enumerate().all(|(number, step)| {
        match (step.gap, number) {
            (Gap::None, _) => {}
            (Gap::Any, 0) => head.pass(|b| b"\"'\\ \t:-@`".contains(&b)),
            (gap, _) => {
                let end = head.at;
                head.pass(|b| matches!(b, b' ' | b'\t'));
                if !gap.fits(head.at < end) {
                    return false;
                }
            }
        }
        head.takes(&step.what)
    })
}

/// What stands left of a name and is not compared yet.
struct Head<'a> {
    line: &'a Line<'a>,
    from: usize,
    at: usize,
}

impl<'a> Head<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.line.text[self.from..self.at]
    }

    /// Passes over the bytes that fulfil a condition.
    fn pass(&mut self, fits: impl Fn(u8) -> bool) {
        self.at -= self.rest().iter().rev().take_while(|&&b| fits(b)).count();
    }

    /// Passes over an element, if it stands there.
    fn takes(&mut self, what: &What) -> bool {
        let end = self.at;
        match what {
            What::Text(text) => {
                let text = text.as_bytes();
                let rest = self.rest();
                let stands = rest.len() >= text.len()
                    && rest[rest.len() - text.len()..].eq_ignore_ascii_case(text);
                stands && self.drop(text.len())
            }
            What::List(list) => {
                let len = list.longest_end(self.rest());
                len.is_some_and(|len| self.drop(len))
            }
            What::Word => {
                self.pass(is_key_byte);
                self.at < end
            }
            What::SmallWord => {
                self.pass(|b| b.is_ascii_lowercase() || b == b'_');
                self.at < end
            }
            What::Called => self
                .rest()
                .last()
                .is_some_and(|&b| is_key_byte(b) || matches!(b, b'>' | b'!' | b']')),
            What::Literal => self.drop_literal(),
            What::LineStart => self.at == self.line.start,
            What::LineAbove => {
                if self.at != self.line.start {
                    return false;
                }
                self.from = self.at.saturating_sub(LONG).max(self.line.within.start);
                self.pass(|b| b.is_ascii_whitespace());
                true
            }
            What::FreeOf(byte) => memchr::memchr(*byte, self.rest()).is_none(),
            What::Begins(word) => {
                let line = self.rest().trim_ascii_start();
                let rest = line.strip_prefix(word.as_bytes());
                rest.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
            }
            _ => false,
        }
    }

    /// Passes over a text; if it is a word, it must be a whole one.
    fn drop(&mut self, len: usize) -> bool {
        let text = &self.rest()[self.rest().len() - len..];
        let is_word = is_word_byte(text[0]) && is_word_byte(text[len - 1]);
        self.at -= len;
        !is_word || !self.rest().last().is_some_and(|&b| is_word_byte(b))
    }

    /// Passes over a literal.
    fn drop_literal(&mut self) -> bool {
        let Some((quote, rest)) = self.rest().split_last() else {
            return false;
        };
        let open = rest.iter().rposition(|b| b == quote);
        match open.filter(|_| matches!(quote, b'"' | b'\'')) {
            Some(open) => {
                self.at = self.from + open;
                true
            }
            None => false,
        }
    }
}
