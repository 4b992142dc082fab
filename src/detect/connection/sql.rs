//! SQL that holds a credential: users and roles, secrets, stages, foreign servers.

use super::found;
use super::text::{Value, at_word, ends_word, in_name, quoted, skip_blanks, until};
use crate::fragment::Fragment;
use crate::lexicon::{Words, secret_name};
use crate::rule::{Found, Login, SecretKind};

/// How far a statement is followed.
const REACH: usize = 500;

/// `CREATE USER … PASSWORD '…'` and its kin; `at` is that of the statement's first word.
pub fn sql_user(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    // Behind `create user` the name stands, perhaps after `if not exists`.
    let mut name = until(text, at, 8, |b| b == b' ') + 1;
    name = skip_blanks(text, until(text, name, 8, |b| b == b' '));
    if at_word(text, name, b"if not exists") {
        name = skip_blanks(text, name + 13);
    }
    let start = until(text, name, 4, |b| !b"\"'`[".contains(&b));
    let user = &text[start..until(text, start, 64, |b| ends_word(b) || b"@];".contains(&b))];
    let value = clause(text, name, is_password)?;
    Some(found(value.range, Login::of(user, b"")))
}

/// `SET PASSWORD [FOR …] = '…'`; `at` is that of `set password`.
pub fn sql_set_password(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let mut equals = skip_blanks(text, at + 12);
    if at_word(text, equals, b"for ") {
        equals = until(text, equals, 120, |b| b"=;\n".contains(&b));
    }
    if text.get(equals) != Some(&b'=') {
        return None;
    }
    let mut at = skip_blanks(text, equals + 1);
    if at_word(text, at, b"password(") {
        at = skip_blanks(text, at + 9);
    }
    let value = quoted(text, at)?;
    Some(found(value.range, Login::default()))
}

/// `IDENTIFIED BY '…'`, `IDENTIFIED WITH plugin BY '…'`, and Oracle's without quotes; `at` is that of `identified`.
pub fn sql_identified(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    const STATEMENT: [&[u8]; 7] = [
        b"create ",
        b"alter ",
        b"grant ",
        b"user ",
        b"role ",
        b"connect to ",
        b"user(",
    ];
    let text = fragment.text;
    let before = &text[at.saturating_sub(200)..at];
    let in_statement =
        || (0..before.len()).any(|i| STATEMENT.iter().any(|word| at_word(before, i, word)));
    let mut next = skip_blanks(text, at + 10);
    if at_word(text, next, b"with") {
        next = skip_blanks(text, next + 4);
        next = match quoted(text, next) {
            Some(plugin) => skip_blanks(text, plugin.next),
            None => skip_blanks(text, until(text, next, 40, |b| !in_name(b))),
        };
    }
    if !at_word(text, next, b"by") || text.get(next + 2).is_some_and(|&b| in_name(b)) {
        return None;
    }
    next = skip_blanks(text, next + 2);
    if at_word(text, next, b"password ") {
        // What follows is a hash.
        return None;
    }
    if let Some(value) = quoted(text, next).filter(|_| text[next] != b'`') {
        in_statement().then_some(())?;
        return Some(found(value.range, Login::default()));
    }
    let end = until(text, next, 128, |b| ends_word(b) || b";,)".contains(&b));
    if !text[next..end].iter().any(u8::is_ascii_digit) || !in_statement() {
        return None;
    }
    Some(found(next..end, Login::loose(SecretKind::Password)))
}

/// `CREATE SECRET`, `CREATE CREDENTIAL`, `CREATE USER MAPPING`, `ATTACH … (TOKEN '…')`, keys by password; `at` is
/// that of the statement's first word.
pub fn sql_secret(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let start = until(text, at, 24, |b| !in_name(b));
    let value = clause(text, start, |name| secret_name(name).is_some())?;
    Some(found(value.range, Login::default()))
}

/// Cloud keys in `CREDENTIALS = (…)` and `CREDENTIALS '…'`; `at` is that of the key's name.
pub fn sql_cloud_key(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let name = if at_word(text, at.saturating_sub(4), b"aws_") {
        at.saturating_sub(4)
    } else {
        at
    };
    if name > 0 && in_name(text[name - 1]) {
        return None;
    }
    let next = skip_blanks(text, until(text, at, 32, |b| !in_name(b)));
    let assigned = text.get(next) == Some(&b'=');
    let start = if assigned {
        skip_blanks(text, next + 1)
    } else {
        next
    };
    // Everything else that assigns to `aws_secret_access_key` is no SQL and has a rule of its own.
    let in_string = name > 0 && b";'\"".contains(&text[name - 1]);
    let in_list = !assigned || at_word(text, at, b"aws_") || at_word(text, at, b"azure_");
    let range = match quoted(text, start) {
        Some(value) if in_list => value.range,
        None if assigned && in_string => {
            start..until(text, start, 200, |b| ends_word(b) || b";,)&".contains(&b))
        }
        _ => return None,
    };
    let value = &text[range.clone()];
    let opaque =
        value.len() >= 20 && value.iter().any(u8::is_ascii_digit) && !value.contains(&b' ');
    opaque.then(|| found(range, Login::loose(SecretKind::Password)))
}

/// Tells whether a word is the one before the password of a user: `PASSWORD`, no name that ends so.
fn is_password(word: &[u8]) -> bool {
    Words::of(word).as_slice().len() == 1
        && secret_name(word).is_some_and(|name| name.kind == SecretKind::Password)
}

/// Returns the quoted value behind the first word that names a secret in the statement that goes on at `from`.
fn clause(text: &[u8], from: usize, names: fn(&[u8]) -> bool) -> Option<Value> {
    /// Words with which another statement, or the host language, begins.
    const ANEW: [&[u8]; 6] = [
        b"create",
        b"alter",
        b"grant",
        b"identified",
        b"import",
        b"return",
    ];
    let end = text.len().min(from + REACH);
    let mut at = from;
    while at < end {
        let byte = text[at];
        if byte == b';' {
            return None;
        } else if byte == b'\'' {
            // Another value; what is in it is not SQL.
            at = quoted(text, at).map_or(at + 1, |value| value.next);
        } else if in_name(byte) {
            let word = until(text, at, 64, |b| !in_name(b));
            let is = |wanted: &&&[u8]| text[at..word].eq_ignore_ascii_case(wanted);
            if ANEW.iter().any(|next| is(&next)) {
                return None;
            }
            if names(&text[at..word])
                && let Some(value) = behind(text, word)
            {
                return Some(value);
            }
            at = word;
        } else {
            at += 1;
        }
    }
    None
}

/// Returns the quoted value behind a word that ends at `at`: `= '…'`, `N'…'`, `'…'`. Back-ticks hold names.
fn behind(text: &[u8], at: usize) -> Option<Value> {
    let mut at = skip_blanks(text, at);
    if text.get(at) == Some(&b'=') {
        at = skip_blanks(text, at + 1);
    }
    if matches!(text.get(at), Some(b'N' | b'n')) {
        at += 1;
    }
    quoted(text, at).filter(|value| !value.range.is_empty() && text[at] != b'`')
}
