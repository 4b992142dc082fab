//! Tables: the cells under a header that names a secret, read as values of that name.

mod markup;
mod page;
mod separated;
mod sql;

use std::collections::BTreeMap;
use std::ops::Range;

use super::Writer;
use crate::detect::assignment::is_value_attribute;
use crate::detect::lex::{Language, Syntax};
use crate::fragment::Fragment;
use crate::language::chance;
use crate::lexicon::{NAME_ATTRIBUTE, secret_name};

/// How files of values between separators end.
const SEPARATED: &[&[u8]] = &[b".csv", b".tsv", b".psv"];
/// How pages end, which may begin with anything.
const PAGES: &[&[u8]] = &[b".md", b".markdown", b".rst", b".adoc", b".org"];
/// How files of statements of SQL end.
const STATEMENTS: &[&[u8]] = &[b".sql", b".dump", b".psql", b".pgsql"];
/// A line of headers longer than this was not written for people.
const HEADER: usize = 4 << 10;
/// A line of a drawn table is no longer than this.
const LINE: usize = 4 << 10;
/// A row is followed no further.
const ROW: usize = 8 << 10;
/// A header longer than this is no name.
const NAME: usize = 64;
/// A cell shorter than this is no secret.
const SHORTEST: usize = 4;

/// Appends `name: "cell"` for every cell that stands under a header that names a secret, or beside such a name, row by row.
pub(super) fn cells(fragment: &Fragment<'_>, syntax: &Syntax, view: &mut Writer) {
    let (path, text) = (fragment.path, fragment.text);
    if is_separated(fragment, syntax) {
        separated::cells(text, view);
    } else if ends(path, STATEMENTS) {
        sql::inserted(text, view);
        sql::copied(text, view);
    } else {
        if syntax.bare == Language::Prose {
            page::cells(text, view);
        }
        if matches!(syntax.bare, Language::Prose | Language::Markup) {
            markup::cells(text, view);
        }
    }
}

/// Calls `keep` with the headers of the tables that go on at an offset.
pub(super) fn above(
    fragment: &Fragment<'_>,
    syntax: &Syntax,
    at: usize,
    keep: &mut dyn FnMut(Range<usize>),
) {
    let (path, text) = (fragment.path, fragment.text);
    if is_separated(fragment, syntax) {
        keep(separated::headers(&text[..at]));
    } else if ends(path, STATEMENTS) {
        keep(sql::headers(&text[..at]));
    } else {
        if syntax.bare == Language::Prose {
            page::above(text, at, keep);
        }
        if matches!(syntax.bare, Language::Prose | Language::Markup) {
            markup::above(text, at, keep);
        }
    }
}

/// Returns the last start of a row in `from..=to`, behind `from`, which is one, of a file of values between separators whose rows
/// may go over lines; `None` in other files, and where no row ends.
pub(super) fn last_row(fragment: &Fragment<'_>, from: usize, to: usize) -> Option<usize> {
    is_separated(fragment, Syntax::of(fragment))
        .then(|| separated::last_row(fragment.text, from, to))
        .flatten()
}

/// Tells whether a text is values between separators: by its name, or by its first lines if the name says nothing, as that of a
/// pipe.
fn is_separated(fragment: &Fragment<'_>, syntax: &Syntax) -> bool {
    ends(fragment.path, SEPARATED)
        || syntax.bare == Language::Prose
            && !ends(fragment.path, PAGES)
            && separated::begins(fragment.head())
}

fn ends(path: &[u8], extensions: &[&[u8]]) -> bool {
    let end = |end: &&[u8]| &path[path.len().saturating_sub(end.len())..];
    extensions
        .iter()
        .any(|one| end(one).eq_ignore_ascii_case(one))
}

/// The columns of a table that hold secrets.
struct Columns {
    /// The number of each whose header names a secret, and where that stands, in order.
    named: Vec<(usize, Range<usize>)>,
    /// The numbers of the columns that hold names and their values, if the headers say so.
    pairs: Option<(usize, usize)>,
    /// The last cell of each column that was a word.
    words: BTreeMap<usize, Range<usize>>,
    /// Which cells count.
    counts: fn(&[u8]) -> bool,
}

