//! Zip archives, read by their directory: what the crates would do besides (encryption, writing, times) is not needed.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use ::bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;

use super::bounds::{self, damaged};
use super::closed;
use super::data::{Data, Front, Parts, read_range};
pub(super) use super::directory::Entry;
use super::directory::{self, Directory, Ending, two};
use super::office::Office;
use super::packed::unpack;
use super::{HELD, Name, Opening, and_others, lzma, xz, zstd};

/// So many archives may follow each other in a file.
const ARCHIVES: usize = 32;

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    depth: u8,
) -> io::Result<()> {
    let mut front = Front {
        data,
        size: data.size(),
    };
    let mut opened = Ok(());
    for number in 0.. {
        let directory = match Directory::read(&front) {
            Ok(Ending::Directory(directory)) => directory,
            Ok(Ending::OfSeveral) => {
                opened = opening.leave(name, closed::PART);
                break;
            }
            Err(error) => {
                opened = Err(error);
                break;
            }
        };
        let archive = Archive::new(&front, &directory);
        let begin = archive.begin(&directory);
        opened = members(opening, name, &archive, depth);
        let between = archive.between(begin..front.size);
        opening.own(name, &mut Parts::new(&front, between));
        front.size = begin;
        // What stands before it may end as an archive, too.
        if opened.is_err() || !directory::is_sound(&front) {
            break;
        }
        if number == ARCHIVES {
            opened = Err(bounds::error(format!(
                "more than {ARCHIVES} archives follow each other in it"
            )));
            break;
        }
    }
    // What is left is a text of its own, such as a script, or nothing that could be opened.
    opening.own(name, &mut Parts::all(&front));
    opened
}

/// Hands out the members.
fn members(
    opening: &mut Opening<'_>,
    name: &Name,
    archive: &Archive<'_>,
    depth: u8,
) -> io::Result<()> {
    let mut encrypted: Vec<&[u8]> = Vec::new();
    let mut unknown: Vec<&[u8]> = Vec::new();
    let mut office = Office::of(opening, name, archive)?;
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
            let opened = office.part(opening, name, archive, entry);
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
    office.finish(opening, name, archive);
    for (names, why) in [
        (encrypted, "encrypted"),
        (unknown, "compressed in a way that hexguard does not read"),
    ] {
        if let [first, others @ ..] = names.as_slice() {
            let count = and_others(others.len());
            let member = name.member(first);
            let reason = format!("contents not looked into: the member is {why}{count}");
            opening.leave(&member, &reason)?;
        }
    }
    Ok(())
}

/// Tells whether a file is a package of queries as Power BI keeps it: its length and an archive, then more texts.
pub(super) fn is_package(head: &[u8]) -> bool {
    head.starts_with(&[0; 4]) && head.get(8..12) == Some(b"PK\x03\x04")
}

/// Opens such a package.
pub(super) fn package(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    depth: u8,
) -> io::Result<()> {
    const HEAD: u64 = 8;
    let head = read_range(data, 0..HEAD)?;
    let length = u64::from(directory::four(&head, 4).unwrap_or(0));
    if length > HELD {
        return Err(bounds::error(format!(
            "a package in it is larger than {} MiB",
            HELD >> 20
        )));
    }
    let archive = read_range(data, HEAD..HEAD + length)?;
    open(opening, name, &archive.as_slice(), depth)?;
    opening.own(
        name,
        &mut Parts::one(data, (HEAD + length).min(data.size())..data.size()),
    );
    Ok(())
}

/// Opens an archive behind a file whose own bytes are handed out by themselves.
pub(super) fn behind(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    depth: u8,
) -> io::Result<()> {
    if !directory::ends(data, true) || !directory::is_sound(data) {
        return Ok(());
    }
    match Directory::read(data)? {
        Ending::Directory(directory) => {
            let archive = Archive::new(data, &directory);
            members(opening, name, &archive, depth)
        }
        Ending::OfSeveral => Ok(()),
    }
}

