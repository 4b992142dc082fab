//! Every rule finds its examples, and only it does; what the rules say of themselves holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use hexguard::detect::detect;
use hexguard::fragment::{Fragment, Part};
use hexguard::rule::spec::{RuleFile, Spec};
use hexguard::rule::{RULES, RuleSet};

use crate::support::template::fill;

/// How many random fillings each example is tried with; `HEXGUARD_SEEDS` asks for more.
fn seeds() -> u64 {
    env::var("HEXGUARD_SEEDS").map_or(5, |seeds| seeds.parse().unwrap())
}

/// Returns the rules as they are written, each with the name of its file.
fn written() -> Vec<(String, Spec)> {
    let mut files: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        // That one holds no rules.
        .filter(|path| !path.ends_with("forms.toml"))
        .collect();
    files.sort();
    let mut rules = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file: RuleFile = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        rules.extend(file.rules.into_iter().map(|rule| (name.clone(), rule)));
    }
    rules
}

/// Returns the ids of what is found in a text.
fn found(path: &str, text: &str, rules: &RuleSet) -> Vec<&'static str> {
    let mut fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    if path.is_empty() {
        (fragment.path, fragment.part) = (fragment.text, Part::Name);
    }
    detect(&fragment, rules)
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

/// A path that the rule looks at: where it is limited to some, the first of them. None for a rule that looks at names:
/// its examples are paths themselves.
fn path_for(rule: &Spec) -> String {
    if rule.find.as_deref() == Some("file-name") {
        return String::new();
    }
    match rule.paths.first() {
        Some(glob) => glob.replace("**/", "").replace('*', "name"),
        None => "lines.log".to_owned(),
    }
}

