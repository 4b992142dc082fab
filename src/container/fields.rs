//! Fields of the forms in a PDF: what each is called, and what was entered.

use super::objects::Objects;
use super::page::string_at;

/// Fields stand in so many others at most.
const DEEP: usize = 8;

/// Returns the fields that were filled in, each on a line with its name.
pub(super) fn text(objects: &Objects<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for &text in objects.texts.values() {
        let Some(value) = string(objects, text, b"/V").filter(|value| !value.is_empty()) else {
            continue;
        };
        let mut last = None;
        // The name that programs use, and the one that people are shown.
        for key in [&b"/T"[..], b"/TU"] {
            let label = label(objects, text, key);
            if let Some(label) = label.filter(|label| Some(label) != last.as_ref()) {
                for (part, end) in [(&label, &b": "[..]), (&value, b"\n")] {
                    let line = part
                        .iter()
                        .map(|byte| if byte.is_ascii_control() { b' ' } else { *byte });
                    out.extend(line);
                    out.extend_from_slice(end);
                }
                last = Some(label);
            }
        }
    }
    out
}

/// Returns the name of a field; where it is one of several of the same name, that of the field above.
fn label<'a>(objects: &Objects<'a>, text: &'a [u8], key: &[u8]) -> Option<Vec<u8>> {
    let mut holder = text;
    for _ in 0..DEEP {
        if let Some(label) = string(objects, holder, key) {
            return Some(label);
        }
        holder = objects.value(holder, b"/Parent")?;
    }
    None
}

/// Returns the value of a name, if it is a string.
fn string<'a>(objects: &Objects<'a>, text: &'a [u8], key: &[u8]) -> Option<Vec<u8>> {
    string_at(objects.value(text, key)?)
}
