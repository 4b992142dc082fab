//! Values that stand for a secret and are none: placeholders, references, templates, published samples.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::lex::in_name;
use crate::language::chance;
use crate::lexicon::{
    CONFIG_PROVIDER, PLACEHOLDER, PLACEHOLDER_FIRST, PLACEHOLDER_PART, PLACEHOLDER_WORD, PUBLISHED,
    REFERENCE_BEGIN, REFERENCE_GAP, REFERENCE_MARK, REFERENCE_OWNER, Words, secret_name,
};

/// Tells whether `value`, less the `prefix` bytes that every secret of its kind begins with, only stands for a secret.
pub fn is_placeholder(value: &[u8], prefix: usize) -> bool {
    let body = value.get(prefix..).unwrap_or_default();
    // Behind its own mark (`$aact_` is one) a token is no reference.
    is_reference(body) || is_stand_in(value, prefix)
}

/// Tells the same of a value that is known to be no reference.
pub(crate) fn is_stand_in(value: &[u8], prefix: usize) -> bool {
    let body = value.get(prefix..).unwrap_or_default();
    body.is_empty()
        || is_kubeseal(value)
        || is_patterned(body)
        || is_worded(body)
        || is_published(value)
}

/// Tells whether a value is what `kubeseal` makes of a secret: the length of a key of 4096 bits, and more than that.
pub(crate) fn is_kubeseal(value: &[u8]) -> bool {
    const LEAST: usize = 600;
    matches!(value, [b'A', b'g', b'A'..=b'D', ..])
        && value.len() >= LEAST
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
}

/// Tells whether a value names a place where the secret is kept, or is filled in later.
pub fn is_reference(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    // A shell closes and opens its quotes around a variable: `"'$X'"`; an escape before it changes nothing.
    let value = match value {
        [b'\'' | b'"', inner @ .., b'\'' | b'"'] => inner,
        [b'\\', inner @ ..] if inner.starts_with(b"$") => inner,
        _ => value,
    };
    let (Some(&first), Some(&last)) = (value.first(), value.last()) else {
        return true;
    };
    if REFERENCE_MARK.stands_in(value)
        || REFERENCE_BEGIN.begins(value)
        || has_gap(value)
        || has_named_gap(value)
        || is_attribute(value)
    {
        return true;
    }
    if starts_with(value, b"projects/") && memchr::memmem::find(value, b"/secrets/").is_some() {
        return true;
    }
    let inner = || &value[1..value.len() - 1];
    match (first, last) {
        (b'`', b'`') => true,
        (b'<', b'>') | (b'{', b'}') | (b'[', b']') | (b'(', b')') => {
            value.len() > 2 && value.len() < 100 && !value.contains(&b'"')
        }
        (b'%' | b'@' | b'#' | b'!', _) if last == first && value.len() > 2 => is_name(inner()),
        // The tag of a YAML loader: `!expr f()`, `!reset null`.
        (b'!', _) => value.split(|&b| b == b' ').next().is_some_and(|tag| {
            tag.len() < value.len() && is_name(&tag[1..]) && tag.iter().all(|b| !b.is_ascii_digit())
        }),
        (b'_', b'_') => {
            value.len() > 4 && value.starts_with(b"__") && value.ends_with(b"__") && is_name(value)
        }
        // `$DB_PASSWORD`; `$uper9!` and `$2b$` are none.
        (b'$', _) => {
            let name = value[1..].strip_prefix(b"$").unwrap_or(&value[1..]);
            // `$USER$PASSWORD`: one behind the other.
            name.split(|&b| b == b'$').all(|name| {
                is_name(name) && (name.contains(&b'_') || !name.iter().any(u8::is_ascii_digit))
            })
        }
        // An entity of XML.
        (b'&', b';') => is_name(inner()),
        (b'%', b's' | b'd' | b'v' | b'q') => {
            value.len() == 2 || value[1] == b'[' && value[value.len() - 2] == b']'
        }
        (b':', _) => {
            value.len() > 1
                && is_name(&value[1..])
                && value[1..]
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || *b == b'_')
        }
        _ => false,
    }
}

/// Tells whether a value holds what a shell or a template fills in, whatever else it holds: `${X}`, `$(f)`, `{{ x }}`.
pub(crate) fn is_expansion(value: &[u8]) -> bool {
    let marks: [(&[u8], u8); 3] = [(b"${", b'}'), (b"$(", b')'), (b"{{", b'}')];
    REFERENCE_BEGIN.begins(value)
        // Few values hold such a mark at all.
        || memchr::memchr2(b'$', b'{', value).is_some()
            && marks.iter().any(|&(open, close)| {
            memchr::memmem::find(value, open)
                .is_some_and(|at| memchr::memchr(close, &value[at..]).is_some())
        })
}

