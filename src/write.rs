//! Files written so that an interruption leaves the old one or the new one, never half of one, and where they belong.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, anyhow};

use crate::hint::HintExt;

/// Writes a file as a whole where a person or a project has it: what a link leads to is written, the link stays.
///
/// `within` is the work tree that it must not leave; none where a person named the file and it lies in no work tree. An
/// error names what would have been written instead. The file keeps its permissions.
pub fn put(path: &Path, bytes: &[u8], within: Option<&Path>) -> Result<()> {
    let real = target(path, within)?;
    sweep(&real);
    let mode = fs::symlink_metadata(&real).map_or(0o644, |meta| mode(&meta));
    swap(&real, bytes, mode).with_context(|| format!("cannot write {}", path.display()))
}

/// Returns the file that is written at a path: itself, or what links lead to. An error says that it lies outside of
/// `within`, or among git's own files there.
///
/// Links of a repository are hostile input: one that leads out of it would let a clone choose what is overwritten.
pub fn target(path: &Path, within: Option<&Path>) -> Result<PathBuf> {
    let real = resolved(path).with_context(|| format!("cannot write {}", path.display()))?;
    let Some(folder) = within else {
        return Ok(real);
    };
    let folder =
        fs::canonicalize(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let inner = real.strip_prefix(&folder).ok();
    if inner.is_some_and(|inner| inner.iter().all(|part| part != ".git")) {
        return Ok(real);
    }
    Err(anyhow!(
        "nothing was written: {} stands for {}, which is no file of the work tree {}",
        path.display(),
        real.display(),
        folder.display()
    ))
    .hint("put a file in the place of the link or name another one; what it leads to can be changed by hand")
}

/// Returns a path without links; its last parts may be missing.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let mut there = path.as_path();
    // A link that leads nowhere is there, and is no file to be made.
    while fs::symlink_metadata(there).is_err_and(|error| is_missing(&error)) {
        there = there.parent().unwrap_or(Path::new("/"));
    }
    let missing = path.strip_prefix(there).unwrap_or(&path);
    if missing.iter().any(|part| part == "..") {
        return Err(io::ErrorKind::NotFound.into());
    }
    let real = fs::canonicalize(there)?;
    Ok(if missing.as_os_str().is_empty() {
        real
    } else {
        real.join(missing)
    })
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Replaces (or makes) a file: written beside it, flushed to the disk, then renamed over it.
///
/// A symbolic link at `path` is replaced, never followed.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    swap(path, bytes, mode).with_context(|| format!("cannot write {}", path.display()))
}

fn swap(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let temporary = Temporary::beside(path, bytes, mode)?;
    fs::rename(&temporary.0, path)?;
    std::mem::forget(temporary);
    flush_folder(path);
    Ok(())
}

/// Writes something behind the end of a file, or makes it: whoever reads it sees all of it or nothing. A link at `path`
/// is replaced, never followed; what it leads to is not read.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let _lock = lock(folder(path));
    let is_file = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
    let before = if is_file {
        fs::read(path)
    } else {
        Ok(Vec::new())
    };
    let mut whole = before.with_context(|| format!("cannot read {}", path.display()))?;
    whole.extend_from_slice(bytes);
    replace(path, &whole, 0o644)
}

/// Gives a file a second name without a moment in which it has none; the second name must be free.
///
/// A hard link where the file system has them, else a copy with the same bytes and mode.
pub fn also_as(path: &Path, second: &Path) -> io::Result<()> {
    match fs::hard_link(path, second) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => copy(path, second)?,
    }
    flush_folder(second);
    Ok(())
}

fn copy(path: &Path, second: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    if meta.file_type().is_symlink() {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(fs::read_link(path)?, second);
    }
    let temporary = Temporary::beside(second, &fs::read(path)?, mode(&meta))?;
    // Not `rename`: that would replace what another process has put there meanwhile.
    if fs::symlink_metadata(second).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(&temporary.0, second)?;
    std::mem::forget(temporary);
    Ok(())
}

/// Returns the permission bits; on Windows, where there are none, those of a program.
pub fn mode(meta: &fs::Metadata) -> u32 {
    #[cfg(unix)]
    return std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o7777;
    #[cfg(not(unix))]
    {
        let _ = meta;
        0o755
    }
}

/// Returns the folder that holds a file.
fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Returns a lock on a folder: other runs of hexguard wait until it is dropped, or until this process ends.
///
/// The folder itself is locked, so nothing is left behind. None where folders cannot be locked (Windows, some network
/// file systems): there each step is still atomic, but two runs at once may undo one another.
pub fn lock(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().is_ok().then_some(folder)
}

/// Makes a rename survive a power cut; where folders cannot be flushed, there is nothing to do about it.
fn flush_folder(path: &Path) {
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
}

/// A file that is removed again unless it was renamed.
struct Temporary(PathBuf);

impl Temporary {
    fn beside(path: &Path, bytes: &[u8], mode: u32) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let own = format!(".{name}.hexguard-{}-{number}", std::process::id());
            let temporary = folder(path).join(own);
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            // What others may not read is not readable before it is complete either.
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode & 0o600);
            let mut file = match options.open(&temporary) {
                Ok(file) => file,
                // Left by a process that was killed and had the same number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            let temporary = Self(temporary);
            file.write_all(bytes)?;
            #[cfg(unix)]
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
            #[cfg(not(unix))]
            let _ = mode;
            file.sync_all()?;
            return Ok(temporary);
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes what interrupted runs have left beside a hook.
pub fn sweep(path: &Path) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return;
    };
    let start = format!(".{name}.hexguard-");
    let Ok(entries) = fs::read_dir(folder(path)) else {
        return;
    };
    for entry in entries.flatten() {
        // A file of this minute may belong to a run that is still at work.
        let old = || {
            let age = entry.metadata().and_then(|meta| meta.modified());
            age.is_ok_and(|time| time.elapsed().is_ok_and(|age| age.as_secs() > 60))
        };
        if entry
            .file_name()
            .to_str()
            .is_some_and(|n| n.starts_with(&start))
            && old()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}
