//! What the judge was asked and said while a text was scanned, for `explain` and `redact`.

use std::ops::Range;

use super::assignment::Form;
use super::decode::View;
use super::judge::{Evidence, Explanation, Verdict};
use super::placeholder::is_reference;
use crate::lexicon::{NO_VALUE, Name, Strength};
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

/// Collects what the judge is asked and says; scanning goes without.
#[derive(Default)]
pub(super) struct Trace {
    /// What it said, for `explain`.
    pub(super) judged: Option<Vec<Judged>>,
    /// Where the values stand whose name is plainly that of a secret, for `redact`.
    pub(super) named: Option<Vec<Range<usize>>>,
}

impl Trace {
    /// Returns how much is noted.
    pub(super) fn len(&self) -> (usize, usize) {
        let named = self.named.as_ref().map_or(0, Vec::len);
        (self.judged.as_ref().map_or(0, Vec::len), named)
    }

    /// Moves what was noted from `mark` on from a decoded text to where it stands in the text itself.
    pub(super) fn bring_back(&mut self, mark: (usize, usize), view: &View) {
        for judged in self.judged.iter_mut().flatten().skip(mark.0) {
            if let Some((origin, _)) = view.origin(&judged.range) {
                judged.range = origin;
            }
        }
        if let Some(named) = &mut self.named {
            // What has no origin stands in the text itself, where it was noted before.
            let decoded = named.split_off(mark.1);
            let origins = decoded.iter().filter_map(|range| view.origin(range));
            named.extend(origins.map(|(origin, _)| origin));
        }
    }

    /// Notes a question to the judge and its verdict if anybody wants to know.
    pub(super) fn note(
        &mut self,
        rule: &'static Rule,
        evidence: &Evidence<'_>,
        verdict: &Verdict,
        name: impl FnOnce() -> String,
    ) {
        if let Some(named) = &mut self.named
            && is_plainly_named(evidence)
        {
            named.push(evidence.range.clone());
        }
        let Some(all) = &mut self.judged else { return };
        let known = |other: &Judged| other.rule.id == rule.id && other.range == evidence.range;
        if !all.iter().any(known) {
            all.push(Judged {
                rule,
                range: evidence.range.clone(),
                explanation: verdict.explained(name(), &evidence.value),
            });
        }
    }
}

/// Tells whether the name of a value is plainly that of a secret, and the value is written out.
fn is_plainly_named(evidence: &Evidence<'_>) -> bool {
    let plain = |name: Name| name.strength == Strength::Strong && !name.buried;
    evidence.name.is_some_and(plain)
        && !matches!(evidence.form, Form::Prose | Form::Compare | Form::Entry)
        && !NO_VALUE.has(&evidence.value)
        && !is_reference(&evidence.value)
}
