//! URLs with a password: `scheme://user:password@host`, `?password=`, JDBC, and the data source names of Go.

use std::ops::Range;

use super::pairs::within_braces;
use super::text::{LONGEST, at_word, ends_word, in_name, since, until};
use super::{default_in, found, found_in, percent_decoded};
use crate::detect::lex::shell::Shell;
use crate::fragment::Fragment;
use crate::lexicon::{STORE, STORE_WITH_RULE, Strength, secret_name};
use crate::rule::{Basis, Found, Login, SecretKind, Site};

/// The longest name of a scheme with its driver that is followed.
const SCHEME: usize = 40;

/// One place of a URL.
struct Parts {
    user: Range<usize>,
    password: Range<usize>,
    host: Range<usize>,
}

/// Returns a scheme without its driver.
fn base(scheme: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'+', scheme).unwrap_or(scheme.len());
    &scheme[..end]
}

/// Tells whether a scheme stands behind `jdbc:`.
fn is_jdbc(text: &[u8], scheme: usize) -> bool {
    scheme >= 5 && at_word(text, scheme - 5, b"jdbc:")
}

fn in_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+.-_".contains(&byte)
}

/// URLs of the databases and queues that have a rule of their own; `at` is that of the scheme.
pub fn store_url(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let colon = until(text, at, SCHEME, |b| !in_scheme(b));
    let base = base(&text[at..colon]);
    // The rule for JDBC knows its own URLs, and a word may end in a scheme's name.
    if !at_word(text, colon, b"://") || is_jdbc(text, at) || !STORE_WITH_RULE.has(base) {
        return None;
    }
    judged(text, colon, base.eq_ignore_ascii_case(b"snowflake"), false)
}

/// URLs of every other database and queue; `at` is that of `://`.
pub fn database_url(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    other_url(fragment, at, true)
}

/// URLs of every other kind; `at` is that of `://`.
pub fn url(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    other_url(fragment, at, false)
}

fn other_url(fragment: &Fragment<'_>, at: usize, store: bool) -> Option<Found> {
    let text = fragment.text;
    let start = since(text, at, SCHEME, |b| !in_scheme(b));
    let base = base(&text[start..at]);
    if !text[start..at].first()?.is_ascii_alphanumeric()
        || STORE_WITH_RULE.has(base)
        || is_jdbc(text, start)
    {
        return None;
    }
    // These have rules of their own, for what stands there is more than a password; and CVS is always anonymous.
    let other = [&b"dotenv"[..], b"force", b"cvs"];
    if other.iter().any(|name| base.eq_ignore_ascii_case(name)) || STORE.has(base) != store {
        return None;
    }
    judged(text, at, false, !store)
}

/// Returns the password of the URL whose `://` stands at `colon`, if it is one.
fn judged(text: &[u8], colon: usize, bare_host: bool, any_url: bool) -> Option<Found> {
    // JSON as PHP writes it: `:\/\/`.
    let slashes = if at_word(text, colon, b":\\/\\/") {
        5
    } else {
        3
    };
    let parts = authority(text, colon + slashes).or_else(|| parameter(text, colon + slashes))?;
    let (password, user) = (&text[parts.password.clone()], &text[parts.user.clone()]);
    let host: &[u8] = match &text[parts.host.clone()] {
        // A Snowflake account is no bare service name.
        account if bare_host && !account.contains(&b'.') => b"",
        host => host,
    };
    // A meeting's passcode is made to be passed on with its link.
    if host.ends_with(b"zoom.us") {
        return None;
    }
    if host.starts_with(b"sha256:") || host.starts_with(b"sha512:") {
        return None;
    }
    if password.eq_ignore_ascii_case(b"x-oauth-basic") {
        // GitHub's own way: the token is the user's name.
        let token = Login {
            kind: SecretKind::Token,
            ..Login::default()
        };
        return (user.len() >= 20).then(|| found(parts.user, token));
    }
    let password = default_in(text, parts.password);
    Some(found(
        password.clone(),
        Login {
            site: if any_url { Site::AnyUrl } else { Site::Login },
            user: user.to_vec(),
            host: host.to_vec(),
            decoded: percent_decoded(&text[password]),
            ..Login::default()
        },
    ))
}

