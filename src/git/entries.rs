//! The entries of an index file, one after the other, and the cache-tree that says which directories they make.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use anyhow::{Context, Result, bail};

use super::change::{Entry, Id};

/// How much of the file is read at a time.
const PIECE: usize = 256 << 10;
/// A path longer than this is no path.
const LONGEST: usize = 4 << 20;

/// Flag of an entry: two more bytes of flags follow.
const EXTENDED: u16 = 0x4000;
/// Extended flag: `git add --intent-to-add`.
const INTENT: u16 = 0x2000;
/// Extended flag: the file is not in the work tree, which says nothing about the commit.
const SKIP_WORKTREE: u16 = 0x4000;

/// Reads the entries of an index of version 2, 3 or 4 in order. Whatever it does not know is an error.
pub(super) struct Entries {
    file: File,
    /// Where the entries and extensions end and the checksum begins.
    end: u64,
    version: u32,
    hash: usize,
    /// How many entries have not been read yet.
    left: u32,
    buffer: Vec<u8>,
    at: usize,
    /// Where the buffer's end is in the file.
    read: u64,
    /// The current path.
    pub(super) path: Vec<u8>,
    /// What the current path names; a directory if the index is sparse.
    pub(super) entry: Entry,
    /// Whether the entry is part of a conflict.
    pub(super) unmerged: bool,
    /// Whether the entry is an intention only, without a content.
    pub(super) intent: bool,
}

/// One entry as it lies in the buffer.
struct Raw {
    /// How many bytes it takes.
    len: usize,
    /// How many bytes of the path before it are not its own (version 4); `None`: all of them.
    strip: Option<usize>,
    /// Where its name (or the rest of it) begins and ends.
    name: (usize, usize),
    /// How long the whole path is said to be, if that can be said: git goes by it.
    stated: Option<usize>,
}

