//! .gitleaks.toml with gitleaks' own semantics, key by key, and its ignore files, baselines and default rules.

use crate::support::{Output, Repo, hex, token};

/// Every key of the schema, in the forms in which people write them.
const CONFIG: &str = r#"
title = "acme"
description = "every key"
minVersion = "v8.25.0"
unknownKey = "passed over"

[extend]
path = "base.toml"
disabledRules = ["base-off"]

[[allowlists]]
description = "global paths"
paths = ['''^skip/''']

[[allowlists]]
description = "both must hold"
condition = "AND"
paths = ['''^both/''']
regexTarget = "line"
regexes = ['''FAKE''']

[[allowlists]]
description = "only for one rule"
targetRules = ["plain"]
stopwords = ["Targeted"]

[[allowlists]]
commits = ["0123456789abcdef0123456789abcdef01234567"]

[[rules]]
id = "plain"
description = "Plain rule"
regex = '''plain_[A-Za-z0-9]{8,}'''
keywords = ["PLAIN_"]
tags = ["a", "b"]

[[rules]]
ID = "second-group"
regex = '''(two)=(?:x)?([a-z]{3})([0-9]{6})'''
secretGroup = 3
keywords = ["two="]

[[rules]]
id = "first-group"
regex = '''one=(a)?([b-z0-9]{8})'''

[[rules]]
id = "entropy"
regex = '''ent_([a-z0-9]{8})'''
entropy = 2.5

[[rules]]
id = "with-path"
regex = '''pathy_[0-9]{6}'''
path = '''\.(py|ya?ml)$'''
keywords = ["pathy_", "other"]

[[rules]]
id = "keyword-elsewhere"
regex = '''kw[0-9]{6}'''
keywords = ["callme"]

[[rules]]
id = "helper"
regex = '''helper_[0-9]{4}'''
skipReport = true

[[rules]]
id = "needs-helper"
regex = '''main_[0-9]{4}'''
[[rules.required]]
id = "helper"
withinLines = 2

[[rules]]
id = "needs-column"
regex = '''col_[0-9]{4}'''
[[rules.required]]
id = "helper"
withinColumns = 3

[[rules]]
id = "allowed-ways"
regex = '''way: ([a-z]+)_([0-9]{6})'''
secretGroup = 2
[[rules.allowlists]]
stopwords = ["111"]
[[rules.allowlists]]
regexTarget = "match"
regexes = ['''way: fine''']
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''# sample''']
[[rules.allowlists]]
regexes = ['''^222''']
[[rules.allowlists]]
condition = "&&"
paths = ['''win\\dows''']
regexes = ['''^333''']

[[rules]]
id = "old-form"
regex = '''oldform_[0-9]{4}'''
[rules.allowlist]
paths = ['''old/''']

[[rules]]
id = "go-syntax"
regex = '''go\Q[x]\E[\w-.]{4}a{,3}'''

[[rules]]
id = "generic-thing"
regex = '''[a-z]+_[0-9]{12}'''

[[rules]]
id = "specific-thing"
regex = '''specific_[0-9]{12}'''

[[rules]]
id = "base-merged"
description = "changed"
entropy = 3.0
keywords = ["merged_"]
[[rules.allowlists]]
stopwords = ["child"]
"#;

const BASE: &str = r#"
[[rules]]
id = "base-off"
regex = '''off_[0-9]{4}'''
[[rules]]
id = "base-on"
regex = '''on_[0-9]{4}'''
[[rules]]
id = "base-merged"
description = "as it was"
regex = '''merged_([a-z0-9]{8})'''
keywords = ["nowhere"]
[[rules.allowlists]]
stopwords = ["parent"]
"#;

