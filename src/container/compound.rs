//! Compound files, the form of older Office documents: where in the file a stream stands.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::ops::Range;

use super::directory::{four, two};

/// An entry of the directory.
const ENTRY: usize = 128;
/// What is shorter stands among others in one more stream, that of the root, in sectors so long.
const SHORT: usize = 4096;
const SMALL: usize = 64;
/// The header has the places of so many sectors of the table.
const IN_HEADER: usize = 109;

/// A compound file.
pub(super) struct Compound<'b> {
    bytes: &'b [u8],
    /// How long a sector is.
    sector: usize,
    /// Which sector follows each.
    next: Vec<u32>,
}

/// A stream: where its bytes stand in the file, in order.
pub(super) struct Stream {
    ranges: Vec<Range<usize>>,
}

impl<'b> Compound<'b> {
    pub(super) fn read(bytes: &'b [u8]) -> Option<Self> {
        let shift = two(bytes, 30).filter(|shift| matches!(shift, 9 | 12))?;
        let mut file = Self {
            bytes,
            sector: 1 << shift,
            next: Vec::new(),
        };
        let mut list = bytes.get(76..512)?;
        let (mut more, mut in_list) = (four(bytes, 68)?, IN_HEADER);
        let sectors = bytes.len() / file.sector;
        // The list goes on in sectors of its own, each of which ends with the number of the next.
        for _ in 0..=sectors {
            for number in (0..in_list).filter_map(|at| four(list, 4 * at)) {
                let Some(part) = file.place(number).filter(|_| file.next.len() < sectors) else {
                    break;
                };
                file.next.extend(words(&bytes[part]));
            }
            let Some(place) = file.place(more).filter(|_| file.next.len() < sectors) else {
                break;
            };
            list = &bytes[place];
            in_list = (list.len() / 4).saturating_sub(1);
            more = four(list, 4 * in_list).unwrap_or(u32::MAX);
        }
        Some(file)
    }

    /// Returns so many streams that have one of some names, in capital letters or small ones; `None` for one that cannot be followed.
    pub(super) fn streams(&self, names: &[&str], most: usize) -> Vec<Option<Stream>> {
        let names = names
            .iter()
            .map(|name| name.encode_utf16().flat_map(u16::to_le_bytes));
        let names: Vec<Vec<u8>> = names.map(|name| name.chain([0, 0]).collect()).collect();
        let directory = four(self.bytes, 48).and_then(|start| self.chain(start, usize::MAX));
        let ranges = directory.map_or_else(Vec::new, |directory| directory.ranges);
        let mut entries = ranges
            .into_iter()
            .flat_map(|range| self.bytes[range].chunks_exact(ENTRY))
            .peekable();
        let root = entries.peek().copied();
        let short = LazyCell::new(|| self.short(root?));
        let wanted = entries.filter(|entry| {
            let length = usize::from(two(entry, 64).unwrap_or(0));
            let is_named =
                |name: &Vec<u8>| name.len() == length && entry[..length].eq_ignore_ascii_case(name);
            entry[66] == 2 && names.iter().any(is_named)
        });
        let stream = |entry: &[u8]| {
            let (start, size) = extent(entry)?;
            if size >= SHORT {
                return self.chain(start, size);
            }
            short.as_ref()?.stream(start, size)
        };
        wanted.take(most).map(stream).collect()
    }

    /// Returns where short streams stand: the header has the place of their table.
    fn short(&self, root: &[u8]) -> Option<Short> {
        let (start, size) = extent(root)?;
        let table = self.chain(four(self.bytes, 60)?, usize::MAX)?;
        Some(Short {
            stream: self.chain(start, size)?,
            next: words(&table.bytes(self.bytes)).collect(),
        })
    }

    /// Follows sectors from one on, for so many bytes or to their end; `None` if they do not lead there.
    fn chain(&self, start: u32, size: usize) -> Option<Stream> {
        Stream::follow(&self.next, start, size, |number| self.place(number))
    }

    /// Returns where a sector stands.
    fn place(&self, number: u32) -> Option<Range<usize>> {
        let number = usize::try_from(number).ok()?;
        let start = number.checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        (start < end).then_some(start..end)
    }
}

/// Returns where the stream of an entry begins, and how long it is.
fn extent(entry: &[u8]) -> Option<(u32, usize)> {
    let size = usize::try_from(four(entry, 120)?).ok()?;
    Some((four(entry, 116)?, size))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| u32::from_le_bytes(*word))
}

/// Where short streams stand.
struct Short {
    stream: Stream,
    next: Vec<u32>,
}

impl Short {
    fn stream(&self, start: u32, size: usize) -> Option<Stream> {
        let length = self.stream.len();
        let within = Stream::follow(&self.next, start, size, |number| {
            let start = usize::try_from(number).ok()?.checked_mul(SMALL)?;
            let end = start.checked_add(SMALL)?.min(length);
            (start < end).then_some(start..end)
        })?;
        // They may stand in any order.
        let ranges = within.ranges.into_iter();
        let ranges = ranges.flat_map(|range| self.stream.places(&[range]));
        Some(Stream {
            ranges: ranges.collect(),
        })
    }
}

impl Stream {
    /// Follows sectors in a table.
    fn follow(
        next: &[u32],
        start: u32,
        size: usize,
        place: impl Fn(u32) -> Option<Range<usize>>,
    ) -> Option<Self> {
        const END: u32 = 0xFFFF_FFFE;
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let (mut left, mut number) = (size, start);
        for _ in 0..=next.len() {
            if left == 0 || number == END {
                let is_whole = left == 0 || size == usize::MAX;
                return is_whole.then_some(Stream { ranges });
            }
            let mut place = place(number)?;
            place.end = place.end.min(place.start.saturating_add(left));
            // The last sector of a file may be cut.
            left -= if left == usize::MAX { 0 } else { place.len() };
            match ranges.last_mut() {
                Some(last) if last.end == place.start => last.end = place.end,
                _ => ranges.push(place),
            }
            number = *next.get(usize::try_from(number).ok()?)?;
        }
        None
    }

    /// Returns the bytes of the stream.
    pub(super) fn bytes<'b>(&self, file: &'b [u8]) -> Cow<'b, [u8]> {
        match self.ranges.as_slice() {
            [one] => Cow::Borrowed(&file[one.clone()]),
            ranges => {
                let parts = ranges.iter().map(|range| &file[range.clone()]);
                Cow::Owned(parts.collect::<Vec<_>>().concat())
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.iter().map(Range::len).sum()
    }

    /// Returns where parts of the stream stand in the file; they come in order.
    pub(super) fn places(&self, parts: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut ranges = self.ranges.iter().peekable();
        // How much of the stream stands in the ranges before.
        let mut before = 0;
        let mut places = Vec::new();
        for part in parts {
            while let Some(range) = ranges.peek() {
                let end = before + range.len();
                let from = part.start.clamp(before, end) - before;
                let to = part.end.clamp(before, end) - before;
                if from < to {
                    places.push(range.start + from..range.start + to);
                }
                if part.end <= end {
                    break;
                }
                before = end;
                ranges.next();
            }
        }
        places
    }
}
