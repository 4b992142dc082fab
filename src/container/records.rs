//! Records in the stream of an older workbook, and the texts in them.

use std::ops::Range;

use super::directory::{four, two};

/// Kinds of records.
pub(super) mod kind {
    pub(in crate::container) const BEGIN: u16 = 0x809;
    pub(in crate::container) const END: u16 = 0x0A;
    pub(in crate::container) const PASSWORD: u16 = 0x2F;
    pub(in crate::container) const SHEET: u16 = 0x85;
    pub(in crate::container) const SHARED: u16 = 0xFC;
    pub(in crate::container) const CONTINUE: u16 = 0x3C;
    /// How many rows and columns a sheet has, and how it is shown: its cells stand between.
    pub(in crate::container) const SIZE: u16 = 0x200;
    pub(in crate::container) const WINDOW: u16 = 0x23E;
    pub(in crate::container) const ROW: u16 = 0x208;
    /// What ends a block of rows.
    pub(in crate::container) const ROWS_END: u16 = 0xD7;
    pub(in crate::container) const OF_SHARED: u16 = 0xFD;
    pub(in crate::container) const LABEL: u16 = 0x204;
    pub(in crate::container) const RICH: u16 = 0xD6;
    pub(in crate::container) const NUMBER: u16 = 0x203;
    pub(in crate::container) const SHORT: u16 = 0x27E;
    pub(in crate::container) const SHORTS: u16 = 0xBD;
    pub(in crate::container) const BOOLEAN: u16 = 0x205;
    pub(in crate::container) const EMPTY: u16 = 0x201;
    pub(in crate::container) const EMPTIES: u16 = 0xBE;
    pub(in crate::container) const FORMULA: u16 = 0x06;
    pub(in crate::container) const OLD_FORMULA: u16 = 0x406;
    /// What belongs to the formula before it.
    pub(in crate::container) const OF_FORMULA: [u16; 3] = [ARRAY, 0x236, SHARED_FORMULA];
    pub(in crate::container) const ARRAY: u16 = 0x221;
    pub(in crate::container) const SHARED_FORMULA: u16 = 0x4BC;
    pub(in crate::container) const RESULT: u16 = 0x207;
}

/// A record, and where its data stand.
pub(super) struct Record<'b> {
    pub(super) kind: u16,
    pub(super) data: &'b [u8],
    pub(super) at: usize,
}

/// The records of a range, as far as they are whole.
#[derive(Clone)]
pub(super) struct Records<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
}

impl<'b> Records<'b> {
    pub(super) fn new(bytes: &'b [u8], range: Range<usize>) -> Self {
        Self {
            bytes: &bytes[..range.end],
            at: range.start,
        }
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        let at = self.at + 4;
        let (kind, length) = (two(self.bytes, self.at)?, two(self.bytes, self.at + 2)?);
        let data = self.bytes.get(at..at + usize::from(length))?;
        self.at = at + data.len();
        Some(Record { kind, data, at })
    }
}

/// Tells whether a workbook may have such a record: one of [MS-XLS], or of the versions before.
pub(super) fn is_known(record: &Record<'_>) -> bool {
    // The size of a sheet in an old version, or a record that a program took out, as that of a password.
    if record.kind == 0 {
        let length = record.data.len();
        return length == 10 || length > 10 && record.data.iter().all(|&byte| byte == 0);
    }
    let (runs, _) = KNOWN.as_chunks::<2>();
    let run = runs.partition_point(|&[_, last]| last < record.kind);
    runs.get(run)
        .is_some_and(|&[first, _]| first <= record.kind)
}

