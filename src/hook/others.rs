//! overcommit and simple-git-hooks: recognised, and told what to write down; they write every hook file themselves.

use std::fs;

use anyhow::Result;

use super::edit::Plan;
use super::event::Event;
use super::place::Place;
use super::{CALL, Manager, Note, Rehearsal, Wish};

/// A manager whose configuration hexguard does not write.
pub(super) struct Other {
    /// What it is called.
    pub(super) name: &'static str,
    /// What its hook files hold.
    pub(super) mark: &'static str,
    /// The files that may configure it.
    pub(super) files: &'static [&'static str],
    /// What is to be written down for the given events.
    pub(super) advice: fn(&[Event]) -> String,
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

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let left: Vec<Event> = wish
            .events
            .iter()
            .copied()
            .filter(|&event| !self.calls(place, event))
            .collect();
        let mut plan = Plan::default();
        if !left.is_empty() {
            plan.notes.push(Note::Todo((self.advice)(&left)));
        }
        Ok(plan)
    }

    fn calls(&self, place: &Place, event: Event) -> bool {
        let hook = format!("hook {}", event.name());
        let listed = format!("\"hook\", \"{}\"", event.name());
        self.files.iter().any(|name| {
            let text = place
                .top
                .as_ref()
                .and_then(|top| fs::read_to_string(top.join(name)).ok());
            text.is_some_and(|text| {
                text.contains("hexguard") && (text.contains(&hook) || text.contains(&listed))
            })
        })
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        if Event::CLIENT.iter().any(|&event| self.calls(place, event)) {
            plan.notes.push(Note::Todo(format!(
                "remove hexguard from {} yourself",
                self.files.join(" or ")
            )));
        }
        Ok(plan)
    }

    fn rehearsal(&self, _: &Place) -> Rehearsal {
        Rehearsal {
            possible: false,
            ..Rehearsal::default()
        }
    }
}

pub(super) fn overcommit(events: &[Event]) -> String {
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
        out.push_str(&format!(
            "{section}:\n  Hexguard:\n    enabled: true\n    required_executable: hexguard\n    command: [\"hexguard\", \"hook\", \"{}\"]\n",
            event.name()
        ));
    }
    out
}

pub(super) fn simple_git_hooks(events: &[Event]) -> String {
    let mut out = String::from(
        "put this in front of each command of \"simple-git-hooks\" in package.json, then run `npx simple-git-hooks`:\n",
    );
    for event in events {
        let call = format!("{CALL} {} \\\"$@\\\" && ", event.name())
            .replace("\"$(", "\\\"$(")
            .replace(")\" ", ")\\\" ");
        out.push_str(&format!("  \"{}\": \"{call}…\"\n", event.name()));
    }
    out
}
