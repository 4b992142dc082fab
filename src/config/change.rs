//! Changes: what one configuration lets through that another does not; typed, each with its origin.
//!
//! Sentences are made of them only to be shown.

use std::fmt;

use super::Settings;
use super::file::Tiered;
use super::key::{KEYS, Key, Kind, Loosens, Values};
use super::value::{Exports, Origin, Part, Plain as _, Value};
use crate::quote::quoted;
use crate::rule::spec::Spec;
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
            Self::Part { key, part } => write!(f, "{key} {}", shown(part)),
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
            Self::Allow(allow) => write!(f, "allow ({})", allow.reason),
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

/// Returns what settings let through that others do not.
pub fn between(then: &Settings, now: &Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in KEYS {
        changes.extend(of_key(key, &then.values, &now.values));
    }
    changes.extend(of_tiers(then, now));
    let had = |allow: &&Allow| !then.allows.iter().any(|old| old.same(allow));
    let allows = now.allows.iter().filter(had);
    changes.extend(allows.cloned().map(Change::of_allow));
    changes.extend(of_rules(then, now));
    changes
}

/// Returns what one setting lets through that it did not.
pub(super) fn of_key(key: &Key, then: &Values, now: &Values) -> Vec<Change> {
    let (old, new) = (then.of(key), now.of(key));
    let part = |what: fn(&'static str, String) -> What, part: &Part, origin: Origin| Change {
        what: what(key.name, part.text.clone()),
        origin,
    };
    let has = |list: &[Part], part: &Part| list.iter().any(|one| one.text == part.text);
    let added = || {
        let added = new.parts().iter().filter(|one| !has(old.parts(), one));
        added.map(|one| {
            part(
                |key, part| What::Part { key, part },
                one,
                one.origin.clone(),
            )
        })
    };
    match key.loosens {
        Loosens::Never | Loosens::Content => return Vec::new(),
        Loosens::NewPart => return added().collect(),
        Loosens::Narrower if old.parts().is_empty() => return added().collect(),
        Loosens::Narrower if new.parts().is_empty() => return Vec::new(),
        Loosens::Narrower => {
            let lost = old.parts().iter().filter(|one| !has(new.parts(), one));
            let gone = |one: &Part| gone_from(&one.origin);
            let lost =
                lost.map(|one| part(|key, part| What::PartGone { key, part }, one, gone(one)));
            return lost.collect();
        }
        _ => {}
    }
    let origin = new.origin().cloned();
    // Without one it is the default now.
    let origin = origin.or_else(|| old.origin().map(gone_from));
    let (old, new) = (old.written(), new.written());
    let rank = |value: &Value| match (key.kind, value) {
        (Kind::Choice(words), Value::Text(text)) => words.iter().position(|word| word == text),
        _ => None,
    };
    let loosens = old != new
        && match (key.loosens, &old, &new) {
            (Loosens::To(loose), _, _) => new == Value::Flag(loose),
            (Loosens::Zero, _, _) => new == Value::Number(0),
            (Loosens::Weaker, _, _) => rank(&new) > rank(&old),
            (Loosens::Smaller, Value::Number(old), Value::Number(new)) => new < old,
            (Loosens::LowerLimit, Value::Number(old), Value::Number(new)) => {
                // 0 is no limit. What is above it stops the commit, unless that is accepted.
                !now.allow_unscanned.is_empty() && new.wrapping_sub(1) < old.wrapping_sub(1)
            }
            (Loosens::OtherThanGiven, Value::Text(old), _) => !old.is_empty(),
            _ => true,
        };
    if !loosens {
        return Vec::new();
    }
    let what = What::Key {
        key: key.name,
        old,
        new,
    };
    let origin = origin.unwrap_or_default();
    vec![Change { what, origin }]
}

/// Returns where something is gone that stood there.
fn gone_from(origin: &Origin) -> Origin {
    Origin::of(&*origin.file)
}

/// How much a tier does; without one a rule does what it says itself: it stops the commit or warns.
fn strength(tiered: Option<&Tiered>) -> u8 {
    match tiered.map(|tiered| tiered.tier) {
        Some(None) => 0,
        Some(Some(Tier::Warn)) => 1,
        None => 2,
        Some(Some(Tier::Block)) => 3,
    }
}

/// Returns the tier that decides for a rule.
fn last<'t>(tiers: &'t [Tiered], id: &str) -> Option<&'t Tiered> {
    tiers.iter().rev().find(|tiered| names(&tiered.rule, id))
}

