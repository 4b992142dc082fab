//! Baseline: the findings that were there when hexguard was adopted; reads and writes their file.
//!
//! One line for each finding, sorted, without line numbers or times, so that two branches merge without a conflict:
//! `hg1:0123456789abcdef rule-id path`. The path is where it was seen first, for people; it decides nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::{Result, anyhow, bail};

use super::{Case, Exceptions, Ruling, Suppression, Unused};
use crate::finding::Finding;
use crate::fingerprint::{Fingerprints, is_fingerprint};
use crate::quote::quoted;

/// The usual name of the file.
pub const NAME: &str = ".hexguard-baseline";
const HEAD: &str =
    "# Findings accepted when hexguard was adopted; `hexguard baseline` writes this file.";

/// Each costs a fingerprint for each finding, and a merge brings one.
const MOST_SALTS: usize = 32;

/// What a baseline's file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// The salts of its fingerprints; several where the first baselines of two branches were merged. New entries are made
    /// with the first.
    pub salts: Vec<String>,
    /// For each fingerprint, the rule and the first path; sorted.
    pub entries: BTreeMap<String, Entry>,
}

/// What is written beside a fingerprint, for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The rule's id.
    pub rule: String,
    /// The first path, escaped where it is not printable.
    pub path: String,
}

impl Baseline {
    /// Reads a baseline; `name` is its file, for messages.
    pub fn parse(text: &[u8], name: &str) -> Result<Self> {
        let mut baseline = Self::default();
        let text = decoded(text);
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if let Some(salt) = line.strip_prefix("# salt ") {
                baseline.add_salt(salt.trim());
                if baseline.salts.len() > MOST_SALTS {
                    bail!("{name}:{number}: more than {MOST_SALTS} salts");
                }
            } else if let Some((fingerprint, rest)) = entry(line, name, number)? {
                let (rule, path) = rest.split_once(' ').unwrap_or((rest, ""));
                let entry = Entry {
                    rule: rule.to_owned(),
                    path: path.to_owned(),
                };
                baseline.entries.insert(fingerprint.to_owned(), entry);
            }
        }
        Ok(baseline)
    }

    /// Tells what is wrong with a file that is no baseline; much cheaper than reading it.
    pub fn check(text: &[u8], name: &str) -> Result<()> {
        let text = decoded(text);
        for (number, line) in (1..).zip(text.lines()) {
            entry(line.trim(), name, number)?;
        }
        Ok(())
    }

    /// Adds a salt, unless it is one of its salts already.
    pub fn add_salt(&mut self, salt: &str) {
        if !self.salts.iter().any(|own| own == salt) {
            self.salts.push(salt.to_owned());
        }
    }

    /// Returns what makes its fingerprints, one for each salt.
    fn fingerprints(&self) -> Vec<Fingerprints> {
        let room = self.entries.len();
        let salts = self.salts.iter();
        let salts = salts.map(|salt| Fingerprints::with_room(salt, room));
        let mut made: Vec<Fingerprints> = salts.collect();
        if made.is_empty() {
            made.push(Fingerprints::with_room("", room));
        }
        made
    }

    /// Returns the fingerprint by which it accepts a finding, and the number of the salt that this was made with.
    fn accepts(&self, finding: &Finding, fingerprints: &[Fingerprints]) -> Option<(usize, String)> {
        if self.entries.is_empty() {
            return None;
        }
        fingerprints
            .iter()
            .enumerate()
            .filter_map(|(salt, made)| Some((salt, made.of(finding.rule, &finding.secret)?)))
            .find(|(_, made)| self.entries.contains_key(made))
    }

    /// Returns the baseline of these findings.
    fn renewed<'f>(
        &self,
        findings: impl Iterator<Item = &'f Finding>,
        fingerprints: &[Fingerprints],
        shown: &dyn Fn(&[u8]) -> String,
    ) -> Self {
        let mut used = BTreeSet::from([0]);
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for finding in findings {
            let fresh = || Some((0, fingerprints[0].of(finding.rule, &finding.secret)?));
            let Some((salt, fingerprint)) = self.accepts(finding, fingerprints).or_else(fresh)
            else {
                continue;
            };
            used.insert(salt);
            let entry = Entry {
                rule: finding.rule.id.to_owned(),
                path: shown(&finding.path),
            };
            entries
                .entry(fingerprint)
                .and_modify(|first| {
                    if entry < *first {
                        *first = entry.clone();
                    }
                })
                .or_insert(entry);
        }
        let salts = self.salts.iter().enumerate();
        let salts = salts.filter(|(salt, _)| used.contains(salt));
        Self {
            salts: salts.map(|(_, salt)| salt.clone()).collect(),
            entries,
        }
    }

    /// Returns the file's text.
    pub fn text(&self) -> String {
        let mut out = format!("{HEAD}\n");
        for salt in self.salts.iter().filter(|salt| !salt.is_empty()) {
            let _ = writeln!(out, "# salt {salt}");
        }
        for (fingerprint, Entry { rule, path }) in &self.entries {
            let _ = writeln!(out, "{fingerprint} {rule} {path}");
        }
        out
    }
}

