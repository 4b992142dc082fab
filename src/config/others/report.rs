//! Reports of other tools that serve as baselines: the JSON of gitleaks, and detect-secrets' .secrets.baseline.

use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use serde_json::{Map, Value};

use super::super::gitleaks::stands_for;
use super::sha1::{hex, sha1};
use crate::suppress::{Case, Exceptions, Ruling, Suppression};

/// A JSON file, read when the first finding asks for it.
struct Lazy {
    name: String,
    text: Vec<u8>,
    json: OnceLock<Result<Value, String>>,
}

impl Lazy {
    fn new(name: &str, text: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_vec(),
            json: OnceLock::new(),
        }
    }

    fn get(&self) -> Result<&Value> {
        let read = || serde_json::from_slice(&self.text).map_err(|error| error.to_string());
        let json = self.json.get_or_init(read);
        json.as_ref()
            .map_err(|error| anyhow!("{}: {error}", self.name))
    }

    fn accepted(&self) -> Ruling {
        Ruling::Accepted(Suppression::Baseline {
            origin: self.name.clone(),
        })
    }
}

/// A report of gitleaks (or of hexguard in that format).
pub(super) struct GitleaksReport(Lazy);

impl GitleaksReport {
    pub(super) fn new(name: &str, text: &[u8]) -> Self {
        Self(Lazy::new(name, text))
    }

    fn list(&self) -> Result<&Vec<Value>> {
        let wanted = || anyhow!("{}: a list of findings is wanted", self.0.name);
        self.0.get()?.as_array().ok_or_else(wanted)
    }
}

impl Exceptions for GitleaksReport {
    fn check(&self) -> Result<()> {
        self.list().map(drop)
    }

    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let list = self.list()?;
        let same = list.iter().any(|entry| is_entry(case, entry));
        Ok(if same {
            self.0.accepted()
        } else {
            Ruling::Silent
        })
    }
}

/// Tells whether an entry is of this finding. gitleaks compares the commit and all positions, too, so that its
/// baselines of staged changes never hold later; here the value decides, wherever it is known.
fn is_entry(case: &Case<'_>, entry: &Value) -> bool {
    let finding = case.finding;
    let text = |key: &str| entry[key].as_str().unwrap_or_default();
    if text("File").as_bytes() != finding.path {
        return false;
    }
    let secret = text("Secret");
    if !secret.is_empty() && secret.as_bytes() == finding.secret.expose() {
        return true;
    }
    if !stands_for(finding.rule.id, text("RuleID")) {
        return false;
    }
    let line = entry["StartLine"]
        .as_u64()
        .and_then(|line| usize::try_from(line).ok());
    let there = line == Some(case.line);
    if let Some((_, tail)) = secret.split_once("****") {
        // Masked by hexguard: with its last characters it is known, without them only its place is.
        return secret == finding.masked() && (there || !tail.is_empty());
    }
    if let Some(head) = secret.strip_suffix("...") {
        return there && finding.secret.expose().starts_with(head.as_bytes());
    }
    there && secret == "REDACTED"
}

/// A baseline of detect-secrets.
pub(super) struct SecretsBaseline(Lazy);

impl SecretsBaseline {
    pub(super) fn new(name: &str, text: &[u8]) -> Self {
        Self(Lazy::new(name, text))
    }

    fn results(&self) -> Result<&Map<String, Value>> {
        let wanted = || anyhow!("{}: it has no `results`", self.0.name);
        self.0.get()?["results"].as_object().ok_or_else(wanted)
    }
}

impl Exceptions for SecretsBaseline {
    fn check(&self) -> Result<()> {
        self.results().map(drop)
    }

    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let results = self.results()?;
        let path = String::from_utf8_lossy(&case.finding.path);
        // Written on Windows it may hold the other separator.
        let entries = results
            .iter()
            .find(|(file, _)| file.replace('\\', "/") == path);
        let Some(entries) = entries.and_then(|(_, entries)| entries.as_array()) else {
            return Ok(Ruling::Silent);
        };
        let hash = hex(&sha1(case.finding.secret.expose()));
        let same = entries.iter().any(|entry| {
            // Somebody looked at it and found it to be real.
            entry["hashed_secret"].as_str() == Some(&hash)
                && entry["is_secret"].as_bool() != Some(true)
        });
        Ok(if same {
            self.0.accepted()
        } else {
            Ruling::Silent
        })
    }
}
