//! The cells of a sheet in an older workbook, written out as a table.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use super::directory::{four, two};
use super::frame;
use super::records::{Record, Records, add, kind, text};
use super::shared::Shared;
use super::sheet::Sheet;

/// What is said of a damaged sheet.
const NO_TEXT: &str = "a cell shows a shared text that is not there";

/// The cells of a sheet, to be read as a table.
pub(super) struct Cells<'b, 's> {
    bytes: &'b [u8],
    end: usize,
    /// Where the data of the cells stand, in the order of their rows and columns.
    places: Box<dyn Iterator<Item = usize> + 'b>,
    shared: &'s mut Shared,
    is_wide: bool,
    pub(super) sheet: Sheet,
    /// How many cells show a shared text.
    pub(super) showing: usize,
    /// What shows that the sheet is damaged.
    pub(super) fault: Option<&'static str>,
    /// Whether two cells stand in the same place.
    pub(super) is_odd: bool,
    out: Vec<u8>,
    at: usize,
    ended: bool,
    /// How many bytes were written.
    pub(super) made: u64,
}

impl<'b, 's> Cells<'b, 's> {
    pub(super) fn new(
        bytes: &'b [u8],
        range: Range<usize>,
        shared: &'s mut Shared,
        is_wide: bool,
    ) -> Self {
        let is_sheet = Records::new(bytes, range.clone())
            .next()
            .is_some_and(|begin| frame::is_sheet(&begin));
        let end = range.end;
        let cells = || with_places(bytes, range.clone());
        let mut places: Box<dyn Iterator<Item = usize>> = Box::new(cells().map(|(_, at)| at));
        let mut is_odd = false;
        // Some programs write cells as they come.
        if !cells().is_sorted_by(|(one, _), (other, _)| one < other) {
            let mut cells: Vec<(u32, u32)> = cells()
                .filter_map(|(place, at)| Some((place, u32::try_from(at).ok()?)))
                .collect();
            cells.sort_unstable();
            let is_twice = cells.windows(2).any(|pair| pair[0].0 == pair[1].0);
            // A chart has the values of several rows in one place.
            is_odd = is_sheet && is_twice;
            places = Box::new(cells.into_iter().map(|(_, at)| at as usize));
        }
        Self {
            bytes,
            end,
            places,
            shared,
            is_wide,
            sheet: Sheet::default(),
            showing: 0,
            fault: None,
            is_odd,
            out: Vec::new(),
            at: 0,
            ended: false,
            made: 0,
        }
    }

    /// Writes the cells of a record.
    fn record(&mut self, record: &Record<'_>) -> Option<()> {
        let data = record.data;
        let (row, column) = (two(data, 0)?.into(), two(data, 2)?.into());
        match record.kind {
            kind::OF_SHARED => {
                let number = usize::try_from(four(data, 6)?).ok()?;
                self.showing += 1;
                if !self.shared.has(number) {
                    self.fault.get_or_insert(NO_TEXT);
                }
                if self.sheet.takes(row, column) {
                    let value = self.shared.text(number);
                    self.sheet.cell(row, column, value, &mut self.out);
                }
            }
            kind::LABEL | kind::RICH => {
                let value = self.text(data.get(6..)?)?;
                self.cell(row, column, &value);
            }
            kind::NUMBER => self.number(row, column, double(data.get(6..)?)?),
            kind::SHORT => self.number(row, column, short(four(data, 6)?)),
            kind::SHORTS => {
                let (cells, _) = data.get(4..)?.as_chunks::<6>();
                for (column, cell) in (column..).zip(cells) {
                    self.number(row, column, short(four(cell, 2)?));
                }
            }
            kind::FORMULA | kind::OLD_FORMULA => match data.get(6..14)? {
                [0, .., 0xFF, 0xFF] => {
                    let value = self.result(record.at + data.len())?;
                    self.cell(row, column, &value);
                }
                [_, .., 0xFF, 0xFF] => {}
                value => self.number(row, column, double(value)?),
            },
            _ => {}
        }
        Some(())
    }

