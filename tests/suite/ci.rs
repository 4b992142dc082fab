//! The scripts of docs/ci.md, run as a CI system runs them, over a repository that Hex exports to.

use std::path::Path;

use crate::support::{HEXGUARD, Repo, run, token};

const PAGE: &str = include_str!("../../docs/ci.md");

/// Returns the block of a script that begins with this line of the page, as a shell gets it.
fn script(first: &str) -> String {
    let mut lines = PAGE.lines().skip_while(|line| line.trim() != first);
    let head = lines
        .next()
        .unwrap_or_else(|| panic!("`{first}` is in docs/ci.md"));
    let column = |line: &str| line.len() - line.trim_start().len();
    let body: Vec<&str> = lines
        .take_while(|line| column(line) > column(head))
        .map(str::trim)
        .collect();
    assert!(body.len() > 3, "{body:?}");
    body.join("\n")
}

/// Runs a script with hexguard on the path.
fn shell(repo: &Repo, script: &str, environment: &[(&str, &str)]) -> crate::support::Output {
    let folder = Path::new(HEXGUARD).parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let mut command = repo.command("sh");
    run(command
        .args(["-ec", script])
        .env("PATH", path)
        .envs(environment.iter().copied()))
}

#[cfg(unix)]
#[test]
fn a_new_branch_does_not_decide_how_it_is_judged() {
    let repo = Repo::new();
    repo.stage("a.yaml", "x: 1\n").commit("first");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo.stage("hexguard.toml", "disable = ['*']\n")
        .stage("b.yaml", format!("# {}\n", token(1)))
        .commit("a leak, and what lets it through");
    let after = repo.git(&["rev-parse", "HEAD"]).stdout.trim().to_owned();
    let zeros = "0".repeat(40);
    for (first, sha, branch) in [
        ("run: |", "AFTER", "DEFAULT"),
        ("- |", "CI_COMMIT_SHA", "CI_DEFAULT_BRANCH"),
    ] {
        let environment = [("BEFORE", &*zeros), (sha, &*after), (branch, "main")];
        let out = shell(&repo, &script(first), &environment);
        assert_eq!(out.code, 1, "{out:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_scripts_for_github_and_gitlab_find_what_a_push_brings() {
    let github = script("run: |");
    let gitlab = script("- |");
    let repo = Repo::new();
    repo.stage("old.yaml", format!("# {}\n", token(1)))
        .commit("an old leak");
    let before = repo.git(&["rev-parse", "HEAD"]).stdout.trim().to_owned();
    let here = |name: &str| std::fs::read_to_string(repo.path().join(name)).unwrap();
    let both = |before: &str, code: i32| {
        let after = repo.git(&["rev-parse", "HEAD"]).stdout.trim().to_owned();
        let out = shell(&repo, &github, &[("BEFORE", before), ("AFTER", &after)]);
        assert_eq!(out.code, code, "{out:?}");
        let found = out.stdout.matches("::error ").count();
        let log: serde_json::Value = serde_json::from_str(&here("hexguard.sarif")).unwrap();
        assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), found);
        let out = shell(
            &repo,
            &gitlab,
            &[("BEFORE", before), ("CI_COMMIT_SHA", &after)],
        );
        assert_eq!(out.code, code, "{out:?}");
        let log: serde_json::Value =
            serde_json::from_str(&here("gl-secret-detection-report.json")).unwrap();
        assert_eq!(log["vulnerabilities"].as_array().unwrap().len(), found);
        found
    };
    repo.stage("a.yaml", "x: 1\n").commit("export");
    assert_eq!(
        both(&before, 0),
        0,
        "what was there before is not of this push"
    );
    // Hex commits on the server: a merge.
    repo.git(&["checkout", "-q", "-b", "hex", "HEAD~1"]);
    repo.stage("b.yaml", format!("# {}\n", token(2)))
        .commit("publish");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "hex"]);
    assert_eq!(both(&before, 1), 1);
    // A new branch has no commit before it.
    assert_eq!(both(&"0".repeat(40), 1), 2);
}

/// Everything by which a pull request could let its own secret through its own scan.
const LOOSENED: &[(&str, &str)] = &[
    ("hexguard.toml", "disable = ['*']\n"),
    (
        "hexguard.toml",
        "disable = ['*']\nsame-commit-allow = 'warn'\n",
    ),
    ("hexguard.toml", "exclude = ['*.py']\n"),
    ("hexguard.toml", "only = ['jwt']\n"),
    ("hexguard.toml", "exit-code = 0\n"),
    ("hexguard.toml", "[tier]\n'*' = 'off'\n"),
    ("hexguard.toml", "[tier]\n'hex-*' = 'warn'\n"),
    ("hexguard.toml", "[[allow]]\npath = '**'\nreason = 'x'\n"),
    (
        "hexguard.toml",
        "[[rule]]\nid = 'my'\ntitle = 'M'\nregex = 'hxtp_[A-Za-z0-9_-]+'\nkeywords = ['hxtp_']\ntier = 'warn'\nspecificity = 65535\n",
    ),
    (".hexguard.toml", "extends = ['x: y.toml']\n"),
    (".gitleaksignore", "s.py:hex-personal-token:1\n"),
    (".gitleaks.toml", "[allowlist]\npaths = ['s.py']\n"),
    (".gitallowed", "hxtp_\n"),
    (".secretsignore", "[secrets]\nhxtp_\n\n[files]\ns.py\n"),
];

