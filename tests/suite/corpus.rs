//! What the judge says of lines as people write them: secrets are found, and what only looks like one is not.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use hexguard::detect::{detect, judge};
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};

use crate::support::template::fill;

/// How often each line is filled anew.
const SEEDS: u64 = 5;

/// Words that are no programmer's.
const NOUNS: [&str; 24] = [
    "bluefish",
    "sommer",
    "pancake",
    "dolphin",
    "lavender",
    "marigold",
    "thunder",
    "pumpkin",
    "sunflower",
    "butterfly",
    "mustang",
    "banana",
    "rainbow",
    "penguin",
    "tractor",
    "velvet",
    "walnut",
    "zeppelin",
    "meadow",
    "falcon",
    "juniper",
    "saffron",
    "glacier",
    "biscuit",
];

/// One line of the corpus.
struct Case {
    path: String,
    /// `!` must stop the commit, `+` must be found, `-` must not.
    wanted: char,
    line: String,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    let mut here = String::new();
    let mut cases = Vec::new();
    for line in text.lines() {
        let Some((wanted, rest)) = line.split_once(' ') else {
            continue;
        };
        match wanted {
            "#" => rest.clone_into(&mut here),
            "!" | "+" | "-" => cases.push(Case {
                path: here.clone(),
                wanted: wanted.chars().next().unwrap(),
                line: rest.replace("\\n", "\n"),
            }),
            _ => panic!("{file}: {line}"),
        }
    }
    cases
}

/// Fills the holes for what people think up, then all others.
fn filled(line: &str, seed: u64) -> String {
    let pick = |salt: u64| NOUNS[usize::try_from((seed * 7 + salt * 5) % 24).unwrap()];
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let human = match seed % 5 {
        0 => format!("{}{{{{digit:2}}}}!", capital(pick(1))),
        1 => format!("{}{}{{{{digit:2}}}}", capital(pick(2)), capital(pick(3))),
        2 => format!("{{{{digit:2}}}}{}_{}", capital(pick(4)), pick(5)),
        3 => format!("{}{{{{digit:4}}}}", capital(pick(6))),
        _ => format!("{}@{{{{digit:3}}}}", pick(7)),
    };
    // First what may stand inside of other braces.
    let human = fill(&human, seed);
    let phrase = format!("{}-{}-{}", pick(2), pick(3), seed + 41);
    let line = line
        .replace("{{token}}", &fill("{{alnum:32}}", seed))
        .replace("{{phrase}}", &phrase)
        .replace("{{human}}", &human)
        .replace("{{noun}}", pick(line.len() as u64));
    fill(&line, seed)
}

fn check(file: &str) {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    for case in cases(file) {
        let failed = (0..SEEDS).find_map(|seed| {
            let text = filled(&case.line, seed);
            let tier = detect(
                &Fragment::content(case.path.as_bytes(), text.as_bytes()),
                &rules,
            )
            .iter()
            .map(|finding| finding.tier)
            .max();
            let right = match case.wanted {
                '!' => tier == Some(Tier::Block),
                '+' => tier.is_some(),
                _ => tier.is_none(),
            };
            (!right).then(|| format!("{tier:?} for seed {seed}: {text}"))
        });
        if let Some(failed) = failed {
            let _ = writeln!(wrong, "{} {}: {failed}", case.wanted, case.path);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn lines_of_programs() {
    check("code.txt");
}

#[test]
fn lines_of_files_that_hold_data() {
    check("data.txt");
}

#[test]
fn the_corpus_is_large_and_has_both_sides() {
    let all: Vec<Case> = ["code.txt", "data.txt"]
        .into_iter()
        .flat_map(cases)
        .collect();
    let innocent = all.iter().filter(|case| case.wanted == '-').count();
    assert!(
        all.len() >= 400 && innocent >= 150 && all.len() - innocent >= 150,
        "{innocent} of {}",
        all.len()
    );
}

/// Returns what the judge sees in every line: what it should be, how many features hold how often.
fn features() -> String {
    let mut out = String::new();
    for case in ["code.txt", "data.txt"].into_iter().flat_map(cases) {
        for seed in 0..SEEDS {
            let text = filled(&case.line, seed);
            let fragment = Fragment::content(case.path.as_bytes(), text.as_bytes());
            let weighed: Vec<judge::Explanation> = judge::explain_all(&fragment)
                .into_iter()
                .map(|(_, explanation)| explanation)
                .filter(|explanation| explanation.veto.is_none())
                .collect();
            let best = weighed.iter().max_by_key(|explanation| explanation.score);
            if let Some(explanation) = best {
                let held: Vec<String> = explanation
                    .times
                    .iter()
                    .enumerate()
                    .filter(|(_, times)| **times != 0)
                    .map(|(number, times)| format!("{number}:{times}"))
                    .collect();
                let _ = writeln!(out, "{}\t{seed}\t{}", case.wanted, held.join(" "));
            }
        }
    }
    out
}

#[test]
fn the_weights_are_what_the_script_makes_of_the_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/corpus/features.tsv");
    let features = features();
    if std::env::var_os("HEXGUARD_BLESS").is_some() {
        fs::write(&path, &features).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == features,
        "tests/corpus/features.tsv is out of date: HEXGUARD_BLESS=1 cargo test --test suite corpus"
    );
    let script = Command::new("python3")
        .arg(root.join("tools/fit_weights.py"))
        .arg("--check")
        .output();
    let Ok(output) = script else {
        return; // No Python here: nothing to compare with.
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_table_of_language_is_what_the_script_makes() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/language.py");
    let run = |argument: &str| Command::new("python3").arg(&script).arg(argument).output();
    let Ok(sample) = run("--sample") else {
        return; // No Python here.
    };
    let sample = String::from_utf8(sample.stdout).unwrap();
    assert!(
        sample.contains("brown") && sample.contains("[[i8; 29]; 29]"),
        "{sample}"
    );
    // 77: the sources that it was made of are not here.
    let whole = run("--check").unwrap().status.code();
    assert!(matches!(whole, Some(0 | 77)), "{whole:?}");
}
