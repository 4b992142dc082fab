//! Settings: what a file may say, how the layers add up, and what a commit changes for itself.

use std::fs;
use std::process::Command;

use anyhow::Result;
use hexguard::config::apply::Files;
use hexguard::config::file::{File, Tiered};
use hexguard::config::key::{KEYS, Kind};
use hexguard::config::others::OtherTools;
use hexguard::config::policy::{Brings, Policy};
use hexguard::config::value::{Format, Given, List, Origin, Value};
use hexguard::config::{Layers, Settings, quoted};
use hexguard::hint;
use hexguard::rule::Tier;

use crate::support::{HEXGUARD, Repo, copy_of_hexguard, hermetic, run, run_with, token};

/// Returns what is wrong with a file, with the advice behind it.
fn complaint(text: &str) -> String {
    let error = File::parse(text.as_bytes(), "hexguard.toml").unwrap_err();
    match hint::of(&error) {
        Some(hint) => format!("{} [{hint}]", hint::message(&error)),
        None => format!("{error:#}"),
    }
}

#[test]
fn every_mistake_is_named_with_its_line() {
    for (text, wanted) in [
        (
            "strict = true\nexlude = []",
            "hexguard.toml:2: unknown key `exlude` [did you mean `exclude`?]",
        ),
        (
            "[[allow]]\nreason = 'x'\npaths = ['a']",
            "hexguard.toml:3: unknown key `paths` [did you mean `path`?]",
        ),
        (
            "[[rule]]\nid = 'x'\ntitle = 'X'\nregx = 'a'",
            "hexguard.toml:4: unknown key `regx` [did you mean `regex`?]",
        ),
        (
            "[[rule]]\nid = 'x'",
            "hexguard.toml:1: missing field `title`",
        ),
        (
            "[[allow]]\npath = 'a'",
            "hexguard.toml:1: this allow gives no `reason`",
        ),
        (
            "[[allow]]\nreason = 'a'",
            "hexguard.toml:1: this allow needs `rule`, `path`, `value` or `fingerprint`: it would accept everything",
        ),
        (
            "[[allow]]\npath = 'a{b'\nreason = 'x'",
            "hexguard.toml:2: `a{b` is no path pattern",
        ),
        (
            "[[allow]]\npath = ''\nreason = 'x'",
            "hexguard.toml:2: an empty text is no path pattern",
        ),
        (
            "[[allow]]\nvalue = 'a('\nreason = 'x'",
            "hexguard.toml:2: the pattern does not compile",
        ),
        (
            "[[allow]]\nfingerprint = 'abc'\nreason = 'x'",
            "hexguard.toml:2: `abc` is no fingerprint",
        ),
        (
            "[[allow]]\npath = 'a'\nreason = 'x'\nuntil = 2026-01-01",
            "hexguard.toml:4: a text in quotes is wanted here, not a date",
        ),
        (
            "[[allow]]\npath = 'a'\nreason = 'x'\nuntil = '2026-02-30'",
            "hexguard.toml:4: `2026-02-30` is no day",
        ),
        (
            "strict = 'yes'",
            "hexguard.toml:1: true or false is wanted here, not a text",
        ),
        (
            "color = 'red'",
            "hexguard.toml:1: color: `red` is none of: auto, always, never",
        ),
        (
            "max-file-size = -1",
            "hexguard.toml:1: a whole number from 0 up is wanted here, not a negative number",
        ),
        (
            "exit-code = 256",
            "hexguard.toml:1: exit-code: 256 is too much",
        ),
        (
            "[tier]\nx = 'high'",
            "hexguard.toml:2: `high` is none of: block, warn, off",
        ),
        (
            "[allow]\npath = 'a'",
            "hexguard.toml:1: a table in double brackets is wanted here, not a table",
        ),
        (
            "strict = true\nstrict = false",
            "hexguard.toml:2: duplicate key",
        ),
        (
            "[[allow]]\nvalue = 'a^b'\nreason = 'x'",
            "hexguard.toml:2: the pattern matches no text",
        ),
        (
            "[[allow]]\nvalue = ''\nreason = 'x'",
            "hexguard.toml:2: the pattern matches no text",
        ),
        (
            "[[allow]]\npath = '../x'\nreason = 'x'",
            "hexguard.toml:2: `../x` matches no path: from the top of the repository it is \"/x\"",
        ),
        ("strict = ", "hexguard.toml:1: "),
    ] {
        let found = complaint(text);
        assert!(found.starts_with(wanted), "{text}\n{found}");
    }
}

