//! Fonts: which letters the numbers in the strings of a page stand for, as far as a PDF says it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::filters::{hex, number};

/// A number stands for so many UTF-16 units, at most: a ligature is three letters.
const UNITS: usize = 4;
/// So many bytes are made of one string; what follows counts as not known.
const MADE: usize = 16 << 20;
/// An object counts as so many bytes at least.
const SHORTEST: usize = 128;

/// Names of fonts, and the numbers of their objects.
type Names<'a> = BTreeMap<&'a [u8], u32>;

/// The objects of a file, by their numbers.
#[derive(Default)]
pub(super) struct Objects<'a> {
    texts: BTreeMap<u32, &'a [u8]>,
    /// How long all together are.
    length: usize,
}

impl<'a> Objects<'a> {
    /// Adds the objects that stand in a file.
    pub(super) fn add_file(&mut self, bytes: &'a [u8]) {
        for at in memchr::memmem::find_iter(bytes, b"obj") {
            if let Some(number) = number_before(&bytes[..at]) {
                self.add(number, &bytes[at + 3..]);
            }
        }
    }

    /// Adds those of a stream of objects: their numbers and places stand before them.
    pub(super) fn add_stream(&mut self, dictionary: &[u8], content: &'a [u8]) {
        let first = number(dictionary, b"/First").unwrap_or(0);
        let head = content.get(..first).unwrap_or_default();
        let numbers: Vec<usize> = head
            .split(u8::is_ascii_whitespace)
            .filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok())
            .collect();
        for pair in numbers.as_chunks::<2>().0 {
            if let (Ok(number), Some(text)) =
                (u32::try_from(pair[0]), within(content, first, pair[1]))
            {
                self.add(number, text);
            }
        }
    }

    fn add(&mut self, number: u32, text: &'a [u8]) {
        /// The fonts of more are not looked for.
        const MOST: usize = 64 << 20;
        if self.length < MOST {
            let text = object(text);
            self.length += text.len().max(SHORTEST);
            self.texts.insert(number, text);
        }
    }

    /// Returns the value of a name, with all that follows in its object; another object stands for it where it says so.
    fn value(&self, text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
        let at = memchr::memmem::find_iter(text, name).find(|&at| {
            let behind = text.get(at + name.len());
            behind.is_some_and(|byte| !byte.is_ascii_alphanumeric())
        })?;
        let value = text[at + name.len()..].trim_ascii_start();
        match reference(value) {
            Some((number, _)) => self.texts.get(&number).copied(),
            None => Some(value),
        }
    }

    /// Returns the dictionary of the fonts that the resources of an object name.
    fn fonts(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        /// Pages stand in so many others at most.
        const DEEP: usize = 16;
        let mut holder = text;
        for _ in 0..DEEP {
            if let Some(resources) = self.value(holder, b"/Resources") {
                return self.value(dictionary(resources), b"/Font");
            }
            holder = self.value(holder, b"/Parent")?;
        }
        None
    }
}

/// Returns an object up to its end, or that of its dictionary.
fn object(text: &[u8]) -> &[u8] {
    /// No dictionary is longer.
    const MOST: usize = 16 << 10;
    let text = &text[..text.len().min(MOST)];
    let text = text.trim_ascii_start();
    if text.starts_with(b"<<") {
        return dictionary(text);
    }
    let end = memchr::memmem::find(text, b"endobj");
    &text[..end.unwrap_or(text.len())]
}

