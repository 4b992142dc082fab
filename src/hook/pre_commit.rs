//! pre-commit and prek: the list of hooks in `.pre-commit-config.yaml`, belonging to the project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::call::{self, Missing};
use super::edit::{Edit, Plan};
use super::event::Event;
use super::place::Place;
use super::{Manager, Note, Rehearsal, Wish, pinned, yaml};
use crate::lines;

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

    fn named(&self, place: &Place) -> Option<PathBuf> {
        config(place).filter(|path| !is_toml(path) || self.name == "prek")
    }

    fn setup(&self) -> &'static str {
        match self.name {
            "prek" => "prek install",
            _ => "pre-commit install",
        }
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
                (true, _, true) => {}
                (true, true, false) => listed.push(event),
                (true, false, false) => plan.beside.push(event),
                // A hook file of hexguard's would run beside that once it is set up.
                (false, _, true) => waiting.push(event),
                (false, _, false) => plan.plain.push(event),
            }
        }
        if !waiting.is_empty() {
            let types: Vec<&str> = waiting.iter().map(|event| event.name()).collect();
            plan.notes.push(Note::Todo(format!(
                "the project's configuration of {} calls hexguard; set it up in this clone: {} -t {}",
                self.name,
                self.setup(),
                types.join(" -t ")
            )));
        }
        plan.settings = pinned(place, &wish.program)?;
        if listed.is_empty() {
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
        let others: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("id:"))
            .map(|id| id.trim().trim_matches(['"', '\'']))
            .filter(|id| !id.starts_with("hexguard"))
            .collect();
        rehearsal.variables.push(("SKIP", others.join(",")));
        rehearsal.conditions = conditions(&place.shown(&config), &text);
        if let Ok(name) = config.strip_prefix(place.top.as_deref().unwrap_or(&place.cwd)) {
            rehearsal.files.push((name.to_owned(), bytes));
        }
        rehearsal
    }
}

/// Returns what in a configuration may pass hexguard over.
fn conditions(name: &str, text: &str) -> Vec<String> {
    const KEYS: [&str; 7] = [
        "exclude",
        "files",
        "types",
        "types_or",
        "exclude_types",
        "stages",
        "default_stages",
    ];
    let items = yaml::items(text);
    let own = |item: &&yaml::Item| item.get("id").is_some_and(|id| id.starts_with("hexguard"));
    let top = items.first().into_iter();
    let found = top.chain(items.iter().filter(own)).flat_map(|item| {
        let keys = KEYS
            .iter()
            .filter(|key| item.keys().any(|name| name == **key));
        keys.map(|key| {
            let of = item
                .get("id")
                .map_or_else(String::new, |id| format!(" of {id}"));
            format!("{name}: {key}{of}")
        })
    });
    found.collect()
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "toml")
}

/// Returns the events at which a configuration calls hexguard: by the ids that hexguard ships (`.pre-commit-hooks.yaml`),
/// by its own entry, or by a command that a person wrote.
fn listed(text: &str) -> Vec<Event> {
    let mut all = Vec::new();
    for item in yaml::items(text) {
        let Some(id) = item.get("id") else { continue };
        let own: &[Event] = match id {
            "hexguard" | "hexguard-system" | "hexguard-src" => &EVENTS[..2],
            "hexguard-commit-msg" => &[Event::CommitMsg],
            "hexguard-push" => &[Event::PrePush],
            _ => {
                let entry = item.get("entry").unwrap_or_default();
                let called = EVENTS
                    .iter()
                    .find(|&&event| call::mentions(entry.as_bytes(), event));
                called.map_or(&[], std::slice::from_ref)
            }
        };
        let stages = item.list("stages");
        let wanted = |event: &&Event| {
            // The names of before pre-commit 3.2.
            let old = event.name().trim_start_matches("pre-");
            stages.is_empty()
                || stages
                    .iter()
                    .any(|stage| *stage == event.name() || *stage == old)
        };
        all.extend(own.iter().filter(wanted));
    }
    all.sort();
    all.dedup();
    all
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

    #[test]
    fn what_calls_hexguard_is_told_by_its_ids() {
        use Event::{CommitMsg, PreCommit, PreMergeCommit, PrePush};
        for (hooks, events) in [
            ("  - id: hexguard\n", &[PreCommit, PreMergeCommit][..]),
            (
                "  - id: 'hexguard-system'  # ours\n    stages: [pre-commit]\n",
                &[PreCommit],
            ),
            (
                "  - id: hexguard\n    stages:\n    - merge-commit\n    - manual\n",
                &[PreMergeCommit],
            ),
            (
                "  - id: hexguard\n    stages: [commit, push]\n",
                &[PreCommit],
            ),
            ("  - {id: hexguard-push, stages: [pre-push]}\n", &[PrePush]),
            ("  - name: x\n    id: hexguard-commit-msg\n", &[CommitMsg]),
            ("  - id: hexguard-push\n    stages: [manual]\n", &[]),
            ("  # - id: hexguard\n", &[]),
            (
                "  - id: other\n    entry: hexguard hook pre-commit\n",
                &[PreCommit],
            ),
            ("  - id: other\n    entry: hexguard scan .\n", &[]),
            ("  - id: other\n    exclude: 'id: hexguard'\n", &[]),
        ] {
            let text =
                format!("repos:\n- repo: https://example.com/x\n  rev: v1\n  hooks:\n{hooks}");
            assert_eq!(listed(&text), events, "{hooks}");
        }
    }
}
