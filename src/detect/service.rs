//! Keys of services that are known by name: a value made by chance behind a word for a secret, with the service's name
//! on the line or above it.
//!
//! The keys of hundreds of services have no mark of their own. Their names are rare words, and beside one of them less is
//! needed to call a value a key than the judge of assignments asks for: `Using Key=…` in a log, `?key=…` in a URL, a key
//! written behind dashes.

use super::{judge, jwt};
use crate::fragment::{Fragment, line_end, line_start};
use crate::rule::Found;

/// How far behind a service's name is looked, at most.
const REACH: usize = 320;
/// How many lines below the name are looked at.
const BELOW: usize = 3;
/// A value is no shorter than this.
const SHORTEST: usize = 16;
/// How many bits likelier by chance than as language a value must be.
const CHANCE: i32 = 6;
/// A line longer than this was not written by hand.
const WIDE: usize = 2_000;
/// No key is longer than this.
const LONGEST: usize = 512;
/// How many words a key may be written behind, with dashes.
const WORDS: usize = 8;
/// A word written before a key with dashes is no longer than this.
const WORD: usize = 16;

/// How words that name a secret end.
const SECRET: [&[u8]; 14] = [
    b"key",
    b"keys",
    b"token",
    b"secret",
    b"password",
    b"passwd",
    b"pwd",
    b"auth",
    b"authorization",
    b"private",
    b"bearer",
    b"api",
    b"pat",
    b"credentials",
];
/// Words between the one that names a secret and the value.
const NOISE: [&[u8]; 12] = [
    b"prod",
    b"production",
    b"live",
    b"test",
    b"dev",
    b"value",
    b"string",
    b"default",
    b"basic",
    b"is",
    b"access",
    b"v",
];
/// Words of keys that hold no secret, whatever else they say.
const OPEN: [&[u8]; 12] = [
    b"public",
    b"publishable",
    b"pub",
    b"site",
    b"primary",
    b"foreign",
    b"sort",
    b"cache",
    b"partition",
    b"hash",
    b"search",
    b"checksum",
];

/// Looks for a key behind the name of a service.
pub fn service_key(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if !begins_word(text, at) {
        return None;
    }
    let mut stop = at;
    let most = text.len().min(at + REACH);
    for _ in 0..=BELOW {
        stop = (line_end(&text[..most], stop) + 1).min(most);
    }
    let mut from = at;
    while let Some((start, end)) = run(text, from, stop) {
        from = end;
        if end - start < SHORTEST {
            continue;
        }
        let value = behind_its_key(text, at, start, end);
        let alone = value > start || stands_alone(text, start, end);
        let start = value;
        let value = &text[start..end];
        if value.len() < SHORTEST || !alone || !is_made(value) || says_it_is_public(value) {
            continue;
        }
        if !names_a_secret(&text[at..start]) || is_wide(text, start) || judge::is_foreign(fragment)
        {
            continue;
        }
        let name = text[at..]
            .iter()
            .take(2 * WORD)
            .take_while(|b| b.is_ascii_alphanumeric())
            .map(|&b| char::from(b))
            .collect::<String>();
        return Some(Found {
            start,
            end,
            tier: None,
            reason: format!("random characters named as a secret beside `{name}`"),
        });
    }
    None
}

/// Tells whether a word may begin at an offset: `myZoomKey`, `ZOOM_KEY`, but not the `zoom` of `bazoom`.
fn begins_word(text: &[u8], at: usize) -> bool {
    at == 0
        || !text[at - 1].is_ascii_alphanumeric()
        || text[at - 1].is_ascii_lowercase() && text[at].is_ascii_uppercase()
}

/// Tells whether a byte may stand in a value.
fn is_value_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.' | b'~')
}

/// Returns the next run of a value's bytes between two offsets, with the `=` that pad it.
fn run(text: &[u8], from: usize, stop: usize) -> Option<(usize, usize)> {
    let start = (from..stop).find(|&i| is_value_byte(text[i]))?;
    let mut end = start;
    // A value may go on behind what is looked at; without its end it tells nothing.
    while end < text.len().min(start + LONGEST) && is_value_byte(text[end]) {
        end += 1;
    }
    let padded = text[end..]
        .iter()
        .take(2)
        .take_while(|&&b| b == b'=')
        .count();
    if padded > 0 && (end - start + padded).is_multiple_of(4) {
        end += padded;
    }
    Some((start, end))
}

/// Tells whether nothing else of the same value stands around a run: `\"`, `=` and `>` do not, `?` and `!` do.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|at| text[at]);
    let ends = |byte: u8| byte.is_ascii_whitespace() || b"\"'`=:,;()<>[]{}|&\\".contains(&byte);
    // A template goes on behind its hole.
    let goes_on = text[end..].starts_with(b"{{");
    before.is_none_or(ends)
        && !goes_on
        && text.get(end).is_none_or(|&byte| ends(byte) && byte != b'(')
}

