//! Sensitive fields: their names, found in every spelling, and where their value begins.

use std::borrow::Cow;

use super::pem;
use crate::lexicon::{NO_VALUE, SENSITIVE_FIELD};
use crate::rule::edge::{control_sequence_at, ends_escape};

/// What begins a private key; not a field, but found in the same walk.
const PEM: &str = "private key";

/// The names to look for.
///
/// A walk of its own beside that of the rules' keywords has to be cheap: as names are long, it looks only at every
/// fourth position (`step`), and each name is filed under the four bytes at each of its first `step` offsets.
pub(super) struct Fields {
    words: Vec<String>,
    step: usize,
    /// For each hash, whether a name is filed under it.
    flags: Box<[bool; 1 << BITS]>,
    /// The hash of four bytes, the word they are in, and where in it; sorted.
    filed: Vec<(usize, usize, usize)>,
    /// Names of less than four bytes (`ssn`, `pin`), for each of which the text is searched.
    short: Vec<String>,
}

/// Bits of the hash: with more, the table would push the rules' own out of the first-level cache.
const BITS: u32 = 14;
/// Folds capitals to small letters (and some marks onto others, which the comparison sorts out).
const FOLD: u32 = 0x2020_2020;
/// The shortest name that can be filed.
const SHORTEST: usize = 4;
/// How many positions of a chunk are looked at with one branch, and how far the last of them may reach.
const AT_ONCE: usize = 4;
const CHUNK: usize = AT_ONCE * SHORTEST;

#[inline]
fn hash(four: [u8; 4]) -> usize {
    ((u32::from_le_bytes(four) | FOLD).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

/// A sensitive field in a text.
pub(super) struct Hit {
    /// Where its name begins.
    pub(super) start: usize,
    /// Where its value begins, behind an opening quote.
    pub(super) value: usize,
    /// How the value is written.
    pub(super) kind: Kind,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Between quotes.
    Quoted {
        quote: Quote,
        triple: bool,
        indent: Option<usize>,
    },
    /// Between brackets; what stands for it is quoted as the key was.
    Nested { key: Option<Quote>, indent: usize },
    /// Without quotes, up to a blank or, in a URL, `&`.
    Word { url: bool, key: Option<Quote> },
    /// Without quotes, up to the end of the line.
    Line,
    /// Between tags.
    Tag,
    /// On the lines below that stand further right than this column.
    Below { indent: usize },
    /// On the next line, whatever that is.
    Next { key: Option<Quote>, indent: usize },
    /// A private key.
    Pem,
}

/// A quote, and how many backslashes stand before it (text inside of text).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) byte: u8,
    pub(super) level: usize,
}

impl Quote {
    /// Tells whether a quote behind so many backslashes ends what a quote of this kind began.
    pub(super) fn ends(self, backslashes: usize) -> bool {
        backslashes % (2 * (self.level + 1)) == self.level
    }
}

impl Fields {
    /// Returns the fields known and more of them, in each spelling.
    pub(super) fn new(more: &[String]) -> Self {
        let mut words = vec![PEM.to_owned()];
        let known = SENSITIVE_FIELD.entries().map(String::from_utf8_lossy);
        for field in known.chain(more.iter().map(Cow::from)) {
            let parts = words_of(&field);
            words.extend(["_", "-", "", " "].map(|joint| parts.join(joint)));
        }
        words.sort_unstable();
        words.dedup();
        let (words, mut short): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|word| word.len() >= SHORTEST);
        short.retain(|word| !word.is_empty());
        let shortest = words.iter().map(String::len).min().unwrap_or(SHORTEST);
        let step = (shortest - SHORTEST + 1).min(4);
        let mut flags = Box::new([false; 1 << BITS]);
        let mut filed = Vec::new();
        for (number, word) in words.iter().enumerate() {
            for (offset, four) in word.as_bytes().windows(4).take(step).enumerate() {
                let h = hash([four[0], four[1], four[2], four[3]]);
                flags[h] = true;
                filed.push((h, number, offset));
            }
        }
        filed.sort_unstable();
        Self {
            words,
            step,
            flags,
            filed,
            short,
        }
    }

    /// Returns the fields with a value in the text from `done` on, in order.
    pub(super) fn hits(&self, text: &[u8], done: usize) -> Vec<Hit> {
        let mut hits = Vec::new();
        match self.step {
            4 => self.walk::<4>(text, done, &mut hits),
            3 => self.walk::<3>(text, done, &mut hits),
            2 => self.walk::<2>(text, done, &mut hits),
            _ => self.walk::<1>(text, done, &mut hits),
        }
        for word in &self.short {
            let first = word.as_bytes()[0];
            for i in memchr::memchr2_iter(first, first.to_ascii_uppercase(), &text[done..]) {
                Self::compare(text, done + i, word, &mut hits);
            }
        }
        hits.sort_by_key(|hit| hit.start);
        hits.dedup_by_key(|hit| hit.start);
        hits
    }

    /// Looks at every position that is a multiple of `STEP` away from `done`.
    fn walk<const STEP: usize>(&self, text: &[u8], done: usize, hits: &mut Vec<Hit>) {
        let mut at = done;
        // Four positions for one branch: ordinary text has nothing filed under most of them.
        while let Some(chunk) = text[at..].first_chunk::<CHUNK>() {
            let flag = |i: usize| {
                let i = i * STEP;
                self.flags[hash([chunk[i], chunk[i + 1], chunk[i + 2], chunk[i + 3]])]
            };
            if flag(0) | flag(1) | flag(2) | flag(3) {
                for i in (0..AT_ONCE).filter(|&i| flag(i)) {
                    self.look(text, done, at + i * STEP, hits);
                }
            }
            at += AT_ONCE * STEP;
        }
        while at + SHORTEST <= text.len() {
            self.look(text, done, at, hits);
            at += STEP;
        }
    }

    /// Adds the field that the four bytes at an offset are in.
    fn look(&self, text: &[u8], done: usize, at: usize, hits: &mut Vec<Hit>) {
        let h = hash([text[at], text[at + 1], text[at + 2], text[at + 3]]);
        let first = self.filed.partition_point(|entry| entry.0 < h);
        for &(_, number, offset) in self.filed[first..].iter().take_while(|entry| entry.0 == h) {
            if let Some(start) = at.checked_sub(offset).filter(|&start| start >= done) {
                Self::compare(text, start, &self.words[number], hits);
            }
        }
    }

    /// Adds the field that begins at an offset if it has this name.
    fn compare(text: &[u8], start: usize, word: &str, hits: &mut Vec<Hit>) {
        let end = start + word.len();
        let there = text
            .get(start..end)
            .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()));
        if !there {
            return;
        }
        hits.extend(if word == PEM {
            pem::hit(text, start, end)
        } else {
            field(text, start, end)
        });
    }
}

