//! String literals of every language, and what may be secret in them.

use std::ops::Range;

use super::{Language, Line, Place, Quote};
use crate::detect::lex::literal_at;
use crate::lexicon::SCHEME;

/// A value is no longer than this.
pub(super) const LONG: usize = 6 << 10;
/// A bare value, or a literal in a text, is no longer than this.
pub(super) const BARE: usize = 1 << 10;

/// A value without its key.
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) quote: Quote,
    /// One past the closing quote.
    pub(super) end: usize,
}

/// Returns the part of a value that may be secret: the default of `${X:-v}`, what follows `Bearer `.
pub(super) fn narrowed(text: &[u8], value: Range<usize>) -> Range<usize> {
    let bytes = &text[value.clone()];
    if bytes.starts_with(b"${")
        && bytes.ends_with(b"}")
        && bytes.len() < 256
        && let Some(colon) = memchr::memchr(b':', bytes)
    {
        let skip = colon + 1 + usize::from(matches!(bytes.get(colon + 1), Some(b'-' | b'=')));
        if skip < bytes.len()
            && bytes.get(colon + 1) != Some(&b'?')
            && memchr::memchr(b'$', &bytes[skip..]).is_none()
        {
            return value.start + skip..value.end - 1;
        }
    }
    if bytes.starts_with(b"{{")
        && let Some(found) = memchr::memmem::find(bytes, b"default(")
        && let Some(&quote) = bytes.get(found + 8)
        && matches!(quote, b'"' | b'\'')
        && let Some(len) = memchr::memchr(quote, &bytes[found + 9..])
    {
        return value.start + found + 9..value.start + found + 9 + len;
    }
    let scheme = scheme(bytes);
    value.start + scheme..value.end
}

/// Returns the part of an argument that may be secret; of a literal in a literal (`"\"v\""`, `'"v"'`) what that holds.
pub(super) fn unwrapped(text: &[u8], value: Range<usize>) -> Range<usize> {
    let bytes = &text[value.clone()];
    for quote in [&b"\\\""[..], b"\""] {
        if bytes.len() > 2 * quote.len() && bytes.starts_with(quote) && bytes.ends_with(quote) {
            return value.start + quote.len()..value.end - quote.len();
        }
    }
    narrowed(text, value)
}

/// Returns the length of an HTTP authentication scheme and the blanks behind it.
pub(super) fn scheme(value: &[u8]) -> usize {
    /// No scheme is longer.
    const LONG: usize = 16;
    let word = value.iter().take(LONG).position(|&b| b == b' ');
    word.filter(|&len| SCHEME.has(&value[..len]))
        .map_or(0, |len| value.len() - value[len..].trim_ascii_start().len())
}

/// Returns the string literal that begins at `at`.
pub(super) fn literal(line: &Line<'_>, at: usize) -> Option<Value> {
    let mut i = at;
    let mut format = false;
    // b"", r'', f"", @"", $"", L"", u8"", N'', rb""
    while i < at + 3 && matches!(line.byte(i), b'a'..=b'z' | b'A'..=b'Z' | b'@' | b'$' | b'8') {
        format |= matches!(line.byte(i), b'f' | b'F' | b'$') && i == at;
        i += 1;
    }
    // r#"v"#
    let mut hashes = 0;
    if i > at && matches!(line.before(i), b'r' | b'@') {
        while hashes < 4 && line.byte(i) == b'#' {
            hashes += 1;
            i += 1;
        }
    }
    let (quote, escapes) = match line.byte(i) {
        b'\\' => {
            let escapes = escapes_at(line, i);
            (line.byte(i + escapes), escapes)
        }
        quote => (quote, 0),
    };
    if let Some(value) = between_marks(line, i, i == at) {
        return Some(value);
    }
    let open = i + escapes + 1;
    let doubled = escapes == 0 && line.byte(open) == quote && line.byte(open + 1) != quote;
    if !matches!(quote, b'"' | b'\'' | b'`') || doubled && i == at {
        if let Some(value) = of_syntax(line, at) {
            return Some(value);
        }
        if !doubled {
            return None;
        }
    }
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    if escapes == 0 && line.byte(open) == quote && line.byte(open + 1) == quote {
        return triple(line, open + 2, quote);
    }
    let Some(close) = closing(line, open, quote, escapes, hashes) else {
        let plain = escapes == 0 && hashes == 0 && quote != b'`';
        return plain.then(|| going_on(line, open)).flatten();
    };
    let kind = match quote {
        _ if escapes > 0 => Quote::Escaped,
        _ if format => Quote::Format,
        _ if hashes > 0 => Quote::Block,
        b'"' => Quote::Double,
        b'\'' => Quote::Single,
        _ => Quote::Backtick,
    };
    Some(Value {
        range: open..close,
        quote: kind,
        end: close + escapes + 1 + hashes,
    })
}

/// Returns how many backslashes stand at a place: a quote behind them is one of a text inside a text.
pub(super) fn escapes_at(line: &Line<'_>, at: usize) -> usize {
    /// Texts are not nested deeper.
    const MOST: usize = 15;
    let rest = line.text[at..line.end].iter();
    rest.take(MOST).take_while(|b| **b == b'\\').count()
}

