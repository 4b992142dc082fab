//! JSON Web Tokens: what header and payload say about whether a token is a credential.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::fragment::Fragment;
use crate::rule::{Basis, Found, Tier};

/// No part of a token in use is longer; what is, is not decoded.
const LONGEST: usize = 64 << 10;
/// A shorter third part is no signature: the least, HMAC-SHA256, takes 43 characters.
const SIGNATURE: usize = 20;

/// What a token is worth to who finds it.
#[derive(Debug, PartialEq, Eq)]
enum Worth {
    /// Not a token, or one that is public by design.
    Nothing,
    /// A credential that is no longer accepted, or a statement rather than a credential.
    Little(&'static str),
    /// A credential; what kind, when the issuer is known.
    Credential(&'static str),
}

/// Finds a token that begins at the keyword.
pub fn jwt(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    if !text[at..].starts_with(b"eyJ") || !begins_word(text, at) {
        return None;
    }
    let len = text[at..]
        .iter()
        .take(3 * LONGEST)
        .take_while(|&&b| is_base64url(b) || b == b'.')
        .count();
    // A full stop or an ellipsis behind the token is not part of it.
    let mut end = at + len;
    while text[..end].ends_with(b".") {
        end -= 1;
    }
    let (tier, reason) = match worth(&text[at..end], now()) {
        Worth::Nothing => return None,
        Worth::Little(reason) => (Some(Tier::Warn), reason),
        Worth::Credential(reason) => (None, reason),
    };
    Some(Found {
        basis: Basis::Format,
        start: at,
        end,
        tier,
        reason: reason.to_owned(),
    })
}

/// Accepts tokens whose header and payload decode to JSON objects, and that are credentials still.
pub fn check(secret: &[u8]) -> bool {
    matches!(worth(secret, now()), Worth::Credential(_))
}

/// Tells whether header and payload decode to JSON objects, whatever the token is worth.
pub(crate) fn is_token(text: &[u8]) -> bool {
    let mut parts = text.splitn(3, |&b| b == b'.');
    parts.next().is_some_and(|part| object(part).is_some())
        && parts.next().is_some_and(|part| object(part).is_some())
}

fn worth(token: &[u8], now: f64) -> Worth {
    let parts: Vec<&[u8]> = token.splitn(4, |&b| b == b'.').collect();
    let [header, payload, signature] = parts[..] else {
        // Five parts are encrypted (JWE); fewer are cut off.
        return Worth::Nothing;
    };
    let (Some(header), Some(payload)) = (object(header), object(payload)) else {
        return Worth::Nothing;
    };
    let alg = header["alg"].as_str().unwrap_or("none");
    if alg.eq_ignore_ascii_case("none") || signature.len() < SIGNATURE {
        return Worth::Nothing;
    }
    if is_sample(&payload) {
        return Worth::Nothing;
    }
    let issuer = payload["iss"].as_str().unwrap_or_default();
    let role = payload["role"].as_str().unwrap_or_default();
    if issuer == "supabase-demo" || role == "anon" || role == "publishable" {
        return Worth::Nothing;
    }
    // A day of grace for clocks and renewals.
    if payload["exp"]
        .as_f64()
        .is_some_and(|exp| exp + 86_400.0 < now)
    {
        return Worth::Little("a token that has expired");
    }
    if header.get("x5c").is_some() {
        return Worth::Little("a statement signed with a certificate");
    }
    Worth::Credential(if role == "service_role" {
        "a Supabase service role key, which passes by every row's access rules"
    } else if issuer.contains("kubernetes") || payload.get("kubernetes.io").is_some() {
        "a Kubernetes service account token"
    } else if issuer.starts_with("https://sts.windows.net/")
        || issuer.starts_with("https://login.microsoftonline.com/")
    {
        "a token issued by Microsoft Entra"
    } else if issuer.contains(".auth0.com") {
        "a token issued by Auth0"
    } else if issuer.contains(".okta.com") {
        "a token issued by Okta"
    } else if issuer.starts_with("https://cognito-idp.") {
        "a token issued by AWS Cognito"
    } else if issuer.contains("hex.tech") {
        "a token issued by Hex"
    } else {
        ""
    })
}

/// Tells whether a payload is one of the samples of jwt.io and of RFC 7519.
fn is_sample(payload: &Value) -> bool {
    let is = |key: &str, value: &str| payload[key].as_str() == Some(value);
    is("sub", "1234567890") && (is("name", "John Doe") || payload.get("exp").is_none())
        || payload.get("http://example.com/is_root").is_some()
}

/// Decodes one part of a token, which must be a JSON object.
fn object(part: &[u8]) -> Option<Value> {
    if part.len() > LONGEST {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok().filter(Value::is_object)
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Tells whether no word reaches across `at` from the left; the letter of an escape (`\n`, `%20`) is not a word.
fn begins_word(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [] | [.., b'\\', b'n' | b't' | b'r'] | [.., b'%', _, _] => true,
        [.., last] => !is_base64url(last) && last != b'.',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_800_000_000.0;

    fn signed(header: &str, payload: &str) -> String {
        let signature = "Zx8Kq2Lm4Rt6Vw0Yb1Nd3Pf5Hj7Gc9aTe8Ui6Oo4Pp2S";
        format!(
            "{}.{}.{signature}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload)
        )
    }

    fn of(header: &str, payload: &str) -> Worth {
        worth(signed(header, payload).as_bytes(), NOW)
    }

    #[test]
    fn header_and_payload_decide_what_a_token_is_worth() {
        const HS: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
        assert_eq!(
            of(HS, r#"{"sub":"42","exp":1900000000}"#),
            Worth::Credential("")
        );
        assert_eq!(of(r#"{"alg":"none"}"#, r#"{"sub":"42"}"#), Worth::Nothing);
        assert_eq!(of(r#"{"typ":"JWT"}"#, r#"{"sub":"42"}"#), Worth::Nothing);
        assert_eq!(of(HS, "[1]"), Worth::Nothing);
        assert_eq!(
            of(HS, r#"{"sub":"1234567890","name":"John Doe"}"#),
            Worth::Nothing
        );
        assert_eq!(
            of(HS, r#"{"iss":"supabase","role":"anon","exp":1900000000}"#),
            Worth::Nothing
        );
        assert!(
            matches!(of(HS, r#"{"iss":"supabase","role":"service_role","exp":1900000000}"#), Worth::Credential(why) if why.contains("Supabase"))
        );
        assert!(matches!(
            of(HS, r#"{"sub":"42","exp":1700000000}"#),
            Worth::Little(_)
        ));
        assert!(matches!(
            of(HS, r#"{"sub":"42","exp":1e400}"#),
            Worth::Nothing
        ));
    }

    #[test]
    fn cut_and_encrypted_tokens_are_nothing() {
        let whole = signed(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#);
        assert!(matches!(worth(whole.as_bytes(), NOW), Worth::Credential(_)));
        for end in 0..whole.len() - 30 {
            assert_eq!(worth(&whole.as_bytes()[..end], NOW), Worth::Nothing);
        }
        let five = format!("{whole}.AAAA.BBBB");
        assert_eq!(worth(five.as_bytes(), NOW), Worth::Nothing);
    }

    #[test]
    fn a_token_is_found_where_it_begins_only() {
        let whole = signed(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#);
        let found = |text: &str| {
            let at = text.find("eyJ").expect("the token is there");
            jwt(&Fragment::content(b"a", text.as_bytes()), at).map(|found| found.end - found.start)
        };
        assert_eq!(found(&whole), Some(whole.len()));
        assert_eq!(found(&format!("\"a\\n{whole}...\"")), Some(whole.len()));
        assert_eq!(found(&format!("Bearer%20{whole}&")), Some(whole.len()));
        assert_eq!(found(&format!("x{whole}")), None);
        assert_eq!(found(&format!("x.{whole}")), None);
    }
}
