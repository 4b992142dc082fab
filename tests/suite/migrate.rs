//! Moving in: what other tools are told becomes one hexguard.toml, and nothing that was quiet speaks up.

use crate::support::{Repo, hex, token};

#[test]
fn everything_that_can_be_said_is_carried_over_and_the_rest_is_named() {
    let repo = Repo::new();
    repo.write(
        ".gitleaks.toml",
        r#"
[extend]
useDefault = true
disabledRules = ["generic-api-key", "nobody-knows"]
[[allowlists]]
description = "fixtures"
paths = ['''^tests/''', '''[a-z]+x$''']
[[allowlists]]
regexTarget = "line"
regexes = ['''# FAKE''']
[[rules]]
id = "acme_key"
description = "Acme key"
regex = '''(acme)_([0-9a-f]{32})'''
secretGroup = 2
entropy = 2.5
keywords = ["acme"]
[[rules.allowlists]]
stopwords = ["0000"]
[[rules]]
id = "acme-file"
path = '''\.acme$'''
[[rules]]
id = "databricks-api-token"
regex = '''dapi[0-9a-f]{32}'''
keywords = ["dapi"]
[[rules]]
id = "Acme Key"
regex = '''acmekey_[0-9]{9}'''
keywords = ["acmekey_"]
[[rules]]
id = "acme-sql"
regex = '''acmesql_[0-9a-f]{20}'''
keywords = ["acmesql_"]
path = '''\.sql$'''
"#,
    )
    .write(".gitleaksignore", "b.py:hex-personal-token:1\n")
    .write(".secretsignore", "docs/\n!docs/real\n[secrets]\n^hxtp_00\n")
    .write("tests/a.py", format!("T = '{}'\n", token(1)))
    .write("docs/a.md", format!("T = '{}'\n", token(2)))
    .write("b.py", format!("T = '{}'\n", token(3)))
    .write("c.py", format!("T = '{}'  # FAKE\n", token(4)))
    .write("d.txt", format!("acme_{}\n", hex(32, 5)));
    let before = repo.hexguard(&["scan", "--format", "compact", "."]);
    assert_eq!(before.code, 1, "{before:?}");
    assert_eq!(before.stdout.matches("d.txt").count(), 1, "{before:?}");

    let dry = repo.hexguard(&["migrate", "--dry-run"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(!repo.path().join("hexguard.toml").exists());
    let output = repo.hexguard(&["migrate"]);
    assert_eq!(output.code, 0, "{output:?}");
    for wanted in [
        "[a-z]+x$",
        "`regexTarget`",
        "`nobody-knows`",
        "rule `acme-file`",
        "rule `databricks-api-token`: hexguard's own `databricks-pat` looks for the same",
        ".secretsignore:2",
    ] {
        assert!(output.stderr.contains(wanted), "{wanted}\n{output:?}");
    }
    let text = std::fs::read_to_string(repo.path().join("hexguard.toml")).unwrap();
    assert!(
        text.contains("other-tools = false") && text.contains("disable = [\"generic-*\"]"),
        "{text}"
    );
    assert!(
        text.contains("path = \"tests/**\"") && text.contains("id = \"acme-key\""),
        "{text}"
    );
    assert!(text.contains("accepted in .gitleaksignore"), "{text}");
    assert!(text.contains("paths = [\"**/*.sql\"]"), "{text}");
    assert!(text.contains("id = \"acme-key-2\""), "{text}");

    // The files of the other tools can go.
    for name in [".gitleaks.toml", ".gitleaksignore", ".secretsignore"] {
        std::fs::remove_file(repo.path().join(name)).unwrap();
    }
    let after = repo.hexguard(&["scan", "."]);
    assert_eq!(after.code, 1, "{after:?}");
    assert!(after.stdout.contains("1 blocked, 4 allowed"), "{after:?}");
    assert!(after.stdout.contains("[acme-key-2]"), "{after:?}");
    repo.write("d.txt", format!("acme_0000{}\n", hex(28, 5)));
    assert_eq!(repo.hexguard(&["scan", "."]).code, 0);
    assert_eq!(
        repo.hexguard(&["migrate"]).code,
        2,
        "an existing file is not overwritten"
    );
}

#[test]
fn without_anything_to_carry_over_nothing_is_written() {
    let repo = Repo::new();
    let output = repo.hexguard(&["migrate"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(!repo.path().join("hexguard.toml").exists());
}

#[test]
fn a_secret_that_another_tool_is_told_is_neither_shown_nor_written() {
    for (file, text) in [
        (
            ".gitleaks.toml",
            "[allowlist]\nregexes = ['{}', 'harmless']\n",
        ),
        (".gitleaks.toml", "[allowlist]\nstopwords = ['{}']\n"),
        (
            ".gitleaks.toml",
            "[allowlist]\ndescription = 'of {}'\npaths = ['a']\n",
        ),
        (
            ".gitleaks.toml",
            "[[rules]]\nid = 'x'\nregex = '{}'\nkeywords = ['hxtp']\n",
        ),
        (".secretsignore", "{}\n"),
        (".secretsignore", "[secrets]\n{}\n"),
    ] {
        let repo = Repo::new();
        let secret = token(1);
        repo.write(file, text.replace("{}", &secret))
            .write("a.py", format!("T = '{secret}'\n"));
        let before = repo.hexguard(&["scan", "a.py"]);
        for args in [&["migrate", "--dry-run"][..], &["migrate"]] {
            let output = repo.hexguard(args);
            assert_eq!(output.code, 0, "{text} {output:?}");
            let written = std::fs::read_to_string(repo.path().join("hexguard.toml"));
            let all = output.stdout + &output.stderr + &written.unwrap_or_default();
            assert!(!all.contains(&secret[5..20]), "{text} {all}");
        }
        // What was accepted is so still.
        let after = repo.hexguard(&["scan", "a.py"]);
        assert!(after.code <= before.code, "{text} {after:?}");
    }
}
