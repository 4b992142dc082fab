//! Workbooks of older Excel (.xls): records in a stream of a compound file, written out as tables.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use super::closed::{ENCRYPTED, ends_with_one_of};
use super::compound::{Compound, Stream};
use super::directory::{four, two};
use super::office::is_full;
use super::shared::Shared;
use super::sheet::Sheet;
use super::{Name, Opening, Why};

/// So much of a workbook, and of the texts that its cells share, is read as tables.
const BOOK: usize = 64 << 20;
const SHARED: usize = 16 << 20;
/// A file has so many workbooks: others stand in documents.
const BOOKS: usize = 16;
/// What the stream of a workbook is called.
const BOOK_NAMES: [&str; 2] = ["Workbook", "Book"];
/// A workbook has so many sheets, and its shared texts stand in so many records.
const SHEETS: usize = 4096;
const RECORDS: usize = 1 << 16;

/// What is said where the cells cannot be found.
const UNREAD: &str = "contents not looked into: the tables of a workbook are stored in a way that hexguard does not read";
/// What is called so are texts that stand in no cell.
const LEFT: &[u8] = b"shared texts";

/// Kinds of records.
mod kind {
    pub(super) const BEGIN: u16 = 0x809;
    pub(super) const END: u16 = 0x0A;
    pub(super) const PASSWORD: u16 = 0x2F;
    pub(super) const SHEET: u16 = 0x85;
    pub(super) const SHARED: u16 = 0xFC;
    pub(super) const CONTINUE: u16 = 0x3C;
    pub(super) const OF_SHARED: u16 = 0xFD;
    pub(super) const LABEL: u16 = 0x204;
    pub(super) const RICH: u16 = 0xD6;
    pub(super) const NUMBER: u16 = 0x203;
    pub(super) const SHORT: u16 = 0x27E;
    pub(super) const SHORTS: u16 = 0xBD;
    pub(super) const FORMULA: u16 = 0x06;
    pub(super) const RESULT: u16 = 0x207;
}

/// Hands out the sheets of all workbooks in a file.
pub(super) fn open(opening: &mut Opening<'_>, name: &Name, bytes: &[u8]) -> io::Result<()> {
    let streams = streams(bytes);
    let mut is_unread = streams.is_empty() && is_called_workbook(&name.path, bytes);
    for (number, stream) in streams.into_iter().enumerate() {
        let book = stream.filter(|stream| number < BOOKS && stream.len() <= BOOK);
        let Some(stream) = book else {
            is_unread = true;
            continue;
        };
        let stream = stream.bytes(bytes);
        match Book::read(&stream) {
            Some(book) if book.is_encrypted => opening.leave(name, ENCRYPTED)?,
            Some(book) => is_unread |= !book.say(opening, name)?,
            None => is_unread = true,
        }
    }
    if is_unread {
        opening.leave(name, UNREAD)?;
    }
    Ok(())
}

/// Tells whether a file is called a workbook, or names one inside: a damaged one may lead to none.
fn is_called_workbook(path: &[u8], bytes: &[u8]) -> bool {
    let inside: Vec<u8> = BOOK_NAMES[0]
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    ends_with_one_of(path, "xls xlt xla xlm") || memchr::memmem::find(bytes, &inside).is_some()
}

/// Returns where the texts stand that cells share: each is handed out with the cell that shows it, or by itself.
pub(super) fn plain(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for stream in streams(bytes).into_iter().take(BOOKS).flatten() {
        if stream.len() > BOOK {
            continue;
        }
        let book = stream.bytes(bytes);
        let Some(book) = Book::read(&book).filter(|book| !book.is_encrypted) else {
            continue;
        };
        let mut texts = Texts::new(&book);
        while texts.next().is_some() {}
        let read = book.shared.len().min(texts.part);
        places.append(&mut stream.places(&book.shared[..read]));
    }
    places
}

fn streams(bytes: &[u8]) -> Vec<Option<Stream>> {
    let file = Compound::read(bytes);
    file.map_or_else(Vec::new, |file| file.streams(&BOOK_NAMES, BOOKS + 1))
}

/// A record, and where its data stand.
struct Record<'b> {
    kind: u16,
    data: &'b [u8],
    at: usize,
}

/// The records of a range, as far as they are whole.
struct Records<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        let at = self.at + 4;
        let (kind, length) = (two(self.bytes, self.at)?, two(self.bytes, self.at + 2)?);
        let data = self.bytes[..self.end].get(at..at + usize::from(length))?;
        self.at = at + data.len();
        Some(Record { kind, data, at })
    }
}

