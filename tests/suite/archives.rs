//! The tables of docs/archives.md: each row of them is tried.

use std::path::Path;

use zip::write::SimpleFileOptions;

use crate::bounds::wide_xz;
use crate::containers::{
    TYPES, bz2, commit, encrypted_zip, gz, hooked, tar, workbook, xz, zip, zip_with, zst,
};
use crate::containers_beside::noise;
use crate::containers_odd::lzma;
use crate::containers_within::{deb, wrapped, zlib};
use crate::documents::{docx, ods, page, pdf, png};
use crate::spreadsheets::{book, cell, compound, four, narrow, shared};
use crate::support::{Repo, token};

/// What packs a text.
type Pack = fn(&[u8]) -> Vec<u8>;

/// Makes a file of a token.
type Make = fn(&str) -> Vec<u8>;

fn line(token: &str) -> Vec<u8> {
    format!("T={token}\n").into_bytes()
}

fn zipped(token: &str) -> Vec<u8> {
    zip(&[("a/.env", &line(token))])
}

fn spreadsheet(token: &str) -> Vec<u8> {
    let table = format!(
        "<table:table table:name=\"People\"><table:table-row><table:table-cell><text:p>{token}</text:p></table:table-cell></table:table-row></table:table>"
    );
    ods(&table)
}

fn paragraph(token: &str) -> String {
    format!("<w:p><w:t>{token}</w:t></w:p>")
}

/// What each kind of file in the first table is made by, by the end of its name.
const OPENED: &[(&str, Make)] = &[
    ("zip jar war whl nupkg vsix apk epub twbx", zipped),
    ("tar", |token| tar(&line(token))),
    ("deb", |token| deb(&xz(&tar(&line(token))))),
    ("gz", |token| gz(&line(token))),
    ("bz2", |token| bz2(&line(token))),
    ("xz", |token| xz(&line(token))),
    ("lzma", |token| lzma(&line(token))),
    ("zst", |token| zst(&line(token))),
    ("zz", |token| zlib(&line(token))),
    ("tgz", |token| gz(&tar(&line(token)))),
    ("tbz2", |token| bz2(&tar(&line(token)))),
    ("txz", |token| xz(&tar(&line(token)))),
    ("tzst", |token| zst(&tar(&line(token)))),
    ("xlsx xlsm", |token| {
        let texts = format!("<si><t>{token}</t></si>");
        workbook(
            texts.as_bytes(),
            br#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#,
        )
    }),
    ("ods", spreadsheet),
    ("xls", |token| {
        let texts = [shared(&[narrow(token)])];
        compound(
            "Workbook",
            book(&texts, &[cell(0xFD, 0, 0, four(0))]),
            false,
        )
    }),
    ("docx", |token| docx("word/document.xml", paragraph(token))),
    ("pptx", |token| {
        let slide = format!("<a:p><a:t>{token}</a:t></a:p>");
        zip(&[
            ("[Content_Types].xml", TYPES),
            ("ppt/slides/slide1.xml", slide.as_bytes()),
        ])
    }),
    ("odt", |token| {
        let text = format!("<text:p>{token}</text:p>");
        zip(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", text.as_bytes()),
        ])
    }),
    ("pdf", |token| {
        pdf("/Filter /FlateDecode", zlib(page(token).as_bytes()))
    }),
    ("png", |token| {
        let text = [&b"Comment\0\0"[..], &zlib(&line(token))].concat();
        png(&[(b"IHDR", &[0; 13]), (b"zTXt", &text), (b"IEND", b"")])
    }),
    ("pex", |token| {
        [b"#!/usr/bin/env python3\n", &*zipped(token)].concat()
    }),
    ("sh", |token| {
        [b"#!/bin/sh\nexit 0\n", &*gz(&tar(&line(token)))].concat()
    }),
    ("exe", |token| {
        [b"MZ\x90\0\x03\0\0\0", &*xz(&line(token))].concat()
    }),
    ("jpg", |token| {
        [b"\xff\xd8\xff\xe0\0\x10JFIF\0", &*gz(&line(token))].concat()
    }),
    ("yaml", |token| {
        format!(
            "data:\n  release: {}\n",
            wrapped(&gz(&line(token))).replace('\n', "")
        )
        .into_bytes()
    }),
    ("eml", |token| {
        format!("Subject: a\n\n{}\n", wrapped(&zipped(token))).into_bytes()
    }),
    ("ipynb", |token| {
        let text = [&b"Comment\0\0"[..], &zlib(&line(token))].concat();
        let picture = wrapped(&png(&[(b"zTXt", &text)])).replace('\n', "");
        format!(r#"{{"cells": [{{"cell_type": "code", "source": ["a"], "outputs": [{{"data": {{"image/png": "{picture}"}}}}]}}]}}"#).into_bytes()
    }),
];

