//! What is not handed out by itself is read where it stands: where opening a file ends half-way, each byte of it is read.

use std::time::{Duration, Instant};

use crate::containers::{bz2, gz, tar, zip, zst};
use crate::documents::pdf;
use crate::spreadsheets::{book, compound, narrow, record, shared};
use crate::support::{Output, Repo, token};

/// What packs a text.
type Pack = fn(&[u8]) -> Vec<u8>;

fn scan(name: &str, bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write(name, bytes);
    repo.hexguard(&["scan", name])
}

/// Asserts that the token is found once, and returns what is said.
#[track_caller]
fn is_found(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let scanned = scan(name, bytes);
    assert!(scanned.stdout.contains(" 1 blocked, "), "{scanned:?}");
    scanned.stdout
}

fn line() -> Vec<u8> {
    format!("T={}\n", token(1)).into_bytes()
}

/// Returns a tar archive of two files: the blocks that end the first one are gone.
fn two(first: &[u8], second: &[u8]) -> Vec<u8> {
    const END: usize = 1024;
    let first = tar(first);
    let header = first[..512].to_vec();
    let size = usize::from_str_radix(std::str::from_utf8(&header[124..135]).unwrap(), 8).unwrap();
    let end = 512 + size.next_multiple_of(512);
    assert!(first.len() >= end + END);
    [&first[..end], &tar(second)].concat()
}

#[test]
fn what_stands_behind_a_bomb_is_read() {
    let bomb = gz(&vec![0; 66 << 20]);
    for bytes in [
        two(&bomb, &line()),
        two(&bomb, &[line(), vec![b' '; 33 << 20]].concat()),
    ] {
        let said = is_found("a.tar", bytes);
        assert!(said.contains("was not scanned: it unpacks to"), "{said}");
    }
}

#[test]
fn a_member_that_is_too_large_to_be_opened_is_read_as_it_is() {
    let text = [&b"PK\x03\x04\x14\0\0\0"[..], &line(), &vec![b' '; 65 << 20]].concat();
    let said = is_found("a.tar", tar(&text));
    assert!(said.contains("larger than 64 MiB and inside"), "{said}");
}

#[test]
fn what_stands_in_an_open_string_of_a_pdf_is_opened() {
    let text = b"%PDF-1.5\n1 0 obj\n<< /Title (a >>\nendobj\n";
    let blank = b"xref 0000000000 65535 f \n".repeat(80);
    for behind in [gz(&line()), zip(&[(".env", &line())])] {
        is_found("a.pdf", [&text[..], &blank, &behind].concat());
        let inside = [&text[..], &blank, &behind].concat();
        is_found("a.zip", zip(&[("a.pdf", &inside)]));
    }
}

#[test]
fn a_file_in_a_pdf_that_cannot_be_unpacked_is_read_as_it_is() {
    for filter in ["FlateDecode", "Foo"] {
        let dictionary = format!("/Type /EmbeddedFile /Filter /{filter}");
        is_found("a.pdf", pdf(&dictionary, line()));
    }
}

#[test]
fn texts_of_a_workbook_that_is_not_read_are_read_as_they_stand() {
    let texts = [shared(&[narrow(&token(1))])];
    let sheet = [record(0x809, []), record(0x0A, [])].concat();
    let stream = [book(&texts, &[]), sheet.repeat(4097)].concat();
    let said = is_found("a.xls", compound("Workbook", stream, false));
    assert!(said.contains("the tables of a workbook"), "{said}");
}

#[test]
fn streams_around_an_archive_have_names_of_their_own() {
    let bundle = zip(&[("a.txt", b"All is well.")]);
    let bytes = [gz(b"All is well."), bundle, gz(&line())].concat();
    let repo = Repo::new();
    let secret = token(2);
    let first = gz(format!("U={secret}\n").as_bytes());
    repo.write("a.bin", [b"\x01\xff\xfe", &first[..], &bytes].concat());
    let scanned = repo.hexguard(&["scan", "a.bin"]);
    assert!(
        scanned.stdout.contains(" 2 blocked, 0 skipped"),
        "{scanned:?}"
    );
    for name in ["a.bin!gzip 1:1:3", "a.bin!gzip 2:1:3"] {
        assert!(scanned.stdout.contains(name), "{name} {scanned:?}");
    }
}

#[test]
fn a_whole_stream_before_a_damaged_one_is_read() {
    let kinds: [Pack; 3] = [gz, bz2, zst];
    for pack in kinds {
        let next = pack(b"hello world, the second one\n".repeat(9).as_slice());
        let both = [&pack(&line()), &next[..next.len() - 12]].concat();
        let behind = [&b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01"[..], &both].concat();
        for (name, bytes) in [("a.jpg", behind), ("a.log.gz", both)] {
            let scanned = scan(name, bytes);
            assert_ne!(scanned.code, 0, "{scanned:?}");
            assert!(scanned.stdout.contains(":1:3 Hex personal"), "{scanned:?}");
            assert!(scanned.stdout.contains(" 1 skipped"), "{scanned:?}");
        }
    }
}

#[test]
fn many_streams_before_a_damaged_one_are_read_once() {
    let streams = bz2(b"hello").repeat(1600);
    let cut = bz2(&b"h".repeat(400));
    let bytes = [b"\x7fELF\x02\x01", &streams[..], &cut[..cut.len() - 8]].concat();
    let members: Vec<(String, &[u8])> = (0..8).map(|at| (format!("{at}"), &*bytes)).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|one| (&*one.0, one.1)).collect();
    let begun = Instant::now();
    scan("a.zip", zip(&members));
    // It took a minute, and four times that for twice as many.
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn the_name_of_what_is_not_opened_shows_no_secret() {
    let value = token(3);
    let name = format!("{value}.zip");
    let mut bytes = zip(&[(&name, &zip(&[("a", b"b")]))]);
    for level in ["2.zip", "1.zip"] {
        bytes = zip(&[(level, &bytes)]);
    }
    let repo = Repo::new();
    repo.write("a.zip", bytes);
    for args in [
        &["scan", "a.zip"][..],
        &["scan", "--format", "json", "a.zip"],
        &["explain", "a.zip:1"],
    ] {
        let said = repo.hexguard(args);
        let said = [said.stdout, said.stderr].concat();
        assert!(said.contains("no more are opened"), "{said}");
        assert!(!said.contains(&value[..20]), "{said}");
    }
}

#[test]
fn lines_are_counted_as_in_the_scan_where_something_stands_in_a_file() {
    let stream = gz(&(0..=255).collect::<Vec<u8>>().repeat(20));
    assert!(stream.contains(&b'\n'));
    let repo = Repo::new();
    repo.write(
        "a.sh",
        [b"#!/bin/sh\n", &stream[..], b"\n", &line()].concat(),
    );
    let scanned = repo.hexguard(&["scan", "a.sh"]);
    let place = scanned.stdout.lines().next().unwrap();
    let place = place.split(' ').next().unwrap();
    let explained = repo.hexguard(&["explain", place]);
    assert!(
        explained.stdout.contains("stops the commit"),
        "{place} {explained:?}"
    );
}
