//! Credentials in HTTP headers and registries' files: base64 of `user:password`, bearer tokens.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::found;
use super::text::{at_word, ends_word, in_name, quoted, skip_blanks, until};
use crate::fragment::Fragment;
use crate::rule::{Basis, Found, Login, SecretKind, Site};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A login in base64.
enum Encoded {
    /// A key in JSON takes the place of the password, as at Google's registry.
    Key,
    /// `user:password`.
    Login(Login),
}

/// Returns the login that a base64 text holds, if it holds one.
fn login(encoded: &[u8]) -> Option<Encoded> {
    let decoded = LENIENT.decode(encoded).ok()?;
    let colon = decoded.iter().position(|&b| b == b':')?;
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    let graphic = |text: &[u8]| {
        text.iter()
            .filter(|&&b| b.is_ascii_graphic() || b == b' ')
            .count()
    };
    // A stray byte or two are a typing error, or letters beyond ASCII; more of them are no text.
    let text = graphic(user) == user.len() && graphic(password) * 10 >= password.len() * 9;
    if !(text || std::str::from_utf8(&decoded).is_ok()) || password.is_empty() {
        return None;
    }
    if password.starts_with(b"{") {
        return Some(Encoded::Key);
    }
    // The token is the user's name there.
    let token = password == b"x-oauth-basic" || password == b"api_token";
    Some(Encoded::Login(Login {
        site: if token { Site::Loose } else { Site::Encoded },
        user: if token { Vec::new() } else { user.to_vec() },
        decoded: Some(if token { user } else { password }.to_vec()),
        ..Login::default()
    }))
}

/// Returns what stands in base64 at a place where a login is read.
fn encoded(range: Range<usize>, login: Encoded) -> Found {
    match login {
        Encoded::Login(login) => found(range, login),
        Encoded::Key => Found {
            start: range.start,
            end: range.end,
            tier: None,
            reason: String::new(),
            basis: Basis::Settled,
        },
    }
}

fn in_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// `Authorization: Basic …`; `at` is that of `basic `.
pub fn basic_header(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if at > 0 && (in_name(text[at - 1]) || text[at - 1] == b'-') {
        return None;
    }
    let start = at + 6;
    let end = until(text, start, 400, |b| !in_base64(b));
    if end - start < 8
        || text
            .get(end)
            .is_some_and(|&b| !ends_word(b) && !b",;)]}".contains(&b))
    {
        return None;
    }
    Some(encoded(start..end, login(&text[start..end])?))
}

/// `"auth": "…"` of Docker's configuration and `_auth = …` of `.npmrc`; `at` is that of `auth`, perhaps with its quote.
pub fn registry_auth(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let name = until(text, at, 3, |b| b.is_ascii_alphabetic());
    let end = until(text, name, 8, |b| !in_name(b));
    let operator = skip_blanks(
        text,
        until(text, end, 3, |b| b != b'"' && b != b'\\' && b != b'\''),
    );
    let bare = text[at] == b'_' && at > 0 && !matches!(text[at - 1], b':' | b'\n' | b'\r');
    if !at_word(text, name, b"auth")
        || end != name + 4
        || bare
        || !matches!(text.get(operator), Some(b':' | b'='))
    {
        return None;
    }
    let start = skip_blanks(text, operator + 1);
    let range = match quoted(text, start) {
        Some(value) => value.range,
        None => start..until(text, start, 4000, |b| !in_base64(b)),
    };
    if range.len() < 8 || !text[range.clone()].iter().all(|&b| in_base64(b)) {
        return None;
    }
    let value = &text[range.clone()];
    match login(value) {
        Some(login) => Some(encoded(range, login)),
        // `_auth` of `.npmrc` may hold what its registry likes.
        None if at_word(text, at, b"_auth") => Some(found(range, Login::default())),
        None => None,
    }
}

/// `Authorization: Bearer …`; `at` is that of the scheme (`bearer `, `token `, `apikey `, …).
pub fn bearer_header(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if at > 0 && (in_name(text[at - 1]) || text[at - 1] == b'-') {
        return None;
    }
    // The other schemes are words of every text.
    let before = &text[at.saturating_sub(24)..at];
    let header = (0..before.len()).any(|i| at_word(before, i, b"authorization"));
    if !header && !at_word(text, at, b"bearer ") {
        return None;
    }
    let start = until(text, at, 12, |b| b == b' ') + 1;
    let end = until(text, start, 2000, |b| {
        !b.is_ascii_alphanumeric() && !b"._~+/=-".contains(&b)
    });
    let token = text.get(start..end)?;
    let digits = token.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = token.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let named = token
        .iter()
        .position(|&b| b == b'=')
        .is_some_and(|i| token[i..].iter().any(|&b| b != b'='));
    if named
        || token.len() < 20
        || digits < 3
        || letters < 5
        || token.ends_with(b"...")
        || at_word(text, end, "…".as_bytes())
    {
        return None;
    }
    // Prose and code behind the word: a sentence, a path, a name with dots.
    if text
        .get(end)
        .is_some_and(|&b| !ends_word(b) && !b",;)]}".contains(&b))
        || token.starts_with(b"/")
    {
        return None;
    }
    Some(found(
        start..end,
        Login {
            site: Site::Loose,
            kind: SecretKind::Token,
            ..Login::default()
        },
    ))
}
