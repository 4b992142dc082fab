//! Configuration: its layers, where it is read from, and what a commit may not change for itself.

use std::fs;

use hexguard::config::schema::SCHEMA;

use crate::support::{Output, Repo, token};

fn commit(repo: &Repo) -> Output {
    repo.try_git(&["commit", "-m", "x"])
}

#[test]
fn every_setting_names_its_origin() {
    let repo = Repo::new();
    let home = repo.beside(".config/hexguard");
    fs::create_dir_all(&home).unwrap();
    fs::write(
        home.join("config.toml"),
        "exclude = ['from-user']\ncolor = 'never'\n",
    )
    .unwrap();
    repo.write(
        "hexguard.toml",
        "\nstrict = true\nexclude = ['from-file']\n",
    )
    .git(&["config", "hexguard.exclude", "from-git"]);
    let mut command = repo.command(crate::support::HEXGUARD);
    command
        .args(["config", "--exclude", "from-flag"])
        .env("HEXGUARD_FORMAT", "compact");
    let output = crate::support::run(&mut command);
    assert_eq!(output.code, 0, "{output:?}");
    let line = |wanted: &str| {
        let found = output.stdout.lines().find(|line| line.starts_with(wanted));
        found
            .unwrap_or_else(|| panic!("{wanted}\n{output:?}"))
            .to_owned()
    };
    assert!(line("strict = true").ends_with("# hexguard.toml:2"));
    assert!(line("color = \"never\"").ends_with("hexguard/config.toml:2"));
    assert!(line("exclude += [\"from-user\"]").ends_with("hexguard/config.toml:1"));
    assert!(line("exclude += [\"from-file\"]").ends_with("# hexguard.toml:3"));
    assert!(line("exclude += [\"from-git\"]").ends_with("# git config hexguard.exclude"));
    assert!(line("exclude += [\"from-flag\"]").ends_with("# --exclude"));
    assert!(line("format = \"compact\"").ends_with("# HEXGUARD_FORMAT"));
    assert!(line("inline-allow = true").ends_with("# default"));
}

#[test]
fn a_mistake_stops_with_its_place_and_a_guess() {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n");
    for (text, place, guess) in [
        (
            "\nexlude = ['a']\n",
            "hexguard.toml:2: unknown key `exlude`",
            "did you mean `exclude`?",
        ),
        (
            "[[rule]]\nid = 'a-b'\ntitle = 'A'\nregex = 'abc[0-9]+'\nkeyword = ['abc']\n",
            "hexguard.toml:5: unknown key `keyword`",
            "did you mean `keywords`?",
        ),
    ] {
        repo.write("hexguard.toml", text);
        let output = repo.hexguard(&["scan", "a.py"]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains(place), "{output:?}");
        assert!(output.stderr.contains(guess), "{output:?}");
    }
    repo.write("hexguard.toml", "").write(".hexguard.toml", "");
    assert_eq!(repo.hexguard(&["scan", "a.py"]).code, 2);
    let mut command = repo.command(crate::support::HEXGUARD);
    command.args(["scan", "a.py"]).env("HEXGUARD_STRIKT", "1");
    assert_eq!(crate::support::run(&mut command).code, 2);
}

#[test]
fn in_a_hook_the_index_counts_and_not_the_work_tree() {
    let repo = Repo::new();
    repo.hook("pre-commit")
        .stage("hexguard.toml", "disable = 'hex-*'\n")
        .commit("configured")
        .write("hexguard.toml", "")
        .stage("a.py", format!("T = '{}'\n", token(1)));
    assert_eq!(
        commit(&repo).code,
        0,
        "the staged file switches the rule off"
    );

    repo.git(&["add", "hexguard.toml"]);
    repo.write("hexguard.toml", "disable = 'hex-*'\n")
        .stage("b.py", format!("T = '{}'\n", token(2)));
    assert_eq!(commit(&repo).code, 1, "the work tree's file does not count");
}

