//! Objects that are not such as git writes them, and more packs than files may be open: what cannot be read is named with its
//! object, and the rest is scanned.

use std::fs;

use crate::support::{HEXGUARD, Output, Repo, run, run_with, token};

/// An object that no repository of these tests has.
const NOWHERE: &str = "1234567890123456789012345678901234567890";

/// Returns the bytes of an id.
fn raw(id: &str) -> Vec<u8> {
    let digits = (0..id.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap())
        .collect()
}

/// Writes an object as it is given, and returns its id.
fn write(repo: &Repo, kind: &str, content: &[u8]) -> String {
    let mut git = repo.command("git");
    git.args(["hash-object", "--literally", "-w", "--stdin", "-t", kind]);
    run_with(&mut git, content).stdout.trim().to_owned()
}

/// Writes a tree of entries: modes, names and ids.
fn tree(repo: &Repo, entries: &[(&str, &str, &str)]) -> String {
    let lines = entries.iter().flat_map(|(mode, name, id)| {
        let line = format!("{mode} {name}\0").into_bytes();
        [line, raw(id)].concat()
    });
    write(repo, "tree", &lines.collect::<Vec<u8>>())
}

/// Writes a commit of a tree, with more lines behind that of the tree.
fn commit(repo: &Repo, tree: &str, more: &str) -> String {
    let who = "A <a@example.com> 1700000000 +0000";
    let text = format!("tree {tree}\n{more}author {who}\ncommitter {who}\n\nx\n");
    write(repo, "commit", text.as_bytes())
}

fn set(repo: &Repo, name: &str, id: &str) {
    let path = repo.path().join(".git").join(name);
    fs::write(path, format!("{id}\n")).unwrap();
}

fn push(repo: &Repo, name: &str, id: &str) -> Output {
    let line = format!("{name} {id} {name} {}\n", "0".repeat(40));
    let args = ["hook", "pre-push", "there", "../url"];
    repo.hexguard_with(&args, line.as_bytes())
}

/// A repository with a commit, and the ids of that, of its tree, and of a content with a secret.
fn begun() -> (Repo, String, String, String) {
    let repo = Repo::new();
    repo.stage("a", "x\n").commit("first");
    let id = |name: &str| repo.git(&["rev-parse", name]).stdout.trim().to_owned();
    let (commit, tree) = (id("HEAD"), id("HEAD^{tree}"));
    let secret = write(&repo, "blob", format!("T = '{}'\n", token(1)).as_bytes());
    (repo, commit, tree, secret)
}

#[test]
fn a_tree_that_cannot_be_read_is_named_and_the_rest_is_scanned() {
    let (repo, first, top, secret) = begun();
    let cut = write(&repo, "tree", b"100644 a\0short");
    let no_mode = write(&repo, "tree", b"a\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    for (entry, id, says) in [
        ("40000", cut.as_str(), "is malformed"),
        ("40000", &no_mode, "is malformed"),
        ("40000", NOWHERE, "is not in the repository"),
        ("40000", &secret, "is a blob where a tree is named"),
        ("40000", &first, "is a commit where a tree is named"),
        ("100644", NOWHERE, "its object is not there"),
        ("100644", &top, "its object is a tree"),
        ("120000", &first, "its object is a commit"),
    ] {
        let all = [
            ("100644", "a.py", secret.as_str()),
            (entry, "odd", id),
            ("100644", "z.py", &secret),
        ];
        let made = commit(&repo, &tree(&repo, &all), &format!("parent {first}\n"));
        set(&repo, "refs/heads/other", &made);
        for output in [
            repo.hexguard(&["scan", "--history"]),
            repo.hexguard(&["scan", "--range", "main..other"]),
            push(&repo, "refs/heads/other", &made),
        ] {
            let told = format!("{}{}", output.stdout, output.stderr);
            assert_eq!(output.code, 2, "{says} {output:?}");
            let skipped = "odd in commit";
            let why = "was not scanned: ";
            for part in [skipped, why, says, id, "a.py:1:6", "z.py:1:6"] {
                assert!(told.contains(part), "{part} {says} {output:?}");
            }
            // The files of these objects are whole: taking them away would help nobody.
            assert!(!told.contains("rm -f"), "{output:?}");
        }
    }
    // The top folder itself, of which the commit's own header tells.
    let made = commit(&repo, &cut, "");
    set(&repo, "refs/heads/other", &made);
    let output = repo.hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stdout.contains("part of the history") && output.stdout.contains(&cut),
        "{output:?}"
    );
}

#[test]
fn a_tree_that_git_can_read_is_scanned() {
    let (repo, first, _, secret) = begun();
    let blob = repo.git(&["rev-parse", "HEAD:a"]).stdout;
    let blob = blob.trim();
    let inner = tree(&repo, &[("100644", "config", &secret)]);
    for entries in [
        &[("100644", "a", blob), ("100644", "a", secret.as_str())][..],
        &[("0000000000100644", "a", &secret)],
        &[("0", "a", &secret)],
        &[("100644", "", &secret)],
        &[("100644", "x/y", &secret)],
        &[("100644", "..", &secret)],
        &[("40000", ".git", &inner)],
        &[("100644", "z", &secret), ("100644", "a", blob)],
    ] {
        let made = commit(&repo, &tree(&repo, entries), &format!("parent {first}\n"));
        set(&repo, "refs/heads/other", &made);
        let output = repo.hexguard(&["scan", "--range", "main..other"]);
        assert_eq!(output.code, 1, "{entries:?} {output:?}");
    }
}

