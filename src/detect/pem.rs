//! Private keys as text: PEM in every armour and every way of putting it into a string, PuTTY's files, bare DER.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::entropy;
use crate::fragment::{Fragment, line_end, line_start_from};
use crate::rule::{Basis, Found, Tier};

/// Why a key that has a passphrase only warns.
const ENCRYPTED: &str = "encrypted: as safe as its passphrase";
/// No key is longer; what is, is read so far.
const LONGEST: usize = 64 << 10;
/// The shortest body of a private key, in base64 characters: Ed25519 in PKCS#8.
const SHORTEST: usize = 64;
/// A body without all of its key is still worth stopping from here on: the private part follows the public one.
const PART: usize = 200;
/// A body without a header begins with a run of so many base64 characters.
const WHOLE: usize = 48;
/// A run of so many base64 characters is a line of a body, not a word.
const LINE: usize = 16;
/// So many words may stand between a header and its body: `" + newline + "`.
const WORDS: usize = 6;
/// No longer text stands before each line of a key in a log.
const PREFIX: usize = 200;
/// So many lines are read of a body with something around them.
const MOST_LINES: usize = 400;
/// So many lines of the same length are a body, even without a footer.
const ENOUGH_LINES: usize = 4;

/// Finds a private key at the words `PRIVATE KEY` of its header.
pub fn private_key(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    armoured(fragment.text, at)
        .filter(|found| !found.1)
        .map(|found| found.0)
}

/// Finds a private key that is encrypted, at the words `PRIVATE KEY` of its header.
pub fn private_key_encrypted(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    armoured(fragment.text, at)
        .filter(|found| found.1)
        .map(|found| found.0)
}

/// Finds the body of a private key without its header: its first bytes say what it is.
pub fn private_key_der(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    // The keyword stands a few characters into the body.
    let start = at
        - text[..at]
            .iter()
            .rev()
            .take(24)
            .take_while(|&&b| is_base64(b))
            .count();
    if !begins_body(text, start) {
        return None;
    }
    // Without the header only what fills a line can be one: the first bytes alone stand in programs that look for keys.
    let run = text[start..].iter().take_while(|&&b| is_base64(b)).count();
    if run < WHOLE {
        return None;
    }
    let body = Body::read(text, start, true);
    let head = &body.first[..];
    let offset = head
        .windows(3)
        .take(16)
        .position(|three| three.starts_with(b"M") || three == b"b3B")?;
    let head = &head[offset..];
    let is_key = private_prefix(head) && (head.starts_with(b"b3Bl") || is_private_der(head));
    if !is_key || body.len < SHORTEST || body.cut || head_is_public(head) {
        return None;
    }
    Some(Found {
        tier: body.is_partial(0).then_some(Tier::Warn),
        ..Found::new(start + offset..body.end, Basis::Format).because("the body of a private key")
    })
}

/// Finds a key file of PuTTY, at the words with which it begins.
pub fn putty_key(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    const HEAD: usize = 4 << 10;
    let text = &fragment.text[at..fragment.text.len().min(at + HEAD)];
    let encryption = memchr::memmem::find(text, b"Encryption:")?;
    let lines = memchr::memmem::find(text, b"Private-Lines:")?;
    let none = text[encryption + 11..]
        .trim_ascii_start()
        .starts_with(b"none");
    let count = text[lines + 14..].trim_ascii_start();
    let digits = count.iter().take_while(|b| b.is_ascii_digit()).count();
    let from = at + (text.len() - count.len()) + digits;
    let body = Body::read(fragment.text, from, false);
    if body.len < SHORTEST / 2 || body.cut {
        return None;
    }
    Some(Found {
        tier: (!none).then_some(Tier::Warn),
        ..Found::new(at..body.end, Basis::Format).because(if none { "" } else { ENCRYPTED })
    })
}

/// Returns the key whose header holds the words at `at`, and whether it is encrypted.
fn armoured(text: &[u8], at: usize) -> Option<(Found, bool)> {
    const WORD: &[u8] = b"PRIVATE KEY";
    let (label, start) = header(text, at)?;
    if !text[at..].starts_with(WORD) {
        return None;
    }
    let mut behind = at + WORD.len();
    if text[behind..].starts_with(b" BLOCK") {
        behind += 6;
    }
    let dashes = text[behind..]
        .iter()
        .take(8)
        .take_while(|&&b| matches!(b, b'-' | b' '))
        .count();
    if dashes < 4 {
        return None;
    }
    let mut body = Body::read(text, behind + dashes, false);
    let is_key = |body: &Body| !body.cut && plausible(label, &body.first, body.len);
    if !(is_key(&body) && body.behind_footer(text) > body.end)
        && let Some(lines) = Body::read_lines(text, start, behind + dashes)
        && (lines.len >= body.len || !is_key(&body))
    {
        body = lines;
    }
    let head = &body.first[..];
    if body.cut || body.len < SHORTEST || !plausible(label, head, body.len) {
        return None;
    }
    let encrypted = body.encrypted
        || memchr::memmem::find(label, b"ENCRYPTED").is_some()
        || head.starts_with(b"b3BlbnNzaC1rZXktdjEAAAAAC")
            && !head.starts_with(b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU")
        || head.starts_with(b"b3BlbnNzaC1rZXktdjEAAAAACm");
    let found = Found {
        tier: body.is_partial(PART).then_some(Tier::Warn),
        ..Found::new(start..body.behind_footer(text), Basis::Format).because(if encrypted {
            ENCRYPTED
        } else {
            ""
        })
    };
    Some((found, encrypted))
}

/// Returns the words between `BEGIN` and `at`, and where the dashes before it start.
fn header(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    const FAR: usize = 40;
    let floor = at.saturating_sub(FAR);
    let begin = floor + memchr::memmem::rfind(&text[floor..at], b"BEGIN ")?;
    let label = &text[begin + 6..at];
    let plain = label
        .iter()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'_'));
    let dashes = text[..begin]
        .iter()
        .rev()
        .take(8)
        .take_while(|&&b| matches!(b, b'-' | b' '))
        .count();
    (plain && dashes >= 4).then_some((label, begin - dashes))
}

