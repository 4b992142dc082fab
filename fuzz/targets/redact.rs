//! Any text in any pieces is redacted without a crash, and what is left of a text that came whole stops no commit. (Of pieces,
//! the lines are gone that a line below says to be secret.) The first two bytes say how long the pieces are, in turn; 0 is the
//! whole rest. No text has control characters: a file of them is read as binary content.

#![no_main]

use std::sync::LazyLock;

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::redact::Filter;
use hexguard::rule::{RuleSet, Tier};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

fuzz_target!(|data: &[u8]| {
    let Some((&[first, second], text)) = data.split_first_chunk() else {
        return;
    };
    let shown = |byte: &u8| if matches!(byte, 0..=6 | 11 | 14..=26 | 28..=31) { b' ' } else { *byte };
    let mut text: Vec<u8> = text.iter().map(shown).collect();
    text.push(b'\n');
    let mut rest = &text[..];
    let mut filter = Filter::new(&RULES, &[], false);
    let mut redacted = Vec::new();
    for length in [first, second].into_iter().cycle() {
        let length = if length == 0 { rest.len() } else { rest.len().min(usize::from(length)) };
        redacted.extend_from_slice(filter.push(&rest[..length]));
        rest = &rest[length..];
        if rest.is_empty() {
            break;
        }
    }
    redacted.extend_from_slice(filter.finish());
    if first != 0 {
        return;
    }
    let left = detect(&Fragment::content(b"a.log", &redacted), &RULES);
    let stops = left.iter().find(|finding| finding.tier == Tier::Block);
    assert!(stops.is_none(), "{}: {}", stops.map_or("", |one| one.rule.id), String::from_utf8_lossy(&redacted));
});
