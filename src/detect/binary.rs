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
    /// What is known of the whole that the text is a piece of.
    of_whole: Option<bool>,
    binary: Cell<Option<bool>>,
}

impl<'a> Content<'a> {
    /// Returns the content of a fragment; of a file that begins as binary formats do, it is known to be binary.
    pub(super) fn of(fragment: &Fragment<'a>) -> Self {
        let text = fragment.text;
        let known = match fragment.part {
            Part::Content => {
                let of_piece = fragment.piece.map(|piece| piece.facts.begins_binary);
                let binary = of_piece.unwrap_or_else(|| begins_binary(text));
                binary.then_some(true)
            }
            Part::Name | Part::Message | Part::Reference | Part::Header => Some(false),
        };
        Self {
            text,
            of_whole: fragment.piece.map(|piece| piece.facts.is_binary),
            binary: Cell::new(known),
        }
    }

    /// Returns the content of what is known to be text.
    pub(super) fn text(text: &'a [u8]) -> Self {
        Self {
            text,
            of_whole: None,
            binary: Cell::new(Some(false)),
        }
    }

    /// Returns the content of what is known to be binary.
    pub(super) fn binary(text: &'a [u8]) -> Self {
        Self {
            text,
            of_whole: None,
            binary: Cell::new(Some(true)),
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
            let binary = self.of_whole.unwrap_or_else(|| holds_binary(self.text));
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
pub(super) fn begins_binary(text: &[u8]) -> bool {
    let head = &text[..text.len().min(HEAD)];
    // Without a branch, so that it is done for many bytes at once: this is all that most texts are asked.
    if head.iter().filter(|byte| **byte < 7).count() == 0 {
        return false;
    }
    let (count, kinds) = controls(head);
    let nuls = memchr::memchr_iter(0, head).count();
    count >= 4 && kinds >= 3 || nuls >= 8 && kinds >= 2
}

/// Tells whether a good part of a text is binary, by blocks taken from all over it.
pub(super) fn holds_binary(text: &[u8]) -> bool {
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
