//! Office documents in a zip archive: sheets as tables, the text of paragraphs without the tags that part it.

use std::io::{self, Read};

use super::bounds::Watched;
use super::excel::{Excel, Parts, Writes};
use super::extract::{Extract, Write};
use super::opendocument::{Beside, Between, Table};
use super::paragraphs::{Links, Paragraphs, is_paragraph, value};
use super::shared::Shared;
use super::sheet::Sheet;
use super::xml::{Piece, Pieces};
use super::zip::{Archive, Entry};
use super::{Name, Opening, Why, bounds, closed, read_up_to};

/// Where it stands what else stands where.
const RELATIONS: &[u8] = b"_rels/.rels";
const WORKBOOK: &[u8] = b"xl/workbook.xml";
const SHARED: &[u8] = b"xl/sharedStrings.xml";
/// The part of an OpenDocument in which its text stands, and that which lists the others.
const CONTENT: &[u8] = b"content.xml";
const MANIFEST: &[u8] = b"META-INF/manifest.xml";

/// What is known of a document.
pub(super) struct Office {
    /// Whether it is one at all.
    is_document: bool,
    parts: Parts,
    shared: Shared,
    /// Where the member stands that holds the shared texts, and what went wrong when it was read.
    shared_part: Option<usize>,
    fault: io::Result<()>,
}

/// What a part is about.
enum Kind {
    Sheet,
    Tables,
    Paragraphs,
    Other,
}

impl Office {
    /// Looks whether an archive is a document.
    pub(super) fn of(
        opening: &mut Opening<'_>,
        name: &Name,
        archive: &Archive<'_>,
    ) -> io::Result<Self> {
        let is_open = find(archive, CONTENT).is_some() && find(archive, b"mimetype").is_some();
        let mut office = Self {
            is_document: find(archive, b"[Content_Types].xml").is_some() || is_open,
            parts: Parts::default(),
            shared: Shared::default(),
            shared_part: None,
            fault: Ok(()),
        };
        if office.is_document {
            office.find_sheets(opening, archive);
        }
        let manifest = held(opening, archive, MANIFEST);
        if manifest.is_some_and(|xml| memchr::memmem::find(&xml, b"encryption-data").is_some()) {
            opening.leave(name, closed::ENCRYPTED)?;
        }
        Ok(office)
    }

    fn find_sheets(&mut self, opening: &mut Opening<'_>, archive: &Archive<'_>) {
        let main = held(opening, archive, RELATIONS).and_then(|xml| main_part(&xml));
        let main = main.unwrap_or_else(|| WORKBOOK.to_vec());
        let slash = memchr::memrchr(b'/', &main).map_or(0, |slash| slash + 1);
        let (folder, file) = main.split_at(slash);
        let relations = [folder, b"_rels/", file, b".rels"].concat();
        let (Some(workbook), Some(relations)) = (
            held(opening, archive, &main),
            held(opening, archive, &relations),
        ) else {
            return;
        };
        self.parts = Parts::read(folder, &workbook, &relations);
        let path = self.parts.shared.as_deref().unwrap_or(SHARED);
        if !self.parts.titles.is_empty()
            && let Some(at) = find(archive, path)
        {
            self.shared_part = Some(at);
            let entry = &archive.entries[at];
            self.fault = read(opening, archive, entry, |_, data| {
                self.shared = Shared::read(data);
            });
        }
    }

    /// Tells whether a member is a part of the document that is read as one.
    pub(super) fn takes(&self, entry: &Entry<'_>) -> bool {
        let ends = |end: &[u8]| entry.name.to_ascii_lowercase().ends_with(end);
        self.is_document && (ends(b".xml") || ends(b".rels"))
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
        let shared = self.shared_part.map(|at| &archive.entries[at]);
        if shared.is_some_and(|shared| std::ptr::eq(shared, entry)) {
            return self.shared_texts(opening, &part, archive, entry);
        }
        if entry.name.ends_with(b".rels") {
            return hand_out(opening, &part.text(), archive, entry, Links::default());
        }
        match kind(opening, archive, entry) {
            Kind::Sheet => self.sheet(opening, name, archive, entry),
            Kind::Tables => tables(opening, name, archive, entry),
            Kind::Paragraphs => {
                let text = Paragraphs::default();
                hand_out(opening, &part.text(), archive, entry, text)
            }
            Kind::Other => read(opening, archive, entry, |opening, data| {
                (opening.each)(&part, data);
            }),
        }
    }

