//! Files and folders given by hand or by a hook manager.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

use super::content::{Content, too_large};
use super::pieces::Sizes;
use super::{Sink, Source};
use crate::fragment::{Fragment, Part};
use crate::git;
use crate::report::Skipped;

/// Files and folders, in the order given; of folders the files that git tracks or would track, and where git has no say
/// everything but `.git`.
pub struct Files {
    /// What to scan.
    pub paths: Vec<PathBuf>,
    /// Files above this size, in bytes, are skipped and named.
    pub limit: u64,
    /// Whether folders are scanned with what git ignores in them.
    pub ignored: bool,
}

impl Source for Files {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        let mut files = Vec::new();
        let mut skipped = Vec::new();
        for path in &self.paths {
            // A path that was asked for and is not there is a mistake, not a skip.
            let link = fs::symlink_metadata(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            // Who names a link means what it leads to.
            let kind = fs::metadata(path).unwrap_or_else(|_| link.clone());
            if kind.is_dir() {
                self.folder(path, &mut files, &mut skipped);
                continue;
            }
            files.push(path.clone());
            if link.is_symlink()
                && kind.is_file()
                && let Ok(target) = path.canonicalize()
            {
                files.push(target);
            }
        }
        let (next, more) = (AtomicUsize::new(0), Mutex::new(&mut skipped));
        let work = || {
            while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let unread = match self.file(path, scan) {
                    Ok(unread) => unread,
                    Err(reason) => vec![Skipped::new(bytes(path), reason)],
                };
                if !unread.is_empty() {
                    more.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(unread);
                }
            }
        };
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(files.len());
        thread::scope(|scope| {
            // A thread costs more than a few small files.
            if files.len() > 8 {
                (1..threads).for_each(|_| drop(scope.spawn(work)));
            }
            work();
        });
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(skipped)
    }
}

impl Files {
    /// Lists the files of a folder.
    fn folder(&self, path: &Path, files: &mut Vec<PathBuf>, skipped: &mut Vec<Skipped>) {
        let tracked = if self.ignored {
            None
        } else {
            git::files_below(path)
        };
        let Some(tracked) = tracked else {
            return walk(path, files, skipped);
        };
        for file in tracked {
            match fs::symlink_metadata(&file) {
                // A submodule has its own say.
                Ok(meta) if meta.is_dir() => self.folder(&file, files, skipped),
                Ok(_) => files.push(file),
                // Tracked, and deleted or not checked out.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => skipped.push(Skipped::new(bytes(&file), error.to_string())),
            }
        }
    }

    fn file(&self, path: &Path, scan: Sink<'_>) -> Result<Vec<Skipped>, String> {
        let name = bytes(path.strip_prefix(".").unwrap_or(path));
        scan(&Fragment {
            part: Part::Name,
            ..Fragment::content(&name, &name)
        });
        let meta = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
        if meta.is_symlink() {
            let target = fs::read_link(path).map_err(|error| error.to_string())?;
            scan(&Fragment::content(&name, &bytes(&target)));
            return Ok(Vec::new());
        }
        if !meta.is_file() {
            return Err("not a regular file".to_owned());
        }
        if meta.len() > self.limit {
            return Err(too_large(self.limit, meta.len()));
        }
        let content = Content {
            path: &name,
            commit: None,
        };
        if meta.len() > Sizes::USUAL.whole as u64 {
            let read = content.scan_all(&|| Ok(Box::new(fs::File::open(path)?)), scan);
            return read.map_err(|error| error.to_string());
        }
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        Ok(content.scan(&bytes, scan))
    }
}

/// Lists the files below a folder, sorted, without following links.
fn walk(folder: &Path, files: &mut Vec<PathBuf>, skipped: &mut Vec<Skipped>) {
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            return skipped.push(Skipped::new(bytes(folder), error.to_string()));
        }
    };
    entries.sort_by_cached_key(fs::DirEntry::file_name);
    for entry in entries {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() == ".git" => {}
            Ok(kind) if kind.is_dir() => walk(&entry.path(), files, skipped),
            Ok(kind) if kind.is_file() || kind.is_symlink() => files.push(entry.path()),
            // Sockets, pipes and devices hold nothing that could be committed.
            Ok(_) => {}
            Err(error) => skipped.push(Skipped::new(bytes(&entry.path()), error.to_string())),
        }
    }
}

/// Returns a path as git would hold it: bytes, `/`-separated.
#[cfg(unix)]
pub fn bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// Returns a path as git would hold it: bytes, `/`-separated.
#[cfg(not(unix))]
pub fn bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}
