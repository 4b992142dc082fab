//! Strings: what people write into the objects of a PDF, outside of its streams.

use std::ops::Range;

use super::objects::number_before;
use super::page::{hex_string, readable, string};

/// Names of what people write, or programs for them: comments, links, scripts, and what a document says of itself. In a file
/// with binary streams it is told as text; it is no more read where it stands.
const NAMES: &[&[u8]] = &[
    b"/Contents",
    b"/RC",
    b"/Subj",
    b"/URI",
    b"/URL",
    b"/JS",
    b"/Title",
    b"/Subject",
    b"/Keywords",
    b"/Author",
    b"/Creator",
    b"/Producer",
    b"/Company",
    b"/Comments",
    b"/Desc",
    b"/Alt",
    b"/ActualText",
];

/// A string of an object.
struct Written {
    /// Where it stands, with its marks.
    range: Range<usize>,
    text: Vec<u8>,
    /// Whether it stands in the file as it is.
    is_plain: bool,
    /// Whether one of the names stands before it, or it is an object by itself: that of a name, mostly.
    is_named: bool,
}

/// The strings of objects, in their order.
struct Strings<'a> {
    content: &'a [u8],
    at: usize,
}

impl Iterator for Strings<'_> {
    type Item = Written;

    fn next(&mut self) -> Option<Written> {
        loop {
            let content = self.content;
            let start = self.at + memchr::memchr2(b'(', b'<', &content[self.at..])?;
            if content[start..].starts_with(b"<<") {
                self.at = start + 2;
                continue;
            }
            let (text, end) = match content[start] {
                b'(' => string(content, start + 1),
                _ => hex_string(content, start + 1),
            };
            self.at = end.min(content.len());
            return Some(Written {
                range: start..self.at,
                text: readable(&text.bytes),
                is_plain: text.is_plain,
                is_named: is_named(content[..start].trim_ascii_end()),
            });
        }
    }
}

/// Tells whether what stands before a string says that it is what people write.
fn is_named(before: &[u8]) -> bool {
    let object = before.strip_suffix(b"obj");
    NAMES.iter().any(|name| before.ends_with(name))
        || object.is_some_and(|before| number_before(before).is_some())
}

/// Returns objects with their strings made readable.
pub(super) fn objects(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for one in (Strings { content, at: 0 }) {
        out.extend_from_slice(&content[at..one.range.start]);
        out.push(b'(');
        out.extend_from_slice(&one.text);
        out.push(b')');
        at = one.range.end;
    }
    out.extend_from_slice(&content[at..]);
    out
}

/// Returns the strings of a file, outside of its streams, that people write or that do not stand there as they are.
pub(super) fn outside(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    each_outside(bytes, &mut |one| {
        if one.is_named || !one.is_plain {
            // The lines of a comment end as those of old Macs.
            let text = one.text.iter();
            out.extend(text.map(|byte| if *byte == b'\r' { b'\n' } else { *byte }));
            out.push(b'\n');
        }
    });
    out
}

/// Returns where the strings of them stand that people write.
pub(super) fn places(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    each_outside(bytes, &mut |one| {
        if one.is_named {
            places.push(one.range);
        }
    });
    places
}

/// Calls `each` with every string outside of streams that is a text.
fn each_outside(bytes: &[u8], each: &mut dyn FnMut(Written)) {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let mut words = memchr::memmem::find_iter(rest, b"stream");
        let end = words.find(|&end| rest[..end].trim_ascii_end().ends_with(b">>"));
        let end = end.unwrap_or(rest.len());
        let content = &rest[..end];
        for mut one in (Strings { content, at: 0 }) {
            if is_text(&one.text) {
                one.range = at + one.range.start..at + one.range.end;
                each(one);
            }
        }
        let behind = memchr::memmem::find(&rest[end..], b"endstream");
        at = behind.map_or(bytes.len(), |behind| at + end + behind + b"endstream".len());
    }
}

/// Tells whether a string is no id or checksum: most of its bytes are letters.
fn is_text(string: &[u8]) -> bool {
    let strange = string.iter().filter(|byte| !matches!(byte, b'\t'..=b'~'));
    std::str::from_utf8(string).is_ok_and(|_| !string.contains(&0))
        || strange.count() * 4 < string.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_objects_are_readable() {
        let text = b"1 0 2 9 <</Title<FEFF00610062>/URI(https://a\\)b)/A(c)/ID<0001>>>";
        assert_eq!(
            objects(text),
            b"1 0 2 9 <</Title(ab)/URI(https://a)b)/A(c)/ID(\0\x01)>>"
        );
        assert_eq!(outside(text), b"ab\nhttps://a)b\n");
    }

    #[test]
    fn what_people_write_is_told_by_its_name() {
        let text = b"1 0 obj<</T(a)/Contents (b\rc)>>stream\n/Title(d)endstream 2 0 obj(e)/X(f\\))";
        assert_eq!(outside(text), b"b\nc\ne\nf)\n");
        let places = places(text);
        let told: Vec<&[u8]> = places.into_iter().map(|place| &text[place]).collect();
        assert_eq!(told, [&b"(b\rc)"[..], b"(e)"]);
    }
}
