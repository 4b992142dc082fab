//! Characters that nobody sees, and characters that look like letters and digits of ASCII.

/// What a character stands for that is not what it seems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// For nothing: it has no width, or turns the direction of writing.
    Nothing,
    /// For nothing, or for the accent of the letter before it.
    Accent,
    /// For the ASCII character that it looks like.
    For(u8),
}

/// Returns the length of the character at the start of a text and what it stands for; none for all others.
pub(super) fn stands(text: &[u8]) -> Option<(usize, Stands)> {
    use Stands::{Accent, For, Nothing};
    Some(match *text {
        // Soft hyphen, grapheme joiner, Arabic letter mark.
        [0xC2, 0xAD, ..] | [0xCD, 0x8F, ..] | [0xD8, 0x9C, ..] => (2, Nothing),
        [0xCC, 0x80..=0xBF, ..] | [0xCD, 0x80..=0xAF, ..] => (2, Accent),
        [0xE2, 0x83, 0x90..=0xB0, ..] | [0xEF, 0xB8, 0xA0..=0xAF, ..] => (3, Accent),
        // Hangul fillers, Mongolian selectors of a variant.
        [0xE1, 0x85, 0x9F | 0xA0, ..] | [0xE1, 0xA0, 0x8B..=0x8F, ..] => (3, Nothing),
        [0xE3, 0x85, 0xA4, ..] | [0xEF, 0xBE, 0xA0, ..] => (3, Nothing),
        // Without width, joiners, marks of direction.
        [0xE2, 0x80, 0x8B..=0x8F | 0xAA..=0xAE, ..] | [0xE2, 0x81, 0xA0..=0xAF, ..] => (3, Nothing),
        // Selectors of a variant, the mark of byte order.
        [0xEF, 0xB8, 0x80..=0x8F, ..] | [0xEF, 0xBB, 0xBF, ..] => (3, Nothing),
        // Tags, and more selectors.
        [0xF3, 0xA0, 0x80 | 0x81 | 0x84..=0x87, 0x80..=0xBF, ..] => (4, Nothing),
        // Of full width.
        [0xEF, 0xBC, 0x8D, ..] => (3, For(b'-')),
        [0xEF, 0xBC, last @ (0x90..=0x99 | 0xA1..=0xBA | 0xBF), ..] => (3, For(last - 0x60)),
        [0xEF, 0xBD, last @ 0x81..=0x9A, ..] => (3, For(last - 0x20)),
        // Mathematical digits, of five kinds.
        [0xF0, 0x9D, 0x9F, last @ 0x8E..=0xBF, ..] => (4, For(b'0' + (last - 0x8E) % 10)),
        _ => return None,
    })
}

/// Returns the next offset, from `at` on, of a character that stands for something else.
pub(super) fn find(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += beyond_ascii(text.get(at..)?)?;
        if stands(&text[at..]).is_some() {
            return Some(at);
        }
        at += 1;
    }
}

/// Returns the offset of the first byte beyond ASCII. Most texts have none, and it is looked for in all of them.
fn beyond_ascii(text: &[u8]) -> Option<usize> {
    /// So many bytes are looked at without a branch.
    const BLOCK: usize = 512;
    const WORD: usize = size_of::<u64>();
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let of = |word: &[u8; WORD]| u64::from_ne_bytes(*word);
    let blocks = text.as_chunks::<BLOCK>().0.iter().take_while(|block| {
        let words = block.as_chunks::<WORD>().0.iter();
        words.fold(0, |all, word| all | of(word)) & HIGH == 0
    });
    let at = blocks.count() * BLOCK;
    let words = text[at..].as_chunks::<WORD>().0.iter();
    let words = words.take_while(|word| of(word) & HIGH == 0);
    let at = at + words.count() * WORD;
    let inner = text[at..].iter().position(|byte| !byte.is_ascii())?;
    Some(at + inner)
}

