//! husky: one script for each event in `.husky`, belonging to the project.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use super::call::{self, Missing};
use super::condition::{self, Condition};
use super::edit::{Edit, Plan};
use super::event::Event;
use super::place::Place;
use super::script::pasted;
use super::{Manager, Note, Rehearsal, Wish, pinned, project};

/// husky 9 (`core.hooksPath` is `.husky/_`), and 5 to 8 (`.husky`).
pub(super) struct Husky;

/// What a script of husky 5 to 8 begins with.
const SKELETON: &str = "#!/usr/bin/env sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n\n";

impl Manager for Husky {
    fn name(&self) -> &'static str {
        "husky"
    }

    fn governs(&self, place: &Place) -> bool {
        is_nine(place) || place.hooks.join("_/husky.sh").is_file()
    }

    fn named(&self, place: &Place) -> Option<PathBuf> {
        home(place).map(|home| home.named_by)
    }

    fn setup(&self, place: &Place) -> String {
        /// What each package manager leaves beside package.json.
        const LOCKS: [(&str, &str); 4] = [
            ("yarn.lock", "yarn install"),
            ("pnpm-lock.yaml", "pnpm install"),
            ("bun.lock", "bun install"),
            ("bun.lockb", "bun install"),
        ];
        // Where a script of the package sets it up, the packages are what a new clone or work tree lacks.
        let Some(folder) = home(place).and_then(|home| home.package) else {
            return "npx husky".to_owned();
        };
        let top = place.top.clone().unwrap_or_default();
        let locked = LOCKS
            .iter()
            .find(|(lock, _)| folder.join(lock).is_file() || top.join(lock).is_file());
        let command = locked.map_or("npm install", |(_, command)| *command);
        match folder.strip_prefix(&top) {
            Ok(below) if !below.as_os_str().is_empty() => {
                format!("(cd {} && {command})", pasted(below))
            }
            _ => command.to_owned(),
        }
    }

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let mut plan = Plan::default();
        let missing = Missing::of(place)?;
        let Some(folder) = folder(place) else {
            return Ok(plan);
        };
        if !place.holds(&folder) {
            let lines: Vec<String> = wish
                .events
                .iter()
                .map(|&event| shown(event, missing))
                .collect();
            plan.notes.push(Note::Todo(format!(
                "{} leads out of the repository; put these lines into its files yourself:\n{}",
                place.shown(&folder),
                lines.concat()
            )));
            return Ok(plan);
        }
        let skeleton = self.governs(place) && !is_nine(place);
        for &event in &wish.events {
            let edit = Edit::of(folder.join(event.name()), true, |text| {
                let text = match text {
                    Some(text) => text.to_vec(),
                    None if skeleton => SKELETON.into(),
                    None => Vec::new(),
                };
                Some(with_lines(&text, event, missing))
            })?;
            plan.edits.extend(edit);
        }
        plan.settings = pinned(place, &wish.program)?;
        if self.governs(place) && !place.hook(Event::PreCommit.name()).is_file() {
            plan.notes.push(Note::Todo(format!(
                "husky is not set up in this work tree, and git runs no hook; run `{}` here",
                self.setup(place)
            )));
        }
        Ok(plan)
    }

    fn lists(&self, place: &Place, event: Event) -> bool {
        let script = folder(place).map(|folder| folder.join(event.name()));
        script
            .and_then(|script| std::fs::read(script).ok())
            .is_some_and(|text| call::mentions(&text, event))
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        let Some(folder) = folder(place) else {
            return Ok(plan);
        };
        for event in Event::ALL {
            let script = folder.join(event.name());
            let mut stays = false;
            let edit = Edit::of(script.clone(), true, |text| {
                let text = text?;
                let Some(left) = without_lines(text, event) else {
                    stays = call::mentions(text, event);
                    return Some(text.to_vec());
                };
                stays = call::mentions(&left, event);
                (!left.is_empty() && left != SKELETON.as_bytes()).then_some(left)
            })?;
            plan.edits.extend(edit);
            if stays {
                plan.notes.push(Note::Todo(format!(
                    "remove hexguard from {} yourself",
                    place.shown(&script)
                )));
            }
        }
        Ok(plan)
    }

    fn shared(&self, place: &Place) -> Option<PathBuf> {
        folder(place).map(|folder| folder.join(Event::PreCommit.name()))
    }

    fn conditions(&self, _: &Place) -> Option<Vec<Condition>> {
        // Those of its scripts are commands, which the proof tries. A person's own file runs before them.
        let folder = std::env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
        let file = folder.map(PathBuf::from).or(home)?.join("husky/init.sh");
        Some(condition::of_start(&file))
    }

    fn rehearsal(&self, place: &Place) -> Rehearsal {
        // Where hexguard's line is the first, the script ends there; what stands before it is not to be run for a proof.
        let first = |event: &Event| {
            let script = folder(place).map(|folder| folder.join(event.name()));
            let text = script.and_then(|script| std::fs::read(script).ok());
            text.is_none_or(|text| is_first(&text, *event))
        };
        Rehearsal {
            possible: Event::CLIENT.iter().all(first),
            ..Rehearsal::default()
        }
    }
}

