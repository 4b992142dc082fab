//! The forms of assignment: what stands around a name and its value, as `rules/forms.toml` says it.

use super::{Form, Language, Place};
use crate::lexicon::List;

/// Some of the forms, a bit each: what may stand around a name is told by a few sets that are met.
pub(super) type Rows = u128;

/// One form of assignment.
pub(super) struct Row {
    pub(super) form: Form,
    /// Whether the name has no small letter.
    pub(super) shouted: bool,
    /// What stands left of the name, the nearest first.
    pub(super) left: &'static [Step],
    /// What stands between the name and its value.
    pub(super) right: &'static [Step],
    /// What stands right before the value.
    pub(super) before: Gap,
    /// What the value must be.
    pub(super) wanted: Wanted,
    /// Where the value stands.
    pub(super) value: Where,
    /// What the texts are in which the form counts; if empty, `by_language` says it.
    pub(super) syntaxes: &'static [&'static str],
    /// Where it counts; everywhere if empty.
    pub(super) places: &'static [Place],
}

/// What the value of a form must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    Literal,
    /// All that stands up to the closing parenthesis.
    Alone,
    /// The last word of the line.
    LastWord,
}

/// Where the value of a form stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// Right behind the elements right of the name.
    Right,
    /// Among the elements left of it.
    Left,
    /// Behind an attribute that holds values, on the line reached or so many below; in YAML only on `deeper` ones, if it
    /// says so.
    Below { lines: u8, deeper: bool },
    /// Likewise, between a bracket and the name.
    Within(u8),
}

/// Whether blanks and comments stand before an element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Any,
    None,
    Some,
}

/// An element and what stands between it and the one that is nearer to the name.
pub(super) struct Step {
    pub(super) gap: Gap,
    pub(super) what: What,
}

/// An element of a pattern.
pub(super) enum What {
    /// A whole operator.
    Operator(&'static [&'static str]),
    /// One of several texts, the longest that stands there, in any case.
    Texts(&'static [&'static str]),
    /// Bytes of a class, so many at most.
    Run(&'static [bool; 256], usize),
    /// Everything up to and with a byte.
    Through(u8),
    /// Any byte but this one, or a letter; neither is passed over.
    Not(u8),
    Letter,
    /// The end of the line, which may or must stand there.
    MayEnd,
    LineEnd,
    /// Left of the name only: the value, an attribute that holds names and what assigns it.
    Value,
    NameAttribute,
    /// A text, or one of a list, in any case.
    Text(&'static str),
    List(&'static List),
    /// A name, one in small letters, the end of what is called.
    Word,
    SmallWord,
    Called,
    /// A literal.
    Literal,
    /// The start of the line, the end of the line above.
    LineStart,
    LineAbove,
    /// The text of an element up to its tag.
    TextOfElement,
    /// A byte that does not stand before on the line, the word with which the line begins.
    FreeOf(u8),
    Begins(&'static str),
}

impl Gap {
    /// Tells whether it is as it must be.
    pub(super) fn fits(self, spaced: bool) -> bool {
        self == Self::Any || spaced == (self == Self::Some)
    }
}

/// Returns the numbers of some forms, in the order in which they are tried.
pub(super) fn numbers(mut rows: Rows) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let number = (rows != 0).then(|| rows.trailing_zeros() as usize);
        rows &= rows.wrapping_sub(1);
        number
    })
}

include!(concat!(env!("OUT_DIR"), "/forms.rs"));
