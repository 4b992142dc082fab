//! Narrow: text in UTF-16 made UTF-8 while it is read; all other text is handed on as it is.

use std::io::{self, Read};

/// Reads UTF-16 if the text begins so: with a mark, or with the `<` of XML.
pub(super) struct Narrow<R> {
    inner: R,
    begun: bool,
    /// The order of the bytes, if it is UTF-16.
    order: Option<Order>,
    raw: Vec<u8>,
    made: Vec<u8>,
    at: usize,
}

type Order = fn([u8; 2]) -> u16;

impl<R: Read> Narrow<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            begun: false,
            order: None,
            raw: Vec::new(),
            made: Vec::new(),
            at: 0,
        }
    }

    /// Reads the beginning.
    fn begin(&mut self) -> io::Result<()> {
        (&mut self.inner).take(2).read_to_end(&mut self.raw)?;
        self.begun = true;
        self.order = match self.raw.as_slice() {
            [0xFF, 0xFE] | [b'<', 0] => Some(u16::from_le_bytes),
            [0xFE, 0xFF] | [0, b'<'] => Some(u16::from_be_bytes),
            _ => None,
        };
        if self.order.is_none() {
            std::mem::swap(&mut self.raw, &mut self.made);
        }
        Ok(())
    }

    /// Makes UTF-8 of what is read; half a character waits for the rest.
    fn narrow(&mut self, order: Order, ended: bool) {
        let (pairs, odd) = self.raw.as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().map(|pair| order(*pair)).collect();
        let mut left = odd.to_vec();
        if !ended
            && units
                .pop_if(|last| matches!(last, 0xD800..0xDC00))
                .is_some()
        {
            left = self.raw[units.len() * 2..].to_vec();
        }
        for char in char::decode_utf16(units) {
            let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
            if char != '\u{FEFF}' {
                let mut utf8 = [0; 4];
                self.made
                    .extend_from_slice(char.encode_utf8(&mut utf8).as_bytes());
            }
        }
        self.raw = left;
    }
}

impl<R: Read> Read for Narrow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const AT_ONCE: u64 = 16 << 10;
        if !self.begun {
            self.begin()?;
        }
        loop {
            let made = &self.made[self.at..];
            if !made.is_empty() {
                let length = made.len().min(buffer.len());
                buffer[..length].copy_from_slice(&made[..length]);
                self.at += length;
                return Ok(length);
            }
            let Some(order) = self.order else {
                return self.inner.read(buffer);
            };
            self.made.clear();
            self.at = 0;
            let read = (&mut self.inner).take(AT_ONCE).read_to_end(&mut self.raw);
            let ended = !matches!(read, Ok(1..));
            self.narrow(order, ended);
            if ended && self.made.is_empty() {
                return read;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read_in_either_order_and_all_else_as_it_is() {
        let text = "<a>\u{1F511} k\u{e9}y</a>".repeat(9000);
        let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect();
        let marked: Vec<u8> = [b"\xFF\xFE".to_vec(), wide(u16::to_le_bytes)].concat();
        for bytes in [
            text.clone().into_bytes(),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
            marked,
        ] {
            let mut read = String::new();
            let length = Narrow::new(bytes.as_slice()).read_to_string(&mut read);
            assert_eq!(length.ok(), Some(text.len()));
            assert!(read == text);
        }
    }
}