/// Passed over, an exception of a list would leave out what it was to keep in.
#[test]
fn an_exception_among_patterns_is_refused_with_its_place() {
    let repo = Repo::new();
    repo.write("d/a.py", format!("A = \"{}\"\n", token(1)));
    for key in ["exclude", "allow-unscanned"] {
        repo.write(
            "hexguard.toml",
            format!("strict = true\n{key} = ['d/*', '!d/a.py']\n"),
        );
        let refused = repo.hexguard(&["scan", "."]);
        assert_eq!(refused.code, 2, "{refused:?}");
        let says = "hexguard.toml:2: ! before `d/a.py` is no path pattern";
        assert!(refused.stderr.contains(says), "{refused:?}");
    }
}

/// `--exclude "$X"` where X is not set must not mean every file.
#[test]
fn a_pattern_of_nothing_does_not_mean_everything() {
    let says = "is no path pattern";
    let repo = Repo::new();
    repo.write("a.py", format!("A = \"{}\"\n", token(1)));
    for args in [
        &["scan", "--exclude", "", "."][..],
        &["scan", "--exclude", "/", "."],
        &["allow", "--path", "", "--reason", "x"],
        &["allow", "--path", "/", "--reason", "x"],
    ] {
        let refused = repo.hexguard(args);
        assert_eq!(refused.code, 2, "{args:?} {refused:?}");
        assert!(refused.stderr.contains(says), "{args:?} {refused:?}");
    }
    for setting in [
        "exclude = [\"\"]",
        "exclude = \"/\"",
        "allow-unscanned = [\"\"]",
    ] {
        repo.write("hexguard.toml", format!("{setting}\n"));
        let refused = repo.hexguard(&["scan", "."]);
        assert_eq!(refused.code, 2, "{setting} {refused:?}");
        assert!(refused.stderr.contains(says), "{setting} {refused:?}");
    }
    repo.write("hexguard.toml", "");
    repo.git(&["config", "--add", "secrets.allowed", ""]);
    assert_eq!(repo.hexguard(&["scan", "."]).code, 1);
}

#[test]
fn a_whole_file_is_read() {
    let text = r#"
        strict = true
        exclude = "vendor/"
        [tier]
        "generic-*" = "warn"
        [[allow]]
        rule = ["a", "b"]
        path = "tests/**"
        value = "x+"
        fingerprint = "hg1:0123456789abcdef"
        until = "2030-01-01"
        reason = "made up"
    "#;
    let file = File::parse(text.as_bytes(), "f").unwrap();
    assert_eq!(file.given.len(), 2);
    assert_eq!(
        file.tiers,
        [Tiered {
            rule: "generic-*".to_owned(),
            tier: Some(Tier::Warn),
            origin: Origin {
                file: "f".to_owned(),
                line: 5
            },
        }]
    );
    assert_eq!(file.allows[0].origin.to_string(), "f:6");
    assert_eq!(file.allows[0].rules, ["a", "b"]);
}

/// Returns what reads these files of a repository.
fn read<'a>(files: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Result<Option<Vec<u8>>> + 'a {
    |path: &str| {
        let found = files.iter().find(|(name, _)| *name == path);
        Ok(found.map(|(_, text)| text.as_bytes().to_vec()))
    }
}

