//! Compressed streams in a file of another kind: behind a script that unpacks them, a picture or a document, in a program.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::bounds::{self, Bounds, Counted, Meter};
use super::bzip2::Bzip2;
use super::closed;
use super::data::{Data, Parts, read_range};
use super::gzip::Gzip;
use super::stream::{self, Codec};
use super::xz::Xz;
use super::zstd::Zstd;
use super::{Name, Opening};

/// A kind of stream that its mark tells. The others have none.
struct Kind {
    name: &'static str,
    mark: &'static [u8],
    begins: fn(&[u8]) -> bool,
    open: stream::Unpack,
    skip: stream::Skip,
}

const KINDS: [Kind; 4] = [
    Kind {
        begins: begins_gzip,
        ..kind::<Gzip>("gzip", b"\x1f\x8b\x08")
    },
    kind::<Bzip2>("bzip2", b"1AY&SY"),
    kind::<Xz>("xz", b"\xfd7zXZ\0"),
    kind::<Zstd>("zstd", b"\x28\xb5\x2f\xfd"),
];

/// The mark of a block of bzip2 stands so far behind the beginning.
const BEFORE: [u64; 4] = [0, 4, 0, 0];

const fn kind<C: Codec>(name: &'static str, mark: &'static [u8]) -> Kind {
    Kind {
        name,
        mark,
        begins: C::begins,
        open: stream::unpacked::<C>,
        skip: stream::skipped::<C>,
    }
}

/// Tells whether a stream of gzip begins as its writers begin one: three bytes stand anywhere by chance. RFC 1952, section 2.3:
/// flags, level and system.
fn begins_gzip(head: &[u8]) -> bool {
    matches!(head, [_, _, _, flags, _, _, _, _, 0 | 2 | 4, 0..=13 | 255, ..] if flags & 0xE0 == 0)
        && Gzip::begins(head)
}

static FINDERS: LazyLock<[Finder<'static>; 4]> =
    LazyLock::new(|| KINDS.map(|kind| Finder::new(kind.mark)));

/// So many bytes tell whether a stream begins.
const HEADER: usize = 16;
/// The longest mark.
const LONGEST: usize = 6;
/// So many marks are looked at.
const MARKS: usize = 1 << 16;
/// A stream of which so many bytes can be made is one, though it is damaged.
const SOME: u64 = 64;
/// So many bytes, and as many as the file has, are read in vain behind marks that begin no stream or one that is damaged.
const VAIN: u64 = 4 << 20;

/// Tells whether a stream may begin in a file: in UTF-8 none does.
pub(super) fn is_in(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err() && is_begun_in(bytes)
}

fn is_begun_in(bytes: &[u8]) -> bool {
    let all = KINDS.iter().zip(FINDERS.iter()).zip(BEFORE);
    let mut all = all.flat_map(|((kind, finder), before)| {
        let found = finder.find_iter(bytes);
        found.filter_map(move |at| Some((kind, at.checked_sub(usize::try_from(before).ok()?)?)))
    });
    all.any(|(kind, at)| {
        let head = bytes.get(at..at + HEADER);
        head.is_some_and(kind.begins)
    })
}

/// Tells whether a stream begins a file: it would be found in another file, too.
pub(super) fn begins(head: &[u8]) -> bool {
    KINDS.iter().any(|kind| (kind.begins)(head))
}

/// Data that are read from the beginning, and whether a mark was seen in them.
pub struct Watch<R> {
    inner: R,
    /// The last bytes: a mark may stand across the edge.
    last: Vec<u8>,
    is_seen: bool,
}

impl<R> Watch<R> {
    /// Watches what is read.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            last: Vec::new(),
            is_seen: false,
        }
    }

    /// Tells whether a compressed stream may stand in what was read.
    pub fn is_seen(&self) -> bool {
        self.is_seen
    }
}

impl<R: Read> Read for Watch<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        if !self.is_seen {
            let read = &buffer[..length];
            let (begin, rest) = read.split_at(length.min(HEADER));
            self.last.extend_from_slice(begin);
            self.is_seen = is_begun_in(&self.last) || is_begun_in(read);
            self.last
                .extend_from_slice(&rest[rest.len().saturating_sub(HEADER)..]);
            let from = self.last.len().saturating_sub(HEADER - 1);
            self.last.drain(..from);
        }
        Ok(length)
    }
}

