//! Credentials of hex.tech that no pattern tells alone: older and changed tokens, and values named `hex…token`.

use std::ops::Range;

use super::placeholder::{is_placeholder, repeats_block};
use super::{assignment, entropy};
use crate::fragment::{Fragment, line_end, line_start_from, line_within};
use crate::lexicon::{
    HEX_DIGEST, HEX_TOKEN_LITERAL, HEX_TOKEN_NAME, HEX_TOKEN_PLACE, HEX_TOKEN_WORD, HEX_VENDOR_KEY,
    SPEAKS, Words,
};
use crate::rule::edge::ends_escape;
use crate::rule::{Basis, Found};

/// Digits behind the prefix of a token, and in one of the kind before prefixes.
const DIGITS: usize = 96;
/// How many lines around a mention of Hex belong to it.
const NEAR: usize = 3;
/// A line longer than this is not one statement: only so much of it counts as near.
const WIDE: usize = 600;

/// Accepts the body of a token unless it repeats a block, as the zeros and `deadbeef`s of documents do.
pub fn check(secret: &[u8]) -> bool {
    let body = secret.get(5..).unwrap_or_default();
    !repeats_block(&body.to_ascii_lowercase())
}

/// Finds a prefixed token of another length or alphabet than today's: cut short, or of tomorrow's format.
pub fn drifted(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    const LEAST: usize = 32;
    let text = fragment.text;
    let mark = text.get(at..at + 5)?;
    if mark != b"hxtp_" && mark != b"hxtw_" {
        return None;
    }
    let body = run(text, at + 5, |b| {
        b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
    });
    let bytes = &text[body.clone()];
    // Today's have rules of their own.
    let is_of_today = bytes.len() == DIGITS && bytes.iter().all(u8::is_ascii_hexdigit);
    let cut = text[body.end..].starts_with(b"...") || text[body.end..].starts_with("…".as_bytes());
    if bytes.len() < LEAST || is_of_today || cut || !opaque(bytes) {
        return None;
    }
    let found = Found::new(at..body.end, Basis::Format);
    Some(found.because("a Hex token's prefix and an opaque body"))
}

/// Finds a token of the kind before prefixes, 96 bare hex digits, near a mention of Hex.
pub fn legacy(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let mentioned = mentions(text, at);
    if !mentioned && !names_vendor(text, at) {
        return None;
    }
    let (from, to) = around(text, at);
    let isolated = |range: &Range<usize>| {
        range.len() == DIGITS
            && (mentioned || is_named(text, range.start))
            && !repeats_block(&text[range.clone()])
            && !is_digest(text, range.start)
            && text
                .get(range.end)
                .is_none_or(|b| !b.is_ascii_alphanumeric())
            && begins_word(text, range.start)
    };
    // What follows the mention is rather meant by it than what precedes it.
    let range = hex_runs(text, at, to)
        .find(isolated)
        .or_else(|| hex_runs(text, from, at).filter(isolated).last())?;
    let found = Found::new(range, Basis::Place);
    Some(found.because("96 hex digits beside a mention of Hex"))
}

/// Finds an opaque value assigned to a name such as `HEX_API_TOKEN`, in any spelling.
pub fn assigned(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    // Most mentions are no such name: that is seen here, before the line is taken apart.
    let name = run(text, at, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
    });
    if !begins_name(text, at) || !is_token_name(&text[name.clone()]) {
        return None;
    }
    let value = exported(text, name.end)
        .or_else(|| directive(text, &name))
        .or_else(|| {
            let mut first = None;
            assignment::keyed(fragment, at, &mut |found| {
                first.get_or_insert(found.value);
            });
            first
        })?;
    if !is_secret_value(&text[value.clone()]) {
        return None;
    }
    let reason = format!("assigned to `{}`", String::from_utf8_lossy(&text[name]));
    Some(Found::new(value, Basis::Place).because(reason))
}

/// Finds a literal that says itself that it is a token: `hextoken_` and an opaque body.
pub fn literal_token(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    const LEAST: usize = 20;
    let text = fragment.text;
    if !begins_word(text, at) {
        return None;
    }
    let mut end = at + 3;
    let skip = |end: &mut usize, word: &[u8]| {
        let there = text
            .get(*end..*end + word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word));
        if there {
            *end += word.len();
        }
        there
    };
    let separator = |end: &mut usize| skip(end, b"_") || skip(end, b"-");
    separator(&mut end);
    if !skip(&mut end, b"token") {
        return None;
    }
    separator(&mut end);
    if let Some(word) = HEX_TOKEN_LITERAL.longest_at(&text[end..]) {
        let mut behind = end + word;
        if separator(&mut behind) {
            end = behind;
        }
    }
    let body = run(text, end, |b| b.is_ascii_alphanumeric());
    let digits = text[body.clone()]
        .iter()
        .filter(|b| b.is_ascii_digit())
        .count();
    let goes_on = matches!(text.get(body.end), Some(b'_' | b'('));
    if body.len() < LEAST || digits < 4 || goes_on || !opaque(&text[body.clone()]) {
        return None;
    }
    let found = Found::new(at..body.end, Basis::Format);
    Some(found.because("a literal that begins with `hextoken`"))
}

