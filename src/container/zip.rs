//! Zip archives, read by their directory: what the crates would do besides (encryption, writing, times) is not needed.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use ::bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;

use super::bounds::{Counted, Unpacked, damaged};
use super::office::Office;
use super::{Name, Opening, xz, zstd};

/// The end of the directory stands so far from the end of the file at most: a comment may follow it.
const END: usize = 22 + 0xFFFF;
const END_MARK: &[u8] = b"PK\x05\x06";

/// Tells whether a file ends as an archive does.
pub(super) fn ends(bytes: &[u8]) -> bool {
    let tail = bytes.len().saturating_sub(END);
    memchr::memmem::rfind(&bytes[tail..], END_MARK).is_some()
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    depth: u8,
) -> io::Result<()> {
    let archive = Archive::read(bytes)?;
    let mut encrypted: Vec<&[u8]> = Vec::new();
    let mut unknown: Vec<&[u8]> = Vec::new();
    let mut office = Office::of(opening, name, &archive)?;
    for entry in &archive.entries {
        if entry.is_folder() {
            continue;
        }
        if entry.encrypted {
            encrypted.push(entry.name);
            continue;
        }
        if !entry.is_known() {
            unknown.push(entry.name);
            continue;
        }
        if office.takes(entry) {
            opening.bounds.take_member()?;
            let opened = office.part(opening, name, &archive, entry);
            opening.settle(&name.member(entry.name), opened);
        } else {
            let opened = archive.with(opening, entry, |opening, data| {
                opening.member(&name.member(entry.name), data, depth)
            });
            opening.settle(&name.member(entry.name), opened);
        }
        // Nothing more can be unpacked: it was said.
        if opening.bounds.check().is_err() {
            return Ok(());
        }
    }
    office.finish(opening, name, &archive);
    for (names, why) in [
        (encrypted, ENCRYPTED),
        (unknown, "compressed in a way that hexguard does not read"),
    ] {
        if let [first, others @ ..] = names.as_slice() {
            let count = match others.len() {
                0 => String::new(),
                1 => " (as is 1 more)".to_owned(),
                more => format!(" (as are {more} more)"),
            };
            let member = name.member(first);
            if why == ENCRYPTED {
                let reason = format!("contents not looked into: the member is {why}{count}");
                opening.leave(&member, &reason)?;
            } else {
                opening.miss(&member, format!("the member is {why}{count}"));
            }
        }
    }
    Ok(())
}

/// What nobody can read without a password.
const ENCRYPTED: &str = "encrypted";

/// Returns where members stand that are not compressed.
pub(super) fn plain(bytes: &[u8]) -> Vec<Range<usize>> {
    let Ok(archive) = Archive::read(bytes) else {
        return Vec::new();
    };
    let plain = archive.entries.iter().filter(|entry| entry.method == 0);
    plain.filter_map(|entry| archive.range(entry)).collect()
}

/// An archive.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    /// What stands before it: a program that unpacks it.
    before: u64,
    pub(super) entries: Vec<Entry<'a>>,
}

/// A member, as the directory has it.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    encrypted: bool,
    method: u16,
    packed: u64,
    pub(super) size: u64,
    /// Where its own header stands.
    offset: u64,
}

impl Entry<'_> {
    fn is_folder(&self) -> bool {
        self.size == 0 && self.packed == 0 && self.name.ends_with(b"/")
    }

    /// Tells whether its compression is known: none, deflate, bzip2, Zstandard, xz.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.method, 0 | 8 | 12 | 93 | 95)
    }
}

impl<'a> Archive<'a> {
    fn read(bytes: &'a [u8]) -> io::Result<Self> {
        // The mark may also stand in the comment behind it.
        let tail = bytes.len().saturating_sub(END);
        memchr::memmem::rfind_iter(&bytes[tail..], END_MARK)
            .find_map(|at| Self::with_end(bytes, tail + at))
            .ok_or_else(|| damaged("the directory of the archive is not where it should be"))
    }

    /// Reads an archive whose directory ends at an offset.
    fn with_end(bytes: &'a [u8], end: usize) -> Option<Self> {
        let directory = match Directory::large(bytes, end) {
            Some(large) => large,
            None => Directory::read(bytes, end)?,
        };
        let start = directory.end.checked_sub(directory.size)?;
        let before = start.checked_sub(directory.offset)?;
        let mut rest = bytes.get(usize::try_from(start).ok()?..)?;
        let mut entries = Vec::new();
        while rest.starts_with(b"PK\x01\x02") {
            let (entry, behind) = entry(rest)?;
            entries.push(entry);
            rest = behind;
        }
        // In archives of more members than the field holds the number is cut.
        (entries.len() as u64 & 0xFFFF == directory.count & 0xFFFF).then_some(Self {
            bytes,
            before,
            entries,
        })
    }

