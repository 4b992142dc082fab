//! Members of zip archives that the directory does not list: readers of streams unpack them all the same.

use std::io;
use std::ops::Range;

use super::bounds::MEMBERS;
use super::data::{Data, read_range};
use super::directory::{Entry, four, large, two};
use super::zip::{Archive, Kept};
use super::{Name, Opening};

/// How a member begins, and how long its header is without its name.
pub(super) const MARK: &[u8] = b"PK\x03\x04";
pub(super) const HEADER: u64 = 30;
/// No name is longer, and nothing that is said of a member.
const LONG: u64 = 4 << 10;
/// So much is searched at once.
const PART: u64 = 1 << 20;

/// A member, as its own header has it.
struct Found {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    /// `None` where that stands behind the data.
    packed: Option<u64>,
    size: u64,
    at: u64,
    /// Where its data begin, and where they end at the latest.
    data: Range<u64>,
}

/// Hands out the members that stand in some ranges of the data; returns where the packed bytes stand of those.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &dyn Data,
    ranges: &[Range<u64>],
    depth: u8,
) -> io::Result<Vec<Range<u64>>> {
    let mut found = Vec::new();
    for range in ranges {
        find(data, range.clone(), &mut found)?;
    }
    let archive = Archive::unlisted(data);
    let mut kept = Kept::default();
    for one in &found {
        let entry = one.entry();
        if kept.takes(&entry) {
            opening.bounds.take_member()?;
            continue;
        }
        let member = name.member(entry.name);
        let opened = archive.with(opening, &entry, |opening, data| {
            opening.member(&member, data, depth)
        });
        opening.settle(&member, opened);
        if opening.bounds.check().is_err() {
            break;
        }
    }
    kept.say(opening, name)?;
    Ok(archive.into_read())
}

/// Finds the members in a range, one more than may be opened at most.
fn find(data: &dyn Data, range: Range<u64>, found: &mut Vec<Found>) -> io::Result<()> {
    let first = found.len();
    let mut at = range.start;
    let (mut part, mut from) = (Vec::new(), at);
    while at + HEADER < range.end && found.len() as u64 <= MEMBERS {
        if at + MARK.len() as u64 > from + part.len() as u64 {
            part = read_range(data, at..range.end.min(at + PART))?;
            from = at;
        }
        let rest = &part[usize::try_from(at - from).unwrap_or(part.len())..];
        let Some(offset) = memchr::memmem::find(rest, MARK) else {
            // The mark may stand across the edge.
            at += (rest.len() + 1).saturating_sub(MARK.len()).max(1) as u64;
            continue;
        };
        let start = at + offset as u64;
        at = start + MARK.len() as u64;
        if let Some(member) = Found::read(data, start, range.end)? {
            if let Some(before) = found[first..].last_mut() {
                before.data.end = before.data.end.min(start);
            }
            // What stands in it is not beside it.
            at = member.packed.map_or(member.data.start, |_| member.data.end);
            if !member.is_empty() {
                found.push(member);
            }
        }
    }
    Ok(())
}

impl Found {
    /// Reads the header at an offset; `None` if there is none.
    fn read(data: &dyn Data, at: u64, end: u64) -> io::Result<Option<Self>> {
        let header = read_range(data, at..at + HEADER)?;
        let field = |at| two(&header, at).unwrap_or(0);
        let (flags, method) = (field(6), field(8));
        let name = at + HEADER..at + HEADER + u64::from(field(26));
        let extra = name.end..name.end + u64::from(field(28));
        // The mark alone is no header: programs that read archives have it in them.
        if header.len() as u64 != HEADER
            || name.is_empty()
            || name.end - name.start > LONG
            || extra.end - extra.start > LONG
            || extra.end > end
            || !matches!(method, 0..=20 | 93..=99)
        {
            return Ok(None);
        }
        let (name, extras) = (read_range(data, name)?, read_range(data, extra.clone())?);
        let sizes = [18, 22].map(|at| four(&header, at).unwrap_or(0).into());
        let numbers = large(&extras, [sizes[0], sizes[1], 0], [1, 0, 2]);
        let [packed, size, _] = numbers.unwrap_or([sizes[0], sizes[1], 0]);
        if name.iter().any(u8::is_ascii_control) {
            return Ok(None);
        }
        let packed = (flags & 8 == 0 || packed > 0).then_some(packed);
        let until = extra.end.saturating_add(packed.unwrap_or(u64::MAX));
        Ok(Some(Self {
            name,
            flags,
            method,
            packed,
            size,
            at,
            data: extra.end..until.min(end),
        }))
    }

    /// Tells whether it holds nothing.
    fn is_empty(&self) -> bool {
        self.packed == Some(0) && self.size == 0 || self.data.is_empty()
    }

    fn entry(&self) -> Entry<'_> {
        let there = self.data.end - self.data.start;
        Entry {
            name: &self.name,
            encrypted: self.flags & 1 != 0,
            marked: self.flags & 2 != 0,
            method: self.method,
            packed: self.packed.unwrap_or(there).min(there),
            size: self.size,
            offset: self.at,
        }
    }
}
