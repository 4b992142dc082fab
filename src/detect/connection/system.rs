//! Passwords of Windows, mail and file clients: PowerShell, `net use`, `cmdkey`, FileZilla; tokens in a URL's query or path.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text::{at_word, ends_word, in_name, quoted, since, until};
use super::url::ends_url;
use super::{found, percent_decoded};
use crate::fragment::Fragment;
use crate::lexicon::Words;
use crate::rule::{Found, Login, SecretKind, Site};

/// `ConvertTo-SecureString "…" -AsPlainText`, or the same behind a pipe; `at` is that of the command.
pub fn secure_string(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let end = until(text, at, 300, |b| b == b'\n' || b == b'\r');
    if !(at..end).any(|i| at_word(text, i, b"-asplain")) {
        return None;
    }
    let open = until(text, at, 200, |b| b"\"'\n".contains(&b));
    if let Some(value) = quoted(text, open).filter(|value| value.next <= end) {
        return Some(found(value.range, Login::default()));
    }
    // `"…" | ConvertTo-SecureString -AsPlainText`
    let pipe = since(text, at, 8, |b| b == b'|').checked_sub(1)?;
    let close = since(text, pipe, 4, |b| b != b' ').checked_sub(1)?;
    let quote = *text.get(close).filter(|b| b"\"'".contains(b))?;
    let value = since(text, close, 128, |b| b == quote || b == b'\n')..close;
    Some(found(value, Login::default()))
}

/// `net use \\\\host\\share PASSWORD`, `net user NAME PASSWORD`, `cmdkey … /pass:PASSWORD`; `at` is that of the command.
pub fn windows_command(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if at > 0 && in_name(text[at - 1]) {
        return None;
    }
    let end = until(text, at, 300, |b| b"\r\n|&".contains(&b));
    let mut words = Vec::new();
    let mut next = at;
    while next < end && words.len() < 12 {
        let start = until(text, next, 64, |b| b != b' ');
        next = until(text, start, end.saturating_sub(start), |b| b == b' ');
        words.push(start..next.min(end));
    }
    let is = |i: usize, word: &[u8]| {
        words
            .get(i)
            .is_some_and(|range| text[range.clone()].eq_ignore_ascii_case(word))
    };
    let bare = |i: usize| {
        let range = words.get(i)?.clone();
        let range = quoted(text, range.start).map_or(range, |value| value.range);
        let value = &text[range.clone()];
        (!value.is_empty() && !value.starts_with(b"/") && value != b"*" && !value.contains(&b'\\'))
            .then_some(range)
    };
    if is(0, b"cmdkey") {
        let pass = words
            .iter()
            .find(|range| at_word(text, range.start, b"/pass:"))?;
        return Some(found(pass.start + 6..pass.end, Login::default()));
    }
    if is(1, b"user") {
        // Prose has no switch behind the password.
        let add = words
            .iter()
            .skip(4)
            .any(|range| at_word(text, range.start, b"/"));
        return if add {
            Some(found(bare(3)?, Login::default()))
        } else {
            None
        };
    }
    let share = (2..4).find(|&i| {
        words
            .get(i)
            .is_some_and(|range| text[range.clone()].starts_with(b"\\\\"))
    })?;
    let user = |i: usize| {
        words.get(i).is_some_and(|range| {
            at_word(text, range.start, b"/user:") || at_word(text, range.start, b"/u:")
        })
    };
    let place = if user(share + 1) {
        share + 2
    } else {
        share + 1
    };
    if !(share + 1..words.len()).any(user) {
        return None;
    }
    Some(found(bare(place)?, Login::default()))
}

/// `<Pass encoding="base64">…</Pass>` of FileZilla; `at` is that of `<pass`.
pub fn filezilla(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let close = until(text, at + 5, 40, |b| b == b'>');
    let attributes = text.get(at + 5..close)?;
    let end = until(text, close + 1, 300, |b| b == b'<' || b == b'\n');
    let range = close + 1..end;
    if !at_word(text, end, b"</pass>") || range.is_empty() {
        return None;
    }
    if attributes.is_empty() {
        return Some(found(range, Login::default()));
    }
    if attributes.trim_ascii() != b"encoding=\"base64\"" {
        return None;
    }
    let password = STANDARD.decode(&text[range.clone()]).ok()?;
    let login = Login {
        decoded: Some(password.trim_ascii().to_vec()),
        ..Login::default()
    };
    Some(found(range, login))
}

