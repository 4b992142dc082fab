//! Extract: the text that is made of XML, while it is read. It is never in memory as a whole.

use std::io::{self, Read};

use super::xml::{Attributes, Piece, Pieces, unescape};

/// Makes text of the pieces of a file.
pub(super) trait Write {
    /// Appends what a piece says; tells whether the text goes on behind it.
    fn piece(&mut self, piece: Piece<'_>, out: &mut Vec<u8>) -> bool;
    /// Appends what is left at the end.
    fn end(&mut self, out: &mut Vec<u8>);
}

/// The text, to be read.
pub(super) struct Extract<'p, R, W> {
    pieces: &'p mut Pieces<R>,
    write: W,
    out: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<'p, R: Read, W: Write> Extract<'p, R, W> {
    pub(super) fn new(pieces: &'p mut Pieces<R>, write: W) -> Self {
        Self {
            pieces,
            write,
            out: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    /// Reads what nobody read, and returns what made the text.
    pub(super) fn finish(mut self) -> W {
        while !self.ended {
            self.more();
        }
        self.write
    }

    fn more(&mut self) {
        const AT_ONCE: usize = 64 << 10;
        self.out.clear();
        self.at = 0;
        while self.out.len() < AT_ONCE && !self.ended {
            self.ended = match self.pieces.next() {
                Some(piece) => !self.write.piece(piece, &mut self.out),
                None => true,
            };
        }
        if self.ended {
            self.write.end(&mut self.out);
        }
    }
}

impl<R: Read, W: Write> Read for Extract<'_, R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() && !self.ended {
            self.more();
        }
        let made = &self.out[self.at..];
        let length = made.len().min(buffer.len());
        buffer[..length].copy_from_slice(&made[..length]);
        self.at += length;
        Ok(length)
    }
}

/// Lines of text that stand beside what a file is mainly about.
#[derive(Default)]
pub(super) struct Lines {
    text: Vec<u8>,
    /// Whether the last line goes on.
    open: bool,
}

impl Lines {
    /// Adds text, as it is written, to the last line.
    pub(super) fn text(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Text(text) if self.open || !text.trim_ascii().is_empty() => {
                self.open = true;
                unescape(text, &mut self.text);
            }
            Piece::Literal(text) | Piece::Aside(text) => self.raw(text),
            _ => {}
        }
    }

    /// Adds text to the last line.
    pub(super) fn raw(&mut self, text: &[u8]) {
        if self.open || !text.trim_ascii().is_empty() {
            self.open = true;
            self.text.extend_from_slice(text);
        }
    }

    /// Adds a text that is a line of its own.
    pub(super) fn line(&mut self, text: &[u8]) {
        self.end_line();
        self.raw(text);
        self.end_line();
    }

    /// Adds the values of attributes, each on a line of its own.
    pub(super) fn attributes(
        &mut self,
        attributes: Attributes<'_>,
        is_said: impl Fn(&[u8], &[u8]) -> bool,
    ) {
        for (_, value) in attributes
            .pairs()
            .filter(|(name, value)| is_said(name, value))
        {
            self.end_line();
            self.text(&Piece::Text(value));
            self.end_line();
        }
    }

    pub(super) fn end_line(&mut self) {
        if std::mem::take(&mut self.open) {
            self.text.push(b'\n');
        }
    }

    /// Moves all of it to the end of another text.
    pub(super) fn move_to(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.text);
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
    }
}
