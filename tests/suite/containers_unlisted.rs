//! Members of zip archives that the directory does not list, or lists otherwise: a reader of streams unpacks them.

use std::io::Write;
use std::time::{Duration, Instant};

use zip::write::SimpleFileOptions;

use crate::containers::{commit, hooked, zip, zip_with};
use crate::support::{Output, Repo, token};

const CLEAN: &[u8] = b"All is well. All is well. All is well.\n";

fn scan(bytes: impl AsRef<[u8]>) -> Output {
    let repo = Repo::new();
    repo.write("a.zip", bytes);
    repo.hexguard(&["scan", "a.zip"])
}

/// Returns a text that is shorter when it is packed.
fn secret() -> Vec<u8> {
    format!("T={}\n{}", token(1), "#".repeat(400)).into_bytes()
}

/// Returns an archive whose directory does not list a member.
fn without(mut bytes: Vec<u8>, name: &str) -> Vec<u8> {
    let end = memchr::memmem::rfind(&bytes, b"PK\x05\x06").unwrap();
    let directory = u32::from_le_bytes(*bytes[end + 16..].first_chunk().unwrap()) as usize;
    let named = memchr::memmem::find(&bytes[directory..], name.as_bytes()).unwrap();
    let entry = directory + named - 46;
    let extra = u16::from_le_bytes([bytes[entry + 30], bytes[entry + 31]]);
    let length = 46 + name.len() + usize::from(extra);
    for (field, by) in [(8, 1), (10, 1), (12, u16::try_from(length).unwrap())] {
        let field = end + field..end + field + 2;
        let number = u16::from_le_bytes(*bytes[field.clone()].first_chunk().unwrap());
        bytes[field].copy_from_slice(&(number - by).to_le_bytes());
    }
    bytes.drain(entry..entry + length);
    bytes
}

/// Returns an archive as it is written to a pipe: the sizes stand behind the members.
fn streamed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new_stream(Vec::new());
    for (name, data) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_member_that_is_not_listed_is_read_wherever_it_stands() {
    let secret = secret();
    for make in [zip, streamed] {
        for members in [
            &[("a.txt", CLEAN), ("h/.env", &secret), ("b.txt", CLEAN)][..],
            &[("h/.env", &secret), ("b.txt", CLEAN)],
            &[("a.txt", CLEAN), ("h/.env", &secret)],
            &[("h/.env", &secret)],
        ] {
            let bytes = without(make(members), "h/.env");
            let scanned = scan(&bytes);
            assert_eq!(scanned.code, 1, "{scanned:?}");
            assert!(scanned.stdout.contains("a.zip!h/.env:1:3"), "{scanned:?}");
            assert!(scanned.stdout.contains(" 1 blocked, 0 skipped"));
            let repo = hooked();
            repo.stage("a.zip", &bytes);
            assert_ne!(commit(&repo).code, 0);
        }
    }
}

#[test]
fn one_that_cannot_be_read_stops_the_commit_and_an_encrypted_one_is_said() {
    let noise: String = (1..60).map(token).collect();
    let members: [(&str, &[u8]); 3] = [
        ("a.txt", CLEAN),
        ("h/.env", noise.as_bytes()),
        ("b.txt", CLEAN),
    ];
    let mut bytes = without(zip(&members), "h/.env");
    let data = memchr::memmem::find(&bytes, b"h/.env").unwrap();
    bytes[data + 200..data + 300].fill(0xFF);
    let broken = scan(&bytes);
    assert_eq!(broken.code, 2, "{broken:?}");
    assert!(broken.stdout.contains("a.zip!h/.env was not scanned"));
    let mut bytes = without(zip(&members), "h/.env");
    let header = memchr::memmem::find(&bytes, b"h/.env").unwrap() - 30;
    bytes[header + 6] |= 1;
    let closed = scan(&bytes);
    assert_eq!(closed.code, 0, "{closed:?}");
    let said = "a.zip!h/.env: contents not looked into: the member is encrypted";
    assert!(closed.stdout.contains(said), "{closed:?}");
}

#[test]
fn a_member_whose_own_header_says_otherwise_is_read_in_both_ways() {
    let mut bytes = zip(&[("h/.env", &secret())]);
    let central = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    // Five bytes as they are.
    bytes[central + 10..central + 12].fill(0);
    for size in [20, 24] {
        bytes[central + size..central + size + 4].copy_from_slice(&5u32.to_le_bytes());
    }
    let scanned = scan(&bytes);
    assert_eq!(scanned.code, 1, "{scanned:?}");
}

