//! What hexguard tells people to type works when it is typed.

use std::path::Path;

use crate::support::{HEXGUARD, Output, Repo, run, token};

/// Runs a line that hexguard printed, in the folder where the person stands; an editor takes the tokens out.
pub(crate) fn paste(repo: &Repo, folder: &Path, line: &str) -> Output {
    let path = std::env::var("PATH").unwrap();
    let own = Path::new(HEXGUARD).parent().unwrap().display();
    let mut command = repo.command("bash");
    command
        .args(["-c", line])
        .env("PATH", format!("{own}:{path}"))
        .env("GIT_EDITOR", "sed -i 's/hxtp_[0-9a-f]*/nothing/'")
        .env("GIT_SEQUENCE_EDITOR", "sed -i 's/^pick/edit/'");
    run(command.current_dir(folder))
}

/// Pastes every line of a message that begins so; each must work.
pub(crate) fn paste_all(repo: &Repo, output: &Output, start: &str) {
    let said = [output.stdout.as_str(), &output.stderr].concat();
    let lines = said.lines().map(str::trim_start);
    let lines: Vec<&str> = lines.filter(|line| line.starts_with(start)).collect();
    assert!(!lines.is_empty(), "no line starts with {start}: {said}");
    for line in lines {
        let pasted = paste(repo, repo.path(), line);
        assert_eq!(pasted.code, 0, "{line} {pasted:?}");
    }
}

/// A repository with a commit, and a remote that has it.
pub(crate) fn pushed() -> Repo {
    let repo = Repo::new();
    repo.stage("start.txt", "start\n").commit("start");
    let remote = repo.beside("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo
}

/// Returns the line of a message that begins with these words.
pub(crate) fn line<'a>(output: &'a Output, start: &str) -> &'a str {
    output
        .stderr
        .lines()
        .map(str::trim_start)
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no line starts with {start}: {}", output.stderr))
}

