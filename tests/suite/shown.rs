//! No command, no format and no error shows eight characters in a row of a secret.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};
use serde_json::json;

use crate::support::template::fill;
use crate::support::{HEXGUARD, Output, Repo, run, run_with};

/// So many characters in a row of a secret must not be shown.
const PART: usize = 8;
/// How many kinds of the built-in rules are tried one by one, besides those below.
const KINDS: usize = 33;

/// A kind of secret: one that was made for this run.
struct Kind {
    /// The file that holds it.
    path: String,
    text: String,
    /// The secret, without what every one of its kind has.
    secret: String,
    /// The parts that must not be shown.
    parts: BTreeSet<Vec<u8>>,
    /// Whether a person made it up.
    is_chosen: bool,
}

impl Kind {
    fn new(path: String, text: String, secret: &[u8], public: &[u8]) -> Self {
        // What another secret of the kind has as well is public.
        let parts = |text: &[u8]| -> BTreeSet<Vec<u8>> {
            text.windows(PART).map(<[u8]>::to_ascii_lowercase).collect()
        };
        let public = parts(public);
        Self {
            parts: parts(secret).difference(&public).cloned().collect(),
            secret: String::from_utf8_lossy(secret).into_owned(),
            path,
            text,
            is_chosen: false,
        }
    }

    /// Returns a part of the secret that a text shows.
    fn shown_in(&self, text: &str) -> Option<String> {
        let text = text.as_bytes().to_ascii_lowercase();
        let mut windows = text.windows(PART);
        let found = windows.find(|window| self.parts.contains(*window))?;
        Some(String::from_utf8_lossy(found).into_owned())
    }
}

/// Returns a kind for each built-in rule that stops a commit, as far as its first example says of itself what it is.
fn of_rules() -> Vec<Kind> {
    let rules = RuleSet::builtin();
    let mut kinds = Vec::new();
    for rule in rules.iter().filter(|rule| rule.tier == Tier::Block) {
        let Some(example) = rule.examples.first() else {
            continue;
        };
        let path = match rule.paths.first() {
            Some(glob) => glob.replace("**/", "").replace('*', "name"),
            None => format!("{}.txt", rule.id),
        };
        if path.contains(['{', '[', '?']) {
            continue;
        }
        let found = |seed| {
            let text = fill(example, seed);
            let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
            let found = detect(&fragment, &rules).into_iter();
            let secret = found
                .filter(|one| one.rule.id == rule.id)
                .map(|one| one.secret)
                .next();
            (text.clone(), secret)
        };
        let (text, secret) = found(1);
        // What stands in others of the kind is public.
        let others: Vec<String> = (2..60).map(|seed| fill(example, seed)).collect();
        if let Some(secret) = secret {
            let path = format!("{}/{path}", kinds.len());
            kinds.push(Kind::new(
                path,
                text,
                secret.expose(),
                others.join("\n").as_bytes(),
            ));
        }
    }
    // What is the same in every example has nothing to hide.
    kinds.retain(|kind| !kind.parts.is_empty());
    kinds
}

