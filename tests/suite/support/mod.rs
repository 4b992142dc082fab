//! What the tests share: real, hermetic repositories, and runs of the real binary.

mod sealed;
pub(crate) mod template;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io::Write as _};

use hexguard::rule::{Rule, custom};

/// The binary under test.
pub(crate) const HEXGUARD: &str = env!("CARGO_BIN_EXE_hexguard");

/// A repository in a folder of its own, which goes when it is dropped.
pub(crate) struct Repo {
    folder: tempfile::TempDir,
    top: PathBuf,
}

/// What a program printed and how it ended.
#[derive(Debug)]
pub(crate) struct Output {
    /// The exit code; -1 when a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Repo {
    /// Returns a fresh repository without a commit.
    pub(crate) fn new() -> Self {
        Self::init(&[])
    }

    /// Returns a fresh repository made by `git init` with more arguments.
    pub(crate) fn init(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("repo");
        fs::create_dir(&top).unwrap();
        let repo = Self { folder, top };
        let mut all = vec!["init", "-q", "-b", "main"];
        all.extend(args);
        repo.git(&all);
        repo
    }

    /// Returns the top of the work tree.
    pub(crate) fn path(&self) -> &Path {
        &self.top
    }

    /// Returns a folder beside the repository: for remotes, clones, worktrees, a HOME.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file in the work tree, with the folders it needs.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.top.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes a file and stages it.
    pub(crate) fn stage(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        self.write(path, text).git(&["add", "--", path]);
        self
    }

    /// Commits what is staged, whatever a hook says.
    pub(crate) fn commit(&self, message: &str) -> &Self {
        self.git(&[
            "commit",
            "-q",
            "--no-verify",
            "--allow-empty",
            "-m",
            message,
        ]);
        self
    }

    /// Makes git run the hook: the shortest script that does what an installed one does.
    pub(crate) fn hook(&self, name: &str) -> &Self {
        let hooks = self
            .git(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"])
            .stdout;
        let hooks = Path::new(hooks.trim_end());
        fs::create_dir_all(hooks).unwrap();
        script(
            &hooks.join(name),
            &format!("#!/bin/sh\nexec '{HEXGUARD}' hook {name} \"$@\"\n"),
        );
        self
    }

    /// Runs git, which must succeed.
    pub(crate) fn git(&self, args: &[&str]) -> Output {
        let output = self.try_git(args);
        assert_eq!(
            output.code, 0,
            "git {args:?}\n{}{}",
            output.stdout, output.stderr
        );
        output
    }

    /// Runs git, which may fail.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn try_git(&self, args: &[&str]) -> Output {
        run(self.command("git").args(args))
    }

    /// Runs hexguard in the repository.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn hexguard(&self, args: &[&str]) -> Output {
        run(self.command(HEXGUARD).args(args))
    }

    /// Runs hexguard with a text on standard input.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn hexguard_with(&self, args: &[&str], input: &[u8]) -> Output {
        run_with(self.command(HEXGUARD).args(args), input)
    }

    /// Returns a command that will run at the top of the repository, in an environment of its own.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.top);
        hermetic(&mut command, self.folder.path());
        command
    }
}

/// Cuts a command off from the machine's and the user's settings.
pub(crate) fn hermetic(command: &mut Command, home: &Path) {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@example.com")
        .env("GIT_COMMITTER_NAME", "C")
        .env("GIT_COMMITTER_EMAIL", "c@example.com")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z");
}

/// Runs a command without input.
pub(crate) fn run(command: &mut Command) -> Output {
    run_with(command, b"")
}

/// Runs a command with input.
pub(crate) fn run_with(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program may end without reading its input.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs hexguard as somebody whom permissions hold back, which they do not hold back root.
pub(crate) fn as_nobody(repo: &Repo, args: &[&str]) -> Output {
    let probe = repo.beside("probe");
    fs::create_dir_all(&probe).unwrap();
    fs::set_permissions(&probe, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(probe.join("x"), "").is_err() {
        return repo.hexguard(args);
    }
    let above = repo.path().parent().unwrap();
    let owner = Command::new("chown")
        .args(["-R", "65534:65534"])
        .arg(above)
        .status();
    assert!(owner.unwrap().success());
    // The program itself stands where only root may look.
    let copy = repo.beside("hexguard");
    copy_of_hexguard(&copy);
    run(repo
        .command("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(&copy)
        .args(args))
}

/// Makes a copy of the program. Another process writes it: while this one has it open for writing, a child that another
/// test starts at that moment inherits it, and then the copy cannot be run ("text file busy").
pub(crate) fn copy_of_hexguard(to: &Path) {
    let status = Command::new("cp").arg(HEXGUARD).arg(to).status().unwrap();
    assert!(status.success());
}

/// Writes an executable file; by another process, for the reason given above.
pub(crate) fn script(path: &Path, text: &str) {
    let mut writer = Command::new("sh")
        .args(["-c", "cat > \"$1\" && chmod 755 \"$1\"", "sh"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = writer.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    assert!(writer.wait().unwrap().success());
}

/// Returns `length` hexadecimal digits that look random and are the same for the same seed.
pub(crate) fn hex(length: usize, seed: u64) -> String {
    let mut out = String::new();
    let mut state = seed;
    while out.len() < length {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        write!(out, "{:016x}", z ^ (z >> 31)).unwrap();
    }
    out.truncate(length);
    out
}

/// Returns the digest of a text, by a program like `sha1sum`.
pub(crate) fn digest(program: &str, text: &[u8]) -> String {
    let output = run_with(&mut Command::new(program), text);
    output.stdout.split(' ').next().unwrap().to_owned()
}

/// Returns a Hex personal token made up from a seed.
pub(crate) fn token(seed: u64) -> String {
    format!("hxtp_{}", hex(96, seed))
}

/// Returns a custom rule, written as in a configuration.
pub(crate) fn custom_rule(text: &str) -> Rule {
    custom::build(&toml::from_str(text).unwrap()).unwrap()
}
