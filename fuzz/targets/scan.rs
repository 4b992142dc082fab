//! Any text under any name: it is scanned without a crash, and findings lie within it.

#![no_main]

use std::sync::LazyLock;

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::RuleSet;
use libfuzzer_sys::fuzz_target;

/// A name is no longer than this.
const NAME: usize = 24;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

fuzz_target!(|data: &[u8]| {
    let split = data.iter().take(NAME).position(|&b| b == b'\n');
    let Some(split) = split.filter(|&split| split > 0) else {
        return;
    };
    let (name, text) = (&data[..split], &data[split + 1..]);
    let lines = 1 + text.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
    for finding in detect(&Fragment::content(name, text), &RULES) {
        let place = &finding.place;
        assert!((1..=lines).contains(&place.line) && (place.line..=lines).contains(&place.end_line));
    }
});