/// Returns kinds that the rules' examples do not show: what people choose, and what stands in the middle of other text.
fn of_people() -> Vec<Kind> {
    let random = fill("{{lower:3}}{{digit:3}}{{upper:3}}{{alnum:11}}", 4);
    let phrase = ["correct", "horse", "battery", "staple"];
    let chosen = ["Gartenzwerg", "Nebel", "42!"].concat();
    let mut kinds = Vec::new();
    for (path, text, secret, is_chosen) in [
        ("a.py", "password = \"§\"", random.clone(), false),
        ("b.env", "DB_PASSWORD=§\n", random.clone(), false),
        ("c.yml", "database:\n  password: §\n", random.clone(), false),
        (
            "d.py",
            "url = \"postgres://bob:§@db.acme.io/x\"",
            random.clone(),
            false,
        ),
        (
            "e.sh",
            "curl -u bob:§ https://intranet.acme.io/",
            random.clone(),
            false,
        ),
        ("f.xml", "<password>§</password>", random.clone(), false),
        ("g.json", "{\"password\": \"§\"}", random, false),
        ("h.py", "password = \"§\"", phrase.join("-") + "-9", true),
        ("i.env", "ADMIN_PASSWORD=§\n", phrase.concat() + "77", true),
        ("j.py", "db_password = '§'", phrase.join(" ") + " 5!", true),
        ("k.yml", "password: §\n", chosen.clone(), true),
        (
            "l.py",
            "connect('mysql://root:§@db.acme.io/x')",
            chosen,
            true,
        ),
    ] {
        let public = text.as_bytes();
        let text = text.replace('§', &secret);
        kinds.push(Kind {
            is_chosen,
            ..Kind::new(format!("people/{path}"), text, secret.as_bytes(), public)
        });
    }
    kinds
}

/// Collects what was shown and must not be.
#[derive(Default)]
struct Leaks(String);

impl Leaks {
    fn look(&mut self, kind: &Kind, what: &str, output: &Output) {
        let all = format!("{}{}", output.stdout, output.stderr);
        self.look_at(kind, what, &all);
    }

    fn look_at(&mut self, kind: &Kind, what: &str, text: &str) {
        if let Some(part) = kind.shown_in(text) {
            let line = text.lines().find(|line| kind.shown_in(line).is_some());
            let _ = writeln!(self.0, "{what}: {}: {part} in {line:?}", kind.path);
        }
    }
}

impl Drop for Leaks {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{}", self.0);
        }
    }
}

/// Returns a line without the digits of its fingerprints: thousands of random digits hold a part of some secret by chance.
fn without_fingerprints(line: &str) -> String {
    let mut pieces = line.split("hg1:");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_hex = |byte: &u8| byte.is_ascii_hexdigit();
        let digits = piece.bytes().take(16).take_while(|byte| is_hex(byte));
        kept.push_str("hg1:");
        kept.push_str(&piece[digits.count()..]);
    }
    kept
}

/// Runs hexguard in a repository, with every word that a panic would say.
fn hexguard(repo: &Repo, args: &[&str]) -> Output {
    let mut command = repo.command(HEXGUARD);
    run(command.env("RUST_BACKTRACE", "full").args(args))
}

const FORMATS: [&str; 10] = [
    "human", "compact", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "gitleaks",
];

#[test]
fn no_command_shows_a_part_of_a_secret() {
    let repo = Repo::new();
    let kinds: Vec<Kind> = of_rules().into_iter().chain(of_people()).collect();
    assert!(kinds.len() >= 200, "{}", kinds.len());
    for kind in &kinds {
        repo.write(&kind.path, &kind.text);
    }
    repo.git(&["add", "--all"]);
    let mut leaks = Leaks::default();
    // The outputs are long and the kinds are many: each part is looked up once.
    let mut owners: HashMap<&[u8], &Kind> = HashMap::new();
    for kind in &kinds {
        owners.extend(kind.parts.iter().map(|part| (part.as_slice(), kind)));
    }
    let mut look = |what: &str, output: &Output| {
        for line in output.stdout.lines().chain(output.stderr.lines()) {
            let line = &without_fingerprints(line);
            let lower = line.to_ascii_lowercase();
            let mut windows = lower.as_bytes().windows(PART);
            if let Some(kind) = windows.find_map(|window| owners.get(window)) {
                leaks.look_at(kind, what, line);
            }
        }
    };
    for format in FORMATS {
        let output = hexguard(&repo, &["scan", ".", "--format", format]);
        assert_eq!(output.code, 1, "{format}: {}", output.stderr);
        look(&format!("scan --format {format}"), &output);
    }
    for args in [
        &["scan"][..],
        &["hook", "pre-commit"],
        &["audit"],
        &["doctor"],
        &["status"],
        &["config"],
        &["reviewed", "--by", "Ada", "people/b.env"],
        &["baseline"],
        &["scan", ".", "--show-suppressed", "--format", "compact"],
        &["scan", ".", "--show-suppressed", "--format", "sarif"],
        &["baseline", "--prune"],
        &["allow", "--unused"],
        &["migrate"],
    ] {
        look(&args.join(" "), &hexguard(&repo, args));
    }
    for name in [".hexguard-baseline", "hexguard.toml"] {
        if let Ok(stdout) = std::fs::read_to_string(repo.path().join(name)) {
            look(
                name,
                &Output {
                    code: 0,
                    stdout,
                    stderr: String::new(),
                },
            );
        }
    }
}