/// Tells whether the `hex` at `at` speaks of hex.tech or names one of its tokens.
fn mentions(text: &[u8], at: usize) -> bool {
    let rest = &text[at + 3..text.len().min(at + 60)];
    let starts = |word: &[u8]| {
        rest.get(..word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    if starts(b".tech") || starts(b"toolkit") && begins_word(text, at) {
        return true;
    }
    if !begins_name(text, at) {
        return false;
    }
    if starts(b"://") {
        return true;
    }
    let before = &text[at.saturating_sub(5)..at];
    if before.eq_ignore_ascii_case(b"conn_") {
        return true;
    }
    let name = rest
        .iter()
        .take_while(|&&b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '))
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase);
    let name: Vec<u8> = name.collect();
    let name = past_words(&name);
    HEX_TOKEN_NAME.begins(name) || name.starts_with(b"default")
}

/// Tells whether the word `hex` at `at` names the vendor in a configuration, where it may as well be an encoding: it
/// opens a block (`hex: {`, `[hex]`), or is the value of `type`, `name` and the like.
fn names_vendor(text: &[u8], at: usize) -> bool {
    let end = at + 3;
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !begins_word(text, at) || text.get(end).is_some_and(|&b| is_part(b)) {
        return false;
    }
    let quote = |b: u8| matches!(b, b'"' | b'\'');
    let blank = |b: u8| matches!(b, b' ' | b'\t');
    let before = before_on_line(text, at, 40);
    if before.trim_ascii() == b"[" && text.get(end) == Some(&b']') {
        return true;
    }
    let after = run(text, end, quote).end;
    let after = run(text, after, blank).end;
    if let Some(b':' | b'=') = text.get(after) {
        let value = run(text, after + 1, |b| blank(b) || b == b'>').end;
        return text.get(value).is_none_or(|b| b"\r\n{(".contains(b));
    }
    let unquoted = |text: &'_ [u8]| match text {
        [rest @ .., b'"' | b'\''] => rest.len(),
        _ => text.len(),
    };
    let before = before[..unquoted(before)].trim_ascii_end();
    let Some(key) = before
        .strip_suffix(b":")
        .or_else(|| before.strip_suffix(b"="))
        .map(<[u8]>::trim_ascii_end)
    else {
        return false;
    };
    HEX_VENDOR_KEY.ends(&key[..unquoted(key)])
}

/// Tells whether a name for a token stands before a value on its line.
fn is_named(text: &[u8], at: usize) -> bool {
    let before = before_on_line(text, at, 60);
    SPEAKS.stands_in(before) || Words::of(before).name_a_secret()
}

/// Returns what stands before a place on its line, so many bytes at most.
fn before_on_line(text: &[u8], at: usize, most: usize) -> &[u8] {
    &text[line_start_from(text, at.saturating_sub(most), at)..at]
}

/// Tells whether a name that begins with `hex` is the one of a Hex token.
fn is_token_name(name: &[u8]) -> bool {
    let folded: Vec<u8> = name[3..]
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    let rest = past_words(&folded);
    let Some(mut rest) = HEX_TOKEN_NAME.strip_prefix(rest) else {
        return false;
    };
    while let Some(&first) = rest.first() {
        let shorter = if first.is_ascii_digit() {
            Some(&rest[1..])
        } else {
            HEX_TOKEN_PLACE.strip_prefix(rest)
        };
        match shorter {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
    true
}

/// Strips the words that may stand between `hex` and `token`.
pub(super) fn past_words(mut name: &[u8]) -> &[u8] {
    name = name.strip_prefix(b"tech").unwrap_or(name);
    for _ in 0..3 {
        match HEX_TOKEN_WORD.strip_prefix(name) {
            Some(rest) => name = rest,
            None => break,
        }
    }
    name
}

/// Returns the value behind a name in Hex's notebook export, `= _hex_json.loads("\"value\"")` however it is escaped.
fn exported(text: &[u8], at: usize) -> Option<Range<usize>> {
    const CALL: &[u8] = b"= _hex_json.loads(";
    let rest = text[at..].strip_prefix(b" ")?.strip_prefix(CALL)?;
    let quote = |b: u8| matches!(b, b'"' | b'\'' | b'\\');
    let from = text.len() - rest.len();
    let from = run(text, from, quote).end;
    Some(run(text, from, |b| !quote(b)))
}

/// Returns the value of `ENV NAME value` and what other programs say for it, which is copied into texts of every kind,
/// where it is no assignment: a notebook's `%env NAME=value`, a makefile's `NAME ?= value`.
fn directive(text: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let before = before_on_line(text, name.start, 40);
    let word = |at: usize| {
        let at = run(text, at, |b| b == b' ').end;
        run(text, at, |b| !b.is_ascii_whitespace())
    };
    if before.is_empty() && text[name.end..].trim_ascii_start().starts_with(b"?=") {
        return Some(word(run(text, name.end, |b| b != b'=').end + 1));
    }
    let before = before.trim_ascii();
    let before = before.strip_prefix(b"!").unwrap_or(before);
    let options = |command: &[u8]| {
        let rest = before.strip_prefix(command)?.strip_prefix(b" -")?;
        Some(rest.iter().all(u8::is_ascii_alphabetic))
    };
    let sets = [&b"ENV"[..], b"ARG", b"setenv", b"setx", b"%env", b"%set_env"].contains(&before)
        // fish
        || options(b"set").unwrap_or_default();
    let assigns = [&b"%env"[..], b"%set_env", b"export"].contains(&before);
    match text.get(name.end) {
        Some(b' ') if sets => Some(word(name.end)),
        Some(b'=') if assigns => Some(word(name.end + 1)),
        _ => None,
    }
}

/// Tells whether a value may be a token: literal, opaque, and nothing that `hex` means elsewhere.
fn is_secret_value(value: &[u8]) -> bool {
    const LEAST: usize = 16;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-.+/=~".contains(b);
    value.len() >= LEAST
        && value.iter().all(plain)
        // An address or a number, not a token.
        && !value.starts_with(b"0x")
        && !value.starts_with(b"/")
        && !value.starts_with(b"./")
        && !value.starts_with(b"~")
        && opaque(value)
        && longest_word(value) >= 12
}

fn longest_word(value: &[u8]) -> usize {
    value
        .split(|b| !b.is_ascii_alphanumeric())
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0)
}

/// Tells whether bytes look like made by a machine: digits and letters mixed, without order, and no placeholder.
fn opaque(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    // Of random letters and digits one text in twenty-five has fewer than three digits; it shows by its mixed cases.
    (digits >= 3 || digits >= 1 && mixed(bytes))
        && letters >= 3
        && entropy::bits_per_byte(bytes) >= 2.8
        && !is_placeholder(bytes, 0)
        && !repeats_block(&bytes.to_ascii_lowercase())
}

/// Tells whether capitals, small letters and digits take turns more often than in any name of words.
fn mixed(bytes: &[u8]) -> bool {
    let class = |b: &u8| {
        (
            b.is_ascii_uppercase(),
            b.is_ascii_lowercase(),
            b.is_ascii_digit(),
        )
    };
    let turns = bytes
        .windows(2)
        .filter(|pair| class(&pair[0]) != class(&pair[1]))
        .count();
    turns * 5 >= bytes.len() * 2
}

/// Returns the stretch from `at` of bytes that `belongs` accepts.
fn run(text: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> Range<usize> {
    let len = text[at..]
        .iter()
        .take(4096)
        .take_while(|&&b| belongs(b))
        .count();
    at..at + len
}

/// Returns the runs of small hex digits, as long as a token at least, in a stretch of text. One byte in a token's length
/// is looked at: such a run cannot lie between two of them.
fn hex_runs(text: &[u8], from: usize, to: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let mut at = from;
    std::iter::from_fn(move || {
        while at + DIGITS <= to {
            let probe = at + DIGITS - 1;
            if !digit(text[probe]) {
                at = probe + 1;
                continue;
            }
            let before = text[at..probe]
                .iter()
                .rev()
                .take_while(|&&b| digit(b))
                .count();
            let hex = probe - before..run(text, probe, digit).end;
            at = hex.end + 1;
            if hex.len() >= DIGITS {
                return Some(hex);
            }
        }
        None
    })
}

/// Returns the lines around a mention that belong to it.
fn around(text: &[u8], at: usize) -> (usize, usize) {
    let floor = at.saturating_sub(WIDE);
    let Range {
        start: mut from,
        end: mut to,
    } = line_within(text, at, WIDE, WIDE);
    for _ in 0..NEAR {
        if from > floor {
            from = line_start_from(text, floor, from - 1);
        }
        if to < text.len().min(at + WIDE) {
            to = line_end(&text[..text.len().min(at + WIDE)], to + 1);
        }
    }
    (from, to)
}

/// Tells whether the name of a digest or of a public key stands before a value on its line.
fn is_digest(text: &[u8], at: usize) -> bool {
    HEX_DIGEST.stands_in(before_on_line(text, at, 60))
}

/// Tells whether no word reaches across `at` from the left.
fn begins_word(text: &[u8], at: usize) -> bool {
    text[..at]
        .last()
        .is_none_or(|last| !last.is_ascii_alphanumeric())
        || ends_escape(text, at)
}

/// Tells whether a part of a name begins at `at`: a word, behind an underscore, or a capital behind a small letter.
fn begins_name(text: &[u8], at: usize) -> bool {
    begins_word(text, at)
        || text[at].is_ascii_uppercase()
            && text[at - 1].is_ascii_lowercase()
            && text.get(at + 1).is_some_and(u8::is_ascii_lowercase)
}
