//! "Protected" is said only of what would be stopped: the proof runs under the configuration that is in force.

use std::fs;

use crate::support::{Output, Repo, script, token};

/// Configurations that switch something off, what the proof says is let through, and what lets it through.
const LOOSE: &[(&str, &str, &str)] = &[
    (
        "disable = [\"*\"]",
        "a Hex token, a token of a provider, a password:",
        "hexguard.toml:1: disable `*`",
    ),
    (
        "disable = [\"hex-*\"]",
        "a Hex token:",
        "hexguard.toml:1: disable `hex-*`",
    ),
    (
        "exclude = [\"**\"]",
        "a Hex token, a token of a provider, a password: its path is excluded",
        "hexguard.toml:1: exclude",
    ),
    (
        "exclude = [\"*.ipynb\"]",
        "in *.ipynb: its path is excluded",
        "hexguard.toml:1: exclude",
    ),
    (
        "exclude = [\"*.py\"]",
        "in *.py",
        "hexguard.toml:1: exclude",
    ),
    (
        "only = [\"jwt\"]",
        "a Hex token, a token of a provider, a password:",
        "hexguard.toml:1: only",
    ),
    (
        "exit-code = 0",
        "hexguard.toml:1: exit-code = 0",
        "hexguard.toml:1: exit-code `0`",
    ),
    (
        "[tier]\n\"*\" = \"off\"",
        "a Hex token",
        "hexguard.toml:2: tier `*` = off",
    ),
    (
        "[tier]\n\"gitlab-*\" = \"warn\"",
        "a token of a provider: it is only a warning",
        "hexguard.toml:2: tier",
    ),
    (
        "[[allow]]\nvalue = \".*\"\nreason = \"x\"",
        "hexguard.toml:1: allowed",
        "hexguard.toml:1: allow",
    ),
    (
        "[[allow]]\npath = \"**\"\nreason = \"x\"",
        "hexguard.toml:1: allowed",
        "hexguard.toml:1: allow",
    ),
];

/// Asserts that nobody says "protected", and that both are named.
fn says_no(output: &Output, code: i32, passes: &str, why: &str) {
    let said = format!("{}{}", output.stdout, output.stderr);
    assert_eq!(output.code, code, "{why}: {said}");
    assert!(said.contains(passes), "{passes}: {said}");
    assert!(said.contains(why), "{why}: {said}");
    assert!(!said.contains("repository is protected"), "{said}");
}

#[test]
fn what_the_committed_configuration_lets_through_is_named() {
    for (text, passes, why) in LOOSE {
        let repo = Repo::new();
        repo.stage("hexguard.toml", format!("{text}\n"))
            .commit("loose");
        says_no(&repo.hexguard(&["install"]), 2, passes, "");
        says_no(&repo.hexguard(&["doctor"]), 1, passes, why);
        says_no(&repo.hexguard(&["status"]), 1, passes, why);
    }
}

#[test]
fn what_is_staged_counts_as_it_will_in_the_commit() {
    let repo = Repo::new();
    repo.commit("first");
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    // Not staged it has no say.
    repo.write("hexguard.toml", "exclude = [\"*.sql\"]\n");
    assert_eq!(repo.hexguard(&["doctor"]).code, 0);
    repo.git(&["add", "hexguard.toml"]);
    says_no(&repo.hexguard(&["doctor"]), 1, "in *.sql", "exclude");
    repo.git(&["rm", "-q", "--cached", "hexguard.toml"]);
    // What the person has staged is no part of the proof.
    repo.stage("own.py", format!("t = '{}'\n", token(1)));
    assert_eq!(repo.hexguard(&["doctor"]).code, 0);
}

