//! Gaps: what stands in a zip archive and is not listed by its directory: members, and streams behind it.

use std::io;
use std::ops::Range;

use super::data::read_range;
use super::opened::Apart;
use super::zip::Archive;
use super::{Name, Opening, Why, closed, embedded, unlisted};

/// Hands out the members in a range of an archive.
pub(super) fn members(
    opening: &mut Opening<'_>,
    name: &Name,
    archive: &Archive<'_>,
    range: Range<u64>,
    depth: u8,
) -> io::Result<()> {
    if opening.bounds.check().is_err() {
        // Not everything was read: it was said.
        return Ok(());
    }
    let gaps = archive.gaps(range)?;
    let mut read = unlisted::open(opening, name, archive.data, &gaps, depth)?;
    archive.read.borrow_mut().append(&mut read);
    Ok(())
}

/// Hands out what compressed streams behind the directory hold, which ends there; so many were before them.
pub(super) fn streams(
    opening: &mut Opening<'_>,
    name: &Name,
    archive: &Archive<'_>,
    end: u64,
    depth: u8,
    number: &mut usize,
) -> io::Result<()> {
    let rest = read_range(archive.data, end..archive.data.size())?;
    let mut apart = Apart::of_streams(*number);
    let opened = embedded::open(opening, name, &&*rest, depth, &mut apart);
    *number = apart.streams;
    archive.read.borrow_mut().extend(apart.moved(end));
    opened
}

/// Hands out the members in a range of a file of another kind. What is damaged there is what is left of an archive, or one in
/// pieces, between which a disk image, a document or a record of a network has something else: that is no damage of the file.
pub(super) fn remains(
    opening: &mut Opening<'_>,
    name: &Name,
    archive: &Archive<'_>,
    range: Range<u64>,
    depth: u8,
) -> io::Result<()> {
    if whole(opening, name, archive, range, depth)? {
        return Ok(());
    }
    opening.leave(name, closed::TORN)
}

/// Hands out the members in a range, says nothing of what is damaged, and tells whether nothing was.
pub(super) fn whole(
    opening: &mut Opening<'_>,
    name: &Name,
    archive: &Archive<'_>,
    range: Range<u64>,
    depth: u8,
) -> io::Result<bool> {
    let before = std::mem::take(&mut opening.unread);
    let read = members(opening, name, archive, range, depth);
    let found = std::mem::replace(&mut opening.unread, before);
    let count = found.len();
    let others = found.into_iter().filter(|one| one.why != Why::Damaged);
    let others: Vec<_> = others.collect();
    let is_whole = others.len() == count;
    opening.unread.extend(others);
    read.map(|()| is_whole)
}
