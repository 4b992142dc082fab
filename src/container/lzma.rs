//! Files in the form of LZMA before xz (.lzma), and members of zip archives that are compressed so.

use std::io::{self, Cursor, Read};

use lzma_rust2::LzmaReader;

use super::bounds::damaged;
use super::packed::Packed;
use super::stream::Codec;

pub(super) struct Lzma;

impl Codec for Lzma {
    type Stream<'p, 'r: 'p> = LzmaReader<&'p mut Packed<'r>>;

    /// There is no mark: the usual properties, the size of a dictionary as programs choose it, the size of the data or none,
    /// and the byte that begins all data.
    fn begins(head: &[u8]) -> bool {
        const LARGEST: u64 = 1 << 38;
        let [0x5d, a, b, c, d, size @ ..] = head else {
            return false;
        };
        let dictionary = u32::from_le_bytes([*a, *b, *c, *d]);
        let Some((size, rest)) = size.split_first_chunk() else {
            return false;
        };
        let size = u64::from_le_bytes(*size);
        let is_usual = dictionary >= 1 << 12
            && (dictionary.is_power_of_two()
                || dictionary % 3 == 0 && (dictionary / 3).is_power_of_two());
        is_usual && (size == u64::MAX || size < LARGEST) && rest.first() == Some(&0)
    }

    fn begin<'p, 'r>(packed: &'p mut Packed<'r>) -> io::Result<Self::Stream<'p, 'r>> {
        let memory = packed.memory_in_kib();
        LzmaReader::new_mem_limit(packed, memory, None)
    }

    fn into_packed<'p, 'r>(stream: Self::Stream<'p, 'r>) -> &'p mut Packed<'r> {
        let (packed, unused) = stream.into_parts();
        packed.take_back(&unused);
        packed
    }
}

/// Returns what unpacks a member of a zip archive: of so many bytes, or up to a mark.
pub(super) fn member<'p>(
    packed: &'p mut Packed<'_>,
    size: Option<u64>,
) -> io::Result<Box<dyn Read + 'p>> {
    let mut head = [0; 9];
    packed.read_exact(&mut head)?;
    let [_, _, 5, 0, properties @ ..] = head else {
        return Err(damaged("a member has unknown properties"));
    };
    // As a file of its own it would begin so.
    let size = size.unwrap_or(u64::MAX).to_le_bytes();
    let head = [properties.as_slice(), &size].concat();
    let memory = packed.memory_in_kib();
    let reader = LzmaReader::new_mem_limit(Cursor::new(head).chain(packed), memory, None)?;
    Ok(Box::new(reader))
}