#[test]
fn no_command_on_one_secret_shows_a_part_of_it() {
    let repo = Repo::new();
    let mut leaks = Leaks::default();
    let rules = of_rules();
    let step = rules.len() / KINDS;
    let kinds = rules.into_iter().step_by(step).chain(of_people());
    for kind in kinds {
        repo.write(&kind.path, &kind.text);
        let line = kind
            .text
            .lines()
            .position(|line| kind.shown_in(line).is_some());
        let place = format!("{}:{}", kind.path, line.unwrap_or_default() + 1);
        leaks.look(&kind, "scan FILE", &hexguard(&repo, &["scan", &kind.path]));
        leaks.look(&kind, "explain", &hexguard(&repo, &["explain", &place]));
        let call = json!({"hook_event_name": "PreToolUse", "tool_name": "Write",
            "tool_input": {"file_path": format!("/p/{}", kind.path), "content": kind.text}});
        let call = call.to_string();
        let reply = repo.hexguard_with(&["hook", "agent", "claude-code"], call.as_bytes());
        leaks.look(&kind, "hook agent", &reply);
        let redacted = repo.hexguard_with(&["redact"], kind.text.as_bytes());
        leaks.look(&kind, "redact", &redacted);
        repo.write("message", format!("fix it\n\n{}\n", kind.text));
        let message = hexguard(&repo, &["hook", "commit-msg", "message"]);
        leaks.look(&kind, "hook commit-msg", &message);
    }
}

/// Commands that get a secret in place of `§`, as a flag, a name or a value that they cannot use.
const MISTAKES: &[&[&str]] = &[
    &["allow", "§", "--reason", "x"],
    &["allow", "hg1:§", "--reason", "x"],
    &["allow", "--value", "(§", "--reason", "x"],
    &["allow", "--path", "[§", "--reason", "x"],
    &["allow", "--rule", "§", "--until", "§", "--reason", "x"],
    &["explain", "§"],
    &["rules", "explain", "§"],
    &["scan", "--range", "§"],
    &["scan", "--range", "§..HEAD"],
    &["scan", "--format", "§"],
    &["scan", "--§"],
    &["scan", "--exit-code", "§"],
    &["scan", "--color", "§"],
    &["scan", "--max-file-size", "§"],
    &["scan", "--exclude", "[§", "."],
    &["scan", "--disable-rule", "§", "."],
    &["scan", "--enable-rule", "§", "."],
    &["§"],
    &["hook", "§"],
    &["hook", "agent", "§"],
    &["install", "--agent", "§"],
    &["completions", "§"],
];
/// The same for names of files: a word that a person chose cannot be told from one there.
const PATHS: &[&[&str]] = &[
    &["scan", "§"],
    &["scan", "no/§/x.py"],
    &["scan", "--config", "§"],
    &["scan", "--baseline", "§", "."],
    &["scan", "--ignore-file", "§", "."],
    &["scan", ".", "--output", "no/§"],
    &["explain", "§:1"],
];
/// What `hexguard.toml` may hold that is wrong.
const FILES: &[&str] = &[
    "\"§\" = 1",
    "§",
    "strict = \"§\"",
    "color = \"§\"",
    "exclude = [\"[§\"]",
    "only = [\"§\"]",
    "disable = [\"§\"]",
    "same-commit-allow = \"§\"",
    "[[allow]]\nreason = \"x\"\nfingerprint = \"§\"",
    "[[allow]]\nreason = \"x\"\nvalue = \"(§\"",
    "[[allow]]\nreason = \"x\"\npath = \"[§\"",
    "[[allow]]\nreason = \"x\"\nrule = \"a\"\nuntil = \"§\"",
    "[[allow]]\n\"§\" = \"x\"",
    "[tier]\nhex-personal-token = \"§\"",
    "[tier]\n\"§\" = \"warn\"",
    "[[rule]]\nid = \"a\"\ntitle = \"a\"\nS = 1",
    "[[rule]]\nid = \"a\"\ntitle = \"a\"\nregex = \"(§\"\nkeywords = [\"abc\"]",
    "[[rule]]\nid = \"a\"\ntitle = \"a\"\nregex = \"abc\"\nkeywords = [\"abc\"]\ntier = \"§\"",
    "[[rule]]\nid = \"a\"\ntitle = \"a\"\nfind = \"§\"\nkeywords = [\"abc\"]",
    "[[hex.token]]\nname = \"a\"\nkind = \"§\"",
    "[[hex.token]]\nname = \"a\"\nexpires = \"§\"",
];

