//! What `git commit` is about to commit is what is scanned: each situation with real git and the real binary.

use std::fs;

use crate::support::{Output, Repo, run, token};

/// A repository with one commit and the hook.
fn protected() -> Repo {
    let repo = Repo::new();
    repo.stage("a.py", "A = 1\n")
        .stage("b.py", "B = 1\n")
        .commit("start")
        .hook("pre-commit");
    repo
}

/// Runs `git commit` and tells whether it was stopped; nothing but a finding may stop it.
fn stopped(repo: &Repo, arguments: &[&str]) -> bool {
    stopped_by(&repo.try_git(arguments))
}

fn stopped_by(output: &Output) -> bool {
    let stopped = output.code != 0;
    assert_eq!(
        stopped,
        output.stderr.contains("the commit is stopped"),
        "{output:?}"
    );
    assert!(
        !stopped || output.code == 1 && output.stderr.contains("1 blocked"),
        "{output:?}"
    );
    stopped
}

/// A line that holds a secret.
fn leak() -> String {
    format!("HEX_TOKEN=\"{}\"\n", token(1))
}

const COMMIT: &[&str] = &["commit", "-q", "-m", "x"];

#[test]
fn a_secret_in_commit_a_and_in_commit_path_stops_the_commit() {
    // git runs the hook with an index of its own in both cases.
    for arguments in [
        &["commit", "-q", "-a", "-m", "x"][..],
        &["commit", "-q", "-m", "x", "--", "a.py"][..],
    ] {
        let repo = protected();
        repo.write("a.py", format!("A = \"{}\"\n", token(1)));
        let output = repo.try_git(arguments);
        assert_eq!(output.code, 1, "{arguments:?} {output:?}");
        assert!(
            output.stderr.contains("a.py:1:6") && output.stderr.contains("the commit is stopped"),
            "{output:?}"
        );
        assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).stdout, "1\n");

        repo.write("a.py", "A = 2\n");
        let output = repo.try_git(arguments);
        assert_eq!(
            (output.code, output.stderr.as_str()),
            (0, ""),
            "{arguments:?} {output:?}"
        );
        assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).stdout, "2\n");
    }
}

