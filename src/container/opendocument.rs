//! Tables of OpenDocument: each is written out with its title, as comma-separated values.

use std::io::Read;

use super::excel::Writes;
use super::extract::{Lines, Write};
use super::paragraphs::{is_said, value};
use super::sheet::{Sheet, Value};
use super::xml::{Attributes, Piece, Pieces};

/// What stands between the tables of a document and beside them, while they are written.
#[derive(Default)]
pub(super) struct Between {
    pub(super) beside: Lines,
    /// Whether something of it was not kept.
    pub(super) spilled: bool,
}

impl Between {
    /// Reads to the next table, and returns its title.
    pub(super) fn next_table<R: Read>(&mut self, pieces: &mut Pieces<R>) -> Option<Vec<u8>> {
        while let Some(piece) = pieces.next() {
            let title = title(&piece, &mut self.beside);
            self.spilled |= Writes::Cells.settle(&mut self.beside, &mut Vec::new(), 0);
            if title.is_some() {
                return title;
            }
        }
        self.beside.end_line();
        None
    }

    /// Takes what stood beside a table.
    pub(super) fn take(&mut self, mut table: Table) {
        let mut text = Vec::new();
        table.beside.move_to(&mut text);
        self.beside.line(&text);
        self.spilled |= table.spilled;
    }
}

/// Returns the title of a table that begins with a piece; puts every other piece beside.
fn title(piece: &Piece<'_>, beside: &mut Lines) -> Option<Vec<u8>> {
    match piece {
        Piece::Open(name, attributes, empty) => {
            let is_more = |name: &[u8], value: &[u8]| name != b"name" && is_said(name, value);
            beside.attributes(*attributes, is_more);
            let title = || value(*attributes, b"name").unwrap_or_else(|| b"Sheet".to_vec());
            return (*name == b"table" && !empty).then(title);
        }
        Piece::Close(_) => beside.end_line(),
        piece => beside.text(piece),
    }
    None
}

/// Writes all that stands beside the cells of a document.
#[derive(Default)]
pub(super) struct Beside {
    lines: Lines,
    table: Option<Table>,
}

impl Write for Beside {
    fn piece(&mut self, piece: Piece<'_>, out: &mut Vec<u8>) -> bool {
        if let Some(table) = &mut self.table {
            if !table.piece(piece, out) {
                table.end(out);
                self.table = None;
            }
        } else if title(&piece, &mut self.lines).is_some() {
            self.table = Some(Table::new(Writes::Beside));
        }
        self.lines.move_to(out);
        true
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if let Some(table) = &mut self.table {
            table.end(out);
        }
        self.lines.end_line();
        self.lines.move_to(out);
    }
}

/// Where in a table a piece stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Cell,
    /// In a paragraph of a cell.
    Text,
}

/// Writes a table.
pub(super) struct Table {
    pub(super) sheet: Sheet,
    pub(super) beside: Lines,
    /// Whether something beside the cells was not kept.
    pub(super) spilled: bool,
    writes: Writes,
    place: Place,
    /// So many tables are open in it, and so many notes.
    tables: u32,
    notes: u32,
    row: u32,
    rows: u32,
    column: u32,
    columns: u32,
    value: Value,
    /// So many bytes were written for cells that repeat another.
    again: usize,
}

impl Table {
    pub(super) fn new(writes: Writes) -> Self {
        Self {
            sheet: Sheet::default(),
            beside: Lines::default(),
            spilled: false,
            writes,
            place: Place::Outside,
            tables: 0,
            notes: 0,
            row: 0,
            rows: 1,
            column: 0,
            columns: 1,
            value: Value::default(),
            again: 0,
        }
    }

    fn open(&mut self, name: &[u8], attributes: Attributes<'_>, empty: bool, out: &mut Vec<u8>) {
        let repeated = |name| attributes.number(name).unwrap_or(1);
        self.beside.attributes(attributes, is_said);
        match name {
            b"table" if !empty => self.tables += 1,
            b"annotation" if !empty => self.notes += 1,
            b"table-row" => {
                self.close_cell(out);
                self.rows = repeated(b"number-rows-repeated");
                self.column = 0;
                self.skip_rows(empty);
            }
            b"table-cell" | b"covered-table-cell" => {
                self.close_cell(out);
                self.columns = repeated(b"number-columns-repeated");
                self.place = Place::Cell;
                if empty {
                    self.close_cell(out);
                }
            }
            b"p" if self.place == Place::Cell && self.notes == 0 && !empty => {
                self.place = Place::Text;
                if !self.value.text.is_empty() {
                    self.value.text.push(b'\n');
                }
            }
            b"s" | b"tab" | b"line-break" if self.is_text() => self.value.text.push(match name {
                b"s" => b' ',
                b"tab" => b'\t',
                _ => b'\n',
            }),
            _ => {}
        }
    }

