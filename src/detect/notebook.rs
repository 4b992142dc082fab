//! Jupyter notebooks: the source and the output of every cell as texts of their own, and where the pictures stand.

use std::cell::RefCell;
use std::ops::Range;

use super::Candidate;
use super::decode::{self, Derived, View, Writer};
use super::json::{self, Step};
use crate::fragment::{self, Fragment};

/// What stands between two cells: how a notebook is written as a program.
const NEXT_CELL: &[u8] = b"\n# %%\n";

/// What is known of a notebook before its texts are read.
pub(crate) struct Notebook {
    /// The numbers of the cells that hold no program, in order; what a cell is may stand behind what it holds.
    written: Vec<u32>,
}

/// Tells whether a file is a notebook by its name.
pub(crate) fn is_named(fragment: &Fragment<'_>) -> bool {
    fragment.part == fragment::Part::Content && fragment.path.ends_with(b".ipynb")
}

impl Notebook {
    /// Returns what is known of a notebook; `None` if it cannot be read as one, and is to be scanned as any text.
    pub(crate) fn of(fragment: &Fragment<'_>) -> Option<Self> {
        let text = fragment.text;
        // A piece may hold nothing but what the cells gave out.
        let (mut written, mut has_cells) = (Vec::new(), fragment.piece.is_some());
        let end = json::strings(text, |string| {
            let (cell, part) = part_of(text, string.path);
            has_cells |= part == Part::Source;
            if part == Part::Type && &text[string.range.clone()] != b"code" {
                written.extend(u32::try_from(cell));
            }
        });
        // Older formats have several worksheets, whose cells are numbered anew.
        written.sort_unstable();
        let whole = end.is_some_and(|end| end.is_closed() || !fragment.is_end());
        (whole && has_cells).then_some(Self { written })
    }

    /// Returns the number of the cell that a string stands in, and which part of it.
    fn part_of(&self, text: &[u8], string: &json::Text<'_>) -> (usize, Part) {
        let (cell, part) = part_of(text, string.path);
        if is_picture(text, string) {
            return (cell, Part::Picture);
        }
        let is_written = || {
            let cell = u32::try_from(cell).unwrap_or(u32::MAX);
            self.written.binary_search(&cell).is_ok()
        };
        let part = match part {
            Part::Source if is_written() => Part::Written,
            Part::Type => Part::Rest,
            part => part,
        };
        (cell, part)
    }
}

/// Calls `each` with the texts of a notebook, in parts if they are long: what the cells say, one below the other, and what they
/// gave out with everything else; its first argument tells whether it is a program. Returns where the pictures stand.
pub(crate) fn texts(
    text: &[u8],
    book: &Notebook,
    each: &mut dyn FnMut(bool, &View),
) -> Vec<Range<usize>> {
    let each = RefCell::new(each);
    let hand = |is_source: bool, derived: Derived<'_>| {
        if let Derived::Text(view) = derived {
            each.borrow_mut()(is_source, view);
        }
    };
    let mut of_sources = |derived: Derived<'_>| hand(true, derived);
    let mut of_rest = |derived: Derived<'_>| hand(false, derived);
    let (mut sources, mut rest) = (Writer::new(&mut of_sources), Writer::new(&mut of_rest));
    let mut last: (usize, Part) = (0, Part::Rest);
    let mut pictures = Vec::new();
    json::strings(text, |string| {
        let (cell, part) = book.part_of(text, string);
        if part == Part::Picture {
            pictures.push(string.range.clone());
            return;
        }
        let fresh = (cell, part) != last;
        last = (cell, part);
        match part {
            Part::Source => {
                if fresh {
                    sources.may_end();
                    sources.make(NEXT_CELL);
                }
                unescape(text, string.range.clone(), &mut sources);
            }
            Part::Output | Part::Written => {
                if fresh {
                    rest.may_end();
                    rest.make(b"\n");
                }
                unescape(text, string.range.clone(), &mut rest);
            }
            _ => {
                rest.make(b"\n");
                if let Some(Step::Key(key)) = string.path.last() {
                    rest.move_here(text, key.clone());
                    rest.make(b": \"");
                    unescape(text, string.range.clone(), &mut rest);
                    rest.make(b"\"");
                } else {
                    unescape(text, string.range.clone(), &mut rest);
                }
            }
        }
    });
    sources.finish();
    rest.finish();
    pictures
}

