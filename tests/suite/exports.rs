//! Query results that nobody reviewed: where a commit is told of them, and where not.

use std::fmt::Write as _;

use crate::support::{Output, Repo};

/// A table of so many rows with e-mail addresses.
fn table(rows: usize) -> String {
    (1..=rows).fold("id,email\n".to_owned(), |mut out, row| {
        writeln!(out, "{row},person{row}@example.com").unwrap();
        out
    })
}

fn repo() -> Repo {
    let repo = Repo::new();
    repo.stage("a.py", "A = 1\n")
        .commit("start")
        .hook("pre-commit");
    repo
}

fn commit(repo: &Repo) -> Output {
    repo.try_git(&["commit", "-q", "-m", "x"])
}

#[track_caller]
fn is_quiet(output: &Output, what: &str) {
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{what}");
}

#[track_caller]
fn is_named(output: &Output, file: &str, what: &str) {
    assert!(
        output.code == 0
            && output.stderr.contains(&format!(
                "warning {file}:1:1 Query result that nobody reviewed"
            )),
        "{what} {output:?}"
    );
}

#[test]
fn where_hex_is_not_used_no_table_is_named() {
    let repo = repo();
    repo.stage("storms.csv", table(500))
        .stage("rides.snappy.parquet", "PAR1 and so on")
        .stage(
            "README.md",
            "Colours as hex, tech of the web; see https://codehex.technology and mix hex.info.\n",
        )
        .stage("hexguard.toml", "exclude = [\"vendor/\"]\n");
    let output = commit(&repo);
    assert!(!output.stderr.contains("reviewed"), "{output:?}");
    repo.stage("storms2.csv", table(600));
    is_quiet(&commit(&repo), "a second one");
    // Unless it is asked for.
    for (number, (name, value)) in [("exports", "warn"), ("exports", "block")]
        .into_iter()
        .enumerate()
    {
        repo.git(&["config", &format!("hexguard.{name}"), value]);
        repo.stage(&format!("asked{number}.csv"), table(500 + number));
        let output = commit(&repo);
        assert_eq!(output.code, i32::from(value == "block"), "{output:?}");
        assert!(output.stderr.contains("likely personal data: email"));
    }
    repo.git(&["config", "hexguard.exports", "off"]);
    is_quiet(&commit(&repo), "off");
}

#[test]
fn where_hex_is_used_a_new_result_is_named() {
    let project = "schemaVersion: 3\nmeta:\n  sourceVersionId: a1\n  projectId: 0b2f\n  title: Accounts\ncells: []\n";
    let notebook = r#"{"cells":[{"cell_type":"code","source":["import hextoolkit\n"],"outputs":[]}],"metadata":{},"nbformat":4,"nbformat_minor":5}"#;
    for (path, text) in [
        ("hexguard.toml", "[hex]\n"),
        (
            "hexguard.toml",
            "[[hex.token]]\nname = \"x\"\nscopes = [\"Read projects\"]\n",
        ),
        ("exports/accounts.yaml", project),
        ("deep/er/accounts.hex.yaml", "cells: []\n"),
        ("analysis/churn.ipynb", notebook),
        (
            "scripts/refresh.sh",
            "curl -X POST https://app.hex.tech/api/v1/projects/$1/runs\n",
        ),
        ("requirements.txt", "airflow-provider-hex==0.1.9\n"),
        (
            ".github/workflows/context.yml",
            "- uses: hex-inc/action-context-toolkit@v1\n",
        ),
        (".hexguard-reviews", "# none yet\n"),
    ] {
        // Committed before, and together with the result.
        let repo = repo();
        repo.stage(path, text).commit("hex");
        repo.stage("results/customers.csv", table(500));
        let output = commit(&repo);
        is_named(&output, "results/customers.csv", path);
        assert!(
            output
                .stderr
                .contains("500 rows, 2 columns; likely personal data: email (e-mail)"),
            "{output:?}"
        );
        let repo = self::repo();
        repo.stage(path, text)
            .stage("results/customers.csv", table(500));
        is_named(&commit(&repo), "results/customers.csv", path);
    }
}

#[test]
fn short_tables_and_test_data_are_never_named() {
    let repo = repo();
    repo.stage("hexguard.toml", "[hex]\n").commit("hex");
    for setting in ["auto", "warn", "block"] {
        repo.git(&["config", "hexguard.exports", setting]);
        for (path, rows) in [
            ("out.csv", 1),
            ("out.csv", 19),
            ("seeds/countries.csv", 10),
            ("dbt/seeds/raw_customers.csv", 500),
            ("db/seed_users.csv", 500),
            ("tests/data/people.csv", 500),
            ("src/__tests__/people.csv", 500),
            ("app/fixtures/people.csv", 500),
            ("locales/strings.csv", 500),
            ("translations.csv", 500),
            ("examples/people.csv", 500),
        ] {
            repo.stage(path, table(rows));
            is_quiet(&commit(&repo), &format!("{setting} {path} {rows}"));
            repo.git(&["rm", "-q", path]);
            repo.commit("gone");
        }
    }
    repo.git(&["config", "hexguard.exports", "warn"]);
    repo.stage("out.csv", table(20));
    is_named(&commit(&repo), "out.csv", "20 rows");
}

#[test]
fn a_result_is_named_until_it_is_reviewed() {
    let repo = repo();
    repo.stage("hexguard.toml", "[hex]\n").commit("hex");
    repo.stage("out.csv", table(30));
    is_named(&commit(&repo), "out.csv", "new");

    repo.stage("other.csv", table(31));
    repo.git(&["config", "hexguard.exports", "block"]);
    assert_eq!(commit(&repo).code, 1);
    assert_eq!(
        repo.hexguard(&["reviewed", "other.csv", "--by", "Ada"])
            .code,
        0
    );
    repo.git(&["add", ".hexguard-reviews"]);
    is_quiet(&commit(&repo), "reviewed");

    // What is changed or moved was there already: nobody is asked again.
    repo.stage("out.csv", table(32));
    is_quiet(&commit(&repo), "changed");
    repo.stage("folder/x", "").commit("folder");
    repo.git(&["mv", "out.csv", "folder/renamed.csv"]);
    is_quiet(&commit(&repo), "renamed");
    // Of a copy somebody is: it lies where others may find it.
    repo.stage("copy.csv", table(32));
    assert_eq!(commit(&repo).code, 1);
}

#[test]
fn a_commit_that_asks_for_reviews_lets_nothing_more_through() {
    let repo = repo();
    repo.stage("hexguard.toml", "exports = \"block\"\n");
    is_quiet(&commit(&repo), "stricter");
    repo.stage("hexguard.toml", "exports = \"off\"\n");
    let output = commit(&repo);
    assert!(
        output
            .stderr
            .contains("this commit lets more through: hexguard.toml:1: exports `off`"),
        "{output:?}"
    );
}

#[test]
fn where_two_policies_hold_a_result_is_listed_once() {
    let repo = repo();
    repo.stage(
        "hexguard.toml",
        "same-commit-allow = \"block\"\nexports = \"block\"\n",
    )
    .commit("policy");
    repo.stage("hexguard.toml", "exports = \"warn\"\n");
    repo.stage("once.csv", table(77));
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    let listed = output.stderr.matches("once.csv:1").count();
    assert_eq!(listed, 1, "{output:?}");
}