/// Returns the settings of a repository with these files.
fn load(files: &[(&str, &str)]) -> Result<Settings> {
    Settings::load(Layers {
        repository: Some(&read(files)),
        ..Layers::default()
    })
}

/// Returns the policy of a repository with these files.
fn policy(files: &[(&str, &str)]) -> Policy {
    let settings = load(files).unwrap();
    let read = read(files);
    let files = Files(Some(&read));
    let tools = OtherTools::load(&settings, files, &[]).unwrap();
    Policy::of(settings, tools, files).unwrap()
}

/// Returns what one configuration lets through that another did not, in order.
fn changes(now: &[(&str, &str)], then: &[(&str, &str)]) -> Vec<String> {
    let changes = policy(now).changes(&policy(then));
    let mut changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    changes.sort();
    changes
}

/// Returns the parts of a list, and where each stands.
fn parts(list: &List) -> Vec<(&str, String)> {
    let parts = list.iter();
    parts
        .map(|part| (part.text.as_str(), part.origin.to_string()))
        .collect()
}

#[test]
fn higher_layers_win_and_lists_add_up() {
    let files = read(&[(
        "hexguard.toml",
        "strict = true\nexclude = ['b']\nformat = 'json'",
    )]);
    let settings = Settings::load(Layers {
        user: Some((
            "user.toml".to_owned(),
            b"exclude = 'a'\nstrict = false".to_vec(),
        )),
        repository: Some(&files),
        git: vec![("Exclude".to_owned(), Some("c".to_owned()))],
        environment: vec![("HEXGUARD_STRICT".to_owned(), "no".to_owned())],
        flags: vec![Given {
            key: "exclude",
            value: Value::List(vec!["d".to_owned()]),
            origin: Origin::of("--exclude"),
        }],
        ..Layers::default()
    })
    .unwrap();
    let values = &settings.values;
    assert!(!*values.strict);
    assert_eq!(values.strict.origin, Some(Origin::of("HEXGUARD_STRICT")));
    assert_eq!(*values.format, Format("json"));
    assert_eq!(
        (*values.max_file_size, &values.max_file_size.origin),
        (0, &None)
    );
    assert_eq!(
        parts(&values.exclude),
        [
            ("a", "user.toml:1".to_owned()),
            ("b", "hexguard.toml:2".to_owned()),
            ("c", "git config hexguard.Exclude".to_owned()),
            ("d", "--exclude".to_owned())
        ]
    );
}

