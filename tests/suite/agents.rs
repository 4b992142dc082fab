//! Agents that write code: their settings, and the events that their documentation shows.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::install::files;
use crate::support::{HEXGUARD, Output, Repo, run, run_with, token};

/// Name, settings file, and for a command, a file write and a prompt the event as documented.
type Case = (
    &'static str,
    &'static str,
    fn(&str) -> Value,
    fn(&str) -> Value,
    fn(&str) -> Value,
);

const CASES: &[Case] = &[
    (
        "claude-code",
        ".claude/settings.local.json",
        |command| {
            json!({"session_id": "abc123", "transcript_path": "/t.jsonl", "cwd": "/p", "permission_mode": "default",
                "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "toolu_01ABC",
                "tool_input": {"command": command, "description": "a command", "timeout": 120_000}})
        },
        |text| {
            json!({"session_id": "abc123", "hook_event_name": "PreToolUse", "tool_name": "Write",
                "tool_input": {"file_path": "/p/file.txt", "content": text}})
        },
        |prompt| json!({"session_id": "abc123", "hook_event_name": "UserPromptSubmit", "cwd": "/p", "prompt": prompt}),
    ),
    (
        "codex",
        ".codex/hooks.json",
        |command| {
            json!({"session_id": "s", "turn_id": "t", "cwd": "/p", "hook_event_name": "PreToolUse", "model": "m",
                "tool_name": "Bash", "tool_use_id": "u", "tool_input": {"command": command}})
        },
        |text| {
            json!({"session_id": "s", "turn_id": "t", "hook_event_name": "PreToolUse", "tool_name": "apply_patch",
                "tool_input": {"command": format!("*** Begin Patch\n*** Add File: a.py\n+{text}\n*** End Patch")}})
        },
        |prompt| json!({"session_id": "s", "turn_id": "t", "hook_event_name": "UserPromptSubmit", "prompt": prompt}),
    ),
    (
        "cursor",
        ".cursor/hooks.json",
        |command| {
            json!({"conversation_id": "c", "generation_id": "g", "hook_event_name": "beforeShellExecution",
                "workspace_roots": ["/p"], "command": command, "cwd": "/p"})
        },
        |text| {
            json!({"conversation_id": "c", "hook_event_name": "preToolUse", "tool_name": "Write",
                "tool_input": {"file_path": "/p/a", "content": text}})
        },
        |prompt| {
            json!({"conversation_id": "c", "hook_event_name": "beforeSubmitPrompt", "prompt": prompt,
                "attachments": [{"type": "file", "file_path": "/p/a"}]})
        },
    ),
    (
        "copilot",
        ".github/hooks/hexguard.json",
        |command| {
            json!({"timestamp": 1_704_614_600_000u64, "cwd": "/p", "toolName": "bash",
                "toolArgs": json!({"command": command, "description": "a command"}).to_string()})
        },
        |text| {
            json!({"timestamp": 1_704_614_600_000u64, "cwd": "/p", "toolName": "create",
                "toolArgs": json!({"path": "/p/a", "file_text": text}).to_string()})
        },
        |prompt| json!({"timestamp": 1_704_614_500_000u64, "cwd": "/p", "prompt": prompt}),
    ),
    (
        "gemini",
        ".gemini/settings.json",
        |command| {
            json!({"session_id": "s", "transcript_path": "/t", "cwd": "/p", "hook_event_name": "BeforeTool",
                "timestamp": "2026-01-01T00:00:00Z", "tool_name": "run_shell_command",
                "tool_input": {"command": command, "description": "d"}})
        },
        |text| {
            json!({"session_id": "s", "hook_event_name": "BeforeTool", "tool_name": "write_file",
                "tool_input": {"file_path": "/p/a", "content": text}})
        },
        |prompt| json!({"session_id": "s", "hook_event_name": "BeforeAgent", "prompt": prompt}),
    ),
];

/// Runs the command that stands in the settings, as the agent does, and returns its answer.
fn ask(repo: &Repo, settings: &Value, event: &Value) -> (Output, Value) {
    let command = commands(settings).remove(0);
    let output = run_with(
        repo.command("sh").args(["-c", &command]),
        event.to_string().as_bytes(),
    );
    let answer = serde_json::from_str(&output.stdout).unwrap_or(Value::Null);
    (output, answer)
}

/// Returns every command of hexguard's in the settings.
fn commands(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(text) if key == "command" || key == "bash" => vec![text.clone()],
                value => commands(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(commands).collect(),
        _ => Vec::new(),
    }
}

