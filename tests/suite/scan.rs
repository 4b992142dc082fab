//! Scanning by hand: paths, standard input, exit codes, and what is shown.

use crate::support::{Repo, token};

#[test]
fn a_token_is_found_shown_masked_and_decides_the_exit_code() {
    let repo = Repo::new();
    let secret = token(1);
    repo.write("leak.py", format!("TOKEN = \"{secret}\"\n"))
        .write("clean.py", "TOKEN = os.environ[\"HEX_API_TOKEN\"]\n");

    let found = repo.hexguard(&["scan", "."]);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(
        found.stdout.contains("leak.py:1:10") && found.stdout.contains("hex-personal-token"),
        "{found:?}"
    );
    assert!(found.stdout.contains("hexguard: 2 files"), "{found:?}");

    let clean = repo.hexguard(&["scan", "clean.py"]);
    assert_eq!((clean.code, clean.stderr.as_str()), (0, ""), "{clean:?}");
    assert!(clean.stdout.starts_with("hexguard: 1 file, "), "{clean:?}");

    let nothing = repo.hexguard(&["scan", "absent.py"]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
}

#[test]
fn no_format_shows_a_secret() {
    let repo = Repo::new();
    let secret = token(2);
    repo.write("leak.py", format!("A = \"{secret}\"; B = \"{secret}\"\n"));
    for format in hexguard::output::FORMATS {
        let output = repo.hexguard(&["scan", "--format", format.name, "."]);
        assert_eq!(output.code, 1, "{output:?}");
        for part in [&secret[5..25], &secret[40..60], &secret[80..99]] {
            assert!(
                !output.stdout.contains(part) && !output.stderr.contains(part),
                "{}",
                format.name
            );
        }
    }
}

#[test]
fn standard_input_is_scanned_under_the_name_given() {
    let repo = Repo::new();
    let output = repo.hexguard_with(
        &["scan", "-", "--stdin-filename", "notes.md"],
        token(3).as_bytes(),
    );
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("notes.md:1:1"), "{output:?}");
}

#[test]
fn what_comes_through_a_pipe_is_scanned_or_said_to_be_unread() {
    let repo = Repo::new();
    let secret = token(3);
    let output = repo.hexguard_with(&["scan", "--stdin-filename", "q.sql"], secret.as_bytes());
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("q.sql:1:1"), "{output:?}");
    let output = repo.hexguard_with(&["scan"], secret.as_bytes());
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.stdout.contains("standard input was not read"),
        "{output:?}"
    );
    // Where something is staged, that is meant.
    repo.stage("a", "a\n");
    let output = repo.hexguard_with(&["scan"], b"");
    assert!(!output.stdout.contains("standard input"), "{output:?}");
    let output = repo.hexguard(&["scan", "--history", "--stdin-filename", "q.sql"]);
    assert_eq!(output.code, 2, "{output:?}");
}

#[test]
fn names_are_scanned_and_not_counted_as_bytes() {
    let repo = Repo::new();
    repo.stage("a-name-that-is-longer", "three\n");
    let output = repo.hexguard(&["scan"]);
    assert!(output.stdout.contains("1 file, 6 bytes"), "{output:?}");
}

#[test]
fn hostile_file_names_do_not_reach_the_terminal_raw() {
    let repo = Repo::new();
    repo.write("a\x1b[2Jb.py", token(4));
    let output = repo.hexguard(&["scan", "."]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        !output.stdout.contains('\x1b') && output.stdout.contains("a\\x1b[2Jb.py"),
        "{output:?}"
    );
}

