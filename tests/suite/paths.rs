//! One rule for every path that somebody gives: it is the repository's own name that patterns and reports see, and the
//! configuration is that of the repository that the path lies in.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{HEXGUARD, Output, Repo, run, run_with, token};

/// Runs hexguard in a folder.
fn at(repo: &Repo, folder: impl AsRef<Path>, args: &[&str]) -> Output {
    let mut command = repo.command(HEXGUARD);
    run(command
        .current_dir(repo.path().join(folder))
        .args(args)
        .stdin(std::process::Stdio::null()))
}

/// A repository with a secret in `d/e/q.py`.
fn deep() -> Repo {
    let repo = Repo::new();
    repo.write("d/e/q.py", format!("T = \"{}\"\n", token(1)));
    repo
}

/// Makes one more repository with a secret in a folder beside the first.
fn another(repo: &Repo, name: &str) -> String {
    let top = repo.beside(name);
    fs::create_dir_all(top.join("d")).unwrap();
    repo.git(&["init", "-q", top.to_str().unwrap()]);
    fs::write(top.join("d/q.py"), format!("T = \"{}\"\n", token(2))).unwrap();
    top.to_str().unwrap().to_owned()
}

/// Returns the paths of the findings.
fn files(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|one| one["file"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_file_has_one_name_from_wherever_it_is_named() {
    let repo = deep();
    let whole = repo.path().join("d/e/q.py");
    for (folder, path) in [
        ("", "."),
        ("", "d/e/q.py"),
        ("", "./d/../d//e/q.py"),
        ("d", "."),
        ("d", "e"),
        ("d/e", "q.py"),
        ("d/e", "../../d"),
        ("..", "repo"),
        ("..", "repo/d/"),
        ("/", whole.to_str().unwrap()),
        ("/", whole.parent().unwrap().to_str().unwrap()),
    ] {
        let json = at(&repo, folder, &["scan", path, "-f", "json"]);
        assert_eq!(json.code, 1, "{folder} {path} {json:?}");
        assert_eq!(files(&json), ["d/e/q.py"], "{folder} {path}");
        let sarif = at(&repo, folder, &["scan", path, "-f", "sarif"]).stdout;
        assert!(
            sarif.contains("\"uri\": \"d/e/q.py\"") && sarif.contains("%SRCROOT%"),
            "{folder} {path} {sarif}"
        );
    }
}

#[test]
fn patterns_mean_the_same_from_every_folder() {
    let repo = deep();
    let ways = [("", "."), ("d", "."), ("d/e", "q.py"), ("/", "")];
    let codes = || -> Vec<i32> {
        ways.map(|(folder, path)| {
            let path = if path.is_empty() {
                repo.path().to_str().unwrap()
            } else {
                path
            };
            at(&repo, folder, &["scan", path]).code
        })
        .to_vec()
    };
    assert_eq!(codes(), [1; 4]);
    let allow = "[[allow]]\npath = \"d/**\"\nrule = \"hex-personal-token\"\nreason = \"x\"\n";
    for (file, text, code) in [
        ("hexguard.toml", "exclude = [\"/d/\"]\n", 0),
        ("hexguard.toml", "exclude = [\"d/e\"]\n", 0),
        ("hexguard.toml", "exclude = [\"/e/\", \"/q.py\"]\n", 1),
        ("hexguard.toml", allow, 0),
        (".gitleaksignore", "d/e/q.py:hex-personal-token:1\n", 0),
        (".secretsignore", "/d/e/q.py\n", 0),
    ] {
        repo.write(file, text);
        assert_eq!(codes(), [code; 4], "{file} {text}");
        fs::remove_file(repo.path().join(file)).unwrap();
    }
    assert_eq!(at(&repo, "d", &["baseline"]).code, 0);
    assert_eq!(codes(), [0; 4]);
}

#[test]
fn standard_input_is_called_as_the_file_is() {
    let repo = deep();
    repo.write("hexguard.toml", "exclude = [\"/d/\"]\n");
    let code = |folder: &str, name: &str| {
        let mut command = repo.command(HEXGUARD);
        command
            .current_dir(repo.path().join(folder))
            .args(["scan", "-", "--stdin-filename", name]);
        run_with(&mut command, token(3).as_bytes()).code
    };
    assert_eq!(code("d", "new.py"), 0);
    assert_eq!(code("d/e", "../../new.py"), 1);
    assert_eq!(code("/", repo.path().join("d/x").to_str().unwrap()), 0);
    assert_eq!(code("d", "<pasted>"), 1);
}

#[test]
fn the_configuration_is_that_of_the_repository_that_a_path_lies_in() {
    let repo = deep();
    let other = another(&repo, "other");
    repo.write("hexguard.toml", "strict = true\n");
    fs::write(format!("{other}/hexguard.toml"), "exclude = [\"/d/\"]\n").unwrap();
    assert_eq!(at(&repo, "", &["scan", &other]).code, 0);
    assert_eq!(at(&repo, "/", &["scan", &other]).code, 0);
    // git's own settings are configuration, too.
    fs::remove_file(format!("{other}/hexguard.toml")).unwrap();
    assert_eq!(at(&repo, "", &["scan", &other]).code, 1);
    repo.git(&["-C", &other, "config", "hexguard.exclude", "/d/"]);
    assert_eq!(at(&repo, "", &["scan", &other]).code, 0);
    // What a hook of another repository has in its environment is of no account.
    let mut command = repo.command(HEXGUARD);
    command
        .env("GIT_DIR", repo.path().join(".git"))
        .env("GIT_INDEX_FILE", repo.path().join(".git/index"))
        .args(["scan", &other]);
    assert_eq!(run(&mut command).code, 0);
    assert_eq!(run(command.current_dir(&other)).code, 0);
}

#[test]
fn a_work_tree_that_the_environment_names_is_one() {
    let repo = deep();
    let elsewhere = repo.beside("dots.git");
    fs::rename(repo.path().join(".git"), &elsewhere).unwrap();
    repo.write("hexguard.toml", "exclude = [\"/d/\"]\n");
    let code = |folder: &str, path: &str| {
        let mut command = repo.command(HEXGUARD);
        command
            .current_dir(repo.path().join(folder))
            .env("GIT_DIR", &elsewhere)
            .env("GIT_WORK_TREE", repo.path())
            .args(["scan", path]);
        run(&mut command).code
    };
    assert_eq!(code("d", "."), 0);
    assert_eq!(code("d/e", "q.py"), 0);
    repo.write("hexguard.toml", "exclude = [\"/e/\"]\n");
    assert_eq!(code("d", "e"), 1);
}

#[test]
fn several_repositories_make_one_report() {
    let repo = deep();
    let other = another(&repo, "other");
    let outside = repo.beside("plain.txt");
    fs::write(&outside, token(4)).unwrap();
    let outside = outside.to_str().unwrap();
    let there = format!("{other}/d/q.py");
    // Each with its own configuration.
    fs::write(format!("{other}/hexguard.toml"), "exclude = [\"/e/\"]\n").unwrap();
    let all = ["scan", ".", &other, outside, "-f", "json"];
    let found = at(&repo, "d", &all);
    assert_eq!(found.code, 1);
    let mut wanted = vec![there.as_str(), outside, "d/e/q.py"];
    wanted.sort_unstable();
    assert_eq!(files(&found), wanted);
    // What is named first decides whose report it is, where one stands in none.
    let found = at(&repo, "/", &["scan", &other, outside, "-f", "json"]);
    assert_eq!(files(&found), [outside, "d/q.py"]);
    let human = at(&repo, "/", &["scan", &other]);
    for said in [
        format!("{there}:1:6"),
        format!("cd {other}\n"),
        "git add -- d/q.py\n".to_owned(),
    ] {
        assert!(human.stdout.contains(&said), "{said} {human:?}");
    }
    fs::write(format!("{other}/hexguard.toml"), "exclude = [\"/d/\"]\n").unwrap();
    assert_eq!(files(&at(&repo, "d", &all)), [outside, "d/e/q.py"]);
    // The secret in a name is masked there, too.
    let secret = token(5);
    fs::write(format!("{other}/{secret}"), "x").unwrap();
    let human = at(&repo, "d", &["scan", ".", &other]);
    assert_eq!(human.code, 1);
    assert!(!human.stdout.contains(&secret[10..30]), "{human:?}");
}

#[test]
fn a_report_of_several_repositories_names_the_file_in_every_format() {
    let repo = deep();
    let other = another(&repo, "other");
    let bad = format!("{other}/d/bad.zip");
    fs::write(&bad, "PK\x03\x04 and no more").unwrap();
    let there = format!("{other}/d/q.py");
    let scan = |format| at(&repo, "", &["scan", "d", &other, "-f", format]).stdout;
    let sarif: Value = serde_json::from_str(&scan("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
    let uris: Vec<&str> = results
        .map(|one| &one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        .map(|uri| uri.as_str().unwrap())
        .collect();
    assert_eq!(uris, [&format!("file://{there}"), "d/e/q.py"]);
    let github = scan("github");
    assert!(
        github.contains(&format!("file={there},line=1,")),
        "{github}"
    );
    let human = scan("human");
    let place = format!("at the top of {other}/hexguard.toml,");
    assert!(human.contains(&place), "{human}");
    let pattern = "allow-unscanned = [\"/d/bad.zip\"]\n";
    assert!(human.contains(pattern), "{human}");
    fs::write(format!("{other}/hexguard.toml"), pattern).unwrap();
    let human = scan("human");
    assert!(!human.contains("bad.zip was not scanned"), "{human}");
}

#[test]
fn what_is_strict_in_one_repository_is_not_in_another() {
    let repo = Repo::new();
    let warned = format!("password = \"{}\"\n", "elephants");
    let other = another(&repo, "other");
    fs::write(format!("{other}/d/q.py"), &warned).unwrap();
    fs::write(repo.path().join("w.py"), &warned).unwrap();
    let both = |strict: &str| {
        fs::write(format!("{strict}/hexguard.toml"), "strict = true\n").unwrap();
        let output = at(&repo, "", &["scan", "w.py", &other]);
        fs::remove_file(format!("{strict}/hexguard.toml")).unwrap();
        output
    };
    for (strict, said) in [
        (other.as_str(), "warning w.py:1:"),
        (
            repo.path().to_str().unwrap(),
            &format!("warning {other}/d/q.py:1:"),
        ),
    ] {
        let output = both(strict);
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.stdout.contains(said), "{output:?}");
        assert!(output.stdout.contains("1 blocked, 1 warned"), "{output:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_holds_more_than_its_size_is_still_limited() {
    let repo = Repo::new();
    let scan = |count: usize| {
        let mut command = repo.command(HEXGUARD);
        for number in 0..count {
            command.env(format!("V{number}"), "x ".repeat(50_000));
        }
        run(command.args(["scan", "--max-file-size", "1", "/proc/self/environ"]))
    };
    assert_eq!(scan(5).code, 0);
    let output = scan(15);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stdout.contains("larger than"), "{output:?}");
}

#[test]
fn below_the_top_names_are_those_from_the_top() {
    let repo = deep();
    let human = at(&repo, "d", &["scan", "e"]);
    assert!(human.stdout.contains("\nd/e/q.py:1:6 ") || human.stdout.starts_with("d/e/q.py:1:6 "));
    assert!(
        human.stdout.contains("git add -- :/d/e/q.py\n"),
        "{human:?}"
    );
    // What a report names is explained from there.
    let said = at(&repo, "d", &["explain", "d/e/q.py:1:6"]);
    assert!(said.stdout.contains("hex-personal-token"), "{said:?}");
    repo.write("hexguard.toml", "exclude = [\"/d/\"]\n");
    for (folder, place) in [("d", "e/q.py:1"), ("/", "")] {
        let whole = format!("{}/d/e/q.py:1", repo.path().display());
        let place = if place.is_empty() { &whole } else { place };
        let said = at(&repo, folder, &["explain", place]);
        assert!(said.stdout.contains("`exclude` covers"), "{said:?}");
    }
}

#[test]
fn a_review_is_recorded_where_the_file_lies() {
    let repo = deep();
    let other = another(&repo, "other");
    let file = format!("{other}/d/../d/q.py");
    let done = at(&repo, "d", &["reviewed", "--by", "Ada", "./e/q.py", &file]);
    assert_eq!(done.code, 0, "{done:?}");
    let record = |top: &Path| {
        let names = fs::read_dir(top).unwrap().map(|one| one.unwrap().path());
        let mut files = names.filter(|path| path.is_file());
        fs::read_to_string(files.next().unwrap()).unwrap()
    };
    assert!(record(repo.path()).contains("d/e/q.py"));
    let there = record(Path::new(&other));
    assert!(there.contains("d/q.py") && !there.contains(".."), "{there}");
}

#[test]
fn a_submodule_is_part_of_the_folder_around_it_and_by_itself_a_repository() {
    let repo = Repo::new();
    let other = another(&repo, "other");
    repo.git(&["-C", &other, "add", "."]);
    repo.git(&["-C", &other, "commit", "-qm", "x"]);
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        &other,
        "sub",
    ]);
    let scan = |path: &str| at(&repo, "", &["scan", path, "-f", "json"]);
    assert_eq!(files(&scan(".")), ["sub/d/q.py"]);
    repo.write("hexguard.toml", "exclude = [\"/sub/d/\"]\n");
    assert_eq!(scan(".").code, 0);
    assert_eq!(files(&scan("sub")), ["sub/d/q.py"]);
    repo.write("sub/hexguard.toml", "exclude = [\"/d/\"]\n");
    assert_eq!(scan("sub").code, 0);
    assert_eq!(scan("sub/d/q.py").code, 0);
    repo.write("hexguard.toml", "");
    assert_eq!(scan(".").code, 1);
}

#[test]
fn a_hook_manager_names_entries_of_the_repository() {
    let repo = Repo::new();
    let leak = format!("T = '{}'\n", token(1));
    repo.stage("a.py", &leak).stage("d/b.py", "x = 1\n");
    let hook = |folder: &str, name: &str| at(&repo, folder, &["hook", "pre-commit", name]).code;
    assert_eq!(hook("", "d/../d//b.py"), 0);
    assert_eq!(hook("", "./d/../a.py"), 1);
    // A file of the same name in another repository is not meant.
    let nested = repo.path().join("nested");
    repo.git(&["init", "-q", nested.to_str().unwrap()]);
    repo.write("nested/b.py", "x = 1\n")
        .write("nested/a.py", "x = 1\n");
    repo.commit("all").stage("a.py", leak.repeat(2));
    let mut command = repo.command(HEXGUARD);
    command
        .env("GIT_INDEX_FILE", ".git/index")
        .args(["hook", "pre-commit", "nested/b.py"]);
    assert_eq!(run(&mut command).code, 1);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::support::as_nobody;

    fn fifo(repo: &Repo, path: &str) {
        let made = Command::new("mkfifo").arg(repo.path().join(path)).status();
        assert!(made.unwrap().success());
    }

    /// Runs a line of bash, in which `$H` is hexguard.
    fn bash(repo: &Repo, line: &str) -> Output {
        run(repo
            .command("bash")
            .env("H", HEXGUARD)
            .env("T", token(6))
            .args(["-c", line]))
    }

    #[test]
    fn pipes_that_are_named_are_read_to_their_end() {
        let repo = Repo::new();
        fifo(&repo, "p");
        for line in [
            "echo $T | $H scan /dev/stdin",
            "echo $T | $H scan -",
            "echo $T | $H scan /dev/fd/0",
            "$H scan <(echo $T)",
            "$H scan <(echo clean) <(sleep 0.2; echo $T)",
            "$H scan /dev/fd/7 7< <(echo $T)",
            "(sleep 0.2; echo $T >p) & $H scan p",
            "(exec >p; sleep 0.2; echo clean; sleep 0.1; seq 20000; echo $T) & $H scan p",
            "$H scan /dev/stdin <<<$T",
            "echo $T >here; $H scan /dev/stdin <here; code=$?; rm here; exit $code",
            "echo clean | $H scan - <(echo $T)",
        ] {
            let out = bash(&repo, line);
            assert_eq!(out.code, 1, "{line} {out:?}");
            assert!(
                out.stdout.contains("1 blocked, 0 skipped"),
                "{line} {out:?}"
            );
        }
        for line in [
            ": | $H scan /dev/stdin",
            "$H scan <(:)",
            "echo x | $H scan -",
            "$H scan - </dev/null",
            "$H scan /dev/stdin </dev/null",
        ] {
            let out = bash(&repo, line);
            assert_eq!(out.code, 0, "{line} {out:?}");
        }
    }

    #[test]
    fn standard_input_that_is_closed_is_no_empty_text() {
        let repo = Repo::new();
        repo.stage("x.py", token(1)).commit("x");
        for line in [
            "$H scan - <&-",
            "$H scan /dev/stdin <&-",
            "$H scan x.py - <&-",
            "$H redact <&-",
            "$H hook pre-push origin url <&-",
            "$H hook pre-receive <&-",
            "$H hook agent claude-code <&-",
        ] {
            let out = bash(&repo, line);
            assert_eq!(out.code, 2, "{line} {out:?}");
            let said = out.stdout + &out.stderr;
            assert!(said.contains("standard input is closed"), "{line} {said}");
        }
    }

    #[test]
    fn what_does_not_end_is_not_waited_for() {
        let repo = Repo::new();
        fifo(&repo, "p");
        repo.write("x.py", token(1));
        let start = Instant::now();
        for (path, why) in [("p", "nobody writes"), ("/dev/zero", "a device")] {
            let out = repo.hexguard(&["scan", path, "x.py"]);
            assert_eq!(out.code, 2, "{out:?}");
            assert!(
                out.stdout.contains(why) && out.stdout.contains("1 blocked, 1 skipped"),
                "{out:?}"
            );
        }
        for args in [["explain", "p:1"], ["explain", "p!x:1"]] {
            let mut command = repo.command("timeout");
            let out = run(command.args(["20", HEXGUARD]).args(args));
            assert_eq!(out.code, 2, "{out:?}");
        }
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn standard_input_is_called_as_it_is_wanted_however_it_is_named() {
        let repo = Repo::new();
        for input in ["-", "/dev/stdin", "/dev/fd/0", ""] {
            let line = format!("echo $T | $H scan --stdin-filename a/b.py {input}");
            let out = bash(&repo, &line);
            assert_eq!(out.code, 1, "{line} {out:?}");
            assert!(out.stdout.starts_with("a/b.py:1:1"), "{line} {out:?}");
        }
    }

    #[test]
    fn a_message_that_nobody_writes_stops_the_commit() {
        let repo = Repo::new();
        fifo(&repo, "p");
        let out = repo.hexguard(&["hook", "commit-msg", "p"]);
        assert!(out.code == 2 && out.stderr.contains("nobody"), "{out:?}");
        let out = bash(&repo, "$H hook commit-msg <(echo $T)");
        assert_eq!(out.code, 1, "{out:?}");
    }

    #[test]
    fn a_file_that_vanishes_before_it_is_read_is_named() {
        let repo = Repo::new();
        repo.write("x.py", "x = 1\n");
        // Pipes are read first, and the file is gone when this one ends.
        let out = bash(&repo, "$H scan <(sleep 0.5; rm x.py) x.py");
        assert_eq!(out.code, 2, "{out:?}");
        assert!(out.stdout.contains("x.py was not scanned"), "{out:?}");
    }

    #[test]
    fn what_is_no_file_in_a_folder_is_named() {
        let repo = Repo::new();
        repo.stage(".gitignore", "out/\n*.sock\n")
            .stage("d/a.py", "x = 1\n");
        let socket = |name: &str| std::os::unix::net::UnixListener::bind(repo.path().join(name));
        repo.write("out/x", "").write("cache/x.sock/keep", "");
        fs::remove_dir_all(repo.path().join("cache")).unwrap();
        let _ignored = (socket("out/s").unwrap(), socket("d/i.sock").unwrap());
        assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
        fs::create_dir_all(repo.path().join("empty/deep")).unwrap();
        assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
        fifo(&repo, "empty/deep/p");
        fifo(&repo, "d/p");
        for args in [&["scan", "."][..], &["scan", "--ignored", "d", "empty"]] {
            let out = repo.hexguard(args);
            assert_eq!(out.code, 2, "{out:?}");
            for named in ["empty/deep/p was not scanned", "d/p was not scanned"] {
                assert!(out.stdout.contains(named), "{out:?}");
            }
        }
        repo.write("hexguard.toml", "allow-unscanned = [\"p\"]\n");
        assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_scanned() {
        let repo = Repo::new();
        repo.write("x.py", token(1));
        for args in [&["scan", "gone", "x.py"][..], &["scan", "x.py/", "x.py"]] {
            let out = repo.hexguard(args);
            assert_eq!(out.code, 2, "{out:?}");
            assert!(out.stdout.contains("1 blocked, 1 skipped"), "{out:?}");
            assert!(out.stdout.contains("x.py:1:1"), "{out:?}");
        }
        // Tracked and deleted is nothing to scan.
        repo.stage("deleted.py", "x = 1\n");
        fs::remove_file(repo.path().join("deleted.py")).unwrap();
        assert_eq!(repo.hexguard(&["scan", "."]).code, 1);
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_named() {
        let repo = Repo::new();
        repo.stage("a.py", "x = 1\n").write("shut/b.py", "x = 1\n");
        let shut = repo.path().join("shut");
        let mode = |mode| fs::set_permissions(&shut, fs::Permissions::from_mode(mode)).unwrap();
        mode(0o000);
        let codes = [
            as_nobody(&repo, &["scan", "."]),
            as_nobody(&repo, &["scan", "--ignored", "."]),
            as_nobody(&repo, &["scan", "shut"]),
        ];
        mode(0o755);
        for out in codes {
            let named = out
                .stdout
                .contains("shut was not scanned: permission denied");
            assert!(out.code == 2 && named, "{out:?}");
        }
    }

    #[test]
    fn a_link_leads_to_its_target_where_it_is_named_and_is_a_text_in_a_folder() {
        let repo = deep();
        let other = another(&repo, "other");
        symlink("d/e/q.py", repo.path().join("to-file")).unwrap();
        symlink("d", repo.path().join("to-folder")).unwrap();
        symlink(&other, repo.path().join("to-other")).unwrap();
        symlink("..", repo.path().join("d/loop")).unwrap();
        symlink("nowhere", repo.path().join("dangling")).unwrap();
        let scan = |path: &str| repo.hexguard(&["scan", path, "-f", "json"]);
        let there = format!("{other}/d/q.py");
        for (path, wanted) in [
            ("to-file", "d/e/q.py"),
            ("to-folder", "d/e/q.py"),
            ("to-folder/e", "d/e/q.py"),
            ("d/loop", "d/e/q.py"),
            ("to-other", &there),
            ("to-other/d/q.py", &there),
            (".", "d/e/q.py"),
        ] {
            assert_eq!(files(&scan(path)), [wanted], "{path}");
        }
        let dangling = repo.hexguard(&["scan", "dangling"]);
        assert_eq!(dangling.code, 2, "{dangling:?}");
        assert!(dangling.stdout.contains("does not exist"), "{dangling:?}");
        symlink(token(8), repo.path().join("telling")).unwrap();
        let telling = repo.hexguard(&["scan", "telling"]);
        assert_eq!(telling.code, 2, "{telling:?}");
        assert!(
            telling.stdout.contains("1 blocked, 1 skipped"),
            "{telling:?}"
        );
        fs::remove_file(repo.path().join("telling")).unwrap();
        symlink("round", repo.path().join("round")).unwrap();
        assert_eq!(scan("round").code, 2);
        fs::write(format!("{other}/hexguard.toml"), "exclude = [\"/d/\"]\n").unwrap();
        assert_eq!(scan("to-other").code, 0);
    }

    #[test]
    fn a_submodule_that_is_not_checked_out_is_said_where_it_is_named() {
        let repo = deep();
        fs::create_dir(repo.path().join("sub")).unwrap();
        let entry = format!("160000,{},sub", crate::support::hex(40, 1));
        repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
        assert_eq!(
            files(&repo.hexguard(&["scan", ".", "-f", "json"])),
            ["d/e/q.py"]
        );
        // By its name it was asked for.
        for name in ["sub", "sub/", "./d/../sub"] {
            let alone = repo.hexguard(&["scan", name, "d"]);
            assert_eq!(alone.code, 2, "{alone:?}");
            assert!(
                alone.stdout.contains("skipped sub was not scanned")
                    && alone.stdout.contains("git submodule update --init")
                    && alone.stdout.contains("1 file,"),
                "{alone:?}"
            );
        }
        assert_eq!(at(&repo, "sub", &["scan", "."]).code, 2);
        // Another empty folder stands for nothing.
        fs::create_dir(repo.path().join("empty")).unwrap();
        assert_eq!(repo.hexguard(&["scan", "empty"]).code, 0);
        // Files that somebody put there are not git's, and asked for.
        repo.write("sub/x.py", token(3));
        assert_eq!(repo.hexguard(&["scan", "sub"]).code, 1);
        assert_eq!(files(&repo.hexguard(&["scan", ".", "-f", "json"])).len(), 2);
    }

    #[test]
    fn of_a_bare_repository_the_objects_are_said_not_to_be_looked_into() {
        let repo = deep();
        let bare = repo.beside("bare.git");
        repo.git(&["add", "."]);
        repo.commit("x");
        repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
        let out = at(&repo, "/", &["scan", bare.to_str().unwrap()]);
        assert_eq!(out.code, 0, "{out:?}");
        assert!(
            out.stdout
                .contains("/objects: the objects of a git repository"),
            "{out:?}"
        );
        let stdin = Stdio::null();
        let history = run(repo
            .command(HEXGUARD)
            .current_dir(&bare)
            .stdin(stdin)
            .args(["scan", "--history"]));
        assert_eq!(history.code, 1, "{history:?}");
    }
}
