//! Histories: what a commit lets through of itself, where no commit stands before those that are scanned.

use std::fs;

use crate::support::{HEXGUARD, Output, Repo, digest, run, token};

fn secret(seed: u64) -> String {
    format!("T = '{}'\n", token(seed))
}

/// Everything by which a commit could let its own secret through: a file, and what it holds.
const LOOSENED: &[(&str, &str)] = &[
    ("hexguard.toml", "disable = ['*']\n"),
    ("hexguard.toml", "exclude = ['*.py']\n"),
    ("hexguard.toml", "only = ['jwt']\n"),
    ("hexguard.toml", "exit-code = 0\n"),
    ("hexguard.toml", "[tier]\n'*' = 'off'\n"),
    ("hexguard.toml", "[tier]\n'hex-*' = 'warn'\n"),
    ("hexguard.toml", "[[allow]]\npath = '**'\nreason = 'x'\n"),
    ("hexguard.toml", "extends = ['x: y.toml']\n"),
    ("hexguard.toml", "baseline = 'notes.txt'\n"),
    (".gitleaksignore", "s.py:hex-personal-token:1\n"),
    (".gitleaks.toml", "[allowlist]\npaths = ['s.py']\n"),
    (".gitallowed", "hxtp_\n"),
    (".secretsignore", "[secrets]\nhxtp_\n\n[files]\ns.py\n"),
    (".secrets.baseline", "SHA1"),
];

/// Stages a file that accepts the token of `s.py`, and what it leads to.
fn stage(repo: &Repo, before: &str, name: &str, text: &str) {
    if text.contains("notes.txt") {
        let other = Repo::new();
        other.write("s.py", secret(1));
        assert_eq!(other.hexguard(&["baseline"]).code, 0);
        let baseline = fs::read(other.path().join(".hexguard-baseline")).unwrap();
        repo.stage("notes.txt", baseline);
    }
    if text.contains("y.toml") {
        repo.stage("x: y.toml", "exclude = '*.py'\n");
    }
    let sha1 = digest("sha1sum", token(1).as_bytes());
    let text = &text.replace("SHA1", &format!(
        "{{\"version\": \"1.5.0\", \"results\": {{\"s.py\": [{{\"type\": \"Secret Keyword\", \"hashed_secret\": \"{sha1}\", \"line_number\": 1}}]}}}}"
    ));
    match name {
        "hexguard.toml" => repo.stage(name, format!("{before}{text}")),
        _ => repo.stage(name, text),
    };
}

/// Returns a history whose first commit says `before`, and whose second brings a token and a file that accepts it.
fn history(before: &str, name: &str, text: &str) -> Repo {
    let repo = Repo::new();
    repo.stage("README", "x\n").stage("hexguard.toml", before);
    repo.commit("first");
    repo.stage("s.py", secret(1));
    stage(&repo, before, name, text);
    repo.commit("a secret, and what accepts it");
    repo.git(&["init", "-q", "--bare", "../new.git"]);
    repo.hook("pre-push");
    repo
}

/// Scans a history in every way in which nothing stands before it.
fn scans(repo: &Repo) -> Vec<Output> {
    let mut all = vec![
        repo.hexguard(&["scan", "--history"]),
        repo.hexguard(&["scan", "--range", "HEAD"]),
        repo.try_git(&["push", "-q", "../new.git", "main"]),
    ];
    for output in &mut all {
        output.stdout.push_str(&output.stderr);
    }
    all
}

#[test]
fn what_accepts_a_secret_of_its_own_commit_is_refused_under_block() {
    for (name, text) in LOOSENED {
        let repo = history("same-commit-allow = 'block'\n", name, text);
        for output in scans(&repo) {
            assert_eq!(output.code, 1, "{name}: {text} {output:?}");
            let said = &output.stdout;
            assert!(said.contains("s.py:1:6"), "{name}: {text} {output:?}");
            let refused = said.matches("not counted, because the commit");
            assert_eq!(refused.count(), 1, "{name}: {text} {output:?}");
            assert!(!said.contains(&token(1)[5..15]), "{said}");
        }
    }
}

