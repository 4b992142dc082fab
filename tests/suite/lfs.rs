//! Git LFS: a secret in a content that a pointer names stops the commit and the push; what is not there is said.

use std::fmt::Write as _;

use crate::containers::{commit, hooked};
use crate::support::{Repo, token};

/// A pointer to a content, and the id under which that is kept.
fn pointer(number: u8, version: &str) -> (String, String) {
    let id = (0..32).fold(String::new(), |mut id, at: u8| {
        write!(id, "{:02x}", at.wrapping_mul(7) ^ number).unwrap();
        id
    });
    let text = format!("version {version}\noid sha256:{id}\nsize 12345\n");
    (text, id)
}

const VERSION: &str = "https://git-lfs.github.com/spec/v1";

/// Puts a content where Git LFS keeps it, below a folder of the repository.
fn keep(repo: &Repo, folder: &str, id: &str, content: &str) {
    let path = format!("{folder}/objects/{}/{}/{id}", &id[..2], &id[2..4]);
    repo.write(&path, content);
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
        let (text, id) = pointer(1, version);
        repo.stage("d/big.csv", text);
        keep(&repo, folder, &id, &format!("id,note\n1,{}\n", token(1)));
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
        let (text, id) = pointer(2, version);
        repo.stage("d/big.csv", text);
        keep(
            &repo,
            folder,
            &id,
            &format!("id,note\n0,a\n1,{}\n", token(1)),
        );
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{done:?}");
        let (text, id) = pointer(3, version);
        repo.stage("d/big.csv", text);
        keep(
            &repo,
            folder,
            &id,
            &format!("1,{}\n2,{}\n", token(1), token(2)),
        );
        let done = commit(&repo);
        assert_eq!(done.code, 1, "{done:?}");
    }
}

#[test]
fn what_is_not_in_the_clone_is_said_once_and_stops_nothing() {
    let repo = hooked();
    for number in 0..9 {
        repo.stage(&format!("d/{number}.csv"), pointer(number, VERSION).0);
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
    let (text, id) = pointer(1, VERSION);
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
