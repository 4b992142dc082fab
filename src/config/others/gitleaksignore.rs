//! .gitleaksignore and .betterleaksignore: findings by file, rule and line, or by the hash of the secret.

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::super::gitleaks::stands_for;
use crate::suppress::{Case, Exceptions, Ruling, Suppression};

/// The lines of such a file.
pub(super) struct GitleaksIgnore {
    name: String,
    entries: Vec<Entry>,
    hashes: Vec<(String, usize)>,
}

struct Entry {
    number: usize,
    commit: Option<String>,
    file: String,
    rule: String,
    line: usize,
}

impl GitleaksIgnore {
    pub(super) fn parse(text: &[u8], name: &str) -> Self {
        let mut ignore = Self {
            name: name.to_owned(),
            entries: Vec::new(),
            hashes: Vec::new(),
        };
        for (number, line) in (1..).zip(String::from_utf8_lossy(text).lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if is_hash(line, &[64]) {
                ignore.hashes.push((line.to_ascii_lowercase(), number));
            } else if let Some(entry) = entry(&line.replace('\\', "/"), number) {
                ignore.entries.push(entry);
            }
        }
        ignore
    }
}

/// Reads `file:rule:line` or `commit:file:rule:line`; anything else is passed over, as gitleaks does.
fn entry(line: &str, number: usize) -> Option<Entry> {
    let mut parts = line.rsplitn(3, ':');
    let at = parts.next()?.parse().ok()?;
    let rule = parts.next()?.to_owned();
    let file = parts.next()?;
    let (commit, file) = match file.split_once(':') {
        Some((commit, file)) if is_hash(commit, &[40, 64]) => (Some(commit), file),
        _ => (None, file),
    };
    Some(Entry {
        number,
        commit: commit.map(str::to_ascii_lowercase),
        file: file.to_owned(),
        rule,
        line: at,
    })
}

fn is_hash(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Exceptions for GitleaksIgnore {
    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let finding = case.finding;
        let accepted = |number: usize| {
            Ok(Ruling::Accepted(Suppression::Allowlist {
                origin: format!("{}:{number}", self.name),
                reason: "ignored there".to_owned(),
            }))
        };
        for entry in &self.entries {
            let commit = entry.commit.as_deref();
            if entry.line == case.line
                && entry.file.as_bytes() == finding.path
                && commit.is_none_or(|commit| finding.commit.as_deref() == Some(commit))
                && stands_for(finding.rule.id, &entry.rule)
            {
                return accepted(entry.number);
            }
        }
        if !self.hashes.is_empty() {
            let hash = super::sha1::hex(&Sha256::digest(finding.secret.expose()));
            if let Some((_, number)) = self.hashes.iter().find(|(known, _)| *known == hash) {
                return accepted(*number);
            }
        }
        Ok(Ruling::Silent)
    }
}
