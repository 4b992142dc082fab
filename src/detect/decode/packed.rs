//! Packed: containers that stand in a text as base64: releases of Helm's, attachments of mail, drawings.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::rc::Rc;

use super::Writer;
use super::run::{BASE64, WRAPPED, byte_of_hex, decoded_as, is_base64, is_text};
use crate::container::{self, Name, Reading, Unread, Why};
use crate::fragment::Fragment;

/// How containers begin in base64 (gzip, zip, zlib, xz, zstd, bzip2, lzma, PDF, PNG), and gzip in base64 in base64.
const MARKS: [&[u8]; 14] = [
    b"H4sI",
    b"UEsDB",
    b"eJ",
    b"eA",
    b"eN",
    b"/Td6WFo",
    b"_Td6WFo",
    b"KLUv/",
    b"KLUv_",
    b"Qlpo",
    b"XQAA",
    b"JVBERi",
    b"iVBORw0KGg",
    b"SDRzSU",
];
/// What is said of a container in base64 that goes over the end of a piece.
const LONG: &str = "what stands in base64 there is longer than what is read of it at once; decode it and scan that";
/// So many bytes tell whether what a drawing holds is one.
const HEAD: u64 = 512;
/// So many bytes are made of the containers of a text together.
const TOTAL: u64 = 64 << 20;

/// How much of a text may still be unpacked, by all that is derived of it.
#[derive(Clone)]
pub(in crate::detect) struct Left {
    shared: Rc<Shared>,
    /// In how many encodings the text itself stands.
    above: u8,
}

struct Shared {
    bytes: Cell<u64>,
    /// Whether it was said that nothing is left.
    said: Cell<bool>,
}

impl Default for Left {
    fn default() -> Self {
        let shared = Shared {
            bytes: Cell::new(TOTAL),
            said: Cell::new(false),
        };
        Self {
            shared: Rc::new(shared),
            above: 0,
        }
    }
}

impl Left {
    /// Returns the same for what stands encoded in the text.
    pub(in crate::detect) fn below(&self) -> Self {
        Self {
            shared: Rc::clone(&self.shared),
            above: self.above + 1,
        }
    }

    /// Tells whether the text itself stands in an encoding.
    pub(in crate::detect) fn is_below(&self) -> bool {
        self.above > 0
    }

    fn bytes(&self) -> u64 {
        self.shared.bytes.get()
    }

    fn take(&self, made: u64) {
        self.shared.bytes.set(self.bytes().saturating_sub(made));
    }

    /// Says that nothing is left, once.
    fn say(&self, at: usize, view: &mut Writer) {
        if !self.shared.said.replace(true) {
            let unread = Unread {
                name: Vec::new(),
                reason: format!(
                    "what stands in base64 there unpacks to more than {} MiB",
                    TOTAL >> 20
                ),
                why: Why::Bound,
            };
            view.unread.push((at, unread));
        }
    }
}

/// Looks for containers in a text.
pub(super) struct Packed<'p> {
    text: &'p [u8],
    /// What a container in the text is called.
    name: Name,
    left: &'p Left,
    /// So far the pieces of an encoding were put together: nothing before that is put together once more.
    joined: usize,
    /// Where what begins and is cut by the end of a piece of a long text is read in no other piece.
    goes_on_from: Range<usize>,
}

impl<'p> Packed<'p> {
    pub(super) fn of(fragment: &Fragment<'p>, left: &'p Left) -> Self {
        let lead = fragment.piece.map_or(0, |piece| piece.lead);
        let own = lead..lead + fragment.own().len();
        Self {
            text: fragment.text,
            name: Name::encoded(fragment.name(), fragment.path, fragment.file().len()),
            left,
            joined: 0,
            goes_on_from: if fragment.is_end() { 0..0 } else { own },
        }
    }