/// Splits `user:password@host` behind a `://`.
fn authority(text: &[u8], start: usize) -> Option<Parts> {
    let limit = text.len().min(start + LONGEST);
    // Most URLs have no user: nothing counts behind the last `@`.
    let limit = start + memchr::memrchr(b'@', text.get(start..limit)?)? + 1;
    let mut at = None;
    // The first byte that ends an authority, and what stands there.
    let mut slash = None;
    let mut i = start;
    while i < limit && (!ends_url(text[i]) || at.is_none() && is_in_password(text, start, i)) {
        match text[i] {
            b'@' if slash.is_none() => at = Some(i),
            b'/' | b'?' | b'#' if at.is_some() => break,
            b'/' | b'?' | b'#' if slash.is_none() => slash = Some(i),
            // A raw slash in a password is against the rules, but people write it.
            b'@' if at.is_none()
                && (is_host_behind(text, i + 1)
                    || slash.is_some_and(|slash| text[slash] == b'#')
                        && ends_in_host(text, i + 1)) =>
            {
                at = Some(i);
                break;
            }
            // The next URL has its own turn.
            b':' if at_word(text, i, b"://") => break,
            _ => {}
        }
        i += 1;
    }
    let at = at?;
    let colon = first_colon(&text[start..at])? + start;
    if slash.is_some_and(|slash| {
        slash < at && !raw_slash(&text[start..at], slash - start, colon - start)
    }) || colon + 1 >= at
    {
        return None;
    }
    let host_end = until(text, at + 1, 256, |b| ends_url(b) || b"/?#;)".contains(&b));
    Some(Parts {
        user: start..colon,
        password: colon + 1..at,
        host: at + 1..host_end,
    })
}

/// Returns the first colon that stands in no braces: `${USER:-app}:password`.
fn first_colon(userinfo: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    userinfo.iter().position(|&byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b':' && depth == 0
    })
}

/// Tells whether a slash (or `?`, `#`) may belong to a password: what stands before is no host with a port.
fn raw_slash(userinfo: &[u8], slash: usize, colon: usize) -> bool {
    if slash <= colon {
        return false;
    }
    let before = &userinfo[colon + 1..slash];
    // `user:#password`, but not `user:#{password}`
    let first =
        before.is_empty() && userinfo[slash] == b'#' && userinfo.get(slash + 1) != Some(&b'{');
    (first || !before.iter().all(u8::is_ascii_digit))
        && !userinfo[..colon].contains(&b'.')
        && !userinfo[colon..].contains(&b' ')
}

/// Tells whether a mark that ends most URLs (a quote, a bracket, a bar) is a part of a password: a user stands before it,
/// a host behind it, and the quotes in which the URL stands are others.
fn is_in_password(text: &[u8], start: usize, mark: usize) -> bool {
    const MARKS: &[u8] = b"\"'`<>|\\";
    const REST: usize = 64;
    let scheme = since(text, start, SCHEME + 5, |b| {
        !in_scheme(b) && !b":/\\".contains(&b)
    });
    let opening = scheme.checked_sub(1).map_or(b' ', |i| text[i]);
    let stops = |b: u8| {
        b == opening && MARKS.contains(&b) || b.is_ascii_whitespace() || b.is_ascii_control()
    };
    let Some(colon) = first_colon(&text[start..mark]) else {
        return false;
    };
    let before = &text[start + colon + 1..mark];
    let user = text[start..start + colon]
        .iter()
        .all(|&b| in_name(b) || b"-%@+".contains(&b));
    // A port is no password, and the letter behind a backslash may be the end of a line.
    let escape = text[mark] == b'\\' && text.get(mark + 1).is_none_or(|b| b"nrtu\"'".contains(b));
    if !MARKS.contains(&text[mark])
        || stops(text[mark])
        || !user
        || escape
        || before.iter().all(u8::is_ascii_digit)
        || before.iter().any(|b| b"/?#,".contains(b))
    {
        return false;
    }
    let end = until(text, mark, REST, stops);
    (mark..end).any(|i| text[i] == b'@' && is_host_behind(text, i + 1))
}

