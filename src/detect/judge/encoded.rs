//! What in a value is made by a program: hashes, identifiers, ciphertext, base64 and escapes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::detect::placeholder::is_count;
use crate::language::chance;
use crate::lexicon::{COLOUR_BEGIN, SEALED_BEGIN};

/// Returns the number that a text begins with as writers of JSON escape it: `\u00e9`.
fn utf16_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    let digits = std::str::from_utf8(digits).ok()?;
    digits
        .bytes()
        .all(|b| b.is_ascii_hexdigit())
        .then(|| u16::from_str_radix(digits, 16).ok())?
}

/// Returns the letter that an escape of eight digits stands for: `\U00010450` of YAML, Python and C.
fn long_escape(text: &[u8]) -> Option<char> {
    let digits = text.strip_prefix(b"\\U")?.first_chunk::<8>()?;
    let digits = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32)
}

/// Returns a value without the escapes that writers of JSON make of marks and of letters beyond ASCII (`\u003c`, `\/`), if
/// it holds any.
pub(super) fn unescaped(value: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'\\', value)?;
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(len) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..len]);
        rest = &rest[len..];
        // A letter beyond the first 65,536 is written as two numbers.
        let units = [0, 6].map(|at| utf16_unit(&rest[rest.len().min(at)..]));
        let letter = char::decode_utf16(units.into_iter().map_while(|unit| unit)).next();
        if let Some(Ok(letter)) = letter {
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[6 * letter.len_utf16()..];
        } else if let Some(letter) = long_escape(rest) {
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[10..];
        } else {
            let skip = usize::from(rest.starts_with(b"\\/"));
            let end = rest.len().min(skip + 1);
            out.extend_from_slice(&rest[skip..end]);
            rest = &rest[end..];
        }
    }
    out.extend_from_slice(rest);
    (out != value).then_some(out)
}

/// Tells whether a value is a hash, an encrypted container or public key material.
pub(super) fn is_sealed(value: &[u8]) -> bool {
    SEALED_BEGIN.begins(value)
        // A certificate, or a key in DER: the length of a sequence of more than 255 bytes.
        || value.starts_with(b"MII") && (value.len() >= 100 || value.len() >= 40 && !is_private_der(value))
        || value.strip_prefix(b"pub").is_some_and(is_digest)
        || is_ssh_blob(value)
        || is_sealed_secret(value)
        // What MySQL stores of a password.
        || value.strip_prefix(b"*").is_some_and(|hash| hash.len() == 40 && is_digest(hash))
        // A password in a file of Maven's: `{base64=}`.
        || value.strip_prefix(b"{").and_then(|v| v.strip_suffix(b"=}")).is_some_and(|v| {
            v.len() >= 20 && v.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
        })
        // What PostgreSQL stores of a password.
        || value.strip_prefix(b"md5").is_some_and(|hash| hash.len() == 32 && is_digest(hash))
        // $method$salt$hash
        || value.starts_with(b"$") && memchr::memchr_iter(b'$', value).count() >= 3
}

/// Tells whether a value is sealed for a controller of Kubernetes: base64 that begins with the length of a session key of 512
/// bytes. <https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md>
fn is_sealed_secret(value: &[u8]) -> bool {
    value.len() >= 690
        && value.starts_with(b"Ag")
        && (b'A'..=b'P').contains(&value[2])
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
}

/// Tells whether base64 begins as a private key in DER does: version 0 first, or 1 and then the key's octets. A certificate
/// begins with another sequence, a TLS session with the version of the protocol. RFC 8017, 5208 and 5915.
fn is_private_der(value: &[u8]) -> bool {
    let head = value.get(..12).and_then(|head| STANDARD.decode(head).ok());
    head.is_some_and(|head| {
        head[4..].starts_with(&[2, 1, 0]) || head[4..].starts_with(&[2, 1, 1, 4])
    })
}

/// Tells whether a value is a public key or a certificate as SSH sends it: base64 that begins with the name of its
/// algorithm behind the name's length. RFC 4253, section 6.6.
fn is_ssh_blob(value: &[u8]) -> bool {
    let head = || value.get(..24).and_then(|head| STANDARD.decode(head).ok());
    value.starts_with(b"AAAA")
        && head().is_some_and(|head| {
            let len = usize::from(head[3]);
            let name = &head[4..head.len().min(4 + len)];
            (7..64).contains(&len) && name.contains(&b'-') && name.iter().all(u8::is_ascii_graphic)
        })
}

/// Tells whether a UUID stands in a value, by itself or in a longer one.
pub(super) fn has_uuid(value: &[u8]) -> bool {
    value.windows(36).any(is_uuid) && value.len() < 100
}

