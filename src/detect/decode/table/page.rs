//! Tables as people and programs draw them in text: between bars, or in columns under lines of `=`.

use std::ops::Range;

use super::{Columns, LINE, View, behind, names};
use crate::fragment::{line_end, line_within};

/// What begins and ends a table of AsciiDoc.
const ASCIIDOC: &[u8] = b"|===";

/// Appends the cells of Markdown, reStructuredText, AsciiDoc, Org and of what clients of databases print.
pub(super) fn cells(text: &[u8], view: &mut View) {
    for mark in [b"--", b"|-", b"|:", b"=="] {
        let mut done = 0;
        for at in memchr::memmem::find_iter(text, mark) {
            if at < done {
                continue;
            }
            let rule = line_within(text, at, LINE, LINE);
            done = rule.end;
            if is_rule(&text[rule.clone()])
                && let Some((mut columns, cut, rows)) = header(text, &rule)
            {
                done = read(text, rows, &mut columns, &cut, view);
            }
        }
    }
}

/// How the lines of a table fall into cells.
enum Cut {
    Bars,
    /// Blank lines may stand between the rows.
    LooseBars,
    /// Each column begins at an offset of its line.
    At(Vec<usize>),
}

/// Returns the columns by the headers beside a line that is nothing but a rule, and where the rows begin.
fn header(text: &[u8], rule: &Range<usize>) -> Option<(Columns, Cut, usize)> {
    let drawn = &text[rule.clone()];
    let below = behind(text, rule.end);
    if drawn.starts_with(ASCIIDOC) {
        let line = below..line_end(&text[..text.len().min(below + LINE)], below);
        let rows = behind(text, line.end);
        return Some((
            Columns::of(text, names(text, line, b'|'))?.drawn(),
            Cut::LooseBars,
            rows,
        ));
    }
    let above = line_above(text, rule.start)?;
    if text[above.clone()].contains(&b'|') {
        let columns = Columns::of(text, names(text, above, b'|'))?.drawn();
        return Some((columns, Cut::Bars, below));
    }
    let first = line_above(text, above.start)?;
    let starts = column_starts(drawn);
    (starts.len() > 1 && text[first] == *drawn).then_some(())?;
    let columns = Columns::of(text, cut_at(text, above, &starts))?.drawn();
    Some((columns, Cut::At(starts), below))
}

/// Appends the rows from an offset on, and returns where they end.
fn read(text: &[u8], from: usize, columns: &mut Columns, cut: &Cut, view: &mut View) -> usize {
    let mut at = from;
    while at < text.len() && !columns.is_full() {
        let line = at..line_end(text, at);
        let drawn = &text[line.clone()];
        let blank = drawn.trim_ascii().is_empty();
        let ends = match cut {
            Cut::Bars => !drawn.contains(&b'|') && !is_rule(drawn),
            Cut::LooseBars => drawn.starts_with(ASCIIDOC) || !blank && !drawn.contains(&b'|'),
            Cut::At(_) => blank || is_rule(drawn),
        };
        if ends {
            break;
        }
        at = behind(text, line.end);
        if blank || is_rule(drawn) {
            continue;
        }
        match cut {
            Cut::Bars | Cut::LooseBars => columns.row(text, names(text, line, b'|'), view),
            Cut::At(starts) => columns.row(text, cut_at(text, line, starts), view),
        }
    }
    at
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
