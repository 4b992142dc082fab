//! A text made from another one, and where each byte of it came from.

use std::io::Read;
use std::ops::Range;

use crate::container::{Name, Unread};
use crate::fragment::line_start_from;

/// A derived text is handed on at the end of a unit when it has so many bytes or pieces.
const TEXT: usize = 1 << 20;
const PIECES: usize = 32 << 10;
/// Within a unit it is handed on when it has so many times as many.
const LONG: usize = 4;
/// So much of it is repeated then: longer than any secret and what decides about it.
const AROUND: usize = 16 << 10;
/// What ends a unit: so far apart, nothing in the next one stands near this one.
const APART: &[u8] = b"\n\n\n\n\n";

/// Writes a derived text and hands it on in parts, so that the memory does not grow with the text. What belongs together is
/// a unit, and in one part unless it is very long.
pub(crate) struct Writer<'e> {
    view: View,
    /// Where the last piece came from ends there.
    end: usize,
    /// What could not be read, and where it begins.
    pub(crate) unread: Vec<(usize, Unread)>,
    each: &'e mut dyn FnMut(Derived<'_>),
}

/// What a text says beyond its letters.
pub(crate) enum Derived<'d> {
    /// A text derived from it.
    Text(&'d View),
    /// A member of a container, which stands encoded there.
    Member(&'d Name, &'d mut dyn Read, Range<usize>),
}

/// A text derived from another: pieces copied, pieces decoded, and marks of its own between them.
#[derive(Default)]
pub(crate) struct View {
    /// The derived text.
    pub(crate) text: Vec<u8>,
    pieces: Vec<Piece>,
    /// Stretches of the text itself that are nothing but the encoding of what stands here, in order.
    veiled: Vec<Range<usize>>,
    /// Whether it is binary content.
    pub(crate) is_binary: bool,
}

/// A stretch of a derived text.
struct Piece {
    /// Where it starts in the derived text; it ends where the next one starts.
    at: usize,
    /// Where it came from.
    from: Range<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Byte for byte, and seen in the text itself as well.
    Copied,
    /// Byte for byte, but what stands beside it is another than in the text itself.
    Moved,
    /// Decoded as a whole: nobody can say which byte came from which.
    Decoded(&'static str),
    /// An escape undone, or left out: in the text itself it hides what stands beside it.
    Unescaped,
    /// Came from nowhere: a line end, a quote.
    Made,
}

impl<'e> Writer<'e> {
    /// Returns what writes a text and hands its parts to `each`.
    pub(crate) fn new(each: &'e mut dyn FnMut(Derived<'_>)) -> Self {
        Self {
            view: View::default(),
            end: 0,
            unread: Vec::new(),
            each,
        }
    }

    /// Returns what writes binary content.
    pub(crate) fn of_bytes(each: &'e mut dyn FnMut(Derived<'_>)) -> Self {
        let mut writer = Self::new(each);
        writer.view.is_binary = true;
        writer
    }

    /// Hands on a member of a container that a stretch of the text is the encoding of.
    pub(crate) fn member(&mut self, name: &Name, data: &mut dyn Read, from: Range<usize>) {
        (self.each)(Derived::Member(name, data, from));
    }

    /// Appends a copy; what lies wholly in it was seen in the text itself already.
    pub(crate) fn copy(&mut self, text: &[u8], from: Range<usize>) {
        self.push(&text[from.clone()], from, Kind::Copied);
    }

    /// Appends a copy that is to be read in its new place.
    pub(crate) fn move_here(&mut self, text: &[u8], from: Range<usize>) {
        self.push(&text[from.clone()], from, Kind::Moved);
    }

    /// Appends what a stretch of the text decodes to.
    pub(crate) fn decoded(&mut self, bytes: &[u8], from: Range<usize>, how: &'static str) {
        self.push(bytes, from, Kind::Decoded(how));
    }

    /// Appends what an escape stands for, which may be nothing.
    pub(crate) fn unescaped(&mut self, byte: Option<u8>, from: Range<usize>) {
        self.make_room();
        self.end = from.end;
        self.view.pieces.push(Piece {
            at: self.view.text.len(),
            from,
            kind: Kind::Unescaped,
        });
        self.view.text.extend(byte);
    }

    /// Appends bytes of the view's own.
    pub(crate) fn make(&mut self, bytes: &[u8]) {
        self.push(bytes, self.end..self.end, Kind::Made);
    }

    /// Says that a stretch of the text is the encoding of what was appended: read as it is it means nothing.
    pub(crate) fn veil(&mut self, from: Range<usize>) {
        self.view.veiled.push(from);
    }

    /// Ends what belongs together.
    pub(crate) fn end_unit(&mut self) {
        self.make(APART);
        self.may_end();
    }

    /// Hands on what is written if it is long: what follows need not be read with it.
    pub(crate) fn may_end(&mut self) {
        if self.view.is_long(1) {
            self.finish();
        }
    }

    /// Hands on what is written and not handed on yet.
    pub(crate) fn finish(&mut self) {
        if !self.view.text.is_empty() {
            (self.each)(Derived::Text(&self.view));
            self.view = View {
                is_binary: self.view.is_binary,
                ..View::default()
            };
        }
    }

    /// Hands on what is written if it is very long, but for its end.
    fn make_room(&mut self) {
        if self.view.is_long(LONG) {
            (self.each)(Derived::Text(&self.view));
            self.view.keep_end();
        }
    }

    fn push(&mut self, bytes: &[u8], from: Range<usize>, kind: Kind) {
        if bytes.is_empty() {
            return;
        }
        self.make_room();
        self.end = from.end;
        if let Some(last) = self.view.pieces.last_mut()
            && last.kind == kind
            && matches!(kind, Kind::Copied | Kind::Moved)
            && last.from.end == from.start
        {
            last.from.end = from.end;
        } else {
            self.view.pieces.push(Piece {
                at: self.view.text.len(),
                from,
                kind,
            });
        }
        self.view.text.extend_from_slice(bytes);
    }
}

