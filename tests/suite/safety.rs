//! Whatever happens while hexguard is put in or taken out: the hook of before works, or the new one does.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::install::files;
use crate::support::{HEXGUARD, Repo, as_nobody, run, script, token};

/// A repository with a pre-commit hook that says it ran.
fn repo_with_hook() -> (Repo, PathBuf, PathBuf) {
    let repo = Repo::new();
    repo.commit("first");
    let seen = repo.beside("seen");
    let hook = repo.path().join(".git/hooks/pre-commit");
    script(
        &hook,
        &format!("#!/bin/sh\necho ran >> '{}'\nexit 0\n", seen.display()),
    );
    (repo, hook, seen)
}

fn quietly(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_any_moment() {
    let (repo, hook, seen) = repo_with_hook();
    let old = fs::read(&hook).unwrap();
    repo.stage("a.env", format!("HEX={}\n", token(1)));
    let start = Instant::now();
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    let whole = start.elapsed();
    assert_eq!(repo.hexguard(&["uninstall"]).code, 0);

    let mut state = 7u64;
    let mut states = BTreeSet::new();
    let mut killed = 0;
    for round in 0..240 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // The first half of an installation asks git and writes; the rest is the proof. A removal only does the former.
        let after = whole / 2 * u32::try_from(state >> 48).unwrap() / 65_536;
        let command = if round % 2 == 0 {
            "install"
        } else {
            "uninstall"
        };
        let mut child = quietly(repo.command(HEXGUARD).arg(command));
        std::thread::sleep(after);
        let _ = child.kill();
        killed += usize::from(!child.wait().unwrap().success());

        let now = fs::read(&hook).unwrap_or_else(|error| panic!("round {round}: no hook: {error}"));
        let ours = now != old;
        let kept = hook.with_file_name("pre-commit.hexguard-orig").exists();
        states.insert((ours, kept));
        let _ = fs::remove_file(&seen);
        let output = repo.try_git(&["commit", "-q", "-m", "message"]);
        assert!(seen.exists(), "round {round}: the old hook did not run");
        if ours {
            assert_eq!(output.code, 1, "round {round}: {}", output.stderr);
            assert!(
                output.stderr.contains("a.env"),
                "round {round}: {}",
                output.stderr
            );
        } else {
            // Where commit-msg is there already, or still, it scans what no pre-commit has scanned.
            let looks = hook.with_file_name("commit-msg").exists();
            let code = i32::from(looks);
            assert_eq!(output.code, code, "round {round}: {}", output.stderr);
            assert_eq!(output.stderr.contains("a.env"), looks, "round {round}");
            if !looks {
                repo.git(&["reset", "-q", "--soft", "HEAD^"]);
            }
        }
    }
    assert!(
        killed >= 60,
        "only {killed} runs were stopped before their end"
    );
    assert!(states.len() >= 2, "{states:?}");

    // Whatever is left, a whole installation and a whole removal put it right.
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    assert_eq!(repo.hexguard(&["uninstall"]).code, 0);
    assert_eq!(fs::read(&hook).unwrap(), old);
    let left: Vec<PathBuf> = files(hook.parent().unwrap())
        .into_keys()
        .filter(|path| path.extension().is_some_and(|end| end == "hexguard-orig"))
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[test]
fn several_at_once() {
    for round in 0..12 {
        let (repo, hook, seen) = repo_with_hook();
        let old = fs::read(&hook).unwrap();
        let mut children: Vec<Child> = (0..8)
            .map(|number| {
                // In every third round one of them takes it out again.
                let command = if round % 3 == 0 && number == 4 {
                    "uninstall"
                } else {
                    "install"
                };
                quietly(repo.command(HEXGUARD).arg(command))
            })
            .collect();
        for child in &mut children {
            let status = child.wait().unwrap();
            assert!(round % 3 == 0 || status.success(), "round {round}");
        }
        // A proof that began before the removal has run the old hook, which was the only one then.
        let _ = fs::remove_file(&seen);
        repo.stage("a.env", format!("HEX={}\n", token(1)));
        let output = repo.try_git(&["commit", "-q", "-m", "message"]);
        assert_eq!(fs::read_to_string(&seen).unwrap(), "ran\n", "round {round}");
        assert!(
            round % 3 == 0 || output.code == 1,
            "round {round}: {}",
            output.stderr
        );
        assert_eq!(repo.hexguard(&["install"]).code, 0);
        assert_eq!(repo.hexguard(&["uninstall"]).code, 0);
        assert_eq!(fs::read(&hook).unwrap(), old, "round {round}");
    }
}

#[test]
fn several_at_once_on_a_file_of_the_project() {
    for round in 0..6 {
        let repo = Repo::new();
        repo.write(".husky/_/h", "#!/bin/sh\n")
            .write(".husky/pre-commit", "echo mine\n")
            .git(&["config", "core.hooksPath", ".husky/_"]);
        // What husky generates for each hook, reduced to what matters.
        for name in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
            let text = format!(
                "#!/bin/sh\nexec sh -e \"$(dirname \"$(dirname \"$0\")\")/{name}\" \"$@\"\n"
            );
            script(&repo.path().join(".husky/_").join(name), &text);
        }
        let before = files(&repo.path().join(".husky"));
        for command in ["install", "uninstall"] {
            let mut children: Vec<Child> = (0..8)
                .map(|_| quietly(repo.command(HEXGUARD).args([command, "--yes"])))
                .collect();
            for child in &mut children {
                assert!(child.wait().unwrap().success(), "round {round}: {command}");
            }
            let text = fs::read_to_string(repo.path().join(".husky/pre-commit")).unwrap();
            let lines = usize::from(command == "install");
            assert_eq!(text.matches("hook pre-commit").count(), lines, "{text}");
        }
        assert_eq!(files(&repo.path().join(".husky")), before, "round {round}");
        assert_eq!(repo.try_git(&["config", "hexguard.path"]).code, 1);
    }
}

