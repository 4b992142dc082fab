//! The base64 of a private key, read through whatever its lines stand in.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::fragment::{line_end, line_start_from};

/// No key is longer; what is, is read so far.
pub(super) const LONGEST: usize = 64 << 10;
/// A body without a header begins with a run of so many base64 characters.
pub(super) const WHOLE: usize = 48;
/// A run of so many base64 characters is a line of a body, not a word.
pub(super) const LINE: usize = 16;
/// So many words may stand between a header and its body: `" + newline + "`.
const WORDS: usize = 6;
/// No longer text stands before each line of a key in a log.
const PREFIX: usize = 200;
/// So many lines are read of a body with something around them.
const MOST_LINES: usize = 400;
/// So many lines of the same length are a body, even without a footer.
const ENOUGH_LINES: usize = 4;

/// The base64 of a key, however it is put into lines, strings and comments.
#[derive(Default)]
pub(super) struct Body {
    /// Its first characters.
    pub(super) first: Vec<u8>,
    /// How many base64 characters it has.
    pub(super) len: usize,
    /// Where its last character ends.
    pub(super) end: usize,
    /// Whether it is cut short by an ellipsis, or is to be filled in.
    pub(super) cut: bool,
    /// Whether its headers say that it is encrypted.
    pub(super) encrypted: bool,
    /// Where its footer ends, as far as the reader has seen it.
    footer: Option<usize>,
}

impl Body {
    /// How much of a body is kept to look at.
    const HEAD: usize = 400;

    /// Reads the body that begins behind `at`; `bare` if no footer ends it.
    pub(super) fn read(text: &[u8], at: usize, bare: bool) -> Self {
        let text = &text[..text.len().min(at + LONGEST)];
        let mut body = Self {
            end: at,
            ..Self::default()
        };
        let mut words = 0;
        let mut at = at;
        let (mut fresh_line, mut line_ended, mut last_line) = (false, false, false);
        while let Some(&byte) = text.get(at) {
            if is_base64(byte) && !(fresh_line && text[at..].starts_with(b"//")) {
                let run = at..at + text[at..].iter().take_while(|&&b| is_base64(b)).count();
                // A plus that stands alone joins strings.
                if run.len() == 1 && byte == b'+' {
                    at += 1;
                    continue;
                }
                if let Some(value) = pem_header(text, &run) {
                    body.encrypted |=
                        memchr::memmem::find(&text[value.clone()], b"ENCRYPTED").is_some();
                    at = value.end;
                    continue;
                }
                // The last line is shorter than the others; what stands below it, or is a name, is something else.
                let named = matches!(text.get(run.end), Some(b'-' | b':'));
                if body.len >= LINE && line_ended && (last_line || named) {
                    break;
                }
                last_line |= body.len >= LINE && line_ended && run.len() < LINE;
                (fresh_line, line_ended) = (false, false);
                if run.len() >= LINE || body.len > 0 && run.len() > 1 || body.len >= LINE {
                    body.take(text, &run);
                    // Nothing but its length says where a body without a footer ends.
                    if bare && body.is_whole() {
                        break;
                    }
                } else {
                    words += 1;
                    if words > WORDS {
                        break;
                    }
                }
                at = run.end;
                continue;
            }
            match between(&text[at..]) {
                0 => {
                    body.cut = text[at..].starts_with(b"..")
                        || text[at..].starts_with("…".as_bytes())
                        || text[at..].starts_with(b"***")
                        || text[at..].starts_with(b"[")
                        || text[at..].starts_with(b"{{");
                    break;
                }
                len => {
                    line_ended |=
                        byte == b'\n' || byte == b'\\' && text[at..at + len].ends_with(b"n");
                    fresh_line = byte == b'\n' || fresh_line && byte.is_ascii_whitespace();
                    at += len;
                }
            }
        }
        body
    }

    /// Reads a body whose lines have something around them that is no part of it: a time, a line number, a mark of a
    /// diff, a call. The body's part of a line is its longest run of base64 characters.
    pub(super) fn read_lines(text: &[u8], header: usize, behind: usize) -> Option<Self> {
        let mut body = Self {
            end: behind,
            ..Self::default()
        };
        // What stands before the header stands before most lines, too; a plus sign there is no base64.
        let floor = header.saturating_sub(PREFIX);
        let prefix = &text[line_start_from(text, floor, header)..header];
        let mut lengths = Vec::new();
        let mut without = 0;
        let limit = text.len().min(behind + LONGEST);
        let mut at = line_end(&text[..limit], behind) + 1;
        while at < limit && lengths.len() < MOST_LINES && without <= WORDS {
            let end = line_end(&text[..limit], at);
            let line = &text[at..end];
            if let Some(footer) = footer(line) {
                body.footer = Some(at + footer);
                break;
            }
            let skip = line.strip_prefix(prefix).map_or(0, |_| prefix.len());
            let rest = &line[skip..];
            let run = longest_run(rest);
            let behind_run = rest[run.end..].trim_ascii_start();
            if PEM_HEADERS.iter().any(|name| {
                memchr::memmem::find(rest, name)
                    .is_some_and(|found| rest[found + name.len()..].contains(&b':'))
            }) {
                body.encrypted |= memchr::memmem::find(rest, b"ENCRYPTED").is_some();
            } else if run.len() >= LINE {
                body.cut |= behind_run.starts_with(b"..");
                body.take(text, &(at + skip + run.start..at + skip + run.end));
                lengths.push(run.len());
            } else {
                without += 1;
                body.cut |= memchr::memmem::find(rest, b"...").is_some();
            }
            at = end + 1;
        }
        // Every line of a body but the last has the same length; lines of code have not.
        let (last, full) = lengths.split_last()?;
        let even = full.first().is_none_or(|first| {
            *first >= WHOLE && full.iter().all(|len| len == first) && last <= first
        });
        (even && (body.footer.is_some() || lengths.len() >= ENOUGH_LINES)).then_some(body)
    }

