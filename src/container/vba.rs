//! Macros of Office: the programs of modules, which stand compressed in a file of the older form.

use std::io;

use super::{Name, Opening};

/// How a compressed program begins: every one declares its name first. A mark, the size of a chunk and flags stand before.
const BEGIN: &[u8] = b"\0Attribut\0e ";
const BEFORE: usize = 3;
/// A chunk is made of so many bytes, but the last.
const CHUNK: usize = 4096;
/// A longer program is none.
const LONGEST: usize = 8 << 20;

/// What is said where a program cannot be followed.
const TORN: &str =
    "contents not looked into: a macro is stored in a way that hexguard does not read";

/// Hands out the programs.
pub(super) fn open(opening: &mut Opening<'_>, name: &Name, bytes: &[u8]) -> io::Result<()> {
    let (mut from, mut number, mut is_torn) = (0, 0, false);
    while let Some(found) = memchr::memmem::find(&bytes[from..], BEGIN) {
        let at = from + found;
        from = at + BEGIN.len();
        let Some(start) = at.checked_sub(BEFORE).filter(|&start| bytes[start] == 1) else {
            continue;
        };
        opening.bounds.take_member()?;
        let (program, length, is_whole) = unpacked(&bytes[start + 1..]);
        opening
            .bounds
            .take_bytes(length as u64, program.len() as u64, program.len() as u64)?;
        number += 1;
        is_torn |= !is_whole;
        let member = name.member(format!("macro {number}.bas").as_bytes());
        opening.text(&member, &program);
        from = from.max(start + 1 + length);
    }
    if is_torn {
        opening.leave(name, TORN)?;
    }
    Ok(())
}

/// Returns a program, how many bytes it was made of, and whether that is all of it.
fn unpacked(packed: &[u8]) -> (Vec<u8>, usize, bool) {
    let (mut made, mut at) = (Vec::new(), 0);
    while let Some((&[low, high], rest)) = packed[at..].split_first_chunk() {
        let head = u16::from_le_bytes([low, high]);
        let size = usize::from(head & 0xFFF) + 1;
        let Some(chunk) = rest.get(..size).filter(|_| head >> 12 & 7 == 3) else {
            // What is no chunk stands behind the last, which was a full one.
            return (made, at, at > 0);
        };
        let start = made.len();
        if head >> 15 == 0 {
            made.extend_from_slice(chunk);
        } else if !chunk_unpacked(chunk, &mut made) {
            return (made, at, false);
        }
        at += 2 + size;
        if made.len() - start < CHUNK || made.len() > LONGEST {
            break;
        }
    }
    (made, at, true)
}

/// Appends what a chunk says; tells whether it is sound.
fn chunk_unpacked(mut chunk: &[u8], made: &mut Vec<u8>) -> bool {
    let start = made.len();
    while let Some((&flags, rest)) = chunk.split_first() {
        chunk = rest;
        for bit in 0..8 {
            if chunk.is_empty() {
                break;
            }
            if flags >> bit & 1 == 0 {
                made.push(chunk[0]);
                chunk = &chunk[1..];
                continue;
            }
            let Some((&[low, high], rest)) = chunk.split_first_chunk() else {
                return false;
            };
            chunk = rest;
            let copy = usize::from(u16::from_le_bytes([low, high]));
            // The further in the chunk, the more bits say how far before.
            let done = made.len() - start;
            let bits = (usize::BITS - done.saturating_sub(1).leading_zeros()).max(4);
            let length = (copy & 0xFFFF >> bits) + 3;
            let back = (copy >> (16 - bits.min(12))) + 1;
            if back > done || done + length > CHUNK {
                return false;
            }
            for _ in 0..length {
                made.push(made[made.len() - back]);
            }
        }
    }
    made.len() - start <= CHUNK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_unpacked() {
        // The example of the format's description.
        let packed = b"\x19\xb0\x00abcdefgh\x00ijklmnop\x00qrstuv.";
        assert_eq!(
            unpacked(packed),
            (b"abcdefghijklmnopqrstuv.".to_vec(), packed.len(), true)
        );
        let packed = b"\x2f\xb0\x00#aaabcde\x82f\x00paghij\x01\x38\x08akl\x00\x30mnop\x06q\x02p\x04\x10rstuv\x10wxyz\x00\x3c";
        let (made, length, is_whole) = unpacked(packed);
        assert_eq!(
            made,
            b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
        );
        assert_eq!((length, is_whole), (packed.len(), true));
    }
}
