//! Lists of `key=value`: ODBC and ADO (`Server=…;Password=…;`), libpq (`host=… password=…`), Kafka's JAAS.

use std::ops::Range;

use super::text::{
    LONGEST, at_word, ends_word, entity_quote, in_name, quoted, since, skip_blanks, until,
};
use super::{default_in, found, percent_decoded};
use crate::fragment::Fragment;
use crate::lexicon::{PAIR_HOST, PAIR_OTHER, PAIR_USER};
use crate::rule::{Found, Login};

/// How many neighbours of the password are looked at, on either side.
const NEIGHBOURS: usize = 6;
/// The longest neighbour.
const SEGMENT: usize = 120;

/// What the neighbours of a password say.
#[derive(Default)]
struct Neighbours<'a> {
    known: bool,
    user: &'a [u8],
    host: &'a [u8],
}

impl<'a> Neighbours<'a> {
    /// Reads `key=value`.
    fn read(&mut self, segment: &'a [u8]) {
        let Some(equals) = segment.iter().position(|&b| b == b'=') else {
            return;
        };
        let (key, value) = (
            segment[..equals].trim_ascii(),
            segment[equals + 1..].trim_ascii(),
        );
        if PAIR_HOST.has(key) {
            self.host = host_of(value);
        } else if PAIR_USER.has(key) {
            self.user = value;
        } else if !PAIR_OTHER.has(key) {
            return;
        }
        self.known = true;
    }
}

/// Returns the host in SQL Server's spelling: `tcp:host,1433`, `host\INSTANCE`, `(local)`.
fn host_of(value: &[u8]) -> &[u8] {
    let value = value.strip_prefix(b"tcp:").unwrap_or(value);
    let end = value
        .iter()
        .position(|b| b",\\".contains(b))
        .unwrap_or(value.len());
    match &value[..end] {
        b"." | b"(local)" | b"(localdb)" | b"(LocalDb)" | b"(LocalDB)" => b"localhost",
        host => host,
    }
}

/// Lists separated by `;`: ODBC, ADO, OLE DB; `at` is that of the key.
pub fn odbc_pairs(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    pairs(fragment.text, at, b';')
}

/// Lists separated by blanks: libpq, dblink, `psycopg2.connect("host=…")`; `at` is that of the key.
pub fn libpq_pairs(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    pairs(fragment.text, at, b' ')
}

fn pairs(text: &[u8], at: usize, separator: u8) -> Option<Found> {
    if at > 0 && (in_name(text[at - 1]) || b"-.&?$[".contains(&text[at - 1])) {
        return None;
    }
    if separator == b' ' && at > 0 && !is_glue(text[at - 1]) {
        return None;
    }
    let equals = skip_blanks(text, until(text, at, 16, |b| !in_name(b)));
    if text.get(equals) != Some(&b'=')
        || separator == b' ' && text.get(equals.wrapping_sub(1)) == Some(&b' ')
    {
        return None;
    }
    let value = value_of(
        text,
        if separator == b';' {
            skip_blanks(text, equals + 1)
        } else {
            equals + 1
        },
        separator,
    )?;
    let mut neighbours = Neighbours::default();
    back(text, at, separator, &mut neighbours);
    forth(text, value.end, separator, &mut neighbours);
    let password = &text[value.clone()];
    // `password=Option(type='string')`, `password = u.password ? u.password : null;`
    let name = password
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.".contains(b))
        .count();
    let call = password.ends_with(b")") && password.contains(&b'(') && separator == b';'
        || name > 0 && password[0].is_ascii_alphabetic() && password.get(name) == Some(&b'(')
        || [&b" ? "[..], b" || ", b" ?? "]
            .iter()
            .any(|sign| memchr::memmem::find(password, sign).is_some());
    if !neighbours.known || call {
        return None;
    }
    let value = default_in(text, value);
    Some(found(
        value.clone(),
        Login {
            decoded: unescaped(&text[value.clone()]),
            ..Login::of(neighbours.user, neighbours.host)
        },
    ))
}

/// Returns the length of the character reference of XML that a text begins with; 0 if it begins with none.
fn reference(text: &[u8]) -> usize {
    let len = text
        .iter()
        .take(8)
        .position(|&b| b == b';')
        .map_or(0, |i| i + 1);
    match text {
        [b'&', b'#', ..] => len,
        [b'&', ..]
            if [&b"&quot;"[..], b"&apos;", b"&amp;", b"&lt;", b"&gt;"].contains(&&text[..len]) =>
        {
            len
        }
        _ => 0,
    }
}

/// Returns a value with the character references of XML undone; `None` if it holds none.
fn unescaped(value: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'&', value)?;
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while at < value.len() {
        let len = reference(&value[at..]);
        out.push(match &value[at..at + len] {
            b"&quot;" | b"&#34;" => b'"',
            b"&apos;" | b"&#39;" => b'\'',
            b"&lt;" => b'<',
            b"&gt;" => b'>',
            _ => value[at],
        });
        at += len.max(1);
    }
    Some(out)
}