/// Tells whether an answer stops the agent, by what its documentation says.
fn stops(name: &str, prompt: bool, answer: &Value) -> bool {
    match (name, prompt) {
        ("claude-code" | "codex", true) => {
            answer["decision"] == "block" && answer["reason"].is_string()
        }
        ("claude-code" | "codex", false) => {
            answer["hookSpecificOutput"]["hookEventName"] == "PreToolUse"
                && answer["hookSpecificOutput"]["permissionDecision"] == "deny"
        }
        ("cursor", true) => answer["continue"] == false,
        ("cursor", false) => answer["permission"] == "deny",
        ("gemini", _) => answer["decision"] == "deny" && answer["reason"].is_string(),
        _ => answer["permissionDecision"] == "deny",
    }
}

#[test]
fn every_agent_is_stopped_and_let_go_in_its_own_words() {
    for (name, file, command, write, prompt) in CASES {
        let repo = Repo::new();
        let output = repo.hexguard(&["install", "--agent", name]);
        assert_eq!(output.code, 0, "{name}: {}{}", output.stdout, output.stderr);
        let settings: Value =
            serde_json::from_slice(&fs::read(repo.path().join(file)).unwrap()).unwrap();
        let secret = format!("HEX_API_TOKEN = \"{}\"", token(1));
        for (event, is_prompt, bad) in [
            (command("git commit --no-verify -m x"), false, true),
            (command("git commit -anm 'wip'"), false, true),
            (command("HEXGUARD=0 git commit -m x"), false, true),
            (command(&format!("echo '{secret}' > .env")), false, true),
            (command("git commit -m 'no --no-verify here'"), false, false),
            (command("ls -l"), false, false),
            (write(&secret), false, true),
            (
                write("import os\nkey = os.environ['HEX_API_TOKEN']\n"),
                false,
                false,
            ),
            (prompt(&format!("use {} to log in", token(2))), true, true),
            (prompt("please add a test"), true, false),
        ] {
            let (output, answer) = ask(&repo, &settings, &event);
            assert_eq!(output.code, 0, "{name}: {event}\n{}", output.stderr);
            assert!(answer.is_object(), "{name}: {}", output.stdout);
            assert_eq!(
                stops(name, is_prompt, &answer),
                bad,
                "{name}: {event}\n{answer}"
            );
            assert!(
                !output.stdout.contains(&token(1)[5..]),
                "{name}: {}",
                output.stdout
            );
            assert!(
                !output.stdout.contains(&token(2)[5..]),
                "{name}: {}",
                output.stdout
            );
        }
    }
}

/// For each agent the event in which a tool has returned a text, as documented, and where its answer says something.
type Returned = (&'static str, fn(&str) -> Value, &'static str);

const RETURNED: &[Returned] = &[
    (
        "claude-code",
        |text| {
            json!({"session_id": "s", "hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_use_id": "u",
                "tool_input": {"command": "env"},
                "tool_response": {"stdout": text, "stderr": "", "interrupted": false, "isImage": false}})
        },
        "/hookSpecificOutput/additionalContext",
    ),
    (
        "codex",
        |text| {
            json!({"session_id": "s", "turn_id": "t", "hook_event_name": "PostToolUse", "tool_name": "Bash",
                "tool_input": {"command": "env"}, "tool_response": text})
        },
        "/hookSpecificOutput/additionalContext",
    ),
    (
        "cursor",
        |text| {
            json!({"conversation_id": "c", "hook_event_name": "postToolUse", "tool_name": "Shell",
                "tool_input": {"command": "env"}, "tool_output": json!({"output": text}).to_string()})
        },
        "/additional_context",
    ),
    (
        "copilot",
        |text| {
            json!({"timestamp": 1_704_614_600_000u64, "cwd": "/p", "toolName": "bash",
                "toolArgs": json!({"command": "env"}).to_string(),
                "toolResult": {"resultType": "success", "textResultForLlm": text}})
        },
        "/additionalContext",
    ),
    (
        "gemini",
        |text| {
            json!({"session_id": "s", "hook_event_name": "AfterTool", "tool_name": "run_shell_command",
                "tool_input": {"command": "env"}, "tool_response": {"llmContent": format!("Output: {text}")}})
        },
        "/hookSpecificOutput/additionalContext",
    ),
];

