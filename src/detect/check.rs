//! Checksums and inner structure, by the name that a rule gives; each accepts or refuses a secret.
