//! What is encoded, escaped, torn into pieces or kept in a notebook is found, once, and placed where it stands.

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::{Fragment, Place};
use hexguard::rule::RuleSet;

use crate::support::Repo;
use crate::support::template::fill;

fn token() -> String {
    fill("hxtp_{{hex:96}}", 7)
}

fn password() -> String {
    fill("{{alnum:6}}#{{alnum:6}}", 11)
}

fn found(path: &str, text: &str) -> Vec<Finding> {
    detect(
        &Fragment::content(path.as_bytes(), text.as_bytes()),
        &RuleSet::builtin(),
    )
}

/// Asserts that a text holds exactly one secret, and returns where it stands and what is said of it.
fn one(path: &str, text: &str, secret: &str) -> ((usize, usize, usize, usize), Option<String>) {
    let findings = found(path, text);
    assert_eq!(findings.len(), 1, "{text}: {findings:?}");
    assert_eq!(findings[0].secret.expose(), secret.as_bytes(), "{text}");
    let place = findings[0].place;
    (
        (place.line, place.column, place.end_line, place.end_column),
        findings[0].context.clone(),
    )
}

#[test]
fn encodings_are_seen_through_and_named() {
    let token = token();
    let inside = STANDARD.encode(format!("user:{token}"));
    let hex = token
        .bytes()
        .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    let (place, context) = one("a.txt", &format!("x\nauth: {inside}\n"), &token);
    assert_eq!(place, (2, 7, 2, 7 + inside.trim_end_matches('=').len()));
    assert_eq!(context.as_deref(), Some("decoded from base64"));
    let (_, context) = one("a.txt", &format!("blob = {hex}\n"), &token);
    assert_eq!(context.as_deref(), Some("decoded from hex"));
}

#[test]
fn the_column_of_a_page_may_stand_behind_many() {
    let password = password();
    let (header, cell) = ("<th>x</th>".repeat(300), "<td>y</td>".repeat(300));
    let text = format!(
        "<table><tr>{header}<th>password</th></tr>\n<tr>{cell}<td>{password}</td></tr></table>\n"
    );
    let (place, _) = one("a.html", &text, &password);
    assert_eq!(place.0, 2);
}

#[test]
fn one_encoding_inside_another_takes_a_deeper_look() {
    let token = token();
    let twice = STANDARD.encode(STANDARD.encode(&token));
    let text = format!("x: {twice}");
    assert!(found("a.txt", &text).is_empty());
    let mut rules = RuleSet::builtin();
    rules.set_decode_depth(2);
    let findings = detect(&Fragment::content(b"a.txt", text.as_bytes()), &rules);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].place.column, 4);
    let once = format!("x: {}", STANDARD.encode(&token));
    rules.set_decode_depth(0);
    assert!(detect(&Fragment::content(b"a.txt", once.as_bytes()), &rules).is_empty());
}

#[test]
fn escapes_are_seen_through() {
    let token = token();
    let body = &token[5..];
    for text in [
        format!("{{\"t\": \"\\u0068xtp_{body}\"}}"),
        format!("https://acme.io/?t=hxtp%5F{body}"),
        format!("t = '\\x68xtp_{body}'"),
        format!("<a t=\"&#104;xtp_{body}\"/>"),
    ] {
        one("a.txt", &text, &token);
    }
    let password = password();
    let text = format!("{{\"env\": \"A=1\\nDB_PASSWORD={password}\\nB=2\"}}");
    one("a.json", &text, &password);
}

#[test]
fn literals_torn_into_pieces_are_read_as_one() {
    let token = token();
    let (head, tail) = token.split_at(50);
    for (path, text) in [
        ("a.py", format!("tok = (\"{head}\"\n       \"{tail}\")\n")),
        ("a.js", format!("const tok = \"{head}\" + '{tail}';\n")),
        ("a.php", format!("$tok = '{head}' . '{tail}';\n")),
        ("a.lua", format!("tok = \"{head}\" .. \"{tail}\"\n")),
        ("a.bas", format!("tok = \"{head}\" & \"{tail}\"\n")),
    ] {
        one(path, &text, &token);
    }
}

