//! Letters: what the numbers in the strings of a page stand for, by one font.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::filters::hex;

/// A number stands for so many UTF-16 units, at most: a ligature is three letters.
const UNITS: usize = 4;
/// So many bytes are made of one string; what follows counts as not known.
const MADE: usize = 16 << 20;

/// The letters of a font.
#[derive(Default)]
pub(super) struct Letters {
    /// Whether a number has two bytes.
    is_wide: bool,
    /// Whether a number without a letter is one itself, as in ASCII.
    is_ascii: bool,
    /// The first and the last of numbers in a row, and the letter of the first.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
}

impl Letters {
    /// Reads them from the program that maps numbers to letters.
    pub(super) fn read(content: &[u8]) -> Self {
        let mut letters = Self::default();
        let mut values: Vec<Vec<u8>> = Vec::new();
        let mut in_list = None;
        let mut at = 0;
        while let Some(&byte) = content.get(at) {
            at += 1;
            match byte {
                b'<' if content.get(at) == Some(&b'<') => at += 1,
                b'<' => {
                    let length = memchr::memchr(b'>', &content[at..]);
                    let end = length.map_or(content.len(), |length| at + length);
                    values.push(hex(&content[at..end]));
                    at = end + 1;
                }
                b'[' => in_list = Some(values.len()),
                b']' => {
                    if let Some(start) = in_list.take().filter(|start| *start >= 2) {
                        let list = values.split_off(start);
                        let first = code(&values[start - 2]);
                        for (code, letter) in (first..=u32::MAX).zip(list) {
                            letters.insert(code..=code, &letter);
                        }
                        values.truncate(start - 2);
                    }
                }
                b'e' => {
                    let word = &content[at - 1..];
                    let width = if word.starts_with(b"endbfrange") {
                        3
                    } else {
                        2
                    };
                    if word.starts_with(b"endcodespacerange") {
                        letters.is_wide = values.iter().any(|value| value.len() > 1);
                    } else if word.starts_with(b"endbf") {
                        for range in values.chunks_exact(width) {
                            let (first, last) = (code(&range[0]), code(&range[width - 2]));
                            letters.insert(first..=last, &range[width - 1]);
                        }
                    }
                    if word.starts_with(b"end") {
                        values.clear();
                        in_list = None;
                    }
                }
                _ => {}
            }
        }
        if !letters.is_wide {
            letters.narrow();
        }
        letters
    }

    /// Says that a number has one byte: such a font has the letters of ASCII where it says nothing.
    pub(super) fn narrow(&mut self) {
        (self.is_wide, self.is_ascii) = (false, true);
    }

    fn insert(&mut self, codes: RangeInclusive<u32>, letter: &[u8]) {
        let pairs = letter.as_chunks::<2>().0.iter();
        let pairs = pairs.take(UNITS);
        let units = match letter {
            // Some programs write it so.
            &[letter] => vec![letter.into()],
            _ => pairs.map(|pair| u16::from_be_bytes(*pair)).collect(),
        };
        self.ranges.insert(*codes.start(), (*codes.end(), units));
    }

    /// Appends what a string says; returns how many of its numbers stand for a letter, and how many for none.
    pub(super) fn write(&self, string: &[u8], out: &mut Vec<u8>) -> (usize, usize) {
        let (mut known, mut unknown) = (0, 0);
        for number in string.chunks(1 + usize::from(self.is_wide)) {
            let code = code(number);
            let found = self.ranges.range(..=code).next_back();
            let found = found.filter(|(_, (last, _))| *last >= code && out.len() < MADE);
            let Some((first, (_, units))) = found.filter(|(_, (_, units))| !units.is_empty())
            else {
                let is_ascii = self.is_ascii && number.iter().all(|byte| *byte >= b' ');
                if is_ascii && found.is_none() {
                    known += 1;
                } else {
                    unknown += 1;
                }
                out.extend(number.iter().filter(|byte| **byte >= b' '));
                continue;
            };
            known += 1;
            let mut units = units.clone();
            if let Some(last) = units.last_mut() {
                *last = last.wrapping_add(u16::try_from(code - first).unwrap_or(0));
            }
            out.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
        }
        (known, unknown)
    }

