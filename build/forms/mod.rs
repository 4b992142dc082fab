//! Turns rules/forms.toml into the tables of `src/detect/assignment/matching.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

mod element;
mod filed;
mod pattern;
mod row;

use element::bytes_of;
use filed::RowIndex;
use row::Row;

/// Where the forms stand.
const PATH: &str = "rules/forms.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    operators: Vec<String>,
    lists: BTreeMap<String, Vec<String>>,
    classes: BTreeMap<String, Class>,
    #[serde(rename = "form")]
    forms: Vec<Row>,
}

/// A class of bytes, of which so many may stand at most.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    bytes: String,
    most: usize,
}

/// The tables while they are built.
struct Tables<'a> {
    file: &'a File,
    /// The words of the lists of the lexicon, by their names in Rust.
    lexicon: BTreeMap<String, Vec<String>>,
    /// Lists that are looked for to the left of a name.
    left_lists: BTreeMap<String, Vec<String>>,
}

/// Returns the Rust source of the operators, and that of the forms. `lexicon` holds the words of its lists by their names in Rust.
pub(super) fn tables(lexicon: BTreeMap<String, Vec<String>>) -> (String, String) {
    let text = fs::read_to_string(PATH).unwrap_or_else(|error| panic!("{PATH}: {error}"));
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{PATH}: {error}"));
    let mut operators = file.operators.clone();
    for operator in &operators {
        let marks = operator.bytes().all(|b| b.is_ascii_punctuation());
        assert!(
            marks && operator.len() > 1,
            "{PATH}: `{operator}` is no operator of two marks or more"
        );
    }
    operators.sort_by_key(|operator| (operator.as_bytes()[0], std::cmp::Reverse(operator.len())));
    let operators = format!("static OPERATORS: &[&str] = &{operators:?};\n");
    let mut tables = Tables {
        file: &file,
        lexicon,
        left_lists: BTreeMap::new(),
    };
    let mut rows = String::new();
    let mut filed = RowIndex::new();
    for (number, row) in file.forms.iter().enumerate() {
        let (source, fit) = tables.row(row);
        rows += &source;
        filed.add(number, &fit);
    }
    let mut out = String::new();
    for (name, class) in &file.classes {
        let class = bytes_of(&class.bytes);
        let _ = writeln!(out, "static CLASS_{name}: [bool; 256] = {class:?};");
    }
    for (name, words) in &tables.left_lists {
        let _ = writeln!(
            out,
            "static {name}: List = List::new({:?});",
            words.join("|")
        );
    }
    let _ = writeln!(out, "pub(super) static ROWS: &[Row] = &[\n{rows}];");
    out += &filed.source();
    (operators, out)
}

/// Stops the build for a row.
fn refuse(row: &Row, why: &str) -> ! {
    panic!("{PATH}: form `{}`: {why}", row.pattern)
}

/// Stops the build for a row that does not say what it is for, or shows it nowhere. Its kind and places are names of
/// variants, which the compiler knows.
fn assert_told(row: &Row) {
    if !row.about.ends_with('.') {
        refuse(row, "`about` is no sentence");
    }
    if row.examples.is_empty() {
        refuse(
            row,
            "`examples` is empty: nothing would show that the form is read",
        );
    }
    for example in &row.examples {
        if !example.contains(" | ") || example.matches('¤').count() != 1 {
            refuse(
                row,
                &format!("example `{example}` is not \"FILE | TEXT\" with one `¤`"),
            );
        }
    }
}
