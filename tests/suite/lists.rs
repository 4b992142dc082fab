//! Of a long list, a long map or a wide table every entry is looked at, wherever the secret stands among them.

use std::fmt::Write as _;

use crate::support::{Repo, template::fill};

fn password(seed: u64) -> String {
    fill("{{alnum:9}}{{digit:3}}{{alnum:6}}", seed)
}

/// Returns so many entries and one with a secret behind them.
fn entries(count: u64, entry: impl Fn(u64, &str) -> String) -> String {
    let other = |n: u64| entry(n, &format!("${{VAULT_{n}}}"));
    (0..count).map(other).collect::<String>() + &entry(count, &password(count))
}

#[test]
fn a_secret_behind_many_references_stops_the_commit() {
    let quoted = |count| entries(count, |_, value| format!("\"{value}\", "));
    let pairs = |count| entries(count, |n, value| format!("\"u{n}\": \"{value}\", "));
    for count in [41, 700] {
        let yaml = entries(count, |n, value| format!("  u{n}: \"{value}\"\n"));
        let items = entries(count, |_, value| format!("  - \"{value}\"\n"));
        let lines = entries(count, |_, value| format!("    \"{value}\",\n"));
        let section = entries(count, |n, value| format!("u{n} = {value}\n"));
        let headers = (0..count).fold(String::new(), |row, n| row + &format!("password{n},"));
        let cells = "x,".repeat(usize::try_from(count).unwrap());
        for (path, text) in [
            ("a.yaml", format!("passwords:\n{yaml}")),
            ("b.yaml", format!("passwords:\n{items}")),
            (
                "a.json",
                format!("{{\"passwords\": [{}\"\"]}}", quoted(count)),
            ),
            (
                "b.json",
                format!("{{\"passwords\": {{{}\"z\": \"\"}}}}", pairs(count)),
            ),
            (
                "c.json",
                format!("{{\"password\": [{}\"\"]}}", quoted(count)),
            ),
            ("a.py", format!("PASSWORDS = [\n{lines}]\n")),
            ("b.py", format!("PASSWORDS = [{}]\n", quoted(count))),
            ("a.go", format!("var passwords = []string{{\n{lines}}}\n")),
            ("a.ini", format!("[passwords]\n{section}")),
            (
                "a.csv",
                format!("{headers}password\n{cells}{}\n", password(count)),
            ),
        ] {
            let repo = Repo::new();
            repo.stage(path, &text).hook("pre-commit");
            let stopped = repo.try_git(&["commit", "-q", "-m", "x"]);
            assert_eq!(stopped.code, 1, "{path}, {count}: {stopped:?}");
            assert!(
                stopped.stderr.contains(", 1 blocked, 0 skipped"),
                "{path}, {count}: {stopped:?}"
            );
        }
    }
}

#[test]
fn what_is_added_to_a_long_list_of_known_passwords_is_new() {
    let repo = Repo::new();
    let list = |count: u64| (0..count).map(|n| format!("  - {}\n", password(n)));
    let text = |count| format!("passwords:\n{}", list(count).collect::<String>());
    repo.stage("a.yaml", text(60));
    repo.git(&["commit", "-q", "-m", "x"]);
    repo.hook("pre-commit").stage("a.yaml", text(61));
    let stopped = repo.try_git(&["commit", "-q", "-m", "y"]);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(stopped.stderr.contains("a.yaml:62:"), "{stopped:?}");
}

#[test]
fn comments_and_blank_lines_between_entries_end_no_list() {
    let v = [1, 2, 3].map(password);
    let [one, two, three] = &v;
    for (path, text) in [
        (
            "a.yaml",
            format!("passwords:\n  - {one} # mail\n\n  # next\n  - {two}  # ftp\n  - {three}\n"),
        ),
        (
            "b.yaml",
            format!("passwords:\n  a: {one} # mail\n\n  b: {two} #ftp\n  c: \"{three}\"\n"),
        ),
        (
            "a.ini",
            format!("[passwords]\na = {one} ; mail\nb = {two} # ftp\nc = {three}\n"),
        ),
    ] {
        let repo = Repo::new();
        repo.write(path, &text);
        let found = repo.hexguard(&["scan", path]);
        assert!(found.stdout.contains(", 3 blocked, "), "{path}: {found:?}");
    }
}

