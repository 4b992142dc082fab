//! .talismanrc: files by name and checksum, and allowed patterns. The YAML it needs is read here, and no more.

use std::collections::BTreeMap;

use anyhow::Result;
use regex::bytes::Regex;
use sha2::{Digest, Sha256};

use super::super::bounded;
use super::super::document::sized;
use super::super::gitleaks::translate::translated;
use super::sha1::hex;
use crate::fragment::Part;
use crate::rule::compile;
use crate::suppress::{Case, Exceptions, Globs, Ruling, Suppression};

/// What such a file says.
pub(super) struct Talisman {
    name: String,
    files: Vec<Ignored>,
    allowed: Vec<Regex>,
}

/// An entry of `fileignoreconfig`.
struct Ignored {
    filename: String,
    checksum: String,
    detectors: Vec<String>,
    allowed: Vec<Regex>,
}

impl Talisman {
    pub(super) fn parse(text: &[u8], name: &str) -> Result<Self> {
        sized(name, text.len())?;
        let text = String::from_utf8_lossy(text);
        let mut talisman = Self {
            name: name.to_owned(),
            files: Vec::new(),
            allowed: Vec::new(),
        };
        let sections = sections(&text);
        let entries = sections.iter().flat_map(|(_, entries)| entries);
        let patterns = entries.flat_map(|entry| {
            let lists = entry
                .iter()
                .filter(|(key, _)| matches!(key.as_str(), "" | "allowed_patterns"));
            lists.map(|(_, values)| values.len())
        });
        bounded(name, patterns.sum(), "patterns")?;
        for (key, entries) in sections {
            match key.as_str() {
                "fileignoreconfig" => {
                    for mut entry in entries {
                        let first = |values: Option<Vec<String>>| {
                            values
                                .and_then(|values| values.into_iter().next())
                                .unwrap_or_default()
                        };
                        talisman.files.push(Ignored {
                            filename: first(entry.remove("filename")),
                            checksum: first(entry.remove("checksum")),
                            detectors: entry.remove("ignore_detectors").unwrap_or_default(),
                            allowed: compiled(
                                &entry.remove("allowed_patterns").unwrap_or_default(),
                            ),
                        });
                    }
                }
                "allowed_patterns" => {
                    for mut entry in entries {
                        talisman
                            .allowed
                            .extend(compiled(&entry.remove("").unwrap_or_default()));
                    }
                }
                _ => {}
            }
        }
        Ok(talisman)
    }

    fn accepted(&self, what: &str) -> Ruling {
        Ruling::Accepted(Suppression::Allowlist {
            origin: self.name.clone(),
            reason: what.to_owned(),
        })
    }
}

fn compiled(sources: &[String]) -> Vec<Regex> {
    let known = sources
        .iter()
        .filter_map(|source| compile(&translated(source)).ok());
    known.collect()
}

impl Exceptions for Talisman {
    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let finding = case.finding;
        if self.allowed.iter().any(|regex| regex.is_match(case.lines)) {
            return Ok(self.accepted("a pattern allowed there"));
        }
        let path = String::from_utf8_lossy(&finding.path);
        for file in &self.files {
            let named = file.filename == path
                || file.filename.contains('*')
                    && Globs::new([file.filename.as_str()])
                        .is_ok_and(|globs| globs.matches(&finding.path));
            if !named {
                continue;
            }
            if file.allowed.iter().any(|regex| regex.is_match(case.lines)) {
                return Ok(self.accepted("a pattern allowed for this file"));
            }
            let detector = match finding.part {
                Part::Name => "filename",
                _ => "filecontent",
            };
            let spoken = file.detectors.is_empty() || file.detectors.iter().any(|d| d == detector);
            if !spoken || file.checksum.is_empty() {
                continue;
            }
            // The checksum is of this very content: any change asks for a new decision.
            let mut hash = Sha256::new();
            hash.update(&finding.path);
            hash.update(case.fragment.text);
            if hex(&hash.finalize()) == file.checksum.to_ascii_lowercase() {
                return Ok(self.accepted("this file with this content"));
            }
        }
        Ok(Ruling::Silent)
    }
}

/// A list's entry: its keys and their values; a plain value has the key "".
type Entry = BTreeMap<String, Vec<String>>;

