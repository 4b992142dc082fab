//! Policies: what a configuration lets through that another did not, over made-up pairs of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hexguard::config::apply::Files;
use hexguard::config::others::OtherTools;
use hexguard::config::policy::{Brings, Policy};
use hexguard::config::{Layers, Settings};
use hexguard::fragment::Part;
use hexguard::report::Outcome;
use hexguard::source::text::{Text, Texts};

use crate::support::template::fill;
use crate::support::{Repo, hex, token};

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// What may stand at the top of a file; each key once.
const KEYS: &[(&str, &[&str])] = &[
    ("exclude", &["'*.py'", "['conf/**']", "'**'"]),
    ("disable", &["'hex-*'", "'*'", "['generic-*', 'acme-*']"]),
    ("only", &["'jwt'", "['hex-*', 'generic-*']", "'hex-*'"]),
    ("exit-code", &["0", "1", "3"]),
    ("inline-allow", &["true", "false"]),
    ("max-decode-depth", &["0", "1", "2"]),
    ("strict", &["true", "false"]),
    ("other-tools", &["true", "false"]),
    ("salt", &["'a'", "'b'"]),
    ("baseline", &["''", "'notes.txt'", "'.hexguard-baseline'"]),
    ("extends", &["'more.toml'"]),
    ("same-commit-allow", &["'block'", "'warn'"]),
];
const TIERS: &[&str] = &[
    "'*' = 'off'\n",
    "'*' = 'warn'\n'hex-*' = 'block'\n",
    "'hex-*' = 'block'\n'*' = 'warn'\n",
    "'acme-key' = 'warn'\n",
    "'generic-*' = 'off'\n",
];
const ALLOWS: &[&str] = &[
    "rule = 'hex-*'",
    "path = '*.py'",
    "value = '.*'",
    "rule = 'acme-*'\npath = 'conf/**'",
];
const RULES: &[&str] = &[
    "regex = 'acme_[0-9a-f]{32}'\nkeywords = ['acme_']",
    "regex = 'acme_[0-9a-f]{32}'\nkeywords = ['acme_']\ntier = 'warn'\nspecificity = 65535",
    "regex = 'acme_[0-9a-f]{32}'\nkeywords = ['acme_']\npaths = ['none']",
    "regex = 'acme_[0-9a-f]{99}'\nkeywords = ['acme_']",
    "regex = 'acme_[0-9a-f]{32}'\nkeywords = ['acme_']\nentropy = 7.9",
    // It takes away what the built-in rule finds.
    "regex = 'hxtp_[A-Za-z0-9_-]+'\nkeywords = ['hxtp_']\ntier = 'warn'\nspecificity = 65535",
];
const GITLEAKS: &[&str] = &[
    "[extend]\nuseDefault = true\n[allowlist]\npaths = ['''a\\.py''']\n",
    "[[rules]]\nid = 'acme'\nregex = '''acme_[0-9a-f]{32}'''\n",
    "[allowlist]\nregexes = ['''hxtp_''']\n",
];

