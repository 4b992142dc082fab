//! Files of configuration as a tree of the repository holds them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hexguard::config::{NAMES, others};
use hexguard::git::{Id, Repository};
use hexguard::suppress::baseline;

/// Which of a repository's trees files are read from.
#[derive(Clone, Copy)]
pub(super) enum Tree {
    Index,
    Head,
    Commit(Id),
}

/// Returns the paths at which configuration may stand without being named anywhere.
pub(super) fn usual() -> impl Iterator<Item = &'static str> {
    let own = NAMES.into_iter().chain([baseline::NAME]);
    own.chain(others::NAMES)
}

/// Reads files of a tree; the usual names are looked up at once.
pub(super) struct TreeFiles<'r> {
    repository: &'r Repository,
    tree: Tree,
    ids: RefCell<BTreeMap<String, Option<Id>>>,
}

impl<'r> TreeFiles<'r> {
    /// Returns a reader of a tree.
    pub(super) fn new(repository: &'r Repository, tree: Tree) -> Self {
        Self {
            repository,
            tree,
            ids: RefCell::default(),
        }
    }

    /// Reads a file, nothing when there is none.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let known = self.ids.borrow().get(path).copied();
        let id = match known {
            Some(id) => id,
            None => self.look_up(path)?,
        };
        let read = |id| {
            let text = self.repository.text(id);
            text.with_context(|| match self.tree {
                Tree::Index => format!("cannot read {path} as it is staged"),
                Tree::Head => format!("cannot read {path} of the last commit"),
                Tree::Commit(commit) => format!("cannot read {path} of the commit {commit}"),
            })
        };
        id.map(read).transpose()
    }

    /// Returns the paths that were asked for, whether there are such files or not.
    pub(super) fn names(&self) -> Vec<String> {
        self.ids.borrow().keys().cloned().collect()
    }

    fn look_up(&self, path: &str) -> Result<Option<Id>> {
        let mut paths = vec![path];
        let mut known = self.ids.borrow_mut();
        if known.is_empty() {
            let usual = usual().filter(|name| **name != *path);
            paths.extend(usual.map(|name| -> &str { name }));
        }
        let ids = self.ids(&paths)?;
        known.extend(paths.into_iter().map(str::to_owned).zip(ids));
        Ok(known.get(path).copied().flatten())
    }

    fn ids(&self, paths: &[&str]) -> Result<Vec<Option<Id>>> {
        match self.tree {
            Tree::Index => self.repository.staged_ids(paths),
            Tree::Head => self.repository.head_ids(paths),
            Tree::Commit(commit) => self.repository.ids_at(commit, paths),
        }
    }

    /// Tells whether a file that was asked for is another one in a second tree.
    pub(super) fn differ(&self, other: &Self) -> Result<bool> {
        let known = self.ids.borrow();
        let paths: Vec<&str> = known.keys().map(String::as_str).collect();
        Ok(!known.values().eq(&other.ids(&paths)?))
    }
}