    fn take(&mut self, text: &[u8], run: &Range<usize>) {
        let room = Self::HEAD.saturating_sub(self.first.len()).min(run.len());
        self.first
            .extend_from_slice(&text[run.start..run.start + room]);
        self.len += run.len();
        self.end = run.end;
    }

    /// Tells whether the body is much shorter than the length that its own first bytes give, and than `enough`.
    pub(super) fn is_partial(&self, enough: usize) -> bool {
        self.declared()
            .is_some_and(|declared| self.len < enough.max(1) && self.len * 3 / 4 < declared * 3 / 5)
    }

    /// Returns how many bytes the key has by its own first bytes, if it is DER.
    fn declared(&self) -> Option<usize> {
        let take = self.first.len().min(8) / 4 * 4;
        match STANDARD_NO_PAD.decode(&self.first[..take]).as_deref() {
            Ok([0x30, 0x82, high, low, ..]) => {
                Some(usize::from(u16::from_be_bytes([*high, *low])) + 4)
            }
            Ok([0x30, 0x81, len, ..]) => Some(usize::from(*len) + 3),
            Ok([0x30, len, ..]) if *len < 0x80 => Some(usize::from(*len) + 2),
            _ => None,
        }
    }

    /// Tells whether as many characters are read as the key has, without those that only pad it.
    fn is_whole(&self) -> bool {
        let whole = self.declared().map(|bytes| (bytes * 4).div_ceil(3));
        whole.is_some_and(|whole| self.len >= whole)
    }

    /// Returns where the footer ends, if there is one close behind the body; else where the body ends.
    pub(super) fn behind_footer(&self, text: &[u8]) -> usize {
        if let Some(end) = self.footer {
            return end;
        }
        let rest = &text[self.end..text.len().min(self.end + 100)];
        self.end + footer(rest).unwrap_or(0)
    }
}

/// Returns where the footer in a text ends.
fn footer(text: &[u8]) -> Option<usize> {
    let end = memchr::memmem::find(text, b"END ")?;
    let from = end + memchr::memmem::find(&text[end..], b"----")?;
    let dashes = text[from..].iter().take(5).take_while(|&&b| b == b'-');
    Some(from + dashes.count())
}

/// Returns the longest run of base64 characters of a line, without the letter of an escape or a joining plus before it.
fn longest_run(line: &[u8]) -> Range<usize> {
    let mut longest = 0..0;
    let mut at = 0;
    while at < line.len() {
        let len = line[at..].iter().take_while(|&&b| is_base64(b)).count();
        let escape = len > 0 && at > 0 && line[at - 1] == b'\\';
        let start = at + usize::from(escape);
        if at + len > start + longest.len() {
            longest = start..at + len;
        }
        at += len + 1;
    }
    longest
}

/// How the names of a body's own headers begin (`DEK-Info: ...`).
const PEM_HEADERS: [&[u8]; 7] = [
    b"Proc", b"DEK", b"Version", b"Comment", b"Hash", b"Charset", b"Subject",
];

/// Returns the value of a line such as `DEK-Info: ...`, whose name begins with `run`.
fn pem_header(text: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let name = &text[run.clone()];
    if !PEM_HEADERS.contains(&name) {
        return None;
    }
    let rest = &text[run.end..text.len().min(run.end + 200)];
    let colon = memchr::memchr(b':', rest)?;
    let end = rest[colon..]
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r' | b'\\' | b'"'))
        .unwrap_or(rest.len() - colon);
    Some(run.end + colon..run.end + colon + end)
}

/// Returns how many bytes at the start of a text only stand between the lines of a body: blanks, line ends in every
/// spelling, quotes, operators that join strings, marks of comments; 0 if there are none.
fn between(text: &[u8]) -> usize {
    match *text {
        [b'.', b'.', ..] | [] => 0,
        [b'\\', ..] => {
            let slashes = text.iter().take(8).take_while(|&&b| b == b'\\').count();
            match text.get(slashes) {
                Some(b'n' | b'r' | b't') => slashes + 1,
                Some(b'u')
                    if text[slashes..].starts_with(b"u000a")
                        || text[slashes..].starts_with(b"u000A") =>
                {
                    slashes + 5
                }
                _ => slashes,
            }
        }
        [b'%', b'0', b'A' | b'a' | b'D' | b'd', ..] => 3,
        [b'&', b'#', ..] => text
            .iter()
            .take(8)
            .position(|&b| b == b';')
            .map_or(0, |i| i + 1),
        [b'/', b'/', ..] => 2,
        [b, ..] if b.is_ascii_whitespace() => 1,
        [
            b'"' | b'\'' | b'`' | b'+' | b',' | b'.' | b'&' | b'_' | b'#' | b'*' | b'>' | b'|'
            | b';' | b'=' | b'(' | b')',
            ..,
        ] => 1,
        _ => 0,
    }
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}
