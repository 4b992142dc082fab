//! Objects that lie in files of their own: read here, for libgit2 takes a file that ends early for one without an end, and one
//! that is longer or shorter than it says for whole.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::{Decompress, FlushDecompress, Status};

use super::change::Id;
use super::objects::Kind;
use super::packs::Packs;
use super::{as_path, worktree};
use crate::hint;

/// What a file of an object holds.
pub(super) enum Loose {
    /// There is no such file.
    Nowhere,
    /// It cannot be read, or is not what its first bytes say.
    Damaged,
    /// Something else than a file is in its place: git, too, would wait for a pipe.
    NoFile,
    /// Its kind and size, and its content if that is not larger than wanted.
    Read(Kind, u64, Option<Vec<u8>>),
}

/// The folders in which such files lie.
pub(super) struct Folders {
    first: PathBuf,
    /// Whether the environment names others.
    environment: bool,
    all: OnceCell<Vec<PathBuf>>,
    packs: OnceCell<Packs>,
}

impl Folders {
    /// Returns the folders of a repository; nothing is opened before they are needed.
    pub(super) fn new(common_dir: &Path, environment: bool) -> Self {
        let named = environment.then(|| worktree::variable("GIT_OBJECT_DIRECTORY"));
        let named = named.flatten().map(PathBuf::from);
        Self {
            first: named.unwrap_or_else(|| common_dir.join("objects")),
            environment,
            all: OnceCell::new(),
            packs: OnceCell::new(),
        }
    }

    /// Returns all of them: the first, and those that lend objects to it.
    pub(super) fn all(&self) -> &[PathBuf] {
        self.all.get_or_init(|| self.list())
    }

    /// Tells whether a pack holds an object, too: git prefers that.
    pub(super) fn have_packed(&self, id: Id) -> bool {
        let packs = || Packs::of(self.all().iter().map(PathBuf::as_path));
        self.packs.get_or_init(packs).hold(id)
    }

    /// Returns the object that lies in a file under its id, with its content if that has no more than `limit` bytes; an error
    /// if no more files may be open, which says nothing of the object.
    pub(super) fn read(&self, id: Id, limit: u64) -> io::Result<Loose> {
        let hex = id.to_string();
        let mut found = Loose::Nowhere;
        for folder in self.all() {
            let path = folder.join(&hex[..2]).join(&hex[2..]);
            let file = match fs::metadata(&path) {
                Ok(meta) if meta.is_file() => match File::open(&path) {
                    Err(error) if hint::is_full(&error) => return Err(error),
                    file => file.ok(),
                },
                Ok(_) => return Ok(Loose::NoFile),
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                _ => None,
            };
            let read = file.and_then(|file| inflated(file, limit));
            let Some((kind, size, content)) = read else {
                // Another folder may have it whole.
                found = Loose::Damaged;
                continue;
            };
            return Ok(Loose::Read(kind, size, content));
        }
        Ok(found)
    }

    /// Returns the file of an object in the first folder, if there is one and it is damaged.
    pub(super) fn damaged(&self, id: Id) -> Option<PathBuf> {
        let hex = id.to_string();
        let path = self.first.join(&hex[..2]).join(&hex[2..]);
        // A pipe in its place is not waited for.
        let is_file = fs::metadata(&path).ok()?.is_file();
        let is_whole = is_file && inflated(File::open(&path).ok()?, u64::MAX).is_some();
        (!is_whole).then_some(path)
    }

    /// Returns the first folder, and those that it and the environment lend from.
    fn list(&self) -> Vec<PathBuf> {
        /// git follows no more of them (`alternates` in its gitrepository-layout(5)).
        const DEEP: usize = 6;
        let mut all = vec![self.first.clone()];
        if self.environment
            && let Some(named) = worktree::variable("GIT_ALTERNATE_OBJECT_DIRECTORIES")
        {
            all.extend(std::env::split_paths(&named));
        }
        let mut known: HashSet<PathBuf> = all.iter().cloned().collect();
        let mut from = 0;
        for _ in 0..DEEP {
            let until = all.len();
            for at in from..until {
                let text = fs::read(all[at].join("info/alternates")).unwrap_or_default();
                let lines = text.split(|&b| b == b'\n');
                let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
                for line in lines {
                    let folder = all[at].join(as_path(line));
                    if folder.is_dir() && known.insert(folder.clone()) {
                        all.push(folder);
                    }
                }
            }
            from = until;
        }
        all
    }
}

/// Returns what a file of an object holds; nothing if it is damaged. Its form is `KIND SIZE`, a NUL and the content, as one zlib
/// stream (git's loose object format).
fn inflated(mut file: File, limit: u64) -> Option<(Kind, u64, Option<Vec<u8>>)> {
    /// A kind and a size are no longer.
    const HEADER: usize = 32;
    /// So much is read at once: to clear more than 2 KiB costs more than to read a small object.
    const INPUT: usize = 2000;
    let mut stream = Decompress::new(true);
    let mut input = [0; INPUT];
    let (mut from, mut until) = (0, 0);
    let mut out = Vec::with_capacity(HEADER);
    let mut head: Option<(Kind, usize)> = None;
    loop {
        let before = (stream.total_in(), stream.total_out());
        let status = stream.decompress_vec(&input[from..until], &mut out, FlushDecompress::None);
        let status = status.ok()?;
        from += usize::try_from(stream.total_in() - before.0).ok()?;
        let ends = status == Status::StreamEnd;
        if head.is_none() && (out.len() >= HEADER || ends) {
            let end = memchr::memchr(0, &out)?;
            let (kind, size) = header(&out[..end])?;
            if size > limit {
                return Some((kind, size, None));
            }
            let size = usize::try_from(size).ok()?;
            out.drain(..=end);
            // One more than there is to be: what is too long shows.
            out.reserve_exact((size + 1).saturating_sub(out.len()));
            head = Some((kind, size));
        }
        if let Some((kind, size)) = head {
            if ends {
                return (out.len() == size).then_some((kind, size as u64, Some(out)));
            }
            if out.len() > size {
                return None;
            }
        }
        if before == (stream.total_in(), stream.total_out()) {
            // It goes on with more input, or never.
            if from < until {
                return None;
            }
            (from, until) = (0, file.read(&mut input).ok().filter(|&length| length > 0)?);
        }
    }
}

fn header(text: &[u8]) -> Option<(Kind, u64)> {
    let text = std::str::from_utf8(text).ok()?;
    let (kind, size) = text.split_once(' ')?;
    let size = size.bytes().all(|b| b.is_ascii_digit()).then_some(size)?;
    Some((Kind::of(kind)?, size.parse().ok()?))
}
