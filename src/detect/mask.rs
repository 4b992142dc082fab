//! Shows the line of a secret: every secret on it masked, and so is whatever else on it may be one.

use std::ops::Range;

use super::assignment::{self, Quote, Reader};
use super::copies::copies;
use super::extent::{begin_of_token, rest_of_token};
use super::judge::{self, Evidence};
use super::trace::is_plainly_named;
use crate::fragment::{Fragment, line_end, line_start_from};
use crate::language::chance;

/// How much of a line is shown on either side of a secret, at most.
const SHOWN: usize = 120;
/// What stands for something that is no finding of its own.
const MASK: &str = "****";

/// A secret's place in a text, and how it is shown.
pub(super) struct Masked {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands for it.
    pub(super) mask: String,
    /// How many of its bytes are the public mark of its format.
    pub(super) prefix: usize,
    /// What it is once decoded; empty if it stands in the text as it is.
    pub(super) decoded: Vec<Vec<u8>>,
}

/// Masks the lines of one text.
pub(super) struct MaskedLines<'a> {
    fragment: &'a Fragment<'a>,
    secrets: &'a [Masked],
    reader: Reader,
}

impl<'a> MaskedLines<'a> {
    pub(super) fn new(fragment: &'a Fragment<'a>, secrets: &'a [Masked]) -> Self {
        Self {
            fragment,
            secrets,
            reader: Reader::default(),
        }
    }

    /// Returns the line of a secret, shortened around it, without anything that may be secret, and where its mask stands.
    pub(super) fn line(&mut self, number: usize) -> (Vec<u8>, (usize, usize)) {
        let text = self.fragment.text;
        let Masked { start, end, .. } = self.secrets[number];
        // A line of many megabytes is walked no further than it can be shown.
        let first = line_start_from(text, start.saturating_sub(SHOWN), start);
        let last = line_end(&text[..text.len().min(end + SHOWN)], end);
        let before = self.secrets[..number].iter().rev();
        let before = before.take_while(|secret| secret.end > first).count();
        let shown = self.secrets[number - before..].iter();
        let shown: Vec<&Masked> = shown.take_while(|secret| secret.start < last).collect();
        let mut stretches = Vec::new();
        let mut gaps = Vec::new();
        let mut at = first;
        for secret in &shown {
            let from = begin_of_token(text, at.min(secret.start), secret.start);
            gaps.push(at.min(from)..from.max(first));
            at = rest_of_token(&text[..last.max(secret.end)], secret.end);
            stretches.push((from.max(first)..at, secret.mask.as_str()));
        }
        gaps.push(at.min(last)..last);
        stretches.extend(self.doubtful(&gaps, &shown).map(|range| (range, MASK)));
        written(text, first..last, stretches, start)
    }

    /// Returns what stands beside the secrets and may be secret itself.
    fn doubtful(
        &mut self,
        gaps: &[Range<usize>],
        shown: &[&Masked],
    ) -> impl Iterator<Item = Range<usize>> + use<> {
        let text = self.fragment.text;
        let mut out = Vec::new();
        for gap in gaps.iter().filter(|gap| !gap.is_empty()) {
            super::harmless::doubtful(text, gap.clone(), &mut out);
            out.extend(random_words(text, gap.clone()));
            let values = named_values(self.fragment, &mut self.reader, gap.clone());
            out.extend(values.into_iter().filter_map(|value| {
                let inside = value.start.max(gap.start)..value.end.min(gap.end);
                (!inside.is_empty()).then_some(inside)
            }));
        }
        let forms = shown.iter().flat_map(|secret| {
            let written =
                &text[secret.start + secret.prefix.min(secret.end - secret.start)..secret.end];
            secret.decoded.iter().map(Vec::as_slice).chain([written])
        });
        copies(text, gaps, forms, &mut out);
        out.into_iter()
    }
}

