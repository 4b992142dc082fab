//! What would keep git from running hexguard, and the cure for each.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Manager;
use super::condition;
use super::elsewhere;
use super::event::Event;
use super::git::{self, Found};
use super::place::{self, Place};
use super::project::{self, Waiting};
use super::script::{self, VERSION};
use super::skip;
use crate::config::key;

/// What serves an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// hexguard's own script, which runs this program; `chained` if it runs another hook too.
    Script {
        /// The program it is pinned to.
        program: std::path::PathBuf,
        /// Whether another hook runs with it.
        chained: bool,
    },
    /// A hook manager's configuration calls hexguard.
    Managed(&'static str),
    /// git's own configuration calls hexguard.
    Configured(String),
    /// hexguard's own script, which git passes over: it is not executable.
    Idle,
    /// Another hook, which hexguard did not write.
    Foreign,
    /// Nothing.
    Nothing,
}

/// Something in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub text: String,
    /// What to do about it; empty if nothing is to be done.
    pub cure: String,
    /// What it does to commits.
    pub weight: Weight,
}

/// What a problem does to commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// They go through unscanned.
    Fatal,
    /// They go through unscanned in another work tree, on another branch, or once a manager is set up.
    Elsewhere,
    /// Nothing now.
    Minor,
}

impl Problem {
    pub(super) fn new(fatal: bool, text: impl Into<String>, cure: impl Into<String>) -> Self {
        let weight = if fatal { Weight::Fatal } else { Weight::Minor };
        Self {
            text: text.into(),
            cure: cure.into(),
            weight,
        }
    }

    pub(super) fn elsewhere(text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            weight: Weight::Elsewhere,
            ..Self::new(false, text, cure)
        }
    }
}

/// Returns what serves an event.
pub fn served(place: &Place, manager: Option<&dyn Manager>, event: Event) -> Served {
    if let Some(command) = configured(place, event) {
        return Served::Configured(command);
    }
    if let Some(manager) = manager.filter(|manager| manager.calls(place, event)) {
        return Served::Managed(manager.name());
    }
    let path = place.hook(event.name());
    match git::look(&path) {
        Ok(Found::Own(_)) if !is_program(&path) => Served::Idle,
        Ok(Found::Own(text)) => {
            let program = script::own(&text).and_then(|own| own.program());
            let chained = git::kept(&path).exists()
                || memchr::memmem::find(&text, b"git-common-dir").is_some();
            Served::Script {
                program: program.unwrap_or_default(),
                chained,
            }
        }
        Ok(Found::Foreign(_)) => Served::Foreign,
        _ => Served::Nothing,
    }
}

/// Tells whether somebody has changed one of hexguard's own hook files, so that only a try tells what it does.
pub fn is_edited(place: &Place) -> bool {
    Event::CLIENT.iter().any(|&event| {
        let Ok(Found::Own(text)) = git::look(&place.hook(event.name())) else {
            return false;
        };
        script::own(&text).is_some_and(|own| own.is_edited(event))
    })
}

/// Returns the command by which git itself calls hexguard at an event, where git can do that.
fn configured(place: &Place, event: Event) -> Option<String> {
    if place.version < (2, 54) {
        return None;
    }
    let key = format!("hook.hexguard-{}.command", event.name());
    let setting = place.setting(&key).ok().flatten()?;
    Some(String::from_utf8_lossy(&setting.value).into_owned())
}

/// Returns everything that is in the way of a hook that has been installed, the worst first.
pub fn problems(place: &Place, manager: Option<&dyn Manager>) -> Vec<Problem> {
    let mut found = Vec::new();
    if place.is_void() {
        let shown = place.hooks_path.as_ref().map(place::Setting::shown);
        found.push(Problem::new(
            true,
            format!(
                "git runs no hooks here: core.hooksPath is {}",
                shown.unwrap_or_default()
            ),
            void(place),
        ));
        return found;
    }
    shadowed(place, manager, &mut found);
    waiting(place, &mut found);
    unwritten(place, manager, &mut found);
    for event in Event::ALL {
        file(place, manager, event, &mut found);
    }
    enabled(place, &mut found);
    if let Some(manager) = manager.filter(|manager| {
        Event::CLIENT
            .iter()
            .any(|&event| manager.calls(place, event))
    }) {
        pinned(place, manager, &mut found);
    }
    skipped(place, &mut found);
    elsewhere::worktrees(place, manager, &mut found);
    if let Some(manager) = manager {
        conditions(place, manager, &mut found);
        elsewhere::branches(place, manager, &mut found);
    }
    found.sort_by_key(|problem| problem.weight);
    found
}

