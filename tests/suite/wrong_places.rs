//! A secret that somebody wrote where none belongs: in texts of a configuration, names, settings and copies beside another.

use serde_json::Value;

use crate::support::template::fill;
use crate::support::{HEXGUARD, Output, Repo, run, token};

const FORMATS: [&str; 10] = [
    "human", "compact", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "gitleaks",
];

/// Returns a part of a secret that a text shows: eight characters in a row, its public mark aside.
fn shown_of(secret: &str, text: &str) -> Option<String> {
    let own = secret.strip_prefix("hxtp_").unwrap_or(secret).as_bytes();
    let part = own.windows(8).find(|part| {
        let part = str::from_utf8(part).unwrap();
        text.contains(part)
    });
    part.map(|part| String::from_utf8_lossy(part).into_owned())
}

#[track_caller]
fn assert_hidden(secret: &str, what: &str, output: &Output) {
    let all = format!("{}{}", output.stdout, output.stderr);
    let line = all.lines().find(|line| shown_of(secret, line).is_some());
    assert_eq!(line, None, "{what}");
}

/// Returns a token, and random text that is no token.
fn secrets() -> [String; 2] {
    [token(21), fill("{{alnum:20}}", 8)]
}

/// Runs what shows texts of the configuration, in some formats.
fn show_everything(repo: &Repo, formats: &[&str], mut look: impl FnMut(&str, &Output)) {
    for format in formats {
        let args = ["scan", ".", "--show-suppressed", "--format", format];
        look(format, &repo.hexguard(&args));
    }
    for args in [
        &["explain", "a.py:1"][..],
        &["explain", "b.txt:1"],
        &["explain", "c.py:1"],
        &["rules"],
        &["rules", "explain", "acme-thing"],
        &["rules", "test"],
        &["config"],
    ] {
        look(&args.join(" "), &repo.hexguard(args));
    }
}

#[test]
fn texts_of_a_configuration_are_shown_without_secrets() {
    let rule = "[[rule]]\nid = \"acme-thing\"\ntitle = \"T\"\nregex = \"acme_[0-9]{9}\"\nkeywords = [\"acme_\"]\n";
    let texts = [
        ("hexguard.toml", "[[allow]]\nrule = \"*\"\npath = \"a.py\"\nreason = \"was §\"\n".to_owned()),
        ("hexguard.toml", rule.replace("\"T\"", "\"A thing like §\"")),
        ("hexguard.toml", format!("{rule}why = \"§ runs everything\"\nhelp = \"Revoke §.\"\n")),
        ("hexguard.toml", format!("{rule}examples = [\"§\"]\n")),
        (
            ".gitleaks.toml",
            "[[rules]]\nid = \"acme-thing\"\ndescription = \"§\"\nregex = '''acme_[0-9]{9}'''\n[extend]\nuseDefault = true\n".to_owned(),
        ),
        (
            ".gitleaks.toml",
            "[extend]\nuseDefault = true\n[[allowlists]]\ndescription = \"§\"\npaths = ['''a\\.py''']\n".to_owned(),
        ),
    ];
    for (secret, formats) in secrets().into_iter().zip([&FORMATS[..], &FORMATS[..1]]) {
        for (path, text) in &texts {
            let repo = Repo::new();
            // Another secret is accepted, or found by the rule.
            repo.write("a.py", format!("T = \"{}\"\n", token(22)));
            repo.write("b.txt", "key acme_123456789\n");
            repo.write(
                "c.py",
                format!("T = \"{}\"  # hexguard:allow -- {secret}\n", token(23)),
            );
            repo.stage(path, text.replace('§', &secret));
            let mut found = false;
            show_everything(&repo, formats, |what, output| {
                assert_hidden(&secret, &format!("{text}: {what}"), output);
                found |= output.code == 1
                    || output.stdout.contains("allowed by .gitleaks.toml")
                    || output.stdout.contains("allowed by hexguard.toml");
            });
            assert!(found, "{text}");
        }
    }
}

