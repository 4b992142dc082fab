//! Containers where nobody expects them: appended to pictures, encoded in texts, with a directory that is wrong, in packages.

use std::fmt::Write as _;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

use crate::containers::{commit, encrypted_zip, gz, hooked, tar, xz, zip};
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

pub(crate) fn deb(data: &[u8]) -> Vec<u8> {
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

pub(crate) fn zlib(text: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text).unwrap();
    zlib.finish().unwrap()
}

/// Returns base64 as mail wraps it.
pub(crate) fn wrapped(bytes: &[u8]) -> String {
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
}

#[test]
fn a_container_in_base64_is_one_however_its_lines_are_joined() {
    let text = format!("HEX_TOKEN={}\n{}\n", token(1), token(2));
    let whole = wrapped(&gz(text.as_bytes()));
    let lines: Vec<&str> = whole.lines().collect();
    assert!(lines.len() > 2, "{whole}");
    let each = |before: &str, behind: &str| -> String {
        let lines = lines.iter().map(|line| format!("{before}{line}{behind}"));
        lines.collect()
    };
    let one = lines.concat();
    let other = "\"next\": \"abcd\"";
    for (name, written) in [
        (
            "a.json",
            format!("{{\"x\": \"{}\", {other}}}", lines.join("\\n")),
        ),
        (
            "b.json",
            format!("{{\"x\": \"{}\\r\\n\"}}", lines.join("\\r\\n")),
        ),
        (
            "c.json",
            format!("{{\"x\": \"{}\"}}", one.replace('/', "\\/")),
        ),
        (
            "d.json",
            format!("{{\"x\": [\n{}\n  {other}]}}", each("  \"", "\",\n")),
        ),
        ("a.py", format!("x = (\n{})\n", each("  \"", "\"\n"))),
        ("b.py", format!("x = (\n{})\n", each("  b'", "'\n"))),
        ("a.js", format!("x = {}''\n", each("'", "' +\n  "))),
        ("a.properties", format!("x={}\n", lines.join("\\\n   "))),
        ("a.sh", each("# ", "\n")),
        ("a.c", format!("/*\n{} */\n", each(" * ", "\n"))),
        ("b.c", each("// ", "\r\n")),
        ("a.eml", each("> ", "\n")),
        // What follows is none of it.
        ("e.json", format!("{{\"x\": \"{one}\",\n {other}}}")),
    ] {
        let repo = Repo::new();
        repo.write(name, &written);
        let scanned = repo.hexguard(&["scan", name]);
        assert_eq!(scanned.code, 1, "{name} {scanned:?}");
        assert!(scanned.stdout.contains("2 blocked"), "{name} {scanned:?}");
        assert!(
            !scanned.stdout.contains("not looked into"),
            "{name} {scanned:?}"
        );
        assert!(!scanned.stdout.contains("in part"), "{name} {scanned:?}");
    }
}

#[test]
fn binary_members_of_a_container_in_base64_are_searched_as_binary_files_are() {
    let noise = [0xFF, 0xFE, 0x80, 0, 1, 2].repeat(40);
    let binary = |text: &str| [&noise[..], text.as_bytes(), &noise].concat();
    for (text, code) in [
        (format!("HEX_TOKEN={}", token(1)), 1),
        (format!("password = {}", &token(2)[9..25]), 0),
    ] {
        for packed in [gz(&binary(&text)), zip(&[("a.pkl", &binary(&text))])] {
            let repo = Repo::new();
            repo.write(
                "a.json",
                format!("{{\"x\": \"{}\"}}", STANDARD.encode(packed)),
            );
            let scanned = repo.hexguard(&["scan", "a.json"]);
            assert_eq!(scanned.code, code, "{scanned:?}");
        }
    }
    // However much of it there is.
    let repo = Repo::new();
    let bomb = STANDARD.encode(gz(&vec![0; 70 << 20]));
    repo.write("a.json", format!("{{\"x\": \"{bomb}\"}}"));
    assert_eq!(repo.hexguard(&["scan", "a.json"]).code, 2);
}

