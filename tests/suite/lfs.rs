//! Git LFS: a secret in a content that a pointer names stops the commit and the push; what is not there is said.

use std::fmt::Write as _;

use crate::containers::{commit, hooked};
use crate::support::{Repo, token};

/// A pointer to a content, and the id under which that is kept.
fn pointer(number: u8, version: &str, content: &str) -> (String, String) {
    let id = (0..32).fold(String::new(), |mut id, at: u8| {
        write!(id, "{:02x}", at.wrapping_mul(7) ^ number).unwrap();
        id
    });
    let text = format!(
        "version {version}\noid sha256:{id}\nsize {}\n",
        content.len()
    );
    (text, id)
}

const VERSION: &str = "https://git-lfs.github.com/spec/v1";

/// Stages a pointer, and puts the content where Git LFS keeps it, below a folder of the repository; returns its path.
fn stage(repo: &Repo, (folder, version): (&str, &str), number: u8, content: &str) -> String {
    let (text, id) = pointer(number, version, content);
    repo.stage("d/big.csv", text);
    let path = format!("{folder}/objects/{}/{}/{id}", &id[..2], &id[2..4]);
    repo.write(&path, content);
    path
}

#[test]
fn a_secret_in_a_content_that_a_pointer_names_stops_the_commit() {
    for (folder, setting, version) in [
        (".git/lfs", None, VERSION),
        (".git/lfs", None, "https://hawser.github.com/spec/v1"),
        (".git/elsewhere", Some("elsewhere"), VERSION),
    ] {
        let repo = hooked();
        if let Some(setting) = setting {
            repo.git(&["config", "lfs.storage", setting]);
        }
        let place = (folder, version);
        stage(&repo, place, 1, &format!("id,note\n1,{}\n", token(1)));
        let done = commit(&repo);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.stderr.contains("d/big.csv:2:3"), "{done:?}");
        // The same by hand, as it lies in a clone that took only the pointers.
        for args in [&["scan", "d"][..], &["scan", "--history"]] {
            repo.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "x"]);
            let scan = repo.hexguard(args);
            assert_eq!(scan.code, 1, "{args:?} {scan:?}");
        }
        // Another version that holds the same secret is no news, one with another is.
        let known = format!("id,note\n0,a\n1,{}\n", token(1));
        stage(&repo, place, 2, &known);
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{done:?}");
        stage(&repo, place, 3, &format!("{known}2,{}\n", token(2)));
        let done = commit(&repo);
        assert_eq!(done.code, 1, "{done:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_what_its_pointer_says_was_not_scanned() {
    let place = (".git/lfs", VERSION);
    for how in [
        "printf x >F",
        ": >F",
        "rm F; mkfifo F",
        "rm F; mkdir F",
        "rm F; ln -s /dev/zero F",
    ] {
        let repo = hooked();
        let path = stage(&repo, place, 1, &format!("1,{}\n", token(1)));
        repo.stage("b.py", format!("T = '{}'\n", token(2)));
        let line = how.replace('F', &path);
        let made = crate::support::run(repo.command("sh").args(["-c", &line]));
        assert_eq!(made.code, 0, "{made:?}");
        let mut command = repo.command("timeout");
        let line = ["20", crate::support::HEXGUARD, "hook", "pre-commit"];
        let done = crate::support::run(command.args(line));
        assert_eq!(done.code, 2, "{how} {done:?}");
        assert!(
            done.stderr.contains("d/big.csv was not scanned"),
            "{how} {done:?}"
        );
        assert!(done.stderr.contains("b.py:1:6"), "{how} {done:?}");
    }
}

#[test]
fn what_is_not_in_the_clone_is_said_once_and_stops_nothing() {
    let repo = hooked();
    for number in 0..9 {
        repo.stage(&format!("d/{number}.csv"), pointer(number, VERSION, "x").0);
    }
    let done = commit(&repo);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.stderr.matches("Git LFS").count(), 1, "{done:?}");
    assert!(done.stderr.contains("git lfs fetch --all"), "{done:?}");
    for args in [&["scan", "--history"][..], &["scan", "."]] {
        let scan = repo.hexguard(args);
        assert_eq!(scan.code, 0, "{args:?} {scan:?}");
        assert_eq!(scan.stdout.matches("Git LFS").count(), 1, "{scan:?}");
    }
}

#[test]
fn a_text_that_only_speaks_of_pointers_is_none() {
    let repo = hooked();
    let (text, id) = pointer(1, VERSION, "x");
    for (name, text) in [
        ("a.md", format!("A pointer:\n{text}")),
        ("b.txt", text.replace(&id, &id[..40])),
        ("c.txt", text.replace(&id, &format!("../../{}", &id[6..]))),
    ] {
        repo.stage(name, text);
    }
    let done = commit(&repo);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.stderr, "");
}
