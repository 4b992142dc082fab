//! Private keys as text: PEM in every armour and every way of putting it into a string, PuTTY's files, bare DER.

mod body;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::entropy;
use crate::fragment::Fragment;
use crate::rule::{Basis, Found, Tier};
use body::{Body, LINE, LONGEST, WHOLE, is_base64};

/// Why a key that has a passphrase only warns.
const ENCRYPTED: &str = "encrypted: as safe as its passphrase";
/// The shortest body of a private key, in base64 characters: Ed25519 in PKCS#8.
const SHORTEST: usize = 64;
/// A body without all of its key is still worth stopping from here on: the private part follows the public one.
const PART: usize = 200;

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
    behind += dashes;
    // Where another key begins, this one has ended.
    let near = &text[behind..text.len().min(behind + LONGEST)];
    let next = memchr::memmem::find(near, b"-----BEGIN ");
    let text = next.map_or(text, |next| &text[..behind + next]);
    let mut body = Body::read(text, behind, false);
    let is_key = |body: &Body| !body.cut && plausible(label, &body.first, body.len);
    if !(is_key(&body) && body.behind_footer(text) > body.end)
        && let Some(lines) = Body::read_lines(text, start, behind)
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