/// Returns the file's text without the byte order mark that editors on Windows write.
fn decoded(text: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text))
}

/// Returns the fingerprint and the rest of a line; nothing where it holds none.
fn entry<'a>(line: &'a str, name: &str, number: usize) -> Result<Option<(&'a str, &'a str)>> {
    if line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>") {
        bail!("{name}:{number}: a merge conflict is left; keep the lines of both sides");
    }
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (fingerprint, rest) = line.split_once(' ').unwrap_or((line, ""));
    if !is_fingerprint(fingerprint) {
        let shown = quoted(fingerprint);
        bail!("{name}:{number}: {shown} is no fingerprint (hg1: and 16 hex digits)");
    }
    Ok(Some((fingerprint, rest)))
}

/// A baseline at work. The file is read when the first finding asks for it.
pub struct Accepted {
    name: String,
    text: Vec<u8>,
    read: OnceLock<Result<Read, String>>,
    used: Mutex<HashSet<String>>,
}

struct Read {
    baseline: Baseline,
    fingerprints: Vec<Fingerprints>,
}

impl Accepted {
    /// Returns the baseline whose file `name` holds `text`.
    pub fn new(name: &str, text: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            text,
            read: OnceLock::new(),
            used: Mutex::default(),
        }
    }

    /// Returns the baseline of these findings, each with the fingerprint that this one has for it already, if it has one, and
    /// the salts that they need; `shown` writes a path as it may be shown, for a name can be the secret. What this one accepted
    /// so far is in it, too.
    pub fn renewed<'f>(
        &self,
        findings: impl Iterator<Item = &'f Finding>,
        shown: &dyn Fn(&[u8]) -> String,
    ) -> Result<Baseline> {
        let Read {
            baseline: old,
            fingerprints,
            ..
        } = self.read()?;
        let mut new = old.renewed(findings, fingerprints, shown);
        let listed = new.entries.len();
        for used in self.used() {
            if let Some(entry) = old.entries.get(&used) {
                new.entries.entry(used).or_insert_with(|| entry.clone());
            }
        }
        if new.entries.len() > listed {
            // Which of the salts these were made with is not known any more.
            new.salts.clone_from(&old.salts);
        }
        Ok(new)
    }

    /// Returns the fingerprints of what it accepted so far.
    fn used(&self) -> HashSet<String> {
        let used = self.used.lock();
        used.expect("no thread panics: a panic ends the process")
            .clone()
    }

    fn read(&self) -> Result<&Read> {
        let read = self.read.get_or_init(|| {
            let read = || -> Result<Read> {
                let baseline = Baseline::parse(&self.text, &self.name)?;
                let fingerprints = baseline.fingerprints();
                Ok(Read {
                    baseline,
                    fingerprints,
                })
            };
            read().map_err(|error| format!("{error:#}"))
        });
        read.as_ref().map_err(|error| anyhow!("{error}"))
    }
}

impl Exceptions for Arc<Accepted> {
    fn check(&self) -> Result<()> {
        Baseline::check(&self.text, &self.name)
    }

    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let Read {
            baseline,
            fingerprints,
        } = self.read()?;
        let Some((_, made)) = baseline.accepts(case.finding, fingerprints) else {
            return Ok(Ruling::Silent);
        };
        self.used
            .lock()
            .expect("no thread panics: a panic ends the process")
            .insert(made);
        Ok(Ruling::Accepted(Suppression::Baseline {
            origin: self.name.clone(),
        }))
    }

    fn incomplete(&self) -> Option<String> {
        let read = self.read().ok()?;
        let is_full = read.fingerprints.iter().any(Fingerprints::is_full);
        is_full.then(|| {
            format!(
                "{}: more different secrets were found than are compared with it; the others count as new",
                self.name
            )
        })
    }

    fn unused(&self) -> Vec<Unused> {
        let used = self.used();
        let Ok(read) = self.read() else {
            return Vec::new();
        };
        read.baseline
            .entries
            .iter()
            .filter(|(fingerprint, _)| !used.contains(*fingerprint))
            .map(|(fingerprint, Entry { rule, path })| Unused {
                origin: format!("{}: {fingerprint}", self.name),
                why: format!("{rule} in {path} is not there any more"),
            })
            .collect()
    }
}
