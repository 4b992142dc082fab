//! A small reader of XML as a stream: tags, attributes and text, in the order of the file. What is no XML is text.

use std::io::{ErrorKind, Read};
use std::ops::Range;

use super::narrow::Narrow;

/// A text is handed out in pieces of about this size.
const CHUNK: usize = 64 << 10;
/// A longer tag is taken for text.
const LONGEST_TAG: usize = 1 << 20;

/// A piece of a file.
pub(super) enum Piece<'a> {
    /// An opening tag: its name without a prefix, its attributes, and whether it closes itself.
    Open(&'a [u8], Attributes<'a>, bool),
    /// A closing tag.
    Close(&'a [u8]),
    /// Text, as it is written. A long one comes in several pieces.
    Text(&'a [u8]),
    /// Text in which nothing stands for something else; also what is no XML.
    Literal(&'a [u8]),
    /// A comment, an instruction or a declaration.
    Aside(&'a [u8]),
}

/// The pieces of a file. A fault ends it: who made the source knows it.
pub(super) struct Pieces<R> {
    source: Narrow<R>,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    /// What ends the literal or the aside that is being read, and which of both it is.
    within: Option<(&'static [u8], Kind)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tag,
    Text,
    Literal,
    Aside,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source: Narrow::new(source),
            buffer: Vec::new(),
            at: 0,
            ended: false,
            within: None,
        }
    }

    pub(super) fn next(&mut self) -> Option<Piece<'_>> {
        let (kind, range) = self.find()?;
        let bytes = &self.buffer[range];
        Some(match kind {
            Kind::Tag => tag(bytes),
            Kind::Text => Piece::Text(bytes),
            Kind::Literal => Piece::Literal(bytes),
            Kind::Aside => Piece::Aside(bytes),
        })
    }

    /// Finds the next piece; returns where it stands in the buffer.
    fn find(&mut self) -> Option<(Kind, Range<usize>)> {
        loop {
            let found = match self.within {
                Some((end, kind)) => self.up_to(end, kind),
                None => self.tag_or_text(),
            };
            match found {
                Some((Kind::Aside, range)) if self.buffer[range.clone()].starts_with(b"xml ") => {}
                Some((_, range)) if range.is_empty() => {}
                Some(found) => return Some(found),
                None if self.ended && self.at == self.buffer.len() => return None,
                None => self.fill(),
            }
        }
    }

    /// Takes so many bytes.
    fn take(&mut self, kind: Kind, length: usize) -> (Kind, Range<usize>) {
        let start = self.at;
        self.at += length;
        (kind, start..self.at)
    }

    /// Returns what stands before a mark; `None` if more must be read.
    fn up_to(&mut self, end: &'static [u8], kind: Kind) -> Option<(Kind, Range<usize>)> {
        let text = &self.buffer[self.at..];
        if let Some(length) = memchr::memmem::find(text, end) {
            let found = self.take(kind, length);
            self.at += end.len();
            self.within = None;
            return Some(found);
        }
        let part = if self.ended {
            text.len()
        } else {
            text.len().saturating_sub(end.len())
        };
        (self.ended && part > 0 || part >= CHUNK).then(|| self.take(kind, part))
    }

    /// Returns a text or a tag; `None` if more must be read, or a literal begins.
    fn tag_or_text(&mut self) -> Option<(Kind, Range<usize>)> {
        const MARKS: [(&[u8], &[u8], Kind); 4] = [
            (b"<![CDATA[", b"]]>", Kind::Literal),
            (b"<!--", b"-->", Kind::Aside),
            (b"<?", b"?>", Kind::Aside),
            (b"<!", b">", Kind::Aside),
        ];
        let text = &self.buffer[self.at..];
        match memchr::memchr(b'<', text) {
            Some(0) => {}
            Some(length) => return Some(self.take(Kind::Text, length)),
            None if self.ended => {
                let length = text.len();
                return (length > 0).then(|| self.take(Kind::Text, length));
            }
            None => {
                let length = whole_entities(text);
                return (length >= CHUNK).then(|| self.take(Kind::Text, length));
            }
        }
        if text.len() < MARKS[0].0.len() && !self.ended {
            return None;
        }
        if let Some((mark, end, kind)) = MARKS.into_iter().find(|mark| text.starts_with(mark.0)) {
            self.at += mark.len();
            self.within = Some((end, kind));
            return Some((kind, self.at..self.at));
        }
        match tag_end(text) {
            End::At(end) => {
                let (kind, range) = self.take(Kind::Tag, end + 1);
                Some((kind, range.start + 1..range.end - 1))
            }
            End::Broken(length) => Some(self.take(Kind::Literal, length)),
            End::Missing if self.ended || text.len() >= LONGEST_TAG => {
                let length = text.len();
                Some(self.take(Kind::Literal, length))
            }
            End::Missing => None,
        }
    }

    /// Reads more.
    fn fill(&mut self) {
        self.buffer.drain(..self.at);
        self.at = 0;
        let wanted = self.buffer.len().max(CHUNK) as u64;
        match (&mut self.source)
            .take(wanted)
            .read_to_end(&mut self.buffer)
        {
            Ok(0) => self.ended = true,
            Err(error) if error.kind() != ErrorKind::Interrupted => self.ended = true,
            _ => {}
        }
    }
}

/// The longest entity is `&#x10FFFF;`.
const LONGEST_ENTITY: usize = 10;

/// Returns how much of a text does not end within an entity.
fn whole_entities(text: &[u8]) -> usize {
    let tail = text.len().saturating_sub(LONGEST_ENTITY);
    match memchr::memrchr(b'&', &text[tail..]) {
        Some(start) if memchr::memchr(b';', &text[tail + start..]).is_none() => tail + start,
        _ => text.len(),
    }
}

/// Where a tag ends.
enum End {
    At(usize),
    /// It is none, as long as this.
    Broken(usize),
    /// More must be read.
    Missing,
}

/// Looks for the end of a tag: not within an attribute, and never behind the beginning of another.
fn tag_end(text: &[u8]) -> End {
    let is_name = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80 || b"_:/".contains(byte);
    let begins = text.get(1).is_none_or(is_name);
    let mut quote = None;
    for (at, &byte) in text.iter().enumerate().skip(1) {
        match byte {
            b'<' => return End::Broken(at),
            _ if !begins => {}
            b'"' | b'\'' if quote.is_none() => quote = Some(byte),
            b'>' if quote.is_none() => return End::At(at),
            _ if quote == Some(byte) => quote = None,
            _ => {}
        }
    }
    End::Missing
}

/// Reads a tag.
fn tag(tag: &[u8]) -> Piece<'_> {
    if let Some(name) = tag.strip_prefix(b"/") {
        return Piece::Close(local(name.trim_ascii()));
    }
    let (tag, empty) = match tag.strip_suffix(b"/") {
        Some(tag) => (tag, true),
        None => (tag, false),
    };
    let name = tag.iter().position(u8::is_ascii_whitespace);
    let (name, rest) = tag.split_at(name.unwrap_or(tag.len()));
    Piece::Open(local(name), Attributes(rest), empty)
}

