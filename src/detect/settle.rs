//! From candidates to findings: one for each secret, by the rule that knows it best, with its place and its masked line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use memchr::memmem;

use super::Candidate;
use super::judge::chance;
use crate::finding::{Finding, Secret};
use crate::fingerprint::Fingerprint;
use crate::fragment::{Fragment, Place, line_end, line_start_from};
use crate::rule::Tier;

/// How much of a line is kept for showing, at most.
const SHOWN: usize = 120;

/// A secret's place in the text, and how much of its beginning may be shown.
struct Masked {
    start: usize,
    end: usize,
    prefix: usize,
}

/// Returns one finding for each secret, in the order of the text.
pub(super) fn findings(fragment: &Fragment<'_>, candidates: Vec<Candidate>) -> Vec<Finding> {
    let settled = settle(candidates);
    let next = settled.iter().skip(1).map(|one| one.best.start);
    let next = next.chain([fragment.text.len()]);
    let secrets: Vec<Masked> = settled
        .iter()
        .zip(next)
        .map(|(Settled { best, end, .. }, next)| Masked {
            start: best.start,
            end: next.min(*end).max(best.end),
            // The public mark of a format is not to be seen in an encoded secret.
            prefix: if best.secret.is_none() {
                best.rule.prefix
            } else {
                0
            },
        })
        .collect();
    let mut lines = Lines::default();
    let mut out = Vec::new();
    for (number, one) in settled.into_iter().enumerate() {
        let shown = masked_line(fragment.text, &secrets, number);
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
    /// The secrets in that text, and which stretches of what it says they are.
    secrets: BTreeSet<Vec<u8>>,
    taken: BTreeMap<usize, usize>,
}

impl Settled {
    fn of(best: Candidate) -> Self {
        let mut settled = Self {
            end: best.end,
            beside: Vec::new(),
            secrets: BTreeSet::new(),
            taken: BTreeMap::new(),
            best,
        };
        let (secret, within) = (settled.best.secret.clone(), settled.best.within.clone());
        settled.secrets.extend(secret);
        settled
            .taken
            .extend(within.map(|within| (within.start, within.end)));
        settled
    }

    /// Tells whether a candidate is another secret in the encoded text that is the place of these, and notes it.
    fn adds(&mut self, candidate: &Candidate) -> bool {
        let same_place = (candidate.start, candidate.end) == (self.best.start, self.best.end);
        let (Some(secret), Some(within)) = (&candidate.secret, &candidate.within) else {
            return false;
        };
        let before = self.taken.range(..within.end).next_back();
        let is_other = same_place
            && self.best.secret.is_some()
            && before.is_none_or(|(_, end)| *end <= within.start)
            && self.secrets.insert(secret.clone());
        if is_other {
            self.taken.insert(within.start, within.end);
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

/// Returns the line of a secret, shortened around it, with every secret in it masked, and where its mask stands.
fn masked_line(text: &[u8], secrets: &[Masked], number: usize) -> (Vec<u8>, (usize, usize)) {
    let Masked { start, end, .. } = secrets[number];
    // A line of many megabytes is walked no further than it can be shown.
    let first = line_start_from(text, start.saturating_sub(SHOWN), start);
    let visible = &text[..text.len().min(end + SHOWN)];
    let last = line_end(visible, end);
    let before = secrets[..number]
        .iter()
        .rev()
        .take_while(|secret| secret.end > first)
        .count();
    let mut line = Vec::new();
    let mut mark = (0, 0);
    let mut at = first;
    let shown = secrets[number - before..].iter();
    let shown: Vec<&Masked> = shown.take_while(|secret| secret.start < last).collect();
    let hidden = |piece| without_random(&without(piece, text, &shown));
    for secret in &shown {
        line.extend_from_slice(&hidden(
            &text[at.min(secret.start)..secret.start.max(first)],
        ));
        let masked = Secret::new(&text[secret.start..secret.end]).masked(secret.prefix);
        if secret.start == start {
            mark = (line.len(), line.len() + masked.len());
        }
        line.extend_from_slice(masked.as_bytes());
        at = rest_of_token(&text[..last.max(secret.end)], secret.end);
    }
    line.extend_from_slice(&hidden(&text[at.min(last)..last]));
    let indent = line
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count()
        .min(mark.0);
    line.drain(..indent);
    (line, (mark.0 - indent, mark.1 - indent))
}

/// Returns a piece of a line with every word masked that is random: what stands beside a secret may be one that nothing tells.
fn without_random(piece: &[u8]) -> Vec<u8> {
    /// No shorter word is masked, and none that is not so many bits likelier by chance than as language.
    const SHORTEST: usize = 10;
    const BITS: i32 = 14;
    let in_word = |b: &u8| b.is_ascii_alphanumeric() || b"+/_~!@#$%^*-".contains(b);
    let mut out = Vec::with_capacity(piece.len());
    let mut at = 0;
    while at < piece.len() {
        let length = piece[at..].iter().take_while(|b| in_word(b)).count();
        let word = &piece[at..at + length];
        let random =
            length >= SHORTEST && word.iter().any(u8::is_ascii_digit) && chance(word) >= BITS;
        out.extend_from_slice(if random { b"****" } else { word });
        at += length;
        out.extend(piece.get(at));
        at += 1;
    }
    out
}

/// Returns where the token ends in which a secret stands: a shell ends a value at `&`, other files do not, and what is behind
/// it may be the other half of a password. `&user=…` is a pair of its own. Literals that code joins to it belong to it.
fn rest_of_token(text: &[u8], end: usize) -> usize {
    /// So much is looked at: more than a password has.
    const REST: usize = 512;
    let stop = text.len().min(end + REST);
    let ends = |b: u8| b.is_ascii_whitespace() || b"&|;,<>)`\\\"'@".contains(&b);
    let run = |from: usize| text[from..stop].iter().take_while(|b| !ends(**b)).count();
    let mut at = end;
    loop {
        let rest = &text[at..stop];
        if let Some(joined) = joined_literal(rest) {
            at += joined;
            continue;
        }
        // A quote that is doubled or escaped stands in the value: `'it''s'`, `'it'\\''s'`.
        let joint = [&b"''"[..], b"\"\"", b"'\\''"];
        let joint = joint.iter().find(|joint| rest.starts_with(joint));
        let len = match (joint, rest) {
            (Some(joint), _) => joint.len(),
            (None, [b'&' | b'|' | b';' | b',' | b'<' | b'>' | b')' | b'`', ..]) => 1,
            _ => return at,
        };
        let from = at + len;
        let word = run(from);
        let piece = &text[from..from + word];
        if !piece.first().is_some_and(u8::is_ascii_alphanumeric)
            || piece.iter().any(|b| matches!(b, b'=' | b':' | b'('))
        {
            return at;
        }
        at = from + word;
    }
}

/// Returns where the literal ends that code joins to the one which ends at the start of a text: `" + "…`.
fn joined_literal(text: &[u8]) -> Option<usize> {
    let quote = *text.first().filter(|b| matches!(b, b'"' | b'\''))?;
    let blanks = |from: usize| {
        text[from..]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    };
    let glue = 1 + blanks(1);
    let len = [&b"+"[..], b"..", b".", b"&", b"||", b"~"]
        .iter()
        .find_map(|sign| text[glue..].starts_with(sign).then_some(sign.len()))?;
    let open = glue + len;
    let open = open + blanks(open);
    (text.get(open) == Some(&quote)).then_some(())?;
    let end = text[open + 1..]
        .iter()
        .position(|b| *b == quote || *b == b'\n');
    Some(open + 1 + end.unwrap_or(text.len() - open - 1))
}

/// Returns a piece of a line without what is secret elsewhere on the line: a comment may repeat the value, where no rule
/// finds it.
fn without<'t>(piece: &'t [u8], text: &[u8], secrets: &[&Masked]) -> Cow<'t, [u8]> {
    /// Shorter ones are parts of words, and of no use to anybody without their place.
    const LEAST: usize = 6;
    let mut piece = Cow::Borrowed(piece);
    for secret in secrets {
        let whole = &text[secret.start..secret.end];
        let body = whole.get(secret.prefix..).unwrap_or_default();
        for form in [whole, body] {
            if form.len() < LEAST || memmem::find(&piece, form).is_none() {
                continue;
            }
            let (mut out, mut from) = (Vec::new(), 0);
            for at in memmem::find_iter(&piece, form) {
                out.extend_from_slice(&piece[from..at]);
                out.extend_from_slice(b"****");
                from = at + form.len();
            }
            out.extend_from_slice(&piece[from..]);
            piece = Cow::Owned(out);
        }
    }
    piece
}
