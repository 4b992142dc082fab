//! What hexguard writes: whole or not at all, in the form that the file has, and only where it belongs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use crate::install::files;
use crate::support::{HEXGUARD, Output, Repo, run, script, token};

/// A command that writes a file, and what has to be there first.
struct Writer {
    name: &'static str,
    args: &'static [&'static str],
    /// What it writes.
    file: &'static str,
    /// Makes a file that it changes; what it writes then is the same in each run.
    prepare: fn(&Repo),
}

const WRITERS: &[Writer] = &[
    Writer {
        name: "allow",
        args: &["allow", "--path", "docs/**", "--reason", "sample"],
        file: "hexguard.toml",
        prepare: |repo| {
            let text = (0..200).map(|number| format!("# line {number} of a file\n"));
            repo.write("hexguard.toml", text.collect::<String>());
        },
    },
    Writer {
        name: "baseline",
        args: &["baseline"],
        file: ".hexguard-baseline",
        prepare: |repo| {
            for seed in 0..60 {
                repo.write(&format!("f{seed}.py"), format!("T = '{}'\n", token(seed)));
            }
            assert_eq!(repo.hexguard(&["baseline"]).code, 0);
            for seed in 60..90 {
                repo.write(&format!("f{seed}.py"), format!("T = '{}'\n", token(seed)));
            }
        },
    },
    Writer {
        name: "baseline --prune",
        args: &["baseline", "--prune"],
        file: ".hexguard-baseline",
        prepare: |repo| {
            for seed in 0..90 {
                repo.write(&format!("f{seed}.py"), format!("T = '{}'\n", token(seed)));
            }
            assert_eq!(repo.hexguard(&["baseline"]).code, 0);
            for seed in 0..30 {
                fs::remove_file(repo.path().join(format!("f{seed}.py"))).unwrap();
            }
        },
    },
    Writer {
        name: "migrate",
        args: &["migrate"],
        file: "hexguard.toml",
        prepare: |repo| {
            let paths = (0..200).map(|number| format!("  '''folder{number}/.*''',\n"));
            let text = format!("[allowlist]\npaths = [\n{}]\n", paths.collect::<String>());
            repo.write(".gitleaks.toml", text);
        },
    },
    Writer {
        name: "reviewed",
        args: &["reviewed", "--by", "Ada", "t.csv"],
        file: ".hexguard-reviews",
        prepare: |repo| {
            for number in 0..80 {
                let name = format!("r{number}.csv");
                repo.write(&name, format!("a,b{number}\n1,2\n"));
                let said = repo.hexguard(&["reviewed", "--by", "Ada", &name]);
                assert_eq!(said.code, 0, "{said:?}");
            }
            repo.write("t.csv", "a,b\n1,2\n");
        },
    },
    Writer {
        name: "install --agent",
        args: &["install", "--agent", "claude-code"],
        file: ".claude/settings.local.json",
        prepare: |repo| {
            let lines = (0..200).map(|number| format!("    \"Bash(tool{number})\",\n"));
            let text = format!(
                "{{\n  \"allow\": [\n{}    \"x\"\n  ]\n}}\n",
                lines.collect::<String>()
            );
            repo.write(".claude/settings.local.json", text);
            // The path of the program is noted once.
            assert_eq!(repo.hexguard(&["install", "--agent", "gemini"]).code, 0);
        },
    },
    Writer {
        name: "install (husky)",
        args: &["install", "--yes", "--hook", "pre-push"],
        file: ".husky/pre-push",
        prepare: |repo| {
            let text = (0..200).map(|number| format!("echo step {number}\n"));
            repo.write(".husky/_/h", "#!/bin/sh\n")
                .write(".husky/pre-push", text.collect::<String>())
                .git(&["config", "core.hooksPath", ".husky/_"]);
            for name in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
                let text = format!("#!/bin/sh\nexec sh -e .husky/{name} \"$@\"\n");
                script(&repo.path().join(".husky/_").join(name), &text);
            }
        },
    },
    Writer {
        name: "a report",
        args: &["scan", ".", "--exit-zero", "--output", "report.csv"],
        file: "report.csv",
        prepare: |repo| {
            for seed in 0..60 {
                repo.write(&format!("f{seed}.py"), format!("T = '{}'\n", token(seed)));
            }
            repo.write("report.csv", "old\n".repeat(1_000));
        },
    },
];

/// A repository in which a command has something to write: what the file holds before it and after it.
fn prepared(writer: &Writer) -> (Repo, Vec<u8>, Vec<u8>) {
    let repo = Repo::new();
    repo.write("README", "x\n").commit("first");
    (writer.prepare)(&repo);
    let path = repo.path().join(writer.file);
    let before = fs::read(&path).unwrap_or_default();
    let said = repo.hexguard(writer.args);
    assert!(said.code < 2, "{}: {said:?}", writer.name);
    let after = fs::read(&path).unwrap();
    assert_ne!(before, after, "{} writes nothing", writer.name);
    (repo, before, after)
}

