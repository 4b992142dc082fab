//! Any text under any name: it is scanned and redacted without a crash, findings lie within it, and what was redacted
//! stops no commit.

#![no_main]

use std::sync::LazyLock;

use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::Fragment;
use hexguard::redact::Filter;
use hexguard::rule::{RuleSet, Tier};
use libfuzzer_sys::fuzz_target;

/// A name is no longer than this.
const NAME: usize = 24;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

fn stops(finding: &Finding) -> bool {
    finding.tier == Tier::Block
}

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
    let mut filter = Filter::new(&RULES, &[], false);
    let mut redacted = filter.push(text).to_vec();
    redacted.extend_from_slice(filter.finish());
    let left = detect(&Fragment::content(b"a.log", &redacted), &RULES);
    assert!(!left.iter().any(stops), "{}", String::from_utf8_lossy(&redacted));
});
