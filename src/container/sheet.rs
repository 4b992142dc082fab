//! Sheets of spreadsheets, written out as comma-separated values: a cell in row 7 stands on line 7.

use std::collections::BTreeMap;

use super::xml::{Attributes, Piece, Pieces, unescape};

/// A sheet is no longer than this when it is written out: most of it would be commas.
const LONGEST: usize = 64 << 20;

/// A sheet that is being written out.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) text: Vec<u8>,
    row: u32,
    column: u32,
    /// Whether it has become too long.
    pub(super) full: bool,
}

impl Sheet {
    /// Writes a cell; rows and columns count from 0 and come in order.
    fn cell(&mut self, row: u32, column: u32, value: &[u8]) {
        if value.is_empty() || row < self.row || self.full {
            return;
        }
        let rows = (row - self.row) as usize;
        let from = if rows > 0 { 0 } else { self.column };
        let columns = column.saturating_sub(from) as usize;
        if self.text.len() + rows + columns + value.len() > LONGEST {
            self.full = true;
            return;
        }
        self.text.extend(std::iter::repeat_n(b'\n', rows));
        self.text.extend(std::iter::repeat_n(b',', columns));
        (self.row, self.column) = (row, column.max(from));
        let plain = !value.iter().any(|b| b",;|\t\"\r\n".contains(b));
        if plain {
            self.text.extend_from_slice(value);
            return;
        }
        self.text.push(b'"');
        for &byte in value.iter().filter(|&&byte| byte != b'\r') {
            let twice = usize::from(byte == b'"');
            self.text.extend(std::iter::repeat_n(byte, 1 + twice));
        }
        self.text.push(b'"');
    }
}

/// The texts that the cells of a workbook share, and which of them a cell shows.
#[derive(Default)]
pub(super) struct Shared {
    texts: Vec<Vec<u8>>,
    shown: Vec<bool>,
}

impl Shared {
    /// Reads them; `None` if there are none.
    pub(super) fn read(xml: &[u8]) -> Option<Self> {
        let mut texts = Vec::new();
        let mut text = Text::default();
        for piece in Pieces(xml) {
            match piece {
                Piece::Open(b"si", _, _) => text.value.clear(),
                Piece::Close(b"si") => texts.push(std::mem::take(&mut text.value)),
                piece => text.add(&piece),
            }
        }
        (!texts.is_empty()).then(|| Self {
            shown: vec![false; texts.len()],
            texts,
        })
    }

    fn show(&mut self, number: &[u8]) -> &[u8] {
        let number = std::str::from_utf8(number.trim_ascii()).ok();
        let number: usize = number.and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
        if let Some(shown) = self.shown.get_mut(number) {
            *shown = true;
        }
        self.texts.get(number).map_or(&[], Vec::as_slice)
    }

    /// Returns the texts that no cell shows: what was deleted may still be there.
    pub(super) fn left(&self) -> Vec<u8> {
        let all = self.texts.iter().zip(&self.shown);
        let left = all
            .filter(|(_, shown)| !**shown)
            .map(|(text, _)| text.as_slice());
        left.collect::<Vec<_>>().join(&b'\n')
    }
}

/// Gathers the text of elements `t`: of runs, but not of what says how they are pronounced.
#[derive(Default)]
struct Text {
    value: Vec<u8>,
    open: bool,
    beside: bool,
}

impl Text {
    fn add(&mut self, piece: &Piece<'_>) {
        match *piece {
            Piece::Open(b"rPh", _, empty) => self.beside = !empty,
            Piece::Close(b"rPh") => self.beside = false,
            Piece::Open(b"t" | b"v", _, empty) => self.open = !empty,
            Piece::Close(b"t" | b"v") => self.open = false,
            Piece::Text(text) if self.open && !self.beside => unescape(text, &mut self.value),
            Piece::Literal(text) if self.open && !self.beside => {
                self.value.extend_from_slice(text);
            }
            _ => {}
        }
    }
}

/// Returns the titles of the sheets of a workbook, by the paths of their parts.
pub(super) fn titles(workbook: &[u8], relations: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut targets = BTreeMap::new();
    for piece in Pieces(relations) {
        if let Piece::Open(b"Relationship", attributes, _) = piece
            && let (Some(id), Some(target)) = (attributes.get(b"Id"), attributes.get(b"Target"))
        {
            targets.insert(id, target);
        }
    }
    let mut titles = BTreeMap::new();
    for piece in Pieces(workbook) {
        if let Piece::Open(b"sheet", attributes, _) = piece
            && let (Some(title), Some(id)) = (attributes.get(b"name"), attributes.get(b"id"))
            && let Some(target) = targets.get(id)
        {
            let part = match target.strip_prefix(b"/") {
                Some(absolute) => absolute.to_vec(),
                None => [b"xl/", *target].concat(),
            };
            let mut name = Vec::new();
            unescape(title, &mut name);
            titles.insert(part, name);
        }
    }
    titles
}

