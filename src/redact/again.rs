//! What was written is read again: where a mark stands for one secret, what stands beside it may look like another.

use memchr::memmem;

use super::{Filter, MARK, State, Work, joined, lines_above};
use crate::detect::hidden;
use crate::fragment::Fragment;

/// So often is a text read again, at most.
const ROUNDS: usize = 4;

impl Filter<'_> {
    /// Reads again what was written from `from` on, and hides what would stop a commit there, as long as there is any.
    pub(super) fn read_again(&mut self, out: &mut Vec<u8>, from: usize, whole: bool) {
        let mut text = std::mem::take(&mut self.written);
        let done = text.len();
        text.extend_from_slice(&out[from..]);
        for _ in 0..ROUNDS {
            // Without a mark it was read as it is.
            if text.len() == done || memmem::find(&text, MARK).is_none() {
                break;
            }
            let fragment = Fragment::content(b"stdin", &text);
            let mut left = hidden(&fragment, self.rules, &self.names).stopping;
            left.retain(|range| text[range.clone()] != *MARK);
            let left = joined(left.into_iter(), done);
            if left.is_empty() {
                break;
            }
            let mut next = text[..done].to_vec();
            let mut work = Work {
                text: &text,
                done,
                whole,
                keep_tail: self.keep_tail,
                state: State::Text,
                out: &mut next,
                count: &mut self.count,
            };
            work.run(text.len(), &left, Vec::new());
            if self.state == State::Text {
                self.state = work.state;
            }
            text = next;
        }
        out.truncate(from);
        out.extend_from_slice(&text[done..]);
        text.drain(..lines_above(&text));
        self.written = text;
    }
}
