//! Workbooks of Excel's: where their parts stand, and their sheets as tables.

use std::collections::BTreeMap;

use super::extract::{Lines, Write};
use super::paragraphs::value;
use super::shared::Shared;
use super::sheet::{Sheet, Value};
use super::xml::{Attributes, Piece, Pieces, unescape};

/// The parts of a workbook.
#[derive(Default)]
pub(super) struct Parts {
    /// The titles of the sheets, by the paths of their parts.
    pub(super) titles: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The path of the texts that cells share.
    pub(super) shared: Option<Vec<u8>>,
}

impl Parts {
    /// Reads them from the workbook, which stands in a folder, and from its relations.
    pub(super) fn read(folder: &[u8], workbook: &[u8], relations: &[u8]) -> Self {
        let mut parts = Self::default();
        let mut targets = BTreeMap::new();
        let mut pieces = Pieces::new(relations);
        while let Some(piece) = pieces.next() {
            if let Piece::Open(b"Relationship", attributes, _) = piece
                && let (Some(id), Some(target)) =
                    (value(attributes, b"Id"), value(attributes, b"Target"))
            {
                let path = resolved(folder, &target);
                let kind = attributes.get(b"Type").unwrap_or_default();
                if kind.ends_with(b"/sharedStrings") {
                    parts.shared = Some(path.clone());
                }
                targets.insert(id, path);
            }
        }
        let mut pieces = Pieces::new(workbook);
        while let Some(piece) = pieces.next() {
            if let Piece::Open(b"sheet", attributes, _) = piece
                && let (Some(title), Some(id)) =
                    (value(attributes, b"name"), value(attributes, b"id"))
                && let Some(path) = targets.get(&id)
            {
                parts.titles.insert(path.clone(), title);
            }
        }
        parts
    }
}

/// Returns the path that a link leads to.
fn resolved(folder: &[u8], target: &[u8]) -> Vec<u8> {
    if let Some(absolute) = target.strip_prefix(b"/") {
        return absolute.to_vec();
    }
    let mut parts: Vec<&[u8]> = folder.split(|&b| b == b'/').collect();
    for part in target.split(|&b| b == b'/') {
        match part {
            b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join(&b'/')
}

/// What of a sheet is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    /// The table; what stands beside it is kept if it is not too much.
    Cells,
    /// What the cells do not show: formulas, links, notes, headers and footers.
    Beside,
}

impl Writes {
    /// So much of what stands beside a table is kept.
    const KEPT: usize = 4 << 20;

    /// Writes or keeps what stands beside; tells whether it is too much. What is written besides begins at `start`.
    pub(super) fn settle(self, beside: &mut Lines, out: &mut Vec<u8>, start: usize) -> bool {
        match self {
            Self::Cells if beside.len() > Self::KEPT => {
                beside.clear();
                return true;
            }
            Self::Cells => {}
            Self::Beside => {
                out.truncate(start);
                beside.move_to(out);
            }
        }
        false
    }
}

/// Where in a sheet a piece stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Row,
    Cell,
    Value,
    Formula,
    /// The text above or below a printed page.
    Header,
}

/// Writes a sheet.
pub(super) struct Excel<'s> {
    pub(super) sheet: Sheet,
    pub(super) beside: Lines,
    /// Whether something beside the cells was not kept.
    pub(super) spilled: bool,
    writes: Writes,
    shared: &'s mut Shared,
    place: Place,
    row: u32,
    column: u32,
    /// The text of the open cell.
    value: Value,
    is_shared: bool,
    /// Whether it is said how a text is pronounced.
    in_sound: bool,
}

impl<'s> Excel<'s> {
    pub(super) fn new(shared: &'s mut Shared, writes: Writes) -> Self {
        Self {
            sheet: Sheet::default(),
            beside: Lines::default(),
            spilled: false,
            writes,
            shared,
            place: Place::Outside,
            row: 0,
            column: 0,
            value: Value::default(),
            is_shared: false,
            in_sound: false,
        }
    }

