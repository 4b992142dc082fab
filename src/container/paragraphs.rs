//! Paragraphs: the text of documents without the tags that part it, and where their links lead.

use super::extract::{Lines, Write};
use super::xml::{Attributes, Piece, unescape};

/// Tells whether an element is a paragraph.
pub(super) fn is_paragraph(name: &[u8]) -> bool {
    matches!(name, b"p" | b"h" | b"comment")
}

/// Writes each paragraph on a line of its own. A word may be parted by any number of tags: one for each change of the font,
/// the language or the author. What stands beside it, in attributes and comments, comes behind it. The rows of tables are
/// written with bars between their cells.
#[derive(Default)]
pub(super) struct Paragraphs {
    depth: u32,
    beside: Lines,
    /// In how many tables it is.
    tables: u32,
    /// How many cells the row has so far; the first row has a line below it.
    cells: usize,
    is_first: bool,
}

impl Paragraphs {
    /// So much of what stands beside a paragraph waits for its end.
    const WAITS: usize = 1 << 20;
    /// No more columns are drawn.
    const COLUMNS: usize = 64;

    /// Returns what ends a line: a row of a table is one.
    fn line_end(&self) -> u8 {
        if self.tables > 0 { b' ' } else { b'\n' }
    }
}

impl Write for Paragraphs {
    fn piece(&mut self, piece: Piece<'_>, out: &mut Vec<u8>) -> bool {
        let within = self.depth > 0;
        match piece {
            Piece::Text(more) if within => unescape(more, out),
            Piece::Literal(more) if within => out.extend_from_slice(more),
            Piece::Open(name, attributes, empty) => {
                self.beside.attributes(attributes, is_said);
                match name {
                    _ if is_paragraph(name) && !empty => self.depth += 1,
                    b"tbl" | b"table" if !empty => {
                        self.tables += 1;
                        self.is_first = true;
                    }
                    b"tr" | b"table-row" if self.tables == 1 => {
                        self.cells = 0;
                        out.push(b'|');
                    }
                    b"br" | b"cr" | b"line-break" => out.push(self.line_end()),
                    b"tab" => out.push(b'\t'),
                    b"s" if within => out.push(b' '),
                    _ => {}
                }
            }
            Piece::Close(name) if is_paragraph(name) => {
                self.depth = self.depth.saturating_sub(1);
                self.beside.end_line();
                out.push(self.line_end());
            }
            Piece::Close(b"tbl" | b"table") => {
                self.tables = self.tables.saturating_sub(1);
                out.push(b'\n');
            }
            Piece::Close(b"tc" | b"table-cell") if self.tables == 1 => {
                self.cells += 1;
                out.push(b'|');
            }
            Piece::Close(b"tr" | b"table-row") if self.tables == 1 => {
                out.push(b'\n');
                if std::mem::take(&mut self.is_first) {
                    out.push(b'|');
                    out.extend_from_slice(&b"---|".repeat(self.cells.min(Self::COLUMNS)));
                    out.push(b'\n');
                }
            }
            Piece::Close(_) if !within => self.beside.end_line(),
            piece => self.beside.text(&piece),
        }
        // What stands beside a row comes behind it.
        let waits = self.depth > 0 || self.tables == 1;
        if !waits || self.beside.len() > Self::WAITS {
            self.beside.move_to(out);
        }
        true
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.beside.end_line();
        out.push(b'\n');
        self.beside.move_to(out);
    }
}

/// Tells whether an attribute may say what people wrote: what a picture shows, where a link leads.
pub(super) fn is_said(name: &[u8], value: &[u8]) -> bool {
    const NAMES: [&[u8]; 7] = [
        b"descr",
        b"title",
        b"tooltip",
        b"href",
        b"instr",
        b"formula",
        b"string-value",
    ];
    /// What people write is longer than most of the settings.
    const LONG: usize = 12;
    value.len() >= LONG || NAMES.contains(&name)
}

/// Writes where the links of a part lead, each on a line of its own.
#[derive(Default)]
pub(super) struct Links(Lines);

impl Write for Links {
    fn piece(&mut self, piece: Piece<'_>, out: &mut Vec<u8>) -> bool {
        match piece {
            Piece::Open(_, attributes, _) => self.0.attributes(attributes, is_target),
            Piece::Close(_) => self.0.end_line(),
            piece => self.0.text(&piece),
        }
        self.0.move_to(out);
        true
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.end_line();
        self.0.move_to(out);
    }
}

fn is_target(name: &[u8], _: &[u8]) -> bool {
    name == b"Target"
}

/// Returns the value of an attribute, with what stands for something else replaced.
pub(super) fn value(attributes: Attributes<'_>, name: &[u8]) -> Option<Vec<u8>> {
    let mut value = Vec::new();
    unescape(attributes.get(name)?, &mut value);
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::extract::Extract;
    use super::super::xml::Pieces;
    use super::*;

    fn written(xml: &[u8], write: impl Write) -> String {
        let mut text = String::new();
        let mut pieces = Pieces::new(xml);
        let read = Extract::new(&mut pieces, write).read_to_string(&mut text);
        assert_eq!(read.ok(), Some(text.len()));
        text
    }

    #[test]
    fn a_word_is_whole_however_many_tags_part_it() {
        let xml = br#"<w:body xmlns:w="http://example.com"><w:p><w:r><w:t>tok</w:t></w:r><!-- no --><w:r><w:rPr><w:b/></w:rPr><w:t>en=&quot;a</w:t></w:r></w:p>
            <w:p><w:r><w:drawing descr="a picture"/><w:t>next</w:t></w:r></w:p><c:v>loose</c:v><c:v>too</c:v></w:body>"#;
        assert_eq!(
            written(xml, Paragraphs::default()),
            "token=\"a\n no \nnext\na picture\nloose\ntoo\n\n"
        );
    }

    #[test]
    fn what_is_cut_or_broken_is_written_as_it_is() {
        for (xml, text) in [
            (&b"<w:p><w:t>one</w:t><w:t>two"[..], "onetwo\n"),
            (b"<w:p><w:t>a < b</w:t><w:r one", "a < b<w:r one\n"),
            (b"<w:p><w:t>a</w:p></w:p>b</w:t>c", "a\n\nb\nc\n\n"),
        ] {
            assert_eq!(written(xml, Paragraphs::default()), text);
        }
    }

    #[test]
    fn links_are_written_without_their_ids() {
        let xml = br#"<Relationships xmlns="x"><Relationship Id="rId1" Type="http://a" Target="https://b/?c=1&amp;d=2" TargetMode="External"/></Relationships>"#;
        assert_eq!(written(xml, Links::default()), "https://b/?c=1&d=2\n");
    }
}