/// Tells whether a body can be the key that its header names.
fn plausible(label: &[u8], head: &[u8], len: usize) -> bool {
    if memchr::memmem::find(label, b"PGP").is_some() {
        // A secret key packet, of the old format or the new one.
        return matches!(head, [b'l' | b'x', ..]);
    }
    let known = head.starts_with(b"b3BlbnNzaC1rZXkt")
        || head.starts_with(b"P2/56wAA")
        || head.starts_with(b"eyJrZGYi");
    // Every other armour holds DER, whose first byte is a sequence. Of a body that begins otherwise only the look is
    // left.
    let der = head.starts_with(b"M") && !is_repetitive(head);
    known || der || len >= PART && entropy::bits_per_byte(head) >= 5.0
}

/// Tells whether a body is written with few characters: `AAAA`, `MIIxxxx`.
fn is_repetitive(head: &[u8]) -> bool {
    entropy::bits_per_byte(head) < 3.5
}

/// Tells whether no line of base64 stands right before `at`: else `at` is inside a body, which was read from its start.
fn begins_body(text: &[u8], at: usize) -> bool {
    let before = text[..at]
        .iter()
        .rev()
        .take(16)
        .position(|&b| is_base64(b))
        .map_or(at, |i| at - i);
    let run = text[..before]
        .iter()
        .rev()
        .take(LINE)
        .take_while(|&&b| is_base64(b))
        .count();
    run < LINE
}

/// Tells whether a bare body begins as a private key does.
fn private_prefix(head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(&head[..head.len().min(48)], word).is_some();
    head.starts_with(b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU")
        || head.starts_with(b"MC4CAQAwBQYDK2VwBCIEI")
        || head.starts_with(b"MHcCAQEEI")
        || head.starts_with(b"MIGkAgEBBD")
        || head.starts_with(b"MIHcAgEBBEI")
        || head.starts_with(b"MIGHAgEAMBMGByqGSM49")
        || has(b"IBADANBgkqhkiG9w0BAQEFAASC")
        || has(b"IBAAKCA")
        || has(b"AIBAAKBg")
}

/// Tells whether DER is a sequence that begins with the version number 0 or 1, as private keys do and public ones not.
fn is_private_der(head: &[u8]) -> bool {
    let take = head.len().min(32) / 4 * 4;
    let Ok(bytes) = STANDARD_NO_PAD.decode(&head[..take]) else {
        return false;
    };
    let version = match bytes[..] {
        [0x30, 0x82, _, _, ref rest @ ..] | [0x30, 0x81, _, ref rest @ ..] => rest,
        [0x30, len, ref rest @ ..] if len < 0x80 => rest,
        _ => return false,
    };
    matches!(version, [0x02, 0x01, 0 | 1, ..])
}

fn head_is_public(head: &[u8]) -> bool {
    head.starts_with(b"MIIBI") || head.starts_with(b"MIICI")
}

/// The base64 of a key, however it is put into lines, strings and comments.
#[derive(Default)]
struct Body {
    /// Its first characters.
    first: Vec<u8>,
    /// How many base64 characters it has.
    len: usize,
    /// Where its last character ends.
    end: usize,
    /// Whether it is cut short by an ellipsis, or is to be filled in.
    cut: bool,
    /// Whether its headers say that it is encrypted.
    encrypted: bool,
    /// Where its footer ends, as far as the reader has seen it.
    footer: Option<usize>,
}

impl Body {
    /// How much of a body is kept to look at.
    const HEAD: usize = 400;

    /// Reads the body that begins behind `at`; `bare` if no footer ends it.
    fn read(text: &[u8], at: usize, bare: bool) -> Self {
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
    fn read_lines(text: &[u8], header: usize, behind: usize) -> Option<Self> {
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
    fn is_partial(&self, enough: usize) -> bool {
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
    fn behind_footer(&self, text: &[u8]) -> usize {
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

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}
