//! The forms of assignment: what stands around a name and its value, as `rules/forms.toml` says it.

use super::{Form, Language, Place};
use crate::lexicon::List;

/// One form of assignment.
pub(super) struct Row {
    pub(super) form: Form,
    pub(super) key: Named,
    /// Whether subscripts, or a key of a hash, stand behind the name.
    pub(super) subscript: Closed,
    /// Whether closing parentheses stand behind it.
    pub(super) call: Closed,
    /// Whether the name is the key of a hash.
    pub(super) hash: bool,
    /// What stands left of the name, the nearest first.
    pub(super) left: &'static [Step],
    /// What stands between the name and its value.
    pub(super) right: &'static [Step],
    /// What stands right before the value.
    pub(super) before: Gap,
    /// Whether the value must be a literal.
    pub(super) literal: bool,
    /// Whether nothing but the value may stand up to the closing parenthesis.
    pub(super) alone: bool,
    /// How bare values are written in the texts in which the form counts, and what those texts are; all if both are empty.
    pub(super) languages: &'static [Language],
    pub(super) syntaxes: &'static [&'static str],
    /// Where it counts; everywhere if empty.
    pub(super) places: &'static [Place],
}

/// How a name is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Any,
    Quoted,
    Bare,
    /// Without quotes and small letters.
    Shouted,
}

/// Whether something closes behind a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    No,
    Maybe,
    Yes,
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
    /// Any byte but this one, which is not passed over.
    Not(u8),
    /// Left of the name only: a text, or one of a list, in any case.
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
    /// A byte that does not stand before on the line, the word with which the line begins.
    FreeOf(u8),
    Begins(&'static str),
}

include!(concat!(env!("OUT_DIR"), "/forms.rs"));
