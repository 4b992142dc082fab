//! Pictures in the form of PNG: the texts that programs put beside the pixels.

use std::io;

use super::{Name, Opening};

/// Hands out the texts that are compressed; the others stand in the file as they are.
pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    _depth: u8,
) -> io::Result<()> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((head, data)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let Some(chunk) = data.get(..length) else {
            break;
        };
        if let Some((keyword, packed)) = text(&kind, chunk) {
            let text = opening.inflate(packed)?;
            opening.text(&name.member(keyword), &text);
        }
        rest = data.get(length + 4..).unwrap_or_default();
    }
    Ok(())
}

/// Returns the keyword and the packed text of a chunk that holds one.
fn text<'a>(kind: &[u8], chunk: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (keyword, rest) = chunk.split_at(memchr::memchr(0, chunk)?);
    match (kind, rest) {
        (b"zTXt", [0, 0, packed @ ..]) => Some((keyword, packed)),
        (b"iTXt", [0, 1, 0, rest @ ..]) => {
            // A language and the keyword in it stand before.
            let language = memchr::memchr(0, rest)?;
            let translated = memchr::memchr(0, &rest[language + 1..])?;
            Some((keyword, &rest[language + translated + 2..]))
        }
        _ => None,
    }
}
