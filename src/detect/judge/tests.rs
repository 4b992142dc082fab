//! That an explanation adds up, and that the table of weights is in order.

use super::*;

/// Returns a line that assigns a word to a key, put together here so that no password stands in the project.
fn word(key: &str, first: &str, second: &str) -> String {
    format!("{key} = \"{first}{second}\"")
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
