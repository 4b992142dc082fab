//! Values are read in every way in which they are written: the table of `tests/corpus/forms.toml`, and what no table holds.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use hexguard::detect::detect;
use hexguard::detect::judge::{explain_all, vetoes};
use hexguard::fragment::Fragment;
use hexguard::rule::template::{Random, class};
use hexguard::rule::{RuleSet, Tier};
use serde::Deserialize;

use crate::support::custom_rule;
use crate::support::template::fill;

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
fn a_literal_that_goes_on_below_counts_by_its_first_line() {
    let value = format!("{0}{0}", good());
    for (path, text) in [
        ("a.py", "api_key = '¤\\\nrest of it'\n"),
        ("a.py", "api_key = \"\"\"¤\n"),
        ("a.php", "$api_key = '¤\n"),
    ] {
        let found = found_in(path, text, &value);
        assert!(matches!(found[..], [(.., true)]), "{path}: {found:?}");
    }
    assert!(
        found_in(
            "a.py",
            "# don't use the password ¤",
            "'internationalization"
        )
        .is_empty()
    );
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

/// Returns what the judge says of a value that is assigned to a password in code: the tier, and whether it takes it for
/// something that only stands for a secret.
fn judged_as(value: &str) -> (Option<Tier>, bool) {
    let text = format!("password = \"{value}\"");
    let explained = explain_all(&Fragment::content(b"a.py", text.as_bytes()));
    let [(_, only)] = &explained[..] else {
        panic!("{value}: {} explanations", explained.len());
    };
    let stands_for = vetoes()
        .filter(|(name, _)| ["reference", "placeholder"].contains(name))
        .any(|(_, says)| only.veto == Some(says));
    (only.tier, stands_for)
}

#[test]
fn passwords_of_people_are_no_placeholders() {
    for value in [
        "Tr0ub4dor&3",
        "$uper9!",
        "bluefish42",
        "Winter2024!",
        "P4risTexas",
        "gitte&hans",
        "m4ri0-luigi",
        "sommer-regen-7",
        "postgres",
        "admin",
        "k8tie<3",
        "Contessa",
        "beta.Rocket.11",
    ] {
        let (tier, stands_for) = judged_as(value);
        assert!(!stands_for, "{value}");
        // Names of programs and their users are no passwords for another reason.
        assert_eq!(
            tier.is_none(),
            ["postgres", "admin"].contains(&value),
            "{value}"
        );
    }
}

#[test]
fn random_tokens_are_found_whatever_stands_in_them() {
    let mut random = Random::new(1);
    let (mut missed, mut all) = (0, 0);
    for kind in ["hex", "lnum", "alnum", "b64u"] {
        let alphabet = class(kind).unwrap();
        for length in [20, 32, 40, 64, 100] {
            let mut text = String::new();
            for _ in 0..1_000 {
                let _ = writeln!(text, "api_key = \"{}\"", random.text(&alphabet, length));
            }
            let found = found_in("a.py", &text, "").len();
            (all, missed) = (all + 1_000, missed + 1_000 - found);
        }
    }
    assert!(missed * 1_000 < all, "{missed} of {all}");
}

#[test]
fn the_mark_of_a_format_is_not_judged() {
    let [test, live] = [fill("{{alnum:24}}", 3), "x".repeat(24)];
    let found = |mark: &str, body: &str| found_in("a.py", "key = '¤'", &[mark, body].concat());
    assert_eq!(
        found("sk_test_", &test),
        [("stripe-test-secret-key", Tier::Block, true)]
    );
    assert_eq!(found("sk_live_", &live), []);
    assert!(!judged_as(&["sk_test_", &test].concat()).1);
}

#[test]
fn published_samples_are_nothing_inside_longer_values() {
    let [first, second] = ["czZCaGRSa3F0Mzpn", "WDFmQmF0M2JW"];
    let pair = [first, second].concat();
    let other = fill("{{alnum:28}}", 3);
    for text in ["token = '¤'", "token = 'client:¤'", "token = 'v1.¤'"] {
        assert_eq!(found_in("a.py", text, &pair), [], "{text}");
        assert_eq!(found_in("a.py", text, &other).len(), 1, "{text}");
    }
    let half = found_in("a.py", "token = '¤'", first);
    assert_eq!(half, [("generic-token", Tier::Block, true)]);
}

#[test]
fn a_service_on_the_line_speaks_for_all_its_assignments() {
    let [one, two] = [1, 2].map(|seed| fill("{{alnum:32}}", seed));
    let text = format!("api_key = \"{one}\", secret = \"{two}\"  # for zoom");
    let found: Vec<_> = found_in("a.py", &text, "")
        .iter()
        .map(|one| one.0)
        .collect();
    assert_eq!(found, ["zoom-client-secret"; 2]);
}

#[test]
fn parents_complete_a_key() {
    let finds = |how: &str| {
        let mut rules = RuleSet::builtin();
        rules.add(vec![custom_rule(&format!(
            "id = 'own'\ntitle = 'own'\nvalue = '[0-9A-Za-z]{{32}}'\n{how}"
        ))]);
        let value = fill("{{alnum:32}}", 1);
        let text = format!("quux:\n  account: x\n  client_secret: {value}\n");
        let findings = detect(&Fragment::content(b"a.yml", text.as_bytes()), &rules);
        assert_eq!(findings.len(), 1);
        findings[0].rule.id == "own"
    };
    let keyword = "keywords = ['client_secret']";
    assert!(finds(&format!("keys = ['quux_client_secret']\n{keyword}")));
    assert!(!finds(&format!(
        "keys = ['webex_client_secret']\n{keyword}"
    )));
    assert!(finds("near = ['quux']"));
}

#[test]
fn a_shown_key_holds_no_secret() {
    let long = "a1b2c3d4e5".repeat(3);
    // The built-in rules take a name with random letters in it for none; this one does not look.
    let mut rules = RuleSet::builtin();
    rules.add(vec![custom_rule(
        "id = 'own'\ntitle = 'own'\nvalue = '[0-9A-Za-z]{13}'\nkeys = ['password']",
    )]);
    for (key, found) in [
        (format!("password_{long}"), true),
        (format!("{long}_password\u{7}"), false),
    ] {
        for (path, text) in [
            ("a.json", format!("\"{key}\": \"¤\"")),
            ("a.py", format!("{key} = \"¤\"")),
            ("a.py", format!("set(\"{key}\", \"¤\")")),
            ("a.env", format!("{key}=¤")),
            ("a.yml", format!("- name: \"{key}\"\n  value: \"¤\"")),
        ] {
            let text = text.replace('¤', &good());
            let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
            let explained = explain_all(&fragment);
            let names = explained.into_iter().map(|(_, one)| one.name);
            let reasons = detect(&fragment, &rules).into_iter().map(|one| one.reason);
            let shown: Vec<String> = reasons.chain(names).collect();
            assert_eq!(shown.len() == 2, found, "{text}: {shown:?}");
            for shown in shown {
                assert!(!shown.contains("b2c3"), "{shown}");
                assert!(!shown.contains('\u{7}'), "{shown}");
            }
        }
    }
}

#[test]
fn one_line_of_megabytes_costs_no_more_than_many_lines() {
    let text = "password=password=token:".repeat(20_000);
    let started = Instant::now();
    found_in("a.env", &text, "");
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn any_pieces_of_assignments_are_survived() {
    let pieces: [&[u8]; 14] = [
        b"password",
        b"=",
        b"\"",
        b"'",
        b":",
        b"\\",
        b"\n",
        b"\r",
        b"<",
        b">",
        b"{",
        b"${",
        b"\xff",
        b" ",
    ];
    let mut rules = RuleSet::builtin();
    rules.add(vec![custom_rule(
        "id = 'own'\ntitle = 'own'\nvalue = '.{1,99}'\nkeys = ['a_password']\nkeywords = ['password']",
    )]);
    let mut seed = 7u32;
    for _ in 0..3_000 {
        let mut text = Vec::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(pieces[(seed >> 16) as usize % pieces.len()]);
        }
        for path in [&b"a.py"[..], b"a.yml", b".env", b"a.xml", b"a.sh", b"x"] {
            let fragment = Fragment::content(path, &text);
            for (line, one) in explain_all(&fragment) {
                assert!(
                    line <= text.split(|&b| b == b'\n' || b == b'\r').count()
                        && !one.name.is_empty()
                );
            }
            for finding in detect(&fragment, &rules) {
                assert!(!finding.secret.expose().is_empty());
            }
        }
    }
}

#[test]
fn a_name_beside_a_service_is_seen_in_every_column() {
    let value = fill("{{alnum:32}}", 4);
    for name in [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "pass",
        "secrets",
        "token",
        "api_key",
        "accessKey",
        "PRIVATE_KEY",
        "authKey",
        "credential",
        "Authorization",
        "GITHUB_PAT",
        "githubPat",
        "pat_main",
        "sas",
        "DSN",
    ] {
        let found: Vec<_> = (0..70)
            .map(|blanks| {
                let (before, behind) = (" ".repeat(blanks), " ".repeat(blanks * 7 % 40));
                let text = format!("# of zoom\n{before}x {name}: ¤{behind}");
                found_in("a.txt", &text, &value)
            })
            .collect();
        assert_eq!(
            found[0],
            [("zoom-client-secret", Tier::Block, true)],
            "{name}"
        );
        assert!(found.iter().all(|one| *one == found[0]), "{name}");
    }
    let text = "# of zoom\nGET /path/pattern?section=create&rows=12 Runner";
    assert_eq!(found_in("a.txt", text, ""), []);
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
