//! The directory of a zip archive: looked for at the end of the file, and checked before it is read.

use std::io;

use super::bounds::{self, MEMBERS, damaged};
use super::data::{Data, read_range};

/// The record at the end of an archive, and the longest comment behind it.
const END: u64 = 22;
const COMMENT: u64 = 0xFFFF;
const END_MARK: &[u8] = b"PK\x05\x06";
/// What points to the record of large archives, and how far before the pointer that may stand.
const POINTER: usize = 20;
const RECORD: usize = 4096;
/// The smallest entry.
const ENTRY: u64 = 46;
/// The directory is no larger than this: it is held in memory.
const LONGEST: u64 = 32 << 20;
/// The mark may stand in the comment, or in what is appended: so many directories are read, if one after the other turns out
/// to be none.
const CANDIDATES: isize = 16;

/// The directory of an archive.
pub(super) struct Directory {
    bytes: Vec<u8>,
    count: u64,
    /// Where it stands in the file.
    pub(super) start: u64,
    /// How much stands before the archive: a program that unpacks it, a script.
    pub(super) before: u64,
}

/// What a file ends with.
pub(super) enum Ending {
    Directory(Directory),
    /// It is a part of an archive of several files.
    OfSeveral,
}

/// A member, as the directory has it.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) encrypted: bool,
    /// For LZMA: whether a mark ends the data.
    pub(super) marked: bool,
    pub(super) method: u16,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where its own header stands.
    pub(super) offset: u64,
}

/// Tells whether a file ends as an archive does; `comment` says whether something may stand behind the record.
pub(super) fn ends(data: &dyn Data, comment: bool) -> bool {
    let behind = if comment { COMMENT } else { 0 };
    let from = data.size().saturating_sub(END + behind);
    let read;
    let tail = if let Some(bytes) = data.as_slice() {
        &bytes[to_usize(from)..]
    } else {
        read = read_range(data, from..data.size()).unwrap_or_default();
        &read
    };
    if comment {
        memchr::memmem::rfind(tail, END_MARK).is_some()
    } else {
        tail.starts_with(END_MARK)
    }
}

/// Tells whether a file ends with an archive that has members.
pub(super) fn is_sound(data: &dyn Data) -> bool {
    match Directory::read(data) {
        Ok(Ending::Directory(directory)) => directory.entries().is_some_and(|all| !all.is_empty()),
        _ => false,
    }
}

impl Directory {
    /// Returns where it ends in the file.
    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Looks for the directory.
    pub(super) fn read(data: &dyn Data) -> io::Result<Ending> {
        let size = data.size();
        let from = size.saturating_sub(END + COMMENT + RECORD as u64);
        let tail = read_range(data, from..size)?;
        let (mut several, mut empty, mut large) = (false, None, false);
        let mut left = CANDIDATES;
        for at in memchr::memmem::rfind_iter(&tail, END_MARK) {
            let Some(place) = Place::read(&tail, from, at) else {
                continue;
            };
            several |= place.several;
            let mut likely = None;
            for mut found in place.check() {
                let size = place.end - found.start;
                if size > LONGEST {
                    large = true;
                    continue;
                }
                if size == 0 {
                    empty.get_or_insert(found);
                    continue;
                }
                // Most that is none is seen by its first bytes.
                if read_range(data, found.start..found.start + 4)? != b"PK\x01\x02" {
                    continue;
                }
                found.bytes = read_range(data, found.start..place.end)?;
                match found.leads(data)? {
                    Some(true) => return Ok(Ending::Directory(found)),
                    Some(false) => drop(likely.get_or_insert(found)),
                    None => left -= 1,
                }
            }
            if let Some(likely) = likely {
                return Ok(Ending::Directory(likely));
            }
            if left <= 0 {
                break;
            }
        }
        match empty {
            _ if several => Ok(Ending::OfSeveral),
            _ if large => Err(bounds::error(format!(
                "its directory is larger than {} MiB",
                LONGEST >> 20
            ))),
            Some(empty) => Ok(Ending::Directory(empty)),
            None => Err(damaged(
                "the directory of the archive is not where it should be",
            )),
        }
    }

