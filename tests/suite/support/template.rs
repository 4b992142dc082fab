//! Templates filled as the rules' own are: with tokens whose checksums are right, too.

use super::sealed;

pub(super) use hexguard::rule::template::{Random, class};

/// Returns `template` with every hole filled as `seed` decides.
pub(crate) fn fill(template: &str, seed: u64) -> String {
    hexguard::rule::template::fill_with(template, seed, &sealed::token)
}
