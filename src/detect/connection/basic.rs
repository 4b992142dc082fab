//! Credentials in HTTP headers and registries' files: base64 of `user:password`, bearer tokens.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::file::{NPM_REGISTRY, registry};
use super::found;
use super::text::{at_word, ends_word, in_name, quoted, since, skip_blanks, until};
use crate::detect::judge::is_uuid;
use crate::fragment::Fragment;
use crate::lexicon::{OTHER_SCHEME, SAMPLE_UUID};
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

/// Returns what base64 holds, if that is a text.
pub(super) fn decoded_text(encoded: &[u8]) -> Option<Vec<u8>> {
    let decoded = LENIENT.decode(encoded).ok()?;
    decoded.iter().all(u8::is_ascii_graphic).then_some(decoded)
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
        Encoded::Key => Found::new(range, Basis::Settled),
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
    let npm = at_word(text, at, b"_auth");
    let host = if npm {
        registry(text, at).unwrap_or(NPM_REGISTRY).to_vec()
    } else {
        Vec::new()
    };
    match login(&text[range.clone()]) {
        Some(Encoded::Login(login)) => Some(found(range, Login { host, ..login })),
        Some(key) => Some(encoded(range, key)),
        // npm sends what stands there, whatever it is.
        None if npm => Some(found(
            range,
            Login {
                host,
                ..Login::default()
            },
        )),
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
    Some(found(start..end, Login::loose(SecretKind::Token)))
}

/// `Authorization: …` with any scheme or none, in a request, on a command line or in code; `at` is that of
/// `authorization`.
pub fn authorization_header(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if at > 0 && (text[at - 1].is_ascii_alphanumeric() || b"/@".contains(&text[at - 1])) {
        return None;
    }
    let value = header_value(text, at + 13)?;
    let mut words = text[value.clone()].split(|&b| b == b' ');
    let first = words.next()?;
    let token = match (words.next(), words.next()) {
        (None, _) => value,
        (Some(_), None) => {
            let scheme = !first.is_empty()
                && first.len() <= 32
                && first[0].is_ascii_alphabetic()
                && first.iter().all(|&b| in_name(b) || b == b'-');
            if !scheme || OTHER_SCHEME.has(first) {
                return None;
            }
            value.start + first.len() + 1..value.end
        }
        _ => return None,
    };
    // `Token token="…"`: one parameter.
    let equals = text[token.clone()].iter().position(|&b| b == b'=');
    let token = match equals {
        Some(i)
            if i + 12 < token.len()
                && text[token.start..token.start + i]
                    .iter()
                    .all(|&b| in_name(b)) =>
        {
            let start = token.start + i + 1;
            quoted(text, start).map_or(start..token.end, |value| value.range)
        }
        _ => token,
    };
    random_token(text, token)
}

/// Another header whose name says that its value is secret: `-H "X-Auth-Token: …"`, or a line of a request; `at` is
/// that of the end of the name, up to and with its `: `.
pub fn secret_header(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let start = since(text, at, 40, |b| !in_name(b) && b != b'-');
    let colon = until(text, at, 16, |b| b == b':');
    let named = text[start..colon].iter().all(|&b| in_name(b) || b == b'-');
    let before = &text[..start];
    let option = [&b"-H "[..], b"-H", b"--header "].iter().any(|option| {
        before
            .strip_suffix(b"\"")
            .or(before.strip_suffix(b"'"))
            .is_some_and(|before| before.ends_with(option))
    });
    // `curl_slist_append(headers, "X-Auth-Token: …")`, `CURLOPT_HTTPHEADER, ['X-Auth-Token: …']`
    let in_list = before.last().is_some_and(|b| b"\"'".contains(b))
        && (before.len().saturating_sub(80)..before.len()).any(|i| at_word(before, i, b"header"));
    if !named || !(option || in_list) {
        return None;
    }
    random_token(text, header_value(text, colon)?)
}

/// Returns where the value of a header stands whose name ends at `end`: up to the end of the line or of its quotes.
fn header_value(text: &[u8], end: usize) -> Option<Range<usize>> {
    let closed = until(text, end, 6, |b| !b"\"'`]\\".contains(&b));
    let in_code = closed > end;
    let operator = skip_blanks(text, closed);
    let start = match text.get(operator)? {
        b':' => operator + 1,
        b',' | b'\n' | b'\r' => {
            // `{"key": "Authorization", "value": "…"}`, in YAML on the next line.
            let next = until(text, operator, 64, |b| {
                b != b',' && !b.is_ascii_whitespace()
            });
            let name = until(text, next, 2, |b| b != b'"' && b != b'\'');
            let colon = until(text, name + 5, 2, |b| b == b':');
            if at_word(text, name, b"value") && text.get(colon) == Some(&b':') {
                colon + 1
            } else if in_code && text[operator] == b',' {
                operator + 1
            } else {
                return None;
            }
        }
        b'=' if text.get(operator + 1) == Some(&b'>') => operator + 2,
        b'=' if text.get(operator + 1) != Some(&b'=') => operator + 1,
        _ => return None,
    };
    let start = skip_blanks(text, start);
    // `[]string{"…"}`, `b"…"`
    let opened = until(text, start, 12, |b| b"\"'`".contains(&b));
    let before = text.get(start..opened)?;
    let typed = [&b"[]string{"[..], b"{", b"[", b"b", b"f"].contains(&before);
    if let Some(value) = quoted(text, if typed { opened } else { start }) {
        return Some(value.range);
    }
    // Names of code stand without quotes behind a name in quotes, or behind an operator.
    if in_code || !matches!(text[operator], b':' | b'\n' | b'\r') {
        return None;
    }
    let end = until(text, start, 600, |b| b < b' ' || b"\"'`<>\\".contains(&b));
    let end = start + text.get(start..end)?.trim_ascii_end().len();
    (end > start).then_some(start..end)
}

/// Returns a token if nobody would write it by hand: letters and digits change all the time.
fn random_token(text: &[u8], range: Range<usize>) -> Option<Found> {
    let token = &text[range.clone()];
    let class = |b: u8| match b {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let count = |wanted: u8| token.iter().filter(|&&b| class(b) == wanted).count();
    let changes = token
        .windows(2)
        .filter(|two| class(two[0]) != class(two[1]) && class(two[0]) < 3 && class(two[1]) < 3)
        .count();
    let plain = token
        .iter()
        .all(|&b| b.is_ascii_alphanumeric() || b"._~+/=-".contains(&b));
    if !plain
        || !(16..=512).contains(&token.len())
        || count(0) == 0
        || count(1) + count(2) < 3
        || changes * 6 < token.len() && !is_uuid(token)
        || SAMPLE_UUID.begins(token)
        // A token with a rule of its own.
        || token.starts_with(b"eyJ")
    {
        return None;
    }
    Some(found(range, Login::loose(SecretKind::Token)))
}
