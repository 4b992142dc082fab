//! Installed means that git runs it; removed means that everything is as it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{HEXGUARD, Output, Repo, copy_of_hexguard, run, script, token};

/// A file as it can be told apart: its mode, what it holds or where it leads.
type Files = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// Returns every file below a folder.
pub(crate) fn files(folder: &Path) -> Files {
    let mut all = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.map(Result::unwrap) {
            let (path, meta) = (entry.path(), entry.path().symlink_metadata().unwrap());
            if meta.is_dir() {
                folders.push(path);
            } else if meta.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                all.insert(path, (0, target.into_os_string().into_encoded_bytes()));
            } else {
                all.insert(
                    path.clone(),
                    (meta.mode() & 0o7777, fs::read(&path).unwrap()),
                );
            }
        }
    }
    all
}

/// A place to commit from, with its hooks folder.
struct Site {
    repo: Repo,
    /// Where commands run.
    cwd: PathBuf,
    /// Where git looks for hooks.
    hooks: PathBuf,
}

impl Site {
    fn at(repo: Repo, cwd: PathBuf) -> Self {
        let hooks = run(repo.command("git").current_dir(&cwd).args([
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "hooks",
        ]));
        let hooks = PathBuf::from(hooks.stdout.trim_end());
        Self { repo, cwd, hooks }
    }

    fn plain() -> Self {
        let repo = Repo::new();
        let top = repo.path().to_owned();
        Self::at(repo, top)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.repo.command(program);
        command.current_dir(&self.cwd);
        command
    }

    fn git(&self, args: &[&str]) -> Output {
        run(self.command("git").args(args))
    }

    fn hexguard(&self, args: &[&str]) -> Output {
        run(self.command(HEXGUARD).args(args))
    }

    fn installed(&self) -> Output {
        let output = self.hexguard(&["install"]);
        assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
        assert!(
            output.stdout.contains("hexguard stopped it"),
            "{}",
            output.stdout
        );
        output
    }

    /// Commits a file with this content, through the hooks.
    fn commit(&self, name: &str, text: &str) -> Output {
        fs::write(self.cwd.join(name), text).unwrap();
        assert_eq!(self.git(&["add", "-f", "--", name]).code, 0);
        self.git(&["commit", "-q", "-m", "message"])
    }

    /// Checks that a commit with a token is stopped by hexguard, and one without is not.
    fn is_protected(&self) {
        let output = self.commit("secret.env", &format!("HEX={}\n", token(7)));
        assert_ne!(output.code, 0, "{}", output.stderr);
        assert!(output.stderr.contains("secret.env"), "{}", output.stderr);
        assert_eq!(self.git(&["rm", "-qf", "--cached", "secret.env"]).code, 0);
        let output = self.commit("fine.txt", "nothing\n");
        assert_eq!(output.code, 0, "{}", output.stderr);
    }

    /// Puts a hook there that appends what it was given to a file, and returns the file.
    fn old_hook(&self, name: &str, text: &str) -> PathBuf {
        let seen = self.repo.beside("seen");
        fs::create_dir_all(&self.hooks).unwrap();
        let text = text.replace("@SEEN@", seen.to_str().unwrap());
        script(&self.hooks.join(name), &text);
        seen
    }
}