    /// Says what was wrong with the texts that cells share; the cells show what could be read. Those that no cell shows come
    /// at last.
    fn shared_texts(
        &mut self,
        opening: &mut Opening<'_>,
        part: &Name,
        archive: &Archive<'_>,
        entry: &Entry<'_>,
    ) -> io::Result<()> {
        std::mem::replace(&mut self.fault, Ok(()))?;
        if !self.shared.more {
            return Ok(());
        }
        again(opening, |opening| {
            read(opening, archive, entry, |opening, data| {
                (opening.each)(part, data);
            })
        })?;
        Err(bounds::error(
            "its cells share more text than is held in memory".to_owned(),
        ))
    }

    /// Hands out a sheet of Excel's, and what stands beside its cells.
    fn sheet(
        &mut self,
        opening: &mut Opening<'_>,
        name: &Name,
        archive: &Archive<'_>,
        entry: &Entry<'_>,
    ) -> io::Result<()> {
        let part = name.member(entry.name);
        let title = self.parts.titles.get(entry.name);
        let title = name.sheet(title.map_or_else(|| stem(entry.name), Vec::as_slice));
        let (mut beside, mut spilled, mut full) = (Vec::new(), false, Ok(()));
        let shared = &mut self.shared;
        let done = read(opening, archive, entry, |opening, data| {
            let mut pieces = Pieces::new(data);
            let mut extract = Extract::new(&mut pieces, Excel::new(shared, Writes::Cells));
            (opening.each)(&title, &mut extract);
            let mut made = extract.finish();
            made.beside.move_to(&mut beside);
            (spilled, full) = (made.spilled, is_full(opening, &made.sheet));
        });
        if !spilled {
            opening.text(&part.text(), &beside);
            return done.and(full);
        }
        let excel = Excel::new(&mut self.shared, Writes::Beside);
        let more = again(opening, |opening| {
            hand_out(opening, &part.text(), archive, entry, excel)
        });
        done.and(more).and(full)
    }

    /// Hands out what no part showed.
    pub(super) fn finish(&mut self, opening: &mut Opening<'_>, name: &Name, archive: &Archive<'_>) {
        if let Some(at) = self.shared_part
            && !self.shared.more
        {
            let part = name.member(archive.entries[at].name);
            if self.shared.is_scattered() {
                let reason = "its cells show shared texts in an order that takes too long";
                opening.miss(&part, Why::Bound, reason.to_owned());
            }
            (opening.each)(&part, &mut self.shared.left());
        }
    }
}

/// Hands out the tables of an OpenDocument, and what stands beside their cells.
fn tables(
    opening: &mut Opening<'_>,
    name: &Name,
    archive: &Archive<'_>,
    entry: &Entry<'_>,
) -> io::Result<()> {
    let (mut between, mut full) = (Between::default(), Ok(()));
    let done = read(opening, archive, entry, |opening, data| {
        let mut pieces = Pieces::new(data);
        while let Some(title) = between.next_table(&mut pieces) {
            let mut extract = Extract::new(&mut pieces, Table::new(Writes::Cells));
            (opening.each)(&name.sheet(&title), &mut extract);
            let table = extract.finish();
            if full.is_ok() {
                full = is_full(opening, &table.sheet);
            }
            between.take(table);
        }
    });
    let part = name.member(entry.name);
    if !between.spilled {
        let mut beside = Vec::new();
        between.beside.move_to(&mut beside);
        opening.text(&part, &beside);
        return done.and(full);
    }
    let more = again(opening, |opening| {
        hand_out(opening, &part, archive, entry, Beside::default())
    });
    done.and(more).and(full)
}