/// Returns where streams may begin, in order, and their kinds; one more than are looked at, at most.
fn marks(data: &dyn Data) -> io::Result<Vec<(u64, usize)>> {
    const PART: u64 = 1 << 20;
    let mut marks = Vec::new();
    let mut at = 0;
    while at < data.size() && marks.len() <= MARKS {
        let read;
        let (part, next) = if let Some(bytes) = data.as_slice() {
            (bytes, data.size())
        } else {
            read = read_range(data, at..at + PART + LONGEST as u64 - 1)?;
            (read.as_slice(), at + PART)
        };
        for (kind, finder) in FINDERS.iter().enumerate() {
            let found = finder.find_iter(part).map(|found| at + found as u64);
            let found = found.filter_map(|found| found.checked_sub(BEFORE[kind]));
            marks.extend(found.take(MARKS + 1).map(|found| (found, kind)));
        }
        at = next;
    }
    marks.sort_unstable();
    marks.dedup();
    Ok(marks)
}

/// Hands out what the streams hold.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    depth: u8,
) -> io::Result<()> {
    let mut read = |kind: &Kind, opening: &mut Opening<'_>, last, packed: &mut dyn Read| {
        (kind.open)(opening, name, last, packed, depth)
    };
    walk(opening, name, data, &mut read, &mut |_| {})
}

/// Unpacks one stream, called so where nothing else tells a name.
type ReadStream<'r> = &'r mut dyn FnMut(
    &Kind,
    &mut Opening<'_>,
    Vec<u8>,
    &mut dyn Read,
) -> io::Result<Option<Vec<u8>>>;

/// Returns where streams stand that can be read to their end. Nothing is opened in what they hold: that is done once, when they
/// are handed out.
pub(super) fn places(bytes: &[u8]) -> Vec<Range<usize>> {
    let size = bytes.len() as u64;
    let bounds = Bounds::of_file(Some(size));
    bounds.beside.set(size);
    let mut opening = Opening {
        each: &mut |_, _| {},
        bounds: &bounds,
        unread: Vec::new(),
    };
    let mut places = Vec::new();
    let mut skip = |kind: &Kind, opening: &mut Opening<'_>, _, packed: &mut dyn Read| {
        (kind.skip)(opening.bounds, packed)
    };
    let name = Name::of_file(b"");
    // Up to where a bound is reached.
    let _ = walk(&mut opening, &name, &bytes, &mut skip, &mut |place| {
        let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        places.push(at(place.start)..at(place.end));
    });
    places
}

/// Hands out what the streams hold, and calls `whole` with the place of each that was read to its end. What is damaged from its
/// first bytes on was no stream.
fn walk(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    read: ReadStream<'_>,
    whole: &mut dyn FnMut(Range<u64>),
) -> io::Result<()> {
    if data.as_slice().is_some_and(|bytes| !is_in(bytes)) {
        return Ok(());
    }
    let marks = marks(data)?;
    let (mut from, mut number, mut vain, mut is_torn) = (0, 1, 0, false);
    for (at, kind) in marks.iter().take(MARKS) {
        let (at, kind) = (*at, &KINDS[*kind]);
        if at < from || !(kind.begins)(&read_range(data, at..at + HEADER as u64)?) {
            continue;
        }
        if vain > VAIN + data.size() {
            return Err(too_many());
        }
        let meter = Meter::default();
        let mut packed = Counted {
            inner: Parts::one(data, at..data.size()),
            meter: &meter,
        };
        let before = opening.bounds.made();
        let last = format!("{} {number}", kind.name).into_bytes();
        let opened = read(kind, opening, last, &mut packed);
        let has_text = opening.bounds.made() - before >= SOME;
        match opened {
            Ok(Some(behind)) => {
                from = at + meter.count.get() - behind.len() as u64;
                whole(at..from);
            }
            Ok(None) => {}
            Err(error) if bounds::is_bound(&error).is_some() => return Err(error),
            Err(error) => {
                let is_cut = error.kind() == ErrorKind::UnexpectedEof;
                is_torn |= has_text || is_cut || error.kind() == ErrorKind::OutOfMemory;
            }
        }
        if from <= at {
            vain += meter.count.get();
        }
        if from > at || has_text {
            opening.bounds.take_member()?;
            number += 1;
        }
    }
    if is_torn {
        opening.leave(name, closed::TORN)?;
    }
    if marks.len() > MARKS {
        return Err(too_many());
    }
    Ok(())
}

fn too_many() -> io::Error {
    bounds::error("too many compressed streams, or what begins like one, stand in it".to_owned())
}
