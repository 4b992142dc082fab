//! Allowlist: exceptions written in the configuration, each with a reason.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow};
use regex::bytes::Regex;

use super::comment::names;
use super::{Case, Exceptions, Globs, Origin, Ruling, Suppression, Unused, date, glob};
use crate::fingerprint::Fingerprints;
use crate::hint::message;
use crate::quote::quoted;
use crate::rule::compile;

/// One exception. Everything that is given must hold; within one kind, one of the list is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow {
    /// Where it stands: "hexguard.toml:12".
    pub origin: Origin,
    /// Why it is right.
    pub reason: String,
    /// Rule ids; one may end with `*`.
    pub rules: Vec<String>,
    /// Path patterns.
    pub paths: Vec<String>,
    /// Expressions that the whole secret must match.
    pub values: Vec<String>,
    /// Fingerprints.
    pub fingerprints: Vec<String>,
    /// The last day on which it holds.
    pub until: Option<String>,
}

impl Allow {
    /// Tells whether this entry accepts whatever another one does; no where that is not sure. So many comparisons of patterns
    /// that are not equal may still be made.
    pub fn covers(&self, other: &Self, left: &mut usize) -> bool {
        self.lasts_as_long(other)
            && has_all(&self.values, &other.values)
            && has_all(&self.fingerprints, &other.fingerprints)
            && all(&self.rules, &other.rules, names, left)
            && all(&self.paths, &other.paths, glob::covers, left)
    }

    /// Tells whether this entry may accept whatever another one does: what paths or values they name cannot be compared.
    pub fn may_cover(&self, other: &Self, left: &mut usize) -> bool {
        let is_open = |own: &[String], others: &[String]| own.is_empty() || !others.is_empty();
        self.lasts_as_long(other)
            && is_open(&self.paths, &other.paths)
            && is_open(&self.values, &other.values)
            && has_all(&self.fingerprints, &other.fingerprints)
            && all(&self.rules, &other.rules, names, left)
    }

    fn lasts_as_long(&self, other: &Self) -> bool {
        let until = self.until.as_ref();
        until.is_none_or(|day| other.until.as_ref().is_some_and(|other| other <= day))
    }

    /// Tells whether two entries accept the same, wherever they stand and for whatever reason.
    pub fn same(&self, other: &Self) -> bool {
        self.rules == other.rules
            && self.paths == other.paths
            && self.values == other.values
            && self.fingerprints == other.fingerprints
            && self.until == other.until
    }
}

/// Tells whether a list of which one must hold, none meaning that all do, has whatever another one has.
fn has_all(own: &[String], others: &[String]) -> bool {
    all(own, others, |_, _| false, &mut 0)
}

/// Tells whether such a list covers another one; no where more patterns must be compared for it than are left.
fn all(
    own: &[String],
    others: &[String],
    covers: fn(&str, &str) -> bool,
    left: &mut usize,
) -> bool {
    if own.is_empty() || others.is_empty() {
        return own.is_empty();
    }
    let equal: HashSet<&String> = own.iter().collect();
    let mut others = others.iter().filter(|other| !equal.contains(other));
    others.all(|other| {
        let is_affordable = own.len() <= *left;
        *left = left.saturating_sub(own.len());
        is_affordable && own.iter().any(|one| covers(one, other))
    })
}

/// Whether what a commit adds to the configuration holds for the same commit; the stricter is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum SameCommit {
    /// It holds, and is named.
    #[default]
    Warn,
    /// It does not hold yet.
    Block,
}

/// The exceptions of the configuration.
pub struct Allowlist {
    entries: Vec<Entry>,
    /// Makes fingerprints as reports have them.
    told: Arc<Fingerprints>,
    /// Makes fingerprints with the repository's salt; none where it has none.
    salted: Option<Fingerprints>,
    today: String,
}

struct Entry {
    allow: Allow,
    used: AtomicBool,
    compiled: OnceLock<Result<Compiled, String>>,
}

struct Compiled {
    paths: Option<Globs>,
    values: Vec<Regex>,
}

