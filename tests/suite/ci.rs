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
