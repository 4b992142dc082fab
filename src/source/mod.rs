//! Source: where fragments come from; one file for each way in.

use anyhow::Result;

use crate::fragment::Fragment;
use crate::report::Skipped;

/// Where fragments come from. A source pushes, so that a fragment can borrow from a text that is dropped after it.
pub trait Source {
    /// Calls `scan` with every text, one after the other, and returns what could not be read.
    fn fragments(&self, scan: &mut dyn FnMut(&Fragment<'_>)) -> Result<Vec<Skipped>>;

    /// Calls `look` with every text that already held what `path` holds now (in each parent: the same path first, then
    /// the other files that the change touches), until it returns `false`. Asked only after a finding.
    fn earlier(&self, path: &[u8], look: &mut dyn FnMut(&Fragment<'_>) -> bool) -> Result<()> {
        let _ = (path, look);
        Ok(())
    }
}