#[test]
fn what_the_commit_adds_to_the_configuration_is_named() {
    let repo = Repo::new();
    repo.hook("pre-commit")
        .stage("a.py", format!("T = '{}'\n", token(1)))
        .stage(
            "hexguard.toml",
            "exclude = ['vendor/']\n[[allow]]\npath = 'a.py'\nreason = 'made up'\n",
        );
    let output = commit(&repo);
    assert_eq!(output.code, 0, "{output:?}");
    for wanted in [
        "this commit lets more through: hexguard.toml:1: exclude `vendor/`",
        "this commit lets more through: hexguard.toml:2: allow (made up)",
    ] {
        assert!(output.stderr.contains(wanted), "{output:?}");
    }
    repo.stage("b.py", "x = 1\n");
    let output = commit(&repo);
    assert_eq!(output.code, 0);
    assert!(!output.stderr.contains("lets more through"), "{output:?}");

    repo.stage("c.py", format!("T = '{}'  # gitleaks:allow\n", token(2)));
    let output = commit(&repo);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output
            .stderr
            .contains("this commit lets more through: c.py:1: gitleaks:allow"),
        "{output:?}"
    );
    repo.stage("c.py", format!("\nT = '{}'  # gitleaks:allow\n", token(2)));
    let output = commit(&repo);
    assert!(!output.stderr.contains("lets more through"), "{output:?}");
}

#[test]
fn the_policy_can_refuse_what_a_commit_allows_itself() {
    let repo = Repo::new();
    repo.hook("pre-commit")
        .stage("hexguard.toml", "same-commit-allow = 'block'\n")
        .commit("policy");
    for text in [
        "same-commit-allow = 'block'\n[[allow]]\npath = 'a.py'\nreason = 'r'\n",
        // The commit cannot switch the policy off for itself.
        "same-commit-allow = 'warn'\n[[allow]]\npath = 'a.py'\nreason = 'r'\n",
        "same-commit-allow = 'block'\nexclude = 'a.py'\n",
        "same-commit-allow = 'block'\ndisable = 'hex-*'\n",
        "same-commit-allow = 'warn'\n[tier]\nhex-personal-token = 'warn'\n",
    ] {
        repo.stage("a.py", format!("T = '{}'\n", token(1)))
            .stage("hexguard.toml", text);
        let output = commit(&repo);
        assert_eq!(output.code, 1, "{text}{output:?}");
        assert!(
            output.stderr.contains("comes with this commit"),
            "{output:?}"
        );
    }
    repo.git(&["checkout", "-q", "HEAD", "--", "hexguard.toml"]);
    repo.stage("a.py", format!("T = '{}'  # hexguard:allow\n", token(1)));
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stderr.contains("comes with this commit"),
        "{output:?}"
    );

    // In two steps it is somebody's decision.
    repo.git(&["reset", "-q", "--hard"]);
    repo.stage(
        "hexguard.toml",
        "same-commit-allow = 'block'\n[[allow]]\npath = 'a.py'\nreason = 'r'\n",
    );
    assert_eq!(commit(&repo).code, 0);
    repo.stage("a.py", format!("T = '{}'\n", token(1)));
    assert_eq!(commit(&repo).code, 0);
}

#[test]
fn exclusions_tiers_and_exit_codes_do_what_they_say() {
    let repo = Repo::new();
    repo.write("vendor/a.py", format!("T = '{}'\n", token(1)))
        .write("b.py", "x = 1\n");
    let output = repo.hexguard(&["scan", "--exclude", "vendor/", "."]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stdout.contains("1 excluded"), "{output:?}");
    assert_eq!(repo.hexguard(&["scan", "--exit-code", "7", "."]).code, 7);
    assert_eq!(repo.hexguard(&["scan", "--exit-zero", "."]).code, 0);
    assert_eq!(
        repo.hexguard(&["scan", "--disable-rule", "hex-*", "."])
            .code,
        0
    );
    assert_eq!(
        repo.hexguard(&["scan", "--enable-rule", "aws-*", "."]).code,
        0
    );
    assert_eq!(
        repo.hexguard(&["scan", "--enable-rule", "hex-personal-token", "."])
            .code,
        1
    );
    repo.write("hexguard.toml", "[tier]\n'hex-*' = 'warn'\n");
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
    assert_eq!(repo.hexguard(&["scan", "--strict", "."]).code, 1);
    repo.write("hexguard.toml", "disable = 'hex-persnal-token'\n");
    let output = repo.hexguard(&["scan", "."]);
    assert_eq!(output.code, 1);
    assert!(
        output.stdout.contains("hexguard.toml:1: there is no rule `hex-persnal-token`; did you mean `hex-personal-token`?"),
        "{output:?}"
    );
}