/// Each way in which a list or a map of secrets is written, with the file's name: `§` is its name, `¤1` and `¤2` are two values.
const NOTATIONS: &[(&str, &str)] = &[
    (
        "a.json",
        r#"{"§": {"prod": {"db": "¤1"}, "dev": {"db": "¤2"}}}"#,
    ),
    (
        "b.json",
        "{\n  \"§\": {\n    \"prod\": {\n      \"db\": \"¤1\"\n    },\n    \"dev\": [\n      \"¤2\"\n    ]\n  }\n}\n",
    ),
    (
        "c.json",
        r#"{"§": [{"user": "bob", "value": "¤1"}, {"user": "eve", "value": "¤2"}]}"#,
    ),
    (
        "a.yaml",
        "§:\n  - user: bob\n    value: ¤1\n  - user: eve\n    value: ¤2\n",
    ),
    ("c.yaml", "§:\n- bob: ¤1\n- eve: ¤2\n"),
    (
        "b.yaml",
        "§:\n  eu:\n    prod:\n      db: ¤1\n  us: {prod: ¤2}\n",
    ),
    ("a.toml", "[§.prod]\ndb = \"¤1\"\n\n[§.dev]\ndb = \"¤2\"\n"),
    (
        "a.py",
        "§ = {\n    \"prod\": {\"db\": \"¤1\"},\n    \"dev\": {\"db\": \"¤2\"},\n}\n",
    ),
    ("b.py", "§ = (\n    \"¤1\",\n    \"¤2\",\n)\n"),
    ("c.py", "§ = frozenset({\"¤1\", \"¤2\"})\n"),
    ("d.py", "§ = dict(prod=\"¤1\", dev=\"¤2\")\n"),
    ("a.sh", "§=(¤1 ¤2)\n"),
    ("b.sh", "declare -A §=([bob]=\"¤1\" [eve]=\"¤2\")\n"),
    (".env", "§=¤1,¤2\n"),
    ("a.ini", "[x]\n§ = \"¤1; ¤2\"\n"),
    ("a.rs", "let § = vec![\"¤1\", \"¤2\"];\n"),
    ("b.rs", "static §: [&str; 2] = [\"¤1\", \"¤2\"];\n"),
    (
        "c.rs",
        "let § = HashMap::from([(\"db\", \"¤1\"), (\"mail\", \"¤2\")]);\n",
    ),
    ("A.java", "List<String> § = List.of(\"¤1\", \"¤2\");\n"),
    (
        "B.java",
        "Map<String, String> § = Map.of(\"db\", \"¤1\", \"mail\", \"¤2\");\n",
    ),
    (
        "C.java",
        "§.put(\"db\", \"¤1\");\n§.put(\"mail\", \"¤2\");\n",
    ),
    (
        "a.kt",
        "val § = mapOf(\"db\" to \"¤1\", \"mail\" to \"¤2\")\n",
    ),
    (
        "a.scala",
        "val § = Map(\"db\" -> \"¤1\", \"mail\" -> \"¤2\")\n",
    ),
    ("a.rb", "§ = %w[¤1 ¤2]\n"),
    ("a.php", "<?php $§ = array('db' => '¤1', 'mail' => '¤2');\n"),
    ("a.ps1", "$§ = @{ db = '¤1'; mail = '¤2' }\n"),
    ("b.ps1", "$§ = @('¤1','¤2')\n"),
    (
        "a.go",
        "var § = map[string]map[string]string{\n\t\"prod\": {\"db\": \"¤1\", \"mail\": \"¤2\"},\n}\n",
    ),
    (
        "a.cs",
        "var § = new Dictionary<string, string>\n{\n    [\"db\"] = \"¤1\",\n    [\"mail\"] = \"¤2\",\n};\n",
    ),
    ("a.R", "§ <- c(db = \"¤1\", mail = \"¤2\")\n"),
    (
        "a.js",
        "const § = new Map([[\"db\", \"¤1\"], [\"mail\", \"¤2\"]]);\n",
    ),
    ("a.tf", "§ = toset([\"¤1\", \"¤2\"])\n"),
    ("a.pl", "my %§ = (db => \"¤1\", mail => \"¤2\");\n"),
    (
        "a.cpp",
        "std::map<std::string, std::string> § = {{\"db\", \"¤1\"}, {\"mail\", \"¤2\"}};\n",
    ),
];

/// Returns these texts with a name and two values.
fn notations(name: &str, a: &str, b: &str) -> Vec<(&'static str, String)> {
    let filled = |text: &str| text.replace('§', name).replace("¤1", a).replace("¤2", b);
    NOTATIONS
        .iter()
        .map(|(path, text)| (*path, filled(text)))
        .collect()
}

