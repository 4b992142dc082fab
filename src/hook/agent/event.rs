//! Events: what an agent asks before it does something, or says that a tool has returned, read from the JSON of any agent.

use std::path::Path;

use serde_json::Value;

use super::command;
use super::guarded::Places;
use super::keeps::{Becomes, forbids};
use super::patch::{Patch, added, is_patch};

/// What an agent is about to do, or has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What the agent calls it; empty where it does not say.
    pub name: String,
    /// The tool, as the agent calls it; empty where it does not say.
    pub tool: String,
    /// Where the agent works; empty where it does not say.
    pub folder: String,
    /// What it asks.
    pub asks: Asks,
}

/// What an agent asks before it does it, or tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// A person's text is about to be sent.
    Prompt(String),
    /// A tool is about to be used.
    Tool(Use),
    /// A tool has returned something.
    Returned {
        /// The file that it has read; empty if none was named.
        name: String,
        /// What it has returned.
        texts: Vec<String>,
    },
    /// Nothing that hexguard looks at.
    Nothing,
}

/// What a tool is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Use {
    /// Commands for a shell.
    pub commands: Vec<String>,
    /// Everything else that is written: its name, its text.
    pub texts: Vec<(String, String)>,
    /// The files that are changed or removed.
    pub paths: Vec<String>,
    /// What is to be replaced in them; nothing where they are written as a whole.
    pub replaced: Vec<String>,
    /// What they are to hold, or what takes the place of what is replaced.
    pub written: Vec<String>,
    /// Whether what is written is put into a file that holds more.
    pub inserts: bool,
    /// Patches of several files.
    pub(super) patches: Vec<Patch>,
}

/// Keys under which a tool's arguments stand.
const ARGUMENTS: &[&str] = &["tool_input", "toolArgs", "toolInput"];
/// Keys under which stands what a tool has returned.
const RETURNED: &[&str] = &["tool_response", "tool_output", "toolResult", "tool_result"];
/// Keys that name a file.
const PATHS: &[&str] = &[
    "file_path",
    "filePath",
    "path",
    "notebook_path",
    "target_file",
    "filename",
    "absolute_path",
    "destination",
    "new_path",
    "old_path",
    "source",
];
/// Keys of what is replaced in a file: it is there already, and must be replaceable.
const REPLACED: &[&str] = &[
    "old_string",
    "old_str",
    "oldText",
    "old_content",
    "old_text",
];
/// Keys of what a file is to hold.
const WRITTEN: &[&str] = &[
    "content",
    "contents",
    "file_text",
    "new_string",
    "new_str",
    "newText",
    "new_text",
    "new_content",
    "new_source",
    "insert_text",
];
/// Parts of the names of tools that change files, whatever their arguments are called.
const CHANGING: &[&str] = &[
    "write", "edit", "create", "replace", "delete", "remove", "move", "rename", "patch",
];

/// Reads an event as any of the agents sends it. An error means that it is none.
pub fn read(input: &str) -> Result<Event, String> {
    let value: Value =
        serde_json::from_str(input).map_err(|error| format!("the event is no JSON: {error}"))?;
    let Value::Object(event) = &value else {
        return Err("the event is no JSON object".to_owned());
    };
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("hook_event_name").to_owned();
    let tool = [text("tool_name"), text("toolName")].concat();
    let made = |asks: Asks| Event {
        name: name.clone(),
        tool: tool.clone(),
        folder: text("cwd").to_owned(),
        asks,
    };
    // Copilot does not name its events; before a tool is used, there is no error.
    let failed = event.get("error").filter(|error| error.is_string());
    let arguments = || ARGUMENTS.iter().filter_map(|key| event.get(*key));
    let mut returned = RETURNED
        .iter()
        .filter_map(|key| event.get(*key))
        .chain(failed)
        .peekable();
    if returned.peek().is_some() {
        let mut texts = Vec::new();
        returned.for_each(|value| strings(value, &mut texts));
        let mut named = Vec::new();
        arguments().for_each(|value| paths(value, &mut named));
        let asks = Asks::Returned {
            name: named.into_iter().next().unwrap_or_default(),
            texts,
        };
        return Ok(made(asks));
    }
    if let Some(Value::String(prompt)) = event.get("prompt") {
        return Ok(made(Asks::Prompt(prompt.clone())));
    }
    let mut used = Use::default();
    // Cursor: the command stands at the top.
    if let Some(Value::String(command)) = event.get("command") {
        used.commands.push(command.clone());
    }
    let small = tool.to_ascii_lowercase();
    let changes = CHANGING.iter().any(|part| small.contains(part));
    for key in ARGUMENTS {
        match event.get(*key) {
            // Copilot and Cursor's MCP calls: JSON inside a string.
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(inner) => used.gather(&inner, "", changes),
                Err(_) => used.texts.push(((*key).to_owned(), text.clone())),
            },
            Some(inner) => used.gather(inner, "", changes),
            None => {}
        }
    }
    let asks = if used == Use::default() {
        Asks::Nothing
    } else {
        Asks::Tool(used)
    };
    Ok(made(asks))
}

