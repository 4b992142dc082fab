//! From candidates to findings: one for each secret, by the rule that knows it best, with its place and its masked line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Candidate;
use super::extent::rest_of_token;
use super::mask::{Masked, MaskedLines};
use crate::finding::{Finding, Secret};
use crate::fingerprint::Fingerprint;
use crate::fragment::{Fragment, Place};
use crate::rule::Tier;

/// Returns one finding for each secret, in the order of the text.
pub(super) fn findings(fragment: &Fragment<'_>, candidates: Vec<Candidate>) -> Vec<Finding> {
    let settled = settle(candidates);
    let next = settled.iter().skip(1).map(|one| one.best.start);
    let next = next.chain([fragment.text.len()]);
    let secrets: Vec<Masked> = settled
        .iter()
        .zip(next)
        .map(|(settled, next)| settled.masked(fragment.text, next))
        .collect();
    let mut lines = Lines::default();
    let mut masked = MaskedLines::new(fragment, &secrets);
    let mut out = Vec::new();
    for (number, one) in settled.into_iter().enumerate() {
        let shown = masked.line(number);
        let place = lines.place(fragment.text, one.best.start, one.best.end);
        for candidate in one.beside.into_iter().chain([one.best]).rev() {
            out.push(finding(fragment, candidate, place, shown.clone()));
        }
    }
    out
}

/// Returns where the secrets of a text stand, each to the end of its token, and how sure each is. What only speaks of code is
/// none.
pub(super) fn secrets(text: &[u8], candidates: Vec<Candidate>) -> Vec<(Range<usize>, Tier)> {
    const CODE_RULES: &str = "hex-code-";
    let best = settle(candidates).into_iter().map(|one| one.best);
    best.filter(|one| !one.rule.id.starts_with(CODE_RULES))
        .map(|one| (one.start..rest_of_token(text, one.end), one.tier))
        .collect()
}

/// The candidate that knows a secret best, with what others say of the same place.
struct Settled {
    best: Candidate,
    /// Where the longest ends that begins there: another rule may read more of the same secret, which is not to be shown.
    end: usize,
    /// Other secrets in the same encoded text.
    beside: Vec<Candidate>,
    /// What is known of that text, if it was asked for: few places hold several secrets, and a text may have very many places.
    encoded: Option<Box<Encoded>>,
}

/// What an encoded text holds.
struct Encoded {
    /// The secrets in it, and which stretches of what it says they are.
    secrets: BTreeSet<Vec<u8>>,
    taken: BTreeMap<usize, usize>,
}

impl Encoded {
    /// Returns what is known by the first candidate in it.
    fn of(first: &Candidate) -> Self {
        let within = first.within.iter();
        Self {
            secrets: first.secret.iter().cloned().collect(),
            taken: within.map(|within| (within.start, within.end)).collect(),
        }
    }
}

impl Settled {
    fn of(best: Candidate) -> Self {
        Self {
            end: best.end,
            beside: Vec::new(),
            encoded: None,
            best,
        }
    }

    /// Returns how the secret is shown; the next one begins at `next`.
    fn masked(&self, text: &[u8], next: usize) -> Masked {
        let Candidate {
            rule, start, end, ..
        } = self.best;
        let written = Secret::new(&text[start..end]);
        // Of a notebook's cell most of what is read stands in the file as it is.
        let as_written = |secret: &Vec<u8>| **secret == text[start..end];
        let is_encoded = self
            .best
            .secret
            .as_ref()
            .is_some_and(|one| !as_written(one));
        let all = [&self.best].into_iter().chain(&self.beside);
        Masked {
            start,
            end: next.min(self.end).max(end),
            // Neither the public mark of a format nor its last characters are to be seen in an encoded secret.
            mask: if is_encoded {
                Secret::masked(&written, 0, false)
            } else {
                rule.masked(&written)
            },
            prefix: if is_encoded { 0 } else { rule.prefix },
            decoded: all.filter_map(|one| one.secret.clone()).collect(),
        }
    }

