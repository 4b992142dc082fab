//! What the judge says of single lines.

use super::*;

/// Returns the tier of the surest secret in a file of this name, `None` when there is none.
fn tier(path: &str, text: &str) -> Option<Tier> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    let explained = explain_all(&fragment).into_iter();
    explained.filter_map(|(_, one)| one.tier).max()
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
fn an_explanation_adds_up_and_shows_no_secret() {
    let text = format!("x = 1\n{}\n", word("password", "Bluefish", "-42!"));
    let fragment = Fragment::content(b"a.py", text.as_bytes());
    let explained = explain_all(&fragment);
    assert_eq!(explained.len(), 1);
    let (line, only) = &explained[0];
    assert_eq!(*line, 2);
    assert_eq!(
        only.features.iter().map(|(_, points)| points).sum::<i32>(),
        only.score
    );
    assert_eq!(
        (only.name.as_str(), only.masked.as_str()),
        ("password", "****")
    );
}

#[test]
fn the_weights_stand_in_the_order_of_the_features() {
    for (i, weight) in WEIGHTS.iter().enumerate() {
        assert_eq!(weight.feature as usize, i);
    }
}