#[test]
fn git_s_settings_the_environment_and_the_user_count() {
    let repo = Repo::new();
    repo.commit("first");
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    repo.git(&["config", "hexguard.disable", "hex-*"]);
    says_no(
        &repo.hexguard(&["doctor"]),
        1,
        "a Hex token:",
        "disable `hex-*`",
    );
    repo.git(&["config", "--unset", "hexguard.disable"]);
    let mut command = repo.command(crate::support::HEXGUARD);
    command.env("HEXGUARD_EXCLUDE", "**").arg("doctor");
    let output = crate::support::run(&mut command);
    says_no(
        &output,
        1,
        "its path is excluded",
        "HEXGUARD_EXCLUDE: exclude",
    );
    let user = repo.beside(".config/hexguard/config.toml");
    fs::create_dir_all(user.parent().unwrap()).unwrap();
    fs::write(&user, "exit-code = 0\n").unwrap();
    says_no(
        &repo.hexguard(&["doctor"]),
        1,
        "exit-code = 0",
        "config.toml:1",
    );
}

#[test]
fn an_older_git_is_asked_in_its_own_way() {
    for version in ["2.30.2", "2.39.5"] {
        let repo = Repo::new();
        repo.stage("a.txt", "a\n").commit("first");
        let folder = repo.beside("old");
        fs::create_dir_all(&folder).unwrap();
        // It knows neither `hook run` nor, before 2.41, its input.
        let path = std::env::var("PATH").unwrap();
        script(
            &folder.join("git"),
            &format!(
                "#!/bin/sh\nPATH='{path}'\ncase \"$*\" in --version) echo git version {version}; exit;; *--to-stdin*) exit 129;; *hook\\ run*) [ {version} != 2.30.2 ] || exit 129;; esac\nexec git \"$@\"\n"
            ),
        );
        let hexguard = |args: &[&str]| {
            let mut command = repo.command(crate::support::HEXGUARD);
            command.env("PATH", format!("{}:{path}", folder.display()));
            crate::support::run(command.args(args))
        };
        let output = hexguard(&["install"]);
        assert_eq!(output.code, 0, "{output:?}");
        assert!(output.stdout.contains("hexguard stopped it"), "{output:?}");
        assert_eq!(hexguard(&["doctor"]).code, 0);
        let hook = repo.path().join(".git/hooks/pre-push");
        let own = fs::read(&hook).unwrap();
        script(&hook, "#!/bin/sh\n# hexguard\nexit 0\n");
        fs::write(&hook, [&b"#!/bin/sh\nexit 0\n"[..], &own].concat()).unwrap();
        let output = hexguard(&["status"]);
        assert_eq!(output.code, 1, "{output:?}");
        fs::write(&hook, own).unwrap();
        repo.stage("hexguard.toml", "disable = [\"*\"]\n");
        says_no(&hexguard(&["status"]), 1, "a Hex token", "disable `*`");
    }
}

#[test]
fn a_hook_of_hexguard_that_somebody_changed_is_tried() {
    let repo = Repo::new();
    repo.stage("a.txt", "a\n").commit("first");
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    let hook = repo.path().join(".git/hooks/pre-commit");
    let own = fs::read_to_string(&hook).unwrap();
    for changed in [
        own.replace("#!/bin/sh\n", "#!/bin/sh\nexit 0\n"),
        own.split_inclusive('\n')
            .filter(|line| !line.contains(" hook pre-commit"))
            .collect(),
    ] {
        assert_ne!(changed, own);
        fs::write(&hook, changed).unwrap();
        let output = repo.hexguard(&["status"]);
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.stdout.contains("NOT protected"), "{output:?}");
    }
    fs::write(&hook, own.replace("#!/bin/sh\n", "#!/bin/sh\n:\n")).unwrap();
    let output = repo.hexguard(&["status"]);
    assert_eq!(output.code, 0, "{output:?}");
}

#[test]
fn what_a_configuration_holds_by_mistake_is_not_shown() {
    let repo = Repo::new();
    let value = format!("Tr{}pad{}", "0ub4", "dor&3xyz");
    let text = format!("[[allow]]\nvalue = \"{value}\"\nreason = \"x\"\n");
    repo.stage("hexguard.toml", text).commit("policy");
    let output = repo.hexguard(&["install"]);
    assert_eq!(output.code, 0, "{output:?}");
    let said = repo.hexguard(&["status"]).stdout;
    assert!(said.contains("allow value = (1"), "{said}");
    assert!(!said.contains(&value), "{said}");
}

