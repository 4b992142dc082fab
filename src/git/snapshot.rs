//! Snapshot: the identity of what is staged and of the commits that it will follow.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use anyhow::Result;

use super::Repository;
use super::change::{Id, Want};
use super::index::Root;
use super::tree::Finder;

/// What is staged, and on top of what: two that are equal would make the same commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit that HEAD names, `None` before the first one.
    pub head: Option<Id>,
    /// The other parents of a merge, sorted.
    pub parents: Vec<Id>,
    /// What is staged.
    pub staged: StagedId,
}

/// The identity of what is staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StagedId {
    /// The tree that will be committed.
    Tree(Id),
    /// Where the index does not name its tree (`git commit -- path`): the checksum of the index file.
    Checksum(Id),
}

impl Snapshot {
    /// Tells whether both are on top of the same commits.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.head == other.head && self.parents == other.parents
    }
}

impl Repository {
    /// Returns the identity of what is staged; `None` where the index tells neither its tree nor its checksum.
    pub fn snapshot(&self) -> Result<Option<Snapshot>> {
        let staged = match self.index_root() {
            Root::NoIndex => None,
            Root::Tree(id) => Some(StagedId::Tree(id)),
            Root::Unknown => self.index_checksum().map(StagedId::Checksum),
        };
        let Some(staged) = staged else {
            return Ok(None);
        };
        let mut parents = self.merge_heads()?;
        parents.sort_unstable();
        parents.dedup();
        Ok(Some(Snapshot {
            head: self.head_commit()?,
            parents,
            staged,
        }))
    }

    /// Returns what stands at the end of the index file; `None` if it holds no checksum (`index.skipHash`).
    fn index_checksum(&self) -> Option<Id> {
        let mut file = File::open(self.index_path()).ok()?;
        let mut sum = vec![0; self.hash];
        file.seek(SeekFrom::End(-i64::try_from(self.hash).ok()?))
            .ok()?;
        file.read_exact(&mut sum).ok()?;
        Id::from_bytes(&sum).filter(|id| !id.is_zero())
    }

    /// Returns the paths that differ from HEAD and are staged as they stand in a tree.
    pub fn unchanged_since(&self, tree: Id) -> Result<BTreeSet<Vec<u8>>> {
        let objects = self.objects();
        let mut finder = Finder::new(Some(tree));
        let mut same = BTreeSet::new();
        self.staged(Want::New, &mut |change| {
            let then = finder.find(&objects, change.path)?;
            if then.is_some() && then == change.new {
                same.insert(change.path.to_vec());
            }
            Ok(())
        })?;
        Ok(same)
    }

    /// Tells whether all paths that differ from HEAD are among these.
    pub fn changes_within(&self, paths: &BTreeSet<Vec<u8>>) -> Result<bool> {
        let mut within = true;
        self.staged(Want::New, &mut |change| {
            within &= paths.contains(change.path);
            Ok(())
        })?;
        Ok(within)
    }
}
