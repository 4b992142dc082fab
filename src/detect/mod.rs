//! A fragment in, findings out: keywords, patterns, filters, one finding for each secret.

mod above;
pub mod assignment;
mod binary;
pub mod check;
mod checksum;
mod code;
mod connection;
mod copies;
mod decode;
mod dense;
pub mod entropy;
mod extent;
mod field;
mod file;
pub mod find;
mod harmless;
mod hex;
mod hex_export;
mod inside;
mod json;
pub mod judge;
mod jwk;
mod jwt;
pub mod lex;
mod mask;
mod message;
mod notebook;
mod pass;
mod pem;
mod pieces;
pub mod placeholder;
mod service;
mod settle;
mod sheet;
mod trace;
mod unread;
mod unseen;

use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;

use crate::finding::Finding;
use crate::fragment::{Fragment, Part, line_end, line_start_from};
use crate::rule::{Kind, Rule, RuleSet, Tier};
use assignment::Reader;
use binary::Content;
use decode::{Derived, Left, View};
pub(crate) use field::{Field, FieldNames};
pub(crate) use message::secrets_in_name;
pub use message::{masked_name, without_secrets};
use notebook::Notebook;
use pass::Pass;
pub use pieces::Sizes;
pub(crate) use pieces::{UpToFault, fill, pieces};
pub use trace::Judged;
use trace::{Named, Trace};
use unread::Noted;
pub use unread::Unread;

/// How many lines above count as near.
const NEAR_LINES: usize = 3;
/// A line longer than this (minified code, a notebook) is not one statement.
const WIDE: usize = 400;
/// Below this a rule knows a value by where it stands, not by what it is.
const BY_PLACE: u16 = 400;

/// No word of a message is so long.
const LONG_WORD: usize = 20;

/// A secret found in a text, before it is settled which rule tells it best.
pub(crate) struct Candidate {
    pub(crate) rule: &'static Rule,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) tier: Tier,
    /// Whether nobody need look at it when committing, should it be a warning.
    pub(crate) minor: bool,
    pub(crate) reason: String,
    /// Which of two candidates wins on the same text: the higher.
    pub(crate) specificity: u16,
    /// The secret, when it does not stand in the text as it is.
    pub(crate) secret: Option<Vec<u8>>,
    /// Which stretch it is of the text that was decoded there.
    pub(crate) within: Option<Range<usize>>,
    /// Where it stands in people's terms, or how it was seen through.
    pub(crate) context: Option<String>,
}

impl Candidate {
    /// Returns the candidate that a rule sees at a place.
    fn of(rule: &'static Rule, start: usize, end: usize) -> Self {
        Self {
            rule,
            start,
            end,
            tier: rule.tier,
            minor: false,
            reason: String::new(),
            specificity: rule.specificity,
            secret: None,
            within: None,
            context: None,
        }
    }

    /// Tells whether the secret is known by where it stands, not by what it is.
    fn is_by_place(&self) -> bool {
        matches!(self.rule.kind, Kind::Value { .. }) || self.rule.specificity < BY_PLACE
    }
}

/// Returns the secrets in a fragment, in the order of the text, one finding for each.
pub fn detect(fragment: &Fragment<'_>, rules: &RuleSet) -> Vec<Finding> {
    let mut all = Vec::new();
    detect_each(fragment, rules, &mut |mut findings| {
        all.append(&mut findings)
    });
    all
}

/// Calls `each` with the secrets in a fragment, in the order of the text, one finding for each; with some after the other if
/// there are very many. Returns what stands encoded in it and could not be read.
pub fn detect_each(
    fragment: &Fragment<'_>,
    rules: &RuleSet,
    each: &mut dyn FnMut(Vec<Finding>),
) -> Vec<Unread> {
    let mut unread = Vec::new();
    Scan::new(rules, Trace::default()).settled(fragment, &mut |scan, part, findings| {
        each(findings);
        unread.append(&mut mem::take(&mut scan.noted).told(part));
    });
    unread
}

