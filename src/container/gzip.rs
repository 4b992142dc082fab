//! Files in the form of gzip: one stream after the other.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::bounds::damaged;
use super::{Name, Opening, stream};

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    stream::open(opening, name, packed, depth, |packed| {
        Box::new(Streams {
            stream: Some(GzDecoder::new(packed)),
        })
    })
}

/// The streams of a file.
struct Streams<R> {
    /// The one that is being read.
    stream: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Streams<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(stream) = &mut self.stream {
            let length = stream.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            self.stream = match self.stream.take() {
                Some(stream) => next(stream.into_inner())?,
                None => None,
            };
        }
        Ok(0)
    }
}

/// Returns the next stream, if there is one. Tapes are filled up with NULs.
fn next<R: BufRead>(mut packed: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        match packed.fill_buf()? {
            [] => return Ok(None),
            [0x1f, ..] => return Ok(Some(GzDecoder::new(packed))),
            [0, ..] => packed.consume(1),
            _ => return Err(damaged("something stands behind the compressed data")),
        }
    }
}