#[test]
fn a_token_in_place_of_its_name_is_a_mistake() {
    let repo = Repo::new();
    repo.commit("first");
    let token = token(24);
    for key in ["name", "variable", "owner", "environment", "scopes"] {
        let named = if key == "name" {
            ""
        } else {
            "name = \"nightly\"\n"
        };
        repo.write(
            "hexguard.toml",
            format!("[[hex.token]]\n{named}{key} = \"{token}\"\n"),
        );
        for args in [
            &["audit"][..],
            &["audit", "--format", "json"],
            &["scan", "."],
        ] {
            let output = repo.hexguard(args);
            assert_eq!(output.code, 2, "{key}: {output:?}");
            assert!(
                output.stderr.contains("may be a secret (101 characters)"),
                "{output:?}"
            );
            assert_hidden(&token, key, &output);
        }
    }
    let named = "[[hex.token]]\nname = \"Nightly export (production), 2nd\"\nvariable = \"HEX_API_TOKEN_PROD_EU_1\"\nowner = \"Ada Lovelace <ada@example.com>\"\n";
    repo.write("hexguard.toml", named);
    assert_ne!(repo.hexguard(&["audit"]).code, 2);
    for id in [&token, &fill("{{lnum:24}}", 3)] {
        let rule = format!(
            "[[rule]]\nid = \"{id}\"\ntitle = \"T\"\nregex = \"acme_x\"\nkeywords = [\"acme_\"]\n"
        );
        repo.write("hexguard.toml", rule);
        let output = repo.hexguard(&["scan", "."]);
        assert_eq!(output.code, 2, "{output:?}");
        assert_hidden(id, "rule", &output);
    }
}

#[test]
fn names_of_files_in_an_audit_and_in_reviews_are_masked() {
    let repo = Repo::new();
    let token = token(25);
    let name = format!("exports/{token}.csv");
    let rows = (0..40).map(|row| format!("{row},ada@example.com\n"));
    let rows = rows.collect::<Vec<_>>().concat();
    repo.stage(&name, format!("id,email\n{rows}"))
        .commit("first");
    for args in [
        &["audit"][..],
        &["audit", "--format", "json"],
        &["reviewed", "--by", "Ada", &name],
    ] {
        let output = repo.hexguard(args);
        assert_hidden(&token, args[0], &output);
        assert!(
            format!("{output:?}").contains("exports/hxtp_"),
            "{output:?}"
        );
    }
    let reviews = std::fs::read_to_string(repo.path().join(".hexguard-reviews")).unwrap();
    assert_eq!(shown_of(&token, &reviews), None);
    assert!(reviews.contains("exports/hxtp_"), "{reviews}");
    assert_hidden(&token, "audit", &repo.hexguard(&["audit"]));
    // Nor is a person called like that.
    repo.git(&["config", "user.name", &token]);
    let output = repo.hexguard(&["reviewed", &name]);
    assert_eq!(output.code, 2, "{output:?}");
    assert_hidden(&token, "reviewed", &output);
}

