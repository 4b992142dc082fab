//! What a commit adds to the configuration that lets more through.

use std::borrow::Cow;

use super::file::File;
use super::key::Kind;
use super::{Value, default, kind};
use crate::quote::quoted;
use crate::rule::{RULES, Tier};
use crate::suppress::allowlist::{Allow, SameCommit};
use crate::suppress::names;

/// What a commit adds to the configuration that lets more through.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Exceptions.
    pub allows: Vec<Allow>,
    /// Excluded paths, switched-off rules, lowered tiers, in words with their places.
    pub others: Vec<String>,
    /// Whether these hold for the commit itself.
    pub policy: SameCommit,
}

/// Returns what the new file, called `name`, lets through that the old one did not.
pub(super) fn added(now: &File, then: &File, name: &str) -> Added {
    let policy = match &*last(then, "same-commit-allow") {
        "\"block\"" => SameCommit::Block,
        _ => SameCommit::Warn,
    };
    let allows = now
        .allows
        .iter()
        .filter(|allow| !then.allows.iter().any(|old| old.same(allow)))
        .cloned()
        .collect();
    let mut others = Vec::new();
    for given in &now.given {
        match &given.value {
            Value::List(list)
                if matches!(
                    given.key,
                    "allow-unscanned" | "exclude" | "disable" | "only"
                ) =>
            {
                let had = |item: &String| {
                    then.given.iter().any(|old| {
                        old.key == given.key
                            && matches!(&old.value, Value::List(list) if list.contains(item))
                    })
                };
                let new = list.iter().filter(|item| !had(item));
                others.extend(new.map(|item| loosened(&given.origin, given.key, item)));
            }
            _ => {}
        }
    }
    for (key, loose) in LOOSENING {
        let (new, old) = (last(now, key), last(then, key));
        if new != old && loosens(key, *loose, &new, &old) {
            let place = now.given.iter().rev().find(|given| given.key == *key);
            let place = place.map_or(name, |given| &given.origin);
            others.push(loosened(place, key, new.trim_matches('"')));
        }
    }
    for (rule, tier, origin) in &now.tiers {
        if *tier != Some(Tier::Block) && !then.tiers.iter().any(|(r, t, _)| r == rule && t == tier)
        {
            let tier = tier.map_or("off", |_| "warn");
            others.push(format!("{origin}: tier {} = {tier}", shown(rule)));
        }
    }
    for (rule, _) in &then.rules {
        if !now.rules.iter().any(|(new, _)| new.id == rule.id) {
            others.push(format!("{name}: rule `{}` is gone", rule.id));
        }
    }
    Added {
        allows,
        others,
        policy,
    }
}

/// Settings of one value that let more through: with any other value, or with this one. Of a choice, the words stand
/// from strict to lax: what stands further behind lets more through.
pub(super) const LOOSENING: &[(&str, Option<&str>)] = &[
    ("exit-code", None),
    ("exports", None),
    ("inline-allow", Some("true")),
    ("max-decode-depth", None),
    ("strict", Some("false")),
];

/// Tells whether a setting that was `old` and is `new` lets more through.
fn loosens(key: &str, loose: Option<&str>, new: &str, old: &str) -> bool {
    let rank = |value: &str| match kind(key) {
        Some(Kind::Choice(words)) => words
            .iter()
            .position(|word| *word == value.trim_matches('"')),
        _ => None,
    };
    loose.map_or(rank(new) >= rank(old), |loose| new == loose)
}

/// Returns the last value that a file gives a setting, or its default, as it is written.
fn last<'f>(file: &'f File, key: &str) -> Cow<'f, str> {
    let given = file.given.iter().rev().find(|given| given.key == key);
    given.map_or(Cow::Borrowed(default(key)), |given| {
        Cow::Owned(given.value.to_string())
    })
}

pub(super) fn loosened(origin: &str, key: &str, item: &str) -> String {
    format!("{origin}: {key} {}", shown(item))
}

/// Returns the name of a rule, or another item of a list, as it may be shown.
fn shown(item: &str) -> String {
    if RULES.ids().any(|id| names(item, id)) {
        format!("`{item}`")
    } else {
        quoted(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stricter_choice_lets_nothing_more_through() {
        let file = |text: &str| File::parse(text.as_bytes(), "f").expect("it is right");
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
        ] {
            let others = added(&file(now), &file(then), "f").others;
            assert_eq!(!others.is_empty(), looser, "{then} -> {now}: {others:?}");
        }
    }
}