/// A setting that switches hexguard off, or stops everything because it says neither yes nor no.
fn enabled(place: &Place, found: &mut Vec<Problem>) {
    const NAME: &str = "hexguard.enabled";
    let Ok(Some(setting)) = place.setting(NAME) else {
        return;
    };
    // Without a value it means yes, and only git tells that from an empty one.
    let alone = || place.git(&["config", "--type=bool", "--get", NAME]);
    let value = String::from_utf8_lossy(&setting.value);
    let effect = match key::boolean(&value) {
        Ok(true) => return,
        Ok(false) if value.is_empty() && alone().is_ok_and(|alone| alone == b"true") => return,
        Ok(false) => "",
        Err(_) => ", neither true nor false: every commit is stopped",
    };
    found.push(Problem::new(
        true,
        format!("{NAME} is {}{effect}", setting.shown()),
        setting.removal(NAME),
    ));
}

/// The cure for a `core.hooksPath` that leads nowhere.
fn void(place: &Place) -> String {
    let setting = place.hooks_path.as_ref();
    setting.map_or_else(String::new, |setting| setting.removal("core.hooksPath"))
}

/// A manager that is not set up yet, and will then run its own hooks only.
fn waiting(place: &Place, found: &mut Vec<Problem>) {
    for Waiting { manager, file } in project::waiting(place) {
        let listed = |event: &&Event| manager.lists(place, **event);
        let count = Event::CLIENT.iter().filter(listed).count();
        let (file, name, setup) = (place.shown(&file), manager.name(), manager.setup(place));
        if manager.replaces() && count < Event::CLIENT.len() {
            found.push(Problem::elsewhere(
                format!("{file} names {name}, which is not set up in this clone: once it is (`{setup}`), git will not run hexguard at every event"),
                "hexguard install",
            ));
        }
        let bare = |event: &&Event| {
            let hook = git::look(&place.hook(event.name()));
            listed(event) && !matches!(hook, Ok(Found::Own(_)))
        };
        let types: Vec<&str> = Event::CLIENT
            .iter()
            .filter(bare)
            .map(|event| event.name())
            .collect();
        if !manager.replaces() && !types.is_empty() {
            found.push(Problem::new(
                false,
                format!("{file} calls hexguard, but {name} is not set up in this clone"),
                format!("{setup} -t {}", types.join(" -t ")),
            ));
        }
    }
}

/// A manager that calls hexguard, and whose own hook file is not there: in a new work tree, or after a change of its files.
fn unwritten(place: &Place, manager: Option<&dyn Manager>, found: &mut Vec<Problem>) {
    let Some(manager) = manager else { return };
    let missing =
        |event: &&Event| manager.lists(place, **event) && !place.hook(event.name()).exists();
    let missing: Vec<&str> = Event::CLIENT
        .iter()
        .filter(missing)
        .map(|event| event.name())
        .collect();
    if !missing.is_empty() {
        found.push(Problem::new(
            missing.contains(&Event::PreCommit.name()),
            format!(
                "{} calls hexguard at {}, and is not set up for that here: git runs no hook",
                manager.name(),
                missing.join(", ")
            ),
            manager.setup(place),
        ));
    }
}

/// A hook of hexguard's in the folder that git would use if `core.hooksPath` did not lead elsewhere.
fn shadowed(place: &Place, manager: Option<&dyn Manager>, found: &mut Vec<Problem>) {
    let Some(setting) = &place.hooks_path else {
        return;
    };
    let usual = place.common_dir.join("hooks");
    if place::real(&usual) == place::real(&place.hooks) {
        return;
    }
    for event in Event::ALL {
        let shadow = usual.join(event.name());
        // What guarded before the manager was set up may stay there.
        if manager.is_some_and(|manager| manager.calls(place, event)) {
            continue;
        }
        if !matches!(git::look(&shadow), Ok(Found::Own(_))) {
            continue;
        }
        if matches!(git::look(&place.hook(event.name())), Ok(Found::Own(_))) {
            continue;
        }
        found.push(Problem::new(
            true,
            format!(
                "{} is never run: core.hooksPath is {}",
                place.shown(&shadow),
                setting.shown()
            ),
            // What is outside belongs to others, too.
            match (place.is_inside(), setting.is_local()) {
                (true, _) => "hexguard install".to_owned(),
                (false, true) => setting.removal("core.hooksPath"),
                (false, false) => "hexguard install --global".to_owned(),
            },
        ));
    }
}

