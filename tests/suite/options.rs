//! Unknown values of options and settings: each command ends with 2, wherever the value is given.

use std::collections::BTreeSet;

use hexguard::config::key::{KEYS, Kind};

use crate::support::{HEXGUARD, Output, Repo, run, run_with};

/// Every command with the least that it needs, and whether it reads the configuration.
const COMMANDS: &[(&str, bool)] = &[
    ("", true),
    ("scan", true),
    ("scan .", true),
    ("scan --staged", true),
    ("scan --history", true),
    ("scan --range HEAD", true),
    ("scan -", true),
    ("hook pre-commit", true),
    ("rules", true),
    ("rules list", true),
    ("rules test", true),
    ("rules explain jwt", true),
    ("explain a.txt:1", true),
    // These must be possible whatever the configuration says.
    ("install", false),
    ("uninstall", false),
    ("status", true),
    ("doctor", true),
    ("completions bash", false),
    ("man", false),
    ("redact", false),
    ("audit --no-history", true),
    ("reviewed a.txt", false),
    ("config", true),
    ("config --staged", true),
    ("config --schema", false),
    ("allow --unused", true),
    ("allow --reason x --path b.txt", true),
    ("baseline", true),
    ("migrate --dry-run", true),
];

/// Values that every command refuses on its command line.
const WRONG: &[&[&str]] = &[
    &["--format", "nonsense"],
    &["--format="],
    &["--color", "nonsense"],
    &["--exit-code", "256"],
    &["--exit-code", "x"],
    &["--exit-code=-1"],
    &["--exit-zero", "--exit-code", "1"],
    &["--max-decode-depth", "x"],
    &["--max-decode-depth", "-1"],
    &["--max-file-size", "1k"],
    &["--max-file-size", "99999999999999999999"],
    &["--nonsense"],
];

/// Values that commands refuse which read the configuration.
const WRONG_IN_CONFIGURATION: &[&[&str]] = &[
    &["--max-decode-depth", "9"],
    &["--max-file-size", "1048577"],
    &["--enable-rule", "nonsense"],
    &["--baseline", "nonsense"],
    &["--ignore-file", "nonsense"],
    &["--config", "nonsense"],
];

/// Unknown values of what single commands take.
const OWN: &[&[&str]] = &[
    &["nonsense"],
    &["scan", "--range", "nonsense"],
    &["scan", ".", "--output", "nonsense:report"],
    &["hook", "nonsense"],
    &["hook", "agent", "nonsense"],
    &["rules", "nonsense"],
    &["rules", "explain", "nonsense"],
    &["explain", "a.txt"],
    &["explain", "a.txt:x"],
    &["explain", "a.txt:0"],
    &["explain", "a.txt:9"],
    &["install", "--hook", "nonsense"],
    &["install", "--agent", "nonsense"],
    &["uninstall", "--agent", "nonsense"],
    &["completions", "nonsense"],
    &["reviewed", "nonsense"],
    &["allow", "--reason", "x", "nonsense"],
    &["allow", "--reason", "x", "--path", "a{b"],
    &["allow", "--reason", "x", "--value", "("],
    &[
        "allow", "--reason", "x", "--path", "x", "--until", "nonsense",
    ],
    &[
        "allow",
        "--reason",
        "x",
        "--path",
        "x",
        "--until",
        "2026-02-30",
    ],
];

#[test]
fn a_wrong_day_is_told_by_its_option() {
    let output = repo().hexguard(&["allow", "--reason", "x", "--path", "x", "--until", "3"]);
    assert_eq!(
        output.stderr,
        "hexguard: --until: `3` is no day like 2026-12-31\n"
    );
}

/// A repository in which every command has something to work on.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.stage("a.txt", "x\n").commit("first");
    repo
}

fn words(command: &str) -> Vec<&str> {
    command.split(' ').filter(|word| !word.is_empty()).collect()
}

#[track_caller]
fn is_refused(output: &Output, what: &str) {
    assert_eq!(output.code, 2, "{what}: {output:?}");
    assert!(!output.stderr.is_empty(), "{what}");
    assert!(
        !output.stderr.contains("internal error"),
        "{what}: {output:?}"
    );
}

#[test]
fn every_command_is_tried() {
    let help = repo().hexguard(&["--help"]).stdout;
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let told: BTreeSet<&str> = lines
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(told.len() > 10, "{help}");
    let tried = COMMANDS
        .iter()
        .filter_map(|(command, _)| words(command).first().copied());
    assert_eq!(told, tried.collect());
}

#[test]
fn unknown_values_on_the_command_line_end_with_2() {
    let repo = repo();
    for &(command, reads) in COMMANDS {
        let more = if reads { WRONG_IN_CONFIGURATION } else { &[] };
        for wrong in WRONG.iter().chain(more) {
            // It makes the file.
            if command == "baseline" && wrong[0] == "--baseline" {
                continue;
            }
            let line = [&words(command)[..], wrong].concat();
            is_refused(&repo.hexguard(&line), &format!("{line:?}"));
        }
    }
    for line in OWN {
        is_refused(&repo.hexguard(line), &format!("{line:?}"));
    }
    assert!(!repo.path().join("hexguard.toml").exists());
    assert!(!repo.path().join("report").exists());
}

#[test]
fn unknown_values_of_settings_end_with_2_in_every_layer() {
    let repo = repo();
    for &(command, _) in COMMANDS.iter().filter(|(_, reads)| *reads) {
        for key in KEYS {
            let (text, toml) = match key.kind {
                Kind::Flag => (Some("maybe"), "\"maybe\""),
                Kind::Number(_) => (Some("many"), "\"many\""),
                Kind::Choice(_) => (Some("nonsense"), "\"nonsense\""),
                Kind::Text => (None, "1"),
                Kind::List => (None, "[1]"),
            };
            let mut line = repo.command(HEXGUARD);
            line.args(words(command));
            let what = format!("{command} with {}", key.name);
            if let Some(text) = text {
                let output = run_with(line.env(key.variable(), text), b"");
                is_refused(&output, &what);
                assert!(
                    output.stderr.contains(&key.variable()),
                    "{what}: {output:?}"
                );
                let setting = format!("hexguard.{}", key.name);
                repo.git(&["config", &setting, text]);
                is_refused(&run(repo.command(HEXGUARD).args(words(command))), &what);
                repo.git(&["config", "--unset", &setting]);
            }
            repo.stage("hexguard.toml", format!("{} = {toml}\n", key.name));
            let output = run_with(repo.command(HEXGUARD).args(words(command)), b"");
            is_refused(&output, &what);
            assert!(
                output.stderr.contains("hexguard.toml:1"),
                "{what}: {output:?}"
            );
            repo.git(&["rm", "-q", "-f", "hexguard.toml"]);
        }
    }
}
