//! Long texts are read in pieces: where one may be cut, and what a piece must know of the text above it.

use std::ops::Range;

use super::binary::{begins_binary, holds_binary};
use super::code::HEX_WORDS;
use super::lex::{self, Syntax};
use super::{assignment, decode, hex_export, notebook, sheet};
use crate::fragment::{Facts, Fragment, Piece, advanced, is_line_start, line_end, line_start_from};
use crate::suppress;

/// The beginning of a text is kept so far: more than the lines in which comments speak of a whole file.
const HEAD: usize = 32 << 10;
/// No more is kept of the text above a piece; of more, what is nearest.
const MOST: usize = 64 << 10;
/// A line that holds a mark is kept so far.
const LINE: usize = 400;

/// Returns the last offset up to `to` at which a text may be cut, reading from `from`, which is one itself.
pub(super) fn cut(fragment: &Fragment<'_>, from: usize, to: usize) -> usize {
    let text = fragment.text;
    if let Some(row) = decode::last_row(fragment, from, to) {
        return row;
    }
    let at = lex::cut(text, from, to, Syntax::of(fragment));
    if is_line_start(text, at) {
        at
    } else {
        decode::in_step(text, from, at)
    }
}

/// What a piece is told of the text before it.
#[derive(Default)]
pub(super) struct Carried {
    /// What has to stand before it.
    above: Vec<u8>,
    /// The line and the column at which its own part begins.
    at: (usize, usize),
    /// What holds for the whole text; nothing is known before the first piece.
    facts: Option<Facts>,
}

impl Carried {
    /// Returns what a piece of a fragment is told whose own part begins at `own` and which repeats the text from `from` on.
    pub(super) fn into(fragment: &Fragment<'_>, from: usize, own: usize) -> Self {
        let of_piece = fragment.piece.map(|piece| piece.facts.clone());
        Self {
            above: above(fragment, from),
            at: advanced((0, 0), &fragment.text[..own]),
            facts: Some(of_piece.unwrap_or_else(|| facts(fragment.text))),
        }
    }

    /// Calls `each` with a piece of a text: what is repeated before its own part, that part, and what is repeated behind it.
    /// The next one repeats these parts from `next` on, if there is one.
    pub(super) fn piece(
        &mut self,
        whole: &Fragment<'_>,
        [before, own, behind]: [&[u8]; 3],
        next: Option<usize>,
        each: &mut dyn FnMut(&Fragment<'_>),
    ) {
        let text = [&self.above, before, own, behind].concat();
        let piece = Piece {
            lead: self.above.len() + before.len(),
            trail: behind.len(),
            at: self.at,
            facts: self.facts.take().unwrap_or_else(|| facts(&text)),
        };
        let fragment = Fragment {
            text: &text,
            piece: Some(&piece),
            ..*whole
        };
        each(&fragment);
        let Some(next) = next else {
            return;
        };
        self.at = advanced(self.at, own);
        self.facts = Some(facts_behind(&fragment));
        self.above = above(&fragment, self.above.len() + next);
    }
}

/// Returns what has to stand before the text from `at` on, so that it is read as in the whole: how the literals, tables and
/// maps began that go on there.
fn above(fragment: &Fragment<'_>, at: usize) -> Vec<u8> {
    if notebook::is_named(fragment) {
        return notebook::above(fragment.text, at);
    }
    let mut kept = Vec::new();
    let mut keep = |range: Range<usize>| kept.push(range);
    let syntax = Syntax::of(fragment);
    lex::opened(fragment.text, at, syntax, &mut keep);
    decode::above(fragment, syntax, at, &mut keep);
    assignment::heading(fragment, at, &mut keep);
    join(fragment.text, at, kept)
}

/// Returns stretches of a text as one, in order, so that what stood at the start of a line stands there again.
fn join(text: &[u8], at: usize, mut kept: Vec<Range<usize>>) -> Vec<u8> {
    kept.retain(|range| range.start < range.end.min(at));
    kept.sort_unstable_by_key(|range| range.start);
    let mut size = 0;
    let near = kept.iter().rev().take_while(|range| {
        size += range.len();
        size <= MOST
    });
    let far = kept.len() - near.count();
    let mut out = Vec::new();
    let mut done = 0;
    let rest = at..at;
    for range in kept[far..].iter().chain([&rest]) {
        let range = range.start.max(done)..range.end.min(at).max(done);
        let goes_on = range.start == done && done > 0;
        if !goes_on && is_line_start(text, range.start) && !is_line_start(&out, out.len()) {
            out.push(b'\n');
        }
        done = range.end;
        out.extend_from_slice(&text[range]);
    }
    out
}

/// Returns what holds for a whole text and is known by its beginning.
fn facts(beginning: &[u8]) -> Facts {
    let begins_binary = begins_binary(beginning);
    Facts {
        head: beginning[..beginning.len().min(HEAD)].to_vec(),
        begins_binary,
        is_binary: begins_binary || holds_binary(beginning),
        ..Facts::default()
    }
}

/// Returns what holds for a whole text and is known behind one of its pieces.
fn facts_behind(piece: &Fragment<'_>) -> Facts {
    let mut facts = piece
        .piece
        .map_or_else(Facts::default, |piece| piece.facts.clone());
    let own = piece.own();
    let words = HEX_WORDS.iter().copied().chain([suppress::SWITCH]);
    for word in words {
        for at in memchr::memmem::find_iter(own, word) {
            let once = word != suppress::SWITCH;
            if once && memchr::memmem::find(&facts.marks, word).is_some() {
                break;
            }
            let start = line_start_from(own, at.saturating_sub(LINE), at);
            let end = line_end(&own[..own.len().min(at + LINE)], at);
            facts.marks.extend_from_slice(&own[start..end]);
            facts.marks.push(b'\n');
            // So many are no one's: without them nothing is allowed.
            if facts.marks.len() > MOST {
                facts.marks.clear();
                break;
            }
        }
    }
    facts.items += hex_export::items(piece) + sheet::items(piece);
    facts
}
