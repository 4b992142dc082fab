//! What stands encoded in a text and could not be read to its end.

use super::trace::Origin;
use crate::container::{self, Why};
use crate::fragment::{Fragment, Place};

/// Of more texts that could not be read nothing is kept: each says the same of its file.
const MOST: usize = 10_000;
/// So many reasons are told of one text.
const REASONS: usize = 16;

/// Something that stands encoded in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The line on which it begins.
    pub line: usize,
    /// What of it could not be read, and why.
    pub part: container::Unread,
    /// How many others in the text could not be read for that reason.
    pub more: usize,
}

/// What is noted while a text is scanned, with the offsets at which it begins.
#[derive(Default)]
pub(super) struct Noted(Vec<(usize, container::Unread)>);

impl Noted {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn append(&mut self, more: Vec<(usize, container::Unread)>) {
        let room = MOST.saturating_sub(self.0.len());
        self.0.extend(more.into_iter().take(room));
    }

    /// Moves what was noted from `mark` on from a derived text to where it stands in the text itself. What is a mere copy was
    /// noted there.
    pub(super) fn bring_back(&mut self, mark: usize, origin: Origin<'_>) {
        let noted = self.0.split_off(mark.min(self.0.len()));
        let back = noted
            .into_iter()
            .filter_map(|(at, part)| Some((origin(&(at..at + 1))?.start, part)));
        self.0.extend(back);
    }

    /// Returns what begins in a fragment's own part, once for each reason.
    pub(super) fn told(self, fragment: &Fragment<'_>) -> Vec<Unread> {
        let trail = fragment.piece.map_or(0, |piece| piece.trail);
        let lead = fragment.piece.map_or(0, |piece| piece.lead);
        let own = lead..fragment.text.len() - trail;
        let mut told: Vec<(usize, Unread)> = Vec::new();
        // What must not be missed comes first.
        let mut noted = self.0;
        noted.sort_by_key(|(at, part)| (part.why != Why::Bound, *at));
        for (at, part) in noted.into_iter().filter(|(at, _)| own.contains(at)) {
            let same = told
                .iter_mut()
                .find(|(_, one)| one.part.reason == part.reason);
            if let Some((_, one)) = same {
                one.more += 1;
            } else if told.len() < REASONS {
                let (line, more) = (0, 0);
                told.push((at, Unread { line, part, more }));
            }
        }
        let window = fragment.window();
        let placed = told.into_iter().map(|(at, one)| {
            let place = Place::of(fragment.text, at, at);
            let line = window.in_whole(place).line;
            Unread { line, ..one }
        });
        placed.collect()
    }
}
