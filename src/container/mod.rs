//! Container: archives, compressed files and documents; every member is handed out under its name.

mod biff;
mod bounds;
mod bzip2;
mod cells;
mod closed;
mod compound;
mod data;
mod deb;
mod directory;
mod embedded;
mod encoded;
mod escaped;
mod excel;
mod extract;
mod fields;
mod filters;
mod fonts;
mod format;
mod frame;
mod gaps;
mod gzip;
mod inflate;
mod letters;
mod lzma;
mod name;
mod narrow;
mod notes;
mod objects;
mod office;
mod opendocument;
mod opened;
mod packed;
mod page;
mod paragraphs;
mod pdf;
mod place;
mod png;
mod records;
mod shared;
mod sheet;
mod stream;
mod strings;
mod tar;
mod unlisted;
mod vba;
mod xml;
mod xz;
mod zip;
mod zlib;
mod zstd;

use std::io::{self, Cursor, ErrorKind, Read};

use bounds::{Bounds, Watched};
pub use data::Data;
use data::{Parts, read_range};
pub use embedded::Watch;
pub use encoded::{ends_as_archive, inflated, is_marked, open_encoded};
use format::{Format, How};
pub use name::Name;
use opened::Apart;
pub use opened::Opened;

/// So many bytes tell whether a file is a container: the mark of a tar archive stands far behind its beginning.
pub const HEAD: usize = 512;

/// Containers are opened in containers so deep.
const DEPTH: u8 = 3;
/// So much of a member is held in memory: of an archive inside another, of a sheet or a document.
const HELD: u64 = 64 << 20;
/// In a member up to this size compressed streams are looked for.
const SEARCHED: u64 = 8 << 20;

/// What is done with the members: called with the name of each, and with what it holds. What an archive holds besides, before
/// its members and between them, has the name of the archive.
pub type Each<'e> = &'e mut dyn FnMut(&Name, &mut dyn Read);

/// Something in a container, or a container, that was not looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What it is called in reports.
    pub name: Vec<u8>,
    /// Why, in words that fit behind "was not scanned: ".
    pub reason: String,
    /// What kept it from being looked into.
    pub why: Why,
}

/// What keeps something from being looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody reads it without a password, or no small program does.
    Closed,
    /// Its data cannot be read by anything.
    Damaged,
    /// It is larger than what is read, or written in a way that is not known.
    Bound,
}

impl Unread {
    fn of(name: &Name, error: &io::Error) -> Self {
        let is_bound = bounds::is_bound(error).is_some() || error.kind() == ErrorKind::OutOfMemory;
        Self {
            name: name.shown.clone(),
            reason: bounds::reason(error),
            why: if is_bound { Why::Bound } else { Why::Damaged },
        }
    }
}

/// Says of how many others the same is true.
pub(crate) fn and_others(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " (as is 1 more)".to_owned(),
        more => format!(" (as are {more} more)"),
    }
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It is no container.
    Text,
    /// A compressed stream: its own bytes say nothing besides.
    Stream,
    /// A container that can be read from the beginning to the end, whose members stand in it as they are.
    Plain,
    /// A container that is not opened.
    Closed,
    /// A container that is read by position; its own bytes are handed out with its members.
    Whole,
    /// A file with texts beside its own bytes; it must be held in memory for them.
    Beside,
}

/// Tells how a file is to be read, by its first bytes and its name; `data` is all of it, if that is at hand. Costs next to
/// nothing for a text.
pub fn reading(path: &[u8], head: &[u8], data: Option<&dyn Data>) -> Reading {
    let Some(format) = Format::of(path, head, data) else {
        return Reading::Text;
    };
    match format.how {
        How::Plain(_) => Reading::Plain,
        How::Stream(_) => Reading::Stream,
        How::Closed(_) => Reading::Closed,
        How::Whole(_) => Reading::Whole,
        How::Beside(_) => Reading::Beside,
    }
}

/// Returns the first bytes.
pub fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD)]
}

/// Calls `each` with every member of a file that begins with `head`, if it is a container, or with what containers in it hold.
pub fn open(path: &[u8], head: &[u8], data: &dyn Data, each: Each<'_>) -> Opened {
    let format = Format::of(path, head, Some(data));
    let mut apart = Apart::default();
    let unread = opened(path, Some(data.size()), each, |opening, name| match format
        .map(|one| &one.how)
    {
        None => {
            opening.inside(name, data, 1, &mut apart);
            Ok(())
        }
        Some(How::Stream(open)) => open(opening, name, &mut Parts::all(data), 1),
        Some(How::Plain(open)) => open(opening, name, &mut Parts::all(data), 1, &mut apart),
        Some(How::Whole(open)) => open(opening, name, data, 1),
        Some(How::Beside(open)) => {
            let read;
            let bytes = if let Some(bytes) = data.as_slice() {
                bytes
            } else {
                read = read_range(data, 0..data.size())?;
                &read
            };
            opening.bounds.beside.set(bytes.len() as u64);
            opening.texts(*open, name, bytes, 1, &mut apart);
            Ok(())
        }
        Some(How::Closed(reason)) => opening.leave(name, reason),
    });
    Opened { unread, apart }
}

