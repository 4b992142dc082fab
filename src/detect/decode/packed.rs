//! Packed: containers that stand in a text as base64: releases of Helm's, attachments of mail, drawings.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use super::Writer;
use super::run::{BASE64, WRAPPED, byte_of_hex, decoded_as, is_base64, is_text};
use crate::container::{self, Unread, Why};

/// How containers begin in base64 (gzip, zip, zlib, xz, zstd, bzip2, PDF), and gzip in base64 in base64.
const MARKS: [&[u8]; 10] = [
    b"H4sI", b"UEsDB", b"eJ", b"eA", b"eN", b"/Td6WFo", b"KLUv/", b"QlpoO", b"JVBERi", b"SDRzSU",
];
/// So many bytes are made of the containers of a text together: each is read in two ways, and takes longer than one of a file.
const TOTAL: u64 = 64 << 20;
/// So much of a member is read at once, and so much of it again with the next part.
const MEMBER: usize = 4 << 20;
const AGAIN: usize = 8 << 10;

/// How much of a text may still be unpacked.
pub(super) struct Left {
    bytes: u64,
    /// Whether it was said that nothing is left.
    said: bool,
    /// So far the pieces of an encoding were put together: nothing before that is put together once more.
    joined: usize,
}

impl Default for Left {
    fn default() -> Self {
        Self {
            bytes: TOTAL,
            said: false,
            joined: 0,
        }
    }
}

