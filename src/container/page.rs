//! Page: the text that a program of PDF shows, and how its strings are read.

use super::escaped;
use super::filters::hex;
use super::fonts::Scope;
use super::letters::Letters;
use super::place::{Place, Step};

/// The text of a page.
#[derive(Default)]
pub(super) struct Shown {
    /// Each line of the page on a line.
    pub(super) text: Vec<u8>,
    /// How many of its signs are letters, and how many are numbers that only a font tells.
    pub(super) letters: usize,
    pub(super) numbers: usize,
    /// How many of the letters have two bytes, and no font that tells them.
    pub(super) wide: usize,
    /// What the line is made of that is being written: it stands in the program as it is if that is one string.
    line: usize,
    strings: usize,
    is_plain: bool,
    /// Whether only lines are kept that do not stand in the program as they are.
    only_joined: bool,
}

impl Shown {
    fn end_line(&mut self) {
        if self.only_joined && self.strings < 2 && self.is_plain {
            self.text.truncate(self.line);
        }
        if !self.text.is_empty() && !self.text.ends_with(b"\n") {
            self.text.push(b'\n');
        }
        (self.line, self.strings, self.is_plain) = (self.text.len(), 0, true);
    }

    fn gap(&mut self) {
        if self.text.len() > self.line && !self.text.ends_with(b" ") {
            self.text.push(b' ');
        }
    }

    /// Adds a string, in the letters of a font if they are known.
    fn string(&mut self, string: &Text, letters: Option<&Letters>) {
        self.strings += 1;
        if let Some(letters) = letters {
            let start = self.text.len();
            let (known, unknown) = letters.write(&string.bytes, &mut self.text);
            self.letters += known;
            self.numbers += unknown;
            self.is_plain &= string.is_plain && self.text[start..] == *string.bytes;
            return;
        }
        let is_wide = string.bytes.len() > 1 && string.bytes.chunks(2).all(|pair| pair[0] == 0);
        let skip = usize::from(is_wide);
        let letters = string.bytes.iter().skip(skip).step_by(1 + skip);
        let is_number = |byte: &&u8| **byte < b' ' && !b"\t\n\r".contains(byte);
        let numbers = letters.clone().filter(is_number).count();
        self.numbers += numbers;
        self.letters += letters.len() - numbers;
        self.wide += skip * (letters.len() - numbers);
        self.text.extend(letters);
        self.is_plain &= string.is_plain && !is_wide;
    }
}

/// A string, and whether it stands in the file as it is.
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    pub(super) is_plain: bool,
}

/// So many bytes that are no text do not matter.
const STRANGE: usize = 16;
/// No operator takes more numbers, and few lists have more strings.
const OPERANDS: usize = 6;
const STRINGS: usize = 10_000;

