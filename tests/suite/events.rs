//! Every event at which git calls hexguard, with real commits and real pushes.

use std::fs;

use crate::support::{HEXGUARD, Repo, run, script, token};

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
    // The message is kept, and the command that is shown takes it up again.
    let help = output
        .stderr
        .lines()
        .find_map(|line| line.split_once("with: "))
        .unwrap()
        .1;
    let mut again = repo.command("sh");
    again
        .env("GIT_EDITOR", "sed -i s/hxtp_.*/nothing/")
        .args(["-c", help]);
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
