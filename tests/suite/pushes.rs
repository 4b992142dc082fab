//! What a push sends to an address that has none of it, and what commits and tags say of themselves.

use std::fs;
use std::path::PathBuf;

use crate::support::{HEXGUARD, Output, Repo, run, run_with, script, token};

/// A repository whose remote `origin` has a token, which no scan has seen; then the hooks are made.
fn leaked() -> Repo {
    let repo = Repo::new();
    bare(&repo, "private");
    repo.git(&["remote", "add", "origin", "../private.git"]);
    repo.stage("a.env", format!("HEX={}\n", token(1)))
        .commit("a token");
    repo.git(&["push", "-q", "origin", "main"]);
    repo.hook("pre-push");
    repo
}

fn bare(repo: &Repo, name: &str) -> PathBuf {
    let path = repo.beside(&format!("{name}.git"));
    repo.git(&["init", "-q", "--bare", path.to_str().unwrap()]);
    path
}

fn push(repo: &Repo, args: &[&str]) -> Output {
    let at = args.iter().position(|arg| *arg == "push").unwrap();
    let all = [&args[..=at], &["-q"], &args[at + 1..]].concat();
    repo.try_git(&all)
}

#[track_caller]
fn is_stopped(output: &Output, place: &str) {
    assert_ne!(output.code, 0, "{output:?}");
    let said = &output.stderr;
    assert!(said.contains("the push is stopped"), "{said}");
    assert!(said.contains(place), "{said}");
    assert!(!said.contains("hxtp_0"), "{said}");
}

#[track_caller]
fn passes(output: &Output) {
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
}

#[test]
fn an_address_that_is_not_the_remotes_has_nothing() {
    let repo = leaked();
    let public = bare(&repo, "public");
    let public = public.to_str().unwrap();
    let file = format!("file://{public}");
    for address in ["../public.git", public, &file] {
        is_stopped(&push(&repo, &["push", address, "main"]), "a.env");
    }
    let setting = |name: &str, value: &str| format!("{name}={value}");
    for setting in [
        setting("remote.origin.pushurl", public),
        setting(&format!("url.{public}.pushInsteadOf"), "../private.git"),
        setting(&format!("url.{public}.insteadOf"), "../private.git"),
    ] {
        let args = ["-c", &setting, "push", "origin", "main"];
        is_stopped(&push(&repo, &args), "a.env");
    }
    // As git calls the hook for an address, and for a name that no remote has.
    let head = repo.git(&["rev-parse", "HEAD"]).stdout;
    let zero = "0".repeat(40);
    let update = format!("refs/heads/main {} refs/heads/main {zero}\n", head.trim());
    for remote in [
        "https://host/me/public.git",
        "git@host:me/public.git",
        "nobody",
    ] {
        let args = ["hook", "pre-push", remote, remote];
        let output = repo.hexguard_with(&args, update.as_bytes());
        is_stopped(&output, "a.env");
    }
}

#[test]
fn a_remote_with_another_address_has_nothing_of_what_the_old_one_had() {
    // With a note of an earlier push, and without.
    for noted in [true, false] {
        let repo = leaked();
        bare(&repo, "public");
        repo.git(&["branch", "private"]);
        repo.git(&["push", "-q", "--no-verify", "origin", "private"]);
        if noted {
            repo.stage("b.txt", "b\n").commit("clean");
            passes(&push(&repo, &["push", "origin", "main"]));
        }
        repo.git(&["remote", "set-url", "origin", "../public.git"]);
        is_stopped(&push(&repo, &["push", "origin", "main"]), "a.env");
        is_stopped(&push(&repo, &["push", "origin", "main:new"]), "a.env");
        // What passed is known to be there; what the old address had is not, then as before.
        repo.git(&["checkout", "-q", "--orphan", "clean"]);
        repo.git(&["rm", "-rfq", "."]);
        repo.stage("c.txt", "c\n").commit("clean");
        passes(&push(&repo, &["push", "origin", "clean"]));
        repo.stage("d.txt", "d\n").commit("more");
        passes(&push(&repo, &["push", "origin", "clean:more"]));
        let args = ["push", "origin", "private:new"];
        is_stopped(&push(&repo, &args), "a.env");
    }
}