#[test]
fn every_example_yields_one_finding_by_its_rule() {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    for (file, rule) in written() {
        let path = path_for(&rule);
        for (number, example) in rule.examples.iter().enumerate() {
            let failed = (0..seeds()).find_map(|seed| {
                let ids = found(&path, &fill(example, seed), &rules);
                (ids != [rule.id.as_str()]).then_some((seed, ids))
            });
            if let Some((seed, ids)) = failed {
                let _ = writeln!(
                    wrong,
                    "{file}: {}: example {number}, seed {seed}: {ids:?}: {example}",
                    rule.id
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_variable_of_a_client_is_found_by_its_rule() {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    let mut tried = 0;
    for (file, rule) in written() {
        let variables = rule.keys.iter().filter(|key| !key.starts_with('-'));
        for key in variables.filter(|_| rule.site.is_some()) {
            let ids = found(
                "lines.log",
                &fill(&format!("{key}={{{{alnum:18}}}}"), 0),
                &rules,
            );
            tried += 1;
            if ids != [rule.id.as_str()] {
                let _ = writeln!(wrong, "{file}: {}: {ids:?}: {key}", rule.id);
            }
        }
    }
    assert!(tried > 20 && wrong.is_empty(), "{tried} tried\n{wrong}");
}

#[test]
fn no_rule_finds_anything_in_a_counterexample() {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    for (file, rule) in written() {
        for text in &rule.counterexamples {
            for seed in 0..seeds() {
                let ids = found(&path_for(&rule), &fill(text, seed), &rules);
                if !ids.is_empty() {
                    let _ = writeln!(wrong, "{file}: {}: {ids:?}: {text}", rule.id);
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The examples' own path is one of tests, where a checksum that does not fit is silent: elsewhere it would warn.
#[test]
fn no_counterexample_relies_on_its_checksum() {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    for (file, rule) in written() {
        for text in &rule.counterexamples {
            let text = fill(text, 1);
            let fragment = Fragment::content(b"deploy/app.env", text.as_bytes());
            for finding in detect(&fragment, &rules) {
                if finding.reason.contains("its checksum does not fit") {
                    let _ = writeln!(wrong, "{file}: {}: {text}: {}", rule.id, finding.reason);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// An id stands in configurations, baselines and comments of users: it never goes away.
#[test]
fn ids_never_vanish() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/rule-ids.txt");
    let now: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    if env::var_os("HEXGUARD_BLESS").is_some() {
        let mut all: BTreeSet<String> = fs::read_to_string(&kept)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect();
        all.extend(now.iter().map(|&id| id.to_owned()));
        let lines: Vec<String> = all.into_iter().collect();
        fs::write(&kept, lines.join("\n") + "\n").unwrap();
    }
    let text = fs::read_to_string(&kept).unwrap();
    let listed: BTreeSet<&str> = text.lines().collect();
    let gone: Vec<_> = listed.difference(&now).collect();
    assert!(gone.is_empty(), "rules that are gone: {gone:?}");
    let new: Vec<_> = now.difference(&listed).collect();
    assert!(
        new.is_empty(),
        "new rules; HEXGUARD_BLESS=1 adds them to the list: {new:?}"
    );
}

#[test]
fn every_pattern_compiles_and_every_match_holds_a_keyword() {
    for (file, rule) in written() {
        let Some(source) = &rule.regex else { continue };
        let pattern = hexguard::rule::compile(source).unwrap();
        for example in &rule.examples {
            let text = fill(example, 1);
            let Some(hit) = pattern.find(text.as_bytes()) else {
                panic!("{file}: {}: the pattern does not match {example}", rule.id)
            };
            let hit = String::from_utf8_lossy(hit.as_bytes()).to_ascii_lowercase();
            assert!(
                rule.keywords.iter().any(|word| hit.contains(word.as_str())),
                "{file}: {}: no keyword in what {example} matches",
                rule.id
            );
        }
    }
}

/// The list for people is made from the rules, so that it cannot say anything else than they do.
#[test]
fn the_list_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let text = list();
    if env::var_os("HEXGUARD_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "docs/rules.md is out of date: HEXGUARD_BLESS=1 cargo test --test suite rules"
    );
}

fn list() -> String {
    let mut by_file: BTreeMap<String, Vec<Spec>> = BTreeMap::new();
    for (file, rule) in written() {
        by_file.entry(file).or_default().push(rule);
    }
    let total: usize = by_file.values().map(Vec::len).sum();
    let mut out = format!(
        "# Rules\n\nMade from `rules/*.toml` by `HEXGUARD_BLESS=1 cargo test --test suite rules`; do not edit.\n\
         {total} rules. `hexguard rules explain ID` says more about each.\n"
    );
    for (file, rules) in by_file {
        let name = file.trim_end_matches(".toml");
        let _ = write!(
            out,
            "\n## {name}\n\n| id | finds | tier | severity | format known from |\n|---|---|---|---|---|\n"
        );
        for rule in rules {
            let known = match rule.confidence {
                hexguard::rule::Confidence::Documented => "documentation",
                hexguard::rule::Confidence::Two => "two sources",
                hexguard::rule::Confidence::One => "one source",
                hexguard::rule::Confidence::Guess => "samples",
            };
            let title = rule.title.replace('|', "\\|");
            let title = match &rule.url {
                Some(url) => format!("[{title}]({url})"),
                None => title,
            };
            let _ = writeln!(
                out,
                "| `{}` | {title} | {} | {} | {known} |",
                rule.id,
                format!("{:?}", rule.tier).to_lowercase(),
                format!("{:?}", rule.severity).to_lowercase(),
            );
        }
    }
    out
}

/// Vendors share marks, and tokens stand inside other formats: one secret is one finding, by the rule that knows best.
#[test]
fn overlaps_settle_to_one_finding() {
    let rules = RuleSet::builtin();
    for (template, expected) in [
        ("STRIPE_KEY=sk_live_{{alnum:99}}", "stripe-live-secret-key"),
        ("clerk_key = 'sk_live_{{alnum:43}}'", "clerk-secret-key"),
        ("PAYSTACK=sk_live_{{hex:40}}", "paystack-secret-key"),
        ("x: sk_live_a2V5X{{b64:64}}", "workos-api-key"),
        ("SRC_TOKEN=sgp_{{hex:40}}", "sourcegraph-token"),
        ("SEGMENT=sgp_{{alnum:64}}", "segment-public-api-token"),
        (
            "ADO_PAT={{cask:9AL{{alnum:12}}AAAAAZDO:80}}",
            "azure-devops-pat",
        ),
        ("KEY={{cask:9AB{{alnum:16}}C:80}}", "azure-cask-key"),
        (
            "AccountName=store;AccountKey={{azkey:+ASt:64}}",
            "azure-storage-account-key",
        ),
        (
            "SNOWFLAKE_TOKEN={{jwt:{\"kid\":\"{{digit:12}}\",\"alg\":\"ES256\"}:{\"p\":\"{{alnum:40}}\"}}}",
            "snowflake-pat",
        ),
        (
            "OPENAI_API_KEY=sk-{{alnum:20}}T3BlbkFJ{{alnum:20}}",
            "openai-api-key-legacy",
        ),
        ("STABILITY_API_KEY=sk-{{alnum:48}}", "stability-api-key"),
        ("KEY=sk-or-v1-{{hex:64}}", "openrouter-api-key"),
        ("KEY=sk-ant-api03-{{b64u:93}}AA", "anthropic-api-key"),
        ("DEEPSEEK=sk-{{hex:32}}", "deepseek-api-key"),
        ("WASABI_SECRET_ACCESS_KEY={{alnum:40}}", "wasabi-secret"),
        // A service with a rule of its own is told by it, one without by its name.
        ("MIXPANEL_API_SECRET={{hex:32}}", "mixpanel-api-secret"),
        ("ALCONOST_KEY={{lnum:31}}7", "service-key"),
        (
            "url: https://api.cliengo.com/v1?token={{uuid}}",
            "service-key",
        ),
    ] {
        for seed in 0..seeds() {
            let text = fill(template, seed);
            assert_eq!(
                found("deploy/app.env", &text, &rules),
                [expected],
                "{template}, seed {seed}"
            );
        }
    }
}
