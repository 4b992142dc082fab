//! What is about to be committed: every new content and every new name, as git holds them in the index.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{Sink, Source, encoding};
use crate::fragment::{Fragment, Part};
use crate::git::{Blob, Caller, Change, Entry, Id, Repository, Want};
use crate::report::Skipped;

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

    /// Returns the repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }
}

impl Source for Staged {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        let mut skipped = Vec::new();
        self.repository.staged(Want::New, &mut |change| {
            name(&change, scan);
            let Some(id) = change.content() else {
                return Ok(());
            };
            let path = change.path;
            let read = self.repository.blob(id, self.limit, |text| {
                scan(&Fragment::content(path, &encoding::decode(text)));
            });
            match read.with_context(|| format!("cannot read {}", path.escape_ascii()))? {
                Blob::Read(()) => {}
                Blob::Large(size) => skipped.push(Skipped {
                    path: path.to_vec(),
                    reason: format!("larger than {} MiB ({} MiB)", self.limit >> 20, size >> 20),
                }),
                Blob::Absent => bail!(
                    "cannot read {}: the object {id} is not in the repository",
                    path.escape_ascii()
                ),
            }
            Ok(())
        })?;
        Ok(skipped)
    }

    fn earlier(&self, path: &[u8], look: &mut dyn FnMut(&Fragment<'_>) -> bool) -> Result<()> {
        let mut same: Vec<(Vec<u8>, Id)> = Vec::new();
        let mut others = Vec::new();
        self.repository.staged(Want::All, &mut |change| {
            if let Some(old) = change.old.filter(Entry::is_blob) {
                let list = if change.path == path {
                    &mut same
                } else {
                    &mut others
                };
                list.push((change.path.to_vec(), old.id));
            }
            Ok(())
        })?;
        for (path, id) in same.iter().chain(&others) {
            let mut more = true;
            // A text that is not there (partial clone) or too large is not known to have held anything.
            self.repository.blob(*id, self.limit, |text| {
                more = look(&Fragment::content(path, &encoding::decode(text)));
            })?;
            if !more {
                break;
            }
        }
        Ok(())
    }
}

/// Scans the path of a change if it is new.
fn name(change: &Change<'_>, scan: Sink<'_>) {
    if change.old.is_none() {
        scan(&Fragment {
            path: change.path,
            text: change.path,
            part: Part::Name,
            commit: None,
        });
    }
}
