//! Files in the form of xz.

use std::io::{self, Read};

use lzma_rust2::XzReader;

use super::{Name, Opening, stream};

/// So many KiB may be needed to unpack; `xz -9` needs 65 MiB.
const MEMORY: u32 = 96 << 10;

/// Returns what unpacks it.
pub(super) fn decoder<'r>(packed: impl Read + 'r) -> Box<dyn Read + 'r> {
    Box::new(XzReader::new_mem_limit(packed, true, MEMORY))
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    stream::open(opening, name, packed, depth, |packed| decoder(packed))
}