/// What is tried for a row of the other tables: a name, and what makes the file.
type Tries = &'static [(&'static str, fn() -> Vec<u8>)];

const TEXT: &[u8] = b"All is well. All is well.\n";

const UNSCANNED: &[(&str, Tries)] = &[
    ("damaged data", &[("a.gz", || gz(TEXT)[..20].to_vec())]),
    (
        "a container in three others",
        &[("a.zip", || {
            let all: [Pack; 4] = [gz, bz2, xz, |text| zip(&[("a", text)])];
            all.iter().fold(TEXT.to_vec(), |text, pack| pack(&text))
        })],
    ),
    (
        "data that unpack to more than a thousand times their size",
        &[("a.gz", || gz(&vec![0; 66 << 20]))],
    ),
    (
        "a text in a picture or a PDF",
        &[("a.pdf", || {
            let text = b"(a) Tj ".repeat(5 << 20);
            pdf("/Filter /FlateDecode", zlib(&text))
        })],
    ),
    ("data that need much memory to unpack", &[("a.xz", wide_xz)]),
    (
        "a picture, a PDF or a zip archive that must be held in memory",
        &[("a.png", || {
            [b"\x89PNG\r\n\x1a\n", &*vec![0; 48 << 20]].concat()
        })],
    ),
];

const SAID: &[(&str, Tries)] = &[
    (
        "encrypted",
        &[
            ("a.zip", || encrypted_zip(&[("a.txt", TEXT)])),
            ("a.pdf", || {
                pdf(
                    "/Filter /FlateDecode >> endobj trailer << /Encrypt 9 0 R",
                    "broken",
                )
            }),
            ("a.docx", || {
                let name: Vec<u8> = b"EncryptedPackage".iter().flat_map(|&b| [b, 0]).collect();
                [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &[0; 504][..], &name].concat()
            }),
        ],
    ),
    (
        "compressed in a rare way",
        &[("a.zip", || {
            let mut bytes = zip(&[("a.txt", TEXT)]);
            let central = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
            for at in [8, central + 10] {
                bytes[at..at + 2].copy_from_slice(&9u16.to_le_bytes());
            }
            bytes
        })],
    ),
    (
        "other archives",
        &[
            ("a.7z", || b"7z\xbc\xaf\x27\x1c\0\x04".to_vec()),
            ("a.rar", || b"Rar!\x1a\x07\x01\0".to_vec()),
            ("a.cpio", || b"0707010000A000000081A4 a.txt\0".to_vec()),
            ("a.lzh", || b"\x24\xe6-lh5-\x10\0\0\0".to_vec()),
        ],
    ),
    (
        "compressed columns and dumps",
        &[
            ("a.parquet", || b"PAR1\x15\0\x15".to_vec()),
            ("a.avro", || b"Obj\x01\x04\x14avro.codec".to_vec()),
            ("a.dump", || b"PGDMP\x01\x0e\0\x04\x08".to_vec()),
        ],
    ),
    (
        "what git stores",
        &[
            ("a.bundle", || b"# v2 git bundle\n\nPACK\0\0\0\x02".to_vec()),
            ("a.pack", || b"PACK\0\0\0\x02\0\0\0\x01".to_vec()),
        ],
    ),
    (
        "parts of a split archive",
        &[
            ("a.z01", || zip(&[("a.txt", TEXT)])[..40].to_vec()),
            ("a.zip.001", || zip(&[("a.txt", TEXT)])[..40].to_vec()),
            ("a.part1.rar", || b"Rar!\x1a\x07\x01\0".to_vec()),
        ],
    ),
    (
        "called an archive or a document, and none",
        &[
            ("a.zip", || b"\x01\x02\x9e\x03\xf1\x05".to_vec()),
            ("a.tgz", || b"\x01\x02\x9e\x03\xf1\x05".to_vec()),
            ("a.xlsx", || b"\x01\x02\x9e\x03\xf1\x05".to_vec()),
        ],
    ),
    (
        "a stream or an archive in another file that breaks off",
        &[("a.jpg", || {
            let packed = gz(&noise(9_000));
            [
                b"\xff\xd8\xff\xe0\0\x10JFIF\0",
                &packed[..packed.len() - 100],
            ]
            .concat()
        })],
    ),
    (
        "streams and archives in large members",
        &[("a.zip", || {
            let stored =
                SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            let member = [noise(9 << 20), gz(TEXT)].concat();
            zip_with(&[("a.bin", &member)], stored)
        })],
    ),
    (
        "workbooks with records of an unknown kind",
        &[("a.xls", || {
            let texts = [shared(&[narrow("a")])];
            let cells = [cell(0x7FD, 0, 0, four(0))];
            compound("Workbook", book(&texts, &cells), false)
        })],
    ),
    (
        "fonts that do not tell their letters",
        &[("a.pdf", || {
            let glyphs = b"BT /F1 9 Tf <002400480051004F> Tj ET";
            pdf(
                "/Filter /FlateDecode /Resources << /Font << /F1 << /Encoding /Identity-H >> >> >>",
                zlib(glyphs),
            )
        })],
    ),
];