#[test]
fn an_archive_without_a_directory_is_read_and_said_to_be_damaged() {
    let whole = zip(&[("a.txt", CLEAN), ("h/.env", &secret()), ("b.txt", CLEAN)]);
    let central = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    let scanned = scan(&whole[..central]);
    assert_eq!(scanned.code, 2, "{scanned:?}");
    assert!(scanned.stdout.contains("a.zip!h/.env:1:3"), "{scanned:?}");
}

/// A document or a disk image holds old halves of archives, and whole ones with its own bytes between theirs.
#[test]
fn what_is_left_of_an_archive_in_a_file_of_another_kind_is_no_damage() {
    let scan = |name: &str, parts: &[&[u8]]| {
        let repo = Repo::new();
        repo.write(name, parts.concat());
        repo.hexguard(&["scan", name])
    };
    let lines = (0..3000_u64).map(|number| (number * number * 7919 % 100_003).to_string());
    let noise = lines.collect::<Vec<_>>().join("\n");
    let (secret, beside) = (secret(), format!("\nT={}\n", token(2)));
    let old = zip(&[("old.txt", noise.as_bytes())]);
    let half = &old[..900];
    let (clean, leak) = (zip(&[("a.txt", CLEAN)]), zip(&[("h/.env", &secret)]));
    let pieces = zip(&[("h/.env", &secret), ("old.txt", noise.as_bytes())]);
    let (one, two) = pieces.split_at(pieces.len() - 400);
    let ole = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 504]].concat();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB\x60\x82";
    for (name, begin) in [
        ("a.ppt", &ole[..]),
        ("a.png", png),
        ("a.img", &[1, 2, 3, 4, 5]),
    ] {
        let torn = format!("{name}: contents not looked into: a compressed stream in it");
        for more in [&[][..], half] {
            let scanned = scan(name, &[begin, half, &clean, more, &clean]);
            assert_eq!(scanned.code, 0, "{scanned:?}");
            assert_eq!(scanned.stdout.matches(&torn).count(), 1, "{scanned:?}");
        }
        let scanned = scan(name, &[begin, half, &leak]);
        assert_eq!(scanned.code, 1, "{scanned:?}");
        for said in [&torn, &format!("{name}!h/.env:1:3")] {
            assert!(scanned.stdout.contains(said), "{scanned:?}");
        }
        let scanned = scan(name, &[begin, one, beside.as_bytes(), two]);
        assert_eq!(scanned.code, 1, "{scanned:?}");
        let said = format!("{name}: contents not looked into: an archive ends it");
        for said in [&said, &format!("{name}!h/.env:1:3"), " 2 blocked"] {
            assert!(scanned.stdout.contains(said), "{said} {scanned:?}");
        }
        // By its name or its first bytes it is an archive.
        assert_eq!(scan("a.zip", &[&[1, 2, 3], half, &clean]).code, 2);
        assert_eq!(scan(name, &[half, &clean]).code, 2);
    }
}

#[test]
fn what_else_stands_between_members_is_nothing_to_be_said() {
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let aligned = stored.with_alignment(4096);
    let members: [(&str, &[u8]); 3] = [("a.txt", CLEAN), ("d/", b""), ("b.txt", CLEAN)];
    let inner = zip(&members);
    let nested: [(&str, &[u8]); 2] = [("inner.zip", &inner), ("a.txt", CLEAN)];
    // The marks of an archive as programs have them that read one.
    let program = [
        b"MZ\0\x01PK\x03\x04\0PK\x01\x02\0PK\x05\x06\0\x14\0\0\0",
        &(0..255).collect::<Vec<u8>>().repeat(9)[..],
        b"PK\x03\x04",
        &[0; 64],
    ]
    .concat();
    for (number, bytes) in [
        zip_with(&members, stored),
        zip_with(&members, aligned),
        streamed(&members),
        zip_with(&nested, stored),
        zip_with(&nested, aligned),
        streamed(&nested),
        [&program[..], &inner].concat(),
        [&program[..], &zip_with(&nested, stored)].concat(),
        [&inner[..], &inner].concat(),
    ]
    .iter()
    .enumerate()
    {
        let scanned = scan(bytes);
        assert_eq!(scanned.code, 0, "{number} {scanned:?}");
        assert!(scanned.stdout.contains(" 0 skipped"), "{scanned:?}");
        assert!(!scanned.stdout.contains("looked into"), "{scanned:?}");
    }
}

#[test]
fn very_many_that_are_not_listed_are_bounded() {
    let header = [
        b"PK\x03\x04\x14\0\x08\0\x08\0".as_slice(),
        &[0; 16],
        &[1, 0, 0, 0],
        b"x",
    ]
    .concat();
    let many = [header.repeat(200_000), zip(&[("a.txt", CLEAN)])].concat();
    let since = Instant::now();
    let scanned = scan(&many);
    assert_eq!(scanned.code, 2, "{scanned:?}");
    assert!(since.elapsed() < Duration::from_secs(30));
}