/// Tells whether a compressed stream may stand in a file that is no container.
pub fn holds_stream(bytes: &[u8]) -> bool {
    embedded::is_in(bytes)
}

/// Calls `each` with every member of a file that is read as a stream and begins with `head`.
pub fn open_stream(path: &[u8], head: &[u8], data: &mut dyn Read, each: Each<'_>) -> Opened {
    let format = Format::of(path, head, None);
    let mut apart = Apart::default();
    let unread = opened(path, None, each, |opening, name| {
        match format.map(|one| &one.how) {
            Some(How::Stream(open)) => open(opening, name, data, 1),
            Some(How::Plain(open)) => open(opening, name, data, 1, &mut apart),
            Some(How::Closed(reason)) => opening.leave(name, reason),
            Some(How::Whole(_) | How::Beside(_)) | None => Ok(()),
        }
    });
    Opened { unread, apart }
}

fn opened(
    path: &[u8],
    size: Option<u64>,
    each: Each<'_>,
    open: impl FnOnce(&mut Opening<'_>, &Name) -> io::Result<()>,
) -> Vec<Unread> {
    let bounds = Bounds::of_file(size);
    let mut opening = Opening {
        each,
        bounds: &bounds,
        unread: Vec::new(),
        is_encoded: false,
    };
    let name = Name::of_file(path);
    let opened = open(&mut opening, &name);
    opening.settle(&name, opened);
    opening.unread
}

/// Says that what stands around a member counts as well.
fn with_others(around: u64) -> &'static str {
    if around > 0 {
        ", with those around it,"
    } else {
        ""
    }
}

/// One file being opened.
struct Opening<'e> {
    each: Each<'e>,
    bounds: &'e Bounds,
    unread: Vec<Unread>,
    /// Whether it stands encoded in a text: what soon breaks off there is a sample of one.
    is_encoded: bool,
}