#[test]
fn secrets_of_kubernetes_are_judged_decoded_under_their_keys() {
    let password = password();
    let manifest = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: {}\n  username: {}\n",
            STANDARD.encode(value),
            STANDARD.encode("etl")
        )
    };
    let (place, context) = one("secret.yaml", &manifest(&password), &password);
    assert_eq!(place.0, 6);
    assert_eq!(context.as_deref(), Some("decoded from base64"));
    assert!(found("secret.yaml", &manifest("changeme")).is_empty());
}

#[test]
fn notebooks_are_read_cell_by_cell_and_pictures_for_the_texts_in_them() {
    let (token, password) = (token(), password());
    let hidden = fill("hxtp_{{hex:96}}", 3);
    let picture = STANDARD.encode([&[0xFF, 0, 1, 2][..], hidden.as_bytes()].concat());
    let text = format!(
        r##"{{"cells": [
 {{"cell_type": "markdown", "source": ["# Title"]}},
 {{"cell_type": "code", "source": ["import os\n", "token = '{token}'\n"], "outputs": [
  {{"data": {{"image/png": "{picture}"}}}},
  {{"name": "stdout", "text": ["DB_PASSWORD={password}\n"]}}]}}],
 "nbformat": 4}}"##
    );
    let findings = found("work/book.ipynb", &text);
    let seen: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                finding.place.line,
                finding.context.as_deref(),
                finding.secret.expose(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (3, Some("cell 2, line 2"), token.as_bytes()),
            (
                4,
                Some("cell 2, picture, decoded from base64"),
                hidden.as_bytes(),
            ),
            (5, Some("cell 2, output"), password.as_bytes()),
        ]
    );
    assert!(
        findings
            .iter()
            .all(|finding| finding.path == b"work/book.ipynb")
    );
}

#[test]
fn what_stands_in_place_of_a_picture_and_is_none_is_read() {
    let token = token();
    let random: Vec<u8> = (0..202).map(|at: u32| (at * 167 % 251) as u8).collect();
    let picture = STANDARD.encode([b"\x89PNG\r\n\x1a\n", &*random].concat());
    let encoded = STANDARD.encode(format!("the token of the plot is {token}, do not share it"));
    let texts = [
        format!("<svg><text>{token}</text></svg>"),
        token.clone(),
        format!("{picture} {token}"),
        format!("{picture}=\\n{token}"),
        encoded,
    ];
    let kinds = [
        "image/svg+xml",
        "image/png",
        "image/jpeg",
        "application/pdf",
    ];
    for text in &texts {
        for kind in kinds {
            let outputs = [
                format!(r#"{{"{kind}": "{text}"}}"#),
                format!(r#"{{"{kind}": ["<a>\n", "{text}"]}}"#),
            ];
            for data in outputs {
                let book = format!(
                    r#"{{"cells": [{{"cell_type": "code", "source": ["a = 1"], "outputs": [{{"data": {data}}}]}},
 {{"cell_type": "markdown", "source": [], "attachments": {{"a": {data}}}}}], "nbformat": 4}}"#
                );
                let findings = found("book.ipynb", &book);
                let secrets: Vec<_> = findings.iter().map(|one| one.secret.expose()).collect();
                assert_eq!(secrets, [token.as_bytes(); 2], "{book}");
            }
        }
    }
}

#[test]
fn exports_of_hex_are_read_in_both_formats() {
    let (password, key) = (password(), fill("{{alnum:32}}", 5));
    let yaml = format!(
        "schemaVersion: 3\nmeta:\n  projectId: 0190-1\nprojectAssets:\n  envVars:\n    - name: DB_PASSWORD\n      value: {password}\n  secrets:\n    - secretName: SNOWFLAKE_PASSWORD\ncells:\n  - cellType: INPUT\n    config:\n      name: api_key\n      inputType: TEXT_INPUT\n      outputType: STRING\n      options: null\n      defaultValue: {key}\n"
    );
    let findings = found("project.yaml", &yaml);
    let seen: Vec<_> = findings
        .iter()
        .map(|finding| (finding.place.line, finding.secret.expose()))
        .collect();
    assert_eq!(seen, [(7, password.as_bytes()), (17, key.as_bytes())]);
    let notebook = format!(
        r#"{{"cells":[{{"cell_type":"code","source":"import json as _hex_json\n\nDB_PASSWORD = _hex_json.loads(\"\\\"{password}\\\"\")"}}],"nbformat":4}}"#
    );
    let (_, context) = one("project.ipynb", &notebook, &password);
    assert_eq!(context.as_deref(), Some("cell 1, line 3"));
    // What stands behind the call is read on.
    let longer = notebook.replace(
        r#"\")"}"#,
        &format!(r#"\")\nx = 1\napi_key = \"{key}\""}}"#),
    );
    assert_ne!(longer, notebook);
    let findings = found("project.ipynb", &longer);
    let seen: Vec<_> = findings
        .iter()
        .map(|one| (one.context.as_deref(), one.secret.expose()))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("cell 1, line 3"), password.as_bytes()),
            (Some("cell 1, line 5"), key.as_bytes()),
        ]
    );
}

