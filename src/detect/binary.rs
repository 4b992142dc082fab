//! Tells binary content (pictures, video, fonts, archives, databases, programs) from text, by its bytes.

use std::cell::Cell;

use crate::fragment::{Fragment, Part};

/// Formats show in so many bytes at the beginning: sizes and versions, as numbers.
const HEAD: usize = 64;
/// How much of a text is looked at in one place further on, and in how many places.
const BLOCK: usize = 256;
const BLOCKS: usize = 32;
/// Content is binary if one block of so many is.
const SHARE: usize = 8;

/// A text, and whether it is binary content: asked only where something was found, and decided once.
pub(super) struct Content<'a> {
    text: &'a [u8],
    binary: Cell<Option<bool>>,
}

impl<'a> Content<'a> {
    /// Returns the content of a fragment; of a file that begins as binary formats do, it is known to be binary.
    pub(super) fn of(fragment: &Fragment<'a>) -> Self {
        let text = fragment.text;
        let known = match fragment.part {
            Part::Content => begins_binary(&text[..text.len().min(HEAD)]).then_some(true),
            Part::Name | Part::Message | Part::Reference => Some(false),
        };
        Self {
            text,
            binary: Cell::new(known),
        }
    }

    /// Returns the content of what is known to be text.
    pub(super) fn text(text: &'a [u8]) -> Self {
        Self {
            text,
            binary: Cell::new(Some(false)),
        }
    }

    /// Tells whether it is known already to be binary.
    #[inline]
    pub(super) fn is_known_binary(&self) -> bool {
        self.binary.get() == Some(true)
    }

    /// Tells whether it is binary.
    pub(super) fn is_binary(&self) -> bool {
        self.binary.get().unwrap_or_else(|| {
            let binary = holds_binary(self.text);
            self.binary.set(Some(binary));
            binary
        })
    }
}

/// Tells whether a byte is a control character that no text holds. Texts hold line ends, tabs and form feeds, the bells,
/// backspaces and escapes of terminals.
fn is_control(byte: u8) -> bool {
    const IN_TEXTS: u32 = 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 27;
    byte < 32 && IN_TEXTS >> byte & 1 == 0
}

/// Returns how many control characters there are, and of how many kinds. Texts have one kind or two as separators (NUL
/// behind each line of `env -0`, `^A` between the columns of Hive); numbers have many.
fn controls(bytes: &[u8]) -> (usize, u32) {
    let (mut count, mut kinds) = (0, 0u32);
    for &byte in bytes.iter().filter(|byte| is_control(**byte)) {
        count += 1;
        kinds |= 1 << byte;
    }
    (count, kinds.count_ones())
}

/// Tells whether a file begins as binary formats do.
fn begins_binary(head: &[u8]) -> bool {
    // Without a branch, so that it is done for many bytes at once: this is all that most texts are asked.
    if head.iter().filter(|byte| **byte < 7).count() == 0 {
        return false;
    }
    let (count, kinds) = controls(head);
    let nuls = memchr::memchr_iter(0, head).count();
    count >= 4 && kinds >= 3 || nuls >= 8 && kinds >= 2
}

/// Tells whether a good part of a text is binary, by blocks taken from all over it.
fn holds_binary(text: &[u8]) -> bool {
    let blocks = text.len().div_ceil(BLOCK).clamp(1, BLOCKS);
    let span = text.len().saturating_sub(BLOCK);
    let binary = (0..blocks)
        .filter(|number| {
            let start = span * number / (blocks - 1).max(1);
            let block = &text[start..text.len().min(start + BLOCK)];
            let (count, kinds) = controls(block);
            // One byte in ten of what chance made is a control character. A few strays make a short text no picture.
            count * 20 >= block.len() && count >= 8 && kinds >= 4
        })
        .count();
    binary * SHARE >= blocks && binary > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_binary(text: &[u8]) -> bool {
        Content::of(&Fragment::content(b"file", text)).is_binary()
    }

    /// Bytes without a pattern, the same in each run.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 7u64;
        std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(len)
        .collect()
    }

    #[test]
    fn formats_are_known_by_their_heads() {
        let heads: [&[u8]; 14] = [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\0\x08\x06\0\0\0",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x48\0\x48\0\0",
            b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x08free",
            b"wOF2\0\x01\0\0\0\0\x5b\xe4\0\x0f\0\0\0\0\xd3\x14\0\0\x5b\x83\0\x01\0\0",
            b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20\0\0\0\x02\0\0\0\x03",
            b"PAR1\x15\x04\x15\xb0\x02\x15\xdc\x01\x4c\x15\x2c\x15\0\x12\0\0",
            b"\x80\x04\x95\x2f\0\0\0\0\0\0\0}\x94\x8c\x05token\x94\x8c\x04name\x94s.",
            b"\xcb\x0d\x0d\n\0\0\0\0\x1c\x2e\x4f\x67\x35\0\0\0\xe3\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0",
            b"bplist00\xd4\x01\x02\x03\x04\x05\x06\x07\x0a\x58$version",
            b"PK\x03\x04\x14\0\x06\0\x08\0\0\0\x21\0\xdf\xa4\xd2\x6c",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0",
            b"\xca\xfe\xba\xbe\0\0\0\x3d\0\x1d\x0a\0\x02\0\x03\x07\0\x04",
            b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0",
            b"\0asm\x01\0\0\0\x01\x07\x01\x60\x02\x7f\x7f\x01\x7f\x03\x02\x01\0",
        ];
        for head in heads {
            assert!(begins_binary(head), "{}", head.escape_ascii());
        }
    }

    #[test]
    fn streams_are_known_wherever_they_begin() {
        for len in [100, 300, 5_000, 100_000] {
            assert!(is_binary(&noise(len)), "{len}");
        }
        let page = b"%PDF-1.7\n1 0 obj\n<< /Type /Page /Filter /FlateDecode >>\nstream\n".repeat(8);
        assert!(is_binary(&[&page[..], &noise(20_000)].concat()));
        assert!(is_binary(&[&page[..], &noise(2_000), &page[..]].concat()));
    }

    #[test]
    fn texts_of_every_kind_are_text() {
        let line = b"password = 'correct horse' # note\n";
        let text = line.repeat(40);
        let mut stray = text.clone();
        stray[20] = 0;
        stray[700] = 0x1f;
        let cyrillic: Vec<u8> = (0..2_000)
            .map(|i| [0xcf, 0xe0, 0xf0, 0xee, 0xeb, 0xfc, b' '][i % 7])
            .collect();
        let texts: [Vec<u8>; 9] = [
            Vec::new(),
            b"\0\x01".to_vec(),
            text.clone(),
            stray,
            [&text[..], &noise(60)].concat(),
            b"DB_HOST=db\0DB_PASSWORD=horse\0".repeat(20),
            b"1\x01anna\x01a\x02b\x01\\N\n".repeat(50),
            b"\x1b[31mred\x1b[0m caf\xe9 \x07\x08\n".repeat(20),
            cyrillic,
        ];
        for text in texts {
            assert!(!is_binary(&text), "{}", text.escape_ascii());
        }
        assert!(!is_binary(&[&text.repeat(10)[..], &noise(500)].concat()));
    }

    #[test]
    fn what_is_no_file_is_text() {
        let noise = noise(500);
        let fragment = Fragment {
            part: Part::Message,
            ..Fragment::content(b"", &noise)
        };
        assert!(!Content::of(&fragment).is_binary());
    }
}
