//! docs/set-ups.md: every way in which a repository gets its hooks, at every event that a commit passes; made and checked here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::install::files;
use crate::managers::{tools, unreachable_registry};
use crate::support::{HEXGUARD, Output, Repo, run, script, token};

/// The events that are tried, in the order of the columns.
const EVENTS: [(&str, &str); 5] = [
    ("commit", "pre-commit"),
    ("clean merge", "pre-merge-commit"),
    ("merge with a conflict", "pre-commit"),
    ("message", "commit-msg"),
    ("push", "pre-push"),
];

/// What a hook of the person's own does: it writes its name down.
fn own(event: &str) -> String {
    format!("#!/bin/sh\necho {event} >> \"$HOME/log\"\n")
}

/// A repository to commit in.
struct Ground {
    repo: Repo,
    /// Where the person stands.
    cwd: PathBuf,
    /// What the removal must leave as it was, besides the work tree.
    watched: Vec<PathBuf>,
    /// How hexguard is installed and removed.
    install: &'static [&'static str],
    uninstall: &'static [&'static str],
}

impl Ground {
    fn at(repo: Repo, cwd: PathBuf) -> Self {
        let watched = vec![
            repo.path().join(".git/hooks"),
            repo.path().join(".git/config"),
        ];
        Self {
            repo,
            cwd,
            watched,
            install: &["install", "--yes"],
            uninstall: &["uninstall", "--yes"],
        }
    }

    fn plain() -> Self {
        let repo = Repo::new();
        repo.stage("README", "hi\n").commit("first");
        let cwd = repo.path().to_owned();
        Self::at(repo, cwd)
    }

    /// With hooks of the person's own in a folder.
    fn with_hooks(self, folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        for event in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
            script(&folder.join(event), &own(event));
        }
        self
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.repo.command(program);
        let root = &tools().root;
        let path = [root.join("node_modules/.bin"), root.join("py/bin")];
        let more = std::env::var_os("PATH").unwrap();
        let all = path.into_iter().chain(std::env::split_paths(&more));
        command
            .current_dir(&self.cwd)
            .env("PATH", std::env::join_paths(all).unwrap())
            .env_remove("GIT_CONFIG_GLOBAL");
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        run(self.command(program).args(args))
    }

    fn works(&self, program: &str, args: &[&str]) -> Output {
        let output = self.run(program, args);
        assert_eq!(output.code, 0, "{program} {args:?} {output:?}");
        output
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.cwd.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits whatever a hook says.
    fn past(&self, name: &str, text: &str) {
        self.write(name, text);
        self.works("git", &["add", name]);
        self.works("git", &["commit", "-qnm", name]);
    }

    /// Does what leads to an event, with a secret or without; returns what git said.
    fn happens(&self, event: usize, leak: bool) -> Output {
        let secret = if leak {
            format!("t = '{}'\n", token(event as u64))
        } else {
            "t = 1\n".to_owned()
        };
        let back = self.works("git", &["rev-parse", "HEAD"]).stdout;
        let output = match event {
            0 => {
                self.write("a.py", &secret);
                self.works("git", &["add", "a.py"]);
                self.run("git", &["commit", "-qm", "a"])
            }
            1 | 2 => {
                self.works("git", &["checkout", "-qb", "other"]);
                // What the other side brings is its own. A configuration that cannot be read stops everything.
                let (name, text) = match (event, leak) {
                    (1, true) => ("hexguard.toml", "exlude = 1\n"),
                    _ => ("c.py", "c = 2\n"),
                };
                self.past(name, text);
                self.works("git", &["checkout", "-q", "-"]);
                self.past(if event == 1 { "d.py" } else { "c.py" }, "c = 3\n");
                let merged = self.run("git", &["merge", "-q", "--no-edit", "other"]);
                if event == 1 {
                    merged
                } else {
                    assert_ne!(merged.code, 0);
                    self.write("c.py", &secret);
                    self.works("git", &["add", "c.py"]);
                    self.run("git", &["commit", "-qm", "resolved"])
                }
            }
            3 => {
                let message = if leak { token(3) } else { "clean".to_owned() };
                self.run("git", &["commit", "-q", "--allow-empty", "-m", &message])
            }
            _ => {
                let remote = self.repo.beside("remote.git");
                let _ = fs::remove_dir_all(&remote);
                let remote = remote.to_str().unwrap();
                self.works("git", &["init", "-q", "--bare", remote]);
                self.past("p.py", &secret);
                self.run("git", &["push", "-q", remote, "HEAD:refs/heads/x"])
            }
        };
        let _ = self.run("git", &["merge", "--abort"]);
        self.works("git", &["reset", "-q", "--hard", back.trim()]);
        let _ = self.run("git", &["branch", "-qD", "other"]);
        output
    }

    /// Everything that a removal must give back.
    fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        for folder in [&self.cwd].into_iter().chain(&self.watched) {
            if folder.is_file() {
                all.insert(folder.clone(), fs::read(folder).unwrap());
            }
            for (path, (_, text)) in files(folder) {
                let name = path.strip_prefix(&self.cwd).unwrap_or(Path::new(""));
                if folder != &self.cwd || !name.starts_with(".git") {
                    all.insert(path, text);
                }
            }
        }
        all
    }

    /// Returns the cells of this set-up: what was seen at each event, and whether the removal left everything as it was.
    fn row(&self, told: impl Fn(&Self, &Output)) -> Vec<String> {
        let log = self.repo.beside("log");
        let before = self.state();
        let output = self.run(HEXGUARD, self.install);
        told(self, &output);
        // What belongs to the project is committed, as `install` says.
        let _ = self.run("git", &["commit", "-qam", "hexguard"]);
        let mut cells = Vec::new();
        for (number, (_, hook)) in EVENTS.iter().enumerate() {
            let _ = fs::remove_file(&log);
            let clean = self.happens(number, false);
            let log = fs::read_to_string(&log).unwrap_or_default();
            let leak = self.happens(number, true);
            let said = leak.stdout + &leak.stderr;
            let mut seen = Vec::new();
            if leak.code != 0 && said.contains("hexguard:") {
                seen.push("stopped");
            }
            if clean.code == 0 {
                seen.push("passes");
            }
            if log.lines().any(|line| line == *hook) {
                seen.push("own hook ran");
            }
            cells.push(seen.join(", "));
        }
        let _ = fs::remove_file(&log);
        if self.run(HEXGUARD, self.uninstall).code != 0 {
            // As it says: what a person wrote down a person takes out.
            self.write("package.json", &simple(|_| String::new()));
            self.works("simple-git-hooks", &[]);
            self.works(HEXGUARD, self.uninstall);
        }
        let same = self.state() == before;
        cells.push(if same { "same bytes" } else { "DIFFERS" }.to_owned());
        cells
    }
}

