//! What is encoded, escaped, torn into pieces or kept in a notebook is found, once, and placed where it stands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::Fragment;
use hexguard::rule::RuleSet;

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
fn notebooks_are_read_cell_by_cell_without_their_pictures() {
    let (token, password) = (token(), password());
    let picture = STANDARD.encode(fill("hxtp_{{hex:96}}", 3));
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