/// Returns the words of a name, in small letters.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let new =
            !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if new && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// So much of a line is looked at from a name or a value on.
const WIDE: usize = 1 << 10;

/// Returns a hit if a key ends with the name and a value follows.
fn field(text: &[u8], start: usize, end: usize) -> Option<Hit> {
    let begins = match start.checked_sub(1).map(|i| text[i]) {
        None => true,
        Some(before) if before.is_ascii_lowercase() => text[start].is_ascii_uppercase(),
        Some(before) => !before.is_ascii_alphanumeric(),
    } || ends_escape(text, start);
    if !begins {
        return None;
    }
    let at = |i: usize| text.get(i).copied().unwrap_or(b'\n');
    let mut i = end + usize::from(at(end).eq_ignore_ascii_case(&b's'));
    let key = quote_at(text, i);
    if let Some(quote) = key {
        i += quote.level + 1 + usize::from(at(i + quote.level + 1) == b']');
    } else if at(i) == b'>' {
        let empty = at(i + 1) == b'<';
        return (!empty).then_some(Hit {
            start,
            value: i + 1,
            kind: Kind::Tag,
        });
    }
    i = skip_blanks(text, i);
    let colon = match (at(i), at(i + 1)) {
        (b'=', b'=') | (b':', b':') => return None,
        (b'=', b'>') | (b':', b'=') => {
            i += 2;
            false
        }
        (b'=', _) => {
            i += 1;
            false
        }
        (b':', _) => {
            i += 1;
            true
        }
        _ => return None,
    };
    let value = skip_blanks(text, i);
    let head = Head::of(text, start);
    let (value, kind) = kind(text, value, key, colon, &head)?;
    Some(Hit { start, value, kind })
}

/// What stands on the line in front of a name.
struct Head {
    /// The column that the lines of the value must stand right of.
    indent: usize,
    /// Whether nothing but blanks, list marks and the key's own start stands there.
    first: bool,
    /// Whether the key is a parameter of a URL.
    url: bool,
}

impl Head {
    fn of(text: &[u8], start: usize) -> Self {
        const BEFORE: usize = 400;
        let floor = start.saturating_sub(BEFORE);
        let line =
            memchr::memrchr2(b'\n', b'\r', &text[floor..start]).map_or(floor, |i| floor + i + 1);
        let part = |b: &u8| b.is_ascii_alphanumeric() || b"_-.".contains(b);
        let name = text[line..start]
            .iter()
            .rposition(|b| !part(b))
            .map_or(line, |i| line + i + 1);
        let before = &text[line..name];
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'\\');
        let first = before.iter().all(|b| blank(b) || *b == b'-')
            || [&b"export"[..], b"set", b"-e", b"ENV"].iter().any(|word| {
                let before = before.trim_ascii();
                before == *word
            });
        let blanks = before
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        let list = first && before.contains(&b'-');
        Self {
            indent: if list { name - line } else { blanks },
            first,
            url: matches!(before.last(), Some(b'?' | b'&')),
        }
    }
}

