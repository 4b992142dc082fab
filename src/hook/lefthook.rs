//! lefthook: commands for each event in `lefthook.yml`, belonging to the project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::call::{self, Missing};
use super::condition::Condition;
use super::edit::{Command, Edit, Plan};
use super::event::Event;
use super::git::{self, Found};
use super::place::Place;
use super::{Manager, Note, Rehearsal, Wish, merged, pinned};
use crate::lines;

/// lefthook, in every version with `commands` or `jobs`.
pub(super) struct Lefthook;

const MARK: &[u8] = b"call_lefthook";
/// Where this clone notes for which events lefthook had no hook before hexguard.
const ADDED: &str = "hexguard.lefthook";
/// Where its configuration may stand, and in which forms.
const NAMES: [&str; 3] = ["lefthook", ".lefthook", ".config/lefthook"];
const FORMS: [&str; 5] = ["yml", "yaml", "json", "jsonc", "toml"];
/// What stands behind the names of a person's own configuration, which goes before the project's.
pub(super) const LOCAL: &str = "-local";

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

    fn named(&self, place: &Place) -> Option<PathBuf> {
        config(place)
    }

    fn setup(&self, _: &Place) -> String {
        "lefthook install".to_owned()
    }

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let mut plan = Plan::default();
        let missing = Missing::of(place)?;
        let Some(config) = config(place) else {
            plan.notes
                .push(todo(Path::new("lefthook.yml"), &wish.events, missing));
            return Ok(plan);
        };
        let name = PathBuf::from(place.shown(&config));
        let is_yaml = is_yaml(&config);
        let (mut new, mut left) = (Vec::new(), Vec::new());
        plan.edits.extend(Edit::of(config, false, |bytes| {
            let mut after = call::renewed(bytes?, missing);
            for &event in &wish.events {
                if call::mentions(&after, event) {
                    continue;
                }
                let longer = lines::changed(&after, |text| with(text, event, missing));
                let Some(longer) = longer.filter(|_| is_yaml) else {
                    left.push(event);
                    continue;
                };
                after = longer;
                let hook = git::look(&place.hook(event.name()));
                if matches!(hook, Ok(Found::Nothing | Found::Own(_))) {
                    new.push(event.name());
                }
            }
            Some(after)
        })?);
        if !left.is_empty() {
            plan.notes.push(todo(&name, &left, missing));
        }
        plan.settings = pinned(place, &wish.program)?;
        if !new.is_empty() {
            plan.settings.push((ADDED, new.join(" ").into_bytes()));
        }
        if !plan.edits.is_empty() && self.governs(place) {
            plan.command = Some(synchronise(place));
        }
        Ok(plan)
    }

    fn lists(&self, place: &Place, event: Event) -> bool {
        config(place)
            .and_then(|path| fs::read(path).ok())
            .is_some_and(|text| call::mentions(&text, event))
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        let Some(config) = config(place) else {
            return Ok(plan);
        };
        let name = place.shown(&config);
        let mut left = String::new();
        plan.edits.extend(Edit::of(config, false, |bytes| {
            let bytes = bytes?;
            let after = lines::changed(bytes, |text| Some(without(text)));
            let after = after.unwrap_or_else(|| bytes.to_vec());
            left = String::from_utf8_lossy(&after).replace('\r', "");
            Some(after)
        })?);
        if Event::ALL
            .iter()
            .any(|&event| call::mentions(left.as_bytes(), event))
        {
            plan.notes
                .push(Note::Todo(format!("remove hexguard from {name} yourself")));
        }
        if !plan.edits.is_empty() && self.governs(place) {
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
        let alone = merged::alone(place);
        Rehearsal {
            possible: alone.is_some(),
            // What is written in JSON is YAML, too.
            files: alone
                .map(|config| {
                    (
                        PathBuf::from("lefthook.yml"),
                        config.to_string().into_bytes(),
                    )
                })
                .into_iter()
                .collect(),
            varies: true,
            ..Rehearsal::default()
        }
    }

    fn shared(&self, place: &Place) -> Option<PathBuf> {
        // A local file stays when another branch is checked out.
        let calls = |path: &PathBuf| {
            fs::read(path).is_ok_and(|text| call::mentions(&text, Event::PreCommit))
        };
        config(place).filter(calls)
    }

    fn conditions(&self, place: &Place) -> Option<Vec<Condition>> {
        merged::conditions(place)
    }
}

/// Returns the command by which lefthook takes over its changed configuration.
fn synchronise(place: &Place) -> Command {
    let top = place.top.as_deref().unwrap_or(&place.cwd);
    Command {
        programs: vec![
            top.join("node_modules/.bin/lefthook"),
            PathBuf::from("lefthook"),
        ],
        args: vec!["install"],
    }
}

fn config(place: &Place) -> Option<PathBuf> {
    let top = place.top.as_ref()?;
    let mut paths = files("").map(|name| top.join(name));
    paths.find(|path| path.is_file())
}

/// Returns the files that may configure it, their names with something behind them.
pub(super) fn files(behind: &str) -> impl Iterator<Item = String> {
    NAMES.iter().flat_map(move |name| {
        let forms = FORMS.iter();
        forms.map(move |form| format!("{name}{behind}.{form}"))
    })
}

fn is_yaml(config: &Path) -> bool {
    config
        .extension()
        .is_some_and(|form| form == "yml" || form == "yaml")
}

/// Returns what lefthook is to run.
fn run(event: Event, missing: Missing) -> String {
    let arguments = match event {
        Event::CommitMsg => " {1}",
        Event::PrePush => " {1} {2}",
        _ => "",
    };
    call::line(event, arguments, missing)
}