    /// Tells whether the first member stands where the directory says; `None` if that is damaged.
    fn leads(&self, data: &dyn Data) -> io::Result<Option<bool>> {
        let Some(entries) = self.entries() else {
            return Ok(None);
        };
        let Some(first) = entries.first() else {
            return Ok(Some(true));
        };
        let at = self.before.saturating_add(first.offset);
        let mark = read_range(data, at..at.saturating_add(4))?;
        Ok(Some(mark == b"PK\x03\x04"))
    }

    /// Returns the entries, one more than may be opened at most; `None` if it is damaged.
    pub(super) fn entries(&self) -> Option<Vec<Entry<'_>>> {
        let mut rest = self.bytes.as_slice();
        let mut entries = Vec::new();
        let mut count = 0;
        while rest.starts_with(b"PK\x01\x02") {
            let (entry, behind) = entry(rest)?;
            count += 1;
            if count <= MEMBERS + 1 {
                entries.push(entry);
            }
            rest = behind;
        }
        // In archives of more members than the field holds the number is cut.
        (count & 0xFFFF == self.count & 0xFFFF).then_some(entries)
    }
}

/// Where a directory is said to be.
struct Place {
    count: u64,
    size: u64,
    /// Where it begins, counted from the beginning of the archive.
    offset: u64,
    /// Where it ends in the file.
    end: u64,
    several: bool,
}

impl Place {
    /// Reads the record at an offset of the tail, which begins at `from`.
    fn read(tail: &[u8], from: u64, at: usize) -> Option<Self> {
        let record = tail.get(at..)?;
        let disks = [two(record, 4)?, two(record, 6)?];
        let behind = record.len() - to_usize(END).min(record.len());
        let several = disks.iter().any(|&disk| disk != 0 && disk != 0xFFFF)
            && behind == usize::from(two(record, 20)?);
        if let Some(large) = Self::large(tail, from, at) {
            return Some(large);
        }
        Some(Self {
            count: two(record, 10)?.into(),
            size: four(record, 12)?.into(),
            offset: four(record, 16)?.into(),
            end: from + at as u64,
            several,
        })
    }

    /// Reads the record of large archives, which a pointer before the other one leads to.
    fn large(tail: &[u8], from: u64, end: usize) -> Option<Self> {
        let pointer = end.checked_sub(POINTER)?;
        if !tail[pointer..].starts_with(b"PK\x06\x07") {
            return None;
        }
        // It stands right before the pointer, wherever the archive begins.
        let near = pointer.saturating_sub(RECORD);
        let at = near + memchr::memmem::rfind(&tail[near..pointer], b"PK\x06\x06")?;
        let record = &tail[at..];
        Some(Self {
            count: eight(record, 32)?,
            size: eight(record, 40)?,
            offset: eight(record, 48)?,
            end: from + at as u64,
            several: [16, 20]
                .iter()
                .any(|&field| four(record, field).is_some_and(|disk| disk != 0)),
        })
    }

    /// Returns the directories, still to be read, that can be meant: first that which is right in every way. Some programs
    /// forget what they put before the archive, or say a wrong size.
    fn check(&self) -> Vec<Directory> {
        let fits = self.count.checked_mul(ENTRY);
        if self.several || fits.is_none_or(|fits| fits > self.end) {
            return Vec::new();
        }
        let directory = |start: u64, before: u64| Directory {
            bytes: Vec::new(),
            count: self.count,
            start,
            before,
        };
        let mut all = Vec::new();
        if let Some(start) = self.end.checked_sub(self.size) {
            all.extend(
                start
                    .checked_sub(self.offset)
                    .map(|before| directory(start, before)),
            );
            if start != self.offset && self.size > 0 {
                all.push(directory(start, 0));
            }
        }
        if self.offset < self.end && self.offset.checked_add(self.size) != Some(self.end) {
            all.push(directory(self.offset, 0));
        }
        all
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
    let flags = two(bytes, 8)?;
    let entry = Entry {
        name: bytes.get(46..)?.get(..name)?,
        encrypted: flags & 1 != 0,
        marked: flags & 2 != 0,
        method: two(bytes, 10)?,
        packed,
        size,
        offset,
    };
    let behind = bytes.get(46 + name + extra..)?.get(comment..)?;
    Some((entry, behind))
}

/// Replaces the numbers that do not fit into their fields, in an order, by those of the extra field.
pub(super) fn large(
    mut extras: &[u8],
    mut numbers: [u64; 3],
    order: [usize; 3],
) -> Option<[u64; 3]> {
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

pub(super) fn two(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

pub(super) fn four(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*field))
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
