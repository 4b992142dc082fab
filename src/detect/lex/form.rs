//! Literals whose ends depend on their beginnings: raw strings, heredocs, templates, fences and cells.

use std::ops::Range;

use super::regions::{Kind, Region};
use super::syntax::Quote;
use super::token::in_name;
use crate::fragment::{is_line_start, line_end};

/// A mark that a literal names itself is no longer than this.
const MARK: usize = 32;
/// A literal between brackets, or of one with slashes, is no longer than this.
const DELIMITED: usize = 4 << 10;
/// A regular expression is no longer than this.
const REGEX: usize = 1 << 10;
/// Literals in literals are followed no deeper.
const DEPTH: usize = 14;

/// What a form finds where it may begin.
pub(super) enum Found {
    Region(Region),
    /// It does not begin here.
    Nothing,
    /// It begins, what it holds begins at an offset, and up to the end of the text it does not end.
    Open(Kind, usize),
    /// It begins, and does not end where it must.
    NoEnd,
    /// Likewise up to this offset, behind which it could not end.
    NoEndUpTo(usize),
}

fn literal(range: Range<usize>, inside: Range<usize>) -> Found {
    let kind = Kind::Literal;
    Found::Region(Region {
        range,
        inside,
        kind,
    })
}

/// Returns the literal from `open` to the first `close` from `from` on.
fn up_to(text: &[u8], open: usize, from: usize, close: &[u8]) -> Found {
    match memchr::memmem::find(&text[from..], close) {
        Some(len) => literal(open..from + len + close.len(), from..from + len),
        None => Found::Open(Kind::Literal, from),
    }
}

/// Returns how many bytes behind an offset fulfil a condition, `MARK` at most.
fn run(text: &[u8], at: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default().iter();
    rest.take(MARK).take_while(|b| fits(**b)).count()
}

/// Tells whether only blanks stand before an offset on its line.
fn indented(text: &[u8], at: usize) -> bool {
    let blanks = text[..at].iter().rev().take(MARK);
    let blanks = blanks.take_while(|b| matches!(b, b' ' | b'\t')).count();
    is_line_start(text, at - blanks)
}

/// Returns where a comment that nests is closed.
pub(super) fn nested_end(text: &[u8], from: usize, open: &[u8], close: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    loop {
        at += memchr::memchr2(open[0], close[0], text.get(at..)?)?;
        if text[at..].starts_with(close) {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
            at += close.len();
        } else if text[at..].starts_with(open) {
            depth += 1;
            at += open.len();
        } else {
            at += 1;
        }
    }
}

/// Returns where a literal that holds expressions is closed, or how far that was looked for.
pub(super) fn template_end(
    text: &[u8],
    from: usize,
    quote: &Quote,
    open: &[u8],
) -> Result<usize, usize> {
    let mark = quote.close.as_bytes()[0];
    // How many braces are open in each expression; between an expression and the next one in it stands a literal.
    let mut braces: Vec<u32> = Vec::new();
    let mut in_literal = true;
    let mut at = from;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'\n' if !quote.lines => return Err(at - 1),
            _ if byte == mark && in_literal => {
                if braces.is_empty() {
                    return Ok(at - 1);
                }
                in_literal = false;
            }
            _ if byte == mark => {
                in_literal = true;
            }
            _ if in_literal && byte == open[0] && text[at..].first() == Some(&b'{') => {
                if braces.len() == DEPTH {
                    return Err(at);
                }
                at += 1;
                braces.push(0);
                in_literal = false;
            }
            b'{' if !in_literal => *braces.last_mut().unwrap_or(&mut 0) += 1,
            b'}' if !in_literal => match braces.pop() {
                Some(0) | None => in_literal = true,
                Some(count) => braces.push(count - 1),
            },
            b'\'' | b'"' if !in_literal => at = past_quoted(text, at, byte),
            _ => {}
        }
    }
    Err(text.len())
}

/// Returns the offset behind the literal on one line that opened before `at`; `at` if it does not end there.
fn past_quoted(text: &[u8], at: usize, quote: u8) -> usize {
    let mut end = at;
    let stop = text.len().min(at + REGEX);
    while end < stop {
        match text[end] {
            b'\\' => end += 2,
            b'\n' => return at,
            byte if byte == quote => return end + 1,
            _ => end += 1,
        }
    }
    at
}

/// `r"…"`, `br#"…"#`, at the quote.
pub(super) fn hash_raw(text: &[u8], at: usize) -> Found {
    let before = text[..at].iter().rev().take(MARK);
    let hashes = before.take_while(|b| **b == b'#').count();
    let head = &text[..at - hashes];
    let Some(head) = head.strip_suffix(b"r") else {
        return Found::Nothing;
    };
    let head = head
        .strip_suffix(b"b")
        .or(head.strip_suffix(b"c"))
        .unwrap_or(head);
    if head.last().is_some_and(|b| in_name(*b)) {
        return Found::Nothing;
    }
    let mut close = vec![b'#'; hashes + 1];
    close[0] = b'"';
    up_to(text, at, at + 1, &close)
}