impl Use {
    /// Gathers every text in a tool's arguments, whatever the tool is called: a new tool is covered too.
    fn gather(&mut self, value: &Value, key: &str, changes: bool) {
        match value {
            Value::String(text) if REPLACED.contains(&key) => self.replaced.push(text.clone()),
            Value::String(text) if is_patch(text) => {
                self.texts.push((key.to_owned(), added(text)));
                self.patches.push(Patch::of(text));
            }
            Value::String(text) if matches!(key, "command" | "cmd" | "script") => {
                self.commands.push(text.clone());
            }
            Value::String(text) => {
                if changes && PATHS.contains(&key) {
                    self.paths.push(text.clone());
                } else if WRITTEN.contains(&key) {
                    self.written.push(text.clone());
                    self.inserts |= key == "insert_text";
                }
                self.texts.push((key.to_owned(), text.clone()));
            }
            // A command as a list of words.
            Value::Array(words)
                if matches!(key, "command" | "cmd") && words.iter().all(Value::is_string) =>
            {
                let words: Vec<String> = words
                    .iter()
                    .filter_map(Value::as_str)
                    .map(command::quoted)
                    .collect();
                self.commands.push(words.join(" "));
            }
            Value::Array(items) => {
                for item in items {
                    self.gather(item, key, changes);
                }
            }
            Value::Object(fields) => {
                let changes = changes || writes(value);
                for (key, value) in fields {
                    self.gather(value, key, changes);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl Use {
    /// Returns the file that a tool must leave alone, if it changes one.
    pub fn forbidden(&self, folder: &Path) -> Option<&str> {
        let mut places = Places::of(folder);
        let written: Vec<&str> = self.written.iter().map(String::as_str).collect();
        let becomes = match (&self.replaced[..], &written[..]) {
            ([], [text]) if !self.inserts => Becomes::Whole(text),
            ([], _) => Becomes::Mixed(&[], self.written.first().map_or("", String::as_str)),
            (old, new) => Becomes::Edited(old, new),
        };
        // A tool that writes nothing removes or moves the file.
        let writes = !written.is_empty() || !self.replaced.is_empty();
        let paths = self.paths.iter();
        let named = paths.map(|path| (path, writes.then_some(&becomes)));
        let mut named = named.filter(|(path, becomes)| forbids(&mut places, path, *becomes));
        if let Some((path, _)) = named.next() {
            return Some(path);
        }
        self.patches.iter().find_map(|patch| {
            let found = patch
                .paths
                .iter()
                .find(|path| patch.forbidden(&mut places, path));
            found.map(String::as_str)
        })
    }
}

/// Tells whether arguments hold what a file is to hold.
fn writes(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            WRITTEN.contains(&&**key) || REPLACED.contains(&&**key) || writes(value)
        }),
        Value::Array(items) => items.iter().any(writes),
        _ => false,
    }
}

/// Gathers every text in a value, those in JSON inside a string as well.
fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => strings(&inner, out),
            _ => out.push(text.clone()),
        },
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(fields) => fields.values().for_each(|item| strings(item, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Gathers the files that arguments name.
fn paths(value: &Value, out: &mut Vec<String>) {
    let inner = value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    if let Value::Object(fields) = inner.as_ref().unwrap_or(value) {
        let named = fields.iter().filter(|(key, _)| PATHS.contains(&&***key));
        out.extend(named.filter_map(|(_, value)| Some(value.as_str()?.to_owned())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(input: &str) -> (Vec<String>, Vec<(String, String)>) {
        match read(input).expect("an event").asks {
            Asks::Tool(used) => (used.commands, used.texts),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_taken_away_is_not_what_is_written() {
        let (_, texts) = tool(r#"{"tool_input": {"old_string": "a", "new_string": "b"}}"#);
        assert_eq!(texts, [("new_string".to_owned(), "b".to_owned())]);
        let (commands, texts) = tool(
            r#"{"tool_name": "apply_patch", "tool_input": {"command": "*** Begin Patch\n*** Update File: a\n-old\n+new\n*** End Patch"}}"#,
        );
        assert!(commands.is_empty());
        assert!(texts[0].1.contains("new\n") && !texts[0].1.contains("old"));
    }

    #[test]
    fn arguments_inside_a_string_and_commands_as_words_are_read() {
        let (commands, _) = tool(r#"{"toolName": "bash", "toolArgs": "{\"command\": \"ls\"}"}"#);
        assert_eq!(commands, ["ls"]);
        let (commands, _) =
            tool(r#"{"tool_input": {"command": ["git", "commit", "-m", "it's a"]}}"#);
        assert_eq!(commands, [r"'git' 'commit' '-m' 'it'\''s a'"]);
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        assert!(read("").is_err());
        assert!(read("[]").is_err());
        assert_eq!(read("{}").expect("an event").asks, Asks::Nothing);
    }

    #[test]
    fn what_a_tool_has_returned_is_read_in_every_shape() {
        let returned = |input: &str| match read(input).expect("an event").asks {
            Asks::Returned { name, texts } => (name, texts),
            other => panic!("{other:?}"),
        };
        for input in [
            r#"{"hook_event_name": "PostToolUse", "tool_input": {"command": "env"}, "tool_response": {"stdout": "X=1", "interrupted": false}}"#,
            r#"{"hook_event_name": "PostToolUse", "tool_input": {"command": "env"}, "tool_response": "X=1"}"#,
            r#"{"hook_event_name": "postToolUse", "tool_output": "{\"stdout\": \"X=1\"}"}"#,
            r#"{"toolName": "bash", "toolArgs": "{}", "toolResult": {"textResultForLlm": "X=1"}}"#,
            r#"{"hook_event_name": "AfterTool", "tool_response": {"llmContent": [{"text": "X=1"}]}}"#,
            r#"{"hook_event_name": "PostToolUseFailure", "error": "X=1"}"#,
        ] {
            assert_eq!(
                returned(input),
                (String::new(), vec!["X=1".to_owned()]),
                "{input}"
            );
        }
        let (name, _) = returned(
            r#"{"tool_input": {"file_path": "/p/.env"}, "tool_response": {"file": {"content": "X=1"}}}"#,
        );
        assert_eq!(name, "/p/.env");
    }

    #[test]
    fn the_files_that_a_tool_changes_are_named() {
        let paths = |input: &str| match read(input).expect("an event").asks {
            Asks::Tool(used) => used.paths,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            paths(r#"{"tool_name": "Write", "tool_input": {"file_path": "a", "content": "x"}}"#),
            ["a"]
        );
        assert_eq!(
            paths(r#"{"tool_input": {"path": "a", "edits": [{"oldText": "x", "newText": "y"}]}}"#),
            ["a"]
        );
        assert_eq!(
            paths(r#"{"toolName": "edit", "toolArgs": "{\"path\": \"a\", \"old_str\": \"x\"}"}"#),
            ["a"]
        );
        assert_eq!(
            paths(r#"{"tool_name": "Read", "tool_input": {"file_path": "a"}}"#),
            [""; 0]
        );
        let patch = r#"{"tool_name": "apply_patch", "tool_input": {"command": "*** Begin Patch\n*** Delete File: a\n*** End Patch"}}"#;
        let Ok(Event {
            asks: Asks::Tool(used),
            ..
        }) = read(patch)
        else {
            panic!("a tool");
        };
        assert_eq!(used.patches[0].paths, ["a"]);
    }
}