#[test]
fn the_schema_is_the_one_in_the_repository() {
    // That it says what the tables say is compared beside them, in src/config/schema.rs.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/hexguard.schema.json");
    let written = fs::read_to_string(path).unwrap();
    let repo = Repo::new();
    assert_eq!(repo.hexguard(&["config", "--schema"]).stdout, written);
}

#[test]
fn the_schema_knows_every_key_that_a_rule_may_have() {
    // serde tells the fields when it meets an unknown one.
    let error = toml::from_str::<hexguard::rule::spec::RuleFile>("[[rule]]\nnone = 1").unwrap_err();
    let message = error.message().to_owned();
    let mut fields: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
    fields.sort_unstable();
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let known = &schema["properties"]["rule"]["items"]["properties"];
    let mut known: Vec<&str> = known
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    known.sort_unstable();
    assert_eq!(known, fields);
}

#[test]
fn rules_of_a_team_work_and_are_tried_on_their_own_examples() {
    let repo = Repo::new();
    let rule = |examples: &str| {
        format!(
            "[[rule]]\nid = 'acme-key'\ntitle = 'Acme key'\nregex = '\\bacme_[0-9a-f]{{32}}\\b'\nkeywords = ['acme_']\nhelp = 'Ask the platform team.'\n{examples}\n"
        )
    };
    repo.write(
        "hexguard.toml",
        rule("examples = ['key: acme_{{hex:32}}']\ncounterexamples = ['acme_{{hex:31}} ']"),
    );
    let output = repo.hexguard(&["rules", "test"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.stdout.contains("1 rule, 2 examples, 0 wrong"),
        "{output:?}"
    );
    assert!(
        repo.hexguard(&["rules", "explain", "acme-key"])
            .stdout
            .contains("Acme key")
    );
    repo.write(
        "a.txt",
        format!("key: acme_{}\n", crate::support::hex(32, 1)),
    );
    let output = repo.hexguard(&["scan", "a.txt"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stdout.contains("acme-key") && output.stdout.contains("Ask the platform team."),
        "{output:?}"
    );

    for (examples, wanted) in [
        ("examples = ['see acme-{{digit:4}}']", "nothing was found"),
        (
            "examples = ['acme_{{hex:32}}']\ncounterexamples = ['acme_{{hex:32}}']",
            "in the counterexample",
        ),
        ("", "no `examples`"),
    ] {
        repo.write("hexguard.toml", rule(examples));
        let output = repo.hexguard(&["rules", "test"]);
        assert_eq!(output.code, 1, "{output:?}");
        assert!(
            output.stdout.contains("hexguard.toml:1") && output.stdout.contains(wanted),
            "{output:?}"
        );
    }
    for (text, wanted) in [
        (
            "id = 'jwt'\ntitle = 'x'\nregex = 'abc'\nkeywords = ['abc']",
            "there is a built-in rule `jwt`",
        ),
        (
            "id = 'a-b'\ntitle = 'x'\nregex = 'ab('\nkeywords = ['abc']",
            "does not compile",
        ),
        (
            "id = 'a-b'\ntitle = 'x'\nregex = 'abc'\nkeywords = ['abc']\ncheck = ['githb-crc32']",
            "there is no check",
        ),
        ("id = 'a-b'\ntitle = 'x'\nregex = 'abc'", "needs `keywords`"),
        (
            "id = 'a-b'\ntitle = 'x'\nregex = '((?:abc[0-9]+)?)'\nkeywords = ['abc']",
            "hexguard.toml:1: rule `a-b`: the pattern can match nothing",
        ),
        (
            "id = 'a-b'\ntitle = 'x'\nvalue = '[a-z]*'\nkeys = ['abc_key']",
            "the pattern can match nothing",
        ),
    ] {
        repo.write("hexguard.toml", format!("[[rule]]\n{text}\n"));
        let output = repo.hexguard(&["scan", "a.txt"]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains(wanted), "{wanted}\n{output:?}");
    }
}

#[test]
fn command_lines_of_gitleaks_go_on_to_work() {
    let repo = Repo::new();
    repo.stage("a.py", format!("T = '{}'\n", token(1)));
    repo.write("b.py", "x = 1\n");
    for (args, code) in [
        (vec!["protect", "--staged", "-v", "--redact"], 1),
        (vec!["git", "--pre-commit", "--staged", "--no-banner"], 1),
        (vec!["dir", "a.py", "--exit-code", "3"], 3),
        (vec!["dir", "b.py"], 0),
        (vec!["detect", "--no-git", "--source", "a.py"], 1),
        (vec!["dir", ".", "--report-template", "x"], 2),
    ] {
        let output = repo.hexguard(&args);
        assert_eq!(output.code, code, "{args:?} {output:?}");
    }
    let output = repo.hexguard_with(&["stdin", "-f", "json"], token(2).as_bytes());
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stdout.contains("\"RuleID\": \"hex-personal-token\""),
        "{output:?}"
    );
}

#[test]
fn a_configuration_that_is_not_staged_is_pointed_out_with_a_finding() {
    let repo = Repo::new();
    repo.hook("pre-commit")
        .write("hexguard.toml", "exclude = 'a.py'\n")
        .stage("a.py", format!("T = '{}'\n", token(1)));
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    let wanted = "hexguard.toml is not staged and does not count: git add -- ':/hexguard.toml'";
    assert!(output.stderr.contains(wanted), "{output:?}");
    repo.git(&["add", "hexguard.toml"]);
    assert_eq!(commit(&repo).code, 0);
}

#[test]
fn what_a_commit_takes_out_of_the_configuration_is_named_and_can_be_refused() {
    const RULE: &str = "[[rule]]\nid = 'acme-key'\ntitle = 'Acme key'\nregex = 'acme_[0-9]{8}'\nkeywords = ['acme_']\n";
    let repo = Repo::new();
    repo.hook("pre-commit")
        .stage("hexguard.toml", RULE)
        .commit("rule");
    repo.git(&["rm", "-q", "hexguard.toml"]);
    repo.stage("a.txt", "x = acme_83920175\n");
    let output = commit(&repo);
    assert_eq!(output.code, 0, "{output:?}");
    let named = "hexguard.toml: rule `acme-key` is gone";
    assert!(output.stderr.contains(named), "{output:?}");

    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.stage(
        "hexguard.toml",
        format!("same-commit-allow = 'block'\n{RULE}"),
    )
    .commit("policy");
    // Neither by taking the rule out nor with the whole file does a commit free itself.
    for text in [Some("same-commit-allow = 'block'\n"), Some(""), None] {
        match text {
            Some(text) => drop(repo.stage("hexguard.toml", text)),
            None => drop(repo.git(&["rm", "-q", "-f", "hexguard.toml"])),
        }
        repo.stage("a.txt", "x = acme_83920175\n");
        let output = commit(&repo);
        assert_eq!(output.code, 1, "{text:?} {output:?}");
        assert!(output.stderr.contains("[acme-key]"), "{output:?}");
        repo.stage("a.txt", format!("T = '{}'  # hexguard:allow\n", token(1)));
        let output = commit(&repo);
        assert_eq!(output.code, 1, "{text:?} {output:?}");
    }
}

#[test]
fn what_gitleaks_configuration_builds_upon_is_named_as_well() {
    let repo = Repo::new();
    repo.hook("pre-commit")
        .stage(".gitleaks.toml", "[extend]\npath = 'shared.toml'\n")
        .stage(
            "shared.toml",
            "[[rules]]\nid = 'acme'\nregex = 'acme_[0-9]{8}'\n",
        )
        .commit("as it was");
    let text = "[[allowlists]]\nregexes = ['hxtp_']\n";
    repo.stage("shared.toml", text)
        .stage("a.py", format!("T = '{}'\n", token(1)));
    let output = commit(&repo);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.stderr.contains("shared.toml is new or changed"),
        "{output:?}"
    );

    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.stage("hexguard.toml", "same-commit-allow = 'block'\n")
        .commit("policy");
    repo.stage("shared.toml", text)
        .stage("a.py", format!("T = '{}'\n", token(1)));
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stderr.contains("what is new in shared.toml"),
        "{output:?}"
    );
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["rm", "-q", ".gitleaks.toml"]);
    repo.stage("a.txt", "x = acme_83920175\n");
    let output = commit(&repo);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stderr.contains("that .gitleaks.toml is gone"),
        "{output:?}"
    );
}

