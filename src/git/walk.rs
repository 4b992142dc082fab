//! The index against a tree, entry by entry; directories that git knows to be equal are passed over.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::change::{Change, Entry, Id, Want};
use super::entries::{CacheTree, Entries};
use super::index;
use super::objects::{Object, Objects};
use super::tree;

/// The changes wait until the whole index has proved readable, or until they take this much.
const WAITING: usize = 16 << 20;

/// Calls `each` with every path in which the index at `path` differs from the tree `head`; returns `false` if the index
/// is of a kind that only git can read.
pub(super) fn walk(
    objects: &Objects<'_>,
    path: &Path,
    head: Option<Id>,
    want: Want,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<bool> {
    let mut waiting = Waiting::default();
    let result = compare(objects, path, head, want, &mut |change| {
        waiting.take(change);
        if waiting.size() > WAITING {
            waiting.told = true;
            waiting.tell(each)?;
        }
        Ok(())
    });
    match result {
        Ok(()) => {
            waiting.tell(each)?;
            Ok(true)
        }
        Err(_) if !waiting.told => Ok(false),
        Err(error) => Err(error),
    }
}

/// Changes that are not told yet.
#[derive(Default)]
struct Waiting {
    paths: Vec<u8>,
    changes: Vec<(usize, Option<Entry>, Option<Entry>)>,
    told: bool,
}

impl Waiting {
    fn take(&mut self, change: Change<'_>) {
        self.paths.extend_from_slice(change.path);
        self.changes
            .push((self.paths.len(), change.old, change.new));
    }

    fn size(&self) -> usize {
        self.paths.len() + self.changes.len() * size_of::<(usize, Option<Entry>, Option<Entry>)>()
    }

    fn tell(&mut self, each: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<()> {
        let mut start = 0;
        for &(end, old, new) in &self.changes {
            let path = &self.paths[start..end];
            each(Change { path, old, new })?;
            start = end;
        }
        self.paths.clear();
        self.changes.clear();
        Ok(())
    }
}

fn compare(
    objects: &Objects<'_>,
    path: &Path,
    head: Option<Id>,
    want: Want,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<()> {
    let hash = objects.hash_len();
    let mut file = File::open(path).context("cannot open")?;
    let size = file.seek(SeekFrom::End(0)).context("cannot read")?;
    let found = index::extension(&mut file, size.saturating_sub(u64::try_from(hash)?))?;
    let cache = match found {
        Some(at) => cache_tree(&mut file, at, hash)?,
        None => None,
    };
    let mut walk = Walk {
        objects,
        cache,
        want,
        entries: Entries::open(file, hash)?,
        path: Vec::new(),
        frames: Vec::new(),
        hash,
    };
    if let Some(head) = head {
        walk.descend(head, Some(0))?;
    }
    walk.run(each)?;
    let (mut file, at, end) = walk.entries.finish();
    extensions(&mut file, at, end, found)
}

/// Returns what the index at `path` holds at each of some paths, which must be sorted. Where a part of an index may be
/// in a file of its own, `split`, only what follows the entries tells whether these are all of them.
pub(super) fn find(
    path: &Path,
    hash: usize,
    paths: &[&[u8]],
    split: bool,
) -> Result<Vec<Option<Entry>>> {
    let mut entries = Entries::open(File::open(path).context("cannot open")?, hash)?;
    let found = entries.find(paths, split)?;
    if split {
        let (mut file, at, end) = entries.finish();
        extensions(&mut file, at, end, None)?;
    }
    Ok(found)
}

fn cache_tree(file: &mut File, at: u64, hash: usize) -> Result<Option<CacheTree>> {
    let mut size = [0; 4];
    file.seek(SeekFrom::Start(at + 4))?;
    file.read_exact(&mut size)?;
    // The chain of extensions has shown that so much is there.
    let mut data = vec![0; usize::try_from(u32::from_be_bytes(size))?];
    file.read_exact(&mut data)?;
    Ok(CacheTree::parse(data, hash))
}

/// Checks that nothing but extensions that may be passed over follows the entries, and that the cache-tree is one.
fn extensions(file: &mut File, mut at: u64, end: u64, cache: Option<u64>) -> Result<()> {
    let mut seen = cache.is_none();
    while at < end {
        let mut header = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut header)?;
        let [name @ .., a, b, c, d] = header;
        // Whoever does not know an extension in lower case must not read the index. `sdir` says that directories
        // may stand for their files.
        if !name[0].is_ascii_uppercase() && name != *b"sdir" {
            bail!("an extension that must be known");
        }
        seen |= Some(at) == cache;
        at += 8 + u64::from(u32::from_be_bytes([a, b, c, d]));
    }
    if at != end || !seen {
        bail!("malformed extensions");
    }
    Ok(())
}

/// One directory of HEAD.
struct Frame<'a> {
    tree: Object<'a>,
    at: usize,
    /// How much of the path names it.
    path: usize,
    /// The cache-tree's children of this directory.
    children: Vec<u32>,
}

struct Walk<'a> {
    objects: &'a Objects<'a>,
    cache: Option<CacheTree>,
    want: Want,
    entries: Entries,
    /// The current path in HEAD; a directory ends with a slash.
    path: Vec<u8>,
    frames: Vec<Frame<'a>>,
    hash: usize,
}