/// What must not be shown of a text.
pub(crate) struct Hidden {
    /// Where secrets stand, and values whose name is plainly that of one, whatever they are; not in order.
    pub(crate) secrets: Vec<Range<usize>>,
    /// Those of the secrets that stop a commit.
    pub(crate) stopping: Vec<Range<usize>>,
    /// The fields with a name that was asked for, not in order.
    pub(crate) fields: Vec<Field>,
}

/// Returns the secrets in a fragment, the values whose name is plainly that of a secret, and the fields with certain names.
/// The fragment is what a command prints: it is text, whatever bytes are in it.
pub(crate) fn hidden(fragment: &Fragment<'_>, rules: &RuleSet, names: &FieldNames) -> Hidden {
    let trace = Trace {
        named: Some(Named::of(names)),
        ..Trace::default()
    };
    let mut scan = Scan::new(rules, trace);
    let candidates = scan.whole(fragment);
    let secrets = settle::secrets(fragment.text, candidates);
    let stops = secrets.iter().filter(|secret| secret.1 == Tier::Block);
    let stopping: Vec<Range<usize>> = stops.map(|secret| secret.0.clone()).collect();
    let again: Vec<Range<usize>> = stopping
        .iter()
        .flat_map(|secret| copies::on_line(fragment.text, secret))
        .collect();
    let named = scan.trace.named.unwrap_or_else(|| Named::of(names));
    let secrets = secrets.into_iter().map(|secret| secret.0);
    Hidden {
        secrets: secrets.chain(named.values).chain(again).collect(),
        stopping,
        fields: named.fields,
    }
}

/// Returns where secrets stand in a message, and what looks like one, in order.
pub(crate) fn suspicious(message: &[u8], rules: &RuleSet) -> Vec<Range<usize>> {
    let trace = Trace::default();
    let candidates = Scan::new(rules, trace).whole(&Fragment::content(b"message.txt", message));
    let secrets = settle::secrets(message, candidates).into_iter();
    let mut all: Vec<Range<usize>> = secrets.map(|secret| secret.0).collect();
    all.extend(mask::random_in_message(message));
    all.sort_unstable_by_key(|range| range.start);
    all
}

/// Returns what the judge says of every candidate in a fragment while it is scanned, findings and others.
pub fn judged(fragment: &Fragment<'_>, rules: &RuleSet) -> Vec<Judged> {
    let trace = Trace {
        judged: Some(Vec::new()),
        ..Trace::default()
    };
    let mut scan = Scan::new(rules, trace);
    scan.whole(fragment);
    let mut judged = scan.trace.judged.unwrap_or_default();
    judged.sort_by_key(|one| one.range.start);
    judged
}

/// What is done with findings, and with the part of a text that they stand in.
type Each<'e, 'a> = &'e mut dyn FnMut(&mut Scan<'a>, &Fragment<'_>, Vec<Finding>);

/// One scan of a fragment.
struct Scan<'a> {
    rules: &'a RuleSet,
    trace: Trace<'a>,
    /// With more candidates than this it ends early,
    most: usize,
    /// which this tells.
    is_dense: bool,
    /// What stands encoded in it and could not be read.
    noted: Noted,
    /// How much of what stands encoded in it may still be unpacked.
    left: Left,
    /// How many secrets were found in that.
    within: usize,
}

impl<'a> Scan<'a> {
    fn new(rules: &'a RuleSet, trace: Trace<'a>) -> Self {
        Self {
            rules,
            trace,
            most: usize::MAX,
            is_dense: false,
            noted: Noted::default(),
            left: Left::default(),
            within: 0,
        }
    }

    /// Returns what every rule says of a fragment, unsettled; not all of it where that is more than is wanted.
    fn whole(&mut self, fragment: &Fragment<'_>) -> Vec<Candidate> {
        let mut out = Vec::new();
        let named = notebook::is_named(fragment);
        if let Some(book) = named.then(|| Notebook::of(fragment)).flatten() {
            self.notebook(fragment, &book, &mut out);
        } else {
            // What a command prints is text, whatever bytes are in it: nothing of it may be taken for a picture.
            let is_printed = self.trace.named.is_some() && !self.left.is_below();
            let content = if is_printed {
                Content::text(fragment.text)
            } else {
                Content::of(fragment)
            };
            self.text(fragment, &content, self.rules.decode_depth(), &mut out);
        }
        if fragment.part == Part::Header {
            out.retain(|candidate| candidate.rule.by_format);
        }
        out
    }

