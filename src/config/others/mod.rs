//! Files of other tools that are honoured as they are: what they look for, and what they let pass.

use std::cell::RefCell;
use std::sync::Arc;

use anyhow::Result;

mod gitallowed;
mod gitleaksignore;
mod report;
mod secretsignore;
mod sha1;
mod talisman;

use super::Settings;
use super::apply::Files;
use super::gitleaks::{Allowlists, Converted, Gitleaks, NAME as GITLEAKS};
use crate::quote::quoted;
use crate::rule::Engine;
use crate::suppress::Exceptions;
use crate::suppress::allowlist::SameCommit;
use gitallowed::GitAllowed;
use gitleaksignore::GitleaksIgnore;
use report::{GitleaksReport, SecretsBaseline};
use secretsignore::SecretsIgnore;
use talisman::Talisman;

/// All files that are looked for.
pub const NAMES: [&str; 8] = [
    GITLEAKS,
    ".betterleaks.toml",
    ".betterleaksignore",
    ".gitallowed",
    ".gitleaksignore",
    ".secrets.baseline",
    ".secretsignore",
    ".talismanrc",
];

/// What other tools' files of a repository come to.
#[derive(Default)]
pub struct OtherTools {
    gitleaks: Option<Arc<Gitleaks>>,
    git_secrets: Option<Arc<Gitleaks>>,
    texts: Vec<(&'static str, Vec<u8>)>,
    allowed: Vec<String>,
    /// What a person must be told about these files.
    pub notes: Vec<String>,
}

impl OtherTools {
    /// Reads the files, if they are to be honoured; `secrets` are git's settings below `secrets.`, where git-secrets
    /// keeps its own.
    pub fn load(
        settings: &Settings,
        files: Files<'_>,
        secrets: &[(String, Option<String>)],
    ) -> Result<Self> {
        let mut tools = Self::default();
        if !settings.flag("other-tools") {
            return Ok(tools);
        }
        // A file as it is to be honoured: if the commit that is scanned changes it, it is named, or was as before.
        let notes = RefCell::new(Vec::new());
        let honoured = |name: &str| -> Result<Option<Vec<u8>>> {
            let now = files.read(name)?;
            if files.before.is_none() {
                return Ok(now);
            }
            let before = files.read_before(name)?;
            // Without its rules more goes through; the other files only let pass.
            let gone = now.is_none() && [GITLEAKS, ".betterleaks.toml"].contains(&name);
            if before == now || now.is_none() && !gone {
                return Ok(now);
            }
            let refused = settings.added.policy == SameCommit::Block;
            notes.borrow_mut().push(match (refused, gone) {
                (false, false) => {
                    format!("this commit may let more through: {name} is new or changed")
                }
                (false, true) => format!("this commit may let more through: {name} is gone"),
                (true, false) => {
                    format!("not counted, because it comes with this commit: what is new in {name}")
                }
                (true, true) => {
                    format!("not counted, because it comes with this commit: that {name} is gone")
                }
            });
            Ok(if refused { before } else { now })
        };
        for name in NAMES {
            let Some(text) = honoured(name)? else {
                continue;
            };
            match name {
                GITLEAKS | ".betterleaks.toml" if tools.gitleaks.is_none() => {
                    tools.gitleaks = Some(Gitleaks::parse(&text, name, &honoured)?);
                }
                GITLEAKS | ".betterleaks.toml" => {}
                name => tools.texts.push((name, text)),
            }
        }
        tools.notes = notes.into_inner();
        // git-secrets takes nothing from a name that stands alone.
        let secrets = secrets.iter();
        let secrets = secrets.filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
        for (name, value) in secrets.clone() {
            match name {
                "allowed" => tools.allowed.push(value.to_owned()),
                "providers" => tools.notes.push(format!(
                    "git config secrets.providers: {} is not run; its patterns do not count",
                    quoted(value)
                )),
                _ => {}
            }
        }
        let patterns = secrets.filter(|(name, _)| *name == "patterns");
        let patterns: Vec<&str> = patterns.map(|(_, value)| value).collect();
        tools.git_secrets = Gitleaks::of_patterns(&patterns);
        Ok(tools)
    }