#[test]
fn what_cannot_be_read_in_base64_is_said_and_stops_where_more_could_be_read() {
    let lines = (0..400).fold(String::new(), |mut text, n| {
        writeln!(text, "row {n} {}", n * n).unwrap();
        text
    });
    let whole = gz(lines.as_bytes());
    let mut damaged = whole.clone();
    damaged[500..540].fill(0xFF);
    let encrypted = encrypted_zip(&[("a.txt", CLEAN)]);
    // A small text that unpacks to very much ends soon.
    let bomb = STANDARD.encode(gz(&vec![b'a'; 96 << 20]));
    let in_part = "a.yaml!(base64 on line 2): contents looked into in part: it is damaged: ";
    for (encoded, code, said) in [
        (
            STANDARD.encode(&whole[..700]),
            0,
            in_part.to_owned() + "it ends too early",
        ),
        (
            STANDARD.encode(&damaged),
            0,
            in_part.to_owned() + "its data",
        ),
        (
            STANDARD.encode(encrypted),
            0,
            "a.yaml!(base64 on line 2)!a.txt: contents not looked into: the member is encrypted"
                .to_owned(),
        ),
        (
            format!("{bomb}\n").repeat(20),
            2,
            "a.yaml!(base64 on line 2) was not scanned: it unpacks to more than".to_owned(),
        ),
    ] {
        let repo = hooked();
        repo.stage("a.yaml", format!("a: 1\ndata: {encoded}\n"));
        let scanned = repo.hexguard(&["scan", "a.yaml"]);
        assert_eq!(scanned.code, code, "{scanned:?}");
        assert!(scanned.stdout.contains(&said), "{said} {scanned:?}");
        let done = commit(&repo);
        assert_eq!(done.code == 0, code == 0, "{done:?}");
        assert!(done.stderr.contains(&said), "{said} {done:?}");
    }
}

#[test]
fn what_only_begins_as_a_container_in_base64_is_nothing_to_be_said() {
    let whole = STANDARD.encode(gz(&CLEAN.repeat(9)));
    for text in [
        format!("a: {}...\n", &whole[..24]),
        format!("a: H4sIAAAAAAAA{}\n", "xyz9".repeat(20)),
        format!("a: H4sI{}\n", "A".repeat(60)),
        format!("a: UEsDBBQAAAAIAA{}\n", "x9Qz".repeat(30)),
        format!("a: eJw{}\n", "k7Rq".repeat(30)),
        format!("a: {whole}\n"),
    ] {
        let scanned = scan("a.yaml", &text);
        assert_eq!(scanned.code, 0, "{text} {scanned:?}");
        assert!(scanned.stdout.contains(" 0 skipped"), "{text} {scanned:?}");
    }
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
    reads("vbaProject.bin", "vbaProject.bin!macro 1.bas:2:", |text| {
        macros(&[text])
    });
    // A long one, too.
    let line = b"' All is well, and so it was the day before, and before that.\r\n";
    let (first, text) = (b"'".repeat(4096), format!("T={}\n", token(1)));
    let parts: [&[u8]; 4] = [&first, b"\r\n", &line.repeat(200_000), text.as_bytes()];
    let scanned = scan("vbaProject.bin", macros(&parts));
    let place = "vbaProject.bin!macro 1.bas:200003:3";
    assert!(scanned.stdout.contains(place), "{scanned:?}");
}

/// Returns a file of macros: a program that begins with its name.
fn macros(parts: &[&[u8]]) -> Vec<u8> {
    let program = [&[&b"Attribute VB_Name = \"a\"\r\n"[..]], parts]
        .concat()
        .concat();
    let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x01".to_vec();
    for chunk in program.chunks(4096) {
        let (packed, mark) = if file.len() == 9 {
            (packed(chunk), 0xB000)
        } else {
            (chunk.to_vec(), 0x3000)
        };
        file.extend((mark | u16::try_from(packed.len() - 1).unwrap()).to_le_bytes());
        file.extend(packed);
    }
    // The first flags tell a byte of nine.
    assert!(file[11..].starts_with(b"\0Attribut\0e "));
    file.extend([0; 9]);
    file
}

/// Packs a part of a program: each byte as it is, or the last one so often that it fills a full part; eight of them behind flags.
fn packed(chunk: &[u8]) -> Vec<u8> {
    let same = chunk
        .iter()
        .rev()
        .take_while(|byte| **byte == chunk[chunk.len() - 1]);
    let mut done = chunk.len()
        - if chunk.len() == 4096 {
            same.count() - 1
        } else {
            0
        };
    let mut tokens: Vec<Vec<u8>> = chunk[..done].iter().map(|byte| vec![*byte]).collect();
    while done < chunk.len() {
        let bits = (done - 1).ilog2() + 1;
        let longest = (0xFFFF_usize >> bits.max(4)) + 3;
        let left = chunk.len() - done;
        let length = if left < longest + 3 && left > longest {
            longest - 3
        } else {
            left.min(longest)
        };
        tokens.push(u16::try_from(length - 3).unwrap().to_le_bytes().to_vec());
        done += length;
    }
    let flags = |eight: &[Vec<u8>]| {
        let bits = (0u8..).zip(eight).filter(|(_, token)| token.len() == 2);
        bits.map(|(bit, _)| 1 << bit).sum::<u8>()
    };
    let eights = tokens.chunks(8);
    eights
        .flat_map(|eight| [vec![flags(eight)], eight.concat()].concat())
        .collect()
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