/// Counts what was made for empty cells; an error is that of a bound.
pub(super) fn is_full(opening: &Opening<'_>, sheet: &Sheet) -> io::Result<()> {
    opening.bounds.take_bytes(0, 0, sheet.empty() as u64)?;
    if sheet.is_full() {
        return Err(bounds::error(
            "a sheet has more empty cells than are counted".to_owned(),
        ));
    }
    Ok(())
}

/// Tells what a part is about, by the first tag that says it.
fn kind(opening: &mut Opening<'_>, archive: &Archive<'_>, entry: &Entry<'_>) -> Kind {
    let mut kind = Kind::Other;
    let seen = again(opening, |opening| {
        read(opening, archive, entry, |_, data| {
            let mut pieces = Pieces::new(data);
            while let Some(piece) = pieces.next() {
                let Piece::Open(name, _, empty) = piece else {
                    continue;
                };
                kind = match name {
                    b"worksheet" => Kind::Sheet,
                    b"spreadsheet" => Kind::Tables,
                    _ if is_paragraph(name) && !empty => Kind::Paragraphs,
                    _ => continue,
                };
                return;
            }
        })
    });
    // What is wrong with it shows when it is handed out.
    seen.map_or(Kind::Other, |()| kind)
}

/// Hands out what is made of a part.
fn hand_out(
    opening: &mut Opening<'_>,
    part: &Name,
    archive: &Archive<'_>,
    entry: &Entry<'_>,
    write: impl Write,
) -> io::Result<()> {
    read(opening, archive, entry, |opening, data| {
        let mut pieces = Pieces::new(data);
        (opening.each)(part, &mut Extract::new(&mut pieces, write));
    })
}

/// Reads a member.
fn read<'e>(
    opening: &mut Opening<'e>,
    archive: &Archive<'_>,
    entry: &Entry<'_>,
    use_data: impl FnOnce(&mut Opening<'e>, &mut dyn Read),
) -> io::Result<()> {
    archive.with(opening, entry, |opening, data| {
        let mut data = Watched::new(data);
        use_data(opening, &mut data);
        data.check()
    })
}

/// Reads once more what is or will be counted.
fn again<'e, T>(opening: &mut Opening<'e>, read: impl FnOnce(&mut Opening<'e>) -> T) -> T {
    let bounds = opening.bounds;
    bounds.uncounted(|| read(opening))
}

/// Reads a small member, as far as it can be read.
fn held(opening: &mut Opening<'_>, archive: &Archive<'_>, name: &[u8]) -> Option<Vec<u8>> {
    const MOST: u64 = 4 << 20;
    let entry = &archive.entries[find(archive, name)?];
    let mut bytes = None;
    // What is wrong with it shows when it is handed out.
    let _ = again(opening, |opening| {
        read(opening, archive, entry, |_, data| {
            bytes = read_up_to(data, MOST).ok();
        })
    });
    bytes
}

fn find(archive: &Archive<'_>, name: &[u8]) -> Option<usize> {
    let mut entries = archive.entries.iter();
    entries.position(|entry| entry.name.eq_ignore_ascii_case(name))
}

/// Returns the path of the main part, by the relations of the document.
fn main_part(relations: &[u8]) -> Option<Vec<u8>> {
    let mut pieces = Pieces::new(relations);
    while let Some(piece) = pieces.next() {
        if let Piece::Open(b"Relationship", attributes, _) = piece
            && let Some(kind) = attributes.get(b"Type")
            && kind.ends_with(b"/officeDocument")
        {
            let target = value(attributes, b"Target")?;
            return Some(target.strip_prefix(b"/").unwrap_or(&target).to_vec());
        }
    }
    None
}

/// Returns the name of a file without its folder and its end.
fn stem(path: &[u8]) -> &[u8] {
    let slash = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    let file = &path[slash..];
    &file[..memchr::memrchr(b'.', file).unwrap_or(file.len())]
}
