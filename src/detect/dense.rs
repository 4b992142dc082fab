//! A text with very many secrets, scanned stretch by stretch, so that the memory does not grow with their number.

use super::above::{Carried, cut};
use super::decode::Left;
use super::unread::Noted;
use super::{Each, Scan, hex_export, settle, sheet};
use crate::finding::Finding;
use crate::fragment::Fragment;

/// With more candidates than this a text is dense.
pub(super) const MOST: usize = 16 << 10;
/// The own part of a stretch.
const OWN: usize = 512 << 10;
/// How much is repeated before and behind it: longer than any secret and what decides about it.
const AROUND: usize = 128 << 10;

impl<'a> Scan<'a> {
    /// Calls `each` with the secrets in a fragment, one finding for each, and with the part of it that they stand in: all of it,
    /// or one stretch after the other if there are very many.
    pub(super) fn settled(&mut self, fragment: &Fragment<'_>, each: Each<'_, 'a>) {
        let place = |findings: &mut Vec<Finding>| {
            hex_export::place(fragment, findings);
            sheet::place(fragment, findings);
        };
        self.most = most(fragment.text);
        let candidates = self.whole(fragment);
        if !self.is_dense {
            let mut findings = settle::findings(fragment, candidates);
            if fragment.piece.is_some() {
                let window = fragment.window();
                findings.retain(|finding| window.owns(finding.place));
            }
            place(&mut findings);
            return each(self, fragment, findings);
        }
        drop(candidates);
        // What was unpacked for the whole is unpacked again; all stretches share the bound.
        if !self.left.is_below() {
            self.left = Left::default();
        }
        stretches(fragment, &mut |stretch| {
            self.begin_stretch();
            let candidates = self.whole(stretch);
            let mut findings = settle::findings(stretch, candidates);
            let window = stretch.window();
            findings.retain_mut(|finding| {
                let owned = window.owns(finding.place);
                if owned {
                    finding.place = window.in_whole(finding.place);
                }
                owned
            });
            place(&mut findings);
            each(self, stretch, findings);
        });
    }

    /// Forgets what was seen of the whole, of which a stretch is scanned now.
    fn begin_stretch(&mut self) {
        (self.most, self.is_dense, self.within) = (usize::MAX, false, 0);
        self.noted = Noted::default();
    }
}

/// Returns how many candidates a text may have and still be scanned at once; a short one has as many as it has.
fn most(text: &[u8]) -> usize {
    if text.len() > 2 * OWN {
        MOST
    } else {
        usize::MAX
    }
}

/// Calls `each` with a fragment in stretches that overlap; they are pieces of it as if it were a whole text.
fn stretches(fragment: &Fragment<'_>, each: &mut dyn FnMut(&Fragment<'_>)) {
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