/// Tells whether the character at an offset, which stands for something else, parts what belongs together: it stands between
/// characters of ASCII, or beside one that it looks like.
pub(super) fn parts(text: &[u8], at: usize) -> bool {
    /// No more in a row are passed over.
    const ROW: usize = 16;
    let Some((len, stands_for)) = stands(&text[at..]) else {
        return false;
    };
    let before = text[..at].last().copied().unwrap_or_default();
    let mut end = at + len;
    for _ in 0..ROW {
        match stands(&text[end..]) {
            Some((len, Stands::Nothing | Stands::Accent)) => end += len,
            _ => break,
        }
    }
    let next = text.get(end).copied().unwrap_or_default();
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let seen = next.is_ascii_graphic()
        || next == b' '
        || matches!(stands(&text[end..]), Some((_, Stands::For(_))));
    match stands_for {
        Stands::Nothing => before.is_ascii_graphic() && seen,
        // No language has an accent on a digit.
        Stands::Accent => (before.is_ascii_digit() || before == b'_') && seen,
        Stands::For(_) => in_word(before) || in_word(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_known_by_its_bytes() {
        for (c, wanted) in [
            ('\u{AD}', Stands::Nothing),
            ('\u{34F}', Stands::Nothing),
            ('\u{301}', Stands::Accent),
            ('\u{61C}', Stands::Nothing),
            ('\u{115F}', Stands::Nothing),
            ('\u{180E}', Stands::Nothing),
            ('\u{200B}', Stands::Nothing),
            ('\u{200F}', Stands::Nothing),
            ('\u{202E}', Stands::Nothing),
            ('\u{2060}', Stands::Nothing),
            ('\u{2069}', Stands::Nothing),
            ('\u{20E3}', Stands::Accent),
            ('\u{3164}', Stands::Nothing),
            ('\u{FE0F}', Stands::Nothing),
            ('\u{FEFF}', Stands::Nothing),
            ('\u{FF0D}', Stands::For(b'-')),
            ('\u{FF10}', Stands::For(b'0')),
            ('\u{FF19}', Stands::For(b'9')),
            ('\u{FF21}', Stands::For(b'A')),
            ('\u{FF3A}', Stands::For(b'Z')),
            ('\u{FF3F}', Stands::For(b'_')),
            ('\u{FF41}', Stands::For(b'a')),
            ('\u{FF5A}', Stands::For(b'z')),
            ('\u{1D7CE}', Stands::For(b'0')),
            ('\u{1D7FF}', Stands::For(b'9')),
            ('\u{E0061}', Stands::Nothing),
            ('\u{E0100}', Stands::Nothing),
        ] {
            let text = format!("{c}x");
            assert_eq!(
                stands(text.as_bytes()),
                Some((c.len_utf8(), wanted)),
                "{c:?}"
            );
        }
        for c in ['x', 'é', 'ж', '„', '…', '\u{2028}', '密', '：', '、', '😀'] {
            assert_eq!(stands(format!("{c}x").as_bytes()), None, "{c:?}");
        }
    }

    #[test]
    fn the_next_one_is_found_wherever_it_stands() {
        for before in [0, 1, 7, 8, 9, 511, 512, 513, 2000] {
            let text = format!("{}é\u{200B}", "x".repeat(before));
            assert_eq!(find(text.as_bytes(), 0), Some(before + 2), "{before}");
            assert_eq!(find(text.as_bytes(), before + 3), None);
        }
        assert_eq!(find(b"", 0), None);
    }

    #[test]
    fn what_languages_write_parts_nothing() {
        let parted =
            |text: &str| find(text.as_bytes(), 0).is_some_and(|at| parts(text.as_bytes(), at));
        for text in [
            "a\u{200B}b",
            "1\u{301}b",
            "pass\u{AD}word",
            "=\u{FEFF}\"",
            "a\u{200B}\u{200B}1",
            "a\u{FF11}",
            "\u{FF11}a",
        ] {
            assert!(parted(text), "{text:?}");
        }
        for text in [
            "re\u{301}sume\u{301}",
            "\u{FEFF}import",
            "密\u{200B}码",
            "1\u{FE0F}\u{20E3}",
            "\u{FF11}\u{FF12}円",
            "a\u{200B}\n",
        ] {
            assert!(!parted(text), "{text:?}");
        }
    }
}
