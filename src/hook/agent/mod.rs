//! Agents that write code: how each calls a hook, what it tells, and how it is told no.

pub mod command;
pub mod settings;

use serde_json::{Value, json};

/// An agent, as its own documentation describes its hooks.
pub struct Agent {
    /// What `--agent` calls it.
    pub name: &'static str,
    /// The settings file in a project.
    pub project: &'static str,
    /// The settings file of a user, below HOME.
    pub home: &'static str,
    /// Where its hooks are documented.
    pub url: &'static str,
    /// Events: the name, which tools it is for (none: all, or it is about no tool).
    events: &'static [(&'static str, Option<&'static str>)],
    dialect: Dialect,
}

/// How a hook is written down and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// Claude Code's, which Codex shares.
    Claude,
    /// Gemini CLI's.
    Gemini,
    /// Cursor's.
    Cursor,
    /// GitHub Copilot's.
    Copilot,
}

/// Every agent that hexguard knows.
pub const AGENTS: &[Agent] = &[
    Agent {
        name: "claude-code",
        // Not settings.json: that one is shared with the team.
        project: ".claude/settings.local.json",
        home: ".claude/settings.json",
        url: "https://code.claude.com/docs/en/hooks",
        events: &[
            (
                "PreToolUse",
                Some("Bash|Write|Edit|MultiEdit|NotebookEdit|mcp__.*"),
            ),
            ("UserPromptSubmit", None),
        ],
        dialect: Dialect::Claude,
    },
    Agent {
        name: "codex",
        project: ".codex/hooks.json",
        home: ".codex/hooks.json",
        url: "https://developers.openai.com/codex/hooks",
        events: &[("PreToolUse", None), ("UserPromptSubmit", None)],
        dialect: Dialect::Claude,
    },
    Agent {
        name: "cursor",
        project: ".cursor/hooks.json",
        home: ".cursor/hooks.json",
        url: "https://cursor.com/docs/agent/hooks",
        events: &[
            ("beforeShellExecution", None),
            ("beforeSubmitPrompt", None),
            ("beforeMCPExecution", None),
            ("preToolUse", Some("Write")),
        ],
        dialect: Dialect::Cursor,
    },
    Agent {
        name: "copilot",
        project: ".github/hooks/hexguard.json",
        home: ".copilot/hooks/hexguard.json",
        url: "https://docs.github.com/en/copilot/reference/hooks-configuration",
        events: &[("preToolUse", None), ("userPromptSubmitted", None)],
        dialect: Dialect::Copilot,
    },
    Agent {
        name: "gemini",
        project: ".gemini/settings.json",
        home: ".gemini/settings.json",
        url: "https://geminicli.com/docs/hooks/reference",
        events: &[
            (
                "BeforeTool",
                Some("run_shell_command|write_file|replace|mcp_.*"),
            ),
            ("BeforeAgent", None),
        ],
        dialect: Dialect::Gemini,
    },
];

impl Agent {
    /// Returns the agent with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|agent| agent.name == name)
    }

    /// Returns what is to stand in the settings: for each event, the entry. `program` is how a shell calls hexguard.
    fn entries(&self, program: &str) -> Vec<(&'static str, Value)> {
        // Agents go on when a hook fails in another way than by exit code 2; a missing program must not be one.
        let command = format!("{program} hook agent {} || exit 2", self.name);
        self.events
            .iter()
            .map(|&(event, matcher)| (event, self.entry(&command, matcher)))
            .collect()
    }

    fn entry(&self, command: &str, matcher: Option<&str>) -> Value {
        match self.dialect {
            Dialect::Claude | Dialect::Gemini => {
                let hook = if self.dialect == Dialect::Gemini {
                    json!({"name": "hexguard", "type": "command", "command": command, "timeout": 30000})
                } else {
                    json!({"type": "command", "command": command, "timeout": 30})
                };
                match matcher {
                    Some(matcher) => json!({"matcher": matcher, "hooks": [hook]}),
                    None => json!({"hooks": [hook]}),
                }
            }
            Dialect::Cursor => match matcher {
                Some(matcher) => {
                    json!({"command": command, "matcher": matcher, "failClosed": true})
                }
                None => json!({"command": command, "failClosed": true}),
            },
            Dialect::Copilot => json!({
                "type": "command",
                "bash": command,
                "powershell": format!("hexguard hook agent {}; if ($LASTEXITCODE -ne 0) {{ exit 2 }}", self.name),
                "timeoutSec": 30,
            }),
        }
    }

    /// Tells whether the settings have a `version` beside `hooks`.
    fn versioned(&self) -> bool {
        matches!(self.dialect, Dialect::Cursor | Dialect::Copilot)
    }

    /// Returns the answer that lets the agent go on, or stops it for a reason; JSON, as the agent wants it.
    pub fn answer(&self, event: &Event, stop: Option<&str>) -> String {
        let prompt = matches!(event.asks, Asks::Prompt(_));
        let Some(reason) = stop else {
            return match self.dialect {
                // Not "allow": that would spare the agent asking a person whom it has to ask.
                Dialect::Claude | Dialect::Gemini | Dialect::Copilot => "{}".to_owned(),
                Dialect::Cursor if prompt => json!({"continue": true}).to_string(),
                Dialect::Cursor => json!({"permission": "allow"}).to_string(),
            };
        };
        let answer = match self.dialect {
            Dialect::Claude if prompt => json!({"decision": "block", "reason": reason}),
            Dialect::Claude => json!({"hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": "deny",
                "permissionDecisionReason": reason,
            }}),
            Dialect::Gemini => json!({"decision": "deny", "reason": reason}),
            Dialect::Cursor if prompt => json!({"continue": false, "user_message": reason}),
            Dialect::Cursor => {
                json!({"permission": "deny", "user_message": reason, "agent_message": reason})
            }
            Dialect::Copilot => {
                json!({"permissionDecision": "deny", "permissionDecisionReason": reason})
            }
        };
        answer.to_string()
    }
}

