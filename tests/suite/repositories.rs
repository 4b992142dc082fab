//! Every kind of repository that git works in: a clean commit passes, a leaking one is stopped.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Output, Repo, run, run_with, token};

/// A place in which git is run: a folder, more arguments, more environment.
struct At<'a> {
    repo: &'a Repo,
    folder: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, OsString)>,
}

impl<'a> At<'a> {
    fn top(repo: &'a Repo) -> Self {
        Self::folder(repo, repo.path())
    }

    fn folder(repo: &'a Repo, folder: &Path) -> Self {
        Self {
            repo,
            folder: folder.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.repo.command("git");
        command
            .current_dir(&self.folder)
            .args(&self.arguments)
            .args(arguments)
            .envs(self.environment.iter().cloned());
        run(&mut command)
    }

    fn git(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert_eq!(output.code, 0, "git {arguments:?} {output:?}");
        output
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.folder.join(path), text).unwrap();
    }

    /// Makes git run the hook here.
    fn hook(self) -> Self {
        let told = self.git(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"]);
        let hooks = Path::new(told.stdout.trim_end());
        fs::create_dir_all(hooks).unwrap();
        let text = format!(
            "#!/bin/sh\nexec '{}' hook pre-commit\n",
            crate::support::HEXGUARD
        );
        crate::support::script(&hooks.join("pre-commit"), &text);
        self
    }

    /// Commits clean and leaking changes in every way.
    fn is_guarded(&self, what: &str) {
        let head = || self.run(&["rev-parse", "-q", "--verify", "HEAD"]).stdout;
        let passes = |arguments: &[&str]| {
            let before = head();
            let output = self.run(arguments);
            assert_eq!(
                (output.code, output.stderr.as_str()),
                (0, ""),
                "{what}: {arguments:?}"
            );
            assert_ne!(head(), before, "{what}: {arguments:?}");
        };
        let stops = |arguments: &[&str]| {
            let before = head();
            let output = self.run(arguments);
            assert!(
                output.code == 1 && output.stderr.contains("leak.env:2"),
                "{what}: {arguments:?} {output:?}"
            );
            assert_eq!(head(), before, "{what}: {arguments:?}");
        };
        let commit = ["commit", "-q", "-m", "x"];
        let leak = |seed| format!("A=1\nHEX_TOKEN={}\n", token(seed));
        self.write("leak.env", "A=0\n");
        self.git(&["add", "leak.env"]);
        passes(&commit);
        self.write("leak.env", &leak(1));
        self.git(&["add", "leak.env"]);
        stops(&commit);
        self.write("leak.env", "A=2\n");
        self.git(&["add", "leak.env"]);
        passes(&commit);
        for arguments in [
            &["commit", "-q", "-m", "x", "-a"][..],
            &["commit", "-q", "-m", "x", "--", "leak.env"],
        ] {
            self.write("leak.env", &leak(2));
            stops(arguments);
            self.write("leak.env", &format!("A={}\n", arguments.len()));
            passes(arguments);
        }
    }
}

fn started() -> Repo {
    let repo = Repo::new();
    start(&repo);
    repo
}

fn start(repo: &Repo) {
    repo.stage("a", "a\n")
        .stage("d/b", "b\n")
        .stage("e/f/c", "c\n")
        .commit("start");
}

#[test]
fn formats_of_the_repository() {
    let formats: &[&[&str]] = &[
        &[],
        &["--object-format=sha256"],
        &["--ref-format=reftable"],
        &["--object-format=sha256", "--ref-format=reftable"],
    ];
    for format in formats {
        let repo = Repo::init(format);
        At::top(&repo)
            .hook()
            .is_guarded(&format!("{format:?}, first commit"));
        repo.git(&["gc", "-q"]);
        At::top(&repo).is_guarded(&format!("{format:?}, packed"));
    }
}

#[test]
fn extensions_of_the_repository_format() {
    for (name, value) in [
        ("partialClone", "origin"),
        ("noop-v1", "true"),
        ("noop", "true"),
        ("preciousObjects", "true"),
        ("worktreeConfig", "true"),
        ("refStorage", "files"),
    ] {
        let repo = started();
        repo.git(&["config", "core.repositoryFormatVersion", "1"]);
        repo.git(&["config", &format!("extensions.{name}"), value]);
        At::top(&repo).hook().is_guarded(name);
    }
    let repo = started();
    repo.git(&["config", "extensions.unknown", "true"]);
    At::top(&repo)
        .hook()
        .is_guarded("an unknown extension of version 0");
}

/// A kind of index: its name, and what makes one of it.
type Kind = (&'static str, fn(&Repo));

#[test]
fn kinds_of_index() {
    let kinds: &[Kind] = &[
        ("version 4", |repo| {
            drop(repo.git(&["update-index", "--index-version", "4"]));
        }),
        ("version 3", |repo| {
            drop(repo.git(&["update-index", "--skip-worktree", "a"]));
        }),
        ("split", |repo| {
            repo.git(&["config", "core.splitIndex", "true"]);
            drop(repo.git(&["update-index", "--split-index"]));
        }),
        ("sparse", |repo| {
            repo.git(&["config", "advice.sparseIndexExpanded", "false"]);
            drop(repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "d"]));
        }),
        ("a sparse checkout with a full index", |repo| {
            drop(repo.git(&["sparse-checkout", "set", "--cone", "--no-sparse-index", "d"]));
        }),
        ("without a checksum", |repo| {
            drop(repo.git(&["config", "index.skipHash", "true"]))
        }),
        ("many files", |repo| {
            drop(repo.git(&["config", "feature.manyFiles", "true"]))
        }),
        ("untracked cache", |repo| {
            repo.git(&["config", "core.untrackedCache", "true"]);
            repo.git(&["update-index", "--untracked-cache"]);
            drop(repo.git(&["status"]));
        }),
        ("read by threads", |repo| {
            repo.git(&["config", "index.threads", "2"]);
            drop(repo.git(&["config", "index.recordEndOfIndexEntries", "true"]));
        }),
        ("an intended file", |repo| {
            repo.write("intended", "x").git(&["add", "-N", "intended"]);
        }),
    ];
    for (name, prepare) in kinds {
        let repo = started();
        prepare(&repo);
        let at = At::top(&repo).hook();
        if *name == "an intended file" {
            // `commit -a` would commit it, which changes the situation.
            at.write("leak.env", &format!("A=1\nHEX_TOKEN={}\n", token(1)));
            at.git(&["add", "leak.env"]);
            assert_eq!(at.run(&["commit", "-q", "-m", "x"]).code, 1, "{name}");
            at.write("leak.env", "A=1\n");
            at.git(&["add", "leak.env"]);
            assert_eq!(at.run(&["commit", "-q", "-m", "x"]).code, 0, "{name}");
            continue;
        }
        at.is_guarded(name);
    }
}