/// Every situation in which people work, each with the folder they are in.
fn sites() -> Vec<(&'static str, Site)> {
    let mut sites = vec![("plain", Site::plain())];

    let repo = Repo::new();
    fs::create_dir_all(repo.path().join("a b/c")).unwrap();
    let cwd = repo.path().join("a b/c");
    sites.push(("subfolder", Site::at(repo, cwd)));

    let repo = Repo::new();
    repo.commit("first");
    let tree = repo.beside("linked tree");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "other",
        tree.to_str().unwrap(),
    ]);
    sites.push(("work tree", Site::at(repo, tree)));

    let repo = Repo::new();
    let inner = Repo::new();
    inner.commit("first");
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        inner.path().to_str().unwrap(),
        "sub",
    ]);
    let cwd = repo.path().join("sub");
    sites.push(("submodule", Site::at(repo, cwd)));

    let repo = Repo::new();
    let apart = repo.beside("apart.git");
    repo.git(&["init", "-q", "--separate-git-dir", apart.to_str().unwrap()]);
    let top = repo.path().to_owned();
    sites.push(("separate git dir", Site::at(repo, top)));

    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", "my hooks/it's"]);
    let top = repo.path().to_owned();
    sites.push(("relative hooksPath with spaces", Site::at(repo, top)));

    let repo = Repo::new();
    let hooks = repo.path().join(".githooks");
    repo.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    fs::create_dir_all(repo.path().join("deep")).unwrap();
    let cwd = repo.path().join("deep");
    sites.push(("absolute hooksPath", Site::at(repo, cwd)));

    let repo = Repo::new();
    repo.git(&["config", "extensions.worktreeConfig", "true"]);
    repo.git(&["config", "--worktree", "core.hooksPath", ".hooks"]);
    let top = repo.path().to_owned();
    sites.push(("hooksPath of the work tree", Site::at(repo, top)));
    sites
}

/// Hooks that people have: name of the kind, the script, and what it must have seen afterwards.
const OLD_HOOKS: &[(&str, &str)] = &[
    ("sh", "#!/bin/sh\necho \"ran:$#\" >> '@SEEN@'\n"),
    (
        "ends in exit",
        "#!/bin/sh\necho \"ran:$#\" >> '@SEEN@'\nexit 0\n",
    ),
    ("no first line", "echo \"ran:$#\" >> '@SEEN@'\n"),
    (
        "asks for its name",
        "#!/bin/sh -e\ntest \"$(basename \"$0\")\" = pre-commit\ntest -f \"$(dirname \"$0\")/pre-commit\"\necho \"ran:$#\" >> '@SEEN@'\n",
    ),
    (
        "python",
        "#!/usr/bin/env python3\nimport sys\nopen('@SEEN@', 'a').write('ran:%d\\n' % (len(sys.argv) - 1))\n",
    ),
    (
        "node",
        "#!/usr/bin/env node\nrequire('fs').appendFileSync('@SEEN@', `ran:${process.argv.length - 2}\\n`)\n",
    ),
];

#[test]
fn every_situation_and_every_kind_of_hook() {
    for (kind, (hook, text)) in OLD_HOOKS.iter().enumerate() {
        for (number, (situation, site)) in sites().into_iter().enumerate() {
            // Every situation with a shell hook, every kind of hook in the plain one.
            if number != 0 && kind != 0 {
                continue;
            }
            let what = format!("{situation}, {hook}");
            let seen = site.old_hook("pre-commit", text);
            let before = files(&site.hooks);
            site.installed();
            assert!(
                !seen.exists(),
                "{what}: the proof must not run the old hook"
            );
            site.is_protected();
            let runs = fs::read_to_string(&seen).unwrap_or_default();
            assert_eq!(runs, "ran:0\nran:0\n", "{what}");
            assert_eq!(site.hexguard(&["status"]).code, 0, "{what}");
            let output = site.hexguard(&["uninstall"]);
            assert_eq!(output.code, 0, "{what}: {}", output.stderr);
            assert_eq!(files(&site.hooks), before, "{what}");
            assert_eq!(site.hexguard(&["status"]).code, 1, "{what}");
        }
    }
}

#[test]
fn a_fresh_repository_is_as_it_was_after_removal() {
    let site = Site::plain();
    let before = files(site.repo.path());
    site.installed();
    let once = files(&site.hooks);
    let again = site.installed();
    assert!(again.stdout.contains("up to date"), "{}", again.stdout);
    assert_eq!(files(&site.hooks), once, "a second time changes nothing");
    assert_eq!(site.hexguard(&["uninstall"]).code, 0);
    assert_eq!(files(site.repo.path()), before);
}