#[test]
fn a_clone_knows_what_its_remote_has() {
    let repo = leaked();
    bare(&repo, "public");
    let clone = repo.beside("clone");
    let clone = clone.to_str().unwrap();
    repo.git(&["clone", "-q", "-b", "main", "../private.git", clone]);
    let hooks = repo.path().join(".git/hooks");
    let hooks = format!("core.hooksPath={}", hooks.display());
    let push = |args: &[&str]| {
        let all = [&["-C", clone, "-c", &hooks, "push"], args].concat();
        push(&repo, &all)
    };
    repo.git(&["-C", clone, "checkout", "-q", "-b", "topic"]);
    repo.git(&["-C", clone, "commit", "-q", "--allow-empty", "-m", "x"]);
    // Before any push was noted another address is one.
    let url = repo.git(&["-C", clone, "remote", "get-url", "origin"]);
    let public = repo.beside("public.git");
    let (old, new) = (url.stdout.trim(), public.to_str().unwrap());
    repo.git(&["-C", clone, "remote", "set-url", "origin", new]);
    is_stopped(&push(&["origin", "topic"]), "a.env");
    repo.git(&["-C", clone, "remote", "set-url", "origin", old]);
    let key = format!("url.{new}.insteadOf");
    repo.git(&["-C", clone, "config", &key, old]);
    is_stopped(&push(&["origin", "topic"]), "a.env");
    repo.git(&["-C", clone, "config", "--unset", &key]);
    passes(&push(&["origin", "topic"]));
    passes(&push(&[old, "topic:more"]));
}