/// Scans one file and returns the ids of what counts, with their lines.
fn found(repo: &Repo, path: &str, text: &str) -> Vec<String> {
    repo.write(path, text);
    let output = repo.hexguard(&["scan", "--format", "gitleaks", path]);
    assert!(output.code < 2, "{output:?}");
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let entries = report.as_array().unwrap().iter();
    entries
        .map(|entry| {
            let id = entry["RuleID"].as_str().unwrap();
            format!("{id}:{}", entry["StartColumn"])
        })
        .collect()
}

#[test]
fn every_key_of_the_schema_does_what_gitleaks_does() {
    let repo = Repo::new();
    repo.write(".gitleaks.toml", CONFIG)
        .write("base.toml", BASE);
    let table: &[(&str, &str, &[&str])] = &[
        // keywords are found in any case, and anywhere in the text
        ("a.txt", "plain_Abcdefgh", &["plain:1"]),
        ("a.txt", "kw123456", &[]),
        ("a.txt", "kw123456\n\n\n\nCallMe", &["keyword-elsewhere:1"]),
        // global allowlists
        ("skip/a.txt", "plain_Abcdefgh", &[]),
        ("both/a.txt", "plain_Abcdefgh # FAKE", &[]),
        ("both/a.txt", "plain_Abcdefgh", &["plain:1"]),
        ("c/a.txt", "plain_Abcdefgh # FAKE", &["plain:1"]),
        ("a.txt", "plain_xtargetedx", &[]),
        (
            "a.txt",
            "callme kw123456 targeted",
            &["keyword-elsewhere:8"],
        ),
        // secretGroup, and the first group that is not empty
        ("a.txt", "two=abc123456", &["second-group:8"]),
        ("a.txt", "one=bbbb1111", &["first-group:5"]),
        ("a.txt", "one=abbbb1111", &["first-group:5"]),
        // entropy must be greater
        ("a.txt", "ent_aaaaaaaa", &[]),
        ("a.txt", "ent_abcdefgh", &["entropy:5"]),
        // path and expression
        ("a.txt", "pathy_123456", &[]),
        ("d/a.yaml", "pathy_123456", &["with-path:1"]),
        // required, and its distances
        ("a.txt", "main_1234", &[]),
        ("a.txt", "helper_1234", &[]),
        ("a.txt", "helper_1234\n\nmain_1234", &["needs-helper:1"]),
        ("a.txt", "helper_1234\n\n\nmain_1234", &[]),
        (
            "a.txt",
            "helper_1234\n\n\n\n\n   col_1234",
            &["needs-column:4"],
        ),
        ("a.txt", "helper_1234\n    col_1234", &[]),
        // a rule's allowlists: secret, match, line, AND with the Windows form of a path
        ("a.txt", "way: bad_123456", &["allowed-ways:10"]),
        ("a.txt", "way: bad_911199", &[]),
        ("a.txt", "way: fine_123456", &[]),
        ("a.txt", "way: bad_123456 # sample", &[]),
        ("a.txt", "way: bad_222456", &[]),
        ("a.txt", "way: bad_333456", &["allowed-ways:10"]),
        ("win/dows/a.txt", "way: bad_333456", &[]),
        ("old/a.txt", "oldform_1234", &[]),
        ("a.txt", "oldform_1234", &["old-form:1"]),
        // expressions that Rust writes otherwise
        ("a.txt", "go[x]a-.ba{,3}", &["go-syntax:1"]),
        // one finding for one secret, by the rule that is not generic
        ("a.txt", "specific_123456789012", &["specific-thing:1"]),
        ("a.txt", "else_123456789012", &["generic-thing:1"]),
        // extend: switched off, taken over, merged
        ("a.txt", "off_1234", &[]),
        ("a.txt", "on_1234", &["base-on:1"]),
        ("a.txt", "merged_abcd1234", &[]),
        ("a.txt", "merged_aaaabbbb", &[]),
        ("a.txt", "merged_child123", &[]),
        // comments
        ("a.txt", "plain_Abcdefgh # gitleaks:allow", &[]),
    ];
    for (path, text, wanted) in table {
        // `merged_abcd1234` has three bits exactly, which is not more.
        assert_eq!(found(&repo, path, text), *wanted, "{path}: {text}");
    }
    assert_eq!(
        found(&repo, "a.txt", "merged_abcd12345"),
        ["base-merged:8"; 0]
    );
}