/// Says of candidates in which cell they stand, as people say it; puts them into the order of the text.
pub(crate) fn place(text: &[u8], book: &Notebook, found: &mut [Candidate]) {
    if found.is_empty() {
        return;
    }
    found.sort_by_key(|candidate| candidate.start);
    let mut next = found.iter_mut().peekable();
    let (mut last, mut line) = (0, 1);
    json::strings(text, |string| {
        let Range { start, end } = string.range;
        let (cell, part) = book.part_of(text, string);
        if part == Part::Source && cell != last {
            (last, line) = (cell, 1);
        }
        while next.next_if(|candidate| candidate.start < start).is_some() {}
        let mut at = start;
        while let Some(candidate) = next.next_if(|candidate| candidate.start < end) {
            let place = match part {
                Part::Source => {
                    line += line_ends(&text[at..candidate.start]);
                    at = candidate.start;
                    format!("cell {cell}, line {line}")
                }
                Part::Output => format!("cell {cell}, output"),
                Part::Written => format!("cell {cell}"),
                Part::Picture if cell > 0 => format!("cell {cell}, picture"),
                _ => continue,
            };
            let how = candidate.context.take();
            candidate.context = Some(how.map_or(place.clone(), |how| format!("{place}, {how}")));
        }
        if part == Part::Source {
            line += line_ends(&text[at..end]);
        }
    });
}

/// Returns what has to stand before a notebook from `at` on: the brackets and keys that are open there, and what a cell is.
pub(crate) fn above(text: &[u8], at: usize) -> Vec<u8> {
    let mut cell = Cell::default();
    let end = json::strings(&text[..at], |string| cell.add(text, string));
    let Some(end) = end else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let (number, part) = part_of(text, &end.path);
    let is_open = cell.number == number && number > 0;
    // A cell's own keys stand three steps below `cells`.
    let cells = |step: &Step| matches!(step, Step::Key(key) if &text[key.clone()] == b"cells");
    let in_cell = end.path.iter().position(cells).map(|cells| cells + 2);
    let mut seen = None;
    for (depth, step) in end.path.iter().enumerate() {
        match step {
            Step::Key(key) => {
                out.push(b'{');
                if in_cell == Some(depth)
                    && is_open
                    && let Some(kind) = &cell.kind
                {
                    out.extend_from_slice(br#""cell_type":""#);
                    out.extend_from_slice(&text[kind.clone()]);
                    out.extend_from_slice(br#"","#);
                }
                let next = end.expects_key && depth + 1 == end.path.len();
                if !next && !key.is_empty() {
                    out.push(b'"');
                    out.extend_from_slice(&text[key.clone()]);
                    out.extend_from_slice(br#"":"#);
                }
            }
            Step::Index(index) => {
                out.push(b'[');
                let mut left = (*index).min(MOST);
                if part == Part::Source && is_open && depth + 1 == end.path.len() && left > 0 {
                    seen = Some(out.len());
                    left -= 1;
                    out.push(b',');
                }
                out.resize(out.len() + left, b',');
            }
        }
    }
    let is_value = end.string.is_some() && !end.expects_key;
    let mut begun = cell.beginning(text);
    if part == Part::Source && is_open {
        match seen {
            Some(at) => {
                let quoted = [b"\"", &*begun, b"\""].concat();
                out.splice(at..at, quoted);
                begun.clear();
            }
            None if is_value => {}
            None => begun.clear(),
        }
    } else {
        begun.clear();
    }
    if is_value {
        out.push(b'"');
        out.extend(begun);
    }
    out
}

/// No more line ends or elements are counted above a place.
const MOST: usize = 16 << 10;

/// The cell that is read, as far as it decides about the rest of it.
#[derive(Default)]
struct Cell {
    number: usize,
    /// What it is.
    kind: Option<Range<usize>>,
    /// Where its source begins, up to the first line end.
    first: Option<Range<usize>>,
    /// How many lines its source has so far.
    lines: usize,
}

impl Cell {
    /// Goes on behind a string of the notebook.
    fn add(&mut self, text: &[u8], string: &json::Text<'_>) {
        let (number, part) = part_of(text, string.path);
        if number != self.number && number > 0 {
            *self = Self {
                number,
                ..Self::default()
            };
        }
        let range = string.range.clone();
        match part {
            Part::Type => self.kind = Some(range),
            Part::Source => {
                self.lines += memchr::memmem::find_iter(&text[range.clone()], LINE_END).count();
                self.first.get_or_insert(range);
            }
            _ => {}
        }
    }

    /// Returns as many lines as the source has so far, the first of them as it is if it says what the others are written in.
    fn beginning(&self, text: &[u8]) -> Vec<u8> {
        /// A first line is no longer than this.
        const LONG: usize = 1 << 10;
        let mut out = Vec::new();
        let first = self
            .first
            .as_ref()
            .map_or(&[][..], |range| &text[range.clone()]);
        let first = &first[..first.len().min(LONG)];
        let end = memchr::memmem::find(first, LINE_END);
        if let Some(end) = end.filter(|_| first.starts_with(b"%%")) {
            out.extend_from_slice(&first[..end]);
        }
        out.extend(LINE_END.repeat(self.lines.min(MOST)));
        out
    }
}

/// A line end in a string.
const LINE_END: &[u8] = b"\\n";

/// Returns how many line ends are escaped in the inside of a JSON string.
fn line_ends(text: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &text[at..]) {
        let escape = &text[at + found..];
        let is_end = matches!(escape.get(1), Some(b'n')) || ascii(escape) == Some(b'\n');
        count += usize::from(is_end);
        at = (at + found + 2).min(text.len());
    }
    count
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What a cell is: code, Markdown.
    Type,
    /// A program.
    Source,
    /// A text.
    Written,
    Output,
    Picture,
    Rest,
}

/// Returns the number of the cell (from 1) that a path leads into, and which part of it.
fn part_of(text: &[u8], path: &[Step]) -> (usize, Part) {
    let key = |step: Option<&Step>| step.map_or(&[][..], |step| key(text, step));
    // `cells` stands at the top, or in a worksheet in older formats.
    let Some(cells) = path.iter().position(|step| key(Some(step)) == b"cells") else {
        return (0, Part::Rest);
    };
    let Some(Step::Index(cell)) = path.get(cells + 1) else {
        return (0, Part::Rest);
    };
    let part = match key(path.get(cells + 2)) {
        b"cell_type" => Part::Type,
        b"source" | b"input" => Part::Source,
        b"outputs"
            if matches!(
                key(path.get(cells + 4)),
                b"text" | b"data" | b"traceback" | b"evalue"
            ) =>
        {
            Part::Output
        }
        _ => Part::Rest,
    };
    (cell + 1, part)
}

/// Tells whether a string is a picture: where one is to stand, anything may.
fn is_picture(text: &[u8], string: &json::Text<'_>) -> bool {
    let is_place = |step: &Step| {
        let key = key(text, step);
        key.starts_with(b"image/") || matches!(key, b"application/pdf" | b"png" | b"jpeg")
    };
    string.path.iter().any(is_place) && decode::is_picture(&text[string.range.clone()])
}

/// Returns the key that a step is, or nothing for an index.
fn key<'t>(text: &'t [u8], step: &Step) -> &'t [u8] {
    match step {
        Step::Key(key) => &text[key.clone()],
        Step::Index(_) => &[],
    }
}

