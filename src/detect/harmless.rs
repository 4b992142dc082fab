//! Tells which words of a shown line are plainly harmless: ordinary words, names, short numbers. All others are masked.

use std::ops::Range;

use crate::language::chance;
use crate::lexicon::secret_name;

/// Appends what in a stretch is not plainly harmless: words that no language has, words with something unseen inside, text that
/// is written letter by letter or in escapes.
pub(super) fn doubtful(text: &[u8], stretch: Range<usize>, out: &mut Vec<Range<usize>>) {
    spelled(text, stretch.clone(), out);
    let mut at = stretch.start;
    while at < stretch.end {
        let rest = &text[at..stretch.end];
        // Nearly all words are letters and digits alone, and nearly all marks stand for themselves.
        let letters = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        let behind = rest.get(letters).copied();
        if letters > 0 && !behind.is_some_and(goes_on) {
            if !is_plain(&rest[..letters]) {
                out.push(at..at + letters);
            }
            at += letters;
            continue;
        }
        if letters == 0 && !behind.is_some_and(begins_escape) {
            at += 1;
            continue;
        }
        let word = Word::of(rest);
        if word.len > 0 && !word.is_harmless() {
            out.push(at..at + word.len);
        }
        at += match rest {
            _ if word.len > 0 => word.len,
            // The letter of an escape is none of the next word.
            [
                b'\\',
                b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'a' | b'e',
                ..,
            ] => 2,
            _ => escape(rest).map_or(1, |(len, _)| len),
        };
    }
}

/// A word at the start of a text, with what joins its parts.
struct Word {
    /// How many bytes it takes in the text.
    len: usize,
    /// Its letters and digits, in parts if marks stand between them.
    parts: Vec<Vec<u8>>,
    /// Whether something that nobody sees stands inside.
    hides: bool,
}

impl Word {
    fn of(text: &[u8]) -> Self {
        let mut word = Self {
            len: 0,
            parts: vec![Vec::new()],
            hides: false,
        };
        let (mut at, mut hides, mut parted) = (0, false, false);
        while let Some(&byte) = text.get(at) {
            if let Some((len, letter)) = escaped_letter(&text[at..], word.hides) {
                if let Some(part) = word.parts.last_mut() {
                    part.push(letter);
                }
                word.hides = true;
                at += len;
                word.len = at;
                continue;
            }
            if byte.is_ascii_alphanumeric() {
                if parted {
                    word.parts.push(Vec::new());
                }
                if let Some(part) = word.parts.last_mut() {
                    part.push(byte);
                }
                word.hides |= hides;
                (hides, parted) = (false, false);
                at += 1;
                word.len = at;
                continue;
            }
            if at == 0 {
                break;
            }
            match joint(&text[at..]) {
                Some((len, Joint::Unseen)) => (at, hides) = (at + len, true),
                Some((len, Joint::Accent)) => at += len,
                Some((len, Joint::Mark)) => (at, parted) = (at + len, true),
                None => break,
            }
        }
        word
    }

    fn is_harmless(&self) -> bool {
        // A password with marks in it falls into parts that are too short to tell.
        let marked = self.parts.len() > 1 && self.parts.iter().any(|part| is_mixed(part));
        !self.hides && !marked && self.parts.iter().all(|part| is_plain(part))
    }
}

/// Tells whether a word may go on with a byte that is neither letter nor digit: with an escape, or with a joint.
fn goes_on(byte: u8) -> bool {
    begins_escape(byte)
        || matches!(byte, b'!' | b'^' | b'*' | b'$' | 0x7f..)
        || byte < b' ' && !b"\t\n\r".contains(&byte)
}

/// Tells whether an escape of [`escape`] may begin with a byte.
fn begins_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'&' | b'%')
}

/// What may stand inside a word.
enum Joint {
    /// Something that nobody sees.
    Unseen,
    /// The accent of a letter.
    Accent,
    /// A mark that people put into passwords.
    Mark,
}

