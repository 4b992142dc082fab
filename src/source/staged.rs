//! What is about to be committed: every new content and every new name, as git holds them in the index.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::changes::{Job, Reading, Touched, look_back};
use super::{Earlier, Sink, Source};
use crate::git::{Caller, Repository, Want};
use crate::report::Skipped;

/// What the top folder is called where it cannot be read.
const INDEX: &[u8] = b"<index>";

/// The change that is staged.
pub struct Staged {
    repository: Repository,
    limit: u64,
}

impl Staged {
    /// Opens the repository that `folder` is in; contents of more than `limit` bytes are skipped and named.
    pub fn open(folder: &Path, caller: Caller, limit: u64) -> Result<Self> {
        Ok(Self {
            repository: Repository::open(folder, caller)?,
            limit,
        })
    }

    /// Reads what is staged in a repository that is open already.
    pub fn new(repository: Repository, limit: u64) -> Self {
        Self { repository, limit }
    }

    /// Returns every path that is new or different.
    pub fn paths(&self) -> Result<BTreeSet<Vec<u8>>> {
        let mut paths = BTreeSet::new();
        self.repository.staged(Want::New, &mut |change| {
            paths.insert(change.path.to_vec());
            Ok(())
        })?;
        Ok(paths)
    }

    /// Returns the repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }
}

impl Source for Staged {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        // What a partial clone lacks is not new: it is from the remote, which has it.
        let mut reading = Reading::new(&self.repository, self.limit, false, scan);
        let mut merged = self.repository.merged()?;
        self.repository.staged(Want::New, &mut |change| {
            let path = change.path;
            reading.folder(&change, INDEX, None)?;
            let news = merged.news(&change)?;
            if news.name {
                reading.name(path, None);
            }
            match news.content {
                Some(id) => reading.add(Job {
                    path: path.to_vec(),
                    id,
                    commit: None,
                }),
                None => Ok(()),
            }
        })?;
        reading.finish()
    }

    fn earlier(
        &self,
        _commit: Option<&str>,
        first: &dyn Fn(&[u8]) -> bool,
        look: &mut dyn FnMut(&Earlier<'_>) -> bool,
    ) -> Result<()> {
        let mut merged = self.repository.merged()?;
        let mut touched = Vec::new();
        self.repository.staged(Want::All, &mut |change| {
            touched.extend(Touched::of(&change, &mut merged)?);
            Ok(())
        })?;
        look_back(&self.repository, self.limit, &touched, first, look)
    }
}
