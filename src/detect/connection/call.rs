//! Logins handed to a function by their place among its arguments: `basic_auth("svc", "…")`, `getConnection(url, "svc", "…")`.

use std::ops::Range;

use super::judge::{Login, verdict};
use super::text::{at_word, quoted, skip_blanks, until};
use super::url::found;
use crate::detect::judge::is_in_tests;
use crate::fragment::Fragment;
use crate::rule::{Found, Tier};

/// How many arguments are looked at.
const MOST: usize = 5;
/// An argument is no longer than this.
const LONG: usize = 160;

/// Functions that take a password, and which of their arguments it is.
const CALLS: [(&[u8], usize); 20] = [
    (b"basic_auth", 1),
    (b"basicauth", 1),
    (b"userpassword", 1),
    (b"passwordcredentials", 1),
    (b"passwordauthentication", 1),
    (b"networkcredential", 1),
    (b"awscredentials", 1),
    (b"wifi.begin", 1),
    (b".login", 1),
    (b"auth=", 1),
    (b"auth =", 1),
    (b"getconnection", 2),
    (b"mysqli_connect", 2),
    (b"mysql_connect", 2),
    (b"new mysqli", 2),
    (b"new pdo", 2),
    (b"dbi->connect", 2),
    (b"keyring.set_password", 2),
    (b"secretcredential", 2),
    (b"real_connect", 3),
];

/// A login among the arguments of a function; `at` is that of its name.
pub fn login_call(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let (name, place) = CALLS.iter().find(|(name, _)| at_word(text, at, name))?;
    let end = skip_blanks(text, at + name.len());
    let mut i = match text.get(end)? {
        b'(' => end + 1,
        // Ruby: `basic_auth "svc", "…"`
        b'"' | b'\'' if end > at + name.len() => end,
        _ => return None,
    };
    let mut arguments: [Range<usize>; MOST] = Default::default();
    for argument in arguments.iter_mut().take(place + 1) {
        let (literal, next) = argument_at(text, i)?;
        *argument = literal;
        i = next;
    }
    let value = arguments[*place].clone();
    let user = &text[arguments[place - 1].clone()];
    let password = &text[value.clone()];
    if password.len() < 6 || password.contains(&b' ') {
        return None;
    }
    let host = if *place > 1 {
        &text[arguments[0].clone()]
    } else {
        &[]
    };
    let tier = verdict(Login {
        user,
        password,
        host,
        any_url: false,
    })?;
    let tier = if is_in_tests(fragment) {
        Tier::Warn
    } else {
        tier
    };
    Some(found(value, Some(tier)))
}

/// Returns the literal that the argument at `i` is (an empty range if it is none), and where the next one begins.
fn argument_at(text: &[u8], i: usize) -> Option<(Range<usize>, usize)> {
    let mut start = skip_blanks(text, i);
    // What only makes a string of another type: `Some("…")`, `@"…"`.
    for wrapper in [&b"some("[..], b"string(", b"@", b"n", b"b"] {
        if at_word(text, start, wrapper)
            && text
                .get(start + wrapper.len())
                .is_some_and(|b| b"\"'".contains(b))
        {
            start += wrapper.len();
        }
    }
    if let Some(value) = quoted(text, start) {
        // `"…".toCharArray()` and the like up to the comma.
        let end = until(text, value.next, 32, |b| b == b',' || b == b'\n');
        return Some((value.range, end + usize::from(text.get(end) == Some(&b','))));
    }
    let end = until(text, start, LONG, |b| b",;)\n".contains(&b));
    (text.get(end) == Some(&b',')).then_some((end..end, end + 1))
}
