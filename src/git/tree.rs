//! An own tree diff that skips equal ids, so that its cost follows the change; looking up a path in a tree.

use std::cmp::Ordering;
use std::collections::HashSet;

use anyhow::{Context, Result, anyhow};

use super::change::{Change, Entry, Id, Want};
use super::objects::{FSCK, Object, Objects};
use crate::hint::{self, HintExt};

/// Calls `each` with every path that differs between two trees (the old one, the new one), in git's order. `None` is
/// the empty tree.
///
/// An old tree that is not there (partial clone) counts as empty: what it held is not known.
pub(super) fn diff(
    objects: &Objects<'_>,
    trees: (Option<Id>, Option<Id>),
    want: Want,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<()> {
    diff_at(b"", objects, trees, want, each)
}

/// Does the same for two trees that stand at the path `prefix`, which ends with a slash.
pub(super) fn diff_at(
    prefix: &[u8],
    objects: &Objects<'_>,
    (old, new): (Option<Id>, Option<Id>),
    want: Want,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<()> {
    let mut walk = Walk {
        objects,
        want,
        path: prefix.to_vec(),
        frames: Vec::new(),
        folders: Folders::default(),
    };
    if old != new {
        walk.descend(old, new, each)?;
    }
    walk.run(each)
}

/// One pair of directories, walked side by side. A stack of them instead of recursion: hostile trees are deep.
struct Frame<'a> {
    old: Option<Object<'a>>,
    new: Option<Object<'a>>,
    old_at: usize,
    new_at: usize,
    /// How much of the path belongs to the directory above.
    path: usize,
}

struct Walk<'a> {
    objects: &'a Objects<'a>,
    want: Want,
    path: Vec<u8>,
    frames: Vec<Frame<'a>>,
    folders: Folders,
}

/// The folders that were entered: a few trees that name each other many times make more paths than anybody can walk.
#[derive(Default)]
struct Folders {
    count: usize,
    seen: HashSet<Id>,
    again: usize,
}

impl Folders {
    fn enter(&mut self, id: Id, depth: usize) -> Result<()> {
        /// Trees are no deeper; git itself goes down to some thousands.
        const DEEP: usize = 1 << 15;
        /// Of fewer folders nothing is kept.
        const FEW: usize = 1000;
        /// Folders that are equal to others are no more in the largest repositories.
        const AGAIN: usize = 100_000;
        self.count += 1;
        if self.count > FEW && !self.seen.insert(id) {
            self.again += 1;
        }
        if depth > DEEP || self.again > AGAIN {
            let often =
                anyhow!("the tree {id} stands in a commit too often, or too deep, to be walked");
            return Err(often).hint(FSCK);
        }
        Ok(())
    }
}

impl Walk<'_> {
    /// Enters a folder. Of one that is new and holds nothing, and of one that is not there (a partial clone) or is malformed,
    /// no file tells: they are told by themselves.
    fn descend(
        &mut self,
        old: Option<Id>,
        new: Option<Id>,
        each: &mut dyn FnMut(Change<'_>) -> Result<()>,
    ) -> Result<()> {
        if let Some(id) = new.or(old) {
            self.folders.enter(id, self.frames.len())?;
        }
        let read = |id: Option<Id>| id.map_or(Ok(None), |id| self.objects.tree(id));
        let before = read(old).with_context(|| self.at())?;
        let now = match read(new) {
            Err(error) if hint::is_of_files(&error) => {
                return Err(error).with_context(|| self.at());
            }
            now => now.ok().flatten(),
        };
        let is_new = old.is_none() && !self.path.is_empty();
        let is_empty = |tree: &Object<'_>| is_new && tree.data().is_empty();
        if let Some(id) = new
            && now.as_ref().is_none_or(is_empty)
        {
            self.tell(id, each)?;
            if now.is_none() {
                return Ok(());
            }
        }
        self.frames.push(Frame {
            old: before,
            new: now,
            old_at: 0,
            new_at: 0,
            path: self.path.len(),
        });
        Ok(())
    }

    /// Tells of the folder at the current path.
    fn tell(&self, id: Id, each: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<()> {
        each(Change {
            path: self.path.strip_suffix(b"/").unwrap_or(&self.path),
            old: None,
            new: Some(Entry::folder(id)),
        })
    }

    /// Says where an error was met.
    fn at(&self) -> String {
        if self.path.is_empty() {
            "cannot read the top folder of a commit".to_owned()
        } else {
            format!("cannot read the folder {}", self.path.escape_ascii())
        }
    }

    fn run(&mut self, each: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<()> {
        let hash = self.objects.hash_len();
        while let Some(frame) = self.frames.last_mut() {
            let top = frame.path;
            let Ok(new) = next(frame.new.as_ref(), frame.new_at, hash) else {
                // What it held before the fault was told.
                let malformed = frame.new.take();
                self.path.truncate(top);
                if let Some(tree) = malformed {
                    self.tell(tree.id(), each)?;
                }
                continue;
            };
            let old = next(frame.old.as_ref(), frame.old_at, hash)?;
            let order = match (&old, &new) {
                (None, None) => {
                    self.frames.pop();
                    self.path
                        .truncate(self.frames.last().map_or(0, |frame| frame.path));
                    continue;
                }
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => old.cmp(new),
            };
            let old = old.filter(|_| order.is_le());
            let new = new.filter(|_| order.is_ge());
            let name = match (&old, &new) {
                (Some(item), _) | (None, Some(item)) => item.name,
                (None, None) => continue,
            };
            if let Some(item) = &old {
                frame.old_at = item.end;
            }
            if let Some(item) = &new {
                frame.new_at = item.end;
            }
            let (old, new) = (old.map(|item| item.entry), new.map(|item| item.entry));
            if old == new || new.is_none() && self.want == Want::New {
                continue;
            }
            self.path.truncate(top);
            self.path.extend_from_slice(name);
            if old.or(new).is_some_and(|entry| entry.is_tree()) {
                self.path.push(b'/');
                if new.is_none() && self.want == Want::Folded {
                    let path = self.path.strip_suffix(b"/").unwrap_or(&self.path);
                    each(Change { path, old, new })?;
                    continue;
                }
                // Modes of directories say nothing (old git wrote odd ones): the ids decide.
                if old.map(|entry| entry.id) != new.map(|entry| entry.id) {
                    let (old, new) = (old.map(|entry| entry.id), new.map(|entry| entry.id));
                    self.descend(old, new, each)?;
                }
            } else {
                let path = &self.path;
                each(Change { path, old, new })?;
            }
        }
        Ok(())
    }
}

/// One line of a tree.
pub(super) struct Item<'a> {
    pub(super) name: &'a [u8],
    pub(super) entry: Entry,
    /// Where the next one begins.
    pub(super) end: usize,
}

impl Item<'_> {
    /// Compares as git sorts trees: a directory as if its name ended with a slash.
    fn cmp(&self, other: &Self) -> Ordering {
        let shared = self.name.len().min(other.name.len());
        let after = |item: &Self| {
            let end = if item.entry.is_tree() { b'/' } else { 0 };
            *item.name.get(shared).unwrap_or(&end)
        };
        self.name[..shared]
            .cmp(&other.name[..shared])
            .then_with(|| after(self).cmp(&after(other)))
            .then_with(|| self.name.len().cmp(&other.name.len()))
            .then_with(|| self.entry.is_tree().cmp(&other.entry.is_tree()))
    }
}