/// Returns the length of a joint at the start of a text, and what it is.
fn joint(text: &[u8]) -> Option<(usize, Joint)> {
    match text {
        [b'\t' | b'\n' | b'\r', ..] => None,
        [0..0x20 | 0x7f, ..] => Some((1, Joint::Unseen)),
        [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => None,
        [b'!' | b'%' | b'^' | b'*' | b'$', ..] => Some((1, Joint::Mark)),
        [0..0x80, ..] => None,
        _ => {
            let head = &text[..text.len().min(4)];
            let c = head.utf8_chunks().next()?.valid().chars().next()?;
            let joint = match c {
                '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20f0}' | '\u{fe20}'..='\u{fe2f}' => {
                    Joint::Accent
                }
                // Fillers, which count as letters.
                '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => Joint::Unseen,
                c if c.is_alphanumeric() || c.is_whitespace() || is_symbol(c) => return None,
                _ => Joint::Unseen,
            };
            Some((c.len_utf8(), joint))
        }
    }
}

/// Tells whether a character beyond ASCII is a sign that people see.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{bf}' | '\u{d7}' | '\u{f7}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
        | '\u{207a}'..='\u{20cf}' | '\u{2100}'..='\u{2bff}' | '\u{3001}'..='\u{303f}' | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff65}' | '\u{ffe0}'..='\u{ffe6}' | '\u{fffc}' | '\u{fffd}' | '\u{1f000}'..='\u{1faff}')
}

/// Tells whether letters and digits are an ordinary word, several run together, a short number or a name with one.
fn is_plain(word: &[u8]) -> bool {
    /// So few characters say nothing.
    const SHORT: usize = 4;
    /// Numbers of more digits are masked; beside letters fewer are allowed.
    const NUMBER: usize = 6;
    const DIGITS: usize = 4;
    /// A word with more numbers in it is none.
    const NUMBERS: usize = 2;
    /// The letters may be so many bits likelier by chance than as language. Of real lines 0.6 % are hidden so, and 98 of 100
    /// random words of eight letters and digits.
    const BITS: i32 = 3;
    /// One good word does not make up for a bad one.
    const GOOD: i32 = -8;
    /// One or two letters between numbers.
    const FEW: i32 = 2;
    if word.len() <= SHORT {
        return true;
    }
    if word.iter().all(u8::is_ascii_digit) {
        return word.len() <= NUMBER;
    }
    if let [b'0', b'x', number @ ..] = word
        && number.len() <= 8
        && number.iter().all(u8::is_ascii_hexdigit)
    {
        return true;
    }
    let same_kind = |a: &u8, b: &u8| a.is_ascii_digit() == b.is_ascii_digit();
    let (mut numbers, mut humps, mut short, mut bits) = (0, 0, 0, 0);
    for run in word.chunk_by(same_kind) {
        if run[0].is_ascii_digit() {
            numbers += 1;
            if run.len() > DIGITS {
                return false;
            }
            continue;
        }
        for hump in run.chunk_by(|a, b| a.is_ascii_uppercase() || b.is_ascii_lowercase()) {
            humps += 1;
            short += usize::from(hump.len() < 3);
        }
        bits += if run.len() > 2 {
            chance(run).max(GOOD)
        } else {
            FEW
        };
    }
    let is_broken = humps > 1 && 2 * short > humps || numbers > 0 && humps > 2 && short > 0;
    // The name of a secret is no secret; few words need that question.
    numbers <= NUMBERS && !is_broken && bits <= BITS
        || word.iter().all(u8::is_ascii_alphabetic) && secret_name(word).is_some()
}

/// Tells whether letters are mixed with digits, or in case, as nobody writes a short name.
fn is_mixed(part: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| part.iter().any(test);
    let letters = has(u8::is_ascii_alphabetic);
    let odd_case = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    letters && (has(u8::is_ascii_digit) || part.windows(2).any(odd_case))
}

/// Appends where single letters and digits follow each other with one character between them.
fn spelled(text: &[u8], stretch: Range<usize>, out: &mut Vec<Range<usize>>) {
    /// A shorter row may be a list of names: `x y z`.
    const ROW: usize = 6;
    let text = &text[..stretch.end];
    let is_word = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is_single = |at: usize| {
        let before = at > stretch.start && is_word(at - 1);
        is_word(at) && !before && !is_word(at + 1)
    };
    let mut at = stretch.start;
    while at < stretch.end {
        let mut end = at;
        while is_single(end) {
            end += 2;
        }
        // The character behind the last one is none of them.
        let row = at..end.saturating_sub(1);
        let letters = text.get(row.clone()).unwrap_or_default();
        if end - at >= 2 * ROW && letters.iter().any(u8::is_ascii_alphabetic) {
            out.push(row);
        }
        at = end.max(at + 1);
    }
}

/// Returns the length of the escape of a letter or digit with which a text begins, and which it is: nobody needs one.
fn escaped_letter(text: &[u8], goes_on: bool) -> Option<(usize, u8)> {
    let letter = |text: &[u8]| {
        let (len, value) = escape(text)?;
        let letter = u8::try_from(value).ok();
        let letter = letter.filter(u8::is_ascii_alphanumeric)?;
        Some((len, letter))
    };
    let found = letter(text)?;
    // One alone may be the width of a field: `%50s`.
    let several =
        || goes_on || text.get(found.0) == Some(&b'%') && letter(&text[found.0..]).is_some();
    (text[0] != b'%' || several()).then_some(found)
}

