//! What hexguard tells people to type works when it is typed.

use std::path::Path;

use crate::support::{Output, Repo, run, token};

/// Runs a line that hexguard printed, in the folder where the person stands.
fn paste(repo: &Repo, folder: &Path, line: &str) -> Output {
    run(repo.command("bash").args(["-c", line]).current_dir(folder))
}

/// Returns the line of a message that begins with these words.
fn line<'a>(output: &'a Output, start: &str) -> &'a str {
    output
        .stderr
        .lines()
        .map(str::trim_start)
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no line starts with {start}: {}", output.stderr))
}

#[test]
fn the_commands_of_a_stopped_commit_can_be_pasted() {
    for (born, below) in [(true, false), (true, true), (false, false), (false, true)] {
        for name in [
            "plain.py",
            "with space.py",
            "it's $HOME.py",
            "glob*[a].py",
            ":colon.py",
            "-dash.py",
            "new\nline.py",
        ] {
            let repo = Repo::new();
            if born {
                repo.stage("start.txt", "start\n").commit("start");
            }
            repo.hook("pre-commit").stage("other.txt", "other\n");
            repo.write("below/keep.txt", "")
                .write(name, format!("A = \"{}\"\n", token(1)))
                .git(&["add", "-A"]);
            let folder = if below {
                repo.path().join("below")
            } else {
                repo.path().to_owned()
            };
            let commit = "git commit -q -m x";
            let stopped = paste(&repo, &folder, commit);
            assert_eq!(stopped.code, 1, "{name:?} {stopped:?}");

            // Leave it out: then the rest can be committed, and the file is still there.
            let left_out = paste(&repo, &folder, line(&stopped, "git reset"));
            assert_eq!(left_out.code, 0, "{name:?} {left_out:?}");
            let rest = paste(&repo, &folder, commit);
            assert_eq!(rest.code, 0, "{name:?} {rest:?}");
            assert!(repo.path().join(name).exists());

            // Mend it and stage it again.
            repo.write(name, "A = os.environ[\"HEX_API_TOKEN\"]\n");
            let staged = paste(&repo, &folder, line(&stopped, "git add"));
            assert_eq!(staged.code, 0, "{name:?} {staged:?}");
            let mended = paste(&repo, &folder, commit);
            assert_eq!(mended.code, 0, "{name:?} {mended:?}");
            assert_eq!(repo.git(&["status", "--porcelain"]).stdout, "");
        }
    }
}

#[test]
fn the_commands_of_a_stopped_push_can_be_pasted() {
    for older in [false, true] {
        let repo = Repo::new();
        repo.stage("start.txt", "start\n").commit("start");
        let remote = repo.beside("remote.git");
        repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
        repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
        repo.git(&["push", "-q", "origin", "main"]);
        assert_eq!(repo.hexguard(&["install"]).code, 0);
        repo.stage("it's here.py", format!("A = \"{}\"\n", token(1)))
            .commit("sneaked in");
        if older {
            repo.stage("later.txt", "later\n").commit("later");
        }
        let push = "git push -q origin main";
        let top = repo.path().to_owned();
        let stopped = paste(&repo, &top, push);
        assert_eq!(stopped.code, 1, "{stopped:?}");
        if older {
            let rebase = format!(
                "GIT_SEQUENCE_EDITOR='sed -i 1s/pick/edit/' {}",
                line(&stopped, "git rebase")
            );
            let halted = paste(&repo, &top, &rebase);
            assert_eq!(halted.code, 0, "{halted:?}");
        }
        repo.write("it's here.py", "A = os.environ[\"HEX_API_TOKEN\"]\n");
        let amended = paste(&repo, &top, line(&stopped, "git add"));
        assert_eq!(amended.code, 0, "{amended:?}");
        if older {
            repo.git(&["-c", "core.editor=true", "rebase", "--continue"]);
        }
        let pushed = paste(&repo, &top, push);
        assert_eq!(pushed.code, 0, "{pushed:?}");
    }
}

#[test]
fn the_suggested_comment_allows_the_finding_and_nothing_else() {
    for name in [
        "a.py",
        "a.js",
        "a.sql",
        "a.html",
        "Dockerfile",
        ".env",
        "a.ini",
        "a.tex",
    ] {
        let repo = Repo::new();
        repo.stage("start.txt", "")
            .commit("start")
            .hook("pre-commit");
        repo.stage(name, format!("A = \"{}\"\n", token(1)));
        let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
        assert_eq!(stopped.code, 1, "{stopped:?}");
        let comment = stopped
            .stderr
            .lines()
            .find(|line| line.contains("hexguard:allow"))
            .unwrap()
            .trim();

        let other = format!("{}\nB = \"{}\"\n", token(1), token(2));
        repo.stage(name, format!("{comment}\nA = \"{other}"));
        let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
        assert_eq!(
            stopped.code, 1,
            "a second secret is not allowed with the first: {stopped:?}"
        );

        repo.stage(name, format!("{comment}\nA = \"{}\"\n", token(1)));
        let allowed = repo.try_git(&["commit", "-q", "-m", "x"]);
        assert_eq!(allowed.code, 0, "{name}: {allowed:?}");
    }
}

#[test]
fn what_is_advised_for_several_files_names_all_of_them() {
    let repo = Repo::new();
    repo.hook("pre-commit").commit("first");
    for (name, seed) in [("sub/a.json", 1), ("b c.json", 2)] {
        repo.stage(name, format!("{{\"token\": \"{}\"}}\n", token(seed)));
    }
    let stopped = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let folder = repo.path().join("sub");
    let by_hand = crate::support::run(
        repo.command(crate::support::HEXGUARD)
            .arg("scan")
            .current_dir(&folder),
    );
    for (report, prefix) in [(&stopped.stderr, ""), (&by_hand.stdout, ":/")] {
        let wanted = format!("git reset -q -- {prefix}b c.json {prefix}sub/a.json");
        assert!(
            report.replace('\'', "").contains(&wanted),
            "{wanted}\n{report}"
        );
        assert_eq!(report.matches("hg1:").count(), 2, "{report}");
    }
}

/// Unstaged in a merge, a file loses what the other side changed in it.
#[test]
fn in_a_merge_nothing_is_left_out() {
    let repo = Repo::new();
    repo.stage("a.py", "A = 1\n").commit("start");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("a.py", "A = 2\n").commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("a.py", "A = 3\n").commit("ours");
    repo.hook("pre-commit");
    assert_ne!(repo.try_git(&["merge", "-q", "side"]).code, 0, "a conflict");
    repo.stage("a.py", format!("A = 2\nB = \"{}\"\n", token(1)));
    let stopped = repo.try_git(&["commit", "-q", "--no-edit"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(stopped.stderr.contains("git add -- a.py"), "{stopped:?}");
    assert!(!stopped.stderr.contains("git reset"), "{stopped:?}");
}
