//! Copies of secrets on a line: whole or a part of eight characters, also reversed, in other case or in base64.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;

use crate::fragment::line_within;
use crate::lexicon::secret_name;
use crate::rule::byteset::ByteSet;

/// A part of a secret so long is not to be shown.
const PART: usize = 8;
/// Shorter secrets are parts of words, and of no use to anybody without their place.
const LEAST: usize = 6;
/// So much is compared of a secret, which may be a whole file.
const LONG: usize = 4 << 10;

/// Appends where, in the gaps between secrets, a part of one of them stands again.
pub(super) fn copies<'s>(
    text: &[u8],
    gaps: &[Range<usize>],
    secrets: impl Iterator<Item = &'s [u8]> + Clone,
    out: &mut Vec<Range<usize>>,
) {
    let parts = Parts::of(text, gaps, secrets.clone().flatten());
    for secret in secrets {
        let secret = &secret[..secret.len().min(LONG)];
        if (LEAST..PART).contains(&secret.len()) {
            for gap in gaps {
                let found = memmem::find_iter(&text[gap.clone()], secret);
                let found = found.map(|at| gap.start + at..gap.start + at + secret.len());
                out.extend(found.filter(|range| !is_in_name(text, gap, range.start, range.len())));
            }
        }
        for gap in gaps {
            words_of(text, gap, secret, out);
        }
        if secret.len() < PART || parts.is_empty() {
            continue;
        }
        let reversed: Vec<u8> = secret.iter().rev().copied().collect();
        // Where a secret stands in longer encoded text, its first bytes share characters with what is before it.
        let encoded = (0..3).map(|skipped| STANDARD_NO_PAD.encode(&secret[skipped..]));
        let forms = [secret.to_vec(), reversed].into_iter();
        for form in forms.chain(encoded.map(String::into_bytes)) {
            parts.held_by(&form, &mut |at| {
                let gap = gaps.iter().find(|gap| gap.contains(&at));
                if gap.is_some_and(|gap| !is_in_name(text, gap, at, PART)) {
                    out.push(at..at + PART);
                }
            });
        }
    }
}

/// Appends the words in a gap that are a part of a secret and too short to be looked up.
fn words_of(text: &[u8], gap: &Range<usize>, secret: &[u8], out: &mut Vec<Range<usize>>) {
    /// A shorter word says nothing.
    const WORD: usize = 5;
    /// A longer secret is no password: of it a short part is of no use to anybody.
    const PASSWORD: usize = 64;
    if secret.len() > PASSWORD {
        return;
    }
    let mut letters = ByteSet::EMPTY;
    for byte in secret {
        letters.add(byte.to_ascii_lowercase());
    }
    let mut at = gap.start;
    while at < gap.end {
        let word = text[at..gap.end].iter();
        let len = word.take_while(|b| b.is_ascii_alphanumeric()).count();
        let word = &text[at..at + len];
        // Hardly a word has no other letters than the secret.
        let is_part = (WORD..PART).contains(&len)
            && word.iter().all(|b| letters.has(b.to_ascii_lowercase()))
            && secret
                .windows(len)
                .any(|part| part.eq_ignore_ascii_case(word))
            && !is_in_name(text, gap, at, len);
        if is_part {
            out.push(at..at + len);
        }
        at += len + 1;
    }
}

/// Returns where a secret stands again on its line, as far as that is looked at.
pub(super) fn on_line(text: &[u8], secret: &Range<usize>) -> Vec<Range<usize>> {
    /// So much of the line on either side.
    const FAR: usize = 512;
    let value = &text[secret.clone()];
    if !(PART..=LONG).contains(&value.len()) {
        return Vec::new();
    }
    let line = line_within(text, secret.start, FAR, value.len() + FAR);
    let sides = [
        line.start..secret.start,
        secret.end..line.end.max(secret.end),
    ];
    let found = sides.into_iter().flat_map(|side| {
        let found = memmem::find_iter(&text[side.clone()], value).map(move |at| side.start + at);
        found.collect::<Vec<_>>()
    });
    found.map(|at| at..at + value.len()).collect()
}

/// Tells whether the letters at an offset, so many, stand in a name of a secret: `password`, for the password `mypassword1`.
fn is_in_name(text: &[u8], gap: &Range<usize>, at: usize, len: usize) -> bool {
    let letters = |b: &&u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-');
    let left = text[gap.start..at].iter().rev().take_while(letters).count();
    let right = text[at..gap.end].iter().take_while(letters).count();
    right >= len && secret_name(&text[at - left..at + right]).is_some()
}

/// Every eight bytes in a row of some stretches of a text.
struct Parts {
    /// Each as a number, with its place; not sorted, for a shown line has a few hundred and the filter leaves few questions.
    all: Vec<(u64, usize)>,
    /// A bit for each by its hash: most others are told by it at once.
    seen: [u64; SEEN],
}

/// Words of the filter.
const SEEN: usize = 64;

impl Parts {
    /// Returns those that may be a part of a form of a secret; the bytes of all secrets are `written`.
    fn of<'s>(text: &[u8], gaps: &[Range<usize>], written: impl Iterator<Item = &'s u8>) -> Self {
        let mut parts = Self {
            all: Vec::new(),
            seen: [0; SEEN],
        };
        // Base64 has these. Most words of a line are too short, and what ends them stands in no form.
        let mut in_forms = ByteSet::EMPTY;
        for byte in (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9') {
            in_forms.add(byte);
        }
        for &byte in written.chain(b"+/-_") {
            in_forms.add(byte.to_ascii_lowercase());
            in_forms.add(byte.to_ascii_uppercase());
        }
        for gap in gaps {
            let mut at = gap.start;
            while at < gap.end {
                let run = text[at..gap.end].iter();
                let run = at..at + run.take_while(|b| in_forms.has(**b)).count();
                for (i, number) in numbers(&text[run.clone()]).enumerate() {
                    parts.all.push((number, run.start + i));
                    let (word, bit) = hash(number);
                    parts.seen[word] |= bit;
                }
                at = run.end + 1;
            }
        }
        parts
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Hands out the places of those that a form of a secret holds.
    fn held_by(&self, form: &[u8], out: &mut dyn FnMut(usize)) {
        for number in numbers(form) {
            let (word, bit) = hash(number);
            if self.seen[word] & bit == 0 {
                continue;
            }
            let same = self.all.iter().filter(|part| part.0 == number);
            same.for_each(|part| out(part.1));
        }
    }
}

/// Returns every eight bytes in a row as a number, the same for both cases and for both alphabets of base64.
fn numbers(text: &[u8]) -> impl Iterator<Item = u64> {
    let alike = |b: &u8| match b {
        b'-' => b'+',
        b'_' => b'/',
        b => b.to_ascii_lowercase(),
    };
    let (head, rest) = text.split_at(text.len().min(PART - 1));
    let with = move |number: u64, b: &u8| number << 8 | u64::from(alike(b));
    let mut number = head.iter().fold(0, with);
    rest.iter().map(move |b| {
        number = with(number, b);
        number
    })
}

/// Returns the place of a number in the filter.
fn hash(number: u64) -> (usize, u64) {
    let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52;
    let word = usize::try_from(hash >> 6).unwrap_or_default();
    (word, 1 << (hash & 63))
}