pub(super) fn next<'a>(
    tree: Option<&'a Object<'_>>,
    at: usize,
    hash: usize,
) -> Result<Option<Item<'a>>> {
    tree.map_or(Ok(None), |tree| next_in((tree.id(), tree.data()), at, hash))
}

fn next_in((id, data): (Id, &[u8]), at: usize, hash: usize) -> Result<Option<Item<'_>>> {
    let Some(rest) = data.get(at..).filter(|rest| !rest.is_empty()) else {
        return Ok(None);
    };
    match item(rest, at, hash) {
        None => Err(anyhow!("the tree {id} is malformed")).hint(FSCK),
        item => Ok(item),
    }
}

fn item(rest: &[u8], at: usize, hash: usize) -> Option<Item<'_>> {
    let space = rest.iter().position(|&b| b == b' ')?;
    let mut mode = 0u32;
    for &b in &rest[..space] {
        // git takes any number of digits.
        mode = mode.wrapping_mul(8) + char::from(b).to_digit(8)?;
    }
    let nul = space + 1 + memchr::memchr(0, &rest[space + 1..])?;
    let id = Id::from_bytes(rest.get(nul + 1..nul + 1 + hash)?)?;
    Some(Item {
        name: &rest[space + 1..nul],
        entry: Entry::new(mode, id),
        end: at + nul + 1 + hash,
    })
}

/// Looks paths up in one tree; keeps the directories of the last path, for paths are asked in order.
pub(super) struct Finder {
    root: Option<Id>,
    /// The directories of the last path.
    open: Vec<Folder>,
}

struct Folder {
    /// Its path, with a slash at the end.
    path: Vec<u8>,
    id: Id,
    tree: Vec<u8>,
    /// Where the last search in it ended: the next one begins there.
    at: usize,
}

impl Finder {
    pub(super) fn new(root: Option<Id>) -> Self {
        Self {
            root,
            open: Vec::new(),
        }
    }

    /// Returns what `path` names, if anything (a tree that is not there names nothing).
    pub(super) fn find(&mut self, objects: &Objects<'_>, path: &[u8]) -> Result<Option<Entry>> {
        let outside = |folder: &Folder| !path.starts_with(&folder.path);
        while self.open.last().is_some_and(outside) {
            self.open.pop();
        }
        if self.open.is_empty() {
            let Some(root) = self.root else {
                return Ok(None);
            };
            if !self.enter(objects, root, b"")? {
                return Ok(None);
            }
        }
        while let Some(folder) = self.open.last_mut() {
            let start = folder.path.len();
            let end = memchr::memchr(b'/', &path[start..]).map_or(path.len(), |i| start + i);
            let Some(entry) = folder.lookup(&path[start..end], objects.hash_len())? else {
                return Ok(None);
            };
            if end == path.len() {
                return Ok(Some(entry));
            }
            if !entry.is_tree() || !self.enter(objects, entry.id, &path[..=end])? {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn enter(&mut self, objects: &Objects<'_>, id: Id, path: &[u8]) -> Result<bool> {
        let Some(tree) = objects.tree(id)? else {
            return Ok(false);
        };
        self.open.push(Folder {
            path: path.to_vec(),
            id,
            tree: tree.data().to_vec(),
            at: 0,
        });
        Ok(true)
    }
}

impl Folder {
    fn lookup(&mut self, name: &[u8], hash: usize) -> Result<Option<Entry>> {
        let last = self.at;
        for (from, to) in [(last, self.tree.len()), (0, last)] {
            let mut at = from;
            while at < to {
                let Some(item) = next_in((self.id, &self.tree), at, hash)? else {
                    break;
                };
                at = item.end;
                if item.name == name {
                    let entry = item.entry;
                    self.at = at;
                    return Ok(Some(entry));
                }
            }
        }
        Ok(None)
    }
}