/// Tells whether what begins at `at` is the body that curl sends: `-d access_token=…`.
fn is_form_data(text: &[u8], at: usize) -> bool {
    let start = at - usize::from(at > 0 && b"\"'".contains(&text[at - 1]));
    [
        &b" -d "[..],
        b"--data ",
        b"--data-raw ",
        b"--data-urlencode ",
        b" -F ",
        b"--form ",
        b"\n-d ",
    ]
    .iter()
    .any(|option| text[..start].ends_with(option))
}

/// `?access_token=…` and its kin in a URL; `at` is that of the key.
pub fn query_token(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let led = at > 0 && b"?&".contains(&text[at - 1])
        || at >= 5 && at_word(text, at - 5, b"&amp;")
        || is_form_data(text, at);
    let equals = until(text, at, 24, |b| b == b'=');
    if !led || text.get(equals) != Some(&b'=') {
        return None;
    }
    let start = equals + 1;
    let end = until(text, start, 300, |b| ends_word(b) || b"&#;)|,".contains(&b));
    let decoded = percent_decoded(&text[start..end]);
    let value = decoded.as_deref().unwrap_or(&text[start..end]);
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let opaque = value
        .iter()
        .all(|&b| b.is_ascii_alphanumeric() || b"._~+/=-".contains(&b));
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    if value.len() < 16 || digits < 2 || !letters || !opaque || value.starts_with(b"eyJ") {
        return None;
    }
    // `token` and `key` alone name many things that are no secret.
    let key = Words::of(&text[at..equals]);
    let vague = key.as_slice().len() == 1;
    Some(found(
        start..end,
        Login {
            site: if vague { Site::Loose } else { Site::AnyUrl },
            kind: SecretKind::Token,
            decoded,
            ..Login::default()
        },
    ))
}

/// Addresses at which a chat server takes messages from whoever knows them: `https://HOST/hooks/ID` of Mattermost,
/// `https://HOST/hooks/ID/TOKEN` of Rocket.Chat; `at` is that of `/hooks/`.
pub fn chat_webhook(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let url = since(text, at, 200, ends_url);
    let colon = url + memchr::memmem::rfind(&text[url..at], b"://")?;
    let http = text[..colon].ends_with(b"http") || text[..colon].ends_with(b"https");
    if !http || !text[colon + 3..at].contains(&b'.') {
        return None;
    }
    let word = |start: usize| start..until(text, start, 100, |b| !b.is_ascii_alphanumeric());
    let digits = |range: &Range<usize>| {
        text[range.clone()]
            .iter()
            .filter(|b| b.is_ascii_digit())
            .count()
    };
    let id = word(at + 7);
    let lower = !text[id.clone()].iter().any(u8::is_ascii_uppercase);
    let secret = if text.get(id.end) == Some(&b'/') {
        let token = word(id.end + 1);
        // Both are made by Rocket.Chat: an id of 17 or 24 characters, and a token.
        ((17..=24).contains(&id.len()) && (40..=96).contains(&token.len()) && digits(&token) >= 3)
            .then_some(token)?
    } else {
        (id.len() == 26 && lower && digits(&id) >= 2).then(|| id.clone())?
    };
    let ends = text.get(secret.end).is_none_or(|&b| {
        !b"-_/.".contains(&b)
            || b == b'.' && text.get(secret.end + 1).is_none_or(u8::is_ascii_whitespace)
    });
    if !ends {
        return None;
    }
    Some(found(
        id.start..secret.end,
        Login {
            decoded: Some(text[secret].to_vec()),
            ..Login::loose(SecretKind::Token)
        },
    ))
}
