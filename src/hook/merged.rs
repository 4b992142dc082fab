//! Merged: what lefthook makes of all its files, asked of lefthook itself: under which conditions it calls hexguard.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use super::call;
use super::condition::{self, Condition};
use super::event::Event;
use super::place::Place;

/// Keys of an event that may pass all its commands over.
/// Source: <https://lefthook.dev/configuration/>, the page of each key.
const OF_EVENT: [&str; 4] = ["skip", "only", "files", "exclude"];
/// Keys of a command, a job or a group that may pass it over, or change what it does.
const OF_JOB: [&str; 8] = [
    "skip",
    "only",
    "files",
    "glob",
    "file_types",
    "exclude",
    "root",
    "env",
];

/// Returns lefthook's configuration with what all its files say; none where lefthook cannot be asked.
fn merged(place: &Place) -> Option<Value> {
    let top = place.top.as_deref()?;
    let hooks = Event::CLIENT.iter().filter_map(|event| {
        let text = fs::read_to_string(place.hook(event.name())).ok()?;
        // Its hooks know every way to find it, and end with the call.
        let at = text.rfind("\ncall_lefthook run ")?;
        Some(text[..=at].to_owned())
    });
    let find = hooks.into_iter().next()?;
    let ask = |args: &&str| {
        let out = Command::new("sh")
            .args(["-c", &format!("{find}call_lefthook dump {args}\n")])
            .current_dir(top)
            .env_remove("LEFTHOOK")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        serde_json::from_slice(&out.stdout).ok()
    };
    // The second before lefthook 1.6.
    ["--format json", "--json"].iter().find_map(ask)
}

/// Returns a configuration that calls hexguard as lefthook's does, under the same conditions, and nothing else; none where
/// lefthook cannot be asked.
pub(super) fn alone(place: &Place) -> Option<Value> {
    let config = merged(place)?;
    let mut all = Map::new();
    for event in Event::CLIENT {
        let Some(node) = config.get(event.name()).and_then(Value::as_object) else {
            continue;
        };
        let mut node = node.clone();
        node.retain(|key, _| !["scripts", "setup"].contains(&key.as_str()));
        keep_calls(&mut node, event);
        all.insert(event.name().to_owned(), Value::Object(node));
    }
    if let Some(templates) = config.get("templates") {
        all.insert("templates".to_owned(), templates.clone());
    }
    Some(Value::Object(all))
}

/// Takes the commands and jobs out that do not call hexguard; tells whether any is left.
fn keep_calls(node: &mut Map<String, Value>, event: Event) -> bool {
    let calls = |job: &mut Value| {
        let Some(fields) = job.as_object_mut() else {
            return false;
        };
        let run = fields.get("run").and_then(Value::as_str);
        if run.is_some_and(|run| call::mentions(run.as_bytes(), event)) {
            return true;
        }
        let group = fields.get_mut("group").and_then(Value::as_object_mut);
        group.is_some_and(|group| keep_calls(group, event))
    };
    let mut left = false;
    if let Some(Value::Object(commands)) = node.get_mut("commands") {
        commands.retain(|_, job| calls(job));
        left |= !commands.is_empty();
    }
    if let Some(Value::Array(jobs)) = node.get_mut("jobs") {
        jobs.retain_mut(calls);
        left |= !jobs.is_empty();
    }
    left
}

/// Returns the conditions under which lefthook passes hexguard over; none where it cannot be asked.
pub(super) fn conditions(place: &Place) -> Option<Vec<Condition>> {
    let config = merged(place)?;
    let of = |event: Event| config.get(event.name()).map(|node| of_event(node, event));
    let mut all: Vec<Condition> = Event::CLIENT.into_iter().filter_map(of).flatten().collect();
    // A shell file that each hook reads first; the shell reads `~` in its name.
    if let Some(file) = config.get("rc").and_then(Value::as_str) {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let below = file
            .strip_prefix("~/")
            .or_else(|| file.strip_prefix("$HOME/"));
        let path = match (below, home) {
            (Some(below), Some(home)) => home.join(below),
            _ => place.top.clone().unwrap_or_default().join(file),
        };
        all.extend(condition::of_start(&path));
    }
    Some(all)
}

