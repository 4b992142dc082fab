//! Fields of the forms in a PDF: what each is called, and what was entered, stands there first, or can be chosen.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::objects::Objects;
use super::page::strings_at;

/// Fields stand in so many others at most.
const DEEP: usize = 8;
/// So much is read of them: many fields may share a value or the field above.
const MOST: usize = 32 << 20;
/// What is shorter counts as so many bytes.
const SHORTEST: usize = 16;

/// The fields of a file.
pub(super) struct Fields<'o, 'a> {
    objects: &'o Objects<'a>,
    read: Cell<usize>,
}

impl<'o, 'a> Fields<'o, 'a> {
    pub(super) fn of(objects: &'o Objects<'a>) -> Self {
        Self {
            objects,
            read: Cell::new(0),
        }
    }

    /// Tells whether there is more than what is read.
    pub(super) fn is_cut(&self) -> bool {
        self.read.get() > MOST
    }

    /// Returns those that have a value, each value on a line with the name of the field.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for &text in self.objects.texts.values() {
            let values = [&b"/V"[..], b"/DV", b"/Opt"].into_iter();
            let values = values.flat_map(|key| self.strings(text, key));
            let values: BTreeSet<Vec<u8>> = values.filter(|value| !value.is_empty()).collect();
            if values.is_empty() {
                continue;
            }
            // The name that programs use, and the one that people are shown.
            let labels = [&b"/T"[..], b"/TU"].into_iter();
            let labels: BTreeSet<Vec<u8>> =
                labels.filter_map(|key| self.label(text, key)).collect();
            for label in &labels {
                for value in &values {
                    self.count(label.len() + value.len());
                    if self.is_cut() {
                        return out;
                    }
                    for (part, end) in [(label, &b": "[..]), (value, b"\n")] {
                        let line = part
                            .iter()
                            .map(|byte| if byte.is_ascii_control() { b' ' } else { *byte });
                        out.extend(line);
                        out.extend_from_slice(end);
                    }
                }
            }
        }
        out
    }

    /// Returns the name of a field; where it is one of several of the same name, that of the field above.
    fn label(&self, text: &'a [u8], key: &[u8]) -> Option<Vec<u8>> {
        let mut holder = text;
        for _ in 0..DEEP {
            if let Some(label) = self.strings(holder, key).into_iter().next() {
                return Some(label);
            }
            holder = self.objects.value(holder, b"/Parent")?;
        }
        None
    }

    /// Returns the strings that a name has for its value.
    fn strings(&self, text: &'a [u8], key: &[u8]) -> Vec<Vec<u8>> {
        self.count(text.len() / SHORTEST);
        let value = self.objects.value(text, key).filter(|_| !self.is_cut());
        let strings = value.map_or_else(Vec::new, strings_at);
        for string in &strings {
            self.count(string.len());
        }
        strings
    }

    fn count(&self, length: usize) {
        self.read.set(self.read.get() + length.max(SHORTEST));
    }
}
