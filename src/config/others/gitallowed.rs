//! .gitallowed and `secrets.allowed` of git-secrets: expressions over `path:line:text`.

use anyhow::Result;
use regex::bytes::Regex;

use super::super::bounded;
use super::super::gitleaks::translate::translated;
use crate::rule::compile;
use crate::suppress::{Case, Exceptions, Ruling, Suppression};

/// The expressions, and where each stands.
pub(super) struct GitAllowed(Vec<(Regex, String)>);

impl GitAllowed {
    pub(super) fn new(text: &[u8], settings: &[String]) -> Result<Self> {
        let text = String::from_utf8_lossy(text);
        let lines = (1..).zip(text.lines()).filter(|(_, line)| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#')
        });
        let lines = lines.map(|(number, line)| (line, format!(".gitallowed:{number}")));
        // An empty one, which git-secrets passes over as well, would allow everything.
        let settings = settings
            .iter()
            .filter(|value| !value.is_empty())
            .map(|value| (value.as_str(), "git config secrets.allowed".to_owned()));
        let known: Vec<(&str, String)> = lines.chain(settings).collect();
        bounded(".gitallowed", known.len(), "expressions")?;
        // What does not compile allows nothing; git-secrets would fail.
        let compiled = known
            .into_iter()
            .filter_map(|(source, origin)| Some((compile(&translated(source)).ok()?, origin)));
        Ok(Self(compiled.collect()))
    }
}

impl Exceptions for GitAllowed {
    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let finding = case.finding;
        for (offset, line) in case.lines.split(|&b| b == b'\n').enumerate() {
            let mut text = finding.path.clone();
            text.extend_from_slice(format!(":{}:", case.line + offset).as_bytes());
            text.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            if let Some((_, origin)) = self.0.iter().find(|(regex, _)| regex.is_match(&text)) {
                return Ok(Ruling::Accepted(Suppression::Allowlist {
                    origin: origin.clone(),
                    reason: "allowed there".to_owned(),
                }));
            }
        }
        Ok(Ruling::Silent)
    }
}
