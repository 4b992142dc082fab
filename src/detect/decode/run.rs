//! Runs of base64 and hex that decode to text.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::letters::Letters;
use super::packed::{self, Left, Packed};
use super::{Derived, Writer};
use crate::container::Unread;
use crate::fragment::{Fragment, line_end, line_start_from};

/// The shortest run that is decoded; every secret that can be told by itself is longer, encoded.
const LEAST: usize = 24;
/// How much of the line before a run is read with what it decodes to: the key it is assigned to.
const BEFORE: usize = 160;
/// How many bytes are decoded before it is decided whether they are text.
const TASTE: usize = 16;
/// A line of a wrapped encoding is at least so long.
pub(super) const WRAPPED: usize = 60;
/// A longer run is decoded block by block, so that it is known where in it a secret stands.
pub(super) const LONG: usize = 2 << 10;
/// How many characters a block has that stands on one line.
pub(super) const BLOCK: usize = 256;

/// What the encodings are called.
pub(super) const BASE64: &str = "base64";
/// As PowerShell takes commands.
const BASE64_OF_UTF16: &str = "base64 of UTF-16";
pub(super) const HEX: &str = "hex";

static STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, CONFIG);
static URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, CONFIG);
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Appends what the runs of a text decode to, each behind the part of its line that stands before it; returns where letters
/// stand in what is no text.
pub(super) fn decode(fragment: &Fragment<'_>, left: &Left, view: &mut Writer) -> Letters {
    let text = fragment.text;
    let mut done = 0;
    let mut letters = Letters::default();
    let mut packed = Packed::of(fragment, left);
    each_run(text, |run| {
        if run.start < done {
            return run.end;
        }
        let before = done;
        let line = run.len();
        let run = unwrapped(text, run);
        let end = run.end;
        if let Some(end) = packed.append(&run, view) {
            done = end;
            return end;
        }
        if run.len() > LONG {
            let (any, all) = blocks(text, &run, view);
            if any {
                done = end;
            }
            if !all {
                letters.find(text, &run, line);
            }
        } else if let Some((bytes, how)) = decoded(&text[run.clone()]) {
            // It may go on in lines that end with an escape, or in literals.
            let (whole, last) = packed::joined(text, &run);
            let more = (last > end).then(|| decoded(&whole)).flatten();
            done = if more.is_some() { last } else { end };
            let (bytes, how) = more.unwrap_or((bytes, how));
            append(text, &(run.start..done), before, &bytes, how, view);
            return done;
        } else {
            letters.find(text, &run, line);
        }
        end
    });
    letters
}

/// Tells whether the inside of a JSON string is a picture in base64: nothing but that, in lines or not, and no text when it is
/// decoded.
pub(in crate::detect) fn is_picture(string: &[u8]) -> bool {
    /// A shorter one is read as a text without harm.
    const SHORT: usize = 64;
    // No picture is written in the other alphabet, and many tokens are.
    if string.len() < SHORT || memchr::memchr2(b'-', b'_', string).is_some() {
        return false;
    }
    let mut rest = string;
    let is_all = loop {
        match &rest[base64_len(rest)..] {
            // The end of a piece may cut an escape.
            [] | [b'\\'] => break true,
            [b'\\', b'n' | b'r' | b'/', behind @ ..] => rest = behind,
            padding @ [b'=', ..] => {
                let signs = padding.iter().take_while(|&&b| b == b'=').count();
                // Its last line may have an end as well.
                break matches!(&padding[signs..], [] | [b'\\', b'n']);
            }
            _ => break false,
        }
    };
    let head = string.iter().copied().filter(|&b| b != b'\\');
    let head: Vec<u8> = head.take(LEAST).collect();
    is_all && decoded_as(&head, BASE64).is_some_and(|head| !is_text(&head))
}

/// Returns how many characters of base64 a text begins with.
fn base64_len(text: &[u8]) -> usize {
    let (chunks, _) = text.as_chunks();
    let whole = chunks
        .iter()
        .take_while(|chunk| base64_bits(chunk) == u64::MAX);
    let whole = whole.count() * CHUNK;
    let rest = text[whole..].iter();
    whole + rest.take_while(|&&b| is_base64(b)).count()
}