/// Returns a dictionary at the beginning of a text.
fn dictionary(text: &[u8]) -> &[u8] {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(found) = memchr::memchr2(b'<', b'>', &text[at..]) {
        at += found;
        match &text[at..] {
            [b'<', b'<', ..] => (depth, at) = (depth + 1, at + 2),
            [b'>', b'>', ..] => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// Returns the number of the object that a text refers to, and what stands behind that.
fn reference(text: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = digits(text)?;
    let (_, rest) = digits(rest.trim_ascii_start())?;
    let rest = rest.trim_ascii_start().strip_prefix(b"R")?;
    Some((number, rest))
}

fn digits(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&text[..length]).ok()?.parse().ok()?;
    Some((number, &text[length..]))
}

/// Returns the number of the object before whose mark a text ends.
pub(super) fn number_before(text: &[u8]) -> Option<u32> {
    let line = &text[text.len().saturating_sub(24)..];
    let mut words = line
        .rsplit(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let is_number = |word: &&[u8]| word.iter().all(u8::is_ascii_digit);
    words.next().filter(is_number)?;
    std::str::from_utf8(words.next().filter(is_number)?)
        .ok()?
        .parse()
        .ok()
}

/// Returns the names of a dictionary whose values are other objects.
fn names(text: &[u8]) -> Names<'_> {
    let mut names = Names::new();
    for entry in dictionary(text).split(|&byte| byte == b'/').skip(1) {
        let length = entry.iter().position(u8::is_ascii_whitespace).unwrap_or(0);
        if let Some((number, _)) = reference(entry[length..].trim_ascii_start()) {
            names.insert(&entry[..length], number);
        }
    }
    names
}

/// Returns the numbers of the objects in a list, or of the one that stands in place of a list.
fn list(text: &[u8]) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut rest = text.strip_prefix(b"[").unwrap_or(text).trim_ascii_start();
    while let Some((number, behind)) = reference(rest) {
        numbers.push(number);
        if !text.starts_with(b"[") {
            break;
        }
        rest = behind.trim_ascii_start();
    }
    numbers
}

/// The fonts of a file.
#[derive(Default)]
pub(super) struct Fonts<'a> {
    /// The dictionaries of fonts, by the streams that use them.
    scopes: BTreeMap<u32, &'a [u8]>,
    /// What the names stand for elsewhere.
    all: Names<'a>,
    /// By the object of the font: the stream that holds its letters.
    letters: BTreeMap<u32, u32>,
    wanted: BTreeSet<u32>,
    maps: BTreeMap<u32, Letters>,
    /// How long the streams are that were read for them.
    length: usize,
}

impl<'a> Fonts<'a> {
    /// Finds them among all objects.
    pub(super) fn of(objects: &Objects<'a>) -> Self {
        let mut fonts = Self::default();
        let mut known = BTreeSet::new();
        for (&number, &text) in &objects.texts {
            let at = memchr::memmem::find(text, LETTERS);
            let letters = at.map(|at| text[at + LETTERS.len()..].trim_ascii_start());
            if let Some((letters, _)) = letters.and_then(reference) {
                fonts.letters.insert(number, letters);
                fonts.wanted.insert(letters);
            }
            if let Some(dictionary) = objects.fonts(text) {
                if known.insert(dictionary.as_ptr()) {
                    fonts.all.extend(names(dictionary));
                }
                let scopes = streams(objects, number, text).into_iter();
                fonts
                    .scopes
                    .extend(scopes.map(|stream| (stream, dictionary)));
            }
        }
        fonts
    }

    /// Tells whether a stream holds the letters of a font.
    pub(super) fn wants(&self, stream: u32) -> bool {
        /// So much is read of such streams.
        const MOST: usize = 8 << 20;
        self.length < MOST && self.wanted.contains(&stream)
    }

    /// Tells whether a stream was read as that.
    pub(super) fn has(&self, stream: u32) -> bool {
        self.maps.contains_key(&stream)
    }

    pub(super) fn add(&mut self, stream: u32, content: &[u8]) {
        /// No font needs more.
        const MOST: usize = 4 << 20;
        let content = &content[..content.len().min(MOST)];
        self.length += content.len();
        self.maps.insert(stream, Letters::read(content));
    }

    /// Returns the fonts of a stream.
    pub(super) fn scope(&self, stream: Option<u32>) -> Scope<'_> {
        let dictionary = stream.and_then(|stream| self.scopes.get(&stream));
        Scope {
            names: dictionary.map_or_else(Names::new, |dictionary| names(dictionary)),
            fonts: self,
        }
    }
}

/// The name of the stream that holds the letters of a font.
const LETTERS: &[u8] = b"/ToUnicode";

/// Returns the streams of a page, or the one that an object is itself.
fn streams(objects: &Objects<'_>, number: u32, text: &[u8]) -> Vec<u32> {
    let contents = b"/Contents";
    let Some(at) = memchr::memmem::find(text, contents) else {
        return vec![number];
    };
    let streams = list(text[at + contents.len()..].trim_ascii_start());
    // The list may be an object of its own.
    match streams[..] {
        [one] => match objects.texts.get(&one) {
            Some(text) if text.starts_with(b"[") => list(text),
            _ => streams,
        },
        _ => streams,
    }
}

