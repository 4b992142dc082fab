//! The spellings of one character: escapes of JSON, YAML, shells, C, CSS and URLs, and character references of HTML.

use crate::detect::unseen::{self, Stands};
use crate::rule::edge::control_sequence_at;

/// What an escape stands for.
pub(super) enum Undone {
    /// A quote, a blank or a line end that is understood where it stands, too.
    Plain(u8),
    /// A byte in a spelling that hides what stands beside it, or nothing.
    Foreign(Option<u8>),
    /// It is none.
    Not,
}

/// A spelling of a character by its number.
struct Number {
    opens: &'static [u8],
    radix: u32,
    /// How many digits there are, at least and at most.
    digits: (usize, usize),
    closes: &'static [u8],
}

const fn number(
    opens: &'static [u8],
    radix: u32,
    digits: (usize, usize),
    closes: &'static [u8],
) -> Number {
    Number {
        opens,
        radix,
        digits,
        closes,
    }
}

/// Behind a backslash. The first one counts that gives a printable character.
const BEHIND_BACKSLASH: [Number; 10] = [
    number(b"x", 16, (2, 2), b""),
    number(b"u", 16, (4, 4), b""),
    number(b"u{", 16, (1, 6), b"}"),
    number(b"x{", 16, (1, 8), b"}"),
    number(b"U", 16, (8, 8), b""),
    number(b"o{", 8, (1, 8), b"}"),
    // `echo -e` wants a zero before the three digits of C.
    number(b"0", 8, (3, 3), b""),
    number(b"", 8, (3, 3), b""),
    // Of CSS: a blank ends the number, or the sixth digit does.
    number(b"", 16, (2, 5), b" "),
    number(b"", 16, (6, 6), b""),
];
const BEHIND_PERCENT: [Number; 1] = [number(b"", 16, (2, 2), b"")];
const BEHIND_AMPERSAND: [Number; 3] = [
    number(b"#", 10, (2, 7), b";"),
    number(b"#x", 16, (2, 6), b";"),
    number(b"#X", 16, (2, 6), b";"),
];

/// The references of HTML to characters of ASCII, by name.
const NAMED: [(&[u8], u8); 47] = [
    (b"quot", b'"'),
    (b"amp", b'&'),
    (b"apos", b'\''),
    (b"lt", b'<'),
    (b"gt", b'>'),
    (b"lowbar", b'_'),
    (b"UnderBar", b'_'),
    (b"equals", b'='),
    (b"colon", b':'),
    (b"semi", b';'),
    (b"sol", b'/'),
    (b"bsol", b'\\'),
    (b"period", b'.'),
    (b"comma", b','),
    (b"num", b'#'),
    (b"plus", b'+'),
    (b"commat", b'@'),
    (b"dollar", b'$'),
    (b"percnt", b'%'),
    (b"excl", b'!'),
    (b"quest", b'?'),
    (b"ast", b'*'),
    (b"midast", b'*'),
    (b"lpar", b'('),
    (b"rpar", b')'),
    (b"lsqb", b'['),
    (b"lbrack", b'['),
    (b"rsqb", b']'),
    (b"rbrack", b']'),
    (b"lcub", b'{'),
    (b"lbrace", b'{'),
    (b"rcub", b'}'),
    (b"rbrace", b'}'),
    (b"verbar", b'|'),
    (b"vert", b'|'),
    (b"VerticalLine", b'|'),
    (b"Hat", b'^'),
    (b"grave", b'`'),
    (b"DiacriticalGrave", b'`'),
    (b"Tab", b' '),
    (b"NewLine", b' '),
    (b"nbsp", b' '),
    (b"NonBreakingSpace", b' '),
    (b"QUOT", b'"'),
    (b"AMP", b'&'),
    (b"LT", b'<'),
    (b"GT", b'>'),
];
/// The longest of these names.
const NAME: usize = 16;

/// Returns the length of the escape that a text begins with, and what it stands for.
pub(super) fn undone(text: &[u8]) -> (usize, Undone) {
    if let Some(len) = control_sequence_at(text) {
        return (len, Undone::Foreign(None));
    }
    if let Some((len, stands)) = unseen::stands(text) {
        let byte = match stands {
            Stands::For(byte) => Some(byte),
            Stands::Nothing | Stands::Accent => None,
        };
        return (len, Undone::Foreign(byte));
    }
    if let [b'%', b'2', b'0', ..] = text {
        return (3, Undone::Plain(b' '));
    }
    if let Some((len, byte)) = spelled(text).or_else(|| escaped_mark(text)) {
        return (len, Undone::Foreign(Some(byte)));
    }
    match *text {
        [b'\\', b'n', ..] => (2, Undone::Plain(b'\n')),
        [b'\\', b't', ..] => (2, Undone::Plain(b'\t')),
        [b'\\', b'r', ..] => (2, Undone::Plain(b'\r')),
        [b'\\', next, ..] if next.is_ascii_punctuation() => (2, Undone::Plain(next)),
        _ => (1, Undone::Not),
    }
}

