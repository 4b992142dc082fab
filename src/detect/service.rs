//! Keys of services that are known by name: a value made by chance behind a word for a secret, with the service's name
//! on the line or above it.
//!
//! The keys of hundreds of services have no mark of their own. Their names are rare words, and beside one of them less is
//! needed to call a value a key than the judge of assignments asks for: `Using Key=…` in a log, `?key=…` in a URL, a key
//! written behind dashes.

use std::ops::Range;

use super::jwt;
use super::lex::Syntax;
use crate::fragment::{Fragment, line_end, line_within};
use crate::lexicon::{
    OTHER_KEY, SERVICE_KEY_END, SERVICE_NOISE, SERVICE_PUBLIC, Words, secret_name,
};
use crate::rule::edge::ends_escape;
use crate::rule::{Basis, Found};

/// How far behind a service's name is looked, at most.
const REACH: usize = 320;
/// How many lines below the name are looked at.
const BELOW: usize = 3;
/// A value is no shorter than this.
const SHORTEST: usize = 16;
/// No key is longer than this.
const LONGEST: usize = 512;
/// How many words a key may be written behind, with dashes.
const WORDS: usize = 8;
/// A word written before a key with dashes is no longer than this.
const WORD: usize = 16;
/// A name is followed so far to the left.
const NAME: usize = 64;

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
        // The words of a path or of an ARN are no name and value.
        if value > start && is_in_path(text, start..end) {
            continue;
        }
        let alone = value > start || stands_alone(text, start, end);
        let start = value;
        let value = &text[start..end];
        // A JSON web token has a rule of its own, which knows those that are public by design.
        if value.len() < SHORTEST
            || !value.iter().any(u8::is_ascii_alphabetic)
            || !alone
            || jwt::is_token(value)
            || says_it_is_public(value)
        {
            continue;
        }
        // The id of a user: `auth0|5f7c8ec7c33c6c004bbafe82`.
        let of_user = text[..start]
            .strip_suffix(b"|")
            .and_then(|before| before.get(at..))
            .is_some_and(|service| service.iter().all(u8::is_ascii_alphanumeric));
        if of_user || is_listed(text, start..end) {
            continue;
        }
        let Some(key) = name_before(&text[..start], at) else {
            continue;
        };
        if is_code(fragment, start..end) {
            continue;
        }
        return Some(Found::new(start..end, Basis::Name(key)));
    }
    None
}

/// Tells whether a word may begin at an offset: `myZoomKey`, `ZOOM_KEY`, but not the `zoom` of `bazoom`.
fn begins_word(text: &[u8], at: usize) -> bool {
    at == 0
        || !text[at - 1].is_ascii_alphanumeric()
        || text[at - 1].is_ascii_lowercase() && text[at].is_ascii_uppercase()
        || ends_escape(text, at)
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

/// Tells whether a run of characters stands in a path, in a URL or in an ARN.
fn is_in_path(text: &[u8], run: Range<usize>) -> bool {
    let before = text[..run.start].iter().rev().take(NAME);
    let len = before
        .take_while(|b| !b.is_ascii_whitespace() && !b"\"'`<>=".contains(b))
        .count();
    let word = &text[run.start - len..run.end];
    word.contains(&b'/') || word.starts_with(b"arn:")
}

/// Tells whether a value stands in a long list of strings that a program wrote: its items have nothing to do with each other.
fn is_listed(text: &[u8], value: Range<usize>) -> bool {
    /// A row of a table is shorter.
    const LONG: usize = 1 << 10;
    let around = value.start.saturating_sub(LONG)..text.len().min(value.end + LONG);
    if around.len() < LONG || memchr::memchr(b'\n', &text[around]).is_some() {
        return false;
    }
    let item = |b: &&u8| is_value_byte(**b);
    let before = text[..value.start].iter().rev().take(NAME);
    let start = value.start - before.take_while(item).count();
    text[..start].ends_with(br#"",""#) && text[value.end..].starts_with(br#"",""#)
}

/// Tells whether a run of characters is a name in a program: outside of literals and comments, and where a name stands.
fn is_code(fragment: &Fragment<'_>, run: Range<usize>) -> bool {
    /// So far before it its line is looked at.
    const LINE: usize = 400;
    if Syntax::of(fragment).bare.has_bare_values() {
        return false;
    }
    let text = fragment.text;
    let line = line_within(text, run.start, LINE, 0).start;
    let before = &text[line..run.start];
    let quotes = before.iter().filter(|b| b"\"`".contains(b)).count();
    let comment = [&b"//"[..], b"#", b"--", b"*"];
    let says = comment
        .iter()
        .any(|mark| memchr::memmem::find(before, mark).is_some());
    let among = before.ends_with(b"]") || before.ends_with(b"&") || before.ends_with(b"*");
    // `acmeToken := 1f2e…` lacks its quotes, and is a key all the same.
    let assigned = matches!(before.trim_ascii_end().last(), Some(b'=' | b':'));
    let next = text.get(run.end);
    let next = next.is_some_and(|b| b"{(".contains(b) || !assigned && b",); ".contains(b));
    quotes % 2 == 0 && (!says || among) && (among || next)
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
        .any(|word| word.eq_ignore_ascii_case(b"client") || SERVICE_PUBLIC.has(word))
}

/// Returns where the name stands that says, before a value, that it is a secret: the last words before it, but for
/// separators and words that say nothing. `floor` is where the service's name stands.
fn name_before(before: &[u8], floor: usize) -> Option<Range<usize>> {
    let separators = |at: usize| {
        let between = before[floor..at].iter().rev().take(WORD);
        between
            .take_while(|b| !b.is_ascii_alphanumeric() && **b != b'\n')
            .count()
    };
    let in_key = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let mut end = before.len();
    for _ in 0..4 {
        end -= separators(end);
        let len = before[floor..end].iter().rev();
        let start = end - len.take_while(|b| b.is_ascii_alphanumeric()).count();
        let word = &before[start..end];
        let digits = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let stem = &word[..word.len() - digits];
        if ends_secret(stem) {
            // Words before the service's name belong to the name, too: `NEXT_PUBLIC_ACME_KEY`.
            let len = before[start.saturating_sub(NAME)..start]
                .iter()
                .rev()
                .take_while(|b| in_key(b))
                .count();
            let key = start - len..end;
            let words = Words::of(&before[key.clone()]);
            let public = words.any_in(&SERVICE_PUBLIC);
            // A name that alone would be one of a secret, and with the words around it is none: `recv-keys`.
            let denied = secret_name(stem).is_some() && secret_name(&before[key.clone()]).is_none();
            return (!public && !denied).then_some(key);
        }
        if start == floor || !(stem.is_empty() || SERVICE_NOISE.has(stem)) {
            return None;
        }
        end = start;
    }
    None
}

/// Tells whether a word ends as those that name a secret do: `Key`, `apikey`, `beeboleAuth`.
fn ends_secret(word: &[u8]) -> bool {
    SERVICE_KEY_END.ends(word) && !OTHER_KEY.has(word)
}
