//! Where a match may begin: what must not stand directly before it, and which bytes before it are no text.
//! Shared by build.rs and custom rules.

/// What a match does not begin behind: a set of conditions, kept as bits so that it packs into the rules' table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Edge(pub u8);

/// Letters, digits and `_`.
const WORD: u8 = 1;
/// `+` and `/`.
const BASE64: u8 = 2;
/// `-`.
const DASH: u8 = 4;
/// Of `WORD`, digits and letters of the other case are allowed.
const SAME_CASE: u8 = 8;
/// Anything is allowed if the checksum of the match fits.
const CHECKSUM: u8 = 16;

/// The parameters of a control sequence take no more bytes.
const LONGEST: usize = 20;

impl Edge {
    /// No condition: the format is distinctive by itself.
    pub const FREE: Self = Self(0);

    /// Returns the condition for a match that begins with bytes of some classes.
    pub fn new(word: bool, base64: bool, dash: bool) -> Self {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        Self(bit(word, WORD) | bit(base64, BASE64) | bit(dash, DASH))
    }

    /// Allows digits and letters of the other case.
    #[must_use]
    pub fn same_case(self) -> Self {
        Self(self.0 | SAME_CASE)
    }

    /// Allows anything before a match whose checksum fits.
    #[must_use]
    pub fn unless_checksum(self) -> Self {
        Self(self.0 | CHECKSUM)
    }

    /// Tells whether a checksum that fits makes up for what stands before the match.
    pub fn yields_to_checksum(self) -> bool {
        self.0 & CHECKSUM != 0
    }

    /// Tells whether a match may begin at an offset.
    #[inline]
    pub fn begins(self, text: &[u8], at: usize) -> bool {
        let Some(&before) = text[..at].last() else {
            return true;
        };
        !self.holds(before, text.get(at).copied().unwrap_or(0)) || ends_escape(text, at)
    }

    /// Returns the next offset behind `at` where a match may begin, or the end of the text.
    pub fn next(self, text: &[u8], at: usize) -> usize {
        (at + 1..text.len())
            .find(|&next| self.begins(text, next))
            .unwrap_or(text.len())
    }

    fn holds(self, before: u8, first: u8) -> bool {
        match before {
            b'+' | b'/' => self.0 & BASE64 != 0,
            b'-' => self.0 & DASH != 0,
            b'_' => self.0 & WORD != 0,
            _ if self.0 & WORD == 0 || !before.is_ascii_alphanumeric() => false,
            _ if self.0 & SAME_CASE == 0 => true,
            _ => {
                before.is_ascii_alphabetic()
                    && before.is_ascii_lowercase() == first.is_ascii_lowercase()
            }
        }
    }
}

