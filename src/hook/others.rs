//! overcommit and simple-git-hooks: recognised, and told what to write down; they write every hook file themselves.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::Value;

use super::call::{self, Missing};
use super::condition::Condition;
use super::edit::Plan;
use super::event::Event;
use super::place::Place;
use super::{Manager, Note, Rehearsal, Wish, pinned, project};

/// A manager whose configuration hexguard does not write.
pub(super) struct Other {
    /// What it is called.
    pub(super) name: &'static str,
    /// What its hook files hold.
    pub(super) mark: &'static str,
    /// The command that sets it up in a clone.
    pub(super) setup: &'static str,
    /// The files that may configure it.
    pub(super) files: &'static [&'static str],
    /// What is to be written down for the given events.
    pub(super) advice: fn(&[Event], Missing) -> String,
}

/// The file that configures overcommit, and a person's own one, which goes before it.
pub(super) const OVERCOMMIT: &str = ".overcommit.yml";
pub(super) const OVERCOMMIT_LOCAL: &str = ".local-overcommit.yml";

/// The files that may configure simple-git-hooks.
pub(super) const SIMPLE_GIT_HOOKS: &[&str] = &[
    ".simple-git-hooks.cjs",
    ".simple-git-hooks.js",
    ".simple-git-hooks.mjs",
    "simple-git-hooks.cjs",
    "simple-git-hooks.js",
    "simple-git-hooks.mjs",
    ".simple-git-hooks.json",
    "simple-git-hooks.json",
    "package.json",
];

impl Other {
    /// Returns the files of the project that configure it.
    fn configurations(&self, place: &Place) -> Vec<PathBuf> {
        let folders = project::packages(place);
        let all = folders.iter().flat_map(|folder| {
            self.files.iter().filter_map(move |name| {
                let path = folder.join(name);
                let there = if *name == "package.json" {
                    project::package(folder)?.get(self.name).is_some()
                } else {
                    path.is_file()
                };
                there.then_some(path)
            })
        });
        all.collect()
    }
}

impl Manager for Other {
    fn name(&self) -> &'static str {
        self.name
    }

    fn governs(&self, place: &Place) -> bool {
        Event::CLIENT.iter().any(|event| {
            fs::read(place.hook(event.name()))
                .is_ok_and(|text| memchr::memmem::find(&text, self.mark.as_bytes()).is_some())
        })
    }

    fn named(&self, place: &Place) -> Option<PathBuf> {
        self.configurations(place).into_iter().next()
    }

    fn setup(&self, _: &Place) -> String {
        self.setup.to_owned()
    }

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let left: Vec<Event> = wish
            .events
            .iter()
            .copied()
            .filter(|&event| !self.lists(place, event))
            .collect();
        let mut plan = Plan {
            // What the person writes down reads it.
            settings: pinned(place, &wish.program)?,
            ..Plan::default()
        };
        if !left.is_empty() {
            plan.notes
                .push(Note::Todo((self.advice)(&left, Missing::of(place)?)));
        }
        Ok(plan)
    }

    fn lists(&self, place: &Place, event: Event) -> bool {
        self.configurations(place)
            .iter()
            .filter_map(|path| fs::read(path).ok())
            .any(|text| call::mentions(&text, event))
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        if Event::CLIENT.iter().any(|&event| self.lists(place, event)) {
            plan.notes.push(Note::Todo(format!(
                "remove hexguard from {} yourself",
                place.shown(&self.named(place).unwrap_or_default())
            )));
        }
        Ok(plan)
    }

    fn shared(&self, place: &Place) -> Option<PathBuf> {
        // simple-git-hooks has written its commands into the hooks themselves.
        let reads = self.name == "overcommit";
        self.named(place).filter(|_| reads)
    }

    fn conditions(&self, _: &Place) -> Option<Vec<Condition>> {
        Some(Vec::new())
    }

    fn rehearsal(&self, place: &Place) -> Rehearsal {
        let first = |event: &Event| match fs::read_to_string(place.hook(event.name())) {
            Ok(text) => is_first(&text, *event),
            Err(_) => true,
        };
        Rehearsal {
            possible: self.name == "simple-git-hooks" && Event::CLIENT.iter().all(first),
            ..Rehearsal::default()
        }
    }
}

/// Tells whether a hook that simple-git-hooks wrote begins with a call of hexguard, and ends there if that stops the commit:
/// what stands behind it is not to be run for a proof.
fn is_first(text: &str, event: Event) -> bool {
    let Some((_, rest)) = text.split_once(". \"$SIMPLE_GIT_HOOKS_RC\"\nfi\n") else {
        return false;
    };
    let own = |missing: &Missing| rest.starts_with(&call::line(event, " \"$@\"", *missing));
    let alone = |rest: &str| !rest.trim_end().contains('\n') && call::is_alone(rest, event);
    Missing::ALL.iter().any(own) || alone(rest)
}

pub(super) fn overcommit(events: &[Event], _: Missing) -> String {
    let mut out = String::from("put this into .overcommit.yml, then run `overcommit --sign`:\n");
    for event in events {
        let section = match event {
            Event::CommitMsg => "CommitMsg",
            Event::PrePush => "PrePush",
            _ => "PreCommit",
        };
        if section == "PreCommit" && *event != Event::PreCommit {
            continue;
        }
        let source = call::SOURCE;
        out.push_str(&format!(
            "{section}:\n  Hexguard:\n    enabled: true\n    required_executable: hexguard\n    install_command: \"see {source}\"\n    command: [\"hexguard\", \"hook\", \"{}\"]\n",
            event.name()
        ));
    }
    out
}

pub(super) fn simple_git_hooks(events: &[Event], missing: Missing) -> String {
    let out = String::from(
        "put this in front of each command of \"simple-git-hooks\" (in package.json, or its own file), then run `npx simple-git-hooks`:\n",
    );
    let lines = events.iter().map(|&event| {
        let call = Value::from(call::line(event, " \"$@\"", missing) + "; ");
        format!("  \"{}\": {call}", event.name())
    });
    let lines: Vec<String> = lines.collect();
    out + &lines.join(",\n") + "\n"
}
