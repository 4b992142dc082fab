//! Functions that look for a secret at a keyword, by the name that a rule gives.

pub use super::hex::{
    assigned as hex_assigned, drifted as hex_drifted, legacy as hex_legacy,
    literal_token as hex_literal,
};
pub use super::jwk::jwk_private;
pub use super::jwt::jwt;
pub use super::pem::{private_key, private_key_der, private_key_encrypted, putty_key};
