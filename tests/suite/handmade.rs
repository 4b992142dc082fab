//! Commits, tags and trees that no git made: a token in any part of them is found, or they count as not scanned.

use std::fmt::Write as _;

use crate::support::{Output, Repo, hex, run_with, token};

const PERSON: &str = "A <a@b.c> 1700000000 +0000";

/// Makes an object of any bytes and returns its id.
fn object(repo: &Repo, kind: &str, text: &[u8]) -> String {
    let mut command = repo.command("git");
    command.args(["hash-object", "-w", "--literally", "-t", kind, "--stdin"]);
    let made = run_with(&mut command, text);
    assert_eq!(made.code, 0, "{made:?}");
    made.stdout.trim().to_owned()
}

/// Makes a tree of entries: mode, name, id.
fn tree(repo: &Repo, entries: &[(&str, &[u8], &str)]) -> String {
    let mut text = Vec::new();
    for (mode, name, id) in entries {
        text.extend_from_slice(format!("{mode} ").as_bytes());
        text.extend_from_slice(name);
        text.push(0);
        let byte = |at: usize| u8::from_str_radix(&id[at..at + 2], 16).unwrap();
        text.extend((0..id.len()).step_by(2).map(byte));
    }
    object(repo, "tree", &text)
}

/// Makes a commit with these lines behind its tree, and with more behind its committer.
fn commit(repo: &Repo, tree: &str, author: &str, more: &str) -> String {
    let text = format!("tree {tree}\nauthor {author}\ncommitter {PERSON}\n{more}\nmessage\n");
    object(repo, "commit", text.as_bytes())
}

/// Returns a tag of a commit, as it is written.
fn tag(commit: &str, name: &str, tagger: &str, more: &str) -> String {
    format!("object {commit}\ntype commit\ntag {name}\ntagger {tagger}\n{more}\nmessage\n")
}

/// Returns a line of a header with several lines.
fn continued(name: &str, text: &str) -> String {
    format!(
        "{name} {}\n",
        text.trim_end_matches('\n').replace('\n', "\n ")
    )
}

/// Returns a signature of a kind, with lines above its letters, which are as random as those of a true one.
fn signature(kind: &str, above: &str, begin: &str, seed: u64) -> String {
    let mut text = format!("-----BEGIN {kind}-----\n{above}{begin}");
    let letters: Vec<char> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        .chars()
        .collect();
    let random = hex(1_400, seed);
    let pairs = (0..700).map(|at| usize::from_str_radix(&random[2 * at..2 * at + 2], 16).unwrap());
    for (number, value) in pairs.skip(begin.len()).enumerate() {
        if (number + begin.len()).is_multiple_of(70) {
            text.push('\n');
        }
        text.push(letters[value % 64]);
    }
    let _ = write!(text, "\n-----END {kind}-----\n");
    text
}

/// What a push of a ref comes to, and a scan of a history that has no other.
fn scans(repo: &Repo, id: &str, name: &str) -> [Output; 3] {
    let none = "0".repeat(id.len());
    let line = format!("{name} {id} {name} {none}\n");
    let push = repo.hexguard_with(
        &["hook", "pre-push", "origin", "file:///x"],
        line.as_bytes(),
    );
    let file = repo.path().join(".git").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, format!("{id}\n")).unwrap();
    let scan = |args: &[&str]| repo.hexguard(&[&["scan", "--history"], args].concat());
    let all = [push, scan(&[]), scan(&["-f", "gitleaks"])];
    std::fs::remove_file(file).unwrap();
    all
}

#[track_caller]
fn is_found(repo: &Repo, id: &str, name: &str, what: &str) {
    for output in scans(repo, id, name) {
        assert!(output.code == 1 || output.code == 2, "{what}: {output:?}");
        let shown = format!("{}{}", output.stdout, output.stderr);
        assert!(!shown.contains(&token(1)[5..30]), "{what}: {shown}");
    }
}

#[track_caller]
fn is_clean(repo: &Repo, id: &str, name: &str, what: &str) {
    for output in scans(repo, id, name) {
        assert_eq!(output.code, 0, "{what}: {output:?}");
    }
}