#[test]
fn a_path_that_no_file_system_takes() {
    for version in ["2", "4"] {
        let repo = started();
        let id = run_with(
            repo.command("git").args(["hash-object", "-w", "--stdin"]),
            b"x\n",
        )
        .stdout;
        let path = vec!["long"; 1000].join("/");
        let entry = format!("100644,{},{path}", id.trim_end());
        repo.git(&["update-index", "--index-version", version]);
        repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
        let at = At::top(&repo).hook();
        at.write("leak.env", &format!("A=1\nHEX_TOKEN={}\n", token(1)));
        at.git(&["add", "leak.env"]);
        for arguments in [
            &["commit", "-q", "-m", "x"][..],
            &["commit", "-q", "-m", "x", "--", "leak.env"],
        ] {
            let output = at.run(arguments);
            assert!(
                output.code == 1 && output.stderr.contains("leak.env:2"),
                "{output:?}"
            );
        }
        at.write("leak.env", "A=1\n");
        at.git(&["add", "leak.env"]);
        at.git(&["commit", "-q", "-m", "x"]);
    }
}

#[test]
fn clones_that_lack_objects() {
    for filter in ["--filter=blob:none", "--filter=tree:0", "--depth=1"] {
        let origin = started();
        origin
            .stage("leak.env", "A=-1\n")
            .stage("a", "a2\n")
            .commit("more");
        origin.git(&["config", "uploadpack.allowFilter", "true"]);
        let clone = origin.beside("clone");
        let url = format!("file://{}", origin.path().display());
        origin.git(&["clone", "-q", filter, &url, clone.to_str().unwrap()]);
        At::folder(&origin, &clone).hook().is_guarded(filter);
    }
}

#[test]
fn an_old_text_that_is_not_there_is_not_fetched() {
    let origin = started();
    let old = format!("{}\n", token(1));
    origin.stage("leak.env", &old).commit("old");
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = origin.beside("clone");
    let url = format!("file://{}", origin.path().display());
    origin.git(&[
        "clone",
        "-q",
        "--no-checkout",
        "--filter=blob:none",
        &url,
        clone.to_str().unwrap(),
    ]);
    let at = At::folder(&origin, &clone).hook();
    at.git(&["read-tree", "HEAD"]);
    at.write("leak.env", &format!("{old}more\n"));
    at.git(&["add", "leak.env"]);
    let missing = |at: &At<'_>| {
        let objects = at
            .git(&["rev-list", "--objects", "--missing=print", "HEAD"])
            .stdout;
        objects.lines().filter(|line| line.starts_with('?')).count()
    };
    let before = missing(&at);
    assert!(before > 0);
    // What it held is not known, so the secret counts as new.
    let mut hook = origin.command(crate::support::HEXGUARD);
    let output = run(hook.args(["hook", "pre-commit"]).current_dir(&clone));
    assert_eq!(output.code, 1, "{output:?}");
    assert_eq!(missing(&at), before, "nothing was fetched");
}

