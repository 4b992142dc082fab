//! Files that are compressed as streams, one after the other; a tar archive in it and it are one container.

use std::io::{self, BufRead, Cursor, Read};

use super::bounds::{Bounds, Watched};
use super::format::without_end;
use super::notes::Notes;
use super::opened::Apart;
use super::packed::{Packed, unpack};
use super::{Name, Opening, front, read_up_to, tar};

/// A way to compress a stream.
pub(super) trait Codec: 'static {
    /// What unpacks one stream.
    type Stream<'p, 'r: 'p>: Read;

    /// Tells whether a file begins so.
    fn begins(head: &[u8]) -> bool;

    /// Tells whether one more stream begins with some bytes behind another.
    fn goes_on(head: &[u8]) -> bool {
        Self::begins(head)
    }

    /// Begins to unpack a stream: the first bytes of a file need not be right.
    fn begin<'p, 'r>(packed: &'p mut Packed<'r>) -> io::Result<Self::Stream<'p, 'r>>;

    /// Returns what stands behind a stream.
    fn into_packed<'p, 'r>(stream: Self::Stream<'p, 'r>) -> &'p mut Packed<'r>;
}

/// Streams that follow each other.
enum Series<'p, 'r, C: Codec> {
    First(&'p mut Packed<'r>),
    Between(&'p mut Packed<'r>),
    In(Box<C::Stream<'p, 'r>>),
    End,
}

/// Returns what unpacks streams that follow each other.
pub(super) fn decoder<'p, C: Codec>(packed: &'p mut Packed<'_>) -> Box<dyn Read + 'p> {
    Box::new(Series::<C>::First(packed))
}

impl<C: Codec> Read for Series<'_, '_, C> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            *self = match std::mem::replace(self, Self::End) {
                Self::End => return Ok(0),
                Self::First(packed) => Self::In(Box::new(C::begin(packed)?)),
                Self::Between(packed) => {
                    // Tapes are filled up with NULs.
                    while packed.fill_buf()?.first() == Some(&0) {
                        packed.consume(1);
                    }
                    if !C::goes_on(packed.peek(MARK)?) {
                        return Ok(0);
                    }
                    Self::In(Box::new(C::begin(packed)?))
                }
                Self::In(mut stream) => {
                    let length = stream.read(buffer)?;
                    if length > 0 || buffer.is_empty() {
                        *self = Self::In(stream);
                        return Ok(length);
                    }
                    Self::Between(C::into_packed(*stream))
                }
            };
        }
    }
}

/// So many bytes tell whether a stream begins.
const MARK: usize = 16;

/// Unpacks compressed streams of a file of some name and hands out what they hold, called `last` where nothing else tells a name. If
/// they were read to their end, returns what was read and stands behind it.
pub(super) type Unpack =
    fn(&mut Opening<'_>, &Name, Vec<u8>, &mut dyn Read, u8) -> io::Result<Option<Vec<u8>>>;

/// The same for one way to compress.
pub(super) fn unpacked<C: Codec>(
    opening: &mut Opening<'_>,
    name: &Name,
    mut last: Vec<u8>,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<Option<Vec<u8>>> {
    let bounds = opening.bounds;
    let notes = Notes::default();
    let behind = unpack(
        bounds,
        packed,
        &notes,
        |packed| Ok(decoder::<C>(packed)),
        |unpacked| {
            let mut unpacked = Watched::new(unpacked);
            let head = front(&mut unpacked);
            if head.is_empty() || opening.is_encoded {
                unpacked.check()?;
            }
            let is_tar = tar::begins(&head);
            let mut all = Cursor::new(head).chain(&mut unpacked);
            let opened = if is_tar {
                tar::open(opening, name, &mut all, depth, &mut Apart::default())
            } else {
                last = notes.member(std::mem::take(&mut last));
                opening.member(&name.member(&last), &mut all, depth)
            };
            // Its own error tells more than that of what it holds.
            unpacked.check().and(opened)
        },
    );
    notes.say(opening, name, &last);
    behind
}

/// Unpacks compressed streams and passes over what they hold.
pub(super) type Skip = fn(&Bounds, &mut dyn Read) -> io::Result<Option<Vec<u8>>>;

/// Unpacks compressed streams as far as they go; what they hold is nobody's. Returns the same as [`unpacked`].
pub(super) fn skipped<C: Codec>(
    bounds: &Bounds,
    packed: &mut dyn Read,
) -> io::Result<Option<Vec<u8>>> {
    unpack(
        bounds,
        packed,
        &Notes::default(),
        |packed| Ok(decoder::<C>(packed)),
        |unpacked| io::copy(unpacked, &mut io::sink()).map(drop),
    )
}

/// Opens a file of compressed streams.
pub(super) fn open<C: Codec>(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    let last = without_end(name.last());
    let Some(behind) = unpacked::<C>(opening, name, last, packed, depth)? else {
        return Ok(());
    };
    let mut behind = Cursor::new(behind).chain(packed);
    let first = read_up_to(&mut behind, 1)?;
    if first.is_empty() {
        return Ok(());
    }
    let mut behind = Cursor::new(first).chain(behind);
    opening.member(&name.member(BEHIND), &mut behind, depth)
}

/// What is called so stands behind the end of a container.
pub(super) const BEHIND: &[u8] = b"(behind the end)";