/// Tells whether a host with a port or a domain stands at `at`.
fn is_host_behind(text: &[u8], at: usize) -> bool {
    let end = until(text, at, 256, |b| {
        !b.is_ascii_alphanumeric() && !b".-".contains(&b)
    });
    let host = &text[at..end];
    let port = text.get(end) == Some(&b':') && text.get(end + 1).is_some_and(u8::is_ascii_digit);
    let ends = text
        .get(end)
        .is_none_or(|&b| ends_url(b) || b"/?:".contains(&b));
    !host.is_empty() && ends && (port || host.contains(&b'.') && text.get(end) == Some(&b'/'))
}

/// Tells whether a URL ends with the host at `at`.
fn ends_in_host(text: &[u8], at: usize) -> bool {
    let end = until(text, at, 256, |b| {
        !b.is_ascii_alphanumeric() && !b".-".contains(&b)
    });
    text[at..end].contains(&b'.') && text.get(end).is_none_or(|&b| ends_url(b))
}

/// Returns the password in `?user=…&password=…` of a URL whose authority begins at `start`.
fn parameter(text: &[u8], start: usize) -> Option<Parts> {
    let limit = until(text, start, 2 * LONGEST, ends_url);
    // Most URLs have no parameters.
    memchr::memchr(b'=', text.get(start..limit)?)?;
    let mut host_end = None;
    let mut user = start..start;
    let mut i = start;
    while i < limit && !at_word(text, i, b"://") && !at_word(text, i, b"jdbc:") {
        let separator = b"?&;".contains(&text[i]);
        if host_end.is_none() && (separator || b"/#".contains(&text[i])) {
            host_end = Some(i);
        }
        i += 1;
        if !separator {
            continue;
        }
        if at_word(text, i, b"amp;") {
            i += 4;
        }
        let equals = until(text, i, 24, |b| !in_scheme(b));
        if text.get(equals) != Some(&b'=') {
            continue;
        }
        let end = until(text, equals + 1, LONGEST, |b| {
            ends_url(b) || b"&;#".contains(&b)
        });
        let key = &text[i..equals];
        if is_password(key) && end > equals + 1 {
            return Some(Parts {
                user,
                password: equals + 1..end,
                host: start..host_end?,
            });
        }
        if [&b"user"[..], b"uid", b"username"]
            .iter()
            .any(|name| key.eq_ignore_ascii_case(name))
        {
            user = equals + 1..end;
        }
        i = end;
    }
    None
}

/// Tells whether a parameter's value is a password or a secret that takes its place.
fn is_password(key: &[u8]) -> bool {
    secret_name(key).is_some_and(|name| {
        let secret = matches!(name.kind, SecretKind::Password | SecretKind::Secret);
        name.strength == Strength::Strong
            && (secret || key.eq_ignore_ascii_case(b"auth_accesstoken"))
    })
}

/// Tells whether a byte ends a URL.
pub(super) fn ends_url(byte: u8) -> bool {
    ends_word(byte) || byte == b'|'
}

/// JDBC URLs: `jdbc:NAME://user:password@host`, `?password=`, `;PWD=`, `jdbc:oracle:thin:user/password@`.
pub fn jdbc_url(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let name = at + 5;
    if at_word(text, name, b"oracle:") {
        return oracle_thin(text, name + 7);
    }
    let colon = until(text, name, SCHEME, |b| !in_scheme(b) && b != b':');
    let slashes = (name..=colon).find(|&i| at_word(text, i, b"://"));
    let Some(slashes) = slashes else {
        let end = until(text, name, SCHEME, |b| !in_scheme(b));
        let parts = parameter(text, end)?;
        return Some(judged_parts(text, parts));
    };
    // SQL Server names its parameters behind `;` and lets a blank follow.
    authority(text, slashes + 3)
        .or_else(|| parameter(text, slashes + 3))
        .map(|parts| judged_parts(text, parts))
}

