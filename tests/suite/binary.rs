//! Binary content: nothing in pictures, and what a format decides alone is found in databases and programs.
//!
//! `HEXGUARD_CASES=1000 HEXGUARD_SIZE=1048576 cargo test --profile quick --test suite made_up_pictures` tries a thousand
//! pictures of 1 MB each.

use std::env;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hexguard::detect::detect;
use hexguard::fragment::{Fragment, Part};
use hexguard::rule::RuleSet;
use hexguard::rule::template::Random;

use crate::support::template::fill;

/// Returns a number from the environment.
fn number(name: &str, otherwise: usize) -> usize {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Returns the ids of what is found in a file, each with the text of the secret.
fn found(path: &str, text: &[u8]) -> Vec<(&'static str, usize)> {
    detect(
        &Fragment::content(path.as_bytes(), text),
        &RuleSet::builtin(),
    )
    .iter()
    .map(|finding| (finding.rule.id, finding.secret.expose().len()))
    .collect()
}

/// Returns a made-up file of a binary format: its real head, and what a compressor would have made.
fn picture(kind: usize, size: usize, seed: u64) -> (&'static str, Vec<u8>) {
    let mut random = Random::new(seed);
    let (name, head): (_, &[u8]) = match kind % 5 {
        0 => (
            "a.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x03\0\x08\x02\0\0\0\xd9\x28\x7b\x6eIDAT\x78\x9c",
        ),
        1 => (
            "a.jpg",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x48\0\x48\0\0\xff\xdb\0\x43\0\x03\x02\x02",
        ),
        2 => (
            "a.mp4",
            b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x08free\0\x10\0\0mdat",
        ),
        3 => ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
        // The streams of a document begin far behind its head.
        _ => (
            "a.pdf",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Length 9 /Filter /FlateDecode >>\nstream\n",
        ),
    };
    let mut bytes = head.to_vec();
    bytes.extend(random.bytes(size.saturating_sub(head.len())));
    if kind % 5 == 1 {
        // A JPEG puts a NUL behind each 0xFF of its data.
        for i in 200..bytes.len() {
            if bytes[i - 1] == 0xff {
                bytes[i] = 0;
            }
        }
    }
    (name, bytes)
}

#[test]
fn made_up_pictures_hold_no_secret() {
    let (cases, size) = (
        number("HEXGUARD_CASES", 200),
        number("HEXGUARD_SIZE", 256 << 10),
    );
    let mut wrong = Vec::new();
    for case in 0..cases {
        let (name, bytes) = picture(case, size, u64::try_from(case).unwrap());
        let ids = found(name, &bytes);
        if !ids.is_empty() {
            wrong.push((case, ids));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases}: {wrong:?}", wrong.len());
}

/// The head of a database, and pages of records.
const DATABASE: &[u8] =
    b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20\0\0\0\x02\0\0\0\x03\0\0\0\0\0\0\0\0";

/// Formats, each with the rule that knows it.
const FORMATS: [(&str, &str); 6] = [
    ("{{gh62:ghp_:30}}", "github-pat-classic"),
    ("hxtp_{{hex:96}}", "hex-personal-token"),
    ("hxtw_{{hex:96}}", "hex-workspace-token"),
    ("AKIA{{B32:16}}", "aws-access-key-id"),
    (
        "xoxb-{{digit:12}}-{{digit:12}}-{{alnum:24}}",
        "slack-bot-token",
    ),
    ("{{gh62:npm_:30}}", "npm-token"),
];

#[test]
fn formats_that_decide_alone_are_found_in_binary_content() {
    for (seed, (template, rule)) in (0..).zip(FORMATS) {
        let token = fill(template, seed);
        let length = u8::try_from(token.len()).unwrap();
        for (before, behind) in [
            (&b"\0\x07\x03"[..], &b"\0"[..]),
            // The column before, and the next.
            (b"\0\x04\x17name", b"\x03\x04"),
            // A length and a type that read as letters: Python's bytecode.
            (&[b'z', length], b"z\x03abc"),
            (&b"Qx".repeat(50), b"\0"),
        ] {
            let mut text = DATABASE.to_vec();
            text.extend(Random::new(seed).bytes(300));
            text.extend([before, token.as_bytes(), behind].concat());
            text.extend(Random::new(seed + 50).bytes(300));
            // Without a mark that words do not end with, or a checksum, it is a part of the letters before it.
            let expected = if before.len() == 100 && rule == "aws-access-key-id" {
                vec![]
            } else {
                vec![(rule, token.len())]
            };
            assert_eq!(
                found("a.db", &text),
                expected,
                "{template} {}",
                before.escape_ascii()
            );
        }
    }
}

#[test]
fn structures_are_found_in_binary_content() {
    let pem = fill(
        "-----BEGIN {{[R]:1}}SA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA{{b64:48}}\n{{b64:64}}\n{{b64:64}}\n{{b64:64}}\n{{b64:64}}\n\
         {{b64:64}}\n{{b64:64}}\n{{b64:64}}\n{{b64:64}}\n{{b64:64}}\n-----END RSA PRIVATE KEY-----\n",
        1,
    );
    let jwt = fill(
        "{{jwt:{\"alg\":\"HS256\"}:{\"sub\":\"42\",\"p\":\"{{alnum:40}}\"}}}",
        1,
    );
    for (secret, rule) in [(pem, "private-key"), (jwt, "jwt")] {
        let text = [DATABASE, b"\0\x01", secret.as_bytes(), b"\0\x02"].concat();
        let ids: Vec<_> = found("a.db", &text).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, [rule]);
    }
}

#[test]
fn names_and_places_say_nothing_in_binary_content() {
    for line in [
        "password = 'Kx93!{{alnum:12}}'",
        "HEX_API_TOKEN={{alnum:40}}",
        "aws_secret_access_key = {{alnum:40}}",
        "postgres://app:{{alnum:16}}@db.acme.io/main",
        "Authorization: Bearer {{alnum:40}}",
        "mysql -h db.acme.io -u app -p{{alnum:16}} main",
        "CREATE USER app IDENTIFIED BY '{{alnum:16}}';",
        "MIXPANEL_API_SECRET={{hex:32}}",
        "EAA{{alnum:120}}",
    ] {
        let line = fill(line, 3);
        let text = [DATABASE, b"\0\x01\n", line.as_bytes(), b"\n\0\x02"].concat();
        assert_eq!(found("a.db", &text), [], "{line}");
        // A stray NUL, or letters of an old encoding, are no reason to look away.
        let text = [b"caf\xe9 \0 \xfc\n", line.as_bytes(), b"\nnext line\n"].concat();
        assert_eq!(found("a.conf", &text).len(), 1, "{line}");
    }
}

/// Returns the same bytes without a pattern in each run.
fn noise(len: usize) -> Vec<u8> {
    Random::new(7).bytes(len)
}

/// Tells whether a file with these bytes is read as text: whether a password on its last line is found by its name.
fn is_text(bytes: &[u8], part: Part) -> bool {
    let password = fill("{{alnum:6}}#{{alnum:6}}", 5);
    let text = [bytes, format!("\npassword = '{password}'\n").as_bytes()].concat();
    let fragment = Fragment {
        part,
        ..Fragment::content(b"file", &text)
    };
    let findings = detect(&fragment, &RuleSet::builtin());
    findings
        .iter()
        .any(|one| one.secret.expose() == password.as_bytes())
}

#[test]
fn binary_formats_are_known_by_their_heads() {
    let heads: [&[u8]; 14] = [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\0\x08\x06\0\0\0",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x48\0\x48\0\0",
        b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x08free",
        b"wOF2\0\x01\0\0\0\0\x5b\xe4\0\x0f\0\0\0\0\xd3\x14\0\0\x5b\x83\0\x01\0\0",
        b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20\0\0\0\x02\0\0\0\x03",
        b"PAR1\x15\x04\x15\xb0\x02\x15\xdc\x01\x4c\x15\x2c\x15\0\x12\0\0",
        b"\x80\x04\x95\x2f\0\0\0\0\0\0\0}\x94\x8c\x05token\x94\x8c\x04name\x94s.",
        b"\xcb\x0d\x0d\n\0\0\0\0\x1c\x2e\x4f\x67\x35\0\0\0\xe3\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0",
        b"bplist00\xd4\x01\x02\x03\x04\x05\x06\x07\x0a\x58$version",
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0\x21\0\xdf\xa4\xd2\x6c",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0",
        b"\xca\xfe\xba\xbe\0\0\0\x3d\0\x1d\x0a\0\x02\0\x03\x07\0\x04",
        b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0",
        b"\0asm\x01\0\0\0\x01\x07\x01\x60\x02\x7f\x7f\x01\x7f\x03\x02\x01\0",
    ];
    // Behind the head nothing but text follows: the head alone decides.
    let text = b"\na line of text that says nothing".repeat(100);
    for head in heads {
        let file = [head, &text].concat();
        assert!(!is_text(&file, Part::Content), "{}", head.escape_ascii());
    }
    assert!(is_text(&text, Part::Content));
}

#[test]
fn streams_are_known_wherever_they_begin() {
    for len in [100, 300, 5_000, 100_000] {
        assert!(!is_text(&noise(len), Part::Content), "{len}");
    }
    let page = b"%PDF-1.7\n1 0 obj\n<< /Type /Page /Filter /FlateDecode >>\nstream\n".repeat(8);
    for file in [
        [&page[..], &noise(20_000)].concat(),
        [&page[..], &noise(2_000), &page[..]].concat(),
    ] {
        assert!(!is_text(&file, Part::Content), "{}", file.len());
    }
}

#[test]
fn texts_of_every_kind_are_text() {
    let line = b"password = 'correct horse' # note\n";
    let text = line.repeat(40);
    let mut stray = text.clone();
    stray[20] = 0;
    stray[700] = 0x1f;
    let cyrillic: Vec<u8> = (0..2_000)
        .map(|i| [0xcf, 0xe0, 0xf0, 0xee, 0xeb, 0xfc, b' '][i % 7])
        .collect();
    let texts: [Vec<u8>; 10] = [
        Vec::new(),
        b"\0\x01".to_vec(),
        text.clone(),
        stray,
        [&text[..], &noise(60)].concat(),
        b"DB_HOST=db\0DB_PASSWORD=horse\0".repeat(20),
        b"1\x01anna\x01a\x02b\x01\\N\n".repeat(50),
        b"\x1b[31mred\x1b[0m caf\xe9 \x07\x08\n".repeat(20),
        cyrillic,
        [&text.repeat(10)[..], &noise(500)].concat(),
    ];
    for text in texts {
        assert!(is_text(&text, Part::Content), "{}", text.escape_ascii());
    }
}

#[test]
fn what_is_no_file_is_text() {
    for part in [Part::Message, Part::Reference] {
        assert!(is_text(&noise(500), part), "{part:?}");
    }
}

/// Returns what is written in lines of so many characters.
fn wrapped(text: &str, width: usize) -> String {
    let lines = text.as_bytes().chunks(width).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns binary content in the encodings in which it stands in texts.
fn encoded(bytes: &[u8]) -> [String; 5] {
    let base64 = STANDARD.encode(bytes);
    let hex = bytes
        .iter()
        .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    [
        format!("{{\"x\": \"{base64}\"}}\n"),
        format!("x: |\n  {}\n", wrapped(&base64, 76).replace('\n', "\n  ")),
        wrapped(&base64, 64),
        format!("x,data:a/b;base64,{base64}"),
        format!("{{\"x\": \"{hex}\"}}\n"),
    ]
}

#[test]
fn formats_that_decide_alone_are_found_in_encoded_bytes() {
    let token = fill("hxtp_{{hex:96}}", 3);
    let short = fill("glpat-{{alnum:20}}", 5);
    for (token, before) in [&token, &short]
        .into_iter()
        .flat_map(|token| [0, 1, 2, 3, 40, 1000, 2000, 5001, 5002, 5003].map(|len| (token, len)))
    {
        let mut bytes = noise(before);
        bytes.extend_from_slice(b"\0\x01");
        bytes.extend_from_slice(token.as_bytes());
        bytes.extend_from_slice(b"\0\xFF\xFE");
        bytes.extend(noise(before / 2));
        for text in encoded(&bytes) {
            let found = found("a.txt", text.as_bytes());
            assert_eq!(found.len(), 1, "{before} before {token}: {found:?}");
            assert_eq!(found[0].1, token.len(), "{text}");
        }
    }
}

#[test]
fn a_letter_of_latin_1_leaves_a_text_a_text() {
    let password = fill("{{alnum:6}}#{{alnum:6}}", 11);
    let mut bytes = b"# caf\xE9, the settings of one\n".to_vec();
    bytes.extend_from_slice(format!("password = \"{password}\"\n").as_bytes());
    for text in encoded(&bytes) {
        assert_eq!(found("a.txt", text.as_bytes()).len(), 1, "{text}");
    }
}

#[test]
fn names_and_places_say_nothing_in_encoded_bytes() {
    let password = fill("{{alnum:6}}#{{alnum:6}}", 11);
    let mut bytes = noise(300);
    bytes.extend_from_slice(format!("password = \"{password}\"\n").as_bytes());
    bytes.extend(noise(300));
    for text in encoded(&bytes) {
        assert!(found("a.txt", text.as_bytes()).is_empty(), "{text}");
    }
}

#[test]
fn pictures_that_are_encoded_hold_no_secret() {
    for number in 0..10 {
        let (_, bytes) = picture(number, 100 << 10, number as u64 + 900);
        for text in encoded(&bytes) {
            assert!(found("a.txt", text.as_bytes()).is_empty(), "{number}");
        }
    }
}
