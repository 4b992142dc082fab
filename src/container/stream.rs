//! Files that are compressed as streams, one after the other; a tar archive in it and it are one container.

use std::io::{self, BufRead, Cursor, Read};

use super::format::without_end;
use super::packed::{Packed, unpack};
use super::{HEAD, Name, Opening, read_up_to, tar};

/// One compressed stream.
pub(super) trait Stream<'p, 'r>: Read + Sized {
    /// Tells whether one begins with some bytes: the first of a file need not be asked.
    fn begins(head: &[u8]) -> bool;

    /// Begins to unpack it.
    fn begin(packed: &'p mut Packed<'r>) -> io::Result<Self>;

    /// Returns what stands behind it.
    fn into_packed(self) -> &'p mut Packed<'r>;
}

/// Streams that follow each other.
pub(super) enum Series<'p, 'r, S> {
    First(&'p mut Packed<'r>),
    Between(&'p mut Packed<'r>),
    In(Box<S>),
    End,
}

impl<'p, 'r, S: Stream<'p, 'r>> Read for Series<'p, 'r, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            *self = match std::mem::replace(self, Self::End) {
                Self::End => return Ok(0),
                Self::First(packed) => Self::In(Box::new(S::begin(packed)?)),
                Self::Between(packed) => {
                    // Tapes are filled up with NULs.
                    while packed.fill_buf()?.first() == Some(&0) {
                        packed.consume(1);
                    }
                    if !S::begins(packed.peek(MARK)?) {
                        return Ok(0);
                    }
                    Self::In(Box::new(S::begin(packed)?))
                }
                Self::In(mut stream) => {
                    let length = stream.read(buffer)?;
                    if length > 0 || buffer.is_empty() {
                        *self = Self::In(stream);
                        return Ok(length);
                    }
                    Self::Between(stream.into_packed())
                }
            };
        }
    }
}

/// So many bytes tell whether a stream begins.
const MARK: usize = 16;

/// Opens compressed streams.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
    decoder: impl for<'p, 'r> FnOnce(&'p mut Packed<'r>) -> io::Result<Box<dyn Read + 'p>>,
) -> io::Result<()> {
    let bounds = opening.bounds;
    let behind = unpack(bounds, packed, decoder, |unpacked| {
        let head = read_up_to(unpacked, HEAD as u64)?;
        let is_tar = tar::begins(&head);
        let mut unpacked = Cursor::new(head).chain(unpacked);
        if is_tar {
            return tar::open(opening, name, &mut unpacked, depth);
        }
        let member = name.member(&without_end(name.last()));
        opening.member(&member, &mut unpacked, depth)
    })?;
    let Some(behind) = behind else {
        return Ok(());
    };
    let mut behind = Cursor::new(behind).chain(packed);
    let first = read_up_to(&mut behind, 1)?;
    if first.is_empty() {
        return Ok(());
    }
    let mut behind = Cursor::new(first).chain(behind);
    opening.member(&name.member(BEHIND), &mut behind, depth)
}

/// What is called so stands behind the end of a container.
pub(super) const BEHIND: &[u8] = b"(behind the end)";