/// Returns what a message says from some words on, up to the next backtick.
fn between(output: &Output, start: &str) -> String {
    let (_, rest) = output
        .stderr
        .split_once(start)
        .unwrap_or_else(|| panic!("nothing is behind {start}: {}", output.stderr));
    rest.split_once('`').unwrap().0.to_owned()
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
        let repo = pushed();
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
            let halted = paste(&repo, &top, line(&stopped, "git rebase"));
            assert_eq!(halted.code, 0, "{halted:?}");
        }
        repo.write("it's here.py", "A = os.environ[\"HEX_API_TOKEN\"]\n");
        let amend = if older {
            "git commit -a --amend"
        } else {
            "git add"
        };
        let amended = paste(&repo, &top, line(&stopped, amend));
        assert_eq!(amended.code, 0, "{amended:?}");
        if older {
            repo.git(&["rebase", "--continue"]);
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

#[test]
fn advice_for_several_kinds_serves_each_of_them() {
    for below in [false, true] {
        let repo = Repo::new();
        repo.stage("start.txt", "start\n").commit("start");
        repo.hook("pre-commit");
        let name = format!("d x/it's {}.txt", token(3));
        repo.stage("a.py", format!("A = \"{}\"\n", token(1)))
            .stage("b.json", format!("{{\"token\": \"{}\"}}\n", token(2)))
            .stage(&name, "x\n");
        let folder = repo.path().join(if below { "d x" } else { "." });
        let stopped = paste(&repo, &folder, "git commit -q -m x");
        assert_eq!(stopped.code, 1, "{stopped:?}");
        assert!(!stopped.stderr.contains(&token(3)[5..20]), "{stopped:?}");
        let start = if below { "cd " } else { "git mv" };
        let renamed = paste(&repo, &folder, line(&stopped, start));
        assert_eq!(renamed.code, 0, "{renamed:?}");
        assert!(repo.path().join("d x/NEW-NAME").exists(), "{stopped:?}");
        // A comment serves only the file that can hold one, the fingerprints only the others.
        let allowed = paste(&repo, &folder, line(&stopped, "hexguard allow"));
        assert_eq!(allowed.code, 0, "{allowed:?}");
        let stopped = paste(&repo, &folder, "git commit -q -m x");
        assert_eq!(stopped.code, 1, "{stopped:?}");
        assert!(stopped.stderr.contains("1 blocked"), "{stopped:?}");
        assert!(!stopped.stderr.contains("hexguard allow "), "{stopped:?}");
        let comment = line(&stopped, "# hexguard:allow");
        repo.stage("a.py", format!("{comment}\nA = \"{}\"\n", token(1)));
        let passed = paste(&repo, &folder, "git commit -q -m x");
        assert_eq!(passed.code, 0, "{passed:?}");
    }
}

#[test]
fn of_many_files_to_rename_each_gets_a_name_of_its_own() {
    let repo = Repo::new();
    repo.stage("start.txt", "start\n").commit("start");
    repo.hook("pre-commit");
    for n in 0..5 {
        repo.stage(&format!("d/{}.txt", token(n)), "x\n");
    }
    let stopped = paste(&repo, repo.path(), "git commit -q -m x");
    let says = "Rename the file (here the first 3 of 5 files):";
    assert!(stopped.stderr.contains(says), "{stopped:?}");
    let commands = stopped.stderr.lines().map(str::trim);
    for command in commands.filter(|line| line.starts_with("git mv")) {
        let renamed = paste(&repo, repo.path(), command);
        assert_eq!(renamed.code, 0, "{command} {renamed:?}");
    }
    for n in 1..=3 {
        let name = format!("d/NEW-NAME-{n}");
        assert!(repo.path().join(name).exists(), "{stopped:?}");
    }
    let stopped = paste(&repo, repo.path(), "git commit -q -m x");
    assert!(stopped.stderr.contains("2 blocked"), "{stopped:?}");
}

#[test]
fn a_file_that_is_a_secret_as_a_whole_is_left_out_and_not_renamed() {
    let repo = Repo::new();
    repo.stage("start.txt", "start\n").commit("start");
    repo.hook("pre-commit")
        .stage("config/master.key", "x\n")
        .stage("b.txt", "x\n");
    let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(!stopped.stderr.contains("git mv"), "{stopped:?}");
    paste_all(&repo, &stopped, "git rm");
    repo.git(&["commit", "-q", "-m", "x"]);
    assert!(repo.path().join("config/master.key").exists());
}

#[test]
fn every_commit_of_a_stopped_push_is_named_and_can_be_mended() {
    let repo = pushed();
    repo.hook("pre-push");
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)))
        .commit("one");
    repo.stage("b.txt", "b\n")
        .commit(&format!("use {}", token(2)));
    repo.stage(&format!("d/{}.txt", token(3)), "x\n")
        .commit("three");
    let stopped = repo.try_git(&["push", "-q", "origin", "main"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let ids = repo.git(&["rev-list", "HEAD", "^origin/main"]).stdout;
    for id in ids.lines() {
        let named = stopped.stderr.matches(&id[..12]).count();
        assert!(named >= 2, "{id} {stopped:?}");
    }
    let first = line(&stopped, "git rebase");
    assert_eq!(paste(&repo, repo.path(), first).code, 0);
    for _ in ids.lines() {
        repo.write("a.py", "A = 1\n");
        paste(&repo, repo.path(), "git mv d/hxtp_* d/new.txt");
        let amended = paste(&repo, repo.path(), line(&stopped, "git commit"));
        assert_eq!(amended.code, 0, "{amended:?}");
    }
    repo.git(&["push", "-q", "origin", "main"]);
}

#[test]
fn commits_are_mended_on_the_branch_that_has_them() {
    let repo = pushed();
    repo.hook("pre-push");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)))
        .commit("one");
    repo.git(&["checkout", "-q", "main"]);
    let stopped = repo.try_git(&["push", "-q", "origin", "topic"]);
    let rebase = line(&stopped, "git rebase");
    assert!(rebase.ends_with(" topic"), "{rebase}");
    assert_eq!(paste(&repo, repo.path(), rebase).code, 0);
    repo.write("a.py", "A = 1\n");
    let amended = paste(&repo, repo.path(), line(&stopped, "git commit"));
    assert_eq!(amended.code, 0, "{amended:?}");
    repo.git(&["push", "-q", "origin", "topic"]);

    // Merges above the commit stay merges; below the first of all commits there is none.
    repo.git(&["checkout", "-q", "--orphan", "new"]);
    repo.stage("a.py", format!("A = \"{}\"\n", token(2)))
        .commit("first");
    let stopped = repo.try_git(&["push", "-q", "origin", "new"]);
    assert!(stopped.stderr.contains("the newest commit"), "{stopped:?}");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("b.txt", "b\n").commit("side");
    repo.git(&["checkout", "-q", "new"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let stopped = repo.try_git(&["push", "-q", "origin", "new"]);
    assert_eq!(
        line(&stopped, "git rebase"),
        "git rebase -i --autostash --empty=drop -r --root"
    );
}

#[test]
fn notes_the_stash_and_tags_get_advice_of_their_own() {
    let repo = pushed();
    repo.git(&["notes", "add", "-m", &format!("use {}", token(1))]);
    for seed in [2, 3] {
        repo.write("start.txt", format!("A = \"{}\"\n", token(seed)));
        repo.git(&["stash", "-q"]);
    }
    repo.git(&["tag", "-a", "-m", &format!("use {}", token(4)), "it's"]);
    let found = repo.hexguard(&["scan", "--history"]);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(!found.stdout.contains("git rebase"), "{found:?}");
    for start in ["git notes", "git update-ref", "git stash", "git tag"] {
        paste_all(&repo, &found, start);
    }
    let mended = repo.hexguard(&["scan", "--history"]);
    assert_eq!(mended.code, 0, "{mended:?}");
}

#[test]
fn advice_on_an_author_fits_where_the_name_is_from() {
    let repo = Repo::new();
    repo.hook("commit-msg");
    let secret = token(1);
    let commit = |before: &[&str], behind: &[&str], variable: Option<&str>| {
        let mut command = repo.command("git");
        for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] {
            command.env_remove(name);
        }
        if let Some(name) = variable {
            command.env(name, &secret);
        }
        let commit = ["commit", "-q", "--allow-empty", "-m", "x"];
        run(command.args(before).args(commit).args(behind))
    };
    repo.git(&["config", "user.name", "Ada"]);
    let author = format!("{secret} <a@example.com>");
    let set = format!("user.name={secret}");
    let by_option = commit(&[], &["--author", &author], None);
    let by_variable = commit(&[], &[], Some("GIT_AUTHOR_NAME"));
    for stopped in [by_option, by_variable] {
        assert_eq!(stopped.code, 1, "{stopped:?}");
        assert!(!stopped.stderr.contains("git config"), "{stopped:?}");
        let said = [
            between(&stopped, "commit with `"),
            between(&stopped, "as before, with `"),
        ];
        let again = format!("git commit -q --allow-empty {}", said.join(" "));
        assert_eq!(paste(&repo, repo.path(), &again).code, 0, "{again}");
        assert_eq!(
            repo.git(&["log", "-1", "--format=%an %s"]).stdout,
            "NAME x\n"
        );
    }
    let stopped = commit(&["-c", &set], &[], None);
    line(&stopped, "Leave user.name out of the command line");
    assert!(!stopped.stderr.contains("git config"), "{stopped:?}");
    let stopped = commit(&[], &[], Some("GIT_COMMITTER_NAME"));
    line(&stopped, "unset GIT_COMMITTER_NAME");
    for key in ["author.name", "user.name"] {
        repo.git(&["config", key, &secret]);
        let stopped = commit(&[], &[], None);
        assert_eq!(stopped.code, 1, "{stopped:?}");
        paste_all(&repo, &stopped, "git config");
        assert_eq!(commit(&[], &[], None).code, 0);
    }
}