/// A way in which a repository gets its hooks; nothing where its program cannot be had.
type SetUp = fn() -> Option<Ground>;

const SETUPS: [(&str, SetUp); 12] = [
    ("no hooks yet", || Some(Ground::plain())),
    ("your own in `.git/hooks`", || {
        let ground = Ground::plain();
        let hooks = ground.repo.path().join(".git/hooks");
        Some(ground.with_hooks(&hooks))
    }),
    ("your own in `core.hooksPath`", || {
        let ground = Ground::plain();
        ground.repo.git(&["config", "core.hooksPath", ".githooks"]);
        let hooks = ground.repo.path().join(".githooks");
        Some(ground.with_hooks(&hooks))
    }),
    ("a linked work tree", || {
        let ground = Ground::plain();
        let tree = ground.repo.beside("tree");
        ground
            .repo
            .git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
        let hooks = ground.repo.path().join(".git/hooks");
        Some(Ground {
            cwd: tree,
            ..ground.with_hooks(&hooks)
        })
    }),
    ("`.bare` with work trees", || Some(bare())),
    ("a submodule", || {
        let ground = Ground::plain();
        let inner = Repo::new();
        inner.stage("README", "hi\n").commit("first");
        let from = inner.path().to_str().unwrap();
        ground.repo.git(&[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "-q",
            "add",
            from,
            "sub",
        ]);
        let hooks = ground.repo.path().join(".git/modules/sub/hooks");
        let cwd = ground.repo.path().join("sub");
        let watched = vec![hooks.clone()];
        Some(Ground {
            cwd,
            watched,
            ..ground.with_hooks(&hooks)
        })
    }),
    ("`install --global`, your own in `.git/hooks`", || {
        let ground = Ground::plain();
        let hooks = ground.repo.path().join(".git/hooks");
        let home = ground.repo.beside(".config");
        Some(Ground {
            install: &["install", "--global"],
            uninstall: &["uninstall", "--global"],
            watched: vec![hooks.clone(), home],
            ..ground.with_hooks(&hooks)
        })
    }),
    ("husky", || {
        let ground = tools().npm.then(Ground::plain)?;
        for event in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
            ground.write(&format!(".husky/{event}"), &own(event));
        }
        Some(ground.set_up("husky", &[]))
    }),
    ("lefthook", || {
        let ground = tools().npm.then(Ground::plain)?;
        let events = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];
        let text = events.map(|event| {
            format!("{event}:\n  commands:\n    own:\n      run: echo {event} >> \"$HOME/log\"\n")
        });
        ground.write("lefthook.yml", &text.concat());
        Some(ground.set_up("lefthook", &["install"]))
    }),
    ("pre-commit", || {
        Some(tools().pip.then(Ground::plain)?.listed("pre-commit"))
    }),
    ("prek", || {
        Some(tools().pip.then(Ground::plain)?.listed("prek"))
    }),
    (
        "simple-git-hooks, with the lines that `install` prints",
        || {
            let ground = tools().npm.then(Ground::plain)?;
            ground.write("package.json", &simple(|_| String::new()));
            Some(ground.set_up("simple-git-hooks", &[]))
        },
    ),
];

