//! Where a long text may be cut: at the start of a line, between its literals and comments.

use super::Syntax;
use super::regions::regions;

/// Regions are read for so many bytes at once.
const STEP: usize = 1 << 20;
/// A literal or comment that begins in a step is followed so far.
const FAR: usize = 64 << 10;
/// A line longer than this is cut.
const LONG: usize = 4 << 20;
/// Without a line start, a mark between values is looked for in so many bytes.
const NEAR: usize = 64 << 10;

/// Returns the last offset up to `to` at which a text may be cut, reading from `from`, which is one itself: the start of a
/// line outside all literals and comments; on an endless line behind a mark between two values; at worst `to`.
pub(crate) fn cut(text: &[u8], from: usize, to: usize, syntax: &'static Syntax) -> usize {
    let (mut at, mut start) = (from, None);
    while at < to {
        let end = to.min(at + STEP);
        let next = last_start(text, at, end, syntax);
        start = next.or(start);
        at = match next {
            Some(next) if end < to => next,
            _ => end,
        };
    }
    start
        .filter(|start| to - start <= LONG)
        .unwrap_or_else(|| between_values(text, from, to))
}

/// Returns the last start of a line in `from..=to`, behind `from`, that is in no literal and no comment.
fn last_start(text: &[u8], from: usize, to: usize, syntax: &'static Syntax) -> Option<usize> {
    let window = &text[from..text.len().min(to + FAR)];
    let regions = regions(window, syntax);
    let is_outside = |at: usize| {
        let number = regions.partition_point(|one| one.range.end <= at);
        regions.get(number).is_none_or(|one| one.range.start >= at)
    };
    let mut ends = memchr::memrchr_iter(b'\n', &window[..to - from]);
    let start = ends.find(|end| is_outside(end + 1))?;
    Some(from + start + 1)
}

/// Returns the last offset behind a mark between two values: between the rows of a list, else between words.
fn between_values(text: &[u8], from: usize, to: usize) -> usize {
    let near = &text[from.max(to.saturating_sub(NEAR))..to];
    let start = to - near.len();
    let row = memchr::memmem::rfind(near, b"),(").map(|at| start + at + 2);
    let mark = |b: &u8| matches!(b, b' ' | b'\t' | b',' | b';');
    let value = || near.iter().rposition(mark).map(|at| start + at + 1);
    row.or_else(value).filter(|at| *at > from).unwrap_or(to)
}