    fn text<'d>(&self, data: &'d [u8]) -> Option<Cow<'d, [u8]>> {
        let length = two(data, 0)?.into();
        Some(text(data.get(2..)?, length, self.is_wide).into())
    }

    /// Returns the text that is the result of the formula before: it may go on in the next records.
    fn result(&self, at: usize) -> Option<Vec<u8>> {
        let records = Records::new(self.bytes, at..self.end);
        let mut records = records.skip_while(|record| kind::OF_FORMULA.contains(&record.kind));
        let first = records.next().filter(|first| first.kind == kind::RESULT)?;
        let mut left: usize = two(first.data, 0)?.into();
        let mut data = first.data.get(2..)?;
        let mut out = Vec::new();
        loop {
            let (mut flags, mut letters) = (0, data);
            if self.is_wide {
                let (first, rest) = data.split_first()?;
                (flags, letters) = (*first, rest);
            }
            left -= add(letters, left, flags & 1 != 0, &mut out);
            let next = records.next().filter(|next| next.kind == kind::CONTINUE);
            match next {
                Some(next) if left > 0 => data = next.data,
                _ => return Some(out),
            }
        }
    }

    fn number(&mut self, row: u32, column: u32, value: f64) {
        /// A larger one would have hundreds of digits, and so would a smaller one.
        const LARGE: f64 = 1e15;
        const SMALL: f64 = 1e-5;
        let value = if value == 0.0 || (SMALL..LARGE).contains(&value.abs()) {
            value.to_string()
        } else {
            format!("{value:e}")
        };
        self.cell(row, column, value.as_bytes());
    }

    fn cell(&mut self, row: u32, column: u32, value: &[u8]) {
        // What has no place in the table stands in the file as it is.
        self.sheet.cell(row, column, value, &mut self.out);
    }
}

/// Returns the cells of a part, each with its place in the table and where its data stand. What stands in a part of the part, as
/// the values that a chart keeps, has no place in the table.
fn with_places(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = (u32, usize)> {
    let records = Records::new(bytes, range).scan(0_usize, |depth, record| {
        match record.kind {
            kind::BEGIN => *depth += 1,
            kind::END => *depth = depth.saturating_sub(1),
            _ => {}
        }
        (*depth > 0).then_some((*depth, record))
    });
    records.filter_map(|(depth, record)| {
        let is_shown = matches!(
            record.kind,
            kind::OF_SHARED
                | kind::LABEL
                | kind::RICH
                | kind::NUMBER
                | kind::SHORT
                | kind::SHORTS
                | kind::FORMULA
                | kind::OLD_FORMULA
        );
        let place = [two(record.data, 2)?, two(record.data, 0)?];
        let place = u32::from(place[1]) << 16 | u32::from(place[0]);
        (depth == 1 && is_shown).then_some((place, record.at))
    })
}

impl Read for Cells<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const AT_ONCE: usize = 64 << 10;
        while self.at == self.out.len() && !self.ended {
            self.out.clear();
            self.at = 0;
            while self.out.len() < AT_ONCE && !self.ended {
                let next = self.places.next();
                // The kind of a record and its length stand before its data.
                let next = next.and_then(|at| Records::new(self.bytes, at - 4..self.end).next());
                match next {
                    Some(record) => drop(self.record(&record)),
                    None => self.ended = true,
                }
            }
            self.made += self.out.len() as u64;
        }
        let made = &self.out[self.at..];
        let length = made.len().min(buffer.len());
        buffer[..length].copy_from_slice(&made[..length]);
        self.at += length;
        Ok(length)
    }
}

fn double(data: &[u8]) -> Option<f64> {
    data.first_chunk().map(|bytes| f64::from_le_bytes(*bytes))
}

/// Returns the number that stands for one in four bytes: the front of a double, or an integer; or a hundred times it.
fn short(number: u32) -> f64 {
    let value = if number & 2 != 0 {
        f64::from(number.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(number & !3) << 32)
    };
    if number & 1 != 0 {
        value / 100.0
    } else {
        value
    }
}
