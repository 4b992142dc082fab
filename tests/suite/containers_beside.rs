//! What stands beside the data of a container, streams behind other files, and names that promise a container.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::{Compression, GzBuilder};

use crate::containers::{bz2, commit, gz, hooked, tar, xz, zip, zst};
use crate::support::{HEXGUARD, Output, Repo, run, token};

const CLEAN: &[u8] = b"All is well. All is well.\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB\x60\x82";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x02\xff\xd9";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n";
const SCRIPT: &[u8] = b"#!/bin/sh\ntail -n +4 \"$0\" | tar xz\nexit\n";
const PROGRAM: &[u8] =
    b"\x7fELF\x02\x01\x01\0\x1f\x8b\x08\0 is the mark of gzip, \x28\xb5\x2f\xfd of zstd\0";

fn scan(name: &str, bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write(name, bytes);
    repo.hexguard(&["scan", name])
}

/// Asserts that a token is found once, in a place, and all was read.
fn is_found(name: &str, bytes: impl AsRef<[u8]>, place: &str) {
    let scanned = scan(name, bytes);
    assert_eq!(scanned.code, 1, "{name} {scanned:?}");
    for said in [place, " 1 blocked, 0 skipped"] {
        assert!(scanned.stdout.contains(said), "{name} {said} {scanned:?}");
    }
}

/// Asserts that a file passes, and that nothing is said of it.
fn passes(name: &str, bytes: impl AsRef<[u8]>) {
    let repo = hooked();
    repo.stage(name, bytes);
    let done = commit(&repo);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{name}");
}

fn assigned(seed: u64) -> Vec<u8> {
    format!("T={}\n", token(seed)).into_bytes()
}

/// Returns a file of gzip with a header that says something.
fn named(text: &[u8], header: impl FnOnce(GzBuilder) -> GzBuilder) -> Vec<u8> {
    let mut gz = header(GzBuilder::new()).write(Vec::new(), Compression::default());
    gz.write_all(text).unwrap();
    gz.finish().unwrap()
}

/// Returns a frame of Zstandard's that readers skip.
fn frame(text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_le_bytes();
    [b"\x53\x2a\x4d\x18", &length[..], text].concat()
}

#[test]
fn headers_of_gzip_are_read() {
    let secret = assigned(1);
    let bare = secret.trim_ascii_end();
    let name = |header: GzBuilder| header.filename(bare);
    let comment = |header: GzBuilder| header.filename("a.log").comment(bare);
    let extra = |header: GzBuilder| header.extra([b"xx\x65\0", bare].concat());
    is_found("a.log.gz", named(CLEAN, name), "a.log.gz:1:3");
    is_found("a.log.gz", named(CLEAN, comment), "a.log.gz:1:3");
    is_found("a.log.gz", named(CLEAN, extra), "a.log.gz:1:");
    let second = [named(CLEAN, |header| header), named(CLEAN, name)].concat();
    is_found("a.log.gz", &second, "a.log.gz:1:3");
    // In a container, too, and where an archive is compressed.
    is_found("a.zip", zip(&[("a.log.gz", &second)]), "a.zip!a.log.gz:1:3");
    is_found("a.tgz", named(&tar(CLEAN), comment), "a.tgz:2:3");
    passes("a.log.gz", named(CLEAN, |header| header.filename("a.log")));
}

#[test]
fn the_name_in_a_header_tells_the_format_where_the_own_one_does_not() {
    let header = |header: GzBuilder| header.filename("data/users.csv");
    let table = ["user,password\nanna,kT9#", "vLq2xW8m\n"].concat();
    for (name, member) in [
        ("export", "users.csv"),
        ("export-2024.01.gz", "users.csv"),
        ("export.csv.gz", "export.csv"),
    ] {
        let place = format!("{name}!{member}:2:6");
        is_found(name, named(table.as_bytes(), header), &place);
    }
}

