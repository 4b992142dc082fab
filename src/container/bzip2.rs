//! Files in the form of bzip2.

use std::io::{self, Read};

use ::bzip2::bufread::BzDecoder;

use super::packed::Packed;
use super::stream::{self, Series, Stream};
use super::{Name, Opening};

/// Tells whether a file begins so: the size of the blocks, and the mark of a block or of the end.
pub(super) fn begins(head: &[u8]) -> bool {
    const BLOCK: &[u8] = b"1AY&SY";
    const END: &[u8] = b"\x17\x72\x45\x38\x50\x90";
    matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', mark @ ..] if mark.starts_with(BLOCK) || mark.starts_with(END))
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    stream::open(opening, name, packed, depth, |packed| {
        Ok(Box::new(Series::<BzDecoder<_>>::First(packed)))
    })
}

impl<'p, 'r> Stream<'p, 'r> for BzDecoder<&'p mut Packed<'r>> {
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