/// Tells whether an escape ends at an offset: `\n`, `\x1b`, `\u0022`, `\033`, `%20`, `=3D`, or a control sequence of a terminal
/// such as `[35m`, however its ESC is written. The last letter or digit of an escape is no text.
pub fn ends_escape(text: &[u8], at: usize) -> bool {
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    match text[..at] {
        [
            ..,
            b'\\',
            b'0' | b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v',
        ] => true,
        [.., b'%', a, b] | [.., b'\\', b'x', a, b] if hex(&[a, b]) => true,
        // The equals sign in quoted-printable.
        [.., b'=', b'3', b'D'] => true,
        [.., b'\\', b'u', a, b, c, d] if hex(&[a, b, c, d]) => true,
        [.., b'\\', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7'] => true,
        // tput's reset of the character set.
        [.., 0x1B, b'(', b'B'] => true,
        [.., last] => last.is_ascii_alphabetic() && control_sequence(&text[..at]).is_some(),
        [] => false,
    }
}

/// Returns the length of the control sequence that a text ends with, from its `[` on: parameters and a letter. Without
/// parameters only the letters of colours and of erasing count: `[m`, `[K`.
fn control_sequence(text: &[u8]) -> Option<usize> {
    let (last, before) = text.split_last()?;
    let parameters = before
        .iter()
        .rev()
        .take(LONGEST)
        .take_while(|&&byte| is_parameter(byte))
        .count();
    let opens = before.len() > parameters && before[before.len() - parameters - 1] == b'[';
    (opens && (parameters > 0 || matches!(last, b'm' | b'K'))).then_some(parameters + 2)
}

/// How ESC is written: as it is, in the escapes of languages, with a caret.
const ESC: [&[u8]; 14] = [
    b"\x1B",
    b"\\e",
    b"\\E",
    b"\\033",
    b"\\33",
    b"\\x1b",
    b"\\x1B",
    b"\\u001b",
    b"\\u001B",
    b"\\u{1b}",
    b"\\u{1B}",
    b"\\x{1b}",
    b"\\U0000001b",
    b"\\U0000001B",
];

/// Returns the length of the control sequence of a terminal that a text begins with, its ESC in any spelling.
pub fn control_sequence_at(text: &[u8]) -> Option<usize> {
    // The second byte tells most spellings from most texts, and the others are compared whole.
    let second = text.get(1);
    let may_be = |esc: &&&[u8]| esc.get(1).is_none_or(|byte| second == Some(byte));
    let mut spellings = ESC.iter().filter(may_be);
    let esc = spellings.find(|esc| text.starts_with(esc))?.len();
    // tput's reset of the character set.
    if text[esc..].starts_with(b"(B") {
        return Some(esc + 2);
    }
    let rest = text[esc..].strip_prefix(b"[")?;
    let parameters = rest.iter().take(LONGEST).take_while(|&&b| is_parameter(b));
    let parameters = parameters.count();
    let last = rest.get(parameters)?;
    last.is_ascii_alphabetic().then_some(esc + parameters + 2)
}

/// Tells whether a byte may stand between the `[` and the letter of a control sequence.
fn is_parameter(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b';' | b':' | b'?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_end_where_the_token_begins() {
        for escape in [
            "\\n",
            "\\t",
            "\\b",
            "\\0",
            "\\x22",
            "\\x1b",
            "\\u0022",
            "\\u003d",
            "\\033",
            "%22",
            "=3D",
            "\x1b[35m",
            "\x1b[m",
            "\x1b[K",
            "\x1b[38;5;12m",
            "\x1b[1;38:2:9:9:9m",
            "\\x1b[0m",
            "\\033[1m",
            "\\e[1m",
            "\\u001b[35m",
            "^[[31m",
            "\x1b[2J",
            "\x1b[?25h",
            "\x1b(B",
        ] {
            assert!(ends_escape(escape.as_bytes(), escape.len()), "{escape:?}");
        }
        for text in [
            "", "m", "35m", "[im", "[x", "3D", "=3d", "u0022", "\\q", "\\u22", "22", "x22",
            "list[0]m", "ab",
        ] {
            assert!(!ends_escape(text.as_bytes(), text.len()), "{text:?}");
        }
    }

    #[test]
    fn control_sequences_are_measured_from_their_esc() {
        for text in [
            "\x1b[35m",
            "\x1b[m",
            "\\x1b[1;31m",
            "\\u001B[0K",
            "\\033[2J",
            "\\e[38:5:1m",
        ] {
            assert_eq!(
                control_sequence_at(format!("{text}x").as_bytes()),
                Some(text.len()),
                "{text:?}"
            );
        }
        for text in [
            "", "[35m", "\x1b", "\x1b[", "\x1b[35", "\\e", "\\x1c[1m", "\x1b]8;;",
        ] {
            assert_eq!(control_sequence_at(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn a_condition_names_what_may_not_stand_before() {
        let word = Edge::new(true, false, false);
        let begins = |edge: Edge, before: &str| {
            let text = format!("{before}ghp");
            edge.begins(text.as_bytes(), before.len())
        };
        for (before, word_allows, case_allows) in [
            ("", true, true),
            ("=", true, true),
            ("/", true, true),
            ("x", false, false),
            ("_", false, false),
            ("X", false, true),
            ("7", false, true),
            ("\\n", true, true),
            ("[0m", true, true),
        ] {
            assert_eq!(begins(word, before), word_allows, "{before:?}");
            assert_eq!(begins(word.same_case(), before), case_allows, "{before:?}");
            assert!(begins(Edge::FREE, before));
        }
        let base64 = Edge::new(true, true, true);
        assert!(!begins(base64, "/") && !begins(base64, "-") && begins(base64, "="));
        assert_eq!(word.next(b"xxx\\nyy z", 0), 4);
    }
}
