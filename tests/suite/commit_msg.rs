//! commit-msg: what was staged after pre-commit, and which lines of a message git keeps.

use std::fs;
use std::path::Path;

use crate::support::{HEXGUARD, Output, Repo, run, script, token};

/// A repository whose pre-commit hook runs hexguard first and then `later`, as husky and lefthook have it.
fn with_later(repo: Repo, later: &str) -> Repo {
    repo.write("old.txt", "old\n").git(&["add", "old.txt"]);
    repo.commit("first");
    repo.hook("commit-msg");
    let hooks = repo
        .git(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"])
        .stdout;
    script(
        &Path::new(hooks.trim_end()).join("pre-commit"),
        &format!("#!/bin/sh\n'{HEXGUARD}' hook pre-commit \"$@\" || exit $?\n{later}\n"),
    );
    repo
}

fn leak(seed: u64) -> String {
    format!("TOKEN = \"{}\"\n", token(seed))
}

/// A command that copies a file from outside into the work tree and stages it.
fn stages(repo: &Repo, name: &str) -> String {
    let from = repo.beside("built");
    fs::write(&from, leak(1)).unwrap();
    format!("cp '{}' {name} && git add {name}", from.display())
}

fn seen(repo: &Repo) -> bool {
    repo.path().join(".git/hexguard/seen").exists()
}

#[track_caller]
fn is_stopped(output: &Output, file: &str) {
    assert_ne!(output.code, 0, "{}", output.stderr);
    assert!(output.stderr.contains(file), "{}", output.stderr);
    assert!(!output.stderr.contains(&token(1)), "{}", output.stderr);
}

#[track_caller]
fn is_silent(output: &Output) {
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(output.stderr, "");
}

#[test]
fn what_a_later_command_of_the_hook_stages_is_scanned() {
    for args in [
        &[][..],
        &["--object-format=sha256"],
        &["--ref-format=reftable"],
    ] {
        let repo = Repo::init(args);
        let later = stages(&repo, "dist.js");
        let repo = with_later(repo, &later);
        for (number, how) in [
            &["-m", "plain"][..],
            &["-a", "-m", "all"],
            &["-m", "path", "--", "old.txt"],
            &["--amend", "-m", "amend"],
            &["--allow-empty", "-m", "nothing else"],
        ]
        .into_iter()
        .enumerate()
        {
            repo.write("old.txt", format!("{number}\n"));
            if how[0] == "-m" {
                repo.git(&["add", "old.txt"]);
            }
            let mut all = vec!["commit", "-q"];
            all.extend(how);
            let output = repo.try_git(&all);
            is_stopped(&output, "dist.js:1");
            assert!(
                output.stderr.contains("after the scan of pre-commit"),
                "{}",
                output.stderr
            );
            is_told_once(&output);
            assert!(!seen(&repo));
            repo.git(&["reset", "-q", "--hard"]);
        }
    }
}

#[track_caller]
fn is_told_once(output: &Output) {
    for said in ["the commit is stopped", "What to do", " 1 blocked,"] {
        let count = output.stderr.matches(said).count();
        assert_eq!(count, 1, "{said}: {}", output.stderr);
    }
}

#[test]
fn a_message_and_what_was_staged_later_are_one_report() {
    let repo = Repo::new();
    let later = stages(&repo, "dist.js");
    let repo = with_later(repo, &later);
    repo.stage("old.txt", "new\n");
    let message = format!("uses {}", token(2));
    let output = repo.try_git(&["commit", "-q", "-m", &message]);
    is_stopped(&output, "dist.js:1");
    for (said, times) in [
        ("the commit is stopped", 1),
        ("What to do", 1),
        ("Write the message without it", 1),
        ("Your message is kept", 0),
        (" 2 blocked,", 1),
    ] {
        let count = output.stderr.matches(said).count();
        assert_eq!(count, times, "{said}: {}", output.stderr);
    }
}

/// Writes the hook that git runs when it has taken the tree of the commit already.
fn prepares(repo: &Repo, text: &str) {
    let path = repo.path().join(".git/hooks/prepare-commit-msg");
    script(&path, &format!("#!/bin/sh\n{text}\n"));
}

#[test]
fn what_prepare_commit_msg_takes_back_is_in_the_commit_all_the_same() {
    let repo = Repo::new();
    let later = stages(&repo, "lib/dist.js");
    let repo = with_later(repo, &format!("mkdir -p lib; {later}"));
    for back in [
        "git reset -q -- lib",
        "git rm -q --cached lib/dist.js",
        "git read-tree HEAD; git add old.txt",
        "git reset -q -- lib; echo x >other.txt; git add other.txt",
    ] {
        prepares(&repo, back);
        for how in [
            &["-m", "plain"][..],
            &["-a", "-m", "all"],
            &["-m", "path", "--", "old.txt"],
            &["--amend", "-m", "amend"],
        ] {
            repo.write("old.txt", format!("{back} {how:?}\n"));
            repo.git(&["add", "old.txt"]);
            let output = repo.try_git(&[&["commit", "-q"], how].concat());
            is_stopped(&output, "lib/dist.js:1");
            repo.git(&["reset", "-q", "--hard"]);
        }
    }
}

#[test]
fn an_index_that_was_written_anew_holds_nothing_new() {
    let repo = with_later(Repo::new(), "");
    fs::write(repo.beside("built"), leak(1)).unwrap();
    // What another command commits meanwhile is no part of this commit.
    let elsewhere = format!(
        "tree=$(export GIT_INDEX_FILE=.git/other; cp '{}' b.py; git add -f b.py; git write-tree); rm b.py
        git commit-tree -m x $tree >/dev/null",
        repo.beside("built").display()
    );
    for text in ["", &elsewhere] {
        prepares(
            &repo,
            &format!("touch old.txt; git update-index -q --refresh; {text}"),
        );
        for how in [&["-m", "plain"][..], &["-m", "path", "--", "old.txt"]] {
            // A warning that was told is not told once more.
            repo.write(
                "old.txt",
                format!("{} = \"{}\" # {text}\n", "password", "elephants"),
            );
            repo.git(&["add", "old.txt"]);
            let output = repo.git(&[&["commit", "-q"], how].concat());
            assert!(!output.stderr.contains("b.py"), "{}", output.stderr);
            repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        }
    }
}

#[test]
fn an_index_of_any_kind_is_compared() {
    for settings in [
        &[("index.skipHash", "true")][..],
        &[("core.splitIndex", "true")],
        &[("index.version", "4"), ("feature.manyFiles", "true")],
    ] {
        let repo = Repo::new();
        for (name, value) in settings {
            repo.git(&["config", name, value]);
        }
        let later = format!("[ ! -e build ] || {{ {}; }}", stages(&repo, "dist.js"));
        let repo = with_later(repo, &later);
        for how in [&["-m", "x"][..], &["-m", "x", "--", "old.txt"]] {
            repo.write("old.txt", format!("{how:?}\n"));
            repo.git(&["add", "old.txt"]);
            let mut all = vec!["commit", "-q"];
            all.extend(how);
            repo.write("build", "");
            is_stopped(&repo.try_git(&all), "dist.js:1");
            fs::remove_file(repo.path().join("build")).unwrap();
            repo.git(&["rm", "-q", "--cached", "--ignore-unmatch", "dist.js"]);
            is_silent(&repo.git(&all));
        }
    }
}

#[test]
fn a_linked_worktree_has_a_note_of_its_own() {
    let repo = Repo::new();
    let later = stages(&repo, "dist.js");
    let repo = with_later(repo, &later);
    let linked = repo.beside("linked");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "side",
        linked.to_str().unwrap(),
    ]);
    fs::write(linked.join("a.txt"), "a\n").unwrap();
    let git = |args: &[&str]| run(repo.command("git").current_dir(&linked).args(args));
    assert_eq!(git(&["add", "a.txt"]).code, 0);
    is_stopped(&git(&["commit", "-q", "-m", "x"]), "dist.js:1");
}