/// Returns the text that a page's program shows; `None` if it shows none.
pub(super) fn shown(content: &[u8], only_joined: bool, fonts: &Scope<'_>) -> Option<Shown> {
    memchr::memmem::find(content, b"BT")?;
    let mut shown = Shown {
        only_joined,
        is_plain: true,
        ..Shown::default()
    };
    let mut place = Place::default();
    let mut last = 0;
    let mut strange = 0;
    // What stands before an operator.
    let mut strings: Vec<Text> = Vec::new();
    let mut gaps: Vec<usize> = Vec::new();
    let mut numbers: Vec<&[u8]> = Vec::new();
    let (mut name, mut letters): (&[u8], _) = (b"", None);
    let mut at = 0;
    while let Some(&byte) = content.get(at) {
        match byte {
            // A list without an end.
            _ if strings.len() > STRINGS => {
                last = show(&strings, &gaps, letters, place.step(), last, &mut shown);
                strings.clear();
                gaps.clear();
            }
            b'(' => {
                let (text, end) = string(content, at + 1);
                strings.push(text);
                at = end;
            }
            b'<' if content.get(at + 1) != Some(&b'<') => {
                let (text, end) = hex_string(content, at + 1);
                strings.push(text);
                at = end;
            }
            b'%' => at += line_length(&content[at..]),
            b'/' => {
                let length = word_length(&content[at + 1..]);
                name = &content[at + 1..at + 1 + length];
                at += 1 + length;
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => {
                let length = word_length(&content[at..]).max(1);
                let number = &content[at..at + length];
                if is_gap(number) && gaps.last() != Some(&strings.len()) {
                    gaps.push(strings.len());
                }
                if numbers.len() == OPERANDS {
                    numbers.remove(0);
                }
                numbers.push(number);
                at += length;
            }
            b'\'' | b'"' | b'A'..=b'Z' | b'a'..=b'z' => {
                let length = word_length(&content[at..]).max(1);
                let operator = &content[at..at + length];
                at += length;
                match operator {
                    b"ID" => at += picture_length(&content[at..]),
                    b"Tf" => letters = fonts.letters(&escaped::plain(name)),
                    _ => {}
                }
                place.operator(operator, &numbers);
                let is_empty = strings.iter().all(|string| string.bytes.is_empty());
                if matches!(operator, b"Tj" | b"TJ" | b"'" | b"\"") && !is_empty {
                    last = show(&strings, &gaps, letters, place.step(), last, &mut shown);
                }
                strings.clear();
                gaps.clear();
                numbers.clear();
            }
            _ => {
                strange += usize::from(!matches!(byte, b'\t'..=b'~'));
                at += 1;
            }
        }
    }
    // A program is text, outside of its strings and pictures.
    if strange > STRANGE && strange > content.len() / 64 {
        return None;
    }
    // What is cut before its operator.
    if !strings.is_empty() {
        show(&strings, &gaps, letters, place.step(), last, &mut shown);
    }
    shown.end_line();
    Some(shown)
}

/// Shows strings; words that stand apart are parted, letters that are placed one by one are not. `last` is how long the text
/// before is; returns how long this one is.
fn show(
    strings: &[Text],
    gaps: &[usize],
    letters: Option<&Letters>,
    step: Step,
    last: usize,
    shown: &mut Shown,
) -> usize {
    let length: usize = strings.iter().map(|string| string.bytes.len()).sum();
    let is_letter = |length: usize| length <= 2;
    match step {
        Step::Down => shown.end_line(),
        Step::Along if !(is_letter(last) && is_letter(length)) => shown.gap(),
        _ => {}
    }
    for (number, string) in strings.iter().enumerate() {
        if gaps.binary_search(&number).is_ok() {
            shown.gap();
        }
        shown.string(string, letters);
    }
    length
}

/// Tells whether a number parts words in an array of strings: it moves by thousandths of the size of the font.
fn is_gap(number: &[u8]) -> bool {
    const WORDS: f32 = -180.0;
    let number = std::str::from_utf8(number).ok();
    number
        .and_then(|number| number.parse::<f32>().ok())
        .is_some_and(|number| number <= WORDS)
}

/// Returns the length of a word.
fn word_length(text: &[u8]) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\0()<>[]{}/%".contains(byte);
    text.iter().position(ends).unwrap_or(text.len())
}

fn line_length(text: &[u8]) -> usize {
    memchr::memchr2(b'\n', b'\r', text).unwrap_or(text.len())
}

/// Returns the length of a picture that stands in a program.
fn picture_length(text: &[u8]) -> usize {
    let ends = memchr::memmem::find_iter(text, b"EI").find(|&at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let behind = text.get(at + 2);
        before.is_some_and(u8::is_ascii_whitespace) && behind.is_none_or(u8::is_ascii_whitespace)
    });
    ends.unwrap_or(text.len())
}

