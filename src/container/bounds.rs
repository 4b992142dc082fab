//! Bounds: how much one file may be unpacked to, so that nothing small fills the memory or takes forever.

use std::cell::Cell;
use std::fmt;
use std::io::{self, ErrorKind, Read};

/// One file is unpacked to so many bytes, all its containers together.
const TOTAL: u64 = 512 << 20;
/// So much memory may be needed to unpack a stream, together with what is held; `xz -9` needs 65 MiB.
const MEMORY: u64 = 96 << 20;
/// Whatever is held, so much: what is compressed in the usual way needs no more.
const LEAST_MEMORY: u64 = 16 << 20;
/// One file has so many members.
pub(super) const MEMBERS: u64 = 100_000;
/// What is larger than this may be so many times as large as what it is unpacked from, and as the whole file.
const LARGE: u64 = 64 << 20;
const RATIO: u64 = 1000;
/// So many bytes, and as many as were searched, are read behind marks that begin no stream or one that is damaged.
const VAIN: u64 = 4 << 20;

/// What is used of the bounds.
pub(super) struct Bounds {
    /// So many bytes may be made.
    total: u64,
    /// How large the file is, if that is known.
    size: Option<u64>,
    bytes: Cell<u64>,
    members: Cell<u64>,
    /// How many bytes containers in containers hold in memory now.
    pub(super) held: Cell<u64>,
    /// How many bytes of pictures and documents are held, each with its own bytes beside it.
    pub(super) beside: Cell<u64>,
    /// How many bytes may be read of what is no stream, or a damaged one.
    pub(super) vain: Cell<u64>,
    said: Cell<bool>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self::of(TOTAL)
    }
}

impl Bounds {
    /// Returns the bounds of a file that may be unpacked to so many bytes.
    pub(super) fn of(total: u64) -> Self {
        Self {
            total,
            size: None,
            bytes: Cell::default(),
            members: Cell::default(),
            held: Cell::default(),
            beside: Cell::default(),
            vain: Cell::new(VAIN),
            said: Cell::default(),
        }
    }

    /// Returns the bounds of a file of a size.
    pub(super) fn of_file(size: Option<u64>) -> Self {
        Self {
            size,
            ..Self::default()
        }
    }

    /// Returns how much memory may be needed to unpack a stream now, in bytes.
    pub(super) fn memory(&self) -> u64 {
        let held = self.held.get() + 2 * self.beside.get();
        MEMORY.saturating_sub(held).max(LEAST_MEMORY)
    }

    /// Counts a member.
    pub(super) fn take_member(&self) -> io::Result<()> {
        self.members.set(self.members.get() + 1);
        self.check()
    }

    /// Refuses to go on when a bound is passed.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.members.get() > MEMBERS {
            return Err(error(format!("it has more than {MEMBERS} members")));
        }
        if self.bytes.get() > self.total {
            return Err(error(format!(
                "it unpacks to more than {} MiB",
                self.total >> 20
            )));
        }
        // Many small streams are as much together as a large one.
        let is_too_dense = |size| self.bytes.get() > LARGE && self.bytes.get() / RATIO > size;
        if self.size.is_some_and(is_too_dense) {
            return Err(too_dense());
        }
        Ok(())
    }

    /// Returns how many bytes were made.
    pub(super) fn made(&self) -> u64 {
        self.bytes.get()
    }

    /// Calls `read` without counting what it unpacks: the same is unpacked once more.
    pub(super) fn uncounted<T>(&self, read: impl FnOnce() -> T) -> T {
        let counted = self.bytes.get();
        let done = read();
        self.bytes.set(counted);
        done
    }

    /// Counts bytes: the last of all that were made of packed ones.
    pub(super) fn take_bytes(&self, packed: u64, made: u64, last: u64) -> io::Result<()> {
        if made > LARGE && made / RATIO > packed {
            return Err(too_dense());
        }
        self.bytes.set(self.bytes.get() + last);
        self.check()
    }

    /// Tells whether an error is to be said: that nothing is left is said once.
    pub(super) fn is_said_first(&self, error: &io::Error) -> bool {
        is_bound(error).is_none() || self.check().is_ok() || !self.said.replace(true)
    }
}

/// An error that says that a bound is reached: nothing is wrong with the data.
#[derive(Debug)]
pub(super) struct Bound(String);

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Bound {}

/// Returns the error that a bound is reached.
pub(super) fn error(reason: String) -> io::Error {
    io::Error::other(Bound(reason))
}

fn too_dense() -> io::Error {
    error(format!("it unpacks to more than {RATIO} times its size"))
}

/// An error that says what is damaged, in words for people.
#[derive(Debug)]
struct Damage(&'static str);

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Damage {}

/// Returns the error that something is damaged.
pub(super) fn damaged(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, Damage(what))
}

