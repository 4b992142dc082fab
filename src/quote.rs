//! Quotes in a message what somebody wrote, unless it could be a secret in a wrong place.

/// A longer text is not repeated.
const LONG: usize = 24;
/// No word of a name is longer.
const WORD: usize = 14;
/// Numbers of more digits are no dates, ports or versions.
const DIGITS: usize = 4;
/// Letters and digits mixed: `v2`, `3rd`.
const MIXED: usize = 3;

/// Returns a text in backticks if it is made of short ordinary words, as a mistyped name is; of any other text its length
/// only: "(105 characters)".
pub fn quoted(text: &str) -> String {
    if is_ordinary(text) {
        format!("`{text}`")
    } else {
        length(text)
    }
}

/// Returns a message of another's with what it quotes, in backticks or double quotes, quoted as here.
pub fn requoted(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(open) = rest.find(['`', '"']) {
        let mark = &rest[open..=open];
        let Some(len) = rest[open + 1..].find(mark) else {
            break;
        };
        let inner = &rest[open + 1..open + 1 + len];
        out.push_str(&rest[..open]);
        if is_ordinary(inner) {
            out.push_str(&rest[open..open + len + 2]);
        } else {
            out.push_str(&length(inner));
        }
        rest = &rest[open + len + 2..];
    }
    out + rest
}

/// Returns what stands in a message for a text that is not shown.
pub fn length(text: &str) -> String {
    match text.chars().count() {
        1 => "(1 character)".to_owned(),
        count => format!("({count} characters)"),
    }
}

/// Tells whether a text is short and made of ordinary words, so that it can be no token and hardly a password.
pub fn is_ordinary(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_./:*,~^[]{}".contains(&b);
    text.len() <= LONG
        && text.bytes().all(allowed)
        && text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .all(is_word)
}

/// Tells whether a run of letters and digits is a word, a short number or a short mark.
fn is_word(word: &str) -> bool {
    let bytes = word.as_bytes();
    let rest = bytes.get(1..).unwrap_or_default();
    let one_case =
        rest.iter().all(u8::is_ascii_lowercase) || bytes.iter().all(u8::is_ascii_uppercase);
    bytes.len() <= MIXED
        || bytes.iter().all(u8::is_ascii_alphabetic) && one_case && bytes.len() <= WORD
        || bytes.iter().all(u8::is_ascii_digit) && bytes.len() <= DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_repeated_and_what_may_be_secret_is_counted() {
        for slip in [
            "jsno",
            "generic-passwrod",
            "main..topic",
            "HEAD~3..",
            "docs/x.md:12",
            "2026-13-01",
            "",
            "SPECIAL",
        ] {
            assert_eq!(quoted(slip), format!("`{slip}`"));
        }
        for secret in [
            "Summer2024!",
            "hunter22",
            "correct horse battery",
            "correct-horse-battery-staple",
            "12345678",
            "iloveyouverymuch",
        ] {
            assert_eq!(quoted(secret), format!("({} characters)", secret.len()));
        }
        assert_eq!(
            requoted("unknown variant `hunter22`, expected `block` or \"warn\""),
            "unknown variant (8 characters), expected `block` or \"warn\""
        );
        assert_eq!(quoted("ü"), "(1 character)");
        assert_eq!(length(&"a".repeat(105)), "(105 characters)");
    }
}
