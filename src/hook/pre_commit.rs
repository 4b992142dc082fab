//! pre-commit and prek: the list of hooks in `.pre-commit-config.yaml`, belonging to the project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::call::{self, Missing};
use super::condition::Condition;
use super::edit::{Edit, Plan};
use super::event::Event;
use super::listed::{calls, conditions, items, listed};
use super::place::Place;
use super::{Manager, Note, Rehearsal, Wish, pinned};
use crate::lines;

/// pre-commit, or prek, which reads the same file.
pub(super) struct PreCommit {
    /// What it is called.
    pub(super) name: &'static str,
    /// What its hooks say of themselves.
    pub(super) mark: &'static str,
}

/// Events for which the file can call hexguard; at a push pre-commit tells of one ref only, so hexguard stands beside.
pub(super) const EVENTS: [Event; 3] = [Event::PreCommit, Event::PreMergeCommit, Event::CommitMsg];

/// The files that may configure them.
pub(super) const NAMES: [&str; 3] = [
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "prek.toml",
];

impl PreCommit {
    /// Tells whether the hook of an event was written by this manager.
    fn wrote(&self, place: &Place, event: Event) -> bool {
        fs::read(place.hook(event.name()))
            .is_ok_and(|text| memchr::memmem::find(&text, self.mark.as_bytes()).is_some())
    }
}

impl Manager for PreCommit {
    fn name(&self) -> &'static str {
        self.name
    }

    fn governs(&self, place: &Place) -> bool {
        Event::CLIENT.iter().any(|&event| self.wrote(place, event))
    }

    fn named(&self, place: &Place) -> Option<PathBuf> {
        config(place).filter(|path| !is_toml(path) || self.name == "prek")
    }

    fn setup(&self, _: &Place) -> String {
        format!("{} install", self.name)
    }

    fn replaces(&self) -> bool {
        // It moves what was there to `.legacy`, and runs it.
        false
    }

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let mut plan = Plan::default();
        let missing = Missing::of(place)?;
        let (mut listed, mut waiting) = (Vec::new(), Vec::new());
        for &event in &wish.events {
            let wrote = self.wrote(place, event);
            match (wrote, EVENTS.contains(&event), self.lists(place, event)) {
                (true, _, true) => plan.unwanted.extend(doubled(place, event)),
                (true, true, false) => {
                    listed.push(event);
                    plan.unwanted.extend(doubled(place, event));
                }
                (true, false, false) => plan.beside.push(event),
                (false, _, true) => {
                    waiting.push(event);
                    plan.plain.push(event);
                }
                (false, _, false) => plan.plain.push(event),
            }
        }
        if !waiting.is_empty() {
            let types: Vec<&str> = waiting.iter().map(|event| event.name()).collect();
            plan.notes.push(Note::Warn(format!(
                "the project's configuration of {} calls hexguard; to have that in this clone: {} -t {} && hexguard install",
                self.name,
                self.setup(place),
                types.join(" -t ")
            )));
        }
        plan.settings = pinned(place, &wish.program)?;
        if listed.is_empty() {
            if let Some(config) = config(place) {
                let edit = Edit::of(config, false, |bytes| Some(call::renewed(bytes?, missing)))?;
                plan.edits.extend(edit);
            }
            return Ok(plan);
        }
        let config = config(place).filter(|path| !is_toml(path));
        let Some(config) = config else {
            let name = if self.named(place).is_some() {
                "prek.toml"
            } else {
                NAMES[0]
            };
            plan.notes.push(todo(name, &listed, missing));
            return Ok(plan);
        };
        let name = place.shown(&config);
        let mut failed = false;
        plan.edits.extend(Edit::of(config, false, |bytes| {
            let bytes = bytes?;
            let after = lines::changed(bytes, |text| {
                // Everything in one entry: what stands there for other events is written anew.
                let (bare, had) = without(text);
                let more = had.iter().filter(|event| !listed.contains(event));
                let more: Vec<Event> = more.copied().collect();
                listed.extend(more);
                listed.sort();
                with(&bare, &listed, missing)
            });
            failed = after.is_none();
            Some(after.unwrap_or_else(|| bytes.to_vec()))
        })?);
        if failed {
            plan.notes.push(todo(&name, &listed, missing));
            plan.unwanted.clear();
        }
        Ok(plan)
    }

    fn lists(&self, place: &Place, event: Event) -> bool {
        let text = config(place).and_then(|path| fs::read(path).ok());
        text.is_some_and(|text| listed(&String::from_utf8_lossy(&text)).contains(&event))
    }

    fn calls(&self, place: &Place, event: Event) -> bool {
        let legacy = place.hook(&format!("{}.legacy", event.name()));
        self.wrote(place, event)
            && (self.lists(place, event)
                || matches!(super::git::look(&legacy), Ok(super::git::Found::Own(_))))
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        let Some(config) = config(place) else {
            return Ok(plan);
        };
        let name = place.shown(&config);
        let mut left = Vec::new();
        plan.edits.extend(Edit::of(config, false, |bytes| {
            let bytes = bytes?;
            let after = lines::changed(bytes, |text| Some(without(text).0));
            let after = after.unwrap_or_else(|| bytes.to_vec());
            left = listed(&String::from_utf8_lossy(&after));
            Some(after)
        })?);
        if !left.is_empty() {
            plan.notes
                .push(Note::Todo(format!("remove hexguard from {name} yourself")));
        }
        Ok(plan)
    }

    fn rehearsal(&self, place: &Place) -> Rehearsal {
        let mut rehearsal = Rehearsal::default();
        let Some(config) = config(place) else {
            return rehearsal;
        };
        let Ok(bytes) = fs::read(&config) else {
            return rehearsal;
        };
        let text = String::from_utf8_lossy(&bytes);
        // Every hook of the project but hexguard's.
        let items = items(&text);
        let others = items.iter().filter(|item| calls(item).is_none());
        let others: Vec<&str> = others.filter_map(|item| item.get("id")).collect();
        rehearsal.variables.push(("SKIP", others.join(",")));
        if let Ok(name) = config.strip_prefix(place.top.as_deref().unwrap_or(&place.cwd)) {
            rehearsal.files.push((name.to_owned(), bytes));
        }
        rehearsal
    }

    fn shared(&self, place: &Place) -> Option<PathBuf> {
        config(place).filter(|_| self.lists(place, Event::PreCommit))
    }

    fn conditions(&self, place: &Place) -> Option<Vec<Condition>> {
        let text = config(place).and_then(|path| {
            let text = fs::read(&path).ok()?;
            Some((
                place.shown(&path),
                String::from_utf8_lossy(&text).into_owned(),
            ))
        });
        Some(text.map_or_else(Vec::new, |(name, text)| conditions(&name, &text)))
    }
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "toml")
}