#[test]
fn work_trees_and_folders_elsewhere() {
    let repo = started();
    let folder = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", folder.to_str().unwrap()]);
    At::folder(&repo, &folder)
        .hook()
        .is_guarded("a linked work tree");

    let repo = started();
    repo.git(&["config", "extensions.worktreeConfig", "true"]);
    let folder = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", folder.to_str().unwrap()]);
    At::folder(&repo, &folder)
        .hook()
        .is_guarded("a linked work tree with settings of its own");

    let repo = started();
    let folder = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", folder.to_str().unwrap()]);
    let name = repo.path().join(".git/worktrees/linked");
    // As git 2.48 writes it with `worktree.useRelativePaths`.
    fs::write(
        folder.join(".git"),
        "gitdir: ../repo/.git/worktrees/linked\n",
    )
    .unwrap();
    fs::write(name.join("gitdir"), "../../../../linked/.git\n").unwrap();
    At::folder(&repo, &folder)
        .hook()
        .is_guarded("a linked work tree with relative paths");

    let repo = started();
    let module = Repo::new();
    start(&module);
    let url = module.path().to_str().unwrap();
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        url,
        "module",
    ]);
    repo.commit("module");
    At::folder(&repo, &repo.path().join("module"))
        .hook()
        .is_guarded("a submodule");

    let repo = started();
    let separate = repo.beside("separate");
    repo.git(&[
        "init",
        "-q",
        "--separate-git-dir",
        separate.to_str().unwrap(),
    ]);
    At::top(&repo).hook().is_guarded("a separate git folder");

    let repo = started();
    let (bare, home) = (repo.beside("dotfiles"), repo.beside("home"));
    repo.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    fs::create_dir(&home).unwrap();
    let mut at = At::folder(&repo, &home);
    at.arguments = vec![
        format!("--git-dir={}", bare.display()),
        "--work-tree=.".to_owned(),
    ];
    at.hook().is_guarded("a bare repository with a work tree");

    let repo = started();
    let mut at = At::top(&repo);
    let index = repo.beside("index");
    fs::copy(repo.path().join(".git/index"), &index).unwrap();
    at.environment = vec![("GIT_INDEX_FILE", index.into())];
    at.hook().is_guarded("an index of one's own");

    let repo = started();
    let clone = repo.beside("clone");
    repo.git(&[
        "clone",
        "-q",
        "--shared",
        repo.path().to_str().unwrap(),
        clone.to_str().unwrap(),
    ]);
    At::folder(&repo, &clone)
        .hook()
        .is_guarded("objects of another repository");
}

#[test]
fn heads_of_every_kind() {
    let repo = started();
    repo.git(&["checkout", "-q", "--detach"]);
    At::top(&repo).hook().is_guarded("a detached HEAD");

    let repo = started();
    repo.git(&["symbolic-ref", "HEAD", "refs/custom/\u{1F600}#{x"]);
    At::top(&repo)
        .hook()
        .is_guarded("a HEAD outside refs/heads, unborn");

    let repo = started();
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]).stdout;
    let text = format!("tree {tree}author nobody\n\nmalformed\n");
    let made = run_with(
        repo.command("git").args([
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--stdin",
            "--literally",
        ]),
        text.as_bytes(),
    );
    repo.git(&["update-ref", "HEAD", made.stdout.trim_end()]);
    At::top(&repo).hook().is_guarded("a malformed commit");

    let repo = started();
    let (old, new) = (
        repo.git(&["rev-parse", "HEAD:a"]).stdout,
        repo.git(&["rev-parse", "HEAD:d/b"]).stdout,
    );
    repo.git(&["replace", old.trim_end(), new.trim_end()]);
    At::top(&repo).hook().is_guarded("a replaced object");
}

