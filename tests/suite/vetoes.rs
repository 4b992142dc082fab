//! Each veto of the judge holds for its examples, and lets near misses pass.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hexguard::detect::judge::{Explanation, explain_all, vetoes};
use hexguard::detect::{detect, judged};
use hexguard::fragment::Fragment;
use hexguard::rule::RuleSet;
use serde::Deserialize;

use crate::support::template::fill;

/// How often each line is filled anew.
const SEEDS: u64 = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    veto: Vec<Veto>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Veto {
    name: String,
    /// Lines that this veto settles, and none before it.
    examples: Vec<String>,
    /// Lines like these that count.
    passes: Vec<String>,
}

fn written() -> Vec<Veto> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/vetoes.toml");
    let examples: Examples = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    examples.veto
}

/// Returns what the judge says of everything in a line, which is "FILE | TEXT".
fn explained(line: &str, seed: u64, rules: &RuleSet) -> Vec<Explanation> {
    let (path, text) = line.split_once(" | ").unwrap();
    let text = fill(&text.replace("\\n", "\n"), seed);
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    let everywhere = explain_all(&fragment).into_iter().map(|(_, one)| one);
    let scanned = judged(&fragment, rules);
    let others = scanned
        .into_iter()
        .filter(|one| !one.rule.id.starts_with("generic-"));
    everywhere
        .chain(others.map(|one| one.explanation))
        .collect()
}

/// Adds the lines of a veto for which `right` does not hold of what the judge says.
fn check(
    wrong: &mut String,
    name: &str,
    lines: &[String],
    rules: &RuleSet,
    right: &dyn Fn(&[Explanation]) -> bool,
) {
    for line in lines {
        let failed = (0..SEEDS).find_map(|seed| {
            let said = explained(line, seed, rules);
            let vetoes: Vec<_> = said.iter().map(|one| (one.tier, one.veto)).collect();
            (!right(&said)).then(|| format!("seed {seed}: {vetoes:?}"))
        });
        if let Some(failed) = failed {
            let _ = writeln!(wrong, "{name}: {line}: {failed}");
        }
    }
}

#[test]
fn every_veto_holds_for_its_examples_and_lets_near_misses_pass() {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    for veto in &written() {
        // One that is not known is for the other test to name.
        let Some((_, says)) = vetoes().find(|(name, _)| *name == veto.name) else {
            continue;
        };
        check(&mut wrong, &veto.name, &veto.examples, &rules, &|said| {
            !said.is_empty() && said.iter().all(|one| one.veto == Some(says))
        });
        check(&mut wrong, &veto.name, &veto.passes, &rules, &|said| {
            said.iter().all(|one| one.veto != Some(says))
                && said.iter().any(|one| one.tier.is_some())
        });
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_examples_stand_in_the_order_of_the_vetoes_and_leave_none_out() {
    let written = written();
    let names: Vec<&str> = written.iter().map(|veto| veto.name.as_str()).collect();
    let known: Vec<&str> = vetoes().map(|(name, _)| name).collect();
    // What a veto says is all that an explanation shows of it.
    let says: BTreeSet<&str> = vetoes().map(|(_, says)| says).collect();
    assert_eq!(says.len(), known.len(), "two vetoes say the same");
    assert_eq!(
        names, known,
        "tests/corpus/vetoes.toml and src/detect/judge/veto.rs"
    );
    for veto in &written {
        assert!(
            veto.examples.len() >= 4 && veto.passes.len() >= 2,
            "{}: four examples and two near misses at least",
            veto.name
        );
    }
}

/// `job/QBZ5.json` holds the key of the job.
#[test]
fn a_key_that_names_its_file_is_no_secret() {
    let rules = RuleSet::builtin();
    let value = fill("{{alnum:16}}", 1);
    let text = format!("{{\"key\": \"{value}\"}}\n");
    let found = |path: &str| detect(&Fragment::content(path.as_bytes(), text.as_bytes()), &rules);
    assert!(found(&format!("job/{value}.json")).is_empty());
    assert!(!found("job/other.json").is_empty());
}