/// Returns where a value begins and how it is written; `None` if it says nothing.
fn kind(
    text: &[u8],
    value: usize,
    key: Option<Quote>,
    colon: bool,
    head: &Head,
) -> Option<(usize, Kind)> {
    let rest = &text[value..];
    let indent = head.indent;
    if rest.first().is_none_or(|b| matches!(b, b'\n' | b'\r')) {
        return colon.then_some((value, Kind::Next { key, indent }));
    }
    // b"..", r'..', f".." of Python and u'..' of old dumps.
    let prefix = rest
        .iter()
        .take(2)
        .take_while(|b| b"bBrRfFuU".contains(b))
        .count();
    for skip in [0, prefix] {
        if let Some(quote) = quote_at(text, value + skip) {
            let open = value + skip + quote.level + 1;
            let triple = text[open..].starts_with(&[quote.byte, quote.byte]);
            let value = if triple { open + 2 } else { open };
            let ended = !triple
                && quote_at(text, open)
                    .is_some_and(|end| end.byte == quote.byte && quote.ends(end.level));
            let indent = key.is_none().then_some(indent);
            return (!ended).then_some((
                value,
                Kind::Quoted {
                    quote,
                    triple,
                    indent,
                },
            ));
        }
    }
    if rest.starts_with(super::MARK) {
        return None;
    }
    if matches!(rest[0], b'[' | b'{' | b'(') {
        let empty = [&b"[]"[..], b"{}", b"()"]
            .iter()
            .any(|empty| rest.starts_with(empty));
        return (!empty).then_some((value, Kind::Nested { key, indent }));
    }
    // Of an endless line only so much: each name on it asks.
    let near = &rest[..rest.len().min(WIDE)];
    let line = &near[..memchr::memchr2(b'\n', b'\r', near).unwrap_or(near.len())];
    let scalar = matches!(rest[0], b'|' | b'>')
        && line[1..]
            .trim_ascii()
            .iter()
            .all(|b| b"+-0123456789".contains(b));
    if colon && scalar {
        return Some((value + line.len(), Kind::Below { indent }));
    }
    let word_end = line
        .iter()
        .position(|b| b" \t,;&)}]\"'".contains(b))
        .unwrap_or(line.len());
    if word_end == 0 || NO_VALUE.has(&line[..word_end]) {
        return None;
    }
    // A number in JSON is followed by what belongs to its surroundings; in its place stands a string.
    let number = key.filter(|_| matches!(rest[0], b'0'..=b'9' | b'-'));
    let kind = if number.is_none() && head.first && !head.url && (colon || !has_more_pairs(line)) {
        Kind::Line
    } else {
        Kind::Word {
            url: head.url,
            key: number,
        }
    };
    Some((value, kind))
}

/// Tells whether another pair stands on a line: ` name=`.
fn has_more_pairs(line: &[u8]) -> bool {
    line.windows(2).enumerate().any(|(i, pair)| {
        pair[1] == b'='
            && pair[0].is_ascii_alphanumeric()
            && line[..i]
                .iter()
                .rev()
                .find(|b| !b.is_ascii_alphanumeric() && !b"_.-".contains(b))
                == Some(&b' ')
    })
}

/// Returns the quote that stands at an offset, behind backslashes perhaps.
pub(super) fn quote_at(text: &[u8], at: usize) -> Option<Quote> {
    let rest = text.get(at..)?;
    let level = rest.iter().take(16).take_while(|&&b| b == b'\\').count();
    match rest.get(level) {
        Some(&byte @ (b'"' | b'\'' | b'`')) => Some(Quote { byte, level }),
        _ => None,
    }
}

/// Returns the offset behind blanks and colours.
fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while let Some(rest) = text.get(at..) {
        at += match rest {
            [b' ' | b'\t', ..] => 1,
            [0x1B | b'\\', ..] => match control_sequence_at(rest) {
                Some(len) => len,
                None => break,
            },
            _ => break,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words_in_every_spelling() {
        for name in ["api_token", "apiToken", "API-TOKEN", "Api Token"] {
            let words = words_of(name);
            assert_eq!(words, ["api", "token"], "{name}");
        }
    }

    #[test]
    fn a_quote_ends_at_its_own_depth() {
        let plain = Quote {
            byte: b'"',
            level: 0,
        };
        assert!(plain.ends(0) && !plain.ends(1) && plain.ends(2));
        let inner = Quote {
            byte: b'"',
            level: 1,
        };
        assert!(inner.ends(1) && !inner.ends(3) && inner.ends(5));
    }
}
