//! The real hook managers, from their registries; where those cannot be reached, a line says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::install::files;
use crate::support::{HEXGUARD, Output, Repo, run, script, token};

/// Where the managers are, installed once: `HEXGUARD_MANAGERS` names a folder that is kept between runs.
pub(crate) struct Tools {
    _folder: Option<tempfile::TempDir>,
    pub(crate) root: PathBuf,
    pub(crate) npm: bool,
    pub(crate) pip: bool,
}

pub(crate) fn tools() -> &'static Tools {
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
        let npm = root.join("node_modules/.bin/simple-git-hooks").exists()
            || done(Command::new("npm").args([
                "install",
                "--no-audit",
                "--no-fund",
                "--prefix",
                root.to_str().unwrap(),
                "husky@9",
                "lefthook@2",
                "simple-git-hooks@2",
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
pub(crate) fn unreachable_registry(name: &str) {
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
            "{}:{}:{}:{}",
            self.repo.beside("bin").display(),
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
        self.works("git", &["commit", "-q", "--allow-empty", "-m", "message"]);
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

    /// The files of the project, without what a manager writes beside them.
    fn project(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let top = self.repo.path();
        let all = files(top).into_iter().map(|(path, (_, text))| (path, text));
        let own = |path: &Path| {
            let path = path.strip_prefix(top).unwrap();
            !path.starts_with(".git") && !path.iter().any(|part| part == "_")
        };
        all.filter(|(path, _)| own(path)).collect()
    }

    /// Returns how often a stopped commit is reported.
    fn reports(&self) -> usize {
        self.stage("a.env", &format!("HEX={}\n", token(9)));
        let output = self.run("git", &["commit", "-q", "-m", "message"]);
        self.repo.git(&["reset", "-q", "--hard"]);
        let said = output.stdout + &output.stderr;
        said.matches("the commit is stopped").count()
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
        let own = fs::read_to_string(self.repo.path().join(".husky/pre-push"));
        if own.is_ok_and(|own| own.contains("pushed.log")) {
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
        let hooks = || files(&site.repo.path().join(".git/hooks"));
        let before = (hooks(), site.project());
        let output = site.run(HEXGUARD, &["install"]);
        assert_eq!(output.code, 2, "{}", output.stdout);
        assert!(
            output.stdout.contains(name) && output.stdout.contains(file),
            "{}",
            output.stdout
        );
        assert!(output.stdout.contains("hook"), "{}", output.stdout);
        assert!((hooks(), site.project()) == before, "nothing may change");
        // What the person writes down finds the program.
        let path = site.repo.git(&["config", "hexguard.path"]).stdout;
        assert_eq!(path.trim(), HEXGUARD);
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

/// A manager that the project uses: its files, its set-up in a clone, its own removal.
struct Kind {
    name: &'static str,
    program: &'static str,
    files: &'static [(&'static str, &'static str)],
    setup: &'static [&'static str],
    remove: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "husky, named by a script",
        program: "husky",
        files: &[("package.json", "{\"scripts\": {\"prepare\": \"husky\"}}\n")],
        setup: &[],
        remove: &[],
    },
    Kind {
        name: "husky, named by its folder",
        program: "husky",
        files: &[(".husky/pre-commit", "echo ran >> seen.log\n")],
        setup: &[],
        remove: &[],
    },
    Kind {
        name: "husky of a package below the top",
        program: "husky",
        files: &[
            (
                "app/package.json",
                "{\"scripts\": {\"prepare\": \"cd .. && husky app/.husky\"}}\n",
            ),
            ("app/.husky/pre-commit", "echo ran >> seen.log\n"),
        ],
        setup: &["app/.husky"],
        remove: &[],
    },
    Kind {
        name: "lefthook",
        program: "lefthook",
        files: &[(
            "lefthook.yml",
            "pre-commit:\n  commands:\n    own:\n      run: echo ran >> seen.log\n",
        )],
        setup: &["install"],
        remove: &["uninstall"],
    },
    Kind {
        name: "lefthook in .config",
        program: "lefthook",
        files: &[(
            ".config/lefthook.yaml",
            "pre-commit:\n  jobs:\n    - run: echo ran >> seen.log\n",
        )],
        setup: &["install"],
        remove: &["uninstall"],
    },
    Kind {
        name: "pre-commit",
        program: "pre-commit",
        files: &[(
            ".pre-commit-config.yaml",
            "repos:\n- repo: local\n  hooks:\n  - {id: own, name: own, entry: sh -c 'echo ran >> seen.log', language: system, always_run: true, pass_filenames: false}\n",
        )],
        setup: &["install"],
        remove: &["uninstall"],
    },
    Kind {
        name: "prek",
        program: "prek",
        files: &[(
            ".pre-commit-config.yaml",
            "repos:\n- repo: local\n  hooks:\n  - {id: own, name: own, entry: sh -c 'echo ran >> seen.log', language: system, always_run: true, pass_filenames: false}\n",
        )],
        setup: &["install"],
        remove: &["uninstall"],
    },
];

impl Kind {
    fn is_here(&self) -> bool {
        match self.program {
            "pre-commit" | "prek" => tools().pip,
            _ => tools().npm,
        }
    }

    fn site(&self) -> Managed {
        let site = Managed::new();
        site.repo.write(".gitignore", "seen.log\npushed.log\n");
        for (name, text) in self.files {
            site.repo.write(name, text);
        }
        site.repo.git(&["add", "-A"]);
        site.repo.commit("the project");
        site
    }
}

#[test]
fn a_manager_may_be_set_up_after_hexguard_be_upgraded_and_removed() {
    for kind in KINDS {
        if !kind.is_here() {
            unreachable_registry(kind.name);
            continue;
        }
        let site = kind.site();
        let (before, first) = (site.state(), site.project());
        let output = site.works(HEXGUARD, &["install", "--yes"]);
        assert!(
            output.stdout.contains(kind.program) || kind.program == "prek",
            "{}: {}",
            kind.name,
            output.stdout
        );
        site.repo.git(&["add", "-A"]);
        site.works("git", &["commit", "-q", "--allow-empty", "-m", "hexguard"]);
        site.is_protected();
        // Set up, and once more as an upgrade does.
        for _ in 0..2 {
            site.works(kind.program, kind.setup);
            site.is_protected();
            assert_eq!(site.reports(), 1, "{}: one report", kind.name);
            assert_eq!(site.run(HEXGUARD, &["doctor"]).code, 0, "{}", kind.name);
        }
        // Its own removal leaves hexguard's hooks, where they stood before.
        if !kind.remove.is_empty() {
            site.works(kind.program, kind.remove);
            site.is_protected();
            site.works(kind.program, kind.setup);
        }
        site.works(HEXGUARD, &["uninstall", "--yes"]);
        site.stage("a.env", &format!("HEX={}\n", token(1)));
        site.works("git", &["commit", "-q", "-m", "nobody looks"]);
        for ours in ["a.env", "seen.log"] {
            let _ = fs::remove_file(site.repo.path().join(ours));
        }
        assert_eq!(site.project(), first, "{}", kind.name);
        // Without the manager nothing but hexguard has changed anything.
        if !kind.remove.is_empty() {
            site.works(kind.program, kind.remove);
            assert!(site.state() == before, "{}", kind.name);
        }
    }
}

#[test]
fn a_colleague_without_hexguard_is_told_what_is_missing() {
    for kind in KINDS {
        if !kind.is_here() {
            unreachable_registry(kind.name);
            continue;
        }
        for (missing, stops) in [(None, true), (Some("warn"), false), (Some("stop"), true)] {
            let site = kind.site();
            if let Some(missing) = missing {
                site.repo.git(&["config", "hexguard.missing", missing]);
            }
            site.works(kind.program, kind.setup);
            let output = site.works(HEXGUARD, &["install", "--yes"]);
            assert!(output.stdout.contains("commit: "), "{}", output.stdout);
            // The colleague has the project's files and the manager, and no hexguard.
            site.repo.git(&["config", "--unset-all", "hexguard.path"]);
            site.stage("b.txt", "b\n");
            site.repo.git(&["add", "-A"]);
            let output = site.run("git", &["commit", "-q", "-m", "a clean commit"]);
            let said = output.stdout + &output.stderr;
            let told =
                "hexguard is missing, which keeps secrets out of git; install it from https://";
            // pre-commit and prek show what a hook says only if it fails.
            if stops || !matches!(kind.program, "pre-commit" | "prek") {
                assert!(said.contains(told), "{}: {said}", kind.name);
            }
            assert_eq!(output.code != 0, stops, "{}: {said}", kind.name);
            site.works(HEXGUARD, &["uninstall", "--yes"]);
            let config = fs::read_to_string(site.repo.path().join(kind.files[0].0));
            assert_eq!(config.unwrap(), kind.files[0].1, "{}", kind.name);
        }
    }
    let site = Managed::new();
    site.repo.write(".husky/pre-commit", "true\n");
    site.repo.git(&["config", "hexguard.missing", "maybe"]);
    let output = site.run(HEXGUARD, &["install"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stderr.contains("it may be stop or warn"),
        "{output:?}"
    );
}

/// The ids that hexguard ships, and the event that each guards.
const IDS: [(&str, &str); 4] = [
    ("hexguard", "pre-commit"),
    ("hexguard-system", "pre-commit"),
    ("hexguard-commit-msg", "commit-msg"),
    ("hexguard-push", "pre-push"),
];

/// A repository whose configuration names one of the shipped ids; none of them is built for it.
fn shipped(name: &str, ids: &[&str]) -> Managed {
    let site = Managed::new();
    let hooks = site.repo.beside("hooks");
    fs::create_dir_all(&hooks).unwrap();
    let text = include_str!("../../.pre-commit-hooks.yaml");
    let text = text.replace("language: rust", "language: system");
    fs::write(hooks.join(".pre-commit-hooks.yaml"), text).unwrap();
    let git = |args: &[&str]| {
        let output = run(site.repo.command("git").current_dir(&hooks).args(args));
        assert_eq!(output.code, 0, "{output:?}");
        output.stdout.trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "hooks"]);
    let revision = git(&["rev-parse", "HEAD"]);
    let mut config = format!(
        "exclude: '[.]py$'\nrepos:\n- repo: {}\n  rev: {revision}\n  hooks:\n",
        hooks.display()
    );
    for id in ids {
        config += &format!("  - id: {id}\n");
    }
    site.repo.write(".pre-commit-config.yaml", config);
    site.repo.git(&["add", "-A"]);
    site.repo.commit("the project");
    // Found by name, as in a clone that has noted no path.
    let bin = site.repo.beside("bin");
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(HEXGUARD, bin.join("hexguard")).unwrap();
    let types = [
        "-t",
        "pre-commit",
        "-t",
        "pre-merge-commit",
        "-t",
        "commit-msg",
        "-t",
        "pre-push",
    ];
    site.works(name, &[&["install"], &types[..]].concat());
    site
}

#[test]
fn every_shipped_id_stops_at_its_event_and_passes_what_is_clean() {
    if !tools().pip {
        return unreachable_registry("pre-commit");
    }
    for name in ["pre-commit", "prek"] {
        for (id, event) in IDS {
            let site = shipped(name, &[id]);
            let remote = site.repo.beside("remote.git");
            let remote = remote.to_str().unwrap();
            site.repo.git(&["init", "-q", "--bare", remote]);
            site.stage("clean.py", "a = 1\n");
            site.works("git", &["commit", "-qm", "clean"]);
            site.works("git", &["push", "-q", remote, "main"]);
            // The configuration excludes `*.py` for every hook: what git commits is read all the same.
            let leak = format!("t = '{}'\n", token(1));
            let output = match event {
                "pre-commit" => {
                    site.stage("a.py", &leak);
                    site.run("git", &["commit", "-qm", "x"])
                }
                "commit-msg" => {
                    site.run("git", &["commit", "-q", "--allow-empty", "-m", &token(1)])
                }
                _ => {
                    site.stage("a.py", &leak);
                    site.repo.commit("past the hook");
                    site.run("git", &["push", "-q", remote, "main"])
                }
            };
            let said = output.stdout + &output.stderr;
            assert!(
                output.code != 0 && said.contains("hxtp_****"),
                "{name} {id}: {said}"
            );
            site.by_hand(name, id, event);
        }
    }
}

impl Managed {
    /// Runs a shipped id without git: over all files, and over a range.
    fn by_hand(&self, name: &str, id: &str, event: &str) {
        if event == "commit-msg" {
            return;
        }
        self.repo.git(&["reset", "-q", "--hard"]);
        let first = self
            .repo
            .git(&["rev-list", "--max-parents=0", "HEAD"])
            .stdout;
        self.stage("r.env", &format!("t={}\n", token(2)));
        self.repo.commit("in a range");
        for (more, leaks) in [
            (&["--all-files"][..], true),
            (&["--from-ref", first.trim(), "--to-ref", "HEAD"], true),
            (&["--from-ref", "HEAD", "--to-ref", "HEAD"], false),
        ] {
            let args = [&["run", id, "--hook-stage", event], more].concat();
            let output = self.run(name, &args);
            let said = format!("{}{}", output.stdout, output.stderr);
            assert_eq!(output.code != 0, leaks, "{name} {args:?}: {said}");
            assert_eq!(said.contains("hxtp_****"), leaks, "{name} {args:?}: {said}");
        }
    }
}

#[test]
fn what_the_shipped_ids_guard_is_known_and_not_doubled() {
    if !tools().pip {
        return unreachable_registry("pre-commit");
    }
    let ids = IDS.map(|(id, _)| id);
    let site = shipped("pre-commit", &ids[1..]);
    let config = site.repo.path().join(".pre-commit-config.yaml");
    let before = fs::read(&config).unwrap();
    let output = site.works(HEXGUARD, &["install", "--yes"]);
    assert_eq!(fs::read(&config).unwrap(), before, "{output:?}");
    let output = site.works(HEXGUARD, &["doctor"]);
    for event in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
        let line = format!("{event:17} runs hexguard, through pre-commit");
        assert!(output.stdout.contains(&line), "{output:?}");
    }
    assert_eq!(site.reports(), 1);
    // It is not hexguard that wrote them down.
    let output = site.run(HEXGUARD, &["uninstall", "--yes"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output
            .stdout
            .contains("remove hexguard from .pre-commit-config.yaml yourself")
    );
    assert_eq!(fs::read(&config).unwrap(), before);
    // In a clone where nobody has set pre-commit up, hexguard's own hooks guard until somebody does.
    site.works(
        "pre-commit",
        &[
            "uninstall",
            "-t",
            "pre-commit",
            "-t",
            "pre-merge-commit",
            "-t",
            "commit-msg",
            "-t",
            "pre-push",
        ],
    );
    let output = site.works(HEXGUARD, &["install"]);
    let setup = "pre-commit install -t pre-commit -t pre-merge-commit -t commit-msg -t pre-push";
    assert!(
        output
            .stdout
            .contains(&format!("{setup} && hexguard install")),
        "{output:?}"
    );
    assert_eq!(site.reports(), 1);
    // What it printed leaves one hook of the two.
    let words: Vec<&str> = setup.split(' ').collect();
    site.works(words[0], &words[1..]);
    site.works(HEXGUARD, &["install"]);
    assert_eq!(site.reports(), 1);
    let output = site.works(HEXGUARD, &["doctor"]);
    assert!(
        output.stdout.contains("This repository is protected"),
        "{output:?}"
    );
}

#[test]
fn files_that_the_configuration_chooses_for_other_hooks_do_not_keep_hexguard_from_a_message() {
    if !tools().pip {
        return unreachable_registry("pre-commit");
    }
    let choose = "files: ^src/\n";
    for name in ["pre-commit", "prek"] {
        let own = Managed::new();
        own.repo
            .write(".pre-commit-config.yaml", format!("{choose}repos: []\n"));
        let types = ["-t", "pre-commit", "-t", "commit-msg"];
        own.works(name, &[&["install"], &types[..]].concat());
        own.works(HEXGUARD, &["install", "--yes"]);
        own.repo.git(&["add", "-A"]);
        let ids = shipped(name, &["hexguard-system", "hexguard-commit-msg"]);
        let config = ids.repo.path().join(".pre-commit-config.yaml");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, format!("{choose}{text}")).unwrap();
        ids.repo.git(&["add", "-A"]);
        for site in [own, ids] {
            site.works("git", &["commit", "-qm", "clean"]);
            let message = format!("use {}", token(1));
            let output = site.run("git", &["commit", "-q", "--allow-empty", "-m", &message]);
            let said = output.stdout + &output.stderr;
            assert!(
                output.code != 0 && said.contains("commit message"),
                "{name}: {said}"
            );
            // A merge without conflicts has its message elsewhere, and the stopped one is no matter of it.
            for branch in ["side", "main"] {
                site.repo.git(&["checkout", "-q", "-B", branch, "main"]);
                site.stage(&format!("{branch}.py"), "a = 1\n");
                site.works("git", &["commit", "-qm", branch]);
                site.repo.git(&["checkout", "-q", "main"]);
            }
            site.run("git", &["commit", "-q", "--allow-empty", "-m", &message]);
            let output = site.run("git", &["merge", "-q", "-m", &message, "side"]);
            let said = output.stdout + &output.stderr;
            assert!(output.code != 0, "{name}: {said}");
            site.repo.git(&["merge", "--abort"]);
            site.works("git", &["merge", "-q", "-m", "clean", "side"]);
        }
    }
}

#[test]
fn conditions_of_a_manager_that_pass_hexguard_over_are_named() {
    if !tools().npm {
        return unreachable_registry("lefthook");
    }
    let own = "  commands:\n    own:\n      run: 'true'\n";
    for (text, local, named) in [
        (
            format!("commit-msg:\n  skip: true\n{own}"),
            "",
            "at commit-msg: commit-msg: skip: true",
        ),
        (
            format!("pre-push:\n  only:\n    - ref: other\n{own}"),
            "",
            "at pre-push: pre-push: only: [{\"ref\":\"other\"}]",
        ),
        (
            format!("pre-commit:\n{own}"),
            "commit-msg:\n  commands:\n    hexguard:\n      skip: true\n",
            "commit-msg.commands.hexguard: skip: true",
        ),
        // A branch that nobody is on, and what a command says.
        (
            format!("pre-commit:\n{own}"),
            "pre-commit:\n  skip: [{ref: 'rel/*'}]\ncommit-msg:\n  skip: [{ref: 'rel/*'}]\n",
            "at pre-commit, wherever this skips hexguard: pre-commit: skip: [{\"ref\":\"rel/*\"}]",
        ),
        (
            format!("pre-commit:\n{own}"),
            "pre-commit:\n  commands:\n    hexguard:\n      only:\n        - run: 'true'\ncommit-msg:\n  exclude_tags: hexguard\n",
            "pre-commit.commands.hexguard: only: [{\"run\":\"true\"}]",
        ),
        (
            format!("pre-commit:\n{own}"),
            "pre-commit:\n  commands:\n    hexguard:\n      glob: '*.sql'\ncommit-msg:\n  commands:\n    hexguard:\n      glob: '*.sql'\n",
            "pre-commit.commands.hexguard: glob: [\"*.sql\"]",
        ),
        (
            format!("pre-commit:\n{own}"),
            "pre-commit:\n  commands:\n    hexguard:\n      env: {HEXGUARD_EXCLUDE: '**'}\n",
            "its path is excluded (pre-commit.commands.hexguard: env: {\"HEXGUARD_EXCLUDE\":\"**\"})",
        ),
        (
            format!("pre-commit:\n  skip: [merge]\n{own}commit-msg:\n  skip: [merge]\n{own}"),
            "",
            "in a merge",
        ),
        (
            format!(
                "pre-commit:\n  only:\n    - ref: main\n{own}commit-msg:\n  only:\n    - ref: main\n{own}"
            ),
            "",
            "on another branch",
        ),
    ] {
        let site = Managed::new();
        site.repo.write("lefthook.yml", &text);
        if !local.is_empty() {
            site.repo.write("lefthook-local.yml", local);
        }
        site.works("lefthook", &["install"]);
        let output = site.run(HEXGUARD, &["install", "--yes"]);
        assert_eq!(output.code, 2, "{text} {output:?}");
        assert!(output.stdout.contains(named), "{text} {output:?}");
        let output = site.run(HEXGUARD, &["doctor"]);
        assert_eq!(output.code, 1, "{text} {output:?}");
        assert!(output.stdout.contains("NOT protected"), "{output:?}");
    }
    // A command that decides may hold what nobody is to see.
    let site = Managed::new();
    let skip = format!(
        "  skip:\n    - run: 'curl -H \"Authorization: Bearer {}\" x'\n",
        token(7)
    );
    site.repo.write(
        "lefthook.yml",
        format!("pre-commit:\n{skip}{own}commit-msg:\n{skip}{own}"),
    );
    site.works("lefthook", &["install"]);
    site.run(HEXGUARD, &["install", "--yes"]);
    let output = site.run(HEXGUARD, &["doctor"]);
    assert!(
        output.stdout.contains("skip: [{\"run\":\"curl"),
        "{output:?}"
    );
    assert!(!output.stdout.contains(&token(7)), "{output:?}");
    // What commit-msg sees is stopped, even where pre-commit is passed over.
    let site = Managed::new();
    site.repo.write(
        "lefthook.yml",
        format!("pre-commit:\n  skip: [merge]\n{own}"),
    );
    site.works("lefthook", &["install"]);
    site.works(HEXGUARD, &["install", "--yes"]);
    let output = site.works(HEXGUARD, &["doctor"]);
    assert!(
        output
            .stdout
            .contains("where this holds: pre-commit: skip: [\"merge\"]; commit-msg scans it then"),
        "{output:?}"
    );
}

#[test]
fn branches_without_the_manager_s_line_are_named() {
    if !tools().npm {
        return unreachable_registry("lefthook");
    }
    let site = Managed::new();
    site.repo.write("lefthook.yml", KINDS[3].files[0].1);
    site.repo.git(&["add", "-A"]);
    site.repo.commit("lefthook");
    site.repo.git(&["branch", "old"]);
    site.works("lefthook", &["install"]);
    site.works(HEXGUARD, &["install", "--yes"]);
    let status = |last: &str, named: &str| {
        let output = site.works(HEXGUARD, &["status"]);
        assert!(output.stdout.contains(named), "{output:?}");
        let end = output.stdout.lines().last().unwrap();
        assert!(end.ends_with(last), "{output:?}");
    };
    status("see the problems above.", "that is not committed");
    site.repo.git(&["add", "-A"]);
    site.works("git", &["commit", "-qm", "hexguard"]);
    let named = "in 1 of 2 branches lefthook.yml does not call hexguard: old";
    status("see the problems above.", named);
    site.repo.git(&["branch", "-f", "old", "main"]);
    status("git runs hexguard before each commit.", "");
}

#[test]
fn an_event_that_is_not_guarded_is_named_where_protected_is_said() {
    let repo = Repo::new();
    let _ = repo.hexguard(&["install", "--hook", "pre-commit"]);
    let output = repo.hexguard(&["status"]);
    assert!(
        output.stdout.ends_with(
            "protected: git runs hexguard before each commit. It does not look at a merge without conflicts, the message, a push (see `hexguard install`).\n"
        ),
        "{output:?}"
    );
    let _ = repo.hexguard(&["install"]);
    let output = repo.hexguard(&["status"]);
    assert!(
        output.stdout.ends_with("before each commit.\n"),
        "{output:?}"
    );
}

#[test]
fn a_hook_that_nobody_could_try_is_not_called_protected() {
    if !tools().npm {
        return unreachable_registry("simple-git-hooks");
    }
    let site = Managed::new();
    let package = |command: &str| {
        format!("{{\"name\": \"x\", \"simple-git-hooks\": {{\"pre-commit\": \"{command}\"}}}}\n")
    };
    let state = |command: &str| {
        site.repo.write("package.json", package(command));
        site.works("simple-git-hooks", &[]);
        let output = site.run(HEXGUARD, &["status"]);
        (output.code, output.stdout)
    };
    let call = format!("'{HEXGUARD}' hook pre-commit");
    let (code, said) = state(&format!("true; {call}"));
    assert!(code == 2 && said.contains("was not tried"), "{said}");
    // git runs what is behind it, and takes its answer.
    let (code, said) = state(&format!("{call}; true"));
    assert!(code == 2 && said.contains("was not tried"), "{said}");
}

#[test]
fn a_new_work_tree_without_husky_is_said_to_be_bare_of_hooks() {
    if !tools().npm {
        return unreachable_registry("husky");
    }
    let site = Managed::new();
    site.repo.write(".husky/pre-commit", "true\n");
    site.repo.git(&["add", "-A"]);
    site.repo.commit("husky");
    site.works("husky", &[]);
    site.works(HEXGUARD, &["install", "--yes"]);
    site.repo.git(&["add", "-A"]);
    site.works("git", &["commit", "-qm", "hexguard"]);
    let tree = site.repo.beside("tree");
    site.repo
        .git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
    let there =
        |program: &str, args: &[&str]| run(site.command(program).current_dir(&tree).args(args));
    for (command, code) in [("status", 1), ("doctor", 1), ("install", 2)] {
        let output = there(HEXGUARD, &[command]);
        assert_eq!(output.code, code, "{command} {output:?}");
        assert!(output.stdout.contains("npx husky"), "{command} {output:?}");
        assert!(
            !output.stdout.contains("repository is protected"),
            "{output:?}"
        );
    }
    // The first work tree says so, too, with what is to be done there.
    for command in ["status", "doctor"] {
        let output = site.works(HEXGUARD, &[command]);
        assert!(output.stdout.contains("in the work tree"), "{output:?}");
        let cure = format!("cure: cd {} && npx husky", tree.display());
        assert!(output.stdout.contains(&cure), "{output:?}");
        assert!(
            output.stdout.contains("see the problems above"),
            "{output:?}"
        );
    }
    assert_eq!(there("husky", &[]).code, 0);
    assert_eq!(there(HEXGUARD, &["doctor"]).code, 0);
    fs::write(tree.join("a.env"), format!("HEX={}\n", token(1))).unwrap();
    assert_eq!(there("git", &["add", "a.env"]).code, 0);
    assert_ne!(there("git", &["commit", "-qm", "x"]).code, 0);
}

#[test]
fn the_proof_leaves_the_hooks_of_a_manager_as_they_are() {
    if !tools().npm {
        return unreachable_registry("lefthook");
    }
    let site = Managed::new();
    site.repo.write("lefthook.yml", KINDS[3].files[0].1);
    site.works("lefthook", &["install"]);
    site.works(HEXGUARD, &["install", "--yes"]);
    let state = || {
        let hooks = fs::read_dir(site.repo.path().join(".git/hooks")).unwrap();
        let mut all: Vec<_> = hooks
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.path(), entry.metadata().unwrap().modified().unwrap()))
            .collect();
        all.sort();
        all
    };
    let before = state();
    site.works(HEXGUARD, &["doctor"]);
    assert!(state() == before);
}

#[test]
fn a_file_that_a_manager_reads_first_may_skip_everything() {
    if !tools().npm {
        return unreachable_registry("lefthook");
    }
    let site = Managed::new();
    let text = KINDS[3].files[0].1;
    site.repo
        .write("lefthook.yml", format!("rc: ./rc.sh\n{text}"));
    site.repo.write("rc.sh", "export PATH=\"$PATH:/opt/bin\"\n");
    site.repo.git(&["add", "-A"]);
    site.repo.commit("lefthook");
    site.works("lefthook", &["install"]);
    site.works(HEXGUARD, &["install", "--yes"]);
    site.repo.write(
        "rc.sh",
        "case \"$PWD\" in /nowhere/*) export LEFTHOOK=0;; esac\n",
    );
    let output = site.run(HEXGUARD, &["status"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("rc.sh:1"), "{output:?}");
    // What is no file is not read, for it may have no end.
    site.repo
        .write("lefthook.yml", format!("rc: /dev/zero\n{text}"));
    let output = site.run(HEXGUARD, &["status"]);
    assert!(!output.stdout.contains("/dev/zero"), "{output:?}");

    let site = Managed::new();
    site.repo.write(".husky/pre-commit", "true\n");
    site.works("husky", &[]);
    site.works(HEXGUARD, &["install", "--yes"]);
    let init = site.repo.beside(".config/husky/init.sh");
    fs::create_dir_all(init.parent().unwrap()).unwrap();
    fs::write(&init, "[ -f .git/MERGE_HEAD ] && exit 0\n").unwrap();
    let output = site.run(HEXGUARD, &["status"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("init.sh:1"), "{output:?}");
}

#[test]
fn a_line_that_something_decides_on_is_not_called_protected() {
    if !tools().npm {
        return unreachable_registry("husky");
    }
    for line in [
        "hexguard hook pre-commit || true",
        "if [ ! -f .git/MERGE_HEAD ]; then hexguard hook pre-commit; fi",
        "grep -q x y || hexguard hook pre-commit",
        "hexguard hook pre-commit & true",
        "echo hexguard hook pre-commit",
    ] {
        let site = Managed::new();
        site.repo.write(".husky/pre-commit", format!("{line}\n"));
        site.works("husky", &[]);
        site.run(HEXGUARD, &["install", "--yes"]);
        let output = site.run(HEXGUARD, &["status"]);
        assert_eq!(output.code, 2, "{line} {output:?}");
        assert!(!output.stdout.contains("is protected:"), "{output:?}");
    }
}

#[test]
fn what_a_missing_program_does_can_be_chosen_later() {
    if !tools().npm {
        return unreachable_registry("lefthook");
    }
    for kind in KINDS {
        // One file of each form.
        let is_one = ["husky, named by its folder", "lefthook", "pre-commit"].contains(&kind.name);
        if !kind.is_here() || !is_one {
            continue;
        }
        let site = kind.site();
        site.works(kind.program, kind.setup);
        site.works(HEXGUARD, &["install", "--yes"]);
        let stops = site.project();
        site.repo.git(&["config", "hexguard.missing", "warn"]);
        site.works(HEXGUARD, &["install", "--yes"]);
        let warns = site.project();
        assert!(warns != stops, "{}", kind.name);
        let texts = warns
            .iter()
            .map(|(_, text)| String::from_utf8_lossy(text).into_owned());
        for text in texts.filter(|text| text.contains("hexguard is missing")) {
            assert!(!text.contains("exit 1"), "{text}");
        }
        site.repo.git(&["config", "hexguard.missing", "stop"]);
        site.works(HEXGUARD, &["install", "--yes"]);
        assert!(site.project() == stops, "{}", kind.name);
    }
}

#[test]
fn what_another_repository_adds_to_the_hooks_is_not_run_for_a_proof() {
    if !tools().npm {
        return unreachable_registry("lefthook");
    }
    let site = Managed::new();
    let remote = site.repo.beside("remote");
    let log = site.repo.beside("remote.log");
    fs::create_dir_all(&remote).unwrap();
    let job = format!("      run: 'echo ran >> {}'\n", log.display());
    let commands = format!("pre-commit:\n  commands:\n    theirs:\n{job}");
    fs::write(remote.join("lefthook.yml"), commands).unwrap();
    for args in [
        &["init", "-qb", "main"][..],
        &["add", "."],
        &["commit", "-qm", "x"],
    ] {
        let output = run(site.repo.command("git").current_dir(&remote).args(args));
        assert_eq!(output.code, 0, "{output:?}");
    }
    let text = format!(
        "remotes:\n  - git_url: {}\n    ref: main\n",
        remote.display()
    );
    site.repo.write("lefthook.yml", text);
    site.works("lefthook", &["install"]);
    let output = site.works(HEXGUARD, &["install", "--yes"]);
    assert!(output.stdout.contains("hexguard stopped it"), "{output:?}");
    assert!(!log.exists());
    site.stage("a.py", "a = 1\n");
    site.works("git", &["commit", "-qm", "theirs"]);
    assert!(log.exists());
}

#[test]
fn what_stands_before_hexguard_in_a_script_is_not_run_for_a_proof() {
    if !tools().npm {
        return unreachable_registry("husky");
    }
    let site = Managed::new();
    let text = "echo ran >> seen.log\nhexguard hook pre-commit \"$@\"\n";
    site.repo.write(".husky/pre-commit", text);
    site.works("husky", &[]);
    let output = site.works(HEXGUARD, &["install", "--yes"]);
    // A person wrote the line; there is no second one.
    let script = site.repo.path().join(".husky/pre-commit");
    assert_eq!(fs::read_to_string(&script).unwrap(), text);
    assert!(output.stdout.contains("not tried"), "{output:?}");
    let seen = site.repo.path().join("seen.log");
    assert!(!seen.exists());
}
