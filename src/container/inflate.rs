//! Inflate: texts in memory in the form of zlib, unpacked as far as they are not damaged.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

use super::Why;
use super::bounds::Bounds;

/// What could be unpacked, and what is wrong with the rest.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    pub(super) fault: Option<&'static str>,
}

/// What is said of data that end too early or are no such data.
pub(super) const DAMAGED: &str = "it is damaged: its data cannot be unpacked";
/// What is said of data in a form that is not known.
pub(super) const UNKNOWN: &str = "it is compressed in a way that hexguard does not read";
/// What is said of a text that is longer than what is held in memory.
pub(super) const TOO_LONG: &str = "it unpacks to more than 32 MiB";
/// A text in a picture or a document is held in memory, and so is what is made of it: it has so many bytes at most.
pub(super) const LONGEST: usize = 32 << 20;

/// Returns what kind of fault it is.
pub(super) fn why(fault: &str) -> Why {
    if fault == DAMAGED {
        Why::Damaged
    } else {
        Why::Bound
    }
}

/// Unpacks a text. The checksum behind it does not count: nothing is missing where only that is wrong. An error is that of a
/// bound.
pub(super) fn inflate(bounds: &Bounds, packed: &[u8]) -> io::Result<Made> {
    let mut made = Made::default();
    let Some(packed) = without_head(packed) else {
        made.fault = Some(DAMAGED);
        return Ok(made);
    };
    let mut inflate = Decompress::new(false);
    loop {
        let there = made.bytes.len();
        let left = LONGEST.saturating_sub(there) + 1;
        made.bytes.reserve_exact((there / 2).max(4 << 10).min(left));
        let read = usize::try_from(inflate.total_in()).unwrap_or(packed.len());
        let before = (inflate.total_in(), made.bytes.len());
        let status = inflate.decompress_vec(
            packed.get(read..).unwrap_or_default(),
            &mut made.bytes,
            FlushDecompress::None,
        );
        let length = made.bytes.len();
        let last = (length - before.1) as u64;
        bounds.take_bytes(inflate.total_in(), length as u64, last)?;
        made.fault = match status {
            _ if length > LONGEST => Some(TOO_LONG),
            Ok(Status::StreamEnd) => None,
            Ok(_) if before != (inflate.total_in(), length) => continue,
            _ => Some(DAMAGED),
        };
        return Ok(made);
    }
}

/// Returns what stands behind the two bytes at the beginning, if they are right.
pub(super) fn without_head(packed: &[u8]) -> Option<&[u8]> {
    let (&[kind, flags], rest) = packed.split_first_chunk()?;
    let is_right = kind & 15 == 8 && u16::from_be_bytes([kind, flags]) % 31 == 0;
    (is_right && flags & 32 == 0).then_some(rest)
}