#[test]
fn a_secret_in_a_wrong_place_is_not_repeated() {
    let repo = Repo::new();
    repo.write("x.py", "x = 1\n").commit("first");
    let mut leaks = Leaks::default();
    let rules: Vec<Kind> = of_rules();
    let single = |kind: &Kind| !kind.secret.contains(['\n', '\0', '\r']);
    let rules: Vec<Kind> = rules.into_iter().filter(single).collect();
    let step = rules.len() / KINDS;
    let kinds = rules.into_iter().step_by(step);
    for kind in kinds.chain(of_people()) {
        let with = |args: &[&str]| -> Vec<String> {
            args.iter()
                .map(|arg| arg.replace('§', &kind.secret))
                .collect()
        };
        // Nor can an id of digits and hyphens, which many a file is named by.
        let is_name = kind.is_chosen || kind.secret.split('-').count() == 5;
        let paths = PATHS.iter().filter(|_| !is_name);
        for args in MISTAKES.iter().chain(paths) {
            let output = run(repo.command(HEXGUARD).args(with(args)));
            leaks.look(&kind, &args.join(" "), &output);
        }
        for name in [
            "HEXGUARD_STRICT",
            "HEXGUARD_COLOR",
            "HEXGUARD_MAX_FILE_SIZE",
            "HEXGUARD_ONLY",
        ] {
            let mut command = repo.command(HEXGUARD);
            let output = run(command.env(name, &kind.secret).args(["scan", "."]));
            leaks.look(&kind, name, &output);
        }
        for name in ["hexguard.strict", "hexguard.color", "hexguard.only"] {
            repo.git(&["config", name, &kind.secret]);
            leaks.look(&kind, name, &hexguard(&repo, &["scan", "."]));
            repo.git(&["config", "--unset", name]);
        }
        let extends = ["extends = [\"§\"]"];
        let extends = extends.iter().filter(|_| !kind.is_chosen);
        for text in FILES.iter().chain(extends) {
            let escaped = kind.secret.replace('\\', "\\\\").replace('"', "\\\"");
            repo.write("hexguard.toml", text.replace('§', &escaped));
            leaks.look(&kind, text, &hexguard(&repo, &["scan", "."]));
        }
        std::fs::remove_file(repo.path().join("hexguard.toml")).unwrap();
        repo.write("y.py", format!("y = '{}'\n", fill("{{gh62:ghp_:30}}", 1)));
        for text in [
            "§\n",
            "hg1:§ x\n",
            "\u{feff}[{\"RuleID\": \"x\", \"Secret\": \"§\"}]",
            "{\"§\": ",
        ] {
            repo.write("base", text.replace('§', &kind.secret));
            let output = hexguard(&repo, &["scan", "--baseline", "base", "."]);
            leaks.look(&kind, &format!("baseline {text}"), &output);
        }
        std::fs::remove_file(repo.path().join("base")).unwrap();
        std::fs::remove_file(repo.path().join("y.py")).unwrap();
    }
}