    /// Hands on the members of a container that a run is the encoding of; returns where the encoding ends, if it is one.
    ///
    /// What cannot be read in it is noted. Texts show samples of containers that end in the middle, or are made up behind
    /// their first bytes: what is damaged counts only where a text was read before, and stops nothing.
    pub(super) fn append(&mut self, run: &Range<usize>, view: &mut Writer) -> Option<usize> {
        let text = self.text;
        if is_drawing(&text[..run.start]) {
            return self.drawing(run, view).then_some(run.end);
        }
        let run = &(begin(text, run)..run.end);
        let bytes = &text[run.clone()];
        let is_behind = ends_as_archive(bytes);
        if !is_behind && !MARKS.iter().any(|mark| bytes.starts_with(mark)) {
            return None;
        }
        let (whole, end) = if is_behind || run.start < self.joined {
            (Cow::Borrowed(bytes), run.end)
        } else {
            joined(text, run)
        };
        self.joined = end.max(self.joined);
        // Its first bytes tell whether it is one.
        let head = &whole[..whole.len().min(2 * container::HEAD)];
        let mut head = decoded_as(head, BASE64)?;
        let is_marked = |head: &[u8]| is_behind || container::is_marked(container::head(head));
        let is_twice = !is_marked(&head) && is_text(&head[..head.len().min(8)]);
        if is_twice {
            head = decoded_as(head.trim_ascii_end(), BASE64)?;
        }
        if !is_marked(&head) {
            return None;
        }
        if self.left.bytes() == 0 {
            self.left.say(run.start, view);
            return None;
        }
        // Most pictures have nothing behind them: of one it is not said.
        let is_picture = container::reading(b"", container::head(&head), None) == Reading::Beside;
        if self.goes_on_from.contains(&run.start) && run.end == text.len() && !is_picture {
            let unread = Unread {
                name: Vec::new(),
                reason: LONG.to_owned(),
                why: Why::Bound,
            };
            view.unread.push((run.start, unread));
        }
        let open = |bytes: &[u8], end: usize, view: &mut Writer| {
            let mut packed = decoded_as(bytes, BASE64)?;
            if is_twice {
                packed = decoded_as(packed.trim_ascii_end(), BASE64)?;
            }
            self.unpacked(&packed, &(run.start..end), view)
                .then_some(end)
        };
        open(&whole, end, view).or_else(|| {
            // What follows may be something else.
            (end > run.end)
                .then(|| open(bytes, run.end, view))
                .flatten()
        })
    }

    /// Hands on the bytes of a file that is no container.
    pub(super) fn own(&self, bytes: &[u8], place: Range<usize>, view: &mut Writer) {
        view.member(&self.name, &mut &*bytes, place);
    }

    /// Hands on the members of a container, which stands at `place`; tells whether there are any.
    fn unpacked(&self, packed: &[u8], place: &Range<usize>, view: &mut Writer) -> bool {
        let most = self.left.bytes();
        let (mut any, mut has_texts) = (false, false);
        let each: container::Each<'_> = &mut |name, data| {
            let mut read = Looked::new(data);
            view.member(name, &mut read, place.clone());
            any |= read.any;
            has_texts |= read.is_text && *name != self.name;
        };
        let (made, unread) =
            container::open_encoded(&self.name, packed, self.left.above, most, each);
        let is_full = made > most;
        for one in unread {
            let counts = match one.why {
                Why::Closed => true,
                Why::Damaged => has_texts,
                // That nothing is left is said below.
                Why::Bound => !is_full,
            };
            if counts {
                view.unread.push((place.start, one));
            }
        }
        self.left.take(made);
        if is_full {
            self.left.say(place.start, view);
        }
        any
    }

    /// Hands on a drawing: percent-encoded XML, deflated.
    fn drawing(&self, run: &Range<usize>, view: &mut Writer) -> bool {
        let Some(packed) = decoded_as(&self.text[run.clone()], BASE64) else {
            return false;
        };
        let most = self.left.bytes();
        let name = self.name.member(b"drawing.xml");
        let mut is_one = false;
        let (made, fault) = container::inflated(&packed, most, &mut |data| {
            let mut data = Unescaped::new(data);
            let mut head = Vec::new();
            // It begins up to a fault.
            let _ = (&mut data).take(HEAD).read_to_end(&mut head);
            is_one = !head.is_empty() && is_text(&head);
            if is_one {
                view.member(&name, &mut Cursor::new(head).chain(data), run.clone());
            }
        });
        self.left.take(made);
        if !is_one {
            return false;
        }
        view.unread.extend(fault.map(|fault| (run.start, fault)));
        if made > most {
            self.left.say(run.start, view);
        }
        true
    }
}

