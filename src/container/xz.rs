//! Files in the form of xz.

use std::io::{self, Read};

use lzma_rust2::XzReader;

use super::packed::Packed;
use super::stream::{self, Series, Stream};
use super::{Name, Opening};

/// So many KiB may be needed to unpack; `xz -9` needs 65 MiB.
pub(super) const MEMORY: u32 = 96 << 10;

/// Tells whether a file begins so.
pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(b"\xfd7zXZ\0")
}

/// Returns what unpacks it.
pub(super) fn decoder<'p>(packed: &'p mut Packed<'_>) -> Box<dyn Read + 'p> {
    Box::new(Series::<XzReader<_>>::First(packed))
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    stream::open(opening, name, packed, depth, |packed| Ok(decoder(packed)))
}

impl<'p, 'r> Stream<'p, 'r> for XzReader<&'p mut Packed<'r>> {
    fn begins(head: &[u8]) -> bool {
        begins(head)
    }

    fn begin(packed: &'p mut Packed<'r>) -> io::Result<Self> {
        Ok(Self::new_mem_limit(packed, false, MEMORY))
    }

    fn into_packed(self) -> &'p mut Packed<'r> {
        self.into_inner()
    }
}
