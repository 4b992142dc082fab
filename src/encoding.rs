//! Texts in UTF-16 and UTF-32, with or without a mark, made readable; everything else is scanned as it is.

use std::borrow::Cow;

/// How many characters in a row must be ASCII with NULs between them, to be taken for UTF-16 or UTF-32.
const WIDE: usize = 4;
/// How many bytes in a row must be ASCII, to be taken for one byte per character in the middle of UTF-16: as UTF-16
/// they would be rare Chinese characters, all of them.
const NARROW: usize = 24;

/// Returns the text in an encoding in which ASCII stands for itself.
///
/// ASCII, UTF-8, Latin-1 and the like are returned as they are. Such text holds no NUL: looking for one is all it costs.
pub fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    Wide::of(bytes).decode(bytes)
}

/// How wide the characters of a text are, by the mark at its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wide {
    /// One byte, or nobody says it.
    No,
    /// UTF-16 with the lower byte first, or not.
    Two(bool),
    /// UTF-32 with the lowest byte first, or not.
    Four(bool),
}

impl Wide {
    /// Returns what the mark at the beginning of a text says.
    pub fn of(text: &[u8]) -> Self {
        match text {
            [0xFF, 0xFE, 0, 0, text @ ..] if is_utf32(text, u32::from_le_bytes) => Self::Four(true),
            [0, 0, 0xFE, 0xFF, text @ ..] if is_utf32(text, u32::from_be_bytes) => {
                Self::Four(false)
            }
            [0xFF, 0xFE, ..] => Self::Two(true),
            [0xFE, 0xFF, ..] => Self::Two(false),
            _ => Self::No,
        }
    }

    /// Returns a part of the text in an encoding in which ASCII stands for itself, without the mark.
    pub fn decode(self, part: &[u8]) -> Cow<'_, [u8]> {
        let mark: &[u8] = match self {
            Self::No => b"\xEF\xBB\xBF",
            Self::Two(true) => b"\xFF\xFE",
            Self::Two(false) => b"\xFE\xFF",
            Self::Four(true) => b"\xFF\xFE\0\0",
            Self::Four(false) => b"\0\0\xFE\xFF",
        };
        let text = part.strip_prefix(mark).unwrap_or(part);
        match self {
            Self::No => collapse(text),
            Self::Two(true) => Cow::Owned(utf16(text, u16::from_le_bytes)),
            Self::Two(false) => Cow::Owned(utf16(text, u16::from_be_bytes)),
            Self::Four(true) => Cow::Owned(utf32(text, u32::from_le_bytes)),
            Self::Four(false) => Cow::Owned(utf32(text, u32::from_be_bytes)),
        }
    }

    /// Returns the last start of a line in `from..=to` of a text with wide characters, or else the start of a character;
    /// `None` if its characters are not wide. `from` is the start of a character.
    pub fn line_start(self, text: &[u8], from: usize, to: usize) -> Option<usize> {
        let (width, low) = match self {
            Self::No => return None,
            Self::Two(low) => (2, low),
            Self::Four(low) => (4, low),
        };
        let line_end = |unit: &[u8]| {
            let (digit, rest) = if low {
                (unit[0], &unit[1..])
            } else {
                (unit[width - 1], &unit[..width - 1])
            };
            digit == b'\n' && rest.iter().all(|&byte| byte == 0)
        };
        let units = text[from..to].chunks_exact(width);
        let whole = units.len();
        let last = units.rev().position(line_end).map_or(0, |behind| behind);
        Some(from + (whole - last) * width)
    }
}

/// Takes the NULs out of every stretch that is UTF-16 or UTF-32, of either byte order: a whole file without a mark, a
/// log that two programs write, the strings in a binary.
fn collapse(text: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    // Copied so far, and looked through so far: most NULs are those of binary data, which stays as it is.
    let (mut copied, mut at) = (0, 0);
    while let Some(nul) = memchr::memchr(0, &text[at..]).map(|i| at + i) {
        let start = nul.saturating_sub(1).max(at);
        // The second character has a NUL there in every form; binary data mostly does not.
        if text.get(start + 3) != Some(&0) {
            at = nul + 1;
            continue;
        }
        // A narrow token with NULs behind it must not be torn apart.
        let torn = start > 0 && text[start - 1].is_ascii_graphic();
        let wide = [2, 4]
            .into_iter()
            .find(|&width| !torn && wide_run(text, start, width, WIDE) == WIDE);
        let Some(width) = wide else {
            at = nul + text[nul..].iter().take_while(|&&b| b == 0).count();
            continue;
        };
        let run = wide_run(text, start, width, usize::MAX);
        out.extend_from_slice(&text[copied..start]);
        out.extend(text[start..].iter().step_by(width).take(run));
        at = start + run * width;
        copied = at;
        // Narrow text may follow; in the big-endian order the next byte is the run's own last character instead.
        if start != width - 1 && text.get(at).is_some_and(u8::is_ascii_graphic) {
            out.push(0);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.extend_from_slice(&text[copied..]);
    Cow::Owned(out)
}

/// Returns how many characters of `width` bytes, little end first and within one byte, follow each other, at most `most`.
fn wide_run(text: &[u8], start: usize, width: usize, most: usize) -> usize {
    text[start..]
        .chunks_exact(width)
        .take(most)
        .take_while(|unit| {
            (is_text(unit[0]) || unit[0] >= 0x80) && unit[1..].iter().all(|&b| b == 0)
        })
        .count()
}

fn is_text(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

fn is_utf32(text: &[u8], unit: fn([u8; 4]) -> u32) -> bool {
    let (units, _) = text.as_chunks::<4>();
    units
        .iter()
        .take(8)
        .all(|&bytes| char::from_u32(unit(bytes)).is_some())
}

fn utf32(text: &[u8], unit: fn([u8; 4]) -> u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 3);
    let (units, rest) = text.as_chunks::<4>();
    for &bytes in units {
        match char::from_u32(unit(bytes)) {
            Some(char) => push(&mut out, char),
            // No character: text of another kind was appended.
            None => out.extend_from_slice(&bytes),
        }
    }
    out.extend_from_slice(rest);
    out
}

fn utf16(text: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let mut at = 0;
    let read = |at: usize| text.get(at..at + 2).map(|pair| unit([pair[0], pair[1]]));
    while let Some(first) = read(at) {
        if is_text(text[at]) && is_text(text[at + 1]) {
            let mut run = text[at..].iter().take_while(|&&b| is_text(b)).count();
            if unit([1, 0]) == 1 && text.get(at + run) == Some(&0) {
                // The last one is the first half of a character again.
                run -= 1;
            }
            if run >= NARROW {
                out.extend_from_slice(&text[at..at + run]);
                at += run;
                continue;
            }
        }
        let pair = [first, read(at + 2).unwrap_or(0)];
        let char = char::decode_utf16(pair).next().and_then(Result::ok);
        let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
        push(&mut out, char);
        at += 2 * char.len_utf16();
    }
    out.extend_from_slice(&text[at.min(text.len())..]);
    out
}

fn push(out: &mut Vec<u8>, char: char) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}
