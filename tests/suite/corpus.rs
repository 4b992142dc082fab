//! What the detectors say of lines as people write them, measured on lines that the weights were fitted to and on lines
//! that they were not.
//!
//! `tests/corpus/*.txt` holds the lines, by what people write. A line belongs to the part to fit or to the part held out
//! as a hash of its text decides, so nobody chooses. Floors hold both parts: raise them (`FLOORS`) when the figures rise.

mod holes;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use hexguard::detect::{detect, judge, judged};
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};
use sha2::{Digest as _, Sha256};

/// How often each line is filled anew.
const SEEDS: u64 = 5;

/// The least that both parts must reach, in percent: (block recall, block precision, found recall, found precision).
/// Raise them to just below what the table says; never lower them for a change of the detectors.
const FLOORS: [(Part, [f64; 4]); 2] = [
    (Part::Fit, [99.3, 97.7, 98.3, 98.3]),
    (Part::HeldOut, [99.0, 97.9, 98.3, 96.9]),
];

/// Which use a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The weights are fitted to it.
    Fit,
    /// The weights are measured on it.
    HeldOut,
}

impl Part {
    /// Three of five lines are fitted. The same text in another file is of the same part.
    fn of(line: &str) -> Self {
        let digest = Sha256::digest(line.trim().as_bytes());
        match digest[0] % 5 {
            0..=2 => Self::Fit,
            _ => Self::HeldOut,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::HeldOut => "held-out",
        }
    }
}

/// One line of the corpus.
struct Case {
    /// The file of the corpus.
    file: String,
    /// The path that the line is read under.
    path: String,
    /// `!` must stop the commit, `+` must be found, `~` must not stop it, `-` must not be found.
    wanted: char,
    line: String,
    part: Part,
}

impl Case {
    fn filled(&self, seed: u64) -> String {
        let digest = Sha256::digest(self.line.as_bytes());
        let own = digest[1..8]
            .iter()
            .fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        holes::filled(&self.line, self.part, own + seed)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .filter(|path| !path.ends_with("nouns.txt"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let mut path = String::new();
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Some((wanted, rest)) = line.split_once(' ') else {
                assert!(line.is_empty(), "{name}: {line}");
                continue;
            };
            match wanted {
                "#" => rest.clone_into(&mut path),
                "!" | "+" | "~" | "-" => cases.push(Case {
                    file: name.clone(),
                    path: path.clone(),
                    wanted: wanted.chars().next().unwrap(),
                    line: rest.replace("\\n", "\n"),
                    part: Part::of(rest),
                }),
                _ => panic!("{name}: {line}"),
            }
        }
    }
    cases
}

/// Returns the lines of the corpus, filled once, as the files that they are lines of.
pub(crate) fn texts() -> Vec<(String, String)> {
    let mut texts: BTreeMap<(String, String), String> = BTreeMap::new();
    for case in cases() {
        let text = case.filled(0) + "\n";
        *texts.entry((case.file, case.path)).or_default() += &text;
    }
    let named = |((file, path), text)| (format!("{file}: {path}"), text);
    texts.into_iter().map(named).collect()
}

/// What the detectors said of one filling of a line.
struct Outcome {
    case: usize,
    seed: u64,
    tier: Option<Tier>,
}

impl Outcome {
    fn is_right(&self, wanted: char) -> bool {
        match wanted {
            '!' => self.tier == Some(Tier::Block),
            '+' => self.tier.is_some(),
            '~' => self.tier != Some(Tier::Block),
            _ => self.tier.is_none(),
        }
    }
}

/// Returns every case with what was said of it, measured once.
fn outcomes() -> &'static (Vec<Case>, Vec<Outcome>) {
    static OUTCOMES: OnceLock<(Vec<Case>, Vec<Outcome>)> = OnceLock::new();
    OUTCOMES.get_or_init(|| {
        let rules = RuleSet::builtin();
        let cases = cases();
        let mut outcomes = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            for seed in 0..SEEDS {
                let text = case.filled(seed);
                let fragment = Fragment::content(case.path.as_bytes(), text.as_bytes());
                let tier = detect(&fragment, &rules)
                    .iter()
                    .map(|finding| finding.tier)
                    .max();
                outcomes.push(Outcome {
                    case: number,
                    seed,
                    tier,
                });
            }
        }
        (cases, outcomes)
    })
}