#[test]
fn an_old_hook_that_says_no_keeps_its_exit_code() {
    let site = Site::plain();
    site.old_hook("pre-commit", "#!/bin/sh\necho mine >&2\nexit 7\n");
    site.installed();
    let output = site.commit("fine.txt", "nothing\n");
    assert_ne!(output.code, 0);
    assert!(output.stderr.contains("mine"), "{}", output.stderr);
    let hook = run(site.command("sh").arg(site.hooks.join("pre-commit")));
    assert_eq!(hook.code, 7);
}

#[test]
fn arguments_and_standard_input_reach_an_old_hook() {
    let site = Site::plain();
    let seen = site.old_hook(
        "pre-push",
        "#!/bin/sh\necho \"$1 $2\" > '@SEEN@'\ncat >> '@SEEN@'\n",
    );
    site.installed();
    site.repo.commit("first");
    let remote = site.repo.beside("remote.git");
    site.repo
        .git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    let url = format!("file://{}", remote.display());
    site.repo.git(&["remote", "add", "origin", &url]);
    site.repo.git(&["push", "-q", "origin", "main"]);
    let head = site.repo.git(&["rev-parse", "HEAD"]).stdout;
    let zero = "0".repeat(40);
    assert_eq!(
        fs::read_to_string(seen).unwrap(),
        format!(
            "origin {url}\nrefs/heads/main {} refs/heads/main {zero}\n",
            head.trim_end()
        )
    );
}

#[test]
fn a_symbolic_link_is_kept_and_its_file_is_not_written_through() {
    let site = Site::plain();
    let seen = site.repo.beside("seen");
    let tracked = site.repo.path().join("scripts/check");
    fs::create_dir_all(tracked.parent().unwrap()).unwrap();
    script(
        &tracked,
        &format!("#!/bin/sh\necho ran >> '{}'\n", seen.display()),
    );
    symlink("../../scripts/check", site.hooks.join("pre-commit")).unwrap();
    let before = (files(&site.hooks), files(tracked.parent().unwrap()));
    site.installed();
    site.is_protected();
    assert_eq!(fs::read_to_string(&seen).unwrap(), "ran\nran\n");
    assert_eq!(site.hexguard(&["uninstall"]).code, 0);
    assert_eq!(
        (files(&site.hooks), files(tracked.parent().unwrap())),
        before
    );
}

#[test]
fn a_hook_that_git_never_ran_is_not_said_to_run() {
    let site = Site::plain();
    site.old_hook("pre-commit", "#!/bin/sh\nexit 1\n");
    let path = site.hooks.join("pre-commit");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    symlink("/nonexistent", site.hooks.join("commit-msg")).unwrap();
    let output = site.installed();
    assert!(!output.stdout.contains("still runs"), "{}", output.stdout);
    site.is_protected();
}

#[test]
fn the_folder_of_another_repository_is_never_written() {
    let outside = tempfile::tempdir().unwrap();
    for link in [false, true] {
        let site = Site::plain();
        if link {
            fs::remove_dir_all(&site.hooks).unwrap();
            symlink(outside.path(), &site.hooks).unwrap();
        } else {
            site.git(&["config", "core.hooksPath", outside.path().to_str().unwrap()]);
        }
        let output = site.hexguard(&["install"]);
        assert_eq!(output.code, 2, "{}", output.stdout);
        assert!(
            output.stderr.contains("outside this repository"),
            "{}",
            output.stderr
        );
        // Above a setting of the repository's own, one for all repositories does nothing.
        if link {
            assert!(output.stderr.contains("--global"), "{}", output.stderr);
        } else {
            let (_, cure) = output.stderr.split_once("of its own: ").unwrap();
            let (cure, _) = cure.split_once(", then").unwrap();
            let doctor = site.hexguard(&["doctor"]);
            assert_eq!(doctor.code, 1, "{}", doctor.stdout);
            assert_eq!(run(site.command("sh").args(["-c", cure])).code, 0, "{cure}");
            site.installed();
            site.is_protected();
        }
        assert_eq!(files(outside.path()), Files::new());
    }
}

