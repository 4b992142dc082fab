//! Checksums and inner structure, by the name that a rule gives; each accepts or refuses a secret.

mod azure;
mod crc;
mod text;

pub use azure::{azure_cask, azure_devops, azure_entra, azure_key};
pub use crc::{atlassian_crc32, confluent_crc32, github_crc32, gitlab_crc32, grafana_crc32};
pub use text::{base58check, bech32, nkey, not_words};

pub use super::hex::check as hex_token;
pub use super::jwt::check as jwt;
