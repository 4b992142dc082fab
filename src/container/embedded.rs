//! Compressed streams in a file of another kind: behind a script that unpacks them, a picture or a document, in a program. Of
//! archives that are not read, where they are certainly one.

use std::io::{self, ErrorKind, Read};
use std::sync::LazyLock;

use flate2::Crc;
use memchr::memmem::Finder;

use super::bounds::{self, Counted, Meter};
use super::bzip2::Bzip2;
use super::closed;
use super::data::{Data, Parts, read_range};
use super::directory::{four, two};
use super::gzip::Gzip;
use super::opened::Apart;
use super::stream::{self, Codec};
use super::xz::Xz;
use super::zstd::Zstd;
use super::{DEPTH, Name, Opening, too_deep_inside};

/// A kind of stream that its mark tells. The others have none.
struct Kind {
    name: &'static str,
    mark: &'static [u8],
    begins: fn(&[u8]) -> bool,
    /// What unpacks it, and what passes over it; `None` for an archive that is not read.
    read: Option<(stream::Unpack, stream::Skip)>,
}

const KINDS: [Kind; 6] = [
    Kind {
        begins: begins_gzip,
        ..kind::<Gzip>("gzip", b"\x1f\x8b\x08")
    },
    kind::<Bzip2>("bzip2", b"1AY&SY"),
    kind::<Xz>("xz", b"\xfd7zXZ\0"),
    kind::<Zstd>("zstd", b"\x28\xb5\x2f\xfd"),
    archive("7z", b"7z\xbc\xaf\x27\x1c", begins_7z),
    archive("rar", b"Rar!\x1a\x07", begins_rar),
];

/// The mark of a block of bzip2 stands so far behind the beginning.
const BEFORE: [u64; 6] = [0, 4, 0, 0, 0, 0];

const fn kind<C: Codec>(name: &'static str, mark: &'static [u8]) -> Kind {
    Kind {
        name,
        mark,
        begins: C::begins,
        read: Some((stream::unpacked::<C>, stream::skipped::<C>)),
    }
}

const fn archive(name: &'static str, mark: &'static [u8], begins: fn(&[u8]) -> bool) -> Kind {
    Kind {
        name,
        mark,
        begins,
        read: None,
    }
}

/// Tells whether a stream of gzip begins as its writers begin one: three bytes stand anywhere by chance. RFC 1952, section 2.3:
/// flags, level and system.
fn begins_gzip(head: &[u8]) -> bool {
    matches!(head, [_, _, _, flags, _, _, _, _, 0 | 2 | 4, 0..=13 | 255, ..] if flags & 0xE0 == 0)
        && Gzip::begins(head)
}

/// Tells whether the header of a 7z archive has the checksum that it says: programs that read archives have the mark in them.
fn begins_7z(head: &[u8]) -> bool {
    let checked = head.get(12..32);
    checked.is_some_and(|checked| four(head, 8) == Some(crc(checked)))
}

/// Tells the same of a RAR archive: of version 5 and later, or of an older one.
fn begins_rar(head: &[u8]) -> bool {
    if head.get(6..8) == Some(b"\x01\0") {
        let end = head.get(12).map(|length| 13 + usize::from(*length));
        let checked = end.and_then(|end| head.get(12..end));
        return checked.is_some_and(|checked| four(head, 8) == Some(crc(checked)));
    }
    let checked = head.get(9..20);
    checked.is_some_and(|checked| {
        checked[0] == 0x73 && two(head, 7).map(u32::from) == Some(crc(checked) & 0xFFFF)
    })
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

static FINDERS: LazyLock<[Finder<'static>; 6]> =
    LazyLock::new(|| KINDS.map(|kind| Finder::new(kind.mark)));

/// So many bytes tell whether a stream begins.
const HEADER: usize = 64;
/// What is shorter is none.
const LEAST: usize = 16;
/// The longest mark.
const LONGEST: usize = 6;
/// So many marks are looked at.
const MARKS: usize = 1 << 16;
/// A stream of which so many bytes can be made is one, though it is damaged.
const SOME: u64 = 64;
/// So much is read ahead at most.
const AHEAD: u64 = 16 << 10;

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
        let is_long = bytes.len() - at >= LEAST;
        is_long && (kind.begins)(&bytes[at..bytes.len().min(at + HEADER)])
    })
}