/// Returns the value at `start`: in quotes, in braces (ODBC), or up to the separator.
fn value_of(text: &[u8], start: usize, separator: u8) -> Option<Range<usize>> {
    if let Some(value) = quoted(text, start) {
        // `password='a', user='b'`: the arguments of a call.
        let argument = separator == b' ' && text.get(value.next) == Some(&b',');
        return Some(value.range).filter(|range| !range.is_empty() && !argument);
    }
    if separator == b';' && text.get(start) == Some(&b'{') {
        let end = until(text, start, LONGEST, |b| b == b'}' || b == b'\n');
        return within_braces(text, start..end + 1);
    }
    let end = if separator == b';' {
        let mut end = start;
        loop {
            end = until(text, end, LONGEST, |b| b"&;\"'`\n\r<>".contains(&b));
            // What a reference of XML stands for belongs to the value, unless it ends the string that the list is in.
            match reference(&text[end..]) {
                0 if text.get(end) == Some(&b'&') => end += 1,
                len if len > 0 && entity_quote(&text[end..]).is_none() => end += len,
                _ => break end,
            }
            if end >= start + LONGEST {
                break end;
            }
        }
    } else {
        let end = until(text, start, LONGEST, |b| ends_word(b) || b == b',');
        let mut quotes = memchr::memchr_iter(b'&', &text[start.min(end)..end]);
        let quote = quotes.find(|at| entity_quote(&text[start + at..]).is_some());
        quote.map_or(end, |at| start + at)
    };
    // `password=a, user=b`: the arguments of a call.
    if separator == b' ' && text.get(end) == Some(&b',') {
        return None;
    }
    let trimmed = text[start..end].trim_ascii_end().len();
    (trimmed > 0 && end - start < LONGEST).then_some(start..start + trimmed)
}

/// Returns what stands in braces, as ODBC and SQL Server write odd characters; `{password}` alone is a field of a format
/// string.
pub(super) fn within_braces(text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let value = text.get(range.clone())?.strip_prefix(b"{")?;
    let inner = value.strip_suffix(b"}")?;
    (!inner.starts_with(b"{") && inner.iter().any(|b| b";=+@# $!%^&*?~".contains(b)))
        .then_some(range.start + 1..range.end - 1)
}

/// Tells whether a byte may stand between two literals that code glues together.
fn is_glue(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'`+&_@\\".contains(&byte)
}

fn ends_segment(byte: u8, separator: u8) -> bool {
    byte == separator || b"\"'`\n\r".contains(&byte)
}

/// Reads the neighbours before `at`.
fn back<'a>(text: &'a [u8], at: usize, separator: u8, neighbours: &mut Neighbours<'a>) {
    let mut end = at;
    for _ in 0..NEIGHBOURS {
        end = since(text, end, 48, |b| !is_glue(b));
        if separator == b';' {
            if end == 0 || text[end - 1] != b';' {
                return;
            }
            end -= 1;
        }
        let start = since(text, end, SEGMENT, |b| ends_segment(b, separator));
        if start == end || separator == b' ' && text[start..end].ends_with(b",") {
            return;
        }
        neighbours.read(&text[start..end]);
        end = start;
    }
}

/// Reads the neighbours behind `at`.
fn forth<'a>(text: &'a [u8], at: usize, separator: u8, neighbours: &mut Neighbours<'a>) {
    let mut start = at;
    for _ in 0..NEIGHBOURS {
        if separator == b';' {
            start = until(text, start, 8, |b| b == b';' || b == b'\n');
            if text.get(start) != Some(&b';') {
                return;
            }
            start += 1;
        }
        start = until(text, start, 48, |b| !is_glue(b));
        let end = until(text, start, SEGMENT, |b| ends_segment(b, separator));
        if start == end {
            return;
        }
        neighbours.read(&text[start..end]);
        start = end;
    }
}

/// The same lists in percent encoding, as `odbc_connect=` takes them: `PWD%3D…%3B`; `at` is that of the key.
pub fn encoded_pairs(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let start = until(text, at, 16, |b| b == b'%') + 3;
    let stop = |i: usize| {
        ends_word(text[i])
            || text[i] == b'&'
            || at_word(text, i, b"%3b")
            || at_word(text, i, b"%3d")
    };
    let limit = text.len().min(start + LONGEST);
    let end = (start.min(limit)..limit)
        .find(|&i| stop(i))
        .unwrap_or(limit);
    if end <= start {
        return None;
    }
    Some(found(
        start..end,
        Login {
            decoded: percent_decoded(&text[start..end]),
            ..Login::default()
        },
    ))
}

/// Kafka's and other JAAS modules: `… required username="…" password="…";`; `at` is that of `loginmodule required`.
pub fn jaas(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let end = until(text, at + 20, 400, |b| b == b';');
    let mut from = at + 20;
    loop {
        let equals = from + memchr::memchr(b'=', text.get(from..end)?)?;
        let key = since(text, equals, 32, |b| !in_name(b));
        let value = quoted(text, equals + 1);
        if at_word(text, key, b"password=")
            && let Some(value) = value
        {
            return Some(found(value.range, Login::default()));
        }
        from = value.map_or(equals + 1, |value| value.next);
    }
}
