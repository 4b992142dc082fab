//! What the judge said while a text was scanned, for `explain`.

use std::ops::Range;

use super::decode::View;
use super::judge::{Explanation, Verdict};
use crate::rule::Rule;

/// What the judge said of a candidate.
pub struct Judged {
    /// The candidate's rule.
    pub rule: &'static Rule,
    /// Where the value stands in the text that was scanned.
    pub range: Range<usize>,
    /// What the judge said of it.
    pub explanation: Explanation,
}

/// Collects what the judge says; scanning goes without.
#[derive(Default)]
pub(super) struct Trace(pub(super) Option<Vec<Judged>>);

impl Trace {
    /// Returns how many verdicts are noted.
    pub(super) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, Vec::len)
    }

    /// Moves the verdicts noted from `mark` on from a decoded text to where they stand in the text itself.
    pub(super) fn bring_back(&mut self, mark: usize, view: &View) {
        for judged in self.0.iter_mut().flatten().skip(mark) {
            if let Some((origin, _)) = view.origin(&judged.range) {
                judged.range = origin;
            }
        }
    }

    /// Notes a verdict if anybody wants to know.
    pub(super) fn note(
        &mut self,
        rule: &'static Rule,
        range: &Range<usize>,
        verdict: &Verdict,
        explained: impl FnOnce() -> (String, Vec<u8>),
    ) {
        let Some(all) = &mut self.0 else { return };
        let (name, value) = explained();
        let known = |other: &Judged| other.rule.id == rule.id && other.range == *range;
        if !all.iter().any(known) {
            all.push(Judged {
                rule,
                range: range.clone(),
                explanation: verdict.explained(name, &value),
            });
        }
    }
}
