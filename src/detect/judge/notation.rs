//! What in a value is a notation: constants, algorithms, suites of ciphers, rates, conditions, addresses of IPv6.

use crate::language::chance;
use crate::lexicon::{ALGORITHM_PART, SUBWORD_MARK, VALIDATION, Words};

/// Tells whether a value has a notation of its own: `APP_TOKEN_NAME`, `required|min:8`, a key of a test mode.
pub(super) fn is_notation(value: &[u8]) -> bool {
    let all = |test: fn(u8) -> bool| value.iter().all(|&b| test(b));
    value.contains(&b'_') && all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'!'))
        || value.contains(&b'|')
            && all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"|:,_".contains(&b))
        // What other values begin with: `sk_live_`.
        || value.len() < 12
            && value.ends_with(b"_")
            && all(|b| b.is_ascii_lowercase() || b == b'_')
        // The tag of an entity in HTTP: `W/"b74362"`.
        || value.starts_with(b"W/\"")
        || SUBWORD_MARK.stands_in(value)
        || is_constant(value)
        || is_cipher_list(value)
        || is_ipv6(value)
        || is_conditions(value)
        || is_rate(value)
        || is_algorithm(value)
        || is_versioned_path(value)
        || is_variable_of_package(value)
        || (value.starts_with(b"test_") || value.starts_with(b"test-"))
            && chance(value) < 10
}

/// Tells whether a value is the id of a user, behind the service that knows it: `auth0|5f7c8ec7c33c6c004bbafe82`.
pub(super) fn is_user_id(value: &[u8]) -> bool {
    let Some(bar) = value.iter().position(|&b| b == b'|') else {
        return false;
    };
    let (service, id) = (&value[..bar], &value[bar + 1..]);
    let in_service = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    service.first().is_some_and(u8::is_ascii_lowercase)
        && service.iter().all(in_service)
        && !id.is_empty()
        && id.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
}

/// Tells whether a value is a variable that a tool replaces: `$IMS-CC-FILEBASE$`.
fn is_variable_of_package(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"$").and_then(|v| v.strip_suffix(b"$"));
    inner.is_some_and(|inner| {
        inner
            .iter()
            .all(|b| b.is_ascii_uppercase() || b"-_".contains(b))
    })
}

/// Tells whether a time stands in a value, as ISO 8601 writes it: `1001:pm25:2026-05-01T13:00:00Z`.
pub(super) fn holds_time(value: &[u8]) -> bool {
    const TIME: &[u8] = b"0000-00-00T00:00";
    value.windows(TIME.len()).any(|part| {
        part.iter().zip(TIME).all(|(b, as_in)| {
            if *as_in == b'0' {
                b.is_ascii_digit()
            } else {
                b == as_in
            }
        })
    })
}

/// Tells whether a value is the name of a resource or a package with its version: `Microsoft.Sql/servers@2022-05-01`.
fn is_versioned_path(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|&b| b == b'@') else {
        return false;
    };
    let (path, version) = (&value[..at], &value[at + 1..]);
    let in_path = |b: &u8| b.is_ascii_alphanumeric() || b"./-_".contains(b);
    path.contains(&b'/')
        && path.iter().all(in_path)
        && path.first().is_some_and(u8::is_ascii_alphabetic)
        && version.first().is_some_and(u8::is_ascii_digit)
        && version
            .iter()
            .all(|b| b.is_ascii_digit() || b".-".contains(b))
}

/// Tells whether a value is a list of ciphers as TLS has them: `ECDHE-RSA-AES128-SHA:!PSK:!RC4;`.
fn is_cipher_list(value: &[u8]) -> bool {
    let value = value.strip_suffix(b";").unwrap_or(value);
    let in_name = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_+!@=".contains(b);
    memchr::memchr_iter(b':', value).count() >= 2
        && value
            .split(|&b| b == b':')
            .all(|name| name.len() <= 40 && name.iter().all(in_name))
}

/// Tells whether a value is a name of parts in capitals, as constants and suites of ciphers have: `TLS_PSK_WITH_AES_128_CCM`.
fn is_constant(value: &[u8]) -> bool {
    let mut parts = 0;
    let fits = value
        .split(|b| matches!(b, b'_' | b'-' | b','))
        .all(|part| {
            parts += 1;
            !part.is_empty()
                && (part.len() <= 3 && part.iter().all(u8::is_ascii_digit)
                    || part.iter().all(u8::is_ascii_uppercase)
                    || ALGORITHM_PART.has(part.split(u8::is_ascii_digit).next().unwrap_or(part))
                        && part
                            .iter()
                            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
        });
    fits && parts >= 3 && chance(value) < 12
}

/// Tells whether a value is a rate: `5/m`, `100/hour/user`.
fn is_rate(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0
        && value.get(digits) == Some(&b'/')
        && value[digits..]
            .iter()
            .all(|&b| b.is_ascii_lowercase() || b == b'/')
}

/// Tells whether a value is the name of an algorithm or of an encoding: `HS256`, `A128CBC-HS256`, `utf-8`, `latin1`.
fn is_algorithm(value: &[u8]) -> bool {
    value.len() <= 40
        && value.iter().any(u8::is_ascii_digit)
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_/+".contains(b))
        && value
            .split(|b| !b.is_ascii_alphabetic())
            .filter(|part| !part.is_empty())
            .all(|part| {
                Words::of(part)
                    .as_slice()
                    .iter()
                    .all(|word| ALGORITHM_PART.has(word))
                    || ALGORITHM_PART.has(part)
            })
        && value
            .split(|b| !b.is_ascii_digit())
            .filter(|run| !run.is_empty())
            .all(|run| run.len() <= 5)
}

/// Tells whether a value is an address of IPv6.
fn is_ipv6(value: &[u8]) -> bool {
    // `[fe80::1]:8080`
    let inner = value.strip_prefix(b"[");
    let inner = inner.and_then(|rest| rest.split(|b| *b == b']').next());
    let address = inner.unwrap_or(value);
    value.windows(2).any(|pair| pair == b"::")
        && address
            .split(|b| *b == b':')
            .all(|part| part.len() <= 4 && part.iter().all(u8::is_ascii_hexdigit))
}

/// Tells whether a value is a list of conditions, as frameworks check forms by them: `required|min:8|regex:/[A-Z]/`.
fn is_conditions(value: &[u8]) -> bool {
    let condition = |part: &[u8]| {
        let name = part.split(|b| *b == b':').next().unwrap_or_default();
        !name.is_empty() && name.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
    };
    let in_condition = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_,.:".contains(b);
    let head = value.split(|b| *b == b':').next().unwrap_or_default();
    if head.len() < value.len() && VALIDATION.has(head) && value.iter().all(in_condition) {
        return true;
    }
    let mut parts = value.split(|b| *b == b'|');
    let first = parts.next().unwrap_or_default();
    let second = parts.next().unwrap_or_default();
    first.len() > 3
        && first.iter().all(u8::is_ascii_lowercase)
        && second.len() > 2
        && condition(second)
}
