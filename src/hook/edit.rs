//! Edit: a change of a file that belongs to the project; shown before it is made.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Note;
use super::event::Event;
use crate::redact::Filter;
use crate::rule::RuleSet;
use crate::write;

/// What a hook manager would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// Files of the project to change: shown, and asked for.
    pub edits: Vec<Edit>,
    /// Events that the manager leaves alone: plain hook files serve them.
    pub plain: Vec<Event>,
    /// Events at which the manager runs what it has moved aside to `.legacy`: hexguard's hook file goes there.
    pub beside: Vec<Event>,
    /// Values to note in this clone's configuration.
    pub settings: Vec<(&'static str, Vec<u8>)>,
    /// The manager's own command, to be run after the changes, and where it may stand besides PATH.
    pub command: Option<Command>,
    /// Hook files that are there because of hexguard, and shall go.
    pub unwanted: Vec<PathBuf>,
    /// What is to be said.
    pub notes: Vec<Note>,
}

/// A command of a hook manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Where the program may stand: the first that is there is run.
    pub programs: Vec<PathBuf>,
    /// What it is given.
    pub args: Vec<&'static str>,
}

impl Command {
    /// Runs the command in a folder and returns what there is to say.
    pub fn run(&self, folder: &Path) -> Note {
        let shown = format!(
            "`{} {}`",
            self.programs
                .last()
                .map(|path| path.display().to_string())
                .unwrap_or_default(),
            self.args.join(" ")
        );
        for program in &self.programs {
            let out = std::process::Command::new(program)
                .args(&self.args)
                .current_dir(folder)
                .output();
            match out {
                Ok(out) if out.status.success() => return Note::Done(format!("{shown} was run")),
                Ok(_) => return Note::Warn(format!("{shown} failed; run it yourself")),
                Err(_) => {}
            }
        }
        Note::Warn(format!("{shown} is needed; run it yourself"))
    }
}

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub path: PathBuf,
    /// What it holds; nothing if it does not exist.
    pub before: Option<Vec<u8>>,
    /// What it is to hold; nothing if it is to go.
    pub after: Option<Vec<u8>>,
    /// Whether it is a program.
    pub program: bool,
}

impl Edit {
    /// Returns the change of a file, read now; none if there is nothing to change.
    pub fn of(
        path: PathBuf,
        program: bool,
        change: impl FnOnce(Option<&[u8]>) -> Option<Vec<u8>>,
    ) -> Result<Option<Self>> {
        let before = match fs::read(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let after = change(before.as_deref());
        Ok((after != before).then_some(Self {
            path,
            before,
            after,
            program,
        }))
    }

    /// Makes the change, unless the file has changed since it was shown. Another run may have made it already. `within` is
    /// the work tree that must not be left; none for a file of the person's own.
    pub fn apply(&self, within: Option<&Path>) -> Result<()> {
        let path = write::target(&self.path, within)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        if self.after.is_some() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        // Between the look and the write nobody else may write.
        let _lock = write::lock(folder);
        write::sweep(&path);
        let there = fs::read(&path).ok();
        if there == self.after {
            return Ok(());
        }
        if there != self.before {
            bail!(
                "{} has changed meanwhile; run the command again",
                path.display()
            );
        }
        let Some(after) = &self.after else {
            let mut removed = fs::remove_file(&path);
            if self.path.is_symlink() {
                // It would lead nowhere.
                removed = removed.and_then(|()| fs::remove_file(&self.path));
            }
            return removed.with_context(|| format!("cannot remove {}", path.display()));
        };
        let mode = match fs::symlink_metadata(&path) {
            Ok(meta) => write::mode(&meta),
            Err(_) if self.program => 0o755,
            Err(_) => 0o644,
        };
        write::replace(&path, after, mode)
    }

    /// Returns the change as `diff -u` would show it, without the secrets that are in the file; `name` is how to call it.
    pub fn diff(&self, name: &str) -> String {
        /// Lines shown around the change.
        const AROUND: usize = 3;
        let (before, after) = (
            self.before.as_deref().unwrap_or_default(),
            self.after.as_deref().unwrap_or_default(),
        );
        let (old, new) = (split(before), split(after));
        let (shown_old, shown_new) = (redacted(before), redacted(after));
        let (shown_old, shown_new) = (split(&shown_old), split(&shown_new));
        let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let end = old[start..]
            .iter()
            .rev()
            .zip(new[start..].iter().rev())
            .take_while(|(a, b)| a == b)
            .count();
        let from = start.saturating_sub(AROUND);
        let (old_to, new_to) = (old.len() - end, new.len() - end);
        let tail = end.min(AROUND);
        let side = |path: &str, there: bool| {
            if there {
                path.to_owned()
            } else {
                "/dev/null".to_owned()
            }
        };
        let mut out = format!(
            "--- {}\n+++ {}\n@@ -{},{} +{},{} @@\n",
            side(name, self.before.is_some()),
            side(name, self.after.is_some()),
            from + 1,
            old_to + tail - from,
            from + 1,
            new_to + tail - from
        );
        for (mark, lines) in [
            (' ', shown_old.get(from..start)),
            ('-', shown_old.get(start..old_to)),
            ('+', shown_new.get(start..new_to)),
            (' ', shown_old.get(old_to..old_to + tail)),
        ] {
            for line in lines.unwrap_or_default() {
                let _ = writeln!(out, "{mark}{}", String::from_utf8_lossy(line));
            }
        }
        out
    }
}

/// Returns a text as it may be shown, with as many lines as it has.
fn redacted(text: &[u8]) -> Vec<u8> {
    let rules = RuleSet::builtin();
    let mut filter = Filter::new(&rules, &[], false);
    let mut shown = filter.push(text).to_vec();
    shown.extend_from_slice(filter.finish());
    shown
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&b| b == b'\n')
        .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
        .collect()
}
