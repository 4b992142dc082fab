//! Containers where nobody expects them: appended to pictures, encoded in texts, with a directory that is wrong, in packages.

use std::fmt::Write as _;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

use crate::containers::{commit, gz, hooked, tar, xz, zip};
use crate::support::{Output, Repo, token};

const CLEAN: &[u8] = b"All is well. All is well.\n";

fn scan(name: &str, bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write(name, bytes);
    repo.hexguard(&["scan", name])
}

/// Asserts that a token is found once in a file that is made of it, and that nothing is said of one without.
fn reads(name: &str, place: &str, make: impl Fn(&[u8]) -> Vec<u8>) {
    let scanned = scan(name, make(format!("T={}\n", token(1)).as_bytes()));
    assert_eq!(scanned.code, 1, "{name} {scanned:?}");
    assert!(scanned.stdout.contains(place), "{name} {scanned:?}");
    let one = " 1 blocked, 0 skipped";
    assert!(scanned.stdout.contains(one), "{name} {scanned:?}");
    let repo = hooked();
    repo.stage(name, make(CLEAN));
    let done = commit(&repo);
    assert_eq!(done.code, 0, "{name} {done:?}");
    assert!(!done.stderr.contains("contents not looked"), "{done:?}");
}

fn deb(data: &[u8]) -> Vec<u8> {
    let member = |name: &str, bytes: &[u8]| {
        let header = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            100_644,
            bytes.len()
        );
        let fill = vec![b'\n'; bytes.len() % 2];
        [header.as_bytes(), bytes, &fill].concat()
    };
    let members = [
        member("debian-binary", b"2.0\n"),
        member("data.tar.xz/", data),
    ];
    [b"!<arch>\n", members.concat().as_slice()].concat()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text).unwrap();
    zlib.finish().unwrap()
}

/// Returns base64 as mail wraps it.
fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(76);
    lines.fold(String::new(), |all, line| {
        all + std::str::from_utf8(line).unwrap() + "\n"
    })
}

