//! Where one stands: below the top, beside the repository, around another one, in a folder that is gone.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{HEXGUARD, Output, Repo, run, token};

/// Every format that names files.
const FORMATS: [&str; 10] = [
    "human", "compact", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "gitleaks",
];

fn leak() -> String {
    format!("T = \"{}\"\n", token(1))
}

/// Runs hexguard in a folder, told from the top of the repository.
fn at(repo: &Repo, folder: impl AsRef<Path>, args: &[&str]) -> Output {
    let mut command = repo.command(HEXGUARD);
    run(command.current_dir(repo.path().join(folder)).args(args))
}

/// A repository with a secret in `d/q.py`, a nested one with one in `sub/n.py`, and a folder beside it with `f.py`.
fn nested() -> Repo {
    let repo = Repo::new();
    repo.write("d/q.py", leak()).write("sub/n.py", leak());
    repo.git(&["init", "-q", "sub"]);
    fs::create_dir(repo.beside("out")).unwrap();
    fs::write(repo.beside("out/f.py"), leak()).unwrap();
    repo
}

#[test]
fn each_format_names_files_for_those_who_stand_in_a_repository() {
    let repo = nested();
    let beside = repo.beside("out/f.py");
    let beside = beside.to_str().unwrap();
    for (folder, given, told) in [
        ("", "sub/n.py", "sub/n.py"),
        ("", "sub", "sub/n.py"),
        ("d", "../sub/n.py", "sub/n.py"),
        ("", "../out/f.py", beside),
        ("", beside, beside),
        ("d", "../../out/f.py", beside),
        ("d", "q.py", "d/q.py"),
        (
            "sub",
            "../d/q.py",
            &format!("{}/d/q.py", repo.path().display()),
        ),
    ] {
        for format in FORMATS {
            // Alone, and beside a file of the repository that one stands in.
            let own = if folder == "sub" { "n.py" } else { "" };
            for more in [None, Some(own).filter(|own| !own.is_empty())] {
                let args = ["scan", "-f", format, given].into_iter().chain(more);
                let output = at(&repo, folder, &args.collect::<Vec<_>>());
                let text = &output.stdout;
                let what = format!("{format} in {folder:?} of {given}: {text}");
                assert_eq!(output.code, 1, "{what}");
                let before = text.find(told).map(|at| text[..at].chars().last());
                let starts = |c: char| !c.is_ascii_alphanumeric();
                // A file URI has its slashes before it.
                let whole = before.flatten().is_none_or(starts);
                assert!(before.is_some() && whole, "{what}");
                assert!(!text.contains("%SRCROOT%\": {"), "{what}");
            }
        }
    }
}

#[test]
fn those_who_stand_in_none_are_told_the_names_of_the_repository_and_where_it_is() {
    let repo = nested();
    for given in ["repo/d", "repo/d/q.py", "./repo/sub/../d/q.py"] {
        let json: Value =
            serde_json::from_str(&at(&repo, "..", &["scan", "-f", "json", given]).stdout).unwrap();
        assert_eq!(json["findings"][0]["file"], "d/q.py");
        let sarif = at(&repo, "..", &["scan", "-f", "sarif", given]).stdout;
        let sarif: Value = serde_json::from_str(&sarif).unwrap();
        let run = &sarif["runs"][0];
        let place = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], "d/q.py");
        let base = &run["originalUriBaseIds"][place["uriBaseId"].as_str().unwrap()]["uri"];
        assert_eq!(*base, format!("file://{}/", repo.path().display()));
    }
    let own = at(&repo, "d", &["scan", "-f", "sarif", "."]).stdout;
    assert!(!own.contains("originalUriBaseIds"), "{own}");
}

