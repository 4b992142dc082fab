//! What is large or many in one text is held in parts, and nothing of it is lost at their edges.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::Fragment;
use hexguard::rule::RuleSet;

use crate::support::{Repo, template::fill, token};

fn found(path: &str, text: &str) -> Vec<Finding> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
}

/// Returns the lines on which something is found.
fn lines(path: &str, text: &str) -> Vec<usize> {
    found(path, text).iter().map(|one| one.place.line).collect()
}

#[test]
fn each_of_very_many_secrets_is_found_once() {
    let line = |(n, seed): (usize, u64)| {
        let comment = "of the job ".repeat(n % 9);
        format!("TOKEN_{n} = \"{}\"  # {comment}\n", token(seed))
    };
    let all: Vec<String> = (0..17_000).zip(0..).map(line).collect();
    let wanted: Vec<usize> = (1..=all.len()).collect();
    assert_eq!(lines("a.py", &all.concat()), wanted);
}

#[test]
fn what_is_in_long_encoded_texts_is_found_wherever_it_stands() {
    // The keys of a Secret: each is a unit of its own.
    let keys = 60_000;
    let secret = |n: usize| [0, 7, 33_000, keys - 1].contains(&n);
    let mut text = String::from("kind: Secret\ndata:\n");
    let mut wanted = Vec::new();
    for n in 0..keys {
        if secret(n) {
            let value = fill("{{base64:40}}", n as u64);
            text += &format!("  password{n}: {}\n", STANDARD.encode(value));
            wanted.push(n + 3);
        } else {
            text += &format!("  k{n}: YWJj\n");
        }
    }
    assert_eq!(lines("a.yaml", &text), wanted);

    // One line of nothing but escapes: one unit.
    let mut text = String::from("{\"log\": \"");
    let mut wanted = Vec::new();
    for n in 0..80_000 {
        if n % 7_001 == 5 {
            text += "\\u0067\\u006cpat-";
            wanted.push(text.len() - "\\u0067\\u006cpat-".len() + 1);
            text += &fill("{{alnum:20}}", n);
            text += "\\\" ";
        }
        text += "\\u0041\\\"";
    }
    text += "\"}\n";
    let columns: Vec<usize> = found("a.json", &text)
        .iter()
        .map(|one| one.place.column)
        .collect();
    assert_eq!(columns, wanted);

    // One chain of literals.
    let mut text = String::from("x = (\n");
    let mut wanted = Vec::new();
    for n in 0..30_000 {
        if n % 4_093 == 9 {
            let token = token(n);
            text += &format!("  \"{}\"\n  \"{}\"\n", &token[..20], &token[20..]);
            wanted.push(text.lines().count() - 1);
        } else {
            text += "  \"some words\"\n";
        }
    }
    text += ")\n";
    assert_eq!(lines("a.py", &text), wanted);
}

#[test]
fn a_long_notebook_names_cell_and_line() {
    let mut text = String::from("{\"cells\": [");
    let mut wanted = Vec::new();
    for cell in 1..=4 {
        let kind = if cell == 3 { "markdown" } else { "code" };
        text += &format!("{{\"cell_type\": \"{kind}\", \"source\": [");
        for line in 1..=30_000 {
            if line % 14_001 == 0 {
                text += &format!("\"t = '{}'\\n\", ", token(cell * 100_000 + line));
                wanted.push(if cell == 3 {
                    format!("cell {cell}")
                } else {
                    format!("cell {cell}, line {line}")
                });
            } else {
                text += "\"print(1)\\n\", ";
            }
        }
        text += &format!(
            "\"\"], \"outputs\": [{{\"text\": [\"{}\"]}}]}}",
            token(cell)
        );
        wanted.push(format!("cell {cell}, output"));
        text += if cell < 4 { ", " } else { "]}" };
    }
    let found = found("a.ipynb", &text);
    let got: Vec<&str> = found
        .iter()
        .filter_map(|one| one.context.as_deref())
        .collect();
    assert_eq!(got, wanted);
}

#[test]
fn very_many_literals_do_not_change_what_the_first_and_the_last_stand_in() {
    let password = |n| format!("password = \"{}\"\n", fill("{{alnum:18}}", n));
    let few = |count: usize| {
        let mut text = format!("\"\"\"Reads\n{}\"\"\"\n", password(1));
        text += &password(2);
        text += &"a = ''\n".repeat(count);
        text += &password(3);
        text += &format!("\"\"\"Reads\n{}\"\"\"\n", password(4));
        text
    };
    let reasons = |count| -> Vec<(String, String)> {
        let found = found("a.py", &few(count));
        let told = found
            .into_iter()
            .map(|one| (one.rule.id.to_owned(), one.reason));
        told.collect()
    };
    assert_eq!(reasons(100_000), reasons(10));
    assert!(reasons(10).len() >= 2);
}

#[test]
fn more_findings_than_are_listed_are_counted_and_said() {
    let repo = Repo::new();
    let line = |n| format!("t{n} = '{}'\n", token(n));
    let text = (0..20_100).map(line).collect::<Vec<_>>().concat();
    repo.write("a.py", &text);
    let out = repo.hexguard(&["scan", "a.py"]);
    assert_eq!(out.code, 1);
    let is_said = |text: &str| out.stdout.contains(text);
    assert!(is_said("20100 blocked"), "{}", out.stdout);
    assert!(is_said("100 more findings are counted"), "{}", out.stdout);
}
