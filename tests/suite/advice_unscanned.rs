//! What hexguard tells people to type about what it could not scan works when it is typed.

use std::fs;
use std::path::Path;

use crate::advice::{line, paste, paste_all, pushed};
use crate::containers::gz;
use crate::support::{HEXGUARD, Output, Repo, hex, run, token};

/// An archive that ends too early.
fn cut() -> Vec<u8> {
    let whole = gz(hex(4000, 7).as_bytes());
    whole[..whole.len() - 20].to_vec()
}

fn leak(seed: u64) -> String {
    format!("T = \"{}\"\n", token(seed))
}

/// Returns the names that are staged.
fn staged(repo: &Repo) -> String {
    repo.git(&["diff", "--cached", "--name-only"]).stdout
}

/// Pastes the line of a message that begins so, which must work.
#[track_caller]
fn follow(repo: &Repo, folder: &Path, output: &Output, start: &str) {
    let pasted = paste(repo, folder, line(output, start));
    assert_eq!(pasted.code, 0, "{start}: {pasted:?}");
}

#[test]
fn a_file_with_a_secret_in_its_name_is_found_by_what_is_printed() {
    for (name, text) in [
        (format!("{}.gz", token(3)), cut()),
        (format!("[x]-{}.gz", token(3)), cut()),
        (format!("-x-{}/a.py", token(3)), leak(4).into_bytes()),
    ] {
        for below in [false, true] {
            let repo = Repo::new();
            repo.hook("pre-commit")
                .stage("below/other.gz", "text\n")
                .commit("first")
                .write(&name, &text)
                .stage("kept.txt", "kept\n");
            let top = repo.path().to_owned();
            let folder = if below {
                top.join("below")
            } else {
                top.clone()
            };
            repo.git(&["add", "-A"]);
            let stopped = paste(&repo, &folder, "git commit -q -m x");
            assert_ne!(stopped.code, 0, "{stopped:?}");
            assert!(!stopped.stderr.contains(&token(3)), "{stopped:?}");
            assert!(!stopped.stderr.contains("allow-unscanned ="), "{stopped:?}");
            follow(&repo, &folder, &stopped, "git reset");
            assert_eq!(staged(&repo), "kept.txt\n");
            if name.ends_with("/a.py") {
                follow(&repo, &folder, &stopped, "git add");
                assert_eq!(staged(&repo).lines().count(), 2);
                continue;
            }
            repo.git(&["add", "-A"]);
            if below {
                // The other place where it is advised goes to the top by itself.
                follow(&repo, &folder, &stopped, "cd \"$(git rev-parse");
            } else {
                follow(&repo, &folder, &stopped, "git mv");
            }
            assert!(staged(&repo).contains("NEW-NAME"), "{}", staged(&repo));
        }
    }
}

