//! Only and Both: a source cut down to some paths, two sources as one; for hook managers that say which files they mean.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Earlier, Sink, Source};
use crate::fragment::Fragment;
use crate::report::Skipped;

/// A source of which only some paths are wanted.
pub struct Only<'s> {
    /// All of it.
    pub source: &'s dyn Source,
    /// The paths wanted; none means all.
    pub paths: BTreeSet<Vec<u8>>,
}

impl Only<'_> {
    fn wants(&self, path: &[u8]) -> bool {
        self.paths.is_empty() || self.paths.contains(path)
    }
}

impl Source for Only<'_> {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        let Self { source, paths } = self;
        let mut skipped = source.fragments(&|fragment: &Fragment<'_>| {
            (paths.is_empty() || paths.contains(fragment.file())) && scan(fragment)
        })?;
        skipped.retain(|skipped| self.wants(skipped.file()));
        Ok(skipped)
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

/// Two sources, one after the other. What there was before is the first one's to tell.
pub struct Both<'s>(pub &'s dyn Source, pub &'s dyn Source);

impl Source for Both<'_> {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        let mut skipped = self.0.fragments(scan)?;
        skipped.extend(self.1.fragments(scan)?);
        Ok(skipped)
    }

    fn earlier(
        &self,
        commit: Option<&str>,
        first: &dyn Fn(&[u8]) -> bool,
        look: &mut dyn FnMut(&Earlier<'_>) -> bool,
    ) -> Result<()> {
        self.0.earlier(commit, first, look)
    }
}