fn put_back(path: &Path, before: &[u8]) {
    if before.is_empty() {
        let _ = fs::remove_file(path);
    } else {
        fs::write(path, before).unwrap();
    }
}

#[test]
fn a_command_that_is_killed_leaves_the_old_file_or_the_new_one() {
    for writer in WRITERS {
        let (repo, before, after) = prepared(writer);
        let path = repo.path().join(writer.file);
        put_back(&path, &before);
        let start = Instant::now();
        let _ = repo.hexguard(writer.args);
        let whole = start.elapsed();
        let mut state = 11u64;
        let mut killed = 0;
        for round in 0..200 {
            put_back(&path, &before);
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let mut child = repo
                .command(HEXGUARD)
                .args(writer.args)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(whole * u32::try_from(state >> 48).unwrap() / 65_536);
            let _ = child.kill();
            killed += usize::from(child.wait().unwrap().code().is_none());
            let now = fs::read(&path).unwrap_or_default();
            let name = writer.name;
            assert!(now == before || now == after, "{name}, round {round}: torn");
        }
        assert!(
            killed >= 40,
            "{}: only {killed} runs were killed",
            writer.name
        );
    }
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    for writer in WRITERS {
        let (repo, before, after) = prepared(writer);
        let path = repo.path().join(writer.file);
        let folder = path.parent().unwrap();
        put_back(&path, &before);
        let others = |folder: &Path| {
            let mut all: Vec<PathBuf> = files(folder).into_keys().collect();
            all.retain(|file| *file != path && !file.starts_with(folder.join(".git")));
            all
        };
        let left = others(folder);
        let mut refused = 0;
        // The most that a file may hold, in steps of 512 bytes.
        for limit in 0..15 {
            let args: Vec<String> = writer.args.iter().map(|arg| format!("'{arg}'")).collect();
            let line = format!(
                "trap '' XFSZ; ulimit -f {limit}; exec '{HEXGUARD}' {}",
                args.join(" ")
            );
            let output = run(repo.command("sh").args(["-c", &line]));
            let now = fs::read(&path).unwrap_or_default();
            let name = writer.name;
            if now == before {
                assert_eq!(output.code, 2, "{name}, {limit}: {output:?}");
                assert!(output.stderr.contains("cannot"), "{name}: {output:?}");
                refused += 1;
            } else {
                assert!(now == after, "{name}, {limit}: torn");
                put_back(&path, &before);
            }
            assert_eq!(others(folder), left, "{name}, {limit}");
        }
        assert!(refused >= 1, "{}: the disk was never full", writer.name);
    }
}

/// A place outside of the repository that a hostile clone would have written to.
struct Outside(PathBuf);

impl Outside {
    fn new(repo: &Repo) -> Self {
        let folder = repo.beside("outside");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("file"), "").unwrap();
        Self(folder)
    }

    fn is_untouched(&self, output: &Output) {
        assert_eq!(output.code, 2, "{output:?}");
        let says = ["nothing was written", "exists already"];
        assert!(
            says.iter().any(|text| output.stderr.contains(text)),
            "{output:?}"
        );
        let held: Vec<_> = files(&self.0).into_keys().collect();
        assert_eq!(held, [self.0.join("file")]);
        assert_eq!(fs::read_to_string(self.0.join("file")).unwrap(), "");
    }
}

#[test]
fn nothing_is_written_where_a_link_of_the_repository_leads() {
    for writer in WRITERS
        .iter()
        .filter(|writer| !writer.name.contains("prune"))
    {
        let repo = Repo::new();
        repo.commit("first");
        let outside = Outside::new(&repo);
        (writer.prepare)(&repo);
        let path = repo.path().join(writer.file);
        // The file itself, then a folder on the way to it.
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(outside.0.join("file"), &path).unwrap();
        outside.is_untouched(&repo.hexguard(writer.args));
        assert!(path.is_symlink(), "{}", writer.name);
        fs::remove_file(&path).unwrap();
        symlink(outside.0.join("new"), &path).unwrap();
        let output = repo.hexguard(writer.args);
        assert_eq!(output.code, 2, "{}: {output:?}", writer.name);
        assert!(!outside.0.join("new").exists(), "{}", writer.name);
    }
    for agent in ["claude-code", "codex", "cursor", "gemini"] {
        let repo = Repo::new();
        let outside = Outside::new(&repo);
        let folder = match agent {
            "claude-code" => ".claude".to_owned(),
            name => format!(".{name}"),
        };
        symlink(&outside.0, repo.path().join(folder)).unwrap();
        outside.is_untouched(&repo.hexguard(&["install", "--agent", agent]));
    }
    // A folder that leads out, on the way to a report.
    let repo = Repo::new();
    let outside = Outside::new(&repo);
    symlink(&outside.0, repo.path().join("out")).unwrap();
    fs::create_dir(repo.path().join("sub")).unwrap();
    outside.is_untouched(&repo.hexguard(&["scan", ".", "--output", "out/report.csv"]));
    outside.is_untouched(&repo.hexguard(&["scan", ".", "--output", "./sub/../out/report.csv"]));
}