/// Tells whether a value is a UUID.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| {
            if matches!(i, 8 | 13 | 18 | 23) {
                *b == b'-'
            } else {
                b.is_ascii_hexdigit()
            }
        })
}

/// Tells whether a value is the length and alphabet of a digest.
pub(super) fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// Tells whether a value is mostly escapes: `%C3%A9`, `\x00\x01`.
pub(super) fn is_escaped(value: &[u8]) -> bool {
    let escapes = value
        .windows(3)
        .filter(|three| three[0] == b'%' && three[1..].iter().all(u8::is_ascii_hexdigit))
        .count();
    let bytes = memchr::memmem::find_iter(value, b"\\x").count()
        + memchr::memmem::find_iter(value, b"\\u").count()
        + memchr::memmem::find_iter(value, b"\\0").count();
    escapes * 9 > value.len() || bytes * 6 >= value.len()
}

/// Returns the text that a value is in base64, if it is one.
pub(super) fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    /// Longer ones are files, not words.
    const LONG: usize = 512;
    /// Behind a mark, shorter ones are base64 by chance.
    const MARKED: usize = 12;
    if value.len() > LONG {
        return None;
    }
    // Behind a mark of their own, too: `SHOP_` and base64.
    let tail = value.rsplit(|b| *b == b'_').next().unwrap_or(value);
    let value = if tail.len() >= MARKED { tail } else { value };
    let text = STANDARD.decode(value).ok()?;
    let printed = |b: &u8| b.is_ascii_graphic() || b" \r\n".contains(b);
    (text.iter().all(printed) || is_count(&text)).then_some(text)
}

/// Tells whether a text is made of words of a language: letters, blanks and a few marks, as they follow each other there.
pub(super) fn is_prose(text: &[u8]) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || b" -_,.:'\n".contains(b);
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    text.len() >= 8 && digits * 8 <= text.len() && text.iter().all(word) && chance(text) < 0
}

/// Tells whether a value is the fingerprint of a key, as PGP shows it: 16 or 40 digits in capitals.
pub(super) fn is_fingerprint(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"id=").unwrap_or(value);
    let value = without_0x(value);
    matches!(value.len(), 16 | 40)
        && value
            .iter()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b))
        && value.iter().any(u8::is_ascii_uppercase)
}

/// Tells whether a value is a digest as OpenSSL and OpenSSH show it: octets with colons between them (MD5, SHA-1, SHA-256).
pub(super) fn is_octets(value: &[u8]) -> bool {
    matches!(value.len(), 47 | 59 | 95)
        && value
            .split(|b| *b == b':')
            .all(|octet| octet.len() == 2 && octet.iter().all(u8::is_ascii_hexdigit))
}

/// Tells whether a value is the id of a key as PGP shows it: `0x` before it.
pub(super) fn is_key_id(value: &[u8]) -> bool {
    without_0x(value).len() < value.len() && is_fingerprint(value)
}

fn without_0x(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"0x").unwrap_or(value)
}

/// Tells whether a value is a word in colours, as programs write them to a terminal: `\033[0;32mPASS\033[0m`.
pub(super) fn is_colour(value: &[u8]) -> bool {
    if !COLOUR_BEGIN.stands_in(value) {
        return false;
    }
    let mut rest = Vec::new();
    let mut at = 0;
    while at < value.len() {
        if let Some(begin) = COLOUR_BEGIN.longest_at(&value[at..]) {
            at += begin;
            at += value[at..]
                .iter()
                .take_while(|b| b.is_ascii_digit() || **b == b';')
                .count()
                + 1;
        } else {
            rest.push(value[at]);
            at += 1;
        }
    }
    !rest.iter().any(u8::is_ascii_digit)
}

/// Tells whether a value is an uncompressed point of a curve of 256 bits, as public keys of web push are, in base64.
pub(super) fn is_public_point(value: &[u8]) -> bool {
    let point = value.strip_suffix(b"=").unwrap_or(value);
    point.len() == 87
        && point.starts_with(b"B")
        && point
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_+/".contains(b))
}

/// How far before a value the start of a data URL is looked for.
pub(super) const DATA_URL: usize = 4 << 10;

/// Tells whether a text ends within the data of a `data:image/png;base64,` URL, or in so much base64 that no token is glued
/// to it.
pub(super) fn is_in_data_url(before: &[u8]) -> bool {
    /// Longer than a header or a word before a token.
    const RUN: usize = 256;
    let data = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let run = before.iter().rev().take_while(|b| data(b)).count();
    run >= RUN || before[..before.len() - run].ends_with(b";base64,")
}
