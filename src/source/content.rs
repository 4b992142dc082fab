//! The content of one file, from the bytes that are stored to the texts that are scanned.

use super::{Sink, encoding};
use crate::fragment::{Fragment, Part};
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
        scan(&Fragment {
            path: self.path,
            text: &encoding::decode(bytes),
            part: Part::Content,
            commit: self.commit,
        });
        Vec::new()
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
