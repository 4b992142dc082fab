//! Tokens of Hex that no pattern tells alone: by the name before them, or beside a mention of Hex.

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::RuleSet;

use crate::support::hex;

/// Returns the rules of Hex that find something in a text.
fn rules_of(path: &str, text: &str) -> Vec<&'static str> {
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
        .iter()
        .map(|finding| finding.rule.id)
        .filter(|id| id.starts_with("hex-"))
        .collect()
}

#[test]
fn names_of_hex_tokens_begin_at_a_word_and_end_with_it() {
    let lines = |key: &str| {
        let value = hex(40, 7);
        [
            ("a.env", format!("{key}={value}\n")),
            ("a.py", format!("{key} = \"{value}\"\n")),
            ("a.yml", format!("{key}: {value}\n")),
        ]
    };
    for key in [
        "HEX_API_TOKEN",
        "hexToken",
        "prodHexToken",
        "hex.api.token",
        "HEXTOKEN",
        "X_HEX_PAT_STAGING2",
        "hex-tech-workspace-secret",
        "HEX_CLI_LOGIN_TOKEN",
    ] {
        for (path, text) in lines(key) {
            assert_eq!(rules_of(path, &text), ["hex-token-assignment"], "{text}");
        }
    }
    for key in [
        "CROSSCHEX_API_KEY",
        "hexTokenExpirationInMinutes",
        "HEX_TOKEN_PATTERN",
        "generateHexToken2Bytes",
        "hex",
        "hexagon_token",
    ] {
        for (path, text) in lines(key) {
            assert!(rules_of(path, &text).is_empty(), "{text}");
        }
    }
}

#[test]
fn bare_digits_count_beside_a_mention_of_hex_only() {
    let digits = hex(96, 7);
    for text in [
        format!("HEX_API_TOKEN=x\n\n\n{digits}\n"),
        format!("curl https://app.hex.tech/api -H 'Authorization: Bearer {digits}'"),
        format!("{digits} is the old one for hextoolkit"),
        format!("{{\"source\":\"# hex.tech\\n{digits}\\n\"}}"),
    ] {
        assert_eq!(rules_of("notes.md", &text), ["hex-legacy-token"], "{text}");
    }
    for text in [
        format!("HEX_API_TOKEN=x\n\n\n\n\n{digits}\n"),
        format!("\"PCR0\": \"{digits}\""),
        format!("hex.tech sha384: {digits}"),
        format!("hex.tech {digits}0"),
        format!("hex.tech {}", "0".repeat(96)),
        format!("hexdump {digits}"),
    ] {
        assert!(rules_of("notes.md", &text).is_empty(), "{text}");
    }
}

#[test]
fn the_notebook_export_of_hex_is_looked_through() {
    let text = format!(
        r#"{{"source":"hex_api_key = _hex_json.loads(\"\\\"{}\\\"\")"}}"#,
        hex(40, 7)
    );
    assert_eq!(rules_of("notes.md", &text), ["hex-token-assignment"]);
}
