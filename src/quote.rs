//! Quotes in a message what somebody wrote, unless it could be a secret in a wrong place.

use crate::language::chance;

/// Returns a text in backticks if it is a path or a short name, made of ordinary words; of any other text its length only:
/// "(105 characters)".
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

/// Tells whether a text is a path, or a short name, that is made of ordinary words, so that it can be no token and hardly a
/// password.
pub fn is_ordinary(text: &str) -> bool {
    /// A longer name is not repeated unless it is that of a file: a phrase of a few words may be a password.
    const LONG: usize = 24;
    /// No path is longer.
    const LONGEST: usize = 255;
    /// The words of a whole text may be so many bits likelier by chance than as language.
    const BITS: i32 = 14;
    /// The words of a name may be less likely: it has no folder and no extension that say what it is.
    const BITS_OF_NAME: i32 = 8;
    // A mark that a parser expects, or the name of a letter.
    if text.len() <= 2 && text.bytes().all(|b| b.is_ascii_graphic()) {
        return true;
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_./:*,~^[]{}+".contains(&b);
    let path = is_path(text);
    let (longest, most) = if path {
        (LONGEST, BITS)
    } else {
        (LONG, BITS_OF_NAME)
    };
    if text.len() > longest || !text.bytes().all(allowed) {
        return false;
    }
    // What a file is called says more than how its kind is abbreviated.
    let text = if path { without_extension(text) } else { text };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    // More than one mark of letters and digits is an id or a key.
    if words
        .clone()
        .filter(|word| is_mark(word) && !is_date(word))
        .count()
        > 1
    {
        return false;
    }
    let words = words.map(|word| if path { of_path(word) } else { of_name(word) });
    let bits: Option<i32> = words.sum();
    bits.is_some_and(|bits| bits <= most)
}

/// Tells whether a text looks like the path of a file: it has a folder or an extension.
fn is_path(text: &str) -> bool {
    /// No extension is longer.
    const EXTENSION: usize = 6;
    let is_extension = |end: &str| {
        (1..=EXTENSION).contains(&end.len())
            && end.starts_with(|c: char| c.is_ascii_lowercase())
            && end
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.contains('/')
        || text.rsplit_once('.').is_some_and(|(name, end)| {
            name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '*') && is_extension(end)
        })
}

/// Returns a path without the extension of its file, unless that is too long to be no word.
fn without_extension(path: &str) -> &str {
    const EXTENSION: usize = 5;
    match path.rsplit_once('.') {
        Some((name, end))
            if end.len() <= EXTENSION && end.bytes().all(|b| b.is_ascii_lowercase()) =>
        {
            name
        }
        _ => path,
    }
}

/// Tells whether a word is a day, a month, a quarter or a week: `20260401`, `202604`, `2026q3`.
fn is_date(word: &str) -> bool {
    let Some(rest) = ["19", "20"]
        .iter()
        .find_map(|begin| word.strip_prefix(begin))
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let year = rest.split_at_checked(2).filter(|(year, _)| digits(year));
    let Some((_, part)) = year else {
        return false;
    };
    match part.strip_prefix(['q', 'Q', 'w', 'W']) {
        Some(number) => (1..=2).contains(&number.len()) && digits(number),
        None => matches!(part.len(), 2 | 4) && digits(part),
    }
}

/// A run of letters and digits of this length says nothing: `v2`, `3rd`.
const SHORT: usize = 3;

/// Returns how many bits likelier the letters of a word in a name are by chance than as language; none if it is neither a word,
/// nor a short number, nor a short mark.
fn of_name(word: &str) -> Option<i32> {
    /// No word of a name is longer.
    const WORD: usize = 14;
    /// Numbers of more digits are no dates, ports or versions.
    const DIGITS: usize = 4;
    let bytes = word.as_bytes();
    let rest = bytes.get(1..).unwrap_or_default();
    let one_case =
        rest.iter().all(u8::is_ascii_lowercase) || bytes.iter().all(u8::is_ascii_uppercase);
    if bytes.len() <= SHORT || bytes.iter().all(u8::is_ascii_digit) && bytes.len() <= DIGITS {
        return Some(0);
    }
    let is_word = bytes.iter().all(u8::is_ascii_alphabetic) && one_case && bytes.len() <= WORD;
    is_word.then(|| bits(bytes))
}

/// A mark of letters and digits without a word is short: `i686`.
const MARK: usize = 4;

/// Tells whether a word is such a mark.
fn is_mark(word: &str) -> bool {
    let run = |is: fn(&u8) -> bool| word.as_bytes().chunk_by(move |a, b| is(a) == is(b));
    let words = run(u8::is_ascii_alphabetic).filter(|run| run[0].is_ascii_alphabetic());
    word.len() > SHORT
        && word.contains(|c: char| c.is_ascii_digit())
        && words
            .map(<[u8]>::len)
            .max()
            .is_some_and(|longest| longest < SHORT)
}

/// Returns the same of a word in a path: it may be several words run together, with numbers between them.
fn of_path(word: &str) -> Option<i32> {
    /// No word of a path is longer, up to where its case changes.
    const WORD: usize = 24;
    /// Numbers of more digits are no dates, ports or versions.
    const DIGITS: usize = 5;
    /// A word with more numbers in it is none.
    const NUMBERS: usize = 2;
    /// Nor is one with more parts of one or two letters.
    const PIECES: usize = 2;
    /// A word of so many characters has to be language.
    const LONG: usize = 9;
    const BITS: i32 = 11;
    const BITS_OF_LONG: i32 = 4;
    /// So many hexadecimal digits are no word.
    const HEX: usize = 8;
    let bytes = word.as_bytes();
    if bytes.len() <= SHORT || is_date(word) {
        return Some(0);
    }
    let has_digit = bytes.iter().any(u8::is_ascii_digit);
    if bytes.len() >= HEX && has_digit && bytes.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let same_kind = |a: &u8, b: &u8| a.is_ascii_digit() == b.is_ascii_digit();
    let (mut numbers, mut pieces, mut sum, mut any) = (0, 0, 0, false);
    for run in bytes.chunk_by(same_kind) {
        if run[0].is_ascii_digit() {
            numbers += 1;
            if run.len() > DIGITS {
                return None;
            }
            continue;
        }
        let humps = run.chunk_by(|a, b| a.is_ascii_uppercase() || b.is_ascii_lowercase());
        let lengths: Vec<usize> = humps.map(<[u8]>::len).collect();
        if lengths.iter().any(|&length| length > WORD) {
            return None;
        }
        let short = lengths.iter().filter(|&&length| length < SHORT).count();
        pieces += short;
        if short < lengths.len() {
            any = true;
            sum += bits(run);
        }
    }
    if pieces > 0 && !any {
        return (bytes.len() <= MARK).then_some(0);
    }
    let (most, most_pieces) = if bytes.len() < LONG {
        (BITS, PIECES)
    } else {
        (BITS_OF_LONG, PIECES - usize::from(numbers > 0))
    };
    (numbers <= NUMBERS && pieces <= most_pieces && sum <= most).then_some(sum)
}

/// Returns how many bits likelier some letters are by chance than as language; one good word does not make up for a bad one.
fn bits(letters: &[u8]) -> i32 {
    const LEAST: i32 = -8;
    chance(letters).max(LEAST)
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
            "requirements-development-linux.txt",
            "src/main/java/org/acme/warehouse/SnowflakeQueryRunnerFactory.java",
            "/usr/lib/python3.12/encodings/__pycache__/utf_8.cpython-312.pyc",
            "feature/longer-names-of-branches..main",
            "/half.xlsx",
            "*.xlsx",
            "**/*.ipynb",
            "exports/20260401.csv",
            "dags/2026q3_refresh.py",
        ] {
            assert_eq!(quoted(slip), format!("`{slip}`"));
        }
        for secret in [
            "Summer2024!",
            "hunter22",
            "correct horse battery",
            "correct-horse-battery-staple",
            "correct-horse-battery-staple-9..main",
            "12345678",
            "iloveyouverymuch",
            "fzse-cjzg-zqwt-lbir",
            "data/17eb9055-861e-4a8b-91e8-6cdcf75b7a4a/x.py",
            "data/861e-4a8b-91e8/x.py",
            "data/84260401.csv",
            "data/2026q3k7.csv",
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
