//! Letters in what a run decodes to that is no text: a token in an archive, in a program, beside a picture.

use std::ops::Range;

use super::run::{BASE64, BLOCK, HEX, decoded_as};
use super::{Derived, Writer};
use crate::fragment::line_end;

/// Four characters of base64 are a group: three bytes. Of the shortest token that its format decides so many stand wholly in
/// it, wherever it begins.
const GROUPS: usize = 4;
/// Letters that stand no more bytes apart are read together, and so many on either side of them: what stands beside a token in
/// binary content decides about it.
const APART: usize = 96;
const BESIDE: usize = 48;

/// Where letters stand in what runs decode to, in order.
#[derive(Default)]
pub(super) struct Letters(Vec<(Units, Range<usize>)>);

impl Letters {
    /// Notes where letters stand in what a run decodes to, whose first line has a length. Random bytes hold hardly any.
    pub(super) fn find(&mut self, text: &[u8], run: &Range<usize>, line: usize) {
        let units = Units::of(text, run, line);
        let least = units.least();
        let is_letters = |unit: usize| units.is_letters(text, unit);
        let mut stretch: Option<Range<usize>> = None;
        // Of so many in a row one is looked at.
        let mut next = least - 1;
        while let Some(unit) = units.next(text, next, least) {
            let floor = (unit + 1).saturating_sub(least);
            let start = (floor..unit)
                .rev()
                .take_while(|&unit| is_letters(unit))
                .last()
                .unwrap_or(unit);
            let behind = (unit + 1..units.count).find(|&unit| !is_letters(unit));
            let end = behind.unwrap_or(units.count);
            next = end + least;
            if end - start < least {
                continue;
            }
            stretch = match stretch {
                Some(before) if start - before.end <= APART / units.bytes() => {
                    Some(before.start..end)
                }
                before => {
                    self.0.extend(before.map(|before| (units, before)));
                    Some(start..end)
                }
            };
        }
        if let Some(stretch) = stretch {
            self.0.push((units, stretch));
        }
    }

    /// Calls `each` with what was noted, each stretch as a unit.
    pub(super) fn hand_on(&self, text: &[u8], each: &mut dyn FnMut(Derived<'_>)) {
        let mut view = Writer::of_bytes(each);
        for (units, stretch) in &self.0 {
            let beside = BESIDE / units.bytes();
            let end = units.count.min(stretch.end + beside);
            let mut unit = stretch.start.saturating_sub(beside);
            while unit < end {
                let next = units.cut(unit).min(end);
                let from = units.place(unit)..units.end(text, next);
                let Some(bytes) = decoded_as(&text[from.clone()], units.how()) else {
                    break;
                };
                view.decoded(&bytes, from, units.how());
                unit = next;
            }
            view.end_unit();
        }
        view.finish();
    }
}

/// A run as what is decoded by itself: groups of base64, pairs of hex.
#[derive(Clone, Copy)]
struct Units {
    start: usize,
    end: usize,
    /// How many stand on a line, and how far apart lines begin.
    per_line: usize,
    stride: usize,
    count: usize,
    /// How many characters one has.
    size: usize,
}

impl Units {
    fn of(text: &[u8], run: &Range<usize>, line: usize) -> Self {
        /// So many all over a line are no digits of hex by chance, though it may begin with NULs.
        const TASTE: usize = 10;
        let mut taste = text[run.start..run.start + line]
            .iter()
            .step_by(line.div_ceil(TASTE));
        let is_hex = taste.all(u8::is_ascii_hexdigit);
        let size = if is_hex { 2 } else { 4 };
        let blank = text[run.start + line..run.end].iter();
        let stride = line + blank.take_while(|b| b.is_ascii_whitespace()).count();
        let per_line = (line / size).max(1);
        let (lines, rest) = (run.len() / stride, run.len() % stride);
        Self {
            start: run.start,
            end: run.end,
            per_line,
            stride,
            count: lines * per_line + rest.min(line) / size,
            size,
        }
    }

    fn how(&self) -> &'static str {
        if self.size == 2 { HEX } else { BASE64 }
    }

    /// Returns how many bytes one stands for.
    fn bytes(&self) -> usize {
        if self.size == 2 { 1 } else { 3 }
    }

    /// Returns how many stand wholly in the shortest token.
    fn least(&self) -> usize {
        if self.size == 2 { 4 * GROUPS } else { GROUPS }
    }

    /// Returns where one begins.
    fn place(&self, unit: usize) -> usize {
        self.start + unit / self.per_line * self.stride + unit % self.per_line * self.size
    }

    /// Returns where what stands before one ends; behind the last one a part of one may stand.
    fn end(&self, text: &[u8], unit: usize) -> usize {
        if unit == self.count {
            return self.end;
        }
        let last = self.place(unit - 1) + self.size;
        last.min(line_end(&text[..self.end], last - self.size))
    }

    /// Returns the next one behind one that begins a line or a block.
    fn cut(&self, unit: usize) -> usize {
        let block = BLOCK / self.size;
        let (line, number) = (unit / self.per_line, unit % self.per_line);
        line * self.per_line + (number / block * block + block).min(self.per_line)
    }

    /// Returns the first one of letters from one on, looking at one in so many.
    fn next(&self, text: &[u8], from: usize, step: usize) -> Option<usize> {
        let mut unit = from;
        while unit < self.count {
            let line = unit / self.per_line;
            let end = self.count.min((line + 1) * self.per_line);
            let mut at = self.place(unit);
            while unit < end {
                if self.is_letters_at(text, at) {
                    return Some(unit);
                }
                unit += step;
                at += step * self.size;
            }
        }
        None
    }

    fn is_letters(&self, text: &[u8], unit: usize) -> bool {
        self.is_letters_at(text, self.place(unit))
    }

    /// Tells whether all bytes of the one at a place are printable ASCII.
    #[inline]
    fn is_letters_at(&self, text: &[u8], at: usize) -> bool {
        let first = text[at];
        if self.size == 2 {
            return matches!(first, b'2'..=b'7');
        }
        matches!(first, b'I'..=b'Z' | b'a'..=b'f')
            && matches!(text[at + 1..], [second, third, ..]
                if matches!(value(second) & 15, 2..=7) && value(third) & 3 < 2)
    }
}

/// Returns the six bits of a character of base64 of either alphabet; of others something.
fn value(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    }
}
