//! Zip archives, read by their directory: what the crates would do besides (encryption, writing, times) is not needed.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use ::bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;

use super::bounds::{self, damaged};
use super::closed;
use super::data::{Data, Front, Parts, read_range, without};
pub(super) use super::directory::Entry;
use super::directory::{self, Directory, Ending, four, two};
use super::notes::Notes;
use super::office::Office;
use super::opened::{Apart, Known};
use super::packed::unpack;
use super::stream::decoder;
use super::xz::Xz;
use super::zstd::Zstd;
use super::{
    DEPTH, HELD, Name, Opening, and_others, embedded, format, gaps, lzma, too_deep_inside, unlisted,
};

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
    let is_other = !format::is_zip(&name.path, data)?;
    let unlisted = if is_other {
        gaps::remains
    } else {
        gaps::members
    };
    let (mut opened, mut streams) = (Ok(()), 0);
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
        opened = members(opening, name, &archive, depth)
            .and_then(|()| unlisted(opening, name, &archive, begin..directory.start, depth))
            .and_then(|()| {
                gaps::streams(
                    opening,
                    name,
                    &archive,
                    directory.end(),
                    depth,
                    &mut streams,
                )
            });
        opening.own(
            name,
            &mut Parts::new(&front, archive.between(begin..front.size)),
        );
        front.size = begin;
        // What stands before it may end as an archive, too.
        let is_next = directory::is_sound(&front) && (!is_other || is_whole(&front));
        if opened.is_err() || !is_next {
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
    let rest = Archive::unlisted(&front);
    let read = unlisted(opening, name, &rest, 0..front.size, depth);
    opened = opened.and(read);
    let mut apart = Apart::of_streams(streams);
    apart.members(rest.into_read());
    if opened.is_ok() {
        opened = embedded::open(opening, name, &front, depth, &mut apart);
    }
    opening.own(name, &mut apart.rest(&front));
    opened
}

/// Opens an archive in pieces, as far as its members are whole.
pub(super) fn pieces(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    depth: u8,
) -> io::Result<()> {
    let all = Archive::unlisted(data);
    gaps::whole(opening, name, &all, 0..data.size(), depth)?;
    let mut apart = Apart::default();
    apart.members(all.into_read());
    let opened = embedded::open(opening, name, data, depth, &mut apart);
    opening.own(name, &mut apart.rest(data));
    opening.settle(name, opened);
    opening.leave(name, closed::PIECES)
}