#[test]
fn a_head_that_cannot_be_read_stops_the_commit() {
    let repo = started();
    repo.stage("a", "a2\n");
    fs::write(repo.path().join(".git/refs/heads/main"), "").unwrap();
    let output = repo.hexguard(&["hook", "pre-commit"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stderr.contains("HEAD"), "{output:?}");
}

#[test]
fn an_index_that_cannot_be_read_stops_the_commit() {
    let repo = started();
    repo.stage("leak.env", token(1));
    let index = repo.path().join(".git/index");
    let whole = fs::read(&index).unwrap();
    for broken in [&b""[..], b"DIRC", &whole[..whole.len() / 2], &[b'x'; 500]] {
        fs::write(&index, broken).unwrap();
        let output = repo.hexguard(&["hook", "pre-commit"]);
        assert_eq!(output.code, 2, "{} bytes: {output:?}", broken.len());
        assert!(output.stderr.contains("cannot read"), "{output:?}");
    }
}

#[test]
fn settings_that_cannot_be_read_stop_the_commit() {
    let repo = started();
    repo.stage("leak.env", token(1));
    fs::write(repo.path().join(".git/config"), "[core\n").unwrap();
    let output = repo.hexguard(&["hook", "pre-commit"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stderr.contains("config"), "{output:?}");
}

#[test]
fn outside_a_repository_there_is_nothing_to_scan() {
    let repo = started();
    let folder = repo.beside("elsewhere");
    fs::create_dir(&folder).unwrap();
    let output = run(repo.command(crate::support::HEXGUARD).current_dir(&folder));
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stderr.contains("not in a git repository"),
        "{output:?}"
    );
}

/// Gives a folder to another user; possible for root only.
fn given_away(repo: &Repo) -> bool {
    run(repo
        .command("chown")
        .args(["-R", "65534:65534"])
        .arg(repo.path()))
    .code
        == 0
}

#[test]
fn a_repository_of_another_user() {
    let repo = started();
    At::top(&repo).hook();
    repo.stage("leak.env", format!("A=1\nHEX_TOKEN={}\n", token(1)));
    if !given_away(&repo) {
        return;
    }
    // By hand it is refused as git refuses it, with the line that mends it.
    let output = repo.hexguard(&[]);
    assert_eq!(output.code, 2, "{output:?}");
    let mend = format!(
        "git config --global --add safe.directory {}\n",
        repo.path().display()
    );
    assert!(output.stderr.contains(&mend), "{output:?}");
    // git wants the top to be named, wherever one is.
    fs::create_dir(repo.path().join("below")).unwrap();
    let mut below = repo.command(crate::support::HEXGUARD);
    let output = run(below.current_dir(repo.path().join("below")));
    assert!(output.stderr.contains(&mend), "{output:?}");
    // Whatever makes git trust it makes us trust it.
    let parent = repo.path().parent().unwrap().join("*");
    for safe in ["*", repo.path().to_str().unwrap(), parent.to_str().unwrap()] {
        let config = repo.beside("gitconfig");
        fs::write(&config, format!("[safe]\n\tdirectory = {safe}\n")).unwrap();
        let trusted = |program: &str, arguments: &[&str]| {
            run(repo
                .command(program)
                .args(arguments)
                .env("GIT_CONFIG_GLOBAL", &config))
        };
        // Only git 2.46 and later know folders with a star.
        if trusted("git", &["rev-parse"]).code != 0 {
            continue;
        }
        let output = trusted(crate::support::HEXGUARD, &[]);
        assert_eq!(output.code, 1, "{safe}: {output:?}");
        let output = trusted("git", &["commit", "-q", "-m", "x"]);
        assert!(
            output.code == 1 && output.stderr.contains("leak.env:2"),
            "{safe}: {output:?}"
        );
    }
    let output = repo.try_git(&[
        "-c",
        &format!("safe.directory={}", repo.path().display()),
        "commit",
        "-q",
        "-m",
        "x",
    ]);
    assert!(output.code != 0, "{output:?}");
}

#[test]
fn a_switch_without_a_value_is_on() {
    let repo = started();
    let hook = At::top(&repo).hook();
    let config = repo.path().join(".git/config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{text}[hexguard]\n\tenabled\n")).unwrap();
    hook.is_guarded("enabled, without a value");
    // Read by git where libgit2 does not see all of it.
    let doctor = repo.hexguard(&["doctor"]);
    assert!(!doctor.stdout.contains("hexguard.enabled"), "{doctor:?}");
    repo.stage("leak.env", format!("A=1\nHEX_TOKEN={}\n", token(1)));
    let commit = ["-c", "x.y=z", "commit", "-q", "-m", "x"];
    let output = repo.try_git(&commit);
    assert!(
        output.code == 1 && output.stderr.contains("leak.env:2"),
        "{output:?}"
    );
    fs::write(&config, format!("{text}[hexguard]\n\tenabled =\n")).unwrap();
    let output = repo.git(&commit);
    assert!(
        output.stderr.contains("hexguard.enabled=false"),
        "{output:?}"
    );
}