#[test]
fn outside_of_a_repository_nothing_of_git_is_advised() {
    let repo = Repo::new();
    let folder = repo.beside("plain");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.json"), format!("[\"{}\"]\n", token(1))).unwrap();
    let scan = |folder: &Path, path: &str| {
        let mut command = repo.command(HEXGUARD);
        run(command.current_dir(folder).args(["scan", path]))
    };
    let found = scan(&folder, ".");
    assert_eq!(found.code, 1, "{found:?}");
    assert!(!found.stdout.contains("git "), "{found:?}");
    let allow = found
        .stdout
        .lines()
        .find(|line| line.contains("hexguard allow"));
    assert_eq!(paste(&repo, &folder, allow.unwrap()).code, 0);
    assert_eq!(scan(&folder, ".").code, 0);
    // From within one, too.
    let found = scan(repo.path(), folder.to_str().unwrap());
    for advice in ["git add -- /", "git reset", "git mv"] {
        assert!(!found.stdout.contains(advice), "{found:?}");
    }
}

#[test]
fn an_exception_goes_into_the_file_that_is_there() {
    let repo = pushed();
    repo.stage(".hexguard.toml", "").commit("configured");
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)))
        .commit("sneaked in");
    repo.hook("pre-push");
    let stopped = repo.try_git(&["push", "-q", "origin", "main"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    paste_all(&repo, &stopped, "hexguard allow");
    repo.git(&["push", "-q", "origin", "main"]);
    assert!(!repo.path().join("hexguard.toml").exists());
}

#[test]
fn a_merge_is_mended_and_the_tags_that_hold_it_follow() {
    let repo = pushed();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("b.txt", "b\n").commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("c.txt", "c\n").commit("main");
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)))
        .commit("merge");
    repo.git(&["tag", "light"]);
    repo.git(&["tag", "-a", "v1", "-m", "one"]);
    repo.stage("d.txt", "d\n").commit("last");
    repo.hook("pre-push");
    let all = ["push", "-q", "origin", "main", "light", "v1"];
    let stopped = repo.try_git(&all);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    // The list has a line of its own for a merge: what is said of it is done there.
    let (_, below) = stopped
        .stderr
        .split_once("the line `break` below `")
        .unwrap();
    let (start, _) = below.split_once("...`").unwrap();
    let edit = format!("sed -i '/^{start}/a break'");
    let mut rebase = repo.command("sh");
    rebase
        .args(["-c", line(&stopped, "git rebase")])
        .env("GIT_SEQUENCE_EDITOR", edit);
    let rebased = run(rebase.current_dir(repo.path()));
    assert_eq!(rebased.code, 0, "{rebased:?}");
    repo.write("a.py", "A = 1\n");
    let amended = paste(&repo, repo.path(), line(&stopped, "git commit"));
    assert_eq!(amended.code, 0, "{amended:?}");
    for tag in ["git tag -f light", "git tag -f -a v1"] {
        let moved = line(&stopped, tag).replace("NEW-COMMIT", "HEAD^");
        assert_eq!(paste(&repo, repo.path(), &moved).code, 0, "{moved}");
    }
    let pushed = repo.try_git(&all);
    assert_eq!((pushed.code, pushed.stderr.as_str()), (0, ""));
}

