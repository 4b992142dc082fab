//! Streams: standard input, and pipes that are named, which are read to their end and never waited for if nobody writes.

use std::fs;
use std::io::{self, ErrorKind, Read};
#[cfg(unix)]
use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::hint;
use crate::report::{Cause, Reason};

/// How long it may take until somebody opens the other end of a pipe: both may be started at the same time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells whether something is a pipe.
#[cfg(unix)]
pub(super) fn is_pipe(kind: fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

/// Tells whether something is a pipe.
#[cfg(not(unix))]
pub(super) fn is_pipe(_kind: fs::FileType) -> bool {
    false
}

/// Tells whether something is a socket.
#[cfg(unix)]
pub(super) fn is_socket(kind: fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_socket(&kind)
}

/// Tells whether something is a socket.
#[cfg(not(unix))]
pub(super) fn is_socket(_kind: fs::FileType) -> bool {
    false
}

/// Says why something is not read that is neither a file, a folder nor a link.
pub(super) fn unread(kind: fs::FileType) -> &'static str {
    if is_pipe(kind) {
        "a named pipe is read only where it is named itself"
    } else if is_socket(kind) {
        "it is a socket"
    } else {
        "it is a device"
    }
}

/// Returns our standard input; an error if it was closed when the program began, for then nothing was given to be scanned.
pub fn input() -> io::Result<Box<dyn Read>> {
    if is_closed(&io::stdin()) {
        return Err(io::Error::other(
            "standard input is closed; give it a file or a pipe",
        ));
    }
    Ok(Box::new(Ending(Some(opened()?))))
}

/// A stream that stays at its end: a terminal goes on after one, and whoever reads on would wait for a second.
struct Ending<R>(Option<R>);

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(inner) = &mut self.0 else {
            return Ok(0);
        };
        let read = inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            self.0 = None;
        }
        Ok(read)
    }
}

/// Returns standard input without Rust's own reading of it, which takes what cannot be read for empty.
#[cfg(unix)]
fn opened() -> io::Result<Box<dyn Read>> {
    let descriptor = io::stdin().as_fd().try_clone_to_owned()?;
    Ok(Box::new(fs::File::from(descriptor)))
}

#[cfg(not(unix))]
fn opened() -> io::Result<Box<dyn Read>> {
    Ok(Box::new(io::stdin().lock()))
}

/// Tells whether a standard stream was closed when the program began. What is read from it then is empty and what is written
/// is lost, both without an error, for Rust opens /dev/null in its place: for reading and writing, as hardly anybody does who
/// means it.
#[cfg(unix)]
pub fn is_closed(stream: &impl AsFd) -> bool {
    use std::io::Write as _;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let Ok(descriptor) = stream.as_fd().try_clone_to_owned() else {
        return true;
    };
    let mut file = fs::File::from(descriptor);
    let device = |meta: fs::Metadata| meta.file_type().is_char_device().then(|| meta.rdev());
    let null = fs::metadata("/dev/null").ok().and_then(device);
    null.is_some()
        && file.metadata().ok().and_then(device) == null
        && file.read(&mut [0]).is_ok()
        && file.write(&[0]).is_ok()
}

/// Tells whether a standard stream was closed when the program began; here nobody says it.
#[cfg(not(unix))]
pub fn is_closed<S>(_stream: &S) -> bool {
    false
}

/// Tells whether standard input is a pipe.
#[cfg(unix)]
pub fn is_piped() -> bool {
    let copy = io::stdin().as_fd().try_clone_to_owned();
    let meta = copy.and_then(|copy| fs::File::from(copy).metadata());
    meta.is_ok_and(|meta| is_pipe(meta.file_type()))
}

/// Tells whether standard input is a pipe; here nobody says it.
#[cfg(not(unix))]
pub fn is_piped() -> bool {
    false
}

/// Reads all of what a path leads to: a file, or a pipe to its end.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    open(path, false)?.read_to_end(&mut text)?;
    Ok(text)
}

/// Opens what a path leads to, a file or a pipe; `passing` says that the path is a descriptor of this process, whose
/// writers are all there already.
pub(super) fn open(path: &Path, passing: bool) -> io::Result<Box<dyn Read>> {
    let kind = fs::metadata(path)?.file_type();
    let empty = path == Path::new("/dev/null");
    if kind.is_file() || empty {
        return Ok(Box::new(fs::File::open(path)?));
    }
    if !is_pipe(kind) {
        return Err(io::Error::other(unread(kind)));
    }
    Ok(Box::new(Pipe {
        file: open_at_once(path)?,
        since: Instant::now(),
        written: passing || path.starts_with("/dev/fd"),
    }))
}

/// A pipe that is read to its end.
struct Pipe {
    /// Opened so that nothing waits.
    file: fs::File,
    since: Instant,
    /// Whether there is a writer, or was one: then an end is the end.
    written: bool,
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut pause = Duration::ZERO;
        loop {
            match self.file.read(into) {
                Ok(0) if self.written || into.is_empty() => return Ok(0),
                Ok(0) if self.since.elapsed() > PATIENCE => {
                    return Err(io::Error::other("nobody writes to this pipe"));
                }
                Ok(0) => {}
                Ok(length) => {
                    self.written = true;
                    return Ok(length);
                }
                // There is a writer, and it has nothing to say yet.
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.written = true,
                Err(error) => return Err(error),
            }
            std::thread::sleep(pause);
            pause = (pause * 2).clamp(Duration::from_micros(50), Duration::from_millis(20));
        }
    }
}

/// Says why something could not be read, in words that do not depend on the system.
pub(super) fn why(error: &io::Error) -> Reason {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::PermissionDenied => Cause::Denied.because("permission denied"),
        _ if hint::is_full(error) => Cause::Full.because("too many files are open"),
        _ => error.to_string().into(),
    }
}

/// Opens a pipe without waiting for a writer.
#[cfg(unix)]
fn open_at_once(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)
}

/// Opens a pipe.
#[cfg(not(unix))]
fn open_at_once(path: &Path) -> io::Result<fs::File> {
    fs::File::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends, and goes on after that, as a terminal does.
    struct Terminal(Vec<&'static [u8]>);

    impl Read for Terminal {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let part = self.0.remove(0);
            buffer[..part.len()].copy_from_slice(part);
            Ok(part.len())
        }
    }

    #[test]
    fn one_end_is_enough() {
        let mut input = Ending(Some(Terminal(vec![b"typed", b"", b"more"])));
        let mut text = Vec::new();
        for _ in 0..3 {
            input.read_to_end(&mut text).expect("it can be read");
        }
        assert_eq!(text, b"typed");
    }
}