impl View {
    fn is_long(&self, times: usize) -> bool {
        self.text.len() >= TEXT * times || self.pieces.len() >= PIECES * times
    }

    /// Drops all but the end.
    fn keep_end(&mut self) {
        let floor = self.text.len().saturating_sub(AROUND);
        // Escapes may stand for nothing: many pieces may be of few bytes.
        let most = self.pieces.len().saturating_sub(PIECES);
        let first = self.pieces.partition_point(|piece| piece.at < floor);
        let before = first.max(most).checked_sub(1);
        let is_copy =
            |&number: &usize| matches!(self.pieces[number].kind, Kind::Copied | Kind::Moved);
        // Of a long copy the end is kept.
        let first = before.filter(is_copy).unwrap_or(first.max(most));
        let mut pieces = self.pieces.split_off(first);
        if let Some(piece) = pieces.first_mut() {
            let cut = floor.saturating_sub(piece.at);
            piece.at += cut;
            piece.from.start += cut;
        }
        let from = pieces.first().map_or(self.text.len(), |piece| piece.at);
        for piece in &mut pieces {
            piece.at -= from;
        }
        *self = Self {
            text: self.text.split_off(from),
            pieces,
            veiled: Vec::new(),
            is_binary: self.is_binary,
        };
    }

    /// Tells whether a stretch of the text touches one that is nothing but an encoding.
    pub(crate) fn veils(&self, range: &Range<usize>) -> bool {
        let next = self
            .veiled
            .partition_point(|veiled| veiled.end <= range.start);
        self.veiled
            .get(next)
            .is_some_and(|veiled| veiled.start < range.end)
    }

    /// Returns where a stretch of the derived text came from, and how; `None` if it is a mere copy that the text itself
    /// shows as well.
    pub(crate) fn origin(&self, range: &Range<usize>) -> Option<(Range<usize>, &'static str)> {
        let first = self.piece_at(range.start)?;
        let last = self.piece_at(range.end.saturating_sub(1).max(range.start))?;
        let copied = self.is_copy(range);
        if copied && !self.is_beside_escape(first, range) && !self.is_behind_escape(first, range) {
            return None;
        }
        let how = self.pieces[first..=last]
            .iter()
            .find_map(|piece| match piece.kind {
                Kind::Decoded(how) => Some(how),
                _ => None,
            })
            .unwrap_or_default();
        let start = self.back(first, range.start);
        let end = self.back(last, range.end.saturating_sub(1)) + 1;
        let end = match self.pieces[last].kind {
            Kind::Decoded(_) | Kind::Unescaped => self.pieces[last].from.end,
            _ => end,
        };
        Some((start..end.max(start), how))
    }

    /// Tells whether a stretch of the derived text is a mere copy.
    pub(crate) fn is_copy(&self, range: &Range<usize>) -> bool {
        let last = range.end.saturating_sub(1).max(range.start);
        let (first, last) = (self.piece_at(range.start), self.piece_at(last));
        first == last && first.is_some_and(|piece| self.pieces[piece].kind == Kind::Copied)
    }

    fn piece_at(&self, at: usize) -> Option<usize> {
        self.pieces
            .partition_point(|piece| piece.at <= at)
            .checked_sub(1)
    }

    fn back(&self, piece: usize, at: usize) -> usize {
        let piece = &self.pieces[piece];
        match piece.kind {
            Kind::Copied | Kind::Moved => piece.from.start + (at - piece.at),
            Kind::Decoded(_) | Kind::Unescaped | Kind::Made => piece.from.start,
        }
    }

    /// Tells whether an offset of the derived text is the start of a literal that begins with a colour.
    pub(crate) fn begins_coloured(&self, text: &[u8], at: usize) -> bool {
        let before = self.piece_at(at).and_then(|piece| piece.checked_sub(1));
        before.is_some_and(|before| {
            let (escape, next) = (&self.pieces[before], &self.pieces[before + 1]);
            escape.kind == Kind::Unescaped
                && (escape.at, next.at) == (at, at)
                && matches!(text[..escape.from.start].last(), Some(b'"' | b'\'' | b'`'))
        })
    }

    /// Tells whether an escape stands on the line before a stretch of a piece, no further away than a name: then the text itself
    /// may show no name there.
    fn is_behind_escape(&self, piece: usize, range: &Range<usize>) -> bool {
        /// A name and what ties a value to it are no longer than this.
        const NAME: usize = 64;
        let floor = range.start.saturating_sub(NAME);
        let floor = line_start_from(&self.text, floor, range.start);
        let before = self.pieces[..piece].iter().rev();
        before
            .take_while(|piece| piece.at >= floor)
            .any(|piece| piece.kind == Kind::Unescaped)
    }

    /// Tells whether a stretch of a piece begins or ends right beside an escape.
    fn is_beside_escape(&self, piece: usize, range: &Range<usize>) -> bool {
        let escape = |number: usize| {
            let piece = self.pieces.get(number);
            piece.is_some_and(|piece| piece.kind == Kind::Unescaped)
        };
        let end = self.pieces.get(piece + 1).map(|next| next.at);
        range.start == self.pieces[piece].at && piece > 0 && escape(piece - 1)
            || end == Some(range.end) && escape(piece + 1)
    }
}