#[test]
fn files_that_flags_name_are_those_of_the_folder() {
    let repo = Repo::new();
    repo.stage("sub/a.py", format!("T = '{}'\n", token(1)));
    assert_eq!(repo.hexguard(&["baseline"]).code, 0);
    let here = repo.path().join(".hexguard-baseline");
    std::fs::rename(here, repo.path().join("accepted")).unwrap();
    repo.write("ignored/.gitleaksignore", "sub/a.py:hex-personal-token:1\n");
    let sub = repo.path().join("sub");
    let run = |args: &[&str]| {
        let mut command = repo.command(crate::support::HEXGUARD);
        crate::support::run(command.args(args).current_dir(&sub))
    };
    for (args, code) in [
        (["scan", "a.py", "-b", "../accepted"].as_slice(), 0),
        // What is staged is judged by it as well, though it is not staged itself.
        (&["scan", "--staged", "-b", "../accepted"], 0),
        (&["scan", "--staged", "-b", "accepted"], 2),
        (&["scan", "a.py", "--baseline", "absent"], 2),
        (&["protect", "--staged", "--baseline-path=../accepted"], 0),
        (&["protect", "--staged", "-i", "../ignored"], 0),
        (&["protect", "--staged", "-i", "../absent"], 2),
        (&["protect", "--staged", "-i", "."], 1),
    ] {
        let output = run(args);
        assert_eq!(output.code, code, "{args:?} {output:?}");
    }
    // `--source` leads elsewhere; the files of the other flags stay where they are.
    let line = [
        "protect", "--staged", "-s", "..", "-r", "out.json", "-f=json",
    ];
    assert_eq!(run(&line).code, 1);
    let report = std::fs::read_to_string(sub.join("out.json")).unwrap();
    assert!(report.contains("\"RuleID\""), "{report}");
    // A baseline is written where the flag says, and named from the top.
    let output = run(&["baseline", "-b", "mine"]);
    assert!(output.stdout.contains("accepted in sub/mine"), "{output:?}");
    assert!(sub.join("mine").exists());
}

