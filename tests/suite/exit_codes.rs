//! The table of exit codes: each row of it is tried.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{HEXGUARD, Output, Repo, run, run_with, token};

/// What is tried for a row: what must be there first, and how it ended.
type Try = fn(&Repo) -> Output;

/// Runs hexguard with words that a space parts.
fn hexguard(repo: &Repo, words: &str) -> Output {
    repo.hexguard(&words.split(' ').collect::<Vec<_>>())
}

/// Runs hexguard in a clone that lacks the older commits.
fn in_shallow_clone(repo: &Repo, arguments: &str) -> Output {
    let to = repo.beside("cut");
    if !to.exists() {
        repo.stage("a", "1").commit("1").stage("a", "2").commit("2");
        let from = format!("file://{}", repo.path().display());
        repo.git(&["clone", "-q", "--depth", "1", &from, to.to_str().unwrap()]);
    }
    let mut command = repo.command(HEXGUARD);
    run(command.current_dir(&to).args(arguments.split(' ')))
}

/// Runs hexguard outside of every repository.
fn outside(repo: &Repo, words: &str) -> Output {
    let empty = repo.beside("empty");
    std::fs::create_dir_all(&empty).unwrap();
    let mut command = repo.command(HEXGUARD);
    run(command.current_dir(empty).args(words.split(' ')))
}

fn leak() -> String {
    format!("T = \"{}\"\n", token(1))
}

/// Something that only warns: a password that is a plain word.
fn warning() -> String {
    format!("password = \"{}\"\n", "elephants")
}

/// A repository in which a file is larger than wanted.
fn large(repo: &Repo) -> &Repo {
    repo.stage("hexguard.toml", "max-file-size = 1\n")
        .commit("limit")
        .stage("big.sql", "select 1;\n".repeat(200_000))
}

fn commit(repo: &Repo) -> Output {
    hexguard(repo, "hook pre-commit")
}

/// Runs the hook before a push of HEAD to a server that has nothing.
fn push(repo: &Repo, args: &[&str]) -> Output {
    let head = repo.git(&["rev-parse", "HEAD"]).stdout;
    let none = "0".repeat(40);
    let line = format!("refs/heads/main {} refs/heads/main {none}\n", head.trim());
    let args = [&["hook", "pre-push"], args].concat();
    repo.hexguard_with(&args, line.as_bytes())
}

/// Runs the hook of a server that gets HEAD and had nothing.
fn receive(repo: &Repo) -> Output {
    let head = repo.git(&["rev-parse", "HEAD"]).stdout;
    let line = format!("{} {} refs/heads/new\n", "0".repeat(40), head.trim());
    let bare = repo.beside("bare.git");
    let folder = bare.to_str().unwrap();
    repo.git(&["clone", "-q", "--bare", ".", folder]);
    repo.git(&["-C", folder, "update-ref", "-d", "refs/heads/main"]);
    // A server has its own configuration.
    repo.git(&["-C", folder, "config", "hexguard.max-file-size", "1"]);
    let mut command = repo.command(HEXGUARD);
    command.current_dir(&bare).args(["hook", "pre-receive"]);
    run_with(&mut command, line.as_bytes())
}

/// A repository in which everything is held that the audit can tell.
fn held(repo: &Repo) -> Output {
    repo.stage("a.txt", "x\n").commit("first");
    assert_eq!(hexguard(repo, "install").code, 0);
    hexguard(repo, "audit")
}