/// Returns where such an archive stands.
pub(super) fn place_behind(bytes: &[u8]) -> Vec<Range<usize>> {
    let data: &dyn Data = &bytes;
    if !directory::ends(data, true) || !directory::is_sound(data) {
        return Vec::new();
    }
    let Ok(Ending::Directory(directory)) = Directory::read(data) else {
        return Vec::new();
    };
    let begin = Archive::new(data, &directory).begin(&directory);
    let range = usize::try_from(begin).map(|begin| begin..bytes.len());
    range.into_iter().collect()
}

/// An archive.
pub(super) struct Archive<'a> {
    data: &'a dyn Data,
    before: u64,
    /// The members, in the order in which they stand in the file.
    pub(super) entries: Vec<Entry<'a>>,
    /// Where the packed bytes stand of those that were handed out: nothing else is said there.
    read: RefCell<Vec<Range<u64>>>,
}

impl Entry<'_> {
    fn is_folder(&self) -> bool {
        self.size == 0 && self.packed == 0 && self.name.ends_with(b"/")
    }

    /// Tells whether its compression is known: none, deflate, bzip2, LZMA, Zstandard, xz.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.method, 0 | 8 | 12 | 14 | 93 | 95)
    }
}

impl<'a> Archive<'a> {
    fn new(data: &'a dyn Data, directory: &'a Directory) -> Self {
        let mut entries = directory.entries().unwrap_or_default();
        entries.sort_by_key(|entry| entry.offset);
        Self {
            data,
            before: directory.before,
            entries,
            read: RefCell::default(),
        }
    }

    /// Returns where the first thing of the archive stands.
    fn begin(&self, directory: &Directory) -> u64 {
        let first = self.entries.first();
        let first = first.and_then(|entry| self.before.checked_add(entry.offset));
        first.unwrap_or(u64::MAX).min(directory.start)
    }

    /// Returns a range without what was handed out.
    fn between(&self, mut range: Range<u64>) -> Vec<Range<u64>> {
        let mut read = self.read.take();
        read.sort_by_key(|range| range.start);
        let mut between = Vec::new();
        for one in read {
            between.push(range.start..one.start.max(range.start));
            range.start = range.start.max(one.end);
        }
        between.push(range);
        between.retain(|range| !range.is_empty());
        between
    }

    /// Calls `use_data` with the data of a member.
    pub(super) fn with<'e>(
        &self,
        opening: &mut Opening<'e>,
        entry: &Entry<'_>,
        use_data: impl FnOnce(&mut Opening<'e>, &mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        let range = self.range(entry)?;
        let range = range.ok_or_else(|| damaged("a member is not where it should be"))?;
        let mut packed = Parts::one(self.data, range.clone());
        let bounds = opening.bounds;
        let behind = unpack(
            bounds,
            &mut packed,
            |packed| {
                Ok(match entry.method {
                    8 => Box::new(DeflateDecoder::new(packed)),
                    12 => Box::new(BzDecoder::new(packed)),
                    14 => lzma::member(packed, (!entry.marked).then_some(entry.size))?,
                    93 => zstd::decoder(packed),
                    95 => xz::decoder(packed),
                    _ => Box::new(packed),
                })
            },
            |data| {
                let mut whole = Whole {
                    inner: data,
                    left: entry.size,
                };
                use_data(opening, &mut whole)
            },
        )?;
        // What stands behind the data is not of the member.
        if behind.is_none_or(|behind| behind.is_empty() && packed.is_at_end()) {
            self.read.borrow_mut().push(range);
        }
        Ok(())
    }

    /// Returns where the packed bytes of a member stand.
    fn range(&self, entry: &Entry<'_>) -> io::Result<Option<Range<u64>>> {
        const HEADER: u64 = 30;
        let at = self.before.saturating_add(entry.offset);
        let header = read_range(self.data, at..at.saturating_add(HEADER))?;
        let (Some(name), Some(extra)) = (two(&header, 26), two(&header, 28)) else {
            return Ok(None);
        };
        let start = at + HEADER + u64::from(name) + u64::from(extra);
        let end = start.checked_add(entry.packed);
        let end = end.filter(|end| *end <= self.data.size() && header.starts_with(b"PK\x03\x04"));
        Ok(end.map(|end| start..end))
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
