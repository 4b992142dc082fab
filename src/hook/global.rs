//! For all repositories of a user, present and future; the repositories' own hooks still run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::configured::{self, Scope};
use super::event::Event;
use super::git;
use super::place::{self, Place};
use super::script::{self, Old};
use super::{Note, write};

/// Every other hook that git looks for. A folder for all repositories hides the repositories' own folders, so each
/// needs a script that runs what stands there. Not among them: `push-to-checkout` and `proc-receive`, whose mere
/// presence changes what git does, and `fsmonitor-watchman`, which git finds by its path.
const OTHERS: [&str; 19] = [
    "applypatch-msg",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-rebase",
    "prepare-commit-msg",
    "reference-transaction",
    "sendemail-validate",
];

/// Where it is noted that the user's configuration file did not exist before.
const MADE: &str = "made-gitconfig";

/// What concerns all repositories of a user.
#[derive(Debug, Clone)]
pub struct Home {
    /// A folder to run git in.
    pub cwd: PathBuf,
    /// hexguard's own folder among the user's configuration.
    pub own: PathBuf,
}

impl Home {
    /// Returns the folder for hooks that hexguard makes.
    pub fn hooks(&self) -> PathBuf {
        self.own.join("hooks")
    }

    /// Returns the user's `core.hooksPath`.
    fn hooks_path(&self) -> Result<Option<PathBuf>> {
        let out = place::run(
            &self.cwd,
            &[
                "config",
                "--global",
                "--type=path",
                "-z",
                "--get",
                "core.hooksPath",
            ],
        )?;
        Ok(out.stdout.strip_suffix(&[0]).map(script::path))
    }

    /// Returns a lock: other runs for this user wait until it is dropped.
    fn lock(&self) -> Result<Option<fs::File>> {
        let folder = self.own.parent().unwrap_or(&self.own);
        let folder = if folder.is_dir() {
            folder
        } else {
            folder.parent().unwrap_or(folder)
        };
        // A user's own folder of hooks is locked by itself, and nobody waits for himself.
        let own = self.hooks_path()?;
        if own.is_some_and(|own| place::real(&own) == place::real(folder)) {
            return Ok(None);
        }
        Ok(write::lock(folder))
    }

    fn configure(&self, args: &[&std::ffi::OsStr]) -> Result<()> {
        let mut all = vec![
            std::ffi::OsStr::new("config"),
            std::ffi::OsStr::new("--global"),
        ];
        all.extend(args);
        let out = place::run(&self.cwd, &all)?;
        if !out.status.success() {
            bail!(
                "cannot change git's configuration: {}",
                out.stderr.trim_ascii().escape_ascii()
            );
        }
        Ok(())
    }
}

/// Installs hexguard for all repositories of the user.
pub fn install(home: &Home, program: &Path) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    let by_configuration = place::version(&home.cwd)? >= configured::SINCE;
    if !by_configuration && let Some(folder) = home.own.parent() {
        // Before the lock: it is what is locked.
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let _lock = home.lock()?;
    if by_configuration {
        for event in Event::CLIENT {
            let done = configured::install(&home.cwd, Scope::Global, event, program)?;
            let text = format!("git's configuration calls hexguard at {}", event.name());
            notes.push(if done {
                Note::Done(text)
            } else {
                Note::Same(text)
            });
        }
        return Ok(notes);
    }
    let hooks = home.hooks();
    match home.hooks_path()? {
        // A folder of the user's own: what stands there is kept and still runs.
        Some(own) if own != hooks => {
            if !own.is_absolute() || own.as_os_str() == "/dev/null" {
                bail!(
                    "core.hooksPath is {} for all your repositories: it leads to another folder in each",
                    own.display()
                );
            }
            let place = folder(home, &own)?;
            for event in Event::CLIENT {
                notes.extend(git::install(&place, event, program)?);
            }
        }
        before => {
            fs::create_dir_all(&hooks)
                .with_context(|| format!("cannot make {}", hooks.display()))?;
            let mut changed = false;
            for event in Event::ALL {
                let text = script::render(event, program, &Old::Repository);
                changed |= put(&hooks.join(event.name()), &text)?;
            }
            for name in OTHERS {
                changed |= put(&hooks.join(name), &script::render_pass(name))?;
            }
            if before.is_none() {
                let is_new = !place::run(&home.cwd, &["config", "--global", "--list"])?
                    .status
                    .success();
                // Last: from this moment git looks there.
                home.configure(&[std::ffi::OsStr::new("core.hooksPath"), hooks.as_os_str()])?;
                if is_new {
                    note_made(home)?;
                }
            }
            let text = format!(
                "core.hooksPath is {} for all your repositories",
                hooks.display()
            );
            notes.push(if changed || before.is_none() {
                Note::Done(text)
            } else {
                Note::Same(text)
            });
        }
    }
    notes.push(Note::Warn(
        "a repository with a core.hooksPath of its own (husky) is not covered: run `hexguard install` there".to_owned(),
    ));
    Ok(notes)
}

