//! Functions that look for a secret at a keyword, by the name that a rule gives.

pub use super::hex::{
    assigned as hex_assigned, drifted as hex_drifted, legacy as hex_legacy,
    literal_token as hex_literal,
};
pub use super::jwt::jwt;
