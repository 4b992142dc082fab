//! The real hook managers, from their registries; where those cannot be reached, a line says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::install::files;
use crate::support::{HEXGUARD, Output, Repo, run, script, token};

/// Where the managers are, installed once: `HEXGUARD_MANAGERS` names a folder that is kept between runs.
struct Tools {
    _folder: Option<tempfile::TempDir>,
    root: PathBuf,
    npm: bool,
    pip: bool,
}

fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let (folder, root) = if let Some(root) = std::env::var_os("HEXGUARD_MANAGERS") {
            (None, PathBuf::from(root))
        } else {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().to_owned();
            (Some(folder), root)
        };
        fs::create_dir_all(&root).unwrap();
        let done = |command: &mut Command| {
            command
                .current_dir(&root)
                .output()
                .is_ok_and(|output| output.status.success())
        };
        let npm = root.join("node_modules/.bin/lefthook").exists()
            || done(Command::new("npm").args([
                "install",
                "--no-audit",
                "--no-fund",
                "--prefix",
                root.to_str().unwrap(),
                "husky@9",
                "lefthook@2",
            ]));
        let pip = root.join("py/bin/prek").exists()
            || done(Command::new("python3").args(["-m", "venv", "py"]))
                && done(Command::new("py/bin/pip").args(["install", "-q", "pre-commit", "prek"]));
        Tools {
            _folder: folder,
            root,
            npm,
            pip,
        }
    })
}

/// Says that a test did nothing, so that nobody takes it for a success; past what captures the output of tests.
fn unreachable_registry(name: &str) {
    let line = format!("SKIPPED: {name} cannot be installed from its registry here\n");
    std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
}

/// A repository with a manager of its own.
struct Managed {
    repo: Repo,
}

impl Managed {
    fn new() -> Self {
        let repo = Repo::new();
        repo.commit("first");
        Self { repo }
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.repo.command(program.as_ref());
        let root = &tools().root;
        let path = format!(
            "{}:{}:{}",
            root.join("node_modules/.bin").display(),
            root.join("py/bin").display(),
            std::env::var("PATH").unwrap()
        );
        command.env("PATH", path);
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        run(self.command(program).args(args))
    }

    fn works(&self, program: &str, args: &[&str]) -> Output {
        let output = self.run(program, args);
        assert_eq!(
            output.code, 0,
            "{program} {args:?}\n{}{}",
            output.stdout, output.stderr
        );
        output
    }

    fn stage(&self, path: &str, text: &str) {
        self.repo.stage(path, text);
    }

    /// Everything a person would look at: the project's files, the hooks, the configuration.
    fn state(&self) -> impl PartialEq + use<> {
        let top = self.repo.path();
        let mut all = files(top);
        all.retain(|path, _| {
            let path = path.strip_prefix(top).unwrap();
            !path.starts_with(".git")
                || path.starts_with(".git/hooks")
                || path == Path::new(".git/config")
        });
        all
    }

    /// Installs, sees that a token is stopped and the manager's own hook has run, removes, and sees nothing left.
    fn whole_life(&self, own_hook_ran: &dyn Fn() -> bool) {
        let before = self.state();
        // Without an answer nothing is changed, and the difference is shown.
        let output = self.run(HEXGUARD, &["install"]);
        assert_eq!(output.code, 2, "{}{}", output.stdout, output.stderr);
        assert!(output.stdout.contains("\n+"), "{}", output.stdout);
        assert!(self.state() == before, "nothing may change");

        let output = self.works(HEXGUARD, &["install", "--yes"]);
        assert!(
            output.stdout.contains("hexguard stopped it"),
            "{}{}",
            output.stdout,
            output.stderr
        );
        assert!(!own_hook_ran(), "the proof leaves the other hooks alone");
        let output = self.works(HEXGUARD, &["install", "--yes"]);
        assert!(
            !output.stdout.contains("changed"),
            "a second time changes nothing: {}",
            output.stdout
        );
        assert_eq!(self.works(HEXGUARD, &["doctor"]).code, 0);

        // pre-commit wants its configuration staged.
        self.repo.git(&["add", "-A"]);
        self.works("git", &["commit", "-q", "--allow-empty", "-m", "hexguard"]);
        self.is_protected();
        assert!(own_hook_ran());

        self.works(HEXGUARD, &["uninstall", "--yes"]);
        assert_eq!(self.run(HEXGUARD, &["status"]).code, 1);
        for ours in ["seen.log", "pushed.log", "a.env"] {
            let _ = fs::remove_file(self.repo.path().join(ours));
        }
        assert!(self.state() == before, "nothing may be left");
    }

