//! Tables of separated values: the cells under a header that names a secret, read as values of that key.

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
/// A header longer than this is no name.
const NAME: usize = 64;
/// A cell shorter than this is no secret.
const SHORTEST: usize = 4;

/// Appends `header: "cell"` for every cell that stands under a header that names a secret, row by row.
pub(super) fn cells(fragment: &Fragment<'_>, view: &mut View) {
    let name = fragment.path.to_ascii_lowercase();
    if ![&b".csv"[..], b".tsv", b".psv"]
        .iter()
        .any(|extension| name.ends_with(extension))
    {
        return;
    }
    let text = fragment.text;
    let end = line_end(&text[..text.len().min(HEADER)], 0);
    let Some(&separator) = b"\t;|,"
        .iter()
        .max_by_key(|&&separator| memchr::memchr_iter(separator, &text[..end]).count())
        .filter(|separator| text[..end].contains(separator))
    else {
        return;
    };
    let named: Vec<(usize, Range<usize>)> = fields(text, 0..end, separator)
        .enumerate()
        .filter(|(_, field)| field.len() <= NAME && secret_name(&text[field.clone()]).is_some())
        .take(COLUMNS)
        .collect();
    if named.is_empty() {
        return;
    }
    let (mut at, mut count) = (end + 1, 0);
    while at < text.len() && count < CELLS {
        let end = line_end(text, at);
        for (number, cell) in fields(text, at..end, separator).enumerate() {
            let header = named.iter().find(|(named, _)| *named == number);
            if let Some((_, header)) = header.filter(|_| cell.len() >= SHORTEST) {
                count += 1;
                view.copy(text, header.clone());
                view.make(b": \"");
                view.move_here(text, cell);
                view.make(b"\"\n\n\n\n\n");
            }
        }
        at = end + 1;
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
