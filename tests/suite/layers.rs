//! Modules use only what stands below them, and each outside crate has its home.

use std::fs;
use std::path::{Path, PathBuf};

/// From the top down; modules on one line do not know each other.
const LAYERS: &[&[&str]] = &[
    &["cli"],
    &["audit", "output", "hook"],
    &["scan", "config", "redact"],
    &["novelty"],
    // Where a long text may be cut is known to those who read it.
    &["source"],
    &["detect"],
    &["report"],
    &["suppress"],
    &["finding"],
    &["fingerprint", "git", "lexicon"],
    &["rule", "write"],
    &[
        "container",
        "encoding",
        "fragment",
        "hint",
        "lines",
        "quote",
        "secret",
    ],
    &["language"],
];

/// Crates that only some modules may name.
const HOMES: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("bzip2", &["container"]),
    ("flate2", &["container", "git"]),
    ("lzma_rust2", &["container"]),
    ("ruzstd", &["container"]),
    ("clap", &["cli"]),
    ("anstream", &["cli"]),
    ("owo_colors", &["output", "cli"]),
];

#[test]
fn modules_use_only_what_stands_below_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for file in sources(&root) {
        let relative = file.strip_prefix(&root).unwrap();
        // The table of built-in rules names the functions that rules call; it is the one place that looks up.
        if relative == Path::new("rule/builtin.rs") {
            continue;
        }
        let module = relative
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned();
        let Some(own) = layer(&module) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        for used in text
            .match_indices("crate::")
            .map(|(at, found)| word(&text[at + found.len()..]))
        {
            if used != module && layer(used).is_some_and(|other| other <= own) {
                faults.push(format!("{} uses {used}", relative.display()));
            }
        }
        for (name, homes) in HOMES {
            if text.contains(&format!("{name}::")) && !homes.contains(&module.as_str()) {
                faults.push(format!("{} names {name}", relative.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .next()
        .unwrap()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files
}