#[test]
fn hooks_that_are_switched_off_are_said_to_be() {
    for value in ["/dev/null", ""] {
        let site = Site::plain();
        site.git(&["config", "core.hooksPath", value]);
        let output = site.hexguard(&["install"]);
        assert_eq!(output.code, 2);
        assert!(
            output.stderr.contains("git runs no hooks here"),
            "{}",
            output.stderr
        );
        let doctor = site.hexguard(&["doctor"]);
        let cure = doctor.stdout.split_once("cure: ").unwrap().1;
        let cure = cure.lines().next().unwrap();
        assert_eq!(run(site.command("sh").args(["-c", cure])).code, 0, "{cure}");
        site.installed();
        site.is_protected();
    }
}

#[test]
fn outside_a_repository_it_says_so() {
    let site = Site::plain();
    let folder = tempfile::tempdir().unwrap();
    let output = run(site
        .command(HEXGUARD)
        .current_dir(folder.path())
        .arg("install"));
    assert_eq!(output.code, 2);
    assert!(
        output.stderr.contains("is not in a git repository"),
        "{}",
        output.stderr
    );
}

#[test]
fn without_the_program_the_commit_is_stopped_with_one_line() {
    let site = Site::plain();
    let copy = site.repo.beside("it's here").join("hexguard");
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    copy_of_hexguard(&copy);
    let output = run(site.command(copy.to_str().unwrap()).arg("install"));
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    site.is_protected();
    fs::remove_file(&copy).unwrap();
    let output = site.commit("more.txt", "nothing\n");
    assert_ne!(output.code, 0);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    assert!(
        output.stderr.contains("the program is gone"),
        "{}",
        output.stderr
    );
    // What PATH has is used instead, and `doctor` tells.
    let folder = site.repo.beside("bin");
    fs::create_dir_all(&folder).unwrap();
    symlink(HEXGUARD, folder.join("hexguard")).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let output = run(site
        .command("git")
        .env("PATH", &path)
        .args(["commit", "-q", "-m", "m"]));
    assert_eq!(output.code, 0, "{}", output.stderr);
    let output = site.hexguard(&["doctor"]);
    assert!(output.stdout.contains("which is gone"), "{}", output.stdout);
}

#[test]
fn an_edited_hook_loses_only_hexguards_lines() {
    for old in [false, true] {
        let site = Site::plain();
        let seen = site.repo.beside("seen");
        if old {
            site.old_hook("pre-commit", "#!/bin/sh\necho old >> '@SEEN@'\n");
        }
        site.installed();
        let path = site.hooks.join("pre-commit");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}echo mine >> '{}'\n", seen.display())).unwrap();
        // An upgrade in between keeps the line.
        site.installed();
        assert_eq!(site.commit("fine.txt", "nothing\n").code, 0);
        let ran = if old { "old\nmine\n" } else { "mine\n" };
        assert_eq!(fs::read_to_string(&seen).unwrap(), ran);
        let output = site.hexguard(&["uninstall"]);
        assert_eq!(output.code, 0);
        assert!(output.stdout.contains("was edited"), "{}", output.stdout);
        let left = fs::read_to_string(&path).unwrap();
        assert!(
            !left.contains("hexguard hook") && left.contains("echo mine"),
            "{left}"
        );
        assert_eq!(
            site.commit("more.env", &format!("HEX={}\n", token(8))).code,
            0
        );
        assert_eq!(fs::read_to_string(&seen).unwrap(), ran.repeat(2));
    }
}

#[test]
fn a_hook_put_there_by_another_program_since_stays() {
    let site = Site::plain();
    site.old_hook("pre-commit", "#!/bin/sh\nexit 0\n");
    site.installed();
    script(&site.hooks.join("pre-commit"), "#!/bin/sh\n# newer\n");
    let output = site.hexguard(&["status"]);
    assert_eq!(output.code, 1, "{}", output.stdout);
    let output = site.hexguard(&["uninstall"]);
    assert!(
        output.stdout.contains("replaced by another program"),
        "{}",
        output.stdout
    );
    let text = fs::read_to_string(site.hooks.join("pre-commit")).unwrap();
    assert_eq!(text, "#!/bin/sh\n# newer\n");
}

