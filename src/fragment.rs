//! Fragment: one text to be scanned and where it is from; lines and columns in it.

use std::ops::Range;

/// One version of one text, and where it is from. Knows nothing of git.
#[derive(Clone, Copy)]
pub struct Fragment<'a> {
    /// The path, `/`-separated, relative to the top of the work tree (or as given by hand); bytes as git holds them.
    pub path: &'a [u8],
    /// The text, already in an ASCII-compatible encoding.
    pub text: &'a [u8],
    /// Which part of a commit the text is.
    pub part: Part,
    /// The commit it belongs to, when that exists already (history, ranges, push).
    pub commit: Option<&'a str>,
    /// Which part of a long text it is; `None` where it is all of it.
    pub piece: Option<&'a Piece>,
    /// Where in a container the text stands, if it is a member of one; the path leads through it then.
    pub inside: Option<Inside<'a>>,
}

/// Which part of a long text a fragment is: such a text is scanned in pieces that overlap, and each finding counts in the
/// piece in whose own part it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    /// How many bytes at the front are repeated from before the piece's own part.
    pub lead: usize,
    /// How many bytes at the end belong to the next piece.
    pub trail: usize,
    /// Where the own part begins in the whole text: lines before its line, and bytes of that line before it.
    pub at: (usize, usize),
    /// What holds for the whole text.
    pub facts: Facts,
}

/// What holds for a whole text and is known by what was read of it so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// How the text begins.
    pub head: Vec<u8>,
    /// Whether the text begins as binary formats do.
    pub begins_binary: bool,
    /// Whether the text is binary.
    pub is_binary: bool,
    /// The lines above that hold for all that follows.
    pub marks: Vec<u8>,
    /// How many items that people count (cells, rows) stand above the own part.
    pub items: usize,
}

/// Where in a container a text stands.
#[derive(Clone, Copy)]
pub struct Inside<'a> {
    /// What the member is called in reports: `bundle.tgz!config/.env`.
    pub name: &'a [u8],
    /// How many bytes of the name and of the path are the path of the file.
    pub file: usize,
    /// Whether it is a sheet of a spreadsheet, as comma-separated values.
    pub sheet: bool,
}

/// Which part of a commit a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What a file holds.
    Content,
    /// A file's own path.
    Name,
    /// A commit or tag message.
    Message,
    /// A branch or tag name.
    Reference,
    /// An author, a tagger or another line of a header: only secrets with a format of their own count in it.
    Header,
}

impl<'a> Fragment<'a> {
    /// Returns a fragment that is the content of a file.
    pub fn content(path: &'a [u8], text: &'a [u8]) -> Self {
        Self {
            path,
            text,
            part: Part::Content,
            commit: None,
            piece: None,
            inside: None,
        }
    }

    /// Tells whether it is the beginning of its text, or all of it.
    pub fn is_beginning(&self) -> bool {
        self.piece.is_none_or(|piece| piece.at == (0, 0))
    }

    /// Tells whether it is the end of its text, or all of it.
    pub fn is_end(&self) -> bool {
        self.piece.is_none_or(|piece| piece.trail == 0)
    }

    /// Returns how the whole text begins; of a text in one piece all of it.
    pub fn head(&self) -> &'a [u8] {
        self.piece.map_or(self.text, |piece| &piece.facts.head)
    }

    /// Returns the lines far above that hold for all that follows.
    pub fn marks(&self) -> &'a [u8] {
        self.piece.map_or(b"", |piece| &piece.facts.marks)
    }

    /// Tells whether the text, as far as it is read, holds a word.
    pub fn holds(&self, word: &[u8]) -> bool {
        memchr::memmem::find(self.text, word).is_some()
            || memchr::memmem::find(self.marks(), word).is_some()
    }

    /// Returns the bytes that no other piece of the same text has for its own.
    pub fn own(&self) -> &'a [u8] {
        let (lead, trail) = self.piece.map_or((0, 0), |piece| (piece.lead, piece.trail));
        &self.text[lead..self.text.len() - trail]
    }

    /// Returns what tells which places in the fragment are its own, and where they lie in the whole text.
    pub fn window(&self) -> Window {
        let Some(piece) = self.piece else {
            return Window {
                own: (1, 1)..(usize::MAX, usize::MAX),
                at: (0, 0),
            };
        };
        let end = match piece.trail {
            0 => (usize::MAX, usize::MAX),
            trail => position(self.text, self.text.len() - trail),
        };
        Window {
            own: position(self.text, piece.lead)..end,
            at: piece.at,
        }
    }

    /// Returns what the text is called in reports.
    pub fn name(&self) -> &'a [u8] {
        self.inside.map_or(self.path, |inside| inside.name)
    }

    /// Returns the path of the file that holds the text, itself or in a container.
    pub fn file(&self) -> &'a [u8] {
        self.inside
            .and_then(|inside| self.path.get(..inside.file))
            .unwrap_or(self.path)
    }

    /// Returns the last component of the path.
    pub fn file_name(&self) -> &'a [u8] {
        self.path.rsplit(|&b| b == b'/').next().unwrap_or(self.path)
    }
}

/// The own part of a piece, by lines and columns.
#[derive(Debug, Clone)]
pub struct Window {
    /// Lines and columns in the fragment, from 1.
    own: Range<(usize, usize)>,
    /// Lines and bytes before its beginning in the whole text.
    at: (usize, usize),
}