#[test]
fn a_merge_is_compared_too() {
    let repo = Repo::new();
    let later = stages(&repo, "dist.js");
    let repo = with_later(repo, "");
    repo.git(&["branch", "side"]);
    repo.stage("a.txt", "a\n").commit("a");
    repo.git(&["checkout", "-q", "side"]);
    // What comes from the other side is no news.
    repo.stage("b.txt", leak(2)).commit("b");
    repo.git(&["checkout", "-q", "main"]);
    is_silent(&repo.git(&["merge", "-q", "--no-edit", "side"]));
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let hooks = repo.path().join(".git/hooks");
    fs::copy(hooks.join("pre-commit"), hooks.join("pre-merge-commit")).unwrap();
    is_silent(&repo.git(&["merge", "-q", "--no-edit", "side"]));
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    script(
        &hooks.join("pre-merge-commit"),
        &format!("#!/bin/sh\n'{HEXGUARD}' hook pre-merge-commit || exit $?\n{later}\n"),
    );
    let output = repo.try_git(&["merge", "-q", "--no-edit", "side"]);
    is_stopped(&output, "dist.js:1");
    assert!(!output.stderr.contains("b.txt"), "{}", output.stderr);
}

#[test]
fn what_was_said_before_is_not_said_again() {
    for later in [
        "",
        // The files' times change, and the index with them.
        "sleep 0.01; touch old.txt a.txt; git update-index -q --refresh",
        // The index forgets its tree.
        "git rm -q --cached a.txt; git add a.txt",
        // Something else is staged.
        "echo formatted > old.txt; git add old.txt",
    ] {
        let repo = with_later(Repo::new(), later);
        repo.stage("a.txt", "fine\n");
        is_silent(&repo.git(&["commit", "-q", "-m", "clean"]));
        let mut bundle = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        let member = ["DB_PASSWORD", "=orchards\n"].concat();
        header.set_size(member.len() as u64);
        let bytes = member.as_bytes();
        bundle.append_data(&mut header, "b.env", bytes).unwrap();
        repo.stage("new.env", "DB_PASSWORD=orchard\n")
            .stage("new.tar", bundle.into_inner().unwrap())
            .stage("a.txt", "2\n")
            .stage("hexguard.toml", "exclude = [\"/vendor/\"]\n");
        let output = repo.git(&["commit", "-q", "-m", "warned"]);
        for said in [
            "warning new.env:1:",
            "warning new.tar!b.env:1:",
            "note this commit",
            "2 warned",
        ] {
            let count = output.stderr.matches(said).count();
            assert_eq!(count, 1, "{later}: {}", output.stderr);
        }
        assert!(!output.stderr.contains("a later command"), "{output:?}");
        assert!(!seen(&repo));
    }
}