impl Ground {
    /// Commits the files of the project and runs a manager's own set-up.
    fn set_up(self, program: &str, args: &[&str]) -> Self {
        self.works("git", &["add", "-A"]);
        self.works("git", &["commit", "-qnm", "the project"]);
        self.works(program, args);
        self
    }

    fn listed(self, program: &str) -> Self {
        let mut text = String::from("repos:\n- repo: local\n  hooks:\n");
        let events = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];
        for event in events {
            let _ = write!(
                text,
                "  - id: own-{event}\n    name: own\n    entry: sh -c 'echo {event} >> \"$HOME/log\"'\n    language: system\n    always_run: true\n    pass_filenames: false\n    stages: [{event}]\n"
            );
        }
        self.write(".pre-commit-config.yaml", &text);
        let types = events.map(|event| ["-t", event]).concat();
        self.set_up(program, &[&["install"], &types[..]].concat())
    }
}

fn bare() -> Ground {
    let repo = Repo::new();
    repo.stage("README", "hi\n").commit("first");
    let top = repo.beside("layout");
    fs::create_dir(&top).unwrap();
    let git = |args: &[&str]| {
        let output = run(repo.command("git").current_dir(&top).args(args));
        assert_eq!(output.code, 0, "{args:?} {output:?}");
    };
    git(&[
        "clone",
        "-q",
        "--bare",
        repo.path().to_str().unwrap(),
        ".bare",
    ]);
    fs::write(top.join(".git"), "gitdir: ./.bare\n").unwrap();
    git(&["worktree", "add", "-q", "tree", "main"]);
    let hooks = top.join(".bare/hooks");
    let ground = Ground::at(repo, top.join("tree"));
    Ground {
        watched: vec![hooks.clone()],
        ..ground.with_hooks(&hooks)
    }
}

/// A `package.json` with hooks of the person's own, and what stands in front of each.
fn simple(before: impl Fn(&str) -> String) -> String {
    let events = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];
    let hooks = events.map(|event| {
        let command = format!("{}echo {event} >> \"$HOME/log\"", before(event));
        (event.to_owned(), Value::from(command))
    });
    let hooks: serde_json::Map<String, Value> = hooks.into_iter().collect();
    serde_json::json!({ "simple-git-hooks": hooks }).to_string()
}

/// Does what `install` says where it leaves something to the person.
fn heed(ground: &Ground, output: &Output) {
    if output.code == 0 {
        return;
    }
    let lines = output
        .stdout
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\": "));
    let told: BTreeMap<&str, String> = lines
        .map(|(event, call)| {
            let call = call.trim_end_matches(',');
            (event, serde_json::from_str(call).unwrap())
        })
        .collect();
    assert_eq!(told.len(), 4, "{output:?}");
    let lines = simple(|event| told[event].clone());
    ground.write("package.json", &lines);
    ground.works("simple-git-hooks", &[]);
    ground.works("git", &["add", "-A"]);
    ground.works("git", &["commit", "-qm", "hexguard"]);
    ground.works(HEXGUARD, &["install"]);
}

#[test]
fn the_table_of_set_ups_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/set-ups.md");
    let there = fs::read_to_string(&path).unwrap_or_default();
    let mut text = String::from(
        "# Set-ups\n\nMade by `HEXGUARD_BLESS=1 cargo test --test suite setups`, which runs each of these with real git and the real managers; do not edit.\n\n\
         In each cell: what holds a secret was stopped, the same without one passes, the hook that was there before still ran. (A clean merge has no text of its own: there it is a configuration that cannot be read.) The last column: after `hexguard uninstall` the work tree, the hooks and git's configuration are what they were.\n\n| set-up |",
    );
    for (event, _) in EVENTS {
        let _ = write!(text, " {event} |");
    }
    text.push_str(" after `uninstall` |\n|---|---|---|---|---|---|---|\n");
    let mut missing = false;
    for (name, set_up) in SETUPS {
        let line = if let Some(ground) = set_up() {
            format!("| {name} | {} |", ground.row(heed).join(" | "))
        } else {
            unreachable_registry(name);
            missing = true;
            let mut lines = there.lines();
            let old = lines.find(|line| line.starts_with(&format!("| {name} |")));
            old.unwrap_or_default().to_owned()
        };
        assert!(!line.contains("DIFFERS"), "{line}");
        assert_eq!(
            line.matches("stopped, passes").count(),
            EVENTS.len(),
            "{line}"
        );
        text.push_str(&line);
        text.push('\n');
    }
    if std::env::var_os("HEXGUARD_BLESS").is_some() && !missing {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        text,
        "docs/set-ups.md is out of date: HEXGUARD_BLESS=1 cargo test --test suite setups"
    );
}
