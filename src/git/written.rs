//! Written: trees that git has written since a moment and that nothing names yet. While git makes a commit it has one in
//! hand, whatever the index has become in the meantime.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use super::change::{Entry, Id};
use super::objects::Kind;
use super::worktree::variable;
use super::{Repository, Root};

/// So far the clocks of this machine and of a file system may be apart, in nanoseconds.
const SLACK: u64 = 10_000_000_000;

/// What tells whether the index file is the same, and since when that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// What the file system says of it.
    pub file: String,
    /// What was written before this moment is no part of the commit, in nanoseconds since 1970.
    pub since: u64,
}

impl Repository {
    /// Returns the stamp of the index as it is now, `None` where there is none.
    pub fn index_stamp(&self) -> Option<Stamp> {
        let meta = fs::metadata(self.index_path()).ok()?;
        // What git writes for this commit from now on is not older than the index. An earlier attempt may be newer, and the
        // clock of the file system may be another one.
        let now = nanoseconds(SystemTime::now()).saturating_sub(SLACK);
        let written = meta.modified().map_or(0, nanoseconds);
        Some(Stamp {
            file: described(&meta),
            since: now.max(written),
        })
    }

    /// Returns the trees that were written since a moment and that no commit and no other tree names that was written
    /// since then; without those that are `known`, and what they hold.
    pub fn unnamed_trees(&self, since: u64, known: &[Id]) -> Result<Vec<Id>> {
        let objects = self.objects();
        let (mut trees, mut named) = (BTreeSet::new(), BTreeSet::new());
        for id in self.loose_since(since)? {
            match objects.kind(id)? {
                Some(Kind::Tree) => {
                    trees.insert(id);
                }
                Some(Kind::Commit) => named.extend(self.tree_of(id)?),
                _ => {}
            }
        }
        let known = known.iter().copied().chain(self.head_tree()?);
        let holders: BTreeSet<Id> = known.clone().chain(trees.iter().copied()).collect();
        for tree in holders {
            let entries = self.folder(tree)?.into_iter().map(|(_, entry)| entry);
            named.extend(entries.filter(Entry::is_tree).map(|entry| entry.id));
        }
        named.extend(known);
        Ok(trees.difference(&named).copied().collect())
    }

    /// Opens the same repository once more, as if a tree were what is staged.
    pub fn staging(&self, tree: Id) -> Result<Self> {
        let other = self.again()?;
        // It is fresh: nothing has asked for what is staged yet.
        let _ = other.root.set(Root::Tree(tree));
        Ok(other)
    }

    /// Returns the objects that were written since a moment, as far as they lie in files of their own: a new one does,
    /// and git touches the file of one that it would write again.
    fn loose_since(&self, since: u64) -> Result<Vec<Id>> {
        let given = variable("GIT_OBJECT_DIRECTORY").filter(|_| self.plumbing.environment);
        let objects = given.map_or_else(|| self.common_dir.join("objects"), PathBuf::from);
        let mut found = Vec::new();
        for first in 0..=u8::MAX {
            let hex = format!("{first:02x}");
            let folder = match fs::read_dir(objects.join(&hex)) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                folder => folder.context("cannot read the objects of the repository")?,
            };
            for file in folder {
                let file = file.context("cannot read the objects of the repository")?;
                let rest = file.file_name();
                let id = Id::from_hex(&[hex.as_bytes(), rest.as_encoded_bytes()].concat());
                // A file that is gone by now was none of git's objects.
                let written = file.metadata().and_then(|meta| meta.modified());
                let written = written.ok().map(nanoseconds);
                found.extend(id.filter(|_| written.is_some_and(|written| written >= since)));
            }
        }
        Ok(found)
    }
}

/// Returns a moment in nanoseconds since 1970.
fn nanoseconds(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Returns what tells a file from one that was written in its place.
#[cfg(unix)]
fn described(meta: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!(
        "{} {} {}.{} {}.{}",
        meta.ino(),
        meta.size(),
        meta.mtime(),
        meta.mtime_nsec(),
        meta.ctime(),
        meta.ctime_nsec()
    )
}

/// Returns what tells a file from one that was written in its place.
#[cfg(not(unix))]
fn described(meta: &Metadata) -> String {
    format!("{} {}", meta.len(), meta.modified().map_or(0, nanoseconds))
}