/// Calls `each` with what a picture says beyond its pixels, which is all of a text; returns what of it could not be read.
///
/// Most of a notebook is pictures: what stands between two escapes is taken for a run by its beginning.
pub(in crate::detect) fn picture(
    fragment: &Fragment<'_>,
    left: &Left,
    each: &mut dyn FnMut(Derived<'_>),
) -> Vec<(usize, Unread)> {
    let mut writer = Writer::new(each);
    let mut letters = Letters::default();
    let mut packed = Packed::of(fragment, left);
    let text = fragment.text;
    let mut at = 0;
    while at < text.len() {
        let piece = &text[at..];
        let piece = &piece[..memchr::memchr(b'\\', piece).unwrap_or(piece.len())];
        let padding = piece.iter().rev().take_while(|&&b| b == b'=').count();
        let run = at..at + piece.len() - padding;
        // A slash belongs to what follows it.
        let is_slash = text.get(at + piece.len() + 1) == Some(&b'/');
        at += piece.len() + if is_slash { 1 } else { 2 };
        if run.len() < LEAST || !piece[..LEAST].iter().all(|&b| is_base64(b)) {
            continue;
        }
        match packed.append(&run, &mut writer) {
            Some(end) => at = end.max(at),
            None => match in_lines(text, &run) {
                Some((bytes, end)) => {
                    packed.own(&bytes, run.start..end, &mut writer);
                    at = end;
                }
                None => letters.find(text, &run, run.len()),
            },
        }
    }
    writer.finish();
    let unread = std::mem::take(&mut writer.unread);
    letters.hand_on(text, each);
    unread
}

/// Returns what a run and the lines behind it decode to, which end with an escape, and where the last one ends.
fn in_lines(text: &[u8], run: &Range<usize>) -> Option<(Vec<u8>, usize)> {
    let (whole, end) = packed::joined(text, run);
    (end > run.end).then(|| Some((decoded_as(&whole, BASE64)?, end)))?
}

/// Calls `look` with every run of base64 characters that is long enough; it returns where to go on.
fn each_run(text: &[u8], mut look: impl FnMut(Range<usize>) -> usize) {
    let (mut floor, mut before) = (0, 0);
    let mut rest = [0; CHUNK];
    for from in (0..text.len()).step_by(CHUNK) {
        let chunk = text[from..].first_chunk().unwrap_or_else(|| {
            rest[..text.len() - from].copy_from_slice(&text[from..]);
            &rest
        });
        let now = base64_bits(chunk);
        let bits = u128::from(now) << CHUNK | u128::from(before);
        // What a run was extended to is not looked at again.
        let unread = |floor: usize| match (floor + CHUNK).saturating_sub(from) {
            read if read < 2 * CHUNK => u128::MAX << read,
            _ => 0,
        };
        let mut starts = starts(bits) & unread(floor);
        before = now;
        while starts != 0 {
            let first = starts.trailing_zeros() as usize;
            // None stands before the text: there are no bits of it.
            let start = from + first - CHUNK;
            let mut end = start + (bits >> first).trailing_ones() as usize;
            if end == from + CHUNK {
                let rest = &text[end..];
                end += rest.iter().take_while(|&&b| is_base64(b)).count();
            }
            floor = look(start..end).max(end);
            starts &= unread(floor);
        }
    }
}

/// How many bytes are looked at at once: a bit for each.
const CHUNK: usize = 64;

/// Returns a bit for each byte that is a base64 character, without a branch, so that it is done for many at once.
fn base64_bits(chunk: &[u8; CHUNK]) -> u64 {
    let marks = chunk.map(mark);
    let (words, _) = marks.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, marks| {
        // The product moves the lowest bit of every byte into the highest byte, in their order.
        bits << 8 | u64::from_le_bytes(*marks).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// Returns the bits at which `LEAST` set bits in a row begin.
fn starts(bits: u128) -> u128 {
    let two = bits & bits >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    eight & eight >> 8 & eight >> (LEAST - 8)
}

#[inline]
pub(super) fn is_base64(byte: u8) -> bool {
    mark(byte) == 1
}

/// Returns 1 for a base64 character of either alphabet, else 0.
#[inline]
fn mark(byte: u8) -> u8 {
    u8::from((byte | 0x20).wrapping_sub(b'a') < 26)
        // The digits, and the slash before them.
        | u8::from(byte.wrapping_sub(b'/') < 11)
        | u8::from(byte == b'+')
        | u8::from(byte == b'-')
        | u8::from(byte == b'_')
}

/// Extends a run over the line ends of a wrapped encoding.
fn unwrapped(text: &[u8], run: Range<usize>) -> Range<usize> {
    let mut end = run.end;
    let mut width = run.len();
    while width >= WRAPPED && width.is_multiple_of(4) {
        let blank = |b: &&u8| matches!(**b, b' ' | b'\t');
        let rest = &text[end..];
        let Some(rest) = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))
        else {
            break;
        };
        let next = text.len() - rest.len() + rest.iter().take_while(blank).count();
        let len = text[next..].iter().take_while(|&&b| is_base64(b)).count();
        if len == 0
            || len > width
            || text
                .get(next + len)
                .is_some_and(|b| !b"=\r\n\"' ".contains(b))
        {
            break;
        }
        (end, width) = (next + len, len);
    }
    run.start..end
}

/// Appends what a long run decodes to, as far as that is text, as lines of its own; tells whether some is, and
/// whether all is.
fn blocks(text: &[u8], run: &Range<usize>, view: &mut Writer) -> (bool, bool) {
    let (mut any, mut all) = (false, true);
    // How the block before was encoded, if it was text.
    let mut last = None;
    let mut at = run.start;
    while at < run.end {
        // Of a wrapped run every line is one.
        let end = line_end(&text[..run.end.min(at + BLOCK)], at);
        let bytes = &text[at..end];
        let found = match last {
            Some(how) => decoded_as(bytes, how).filter(|bytes| goes_on_as_text(bytes)),
            None => decoded(bytes).map(|(bytes, how)| {
                last = Some(how);
                bytes
            }),
        };
        if let Some(bytes) = found {
            any = true;
            view.decoded(&bytes, at..end, last.unwrap_or_default());
        } else {
            all = false;
            if last.take().is_some() {
                view.end_unit();
            }
        }
        let ends = text[end..run.end].iter();
        at = end + ends.take_while(|b| b.is_ascii_whitespace()).count();
    }
    if last.is_some() {
        view.end_unit();
    }
    (any, all)
}

/// Tells whether bytes out of the middle of a text may be text, in which characters may be cut.
fn goes_on_as_text(bytes: &[u8]) -> bool {
    let behind = |b: &&u8| **b & 0xC0 == 0x80;
    let cut = bytes.iter().take(3).take_while(behind).count();
    let rest = &bytes[cut..];
    match std::str::from_utf8(rest) {
        Ok(_) => !rest.contains(&0),
        Err(error) => error.error_len().is_none() && !rest.contains(&0) || is_text(rest),
    }
}

/// Returns the last offset up to `to` at which a run of base64 or hex may be cut that goes on there, reading from `from`: what is
/// behind it decodes by itself.
pub(in crate::detect) fn in_step(text: &[u8], from: usize, to: usize) -> usize {
    if !text.get(to).is_some_and(|b| is_base64(*b)) {
        return to;
    }
    let before = text[from..to].iter().rev();
    let run = before.take_while(|b| is_base64(**b)).count();
    // The run, and perhaps all of what is read, begins with a block.
    let cut = to - run % BLOCK;
    if cut > from { cut } else { to }
}

/// Returns what a run decodes to if that is text, and the name of the encoding.
fn decoded(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    if bytes.len() < TASTE {
        return None;
    }
    if bytes.len() >= 2 * TASTE
        && bytes.len().is_multiple_of(2)
        && bytes.iter().take(2 * TASTE).all(u8::is_ascii_hexdigit)
    {
        let taste = decoded_as(&bytes[..TASTE], HEX);
        if taste.is_some_and(|taste| is_text(&taste))
            && let Some(whole) = decoded_as(bytes, HEX).filter(|whole| is_text(whole))
        {
            return Some((whole, HEX));
        }
    }
    if let Some(marked) = marked(bytes) {
        return Some(marked);
    }
    // The first of four characters tells the highest bits of a byte: most words are dismissed without decoding.
    let odd = bytes[..TASTE]
        .iter()
        .step_by(4)
        .filter(|b| !matches!(b, b'C'..=b'Z' | b'a'..=b'f'));
    if odd.count() > 2 {
        return None;
    }
    let mut taste = [0; TASTE];
    let length = engine(bytes)
        .decode_slice(&bytes[..TASTE], &mut taste)
        .ok()?;
    let taste = &taste[..length];
    let how = if is_text(taste) {
        BASE64
    } else if is_utf16(taste) {
        BASE64_OF_UTF16
    } else {
        return None;
    };
    let decoded = decoded_as(bytes, how)?;
    is_text(&decoded).then_some((decoded, how))
}

/// Returns the text of a run of base64 that begins with a byte order mark, and the name of the encoding.
fn marked(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    let may_be = matches!(bytes, [b'/', b'/', b'4'..=b'7', ..])
        || bytes.starts_with(b"/v8A")
        || bytes.starts_with(b"77u/");
    let decoded = may_be.then(|| decoded_as(bytes, BASE64))??;
    let (text, how) = match decoded.as_slice() {
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes), BASE64_OF_UTF16),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes), BASE64_OF_UTF16),
        [0xEF, 0xBB, 0xBF, rest @ ..] => (rest.to_vec(), BASE64),
        _ => return None,
    };
    is_text(&text).then_some((text, how))
}

