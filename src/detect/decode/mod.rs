//! The same text another way: what is encoded, escaped or torn into pieces, so that the rules can see it.

mod escape;
mod export;
mod join;
mod kube;
mod run;
mod table;
mod view;

use std::ops::Range;

pub(super) use run::in_step;
pub(crate) use view::View;

use super::lex::Syntax;
use crate::fragment::Fragment;

/// Returns what a text says beyond its letters, as one text for the rules; empty for nearly every text.
///
/// Each way of deriving takes time in proportion to the text, and none makes it longer but that of the tables, which repeats
/// short headers before a bounded number of cells.
pub(crate) fn derive(fragment: &Fragment<'_>) -> View {
    let text = fragment.text;
    let mut view = View::default();
    run::decode(text, &mut view);
    escape::undo(text, &mut view);
    let syntax = Syntax::of(fragment);
    join::literals(text, syntax, &mut view);
    kube::secrets(text, &mut view);
    export::inputs(fragment, &mut view);
    table::cells(fragment, syntax, &mut view);
    view
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
