//! Containers in something else: deeper than what is opened they stop a commit wherever they stand, and above that each text in
//! them is read once.

use flate2::{Compression, Crc, write::GzEncoder};
use std::io::Write as _;
use zip::write::SimpleFileOptions;

use crate::containers::{bz2, commit, gz, hooked, tar, xz, zip, zip_with, zst};
use crate::containers_within::zlib;
use crate::support::{Output, Repo, token};

/// Makes a file of a text.
type Make = fn(&[u8]) -> Vec<u8>;

const CLEAN: &[u8] = b"All is well. All is well.\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB\x60\x82";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x02\xff\xd9";
const PDF: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\n%%EOF\n";
const SCRIPT: &[u8] = b"#!/bin/sh\ntail -n +4 \"$0\" | tar xz\nexit\n";
const PROGRAM: &[u8] =
    b"\x7fELF\x02\x01\x01\0\x1f\x8b\x08\0 is the mark of gzip, \x28\xb5\x2f\xfd of zstd\0, \
    7z\xbc\xaf\x27\x1c\0\x04 that of 7z, Rar!\x1a\x07\x01\0 and Rar!\x1a\x07\0 that of RAR, PK\x05\x06 of zip \0";

fn scan(name: &str, bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write(name, bytes);
    repo.hexguard(&["scan", name])
}

/// Asserts that a token is found once, in a place, and all was read.
fn is_found(name: &str, bytes: impl AsRef<[u8]>, place: &str) {
    let scanned = scan(name, bytes);
    assert_eq!(scanned.code, 1, "{name} {place} {scanned:?}");
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

fn secret() -> Vec<u8> {
    let line = format!("T={}\n", token(1)).into_bytes();
    [line, b"# All is well, and more than that.\n".repeat(9)].concat()
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    zip(&[("m", bytes)])
}

/// Returns a zip archive in which a member stands as it is.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip_with(&[("m", bytes)], options)
}

/// Returns a file of gzip in which the text stands as it is.
fn gz0(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::none());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// Returns the same of Zstandard's.
fn zst0(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap();
    let block = (length << 3 | 1).to_le_bytes();
    [
        b"\x28\xb5\x2f\xfd\xa0",
        &length.to_le_bytes()[..],
        &block[..3],
        bytes,
    ]
    .concat()
}

/// Returns a document with a file in it.
fn attached(file: &[u8], filter: &str) -> Vec<u8> {
    let head = format!("2 0 obj <</Type/EmbeddedFile{filter}>>\nstream\n");
    let end = b"\nendstream endobj\n3 0 obj <<>> endobj\n%%EOF\n";
    [PDF, head.as_bytes(), file, end].concat()
}

/// What a container may stand behind, or in, and how deep it is there.
const PLACES: [(&str, u8, Make); 8] = [
    ("m", 0, <[u8]>::to_vec),
    ("m", 0, |bytes| [SCRIPT, bytes].concat()),
    ("m", 0, |bytes| [JPEG, bytes].concat()),
    ("m", 0, |bytes| [PROGRAM, bytes].concat()),
    ("m.png", 0, |bytes| [PNG, bytes].concat()),
    ("m.pdf", 0, |bytes| [PDF, bytes].concat()),
    ("m.pdf", 0, |bytes| attached(bytes, "")),
    ("m.pdf", 1, |bytes| {
        attached(&zlib(bytes), "/Filter/FlateDecode")
    }),
];

const KINDS: [Make; 9] = [zipped, stored, gz, gz0, bz2, xz, zst, zst0, |bytes| {
    gz(&tar(bytes))
}];

#[test]
fn what_stands_too_deep_stops_a_commit_wherever_it_stands() {
    let around: [Make; 4] = [zipped, tar, |bytes| gz(&tar(bytes)), gz];
    for (number, kind) in KINDS.iter().enumerate() {
        for (place, (_, more, within)) in PLACES.iter().enumerate() {
            let around = around[(number + place) % around.len()];
            let mut bytes = within(&kind(&secret()));
            // With itself it stands in one container, then in two, in three and in more.
            for depth in 1..=5 {
                let what = format!("kind {number}, place {place}, depth {depth}");
                let scanned = scan("a.bin", &bytes);
                // A file of a document that is not compressed is a stream in it, or a container in one more.
                let either = place == 6 && depth == 3;
                if depth + more <= 3 && !either {
                    assert_eq!(scanned.code, 1, "{what} {scanned:?}");
                    let once = scanned.stdout.contains(" 1 blocked, 0 skipped");
                    assert!(once, "{what} {scanned:?}");
                } else if scanned.code != 1 || !either {
                    assert_eq!(scanned.code, 2, "{what} {scanned:?}");
                    let said = "no more are opened";
                    assert!(scanned.stdout.contains(said), "{what} {scanned:?}");
                }
                bytes = around(&bytes);
            }
        }
    }
}

#[test]
fn marks_in_programs_and_other_files_are_no_containers_however_deep() {
    for front in [PROGRAM, SCRIPT, JPEG, PNG, PDF] {
        let three = zipped(&zipped(&zipped(front)));
        passes("a.zip", three);
        passes("a.tgz", gz(&tar(&zipped(&zipped(front)))));
    }
    // A script that is only called an archive.
    let script = [SCRIPT, &b"# more\n".repeat(200)].concat();
    passes("a.tar", tar(&zipped(&zip(&[("m.pyz", &script)]))));
    let packed = [&script[..], &gz(&secret())].concat();
    is_found(
        "a.zip",
        zip(&[("m.pyz", &packed)]),
        "a.zip!m.pyz!gzip 1:1:3",
    );
}