    fn open(&mut self, name: &[u8], attributes: Attributes<'_>, empty: bool, out: &mut Vec<u8>) {
        /// What people write is longer than most of the settings.
        const LONG: usize = 8;
        self.beside.end_line();
        match name {
            b"row" => {
                self.close_cell(out);
                let number = attributes.number(b"r");
                self.row = number.map_or(self.row, |row| row.saturating_sub(1));
                self.column = 0;
                self.close_to(if empty { Place::Outside } else { Place::Row });
                self.row = self.row.saturating_add(empty.into());
            }
            b"c" => {
                self.close_cell(out);
                let place = attributes.get(b"r").and_then(reference);
                (self.column, self.row) = place.unwrap_or((self.column, self.row));
                self.is_shared = attributes.get(b"t") == Some(b"s");
                self.close_to(if empty { Place::Row } else { Place::Cell });
                self.column = self.column.saturating_add(empty.into());
            }
            b"t" | b"v" if self.place == Place::Cell && !empty => self.place = Place::Value,
            b"f" if self.place == Place::Cell && !empty => self.place = Place::Formula,
            b"rPh" => self.in_sound = !empty,
            _ if self.place == Place::Outside && is_header(name) && !empty => {
                self.place = Place::Header;
            }
            _ if self.place == Place::Outside && name != b"worksheet" => {
                let is_said = |_: &[u8], value: &[u8]| value.len() >= LONG;
                self.beside.attributes(attributes, is_said);
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8], out: &mut Vec<u8>) {
        self.beside.end_line();
        match (name, self.place) {
            (b"t" | b"v", Place::Value) | (b"f", Place::Formula) => self.place = Place::Cell,
            (b"rPh", _) => self.in_sound = false,
            (_, Place::Header) => self.place = Place::Outside,
            (b"c", _) => self.close_cell(out),
            (b"row", _) => {
                self.close_cell(out);
                self.close_to(Place::Outside);
                self.row = self.row.saturating_add(1);
            }
            _ => {}
        }
    }

    fn close_to(&mut self, place: Place) {
        self.place = place;
        self.in_sound = false;
    }

    /// Writes the open cell.
    fn close_cell(&mut self, out: &mut Vec<u8>) {
        if matches!(self.place, Place::Outside | Place::Row | Place::Header) {
            return;
        }
        let value = if self.is_shared {
            self.shared.show(&self.value.text)
        } else {
            &self.value.text
        };
        if !self.sheet.cell(self.row, self.column, value, out) {
            self.beside.line(value);
        }
        self.value.text.clear();
        self.column = self.column.saturating_add(1);
        self.close_to(Place::Row);
    }
}

impl Write for Excel<'_> {
    fn piece(&mut self, piece: Piece<'_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        match piece {
            Piece::Open(name, attributes, empty) => self.open(name, attributes, empty, out),
            Piece::Close(name) => self.close(name, out),
            piece if self.place == Place::Value && !self.in_sound => {
                self.value.add(&piece, &mut self.beside);
            }
            Piece::Text(text) if self.place == Place::Header => header(text, &mut self.beside),
            piece => self.beside.text(&piece),
        }
        self.spilled |= self.writes.settle(&mut self.beside, out, start);
        true
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let start = out.len();
        self.close_cell(out);
        self.beside.end_line();
        self.writes.settle(&mut self.beside, out, start);
    }
}

/// Tells whether an element holds the text above or below a printed page.
fn is_header(name: &[u8]) -> bool {
    name.ends_with(b"Header") || name.ends_with(b"Footer")
}