#[test]
fn what_was_fetched_from_an_address_is_there() {
    let repo = leaked();
    let other = repo.beside("other.git");
    repo.git(&["clone", "-q", "--bare", "../private.git", "../other.git"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.stage("b.txt", "b\n").commit("clean");
    // Another machine, as far as git knows.
    let ssh = repo.beside("ssh");
    script(&ssh, "#!/bin/sh\nshift\nexec sh -c \"$*\"\n");
    repo.git(&["config", "core.sshCommand", ssh.to_str().unwrap()]);
    repo.git(&["config", "ssh.variant", "simple"]);
    let address = format!("host:{}", other.display());
    repo.git(&["remote", "add", "other", &address]);
    let output = push(&repo, &["push", "other", "topic"]);
    is_stopped(&output, "a.env");
    assert!(output.stderr.contains("git fetch other"), "{output:?}");
    repo.git(&["fetch", "-q", "other"]);
    passes(&push(&repo, &["push", "other", "topic"]));
    passes(&push(&repo, &["push", "other", "topic:more"]));
}

#[test]
fn a_repository_on_this_machine_is_asked_what_it_has() {
    let repo = leaked();
    let other = repo.beside("other.git");
    repo.git(&["clone", "-q", "--bare", "../private.git", "../other.git"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.stage("b.txt", "b\n").commit("clean");
    let file = format!("file://{}", other.display());
    repo.git(&["remote", "add", "other", &file]);
    passes(&push(&repo, &["push", "other", "topic"]));
    passes(&push(&repo, &["push", "../other.git", "topic:more"]));
    // One that has something else has nothing of it.
    bare(&repo, "third");
    let output = push(&repo, &["push", "../third.git", "topic"]);
    is_stopped(&output, "a.env");
    assert!(!output.stderr.contains("git fetch"), "{output:?}");
}

#[test]
fn a_relative_address_leads_elsewhere_once_the_repository_was_moved() {
    let repo = leaked();
    let git = |args: &[&str]| assert_eq!(repo.try_git(args).code, 0, "{args:?}");
    git(&["fetch", "-q", "origin"]);
    // The same path from another place: an empty repository.
    let (there, moved) = (repo.beside("there"), repo.beside("there/moved"));
    fs::create_dir(&there).unwrap();
    git(&["clone", "-q", "--no-local", ".", moved.to_str().unwrap()]);
    git(&[
        "init",
        "-q",
        "--bare",
        there.join("private.git").to_str().unwrap(),
    ]);
    fs::remove_dir_all(moved.join(".git")).unwrap();
    fs::rename(repo.path().join(".git"), moved.join(".git")).unwrap();
    let moved = moved.to_str().unwrap();
    let output = push(&repo, &["-C", moved, "push", "origin", "main"]);
    is_stopped(&output, "a.env");
}

#[test]
fn a_new_repository_at_the_same_address_has_nothing() {
    let repo = leaked();
    let old = repo.beside("private.git");
    let renew = || {
        fs::remove_dir_all(&old).unwrap();
        bare(&repo, "private");
    };
    repo.stage("b.txt", "b\n").commit("clean");
    passes(&push(&repo, &["push", "origin", "main"]));
    renew();
    is_stopped(&push(&repo, &["push", "origin", "main"]), "a.env");
    // Where git knows which branch is the main one, another one that is gone was deleted.
    repo.git(&["push", "-q", "--no-verify", "origin", "main", "main:topic"]);
    repo.git(&["remote", "set-head", "origin", "main"]);
    repo.git(&["-C", old.to_str().unwrap(), "branch", "-D", "topic"]);
    repo.stage("c.txt", "c\n").commit("more");
    passes(&push(&repo, &["push", "origin", "main:topic"]));
    renew();
    is_stopped(&push(&repo, &["push", "origin", "main"]), "a.env");
}

#[test]
fn the_refs_of_a_remote_are_not_those_of_another_whose_name_begins_alike() {
    let repo = leaked();
    bare(&repo, "public");
    repo.git(&["remote", "add", "public", "../public.git"]);
    repo.git(&["checkout", "-q", "--orphan", "clean"]);
    repo.git(&["rm", "-rfq", "."]);
    repo.stage("c.txt", "c\n").commit("clean");
    passes(&push(&repo, &["push", "public", "clean"]));
    repo.git(&["config", "remote.public/x.url", "../private.git"]);
    let head = repo.git(&["rev-parse", "main"]).stdout;
    let theirs = "refs/remotes/public/x/main";
    repo.git(&["update-ref", theirs, head.trim()]);
    is_stopped(&push(&repo, &["push", "public", "main"]), "a.env");
}

#[test]
fn what_passed_to_an_address_is_not_scanned_again() {
    let repo = Repo::new();
    let public = bare(&repo, "public");
    repo.hook("pre-push");
    repo.stage("hexguard.toml", "exclude = [\"old/\"]\n")
        .stage("old/a.env", format!("HEX={}\n", token(1)))
        .commit("excluded");
    let address = format!("https://me:word@host/{}", public.display());
    let setting = format!("url.{}.insteadOf={address}", public.display());
    let first = push(&repo, &["push", "../public.git", "main"]);
    assert_eq!(first.code, 0, "{first:?}");
    repo.stage("hexguard.toml", "").commit("not any more");
    passes(&push(&repo, &["push", "../public.git", "main:more"]));
    bare(&repo, "another");
    let args = ["push", "../another.git", "main"];
    is_stopped(&push(&repo, &args), "old/a.env");
    // No address is written down.
    repo.git(&["checkout", "-q", "--orphan", "clean"]);
    repo.git(&["rm", "-rfq", "."]);
    repo.stage("c.txt", "c\n").commit("clean");
    passes(&push(&repo, &["-c", &setting, "push", &address, "clean"]));
    let notes = fs::read_to_string(repo.path().join(".git/hexguard/pushed")).unwrap();
    assert!(notes.lines().count() > 1, "{notes}");
    assert!(
        !notes.contains("public") && !notes.contains("word"),
        "{notes}"
    );
}

/// Returns a commit without files, made from its header's lines and its message.
fn made(repo: &Repo, header: &str, message: &str) -> String {
    let tree = repo.git(&["hash-object", "-t", "tree", "-w", "--stdin"]);
    let text = format!("tree {}\n{header}\n\n{message}\n", tree.stdout.trim());
    let mut command = repo.command("git");
    command.args([
        "hash-object",
        "-t",
        "commit",
        "-w",
        "--literally",
        "--stdin",
    ]);
    let output = run_with(&mut command, text.as_bytes());
    assert_eq!(output.code, 0, "{output:?}");
    output.stdout.trim().to_owned()
}

#[test]
fn the_lines_of_a_commits_header_are_scanned() {
    let repo = Repo::new();
    bare(&repo, "public");
    repo.git(&["remote", "add", "origin", "../public.git"]);
    repo.hook("pre-push");
    repo.commit("first");
    let secret = token(1);
    let who = "A <a@example.com> 1700000000 +0000";
    let leak = format!("{secret} <a@example.com> 1700000000 +0000");
    let mail = format!("A <{secret}@example.com> 1700000000 +0000");
    let tag = format!(
        "object {}\n type commit\n tag t\n tagger {leak}\n \n message",
        "1".repeat(40)
    );
    for (header, place) in [
        (format!("author {leak}\ncommitter {who}"), "author"),
        (format!("author {who}\ncommitter {leak}"), "committer"),
        (format!("author {mail}\ncommitter {who}"), "author"),
        (
            format!("author {who}\ncommitter {who}\nnote a\n {secret}"),
            "header",
        ),
        (
            format!("author {who}\ncommitter {who}\ngpgsig {secret}"),
            "header",
        ),
        (
            format!("author {who}\ncommitter {who}\nmergetag {tag}"),
            "tagger",
        ),
    ] {
        let id = made(&repo, &header, "message");
        let new = format!("{id}:refs/heads/new");
        is_stopped(&push(&repo, &["push", "origin", &new]), place);
        repo.git(&["update-ref", "refs/heads/leak", &id]);
        for args in [&["scan", "--history"][..], &["scan", "--range", "leak"]] {
            let output = repo.hexguard(args);
            assert_eq!(output.code, 1, "{header} {output:?}");
            assert!(output.stdout.contains(place), "{output:?}");
        }
        let output = repo.hexguard(&["scan", "--history", "--format", "json"]);
        assert!(output.stdout.contains("\"part\": \"header\""), "{output:?}");
    }
    // Signatures are random letters, and a name is no assignment.
    let value = ["Zk4vQm", "9Xw2Lr"].concat();
    let header = format!(
        "author password = {value} <a@example.com> 1700000000 +0000\ncommitter {who}\n\
         gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ{}\n -----END PGP SIGNATURE-----",
        &secret[5..67]
    );
    let id = made(&repo, &header, "message");
    passes(&push(
        &repo,
        &["push", "origin", &format!("{id}:refs/heads/new")],
    ));
}

#[test]
fn the_author_of_a_commit_is_scanned_before_it_is_made() {
    let repo = Repo::new();
    repo.hook("commit-msg");
    let who = format!("{} <a@example.com>", token(1));
    let commit = ["commit", "-q", "--allow-empty", "-m", "x"];
    let output = repo.try_git(&[&commit[..], &["--author", &who]].concat());
    assert_ne!(output.code, 0, "{output:?}");
    assert!(output.stderr.contains("author"), "{output:?}");
    assert!(
        output.stderr.contains("commit with `--author="),
        "{output:?}"
    );
    let from = |name: &str| {
        let mut command = repo.command("git");
        command.env_remove("GIT_AUTHOR_NAME");
        run(command
            .args(["-c", &format!("user.name={name}")])
            .args(commit))
    };
    assert_ne!(from(&token(2)).code, 0);
    passes(&from("Ada"));
    let mut command = repo.command("git");
    command.env("GIT_COMMITTER_NAME", token(3)).args(commit);
    let output = run(&mut command);
    assert_ne!(output.code, 0);
    assert!(output.stderr.contains("committer"), "{output:?}");
}

#[test]
fn the_tagger_stops_the_push() {
    let repo = Repo::new();
    bare(&repo, "public");
    repo.commit("first").hook("pre-push");
    let mut command = repo.command("git");
    command.env("GIT_COMMITTER_NAME", token(1));
    let output = run(command.args(["tag", "-a", "-m", "message", "v1"]));
    assert_eq!(output.code, 0, "{output:?}");
    let output = push(&repo, &["push", "../public.git", "v1"]);
    is_stopped(&output, "tagger");
    assert!(output.stderr.contains("git tag -f -a"), "{output:?}");
    // Where it arrives, too.
    let public = repo.beside("public.git");
    let hook = public.join("hooks/pre-receive");
    let text = format!(
        "#!/bin/sh\nexec '{}' hook pre-receive\n",
        crate::support::HEXGUARD
    );
    crate::support::script(&hook, &text);
    let output = push(&repo, &["push", "--no-verify", "../public.git", "v1"]);
    is_stopped(&output, "tagger");
}

#[test]
fn the_history_holds_what_refs_lead_to_besides_commits() {
    let repo = Repo::new();
    repo.stage("a.txt", "a\n").commit("first");
    assert_eq!(repo.hexguard(&["scan", "--history"]).code, 0);
    let message = format!("use {}", token(1));
    repo.git(&["tag", "-a", "-m", &message, "inner"]);
    repo.git(&["tag", "-a", "-m", "around it", "outer", "inner"]);
    repo.git(&["tag", "-d", "inner"]);
    repo.stage("below/b.env", format!("HEX={}\n", token(2)));
    let tree = repo.git(&["write-tree"]).stdout;
    repo.git(&["tag", "-a", "-m", "a tree", "tree", tree.trim()]);
    repo.write("c.env", format!("HEX={}\n", token(3)));
    let blob = repo.git(&["hash-object", "-w", "c.env"]).stdout;
    repo.git(&["update-ref", "refs/tags/blob", blob.trim()]);
    repo.git(&["rm", "-qf", "--cached", "below/b.env"]);
    repo.git(&["branch", &token(4)]);
    for seed in [5, 6] {
        repo.write("a.txt", format!("HEX={}\n", token(seed)));
        repo.git(&["stash", "-q"]);
    }
    repo.git(&["notes", "add", "-m", &format!("use {}", token(7))]);
    let output = repo.hexguard(&["scan", "--history", "--format", "json"]);
    assert_eq!(output.code, 1, "{output:?}");
    for place in [
        "<tag message>",
        "below/b.env",
        "refs/tags/blob",
        "<branch name>",
    ] {
        assert!(output.stdout.contains(place), "{place} {output:?}");
    }
    let found = output
        .stdout
        .matches("\"rule\": \"hex-personal-token\"")
        .count();
    assert_eq!(found, 7, "{output:?}");
}

/// A shallow clone of a repository with three commits, and the URL that it came from.
fn shallow(repo: &Repo) -> PathBuf {
    for name in ["a.txt", "b.txt", "c.txt"] {
        repo.stage(name, name).commit(name);
    }
    let (url, clone) = (
        format!("file://{}", repo.path().display()),
        repo.beside("clone"),
    );
    let to = clone.to_str().unwrap();
    repo.git(&["clone", "-q", "--depth", "2", &url, to]);
    clone
}

#[test]
fn a_history_that_is_cut_is_not_called_scanned() {
    let repo = Repo::new();
    let clone = shallow(&repo);
    let hexguard = |args: &[&str]| {
        let mut command = repo.command(crate::support::HEXGUARD);
        run(command.current_dir(&clone).args(args))
    };
    let output = hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stdout.contains("git fetch --unshallow"),
        "{output:?}"
    );
    let output = hexguard(&["scan", "--history", "--format", "json"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stdout.contains("<history>"), "{output:?}");
    let output = hexguard(&["audit"]);
    assert!(
        output.stdout.contains("the files hold no token; <history>"),
        "{output:?}"
    );
    assert!(
        !output.stdout.contains("history hold no token"),
        "{output:?}"
    );
    // A range says so where it reaches the end, or where an end of its own is not here.
    let output = hexguard(&["scan", "--range", "HEAD"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stdout.contains("part of the history"), "{output:?}");
    let first = repo.git(&["rev-parse", "HEAD~2"]).stdout;
    for range in ["HEAD~2..HEAD", &format!("{}..HEAD", first.trim())] {
        let output = hexguard(&["scan", "--range", range]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(
            output.stderr.contains("git fetch --unshallow"),
            "{output:?}"
        );
    }
    let output = hexguard(&["scan", "--range", "HEAD~1.."]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(!output.stdout.contains("<history>"), "{output:?}");
    repo.git(&["-C", clone.to_str().unwrap(), "fetch", "-q", "--unshallow"]);
    assert_eq!(hexguard(&["scan", "--history"]).code, 0);
}

/// Pipelines fetch the newest commit of a branch and that of its base, each without what is below it.
#[test]
fn a_range_between_two_cut_branches_is_whole_if_nothing_is_between_them() {
    let repo = Repo::new();
    let clone = shallow(&repo);
    let clone = clone.to_str().unwrap();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    for (name, code) in [("one.txt", 0), ("two.txt", 2)] {
        repo.stage(name, name).commit(name);
        let fetch = ["fetch", "-q", "--depth", "1", "origin"];
        let heads = ["+main:refs/x/main", "+topic:refs/x/topic"];
        repo.git(&[&["-C", clone], &fetch[..], &heads].concat());
        let mut command = repo.command(HEXGUARD);
        let args = ["scan", "--range", "refs/x/main..refs/x/topic"];
        let output = run(command.current_dir(clone).args(args));
        assert_eq!(output.code, code, "{name} {output:?}");
    }
}

#[test]
fn a_push_names_what_was_accepted_unscanned() {
    let repo = Repo::new();
    bare(&repo, "public");
    repo.hook("pre-push");
    repo.stage("hexguard.toml", "allow-unscanned = [\"data/\"]\n");
    for name in ["a.zip", "b.zip"] {
        repo.stage(&format!("data/{name}"), "PK\x03\x04 broken");
    }
    repo.commit("data");
    let output = push(&repo, &["push", "../public.git", "main"]);
    assert_eq!(output.code, 0, "{output:?}");
    let named = "accepted by allow-unscanned: data/a.zip, data/b.zip\n";
    assert_eq!(output.stderr.matches(named).count(), 1, "{output:?}");
    repo.stage("c.txt", "c\n").commit("clean");
    passes(&push(&repo, &["push", "../public.git", "main"]));
}

#[test]
fn a_push_from_a_shallow_clone_prints_nothing() {
    let repo = Repo::new();
    repo.hook("pre-push");
    let clone = shallow(&repo);
    let public = bare(&repo, "public");
    repo.git(&[
        "-C",
        public.to_str().unwrap(),
        "config",
        "receive.shallowUpdate",
        "true",
    ]);
    let clone = clone.to_str().unwrap();
    let hooks = format!(
        "core.hooksPath={}",
        repo.path().join(".git/hooks").display()
    );
    let git = ["-C", clone, "-c", &hooks, "push"];
    repo.git(&["-C", clone, "commit", "-q", "--allow-empty", "-m", "x"]);
    passes(&push(&repo, &[&git[..], &["origin", "HEAD:new"]].concat()));
    passes(&push(
        &repo,
        &[&git[..], &["../public.git", "HEAD:new"]].concat(),
    ));
}

#[test]
fn a_file_of_grafts_hides_nothing() {
    let repo = leaked();
    repo.stage("b.txt", "b\n").commit("clean");
    let head = repo.git(&["rev-parse", "HEAD"]).stdout;
    repo.write(".git/info/grafts", head);
    bare(&repo, "public");
    let args = ["-c", "advice.graftFileDeprecated=false", "push"];
    let output = push(&repo, &[&args[..], &["../public.git", "main"]].concat());
    is_stopped(&output, "a.env");
    assert_eq!(repo.hexguard(&["scan", "--history"]).code, 1);
}

#[test]
fn pre_commit_tells_of_a_push_in_the_environment() {
    let repo = Repo::new();
    repo.commit("first");
    let push = |to: Option<&str>| {
        let mut command = repo.command(HEXGUARD);
        command
            .args(["hook", "pre-push"])
            .env("PRE_COMMIT_REMOTE_NAME", "origin")
            .env("PRE_COMMIT_REMOTE_URL", "https://example.com/a.git")
            .env("PRE_COMMIT_LOCAL_BRANCH", "HEAD")
            .env("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main")
            .stdin(std::process::Stdio::null());
        if let Some(to) = to {
            command.env("PRE_COMMIT_TO_REF", to);
        }
        run(&mut command)
    };
    passes(&push(Some("HEAD")));
    // Of the first push of all it names no commit.
    repo.stage("a.py", format!("T = \"{}\"\n", token(8)))
        .commit("leak");
    for to in [Some("HEAD"), None] {
        let stopped = push(to);
        assert_eq!(stopped.code, 1, "{stopped:?}");
        assert!(stopped.stderr.contains("a.py:1:6"), "{stopped:?}");
    }
}
