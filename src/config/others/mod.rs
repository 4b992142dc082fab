//! Files of other tools that are honoured as they are: what they look for, and what they let pass.

use std::cell::RefCell;
use std::sync::Arc;

use anyhow::Result;

mod gitallowed;
mod gitleaksignore;
mod narrowed;
mod report;
mod secretsignore;
mod sha1;
mod talisman;

use super::Settings;
use super::apply::Files;
use super::change::{Change, What};
use super::gitleaks::{Allowlists, Converted, Gitleaks, NAME as GITLEAKS};
use crate::quote::quoted;
use crate::rule::Engine;
use crate::suppress::Exceptions;
use gitallowed::GitAllowed;
use gitleaksignore::GitleaksIgnore;
use narrowed::is_narrowed;
use report::{GitleaksReport, SecretsBaseline};
use secretsignore::SecretsIgnore;
use talisman::Talisman;

/// A configuration in the form of gitleaks'.
const BETTERLEAKS: &str = ".betterleaks.toml";
/// What stands for the settings of git-secrets.
const GIT_SECRETS: &str = "git config secrets.*";

/// All files that are looked for.
pub const NAMES: [&str; 8] = [
    GITLEAKS,
    BETTERLEAKS,
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
    /// The files that the configuration of gitleaks was read from.
    parts: Vec<(String, Vec<u8>)>,
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
        if !*settings.values.other_tools {
            return Ok(tools);
        }
        let read = RefCell::new(Vec::new());
        // What a configuration of gitleaks builds upon is a part of it.
        let honoured = |name: &str| -> Result<Option<Vec<u8>>> {
            let text = files.read(name)?;
            let noted = text.iter().map(|text| (name.to_owned(), text.clone()));
            read.borrow_mut().extend(noted);
            Ok(text)
        };
        for name in NAMES {
            let Some(text) = files.read(name)? else {
                continue;
            };
            match name {
                GITLEAKS | BETTERLEAKS if tools.gitleaks.is_none() => {
                    tools.gitleaks = Some(Gitleaks::parse(&text, name, &honoured)?);
                    tools.parts.push((name.to_owned(), text));
                }
                GITLEAKS | BETTERLEAKS => {}
                name => tools.texts.push((name, text)),
            }
        }
        tools.parts.append(&mut read.into_inner());
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
        self.parts = vec![(gitleaks.name().to_owned(), Vec::new())];
        self.gitleaks = Some(gitleaks);
    }

    /// Returns every file that was read, and what it holds.
    fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let parts = self
            .parts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_slice()));
        parts.chain(
            self.texts
                .iter()
                .map(|(name, text)| (*name, text.as_slice())),
        )
    }

    /// Tells whether others hold the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.files().eq(other.files())
    }

    /// Returns what these files let through that others did not.
    pub(super) fn changes(&self, then: &Self) -> Vec<Change> {
        let had = |name, text| {
            let mut old = then.files();
            old.any(|old| old == (name, text) || old.0 == name && is_narrowed(name, old.1, text))
        };
        let new = self.files().filter(|(name, text)| !had(name, text));
        let mut changes: Vec<Change> = new
            .map(|(name, _)| Change::of_file(name, What::File))
            .collect();
        // Without their rules more goes through; the other files only let pass.
        let gone = then.parts.iter().map(|(name, _)| name.as_str());
        let gone = gone.filter(|name| !self.files().any(|(new, _)| new == *name));
        changes.extend(gone.map(|name| Change::of_file(name, What::FileGone)));
        let allows = self
            .allowed
            .iter()
            .any(|allowed| !then.allowed.contains(allowed));
        let is_gone = then.git_secrets.is_some() && self.git_secrets.is_none();
        if allows || is_gone {
            changes.push(Change::of_file(GIT_SECRETS, What::File));
        }
        changes
    }

    /// Returns the names of the files that are there.
    pub fn names(&self) -> Vec<&str> {
        let gitleaks = self.gitleaks.iter().map(|gitleaks| gitleaks.name());
        let mut names: Vec<&str> = gitleaks.collect();
        names.extend(self.texts.iter().map(|(name, _)| *name));
        if self.git_secrets.is_some() || !self.allowed.is_empty() {
            names.push(GIT_SECRETS);
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