#[test]
fn what_no_layer_may_say_is_refused() {
    let wrong = |name: &str, value: &str| {
        let layers = Layers {
            environment: vec![(name.to_owned(), value.to_owned())],
            ..Layers::default()
        };
        let error = Settings::load(layers).unwrap_err();
        format!(
            "{} {}",
            hint::message(&error),
            hint::of(&error).unwrap_or_default()
        )
    };
    assert_eq!(
        wrong("HEXGUARD_STRIKT", "1"),
        "HEXGUARD_STRIKT: there is no such setting did you mean `strict`?"
    );
    assert!(wrong("HEXGUARD_STRICT", "maybe").starts_with("HEXGUARD_STRICT: `maybe` is neither"));
    assert!(load(&[("hexguard.toml", ""), (".hexguard.toml", "")]).is_err());
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_in_every_layer() {
    let repo = Repo::new();
    repo.write("x.py", "x = 1\n");
    let refused = |what: &str, output: crate::support::Output| {
        assert_eq!(output.code, 2, "{what}: {output:?}");
        assert!(output.stderr.contains(what), "{what}: {output:?}");
    };
    let scan = ["scan", "x.py"];
    for key in KEYS {
        let wrong: &[&str] = match key.kind {
            Kind::Flag => &["maybe", "2x", "\"true\""],
            Kind::Number(_) => &["maybe", "1x", ""],
            Kind::Choice(_) => &["maybe", ""],
            Kind::List => &["[\"a\", \"b\"]", "['a']"],
            Kind::Text => &[],
        };
        let name = format!("hexguard.{}", key.name);
        for value in wrong {
            let mut command = repo.command(HEXGUARD);
            refused(
                &key.variable(),
                run(command.env(key.variable(), value).args(scan)),
            );
            repo.git(&["config", &name, value]);
            refused(&name, repo.hexguard(&scan));
            repo.git(&["config", "--unset", &name]);
        }
        let wrong = if key.kind == Kind::List { "1" } else { "[1]" };
        repo.write("hexguard.toml", format!("{} = {wrong}\n", key.name));
        refused("hexguard.toml:1: ", repo.hexguard(&scan));
        fs::remove_file(repo.path().join("hexguard.toml")).unwrap();
        // A name that stands alone means true, and is nothing but that.
        let config = repo.path().join(".git/config");
        let before = fs::read_to_string(&config).unwrap();
        fs::write(&config, format!("{before}[hexguard]\n\t{}\n", key.name)).unwrap();
        let output = repo.hexguard(&scan);
        if key.kind == Kind::Flag {
            assert_eq!(output.code, 0, "{output:?}");
        } else {
            refused("a value is wanted", output);
        }
        fs::write(&config, before).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    repo.write("x.py", "x = 1\n");
    for name in ["HEXGUARD_STRICT", "HEXGUARD_EXCLUDE"] {
        let mut command = repo.command(HEXGUARD);
        command.env(name, std::ffi::OsStr::from_bytes(b"\xff"));
        let output = run(command.args(["scan", "x.py"]));
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains(name), "{output:?}");
    }
}

#[test]
fn files_build_upon_others_in_the_repository() {
    let settings = load(&[
        (
            "hexguard.toml",
            "extends = 'team/base.toml'\nstrict = false",
        ),
        (
            "team/base.toml",
            "extends = ['../common.toml']\nstrict = true\nexclude = 'a'",
        ),
        ("common.toml", "exclude = 'b'"),
    ])
    .unwrap();
    assert!(!*settings.values.strict);
    assert_eq!(
        parts(&settings.values.exclude),
        [
            ("b", "common.toml:1".to_owned()),
            ("a", "team/base.toml:3".to_owned())
        ]
    );
    assert!(load(&[("hexguard.toml", "extends = 'absent.toml'")]).is_err());
    assert!(load(&[("hexguard.toml", "extends = 'hexguard.toml'")]).is_err());
}

#[test]
fn what_a_commit_adds_is_told_apart_and_can_be_refused() {
    let then = "exclude = ['a']\n[tier]\nx = 'warn'\n[[allow]]\npath = 'p'\nreason = 'r'\n";
    let now = "exclude = ['a', 'b']\ndisable = 'd'\n[tier]\nx = 'warn'\ny = 'off'\n[[allow]]\npath = 'q'\nreason = 'r'\n[[allow]]\npath = 'p'\nreason = 'another'\n";
    let (now, old) = ([("hexguard.toml", now)], [("hexguard.toml", then)]);
    assert_eq!(
        changes(&now, &old),
        [
            "hexguard.toml:1: exclude `b`",
            "hexguard.toml:2: disable `d`",
            "hexguard.toml:5: tier `y` = off",
            "hexguard.toml:6: allow (r)",
        ]
    );
    assert_eq!(changes(&now, &now), [""; 0]);
    let named = policy(&now).brought_by(Brings::Commit, Some(policy(&old)));
    assert!(named.besides.is_empty());
    assert_eq!(
        named
            .notes
            .iter()
            .filter(|note| note.starts_with("this commit lets"))
            .count(),
        4
    );

    let then = format!("same-commit-allow = 'block'\n{then}");
    let old = [("hexguard.toml", then.as_str())];
    let refused = policy(&now).brought_by(Brings::Commit, Some(policy(&old)));
    let earlier = &refused.besides[0].policy.settings;
    assert_eq!(
        parts(&earlier.values.exclude),
        [("a", "hexguard.toml:2".to_owned())]
    );
    let same = policy(&old).brought_by(Brings::Commit, Some(policy(&old)));
    assert!(same.besides.is_empty() && same.notes.iter().all(|note| !note.contains("commit")));
}

#[test]
fn what_a_commit_takes_out_of_the_configuration_counts_as_well() {
    let rule = "[[rule]]\nid = 'acme'\ntitle = 'A'\nregex = 'acme_[0-9]+'\nkeywords = ['acme_']\n";
    let then = format!("strict = true\nexit-code = 3\n{rule}");
    // Another exit code stops as well; 0 does not.
    let wanted = [
        "hexguard.toml: rule `acme` is gone",
        "hexguard.toml: strict `false`",
    ];
    assert_eq!(changes(&[], &[("hexguard.toml", &then)]), wanted);
    let zero = [("hexguard.toml", "exit-code = 0\n")];
    let three = [("hexguard.toml", "exit-code = 3\n")];
    assert_eq!(changes(&zero, &three), ["hexguard.toml:1: exit-code `0`"]);
    assert_eq!(changes(&three, &zero), [""; 0]);

    let then = format!("same-commit-allow = 'block'\n{then}");
    for now in ["", "strict = false\nexit-code = 0\n"] {
        let then = policy(&[("hexguard.toml", &then)]);
        let now = policy(&[(".hexguard.toml", now)]).brought_by(Brings::Commit, Some(then));
        assert!(*now.settings.values.strict);
        assert_eq!(*now.settings.values.exit_code, 3);
        assert_eq!(now.besides[0].policy.settings.rules.len(), 1);
    }
}

#[test]
fn texts_are_quoted_so_that_toml_reads_them_again() {
    for text in [
        "a",
        "a\\b",
        "a'b",
        "a\"b",
        "a'\"\\b",
        "line\nend",
        "\u{7f}",
        "",
    ] {
        let toml = format!("baseline = {}", quoted(text));
        let file = File::parse(toml.as_bytes(), "t").unwrap_or_else(|e| panic!("{toml}: {e:#}"));
        assert_eq!(file.given[0].value, Value::Text(text.to_owned()), "{toml}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_users_folder_that_cannot_be_read_is_no_reason_to_stop() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let (home, program) = (folder.path().join("home"), folder.path().join("hexguard"));
    fs::create_dir_all(home.join(".config/hexguard")).unwrap();
    copy_of_hexguard(&program);
    mode(folder.path(), 0o755);
    mode(&program, 0o755);
    mode(&home, 0o000);
    // Nothing is closed to root, who becomes nobody.
    let mut command = if fs::read_dir(&home).is_ok() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&program);
        command
    } else {
        Command::new(&program)
    };
    hermetic(&mut command, &home);
    command.current_dir("/").args(["scan", "-"]);
    let output = run_with(&mut command, b"fine\n");
    mode(&home, 0o755);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stdout.contains("Permission denied"), "{output:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_that_nobody_can_get_is_an_error() {
    let repo = Repo::new();
    repo.write("a.txt", "fine\n");
    let shell = |text: &str| {
        let mut command = repo.command("sh");
        run(command.args(["-c", text, "sh", HEXGUARD])).code
    };
    for format in ["json", "sarif", "csv"] {
        let scan = format!("\"$1\" scan --format {format} a.txt");
        assert_eq!(shell(&format!("{scan} >&-")), 2, "{format}");
        assert_eq!(shell(&format!("{scan} >/dev/full")), 2, "{format}");
        assert_eq!(shell(&format!("{scan} >/dev/null")), 0, "{format}");
        assert_eq!(shell(&format!("{scan} --output out >&-")), 0, "{format}");
    }
    assert_eq!(shell("\"$1\" scan a.txt >&-"), 0);
}
