//! JSON web tokens: header, payload and signature say whether a token is a credential, worth a warning, or nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::{RuleSet, Tier};
use sha2::{Digest as _, Sha256};

use crate::support::template::fill;

const HS: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Returns what is found in a text: tier, secret, reason.
fn found(text: &str) -> Vec<(Tier, String, String)> {
    let fragment = Fragment::content(b"a", text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
        .into_iter()
        .map(|one| {
            assert_eq!(one.rule.id, "jwt", "{text}");
            let secret = String::from_utf8(one.secret.expose().to_vec()).unwrap();
            (one.tier, secret, one.reason)
        })
        .collect()
}

/// Returns header and payload of a token, as they are signed.
fn signed(header: &str, payload: &str) -> String {
    [header, payload]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".")
}

/// Returns a token with a signature that nobody published.
fn token(header: &str, payload: &str) -> String {
    let signature = URL_SAFE_NO_PAD.encode(fill("{{alnum:32}}", 4));
    format!("{}.{signature}", signed(header, payload))
}

/// Returns the tier and reason of a token, which must be found whole if it is.
fn worth(header: &str, payload: &str) -> Option<(Tier, String)> {
    let token = token(header, payload);
    let mut all = found(&token);
    assert!(all.len() <= 1, "{payload}: {all:?}");
    all.pop().map(|(tier, secret, reason)| {
        assert_eq!(secret, token, "{payload}");
        (tier, reason)
    })
}

#[test]
fn header_and_payload_decide_what_a_token_is_worth() {
    // The first holds until 2100; the second has ended.
    const HOLDS: &str = r#""exp":4102444800"#;
    const ENDED: &str = r#""exp":1700000000"#;
    let credential = Some((Tier::Block, "JSON Web Token".to_owned()));
    let warns = |payload: &str| matches!(worth(HS, payload), Some((Tier::Warn, _)));
    assert_eq!(worth(HS, &format!(r#"{{"sub":"42",{HOLDS}}}"#)), credential);
    assert_eq!(worth(r#"{"alg":"none"}"#, r#"{"sub":"42"}"#), None);
    assert_eq!(worth(r#"{"typ":"JWT"}"#, r#"{"sub":"42"}"#), None);
    assert_eq!(worth(HS, "[1]"), None);
    assert_eq!(worth(HS, r#"{"sub":"42","exp":1e400}"#), None);
    assert!(warns(r#"{"sub":"1234567890","name":"John Doe"}"#));
    assert!(warns(&format!(r#"{{"sub":"42",{ENDED}}}"#)));
    assert_eq!(
        worth(
            HS,
            r#"{"sub":"1234567890","name":"John Doe","role":"admin"}"#
        ),
        credential
    );
    let role = |role: &str| format!(r#"{{"iss":"supabase","role":"{role}",{HOLDS}}}"#);
    assert_eq!(worth(HS, &role("anon")), None);
    let service = worth(HS, &role("service_role"));
    assert!(
        matches!(&service, Some((Tier::Block, reason)) if reason.contains("Supabase")),
        "{service:?}"
    );
}

#[test]
fn published_samples_are_nothing() {
    let sample = |key: &str| {
        let signed = signed(
            HS,
            r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#,
        );
        let sum = hmac_sha256(key.as_bytes(), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(sum))
    };
    let published = sample("your-256-bit-secret");
    assert!(published.ends_with("w5c"), "{published}");
    assert_eq!(found(&published), []);
    let all = found(&sample(&fill("{{alnum:24}}", 1)));
    assert!(matches!(all[..], [(Tier::Warn, ..)]), "{all:?}");
}

/// Returns the HMAC of a text; the key is no longer than a block.
fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |byte: u8| -> Vec<u8> {
        let padded = key.iter().copied().chain(std::iter::repeat(0)).take(64);
        padded.map(|b| b ^ byte).collect()
    };
    let inner = Sha256::new_with_prefix(pad(0x36)).chain_update(text);
    let outer = Sha256::new_with_prefix(pad(0x5C)).chain_update(inner.finalize());
    outer.finalize().to_vec()
}

#[test]
fn cut_and_encrypted_tokens_are_nothing() {
    let whole = token(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#);
    assert!(matches!(found(&whole)[..], [(Tier::Block, ..)]));
    for end in 0..whole.len() - 30 {
        assert_eq!(found(&whole[..end]), [], "{end}");
    }
    assert_eq!(found(&format!("{whole}.AAAA.BBBB")), []);
}

#[test]
fn a_token_is_found_where_it_begins_only() {
    let whole = token(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#);
    for text in [
        whole.clone(),
        format!("\"a\\n{whole}...\""),
        format!("Bearer%20{whole}&"),
    ] {
        let all = found(&text);
        assert!(
            matches!(&all[..], [(Tier::Block, secret, _)] if *secret == whole),
            "{text}: {all:?}"
        );
    }
    assert_eq!(found(&format!("x{whole}")), []);
    assert_eq!(found(&format!("x.{whole}")), []);
}