#[test]
fn a_pattern_that_would_mean_other_files_is_not_printed() {
    let repo = Repo::new();
    let chosen = ["Blue", "fish-42!"].concat();
    repo.hook("pre-commit")
        .stage(&format!("password={chosen}.gz"), cut())
        .stage("caf\u{e9}.gz", cut());
    let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
    assert_ne!(stopped.code, 0);
    assert!(!stopped.stderr.contains(&chosen), "{stopped:?}");
    let accepted = line(&stopped, "allow-unscanned = ");
    assert_eq!(accepted, "allow-unscanned = [\"/caf\u{e9}.gz\"]");
    let files = "(put its name, which is not shown here, for OLD-NAME)";
    let left = format!(
        "Leave the files out of this commit {files}:\n    git reset -q -- 'caf\u{e9}.gz' OLD-NAME\n"
    );
    assert!(stopped.stderr.contains(&left), "{stopped:?}");
    let renamed = format!("rename it first {files}:\n    git mv -- OLD-NAME NEW-NAME\n");
    assert!(stopped.stderr.contains(&renamed), "{stopped:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_renamed_and_not_accepted() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    repo.hook("pre-commit").stage("kept.txt", "kept\n");
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.gz");
    fs::write(repo.path().join(name), cut()).unwrap();
    repo.git(&["add", "-A"]);
    let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
    assert!(!stopped.stderr.contains("allow-unscanned ="), "{stopped:?}");
    let top = repo.path().to_owned();
    follow(&repo, &top, &stopped, "git mv");
    assert_eq!(staged(&repo), "NEW-NAME\nkept.txt\n");
}

#[test]
fn what_is_accepted_is_committed_first_where_that_is_asked_for() {
    let repo = Repo::new();
    let top = repo.path().to_owned();
    repo.stage("hexguard.toml", "same-commit-allow = \"block\"\n");
    repo.commit("policy")
        .hook("pre-commit")
        .stage("t.gz", cut());
    let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
    assert!(stopped.stderr.contains("Commit that first, by itself"));
    let accept = line(&stopped, "allow-unscanned = ");
    repo.write(
        "hexguard.toml",
        format!("{accept}\nsame-commit-allow = \"block\"\n"),
    );
    follow(&repo, &top, &stopped, "git add -- ':/hexguard.toml'");
    assert_eq!(repo.try_git(&["commit", "-q", "-m", "x"]).code, 0);
}

#[test]
fn what_is_pushed_unscanned_is_taken_out_of_its_commit() {
    for older in [false, true] {
        let repo = pushed();
        assert_eq!(repo.hexguard(&["install"]).code, 0);
        let top = repo.path().to_owned();
        let push = "git push -q origin main";
        repo.stage("t.gz", cut())
            .stage("kept.txt", "kept\n")
            .commit("sneaked in");
        let id = repo.git(&["rev-parse", "HEAD"]).stdout;
        if older {
            repo.stage("later.txt", "later\n").commit("later");
        }
        let stopped = paste(&repo, &top, push);
        assert_ne!(stopped.code, 0);
        let said = format!("skipped t.gz in commit {} was not scanned", &id[..12]);
        assert!(stopped.stderr.contains(&said), "{stopped:?}");
        let report = repo.hexguard(&["scan", "--history", "--format", "json"]);
        let commit = format!("\"commit\": \"{}\"", id.trim());
        assert!(report.stdout.contains(&commit), "{report:?}");
        if older {
            follow(&repo, &top, &stopped, "git rebase");
        }
        follow(&repo, &top, &stopped, "git rm");
        // The editor of the tests marks every line of the list.
        while top.join(".git/rebase-merge").exists() {
            repo.git(&["rebase", "--continue"]);
        }
        let pushed = paste(&repo, &top, push);
        assert_eq!(pushed.code, 0, "{pushed:?}");
        let files = repo.git(&["ls-tree", "--name-only", "origin/main"]).stdout;
        assert!(files.contains("kept.txt") && !files.contains("t.gz"));
        assert!(top.join("t.gz").exists());
    }
}

#[test]
fn what_a_server_does_not_scan_is_accepted_on_its_default_branch() {
    let repo = pushed();
    let server = repo.beside("remote.git");
    let server = server.to_str().unwrap();
    let mut install = repo.command(HEXGUARD);
    let installed = run(install.current_dir(server).arg("install"));
    assert_eq!(installed.code, 0, "{installed:?}");
    repo.git(&["-C", server, "symbolic-ref", "HEAD", "refs/heads/main"]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("t.gz", cut()).commit("archive");
    let stopped = repo.try_git(&["push", "-q", "origin", "side"]);
    assert_ne!(stopped.code, 0);
    let said = "and push that to the server's default branch first:";
    assert!(stopped.stderr.contains(said), "{stopped:?}");
    let accept = stopped.stderr.lines().find_map(|line| {
        let at = line.find("allow-unscanned = ")?;
        Some(line[at..].trim_end().to_owned())
    });
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("hexguard.toml", accept.unwrap() + "\n")
        .commit("accept");
    repo.git(&["push", "-q", "origin", "main"]);
    let taken = repo.try_git(&["push", "-q", "origin", "side"]);
    assert_eq!(taken.code, 0, "{taken:?}");
}

#[test]
fn a_damaged_object_is_fetched_again() {
    let repo = pushed();
    let top = repo.path().to_owned();
    let id = repo.git(&["rev-parse", "HEAD:start.txt"]).stdout;
    let file = format!(".git/objects/{}/{}", &id[..2], id[2..].trim());
    fs::remove_file(top.join(&file)).unwrap();
    fs::write(top.join(&file), "x\x01 damaged").unwrap();
    let output = repo.hexguard(&["scan", "--history"]);
    assert_eq!(output.code, 2, "{output:?}");
    paste_all(&repo, &output, "rm -f");
    paste_all(&repo, &output, "git fetch");
    assert_eq!(repo.hexguard(&["scan", "--history"]).code, 0);
}

#[test]
fn another_repository_is_gone_to_before_its_configuration_is_written() {
    let repo = Repo::new();
    let other = repo.beside("other");
    repo.git(&["init", "-q", other.to_str().unwrap()]);
    fs::write(other.join("t.gz"), cut()).unwrap();
    let file = other.join("t.gz");
    let output = repo.hexguard(&["scan", file.to_str().unwrap()]);
    let (go, accept) = output.stdout.split_once("allow-unscanned = ").unwrap();
    let said = format!("Go to the repository:\n    cd {}\n", other.display());
    assert!(go.contains(&said), "{output:?}");
    assert!(accept.starts_with("[\"/t.gz\"]"), "{output:?}");
}