/// A workbook.
struct Book<'b> {
    bytes: &'b [u8],
    /// Whether texts say how wide their letters are; before they are bytes.
    is_wide: bool,
    is_encrypted: bool,
    /// The titles of the sheets, by where they begin.
    sheets: BTreeMap<usize, Vec<u8>>,
    /// Where the texts stand that cells share.
    shared: Vec<Range<usize>>,
}

impl<'b> Book<'b> {
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let mut records = Records {
            bytes,
            at: 0,
            end: bytes.len(),
        };
        let begin = records.next().filter(|record| record.kind == kind::BEGIN)?;
        let mut book = Self {
            bytes,
            is_wide: match two(begin.data, 0)? {
                0x500 => false,
                0x600 => true,
                _ => return None,
            },
            is_encrypted: false,
            sheets: BTreeMap::new(),
            shared: Vec::new(),
        };
        let mut in_shared = false;
        for record in records.take_while(|record| record.kind != kind::END) {
            in_shared = record.kind == kind::SHARED || in_shared && record.kind == kind::CONTINUE;
            if in_shared && book.shared.len() <= RECORDS {
                book.shared.push(record.at..record.at + record.data.len());
            }
            match record.kind {
                kind::PASSWORD => book.is_encrypted = true,
                kind::SHEET if book.sheets.len() <= SHEETS => {
                    let at = usize::try_from(four(record.data, 0)?).ok()?;
                    let length = usize::from(*record.data.get(6)?);
                    let title = text(record.data.get(7..)?, length, book.is_wide);
                    book.sheets.insert(at, title);
                }
                _ => {}
            }
        }
        let length: usize = book.shared.iter().map(Range::len).sum();
        let is_usual = book.shared.len() <= RECORDS && book.sheets.len() <= SHEETS;
        (length <= SHARED && is_usual).then_some(book)
    }

    /// Hands out the sheets, and the texts that none of them shows; tells whether all sheets were read to their end.
    fn say(&self, opening: &mut Opening<'_>, name: &Name) -> io::Result<bool> {
        let mut texts = Texts::new(self);
        let mut shared = Shared::of(&mut texts);
        let (mut full, mut is_all) = (Ok(()), true);
        for (&at, title) in &self.sheets {
            opening.bounds.take_member()?;
            // No sheet is a part of another.
            let end = self.sheets.range(at + 1..).next().map(|(end, _)| *end);
            let records = Records {
                bytes: self.bytes,
                at,
                end: end.unwrap_or(usize::MAX).min(self.bytes.len()),
            };
            let mut cells = Cells::new(records, &mut shared, self.is_wide);
            (opening.each)(&name.sheet(title), &mut cells);
            full = full.and(is_full(opening, &cells.sheet));
            is_all &= !cells.is_cut;
            opening.bounds.take_bytes(u64::MAX, 0, cells.made)?;
        }
        let left = name.member(LEFT);
        if shared.is_scattered() || shared.more {
            let reason = "its cells show shared texts in an order that takes too long";
            opening.miss(&left, Why::Bound, reason.to_owned());
        }
        opening.text(&left.text(), &texts.aside);
        (opening.each)(&left.text(), &mut shared.left());
        full.map(|()| is_all)
    }
}

/// Returns so many letters of a text.
fn text(data: &[u8], length: usize, is_wide: bool) -> Vec<u8> {
    if !is_wide {
        return data[..length.min(data.len())].to_vec();
    }
    let Some((&flags, mut letters)) = data.split_first() else {
        return Vec::new();
    };
    // What the text looks like and how it is pronounced stands behind it: so long are both.
    let lengths = usize::from(flags >> 3 & 1) * 2 + usize::from(flags >> 2 & 1) * 4;
    letters = letters.get(lengths..).unwrap_or_default();
    let mut out = Vec::new();
    add(letters, length, flags & 1 != 0, &mut out);
    out
}

/// Appends so many letters of one byte or of two, and returns how many there were.
fn add(letters: &[u8], length: usize, is_wide: bool, out: &mut Vec<u8>) -> usize {
    let unit = |pair: &[u8; 2]| u16::from_le_bytes(*pair);
    let units: Vec<u16> = if is_wide {
        let pairs = letters.as_chunks::<2>().0.iter();
        pairs.map(unit).take(length).collect()
    } else {
        letters.iter().map(|&b| b.into()).take(length).collect()
    };
    out.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
    units.len()
}