/// Tells whether a value holds words in angle brackets: `<namespace>/<release>-auth`.
fn has_named_gap(value: &[u8]) -> bool {
    memchr::memchr_iter(b'<', value).any(|at| {
        let inner = &value[at + 1..];
        let end = memchr::memchr(b'>', inner).unwrap_or(0);
        // Inside a word it is a mark of a password.
        let joint = |b: Option<&u8>| b.is_none_or(|b| b"/-_:.@ <".contains(b));
        end >= 3
            && joint(value[..at].last())
            && joint(inner.get(end + 1))
            && inner[..end]
                .iter()
                .all(|b| b.is_ascii_alphabetic() || b"_- ".contains(b))
    })
}

/// Tells whether a value has a gap for a name: `%(password)s`, `%{password}`.
fn has_gap(value: &[u8]) -> bool {
    REFERENCE_GAP.entries().any(|gap| {
        let (open, close) = (&gap[..2], gap[gap.len() - 1]);
        memchr::memmem::find_iter(value, open).any(|at| {
            let inner = &value[at + 2..];
            let end = memchr::memchr(close, inner).unwrap_or(0);
            let in_name = |b: &u8| b.is_ascii_alphanumeric() || b"_.->[]'".contains(b);
            inner[..end].iter().all(in_name) && is_name(&inner[..end.min(1)])
        })
    })
}

/// Returns where the default stands in `${NAME:-default}` or `${NAME-default}`, which is a literal although it looks like a
/// reference. `${NAME:?message}` and `${NAME:+other}` hold none.
pub(crate) fn default_of(value: &[u8]) -> Option<Range<usize>> {
    let inner = value.strip_prefix(b"${")?.strip_suffix(b"}")?;
    let name = inner.iter();
    let name = name
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.".contains(b))
        .count();
    let sign = match inner[name..] {
        [b':', b'-' | b'=', ..] => 2,
        [b'-' | b'=', ..] => 1,
        // Of Spring: `${name:default}`; of Kafka: `${env:NAME}`.
        [b':', next, ..]
            if !b"?+:".contains(&next) && !is_provider(&inner[..name], &inner[name..]) =>
        {
            1
        }
        _ => return None,
    };
    let start = 2 + name + sign;
    (name > 0 && start < value.len() - 1).then_some(start..value.len() - 1)
}

/// Tells whether a setting is read from a place, `${env:NAME}`: what is random is no name of one, but a default.
fn is_provider(name: &[u8], rest: &[u8]) -> bool {
    const CHANCE: i32 = 14;
    CONFIG_PROVIDER.has(name) && chance(rest) < CHANCE
}

/// Tells whether a value is an attribute in code: `self.password`, `config.db.password`.
fn is_attribute(value: &[u8]) -> bool {
    /// From so many bits on a name is none, but random.
    const CHANCE: i32 = 6;
    let mut parts = value.split(|&b| b == b'.');
    let owner = parts.next().unwrap_or_default();
    let last = value.rsplit(|&b| b == b'.').next().unwrap_or_default();
    let named = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic) && part.iter().all(|b| in_name(*b))
    };
    value.contains(&b'.')
        && named(owner)
        && (REFERENCE_OWNER.has(owner) || secret_name(last).is_some())
        && parts.all(named)
        // Random characters end with a short name now and then: `….x8pw`.
        && chance(last) < CHANCE
}

/// Tells whether a value is an alphabet in any order: where forty characters stand by chance, some come twice.
pub fn is_alphabet(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    value.len() >= 40
        && value
            .iter()
            .all(|&b| !std::mem::replace(&mut seen[usize::from(b)], true))
}

/// Tells whether a value is one block over and over, an alphabet or a row of the keyboard.
pub fn is_patterned(value: &[u8]) -> bool {
    /// Values shorter than this are too short for a pattern to tell anything.
    const SHORT: usize = 4;
    let len = value.len();
    if len < SHORT {
        return false;
    }
    if repeats_block(value) {
        return true;
    }
    if len >= 16 && (is_counting(value) || is_interleaved(value)) || is_stuck(value) {
        return true;
    }
    // 0000-0000, xxxx-xxxx-yyyy, ********abcd: few kinds of characters for the length.
    let mut seen = [false; 256];
    let letters = value
        .iter()
        .filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80);
    letters.for_each(|&b| seen[usize::from(b)] = true);
    let distinct = seen.iter().filter(|&&seen| seen).count();
    if len >= 12 && distinct <= 3 || len >= 20 && distinct <= 5 {
        return true;
    }
    let steps = value
        .windows(2)
        .filter(|pair| is_step(pair[0], pair[1]))
        .count();
    len >= 6 && steps * 4 >= (len - 1) * 3
}