fn local(name: &[u8]) -> &[u8] {
    let colon = memchr::memrchr(b':', name);
    &name[colon.map_or(0, |colon| colon + 1)..]
}

/// The attributes of a tag: names without prefixes, and values as they are written.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    /// Returns the names and the values, as they are written.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let mut text = self.0;
        std::iter::from_fn(move || {
            let equals = memchr::memchr(b'=', text)?;
            let name = text[..equals].trim_ascii();
            let rest = text[equals + 1..].trim_ascii_start();
            let (start, end) = match rest.first()? {
                quote @ (b'"' | b'\'') => {
                    (1, memchr::memchr(*quote, &rest[1..]).map(|end| end + 1))
                }
                _ => (0, rest.iter().position(u8::is_ascii_whitespace)),
            };
            let end = end.unwrap_or(rest.len());
            text = rest.get(end + start..).unwrap_or_default();
            Some((name, &rest[start..end]))
        })
        .filter(|(name, _)| !name.starts_with(b"xmlns"))
        .map(|(name, value)| (local(name), value))
    }

    /// Returns the value of an attribute.
    pub(super) fn get(self, name: &[u8]) -> Option<&'a [u8]> {
        self.pairs()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// Returns the value of an attribute that is a number.
    pub(super) fn number(self, name: &[u8]) -> Option<u32> {
        std::str::from_utf8(self.get(name)?).ok()?.parse().ok()
    }
}

