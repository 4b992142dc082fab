//! A row of rules/forms.toml as it is written; shared with the tests.

use serde::Deserialize;

/// A row: what ties a value to a name, and examples of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) pattern: String,
    pub(crate) kind: String,
    pub(crate) about: String,
    #[serde(default)]
    pub(crate) syntax: Vec<String>,
    #[serde(default)]
    pub(crate) place: Vec<String>,
    pub(crate) examples: Vec<String>,
}
