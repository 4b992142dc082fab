//! Files in the form of Zstandard: one frame after the other, some of which hold nothing.

use std::io::{self, BufRead, ErrorKind, Read};

use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::FrameDecoderError;

use super::bounds::damaged;
use super::{Name, Opening, stream};

/// So much memory may be needed to unpack; `zstd --ultra -22` needs as much.
const WINDOW: u64 = 128 << 20;

/// Tells whether a file begins so, with a frame or with one to be skipped.
pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(b"\x28\xb5\x2f\xfd") || matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Returns what unpacks it.
pub(super) fn decoder<'r>(packed: impl BufRead + 'r) -> Box<dyn Read + 'r> {
    Box::new(Frames::Between(packed))
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    packed: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    stream::open(opening, name, packed, depth, |packed| decoder(packed))
}

/// The frames of a file.
enum Frames<R: Read> {
    Between(R),
    In(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    End,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Self::End) {
                Self::End => return Ok(0),
                Self::Between(packed) => *self = next(packed)?,
                Self::In(mut frame) => {
                    let length = frame.read(buffer)?;
                    if length > 0 || buffer.is_empty() {
                        *self = Self::In(frame);
                        return Ok(length);
                    }
                    *self = Self::Between(frame.into_inner());
                }
            }
        }
    }
}

/// Begins the next frame, if there is one.
fn next<R: BufRead>(mut packed: R) -> io::Result<Frames<R>> {
    loop {
        // A frame that is to be skipped, and how long it is.
        let Some(&first) = packed.fill_buf()?.first() else {
            return Ok(Frames::End);
        };
        if !matches!(first, 0x50..=0x5f) {
            let frame =
                StreamingDecoder::new_with_max_window_size(packed, WINDOW).map_err(|error| {
                    match error {
                        FrameDecoderError::WindowSizeTooBig { .. } => ErrorKind::OutOfMemory.into(),
                        _ => damaged("no frame begins where one should"),
                    }
                })?;
            return Ok(Frames::In(Box::new(frame)));
        }
        let mut head = [0; 8];
        packed.read_exact(&mut head)?;
        let [_, mark @ .., a, b, c, d] = head;
        if mark != [0x2a, 0x4d, 0x18] {
            return Err(damaged("no frame begins where one should"));
        }
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        io::copy(&mut (&mut packed).take(length), &mut io::sink())?;
    }
}