/// Returns the tiers by which rules do less than before, each once.
fn of_tiers(then: &Settings, now: &Settings) -> Vec<Change> {
    let same = |(old, new): (&Tiered, &Tiered)| old.rule == new.rule && old.tier == new.tier;
    if then.tiers.len() == now.tiers.len() && then.tiers.iter().zip(&now.tiers).all(same) {
        return Vec::new();
    }
    let own = then.rules.iter().chain(&now.rules);
    let mut ids: Vec<&str> = RULES.ids().collect();
    ids.extend(own.map(|(rule, _)| rule.id.as_str()));
    let mut changes: Vec<Change> = Vec::new();
    for id in &ids {
        let (old, new) = (last(&then.tiers, id), last(&now.tiers, id));
        if strength(new) >= strength(old) {
            continue;
        }
        let change = match (new, old) {
            (Some(new), _) => Change::of_tier(new),
            (None, Some(old)) => Change {
                what: What::TierGone(old.rule.clone()),
                origin: gone_from(&old.origin),
            },
            (None, None) => continue,
        };
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    // Names of rules that are not known here: those of other tools, mostly.
    for tiered in now.tiers.iter().filter(|one| one.tier != Some(Tier::Block)) {
        let known = ids.iter().any(|id| names(&tiered.rule, id));
        let old = then.tiers.iter();
        if !known && !old.into_iter().any(|old| same((old, tiered))) {
            changes.push(Change::of_tier(tiered));
        }
    }
    changes
}

/// Returns the rules that are gone or changed, and the new ones that do not stop what they find.
fn of_rules(then: &Settings, now: &Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    for (old, place) in &then.rules {
        match now.rules.iter().find(|(new, _)| new.id == old.id) {
            None => changes.push(Change {
                what: What::RuleGone(old.id.clone()),
                origin: gone_from(place),
            }),
            Some((new, origin)) if !decide_the_same(old, new) => changes.push(Change {
                what: What::RuleChanged(old.id.clone()),
                origin: origin.clone(),
            }),
            Some(_) => {}
        }
    }
    for (new, origin) in &now.rules {
        if then.rules.iter().any(|(old, _)| old.id == new.id) {
            continue;
        }
        let mut tiers = now.tiers.iter().rev();
        let tiered = tiers.find(|tiered| names(&tiered.rule, &new.id));
        let tier = tiered.map_or(Some(new.tier), |tiered| tiered.tier);
        let allowed = now.allows.iter().flat_map(|allow| &allow.rules);
        if tier == Some(Tier::Warn) || allowed.into_iter().any(|rule| names(rule, &new.id)) {
            changes.push(Change {
                what: What::RuleWarns(new.id.clone()),
                origin: origin.clone(),
            });
        }
    }
    changes
}

/// Tells whether two rules find the same, whatever they say of it.
fn decide_the_same(old: &Spec, new: &Spec) -> bool {
    let told = Spec {
        title: old.title.clone(),
        why: old.why.clone(),
        help: old.help.clone(),
        url: old.url.clone(),
        severity: old.severity,
        examples: old.examples.clone(),
        counterexamples: old.counterexamples.clone(),
        ..new.clone()
    };
    told == *old
}

#[cfg(test)]
mod tests {
    use super::super::file::File;
    use super::*;

    /// Returns what is said of a file that was the one and is the other.
    fn changes(then: &str, now: &str) -> Vec<String> {
        let settings = |text: &str| {
            let file = File::parse(text.as_bytes(), "f").expect("it is right");
            let mut settings = Settings::default();
            settings.stack(file, &super::super::Locks::default());
            settings
        };
        let changes = between(&settings(then), &settings(now));
        changes.iter().map(Change::to_string).collect()
    }

    #[test]
    fn a_stricter_choice_lets_nothing_more_through() {
        for (then, now, looser) in [
            ("", "exports = 'block'", false),
            ("", "exports = 'warn'", false),
            ("", "exports = 'off'", true),
            ("exports = 'block'", "exports = 'warn'", true),
            ("exports = 'warn'", "", true),
            ("exports = 'off'", "", false),
            ("", "allow-unscanned = ['*.bin']", true),
            // What is above it stops the commit.
            ("", "max-file-size = 1", false),
            ("strict = true", "", true),
            ("", "strict = true", false),
            (
                "allow-unscanned = 'a'",
                "allow-unscanned = 'a'\nmax-file-size = 1",
                true,
            ),
            (
                "allow-unscanned = 'a'\nmax-file-size = 1",
                "allow-unscanned = 'a'",
                false,
            ),
            ("", "only = 'jwt'", true),
            ("only = 'jwt'", "only = ['jwt', 'hex-*']", false),
            ("only = ['jwt', 'hex-*']", "only = 'jwt'", true),
            ("only = 'jwt'", "", false),
            ("", "salt = 'a'", false),
            ("salt = 'a'", "salt = 'b'", true),
            ("", "max-decode-depth = 0", true),
            ("", "max-decode-depth = 2", false),
            ("same-commit-allow = 'block'", "", true),
            ("", "same-commit-allow = 'block'", false),
            ("", "[tier]\njwt = 'warn'", true),
            ("[tier]\njwt = 'off'", "[tier]\njwt = 'warn'", false),
            ("[tier]\njwt = 'block'", "", true),
        ] {
            let found = changes(then, now);
            assert_eq!(!found.is_empty(), looser, "{then} -> {now}: {found:?}");
        }
    }

    #[test]
    fn a_rule_is_changed_by_whatever_decides_what_it_finds() {
        let rule = |more: &str| {
            format!(
                "[[rule]]\nid = 'a-b'\ntitle = 'A'\nregex = 'abc[0-9]+'\nkeywords = ['abc']\n{more}"
            )
        };
        for more in [
            "paths = ['x']",
            "near = ['x']",
            "entropy = 7.9",
            "tier = 'warn'",
            "public-beside = ['x']",
            "judged = true",
            "specificity = 1",
        ] {
            assert_eq!(
                changes(&rule(""), &rule(more)),
                ["f:1: rule `a-b` is changed"]
            );
        }
        for more in [
            "help = 'x'",
            "why = 'x'",
            "examples = ['abc1']",
            "severity = 'low'",
        ] {
            assert_eq!(changes(&rule(""), &rule(more)), [""; 0]);
        }
        let regex = rule("").replace("+'", "{9}'");
        assert_eq!(changes(&rule(""), &regex), ["f:1: rule `a-b` is changed"]);
        assert_eq!(changes("", &rule("")), [""; 0]);
        let warns = ["f:1: rule `a-b` does not stop what it finds"];
        assert_eq!(changes("", &rule("tier = 'warn'")), warns);
    }
}