/// Returns the length of the spelling, by number or name, of a printable character that a text begins with, and the character.
pub(super) fn spelled(text: &[u8]) -> Option<(usize, u8)> {
    let (mark, rest) = text.split_first()?;
    let numbers: &[Number] = match (mark, rest.first()?) {
        (b'\\', b'0'..=b'7' | b'o' | b'u' | b'U' | b'x') => &BEHIND_BACKSLASH,
        (b'%', _) => &BEHIND_PERCENT,
        (b'&', b'#') => &BEHIND_AMPERSAND,
        (b'&', next) if next.is_ascii_alphabetic() => {
            let end = memchr::memchr(b';', &rest[..rest.len().min(NAME + 1)])?;
            let (_, byte) = NAMED.iter().find(|(name, _)| *name == &rest[..end])?;
            return Some((end + 2, *byte));
        }
        _ => return None,
    };
    let (len, byte) = numbers.iter().find_map(|number| number.read(rest))?;
    Some((len + 1, byte))
}

/// Returns the length of the escaped mark that a text begins with which stands in names and tokens: `\_` in Markdown, whose
/// backslash is escaped itself in JSON, and what parts a key from its value in files of Java.
pub(super) fn escaped_mark(text: &[u8]) -> Option<(usize, u8)> {
    match *text {
        [b'\\', mark @ (b'_' | b'-' | b'=' | b':'), ..] => Some((2, mark)),
        [b'\\', b'\\', b'_', ..] => Some((3, b'_')),
        _ => None,
    }
}

impl Number {
    /// Returns the length of this spelling at the start of a text, and the character if it is printable.
    fn read(&self, text: &[u8]) -> Option<(usize, u8)> {
        let rest = text.strip_prefix(self.opens)?;
        let (least, most) = self.digits;
        let (mut value, mut count) = (0u32, 0);
        for digit in rest.iter().take(most) {
            let Some(digit) = char::from(*digit).to_digit(self.radix) else {
                break;
            };
            // The digits are so few that it does not overflow, but for those of a number that is none.
            value = value.saturating_mul(self.radix).saturating_add(digit);
            count += 1;
        }
        let byte = u8::try_from(value).ok()?;
        let closed = count >= least && rest[count..].starts_with(self.closes);
        (closed && (0x20..0x7F).contains(&byte))
            .then_some((self.opens.len() + count + self.closes.len(), byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_is_spelled_in_many_ways() {
        for text in [
            "\\x5f",
            "\\x5F",
            "\\x{5f}",
            "\\x{005F}",
            "\\u005f",
            "\\u{5f}",
            "\\u{00005F}",
            "\\U0000005f",
            "\\137",
            "\\0137",
            "\\o{137}",
            "\\5f ",
            "\\05f ",
            "\\0005F ",
            "\\00005f",
            "%5f",
            "%5F",
            "&#95;",
            "&#095;",
            "&#x5f;",
            "&#X005F;",
            "&lowbar;",
            "&UnderBar;",
        ] {
            for behind in ["", "5", "f", " ", "\\"] {
                let text = format!("{text}{behind}");
                let len = text.len() - behind.len();
                assert_eq!(spelled(text.as_bytes()), Some((len, b'_')), "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_not_printable_or_not_complete_is_no_character() {
        for text in [
            "",
            "\\",
            "\\x",
            "\\x5",
            "\\x1b",
            "\\u{}",
            "\\u{5f",
            "\\u{e9}",
            "\\u{ffffff}",
            "\\U0001F600",
            "\\U0000005",
            "\\033",
            "\\303",
            "\\012",
            "\\1",
            "\\12",
            "\\13",
            "\\5f",
            "\\5fx",
            "\\d",
            "\\w",
            "\\q5f ",
            "%",
            "%5",
            "%d",
            "%zz",
            "%0A",
            "&",
            "&&",
            "&#",
            "&#95",
            "&#;",
            "&#x;",
            "&#9999999;",
            "&lowbar",
            "&nosuch;",
            "&eacute;",
            "&self.text[..];",
        ] {
            assert_eq!(spelled(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn the_longest_name_is_known() {
        assert_eq!(NAMED.iter().map(|(name, _)| name.len()).max(), Some(NAME));
    }
}