/// Returns a text in UTF-16 as UTF-8.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or('\0'));
    characters.collect::<String>().into_bytes()
}

/// Tells whether bytes are the beginning of a text of ASCII in UTF-16, low bytes first.
fn is_utf16(bytes: &[u8]) -> bool {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs
        .iter()
        .all(|[low, high]| *high == 0 && is_text(&[*low]))
}

/// Returns what is encoded in a certain way.
pub(super) fn decoded_as(bytes: &[u8], how: &str) -> Option<Vec<u8>> {
    if how == HEX {
        return bytes.chunks_exact(2).map(byte_of_hex).collect();
    }
    let compact = if memchr::memchr3(b'\n', b' ', b'\t', bytes).is_some() {
        let all = bytes.iter().copied();
        Cow::Owned(all.filter(|b| !b.is_ascii_whitespace()).collect())
    } else {
        Cow::Borrowed(bytes.trim_ascii_end())
    };
    // One character over is no byte: the end belongs to something else.
    let whole = compact.len() - usize::from(compact.len() % 4 == 1);
    let decoded = engine(bytes).decode(&compact[..whole]).ok()?;
    if how == BASE64_OF_UTF16 {
        return Some(utf16(&decoded, u16::from_le_bytes));
    }
    Some(decoded)
}

