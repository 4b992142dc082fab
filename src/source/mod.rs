//! Source: where fragments come from; one file for each way in.

pub mod encoding;
pub mod files;
pub mod staged;
pub mod text;

use anyhow::Result;

use crate::fragment::Fragment;
use crate::report::Skipped;

/// Takes a fragment; may be called from several threads at once.
pub type Sink<'a> = &'a (dyn Fn(&Fragment<'_>) + Sync);

/// Where fragments come from. A source pushes, so that a fragment can borrow from a text that is dropped after it.
pub trait Source {
    /// Calls `scan` with every text, and returns what was wanted and could not be read.
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>>;

    /// Calls `look` with every text that may already have held what `path` holds now: in each parent the same path
    /// first, then the other files that the change touches. Ends when `look` returns `false`. Asked only after a
    /// finding.
    fn earlier(&self, path: &[u8], look: &mut dyn FnMut(&Fragment<'_>) -> bool) -> Result<()> {
        let _ = (path, look);
        Ok(())
    }
}
