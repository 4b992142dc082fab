//! Where the token begins and ends in which a secret stands: a rule may see a part of it only.

use super::unseen::{self, Stands};
use crate::language::chance;

/// So much is looked at: more than a password has.
const REST: usize = 512;

/// Returns where the token ends in which a secret stands: a shell ends a value at `&`, other files do not, and what is behind
/// it may be the other half of a password. `&user=…` is a pair of its own. Literals that code joins to it belong to it, and
/// so does what stands behind a character that nobody sees, an escape or a line break, if it goes on like a secret.
pub(super) fn rest_of_token(text: &[u8], end: usize) -> usize {
    let stop = text.len().min(end + REST);
    let mut at = end;
    loop {
        let rest = &text[at..stop];
        if let Some(joined) = joined_literal(rest) {
            at += joined;
            continue;
        }
        if let Some(behind) = behind_break(&text[..stop], at) {
            at = behind;
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
        let word = run(&text[from..stop]);
        let piece = &text[from..from + word];
        if !piece.first().is_some_and(u8::is_ascii_alphanumeric)
            || piece.iter().any(|b| matches!(b, b'=' | b':' | b'('))
        {
            return at;
        }
        at = from + word;
    }
}

/// Returns where the token begins that goes on at `start` behind characters that nobody sees; not before `from`.
pub(super) fn begin_of_token(text: &[u8], from: usize, start: usize) -> usize {
    let mut at = start;
    loop {
        let before = &text[from..at];
        // No such character takes more bytes.
        let unseen = (1..=before.len().min(4))
            .find(|&len| unseen(&before[before.len() - len..]) == Some(len));
        let Some(len) = unseen else { return at };
        let word = before[..before.len() - len].iter().rev();
        at -= len + word.take_while(|b| in_token(**b)).count();
    }
}

/// Returns how long the word is with which a text begins.
fn run(text: &[u8]) -> usize {
    text.iter().take_while(|b| in_token(**b)).count()
}

fn in_token(b: u8) -> bool {
    !b.is_ascii_whitespace() && !b"&|;,<>)`\\\"'@".contains(&b)
}

/// Returns where the token ends that goes on behind a break at an offset; none if it does not.
fn behind_break(text: &[u8], at: usize) -> Option<usize> {
    let (mut from, mut is_seen) = (at, false);
    while let Some((len, seen)) = a_break(&text[from..]) {
        from += len;
        is_seen |= seen;
    }
    if from == at {
        return None;
    }
    let rest = &text[from..];
    let word = if is_seen {
        // What stands behind a break that people see may be the next word, or the name of another value.
        let word = rest.iter().take_while(|b| in_code(**b)).count();
        let ended = !matches!(rest.get(word), Some(b'=' | b':' | b'.' | b'(' | b' '));
        (ended && goes_on(&text[..at], &rest[..word])).then_some(word)?
    } else {
        run(rest)
    };
    (word > 0).then_some(from + word)
}

fn in_code(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"+/_-".contains(&b)
}

/// Tells whether a word may be the rest of a secret that was broken up.
fn goes_on(before: &[u8], word: &[u8]) -> bool {
    /// A shorter rest is of no use to anybody.
    const LEAST: usize = 8;
    /// So many bits likelier by chance than as language.
    const BITS: i32 = 8;
    let last = &before[before.len().saturating_sub(LEAST)..];
    let hex = |text: &[u8]| text.iter().all(u8::is_ascii_hexdigit);
    word.len() >= LEAST
        && word.iter().any(u8::is_ascii_digit)
        && chance(word) >= BITS
        && hex(last) == hex(word)
}

/// Returns the length of what breaks up a token at the start of a text, and whether people see it.
fn a_break(text: &[u8]) -> Option<(usize, bool)> {
    if let Some(len) = unseen(text) {
        return Some((len, false));
    }
    let hex = |from: usize, most: usize| {
        let digits = text.iter().skip(from).take(most);
        digits.take_while(|b| b.is_ascii_hexdigit()).count()
    };
    let len = match text {
        // The next line may be indented.
        [b'\n' | b'\r', rest @ ..] => 1 + rest.iter().take_while(|b| **b == b' ').count(),
        // A line that goes on: in quoted-printable, a shell, C.
        [b'=' | b'\\', b'\n' | b'\r', ..] => 2,
        [b'\\', b'n' | b'r' | b't' | b'0' | b'e', ..] => 2,
        [b'\\', b'u', b'{', ..] => {
            let digits = hex(3, 6);
            (digits > 0 && text.get(3 + digits) == Some(&b'}')).then_some(4 + digits)?
        }
        [b'\\', b'x', ..] => (hex(2, 2) == 2).then_some(4)?,
        [b'\\', b'u', ..] => (hex(2, 4) == 4).then_some(6)?,
        [b'\\', b'U', ..] => (hex(2, 8) == 8).then_some(10)?,
        [b'%', ..] => (hex(1, 2) == 2).then_some(3)?,
        _ => return None,
    };
    Some((len, true))
}

/// Returns the length of the character at the start of a text that nobody sees as one of its own: one without width, an accent,
/// a control character or a sequence that colours a terminal.
fn unseen(text: &[u8]) -> Option<usize> {
    match text {
        [0x1b, b'[', rest @ ..] => {
            let end = rest.iter().position(|b| (0x40..0x7f).contains(b))?;
            Some(end + 3)
        }
        [b'\t' | b'\n' | b'\r', ..] => None,
        [0..0x20 | 0x7f, ..] => Some(1),
        [0..0x80, ..] => None,
        _ => match unseen::stands(text)? {
            (len, Stands::Nothing | Stands::Accent) => Some(len),
            (_, Stands::For(_)) => None,
        },
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