fn judged_parts(text: &[u8], parts: Parts) -> Found {
    let password = default_in(text, parts.password);
    let password = within_braces(text, password.clone()).unwrap_or(password);
    found(
        password.clone(),
        Login {
            decoded: percent_decoded(&text[password]),
            ..Login::of(&text[parts.user], &text[parts.host])
        },
    )
}

/// `jdbc:oracle:thin:user/password@host`.
fn oracle_thin(text: &[u8], driver: usize) -> Option<Found> {
    let colon = until(text, driver, 8, |b| b == b':');
    let start = colon + 1;
    let at = until(text, start, 128, |b| ends_url(b) || b == b'@');
    let slash = text.get(start..at)?.iter().position(|&b| b == b'/')? + start;
    if text.get(at) != Some(&b'@') || slash + 1 >= at {
        return None;
    }
    let host = until(text, at + 1, 3, |b| b != b'/');
    let end = until(text, host, 128, |b| ends_url(b) || b"/:".contains(&b));
    Some(judged_parts(
        text,
        Parts {
            user: start..slash,
            password: slash + 1..at,
            host: host..end,
        },
    ))
}

/// Data source names of Go: `user:password@tcp(host:port)/db`; `at` is that of `@tcp(` or `@unix(`.
pub fn go_dsn(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let start = since(text, at, 128, |b| ends_url(b) || b == b'=');
    let start = if at_word(text, start, b"//") {
        start + 2
    } else {
        start
    };
    let colon = text[start..at].iter().position(|&b| b == b':')? + start;
    let host = at + until(text, at, 6, |b| b == b'(') - at + 1;
    let end = until(text, host, 256, |b| ends_url(b) || b == b')');
    let colon = if at_word(text, colon, b"://") {
        text[colon + 3..at].iter().position(|&b| b == b':')? + colon + 3
    } else {
        colon
    };
    if colon + 1 >= at {
        return None;
    }
    Some(judged_parts(
        text,
        Parts {
            user: start..colon,
            password: colon + 1..at,
            host: host..end,
        },
    ))
}

/// Oracle's `user/password@host:1521/service`; `at` is that of `:1521`, or of a program's name.
pub fn oracle_connect(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let within = |byte: u8| ends_url(byte) || b"(),;=".contains(&byte);
    if text[at] == b':' {
        return oracle_login(
            text,
            since(text, at, 160, within),
            until(text, at, 80, within),
        );
    }
    // Behind the name of a program the host may be a name that only Oracle knows.
    let start = until(text, at, 12, |b| !b.is_ascii_alphanumeric());
    Shell::around(text, start, 400).take(4).find_map(|word| {
        // In the quotes of the shell, Oracle's own may stand.
        let word = word.filtered(|b| b != b'"');
        let text = &word.bytes[..];
        let sign = memchr::memchr(b'@', text)?;
        let found = oracle_login(
            text,
            since(text, sign, 160, within),
            until(text, sign, 80, within),
        )?;
        let Basis::Login(login) = found.basis else {
            return None;
        };
        Some(found_in(&word, found.start..found.end, login))
    })
}

fn oracle_login(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let at = start + memchr::memrchr(b'@', &text[start..end])?;
    let slash = start + memchr::memchr(b'/', &text[start..at])?;
    let is_name = |range: &[u8]| {
        !range.is_empty()
            && range
                .iter()
                .all(|&b| b.is_ascii_alphanumeric() || b"_$#.-".contains(&b))
    };
    // A path is no login: `a/b/c@host`.
    if !is_name(&text[start..slash]) || slash + 1 >= at || text[slash + 1..at].contains(&b'/') {
        return None;
    }
    let host = until(text, at + 1, 3, |b| b != b'/');
    let host_end = until(text, host, 128, |b| ends_url(b) || b"/:".contains(&b));
    Some(judged_parts(
        text,
        Parts {
            user: start..slash,
            password: slash + 1..at,
            host: host..host_end,
        },
    ))
}