#[test]
fn in_folders_what_git_ignores_is_left_out_unless_it_is_named() {
    let repo = Repo::new();
    repo.stage(".gitignore", ".env\nbuild/\n")
        .stage("tracked.py", token(1));
    repo.write("untracked.py", token(2))
        .write(".env", token(3))
        .write("build/out.js", token(4));
    repo.write("build/kept.js", token(5))
        .git(&["add", "-f", "build/kept.js"]);
    let files = |args: &[&str]| {
        let output = repo.hexguard(args);
        assert_eq!(output.code, 1, "{output:?}");
        let mut files: Vec<String> = output
            .stdout
            .lines()
            .filter_map(|line| Some(line.split_once(":1:1: ")?.0.to_owned()))
            .collect();
        files.sort();
        files
    };
    assert_eq!(
        files(&["scan", "-f", "compact", "."]),
        ["build/kept.js", "tracked.py", "untracked.py"]
    );
    assert_eq!(files(&["scan", "-f", "compact", ".env"]), [".env"]);
    assert_eq!(files(&["scan", "-f", "compact", "--ignored", "."]).len(), 5);
}

#[test]
fn ranges_and_the_history_are_scanned_commit_by_commit() {
    let repo = Repo::new();
    repo.stage("a.py", token(1))
        .commit("old")
        .stage("a.py", "gone\n")
        .commit("mended");
    repo.stage("b.py", "clean\n")
        .commit("clean")
        .stage("c.py", token(2))
        .commit("new");
    let history = repo.hexguard(&["scan", "--history", "-f", "compact"]);
    assert_eq!(history.code, 1, "{history:?}");
    assert!(
        history.stdout.contains("a.py:1:1:") && history.stdout.contains("c.py:1:1:"),
        "{history:?}"
    );

    let range = repo.hexguard(&["scan", "--range", "HEAD~1..", "-f", "compact"]);
    assert_eq!(range.code, 1, "{range:?}");
    assert!(
        !range.stdout.contains("a.py") && range.stdout.contains("c.py:1:1:"),
        "{range:?}"
    );
    assert_eq!(
        repo.hexguard(&["scan", "--range", "HEAD~2..HEAD~1"]).code,
        0
    );

    let wrong = repo.hexguard(&["scan", "--range", "nowhere..HEAD"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}

#[test]
fn findings_in_a_hex_export_are_placed_by_project_and_cell() {
    let repo = Repo::new();
    let secret = format!("Kx{}!vQ", crate::support::hex(14, 1));
    let token = token(4);
    let text = format!(
        "schemaVersion: 3\nmeta:\n  projectId: 0190c8e4-7a1f-7000-8e2b-2f6a1c9d4e5b\n  title: Accounts\nprojectAssets:\n  envVars:\n    - name: WAREHOUSE_PW\n      value: {secret}\ncells:\n  - cellType: CODE\n    cellLabel: first\n    config:\n      source: |-\n        x = 1\n  - cellType: SQL\n    cellLabel: load accounts\n    config:\n      source: |-\n        select 1;\n        -- {token}\n"
    );
    repo.stage("accounts.yaml", text);
    let out = repo.hexguard(&["scan", "--format", "json"]);
    assert_eq!(out.code, 1);
    let report: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    let found: Vec<(&str, u64, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["rule"].as_str().unwrap(),
                one["line"].as_u64().unwrap(),
                one["context"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                "hex-exported-value",
                8,
                "project \"Accounts\", project environment variables"
            ),
            (
                "hex-personal-token",
                20,
                "project \"Accounts\", cell 2 \"load accounts\" (SQL), line 2"
            ),
        ]
    );
    assert!(
        report["findings"][0]["reason"]
            .as_str()
            .unwrap()
            .starts_with("project environment variable WAREHOUSE_PW"),
        "{report:#}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_is_named_leads_to_what_is_scanned() {
    let repo = Repo::new();
    repo.write("folder/leak.py", token(1));
    std::os::unix::fs::symlink("folder", repo.path().join("to-folder")).unwrap();
    std::os::unix::fs::symlink("folder/leak.py", repo.path().join("to-file")).unwrap();
    for name in ["to-folder", "to-file"] {
        let output = repo.hexguard(&["scan", name]);
        assert_eq!(output.code, 1, "{output:?}");
    }
}