#[test]
fn doctor_names_what_is_in_the_way() {
    let site = Site::plain();
    site.installed();
    let path = site.hooks.join("pre-commit");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let output = site.hexguard(&["doctor"]);
    assert_eq!(output.code, 1);
    assert!(
        output.stdout.contains("is not executable"),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains("chmod +x"), "{}", output.stdout);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();

    site.git(&["config", "core.hooksPath", ".elsewhere"]);
    let output = site.hexguard(&["doctor"]);
    assert_eq!(output.code, 1);
    assert!(
        output
            .stdout
            .contains("is never run: core.hooksPath is .elsewhere"),
        "{}",
        output.stdout
    );
    site.git(&["config", "--unset", "core.hooksPath"]);

    site.git(&["config", "hexguard.enabled", "false"]);
    let output = site.hexguard(&["doctor"]);
    assert_eq!(output.code, 1);
    assert!(
        output.stdout.contains("hexguard.enabled is false"),
        "{}",
        output.stdout
    );
    site.git(&["config", "hexguard.enabled", "maybe"]);
    let output = site.hexguard(&["doctor"]);
    assert_eq!(output.code, 1);
    assert!(
        output.stdout.contains("every commit is stopped"),
        "{}",
        output.stdout
    );
    site.git(&["config", "--unset", "hexguard.enabled"]);

    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("hexguard-hook v1", "hexguard-hook v0")).unwrap();
    let output = site.hexguard(&["doctor"]);
    assert!(
        output.stdout.contains("another version"),
        "{}",
        output.stdout
    );
    assert!(site.installed().stdout.contains("brought up to date"));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    let output = site.hexguard(&["doctor"]);
    assert_eq!(output.code, 0, "{}", output.stdout);
    assert!(
        output.stdout.contains("This repository is protected"),
        "{}",
        output.stdout
    );
}

#[test]
fn a_folder_of_hooks_that_belongs_to_the_project_is_named() {
    let site = Site::plain();
    site.git(&["config", "core.hooksPath", ".githooks"]);
    assert!(!site.installed().stdout.contains("belongs to the project"));
    assert_eq!(site.hexguard(&["uninstall"]).code, 0);
    fs::write(site.repo.path().join(".githooks/README"), "ours\n").unwrap();
    assert_eq!(site.git(&["add", ".githooks"]).code, 0);
    let output = site.installed();
    assert!(
        output.stdout.contains(".githooks belongs to the project"),
        "{}",
        output.stdout
    );
}

#[test]
fn doctor_names_a_work_tree_without_hooks() {
    let site = Site::plain();
    site.git(&["config", "core.hooksPath", ".hooks"]);
    site.installed();
    site.repo.commit("first");
    let tree = site.repo.beside("tree");
    site.repo
        .git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
    let output = site.hexguard(&["doctor"]);
    assert!(
        output.stdout.contains("in the work tree"),
        "{}",
        output.stdout
    );
}

