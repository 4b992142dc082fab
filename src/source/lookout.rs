//! Lookout: whether commits change files at some paths, and which commits stand before all of them.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use crate::git::{Commit, Id};

/// What is looked out for while commits are walked, and what was seen of it.
#[derive(Default)]
pub(super) struct Lookout {
    paths: Vec<String>,
    is_touched: Cell<bool>,
    before: RefCell<HashSet<Id>>,
}

impl Lookout {
    /// Returns one for files at these paths.
    pub(super) fn new(paths: Vec<String>) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }

    /// Tells whether anything is looked out for.
    pub(super) fn is_on(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Notes what a commit changes: a file, or a folder that is told as one.
    pub(super) fn note(&self, path: &[u8]) {
        let is_at = |one: &String| {
            let rest = one.as_bytes().strip_prefix(path);
            rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
        };
        if !self.is_touched.get() && self.paths.iter().any(is_at) {
            self.is_touched.set(true);
        }
    }

    /// Notes which commit stands before another one, unless that is one of those that were walked.
    pub(super) fn note_before(&self, commit: &Commit, walked: &HashSet<Id>) {
        let first = commit.parents.first();
        if let Some(&first) = first.filter(|first| self.is_on() && !walked.contains(first)) {
            self.before.borrow_mut().insert(first);
        }
    }

    /// Tells whether a commit brings, changes or removes a file that is looked out for.
    pub(super) fn is_touched(&self) -> bool {
        self.is_touched.get()
    }

    /// Returns the first parents of commits that are not among them.
    pub(super) fn before(&self) -> Vec<Id> {
        self.before.borrow().iter().copied().collect()
    }
}
