//! Pictures in the form of PNG: the texts that programs put beside the pixels.

use std::io;

use super::bounds::damaged;
use super::inflate::{DAMAGED, inflate, why};
use super::opened::Apart;
use super::{Name, Opening};

/// Kinds of chunks that hold texts which are compressed; the others stand in the file as they are.
const KINDS: [&[u8; 4]; 3] = [b"zTXt", b"iTXt", b"iCCP"];

/// Hands out the texts that are compressed.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    _depth: u8,
    _apart: &mut Apart,
) -> io::Result<()> {
    /// So often a text is looked for behind a length that is wrong.
    const TIMES: usize = 64;
    let mut rest = bytes.get(8..).unwrap_or_default();
    let mut times = 0;
    while let Some((head, data)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let chunk = data.get(..length);
        if let Some((keyword, packed)) = text(kind, chunk.unwrap_or(data)) {
            opening.bounds.take_member()?;
            let made = inflate(opening.bounds, packed)?;
            let member = name.member(keyword);
            opening.text(&member, &made.bytes);
            // A profile of colours is no text that anybody wrote; programs show pictures with one that is broken.
            let is_other = kind == *b"iCCP" && made.fault == Some(DAMAGED);
            if let Some(fault) = made.fault.filter(|_| !is_other) {
                opening.miss(&member, why(fault), fault.to_owned());
            }
        }
        rest = match chunk {
            Some(_) => data.get(length + 4..).unwrap_or_default(),
            None if times == TIMES => {
                return Err(damaged("its chunks are not where they should be"));
            }
            None => {
                times += 1;
                next(data)
            }
        };
    }
    Ok(())
}

/// Returns the data from the next chunk with a text on, where a length is wrong.
fn next(data: &[u8]) -> &[u8] {
    let found = KINDS
        .iter()
        .filter_map(|kind| memchr::memmem::find(data, *kind));
    let start = found.min().and_then(|kind| kind.checked_sub(4));
    start.map_or(&[], |start| &data[start..])
}

/// Returns the keyword and the packed text of a chunk that holds one.
fn text(kind: [u8; 4], chunk: &[u8]) -> Option<(&[u8], &[u8])> {
    if !KINDS.contains(&&kind) {
        return None;
    }
    let (keyword, rest) = chunk.split_at(memchr::memchr(0, chunk)?);
    match (&kind, rest) {
        (b"zTXt" | b"iCCP", [0, 0, packed @ ..]) => Some((keyword, packed)),
        (b"iTXt", [0, 1, 0, rest @ ..]) => {
            // A language and the keyword in it stand before.
            let language = memchr::memchr(0, rest)?;
            let translated = memchr::memchr(0, &rest[language + 1..])?;
            Some((keyword, &rest[language + translated + 2..]))
        }
        _ => None,
    }
}