#[test]
fn what_is_staged_and_is_no_content_is_named() {
    let (repo, _, top, _) = begun();
    let entry = format!("100644,{top},odd");
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
    repo.stage("b.py", format!("T = '{}'\n", token(2)));
    let output = repo.hexguard(&["hook", "pre-commit"]);
    assert_eq!(output.code, 2, "{output:?}");
    for part in ["odd was not scanned", &top, "b.py:1:6"] {
        assert!(output.stderr.contains(part), "{part} {output:?}");
    }
}

/// In a partial clone something may be elsewhere; what is here and damaged is not.
#[test]
fn what_is_damaged_in_a_partial_clone_stops_the_commit() {
    let (repo, ..) = begun();
    repo.git(&["config", "remote.origin.promisor", "true"]);
    repo.stage("b.txt", "some text\n");
    let id = repo.git(&["rev-parse", ":b.txt"]).stdout;
    let id = id.trim();
    let path = repo
        .path()
        .join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    fs::remove_file(&path).unwrap();
    fs::write(&path, "nothing").unwrap();
    let output = repo.hexguard(&["hook", "pre-commit"]);
    assert_eq!(output.code, 2, "{output:?}");
}

/// git takes for a parent only what stands right behind the tree.
#[test]
fn a_line_behind_the_author_names_no_parent() {
    let (repo, _, _, secret) = begun();
    let held = tree(&repo, &[("100644", "a.py", &secret)]);
    let hidden = commit(&repo, &held, "");
    let text = format!(
        "tree {held}\nauthor A <a@example.com> 1 +0000\ncommitter A <a@example.com> 1 +0000\nparent {hidden}\n\nx\n"
    );
    let made = write(&repo, "commit", text.as_bytes());
    let output = push(&repo, "refs/heads/other", &made);
    assert_eq!(output.code, 1, "{output:?}");
}

#[test]
fn tags_that_lead_to_tags_are_followed() {
    let (repo, mut id, ..) = begun();
    let mut kind = "commit";
    for number in 0..50 {
        let message = if number == 0 {
            token(1)
        } else {
            "x".to_owned()
        };
        let text = format!("object {id}\ntype {kind}\ntag t\n\n{message}\n");
        id = write(&repo, "tag", text.as_bytes());
        kind = "tag";
    }
    set(&repo, "refs/tags/t", &id);
    assert_eq!(repo.hexguard(&["scan", "--history"]).code, 1);
    assert_eq!(push(&repo, "refs/tags/t", &id).code, 1);

    let empty = write(&repo, "tag", b"nothing\n");
    set(&repo, "refs/tags/t", &empty);
    for output in [
        repo.hexguard(&["scan", "--history"]),
        push(&repo, "refs/tags/t", &empty),
    ] {
        assert_eq!(output.code, 2, "{output:?}");
        for part in ["refs/tags/t", &empty, "git fsck"] {
            assert!(output.stderr.contains(part), "{part} {output:?}");
        }
    }
}

/// git lists nothing of commits that lead to each other, and says nothing of that.
#[test]
fn commits_that_lead_to_each_other_are_said() {
    let (repo, _, top, _) = begun();
    let below = commit(&repo, &top, "");
    let above = commit(&repo, &top, &format!("parent {below}\n"));
    let turned = commit(&repo, &top, &format!("parent {above}\n"));
    let file = |id: &str| {
        repo.path()
            .join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))
    };
    fs::remove_file(file(&below)).unwrap();
    fs::rename(file(&turned), file(&below)).unwrap();
    set(&repo, "refs/heads/main", &above);
    for args in [&["scan", "--history"][..], &["scan", "--range", "main"]] {
        let output = repo.hexguard(args);
        assert_eq!(output.code, 2, "{args:?} {output:?}");
        assert!(output.stdout.contains(&above), "{args:?} {output:?}");
    }
}

#[cfg(unix)]
#[test]
fn there_may_be_more_packs_than_files_may_be_open() {
    let (repo, ..) = begun();
    for number in 0..150 {
        repo.write(&format!("f{number}.txt"), format!("{number}\n"));
    }
    repo.write("f70.py", format!("T = '{}'\n", token(1)));
    repo.git(&["add", "."]);
    repo.commit("second");
    let script = "git rev-list --objects --all | cut -d' ' -f1 | while read id
        do echo $id | git pack-objects -q .git/objects/pack/pack >/dev/null; done
        git prune-packed -q";
    assert_eq!(run(repo.command("sh").args(["-c", script])).code, 0);
    let limited = |files: &str, args: &str| {
        let line = format!("ulimit -n {files} && exec '{HEXGUARD}' {args}");
        run(repo.command("sh").args(["-c", &line]))
    };
    for args in ["scan --history", "scan --range HEAD"] {
        let output = limited("120", args);
        assert_eq!(output.code, 1, "{args} {output:?}");
        let output = limited("30", args);
        assert_eq!(output.code, 2, "{args} {output:?}");
        for part in ["ulimit -n", "git gc"] {
            assert!(output.stderr.contains(part), "{part} {args} {output:?}");
        }
    }
    repo.stage("g.py", format!("T = '{}'\n", token(2)));
    let output = limited("120", "hook pre-commit");
    assert_eq!(output.code, 1, "{output:?}");
}