/// `R"mark(…)mark"`, at the quote.
pub(super) fn paren_raw(text: &[u8], at: usize) -> Found {
    let len = run(text, at + 1, |b| in_name(b) || b"-.:/*=#~".contains(&b));
    if at == 0 || text[at - 1] != b'R' || text.get(at + 1 + len) != Some(&b'(') {
        return Found::Nothing;
    }
    let close = [b")", &text[at + 1..at + 1 + len], b"\""].concat();
    up_to(text, at, at + len + 2, &close)
}

/// `[[…]]`, `[=[…]=]`, and the comment `--[[…]]`.
pub(super) fn long_bracket(text: &[u8], at: usize) -> Found {
    let comment = text[at..].starts_with(b"--");
    let open = at + if comment { 2 } else { 0 };
    let level = run(text, open + 1, |b| b == b'=');
    if text.get(open) != Some(&b'[') || text.get(open + 1 + level) != Some(&b'[') {
        return Found::Nothing;
    }
    let mut close = vec![b'='; level + 2];
    (close[0], close[level + 1]) = (b']', b']');
    match up_to(text, at, open + level + 2, &close) {
        Found::Region(region) if comment => Found::Region(Region {
            kind: Kind::Comment,
            ..region
        }),
        Found::Open(_, from) if comment => Found::Open(Kind::Comment, from),
        found => found,
    }
}

/// `$tag$…$tag$`.
pub(super) fn dollar(text: &[u8], at: usize) -> Found {
    let len = run(text, at + 1, in_name);
    let number = text.get(at + 1).is_some_and(u8::is_ascii_digit);
    if number || text.get(at + 1 + len) != Some(&b'$') || at > 0 && in_name(text[at - 1]) {
        return Found::Nothing;
    }
    let close = &text[at..at + len + 2];
    up_to(text, at, at + len + 2, close)
}

/// `%q(…)`, `%w[…]`, `%(…)`.
pub(super) fn percent(text: &[u8], at: usize) -> Found {
    let letter = text.get(at + 1).is_some_and(|b| b"qQwWiI".contains(b));
    let open = at + 1 + usize::from(letter);
    let begins = at == 0 || b" \t\n(,=[{".contains(&text[at - 1]);
    match text.get(open) {
        Some(b'(' | b'[' | b'{' | b'<') if begins => delimited(text, at, open),
        Some(b'|' | b'!' | b'/') if begins && letter => delimited(text, at, open),
        _ => Found::Nothing,
    }
}

/// `q{…}`, `qq(…)`, `qw/…/`, `qr!…!`.
pub(super) fn letter(text: &[u8], at: usize) -> Found {
    let letter = text.get(at + 1).is_some_and(|b| b"qwrx".contains(b));
    let open = at + 1 + usize::from(letter);
    if at > 0 && (in_name(text[at - 1]) || b"$@%&{>-".contains(&text[at - 1])) {
        return Found::Nothing;
    }
    match text.get(open) {
        Some(b'(' | b'[' | b'{' | b'<' | b'/' | b'|' | b'!' | b'~') => delimited(text, at, open),
        _ => Found::Nothing,
    }
}

/// Returns the literal between the delimiter at `open` and its like.
fn delimited(text: &[u8], at: usize, open: usize) -> Found {
    let opening = text[open];
    let closing = match opening {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        other => other,
    };
    let stop = text.len().min(open + DELIMITED);
    let (mut i, mut depth) = (open + 1, 0);
    while i < stop {
        let byte = text[i];
        if byte == b'\\' {
            i += 1;
        } else if byte == closing {
            if depth == 0 {
                return literal(at..i + 1, open + 1..i);
            }
            depth -= 1;
        } else if byte == opening {
            depth += 1;
        }
        i += 1;
    }
    Found::NoEnd
}

/// `/…/` where a value may begin.
pub(super) fn regex(text: &[u8], at: usize) -> Found {
    let before = text[..at].trim_ascii_end();
    let begins = match before.last() {
        None => true,
        Some(
            b'(' | b',' | b'=' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'{' | b'}' | b';'
            | b'~',
        ) => true,
        _ => [
            &b"return"[..],
            b"case",
            b"in",
            b"split",
            b"if",
            b"unless",
            b"and",
            b"or",
            b"when",
        ]
        .iter()
        .any(|word| before.ends_with(word) && before.len() < at),
    };
    if !begins {
        return Found::Nothing;
    }
    let stop = text.len().min(at + REGEX);
    let (mut i, mut class) = (at + 1, false);
    while i < stop {
        match text[i] {
            b'\n' => return Found::NoEndUpTo(i),
            b'\\' => i += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return literal(at..i + 1, at + 1..i),
            _ => {}
        }
        i += 1;
    }
    Found::NoEndUpTo(stop)
}

