//! A text of any size, read in pieces that overlap: what is found in them is what is found in the whole.

use std::io::{self, Read};

use super::above::{Carried, cut};
use crate::encoding::{self, Wide};
use crate::fragment::Fragment;

/// How many bytes are read at once.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// A text up to this size is read in one piece.
    pub whole: usize,
    /// The own part of each piece of a longer one.
    pub own: usize,
    /// How much is repeated before and behind it: longer than any secret and what decides about it.
    pub around: usize,
}

impl Sizes {
    /// What keeps the memory of a scan within 128 MB.
    pub const USUAL: Self = Self {
        whole: 32 << 20,
        own: 16 << 20,
        around: 128 << 10,
    };

    /// For a member of a container: to unpack it takes memory as well.
    pub const PACKED: Self = Self {
        whole: 16 << 20,
        own: 16 << 20,
        around: 128 << 10,
    };

    /// For a member of a container that stands encoded in a text, which is in memory as well.
    pub(super) const MEMBER: Self = Self {
        whole: 4 << 20,
        own: 4 << 20,
        around: 128 << 10,
    };
}

/// Calls `each` with a text, or with its pieces in order, in an encoding in which ASCII stands for itself. `raw` is what is
/// read of it already.
pub(crate) fn pieces(
    path: &[u8],
    mut raw: Vec<u8>,
    rest: &mut dyn Read,
    sizes: Sizes,
    each: &mut dyn FnMut(&Fragment<'_>),
) -> io::Result<()> {
    if !fill(&mut raw, rest, sizes.whole + 1)? {
        each(&Fragment::content(path, &encoding::decode(&raw)));
        return Ok(());
    }
    let wide = Wide::of(&raw);
    let cut = |raw: &[u8], from, to| match wide.line_start(raw, from, to) {
        Some(start) => start,
        None => cut(&Fragment::content(path, raw), from, to),
    };
    // The front of `raw` repeats so many bytes.
    let mut lead = 0;
    let mut carried = Carried::default();
    loop {
        let wanted = lead + sizes.own;
        let goes_on = fill(&mut raw, rest, wanted + sizes.around)?;
        let end = if goes_on {
            cut(&raw, lead, wanted)
        } else {
            raw.len()
        };
        let from = cut(&raw, 0, end.saturating_sub(sizes.around));
        let next = goes_on.then(|| wide.decode(&raw[..from]).len());
        let parts = [&raw[..lead], &raw[lead..end], &raw[end..]].map(|part| wide.decode(part));
        let parts = parts.each_ref().map(|part| &**part);
        carried.piece(&Fragment::content(path, &[]), parts, next, each);
        if !goes_on {
            return Ok(());
        }
        lead = end - from;
        raw.drain(..from);
    }
}

/// Reads until there are so many bytes, and tells whether there are.
pub(crate) fn fill(raw: &mut Vec<u8>, rest: &mut dyn Read, wanted: usize) -> io::Result<bool> {
    /// So much is made room for at once.
    const ROOM: usize = 1 << 20;
    let missing = wanted.saturating_sub(raw.len());
    // Of a short text, which is filled in steps, nothing is moved.
    if raw.capacity() < ROOM {
        raw.reserve(missing.min(ROOM));
    }
    rest.take(missing as u64).read_to_end(raw)?;
    Ok(raw.len() >= wanted)
}

/// Data that ends where it is damaged: what comes before that is scanned, and the container says the rest.
pub(crate) struct UpToFault<'r>(pub(crate) &'r mut dyn Read);

impl Read for UpToFault<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Ok(0),
            read => read,
        }
    }
}
