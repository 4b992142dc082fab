//! Files in the form of bzip2.

use std::io;

use ::bzip2::bufread::BzDecoder;

use super::packed::Packed;
use super::stream::Codec;

pub(super) struct Bzip2;

impl Codec for Bzip2 {
    type Stream<'p, 'r: 'p> = BzDecoder<&'p mut Packed<'r>>;

    /// The size of the blocks, and the mark of a block or of the end.
    fn begins(head: &[u8]) -> bool {
        const BLOCK: &[u8] = b"1AY&SY";
        const END: &[u8] = b"\x17\x72\x45\x38\x50\x90";
        matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', mark @ ..] if mark.starts_with(BLOCK) || mark.starts_with(END))
    }

    fn begin<'p, 'r>(packed: &'p mut Packed<'r>) -> io::Result<Self::Stream<'p, 'r>> {
        Ok(BzDecoder::new(packed))
    }

    fn into_packed<'p, 'r>(stream: Self::Stream<'p, 'r>) -> &'p mut Packed<'r> {
        stream.into_inner()
    }
}