fn repo() -> (Repo, String, String) {
    let repo = Repo::new();
    let blob = object(&repo, "blob", b"x\n");
    let tree = tree(&repo, &[("100644", b"a", &blob)]);
    (repo, tree, blob)
}

#[test]
fn a_token_in_any_line_of_a_commit_is_found() {
    let (repo, tree, _) = repo();
    let secret = token(1);
    let base = commit(&repo, &tree, PERSON, "");
    let pgp = |above: &str| signature("PGP SIGNATURE", above, "iQ", 1);
    let merged = |name: &str, tagger: &str, more: &str| {
        continued("mergetag", &tag(&base, name, tagger, more))
    };
    for more in [
        continued("gpgsig", &pgp(&format!("Comment: {secret}\n\n"))),
        continued(
            "gpgsig",
            &format!("-----BEGIN PGP SIGNATURE-----\n\n{secret}\n-----END PGP SIGNATURE-----"),
        ),
        continued("gpgsig", &format!("{}{secret}", pgp("\n"))),
        continued(
            "gpgsig",
            &format!("-----BEGIN PGP SIGNATURE-----\n{secret}"),
        ),
        continued("gpgsig-sha256", &format!("{}{secret}", pgp("\n"))),
        continued("gpgsigs", &format!("-----BEGIN {secret}")),
        format!("gpgsig {secret}\n"),
        merged(&secret, PERSON, ""),
        merged("v1", &format!("A <a@b.c> 1700000000 {secret}"), ""),
        merged("v1", PERSON, &format!("{secret}\n")),
        merged("v1", PERSON, "").replace("type commit", &format!("type {secret}")),
        format!("mergetag {secret}\n"),
        format!("unknown {secret}\n"),
        format!("unknown x\n {secret}\n"),
        format!("{secret} x\n"),
        format!("{secret}\n"),
        format!("encoding {secret}\n"),
        format!("tree {secret}\n"),
        format!("parent {secret}\n"),
    ] {
        is_found(
            &repo,
            &commit(&repo, &tree, PERSON, &more),
            "refs/heads/x",
            &more,
        );
    }
    for author in [
        format!("A <a@b.c> 1700000000 {secret}"),
        format!("A <a@b.c> {secret} +0000"),
        format!("A <a@b.c> 1700000000 +0000 {secret}"),
        format!("A <{secret}> 1700000000 +0000"),
        secret.clone(),
    ] {
        is_found(
            &repo,
            &commit(&repo, &tree, &author, ""),
            "refs/heads/x",
            &author,
        );
    }
}

#[test]
fn true_signatures_are_random_and_no_secrets() {
    let (repo, tree, _) = repo();
    let base = commit(&repo, &tree, PERSON, "");
    for seed in 0..6 {
        for (kind, above, begin) in [
            ("PGP SIGNATURE", "\n", "iQIzBAABCAAdFiEE"),
            ("PGP SIGNATURE", "Version: GnuPG v2\n\n", "wsBcBAAB"),
            ("SSH SIGNATURE", "", "U1NIU0lHAAAAAQ"),
            ("SIGNED MESSAGE", "", "MIIRSQYJ"),
        ] {
            let signed = signature(kind, above, begin, seed);
            for name in ["gpgsig", "gpgsig-sha256"] {
                let made = commit(&repo, &tree, PERSON, &continued(name, &signed));
                is_clean(&repo, &made, "refs/heads/x", &signed);
            }
            let tag = tag(&base, "v1", PERSON, "") + &signed;
            let made = commit(&repo, &tree, PERSON, &continued("mergetag", &tag));
            is_clean(&repo, &made, "refs/heads/x", &tag);
            is_clean(
                &repo,
                &object(&repo, "tag", tag.as_bytes()),
                "refs/tags/v1",
                &tag,
            );
        }
    }
}