/// Returns hexguard's own hook that was moved to `.legacy`, where the configuration calls hexguard, too: it would report
/// everything twice. One that runs a person's hook stays.
fn doubled(place: &Place, event: Event) -> Option<PathBuf> {
    let legacy = place.hook(&format!("{}.legacy", event.name()));
    let is_own = matches!(super::git::look(&legacy), Ok(super::git::Found::Own(_)));
    let chains = super::git::kept(&place.hook(event.name())).exists();
    (is_own && !chains).then_some(legacy)
}

/// Returns the file that the installed hooks read.
fn config(place: &Place) -> Option<PathBuf> {
    let top = place.top.as_ref()?;
    for event in Event::CLIENT {
        let text = fs::read_to_string(place.hook(event.name())).unwrap_or_default();
        if let Some((_, rest)) = text.split_once("--config=") {
            let end = rest.find([' ', ')', '"', '\n']).unwrap_or(rest.len());
            return Some(top.join(&rest[..end]));
        }
    }
    NAMES
        .iter()
        .map(|name| top.join(name))
        .find(|path| path.is_file())
}

/// Returns the entry for these events.
fn entry(events: &[Event], indent: usize, missing: Missing) -> String {
    let mut out = String::from("- repo: local\n  hooks:\n");
    let commits: Vec<&str> = events
        .iter()
        .filter(|&&event| event != Event::CommitMsg)
        .map(|event| event.name())
        .collect();
    if !commits.is_empty() {
        out.push_str(&format!(
            "    - id: hexguard\n      name: hexguard\n      entry: sh -c '{}'\n      language: system\n      always_run: true\n      pass_filenames: false\n      stages: [{}]\n",
            call::line(Event::PreCommit, "", missing),
            commits.join(", ")
        ));
    }
    if events.contains(&Event::CommitMsg) {
        let call = call::line(Event::CommitMsg, " \"$@\"", missing);
        out.push_str(&format!(
            "    - id: hexguard-commit-msg\n      name: hexguard (message)\n      entry: sh -c '{call}' hexguard\n      language: system\n      always_run: true\n      stages: [commit-msg]\n"
        ));
    }
    let space = " ".repeat(indent);
    out.lines()
        .flat_map(|line| [space.as_str(), line, "\n"])
        .collect()
}