#[test]
fn frames_that_readers_skip_are_read() {
    let secret = assigned(1);
    for (bytes, place) in [
        ([frame(&secret), zst(CLEAN)].concat(), "a.log.zst:1:3"),
        ([zst(CLEAN), frame(&secret)].concat(), "a.log.zst:1:3"),
        (frame(&secret), "a.log.zst:1:3"),
        (
            [zst(CLEAN), frame(CLEAN), zst(&secret)].concat(),
            "a.log.zst!a.log:2:3",
        ),
    ] {
        is_found("a.log.zst", bytes, place);
    }
    let long = [frame(&vec![b'\n'; 5 << 20]), zst(CLEAN)].concat();
    let scanned = scan("a.log.zst", long);
    assert_eq!(scanned.code, 2, "{scanned:?}");
    let said = "more than 4 MiB stand in it beside the compressed data";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
}

#[test]
fn a_stream_behind_anything_is_opened() {
    let secret = [assigned(1), b"# All is well.\n".repeat(20)].concat();
    let longer = [SCRIPT, &b"# more\n".repeat(200)].concat();
    for (name, before) in [
        ("a.png", PNG),
        ("a.jpg", JPEG),
        ("a.pdf", PDF),
        ("a.sh", SCRIPT),
        ("a.run", &longer),
        ("a.bin", PROGRAM),
    ] {
        for (kind, bytes) in [
            ("gzip 1", gz(&secret)),
            ("bzip2 1", bz2(&secret)),
            ("xz 1", xz(&secret)),
            ("zstd 1", zst(&secret)),
        ] {
            let place = format!("{name}!{kind}:1:3");
            // What stands behind it does not matter.
            is_found(name, [before, &bytes, b"\0\x01end"].concat(), &place);
        }
        let place = format!("{name}!.env:1:3");
        is_found(name, [before, &gz(&tar(&secret))].concat(), &place);
        let header = |header: GzBuilder| header.filename("a.env");
        let place = format!("{name}!a.env:1:3");
        let second = [before, &xz(CLEAN), PNG, &named(&secret, header)].concat();
        is_found(name, second, &place);
        passes(name, [before, &gz(&tar(CLEAN))].concat());
        passes(name, before);
    }
    // A large file is not held.
    let mut large = [PROGRAM, &vec![b'\x01'; 33 << 20]].concat();
    passes("a.bin", &large);
    large.extend(gz(&tar(&secret)));
    is_found("a.bin", large, "a.bin!.env:1:3");
    let repo = Repo::new();
    repo.write("a.jpg", [JPEG, &gz(&tar(&secret))].concat());
    let explained = repo.hexguard(&["explain", "a.jpg!.env:1"]);
    assert_eq!(explained.code, 0, "{explained:?}");
}

#[test]
fn what_stands_behind_a_member_is_opened() {
    let secret = assigned(1);
    let packed = gz(&secret);
    let member = |front: &[u8], behind: &[u8]| [front, behind].concat();
    for front in [SCRIPT, JPEG, PROGRAM, b"Caf\xe9 \xe0 la carte\n"] {
        let all = [
            ("a.tar", tar(&member(front, &packed))),
            ("a.zip", zip(&[("m", &member(front, &packed))])),
            ("a.tgz", gz(&tar(&member(front, &tgz(&secret))))),
            ("a.gz", gz(&member(front, &packed))),
            ("b.tar", tar(&member(front, &zip(&[("k", &secret)])))),
        ];
        for (name, bytes) in all {
            is_found(name, bytes, ":1:3");
        }
        passes("c.tar", tar(&member(front, &gz(CLEAN))));
    }
    // Beyond what is held of a member, it is said that there may be more.
    let large = [noise(9 << 20), packed].concat();
    let scanned = scan("a.tar", tar(&large));
    let says = "a.tar!.env: contents not looked into: compressed streams may stand in it";
    assert!(scanned.stdout.contains(says), "{scanned:?}");
    passes("a.tar", tar(&noise(9 << 20)));
}

#[test]
fn pictures_in_streams_behind_pictures_end() {
    let mut nested = CLEAN.to_vec();
    for _ in 0..40 {
        nested = [PNG, &gz(&nested)].concat();
    }
    let repo = Repo::new();
    repo.write("a.png", nested);
    let mut command = repo.command("timeout");
    command.args(["10", HEXGUARD, "scan", "a.png"]);
    let scanned = run(&mut command);
    assert_eq!(scanned.code, 2, "{scanned:?}");
    assert!(scanned.stdout.contains("no more are opened"), "{scanned:?}");
}