/// The hook file of an event.
fn file(place: &Place, manager: Option<&dyn Manager>, event: Event, found: &mut Vec<Problem>) {
    let path = place.hook(event.name());
    let shown = place.shown(&path);
    let by_manager = manager.is_some_and(|manager| manager.calls(place, event));
    let text = match git::look(&path) {
        Ok(Found::Own(text)) => text,
        Ok(Found::Foreign(_)) => {
            for end in ["legacy", "old", "hexguard-orig"] {
                let aside = path.with_file_name(format!("{}.{end}", event.name()));
                // pre-commit and prek run what they have moved to `.legacy`; lefthook does not run its `.old`.
                if matches!(git::look(&aside), Ok(Found::Own(_))) && end != "legacy" && !by_manager
                {
                    found.push(Problem::new(
                        true,
                        format!(
                            "{shown} was replaced by another program, which moved hexguard's to {}",
                            place.shown(&aside)
                        ),
                        "hexguard install",
                    ));
                }
            }
            if by_manager {
                executable(&path, &shown, found);
            }
            return;
        }
        Ok(Found::Dangling) => {
            found.push(Problem::new(
                true,
                format!("{shown} is a link that leads nowhere: git passes over it in silence"),
                "hexguard install",
            ));
            return;
        }
        _ => return,
    };
    executable(&path, &shown, found);
    let Some(own) = script::own(&text) else {
        return;
    };
    if own.version != VERSION {
        found.push(Problem::new(
            false,
            format!(
                "{shown} was written by another version of hexguard ({}, now {VERSION})",
                own.version
            ),
            "hexguard install",
        ));
    }
    let Some(program) = own.program() else { return };
    if !is_program(&program) {
        found.push(Problem::new(
            false,
            format!(
                "{shown} runs {}, which is gone: it uses what PATH has, and a graphical client with a shorter PATH may find nothing and stop every commit",
                program.display()
            ),
            "hexguard install",
        ));
    }
}

fn executable(path: &Path, shown: &str, found: &mut Vec<Problem>) {
    if is_program(path) {
        return;
    }
    let has_bit = fs::metadata(path).is_ok_and(|meta| super::write::mode(&meta) & 0o111 != 0);
    let (text, cure) = if has_bit {
        (
            format!("{shown} is on a file system mounted noexec: git passes over it"),
            "git config core.hooksPath to a folder elsewhere, or mount with exec".to_owned(),
        )
    } else {
        (
            format!("{shown} is not executable: git passes over it"),
            format!("chmod +x '{}'", path.display()),
        )
    };
    found.push(Problem::new(true, text, cure));
}

/// Tells whether a path can be run, by the test the system itself makes (a noexec mount fails it).
fn is_program(path: &Path) -> bool {
    if cfg!(windows) {
        return path.is_file();
    }
    Command::new("sh")
        .args(["-c", "test -f \"$1\" && test -x \"$1\"", "sh"])
        .arg(path)
        .status()
        .map_or_else(|_| path.is_file(), |status| status.success())
}

/// The path by which a manager's configuration calls hexguard.
fn pinned(place: &Place, manager: &dyn Manager, found: &mut Vec<Problem>) {
    let text = match place.setting("hexguard.path") {
        Ok(Some(setting)) if is_program(&script::path(&setting.value)) => return,
        Ok(Some(setting)) => format!(
            "hexguard.path is {}, which is gone: every commit is stopped",
            setting.shown()
        ),
        _ => format!(
            "this clone has not noted where hexguard is: {} finds it by PATH only, and a graphical client has a shorter one",
            manager.name()
        ),
    };
    found.push(Problem::new(false, text, "hexguard install"));
}

/// What went by unscanned.
fn skipped(place: &Place, found: &mut Vec<Problem>) {
    let noted = skip::Skips::of(&place.common_dir)
        .all()
        .unwrap_or_default()
        .len();
    if noted > 0 {
        found.push(Problem::new(
            false,
            format!("hexguard was switched off for {noted} commits or pushes; the next push scans them (now: hexguard scan --history)"),
            "",
        ));
    }
}

/// Conditions under which a manager passes hexguard over, and another event looks again. Others the proof tells.
fn conditions(place: &Place, manager: &dyn Manager, found: &mut Vec<Problem>) {
    let name = manager.name();
    let Some(all) = manager.conditions(place) else {
        found.push(Problem::new(
            false,
            format!("{name} does not tell under which conditions it skips hexguard: `{name} dump --format json` fails here"),
            format!("put {name} into PATH"),
        ));
        return;
    };
    let served: Vec<Event> = Event::CLIENT
        .into_iter()
        .filter(|&event| manager.calls(place, event))
        .collect();
    let holes = condition::holes(&all, &served);
    let harmless = all
        .iter()
        .filter(|one| one.skips && served.contains(&one.event) && !holes.contains(one));
    for one in harmless {
        found.push(Problem::new(
            false,
            format!(
                "{name} skips hexguard at {} where this holds: {}; commit-msg scans it then",
                one.event.name(),
                one.text
            ),
            "",
        ));
    }
}
