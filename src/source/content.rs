//! The content of one file, from the bytes that are stored to the texts that are scanned: its own, and those of its members.

use std::borrow::Cow;
use std::io::{self, Read};

use super::pieces::{Sizes, fill, pieces};
use super::stored::Stored;
use super::{Sink, gate};
use crate::container::{self, Data, Name, Opened, Reading, Unread, Watch, Why};
use crate::detect::UpToFault;
use crate::encoding;
use crate::fragment::{Fragment, Inside, Part};
use crate::report::{Cause, Reason, Skipped};

/// What must be held in memory is no larger than this: an archive from a pipe, a picture, a PDF.
const ARCHIVE: usize = 48 << 20;

/// What is said of a long file from a pipe in which marks of compressed streams were seen.
const PIPED: &str = "contents not looked into: compressed streams may stand in it, and it is from a pipe; save it as a file and scan that";

/// What is done with a text; tells whether it was wanted.
type Each<'e> = &'e mut dyn FnMut(&Fragment<'_>) -> bool;

/// Whose content it is.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    /// The path of the file, as git holds it.
    pub(super) path: &'a [u8],
    /// The commit it belongs to, when that exists already.
    pub(super) commit: Option<&'a str>,
}

impl Content<'_> {
    /// Scans the bytes of the file, and returns what in them could not be read.
    pub(super) fn scan(&self, bytes: &[u8], scan: Sink<'_>) -> Vec<Skipped> {
        self.each(bytes, &mut |fragment| scan(fragment))
    }

    /// Scans a file of any size, and returns what in it could not be read.
    pub(super) fn scan_all(&self, file: &dyn Stored, scan: Sink<'_>) -> io::Result<Vec<Skipped>> {
        self.each_of(file, &mut |fragment| scan(fragment))
    }

    /// Scans what can be read only once, of any size, and returns what in it could not be read.
    pub(super) fn scan_once(
        &self,
        data: &mut dyn Read,
        scan: Sink<'_>,
    ) -> io::Result<Vec<Skipped>> {
        let each: Each<'_> = &mut |fragment| scan(fragment);
        let mut data = Watch::new(data);
        let data = &mut data;
        let mut raw = Vec::new();
        fill(&mut raw, data, container::HEAD)?;
        let reading = container::reading(self.path, &raw, None);
        // What is read from the beginning to the end need not be held; a short one is read as any other.
        let most = match reading {
            Reading::Text | Reading::Stream | Reading::Plain | Reading::Closed => {
                Sizes::USUAL.whole
            }
            Reading::Whole | Reading::Beside => ARCHIVE,
        };
        if !fill(&mut raw, data, most + 1)? {
            return Ok(self.each(&raw, each));
        }
        let head = container::head(&raw).to_vec();
        if matches!(reading, Reading::Stream | Reading::Plain) {
            if !each(&self.own(b"")) {
                return Ok(Vec::new());
            }
            let mut all = io::Cursor::new(raw).chain(data);
            let opened = container::open_stream(self.path, &head, &mut all, &mut |name, data| {
                self.member(name, data, each);
            });
            return Ok(self.skipped(opened.unread));
        }
        self.pieces(raw, data, each)?;
        Ok(match reading {
            Reading::Whole | Reading::Beside => {
                vec![self.too_large(reading, " from a pipe; save it as a file and scan that")]
            }
            Reading::Closed => self.closed(&head),
            Reading::Text if data.is_seen() => {
                vec![Skipped::said(self.path.to_vec(), PIPED.to_owned())]
            }
            _ => Vec::new(),
        })
    }

    /// Says that a container is not opened.
    fn closed(&self, head: &[u8]) -> Vec<Skipped> {
        self.skipped(container::open(self.path, head, &head, &mut |_, _| {}).unread)
    }

    /// Calls `each` with every text that the bytes of the file hold: its own; then, if it is a container and wanted, the names
    /// and the texts of its members. Returns what could not be read.
    pub(super) fn each(&self, bytes: &[u8], each: Each<'_>) -> Vec<Skipped> {
        let _pass = gate::pass(bytes.len());
        let head = container::head(bytes);
        let reading = container::reading(self.path, head, Some(&bytes));
        if reading == Reading::Whole {
            return self.archive(head, &bytes, each);
        }
        if reading == Reading::Text && !container::holds_stream(bytes) {
            each(&self.own(&encoding::decode(bytes)));
            return Vec::new();
        }
        if reading == Reading::Stream {
            if !each(&self.own(b"")) {
                return Vec::new();
            }
            let opened = self.members(head, &bytes, each);
            if !opened.unread.is_empty() {
                self.packed(&mut &*bytes, each);
            }
            return self.skipped(opened.unread);
        }
        if !self.is_wanted(each) {
            return Vec::new();
        }
        let mut opened = self.members(head, &bytes, each);
        // In memory nothing can go wrong.
        let own = opened.own(bytes).unwrap_or(Cow::Borrowed(bytes));
        if own.len() <= Sizes::USUAL.whole {
            each(&self.own(&encoding::decode(&own)));
        } else {
            let _ = self.pieces(Vec::new(), &mut &*own, each);
        }
        self.skipped(opened.unread)
    }

    /// Calls `each` with every text that a file of any size holds, in pieces if it is long.
    pub(super) fn each_of(&self, file: &dyn Stored, each: Each<'_>) -> io::Result<Vec<Skipped>> {
        let mut data = file.open()?;
        let mut raw = Vec::new();
        fill(&mut raw, &mut data, container::HEAD)?;
        let reading = container::reading(self.path, &raw, Some(file));
        match reading {
            Reading::Stream | Reading::Plain => {
                if !each(&self.own(b"")) {
                    return Ok(Vec::new());
                }
                let mut data = file.open()?;
                let mut opened =
                    container::open_stream(self.path, &raw, &mut data, &mut |name, data| {
                        self.member(name, data, each);
                    });
                if !opened.unread.is_empty() {
                    self.packed(&mut opened.own_of(file), each);
                }
                return Ok(self.skipped(opened.unread));
            }
            Reading::Whole => return Ok(self.archive(&raw, file, each)),
            Reading::Beside if !fill(&mut raw, &mut data, ARCHIVE + 1)? => {
                return Ok(self.each(&raw, each));
            }
            Reading::Text if may_hold_stream(&mut file.open()?)? => {
                return self.apart(&raw, file, each);
            }
            _ => {}
        }
        let head = container::head(&raw).to_vec();
        self.pieces(raw, &mut data, each)?;
        Ok(match reading {
            Reading::Beside => vec![self.too_large(reading, "")],
            Reading::Closed => self.closed(&head),
            _ => Vec::new(),
        })
    }

    /// Calls `each` with every text of the members of a file of any size, and then with its own, in pieces.
    fn apart(&self, head: &[u8], file: &dyn Stored, each: Each<'_>) -> io::Result<Vec<Skipped>> {
        if !self.is_wanted(each) {
            return Ok(Vec::new());
        }
        let mut opened = self.members(head, file, each);
        self.pieces(Vec::new(), &mut opened.own_of(file), each)?;
        Ok(self.skipped(opened.unread))
    }

    /// Says that a file is larger than what is held in memory of it, and what to do.
    fn too_large(&self, reading: Reading, more: &str) -> Skipped {
        let most = ARCHIVE >> 20;
        let reason = if reading == Reading::Beside {
            format!("what is compressed in it is read up to {most} MiB only, and it is larger")
        } else {
            format!("it is an archive of more than {most} MiB{more}")
        };
        Skipped::new(self.path.to_vec(), reason)
    }

    /// Calls `each` with every text of an archive, which is not held in memory.
    fn archive(&self, head: &[u8], data: &dyn Data, each: Each<'_>) -> Vec<Skipped> {
        if !each(&self.own(b"")) {
            return Vec::new();
        }
        self.skipped(self.members(head, data, each).unread)
    }

    /// Calls `each` with every text of the members of a file.
    fn members(&self, head: &[u8], data: &dyn Data, each: Each<'_>) -> Opened {
        container::open(self.path, head, data, &mut |name, data| {
            self.member(name, data, each);
        })
    }

    /// Tells whether anything of the file is wanted, before its own text is handed out.
    fn is_wanted(&self, each: Each<'_>) -> bool {
        each(&Fragment {
            part: Part::Name,
            ..self.own(b"")
        })
    }

    /// Calls `each` with the bytes of a container of which not everything could be read.
    fn packed(&self, data: &mut dyn Read, each: Each<'_>) {
        let inside = Some(Inside {
            name: self.path,
            file: self.path.len(),
            sheet: false,
        });
        self.within(self.path, inside, data, each);
    }

    fn own<'f>(&'f self, text: &'f [u8]) -> Fragment<'f> {
        Fragment {
            commit: self.commit,
            ..Fragment::content(self.path, text)
        }
    }

    /// Calls `each` with the own text of the file.
    fn pieces(&self, raw: Vec<u8>, rest: &mut dyn Read, each: Each<'_>) -> io::Result<()> {
        pieces(self.path, raw, rest, Sizes::USUAL, &mut |piece| {
            each(&Fragment {
                commit: self.commit,
                ..*piece
            });
        })
    }

    /// Calls `each` with the name and the text of a member, or with what an archive holds besides.
    fn member(&self, name: &Name, data: &mut dyn Read, each: Each<'_>) {
        let inside = Some(Inside {
            name: &name.shown,
            file: name.file,
            sheet: name.sheet,
        });
        // The name of the file itself is scanned where the file is listed.
        let wanted = name.shown.get(name.file + 1..).is_none_or(|own| {
            each(&Fragment {
                part: Part::Name,
                commit: self.commit,
                inside,
                ..Fragment::content(&name.path, own)
            })
        });
        if !wanted {
            return;
        }
        self.within(&name.path, inside, data, each);
    }

    /// Calls `each` with a text in a container, as far as it can be read: what is wrong with it, the container says.
    fn within(&self, path: &[u8], inside: Option<Inside<'_>>, data: &mut dyn Read, each: Each<'_>) {
        let mut data = UpToFault(data);
        // It ends at a fault: there is none to be told.
        let _ = pieces(path, Vec::new(), &mut data, Sizes::PACKED, &mut |piece| {
            each(&Fragment {
                commit: self.commit,
                inside,
                ..*piece
            });
        });
    }

    fn skipped(&self, unread: Vec<Unread>) -> Vec<Skipped> {
        let skipped = unread.into_iter().map(|unread| {
            let skipped = match unread.why {
                Why::Closed => Skipped::said(unread.name, unread.reason),
                Why::Damaged | Why::Bound => Skipped::new(unread.name, unread.reason),
            };
            Skipped {
                file: self.path.len(),
                ..skipped
            }
        });
        skipped.collect()
    }
}

/// Tells whether marks of compressed streams stand in data.
fn may_hold_stream(data: &mut dyn Read) -> io::Result<bool> {
    let mut data = Watch::new(data);
    io::copy(&mut data, &mut io::sink())?;
    Ok(data.is_seen())
}

/// Says that a file has more bytes than `max-file-size` lets be read.
pub(super) fn too_large(limit: u64, size: Option<u64>) -> Reason {
    let size = size.map(|size| format!(" ({} MiB)", size.div_ceil(1 << 20)));
    Cause::Larger.because(format!(
        "larger than max-file-size, {} MiB{}",
        limit >> 20,
        size.unwrap_or_default()
    ))
}