/// A text without its percent-encoding.
struct Unescaped<R> {
    inner: R,
    /// What was read and not written out: of an escape.
    rest: Vec<u8>,
    plain: VecDeque<u8>,
}

impl<R: Read> Unescaped<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            rest: Vec::new(),
            plain: VecDeque::new(),
        }
    }

    /// Reads a part; tells whether there is one.
    fn more(&mut self) -> io::Result<bool> {
        /// How many bytes are read at once, and how many an escape has behind its sign.
        const AT_ONCE: usize = 8 << 10;
        const DIGITS: usize = 2;
        let kept = self.rest.len();
        self.rest.resize(kept + AT_ONCE, 0);
        let read = self.inner.read(&mut self.rest[kept..]);
        let length = kept + read.as_ref().map_or(0, |read| *read);
        self.rest.truncate(length);
        let is_all = read? == 0;
        let last = length.saturating_sub(DIGITS);
        let cut = memchr::memchr(b'%', &self.rest[last..]).filter(|_| !is_all);
        let end = cut.map_or(length, |cut| last + cut);
        let mut at = 0;
        while at < end {
            let (byte, digits) = (self.rest[at], self.rest.get(at + 1..=at + DIGITS));
            let meant = digits.filter(|_| byte == b'%').and_then(byte_of_hex);
            self.plain.push_back(meant.unwrap_or(byte));
            at += if meant.is_some() { 1 + DIGITS } else { 1 };
        }
        self.rest.drain(..at);
        Ok(!is_all)
    }
}

impl<R: Read> Read for Unescaped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.plain.is_empty() && self.more()? {}
        self.plain.read(buffer)
    }
}

/// Data, with what was seen of it when it was read.
struct Looked<'r> {
    data: &'r mut dyn Read,
    /// Whether there is any,
    any: bool,
    /// and begins as a text.
    is_text: bool,
}

impl<'r> Looked<'r> {
    fn new(data: &'r mut dyn Read) -> Self {
        Self {
            data,
            any: false,
            is_text: false,
        }
    }
}

impl Read for Looked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.data.read(buffer)?;
        if length > 0 && !std::mem::replace(&mut self.any, true) {
            self.is_text = is_text(&buffer[..length]);
        }
        Ok(length)
    }
}

/// Tells whether a run ends as a zip archive does, whatever stands before that: a program, a script, a picture.
fn ends_as_archive(run: &[u8]) -> bool {
    /// No archive with a member is shorter.
    const LEAST: usize = 140;
    /// So many characters stand for the end of one, and more than that.
    const END: usize = 44;
    if run.len() < LEAST {
        return false;
    }
    // Of a wrapped encoding all lines but the last one are groups.
    let line = memchr::memrchr(b'\n', run).map_or(0, |end| end + 1);
    let last = run[line..].trim_ascii_start();
    let rest = last.len() % 4;
    let near = run[run.len().saturating_sub(3 * END)..].iter().copied();
    let mut tail: Vec<u8> = near.filter(|b| !b.is_ascii_whitespace()).collect();
    tail.drain(..tail.len().saturating_sub(END + rest));
    decoded_as(&tail, BASE64).is_some_and(|tail| container::ends_as_archive(&tail))
}

/// Returns where an encoding begins that a run is a part of: JSON may write its slashes as `\/`, which ends a run, and gzip has
/// one of them near its begin.
fn begin(text: &[u8], run: &Range<usize>) -> usize {
    /// It begins no further before the run, which would be a part of a longer one.
    const NEAR: usize = 256;
    let floor = run.start.saturating_sub(NEAR);
    let mut start = run.start;
    while text[start] == b'/' && start > floor && text[start - 1] == b'\\' {
        let before = text[floor..start - 1].iter().rev();
        start -= 1 + before.take_while(|&&b| is_base64(b)).count();
    }
    start
}