impl Columns {
    /// Returns the columns by their headers; `None` if no header names a secret or says that a column holds names.
    fn of(text: &[u8], headers: impl Iterator<Item = Range<usize>>) -> Option<Self> {
        let headers: Vec<Range<usize>> = headers.collect();
        let short = |header: &Range<usize>| !header.is_empty() && header.len() <= NAME;
        let place = |is: fn(&[u8]) -> bool| {
            let is = |header: &Range<usize>| short(header) && is(&text[header.clone()]);
            headers.iter().position(is)
        };
        let pairs = place(|header| NAME_ATTRIBUTE.has(last_word(header)))
            .zip(place(|header| is_value_attribute(last_word(header))));
        let named: Vec<(usize, Range<usize>)> = headers
            .iter()
            .cloned()
            .enumerate()
            .filter(|(_, header)| {
                let name = &text[header.clone()];
                // A column `Key` names what stands beside it.
                short(header) && secret_name(name).is_some() && !NAME_ATTRIBUTE.has(name)
            })
            .collect();
        (!named.is_empty() || pairs.is_some()).then_some(Self {
            named,
            pairs,
            words: BTreeMap::new(),
            counts: |_| true,
        })
    }

    /// Says that people drew the table.
    fn drawn(self) -> Self {
        Self {
            counts: may_be_secret,
            ..self
        }
    }

    /// Appends the cells of one row.
    fn row(&mut self, text: &[u8], cells: impl Iterator<Item = Range<usize>>, view: &mut Writer) {
        let mut name = None;
        let mut value = None;
        for (number, cell) in cells.enumerate() {
            let counts = (self.counts)(&text[cell.clone()]);
            if let Some((names, values)) = self.pairs {
                name = name.or_else(|| (number == names).then(|| cell.clone()));
                value = value.or_else(|| (counts && number == values).then(|| cell.clone()));
            }
            let header = self
                .named
                .binary_search_by_key(&number, |(named, _)| *named);
            if let Some((_, header)) = header.ok().map(|at| &self.named[at]).filter(|_| counts) {
                let value = &text[cell.clone()];
                let word = is_word(value);
                // Of `null` over and over one tells as much as all.
                if word
                    && self
                        .words
                        .get(&number)
                        .is_some_and(|last| &text[last.clone()] == value)
                {
                    continue;
                }
                if word {
                    self.words.insert(number, cell.clone());
                }
                append(text, header, cell, view);
            }
        }
        if let Some((name, value)) = name.zip(value)
            && names_a_secret(text, &name)
        {
            append(text, &name, value, view);
        }
    }
}

/// Returns where the line behind the one that ends at an offset begins.
fn behind(text: &[u8], end: usize) -> usize {
    let both = text[end.min(text.len())..].starts_with(b"\r\n");
    (end + 1 + usize::from(both)).min(text.len())
}

/// Tells whether a cell names a secret.
fn names_a_secret(text: &[u8], cell: &Range<usize>) -> bool {
    cell.len() <= NAME && secret_name(&text[cell.clone()]).is_some()
}

/// Tells whether the cell of a table that people draw may be a secret: it is one word, and it is random or has a digit and a mark
/// as in passwords. Such tables compare things more often: `OAuth2.0`, `Yes (v1.2+)`.
fn may_be_secret(cell: &[u8]) -> bool {
    /// So many bits likelier by chance than as language.
    const BITS: i32 = 10;
    let mark = cell.iter().any(|b| b"!@#$%^&*".contains(b)) && cell.iter().any(u8::is_ascii_digit);
    !cell.contains(&b' ') && (mark || chance(cell) >= BITS)
}

/// Tells whether a cell is a short word: `null`, `unknown`.
fn is_word(cell: &[u8]) -> bool {
    cell.len() < 12 && cell.iter().all(u8::is_ascii_alphabetic)
}

/// Appends a name and its value, if there is one.
fn append(text: &[u8], name: &Range<usize>, value: Range<usize>, view: &mut Writer) {
    if value.len() < SHORTEST {
        return;
    }
    view.copy(text, name.clone());
    view.make(b": \"");
    view.move_here(text, value);
    // What stands in the next row is not beside it.
    view.make(b"\"");
    view.end_unit();
}

/// Returns the last word of a header.
fn last_word(header: &[u8]) -> &[u8] {
    let part = |b: &u8| b.is_ascii_alphanumeric();
    let length = header.iter().rev().take_while(|b| part(b)).count();
    &header[header.len() - length..]
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