impl Walk<'_> {
    fn descend(&mut self, tree: Id, node: Option<u32>) -> Result<()> {
        // A tree that is not there (partial clone) counts as empty: what it held is not known.
        if let Some(tree) = self.objects.tree(tree)? {
            let children = match (&self.cache, node) {
                (Some(cache), Some(node)) => cache.children(node),
                _ => Vec::new(),
            };
            self.frames.push(Frame {
                tree,
                at: 0,
                path: self.path.len(),
                children,
            });
        }
        Ok(())
    }

    fn run(&mut self, each: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<()> {
        let mut more = self.entries.next()?;
        let mut head = self.advance()?;
        while more || head.is_some() {
            let Some(old) = head else {
                self.added(each)?;
                more = self.entries.next()?;
                continue;
            };
            if more && old.is_tree() && self.entries.path.starts_with(&self.path) {
                if self.entries.path == self.path {
                    // A directory of a sparse index.
                    self.beneath(Some(old.id), Some(self.entries.entry.id), each)?;
                    more = self.entries.next()?;
                    head = self.advance()?;
                    continue;
                }
                let node = self.node();
                let known = node.and_then(|node| self.cache.as_ref()?.known(node, self.hash));
                match known {
                    Some((count, id)) if id == old.id => more = self.pass(count)?,
                    _ => self.descend(old.id, node)?,
                }
                head = self.advance()?;
                continue;
            }
            let order = if more {
                self.entries.path.as_slice().cmp(&self.path)
            } else {
                Ordering::Greater
            };
            match order {
                Ordering::Less => {
                    self.added(each)?;
                    more = self.entries.next()?;
                }
                Ordering::Greater => {
                    if self.want != Want::New {
                        self.deleted(old, each)?;
                    }
                    head = self.advance()?;
                }
                Ordering::Equal => {
                    let entry = (!self.entries.intent).then_some(self.entries.entry);
                    let wanted = entry.is_some() || self.want != Want::New;
                    if !self.entries.unmerged && entry != Some(old) && wanted {
                        each(Change {
                            path: &self.path,
                            old: Some(old),
                            new: entry,
                        })?;
                    }
                    // Every side of a conflict has the path.
                    loop {
                        more = self.entries.next()?;
                        if !more || self.entries.path != self.path {
                            break;
                        }
                    }
                    head = self.advance()?;
                }
            }
        }
        Ok(())
    }

    /// Goes on to the next item of HEAD: `path` becomes its path, a directory is not entered.
    fn advance(&mut self) -> Result<Option<Entry>> {
        while let Some(frame) = self.frames.last_mut() {
            self.path.truncate(frame.path);
            if let Some(item) = tree::next(Some(&frame.tree), frame.at, self.hash)? {
                frame.at = item.end;
                self.path.extend_from_slice(item.name);
                if item.entry.is_tree() {
                    self.path.push(b'/');
                }
                return Ok(Some(item.entry));
            }
            self.frames.pop();
        }
        Ok(None)
    }

    /// Returns the cache-tree's node of the current directory of HEAD.
    fn node(&self) -> Option<u32> {
        let frame = self.frames.last()?;
        let name = self.path.get(frame.path..self.path.len() - 1)?;
        self.cache.as_ref()?.child(&frame.children, name)
    }

    /// Passes over the entries of a directory that is equal; the current entry is the first of them.
    fn pass(&mut self, count: u32) -> Result<bool> {
        if count == 0 || count > 1 && !self.entries.skip(count - 1)? {
            bail!("the cache-tree does not fit the entries");
        }
        let last_inside = self.entries.path.starts_with(&self.path);
        let more = self.entries.next()?;
        if !last_inside || more && self.entries.path.starts_with(&self.path) {
            bail!("the cache-tree does not fit the entries");
        }
        Ok(more)
    }

    /// Tells of the current entry, which is not in HEAD.
    fn added(&mut self, each: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<()> {
        let entry = self.entries.entry;
        if self.entries.intent || self.entries.unmerged {
            return Ok(());
        }
        if entry.is_tree() {
            let path = std::mem::replace(&mut self.path, self.entries.path.clone());
            let result = self.beneath(None, Some(entry.id), each);
            self.path = path;
            return result;
        }
        each(Change {
            path: &self.entries.path,
            old: None,
            new: Some(entry),
        })
    }

    /// Tells of the current item of HEAD, which is not in the index.
    fn deleted(&self, old: Entry, each: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<()> {
        if old.is_tree() {
            return self.beneath(Some(old.id), None, each);
        }
        each(Change {
            path: &self.path,
            old: Some(old),
            new: None,
        })
    }

    /// Tells of everything that differs below the directory `path`.
    fn beneath(
        &self,
        old: Option<Id>,
        new: Option<Id>,
        each: &mut dyn FnMut(Change<'_>) -> Result<()>,
    ) -> Result<()> {
        tree::diff_at(&self.path, self.objects, (old, new), self.want, each)
    }
}