/// Writes a stretch of a text with a mask in place of other stretches, without its indent; returns the line and where the
/// mask stands of the secret that begins at `start`.
fn written(
    text: &[u8],
    line: Range<usize>,
    mut stretches: Vec<(Range<usize>, &str)>,
    start: usize,
) -> (Vec<u8>, (usize, usize)) {
    // Of two that begin at once the secret itself, which is named, comes first.
    stretches.sort_by_key(|(range, _)| range.start);
    let mut out = Vec::new();
    let mut mark = (0, 0);
    let (mut at, mut joins) = (line.start, false);
    for (range, mask) in stretches {
        let is_secret = range.contains(&start) && mark.1 == 0;
        if range.start > at {
            out.extend_from_slice(&text[at..range.start]);
            joins = false;
        }
        // Two masks side by side would tell where one ends.
        if joins && mask == MASK {
            at = at.max(range.end);
            continue;
        }
        if joins && out.ends_with(MASK.as_bytes()) {
            out.truncate(out.len() - MASK.len());
        }
        if is_secret {
            mark = (out.len(), out.len() + mask.len());
        }
        out.extend_from_slice(mask.as_bytes());
        (at, joins) = (at.max(range.end), true);
    }
    out.extend_from_slice(&text[at.min(line.end)..line.end]);
    let indent = out.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let indent = indent.min(mark.0);
    out.drain(..indent);
    (out, (mark.0 - indent, mark.1 - indent))
}

/// Returns the words of a message that look random, or like a password. Ids of commits, folders for a while and the like are
/// left.
pub(super) fn random_in_message(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    /// A shorter word may be the name of a folder that was made for a while.
    const LEAST: usize = 12;
    /// What stands before an id.
    const IDS: [&str; 7] = ["hg1:", "commit", "object", "id", "tree", "blob", "damaged"];
    let parts = text.split(|b| b"/\\".contains(b));
    let parts = parts.scan(0, |at, part| {
        let start = *at;
        *at += part.len() + 1;
        Some(start..start + part.len())
    });
    let words = parts.flat_map(|part| random_words(text, part));
    words.filter(|range| {
        let word = &text[range.clone()];
        let before = text[..range.start].trim_ascii_end();
        let before = before.strip_suffix(b"(").unwrap_or(before).trim_ascii_end();
        let is_id = IDS.iter().any(|id| before.ends_with(id.as_bytes()))
            && word.iter().all(u8::is_ascii_hexdigit);
        !is_id && !judge::is_uuid(word) && (word.len() >= LEAST || is_password(word))
    })
}

/// Returns the words of a stretch that look random, or like a password that follows the usual policy.
pub(super) fn random_words(
    text: &[u8],
    stretch: Range<usize>,
) -> impl Iterator<Item = Range<usize>> {
    let in_word = |b: &u8| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'/' | b'_' | b'~' | b'!' | b'@' | b'#'..=b'%' | b'^' | b'*' | b'-');
    let mut at = stretch.start;
    std::iter::from_fn(move || {
        while at < stretch.end {
            let rest = text[at..stretch.end].iter();
            let word = at..at + rest.take_while(|b| in_word(b)).count();
            at = word.end + 1;
            if is_random(&text[word.clone()]) {
                return Some(word);
            }
        }
        None
    })
}

/// Tells whether a word has all four kinds of characters that policies ask for.
fn is_password(word: &[u8]) -> bool {
    /// Passwords have so many characters at least.
    const PASSWORD: usize = 8;
    let has = |test: fn(&u8) -> bool| word.iter().any(test);
    word.len() >= PASSWORD
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(|b| b"!@#$%^*~".contains(b))
}

/// Tells whether a word looks random, or like a password.
fn is_random(word: &[u8]) -> bool {
    /// A shorter word is no random one, and it has to be so many bits likelier by chance than as language.
    const SHORTEST: usize = 10;
    const BITS: i32 = 14;
    /// A word without digits may be a name in code; it must be longer and more random.
    const LETTERS: usize = 16;
    const BITS_OF_LETTERS: i32 = 24;
    let digits = word.iter().any(u8::is_ascii_digit);
    let (least, bits) = if digits {
        (SHORTEST, BITS)
    } else {
        (LETTERS, BITS_OF_LETTERS)
    };
    is_password(word) || word.len() >= least && chance(word) >= bits
}

/// Returns the values in a stretch whose name is plainly that of a secret.
fn named_values(
    fragment: &Fragment<'_>,
    reader: &mut Reader,
    stretch: Range<usize>,
) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    assignment::name_places(fragment.text, stretch, |at| places.push(at));
    let mut values = Vec::new();
    for at in places {
        reader.keyed(fragment, at, &mut |found| {
            let evidence = Evidence::assigned(fragment, &found);
            // What is not quoted may be code.
            if is_plainly_named(&evidence)
                && (found.quote != Quote::Bare || judge::judge(&evidence).veto.is_none())
            {
                values.push(found.value);
            }
        });
    }
    values
}
