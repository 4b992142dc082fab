//! Workbooks of older Excel (.xls): records in a stream of a compound file, written out as tables.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use super::bounds::damaged;
use super::cells::Cells;
use super::closed::{ENCRYPTED, ends_with_one_of};
use super::compound::{Compound, Stream};
use super::directory::{four, two};
use super::frame::Frame;
use super::office::is_full;
use super::opened::Apart;
use super::records::{Records, add, kind, text};
use super::shared::Shared;
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
/// What is said where shared texts do not fit their records, or what is said of them.
const NOT_WHOLE: &str = "the texts that its cells share are not as long as they should be";
const NOT_COUNTED: &str = "it has more shared texts than it counts";
const NOT_SHOWN: &str = "its cells do not show all the shared texts that they should";
/// What is called so are texts that stand in no cell.
const LEFT: &[u8] = b"shared texts";

/// Hands out the sheets of all workbooks in a file.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    apart: &mut Apart,
) -> io::Result<()> {
    let streams = streams(bytes);
    let mut is_unread = streams.is_empty() && is_called_workbook(&name.path, bytes);
    let mut all = Ok(());
    for (number, stream) in streams.into_iter().enumerate() {
        let book = stream.filter(|stream| number < BOOKS && stream.len() <= BOOK);
        let Some(stream) = book else {
            is_unread = true;
            continue;
        };
        let book = stream.bytes(bytes);
        match Book::read(&book).and_then(Book::with_sheets) {
            Some(book) if book.is_encrypted => opening.leave(name, ENCRYPTED)?,
            Some(book) => {
                let mut texts = Vec::new();
                let read = book.say(opening, name, &mut texts);
                apart.texts(stream.places(&texts));
                is_unread |= matches!(read, Ok(false));
                all = all.and(read.map(drop));
            }
            None => is_unread = true,
        }
    }
    if is_unread {
        opening.leave(name, UNREAD)?;
    }
    all
}

/// Tells whether a file is called a workbook, or names one inside: a damaged one may lead to none.
fn is_called_workbook(path: &[u8], bytes: &[u8]) -> bool {
    let inside: Vec<u8> = BOOK_NAMES[0]
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    ends_with_one_of(path, "xls xlt xla xlm") || memchr::memmem::find(bytes, &inside).is_some()
}

fn streams(bytes: &[u8]) -> Vec<Option<Stream>> {
    let file = Compound::read(bytes);
    file.map_or_else(Vec::new, |file| file.streams(&BOOK_NAMES, BOOKS + 1))
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
    /// Whether a cell of it may be missing.
    is_odd: bool,
}

impl<'b> Book<'b> {
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let mut records = Records::new(bytes, 0..bytes.len());
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
            is_odd: false,
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

    /// Adds sheets that it does not list, and leaves out those that are not where it says; `None` for too many.
    fn with_sheets(mut self) -> Option<Self> {
        if self.is_encrypted {
            return Some(self);
        }
        let frame = Frame::read(self.bytes, self.is_wide, SHEETS);
        self.is_odd = frame.is_odd;
        self.sheets
            .retain(|&at, _| two(self.bytes, at) == Some(kind::BEGIN));
        for (number, at) in (1..).zip(frame.sheets) {
            let title = || format!("sheet {number}").into_bytes();
            self.sheets.entry(at).or_insert_with(title);
        }
        (self.sheets.len() <= SHEETS).then_some(self)
    }

