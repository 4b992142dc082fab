//! Names of PDF that are written with escapes, as `/F#69lter`: as they are meant, at the same length.

use std::borrow::Cow;
use std::ops::Range;

/// No name that matters is longer.
const LONGEST: usize = 128;

/// Returns a file with the names as they are meant that stand outside of its streams.
pub(super) fn undone(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut made = Cow::Borrowed(bytes);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let mut streams = memchr::memmem::find_iter(rest, b"stream");
        let end = streams.find(|&end| rest[..end].trim_ascii_end().ends_with(b">>"));
        let end = end.unwrap_or(rest.len());
        undo(bytes, at..at + end, &mut |range, plain| {
            made.to_mut()[range].copy_from_slice(plain);
        });
        let behind = memchr::memmem::find(&rest[end..], b"endstream");
        at = behind.map_or(bytes.len(), |behind| at + end + behind + b"endstream".len());
    }
    made
}

/// Makes the names of objects as they are meant.
pub(super) fn undo_in(objects: &mut [u8]) {
    let mut names = Vec::new();
    undo(objects, 0..objects.len(), &mut |range, plain| {
        names.push((range, plain.to_vec()));
    });
    for (range, plain) in names {
        objects[range].copy_from_slice(&plain);
    }
}

/// Calls `each` with the place of every name that has an escape, and the name filled up with blanks.
fn undo(bytes: &[u8], range: Range<usize>, each: &mut dyn FnMut(Range<usize>, &[u8])) {
    let mut at = range.start;
    while let Some(found) = memchr::memchr(b'#', &bytes[at..range.end]) {
        let escape = at + found;
        at = escape + 1;
        let floor = range.start.max(escape.saturating_sub(LONGEST));
        let regular = bytes[floor..escape]
            .iter()
            .rev()
            .take_while(|b| is_regular(**b));
        let start = escape - regular.count();
        if start == floor || bytes[start - 1] != b'/' {
            continue;
        }
        let until = range.end.min(escape + LONGEST);
        let rest = bytes[escape..until]
            .iter()
            .take_while(|b| is_regular(**b) || **b == b'#');
        let end = escape + rest.count();
        let mut plain = plain(&bytes[start..end]).into_owned();
        if plain.len() < end - start {
            plain.resize(end - start, b' ');
            each(start..end, &plain);
        }
        at = end;
    }
}

/// Returns a name as it is meant.
pub(super) fn plain(mut name: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'#', name).is_none() {
        return Cow::Borrowed(name);
    }
    let mut plain = Vec::new();
    while let Some((&byte, rest)) = name.split_first() {
        let meant = rest
            .first_chunk()
            .filter(|_| byte == b'#')
            .and_then(|digits| meant(*digits));
        plain.push(meant.unwrap_or(byte));
        name = &name[if meant.is_some() { 3 } else { 1 }..];
    }
    Cow::Owned(plain)
}

/// Returns the letter that two digits stand for, if it may stand in a name as it is.
fn meant(digits: [u8; 2]) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = u8::try_from(digit(digits[0])? << 4 | digit(digits[1])?).ok()?;
    is_regular(byte).then_some(byte)
}

/// Tells whether a byte may stand in a name as it is.
fn is_regular(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_they_are_meant() {
        let text = b"<</F#69lter/A#20b/#43on#74ents 3 0 R/C# x#41>>\nstream /F#69 endstream/F#69";
        let plain = undone(text);
        assert_eq!(
            plain.as_ref(),
            b"<</Filter  /A#20b/Contents     3 0 R/C# x#41>>\nstream /F#69 endstream/Fi  "
        );
        let plain = undone(b"<</Filter/A#20B>>");
        assert!(matches!(plain, Cow::Borrowed(_)));
    }
}