/// Returns an encoding that begins with a run, and where it ends, if it goes on in pieces of the same length: in escapes (`\n`,
/// `\/`), literals or lines of a comment.
pub(super) fn joined<'t>(text: &'t [u8], run: &Range<usize>) -> (Cow<'t, [u8]>, usize) {
    /// No more stands between two pieces, and none of several is longer.
    const BETWEEN: usize = 64;
    const LONG: usize = 1 << 10;
    let first = &text[run.clone()];
    let first = &first[..memchr::memchr(b'\\', first).unwrap_or(first.len())];
    // The mark of a comment may be taken for its last line.
    let mark = |b: &u8| b"/+ \t".contains(b);
    let last = memchr::memrchr(b'\n', first).filter(|&line| first[line + 1..].iter().all(mark));
    let first = last.map_or(first, |line| first[..line].trim_ascii_end());
    let mut end = run.start + first.len();
    let mut whole = Cow::Borrowed(&text[run.start..end]);
    if whole.contains(&b'\n') {
        return (whole, end);
    }
    // The pieces of a run that a slash with an escape cut are those of one line.
    let mut width = None;
    loop {
        if text[end..].starts_with(b"\\/") {
            let rest = text[end + 2..].iter();
            let len = rest.take_while(|&&b| is_base64(b)).count();
            let piece = whole.to_mut();
            piece.push(b'/');
            piece.extend_from_slice(&text[end + 2..end + 2 + len]);
            end += 2 + len;
            continue;
        }
        let line = whole.len() - width.map_or(0, |(_, before)| before);
        let (first, _) = *width.get_or_insert((line, 0));
        let near = &text[end..text.len().min(end + BETWEEN)];
        let between = between_pieces(near);
        let piece = text[end + between..].iter();
        let len = piece.take_while(|&&b| is_base64(b)).count();
        let at = end + between;
        let is_wrapped = (WRAPPED..=LONG).contains(&first) && first.is_multiple_of(4);
        let fits = line == first && is_wrapped && (1..=first).contains(&len);
        if !fits || between == 0 || is_key(&text[at + len..]) {
            return (whole, end);
        }
        width = Some((first, whole.len()));
        whole.to_mut().extend_from_slice(&text[at..at + len]);
        end = at + len;
    }
}

/// Tells whether the slashes and pluses with which a text begins are characters of an encoding.
fn is_sign_of_piece(text: &[u8]) -> bool {
    let mut behind = text.iter().skip_while(|b| b"/+".contains(b));
    behind.next().is_some_and(u8::is_ascii_alphanumeric)
}

/// Tells whether what stands before a text is a key: the text behind an encoding is none of it.
fn is_key(behind: &[u8]) -> bool {
    let behind = behind
        .strip_prefix(b"\"")
        .or_else(|| behind.strip_prefix(b"'"));
    let behind = behind.unwrap_or_default().trim_ascii_start();
    matches!(behind, [b':' | b'=', ..])
}

/// Returns the length of what stands between two pieces of an encoding: a line end, as it is or as an escape, or the end of a
/// literal and the begin of the next, with signs beside it; nothing where none of them stands there.
fn between_pieces(text: &[u8]) -> usize {
    let (mut at, mut lines, mut quotes, mut lists) = (0, 0, 0, false);
    loop {
        at += match &text[at..] {
            [b'\\', b'n' | b'r', ..] => {
                lines += 1;
                2
            }
            // Of a literal of bytes.
            [b'b' | b'B', b'"' | b'\'', ..] => 1,
            [b'\n' | b'\r', ..] => {
                lines += 1;
                1
            }
            [b'"' | b'\'', ..] => {
                quotes += 1;
                1
            }
            [b',' | b':', ..] => {
                lists = true;
                1
            }
            [b'=', ..] => return 0,
            // Slashes and pluses before a letter are of the encoding.
            [b'/' | b'+', ..] if is_sign_of_piece(&text[at..]) => break,
            [byte, ..] if byte.is_ascii_punctuation() || b" \t".contains(byte) => 1,
            _ => break,
        };
    }
    let parts = lines > 0 || quotes == 2 && !lists;
    if parts { at } else { 0 }
}

/// Tells whether a text ends with the tag of a drawing, as draw.io writes it.
fn is_drawing(before: &[u8]) -> bool {
    const TAG: usize = 256;
    let near = &before[before.len().saturating_sub(TAG)..];
    let near = near.trim_ascii_end();
    let near = near.strip_suffix(b"<![CDATA[").unwrap_or(near);
    let near = near.trim_ascii_end();
    if !near.ends_with(b">") {
        return false;
    }
    let tag = memchr::memrchr(b'<', near);
    tag.is_some_and(|tag| near[tag..].starts_with(b"<diagram"))
}