#[test]
fn an_exception_for_a_file_means_the_file_that_is_there() {
    for (folder, given, pattern) in [
        ("d", "q.py", "d/q.py"),
        ("d", "./q.py", "d/q.py"),
        ("d/e", "../q.py", "d/q.py"),
        ("d", "e/", "d/e/"),
        ("d", ".", "/d"),
        ("", "d/q.py", "d/q.py"),
        ("", "top.py", "/top.py"),
        ("d", "../top.py", "/top.py"),
        ("d", "gone/../x*.py", "d/x*.py"),
        ("d", "./**/*.sql", "d/**/*.sql"),
        ("", "./x/**", "x/**"),
        ("d", "../*.sql", "/*.sql"),
        // What is not there is a pattern, told from the top.
        ("d", "tests/**", "tests/**"),
        ("d", "*.sql", "*.sql"),
        ("d", "/tmp/", "/tmp/"),
    ] {
        let repo = nested();
        repo.write("top.py", "x\n").write("d/e/u.py", "x\n");
        let output = at(
            &repo,
            folder,
            &["allow", "--reason", "a test", "--path", given],
        );
        assert_eq!(output.code, 0, "{given} {output:?}");
        let text = fs::read_to_string(repo.path().join("hexguard.toml")).unwrap();
        let line = format!("path = \"{pattern}\"");
        let other = format!("path = '{}'", pattern.replace("\\\\", "\\"));
        assert!(
            text.contains(&line) || text.contains(&other),
            "{given} {text}"
        );
        assert!(!repo.path().join("d/hexguard.toml").exists());
    }
    // Nothing lies there: what it would match is said instead.
    let given = "./x[1]*/../*.py";
    let args = ["allow", "--reason", "a test", "--path", given];
    let output = at(&nested(), "d", &args);
    assert_eq!(output.code, 2, "{output:?}");
    let said = "matches no path: from the top of the repository it is \"/d/*.py\"";
    assert!(output.stderr.contains(said), "{output:?}");
    let repo = nested();
    repo.write("e/q.py", leak());
    let whole = repo.path().join("d/q.py");
    for given in ["q.py", whole.to_str().unwrap()] {
        at(
            &repo,
            "d",
            &["allow", "--reason", "a test", "--path", given],
        );
        assert_eq!(at(&repo, "d", &["scan", "q.py"]).code, 0, "{given}");
        // One of the same name elsewhere is another one.
        assert_eq!(at(&repo, "", &["scan", "e/q.py"]).code, 1, "{given}");
    }
    for given in ["../out/f.py", "sub/n.py", ".."] {
        let output = at(&repo, "", &["allow", "--reason", "x", "--path", given]);
        assert_eq!(output.code, 2, "{given} {output:?}");
        assert!(
            output.stderr.contains("no path of this repository"),
            "{output:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn what_has_no_path_is_called_what_it_was_given_as() {
    let repo = Repo::new();
    let bash = |folder: &str, line: &str| {
        let mut command = repo.command("bash");
        command
            .env("H", HEXGUARD)
            .env("T", leak())
            .args(["-c", line]);
        run(command.current_dir(repo.path().join(folder)))
    };
    fs::create_dir(repo.path().join("d")).unwrap();
    for folder in ["", "d", ".."] {
        for format in FORMATS {
            for (given, line) in [
                ("/dev/stdin", "echo \"$T\" | $H scan -f FORMAT /dev/stdin"),
                ("/dev/fd/0", "echo \"$T\" | $H scan -f FORMAT /dev/fd/0"),
                (
                    "/proc/self/fd/0",
                    "echo \"$T\" | $H scan -f FORMAT /proc/self/fd/0",
                ),
                ("/dev/fd/7", "$H scan -f FORMAT /dev/fd/7 7< <(echo \"$T\")"),
                (
                    "/proc/self/fd/7",
                    "$H scan -f FORMAT /proc/self/fd/7 7< <(echo \"$T\")",
                ),
                ("/dev/fd/63", "$H scan -f FORMAT <(echo \"$T\")"),
            ] {
                if given.starts_with("/proc") && !Path::new("/proc/self/fd").exists() {
                    continue;
                }
                let output = bash(folder, &line.replace("FORMAT", format));
                let text = &output.stdout;
                assert_eq!(output.code, 1, "{line} {format} {output:?}");
                let resolved = text.contains("/proc/") && !given.starts_with("/proc/");
                assert!(text.contains(given) && !resolved, "{given} {format} {text}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn in_a_folder_that_is_gone_nothing_is_approved() {
    let repo = nested();
    for command in [
        "",
        "scan",
        "scan .",
        "scan --staged",
        "scan --history",
        "scan --range HEAD",
        "scan -",
        "scan d",
        "status",
        "doctor",
        "allow --reason x --path a",
        "allow --unused",
        "allow --prune",
        "config",
        "baseline",
        "baseline --prune",
        "migrate",
        "migrate --dry-run",
        "audit",
        "reviewed --by me x",
        "rules",
        "rules test",
        "explain x:1",
        "install",
        "uninstall",
        "install --global",
        "uninstall --global",
        "install --agent codex",
    ] {
        let line =
            format!("mkdir gone && cd gone && rmdir ../gone && '{HEXGUARD}' {command} </dev/null");
        let output = run(repo.command("sh").args(["-c", &line]));
        assert_eq!(output.code, 2, "{command} {output:?}");
        assert!(
            output
                .stderr
                .contains("the current folder does not exist any more"),
            "{output:?}"
        );
        assert!(
            output.stderr.contains("help: go to one that exists"),
            "{output:?}"
        );
    }
    // These need none.
    for command in [
        "redact",
        "completions bash",
        "man",
        "config --schema",
        "--version",
    ] {
        let line =
            format!("mkdir gone && cd gone && rmdir ../gone && '{HEXGUARD}' {command} </dev/null");
        assert_eq!(
            run(repo.command("sh").args(["-c", &line])).code,
            0,
            "{command}"
        );
    }
}
