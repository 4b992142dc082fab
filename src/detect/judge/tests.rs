//! What the judge says of single lines.

use super::*;

/// Returns the tier of the first secret found in a file of this name, `None` when there is none.
fn tier(path: &str, text: &str) -> Option<Tier> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    let mut best = None;
    for at in 0..text.len() {
        for kind in [Kind::Password, Kind::Key, Kind::Token, Kind::Secret] {
            if let Some(found) = find(&fragment, at, kind) {
                best = best.max(found.tier);
            }
        }
    }
    best
}

/// Returns a line that assigns a word to a key, put together here so that no password stands in the project.
fn word(key: &str, first: &str, second: &str) -> String {
    format!("{key} = \"{first}{second}\"")
}

#[test]
fn passwords_of_people_count() {
    assert_eq!(
        tier("a.py", &word("password", "Bluefish", "-42!")),
        Some(Tier::Block)
    );
    assert_eq!(
        tier("a.py", &word("password", "blue", "fish")),
        Some(Tier::Warn)
    );
    assert_eq!(
        tier("test_a.py", &word("password", "Bluefish", "-42!")),
        Some(Tier::Warn)
    );
    assert_eq!(tier("a.yml", "password: gitte&hans7"), Some(Tier::Block));
}

#[test]
fn what_only_looks_like_one_does_not() {
    for text in [
        "password = \"required\"",
        "password_hint = \"Bluefish-42!\"",
        "password = get(\"a1b2c3d4e5\")",
        "password: \"Password\"",
    ] {
        assert_eq!(tier("a.py", text), None, "{text}");
    }
}

#[test]
fn what_is_explained_is_found() {
    let rules = crate::rule::RuleSet::builtin();
    // Nobody's word, and drawn by nobody: assembled here.
    let value = ["k7Jd82hF", "q0ZpLm4X", "vT7bRw1c"].concat();
    let mut missed = Vec::new();
    for key in key::vocabulary() {
        for line in [
            format!("{key} = \"{value}\""),
            format!("\"{key}\": \"{value}\""),
        ] {
            let fragment = Fragment::content(b"a.py", line.as_bytes());
            let explained = explain(&fragment, 1)
                .iter()
                .any(|explanation| explanation.tier.is_some());
            let found = !crate::detect::detect(&fragment, &rules).is_empty();
            if explained && !found {
                missed.push(line);
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn an_explanation_adds_up_and_shows_no_secret() {
    let text = format!("x = 1\n{}\n", word("password", "Bluefish", "-42!"));
    let fragment = Fragment::content(b"a.py", text.as_bytes());
    let explained = explain(&fragment, 2);
    assert_eq!(explained.len(), 1);
    let only = &explained[0];
    assert_eq!(
        only.features.iter().map(|(_, points)| points).sum::<i32>(),
        only.score
    );
    assert_eq!(
        (only.key.as_str(), only.masked.as_str()),
        ("password", "****")
    );
    assert!(explain(&fragment, 1).is_empty());
    assert!(explain(&fragment, 9).is_empty());
}

#[test]
fn the_weights_stand_in_the_order_of_the_features() {
    for (i, weight) in WEIGHTS.iter().enumerate() {
        assert_eq!(weight.feature as usize, i);
    }
}
