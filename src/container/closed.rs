//! Containers that are not opened: no small program reads them, or nobody without a password does.

use std::io;

use super::{Name, Opening};

/// What is said of an archive.
pub(super) const ARCHIVE: &str =
    "contents not looked into: hexguard does not read this kind of archive";
/// What is said of a file of columns.
pub(super) const COLUMNS: &str =
    "contents not looked into: hexguard does not read compressed columns";
/// What is said of an encrypted document.
pub(super) const ENCRYPTED: &str = "contents not looked into: the document is encrypted";

/// Tells whether a file is an archive, or compressed, in a way that is not read: 7z, RAR, cabinet, lz4, lzip, compress,
/// framed snappy, Debian and RPM packages.
pub(super) fn is_archive(head: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"MSCF\0\0\0\0",
        b"\x04\x22\x4d\x18",
        b"LZIP\x01",
        b"\x1f\x9d",
        b"\xff\x06\0\0sNaPpY",
        b"!<arch>\ndebian-binary",
        b"\xed\xab\xee\xdb",
    ];
    MARKS.iter().any(|mark| head.starts_with(mark))
}

/// Tells whether a file holds a table by columns: Parquet, ORC, Arrow, Feather, Avro, HDF5, Hyper.
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
    ];
    MARKS.iter().any(|mark| head.starts_with(mark)) && head.iter().any(|byte| *byte < 7)
}

/// Says it of an office document that a password encrypts: it is in the form of older ones, whose own bytes are read.
pub(super) fn office(
    opening: &mut Opening<'_>,
    name: &Name,
    bytes: &[u8],
    _depth: u8,
) -> io::Result<()> {
    let mark: Vec<u8> = b"EncryptedPackage".iter().flat_map(|&b| [b, 0]).collect();
    if memchr::memmem::find(bytes, &mark).is_some() {
        opening.leave(name, ENCRYPTED)?;
    }
    Ok(())
}