/// The tag of a heredoc.
#[derive(Clone)]
pub(super) struct Tag {
    pub(super) name: Range<usize>,
    /// One past the tag and its quote.
    pub(super) behind: usize,
}

/// Returns the tag of the heredoc that `open` begins at `at`: `<<EOF`, `<<-"EOF"`, `<<~EOF`, `<<<'EOF'`; a blank may stand
/// before it if `spaced` says so.
pub(super) fn tag(text: &[u8], at: usize, open: &str, spaced: bool) -> Option<Tag> {
    let mut from = at + open.len();
    if !text[at..].starts_with(open.as_bytes()) || at > 0 && text[at - 1] == b'<' {
        return None;
    }
    from += usize::from(matches!(text.get(from), Some(b'-' | b'~')));
    if spaced {
        from += run(text, from, |b| b == b' ');
    }
    from += usize::from(text.get(from) == Some(&b'\\'));
    let quote = text.get(from).filter(|b| matches!(b, b'"' | b'\''));
    from += usize::from(quote.is_some());
    let len = run(text, from, |b| in_name(b) || b == b'-');
    let end = from + len;
    let closed = quote.is_none_or(|quote| text.get(end) == Some(quote));
    let named = len > 1 && !text[from].is_ascii_digit() && closed;
    named.then_some(Tag {
        name: from..end,
        behind: end + usize::from(quote.is_some()),
    })
}

/// Returns the start of the line that closes the heredoc whose body begins at `from`.
pub(super) fn heredoc_end(text: &[u8], from: usize, tag: &[u8]) -> Option<usize> {
    let body = text.get(from..)?;
    memchr::memmem::find_iter(body, tag).find_map(|len| {
        let (at, behind) = (from + len, from + len + tag.len());
        let before = &text[from..at];
        let blanks = before
            .iter()
            .rev()
            .take_while(|b| matches!(b, b' ' | b'\t'));
        let start = at - blanks.count();
        let ends = text
            .get(behind)
            .is_none_or(|b| matches!(b, b'\n' | b'\r' | b';' | b',' | b')' | b' '));
        (ends && (start == from || is_line_start(text, start))).then_some(start)
    })
}

/// A block of code in Markdown, up to a line of as many ticks or to the end of the text.
pub(super) fn fence(text: &[u8], at: usize) -> Found {
    let tick = text[at];
    let ticks = run(text, at, |b| b == tick);
    if ticks < 3 || !indented(text, at) {
        return Found::Nothing;
    }
    let word = line_end(text, at);
    if memchr::memchr(b'`', &text[at + ticks..word]).is_some() {
        return Found::Nothing;
    }
    let mut from = word;
    while let Some(len) = memchr::memmem::find(&text[from..], &text[at..at + 3]) {
        let close = from + len;
        let closing = run(text, close, |b| b == tick);
        let rest = close + closing;
        if closing >= ticks
            && indented(text, close)
            && text[rest..line_end(text, rest)].trim_ascii().is_empty()
        {
            return Found::Region(Region {
                range: at..rest,
                inside: at..close,
                kind: Kind::Fence,
            });
        }
        from = rest;
    }
    Found::Open(Kind::Fence, at)
}

/// A line or a cell of a notebook that is no code of its language.
pub(super) fn magic(text: &[u8], at: usize) -> Found {
    /// What begins the next cell.
    const NEXT: &[u8] = b"\n# %%";
    if !indented(text, at) {
        return Found::Nothing;
    }
    let line = line_end(text, at);
    let name = |from: usize| text.get(from).is_some_and(u8::is_ascii_alphabetic);
    let (kind, end) = if text[at..].starts_with(b"%%") && name(at + 2) {
        let rest = &text[line..];
        let next = memchr::memmem::find(rest, NEXT).unwrap_or(rest.len());
        (Kind::Cell, line + next)
    } else if text[at] == b'!' || name(at + 1) {
        (Kind::Magic, line)
    } else {
        return Found::Nothing;
    };
    Found::Region(Region {
        range: at..end,
        inside: at..end,
        kind,
    })
}

/// Returns where the literal of one character ends that begins at `from`.
pub(super) fn character(text: &[u8], from: usize) -> Option<usize> {
    /// An escape in the literal of a character is no longer than this.
    const CHARACTER: usize = 14;
    let first = *text.get(from)?;
    let len = match first {
        b'\\' => {
            let rest = text.get(from + 2..)?;
            let rest = &rest[..rest.len().min(CHARACTER)];
            return Some(from + 2 + memchr::memchr2(b'\'', b'\n', rest)?)
                .filter(|&end| text[end] == b'\'');
        }
        b'\'' | b'\n' => return None,
        0..=0x7f => 1,
        _ => {
            let follows = text[from + 1..].iter().take(3);
            1 + follows.take_while(|b| **b & 0xc0 == 0x80).count()
        }
    };
    (text.get(from + len) == Some(&b'\'')).then_some(from + len)
}