#[test]
fn a_text_that_stands_in_a_container_as_it_is_is_read_once() {
    for kind in [stored, gz0, zst0] {
        for (name, _, within) in &PLACES[1..7] {
            let bytes = within(&kind(&secret()));
            is_found(name, &bytes, ":1:3");
            is_found("a.tar", tar(&bytes), ":1:3");
            is_found("a.zip", zip(&[(name, &bytes)]), ":1:3");
        }
    }
    // One stream in another, one in a zip archive, and one behind it.
    let inner = stored(&gz0(&secret()));
    is_found("a.tar", tar(&[SCRIPT, &inner].concat()), "!m!m:1:3");
    let before = [SCRIPT, &gz0(&secret()), PNG, &stored(CLEAN)].concat();
    is_found("a.run", &before, "a.run!gzip 1:1:3");
    is_found("a.tar", tar(&before), "a.tar!.env!gzip 1:1:3");
}

#[test]
fn a_large_picture_with_a_stream_is_read_once() {
    let large = [JPEG, &vec![b'\x01'; 33 << 20], &zst0(&secret())].concat();
    is_found("a.jpg", &large, "a.jpg!zstd 1:1:3");
    let large = [PNG, &large[JPEG.len()..]].concat();
    let mut both = tar(&large);
    is_found("a.tar", &both, "a.tar!.env!zstd 1:1:3");
    // Of a member that is too large to be searched its own bytes are read.
    both = tar(&[JPEG, &large[PNG.len()..]].concat());
    let scanned = scan("a.tar", &both);
    assert_eq!(scanned.code, 1, "{scanned:?}");
    let said = " 1 blocked, 1 skipped";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
    let said = "a.tar!.env: contents not looked into";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
    // So it is said of an archive at its end.
    let scanned = scan(
        "b.tar",
        tar(&[&vec![b'\x01'; 9 << 20], &*zipped(&secret())].concat()),
    );
    let said = "b.tar!.env: contents not looked into";
    assert!(scanned.stdout.contains(said), "{scanned:?}");
}

#[test]
fn what_is_not_read_in_a_container_is_read_where_it_stands() {
    // An archive that breaks off before the token, in a stream that does not.
    let mut damaged = tar(CLEAN);
    damaged.truncate(1024);
    damaged.extend([&[b'-'; 512][..], &secret(), &[0; 600]].concat());
    let bytes = [SCRIPT, &gz0(&damaged)].concat();
    for (name, bytes) in [
        ("a.run", bytes.clone()),
        ("a.tar", tar(&bytes)),
        ("a.zip", zip(&[("m", &bytes)])),
    ] {
        let scanned = scan(name, bytes);
        assert_eq!(scanned.code, 1, "{name} {scanned:?}");
        assert!(scanned.stdout.contains(" 1 blocked"), "{name} {scanned:?}");
        let said = "a compressed stream in it cannot be followed";
        assert!(scanned.stdout.contains(said), "{name} {scanned:?}");
    }
    // What is not wanted is not read there, either.
    let repo = Repo::new();
    let settings = "exclude = [\"**/m.gz\", \"**/gzip 1\"]\n";
    repo.write("hexguard.toml", settings);
    repo.write("a.run", [SCRIPT, &gz0(&secret())].concat());
    repo.write("a.tar", tar(&[SCRIPT, &gz0(&secret())].concat()));
    let scanned = repo.hexguard(&["scan", "a.run", "a.tar"]);
    assert_eq!(scanned.code, 0, "{scanned:?}");
    assert!(scanned.stdout.contains(" 0 skipped"), "{scanned:?}");
}

/// Returns an archive of 7z, as far as its header goes.
fn seven() -> Vec<u8> {
    let start = [
        &9u64.to_le_bytes()[..],
        &[4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
    ]
    .concat();
    let mut crc = Crc::new();
    crc.update(&start);
    let sum = crc.sum().to_le_bytes();
    [b"7z\xbc\xaf\x27\x1c\0\x04", &sum[..], &start, &[0x9E; 13]].concat()
}

/// Returns an archive of RAR, as far as its header goes.
fn rar(is_old: bool) -> Vec<u8> {
    let header: &[u8] = if is_old {
        &[0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0]
    } else {
        &[5, 1, 0, 0, 0, 0x80]
    };
    let mut crc = Crc::new();
    crc.update(header);
    let sum = crc.sum().to_le_bytes();
    if is_old {
        return [b"Rar!\x1a\x07\0", &sum[..2], header, &[0x9E; 40]].concat();
    }
    [b"Rar!\x1a\x07\x01\0", &sum[..], header, &[0x9E; 40]].concat()
}

#[test]
fn archives_that_are_not_read_are_said_where_they_stand() {
    for archive in [seven(), rar(false), rar(true)] {
        for front in [SCRIPT, JPEG, PROGRAM, PNG, PDF] {
            let mut bytes = [front, &archive].concat();
            for _ in 0..4 {
                let scanned = scan("a", &bytes);
                assert_eq!(scanned.code, 0, "{scanned:?}");
                let said = "contents not looked into: hexguard does not read this kind";
                assert!(scanned.stdout.contains(said), "{scanned:?}");
                bytes = zipped(&bytes);
            }
        }
    }
}
