//! The regions and the tokens of any text, in any syntax: regions are in order, apart, within the text, and found in bounded
//! work; tokens tile the text.

#![no_main]

use hexguard::detect::lex::{Syntax, Tokens, regions, steps};
use libfuzzer_sys::fuzz_target;

/// Names of files, one for each syntax.
const FILES: [&str; 32] = [
    "a.ini", "a.sh", "a.bat", "a.yml", "a.groovy", "a.rb", "a.py", "a.nim", "a.jsonnet", "a.ex", "a.pl", "a.r", "a.tf",
    "a.toml", "a.nix", "a.ps1", "a.c", "a.java", "a.swift", "a.cs", "a.go", "a.rs", "a.js", "a.php", "a.json", "a.sql",
    "a.lua", "a.hs", "a.clj", "a.vb", "a.html", "a.md",
];
/// Each byte is looked at so often, at most, and a short text some more.
const STEPS: usize = 300;

fuzz_target!(|data: &[u8]| {
    let Some((&first, text)) = data.split_first() else {
        return;
    };
    let syntax = Syntax::of_file(FILES[usize::from(first) % FILES.len()].as_bytes());
    let mut end = 0;
    for region in regions(text, syntax) {
        assert!(end <= region.range.start && region.range.start <= region.range.end);
        assert!(region.range.start <= region.inside.start && region.inside.start <= region.inside.end);
        assert!(region.inside.end <= region.range.end);
        end = region.range.end;
    }
    assert!(end <= text.len());
    let mut at = 0;
    for token in Tokens::new(text, 0, syntax) {
        assert!(token.range.start == at && at < token.range.end);
        at = token.range.end;
    }
    assert!(at == text.len());
    assert!(steps(text, syntax) <= STEPS * (text.len() + 64));
});