/// Reads top-level keys that hold lists: of plain values, or of maps of plain values and lists.
pub(super) fn sections(text: &str) -> Vec<(String, Vec<Entry>)> {
    let mut sections: Vec<(String, Vec<Entry>)> = Vec::new();
    // The key whose values follow on lines of their own, and how deep it stands.
    let mut open: Option<(String, usize)> = None;
    for line in text.lines() {
        let body = line.trim();
        if body.is_empty() || body.starts_with('#') || body == "---" {
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        if depth == 0 && !body.starts_with('-') {
            if let Some((key, value)) = pair(body) {
                let values = inline(&value);
                let entries = values
                    .into_iter()
                    .map(|value| Entry::from([(String::new(), vec![value])]));
                sections.push((key, entries.collect()));
                open = None;
            }
            continue;
        }
        let Some((_, entries)) = sections.last_mut() else {
            continue;
        };
        let item = body
            .strip_prefix('-')
            .filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let inner = open
            .as_ref()
            .filter(|(_, at)| depth > *at || item.is_some() && depth >= *at && *at > 0);
        match (item, inner) {
            (Some(rest), Some((key, _))) => {
                if let Some(entry) = entries.last_mut() {
                    entry
                        .entry(key.clone())
                        .or_default()
                        .push(unquoted(rest.trim()));
                }
            }
            (Some(rest), None) => {
                let rest = rest.trim();
                let mut entry = Entry::new();
                open = None;
                match pair(rest) {
                    Some((key, value)) if !rest.starts_with(['"', '\'']) => {
                        put(&mut entry, key, &value, depth + 2, &mut open);
                    }
                    _ => {
                        entry.insert(String::new(), vec![unquoted(rest)]);
                    }
                }
                entries.push(entry);
            }
            (None, _) => {
                if let (Some((key, value)), Some(entry)) = (pair(body), entries.last_mut()) {
                    put(entry, key, &value, depth, &mut open);
                }
            }
        }
    }
    sections
}

fn put(
    entry: &mut Entry,
    key: String,
    value: &str,
    depth: usize,
    open: &mut Option<(String, usize)>,
) {
    *open = value.is_empty().then(|| (key.clone(), depth));
    entry.insert(key, inline(value));
}

/// Splits `key: value`.
fn pair(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once(':')?;
    let plain = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !plain || !value.is_empty() && !value.starts_with(' ') {
        return None;
    }
    let value = value.trim();
    // A comment behind a value that is not quoted.
    let value = if value.starts_with(['"', '\'']) {
        value
    } else {
        value.split(" #").next().unwrap_or(value).trim_end()
    };
    Some((key.to_owned(), value.to_owned()))
}

/// Returns the values of `[a, b]`, or the one value.
fn inline(value: &str) -> Vec<String> {
    match value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(list) => list
            .split(',')
            .map(|part| unquoted(part.trim()))
            .filter(|part| !part.is_empty())
            .collect(),
        None if value.is_empty() => Vec::new(),
        None => vec![unquoted(value)],
    }
}

fn unquoted(text: &str) -> String {
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return if quote == '"' {
                inner.replace("\\\\", "\\").replace("\\\"", "\"")
            } else {
                inner.replace("''", "'")
            };
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yaml_that_talisman_writes_is_read() {
        let text = "# comment\nfileignoreconfig:\n- filename: a/b.pem\n  checksum: 00ff # note\n  ignore_detectors: [filecontent, filename]\n- filename: \"c d.txt\"\n  allowed_patterns:\n  - key\n  - 'it''s'\n  checksum: ''\nscopeconfig:\n  - scope: node\nallowed_patterns:\n- one: two\n- \"three\"\nthreshold: high\nversion: \"1.0\"\n";
        let sections = sections(text);
        let keys: Vec<&str> = sections.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "fileignoreconfig",
                "scopeconfig",
                "allowed_patterns",
                "threshold",
                "version"
            ]
        );
        let files = &sections[0].1;
        assert_eq!(files.len(), 2);
        assert_eq!(files[0]["checksum"], ["00ff"]);
        assert_eq!(files[0]["ignore_detectors"], ["filecontent", "filename"]);
        assert_eq!(files[1]["filename"], ["c d.txt"]);
        assert_eq!(files[1]["allowed_patterns"], ["key", "it's"]);
        assert_eq!(sections[1].1[0]["scope"], ["node"]);
        assert_eq!(sections[2].1[1][""], ["three"]);
    }
}
