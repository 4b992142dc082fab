//! Private keys are found whole in every armour and every kind of string; samples, public keys and cut ones are passed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::rule::template::Random;
use hexguard::rule::{RuleSet, Tier};

use crate::support::template::fill;

/// Returns what is found in a text: rule, tier, secret.
fn found(text: &str) -> Vec<(&'static str, Tier, String)> {
    let fragment = Fragment::content(b"a", text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
        .iter()
        .map(|one| {
            let secret = String::from_utf8(one.secret.expose().to_vec()).unwrap();
            (one.rule.id, one.tier, secret)
        })
        .collect()
}

/// Asserts that a text holds one secret, and which.
fn only(text: &str, rule: &'static str, tier: Tier, secret: &str) {
    assert_eq!(found(text), [(rule, tier, secret.to_owned())], "{text}");
}

/// Returns the base64 of DER that is as long as it says, and otherwise random.
fn der(len: u16) -> String {
    let [high, low] = len.to_be_bytes();
    let mut bytes = vec![0x30, 0x82, high, low, 2, 1, 0];
    bytes.extend(Random::new(9).bytes(usize::from(len) - 3));
    STANDARD_NO_PAD.encode(bytes)
}

fn lines(body: &str, join: &str) -> String {
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join(join)
}

fn armour(label: &str, body: &str, join: &str) -> String {
    // In two parts, for no header of a key stands in this project.
    let words = ["PRIVATE", "KEY"].join(" ");
    format!("-----BEGIN {label}{words}-----{join}{body}{join}-----END {label}{words}-----")
}

#[test]
fn keys_are_found_in_every_armour_and_every_kind_of_string() {
    let body = der(1200);
    for label in ["", "RSA ", "EC ", "DSA ", "ED25519 "] {
        let key = armour(label, &lines(&body, "\n"), "\n");
        only(&key, "private-key", Tier::Block, &key);
    }
    for join in [
        "\r\n",
        "\\n",
        "\\\\n",
        "\\r\\n",
        "\n    ",
        " ",
        "%0A",
        "&#10;",
        "\\n\" +\n  \"",
        "\\n\"\n  \"",
        "\",\n  \"",
        "\n# ",
        "\n// ",
        "\n * ",
        "\n> ",
        "' . '",
        "\\u000a",
        "\\n\\\n",
    ] {
        let key = armour("RSA ", &lines(&body, join), join);
        let text = format!("key = \"{key}\"\nnext = 1");
        only(&text, "private-key", Tier::Block, &key);
    }
    let open = armour("RSA ", &lines(&body, "\n"), "\n");
    let open = &open[..open.len() - 40];
    let all = found(open);
    assert!(
        matches!(&all[..], [("private-key", Tier::Block, _)]),
        "without a footer: {all:?}"
    );
}

#[test]
fn samples_of_keys_are_passed() {
    let body = der(1200);
    for inside in [
        "...",
        "MIIEpAIBAAKCAQEA...",
        "YOUR PRIVATE KEY HERE",
        "<your key>",
        "",
        &format!("{}\n...\n{}", &body[..128], &body[128..192]),
        &"A".repeat(600),
        &["MIIEowIBAAKC", "AQEA0ZN2ctaUPMVWfJ3i"].concat(),
    ] {
        assert_eq!(found(&armour("RSA ", inside, "\n")), [], "{inside}");
    }
    let header = armour("RSA ", "", "");
    let header = &header[..31];
    for text in [
        format!("if \"{header}\" in text:\n    return load(text)"),
        format!("{header} is how a key begins and many words go on behind it here"),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
    let part = armour("RSA ", &body[..100], "\n");
    // A part without the private numbers.
    only(&part, "private-key", Tier::Warn, &part);
}

#[test]
fn encrypted_keys_are_another_matter() {
    let body = der(1200);
    let head = fill(
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{{HEX:32}}\n\n",
        1,
    );
    let legacy = armour("RSA ", &format!("{head}{}", lines(&body, "\n")), "\n");
    let modern = armour("ENCRYPTED ", &lines(&body, "\n"), "\n");
    for key in [&legacy, &modern] {
        only(key, "private-key-encrypted", Tier::Warn, key);
    }
}

#[test]
fn a_body_without_its_header_is_known_by_its_first_bytes() {
    let head = ["MIIEvQIBADANBgkqhki", "G9w0BAQEFAASC"].concat();
    let rsa = format!("{head}{}", der(1200));
    let text = format!("SNOWFLAKE_KEY={rsa}\n");
    only(&text, "private-key-bare", Tier::Block, &rsa);
    assert_eq!(found(&format!("{head}...")), []);
}

#[test]
fn putty_files_are_read_to_their_end() {
    let body = lines(&der(300), "\n");
    let file = |encryption: &str| {
        format!(
            "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: {encryption}\nComment: me\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 7\n{body}"
        )
    };
    for (encryption, tier) in [("none", Tier::Block), ("aes256-cbc", Tier::Warn)] {
        let key = file(encryption);
        let text = format!("{key}\nPrivate-MAC: 00\n");
        only(&text, "putty-private-key", tier, &key);
    }
    assert_eq!(found("PuTTY-User-Key-File-2: ssh-rsa"), []);
}

#[test]
fn only_web_keys_with_their_private_part_are_found() {
    let value = fill("{{alnum:44}}", 3);
    for text in [
        format!(r#"{{"kty": "OKP", "x": "{value}", "d": "{value}"}}"#),
        format!(r#"{{"keys": [{{"d":"{value}","kty":"RSA"}}]}}"#),
        format!(r#"{{\"kty\":\"EC\",\"d\":\"{value}\"}}"#),
        format!(r#"{{"kty":"oct","k":"{value}"}}"#),
    ] {
        only(&text, "jwk-private", Tier::Block, &value);
    }
    for text in [
        format!(r#"{{"kty": "OKP", "x": "{value}"}}"#),
        r#"{"kty":"EC","d":"<private>"}"#.to_owned(),
        format!(r#"{{"kty":"EC"}}, {{"d":"{value}"}}"#),
        format!(r#"{{"kty":"EC","d":"{}"}}"#, "A".repeat(43)),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
}