#[test]
fn a_rule_for_names_stops_a_file_by_its_name() {
    let repo = Repo::new();
    repo.stage(
        ".gitleaks.toml",
        "[[rules]]\nid = 'keystore'\npath = '''\\.acmekeys$'''\n",
    )
    .commit("configured")
    .hook("pre-commit")
    .stage("folder/my.acmekeys", "harmless");
    let output = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("keystore"), "{output:?}");
}

#[test]
fn what_gitleaks_refuses_is_refused_with_its_place() {
    let repo = Repo::new();
    repo.write("a.txt", "x");
    for (text, wanted) in [
        (
            "[[rules]]\nregex = 'a'",
            ".gitleaks.toml:1: a rule without `id`",
        ),
        (
            "[[rules]]\nid = 'a'",
            ".gitleaks.toml:1: rule `a` has neither",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules]]\nid = 'a'\nregex = 'b'",
            ".gitleaks.toml:4: a second rule `a`",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = '(a)'\nsecretGroup = 2",
            "`secretGroup` is 2",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = '(a'",
            ".gitleaks.toml:3: `regex`:",
        ),
        (
            "[[allowlists]]\ndescription = 'x'",
            ".gitleaks.toml:1: an allowlist that lists nothing",
        ),
        (
            "[[allowlists]]\npaths = ['a']\ncondition = 'XOR'",
            "`condition` is `XOR`",
        ),
        (
            "[[allowlists]]\nregexes = ['a']\nregexTarget = 'file'",
            "`regexTarget` is `file`",
        ),
        (
            "[allowlist]\npaths = ['a']\n[[allowlists]]\npaths = ['b']",
            "exclude each other",
        ),
        (
            "[[allowlists]]\npaths = ['a']\ntargetRules = ['none']",
            "there is no rule `none`",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.required]]\nid = 'b'",
            "there is no rule `b`",
        ),
        (
            "[extend]\npath = 'b.toml'\nuseDefault = true",
            "exclude each other",
        ),
        (
            "[extend]\npath = 'absent.toml'",
            ".gitleaks.toml:2: `absent.toml` does not exist",
        ),
    ] {
        repo.write(".gitleaks.toml", text);
        let output = repo.hexguard(&["scan", "a.txt"]);
        assert_eq!(output.code, 2, "{text}\n{output:?}");
        assert!(output.stderr.contains(wanted), "{text}\n{output:?}");
    }
}

#[test]
fn the_built_in_rules_go_on_beside_it_and_heed_it() {
    let repo = Repo::new();
    repo.write("a.py", format!("T = '{}'\n", token(1)))
        .write("tests/a.py", format!("T = '{}'\n", token(2)));
    // Without `useDefault` gitleaks would drop every default rule; hexguard's stay.
    repo.write(".gitleaks.toml", "[allowlist]\npaths = ['''tests/''']\n");
    let output = repo.hexguard(&["scan", "--show-suppressed", "."]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stdout.contains("1 blocked, 1 allowed"), "{output:?}");
    assert!(output.stdout.contains(".gitleaks.toml:1"), "{output:?}");

    // Rules that gitleaks has under the same or another name are hexguard's own here.
    let disabled = "[extend]\nuseDefault = true\ndisabledRules = ['hex-personal-token']\n";
    repo.write(".gitleaks.toml", disabled);
    let output = repo.hexguard(&["scan", "a.py"]);
    assert!(
        !output.stdout.contains("[hex-personal-token]"),
        "{output:?}"
    );
    repo.write(
        ".gitleaks.toml",
        "[extend]\nuseDefault = true\n[[rules]]\nid = 'hex-personal-token'\n[[rules.allowlists]]\nregexes = ['''^hxtp_''']\n",
    );
    assert_eq!(repo.hexguard(&["scan", "a.py"]).code, 0);
    repo.write("hexguard.toml", "other-tools = false\n");
    assert_eq!(repo.hexguard(&["scan", "a.py"]).code, 1);
}