#[test]
fn a_key_in_a_string_is_one_finding_over_its_whole_body() {
    let words = ["PRIVATE", "KEY"].join(" ");
    let body = fill(
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{{b64:32}}\\n{{b64:64}}\\n{{b64:64}}\\n{{b64:64}}",
        2,
    );
    let pem = format!("-----BEGIN {words}-----\\n{body}\\n-----END {words}-----");
    let text = format!(
        "{{\"type\": \"service_account\", \"{}\": \"{pem}\\n\"}}",
        "private_key"
    );
    let (place, _) = one("key.json", &text, &pem);
    assert_eq!(place.3 - place.1, pem.len());
    let file = pem.replace("\\n", "\n");
    let encoded = format!("client-key-data: {}\n", STANDARD.encode(&file));
    let findings = found("config", &encoded);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].rule.id, "private-key");
}

/// Returns the digits of a text.
fn hex(text: &str) -> String {
    text.bytes()
        .fold(String::new(), |hex, b| hex + &format!("{b:02x}"))
}

#[test]
fn encodings_are_found_in_every_column() {
    let token = token();
    for pad in 0..60 {
        let text = format!("{} key: {}\n", ".".repeat(pad), STANDARD.encode(&token));
        let (place, _) = one("a.txt", &text, &token);
        assert_eq!((place.0, place.1), (1, pad + 7));
        let text = format!("{}'{}'\n", " ".repeat(pad), hex(&token));
        let (place, _) = one("a.txt", &text, &token);
        assert_eq!(place, (1, pad + 2, 1, pad + 2 + 2 * token.len()));
    }
}

#[test]
fn encodings_of_every_length_are_decoded_whole() {
    // Less than 24 characters are not decoded; one more than a multiple of four belongs to something else.
    for length in [23, 24, 25, 63, 64, 65, 127, 128, 129, 300] {
        let size = length * 3 / 4;
        let text = format!(
            "password={}",
            fill(&format!("{{{{alnum:{}}}}}", size - 9), 4)
        );
        let mut run = STANDARD.encode(&text).trim_end_matches('=').to_owned();
        run.push_str(&"a".repeat(length - run.len()));
        for pad in 0..130 {
            let findings = found("a.txt", &[&".".repeat(pad), &run, ".aa"].concat());
            if length < 24 {
                assert!(findings.is_empty(), "{pad}, {length}: {findings:?}");
                continue;
            }
            assert_eq!(findings.len(), 1, "{pad}, {length}: {findings:?}");
            assert_eq!(findings[0].secret.expose(), &text.as_bytes()[9..]);
            let place = findings[0].place;
            assert_eq!(
                (place.column, place.end_column),
                (pad + 1, pad + 1 + length)
            );
        }
    }
}

#[test]
fn what_is_decoded_keeps_its_key() {
    let secret = fill("{{alnum:32}}", 6);
    let encoded = STANDARD.encode(&secret);
    let text = format!("  zoom_client_secret: {encoded}\n  next: 1");
    let (place, context) = one("a.yml", &text, &secret);
    assert_eq!((place.0, place.1), (1, 23));
    assert_eq!(context.as_deref(), Some("decoded from base64"));
    // The key says what was decoded, not only that something was.
    assert_eq!(found("a.yml", &text)[0].rule.id, "zoom-client-secret");
    assert!(found("a.txt", &encoded).is_empty());
}

#[test]
fn every_secret_in_an_encoding_is_found() {
    let other = token().chars().rev().collect::<String>();
    let text = format!("PASSWORD={}\nAPI_TOKEN={other}\n", password());
    for encoded in [STANDARD.encode(&text), hex(&text)] {
        let found = found("notes.txt", &format!("it is {encoded}\n"));
        let secrets: Vec<&[u8]> = found.iter().map(|one| one.secret.expose()).collect();
        assert!(
            secrets.contains(&password().as_bytes()) && secrets.contains(&other.as_bytes()),
            "{found:?}"
        );
    }
}

