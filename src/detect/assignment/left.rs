//! What stands left of a name, compared with the elements of a form from the nearest on.

use std::ops::Range;

use super::Line;
use super::forms::{Gap, Step, What};
use super::name::{Key, LONG, is_key_byte};
use crate::detect::lex::is_word_byte;
use crate::lexicon::NAME_ATTRIBUTE;

/// Returns what stands left of the elements of a form, if they stand left of a name, the nearest first.
pub(super) fn left<'a>(steps: &[Step], line: &'a Line<'a>, key: &Key) -> Option<Head<'a>> {
    let mut head = Head {
        line,
        from: line.start.min(key.range.start),
        at: key.range.start,
        value: None,
    };
    for (number, step) in steps.iter().enumerate() {
        match (step.gap, number) {
            _ if matches!(step.what, What::NameAttribute) => {}
            (Gap::None, _) => {}
            (Gap::Any, 0) => head.pass(is_mark),
            (gap, _) => {
                let end = head.at;
                head.pass(|b| matches!(b, b' ' | b'\t'));
                if !gap.fits(head.at < end) {
                    return None;
                }
            }
        }
        if !head.takes(&step.what) {
            return None;
        }
    }
    Some(head)
}

/// Tells whether a byte may stand before a name as a part of it, or as its mark.
pub(super) fn is_mark(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'\'' | b'\\' | b' ' | b'\t' | b':' | b'-' | b'@' | b'`'
    )
}

/// Tells whether a byte may stand between an attribute and the name that is its value.
pub(super) fn may_assign(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'\'' | b'\\' | b' ' | b':' | b'=' | b'-' | b'$'
    )
}

/// Returns the length of what stands before the last part of a name that is a path in a store and is not quoted: `/prod/db/`.
pub(super) fn path_before(head: &[u8]) -> usize {
    if head.last() != Some(&b'/') {
        return 0;
    }
    let in_path = |b: &&u8| is_key_byte(**b) || b"/{}".contains(b);
    let len = head.iter().rev().take(LONG).take_while(in_path).count();
    if matches!(head[head.len() - len], b'/' | b'$') {
        len
    } else {
        0
    }
}

/// What stands left of a name and is not compared yet.
pub(super) struct Head<'a> {
    line: &'a Line<'a>,
    /// Where it begins.
    pub(super) from: usize,
    at: usize,
    /// The value, once it was passed over.
    pub(super) value: Option<Range<usize>>,
}

impl<'a> Head<'a> {
    pub(super) fn rest(&self) -> &'a [u8] {
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
            What::Value => {
                let taken = self.drop_literal();
                self.value = taken.then(|| self.at + 1..end - 1);
                taken
            }
            What::NameAttribute => {
                self.at -= path_before(self.rest());
                let end = self.at;
                self.pass(may_assign);
                let assigns = self.line.text[self.at..end]
                    .iter()
                    .any(|b| matches!(b, b':' | b'='));
                assigns && NAME_ATTRIBUTE.ends(self.rest())
            }
            What::LineStart => self.at == self.line.start,
            What::LineAbove => {
                if self.at != self.line.start {
                    return false;
                }
                self.from = self.at.saturating_sub(LONG).max(self.line.within.start);
                self.pass(|b| b.is_ascii_whitespace());
                true
            }
            What::TextOfElement => {
                let said = |b: &u8| b.is_ascii_alphanumeric() || b" ,.'()/-".contains(b);
                let rest = self.rest();
                let length = rest.iter().rev().take_while(|b| said(b)).count();
                rest[..rest.len() - length].ends_with(b">")
            }
            What::Not(byte) => self.rest().last() != Some(byte),
            What::FreeOf(byte) => memchr::memchr(*byte, self.rest()).is_none(),
            What::Begins(word) => {
                let line = self.rest().trim_ascii_start();
                let rest = line.strip_prefix(word.as_bytes());
                rest.is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
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
