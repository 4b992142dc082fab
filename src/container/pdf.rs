//! PDF: the text of pages, as far as it is compressed in the common way and written in letters.

use std::io;

use super::{Name, Opening};

/// The dictionary of a stream stands so far before it at most.
const DICTIONARY: usize = 512;

/// Hands out the text of every stream that shows text.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    _depth: u8,
) -> io::Result<()> {
    let mut number = 0;
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"stream") {
        let start = at + found;
        at = start + b"stream".len();
        let before = &bytes[start.saturating_sub(DICTIONARY)..start];
        let dictionary =
            memchr::memmem::rfind(before, b" obj").map_or(before, |obj| &before[obj..]);
        let has = |name: &[u8]| memchr::memmem::find(dictionary, name).is_some();
        // Pictures and fonts are no text.
        if !dictionary.trim_ascii_end().ends_with(b">>")
            || !has(b"/FlateDecode")
            || has(b"/Image")
            || has(b"/Length1")
            || has(b"/XRef")
        {
            continue;
        }
        let packed = match &bytes[at..] {
            [b'\r', b'\n', packed @ ..] | [b'\n', packed @ ..] => packed,
            packed => packed,
        };
        let content = opening.inflate(packed)?;
        number += 1;
        let text = shown(&content);
        let stream = format!("stream {number}");
        opening.text(&name.member(stream.as_bytes()), &text);
    }
    Ok(())
}

/// Returns the text that a page's program shows: strings in parentheses, each line of the page on a line.
fn shown(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    if memchr::memmem::find(content, b"BT").is_none() {
        return text;
    }
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'(', b'T', b'\'', &content[at..]) {
        at += found;
        match &content[at..] {
            // To the next line: T*, Td, TD, ' and a new text.
            [b'T', b'*' | b'd' | b'D' | b'm', ..] | [b'\'', ..]
                if !text.is_empty() && !text.ends_with(b"\n") =>
            {
                text.push(b'\n');
                at += 1;
            }
            [b'(', ..] => at = string(content, at + 1, &mut text),
            _ => at += 1,
        }
    }
    text
}

/// Appends a string, and returns where it ends.
fn string(content: &[u8], mut at: usize, text: &mut Vec<u8>) -> usize {
    let mut depth = 1;
    while let Some(&byte) = content.get(at) {
        at += 1;
        match byte {
            b'\\' => {
                if let Some(&escaped @ (b'(' | b')' | b'\\')) = content.get(at) {
                    text.push(escaped);
                    at += 1;
                }
                continue;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        text.push(byte);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_a_line_are_joined() {
        let content =
            b"BT /F1 12 Tf 72 720 Td [(to) -20 (ken\\(1\\))] TJ 0 -14 Td (next (line)) Tj ET";
        let text = shown(content);
        assert_eq!(
            String::from_utf8_lossy(&text).trim(),
            "token(1)\nnext (line)"
        );
        assert!(shown(b"q 1 0 0 1 (no) cm Q").is_empty());
    }
}