/// Returns the literal at `i` between marks that are no single quotes; `first` says that no prefix stands before it.
fn between_marks(line: &Line<'_>, i: usize, first: bool) -> Option<Value> {
    if line.is_at(i, b"&quot;") || line.is_at(i, b"&#34;") {
        let open = i + if line.byte(i + 1) == b'q' { 6 } else { 5 };
        let close = open + memchr::memchr(b'&', &line.text[open..line.end.min(open + BARE)])?;
        return Some(Value {
            range: open..close,
            quote: Quote::Escaped,
            end: close + 6,
        });
    }
    // “v”
    if line.is_at(i, "“".as_bytes()) {
        let open = i + 3;
        let close = open
            + memchr::memmem::find(&line.text[open..line.end.min(open + BARE)], "”".as_bytes())?;
        return Some(Value {
            range: open..close,
            quote: Quote::Double,
            end: close + 3,
        });
    }
    // [[v]], but `[["db", "v"]]` is a list
    let is_list = matches!(line.byte(i + 2), b'"' | b'\'' | b'`');
    if first && line.is_at(i, b"[[") && line.language == Language::Code && !is_list {
        let open = i + 2;
        let close =
            open + memchr::memmem::find(&line.text[open..line.end.min(open + BARE)], b"]]")?;
        return Some(Value {
            range: open..close,
            quote: Quote::Block,
            end: close + 2,
        });
    }
    None
}

/// Returns the literal with a mark of its own that begins at `at`: `%q(v)`, `q{v}`, `[=[v]=]`, `#"v"#`.
fn of_syntax(line: &Line<'_>, at: usize) -> Option<Value> {
    if line.place.is_some_and(|place| place != Place::Code) {
        return None;
    }
    let text = &line.text[..line.within.end.min(at + LONG)];
    let region = literal_at(text, at, line.syntax).filter(|region| region.range.start == at)?;
    (!region.inside.is_empty()).then_some(Value {
        range: region.inside,
        quote: Quote::Block,
        end: region.range.end,
    })
}

/// Returns where the quote that closes a literal stands (its backslashes, if it has some).
fn closing(
    line: &Line<'_>,
    open: usize,
    quote: u8,
    escapes: usize,
    hashes: usize,
) -> Option<usize> {
    let stop = line.end.min(open + LONG);
    let mut from = open;
    while let Some(found) = memchr::memchr(quote, &line.text[from..stop]) {
        let at = from + found;
        let before = line.text[open..at]
            .iter()
            .rev()
            .take_while(|&&b| b == b'\\')
            .count();
        let closes = if hashes > 0 {
            line.byte(at + 1) == b'#'
        } else if escapes > 0 {
            before == escapes
        } else {
            before % 2 == 0
        };
        if closes {
            return Some(at - escapes.min(before));
        }
        from = at + 1;
    }
    // Inside a string of another kind the escaped quote may be the outer one: `"'password': 'v'"` ends anyway.
    None
}

/// Returns what a literal holds on its first line, if its end is not in sight and that is one long word.
fn going_on(line: &Line<'_>, open: usize) -> Option<Value> {
    /// Behind a lone quote stand words of code and of texts, but none so long.
    const SHORTEST: usize = 16;
    let in_word = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-.~\\".contains(b);
    let mut range = trimmed(line.text, open..line.end);
    while range.end > range.start && line.text[range.end - 1] == b'\\' {
        range.end -= 1;
    }
    let is_word = range.len() >= SHORTEST && line.text[range.clone()].iter().all(in_word);
    is_word.then_some(Value {
        end: range.end,
        range,
        quote: Quote::Block,
    })
}

/// Returns the text of a literal with three quotes, which may go over lines.
fn triple(line: &Line<'_>, open: usize, quote: u8) -> Option<Value> {
    let stop = line.text.len().min(open + BARE);
    let Some(len) = memchr::memmem::find(&line.text[open..stop], &[quote; 3]) else {
        return going_on(line, open);
    };
    let close = open + len;
    let range = trimmed(line.text, open..close);
    Some(Value {
        range,
        quote: Quote::Block,
        end: close + 3,
    })
}

/// Returns the first line of a heredoc or of a YAML block scalar.
pub(super) fn block(line: &Line<'_>, at: usize) -> Option<(Range<usize>, Quote)> {
    let heredoc = line.is_at(at, b"<<");
    let scalar = line.language == Language::Yaml
        && matches!(line.byte(at), b'|' | b'>')
        && line.end - at <= 3;
    if !heredoc && !scalar {
        return None;
    }
    let next = line.next(line.following()?);
    // The lines of a scalar are indented deeper than its name.
    if scalar && next.indent() <= line.indent() {
        return None;
    }
    let range = trimmed(line.text, next.start..next.end);
    (!range.is_empty()).then_some((range, Quote::Block))
}

/// Returns a range without the blanks at its ends.
pub(super) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = &text[range.clone()];
    let front = bytes.len() - bytes.trim_ascii_start().len();
    let inner = bytes.trim_ascii();
    range.start + front..range.start + front + inner.len()
}