/// Reads a string; returns it and where it ends.
pub(super) fn string(content: &[u8], mut at: usize) -> (Text, usize) {
    let mut text = Text {
        bytes: Vec::new(),
        is_plain: true,
    };
    let mut depth = 1;
    while let Some(&byte) = content.get(at) {
        at += 1;
        match byte {
            b'\\' => {
                text.is_plain = false;
                at += backslash(&content[at..], &mut text.bytes);
                continue;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        text.bytes.push(byte);
    }
    (text, at)
}

/// Appends what stands behind a backslash, and returns its length.
fn backslash(text: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(&byte) = text.first() else {
        return 0;
    };
    let octal: Vec<u8> = text
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .map(|byte| byte - b'0')
        .collect();
    if !octal.is_empty() {
        let value = octal.iter().fold(0u8, |value, digit| value << 3 | digit);
        out.push(value);
        return octal.len();
    }
    match byte {
        b'\r' if text.get(1) == Some(&b'\n') => return 2,
        b'\n' | b'\r' => {}
        b'n' => out.push(b'\n'),
        b'r' => out.push(b'\r'),
        b't' => out.push(b'\t'),
        b'b' | b'f' => {}
        byte => out.push(byte),
    }
    1
}

/// Reads a string in hexadecimal digits; returns it and where it ends.
pub(super) fn hex_string(content: &[u8], at: usize) -> (Text, usize) {
    let length = memchr::memchr(b'>', &content[at..]);
    let end = length.map_or(content.len(), |length| at + length);
    let text = Text {
        bytes: hex(&content[at..end]),
        is_plain: false,
    };
    (text, end + 1)
}

/// Returns the string that stands at the beginning of a text, or those in the list there and in its lists.
pub(super) fn strings_at(text: &[u8]) -> Vec<Vec<u8>> {
    let mut strings = Vec::new();
    let (mut depth, mut at) = (0usize, 0);
    while let Some(&byte) = text.get(at) {
        let (string, end) = match (byte, text.get(at + 1)) {
            (b'(', _) => string(text, at + 1),
            (b'<', next) if next != Some(&b'<') => hex_string(text, at + 1),
            (b'[', _) => {
                (depth, at) = (depth + 1, at + 1);
                continue;
            }
            (b']', _) if depth > 1 => {
                (depth, at) = (depth - 1, at + 1);
                continue;
            }
            (b'/' | b'<' | b'>' | b']', _) => break,
            _ if depth == 0 => break,
            _ => {
                at += 1;
                continue;
            }
        };
        strings.push(readable(&string.bytes));
        at = end;
        if depth == 0 {
            break;
        }
    }
    strings
}

/// Returns a string that may be UTF-16.
pub(super) fn readable(bytes: &[u8]) -> Vec<u8> {
    let Some(wide) = bytes.strip_prefix(b"\xFE\xFF") else {
        return bytes.to_vec();
    };
    let units = wide.as_chunks::<2>().0.iter();
    let units: Vec<u16> = units.map(|pair| u16::from_be_bytes(*pair)).collect();
    String::from_utf16_lossy(&units).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::fonts::Fonts;
    use super::*;

    fn text(content: &str) -> String {
        let fonts = Fonts::default();
        let shown = shown(content.as_bytes(), false, &fonts.scope(None)).unwrap_or_default();
        String::from_utf8_lossy(&shown.text).into_owned()
    }

    #[test]
    fn strings_of_a_line_are_joined() {
        for (content, expected) in [
            (
                "BT /F1 12 Tf 72 720 Td [(to) -20 (ken\\(1\\))] TJ 0 -14 Td (next (line)) Tj ET",
                "token(1)\nnext (line)\n",
            ),
            (
                "BT <746f> Tj <6B656E> Tj T* <0074006f> Tj ET",
                "token\nto\n",
            ),
            (
                "BT [(two)-333(words)] TJ (a\\142\\\nc\\n) ' ET",
                "two words\nabc\n",
            ),
            // Letters that are placed one by one, and words.
            (
                "BT 1 0 0 1 7 9 Tm (a) Tj 1 0 0 1 8 9 Tm (b) Tj 1 0 0 1 9 9 Tm (word) Tj 1 0 0 1 9 8 Tm (c) Tj ET",
                "ab word\nc\n",
            ),
            (
                "BT (a) Tj 5 0 Td (b) Tj ET BI /W 1 ID (x) Tj \nEI BT (c",
                "abc\n",
            ),
        ] {
            assert_eq!(text(content), expected, "{content}");
        }
        let fonts = Fonts::default();
        assert!(shown(b"q 1 0 0 1 (no) cm Q", false, &fonts.scope(None)).is_none());
    }

    #[test]
    fn only_what_is_joined_is_kept_where_the_rest_stands_as_it_is() {
        let content = b"BT (plain) Tj T* [(jo) 1 (ined)] TJ T* (again) Tj T* <61> Tj ET";
        let fonts = Fonts::default();
        let shown = shown(content, true, &fonts.scope(None)).unwrap_or_default();
        assert_eq!(shown.text, b"joined\na\n");
    }
}
