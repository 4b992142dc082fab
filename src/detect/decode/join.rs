//! String literals that stand side by side or are concatenated, read as the one string they make.

use std::ops::Range;

use super::Writer;
use crate::detect::lex::{Language, Syntax};
use crate::fragment::line_start_from;

/// How far a literal's line is looked at to the left of a joint.
const BEFORE: usize = 512;
/// How many blanks and line ends may stand between two literals.
const BETWEEN: usize = 160;
/// So many literals of a chain are read together; of a longer one the last are read again with the next.
const PARTS: usize = 8 << 10;
/// The longest literal that is a part of a secret.
const LITERAL: usize = 4 << 10;
/// Literals in a row that make less than this are no secret; people write passwords that are shorter, but in files of settings
/// and shells only.
const LEAST: usize = 12;
const LEAST_OF_WORD: usize = 8;

/// Appends every chain of joined literals as one literal, behind the part of its line that stands before it.
///
/// Most texts have a quote in every line and nowhere two that are joined: only the lines where a quote is followed by
/// what may join it to another are read literal by literal.
pub(super) fn literals(text: &[u8], syntax: &Syntax, view: &mut Writer) {
    let mut walk = Walk {
        at: 0,
        done: 0,
        joints: if matches!(syntax.bare, Language::Shell | Language::Ini) {
            Joints::Touching
        } else if syntax.joins_literals {
            Joints::Blanks
        } else {
            Joints::Operators
        },
    };
    for quote in memchr::memchr3_iter(b'"', b'\'', b'`', text) {
        if text
            .get(quote + 1)
            .is_some_and(|&b| walk.joints.may_begin(b))
        {
            walk.look(text, quote, view);
        }
    }
}

/// What joins two literals, the longer ones first. (`<<` of C++ prints one after the other.)
const OPERATORS: [&[u8]; 8] = [b".concat(", b"++", b"<>", b"..", b"+", b".", b"&", b"~"];

/// How literals are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joints {
    /// By an operator.
    Operators,
    /// By an operator, or by nothing but blanks.
    Blanks,
    /// By an operator, or by nothing at all: `'it'"'"'s'`, as shells write one word.
    Touching,
}

impl Joints {
    /// Returns the shortest secret that is joined so.
    fn least(self) -> usize {
        match self {
            Self::Operators | Self::Blanks => LEAST,
            Self::Touching => LEAST_OF_WORD,
        }
    }

    /// Tells whether a byte, behind a literal, may begin what joins it to the next: a blank or an operator.
    fn may_begin(self, byte: u8) -> bool {
        byte <= b' '
            || matches!(byte, b'+' | b'.' | b'&' | b'~' | b'<' | b'\\')
            || self == Self::Touching && matches!(byte, b'"' | b'\'')
    }
}

/// A walk from literal to literal.
struct Walk {
    /// How far the text was read.
    at: usize,
    /// Where the last chain ended.
    done: usize,
    joints: Joints,
}

impl Walk {
    /// Reads the line on which a quote stands if a joint follows it.
    fn look(&mut self, text: &[u8], quote: usize, view: &mut Writer) {
        if quote >= self.at && joint(text, quote, self.joints).is_some() {
            self.at = start(text, self.at, quote);
            self.read(text, quote, view);
        }
    }

    /// Reads literal by literal until the one that a quote begins or ends.
    fn read(&mut self, text: &[u8], until: usize, view: &mut Writer) {
        while self.at <= until
            && let Some(found) = memchr::memchr3(b'"', b'\'', b'`', &text[self.at..])
        {
            let opening = self.at + found;
            if is_apostrophe(text, opening) {
                self.at = opening + 1;
                continue;
            }
            let close = match closing(text, opening) {
                Ok(close) => close,
                Err(end) => {
                    self.at = end;
                    continue;
                }
            };
            self.at = close + 1;
            let next = text.get(self.at).copied().unwrap_or_default();
            if self.joints.may_begin(next) && joint(text, close, self.joints).is_some() {
                self.at = chain(text, opening + 1..close, self, view);
                self.done = self.at;
            }
        }
    }
}

/// Returns where the line of an offset starts, or `floor`; lines joined by a backslash are one.
fn start(text: &[u8], floor: usize, at: usize) -> usize {
    let mut end = at;
    while let Some(found) = memchr::memrchr(b'\n', &text[floor..end]) {
        end = floor + found;
        if !text[..end].ends_with(b"\\") {
            return end + 1;
        }
    }
    floor
}

