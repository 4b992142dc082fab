//! Office documents in a zip archive: sheets as tables, the text of paragraphs without the tags that part it.

use std::collections::BTreeMap;
use std::io;

use super::sheet::{self, Shared, Sheet};
use super::xml::{Piece, Pieces, unescape};
use super::zip::{Archive, Entry};
use super::{HELD, Name, Opening, bounds, read_up_to};

const SHARED: &[u8] = b"xl/sharedStrings.xml";
const WORKBOOK: &[u8] = b"xl/workbook.xml";
const RELATIONS: &[u8] = b"xl/_rels/workbook.xml.rels";
/// The part of an OpenDocument in which its text stands.
const CONTENT: &[u8] = b"content.xml";

/// What is known of a document.
pub(super) struct Office {
    /// Whether it is one at all.
    is_document: bool,
    /// The titles of the sheets, by their parts.
    titles: BTreeMap<Vec<u8>, Vec<u8>>,
    shared: Option<Shared>,
}

impl Office {
    /// Looks whether an archive is a document.
    pub(super) fn of(opening: &mut Opening<'_>, archive: &Archive<'_>) -> Self {
        let has = |name: &[u8]| archive.entries.iter().any(|entry| entry.name == name);
        let mut office = Self {
            is_document: has(b"[Content_Types].xml") || has(CONTENT) && has(b"mimetype"),
            titles: BTreeMap::new(),
            shared: None,
        };
        if office.is_document && has(WORKBOOK) {
            let mut part = |name: &[u8]| {
                let entry = archive.entries.iter().find(|entry| entry.name == name)?;
                read(opening, archive, entry).ok()
            };
            if let (Some(workbook), Some(relations)) = (part(WORKBOOK), part(RELATIONS)) {
                office.titles = sheet::titles(&workbook, &relations);
            }
            office.shared = part(SHARED).and_then(|xml| Shared::read(&xml));
        }
        office
    }

    /// Tells whether a member is a part of the document that is read as one.
    pub(super) fn takes(&self, entry: &Entry<'_>) -> bool {
        self.is_document && entry.size <= HELD && entry.name.ends_with(b".xml")
    }

    /// Hands out what a part says.
    pub(super) fn part(
        &mut self,
        opening: &mut Opening<'_>,
        name: &Name,
        archive: &Archive<'_>,
        entry: &Entry<'_>,
    ) -> io::Result<()> {
        let part = name.member(entry.name);
        if entry.name == SHARED && self.shared.is_some() {
            // What the cells show is said there.
            return Ok(());
        }
        let xml = read(opening, archive, entry)?;
        if let Some(title) = self.titles.get(entry.name) {
            let mut none = Shared::default();
            let shared = self.shared.as_mut().unwrap_or(&mut none);
            let (sheet, beside) = sheet::excel(&xml, shared);
            // Without a cell it may be written in another way than is read here.
            let is_empty = sheet.text.is_empty();
            opening.text(&part, if is_empty { &xml } else { &beside });
            return hand_out(opening, &name.sheet(title), &sheet);
        }
        if entry.name == CONTENT && memchr::memmem::find(&xml, b":spreadsheet").is_some() {
            for (title, sheet) in sheet::open_document(&xml) {
                hand_out(opening, &name.sheet(&title), &sheet)?;
            }
            opening.text(&part, &attributes(&xml));
            return Ok(());
        }
        match paragraphs(&xml) {
            Some(text) => opening.text(&part, &[text, attributes(&xml)].concat()),
            None => opening.text(&part, &xml),
        }
        Ok(())
    }

    /// Hands out what no part showed.
    pub(super) fn finish(&self, opening: &mut Opening<'_>, name: &Name) {
        if let Some(shared) = &self.shared {
            opening.text(&name.member(SHARED), &shared.left());
        }
    }
}

fn hand_out(opening: &mut Opening<'_>, name: &Name, sheet: &Sheet) -> io::Result<()> {
    opening.text(name, &sheet.text);
    if sheet.full {
        return Err(bounds::error(
            "the sheet has more cells than are looked at".to_owned(),
        ));
    }
    Ok(())
}

fn read(
    opening: &mut Opening<'_>,
    archive: &Archive<'_>,
    entry: &Entry<'_>,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    archive.with(opening, entry, |_, data| {
        bytes = read_up_to(data, HELD + 1)?;
        Ok(())
    })?;
    if bytes.len() as u64 > HELD {
        return Err(bounds::damaged("a member is larger than it says"));
    }
    Ok(bytes)
}

/// Returns what people write into attributes, each on a line: what a picture shows, where a link leads.
fn attributes(xml: &[u8]) -> Vec<u8> {
    const NAMES: [&[u8]; 5] = [b"descr", b"title", b"tooltip", b"href", b"instr"];
    let mut text = Vec::new();
    for piece in Pieces(xml) {
        if let Piece::Open(_, attributes, _) = piece {
            for (_, value) in attributes.pairs().filter(|(name, _)| NAMES.contains(name)) {
                unescape(value, &mut text);
                text.push(b'\n');
            }
        }
    }
    text
}

/// Returns the text of paragraphs, each on a line of its own; `None` if there are none. A word may be parted by any number of
/// tags: one for each change of the font, the language or the author.
fn paragraphs(xml: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let (mut depth, mut any) = (0u32, false);
    for piece in Pieces(xml) {
        match piece {
            Piece::Open(b"p" | b"h" | b"comment", _, false) => (depth, any) = (depth + 1, true),
            Piece::Close(b"p" | b"h" | b"comment") => {
                depth = depth.saturating_sub(1);
                text.push(b'\n');
            }
            Piece::Open(b"br" | b"cr" | b"line-break", _, _) => text.push(b'\n'),
            Piece::Open(b"tab", _, _) => text.push(b'\t'),
            Piece::Open(b"s", _, _) if depth > 0 => text.push(b' '),
            Piece::Text(more) if depth > 0 => unescape(more, &mut text),
            Piece::Literal(more) if depth > 0 => text.extend_from_slice(more),
            _ => {}
        }
    }
    any.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_whole_however_many_tags_part_it() {
        let xml = br#"<w:body><w:p><w:r><w:t>tok</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>en=&quot;a</w:t></w:r></w:p>
            <w:p><w:r><w:drawing descr="a picture"/><w:t>next</w:t></w:r></w:p></w:body>"#;
        let text = paragraphs(xml).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(&text), "token=\"a\nnext\n");
        assert_eq!(attributes(xml), b"a picture\n");
        assert!(paragraphs(b"<connections><connection s='x'/></connections>").is_none());
    }
}
