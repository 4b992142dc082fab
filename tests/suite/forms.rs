//! Values are read in every way in which they are written: the table of `tests/corpus/forms.toml`, and what no table holds.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    form: Vec<Form>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Form {
    /// What these lines have in common, for who reads the table.
    #[serde(rename = "about")]
    _about: String,
    /// The rule that finds the password alone, and stops the commit; empty for any rule.
    rule: String,
    finds: Vec<String>,
    passes: Vec<String>,
    /// What stands in turn for `¤` in the lines that pass; none for a password.
    values: Vec<String>,
}

/// A password that nobody writes by chance.
fn good() -> String {
    ["xK9", "vQ2", "mT7", "wZ4", "b"].concat()
}

/// Fills `¤` and returns what is found: rule, tier, and whether it is exactly what was filled in.
fn found_in(path: &str, text: &str, value: &str) -> Vec<(&'static str, Tier, bool)> {
    let text = text.replace("\\n", "\n").replace('¤', value);
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
        .iter()
        .map(|one| {
            (
                one.rule.id,
                one.tier,
                one.secret.expose() == value.as_bytes(),
            )
        })
        .collect()
}

#[test]
fn every_form_of_the_table_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/forms.toml");
    let forms: Forms = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(!forms.form.is_empty());
    let mut wrong = String::new();
    for form in forms.form {
        for line in &form.finds {
            let (path, text) = line.split_once(" | ").unwrap();
            let found = found_in(path, text, &good());
            let right = match &form.rule[..] {
                "" => found.iter().any(|one| one.2),
                rule => found == [(rule, Tier::Block, true)],
            };
            if !right {
                let _ = writeln!(wrong, "{} {line}: {found:?}", form.rule);
            }
        }
        let values = if form.values.is_empty() {
            vec![good()]
        } else {
            form.values
        };
        for (line, value) in form
            .passes
            .iter()
            .flat_map(|line| values.iter().map(move |value| (line, value)))
        {
            let (path, text) = line.split_once(" | ").unwrap();
            let found = found_in(path, text, value);
            if !found.is_empty() {
                let _ = writeln!(wrong, "{line}, {value}: {found:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_password_may_hold_the_marks_of_a_url() {
    for mark in ["@", "/", "#", "?", ":", "!", "$", "%2F", "[", "{"] {
        let text = "mysql://etl:¤@mysql.acme.io:3306/dw";
        let found = found_in("a", text, &format!("x7Kq{mark}v2Wm9T"));
        assert!(matches!(found[..], [(.., true)]), "{mark}: {found:?}");
    }
}

#[test]
fn braces_keep_odd_characters_of_a_connection_string() {
    for text in [
        "DRIVER={ODBC Driver 18};SERVER=sql.acme.io;PWD={¤};",
        "jdbc:sqlserver://sql.acme.io;user=etl;password={¤};",
    ] {
        let found = found_in("a.txt", text, &format!("{}$", good()));
        assert!(
            matches!(found[..], [(_, Tier::Block, true)]),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn a_weak_password_counts_on_a_host_that_is_real() {
    let tier = |text: &str, password: &str| found_in("a", text, password).first().map(|one| one.1);
    let warned = tier("mysql://admin:¤@db.acme.io/dw", "password");
    assert_eq!(warned, Some(Tier::Warn));
    let blocked = tier("mysql://admin:¤@db.acme.io/dw", "admin123");
    assert_eq!(blocked, Some(Tier::Block));
    assert_eq!(tier("mysql://user:¤@db.acme.io/dw", "password"), None);
    let warned = tier("postgres://snow:¤@localhost/dw", "white.and.black");
    assert_eq!(warned, Some(Tier::Warn));
}

#[test]
fn passwords_of_people_stop_the_commit_outside_of_tests() {
    let tier = |path: &str, password: &str| {
        let found = found_in(path, "password = \"¤\"", password);
        found.first().map(|one| one.1)
    };
    let chosen = ["Bluefish", "-42!"].concat();
    assert_eq!(tier("a.py", &chosen), Some(Tier::Block));
    assert_eq!(tier("test_a.py", &chosen), Some(Tier::Warn));
    assert_eq!(tier("a.py", "bluefish"), Some(Tier::Warn));
    assert_eq!(tier("a.py", "required"), None);
}

#[test]
fn any_bytes_are_survived() {
    let words = [
        "://",
        "postgres://",
        "jdbc:",
        "jdbc:oracle:thin:",
        "@tcp(",
        "password=",
        "pwd%3d",
        "loginmodule required",
        "airflow_conn_",
        "basic ",
        "bearer ",
        "\"auth\"",
        "curl -u ",
        "mysql -p",
        "--password ",
        "pgpassword=",
        ":5432:",
        "machine ",
        "_authtoken",
        "identified by ",
        "sqlplus ",
        ":1521",
        "?access_token=",
        "<pass",
        "convertto-securestring ",
        "cmdkey ",
        "net user ",
        "net use ",
        "create user ",
        "set password ",
        "aws_secret_key",
        "'",
        "\"",
        "\\",
        "\n",
        ";",
        "=",
        "@",
        ":",
        "/",
        "{",
        "}",
        "\u{ff}",
    ];
    // Every pair and triple of marks, at the very start and end of the text.
    for a in words {
        for b in words {
            for c in ["", "a", "'", "@b.c/", "\\"] {
                let text = format!("{a}{b}{c}");
                let fragment = Fragment::content(b"profiles.yml", text.as_bytes());
                detect(&fragment, &RuleSet::builtin());
            }
        }
    }
}

#[test]
fn in_tests_a_word_in_disguise_does_not_stop_the_commit() {
    let tier = |path: &str| {
        let found = found_in(path, "password = \"¤\"", &["r4in", "b0w"].concat());
        found.first().map(|one| one.1)
    };
    assert_eq!(tier("shop/login.py"), Some(Tier::Block));
    assert_eq!(tier("tests/test_login.py"), Some(Tier::Warn));
}
