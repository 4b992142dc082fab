//! What `git commit` is about to commit is what is scanned.

use crate::support::{Repo, token};

/// A repository with one commit and the hook.
fn protected() -> Repo {
    let repo = Repo::new();
    repo.stage("a.py", "A = 1\n")
        .stage("b.py", "B = 1\n")
        .commit("start")
        .hook("pre-commit");
    repo
}

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
