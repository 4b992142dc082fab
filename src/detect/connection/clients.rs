//! By what clients take their password: calls, programs and words of commands, as rules/clients/*.toml lists them.

use crate::rule::SecretKind;

/// A call, as far as its arguments are told from each other; their places count from 0.
pub(super) struct Call {
    /// Its name and what opens its arguments, in small letters.
    pub(super) name: &'static str,
    pub(super) host: Option<usize>,
    pub(super) user: Option<usize>,
    pub(super) secret: Option<usize>,
    /// An argument that holds `user/password@host`.
    pub(super) login: Option<usize>,
    /// How many arguments there must be.
    pub(super) arguments: Option<usize>,
    /// Of a database: there a weak password is one, too.
    pub(super) database: bool,
    pub(super) kind: SecretKind,
}

/// How a program takes its password.
pub(super) struct Program {
    /// Its names.
    pub(super) names: &'static [&'static str],
    /// A subcommand that must come first; empty for none.
    pub(super) only: &'static str,
    /// Options with the password attached (`-pSECRET`).
    pub(super) attached: &'static [&'static str],
    /// Options with the password in the next word, or behind `=`.
    pub(super) next: &'static [&'static str],
    /// Options with `user:password` in the next word, or behind `=`.
    pub(super) login: &'static [&'static str],
    /// Options whose next word names what is stored; only a secret's name counts. Empty if it needs no name.
    pub(super) named: &'static [&'static str],
    /// What the password must begin with, as a mark that it stands there itself; empty for nothing.
    pub(super) prefix: &'static str,
}

/// A program that takes its password as a word.
pub(super) struct Position {
    pub(super) program: &'static str,
    /// A subcommand, or the name of a setting.
    pub(super) behind: &'static str,
    /// Which word behind that it is, from 1.
    pub(super) word: usize,
}

include!(concat!(env!("OUT_DIR"), "/clients.rs"));
