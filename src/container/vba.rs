//! Macros of Office: the programs of modules, which stand compressed in a file of the older form.

use std::io::{self, Read};

use super::bounds::{Bounds, Watched};
use super::{Name, Opening};

/// How a compressed program begins: every one declares its name first. A mark, the size of a chunk and flags stand before.
const BEGIN: &[u8] = b"\0Attribut\0e ";
const BEFORE: usize = 3;
/// A chunk is made of so many bytes, but the last.
const CHUNK: usize = 4096;

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
        let mut program = Program::new(&bytes[start + 1..], opening.bounds);
        number += 1;
        let member = name.member(format!("macro {number}.bas").as_bytes());
        let mut data = Watched::new(&mut program);
        (opening.each)(&member, &mut data);
        data.check()?;
        is_torn |= program.end == Some(End::Torn);
        from = from.max(start + 1 + program.at);
    }
    if is_torn {
        opening.leave(name, TORN)?;
    }
    Ok(())
}

/// How a program ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Whole,
    /// Where it goes on in a way that is not read.
    Torn,
}

/// A program that is being unpacked, chunk by chunk: it may be of any length.
struct Program<'b> {
    packed: &'b [u8],
    bounds: &'b Bounds,
    /// How many of the packed bytes were read, and how many were made of them.
    at: usize,
    made: u64,
    /// What the last chunk says, and how much of that was handed out.
    chunk: Vec<u8>,
    shown: usize,
    end: Option<End>,
}

impl<'b> Program<'b> {
    fn new(packed: &'b [u8], bounds: &'b Bounds) -> Self {
        Self {
            packed,
            bounds,
            at: 0,
            made: 0,
            chunk: Vec::new(),
            shown: 0,
            end: None,
        }
    }

    /// Unpacks the next chunk; tells how the program ends if there is none, or nothing behind it.
    fn next(&mut self) -> Option<End> {
        self.chunk.clear();
        self.shown = 0;
        let Some((&[low, high], rest)) = self.packed[self.at..].split_first_chunk() else {
            return Some(End::Whole);
        };
        let head = u16::from_le_bytes([low, high]);
        let size = usize::from(head & 0xFFF) + 1;
        let Some(chunk) = rest.get(..size).filter(|_| head >> 12 & 7 == 3) else {
            // What is no chunk stands behind the last, which was a full one.
            return Some(if self.at > 0 { End::Whole } else { End::Torn });
        };
        if head >> 15 == 0 {
            self.chunk.extend_from_slice(chunk);
        } else if !chunk_unpacked(chunk, &mut self.chunk) {
            return Some(End::Torn);
        }
        self.at += 2 + size;
        (self.chunk.len() < CHUNK).then_some(End::Whole)
    }
}

impl Read for Program<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.shown == self.chunk.len() && self.end.is_none() {
            self.end = self.next();
            let made = self.chunk.len() as u64;
            self.made += made;
            self.bounds.take_bytes(self.at as u64, self.made, made)?;
        }
        let left = &self.chunk[self.shown..];
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.shown += length;
        Ok(length)
    }
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

    fn unpacked(packed: &[u8]) -> (Vec<u8>, usize, Option<End>) {
        let bounds = Bounds::default();
        let mut program = Program::new(packed, &bounds);
        let mut made = Vec::new();
        let _ = program.read_to_end(&mut made);
        (made, program.at, program.end)
    }

    #[test]
    fn chunks_are_unpacked() {
        // The example of the format's description.
        let packed = b"\x19\xb0\x00abcdefgh\x00ijklmnop\x00qrstuv.";
        assert_eq!(
            unpacked(packed),
            (
                b"abcdefghijklmnopqrstuv.".to_vec(),
                packed.len(),
                Some(End::Whole)
            )
        );
        let packed = b"\x2f\xb0\x00#aaabcde\x82f\x00paghij\x01\x38\x08akl\x00\x30mnop\x06q\x02p\x04\x10rstuv\x10wxyz\x00\x3c";
        let (made, length, end) = unpacked(packed);
        assert_eq!(
            made,
            b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
        );
        assert_eq!((length, end), (packed.len(), Some(End::Whole)));
    }
}
