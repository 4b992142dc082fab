//! The files of a folder: those that git tracks or would track, and where git has no say everything but `.git`.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::files::bytes;
use super::named::Named;
use super::stream::{self, why};
use crate::git::{self, worktree};
use crate::report::Skipped;

/// What folders hold.
pub(super) struct Listing<'a> {
    /// What was named.
    pub(super) named: &'a [Named],
    /// Whether what git ignores is listed as well.
    pub(super) ignored: bool,
    /// Files and links.
    pub(super) files: Vec<Item>,
    /// What is no file, and what could not be listed.
    pub(super) skipped: Vec<Skipped>,
}

/// A file; a folder may hold very many.
pub(super) struct Item {
    /// The number of what was named.
    pub(super) root: usize,
    /// What it is called from there; nothing, if it was named itself.
    pub(super) inner: Box<[u8]>,
}

/// Something that git did not name: a folder, or what is neither a file nor a link.
struct Unnamed {
    inner: Vec<u8>,
    kind: FileType,
}

impl Listing<'_> {
    /// Returns where something is opened.
    pub(super) fn path(&self, root: usize, inner: &[u8]) -> PathBuf {
        let path = &self.named[root].path;
        if inner.is_empty() {
            path.clone()
        } else {
            path.join(git::as_path(inner))
        }
    }

    /// Returns what something is called.
    pub(super) fn name(&self, root: usize, inner: &[u8]) -> Vec<u8> {
        joined(&self.named[root].name, inner)
    }

    /// Lists what a folder holds that was named.
    pub(super) fn root(&mut self, root: usize) {
        let before = (self.files.len(), self.skipped.len());
        self.folder(root, b"");
        let found = before != (self.files.len(), self.skipped.len());
        // An empty one may stand for what was to be scanned.
        if !found && git::is_submodule(&self.path(root, b"")) {
            let reason =
                "the submodule is not checked out; `git submodule update --init` does that";
            let skipped = Skipped::new(self.name(root, b""), reason);
            self.skipped.push(skipped);
        }
    }

    /// Lists what a folder holds.
    pub(super) fn folder(&mut self, root: usize, inner: &[u8]) {
        let path = self.path(root, inner);
        let tracked = if self.ignored {
            None
        } else {
            git::files_below(&path)
        };
        match tracked {
            None => self.walk(root, inner),
            Some(tracked) => {
                let mut unnamed = Vec::new();
                self.tracked((root, inner), (&tracked, 0), &mut unnamed);
                self.unnamed(&path, (root, inner), unnamed);
            }
        }
    }

    /// Lists what git names in a folder: names from the folder `inner` that git was asked about, of which the first
    /// `from` bytes are this one's.
    fn tracked(
        &mut self,
        (root, inner): (usize, &[u8]),
        (tracked, from): (&[Vec<u8>], usize),
        unnamed: &mut Vec<Unnamed>,
    ) {
        let above = tracked.first().map_or(&[][..], |first| &first[..from]);
        let here = joined(inner, above.strip_suffix(b"/").unwrap_or(above));
        let there = match kinds(&self.path(root, &here)) {
            Ok(there) => there,
            Err(error) => return self.miss((root, &here), &error),
        };
        let mut there: HashMap<OsString, (FileType, bool)> = there
            .into_iter()
            .map(|(name, kind)| (name, (kind, false)))
            .collect();
        let mut rest = tracked;
        while let Some(first) = rest.first() {
            let own = &first[from..];
            let slash = memchr::memchr(b'/', own);
            let end = slash.unwrap_or(own.len());
            // All in one folder follow each other.
            let below = |other: &&Vec<u8>| other[from..].starts_with(&own[..=end]);
            let count = slash.map_or(1, |_| rest.iter().take_while(below).count());
            let group;
            (group, rest) = rest.split_at(count);
            // Tracked and gone from the work tree is nothing to scan.
            let Some((kind, seen)) = there.get_mut(git::as_path(&own[..end]).as_os_str()) else {
                continue;
            };
            let (kind, seen) = (*kind, std::mem::replace(seen, true));
            match slash {
                Some(slash) if from + slash + 1 < group[0].len() => {
                    if kind.is_dir() {
                        self.tracked((root, inner), (group, from + slash + 1), unnamed);
                    }
                }
                // A file, or a repository within this one, whose folder git names with a slash unless it is a submodule.
                _ => self.entry((root, joined(inner, &first[..from + end])), kind, seen),
            }
        }
        for (own, (kind, seen)) in there {
            if !seen && is_unnamed(&own, kind) {
                let inner = [above, &bytes(Path::new(&own))].concat();
                unnamed.push(Unnamed { inner, kind });
            }
        }
    }

    /// Looks at what git did not name and does not ignore: folders that it could not read, pipes, which it never names.
    fn unnamed(&mut self, path: &Path, (root, above): (usize, &[u8]), mut unnamed: Vec<Unnamed>) {
        while !unnamed.is_empty() {
            let names: Vec<Vec<u8>> = unnamed.iter().map(|one| one.inner.clone()).collect();
            // What git does not answer for is looked at.
            let ignored = git::ignored(path, &names).unwrap_or_default();
            let mut next = Vec::new();
            for Unnamed { inner, kind } in unnamed {
                if ignored.contains(&inner) {
                    continue;
                }
                let whole = joined(above, &inner);
                if !kind.is_dir() {
                    self.skip((root, &whole), kind);
                    continue;
                }
                match kinds(&self.path(root, &whole)) {
                    Ok(there) => {
                        let there = there.into_iter();
                        let there = there.filter(|(own, kind)| is_unnamed(own, *kind));
                        next.extend(there.map(|(own, kind)| Unnamed {
                            inner: joined(&inner, &bytes(Path::new(&own))),
                            kind,
                        }));
                    }
                    Err(error) => self.miss((root, &whole), &error),
                }
            }
            unnamed = next;
        }
    }

    /// Takes what stands in a folder; `seen` says that it was a folder of other files as well.
    fn entry(&mut self, (root, inner): (usize, Vec<u8>), kind: FileType, seen: bool) {
        if kind.is_dir() {
            // A submodule that is there, and any other repository, has its own say.
            if worktree::is_top(&self.path(root, &inner)) {
                self.folder(root, &inner);
            } else if !seen {
                self.walk(root, &inner);
            }
        } else if kind.is_file() || kind.is_symlink() {
            let inner = inner.into_boxed_slice();
            self.files.push(Item { root, inner });
        } else {
            self.skip((root, &inner), kind);
        }
    }

    /// Lists the files below a folder without following links.
    fn walk(&mut self, root: usize, inner: &[u8]) {
        let mut there = match kinds(&self.path(root, inner)) {
            Ok(there) => there,
            Err(error) => return self.miss((root, inner), &error),
        };
        there.sort_by(|(a, _), (b, _)| a.cmp(b));
        let has = |wanted: &str| there.iter().any(|(own, _)| own == wanted);
        let is_repository = has("HEAD") && has("objects") && has("refs");
        for (own, kind) in there {
            if kind.is_dir() && own == ".git" {
                continue;
            }
            let inner = joined(inner, &bytes(Path::new(&own)));
            if kind.is_dir() && own == "objects" && is_repository {
                let reason =
                    "the objects of a git repository: hexguard scan --history, in it, reads them";
                let skipped = Skipped::said(self.name(root, &inner), reason);
                self.skipped.push(skipped);
            } else if kind.is_dir() {
                self.walk(root, &inner);
            } else {
                self.entry((root, inner), kind, false);
            }
        }
    }

    fn skip(&mut self, (root, inner): (usize, &[u8]), kind: FileType) {
        let skipped = Skipped::new(self.name(root, inner), stream::unread(kind));
        self.skipped.push(skipped);
    }

    fn miss(&mut self, (root, inner): (usize, &[u8]), error: &io::Error) {
        let mut name = self.name(root, inner);
        if name.is_empty() {
            name.push(b'.');
        }
        self.skipped.push(Skipped::new(name, why(error)));
    }
}

/// Tells whether git would not name something even if it does not ignore it.
fn is_unnamed(own: &OsString, kind: FileType) -> bool {
    own != ".git" && !kind.is_file() && !kind.is_symlink()
}

/// Returns what stands in a folder.
fn kinds(folder: &Path) -> io::Result<Vec<(OsString, FileType)>> {
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name(), entry.file_type()?))
        })
        .collect()
}

/// Returns the name of what is called `inner` in a folder.
fn joined(folder: &[u8], inner: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if folder.is_empty() || inner.is_empty() || folder.ends_with(b"/") {
        b""
    } else {
        b"/"
    };
    let mut name = Vec::with_capacity(folder.len() + 1 + inner.len());
    name.extend_from_slice(folder);
    name.extend_from_slice(slash);
    name.extend_from_slice(inner);
    name
}