    fn is_protected(&self) {
        // In each of the ways in which git makes an index of its own.
        self.stage("a.env", &format!("HEX={}\n", token(1)));
        let output = self.run("git", &["commit", "-q", "-m", "message"]);
        assert_ne!(output.code, 0, "{}{}", output.stdout, output.stderr);
        let said = output.stdout + &output.stderr;
        assert!(said.contains("a.env"), "{said}");
        self.stage("a.env", "nothing\n");
        self.works("git", &["commit", "-q", "-m", "message"]);
        self.repo.write("a.env", format!("HEX={}\n", token(2)));
        let output = self.run("git", &["commit", "-q", "-a", "-m", "message"]);
        assert_ne!(output.code, 0, "commit -a: {}", output.stderr);
        let output = self.run("git", &["commit", "-q", "-m", "message", "--", "a.env"]);
        assert_ne!(output.code, 0, "commit -- path: {}", output.stderr);
        self.repo.git(&["checkout", "-q", "--", "a.env"]);
        let message = format!("use {}", token(3));
        let output = self.run("git", &["commit", "-q", "--allow-empty", "-m", &message]);
        assert_ne!(output.code, 0, "message: {}", output.stderr);
        self.push_is_protected();
    }

    /// A commit that came past the hooks is stopped at the push; a clean one is not.
    fn push_is_protected(&self) {
        let remote = self.repo.beside("remote.git");
        self.repo
            .git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
        self.repo.git(&["branch", "clean"]);
        self.repo
            .stage("b.env", format!("HEX={}\n", token(4)))
            .commit("sneaked in");
        let output = self.run(
            "git",
            &[
                "push",
                "-q",
                remote.to_str().unwrap(),
                "clean",
                "HEAD:dirty",
            ],
        );
        assert_ne!(output.code, 0, "push: {}", output.stderr);
        let said = output.stdout + &output.stderr;
        assert!(said.contains("b.env"), "{said}");
        self.works("git", &["push", "-q", remote.to_str().unwrap(), "clean"]);
        if self.repo.path().join(".husky/pre-push").exists() {
            // The project's own script gets what git says as well, and only where hexguard lets the push go on.
            let log = fs::read_to_string(self.repo.path().join("pushed.log")).unwrap();
            assert!(
                log.starts_with("refs/heads/clean ") && log.lines().count() == 1,
                "{log}"
            );
        }
        self.repo.git(&["reset", "-q", "--hard", "clean"]);
        fs::remove_dir_all(remote).unwrap();
        self.repo.git(&["branch", "-q", "-D", "clean"]);
    }
}

#[test]
fn husky() {
    if !tools().npm {
        return unreachable_registry("husky");
    }
    for text in [
        "echo ran >> seen.log\n",
        "#!/bin/sh\n# ours\necho ran >> seen.log\nexit 0\n",
    ] {
        let site = Managed::new();
        site.repo
            .write(".gitignore", "seen.log\npushed.log\nnode_modules\n");
        site.repo.write(".husky/pre-commit", text);
        site.repo.write(".husky/pre-push", "cat >> pushed.log\n");
        site.repo.git(&["add", "-A"]);
        site.repo.commit("husky");
        site.works("husky", &[]);
        let seen = site.repo.path().join("seen.log");
        site.whole_life(&|| seen.exists());
    }
}

