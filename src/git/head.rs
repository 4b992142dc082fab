//! HEAD: the commit that it names, and that commit's tree.

use anyhow::{Result, anyhow};

use super::Repository;
use super::change::Id;
use super::objects::FSCK;
use crate::hint::HintExt;

impl Repository {
    /// Returns the tree of the commit that HEAD names, `None` before the first commit; looked up once.
    pub fn head_tree(&self) -> Result<Option<Id>> {
        if let Some(known) = self.head_tree.get() {
            return Ok(*known);
        }
        let tree = self.find_head_tree()?;
        Ok(*self.head_tree.get_or_init(|| tree))
    }

    fn find_head_tree(&self) -> Result<Option<Id>> {
        match self.native_head() {
            None => self.head_tree_by_git(),
            Some(Ok(Some(commit))) => match self.tree_of(*commit) {
                Ok(Some(tree)) => Ok(Some(tree)),
                _ => self.head_tree_by_git(),
            },
            Some(Ok(None)) => Ok(None),
            Some(Err(error)) => match self.rev("HEAD^{tree}")? {
                Some(tree) => Ok(Some(tree)),
                None => Err(anyhow!("{}", error.message()).context("cannot read HEAD")),
            },
        }
    }

    /// Returns the commit that HEAD names as libgit2 reads it, `Ok(None)` before the first commit; `None` where only git
    /// can tell. Looked up once.
    fn native_head(&self) -> Option<&Result<Option<Id>, git2::Error>> {
        let native = self.native.as_ref()?;
        let look_up = || match native.head() {
            Ok(head) => {
                let commit = head.target().and_then(|id| Id::from_bytes(id.as_bytes()));
                commit
                    .map(Some)
                    .ok_or(git2::Error::from_str("HEAD names no commit"))
            }
            // Only this error means that there is no commit yet. Every other one taken for it would make the whole
            // repository look new, or nothing.
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(error),
        };
        // With reftable HEAD is not in the file HEAD, and what is found there must not be believed.
        let readable = !self.common_dir.join("reftable").exists();
        readable.then(|| self.head.get_or_init(look_up))
    }

    fn head_tree_by_git(&self) -> Result<Option<Id>> {
        if let Some(tree) = self.rev("HEAD^{tree}")? {
            return Ok(Some(tree));
        }
        let unborn = self.rev("HEAD")?.is_none()
            && self
                .plumbing
                .ask(&["symbolic-ref", "-q", "HEAD"])?
                .is_some();
        if unborn {
            return Ok(None);
        }
        Err(anyhow!("cannot read HEAD: git does not find its tree")).hint(FSCK)
    }

    /// Returns the commit that HEAD names, `None` before the first one.
    pub(super) fn head_commit(&self) -> Result<Option<Id>> {
        match self.native_head() {
            Some(Ok(head)) => Ok(*head),
            Some(Err(_)) | None => self.rev("HEAD"),
        }
    }
}