impl Left {
    /// Says that nothing is left, once.
    fn say(&mut self, at: usize, view: &mut Writer) {
        if !std::mem::replace(&mut self.said, true) {
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

/// Appends the texts in a container that a run is the encoding of, each as a unit; returns where the encoding ends, if it is
/// one.
///
/// What cannot be read in it is noted. Texts show samples of containers that end in the middle, or are made up behind their
/// first bytes: what is damaged counts only where a text was read before, and stops nothing.
pub(super) fn append(
    text: &[u8],
    run: &Range<usize>,
    left: &mut Left,
    view: &mut Writer,
) -> Option<usize> {
    if is_drawing(&text[..run.start]) {
        return drawing(&text[run.clone()], run, left, view).then_some(run.end);
    }
    let run = &(begin(text, run)..run.end);
    let bytes = &text[run.clone()];
    if !MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return None;
    }
    let (whole, end) = if run.start < left.joined {
        (Cow::Borrowed(bytes), run.end)
    } else {
        joined(text, run)
    };
    left.joined = end.max(left.joined);
    // Its first bytes tell whether it is one.
    let head = &whole[..whole.len().min(2 * container::HEAD)];
    let mut head = decoded_as(head, BASE64)?;
    let is_twice = is_text(&head[..head.len().min(8)]);
    if is_twice {
        head = decoded_as(head.trim_ascii_end(), BASE64)?;
    }
    if !container::is_marked(container::head(&head)) {
        return None;
    }
    if left.bytes == 0 {
        left.say(run.start, view);
        return None;
    }
    let mut open = |bytes: &[u8], end: usize| {
        let mut packed = decoded_as(bytes, BASE64)?;
        if is_twice {
            packed = decoded_as(packed.trim_ascii_end(), BASE64)?;
        }
        unpacked(&packed, &(run.start..end), left, view).then_some(end)
    };
    open(&whole, end).or_else(|| {
        // What follows may be something else.
        (end > run.end).then(|| open(bytes, run.end)).flatten()
    })
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
fn joined<'t>(text: &'t [u8], run: &Range<usize>) -> (Cow<'t, [u8]>, usize) {
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

/// Appends the texts in a container, which stands at `place`; tells whether there is one.
fn unpacked(packed: &[u8], place: &Range<usize>, left: &mut Left, view: &mut Writer) -> bool {
    let (mut any, mut has_members) = (false, false);
    let (made, unread) = container::open_encoded(packed, left.bytes, &mut |name, data| {
        let (is_read, is_text) = member(data, place, view);
        any |= is_read;
        has_members |= is_text && !name.shown.is_empty();
    });
    let is_full = made > left.bytes;
    for one in unread {
        let counts = match one.why {
            Why::Closed => true,
            Why::Damaged => has_members,
            // That nothing is left is said below.
            Why::Bound => !is_full,
        };
        if counts {
            view.unread.push((place.start, one));
        }
    }
    left.bytes = left.bytes.saturating_sub(made);
    if is_full {
        left.say(place.start, view);
    }
    any
}

/// Appends the text of a member, or of another what may be read in it; tells whether there is anything, and whether it is a text.
fn member(data: &mut dyn Read, run: &Range<usize>, view: &mut Writer) -> (bool, bool) {
    let (mut member, mut any, mut all) = (Vec::new(), false, true);
    loop {
        let room = MEMBER - member.len();
        // It ends where it is damaged.
        let _ = data.take(room as u64).read_to_end(&mut member);
        if member.is_empty() {
            return (any, any && all);
        }
        any = true;
        if is_text(&member) {
            view.decoded(&member, run.clone(), CONTAINER);
            view.end_unit();
        } else {
            all = false;
            view.decoded_bytes(&printable(&member), run.clone(), CONTAINER);
        }
        if member.len() < MEMBER {
            return (any, all);
        }
        // From the start of a line on, if one begins near the end.
        let tail = member.len() - AGAIN;
        let line = memchr::memchr(b'\n', &member[tail..]).map_or(0, |line| line + 1);
        member.drain(..tail + line);
    }
}

/// Returns the stretches of binary content in which a token may stand, with what is beside them.
fn printable(bytes: &[u8]) -> Vec<u8> {
    /// No token is shorter.
    const LEAST: usize = 16;
    /// So much stands beside a stretch: it decides about a token in it.
    const BESIDE: usize = 48;
    let mut out = Vec::new();
    // Up to where the bytes were looked at, and up to where they were taken.
    let (mut at, mut taken) = (0, 0);
    let is_printable = |b: &u8| b.is_ascii_graphic() || *b == b' ';
    while at < bytes.len() {
        let len = bytes[at..].iter().take_while(|b| is_printable(b)).count();
        if len >= LEAST {
            let from = at.saturating_sub(BESIDE).max(taken);
            taken = bytes.len().min(at + len + BESIDE);
            out.extend_from_slice(&bytes[from..taken]);
        }
        at += len + 1;
    }
    out
}

/// Tells whether a text ends with the tag of a drawing, as draw.io writes it.
fn is_drawing(before: &[u8]) -> bool {
    const TAG: usize = 256;
    if !before.ends_with(b">") {
        return false;
    }
    let near = &before[before.len().saturating_sub(TAG)..];
    let tag = memchr::memrchr(b'<', near);
    tag.is_some_and(|tag| near[tag..].starts_with(b"<diagram"))
}

/// Appends a drawing: percent-encoded XML, deflated.
fn drawing(bytes: &[u8], run: &Range<usize>, left: &mut Left, view: &mut Writer) -> bool {
    let Some(packed) = decoded_as(bytes, BASE64) else {
        return false;
    };
    let (made, fault) = container::inflated(&packed, left.bytes);
    let length = made.len() as u64;
    let is_full = length > left.bytes;
    left.bytes = left.bytes.saturating_sub(length);
    let mut plain = Vec::with_capacity(made.len());
    let mut at = 0;
    while let Some(&byte) = made.get(at) {
        let pair = made.get(at + 1..at + 3).filter(|_| byte == b'%');
        let meant = pair.and_then(byte_of_hex);
        plain.push(meant.unwrap_or(byte));
        at += if meant.is_some() { 3 } else { 1 };
    }
    if plain.is_empty() || !is_text(&plain) {
        return false;
    }
    view.unread.extend(fault.map(|fault| (run.start, fault)));
    if is_full {
        left.say(run.start, view);
    }
    view.decoded(&plain, run.clone(), CONTAINER);
    view.end_unit();
    true
}

/// What the encoding is called.
const CONTAINER: &str = "base64 of a compressed file";