/// Returns a repository whose branch `pr` adds a token and a file, on `main` with the configuration `before`.
fn pull_request(before: &str, name: &str, text: &str, secret: &str) -> Repo {
    let repo = Repo::new();
    repo.stage("README", "x\n");
    if !before.is_empty() {
        repo.stage("hexguard.toml", before);
    }
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "pr"]);
    repo.stage("s.py", secret)
        .stage("x: y.toml", "exclude = '*.py'\n");
    if before.is_empty() || name != "hexguard.toml" {
        repo.stage(name, text);
    } else {
        repo.stage(name, format!("{text}{before}"));
    }
    repo.commit("a secret, and what lets it through");
    repo
}

#[test]
fn a_range_is_judged_by_the_configuration_at_its_base() {
    let secret = format!("T = '{}'\n", token(1));
    for (name, text) in LOOSENED {
        let repo = pull_request("", name, text, &secret);
        for range in ["main..pr", "main...pr", "HEAD~1..", "main..HEAD"] {
            let output = repo.hexguard(&["scan", "--range", range]);
            assert_eq!(output.code, 1, "{name}: {text} {range} {output:?}");
            let named = "not counted, because it comes with this range";
            assert!(output.stdout.contains(named), "{name}: {text} {output:?}");
        }
    }
    // Nor do a work tree and its index have a say in what was committed.
    let repo = pull_request("", "x", "", &secret);
    repo.stage("hexguard.toml", "exclude = '*.py'\n");
    assert_eq!(repo.hexguard(&["scan", "--range", "main..pr"]).code, 1);

    // What the other side says counts, and what makes it stricter does at once.
    let repo = pull_request("exclude = ['*.py']\n", "x", "", &secret);
    assert_eq!(repo.hexguard(&["scan", "--range", "main..pr"]).code, 0);
    let weak = ["Tr0ub", "4dor&3"].concat();
    let warned = format!("HEX = {{ # made up\n 'pass' : '{weak}' }}\n");
    let repo = pull_request("", "hexguard.toml", "strict = true\n", &warned);
    let output = repo.hexguard(&["scan", "--range", "main..pr"]);
    assert!(!output.stdout.contains("not counted"), "{output:?}");
}

#[test]
fn what_a_range_allows_itself_counts_where_its_base_says_so() {
    let secret = format!("T = '{}'\n", token(1));
    for (name, text) in LOOSENED
        .iter()
        .filter(|(_, text)| !text.contains("same-commit"))
    {
        if name.starts_with(".hexguard") {
            continue;
        }
        let repo = pull_request("same-commit-allow = 'warn'\n", name, text, &secret);
        // What stands in a table goes behind it.
        if name == &"hexguard.toml" {
            repo.stage(name, format!("same-commit-allow = 'warn'\n{text}"));
            repo.git(&["commit", "-q", "--amend", "--no-edit", "--no-verify"]);
        }
        let output = repo.hexguard(&["scan", "--range", "main..pr"]);
        assert_eq!(output.code, 0, "{name}: {text} {output:?}");
        assert!(output.stdout.contains("let"), "{name}: {text} {output:?}");
        assert!(
            output.stdout.contains("more through: "),
            "{name}: {text} {output:?}"
        );
    }
}

#[test]
fn a_comment_in_a_range_is_named_and_can_be_refused() {
    let secret = format!("T = '{}'  # hexguard:allow\n", token(1));
    let repo = pull_request("", "x", "", &secret);
    let output = repo.hexguard(&["scan", "--range", "main..pr"]);
    assert_eq!(output.code, 0, "{output:?}");
    let named = "lets more through: s.py:1: hexguard:allow";
    assert!(output.stdout.contains(named), "{output:?}");
    for (before, text) in [
        ("same-commit-allow = 'block'\n", ""),
        ("", "same-commit-allow = 'block'\n"),
    ] {
        let repo = pull_request(before, "hexguard.toml", text, &secret);
        let output = repo.hexguard(&["scan", "--range", "main..pr"]);
        assert_eq!(output.code, 1, "{before} {text} {output:?}");
    }
}
