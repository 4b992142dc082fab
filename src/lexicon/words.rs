//! The words of a key, split where people see them: `AWSSecretKey_v2` is aws, secret, key, v, 2.

use super::{BESIDE_VENDOR, List, NEGATIVE_LAST};
use crate::rule::edge::ends_escape;

/// How many words of a key are looked at.
const MOST: usize = 24;

/// The words of a key (and of its parents), as slices of the text.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    words: [&'a [u8]; MOST],
    len: usize,
}

impl<'a> Words<'a> {
    /// Splits a key at case, digits and everything that is neither letter nor digit.
    pub(crate) fn of(key: &'a [u8]) -> Self {
        let mut out = Self {
            words: [&[]; MOST],
            len: 0,
        };
        let mut start = 0;
        for (i, &byte) in key.iter().enumerate() {
            if !is_word_byte(byte) {
                out.push(&key[start..i]);
                start = i + 1;
            } else if i > start && parts(key, i) {
                out.push(&key[start..i]);
                start = i;
            }
        }
        out.push(&key[start..]);
        out
    }

    /// Returns these words behind those of a parent's name.
    pub(crate) fn below(&self, parent: &'a [u8]) -> Self {
        let mut out = Self::of(parent);
        for &word in self.as_slice() {
            out.push(word);
        }
        out
    }

    /// Returns the words, in order.
    pub(crate) fn as_slice(&self) -> &[&'a [u8]] {
        &self.words[..self.len]
    }

    /// Tells whether one of the words stands in a list.
    pub(crate) fn any_in(&self, list: &List) -> bool {
        self.as_slice().iter().any(|word| list.has(word))
    }

    /// Tells whether the last word stands in a list.
    pub(crate) fn last_in(&self, list: &List) -> bool {
        self.as_slice().last().is_some_and(|word| list.has(word))
    }

    /// Tells whether a row of words, joined and in any case, is `wanted`, and the last word does not say that it is only told
    /// about: `oauth_nonce`.
    pub(crate) fn hold(&self, wanted: &[u8]) -> bool {
        let about = self.last_in(&NEGATIVE_LAST);
        (0..self.len)
            .filter_map(|first| self.run(first, wanted))
            .any(|end| end == self.len || !about)
    }

    /// Tells whether all words, joined, are the end of `wanted` or all of it.
    pub(crate) fn end(&self, wanted: &[u8]) -> bool {
        let len: usize = self.as_slice().iter().map(|word| word.len()).sum();
        len > 0
            && len <= wanted.len()
            && self.run(0, &wanted[wanted.len() - len..]) == Some(self.len)
    }

    /// Returns one past the last word of the row from `first` on that is `wanted`.
    fn run(&self, first: usize, wanted: &[u8]) -> Option<usize> {
        let mut rest = wanted;
        for (i, word) in self.as_slice().iter().enumerate().skip(first) {
            let (head, tail) = rest.split_at_checked(word.len())?;
            if !head.eq_ignore_ascii_case(word) {
                return None;
            }
            if tail.is_empty() {
                return Some(i + 1);
            }
            rest = tail;
        }
        None
    }

    /// Tells whether one of the words names a secret where a service's name stands near.
    pub(crate) fn name_a_secret(&self) -> bool {
        self.any_in(&BESIDE_VENDOR)
    }

    fn push(&mut self, word: &'a [u8]) {
        if !word.is_empty() && self.len < MOST {
            self.words[self.len] = word;
            self.len += 1;
        }
    }
}

/// The colon of Chinese and Japanese: `密码：…`.
pub(crate) const WIDE_COLON: char = '\u{FF1A}';

/// Tells whether a word begins at an offset of a text, as [`Words::of`] splits the key around it.
pub(crate) fn begins_at(text: &[u8], at: usize) -> bool {
    at == 0
        || at >= text.len()
        || !is_word_byte(text[at - 1])
        || parts(text, at)
        || ends_escape(text, at)
}

/// Tells whether a word ends before an offset of a text, likewise.
pub(super) fn ends_at(text: &[u8], at: usize) -> bool {
    at == 0 || at >= text.len() || !is_word_byte(text[at]) || parts(text, at)
}

/// Returns the word that holds the byte at an offset, as [`Words::of`] splits the key around it; no more than 24 bytes of it.
pub(crate) fn word_at(text: &[u8], at: usize) -> &[u8] {
    const LONG: usize = 24;
    let floor = at.saturating_sub(LONG);
    let start = (floor..=at).rev().find(|&i| begins_at(text, i));
    let end = (at + 1..text.len().min(at + LONG)).find(|&i| ends_at(text, i));
    &text[start.unwrap_or(floor)..end.unwrap_or(text.len().min(at + LONG))]
}

/// Letters of other alphabets are bytes beyond ASCII; they belong to words.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Tells whether a word ends before `i`: aB, A1, 1a, the B of ABc, and the same with letters of other alphabets.
#[inline]
fn parts(key: &[u8], i: usize) -> bool {
    match (key[i - 1], key[i]) {
        (b'a'..=b'z', b'a'..=b'z') | (b'0'..=b'9', b'0'..=b'9') => false,
        (0x80.., _) | (_, 0x80..) => parts_letters(key, i),
        (b'A'..=b'Z', b'A'..=b'Z') => key.get(i + 1).is_some_and(u8::is_ascii_lowercase),
        (b'a'..=b'z', b'A'..=b'Z') => true,
        (before, here) => before.is_ascii_digit() != here.is_ascii_digit(),
    }
}

/// Tells the same where one of the two is no ASCII; inside a letter no word ends.
fn parts_letters(key: &[u8], i: usize) -> bool {
    /// No letter has more bytes.
    const LETTER: usize = 4;
    let letter = |bytes: &[u8]| bytes.utf8_chunks().next()?.valid().chars().next();
    let here = letter(&key[i..key.len().min(i + LETTER)]);
    let start = (i.saturating_sub(LETTER)..i)
        .rev()
        .find(|&at| key[at] & 0xC0 != 0x80);
    let before = start.and_then(|start| letter(&key[start..i]));
    let (Some(before), Some(here)) = (before, here) else {
        return false;
    };
    if here == WIDE_COLON {
        return true;
    }
    // An alphabet without capitals beside one that has them.
    let cased = |c: char| c.is_lowercase() || c.is_uppercase();
    before.is_numeric() != here.is_numeric()
        || here.is_uppercase() && !before.is_uppercase()
        || cased(before) != cased(here) && before.is_alphabetic() && here.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_keys_have_a_word_or_none() {
        assert_eq!(Words::of(b"x").as_slice(), [b"x"]);
        assert!(Words::of(b"--").as_slice().is_empty());
    }
}
