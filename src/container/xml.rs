//! A small reader of XML: tags, attributes and text, in the order of the file.

/// A piece of a file.
pub(super) enum Piece<'a> {
    /// An opening tag: its name without a prefix, its attributes, and whether it closes itself.
    Open(&'a [u8], Attributes<'a>, bool),
    /// A closing tag.
    Close(&'a [u8]),
    /// Text, as it is written.
    Text(&'a [u8]),
    /// Text in which nothing stands for something else.
    Literal(&'a [u8]),
}

/// The pieces of a file. What is no XML ends it.
pub(super) struct Pieces<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let text = self.0;
            let open = memchr::memchr(b'<', text).unwrap_or(text.len());
            if open > 0 {
                self.0 = &text[open..];
                return Some(Piece::Text(&text[..open]));
            }
            if let Some(literal) = text.strip_prefix(b"<![CDATA[") {
                return Some(Piece::Literal(self.until(literal, b"]]>")));
            }
            if let Some(comment) = text.strip_prefix(b"<!--") {
                self.until(comment, b"-->");
                continue;
            }
            let end = tag_end(text)?;
            let tag = &text[1..end];
            self.0 = &text[end + 1..];
            match tag {
                [b'?' | b'!', ..] => {}
                [b'/', name @ ..] => return Some(Piece::Close(local(name.trim_ascii()))),
                _ => {
                    let (tag, empty) = match tag.strip_suffix(b"/") {
                        Some(tag) => (tag, true),
                        None => (tag, false),
                    };
                    let name = tag.iter().position(u8::is_ascii_whitespace);
                    let (name, rest) = tag.split_at(name.unwrap_or(tag.len()));
                    return Some(Piece::Open(local(name), Attributes(rest), empty));
                }
            }
        }
    }
}

impl<'a> Pieces<'a> {
    fn until(&mut self, text: &'a [u8], end: &[u8]) -> &'a [u8] {
        let at = memchr::memmem::find(text, end);
        self.0 = at.map_or(&[], |at| &text[at + end.len()..]);
        &text[..at.unwrap_or(text.len())]
    }
}

/// Returns where a tag ends: not within an attribute.
fn tag_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', &text[at..])?;
        match text[at] {
            b'>' => return Some(at),
            quote => at += 2 + memchr::memchr(quote, &text[at + 1..])?,
        }
    }
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
            let name = local(text[..equals].trim_ascii());
            let rest = text[equals + 1..].trim_ascii_start();
            let (&quote, rest) = rest.split_first()?;
            let end = memchr::memchr(quote, rest)?;
            text = &rest[end + 1..];
            Some((name, &rest[..end]))
        })
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
    /// The longest is `&#x10FFFF;`.
    const LONGEST: usize = 10;
    while let Some(start) = memchr::memchr(b'&', text) {
        out.extend_from_slice(&text[..start]);
        text = &text[start..];
        let end = memchr::memchr(b';', &text[..text.len().min(LONGEST)]);
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

    #[test]
    fn pieces_are_read_in_order() {
        let text = br#"<?xml version="1.0"?><!-- <no> --><w:p a="1>2" w:b='x'>a &amp; b<w:br/><![CDATA[<c>]]></w:p>"#;
        let read: Vec<String> = Pieces(text)
            .map(|piece| match piece {
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
            })
            .collect();
        assert_eq!(
            read,
            [
                r#"<p ["a=1>2", "b=x"] false"#,
                "a &amp; b",
                "<br [] true",
                "[<c>]",
                ">p"
            ]
        );
    }

    #[test]
    fn what_stands_for_something_else_is_replaced() {
        let mut out = Vec::new();
        unescape(b"a&amp;b &lt;&#65;&#x42;&nbsp; & &", &mut out);
        assert_eq!(out, b"a&b <AB&nbsp; & &");
    }
}
