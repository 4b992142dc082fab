//! Baseline: the findings that were there when hexguard was adopted; reads and writes their file.
//!
//! One line for each finding, sorted, without line numbers or times, so that two branches merge without a conflict:
//! `hg1:0123456789abcdef rule-id path`. The path is where it was seen first, for people; it decides nothing.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock};

use anyhow::{Result, anyhow, bail};

use super::{Case, Exceptions, Ruling, Suppression, Unused};
use crate::finding::Finding;
use crate::fingerprint::{Fingerprints, is_fingerprint};
use crate::quote::quoted;

/// The usual name of the file.
pub const NAME: &str = ".hexguard-baseline";
const HEAD: &str =
    "# Findings accepted when hexguard was adopted; `hexguard baseline` writes this file.";

/// What a baseline's file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// The salt of its fingerprints.
    pub salt: String,
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
        let text = String::from_utf8_lossy(text);
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if let Some(salt) = line.strip_prefix("# salt ") {
                salt.trim().clone_into(&mut baseline.salt);
            } else if line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>") {
                bail!("{name}:{number}: a merge conflict is left; keep the lines of both sides");
            } else if !line.is_empty() && !line.starts_with('#') {
                let mut words = line.splitn(3, ' ');
                let fingerprint = words.next().unwrap_or_default();
                if !is_fingerprint(fingerprint) {
                    bail!(
                        "{name}:{number}: {} is no fingerprint (hg1: and 16 hex digits)",
                        quoted(fingerprint)
                    );
                }
                let entry = Entry {
                    rule: words.next().unwrap_or_default().to_owned(),
                    path: words.next().unwrap_or_default().to_owned(),
                };
                baseline.entries.insert(fingerprint.to_owned(), entry);
            }
        }
        Ok(baseline)
    }

    /// Returns the baseline of these findings; `shown` writes a path as it may be shown, for a name can be the secret.
    pub fn of(
        findings: &[Finding],
        fingerprints: &Fingerprints,
        shown: &dyn Fn(&[u8]) -> String,
    ) -> Self {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for finding in findings {
            let Some(fingerprint) = fingerprints.of(finding.rule, &finding.secret) else {
                continue;
            };
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
        Self {
            salt: fingerprints.salt().to_owned(),
            entries,
        }
    }

    /// Returns the file's text.
    pub fn text(&self) -> String {
        let mut out = format!("{HEAD}\n");
        if !self.salt.is_empty() {
            let _ = writeln!(out, "# salt {}", self.salt);
        }
        for (fingerprint, Entry { rule, path }) in &self.entries {
            let _ = writeln!(out, "{fingerprint} {rule} {path}");
        }
        out
    }
}

/// A baseline at work. The file is read when the first finding asks for it.
pub struct Accepted {
    name: String,
    text: Vec<u8>,
    /// The file as it was before the commit that is scanned, when what that adds does not hold yet.
    before: Option<Vec<u8>>,
    read: OnceLock<Result<Read, String>>,
    used: Mutex<HashSet<String>>,
}

struct Read {
    baseline: Baseline,
    before: Option<Baseline>,
    fingerprints: Fingerprints,
}

impl Accepted {
    /// Returns the baseline whose file `name` holds `text`; only what stands in `before`, too, holds, if that is given.
    pub fn new(name: &str, text: Vec<u8>, before: Option<Vec<u8>>) -> Self {
        Self {
            name: name.to_owned(),
            text,
            before,
            read: OnceLock::new(),
            used: Mutex::default(),
        }
    }

    fn read(&self) -> Result<&Read> {
        let read = self.read.get_or_init(|| {
            let read = || -> Result<Read> {
                let baseline = Baseline::parse(&self.text, &self.name)?;
                let before = match &self.before {
                    Some(text) => Some(Baseline::parse(text, &self.name)?),
                    None => None,
                };
                let fingerprints = Fingerprints::new(&baseline.salt);
                Ok(Read {
                    baseline,
                    before,
                    fingerprints,
                })
            };
            read().map_err(|error| format!("{error:#}"))
        });
        read.as_ref().map_err(|error| anyhow!("{error}"))
    }
}

impl Exceptions for Accepted {
    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let Read {
            baseline,
            before,
            fingerprints,
        } = self.read()?;
        if baseline.entries.is_empty() {
            return Ok(Ruling::Silent);
        }
        let Some(made) = fingerprints.of(case.finding.rule, &case.finding.secret) else {
            return Ok(Ruling::Silent);
        };
        if !baseline.entries.contains_key(&made) {
            return Ok(Ruling::Silent);
        }
        if before
            .as_ref()
            .is_some_and(|before| !before.entries.contains_key(&made))
        {
            return Ok(Ruling::Refused(format!(
                "its entry in {} comes with this commit, and `same-commit-allow` refuses that",
                self.name
            )));
        }
        self.used
            .lock()
            .expect("no thread panics: a panic ends the process")
            .insert(made);
        Ok(Ruling::Accepted(Suppression::Baseline {
            origin: self.name.clone(),
        }))
    }

    fn unused(&self) -> Vec<Unused> {
        let used = self
            .used
            .lock()
            .expect("no thread panics: a panic ends the process");
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
