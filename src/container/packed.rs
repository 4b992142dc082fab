//! Packed data on its way to a decoder, and what the decoder makes of it: the one chain of readers for all formats.

use std::io::{self, BufRead, Read};

use super::bounds::{Bounds, Counted, Meter, Unpacked};
use super::notes::Notes;

/// So much is read at once.
const BUFFER: usize = 8 << 10;

/// Packed data. What a decoder has not used is still there when it is done.
pub(super) struct Packed<'r> {
    inner: Counted<'r, &'r mut dyn Read>,
    buffer: Vec<u8>,
    used: usize,
    /// What stands in it that is not compressed.
    notes: &'r Notes,
    /// So many bytes of memory may be needed to unpack it.
    memory: u64,
}

impl<'r> Packed<'r> {
    pub(super) fn notes(&self) -> &'r Notes {
        self.notes
    }

    /// Returns how many bytes of memory may be needed to unpack it.
    pub(super) fn memory(&self) -> u64 {
        self.memory
    }

    /// Returns the same in KiB.
    pub(super) fn memory_in_kib(&self) -> u32 {
        u32::try_from(self.memory >> 10).unwrap_or(u32::MAX)
    }

    /// Reads on until there are so many bytes, and returns them; fewer only at the end.
    pub(super) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.used < wanted && self.read_more()? > 0 {}
        let there = &self.buffer[self.used..];
        Ok(&there[..there.len().min(wanted)])
    }

    /// Takes back what a decoder read and did not use.
    pub(super) fn take_back(&mut self, unused: &[u8]) {
        self.buffer.splice(..self.used, unused.iter().copied());
        self.used = 0;
    }

    fn read_more(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.used);
        self.used = 0;
        let there = self.buffer.len();
        self.buffer.resize(there + BUFFER, 0);
        let read = self.inner.read(&mut self.buffer[there..]);
        self.buffer
            .truncate(there + read.as_ref().map_or(0, |read| *read));
        read
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Packed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.buffer.len() {
            self.read_more()?;
        }
        Ok(&self.buffer[self.used..])
    }

    fn consume(&mut self, amount: usize) {
        self.used = (self.used + amount).min(self.buffer.len());
    }
}

/// Calls `use_data` with what a decoder makes of packed data, within the bounds; what else stands there is noted. If that was read to its end, returns what was
/// read of the packed data and belongs to something behind it.
pub(super) fn unpack(
    bounds: &Bounds,
    packed: &mut dyn Read,
    notes: &Notes,
    decoder: impl for<'p, 'r> FnOnce(&'p mut Packed<'r>) -> io::Result<Box<dyn Read + 'p>>,
    use_data: impl FnOnce(&mut dyn Read) -> io::Result<()>,
) -> io::Result<Option<Vec<u8>>> {
    let meter = Meter::default();
    let mut packed = Packed {
        inner: Counted {
            inner: packed,
            meter: &meter,
        },
        buffer: Vec::new(),
        used: 0,
        notes,
        memory: bounds.memory(),
    };
    let mut unpacked = Unpacked {
        inner: decoder(&mut packed)?,
        bounds,
        packed: &meter,
        made: 0,
        ended: false,
    };
    use_data(&mut unpacked)?;
    let ended = unpacked.ended;
    drop(unpacked);
    Ok(ended.then(|| packed.buffer.split_off(packed.used)))
}