/// The texts that cells share, from the records that hold them: one may go on in the next record.
struct Texts<'b> {
    parts: Vec<&'b [u8]>,
    /// The record that is being read, and what is left of it.
    part: usize,
    rest: &'b [u8],
    /// What stands beside the texts, as how they are pronounced.
    aside: Vec<u8>,
}

impl<'b> Texts<'b> {
    fn new(book: &Book<'b>) -> Self {
        /// How many texts there are stands first.
        const COUNTS: usize = 8;
        let parts = book.shared.iter().map(|part| &book.bytes[part.clone()]);
        let parts: Vec<&[u8]> = parts.collect();
        let rest = parts.first().and_then(|part| part.get(COUNTS..));
        Self {
            parts,
            part: 0,
            rest: rest.unwrap_or_default(),
            aside: Vec::new(),
        }
    }

    /// Returns what is left of the record, or the next one.
    fn more(&mut self) -> Option<&'b [u8]> {
        while self.rest.is_empty() {
            self.part += 1;
            self.rest = self.parts.get(self.part)?;
        }
        Some(self.rest)
    }

    /// Takes so many bytes, or as many as the record has.
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let rest = self.more()?;
        let (taken, rest) = rest.split_at(length.min(rest.len()));
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self, length: usize) -> Option<usize> {
        let mut number = 0;
        for at in 0..length {
            number |= usize::from(self.take(1)?[0]) << (8 * at);
        }
        Some(number)
    }
}

impl Iterator for Texts<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut length = self.number(2)?;
        let mut flags = self.number(1)?;
        let runs = if flags & 8 != 0 { self.number(2)? } else { 0 };
        let beside = if flags & 4 != 0 { self.number(4)? } else { 0 };
        let mut text = Vec::new();
        while length > 0 {
            if self.rest.is_empty() {
                // The next record says anew how wide its letters are.
                let Some(more) = self.number(1) else { break };
                flags = more;
            }
            let width = 1 + (flags & 1);
            let Some(letters) = self.take(length * width) else {
                break;
            };
            let taken = add(letters, length, width == 2, &mut text);
            length -= taken.clamp(1, length);
        }
        // How its letters look, and how it is pronounced.
        let mut left = beside.saturating_add(4 * runs);
        while left > 0 {
            let Some(taken) = self.take(left) else { break };
            left -= taken.len();
            self.aside.extend_from_slice(taken);
        }
        Some(text)
    }
}

/// The cells of a sheet, to be read as a table.
struct Cells<'b, 's> {
    records: Records<'b>,
    shared: &'s mut Shared,
    is_wide: bool,
    sheet: Sheet,
    /// The cell whose formula has a text for its result, which is in a record of its own.
    result: Option<(u32, u32)>,
    out: Vec<u8>,
    at: usize,
    ended: bool,
    /// Whether it ended without the record that ends a sheet.
    is_cut: bool,
    /// How many bytes were written.
    made: u64,
}

impl<'b, 's> Cells<'b, 's> {
    fn new(records: Records<'b>, shared: &'s mut Shared, is_wide: bool) -> Self {
        Self {
            records,
            shared,
            is_wide,
            sheet: Sheet::default(),
            result: None,
            out: Vec::new(),
            at: 0,
            ended: false,
            is_cut: false,
            made: 0,
        }
    }

    /// Writes the cells of a record.
    fn record(&mut self, record: &Record<'_>) -> Option<()> {
        let data = record.data;
        if record.kind == kind::RESULT {
            let (row, column) = self.result.take()?;
            let value = self.text(data)?;
            self.cell(row, column, &value);
            return Some(());
        }
        let (row, column) = (two(data, 0)?.into(), two(data, 2)?.into());
        match record.kind {
            kind::OF_SHARED => {
                let number = usize::try_from(four(data, 6)?).ok()?;
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
            kind::FORMULA => match data.get(6..14)? {
                [0, .., 0xFF, 0xFF] => self.result = Some((row, column)),
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

impl Read for Cells<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const AT_ONCE: usize = 64 << 10;
        while self.at == self.out.len() && !self.ended {
            self.out.clear();
            self.at = 0;
            while self.out.len() < AT_ONCE && !self.ended {
                match self.records.next() {
                    Some(record) if record.kind == kind::END => self.ended = true,
                    Some(record) => drop(self.record(&record)),
                    None => (self.ended, self.is_cut) = (true, true),
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