/// The first and the last of numbers that follow each other.
#[rustfmt::skip]
const KNOWN: [u16; 154] = [
    0x6, 0x6, 0xA, 0xA, 0xC, 0x1D, 0x22, 0x23, 0x26, 0x2B, 0x2F, 0x2F, 0x31, 0x31, 0x33, 0x34, 0x3C, 0x3D, 0x40,
    0x42, 0x4D, 0x4D, 0x50, 0x52, 0x55, 0x55, 0x59, 0x61, 0x63, 0x63, 0x7D, 0x7D, 0x7F, 0x89, 0x8C, 0x8D, 0x90,
    0x92, 0x94, 0x9E, 0xA0, 0xA2, 0xA9, 0xA9, 0xAB, 0xAB, 0xAE, 0xB2, 0xB4, 0xB6, 0xB8, 0xB9, 0xBD,
    0xD3, 0xD5, 0xDA, 0xDC, 0xDE, 0xE0, 0xE3, 0xE5, 0xE5, 0xE9, 0xE9, 0xEB, 0xED, 0xEF, 0xF2, 0xF4,
    0xF9, 0xFB, 0xFD, 0xFF, 0x100, 0x103, 0x103, 0x122, 0x122, 0x137, 0x138, 0x13B, 0x13B, 0x13D, 0x140, 0x14A,
    0x14B, 0x14D, 0x154, 0x15F, 0x162, 0x191, 0x198, 0x1A8, 0x1B2, 0x1B5, 0x1BE, 0x1C0, 0x1C2, 0x200, 0x201, 0x203,
    0x205, 0x207, 0x208, 0x20B, 0x20B, 0x221, 0x221, 0x225, 0x225, 0x236, 0x236, 0x23E, 0x23E, 0x27D, 0x27E, 0x293,
    0x293, 0x406, 0x406, 0x418, 0x418, 0x41E, 0x41E, 0x43C, 0x43C, 0x4BC, 0x4BC, 0x800, 0x810, 0x812, 0x813, 0x850,
    0x85A, 0x862, 0x868, 0x86A, 0x86C, 0x871, 0x872, 0x874, 0x87F, 0x884, 0x890, 0x892, 0x89F, 0x8A3, 0x8A7, 0x8C8,
    0x8CB, 0x8D6, 0x8D6, 0x1001, 0x1068,
];

/// Returns so many letters of a text.
pub(super) fn text(data: &[u8], length: usize, is_wide: bool) -> Vec<u8> {
    if !is_wide {
        return data[..length.min(data.len())].to_vec();
    }
    let Some((&flags, mut letters)) = data.split_first() else {
        return Vec::new();
    };
    // What the text looks like and how it is pronounced stands behind it: so long are both.
    let lengths = usize::from(flags >> 3 & 1) * 2 + usize::from(flags >> 2 & 1) * 4;
    letters = letters.get(lengths..).unwrap_or_default();
    let mut out = Vec::new();
    add(letters, length, flags & 1 != 0, &mut out);
    out
}

/// Appends so many letters of one byte or of two, and returns how many there were.
pub(super) fn add(letters: &[u8], length: usize, is_wide: bool, out: &mut Vec<u8>) -> usize {
    let unit = |pair: &[u8; 2]| u16::from_le_bytes(*pair);
    let units: Vec<u16> = if is_wide {
        let pairs = letters.as_chunks::<2>().0.iter();
        pairs.map(unit).take(length).collect()
    } else {
        letters.iter().map(|&b| b.into()).take(length).collect()
    };
    out.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
    units.len()
}

/// Returns how many bytes a text takes with its length, and what is said of its letters.
pub(super) fn span(data: &[u8], is_wide: bool) -> Option<usize> {
    let length = usize::from(two(data, 0)?);
    if !is_wide {
        return Some(2 + length);
    }
    let Some(&flags) = data.get(2) else {
        return Some(if length == 0 { 2 } else { 3 + length });
    };
    let (mut span, mut behind) = (3, 0);
    if flags & 8 != 0 {
        behind += 4 * usize::from(two(data, span)?);
        span += 2;
    }
    if flags & 4 != 0 {
        behind += usize::try_from(four(data, span)?).ok()?;
        span += 4;
    }
    Some(span + length * (1 + usize::from(flags & 1)) + behind)
}
