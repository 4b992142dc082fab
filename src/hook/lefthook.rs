//! lefthook: commands for each event in `lefthook.yml`, belonging to the project.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::edit::{Command, Edit, Plan};
use super::event::Event;
use super::place::Place;
use super::{CALL, Manager, Note, Rehearsal, Wish, pinned, text};

/// lefthook, in every version with `commands` or `jobs`.
pub(super) struct Lefthook;

const MARK: &[u8] = b"call_lefthook";
/// Where this clone notes for which events lefthook had no hook before hexguard.
const ADDED: &str = "hexguard.lefthook";
const NAMES: [&str; 6] = [
    "lefthook.yml",
    ".lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yaml",
    ".config/lefthook.yml",
    ".config/lefthook.yaml",
];

impl Manager for Lefthook {
    fn name(&self) -> &'static str {
        "lefthook"
    }

    fn governs(&self, place: &Place) -> bool {
        Event::CLIENT.iter().any(|event| {
            fs::read(place.hook(event.name()))
                .is_ok_and(|text| memchr::memmem::find(&text, MARK).is_some())
        })
    }

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let mut plan = Plan::default();
        let Some(config) = config(place) else {
            plan.notes.push(todo(NAMES[0], &wish.events));
            return Ok(plan);
        };
        let name = place.shown(&config);
        let (mut new, mut left) = (Vec::new(), Vec::new());
        plan.edits.extend(Edit::of(config, false, |bytes| {
            let mut after = bytes?.to_vec();
            for &event in &wish.events {
                if has(&after, event) {
                    continue;
                }
                let Some(longer) = text::changed(&after, |text| with(text, event)) else {
                    left.push(event);
                    continue;
                };
                after = longer;
                if !place.hook(event.name()).exists() {
                    new.push(event.name());
                }
            }
            Some(after)
        })?);
        if !left.is_empty() {
            plan.notes.push(todo(&name, &left));
        }
        plan.settings = pinned(place, &wish.program)?;
        if !new.is_empty() {
            plan.settings.push((ADDED, new.join(" ").into_bytes()));
        }
        if !plan.edits.is_empty() {
            plan.command = Some(synchronise(place));
        }
        Ok(plan)
    }

    fn calls(&self, place: &Place, event: Event) -> bool {
        config(place)
            .and_then(|path| fs::read(path).ok())
            .is_some_and(|text| has(&text, event))
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        let Some(config) = config(place) else {
            return Ok(plan);
        };
        let mut left = String::new();
        plan.edits.extend(Edit::of(config, false, |bytes| {
            let bytes = bytes?;
            let after = text::changed(bytes, |text| {
                left = without(text);
                Some(left.clone())
            });
            Some(after.unwrap_or_else(|| bytes.to_vec()))
        })?);
        if !plan.edits.is_empty() {
            plan.command = Some(synchronise(place));
        }
        // lefthook writes a hook file when an event is first named, and leaves it there when it is not any more.
        if let Some(added) = place.setting(ADDED)? {
            for event in Event::ALL {
                let key = format!("\n{}:", event.name());
                let named = left.starts_with(&key[1..]) || left.contains(&key);
                let mut words = added.value.split(|&b| b == b' ');
                let path = place.hook(event.name());
                let is_stub =
                    fs::read(&path).is_ok_and(|text| memchr::memmem::find(&text, MARK).is_some());
                if words.any(|word| word == event.name().as_bytes()) && is_stub && !named {
                    plan.unwanted.push(path);
                }
            }
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
        // Names of commands and jobs; excluding a word that is neither does nothing.
        let others: Vec<&str> = text
            .lines()
            .filter_map(|line| {
                let line = line.trim();
                line.trim_start_matches("- ")
                    .strip_prefix("name:")
                    .or_else(|| line.strip_suffix(':'))
            })
            .map(|name| name.trim().trim_matches(['"', '\'']))
            .filter(|name| *name != "hexguard" && Event::named(name).is_none())
            .collect();
        rehearsal
            .variables
            .push(("LEFTHOOK_EXCLUDE", others.join(",")));
        if let Ok(name) = config.strip_prefix(place.top.as_deref().unwrap_or(&place.cwd)) {
            rehearsal.files.push((name.to_owned(), bytes));
        }
        rehearsal
    }
}

/// Returns the command by which lefthook takes over its changed configuration.
fn synchronise(place: &Place) -> Command {
    let own = place
        .top
        .as_deref()
        .unwrap_or(&place.cwd)
        .join("node_modules/.bin/lefthook");
    Command {
        programs: vec![own, PathBuf::from("lefthook")],
        args: vec!["install"],
    }
}

fn config(place: &Place) -> Option<PathBuf> {
    let top = place.top.as_ref()?;
    NAMES
        .iter()
        .map(|name| top.join(name))
        .find(|path| path.is_file())
}

/// Returns what lefthook is to run.
fn command(event: Event) -> Vec<String> {
    let arguments = match event {
        Event::CommitMsg => " {1}",
        Event::PrePush => " {1} {2}",
        _ => "",
    };
    let mut lines = vec![format!("run: '{CALL} {}{arguments}'", event.name())];
    if event == Event::PrePush {
        lines.push("use_stdin: true".to_owned());
    }
    lines
}

