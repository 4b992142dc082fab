//! Files in the form of xz.

use std::io;

use lzma_rust2::XzReader;

use super::packed::Packed;
use super::stream::Codec;

pub(super) struct Xz;

impl Codec for Xz {
    type Stream<'p, 'r: 'p> = XzReader<&'p mut Packed<'r>>;

    fn begins(head: &[u8]) -> bool {
        head.starts_with(b"\xfd7zXZ\0")
    }

    fn begin<'p, 'r>(packed: &'p mut Packed<'r>) -> io::Result<Self::Stream<'p, 'r>> {
        let memory = packed.memory_in_kib();
        Ok(XzReader::new_mem_limit(packed, false, memory))
    }

    fn into_packed<'p, 'r>(stream: Self::Stream<'p, 'r>) -> &'p mut Packed<'r> {
        stream.into_inner()
    }
}