/// A situation: its name, and what brings it about in a protected repository.
type Situation = (&'static str, fn(&Repo));

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "a table: one situation after the other"
)]
fn a_secret_in_what_is_staged_stops_the_commit() {
    let situations: &[Situation] = &[
        ("a new file", |repo| {
            repo.stage("new.py", leak());
        }),
        ("a changed file", |repo| {
            repo.stage("a.py", leak());
        }),
        ("the work tree is clean again", |repo| {
            repo.stage("a.py", leak()).write("a.py", "A = 1\n");
        }),
        ("the work tree's file is gone", |repo| {
            repo.stage("a.py", leak());
            fs::remove_file(repo.path().join("a.py")).unwrap();
        }),
        ("a file renamed and changed", |repo| {
            repo.git(&["mv", "a.py", "c.py"]);
            repo.stage("c.py", format!("A = 1\n{}", leak()));
        }),
        ("a link becomes a file", |repo| {
            std::os::unix::fs::symlink("a.py", repo.path().join("link")).unwrap();
            repo.git(&["add", "link"]);
            repo.commit("link");
            fs::remove_file(repo.path().join("link")).unwrap();
            repo.stage("link", leak());
        }),
        ("the target of a link", |repo| {
            std::os::unix::fs::symlink(token(1), repo.path().join("link")).unwrap();
            repo.git(&["add", "link"]);
        }),
        ("the name of a file", |repo| {
            repo.stage(&format!("backup-{}.txt", token(1)), "x\n");
        }),
        ("a name with blanks, quotes and other letters", |repo| {
            repo.stage("d/na me \"'é\n\t.py", leak());
        }),
        ("a name that begins with a dash", |repo| {
            repo.stage("-n", leak());
        }),
        ("a name that is no text", |repo| {
            use std::os::unix::ffi::OsStrExt;
            let name = std::ffi::OsStr::from_bytes(b"caf\xe9.py");
            fs::write(repo.path().join(name), leak()).unwrap();
            repo.git(&["add", "."]);
        }),
        ("UTF-16 with a mark", |repo| {
            let text: Vec<u8> = leak().encode_utf16().flat_map(u16::to_le_bytes).collect();
            repo.stage("a.txt", [vec![0xFF, 0xFE], text].concat());
        }),
        ("UTF-16 without a mark", |repo| {
            let text: Vec<u8> = leak().encode_utf16().flat_map(u16::to_be_bytes).collect();
            repo.stage("a.txt", text);
        }),
        ("Latin-1", |repo| {
            repo.stage(
                "a.txt",
                [b"caf\xe9\n", leak().as_bytes(), b"\xe9\n"].concat(),
            );
        }),
        ("a NUL", |repo| {
            repo.stage("a.bin", ["\0\x01\0", &leak(), "\0"].concat());
        }),
        ("one long line", |repo| {
            let filler = "x=1;".repeat(500_000);
            repo.stage("a.min.js", [&filler, "\n", &leak(), &filler].concat());
        }),
        ("CRLF, converted on the way in", |repo| {
            repo.git(&["config", "core.autocrlf", "true"]);
            repo.stage("a.txt", format!("a\r\n{}\r\n", leak().trim_end()));
        }),
        ("no end of the last line", |repo| {
            repo.stage("a.py", format!("A = 1\n{}", leak().trim_end()));
        }),
        ("attributes that hide text", |repo| {
            repo.stage(".gitattributes", "*.a -diff\n*.b binary\n*.c diff=hide\n")
                .stage("x.a", leak())
                .git(&["config", "diff.hide.textconv", "echo hidden"]);
        }),
        ("an attribute of the repository that hides text", |repo| {
            fs::write(repo.path().join(".git/info/attributes"), "* binary\n").unwrap();
            repo.stage("x", leak());
        }),
        ("every setting that changes what a diff shows", |repo| {
            for (name, value) in [
                ("color.ui", "always"),
                ("diff.external", "true"),
                ("diff.noprefix", "true"),
                ("diff.mnemonicPrefix", "true"),
                ("diff.srcPrefix", "x/"),
                ("diff.wordRegex", "."),
                ("diff.renames", "copies"),
                ("diff.relative", "true"),
                ("diff.ignoreSubmodules", "all"),
                ("diff.orderFile", "/nonexistent"),
            ] {
                repo.git(&["config", name, value]);
            }
            repo.stage("d/x", leak());
        }),
        ("a second secret beside an old one", |repo| {
            repo.stage("a.py", format!("A = \"{}\"\n", token(2)))
                .commit("old");
            repo.stage("a.py", format!("A = \"{}\"\n{}", token(2), leak()));
        }),
        ("an old secret once more", |repo| {
            repo.stage("a.py", leak()).commit("old");
            repo.stage("a.py", format!("{}\nagain: {}", leak(), token(1)));
        }),
        ("an old secret copied to another file", |repo| {
            repo.stage("a.py", leak()).commit("old");
            repo.stage("a.py", format!("\n{}", leak()))
                .stage("copy.py", leak());
        }),
        ("a key on an old line", |repo| {
            repo.stage("a.yaml", "hex_token:\n  value\n").commit("old");
            repo.stage("a.yaml", format!("hex_token:\n  {}\n", token(1)));
        }),
        ("something else is only intended", |repo| {
            repo.write("intended", "x\n")
                .git(&["add", "-N", "intended"]);
            repo.stage("a.py", leak());
        }),
        ("a file that a sparse checkout leaves out", |repo| {
            repo.stage("a.py", leak());
            repo.git(&["update-index", "--skip-worktree", "a.py"]);
            fs::write(repo.path().join("a.py"), "A = 1\n").unwrap();
        }),
        ("a staged file is said not to change", |repo| {
            repo.stage("a.py", leak());
            repo.git(&["update-index", "--assume-unchanged", "a.py"]);
        }),
    ];
    for (name, prepare) in situations {
        let repo = protected();
        prepare(&repo);
        assert!(stopped(&repo, COMMIT), "{name}");
    }
}

