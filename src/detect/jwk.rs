//! JSON Web Keys: the part that must stay private, of a key of any kind.

use super::entropy;
use crate::fragment::Fragment;
use crate::rule::{Basis, Found};

/// How far the members of a key may stand from each other.
const FAR: usize = 8 << 10;
/// The shortest private part: 32 bytes as base64url; symmetric keys may be shorter.
const SHORTEST: usize = 40;

/// Finds the private part of a key at its `kty`.
pub fn jwk_private(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    let text = fragment.text;
    let floor = at.saturating_sub(FAR);
    let ceiling = text.len().min(at + FAR);
    // A key has no objects inside, so the nearest braces are its own.
    let start = floor + memchr::memrchr2(b'{', b'}', &text[floor..at])?;
    let end = at + memchr::memchr2(b'}', b'{', &text[at..ceiling])?;
    if text[start] != b'{' || text[end] != b'}' {
        return None;
    }
    let symmetric = memchr::memmem::find(&text[at..end.min(at + 24)], b"oct").is_some();
    let (name, least): (&[u8], usize) = if symmetric {
        (b"k", 20)
    } else {
        (b"d", SHORTEST)
    };
    let (from, to) = member(&text[start..end], name)?;
    let value = &text[start + from..start + to];
    if value.len() < least || entropy::bits_per_byte(value) < 3.5 {
        return None;
    }
    Some(Found::new(start + from..start + to, Basis::Format))
}

/// Returns where the base64url value of a member stands in an object.
fn member(object: &[u8], name: &[u8]) -> Option<(usize, usize)> {
    let quote = |b: &u8| matches!(b, b'"' | b'\'' | b'\\' | b' ' | b':');
    for at in memchr::memmem::find_iter(object, name) {
        let behind = at + name.len();
        let quoted = |i: usize| matches!(object.get(i), Some(b'"' | b'\''));
        let alone =
            at > 0 && quoted(at - 1) && (quoted(behind) || object.get(behind) == Some(&b'\\'));
        if !alone {
            continue;
        }
        let from = behind
            + object[behind..]
                .iter()
                .take(8)
                .take_while(|b| quote(b))
                .count();
        let len = object[from..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .count();
        return Some((from, from + len));
    }
    None
}