#[test]
fn what_the_first_scan_let_go_is_no_excuse_for_a_copy() {
    // The secret is old, and moves; a later command makes a second copy of it.
    let repo = with_later(Repo::new(), "cp settings.py dist.py; git add dist.py");
    repo.stage("config.py", leak(1)).commit("old");
    repo.git(&["mv", "config.py", "settings.py"]);
    let output = repo.try_git(&["commit", "-q", "-m", "x"]);
    assert_ne!(output.code, 0, "{}", output.stderr);
    // Without the copy it may move.
    let repo = with_later(
        Repo::new(),
        "echo '# end' >> settings.py; git add settings.py",
    );
    repo.stage("config.py", leak(1)).commit("old");
    repo.git(&["mv", "config.py", "settings.py"]);
    is_silent(&repo.git(&["commit", "-q", "-m", "x"]));
}

#[test]
fn a_commit_that_pre_commit_never_saw_is_scanned() {
    let repo = Repo::new();
    repo.commit("first").hook("commit-msg");
    repo.stage("a.py", leak(1));
    let output = repo.try_git(&["commit", "-q", "-m", "x"]);
    is_stopped(&output, "a.py:1");
    assert!(
        !output.stderr.contains("after the scan"),
        "{}",
        output.stderr
    );
    repo.stage("a.py", "fine = 1\n");
    is_silent(&repo.git(&["commit", "-q", "-m", "x"]));
}

#[test]
fn a_note_speaks_for_one_commit_only() {
    let repo = with_later(Repo::new(), "");
    let pre_commit = |args: &[&str]| {
        run(repo
            .command(HEXGUARD)
            .args(["hook", "pre-commit"])
            .args(args))
    };
    // A commit that is stopped leaves none, nor does one with hexguard switched off.
    repo.stage("a.txt", "a\n");
    assert_eq!(pre_commit(&[]).code, 0);
    assert!(seen(&repo));
    repo.stage("b.py", leak(1));
    assert_eq!(pre_commit(&[]).code, 1);
    assert!(!seen(&repo));
    let mut off = repo.command(HEXGUARD);
    assert_eq!(
        run(off.env("HEXGUARD", "0").args(["hook", "pre-commit"])).code,
        0
    );
    assert!(!seen(&repo));
    // Of some files only, outside a commit: not of what is staged.
    assert_eq!(pre_commit(&["a.txt"]).code, 0);
    assert!(!seen(&repo));
    // On top of another commit the same content may be new: here the old one held the token.
    repo.commit("the token");
    assert_eq!(pre_commit(&[]).code, 0);
    assert!(seen(&repo));
    repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
    let message = repo.beside("message");
    fs::write(&message, "title\n").unwrap();
    let output = repo.hexguard(&["hook", "commit-msg", message.to_str().unwrap()]);
    is_stopped(&output, "b.py:1");
    assert!(!seen(&repo));
}