#[test]
fn what_adds_no_secret_passes() {
    let old = |repo: &Repo| {
        repo.stage("a.py", format!("A = 1\n{}B = 2\n", leak()))
            .commit("old");
    };
    let situations: &[Situation] = &[
        ("the secret is in the work tree only", |repo| {
            repo.stage("a.py", "A = 2\n").write("a.py", leak());
        }),
        ("a secret line deleted", |repo| {
            repo.stage("a.py", "A = 1\n");
        }),
        ("another line changed", |repo| {
            repo.stage("a.py", format!("A = 3\n{}B = 2\n", leak()));
        }),
        ("the line indented", |repo| {
            repo.stage("a.py", format!("A = 1\n    {}B = 2\n", leak()));
        }),
        ("the line moved", |repo| {
            repo.stage("a.py", format!("A = 1\nB = 2\n{}", leak()));
        }),
        ("quoted otherwise", |repo| {
            repo.stage("a.py", format!("A = 1\nHEX_TOKEN='{}'\nB = 2\n", token(1)));
        }),
        ("the file renamed", |repo| {
            drop(repo.git(&["mv", "a.py", "c.py"]))
        }),
        ("the file renamed and changed", |repo| {
            repo.git(&["mv", "a.py", "c.py"]);
            repo.stage("c.py", format!("{}B = 3\n", leak()));
        }),
        ("the line split out into another file", |repo| {
            repo.stage("a.py", "A = 1\nB = 2\n")
                .stage("settings.py", leak());
        }),
        ("the file deleted", |repo| {
            drop(repo.git(&["rm", "-q", "a.py"]))
        }),
        ("only the mode changed", |repo| {
            drop(repo.git(&["update-index", "--chmod=+x", "a.py"]));
        }),
        ("a submodule's commit", |repo| {
            let id = repo.git(&["rev-parse", "HEAD"]).stdout;
            let entry = format!("160000,{},module", id.trim_end());
            drop(repo.git(&["update-index", "--add", "--cacheinfo", &entry]));
        }),
        ("a secret that is only intended", |repo| {
            repo.write("intended", leak())
                .git(&["add", "-N", "intended"]);
            repo.stage("b.py", "B = 2\n");
        }),
    ];
    for (name, prepare) in situations {
        let repo = protected();
        old(&repo);
        prepare(&repo);
        assert!(!stopped(&repo, COMMIT), "{name}");
    }
    let repo = protected();
    old(&repo);
    for arguments in [
        &["commit", "-q", "--amend", "-m", "y"][..],
        &["commit", "-q", "--allow-empty", "-m", "y"][..],
    ] {
        assert!(!stopped(&repo, arguments), "{arguments:?}");
    }
}

#[test]
fn one_path_is_committed_and_only_that_is_scanned() {
    let repo = protected();
    repo.stage("a.py", leak()).write("b.py", "B = 2\n");
    assert!(!stopped(&repo, &["commit", "-q", "-m", "x", "--", "b.py"]));
    assert!(stopped(&repo, COMMIT));
}

#[test]
fn an_intended_file_is_scanned_once_it_is_committed() {
    let repo = protected();
    repo.write("new.py", leak()).git(&["add", "-N", "new.py"]);
    assert!(stopped(&repo, &["commit", "-q", "-a", "-m", "x"]));
}

#[test]
fn the_first_commit_is_scanned() {
    let repo = Repo::new();
    repo.hook("pre-commit").stage("a.py", leak());
    assert!(stopped(&repo, COMMIT));
    repo.stage("a.py", "A = 1\n");
    assert!(!stopped(&repo, COMMIT));
    let repo = Repo::new();
    repo.hook("pre-commit");
    assert!(!stopped(
        &repo,
        &["commit", "-q", "--allow-empty", "-m", "x"]
    ));
}

#[test]
fn a_commit_from_below_the_top_is_scanned_whole() {
    let repo = protected();
    repo.stage("d/x", "x\n").stage("a.py", leak());
    let output = run(repo
        .command("git")
        .args(COMMIT)
        .current_dir(repo.path().join("d")));
    assert!(stopped_by(&output));
}