/// Precision and recall of stopping commits and of finding anything.
#[derive(Default)]
struct Measure {
    lines: usize,
    /// Of `!`: stopped, all. Stopped of `~` and `-`: `+` may be stopped or not.
    stopped: [usize; 3],
    /// Of `!` and `+`: found, all. Found of `-`: `~` may be found or not.
    found: [usize; 3],
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines are small")]
impl Measure {
    fn of(belongs: impl Fn(&Case) -> bool) -> Self {
        let (cases, outcomes) = outcomes();
        let mut measure = Self {
            lines: cases.iter().filter(|case| belongs(case)).count(),
            ..Self::default()
        };
        for outcome in outcomes {
            let case = &cases[outcome.case];
            if !belongs(case) {
                continue;
            }
            let blocked = usize::from(outcome.tier == Some(Tier::Block));
            let found = usize::from(outcome.tier.is_some());
            match case.wanted {
                '!' => {
                    measure.stopped[0] += blocked;
                    measure.stopped[1] += 1;
                }
                '+' => {}
                _ => measure.stopped[2] += blocked,
            }
            match case.wanted {
                '!' | '+' => {
                    measure.found[0] += found;
                    measure.found[1] += 1;
                }
                '~' => {}
                _ => measure.found[2] += found,
            }
        }
        measure
    }

    /// Block recall and precision, found recall and precision, in percent.
    fn figures(&self) -> [f64; 4] {
        let percent = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        let recall = |of: [usize; 3]| percent(of[0], of[1]);
        let precision = |of: [usize; 3]| percent(of[0], of[0] + of[2]);
        [
            recall(self.stopped),
            precision(self.stopped),
            recall(self.found),
            precision(self.found),
        ]
    }

    fn row(&self, name: &str) -> String {
        let [block_recall, block_precision, recall, precision] = self.figures();
        format!(
            "{name:<18} {:>6} {block_recall:>8.1} {block_precision:>9.1} {recall:>8.1} {precision:>9.1}\n",
            self.lines
        )
    }
}

/// Returns the figures of both parts, and of each file of the corpus within them if `files`.
fn table(files: bool) -> String {
    let mut out = format!(
        "\n{:<18} {:>6} {:>8} {:>9} {:>8} {:>9}\n",
        "corpus, percent", "lines", "stopped:", "precision", "found:", "precision"
    );
    for part in [Part::Fit, Part::HeldOut] {
        out += &Measure::of(|case| case.part == part).row(part.name());
        let mut names: Vec<&str> = outcomes().0.iter().map(|case| case.file.as_str()).collect();
        names.dedup();
        for name in names.iter().filter(|_| files) {
            out += &Measure::of(|case| case.part == part && case.file == *name)
                .row(&format!("  {name}"));
        }
    }
    out
}

/// Returns every line of a part that is wrong for some seed, with the first filling that is.
fn wrong(part: Part) -> String {
    let (cases, outcomes) = outcomes();
    let mut out = String::new();
    let mut last = None;
    for outcome in outcomes {
        let case = &cases[outcome.case];
        if case.part != part || outcome.is_right(case.wanted) || last == Some(outcome.case) {
            continue;
        }
        last = Some(outcome.case);
        let count = outcomes[outcome.case * usize::try_from(SEEDS).unwrap()..]
            .iter()
            .take(usize::try_from(SEEDS).unwrap())
            .filter(|other| !other.is_right(case.wanted))
            .count();
        let _ = writeln!(
            out,
            "{} {}/{}: {:?} {count} of {SEEDS}: {}",
            case.wanted,
            case.file,
            case.path,
            outcome.tier,
            case.filled(outcome.seed).replace('\n', "\\n")
        );
    }
    out
}

#[test]
fn precision_and_recall_of_both_parts_reach_their_floors() {
    // Past the harness, which shows what tests print only when they fail.
    let _ = std::io::stderr().write_all(table(false).as_bytes());
    for (part, floors) in FLOORS {
        let figures = Measure::of(|case| case.part == part).figures();
        let short = figures.iter().zip(floors).any(|(is, least)| *is < least);
        if short || std::env::var_os("HEXGUARD_WRONG_LINES").is_some() {
            let _ = std::io::stderr().write_all(wrong(part).as_bytes());
        }
        assert!(
            !short,
            "{} lines reach {figures:.1?}, must reach {floors:?}{}",
            part.name(),
            table(true)
        );
    }
}

#[test]
fn the_corpus_is_large_and_has_both_sides() {
    let all = cases();
    let innocent = all.iter().filter(|case| "~-".contains(case.wanted)).count();
    assert!(
        all.len() >= 2_000 && innocent * 100 >= all.len() * 45 && all.len() - innocent >= 600,
        "{innocent} of {}",
        all.len()
    );
    let held_out = all.iter().filter(|case| case.part == Part::HeldOut);
    let share = held_out.count() * 100 / all.len();
    assert!((35..=45).contains(&share), "{share} % are held out");
}
/// Returns what the judge sees in every line: the part, what it should be, how many fillings, which features hold how often.
fn features() -> String {
    let rules = RuleSet::builtin();
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases() {
        for seed in 0..SEEDS {
            let text = case.filled(seed);
            let fragment = Fragment::content(case.path.as_bytes(), text.as_bytes());
            let weighed: Vec<judge::Explanation> = judged(&fragment, &rules)
                .into_iter()
                .map(|judged| judged.explanation)
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
                let row = format!(
                    "{}\t{}\t{{}}\t{}",
                    case.part.name(),
                    case.wanted,
                    held.join(" ")
                );
                *rows.entry(row).or_default() += 1;
            }
        }
    }
    let lines = rows
        .iter()
        .map(|(row, count)| row.replace("{}", &count.to_string()) + "\n");
    lines.collect()
}

