//! Sheets of spreadsheets, written out as comma-separated values: a cell in row 7 stands on line 7.

use std::iter::repeat_n;

use super::extract::Lines;
use super::xml::{Piece, unescape};

/// No spreadsheet has more rows or columns.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;
/// A sheet has no more marks than this for cells that are empty.
const EMPTY: usize = 64 << 20;
/// A longer text is no cell of a table.
const LONGEST: usize = 1 << 20;

/// A sheet that is being written out.
#[derive(Default)]
pub(super) struct Sheet {
    row: u32,
    /// The column of the last cell in the row.
    column: Option<u32>,
    empty: usize,
}

impl Sheet {
    /// Writes a cell; rows and columns count from 0 and come in order. Tells whether it could be written in its place.
    pub(super) fn cell(&mut self, row: u32, column: u32, value: &[u8], out: &mut Vec<u8>) -> bool {
        if value.is_empty() {
            return true;
        }
        if !self.takes(row, column) {
            return false;
        }
        let last = if row == self.row { self.column } else { None };
        let rows = (row - self.row) as usize;
        let columns = (column - last.unwrap_or(0)) as usize;
        self.empty += rows + columns.saturating_sub(1);
        (self.row, self.column) = (row, Some(column));
        out.extend(repeat_n(b'\n', rows));
        out.extend(repeat_n(b',', columns));
        if !value.iter().any(|byte| b",;|\t\"\r\n".contains(byte)) {
            out.extend_from_slice(value);
            return true;
        }
        out.push(b'"');
        for &byte in value.iter().filter(|&&byte| byte != b'\r') {
            out.extend(repeat_n(byte, 1 + usize::from(byte == b'"')));
        }
        out.push(b'"');
        true
    }

    /// Tells whether a cell can be written in its place.
    pub(super) fn takes(&self, row: u32, column: u32) -> bool {
        let is_behind = self.column.is_none_or(|last| column > last);
        let in_order = row > self.row || row == self.row && is_behind;
        in_order && row < ROWS && column < COLUMNS && !self.is_full()
    }

    /// Returns how many marks were written for empty cells.
    pub(super) fn empty(&self) -> usize {
        self.empty
    }

    /// Tells whether it has so many empty cells that no more is written.
    pub(super) fn is_full(&self) -> bool {
        self.empty > EMPTY
    }
}

/// The text of a cell while it is read.
#[derive(Default)]
pub(super) struct Value {
    pub(super) text: Vec<u8>,
}

impl Value {
    /// Adds text. What makes it too long goes on beside the sheet.
    pub(super) fn add(&mut self, piece: &Piece<'_>, beside: &mut Lines) {
        /// What stands across the edge is whole beside it.
        const AROUND: usize = 8 << 10;
        if self.text.len() > LONGEST {
            beside.text(piece);
            return;
        }
        match piece {
            Piece::Text(text) => unescape(text, &mut self.text),
            Piece::Literal(text) => self.text.extend_from_slice(text),
            piece => beside.text(piece),
        }
        if self.text.len() > LONGEST {
            beside.end_line();
            beside.raw(&self.text[self.text.len() - AROUND..]);
        }
    }
}
