//! Assignments: the key and the value around a place of a text, in every form in which values are assigned.

use std::ops::Range;

use crate::fragment::Fragment;

/// A value assigned to a key.
pub struct Assignment {
    /// Where the key stands, without quotes.
    pub key: Range<usize>,
    /// Where the value stands, without quotes.
    pub value: Range<usize>,
}

/// Returns the assignments whose key or line holds the byte at `at`.
pub fn around(_fragment: &Fragment<'_>, _at: usize) -> Vec<Assignment> {
    Vec::new()
}

/// Tells whether the words of one of `keys` (small letters and digits, joined) stand in the key.
pub fn names(_assignment: &Assignment, _text: &[u8], _keys: &[&str]) -> bool {
    false
}

/// Returns the key as it may be shown.
pub fn shown_key(assignment: &Assignment, text: &[u8]) -> String {
    String::from_utf8_lossy(&text[assignment.key.clone()]).into_owned()
}