    /// Returns how much memory they take, in letters.
    pub(super) fn count(&self) -> usize {
        /// One that has few takes as much as this.
        const FEWEST: usize = 16;
        self.ranges.len().max(FEWEST)
    }

    /// Returns those of a font that numbers letters as an alphabet does, by its name.
    pub(super) fn of_alphabet(name: &[u8]) -> Option<Self> {
        if name.starts_with(b"Identity") {
            return None;
        }
        let has = |part: &[u8]| memchr::memmem::find(name, part).is_some();
        let is_unicode = has(b"UCS2") || has(b"UTF16");
        let mut letters = Self {
            is_wide: is_unicode,
            is_ascii: true,
            ..Self::default()
        };
        if is_unicode {
            letters.ranges.insert(0, (0xFFFF, vec![0]));
        }
        Some(letters)
    }

    /// Returns those of a font that numbers its signs itself: in the collections of Adobe's the first are those of ASCII.
    pub(super) fn of_collection(is_known: bool) -> Self {
        let mut letters = Self {
            is_wide: true,
            ..Self::default()
        };
        if is_known {
            letters.ranges.insert(1, (95, vec![u16::from(b' ')]));
        }
        letters
    }

    /// Reads a list of numbers and of the names of the signs from each on.
    pub(super) fn of_names(list: &[u8]) -> Self {
        let mut letters = Self {
            is_ascii: true,
            ..Self::default()
        };
        let mut code = 0u32;
        let mut rest = list;
        while let Some(&byte) = rest.first() {
            let is_name = byte == b'/';
            rest = &rest[usize::from(is_name)..];
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/[]<>()%".contains(byte);
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(length);
            rest = behind;
            if is_name && code < 256 {
                if let Some(units) = sign(word) {
                    letters.ranges.insert(code, (code, units));
                }
                code += 1;
            } else if let Some(number) = std::str::from_utf8(word).ok().and_then(|w| w.parse().ok())
            {
                code = number;
            } else if length == 0 {
                rest = &rest[1..];
            }
        }
        letters
    }
}

/// Returns the letters of a sign, by its name: none if only the font knows it, `None` if it is no letter of ASCII.
fn sign(name: &[u8]) -> Option<Vec<u16>> {
    const NAMES: &str = "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright \
        asterisk plus comma hyphen period slash zero one two three four five six seven eight nine colon semicolon less \
        equal greater question at";
    const BEHIND: [(&str, &str); 18] = [
        ("bracketleft", "["),
        ("backslash", "\\"),
        ("bracketright", "]"),
        ("asciicircum", "^"),
        ("underscore", "_"),
        ("grave", "`"),
        ("braceleft", "{"),
        ("bar", "|"),
        ("braceright", "}"),
        ("asciitilde", "~"),
        ("quoteleft", "`"),
        ("quoteright", "'"),
        ("minus", "-"),
        ("fi", "fi"),
        ("fl", "fl"),
        ("ff", "ff"),
        ("ffi", "ffi"),
        ("ffl", "ffl"),
    ];
    let name = name.split(|&byte| byte == b'.').next()?;
    if let &[letter] = name {
        return Some(vec![letter.into()]);
    }
    let name = std::str::from_utf8(name).unwrap_or_default();
    let number = NAMES.split_ascii_whitespace().position(|one| one == name);
    if let Some(number) = number.and_then(|number| u16::try_from(number).ok()) {
        return Some(vec![u16::from(b' ') + number]);
    }
    if let Some((_, letters)) = BEHIND.iter().find(|(one, _)| *one == name) {
        return Some(letters.encode_utf16().collect());
    }
    let number = name.strip_prefix("uni").and_then(|hex| hex.get(..4));
    if let Some(unit) = number.and_then(|hex| u16::from_str_radix(hex, 16).ok()) {
        return Some(vec![unit]);
    }
    name.bytes()
        .any(|byte| byte.is_ascii_digit())
        .then(Vec::new)
}

fn code(bytes: &[u8]) -> u32 {
    let bytes = bytes.iter().take(4);
    bytes.fold(0, |code, &byte| code << 8 | u32::from(byte))
}
