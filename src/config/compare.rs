//! Compares settings: what one lets through that another does not. What is narrower is no change, and what cannot be compared is
//! named as such.

use std::collections::HashSet;

use super::change::{Change, What};
use super::file::Tiered;
use super::key::{KEYS, Key, Kind, Loosens, Values};
use super::value::{Origin, Part, Value};
use super::{Settings, counterpart};
use crate::rule::spec::Spec;
use crate::rule::{RULES, Tier};
use crate::suppress::allowlist::Allow;
use crate::suppress::{glob, names};

/// So many parts of lists, or exceptions and their patterns, are compared each with each; beyond that whatever is new lets more
/// through.
const COMPARED: usize = 100;

/// Returns what settings let through that others do not.
pub(super) fn between(then: &Settings, now: &Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in KEYS {
        changes.extend(of_key(key, &then.values, &now.values));
    }
    changes.extend(of_tiers(then, now));
    changes.extend(of_allows(&then.allows, &now.allows));
    changes.extend(of_rules(then, now));
    changes
}

/// Returns what one setting lets through that it did not.
pub(super) fn of_key(key: &Key, then: &Values, now: &Values) -> Vec<Change> {
    let (old, new) = (then.of(key), now.of(key));
    match key.loosens {
        Loosens::Never | Loosens::Content => return Vec::new(),
        Loosens::NewPath | Loosens::NewRule => return added(key, old.parts(), new.parts()),
        Loosens::Narrower if old.parts().is_empty() => {
            return added(key, old.parts(), new.parts());
        }
        Loosens::Narrower if new.parts().is_empty() => return Vec::new(),
        Loosens::Narrower => return lost(key, old.parts(), new.parts()),
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

/// Tells whether a part of a list covers another one; no where that is not sure.
fn covers(key: &Key, one: &Part, other: &Part) -> bool {
    if key.loosens == Loosens::NewPath {
        return glob::covers(&one.text, &other.text);
    }
    // A name that only another tool's rule has stands for some of hexguard's.
    let is_own = || RULES.ids().any(|id| names(&other.text, id));
    names(&one.text, &other.text) && (is_own() || counterpart::of(&other.text).is_empty())
}

/// Returns what a list has that another one has not.
fn only_in(list: &[Part], other: &[Part]) -> Vec<Part> {
    let other: HashSet<&str> = other.iter().map(|one| one.text.as_str()).collect();
    let only = list.iter().filter(|one| !other.contains(one.text.as_str()));
    only.cloned().collect()
}

/// Returns the parts of a list that are new, and that nothing which was there covers.
fn added(key: &Key, old: &[Part], new: &[Part]) -> Vec<Change> {
    let (gone, mut added) = (only_in(old, new), only_in(new, old));
    let is_compared = added.len().max(old.len()) <= COMPARED;
    if is_compared {
        added.retain(|one| !old.iter().any(|old| covers(key, old, one)));
    }
    let added = added.into_iter().map(|one| {
        let is_wider = |old: &Part| covers(key, &one, old);
        let is_changed = is_compared && !gone.is_empty() && !gone.iter().any(is_wider);
        let (key, part) = (key.name, one.text);
        let what = if is_changed {
            What::PartChanged { key, part }
        } else {
            What::Part { key, part }
        };
        Change {
            what,
            origin: one.origin,
        }
    });
    added.collect()
}

/// Returns the parts of a list that are gone, and that nothing which is there covers.
fn lost(key: &Key, old: &[Part], new: &[Part]) -> Vec<Change> {
    let mut lost = only_in(old, new);
    if lost.len().max(new.len()) <= COMPARED {
        lost.retain(|one| !new.iter().any(|new| covers(key, new, one)));
    }
    let lost = lost.into_iter().map(|one| Change {
        origin: gone_from(&one.origin),
        what: What::PartGone {
            key: key.name,
            part: one.text,
        },
    });
    lost.collect()
}

/// Returns where something is gone that stood there.
fn gone_from(origin: &Origin) -> Origin {
    Origin::of(&*origin.file)
}

/// Returns the exceptions that accept something which none did before.
fn of_allows(then: &[Allow], now: &[Allow]) -> Vec<Change> {
    let only_in = |list: &[Allow], other: &[Allow]| -> Vec<Allow> {
        let is_new = |one: &&Allow| !other.iter().any(|old| old.same(one));
        list.iter().filter(is_new).cloned().collect()
    };
    let mut new = only_in(now, then);
    let gone = only_in(then, now);
    let is_compared = new.len().max(then.len()) <= COMPARED;
    // Exceptions may have many patterns.
    let mut left = COMPARED * COMPARED;
    new.retain(|new| !is_compared || !then.iter().any(|old| old.covers(new, &mut left)));
    let changes = new.into_iter().map(|new| {
        let mut is_other =
            |old: &Allow| old.may_cover(&new, &mut left) && !new.covers(old, &mut left);
        let is_changed = is_compared && gone.iter().any(&mut is_other);
        let mut change = Change::of_allow(new.clone());
        if is_changed {
            change.what = What::AllowChanged(new);
        }
        change
    });
    changes.collect()
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
            Some((new, origin)) if !finds_as_much(old, new, &now.allows) => changes.push(Change {
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
        if tier == Some(Tier::Warn) || is_allowed(&new.id, &now.allows) {
            changes.push(Change {
                what: What::RuleWarns(new.id.clone()),
                origin: origin.clone(),
            });
        }
    }
    changes
}

/// Tells whether an exception names a rule.
fn is_allowed(id: &str, allows: &[Allow]) -> bool {
    let mut rules = allows.iter().flat_map(|allow| &allow.rules);
    rules.any(|rule| names(rule, id))
}

/// Tells whether a rule finds and stops whatever it did, whatever it says of it; no where that is not sure.
fn finds_as_much(old: &Spec, new: &Spec, allows: &[Allow]) -> bool {
    // What it finds besides, others do not find any more.
    let may_find_more = new.tier == Tier::Block && !is_allowed(&new.id, allows);
    let has_all = old.paths.iter().all(|path| new.paths.contains(path));
    let has_paths = !old.paths.is_empty() && (new.paths.is_empty() || has_all);
    let entropy = old
        .entropy
        .is_some_and(|old| new.entropy.is_none_or(|new| new <= old));
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
    if told == *old {
        return true;
    }
    let widened = Spec {
        paths: if has_paths { &old.paths } else { &told.paths }.clone(),
        entropy: if entropy { old.entropy } else { told.entropy },
        tier: old.tier,
        ..told
    };
    may_find_more && widened == *old
}

#[cfg(test)]
mod tests {
    use super::super::file::File;
    use super::*;

    /// Returns what a file lets through that it did not when it was another one.
    fn between_texts(then: &str, now: &str) -> Vec<Change> {
        let settings = |text: &str| {
            let file = File::parse(text.as_bytes(), "f").expect("it is right");
            let mut settings = Settings::default();
            settings.stack(file, &super::super::Locks::default());
            settings
        };
        between(&settings(then), &settings(now))
    }

    /// Returns what is said of it.
    fn changes(then: &str, now: &str) -> Vec<String> {
        let changes = between_texts(then, now);
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
    fn what_is_narrower_lets_nothing_more_through() {
        let allow = |more: &str| format!("[[allow]]\nreason = 'r'\n{more}");
        let rule = |more: &str| {
            format!(
                "[[rule]]\nid = 'a-b'\ntitle = 'A'\nregex = 'abc[0-9]+'\nkeywords = ['abc']\n{more}"
            )
        };
        // Nothing is said, or that it may let more through, or that it does.
        for (then, now, said) in [
            (
                "exclude = 'vendor/'".to_owned(),
                "exclude = 'vendor/js/'".to_owned(),
                "",
            ),
            (
                "exclude = '**'".to_owned(),
                "exclude = ['a', '*.js']".to_owned(),
                "",
            ),
            (
                "exclude = 'vendor/*.js'".to_owned(),
                "exclude = 'vendor/*.min.js'".to_owned(),
                "may",
            ),
            (
                "exclude = 'vendor/js'".to_owned(),
                "exclude = 'vendor'".to_owned(),
                "does",
            ),
            (
                "exclude = 'a'".to_owned(),
                "exclude = ['a', 'b']".to_owned(),
                "does",
            ),
            (
                "disable = 'hex-*'".to_owned(),
                "disable = 'hex-personal-token'".to_owned(),
                "",
            ),
            (
                "disable = 'curl-auth-*'".to_owned(),
                "disable = 'curl-auth-header'".to_owned(),
                "may",
            ),
            (
                "only = 'hex-personal-token'".to_owned(),
                "only = 'hex-*'".to_owned(),
                "",
            ),
            (
                "only = 'hex-*'".to_owned(),
                "only = 'hex-personal-token'".to_owned(),
                "does",
            ),
            (allow("path = 'tests/**'"), allow("path = 'tests/a.py'"), ""),
            (
                allow("path = 'tests/**'"),
                allow("path = 'tests/**'\nuntil = '2099-01-01'"),
                "",
            ),
            (
                allow("path = 'a'\nuntil = '2099-01-01'"),
                allow("path = 'a'\nuntil = '2098-01-01'"),
                "",
            ),
            (
                allow("path = 'a'\nuntil = '2099-01-01'"),
                allow("path = 'a'"),
                "does",
            ),
            (allow("path = 'a'"), allow("path = 'a'\nrule = 'jwt'"), ""),
            (allow("rule = 'jwt'"), allow("path = 'a'"), "does"),
            (allow("value = 'x.*'"), allow("value = 'xy.*'"), "may"),
            (allow("value = 'x.*'"), allow("path = 'a'"), "does"),
            (rule("entropy = 4.0"), rule(""), ""),
            (rule("entropy = 3.0"), rule("entropy = 4.0"), "may"),
            (rule("paths = ['a']"), rule("paths = ['a', 'b']"), ""),
            (rule("tier = 'warn'"), rule(""), ""),
            (rule(""), rule("tier = 'warn'"), "may"),
            (rule(""), rule("").replace('+', "*"), "may"),
        ] {
            let changes = between_texts(&then, &now);
            let found = match changes.first() {
                None => "",
                Some(change) if change.is_unsure() => "may",
                Some(_) => "does",
            };
            assert_eq!(found, said, "{then} -> {now}: {changes:?}");
        }
    }

    #[test]
    fn long_lists_of_an_exception_are_compared_by_what_is_equal() {
        let allow = |folder: &str, numbers: &mut dyn Iterator<Item = usize>| {
            let paths = numbers.map(|n| format!("'{folder}/{n}.py', "));
            let paths: String = paths.collect();
            format!("[[allow]]\nreason = 'r'\npath = ['{folder}/**', {paths}]\n")
        };
        let (then, looser) = (allow("a", &mut (0..1000)), ["f:1: allow (r)"]);
        assert_eq!(changes(&then, &allow("a", &mut (0..1000).rev())), [""; 0]);
        assert_eq!(changes(&then, &allow("a", &mut (1..1000))), [""; 0]);
        assert_eq!(changes(&then, &allow("a", &mut (0..1001))), [""; 0]);
        // Where each must be compared with each, what is new counts as such.
        assert_eq!(changes(&then, &allow("a/b", &mut (0..5))), [""; 0]);
        assert_eq!(changes(&then, &allow("a/b", &mut (0..1000))), looser);
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