#[test]
fn lefthook() {
    if !tools().npm {
        return unreachable_registry("lefthook");
    }
    for text in [
        "pre-commit:\n  commands:\n    own:\n      run: echo ran >> seen.log\n",
        "# ours\npre-commit:\n  parallel: true\n  jobs:\n    - name: own\n      run: echo ran >> seen.log\n",
    ] {
        let site = Managed::new();
        site.repo.write(".gitignore", "seen.log\n");
        site.repo.write("lefthook.yml", text);
        site.repo.git(&["add", "-A"]);
        site.repo.commit("lefthook");
        site.works("lefthook", &["install"]);
        let seen = site.repo.path().join("seen.log");
        site.whole_life(&|| seen.exists());
        assert_eq!(
            fs::read_to_string(site.repo.path().join("lefthook.yml")).unwrap(),
            text
        );
    }
}

fn pre_commit_or_prek(name: &str) {
    if !tools().pip {
        return unreachable_registry(name);
    }
    let text = "repos:\n  - repo: local\n    hooks:\n      - id: own\n        name: own\n        entry: sh -c 'echo ran >> seen.log'\n        language: system\n        always_run: true\n        pass_filenames: false\n";
    let site = Managed::new();
    site.repo.write(".gitignore", "seen.log\n");
    site.repo.write(".pre-commit-config.yaml", text);
    site.repo.git(&["add", "-A"]);
    site.repo.commit(name);
    // A hook of before, which the manager keeps as `.legacy`.
    script(
        &site.repo.path().join(".git/hooks/pre-push"),
        "#!/bin/sh\necho pushed >> seen.log\n",
    );
    site.works(name, &["install", "-t", "pre-commit", "-t", "pre-push"]);
    let seen = site.repo.path().join("seen.log");
    site.whole_life(&|| seen.exists());
}

#[test]
fn pre_commit() {
    pre_commit_or_prek("pre-commit");
}

#[test]
fn prek() {
    pre_commit_or_prek("prek");
}

#[test]
fn pre_commit_installed_after_hexguard_keeps_every_hook() {
    if !tools().pip {
        return unreachable_registry("pre-commit");
    }
    let site = Managed::new();
    site.repo
        .write(".gitignore", "seen.log\n.pre-commit-config.yaml\n");
    site.repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - {id: own, name: own, entry: sh -c 'echo manager >> seen.log', language: system, always_run: true, pass_filenames: false}\n",
    );
    site.repo.git(&["add", "-A"]);
    site.repo.commit("pre-commit");
    let hook = site.repo.path().join(".git/hooks/pre-commit");
    script(&hook, "#!/bin/sh\necho old >> seen.log\n");
    let first = fs::read(&hook).unwrap();
    site.works(HEXGUARD, &["install", "--yes"]);
    site.works("pre-commit", &["install"]);
    site.is_protected();
    let seen = fs::read_to_string(site.repo.path().join("seen.log")).unwrap();
    assert!(seen.contains("old") && seen.contains("manager"), "{seen}");
    site.works(HEXGUARD, &["uninstall", "--yes"]);
    site.works("pre-commit", &["uninstall"]);
    assert_eq!(fs::read(&hook).unwrap(), first);
}

