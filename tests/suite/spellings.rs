//! A token with one character spelled in another way, or all of it, is found whole, shown masked, and masked by `redact`.

use std::fmt::Write as _;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::Fragment;
use hexguard::redact::Filter;
use hexguard::rule::RuleSet;

use crate::support::template::fill;

fn token() -> String {
    fill("hxtp_{{hex:96}}", 7)
}

fn found(text: &str) -> Vec<Finding> {
    let fragment = Fragment::content(b"a.txt", text.as_bytes());
    detect(&fragment, &RuleSet::builtin())
}

/// Asserts that `written` is the one secret of a text and stands for `secret`, and that it is masked wherever the text is shown.
fn hidden(text: &str, written: &str, secret: &str) {
    let findings = found(text);
    assert_eq!(findings.len(), 1, "{text}: {findings:?}");
    let one = &findings[0];
    assert_eq!(one.secret.expose(), secret.as_bytes(), "{text}");
    let start = text.find(written).unwrap();
    let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1) + 1;
    assert_eq!(
        (one.place.column, one.place.end_column),
        (column, column + written.len()),
        "{text}"
    );
    let rules = RuleSet::builtin();
    let mut filter = Filter::new(&rules, &[], false);
    let mut masked = filter.push(text.as_bytes()).to_vec();
    masked.extend_from_slice(filter.finish());
    let masked = String::from_utf8_lossy(&masked);
    let shown = String::from_utf8_lossy(&one.line);
    let end = &written[written.len() - 12..];
    for out in [shown, masked] {
        assert!(!out.contains(end), "{text}: {out}");
    }
}

/// The ways to spell `_`, in the languages that have them.
const SPELLINGS: &[&str] = &[
    r"\_",
    r"\\_",
    r"\x5f",
    r"\x{5f}",
    r"\u005f",
    r"\u{5f}",
    r"\u{005F}",
    r"\U0000005f",
    r"\137",
    r"\0137",
    r"\o{137}",
    r"\5f ",
    r"\00005f",
    "%5F",
    "&#95;",
    "&#x5f;",
    "&#x0005F;",
    "&lowbar;",
    "&UnderBar;",
];

#[test]
fn one_character_may_be_spelled_in_any_way() {
    for secret in [token(), fill("sk_live_{{alnum:24}}", 3)] {
        for spelling in SPELLINGS {
            let written = secret.replace('_', spelling);
            for text in [
                format!("Use {written} here.\n"),
                format!("x = \"{written}\"\n"),
                format!("<p>{written}</p>"),
            ] {
                hidden(&text, &written, &secret);
            }
        }
    }
}

#[test]
fn all_of_a_token_may_be_spelled() {
    let secret = token();
    let each: [fn(&mut String, u8); 6] = [
        |out, byte| write!(out, "\\u{{{byte:x}}}").unwrap(),
        |out, byte| write!(out, "\\U{byte:08x}").unwrap(),
        |out, byte| write!(out, "\\{byte:03o}").unwrap(),
        |out, byte| write!(out, "\\0{byte:03o}").unwrap(),
        |out, byte| write!(out, "\\{byte:x} ").unwrap(),
        |out, byte| write!(out, "&#x{byte:04x};").unwrap(),
    ];
    for spell in each {
        let mut written = String::new();
        for byte in secret.bytes() {
            spell(&mut written, byte);
        }
        hidden(&format!("x = \"{written}\"\n"), &written, &secret);
    }
}

#[test]
fn names_and_what_ties_a_value_to_them_may_be_spelled() {
    let value = fill("{{alnum:32}}", 11);
    for text in [
        "zoom\\_client\\_secret: VALUE\n",
        "DB_PASSWORD&equals;VALUE\n",
        "args=DB_PASSWORD\\=VALUE\n",
        "db.url=jdbc\\:postgresql\\://etl\\:VALUE@db.acme.io/x\n",
    ] {
        let findings = found(&text.replace("VALUE", &value));
        let secrets: Vec<_> = findings.iter().map(|one| one.secret.expose()).collect();
        assert_eq!(secrets, [value.as_bytes()], "{text}");
    }
}

#[test]
fn commands_of_powershell_are_read() {
    let secret = token();
    for pad in [0, 1, 2, 3, 4_000] {
        let command = format!("{}$t = '{secret}'; run", " ".repeat(pad));
        let bytes: Vec<u8> = command.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let findings = found(&format!(
            "powershell -EncodedCommand {}\n",
            STANDARD.encode(bytes)
        ));
        assert_eq!(findings.len(), 1, "{pad}: {findings:?}");
        assert_eq!(findings[0].secret.expose(), secret.as_bytes());
        let context = findings[0].context.as_deref();
        assert_eq!(context, Some("decoded from base64 of UTF-16"));
    }
}

#[test]
fn what_begins_with_a_byte_order_mark_is_decoded() {
    let secret = token();
    let text = format!("TOKEN={secret}\n");
    let marked = format!("\u{feff}{text}");
    let wide = |bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(bytes).collect();
    for bytes in [
        marked.clone().into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ] {
        let findings = found(&format!("data = \"{}\"\n", STANDARD.encode(bytes)));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].secret.expose(), secret.as_bytes());
    }
}

#[test]
fn what_quoted_printable_ends_is_no_letter() {
    let secret = fill("AKIA{{B32:16}}", 4);
    assert_eq!(found(&format!("id=3D{secret} x\n")).len(), 1);
}

#[test]
fn marks_of_prose_and_code_hide_nothing() {
    for text in [
        r"The macro \texttt{my\_long\_name\_of\_a\_file} and \textbf{snake\_case\_everywhere} are set.",
        r"See my\_function\_name(argument\_one, argument\_two) and token\_count=token\_limit.",
        r#"static const char logo[] = "\141\142\143\040\060\061\062\177\033[0m\303\251";"#,
        r"^(\d+)\137(\w+)\1\2\12$ [a-z0-9\-_] \d\-\d \w\:\w \s\=",
        r"s/\([a-z]\)_\(.*\)/\2\_\1 /g",
        r#".icon::before { content: "\f101"; } .x { content: "\2014 \00a0 \20 " }"#,
        r"C:\24 files\password\new\_old",
        "a &colon; b &plus; c &equals; d &lowbar; e",
        r#"let s = "\u{1f600}\u{41}\u{42}"; // the password\_field"#,
    ] {
        for text in [text.to_owned(), text.repeat(50)] {
            let findings = found(&text);
            assert!(findings.is_empty(), "{text}: {findings:?}");
        }
    }
}

#[test]
fn texts_of_nothing_but_spellings_are_read_once() {
    for spelling in SPELLINGS {
        let started = Instant::now();
        found(&format!("a{spelling}").repeat(50_000));
        // Each takes a fraction of a second.
        assert!(started.elapsed().as_secs() < 20, "{spelling}");
    }
}