/// Removes hexguard from all repositories of the user.
pub fn uninstall(home: &Home) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    let _lock = home.lock()?;
    for event in Event::ALL {
        if configured::uninstall(&home.cwd, Scope::Global, event)? {
            notes.push(Note::Done(format!(
                "git's configuration does not call hexguard at {} any more",
                event.name()
            )));
        }
    }
    let hooks = home.hooks();
    match home.hooks_path()? {
        Some(own) if own == hooks => {
            // First: from this moment git looks where it did before.
            let key = std::ffi::OsStr::new("core.hooksPath");
            home.configure(&[std::ffi::OsStr::new("--unset"), key])?;
            notes.push(Note::Done("core.hooksPath is not set any more".to_owned()));
        }
        Some(own) if own.is_absolute() && own.is_dir() => {
            let place = folder(home, &own)?;
            for event in Event::ALL {
                notes.extend(git::uninstall(&place, event)?);
            }
        }
        _ => {}
    }
    let made = fs::read(home.own.join(MADE)).ok();
    if let Some(path) = made.map(|path| script::path(&path)) {
        if fs::read(&path).is_ok_and(|text| text.trim_ascii().is_empty()) {
            let _ = fs::remove_file(&path);
        }
        let _ = fs::remove_file(home.own.join(MADE));
    }
    remove(&hooks)?;
    // Only if nothing else is in it.
    let _ = fs::remove_dir(&home.own);
    Ok(notes)
}

/// Returns a folder of hooks as if it were that of a repository.
fn folder(home: &Home, hooks: &Path) -> Result<Place> {
    Ok(Place {
        cwd: home.cwd.clone(),
        top: None,
        git_dir: hooks.to_owned(),
        common_dir: hooks.to_owned(),
        hooks: hooks.to_owned(),
        hooks_path: None,
        version: place::version(&home.cwd)?,
    })
}

/// Writes a script if it is not there already.
fn put(path: &Path, text: &[u8]) -> Result<bool> {
    let same = fs::symlink_metadata(path).is_ok_and(|meta| {
        meta.is_file()
            && write::mode(&meta) & 0o111 == 0o111
            && fs::read(path).is_ok_and(|own| own == text)
    });
    if !same {
        write::replace(path, text, 0o755)?;
    }
    Ok(!same)
}

fn note_made(home: &Home) -> Result<()> {
    let out = place::run(
        &home.cwd,
        &[
            "config",
            "--global",
            "--show-origin",
            "-z",
            "--get",
            "core.hooksPath",
        ],
    )?;
    let origin = out.stdout.split(|&b| b == 0).next().unwrap_or_default();
    let path = origin.strip_prefix(b"file:").unwrap_or(origin);
    write::replace(&home.own.join(MADE), path, 0o644)
}

/// Removes hexguard's scripts from the folder it made, and the folder if nothing else is in it.
fn remove(hooks: &Path) -> Result<()> {
    let entries = match fs::read_dir(hooks) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", hooks.display()));
        }
    };
    for entry in entries {
        let path = entry.context("cannot read the folder of hooks")?.path();
        if matches!(git::look(&path), Ok(git::Found::Own(_))) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    let _ = fs::remove_dir(hooks);
    Ok(())
}