/// Returns the length of the escape with which a text begins, and the number of its character.
fn escape(text: &[u8]) -> Option<(usize, u32)> {
    // The length of the mark, the base, how many digits at least and at most, what ends it.
    let (mark, base, least, most, end): (usize, u32, usize, usize, &[u8]) = match text {
        [b'\\', b'u', b'{', ..] => (3, 16, 1, 6, b"}"),
        [b'\\', b'u', ..] => (2, 16, 4, 4, b""),
        [b'\\', b'U', ..] => (2, 16, 8, 8, b""),
        [b'\\', b'x', ..] => (2, 16, 2, 2, b""),
        [b'\\', ..] => (1, 8, 3, 3, b""),
        [b'&', b'#', b'x' | b'X', ..] => (3, 16, 1, 5, b";"),
        [b'&', b'#', ..] => (2, 10, 1, 5, b";"),
        [b'%', ..] => (1, 16, 2, 2, b""),
        _ => return None,
    };
    let digits = text[mark..].iter().take(most);
    let digits = digits.map_while(|&byte| char::from(byte).to_digit(base));
    let (count, value) = digits.fold((0, 0), |(count, sum), digit| {
        (count + 1, sum * base + digit)
    });
    let len = mark + count + end.len();
    (count >= least && text[mark + count..].starts_with(end)).then_some((len, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a text with what is doubtful masked.
    fn shown(text: &str) -> String {
        let mut out = Vec::new();
        doubtful(text.as_bytes(), 0..text.len(), &mut out);
        out.sort_by_key(|range| range.start);
        let (mut masked, mut at) = (String::new(), 0);
        for range in out.into_iter().filter(|range| !range.is_empty()) {
            if range.start >= at {
                masked += &text[at..range.start];
                masked += "****";
            }
            at = at.max(range.end);
        }
        masked + &text[at..]
    }

    #[test]
    fn what_people_and_programs_write_is_shown() {
        for line in [
            "    client = WarehouseClient(host=\"db01.example.com\", port=5432, apiKey=",
            "export AWS_REGION=eu-central-1 PATH=$HOME/bin:/usr/local/bin",
            "if (x1 * y2 > 0x1F) return sha256(utf8_bytes); // see RFC 6749, section 2.3.1",
            "user: root@web01 # 2026-11-24, version 1.89.0",
            "uses: actions/checkout@v4",
            "the reme\u{301} of 100% of naïve größen → 15 °C",
            "f(a, b, c, d, e, f, g)",
            "\\u4e2d\\u6587\\u5b57\\u7b26",
            "https://example.com/a%20b%20c",
            "printf(\"%50s\\nbearer\\tname of port=5432\")",
        ] {
            assert_eq!(shown(line), line);
        }
    }

    #[test]
    fn what_may_be_part_of_a_secret_is_masked() {
        // Made by chance: no password of anybody's.
        let (left, right) = ("5frxKhL", "OcxlNZ9");
        let spelled = |mark: &str| {
            let all = [left, right].concat();
            let letters: Vec<String> = all.chars().map(String::from).collect();
            letters.join(mark)
        };
        let escaped = |write: fn(u32) -> String| {
            let all = [left, right].concat();
            all.chars().map(|c| write(c.into())).collect::<String>()
        };
        for (text, masked) in [
            (format!("see {left}\u{200b}{right} there"), "see **** there"),
            (format!("see {left}\u{301}{right} there"), "see **** there"),
            (format!("see {left}\u{1}{right} there"), "see **** there"),
            (format!("see {left}\u{3164}{right} there"), "see **** there"),
            (format!("\"{left}\" + \"{right}\""), "\"****\" + \"****\""),
            ("correct\u{200b}horse".to_owned(), "****"),
            (format!("a {} z", spelled(" ")), "****"),
            (spelled("-"), "****"),
            (escaped(|c| format!("\\u{c:04x}")), "****"),
            (format!("see orc\\x68ard{left}"), "see ****"),
            (escaped(|c| format!("\\x{c:02x}")), "****"),
            (escaped(|c| format!("\\{c:03o}")), "****"),
            (escaped(|c| format!("&#{c};")), "****"),
            (escaped(|c| format!("%{c:02X}")), "****"),
            ("x = aB3!xY9%kQ".to_owned(), "x = ****"),
            (
                "see aB3!%\u{200b}xY9*^kQ there".to_owned(),
                "see **** there",
            ),
        ] {
            assert_eq!(shown(&text), masked, "{text:?}");
        }
    }
}
