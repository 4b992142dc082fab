//! The texts that the cells of a workbook share, and which of them a cell shows. There may be millions: most are held packed.

use std::io::{self, Read};

use flate2::Compression;
use flate2::bufread::{DeflateDecoder, DeflateEncoder};

use super::extract::Lines;
use super::xml::{Piece, Pieces, unescape};

/// The first of them, which are used most, are held as they are.
const PLAIN: usize = 4 << 20;
/// All that is held of them.
const MOST: usize = 24 << 20;
/// The others are packed together in blocks of this size, of which so many are held unpacked.
const BLOCK: usize = 64 << 10;
const OPEN: usize = 16;
/// Cells show texts nearly in their order, or the same ones: blocks are unpacked so many times all of the text, and a little more.
const TIMES: usize = 4;
const FREE: usize = 64 << 20;

/// Some texts.
#[derive(Default)]
struct Texts {
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Texts {
    fn size(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }

    fn get(&self, number: usize) -> Option<&[u8]> {
        let end = |number: usize| self.ends.get(number).map(|&end| end as usize);
        let start = number.checked_sub(1).map_or(Some(0), end)?;
        self.text.get(start..end(number)?)
    }

    /// Makes room for more text: by an eighth, not by as much as there is.
    fn make_room(&mut self, more: usize) {
        const LEAST: usize = 4 << 10;
        if self.text.capacity() - self.text.len() < more {
            let eighth = self.text.len() / 8;
            self.text.reserve_exact(more.max(eighth).max(LEAST));
        }
    }

    fn packed(&self) -> Vec<u8> {
        let mut packed = Vec::new();
        // Lengths are much alike.
        let mut last = 0;
        let lengths = self.ends.iter().flat_map(|end| {
            let length = end - std::mem::replace(&mut last, *end);
            length.to_le_bytes()
        });
        let lengths: Vec<u8> = lengths.collect();
        let count = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        let count = count.to_le_bytes();
        let all = (&count[..]).chain(&*lengths).chain(&*self.text);
        // In memory nothing can go wrong.
        let _ = DeflateEncoder::new(io::BufReader::new(all), Compression::fast())
            .read_to_end(&mut packed);
        packed.shrink_to_fit();
        packed
    }

    fn unpacked(packed: &[u8]) -> Self {
        let mut all = Vec::new();
        let _ = DeflateDecoder::new(packed).read_to_end(&mut all);
        let (words, _) = all.as_chunks::<4>();
        let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
        let count = words.next().unwrap_or(0) as usize;
        let ends = words.take(count).scan(0u32, |end, length| {
            *end += length;
            Some(*end)
        });
        let ends: Vec<u32> = ends.collect();
        all.drain(..size_of::<u32>() * (1 + ends.len()));
        Self { text: all, ends }
    }
}

/// A block of them.
enum Block {
    Plain(Texts),
    Packed(Vec<u8>),
}

/// The texts that the cells of a workbook share.
#[derive(Default)]
pub(super) struct Shared {
    /// The blocks, with the numbers of their first texts.
    blocks: Vec<(usize, Block)>,
    /// The block that is being read, and how long all before are.
    last: Texts,
    length: usize,
    count: usize,
    /// How much is held of the blocks.
    held: usize,
    /// A bit for each that a cell shows.
    shown: Vec<u64>,
    /// Blocks that are unpacked, by their numbers, and how much was unpacked.
    open: [(usize, Texts); OPEN],
    unpacked: usize,
    /// What stands beside them, as how they are pronounced.
    beside: Lines,
    /// Whether there are more than are held.
    pub(super) more: bool,
    /// So many bytes were shown more than once.
    again: usize,
}

impl Shared {
    /// Reads them.
    pub(super) fn read(source: impl Read) -> Self {
        let mut shared = Self::default();
        let mut pieces = Pieces::new(source);
        let (mut in_text, mut in_sound, mut open) = (false, false, false);
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Open(b"si", _, empty) => {
                    if std::mem::replace(&mut open, !empty) || empty {
                        shared.push();
                    }
                }
                Piece::Close(b"si") if open => {
                    open = false;
                    shared.push();
                }
                Piece::Open(b"rPh", _, empty) => in_sound = !empty,
                Piece::Close(b"rPh") => in_sound = false,
                Piece::Open(b"t", _, empty) => in_text = !empty,
                Piece::Close(b"t") => in_text = false,
                Piece::Open(..) | Piece::Close(_) => shared.beside.end_line(),
                Piece::Text(text) if open && in_text && !in_sound => {
                    shared.last.make_room(text.len());
                    unescape(text, &mut shared.last.text);
                }
                Piece::Literal(text) if open && in_text && !in_sound => {
                    shared.last.make_room(text.len());
                    shared.last.text.extend_from_slice(text);
                }
                piece => shared.beside.text(&piece),
            }
            if shared.size() > MOST {
                shared.more = true;
                break;
            }
        }
        if open {
            shared.push();
        }
        shared.finished()
    }

    /// Returns some texts, in their order.
    pub(super) fn of(texts: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut shared = Self::default();
        for text in texts {
            shared.last.make_room(text.len());
            shared.last.text.extend_from_slice(&text);
            shared.push();
            if shared.size() > MOST {
                shared.more = true;
                break;
            }
        }
        shared.finished()
    }

    fn finished(mut self) -> Self {
        self.end_block();
        self.shown = vec![0; self.count.div_ceil(64)];
        self
    }

    fn size(&self) -> usize {
        self.held + self.last.size() + self.beside.len() + self.count / 8
    }

    fn push(&mut self) {
        // No more is held than that has a place.
        let end = u32::try_from(self.last.text.len()).unwrap_or(u32::MAX);
        self.last.ends.push(end);
        self.count += 1;
        if self.last.size() >= BLOCK {
            self.end_block();
        }
    }

    fn end_block(&mut self) {
        let mut texts = std::mem::take(&mut self.last);
        let first = self.count - texts.ends.len();
        self.length += texts.size();
        let block = if self.length <= PLAIN {
            texts.text.shrink_to_fit();
            texts.ends.shrink_to_fit();
            self.held += texts.size();
            Block::Plain(texts)
        } else {
            let packed = texts.packed();
            self.held += packed.len();
            Block::Packed(packed)
        };
        self.held += size_of::<(usize, Block)>();
        self.blocks.push((first, block));
    }

    /// Tells whether the cells show them in an order in which too much would have to be unpacked: then the rest are not shown.
    pub(super) fn is_scattered(&self) -> bool {
        self.unpacked > self.length.saturating_mul(TIMES).saturating_add(FREE)
    }

    /// Tells whether there is a text with a number, as far as they are held.
    pub(super) fn has(&self, number: usize) -> bool {
        number < self.count || self.more
    }

    /// Returns how many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Tells whether a cell showed each of them.
    pub(super) fn is_all_shown(&self) -> bool {
        let shown: u32 = self.shown.iter().map(|word| word.count_ones()).sum();
        shown as usize == self.count
    }

    /// Returns the text with a number, as it is written.
    pub(super) fn show(&mut self, number: &[u8]) -> &[u8] {
        let number = std::str::from_utf8(number.trim_ascii()).ok();
        match number.and_then(|number| number.parse().ok()) {
            Some(number) => self.text(number),
            None => &[],
        }
    }

    /// Returns the text with a number. A longer one that is shown again and again is left out at last.
    pub(super) fn text(&mut self, number: usize) -> &[u8] {
        const SHORT: usize = 64;
        const AGAIN: usize = 32 << 20;
        if number >= self.count {
            return &[];
        }
        let block = self.blocks.partition_point(|(first, _)| *first <= number) - 1;
        let slot = block % OPEN;
        if let Block::Packed(packed) = &self.blocks[block].1
            && (self.open[slot].0 != block || self.open[slot].1.ends.is_empty())
        {
            if self.is_scattered() {
                return &[];
            }
            self.open[slot] = (block, Texts::unpacked(packed));
            self.unpacked += self.open[slot].1.size();
        }
        let (first, block) = &self.blocks[block];
        let texts = match block {
            Block::Plain(texts) => texts,
            Block::Packed(_) => &self.open[slot].1,
        };
        let text = texts.get(number - first).unwrap_or_default();
        if !set(&mut self.shown, number) && text.len() > SHORT {
            if self.again > AGAIN {
                return &[];
            }
            self.again += text.len();
        }
        text
    }

    /// Returns the texts that no cell shows, to be read once: what was deleted may still be there.
    pub(super) fn left(&mut self) -> Left<'_> {
        let mut beside = Vec::new();
        self.beside.end_line();
        self.beside.move_to(&mut beside);
        Left {
            shared: self,
            block: 0,
            lines: beside,
            at: 0,
        }
    }
}