#[test]
fn several_reviews_at_once_are_all_recorded() {
    let repo = Repo::new();
    for number in 0..8 {
        repo.write(&format!("r{number}.csv"), format!("a,b{number}\n1,2\n"));
    }
    for round in 0..4 {
        let _ = fs::remove_file(repo.path().join(".hexguard-reviews"));
        let mut children: Vec<Child> = (0..8)
            .map(|number| {
                let file = format!("r{number}.csv");
                quietly(
                    repo.command(HEXGUARD)
                        .args(["reviewed", "--by", "Ada", &file]),
                )
            })
            .collect();
        for child in &mut children {
            assert!(child.wait().unwrap().success(), "round {round}");
        }
        let text = fs::read_to_string(repo.path().join(".hexguard-reviews")).unwrap();
        assert_eq!(text.matches(".csv").count(), 8, "round {round}: {text}");
    }
}

#[test]
fn several_at_once_for_all_repositories() {
    let repo = Repo::new();
    for round in 0..6 {
        let home = repo.beside(&format!("home{round}"));
        fs::create_dir(&home).unwrap();
        for command in ["install", "uninstall"] {
            let mut children: Vec<Child> = (0..8)
                .map(|_| {
                    let mut child = repo.command(HEXGUARD);
                    child
                        .env("HOME", &home)
                        .env_remove("GIT_CONFIG_GLOBAL")
                        .args([command, "--global"]);
                    quietly(&mut child)
                })
                .collect();
            for child in &mut children {
                assert!(child.wait().unwrap().success(), "round {round}: {command}");
            }
            assert_eq!(home.join(".gitconfig").exists(), command == "install");
        }
        assert!(!home.join(".config/hexguard").exists(), "round {round}");
    }
}

#[test]
fn on_a_full_disk_nothing_changes() {
    let (repo, hook, seen) = repo_with_hook();
    let before = files(hook.parent().unwrap());
    // A limit of 0 bytes for each file: every write fails, as on a full disk.
    let limited = |command: &str| {
        let line = format!("trap '' XFSZ; ulimit -f 0; exec '{HEXGUARD}' {command}");
        run(repo.command("sh").args(["-c", &line]))
    };
    let output = limited("install");
    assert_eq!(output.code, 2, "{}", output.stdout);
    assert!(output.stderr.contains("cannot write"), "{}", output.stderr);
    assert!(
        files(hook.parent().unwrap())
            .keys()
            .all(|path| !path.to_string_lossy().contains(".hexguard-1"))
    );
    repo.stage("a.txt", "a\n");
    assert_eq!(repo.try_git(&["commit", "-q", "-m", "message"]).code, 0);
    assert!(seen.exists());
    assert_eq!(repo.hexguard(&["uninstall"]).code, 0);
    assert_eq!(files(hook.parent().unwrap()), before);
    // Removal writes nothing, so a full disk does not keep it back.
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    assert_eq!(limited("uninstall").code, 0);
    assert_eq!(files(hook.parent().unwrap()), before);
}

#[test]
fn in_a_read_only_folder_nothing_changes() {
    let (repo, hook, _) = repo_with_hook();
    let folder = hook.parent().unwrap();
    let before = files(folder);
    fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
    let output = as_nobody(&repo, &["install"]);
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(output.code, 2, "{}{}", output.stdout, output.stderr);
    assert!(output.stderr.contains("cannot write"), "{}", output.stderr);
    assert_eq!(files(folder), before);
}

#[test]
fn what_a_killed_run_has_left_is_swept_away() {
    let (repo, hook, _) = repo_with_hook();
    let left = hook.with_file_name(".pre-commit.hexguard-4242-0");
    fs::write(&left, "half").unwrap();
    assert_eq!(
        run(repo.command("touch").args(["-d", "2020-01-01"]).arg(&left)).code,
        0
    );
    // A proof that was interrupted leaves a folder; that of a run at work is a new one.
    let scratch = repo.beside("scratch");
    let (old, new) = (
        scratch.join("hexguard-proof-1-1/objects"),
        scratch.join("hexguard-proof-2-2"),
    );
    fs::create_dir_all(&old).unwrap();
    fs::create_dir_all(&new).unwrap();
    let old = old.parent().unwrap();
    let touched = run(repo.command("touch").args(["-d", "2020-01-01"]).arg(old));
    assert_eq!(touched.code, 0);
    let mut install = repo.command(HEXGUARD);
    assert_eq!(run(install.env("TMPDIR", &scratch).arg("install")).code, 0);
    assert!(!Path::new(&left).exists());
    assert!(!old.exists() && new.exists());
}