    /// Hands out the sheets, and the texts that none of them shows; tells whether every cell is one of a known kind.
    /// Notes where the shared texts stand, when they were handed out: with the cells that show them, or by themselves.
    fn say(
        &self,
        opening: &mut Opening<'_>,
        name: &Name,
        told: &mut Vec<Range<usize>>,
    ) -> io::Result<bool> {
        let mut texts = Texts::new(self);
        let mut shared = Shared::of(&mut texts);
        let (mut full, mut fault, mut showing) = (Ok(()), texts.fault, 0);
        let mut is_odd = self.is_odd;
        for (&at, title) in &self.sheets {
            opening.bounds.take_member()?;
            // No sheet is a part of another.
            let end = self.sheets.range(at + 1..).next().map(|(end, _)| *end);
            let range = at..end.unwrap_or(self.bytes.len());
            let mut cells = Cells::new(self.bytes, range, &mut shared, self.is_wide);
            (opening.each)(&name.sheet(title), &mut cells);
            full = full.and(is_full(opening, &cells.sheet));
            fault = fault.or(cells.fault);
            is_odd |= cells.is_odd;
            showing += cells.showing;
            opening.bounds.take_bytes(u64::MAX, 0, cells.made)?;
        }
        let left = name.member(LEFT);
        if shared.is_scattered() || shared.more {
            let reason = "its cells show shared texts in an order that takes too long";
            opening.miss(&left, Why::Bound, reason.to_owned());
        } else if full.is_ok() {
            fault = fault.or(texts.miscounted(&shared, showing));
        }
        opening.text(&left.text(), &texts.aside);
        (opening.each)(&left.text(), &mut shared.left());
        let read = self.shared.len().min(texts.part);
        told.extend_from_slice(&self.shared[..read]);
        full?;
        fault.map_or(Ok(!is_odd), |fault| Err(damaged(fault)))
    }
}

/// The texts that cells share, from the records that hold them: one may go on in the next record.
struct Texts<'b> {
    parts: Vec<&'b [u8]>,
    /// The record that is being read, and what is left of it.
    part: usize,
    rest: &'b [u8],
    /// What stands beside the texts, as how they are pronounced.
    aside: Vec<u8>,
    /// How often cells show a text, and how many texts there are, as it is said before them.
    counts: [usize; 2],
    /// What shows that they are damaged.
    fault: Option<&'static str>,
}

impl<'b> Texts<'b> {
    fn new(book: &Book<'b>) -> Self {
        /// How many texts there are stands first.
        const COUNTS: usize = 8;
        let parts = book.shared.iter().map(|part| &book.bytes[part.clone()]);
        let parts: Vec<&[u8]> = parts.collect();
        let first = parts.first().copied().unwrap_or_default();
        let count = |at: usize| four(first, at).and_then(|count| usize::try_from(count).ok());
        Self {
            parts,
            part: 0,
            rest: first.get(COUNTS..).unwrap_or_default(),
            aside: Vec::new(),
            counts: [0, 4].map(|at| count(at).unwrap_or(0)),
            fault: (!book.shared.is_empty() && first.len() < COUNTS).then_some(NOT_WHOLE),
        }
    }

    /// Returns what is wrong with their counts. Some programs count none, some count the texts of cells that were deleted, and
    /// some count more texts than there are.
    fn miscounted(&self, shared: &Shared, showing: usize) -> Option<&'static str> {
        let [cells, texts] = self.counts;
        if texts != 0 && shared.count() > texts {
            return Some(NOT_COUNTED);
        }
        // Where no cell is missing each text is that of one.
        let is_lost = cells != 0 && cells == showing && !shared.is_all_shown();
        is_lost.then_some(NOT_SHOWN)
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

    /// Reads a text; `None` if it is not whole.
    fn read(&mut self, text: &mut Vec<u8>) -> Option<()> {
        /// What stands beside a text, and how wide its letters are.
        const FLAGS: usize = 0xD;
        let mut length = self.number(2)?;
        let mut flags = self.number(1)?;
        if flags & !FLAGS != 0 {
            self.fault = Some(NOT_WHOLE);
        }
        let runs = if flags & 8 != 0 { self.number(2)? } else { 0 };
        let beside = if flags & 4 != 0 { self.number(4)? } else { 0 };
        while length > 0 {
            if self.rest.is_empty() {
                // The next record says anew how wide its letters are.
                flags = self.number(1)?;
                if flags > 1 {
                    self.fault = Some(NOT_WHOLE);
                }
            }
            let width = 1 + (flags & 1);
            let letters = self.take(length * width)?;
            let taken = add(letters, length, width == 2, text);
            length -= taken.clamp(1, length);
        }
        // How its letters look, and how it is pronounced.
        let mut left = beside.saturating_add(4 * runs);
        while left > 0 {
            let taken = self.take(left)?;
            left -= taken.len();
            self.aside.extend_from_slice(taken);
        }
        Some(())
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
        self.more()?;
        let mut text = Vec::new();
        if self.read(&mut text).is_none() {
            self.fault = Some(NOT_WHOLE);
        }
        Some(text)
    }
}