/// Makes rules of the constructs that gitleaks' own rules are made of, as many as it has.
fn default_rules() -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "title = \"gitleaks config\"\nminVersion = \"v8.25.0\"\n[[allowlists]]\ndescription = \"global\"\npaths = [\n    '''gitleaks\\.toml''',\n    '''(?i)\\.(?:bmp|gif|jpe?g|svg|tiff?)$''',\n    '''(?:^|/)node_modules(?:/.*)?$''',\n]\nregexes = [\n    '''(?i)^true|false|null$''',\n    '''^(?i:a+|b+|\\*+|\\.+)$''',\n    '''^\\$(?:\\d+|{\\d+})$''',\n    '''^\\${(?:[A-Z_]+|[a-z_]+)}$''',\n    '''^\\{\\{[ \\t]*[\\w ().|]+[ \\t]*}}$''',\n]\nstopwords = [\"abcdefghijklmnopqrstuvwxyz\"]\n",
    );
    for number in 0..222 {
        let regex = match number % 6 {
            0 => format!(r"\b(v{number}_[0-9A-Za-z_-]{{20,40}})(?:[\x60'\x22\s;]|\\[nr]|$)"),
            1 => format!(
                r"(?i)[\w.-]{{0,50}}?(?:vendor{number})(?:[ \t\w.-]{{0,20}})[\s'\x22]{{0,3}}(?:=|>|:{{1,3}}=|\|\||:|=>|\?=|,)[\x60'\x22\s=]{{0,5}}([a-f0-9]{{32}})(?:[\x60'\x22\s;]|\\[nr]|$)"
            ),
            2 => format!(
                r"(?i)-----BEGIN[ A-Z0-9_-]{{0,100}}V{number}[\s\S-]{{64,}}?KEY(?: BLOCK)?-----"
            ),
            3 => format!(
                r"(?:https?://)?hooks\.v{number}\.com/(?:services|workflows)/[A-Za-z0-9+/]{{43,56}}"
            ),
            4 => format!(r"\b(?i:(?:(?:v{number})_))(?P<value>[[:alnum:]]{{36}})\b"),
            _ => format!(r"(?i)\bv{number}\w{{0,10}}?[\.\-]?(?:[0-9a-z]{{8}}-){{2}}[0-9a-z]{{12}}"),
        };
        writeln!(
            text,
            "[[rules]]\nid = \"vendor-{number}\"\ndescription = \"Found a token of vendor {number}.\"\nregex = '''{regex}'''\nentropy = 2.0\nkeywords = [\n    \"v{number}\",\n    \"vendor{number}\",\n]\n[[rules.allowlists]]\nregexes = ['''.+EXAMPLE$''']"
        )
        .unwrap();
    }
    text
}

#[test]
fn a_whole_set_of_default_rules_loads_and_finds() {
    let repo = Repo::new();
    repo.write(".gitleaks.toml", default_rules());
    let body = hex(32, 5);
    assert_eq!(
        found(&repo, "a.txt", &format!("vendor7_key = '{body}'\n")),
        ["vendor-7:16"]
    );
    assert_eq!(
        found(&repo, "a.txt", &format!("v6_{body}\n")),
        ["vendor-6:1"]
    );
    assert_eq!(
        found(&repo, "a.txt", "nothing here\n"),
        Vec::<String>::new()
    );
}

