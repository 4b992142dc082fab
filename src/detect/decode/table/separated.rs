//! Files of values between commas, tabs or the like.

use std::ops::Range;

use super::{Columns, ROW, View, behind, fields};
use crate::fragment::line_end;

/// Among so many lines that hold something the headers stand: above them may be a title and comments.
const TITLE: usize = 6;
/// A line of headers is read so far.
const HEADERS: usize = 64 << 10;
/// The marks that separate values.
const SEPARATORS: &[u8] = b"\t;|,";

/// Appends the cells of a file: below the first line, or below one that has more fields than each of the few lines above it.
pub(super) fn cells(text: &[u8], view: &mut View) {
    let (mut at, mut told, mut most) = (0, None, 1);
    for _ in 0..TITLE {
        if at >= text.len() {
            return;
        }
        let end = line_end(&text[..text.len().min(at + HEADERS)], at);
        let line = &text[at..end];
        // Excel is told the separator by a line of its own.
        if let [b's', b'e', b'p', b'=', mark, ..] = line {
            told = Some(*mark);
        }
        let count = |mark: &u8| memchr::memchr_iter(*mark, line).count();
        let separator = told.or_else(|| SEPARATORS.iter().copied().max_by_key(count));
        let separator = separator.unwrap_or(b',');
        let width = fields(text, at..end, separator).count();
        // A single column has its header on the first line, and no sentence stands there.
        let single = at == 0 && width == 1 && !line.contains(&b' ');
        if (width > most || single) && !line.starts_with(b"#") && !line.starts_with(b"sep=") {
            most = width;
            if let Some(mut columns) = Columns::of(text, fields(text, at..end, separator)) {
                return rows(text, behind(text, end), separator, &mut columns, view);
            }
        }
        at = behind(text, end);
    }
}

fn rows(text: &[u8], mut at: usize, separator: u8, columns: &mut Columns, view: &mut View) {
    while at < text.len() && !columns.is_full() {
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

/// Returns the lines at the beginning of a file in which its headers stand.
pub(super) fn headers(text: &[u8]) -> &[u8] {
    let ends = memchr::memchr_iter(b'\n', &text[..text.len().min(TITLE * HEADERS)]);
    let end = ends.take(TITLE).last().map_or(0, |end| end + 1);
    &text[..end]
}
