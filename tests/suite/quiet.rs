//! A commit that brings nothing new prints nothing, whatever its files held before.

use serde_json::Value;

use crate::support::{HEXGUARD, Output, Repo, run, token};

/// A repository in which every hook that belongs to a commit runs, with old findings of both tiers.
fn old() -> Repo {
    let repo = Repo::new();
    repo.stage("block.py", format!("A = 1\nTOKEN = \"{}\"\n", token(1)))
        .stage("tests/warn.py", format!("A = 1\n{}", password()))
        .commit("old")
        .hook("pre-commit")
        .hook("commit-msg");
    let scan = repo.hexguard(&["scan", "."]);
    assert!(scan.stdout.contains("1 blocked, 1 warned"), "{scan:?}");
    repo
}

/// A line that warns in a file of tests, and blocks elsewhere.
fn password() -> String {
    format!("password = \"{}{}\"\n", "Summer", "Rain88x")
}

/// Edits both files elsewhere.
fn edit(repo: &Repo, number: usize) {
    repo.stage(
        "block.py",
        format!("A = {number}\n\n  TOKEN = \"{}\"\n", token(1)),
    )
    .stage("tests/warn.py", format!("A = {number}\n{}", password()));
}

fn commit(repo: &Repo) -> Output {
    repo.try_git(&["commit", "-q", "-m", "x"])
}

#[track_caller]
fn is_quiet(output: &Output) {
    let got = (output.code, output.stdout.as_str(), output.stderr.as_str());
    assert_eq!(got, (0, "", ""));
}

#[test]
fn old_findings_in_changed_files_print_nothing() {
    let repo = old();
    edit(&repo, 2);
    is_quiet(&commit(&repo));
    // In every kind of commit.
    repo.write("block.py", format!("A = 3\nTOKEN = \"{}\"\n", token(1)));
    is_quiet(&repo.try_git(&["commit", "-q", "-a", "-m", "x"]));
    repo.write("tests/warn.py", format!("A = 3\n{}", password()));
    is_quiet(&repo.try_git(&["commit", "-q", "-m", "x", "--", "tests/warn.py"]));
    is_quiet(&repo.try_git(&["commit", "-q", "--amend", "-m", "y"]));
    repo.git(&["mv", "block.py", "moved.py"]);
    is_quiet(&commit(&repo));
    // A file of configuration that is not staged is worth a word only where something new was found.
    repo.write("hexguard.toml", "strict = false\n");
    edit(&repo, 4);
    is_quiet(&repo.try_git(&["commit", "-q", "-m", "x", "--", "tests/warn.py"]));
}

#[test]
fn a_push_of_old_findings_prints_nothing() {
    let repo = old();
    let remote = repo.beside("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo.hook("pre-push");
    edit(&repo, 2);
    is_quiet(&commit(&repo));
    is_quiet(&repo.try_git(&["push", "-q", "origin", "main"]));
}

#[test]
fn the_closing_line_counts_what_is_old_beside_what_is_new() {
    let repo = old();
    edit(&repo, 2);
    repo.stage("new.py", format!("B = \"{}\"\n", token(2)));
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stderr.contains("new.py:1:6")
            && output
                .stderr
                .contains(", 1 blocked, 2 known (already committed), 0 skipped,"),
        "{output:?}"
    );
    assert!(
        !output.stderr.contains("block.py") && !output.stderr.contains("warn.py"),
        "{output:?}"
    );
    // A new warning alone is told, too, and lets the commit pass.
    repo.git(&["rm", "-q", "--cached", "new.py"]);
    repo.stage("new.env", "DB_PASSWORD=orchard\n");
    let output = commit(&repo);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.stderr.contains("warning new.env:1:")
            && output.stderr.contains(", 0 blocked, 1 warned, 2 known (")
            && !output.stderr.contains("block.py"),
        "{output:?}"
    );
}

#[test]
fn what_was_made_up_for_tests_and_documentation_is_not_told_at_a_commit() {
    let repo = old();
    repo.stage("tests/new.py", password())
        .stage(
            "docs/guide.md",
            format!("Log in with:\n\n    {}", password()),
        )
        .stage(
            "tests/users.sql",
            format!("-- $2b$12${}\n", &token(7)[5..58]),
        );
    // By hand it is listed.
    let listed = repo.hexguard(&[]);
    assert_eq!(listed.code, 0, "{listed:?}");
    for file in ["tests/new.py:1:", "docs/guide.md:3:", "tests/users.sql:1:"] {
        let line = format!("warning {file}");
        assert!(listed.stdout.contains(&line), "{line}\n{listed:?}");
    }
    is_quiet(&commit(&repo));
    // What stops a commit is told there, too, and so is what opens a host that others can reach.
    let login = format!("postgres://etl:{}{}@db.acme.io/dw\n", "Summer", "Rain88x");
    repo.stage("tests/key.py", format!("KEY = \"{}\"\n", token(4)))
        .stage("docs/login.md", login);
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    for place in ["tests/key.py:1:", "docs/login.md:1:"] {
        assert!(output.stderr.contains(place), "{output:?}");
    }
    repo.git(&["rm", "-q", "--cached", "tests/key.py", "docs/login.md"]);
    // Beside something that is told it is not counted, either.
    repo.stage("tests/more.py", password().replace("Rain", "Hail"))
        .stage("new.env", "DB_PASSWORD=orchard\n");
    let output = commit(&repo);
    assert!(
        output.stderr.contains(", 0 blocked, 1 warned, 0 skipped,"),
        "{output:?}"
    );
    assert!(!output.stderr.contains("more.py"), "{output:?}");
    // `strict` stops every warning.
    repo.git(&["config", "hexguard.strict", "true"]);
    repo.stage("tests/last.py", password().replace("Rain", "Snow"));
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("tests/last.py:1:"), "{output:?}");
}