/// A repository in which `ours` and `theirs` changed the same line of a file, theirs with a secret elsewhere.
fn diverged() -> Repo {
    let repo = protected();
    repo.git(&["checkout", "-q", "-b", "theirs"]);
    repo.stage("a.py", "A = 2\n")
        .stage("old.py", leak())
        .commit("theirs");
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("a.py", "A = 3\n").commit("ours");
    repo
}

#[test]
fn a_merge_is_judged_by_what_no_parent_has() {
    let repo = diverged();
    assert_ne!(repo.try_git(&["merge", "-q", "theirs"]).code, 0);
    repo.stage("a.py", "A = 4\n");
    assert!(!stopped(&repo, COMMIT), "their secret is theirs");

    let repo = diverged();
    assert_ne!(repo.try_git(&["merge", "-q", "theirs"]).code, 0);
    repo.stage("a.py", format!("A = \"{}\"\n", token(2)));
    assert!(stopped(&repo, COMMIT), "the resolution brings one");

    // What theirs held in the conflicting file itself.
    let repo = protected();
    repo.git(&["checkout", "-q", "-b", "theirs"]);
    repo.stage("a.py", format!("A = 2\n{}", leak()))
        .commit("theirs");
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("a.py", "A = 3\n").commit("ours");
    assert_ne!(repo.try_git(&["merge", "-q", "theirs"]).code, 0);
    repo.stage("a.py", format!("A = 4\n{}", leak()));
    assert!(!stopped(&repo, COMMIT), "the resolution keeps theirs");
}

#[test]
fn a_squashed_branch_is_new() {
    let repo = diverged();
    repo.git(&["checkout", "-q", "HEAD~1"]);
    repo.git(&["merge", "-q", "--squash", "theirs"]);
    assert!(stopped(&repo, COMMIT));
}

#[test]
fn a_merge_without_conflicts_is_judged_before_its_commit() {
    let merged = || {
        let repo = protected();
        repo.hook("pre-merge-commit")
            .git(&["checkout", "-q", "-b", "theirs"]);
        repo.stage("old.py", leak()).commit("theirs");
        repo.git(&["checkout", "-q", "main"]);
        repo.stage("b.py", "B = 3\n").commit("ours");
        repo
    };
    let repo = merged();
    assert!(!stopped(&repo, &["merge", "-q", "-m", "x", "theirs"]));
    // A merge that itself brings something: `ours` with a strategy that a driver falsifies.
    let repo = merged();
    repo.git(&["checkout", "-q", "theirs"]);
    repo.stage("b.py", "B = 4\n").commit("theirs again");
    repo.git(&["checkout", "-q", "main"]);
    let driver = format!(
        "printf '%s' '{}' > %A; true",
        leak().replace(&token(1), &token(3)).trim_end()
    );
    repo.git(&["config", "merge.evil.driver", &driver]);
    fs::write(
        repo.path().join(".git/info/attributes"),
        "b.py merge=evil\n",
    )
    .unwrap();
    assert!(stopped(&repo, &["merge", "-q", "-m", "x", "theirs"]));
}

#[test]
fn what_is_allowed_in_one_place_is_new_in_another() {
    let repo = protected();
    let allowed = format!("A = \"{}\"  # hexguard:allow\n", token(1));
    repo.stage("a.py", &allowed).commit("old");
    // Beside it, and in another file while the first one is touched.
    repo.stage("a.py", format!("{allowed}B = \"{}\"\n", token(1)));
    assert!(stopped(&repo, COMMIT));
    repo.stage("a.py", format!("\n{allowed}"))
        .stage("c.py", leak());
    assert!(stopped(&repo, COMMIT));
    // The place itself may move, and so may the comment's absence be committed: nothing is added by that.
    repo.git(&["rm", "-q", "--cached", "c.py"]);
    assert!(!stopped(&repo, COMMIT));
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)));
    assert!(!stopped(&repo, COMMIT));

    // A path that is not looked at excuses nothing either.
    repo.stage("hexguard.toml", "exclude = [\"vendor/\"]\n")
        .stage("vendor/x.py", format!("A = \"{}\"\n", token(2)))
        .commit("excluded");
    repo.stage("vendor/x.py", format!("A = \"{}\"\n\n", token(2)))
        .stage("d.py", format!("A = \"{}\"\n", token(2)));
    assert!(stopped(&repo, COMMIT));
}

