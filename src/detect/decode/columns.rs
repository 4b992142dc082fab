//! Tables: the cells under a header that names a secret, read as values of that key, in files of separated values, in
//! statements and dumps of SQL, in Markdown.

use std::ops::Range;

use super::View;
use crate::fragment::{Fragment, line_end};
use crate::lexicon::secret_name;

/// A header line longer than this was not written for people.
const HEADER: usize = 4 << 10;
/// How many cells are read, at most: of more than these, enough were shown.
const CELLS: usize = 8_000;
/// How many columns are read, at most.
const COLUMNS: usize = 8;
/// A row of SQL is followed no further.
const ROW: usize = 8 << 10;
/// A header longer than this is no name.
const NAME: usize = 64;
/// A cell shorter than this is no secret.
const SHORTEST: usize = 4;

/// Appends `header: "cell"` for every cell that stands under a header that names a secret, row by row.
pub(super) fn cells(fragment: &Fragment<'_>, view: &mut View) {
    let name = fragment.path.to_ascii_lowercase();
    let ends = |extensions: &[&[u8]]| extensions.iter().any(|end| name.ends_with(end));
    let text = fragment.text;
    if ends(&[b".csv", b".tsv", b".psv"]) {
        separated(text, view);
    } else if ends(&[b".sql", b".dump", b".psql", b".pgsql"]) {
        inserted(text, view);
        copied(text, view);
    } else if ends(&[b".md", b".mdx", b".markdown", b".rmd", b".qmd"]) {
        barred(text, view);
    }
}

/// The columns of a table whose headers name a secret.
struct Columns {
    /// The number of each, and where its header stands.
    named: Vec<(usize, Range<usize>)>,
    /// How many cells were read.
    count: usize,
}

impl Columns {
    /// Returns the columns by their headers; `None` if no header names a secret.
    fn of(text: &[u8], headers: impl Iterator<Item = Range<usize>>) -> Option<Self> {
        let named: Vec<(usize, Range<usize>)> = headers
            .enumerate()
            .filter(|(_, field)| field.len() <= NAME && secret_name(&text[field.clone()]).is_some())
            .take(COLUMNS)
            .collect();
        (!named.is_empty()).then_some(Self { named, count: 0 })
    }

    fn is_full(&self) -> bool {
        self.count >= CELLS
    }

    /// Appends the cells of one row.
    fn row(&mut self, text: &[u8], cells: impl Iterator<Item = Range<usize>>, view: &mut View) {
        for (number, cell) in cells.enumerate() {
            let header = self.named.iter().find(|(named, _)| *named == number);
            if let Some((_, header)) = header.filter(|_| cell.len() >= SHORTEST) {
                self.count += 1;
                view.copy(text, header.clone());
                view.make(b": \"");
                view.move_here(text, cell);
                view.make(b"\"\n\n\n\n\n");
            }
        }
    }
}

/// A file of values between commas, tabs or the like.
fn separated(text: &[u8], view: &mut View) {
    let end = line_end(&text[..text.len().min(HEADER)], 0);
    let Some(&separator) = b"\t;|,"
        .iter()
        .max_by_key(|&&separator| memchr::memchr_iter(separator, &text[..end]).count())
        .filter(|separator| text[..end].contains(separator))
    else {
        return;
    };
    let Some(mut columns) = Columns::of(text, fields(text, 0..end, separator)) else {
        return;
    };
    let mut at = end + 1;
    while at < text.len() && !columns.is_full() {
        let end = line_end(text, at);
        columns.row(text, fields(text, at..end, separator), view);
        at = end + 1;
    }
}

/// `INSERT INTO t (columns) VALUES (…), (…)`.
fn inserted(text: &[u8], view: &mut View) {
    let mut done = 0;
    for at in memchr::memchr2_iter(b'V', b'v', text) {
        let Some(word) = text.get(at..at + 6) else {
            break;
        };
        if at < done || !word.eq_ignore_ascii_case(b"values") {
            continue;
        }
        let Some(mut columns) = column_list(text, done, at) else {
            continue;
        };
        let mut next = at + 6;
        while let Some((cells, behind)) = tuple(text, next)
            && !columns.is_full()
        {
            columns.row(text, cells.into_iter(), view);
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

/// Returns where the names or cells of a list stand, without quotes and back-ticks.
fn names(text: &[u8], list: Range<usize>, separator: u8) -> impl Iterator<Item = Range<usize>> {
    fields(text, list, separator).map(|field| {
        let marks = |b: &u8| b"`\"'[] ".contains(b);
        let inner = &text[field.clone()];
        let front = inner.iter().take_while(|b| marks(b)).count();
        let back = inner.iter().rev().take_while(|b| marks(b)).count();
        field.start + front..(field.end - back).max(field.start + front)
    })
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
fn copied(text: &[u8], view: &mut View) {
    let mut at = 0;
    for found in memchr::memmem::find_iter(text, b"FROM stdin") {
        if found < at {
            continue;
        }
        let Some(mut columns) = column_list(text, at, found) else {
            continue;
        };
        at = line_end(text, found) + 1;
        while at < text.len() && !columns.is_full() {
            let end = line_end(text, at);
            if text[at..end].starts_with(b"\\.") {
                break;
            }
            columns.row(text, fields(text, at..end, b'\t'), view);
            at = end + 1;
        }
    }
}

/// A table of Markdown: a header, a line of dashes, rows, all between bars.
fn barred(text: &[u8], view: &mut View) {
    let (mut above, mut at) = (0..0, 0);
    while at < text.len() {
        let mut line = at..line_end(text, at);
        at = line.end + 1;
        let is_rule = |b: &u8| b"|-: ".contains(b);
        let rule = text[line.clone()].contains(&b'-') && text[line.clone()].iter().all(is_rule);
        let columns = (rule && text[above.clone()].contains(&b'|'))
            .then(|| Columns::of(text, names(text, above.clone(), b'|')))
            .flatten();
        if let Some(mut columns) = columns {
            while at < text.len() && !columns.is_full() {
                line = at..line_end(text, at);
                if !text[line.clone()].contains(&b'|') {
                    break;
                }
                columns.row(text, names(text, line.clone(), b'|'), view);
                at = line.end + 1;
            }
        }
        above = line;
    }
}

/// Returns where the fields of a line stand, without their quotes.
fn fields(text: &[u8], line: Range<usize>, separator: u8) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(line.start);
    std::iter::from_fn(move || {
        let start = next?;
        let mut quoted = false;
        let length = text[start..line.end].iter().position(|&b| {
            quoted ^= b == b'"';
            b == separator && !quoted
        });
        let end = length.map_or(line.end, |length| start + length);
        next = length.map(|_| end + 1);
        let field = &text[start..end];
        let inner = field.trim_ascii();
        let from = start + field.len() - field.trim_ascii_start().len();
        let quotes = usize::from(inner.len() > 1 && inner[0] == b'"' && inner.ends_with(b"\""));
        Some(from + quotes..from + inner.len() - quotes)
    })
}
