//! Checksums: which tokens carry theirs, and what is said of those that do not: name and place decide, else they warn.

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};

use crate::support::custom_rule;
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

/// Tells whether a check, by the name that a rule gives, accepts a secret.
fn accepts(check: &str, secret: &str) -> bool {
    let rule = custom_rule(&format!(
        "id = 'a'\ntitle = 'a'\nregex = 'mark_[a-z]{{20}}'\nkeywords = ['mark_']\ncheck = ['{check}']"
    ));
    rule.check[0](secret.as_bytes())
}

/// Returns the text with another letter at an offset.
fn changed(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn tokens_with_their_own_sum_pass_and_others_do_not() {
    // Each with the length of the mark that its sum does not cover. The seeds are many enough that some sums begin with
    // one zero or more.
    for (check, template, mark) in [
        ("github-crc32", "{{gh62:ghp_:30}}", 4),
        ("github-crc32", "{{gh62:npm_:30}}", 4),
        ("gitlab-crc32", "{{gl36:glpat-:27}}", 0),
        ("atlassian-crc32", "{{atl8:ATATT3xFfGF0{{b64u:170}}=:0}}", 0),
        ("grafana-crc32", "{{glsa:glsa_:32}}", 0),
        ("confluent-crc32", "{{cflt:cflt:54}}", 4),
    ] {
        for seed in 0..400 {
            let token = fill(template, seed);
            assert!(accepts(check, &token), "{token}");
        }
        let token = fill(template, 1);
        for at in mark..token.len() {
            assert!(!accepts(check, &changed(&token, at)), "{at}: {token}");
            assert!(!accepts(check, &token[..at]), "{at} bytes of {token}");
        }
    }
    let padded = (0..400).filter(|seed| {
        let token = fill("{{gh62:ghp_:30}}", *seed);
        token[token.len() - 6..].starts_with("00")
    });
    assert!(padded.count() > 0);
    let padded = (0..400).filter(|seed| {
        let token = fill("{{gl36:glpat-:27}}", *seed);
        token[token.len() - 7..].starts_with("00")
    });
    assert!(padded.count() > 0);
}

/// Services of Microsoft: the rule of their keys, the signature in them, their length in bytes, and the seeds with which
/// the service signs.
const AZURE: [(&str, &str, usize, &[&str]); 14] = [
    ("azure-storage-account-key", "+ASt", 64, &["Default0"]),
    ("azure-batch-key", "+ABa", 64, &["AbAcct00"]),
    ("azure-ml-classic-key", "+AMC", 64, &["Classic0"]),
    ("azure-acr-password", "+ACR", 39, &["ACRDflt0"]),
    // No rule looks for keys of this service.
    ("", "+SQL", 0, &["UsrPwd00"]),
    (
        "azure-cosmosdb-key",
        "ACDb",
        64,
        &[
            "MastRW00", "MastRO00", "SystRW00", "SystRO00", "SysAll00", "Resour00", "Encryp00",
        ],
    ),
    (
        "azure-apim-key",
        "APIM",
        64,
        &["IoTHub00", "Tenant00", "Gatewy00", "GitKey00"],
    ),
    (
        "azure-functions-key",
        "AzFu",
        40,
        &["Functi00", "Master00", "System00"],
    ),
    ("azure-search-key", "AzSe", 39, &["Query000", "PAdmin00"]),
    ("azure-service-bus-key", "+ASb", 32, MESSAGING),
    ("azure-event-hub-key", "+AEh", 32, MESSAGING),
    ("azure-relay-key", "+ARm", 32, MESSAGING),
    (
        "azure-iot-key",
        "AIoT",
        32,
        &["IoTHub00", "DpsKey00", "Device00"],
    ),
    ("azure-redis-key", "AzCa", 32, &["Access00"]),
];

const MESSAGING: &[&str] = &["Manage00", "Send0000", "Listen00", "System00", "Unknown0"];

#[test]
fn keys_of_azure_are_accepted_with_every_seed_of_their_service_only() {
    for (rule, signature, own, seeds) in AZURE {
        for length in [32, 39, 41, 64] {
            for seed in seeds {
                let key = fill(&format!("{{{{azkey:{signature}/{seed}:{length}}}}}"), 5);
                let bare = key.trim_end_matches('=');
                assert!(accepts("azure-key", bare), "{key}");
                assert!(accepts("azure-key", &format!("{bare}==")), "{key}");
                assert!(!accepts("azure-key", &changed(bare, 3)), "{key}");
            }
            let foreign = fill(&format!("{{{{azkey:{signature}/Foreign0:{length}}}}}"), 5);
            assert!(!accepts("azure-key", &foreign), "{foreign}");
        }
        if rule.is_empty() {
            continue;
        }
        for seed in seeds.iter().chain(&["Foreign0"]) {
            let key = fill(&format!("{{{{azkey:{signature}/{seed}:{own}}}}}"), 5);
            let tier = if *seed == "Foreign0" {
                Tier::Warn
            } else {
                Tier::Block
            };
            let all = found("deploy/.env", &format!("VALUE={key}\n"));
            assert!(
                matches!(all[..], [(id, found, _)] if (id, found) == (rule, tier)),
                "{key}: {all:?}"
            );
        }
    }
    assert!(!accepts("azure-key", "+ASt"));
}

#[test]
fn annotated_keys_end_in_three_bytes_of_their_hash() {
    let key = fill("{{cask:9AL{{alnum:12}}AAAAAZDO:80}}", 2);
    assert_eq!(key.len(), 84);
    assert!(accepts("azure-cask", &key));
    assert!(!accepts("azure-cask", &changed(&key, 80)));
}

#[test]
fn entra_secrets_end_in_three_digits_of_their_hash() {
    let check = "azure-entra";
    // The published sample of the format.
    let sample = format!("zzz8Q~{}bl", "z".repeat(31));
    assert!(accepts(check, &format!("{sample}P")));
    assert!(!accepts(check, &format!("{sample}Q")));
    assert!(accepts(check, &format!("zzz7Q~Z{}", "z".repeat(30))));
    assert!(!accepts(check, &format!("zzz7Q~{}", "z".repeat(31))));
    assert!(!accepts(check, "zzz8Q~"));
}

#[test]
fn devops_tokens_carry_their_sum_scattered() {
    let check = "azure-devops";
    let token = fill("{{ado:USER:32}}", 3);
    assert_eq!(token.len(), 52);
    assert!(accepts(check, &token));
    for at in 0..51 {
        assert!(!accepts(check, &changed(&token, at)), "character {at}");
    }
}

/// Public values: none of these texts is a secret, but their checksums are made in the same way.
#[test]
fn checksums_of_published_texts_fit_until_two_letters_change_places() {
    for (check, text, mark) in [
        (
            "bech32",
            "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
            4,
        ),
        ("base58check", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 1),
        (
            "nkey",
            "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ",
            0,
        ),
    ] {
        assert!(accepts(check, text), "{text}");
        for at in mark..text.len() - 1 {
            let mut other = text.as_bytes().to_vec();
            other.swap(at, at + 1);
            let other = String::from_utf8(other).unwrap();
            assert_eq!(accepts(check, &other), other == text, "{at} of {text}");
        }
        assert!(!accepts(check, &text[..text.len() - 1]));
        assert!(!accepts(check, ""));
        if mark == 4 {
            assert!(accepts(check, &text.to_uppercase()));
        }
    }
    assert!(!accepts("base58check", &"z".repeat(100_000)));
}

#[test]
fn articles_are_those_that_people_say() {
    for (title, expected) in [
        ("Entra client secret", "an"),
        ("npm access token", "an"),
        ("GitHub app token", "a"),
        ("NATS seed", "a"),
        ("Azure key", "an"),
        ("PKCS file", "a"),
        ("X key", "an"),
        ("", "a"),
    ] {
        let mut rules = RuleSet::builtin();
        rules.add(vec![custom_rule(&format!(
            "id = 'marked'\ntitle = '{title}'\nregex = 'mark_[0-9A-Z]{{30}}'\nkeywords = ['mark_']\ncheck = ['nkey']\n\
             checksum = 'always'"
        ))]);
        let text = fill("VALUE=mark_{{[0-9A-Z]:30}}\n", 1);
        let findings = detect(&Fragment::content(b"a.env", text.as_bytes()), &rules);
        let reasons: Vec<&str> = findings.iter().map(|one| one.reason.as_str()).collect();
        let reason = format!(
            "has the shape of {expected} {title}, but its checksum does not fit: mistyped, shortened or made up"
        );
        assert_eq!(reasons, [reason], "{title}");
    }
}