/// What tries each row, by its words.
const TRIES: &[(&str, &str, Try)] = &[
    ("commit hook", "nothing, or only warnings", |repo| {
        commit(repo.stage("a.py", warning()))
    }),
    ("commit hook", "only warnings, with `strict`", |repo| {
        repo.stage("hexguard.toml", "strict = true\n").commit("x");
        commit(repo.stage("a.py", warning()))
    }),
    ("commit hook", "a secret", |repo| {
        commit(repo.stage("a.py", leak()))
    }),
    ("commit hook", "a secret, with `exit-code = 0`", |repo| {
        repo.stage("hexguard.toml", "exit-code = 0\n").commit("x");
        commit(repo.stage("a.py", leak()))
    }),
    ("commit hook", "something could not be scanned", |repo| {
        commit(large(repo))
    }),
    (
        "commit hook",
        "a secret, and something could not be scanned",
        |repo| commit(large(repo).stage("a.py", leak())),
    ),
    (
        "commit hook",
        "`allow-unscanned` covers what could not be scanned",
        |repo| {
            let accepted = "max-file-size = 1\nallow-unscanned = [\"*.sql\"]\n";
            commit(large(repo).stage("hexguard.toml", accepted))
        },
    ),
    (
        "commit hook",
        "what is said not to be looked into: encrypted, 7z, Parquet",
        |repo| commit(repo.stage("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04 and so on")),
    ),
    ("commit hook", "a mistake in the configuration", |repo| {
        commit(repo.stage("hexguard.toml", "exlude = []\n"))
    }),
    ("commit hook", "`HEXGUARD=0`", |repo| {
        repo.commit("x").stage("a.py", leak());
        let mut command = repo.command(HEXGUARD);
        run(command.args(["hook", "pre-commit"]).env("HEXGUARD", "0"))
    }),
    (
        "commit hook",
        "`hexguard.enabled` is neither true nor false",
        |repo| {
            repo.git(&["config", "hexguard.enabled", "maybe"]);
            commit(repo.stage("a.py", "x = 1\n"))
        },
    ),
    ("message hook", "a secret in the message", |repo| {
        repo.write(".git/COMMIT_EDITMSG", leak());
        hexguard(repo, "hook commit-msg .git/COMMIT_EDITMSG")
    }),
    ("push hook", "nothing, or only warnings", |repo| {
        push(repo.stage("a.py", warning()).commit("x"), &["there", "url"])
    }),
    ("push hook", "a secret in a commit", |repo| {
        push(repo.stage("a.py", leak()).commit("x"), &["there", "url"])
    }),
    (
        "push hook",
        "something in a commit could not be scanned",
        |repo| push(large(repo).commit("x"), &["there", "url"]),
    ),
    (
        "push hook",
        "git does not say where the push goes",
        |repo| push(repo.stage("a.py", "x\n").commit("x"), &[]),
    ),
    ("server hook", "a secret in a commit", |repo| {
        receive(repo.stage("a.py", leak()).commit("x"))
    }),
    (
        "server hook",
        "something in a commit could not be scanned",
        |repo| receive(large(repo).commit("x")),
    ),
    ("`scan`", "nothing, or only warnings", |repo| {
        hexguard(repo.write("a.py", warning()), "scan .")
    }),
    ("`scan`", "a secret", |repo| {
        hexguard(repo.write("a.py", leak()), "scan .")
    }),
    ("`scan`", "a secret, with `--exit-code 7`", |repo| {
        hexguard(repo.write("a.py", leak()), "scan --exit-code 7 .")
    }),
    ("`scan`", "a secret, with `--exit-zero`", |repo| {
        hexguard(repo.write("a.py", leak()), "scan --exit-zero .")
    }),
    ("`scan`", "a path that is not there", |repo| {
        hexguard(repo, "scan gone")
    }),
    ("`scan`", "a secret, and a path that is not there", |repo| {
        hexguard(repo.write("a.py", leak()), "scan gone a.py")
    }),
    ("`scan`", "a link to what does not exist", |repo| {
        let mut link = std::process::Command::new("ln");
        let made = link.args(["-s", "nowhere"]).arg(repo.path().join("a"));
        assert!(made.status().unwrap().success());
        hexguard(repo, "scan a")
    }),
    (
        "`scan`",
        "a submodule that is not checked out, by its name",
        |repo| {
            std::fs::create_dir(repo.path().join("sub")).unwrap();
            let entry = format!("160000,{},sub", crate::support::hex(40, 1));
            repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
            assert_eq!(hexguard(repo, "scan .").code, 0);
            hexguard(repo, "scan sub")
        },
    ),
    ("`scan`", "a pipe to which nobody writes", |repo| {
        let pipe = repo.path().join("p");
        let made = std::process::Command::new("mkfifo").arg(pipe).status();
        assert!(made.unwrap().success());
        hexguard(repo, "scan p")
    }),
    (
        "`scan`",
        "a report for a program, and standard output is closed",
        |repo| {
            let mut shell = repo.command("sh");
            let script = "\"$0\" scan . -f json >&-";
            run(shell.args(["-c", script, HEXGUARD]))
        },
    ),
    ("`scan`", "neither a path nor a repository", |repo| {
        outside(repo, "scan")
    }),
    (
        "`scan --range`, `--history`",
        "a secret in a commit",
        |repo| {
            repo.commit("w").stage("a.py", leak()).commit("x");
            assert_eq!(hexguard(repo, "scan --range HEAD~1..HEAD").code, 1);
            hexguard(repo, "scan --history")
        },
    ),
    ("`scan --range`, `--history`", "no such commit", |repo| {
        repo.stage("a.py", leak()).commit("x");
        // A file and a folder of a commit are none.
        for other in ["HEAD:a.py", "HEAD^{tree}", "HEAD..HEAD:a.py"] {
            let refused = hexguard(repo, &format!("scan --range {other}"));
            assert_eq!(refused.code, 2, "{other} {refused:?}");
        }
        hexguard(repo, "scan --range nowhere..HEAD")
    }),
    (
        "`scan --range`, `--history`",
        "a history that is cut (a shallow clone)",
        |repo| {
            assert_eq!(in_shallow_clone(repo, "scan --range HEAD").code, 2);
            in_shallow_clone(repo, "scan --history")
        },
    ),
    (
        "`scan --range`, `--history`",
        "an object that is missing, damaged or malformed",
        |repo| {
            let tree = format!("100644 blob {}\tz\n", crate::support::hex(40, 1));
            let mut make = repo.command("git");
            let made = run_with(make.args(["mktree", "--missing"]), tree.as_bytes());
            let commit = repo.git(&["commit-tree", "-m", "x", made.stdout.trim()]);
            repo.git(&["update-ref", "refs/heads/main", commit.stdout.trim()]);
            assert_eq!(hexguard(repo, "scan --range HEAD").code, 2);
            hexguard(repo, "scan --history")
        },
    ),
    ("any", "a flag that there is not", |repo| {
        hexguard(repo, "scan --colour always")
    }),
    ("`audit`", "every point held, or by hand", held),
    ("`audit`", "a point not held", |repo| {
        hexguard(repo.write("a.py", leak()), "audit")
    }),
    ("`audit`", "something could not be scanned", |repo| {
        assert_eq!(in_shallow_clone(repo, "audit").code, 2);
        hexguard(large(repo), "audit")
    }),
    ("`status`, `doctor`", "git runs hexguard", |repo| {
        assert_eq!(hexguard(repo, "install").code, 0);
        assert_eq!(hexguard(repo, "status").code, 0);
        hexguard(repo, "doctor")
    }),
    ("`status`, `doctor`", "git does not run it", |repo| {
        assert_eq!(hexguard(repo, "status").code, 1);
        hexguard(repo, "doctor")
    }),
    ("`status`, `doctor`", "no repository", |repo| {
        assert_eq!(outside(repo, "status").code, 2);
        outside(repo, "doctor")
    }),
    (
        "`status`, `doctor`",
        "a hook manager that could not be tried",
        |repo| {
            let hook = "#!/bin/sh\n# Entrypoint for Overcommit hook integration\n";
            crate::support::script(&repo.path().join(".git/hooks/pre-commit"), hook);
            repo.write(
                ".overcommit.yml",
                "PreCommit:\n  Hexguard:\n    command: [\"hexguard\", \"hook\", \"pre-commit\"]\n",
            );
            assert_eq!(hexguard(repo, "status").code, 2);
            hexguard(repo, "doctor")
        },
    ),
    ("`install`", "installed, or it was", |repo| {
        assert_eq!(hexguard(repo, "install").code, 0);
        hexguard(repo, "install")
    }),
    (
        "`install`",
        "a hook manager for which you must write the line",
        |repo| {
            let hook = "#!/bin/sh\n# Entrypoint for Overcommit hook integration\n";
            crate::support::script(&repo.path().join(".git/hooks/pre-commit"), hook);
            hexguard(repo, "install")
        },
    ),
    ("`install`", "no repository", |repo| {
        outside(repo, "install")
    }),
    ("`uninstall`", "taken out, or it was not there", |repo| {
        hexguard(repo, "uninstall")
    }),
    ("`redact`", "whatever the input held", |repo| {
        repo.hexguard_with(&["redact"], leak().as_bytes())
    }),
    ("`redact`", "text in UTF-16", |repo| {
        let units = leak().encode_utf16().collect::<Vec<u16>>();
        let bytes: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
        repo.hexguard_with(&["redact"], &[&b"\xff\xfe"[..], &bytes].concat())
    }),
    ("`redact`", "a field without a name", |repo| {
        hexguard(repo, "redact --field -")
    }),
    (
        "`explain`",
        "whatever there is to say of the line",
        |repo| hexguard(repo.write("a.py", leak()), "explain a.py:1"),
    ),
    ("`explain`", "a line of what could not be scanned", |repo| {
        hexguard(large(repo), "explain big.sql:1")
    }),
    ("`explain`", "no such line", |repo| {
        hexguard(repo.write("a.py", leak()), "explain a.py:9")
    }),
    ("`allow`", "written", |repo| {
        hexguard(repo, "allow --rule jwt --reason x")
    }),
    ("`allow`", "no fingerprint", |repo| {
        hexguard(repo, "allow wrong --reason x")
    }),
    (
        "`allow --unused`, `--prune`",
        "whatever is of no use",
        |repo| {
            assert_eq!(hexguard(repo, "allow --rule jwt --reason x").code, 0);
            assert_eq!(hexguard(repo, "allow --unused").code, 0);
            hexguard(repo, "allow --prune")
        },
    ),
    (
        "`allow --unused`, `--prune`",
        "something could not be scanned",
        |repo| {
            assert_eq!(hexguard(large(repo), "allow --unused").code, 2);
            hexguard(repo, "allow --prune")
        },
    ),
    ("`baseline`", "written", |repo| {
        hexguard(repo.write("a.py", leak()), "baseline")
    }),
    ("`baseline`", "something could not be scanned", |repo| {
        hexguard(large(repo), "baseline")
    }),
    ("`baseline --prune`", "no baseline", |repo| {
        hexguard(repo, "baseline --prune")
    }),
    ("`migrate`", "written, or nothing to carry over", |repo| {
        assert_eq!(hexguard(repo, "migrate").code, 0);
        hexguard(repo.write(".secretsignore", "a/\n"), "migrate")
    }),
    ("`migrate`", "`hexguard.toml` is there", |repo| {
        hexguard(repo.write("hexguard.toml", ""), "migrate")
    }),
    ("`reviewed`", "recorded", |repo| {
        hexguard(repo.write("a.csv", "a,b\n1,2\n"), "reviewed --by Ada a.csv")
    }),
    ("`reviewed`", "no such file", |repo| {
        hexguard(repo, "reviewed --by Ada a.csv")
    }),
    ("`config`, `rules`", "shown", |repo| {
        assert_eq!(hexguard(repo, "config").code, 0);
        hexguard(repo, "rules")
    }),
    (
        "`config`, `rules`",
        "a mistake in the configuration",
        |repo| {
            repo.write("hexguard.toml", "exlude = []\n");
            assert_eq!(hexguard(repo, "config").code, 2);
            hexguard(repo, "rules")
        },
    ),
    ("`rules test`", "an example is not found", |repo| {
        let rule = "[[rule]]\nid = \"a\"\ntitle = \"A\"\nregex = 'acme_[0-9]{32}'\n";
        let text = format!("{rule}keywords = [\"acme_\"]\nexamples = [\"none\"]\n");
        hexguard(repo.write("hexguard.toml", text), "rules test")
    }),
    ("`hook agent`", "whatever it answers", |repo| {
        let event = r#"{"tool_input": {"command": "git commit --no-verify"}}"#;
        let args = ["hook", "agent", "claude-code"];
        repo.hexguard_with(&args, event.as_bytes())
    }),
    ("`hook agent`", "an event that it cannot read", |repo| {
        repo.hexguard_with(&["hook", "agent", "claude-code"], b"{")
    }),
];

