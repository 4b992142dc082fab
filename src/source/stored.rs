//! Contents that are stored somewhere and may be large: read from the beginning, or by position.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use crate::container::{self, Data};

/// A content of any size.
pub(super) trait Stored: Data {
    /// Opens it, to read it from the beginning.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;
}

/// A file that is read by position.
pub struct OnDisk {
    file: File,
    size: u64,
}

impl OnDisk {
    /// Returns a file that is open.
    pub fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl Data for OnDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(at))?;
        file.read(into)
    }
}

impl Stored for OnDisk {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(Reader { file: self, at: 0 }))
    }
}

/// Reads a file to its end, which may be another one by now.
struct Reader<'f> {
    file: &'f OnDisk,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read_at(self.at, into)?;
        self.at += length as u64;
        Ok(length)
    }
}

/// So much of the end is kept: the directory of an archive stands there.
const TAIL: u64 = 1 << 20;
/// So much of what was read last is kept.
const KEPT: usize = 1 << 20;
/// So often a stream is read from its beginning: members of an archive that lie across each other are no reason to read it
/// for ever.
const TIMES: u32 = 64;

/// What can only be read from its beginning, again and again.
pub(super) struct Again<F> {
    open: F,
    size: u64,
    stream: RefCell<Option<Stream>>,
    tail: RefCell<Vec<u8>>,
    times: Cell<u32>,
}

/// A stream that is being read.
struct Stream {
    data: Box<dyn Read>,
    /// How many bytes were read of it.
    now: u64,
    /// The last of those: a part of a document is looked into before it is read.
    last: Vec<u8>,
}

impl Stream {
    fn new(data: Box<dyn Read>) -> Self {
        Self {
            data,
            now: 0,
            last: Vec::new(),
        }
    }

    /// Returns what is kept of the stream from an offset on; nothing if that is too far back.
    fn kept(&self, at: u64) -> &[u8] {
        let begin = self.now - self.last.len() as u64;
        let from = at
            .checked_sub(begin)
            .and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.last.get(from..))
            .unwrap_or_default()
    }

    fn read_on(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.data.read(into)?;
        self.now += length as u64;
        self.last.extend_from_slice(&into[..length]);
        if self.last.len() > 2 * KEPT {
            self.last.drain(..self.last.len() - KEPT);
        }
        Ok(length)
    }
}

impl<F: Fn() -> io::Result<Box<dyn Read>>> Again<F> {
    pub(super) fn new(open: F, size: u64) -> Self {
        Self {
            open,
            size,
            stream: RefCell::default(),
            tail: RefCell::default(),
            times: Cell::new(0),
        }
    }

    fn read_on(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut stream = self.stream.borrow_mut();
        if let Some(stream) = stream.as_ref() {
            let kept = stream.kept(at);
            if !kept.is_empty() {
                let length = kept.len().min(into.len());
                into[..length].copy_from_slice(&kept[..length]);
                return Ok(length);
            }
        }
        if stream.as_ref().is_none_or(|stream| stream.now > at) {
            let times = self.times.get() + 1;
            self.times.set(times);
            if times > TIMES {
                return Err(container::bound(
                    "its members do not stand in a row, and git hands it out from its beginning only",
                ));
            }
            *stream = Some(Stream::new((self.open)()?));
        }
        let Some(stream) = stream.as_mut() else {
            return Ok(0);
        };
        let mut skipped = Vec::new();
        while stream.now < at {
            skipped.resize(64 << 10, 0);
            let most = usize::try_from(at - stream.now).unwrap_or(usize::MAX);
            let most = most.min(skipped.len());
            if stream.read_on(&mut skipped[..most])? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        stream.read_on(into)
    }
}

impl<F: Fn() -> io::Result<Box<dyn Read>>> Data for Again<F> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let begin = self.size.saturating_sub(TAIL);
        if at < begin {
            let most = usize::try_from(begin - at).unwrap_or(usize::MAX);
            let most = most.min(into.len());
            return self.read_on(at, &mut into[..most]);
        }
        let mut tail = self.tail.borrow_mut();
        if tail.is_empty() {
            let mut now = begin;
            let mut buffer = vec![0; 64 << 10];
            while now < self.size {
                let length = self.read_on(now, &mut buffer)?;
                if length == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                tail.extend_from_slice(&buffer[..length]);
                now += length as u64;
            }
        }
        let at = usize::try_from(at - begin).unwrap_or(usize::MAX);
        tail.get(at..).unwrap_or_default().read(into)
    }
}

impl<F: Fn() -> io::Result<Box<dyn Read>>> Stored for Again<F> {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        (self.open)()
    }
}