    /// Appends what every rule says of a text, and of the texts that are decoded from it.
    fn text(
        &mut self,
        fragment: &Fragment<'_>,
        content: &Content<'_>,
        depth: u8,
        out: &mut Vec<Candidate>,
    ) {
        let from = out.len();
        self.candidates(fragment, content, out);
        self.is_dense |= out.len() > self.most;
        if depth == 0 || self.is_dense {
            return;
        }
        let mut own = out.split_off(from);
        // Where the text itself shows something already; looked for when it is asked for.
        let mut shown: Option<Vec<Range<usize>>> = None;
        let (mut found, mut within) = (Vec::new(), Vec::new());
        let left = self.left.clone();
        let unread = decode::derive(fragment, &left, &mut |derived| {
            self.is_dense |= own.len() + found.len() > self.most;
            if self.is_dense {
                return;
            }
            let view = match derived {
                Derived::Text(view) => view,
                Derived::Member(name, data, place) => {
                    self.member(fragment, name, data, &place, &mut within);
                    return;
                }
            };
            let count = own.len();
            own.retain(|candidate| {
                !candidate.is_by_place() || !view.veils(&(candidate.start..candidate.end))
            });
            if own.len() < count {
                shown = None;
            }
            let derived = Fragment {
                text: &view.text,
                piece: None,
                ..*fragment
            };
            let mut below = Vec::new();
            let (mark, noted) = (self.trace.len(), self.noted.len());
            let binary = Content::binary(&view.text);
            let content = if view.is_binary { &binary } else { content };
            self.text(&derived, content, depth - 1, &mut below);
            let origin = |range: &Range<usize>| view.origin(range).map(|(origin, _)| origin);
            self.trace.bring_back(mark, &view.text, &origin);
            self.noted.bring_back(noted, &origin);
            for candidate in below {
                let range = candidate.start..candidate.end;
                if !is_meant(&candidate, view, fragment.text) {
                    continue;
                }
                let Some(back) = brought_back(candidate, view) else {
                    continue;
                };
                let is_shown = view.is_copy(&range) && {
                    let shown = shown.get_or_insert_with(|| places(&own));
                    overlaps(shown, &(back.start..back.end))
                };
                if !is_shown {
                    found.push(back);
                }
            }
        });
        self.noted.append(unread);
        out.append(&mut own);
        out.append(&mut found);
        out.append(&mut within);
    }

    /// Appends what every rule says of the text itself, unsettled.
    fn candidates(
        &mut self,
        fragment: &Fragment<'_>,
        content: &Content<'_>,
        out: &mut Vec<Candidate>,
    ) {
        let mut reader = Reader::default();
        for group in self.rules.groups() {
            Pass {
                fragment,
                content,
                rules: self.rules,
                trace: &mut self.trace,
                most: self.most,
                group,
                windows: BTreeMap::new(),
                reader: &mut reader,
                paths: Vec::new(),
                named: Vec::new(),
                out,
            }
            .run();
        }
        if let Some(named) = &mut self.trace.named {
            named.find(fragment, &mut reader);
        }
        for engine in self.rules.engines() {
            engine.find(fragment, &mut |rule, found| {
                if self.rules.enabled(rule) && (rule.by_format || !content.is_binary()) {
                    out.push(Candidate::of(rule, found.start, found.end));
                }
            });
        }
    }
}

/// Tells whether what was found in a derived text may be a secret: a coloured literal is a message to be shown, unless it can be
/// nothing but a secret or is one long word.
fn is_meant(candidate: &Candidate, view: &View, text: &[u8]) -> bool {
    let value = &view.text[candidate.start..candidate.end];
    candidate.tier == Tier::Block
        || value.len() >= LONG_WORD && !value.contains(&b' ')
        || !view.begins_coloured(text, candidate.start)
}

