//! Place: where git itself would look for the hooks of a repository, asked of git.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use super::script::path;
use super::write;

/// Where git keeps a repository, and where it looks for hooks.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder from which git was asked.
    pub cwd: PathBuf,
    /// The top of the work tree; none in a bare repository.
    pub top: Option<PathBuf>,
    /// The git directory of this work tree.
    pub git_dir: PathBuf,
    /// The git directory that all work trees share.
    pub common_dir: PathBuf,
    /// The folder in which git looks for hooks.
    pub hooks: PathBuf,
    /// `core.hooksPath`, if it is set anywhere.
    pub hooks_path: Option<Setting>,
    /// git's version: major, minor.
    pub version: (u32, u32),
}

/// A value of git's configuration, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: Vec<u8>,
    /// `system`, `global`, `local`, `worktree` or `command`.
    pub scope: String,
    /// The file, as git names it: `file:.git/config`.
    pub origin: String,
}

impl Setting {
    /// Returns the setting as a person would look for it.
    pub fn shown(&self) -> String {
        let origin = self.origin.strip_prefix("file:").unwrap_or(&self.origin);
        format!("{} ({}: {origin})", self.value.escape_ascii(), self.scope)
    }

    /// Returns the command that removes the setting `key`.
    pub fn removal(&self, key: &str) -> String {
        match self.scope.as_str() {
            // Given by `git -c` or the environment.
            "command" => format!("call git without -c {key}, and unset GIT_CONFIG_COUNT"),
            scope => format!("git config --{scope} --unset-all {key}"),
        }
    }

    /// Tells whether the setting is one repository's own.
    pub fn is_local(&self) -> bool {
        matches!(self.scope.as_str(), "local" | "worktree")
    }
}

impl Place {
    /// Asks git about the repository that `cwd` is in (or `GIT_DIR` names).
    pub fn find(cwd: &Path) -> Result<Self> {
        let git_dir = match ask(cwd, &["rev-parse", "--absolute-git-dir"]) {
            Ok(dir) => path(&dir),
            // git has other reasons, too, which it tells in many words.
            Err(error) if error.to_string().contains("not a git repository") => {
                bail!("{} is not in a git repository", cwd.display());
            }
            Err(error) => return Err(error.context("git does not tell where the repository is")),
        };
        let common_dir = absolute(cwd, "--git-common-dir", None)?;
        let hooks = absolute(cwd, "--git-path", Some("hooks"))?;
        let bare = ask(cwd, &["rev-parse", "--is-bare-repository"])? == b"true";
        let top = if bare {
            None
        } else {
            // Inside the git directory there is no work tree to speak of; the hooks are found all the same.
            ask(cwd, &["rev-parse", "--show-toplevel"])
                .ok()
                .map(|top| path(&top))
        };
        Ok(Self {
            cwd: cwd.to_owned(),
            top,
            git_dir,
            common_dir,
            hooks,
            hooks_path: setting(cwd, "core.hooksPath")?,
            version: version(cwd)?,
        })
    }

    /// Returns the tops of all work trees of the repository, linked ones included.
    pub fn trees(&self) -> Vec<PathBuf> {
        // With zero bytes a path may hold line ends.
        let (args, end) = if self.version >= (2, 36) {
            (&["worktree", "list", "--porcelain", "-z"][..], 0)
        } else {
            (&["worktree", "list", "--porcelain"][..], b'\n')
        };
        let list = self.git(args).unwrap_or_default();
        let mut trees = Vec::new();
        for line in list.split(|&b| b == end) {
            if let Some(tree) = line.strip_prefix(b"worktree ") {
                trees.push(path(tree));
            } else if line == b"bare" {
                trees.pop();
            }
        }
        trees.retain(|tree| tree.is_dir());
        trees
    }

    /// Returns the place as it would be if `core.hooksPath` led nowhere else.
    #[must_use]
    pub fn usual(&self) -> Self {
        Self {
            hooks: self.common_dir.join("hooks"),
            hooks_path: None,
            ..self.clone()
        }
    }

    /// Returns the path of the hook with this name.
    pub fn hook(&self, name: &str) -> PathBuf {
        self.hooks.join(name)
    }

    /// Tells whether the hooks folder belongs to this repository and no other.
    ///
    /// Links are followed, also where the last parts of the path do not exist yet.
    pub fn is_inside(&self) -> bool {
        let hooks = real(&self.hooks);
        [
            Some(&self.common_dir),
            Some(&self.git_dir),
            self.top.as_ref(),
        ]
        .into_iter()
        .flatten()
        .any(|root| hooks.starts_with(real(root)))
    }

    /// Tells whether a path, with all links followed, lies in the work tree.
    pub fn holds(&self, path: &Path) -> bool {
        let top = self.top.as_deref().map(real);
        top.is_some_and(|top| real(path).starts_with(top))
    }