#[test]
fn a_slip_of_the_keyboard_is_repeated() {
    let repo = Repo::new();
    repo.write("x.py", "x = 1\n").commit("first");
    for (args, said) in [
        (&["scan", "--format", "jsno"][..], "'jsno'"),
        (
            &["rules", "explain", "generic-passwrod"],
            "`generic-passwrod`",
        ),
        (&["scan", "--range", "main..topci"], "`main..topci`"),
        (
            &["scan", "src/missing-folder/data_loader.py"],
            "src/missing-folder/data_loader.py",
        ),
        (&["instal"], "'instal'"),
    ] {
        let output = hexguard(&repo, args);
        assert_eq!(output.code, 2, "{args:?}");
        let printed = output.stdout + &output.stderr;
        assert!(printed.contains(said), "{args:?}: {printed}");
    }
}

#[test]
fn a_diff_that_install_shows_is_masked_and_readable() {
    let token = crate::support::token(3);
    let password = fill("{{alnum:20}}", 6);
    let settings = format!(
        "{{\n  \"model\": \"large\",\n  \"env\": {{\n    \"HEX_API_TOKEN\": \"{token}\",\n    \"DB_PASSWORD\": \"{password}\"\n  }}\n}}\n"
    );
    let husky =
        format!("npm test\ncurl -H 'Authorization: Bearer {token}' https://app.hex.tech/\n");
    for (path, text, args) in [
        (
            ".claude/settings.local.json",
            settings,
            &["install", "--agent", "claude-code", "--yes"][..],
        ),
        (".husky/pre-commit", husky, &["install", "--yes"]),
    ] {
        let repo = Repo::new();
        repo.write(path, &text);
        if path.starts_with(".husky") {
            repo.write(".husky/_/h", "#!/bin/sh\n");
            repo.git(&["config", "core.hooksPath", ".husky/_"]);
        }
        let kind = Kind::new(path.into(), text, token.as_bytes(), b"");
        let other = Kind::new(path.into(), String::new(), password.as_bytes(), b"");
        let output = run_with(repo.command(HEXGUARD).args(args), b"");
        assert!(
            output.stdout.contains("+++ "),
            "{path}: {}{}",
            output.stdout,
            output.stderr
        );
        assert!(output.stdout.contains("hook "), "{path}: {}", output.stdout);
        let mut leaks = Leaks::default();
        leaks.look(&kind, "install", &output);
        leaks.look(&other, "install", &output);
    }
}

#[test]
fn a_setting_or_a_variable_that_holds_a_secret_is_not_repeated() {
    let repo = Repo::new();
    repo.commit("first");
    let secret = crate::support::token(9);
    let public = crate::support::token(10);
    let (bytes, public) = (secret.as_bytes(), public.as_bytes());
    let kind = Kind::new("a setting".into(), String::new(), bytes, public);
    let mut leaks = Leaks::default();
    let folder = format!("/tmp/{secret}");
    repo.git(&["config", "core.hooksPath", &folder]);
    for command in ["status", "doctor", "audit", "install", "uninstall"] {
        leaks.look(&kind, command, &hexguard(&repo, &[command]));
    }
    repo.git(&["config", "--unset", "core.hooksPath"]);
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "HEXGUARD_CONFIG",
        "GIT_INDEX_FILE",
    ] {
        for args in [&["status"][..], &["audit"], &["scan"], &["scan", "."]] {
            let mut command = repo.command(HEXGUARD);
            let output = run(command.env(name, &folder).args(args));
            leaks.look(&kind, &format!("{name} {}", args.join(" ")), &output);
        }
    }
}