#[test]
fn other_events_are_picked_by_name() {
    let site = Site::plain();
    let output = site.hexguard(&["install", "--hook", "pre-push", "--hook", "commit-msg"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let there = |name: &str| site.hooks.join(name).exists();
    assert!(there("pre-push") && there("commit-msg"));
    assert!(!there("pre-commit") && !there("pre-merge-commit"));
}

/// A user with a home folder and a configuration of their own.
struct User {
    repo: Repo,
    home: PathBuf,
}

impl User {
    fn new() -> Self {
        let repo = Repo::new();
        let home = repo.beside("a home");
        fs::create_dir_all(&home).unwrap();
        Self { repo, home }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.repo.command(program);
        command
            .env("HOME", &self.home)
            .env_remove("GIT_CONFIG_GLOBAL");
        command
    }

    fn hexguard(&self, args: &[&str]) -> Output {
        let output = run(self.command(HEXGUARD).args(args));
        assert_eq!(
            output.code, 0,
            "{args:?}\n{}{}",
            output.stdout, output.stderr
        );
        output
    }

    fn commit_in(&self, folder: &Path, text: &str) -> Output {
        fs::write(folder.join("file.env"), text).unwrap();
        let mut git = self.command("git");
        assert_eq!(
            run(git.current_dir(folder).args(["add", "file.env"])).code,
            0
        );
        let mut git = self.command("git");
        run(git
            .current_dir(folder)
            .args(["commit", "-q", "-m", "message"]))
    }
}

#[test]
fn all_repositories_of_a_user() {
    let user = User::new();
    fs::write(
        user.home.join(".gitconfig"),
        "# mine\n[alias]\n\tst = status\n",
    )
    .unwrap();
    let top = user.repo.path().to_owned();
    let seen = user.repo.beside("seen");
    for name in [
        "pre-commit",
        "prepare-commit-msg",
        "post-commit",
        "reference-transaction",
    ] {
        let text = format!(
            "#!/bin/sh\ncat > /dev/null\necho {name} >> '{}'\n",
            seen.display()
        );
        script(&top.join(".git/hooks").join(name), &text);
    }
    let before = (files(&user.home), files(&top));
    user.hexguard(&["install", "--global"]);
    let again = files(&user.home);
    user.hexguard(&["install", "--global"]);
    assert!(files(&user.home) == again, "a second time changes nothing");

    let stopped = |folder: &Path| {
        let output = user.commit_in(folder, &format!("HEX={}\n", token(1)));
        assert_ne!(output.code, 0, "{}", folder.display());
        assert!(output.stderr.contains("file.env"), "{}", output.stderr);
        let output = user.commit_in(folder, &format!("nothing in {}\n", folder.display()));
        assert_eq!(output.code, 0, "{}", output.stderr);
    };
    stopped(&top);
    let ran = fs::read_to_string(&seen).unwrap();
    for name in [
        "pre-commit",
        "prepare-commit-msg",
        "post-commit",
        "reference-transaction",
    ] {
        assert!(
            ran.contains(name),
            "the repository's own {name} runs: {ran}"
        );
    }
    // A linked work tree has the hooks of its repository; a repository made later is covered as well.
    let tree = user.repo.beside("tree");
    user.repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "other",
        tree.to_str().unwrap(),
    ]);
    fs::remove_file(&seen).unwrap();
    stopped(&tree);
    assert!(fs::read_to_string(&seen).unwrap().contains("pre-commit"));
    let later = user.repo.beside("later");
    assert_eq!(
        run(user
            .command("git")
            .args(["init", "-q", later.to_str().unwrap()]))
        .code,
        0
    );
    stopped(&later);
    let output = run(user.command(HEXGUARD).current_dir(&later).arg("doctor"));
    assert_eq!(output.code, 0, "{}", output.stdout);
    let output = run(user.command(HEXGUARD).current_dir(&later).arg("install"));
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    assert!(
        output.stdout.contains("all repositories"),
        "{}",
        output.stdout
    );

    user.hexguard(&["uninstall", "--global"]);
    assert!(
        files(&user.home) == before.0,
        "{:?}",
        files(&user.home).keys()
    );
    assert_eq!(files(&top.join(".git/hooks")), {
        let mut hooks = before.1;
        hooks.retain(|path, _| path.starts_with(top.join(".git/hooks")));
        hooks
    });
    assert_eq!(
        user.commit_in(&later, &format!("HEX={}\n", token(2))).code,
        0
    );
}

#[test]
fn a_user_without_a_configuration_has_none_afterwards() {
    let user = User::new();
    user.hexguard(&["install", "--global"]);
    assert!(user.home.join(".gitconfig").exists());
    user.hexguard(&["uninstall", "--global"]);
    assert_eq!(files(&user.home), Files::new());
}

