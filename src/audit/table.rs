//! Tables: the rows and columns of a query result, in the formats that Hex and notebooks write.

use std::fmt;

use serde_json::Value;

use super::personal::{self, Kind};
use crate::detect::without_secrets;

/// Of this many rows the values are looked at.
const SAMPLE: usize = 500;

/// A table of fewer rows fits on a screen: whoever reads the change sees all of it. What is committed by accident, the
/// result of a query, is nearly always longer; lookup tables and samples are nearly always shorter.
const FEW: usize = 20;

/// What an answer that holds rows calls them.
const ROWS: [&str; 4] = ["data", "rows", "results", "records"];

/// What is known of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// How many rows it has; not known of formats that are judged by their name only.
    pub rows: Option<usize>,
    /// How many columns it has; as above.
    pub columns: Option<usize>,
    /// Columns that likely hold personal data, and what.
    pub personal: Vec<(String, Kind)>,
}

impl Table {
    /// Tells whether the table is so short that people see all of it when they read the change.
    pub fn is_short(&self) -> bool {
        self.rows.is_some_and(|rows| rows < FEW)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rows, self.columns) {
            (Some(rows), Some(columns)) => {
                let s = |count| if count == 1 { "" } else { "s" };
                write!(f, "{rows} row{}, {columns} column{}", s(rows), s(columns))?;
            }
            _ => f.write_str("contents not read")?,
        }
        if !self.personal.is_empty() {
            let shown: Vec<String> = self
                .personal
                .iter()
                .map(|(column, kind)| format!("{} ({})", without_secrets(column), kind.name()))
                .collect();
            write!(f, "; likely personal data: {}", shown.join(", "))?;
        }
        Ok(())
    }
}

/// Tells by its path whether a file may hold a query result; costs nothing.
pub fn may_be(path: &[u8]) -> bool {
    let ends = |end: &str| {
        path.len() > end.len()
            && path[path.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
    };
    [
        ".csv", ".tsv", ".xlsx", ".parquet", ".json", ".jsonl", ".ndjson", ".ipynb",
    ]
    .into_iter()
    .any(ends)
}

/// Returns the table that a file holds, if it holds one.
pub fn read(path: &[u8], text: &[u8]) -> Option<Table> {
    let end = path
        .rsplit(|&b| b == b'.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match end.as_slice() {
        b"csv" | b"tsv" => delimited(text, end == b"tsv"),
        b"json" => json(text),
        b"jsonl" | b"ndjson" => lines(text),
        b"ipynb" => notebook(text),
        // Compressed containers: a reader for them would be larger than hexguard.
        b"xlsx" | b"parquet" if !text.is_empty() => Some(Table {
            rows: None,
            columns: None,
            personal: Vec::new(),
        }),
        _ => None,
    }
}

fn table(rows: usize, header: &[String], sample: &[Vec<String>]) -> Table {
    let mut personal = Vec::new();
    for (number, name) in header.iter().enumerate() {
        let values: Vec<&str> = sample
            .iter()
            .filter_map(|row| row.get(number))
            .map(String::as_str)
            .collect();
        if let Some(kind) = personal::of_column(name, &values) {
            personal.push((name.clone(), kind));
        }
    }
    Table {
        rows: Some(rows),
        columns: Some(header.len()),
        personal,
    }
}

fn delimited(text: &[u8], tabs: bool) -> Option<Table> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let first = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    let count = |b: u8| memchr::memchr_iter(b, first).count();
    let mark = if tabs {
        b'\t'
    } else {
        [b',', b';', b'\t', b'|']
            .into_iter()
            .rev()
            .max_by_key(|&b| count(b))
            .unwrap_or(b',')
    };
    let mut sample = Vec::new();
    let mut rows = 0;
    let mut at = 0;
    while at < text.len() {
        let wanted = rows <= SAMPLE;
        let (row, next) = record(text, at, mark, wanted);
        at = next;
        if row == Row::Blank {
            continue;
        }
        rows += 1;
        if let Row::Cells(cells) = row {
            sample.push(cells);
        }
    }
    if rows == 0 {
        return None;
    }
    let header = sample.remove(0);
    Some(table(rows - 1, &header, &sample))
}

