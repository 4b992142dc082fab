//! The words that hexguard knows: names of secrets, values that are none, and paths; made by build.rs from `lexicon/`.

mod list;
mod name;
pub(crate) mod path;
mod words;

pub(crate) use list::List;
pub(crate) use name::{Name, Strength, is_name_at, is_short_name, secret_name};
pub(crate) use words::{WIDE_COLON, Words, begins_at, word_at};

/// The lists of `lexicon/*.toml`, each under its name in capitals, and the hashes of `lexicon/published.txt`.
mod tables {
    #![allow(clippy::unreadable_literal, reason = "made by a program, read by none")]

    use super::List;
    use super::name::{Naming, Strength};
    use crate::rule::SecretKind;

    include!(concat!(env!("OUT_DIR"), "/lexicon.rs"));
}

pub(crate) use tables::*;