#[test]
fn a_commit_is_stopped_whoever_listens() {
    let repo = protected();
    // More than a pipe holds, so that hexguard is still writing when the reader goes.
    let many: Vec<String> = (1..400)
        .map(|seed| format!("T{seed} = \"{}\"\n", token(seed)))
        .collect();
    repo.stage("a.py", many.concat());
    let head = repo.git(&["rev-parse", "HEAD"]).stdout;
    for line in [
        "git commit -q -m x 2>&1 | head -n 1",
        "git commit -q -m x 2>&1 | true",
        "git commit -q -m x 2>/dev/full",
        "git commit -q -m x 2>&-",
        "git commit -q -m x >&- 2>&- <&-",
    ] {
        let _ = run(repo.command("sh").args(["-c", line]));
        // The pipe's end does not wait for git.
        let lock = repo.path().join(".git/index.lock");
        while lock.exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(repo.git(&["rev-parse", "HEAD"]).stdout, head, "{line}");
    }
    // By hand the exit code tells what was found, read to its end or not.
    let status = "{ hexguard; echo $? >&2; } | true";
    let folder = std::path::Path::new(crate::support::HEXGUARD)
        .parent()
        .unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let output = run(repo.command("sh").env("PATH", path).args(["-c", status]));
    assert_eq!(output.stderr.trim(), "1", "{output:?}");
}

#[test]
fn a_commit_that_goes_on_is_not_said_to_be_stopped() {
    let repo = protected();
    repo.git(&["config", "hexguard.exit-code", "0"]);
    repo.stage("a.py", leak());
    let output = repo.git(COMMIT);
    assert!(!output.stderr.contains("is stopped"), "{output:?}");
    assert!(
        output.stderr.contains("the commit goes on all the same")
            && output.stderr.contains("git config hexguard.exit-code"),
        "{output:?}"
    );
}

#[test]
fn a_commit_of_many_files_is_scanned_whole() {
    let repo = protected();
    let mut import =
        String::from("commit refs/heads/many\ncommitter C <c@example.com> 0 +0000\ndata 1\nx\n");
    for n in 0..3000 {
        let text = if n == 2311 {
            leak()
        } else {
            format!("value = {n}\n")
        };
        import += &format!(
            "M 100644 inline d{}/f{n}\ndata {}\n{text}\n",
            n % 37,
            text.len()
        );
    }
    let output = crate::support::run_with(
        repo.command("git").args(["fast-import", "--quiet"]),
        import.as_bytes(),
    );
    assert_eq!(output.code, 0, "{output:?}");
    repo.git(&["read-tree", "many"]);
    let output = repo.try_git(COMMIT);
    assert!(stopped_by(&output));
    assert!(output.stderr.contains("d17/f2311:1:"), "{output:?}");
    assert!(output.stderr.contains("3000 files"), "{output:?}");
}

#[test]
fn what_cannot_be_read_stops_the_commit() {
    let repo = protected();
    repo.stage("a.py", "A = 2\n");
    let id = repo.git(&["rev-parse", ":a.py"]).stdout;
    let (folder, file) = id.trim_end().split_at(2);
    fs::remove_file(repo.path().join(".git/objects").join(folder).join(file)).unwrap();
    let output = repo.hexguard(&["hook", "pre-commit"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stderr.contains("a.py"), "{output:?}");
    let which = format!("its object is not there, or damaged ({})", id.trim_end());
    assert!(output.stderr.contains(&which), "{output:?}");
    assert!(output.stderr.contains("git fsck"), "{output:?}");
    // The rest is scanned all the same, and the configuration may accept it.
    repo.stage("hexguard.toml", "allow-unscanned = ['/a.py']\n");
    assert_eq!(repo.hexguard(&["hook", "pre-commit"]).code, 0);
    repo.stage("b.py", leak());
    let found = repo.hexguard(&["hook", "pre-commit"]);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(found.stderr.contains("b.py:1:"), "{found:?}");
}
