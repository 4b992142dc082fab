//! Fields with a name that a caller gives: where it stands in a text, what is tied to it, and where that begins.

use std::borrow::Cow;
use std::ops::Range;

use super::assignment::{Form, Reader, Tied};
use crate::fragment::Fragment;
use crate::lexicon::begins_at;
use crate::rule::keywords::Index;

/// The shortest name that the index of keywords takes.
const SHORTEST: usize = 3;

/// Names of fields, each in every spelling.
pub(crate) struct FieldNames {
    index: Index,
    /// Those that are too short for the index: the text is searched for each.
    short: Vec<String>,
}

/// A field in a text.
pub(crate) struct Field {
    /// Where its name begins; the key may begin before it.
    pub(crate) name: usize,
    /// The key and what is tied to it.
    pub(crate) tied: Tied,
}

impl FieldNames {
    /// Returns the names `api_token`, `api-token`, `apitoken` and `api token` for each of them, however it is spelled.
    pub(crate) fn new<'n>(names: impl Iterator<Item = Cow<'n, str>>) -> Self {
        let mut all: Vec<String> = names.flat_map(|name| spellings(&name)).collect();
        all.sort_unstable();
        all.dedup();
        let (long, mut short): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|name| name.len() >= SHORTEST);
        short.retain(|name| !name.is_empty());
        let index = Index::new(long.iter().map(String::as_str).collect());
        Self { index, short }
    }

    /// Hands out the fields in a text that may have a value, nearly in the order of the text.
    pub(super) fn find(
        &self,
        fragment: &Fragment<'_>,
        reader: &mut Reader,
        out: &mut dyn FnMut(Field),
    ) {
        let text = fragment.text;
        let mut hit = |name: &str, at: usize| {
            if begins_at(text, at)
                && let Some(field) = field(fragment, at..at + name.len(), reader)
            {
                out(field);
            }
        };
        self.index
            .find(text, |number, at| hit(self.index.keyword(number), at));
        for name in &self.short {
            let first = name.as_bytes()[0];
            for at in memchr::memchr2_iter(first, first.to_ascii_uppercase(), text) {
                let there = text.get(at..at + name.len());
                if there.is_some_and(|there| there.eq_ignore_ascii_case(name.as_bytes())) {
                    hit(name, at);
                }
            }
        }
    }
}

/// Returns the field whose key ends with the name at a place, or with its plural.
fn field(fragment: &Fragment<'_>, name: Range<usize>, reader: &mut Reader) -> Option<Field> {
    let plural = matches!(fragment.text.get(name.end), Some(b's' | b'S'));
    let ends = |key: &Range<usize>| key.end == name.end || plural && key.end == name.end + 1;
    let tied = reader.tied_to(fragment, name.end - 1)?;
    // The text of an element that an attribute names is often shown to people: `<label for="password">`.
    let says_value = match tied.form {
        Form::Prose | Form::Compare => false,
        Form::Element => !matches!(fragment.text[tied.key.end], b'"' | b'\''),
        _ => true,
    };
    (ends(&tied.key) && says_value).then_some(Field {
        name: name.start,
        tied,
    })
}

/// Returns a name in every spelling, in small letters.
fn spellings(name: &str) -> [String; 4] {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if before.is_ascii_lowercase() && c.is_ascii_uppercase() {
            spaced.push(' ');
        }
        let kept = c.is_ascii_alphanumeric();
        spaced.push(if kept { c.to_ascii_lowercase() } else { ' ' });
        before = c;
    }
    let words: Vec<&str> = spaced.split_ascii_whitespace().collect();
    ["_", "-", "", " "].map(|joint| words.join(joint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_in_every_spelling() {
        for name in ["api_token", "apiToken", "API-TOKEN", "Api Token"] {
            let spellings = spellings(name);
            assert_eq!(
                spellings,
                ["api_token", "api-token", "apitoken", "api token"],
                "{name}"
            );
        }
    }
}