#[derive(PartialEq, Eq)]
enum Row {
    Blank,
    Passed,
    Cells(Vec<String>),
}

/// Reads one record, cell by cell if it is wanted, and returns where the next begins.
fn record(text: &[u8], start: usize, mark: u8, wanted: bool) -> (Row, usize) {
    let (mut at, mut cells, mut cell, mut quoted) = (start, Vec::new(), Vec::new(), false);
    let mut any = false;
    let take = |cell: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(cell).trim().to_owned();
        cell.clear();
        text
    };
    while at < text.len() {
        let b = text[at];
        at += 1;
        match b {
            b'"' if quoted && text.get(at) == Some(&b'"') => {
                at += 1;
                cell.push(b'"');
            }
            b'"' if quoted || cell.is_empty() => quoted = !quoted,
            b'\n' if !quoted => break,
            b'\r' if !quoted => {}
            b if b == mark && !quoted => {
                any = true;
                if wanted {
                    cells.push(take(&mut cell));
                }
            }
            b => {
                any = true;
                if wanted {
                    cell.push(b);
                }
            }
        }
    }
    let row = match (any, wanted) {
        (false, _) => Row::Blank,
        (true, false) => Row::Passed,
        (true, true) => {
            cells.push(take(&mut cell));
            Row::Cells(cells)
        }
    };
    (row, at)
}

fn json(text: &[u8]) -> Option<Table> {
    // Most JSON files are settings: only what begins like rows, or like an answer that holds rows, is read.
    let start = text.trim_ascii_start();
    let head = &start[..start.len().min(4096)];
    let named = ROWS
        .iter()
        .any(|name| memchr::memmem::find(head, format!("\"{name}\"").as_bytes()).is_some());
    if !(head.starts_with(b"[") || head.starts_with(b"{") && named) {
        return None;
    }
    let value: Value = serde_json::from_slice(start).ok()?;
    let rows = match &value {
        Value::Array(rows) => rows,
        Value::Object(members) => ROWS
            .into_iter()
            .find_map(|name| members.get(name)?.as_array())?,
        _ => return None,
    };
    objects(rows.len(), rows.iter().take(SAMPLE))
}

fn lines(text: &[u8]) -> Option<Table> {
    let lines = || {
        text.split(|&b| b == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
    };
    let sample: Vec<Value> = lines()
        .take(SAMPLE)
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    objects(lines().count(), sample.iter())
}

/// How deep objects in objects are looked into.
const DEPTH: usize = 3;

/// Returns the table of objects that hold plain values mostly; what objects in them hold are columns as well
/// (`user.email`).
fn objects<'v>(rows: usize, sample: impl Iterator<Item = &'v Value>) -> Option<Table> {
    let objects: Vec<_> = sample.map(Value::as_object).collect::<Option<_>>()?;
    let (mut plain, mut all) = (0, 0);
    for value in objects.iter().flat_map(|object| object.values()) {
        all += 1;
        plain += usize::from(!value.is_object() && !value.is_array());
    }
    if all == 0 || plain * 2 < all {
        return None;
    }
    let mut header: Vec<String> = Vec::new();
    let mut sample: Vec<Vec<String>> = Vec::new();
    for object in objects {
        let mut row = Vec::new();
        flatten("", object, DEPTH, &mut |name, value| {
            let column = header.iter().position(|known| *known == name);
            let column = column.or_else(|| {
                (header.len() < SAMPLE).then(|| {
                    header.push(name);
                    header.len() - 1
                })
            });
            if let Some(column) = column {
                row.resize(row.len().max(column + 1), String::new());
                row[column] = value;
            }
        });
        sample.push(row);
    }
    Some(table(rows, &header, &sample))
}

