//! The built-in rules, as static tables that build.rs makes from rules/*.toml.
#![allow(
    clippy::unreadable_literal,
    clippy::needless_raw_string_hashes,
    reason = "made by a program, read by none"
)]

use super::keywords::Index;
use super::{Confidence, Group, Kind, Pattern, Rule, Severity, Tier};
// The functions that rules name; the one place where this layer looks up.
#[allow(
    unused_imports,
    reason = "which of them are needed is for the rules to say"
)]
use crate::detect::{check, find};
use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Returns the built-in rules as a group.
pub(super) fn group() -> Group {
    Group {
        index: &INDEX,
        wanted: &WANTED,
        rules: &RULES,
    }
}