/// Returns the rows of the table below a heading.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/archives.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, part) = text.split_once(&format!("## {heading}\n")).unwrap();
    let part = part.split("\n## ").next().unwrap();
    let lines = part.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    lines.map(cells).collect()
}

/// Returns the ends of names that a cell lists.
fn ends(cell: &str) -> Vec<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted
        .filter_map(|end| end.strip_prefix('.').map(str::to_owned))
        .collect()
}

#[test]
fn every_kind_of_file_that_is_said_to_be_opened_is() {
    let mut tried = 0;
    for (seed, row) in (1..).zip(rows("What is opened")) {
        for end in ends(&row[0]) {
            let made = OPENED
                .iter()
                .find(|(ends, _)| ends.split(' ').any(|one| one == end));
            let (_, make) = made.unwrap_or_else(|| panic!("nothing makes a .{end}"));
            let repo = hooked();
            let (name, token) = (format!("file.{end}"), token(seed));
            repo.stage(&name, make(&token));
            let scanned = repo.hexguard(&["scan", &name]);
            assert_eq!(scanned.code, 1, "{name} {scanned:?}");
            assert!(
                scanned.stdout.contains(" 1 blocked, 0 skipped"),
                "{name} {scanned:?}"
            );
            let stopped = commit(&repo);
            assert_eq!(stopped.code, 1, "{name} {stopped:?}");
            tried += 1;
        }
    }
    let made = OPENED.iter().flat_map(|(ends, _)| ends.split(' '));
    assert_eq!(made.count(), tried);
}

#[test]
fn what_is_said_not_to_be_scanned_is_said_so() {
    for (heading, all, code, says) in [
        ("What is not scanned", UNSCANNED, 2, " was not scanned: "),
        (
            "What is said in one line",
            SAID,
            0,
            ": contents not looked into",
        ),
    ] {
        let rows = rows(heading);
        assert_eq!(rows.len(), all.len());
        for (row, (what, tries)) in rows.iter().zip(all) {
            assert_eq!(row[0], *what);
            for end in ends(&row[1]) {
                assert!(
                    tries.iter().any(|(name, _)| name.ends_with(&end)),
                    "nothing makes a .{end}"
                );
            }
            for (name, make) in *tries {
                let repo = Repo::new();
                repo.write(name, make());
                let scanned = repo.hexguard(&["scan", name]);
                assert_eq!(scanned.code, code, "{what} {scanned:?}");
                assert!(scanned.stdout.contains(says), "{what} {scanned:?}");
            }
        }
    }
}