#[test]
fn ignored_fingerprints_hold_for_the_place_and_the_rule() {
    let repo = Repo::new();
    repo.write("d/a.txt", format!("\nT = '{}'\n", token(1)));
    let scan = |ignore: &str| {
        repo.write(".gitleaksignore", ignore);
        repo.hexguard(&["scan", "."]).code
    };
    assert_eq!(scan("# comment\n\nd/a.txt:hex-personal-token:2\n"), 0);
    assert_eq!(scan("d\\a.txt:hex-personal-token:2\r\n"), 0);
    assert_eq!(scan("d/a.txt:hex-personal-token:3\n"), 1);
    assert_eq!(scan("d/a.txt:aws-access-token:2\n"), 1);
    assert_eq!(
        scan(&format!(
            "{}:d/a.txt:hex-personal-token:2\n",
            "0".repeat(40)
        )),
        1
    );
    assert_eq!(scan("nonsense\n"), 1);
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_str(&output.stdout).unwrap()
}

#[test]
fn the_report_in_gitleaks_format_serves_as_a_baseline() {
    let repo = Repo::new();
    repo.write("a.py", format!("T = '{}'\nU = '{}'\n", token(1), token(2)));
    let report = repo.hexguard(&["scan", "--format", "gitleaks", "."]);
    assert_eq!(json(&report).as_array().unwrap().len(), 2);
    repo.write("../baseline.json", &report.stdout);
    let baseline = repo.beside("baseline.json");
    let scan = || repo.hexguard(&["scan", "--baseline-path", baseline.to_str().unwrap(), "."]);
    let output = scan();
    assert_eq!(output.code, 0, "{output:?}");
    repo.write(
        "a.py",
        format!("\n\nT = '{}'\nU = '{}'\n", token(1), token(2)),
    );
    assert_eq!(scan().code, 0, "a moved line is the same secret");
    repo.write("a.py", format!("T = '{}'\n", token(3)));
    assert_eq!(
        scan().code,
        1,
        "another secret in the same place is another finding"
    );

    // A report of gitleaks' own holds the secret as it is, or nothing of it.
    let entry = |secret: &str| {
        format!(
            "[{{\"RuleID\": \"hex-personal-token\", \"File\": \"a.py\", \"StartLine\": 1, \"Secret\": \"{secret}\"}}]"
        )
    };
    for (secret, code) in [(token(3), 0), (token(4), 1), ("REDACTED".to_owned(), 0)] {
        repo.write("../baseline.json", entry(&secret));
        assert_eq!(scan().code, code, "{secret}");
    }
    repo.write("../baseline.json", "[");
    assert_eq!(scan().code, 2);
}

#[test]
fn what_changes_a_rule_of_gitleaks_own_changes_its_counterpart() {
    let repo = Repo::new();
    let secret = token(1);
    let text = format!("T = '{secret}'\n");
    let scan = |rule: &str, path: &str, text: &str| {
        let head = "[extend]\nuseDefault = true\n[[rules]]\n";
        repo.write(".gitleaks.toml", format!("{head}{rule}"));
        found(&repo, path, text)
    };
    // `path` alone limits the rule; it is no rule for names.
    let limited = "id = 'hex-personal-token'\npath = '''\\.py$'''\n";
    assert_eq!(scan(limited, "a.py", &text), ["hex-personal-token:6"]);
    assert_eq!(scan(limited, "a.txt", &text), [""; 0]);
    assert_eq!(scan(limited, "b.py", "harmless"), [""; 0]);
    let choosy = "id = 'hex-personal-token'\nentropy = 7.9\n";
    assert_eq!(scan(choosy, "a.py", &text), [""; 0]);
    let own = "id = 'acme-file'\npath = '''\\.acme$'''\n";
    assert_eq!(scan(own, "x.acme", "harmless"), ["acme-file:1"]);
    // What must stand near is found by rules of gitleaks' own: nobody can tell, and it is reported.
    let near =
        "id = 'acme'\nregex = 'acme_[0-9]{8}'\n[[rules.required]]\nid = 'aws-access-token'\n";
    assert_eq!(scan(near, "c.txt", "acme_12345678"), ["acme:1"]);
}