/// What an agent is about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it asks.
    pub asks: Asks,
}

/// What an agent asks before it does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// A person's text is about to be sent.
    Prompt(String),
    /// A tool is about to be used: shell commands, and other texts with what to call them.
    Tool {
        /// Commands for a shell.
        commands: Vec<String>,
        /// Everything else that is written: its name, its text.
        texts: Vec<(String, String)>,
    },
    /// Nothing that hexguard looks at.
    Nothing,
}

/// Reads an event as any of the agents sends it. An error means that it is none.
pub fn read(input: &str) -> Result<Event, String> {
    let value: Value =
        serde_json::from_str(input).map_err(|error| format!("the event is no JSON: {error}"))?;
    let Value::Object(event) = &value else {
        return Err("the event is no JSON object".to_owned());
    };
    if let Some(Value::String(prompt)) = event.get("prompt") {
        return Ok(Event {
            asks: Asks::Prompt(prompt.clone()),
        });
    }
    let mut commands = Vec::new();
    let mut texts = Vec::new();
    // Cursor: the command stands at the top.
    if let Some(Value::String(command)) = event.get("command") {
        commands.push(command.clone());
    }
    for key in ["tool_input", "toolArgs", "toolInput"] {
        match event.get(key) {
            // Copilot and Cursor's MCP calls: JSON inside a string.
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(inner) => gather(&inner, "", &mut commands, &mut texts),
                Err(_) => texts.push((key.to_owned(), text.clone())),
            },
            Some(inner) => gather(inner, "", &mut commands, &mut texts),
            None => {}
        }
    }
    let asks = if commands.is_empty() && texts.is_empty() {
        Asks::Nothing
    } else {
        Asks::Tool { commands, texts }
    };
    Ok(Event { asks })
}

/// Gathers every text in a tool's arguments, whatever the tool is called: a new tool is covered too.
fn gather(value: &Value, key: &str, commands: &mut Vec<String>, texts: &mut Vec<(String, String)>) {
    match value {
        // What is replaced is there already, and must be replaceable.
        Value::String(_) if matches!(key, "old_string" | "old_str" | "oldText") => {}
        Value::String(text) if is_patch(text) => texts.push((key.to_owned(), added(text))),
        Value::String(text) if matches!(key, "command" | "cmd" | "script") => {
            commands.push(text.clone());
        }
        Value::String(text) => texts.push((key.to_owned(), text.clone())),
        // A command as a list of words.
        Value::Array(words)
            if matches!(key, "command" | "cmd") && words.iter().all(Value::is_string) =>
        {
            let words: Vec<String> = words
                .iter()
                .filter_map(Value::as_str)
                .map(command::quoted)
                .collect();
            commands.push(words.join(" "));
        }
        Value::Array(items) => {
            for item in items {
                gather(item, key, commands, texts);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                gather(value, key, commands, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Tells whether a text is a patch as Codex writes it.
fn is_patch(text: &str) -> bool {
    text.trim_start().starts_with("*** Begin Patch")
}

/// Returns a patch without the lines that it takes away.
fn added(patch: &str) -> String {
    patch
        .lines()
        .filter(|line| !line.starts_with('-'))
        .flat_map(|line| [line.strip_prefix('+').unwrap_or(line), "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(input: &str) -> (Vec<String>, Vec<(String, String)>) {
        match read(input).expect("an event").asks {
            Asks::Tool { commands, texts } => (commands, texts),
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
}
