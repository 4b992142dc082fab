//! Containers of which the whole, or all but the macros, is not opened: no small program reads them, or nobody without a
//! password does.

use std::io;

use super::opened::Apart;
use super::{Name, Opening, biff, vba};

/// What is said of an archive.
pub(super) const ARCHIVE: &str =
    "contents not looked into: hexguard does not read this kind of archive";
/// What is said of a part of an archive.
pub(super) const PART: &str =
    "contents not looked into: it is a part of an archive that is split into several files";
/// What is said of an archive in pieces.
pub(super) const PIECES: &str =
    "contents not looked into: an archive ends it, whose members are not where its directory says";
/// What is said of a file that is called an archive or a document and is none, or one that nobody can tell.
pub(super) const UNKNOWN: &str =
    "contents not looked into: it is named as an archive or a document and does not begin as one";
/// What is said of a file with a compressed stream that breaks off.
pub(super) const TORN: &str =
    "contents not looked into: a compressed stream in it cannot be followed to its end";
/// What is said of a member that is large, or stands deep, and may hold compressed streams.
pub(super) const STREAMS: &str = "contents not looked into: compressed streams may stand in it; unpack what it stands in and scan that";
/// What is said of a file of columns.
pub(super) const COLUMNS: &str =
    "contents not looked into: hexguard does not read compressed columns";
/// What is said of an encrypted document.
pub(super) const ENCRYPTED: &str = "contents not looked into: the document is encrypted";

/// Tells whether a file is an archive, or compressed, in a way that is not read: 7z, RAR, cabinet, lz4, lzip, compress,
/// framed snappy, RPM packages, dumps of PostgreSQL, bundles and packs of git, SquashFS, xar, lzop, lrzip, cpio, LHA.
pub(super) fn is_archive(head: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"MSCF\0\0\0\0",
        b"\x04\x22\x4d\x18",
        b"LZIP\x01",
        b"\x1f\x9d",
        b"\xff\x06\0\0sNaPpY",
        b"PGDMP",
        b"# v2 git bundle\n",
        b"# v3 git bundle\n",
        b"\xed\xab\xee\xdb",
        b"PACK\0\0\0",
        b"xar!\0",
        b"\x89LZO\0\r\n\x1a\n",
        b"LRZI\0",
    ];
    // Words and numbers may begin so.
    const LETTERS: &[&[u8]] = &[b"hsqs", b"070701", b"070702", b"070707"];
    let has = |marks: &[&[u8]]| marks.iter().any(|mark| head.starts_with(mark));
    let is_lha = matches!(head, [_, _, b'-', b'l', b'h' | b'z', _, b'-', ..]);
    has(MARKS) || head.contains(&0) && (has(LETTERS) || is_lha)
}

/// Names end so of what is compressed, an archive, a document or a table of columns; those of zip archives are in
/// `format.rs`. Pictures are not among them: many are called as another kind, and nothing is compressed in those.
const CALLED: &str = "gz tgz taz bz2 tbz tbz2 xz txz zst tzst lzma tlz 7z rar lz4 lz lzo z br sz snappy tar deb udeb rpm cab \
    cpio arj lha lzh ace sit zoo xar dmg msi pdf doc dot xls xlt ppt pps msg parquet orc avro arrow feather h5 hdf5 hyper";

/// Tells whether a file is called so, by the end of its name.
pub(super) fn is_called_container(path: &[u8]) -> bool {
    ends_with_one_of(path, CALLED)
}

/// Tells whether a name ends with a dot and one of some words.
pub(super) fn ends_with_one_of(path: &[u8], words: &str) -> bool {
    let dot = path.iter().rposition(|&byte| byte == b'.');
    let is_end =
        |word: &str| dot.is_some_and(|dot| word.as_bytes().eq_ignore_ascii_case(&path[dot + 1..]));
    words.split(' ').any(is_end)
}

/// Tells whether a file is called as a part of an archive that is split: `a.z01`, `a.zip.001`, `a.tar.gz.002`, `a.part1.rar`.
pub(super) fn is_part(path: &[u8]) -> bool {
    const SPLIT: [&[u8]; 10] = [
        b"zip", b"7z", b"rar", b"tar", b"gz", b"tgz", b"bz2", b"xz", b"txz", b"zst",
    ];
    let mut ends = path.rsplit(|&b| b == b'.');
    let (Some(last), Some(before)) = (ends.next(), ends.next()) else {
        return false;
    };
    let is_number = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    match *last {
        [b'z' | b'Z', a, b] => is_number(&[a, b]),
        [_, _, _] if is_number(last) => SPLIT.iter().any(|one| one.eq_ignore_ascii_case(before)),
        [b'r' | b'R', b'a' | b'A', b'r' | b'R'] => before
            .split_at_checked(4)
            .is_some_and(|(part, number)| part.eq_ignore_ascii_case(b"part") && is_number(number)),
        _ => false,
    }
}

/// Tells whether a file holds a table by columns: Parquet, ORC, Arrow, Feather, Avro, HDF5, Hyper, Power BI.
pub(super) fn is_columns(head: &[u8]) -> bool {
    // Some of the marks are letters: words may begin so.
    const MARKS: &[&[u8]] = &[
        b"PAR1",
        b"PARE",
        b"ORC",
        b"ARROW1\0\0",
        b"FEA1",
        b"Obj\x01",
        b"\x89HDF\r\n\x1a\n",
        b"HyPe",
        // The model of a report of Power BI: "This backup was created using XPress9".
        b"\xff\xfeT\0h\0i\0s\0 \0b\0a\0c\0k\0u\0p\0 \0w\0a\0s\0 \0c\0r\0e\0a\0t\0e\0d\0",
    ];
    MARKS.iter().any(|mark| head.starts_with(mark)) && head.iter().any(|byte| *byte < 7)
}

/// Says it of an office document that a password encrypts: it is in the form of older ones, whose own bytes are read. Only
/// their macros are compressed.
pub(super) fn office(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    _depth: u8,
    apart: &mut Apart,
) -> io::Result<()> {
    let mark: Vec<u8> = b"EncryptedPackage".iter().flat_map(|&b| [b, 0]).collect();
    if memchr::memmem::find(bytes, &mark).is_some() {
        opening.leave(name, ENCRYPTED)?;
    }
    let macros = vba::open(opening, name, bytes);
    biff::open(opening, name, bytes, apart).and(macros)
}
