//! The name of an assignment: where it starts and ends, what it stands in, and what stands above it.

use std::cell::OnceCell;
use std::ops::Range;

use super::literal::escapes_at;
use super::{Language, Line, Place};
use crate::detect::lex::is_word_byte;
use crate::fragment::{line_end, line_start};
use crate::lexicon::WIDE_COLON;
use crate::rule::edge::ends_escape;

/// A key is no longer than this.
pub(super) const LONG: usize = 96;
/// A word of a key in several words is no longer than this.
const WORD: usize = 24;

/// Tells whether a byte may stand in an unquoted key.
pub(crate) fn is_key_byte(byte: u8) -> bool {
    // Asked for each byte around each name.
    static KEY: [bool; 256] = bytes(b"_-.$");
    KEY[usize::from(byte)]
}

/// Returns the set of the letters, the digits, what is no ASCII, and some marks.
const fn bytes(marks: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut byte = 0_u8;
    loop {
        set[byte as usize] = byte.is_ascii_alphanumeric() || byte >= 0x80;
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    let mut i = 0;
    while i < marks.len() {
        set[marks[i] as usize] = true;
        i += 1;
    }
    set
}

/// Tells whether a byte may stand in one word of a key in several.
fn in_word_of_key(byte: u8) -> bool {
    is_word_byte(byte) || byte == b'-'
}

/// Returns how many of the key bytes from `start` on, before `at`, belong to an escape: the `n` of `\nname`, the `0A` of
/// `%0Aname`.
fn escaped(line: &Line<'_>, start: usize, at: usize) -> usize {
    if !matches!(line.before(start), b'\\' | b'%') {
        return 0;
    }
    let ends = (start + 1..=at.min(start + 5)).find(|&i| ends_escape(line.text, i));
    ends.map_or(0, |end| end - start)
}

/// Returns where the first colon of Chinese and Japanese stands in a text.
fn wide_colon(text: &[u8]) -> Option<usize> {
    let mut mark = [0; 4];
    memchr::memmem::find(text, WIDE_COLON.encode_utf8(&mut mark).as_bytes())
}

/// Returns the part of a key that holds the byte at `at`, without what stands beside such a colon; `None` if that is the
/// colon's own.
fn wide_colons_apart(line: &Line<'_>, key: Range<usize>, at: usize) -> Option<Range<usize>> {
    let mut start = key.start;
    while let Some(found) = wide_colon(&line.text[start..key.end]) {
        let (colon, behind) = (start + found, start + found + WIDE_COLON.len_utf8());
        if at < colon {
            return Some(start..colon);
        }
        if at < behind {
            return None;
        }
        start = behind;
    }
    Some(start..key.end)
}

/// A key and how it is delimited.
pub(super) struct Key {
    /// Without quotes.
    pub(super) range: Range<usize>,
    /// The first byte behind it and its closing quote.
    pub(super) after: usize,
    /// Whether it is a string.
    pub(super) quoted: bool,
    /// What it stands in.
    place: OnceCell<Place>,
}

impl Key {
    /// Returns the key that holds the byte at `at`.
    pub(super) fn around(line: &Line<'_>, at: usize) -> Option<Self> {
        if at >= line.end || !is_key_byte(line.text[at]) {
            return None;
        }
        let (mut start, mut end) = (at, at + 1);
        while start > line.start && at - start < LONG && is_key_byte(line.text[start - 1]) {
            start -= 1;
        }
        while end < line.end && end - at < LONG && is_key_byte(line.text[end]) {
            end += 1;
        }
        if end - start >= LONG {
            return None;
        }
        let within = wide_colons_apart(line, start..end, at)?;
        (start, end) = (within.start, within.end);
        start += escaped(line, start, at);
        Self::of(line, start, end)
    }

    /// Returns the key around the key bytes `start..end`.
    fn of(line: &Line<'_>, start: usize, end: usize) -> Option<Self> {
        if let Some(key) = Self::quoted(line, start, end) {
            return Some(key);
        }
        let (mut start, mut end) = (start, end);
        while end > start && matches!(line.text[end - 1], b'.' | b'-' | b'$') {
            end -= 1;
        }
        let flag = start;
        while start < end && matches!(line.text[start], b'-' | b'.' | b'$') {
            start += 1;
        }
        // -Dkey=value
        if start - flag == 1
            && line.text[flag] == b'-'
            && line.is_at(start, b"D")
            && end - start > 1
        {
            start += 1;
        }
        // ${KEY-default}
        if line.before(start) == b'{'
            && line.text[..start].ends_with(b"${")
            && let Some(dash) = memchr::memchr(b'-', &line.text[start..end])
        {
            end = start + dash;
        }
        // A pointer's arrow is no part of the key: `db->password`.
        if start >= end {
            return None;
        }
        // A part of a name with colons: `arn:aws:secretsmanager:eu-west-1:1234:secret:hex/token`.
        if line.byte(end) == b':'
            && line.byte(end + 1) != b' '
            && line.before(start) == b':'
            && start > line.start + 1
            && line.text[start - 2].is_ascii_alphanumeric()
        {
            return None;
        }
        let mut key = Self {
            range: start..end,
            after: end,
            quoted: false,
            place: OnceCell::new(),
        };
        key.widen(line);
        Some(key)
    }

    /// Returns the key as a whole string: `"API key"`, `'x-api-key'`, `\"token\"`.
    fn quoted(line: &Line<'_>, start: usize, end: usize) -> Option<Self> {
        /// What else may stand in a quoted key.
        fn inside(byte: u8) -> bool {
            static INSIDE: [bool; 256] = bytes(b"_-.$ /()@*#");
            INSIDE[usize::from(byte)]
        }
        // .NET joins the parts of a name so: `Db:Password`; keys of messages have small letters there. Right of one that names
        // a secret its value may stand.
        let joins = |at: usize| {
            line.byte(at) == b':'
                && line.before(at).is_ascii_alphabetic()
                && line.byte(at + 1).is_ascii_uppercase()
        };
        let mut to = end;
        while to < line.end && to - start < LONG && inside(line.text[to]) {
            to += 1;
        }
        let quote = line.byte(to);
        let (escapes, closing) = match quote {
            b'\\' => {
                let escapes = escapes_at(line, to);
                (escapes, line.byte(to + escapes))
            }
            b'&' if line.is_at(to, b"&quot;") => (0, b';'),
            _ => (0, quote),
        };
        if !matches!(closing, b'"' | b'\'' | b'`' | b';') || closing == b';' && quote != b'&' {
            return None;
        }
        let mut from = start;
        while from > line.start
            && start - from < LONG
            && (inside(line.text[from - 1]) || joins(from - 1))
        {
            from -= 1;
        }
        if line.before(from) != closing {
            return None;
        }
        let before = &line.text[line.start..from - 1];
        let opening = before.iter().rev().take(escapes);
        if opening.filter(|b| **b == b'\\').count() < escapes {
            return None;
        }
        // `'pwd$'` is a pattern.
        if line.text[to - 1] == b'$' {
            return None;
        }
        let mut range = from..to;
        while range.start < range.end && matches!(line.text[range.start], b'-' | b':' | b'$' | b' ')
        {
            range.start += 1;
        }
        // `"--password $password"` holds a value already, and so does `"密码：x"`.
        let name = &line.text[range.clone()];
        if memchr::memmem::find(name, b" $").is_some() || wide_colon(name).is_some() {
            return None;
        }
        (!range.is_empty()).then_some(Self {
            range,
            after: to + escapes + if quote == b'&' { 6 } else { 1 },
            quoted: true,
            place: OnceCell::from(Place::Code),
        })
    }

    /// Returns what the key stands in; found out only when it matters, for the line before it must be read.
    pub(super) fn place(&self, line: &Line<'_>) -> Place {
        *self.place.get_or_init(|| {
            if self.is_setting(line) {
                Place::Code
            } else {
                line.place
                    .unwrap_or_else(|| place_of(line, self.range.start))
            }
        })
    }

    /// Tells whether a text or a comment holds a line of settings: `API_TOKEN=v` anywhere, `password: v` or
    /// `# password = v` with nothing else on the line.
    fn is_setting(&self, line: &Line<'_>) -> bool {
        if !line.language.has_bare_values() || self.range.start < line.start {
            return false;
        }
        let operator = line.skip_blanks(self.range.end);
        if !matches!(line.byte(operator), b':' | b'=') {
            return false;
        }
        let key = &line.text[self.range.clone()];
        let shouted = !key.iter().any(u8::is_ascii_lowercase);
        if shouted && operator == self.range.end && line.byte(operator) == b'=' {
            return true;
        }
        let before = &line.text[line.start..self.range.start];
        let rest = line.text[operator + 1..line.end.min(operator + 1 + LONG)].trim_ascii();
        before.iter().all(|b| b" \t#/;-*>".contains(b)) && !rest.is_empty() && !rest.contains(&b' ')
    }

    /// Takes the words behind the key into it where people write keys of several words: `API key: ...`.
    fn widen(&mut self, line: &Line<'_>) {
        // A variable has one word, and what stands behind the name of a tag is an attribute.
        if line.before(self.range.start) == b'$' || self.is_tag(line) {
            return;
        }
        let mut end = self.range.end;
        for _ in 0..2 {
            let next = end + 1;
            if line.byte(end) != b' ' || !in_word_of_key(line.byte(next)) {
                return;
            }
            end = next;
            while end - next < WORD && in_word_of_key(line.byte(end)) {
                end += 1;
            }
            // Only a word that the operator follows makes the key longer.
            let operator = end + usize::from(line.byte(end) == b' ');
            if matches!(line.byte(operator), b':' | b'=') {
                if self.place(line) != Place::Code || line.language == Language::Yaml {
                    self.range.end = end;
                    self.after = end;
                }
                return;
            }
        }
    }

    /// Tells whether the key is the name of an element, behind its namespace perhaps.
    fn is_tag(&self, line: &Line<'_>) -> bool {
        let head = &line.text[line.start.min(self.range.start)..self.range.start];
        let mut name = head.iter().rev().take(LONG);
        name.find(|&&b| !is_key_byte(b) && b != b':') == Some(&b'<')
    }

    /// Takes the words before the key into it, likewise.
    pub(super) fn widen_left(&mut self, line: &Line<'_>) {
        if self.quoted || line.before(self.range.start) != b' ' {
            return;
        }
        if self.place(line) == Place::Code && line.language != Language::Yaml {
            return;
        }
        for _ in 0..2 {
            let start = self.range.start;
            if start < line.start + 2
                || line.text[start - 1] != b' '
                || !line.text[start - 2].is_ascii_alphanumeric()
            {
                return;
            }
            let mut from = start - 1;
            while from > line.start && start - from < WORD && in_word_of_key(line.text[from - 1]) {
                from -= 1;
            }
            // What stands behind an operator is a value, and what holds digits may be one: `user: u1 token=…`.
            let before = line.text[line.start..from].trim_ascii_end();
            let word = &line.text[from..start];
            if matches!(before.last(), Some(b'=' | b':')) || word.iter().any(u8::is_ascii_digit) {
                return;
            }
            self.range.start = from;
        }
    }
}

/// Returns what the byte at `at` stands in, judged by the quotes and comment marks before it on its line.
fn place_of(line: &Line<'_>, at: usize) -> Place {
    let hash_comments = matches!(
        line.language,
        Language::Script | Language::Shell | Language::Ini | Language::Yaml
    );
    if line.language == Language::Prose {
        return Place::Prose;
    }
    let head = &line.text[line.start.min(at)..at];
    let lead = head.trim_ascii_start();
    if lead.starts_with(b"* ")
        || lead.starts_with(b"/*")
        || lead.starts_with(b"<!--")
        || lead.starts_with(b"-- ")
        || lead.starts_with(b"; ")
        || lead.starts_with(b"REM ")
        || lead.starts_with(b"% ")
    {
        return Place::Prose;
    }
    let mut open = 0u8;
    let mut i = 0;
    while i < head.len() {
        let byte = head[i];
        if open != 0 {
            if byte == b'\\' {
                i += 1;
            } else if byte == open {
                open = 0;
            }
        } else {
            match byte {
                b'"' | b'`' => open = byte,
                b'\''
                    if i == 0
                        || !head[i - 1].is_ascii_alphanumeric()
                        || line.language != Language::Yaml =>
                {
                    open = byte
                }
                b'#' if hash_comments && (i == 0 || head[i - 1].is_ascii_whitespace()) => {
                    return Place::Prose;
                }
                b'/' if head.get(i + 1) == Some(&b'/')
                    && (i == 0 || head[i - 1] != b':')
                    && !hash_comments =>
                {
                    return Place::Prose;
                }
                b'<' if head[i..].starts_with(b"<!--") => return Place::Prose,
                _ => {}
            }
        }
        i += 1;
    }
    if open == 0 { Place::Code } else { Place::Text }
}

/// Returns the name that the line of `at` stands under: the nearest line above that is indented less and names something.
pub(super) fn parent(text: &[u8], at: usize) -> Option<Range<usize>> {
    /// How many lines above are looked at, and how many bytes.
    const LINES: usize = 16;
    const BYTES: usize = 1 << 10;
    let floor = at.saturating_sub(BYTES);
    let start = |offset: usize| floor + line_start(&text[floor..offset], offset - floor);
    let indent = |from: usize| {
        text[from..]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    };
    let mut line = start(at);
    let depth = indent(line);
    for _ in 0..LINES {
        if line <= floor {
            return None;
        }
        line = start(line - 1);
        let from = line + indent(line);
        let end = line_end(&text[..at], from);
        let first = text[from];
        if from == end || matches!(first, b'#' | b'}' | b'/') {
            continue;
        }
        let section = first == b'[' && depth == 0;
        if indent(line) >= depth && !section {
            continue;
        }
        let begin = (from..end).find(|&i| is_key_byte(text[i]) && text[i] != b'-')?;
        let mut stop = begin;
        while stop < end && stop - begin < LONG && is_key_byte(text[stop]) {
            stop += 1;
        }
        return Some(begin..stop);
    }
    None
}
