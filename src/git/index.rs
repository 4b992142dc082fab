//! The index file: which tree it names, found from its end without reading its entries.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result};

use super::change::Id;

/// How much of the file is read at a time.
const PIECE: usize = 64 << 10;

/// What the index file says of the tree that will be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// There is no index: nothing is staged, every file is gone.
    NoIndex,
    /// The tree, which git has written already.
    Tree(Id),
    /// The index does not know; its entries must be read.
    Unknown,
}

/// Returns the tree that the index names, from the first entry of its cache-tree (extension `TREE`).
///
/// Inside `git commit` it nearly always does: git writes the trees and the index before it runs the hook.
pub(super) fn root(path: &Path, hash: usize) -> Result<Root> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Root::NoIndex),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot open {}", path.display()));
        }
    };
    let end = file
        .seek(SeekFrom::End(0))
        .context("cannot read the index")?
        .saturating_sub(u64::try_from(hash)?);
    let found = extension(&mut file, end).context("cannot read the index")?;
    let Some(at) = found else {
        return Ok(Root::Unknown);
    };
    // The root's path is empty, and its count has ten digits at most.
    let mut start = [0; 64];
    let want = usize::try_from(end - at).unwrap_or(usize::MAX).min(64);
    file.seek(SeekFrom::Start(at))
        .and_then(|_| file.read_exact(&mut start[..want]))
        .context("cannot read the index")?;
    Ok(root_id(&start[8.min(want)..want], hash).map_or(Root::Unknown, Root::Tree))
}

/// Reads `NUL count SP subtrees LF id`; a negative count means that the tree is not known.
fn root_id(entry: &[u8], hash: usize) -> Option<Id> {
    let rest = entry.strip_prefix(b"\0")?;
    let space = rest.iter().position(|&b| b == b' ')?;
    let line = rest.iter().position(|&b| b == b'\n')?;
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if space >= line || !digits(&rest[..space]) || !digits(&rest[space + 1..line]) {
        return None;
    }
    Id::from_bytes(rest.get(line + 1..line + 1 + hash)?)
}

/// Returns where the extension `TREE` begins, searched backwards from `end`, where the checksum begins.
pub(super) fn extension(file: &mut File, end: u64) -> std::io::Result<Option<u64>> {
    let mut piece = Vec::new();
    let mut to = end;
    while to > 12 {
        let from = to.saturating_sub(PIECE as u64).max(12);
        // A mark may lie across two pieces.
        let overlap = (end - to).min(3);
        piece.resize(usize::try_from(to - from + overlap).unwrap_or(0), 0);
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut piece)?;
        let hits: Vec<usize> = memchr::memmem::find_iter(&piece, b"TREE").collect();
        for hit in hits.into_iter().rev() {
            let at = from + hit as u64;
            if chain_ends(file, at, end)? {
                return Ok(Some(at));
            }
        }
        to = from;
    }
    Ok(None)
}

/// Tells whether extensions follow each other from `at` exactly to `end`: four letters, a size, as many bytes.
///
/// A file name cannot imitate that: it holds no NUL, so the size it would give is far beyond any index.
fn chain_ends(file: &mut File, mut at: u64, end: u64) -> std::io::Result<bool> {
    while at < end {
        let mut header = [0; 8];
        if end - at < 8 {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut header)?;
        let [a, b, c, d, size @ ..] = header;
        if ![a, b, c, d].iter().all(u8::is_ascii_alphabetic) {
            return Ok(false);
        }
        at += 8 + u64::from(u32::from_be_bytes(size));
    }
    Ok(at == end)
}