#[test]
fn a_secret_that_a_tool_returns_is_named_and_not_shown() {
    for (name, event, place) in RETURNED {
        let repo = Repo::new();
        let file = CASES.iter().find(|case| case.0 == *name).unwrap().1;
        assert_eq!(repo.hexguard(&["install", "--agent", name]).code, 0);
        let settings: Value =
            serde_json::from_slice(&fs::read(repo.path().join(file)).unwrap()).unwrap();
        let secret = token(3);
        let (output, answer) = ask(&repo, &settings, &event(&format!("A=1\nHEX={secret}\n")));
        assert_eq!(output.code, 0, "{name}: {output:?}");
        let said = answer.pointer(place).and_then(Value::as_str);
        assert!(
            said.is_some_and(|said| said.contains("Hex") && said.contains("revoked")),
            "{name}: {answer}"
        );
        assert!(!output.stdout.contains(&secret[8..40]), "{name}: {answer}");
        // The parsers of some agents refuse a whole answer for a key that they do not know.
        let known = [
            "systemMessage",
            "hookSpecificOutput",
            "additional_context",
            "additionalContext",
        ];
        let keys = answer.as_object().unwrap().keys();
        assert!(
            keys.into_iter().all(|key| known.contains(&&**key)),
            "{answer}"
        );
        let (output, answer) = ask(&repo, &settings, &event("A=1\n"));
        assert_eq!((output.code, answer), (0, json!({})), "{name}");
    }
}

#[test]
fn files_that_keep_hexguard_at_work_are_not_written_by_tools() {
    let repo = Repo::new();
    repo.write(
        "lefthook.yml",
        "pre-commit:\n  jobs:\n    - name: hexguard\n",
    );
    repo.write(".husky/pre-commit", "npm test\n");
    let ask = |input: &Value| {
        let output = run_with(
            repo.command(HEXGUARD)
                .args(["hook", "agent", "claude-code"]),
            json!({"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": input})
                .to_string()
                .as_bytes(),
        );
        assert_eq!(output.code, 0, "{output:?}");
        output.stdout.contains("not allowed")
    };
    let write = |path: &str, text: &str| ask(&json!({"file_path": path, "content": text}));
    let edit = |path: &str, old: &str, new: &str| {
        ask(&json!({"file_path": path, "old_string": old, "new_string": new}))
    };
    for path in [
        "/p/.git/hooks/pre-commit",
        "hexguard.toml",
        ".claude/settings.local.json",
        ".git/config",
        "/home/x/.config/hexguard/config.toml",
    ] {
        assert!(write(path, "x"), "{path}");
        assert!(edit(path, "a", "b"), "{path}");
    }
    assert!(write("lefthook.yml", "pre-commit:\n"));
    assert!(!write(
        "lefthook.yml",
        "pre-commit:\n  jobs:\n    - name: hexguard\n    - name: lint\n"
    ));
    assert!(edit("lefthook.yml", "- name: hexguard\n", ""));
    assert!(!edit("lefthook.yml", "jobs:", "jobs: # ours"));
    assert!(!write(".husky/pre-commit", "npm run lint\n"));
    // A script may grow, as long as the shell gets to hexguard's line.
    repo.write(".husky/pre-push", "npm test\nhexguard hook pre-push\n");
    assert!(!edit(
        ".husky/pre-push",
        "npm test",
        "npm test\nnpm run types"
    ));
    assert!(edit(".husky/pre-push", "npm test", "exit 0"));
    assert!(write(".husky/pre-push", "# hexguard\nnpm test\n"));
    // Elsewhere, files with such names are nobody's settings.
    repo.write("tests/x", "");
    assert!(!write("tests/hexguard.toml", "x"));
    assert!(!write("tests/.claude/settings.json", "{}"));
    assert!(!write("src/main.rs", "fn main() {}"));
    assert!(!write("docs/hexguard.md", "x"));
    assert!(!write("src/git/config", "x"));
    // A link has another name than what it leads to.
    std::os::unix::fs::symlink(".git/hooks", repo.path().join("hk")).unwrap();
    let link = repo.path().join("hk/pre-commit");
    assert!(write(link.to_str().unwrap(), "exit 0"));
    // What is written beside a secret does not allow it.
    let text = format!("T = '{}' # hexguard:allow -- x\n", token(4));
    let output = run_with(
        repo.command(HEXGUARD)
            .args(["hook", "agent", "claude-code"]),
        json!({"tool_name": "Write", "tool_input": {"file_path": "a.py", "content": text}})
            .to_string()
            .as_bytes(),
    );
    assert!(output.stdout.contains("holds a secret"), "{output:?}");
    let patch = "*** Begin Patch\n*** Update File: hexguard.toml\n+disable = ['*']\n*** End Patch";
    assert!(ask(&json!({"command": patch})));
    assert!(ask(&json!({"command": ["apply_patch", patch]})));
    assert!(ask(
        &json!({"command": format!("apply_patch <<'EOF'\n{patch}\nEOF")})
    ));
    let patch = "*** Begin Patch\n*** Delete File: .husky/pre-push\n*** End Patch";
    assert!(ask(&json!({"command": patch})));
    let patch = "*** Begin Patch\n*** Update File: src/a.rs\n-x\n+y\n*** End Patch";
    assert!(!ask(&json!({"command": patch})));
}

