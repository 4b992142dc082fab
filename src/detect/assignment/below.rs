//! Values behind an attribute that holds them: pairs of a name and a value, blocks, lines below a name.

use super::Line;
use super::name::is_key_byte;
use crate::lexicon::VALUE_ATTRIBUTE;

/// Returns the line and the place at which the value of an attribute begins, from `from` on, on this line or so many below.
/// `moved` says that this line is not the name's, `depth` that lines count which are indented so deep.
pub(super) fn value_below<'a>(
    line: &Line<'a>,
    from: usize,
    moved: bool,
    lines: usize,
    depth: Option<usize>,
) -> Option<(Line<'a>, usize)> {
    // The next entry of a list is not the name's, nor is what stands beside a block.
    let goes_on = |line: &Line<'_>| {
        let first = line.byte(line.skip_blanks(line.start));
        let item = first == b'-' && line.byte(line.skip_blanks(line.start) + 1) == b' ';
        !item && !matches!(first, b'}' | b']') && depth.is_none_or(|depth| line.indent() >= depth)
    };
    let (mut here, mut from) = (line.next(line.start), from);
    here.end = line.end;
    if moved && !goes_on(&here) {
        return None;
    }
    for _ in 0..=lines {
        // What a comment says is no value of the lines above it.
        let below = moved || here.start != line.start;
        let comment = below && here.byte(here.skip_blanks(here.start)) == b'#';
        // `OTHER: { value: v }` has a name of its own.
        let of_other =
            |at: usize| below && memchr::memchr(b'{', &here.text[here.start..at]).is_some();
        if !comment
            && let Some(at) = value_word(&here, from)
            && !of_other(at)
        {
            return Some((here, at));
        }
        if closes(&here.text[from.min(here.end)..here.end]) {
            return None;
        }
        here = here.next(here.following()?);
        from = here.start;
        if !goes_on(&here) {
            return None;
        }
    }
    None
}

/// Tells whether a text closes a brace that it does not open: what follows is not the name's.
fn closes(text: &[u8]) -> bool {
    let mut open = 0_usize;
    for &byte in text {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return true,
            b'}' => open -= 1,
            _ => {}
        }
    }
    false
}

/// Tells whether a word names an attribute that holds a value: `default`, `defaultValue`, `ParameterValue`, `string-value`.
pub(crate) fn is_value_attribute(word: &[u8]) -> bool {
    let ends = word.len() >= 5 && word[word.len() - 5..].eq_ignore_ascii_case(b"value");
    ends || VALUE_ATTRIBUTE.has(word)
}

/// Returns the place behind `value:` or `value=` on a line, from `from` on.
pub(super) fn value_word(line: &Line<'_>, from: usize) -> Option<usize> {
    /// How far from the name its value begins, at most.
    const NEAR: usize = 240;
    let stop = line.end.min(from + NEAR);
    let mut i = from;
    while i < stop {
        if !is_key_byte(line.text[i]) {
            if matches!(line.text[i], b'}' | b'>') {
                return None;
            }
            i += 1;
            continue;
        }
        let start = i;
        while i < stop && is_key_byte(line.text[i]) {
            i += 1;
        }
        let word = &line.text[start..i];
        let sealed = line.text[from..start].ends_with(b",")
            && memchr::memmem::rfind(&line.text[from..start], b"ENC[").is_some();
        if !is_value_attribute(word) || sealed || word.starts_with(b"encrypted") {
            continue;
        }
        // `<value>v</value>`
        if line.byte(i) == b'>' && line.before(start) == b'<' {
            return Some(i + 1);
        }
        let mut j = i;
        while matches!(line.byte(j), b'"' | b'\'' | b'\\' | b' ') {
            j += 1;
        }
        if matches!(line.byte(j), b':' | b'=') {
            return Some(j + 1 + usize::from(line.byte(j + 1) == b'>'));
        }
    }
    None
}
