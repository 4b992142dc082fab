//! A checksum that does not fit: the value is judged by its name and place, and where neither speaks, it warns.

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};

use crate::support::template::fill;

/// Tokens with a checksum, each with its rule.
const TOKENS: [(&str, &str); 5] = [
    ("{{gh62:ghp_:30}}", "github-pat-classic"),
    ("{{gh62:npm_:30}}", "npm-token"),
    ("{{entra:8Q~:37}}", "azure-entra-client-secret"),
    ("{{cask:9AL{{alnum:12}}AAAAAZDO:80}}", "azure-devops-pat"),
    ("{{azkey:+ASt:64}}", "azure-storage-account-key"),
];

/// Returns a token with its checksum, and one without.
fn tokens(template: &str, seed: u64) -> (String, String) {
    let right = fill(template, seed);
    let mut wrong = right.clone().into_bytes();
    // The first character behind every mark that is not one itself.
    let at = 10;
    wrong[at] = if wrong[at] == b'a' { b'b' } else { b'a' };
    (right, String::from_utf8(wrong).unwrap())
}

/// Returns the findings of a text: rule, tier and reason.
fn found(path: &str, text: &str) -> Vec<(&'static str, Tier, String)> {
    detect(
        &Fragment::content(path.as_bytes(), text.as_bytes()),
        &RuleSet::builtin(),
    )
    .into_iter()
    .map(|finding| (finding.rule.id, finding.tier, finding.reason))
    .collect()
}

#[test]
fn standing_alone_it_warns() {
    for (seed, (template, rule)) in (0..).zip(TOKENS) {
        let (right, wrong) = tokens(template, seed);
        for text in [format!("VALUE={wrong}\n"), format!("{wrong}\n")] {
            let all = found("deploy/.env", &text);
            let [(id, Tier::Warn, reason)] = &all[..] else {
                panic!("{template}: {all:?}")
            };
            assert_eq!(*id, rule);
            assert!(
                reason.starts_with("has the shape of a")
                    && reason.contains(", but its checksum does not fit: mistyped, shortened"),
                "{reason}"
            );
        }
        let all = found("deploy/.env", &format!("VALUE={right}\n"));
        assert!(
            matches!(all[..], [(id, Tier::Block, _)] if id == rule),
            "{template}: {all:?}"
        );
    }
}

#[test]
fn name_and_place_still_speak() {
    for (seed, (template, _)) in (0..).zip(TOKENS) {
        let (_, wrong) = tokens(template, seed);
        for text in [
            format!("API_TOKEN={wrong}\n"),
            format!("client_secret: \"{wrong}\"\n"),
        ] {
            let all = found("deploy/.env", &text);
            assert!(matches!(all[..], [(_, Tier::Block, _)]), "{text}: {all:?}");
        }
        if wrong
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            let all = found(
                "a.py",
                &format!("url = 'https://bob:{wrong}@git.acme.io/a.git'\n"),
            );
            assert!(
                matches!(all[..], [("url-password", Tier::Block, _)]),
                "{all:?}"
            );
        }
    }
    // The shape is told by the key only.
    let (right, wrong) = tokens("{{ado:USER:32}}", 1);
    for (token, tier) in [(right, Tier::Block), (wrong, Tier::Block)] {
        let all = found("deploy/.env", &format!("azure_devops_pat = \"{token}\"\n"));
        assert!(
            matches!(all[..], [(_, found, _)] if found == tier),
            "{all:?}"
        );
    }
}

#[test]
fn in_tests_and_documentation_it_is_silent() {
    for (seed, (template, rule)) in (0..).zip(TOKENS) {
        let (right, wrong) = tokens(template, seed);
        for path in ["tests/data.py", "docs/guide.md", ".env.example"] {
            let all = found(path, &format!("VALUE={wrong}\n"));
            assert_eq!(all, [], "{path}: {template}");
            let all = found(path, &format!("VALUE={right}\n"));
            assert!(
                matches!(all[..], [(id, Tier::Block, _)] if id == rule),
                "{path}: {all:?}"
            );
        }
    }
}

#[test]
fn placeholders_are_none() {
    for (mark, rest) in [
        ("ghp", "x".repeat(36)),
        ("npm", "1234567890abcdefghijklmnopqrstuvwxyz".to_owned()),
        ("ghp", "yourtokenhere".repeat(3)),
    ] {
        let text = format!("VALUE={mark}_{rest}\n");
        assert_eq!(found("deploy/.env", &text), [], "{text}");
    }
}