/// Returns the engine for the alphabet that a run is written in.
fn engine(bytes: &[u8]) -> &'static GeneralPurpose {
    if memchr::memchr2(b'-', b'_', bytes).is_some() {
        &URL_SAFE
    } else {
        &STANDARD
    }
}

pub(super) fn byte_of_hex(pair: &[u8]) -> Option<u8> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    Some(digit(pair[0])? << 4 | digit(pair[1])?)
}

/// Tells whether bytes are text: hardly anything but printable characters, and letters or digits among them.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let odd = bytes
        .iter()
        .filter(|&&b| !(b == b'\t' || b == b'\n' || b == b'\r' || (0x20..0x7F).contains(&b)))
        .count();
    // Letters beyond ASCII are text too, if they are not too many: random bytes hold two thirds of odd ones.
    odd == 0
        || odd * 5 < bytes.len()
            && (std::str::from_utf8(bytes).is_ok()
                // As ISO 8859 has them.
                || bytes.iter().filter(|&&b| b >= 0x80).count() == odd)
}

/// Appends what a run decodes to: behind the beginning of its line if it is one word, else as lines of its own.
fn append(
    text: &[u8],
    run: &Range<usize>,
    done: usize,
    bytes: &[u8],
    how: &'static str,
    view: &mut Writer,
) {
    let word = bytes
        .iter()
        .all(|b| b.is_ascii_graphic() && !b"\"'{}=:;,".contains(b));
    if word {
        let floor = done.max(run.start.saturating_sub(BEFORE));
        let line = line_start_from(text, floor, run.start);
        view.copy(text, line..run.start);
        view.decoded(bytes, run.clone(), how);
        let padding = text[run.end..].iter().take_while(|&&b| b == b'=').count();
        let behind = run.end + padding;
        view.copy(text, behind..(behind + 2).min(text.len()));
    } else {
        view.decoded(bytes, run.clone(), how);
    }
    view.end_unit();
}
