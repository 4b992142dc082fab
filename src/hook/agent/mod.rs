//! Agents that write code: how each calls a hook, what it tells, and how it is told no.

mod braces;
mod changers;
pub mod command;
pub mod event;
mod git;
pub mod guarded;
mod keeps;
mod parameter;
mod patch;
mod powershell;
mod printed;
mod programs;
mod scope;
mod search;
pub mod settings;
mod windows;
mod words;

use serde_json::{Value, json};

use event::{Asks, Event};

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
    /// What a person has to know or do before the hooks run.
    pub notes: &'static [&'static str],
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

/// Claude Code's tools that return what somebody else wrote.
const CLAUDE_READS: &str = "Bash|PowerShell|Read|Grep|WebFetch|mcp__.*";

/// Every agent that hexguard knows.
pub const AGENTS: &[Agent] = &[
    Agent {
        name: "claude-code",
        // Not settings.json: that one is shared with the team.
        project: ".claude/settings.local.json",
        home: ".claude/settings.json",
        url: "https://code.claude.com/docs/en/hooks",
        notes: &[],
        events: &[
            (
                "PreToolUse",
                Some("Bash|PowerShell|Write|Edit|MultiEdit|NotebookEdit|mcp__.*"),
            ),
            ("PostToolUse", Some(CLAUDE_READS)),
            ("PostToolUseFailure", Some(CLAUDE_READS)),
            ("UserPromptSubmit", None),
        ],
        dialect: Dialect::Claude,
    },
    Agent {
        name: "codex",
        project: ".codex/hooks.json",
        home: ".codex/hooks.json",
        url: "https://developers.openai.com/codex/hooks",
        notes: &[
            "Codex runs a hook only once you have trusted it: start codex here, trust the project, type /hooks and trust hexguard's; until then, and in `codex exec`, nothing is stopped",
        ],
        events: &[
            ("PreToolUse", None),
            ("PostToolUse", None),
            ("UserPromptSubmit", None),
        ],
        dialect: Dialect::Claude,
    },
    Agent {
        name: "cursor",
        project: ".cursor/hooks.json",
        home: ".cursor/hooks.json",
        url: "https://cursor.com/docs/hooks",
        notes: &["Cursor runs a project's hooks only in a workspace that you trust"],
        events: &[
            ("beforeShellExecution", None),
            ("beforeSubmitPrompt", None),
            ("beforeMCPExecution", None),
            ("preToolUse", Some("Write|Delete")),
            ("postToolUse", None),
        ],
        dialect: Dialect::Cursor,
    },
    Agent {
        name: "copilot",
        project: ".github/hooks/hexguard.json",
        home: ".copilot/hooks/hexguard.json",
        url: "https://docs.github.com/en/copilot/reference/hooks-reference",
        notes: &[
            "Copilot does not let a hook stop a prompt; commands and file writes are stopped",
            "Copilot runs a repository's hooks only in a folder that you trust",
            "Copilot's cloud agent reads .github/hooks too: it is stopped where hexguard is not installed",
        ],
        events: &[
            ("preToolUse", None),
            ("postToolUse", None),
            ("postToolUseFailure", None),
            ("userPromptSubmitted", None),
        ],
        dialect: Dialect::Copilot,
    },
    Agent {
        name: "gemini",
        project: ".gemini/settings.json",
        home: ".gemini/settings.json",
        url: "https://geminicli.com/docs/hooks/reference",
        notes: &["Gemini runs hooks only in a folder that you trust"],
        events: &[
            (
                "BeforeTool",
                Some("run_shell_command|write_file|replace|mcp_.*"),
            ),
            (
                "AfterTool",
                Some("run_shell_command|read_file|read_many_files|grep_search|web_fetch|mcp_.*"),
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
        let command = if cfg!(windows) && self.in_powershell() {
            self.powershell()
        } else {
            format!("{program} hook agent {} || exit 2", self.name)
        };
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
                } else if self.name == "codex" {
                    json!({"type": "command", "command": command, "commandWindows": self.powershell(), "timeout": 30})
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
                "powershell": self.powershell(),
                "timeoutSec": 30,
            }),
        }
    }

    /// Returns the command for PowerShell, which finds hexguard by PATH.
    fn powershell(&self) -> String {
        format!(
            "hexguard hook agent {}; if ($LASTEXITCODE -ne 0) {{ exit 2 }}",
            self.name
        )
    }

    /// Tells whether the agent runs the one command that its settings have in PowerShell, where the system is Windows.
    fn in_powershell(&self) -> bool {
        matches!(self.dialect, Dialect::Cursor | Dialect::Gemini)
    }

    /// Tells whether the settings have a `version` beside `hooks`.
    fn versioned(&self) -> bool {
        matches!(self.dialect, Dialect::Cursor | Dialect::Copilot)
    }

    /// Returns the answer that lets the agent go on, or stops it for a reason; JSON, as the agent wants it. What a tool has
    /// returned cannot be stopped: the reason is told beside it.
    pub fn answer(&self, event: &Event, stop: Option<&str>) -> String {
        let prompt = matches!(event.asks, Asks::Prompt(_));
        let returned = matches!(event.asks, Asks::Returned { .. });
        let Some(reason) = stop else {
            return match self.dialect {
                // Not "allow": that would spare the agent asking a person whom it has to ask.
                Dialect::Claude | Dialect::Gemini | Dialect::Copilot => "{}".to_owned(),
                Dialect::Cursor if returned => "{}".to_owned(),
                Dialect::Cursor if prompt => json!({"continue": true}).to_string(),
                Dialect::Cursor => json!({"permission": "allow"}).to_string(),
            };
        };
        let answer = match self.dialect {
            Dialect::Claude | Dialect::Gemini if returned => json!({
                "systemMessage": reason,
                "hookSpecificOutput": {"hookEventName": event.name, "additionalContext": reason},
            }),
            Dialect::Cursor if returned => json!({"additional_context": reason}),
            Dialect::Copilot if returned => json!({"additionalContext": reason}),
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
