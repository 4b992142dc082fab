//! Fonts: which font a page means by a name, and which letters it has, as far as a PDF says it.

use std::collections::{BTreeMap, BTreeSet};

use super::letters::Letters;
use super::objects::{Objects, dictionary, list, reference};

/// Names of fonts, and the numbers of their objects.
type Names<'a> = BTreeMap<&'a [u8], u32>;

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
    /// Those of fonts whose numbers have one byte, whatever is said there.
    simple: BTreeSet<u32>,
    maps: BTreeMap<u32, Letters>,
    /// How long the streams are that were read for them.
    length: usize,
    /// The letters of fonts that name no such stream, and how many they are.
    named: BTreeMap<u32, Letters>,
    count: usize,
    /// The streams of the pages that have several: together they are one program.
    pub(super) pages: Vec<Vec<u32>>,
    /// All streams of pages.
    of_pages: BTreeSet<u32>,
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
                let is_simple = |kind: &&[u8]| memchr::memmem::find(text, kind).is_some();
                if SIMPLE.iter().any(is_simple) {
                    fonts.simple.insert(letters);
                }
            } else {
                fonts.add_named(objects, number, text);
            }
            let contents = contents(objects, text);
            fonts.of_pages.extend(&contents);
            if contents.len() > 1 {
                fonts.pages.push(contents);
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

    /// Adds the letters of a font that says by names which it has.
    fn add_named(&mut self, objects: &Objects<'a>, number: u32, text: &'a [u8]) {
        /// The fonts of more are not looked at.
        const MOST: usize = 200_000;
        let Some(encoding) = objects.value(text, b"/Encoding") else {
            return;
        };
        let letters = if let Some(name) = encoding.strip_prefix(b"/") {
            let ends = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte != b'-';
            let name = &name[..name.iter().position(ends).unwrap_or(name.len())];
            Letters::of_alphabet(name)
                .unwrap_or_else(|| Letters::of_collection(is_collection(objects, text)))
        } else if let Some(names) = objects.value(dictionary(encoding), b"/Differences") {
            Letters::of_names(names.split(|&byte| byte == b']').next().unwrap_or(names))
        } else {
            return;
        };
        self.count += letters.count();
        if self.count < MOST {
            self.named.insert(number, letters);
        }
    }

    /// Tells whether it is known which streams are of pages.
    pub(super) fn has_pages(&self) -> bool {
        !self.of_pages.is_empty()
    }

    /// Tells whether a stream is the program of a page, or a part of it.
    pub(super) fn is_of_page(&self, stream: u32) -> bool {
        self.of_pages.contains(&stream)
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
        let mut letters = Letters::read(content);
        if self.simple.contains(&stream) {
            letters.narrow();
        }
        self.maps.insert(stream, letters);
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

/// The kinds of fonts whose numbers have one byte.
const SIMPLE: [&[u8]; 3] = [b"/Type1", b"/TrueType", b"/Type3"];

/// The name of the stream that holds the letters of a font.
const LETTERS: &[u8] = b"/ToUnicode";

/// Tells whether the signs of a font are those of a collection whose first are the letters of ASCII.
fn is_collection<'a>(objects: &Objects<'a>, font: &'a [u8]) -> bool {
    const COLLECTIONS: [&[u8]; 4] = [b"Japan1", b"GB1", b"CNS1", b"Korea1"];
    let info = || {
        let within = objects.value(font, b"/DescendantFonts")?;
        let within = within.strip_prefix(b"[").unwrap_or(within);
        let within = match reference(within.trim_ascii_start()) {
            Some((number, _)) => objects.texts.get(&number).copied()?,
            None => within,
        };
        objects.value(within, b"/CIDSystemInfo")
    };
    let info = info().map_or(&b""[..], dictionary);
    let is_in = |name: &&[u8]| memchr::memmem::find(info, name).is_some();
    COLLECTIONS.iter().any(is_in)
}

/// Returns the streams of a page, or the one that an object is itself.
fn streams(objects: &Objects<'_>, number: u32, text: &[u8]) -> Vec<u32> {
    if memchr::memmem::find(text, CONTENTS).is_none() {
        return vec![number];
    }
    contents(objects, text)
}

/// The name of the streams of a page.
const CONTENTS: &[u8] = b"/Contents";

/// Returns the streams of a page.
fn contents(objects: &Objects<'_>, text: &[u8]) -> Vec<u32> {
    let Some(at) = memchr::memmem::find(text, CONTENTS) else {
        return Vec::new();
    };
    let streams = list(text[at + CONTENTS.len()..].trim_ascii_start());
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
        let map = self.fonts.letters.get(font);
        let map = map.and_then(|stream| self.fonts.maps.get(stream));
        map.or_else(|| self.fonts.named.get(font))
    }
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
            ("AC fia\u{1F511}".to_owned(), Some((6, 0)))
        );
        assert_eq!(
            written(Some(12), b"\x01y\x02"),
            ("xy".to_owned(), Some((2, 1)))
        );
        assert!(fonts.scope(Some(4)).letters(b"F2").is_none());
        assert_eq!(fonts.pages, [[3, 4]]);
    }

    #[test]
    fn fonts_that_name_their_signs_are_read_by_the_names() {
        let file = b"1 0 obj <</Font<</A 2 0 R/B 3 0 R/C 4 0 R/D 5 0 R>>>> endobj 9 0 obj <</Resources 1 0 R>> endobj
            2 0 obj <</Encoding<</Differences[1/a/two/fi 7/uni0041/g12]>>>> endobj 3 0 obj <</Encoding/UniGB-UCS2-H>> endobj
            4 0 obj <</Encoding/Identity-H/DescendantFonts[6 0 R]>> endobj 5 0 obj <</Encoding/Identity-H>> endobj
            6 0 obj <</CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)>>>> endobj";
        let mut objects = Objects::default();
        objects.add_file(file);
        let fonts = Fonts::of(&objects);
        for (name, string, expected) in [
            (b"A", &b"\x01\x02\x03x\x07\x08"[..], ("a2fixA", (5, 1))),
            (b"B", b"\0a\0b", ("ab", (2, 0))),
            (b"C", b"\0\x22\0\x42", ("Aa", (2, 0))),
            (b"D", b"\0\x22\0\x42", ("\"B", (0, 2))),
        ] {
            let scope = fonts.scope(Some(9));
            let mut out = Vec::new();
            let counts = scope
                .letters(name)
                .map(|letters| letters.write(string, &mut out));
            let out = String::from_utf8(out).unwrap_or_default();
            assert_eq!((out.as_str(), counts.unwrap_or_default()), expected);
        }
    }
}
