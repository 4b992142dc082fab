//! Reads texts as their languages write them: syntaxes, literals and comments, texts inside texts.

mod cut;
mod embed;
mod form;
pub(crate) mod near;
mod open;
mod outline;
mod regions;
mod rows;
pub(crate) mod shell;
mod syntax;
mod token;

pub(crate) use cut::cut;
pub(crate) use open::opened;
pub(crate) use outline::{Outline, Scope};
pub(crate) use regions::literal_at;
#[doc(hidden)]
pub use regions::{Kind, Region, regions, steps};
pub(crate) use syntax::Language;
#[doc(hidden)]
pub use syntax::Syntax;
#[doc(hidden)]
pub use token::{Token, TokenKind, Tokens};
pub(crate) use token::{in_name, is_word_byte, operator_len, skip_comments};
