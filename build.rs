//! Turns lexicon/*.toml and rules/*.toml into static tables: word lists, rules, forms of assignment, and one index for all keywords.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule"]
mod rule {
    pub(crate) mod byteset;
    pub(crate) mod edge;
    pub(crate) mod keywords;
    pub(crate) mod mark;
    pub(crate) mod measure;
    pub(crate) mod spec;
}

#[path = "build/clients.rs"]
mod clients;
#[path = "build/forms/mod.rs"]
mod forms;
#[path = "build/lexicon.rs"]
mod lexicon;
#[path = "build/rules.rs"]
mod rules;

use clients::{Calls, Programs, assert_called};
use rule::measure;
use rules::refuse;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=lexicon");
    println!("cargo::rerun-if-changed=src/rule");
    println!("cargo::rerun-if-changed=build");
    let mut files: Vec<_> = fs::read_dir("rules")
        .expect("rules/ is a folder of this package")
        .map(|entry| entry.expect("rules/ can be read").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .filter(|path| path.file_name().is_some_and(|name| name != "forms.toml"))
        .collect();
    files.sort();
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut lexicon = lexicon::read();
    // It stands beside the rules, for those know nothing of the lexicon.
    let common = lexicon.remove("common-in-keys");
    let common = common.map(|list| list.words).unwrap_or_default();
    let common: Vec<&str> = common.iter().map(String::as_str).collect();
    fs::write(
        Path::new(&out).join("lexicon.rs"),
        lexicon::tables(&lexicon),
    )
    .expect("OUT_DIR is writable");
    let words = lexicon
        .iter()
        .map(|(name, list)| (lexicon::constant(name), list.words.clone()));
    let (operators, forms) = forms::tables(words.collect());
    fs::write(Path::new(&out).join("operators.rs"), operators).expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("forms.rs"), forms).expect("OUT_DIR is writable");
    let calls: Calls = clients::read("calls");
    let programs: Programs = clients::read("programs");
    fs::write(
        Path::new(&out).join("clients.rs"),
        clients::tables(&calls, &programs),
    )
    .expect("OUT_DIR is writable");
    let mut called = Vec::new();
    let mut rules = Vec::new();
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for path in &files {
        for mut rule in rules::read(path) {
            if let (Some(kind), []) = (rule.names, &rule.keys[..]) {
                rule.keywords = lexicon::name_keywords(&lexicon, kind);
            }
            match rule.find.as_deref() {
                Some("positional-password") => rule.keywords = calls.keywords(),
                Some("client-command") => called.extend_from_slice(&rule.keywords),
                Some("positional-command") => {
                    let names = programs.positions.iter().map(|position| &position.program);
                    assert_called(names, &rule.keywords);
                }
                _ => {}
            }
            if let Some(first) = homes.insert(rule.id.clone(), path.display().to_string()) {
                refuse(path, &rule.id, &format!("the id stands in {first} already"));
            }
            if rule.examples.is_empty() {
                refuse(
                    path,
                    &rule.id,
                    "`examples` is empty: nothing would show that the rule works",
                );
            }
            if let Err(reason) = measure::validate(&rule, &common) {
                refuse(path, &rule.id, &reason);
            }
            rules.push(rule);
        }
    }
    assert_called(
        programs.programs.iter().flat_map(|program| &program.names),
        &called,
    );
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    fs::write(
        Path::new(&out).join("rules.rs"),
        rules::tables(&rules, &common),
    )
    .expect("OUT_DIR is writable");
}
