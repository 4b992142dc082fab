//! The same text another way: what is encoded, escaped or torn into pieces, so that the rules can see it.

mod escape;
mod export;
mod join;
mod kube;
mod letters;
mod packed;
mod run;
mod spelling;
mod table;
mod view;

use std::ops::Range;

pub(super) use packed::Left;
pub(super) use run::in_step;
pub(super) use run::{is_picture, picture};
pub(crate) use view::{Derived, View, Writer};

use super::lex::Syntax;
use crate::container::Unread;
use crate::fragment::Fragment;

/// Calls `each` with what a text says beyond its letters, as texts for the rules and as members of containers; not once for
/// nearly every text.
///
/// Returns what stands encoded in it and could not be read, with where it begins.
///
/// Each way of deriving takes time in proportion to the text, and none makes it longer but that of the tables, which repeats
/// short headers before cells, and that of containers in base64, which unpacks a bounded number of bytes.
pub(super) fn derive(
    fragment: &Fragment<'_>,
    left: &Left,
    each: &mut dyn FnMut(Derived<'_>),
) -> Vec<(usize, Unread)> {
    let text = fragment.text;
    let mut writer = Writer::new(each);
    let view = &mut writer;
    // First, for it alone tells of stretches that they mean nothing as they are.
    kube::secrets(text, view);
    let letters = run::decode(fragment, left, view);
    escape::undo(text, view);
    let syntax = Syntax::of(fragment);
    join::literals(text, syntax, view);
    export::inputs(fragment, view);
    table::cells(fragment, syntax, view);
    writer.finish();
    let unread = std::mem::take(&mut writer.unread);
    letters.hand_on(text, each);
    unread
}

/// Calls `keep` with the stretches above an offset that decide how what stands there is derived.
pub(super) fn above(
    fragment: &Fragment<'_>,
    syntax: &Syntax,
    at: usize,
    keep: &mut dyn FnMut(Range<usize>),
) {
    table::above(fragment, syntax, at, keep);
    kube::above(fragment.text, at, keep);
}

/// Returns the last start of a row in `from..=to`, behind `from`, of a table whose rows may go over lines.
pub(super) fn last_row(fragment: &Fragment<'_>, from: usize, to: usize) -> Option<usize> {
    table::last_row(fragment, from, to)
}
