//! The words of a command line, as a shell or a list of strings holds them.

use std::ops::Range;

use super::text::{LONGEST, at_word, ends_word, quoted, skip_blanks, until};

/// The words of a command line: quotes are taken off, a backslash continues the line.
pub(super) struct Words<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) end: usize,
    /// Whether they are the strings of a list.
    pub(super) list: bool,
}

impl Words<'_> {
    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        let text = &self.text[..self.end];
        if self.list {
            let comma = until(text, self.at, 64, |b| !b.is_ascii_whitespace());
            let start = until(text, comma + 1, 64, |b| !b.is_ascii_whitespace());
            if text.get(comma) != Some(&b',') {
                return None;
            }
            let value = quoted(text, start);
            self.at = value.as_ref().map_or_else(
                || until(text, start, LONGEST, |b| b",])\"'".contains(&b)),
                |value| value.next,
            );
            return Some(value.map_or(start..start, |value| value.range));
        }
        loop {
            self.at = skip_blanks(text, self.at);
            if at_word(text, self.at, b"\\\n") {
                self.at += 2;
            } else if at_word(text, self.at, b"\\\r\n") {
                self.at += 3;
            } else if !matches!(text.get(self.at), Some(b' ' | b'\t')) {
                break;
            }
        }
        let start = self.at;
        if let Some(value) = quoted(text, start) {
            self.at = value.next;
            return Some(value.range);
        }
        // A body of several lines: `-d '{` and so on.
        if let Some(&quote @ (b'"' | b'\'')) = text.get(start)
            && let Some(len) = memchr::memchr(quote, &text[start + 1..])
        {
            self.at = start + len + 2;
            return Some(start + 1..start + 1 + len);
        }
        let word = |from| {
            until(text, from, LONGEST, |b| {
                ends_word(b) || b"|;&)".contains(&b)
            })
        };
        let mut at = word(start);
        // What another command prints is a part of the word: `h/?t=$(date -u)`.
        let mut from = start;
        while let Some(open) = memchr::memmem::find(&text[from..at], b"$(")
            && let Some(len) = memchr::memchr(b')', &text[from + open..])
        {
            from += open + len + 1;
            at = word(from).max(from);
        }
        // A quote may follow the option or its `=`, and nothing else: elsewhere it ends the string the command is in.
        if text.get(at).is_some_and(|b| b"\"'".contains(b))
            && (text[start..at].ends_with(b"=") || at - start == 2 && text[start] == b'-')
        {
            at = quoted(text, at)?.next;
        } else if at == start {
            return None;
        }
        self.at = at;
        Some(start..at)
    }

    /// Returns the last part of a word, in quotes or without, and goes on behind it.
    pub(super) fn part(&mut self, at: usize) -> Option<Range<usize>> {
        let text = &self.text[..self.end];
        let (range, next) = if let Some(value) = quoted(text, at) {
            (value.range, value.next)
        } else {
            let end = until(text, at, LONGEST, |b| ends_word(b) || b"|;&)".contains(&b));
            (at..end, end)
        };
        // What goes on is glued together by a program, not by a shell.
        let ends = text.get(next).is_none_or(|&b| ends_word(b) || b == b';');
        self.at = next;
        (ends && !range.is_empty() && !text[range.clone()].contains(&b' ')).then_some(range)
    }
}