#[test]
fn rules_that_are_asked_for_must_exist() {
    let repo = Repo::new();
    repo.write("a.py", format!("T = '{}'\n", token(1)));
    let output = repo.hexguard(&["scan", "--enable-rule", "hex-persnal-token", "a.py"]);
    assert_eq!(
        output.code, 2,
        "with no rule at all everything would pass: {output:?}"
    );
    assert!(
        output
            .stderr
            .contains("--enable-rule: there is no rule `hex-persnal-token`")
            && output.stderr.contains("did you mean `hex-personal-token`?"),
        "{output:?}"
    );
    // A name of gitleaks' stands for what looks for the same.
    let output = repo.hexguard(&["dir", "a.py", "--enable-rule=databricks-api-token"]);
    assert_eq!(output.code, 0, "{output:?}");
    repo.write("hexguard.toml", "baseline = 'absent'\n");
    let output = repo.hexguard(&["scan", "a.py"]);
    assert!(
        output
            .stdout
            .contains("hexguard.toml:1: there is no baseline `absent`"),
        "{output:?}"
    );
}

#[test]
fn an_expression_that_is_too_large_is_refused_and_not_passed_over() {
    let repo = Repo::new();
    repo.write("a.txt", "abc");
    let huge = "(?:[a-z]{1000}){1000}";
    for (name, text) in [
        (
            "hexguard.toml",
            format!("[[rule]]\nid = 'x'\ntitle = 'X'\nregex = 'abc{huge}'\nkeywords = ['abc']\n"),
        ),
        (
            "hexguard.toml",
            format!("[[allow]]\nreason = 'x'\nvalue = '{huge}'\n"),
        ),
        (
            ".gitleaks.toml",
            format!("[[rules]]\nid = 'x'\nregex = '''{huge}'''\n"),
        ),
    ] {
        repo.write(name, &text);
        let output = repo.hexguard(&["scan", "a.txt"]);
        assert_eq!(output.code, 2, "{text} {output:?}");
        assert!(output.stderr.contains(&format!("{name}:")), "{output:?}");
        std::fs::remove_file(repo.path().join(name)).unwrap();
    }
}

#[test]
fn a_configuration_of_gitleaks_may_stand_in_the_environment() {
    let repo = Repo::new();
    repo.write("a.txt", "x = acme_83920175\n");
    let mut command = repo.command(crate::support::HEXGUARD);
    command.args(["scan", "a.txt"]).env(
        "GITLEAKS_CONFIG_TOML",
        "[[rules]]\nid = 'acme'\nregex = 'acme_[0-9]{8}'\n",
    );
    let output = crate::support::run(&mut command);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("[acme]"), "{output:?}");
}

