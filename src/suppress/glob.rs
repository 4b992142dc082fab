//! Globs over paths as people know them from .gitignore.

use anyhow::{Context, Result, anyhow};
use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::quote::quoted;

/// Path patterns of which one must match.
pub struct Globs(GlobSet);

impl Globs {
    /// Compiles patterns: `*` stays within a folder, `**` does not; one without `/` matches at any depth, one that ends
    /// with `/` everything below; a leading `/` ties it to the top.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(glob(pattern)?);
        }
        Ok(Self(set.build().context("cannot use the path patterns")?))
    }

    /// Tells whether one of the patterns matches the path of a text or what reports call it: `a.zip/b` and `a.zip!b`.
    pub fn matches_either(&self, path: &[u8], name: &[u8]) -> bool {
        self.matches(path) || path != name && self.matches(name)
    }

    /// Tells whether one of the patterns matches a path as git holds it, or a folder that it lies in.
    pub fn matches(&self, path: &[u8]) -> bool {
        if self.0.is_match_candidate(&Candidate::from_bytes(path)) {
            return true;
        }
        // `exclude = ["vendor"]` means what is in it, too.
        memchr::memchr_iter(b'/', path).any(|at| {
            self.0
                .is_match_candidate(&Candidate::from_bytes(&path[..at]))
        })
    }
}

/// Returns the reason why a pattern cannot be used, if there is one; much cheaper than compiling it.
pub fn check(pattern: &str) -> Result<()> {
    glob(pattern).map(drop)
}

fn glob(pattern: &str) -> Result<Glob> {
    GlobBuilder::new(&anchored(pattern))
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        // The kind only: the error itself repeats the pattern.
        .map_err(|error| anyhow!("{} is no path pattern: {}", quoted(pattern), error.kind()))
}

fn anchored(pattern: &str) -> String {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let body = pattern.strip_suffix('/').unwrap_or(pattern);
    match body.strip_prefix('/') {
        Some(body) => body.to_owned(),
        None if body.contains('/') => body.to_owned(),
        None => format!("**/{body}"),
    }
}
