//! Git LFS: what git holds is a pointer, a small text that names the content; that lies in a folder of its own and is scanned.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Sink;
use super::content::{Content, too_large};
use super::stored::OnDisk;
use super::stream::why;
use crate::container::Data;
use crate::git::{Caller, Repository, as_path, worktree};
use crate::report::{Effect, Skipped};

/// How a pointer begins, and the largest there is (the specification of Git LFS, docs/spec.md there); the second form is of
/// its versions before 1.0.
const BEGINS: [&[u8]; 2] = [
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
];
const LARGEST: usize = 1024;

/// What is said of a content that is elsewhere.
const ELSEWHERE: &str = "contents not looked into: they are in Git LFS and not in this clone; `git lfs fetch --all` fetches them";

/// What a pointer names.
#[derive(Clone)]
pub(super) struct Pointer {
    /// The id of the content, 64 hex digits.
    id: String,
    /// How many bytes it has, if that is said.
    size: Option<u64>,
}

/// What is said of a content that is not what its pointer says.
const DAMAGED: &str = "its content in Git LFS is damaged: `git lfs fsck` says more";

/// Returns what a text names that is a pointer.
pub(super) fn pointer(text: &[u8]) -> Option<Pointer> {
    if text.len() >= LARGEST || !BEGINS.iter().any(|begin| text.starts_with(begin)) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let mut ids = text
        .lines()
        .filter_map(|line| line.strip_prefix("oid sha256:"));
    let id = ids.next()?.trim_end();
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let size = text.lines().find_map(|line| line.strip_prefix("size "));
    (id.len() == 64 && id.bytes().all(hex)).then(|| Pointer {
        id: id.to_owned(),
        size: size.and_then(|size| size.trim_end().parse().ok()),
    })
}

/// Scans the content that a pointer in a repository names, and returns what could not be read.
pub(super) fn scan(
    repository: &Repository,
    pointer: &Pointer,
    (content, limit): (Content<'_>, u64),
    scan: Sink<'_>,
) -> Vec<Skipped> {
    let read = match object(repository, pointer) {
        Ok(Some(file)) if file.size() > limit => {
            Err(io::Error::other(too_large(limit, file.size())))
        }
        Ok(Some(file)) => content.scan_all(&file, scan),
        Ok(None) => return vec![elsewhere(content.path)],
        Err(error) => Err(error),
    };
    read.unwrap_or_else(|error| vec![Skipped::new(content.path.to_vec(), why(&error))])
}

/// Does the same for a pointer that lies in a folder, which need not be of a repository.
pub(super) fn scan_in(
    folder: &Path,
    pointer: &Pointer,
    content: (Content<'_>, u64),
    sink: Sink<'_>,
) -> Vec<Skipped> {
    let top = worktree::whole(folder).ok();
    let top = top.and_then(|whole| worktree::top_of(&whole));
    let open = |top: PathBuf| Repository::of_work_tree(&top, Caller::Person).ok();
    match top.and_then(open) {
        Some(repository) => scan(&repository, pointer, content, sink),
        None => vec![elsewhere(content.0.path)],
    }
}

/// Returns the content that a pointer names, if it is there.
pub(super) fn object(repository: &Repository, pointer: &Pointer) -> io::Result<Option<OnDisk>> {
    let setting = repository
        .setting("lfs.storage")
        .map_err(io::Error::other)?;
    let folder = setting.unwrap_or_else(|| b"lfs".to_vec());
    let mut path = repository.common_dir().join(as_path(&folder));
    let id = pointer.id.as_str();
    path.extend(["objects", &id[..2], &id[2..4], id]);
    let meta = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        meta => meta?,
    };
    // A pipe would be waited for.
    if !meta.is_file() || pointer.size.is_some_and(|size| size != meta.len()) {
        return Err(io::Error::other(DAMAGED));
    }
    OnDisk::new(fs::File::open(path)?).map(Some)
}

fn elsewhere(path: &[u8]) -> Skipped {
    Skipped {
        effect: Effect::Said,
        ..Skipped::new(path.to_vec(), ELSEWHERE.to_owned())
    }
}