#[test]
fn a_link_within_the_work_tree_stays_one() {
    let repo = Repo::new();
    repo.write("config/policy.toml", "strict = true\n");
    symlink("config/policy.toml", repo.path().join("hexguard.toml")).unwrap();
    let output = repo.hexguard(&["allow", "--path", "docs/**", "--reason", "x"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(repo.path().join("hexguard.toml").is_symlink());
    let text = fs::read_to_string(repo.path().join("config/policy.toml")).unwrap();
    assert!(
        text.starts_with("strict = true\n") && text.contains("docs/**"),
        "{text}"
    );
    // git's own files are no files of the project.
    symlink(".git/config", repo.path().join("report.csv")).unwrap();
    let before = fs::read(repo.path().join(".git/config")).unwrap();
    let output = repo.hexguard(&["scan", ".", "--output", "report.csv"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert_eq!(fs::read(repo.path().join(".git/config")).unwrap(), before);
}

#[test]
fn a_baseline_that_the_repository_puts_outside_is_not_written() {
    for name in [
        "../outside/file",
        "sub/../../outside/new",
        ".git/hooks/pre-commit",
    ] {
        let repo = Repo::new();
        let outside = Outside::new(&repo);
        repo.write("hexguard.toml", format!("baseline = \"{name}\"\n"));
        repo.write("sub/a.py", format!("T = '{}'\n", token(1)));
        outside.is_untouched(&repo.hexguard(&["baseline"]));
        assert!(!repo.path().join(".git/hooks/pre-commit").exists());
    }
    let repo = Repo::new();
    let outside = Outside::new(&repo);
    let whole = outside.0.join("file");
    repo.write(
        "hexguard.toml",
        format!("baseline = '{}'\n", whole.display()),
    );
    outside.is_untouched(&repo.hexguard(&["baseline"]));
    // Whoever says so on the command line means it.
    repo.write("a.py", format!("T = '{}'\n", token(1)));
    let named = outside.0.join("mine");
    let output = repo.hexguard(&["baseline", "--baseline", &named.display().to_string()]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(named.exists());
}

#[test]
fn a_file_keeps_its_form() {
    let mark = "\u{FEFF}";
    for (text, after) in [
        (
            "# ours\r\nstrict = true\r\n",
            "# ours\r\nstrict = true\r\n\r\n[[allow]]\r\n",
        ),
        (
            &*format!("{mark}# ours\r\n"),
            &*format!("{mark}# ours\r\n\r\n[[allow]]\r\n"),
        ),
        (
            &*format!("{mark}strict = true\n"),
            &*format!("{mark}strict = true\n\n[[allow]]\n"),
        ),
    ] {
        let repo = Repo::new();
        repo.write("hexguard.toml", text);
        let output = repo.hexguard(&["allow", "--path", "docs/**", "--reason", "x"]);
        assert_eq!(output.code, 0, "{output:?}");
        let now = fs::read_to_string(repo.path().join("hexguard.toml")).unwrap();
        assert!(now.starts_with(after), "{now:?}");
        assert_eq!(now.matches("\r\n").count() > 0, text.contains("\r\n"));
        let ends = now.matches('\n').count();
        assert!(
            !text.contains("\r\n") || now.matches("\r\n").count() == ends,
            "{now:?}"
        );
        assert_eq!(repo.hexguard(&["config"]).code, 0);
    }
    // What is no UTF-8 is left as it is.
    let agent = ["install", "--agent", "claude-code"];
    for (file, text, args) in [
        (
            "hexguard.toml",
            &b"# caf\xe9\n"[..],
            &["allow", "--path", "x", "--reason", "x"][..],
        ),
        (
            ".claude/settings.local.json",
            b"{\"a\": \"caf\xe9\"}\n",
            &agent,
        ),
    ] {
        let repo = Repo::new();
        repo.write(file, text);
        let output = repo.hexguard(args);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains("UTF-8"), "{output:?}");
        assert_eq!(fs::read(repo.path().join(file)).unwrap(), text);
    }
    let repo = Repo::new();
    let text = "{\r\n  \"model\": \"x\"\r\n}\r\n";
    repo.write(".claude/settings.local.json", text);
    assert_eq!(repo.hexguard(&agent).code, 0);
    let now = fs::read_to_string(repo.path().join(".claude/settings.local.json")).unwrap();
    assert_eq!(
        now.matches('\n').count(),
        now.matches("\r\n").count(),
        "{now:?}"
    );
    assert_eq!(
        repo.hexguard(&["uninstall", "--agent", "claude-code"]).code,
        0
    );
    let now = fs::read_to_string(repo.path().join(".claude/settings.local.json")).unwrap();
    assert_eq!(now, text);
}