fn block(lines: &[String], indent: usize) -> String {
    let space = " ".repeat(indent);
    lines
        .iter()
        .flat_map(|line| [&space, line.as_str(), "\n"])
        .collect()
}

/// Returns the command as an entry of `commands`.
fn as_command(event: Event, indent: usize) -> String {
    block(&["hexguard:".to_owned()], indent) + &block(&command(event), indent + 2)
}

/// Returns the command as an entry of `jobs`.
fn as_job(event: Event, indent: usize) -> String {
    block(&["- name: hexguard".to_owned()], indent) + &block(&command(event), indent + 2)
}

fn has(text: &[u8], event: Event) -> bool {
    memchr::memmem::find(text, command(event)[0].as_bytes()).is_some()
}

/// Returns the file with the command first among those of an event, if the file is written so that this is safe to do.
fn with(text: &str, event: Event) -> Option<String> {
    let key = format!("{}:", event.name());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let bare = |line: &str| {
        line.split(" #")
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    };
    if lines
        .iter()
        .any(|line| line.contains('\t') && line.starts_with([' ', '\t']))
    {
        return None;
    }
    let Some(top) = lines.iter().position(|line| line.starts_with(&key)) else {
        if lines.iter().any(|line| line.starts_with(['{', '-'])) {
            return None;
        }
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        return Some(format!(
            "{text}{end}{key}\n  commands:\n{}",
            as_command(event, 4)
        ));
    };
    if bare(lines[top]) != key || !lines[top].ends_with('\n') {
        return None;
    }
    let put = |after: usize, entry: &str| {
        Some(format!(
            "{}{entry}{}",
            lines[..after].concat(),
            lines[after..].concat()
        ))
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let children = lines[top + 1..]
        .iter()
        .enumerate()
        .map(|(number, line)| (top + 1 + number, *line))
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .take_while(|(_, line)| line.starts_with(' '));
    let children: Vec<(usize, &str)> = children.collect();
    let depth = children.first().map_or(2, |(_, line)| indent(line));
    for (position, (number, line)) in children.iter().enumerate() {
        if indent(line) != depth {
            continue;
        }
        let inner = children.get(position + 1).map(|(_, line)| *line);
        match bare(line).trim_start() {
            "commands:" => {
                let inner = inner.map_or(depth + 2, indent).max(depth + 1);
                return put(number + 1, &as_command(event, inner));
            }
            "jobs:" => {
                let inner = inner.map_or(depth + 2, indent);
                return put(number + 1, &as_job(event, inner));
            }
            line if line.starts_with("commands:") || line.starts_with("jobs:") => return None,
            _ => {}
        }
    }
    let entry = block(&["commands:".to_owned()], depth) + &as_command(event, depth + 2);
    put(top + 1, &entry)
}

/// Returns the file without hexguard's commands, and without what held nothing else.
fn without(text: &str) -> String {
    let mut text = text.to_owned();
    for event in Event::ALL {
        for indent in 0..=12 {
            let key = format!("{}:\n", event.name());
            let inner = as_command(event, indent + 2);
            let parent = " ".repeat(indent) + "commands:\n";
            let alone = |text: &str, at: usize, own: &str| {
                let next = text[at + own.len()..].lines().next().unwrap_or_default();
                next.len() - next.trim_start().len() < indent + 2
            };
            let block = format!("\n{parent}{inner}");
            if let Some(at) = text.find(&block).filter(|&at| alone(&text, at, &block)) {
                text.replace_range(at + 1..at + block.len(), "");
                let end = at + 1;
                // The event's own key, if nothing is left below it.
                let below = text[end..].lines().next().unwrap_or_default();
                if text[..end].ends_with(&key) && !below.starts_with(' ') {
                    text.replace_range(end - key.len()..end, "");
                }
            }
            for own in [as_command(event, indent), as_job(event, indent)] {
                if let Some(at) = text.find(&format!("\n{own}")) {
                    text.replace_range(at + 1..=at + own.len(), "");
                }
            }
        }
    }
    text
}

fn todo(file: &str, events: &[Event]) -> Note {
    let entries: Vec<String> = events
        .iter()
        .map(|&event| {
            format!(
                "{}:
  commands:
{}",
                event.name(),
                as_command(event, 4)
            )
        })
        .collect();
    let entries = entries.concat();
    Note::Todo(format!("put this into {file} yourself:\n{entries}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_put_in_and_taken_out_again() {
        for text in [
            "pre-commit:\n  commands:\n    lint:\n      run: lint\n",
            "pre-commit:\n  parallel: true\n  jobs:\n    - name: lint\n      run: lint\n    - run: test\n",
            "pre-commit:\n    # many\n    parallel: true\n\ncommit-msg:\n    commands:\n        x:\n            run: y\n",
            "colors: false\n",
            "pre-push:\n  jobs:\n  - run: test\n",
        ] {
            let mut after = text.to_owned();
            for event in Event::CLIENT {
                after = with(&after, event).expect("it is plain");
                assert!(has(after.as_bytes(), event));
            }
            assert_eq!(without(&after), text, "{after}");
        }
        assert_eq!(with("pre-commit: {commands: {}}\n", Event::PreCommit), None);
    }
}
