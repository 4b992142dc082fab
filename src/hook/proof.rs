//! Proof: makes git run the hook on a made-up token in an index of its own, and says what happened.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::Manager;
use super::place::Place;
use super::script;

/// The made-up file; a report that names it comes from hexguard.
const FILE: &str = "hexguard-proof.env";
/// Tells hexguard's script not to run the hook that was there before: it is asked nothing, so it shall do nothing.
pub const MARK: &str = "HEXGUARD_PROOF";
/// What `hexguard hook` says in a proof when it found nothing. It then stops all the same, so that a manager does not go
/// on to other hooks.
pub const MISSED: &str = "hexguard: proof: nothing was found";

/// What git did with the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The hook ran, hexguard found the token, and the commit would have been stopped.
    Stopped,
    /// hexguard ran and was switched off; what it said.
    Off(String),
    /// git ran no hook, or passed over it; what it said.
    NotRun(String),
    /// The hook ran, and the token would have been committed.
    LetThrough(String),
    /// The hook stopped the commit, but not for the token; what it said.
    Broken(String),
    /// It could not be tried, and why.
    Untried(String),
}

/// Makes git run the pre-commit hook on a made-up token. Nothing of the repository changes: index and objects are
/// in a folder below `scratch` that is removed again. Where a hook manager rules, the whole is a repository of its own
/// with the same hooks: managers hide and restore a person's changes, and that is not to be tried out on them.
pub fn prove(place: &Place, manager: Option<&dyn Manager>, scratch: &Path) -> Result<Proof> {
    if place.version < (2, 36) {
        return Ok(Proof::Untried(
            "git before 2.36 has no `git hook run`".to_owned(),
        ));
    }
    if place.top.is_none() {
        return Ok(Proof::Untried(
            "a hook on a server runs when something is pushed to it".to_owned(),
        ));
    }
    let folder = Folder::new(scratch)?;
    if let Some(manager) = manager {
        return rehearse(place, manager, &folder.0);
    }
    let objects = place.git(&[
        "rev-parse",
        "--path-format=absolute",
        "--git-path",
        "objects",
    ])?;
    let git = |args: &[&str], input: &[u8]| run(place, &folder.0, &objects, args, input);
    let blob = said(&git(&["hash-object", "-w", "--stdin"], &text())?)?;
    let entry = format!("100644,{blob},{FILE}");
    said(&git(
        &["update-index", "--add", "--cacheinfo", &entry],
        b"",
    )?)?;
    said(&git(&["write-tree"], b"")?)?;
    let output = git(&["hook", "run", "pre-commit"], b"")?;
    Ok(judge(&output))
}

/// Makes a manager run its pre-commit hook in a repository of its own.
fn rehearse(place: &Place, manager: &dyn Manager, folder: &Path) -> Result<Proof> {
    let rehearsal = manager.rehearsal(place);
    if !rehearsal.possible {
        return Ok(Proof::Untried(format!(
            "{} cannot be tried away from the repository; make a commit with a made-up token",
            manager.name()
        )));
    }
    let top = folder.join("repository");
    fs::create_dir(&top).context("cannot make a folder for the proof")?;
    let mut variables = rehearsal.variables.clone();
    for (name, value) in &mut variables {
        if let Ok(own) = std::env::var(name) {
            value.push(',');
            value.push_str(&own);
        }
    }
    let git = |args: &[&OsStr]| {
        let mut command = Command::new("git");
        command.args(args).current_dir(&top).stdin(Stdio::null());
        for name in [
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_PREFIX",
            "GIT_COMMON_DIR",
        ] {
            command.env_remove(name);
        }
        let variables = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        command.envs(variables).env(MARK, "1");
        command.output().context("cannot run git")
    };
    let word = |word: &'static str| OsStr::new(word);
    said(&git(&[word("init"), word("-q")])?)?;
    said(&git(&[
        word("config"),
        word("core.hooksPath"),
        place.hooks.as_os_str(),
    ])?)?;
    if let Some(program) = place.setting("hexguard.path")? {
        let program = script::path(&program.value);
        said(&git(&[
            word("config"),
            word("hexguard.path"),
            program.as_os_str(),
        ])?)?;
    }
    for (name, text) in rehearsal
        .files
        .iter()
        .chain([&(PathBuf::from(FILE), text())])
    {
        let path = top.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).context("cannot make a folder for the proof")?;
        }
        fs::write(path, text).context("cannot write the proof")?;
    }
    said(&git(&[word("add"), word("-Af")])?)?;
    Ok(judge(&git(&[
        word("hook"),
        word("run"),
        word("pre-commit"),
    ])?))
}