/// The fonts that a stream may use.
pub(super) struct Scope<'f> {
    names: Names<'f>,
    fonts: &'f Fonts<'f>,
}

impl Scope<'_> {
    /// Returns the letters of a font, by its name.
    pub(super) fn letters(&self, name: &[u8]) -> Option<&Letters> {
        let font = self.names.get(name).or_else(|| self.fonts.all.get(name))?;
        self.fonts.maps.get(self.fonts.letters.get(font)?)
    }
}

/// The letters of a font.
#[derive(Default)]
pub(super) struct Letters {
    /// Whether a number has two bytes.
    is_wide: bool,
    /// The first and the last of numbers in a row, and the letter of the first.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
}

impl Letters {
    /// Reads them from the program that maps numbers to letters.
    fn read(content: &[u8]) -> Self {
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
        letters
    }

    fn insert(&mut self, codes: RangeInclusive<u32>, letter: &[u8]) {
        let pairs = letter.as_chunks::<2>().0.iter();
        let pairs = pairs.take(UNITS);
        let units = pairs.map(|pair| u16::from_be_bytes(*pair)).collect();
        self.ranges.insert(*codes.start(), (*codes.end(), units));
    }

    /// Appends what a string says; returns how many of its numbers stand for no letter.
    pub(super) fn write(&self, string: &[u8], out: &mut Vec<u8>) -> usize {
        let mut unknown = 0;
        for number in string.chunks(1 + usize::from(self.is_wide)) {
            let code = code(number);
            let found = self.ranges.range(..=code).next_back();
            let found = found.filter(|(_, (last, _))| *last >= code && out.len() < MADE);
            let Some((first, (_, units))) = found else {
                unknown += 1;
                out.extend(number.iter().filter(|byte| **byte >= b' '));
                continue;
            };
            let mut units = units.clone();
            if let Some(last) = units.last_mut() {
                *last = last.wrapping_add(u16::try_from(code - first).unwrap_or(0));
            }
            out.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
        }
        unknown
    }
}

/// Returns what stands behind the sum of two offsets.
fn within(content: &[u8], first: usize, at: usize) -> Option<&[u8]> {
    content.get(first.checked_add(at)?..)
}

fn code(bytes: &[u8]) -> u32 {
    let bytes = bytes.iter().take(4);
    bytes.fold(0, |code, &byte| code << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_letters_of_the_font() {
        let file = b"1 0 obj << /Type /Pages /Resources 7 0 R >> endobj
            2 0 obj << /Type /Page /Parent 1 0 R /Contents [ 3 0 R 4 0 R ] >> endobj
            7 0 obj <</Font <</F1 5 0 R>> >> endobj 5 0 obj <</ToUnicode 6 0 R>> endobj
            12 0 obj << /Resources << /Font << /F1 15 0 R >> >> /Subtype /Form >> stream";
        let objects_of_stream = b"15 0 16 22 <</ToUnicode 16 0 R>> [1 0 R]";
        let mut objects = Objects::default();
        objects.add_file(file);
        objects.add_stream(b"<< /First 11 >>", objects_of_stream);
        let mut fonts = Fonts::of(&objects);
        assert!(fonts.wants(6) && fonts.wants(16) && !fonts.wants(3));
        fonts.add(6, b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0003> <0020> <0004> <00660069> endbfchar
            2 beginbfrange <0024> <0026> <0041> <0030> <0031> [<0061> <D83DDD11>] endbfrange");
        fonts.add(
            16,
            b"begincodespacerange <00> <FF> endcodespacerange beginbfchar <01> <0078> endbfchar",
        );
        let written = |stream, string: &[u8]| {
            let mut out = Vec::new();
            let unknown = fonts
                .scope(stream)
                .letters(b"F1")
                .map(|letters| letters.write(string, &mut out));
            (String::from_utf8(out).unwrap_or_default(), unknown)
        };
        let wide = b"\0\x24\0\x26\0\x03\0\x04\0\x30\0\x31";
        assert_eq!(
            written(Some(4), wide),
            ("AC fia\u{1F511}".to_owned(), Some(0))
        );
        assert_eq!(written(Some(12), b"\x01y\x02"), ("xy".to_owned(), Some(2)));
        assert!(fonts.scope(Some(4)).letters(b"F2").is_none());
    }
}