    /// Calls `use_data` with the data of a member.
    pub(super) fn with<'e>(
        &self,
        opening: &mut Opening<'e>,
        entry: &Entry<'_>,
        use_data: impl FnOnce(&mut Opening<'e>, &mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        let none = || damaged("a member is not where it should be");
        let packed = &self.bytes[self.range(entry).ok_or_else(none)?];
        let count = Cell::new(0);
        let source = io::BufReader::new(Counted {
            inner: packed,
            count: &count,
        });
        let data: Box<dyn Read + '_> = match entry.method {
            8 => Box::new(DeflateDecoder::new(source)),
            12 => Box::new(BzDecoder::new(source)),
            93 => zstd::decoder(source),
            95 => xz::decoder(source),
            _ => Box::new(source),
        };
        let unpacked = Unpacked {
            inner: data,
            bounds: opening.bounds,
            packed: &count,
            made: 0,
        };
        let mut whole = Whole {
            inner: unpacked,
            left: entry.size,
        };
        use_data(opening, &mut whole)
    }

    /// Returns where the packed bytes of a member stand.
    fn range(&self, entry: &Entry<'_>) -> Option<Range<usize>> {
        if entry.encrypted || !entry.is_known() {
            return None;
        }
        let at = usize::try_from(self.before.checked_add(entry.offset)?).ok()?;
        let header = self.bytes.get(at..)?;
        if !header.starts_with(b"PK\x03\x04") {
            return None;
        }
        let start = 30 + usize::from(two(header, 26)?) + usize::from(two(header, 28)?);
        let packed = usize::try_from(entry.packed).ok()?;
        header.get(start..)?.get(..packed)?;
        Some(at + start..at + start + packed)
    }
}

/// Data that must not end before it has a size.
struct Whole<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(length as u64);
        if length == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(length)
    }
}

/// Where the directory of an archive stands.
struct Directory {
    count: u64,
    size: u64,
    /// Where it begins, counted from the beginning of the archive.
    offset: u64,
    /// Where it ends in the file.
    end: u64,
}

impl Directory {
    fn read(bytes: &[u8], end: usize) -> Option<Self> {
        let record = bytes.get(end..)?;
        Some(Self {
            count: two(record, 10)?.into(),
            size: four(record, 12)?.into(),
            offset: four(record, 16)?.into(),
            end: end as u64,
        })
    }

    /// Reads the record of large archives, which a pointer before the other one leads to.
    fn large(bytes: &[u8], end: usize) -> Option<Self> {
        let pointer = bytes.get(end.checked_sub(20)?..end)?;
        if !pointer.starts_with(b"PK\x06\x07") {
            return None;
        }
        // It stands right before the pointer, wherever the archive begins.
        let at = memchr::memmem::rfind(&bytes[..end - 20], b"PK\x06\x06")?;
        let record = &bytes[at..];
        Some(Self {
            count: eight(record, 32)?,
            size: eight(record, 40)?,
            offset: eight(record, 48)?,
            end: at as u64,
        })
    }
}

/// Reads an entry of the directory; returns what stands behind it, too.
fn entry(bytes: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let name = usize::from(two(bytes, 28)?);
    let extra = usize::from(two(bytes, 30)?);
    let comment = usize::from(two(bytes, 32)?);
    let extras = bytes.get(46 + name..)?.get(..extra)?;
    let [packed, size, offset] = large(
        extras,
        [
            four(bytes, 20)?.into(),
            four(bytes, 24)?.into(),
            four(bytes, 42)?.into(),
        ],
        [1, 0, 2],
    )?;
    let entry = Entry {
        name: bytes.get(46..)?.get(..name)?,
        encrypted: two(bytes, 8)? & 1 != 0,
        method: two(bytes, 10)?,
        packed,
        size,
        offset,
    };
    let behind = bytes.get(46 + name + extra..)?.get(comment..)?;
    Some((entry, behind))
}

/// Replaces the numbers that do not fit into their fields, in an order, by those of the extra field.
fn large(mut extras: &[u8], mut numbers: [u64; 3], order: [usize; 3]) -> Option<[u64; 3]> {
    const NO_FIT: u64 = 0xFFFF_FFFF;
    if !numbers.contains(&NO_FIT) {
        return Some(numbers);
    }
    while let (Some(id), Some(length)) = (two(extras, 0), two(extras, 2)) {
        let field = extras.get(4..)?.get(..usize::from(length))?;
        extras = &extras[4 + field.len()..];
        if id == 1 {
            let mut at = 0;
            for number in order {
                if numbers[number] == NO_FIT {
                    numbers[number] = eight(field, at)?;
                    at += 8;
                }
            }
        }
    }
    Some(numbers)
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*field))
}