    /// Tells whether `core.hooksPath` switches hooks off (`/dev/null`, or nothing).
    pub fn is_void(&self) -> bool {
        self.hooks_path
            .as_ref()
            .is_some_and(|setting| setting.value.is_empty() || setting.value == b"/dev/null")
    }

    /// Returns a path as a person in `cwd` would write it.
    pub fn shown(&self, path: &Path) -> String {
        let base = self.top.as_deref().unwrap_or(&self.cwd);
        let short = path.strip_prefix(base).unwrap_or(path);
        short.display().to_string()
    }

    /// Runs git here and returns what it says, without the last line end.
    pub fn git(&self, args: &[&str]) -> Result<Vec<u8>> {
        ask(&self.cwd, args)
    }

    /// Notes a value in this repository's own configuration.
    pub fn note(&self, key: &str, value: &OsStr) -> Result<()> {
        // git does not wait for a lock on its configuration, it fails.
        let _lock = write::lock(&self.common_dir);
        self.configure(&[OsStr::new(key), value])
    }

    /// Takes a value out of this repository's own configuration, if it is there.
    pub fn forget(&self, key: &str) -> Result<()> {
        let _lock = write::lock(&self.common_dir);
        match self.setting(key)? {
            Some(setting) if setting.scope == "local" => {
                self.configure(&[OsStr::new("--unset-all"), OsStr::new(key)])
            }
            _ => Ok(()),
        }
    }

    fn configure(&self, args: &[&OsStr]) -> Result<()> {
        let mut all = vec![OsStr::new("config"), OsStr::new("--local")];
        all.extend(args);
        let out = run(&self.cwd, &all)?;
        if !out.status.success() {
            bail!("git config: {}", out.stderr.trim_ascii().escape_ascii());
        }
        Ok(())
    }

    /// Returns a value of git's configuration, as git would use it here.
    pub fn setting(&self, key: &str) -> Result<Option<Setting>> {
        setting(&self.cwd, key)
    }
}

/// Returns a path with all links followed, as far as it exists.
pub fn real(path: &Path) -> PathBuf {
    let mut missing = Vec::new();
    let mut at = path;
    loop {
        if let Ok(found) = at.canonicalize() {
            return missing
                .iter()
                .rev()
                .fold(found, |dir: PathBuf, part| dir.join(part));
        }
        let (Some(name), Some(parent)) = (at.file_name(), at.parent()) else {
            return path.to_owned();
        };
        missing.push(name);
        at = parent;
    }
}

fn absolute(cwd: &Path, what: &str, name: Option<&str>) -> Result<PathBuf> {
    let mut args = vec!["rev-parse", "--path-format=absolute", what];
    args.extend(name);
    if let Ok(found) = ask(cwd, &args) {
        return Ok(path(&found));
    }
    // git before 2.31 answers relative to where it was asked.
    args.remove(1);
    Ok(cwd.join(path(&ask(cwd, &args)?)))
}

fn setting(cwd: &Path, key: &str) -> Result<Option<Setting>> {
    let out = run(
        cwd,
        &[
            "config",
            "--show-scope",
            "--show-origin",
            "-z",
            "--get",
            key,
        ],
    )?;
    match out.status.code() {
        Some(0) => {}
        Some(1) => return Ok(None),
        _ => bail!(
            "git config failed: {}",
            out.stderr.trim_ascii().escape_ascii()
        ),
    }
    let mut parts = out.stdout.splitn(3, |&b| b == 0);
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (scope, origin) = (text(), text());
    let value = parts.next().unwrap_or_default();
    Ok(Some(Setting {
        value: value.strip_suffix(&[0]).unwrap_or(value).to_vec(),
        scope,
        origin,
    }))
}

/// Returns the version of the git that is first in PATH.
pub fn version(cwd: &Path) -> Result<(u32, u32)> {
    let out = Command::new("git")
        .arg("--version")
        .current_dir(cwd)
        .output();
    let said = out.context("cannot run git")?.stdout;
    let said = String::from_utf8_lossy(&said).into_owned();
    let mut numbers = said
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok());
    Ok((numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)))
}

/// Runs git and returns what it says on standard output, without the last line end.
pub fn ask(cwd: &Path, args: &[&str]) -> Result<Vec<u8>> {
    let out = run(cwd, args)?;
    if !out.status.success() {
        let said = out.stderr.trim_ascii().escape_ascii().to_string();
        bail!("git {}: {said}", args.join(" "));
    }
    let mut said = out.stdout;
    if said.last() == Some(&b'\n') {
        said.pop();
    }
    Ok(said)
}

/// Runs git with nothing on standard input, and without the program that `core.fsmonitor` may name.
pub fn run<S: AsRef<OsStr>>(cwd: &Path, args: &[S]) -> Result<Output> {
    Command::new("git")
        .args(["-c", "core.fsmonitor=false"])
        .args(args)
        .current_dir(cwd)
        .stdin(Stdio::null())
        .output()
        .context("cannot run git")
}