#[test]
fn simple_git_hooks_and_overcommit_are_told_what_to_write() {
    for (mark, name, file) in [
        (
            "# Entrypoint for Overcommit hook integration",
            "overcommit",
            ".overcommit.yml",
        ),
        (
            "if [ \"$SKIP_SIMPLE_GIT_HOOKS\" = \"1\" ]; then exit 0; fi",
            "simple-git-hooks",
            "package.json",
        ),
    ] {
        let site = Managed::new();
        let hook = site.repo.path().join(".git/hooks/pre-commit");
        script(&hook, &format!("#!/bin/sh\n{mark}\n"));
        let before = site.state();
        let output = site.run(HEXGUARD, &["install"]);
        assert_eq!(output.code, 2, "{}", output.stdout);
        assert!(
            output.stdout.contains(name) && output.stdout.contains(file),
            "{}",
            output.stdout
        );
        assert!(output.stdout.contains("hook"), "{}", output.stdout);
        assert!(site.state() == before, "nothing may change");
    }
}

/// What a manager's hook says of itself, and files of that manager which are no plain text in UTF-8.
const ODD_FILES: &[(&str, &str, &[&[u8]])] = &[
    (
        "call_lefthook() { :; }",
        "lefthook.yml",
        &[
            b"# caf\xe9\npre-commit:\n  commands:\n    lint:\n      run: npm run lint\n",
            b"\xff\xfep\0r\0e\0-\0c\0o\0m\0m\0i\0t\0:\0\n\0",
            b"\xfe\xff\0p\0r\0e\0-\0c\0o\0m\0m\0i\0t\0:\0\n",
            b"pre-commit:\n  commands:\r\n    lint:\n      run: npm run lint\n",
        ],
    ),
    (
        "# File generated by pre-commit: https://pre-commit.com",
        ".pre-commit-config.yaml",
        &[
            b"# caf\xe9\nrepos:\n- repo: meta\n  hooks:\n  - id: identity\n",
            b"\xff\xfer\0e\0p\0o\0s\0:\0\n\0",
            b"repos:\r\n- repo: meta\n  hooks:\n  - id: identity\n",
        ],
    ),
];

#[test]
fn a_file_that_is_no_plain_text_is_left_to_the_person() {
    for (mark, name, texts) in ODD_FILES {
        for text in *texts {
            let site = Managed::new();
            script(
                &site.repo.path().join(".git/hooks/pre-commit"),
                &format!("#!/bin/sh\n{mark}\n"),
            );
            site.repo.write(name, text);
            let output = site.run(HEXGUARD, &["install", "--yes"]);
            assert_eq!(output.code, 2, "{name} {text:?} {output:?}");
            assert!(output.stdout.contains("to do:"), "{output:?}");
            assert!(output.stdout.contains(name), "{output:?}");
            assert_eq!(&fs::read(site.repo.path().join(name)).unwrap(), text);
            let _ = site.run(HEXGUARD, &["uninstall", "--yes"]);
            assert_eq!(&fs::read(site.repo.path().join(name)).unwrap(), text);
        }
    }
}

#[test]
fn a_mark_and_the_ends_of_lines_of_a_file_stay_as_they_are() {
    for (mark, name, text) in [
        (
            "call_lefthook() { :; }",
            "lefthook.yml",
            "\u{feff}pre-commit:\r\n  commands:\r\n    lint:\r\n      run: npm run lint\r\n",
        ),
        (
            "# File generated by pre-commit: https://pre-commit.com",
            ".pre-commit-config.yaml",
            "\u{feff}repos:\r\n- repo: meta\r\n  hooks:\r\n  - id: identity\r\n",
        ),
    ] {
        let site = Managed::new();
        let hook = site.repo.path().join(".git/hooks/pre-commit");
        script(&hook, &format!("#!/bin/sh\n{mark}\n"));
        site.repo.write(name, text);
        let _ = site.run(HEXGUARD, &["install", "--yes"]);
        let after = fs::read_to_string(site.repo.path().join(name)).unwrap();
        assert!(
            after.contains("hexguard") && after.starts_with('\u{feff}'),
            "{after}"
        );
        assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
        let _ = site.run(HEXGUARD, &["uninstall", "--yes"]);
        assert_eq!(
            fs::read_to_string(site.repo.path().join(name)).unwrap(),
            text
        );
    }
}
