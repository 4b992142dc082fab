//! Literals, comments and texts inside texts: the table of `tests/corpus/regions.toml`, hostile texts, and what is found in them.

use std::fs;
use std::ops::Range;
use std::path::Path;

use hexguard::detect::detect;
use hexguard::detect::lex::{Kind, Region, Syntax, regions, steps};
use hexguard::fragment::Fragment;
use hexguard::rule::RuleSet;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    lines: Vec<Vec<String>>,
}

fn table() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/regions.toml");
    let table: Table = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    table.lines
}

fn syntax(file: &str) -> &'static Syntax {
    Syntax::of_file(file.as_bytes())
}

fn shown(text: &str, region: &Region) -> String {
    let kind = match region.kind {
        Kind::Comment => 'c',
        Kind::Literal => 'l',
        Kind::Heredoc => 'h',
        Kind::Cell => 'n',
        Kind::Magic => 'm',
        Kind::Fence => 'f',
    };
    format!("{kind} {}", &text[region.inside.clone()])
}

#[test]
fn regions_are_those_of_the_table() {
    let mut faults = Vec::new();
    for line in table() {
        let [file, text, wanted @ ..] = &line[..] else {
            panic!("{line:?}");
        };
        let found: Vec<String> = regions(text.as_bytes(), syntax(file))
            .iter()
            .map(|region| shown(text, region))
            .collect();
        if found != wanted {
            faults.push(format!("{file}: {text}\n  {found:?}\n  {wanted:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Says what is wrong with the regions of a text: they are in order, apart, within the text, and hold what is inside them.
fn fault(text: &[u8], syntax: &'static Syntax) -> Option<String> {
    let mut last = 0;
    for Region { range, inside, .. } in regions(text, syntax) {
        let holds = |outer: &Range<usize>| outer.start <= inside.start && inside.end <= outer.end;
        if range.start < last
            || range.end > text.len()
            || inside.start > inside.end
            || !holds(&range)
        {
            return Some(format!("{}: {range:?} {inside:?} {last}", syntax.name));
        }
        last = range.end;
    }
    None
}

#[test]
fn regions_of_every_cut_of_a_text_are_in_order_and_apart() {
    for line in table() {
        let text = line[1].as_bytes();
        for cut in 0..=text.len() {
            for part in [&text[..cut], &text[cut..]] {
                assert_eq!(fault(part, syntax(&line[0])), None, "{line:?} {cut}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn regions_of_any_text_are_in_order_and_apart(
        text in proptest::collection::vec(
            proptest::sample::select(&b"\"'`#/*-<>[]=$%q(){}!|\\\n\r ;@rREOFa~:"[..]),
            0..120,
        ),
    ) {
        for line in table() {
            prop_assert_eq!(fault(&text, syntax(&line[0])), None);
        }
        let files = ["a.py", "a.sh", "a.tf", "a.md", "a.js", "a.rb", "a.ipynb"];
        for file in files {
            detect(&Fragment::content(file.as_bytes(), &text), &RuleSet::builtin());
        }
    }
}

/// Texts made to be slow: the file, what stands before, what is repeated.
const HOSTILE: &[(&str, &str, &str)] = &[
    ("a.py", "", "'"),
    ("a.py", "", "\\'"),
    ("a.py", "", "\"\"\"x"),
    ("a.py", "", "'\\\"\n"),
    ("a.py", "", "#\n"),
    ("a.py", "", "%%a\n"),
    ("a.py", "", "%a\n!b\n"),
    ("a.py", "x = '", "\\'"),
    ("a.c", "", "/*"),
    ("a.c", "", "R\"a("),
    ("a.c", "", "'\\"),
    ("a.rs", "", "/*"),
    ("a.rs", "", "r#\""),
    ("a.rs", "", "#\""),
    ("a.cs", "", "@\"\"\"a"),
    ("a.go", "", "`a"),
    ("a.js", "", "`${"),
    ("a.js", "", "`a${'"),
    ("a.js", "", "=/["),
    ("a.js", "", "`${`}"),
    ("a.php", "", "<<<EOT\n"),
    ("a.php", "", "<<<EOT "),
    ("a.rb", "", "=begin\n"),
    ("a.rb", "", " %q("),
    ("a.rb", "", "\"#{"),
    ("a.rb", "", "<<AA "),
    ("a.pl", "", " q{"),
    ("a.pl", "", "=pod\n"),
    ("a.sh", "", "<<EOF "),
    ("a.sh", "", "<<EOF\n"),
    ("a.sh", "", "\"a\nb\"c"),
    ("a.sh", "cat <<EOF ", "'a' "),
    ("a.sh", "cat <<EOF\n", " EOF_"),
    ("a.sql", "", "$a$ $b$ "),
    ("a.sql", "", "''"),
    ("a.sql", "", "'\n'a"),
    ("a.tf", "", "\"${\""),
    ("a.lua", "", "[[--[=["),
    ("a.hs", "", "{-"),
    ("a.clj", "", "#|"),
    ("a.ps1", "", "@\"\n`\""),
    ("a.md", "", "```\n"),
    ("a.md", "", "``` ~~~"),
    ("a.md", "", "````\n```\n"),
    ("a.yaml", "", "     '"),
];

#[test]
fn twice_the_text_is_twice_the_work() {
    for (file, before, unit) in HOSTILE {
        let steps = |bytes: usize| {
            let text = format!("{before}{}", unit.repeat(bytes / unit.len()));
            steps(text.as_bytes(), syntax(file)).max(bytes)
        };
        // Short enough for limits in bytes not to be reached, and long enough for others.
        for bytes in [20_000, 400_000] {
            let (once, twice) = (steps(bytes), steps(2 * bytes));
            assert!(twice < 3 * once, "{file} {unit:?}: {once} {twice}");
            assert!(once < 300 * bytes, "{file} {unit:?}: {once}");
        }
    }
}

/// A password that nobody writes by chance.
fn password() -> String {
    ["xK9", "vQ2", "mT7", "wZ4", "b"].concat()
}

fn found(file: &str, text: &str) -> Vec<String> {
    let fragment = Fragment::content(file.as_bytes(), text.as_bytes());
    let findings = detect(&fragment, &RuleSet::builtin());
    let secret =
        |one: &hexguard::finding::Finding| String::from_utf8(one.secret.expose().to_vec()).unwrap();
    findings.iter().map(secret).collect()
}

/// Returns a notebook with a cell of each text.
fn notebook(cells: &[&str]) -> String {
    let cells: Vec<_> = cells
        .iter()
        .map(|cell| {
            let lines: Vec<&str> = cell.split_inclusive('\n').collect();
            serde_json::json!({"cell_type": "code", "outputs": [], "source": lines})
        })
        .collect();
    serde_json::json!({"cells": cells, "metadata": {}, "nbformat": 4}).to_string()
}

#[test]
fn settings_in_the_cells_of_notebooks_are_found() {
    for cell in [
        "%env API_PASSWORD=¤\n",
        "%env API_PASSWORD ¤\n",
        "%set_env API_PASSWORD=¤",
        "!export API_PASSWORD=¤ && run\n",
        "%%bash\nset -e\nexport API_PASSWORD=¤\n",
        "%%sh\nAPI_PASSWORD=¤ run\n",
        "%%script bash\nexport API_PASSWORD=¤\n",
        "%%writefile .env\nAPI_PASSWORD=¤\n",
        "%%writefile -a conf/app.yaml\napi:\n  password: ¤\n",
        "%%sql\nCREATE USER u IDENTIFIED BY '¤'\n",
        "%%time\napi_password = '¤'\n",
    ] {
        let cell = cell.replace('¤', &password());
        // A literal that is not closed in one cell says nothing of the next.
        let cells = ["print(\"it's\")\n", "x = '''open\n", &cell, "y = 1\n"];
        assert_eq!(found("a.ipynb", &notebook(&cells)), [password()], "{cell}");
    }
    // What a cell in Python assigns is no data.
    for cell in ["%%bash\necho x\n", "x = 1\n"] {
        let text = notebook(&[cell, "api_password = settings_of_mine\n"]);
        assert_eq!(found("a.ipynb", &text), [""; 0], "{cell}");
    }
}

#[test]
fn a_notebook_says_in_which_cell_and_line_a_setting_stands() {
    let cell = format!("%%bash\nexport API_PASSWORD={}\n", password());
    let text = notebook(&["x = 1\n", &cell]);
    let fragment = Fragment::content(b"a.ipynb", text.as_bytes());
    let findings = detect(&fragment, &RuleSet::builtin());
    assert_eq!(findings[0].context.as_deref(), Some("cell 2, line 2"));
}
