//! A text of any size, read in pieces: a large one by one thread at a time.

use std::io::{self, Read};

use super::gate::{self, LARGE};
use crate::detect;
pub use crate::detect::Sizes;
pub(super) use crate::detect::fill;
use crate::fragment::Fragment;

/// Calls `each` with a text, or with its pieces in order, in an encoding in which ASCII stands for itself. `raw` is what is
/// read of it already.
pub fn pieces(
    path: &[u8],
    mut raw: Vec<u8>,
    rest: &mut dyn Read,
    sizes: Sizes,
    each: &mut dyn FnMut(&Fragment<'_>),
) -> io::Result<()> {
    fill(&mut raw, rest, LARGE + 1)?;
    let _pass = gate::pass(raw.len());
    detect::pieces(path, raw, rest, sizes, each)
}