#[test]
fn every_planted_line_has_a_hole() {
    // Passphrases and defaults that everybody knows.
    const KNOWN: usize = 3;
    let without: Vec<String> = cases()
        .into_iter()
        .filter(|case| "!+".contains(case.wanted) && !case.line.contains("{{"))
        .map(|case| case.line)
        .collect();
    assert!(without.len() <= KNOWN, "{without:#?}");
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
        return without_python();
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Without Python there is nothing to compare with; a machine of CI has it.
fn without_python() {
    assert!(std::env::var_os("CI").is_none(), "python3 is missing");
}

/// Runs tools/language.py; `None` where there is no Python.
fn language(arguments: &[&str]) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/language.py");
    let output = Command::new("python3").arg(script).args(arguments).output();
    output.ok()
}

#[test]
fn the_table_of_language_is_what_the_script_makes() {
    let Some(sample) = language(&["--sample"]) else {
        return without_python();
    };
    let sample = String::from_utf8(sample.stdout).unwrap();
    assert!(
        sample.contains("brown") && sample.contains("[[i8; 29]; 29]"),
        "{sample}"
    );
    assert!(
        language(&["--check"]).unwrap().status.success(),
        "tools/language.py > src/language/tables.rs"
    );
}

#[test]
fn random_tokens_score_as_chance_words_as_language_and_passwords_between() {
    let passwords: Vec<String> = (0..1_000)
        .map(|seed| holes::filled("{{human}}", Part::Fit, seed))
        .collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("passwords");
    fs::write(&file, passwords.join("\n")).unwrap();
    let Some(output) = language(&["--score", file.to_str().unwrap()]) else {
        return without_python();
    };
    let scores = String::from_utf8(output.stdout).unwrap();
    // Bits a character that a tenth, half and nine tenths of the values of a kind stay below.
    let bits = |kind: &str| -> Vec<f64> {
        let line = scores.lines().find(|line| line.starts_with(kind)).unwrap();
        let figures = line[kind.len()..].split_whitespace();
        figures.map(|figure| figure.parse().unwrap()).collect()
    };
    for kind in [
        "alnum 20",
        "lower+digits 20",
        "upper+digits 20",
        "base64 20",
        "hex 20",
    ] {
        assert!(bits(kind)[0] > 1.0, "{scores}");
    }
    for kind in ["english-common", "german", "spanish", "python", "java"] {
        assert!(bits(kind)[2] < 0.0, "{scores}");
    }
    let chosen = bits("passwords")[1];
    assert!(
        chosen > bits("english-common")[1] && chosen < bits("alnum 12")[0],
        "{scores}"
    );
}
