//! The content of one file, from the bytes that are stored to the texts that are scanned: its own, and those of its members.

use std::io::{self, Read};

use super::pieces::{Sizes, fill, pieces};
use super::{Sink, encoding, gate};
use crate::container::{self, Name, Reading, Unread};
use crate::fragment::{Fragment, Inside, Part};
use crate::report::{Effect, Skipped};

/// An archive that must be held in memory is no larger than this.
const ARCHIVE: usize = 256 << 20;

/// What is done with a text; tells whether it was wanted.
type Each<'e> = &'e mut dyn FnMut(&Fragment<'_>) -> bool;

/// Opens a file anew, to read it from the beginning.
type Open<'o> = &'o dyn Fn() -> io::Result<Box<dyn Read>>;

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
    pub(super) fn scan_all(&self, open: Open<'_>, scan: Sink<'_>) -> io::Result<Vec<Skipped>> {
        self.each_of(open, &mut |fragment| scan(fragment))
    }

    /// Scans what can be read only once, of any size, and returns what in it could not be read.
    pub(super) fn scan_once(
        &self,
        data: &mut dyn Read,
        scan: Sink<'_>,
    ) -> io::Result<Vec<Skipped>> {
        let each: Each<'_> = &mut |fragment| scan(fragment);
        let mut raw = Vec::new();
        fill(&mut raw, data, container::HEAD)?;
        let reading = container::reading(self.path, &raw);
        let is_text = reading == Reading::Text;
        if !is_text && !fill(&mut raw, data, ARCHIVE + 1)? {
            return Ok(self.each(&raw, each));
        }
        self.pieces(raw, data, each)?;
        let too_large = || self.too_large(reading);
        Ok((!is_text).then(too_large).into_iter().collect())
    }

    /// Calls `each` with every text that the bytes of the file hold: its own; then, if it is a container and wanted, the names
    /// and the texts of its members. Returns what could not be read.
    pub(super) fn each(&self, bytes: &[u8], each: Each<'_>) -> Vec<Skipped> {
        let _pass = gate::pass(bytes.len());
        let reading = container::reading(self.path, bytes);
        if reading == Reading::Text {
            each(&self.own(&encoding::decode(bytes)));
            return Vec::new();
        }
        let wanted = if reading == Reading::Stream {
            each(&self.own(b""))
        } else {
            let own = container::own_bytes(self.path, bytes);
            if own.len() <= Sizes::USUAL.whole {
                each(&self.own(&encoding::decode(&own)))
            } else {
                // In memory nothing can go wrong.
                self.pieces(Vec::new(), &mut &*own, each).unwrap_or(true)
            }
        };
        if !wanted {
            return Vec::new();
        }
        let unread = container::open(self.path, bytes, &mut |name, data| {
            self.member(name, data, each);
        });
        if reading == Reading::Stream && !unread.is_empty() {
            self.packed(&mut &*bytes, each);
        }
        self.skipped(unread)
    }

    /// Calls `each` with every text that a file of any size holds, in pieces if it is long.
    pub(super) fn each_of(&self, open: Open<'_>, each: Each<'_>) -> io::Result<Vec<Skipped>> {
        let mut file = open()?;
        let mut raw = Vec::new();
        fill(&mut raw, &mut file, container::HEAD)?;
        let reading = container::reading(self.path, &raw);
        match reading {
            Reading::Stream | Reading::Plain => {
                if !each(&self.own(b"")) {
                    return Ok(Vec::new());
                }
                let mut data = open()?;
                let unread =
                    container::open_stream(self.path, &raw, &mut data, &mut |name, data| {
                        self.member(name, data, each);
                    });
                if !unread.is_empty() {
                    self.packed(&mut open()?, each);
                }
                return Ok(self.skipped(unread));
            }
            Reading::Whole | Reading::Beside if !fill(&mut raw, &mut file, ARCHIVE + 1)? => {
                return Ok(self.each(&raw, each));
            }
            _ => {}
        }
        let head = raw[..raw.len().min(container::HEAD)].to_vec();
        self.pieces(raw, &mut file, each)?;
        Ok(match reading {
            Reading::Whole | Reading::Beside => vec![self.too_large(reading)],
            Reading::Closed => self.skipped(container::open(self.path, &head, &mut |_, _| {})),
            _ => Vec::new(),
        })
    }

    /// Says that a file is larger than what is held in memory of it.
    fn too_large(&self, reading: Reading) -> Skipped {
        let most = ARCHIVE >> 20;
        let reason = if reading == Reading::Beside {
            format!("what is compressed in it is read up to {most} MiB only, and it is larger")
        } else {
            format!("it is an archive of more than {most} MiB")
        };
        Skipped::new(self.path.to_vec(), reason)
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

    /// Calls `each` with the own text of the file; tells whether it was wanted.
    fn pieces(&self, raw: Vec<u8>, rest: &mut dyn Read, each: Each<'_>) -> io::Result<bool> {
        let mut wanted = true;
        pieces(self.path, raw, rest, Sizes::USUAL, &mut |piece| {
            wanted = each(&Fragment {
                commit: self.commit,
                ..*piece
            });
        })?;
        Ok(wanted)
    }

    /// Calls `each` with the name and the text of a member.
    fn member(&self, name: &Name, data: &mut dyn Read, each: Each<'_>) {
        let inside = Some(Inside {
            name: &name.shown,
            file: name.file,
            sheet: name.sheet,
        });
        let own = name.shown.get(name.file + 1..).unwrap_or_default();
        let wanted = each(&Fragment {
            part: Part::Name,
            commit: self.commit,
            inside,
            ..Fragment::content(&name.path, own)
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
        let _ = pieces(path, Vec::new(), &mut data, Sizes::USUAL, &mut |piece| {
            each(&Fragment {
                commit: self.commit,
                inside,
                ..*piece
            });
        });
    }

    fn skipped(&self, unread: Vec<Unread>) -> Vec<Skipped> {
        let skipped = unread.into_iter().map(|unread| Skipped {
            path: unread.name,
            file: self.path.len(),
            reason: unread.reason,
            effect: if unread.wanted {
                Effect::Stops
            } else {
                Effect::Said
            },
            missing: false,
        });
        skipped.collect()
    }
}

/// Data that ends where it is damaged: what comes before that is scanned, and the container says the rest.
struct UpToFault<'r>(&'r mut dyn Read);

impl Read for UpToFault<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Ok(0),
            read => read,
        }
    }
}

/// Says that a file has more bytes than `max-file-size` lets be read.
pub(super) fn too_large(limit: u64, size: u64) -> String {
    format!(
        "larger than max-file-size, {} MiB ({} MiB)",
        limit >> 20,
        size.div_ceil(1 << 20)
    )
}
