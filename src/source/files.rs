//! Files and folders given by hand or by a hook manager.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::Result;

use super::content::{Content, too_large};
use super::folder::{Item, Listing};
use super::gate;
use super::lfs;
use super::named::{Named, Way};
use super::pieces::Sizes;
use super::stored::OnDisk;
use super::stream::{self, why};
use super::{Sink, Source};
use crate::fragment::{Fragment, Part};
use crate::report::{Cause, Reason, Skipped};

/// Files and folders; of folders the files that git tracks or would track, and where git has no say everything but
/// `.git`.
pub struct Files {
    /// What to scan.
    pub paths: Vec<Named>,
    /// Files above this size, in bytes, are skipped and named.
    pub limit: u64,
    /// Whether folders are scanned with what git ignores in them.
    pub ignored: bool,
}

impl Source for Files {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        let mut listing = self.listing();
        let mut skipped = std::mem::take(&mut listing.skipped);
        // What cannot be read has a name all the same.
        for one in skipped.iter().filter(|one| !one.is_missing()) {
            name(&one.path, scan);
        }
        let (next, more) = (AtomicUsize::new(0), Mutex::new(&mut skipped));
        let work = || {
            while let Some(item) = listing.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let name = listing.name(item.root, &item.inner);
                let path = listing.path(item.root, &item.inner);
                let unread = match self.read(item, (&path, &name), scan) {
                    Ok(unread) => unread,
                    Err(reason) => vec![Skipped::new(name, reason)],
                };
                if !unread.is_empty() {
                    more.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(unread);
                }
            }
        };
        let count = listing.files.len();
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(count);
        thread::scope(|scope| {
            // A thread costs more than a few small files.
            if count > 8 {
                (1..threads).for_each(|_| drop(scope.spawn(work)));
            }
            work();
        });
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(skipped)
    }
}

impl Files {
    /// Returns what is to be read, and what is known not to be.
    fn listing(&self) -> Listing<'_> {
        let mut listing = Listing {
            named: &self.paths,
            ignored: self.ignored,
            files: Vec::new(),
            skipped: Vec::new(),
        };
        for (root, named) in self.paths.iter().enumerate() {
            let kind = match named.way {
                Way::Lying | Way::Nowhere => {
                    fs::symlink_metadata(&named.path).map(|meta| meta.is_dir())
                }
                Way::Followed | Way::Input => Ok(false),
            };
            match kind {
                Ok(true) => listing.root(root),
                Ok(false) => listing.files.push(Item {
                    root,
                    inner: Box::default(),
                }),
                Err(error) => {
                    let reason = Cause::Missing.because(why(&error).text);
                    let skipped = Skipped::new(named.name.clone(), reason);
                    listing.skipped.push(skipped);
                }
            }
        }
        if self.paths.len() > 1 {
            // A file and its folder may both be named.
            let mut files = std::mem::take(&mut listing.files);
            files.sort_by_cached_key(|item| listing.name(item.root, &item.inner));
            files.dedup_by(|a, b| listing.name(a.root, &a.inner) == listing.name(b.root, &b.inner));
            listing.files = files;
        }
        listing
    }

    /// Reads and scans a file, a link, or what was named and is a stream.
    fn read(
        &self,
        item: &Item,
        (path, name): (&Path, &[u8]),
        scan: Sink<'_>,
    ) -> Result<Vec<Skipped>, Reason> {
        self::name(name, scan);
        let content = Content {
            path: name,
            commit: None,
        };
        let way = self.paths[item.root].way;
        if matches!(way, Way::Followed | Way::Input) {
            return self.stream(way, path, content, scan);
        }
        let meta = fs::symlink_metadata(path).map_err(|error| why(&error))?;
        if meta.is_symlink() {
            let target = fs::read_link(path).map_err(|error| why(&error))?;
            scan(&Fragment::content(name, &bytes(&target)));
            return match way {
                Way::Nowhere => Err(nowhere(path)),
                _ => Ok(Vec::new()),
            };
        }
        if !meta.is_file() && item.inner.is_empty() {
            return self.stream(way, path, content, scan);
        }
        if !meta.is_file() {
            return Err(stream::unread(meta.file_type()).into());
        }
        if meta.len() > self.limit {
            return Err(too_large(self.limit, Some(meta.len())));
        }
        let _pass = gate::pass(usize::try_from(meta.len()).unwrap_or(usize::MAX));
        let all = || {
            let file = fs::File::open(path).and_then(OnDisk::new);
            let read = file.and_then(|file| content.scan_all(&file, scan));
            read.map_err(|error| why(&error))
        };
        if meta.len() > Sizes::USUAL.whole as u64 {
            return all();
        }
        // The size is what the system says: a file may grow meanwhile, and those of /proc say 0.
        let most = self.limit.min(Sizes::USUAL.whole as u64);
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
        let file = fs::File::open(path).map_err(|error| why(&error))?;
        let read = file.take(most + 1).read_to_end(&mut bytes);
        read.map_err(|error| why(&error))?;
        let size = bytes.len() as u64;
        if size > self.limit {
            return Err(too_large(self.limit, Some(size)));
        }
        if size > most {
            return all();
        }
        let unread = content.scan(&bytes, scan);
        // In a clone that was made without its contents the pointers lie in the work tree.
        let Some(pointer) = lfs::pointer(&bytes) else {
            return Ok(unread);
        };
        let folder = path.parent().unwrap_or(path);
        let more = lfs::scan_in(folder, &pointer, (content, self.limit), scan);
        Ok([unread, more].concat())
    }

    /// Scans standard input or a pipe.
    fn stream(
        &self,
        way: Way,
        path: &Path,
        content: Content<'_>,
        scan: Sink<'_>,
    ) -> Result<Vec<Skipped>, Reason> {
        let mut input: Box<dyn Read> = if way == Way::Input {
            stream::input().map_err(|error| why(&error))?
        } else {
            stream::open(path, way == Way::Followed).map_err(|error| why(&error))?
        };
        if self.limit < u64::MAX {
            // How much there is, the end alone tells.
            let mut bytes = Vec::new();
            let read = input.take(self.limit + 1).read_to_end(&mut bytes);
            read.map_err(|error| why(&error))?;
            if bytes.len() as u64 > self.limit {
                return Err(too_large(self.limit, None));
            }
            return Ok(content.scan(&bytes, scan));
        }
        let read = content.scan_once(&mut input, scan);
        read.map_err(|error| why(&error))
    }
}

/// Says why a link was not followed.
fn nowhere(link: &Path) -> Reason {
    match fs::metadata(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => why(&error),
        _ => "what this link leads to does not exist".into(),
    }
}

/// Scans the name of a file.
fn name(name: &[u8], scan: Sink<'_>) {
    scan(&Fragment {
        part: Part::Name,
        ..Fragment::content(name, name)
    });
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
