//! A text with very many secrets, scanned stretch by stretch, so that the memory does not grow with their number.

use super::{Carried, cut};
use crate::fragment::Fragment;

/// With more candidates than this a text is dense.
const MOST: usize = 16 << 10;
/// The own part of a stretch.
const OWN: usize = 512 << 10;
/// How much is repeated before and behind it: longer than any secret and what decides about it.
const AROUND: usize = 128 << 10;

/// Returns how many candidates a text may have and still be scanned at once; a short one has as many as it has.
pub(super) fn most(text: &[u8]) -> usize {
    if text.len() > 2 * OWN {
        MOST
    } else {
        usize::MAX
    }
}

/// Calls `each` with a fragment in stretches that overlap; they are pieces of it as if it were a whole text.
pub(super) fn stretches(fragment: &Fragment<'_>, each: &mut dyn FnMut(&Fragment<'_>)) {
    let text = fragment.text;
    let (lead, trail) = fragment
        .piece
        .map_or((0, 0), |piece| (piece.lead, piece.trail));
    let (mut own, last) = (lead, text.len() - trail);
    let mut from = cut(fragment, 0, own.saturating_sub(AROUND));
    let mut carried = Carried::into(fragment, from, own);
    while own < last {
        let end = match last - own {
            0..=OWN => last,
            _ => cut(fragment, own, own + OWN),
        };
        let next = cut(fragment, from, end.saturating_sub(AROUND).max(from));
        let behind = text.len().min(end + AROUND);
        let parts = [&text[from..own], &text[own..end], &text[end..behind]];
        carried.piece(fragment, parts, Some(next - from), each);
        (own, from) = (end, next);
    }
}
