//! Plain hook files: put into the folder where git looks, beside what stood there, and taken out again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Note;
use super::event::Event;
use super::place::Place;
use super::script::{self, KEPT, Old};
use super::write;

/// How often an installation begins again because another process was at work on the same file.
const TRIES: usize = 20;

/// What stands at a hook's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A link that leads nowhere, which git passes over in silence.
    Dangling,
    /// Another hook.
    Foreign(Vec<u8>),
    /// hexguard's.
    Own(Vec<u8>),
}

/// Returns what stands at a hook's path.
pub fn look(path: &Path) -> Result<Found> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot look at {}", path.display()));
        }
    };
    if meta.is_dir() {
        bail!("{} is a folder; git could not run it", path.display());
    }
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && meta.is_symlink() => {
            return Ok(Found::Dangling);
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    // Through a link stands somebody else's file, whatever is in it.
    if script::own(&text).is_some() && !meta.is_symlink() {
        Ok(Found::Own(text))
    } else {
        Ok(Found::Foreign(text))
    }
}

/// Returns where the hook that was there before is kept.
pub fn kept(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(KEPT);
    PathBuf::from(name)
}

/// Puts hexguard's script for an event where git looks for it. What stood there is kept and still runs.
pub fn install(place: &Place, event: Event, program: &Path) -> Result<Vec<Note>> {
    put(place, event, program, &place.hook(event.name()))
}

/// Puts hexguard's script for an event where pre-commit and prek run it from their own hook.
pub fn install_beside(place: &Place, event: Event, program: &Path) -> Result<Vec<Note>> {
    let path = place.hook(&format!("{}.legacy", event.name()));
    put(place, event, program, &path)
}

fn put(place: &Place, event: Event, program: &Path, path: &Path) -> Result<Vec<Note>> {
    let shown = place.shown(path);
    fs::create_dir_all(&place.hooks)
        .with_context(|| format!("cannot make {}", place.hooks.display()))?;
    // A removal between a look and a write would bring the old hook back just to have it overwritten.
    let _lock = write::lock(&place.hooks);
    write::sweep(path);
    // The script looks for this name, wherever it stands itself.
    let kept = kept(&place.hook(event.name()));
    let mut notes = Vec::new();
    for _ in 0..TRIES {
        match look(path)? {
            Found::Own(text) => {
                let old = old_hook(&kept);
                let rendered = script::render(event, program, &old);
                let own = script::own(&text).context("hexguard's part is in it")?;
                let renewed = own.renewed(&rendered);
                let mode = write::mode(&fs::symlink_metadata(path)?);
                if renewed == text && mode & 0o111 == 0o111 {
                    notes.push(Note::Same(format!("{shown} is up to date")));
                } else {
                    write::replace(path, &renewed, mode | 0o755)?;
                    notes.push(Note::Done(format!("{shown} brought up to date")));
                }
                return Ok(notes);
            }
            Found::Nothing => {
                let rendered = script::render(event, program, &old_hook(&kept));
                write::replace(path, &rendered, 0o755)?;
                notes.push(Note::Done(format!("{shown} written")));
                return Ok(notes);
            }
            Found::Foreign(_) | Found::Dangling => {
                if !keep(path, &kept, &mut notes, place)? {
                    notes.clear();
                    continue;
                }
                let old = old_hook(&kept);
                notes.extend(warnings(&kept, &old, place));
                write::replace(path, &script::render(event, program, &old), 0o755)?;
                let runs = if runs(&kept) { " and still runs" } else { "" };
                notes.push(Note::Done(format!(
                    "{shown} written; the hook that was there is kept as {}{runs}",
                    file_name(&kept)
                )));
                return Ok(notes);
            }
        }
    }
    bail!("{shown} is changed by another program all the time")
}

fn old_hook(kept: &Path) -> Old {
    fs::read(kept).map_or(Old::Program, |text| Old::of(&text))
}

/// Gives the hook at `path` its second name. `false` if another process was faster: begin again.
fn keep(path: &Path, kept: &Path, notes: &mut Vec<Note>, place: &Place) -> Result<bool> {
    if fs::symlink_metadata(kept).is_ok() {
        if same(path, kept) {
            // An installation was interrupted after this step.
            return Ok(true);
        }
        let aside = (1..10_000)
            .map(|number| PathBuf::from(format!("{}.{number}", kept.display())))
            .find(|aside| fs::symlink_metadata(aside).is_err())
            .context("there is a free number")?;
        fs::rename(kept, &aside).with_context(|| format!("cannot rename {}", kept.display()))?;
        notes.push(Note::Warn(format!(
            "{} was left by an earlier installation and is not what git runs today; it is now {}",
            place.shown(kept),
            file_name(&aside)
        )));
    }
    match write::also_as(path, kept) {
        Ok(()) => {}
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound
            ) =>
        {
            return Ok(false);
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot write {}", kept.display()));
        }
    }
    // Between the look and this moment another installation may have finished: its script is not to run itself.
    if matches!(look(kept)?, Found::Own(_)) {
        let _ = fs::remove_file(kept);
        return Ok(false);
    }
    Ok(true)
}