#[test]
fn wrapped_encodings_are_one() {
    let token = token();
    let words = "0123456789 lines of words, over and over again. ".repeat(3);
    let encoded = STANDARD.encode(format!("{words}{token} {words}"));
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let (place, _) = one("a.txt", &lines.join("\n    "), &token);
    assert_eq!((place.0, place.2), (1, lines.len()));
}

#[test]
fn code_digests_and_pictures_decode_to_nothing() {
    for text in [
        "getElementsByClassNameAndThenSomeMore.toLowerCaseWithLocale()",
        "0e4f8b1c5d2a7f9b3c6d0e4f8b1c5d2a7f9b3c6d0e4f8b1c5d2a7f9b3c6d0e4f",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
        "------------------------------------------------------------------",
    ] {
        assert!(found("a.txt", text).is_empty(), "{text}");
    }
}

#[test]
fn escapes_of_every_kind_are_undone() {
    let password = password();
    for (path, text) in [
        ("a.txt", r#""{\"password\": \"¤\"}""#),
        ("a.txt", r"https:\/\/etl:¤@git.acme.io\/"),
        ("a.txt", "DB_PASSWORD%3D¤"),
        (
            "a.xml",
            r#"<a env="DB_PASSWORD=&quot;¤&quot;&amp;y&#61;1"/>"#,
        ),
        ("a.txt", r#""a: 1\npassword: ¤""#),
    ] {
        one(path, &text.replace('¤', &password), &password);
    }
    let token = token();
    let (mark, body) = token.split_at(4);
    for text in [
        format!(r#""a: 1\nt: {mark}\u005f{}\nb: 2""#, &body[1..]),
        format!(r"t = '{mark}\x5f{}'", &body[1..]),
        format!("t%3D{mark}%5F{}%40c", &body[1..]),
        format!("t=&quot;{mark}&#95;{}&quot;&amp;y&#61;", &body[1..]),
        format!("<a t='{mark}&#x5f;{}'/>", &body[1..]),
        format!(r#"{{\"t\": \"{mark}\_{}\"}}"#, &body[1..]),
    ] {
        let (place, _) = one("a.txt", &text, &token);
        let end = text.find(&body[1..]).unwrap() + body.len();
        assert_eq!(
            (place.1, place.3),
            (text.find(mark).unwrap() + 1, end),
            "{text}"
        );
    }
    let (first, rest) = (password.as_bytes()[0], &password[1..]);
    let text = format!("\\u0070assword = '\\x{first:02x}{rest}'");
    one("a.txt", &text, &password);
}

#[test]
fn escapes_that_hide_nothing_change_nothing() {
    let password = password();
    for text in [
        r#"printf("%02x %s %d\n", a);"#,
        r"\d+\s*\w \\ \n",
        "R&D &nbsp; a && b",
        "100% of %",
        "\\",
        "%",
    ] {
        assert!(found("a.txt", text).is_empty(), "{text}");
        let (place, context) = one(
            "a.txt",
            &format!("{text}\npassword = '{password}'"),
            &password,
        );
        assert_eq!((place.0, place.1, context), (2, 13, None));
    }
}

#[test]
fn a_long_line_is_read_around_its_escapes() {
    let password = password();
    let hidden = format!("\\\"password\\\": \\\"{password}\\\"");
    let text = format!("{} {hidden} {}", "a".repeat(5_000), "b".repeat(5_000));
    let (place, _) = one("a.txt", &text, &password);
    assert_eq!(place.1, 5_002 + hidden.find(&password).unwrap());
}

#[test]
fn literals_are_joined_in_the_ways_of_many_languages() {
    let token = token();
    let (head, tail) = token.split_at(50);
    let (middle, end) = tail.split_at(20);
    for text in [
        r#"token = "HEAD" + "TAIL""#,
        r#"token = "HEAD" +"TAIL""#,
        r#"token = "HEAD" .. "TAIL""#,
        r#"token = "HEAD" . "TAIL";"#,
        r#"token = "HEAD" & "TAIL""#,
        "token = \"HEAD\" \\\n  \"TAIL\"",
        "token = \"HEAD\"\n        \"TAIL\"",
        "token = \"HEAD\" +\n        \"MIDDLE\" + 'END'",
        "token = \"HEAD\"\n        + \"TAIL\"",
        "token = \"HEAD\" f\"TAIL\"",
        r#"token = "HEAD" <> "TAIL""#,
        r#"token = "HEAD" ++ "TAIL""#,
        r#"token = "HEAD".concat("TAIL")"#,
        r#"token = "HEAD" + /* the rest */ "TAIL""#,
        "token = \"HEAD\" + // the rest\n  \"TAIL\"",
    ] {
        let text = text
            .replace("HEAD", head)
            .replace("TAIL", tail)
            .replace("MIDDLE", middle)
            .replace("END", end);
        let (place, context) = one("a.txt", &text, &token);
        // From the first letter of the first literal to the last one of the last.
        let last = text.rfind(['"', '\'']).unwrap();
        let start = text.rfind('\n').map_or(0, |at| at + 1);
        assert_eq!((place.0, place.1), (1, 10), "{text}");
        assert_eq!(
            (place.2, place.3),
            (text.lines().count(), last - start + 1),
            "{text}"
        );
        assert_eq!(context, None, "{text}");
    }
}

#[test]
fn names_may_be_written_with_escapes() {
    let whole = password();
    for (path, text) in [
        ("a.json", r#"{"\u0070assword":"VALUE"}"#),
        ("a.json", r#"{"password\u0020":"VALUE"}"#),
        ("a.js", r#"o = {"pass\x77ord": "VALUE"}"#),
        ("a.properties", r"p\u0061ssword=VALUE"),
        ("a.yml", r#""pass\x77ord": "VALUE""#),
    ] {
        let found = found(path, &text.replace("VALUE", &whole));
        let is_whole = |one: &Finding| one.secret.expose() == whole.as_bytes();
        assert!(found.iter().any(is_whole), "{path} {text} {found:?}");
    }
}

#[test]
fn shells_join_what_touches() {
    let token = token();
    let (head, tail) = token.split_at(25);
    for name in ["a.sh", ".env"] {
        for text in [r#"TOKEN="HEAD""TAIL""#, r#"TOKEN='HEAD'"TAIL""#] {
            let text = text.replace("HEAD", head).replace("TAIL", tail);
            let found = found(name, &text);
            assert!(
                found
                    .iter()
                    .any(|one| one.secret.expose() == token.as_bytes()),
                "{name} {text}"
            );
        }
        // Words apart are two.
        let text = format!("f \"{head}\" \"{tail}\"");
        assert!(found(name, &text).is_empty(), "{text}");
    }
    // A mark of one kind between marks of the other.
    let whole = password().replace('#', "'");
    let text = format!("DB_PASSWORD='{}'\n", whole.replace('\'', r#"'"'"'"#));
    let found = found(".env", &text);
    let is_whole = |one: &Finding| one.secret.expose() == whole.as_bytes();
    assert!(found.iter().any(is_whole), "{text} {found:?}");
}

#[test]
fn literals_that_stand_apart_are_left_alone() {
    let token = token();
    let (head, tail) = token.split_at(25);
    for text in [
        r#"["HEAD", "TAIL"]"#,
        r#"{"HEAD": "TAIL"}"#,
        "a = \"HEAD\"\nb = \"TAIL\"",
        r#"x + " + " + y.long_name_of_something"#,
        "don't know; it's a very long sentence",
        "\"\"\"",
    ] {
        let text = text.replace("HEAD", head).replace("TAIL", tail);
        let findings = found("a.txt", &text);
        assert!(findings.is_empty(), "{text}: {findings:?}");
    }
}

#[test]
fn texts_of_nothing_but_escapes_and_quotes_are_read_once() {
    for text in [
        "\\\"", "'\"'\"'", "\"a\" + ", "\"\" + ", "\"", "\" \"", "' + \"\n", "\"\\",
    ] {
        let started = Instant::now();
        for name in ["a.txt", "a.sh"] {
            assert!(found(name, &text.repeat(100_000)).is_empty());
        }
        // Each takes a fraction of a second; read anew from every quote they would take hours.
        assert!(started.elapsed().as_secs() < 20, "{text}");
    }
}

#[test]
fn secrets_of_kubernetes_are_read_in_every_form() {
    // So short that it is decoded in a Secret only.
    let password = fill("{{alnum:4}}#{{alnum:5}}", 2);
    let (user, value) = (STANDARD.encode("etl"), STANDARD.encode(&password));
    for text in [
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  user: {user}\n  # more\n  password: \"{value}\"\ntype: Opaque\n"
        ),
        format!("data:\n  password: {value}\nkind: Secret\n"),
        format!(
            "{{\"kind\": \"Secret\", \"data\": {{\"user\": \"{user}\", \"password\": \"{value}\"}}}}"
        ),
        format!(
            "{{\n  \"kind\": \"Secret\",\n  \"data\": {{\n    \"password\": \"{value}\"\n  }}\n}}\n"
        ),
    ] {
        let (_, context) = one("a.yaml", &text, &password);
        assert_eq!(context.as_deref(), Some("decoded from base64"), "{text}");
    }
    for text in [
        format!("kind: ConfigMap\ndata:\n  password: {value}\n# no Secret\n"),
        format!("kind: SecretStore\ndata:\n  password: {value}\n"),
        format!("kind: Secret\nname: x\n---\nkind: ConfigMap\ndata:\n  password: {value}\n"),
        format!("kind: Secret\nstringData:\n  password: {value}\n"),
    ] {
        let (_, context) = one("a.yaml", &text, &value);
        assert_eq!(context, None, "{text}");
    }
}

#[test]
fn cells_are_read_under_headers_that_name_a_secret() {
    let [one_, other] = [1, 2].map(|seed| fill("{{alnum:6}}#{{alnum:6}}", seed));
    let quoted = format!("{},{}", &one_[..5], &other[..8]);
    for (path, text, expected) in [
        (
            "a.csv",
            format!("id,user,password\n1,ann,{one_}\n2,bob,\"{quoted}\"\n3,eve,\n"),
            vec![(2, &one_), (3, &quoted)],
        ),
        (
            "a.TSV",
            format!("\"api_key\"\tname\r\n{other}\tx\r\n"),
            vec![(2, &other)],
        ),
        (
            "a.csv",
            format!("id;client_secret\n1;{one_}"),
            vec![(2, &one_)],
        ),
        // What comes through a pipe has no name that says anything.
        (
            "<stdin>",
            format!("id,e-mail,password\n1,a@example.com,{one_}\n2,b@example.com,\"{quoted}\"\n"),
            vec![(2, &one_), (3, &quoted)],
        ),
    ] {
        let findings = found(path, &text);
        let seen: Vec<_> = findings
            .iter()
            .map(|one| (one.place.line, one.secret.expose()))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(line, cell)| (*line, cell.as_bytes()))
            .collect();
        assert_eq!(seen, expected, "{text}");
    }
    for (path, text) in [
        ("a.txt", format!("user,password\nann,{one_}\n")),
        ("a.csv", format!("id,name\n1,{one_}\n")),
        ("a.md", format!("user,password\nann,{one_}\nbob,{one_}\n")),
        ("<stdin>", format!("user, your password\nann,{one_}\nbob\n")),
        ("a.csv", "password\n".to_owned()),
        ("a.csv", String::new()),
        ("a.csv", "\n\n,password,".to_owned()),
    ] {
        let findings = found(path, &text);
        assert!(findings.is_empty(), "{text}: {findings:?}");
    }
}

#[test]
fn a_table_is_read_to_its_end_however_many_rows_and_columns_it_has() {
    let secret = fill("{{alnum:6}}#{{alnum:6}}", 3);
    let rows = "1,null\n2,unknown\n".repeat(20_000);
    let wide = "name_of_the_user_in_that_year,".repeat(400) + "password";
    let named = "old_secret,".repeat(20);
    for text in [
        format!("id,password\n{rows}3,{secret}\n"),
        format!("{wide}\n{}{secret}\n", ",".repeat(400)),
        format!("{named}password\n{}{secret}\n", ",".repeat(20)),
    ] {
        let findings = found("a.csv", &text);
        let secrets: Vec<_> = findings.iter().map(|one| one.secret.expose()).collect();
        assert_eq!(secrets, [secret.as_bytes()], "{}", &text[..200]);
    }
    let rows = "(1, 'ada', 'x'),\n".repeat(210_000);
    let text =
        format!("INSERT INTO u (id, name, password) VALUES\n{rows}(2, 'bob', '{secret}');\n");
    assert_eq!(found("a.sql", &text).len(), 1);
}

#[test]
fn inputs_of_hex_are_read_under_their_own_names() {
    let [key, other] = [1, 2].map(|seed| fill("{{alnum:32}}", seed));
    let text = format!(
        "schemaVersion: 3\n  - config:\n      name: api_key\n      type: x\n      defaultValue: {key}\n  - config:\n      defaultValue: {other}\n"
    );
    let (place, _) = one("project.txt", &text, &key);
    assert_eq!((place.0, place.1), (5, 21));
}

const BOOK: &str = r#"{"cells": [
 {"cell_type": "markdown", "source": ["head\n", "line"]},
 {"cell_type": "code", "source": "a = 1\npassword = \"ONE\"\nb = \"y\\\"} ]\"", "outputs": [
  {"data": {"image/png": "PICTURE", "text/plain": ["DB_PASSWORD=TWO\n"]}}, {"text": "DB_PASSWORD=THREE", "name": "stdout"}]}],
 "metadata": {"numbers": [1, "x", {"y": 2}], "KEY": "\u0041FOUR"}, "nbformat": 4}"#;

/// Returns the notebook with its secrets, and those.
fn book() -> (String, Vec<String>) {
    let pixels = (0..99).map(|at| at * 2 + 1);
    let picture: Vec<u8> = pixels.chain(password().bytes()).collect();
    let mut text = BOOK.replace("PICTURE", &STANDARD.encode(picture));
    let names = ["ONE", "TWO", "THREE", "FOUR"];
    let secrets = (20..).zip(names).map(|(seed, name)| {
        let secret = fill("{{alnum:6}}#{{alnum:6}}", seed);
        text = text.replace(name, &secret);
        secret
    });
    let secrets = secrets.collect();
    (text, secrets)
}

#[test]
fn every_part_of_a_notebook_is_read_in_its_place() {
    let (text, secrets) = book();
    let findings = found("a.ipynb", &text);
    let contexts = [
        Some("cell 2, line 2"),
        Some("cell 2, output"),
        Some("cell 2, output"),
        None,
    ];
    assert_eq!(findings.len(), contexts.len(), "{findings:?}");
    for ((finding, secret), context) in findings.iter().zip(&secrets).zip(contexts) {
        assert_eq!(finding.context.as_deref(), context);
        // The last one begins with an escape.
        let escape = if context.is_none() { "\\u0041" } else { "" };
        let expected = [if context.is_none() { "A" } else { "" }, secret].concat();
        assert_eq!(finding.secret.expose(), expected.as_bytes());
        let written = format!("{escape}{secret}");
        let at = text.find(&written).unwrap();
        let place = Place::of(text.as_bytes(), at, at + written.len());
        assert_eq!(finding.place, place, "{secret}");
    }
}

#[test]
fn what_is_no_whole_notebook_is_read_as_text() {
    let (text, secrets) = book();
    let check = |text: &str| {
        let findings = found("a.ipynb", text);
        let context = findings.iter().find_map(|one| one.context.as_deref());
        assert_eq!(context.filter(|how| how.contains("cell")), None, "{text}");
        findings.len()
    };
    for end in 0..text.len() {
        check(&text[..end]);
    }
    for broken in [
        format!("{text}}}"),
        format!("{text},1"),
        text.replace("4}", "4]"),
        text.replace("4}", "\"4}"),
        text.replace("4}", "\"4\\"),
        format!("{}{text}", "[".repeat(1_000)),
    ] {
        assert!(check(&broken) >= secrets.len());
    }
    for text in ["{", "[}", "\"a", "{\"a\\", "]", "1,2", &"[".repeat(100_000)] {
        assert_eq!(check(text), 0, "{text}");
    }
}

#[test]
fn a_token_in_a_cell_is_shown_as_anywhere_else() {
    let secret = token();
    let cell = format!("%env HEX_API_TOKEN={secret}");
    let notebook =
        serde_json::json!({"cells": [{"cell_type": "code", "source": [cell]}], "nbformat": 4});
    let repo = Repo::new();
    repo.write("n.ipynb", notebook.to_string());
    let shown = repo.hexguard(&["scan", "n.ipynb"]).stdout;
    let masked = format!("HEX_API_TOKEN={}****{}\"", &secret[..5], &secret[97..]);
    assert!(shown.contains(&masked), "{shown}");
}
