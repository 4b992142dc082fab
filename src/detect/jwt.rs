//! JSON Web Tokens: what header and payload say about whether a token is a credential.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::fragment::Fragment;
use crate::lexicon::{JWT_SAMPLE_CLAIM, JWT_SAMPLE_KEY};
use crate::rule::edge::ends_escape;
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
        tier,
        ..Found::new(at..end, Basis::Format).because(reason)
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

/// Tells whether a text is a JSON Web Token that is not encrypted, or the header of one alone.
pub(crate) fn is_of_rule(text: &[u8]) -> bool {
    match memchr::memchr_iter(b'.', text).count() {
        0 => text.starts_with(b"eyJ") && object(text).is_some(),
        1 | 2 => text.starts_with(b"eyJ") && is_token(text),
        _ => false,
    }
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
    let sample = is_sample(&payload);
    if (sample || payload.get("http://example.com/is_root").is_some())
        && is_published(token, alg, signature)
    {
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
    if sample {
        return Worth::Little(
            "a token with the claims of the published sample, but another signature",
        );
    }
    if is_made_up(&payload) {
        return Worth::Little("a token with claims that documentation makes up");
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

/// Tells whether a payload has the claims of the samples of jwt.io and no others.
fn is_sample(payload: &Value) -> bool {
    const CLAIMS: [&str; 4] = ["sub", "name", "iat", "admin"];
    let is = |key: &str, value: &str| payload[key].as_str() == Some(value);
    is("sub", "1234567890")
        && (payload.get("name").is_none() || is("name", "John Doe"))
        && payload
            .as_object()
            .is_some_and(|claims| claims.keys().all(|key| CLAIMS.contains(&key.as_str())))
}

/// Tells whether every claim is a word that documentation makes up, or says nothing: `{"some": "payload"}`.
fn is_made_up(payload: &Value) -> bool {
    let made_up = |(name, claim): (&String, &Value)| match claim {
        Value::String(text) => {
            let word = text.to_ascii_lowercase();
            JWT_SAMPLE_CLAIM.has(word.as_bytes()) || is_made_up_address(&word)
        }
        Value::Number(_) => matches!(name.as_str(), "iat" | "exp" | "nbf"),
        Value::Bool(_) | Value::Null => true,
        Value::Array(_) | Value::Object(_) => false,
    };
    let claims = payload.as_object();
    claims.is_some_and(|claims| claims.values().any(Value::is_string) && claims.iter().all(made_up))
}

/// Tells whether an address is at a domain that is nobody's: of RFC 2606, or of one letter.
fn is_made_up_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(_, domain)| {
        let name = domain.split('.').next().unwrap_or_default();
        name == "example" || name.len() == 1
    })
}

/// Tells whether a token is signed with a key that a page about tokens shows, or has the signature of its sample.
fn is_published(token: &[u8], alg: &str, signature: &[u8]) -> bool {
    /// The first eight bytes of the SHA-256 of the signatures of other samples: RS256, RS384, RS512 and ES256 of jwt.io,
    /// and that of RFC 7519.
    const SIGNATURES: [u64; 7] = [
        0x58A4_9AD4_C9C3_20CA,
        0xD720_7554_C11D_C943,
        0xEC71_BB96_F998_9FD4,
        0x7BBF_6953_750D_8F82,
        0x6351_9EE0_14BF_05F6,
        0x7847_C82B_08F9_A53A,
        0x13D3_1E96_1A1A_D8EC,
    ];
    let hash = Sha256::digest(signature);
    let known = hash
        .first_chunk()
        .is_some_and(|first| SIGNATURES.contains(&u64::from_be_bytes(*first)));
    let signed = &token[..token.len() - signature.len() - 1];
    let signs = |key: &[u8]| {
        let sum = match alg {
            "HS256" => hmac::<Sha256>(key, signed, 64),
            "HS384" => hmac::<Sha384>(key, signed, 128),
            "HS512" => hmac::<Sha512>(key, signed, 128),
            _ => return false,
        };
        URL_SAFE_NO_PAD.encode(sum).as_bytes() == signature
    };
    known || JWT_SAMPLE_KEY.entries().any(signs)
}

/// Returns the HMAC of a text, with a hash that takes blocks of so many bytes; no key here is longer.
fn hmac<D: Digest>(key: &[u8], text: &[u8], block: usize) -> Vec<u8> {
    let pad = |byte: u8| -> Vec<u8> {
        (0..block)
            .map(|i| key.get(i).copied().unwrap_or(0) ^ byte)
            .collect()
    };
    let inner = D::new_with_prefix(pad(0x36)).chain_update(text).finalize();
    D::new_with_prefix(pad(0x5C))
        .chain_update(inner)
        .finalize()
        .to_vec()
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

/// Tells whether no word reaches across `at` from the left.
fn begins_word(text: &[u8], at: usize) -> bool {
    text[..at]
        .last()
        .is_none_or(|&last| !is_base64url(last) && last != b'.')
        || ends_escape(text, at)
}
