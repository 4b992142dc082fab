//! Archives of odd shapes: behind something else, cut off, with something behind them, split, very large or made to be slow.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::write::GzEncoder;
use lzma_rust2::{LzmaOptions, LzmaWriter};
use zip::write::SimpleFileOptions;

use crate::containers::{bz2, commit, gz, hooked, tar, xz, zip, zip_with, zst};
use crate::support::{Repo, token};

/// What compresses a stream.
type Pack = fn(&[u8]) -> Vec<u8>;

const STREAMS: [(&str, Pack); 5] = [
    ("a.log.gz", gz),
    ("a.log.bz2", bz2),
    ("a.log.xz", xz),
    ("a.log.zst", zst),
    ("a.log.lzma", lzma),
];

pub(crate) fn lzma(text: &[u8]) -> Vec<u8> {
    let options = LzmaOptions::with_preset(0);
    let mut lzma = LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
    lzma.write_all(text).unwrap();
    lzma.finish().unwrap()
}

/// Returns an archive of members that are not compressed, with a method that they are said to have.
fn by_hand(
    members: usize,
    name: fn(usize) -> String,
    packed: &[u8],
    (method, size): (u16, u32),
) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let length = u32::try_from(packed.len()).unwrap().to_le_bytes();
    for number in 0..members {
        let name = name(number);
        let offset = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let both = [
            &[20, 0, 0, 0][..],
            &method.to_le_bytes(),
            &[0; 8],
            &length,
            &size.to_le_bytes(),
            &u16::try_from(name.len()).unwrap().to_le_bytes(),
            &[0; 2],
        ]
        .concat();
        bytes.extend([b"PK\x03\x04", both.as_slice(), name.as_bytes(), packed].concat());
        directory.extend(
            [
                b"PK\x01\x02\x14\0",
                both.as_slice(),
                &[0; 10],
                &offset,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let at = u32::try_from(bytes.len()).unwrap();
    let end = end(
        u16::try_from(members & 0xFFFF).unwrap(),
        u32::try_from(directory.len()).unwrap(),
        at,
    );
    [bytes, directory, end].concat()
}

/// Returns the record at the end of an archive.
fn end(members: u16, size: u32, offset: u32) -> Vec<u8> {
    let members = members.to_le_bytes();
    [
        &b"PK\x05\x06\0\0\0\0"[..],
        &members,
        &members,
        &size.to_le_bytes(),
        &offset.to_le_bytes(),
        &[0; 2],
    ]
    .concat()
}

#[test]
fn what_is_read_before_a_fault_is_scanned() {
    let text = format!("T={}\n", token(1));
    let repo = Repo::new();
    let gz = gz(text.repeat(1000).as_bytes());
    repo.write("a.log.gz", &gz[..gz.len() - 3]);
    let scanned = repo.hexguard(&["scan", "a.log.gz"]);
    assert_eq!(scanned.code, 2);
    assert!(scanned.stdout.contains("a.log.gz!a.log:1:3"), "{scanned:?}");
}

#[test]
fn what_stands_between_the_members_is_scanned_too() {
    let hidden = format!("T={}\n", token(1));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let text = format!("U={}\n", token(2));
    let bundle = zip_with(&[("a.txt", text.as_bytes())], stored);
    let repo = Repo::new();
    repo.write(
        "a.zip",
        [b"MZ\0\x01\x02\n", hidden.as_bytes(), &bundle].concat(),
    );
    let scanned = repo.hexguard(&["scan", "a.zip"]);
    // A member that is not compressed is found once.
    assert!(scanned.stdout.contains(" 2 blocked,"), "{scanned:?}");
    assert!(scanned.stdout.contains("a.zip:2:3"), "{scanned:?}");
    assert!(scanned.stdout.contains("a.zip!a.txt:1:3"), "{scanned:?}");
}

#[test]
fn a_stream_behind_an_archive_is_opened() {
    let text = format!("T={}\n", token(1));
    let bundle = zip(&[("a.txt", b"All is well.")]);
    for (_, pack) in &STREAMS[..4] {
        for between in [&b""[..], b"a line\n"] {
            let repo = Repo::new();
            let packed = pack(text.as_bytes());
            repo.write("a.zip", [&bundle, between, &packed, &bundle].concat())
                .write("b.zip", [&bundle, between, &packed].concat());
            for name in ["a.zip", "b.zip"] {
                let scanned = repo.hexguard(&["scan", name]);
                assert!(
                    scanned.stdout.contains(" 1 blocked, 0 skipped"),
                    "{scanned:?}"
                );
            }
        }
    }
}

#[test]
fn a_stream_that_is_not_compressed_is_found_once() {
    let text = format!("T={}\n", token(1));
    let mut plain = GzEncoder::new(Vec::new(), flate2::Compression::none());
    plain.write_all(text.as_bytes()).unwrap();
    let repo = Repo::new();
    repo.write("a.log.gz", plain.finish().unwrap());
    let scanned = repo.hexguard(&["scan", "a.log.gz"]);
    assert!(scanned.stdout.contains(" 1 blocked,"), "{scanned:?}");
}

#[test]
fn names_decide_where_first_bytes_do_not() {
    let repo = Repo::new();
    let text = format!("T={}\n", token(1));
    let bundle = zip(&[("a.txt", text.as_bytes())]);
    // Something stands before it: a program that unpacks it, a script that starts it.
    let program = [&b"MZ\x90\0\x03\0\0\0"[..], &bundle].concat();
    let script = [
        &b"#!/bin/sh\nexec java -jar \"$0\"\n"[..],
        &b"# more\n".repeat(200),
        &bundle,
    ]
    .concat();
    for (name, bytes) in [
        ("setup.zip", program),
        ("service.jar", script),
        ("no-name", bundle),
    ] {
        repo.write(name, bytes);
        let scanned = repo.hexguard(&["scan", name]);
        assert!(
            scanned.stdout.contains(&format!("{name}!a.txt:1:")),
            "{scanned:?}"
        );
    }
    // A text is none, whatever it is called, and what git-crypt encrypted is nothing that it could open.
    for (name, bytes) in [
        (
            "pointer.zip",
            &b"version https://git-lfs.github.com/spec/v1\n"[..],
        ),
        ("page.tgz", b"<html>404</html>"),
        ("empty.zip", b""),
        ("crypt.zip", b"\0GITCRYPT\0\x01\x02\x03"),
        // Nor is anything else that does not begin as its name says, as a file by which Office locks another.
        ("~$report.docx", b"\x06Ada Lo\0\0\0\0"),
        ("noise.tgz", b"\0\x01\x02"),
    ] {
        repo.write(name, bytes);
        let scanned = repo.hexguard(&["scan", name]);
        assert_eq!(scanned.code, 0, "{scanned:?}");
    }
}

#[test]
fn what_looks_like_a_folder_and_holds_something_is_not_passed_over() {
    let text = format!("T={}\n", token(1));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut bytes = zip_with(&[("x/a", text.as_bytes())], stored);
    let central = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    // The name of a folder, and a size of nothing.
    for (name, size) in [(30, 22), (central + 46, central + 24)] {
        bytes[name..name + 3].copy_from_slice(b"xx/");
        bytes[size..size + 4].fill(0);
    }
    let repo = hooked();
    repo.stage("a.zip", bytes);
    assert_ne!(commit(&repo).code, 0);
}

#[test]
fn what_is_compressed_in_an_unknown_way_is_said() {
    let repo = hooked();
    let mut bytes = zip(&[("a.txt", b"All is well. All is well.")]);
    let central = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    for at in [8, central + 10] {
        bytes[at..at + 2].copy_from_slice(&9u16.to_le_bytes());
    }
    repo.stage("a.zip", bytes);
    let done = commit(&repo);
    assert_eq!(done.code, 0, "{done:?}");
    let said = "a.zip!a.txt: contents not looked into: the member is compressed in a way";
    assert!(done.stderr.contains(said), "{done:?}");
}

#[test]
fn what_hexguard_cannot_read_is_said() {
    for (name, bytes) in [
        ("a.7z", &b"7z\xbc\xaf\x27\x1c\0\x04"[..]),
        ("a.rar", b"Rar!\x1a\x07\x01\0"),
        ("a.parquet", b"PAR1\x15\0\x15"),
        ("a.avro", b"Obj\x01\x04\x14avro.codec"),
        ("a.dump", b"PGDMP\x01\x0e\0\x04\x08"),
        ("a.bundle", b"# v2 git bundle\n\nPACK\0\0\0\x02"),
        ("a.pack", b"PACK\0\0\0\x02\0\0\0\x01"),
        ("a.cpio", b"0707010000A000000081A4 a.txt\0"),
        ("a.lzh", b"\x24\xe6-lh5-\x10\0\0\0"),
        // Named as an archive, and nothing that anybody can tell.
        ("a.zip", b"\x01\x02\x9e\x03\xf1\x05"),
        ("b/a.TGZ", b"\x01\x02\x9e\x03\xf1\x05"),
    ] {
        let repo = hooked();
        repo.stage(name, bytes);
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{done:?}");
        let said = format!("{name}: contents not looked into");
        assert!(done.stderr.contains(&said), "{done:?}");
    }
}

/// A database keeps a document in pages, an old spreadsheet in records.
#[test]
fn an_archive_in_pieces_inside_of_a_file_is_no_damaged_one() {
    let whole = zip(&[("a.txt", "All is well. ".repeat(50).as_bytes())]);
    let (one, two) = whole.split_at(40);
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    for (name, begin) in [("a.xls", &ole[..]), ("a.db", b"SQLite format 3\0")] {
        let pieces = [begin, &[0; 504], one, b"page", two].concat();
        let repo = hooked();
        repo.stage(name, pieces);
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{name} {done:?}");
        let said = format!("{name}: contents not looked into: an archive ends it");
        assert!(done.stderr.contains(&said), "{name} {done:?}");
    }
}

#[test]
fn a_member_of_nothing_that_is_said_to_be_compressed_is_empty() {
    let repo = hooked();
    repo.stage("a.xlsx", by_hand(3, |n| format!("{n}.wmf"), b"", (8, 0)));
    let done = commit(&repo);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{done:?}");
}

#[test]
fn an_archive_behind_anything_is_opened() {
    let (hidden, text) = (token(1), format!("T={}\n", token(2)));
    let bundle = zip(&[("a/b.txt", text.as_bytes())]);
    let script = format!("#!/usr/bin/env python3\n# {hidden}\n");
    let text_before = format!("@echo off\nrem {hidden}\n");
    let program = [&b"\x7fELF\x02\x01\x01\0"[..], hidden.as_bytes(), b"\0"].concat();
    for (name, before, line) in [
        ("tool", script.as_bytes(), 2),
        ("tool.pex", script.as_bytes(), 2),
        ("tool.bat", text_before.as_bytes(), 2),
        ("tool.run", &program, 1),
    ] {
        let repo = hooked();
        repo.stage(name, [before, &bundle].concat());
        assert_ne!(commit(&repo).code, 0, "{name}");
        let scanned = repo.hexguard(&["scan", name]);
        assert_eq!(scanned.code, 1, "{scanned:?}");
        for place in [format!("{name}:{line}:"), format!("{name}!a/b.txt:1:")] {
            assert!(scanned.stdout.contains(&place), "{place} {scanned:?}");
        }
        assert!(scanned.stdout.contains("1 file, "), "{scanned:?}");
        assert!(
            scanned.stdout.contains(" 2 blocked, 0 skipped"),
            "{scanned:?}"
        );
    }
    // Archives may follow each other.
    let other = format!("U={}\n", token(3));
    let repo = Repo::new();
    repo.write(
        "a.zip",
        [zip(&[("c.txt", other.as_bytes())]), bundle].concat(),
    );
    let scanned = repo.hexguard(&["scan", "a.zip"]);
    for place in ["a.zip!a/b.txt:1:", "a.zip!c.txt:1:"] {
        assert!(scanned.stdout.contains(place), "{place} {scanned:?}");
    }
    // The mark of an archive is none by itself.
    for (name, bytes) in [
        ("notes.bin", [&b"\0\x01\x02"[..], &end(3, 300, 7)].concat()),
        (
            "notes.txt",
            [&b"All is well.\n"[..], &end(0, 0, 0)].concat(),
        ),
    ] {
        repo.write(name, bytes);
        assert_eq!(repo.hexguard(&["scan", name]).code, 0, "{name}");
    }
    // A script in an archive that is only called as an archive is a text.
    let inner = [script.as_bytes(), &b"# more\n".repeat(200)].concat();
    repo.write("a.tgz", gz(&tar(&inner)))
        .write("b.zip", zip(&[("x.pyz", &inner)]));
    let scanned = repo.hexguard(&["scan", "b.zip"]);
    assert!(scanned.stdout.contains("b.zip!x.pyz:2:"), "{scanned:?}");
    assert_eq!(scanned.code, 1, "{scanned:?}");
}

#[test]
fn what_stands_behind_a_stream_is_no_damage() {
    let (one, two, three) = (token(1), token(2), token(3));
    for (name, pack) in STREAMS {
        let repo = Repo::new();
        let first = pack(format!("T={one}\n").as_bytes());
        let second = pack(format!("U={two}\n").as_bytes());
        let more = format!("junk {three}\n");
        for (behind, found) in [
            (vec![0; 700], 1),
            (second.clone(), 2),
            ([&[0; 512][..], &second].concat(), 2),
            (more.as_bytes().to_vec(), 2),
            ([&second[..], &[0; 16], more.as_bytes()].concat(), 3),
        ] {
            repo.write(name, [&first[..], &behind].concat());
            let scanned = repo.hexguard(&["scan", name]);
            let said = format!(" {found} blocked, 0 skipped");
            assert!(scanned.stdout.contains(&said), "{name} {said} {scanned:?}");
            if found > 1 && behind.ends_with(more.as_bytes()) {
                let place = format!("{name}!(behind the end):1:");
                assert!(scanned.stdout.contains(&place), "{scanned:?}");
            }
        }
    }
}

#[test]
fn what_stands_behind_a_tar_archive_is_no_damage() {
    let text = format!("T={}\n", token(1));
    let more = format!("U={}\n", token(2));
    let whole = tar(text.as_bytes());
    let padding = whole.len() - 1024 - 506;
    for (bytes, found) in [
        ([&whole[..], &[0; 333]].concat(), 1),
        ([&whole[..], more.as_bytes()].concat(), 2),
        ([&whole[..], &whole[..]].concat(), 2),
        // Neither the end nor what fills up the last block.
        (whole[..padding].to_vec(), 1),
    ] {
        let repo = Repo::new();
        repo.write("a.tar", &bytes).write("a.tgz", gz(&bytes));
        for name in ["a.tar", "a.tgz"] {
            let scanned = repo.hexguard(&["scan", name]);
            let said = format!(" {found} blocked, 0 skipped");
            assert!(scanned.stdout.contains(&said), "{name} {said} {scanned:?}");
        }
    }
}

#[test]
fn a_stream_that_is_cut_off_ends_too_early() {
    // What is unpacked at once is less than half of it.
    let noise: Vec<String> = (10..6000)
        .map(|seed| format!("# {}\n", token(seed)))
        .collect();
    let noise = noise.concat().replace("hx", "~");
    let text = format!("T={}\n{noise}", token(1));
    for (name, pack) in STREAMS {
        let repo = hooked();
        let bytes = pack(text.as_bytes());
        for cut in [bytes.len() / 2, bytes.len() - 5] {
            repo.stage(name, &bytes[..cut]);
            assert_ne!(commit(&repo).code, 0, "{name} {cut}");
            let scanned = repo.hexguard(&["scan", name]);
            assert_eq!(scanned.code, 2, "{name} {scanned:?}");
            for said in ["it is damaged: it ends too early", "a.log:1:3"] {
                assert!(scanned.stdout.contains(said), "{name} {cut} {said}");
            }
        }
    }
}

#[test]
fn members_in_the_form_of_lzma_are_read() {
    let text = format!("T={}\n", token(1)).repeat(3);
    let file = lzma(text.as_bytes());
    // The version, the length of the properties, and no size.
    let member = [&[9, 20, 5, 0][..], &file[..5], &file[13..]].concat();
    let size = u32::try_from(text.len()).unwrap();
    let repo = hooked();
    repo.stage(
        "a.zip",
        by_hand(1, |_| "a.txt".to_owned(), &member, (14, size)),
    );
    assert_ne!(commit(&repo).code, 0);
    let scanned = repo.hexguard(&["scan", "a.zip"]);
    assert!(scanned.stdout.contains("a.zip!a.txt:3:3"), "{scanned:?}");
    assert!(scanned.stdout.contains("0 skipped"), "{scanned:?}");
}

#[test]
fn parts_of_a_split_archive_are_said_in_a_line() {
    let whole = zip(&[("a.txt", b"All is well. All is well.")]);
    let mut last = whole.clone();
    let record = last.len() - 22;
    last[record + 4..record + 8].copy_from_slice(&[1, 0, 1, 0]);
    let half = &whole[..whole.len() / 2];
    for (name, bytes) in [
        ("a.z01", half),
        ("a.zip.001", half),
        ("a.7z.001", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ("a.7z.002", b"\0\x01\x02"),
        ("a.tar.gz.001", &gz(half)[..20]),
        ("a.part1.rar", b"Rar!\x1a\x07\x01\0"),
        ("a.part02.rar", b"\0\x01\x02"),
        ("a.zip", &last),
    ] {
        let repo = hooked();
        repo.stage(name, bytes);
        let done = commit(&repo);
        assert_eq!(done.code, 0, "{done:?}");
        let said = format!("{name}: contents not looked into");
        assert!(done.stderr.contains(&said), "{done:?}");
    }
    // A text is no part, and no archive.
    let repo = hooked();
    repo.stage("a.zip.001", "All is well.\n");
    repo.stage("a.gz", "Not found\n");
    repo.stage("empty.zip", "");
    // Who has it open, and what macOS keeps beside it.
    repo.stage("~$a.xlsx", "\x05Alice \0\0\0");
    repo.stage("._a.zip", "\0\x05\x16\x07\0\x02\0\0Mac OS X");
    assert_eq!(commit(&repo).stderr, "");
}

#[test]
fn as_many_members_as_are_allowed_are_read() {
    let name = |number| format!("{number:x}");
    let repo = Repo::new();
    for (count, code) in [(100_000, 0), (100_001, 2)] {
        repo.write("a.zip", by_hand(count, name, b"", (0, 0)));
        let scanned = repo.hexguard(&["scan", "a.zip"]);
        assert_eq!(scanned.code, code, "{scanned:?}");
        let said = scanned.stdout.contains("it has more than 100000 members");
        assert_eq!(said, code == 2, "{scanned:?}");
    }
}

#[test]
fn many_ends_of_an_archive_take_no_longer_than_one() {
    let name = |number| format!("{number:x}");
    let whole = by_hand(60_000, name, b"", (0, 0));
    let record = whole.len() - 22;
    let directory = u32::from_le_bytes(whole[record + 16..record + 20].try_into().unwrap());
    let size = u32::try_from(record).unwrap() - directory;
    // Each says that the directory is there, and one member less.
    let mut fake = whole[..record].to_vec();
    for number in 0..2900u32 {
        fake.extend(end(59_999, size + 22 * number, directory));
    }
    let repo = Repo::new();
    repo.write("a.zip", fake);
    let since = Instant::now();
    let scanned = repo.hexguard(&["scan", "a.zip"]);
    assert_eq!(scanned.code, 2, "{scanned:?}");
    assert!(scanned.stdout.contains("it is damaged"), "{scanned:?}");
    assert!(since.elapsed() < Duration::from_secs(30));
}

#[test]
fn many_are_said_in_one_line_and_accepted_by_one() {
    let repo = hooked();
    for n in 0..30 {
        repo.stage(&format!("part-{n:02}.parquet"), b"PAR1\x15\x04PAR1");
    }
    let said = commit(&repo);
    assert_eq!(said.code, 0);
    let line = "part-00.parquet and 29 more: contents not looked into";
    assert!(said.stderr.contains(line), "{said:?}");
    assert_eq!(said.stderr.lines().count(), 2, "{said:?}");
    let broken = zip(&[("a.txt", b"All is well.")]);
    // Wildcards, marks that nobody sees, a quotation mark: all are letters of a name.
    for name in [
        "a [1].zip",
        "b.zip",
        "c\u{202f}d\u{200d}e.zip",
        "f\"g\\h.zip",
    ] {
        repo.stage(name, &broken[..broken.len() - 9]);
    }
    let stopped = commit(&repo);
    let (_, accepted) = stopped.stderr.split_once("    allow-unscanned").unwrap();
    let accepted = format!("allow-unscanned{}", accepted.lines().next().unwrap());
    assert!(
        accepted.starts_with(r#"allow-unscanned = ["/a \\[1\\].zip", "/b.zip", "#),
        "{accepted}"
    );
    repo.stage("hexguard.toml", accepted);
    let done = commit(&repo);
    assert_eq!(done.code, 0, "{done:?}");
    // No other file of that name is accepted.
    repo.stage("sub/b.zip", &broken[..broken.len() - 9]);
    assert_ne!(commit(&repo).code, 0);
}