/// Hands out the values of an object, those of objects in it under their path.
fn flatten(
    path: &str,
    object: &serde_json::Map<String, Value>,
    depth: usize,
    out: &mut impl FnMut(String, String),
) {
    for (name, value) in object {
        let name = format!("{path}{name}");
        match value {
            Value::Object(inner) if depth > 0 => {
                flatten(&format!("{name}."), inner, depth - 1, out);
            }
            Value::String(text) => out(name, text.clone()),
            Value::Null => out(name, String::new()),
            other => out(name, other.to_string()),
        }
    }
}

/// Returns the tables in a notebook's outputs, taken together.
fn notebook(text: &[u8]) -> Option<Table> {
    // Most notebooks hold no result; a look at the text spares them the parser.
    [
        "<table",
        "application/vnd.dataresource+json",
        "\"stream\"",
        "\"text/plain\"",
    ]
    .iter()
    .find(|mark| memchr::memmem::find(text, mark.as_bytes()).is_some())?;
    let value: Value = serde_json::from_slice(text).ok()?;
    let mut found: Option<Table> = None;
    let cells = value.get("cells")?.as_array()?;
    for output in cells
        .iter()
        .filter_map(|cell| cell.get("outputs")?.as_array())
        .flatten()
    {
        let Some(next) = output_table(output) else {
            continue;
        };
        let all = found.get_or_insert(Table {
            rows: Some(0),
            columns: Some(0),
            personal: Vec::new(),
        });
        all.rows = Some(all.rows.unwrap_or(0) + next.rows.unwrap_or(0));
        all.columns = all.columns.max(next.columns);
        all.personal.extend(next.personal);
    }
    if let Some(all) = &mut found {
        all.personal.sort();
        all.personal.dedup();
    }
    found
}

/// Returns the table in an output: of the ways in which it says the same, the one that says it best.
fn output_table(output: &Value) -> Option<Table> {
    let rows = output
        .pointer("/data/application~1vnd.dataresource+json/data")
        .and_then(Value::as_array)
        .and_then(|rows| objects(rows.len(), rows.iter().take(SAMPLE)));
    let shown = |path: &str| output.pointer(path).map(joined);
    rows.or_else(|| html_table(&shown("/data/text~1html")?))
        .or_else(|| printed_table(&shown("/data/text~1plain")?))
        .or_else(|| printed_table(&shown("/text")?))
}

/// Returns the table that a data frame prints: a row of names behind blanks, then rows that each begin with a number.
fn printed_table(text: &str) -> Option<Table> {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    let names = lines.next().filter(|line| line.starts_with(' '))?;
    let header: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = lines
        .map(|line| line.split_whitespace())
        .map_while(|mut cells| {
            cells.next()?.parse::<u64>().ok()?;
            Some(cells.map(str::to_owned).collect())
        })
        .collect();
    // Values of several words are not told from each other: then only what all rows agree on is a column.
    let aligned = |row: &&Vec<String>| row.len() == header.len();
    let sample: Vec<Vec<String>> = rows.iter().filter(aligned).take(SAMPLE).cloned().collect();
    (!rows.is_empty() && !header.is_empty()).then(|| table(rows.len(), &header, &sample))
}

/// Returns a text that a notebook holds as one string or as lines.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

fn html_table(html: &str) -> Option<Table> {
    let body = html.split_once("<table")?.1;
    let mut rows: Vec<Vec<String>> = body
        .split("<tr")
        .skip(1)
        .take(SAMPLE)
        .map(|row| {
            row.split("<t")
                .skip(1)
                .filter_map(|cell| cell.strip_prefix(['d', 'h'])?.split_once('>'))
                .map(|(_, cell)| cell.split('<').next().unwrap_or_default().trim().to_owned())
                .collect()
        })
        .collect();
    if rows.len() < 2 {
        return None;
    }
    let header = rows.remove(0);
    Some(table(body.matches("<tr").count() - 1, &header, &rows))
}