/// Returns the rows of the table in a document.
fn rows(name: &str) -> Vec<[String; 3]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let (_, table) = text.split_once("## Exit codes\n").unwrap();
    let lines = table.trim_start().lines();
    lines
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let cells: [&str; 3] = cells.try_into().unwrap();
            cells.map(str::to_owned)
        })
        .collect()
}

#[test]
fn every_row_of_the_table_is_true() {
    let all = rows("README.md");
    assert_eq!(all, rows("docs/json.md"));
    let different: BTreeSet<&[String]> = all.iter().map(|row| &row[..2]).collect();
    assert_eq!(different.len(), all.len(), "a row stands there twice");
    assert!(all.len() > 50);
    let of_tests = TRIES.iter().map(|(command, meets, _)| [*command, *meets]);
    let of_tests: Vec<[&str; 2]> = of_tests.collect();
    let of_table = all.iter().map(|[command, meets, _]| [&**command, &**meets]);
    assert_eq!(of_tests, of_table.collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for ([command, meets, code], (.., tried)) in all.iter().zip(TRIES) {
        let out = tried(&Repo::new());
        if out.code.to_string() != *code {
            wrong.push(format!("{command}, {meets}: {code} {out:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Rows that speak of warnings mean something that warns.
#[test]
fn the_warning_that_is_tried_is_one() {
    let repo = Repo::new();
    let out = hexguard(repo.write("a.py", warning()), "scan .");
    assert!(out.stdout.contains("1 warned"), "{out:?}");
}
