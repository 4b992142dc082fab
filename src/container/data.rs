//! Data that is read by position, wherever it is held: an archive is larger than what should be in memory.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

/// What can be read at any offset.
pub trait Data {
    /// Returns how many bytes there are.
    fn size(&self) -> u64;

    /// Reads bytes at an offset, and returns how many: none only at the end.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Returns all of it, if it is in memory.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }
}

impl Data for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        self.get(at..).unwrap_or_default().read(into)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// The front of other data.
pub(super) struct Front<'d> {
    pub(super) data: &'d dyn Data,
    pub(super) size: u64,
}

impl Data for Front<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let most = left.min(into.len());
        self.data.read_at(at, &mut into[..most])
    }

    fn as_slice(&self) -> Option<&[u8]> {
        let size = usize::try_from(self.size).ok()?;
        self.data.as_slice().and_then(|all| all.get(..size))
    }
}

/// Ranges of the data, read one after the other.
pub(super) struct Parts<'d> {
    data: &'d dyn Data,
    ranges: std::vec::IntoIter<Range<u64>>,
    now: Range<u64>,
}

impl<'d> Parts<'d> {
    pub(super) fn new(data: &'d dyn Data, ranges: Vec<Range<u64>>) -> Self {
        Self {
            data,
            ranges: ranges.into_iter(),
            now: 0..0,
        }
    }

    pub(super) fn one(data: &'d dyn Data, range: Range<u64>) -> Self {
        Self {
            data,
            ranges: Vec::new().into_iter(),
            now: range,
        }
    }

    pub(super) fn all(data: &'d dyn Data) -> Self {
        Self::one(data, 0..data.size())
    }

    /// Tells whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.now.is_empty() && self.ranges.as_slice().iter().all(Range::is_empty)
    }
}

impl Read for Parts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() {
            match self.ranges.next() {
                Some(range) => self.now = range,
                None => return Ok(0),
            }
        }
        let left = usize::try_from(self.now.end - self.now.start).unwrap_or(usize::MAX);
        let most = left.min(buffer.len());
        let length = self.data.read_at(self.now.start, &mut buffer[..most])?;
        if length == 0 && most > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.now.start += length as u64;
        Ok(length)
    }
}

/// Returns a range without others.
pub(super) fn without(mut others: Vec<Range<u64>>, mut range: Range<u64>) -> Vec<Range<u64>> {
    others.sort_by_key(|other| other.start);
    let mut rest = Vec::new();
    for other in others {
        rest.push(range.start..other.start.clamp(range.start, range.end.max(range.start)));
        range.start = range.start.max(other.end);
    }
    rest.push(range);
    rest.retain(|range| !range.is_empty());
    rest
}

/// Reads a range, as far as it is there.
pub(super) fn read_range(data: &dyn Data, range: Range<u64>) -> io::Result<Vec<u8>> {
    let range = range.start..range.end.min(data.size());
    let length = range.end.saturating_sub(range.start);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    Parts::one(data, range).read_to_end(&mut bytes)?;
    Ok(bytes)
}
