//! Opened: what came of opening a file, and the bytes of it that are its own.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use super::Unread;
use super::data::{Data, Parts, without};
use super::format::Format;

/// What came of opening a file.
pub struct Opened {
    /// What could not be looked into.
    pub unread: Vec<Unread>,
    /// Where that stands in it which was handed out by itself: it is read once.
    pub(super) apart: Vec<Range<u64>>,
}

impl Opened {
    /// Returns the own bytes of the file: those that were not handed out by themselves.
    pub fn own<'b>(&mut self, bytes: &'b [u8]) -> io::Result<Cow<'b, [u8]>> {
        if self.apart.is_empty() {
            return Ok(Cow::Borrowed(bytes));
        }
        let mut own = Vec::new();
        self.own_of(&bytes).read_to_end(&mut own)?;
        Ok(Cow::Owned(own))
    }

    /// Returns the same of a file that need not be in memory.
    pub fn own_of<'d>(&mut self, data: &'d dyn Data) -> impl Read + use<'d> {
        let apart = std::mem::take(&mut self.apart);
        Parts::new(data, without(apart, 0..data.size()))
    }
}

/// Returns what stands in a file besides the members that stand in it as they are.
pub fn between<'d>(path: &[u8], head: &[u8], data: &'d dyn Data) -> impl Read + use<'d> {
    let apart = plain(Format::of(path, head, Some(data)), data);
    Parts::new(data, without(apart, 0..data.size()))
}

/// Returns where those members stand.
pub(super) fn plain(format: Option<&Format>, data: &dyn Data) -> Vec<Range<u64>> {
    let plain = format.and_then(|format| format.plain);
    plain.map_or_else(Vec::new, |plain| plain(data))
}
