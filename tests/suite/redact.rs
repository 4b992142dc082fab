//! `hexguard redact`: nothing secret survives, however the text comes in pieces; everything else passes byte for byte.

use std::fmt::Write as _;

use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::redact::{Filter, redact};
use hexguard::rule::{RuleSet, Tier};
use proptest::prelude::*;

use crate::{assignments, corpus, support};

/// Returns a text without its secrets, pushed in pieces of these lengths (over and over).
fn redacted(text: &[u8], pieces: &[usize], keep_tail: bool) -> Vec<u8> {
    let rules = RuleSet::builtin();
    let mut filter = Filter::new(&rules, &["customer_note".to_owned()], keep_tail);
    let mut out = Vec::new();
    let (mut at, mut turn) = (0, 0);
    while at < text.len() {
        let end = (at + pieces[turn % pieces.len()].max(1)).min(text.len());
        out.extend_from_slice(filter.push(&text[at..end]));
        (at, turn) = (end, turn + 1);
    }
    out.extend_from_slice(filter.finish());
    out
}

fn shown(text: &str) -> String {
    String::from_utf8(redacted(text.as_bytes(), &[usize::MAX], false)).unwrap()
}

/// Texts with a secret in them (`@`), and what is left of them (`#` for the mark).
const FORMS: &[(&str, &str)] = &[
    // JSON and JSON lines
    (
        r#"{"api_token": "@", "n": 1}"#,
        r##"{"api_token": "#", "n": 1}"##,
    ),
    (r#"{"apiToken":"@","n":1}"#, r##"{"apiToken":"#","n":1}"##),
    (
        r#"{"db_connection_string": "a\"@", "n": 1}"#,
        r##"{"db_connection_string": "#", "n": 1}"##,
    ),
    (
        r#"{"inputParams": {"a": ["@", {"b": "]}"}]}, "n": 1}"#,
        r##"{"inputParams": "#", "n": 1}"##,
    ),
    (
        r#"{"message": "body {\"inputParams\":{\"a\":\"@\"}} sent", "n": 1}"#,
        r##"{"message": "body {\"inputParams\":\"#\"} sent", "n": 1}"##,
    ),
    (
        r#"{"message": "{\"export_url\":\"https://x/@\"}"}"#,
        r##"{"message": "{\"export_url\":\"#\"}"}"##,
    ),
    (
        "{\n  \"query_results\": [\n    {\"a\": \"@\"},\n    2\n  ],\n  \"n\": 1\n}\n",
        "{\n  \"query_results\": \"#\"\n\n\n,\n  \"n\": 1\n}\n",
    ),
    (
        "{\"query_results\": [\n{\"a\": \"@\"}\n]}\n{\"n\": 1}\n",
        "{\"query_results\": \"#\"\n\n}\n{\"n\": 1}\n",
    ),
    (
        "{\"api_token\":\n  \"@\", \"n\": 1}\n",
        "{\"api_token\":\n  \"#\", \"n\": 1}\n",
    ),
    (
        r#"{"password": 12345, "n": "x"}"#,
        r##"{"password": "#", "n": "x"}"##,
    ),
    // logfmt and plain text
    (
        "level=info api_token=@ msg=\"done\"",
        "level=info api_token=# msg=\"done\"",
    ),
    ("api_token=@ level=info", "api_token=# level=info"),
    (
        "level=info export_url=\"https://x/@\" n=1",
        "level=info export_url=\"#\" n=1",
    ),
    (
        "GET /run?n=1&api_token=@&m=2 HTTP/1.1",
        "GET /run?n=1&api_token=#&m=2 HTTP/1.1",
    ),
    (
        "10:12 started with (input_params={'a': '@'}), go on",
        "10:12 started with (input_params=#), go on",
    ),
    (
        "10:12 started (api_token: @), go on",
        "10:12 started (api_token: #), go on",
    ),
    ("HEX_API_TOKEN=@\nN=1", "HEX_API_TOKEN=#\nN=1"),
    (
        "export DB_CONNECTION_STRING=Driver={SQL Server};Server=x;PWD={two @}\nN=1",
        "export DB_CONNECTION_STRING=#\nN=1",
    ),
    ("customerNote: @", "customerNote: #"),
    // Names of secrets that no list of fields has
    (
        r#"{"clientSecret": "@", "n": 1}"#,
        r##"{"clientSecret": "#", "n": 1}"##,
    ),
    (
        "level=info smtp_pass=@ db_pwd=\"@\" n=1",
        "level=info smtp_pass=# db_pwd=\"#\" n=1",
    ),
    ("DB_PASSWORD_PROD=@\nN=1", "DB_PASSWORD_PROD=#\nN=1"),
    ("contraseña: @\nn: 1\n", "contraseña: #\nn: 1\n"),
    ("auth(kennwort='@', n=1)", "auth(kennwort='#', n=1)"),
    ("headers['api-token'] = '@'", "headers['api-token'] = '#'"),
    (
        "<apiToken>@</apiToken><n>1</n>",
        "<apiToken>#</apiToken><n>1</n>",
    ),
    (
        "connection_details = {\n    'user': 'a',\n    'password': '@',\n}\nn = 1\n",
        "connection_details = #\n\n\n\nn = 1\n",
    ),
    (
        "password = \"\"\"\n@\n\"\"\"\nn = 1\n",
        "password = \"\"\"#\n\n\"\"\"\nn = 1\n",
    ),
    (
        r#"<wsse:Password Type="PasswordText">@</wsse:Password>"#,
        r#"<wsse:Password Type="PasswordText">#</wsse:Password>"#,
    ),
    (
        r#"{"m": "{\"a\": \"{\\\"export_url\\\": \\\"@\\\", \\\"n\\\": 1}\"}"}"#,
        r##"{"m": "{\"a\": \"{\\\"export_url\\\": \\\"#\\\", \\\"n\\\": 1}\"}"}"##,
    ),
    (
        r#"props.setProperty("export_url", "@");"#,
        r##"props.setProperty("export_url", "#");"##,
    ),
    (
        "<login>\n  <password>\n    @\n  </password>\n</login>\n",
        "<login>\n  <password>\n    #\n  </password>\n</login>\n",
    ),
    // YAML
    (
        "config:\n  shop:apiToken: @\n",
        "config:\n  shop:apiToken: #\n",
    ),
    ("api_token: @\nn: 1\n", "api_token: #\nn: 1\n"),
    (
        "- api_token: '@ it''s'\n  n: 1\n",
        "- api_token: '#'\n  n: 1\n",
    ),
    (
        "query_results: |\n  @\n\n  more @\nn: 1\n",
        "query_results: |\n  #\n\n\nn: 1\n",
    ),
    (
        "input_params:\n  a: @\n  b:\n    - @\nn: 1\n",
        "input_params:\n  #\n\n\nn: 1\n",
    ),
    (
        "query_results:\n- @\n- @\nn: 1\n",
        "query_results:\n#\n\nn: 1\n",
    ),
    (
        "export_url: \"a\n  @\n  b\"\nn: 1\n",
        "export_url: \"#\n\n\"\nn: 1\n",
    ),
    // Not over the end of what was meant
    (
        "input_params: [see @\nnext line\n",
        "input_params: #\nnext line\n",
    ),
    ("api_token = '@\nnext line\n", "api_token = '#\nnext line\n"),
];

#[test]
fn values_of_sensitive_fields_go_in_every_format() {
    for (text, left) in FORMS {
        assert_eq!(
            shown(&text.replace('@', "Xy7.pq")),
            left.replace('#', "[REDACTED]"),
            "{text}"
        );
    }
}

/// Findings that stop a commit in what was redacted: part of the text's name, rule, and why the redaction cannot help it.
const LEFT: &[(&str, &str, &str)] = &[];

/// Whether a text comes whole or line by line, what is left of it is scanned as plain text, which it was to the filter.
#[test]
fn what_is_left_of_the_corpus_stops_no_commit() {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    let mut known = vec![false; LEFT.len()];
    let blocks = |text: &[u8]| {
        let mut found = detect(&Fragment::content(b"a.log", text), &rules);
        found.retain(|one| one.tier == Tier::Block);
        found
    };
    let mut before = 0;
    for (name, text) in [corpus::texts(), assignments::examples()].concat() {
        before += blocks(text.as_bytes()).len();
        let lines: Vec<usize> = text.split_inclusive('\n').map(str::len).collect();
        for pieces in [vec![text.len()], lines] {
            let left = redacted(text.as_bytes(), &pieces, false);
            for one in blocks(&left) {
                let excuse = LEFT
                    .iter()
                    .position(|(part, rule, _)| name.contains(part) && one.rule.id == *rule);
                if let Some(excuse) = excuse {
                    known[excuse] = true;
                    continue;
                }
                let line = one.place.line - 1;
                let line = left.split(|b| *b == b'\n').nth(line).unwrap_or_default();
                let line = String::from_utf8_lossy(line);
                let _ = writeln!(
                    wrong,
                    "{name}, {} pieces, {}: {line}",
                    pieces.len(),
                    one.rule.id
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(before > 500, "only {before} findings to hide");
    assert!(
        known.iter().all(|known| *known),
        "an excuse is not needed: {known:?}"
    );
}

/// A mark in place of one secret may let what stands beside it be read as another.
#[test]
fn what_a_mark_uncovers_goes_too() {
    let rules = RuleSet::builtin();
    for template in [
        "ngrok_key:{{alnum:16}})key:{{alnum:16}}",
        "GET /a\nstripe_key:{{alnum:24}})key:{{alnum:24}} done\n",
    ] {
        for seed in 0..8 {
            let text = support::template::fill(template, seed);
            for pieces in [&[usize::MAX][..], &[1], &[7, 30]] {
                let left = redacted(text.as_bytes(), pieces, false);
                let mut found = detect(&Fragment::content(b"a.log", &left), &rules);
                found.retain(|one| one.tier == Tier::Block);
                assert!(found.is_empty(), "{}", String::from_utf8_lossy(&left));
            }
        }
    }
}

#[test]
fn what_says_nothing_stays() {
    for text in [
        r#"{"api_token": null, "export_url": "", "input_params": {}, "query_results": []}"#,
        "if api_token == other: pass",
        "password::Reset",
        "the api token is missing; no query results",
        "apitokenizer = 1; my_passwordless: yes",
        "api_token: [REDACTED]",
        "password: null # none\n",
        "client_secret=${CLIENT_SECRET} webhook_secret=null token_url=https://x/y max_tokens=4096",
        "the client secret is wrong; clientSecret == other",
        "<x-password class=\"wide\"/> or not",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn a_tail_is_left_when_it_is_wanted_and_the_secret_is_long() {
    let token = support::token(3);
    let text = format!("log {token}\napi_token=short1\n");
    let kept = String::from_utf8(redacted(text.as_bytes(), &[7], true)).unwrap();
    assert_eq!(
        kept,
        format!("log [REDACTED]{}\napi_token=[REDACTED]\n", &token[97..])
    );
}

fn pem(label: &str) -> String {
    let body: Vec<String> = (0..12).map(|seed| support::hex(64, 100 + seed)).collect();
    format!(
        "-----BEGIN {label}-----\n{}\nab12==\n-----END {label}-----\n",
        body.join("\n")
    )
}

#[test]
fn a_private_key_goes_line_by_line() {
    let text = format!("before\n{}after\n", pem(&["RSA", "PRIVATE KEY"].join(" ")));
    for pieces in [vec![1], vec![7, 64], vec![usize::MAX]] {
        let left = String::from_utf8(redacted(text.as_bytes(), &pieces, false)).unwrap();
        assert_eq!(left.lines().count(), text.lines().count());
        assert!(
            left.starts_with("before\n-----BEGIN") && left.ends_with("-----\nafter\n"),
            "{left}"
        );
        for seed in 0..12 {
            assert!(
                !left.contains(&support::hex(64, 100 + seed)[8..16]),
                "{left}"
            );
        }
        assert!(!left.contains("ab12=="));
    }
    let public = pem("CERTIFICATE");
    assert_eq!(shown(&public), public);
}

#[test]
fn a_line_that_never_ends_is_worked_on_in_bounded_memory() {
    let token = support::token(5);
    let mut text = Vec::new();
    // A token across every place where a piece may end.
    while text.len() < 3 << 20 {
        text.extend_from_slice(b"some words without any end, and then ");
        text.extend_from_slice(token.as_bytes());
        text.push(b' ');
        text.extend(std::iter::repeat_n(b'x', 977));
    }
    let left = redacted(&text, &[128 << 10], false);
    assert_eq!(memchr::memmem::find(&left, &token.as_bytes()[40..60]), None);
    let rules = RuleSet::builtin();
    let mut filter = Filter::new(&rules, &[], false);
    let early: usize = text
        .chunks(128 << 10)
        .map(|piece| filter.push(piece).len())
        .sum();
    assert!(early > 1 << 20, "{early} bytes were written before the end");
}

#[test]
fn a_value_larger_than_memory_is_swallowed_as_it_comes() {
    let mut text = b"{\"query_results\": [".to_vec();
    for row in 0..200_000 {
        text.extend_from_slice(format!("{{\"name\": \"Person {row}\"}},").as_bytes());
    }
    text.extend_from_slice(b"0], \"n\": 1}\n");
    let left = redacted(&text, &[128 << 10], false);
    assert_eq!(
        String::from_utf8(left).unwrap(),
        "{\"query_results\": \"[REDACTED]\", \"n\": 1}\n"
    );
}

#[test]
fn each_line_is_written_as_soon_as_it_has_come() {
    let rules = RuleSet::builtin();
    let mut filter = Filter::new(&rules, &[], false);
    assert_eq!(filter.push(b"one"), b"");
    assert_eq!(filter.push(b" line\ntwo"), b"one line\n");
    assert_eq!(filter.push(b" lines\r"), b"two lines\r");
    assert_eq!(filter.push(b"\nrest"), b"\n");
    assert_eq!(filter.finish(), b"rest");
}

#[test]
fn a_failing_reader_or_writer_is_an_error() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let rules = RuleSet::builtin();
    let mut filter = Filter::new(&rules, &[], false);
    assert!(redact(&mut filter, &mut Broken, &mut Vec::new()).is_err());
}

#[test]
fn the_command_is_a_filter() {
    let repo = support::Repo::new();
    let token = support::token(9);
    let input = [
        b"a \xff\0\r\n".as_slice(),
        token.as_bytes(),
        b"\nowner_id: 12\n\x80",
    ]
    .concat();
    let out = support::run_with(
        repo.command(support::HEXGUARD)
            .args(["redact", "--field", "ownerId"]),
        &input,
    );
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert_eq!(
        out.stdout,
        String::from_utf8_lossy(b"a \xff\0\r\n[REDACTED]\nowner_id: [REDACTED]\n\x80")
    );
}

#[test]
fn a_text_of_two_bytes_a_character_is_refused() {
    let repo = support::Repo::new();
    let plain = format!("DB_PASSWORD={}\n", support::hex(24, 1));
    for mark in ["\u{feff}", ""] {
        let units = mark.encode_utf16().chain(plain.encode_utf16());
        let wide: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        let out = support::run_with(repo.command(support::HEXGUARD).arg("redact"), &wide);
        assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{}", out.stderr);
        assert!(out.stderr.contains("iconv"), "{}", out.stderr);
    }
}

#[test]
fn fields_of_a_teams_own_may_be_short_but_not_empty() {
    let repo = support::Repo::new();
    let redact = |args: &[&str], input: &str| {
        support::run_with(
            repo.command(support::HEXGUARD).arg("redact").args(args),
            input.as_bytes(),
        )
    };
    let fields = ["--field", "ssn", "--field", "PIN"];
    for (text, left) in [
        ("ssn: 12\n", "ssn: [REDACTED]\n"),
        (
            "{\"userPin\": \"34\", \"n\": 1}\n",
            "{\"userPin\": \"[REDACTED]\", \"n\": 1}\n",
        ),
        (
            "pin=56 spinner=7 pinned=8\n",
            "pin=[REDACTED] spinner=7 pinned=8\n",
        ),
    ] {
        assert_eq!(redact(&fields, text).stdout, left, "{text}");
    }
    for field in ["", "__"] {
        let out = redact(&["--field", field], "x\n");
        assert_eq!(out.code, 2, "{}", out.stderr);
        assert!(out.stderr.contains("names no field"), "{}", out.stderr);
    }
}

#[test]
fn what_a_command_prints_is_text_whatever_bytes_are_in_it() {
    let noise = "\0\u{1}\u{b}\u{2}\u{3}\u{4}\u{5}\u{6}".repeat(40);
    let secret = support::hex(24, 1);
    let left = shown(&format!("{noise}\nDB_PASSWORD={secret}\n{noise}\n"));
    assert!(!left.contains(&secret), "{left}");
}

/// Pieces of ordinary text, none of which a rule or a field is in.
fn innocent() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        // Letters that spell no name: `pw:"…"` came up by chance.
        "[b-d ={}\"':,\\[\\]|-]{0,60}[\n\r]?".prop_map(String::into_bytes),
        Just(b"2026-01-01T00:00:00Z INFO request done in 12 ms {\"status\": 200}\n".to_vec()),
        Just(b"  - name: x\r\n".to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_of_a_planted_secret_survives_at_any_chunking(
        around in proptest::collection::vec(innocent(), 1..6),
        form in 0..FORMS.len() + 2,
        seed in 0u64..1000,
        pieces in proptest::collection::vec(1usize..90, 1..5),
    ) {
        let token = support::token(seed);
        // A field's value needs no form of its own to be known.
        let plain = support::hex(24, seed).replace(|c: char| c.is_ascii_digit(), "Q");
        let (secret, planted) = match form.checked_sub(FORMS.len()) {
            None => (&plain, FORMS[form].0.replace('@', &plain)),
            Some(0) => (&token, format!("x {token} y")),
            Some(_) => (&token, format!("\"\\n{token}\"\n")),
        };
        let mut text = around.concat();
        text.push(b'\n');
        text.extend_from_slice(planted.as_bytes());
        text.push(b'\n');
        text.extend(around.concat());
        let left = redacted(&text, &pieces, false);
        for part in secret.as_bytes().windows(10) {
            prop_assert!(memchr::memmem::find(&left, part).is_none(), "{}", String::from_utf8_lossy(&left));
        }
        let ends = |text: &[u8]| text.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
        prop_assert_eq!(ends(&left), ends(&text));
    }

    #[test]
    fn text_without_secrets_passes_byte_for_byte(
        parts in proptest::collection::vec(innocent(), 0..20),
        pieces in proptest::collection::vec(1usize..200, 1..5),
    ) {
        let text = parts.concat();
        prop_assert_eq!(redacted(&text, &pieces, false), text);
    }
}

#[test]
fn a_secret_goes_wherever_it_stands_on_its_line() {
    let password = support::template::fill("{{alnum:7}}%{{alnum:9}}", 4);
    for (text, left) in [
        (
            "password = \"@\"  // it was @ before\n",
            "password = \"#\"  // it was # before\n",
        ),
        (
            "old @ of it: password: '@'\n",
            "old # of it: password: '#'\n",
        ),
    ] {
        let redacted = shown(&text.replace('@', &password));
        assert_eq!(redacted, left.replace('#', "[REDACTED]"));
    }
}

#[test]
fn a_password_of_several_parts_is_masked_as_a_whole() {
    let [first, second] = [1, 2].map(|seed| support::template::fill("{{alnum:12}}", seed));
    for command in [
        format!("curl -u'etl:'{first}\"{second}\" https://api.acme.io/v1"),
        format!("mysql -u root -p'{first}'\"{second}\" dw"),
        format!("echo -n '{first}'\"{second}\" | gh secret set DEPLOY"),
        format!("cat <<EOF | chpasswd\nada:{first}\nbob:{second}\nEOF"),
        format!("chpasswd:\n  list: |\n    ada:{first}\n    bob:{second}\n"),
    ] {
        let shown = shown(&command);
        assert!(
            !shown.contains(&first) && !shown.contains(&second),
            "{shown}"
        );
    }
}