impl Opening<'_> {
    /// Hands out a member, or opens it if it is a container itself: `depth` is how many containers it stands in. An error is
    /// one of the container that it stands in.
    fn member(&mut self, name: &Name, data: &mut dyn Read, depth: u8) -> io::Result<()> {
        self.bounds.take_member()?;
        let mut data = Watched::new(data);
        let opened = self.opened(name, &mut data, depth);
        // An error of the outer container shows as one of the member as well.
        data.check()?;
        self.settle(name, opened);
        self.bounds.check()
    }

    /// Hands out or opens a member; an error is one of the member.
    fn opened(&mut self, name: &Name, data: &mut Watched<'_>, depth: u8) -> io::Result<()> {
        let head = front(data);
        if self.is_encoded && data.is_at_fault() {
            return Err(ErrorKind::InvalidData.into());
        }
        let format = Format::of(&name.path, &head, None);
        let mut data = Cursor::new(&head).chain(data);
        match format.map(|format| &format.how) {
            None => self.other(name, &mut data, depth),
            Some(How::Closed(reason)) => {
                // What is not packed in it can be read all the same.
                (self.each)(name, &mut data);
                self.leave(name, reason)
            }
            // A picture in a document is none: nothing is opened in it. What stands in a file of a PDF may be one again.
            Some(How::Beside(open)) if depth <= DEPTH => self.beside(*open, name, &mut data, depth),
            Some(How::Stream(open)) if depth < DEPTH => open(self, name, &mut data, depth + 1),
            Some(How::Plain(open)) if depth < DEPTH => {
                open(self, name, &mut data, depth + 1, &mut Apart::default())
            }
            Some(How::Whole(open)) if depth < DEPTH || format::is_text(&head) => {
                self.held(*open, name, &mut data, depth)
            }
            Some(_) => {
                (self.each)(name, &mut data);
                Err(too_deep())
            }
        }
    }

    /// Hands out a member that is no container, and what the containers in it hold.
    fn other(&mut self, name: &Name, data: &mut dyn Read, depth: u8) -> io::Result<()> {
        let mut bytes = Vec::new();
        let read = (&mut *data).take(SEARCHED + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > SEARCHED {
            let mut all = Watch::new(Cursor::new(&bytes).chain(data));
            (self.each)(name, &mut all);
            if all.is_seen() {
                self.leave(name, closed::STREAMS)?;
            }
            return Ok(());
        }
        let mut apart = Apart::default();
        if read.is_ok() {
            self.inside(name, &&*bytes, depth + 1, &mut apart);
        }
        (self.each)(name, &mut apart.rest(&&*bytes));
        read.map(drop)
    }

    /// Opens the containers that stand in something else, or behind it, which are in `depth` containers with themselves; notes
    /// where those stand, after they were read: nothing else is left out of the own bytes.
    fn inside(&mut self, name: &Name, data: &dyn Data, depth: u8, apart: &mut Apart) {
        let opened = zip::behind(self, name, data, depth, apart);
        let is_deep = depth > DEPTH && opened.is_err();
        self.settle(name, opened);
        if !is_deep {
            let opened = embedded::open(self, name, data, depth, apart);
            self.settle(name, opened);
        }
    }

    /// Opens a container that stands in another and must be held in memory.
    fn held(
        &mut self,
        open: format::Whole,
        name: &Name,
        data: &mut dyn Read,
        depth: u8,
    ) -> io::Result<()> {
        let held = self.bounds.held.get();
        let around = held + self.bounds.beside.get();
        let left = HELD.saturating_sub(around);
        let bytes = read_up_to(data, left + 1)?;
        let length = bytes.len() as u64;
        if length > left {
            (self.each)(name, &mut Cursor::new(&bytes).chain(data));
            return Err(bounds::error(format!(
                "it is{} larger than {} MiB and inside of another container",
                with_others(around),
                HELD >> 20
            )));
        }
        let data: &dyn Data = &&*bytes;
        if format::is_text(head(&bytes)) && !directory::is_sound(data) {
            // A script that is only called so.
            return self.other(name, &mut &*bytes, depth);
        }
        if depth >= DEPTH {
            (self.each)(name, &mut &*bytes);
            return Err(too_deep());
        }
        self.bounds.held.set(held + length);
        let opened = open(self, name, data, depth + 1);
        self.bounds.held.set(held);
        opened
    }

    /// Hands out the texts in a member, and then its own bytes.
    fn beside(
        &mut self,
        open: format::Open,
        name: &Name,
        data: &mut dyn Read,
        depth: u8,
    ) -> io::Result<()> {
        let around = self.bounds.held.get() + self.bounds.beside.get();
        let left = HELD.saturating_sub(around);
        let bytes = read_up_to(data, left + 1)?;
        if bytes.len() as u64 > left {
            (self.each)(name, &mut Cursor::new(&bytes).chain(data));
            return Err(bounds::error(format!(
                "it is{} larger than {} MiB and inside of another container: what is compressed in it was not read",
                with_others(around),
                HELD >> 20
            )));
        }
        let beside = self.bounds.beside.get();
        self.bounds.beside.set(beside + bytes.len() as u64);
        let mut apart = Apart::default();
        self.texts(open, name, &bytes, depth + 1, &mut apart);
        self.bounds.beside.set(beside);
        (self.each)(name, &mut apart.rest(&&*bytes));
        Ok(())
    }

    /// Hands out the texts that stand beside a file's own bytes, and what the containers in it hold; notes where those stand.
    fn texts(
        &mut self,
        open: format::Open,
        name: &Name,
        bytes: &[u8],
        depth: u8,
        apart: &mut Apart,
    ) {
        let opened = open(self, name, bytes, depth, apart);
        self.settle(name, opened);
        // Nothing of a picture or a document shows what is appended to it.
        self.inside(name, &bytes, depth, apart);
    }

    /// Hands out what a container holds beside its members.
    fn own(&mut self, name: &Name, data: &mut Parts<'_>) {
        if !data.is_at_end() {
            (self.each)(name, data);
        }
    }

    /// Hands out a text that was made of a member.
    fn text(&mut self, name: &Name, text: &[u8]) {
        if !text.is_empty() {
            (self.each)(name, &mut &*text);
        }
    }

    /// Notes what came of opening a container.
    fn settle(&mut self, name: &Name, opened: io::Result<()>) {
        // Where no more may be unpacked it was said once.
        if let Err(error) = opened
            && self.bounds.is_said_first(&error)
        {
            self.unread.push(Unread::of(name, &error));
        }
    }

    /// Notes what was to be looked into and was not.
    fn miss(&mut self, name: &Name, why: Why, reason: String) {
        self.unread.push(Unread {
            name: name.shown.clone(),
            reason,
            why,
        });
    }

    /// Notes what cannot be looked into by anybody without a password, or by no small program.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "as everything that opens a container"
    )]
    fn leave(&mut self, name: &Name, reason: &str) -> io::Result<()> {
        // Parts of a file are left one after the other for the same reason.
        let is_same = |last: &Unread| last.name == name.shown && last.reason == reason;
        if self.unread.last().is_some_and(is_same) {
            return Ok(());
        }
        self.unread.push(Unread {
            name: name.shown.clone(),
            reason: reason.to_owned(),
            why: Why::Closed,
        });
        Ok(())
    }
}

fn too_deep() -> io::Error {
    bounds::error(format!(
        "it is a container inside of {DEPTH} others, and no more are opened"
    ))
}

/// Returns the same error of a container that stands in something else.
fn too_deep_inside() -> io::Error {
    bounds::error(format!(
        "a container in it stands inside of {DEPTH} others, and no more are opened"
    ))
}

/// Returns the error that something is not read any further, though it is not damaged.
pub fn bound(reason: &str) -> io::Error {
    bounds::error(reason.to_owned())
}

/// Reads the first bytes, up to a fault: that shows again when more is read.
fn front(data: &mut Watched<'_>) -> Vec<u8> {
    let mut head = Vec::new();
    let _ = data.take(HEAD as u64).read_to_end(&mut head);
    head
}

/// Reads to the end, or so many bytes.
fn read_up_to(data: &mut dyn Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    data.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