/// Returns the bound that an error speaks of.
pub(super) fn is_bound(error: &io::Error) -> Option<&Bound> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// Returns why something was not scanned.
pub(super) fn reason(error: &io::Error) -> String {
    match (is_bound(error), error.kind()) {
        (Some(bound), _) => bound.0.clone(),
        (None, ErrorKind::UnexpectedEof) => "it is damaged: it ends too early".to_owned(),
        (None, ErrorKind::OutOfMemory) => {
            "unpacking it takes more memory than hexguard uses; unpack it and scan that".to_owned()
        }
        (None, _) => {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            let what = inner.map_or("its data cannot be unpacked", |damage: &Damage| damage.0);
            format!("it is damaged: {what}")
        }
    }
}

/// What is known of packed data.
#[derive(Default)]
pub(super) struct Meter {
    /// How many bytes of it were read.
    pub(super) count: Cell<u64>,
    /// Whether more was wanted than there is.
    ended: Cell<bool>,
}

/// Counts the bytes that are read.
pub(super) struct Counted<'c, R> {
    pub(super) inner: R,
    pub(super) meter: &'c Meter,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.meter.count.set(self.meter.count.get() + length as u64);
        if length == 0 && !buffer.is_empty() {
            self.meter.ended.set(true);
        }
        Ok(length)
    }
}

/// Unpacked data, within the bounds.
pub(super) struct Unpacked<'b, R> {
    pub(super) inner: R,
    pub(super) bounds: &'b Bounds,
    pub(super) packed: &'b Meter,
    /// How many bytes were made of the packed data.
    pub(super) made: u64,
    /// Whether that is all.
    pub(super) ended: bool,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer).map_err(|error| {
            // Not every decoder says it so.
            let too_early = self.packed.ended.get() && error.kind() == ErrorKind::Other;
            if too_early && is_bound(&error).is_none() {
                return ErrorKind::UnexpectedEof.into();
            }
            error
        })?;
        self.ended |= length == 0 && !buffer.is_empty();
        self.made += length as u64;
        self.bounds
            .take_bytes(self.packed.count.get(), self.made, length as u64)?;
        Ok(length)
    }
}

/// Data, with what went wrong when it was read: who reads a member need not hand errors back. Nothing is read after an error.
pub(super) struct Watched<'r> {
    inner: &'r mut dyn Read,
    fault: Option<io::Error>,
}

impl<'r> Watched<'r> {
    pub(super) fn new(inner: &'r mut dyn Read) -> Self {
        Self { inner, fault: None }
    }

    /// Tells whether something went wrong.
    pub(super) fn is_at_fault(&self) -> bool {
        self.fault.is_some()
    }

    /// Returns what went wrong.
    pub(super) fn check(&mut self) -> io::Result<()> {
        self.fault.take().map_or(Ok(()), Err)
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = &self.fault {
            return Err(fault.kind().into());
        }
        let read = self.inner.read(buffer);
        match read {
            Err(error) if error.kind() != ErrorKind::Interrupted => {
                let kind = error.kind();
                self.fault = Some(error);
                Err(kind.into())
            }
            read => read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_leaves_less_memory_to_unpack() {
        let bounds = Bounds::default();
        assert_eq!(bounds.memory(), 96 << 20);
        bounds.beside.set(20 << 20);
        assert_eq!(bounds.memory(), 56 << 20);
        bounds.held.set(10 << 20);
        assert_eq!(bounds.memory(), 46 << 20);
        bounds.beside.set(48 << 20);
        assert_eq!(bounds.memory(), 16 << 20);
    }

    #[test]
    fn what_is_made_is_counted_over_all_containers_of_a_file() {
        let bounds = Bounds::of(10 << 20);
        let says = |result: io::Result<()>| result.err().map(|error| reason(&error));
        assert_eq!(says(bounds.take_bytes(9 << 20, 9 << 20, 9 << 20)), None);
        bounds.uncounted(|| assert!(bounds.take_bytes(1, 1, 1).is_ok()));
        assert_eq!(bounds.made(), 9 << 20);
        let all = "it unpacks to more than 10 MiB";
        let more = says(bounds.take_bytes(2 << 20, 2 << 20, 2 << 20));
        assert_eq!(more.as_deref(), Some(all));
        // It holds for whatever comes next.
        assert_eq!(says(bounds.take_member()).as_deref(), Some(all));
        let small = Bounds::of_file(Some(1 << 10));
        assert_eq!(says(small.take_bytes(1 << 20, 60 << 20, 60 << 20)), None);
        let dense = "it unpacks to more than 1000 times its size";
        let more = says(small.take_bytes(1 << 20, 5 << 20, 5 << 20));
        assert_eq!(more.as_deref(), Some(dense));
        assert_eq!(says(small.take_member()).as_deref(), Some(dense));
        let bomb = Bounds::default().take_bytes(1 << 10, 65 << 20, 1);
        assert_eq!(says(bomb).as_deref(), Some(dense));
    }
}
