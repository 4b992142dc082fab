//! Git LFS: what git holds is a pointer, a small text that names the content; that lies in a folder of its own and is scanned.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Sink;
use super::content::{Content, too_large};
use super::stored::OnDisk;
use super::stream::why;
use crate::container::Data;
use crate::git::{Caller, Repository, as_path, worktree};
use crate::report::{Reason, Skipped};

/// How a pointer begins, and the largest there is (the specification of Git LFS, docs/spec.md there); the other forms are of
/// its versions before 1.0.
const BEGINS: [&[u8]; 3] = [
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
    b"version http://git-media.io/v/",
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
const DAMAGED: &str = "it is damaged; `git lfs fsck` says more";

/// Returns what a text names that is a pointer.
pub(super) fn pointer(text: &[u8]) -> Option<Pointer> {
    if text.len() >= LARGEST {
        return None;
    }
    // Git LFS passes over white space in front.
    let text = text.trim_ascii_start();
    if !BEGINS.iter().any(|begin| text.starts_with(begin)) {
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
    let missed = |reason: Reason| vec![Skipped::new(content.path.to_vec(), reason)];
    let read = match object(repository, pointer) {
        Ok(Some(file)) if file.size() > limit => {
            return missed(too_large(limit, Some(file.size())));
        }
        Ok(Some(file)) => content.scan_all(&file, scan),
        // Nothing is kept of what is empty.
        Ok(None) if pointer.size == Some(0) => return Vec::new(),
        Ok(None) => return vec![elsewhere(content.path)],
        Err(error) => Err(error),
    };
    // What cures the file of that name does not cure this.
    let unread = |error| format!("its content in Git LFS: {}", why(&error).text);
    read.unwrap_or_else(|error| missed(unread(error).into()))
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
    let id = pointer.id.as_str();
    let mut damaged = false;
    for mut path in folders(repository)? {
        path.extend(["objects", &id[..2], &id[2..4], id]);
        let meta = match fs::metadata(&path) {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                continue;
            }
            meta => meta?,
        };
        // A pipe would be waited for.
        if meta.is_file() && pointer.size.is_none_or(|size| size == meta.len()) {
            return OnDisk::new(fs::File::open(path)?).map(Some);
        }
        damaged = true;
    }
    if damaged {
        return Err(io::Error::other(DAMAGED));
    }
    Ok(None)
}

/// Returns the folders in which Git LFS looks for contents: its own, and those of the repositories that lend objects.
fn folders(repository: &Repository) -> io::Result<Vec<PathBuf>> {
    let setting = repository.setting("lfs.storage");
    let setting = setting.map_err(io::Error::other)?.unwrap_or_default();
    // What is said without a value comes as `true`, and Git LFS passes over it.
    let is_usual = setting.is_empty() || setting == b"true";
    let usual: Option<&[u8]> = is_usual.then_some(b"lfs");
    let own = [Some(setting.as_slice()), usual].into_iter().flatten();
    let own = own.filter(|folder| !folder.is_empty());
    let own = own.map(|folder| repository.common_dir().join(as_path(folder)));
    let lent = repository.lenders().iter();
    let lent = lent.filter_map(|objects| Some(objects.parent()?.join("lfs")));
    Ok(own.chain(lent).collect())
}

fn elsewhere(path: &[u8]) -> Skipped {
    Skipped::said(path.to_vec(), ELSEWHERE)
}
