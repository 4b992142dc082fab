//! Every event at which git calls hexguard, with real commits and real pushes.

use std::fs;
use std::path::PathBuf;

use crate::support::{HEXGUARD, Output, Repo, run, script, token};

fn installed() -> Repo {
    let repo = Repo::new();
    repo.commit("first");
    let output = repo.hexguard(&["install"]);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    repo
}

#[test]
fn a_token_in_the_message_stops_the_commit() {
    let repo = installed();
    repo.stage("a.txt", "a\n");
    let message = format!("title\n\nuse {}", token(1));
    let output = repo.try_git(&["commit", "-q", "-m", &message]);
    assert_ne!(output.code, 0);
    assert!(
        output.stderr.contains("commit message, line 3"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains(&token(1)), "{}", output.stderr);
    // The message is kept, and the options that are shown take it up again.
    let (_, help) = output.stderr.split_once("as before, with `").unwrap();
    let help = format!("git commit {}", help.split_once('`').unwrap().0);
    // From below the top, too: git tells the hook of a path from there.
    fs::create_dir(repo.path().join("below")).unwrap();
    let mut again = repo.command("sh");
    again
        .current_dir(repo.path().join("below"))
        .env("GIT_EDITOR", "sed -i s/hxtp_.*/nothing/")
        .args(["-c", &help]);
    let output = run(&mut again);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(
        repo.git(&["log", "-1", "--format=%b"]).stdout.trim(),
        "use nothing"
    );
}

#[test]
fn what_git_drops_from_a_message_is_not_looked_at() {
    let repo = installed();
    // An old secret in the diff that -v shows, and one in a comment: neither becomes part of the commit.
    repo.stage("a.txt", format!("HEX={}\n", token(2)))
        .commit("old");
    repo.stage("a.txt", "gone\n");
    let editor = repo.beside("editor");
    script(
        &editor,
        &format!(
            "#!/bin/sh\n{{ echo title; echo '# {}'; cat \"$1\"; }} > \"$1.new\" && mv \"$1.new\" \"$1\"\n",
            token(3)
        ),
    );
    let commit = |args: &[&str]| {
        run(repo
            .command("git")
            .env("GIT_EDITOR", &editor)
            .args(["commit", "-q"])
            .args(args))
    };
    let output = commit(&["-v"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    // With -m a line that begins with # is part of the message.
    let message = format!("title\n\n# {}", token(4));
    let output = repo.try_git(&["commit", "-q", "--allow-empty", "-m", &message]);
    assert_ne!(output.code, 0);
    // So it is when comments begin with something else.
    repo.git(&["config", "core.commentChar", ";"]);
    assert_ne!(commit(&["--allow-empty"]).code, 0);
}

#[test]
fn a_token_in_the_branch_name_stops_the_commit() {
    let repo = installed();
    repo.git(&["checkout", "-q", "-b", &format!("try/{}", token(5))]);
    let output = repo.try_git(&["commit", "-q", "--allow-empty", "-m", "message"]);
    assert_ne!(output.code, 0);
    assert!(output.stderr.contains("branch name"), "{}", output.stderr);
    assert!(!output.stderr.contains(&token(5)), "{}", output.stderr);
}

#[test]
fn a_merge_without_conflicts_calls_hexguard() {
    let repo = installed();
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.stage("a.env", format!("HEX={}\n", token(6)))
        .commit("theirs");
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("b.txt", "b\n").commit("ours");
    let mut merge = repo.command("git");
    merge
        .env("HEXGUARD", "0")
        .args(["merge", "-q", "--no-edit", "other"]);
    let output = run(&mut merge);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(
        output.stderr.contains("hexguard: skipped"),
        "git ran the hook: {}",
        output.stderr
    );
}

#[test]
fn a_skip_says_one_line_and_is_noted() {
    let repo = installed();
    for (name, value, said) in [
        ("HEXGUARD", "0", "HEXGUARD=0"),
        ("SKIP", "lint,hexguard", "SKIP=hexguard"),
    ] {
        repo.stage("a.env", format!("HEX={} # {name}\n", token(7)));
        let output = run(repo
            .command("git")
            .env(name, value)
            .args(["commit", "-q", "-m", "message"]));
        assert_eq!(output.code, 0, "{}", output.stderr);
        let lines: Vec<&str> = output.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "{}", output.stderr);
        assert!(
            lines[0].starts_with(&format!("hexguard: skipped ({said})")),
            "{}",
            lines[0]
        );
    }
    repo.git(&["config", "hexguard.enabled", "off"]);
    repo.stage("a.env", format!("HEX={} # again\n", token(7)));
    let output = repo.git(&["commit", "-q", "-m", "message"]);
    assert!(
        output.stderr.contains("skipped (hexguard.enabled=false)"),
        "{}",
        output.stderr
    );
    // What says neither yes nor no switches nothing off, and is not passed over.
    repo.git(&["config", "hexguard.enabled", "maybe"]);
    repo.stage("b.env", format!("HEX={} # more\n", token(7)));
    let output = repo.try_git(&["commit", "-q", "-m", "message"]);
    assert_ne!(output.code, 0, "{}", output.stderr);
    assert!(
        output
            .stderr
            .contains("git config hexguard.enabled: `maybe` is neither true nor false"),
        "{}",
        output.stderr
    );
    let notes = fs::read_to_string(repo.path().join(".git/hexguard/skipped")).unwrap();
    assert_eq!(notes.lines().count(), 3, "{notes}");
    assert!(!notes.contains("hxtp"), "{notes}");
}

#[test]
fn an_unknown_event_is_an_error() {
    let repo = Repo::new();
    let output = run(repo.command(HEXGUARD).args(["hook", "post-commit"]));
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("pre-receive"), "{}", output.stderr);
}

/// A repository with hexguard and a bare remote; the first commit is pushed.
fn with_remote() -> Repo {
    let repo = installed();
    add_remote(&repo, "origin");
    repo.git(&["push", "-q", "origin", "main"]);
    repo
}

/// Makes a bare repository and names it as a remote; reached as a server's would be.
fn add_remote(repo: &Repo, name: &str) -> PathBuf {
    let path = repo.beside(&format!("{name}.git"));
    repo.git(&["init", "-q", "--bare", path.to_str().unwrap()]);
    repo.git(&["remote", "add", name, &format!("file://{}", path.display())]);
    path
}

/// Commits a token past the hooks.
fn sneak(repo: &Repo, path: &str, seed: u64) {
    repo.stage(path, format!("HEX={}\n", token(seed)));
    repo.commit("sneaked in");
}

fn push(repo: &Repo, args: &[&str]) -> Output {
    let mut all = vec!["push", "-q"];
    all.extend(args);
    repo.try_git(&all)
}

fn is_stopped(output: &Output, file: &str) {
    assert_ne!(output.code, 0, "{}", output.stderr);
    assert!(
        output.stderr.contains("the push is stopped"),
        "{}",
        output.stderr
    );
    assert!(output.stderr.contains(file), "{}", output.stderr);
    assert!(!output.stderr.contains("hxtp_0"), "{}", output.stderr);
}

#[test]
fn what_no_verify_let_through_is_stopped_at_the_push() {
    let repo = with_remote();
    sneak(&repo, "a.env", 1);
    // Also when the token is gone again in the newest commit: it would still be in the history.
    repo.git(&["rm", "-q", "a.env"]);
    repo.commit("gone");
    is_stopped(&push(&repo, &["origin", "main"]), "a.env");
    is_stopped(&push(&repo, &["origin", "main:refs/heads/new"]), "a.env");
    is_stopped(&push(&repo, &["origin", "HEAD~1:refs/tags/light"]), "a.env");
    repo.git(&["tag", "-a", "-m", "a tag", "heavy", "HEAD~1"]);
    is_stopped(&push(&repo, &["origin", "heavy"]), "a.env");
    let url = repo.git(&["remote", "get-url", "origin"]).stdout;
    is_stopped(&push(&repo, &[url.trim(), "main"]), "a.env");
    // What is clean passes, whatever lies about elsewhere.
    repo.git(&["checkout", "-q", "-b", "clean", "origin/main"]);
    repo.stage("b.txt", "b\n").commit("clean");
    assert_eq!(push(&repo, &["origin", "clean"]).code, 0);
    assert_eq!(push(&repo, &["origin", "--delete", "clean"]).code, 0);
}

#[test]
fn a_file_that_was_renamed_since_is_stopped_at_the_push() {
    let repo = with_remote();
    sneak(&repo, "a.env", 11);
    // The same content again, in a commit whose parent held it: new is what the first one brought.
    repo.git(&["mv", "a.env", "b.env"]);
    repo.commit("renamed");
    is_stopped(&push(&repo, &["origin", "main"]), "a.env");
    let history = repo.hexguard(&["scan", "--history"]);
    assert_eq!(history.code, 1, "{history:?}");
    // What stood where it does not count stands where it does by now.
    repo.git(&["reset", "-q", "--hard", "origin/main"]);
    repo.stage("hexguard.toml", "exclude = [\"vendor/\"]\n");
    sneak(&repo, "vendor/e.env", 14);
    repo.git(&["mv", "vendor/e.env", "e.env"]);
    repo.commit("moved");
    is_stopped(&push(&repo, &["origin", "main"]), "e.env");
    // Also where the remote has both by then, and only the note of a skip tells of them.
    repo.git(&["reset", "-q", "--hard", "origin/main"]);
    for step in [&["add", "-A"][..], &["mv", "c.env", "d.env"]] {
        if step[0] == "add" {
            repo.write("c.env", format!("HEX={}\n", token(12)));
        }
        repo.git(step);
        let mut commit = repo.command("git");
        commit
            .env("HEXGUARD", "0")
            .args(["commit", "-q", "-m", "skipped"]);
        assert_eq!(run(&mut commit).code, 0);
    }
    assert_eq!(push(&repo, &["--no-verify", "origin", "main"]).code, 0);
    is_stopped(&push(&repo, &["origin", "main:refs/heads/more"]), "c.env");
}

#[test]
fn a_tag_may_lead_to_a_folder() {
    let repo = with_remote();
    repo.git(&["tag", "-a", "-m", "a tag", "clean", "HEAD^{tree}"]);
    let output = push(&repo, &["origin", "clean"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    repo.stage("below/a.env", format!("HEX={}\n", token(13)));
    let tree = repo.git(&["write-tree"]).stdout;
    repo.git(&["tag", "-a", "-m", "a tag", "dirty", tree.trim()]);
    is_stopped(&push(&repo, &["origin", "dirty"]), "below/a.env");
}

#[test]
fn what_the_remote_has_already_is_not_looked_at_again() {
    let repo = with_remote();
    sneak(&repo, "a.env", 2);
    assert_eq!(push(&repo, &["--no-verify", "origin", "main"]).code, 0);
    repo.stage("b.txt", "b\n").commit("clean");
    let output = push(&repo, &["origin", "main"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    // By force, over something that the remote has.
    repo.git(&["commit", "-q", "--amend", "--no-verify", "-m", "amended"]);
    assert_eq!(push(&repo, &["--force", "origin", "main"]).code, 0);
    // By force, over something that nobody here knows.
    let other = repo.beside("other");
    let url = repo.git(&["remote", "get-url", "origin"]).stdout;
    repo.git(&[
        "clone",
        "-q",
        "-b",
        "main",
        url.trim(),
        other.to_str().unwrap(),
    ]);
    repo.git(&[
        "-C",
        other.to_str().unwrap(),
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "theirs",
    ]);
    repo.git(&[
        "-C",
        other.to_str().unwrap(),
        "push",
        "-q",
        "origin",
        "main",
    ]);
    repo.stage("c.txt", "c\n").commit("ours");
    let output = push(&repo, &["--force", "origin", "main"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    // Another remote has none of it.
    add_remote(&repo, "second");
    is_stopped(&push(&repo, &["second", "main"]), "a.env");
}

#[test]
fn a_token_in_a_message_or_in_the_name_of_a_branch_stops_the_push() {
    let repo = with_remote();
    repo.commit(&format!("use {}", token(3)));
    is_stopped(&push(&repo, &["origin", "main"]), "commit message");
    repo.git(&["reset", "-q", "--hard", "HEAD^"]);
    let name = format!("HEAD:refs/heads/{}", token(4));
    is_stopped(&push(&repo, &["origin", &name]), "branch name");
    // A tag has a message of its own, and may lead to a file by itself.
    repo.git(&[
        "tag",
        "-a",
        "-m",
        &format!("use {}", token(5)),
        "heavy",
        "HEAD",
    ]);
    repo.git(&["tag", "-a", "-m", "around it", "outer", "heavy"]);
    is_stopped(&push(&repo, &["origin", "outer"]), "tag message");
    repo.write("a.env", format!("HEX={}\n", token(6)));
    let blob = repo.git(&["hash-object", "-w", "a.env"]).stdout;
    repo.git(&["tag", "file", blob.trim()]);
    is_stopped(&push(&repo, &["origin", "file"]), "refs/tags/file");
}

#[test]
fn a_commit_made_while_hexguard_was_off_is_scanned_at_the_push() {
    let repo = with_remote();
    repo.stage("a.env", format!("HEX={}\n", token(5)));
    let mut commit = repo.command("git");
    commit
        .env("HEXGUARD", "0")
        .args(["commit", "-q", "-m", "skipped"]);
    assert_eq!(run(&mut commit).code, 0);
    let output = push(&repo, &["origin", "main"]);
    is_stopped(&output, "a.env");
    assert!(
        output.stderr.contains("made with hexguard off"),
        "{}",
        output.stderr
    );
    // Skipping the push too moves it to the next one, though the remote has the commit then.
    let mut skipped = repo.command("git");
    skipped
        .env("SKIP", "hexguard")
        .args(["push", "-q", "origin", "main"]);
    let output = run(&mut skipped);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(
        output
            .stderr
            .lines()
            .filter(|line| line.contains("hexguard"))
            .count(),
        1,
        "{}",
        output.stderr
    );
    repo.stage("b.txt", "b\n").commit("clean");
    is_stopped(&push(&repo, &["origin", "main"]), "a.env");
}

#[test]
fn a_clean_look_at_what_was_skipped_ends_the_matter() {
    let repo = with_remote();
    let notes = repo.path().join(".git/hexguard/skipped");
    for amend in [false, true] {
        repo.stage("a.txt", format!("{amend}\n"));
        let mut commit = repo.command("git");
        commit
            .env("HEXGUARD", "0")
            .args(["commit", "-q", "-m", "skipped"]);
        if amend {
            commit.arg("--amend");
        }
        assert_eq!(run(&mut commit).code, 0);
        assert!(notes.exists());
        let output = push(&repo, &["--force", "origin", "main"]);
        assert_eq!(output.code, 0, "{}", output.stderr);
        assert!(
            output
                .stderr
                .contains("scanned 1 commit made with hexguard off"),
            "{}",
            output.stderr
        );
        assert!(!notes.exists());
    }
    assert_eq!(push(&repo, &["origin", "main:other"]).stderr, "");
}

#[test]
fn no_commit_is_said_to_be_made_with_hexguard_off_that_may_not_be() {
    let repo = with_remote();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("g.txt", "g\n");
    let mut commit = repo.command("git");
    let commit = commit.env("HEXGUARD", "0");
    assert_eq!(run(commit.args(["commit", "-q", "-m", "off"])).code, 0);
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("m.txt", "m\n").commit("on");
    let output = push(&repo, &["origin", "main", "side"]);
    let said = "scanned 2 commits, some or all of them made with hexguard off";
    assert!(output.stderr.contains(said), "{}", output.stderr);
}

#[test]
fn a_server_refuses_what_its_users_did_not_stop() {
    for hook in ["pre-receive", "update"] {
        let repo = Repo::new();
        repo.commit("first");
        let server = add_remote(&repo, "origin");
        let old = repo.beside("seen");
        script(
            &server.join("hooks").join(hook),
            &format!(
                "#!/bin/sh\n{{ echo \"$@\"; cat; }} >> '{}'\n",
                old.display()
            ),
        );
        let mut install = repo.command(HEXGUARD);
        install
            .current_dir(&server)
            .args(["install", "--hook", hook]);
        let output = run(&mut install);
        assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
        let output = push(&repo, &["origin", "main"]);
        assert_eq!(output.code, 0, "{}", output.stderr);
        assert!(
            fs::read_to_string(&old)
                .unwrap()
                .contains("refs/heads/main")
        );

        // The pusher's switches and the pusher's configuration are not the server's.
        repo.write("hexguard.toml", "exclude = [\"**\"]\n")
            .git(&["add", "-A"]);
        sneak(&repo, "a.env", 6);
        let id = repo.git(&["rev-parse", "HEAD"]).stdout;
        let mut command = repo.command("git");
        command
            .env("HEXGUARD", "0")
            .env("HEXGUARD_EXCLUDE", "**")
            .env("HEXGUARD_EXIT_CODE", "0")
            .args(["push", "origin", "main"]);
        let output = run(&mut command);
        assert_ne!(output.code, 0, "{hook}: {}", output.stderr);
        assert!(
            output
                .stderr
                .contains("remote: hexguard: the push is stopped"),
            "{}",
            output.stderr
        );
        assert!(output.stderr.contains("a.env"), "{}", output.stderr);
        let server = server.to_str().unwrap();
        let there = repo.try_git(&["-C", server, "rev-parse", "main"]).stdout;
        assert_ne!(there, id, "{hook}: the ref has not moved");
        if hook == "pre-receive" {
            // Nothing of it has left the quarantine.
            let output = repo.try_git(&["-C", server, "cat-file", "-e", id.trim()]);
            assert_ne!(output.code, 0);
        }
        repo.git(&["reset", "-q", "--hard", "HEAD^"]);
        repo.stage("b.txt", "b\n").commit("clean");
        let output = push(
            &repo,
            &["origin", "main", "main:refs/heads/two", "main:refs/tags/t"],
        );
        assert_eq!(output.code, 0, "{hook}: {}", output.stderr);
        assert_eq!(push(&repo, &["origin", "--delete", "two"]).code, 0);
    }
}

#[test]
fn a_bare_repository_gets_the_hook_that_can_run_there() {
    let repo = Repo::new();
    let server = add_remote(&repo, "origin");
    let mut install = repo.command(HEXGUARD);
    install.current_dir(&server).arg("install");
    assert_eq!(run(&mut install).code, 0);
    assert!(server.join("hooks/pre-receive").exists() && !server.join("hooks/pre-commit").exists());
    let mut status = repo.command(HEXGUARD);
    status.current_dir(&server).arg("status");
    assert_eq!(run(&mut status).code, 0);
}
