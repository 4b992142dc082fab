//! Opened: what came of opening a file, and the bytes of it that are its own.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use super::Unread;
use super::data::{Data, Parts, without};

/// What came of opening a file.
pub struct Opened {
    /// What could not be looked into.
    pub unread: Vec<Unread>,
    pub(super) apart: Apart,
}

impl Opened {
    /// Returns the own bytes of the file: those that were not handed out by themselves.
    pub fn own<'b>(&mut self, bytes: &'b [u8]) -> io::Result<Cow<'b, [u8]>> {
        if self.apart.is_empty() {
            return Ok(Cow::Borrowed(bytes));
        }
        let mut own = Vec::with_capacity(bytes.len());
        self.own_of(&bytes).read_to_end(&mut own)?;
        Ok(Cow::Owned(own))
    }

    /// Returns the same of a file that need not be in memory.
    pub fn own_of<'d>(&mut self, data: &'d dyn Data) -> impl Read + use<'d> {
        std::mem::take(&mut self.apart).rest(data)
    }
}

/// Where that stands in a file which was handed out by itself: noted when that was done, so that each byte is read, and once.
#[derive(Default)]
pub(super) struct Apart {
    /// Members, and containers: none is looked for in them.
    members: Vec<Range<u64>>,
    /// Texts: a container may begin in what looks like one.
    texts: Vec<Range<u64>>,
    /// How many streams are called by their number.
    pub(super) streams: usize,
}

impl Apart {
    /// Returns what is noted where so many streams were before.
    pub(super) fn of_streams(streams: usize) -> Self {
        Self {
            streams,
            ..Self::default()
        }
    }

    pub(super) fn member(&mut self, range: Range<u64>) {
        self.members.push(range);
    }

    pub(super) fn members(&mut self, ranges: impl IntoIterator<Item = Range<u64>>) {
        self.members.extend(ranges);
    }

    pub(super) fn texts(&mut self, ranges: impl IntoIterator<Item = Range<usize>>) {
        let ranges = ranges.into_iter();
        self.texts
            .extend(ranges.map(|range| range.start as u64..range.end as u64));
    }

    fn is_empty(&self) -> bool {
        self.members.is_empty() && self.texts.is_empty()
    }

    /// Returns where members and containers stand, in order, as ranges that do not touch each other.
    pub(super) fn known(&self) -> Known {
        let mut all = self.members.clone();
        all.sort_unstable_by_key(|range| range.start);
        all.dedup_by(|next, last| {
            let is_beside = next.start <= last.end;
            if is_beside {
                last.end = last.end.max(next.end);
            }
            is_beside
        });
        Known(all)
    }

    /// Returns where members and containers stand in a file of which this is the part behind an offset.
    pub(super) fn moved(self, by: u64) -> impl Iterator<Item = Range<u64>> {
        let members = self.members.into_iter();
        members.map(move |range| by + range.start..by + range.end)
    }

    /// Returns what reads the rest of the file.
    pub(super) fn rest(mut self, data: &dyn Data) -> Parts<'_> {
        self.members.append(&mut self.texts);
        Parts::new(data, without(self.members, 0..data.size()))
    }
}

/// Where members and containers stand.
pub(super) struct Known(Vec<Range<u64>>);

impl Known {
    /// Tells whether an offset is in one of them.
    pub(super) fn holds(&self, at: u64) -> bool {
        let behind = self.0.partition_point(|range| range.end <= at);
        self.0.get(behind).is_some_and(|range| range.start <= at)
    }
}