    /// Takes a .gitleaksignore that was given by name.
    pub fn give_ignore(&mut self, text: Vec<u8>) {
        self.texts.push((".gitleaksignore", text));
    }

    /// Takes a gitleaks configuration that was given by name.
    pub fn give_gitleaks(&mut self, gitleaks: Arc<Gitleaks>) {
        self.gitleaks = Some(gitleaks);
    }

    /// Returns the names of the files that are there.
    pub fn names(&self) -> Vec<&str> {
        let gitleaks = self.gitleaks.iter().map(|gitleaks| gitleaks.name());
        let mut names: Vec<&str> = gitleaks.collect();
        names.extend(self.texts.iter().map(|(name, _)| *name));
        if self.git_secrets.is_some() || !self.allowed.is_empty() {
            names.push("git config secrets.*");
        }
        names
    }

    /// Writes what these files say in hexguard's words, as far as that is possible without looking at findings.
    pub fn convert(&self) -> Converted {
        let mut out = self
            .gitleaks
            .as_ref()
            .map(|gitleaks| gitleaks.convert())
            .unwrap_or_default();
        for (name, text) in &self.texts {
            if *name == ".secretsignore" {
                secretsignore::convert(text, name, &mut out);
            }
        }
        if self.git_secrets.is_some() {
            out.lost.push("git config secrets.patterns: patterns without keywords have no counterpart; write a [[rule]]".to_owned());
        }
        out
    }

    /// Returns what looks for secrets.
    pub(super) fn engines(&self) -> Vec<Arc<dyn Engine>> {
        let own = self.gitleaks.iter().chain(&self.git_secrets);
        own.map(|engine| engine.clone() as Arc<dyn Engine>)
            .collect()
    }

    /// Returns hexguard's rules that stand for gitleaks' rules which are switched off.
    pub(super) fn disabled(&self) -> Vec<&str> {
        let off = self.gitleaks.iter().flat_map(|gitleaks| &gitleaks.disabled);
        off.flat_map(|(id, _)| super::counterpart::of(id)).collect()
    }

    /// Returns what lets findings pass.
    pub(super) fn exceptions(&self) -> Result<Vec<Box<dyn Exceptions>>> {
        let mut out: Vec<Box<dyn Exceptions>> = Vec::new();
        if let Some(gitleaks) = &self.gitleaks {
            out.push(Box::new(Allowlists(gitleaks.clone())));
        }
        let mut allowed = None;
        for (name, text) in &self.texts {
            match *name {
                ".gitleaksignore" | ".betterleaksignore" => {
                    out.push(Box::new(GitleaksIgnore::parse(text, name)));
                }
                ".secrets.baseline" => out.push(Box::new(SecretsBaseline::new(name, text))),
                ".secretsignore" => out.push(Box::new(SecretsIgnore::parse(text, name)?)),
                ".talismanrc" => out.push(Box::new(Talisman::parse(text, name)?)),
                _ => allowed = Some(text),
            }
        }
        if allowed.is_some() || !self.allowed.is_empty() {
            let text = allowed.map_or(&[][..], Vec::as_slice);
            out.push(Box::new(GitAllowed::new(text, &self.allowed)?));
        }
        Ok(out)
    }
}

/// Returns the baseline of another tool, if a file is one: a gitleaks report is a JSON list, a baseline of
/// detect-secrets a JSON object.
pub(super) fn baseline(name: &str, text: &[u8]) -> Option<Box<dyn Exceptions>> {
    match text.trim_ascii_start().first() {
        Some(b'[') => Some(Box::new(GitleaksReport::new(name, text))),
        Some(b'{') => Some(Box::new(SecretsBaseline::new(name, text))),
        _ => None,
    }
}