/// Tells whether one digit or one mark of a mask stands so often in a row that nobody drew it: `888888888888`, `#####`.
fn is_stuck(value: &[u8]) -> bool {
    value.chunk_by(|a, b| a == b).any(|run| match run[0] {
        b'0'..=b'9' => run.len() >= 10,
        b'#' | b'*' => run.len() >= 5,
        _ => false,
    })
}

/// Tells whether a value is one block of at most twelve bytes, over and over.
pub(crate) fn repeats_block(value: &[u8]) -> bool {
    let repeats = |period: usize| value.iter().zip(&value[period..]).all(|(a, b)| a == b);
    (1..=12.min(value.len() / 2)).any(repeats)
}

/// Tells whether both the letters and the digits of a value run through their rows: `abc123def456`, `a0b1c2d3`.
fn is_interleaved(value: &[u8]) -> bool {
    let runs = |keep: fn(&u8) -> bool| {
        let mut kept = value.iter().copied().filter(keep);
        let Some(mut last) = kept.next() else {
            return false;
        };
        let (mut pairs, mut steps) = (0, 0);
        for byte in kept {
            pairs += 1;
            let (a, b) = (last.to_ascii_lowercase(), byte.to_ascii_lowercase());
            steps += usize::from(b == a + 1 || matches!((a, b), (b'9', b'0') | (b'f', b'a')));
            last = byte;
        }
        pairs >= 5 && steps * 5 >= pairs * 4
    };
    value.iter().all(u8::is_ascii_alphanumeric)
        && runs(u8::is_ascii_alphabetic)
        && runs(u8::is_ascii_digit)
}

/// Tells whether a value is bytes that count up or down, in hexadecimal digits: `000102030405`.
fn is_counting(value: &[u8]) -> bool {
    let digit = |b: u8| char::from(b).to_digit(16);
    let bytes = || {
        value
            .chunks_exact(2)
            .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
    };
    if bytes().any(|byte| byte.is_none()) {
        return false;
    }
    let steps = bytes()
        .zip(bytes().skip(1))
        .filter(|(a, b)| a.zip(*b).is_some_and(|(a, b)| a.abs_diff(b) <= 1));
    steps.count() * 4 >= (value.len() / 2 - 1) * 3
}

/// Tells whether bytes count up, as people make up keys: 1, 2, 3.
pub(crate) fn is_count(bytes: &[u8]) -> bool {
    let steps = bytes
        .windows(2)
        .filter(|two| two[1] == two[0].wrapping_add(1));
    bytes.len() >= 8 && steps.count() * 4 >= (bytes.len() - 1) * 3
}

/// Returns for each byte the letter to its right on the keyboard, in small letters; 0 for none.
const fn right_on_keyboard() -> [u8; 128] {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let mut right = [0; 128];
    let mut row = 0;
    while row < ROWS.len() {
        let mut at = 1;
        while at < ROWS[row].len() {
            right[ROWS[row][at - 1] as usize] = ROWS[row][at];
            at += 1;
        }
        row += 1;
    }
    right
}

/// Tells whether two characters are neighbours in an alphabet, in the digits or on a keyboard, or the same.
fn is_step(a: u8, b: u8) -> bool {
    static RIGHT: [u8; 128] = right_on_keyboard();
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    if !a.is_ascii_alphanumeric() || !b.is_ascii_alphanumeric() {
        return false;
    }
    a.abs_diff(b) <= 1
        || matches!((a, b), (b'9', b'0' | b'a') | (b'z' | b'f', b'0'))
        || RIGHT[usize::from(a)] == b
}

/// Tells whether a value walks two rows of the keyboard at once, with a mark or two behind it at most: `1q2w3e*`.
pub fn is_zigzag(value: &[u8]) -> bool {
    /// Fewer characters may follow each other so by chance.
    const LEAST: usize = 6;
    let letters = value.iter().take_while(|b| b.is_ascii_alphanumeric());
    let (walk, marks) = value.split_at(letters.count());
    let in_row = |first: usize| {
        let mut row = walk.iter().skip(first).step_by(2);
        let mut last = row.next();
        row.all(|b| last.replace(b).is_some_and(|a| a != b && is_step(*a, *b)))
    };
    walk.len() >= LEAST && marks.len() <= 2 && in_row(0) && in_row(1)
}

/// Tells whether the words of a value say that it is a placeholder.
pub fn is_worded(value: &[u8]) -> bool {
    is_instruction(value) || is_made_of_parts(value)
}

