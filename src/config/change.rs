//! Changes: what one configuration lets through that another does not; typed, each with its origin.
//!
//! Sentences are made of them only to be shown.

use std::fmt;

use super::file::Tiered;
use super::value::{Exports, Origin, Plain as _, Value};
use crate::quote::quoted;
use crate::rule::{RULES, Tier};
use crate::suppress::allowlist::Allow;
use crate::suppress::names;

/// Something that lets more through, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What it is.
    pub what: What,
    /// Where it stands.
    pub origin: Origin,
}

/// What lets more through.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A setting has another value.
    Key {
        /// The setting.
        key: &'static str,
        /// What it was.
        old: Value,
        /// What it is.
        new: Value,
    },
    /// A list has another part.
    Part {
        /// The setting.
        key: &'static str,
        /// The part.
        part: String,
    },
    /// A part of a list is another one: what it was cannot be compared with it.
    PartChanged {
        /// The setting.
        key: &'static str,
        /// The part.
        part: String,
    },
    /// A part of a list is gone.
    PartGone {
        /// The setting.
        key: &'static str,
        /// The part.
        part: String,
    },
    /// Rules do less.
    Tier {
        /// A rule id; it may end with `*`.
        rule: String,
        /// What they do now; none: nothing.
        tier: Option<Tier>,
    },
    /// What made rules do more is gone.
    TierGone(String),
    /// An exception.
    Allow(Allow),
    /// An exception that is another one: what it was cannot be compared with it.
    AllowChanged(Allow),
    /// A rule of the configuration is gone.
    RuleGone(String),
    /// A rule of the configuration looks for something else.
    RuleChanged(String),
    /// A rule that comes and only warns, or is allowed: it may win over another that stops the commit.
    RuleWarns(String),
    /// So many more secrets are accepted by the baseline.
    Accepted(usize),
    /// A file that lets pass, or looks for secrets, is new or changed.
    File,
    /// A file that looks for secrets is gone.
    FileGone,
    /// A file of another tool counts.
    FileCounts,
}

impl Change {
    /// Returns an exception as a change.
    pub(super) fn of_allow(allow: Allow) -> Self {
        Self {
            origin: allow.origin.clone(),
            what: What::Allow(allow),
        }
    }

    /// Returns a tier as a change.
    pub(super) fn of_tier(tiered: &Tiered) -> Self {
        Self {
            what: What::Tier {
                rule: tiered.rule.clone(),
                tier: tiered.tier,
            },
            origin: tiered.origin.clone(),
        }
    }

    /// Returns a file as a change.
    pub(super) fn of_file(name: &str, what: What) -> Self {
        Self {
            what,
            origin: Origin::of(name),
        }
    }

    /// Tells whether it is about query results, which only commits are looked at for.
    pub fn is_of_exports(&self) -> bool {
        matches!(self.what, What::Key { key: "exports", .. })
    }

    /// Tells whether it takes away nothing but warnings that only repositories have which use Hex.
    pub fn is_of_hex_alone(&self) -> bool {
        let auto = Exports::Auto.write();
        matches!(&self.what, What::Key { key: "exports", old, .. } if *old == auto)
    }

    /// Tells whether nobody knows which of the two lets more through, what was or what is.
    pub fn is_unsure(&self) -> bool {
        let what = &self.what;
        self.is_of_file()
            || matches!(
                what,
                What::PartChanged { .. } | What::AllowChanged(_) | What::RuleChanged(_)
            )
    }

    /// Tells whether it is of a whole file, of which nobody knows what it changes.
    pub fn is_of_file(&self) -> bool {
        matches!(self.what, What::File | What::FileGone | What::FileCounts)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.is_of_file() { "" } else { ":" };
        write!(f, "{}{between} {}", self.origin, self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { key, new, .. } => match new {
                Value::Text(text) => write!(f, "{key} {}", shown(text)),
                new => write!(f, "{key} {}", quoted(&new.to_string())),
            },
            Self::Part { key, part } | Self::PartChanged { key, part } => {
                write!(f, "{key} {}", shown(part))
            }
            Self::PartGone { key, part } => write!(f, "{key} without {}", shown(part)),
            Self::Tier { rule, tier } => {
                let word = match tier {
                    Some(Tier::Block) => "block",
                    Some(Tier::Warn) => "warn",
                    None => "off",
                };
                write!(f, "tier {} = {word}", shown(rule))
            }
            Self::TierGone(rule) => write!(f, "tier {} is gone", shown(rule)),
            Self::Allow(allow) | Self::AllowChanged(allow) => write!(f, "allow ({})", allow.reason),
            Self::RuleGone(id) => write!(f, "rule `{id}` is gone"),
            Self::RuleChanged(id) => write!(f, "rule `{id}` is changed"),
            Self::RuleWarns(id) => write!(f, "rule `{id}` does not stop what it finds"),
            Self::Accepted(1) => f.write_str("1 secret accepted"),
            Self::Accepted(count) => write!(f, "{count} secrets accepted"),
            Self::File => f.write_str("is new or changed"),
            Self::FileGone => f.write_str("is gone"),
            Self::FileCounts => f.write_str("counts, too"),
        }
    }
}

/// Returns the name of a rule, or another item of a list, as it may be shown.
fn shown(item: &str) -> String {
    if RULES.ids().any(|id| names(item, id)) {
        format!("`{item}`")
    } else {
        quoted(item)
    }
}