#[test]
fn what_a_person_must_do_first_is_said() {
    for (agent, word) in [
        ("codex", "/hooks"),
        ("copilot", "cloud agent"),
        ("cursor", "trust"),
        ("gemini", "trust"),
    ] {
        let repo = Repo::new();
        let output = repo.hexguard(&["install", "--agent", agent]);
        assert!(output.stdout.contains(word), "{agent}: {output:?}");
    }
}

#[test]
fn what_cannot_be_read_is_a_no() {
    let repo = Repo::new();
    for input in ["", "no JSON", "[]"] {
        let output = run_with(
            repo.command(HEXGUARD).args(["hook", "agent", "gemini"]),
            input.as_bytes(),
        );
        assert_eq!(output.code, 2, "{input}: {}", output.stdout);
        assert!(output.stderr.contains("hexguard:"), "{}", output.stderr);
    }
    // So is a program that is gone.
    assert_eq!(
        repo.hexguard(&["install", "--agent", "claude-code"]).code,
        0
    );
    repo.git(&["config", "hexguard.path", "/nowhere/hexguard"]);
    let path = repo.path().join(".claude/settings.local.json");
    let settings: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let (output, _) = ask(&repo, &settings, &json!({"prompt": "x"}));
    assert_eq!(output.code, 2);
}

#[test]
fn settings_of_a_person_are_kept_byte_for_byte() {
    let own = "{\n    \"model\": \"large\",\n    \"hooks\": {\n        \"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": []}],\n        \"Stop\": []\n    },\n    \"z\": {\"b\": 1, \"a\": 2}\n}\n";
    for (name, file, ..) in CASES {
        for settings in [None, Some(own), Some("{}"), Some("{\n}\n"), Some("")] {
            let repo = Repo::new();
            let path = repo.path().join(file);
            if let Some(text) = settings {
                repo.write(file, text);
            }
            let before = files(repo.path());
            assert_eq!(
                repo.hexguard(&["install", "--agent", name]).code,
                0,
                "{name}"
            );
            let once = fs::read_to_string(&path).unwrap();
            assert_eq!(
                repo.hexguard(&["install", "--agent", name]).code,
                0,
                "{name}"
            );
            assert_eq!(
                fs::read_to_string(&path).unwrap(),
                once,
                "{name}: a second time changes nothing"
            );
            assert!(serde_json::from_str::<Value>(&once).is_ok(), "{once}");
            assert_eq!(
                repo.hexguard(&["uninstall", "--agent", name]).code,
                0,
                "{name}"
            );
            let mut after = files(repo.path());
            // The path of the program stays noted until hexguard itself is removed.
            let config = repo.path().join(".git/config");
            after.insert(config.clone(), before[&config].clone());
            assert!(after == before, "{name}: {:?}", fs::read_to_string(&path));
            // Not a folder is left either.
            let folder = repo.path().join(file.split('/').next().unwrap());
            assert_eq!(folder.exists(), settings.is_some(), "{name}");
        }
    }
}

#[test]
fn settings_that_are_no_plain_json_are_left_alone() {
    let repo = Repo::new();
    repo.write(".gemini/settings.json", "{ // mine\n}\n");
    let output = repo.hexguard(&["install", "--agent", "gemini"]);
    assert_eq!(output.code, 2);
    assert!(
        output.stdout.contains("BeforeTool"),
        "what to put there is shown: {}",
        output.stdout
    );
    assert_eq!(
        fs::read_to_string(repo.path().join(".gemini/settings.json")).unwrap(),
        "{ // mine\n}\n"
    );
}

#[test]
fn settings_of_the_user() {
    let repo = Repo::new();
    let home = repo.beside("home");
    fs::create_dir(&home).unwrap();
    let hexguard = |args: &[&str]| run(repo.command(HEXGUARD).env("HOME", &home).args(args));
    let output = hexguard(&["install", "--agent", "codex", "--global"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let text = fs::read_to_string(home.join(".codex/hooks.json")).unwrap();
    assert!(text.contains(HEXGUARD), "{text}");
    assert!(!Path::new(&repo.path().join(".codex")).exists());
    assert_eq!(
        hexguard(&["uninstall", "--agent", "codex", "--global"]).code,
        0
    );
    assert!(!home.join(".codex/hooks.json").exists());
}