/// Scans files of one folder, and returns how many findings that stop a commit each has.
fn blocked(texts: &[(&str, String)]) -> Vec<usize> {
    let repo = Repo::new();
    for (number, (path, text)) in texts.iter().enumerate() {
        repo.write(&format!("{number}/{path}"), text);
    }
    let found = repo.hexguard(&["scan", "--format", "json", "."]);
    let report: serde_json::Value = serde_json::from_str(&found.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let of = |number: usize| {
        let file = format!("{number}/{}", texts[number].0);
        let here = findings.iter().filter(|one| one["file"] == file.as_str());
        here.filter(|one| one["tier"] == "block").count()
    };
    (0..texts.len()).map(of).collect()
}

#[test]
fn every_notation_of_lists_and_maps_is_read() {
    let kinds = [
        "{{alnum:28}}",
        "{{hex:32}}",
        "{{alnum:9}}{{digit:3}}{{alnum:6}}",
    ];
    for name in ["passwords", "api_keys", "DB_PASSWORDS"] {
        for kind in kinds {
            let texts = notations(name, &fill(kind, 11), &fill(kind, 12));
            for (found, (path, text)) in blocked(&texts).iter().zip(&texts) {
                assert_eq!(*found, 2, "{path}: {text}");
            }
        }
    }
    // What people choose.
    let [a, b] = [21, 22].map(|seed| fill("Velvet{{lower:5}}{{digit:2}}!", seed));
    let texts = notations("passwords", &a, &b);
    for (found, (path, text)) in blocked(&texts).iter().zip(&texts) {
        assert_eq!(*found, 2, "{path}: {text}");
    }
}

#[test]
fn groups_in_other_languages_are_read() {
    let v = password(31);
    for name in [
        "credentials",
        "senhas",
        "contraseñas",
        "mots_de_passe",
        "Passwörter",
        "wachtwoorden",
        "hasła",
        "пароли",
    ] {
        let texts = [
            ("a.yaml", format!("{name}:\n  prod: {v}\n")),
            ("a.json", format!("{{\"{name}\": {{\"prod\": \"{v}\"}}}}\n")),
        ];
        assert_eq!(blocked(&texts), [1, 1], "{name}");
    }
}

#[test]
fn environments_below_one_name_hold_its_values() {
    let v = password(32);
    let texts = [
        (
            "a.yaml",
            format!("db_password:\n  prod: {v}\n  dev: ${{DEV}}\n"),
        ),
        ("b.yaml", format!("db_password:\n  - {v}\n")),
        (
            "a.json",
            format!("{{\"db_password\": {{\"prod\": \"{v}\"}}}}\n"),
        ),
        ("c.yaml", format!("db_password:\n  pattern: {v}\n")),
    ];
    assert_eq!(blocked(&texts), [1, 0, 1, 0]);
}

#[test]
fn rows_of_a_name_and_a_value_need_no_header() {
    let v = password(33);
    let texts = [
        ("a.csv", format!("host,db.local\npassword,{v}\n")),
        ("b.csv", format!("password,{v}\nhost,db.local\n")),
        ("c.csv", format!("host;db.local;x\ndb_password;{v};y\n")),
        (
            "d.csv",
            format!("host,db.local,a,b\nabout,password,{v},c\n"),
        ),
    ];
    assert_eq!(blocked(&texts), [1, 1, 1, 0]);
}

#[test]
fn what_only_tells_about_a_secret_is_no_entry() {
    let v = fill("{{hex:32}}", 34);
    let quoted = |text: &str| ("a.json", text.replace('V', &v));
    let texts = [
        quoted(r#"{"secrets": [{"name": "a", "version": "V", "hash": "V"}]}"#),
        quoted(r#"{"api_keys": {"sha256": "V", "id": "V"}}"#),
        quoted(r#"{"credentials": {"client_id": "V", "auth_type": "V", "username": "V"}}"#),
        (
            "a.py",
            format!("passwords = [load(\"{v}\"), vault[\"{v}\"]]\n"),
        ),
        (
            "a.js",
            format!(
                "const secrets = {{\n  get: (x) => {{ return sum(\"{v}\"); }},\n}};\nconst sum = \"{v}\";\n"
            ),
        ),
        (
            "a.yml",
            "secrets:\n  token: ${{ secrets.TOKEN }}\n  name: release-2024\n".to_owned(),
        ),
        (
            "b.py",
            "passwords = [\"Enter your password\", \"password123\", \"qwerty\"]\n".to_owned(),
        ),
    ];
    assert_eq!(blocked(&texts), [0; 7]);
}

#[test]
fn the_end_of_a_very_long_list_is_read() {
    let v = password(35);
    let references = |count: u64| entries(count, |_, value| format!("\"{value}\", "));
    let calls = "  os.getenv(\"A\"),\n".repeat(300);
    let cells = (0..250_000).fold(String::new(), |mut cells, n| {
        writeln!(cells, "u{n},${{V_{n}}}").unwrap();
        cells
    });
    let texts = [
        (
            "a.json",
            format!("{{\"passwords\": [{}\"\"]}}", references(30_000)),
        ),
        ("a.py", format!("PASSWORDS = [\n{calls}  \"{v}\",\n]\n")),
        (
            "b.py",
            format!("PASSWORDS = [\n{}  \"{v}\",\n]\n", "\n".repeat(300)),
        ),
        (
            "a.yaml",
            format!("passwords:\n{}  - {v}\n", "\n".repeat(300)),
        ),
        ("a.csv", format!("user,password\n{cells}bob,{v}\n")),
    ];
    assert_eq!(blocked(&texts), [1; 5]);
}

#[test]
fn a_secret_deep_in_brackets_is_found() {
    for depth in [30, 3000] {
        let (open, close) = ("{\"a\": ".repeat(depth), "}".repeat(depth));
        let map = format!(
            "{{\"passwords\": {open}{{\"db\": \"{}\"}}{close}}}\n",
            password(1)
        );
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let list = format!("PASSWORDS = {open}\"{}\"{close}\n", password(2));
        for (path, text) in [("a.json", map), ("a.py", list)] {
            let repo = Repo::new();
            repo.write(path, &text);
            let scanned = repo.hexguard(&["scan", path]);
            assert_eq!(scanned.code, 1, "{depth} {path} {scanned:?}");
        }
    }
}
