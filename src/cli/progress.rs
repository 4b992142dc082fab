//! Shows on a terminal how far a long scan is; a short one shows nothing and pays for nothing.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use anyhow::Result;
use hexguard::fragment::{Fragment, Part};
use hexguard::report::Skipped;
use hexguard::source::{Earlier, Sink, Source};

/// A source whose texts are counted on the way; after a second the count is shown, and again each second.
pub(super) struct Watched<'a> {
    source: &'a dyn Source,
    count: Count,
}

/// How far it is, counted by several threads.
struct Count {
    start: Instant,
    files: AtomicU64,
    /// The second that was shown last.
    shown: AtomicU64,
}

impl<'a> Watched<'a> {
    /// Returns a source with what another holds.
    pub(super) fn new(source: &'a dyn Source) -> Self {
        Self {
            source,
            count: Count {
                start: Instant::now(),
                files: AtomicU64::new(0),
                shown: AtomicU64::new(0),
            },
        }
    }
}

impl Count {
    fn step(&self) {
        let files = self.files.fetch_add(1, Relaxed) + 1;
        let second = self.start.elapsed().as_secs();
        // Of several threads one shows each second.
        if second > self.shown.fetch_max(second, Relaxed) {
            anstream::eprint!("\rhexguard: {files} files ");
        }
    }
}

impl Source for Watched<'_> {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        if !stderr().is_terminal() {
            return self.source.fragments(scan);
        }
        let count = &self.count;
        let skipped = self.source.fragments(&|fragment: &Fragment<'_>| {
            let wanted = scan(fragment);
            if fragment.part == Part::Content {
                count.step();
            }
            wanted
        });
        if count.shown.load(Relaxed) > 0 {
            anstream::eprint!("\r\x1b[K");
        }
        skipped
    }

    fn earlier(
        &self,
        commit: Option<&str>,
        first: &dyn Fn(&[u8]) -> bool,
        look: &mut dyn FnMut(&Earlier<'_>) -> bool,
    ) -> Result<()> {
        self.source.earlier(commit, first, look)
    }
}
