//! Small steps through a text around a place; every one of them is bounded.

use std::ops::Range;

pub(crate) use super::token::in_name;

/// How far a value is followed: longer ones are no passwords.
pub(crate) const LONGEST: usize = 512;

/// Tells whether `word` (small letters) stands at `at`, in any case.
pub(crate) fn at_word(text: &[u8], at: usize, word: &[u8]) -> bool {
    text.get(at..at + word.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(word))
}

/// Returns the offset of the first byte at or behind `at` that is no blank.
pub(crate) fn skip_blanks(text: &[u8], at: usize) -> usize {
    let end = text.len().min(at + 64);
    (at.min(end)..end)
        .find(|&i| text[i] != b' ' && text[i] != b'\t')
        .unwrap_or(end)
}

/// Returns the offset of the first byte at or behind `at`, `most` bytes away at most, that `stop` accepts.
pub(crate) fn until(text: &[u8], at: usize, most: usize, stop: impl Fn(u8) -> bool) -> usize {
    let end = text.len().min(at + most);
    (at.min(end)..end).find(|&i| stop(text[i])).unwrap_or(end)
}

/// Returns the offset behind the last byte before `at`, `most` bytes away at most, that `stop` accepts.
pub(crate) fn since(text: &[u8], at: usize, most: usize, stop: impl Fn(u8) -> bool) -> usize {
    let start = at.saturating_sub(most);
    (start..at)
        .rev()
        .find(|&i| stop(text[i]))
        .map_or(start, |i| i + 1)
}

/// A value as written: where its content stands, and the offset behind it and its quotes.
pub(crate) struct Value {
    pub(crate) range: Range<usize>,
    pub(crate) next: usize,
    pub(crate) quoted: bool,
}

/// Quotes as XML and HTML write them within text and attributes.
const ENTITIES: [&[u8]; 4] = [b"&quot;", b"&apos;", b"&#34;", b"&#39;"];

/// Returns the quote of XML or HTML that a text begins with.
pub(crate) fn entity_quote(text: &[u8]) -> Option<&'static [u8]> {
    ENTITIES.into_iter().find(|quote| text.starts_with(quote))
}

/// Returns the quoted value that begins at `at` (its quote, perhaps escaped as in JSON or XML); it ends on the same line.
pub(crate) fn quoted(text: &[u8], at: usize) -> Option<Value> {
    if let Some(quote) = entity_quote(text.get(at..)?) {
        let start = at + quote.len();
        // A bare quote or a tag ends the attribute or the text that holds it.
        let line = until(text, start, LONGEST, |b| b"\"'`\n\r<>".contains(&b));
        let len = memchr::memmem::find(&text[start..line], quote)?;
        return Some(Value {
            range: start..start + len,
            next: start + len + quote.len(),
            quoted: true,
        });
    }
    // Nothing begins behind the end of what is looked at.
    let escapes = until(text, at, 4, |b| b != b'\\').checked_sub(at)?;
    let quote = *text.get(at + escapes).filter(|b| b"\"'`".contains(b))?;
    let start = at + escapes + 1;
    let mut end = start;
    loop {
        end = until(text, end, LONGEST, |b| {
            b == quote || b == b'\n' || b == b'\r'
        });
        if text.get(end) != Some(&quote) || end - start > LONGEST {
            return None;
        }
        let before = end - since(text, end, end - start, |b| b != b'\\');
        if before <= escapes {
            return Some(Value {
                range: start..end - before,
                next: end + 1,
                quoted: true,
            });
        }
        end += 1;
    }
}

/// Returns the value that begins at `at`: quoted, or as long as `stop` refuses its bytes.
pub(crate) fn value(text: &[u8], at: usize, stop: impl Fn(u8) -> bool) -> Option<Value> {
    if let Some(value) = quoted(text, at) {
        return Some(value);
    }
    let end = until(text, at, LONGEST, stop);
    (end > at && end - at < LONGEST).then_some(Value {
        range: at..end,
        next: end,
        quoted: false,
    })
}

/// Tells whether a byte ends an unquoted word: blank, quote, bracket of a tag, end of line.
pub(crate) fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'`<>\\".contains(&byte)
}