#[test]
fn a_token_in_any_line_of_a_tag_or_in_the_name_of_a_ref_is_found() {
    let (repo, tree, _) = repo();
    let secret = token(1);
    let base = commit(&repo, &tree, PERSON, "");
    let plain = tag(&base, "v1", PERSON, "");
    for text in [
        tag(&base, &secret, PERSON, ""),
        tag(&base, "v1", &format!("A <a@b.c> 1700000000 {secret}"), ""),
        tag(&base, "v1", PERSON, &format!("unknown {secret}\n")),
        tag(&base, "v1", PERSON, &format!("{secret} x\n")),
        plain.replace("type commit", &format!("type {secret}")),
        plain.replace("type commit", &format!("object {secret}\ntype commit")),
        plain.replace("message", &secret),
        plain.replace("\n\nmessage", &format!("\n{secret}")),
    ] {
        is_found(
            &repo,
            &object(&repo, "tag", text.as_bytes()),
            "refs/tags/v1",
            &text,
        );
    }
    for folder in ["heads", "tags", "notes", "other"] {
        is_found(&repo, &base, &format!("refs/{folder}/{secret}"), folder);
    }
    is_clean(&repo, &base, "refs/heads/good", "a plain branch");
}

#[test]
fn a_malformed_tag_that_was_pushed_does_not_stop_the_next_push() {
    let (repo, tree, _) = repo();
    let base = commit(&repo, &tree, PERSON, "");
    let odd = tag(&base, "v1", PERSON, "").replace("type commit", "type odd");
    let odd = object(&repo, "tag", odd.as_bytes());
    let none = "0".repeat(odd.len());
    for theirs in [&none, &odd] {
        let line = format!("refs/tags/v1 {odd} refs/tags/v1 {theirs}\n");
        for _ in 0..2 {
            let push = repo.hexguard_with(&["hook", "pre-push", "x", "file:///x"], line.as_bytes());
            assert_eq!(push.code, 0, "{push:?}");
        }
    }
}

#[test]
fn a_token_in_any_name_or_content_of_a_tree_is_found() {
    let (repo, top, blob) = repo();
    let secret = token(1);
    let leak = object(&repo, "blob", format!("T = \"{secret}\"\n").as_bytes());
    let link = object(&repo, "blob", secret.as_bytes());
    let empty = tree(&repo, &[]);
    let base = commit(&repo, &top, PERSON, "");
    let inner = tree(&repo, &[("100644", b"q.py", &leak)]);
    let named = tree(&repo, &[("100644", secret.as_bytes(), &blob)]);
    let line: Vec<u8> = [b"a\n", secret.as_bytes()].concat();
    let bytes: Vec<u8> = [b"\xff\xfe", secret.as_bytes()].concat();
    for entries in [
        &[("100644", secret.as_bytes(), blob.as_str())][..],
        &[("100644", &line, &blob)],
        &[("100644", &bytes, &blob)],
        &[("40000", b".git", &named)],
        &[("40000", secret.as_bytes(), &empty)],
        &[("160000", secret.as_bytes(), &base)],
        &[("100644", b".git", &leak)],
        &[("100644", b"..", &leak)],
        &[("100644", b"", &leak)],
        &[("40000", b"", &inner)],
        &[("40000", b"..", &inner)],
        &[("100644", b"a/b", &leak)],
        &[("100644", b"\xff\xfe.py", &leak)],
        &[("100644", b"a", &blob), ("100644", b"a", &leak)],
        &[("100644", b"z", &blob), ("100644", b"b", &leak)],
        &[("777", b"z", &leak)],
        &[("0100644", b"z", &leak)],
        &[("120000", b"z", &link)],
    ] {
        let made = commit(&repo, &tree(&repo, entries), PERSON, "");
        is_found(&repo, &made, "refs/heads/x", &format!("{entries:?}"));
        is_found(
            &repo,
            &tree(&repo, entries),
            "refs/tags/x",
            &format!("{entries:?}"),
        );
    }
    is_found(&repo, &leak, "refs/tags/x", "a file by itself");
    let note = tree(&repo, &[("100644", base.as_bytes(), &leak)]);
    is_found(
        &repo,
        &commit(&repo, &note, PERSON, ""),
        "refs/notes/commits",
        "a note",
    );
}