/// Tells whether no command stands before the one that calls hexguard, and nothing decides whether or how it is run.
fn is_first(text: &[u8], event: Event) -> bool {
    let own = Missing::ALL.map(|missing| lines(event, missing));
    for line in text.split(|&b| b == b'\n') {
        if call::mentions(line, event) {
            let line = String::from_utf8_lossy(line);
            return call::is_alone(&line, event)
                || own.iter().any(|own| own.lines().any(|own| own == line));
        }
        let line = line.trim_ascii();
        let loads = memchr::memmem::find(line, b"/husky.sh\"").is_some();
        if !line.is_empty()
            && !loads
            && ![&b"#"[..], b"hexguard_input="]
                .iter()
                .any(|start| line.starts_with(start))
        {
            return false;
        }
    }
    true
}

/// Tells whether git looks where husky 9 writes. A clone or a work tree may lack what is written there.
fn is_nine(place: &Place) -> bool {
    let above = place.hooks.parent().unwrap_or(&place.hooks);
    place.hooks.ends_with("_") && (place.hooks.join("h").is_file() || above.ends_with(".husky"))
}

/// Returns the folder of the scripts that husky runs, or will when it is set up.
fn folder(place: &Place) -> Option<PathBuf> {
    if is_nine(place) {
        place.hooks.parent().map(Path::to_owned)
    } else if Husky.governs(place) {
        Some(place.hooks.clone())
    } else {
        home(place).map(|home| home.folder)
    }
}

/// Where husky's scripts stand, by what the project says.
struct Home {
    folder: PathBuf,
    named_by: PathBuf,
    /// The folder of the package whose scripts set it up, if one does.
    package: Option<PathBuf>,
}

fn home(place: &Place) -> Option<Home> {
    let top = place.top.as_ref()?;
    let folders = project::packages(place);
    for folder in &folders {
        let Some(package) = project::package(folder) else {
            continue;
        };
        let scripts = package
            .get("scripts")
            .and_then(|scripts| scripts.as_object());
        let mut texts = scripts
            .into_iter()
            .flat_map(|all| all.values())
            .filter_map(|text| text.as_str());
        if let Some(found) = texts.find_map(|text| installs(text, folder, top)) {
            return Some(Home {
                folder: found,
                named_by: folder.join("package.json"),
                package: Some(folder.clone()),
            });
        }
    }
    let mut there = folders.iter().map(|folder| folder.join(".husky"));
    let folder = there.find(|folder| folder.is_dir())?;
    Some(Home {
        named_by: folder.clone(),
        folder,
        package: None,
    })
}