/// Sets a bit; tells whether it was not set.
fn set(bits: &mut [u64], number: usize) -> bool {
    let bit = 1 << (number % 64);
    let word = &mut bits[number / 64];
    let is_new = *word & bit == 0;
    *word |= bit;
    is_new
}

/// The texts that no cell shows.
pub(super) struct Left<'s> {
    shared: &'s Shared,
    block: usize,
    lines: Vec<u8>,
    at: usize,
}

impl Left<'_> {
    /// Writes those of the next block, each on a line; tells whether there is one.
    fn next(&mut self) -> bool {
        let Some((first, block)) = self.shared.blocks.get(self.block) else {
            return false;
        };
        self.block += 1;
        self.lines.clear();
        self.at = 0;
        let unpacked;
        let texts = match block {
            Block::Plain(texts) => texts,
            Block::Packed(packed) => {
                unpacked = Texts::unpacked(packed);
                &unpacked
            }
        };
        for number in 0..texts.ends.len() {
            let place = first + number;
            if self.shared.shown[place / 64] >> (place % 64) & 1 == 0 {
                self.lines
                    .extend_from_slice(texts.get(number).unwrap_or_default());
                self.lines.push(b'\n');
            }
        }
        true
    }
}

impl Read for Left<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.lines.len() {
            if !self.next() {
                return Ok(0);
            }
        }
        let lines = &self.lines[self.at..];
        let length = lines.len().min(buffer.len());
        buffer[..length].copy_from_slice(&lines[..length]);
        self.at += length;
        Ok(length)
    }
}