/// Tells whether two names are of one file, or of files with the same content.
fn same(a: &Path, b: &Path) -> bool {
    match (fs::read_link(a), fs::read_link(b)) {
        (Ok(a), Ok(b)) => return a == b,
        (Err(_), Err(_)) => {}
        _ => return false,
    }
    matches!((fs::read(a), fs::read(b)), (Ok(a), Ok(b)) if a == b)
}

/// Tells whether git would have run a hook, which then still runs.
fn runs(hook: &Path) -> bool {
    fs::metadata(hook).is_ok_and(|meta| !cfg!(unix) || write::mode(&meta) & 0o111 != 0)
}

fn warnings(kept: &Path, old: &Old, place: &Place) -> Vec<Note> {
    let mut notes = Vec::new();
    let Ok(meta) = fs::metadata(kept) else {
        return vec![Note::Warn(format!(
            "{} is a link that leads nowhere; git never ran it",
            place.shown(kept)
        ))];
    };
    if cfg!(unix) && write::mode(&meta) & 0o111 == 0 {
        notes.push(Note::Warn(format!(
            "{} is not executable; git never ran it, and it is not run now",
            place.shown(kept)
        )));
    }
    let text = fs::read(kept).unwrap_or_default();
    if *old == Old::Program && memchr::memmem::find(&text, b"basename").is_some() {
        notes.push(Note::Warn(format!(
            "{0} seems to look at its own name, which has changed; see that it still does its work",
            place.shown(kept)
        )));
    }
    notes
}

/// Takes hexguard's script for an event out again and restores what was there before.
pub fn uninstall(place: &Place, event: Event) -> Result<Vec<Note>> {
    let _lock = write::lock(&place.hooks);
    let path = place.hook(event.name());
    let shown = place.shown(&path);
    let kept = kept(&path);
    let has_kept = fs::symlink_metadata(&kept).is_ok();
    write::sweep(&path);
    let mut notes = taken_aside(place, &path, &kept)?;
    match look(&path)? {
        Found::Nothing if has_kept && kept.exists() => {
            fs::rename(&kept, &path).with_context(|| format!("cannot restore {shown}"))?;
            notes.push(Note::Done(format!("{shown} restored")));
        }
        Found::Foreign(_) if has_kept && same(&path, &kept) => {
            // An installation was interrupted before it took the place.
            fs::remove_file(&kept).with_context(|| format!("cannot remove {}", kept.display()))?;
        }
        Found::Foreign(_) if has_kept && notes.is_empty() => {
            notes.push(Note::Warn(format!(
                "{shown} was replaced by another program since; it stays as it is, and the hook from before hexguard stays in {}",
                file_name(&kept)
            )));
        }
        Found::Nothing | Found::Dangling | Found::Foreign(_) => {}
        Found::Own(text) => {
            let own = script::own(&text).context("hexguard's part is in it")?;
            if own.foreign().iter().all(u8::is_ascii_whitespace) {
                if has_kept {
                    fs::rename(&kept, &path).with_context(|| format!("cannot restore {shown}"))?;
                    notes.push(Note::Done(format!("{shown} restored as it was")));
                } else {
                    fs::remove_file(&path).with_context(|| format!("cannot remove {shown}"))?;
                    notes.push(Note::Done(format!("{shown} removed")));
                }
            } else {
                let old = has_kept.then(|| old_hook(&kept));
                let mode = write::mode(&fs::symlink_metadata(&path)?);
                write::replace(&path, &own.without(event, old.as_ref()), mode)?;
                let rest = if has_kept {
                    format!(
                        "; the hook from before stays in {} and is still run by it",
                        file_name(&kept)
                    )
                } else {
                    String::new()
                };
                notes.push(Note::Warn(format!(
                    "{shown} was edited since it was installed: only hexguard's lines were taken out{rest}"
                )));
            }
        }
    }
    Ok(notes)
}

/// Removes hexguard's script from where other programs have moved it: pre-commit and prek to `.legacy`, lefthook to `.old`.
fn taken_aside(place: &Place, path: &Path, kept: &Path) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    for end in [".legacy", ".old"] {
        let mut aside = path.as_os_str().to_owned();
        aside.push(end);
        let aside = PathBuf::from(aside);
        if !matches!(look(&aside), Ok(Found::Own(_))) {
            continue;
        }
        let shown = place.shown(&aside);
        // What hexguard kept would stand here had hexguard not come first.
        if kept.exists() && !matches!(look(path)?, Found::Own(_)) {
            fs::rename(kept, &aside).with_context(|| format!("cannot restore {shown}"))?;
            notes.push(Note::Done(format!("{shown} restored")));
        } else {
            fs::remove_file(&aside).with_context(|| format!("cannot remove {shown}"))?;
            notes.push(Note::Done(format!("{shown} removed")));
        }
    }
    Ok(notes)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