#[test]
fn what_switches_a_rule_off_and_none_of_the_proofs_kinds_is_listed() {
    let repo = Repo::new();
    let text = "disable = [\"jwt\"]\nallow-unscanned = [\"big.sql\"]\n[[allow]]\nfingerprint = \"hg1:0123456789abcdef\"\nreason = \"x\"\n";
    repo.stage("hexguard.toml", text).commit("policy");
    let output = repo.hexguard(&["install"]);
    assert_eq!(output.code, 0, "{output:?}");
    let said = repo.hexguard(&["status"]).stdout;
    assert!(
        said.contains("lets through: hexguard.toml:1: disable `jwt`"),
        "{said}"
    );
    assert!(said.contains("allow-unscanned `big.sql`"), "{said}");
    assert!(
        !said.contains("hg1:"),
        "one secret is what an entry is for: {said}"
    );
    assert!(said.contains("repository is protected"), "{said}");
}

#[test]
fn nothing_of_the_repository_runs_or_changes_but_the_hooks_in_question() {
    let repo = Repo::new();
    repo.stage("a.txt", "a\n").commit("first");
    repo.write("a.txt", "b\n").stage("b.txt", "b\n");
    let ran = repo.path().join("ran");
    for name in [
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "post-commit",
        "fsmonitor",
    ] {
        let text = format!("#!/bin/sh\necho {name} >> '{}'\nexit 1\n", ran.display());
        script(&repo.path().join(".git/hooks").join(name), &text);
    }
    repo.git(&["config", "core.fsmonitor", ".git/hooks/fsmonitor"]);
    let state = || {
        let mut all = crate::install::files(repo.path());
        all.retain(|path, _| !path.starts_with(repo.path().join(".git/hooks")));
        all
    };
    let before = state();
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    assert_eq!(repo.hexguard(&["doctor"]).code, 0);
    assert_eq!(repo.hexguard(&["status"]).code, 0);
    assert!(!ran.exists(), "{:?}", fs::read_to_string(&ran));
    assert!(state() == before, "nothing may change");
}

#[test]
fn a_hook_of_another_event_that_does_not_run_hexguard_is_found_out() {
    let repo = Repo::new();
    repo.commit("first");
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    for event in ["pre-merge-commit", "commit-msg", "pre-push"] {
        let hook = repo.path().join(".git/hooks").join(event);
        let own = fs::read_to_string(&hook).unwrap();
        script(
            &hook,
            &own.replacen("#!/bin/sh\n", "#!/bin/sh\nexit 0\n", 1),
        );
        let output = repo.hexguard(&["doctor"]);
        assert_eq!(output.code, 1, "{event}: {output:?}");
        assert!(
            output.stdout.contains("NOT protected"),
            "{event}: {output:?}"
        );
        script(&hook, &own);
    }
    assert_eq!(repo.hexguard(&["doctor"]).code, 0);
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_and_nobody_says_protected() {
    let repo = Repo::new();
    repo.commit("first");
    assert_eq!(repo.hexguard(&["install"]).code, 0);
    repo.stage("hexguard.toml", "exlude = 1\n");
    fs::remove_file(repo.path().join("hexguard.toml")).unwrap();
    for command in ["status", "doctor"] {
        let output = repo.hexguard(&[command]);
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.stdout.contains("unknown key `exlude`"), "{output:?}");
        assert!(output.stdout.contains("NOT protected"), "{output:?}");
    }
    // Many settings are counted where nobody asked for all.
    let many: String = (0..50)
        .map(|n| format!("[[allow]]\npath = \"p{n}.py\"\nreason = \"x\"\n"))
        .fold(String::new(), |all, one| all + &one);
    repo.stage("hexguard.toml", many);
    let said = repo.hexguard(&["status"]).stdout;
    assert!(said.contains("30 more: hexguard doctor"), "{said}");
    assert!(repo.hexguard(&["doctor"]).stdout.contains("p49.py"));
}
