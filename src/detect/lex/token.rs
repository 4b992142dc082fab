//! The tokens of a text, read one after the other from any place outside of literals and comments.

include!(concat!(env!("OUT_DIR"), "/operators.rs"));

/// Returns the length of the operator that a text begins with, the longest there is; 1 for any other byte.
pub(crate) fn operator_len(text: &[u8]) -> usize {
    if !text.get(1).is_some_and(u8::is_ascii_punctuation) {
        return text.len().min(1);
    }
    let stands = |operator: &&&str| text.starts_with(operator.as_bytes());
    OPERATORS
        .iter()
        .find(stands)
        .map_or(1, |operator| operator.len())
}
