//! Hex project exports: an input's default value, read under the input's name, which stands some lines above it.

use super::Writer;
use crate::fragment::{Fragment, line_end, line_start_from};

/// How far above its default value an input's name stands, at most.
const LINES: usize = 12;
/// A longer line is no name.
const LONG: usize = 400;

/// Appends `name: value` for every input of a Hex project.
pub(super) fn inputs(fragment: &Fragment<'_>, view: &mut Writer) {
    const HEAD: usize = 2 << 10;
    const KEY: &[u8] = b"defaultValue:";
    let (text, head) = (fragment.text, fragment.head());
    let head = &head[..head.len().min(HEAD)];
    if memchr::memmem::find(head, b"schemaVersion").is_none() {
        return;
    }
    for at in memchr::memmem::find_iter(text, KEY) {
        let start = line_start_from(text, at.saturating_sub(LONG), at);
        let indent = at - start;
        let value = at + KEY.len()..line_end(&text[..text.len().min(at + LONG)], at);
        if text[start..at].iter().any(|&b| b != b' ') || text[value.clone()].trim_ascii().is_empty()
        {
            continue;
        }
        let mut line = start;
        for _ in 0..LINES {
            let Some(end) = line.checked_sub(1) else {
                break;
            };
            line = line_start_from(text, end.saturating_sub(LONG), end);
            let Some(content) = text[line..end].get(indent..) else {
                break;
            };
            if text[line..line + indent]
                .iter()
                .any(|&b| !matches!(b, b' ' | b'-'))
            {
                break;
            }
            if content.starts_with(b"name: ") {
                view.move_here(text, line + indent + 6..end);
                view.make(b":");
                view.move_here(text, value);
                view.end_unit();
                break;
            }
        }
    }
}
