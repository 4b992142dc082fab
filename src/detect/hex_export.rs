//! Projects that Hex exported as YAML: values that go with a secret's name, and places in people's terms.

use std::ops::Range;

use super::lex::in_name;
use crate::finding::Finding;
use crate::fragment::{Fragment, line_end, line_start, line_within};
use crate::lexicon::{Strength, secret_name};
use crate::rule::{Basis, Found};

/// How far above a value its name may stand.
const ABOVE: usize = 12;
/// How far above a finding the cell it is in may begin.
const CELL: usize = 64 << 10;
/// How much of a line is looked at.
const WIDE: usize = 400;
/// How a cell begins.
const BEGINS_CELL: &[u8] = b"- cellType:";

/// Tells whether a text is a project that Hex exported: it begins so.
fn is_export(head: &[u8]) -> bool {
    let head = &head[..head.len().min(1500)];
    memchr::memmem::find(head, b"schemaVersion:").is_some()
        && memchr::memmem::find(head, b"projectId:").is_some()
}

/// Tells whether a file is a project that Hex exported.
fn is_exported(fragment: &Fragment<'_>) -> bool {
    let yaml = fragment.path.ends_with(b".yaml") || fragment.path.ends_with(b".yml");
    yaml && is_export(fragment.head())
}

/// Finds the value of a project environment variable or an input whose name says that it is a secret; Hex writes the
/// name on a line above.
pub fn named_value(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if !is_export(fragment.head()) {
        return None;
    }
    let Range { start, end } = line_within(text, at, WIDE, WIDE);
    let line = Pair::of(&text[start..end])?;
    if !matches!(line.key, b"value" | b"defaultValue") || line.value.is_empty() {
        return None;
    }
    let name = above(text, start)
        .take(ABOVE)
        .map_while(|(from, to)| {
            let pair = Pair::of(&text[from..to])?;
            // A line further left belongs to what this is a part of; the item's first line begins with a dash.
            (pair.column >= line.column).then_some((pair, from))
        })
        .find(|(pair, _)| pair.key == b"name" && pair.column == line.column)?
        .0
        .value;
    let shown = unquoted(name);
    let value = unquoted(line.value);
    let secret = secret_name(shown);
    // A "key" may be of a sort or a table; what such a name holds must look like a secret itself.
    let sure = secret.is_some_and(|name| name.strength == Strength::Strong);
    let opaque = value.len() >= 16
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !value.contains(&b' ');
    if secret.is_none()
        || value.len() < 6
        || !sure && !opaque
        || value.starts_with(b"$")
        || value.starts_with(b"{{")
    {
        return None;
    }
    let from = start + offset(&text[start..end], value);
    let shown = String::from_utf8_lossy(shown);
    let what = if line.key == b"value" {
        "project environment variable"
    } else {
        "default of the input"
    };
    let reason = format!("{what} {shown}, which Hex exports in clear");
    Some(Found::new(from..from + value.len(), Basis::Place).because(reason))
}

/// Sets where findings stand in an exported project: its title, the cell's number, name and kind, and the line in it.
pub(super) fn place(fragment: &Fragment<'_>, findings: &mut [Finding]) {
    if findings.is_empty() || !is_exported(fragment) {
        return;
    }
    let text = fragment.text;
    let project = title(fragment.head());
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.context.is_none())
    {
        let Some(at) = nth_line(text, finding.place.line) else {
            continue;
        };
        let place = cell(fragment, at).or_else(|| section(text, at));
        finding.context = match (place, &project) {
            (Some(place), Some(project)) => Some(format!("project \"{project}\", {place}")),
            (Some(place), None) => Some(place),
            (None, Some(project)) => Some(format!("project \"{project}\"")),
            (None, None) => None,
        };
    }
}