#[test]
fn without_a_place_for_the_note_commits_are_scanned_all_the_same() {
    let repo = Repo::new();
    let later = format!("[ ! -e build ] || {{ {}; }}", stages(&repo, "dist.js"));
    let repo = with_later(repo, &later);
    fs::write(repo.path().join(".git/hexguard"), "").unwrap();
    repo.stage("a.txt", "a\n");
    is_silent(&repo.git(&["commit", "-q", "-m", "x"]));
    repo.write("build", "").stage("a.txt", "b\n");
    is_stopped(&repo.try_git(&["commit", "-q", "-m", "x"]), "dist.js:1");
}

/// Commits with an editor that puts `typed` above what git wrote.
fn commit_typed(repo: &Repo, typed: &str, args: &[&str]) -> Output {
    let editor = repo.beside("editor");
    let text = repo.beside("typed");
    fs::write(&text, typed).unwrap();
    script(
        &editor,
        &format!(
            "#!/bin/sh\ncat '{}' \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"\n",
            text.display()
        ),
    );
    let mut command = repo.command("git");
    command.env("GIT_EDITOR", &editor);
    run(command.args(["commit", "-q", "--allow-empty"]).args(args))
}

#[test]
fn a_comment_counts_where_git_keeps_it() {
    let repo = with_later(Repo::new(), "");
    let typed = format!("title\n\n# {}\n", token(1));
    for dropped in [
        &[][..],
        &["--cleanup=strip"],
        &["--cleanup=default"],
        &["-v"],
    ] {
        is_silent(&commit_typed(&repo, &typed, dropped));
        assert!(
            !repo
                .git(&["log", "-1", "--format=%B"])
                .stdout
                .contains("hxtp_")
        );
    }
    for kept in [
        &["--cleanup=verbatim"][..],
        &["--cleanup=whitespace"],
        &["--cleanup=scissors"],
        &["--cleanup=verbatim", "-v"],
        &["--cleanup=scissors", "-v"],
    ] {
        is_stopped(&commit_typed(&repo, &typed, kept), "commit message, line 3");
    }
    // Where git has not written what it does, it is not known.
    let unsaid = ["--cleanup=verbatim", "--no-status"];
    let output = commit_typed(&repo, &typed, &unsaid);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(
        output
            .stderr
            .contains("which git drops unless `--cleanup` says otherwise"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains(&token(1)), "{}", output.stderr);
    is_silent(&commit_typed(&repo, "title\n# nothing here\n", &unsaid));
}

#[test]
fn text_below_scissors_of_ones_own_is_scanned() {
    let repo = with_later(Repo::new(), "");
    let typed = format!(
        "title\n# ------------------------ >8 ------------------------\ndiff {}\n",
        token(1)
    );
    is_stopped(&commit_typed(&repo, &typed, &[]), "commit message, line 3");
}

#[test]
fn the_diff_of_an_older_message_counts_where_git_keeps_it() {
    let repo = with_later(Repo::new(), "");
    let old = "# ------------------------ >8 ------------------------\n# Do not modify or remove the line above.\n# Everything below it will be ignored.\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n";
    let typed = format!("title\n{old}+{}", leak(1));
    is_stopped(&commit_typed(&repo, &typed, &[]), "commit message, line 8");
    for cut in [&["-v"][..], &["--cleanup=scissors"]] {
        is_silent(&commit_typed(&repo, &typed, cut));
    }
    // Without a status nobody can tell.
    let output = commit_typed(&repo, &typed, &["--no-status"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(output.stderr.contains("1 warned"), "{}", output.stderr);
}

#[test]
fn every_line_that_git_keeps_is_reported_however_comments_begin() {
    let repo = Repo::new();
    repo.commit("first");
    let hook = repo.path().join(".git/hooks/commit-msg");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    // It tells what it found, and lets git go on.
    script(
        &hook,
        &format!("#!/bin/sh\ncp \"$1\" seen\n'{HEXGUARD}' hook commit-msg \"$1\" 2>told\nexit 0\n"),
    );
    let typed = format!(
        "title\n# {}\n; {}\n// {}\nx {}\n",
        token(1),
        token(2),
        token(3),
        token(4)
    );
    let file = repo.beside("message");
    fs::write(&file, &typed).unwrap();
    let config = repo.path().join(".git/config");
    let before = fs::read_to_string(&config).unwrap();
    for comments in [
        "",
        "commentChar = \";\"",
        "commentChar = auto",
        "commentString = //",
        "commentChar = \";\"\ncommentString = //",
        "commentString = //\ncommentChar = \";\"",
    ] {
        for cleanup in ["", "strip", "scissors"] {
            let mut text = format!("{before}[core]\n{comments}\n");
            if !cleanup.is_empty() {
                text += &format!("[commit]\ncleanup = {cleanup}\n");
            }
            fs::write(&config, text).unwrap();
            for flag in ["--quiet", "--cleanup=strip", "--cleanup=whitespace"] {
                let given = [
                    "commit",
                    "-q",
                    "--allow-empty",
                    flag,
                    "-F",
                    file.to_str().unwrap(),
                ];
                for edited in [false, true] {
                    let what = format!("{comments:?} {cleanup} {flag} {edited}");
                    let output = if edited {
                        commit_typed(&repo, &typed, &[flag])
                    } else {
                        repo.try_git(&given)
                    };
                    assert_eq!(output.code, 0, "{what}: {output:?}");
                    let kept = repo.git(&["log", "-1", "--format=%B"]).stdout;
                    let told = fs::read_to_string(repo.path().join("told")).unwrap();
                    let seen = fs::read_to_string(repo.path().join("seen")).unwrap();
                    for (number, line) in seen.lines().enumerate() {
                        let Some(at) = line.find("hxtp_") else {
                            continue;
                        };
                        if kept.contains(&line[at..]) {
                            let place = format!("commit message, line {}", number + 1);
                            assert!(told.contains(&place), "{what}: {line} {told}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_diff_below_a_message_is_not_scanned() {
    let repo = with_later(Repo::new(), "");
    repo.stage("a.txt", leak(1)).commit("old");
    for (name, value) in [
        ("core.commentChar", ";"),
        ("core.commentString", "//"),
        ("core.commentChar", "auto"),
        ("commit.cleanup", "verbatim"),
        ("commit.cleanup", "scissors"),
        ("commit.status", "false"),
    ] {
        for verbose in [&["-v"][..], &["-v", "-v"], &["-v", "--cleanup=whitespace"]] {
            repo.git(&["config", name, value]);
            repo.stage("a.txt", "gone\n");
            repo.write("a.txt", leak(2));
            let output = commit_typed(&repo, "title\n", verbose);
            assert_eq!(
                output.code, 0,
                "{name}={value} {verbose:?}: {}",
                output.stderr
            );
            repo.git(&["config", "--unset", name]);
            repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        }
    }
}

#[test]
fn what_a_message_says_of_itself_allows_nothing() {
    for text in ["T={} # hexguard:allow", "x\n\nhexguard:allow-file\nT={}"] {
        let repo = Repo::new();
        repo.commit("first").hook("commit-msg");
        let message = text.replace("{}", &token(1));
        let commit = repo.try_git(&["commit", "-q", "--allow-empty", "-m", &message]);
        assert_eq!(commit.code, 1, "{commit:?}");
    }
}

#[test]
fn what_a_commit_lets_through_for_itself_does_not_count_for_its_message() {
    for (loose, line) in [
        ("disable = ['*']\n", "hexguard.toml:2"),
        ("exit-code = 0\n", "hexguard.toml:2"),
        ("[tier]\n'hex-*' = 'off'\n", "hexguard.toml:3"),
    ] {
        let repo = Repo::new();
        let policy = "same-commit-allow = 'block'\n";
        repo.stage("hexguard.toml", policy).commit("policy");
        repo.hook("pre-commit");
        repo.hook("commit-msg");
        repo.stage("hexguard.toml", format!("{policy}{loose}"));
        let message = format!("use {}", token(1));
        let output = repo.try_git(&["commit", "-qm", &message]);
        is_stopped(&output, "commit message");
        // Told once, by the hook before it.
        assert_eq!(output.stderr.matches(line).count(), 1, "{output:?}");
        assert_eq!(repo.try_git(&["commit", "-qm", "clean"]).code, 0);
    }
}
