//! Notes: what stands in a compressed stream beside the data, as the name and the comment in its header.

use std::cell::{Cell, RefCell};

use super::{Name, Opening, Why};

/// So many bytes of them are kept.
const MOST: usize = 4 << 20;

/// What is noted while a stream is unpacked.
#[derive(Default)]
pub(super) struct Notes {
    /// What the file was called before it was compressed.
    name: RefCell<Vec<u8>>,
    /// The others, each on a line.
    text: RefCell<Vec<u8>>,
    is_full: Cell<bool>,
}

impl Notes {
    /// Notes a name. The first is that of the file; another one behind it is a text.
    pub(super) fn name(&self, name: &[u8]) {
        let mut first = self.name.borrow_mut();
        if first.is_empty() {
            *first = name.to_vec();
        } else if *first != name {
            self.text(name);
        }
    }

    pub(super) fn text(&self, text: &[u8]) {
        let left = self.left();
        if text.len() > left {
            self.is_full.set(true);
        }
        let text = &text[..text.len().min(left)];
        if !text.is_empty() {
            let mut all = self.text.borrow_mut();
            all.extend_from_slice(text);
            all.push(b'\n');
        }
    }

    /// Returns how many bytes are kept of what comes.
    pub(super) fn left(&self) -> usize {
        MOST.saturating_sub(self.text.borrow().len())
    }

    /// Returns what the data are called in a file whose own name calls them `own`: what the header says, where only that tells
    /// a format.
    pub(super) fn member(&self, own: Vec<u8>) -> Vec<u8> {
        let name = self.name.borrow();
        let last = name.rsplit(|&byte| byte == b'/').next();
        let last = last.filter(|last| has_ending(last) && !has_ending(&own));
        last.map_or(own, <[u8]>::to_vec)
    }

    /// Hands them out as the own text of the file, without the name that was used.
    pub(super) fn say(self, opening: &mut Opening<'_>, name: &Name, used: &[u8]) {
        let mut text = self.name.into_inner();
        if text == used {
            text.clear();
        } else if !text.is_empty() {
            text.push(b'\n');
        }
        text.append(&mut self.text.into_inner());
        opening.text(name, &text);
        if self.is_full.get() {
            let reason = format!(
                "more than {} MiB stand in it beside the compressed data",
                MOST >> 20
            );
            opening.miss(name, Why::Bound, reason);
        }
    }
}

/// Tells whether a name ends as those of a format do: numbers are dates and versions.
fn has_ending(name: &[u8]) -> bool {
    let dot = name.iter().rposition(|&byte| byte == b'.');
    dot.is_some_and(|dot| name[dot..].iter().any(u8::is_ascii_alphabetic))
}
