//! Source: where fragments come from; one file for each way in.

mod changes;
pub mod commits;
mod content;
pub mod files;
mod folder;
mod gate;
pub mod headers;
mod lfs;
mod lookout;
pub mod made;
pub mod named;
pub mod only;
pub mod pieces;
pub mod staged;
mod stored;
pub mod stream;
pub mod text;

pub use stored::OnDisk;

use anyhow::Result;

use crate::fragment::Fragment;
use crate::report::Skipped;

/// Takes a fragment; may be called from several threads at once. Tells whether the text was wanted: of what is excluded, the
/// members are not wanted either.
pub type Sink<'a> = &'a (dyn Fn(&Fragment<'_>) -> bool + Sync);

/// Where fragments come from. A source pushes, so that a fragment can borrow from a text that is dropped after it.
pub trait Source {
    /// Calls `scan` with every text, and returns what was wanted and could not be read.
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>>;

    /// Calls `look` with what the parents of a change held at every path that the change touches, until it returns
    /// `false`. The texts of one path follow each other; the paths that `first` wants come first. Asked only after a
    /// finding: for the findings of one commit, or of what is about to become one.
    fn earlier(
        &self,
        commit: Option<&str>,
        first: &dyn Fn(&[u8]) -> bool,
        look: &mut dyn FnMut(&Earlier<'_>) -> bool,
    ) -> Result<()> {
        let _ = (commit, first, look);
        Ok(())
    }
}

/// A text that a parent of a change held.
pub struct Earlier<'a> {
    /// The text, under the path that it had.
    pub fragment: Fragment<'a>,
    /// Which parent held it; several have it in a merge.
    pub parent: usize,
}
