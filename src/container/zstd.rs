//! Files in the form of Zstandard: one frame after the other, some of which hold nothing.

use std::io::{self, BufRead, ErrorKind, Read};

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::bounds::damaged;
use super::packed::Packed;
use super::read_up_to;
use super::stream::Codec;

/// A frame.
pub(super) enum Frame<R: Read> {
    Data(Box<StreamingDecoder<R, FrameDecoder>>),
    /// It was skipped: it holds nothing.
    Skipped(R),
}

impl<R: Read> Read for Frame<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Data(frame) => frame.read(buffer),
            Self::Skipped(_) => Ok(0),
        }
    }
}

pub(super) struct Zstd;

impl Codec for Zstd {
    type Stream<'p, 'r: 'p> = Frame<&'p mut Packed<'r>>;

    /// With a frame or with one to be skipped.
    fn begins(head: &[u8]) -> bool {
        head.starts_with(b"\x28\xb5\x2f\xfd") || matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
    }

    fn begin<'p, 'r>(packed: &'p mut Packed<'r>) -> io::Result<Self::Stream<'p, 'r>> {
        let head = packed.peek(8)?;
        if let [0x50..=0x5f, _, _, _, a, b, c, d] = *head {
            let length = u32::from_le_bytes([a, b, c, d]);
            packed.consume(8);
            let notes = packed.notes();
            let mut frame = packed.by_ref().take(length.into());
            // One more than is kept tells that there is more.
            let text = read_up_to(&mut frame, notes.left() as u64 + 1)?;
            notes.text(&text);
            io::copy(&mut frame, &mut io::sink())?;
            return Ok(Frame::Skipped(packed));
        }
        let window = packed.memory();
        let frame = StreamingDecoder::new_with_max_window_size(packed, window);
        let frame = frame.map_err(|error| match error {
            FrameDecoderError::WindowSizeTooBig { .. } => ErrorKind::OutOfMemory.into(),
            _ => damaged("no frame begins where one should"),
        })?;
        Ok(Frame::Data(Box::new(frame)))
    }

    fn into_packed<'p, 'r>(stream: Self::Stream<'p, 'r>) -> &'p mut Packed<'r> {
        match stream {
            Frame::Data(frame) => frame.into_inner(),
            Frame::Skipped(packed) => packed,
        }
    }
}
