//! What was to be scanned and was not stops the commit with exit code 2, unless the configuration accepts the path.

use serde_json::Value;

use crate::containers::gz;
use crate::support::{Output, Repo, token};

/// A repository with both hooks of a commit and a limit of 1 MiB, with a larger file that is staged.
fn above_the_limit() -> Repo {
    let repo = Repo::new();
    repo.commit("first").hook("pre-commit").hook("commit-msg");
    repo.stage("hexguard.toml", "max-file-size = 1\n")
        .commit("limit");
    repo.stage("data/big.sql", "select 1;\n".repeat(200_000));
    repo
}

/// An archive that ends too early.
fn cut() -> Vec<u8> {
    let whole = gz("line\n".repeat(900).as_bytes());
    whole[..whole.len() - 20].to_vec()
}

fn commit(repo: &Repo) -> Output {
    repo.try_git(&["commit", "-q", "-m", "x"])
}

#[test]
fn a_file_above_the_limit_stops_the_commit() {
    let repo = above_the_limit();
    let stopped = commit(&repo);
    assert_ne!(stopped.code, 0);
    for said in [
        "the commit is stopped: not everything could be scanned",
        "data/big.sql was not scanned: larger than max-file-size, 1 MiB",
        "Raise max-file-size",
        "Or leave the file out of this commit:",
        "allow-unscanned = [\"/data/big.sql\"]",
    ] {
        assert!(stopped.stderr.contains(said), "{said}: {stopped:?}");
    }
    assert_eq!(repo.hexguard(&[]).code, 2);
    assert_eq!(repo.hexguard(&["scan", "data"]).code, 2);
    // What is found elsewhere is shown all the same, and what was not scanned decides.
    repo.stage("a.py", format!("T = \"{}\"\n", token(1)));
    let both = repo.hexguard(&[]);
    assert_eq!(both.code, 2);
    assert!(both.stdout.contains("1 blocked, 1 skipped"), "{both:?}");
    let both = commit(&repo);
    let said = "stopped: a secret was found, and not everything could be scanned";
    assert!(both.stderr.contains(said), "{both:?}");
}

#[test]
fn of_a_missing_object_git_is_asked_before_it_is_accepted() {
    let repo = Repo::new();
    repo.stage("a.py", "A = 1\n").commit("first");
    let id = repo.git(&["rev-parse", "HEAD:a.py"]).stdout;
    repo.stage("a.py", "A = 2\n").commit("second");
    let object = format!(".git/objects/{}/{}", &id[..2], id[2..].trim());
    std::fs::remove_file(repo.path().join(object)).unwrap();
    let output = repo.hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stdout.contains("\n    git fetch --refetch\n"));
    let (_, advice) = output.stdout.split_once("\n    git fsck\n").unwrap();
    assert!(advice.contains("Or accept it unscanned"), "{output:?}");
    assert!(repo.try_git(&["fsck"]).stdout.contains(id.trim()));
}

#[test]
fn a_file_that_is_larger_than_any_limit_before_is_scanned() {
    let repo = Repo::new();
    repo.commit("first").hook("pre-commit");
    let line = format!("T = \"{}\"\n", token(1));
    repo.stage("big.sql", "select 1;\n".repeat(6_900_000) + &line);
    let stopped = commit(&repo);
    assert_ne!(stopped.code, 0);
    assert!(stopped.stderr.contains("big.sql:6900001:6"), "{stopped:?}");
}

#[test]
fn what_the_configuration_accepts_is_committed_without_a_word() {
    let repo = above_the_limit();
    let accepted = "max-file-size = 1\nallow-unscanned = [\"*.sql\"]\n";
    repo.stage("hexguard.toml", accepted);
    // The commit that accepts it says so.
    let said = commit(&repo);
    assert_eq!(said.code, 0);
    assert!(said.stderr.contains("allow-unscanned `*.sql`"), "{said:?}");
    repo.stage("data/big.sql", "select 2;\n".repeat(200_000));
    let silent = commit(&repo);
    assert_eq!((silent.code, silent.stderr.as_str()), (0, ""));
    // By hand it is named.
    let listed = repo.hexguard(&["scan", "data"]);
    assert_eq!(listed.code, 0);
    let named = "not scanned, and accepted by allow-unscanned: data/big.sql\n";
    assert!(listed.stdout.contains(named), "{listed:?}");
}

#[test]
fn what_is_excluded_is_not_missed() {
    let repo = above_the_limit();
    repo.stage(
        "hexguard.toml",
        "max-file-size = 1\nexclude = [\"data/\"]\n",
    );
    assert_eq!(commit(&repo).code, 0);
    let listed = repo.hexguard(&["scan", "data"]);
    assert_eq!(listed.code, 0);
    assert!(listed.stdout.contains("0 skipped"), "{listed:?}");
}

#[test]
fn reports_for_programs_say_that_they_are_not_complete() {
    let repo = above_the_limit();
    let report = |format: &str| repo.hexguard(&["scan", "data", "--format", format]).stdout;
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    assert_eq!(json["skipped"][0]["effect"], "stops");
    let sarif: Value = serde_json::from_str(&report("sarif")).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    repo.write(
        "hexguard.toml",
        "max-file-size = 1\nallow-unscanned = [\"data/\"]\n",
    );
    let report = |format: &str| repo.hexguard(&["scan", "data", "--format", format]).stdout;
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    assert_eq!(json["skipped"][0]["effect"], "accepted");
    let sarif: Value = serde_json::from_str(&report("sarif")).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    assert!(report("junit").contains("errors=\"0\" skipped=\"1\""));
}

#[test]
fn a_report_without_a_place_for_it_names_all_of_it_beside() {
    let repo = Repo::new();
    for name in ["a.gz", "b.gz", "c.gz"] {
        repo.write(name, cut());
    }
    let output = repo.hexguard(&["scan", ".", "--format", "gitleaks"]);
    assert_eq!((output.code, output.stdout.trim_end()), (2, "[]"));
    for name in ["a.gz", "b.gz", "c.gz"] {
        let said = format!("hexguard: {name} was not scanned: it is damaged");
        assert!(output.stderr.contains(&said), "{output:?}");
    }
    let output = repo.hexguard(&["scan", ".", "--format", "json"]);
    let said = "hexguard: 3 things were not scanned; the first: a.gz was not scanned";
    assert!(output.stderr.starts_with(said), "{output:?}");
}

#[test]
fn what_sets_the_limit_is_named() {
    let repo = Repo::new();
    repo.write("l.txt", "line\n".repeat(300_000));
    let output = repo.hexguard(&["scan", "--max-file-size", "1", "l.txt"]);
    let said = "or leave it out: --max-file-size sets it.";
    assert!(output.stdout.contains(said), "{output:?}");
}
