//! Git LFS: what git holds is a pointer, a small text that names the content; that lies in a folder of its own and is scanned.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::Sink;
use super::content::{Content, too_large};
use super::stored::OnDisk;
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

/// Returns the id of the content that a pointer names, 64 hex digits; nothing if the text is no pointer.
pub(super) fn pointer(text: &[u8]) -> Option<&str> {
    if text.len() >= LARGEST || !BEGINS.iter().any(|begin| text.starts_with(begin)) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let mut ids = text
        .lines()
        .filter_map(|line| line.strip_prefix("oid sha256:"));
    let id = ids.next()?.trim_end();
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (id.len() == 64 && id.bytes().all(hex)).then_some(id)
}

/// Scans the content that a pointer in a repository names, and returns what could not be read.
pub(super) fn scan(
    repository: &Repository,
    id: &str,
    (content, limit): (Content<'_>, u64),
    scan: Sink<'_>,
) -> io::Result<Vec<Skipped>> {
    match object(repository, id)? {
        Some(file) if file.size() > limit => {
            let reason = too_large(limit, file.size());
            Ok(vec![Skipped::new(content.path.to_vec(), reason)])
        }
        Some(file) => content.scan_all(&file, scan),
        None => Ok(vec![elsewhere(content.path)]),
    }
}

/// Does the same for a pointer that lies in a folder, which need not be of a repository.
pub(super) fn scan_in(
    folder: &Path,
    id: &str,
    content: (Content<'_>, u64),
    sink: Sink<'_>,
) -> io::Result<Vec<Skipped>> {
    let whole = worktree::whole(folder)?;
    let top = worktree::top_of(&whole);
    let open = |top: PathBuf| Repository::of_work_tree(&top, Caller::Person).ok();
    match top.and_then(open) {
        Some(repository) => scan(&repository, id, content, sink),
        None => Ok(vec![elsewhere(content.0.path)]),
    }
}

/// Returns the content that is kept under an id, if it is there.
pub(super) fn object(repository: &Repository, id: &str) -> io::Result<Option<OnDisk>> {
    let setting = repository
        .setting("lfs.storage")
        .map_err(io::Error::other)?;
    let folder = setting.unwrap_or_else(|| b"lfs".to_vec());
    let mut path = repository.common_dir().join(as_path(&folder));
    path.extend(["objects", &id[..2], &id[2..4], id]);
    match File::open(path) {
        Ok(file) => OnDisk::new(file).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn elsewhere(path: &[u8]) -> Skipped {
    Skipped {
        effect: Effect::Said,
        ..Skipped::new(path.to_vec(), ELSEWHERE.to_owned())
    }
}