/// Returns the cell that holds an offset: "cell 7 "load accounts" (SQL), line 3".
fn cell(fragment: &Fragment<'_>, at: usize) -> Option<String> {
    let text = fragment.text;
    let floor = at.saturating_sub(CELL);
    let start = memchr::memmem::rfind(&text[floor..at], BEGINS_CELL).map(|i| floor + i)?;
    let column = start - line_start(text, start);
    let first = line_start(text, start);
    let mut kind = String::new();
    let mut label = String::new();
    let mut source = None;
    let mut line = first;
    while line < at {
        let end = line_end(text, line);
        if let Some(pair) = Pair::of(&text[line..end]) {
            // What stands left of the cell's own keys has ended it.
            if line > first && pair.column <= column {
                return None;
            }
            match pair.key {
                b"cellType" => kind = shown(pair.value),
                b"cellLabel" => label = shown(pair.value),
                b"source" if source.is_none() => source = Some(line),
                _ => {}
            }
        }
        line = end + 1;
    }
    let mut place = format!("cell {}", number(fragment, start)?);
    if !label.is_empty() && label != "null" {
        place = format!("{place} \"{label}\"");
    }
    if !kind.is_empty() {
        place = format!("{place} ({kind})");
    }
    if let Some(source) = source {
        let below = memchr::memchr_iter(b'\n', &text[source..at]).count();
        place = format!("{place}, line {}", below.max(1));
    }
    Some(place)
}

/// Returns the number of the cell that begins at an offset.
fn number(fragment: &Fragment<'_>, start: usize) -> Option<usize> {
    let text = fragment.text;
    let cells = |range: Range<usize>| memchr::memmem::find_iter(&text[range], BEGINS_CELL).count();
    if let Some(piece) = fragment.piece {
        let (lead, above) = (piece.lead, piece.facts.items);
        return match start.checked_sub(lead) {
            Some(_) => Some(above + cells(lead..start) + 1),
            None => (above + 1).checked_sub(cells(start..lead)),
        };
    }
    let list = memchr::memmem::find(text, b"\ncells:")?;
    Some(cells(list.min(start)..start) + 1)
}

/// Returns how many cells the own part of a piece has.
pub(super) fn items(piece: &Fragment<'_>) -> usize {
    if !is_exported(piece) {
        return 0;
    }
    memchr::memmem::find_iter(piece.own(), BEGINS_CELL).count()
}

/// Returns the part of the project's assets or app that holds an offset.
fn section(text: &[u8], at: usize) -> Option<String> {
    let floor = at.saturating_sub(CELL);
    let start = line_start(text, at);
    let found = above(text, start)
        .take_while(|(from, _)| *from >= floor)
        .filter_map(|(from, to)| Pair::of(&text[from..to]))
        .find(|pair| matches!(pair.key, b"envVars" | b"genAppFiles" | b"sharedFilters"))?;
    Some(match found.key {
        b"envVars" => "project environment variables".to_owned(),
        b"genAppFiles" => "a file of the generated app".to_owned(),
        _ => "shared filters".to_owned(),
    })
}

fn title(head: &[u8]) -> Option<String> {
    let head = &head[..head.len().min(4096)];
    head.split(|&b| b == b'\n')
        .filter_map(Pair::of)
        .find(|pair| pair.key == b"title")
        .map(|pair| shown(pair.value))
        .filter(|title| !title.is_empty())
}

fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(unquoted(value));
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// A line `key: value` of YAML.
struct Pair<'a> {
    /// Where the key stands; behind the dash of a list.
    column: usize,
    key: &'a [u8],
    value: &'a [u8],
}

impl<'a> Pair<'a> {
    fn of(line: &'a [u8]) -> Option<Self> {
        let line = &line[..line.len().min(WIDE)];
        let column = line.iter().take_while(|b| matches!(b, b' ' | b'-')).count();
        let colon = column + memchr::memchr(b':', &line[column..])?;
        let key = &line[column..colon];
        let plain = !key.is_empty() && key.iter().all(|b| in_name(*b));
        plain.then(|| Self {
            column,
            key,
            value: line[colon + 1..].trim_ascii(),
        })
    }
}

fn unquoted(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => value,
    }
}

fn offset(line: &[u8], part: &[u8]) -> usize {
    // The value ends the line; what else is like it stands before.
    memchr::memmem::rfind(line, part).unwrap_or(0)
}

/// Returns the lines above one, from below.
fn above(text: &[u8], start: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut end = start;
    std::iter::from_fn(move || {
        let to = end.checked_sub(1)?;
        end = memchr::memrchr(b'\n', &text[..to]).map_or(0, |i| i + 1);
        Some((end, to))
    })
}

fn nth_line(text: &[u8], number: usize) -> Option<usize> {
    match number.checked_sub(2) {
        None => Some(0),
        Some(n) => memchr::memchr_iter(b'\n', text).nth(n).map(|i| i + 1),
    }
}