#[cfg(unix)]
#[test]
fn the_name_of_what_cannot_be_scanned_is_looked_at() {
    let repo = Repo::new();
    let token = token(26);
    let pipe = repo.path().join(format!("run-{token}.sock"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for format in FORMATS {
        let output = repo.hexguard(&["scan", ".", "--format", format]);
        assert_eq!(output.code, 2, "{format}: {output:?}");
        assert_hidden(&token, format, &output);
    }
    let output = repo.hexguard(&["scan", ".", "--format", "jsonl"]);
    let mut lines = output.stdout.lines();
    let found: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(found["part"], "name", "{output:?}");
    // No pattern that means it alone can be shown: it gets another name first, by the printed command.
    let pasted = |start: &str| {
        let output = repo.hexguard(&["scan", "."]);
        let mut lines = output.stdout.lines().map(str::trim_start);
        lines
            .find(|line| line.starts_with(start))
            .map(str::to_owned)
    };
    assert_eq!(pasted("allow-unscanned"), None);
    let mut shell = repo.command("bash");
    let moved = run(shell.args(["-c", &pasted("mv -- ").unwrap()]));
    assert_eq!(moved.code, 0, "{moved:?}");
    let accepted = pasted("allow-unscanned").unwrap();
    repo.write("hexguard.toml", accepted + "\n");
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
}

#[test]
fn a_copy_beside_a_secret_is_masked_however_it_is_written() {
    let repo = Repo::new();
    for seed in 0..6 {
        let secret = fill("{{lower:3}}{{digit:2}}{{upper:3}}{{alnum:6}}", seed);
        let (left, right) = secret.split_at(7);
        let each =
            |write: &dyn Fn(u32) -> String| secret.chars().map(|c| write(c.into())).collect();
        let spelled = |mark: &str| {
            let all: Vec<String> = secret.chars().map(String::from).collect();
            all.join(mark)
        };
        let mut copies: Vec<String> = vec![
            format!("\"{left}\" + \"{right}\""),
            format!("'{left}' '{right}'"),
            spelled(" "),
            spelled("."),
            spelled("\u{200b}"),
            each(&|c| format!("\\u{c:04x}")),
            each(&|c| format!("\\x{c:02x}")),
            each(&|c| format!("\\{c:03o}")),
            each(&|c| format!("&#{c};")),
            each(&|c| format!("%{c:02X}")),
        ];
        // Zero-width, control and combining characters, a filler.
        for c in [
            "\u{200b}",
            "\u{2060}",
            "\u{ad}",
            "\u{1}",
            "\u{301}",
            "\u{3164}",
            "\u{e0101}",
        ] {
            copies.push([left, right].join(c));
        }
        for copy in copies {
            let line = format!("db_password = \"{secret}\"  # see {copy} there\n");
            repo.write("a.py", &line);
            let output = repo.hexguard(&["scan", "a.py"]);
            assert_eq!(output.code, 1, "{line}{output:?}");
            let shown = output.stdout.lines().find(|line| line.contains("# see"));
            let shown = shown.unwrap_or_else(|| panic!("{line}{output:?}"));
            assert!(shown.ends_with("there"), "{shown}");
            assert!(!shown.contains(left) && !shown.contains(right), "{shown}");
            assert!(!shown.contains(&copy), "{shown}");
        }
    }
}

#[test]
fn what_stands_beside_a_secret_stays_readable() {
    let repo = Repo::new();
    let secret = fill("{{alnum:20}}", 2);
    for (before, behind) in [
        (
            "conn = WarehouseClient(host=\"db01.example.com\", port=5432, password=\"",
            "\", apiKey=key)  # sha256 of v1beta2",
        ),
        (
            "export AWS_REGION=eu-central-1 DB_PASSWORD=",
            " # since 2026-11-24, RFC 6749",
        ),
        (
            "docker run -e MYSQL_DATABASE=orders2 -e MYSQL_PASSWORD=",
            " -p 3306:3306 mysql:8.0.36 # page 12",
        ),
    ] {
        repo.write("a.sh", format!("{before}{secret}{behind}\n"));
        let output = repo.hexguard(&["scan", "a.sh"]);
        let line = format!("{before}****{behind}");
        assert!(output.stdout.contains(&line), "{line}: {output:?}");
    }
}

#[test]
fn a_short_value_in_a_wrong_place_is_counted() {
    let repo = Repo::new();
    repo.stage("a.py", "x = 1\n").commit("first");
    let secret = fill("{{upper:1}}{{digit:1}}{{lower:1}}{{upper:2}}{{alnum:9}}", 4);
    for text in [
        "disable = [\"§\"]",
        "only = [\"§\"]",
        "exclude = [\"§\"]",
        "extends = [\"§\"]",
        "baseline = \"§\"",
        "[tier]\n\"§\" = \"off\"",
        "[[allow]]\nreason = \"x\"\nrule = \"§\"",
        "[[rule]]\nid = \"§\"\ntitle = \"t\"\nregex = \"foo\"\nkeywords = [\"foo\"]",
        "[[rule]]\nid = \"a-b\"\ntitle = \"t\"\nregex = \"foo\"\nkeywords = [\"foo\"]\nexamples = [\"§\"]",
    ] {
        repo.stage("hexguard.toml", text.replace('§', &secret));
        for args in [
            &["scan", "."][..],
            &["hook", "pre-commit"],
            &["config"],
            &["rules", "test"],
        ] {
            assert_hidden(
                &secret,
                &format!("{text}: {}", args.join(" ")),
                &repo.hexguard(args),
            );
        }
    }
    repo.stage("hexguard.toml", format!("baseline = \"{}\"", token(27)));
    assert_hidden(&token(27), "baseline", &repo.hexguard(&["baseline"]));
    repo.stage("hexguard.toml", "");
    repo.write(".gitleaks.toml", format!("[extend]\npath = \"{secret}\"\n"));
    assert_hidden(&secret, "gitleaks extend", &repo.hexguard(&["scan", "."]));
    std::fs::remove_file(repo.path().join(".gitleaks.toml")).unwrap();
    for name in ["FORMAT", "EXTENDS", "EXCLUDE", "DISABLE", "BASELINE"] {
        let mut command = repo.command(HEXGUARD);
        let output = run(command
            .env(format!("HEXGUARD_{name}"), &secret)
            .arg("config"));
        assert_hidden(&secret, name, &output);
        let key = format!("hexguard.{}", name.to_lowercase());
        repo.git(&["config", &key, &secret]);
        assert_hidden(&secret, &key, &repo.hexguard(&["config"]));
        repo.git(&["config", "--unset", &key]);
    }
    // What is ordinary stays.
    repo.stage(
        "hexguard.toml",
        "disable = [\"generic-passwrod\"]\nexclude = [\"/docs/**/*.md\"]\n",
    );
    let output = repo.hexguard(&["config"]);
    for said in ["\"generic-passwrod\"", "\"/docs/**/*.md\""] {
        assert!(output.stdout.contains(said), "{output:?}");
    }
}