#[test]
fn a_comment_beside_what_is_loosened_counts_no_more_than_alone() {
    for mark in ["hexguard:allow", "gitleaks:allow"] {
        for loose in [
            "disable = ['*']\n",
            "exclude = ['*.py']\n",
            "[tier]\n'*' = 'off'\n",
        ] {
            let (repo, block) = (Repo::new(), "same-commit-allow = 'block'\n");
            repo.stage("hexguard.toml", block).commit("first");
            let text = secret(1).replace('\n', &format!("  # {mark}\n"));
            repo.stage("s.py", text)
                .stage("hexguard.toml", format!("{block}{loose}"))
                .commit("a secret, and two that accept it");
            repo.git(&["init", "-q", "--bare", "../new.git"]);
            repo.hook("pre-push");
            for output in scans(&repo) {
                assert_eq!(output.code, 1, "{mark} {loose} {output:?}");
                assert!(output.stdout.contains("s.py:1:6"), "{output:?}");
            }
        }
    }
}

#[test]
fn what_accepts_a_secret_of_its_own_commit_is_named() {
    for (name, text) in LOOSENED {
        let repo = history("", name, text);
        for output in &scans(&repo)[..2] {
            assert_eq!(output.code, 0, "{name}: {text} {output:?}");
            let named = output.stdout.matches("lets through what it brings itself");
            assert_eq!(named.count(), 1, "{name}: {text} {output:?}");
        }
    }
    // The first commit comes after nothing.
    let repo = Repo::new();
    repo.stage("s.py", secret(1))
        .stage("hexguard.toml", "exclude = 's.py'\n")
        .commit("first");
    let output = repo.hexguard(&["scan", "--history"]);
    let said = "lets through what it brings itself: hexguard.toml:1: exclude `s.py`";
    assert!(
        output.code == 0 && output.stdout.contains(said),
        "{output:?}"
    );
    let output = repo.hexguard(&["scan", "--history", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert!(
        report["suppressed"][0]["suppressed_by"] == "allowlist hexguard.toml:1",
        "{report}"
    );
}

#[test]
fn what_is_accepted_or_excluded_later_stays_so() {
    for (name, text) in LOOSENED {
        let (repo, block) = (Repo::new(), "same-commit-allow = 'block'\n");
        repo.stage("hexguard.toml", block).commit("first");
        repo.stage("s.py", secret(1)).commit("a leak");
        stage(&repo, block, name, text);
        repo.commit("accepted");
        for args in [
            ["scan", "--history"].as_slice(),
            &["scan", "--range", "HEAD"],
        ] {
            let output = repo.hexguard(args);
            assert_eq!(output.code, 0, "{name}: {text:?} {output:?}");
            assert!(!output.stdout.contains("note"), "{name} {output:?}");
        }
    }
}

#[test]
fn a_refused_secret_is_accepted_by_an_exception_of_its_own() {
    let repo = history(
        "same-commit-allow = 'block'\n",
        "hexguard.toml",
        "disable = ['hex-*']\n",
    );
    let output = repo.hexguard(&["scan", "--history", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let print = report["findings"][0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    repo.stage("hexguard.toml", "same-commit-allow = 'block'\n")
        .commit("on again");
    assert_eq!(repo.hexguard(&["scan", "--history"]).code, 1);
    assert_eq!(
        repo.hexguard(&["allow", &print, "--reason", "revoked"])
            .code,
        0
    );
    let output = repo.hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 0, "{output:?}");
}

/// Makes a first commit, which a remote has.
fn sent(repo: &Repo) {
    repo.commit("first");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
}

/// Scans what no remote has, as `pre-commit run --hook-stage pre-push` does.
fn unsent(repo: &Repo) -> Output {
    let mut command = repo.command(HEXGUARD);
    let mut output = run(command.args(["hook", "pre-push"]).env("PRE_COMMIT", "1"));
    output.stdout.push_str(&output.stderr);
    output
}

const RULE: &str =
    "[[rule]]\nid = 'acme'\ntitle = 'A'\nregex = 'acme_[0-9]{8}'\nkeywords = ['acme_']\n";

#[test]
fn files_that_the_configuration_leads_to_are_a_part_of_it() {
    for (then, now) in [
        ("", "exclude = '*.py'\n"),
        ("strict = true\n", "[tier]\n'*' = 'warn'\n"),
    ] {
        let repo = Repo::new();
        let text = "extends = 'team/base.toml'\nsame-commit-allow = 'block'\n";
        repo.stage("team/base.toml", then)
            .stage("hexguard.toml", text);
        sent(&repo);
        repo.stage("s.py", secret(1)).stage("team/base.toml", now);
        repo.commit("a secret, and what accepts it");
        for output in [unsent(&repo), repo.hexguard(&["scan", "--history"])] {
            assert_eq!(output.code, 1, "{output:?}");
            let said = "brings it for itself: team/base.toml";
            assert!(output.stdout.contains(said), "{output:?}");
        }
        // What today's configuration leads to no more was a part of it then.
        repo.stage(
            "hexguard.toml",
            "same-commit-allow = 'block'\nexclude = '*.py'\n",
        );
        let output = unsent(&repo);
        assert_eq!(output.code, 1, "{output:?}");
        // No file of the configuration is changed by what is left.
        sent(&repo);
        repo.stage("t.py", secret(2)).commit("a leak");
        let output = unsent(&repo);
        assert_eq!(output.code, 0, "{output:?}");
    }
}

#[test]
fn a_folder_that_goes_takes_its_configuration_along() {
    let repo = Repo::new();
    let text = "extends = 'team/base.toml'\nsame-commit-allow = 'block'\n";
    repo.stage("team/base.toml", RULE)
        .stage("hexguard.toml", text);
    sent(&repo);
    repo.git(&["rm", "-q", "-r", "team"]);
    repo.stage("a.txt", "x = acme_83920175\n")
        .commit("a secret without its rule");
    repo.stage("team/base.toml", "strict = true\n");
    let output = unsent(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("[acme]"), "{output:?}");
}

#[test]
fn a_rule_that_goes_when_its_secret_comes_holds_still() {
    let repo = Repo::new();
    repo.stage(
        "hexguard.toml",
        format!("same-commit-allow = 'block'\n{RULE}"),
    );
    sent(&repo);
    repo.git(&["rm", "-q", "hexguard.toml"]);
    repo.stage("a.txt", "x = acme_83920175\n")
        .commit("a secret without its rule");
    for output in [unsent(&repo), repo.hexguard(&["scan", "--history"])] {
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.stdout.contains("[acme]"), "{output:?}");
    }
}

#[test]
fn a_merge_that_brings_no_configuration_of_its_own_is_judged_by_the_last() {
    let repo = Repo::new();
    repo.stage("hexguard.toml", "same-commit-allow = 'block'\n")
        .commit("first");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.stage("s.py", secret(1)).commit("a leak");
    repo.git(&["checkout", "-q", "main"]);
    repo.stage(
        "hexguard.toml",
        "same-commit-allow = 'block'\nexclude = 's.py'\n",
    )
    .commit("policy");
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
    let output = repo.hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(!output.stdout.contains("brings"), "{output:?}");
}

#[test]
fn comments_that_come_with_their_secret_are_refused_under_block() {
    for (block, code) in [("", 0), ("same-commit-allow = 'block'\n", 1)] {
        let repo = Repo::new();
        repo.stage("hexguard.toml", block).commit("first");
        let text = secret(1).replace('\n', " # hexguard:allow -- a sample\n");
        repo.stage("s.py", text).commit("a token and its comment");
        let output = repo.hexguard(&["scan", "--history"]);
        assert_eq!(output.code, code, "{output:?}");
        // An exception that is written now counts all the same.
        let entry = "[[allow]]\npath = 's.py'\nreason = 'revoked'\n";
        repo.write("hexguard.toml", format!("{block}{entry}"));
        assert_eq!(repo.hexguard(&["scan", "--history"]).code, 0);
    }
}

#[test]
fn what_could_not_be_scanned_is_refused_and_accepted_as_secrets_are() {
    let (repo, block) = (Repo::new(), "same-commit-allow = 'block'\n");
    repo.stage("hexguard.toml", block).commit("first");
    repo.stage("a.zip", "PK\x03\x04broken");
    repo.stage(
        "hexguard.toml",
        format!("{block}allow-unscanned = 'a.zip'\n"),
    );
    repo.commit("a file, and what accepts it");
    let output = repo.hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
    let said = "brings it for itself: hexguard.toml:2: allow-unscanned `a.zip`";
    assert!(output.stdout.contains(said), "{output:?}");
    repo.write(
        "hexguard.toml",
        format!("{block}allow-unscanned = '/a.zip'\n"),
    );
    let output = repo.hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 0, "{output:?}");
}
