//! Files that are compressed as one stream; a tar archive in it and it are one container.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use super::bounds::{Counted, Unpacked};
use super::format::without_end;
use super::{HEAD, Name, Opening, read_up_to, tar};

/// Makes what unpacks a stream.
pub(super) type Decoder = for<'r> fn(&'r mut dyn BufRead) -> Box<dyn Read + 'r>;

/// Opens a compressed stream.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
    decoder: Decoder,
) -> io::Result<()> {
    let count = Cell::new(0);
    let mut source = BufReader::new(Counted {
        inner: packed,
        count: &count,
    });
    let mut unpacked = Unpacked {
        inner: decoder(&mut source),
        bounds: opening.bounds,
        packed: &count,
        made: 0,
    };
    let head = read_up_to(&mut unpacked, HEAD as u64)?;
    let is_tar = tar::begins(&head);
    let mut unpacked = Cursor::new(head).chain(unpacked);
    if is_tar {
        return tar::open(opening, name, &mut unpacked, depth);
    }
    let member = name.member(&without_end(name.last()));
    opening.member(&member, &mut unpacked, depth)
}
