//! Functions that look for a secret at a keyword, by the name that a rule gives.

pub use super::jwt::jwt;