impl Window {
    /// Returns the line and the column at which the own part begins.
    pub fn begin(&self) -> (usize, usize) {
        self.own.start
    }

    /// Tells whether something at this place of the fragment begins in its own part.
    pub fn owns(&self, place: Place) -> bool {
        self.own.contains(&(place.line, place.column))
    }

    /// Returns where a place of the own part lies in the whole text.
    pub fn in_whole(&self, place: Place) -> Place {
        let (first, column) = self.own.start;
        let moved = |line: usize, at: usize| {
            let at = if line == first {
                at - column + 1 + self.at.1
            } else {
                at
            };
            (line - first + 1 + self.at.0, at)
        };
        let (line, column) = moved(place.line, place.column);
        let (end_line, end_column) = moved(place.end_line, place.end_column);
        Place {
            line,
            column,
            end_line,
            end_column,
        }
    }
}

/// A stretch of text as people and editors count it: 1-based lines, 1-based byte columns, `end_column` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line of the first byte.
    pub line: usize,
    /// The column of the first byte.
    pub column: usize,
    /// The line of the last byte.
    pub end_line: usize,
    /// One past the column of the last byte.
    pub end_column: usize,
}

impl Place {
    /// Returns where `start..end` lies in `text`; a line ends with LF, CRLF or a lone CR.
    pub fn of(text: &[u8], start: usize, end: usize) -> Self {
        let (line, column) = position(text, start);
        let (end_line, last) = position(text, end.saturating_sub(1).max(start));
        Self {
            line,
            column,
            end_line,
            end_column: last + usize::from(end > start),
        }
    }
}

fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let mut lines = memchr::memchr_iter(b'\n', before).count();
    // A lone CR ends a line as well (old Mac exports); CRLF was counted by its LF.
    lines += memchr::memchr_iter(b'\r', before)
        .filter(|&i| text.get(i + 1) != Some(&b'\n'))
        .count();
    (lines + 1, offset - line_start(text, offset) + 1)
}

/// Returns where the byte behind a text stands, as lines before its line and bytes of that line before it, if the text begins
/// at `at`.
pub fn advanced(at: (usize, usize), text: &[u8]) -> (usize, usize) {
    match position(text, text.len()) {
        (1, column) => (at.0, at.1 + column - 1),
        (line, column) => (at.0 + line - 1, column - 1),
    }
}

/// Tells whether a line begins at an offset.
pub fn is_line_start(text: &[u8], at: usize) -> bool {
    at == 0 || matches!(text[at - 1], b'\n' | b'\r')
}

/// Returns the offset of the first byte of the line that holds `offset`.
pub fn line_start(text: &[u8], offset: usize) -> usize {
    let before = &text[..offset.min(text.len())];
    match memchr::memrchr2(b'\n', b'\r', before) {
        // The CR of a CRLF in front of `offset` belongs to the line that `offset` is in.
        Some(i) if before[i] == b'\r' && text.get(i + 1) == Some(&b'\n') => line_start(text, i),
        Some(i) => i + 1,
        None => 0,
    }
}

/// Returns the offset of the first byte of the line that holds `offset`, or `floor` where the line starts before that.
pub fn line_start_from(text: &[u8], floor: usize, offset: usize) -> usize {
    floor + line_start(&text[floor..], offset - floor)
}

/// Returns the stretch of its line around `offset`, no more than `left` bytes before it and `right` bytes behind it.
pub fn line_within(text: &[u8], offset: usize, left: usize, right: usize) -> Range<usize> {
    let offset = offset.min(text.len());
    let text = &text[..text.len().min(offset + right)];
    line_start_from(text, offset.saturating_sub(left), offset)..line_end(text, offset)
}

/// Returns the offset of the end (LF, CR or end of text) of the line that holds `offset`.
pub fn line_end(text: &[u8], offset: usize) -> usize {
    let from = offset.min(text.len());
    memchr::memchr2(b'\n', b'\r', &text[from..]).map_or(text.len(), |i| from + i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_every_kind_of_line_end() {
        let text = b"one\ntwo\r\nthree\rfour";
        let place = |needle: &[u8]| {
            let start = memchr::memmem::find(text, needle).expect("needle is in the text");
            let p = Place::of(text, start, start + needle.len());
            (p.line, p.column, p.end_line, p.end_column)
        };
        assert_eq!(place(b"one"), (1, 1, 1, 4));
        assert_eq!(place(b"wo"), (2, 2, 2, 4));
        assert_eq!(place(b"three"), (3, 1, 3, 6));
        assert_eq!(place(b"four"), (4, 1, 4, 5));
        assert_eq!(place(b"two\r\nthree"), (2, 1, 3, 6));
    }

    #[test]
    fn lines_are_followed_no_farther_than_said() {
        let text = b"one\ntwo three\nfour";
        for (at, left, right, expected) in [
            (8, 9, 9, "two three"),
            (8, 2, 9, "o three"),
            (8, 9, 3, "two thr"),
            (8, 0, 0, ""),
            (4, 9, 9, "two three"),
            (99, 9, 9, "four"),
        ] {
            let line = &text[line_within(text, at, left, right)];
            assert_eq!(line, expected.as_bytes(), "{at} {left} {right}");
        }
    }
}