/// The files of a made-up repository.
type Tree = Vec<(&'static str, String)>;

fn made_up(random: &mut Random, baselines: &[String; 2]) -> Tree {
    let mut text = String::new();
    for (key, values) in KEYS {
        if random.below(4) == 0 {
            let _ = writeln!(text, "{key} = {}", random.one(values));
        }
    }
    if random.below(3) == 0 {
        let _ = write!(text, "[tier]\n{}", random.one(TIERS));
    }
    if random.below(4) == 0 {
        let _ = write!(text, "[[allow]]\nreason = 'r'\n{}\n", random.one(ALLOWS));
    }
    if random.below(2) == 0 {
        let _ = write!(
            text,
            "[[rule]]\nid = 'acme-key'\ntitle = 'A'\n{}\n",
            random.one(RULES)
        );
    }
    let mut tree = vec![("hexguard.toml", text)];
    tree.push((
        "more.toml",
        format!("exclude = '{}'\n", random.one(&["*.env", "none", "a.py"])),
    ));
    if random.below(3) == 0 {
        tree.push((".gitleaks.toml", random.one(GITLEAKS).to_owned()));
    }
    for (name, text) in [".hexguard-baseline", "notes.txt"]
        .into_iter()
        .zip(baselines)
    {
        if random.below(3) == 0 {
            tree.push((name, text.clone()));
        }
    }
    tree
}

fn policy(tree: &Tree) -> Policy {
    let read = |path: &str| {
        let found = tree.iter().find(|(name, _)| *name == path);
        Ok(found.map(|(_, text)| text.as_bytes().to_vec()))
    };
    let settings = Settings::load(Layers {
        repository: Some(&read),
        ..Layers::default()
    })
    .unwrap_or_else(|error| panic!("{tree:?}: {error:#}"));
    let files = Files(Some(&read));
    let tools = OtherTools::load(&settings, files, &[]).unwrap();
    Policy::of(settings, tools, files).unwrap()
}

fn texts() -> Texts {
    let password = fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", 3);
    let all = [
        ("a.py", format!("T = '{}'\n", token(1))),
        ("b.py", format!("T = '{}'  # hexguard:allow\n", token(2))),
        ("conf/.env", format!("DB_PASSWORD={password}\n")),
        ("conf/x.yaml", format!("key: acme_{}\n", hex(32, 1))),
        ("d.txt", format!("hex token {}\n", token(3))),
    ];
    let all = all.into_iter().map(|(path, text)| Text {
        path: path.as_bytes().to_vec(),
        text: text.into_bytes(),
        part: Part::Content,
    });
    Texts(all.collect())
}

/// Returns where a commit is stopped, by a policy and what holds beside it.
fn stopped(policy: &Policy) -> BTreeSet<(Vec<u8>, usize)> {
    let others = policy.besides.iter().map(|one| {
        let (rules, suppressor) = (&one.policy.rules, &one.policy.suppressor);
        (rules, suppressor, one.why)
    });
    let others: Vec<_> = others.collect();
    let own = (&policy.rules, &policy.suppressor);
    let mut report = hexguard::scan::scan_by(&texts(), own, &others).unwrap();
    report.strict = *policy.settings.values.strict;
    if *policy.settings.values.exit_code == 0 || report.outcome() == Outcome::Clean {
        return BTreeSet::new();
    }
    let stops = report.findings.iter().filter(|one| report.stops(one));
    stops
        .map(|one| (one.path.clone(), one.place.line))
        .collect()
}

/// Returns two baselines that accept some of the texts, made by hexguard itself.
fn baselines() -> [String; 2] {
    let made = |path: &str| {
        let repo = Repo::new();
        let texts = texts();
        let text = texts
            .0
            .iter()
            .find(|one| one.path == path.as_bytes())
            .unwrap();
        repo.write(path, &text.text);
        assert_eq!(repo.hexguard(&["baseline"]).code, 0);
        std::fs::read_to_string(repo.path().join(".hexguard-baseline")).unwrap()
    };
    [made("a.py"), made("conf/.env")]
}

#[test]
fn under_block_nothing_passes_that_the_earlier_configuration_alone_would_stop() {
    const PAIRS: usize = 300;
    let baselines = baselines();
    let mut random = Random(7);
    let (mut named, mut let_through, mut stops) = (0, 0, 0);
    for number in 0..PAIRS {
        let (mut then, mut now) = (
            made_up(&mut random, &baselines),
            made_up(&mut random, &baselines),
        );
        let refuse = |tree: &mut Tree| {
            let text = tree[0].1.replace("same-commit-allow = 'warn'\n", "");
            if !text.contains("same-commit-allow") {
                tree[0].1 = format!("same-commit-allow = 'block'\n{text}");
            }
        };
        // Where neither says so, the commit lets itself through: that is seen here, too.
        let refused = number % 3 != 0;
        match number % 3 {
            1 => refuse(&mut then),
            2 => refuse(&mut now),
            _ => {}
        }
        let alone = stopped(&policy(&then).brought_by(Brings::Commit, None));
        let both = policy(&now).brought_by(Brings::Commit, Some(policy(&then)));
        let held = stopped(&both);
        let passes = alone.difference(&held).count();
        stops += alone.len();
        if refused {
            assert_eq!(passes, 0, "{then:#?}\n{now:#?}\n{alone:?}\n{held:?}");
            // What the commit makes stricter counts as well.
            let own = stopped(&policy(&now).brought_by(Brings::Commit, None));
            assert!(
                own.is_subset(&held),
                "{then:#?}\n{now:#?}\n{own:?}\n{held:?}"
            );
        } else if passes > 0 {
            let_through += 1;
            let notes = both.notes.iter();
            named += usize::from(notes.filter(|note| note.contains("this commit")).count() > 0);
        }
    }
    // The pairs are such that a policy which does not hold would be seen, and what it lets through is named.
    assert!(let_through > 20 && stops > PAIRS, "{let_through} {stops}");
    assert_eq!(named, let_through);
}

#[test]
fn a_commit_behind_two_files_of_configuration_is_judged_by_both() {
    for (first, second) in [
        ("same-commit-allow = 'block'\n", "exclude = 'x'\n"),
        ("exclude = 'x'\n", "same-commit-allow = 'block'\n"),
    ] {
        for gone in ["hexguard.toml", ".hexguard.toml"] {
            let repo = Repo::new();
            repo.stage("hexguard.toml", first)
                .stage(".hexguard.toml", second)
                .commit("both");
            repo.hook("pre-commit").git(&["rm", "-q", gone]);
            let left = ["hexguard.toml", ".hexguard.toml"]
                .into_iter()
                .find(|name| *name != gone)
                .unwrap();
            repo.stage(left, "disable = '*'\n")
                .stage("a.py", format!("T = '{}'\n", token(1)));
            let output = repo.try_git(&["commit", "-q", "-m", "a leak, and what lets it through"]);
            assert_eq!(output.code, 1, "{output:?}");
            let said = format!("not counted, because it comes with this commit: {left}:1: disable");
            assert!(output.stderr.contains(&said), "{output:?}");
            // To mend it is no crime.
            repo.git(&["reset", "-q", "--hard"]);
            repo.git(&["rm", "-q", gone]);
            let output = repo.try_git(&["commit", "-q", "-m", "one of them"]);
            assert_eq!(output.code, 0, "{output:?}");
        }
    }
}

#[test]
fn what_matches_nothing_is_refused() {
    let repo = Repo::new();
    for (text, wanted) in [
        (
            "exclude = ['../x']\n",
            "`../x` matches no path: from the top of the repository it is \"/x\"",
        ),
        (
            "exclude = ['.']\n",
            "`.` matches no path: every file is \"**\"",
        ),
        (
            "exclude = ['a//b']\n",
            "`a//b` matches no path: from the top of the repository it is \"/a/b\"",
        ),
        ("exclude = ['']\n", "an empty text is no path pattern"),
        ("allow-unscanned = ['a/../b']\n", "`a/../b` matches no path"),
        (
            "[[rule]]\nid = 'a-b'\ntitle = 'A'\nregex = 'abc$^x'\nkeywords = ['abc']\n",
            "rule `a-b`: the pattern matches no text",
        ),
    ] {
        repo.write("hexguard.toml", text);
        let output = repo.hexguard(&["scan", "."]);
        assert_eq!(output.code, 2, "{text} {output:?}");
        assert!(
            output.stderr.contains("hexguard.toml:1: "),
            "{text} {output:?}"
        );
        assert!(output.stderr.contains(wanted), "{text} {output:?}");
    }
    // A dot at the start is the top.
    repo.write("hexguard.toml", "exclude = ['./x.py']\n");
    repo.write("x.py", format!("T = '{}'\n", token(1)));
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
}

#[test]
fn what_is_narrower_is_not_called_looser() {
    let entry = |path: &str| format!("[[allow]]\npath = '{path}'\nreason = 'samples'\n");
    for (name, before, after, said) in [
        (
            "hexguard.toml",
            entry("tests/**"),
            entry("tests/data/**"),
            "",
        ),
        (
            "hexguard.toml",
            entry("tests/*.py"),
            entry("tests/?.py"),
            "this commit may let more through: hexguard.toml:1: allow",
        ),
        (
            "hexguard.toml",
            entry("tests/a"),
            entry("tests/"),
            "this commit lets more through: hexguard.toml:1: allow",
        ),
        (
            ".gitallowed",
            "a\nb\n".to_owned(),
            "# why\nb\n".to_owned(),
            "",
        ),
        (
            ".gitallowed",
            "a\n".to_owned(),
            "b\n".to_owned(),
            "this commit may let more through: .gitallowed",
        ),
        (
            ".gitleaks.toml",
            "title = 'a'\n".to_owned(),
            "# why\ntitle = 'a'\n".to_owned(),
            "",
        ),
    ] {
        let repo = Repo::new();
        repo.stage(name, &before).commit("before");
        repo.hook("pre-commit").stage(name, &after);
        let output = repo.try_git(&["commit", "-q", "-m", "after"]);
        assert_eq!(output.code, 0, "{output:?}");
        assert!(output.stderr.contains(said), "{name} {output:?}");
        assert_eq!(
            output.stderr.is_empty(),
            said.is_empty(),
            "{name} {output:?}"
        );
    }
}