/// Adds a text above or below a page, without the codes that say how it is set: each of its three parts is a line.
fn header(text: &[u8], beside: &mut Lines) {
    let mut plain = Vec::new();
    unescape(text, &mut plain);
    let mut rest = plain.as_slice();
    while let Some(at) = memchr::memchr(b'&', rest) {
        beside.raw(&rest[..at]);
        let code = &rest[at + 1..];
        let digits = code.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length = match code {
            [b'&', ..] => {
                beside.raw(b"&");
                1
            }
            // The font.
            [b'"', font @ ..] => memchr::memchr(b'"', font).map_or(1, |end| end + 2),
            // The colour.
            [b'K', ..] => code.len().min(7),
            [b'L' | b'C' | b'R', ..] => {
                beside.end_line();
                1
            }
            _ if digits > 0 => digits,
            _ => code.len().min(1),
        };
        rest = &code[length..];
    }
    beside.raw(rest);
}

/// Reads the name of a cell, as `BC23`; returns its column and its row.
fn reference(name: &[u8]) -> Option<(u32, u32)> {
    let letters = name.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let column = name[..letters].iter().try_fold(0u32, |sum, &letter| {
        sum.checked_mul(26)?
            .checked_add(u32::from(letter - b'A') + 1)
    })?;
    let row: u32 = std::str::from_utf8(&name[letters..]).ok()?.parse().ok()?;
    Some((column.checked_sub(1)?, row.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::extract::Extract;
    use super::*;

    fn written(xml: &[u8], shared: &mut Shared) -> (String, String) {
        let (mut table, mut beside) = (String::new(), String::new());
        for (writes, text) in [(Writes::Cells, &mut table), (Writes::Beside, &mut beside)] {
            let mut pieces = Pieces::new(xml);
            let mut extract = Extract::new(&mut pieces, Excel::new(shared, writes));
            let read = extract.read_to_string(text);
            assert_eq!(read.ok(), Some(text.len()));
        }
        (table, beside)
    }

    #[test]
    fn cells_stand_on_the_line_of_their_row() {
        let shared = b"<sst><si><t>user</t></si><si><r><t>pass</t></r><r><t>word</t></r><rPh><t>x</t></rPh></si><si/><si><t>left</t></si></sst>";
        let mut shared = Shared::read(&shared[..]);
        let xml = br#"<sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row>
            <row r="4"><c r="C4" t="inlineStr"><is><t>a&quot;,b</t></is></c><c><f>NOW()&amp;"x"</f><v>7</v></c></row></sheetData><a b="not in a cell"/>"#;
        let (table, beside) = written(xml, &mut shared);
        assert_eq!(table, "\nuser,,password\n\n,,\"a\"\",b\",7");
        assert_eq!(beside, "NOW()&\"x\"\nnot in a cell\n");
        let mut left = String::new();
        let read = shared.left().read_to_string(&mut left);
        assert_eq!(read.ok(), Some(left.len()));
        assert_eq!(left, "x\n\nleft\n");
    }

    #[test]
    fn what_has_no_place_in_a_table_stands_beside_it() {
        let xml = br#"<row r="2"><c r="B2"><v>one</v></c><c r="A2"><v>two</v></c>three<c r="B2"><v>four<c r="C2"><v>fi<ve</v></c></row><row r="1"><c><v>six</v></c></row><c r="XFE9"><v>seven</v></c><c r="D9"><v>eight"#;
        let (table, beside) = written(xml, &mut Shared::default());
        assert_eq!(table, "\n,one,fi<ve\n\n\n\n\n\n\n,,,eight");
        assert_eq!(beside, "two\nthree\nfour\nsix\nseven\n");
    }

    #[test]
    fn parts_are_found_by_their_links() {
        let relations = br#"<p:Relationships><p:Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="../other/one.xml"/>
            <p:Relationship Id="b" Type="x/sharedStrings" Target="/xl/texts.xml"/></p:Relationships>"#;
        let workbook = br#"<x:sheets><x:sheet name="A &amp; B" sheetId="1" q:id="a"/></x:sheets>"#;
        let parts = Parts::read(b"xl", workbook, relations);
        assert_eq!(parts.shared.as_deref(), Some(&b"xl/texts.xml"[..]));
        let title = parts.titles.get(&b"other/one.xml"[..]);
        assert_eq!(title.map(Vec::as_slice), Some(&b"A & B"[..]));
    }
}