/// Returns where candidates stand, in the order of their starts.
fn places(candidates: &[Candidate]) -> Vec<Range<usize>> {
    let places = candidates.iter().map(|one| one.start..one.end);
    let mut places: Vec<Range<usize>> = places.collect();
    places.sort_unstable_by_key(|range| range.start);
    places
}

/// Tells whether a range shares a byte with one of several, which are in order of their starts.
fn overlaps(ranges: &[Range<usize>], range: &Range<usize>) -> bool {
    /// No more than these begin on the same bytes.
    const SAME: usize = 16;
    let until = ranges.partition_point(|one| one.start < range.end);
    let last = ranges[..until].iter().rev().take(SAME);
    last.into_iter().any(|one| one.end > range.start)
}

/// Returns a candidate of a derived text as one of the text itself; `None` if it is to be seen there as well.
fn brought_back(candidate: Candidate, view: &View) -> Option<Candidate> {
    let (origin, how) = view.origin(&(candidate.start..candidate.end))?;
    let secret = candidate
        .secret
        .unwrap_or_else(|| view.text[candidate.start..candidate.end].to_vec());
    let context = candidate
        .context
        .or_else(|| (!how.is_empty()).then(|| format!("decoded from {how}")));
    let within = candidate.within.clone();
    Some(Candidate {
        within: within.or(Some(candidate.start..candidate.end)),
        start: origin.start,
        end: origin.end,
        secret: Some(secret),
        context,
        ..candidate
    })
}

/// Tells whether one of `words`, on the lines around a key, says that it is public by design.
fn is_public(text: &[u8], key: Range<usize>, words: &[&str]) -> bool {
    !words.is_empty() && {
        let around = around(text, key);
        words
            .iter()
            .any(|word| contains_word(around, word.as_bytes()))
    }
}

/// Returns the lines around a stretch of a text, three above and three below, no more than 400 bytes on either side.
pub(crate) fn around(text: &[u8], range: Range<usize>) -> &[u8] {
    const LINES: usize = NEAR_LINES + 1;
    let before = &text[range.start.saturating_sub(WIDE)..range.start];
    let after = &text[range.end..text.len().min(range.end + WIDE)];
    let above = memchr::memrchr_iter(b'\n', before).nth(LINES - 1);
    let below = memchr::memchr_iter(b'\n', after).nth(LINES - 1);
    let from = range.start - before.len() + above.map_or(0, |i| i + 1);
    &text[from..range.end + below.unwrap_or(after.len())]
}

/// Tells whether one of `words` stands on the line of the secret or on the three lines above, in any case.
fn near(text: &[u8], start: usize, end: usize, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    // Never farther than so wide, however long the line: it is walked for each candidate.
    let floor = start.saturating_sub(WIDE);
    let line = |at: usize| line_start_from(text, floor, at);
    let mut from = line(start);
    for _ in 0..NEAR_LINES {
        if from <= floor {
            break;
        }
        from = line(from - 1);
    }
    let to = line_end(&text[..text.len().min(end + WIDE)], end);
    let (before, after) = (&text[from..start], &text[end..to]);
    words
        .iter()
        .any(|word| contains_word(before, word.as_bytes()) || contains_word(after, word.as_bytes()))
}

/// Tells whether a word stands in a text, in any case, and not inside another word ("zoom" is not in "bazooms").
pub(crate) fn contains_word(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).enumerate().any(|(i, found)| {
        found.eq_ignore_ascii_case(word)
            && (i == 0
                || !text[i - 1].is_ascii_alphanumeric()
                // camelCase: `myZoomToken`
                || text[i - 1].is_ascii_lowercase() && text[i].is_ascii_uppercase())
            // Behind it another word may begin (`zoomToken`), but the word itself may not go on.
            && (text.get(i + word.len()).is_none_or(|&next| {
                !next.is_ascii_lowercase() || found.iter().all(|b| !b.is_ascii_lowercase())
            }))
    })
}
