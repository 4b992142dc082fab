//! Files in which clients keep passwords: `.pgpass`, `.netrc`, `.npmrc`, and configuration by name.

use super::basic::decoded_text;
use super::text::{at_word, ends_word, in_name, quoted, since, skip_blanks, until, value};
use super::{default_in, found};
use crate::fragment::Fragment;
use crate::rule::{Found, Login, SecretKind, Site};

/// Where npm sends a login for which no registry is named.
pub(super) const NPM_REGISTRY: &[u8] = b"registry.npmjs.org";

/// `.pgpass`: `host:port:database:user:password`; `at` is that of a port between colons.
pub fn pgpass(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let start = since(text, at, 200, ends_word);
    let end = until(text, at, 200, ends_word);
    let named = fragment.file_name().ends_with(b"pgpass") || fragment.file_name() == b"pgpass.conf";
    let fields: Vec<&[u8]> = text[start..end].splitn(5, |&b| b == b':').collect();
    let [host, port, database, user, password] = fields[..] else {
        return None;
    };
    let is_port = port == b"*" || port.len() >= 4 && port.iter().all(u8::is_ascii_digit);
    let plain = |field: &[u8]| {
        !field.is_empty() && field.iter().all(|&b| in_name(b) || b"*-.${}".contains(&b))
    };
    // Lists of users and the like have stars between colons, too.
    let vague = port == b"*" && !named && !host.contains(&b'.');
    if vague
        || !is_port
        || !plain(host)
        || !plain(database)
        || !plain(user)
        || password.is_empty()
        || password.contains(&b':') && !named
    {
        return None;
    }
    let range = end - password.len()..end;
    Some(found(range, Login::of(user, host)))
}

/// `.netrc`: `machine HOST login USER password SECRET`, on one line or several; `at` is that of `machine`.
pub fn netrc(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if at > 0 && in_name(text[at - 1]) {
        return None;
    }
    let mut next = at;
    let mut word = || {
        // In a string the end of a line is written as `\n`.
        let start = until(text, next, 64, |b| !b.is_ascii_whitespace());
        let start = if at_word(text, start, b"\\n") {
            until(text, start + 2, 16, |b| !b.is_ascii_whitespace())
        } else {
            start
        };
        next = until(text, start, 300, |b| {
            b.is_ascii_whitespace() || b"\"'`\\".contains(&b)
        });
        start..next
    };
    word();
    let host = word();
    let mut user = 0..0;
    for _ in 0..3 {
        let key = word();
        let value = word();
        if value.is_empty() {
            return None;
        }
        match &text[key] {
            b"login" => user = value,
            b"account" => {}
            b"password" if user.start > 0 => {
                return Some(found(value, Login::of(&text[user], &text[host])));
            }
            _ => return None,
        }
    }
    None
}

/// The names of secrets in `.npmrc`.
const NPMRC_KEYS: [&[u8]; 2] = [b"_authtoken", b"_password"];

/// `.npmrc`: `//registry/:_authToken=…`, `_password=…`; `at` is that of the key.
pub fn npmrc(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if at > 0 && (in_name(text[at - 1]) || text[at - 1] == b'.') {
        return None;
    }
    let end = until(text, at, 16, |b| !in_name(b));
    // A longer name is another one: `_PasswordType`.
    if !NPMRC_KEYS
        .iter()
        .any(|key| text[at..end].eq_ignore_ascii_case(key))
    {
        return None;
    }
    let equals = skip_blanks(text, end);
    // `"_authToken": "…"` of other package managers.
    let operator = if text.get(end) == Some(&b'"') {
        skip_blanks(text, end + 1)
    } else {
        equals
    };
    let json =
        operator > end && text.get(operator) == Some(&b':') && at > 0 && text[at - 1] == b'"';
    let equals = if json { operator } else { equals };
    let line = since(text, at, 200, |b| b == b'\n');
    let set = memchr::memmem::find(&text[line..at], b"config set ").is_some();
    let spaced = set && text.get(end).is_some_and(|b| b" \"'".contains(b));
    let equals = if spaced { end } else { equals };
    if !json && !spaced && (text.get(equals) != Some(&b'=') || text.get(equals + 1) == Some(&b'='))
    {
        return None;
    }
    // Elsewhere than in the file itself the registry stands before the key; names in code begin with `_` too.
    let named = fragment.file_name().ends_with(b"npmrc");
    let registry = registry(text, at);
    let begins = at == 0 || b"\r\n".contains(&text[at - 1]);
    if !named && registry.is_none() && !json && !begins {
        return None;
    }
    let value = value(text, skip_blanks(text, equals + 1), |b| {
        ends_word(b) || b == b';'
    })?;
    let range = default_in(text, value.range);
    let secret = &text[range.clone()];
    if secret.len() < 8 {
        return None;
    }
    let password = at_word(text, at, b"_password");
    let decoded = password.then(|| decoded_text(secret)).flatten();
    // Code does not put a name that begins with `_` at the very beginning of a line and its value right behind it.
    let glued = begins && !text[at..range.start].contains(&b' ') && !value.quoted;
    let site = if decoded.is_some() {
        Site::Encoded
    } else if named || registry.is_some() || json || glued {
        Site::Login
    } else {
        Site::Loose
    };
    Some(found(
        range,
        Login {
            site,
            kind: if password {
                SecretKind::Password
            } else {
                SecretKind::Token
            },
            host: registry
                .unwrap_or(if json { b"" } else { NPM_REGISTRY })
                .to_vec(),
            decoded,
            ..Login::default()
        },
    ))
}

/// Returns the host in `//registry/path:` before a key of `.npmrc`; empty if the address is filled in later.
pub(super) fn registry(text: &[u8], at: usize) -> Option<&[u8]> {
    let before = text[..at].strip_suffix(b":")?;
    let start = since(text, before.len(), 200, ends_word);
    let address = &before[start..];
    let host = address.strip_prefix(b"//").unwrap_or_default();
    let end = host.iter().position(|&b| b == b'/').unwrap_or(host.len());
    Some(&host[..end])
}

/// `AIRFLOW_CONN_…='{"conn_type": …, "password": "…"}'`; `at` is that of `airflow_conn_`. (The URI form is a URL.)
pub fn airflow_connection(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let name = until(text, at, 80, |b| !in_name(b));
    let open = until(text, name, 16, |b| b == b'{' || b == b'\n');
    if text.get(open) != Some(&b'{') {
        return None;
    }
    let end = until(text, open, 1000, |b| b == b'\n');
    let json = text.get(open..end)?;
    let key = memchr::memmem::find(json, b"password")? + open + 8;
    let colon = skip_blanks(
        text,
        until(text, key, 4, |b| b != b'"' && b != b'\\' && b != b'\''),
    );
    if text.get(colon) != Some(&b':') {
        return None;
    }
    let value = quoted(text, skip_blanks(text, colon + 1))?;
    Some(found(value.range, Login::default()))
}
