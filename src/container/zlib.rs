//! Files that are one stream of zlib's, without a name or a mark: objects of git, texts that programs write so.

use std::io;

use flate2::bufread::ZlibDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::format::is_text;
use super::inflate::without_head;
use super::packed::Packed;
use super::stream::Codec;

pub(super) struct Zlib;

impl Codec for Zlib {
    type Stream<'p, 'r: 'p> = ZlibDecoder<&'p mut Packed<'r>>;

    /// Two bytes are no mark: what is there must unpack to something.
    fn begins(head: &[u8]) -> bool {
        const SOMETHING: usize = 16;
        let is_usual = matches!(head, [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..]);
        if !is_usual || is_text(head) {
            return false;
        }
        let Some(packed) = without_head(head) else {
            return false;
        };
        let mut made = [0; 4 << 10];
        let mut inflate = Decompress::new(false);
        let status = inflate.decompress(packed, &mut made, FlushDecompress::None);
        let length = usize::try_from(inflate.total_out()).unwrap_or(0);
        let is_sound = matches!(status, Ok(Status::Ok | Status::StreamEnd));
        is_sound && length >= SOMETHING
    }

    /// What stands behind it is no part of it.
    fn goes_on(_: &[u8]) -> bool {
        false
    }

    fn begin<'p, 'r>(packed: &'p mut Packed<'r>) -> io::Result<Self::Stream<'p, 'r>> {
        Ok(ZlibDecoder::new(packed))
    }

    fn into_packed<'p, 'r>(stream: Self::Stream<'p, 'r>) -> &'p mut Packed<'r> {
        stream.into_inner()
    }
}