#[test]
fn help_tells_of_each_command_what_it_heeds() {
    let repo = Repo::new();
    for (command, heeded, not) in [
        ("scan", "--format", "--agent"),
        ("allow", "--exclude", "--format"),
        ("install", "--agent", "--exclude"),
        ("status", "--verbose", "--format"),
    ] {
        let output = repo.hexguard(&[command, "--help"]);
        assert_eq!(output.code, 0, "{output:?}");
        assert!(output.stdout.contains(heeded), "{output:?}");
        assert!(!output.stdout.contains(not), "{output:?}");
        // Its own flags come first.
        let own = output.stdout.find("Options:").unwrap();
        let shared = output.stdout.find("Report:");
        assert!(shared.is_none_or(|at| own < at), "{output:?}");
    }
    // All of them may stand before the command nevertheless.
    assert_eq!(
        repo.hexguard(&["--format", "json", "status", "--help"])
            .code,
        0
    );
}

#[test]
fn more_patterns_than_can_be_used_are_refused_at_once() {
    let many =
        |count: usize, made: &dyn Fn(usize) -> String| -> String { (0..count).map(made).collect() };
    let list = |key: &str, count: usize, made: &dyn Fn(usize) -> String| {
        format!(
            "{key} = [\n{}]\n",
            many(count, &|n| format!("'{}',\n", made(n)))
        )
    };
    let glob = |n: usize| format!("a{n}/**/b*");
    let refused = [
        ("hexguard.toml", list("exclude", 500_000, &glob)),
        ("hexguard.toml", list("exclude", 10_001, &glob)),
        ("hexguard.toml", list("disable", 500_000, &glob)),
        (
            "hexguard.toml",
            many(100_000, &|n| {
                format!("[[allow]]\nreason = 'x'\npath = 'a{n}'\n")
            }),
        ),
        (
            "hexguard.toml",
            many(500_000, &|n| {
                format!("[[allow]]\nreason = 'x'\npath = 'a{n}'\n")
            }),
        ),
        (
            ".gitleaks.toml",
            list("[allowlist]\nregexes", 100_000, &|n| format!("a{n}.*b")),
        ),
        (".gitallowed", many(100_000, &|n| format!("a{n}.*b\n"))),
        (".secretsignore", many(100_000, &|n| format!("a{n}/*b\n"))),
        (
            ".gitleaks.toml",
            "[[rules]]\nid = 'slow'\nregex = '(?s).{0,1000}.{0,1000}.{0,1000}z'\n".to_owned(),
        ),
    ];
    for (name, text) in refused {
        let repo = Repo::new();
        repo.write("a.txt", "a\n").write(name, &text);
        let output = repo.hexguard(&["scan", "a.txt"]);
        assert_eq!(output.code, 2, "{name}: {}", output.stderr);
        let said = output.stderr.lines().next().unwrap_or_default();
        let why = ["too many", "is larger than 10 MiB", "too large"];
        assert!(why.iter().any(|why| said.contains(why)), "{name}: {said}");
        assert!(
            said.contains(name) || said.contains("path patterns"),
            "{said}"
        );
    }
    let repo = Repo::new();
    repo.write("a1/b.txt", format!("HEX={}\n", token(1))).write(
        "hexguard.toml",
        list("exclude", 100_000, &|n| format!("a{n}/b.txt")),
    );
    assert_eq!(repo.hexguard(&["scan", "a1/b.txt"]).code, 0);
}

#[test]
fn a_setting_in_a_wrong_place_or_twice_is_told_where_it_belongs() {
    let repo = Repo::new();
    for (text, line, said) in [
        (
            "[[allow]]\npath = 'a'\nreason = 'x'\nallow-unscanned = ['p']\n",
            "hexguard.toml:4: unknown key",
            "it belongs above the first line in brackets",
        ),
        (
            "[tier]\nexclude = ['p']\n",
            "hexguard.toml:2: `exclude` is no rule",
            "it belongs above the first line in brackets",
        ),
        (
            "exclude = ['a']\n\"exclude\" = ['b']\n",
            "hexguard.toml:2: duplicate key",
            "add what this line says to the list there",
        ),
        (
            "strict = true\nstrict = false\n",
            "hexguard.toml:2: duplicate key",
            "take one of the two out",
        ),
    ] {
        repo.write("hexguard.toml", text);
        let output = repo.hexguard(&["scan", "."]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains(line), "{output:?}");
        assert!(output.stderr.contains(said), "{output:?}");
    }
}
