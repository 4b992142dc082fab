//! Tar archives, of every kind that is in use: old, POSIX, GNU.

use std::io::{self, Cursor, ErrorKind, Read};

use super::bounds::{Counted, Meter, damaged};
use super::opened::Apart;
use super::stream::BEHIND;
use super::{Name, Opening, read_up_to};

/// What is done with the name and the data of a file.
type EachFile<'e> = &'e mut dyn FnMut(&[u8], &mut dyn Read) -> io::Result<()>;

const BLOCK: usize = 512;
/// A name, or a list of attributes, is no longer than this.
const NAME: u64 = 1 << 20;

/// Tells whether a file begins so: by the mark, or as archives of the old kind do, with nothing behind the fields that they know.
pub(super) fn begins(head: &[u8]) -> bool {
    const FIELDS: usize = 257;
    let Some(block) = head.first_chunk::<BLOCK>() else {
        return false;
    };
    let (fields, rest) = block.split_at(FIELDS);
    let is_old = || fields[0] != 0 && rest.iter().all(|&byte| byte == 0);
    (rest.starts_with(b"ustar") || is_old()) && Header::read(block).is_some()
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &mut dyn Read,
    depth: u8,
    apart: &mut Apart,
) -> io::Result<()> {
    let meter = Meter::default();
    let mut data = Counted {
        inner: data,
        meter: &meter,
    };
    walk(&mut data, &mut |file, data| {
        let own = Meter::default();
        let mut data = Counted {
            inner: data,
            meter: &own,
        };
        opening.member(&name.member(file), &mut data, depth)?;
        // What nobody wanted of it counts as handed out.
        io::copy(&mut data, &mut io::sink())?;
        let end = meter.count.get();
        apart.member(end.saturating_sub(own.count.get())..end);
        Ok(())
    })
}

/// Calls `each` with the name and the data of every file.
fn walk(data: &mut dyn Read, each: EachFile<'_>) -> io::Result<()> {
    // What the entries before a file say of it.
    let mut told = Told::default();
    let mut ended = false;
    loop {
        let block = read_up_to(data, BLOCK as u64)?;
        if block.iter().all(|&byte| byte == 0) {
            if block.len() < BLOCK {
                return Ok(());
            }
            // Archives may follow each other.
            ended = true;
            continue;
        }
        let Some(header) = block.first_chunk().and_then(Header::read) else {
            return match ended {
                true => each(BEHIND, &mut Cursor::new(block).chain(data)),
                false if block.len() < BLOCK => Err(ErrorKind::UnexpectedEof.into()),
                false => Err(damaged("no entry begins where one should")),
            };
        };
        let size = told.size.unwrap_or(header.size);
        let padding = size.wrapping_neg() % BLOCK as u64;
        match header.kind {
            b'L' => told.name = Some(short(data, size)?),
            b'x' => told.attributes(&short(data, size)?),
            b'K' | b'g' => skip(data, size)?,
            // Folders, links and devices hold nothing; what is not known is a file.
            b'1'..=b'6' | b'D' | b'M' | b'N' | b'V' => {
                told = Told::default();
                skip(data, size)?;
            }
            kind => {
                // Of a file with holes only what is there; its map may go on in further blocks.
                let mut more = kind == b'S' && block[482] != 0;
                while more {
                    let map = read_up_to(data, BLOCK as u64)?;
                    more = *map.get(504).ok_or(ErrorKind::UnexpectedEof)? != 0;
                }
                let told = std::mem::take(&mut told);
                let mut file = (&mut *data).take(size);
                each(told.name.as_deref().unwrap_or(&header.name), &mut file)?;
                let left = file.limit();
                skip(data, left)?;
            }
        }
        // The last one may go without.
        io::copy(&mut data.take(padding), &mut io::sink())?;
    }
}

/// Passes over bytes, which must be there.
fn skip(data: &mut dyn Read, length: u64) -> io::Result<()> {
    if io::copy(&mut data.take(length), &mut io::sink())? < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

fn short(data: &mut dyn Read, length: u64) -> io::Result<Vec<u8>> {
    if length > NAME {
        return Err(damaged("a name is too long"));
    }
    let bytes = read_up_to(data, length)?;
    if (bytes.len() as u64) < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(until_nul(&bytes).to_vec())
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())]
}

/// What is told of a file in entries of their own.
#[derive(Default)]
struct Told {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Told {
    /// Reads attributes: `25 path=folder/name\n`, with the length of each.
    fn attributes(&mut self, mut text: &[u8]) {
        while let Some(space) = memchr::memchr(b' ', text) {
            let Some(length) = digits(&text[..space], 10) else {
                return;
            };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let Some(record) = text.get(space + 1..length) else {
                return;
            };
            text = &text[length..];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(path) = record.strip_prefix(b"path=") {
                self.name = Some(path.to_vec());
            } else if let Some(path) = record.strip_prefix(b"GNU.sparse.name=") {
                self.name = Some(path.to_vec());
            } else if let Some(size) = record.strip_prefix(b"size=") {
                self.size = digits(size, 10);
            }
        }
    }
}

/// An entry.
struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

impl Header {
    /// Returns the entry that a block begins; `None` if its checksum is wrong.
    fn read(block: &[u8; BLOCK]) -> Option<Self> {
        let sum = |byte: fn(u8) -> i64| -> i64 {
            let own = block[148..156].iter().map(|&b| byte(b)).sum::<i64>();
            let all = block.iter().map(|&b| byte(b)).sum::<i64>();
            all - own + 8 * i64::from(b' ')
        };
        let written = i64::try_from(number(&block[148..156])?).ok()?;
        // Some programs took bytes for signed numbers.
        if written != sum(i64::from) && written != sum(|b| i64::from(b.cast_signed())) {
            return None;
        }
        let name = until_nul(&block[..100]);
        let prefix = until_nul(&block[345..500]);
        let name = if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
            [prefix, b"/", name].concat()
        } else {
            name.to_vec()
        };
        Some(Self {
            name,
            size: number(&block[124..136])?,
            kind: block[156],
        })
    }
}

/// Reads a number: in octal digits, or in bytes where it is too large for them.
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, bytes @ ..] = field {
        let (high, low) = bytes.split_at(bytes.len().saturating_sub(8));
        let fits = high.iter().all(|&byte| byte == 0);
        return fits.then(|| low.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)));
    }
    let end = field.iter().position(|&b| b == 0).unwrap_or(field.len());
    match field[..end].trim_ascii() {
        [] => Some(0),
        text => digits(text, 8),
    }
}

fn digits(text: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(text).ok()?, radix).ok()
}
