//! The forms of assignment: each row of `rules/forms.toml` reads its examples, and docs/assignments.md says the same.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hexguard::detect::assignment::forms_at;
use hexguard::detect::detect;
use hexguard::detect::lex::Syntax;
use hexguard::fragment::Fragment;
use hexguard::rule::RuleSet;
use serde::Deserialize;

#[path = "../../build/forms/row.rs"]
mod row;

use row::Row;

#[derive(Deserialize)]
struct Table {
    form: Vec<Row>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("rules/forms.toml")).unwrap();
    toml::from_str::<Table>(&text).unwrap().form
}

/// A password that nobody writes by chance.
fn password() -> String {
    ["xK9", "vQ2", "mT7", "wZ4", "b"].concat()
}

/// Returns the examples with a password, each for itself.
pub(crate) fn examples() -> Vec<(String, String)> {
    let rows = rows();
    let examples = rows.iter().flat_map(|row| &row.examples);
    let filled = |example: &String| {
        let (_, text) = example.split_once(" | ").unwrap();
        let text = text.replace("\\n", "\n").replace('¤', &password());
        (example.clone(), text)
    };
    examples.map(filled).collect()
}

#[test]
fn every_form_reads_its_examples() {
    let mut faults = String::new();
    for (number, row) in rows().iter().enumerate() {
        for example in &row.examples {
            let (path, text) = example.split_once(" | ").unwrap();
            let text = text.replace("\\n", "\n").replace('¤', &password());
            let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
            let found = detect(&fragment, &RuleSet::builtin());
            let exact =
                |one: &hexguard::finding::Finding| one.secret.expose() == password().as_bytes();
            if !found.iter().any(exact) {
                let _ = writeln!(faults, "`{}` reads no value: {example}", row.pattern);
            }
            if !(0..text.len()).any(|at| forms_at(&fragment, at).contains(&number)) {
                let _ = writeln!(faults, "`{}` is not what ties: {example}", row.pattern);
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn the_forms_name_syntaxes_that_there_are() {
    for name in rows().into_iter().flat_map(|row| row.syntax) {
        let is_row = Syntax::of_word(name.as_bytes()).is_some_and(|syntax| syntax.name == name);
        // A `Language` begins with a capital: the compiler knows it.
        assert!(
            is_row || name.starts_with(|c: char| c.is_ascii_uppercase()),
            "{name}"
        );
    }
}

/// The page for people is made from the table, so that it cannot say anything else.
#[test]
fn the_page_of_assignments_is_up_to_date() {
    let path = root().join("docs/assignments.md");
    let text = page();
    if env::var_os("HEXGUARD_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "docs/assignments.md is out of date: HEXGUARD_BLESS=1 cargo test --test suite assignments"
    );
}

fn page() -> String {
    let mut out = String::from(
        "# What counts as an assignment\n\n\
         Made from `rules/forms.toml` by `HEXGUARD_BLESS=1 cargo test --test suite assignments`; do not edit.\n\n\
         hexguard judges a value by the name it is assigned to. These are the forms in which it is, each with a line in which `¤` is \
         read as the value. They are tried in this order, and the first that fits counts. Comments and blanks may stand between the \
         parts, and a value may stand on the next line. What the signs of a pattern mean, `rules/forms.toml` says.\n",
    );
    for row in rows() {
        let _ = write!(
            out,
            "\n- **{}** `{}`",
            row.about.trim_end_matches('.'),
            row.pattern
        );
        let mut limits = vec![row.kind];
        if !row.syntax.is_empty() {
            limits.push(format!("in {}", row.syntax.join(", ")));
        }
        if !row.place.is_empty() {
            limits.push(format!("place {}", row.place.join(", ")));
        }
        let _ = writeln!(out, " ({})", limits.join("; "));
        for example in row.examples {
            let (path, text) = example.split_once(" | ").unwrap();
            let ticks = if text.contains('`') { "``" } else { "`" };
            let text = text.replace('\n', "\\n");
            let _ = writeln!(out, "  - `{path}`: {ticks} {text} {ticks}");
        }
    }
    out
}
