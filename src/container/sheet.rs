//! Sheets of spreadsheets, written out as comma-separated values: a cell in row 7 stands on line 7.

use std::io::Read;
use std::iter::repeat_n;

use super::extract::Lines;
use super::xml::{Piece, Pieces, unescape};

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
        let last = if row == self.row { self.column } else { None };
        let in_order = row >= self.row && last.is_none_or(|last| column > last);
        if !in_order || row >= ROWS || column >= COLUMNS || self.is_full() {
            return false;
        }
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

/// Makes room for more in a list that may become long: by an eighth, not by as much as it holds.
fn make_room<T>(list: &mut Vec<T>, more: usize) {
    const LEAST: usize = 4 << 10;
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 8).max(LEAST));
    }
}

/// The texts that the cells of a workbook share, and which of them a cell shows.
#[derive(Default)]
pub(super) struct Shared {
    text: Vec<u8>,
    /// Where each ends, with a mark for those that a cell shows.
    ends: Vec<u32>,
    /// What stands beside them, as how they are pronounced.
    beside: Lines,
    /// Whether there are more than are held.
    pub(super) more: bool,
    /// So many bytes were shown more than once.
    again: usize,
}

impl Shared {
    /// So much is held of them.
    pub(super) const MOST: usize = 64 << 20;
    const SHOWN: u32 = 1 << 31;

    /// Reads them.
    pub(super) fn read(source: impl Read) -> Self {
        let mut shared = Self::default();
        let mut pieces = Pieces::new(source);
        let (mut in_text, mut in_sound, mut open) = (false, false, false);
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Open(b"si", _, empty) => {
                    if std::mem::replace(&mut open, !empty) || empty {
                        shared.push();
                    }
                }
                Piece::Close(b"si") if open => {
                    open = false;
                    shared.push();
                }
                Piece::Open(b"rPh", _, empty) => in_sound = !empty,
                Piece::Close(b"rPh") => in_sound = false,
                Piece::Open(b"t", _, empty) => in_text = !empty,
                Piece::Close(b"t") => in_text = false,
                Piece::Open(..) | Piece::Close(_) => shared.beside.end_line(),
                Piece::Text(text) if open && in_text && !in_sound => {
                    make_room(&mut shared.text, text.len());
                    unescape(text, &mut shared.text);
                }
                Piece::Literal(text) if open && in_text && !in_sound => {
                    make_room(&mut shared.text, text.len());
                    shared.text.extend_from_slice(text);
                }
                piece => shared.beside.text(&piece),
            }
            if shared.size() > Self::MOST {
                shared.more = true;
                break;
            }
        }
        if open {
            shared.push();
        }
        shared
    }

    fn size(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>() + self.beside.len()
    }

    fn push(&mut self) {
        // What is longer than all that is held has no place.
        let end = u32::try_from(self.text.len()).unwrap_or(Self::SHOWN);
        make_room(&mut self.ends, 1);
        self.ends.push(end & !Self::SHOWN);
    }

    fn range(&self, number: usize) -> std::ops::Range<usize> {
        let end = |number: usize| (self.ends[number] & !Self::SHOWN) as usize;
        number.checked_sub(1).map_or(0, end)..end(number)
    }

    /// Returns the text with a number. A longer one that is shown again and again is left out at last.
    pub(super) fn show(&mut self, number: &[u8]) -> &[u8] {
        const SHORT: usize = 64;
        const AGAIN: usize = 32 << 20;
        let number = std::str::from_utf8(number.trim_ascii()).ok();
        let number: Option<usize> = number.and_then(|number| number.parse().ok());
        let Some(number) = number.filter(|number| *number < self.ends.len()) else {
            return &[];
        };
        let range = self.range(number);
        if self.ends[number] & Self::SHOWN == 0 {
            self.ends[number] |= Self::SHOWN;
        } else if range.len() > SHORT {
            if self.again > AGAIN {
                return &[];
            }
            self.again += range.len();
        }
        &self.text[range]
    }

    /// Returns the texts that no cell shows, to be read once: what was deleted may still be there.
    pub(super) fn left(&mut self) -> Left<'_> {
        let mut beside = Vec::new();
        self.beside.end_line();
        self.beside.move_to(&mut beside);
        Left {
            shared: self,
            number: 0,
            line: beside,
            at: 0,
        }
    }
}

/// The texts that no cell shows.
pub(super) struct Left<'s> {
    shared: &'s Shared,
    number: usize,
    line: Vec<u8>,
    at: usize,
}

impl Read for Left<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.line.len() {
            let Some(end) = self.shared.ends.get(self.number) else {
                return Ok(0);
            };
            if end & Shared::SHOWN == 0 {
                self.line.clear();
                self.at = 0;
                let text = &self.shared.text[self.shared.range(self.number)];
                self.line.extend_from_slice(text);
                self.line.push(b'\n');
            }
            self.number += 1;
        }
        let line = &self.line[self.at..];
        let length = line.len().min(buffer.len());
        buffer[..length].copy_from_slice(&line[..length]);
        self.at += length;
        Ok(length)
    }
}