/// Appends text with what stands for something else replaced.
pub(super) fn unescape(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(start) = memchr::memchr(b'&', text) {
        out.extend_from_slice(&text[..start]);
        text = &text[start..];
        let end = memchr::memchr(b';', &text[..text.len().min(LONGEST_ENTITY)]);
        let meant = end.and_then(|end| entity(&text[1..end]));
        let (Some(meant), Some(end)) = (meant, end) else {
            out.push(b'&');
            text = &text[1..];
            continue;
        };
        out.extend_from_slice(meant.encode_utf8(&mut [0; 4]).as_bytes());
        text = &text[end + 1..];
    }
    out.extend_from_slice(text);
}

fn entity(name: &[u8]) -> Option<char> {
    Some(match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => {
            char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)?
        }
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<String> {
        let mut pieces = Pieces::new(text);
        let mut all = Vec::new();
        while let Some(piece) = pieces.next() {
            all.push(match piece {
                Piece::Open(name, attributes, empty) => {
                    let attributes: Vec<String> = attributes
                        .pairs()
                        .map(|(name, value)| {
                            format!("{}={}", name.escape_ascii(), value.escape_ascii())
                        })
                        .collect();
                    format!("<{} {attributes:?} {empty}", name.escape_ascii())
                }
                Piece::Close(name) => format!(">{}", name.escape_ascii()),
                Piece::Text(text) => text.escape_ascii().to_string(),
                Piece::Literal(text) => format!("[{}]", text.escape_ascii()),
                Piece::Aside(text) => format!("({})", text.escape_ascii()),
            });
        }
        all
    }

    #[test]
    fn pieces_are_read_in_order() {
        let text = br#"<?xml version="1.0"?><!-- <no> --><w:p a="1>2" w:b='x' c=y xmlns:w="z">a &amp; b<w:br/><![CDATA[<c>]]></w:p>"#;
        assert_eq!(
            read(text),
            [
                "( <no> )",
                r#"<p ["a=1>2", "b=x", "c=y"] false"#,
                "a &amp; b",
                "<br [] true",
                "[<c>]",
                ">p"
            ]
        );
    }

    #[test]
    fn what_is_no_xml_is_text() {
        for (text, pieces) in [
            (
                &b"<t>a < b</t>"[..],
                &["<t [] false", "a ", "[< b]", ">t"][..],
            ),
            (b"<t>a<b", &["<t [] false", "a", "[<b]"]),
            (b"<t a=\"b>c</t>", &["[<t a=\\\"b>c]", ">t"]),
            (b"<!-- a", &["( a)"]),
            (b"<![CDATA[a]]", &["[a]]]"]),
            (b"a<", &["a", "[<]"]),
            (
                b"<!DOCTYPE a [<!ENTITY b \"c\">]>d",
                &["(DOCTYPE a [<!ENTITY b \\\"c\\\")", "]>d"],
            ),
        ] {
            assert_eq!(read(text), pieces);
        }
    }

    #[test]
    fn long_texts_are_parted_between_entities() {
        for shift in 0..12 {
            let text = [" ".repeat(shift), "&amp;".repeat(40_000)].concat();
            let mut pieces = Pieces::new(text.as_bytes());
            let (mut whole, mut count) = (Vec::new(), 0);
            while let Some(Piece::Text(text)) = pieces.next() {
                unescape(text, &mut whole);
                count += 1;
            }
            assert_eq!(whole.len(), 40_000 + shift);
            assert!(count > 1);
        }
    }

    #[test]
    fn what_stands_for_something_else_is_replaced() {
        let mut out = Vec::new();
        unescape(b"a&amp;b &lt;&#65;&#x42;&nbsp; & &", &mut out);
        assert_eq!(out, b"a&b <AB&nbsp; & &");
    }
}