/// Returns a file with a Hex token that nobody has.
fn text() -> Vec<u8> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos());
    let mut token = String::from("hxtp_");
    for part in 0..2 {
        let digest = Sha256::digest(format!("{now} {part} {}", std::process::id()));
        for byte in digest.iter().take(24) {
            token.push_str(&format!("{byte:02x}"));
        }
    }
    format!("HEX_API_TOKEN={token}\n").into_bytes()
}

fn judge(output: &Output) -> Proof {
    let mut said = output.stderr.clone();
    said.extend_from_slice(&output.stdout);
    let has = |word: &str| memchr::memmem::find(&said, word.as_bytes()).is_some();
    let short = || {
        let text = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.is_empty())
            .take(6)
            .collect();
        lines.join("\n")
    };
    if !output.status.success() && has(FILE) {
        Proof::Stopped
    } else if has("cannot find a hook named") || has("hook was ignored because") {
        Proof::NotRun(short())
    } else if has("hexguard: skipped") {
        Proof::Off(short())
    } else if !output.status.success() && !has(MISSED) {
        Proof::Broken(short())
    } else {
        Proof::LetThrough(short())
    }
}

fn said(output: &Output) -> Result<String> {
    if !output.status.success() {
        anyhow::bail!(
            "git cannot prepare the proof: {}",
            output.stderr.trim_ascii().escape_ascii()
        );
    }
    Ok(String::from_utf8_lossy(output.stdout.trim_ascii()).into_owned())
}

fn run(
    place: &Place,
    folder: &Path,
    objects: &[u8],
    args: &[&str],
    input: &[u8],
) -> Result<Output> {
    let mut child = Command::new("git")
        .args(args)
        .current_dir(place.top.as_ref().unwrap_or(&place.cwd))
        .env("GIT_INDEX_FILE", folder.join("index"))
        .env("GIT_OBJECT_DIRECTORY", folder.join("objects"))
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternate(objects))
        .env(MARK, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run git")?;
    if let Some(mut stdin) = child.stdin.take() {
        // The hook may end without reading.
        let _ = std::io::Write::write_all(&mut stdin, input);
    }
    child.wait_with_output().context("cannot wait for git")
}

/// Returns a path as git wants it in a list: quoted where it holds the separator.
fn alternate(path: &[u8]) -> OsString {
    let mut out = Vec::new();
    if !cfg!(windows) && path.iter().any(|b| b":\"".contains(b)) {
        out.push(b'"');
        for &byte in path {
            if b"\\\"".contains(&byte) {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(path);
    }
    script::path(&out).into_os_string()
}

/// A folder of this process alone, removed at the end.
struct Folder(PathBuf);

/// What the names of such folders begin with.
const FOLDER: &str = "hexguard-proof-";

impl Folder {
    fn new(scratch: &Path) -> Result<Self> {
        sweep(scratch);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.subsec_nanos());
        let path = scratch.join(format!("{FOLDER}{}-{now}", std::process::id()));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .with_context(|| format!("cannot make {}", path.display()))?;
        fs::create_dir(path.join("objects")).context("cannot make a folder for objects")?;
        Ok(Self(path))
    }
}

/// Removes what interrupted runs have left; no proof takes an hour.
fn sweep(scratch: &Path) {
    let Ok(entries) = fs::read_dir(scratch) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let meta = entry.metadata();
        let old = meta.is_ok_and(|meta| {
            let age = meta.modified().map(|time| time.elapsed());
            meta.is_dir() && matches!(age, Ok(Ok(age)) if age.as_secs() > 3600)
        });
        if old && name.to_str().is_some_and(|name| name.starts_with(FOLDER)) {
            // Somebody else's is not ours to remove, and then it stays.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
