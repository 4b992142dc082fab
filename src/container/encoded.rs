//! Containers that stand encoded in a text: in memory, without a name, within what the text may still be unpacked to.

use std::io::Read;

use flate2::bufread::DeflateDecoder;

use super::bounds::{Bounds, Watched};
use super::format::{Format, How};
use super::opened::Apart;
use super::{DEPTH, Each, Name, Opening, Unread, directory, head, too_deep};

/// Tells whether a file is a container by its first bytes alone.
pub fn is_marked(head: &[u8]) -> bool {
    Format::of(b"", head, None).is_some_and(|format| !matches!(format.how, How::Closed(_)))
}

/// Tells whether a zip archive without a comment may end with these bytes.
pub fn ends_as_archive(tail: &[u8]) -> bool {
    directory::ends(&tail, false)
}

/// Calls `each` with what deflated data say that stand encoded in a text, no more than `most` bytes and one; returns how many
/// were made, and what is wrong with the data.
pub fn inflated(
    packed: &[u8],
    most: u64,
    each: &mut dyn FnMut(&mut dyn Read),
) -> (u64, Option<Unread>) {
    let mut data = DeflateDecoder::new(packed).take(most + 1);
    let mut watched = Watched::new(&mut data);
    each(&mut watched);
    let fault = watched.check().err();
    let fault = fault.map(|fault| Unread {
        name: Vec::new(),
        ..Unread::of(&Name::of_file(b""), &fault)
    });
    (most + 1 - data.limit(), fault)
}

/// Calls `each` with every member of a container that stands encoded in a text, which is itself a member of `above` others in
/// encodings; returns how many bytes were made, at most little more than `most`, and what could not be looked into: its name is
/// that in the container.
///
/// A picture or a document is handed out itself if there is anything beside its own bytes.
pub fn open_encoded(
    name: &Name,
    bytes: &[u8],
    above: u8,
    most: u64,
    each: Each<'_>,
) -> (u64, Vec<Unread>) {
    let Some(format) = Format::of(b"", head(bytes), Some(&bytes)) else {
        return (0, Vec::new());
    };
    let bounds = Bounds::of(most);
    let mut any = false;
    let mut opening = Opening {
        each: &mut |name, data| {
            any = true;
            each(name, data);
        },
        bounds: &bounds,
        unread: Vec::new(),
        is_encoded: true,
    };
    // The encoding is as good as a container.
    let depth = 2 + above;
    let mut apart = Apart::default();
    let opened = match &format.how {
        How::Closed(_) => Ok(()),
        _ if depth > DEPTH => Err(too_deep()),
        How::Stream(open) => open(&mut opening, name, &mut &*bytes, depth),
        How::Plain(open) => open(&mut opening, name, &mut &*bytes, depth, &mut apart),
        How::Whole(open) => {
            bounds.held.set(bytes.len() as u64);
            open(&mut opening, name, &bytes, depth)
        }
        How::Beside(open) => {
            opening.texts(*open, name, bytes, depth, &mut apart);
            Ok(())
        }
    };
    opening.settle(name, opened);
    let mut unread = opening.unread;
    if any && matches!(format.how, How::Beside(_)) {
        each(name, &mut apart.rest(&bytes));
    }
    for one in &mut unread {
        one.name.drain(..name.shown.len().min(one.name.len()));
    }
    (bounds.made(), unread)
}