/// Returns the conditions of an event: those of the call of hexguard that has the fewest.
fn of_event(node: &Value, event: Event) -> Vec<Condition> {
    let Some(fields) = node.as_object() else {
        return Vec::new();
    };
    let walk = Walk {
        event,
        excluded: words(fields.get("exclude_tags")),
    };
    let mut calls = Vec::new();
    let own = walk.given(fields, &OF_EVENT, event.name());
    walk.list(fields, event.name(), &own, &mut calls);
    let skips = |all: &Vec<Condition>| all.iter().filter(|one| one.skips).count();
    calls.into_iter().min_by_key(skips).unwrap_or_default()
}

/// A walk through the commands and jobs of an event.
struct Walk {
    event: Event,
    /// Tags and names that the event skips.
    excluded: Vec<String>,
}

impl Walk {
    /// Adds the conditions of each call below a node with commands or jobs.
    fn list(
        &self,
        fields: &Map<String, Value>,
        path: &str,
        above: &[Condition],
        calls: &mut Vec<Vec<Condition>>,
    ) {
        let commands = fields.get("commands").and_then(Value::as_object);
        for (name, job) in commands.into_iter().flatten() {
            let path = format!("{path}.commands.{name}");
            self.job(job, name, &path, above, calls);
        }
        let jobs = fields.get("jobs").and_then(Value::as_array);
        for job in jobs.into_iter().flatten() {
            let name = job.get("name").and_then(Value::as_str).unwrap_or_default();
            self.job(job, name, &format!("{path}.jobs.{name}"), above, calls);
        }
    }

    fn job(
        &self,
        job: &Value,
        name: &str,
        path: &str,
        above: &[Condition],
        calls: &mut Vec<Vec<Condition>>,
    ) {
        let Some(fields) = job.as_object() else {
            return;
        };
        let mut all = above.to_vec();
        all.extend(self.given(fields, &OF_JOB, path));
        let tags = words(fields.get("tags"));
        let is_named = |one: &&String| *one == name || tags.contains(one);
        for tag in self.excluded.iter().filter(is_named) {
            let path = self.event.name();
            all.push(self.condition(true, format!("{path}: exclude_tags: {tag}")));
        }
        let run = fields
            .get("run")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if call::mentions(run.as_bytes(), self.event) {
            calls.push(all.clone());
        }
        if let Some(group) = fields.get("group").and_then(Value::as_object) {
            self.list(group, path, &all, calls);
        }
    }

    fn condition(&self, skips: bool, text: String) -> Condition {
        Condition {
            event: self.event,
            text,
            skips,
        }
    }

    /// Returns what those of the keys say that say something.
    fn given(&self, fields: &Map<String, Value>, keys: &[&str], path: &str) -> Vec<Condition> {
        let of = |key: &&str| {
            let value = fields.get(*key).filter(|value| says(key, value))?;
            if *key != "env" {
                return Some(self.condition(true, format!("{path}: {key}: {value}")));
            }
            // Most variables are none of hexguard's business.
            let mut own = value.as_object()?.clone();
            own.retain(|name, _| name.starts_with("HEXGUARD") || name == "SKIP");
            let text = format!("{path}: {key}: {}", Value::Object(own.clone()));
            (!own.is_empty()).then(|| self.condition(false, text))
        };
        keys.iter().filter_map(of).collect()
    }
}

/// Tells whether a value of a key is one that changes something.
fn says(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => (key == "skip") == *yes,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Number(_) => true,
    }
}

/// Returns the words of a list, or of one text.
fn words(value: Option<&Value>) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    };
    // Tags may stand in one text, with blanks between them.
    let parts = texts.iter().flat_map(|text| text.split_whitespace());
    parts.map(str::to_owned).collect()
}
