//! Clones that lack a part of the history: what is not there is said, and stops only what would need it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{HEXGUARD, Output, Repo, run, script, token};

/// A server with two branches, and a secret in a file that was changed since.
fn server() -> Repo {
    let repo = Repo::new();
    repo.stage("old.py", format!("T = \"{}\"\n", token(1)))
        .stage("in/a", "1\n")
        .stage("out/b", "1\n2\n3\n")
        .commit("first");
    repo.stage("old.py", "x\n").commit("second");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("out/side.py", "side\n")
        .stage("out/b", "1\n2\n3\nside\n");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("c", "c\n").commit("third");
    for (name, value) in [
        ("uploadpack.allowFilter", "true"),
        ("uploadpack.allowAnySHA1InWant", "true"),
    ] {
        repo.git(&["config", name, value]);
    }
    repo
}

/// A clone with the hooks of hexguard.
struct Clone<'s> {
    server: &'s Repo,
    top: PathBuf,
}

impl<'s> Clone<'s> {
    fn new(server: &'s Repo, options: &[&str]) -> Self {
        static CLONES: AtomicUsize = AtomicUsize::new(0);
        let number = CLONES.fetch_add(1, Ordering::Relaxed);
        let top = server.beside(&format!("clone{number}"));
        let url = format!("file://{}", server.path().display());
        let mut all = vec!["clone", "-q"];
        all.extend(options);
        all.extend([url.as_str(), top.to_str().unwrap()]);
        server.git(&all);
        let clone = Self { server, top };
        if options.contains(&"--sparse") {
            clone.git(&["sparse-checkout", "set", "in"]);
        }
        for name in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
            script(
                &clone.top.join(".git/hooks").join(name),
                &format!("#!/bin/sh\nexec '{HEXGUARD}' hook {name} \"$@\"\n"),
            );
        }
        clone
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        run(self
            .server
            .command(program)
            .args(args)
            .current_dir(&self.top))
    }

    fn hexguard(&self, args: &[&str]) -> Output {
        self.run(HEXGUARD, args)
    }

    #[track_caller]
    fn git(&self, args: &[&str]) -> Output {
        let output = self.run("git", args);
        assert_eq!(output.code, 0, "{args:?} {output:?}");
        output
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.top.join(path), text).unwrap();
        self.git(&["add", path]);
    }

    /// Returns how many objects are not there.
    fn missing(&self) -> usize {
        let told = self.git(&["rev-list", "--objects", "--missing=print", "--all"]);
        told.stdout
            .lines()
            .filter(|line| line.starts_with('?'))
            .count()
    }
}

const FILTERS: [&[&str]; 4] = [
    &["--filter=blob:none"],
    &["--filter=tree:0"],
    &["--filter=blob:none", "--sparse"],
    &["--filter=tree:0", "--sparse"],
];

#[test]
fn a_history_that_is_not_all_here_is_said_in_every_format() {
    let server = server();
    for (options, command) in [
        (&["--depth=1"][..], "git fetch --unshallow"),
        (FILTERS[0], "git fetch --refetch --no-filter"),
        (FILTERS[1], "git fetch --refetch --no-filter"),
    ] {
        let clone = Clone::new(&server, options);
        for format in [
            "human", "compact", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv",
            "gitleaks",
        ] {
            let output = clone.hexguard(&["scan", "--history", "-f", format]);
            assert_eq!(output.code, 2, "{options:?} {format} {output:?}");
            let said = if format == "human" {
                &output.stdout
            } else {
                &output.stderr
            };
            assert!(said.contains(command), "{options:?} {format} {output:?}");
            assert_eq!(said.matches("clone").count(), 1, "{said}");
        }
        let missing = options[0] != "--depth=1" && clone.missing() == 0;
        assert!(!missing, "nothing was fetched");
        // What is said is to be done helps.
        clone.git(&command.split(' ').skip(1).collect::<Vec<_>>());
        let output = clone.hexguard(&["scan", "--history", "-f", "gitleaks"]);
        assert_eq!(output.code, 1, "{options:?} {output:?}");
    }
}

#[test]
fn nothing_good_is_stopped_in_a_partial_clone() {
    let server = server();
    let mut were_missing = 0;
    for options in FILTERS {
        for (number, how) in [
            &["status"][..],
            &["merge", "-q", "--no-edit", "origin/side"],
            &["merge", "-q", "--squash", "origin/side"],
            &["cherry-pick", "origin/side"],
            &["rebase", "-q", "origin/side"],
            &["revert", "--no-edit", "HEAD"],
            &["reset", "-q", "--soft", "origin/side"],
            &["reset", "-q", "--soft", "HEAD~2"],
        ]
        .iter()
        .enumerate()
        {
            let clone = Clone::new(&server, options);
            clone.git(how);
            clone.write("in/new", "new\n");
            let commit = clone.git(&["commit", "-q", "-m", "new"]);
            were_missing += commit.stderr.matches("only at the remote").count();
            clone.git(&["commit", "-q", "--amend", "-m", "new again"]);
            clone.git(&[
                "push",
                "-q",
                "origin",
                &format!("HEAD:refs/heads/t{number}"),
            ]);
            server.git(&["branch", "-q", "-D", &format!("t{number}")]);
            // A secret is found all the same.
            clone.write("in/z.py", &format!("T = \"{}\"\n", token(2)));
            assert_eq!(clone.run("git", &["commit", "-q", "-m", "x"]).code, 1);
            clone.git(&["commit", "-q", "--no-verify", "-m", "x"]);
            let push = clone.run("git", &["push", "-q", "origin", "HEAD:refs/heads/bad"]);
            assert_eq!(push.code, 1, "{options:?} {how:?} {push:?}");
        }
    }
    assert!(were_missing > 0, "something was missing, and said");
}

#[test]
fn a_push_to_another_remote_needs_what_is_not_there() {
    let server = server();
    let fork = server.beside("fork.git");
    server.git(&["init", "-q", "--bare", fork.to_str().unwrap()]);
    for options in FILTERS {
        let clone = Clone::new(&server, options);
        let push = clone.run("git", &["push", "-q", fork.to_str().unwrap(), "main"]);
        assert_eq!(push.code, 1, "{options:?} {push:?}");
        assert!(
            push.stderr.contains("git fetch --refetch --no-filter"),
            "{push:?}"
        );
    }
}