/// Returns the file with an entry as the first of its list, if the list is written so that this is safe to do.
fn with(text: &str, events: &[Event], missing: Missing) -> Option<String> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let bare = line.split(" #").next().unwrap_or_default().trim_end();
        if bare == "repos: []" {
            return Some(format!(
                "{}repos:\n{}{}",
                &text[..at],
                entry(events, 0, missing),
                &text[next..]
            ));
        }
        if bare == "repos:" && line.ends_with('\n') {
            let first = text[next..].lines().find(|line| {
                let line = line.trim_start();
                !line.is_empty() && !line.starts_with('#')
            })?;
            let indent = first.len() - first.trim_start().len();
            if !first.trim_start().starts_with("- ") || first.contains('\t') {
                return None;
            }
            return Some(format!(
                "{}{}{}",
                &text[..next],
                entry(events, indent, missing),
                &text[next..]
            ));
        }
        at = next;
    }
    None
}

/// Returns the file without hexguard's entry, and the events that the entry was for.
fn without(text: &str) -> (String, Vec<Event>) {
    // The longest first: a shorter one is its beginning.
    for choice in (1..(1 << EVENTS.len())).rev() {
        let chosen = EVENTS
            .iter()
            .enumerate()
            .filter(|(number, _)| choice >> number & 1 == 1);
        let events: Vec<Event> = chosen.map(|(_, event)| *event).collect();
        for (missing, indent) in Missing::ALL
            .iter()
            .flat_map(|one| (0..=8).map(move |at| (*one, at)))
        {
            let own = entry(&events, indent, missing);
            // At the start of a line, so that an entry is not taken for the end of a deeper one.
            let Some(at) = text.find(&format!("\n{own}")) else {
                continue;
            };
            let (before, after) = (&text[..=at], &text[at + 1 + own.len()..]);
            let rest = after.lines().find(|line| !line.trim().is_empty());
            let is_last = rest.is_none_or(|line| !line.trim_start().starts_with("- "));
            if is_last && (before == "repos:\n" || before.ends_with("\nrepos:\n")) {
                let head = before.strip_suffix("repos:\n").unwrap_or(before);
                return (format!("{head}repos: []\n{after}"), events);
            }
            return (format!("{before}{after}"), events);
        }
    }
    (text.to_owned(), Vec::new())
}

/// Returns what a person is to write into a file, in the form of that file.
fn todo(file: &str, events: &[Event], missing: Missing) -> Note {
    if !is_toml(Path::new(file)) {
        let entry = entry(events, 2, missing);
        return Note::Todo(format!(
            "put this under `repos:` in {file} yourself:\n{entry}"
        ));
    }
    let hooks = events.iter().map(|&event| {
        let arguments = if event == Event::CommitMsg { " \"$@\"" } else { "" };
        let line = call::line(event, arguments, missing);
        let entry = Value::from(format!("sh -c '{line}' hexguard"));
        let names = event == Event::CommitMsg;
        let name = event.name();
        format!("  {{ id = \"hexguard-{name}\", name = \"hexguard\", entry = {entry}, language = \"system\", always_run = true, pass_filenames = {names}, stages = [\"{name}\"] }},\n")
    });
    let hooks: String = hooks.collect();
    Note::Todo(format!(
        "put this into {file} yourself:\n[[repos]]\nrepo = \"local\"\nhooks = [\n{hooks}]\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_put_in_and_taken_out_again() {
        for text in [
            "repos:\n- repo: local\n  hooks:\n  - id: x\n",
            "# top\nfail_fast: true\nrepos:   # ours\n  # first\n  - repo: https://example.com/a\n    rev: v1\n    hooks:\n      - id: a\nci:\n  skip: []\n",
            "repos: []\n",
            "exclude: x\nrepos: []\nfail_fast: true\n",
        ] {
            for events in [&EVENTS[..], &EVENTS[..1], &EVENTS[2..]] {
                let after = with(text, events, Missing::Stop).expect("it is a plain list");
                assert_ne!(after, text);
                assert_eq!(
                    without(&after),
                    (text.to_owned(), events.to_vec()),
                    "{after}"
                );
            }
        }
        let flow = "repos: [{repo: local}]\n";
        assert_eq!(with(flow, &EVENTS, Missing::Stop), None);
        assert_eq!(without("repos: []\n").1, Vec::new());
    }
}