/// Tells whether a quote is the mark in a word such as `don't`.
fn is_apostrophe(text: &[u8], at: usize) -> bool {
    let letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphabetic);
    text[at] == b'\''
        && at > 0
        && letter(text.get(at - 1))
        && letter(text.get(at + 1))
        && !matches!(text[at - 1], b'b' | b'f' | b'r' | b'u')
}

/// Returns where the next literal's quote stands, if the literal that ends with `quote` is joined to one.
fn joint(text: &[u8], quote: usize, joints: Joints) -> Option<usize> {
    let mark = text[quote];
    let end = text.len().min(quote + BETWEEN);
    let mut at = quote + 1;
    let (mut operator, mut lines) = (false, 0);
    while at < end {
        match text[at] {
            b' ' | b'\t' | b'\r' => {}
            b'\n' => lines += 1,
            b'/' => {
                let comment = comment_len(&text[at..end])?;
                lines += memchr::memchr_iter(b'\n', &text[at..at + comment]).count();
                at += comment - 1;
            }
            b'+' | b'.' | b'&' | b'~' | b'<' if !operator => {
                let stands = |one: &&&[u8]| text[at..end].starts_with(one);
                at += OPERATORS.iter().find(stands)?.len() - 1;
                operator = true;
            }
            b'\\' if matches!(text.get(at + 1), Some(b'\n' | b'\r')) => {}
            // `f"..."`, `b'...'`, `@"..."`
            b'f' | b'b' | b'r' | b'u' | b'F' | b'B' | b'R' | b'U' | b'L' | b'@'
                if matches!(text.get(at + 1), Some(b'"' | b'\'')) && at > quote + 1 => {}
            next @ (b'"' | b'\'' | b'`') => {
                let joined = operator
                    || match joints {
                        Joints::Operators => false,
                        Joints::Blanks => next == mark && at > quote + 1,
                        Joints::Touching => at == quote + 1,
                    };
                return (joined && lines <= 3).then_some(at);
            }
            _ => return None,
        }
        at += 1;
    }
    None
}

/// Returns the length of the comment that a text begins with.
fn comment_len(text: &[u8]) -> Option<usize> {
    match text {
        [b'/', b'*', ..] => memchr::memmem::find(text, b"*/").map(|len| len + 2),
        [b'/', b'/', ..] => memchr::memchr(b'\n', text).map(|len| len + 1),
        _ => None,
    }
}

/// Appends the chain of literals that begins with `first`; returns where it ends.
fn chain(text: &[u8], first: Range<usize>, walk: &Walk, view: &mut Writer) -> usize {
    let opening = first.start - 1;
    let mut end = first.end + 1;
    let mut parts: Vec<Range<usize>> = vec![first];
    while let Some(next) = joint(text, end - 1, walk.joints) {
        let Ok(close) = closing(text, next) else {
            break;
        };
        if parts.len() == PARTS {
            append(text, opening, &parts, walk, view);
            parts.drain(..PARTS - PARTS / 8);
        }
        parts.push(next + 1..close);
        end = close + 1;
    }
    append(text, opening, &parts, walk, view);
    end
}

/// Appends literals as one, behind the part of the line that stands before the first one of their chain.
fn append(text: &[u8], opening: usize, parts: &[Range<usize>], walk: &Walk, view: &mut Writer) {
    if parts.len() > 1 && parts.iter().map(Range::len).sum::<usize>() >= walk.joints.least() {
        let floor = walk.done.max(opening.saturating_sub(BEFORE));
        let line = line_start_from(text, floor, opening);
        view.copy(text, line..opening);
        // Shells change the mark to write one mark inside the others.
        let free = |mark: &u8| !parts.iter().any(|part| text[part.clone()].contains(mark));
        let mark = [text[opening], b'"', b'\'', b'`'].into_iter().find(free);
        let mark = [mark.unwrap_or(text[opening])];
        view.make(&mark);
        for part in parts {
            view.move_here(text, part.clone());
        }
        view.make(&mark);
        view.end_unit();
    }
}

/// Returns where the literal that begins with the quote at `opening` is closed, on the same line; else how far it was
/// looked for.
fn closing(text: &[u8], opening: usize) -> Result<usize, usize> {
    let mark = text[opening];
    let end = text.len().min(opening + LITERAL);
    let mut at = opening + 1;
    loop {
        let found = memchr::memchr3(mark, b'\\', b'\n', &text[at..end]).map_or(end, |i| at + i);
        match text[..end].get(found) {
            Some(b'\\') => at = (found + 2).min(end),
            Some(&byte) if byte == mark => return Ok(found),
            _ => return Err(found),
        }
    }
}
