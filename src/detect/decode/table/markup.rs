//! Tables of HTML: `<tr><th>password</th></tr> <tr><td>v</td></tr>`.

use std::ops::Range;

use super::{Columns, Writer, append, may_be_secret, names_a_secret};

/// A cell is followed no further.
const CELL: usize = 1 << 10;
/// How many cells of a row are read, at most: more than any table has that people look at.
const CELLS: usize = 4096;

/// Appends the cells of every table.
pub(super) fn cells(text: &[u8], view: &mut Writer) {
    let mut table = Table::default();
    for at in memchr::memmem::find_iter(text, b"<t") {
        match tag(&text[at + 1..]) {
            b"table" => {
                table.end_row(text, view);
                table = Table::default();
            }
            b"tr" => table.end_row(text, view),
            b"td" | b"th" if table.row.len() < CELLS => table.row.extend(cell(text, at)),
            _ => {}
        }
    }
    table.end_row(text, view);
}

/// Calls `keep` with the headers of the table that may go on at an offset, up to the row behind them.
pub(super) fn above(text: &[u8], at: usize, keep: &mut dyn FnMut(Range<usize>)) {
    // Where the table begins, whether it has cells, and where its headers end.
    let (mut start, mut any, mut end) = (0, false, None);
    for found in memchr::memmem::find_iter(&text[..at], b"<t") {
        match tag(&text[found + 1..]) {
            b"table" => (start, any, end) = (found, false, None),
            b"tr" if any && end.is_none() => {
                let row = &text[found..text.len().min(found + CELL)];
                end = memchr::memchr(b'>', row).map(|len| found + len + 1);
            }
            b"td" | b"th" if !any => {
                // Headers may stand in no `<table>`.
                start = if start == 0 { found } else { start };
                any = true;
            }
            _ => {}
        }
    }
    if any && end.is_none_or(|end| end - start <= CELL * CELLS) {
        keep(start..end.unwrap_or(at));
    }
}

/// A table as far as it is read.
#[derive(Default)]
struct Table {
    /// Whether its first row was read, which holds the headers.
    headed: bool,
    columns: Option<Columns>,
    /// The cells of the row that is read.
    row: Vec<Range<usize>>,
}

impl Table {
    /// Reads a row as headers or as cells, and empties it.
    fn end_row(&mut self, text: &[u8], view: &mut Writer) {
        if self.row.is_empty() {
            return;
        }
        if let [name, value] = self.row.as_slice()
            && names_a_secret(text, name)
            && may_be_secret(&text[value.clone()])
            && !names_a_secret(text, value)
        {
            append(text, name, value.clone(), view);
        }
        let row = self.row.drain(..);
        if !self.headed {
            self.columns = Columns::of(text, row).map(Columns::drawn);
        } else if let Some(columns) = self.columns.as_mut() {
            columns.row(text, row, view);
        }
        self.headed = true;
    }
}

/// Returns the name of the tag that begins behind `<`.
fn tag(text: &[u8]) -> &[u8] {
    /// `table` is the longest that is looked for.
    const LONG: usize = 6;
    let text = &text[..text.len().min(LONG)];
    let length = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    &text[..length]
}

/// Returns where the text of the cell stands whose tag begins at an offset, without the tags around it.
fn cell(text: &[u8], at: usize) -> Option<Range<usize>> {
    let text = &text[..text.len().min(at + CELL)];
    let start = at + memchr::memchr(b'>', &text[at..])? + 1;
    let end = memchr::memmem::find(&text[start..], b"</t");
    let end = end.map_or(text.len(), |length| start + length);
    let mut cell = start..end;
    loop {
        let inside = &text[cell.clone()];
        let front = inside.len() - inside.trim_ascii_start().len();
        let inside = inside.trim_ascii();
        cell = cell.start + front..cell.start + front + inside.len();
        if inside.starts_with(b"<") {
            cell.start += memchr::memchr(b'>', inside)? + 1;
        } else if inside.ends_with(b">") {
            cell.end = cell.start + memchr::memrchr(b'<', inside)?;
        } else {
            return Some(cell);
        }
    }
}