/// Tells whether a zip archive may end in a file: its record counts members, all of them in one file.
fn is_ended_in(bytes: &[u8]) -> bool {
    ZIP.find_iter(bytes).any(|at| {
        let record = &bytes[at..];
        let count = two(record, 8);
        four(record, 4) == Some(0)
            && count.is_some_and(|count| count > 0)
            && count == two(record, 10)
            && four(record, 12) >= Some(46)
    })
}

static ZIP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"PK\x05\x06"));

/// Tells whether a stream begins a file: it would be found in another file, too.
pub(super) fn begins(head: &[u8]) -> bool {
    let streams = KINDS.iter().filter(|kind| kind.read.is_some());
    streams.into_iter().any(|kind| (kind.begins)(head))
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

    /// Tells whether a compressed stream or an archive may stand in what was read.
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
            let is_in = |bytes: &[u8]| is_begun_in(bytes) || is_ended_in(bytes);
            self.is_seen = is_in(&self.last) || is_in(read);
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

/// Hands out what the streams hold, and notes where those stand that were read to their end. What stands where something was
/// handed out before is none of them, and what is damaged from its first bytes on was no stream.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    depth: u8,
    apart: &mut Apart,
) -> io::Result<()> {
    if data.as_slice().is_some_and(|bytes| !is_in(bytes)) {
        return Ok(());
    }
    let known = apart.known();
    let marks = marks(data)?;
    let (mut from, mut is_torn) = (0, false);
    let vain = &opening.bounds.vain;
    vain.set(vain.get() + data.size());
    for (at, kind) in marks.iter().take(MARKS) {
        let (at, kind) = (*at, &KINDS[*kind]);
        let is_begin = || read_range(data, at..at + HEADER as u64).map(|head| (kind.begins)(&head));
        if at < from || known.holds(at) || !is_begin()? {
            continue;
        }
        let Some((open, skip)) = kind.read else {
            opening.leave(name, closed::ARCHIVE)?;
            continue;
        };
        if vain.get() == 0 {
            return Err(too_many());
        }
        let (before, said) = (opening.bounds.made(), opening.unread.len());
        let last = format!("{} {}", kind.name, apart.streams + 1).into_bytes();
        let (mut opened, read) = unpacked(data, at, |packed| match depth {
            0..=DEPTH => open(opening, name, last, packed, depth),
            _ => skip(opening.bounds, packed),
        });
        let has_text = opening.bounds.made() - before >= SOME;
        if matches!(opened, Ok(None)) && opening.unread.len() == said {
            // Nobody wants what it holds.
            (opened, _) = unpacked(data, at, |packed| skip(opening.bounds, packed));
        }
        match opened {
            Ok(Some(_)) if depth > DEPTH => return Err(too_deep_inside()),
            Ok(Some(end)) => {
                from = end;
                apart.member(at..end);
            }
            Ok(None) => {}
            Err(error) if bounds::is_bound(&error).is_some() => return Err(error),
            Err(error) => {
                let is_cut = error.kind() == ErrorKind::UnexpectedEof;
                is_torn |= has_text || is_cut || error.kind() == ErrorKind::OutOfMemory;
            }
        }
        if from <= at {
            vain.set(vain.get().saturating_sub(read));
            // What a damaged one was read of holds no other, but for what was read ahead.
            if has_text {
                from = from.max((at + read).saturating_sub(AHEAD));
            }
        }
        if from > at || has_text {
            opening.bounds.take_member()?;
            apart.streams += 1;
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

/// Unpacks what begins at an offset; returns where it ends, if it was read so far, and how many bytes of it were read.
fn unpacked(
    data: &dyn Data,
    at: u64,
    unpack: impl FnOnce(&mut dyn Read) -> io::Result<Option<Vec<u8>>>,
) -> (io::Result<Option<u64>>, u64) {
    let meter = Meter::default();
    let mut packed = Counted {
        inner: Parts::one(data, at..data.size()),
        meter: &meter,
    };
    let behind = unpack(&mut packed);
    let read = meter.count.get();
    let end = behind.map(|behind| behind.map(|behind| at + read - behind.len() as u64));
    (end, read)
}

fn too_many() -> io::Error {
    bounds::error("too many compressed streams, or what begins like one, stand in it".to_owned())
}
