//! Tables in statements and dumps of SQL.

use std::ops::Range;

use super::{Columns, HEADER, ROW, Writer, append, fields, names, names_a_secret};
use crate::fragment::{line_end, line_start_from};
use crate::lexicon::Words;

/// `INSERT INTO t (columns) VALUES (…), (…)`.
pub(super) fn inserted(text: &[u8], view: &mut Writer) {
    let mut done = 0;
    for at in memchr::memchr2_iter(b'V', b'v', text) {
        let Some(word) = text.get(at..at + 6) else {
            break;
        };
        if at < done || !word.eq_ignore_ascii_case(b"values") {
            continue;
        }
        let mut columns = column_list(text, done, at);
        let mut next = at + 6;
        while let Some((cells, behind)) = tuple(text, next) {
            // A table of settings holds names and values: `(7, 'smtp_password', 'v')`.
            for pair in cells.windows(2) {
                let words = Words::of(&text[pair[0].clone()]);
                if words.as_slice().len() > 1 && names_a_secret(text, &pair[0]) {
                    append(text, &pair[0], pair[1].clone(), view);
                }
            }
            if let Some(columns) = columns.as_mut() {
                columns.row(text, cells.into_iter(), view);
            }
            next = behind;
        }
        done = next;
    }
}

/// Returns the columns that are listed before an offset, not before `floor`.
fn column_list(text: &[u8], floor: usize, at: usize) -> Option<Columns> {
    let floor = floor.max(at.saturating_sub(HEADER));
    let before = text[floor..at].trim_ascii_end();
    let close = floor
        + before
            .len()
            .checked_sub(1)
            .filter(|_| before.ends_with(b")"))?;
    let open = floor + memchr::memrchr(b'(', &text[floor..close])?;
    Columns::of(text, names(text, open + 1..close, b','))
}

/// Returns the cells of the tuple that begins at an offset, and where it ends: literals without their quotes, nothing for
/// every other value.
fn tuple(text: &[u8], at: usize) -> Option<(Vec<Range<usize>>, usize)> {
    // Of an endless row only so much: every list of columns before it asks.
    let text = &text[..text.len().min(at + ROW)];
    let gap = |b: &&u8| b.is_ascii_whitespace() || **b == b',';
    let mut at = at + text.get(at..)?.iter().take(HEADER).take_while(gap).count();
    if text.get(at) != Some(&b'(') {
        return None;
    }
    let mut cells = Vec::new();
    cells.push(at..at);
    let mut depth = 1;
    loop {
        at += 1;
        match *text.get(at)? {
            b'\'' => {
                let end = literal_end(text, at + 1)?;
                if depth == 1
                    && let Some(cell) = cells.last_mut()
                {
                    *cell = at + 1..end;
                }
                at = end;
            }
            b'(' => depth += 1,
            b')' if depth == 1 => return Some((cells, at + 1)),
            b')' => depth -= 1,
            b',' if depth == 1 => cells.push(at..at),
            b';' => return None,
            _ => {}
        }
    }
}

/// Returns where the quote stands that ends a literal of SQL.
fn literal_end(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'\'', b'\\', text.get(at..)?)?;
        let escapes = text[at] == b'\\' || text.get(at + 1) == Some(&b'\'');
        if !escapes {
            return Some(at);
        }
        at += 2;
    }
}

/// `COPY t (columns) FROM stdin;`, and rows between tabs up to `\.`.
pub(super) fn copied(text: &[u8], view: &mut Writer) {
    let mut at = 0;
    for found in memchr::memmem::find_iter(text, b"FROM stdin") {
        if found < at {
            continue;
        }
        let Some(mut columns) = column_list(text, at, found) else {
            continue;
        };
        at = line_end(text, found) + 1;
        while at < text.len() {
            let end = line_end(text, at);
            if text[at..end].starts_with(b"\\.") {
                break;
            }
            columns.row(text, fields(text, at..end, b'\t'), view);
            at = end + 1;
        }
    }
}

/// Returns where the beginning of the statement stands that goes on at the end of a text: up to its `VALUES`, or the line of
/// its `COPY`.
pub(super) fn headers(text: &[u8]) -> Range<usize> {
    let last = |word: &[u8]| memchr::memmem::rfind(text, word);
    let copy =
        last(b"FROM stdin").filter(|at| memchr::memmem::find(&text[*at..], b"\n\\.").is_none());
    let rows = last(b"VALUES").or_else(|| last(b"values"));
    let rows = rows.filter(|at| memchr::memmem::find(&text[*at..], b";\n").is_none());
    let Some(at) = copy.max(rows) else {
        return 0..0;
    };
    let floor = at.saturating_sub(HEADER);
    if copy == Some(at) {
        let end = line_end(text, at) + 1;
        return line_start_from(text, floor, at)..end.min(text.len());
    }
    let words =
        [&b"INSERT"[..], b"insert"].map(|word| memchr::memmem::rfind(&text[floor..at], word));
    floor + words.into_iter().flatten().max().unwrap_or_default()..at + "VALUES".len()
}
