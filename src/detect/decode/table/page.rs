//! Tables as people and programs draw them in text: between bars, or in columns under lines of `=`.

use std::ops::Range;

use super::{Columns, LINE, Writer, behind, names};
use crate::fragment::{line_end, line_within};

/// What begins and ends a table of AsciiDoc.
const ASCIIDOC: &[u8] = b"|===";

/// Marks of which every rule between headers and rows holds one.
const MARKS: [&[u8]; 4] = [b"--", b"|-", b"|:", b"=="];

/// Appends the cells of Markdown, reStructuredText, AsciiDoc, Org and of what clients of databases print.
pub(super) fn cells(text: &[u8], view: &mut Writer) {
    each(text, text.len(), |header| {
        read(text, header.rows, &mut header.columns, &header.cut, view)
    });
}

/// Calls `keep` with the headers of the tables that go on at an offset.
pub(super) fn above(text: &[u8], at: usize, keep: &mut dyn FnMut(Range<usize>)) {
    // The rule below a header may stand on the next line.
    let to = text.len().min(at + LINE);
    each(text, to, |header| {
        let mut end = header.rows;
        while end < at
            && let Some(next) = row(text, end, &header.cut)
        {
            end = next;
        }
        if header.start < at && end >= at {
            keep(header.start..header.rows.min(at));
        }
        end
    });
}

/// Calls `read` with the headers whose rules stand before `to`; it returns where the rows end that it has read.
fn each(text: &[u8], to: usize, mut read: impl FnMut(&mut Header) -> usize) {
    for mark in MARKS {
        let mut done = 0;
        for at in memchr::memmem::find_iter(&text[..to], mark) {
            if at < done {
                continue;
            }
            let rule = line_within(text, at, LINE, LINE);
            done = rule.end;
            if is_rule(&text[rule.clone()])
                && let Some(mut header) = header(text, &rule)
            {
                done = read(&mut header);
            }
        }
    }
}

/// The headers of a table.
struct Header {
    columns: Columns,
    cut: Cut,
    /// Where the line begins that has to be read with the rows.
    start: usize,
    /// Where the rows begin.
    rows: usize,
}

/// How the lines of a table fall into cells.
enum Cut {
    Bars,
    /// Blank lines may stand between the rows.
    LooseBars,
    /// Each column begins at an offset of its line.
    At(Vec<usize>),
}

/// Returns the headers beside a line that is nothing but a rule.
fn header(text: &[u8], rule: &Range<usize>) -> Option<Header> {
    let drawn = &text[rule.clone()];
    let below = behind(text, rule.end);
    let (columns, cut, start, rows) = if drawn.starts_with(ASCIIDOC) {
        let line = below..line_end(&text[..text.len().min(below + LINE)], below);
        let rows = behind(text, line.end);
        let columns = Columns::of(text, names(text, line, b'|'))?;
        (columns, Cut::LooseBars, rule.start, rows)
    } else {
        let above = line_above(text, rule.start)?;
        if text[above.clone()].contains(&b'|') {
            let start = above.start;
            let columns = Columns::of(text, names(text, above, b'|'))?;
            (columns, Cut::Bars, start, below)
        } else {
            let first = line_above(text, above.start)?;
            let (starts, start) = (column_starts(drawn), first.start);
            (starts.len() > 1 && text[first] == *drawn).then_some(())?;
            let columns = Columns::of(text, cut_at(text, above, &starts))?;
            (columns, Cut::At(starts), start, below)
        }
    };
    Some(Header {
        columns: columns.drawn(),
        cut,
        start,
        rows,
    })
}

/// Appends the rows from an offset on, and returns where they end.
fn read(text: &[u8], from: usize, columns: &mut Columns, cut: &Cut, view: &mut Writer) -> usize {
    let mut at = from;
    while let Some(next) = row(text, at, cut) {
        let line = at..line_end(text, at);
        at = next;
        let drawn = &text[line.clone()];
        if drawn.trim_ascii().is_empty() || is_rule(drawn) {
            continue;
        }
        match cut {
            Cut::Bars | Cut::LooseBars => columns.row(text, names(text, line, b'|'), view),
            Cut::At(starts) => columns.row(text, cut_at(text, line, starts), view),
        }
    }
    at
}

/// Returns where the line behind the one at an offset begins, if that belongs to the table.
fn row(text: &[u8], at: usize, cut: &Cut) -> Option<usize> {
    if at >= text.len() {
        return None;
    }
    let end = line_end(text, at);
    let drawn = &text[at..end];
    let blank = drawn.trim_ascii().is_empty();
    let ends = match cut {
        Cut::Bars => !drawn.contains(&b'|') && !is_rule(drawn),
        Cut::LooseBars => drawn.starts_with(ASCIIDOC) || !blank && !drawn.contains(&b'|'),
        Cut::At(_) => blank || is_rule(drawn),
    };
    (!ends).then(|| behind(text, end))
}

/// Tells whether a line is drawn between headers and rows.
fn is_rule(line: &[u8]) -> bool {
    line.iter().all(|b| b"|-:+= \t".contains(b)) && line.iter().any(|b| b"-=".contains(b))
}

/// Returns the line above the one that begins at an offset.
fn line_above(text: &[u8], start: usize) -> Option<Range<usize>> {
    let end = start.checked_sub(1)?;
    let end = end - usize::from(text[..end].ends_with(b"\r") && text[end] == b'\n');
    Some(line_within(text, end, LINE, LINE))
}

/// Returns where the runs of a rule begin.
fn column_starts(rule: &[u8]) -> Vec<usize> {
    let begins = |&i: &usize| rule[i] == b'=' && (i == 0 || rule[i - 1] == b' ');
    (0..rule.len()).filter(begins).collect()
}

/// Returns the cells of a line that begin at some offsets of it.
fn cut_at(text: &[u8], line: Range<usize>, starts: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let first = line.start;
    let ends = starts.iter().skip(1).map(move |&start| first + start);
    let ends = ends.chain([line.end]);
    starts.iter().zip(ends).map(move |(&start, end)| {
        let end = end.min(line.end);
        let start = (line.start + start).min(end);
        let cell = &text[start..end];
        let front = cell.len() - cell.trim_ascii_start().len();
        start + front..start + front.max(cell.trim_ascii_end().len())
    })
}