    /// Tells whether a candidate is another secret in the encoded text that is the place of these, and notes it.
    fn adds(&mut self, candidate: &Candidate) -> bool {
        let same_place = (candidate.start, candidate.end) == (self.best.start, self.best.end);
        let (Some(secret), Some(within)) = (&candidate.secret, &candidate.within) else {
            return false;
        };
        if !same_place || self.best.secret.is_none() {
            return false;
        }
        let best = &self.best;
        let encoded = self
            .encoded
            .get_or_insert_with(|| Box::new(Encoded::of(best)));
        let before = encoded.taken.range(..within.end).next_back();
        let is_other = before.is_none_or(|(_, end)| *end <= within.start)
            && encoded.secrets.insert(secret.clone());
        if is_other {
            encoded.taken.insert(within.start, within.end);
        }
        is_other
    }
}

/// Settles overlaps to the most specific rule, and sorts by place.
fn settle(mut candidates: Vec<Candidate>) -> Vec<Settled> {
    let rank = |c: &Candidate| {
        let seen_as_it_is = c.secret.is_none();
        // Of a secret and a part of it the whole: what is joined is longer than its first literal.
        (c.specificity, c.tier, c.end - c.start, seen_as_it_is)
    };
    candidates.sort_by(|a, b| {
        rank(b)
            .cmp(&rank(a))
            .then((a.start, a.rule.id).cmp(&(b.start, b.rule.id)))
    });
    // Kept ones do not overlap: the one before and the one behind decide.
    let mut kept: BTreeMap<usize, Settled> = BTreeMap::new();
    for candidate in candidates {
        if let Some(same) = kept.get_mut(&candidate.start) {
            same.end = candidate.end.max(same.end);
            if same.adds(&candidate) {
                same.beside.push(candidate);
                continue;
            }
        }
        let before = kept.range(..candidate.end).next_back();
        if before.is_none_or(|(_, other)| other.best.end <= candidate.start) {
            kept.insert(candidate.start, Settled::of(candidate));
        }
    }
    kept.into_values().collect()
}

fn finding(
    fragment: &Fragment<'_>,
    candidate: Candidate,
    place: Place,
    (line, mark): (Vec<u8>, (usize, usize)),
) -> Finding {
    let (start, end) = (candidate.start, candidate.end);
    Finding {
        rule: candidate.rule,
        tier: candidate.tier,
        minor: candidate.minor,
        path: fragment.name().to_vec(),
        file: fragment.file().len(),
        part: fragment.part,
        commit: fragment.commit.map(str::to_owned),
        place,
        secret: Secret::new(
            candidate
                .secret
                .as_deref()
                .unwrap_or(&fragment.text[start..end]),
        ),
        line,
        mark,
        reason: if candidate.reason.is_empty() {
            candidate.rule.title.to_owned()
        } else {
            candidate.reason
        },
        context: candidate.context,
        fingerprint: Fingerprint::None,
        known: false,
    }
}

/// Counts lines from one finding to the next, so that a text is walked once and not once for each.
#[derive(Clone, Copy, Default)]
struct Lines {
    offset: usize,
    /// How many lines end before `offset`.
    ended: usize,
    /// Where the line that holds `offset` starts.
    start: usize,
}

impl Lines {
    /// Returns where a stretch of the text lies; it must not start before the one asked for last.
    fn place(&mut self, text: &[u8], start: usize, end: usize) -> Place {
        self.advance(text, start);
        let (line, column) = (self.ended + 1, start - self.start + 1);
        let mut behind = *self;
        let last = end.saturating_sub(1).max(start);
        behind.advance(text, last);
        Place {
            line,
            column,
            end_line: behind.ended + 1,
            end_column: last - behind.start + 1 + usize::from(end > start),
        }
    }

    fn advance(&mut self, text: &[u8], to: usize) {
        let from = self.offset;
        for at in memchr::memchr2_iter(b'\n', b'\r', &text[from..to]).map(|i| from + i) {
            // The CR of a CRLF ends nothing: its LF does.
            if text[at] == b'\n' || text.get(at + 1) != Some(&b'\n') {
                self.ended += 1;
                self.start = at + 1;
            }
        }
        self.offset = to;
    }
}
