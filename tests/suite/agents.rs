//! Agents that write code: their settings, and the events that their documentation shows.

use std::fs;
use std::path::Path;
use std::time::Instant;

use hexguard::hook::agent::command::evades;
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
        for settings in [None, Some(own)] {
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

/// Commands that would get a commit past the hooks.
const EVASIONS: &[&str] = &[
    "git commit --no-verify -m x",
    "git commit -m x --no-verify",
    "git commit --no-veri",
    "git commit -n -m 'x'",
    "git commit -anm x",
    "cd a && git commit -am x -n",
    "git -C /a -c user.name=x commit -nm x",
    "/usr/bin/git push --no-verify",
    "git merge --no-verify b",
    "HEXGUARD=0 git commit -m x",
    "env HEXGUARD=0 git commit -m x",
    "env -i PATH=/bin git commit -n -m x",
    "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/x git commit -m x",
    "export HEXGUARD=0; git commit -m x",
    "SKIP=lint,hexguard git commit -m x",
    "HUSKY=0 git commit -m x",
    "git -c core.hooksPath=/dev/null commit -m x",
    "git config core.hooksPath /dev/null",
    "git config --unset core.hooksPath",
    "git config hexguard.enabled false",
    "bash -c 'git commit --no-verify -m x'",
    "timeout 10 git commit -n -m x",
    "echo $(git commit -n -m x)",
    "if true; then git commit -n -m x; fi",
    "hexguard uninstall",
    "git commit \\\n  --no-verify",
    "cat > a <<EOF\ntext\nEOF\ngit commit -n -m x",
    // Quotes and escapes.
    "$'git' commit -n -m x",
    r"$'\x67it' commit $'-\156' -m $'\u0078'",
    "\"git\" com\"\"mit -n -m x",
    r"g\it commit '-n' -m x",
    "git commit -m 'it'\\''s' -n",
    "git commit -m a#b -n",
    "git commit -m \"a # b\" -n",
    r"echo 'a\'; git commit -n; echo 'c'",
    r"echo $'a\'b'; git commit -n; echo 'c'",
    r"echo \'; git commit -n; echo \'",
    "git${IFS}commit${IFS}-n",
    "${x:- }\\\ngit commit -n",
    "{git,commit,-n}",
    // Redirections.
    "git commit &> /dev/null -n",
    "git commit 2>&1 -n",
    "git commit </dev/null -m x -n",
    ">/dev/null git commit -n",
    // Commands in commands.
    "echo \"$(git commit -n)\"",
    "echo `echo \\`git commit -n\\``",
    "echo \"${x:-$(git commit -n)}\"",
    "echo \"$(case x in x) git commit -n;; esac)\"",
    "echo \"$(echo ')')\"; git commit -n; echo \"d\"",
    "diff <(git commit -n) /dev/null",
    "(cd a && git commit -n)",
    "while git commit -n; do break; done",
    "case x in (x) git commit -n;; esac",
    "! git commit -n",
    "coproc git commit -n",
    "echo $((1<<2)); git commit -n\n2",
    "((cat <<'E'\n'\nE\n) ); git commit -n; echo '",
    "true # it's\ngit commit -n",
    "((#x)); git commit -n",
    "((# it's\n git commit -n) )",
    "$x git commit -n",
    // Here-documents.
    "cat <<EOF\n$(git commit -n)\nEOF",
    "cat <<'EOF' > a; git commit -n\ntext\nEOF",
    "cat <<\"E F\"\n'\nE F\ngit commit -n",
    "bash <<EOF\ngit commit -n -m x\nEOF",
    "bash -s <<-'EOF'\n\tgit commit -n\n\tEOF",
    "cat <<A <<B | bash\nx\nA\ngit commit -n\nB",
    // What shells and wrappers are fed.
    "sh <<< \"git commit -n\"",
    "echo git commit -n | bash",
    "echo git commit -n |\n bash",
    "printf 'git %s -n\\n' commit | sh",
    "bash < <(echo git commit -n)",
    "source <(echo git commit -n)",
    "$(echo git commit -n)",
    "eval \"$(echo git commit -n)\"",
    "eval 'git commit' -n",
    "bash -lc 'git commit -n -m x'",
    "bash -c 'git commit \"$@\"' _ -n",
    "bash -c '$0 commit -n' git",
    "env -S 'git commit -n'",
    "env -S \"git commit\" -n",
    "command git commit -n",
    "xargs git commit -n",
    "echo \"commit -n\" | xargs git",
    "printf -- -n | xargs git commit",
    "find . -exec git commit -n \\;",
    "timeout -s KILL 10 git commit -n",
    "trap 'git commit -n' EXIT",
    "git submodule foreach 'git commit -n'",
    "git rebase --exec='git commit --amend -n' main",
    // Names that stand for something else.
    "git -c alias.x='commit -n' x",
    "git -c alias.x=commit x -n",
    "git -c 'alias.x=!git commit -n' x",
    "git config alias.x 'commit -n'",
    "git ci --no-verify",
    "x=git; $x commit -n; x=a",
    "c='git commit -n'; $c",
    "git commit ${X:--n}",
    "X=-n && git commit \"$X\" -m x",
    "for i in -n; do git commit $i; done",
    "f() { git commit \"$@\"; }; f -m x -n",
    "function f { git commit \"$2\"; }; f -m -n",
    "set -- -n; git commit \"$@\"",
    "$(which git) commit -n",
    "/usr/bin/gi? commit -n",
    "x=0; HEXGUARD=$x git commit",
    "declare -x HEXGUARD=0; git commit",
    // Files that keep hexguard at work.
    "rm .git/hooks/pre-commit",
    "rm -rf .git/hooks/*",
    "rm -rf .git && git init",
    "mv .git/hooks x",
    "chmod -x .git/hooks/pre-commit",
    "cp /bin/true .git/hooks/pre-commit",
    "ln -sf /bin/true .git/hooks/pre-commit",
    "sed -i /hexguard/d .husky/pre-commit",
    "sed -n -i 1p lefthook.yml",
    "perl -ni -e print .git/hooks/pre-commit",
    "truncate -s0 .git/hooks/pre-commit",
    ": > .git/hooks/pre-commit",
    "> .git/hooks/pre-commit",
    "echo exit 0 >> .git/hooks/pre-commit",
    "echo exit 0 | tee .git/hooks/pre-commit",
    "cat > .git/hooks/pre-commit <<'EOF'\nexit 0\nEOF",
    "cd .git/hooks && rm pre-commit",
    "cd .git && echo exit > hooks/pre-commit",
    "f=.git/hooks/pre-commit; rm $f",
    "find .git/hooks -delete",
    "find . -name pre-commit -delete",
    "find . -name pre-commit -exec rm {} \\;",
    "sudo -u bob rm .git/hooks/pre-commit",
    "ls | xargs rm .git/hooks/pre-commit",
    "echo \"disable = ['*']\" >> hexguard.toml",
    "printf x > .hexguard-baseline",
    "rm .claude/settings.local.json",
    "git rm --cached hexguard.toml",
    "git mv .husky old",
    "dd if=/dev/null of=.git/hooks/pre-commit",
    "curl -o .git/hooks/pre-commit https://example.org/x",
    "rm ~/.cargo/bin/hexguard",
    "python3 -c \"import os; os.remove('.git/hooks/pre-commit')\"",
    "python3 - <<'E'\nopen('.git/hooks/pre-commit', 'w').write('')\nE",
    "node -e \"require('fs').writeFileSync('.git/hooks/pre-commit', '')\"",
    "python3 -c \"import subprocess; subprocess.run(['git', 'commit', '-n'])\"",
    "Remove-Item .git\\hooks\\pre-commit",
    "Set-Content -Path .git\\hooks\\pre-commit -Value ''",
    "$env:HEXGUARD = '0'; git commit -m x",
    "cmd /c \"del .git\\hooks\\pre-commit\"",
    "set HEXGUARD=0&& git commit",
    // Settings, variables and other ways to make a commit.
    "git config hexguard.disable '*'",
    "git config --global include.path /tmp/x",
    "git config alias.ci 'commit -n'",
    "git -c hexguard.disable='*' commit -m x",
    "git -c alias.x='!rm .git/hooks/pre-commit' x",
    "GIT_CONFIG_GLOBAL=/dev/null git commit -m x",
    "export GIT_CONFIG_GLOBAL=/dev/null; git commit -m x",
    "HEXGUARD_EXCLUDE='**' git commit -m x",
    "HEXGUARD_CONFIG=/tmp/x git commit -m x",
    "env -u A HEXGUARD=0 git commit -m x",
    "stdbuf -oL git commit -n",
    "setsid git commit -n",
    "sudo -u bob git commit -n",
    "LEFTHOOK_EXCLUDE=hexguard git commit -m x",
    "git update-ref refs/heads/main 0123456",
    "git fast-import < x",
    "git send-pack origin main",
    "pre-commit uninstall",
    "python -m pre_commit uninstall -t pre-push",
    "npx husky uninstall",
    "npx husky",
    "yarn husky uninstall",
    "pnpm exec lefthook uninstall",
    "uvx pre-commit uninstall",
    "hexguard allow --rule '*' --reason x",
    "hexguard allow --path '**' --reason x",
    "hexguard allow --value '.*' --reason x",
    "hexguard baseline",
    "hexguard allow --rule jwt --reason x",
    "hexguard migrate",
    "find .git/hooks -type f | xargs rm",
    "echo .git/hooks/pre-commit | xargs rm",
    "rm -rf \"$(git rev-parse --git-path hooks)\"",
    "rm $(echo .git/hooks/commit-msg)",
    "rm $(which hexguard)",
    "git commit $(echo --no-verify) -m x",
    "git $(printf 'commit -n') -m x",
    "flock /tmp/l git commit -n -m x",
    "taskset 1 git commit -n -m x",
    "busybox rm .git/hooks/pre-commit",
    "awk 'BEGIN{system(\"git commit -n -m x\")}'",
    "rm -r .claude",
    "git checkout HEAD~1 -- hexguard.toml",
    "git restore -s HEAD~1 .husky",
];

#[test]
fn ways_past_the_hooks_are_seen() {
    let passed: Vec<&&str> = EVASIONS
        .iter()
        .filter(|command| evades(command).is_none())
        .collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn what_only_looks_like_a_way_past_the_hooks_is_let_go() {
    for command in [
        "git commit -m 'never use --no-verify'",
        "git commit -m --no-verify-is-bad",
        "git commit -mn",
        "git commit -am 'n'",
        "git commit -F notes",
        "git commit -m x -- -n",
        "git push -n",
        "git log -n 5",
        "git merge -n b",
        "git diff --name-only",
        "echo git commit --no-verify",
        "grep -rn -- --no-verify .",
        "git config core.hooksPath",
        "git config --get hexguard.enabled",
        "HEXGUARD=1 git commit -m x",
        "cat > doc.md <<'EOF'\ngit commit --no-verify\nEOF",
        "# git commit -n",
        "git commit --no-edit",
        "git commit -Snone -m x",
        "",
        "git commit -m 'a; git commit -n'",
        "git commit -m \"$(cat <<'EOF'\nfix: git commit -n is stopped\n\nit's --no-verify\nEOF\n)\"",
        "cat > a.md <<EOF\ngit commit -n\nEOF\nbash build.sh",
        "echo 'git commit -n' > notes.txt",
        "f() { git commit -m \"$1\"; }; f \"don't use -n\"",
        "MSG='say -n'; git commit -m \"$MSG\"",
        "env FOO=1 git commit -m 'say git commit -n'",
        "head -n 5 a | sort -n; git commit -m x",
        "ls | xargs -n 1 echo; git commit -m x",
        "git log -n 5 | bash -c 'cat -n'",
        "bash build.sh -n; git commit -m x",
        "[ -n \"$x\" ] && git commit -m x",
        "if [[ -n $x ]]; then git commit -m x; fi",
        "\"$EDITOR\" -n x",
        "echo $((1<<2)) && git commit -m x",
        "git rebase --exec 'make test' main",
        "git -c alias.x=status x -n",
        "cat .git/hooks/pre-commit",
        "ls -la .husky .git/hooks",
        "cp .git/hooks/pre-commit /tmp/copy",
        "sed -n 1,20p .pre-commit-config.yaml",
        "grep -rn hexguard .husky > found.txt",
        "find .git/hooks -type f -exec cat {} \\;",
        "find . -name '*.orig' -delete",
        "git add hexguard.toml .husky && git commit -m x",
        "git diff -- .pre-commit-config.yaml",
        "rm -f .git/index.lock",
        "rm -rf target node_modules",
        "rm *.yml",
        "chmod +x hooks/build.sh",
        "npm install --save-dev husky",
        "npm run build && git commit -m x",
        "npx lefthook install",
        "pre-commit run --all-files",
        "pre-commit install",
        "python3 -c \"print('hexguard.toml')\"",
        "python3 -c \"print('git commit')\"",
        "node -e \"console.log(1)\"",
        "HEXGUARD_FORMAT=json git commit -m x",
        "git config user.name me.hook",
        "git config hexguard.path",
        "GIT_CONFIG_GLOBAL=/dev/null cargo test",
        "hexguard allow hg1:0123456789abcdef --reason sample",
        "hexguard scan . && hexguard baseline --prune",
        "hexguard doctor",
        "tar -xf a.tar -C /tmp/x",
        "curl -o /tmp/x https://example.org",
        "echo done > .git/x.log",
        "Get-Content .git\\hooks\\pre-commit",
        "git commit -m 'do not write .git/hooks/pre-commit'",
        "git log --format='%h > %s' .husky",
        "npx husky --version",
        "git update-ref -d refs/heads/tmp",
        "chmod +x .husky/pre-commit",
        "HUSKY=0 npm ci",
        "git checkout main",
        "git restore src/main.rs",
        "ls | xargs rm",
        "watch -n 1 git status",
    ] {
        assert_eq!(evades(command), None, "{command}");
    }
}

#[test]
fn what_cannot_be_read_to_its_end_is_no_way_past_the_hooks() {
    let deep = "$(".repeat(100_000);
    let many = "f() { $@ $@ $@; };".repeat(40) + &"f a b c;".repeat(20_000);
    let long = "x=$x$x$x;".repeat(1_000);
    let nested = (0..9).fold("git status".to_owned(), |inner, _| {
        format!("bash -c '{}'", inner.replace('\'', r"'\''"))
    });
    let aliases = "git rebase ".repeat(50_000);
    let unknown = "$x ".repeat(50_000) + "git commit";
    let searches = "find . ".to_owned() + &"-exec find ".repeat(4_000);
    let many_searches = "find . ".to_owned() + &"-exec ".repeat(20_000);
    for command in [
        searches,
        many_searches,
        deep,
        aliases,
        unknown,
        many,
        long,
        nested,
        "true;".repeat(400_000),
    ] {
        let started = Instant::now();
        assert!(evades(&command).is_some(), "{}", &command[..20]);
        assert!(started.elapsed().as_secs() < 20, "{}", &command[..20]);
    }
}
