//! Members of a container that stands in a text as base64 are read as those of a container that is a file.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use zip::write::SimpleFileOptions;

use crate::containers::{bz2, gz, tar, workbook, xz, zip, zip_with, zst};
use crate::containers_beside::noise;
use crate::containers_odd::lzma;
use crate::containers_within::{wrapped, zlib};
use crate::documents::png;
use crate::support::{Output, Repo, template::fill, token};

/// A value that a person chose: nothing but its place tells that it is secret.
fn password(seed: u64) -> String {
    fill("{{alnum:6}}#{{alnum:6}}", seed)
}

/// Returns the ways in which a file stands in a text as base64.
fn texts(packed: &[u8]) -> [(&'static str, String); 5] {
    let encoded = STANDARD.encode(packed);
    let attached =
        r#"{"cells": [{"cell_type": "markdown", "source": ["a"], "attachments": {"f": {"#;
    [
        (
            "a.json",
            format!("{{\"name\": \"x\", \"content\": \"{encoded}\"}}\n"),
        ),
        ("a.yaml", format!("a: 1\ndata:\n  content: {encoded}\n")),
        (
            "a.eml",
            format!(
                "Subject: a\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n",
                wrapped(packed)
            ),
        ),
        (
            "a.ipynb",
            format!("{attached}\"application/zip\": \"{encoded}\"}}}}}}], \"nbformat\": 4}}"),
        ),
        (
            "b.ipynb",
            format!("{attached}\"image/png\": \"{encoded}\\n\"}}}}}}], \"nbformat\": 4}}"),
        ),
    ]
}

fn scan(name: &str, text: &str) -> Output {
    let repo = Repo::new();
    repo.write(name, text);
    repo.hexguard(&["scan", name])
}

/// Asserts that so much is found in a file however it is encoded, and said to stand there.
fn reads(packed: &[u8], counts: &str, place: &str) {
    for (name, text) in texts(packed) {
        let scanned = scan(name, &text);
        let all = format!("{name} {scanned:?}");
        assert!(scanned.stdout.contains(counts), "{counts} {all}");
        assert!(scanned.stdout.contains(place), "{place} {all}");
    }
}

#[test]
fn members_are_judged_by_their_names_and_shapes() {
    let (one, two) = (password(1), password(2));
    let cells = ["User", "Password", "anna", &one, "bert", &two];
    let shared = cells.map(|text| format!("<si><t>{text}</t></si>")).concat();
    let row = |n: usize| {
        let (a, b) = (2 * n - 2, 2 * n - 1);
        format!(
            r#"<row r="{n}"><c r="A{n}" t="s"><v>{a}</v></c><c r="B{n}" t="s"><v>{b}</v></c></row>"#
        )
    };
    let shared = format!("<sst>{shared}</sst>");
    let book = workbook(
        shared.as_bytes(),
        (1..=3).map(row).collect::<String>().as_bytes(),
    );
    let at = "People, cell B3, decoded from base64 of a compressed file";
    reads(&book, " 2 blocked, 0 skipped", at);
    let table = format!("user,password\nanna,{one}\nbert,{two}\n");
    let packed = zip(&[("in/logins.csv", table.as_bytes())]);
    reads(&packed, " 2 blocked, 0 skipped", "in/logins.csv, decoded");
    let env = format!("DB_PASSWORD={one}\n");
    for name in [".env", "config.properties"] {
        let packed = zip(&[(name, env.as_bytes())]);
        reads(&packed, " 1 blocked, 0 skipped", name);
    }
    reads(&gz(&tar(env.as_bytes())), " 1 blocked, 0 skipped", ".env, ");
    let packed = zip(&[("certs/prod.p12", &[0xFF, 0, 1, 0x80])]);
    let place = "judged by its name only: certs/prod.p12";
    reads(&packed, " 1 warned, 0 skipped", place);
}

#[test]
fn what_stands_beside_or_behind_something_else_is_opened() {
    let env = format!("DB_PASSWORD={}\n", password(1));
    let packed = zip(&[(".env", env.as_bytes())]);
    let script = b"#!/bin/sh\nunzip -p \"$0\" | sh\nexit 0\n";
    let program = [
        &b"\x7fELF\x02\x01\x01\0"[..],
        &[0, 0xFF, 7, 0x80].repeat(90),
    ]
    .concat();
    for before in [script, &*program, &png(&[])] {
        reads(
            &[before, &packed].concat(),
            " 1 blocked, 0 skipped",
            ".env, ",
        );
    }
    let comment = [b"Comment\0\0", &*zlib(env.as_bytes())].concat();
    let picture = png(&[(b"zTXt", &comment)]);
    reads(&picture, " 1 blocked, 0 skipped", "Comment, ");
    let text = format!("Comment\0T={}", token(1));
    let picture = png(&[(b"tEXt", text.as_bytes())]);
    reads(&picture, " 1 blocked, 0 skipped", "decoded from base64");
    for (name, text) in texts(&png(&[(b"tEXt", b"Comment\0made by hand")])) {
        let scanned = scan(name, &text);
        assert_eq!(scanned.code, 0, "{scanned:?}");
    }
}

#[test]
fn every_stream_is_opened_in_either_alphabet() {
    for (pack, marks) in [
        (lzma as fn(&[u8]) -> Vec<u8>, "+/"),
        (bz2, "+/"),
        (xz, "+/"),
        (zst, "+/"),
        (bz2, "-_"),
        (xz, "-_"),
        (zst, "-_"),
    ] {
        let encoded = (0..).find_map(|seed| {
            let text = format!("DB_PASSWORD={}\nN={seed}\n", password(seed));
            let packed = pack(text.repeat(9).as_bytes());
            let encoded = if marks == "+/" {
                STANDARD.encode(packed)
            } else {
                URL_SAFE.encode(packed)
            };
            marks
                .chars()
                .all(|mark| encoded.contains(mark))
                .then_some(encoded)
        });
        let encoded = encoded.unwrap();
        let scanned = scan("a.json", &format!("{{\"x\": \"{encoded}\"}}\n"));
        assert_eq!(scanned.code, 1, "{encoded} {scanned:?}");
    }
}

#[test]
fn encodings_in_members_are_opened_three_deep() {
    let mut text = format!("T={}\n", token(1));
    let within = " decoded from base64 of a compressed file";
    for (depth, code, said) in [
        (1, 1, within.to_owned()),
        (2, 1, format!("{within},{within}")),
        (
            3,
            2,
            "is a container inside of 3 others, and no more".to_owned(),
        ),
    ] {
        text = format!("a: 1\nx: {}\n", STANDARD.encode(gz(text.as_bytes())));
        let scanned = scan("a.yaml", &text);
        assert_eq!(scanned.code, code, "{depth} {scanned:?}");
        assert!(scanned.stdout.contains(&said), "{depth} {scanned:?}");
    }
    // All of it together has the bounds of one text.
    let bomb = STANDARD.encode(gz(&vec![0; 8 << 20]));
    let bombs = gz(format!("x: {bomb}\n").repeat(12).as_bytes());
    let scanned = scan("a.yaml", &format!("x: {}\n", STANDARD.encode(bombs)));
    assert_eq!(scanned.code, 2, "{scanned:?}");
    let said = "what stands in base64 there unpacks to more than 64 MiB";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
}

#[test]
fn what_is_found_in_a_member_stands_at_its_encoding() {
    let env = format!("DB_PASSWORD={}\n", password(1));
    let encoded = STANDARD.encode(zip(&[(".env", env.as_bytes())]));
    let line = format!("content: {encoded}");
    let repo = Repo::new();
    repo.write("a.yaml", format!("a: 1\n{line}\n"));
    let scanned = repo.hexguard(&["scan", "a.yaml"]);
    assert!(scanned.stdout.contains("a.yaml:2:10"), "{scanned:?}");
    assert!(scanned.stdout.contains("content: ****"), "{scanned:?}");
    let explained = repo.hexguard(&["explain", "a.yaml:2"]);
    let said = "stops the commit client-password-variable";
    assert!(explained.stdout.contains(said), "{explained:?}");
    let redacted = repo.hexguard_with(&["redact"], format!("a: 1\n{line}\nb: 2\n").as_bytes());
    assert!(!redacted.stdout.contains(&encoded[..8]), "{redacted:?}");
    assert!(redacted.stdout.ends_with("b: 2\n"), "{redacted:?}");
    repo.stage(
        "a.yaml",
        format!("a: 1\n{line} # hexguard:allow -- a sample\n"),
    );
    assert_eq!(repo.hexguard(&["scan", "a.yaml"]).code, 0);
    repo.stage("a.yaml", format!("a: 1\n{line}\n"));
    assert_eq!(repo.hexguard(&["baseline"]).code, 0);
    assert_eq!(repo.hexguard(&["scan", "a.yaml"]).code, 0);
    // The name of a member is shown without the secret that it holds.
    let (token, name) = (token(2), format!("in/{}.txt", token(2)));
    let packed = STANDARD.encode(zip(&[(&*name, b"nothing")]));
    let scanned = scan("b.yaml", &format!("content: {packed}\n"));
    assert_eq!(scanned.code, 1, "{scanned:?}");
    assert!(!scanned.stdout.contains(&token[8..24]), "{scanned:?}");
}

#[test]
fn of_very_many_secrets_in_an_encoding_it_is_said_that_not_all_are_listed() {
    let lines = (0..17_000).map(|seed| format!("DB_PASSWORD={}\n", password(seed)));
    let text = lines.collect::<Vec<_>>().concat();
    let encoded = STANDARD.encode(gz(text.as_bytes()));
    let scanned = scan("a.yaml", &format!("content: {encoded}\n"));
    assert_eq!(scanned.code, 2, "{}", scanned.stderr);
    let said = "a.yaml!(base64 on line 1) was not scanned: it holds more than";
    assert!(scanned.stdout.contains(said), "{}", scanned.stderr);
}

#[test]
fn base64_of_a_text_or_a_picture_in_lines_is_one() {
    let secret = token(1);
    let text = format!("# settings\nDEBUG=1\nHEX_TOKEN={secret}\nend=1\n");
    let picture = [
        &b"\x89PNG\r\n\x1a\n\0\0\0\x80tEXtComment\0"[..],
        secret.as_bytes(),
    ]
    .concat();
    for width in [60, 64, 76] {
        let lines = |bytes: &[u8], end: &str| {
            let text = STANDARD.encode(bytes);
            let lines = text.as_bytes().chunks(width);
            let lines: Vec<&str> = lines
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            lines.join(end)
        };
        let json = format!(
            "{{\"encoding\": \"base64\", \"content\": \"{}\\n\"}}\n",
            lines(text.as_bytes(), "\\n")
        );
        let literals = format!("X = (\"{}\")\n", lines(text.as_bytes(), "\"\n     \""));
        let book = format!(
            r#"{{"cells": [{{"cell_type": "code", "source": ["a = 1"], "outputs": [{{"data": {{"image/png": "{}\n"}}}}]}}]}}"#,
            lines(&picture, "\\n")
        );
        for (name, text) in [("gh.json", json), ("a.py", literals), ("a.ipynb", book)] {
            let repo = Repo::new();
            repo.write(name, text);
            let scanned = repo.hexguard(&["scan", name]);
            assert!(
                scanned.stdout.contains(" 1 blocked, 0 skipped"),
                "{width} {name} {scanned:?}"
            );
        }
    }
}

#[test]
fn a_drawing_is_one_wherever_it_stands_in_its_element() {
    let text = format!("%3Cmx%20value%3D%22{}%22%2F%3E", token(1));
    let packed = zlib(text.as_bytes());
    let packed = STANDARD.encode(&packed[2..packed.len() - 4]);
    for (before, behind) in [
        ("", ""),
        ("\n    ", "\n  "),
        ("<![CDATA[", "]]>"),
        ("\r\n<![CDATA[\n", "\n]]>"),
    ] {
        let repo = Repo::new();
        repo.write(
            "a.drawio",
            format!("<mxfile><diagram id=\"a\">{before}{packed}{behind}</diagram></mxfile>"),
        );
        let scanned = repo.hexguard(&["scan", "a.drawio"]);
        assert!(
            scanned.stdout.contains(" 1 blocked, 0 skipped"),
            "{before:?} {scanned:?}"
        );
    }
}

#[test]
fn a_container_that_is_longer_than_a_piece_of_a_text_is_said() {
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let secret = format!("T={}\n", token(1));
    let noise = noise(26 << 20);
    let members = [("a.bin", &*noise), (".env", secret.as_bytes())];
    let repo = Repo::new();
    repo.write(
        "a.yaml",
        format!("a: {}\n", STANDARD.encode(zip_with(&members, stored))),
    );
    let scanned = repo.hexguard(&["scan", "a.yaml"]);
    assert_eq!(scanned.code, 2, "{scanned:?}");
    assert!(
        scanned
            .stdout
            .contains("a.yaml!(base64 on line 1) was not scanned: what stands"),
        "{scanned:?}"
    );
}