/// Returns bytes made by chance: three of a mark stand among them.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut out = Vec::new();
    while out.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out[length / 2..][..3].copy_from_slice(b"\x1f\x8b\x08");
    out
}

fn tgz(secret: &[u8]) -> Vec<u8> {
    gz(&tar(secret))
}

#[test]
fn a_stream_behind_something_that_breaks_off_is_said() {
    let mut secret = assigned(1);
    for number in 0..20_000 {
        writeln!(secret, "{}", number * 7919).unwrap();
    }
    for (pack, cut) in [(gz(&secret), 100), (xz(&secret), 900), (bz2(&secret), 9)] {
        let repo = Repo::new();
        repo.write("a.jpg", [JPEG, &pack[..pack.len() - cut]].concat());
        let scanned = repo.hexguard(&["scan", "a.jpg"]);
        let said = "a.jpg: contents not looked into: a compressed stream in it";
        assert!(scanned.stdout.contains(said), "{scanned:?}");
        // What is read before it is scanned: of xz, nothing.
        assert_eq!(scanned.code, i32::from(cut != 900), "{scanned:?}");
    }
    // One that unpacks to too much is not scanned.
    let bomb = gz(&vec![0; 66 << 20]);
    let scanned = scan("a.jpg", [JPEG, &bomb].concat());
    assert_eq!(scanned.code, 2, "{scanned:?}");
    let said = "unpacks to more than 1000 times its size";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
}

#[test]
fn what_is_named_as_a_container_and_is_none_is_said() {
    let noise = b"\x01\x02\x9e\x03\xf1\x05".repeat(100);
    for end in [
        "tar", "deb", "pdf", "docx", "DOC", "xls", "pptx", "ott", "taz", "Z", "br", "rpm", "dmg",
        "parquet", "h5",
    ] {
        let repo = hooked();
        let name = format!("a.{end}");
        repo.stage(&name, &noise);
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{done:?}");
        let said = format!("{name}: contents not looked into: it is named as");
        assert!(done.stderr.contains(&said), "{done:?}");
    }
    for name in ["a.png", "a.jpg", "a.tar.txt", "tar", "a.tar/b", "._a.pdf"] {
        passes(name, &noise);
    }
    // A picture by another name, and texts.
    passes("a.png", JPEG);
    for name in ["a.doc", "a.pdf", "a.tar", "a.dot", "a.msg"] {
        passes(name, CLEAN);
    }
}

#[test]
fn a_tar_archive_of_the_old_kind_and_a_pdf_with_something_before_are_opened() {
    let mut old = tar(&gz(&assigned(1)));
    old[257..512].fill(0);
    let sum = old[..512].iter().enumerate().fold(0, |sum, (at, byte)| {
        sum + u32::from(if (148..156).contains(&at) {
            b' '
        } else {
            *byte
        })
    });
    let mut written = String::new();
    write!(written, "{sum:06o}\0 ").unwrap();
    old[148..156].copy_from_slice(written.as_bytes());
    is_found("a.bin", &old, "a.bin!.env!.env:1:3");
    is_found("a.tgz", gz(&old), "a.tgz!.env!.env:1:3");
    let mut page = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
    write!(page, "BT /F1 9 Tf 9 9 Td (T={}) Tj ET", token(1)).unwrap();
    let page = page.finish().unwrap();
    for before in ["\n", "\u{feff}", "HTTP/1.1 200 OK\r\n\r\n"] {
        let head = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Filter/FlateDecode>>\nstream\n";
        let bytes = [before.as_bytes(), head, &page, b"\nendstream\n"].concat();
        is_found("a.pdf", bytes, "a.pdf!stream 1:1:");
    }
    passes("a.py", b"HEAD = b\"%PDF-1.4\\n\"\nBODY = b\"(a\\051\"\n");
}