/// Appends the inside of a JSON string with its escapes undone, and with the wrapper that Hex puts around values gone.
fn unescape(text: &[u8], range: Range<usize>, view: &mut Writer) {
    undo(text, range, true, view);
}

/// What Hex puts around a value.
const OPEN: &[u8] = b"_hex_json.loads(";

/// Does so; `wrapped` tells whether wrappers are looked for, which none holds in turn.
fn undo(text: &[u8], range: Range<usize>, wrapped: bool, view: &mut Writer) {
    let mut at = range.start;
    while at < range.end {
        let plain = memchr::memchr(b'\\', &text[at..range.end]).map_or(range.end, |i| at + i);
        let copied = at..plain;
        // Hex's export: `name = _hex_json.loads("\"value\"")`, every quote escaped once more by this string.
        let (opens, quotes) = (
            wrapped && text[copied.clone()].ends_with(OPEN),
            &text[plain..range.end],
        );
        if opens && let Some(inner) = quotes.strip_prefix(br#"\"\\\""#) {
            view.move_here(text, copied.start..plain - OPEN.len());
            view.decoded(b"\"", plain..plain + 2, "");
            at = range.end - inner.len();
            let end = at + memchr::memmem::find(inner, br#"\\\"\")"#).unwrap_or(inner.len());
            undo(text, at..end, false, view);
            view.decoded(b"\"", end..(end + 2).min(range.end), "");
            at = (end + 7).min(range.end);
            continue;
        }
        view.move_here(text, copied);
        if plain == range.end {
            break;
        }
        let (byte, len): (&[u8], usize) = match text.get(plain + 1) {
            Some(b'n') => (b"\n", 2),
            Some(b't') => (b"\t", 2),
            Some(b'r') => (b"\r", 2),
            Some(b'"') => (b"\"", 2),
            Some(b'\\') => (b"\\", 2),
            Some(b'/') => (b"/", 2),
            Some(b'u') => match ascii(&text[plain..range.end]) {
                Some(byte) => (&[byte][..], 6),
                None => (b"?", 6),
            },
            _ => (b" ", 2),
        };
        let end = (plain + len).min(range.end);
        view.decoded(byte, plain..end, "");
        at = end;
    }
}

/// Returns the ASCII character that a `\u00XX` stands for.
fn ascii(escape: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(escape.strip_prefix(br"\u")?.get(..4)?).ok()?;
    u8::try_from(u16::from_str_radix(digits, 16).ok()?)
        .ok()
        .filter(u8::is_ascii)
}