#[test]
fn a_users_own_folder_of_hooks_is_kept_in_use() {
    let user = User::new();
    let hooks = user.home.join("hooks");
    fs::create_dir_all(&hooks).unwrap();
    let seen = user.repo.beside("seen");
    script(
        &hooks.join("pre-commit"),
        &format!("#!/bin/sh\necho ran >> '{}'\n", seen.display()),
    );
    fs::write(
        user.home.join(".gitconfig"),
        "[core]\n\thooksPath = ~/hooks\n",
    )
    .unwrap();
    let before = files(&user.home);
    user.hexguard(&["install", "--global"]);
    let output = user.commit_in(user.repo.path(), &format!("HEX={}\n", token(1)));
    assert_ne!(output.code, 0);
    assert_eq!(fs::read_to_string(&seen).unwrap(), "ran\n");
    user.hexguard(&["uninstall", "--global"]);
    assert!(
        files(&user.home) == before,
        "{:?}",
        files(&user.home).keys()
    );
}

/// git 2.54 runs hooks from its configuration. Where it is not at hand, a script that says it is that git shows that
/// the right values are written and removed; the command is run by a shell, as that git does.
#[test]
fn git_with_configured_hooks_is_told_by_its_configuration() {
    let user = User::new();
    let bin = user.repo.beside("bin");
    fs::create_dir_all(&bin).unwrap();
    let real = run(user.command("sh").args(["-c", "command -v git"])).stdout;
    script(
        &bin.join("git"),
        &format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && {{ echo git version 2.55.0; exit; }}\nexec {} \"$@\"\n",
            real.trim()
        ),
    );
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let hexguard = |args: &[&str]| {
        let output = run(user.command(HEXGUARD).env("PATH", &path).args(args));
        assert_eq!(
            output.code, 0,
            "{args:?}\n{}{}",
            output.stdout, output.stderr
        );
        output
    };
    fs::write(user.home.join(".gitconfig"), "[alias]\n\tst = status\n").unwrap();
    let before = (files(&user.home), files(user.repo.path()));
    for (install, uninstall, scope) in [
        (
            &["install", "--global"][..],
            &["uninstall", "--global"][..],
            "--global",
        ),
        (&["install", "--in-config"], &["uninstall"], "--local"),
    ] {
        hexguard(install);
        hexguard(install);
        let get = |key: &str| {
            let output = run(user
                .command("git")
                .args(["config", scope, "--get-all", key]));
            output.stdout.trim_end().to_owned()
        };
        assert_eq!(get("hook.hexguard-pre-commit.event"), "pre-commit");
        let command = get("hook.hexguard-pre-commit.command");
        user.repo.stage("a.env", format!("HEX={}\n", token(1)));
        let output = run(user
            .command("sh")
            .args(["-c", &format!("{command} \"$@\""), "hook"]));
        assert_eq!(output.code, 1, "{}", output.stderr);
        user.repo.git(&["rm", "-q", "-f", "a.env"]);
        hexguard(uninstall);
        assert!(files(&user.home) == before.0, "{scope}");
        let config = user.repo.path().join(".git/config");
        assert_eq!(fs::read(&config).unwrap(), before.1[&config].1, "{scope}");
    }
}

