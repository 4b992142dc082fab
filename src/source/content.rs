//! The content of one file, from the bytes that are stored to the texts that are scanned.

use std::io::{self, Read};

use super::pieces::{Sizes, pieces};
use super::{Sink, encoding};
use crate::fragment::Fragment;
use crate::report::Skipped;

/// Whose content it is.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    /// The path of the file, as git holds it.
    pub(super) path: &'a [u8],
    /// The commit it belongs to, when that exists already.
    pub(super) commit: Option<&'a str>,
}

impl Content<'_> {
    /// Scans the bytes of the file, and returns what in them could not be read.
    pub(super) fn scan(&self, bytes: &[u8], scan: Sink<'_>) -> Vec<Skipped> {
        self.each(bytes, &mut |fragment| scan(fragment))
    }

    /// Scans a file of any size, and returns what in it could not be read.
    pub(super) fn scan_all(&self, file: &mut dyn Read, scan: Sink<'_>) -> io::Result<Vec<Skipped>> {
        self.each_of(file, &mut |fragment| scan(fragment))
    }

    /// Calls `each` with every text that the bytes of the file hold.
    pub(super) fn each(&self, bytes: &[u8], each: &mut dyn FnMut(&Fragment<'_>)) -> Vec<Skipped> {
        each(&Fragment {
            commit: self.commit,
            ..Fragment::content(self.path, &encoding::decode(bytes))
        });
        Vec::new()
    }

    /// Calls `each` with every text that a file of any size holds, in pieces if it is long.
    pub(super) fn each_of(
        &self,
        file: &mut dyn Read,
        each: &mut dyn FnMut(&Fragment<'_>),
    ) -> io::Result<Vec<Skipped>> {
        pieces(self.path, Vec::new(), file, Sizes::USUAL, &mut |piece| {
            each(&Fragment {
                commit: self.commit,
                ..*piece
            });
        })?;
        Ok(Vec::new())
    }
}

/// Says that a file has more bytes than `max-file-size` lets be read.
pub(super) fn too_large(limit: u64, size: u64) -> String {
    format!(
        "larger than max-file-size, {} MiB ({} MiB)",
        limit >> 20,
        size.div_ceil(1 << 20)
    )
}
