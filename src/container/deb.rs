//! Packages of Debian's: a plain archive of a few members, most of which are archives themselves.

use std::io::{self, ErrorKind, Read};

use super::bounds::damaged;
use super::stream::BEHIND;
use super::{Name, Opening, read_up_to};

const MARK: &[u8] = b"!<arch>\n";
/// What stands before a member.
const HEADER: u64 = 60;

/// Tells whether a file is a package: archives of compiled code begin with the same mark.
pub(super) fn begins(head: &[u8]) -> bool {
    const MEMBERS: [&[u8]; 4] = [b"debian-binary", b"control.tar", b"data.tar", b"_gpg"];
    let first = head.strip_prefix(MARK);
    first.is_some_and(|first| MEMBERS.iter().any(|member| first.starts_with(member)))
}

pub(super) fn open(
    opening: &mut Opening<'_>,
    name: &Name,
    data: &mut dyn Read,
    depth: u8,
) -> io::Result<()> {
    read_up_to(data, MARK.len() as u64)?;
    loop {
        let header = read_up_to(data, HEADER)?;
        if header.is_empty() {
            return Ok(());
        }
        if !header.ends_with(b"`\n") {
            let mut rest = header.as_slice().chain(data);
            return opening.member(&name.member(BEHIND), &mut rest, depth);
        }
        let (Some(title), Some(size)) = (header.get(..16), header.get(48..58)) else {
            return Err(ErrorKind::UnexpectedEof.into());
        };
        let title = title.trim_ascii_end();
        let title = title.strip_suffix(b"/").unwrap_or(title);
        let size = std::str::from_utf8(size).ok();
        let size: Option<u64> = size.and_then(|size| size.trim_ascii_end().parse().ok());
        let size = size.ok_or_else(|| damaged("the size of a member is no number"))?;
        let mut member = (&mut *data).take(size);
        opening.member(&name.member(title), &mut member, depth)?;
        // What nobody read of it, and what fills it up.
        let left = member.limit();
        if io::copy(&mut data.take(left), &mut io::sink())? < left {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        read_up_to(data, size % 2)?;
    }
}