impl Entries {
    /// Reads the header of an index file.
    pub(super) fn open(mut file: File, hash: usize) -> Result<Self> {
        let size = file.seek(SeekFrom::End(0)).context("cannot read")?;
        let end = size.saturating_sub(u64::try_from(hash)?);
        let mut header = [0; 12];
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_exact(&mut header))
            .context("cannot read")?;
        let [signature, version, left] = [0, 4, 8].map(|at| word(&header, at));
        if header[..4] != *b"DIRC" || !matches!(version, 2..=4) || end < 12 {
            bail!("no index of a known version ({signature:x}, {version})");
        }
        Ok(Self {
            file,
            end,
            version,
            hash,
            left,
            buffer: Vec::new(),
            at: 0,
            read: 12,
            path: Vec::new(),
            entry: Entry {
                mode: 0,
                id: Id::from_bytes(&[0; 20]).context("twenty bytes are an id")?,
            },
            unmerged: false,
            intent: false,
        })
    }

    /// Reads the next entry into the fields; returns `false` after the last one.
    pub(super) fn next(&mut self) -> Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        let raw = self.raw()?;
        let bytes = &self.buffer[self.at..];
        let name = &bytes[raw.name.0..raw.name.1];
        let strip = raw.strip.unwrap_or(self.path.len());
        if strip > self.path.len() || memchr::memchr(0, name).is_some() {
            bail!("a malformed path");
        }
        let kept = self.path.len() - strip;
        if raw.stated.is_some_and(|stated| stated != kept + name.len()) {
            bail!("a path of another length than stated");
        }
        // What the old and the new path share need not be compared.
        let order = self.path[kept..].cmp(name);
        let (was_unmerged, first) = (self.unmerged, self.path.is_empty());
        self.path.truncate(kept);
        self.path.extend_from_slice(name);
        let flags = half(bytes, 40 + self.hash);
        let extended = if flags & EXTENDED == 0 {
            0
        } else {
            half(bytes, 42 + self.hash)
        };
        self.unmerged = flags & 0x3000 != 0;
        self.intent = extended & INTENT != 0;
        let mode = word(bytes, 24);
        let id = Id::from_bytes(&bytes[40..40 + self.hash]).context("the length of an id")?;
        self.entry = Entry::new(mode, id);
        let directory = self.path.last() == Some(&b'/');
        let sorted = order.is_lt() || first || order.is_eq() && self.unmerged && was_unmerged;
        if !sorted
            || self.path.is_empty()
            || extended & !(INTENT | SKIP_WORKTREE) != 0
            || !matches!(mode >> 12, 0o10 | 0o12 | 0o16) && !self.entry.is_tree()
            || directory != self.entry.is_tree()
        {
            bail!("a malformed entry");
        }
        self.at += raw.len;
        self.left -= 1;
        Ok(true)
    }

    /// Passes over entries; the last one of them is read. Returns `false` if there are not so many.
    pub(super) fn skip(&mut self, count: u32) -> Result<bool> {
        if count == 0 || count > self.left {
            return Ok(false);
        }
        for _ in 1..count {
            if let Some((_, _, len)) = self.glance() {
                self.at += len;
                self.left -= 1;
                continue;
            }
            let raw = self.raw()?;
            if let Some(strip) = raw.strip {
                if strip > self.path.len() {
                    bail!("a malformed path");
                }
                self.path.truncate(self.path.len() - strip);
                let name = self.at + raw.name.0..self.at + raw.name.1;
                self.path.extend_from_slice(&self.buffer[name]);
                if raw.stated.is_some_and(|stated| stated != self.path.len()) {
                    bail!("a path of another length than stated");
                }
            }
            self.at += raw.len;
            self.left -= 1;
        }
        if self.version != 4 {
            // What was passed over was not compared.
            self.path.clear();
        }
        self.next()
    }

    /// Returns what the index holds at each of some paths, which must be sorted. Cheaper than reading every entry; ends
    /// at the last of the paths, unless the `rest` shall be passed over too.
    pub(super) fn find(&mut self, paths: &[&[u8]], rest: bool) -> Result<Vec<Option<Entry>>> {
        let mut found = vec![None; paths.len()];
        let mut wanted = 0;
        while self.left > 0 && (rest || wanted < paths.len()) {
            if let Some((start, end, len)) = self.glance() {
                // Most entries differ in the first byte.
                let first = self.buffer[self.at..][start..end].first();
                if paths.get(wanted).is_none_or(|path| first < path.first()) {
                    self.at += len;
                    self.left -= 1;
                    continue;
                }
            }
            let raw = self.raw()?;
            let bytes = &self.buffer[self.at..];
            let mut name = &bytes[raw.name.0..raw.name.1];
            if let Some(strip) = raw.strip {
                if strip > self.path.len() {
                    bail!("a malformed path");
                }
                self.path.truncate(self.path.len() - strip);
                self.path.extend_from_slice(name);
                name = &self.path;
            }
            while wanted < paths.len() && paths[wanted] < name {
                wanted += 1;
            }
            if name.last() == Some(&b'/')
                && paths[wanted..].iter().any(|path| path.starts_with(name))
            {
                bail!("a directory of a sparse index");
            }
            let flags = half(bytes, 40 + self.hash);
            let intent = flags & EXTENDED != 0 && half(bytes, 42 + self.hash) & INTENT != 0;
            if paths.get(wanted) == Some(&name) && flags & 0x3000 == 0 && !intent {
                let id = Id::from_bytes(&bytes[40..40 + self.hash]);
                found[wanted] = id.map(|id| Entry::new(word(bytes, 24), id));
            }
            self.at += raw.len;
            self.left -= 1;
        }
        Ok(found)
    }

    /// Returns where the entries end in the file, once all are read.
    pub(super) fn finish(self) -> (File, u64, u64) {
        let unread = u64::try_from(self.buffer.len() - self.at).unwrap_or(0);
        (self.file, self.read - unread, self.end)
    }

    /// Returns where the name of the next entry begins and ends, and how long the entry is, if it is an ordinary one and
    /// all of it is in the buffer: the same as `raw`, for the many that are only passed over.
    #[inline]
    fn glance(&self) -> Option<(usize, usize, usize)> {
        if self.version == 4 {
            return None;
        }
        let bytes = self.buffer.get(self.at..)?;
        let fixed = 42 + self.hash;
        let flags = bytes.get(fixed - 2..fixed)?;
        let flags = u16::from_be_bytes([flags[0], flags[1]]);
        let stated = usize::from(flags & 0xFFF);
        if stated == 0xFFF || flags & EXTENDED != 0 {
            return None;
        }
        let end = fixed + stated;
        let len = (end + 8) & !7;
        (bytes.len() >= len && bytes[end] == 0).then_some((fixed, end, len))
    }

    /// Returns the extents of the next entry, with all of it in the buffer.
    fn raw(&mut self) -> Result<Raw> {
        loop {
            if let Some(raw) = extents(&self.buffer[self.at..], self.version, self.hash)? {
                return Ok(raw);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<()> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let rest = usize::try_from(self.end - self.read).unwrap_or(usize::MAX);
        let more = rest.min(PIECE);
        if more == 0 || self.buffer.len() > LONGEST {
            bail!("it ends in the middle of an entry");
        }
        // Not `read_exact`: the buffer would be filled with zeros first, which costs as much as all the rest.
        self.buffer.reserve(PIECE);
        self.file
            .seek(SeekFrom::Start(self.read))
            .context("cannot read")?;
        let wanted = u64::try_from(more)?;
        let read = (&mut self.file).take(wanted).read_to_end(&mut self.buffer);
        if read.context("cannot read")? != more {
            bail!("it became shorter");
        }
        self.read += wanted;
        Ok(())
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// Measures the entry at the start of `bytes`; `None` if not all of it is there.
fn extents(bytes: &[u8], version: u32, hash: usize) -> Result<Option<Raw>> {
    let fixed = 42 + hash;
    // With the extended flags and the first byte of the name at least.
    if bytes.len() < fixed + 3 {
        return Ok(None);
    }
    let flags = half(bytes, fixed - 2);
    let mut start = fixed;
    if flags & EXTENDED != 0 {
        start += 2;
        if version < 3 {
            bail!("extended flags in an index of version 2");
        }
    }
    let mut strip = None;
    if version == 4 {
        let Some((value, used)) = varint(&bytes[start..])? else {
            return Ok(None);
        };
        strip = Some(value);
        start += used;
    }
    // Longer names than the flags can say, and the rest of a name in version 4, end with a NUL.
    let stated = usize::from(flags & 0xFFF);
    let end = if version == 4 || stated == 0xFFF {
        match memchr::memchr(0, &bytes[start..]) {
            Some(i) => start + i,
            None => return Ok(None),
        }
    } else {
        start + stated
    };
    // In versions 2 and 3 one to eight NULs fill an entry up.
    let len = if version == 4 {
        end + 1
    } else {
        (end + 8) & !7
    };
    if bytes.len() < len {
        return Ok(None);
    }
    if bytes[end] != 0 {
        bail!("a path without an end");
    }
    Ok(Some(Raw {
        len,
        strip,
        name: (start, end),
        stated: (stated != 0xFFF).then_some(stated),
    }))
}

/// Reads git's variable-length number, and how many bytes it takes; `None` if it goes on beyond the end.
fn varint(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let mut value = 0usize;
    for (i, &byte) in bytes.iter().enumerate() {
        value = (value << 7) + usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Ok(Some((value, i + 1)));
        }
        value += 1;
        if i > 4 {
            bail!("a malformed number");
        }
    }
    Ok(None)
}

/// The cache-tree: for each directory, how many entries it covers and which tree they make, if git knows.
pub(super) struct CacheTree {
    data: Vec<u8>,
    nodes: Vec<Node>,
}

#[derive(Clone, Copy)]
struct Node {
    /// Its name in `data`.
    name: (u32, u32),
    /// How many entries it covers; none if git does not know its tree.
    count: Option<u32>,
    /// Where the tree's id stands.
    id: u32,
    /// The first node that is not below it.
    next: u32,
}

impl CacheTree {
    /// Parses the extension's content.
    pub(super) fn parse(data: Vec<u8>, hash: usize) -> Option<Self> {
        let mut nodes: Vec<Node> = Vec::new();
        // Which nodes are open, and how many children each still wants.
        let mut open: Vec<(usize, u32)> = Vec::new();
        let mut at = 0;
        loop {
            let (node, children, end) = node(&data, at, hash)?;
            at = end;
            nodes.push(node);
            open.push((nodes.len() - 1, children));
            while let Some((index, wanted)) = open.last_mut() {
                if *wanted > 0 {
                    *wanted -= 1;
                    break;
                }
                nodes[*index].next = u32::try_from(nodes.len()).ok()?;
                open.pop();
            }
            if open.is_empty() {
                break;
            }
        }
        (at == data.len()).then_some(Self { data, nodes })
    }

    /// Returns the children of a node (0 is the root), sorted by name.
    pub(super) fn children(&self, node: u32) -> Vec<u32> {
        let Some(parent) = self.node(node) else {
            return Vec::new();
        };
        let mut children = Vec::new();
        let mut child = node + 1;
        while child < parent.next {
            children.push(child);
            child = self.node(child).map_or(parent.next, |child| child.next);
        }
        children.sort_by(|&a, &b| self.name(a).cmp(self.name(b)));
        children
    }

    /// Returns the child with a name among children from `children`.
    pub(super) fn child(&self, children: &[u32], name: &[u8]) -> Option<u32> {
        let found = children.binary_search_by(|&child| self.name(child).cmp(name));
        found.ok().map(|i| children[i])
    }

    /// Returns how many entries a directory covers and the tree that they make.
    pub(super) fn known(&self, node: u32, hash: usize) -> Option<(u32, Id)> {
        let node = self.node(node)?;
        let at = usize::try_from(node.id).ok()?;
        Some((node.count?, Id::from_bytes(self.data.get(at..at + hash)?)?))
    }

    fn node(&self, node: u32) -> Option<Node> {
        self.nodes.get(usize::try_from(node).ok()?).copied()
    }

    fn name(&self, node: u32) -> &[u8] {
        let range = self.node(node).and_then(|node| {
            Some(usize::try_from(node.name.0).ok()?..usize::try_from(node.name.1).ok()?)
        });
        range
            .and_then(|range| self.data.get(range))
            .unwrap_or_default()
    }
}

/// Reads `name NUL count SP children LF id`.
fn node(data: &[u8], at: usize, hash: usize) -> Option<(Node, u32, usize)> {
    let rest = data.get(at..)?;
    let nul = memchr::memchr(0, rest)?;
    let space = nul + 1 + memchr::memchr(b' ', &rest[nul + 1..])?;
    let line = space + 1 + memchr::memchr(b'\n', &rest[space + 1..])?;
    let text = |from, to| std::str::from_utf8(&rest[from..to]).ok();
    let count: i64 = text(nul + 1, space)?.parse().ok()?;
    let children: u32 = text(space + 1, line)?.parse().ok()?;
    let count = u32::try_from(count).ok();
    let id = at + line + 1;
    let end = id + if count.is_some() { hash } else { 0 };
    if end > data.len() {
        return None;
    }
    let node = Node {
        name: (u32::try_from(at).ok()?, u32::try_from(at + nul).ok()?),
        count,
        id: u32::try_from(id).ok()?,
        next: 0,
    };
    Some((node, children, end))
}