#[test]
fn what_is_appended_to_a_picture_or_a_document_is_opened() {
    let packed = |text: &[u8]| zip(&[("a/.env", &[text, &[b'-'; 400]].concat())]);
    for (name, before) in [
        ("a.png", &b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB\x60\x82"[..]),
        ("a.pdf", b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n"),
    ] {
        let place = format!("{name}!a/.env:1:");
        reads(name, &place, |text| [before, &packed(text)].concat());
    }
}

#[test]
fn a_package_and_a_stream_without_a_mark_are_opened() {
    reads("a.deb", "a.deb!data.tar.xz!.env:1:", |text| {
        deb(&xz(&tar(text)))
    });
    reads("objects/ab/cd", "objects/ab/cd!cd:1:", |text| {
        zlib(&[b"blob 99\0", text, &[b'-'; 99]].concat())
    });
    let whole = deb(&xz(&tar(CLEAN)));
    let cut = scan("a.deb", &whole[..whole.len() - 40]);
    assert_eq!(cut.code, 2, "{cut:?}");
    assert!(cut.stdout.contains("it is damaged"), "{cut:?}");
}

#[test]
fn containers_in_base64_are_opened() {
    let helm = |text: &[u8]| STANDARD.encode(STANDARD.encode(gz(text)));
    reads("a.yaml", "a.yaml:2:", |text| {
        let text = [text, &[b'\n'; 9], CLEAN].concat();
        format!("data:\n  release: {}\n", helm(&text)).into_bytes()
    });
    reads("a.eml", "a.eml:4:", |text| {
        let part = wrapped(&zip(&[("a.txt", text)]));
        format!("Subject: a\nContent-Transfer-Encoding: base64\n\n{part}\n--b--\n").into_bytes()
    });
    reads("a.drawio", "a.drawio:1:", |text| {
        let encoded = text.iter().map(|byte| format!("%{byte:02X}"));
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate
            .write_all(encoded.collect::<String>().as_bytes())
            .unwrap();
        let packed = STANDARD.encode(deflate.finish().unwrap());
        format!("<mxfile><diagram id=\"a\">{packed}</diagram></mxfile>\n").into_bytes()
    });
    // What is no container there stops nothing.
    let broken = format!("data: {}\n", STANDARD.encode(&gz(CLEAN)[..30]));
    let done = scan("a.yaml", broken);
    assert_eq!(done.code, 0, "{done:?}");
    // A small text that unpacks to very much ends soon.
    let bomb = gz(&vec![b'a'; 96 << 20]);
    let bombs = format!("a: {}\n", STANDARD.encode(bomb)).repeat(20);
    let done = scan("a.yaml", bombs);
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn queries_and_macros_are_read() {
    reads("a.pbix", "a.pbix!DataMashup!Section1.m:1:", |text| {
        let text = [text, &[b'-'; 300]].concat();
        let package = zip(&[("Section1.m", &text)]);
        let length = u32::try_from(package.len()).unwrap().to_le_bytes();
        let mashup = [&[0; 4][..], &length, &package, b"\x03\0\0\0<a/>"].concat();
        zip(&[("DataMashup", &mashup)])
    });
    // Each byte of a macro as it is: eight of them behind flags.
    reads("vbaProject.bin", "vbaProject.bin!macro 1.bas:2:", |text| {
        let program = [b"Attribute VB_Name = \"a\"\r\n", text].concat();
        let mut chunk = program.chunks(8).fold(Vec::new(), |mut all, eight| {
            all.push(0);
            all.extend(eight);
            all
        });
        // The first flags tell a byte of nine.
        assert!(chunk.starts_with(b"\0Attribut\0e "));
        let head = 0xB000 | u16::try_from(chunk.len() - 1).unwrap();
        chunk.splice(0..0, head.to_le_bytes());
        [
            &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x01"[..],
            &chunk,
            &[0; 9],
        ]
        .concat()
    });
}

#[test]
fn a_directory_with_a_wrong_place_or_size_is_read() {
    let record = |bytes: &mut Vec<u8>, at: usize, by: i32| {
        let end = memchr::memmem::rfind(bytes, b"PK\x05\x06").unwrap() + at;
        let field = i32::from_le_bytes(*bytes[end..].first_chunk().unwrap());
        bytes[end..end + 4].copy_from_slice(&(field + by).to_le_bytes());
    };
    for (at, by) in [(12, 7), (12, -7), (16, 5), (16, 4000)] {
        reads("a.zip", "a.zip!a.txt:1:", |text| {
            let mut bytes = zip(&[("a.txt", text), ("b.txt", CLEAN)]);
            record(&mut bytes, at, by);
            bytes
        });
    }
}

#[test]
fn the_last_part_of_a_large_archive_is_said() {
    let mut bytes = zip(&[("a.txt", CLEAN)]);
    let end = memchr::memmem::rfind(&bytes, b"PK\x05\x06").unwrap();
    let mut record = [0; 56];
    record[..4].copy_from_slice(b"PK\x06\x06");
    record[16] = 2;
    let pointer = [&b"PK\x06\x07\x02\0\0\0"[..], &[0; 8], &[3, 0, 0, 0]].concat();
    bytes.splice(end..end, [&record[..], &pointer].concat());
    let scanned = scan("a.zip", bytes);
    assert_eq!(scanned.code, 0, "{scanned:?}");
    let said = "a.zip: contents not looked into: it is a part of an archive";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
}

#[test]
fn the_last_of_many_and_the_end_of_a_long_one_are_read_in_a_text_too() {
    let secret = format!("T={}\n", token(1));
    let line =
        |name: &str, text: &str| format!("{name}: {}\n", STANDARD.encode(gz(text.as_bytes())));
    let many: String = (0..60)
        .map(|n| line(&format!("x{n}"), &format!("n = {n}\n")))
        .collect();
    let long = (0..600_000).fold(String::new(), |mut text, n| {
        writeln!(text, "row {n} of many").unwrap();
        text
    });
    for (name, text) in [
        ("many.yaml", many + &line("last", &secret)),
        ("long.yaml", line("x", &(long + &secret))),
    ] {
        let scanned = scan(name, text);
        assert_eq!(scanned.code, 1, "{name} {scanned:?}");
    }
}