/// Returns that as lines of YAML.
fn command(event: Event, missing: Missing) -> Vec<String> {
    let mut lines = vec![format!("run: '{}'", run(event, missing))];
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
fn as_command(event: Event, indent: usize, missing: Missing) -> String {
    block(&["hexguard:".to_owned()], indent) + &block(&command(event, missing), indent + 2)
}

/// Returns the command as an entry of `jobs`.
fn as_job(event: Event, indent: usize, missing: Missing) -> String {
    block(&["- name: hexguard".to_owned()], indent) + &block(&command(event, missing), indent + 2)
}

/// Returns the file with the command first among those of an event, if the file is written so that this is safe to do.
fn with(text: &str, event: Event, missing: Missing) -> Option<String> {
    let key = format!("{}:", event.name());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let bare = |line: &str| {
        line.split(" #")
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    };
    // Where its one document ends: at a line of dots, else with the file.
    let is_mark = |line: &&str| matches!(bare(line).as_str(), "---" | "...");
    let end = match text.strip_suffix("...\n") {
        Some(body) if body.is_empty() || body.ends_with('\n') => body.len(),
        _ => text.len(),
    };
    let first = lines.iter().position(|line| {
        let line = bare(line);
        !line.is_empty() && !line.starts_with(['#', '%'])
    });
    let body = text[..end].split_inclusive('\n').enumerate();
    if body
        .filter(|(_, line)| is_mark(line))
        .any(|(at, line)| Some(at) != first || bare(line) != "---")
    {
        return None;
    }
    if lines
        .iter()
        .any(|line| line.contains('\t') && line.starts_with([' ', '\t']))
    {
        return None;
    }
    let Some(top) = lines.iter().position(|line| line.starts_with(&key)) else {
        if lines.iter().any(|line| line.starts_with('{')) {
            return None;
        }
        let entry = as_command(event, 4, missing);
        let (text, end) = text.split_at(end);
        return Some(format!("{text}{key}\n  commands:\n{entry}{end}"));
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
                return put(number + 1, &as_command(event, inner, missing));
            }
            "jobs:" => {
                let inner = inner.map_or(depth + 2, indent);
                return put(number + 1, &as_job(event, inner, missing));
            }
            line if line.starts_with("commands:") || line.starts_with("jobs:") => return None,
            _ => {}
        }
    }
    let entry = block(&["commands:".to_owned()], depth) + &as_command(event, depth + 2, missing);
    put(top + 1, &entry)
}

/// Returns the file without hexguard's commands, and without what held nothing else.
fn without(text: &str) -> String {
    let mut text = text.to_owned();
    for event in Event::ALL {
        for missing in Missing::ALL {
            for indent in 0..=12 {
                take_out(&mut text, event, indent, missing);
            }
        }
    }
    text
}

fn take_out(text: &mut String, event: Event, indent: usize, missing: Missing) {
    let key = format!("{}:\n", event.name());
    let inner = as_command(event, indent + 2, missing);
    let parent = " ".repeat(indent) + "commands:\n";
    let alone = |text: &str, at: usize, own: &str| {
        let next = text[at + own.len()..].lines().next().unwrap_or_default();
        next.len() - next.trim_start().len() < indent + 2
    };
    let block = format!("\n{parent}{inner}");
    if let Some(at) = text.find(&block).filter(|&at| alone(text, at, &block)) {
        text.replace_range(at + 1..at + block.len(), "");
        let end = at + 1;
        // The event's own key, if nothing is left below it.
        let below = text[end..].lines().next().unwrap_or_default();
        if text[..end].ends_with(&key) && !below.starts_with(' ') {
            text.replace_range(end - key.len()..end, "");
        }
    }
    for own in [
        as_command(event, indent, missing),
        as_job(event, indent, missing),
    ] {
        if let Some(at) = text.find(&format!("\n{own}")) {
            text.replace_range(at + 1..=at + own.len(), "");
        }
    }
}

/// Returns what a person is to write into a file, in the form of that file.
fn todo(file: &Path, events: &[Event], missing: Missing) -> Note {
    let entries = events.iter().map(|&event| {
        let (name, run) = (event.name(), run(event, missing));
        let quoted = Value::from(run.as_str());
        let stdin = event == Event::PrePush;
        match file.extension().and_then(|form| form.to_str()) {
            Some("toml") => {
                let stdin = if stdin { "use_stdin = true\n" } else { "" };
                format!("[{name}.commands.hexguard]\nrun = '{run}'\n{stdin}")
            }
            Some("json" | "jsonc") => {
                let stdin = if stdin { ", \"use_stdin\": true" } else { "" };
                format!(
                    "\"{name}\": {{\"commands\": {{\"hexguard\": {{\"run\": {quoted}{stdin}}}}}}}\n"
                )
            }
            _ => format!("{name}:\n  commands:\n{}", as_command(event, 4, missing)),
        }
    });
    let entries: String = entries.collect();
    Note::Todo(format!(
        "put this into {} yourself:\n{entries}",
        file.display()
    ))
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
            "# ours\n---\npre-commit:\n  commands:\n    lint:\n      run: lint\n...\n",
            "remotes:\n- git_url: x\n",
        ] {
            let mut after = text.to_owned();
            for event in Event::CLIENT {
                after = with(&after, event, Missing::Stop).expect("it is plain");
                assert!(call::mentions(after.as_bytes(), event));
            }
            assert_eq!(without(&after), text, "{after}");
        }
        let flow = "pre-commit: {commands: {}}\n";
        assert_eq!(with(flow, Event::PreCommit, Missing::Stop), None);
        let two = "---\ncolors: false\n---\ncolors: true\n";
        assert_eq!(with(two, Event::PreCommit, Missing::Stop), None);
    }
}