    /// Tells whether the table goes on.
    fn close(&mut self, name: &[u8], out: &mut Vec<u8>) -> bool {
        self.beside.end_line();
        match name {
            b"table" => match self.tables.checked_sub(1) {
                Some(tables) => self.tables = tables,
                None => return false,
            },
            b"annotation" => self.notes = self.notes.saturating_sub(1),
            b"table-row" => {
                self.close_cell(out);
                self.skip_rows(true);
            }
            b"table-cell" | b"covered-table-cell" => self.close_cell(out),
            b"p" if self.is_text() => self.place = Place::Cell,
            _ => {}
        }
        true
    }

    fn is_text(&self) -> bool {
        self.place == Place::Text && self.notes == 0
    }

    fn skip_rows(&mut self, ends: bool) {
        self.row = self.row.saturating_add(if ends { self.rows } else { 0 });
    }

    /// Writes the open cell, and as often as it is repeated.
    fn close_cell(&mut self, out: &mut Vec<u8>) {
        const TIMES: u32 = 64;
        const AGAIN: usize = 16 << 20;
        if self.place == Place::Outside {
            return;
        }
        let value = &self.value.text;
        for time in 0..self.columns.min(TIMES) {
            if time > 0 {
                self.again += value.len();
            }
            // Each text is written once, however often others were.
            if value.is_empty() || time > 0 && self.again > AGAIN {
                break;
            }
            let column = self.column.saturating_add(time);
            if !self.sheet.cell(self.row, column, value, out) {
                self.beside.line(value);
                break;
            }
        }
        self.value.text.clear();
        self.column = self.column.saturating_add(self.columns);
        self.place = Place::Outside;
    }
}

impl Write for Table {
    fn piece(&mut self, piece: Piece<'_>, out: &mut Vec<u8>) -> bool {
        let (mut goes_on, start) = (true, out.len());
        match piece {
            Piece::Open(name, attributes, empty) => self.open(name, attributes, empty, out),
            Piece::Close(name) => goes_on = self.close(name, out),
            piece if self.is_text() => self.value.add(&piece, &mut self.beside),
            piece => self.beside.text(&piece),
        }
        self.spilled |= self.writes.settle(&mut self.beside, out, start);
        goes_on
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let start = out.len();
        self.close_cell(out);
        self.beside.end_line();
        self.writes.settle(&mut self.beside, out, start);
    }
}

#[cfg(test)]
mod tests {
    use super::super::extract::Extract;
    use super::*;

    #[test]
    fn tables_are_written_out() {
        let xml = br#"<office:x/><table:table table:name="One &amp; two"><table:table-row table:number-rows-repeated="2"/>
            <table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><office:annotation><text:p>note</text:p></office:annotation><text:p>a<text:s/>b</text:p></table:table-cell>
            <table:table-cell table:number-columns-repeated="2"><text:p>c</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16379"/></table:table-row></table:table><x>behind</x>"#;
        let mut pieces = Pieces::new(&xml[..]);
        let mut between = Between::default();
        let title = between.next_table(&mut pieces);
        assert_eq!(title.as_deref(), Some(&b"One & two"[..]));
        let mut extract = Extract::new(&mut pieces, Table::new(Writes::Cells));
        let mut text = String::new();
        let read = extract.read_to_string(&mut text);
        assert_eq!(read.ok(), Some(text.len()));
        assert_eq!(text, "\n\n,,a b,c,c");
        between.take(extract.finish());
        assert!(between.next_table(&mut pieces).is_none());
        let mut kept = Vec::new();
        between.beside.move_to(&mut kept);
        assert_eq!(kept, b"note\n\nbehind\n");
        let mut beside = String::new();
        let mut pieces = Pieces::new(&xml[..]);
        let mut extract = Extract::new(&mut pieces, Beside::default());
        let read = extract.read_to_string(&mut beside);
        assert_eq!(read.ok(), Some(beside.len()));
        assert_eq!(beside, "note\nbehind\n");
    }
}
