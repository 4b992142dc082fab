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

#[test]
fn the_content_is_looked_for_where_git_lfs_looks() {
    let lender = Repo::new();
    let lent = lender.path().join(".git/objects");
    let at = |folder: &str, id: &str| format!("{folder}/objects/{}/{}/{id}", &id[..2], &id[2..4]);
    let set = |repo: &Repo, text: &str| {
        let path = repo.path().join(".git/config");
        let old = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, old + text).unwrap();
    };
    let content = format!("1,{}\n", token(1));
    let (text, id) = pointer(1, VERSION, &content);
    let old = text.replace(VERSION, "http://git-media.io/v/2");
    for (what, settings, text) in [
        ("no value", "[lfs]\n\tstorage\n", text.clone()),
        ("an empty value", "[lfs]\n\tstorage =\n", text.clone()),
        ("white space in front", "", format!("\n {text}")),
        ("the oldest version", "", old),
    ] {
        let repo = hooked();
        set(&repo, settings);
        repo.stage("big.csv", text)
            .write(&at(".git/lfs", &id), &content);
        let done = commit(&repo);
        assert_eq!(done.code, 1, "{what} {done:?}");
    }
    // What another repository lends, whether or not something odd is in the way.
    for odd in [None, Some(".git/lfs")] {
        let repo = hooked();
        repo.write(
            ".git/objects/info/alternates",
            format!("{}\n", lent.display()),
        );
        lender.write(&at(".git/lfs", &id), &content);
        if let Some(odd) = odd {
            repo.write(odd, "a file\n");
        }
        repo.stage("big.csv", &text);
        let done = commit(&repo);
        assert_eq!(done.code, 1, "{odd:?} {done:?}");
    }
}

#[test]
fn a_setting_that_leads_nowhere_stops_nothing() {
    for folder in ["/dev/zero", "/dev/null", "/nowhere", "config"] {
        let repo = hooked();
        repo.git(&["config", "lfs.storage", folder]);
        repo.stage("big.csv", pointer(1, VERSION, "x").0);
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{folder} {done:?}");
        assert!(done.stderr.contains("git lfs fetch"), "{folder} {done:?}");
    }
    // Of what is empty nothing is kept anywhere.
    let repo = hooked();
    repo.stage("big.csv", pointer(1, VERSION, "").0);
    let done = commit(&repo);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{done:?}");
}