#[test]
fn what_a_remote_has_already_is_said_to_be_out() {
    let repo = pushed();
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)))
        .commit("one");
    repo.git(&["push", "-q", "origin", "main"]);
    repo.stage("b.txt", "b\n").commit("two");
    let found = repo.hexguard(&["scan", "--history"]);
    assert_eq!(found.code, 1, "{found:?}");
    let said = "origin/main has it already: the secret is out";
    assert!(found.stdout.contains(said), "{found:?}");
    let push = "git push --force-with-lease origin main";
    assert!(found.stdout.contains(push), "{found:?}");
    // Without an upstream, too.
    repo.git(&["reset", "-q", "--hard", "HEAD~2"]);
    assert_eq!(paste(&repo, repo.path(), push).code, 0);
}

#[test]
fn a_file_is_left_out_of_a_commit_for_which_git_stages_it_itself() {
    let repo = Repo::new();
    repo.stage("t.py", "A = 1\n")
        .stage("u.py", "B = 1\n")
        .commit("start");
    repo.hook("pre-commit");
    repo.write("t.py", format!("A = \"{}\"\n", token(1)))
        .write("u.py", "B = 2\n");
    let all = repo.try_git(&["commit", "-qam", "x"]);
    assert_eq!(all.code, 1, "{all:?}");
    assert!(all.stderr.contains("without `-a`"), "{all:?}");
    paste_all(&repo, &all, "git reset");
    repo.git(&["add", "u.py"]);
    repo.git(&["commit", "-qm", "the others"]);

    repo.write("u.py", "B = 3\n");
    let named = repo.try_git(&["commit", "-qm", "x", "--", "t.py", "u.py"]);
    assert_eq!(named.code, 1, "{named:?}");
    assert!(!named.stderr.contains("git reset"), "{named:?}");
    assert!(named.stderr.contains("without its name"), "{named:?}");
    repo.git(&["commit", "-qm", "x", "--", "u.py"]);
}