/// Writes out a sheet of Excel's. Returns what the cells do not show as well: formulas, links, notes, headers and footers.
pub(super) fn excel(xml: &[u8], shared: &mut Shared) -> (Sheet, Vec<u8>) {
    /// What people write is longer than most of the settings.
    const LONG: usize = 8;
    let (mut sheet, mut beside) = (Sheet::default(), Vec::new());
    let (mut row, mut column, mut is_shared) = (0, 0, false);
    let (mut in_row, mut formula, mut text) = (false, false, Text::default());
    for piece in Pieces(xml) {
        match piece {
            Piece::Open(b"row", attributes, empty) => {
                in_row = !empty;
                let number = attributes.number(b"r");
                row = number.map_or(row, |row| row.saturating_sub(1));
                column = 0;
            }
            Piece::Close(b"row") => (in_row, row) = (false, row + 1),
            Piece::Open(b"c", attributes, empty) => {
                let place = attributes.get(b"r").and_then(reference);
                (column, row) = place.unwrap_or((column, row));
                is_shared = attributes.get(b"t") == Some(b"s");
                text = Text::default();
                column += u32::from(empty);
            }
            Piece::Close(b"c") => {
                let value = if is_shared {
                    shared.show(&text.value)
                } else {
                    &text.value
                };
                sheet.cell(row, column, value);
                column += 1;
            }
            Piece::Open(b"f", _, empty) => formula = !empty,
            Piece::Close(b"f") => {
                formula = false;
                beside.push(b'\n');
            }
            Piece::Open(name, attributes, _) if !in_row && name != b"worksheet" => {
                for (_, value) in attributes.pairs().filter(|(_, value)| value.len() >= LONG) {
                    unescape(value, &mut beside);
                    beside.push(b'\n');
                }
            }
            Piece::Text(text) if formula || !in_row && !text.trim_ascii().is_empty() => {
                unescape(text, &mut beside)
            }
            piece => text.add(&piece),
        }
    }
    (sheet, beside)
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

/// Writes out the sheets of an OpenDocument, each with its title.
pub(super) fn open_document(xml: &[u8]) -> Vec<(Vec<u8>, Sheet)> {
    let repeated = |attributes: Attributes<'_>, name| attributes.number(name).unwrap_or(1);
    let mut sheets: Vec<(Vec<u8>, Sheet)> = Vec::new();
    let (mut row, mut rows, mut column, mut columns) = (0u32, 1, 0u32, 1);
    let (mut value, mut paragraph) = (Vec::new(), false);
    for piece in Pieces(xml) {
        match piece {
            Piece::Open(b"table", attributes, _) => {
                let mut title = Vec::new();
                unescape(attributes.get(b"name").unwrap_or(b"Sheet"), &mut title);
                sheets.push((title, Sheet::default()));
                row = 0;
            }
            Piece::Open(b"table-row", attributes, empty) => {
                rows = repeated(attributes, b"number-rows-repeated");
                column = 0;
                row = row.saturating_add(if empty { rows } else { 0 });
            }
            Piece::Close(b"table-row") => row = row.saturating_add(rows),
            Piece::Open(b"table-cell" | b"covered-table-cell", attributes, empty) => {
                columns = repeated(attributes, b"number-columns-repeated");
                column = column.saturating_add(if empty { columns } else { 0 });
                value.clear();
            }
            Piece::Close(b"table-cell" | b"covered-table-cell") => {
                if let Some((_, sheet)) = sheets.last_mut() {
                    sheet.cell(row, column, &value);
                }
                column = column.saturating_add(columns);
            }
            Piece::Open(b"p", _, empty) => {
                paragraph = !empty;
                if !value.is_empty() {
                    value.push(b'\n');
                }
            }
            Piece::Close(b"p") => paragraph = false,
            Piece::Open(b"s", _, _) if paragraph => value.push(b' '),
            Piece::Text(text) if paragraph => unescape(text, &mut value),
            Piece::Literal(text) if paragraph => value.extend_from_slice(text),
            _ => {}
        }
    }
    sheets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_on_the_line_of_their_row() {
        let shared = b"<sst><si><t>user</t></si><si><r><t>pass</t></r><r><t>word</t></r><rPh><t>x</t></rPh></si><si><t>left</t></si></sst>";
        let mut shared = Shared::read(shared).unwrap_or_default();
        let xml = br#"<sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row>
            <row r="4"><c r="C4" t="inlineStr"><is><t>a&quot;,b</t></is></c><c><f>NOW()&amp;"x"</f><v>7</v></c></row></sheetData><a b="not in a cell"/>"#;
        let (sheet, beside) = excel(xml, &mut shared);
        assert_eq!(
            String::from_utf8(sheet.text).unwrap_or_default(),
            "\nuser,,password\n\n,,\"a\"\",b\",7"
        );
        assert_eq!(beside, b"NOW()&\"x\"\nnot in a cell\n");
        assert_eq!(shared.left(), b"left");
    }

    #[test]
    fn tables_of_open_documents_are_written_out() {
        let xml = br#"<table:table table:name="One &amp; two"><table:table-row table:number-rows-repeated="2"/>
            <table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>a<text:s/>b</text:p></table:table-cell></table:table-row></table:table>"#;
        let sheets = open_document(xml);
        assert_eq!(sheets.len(), 1);
        assert_eq!(sheets[0].0, b"One & two");
        assert_eq!(sheets[0].1.text, b"\n\n,,a b");
    }
}
