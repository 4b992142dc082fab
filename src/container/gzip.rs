//! Files in the form of gzip.

use std::io;

use flate2::bufread::GzDecoder;

use super::packed::Packed;
use super::stream::Codec;

pub(super) struct Gzip;

impl Codec for Gzip {
    type Stream<'p, 'r: 'p> = GzDecoder<&'p mut Packed<'r>>;

    fn begins(head: &[u8]) -> bool {
        head.starts_with(b"\x1f\x8b\x08")
    }

    fn begin<'p, 'r>(packed: &'p mut Packed<'r>) -> io::Result<Self::Stream<'p, 'r>> {
        /// What is shorter is a number of some program's.
        const SHORT: usize = 16;
        let notes = packed.notes();
        let stream = GzDecoder::new(packed);
        if let Some(header) = stream.header() {
            notes.name(header.filename().unwrap_or_default());
            notes.text(header.comment().unwrap_or_default());
            let extra = header.extra().unwrap_or_default();
            if extra.len() > SHORT {
                notes.text(extra);
            }
        }
        Ok(stream)
    }

    fn into_packed<'p, 'r>(stream: Self::Stream<'p, 'r>) -> &'p mut Packed<'r> {
        stream.into_inner()
    }
}
