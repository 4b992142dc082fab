//! Turns rules/*.toml into static tables: the rules, and one index for all their keywords.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/keywords.rs"]
mod keywords;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/measure.rs"]
mod measure;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/spec.rs"]
mod spec;

use spec::{RuleFile, Spec};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rule");
    let mut files: Vec<_> = fs::read_dir("rules")
        .expect("rules/ is a folder of this package")
        .map(|entry| entry.expect("rules/ can be read").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut rules = Vec::new();
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for path in &files {
        for rule in read(path) {
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
            if let Err(reason) = measure::validate(&rule) {
                refuse(path, &rule.id, &reason);
            }
            rules.push(rule);
        }
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("rules.rs");
    fs::write(target, tables(&rules)).expect("OUT_DIR is writable");
}

fn read(path: &Path) -> Vec<Spec> {
    let text = fs::read_to_string(path).expect("the file was listed a moment ago");
    match toml::from_str::<RuleFile>(&text) {
        Ok(file) => file.rules,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn refuse(path: &Path, id: &str, reason: &str) -> ! {
    panic!("{}: rule `{id}`: {reason}", path.display())
}

/// Returns the Rust source of all tables.
fn tables(rules: &[Spec]) -> String {
    let mut out = String::new();
    let mut wanted: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    let _ = writeln!(
        out,
        "/// All built-in rules, sorted by id.\npub static RULES: [Rule; {}] = [",
        rules.len()
    );
    for (number, rule) in rules.iter().enumerate() {
        let shape = measure::measure(rule);
        for keyword in &shape.keywords {
            wanted
                .entry(keyword.clone().leak())
                .or_default()
                .push(number);
        }
        write_rule(&mut out, rule, &shape);
    }
    out.push_str("];\n");

    let index = keywords::Index::new(wanted.keys().copied().collect());
    let _ = writeln!(
        out,
        "static BITMAP: [u64; {}] = {:?};",
        index.bitmap.len(),
        index.bitmap
    );
    let _ = writeln!(
        out,
        "static RANK: [u16; {}] = {:?};",
        index.rank.len(),
        index.rank
    );
    let _ = writeln!(
        out,
        "static STARTS: [u16; {}] = {:?};",
        index.starts.len(),
        index.starts
    );
    let _ = writeln!(
        out,
        "static ENTRIES: [(u16, u8); {}] = {:?};",
        index.entries.len(),
        index.entries
    );
    let _ = writeln!(
        out,
        "static KEYWORDS: [&str; {}] = {:?};",
        index.keywords.len(),
        index.keywords
    );
    out.push_str(
        "static INDEX: Index = Index { bitmap: Cow::Borrowed(&BITMAP), rank: Cow::Borrowed(&RANK), \
         starts: Cow::Borrowed(&STARTS), entries: Cow::Borrowed(&ENTRIES), keywords: Cow::Borrowed(&KEYWORDS) };\n",
    );
    let _ = writeln!(out, "static WANTED: [&[u16]; {}] = [", wanted.len());
    for numbers in wanted.values() {
        let _ = writeln!(out, "    &{numbers:?},");
    }
    out.push_str("];\n");
    functions(&mut out, rules);
    out
}

/// Writes the functions that rules name, so that custom rules can name them, too.
fn functions(out: &mut String, rules: &[Spec]) {
    let checks: BTreeSet<&String> = rules.iter().flat_map(|rule| &rule.check).collect();
    let finds: BTreeSet<&String> = rules.iter().filter_map(|rule| rule.find.as_ref()).collect();
    for (table, kind, module, names) in [
        ("CHECKS", "Check", "check", checks),
        ("FINDS", "Find", "find", finds),
    ] {
        let _ = writeln!(
            out,
            "pub(super) static {table}: &[(&str, super::{kind})] = &["
        );
        for name in names {
            let _ = writeln!(out, "    ({name:?}, {module}::{}),", name.replace('-', "_"));
        }
        out.push_str("];\n");
    }
}

fn write_rule(out: &mut String, rule: &Spec, shape: &measure::Shape) {
    let kind = match (&rule.regex, &rule.value, &rule.find) {
        (Some(_), _, _) => format!(
            "Kind::Regex(Pattern::new({:?}, {}, {}).starting({}, {:?}))",
            shape.source, shape.before, shape.after, shape.least, shape.bytes
        ),
        (_, Some(_), _) => {
            let keys: Vec<String> = rule.keys.iter().map(|key| measure::fold_key(key)).collect();
            format!(
                "Kind::Value {{ pattern: Pattern::new({:?}, {}, {}), keys: &{keys:?} }}",
                shape.source, shape.least, shape.most
            )
        }
        (_, _, Some(find)) => format!("Kind::Find(find::{})", find.replace('-', "_")),
        _ => unreachable!("validated before"),
    };
    let checks: Vec<String> = rule
        .check
        .iter()
        .map(|name| format!("check::{}", name.replace('-', "_")))
        .collect();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let _ = writeln!(
        out,
        "    Rule {{ id: {:?}, title: {:?}, kind: {kind}, near: &{:?}, keywords: &{:?}, paths: &{:?}, check: &[{}], \
         entropy: {:?}, tier: Tier::{:?}, severity: Severity::{:?}, confidence: Confidence::{:?}, why: {:?}, \
         help: {:?}, url: {:?}, specificity: {}, prefix: {} }},",
        rule.id,
        rule.title,
        rule.near,
        if rule.keywords.is_empty() {
            &shape.keywords
        } else {
            &rule.keywords
        },
        rule.paths,
        checks.join(", "),
        rule.entropy.unwrap_or(0.0),
        rule.tier,
        rule.severity,
        rule.confidence,
        text(&rule.why),
        text(&rule.help),
        text(&rule.url),
        shape.specificity,
        shape.prefix,
    );
}