/// Hands out the members.
fn members(
    opening: &mut Opening<'_>,
    name: &Name,
    archive: &Archive<'_>,
    depth: u8,
) -> io::Result<()> {
    let mut kept = Kept::default();
    let mut office = Office::of(opening, name, archive)?;
    for entry in &archive.entries {
        if entry.is_folder() || kept.takes(entry) {
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
    kept.say(opening, name)
}

/// Members whose content is not looked into.
#[derive(Default)]
pub(super) struct Kept<'e> {
    encrypted: Vec<&'e [u8]>,
    unknown: Vec<&'e [u8]>,
}

impl<'e> Kept<'e> {
    /// Notes a member that is one of them; tells whether it is.
    pub(super) fn takes(&mut self, entry: &Entry<'e>) -> bool {
        let names = match entry.encrypted {
            true => &mut self.encrypted,
            false if !entry.is_known() => &mut self.unknown,
            false => return false,
        };
        names.push(entry.name);
        true
    }

    /// Says which they are.
    pub(super) fn say(self, opening: &mut Opening<'_>, name: &Name) -> io::Result<()> {
        for (names, why) in [
            (self.encrypted, "encrypted"),
            (
                self.unknown,
                "compressed in a way that hexguard does not read",
            ),
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
    let length = u64::from(four(&head, 4).unwrap_or(0));
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

/// Opens an archive behind a file whose own bytes are handed out by themselves; notes where the packed bytes stand of the
/// members that were handed out.
pub(super) fn behind(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    depth: u8,
    apart: &mut Apart,
) -> io::Result<()> {
    if !directory::ends(data, true) || !directory::is_sound(data) {
        return Ok(());
    }
    if is_in(&apart.known(), data)? {
        return Ok(());
    }
    if !is_whole(data) {
        if depth <= DEPTH {
            let all = Archive::unlisted(data);
            gaps::whole(opening, name, &all, 0..data.size(), depth)?;
            apart.members(all.into_read());
        }
        return opening.leave(name, closed::PIECES);
    }
    if depth > DEPTH {
        return Err(too_deep_inside());
    }
    let Ending::Directory(directory) = Directory::read(data)? else {
        return Ok(());
    };
    let archive = Archive::new(data, &directory);
    let begin = archive.begin(&directory);
    // Members that the directory does not list may stand before the first that it does.
    let front = Archive::unlisted(data);
    let opened = members(opening, name, &archive, depth)
        .and_then(|()| gaps::remains(opening, name, &archive, begin..directory.start, depth))
        .and_then(|()| gaps::remains(opening, name, &front, 0..begin, depth));
    apart.members(archive.into_read());
    apart.members(front.into_read());
    opened
}

/// Tells whether the archive that ends a file stands in a part of it: a file of a PDF near its end, which was opened.
fn is_in(parts: &Known, data: &dyn Data) -> io::Result<bool> {
    Ok(match Directory::read(data)? {
        Ending::Directory(directory) => parts.holds(directory.start),
        Ending::OfSeveral => false,
    })
}

/// Tells whether an archive stands as a whole at the end of a file: all its members are where its directory says. A database or
/// a document may hold one in pieces, with bytes of its own between them.
pub(super) fn is_whole(data: &dyn Data) -> bool {
    let Ok(Ending::Directory(directory)) = Directory::read(data) else {
        return false;
    };
    let archive = Archive::new(data, &directory);
    let stands = |entry| archive.range(entry).is_ok_and(|range| range.is_some());
    !archive.entries.is_empty() && archive.entries.iter().all(stands)
}

/// An archive.
pub(super) struct Archive<'a> {
    pub(super) data: &'a dyn Data,
    before: u64,
    /// The members, in the order in which they stand in the file.
    pub(super) entries: Vec<Entry<'a>>,
    /// Where the packed bytes stand of those that were handed out: nothing else is said there.
    pub(super) read: RefCell<Vec<Range<u64>>>,
    /// Where members stand, with their headers, as far as they were looked for.
    places: RefCell<Vec<Range<u64>>>,
}

impl Entry<'_> {
    fn is_folder(&self) -> bool {
        self.size == 0 && self.packed == 0 && self.name.ends_with(b"/")
    }

    /// Tells whether its own header says how to read it as the directory does.
    fn agrees(&self, header: &[u8]) -> bool {
        const ELSEWHERE: u32 = 0xFFFF_FFFF;
        let is_behind = two(header, 6).is_some_and(|flags| flags & 8 != 0);
        let packed = four(header, 18).unwrap_or(ELSEWHERE);
        two(header, 8) == Some(self.method)
            && (is_behind || packed == ELSEWHERE || u64::from(packed) == self.packed)
    }

    /// Tells whether its content is not looked into.
    fn is_kept(&self) -> bool {
        self.encrypted || !self.is_known()
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
            places: RefCell::default(),
        }
    }

    /// Returns an archive that lists nothing.
    pub(super) fn unlisted(data: &'a dyn Data) -> Self {
        Self {
            data,
            before: 0,
            entries: Vec::new(),
            read: RefCell::default(),
            places: RefCell::default(),
        }
    }

    /// Returns where the packed bytes stand of the members that were handed out.
    pub(super) fn into_read(self) -> Vec<Range<u64>> {
        self.read.into_inner()
    }

    /// Returns what of a range is no member that is listed, and long enough for one.
    pub(super) fn gaps(&self, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
        let others = self.entries.iter();
        for entry in others.filter(|entry| entry.is_folder() || entry.is_kept()) {
            self.range(entry)?;
        }
        let mut gaps = without(self.places.take(), range);
        gaps.retain(|gap| gap.end - gap.start > unlisted::HEADER);
        Ok(gaps)
    }

    /// Returns where the first thing of the archive stands.
    fn begin(&self, directory: &Directory) -> u64 {
        let first = self.entries.first();
        let first = first.and_then(|entry| self.before.checked_add(entry.offset));
        first.unwrap_or(u64::MAX).min(directory.start)
    }

    /// Returns a range without what was handed out.
    fn between(&self, range: Range<u64>) -> Vec<Range<u64>> {
        without(self.read.take(), range)
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
        let (bounds, before) = (opening.bounds, opening.unread.len());
        let behind = unpack(
            bounds,
            &mut packed,
            &Notes::default(),
            |packed| {
                Ok(match entry.method {
                    // Some write nothing for nothing.
                    8 if entry.packed > 0 || entry.size > 0 => {
                        Box::new(DeflateDecoder::new(packed))
                    }
                    12 => Box::new(BzDecoder::new(packed)),
                    14 => lzma::member(packed, (!entry.marked).then_some(entry.size))?,
                    93 => decoder::<Zstd>(packed),
                    95 => decoder::<Xz>(packed),
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
        // What stands behind the data is not of the member. One that is not read to its end was not wanted, or it was said why.
        let is_read = match behind {
            Some(behind) => behind.is_empty() && packed.is_at_end(),
            None => opening.unread.len() == before,
        };
        if is_read {
            self.read.borrow_mut().push(range);
        }
        Ok(())
    }

    /// Returns where the packed bytes of a member stand.
    fn range(&self, entry: &Entry<'_>) -> io::Result<Option<Range<u64>>> {
        use unlisted::{HEADER, MARK};
        let at = self.before.saturating_add(entry.offset);
        let header = read_range(self.data, at..at.saturating_add(HEADER))?;
        let (Some(name), Some(extra)) = (two(&header, 26), two(&header, 28)) else {
            return Ok(None);
        };
        let start = at + HEADER + u64::from(name) + u64::from(extra);
        let end = start.checked_add(entry.packed);
        let end = end.filter(|end| *end <= self.data.size() && header.starts_with(MARK));
        // Where its own header says something else it is one more member.
        let place = end.filter(|_| entry.agrees(&header));
        self.places.borrow_mut().extend(place.map(|end| at..end));
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
