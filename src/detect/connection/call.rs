//! Passwords that a call takes by their place: `getConnection(url, user, password)`, `HTTPBasicAuth(user, password)`.

use std::ops::Range;

use super::clients::{CALLS, Call};
use super::found;
use super::text::{at_word, in_name, quoted, since, skip_blanks, until};
use crate::fragment::Fragment;
use crate::rule::{Found, Login, Site};

/// How far the arguments are followed.
const REACH: usize = 1 << 10;
/// No call above has more of them in front of its password.
const MOST: usize = 5;

/// A password among the arguments of a call; `at` is that of the call's name.
pub fn positional_password(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let mut calls = CALLS
        .iter()
        .filter(|call| at_word(text, at, call.name.as_bytes()))
        .peekable();
    let first = calls.peek()?;
    if first.name.as_bytes()[0].is_ascii_alphabetic() && at > 0 && in_name(text[at - 1]) {
        // `setBasicAuth(` is one as well, `mysqlmysql(` none.
        let camel = text[at].is_ascii_uppercase() && text[at - 1].is_ascii_lowercase();
        let parameter = !first.database && text[at - 1] == b'_';
        if !camel && !parameter {
            return None;
        }
    }
    let behind = at + first.name.len();
    if first.name.ends_with(' ') && !matches!(text.get(behind), Some(b'"' | b'\'')) {
        return None;
    }
    let arguments = arguments(text, behind);
    calls.find_map(|call| taken(text, call, &arguments))
}

/// Returns what a call takes of its arguments, if those that it needs are literals.
fn taken(text: &[u8], call: &Call, arguments: &[Option<Range<usize>>]) -> Option<Found> {
    if call.arguments.is_some_and(|count| count != arguments.len()) {
        return None;
    }
    let argument = |i: usize| arguments.get(i).cloned().flatten();
    let shown = |i: Option<usize>| i.and_then(argument).unwrap_or(0..0);
    let (user, password, host_at) = match call.login {
        Some(login) => of_login(text, argument(login)?)?,
        None => (shown(call.user), argument(call.secret?)?, shown(call.host)),
    };
    Some(found(
        password,
        Login {
            site: if call.database {
                Site::Login
            } else {
                Site::Loose
            },
            user: text[user].to_vec(),
            host: host(&text[host_at]).to_vec(),
            kind: call.kind,
            ..Login::default()
        },
    ))
}

/// Returns user, password and host of `user/password@host`.
fn of_login(
    text: &[u8],
    login: Range<usize>,
) -> Option<(Range<usize>, Range<usize>, Range<usize>)> {
    let slash = login.start + memchr::memchr(b'/', &text[login.clone()])?;
    let at = slash + memchr::memrchr(b'@', &text[slash..login.end])?;
    let user = login.start..slash;
    (!user.is_empty() && at > slash + 1).then_some((user, slash + 1..at, at + 1..login.end))
}

/// A login, a password or a token among the options of libcurl, in each language that has it: `CURLOPT_USERPWD, "…"`,
/// `pycurl.USERPWD, '…'`, `CURLOPT_USERPWD => '…'`, `userpwd = "…"`; `at` is anywhere in the option's name.
pub fn curl_option(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let start = since(text, at, 40, |b| !in_name(b));
    let end = until(text, at, 40, |b| !in_name(b));
    let name = text[start..end].to_ascii_lowercase();
    let login = name.ends_with(b"userpwd") || name == b"proxypwd";
    let qualified = name.starts_with(b"curlopt_") || start > 0 && text[start - 1] == b'.';
    // Other programs have keys and passwords, too, under names like these.
    if !login && !qualified {
        return None;
    }
    let closed = until(text, end, 2, |b| !b"]\"'".contains(&b));
    let operator = skip_blanks(text, closed);
    let operator = match text.get(operator)? {
        b'=' if text.get(operator + 1) == Some(&b'=') => return None,
        b'=' => operator + 1 + usize::from(text.get(operator + 1) == Some(&b'>')),
        // In a list of names the next one follows.
        b',' if closed > end && text[end] != b']' => return None,
        b',' | b':' => operator + 1,
        _ => return None,
    };
    let literal = until(text, operator, 64, |b| !b.is_ascii_whitespace());
    // `b'…'`, `@"…"`
    let literal = until(text, literal, 1, |b| !b"bN@".contains(&b));
    let value = quoted(text, literal)?.range;
    let (user, password) = if login {
        let colon = value.start + text[value.clone()].iter().position(|&b| b == b':')?;
        (value.start..colon, colon + 1..value.end)
    } else {
        (value.start..value.start, value)
    };
    let bearer = name.ends_with(b"bearer");
    Some(found(
        password,
        Login {
            site: if bearer { Site::Loose } else { Site::Login },
            user: text[user].to_vec(),
            ..Login::default()
        },
    ))
}

/// Returns where the arguments of a call stand that are literals, and nothing for the others; brackets in brackets
/// (`["user", "password"]`, `Some("password")`) are looked through.
fn arguments(text: &[u8], at: usize) -> Vec<Option<Range<usize>>> {
    let text = &text[..text.len().min(at + REACH)];
    let mut found = Vec::new();
    let mut at = at;
    // How many brackets are open, that of the call with them.
    let mut open = 1;
    while found.len() < MOST {
        while let Some(&b) = text.get(at)
            && (b.is_ascii_whitespace() || b"[(".contains(&b))
        {
            open += usize::from(b"[(".contains(&b));
            at += 1;
        }
        let literal = match text.get(at) {
            // `Some("password")`, `N'password'`, `@"password"`
            Some(b'b') if matches!(text.get(at + 1), Some(b'"' | b'\'')) => at + 1,
            Some(b'S' | b'N' | b'@') => until(text, at, 6, |b| b"\"'`,)".contains(&b)),
            _ => at,
        };
        let value = quoted(text, literal);
        at = value.as_ref().map_or(at, |value| value.next);
        found.push(value.map(|value| value.range));
        while let Some(&b) = text.get(at)
            && b != b','
        {
            match b {
                b'[' | b'(' => open += 1,
                b']' | b')' => open -= 1,
                _ => {}
            }
            if open == 0 || matches!(b, b';' | b'{') {
                return found;
            }
            at += 1;
        }
        at += 1;
    }
    found
}

/// Returns the host in an address: of a URL, of `host=...;`, of `host:port`.
fn host(address: &[u8]) -> &[u8] {
    let after = |mark: &[u8]| {
        memchr::memmem::find(address, mark).map(|found| &address[found + mark.len()..])
    };
    let rest = after(b"//").or_else(|| after(b"host=")).unwrap_or(address);
    let end = rest.iter().position(|b| b":/;?,".contains(b));
    &rest[..end.unwrap_or(rest.len())]
}
