//! Where a container is more than hexguard unpacks, that is said, and it counts as not scanned.

use flate2::Crc;
use zip::CompressionMethod::Stored;
use zip::write::SimpleFileOptions;

use crate::containers::{commit, hooked, xz, zip, zip_with};
use crate::support::{Repo, token};

/// Returns an xz file whose first block claims to need 256 MiB.
pub(crate) fn wide_xz() -> Vec<u8> {
    const HEADER: usize = 12;
    let mut bytes = xz(b"a text\n");
    let end = HEADER + 4 * usize::from(bytes[HEADER]);
    let filter = bytes[HEADER..end]
        .windows(2)
        .position(|two| two == [0x21, 1]);
    bytes[HEADER + filter.unwrap() + 2] = 32;
    let mut crc = Crc::new();
    crc.update(&bytes[HEADER..end]);
    bytes[end..end + 4].copy_from_slice(&crc.sum().to_le_bytes());
    bytes
}

/// Returns a zstd frame that claims to need 256 MiB.
fn wide_zst() -> Vec<u8> {
    const WINDOW: u8 = 18 << 3;
    let text = b"a text\n";
    let block = u32::try_from(text.len() << 3 | 1).unwrap().to_le_bytes();
    [
        &b"\x28\xb5\x2f\xfd\0"[..],
        &[WINDOW],
        &block[..3],
        &text[..],
    ]
    .concat()
}

/// Returns a tar whose first name has 2 MiB.
fn long_name() -> Vec<u8> {
    const LONG: usize = 2 << 20;
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(LONG as u64);
    header.set_cksum();
    tar.append(&header, "n".repeat(LONG).as_bytes()).unwrap();
    tar.into_inner().unwrap()
}

/// Returns so many archives behind each other.
fn row(archives: usize) -> Vec<u8> {
    zip(&[("a.txt", b"a text\n")]).repeat(archives)
}

/// Returns an archive of one member whose directory has a megabyte of comments more than hexguard reads.
fn large_directory() -> Vec<u8> {
    const COMMENT: usize = 0xFFF0;
    let entries = (33 << 20) / COMMENT;
    let mut entry = [&b"PK\x01\x02"[..], &[0; 42]].concat();
    entry[32..34].copy_from_slice(&u16::try_from(COMMENT).unwrap().to_le_bytes());
    entry.resize(46 + COMMENT, b' ');
    let directory = entry.repeat(entries);
    let count = u16::try_from(entries).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &[0; 6]].concat();
    [directory, end].concat()
}

/// Returns what begins as a format does and is longer than what is held of a container in another, and no bomb.
fn large(magic: &[u8]) -> Vec<u8> {
    const LARGER: usize = 65 << 20;
    let mut bytes = magic.to_vec();
    let mut number: u32 = 1;
    for _ in 0..200_000 {
        number = number.wrapping_mul(0x0019_660D).wrapping_add(0x3C6E_F35F);
        bytes.push(number.to_be_bytes()[0]);
    }
    bytes.resize(LARGER, 0);
    bytes
}

#[test]
fn every_bound_is_said_and_ends_with_2() {
    let stored = SimpleFileOptions::default().compression_method(Stored);
    let memory = "unpacking it takes more memory than hexguard uses";
    let text = format!("T={}\n", token(1));
    let within = |name: &str, magic: &[u8]| {
        zip_with(&[(name, &large(magic)), ("z.txt", text.as_bytes())], stored)
    };
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    for (name, bytes, says) in [
        ("wide.xz", wide_xz(), memory),
        ("wide.zst", wide_zst(), memory),
        ("name.tar", long_name(), "a name is too long"),
        (
            "row.zip",
            row(40),
            "more than 32 archives follow each other",
        ),
        (
            "large.zip",
            large_directory(),
            "its directory is larger than 32 MiB",
        ),
        (
            "held.zip",
            within("a.zip", b"PK\x03\x04\x14\0\0\0"),
            "larger than 64 MiB and inside of another container",
        ),
        (
            "picture.zip",
            within("a.png", png),
            "what is compressed in it was not read",
        ),
    ] {
        let repo = Repo::new();
        repo.write(name, &bytes);
        let scanned = repo.hexguard(&["scan", name]);
        assert_eq!(scanned.code, 2, "{name} {scanned:?}");
        assert!(scanned.stdout.contains(says), "{name} {scanned:?}");
        // What else is in it was scanned.
        let others = name == "held.zip" || name == "picture.zip";
        assert_eq!(
            scanned.stdout.contains("!z.txt:1:3"),
            others,
            "{name} {scanned:?}"
        );
    }
    let repo = hooked();
    repo.stage("wide.xz", wide_xz());
    let stopped = commit(&repo);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert!(stopped.stderr.contains(memory), "{stopped:?}");
}

#[test]
fn up_to_a_bound_everything_is_read() {
    let repo = Repo::new();
    let text = format!("T={}\n", token(1));
    let first = zip(&[("a.txt", text.as_bytes())]);
    repo.write("row.zip", [first, row(30)].concat());
    let scanned = repo.hexguard(&["scan", "row.zip"]);
    assert_eq!(scanned.code, 1, "{scanned:?}");
}
