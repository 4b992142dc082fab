//! pre-commit and prek: the list of hooks in `.pre-commit-config.yaml`, belonging to the project.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::edit::{Edit, Plan};
use super::event::Event;
use super::place::Place;
use super::{CALL, Manager, Note, Rehearsal, Wish, pinned, text};

/// pre-commit, or prek, which reads the same file.
pub(super) struct PreCommit {
    /// What it is called.
    pub(super) name: &'static str,
    /// What its hooks say of themselves.
    pub(super) mark: &'static str,
}

/// Events for which the file can call hexguard; at a push pre-commit tells of one ref only, so hexguard stands beside.
const EVENTS: [Event; 3] = [Event::PreCommit, Event::PreMergeCommit, Event::CommitMsg];

/// The files that may configure them.
const NAMES: [&str; 3] = [
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

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let mut plan = Plan::default();
        let mut listed = Vec::new();
        for &event in &wish.events {
            match (self.wrote(place, event), EVENTS.contains(&event)) {
                (true, true) => listed.push(event),
                (true, false) => plan.beside.push(event),
                (false, _) => plan.plain.push(event),
            }
        }
        if listed.is_empty() {
            return Ok(plan);
        }
        let config = config(place).filter(|path| path.extension().is_some_and(|end| end != "toml"));
        let Some(config) = config else {
            plan.notes.push(todo(NAMES[0], &listed));
            return Ok(plan);
        };
        let name = place.shown(&config);
        let mut failed = false;
        plan.edits.extend(Edit::of(config, false, |bytes| {
            let bytes = bytes?;
            let after = text::changed(bytes, |text| {
                // Everything in one entry: what stands there for other events is written anew.
                let (bare, had) = without(text);
                let more = had.iter().filter(|event| !listed.contains(event));
                let more: Vec<Event> = more.copied().collect();
                listed.extend(more);
                listed.sort();
                if had == listed {
                    return Some(text.to_owned());
                }
                with(&bare, &listed)
            });
            failed = after.is_none();
            Some(after.unwrap_or_else(|| bytes.to_vec()))
        })?);
        if failed {
            plan.notes.push(todo(&name, &listed));
        } else {
            plan.settings = pinned(place, &wish.program)?;
        }
        Ok(plan)
    }

    fn calls(&self, place: &Place, event: Event) -> bool {
        if !self.wrote(place, event) {
            return false;
        }
        if !EVENTS.contains(&event) {
            let legacy = place.hook(&format!("{}.legacy", event.name()));
            return matches!(super::git::look(&legacy), Ok(super::git::Found::Own(_)));
        }
        let text = config(place).and_then(|path| fs::read_to_string(path).ok());
        text.is_some_and(|text| {
            without(&text).1.contains(&event)
                || text.contains("id: hexguard") && event == Event::PreCommit
        })
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        if let Some(config) = config(place) {
            plan.edits.extend(Edit::of(config, false, |bytes| {
                let bytes = bytes?;
                let after = text::changed(bytes, |text| Some(without(text).0));
                Some(after.unwrap_or_else(|| bytes.to_vec()))
            })?);
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
        let others: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("id:"))
            .map(|id| id.trim().trim_matches(['"', '\'']))
            .filter(|id| !id.starts_with("hexguard"))
            .collect();
        rehearsal.variables.push(("SKIP", others.join(",")));
        if let Ok(name) = config.strip_prefix(place.top.as_deref().unwrap_or(&place.cwd)) {
            rehearsal.files.push((name.to_owned(), bytes));
        }
        rehearsal
    }
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
fn entry(events: &[Event], indent: usize) -> String {
    let mut out = String::from("- repo: local\n  hooks:\n");
    let commits: Vec<&str> = events
        .iter()
        .filter(|&&event| event != Event::CommitMsg)
        .map(|event| event.name())
        .collect();
    if !commits.is_empty() {
        out.push_str(&format!(
            "    - id: hexguard\n      name: hexguard\n      entry: sh -c '{CALL} pre-commit'\n      language: system\n      always_run: true\n      pass_filenames: false\n      stages: [{}]\n",
            commits.join(", ")
        ));
    }
    if events.contains(&Event::CommitMsg) {
        out.push_str(&format!(
            "    - id: hexguard-commit-msg\n      name: hexguard (message)\n      entry: sh -c '{CALL} commit-msg \"$@\"' hexguard\n      language: system\n      always_run: true\n      stages: [commit-msg]\n"
        ));
    }
    let space = " ".repeat(indent);
    out.lines()
        .flat_map(|line| [space.as_str(), line, "\n"])
        .collect()
}

/// Returns the file with an entry as the first of its list, if the list is written so that this is safe to do.
fn with(text: &str, events: &[Event]) -> Option<String> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let bare = line.split(" #").next().unwrap_or_default().trim_end();
        if bare == "repos: []" {
            return Some(format!(
                "{}repos:\n{}{}",
                &text[..at],
                entry(events, 0),
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
                entry(events, indent),
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
        let events: Vec<Event> = EVENTS
            .iter()
            .enumerate()
            .filter(|(number, _)| choice >> number & 1 == 1)
            .map(|(_, event)| *event)
            .collect();
        for indent in 0..=8 {
            let own = entry(&events, indent);
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

fn todo(file: &str, events: &[Event]) -> Note {
    Note::Todo(format!(
        "put this under `repos:` in {file} yourself:\n{}",
        entry(events, 2)
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
                let after = with(text, events).expect("it is a plain list");
                assert_ne!(after, text);
                assert_eq!(
                    without(&after),
                    (text.to_owned(), events.to_vec()),
                    "{after}"
                );
            }
        }
        assert_eq!(with("repos: [{repo: local}]\n", &EVENTS), None);
        assert_eq!(without("repos: []\n").1, Vec::new());
    }
}