/// What a report shows that lists the old findings.
const LISTED: [&str; 4] = [
    "known block.py:3:12 Hex personal access token [hex-personal-token]",
    "known tests/warn.py:2:13 password [generic-password]",
    "(already committed: rotate it)",
    ", 0 blocked, 2 known (already committed), 0 skipped,",
];

#[track_caller]
fn lists(text: &str) {
    for line in LISTED {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains(&token(1)), "{text}");
}

#[test]
fn old_findings_are_listed_on_request() {
    let repo = old();
    edit(&repo, 2);
    // By hand: a flag, a variable, git's configuration, a file.
    let plain = repo.hexguard(&[]);
    assert_eq!(plain.stdout.lines().count(), 1, "{plain:?}");
    assert!(plain.stdout.contains(LISTED[3]), "{plain:?}");
    lists(&repo.hexguard(&["--show-known"]).stdout);
    let mut command = repo.command(HEXGUARD);
    lists(&run(command.env("HEXGUARD_SHOW_KNOWN", "1")).stdout);
    repo.git(&["config", "hexguard.show-known", "true"]);
    lists(&repo.hexguard(&["scan"]).stdout);
    // In the hook as well.
    let output = commit(&repo);
    assert_eq!(output.code, 0, "{output:?}");
    lists(&output.stderr);
    repo.git(&["config", "--unset", "hexguard.show-known"]);
    repo.stage("hexguard.toml", "show-known = true\n");
    edit(&repo, 3);
    lists(&commit(&repo).stderr);
    let config = repo.hexguard(&["config"]).stdout;
    assert!(config.contains("show-known = true"), "{config}");
    // Of a range, too: the second commit holds what the first one brought.
    repo.git(&["rm", "-q", "hexguard.toml"]);
    repo.commit("quiet");
    let range = ["scan", "--range", "HEAD~2.."];
    assert!(!repo.hexguard(&range).stdout.contains("known block.py"));
    let shown = repo.hexguard(&[&range[..], &["--show-known"]].concat());
    assert!(shown.stdout.contains("known block.py:3:12"), "{shown:?}");
}

#[test]
fn programs_get_old_findings_with_their_mark() {
    let repo = old();
    edit(&repo, 2);
    let report: Value =
        serde_json::from_str(&repo.hexguard(&["scan", "--format", "json"]).stdout).unwrap();
    let known = |finding: &Value| finding["known"] == true && finding["tier"] == "warn";
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{report}");
    assert!(findings.iter().all(known), "{report}");
    assert_eq!(report["summary"]["warned"], 2, "{report}");
    // Where the hook is told to write such a format, it does.
    let mut hook = repo.command(HEXGUARD);
    hook.args(["hook", "pre-commit"])
        .env("HEXGUARD_FORMAT", "jsonl");
    let output = run(&mut hook);
    assert_eq!(output.stderr.matches("\"known\":true").count(), 2);
    assert_eq!(output.code, 0, "{output:?}");
}

#[test]
fn a_strict_commit_shows_the_old_findings_that_stop_it() {
    let repo = old();
    repo.git(&["config", "hexguard.strict", "true"]);
    edit(&repo, 2);
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stderr.contains("block.py:3:12")
            && output
                .stderr
                .contains("already committed: rotate it; stopped because `strict` is set"),
        "{output:?}"
    );
}

#[test]
fn what_only_warned_is_new_where_it_stops_the_commit() {
    let repo = old();
    repo.stage("README.md", password());
    assert_eq!(commit(&repo).code, 0);
    // Moved into a program, by a line or by the name of its file.
    repo.stage("README.md", "See app.py.\n");
    repo.stage("app.py", password());
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("app.py:1:13"), "{output:?}");
}

#[test]
fn what_a_configuration_makes_stricter_is_known_where_it_was() {
    let repo = old();
    repo.stage("hexguard.toml", "[tier]\ngeneric-password = \"block\"\n");
    repo.commit("stricter");
    edit(&repo, 2);
    is_quiet(&commit(&repo));
}

#[test]
fn a_copy_is_new_and_the_original_is_not() {
    // In a file of its own, whether the old one is touched or not.
    let repo = old();
    repo.stage("a/copy.py", format!("TOKEN = \"{}\"\n", token(1)));
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("a/copy.py:1:10"), "{output:?}");
    edit(&repo, 2);
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stderr.contains("a/copy.py:1:10") && !output.stderr.contains("block.py"),
        "{output:?}"
    );
    // What only warned in a file of tests is no excuse for the same line in a program, in whichever order they stand.
    for name in ["app.py", "zoo.py"] {
        let repo = old();
        repo.stage("tests/warn.py", format!("A = 2\n{}", password()))
            .stage(name, password());
        let output = commit(&repo);
        assert_eq!(output.code, 1, "{name} {output:?}");
        assert!(
            output.stderr.contains(&format!("{name}:1:13")) && !output.stderr.contains("warn.py"),
            "{name} {output:?}"
        );
    }
}
