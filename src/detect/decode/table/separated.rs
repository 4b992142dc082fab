//! Files of values between commas, tabs or the like.

use std::ops::Range;

use super::{Columns, HEADER, NAME, ROW, Writer, append, behind, fields};
use crate::fragment::{is_line_start, line_end};
use crate::lexicon::{Strength, secret_name};

/// Among so many lines that hold something the headers stand: above them may be a title and comments.
const TITLE: usize = 6;
/// A line of headers is read so far.
const HEADERS: usize = 64 << 10;
/// The marks that separate values.
const SEPARATORS: &[u8] = b"\t;|,";

/// Appends the cells of a file.
pub(super) fn cells(text: &[u8], view: &mut Writer) {
    let (at, header) = header(text);
    let has_pairs = matches!(&header, Some((_, columns)) if columns.pairs.is_some());
    if !has_pairs {
        let mark = header.as_ref().map(|(separator, _)| *separator);
        named_rows(text, mark.unwrap_or_else(|| separator(text, 0..at)), view);
    }
    if let Some((separator, mut columns)) = header {
        rows(text, at, separator, &mut columns, view);
    }
}

/// Appends the second cell of each short row of which the first plainly names a secret: a table that stands upright.
fn named_rows(text: &[u8], separator: u8, view: &mut Writer) {
    const CELLS: usize = 3;
    let mut at = 0;
    while at < text.len() {
        let end = row_end(text, at);
        let mut row = fields(text, at..end, separator);
        let pair = row.next().zip(row.next());
        if let Some((name, value)) = pair
            && row.count() <= CELLS - 2
            && is_strong(text, &name)
        {
            append(text, &name, value, view);
        }
        at = behind(text, end);
    }
}

/// Tells whether a cell plainly names a secret.
fn is_strong(text: &[u8], cell: &Range<usize>) -> bool {
    let name = Some(&text[cell.clone()]).filter(|cell| cell.len() <= NAME);
    let name = name.and_then(secret_name);
    name.is_some_and(|name| name.strength == Strength::Strong && !name.buried)
}

/// Returns the mark that stands most often in a stretch of a text.
fn separator(text: &[u8], stretch: Range<usize>) -> u8 {
    let count = |mark: &u8| memchr::memchr_iter(*mark, &text[stretch.clone()]).count();
    let most = SEPARATORS.iter().copied().max_by_key(count);
    most.unwrap_or(b',')
}

/// Tells whether a text begins as such a file does: with a line of names, of which one is that of a secret, and rows of as many
/// fields.
pub(super) fn begins(text: &[u8]) -> bool {
    /// So many rows are looked at, and at least so many are there: one alone may be a sentence.
    const ROWS: Range<usize> = 2..4;
    let Some((end, separator)) = first_mark(text) else {
        return false;
    };
    let is_name = |field: &[u8]| {
        field.first().is_some_and(u8::is_ascii_alphabetic)
            && field.len() <= NAME
            && field
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"_-. ".contains(b))
    };
    let headers: Vec<Range<usize>> = fields(text, 0..end, separator).collect();
    let named = headers.iter().all(|field| is_name(&text[field.clone()]));
    if !named || Columns::of(text, headers.iter().cloned()).is_none() {
        return false;
    }
    let (mut at, mut rows) = (behind(text, end), 0);
    while at < text.len() && rows < ROWS.end {
        let end = row_end(text, at);
        // The head of a text may be cut in a row.
        let is_whole = end < text.len() || rows == 0;
        if is_whole && fields(text, at..end, separator).count() != headers.len() {
            return false;
        }
        (at, rows) = (behind(text, end), rows + 1);
    }
    rows >= ROWS.start
}

/// Returns where the first line ends, and the mark that separates its fields, if they are of one kind.
fn first_mark(text: &[u8]) -> Option<(usize, u8)> {
    let end = line_end(&text[..text.len().min(HEADER)], 0);
    let line = &text[..end];
    let mut marks = b"\t;,".iter().copied().filter(|mark| line.contains(mark));
    let mark = marks.next()?;
    marks.next().is_none().then_some((end, mark))
}

/// Returns the separator and the columns, by the first line, or by one that has more fields than each of the few lines above it;
/// and where the line behind it begins, or the one behind all that were looked at.
fn header(text: &[u8]) -> (usize, Option<(u8, Columns)>) {
    let (mut at, mut told, mut most) = (0, None, 1);
    for _ in 0..TITLE {
        if at >= text.len() {
            break;
        }
        let end = line_end(&text[..text.len().min(at + HEADERS)], at);
        let line = &text[at..end];
        // Excel is told the separator by a line of its own.
        if let [b's', b'e', b'p', b'=', mark, ..] = line {
            told = Some(*mark);
        }
        let separator = told.unwrap_or_else(|| separator(line, 0..line.len()));
        let width = fields(text, at..end, separator).count();
        // A single column has its header on the first line, and no sentence stands there.
        let single = at == 0 && width == 1 && !line.contains(&b' ');
        let fields = fields(text, at..end, separator);
        at = behind(text, end);
        if (width > most || single) && !line.starts_with(b"#") && !line.starts_with(b"sep=") {
            most = width;
            if let Some(columns) = Columns::of(text, fields) {
                return (at, Some((separator, columns)));
            }
        }
    }
    (at, None)
}

fn rows(text: &[u8], mut at: usize, separator: u8, columns: &mut Columns, view: &mut Writer) {
    while at < text.len() {
        let end = row_end(text, at);
        columns.row(text, fields(text, at..end, separator), view);
        at = behind(text, end);
    }
}

/// Returns where the row that begins at an offset ends: a quoted value may go over lines.
fn row_end(text: &[u8], at: usize) -> usize {
    let line = line_end(text, at);
    let quotes = |range: Range<usize>| memchr::memchr_iter(b'"', &text[range]).count();
    let mut open = quotes(at..line) % 2 == 1;
    let mut end = line;
    while open && end < text.len() && end - at < ROW {
        let next = line_end(text, end + 1);
        open = quotes(end + 1..next) % 2 == 0;
        end = next;
    }
    // A quote that nothing closes is a mark.
    if open { line } else { end }
}

/// Returns where the lines at the beginning of a file stand by which its headers are found.
pub(super) fn headers(text: &[u8]) -> Range<usize> {
    0..header(text).0
}

/// Returns the last start of a row in `from..=to`, behind `from`, which is one.
pub(super) fn last_row(text: &[u8], from: usize, to: usize) -> Option<usize> {
    let (mut at, mut last) = (from, None);
    while at < to {
        at = behind(text, row_end(text, at));
        if at <= to && is_line_start(text, at) {
            last = Some(at);
        }
    }
    last
}
