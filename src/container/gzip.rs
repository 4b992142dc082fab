//! Files in the form of gzip.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;

use super::packed::Packed;
use super::stream::{self, Series, Stream};
use super::{Name, Opening};

/// Tells whether a file begins so.
pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(b"\x1f\x8b\x08")
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    stream::open(opening, name, packed, depth, |packed| {
        Ok(Box::new(Series::<GzDecoder<_>>::First(packed)))
    })
}

impl<'p, 'r> Stream<'p, 'r> for GzDecoder<&'p mut Packed<'r>> {
    fn begins(head: &[u8]) -> bool {
        begins(head)
    }

    fn begin(packed: &'p mut Packed<'r>) -> io::Result<Self> {
        Ok(Self::new(packed))
    }

    fn into_packed(self) -> &'p mut Packed<'r> {
        self.into_inner()
    }
}