#[test]
fn the_message_that_is_kept_goes_with_the_options_of_before() {
    let repo = Repo::new();
    repo.stage("a.txt", "a\n").commit("start");
    repo.hook("commit-msg");
    repo.write("a.txt", "b\n");
    repo.git(&["checkout", "-q", "-b", &format!("x-{}", token(1))]);
    let stopped = repo.try_git(&["commit", "-qam", "as it should be"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(stopped.stderr.contains("branch name: Hex"), "{stopped:?}");
    paste_all(&repo, &stopped, "git branch");
    let again = format!("git commit -qa {}", between(&stopped, "as before, with `"));
    assert_eq!(paste(&repo, repo.path(), &again).code, 0, "{again}");
    let message = repo.git(&["log", "-1", "--format=%s"]).stdout;
    assert_eq!(message, "as it should be\n");
    // It stands with the advice, and formats for programs do without that.
    repo.git(&["checkout", "-q", "-b", &format!("x-{}", token(2))]);
    repo.write("a.txt", "c\n");
    let mut command = repo.command("git");
    let commit = command.args(["commit", "-qam", "x"]);
    let stopped = run(commit.env("HEXGUARD_FORMAT", "compact"));
    assert!(between(&stopped, "as before, with `").starts_with("-F "));
}

#[test]
fn a_tag_with_a_message_gets_another_name_for_good() {
    let repo = pushed();
    repo.hook("pre-push");
    let name = format!("v-{}", token(1));
    repo.git(&["tag", "-a", &name, "-m", "one"]);
    repo.git(&["tag", "-a", "other", "-m", &format!("use {}", token(1))]);
    let stopped = repo.try_git(&["push", "-q", "origin", &name]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(stopped.stderr.contains("tag name: Hex"), "{stopped:?}");
    assert!(!stopped.stderr.contains("user.name"), "{stopped:?}");
    assert!(!stopped.stderr.contains("git tag -f"), "{stopped:?}");
    let renamed = line(&stopped, "git tag")
        .replace("OLD-NAME", &name)
        .replace("NEW-NAME", "v1");
    let renamed = renamed.replace("tag -a", "tag -m one -a");
    let pasted = paste(&repo, repo.path(), &renamed);
    assert_eq!(pasted.code, 0, "{pasted:?}");
    repo.git(&["push", "-q", "origin", "v1"]);
    let stopped = repo.try_git(&["push", "-q", "origin", "other"]);
    let anew = line(&stopped, "git tag");
    assert_eq!(anew, "git tag -f -a other 'other^{}'");
}

#[test]
fn where_an_exception_must_come_first_it_is_committed_first() {
    let repo = Repo::new();
    repo.stage("hexguard.toml", "same-commit-allow = \"block\"\n")
        .commit("policy");
    repo.hook("pre-commit");
    let rule = "hex-personal-token";
    let text = format!("A = \"{}\" # hexguard:allow {rule} -- y\n", token(1));
    repo.stage("a.py", text);
    let stopped = repo.try_git(&["commit", "-qm", "x"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(!stopped.stderr.contains("in a comment on"), "{stopped:?}");
    paste_all(&repo, &stopped, "hexguard allow");
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)));
    repo.git(&["commit", "-qm", "x"]);
}

#[test]
fn every_kind_of_file_and_every_value_is_told_of_or_counted() {
    let repo = Repo::new();
    repo.hook("pre-commit").commit("first");
    for (seed, end) in (1..).zip(["java", "py", "html", "yml", "sql"]) {
        let text = format!("token = \"{}\"\n", token(seed));
        repo.stage(&format!("d/a.{end}"), text);
    }
    let stopped = repo.try_git(&["commit", "-qm", "x"]);
    for start in [
        ".html: <!-- hex",
        ".java: // hex",
        ".sql: -- hex",
        ".py, .yml: # hex",
    ] {
        line(&stopped, start);
    }
    repo.git(&["reset", "-q"]);
    for seed in 10..41 {
        repo.stage(
            &format!("e/{seed}.json"),
            format!("[\"{}\"]\n", token(seed)),
        );
    }
    let stopped = repo.try_git(&["commit", "-qm", "x"]);
    assert!(
        stopped.stderr.contains("scan again for 11 more"),
        "{stopped:?}"
    );
    assert!(
        stopped.stderr.contains("the first 8 of 31 files"),
        "{stopped:?}"
    );
    paste_all(&repo, &stopped, "git reset");
    paste_all(&repo, &stopped, "hexguard allow");
}

#[test]
fn a_later_commit_that_takes_the_secret_out_is_no_trouble() {
    let repo = pushed();
    repo.hook("pre-push");
    repo.stage("a.py", format!("A = \"{}\"\n", token(1)))
        .commit("in");
    repo.git(&["rm", "-q", "a.py"]);
    repo.commit("out");
    repo.stage("b.txt", "b\n").commit("later");
    repo.write("b.txt", "not committed\n");
    let stopped = repo.try_git(&["push", "-q", "origin", "main"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let halted = paste(&repo, repo.path(), line(&stopped, "git rebase"));
    assert_eq!(halted.code, 0, "{halted:?}");
    std::fs::remove_file(repo.path().join("a.py")).unwrap();
    let amended = paste(&repo, repo.path(), line(&stopped, "git commit -a"));
    assert!(!amended.stderr.contains("is now empty"), "{amended:?}");
    // The editor of this test marks each commit to stop at.
    for _ in 0..2 {
        paste(&repo, repo.path(), "git rebase --continue");
    }
    let mended = repo.git(&["log", "--format=%s", "origin/main.."]);
    assert!(
        mended.stdout.starts_with("later\n"),
        "{mended:?} {amended:?}"
    );
    let kept = std::fs::read_to_string(repo.path().join("b.txt")).unwrap();
    assert_eq!(kept, "not committed\n");
    repo.git(&["push", "-q", "origin", "main"]);
}
