//! What a value looks like: length, alphabet, language or chance.

use crate::detect::placeholder::undisguised;
use crate::language::{WORDS, chance};

/// What a value looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) len: usize,
    pub(super) lower: usize,
    pub(super) upper: usize,
    pub(super) digits: usize,
    /// Marks that people put into passwords: `!@#$%^&*`.
    pub(super) marks: usize,
    pub(super) spaces: usize,
    /// How many bits likelier the value is as a random token than as language; may be negative.
    pub(super) chance: i32,
    /// The characters that words common in programs cover.
    pub(super) worded: usize,
}

impl Shape {
    pub(super) fn of(value: &[u8]) -> Self {
        let mut shape = Self {
            len: value.len(),
            chance: chance(value),
            worded: worded(value),
            ..Self::default()
        };
        for &byte in value {
            match byte {
                // Letters of other alphabets are taken for small ones.
                b'a'..=b'z' | 0x80.. => shape.lower += 1,
                b'A'..=b'Z' => shape.upper += 1,
                b'0'..=b'9' => shape.digits += 1,
                b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?' | b'~' | b'|' => {
                    shape.marks += 1
                }
                b' ' | b'\t' | b'\n' | b'\r' => shape.spaces += 1,
                _ => {}
            }
        }
        shape
    }

    pub(super) fn letters(&self) -> usize {
        self.lower + self.upper
    }
}

/// Tells whether a short value is language once digits and marks are read as the letters for which people write them:
/// `unkn0wn`.
pub(super) fn is_disguised_language(value: &[u8]) -> bool {
    /// Nobody disguises more.
    const LONG: usize = 20;
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if value.len() > LONG || letters * 2 < value.len() {
        return false;
    }
    let plain = value.iter().map(|&byte| match byte {
        b'A'..=b'Z' => byte,
        _ => undisguised(byte),
    });
    chance(&plain.collect::<Vec<u8>>()) <= 0
}

/// Returns how many characters of a value belong to words that are common in programs; `thunder` is none of them,
/// though `under` is.
fn worded(value: &[u8]) -> usize {
    let value = &value[..value.len().min(256)];
    let mut covered = 0;
    let mut i = 0;
    while i < value.len() {
        let begins = i == 0
            || !value[i - 1].is_ascii_alphabetic()
            || value[i - 1].is_ascii_lowercase() && value[i].is_ascii_uppercase();
        let mut len = if begins { longest_word(&value[i..]) } else { 0 };
        // Words written together: `defaultstring`.
        while len > 0 {
            covered += len;
            i += len;
            len = longest_word(&value[i..]);
        }
        i += 1;
    }
    covered
}

/// Returns the length of the longest known word that a text begins with; 0 if there is none.
fn longest_word(text: &[u8]) -> usize {
    let [first, second, ..] = *text else {
        return 0;
    };
    let pair = [first.to_ascii_lowercase(), second.to_ascii_lowercase()];
    if !pair.iter().all(u8::is_ascii_lowercase) {
        return 0;
    }
    let start = STARTS[letter(pair[0])][letter(pair[1])];
    WORDS.as_bytes()[usize::from(start)..]
        .split(|&b| b == b' ')
        .take_while(|word| word.starts_with(&pair))
        .filter(|word| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word))
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0)
}

const fn letter(byte: u8) -> usize {
    (byte - b'a') as usize
}

/// Where the words with each two first letters start, or would.
static STARTS: [[u16; 26]; 26] = starts();

#[expect(
    clippy::cast_possible_truncation,
    reason = "the list is shorter than 64 KiB, and `from` is not const"
)]
const fn starts() -> [[u16; 26]; 26] {
    let list = WORDS.as_bytes();
    let mut out = [[list.len() as u16; 26]; 26];
    let mut begin = 0;
    while begin < list.len() {
        let mut end = begin;
        while end < list.len() && list[end] != b' ' {
            end += 1;
        }
        assert!(end - begin > 1, "a word is two letters at least");
        // Words are sorted: the first one with these letters starts their stretch.
        let start = &mut out[letter(list[begin])][letter(list[begin + 1])];
        if *start as usize == list.len() {
            *start = begin as u16;
        }
        begin = end + 1;
    }
    out
}