impl Allowlist {
    /// Returns the exceptions of a repository with this salt, or with none; `told` makes the fingerprints of reports. Nothing
    /// is compiled before the first finding.
    pub fn new(allows: Vec<Allow>, salt: &str, told: Arc<Fingerprints>) -> Self {
        let entries = allows
            .into_iter()
            .map(|allow| Entry {
                allow,
                used: AtomicBool::new(false),
                compiled: OnceLock::new(),
            })
            .collect();
        Self {
            entries,
            told,
            salted: (!salt.is_empty()).then(|| Fingerprints::new(salt)),
            today: date::today(),
        }
    }
}

impl Entry {
    fn compiled(&self) -> Result<&Compiled> {
        let made = self.compiled.get_or_init(|| {
            let make = || -> Result<Compiled> {
                let paths = match self.allow.paths.as_slice() {
                    [] => None,
                    paths => Some(Globs::new(paths.iter().map(String::as_str))?),
                };
                let values = self
                    .allow
                    .values
                    .iter()
                    .map(|value| {
                        compile(&format!("^(?s:{value})$")).with_context(|| {
                            format!("the value pattern {} does not compile", quoted(value))
                        })
                    })
                    .collect::<Result<_>>()?;
                Ok(Compiled { paths, values })
            };
            make().map_err(|error| format!("{}: {}", self.allow.origin, message(&error)))
        });
        made.as_ref().map_err(|error| anyhow!("{error}"))
    }

    /// Tells whether the entry speaks of a finding. The cheap questions come first, the fingerprint last.
    fn speaks_of(&self, case: &Case<'_>, of: &Allowlist) -> Result<bool> {
        let Allow {
            origin: _,
            reason: _,
            rules,
            paths: _,
            values: _,
            fingerprints: wanted,
            until: _,
        } = &self.allow;
        let finding = case.finding;
        if !rules.is_empty() && !rules.iter().any(|rule| names(rule, finding.rule.id)) {
            return Ok(false);
        }
        let compiled = self.compiled()?;
        if let Some(paths) = &compiled.paths
            && !paths.matches_either(case.fragment.path, &finding.path)
        {
            return Ok(false);
        }
        if !compiled.values.is_empty()
            && !compiled
                .values
                .iter()
                .any(|value| value.is_match(finding.secret.expose()))
        {
            return Ok(false);
        }
        let is_made_by = |fingerprints: &Fingerprints| {
            let made = fingerprints.of(finding.rule, &finding.secret);
            made.is_some_and(|made| wanted.contains(&made))
        };
        Ok(wanted.is_empty() || is_made_by(&of.told) || of.salted.as_ref().is_some_and(is_made_by))
    }
}

impl Exceptions for Allowlist {
    fn judge(&self, case: &Case<'_>) -> Result<Ruling> {
        let mut ruling = Ruling::Silent;
        for entry in &self.entries {
            if !entry.speaks_of(case, self)? {
                continue;
            }
            entry.used.store(true, Ordering::Relaxed);
            let Allow {
                origin,
                reason,
                until,
                ..
            } = &entry.allow;
            if let Some(until) = until
                && until.as_str() < self.today.as_str()
            {
                ruling = Ruling::Refused(format!("the allow in {origin} ended on {until}"));
            } else {
                return Ok(Ruling::Accepted(Suppression::Allowlist {
                    origin: origin.to_string(),
                    reason: reason.clone(),
                }));
            }
        }
        Ok(ruling)
    }

    fn unused(&self) -> Vec<Unused> {
        self.entries
            .iter()
            .filter_map(|entry| {
                let over = entry
                    .allow
                    .until
                    .as_deref()
                    .filter(|day| *day < self.today.as_str());
                let why = match over {
                    Some(day) => format!("it ended on {day}"),
                    None if entry.used.load(Ordering::Relaxed) => return None,
                    None => "it matches nothing any more".to_owned(),
                };
                Some(Unused {
                    origin: entry.allow.origin.to_string(),
                    why,
                })
            })
            .collect()
    }
}
