//! The literals and comments that a place stands in, and how they began.

use std::ops::Range;

use super::Syntax;
use super::embed::{self, INTRO, LOOK};
use super::outline::DEPTH;
use super::regions::{Kind, Lexer};
use crate::fragment::{line_end, line_start};

/// The beginning of a literal is no longer than this: what tells its language, and the rest of that line.
const BEGINNING: usize = LOOK + (4 << 10);

/// Calls `keep` with the stretches above an offset that tell which literals, comments and texts inside them it stands in, in
/// order; with none if it stands in code.
pub(crate) fn opened(
    text: &[u8],
    at: usize,
    syntax: &'static Syntax,
    keep: &mut dyn FnMut(Range<usize>),
) {
    inside(text, 0..text.len(), at, syntax, 1, keep);
}

/// Does so for a text inside a text.
fn inside(
    text: &[u8],
    range: Range<usize>,
    at: usize,
    syntax: &'static Syntax,
    depth: usize,
    keep: &mut dyn FnMut(Range<usize>),
) {
    if !syntax.spans_lines() || at <= range.start {
        return;
    }
    let (own, base) = (&text[range.clone()], range.start);
    let mut lexer = Lexer::of_piece(syntax, true);
    let Some(number) = lexer.last_before(own, at - base) else {
        return;
    };
    let regions = lexer.regions();
    let region = &regions[number];
    if region.range.end <= at - base {
        return;
    }
    // What closes the literal before must not open one here.
    let floor = number
        .checked_sub(1)
        .map_or(0, |last| regions[last].range.end);
    let mark = match region.kind {
        // Its mark stands on the line above.
        Kind::Heredoc => region.range.start.saturating_sub(1),
        _ => region.range.start,
    };
    let start = line_start(own, mark.saturating_sub(INTRO)).max(mark.saturating_sub(2 * INTRO));
    let begun = region.inside.start;
    let end = line_end(own, begun + LOOK).min(begun + BEGINNING) + 1;
    let end = end.min(own.len()).min(at - base);
    keep(base + start.max(floor).min(end)..base + end);
    if depth <= DEPTH
        && let Some(inner) = embed::embedded(own, syntax, regions, number)
    {
        let range = base + inner.range.start..base + inner.range.end;
        if range.contains(&at) {
            inside(text, range, at, inner.syntax, depth + 1, keep);
        }
    }
}
