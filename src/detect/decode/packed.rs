//! Packed: containers that stand in a text as base64: releases of Helm's, attachments of mail, drawings.

use std::io::Read;
use std::ops::Range;

use super::Writer;
use super::run::{BASE64, byte_of_hex, decoded_as, is_text};
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
}

impl Default for Left {
    fn default() -> Self {
        let (bytes, said) = (TOTAL, false);
        Self { bytes, said }
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

/// Appends the texts in a container that a run is the encoding of, each as a unit; tells whether it is one.
///
/// What cannot be read in it is noted. Texts show samples of containers that end in the middle, or are made up behind their
/// first bytes: what is damaged counts only where a text was read before, and stops nothing.
pub(super) fn append(text: &[u8], run: &Range<usize>, left: &mut Left, view: &mut Writer) -> bool {
    let bytes = &text[run.clone()];
    if is_drawing(&text[..run.start]) {
        return drawing(bytes, run, left, view);
    }
    if !MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return false;
    }
    if left.bytes == 0 {
        // Its first bytes tell whether it is one.
        let head = &bytes[..bytes.len().min(2 * container::HEAD)];
        let head = decoded_as(head, BASE64).unwrap_or_default();
        if container::is_marked(container::head(&head)) {
            left.say(run.start, view);
        }
        return false;
    }
    let Some(mut packed) = decoded_as(bytes, BASE64) else {
        return false;
    };
    if is_text(&packed[..packed.len().min(8)])
        && let Some(inner) = decoded_as(packed.trim_ascii_end(), BASE64)
    {
        packed = inner;
    }
    if !container::is_marked(container::head(&packed)) {
        return false;
    }
    let (mut any, mut has_members) = (false, false);
    let (made, unread) = container::open_encoded(&packed, left.bytes, &mut |name, data| {
        let is_text = member(data, run, view);
        any |= is_text;
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
            view.unread.push((run.start, one));
        }
    }
    left.bytes = left.bytes.saturating_sub(made);
    if is_full {
        left.say(run.start, view);
    }
    any
}

/// Appends the text of a member; tells whether it is one.
fn member(data: &mut dyn Read, run: &Range<usize>, view: &mut Writer) -> bool {
    let (mut member, mut any) = (Vec::new(), false);
    loop {
        let room = MEMBER - member.len();
        // It ends where it is damaged.
        let _ = data.take(room as u64).read_to_end(&mut member);
        if member.is_empty() || !is_text(&member) {
            return any;
        }
        any = true;
        view.decoded(&member, run.clone(), CONTAINER);
        view.end_unit();
        if member.len() < MEMBER {
            return any;
        }
        // From the start of a line on, if one begins near the end.
        let tail = member.len() - AGAIN;
        let line = memchr::memchr(b'\n', &member[tail..]).map_or(0, |line| line + 1);
        member.drain(..tail + line);
    }
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