/// Returns the folder for which a script of `package.json` sets up husky, if it does: `husky`, `husky install DIR`,
/// `cd .. && husky app/.husky`, `node .husky/install.mjs`.
fn installs(script: &str, folder: &Path, top: &Path) -> Option<PathBuf> {
    let mut cwd = folder.to_owned();
    for command in script.split(['&', ';', '|']) {
        let words: Vec<&str> = command.split_whitespace().collect();
        if let ["cd", to] = words[..] {
            cwd = tidy(&cwd.join(to));
        }
        if words
            .iter()
            .any(|word| word.contains(".husky/") && words[0] == "node")
        {
            return Some(cwd.join(".husky"));
        }
        let Some(at) = words
            .iter()
            .position(|word| word.rsplit('/').next() == Some("husky"))
        else {
            continue;
        };
        let mut rest = words[at + 1..]
            .iter()
            .filter(|word| !word.starts_with('-'))
            .peekable();
        if rest.peek() == Some(&&"install") {
            rest.next();
        }
        // Other commands of husky 4 to 8 (`husky add`, `husky set`) have their file behind them.
        let name = rest.next().copied().unwrap_or(".husky");
        let found = tidy(&cwd.join(name));
        return Some(if found.starts_with(top) && name != "add" {
            found
        } else {
            cwd.join(".husky")
        });
    }
    None
}

/// Returns a path without `.` and `..`.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// Returns hexguard's lines for an event, in a text for a person.
fn shown(event: Event, missing: Missing) -> String {
    format!("{}:\n{}", event.name(), lines(event, missing))
}

fn lines(event: Event, missing: Missing) -> String {
    let call = call::line(event, " \"$@\"", missing);
    match event {
        // What git says on standard input is for the rest of the script too.
        Event::PrePush => format!(
            "hexguard_input=$(cat)\nprintf '%s\\n' \"$hexguard_input\" | ({call}) || exit $?\nif [ -n \"$hexguard_input\" ]; then exec <<HEXGUARD\n$hexguard_input\nHEXGUARD\nfi\n"
        ),
        _ => call + "\n",
    }
}

/// Returns the text with hexguard's lines in front of the first command: behind it an `exit` could hide them.
fn with_lines(text: &[u8], event: Event, missing: Missing) -> Vec<u8> {
    if call::mentions(text, event) {
        return call::renewed(text, missing);
    }
    let mut at = 0;
    if text.starts_with(b"#!") {
        at = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    }
    // The line of husky 5 to 8 that loads husky itself.
    if let Some(found) = memchr::memmem::find(text, b"/husky.sh\"") {
        at = memchr::memchr(b'\n', &text[found..]).map_or(text.len(), |end| found + end + 1);
    }
    let mut out = text[..at].to_vec();
    if at > 0 && out.last() != Some(&b'\n') {
        out.push(b'\n');
    }
    out.extend_from_slice(lines(event, missing).as_bytes());
    out.extend_from_slice(&text[at..]);
    out
}

/// Returns the text without hexguard's lines, if they stand in it as they were written.
fn without_lines(text: &[u8], event: Event) -> Option<Vec<u8>> {
    Missing::ALL.iter().find_map(|&missing| {
        let lines = lines(event, missing);
        let at = memchr::memmem::find_iter(text, lines.as_bytes())
            .find(|&at| at == 0 || text[at - 1] == b'\n')?;
        Some([&text[..at], &text[at + lines.len()..]].concat())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_where_the_script_of_the_package_sets_husky_up() {
        let top = Path::new("/p");
        for (folder, script, found) in [
            ("/p", "husky", Some("/p/.husky")),
            ("/p", "husky install", Some("/p/.husky")),
            (
                "/p",
                "is-ci || husky install .config/husky",
                Some("/p/.config/husky"),
            ),
            ("/p", "npx husky || true", Some("/p/.husky")),
            ("/p", "pnpm exec husky&&echo done", Some("/p/.husky")),
            ("/p", "node_modules/.bin/husky", Some("/p/.husky")),
            ("/p", "node .husky/install.mjs", Some("/p/.husky")),
            ("/p/app", "cd .. && husky app/.husky", Some("/p/app/.husky")),
            (
                "/p/app",
                "cd .. && husky install ./app/.husky",
                Some("/p/app/.husky"),
            ),
            ("/p", "husky ../../elsewhere", Some("/p/.husky")),
            ("/p", "tsc && eslint husky-config.js", None),
            ("/p", "", None),
        ] {
            assert_eq!(
                installs(script, Path::new(folder), top).as_deref(),
                found.map(Path::new),
                "{script}"
            );
        }
    }
}
