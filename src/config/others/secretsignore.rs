//! .secretsignore of ripsecrets: path patterns as in .gitignore, then allowed values under `[secrets]`.

use anyhow::Result;
use regex::bytes::Regex;

use super::super::bounded;
use super::super::gitleaks::Converted;
use super::super::gitleaks::translate::translated;
use crate::quote::quoted;
use crate::rule::{check_syntax, compile};
use crate::suppress::allowlist::Allow;
use crate::suppress::{Case, Exceptions, Globs, Ruling, Suppression, check_glob};

/// The lines of such a file.
pub(super) struct SecretsIgnore {
    name: String,
    /// A pattern, whether it takes back what those before it let pass, and its line.
    paths: Vec<(Globs, bool, usize)>,
    values: Vec<(Regex, usize)>,
}

impl SecretsIgnore {
    pub(super) fn parse(text: &[u8], name: &str) -> Result<Self> {
        let lines = text.split(|&b| b == b'\n');
        let used = lines.filter(|line| !line.trim_ascii().is_empty());
        bounded(name, used.count(), "patterns")?;
        let mut ignore = Self {
            name: name.to_owned(),
            paths: Vec::new(),
            values: Vec::new(),
        };
        let mut in_values = false;
        for (number, line) in (1..).zip(String::from_utf8_lossy(text).lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line == "[secrets]" {
                in_values = true;
            } else if in_values {
                if let Ok(regex) = compile(&translated(line)) {
                    ignore.values.push((regex, number));
                }
            } else {
                let (pattern, back) = match line.strip_prefix('!') {
                    Some(pattern) => (pattern, true),
                    None => (line, false),
                };
                if let Ok(globs) = Globs::new([pattern]) {
                    ignore.paths.push((globs, back, number));
                }
            }
        }
        Ok(ignore)
    }
}

/// Writes such a file in hexguard's words.
pub(super) fn convert(text: &[u8], name: &str, out: &mut Converted) {
    let (mut paths, mut values) = (Vec::new(), Vec::new());
    let mut in_values = false;
    for (number, line) in (1..).zip(String::from_utf8_lossy(text).lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[secrets]" {
            in_values = true;
        } else if in_values && check_syntax(&translated(line)).is_ok() {
            values.push(format!(".*(?:{}).*", translated(line)));
        } else if in_values || line.starts_with('!') || check_glob(line).is_err() {
            out.lost.push(format!(
                "{name}:{number}: {} has no counterpart",
                quoted(line)
            ));
        } else {
            paths.push(line.to_owned());
        }
    }
    for (paths, values) in [(paths, Vec::new()), (Vec::new(), values)] {
        if !paths.is_empty() || !values.is_empty() {
            out.allows.push(Allow {
                reason: format!("carried over from {name}"),
                paths,
                values,
                ..Allow::default()
            });
        }
    }
}

impl Exceptions for SecretsIgnore {
    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let finding = case.finding;
        // As in .gitignore the last pattern that matches decides.
        let path = self
            .paths
            .iter()
            .rev()
            .find(|(globs, _, _)| globs.matches_either(case.fragment.path, &finding.path));
        let path = path
            .filter(|(_, back, _)| !back)
            .map(|(_, _, number)| *number);
        let value = || {
            let mut values = self.values.iter();
            let found = values.find(|(regex, _)| regex.is_match(finding.secret.expose()));
            found.map(|(_, number)| *number)
        };
        Ok(match path.or_else(value) {
            Some(number) => Ruling::Accepted(Suppression::Allowlist {
                origin: format!("{}:{number}", self.name),
                reason: "ignored there".to_owned(),
            }),
            None => Ruling::Silent,
        })
    }
}