/// Tells whether the words of a value, with digits read as the letters that they stand for, say so: `ch4ng3m3`.
pub(crate) fn is_worded_in_disguise(value: &[u8]) -> bool {
    /// Nobody disguises more.
    const LONG: usize = 48;
    // Marks alone disguise what people chose, too: `super$ecret`.
    let capital = |two: &[u8]| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase();
    let disguised = value.iter().any(u8::is_ascii_digit) || value.windows(2).any(capital);
    if value.len() > LONG || !disguised {
        return false;
    }
    let plain = value.iter().map(|&byte| match byte {
        b'A'..=b'Z' => byte,
        _ => undisguised(byte),
    });
    let plain: Vec<u8> = plain.collect();
    let in_words = |b: &u8| b.is_ascii_alphabetic() || b"_-.".contains(b);
    plain != value && plain.iter().all(in_words) && is_worded(&plain)
}

/// Tells whether a value says what to put in its place, or masks it: `changeme`, `your-api-key`, `sk-xxxx`, `****`.
pub(crate) fn is_instruction(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    if !value
        .iter()
        .any(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
    {
        // Nothing but marks: `****`, `...`, `-`; a password of marks alone is none that people use.
        return true;
    }
    let holds = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    if PLACEHOLDER.stands_in(value)
        || [&b"..."[..], "…".as_bytes(), b"***", b"xxxx", b"XXXX"]
            .into_iter()
            .any(holds)
        || value.ends_with(b"xxx")
        || PLACEHOLDER_WORD.has(value)
    {
        return true;
    }
    // Separated words only: a random token holds `fake` between capitals and digits now and then.
    // In base64 three letters stand between two marks by chance.
    let mark = |b: &u8| !b.is_ascii_alphanumeric() && *b < 0x80 && !b"+/=".contains(b);
    let mut parts = value.split(mark).filter(|part| !part.is_empty());
    if parts.clone().count() > 1 {
        let last = parts.clone().next_back().unwrap_or_default();
        let first = parts.next().unwrap_or_default();
        if PLACEHOLDER_WORD.has(first)
            || parts.any(|part| PLACEHOLDER_WORD.has(part))
            || last.eq_ignore_ascii_case(b"here")
            || PLACEHOLDER_FIRST.has(first) && value.iter().all(|b| !b.is_ascii_digit())
        {
            return true;
        }
    }
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let in_words = |b: &u8| undisguised(*b).is_ascii_alphabetic() || b"_- .".contains(b);
    starts_with(value, b"your") && digits <= 4 && value[..value.len() - digits].iter().all(in_words)
}

/// Tells whether every word of a value is one of those that placeholders are made of.
fn is_made_of_parts(value: &[u8]) -> bool {
    let words = Words::of(value);
    let words = words.as_slice();
    words.iter().all(|word| {
        PLACEHOLDER_PART.has(word)
            || word.iter().all(u8::is_ascii_digit) && (word.len() <= 4 && words.len() > 1)
    }) && words.iter().any(|word| word[0].is_ascii_alphabetic())
        && words.len() <= 10
}

/// Tells whether a value, or a piece of it, is a credential that a vendor prints in its documentation.
pub fn is_published(value: &[u8]) -> bool {
    /// A value longer than this is no single credential.
    const LONG: usize = 1 << 10;
    if value.len() > LONG {
        return false;
    }
    let known = |piece: &[u8]| {
        let digest = Sha256::new()
            .chain_update(b"hexguard sample:")
            .chain_update(piece)
            .finalize();
        let head = digest
            .iter()
            .take(8)
            .fold(0u64, |head, &byte| head << 8 | u64::from(byte));
        PUBLISHED.binary_search(&head).is_ok()
    };
    let is_piece =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
    known(value)
        // Long ones are often shown cut.
        || value.len() > 24 && known(&value[..24])
        || value
            .split(|&b| !is_piece(b))
            .filter(|piece| piece.len() >= 16 && piece.len() < value.len())
            .take(8)
            .any(|piece| {
                known(piece)
                    || piece
                        .split(|&b| b == b'_' || b == b'=')
                        .next_back()
                        .is_some_and(|tail| tail.len() >= 16 && known(tail))
            })
}

/// Tells whether a value is a name as programs have them.
fn is_name(value: &[u8]) -> bool {
    value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && value
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
}

fn starts_with(value: &[u8], start: &[u8]) -> bool {
    value.len() >= start.len() && value[..start.len()].eq_ignore_ascii_case(start)
}

/// Returns the small letter that a digit or mark stands for in words such as `p@ssw0rd`; other bytes in small letters.
pub(crate) fn undisguised(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        other => other.to_ascii_lowercase(),
    }
}