#[test]
fn a_bare_repository_with_work_trees_is_guarded_in_each_of_them() {
    let repo = Repo::new();
    repo.stage("a.txt", "a\n").commit("first");
    // The layout of many: `.bare`, a file that leads to it, and a folder for each branch.
    let top = repo.beside("layout");
    fs::create_dir(&top).unwrap();
    let git = |folder: &Path, args: &[&str]| {
        let output = run(repo.command("git").current_dir(folder).args(args));
        assert_eq!(output.code, 0, "{args:?} {output:?}");
    };
    let hexguard = |args: &[&str]| run(repo.command(HEXGUARD).current_dir(&top).args(args));
    git(
        &top,
        &[
            "clone",
            "-q",
            "--bare",
            repo.path().to_str().unwrap(),
            ".bare",
        ],
    );
    fs::write(top.join(".git"), "gitdir: ./.bare\n").unwrap();
    git(&top, &["worktree", "add", "-q", "one", "main"]);
    git(&top, &["worktree", "add", "-q", "two", "-b", "other"]);
    let before = files(&top.join(".bare/hooks"));
    assert_eq!(hexguard(&["status"]).code, 1);
    let output = hexguard(&["install"]);
    assert_eq!(output.code, 0, "{output:?}");
    let said = hexguard(&["status"]);
    assert_eq!(said.code, 0, "{said:?}");
    for tree in ["one", "two"] {
        assert!(said.stdout.contains(&format!("/{tree}\n")), "{said:?}");
        let folder = top.join(tree);
        fs::write(folder.join("x.py"), format!("t = '{}'\n", token(1))).unwrap();
        git(&folder, &["add", "x.py"]);
        let output = run(repo
            .command("git")
            .current_dir(&folder)
            .args(["commit", "-qm", "x"]));
        assert_ne!(output.code, 0, "{tree}");
    }
    // One that looks for its hooks elsewhere is not guarded, and said to be so.
    git(&top, &["config", "extensions.worktreeConfig", "true"]);
    git(
        &top.join("two"),
        &["config", "--worktree", "core.hooksPath", "nowhere"],
    );
    let said = hexguard(&["status"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("NOT protected"), "{said:?}");
    git(
        &top.join("two"),
        &["config", "--worktree", "--unset", "core.hooksPath"],
    );
    assert_eq!(hexguard(&["uninstall"]).code, 0);
    assert!(files(&top.join(".bare/hooks")) == before);
}

#[test]
fn a_push_says_that_the_hook_for_commits_was_replaced() {
    let repo = Repo::new();
    repo.stage("a.txt", "a\n").commit("first");
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    let remote = repo.beside("remote.git");
    let remote = remote.to_str().unwrap();
    repo.git(&["init", "-q", "--bare", remote]);
    let push = || {
        repo.commit("more");
        let output = repo.try_git(&["push", "-q", remote, "HEAD:refs/heads/main"]);
        assert_eq!(output.code, 0, "{output:?}");
        output.stderr
    };
    assert_eq!(push(), "");
    let hook = repo.path().join(".git/hooks/pre-commit");
    script(&hook, "#!/bin/sh\nexit 0\n");
    let said = push();
    assert!(
        said.contains("pre-commit is another program's now"),
        "{said}"
    );
    fs::remove_file(&hook).unwrap();
    let said = push();
    assert!(said.contains("pre-commit is gone"), "{said}");
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    assert_eq!(push(), "");
    // Who wanted no other hook is told nothing.
    for event in ["pre-commit", "commit-msg", "pre-merge-commit"] {
        fs::remove_file(repo.path().join(".git/hooks").join(event)).unwrap();
    }
    assert_eq!(push(), "");
}

#[test]
fn work_trees_that_come_later_find_their_hooks_in_a_bare_repository() {
    let repo = Repo::new();
    repo.commit("first");
    let folder = repo.beside("layout");
    fs::create_dir(&folder).unwrap();
    let git = |args: &[&str]| {
        let mut command = repo.command("git");
        run(command.args(args).current_dir(&folder))
    };
    let source = repo.path().to_str().unwrap();
    assert_eq!(git(&["clone", "-q", "--bare", source, ".bare"]).code, 0);
    fs::write(folder.join(".git"), "gitdir: ./.bare\n").unwrap();
    let mut install = repo.command(HEXGUARD);
    let output = run(install.arg("install").current_dir(&folder));
    assert_eq!(output.code, 0, "{output:?}");
    assert_eq!(git(&["worktree", "add", "-q", "main", "main"]).code, 0);
    fs::write(folder.join("main/a.env"), format!("HEX={}\n", token(1))).unwrap();
    assert_eq!(git(&["-C", "main", "add", "a.env"]).code, 0);
    let output = git(&["-C", "main", "commit", "-q", "-m", "x"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("a.env"), "{output:?}");
}