/// Returns where a value starts that is written behind its key with dashes or underscores: `acme-private-key-1f2e…`.
fn behind_its_key(text: &[u8], name: usize, start: usize, end: usize) -> usize {
    let mut at = start;
    let mut value = start;
    for _ in 0..WORDS {
        let Some(len) = text[at..end]
            .iter()
            .take(WORD + 1)
            .position(|b| matches!(b, b'-' | b'_'))
            .filter(|&len| len > 0 && text[at..at + len].iter().all(u8::is_ascii_alphabetic))
        else {
            break;
        };
        let word = &text[at..at + len];
        at += len + 1;
        if ends_secret(word) {
            value = at;
        }
    }
    // The name itself stands before it, or the value's own first letters say `key`.
    if value > start && start <= name + WORD {
        value
    } else {
        start
    }
}

/// Tells whether the words that a value begins with say that everybody may see it: `pk_publishable_…`, `acme-client-…`.
fn says_it_is_public(value: &[u8]) -> bool {
    value
        .split(|b| matches!(b, b'-' | b'_'))
        .take_while(|word| word.iter().all(u8::is_ascii_alphabetic))
        .any(|word| {
            word.eq_ignore_ascii_case(b"client")
                || OPEN.iter().any(|open| word.eq_ignore_ascii_case(open))
        })
}

/// Tells whether a value was made by chance: letters and digits that follow each other as in no language.
fn is_made(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    // A path, a host, a dotted name: its parts are words.
    let is_path = value.split(|&b| b == b'/').count() > 1
        && value
            .split(|b| matches!(b, b'/' | b'.' | b'-' | b'_'))
            .filter(|part| part.len() > 2 && part.iter().all(u8::is_ascii_lowercase))
            .count()
            > 1;
    // A JSON web token has a rule of its own, which knows those that are public by design.
    if jwt::is_token(value) {
        return false;
    }
    let odd = judge::has_odd_case(value);
    let chance = match digits {
        0 if odd => judge::chance(value) >= 3 * CHANCE,
        1 if odd => judge::chance(value) >= CHANCE,
        0 | 1 => false,
        _ => judge::chance(value) >= CHANCE || odd && is_scattered(value),
    };
    judge::is_uuid(value)
        || letters >= 2 && (digits + letters) * 4 >= value.len() * 3 && !is_path && chance
}

/// Tells whether digits stand in a value where no name has them; a short one tells little by its pairs of letters alone.
fn is_scattered(value: &[u8]) -> bool {
    let inside = value
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic());
    inside.count() >= 2
}

/// Tells whether what stands before a value names it as a secret: the last words before it, but for separators and words
/// that say nothing.
fn names_a_secret(before: &[u8]) -> bool {
    let separators = |at: usize| {
        before[..at]
            .iter()
            .rev()
            .take(WORD)
            .take_while(|b| !b.is_ascii_alphanumeric() && **b != b'\n')
            .count()
    };
    let mut end = before.len();
    for _ in 0..4 {
        end -= separators(end);
        let start = before[..end]
            .iter()
            .rposition(|b| !b.is_ascii_alphanumeric())
            .map_or(0, |at| at + 1);
        let word = before[start..end].trim_ascii_end();
        let word = word.trim_ascii();
        let stem =
            &word[..word.len() - word.iter().rev().take_while(|b| b.is_ascii_digit()).count()];
        if ends_secret(stem) {
            let key = before[..start]
                .iter()
                .rposition(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')))
                .map_or(0, |at| at + 1);
            return !super::assignment::Words::of(&before[key..end])
                .as_slice()
                .iter()
                .any(|word| OPEN.iter().any(|open| word.eq_ignore_ascii_case(open)));
        }
        if start == 0
            || !(stem.is_empty() || NOISE.iter().any(|noise| stem.eq_ignore_ascii_case(noise)))
        {
            return false;
        }
        end = start;
    }
    false
}

/// Tells whether a word ends as those that name a secret do: `Key`, `apikey`, `beeboleAuth`.
fn ends_secret(word: &[u8]) -> bool {
    SECRET.iter().any(|secret| {
        word.len()
            .checked_sub(secret.len())
            .is_some_and(|at| word[at..].eq_ignore_ascii_case(secret))
    }) && ![
        &b"monkey"[..],
        b"hotkey",
        b"turkey",
        b"whiskey",
        b"jockey",
        b"hockey",
    ]
    .iter()
    .any(|other| word.eq_ignore_ascii_case(other))
}

/// Tells whether a value stands on a line that was not written by hand.
fn is_wide(text: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(WIDE);
    let to = text.len().min(at + WIDE);
    line_end(&text[..to], at) - (from + line_start(&text[from..to], at - from)) >= WIDE
}
