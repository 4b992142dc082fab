//! Objects: the numbered parts of a PDF, as far as they tell how its pages are written.

use std::collections::BTreeMap;

use super::filters::number;

/// An object counts as so many bytes at least.
const SHORTEST: usize = 128;

/// The objects of a file, by their numbers.
#[derive(Default)]
pub(super) struct Objects<'a> {
    pub(super) texts: BTreeMap<u32, &'a [u8]>,
    /// How long all together are.
    length: usize,
    /// Whether there are more than are held.
    pub(super) is_cut: bool,
}

impl<'a> Objects<'a> {
    /// Adds the objects that stand in a file.
    pub(super) fn add_file(&mut self, bytes: &'a [u8]) {
        for at in memchr::memmem::find_iter(bytes, b"obj") {
            if let Some(number) = number_before(&bytes[..at]) {
                self.add(number, &bytes[at + 3..]);
            }
        }
    }

    /// Adds those of a stream of objects: their numbers and places stand before them.
    pub(super) fn add_stream(&mut self, dictionary: &[u8], content: &'a [u8]) {
        let first = number(dictionary, b"/First").unwrap_or(0);
        let head = content.get(..first).unwrap_or_default();
        let numbers: Vec<usize> = head
            .split(u8::is_ascii_whitespace)
            .filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok())
            .collect();
        for pair in numbers.as_chunks::<2>().0 {
            if let (Ok(number), Some(text)) =
                (u32::try_from(pair[0]), within(content, first, pair[1]))
            {
                self.add(number, text);
            }
        }
    }

    fn add(&mut self, number: u32, text: &'a [u8]) {
        /// The fonts of more are not looked for.
        const MOST: usize = 64 << 20;
        if self.length >= MOST {
            self.is_cut = true;
            return;
        }
        let text = object(text);
        self.length += text.len().max(SHORTEST);
        self.texts.insert(number, text);
    }

    /// Returns the value of a name, with all that follows in its object; another object stands for it where it says so.
    pub(super) fn value(&self, text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
        let at = memchr::memmem::find_iter(text, name).find(|&at| {
            let behind = text.get(at + name.len());
            behind.is_some_and(|byte| !byte.is_ascii_alphanumeric())
        })?;
        let value = text[at + name.len()..].trim_ascii_start();
        match reference(value) {
            Some((number, _)) => self.texts.get(&number).copied(),
            None => Some(value),
        }
    }

    /// Returns the dictionary of the fonts that the resources of an object name.
    pub(super) fn fonts(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        /// Pages stand in so many others at most.
        const DEEP: usize = 16;
        let mut holder = text;
        for _ in 0..DEEP {
            if let Some(resources) = self.value(holder, b"/Resources") {
                return self.value(dictionary(resources), b"/Font");
            }
            holder = self.value(holder, b"/Parent")?;
        }
        None
    }
}

/// Returns an object up to its end, or that of its dictionary.
fn object(text: &[u8]) -> &[u8] {
    /// No dictionary is longer.
    const MOST: usize = 16 << 10;
    let text = &text[..text.len().min(MOST)];
    let text = text.trim_ascii_start();
    if text.starts_with(b"<<") {
        return dictionary(text);
    }
    let end = memchr::memmem::find(text, b"endobj");
    &text[..end.unwrap_or(text.len())]
}

/// Returns a dictionary at the beginning of a text.
pub(super) fn dictionary(text: &[u8]) -> &[u8] {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(found) = memchr::memchr2(b'<', b'>', &text[at..]) {
        at += found;
        match &text[at..] {
            [b'<', b'<', ..] => (depth, at) = (depth + 1, at + 2),
            [b'>', b'>', ..] => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// Returns the number of the object that a text refers to, and what stands behind that.
pub(super) fn reference(text: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = digits(text)?;
    let (_, rest) = digits(rest.trim_ascii_start())?;
    let rest = rest.trim_ascii_start().strip_prefix(b"R")?;
    Some((number, rest))
}

fn digits(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&text[..length]).ok()?.parse().ok()?;
    Some((number, &text[length..]))
}

/// Returns the number of the object before whose mark a text ends.
pub(super) fn number_before(text: &[u8]) -> Option<u32> {
    let line = &text[text.len().saturating_sub(24)..];
    let mut words = line
        .rsplit(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let is_number = |word: &&[u8]| word.iter().all(u8::is_ascii_digit);
    words.next().filter(is_number)?;
    std::str::from_utf8(words.next().filter(is_number)?)
        .ok()?
        .parse()
        .ok()
}

/// Returns the numbers of the objects in a list, or of the one that stands in place of a list.
pub(super) fn list(text: &[u8]) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut rest = text.strip_prefix(b"[").unwrap_or(text).trim_ascii_start();
    while let Some((number, behind)) = reference(rest) {
        numbers.push(number);
        if !text.starts_with(b"[") {
            break;
        }
        rest = behind.trim_ascii_start();
    }
    numbers
}

/// Returns what stands behind the sum of two offsets.
fn within(content: &[u8], first: usize, at: usize) -> Option<&[u8]> {
    content.get(first.checked_add(at)?..)
}
