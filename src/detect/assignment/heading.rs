//! The name of a list or a map that goes on at a place, however far above it stands.

use std::ops::Range;

use super::name::Key;
use super::reader::Lines;
use super::{Trail, entries, matching};
use crate::fragment::{Fragment, line_end, line_start_from};

/// So much of a line is kept before the name.
const BEFORE: usize = 120;
/// What stands between a name and the first entry is no longer than this.
const TIE: usize = 400;

/// Calls `keep` with what stands above an offset and names the entries that go on there: `passwords:`, `API_KEYS = [`.
pub(crate) fn heading(fragment: &Fragment<'_>, at: usize, keep: &mut dyn FnMut(Range<usize>)) {
    let text = fragment.text;
    let mut lines = Lines::default();
    let mut done = 0;
    let mut heading = None;
    for place in memchr::memchr2_iter(b's', b'S', &text[..at]) {
        if place < done || !is_tied(&text[place + 1..]) {
            continue;
        }
        let mut line = lines.around(fragment, place);
        let Some(key) = Key::around(&line, place).map(|key| key.range) else {
            continue;
        };
        if entries::plural_part(text, key.clone()).is_none() {
            continue;
        }
        let trail = Trail {
            at,
            ..Trail::default()
        };
        line.steps = usize::MAX;
        line.trail = Some(&trail);
        let mut first = None;
        matching::at(&line, place, &mut |found| {
            first.get_or_insert(found.value.start);
        });
        let end = trail.end.get();
        if end > key.end {
            done = end;
            let open = trail.open.into_inner().unwrap_or_default();
            let first = first.filter(|first| *first >= key.end);
            heading = (end > at).then_some((key, first.unwrap_or(at), open));
        }
    }
    if let Some((key, first, open)) = heading {
        let bracket = open.first().map(|open| open.end);
        keep(head(text, &key, first, bracket));
        open.into_iter().skip(1).for_each(keep);
    }
}

/// Tells whether the text behind the last letter of a word may tie entries to it.
fn is_tied(behind: &[u8]) -> bool {
    /// Quotes, brackets and blanks.
    const BETWEEN: usize = 6;
    let between = |b: &&u8| b"\"'` )".contains(b);
    let count = behind.iter().take(BETWEEN).take_while(between).count();
    matches!(
        behind.get(count),
        Some(b':' | b'=' | b']' | b'<' | b'-' | b'[' | b'\t' | b'.')
    )
}

/// Returns the stretch from a name on that says how its entries stand, without the first one.
fn head(text: &[u8], key: &Range<usize>, first: usize, bracket: Option<usize>) -> Range<usize> {
    let start = line_start_from(text, key.start.saturating_sub(BEFORE), key.start);
    let quoted = usize::from(key.start > 0 && matches!(text[key.start - 1], b'"' | b'\''));
    let start = if start + BEFORE > key.start {
        start
    } else {
        key.start - quoted
    };
    if let Some(bracket) = bracket.filter(|bracket| *bracket > key.end) {
        return start..bracket;
    }
    let end = line_end(&text[..first], key.end);
    if end < first {
        return start..end + 1;
    }
    let tie = key.end..first.min(key.end + TIE);
    let open = text[tie.clone()].iter().rposition(|b| b"[{(".contains(b));
    start..tie.start + open.map_or(0, |open| open + 1)
}
