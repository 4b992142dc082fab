//! Change: a path whose entry differs, and the ids that entries name.

use std::fmt;

/// The name of an object: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    bytes: [u8; 32],
    len: u8,
}

impl Id {
    /// Returns the id made of 20 or 32 raw bytes.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        let len = u8::try_from(raw.len()).ok()?;
        matches!(len, 20 | 32).then_some(Self { bytes, len })
    }

    /// Returns the id written as 40 or 64 hexadecimal digits.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        if !matches!(hex.len(), 40 | 64) {
            return None;
        }
        let digit = |b: u8| char::from(b).to_digit(16);
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        let len = u8::try_from(hex.len() / 2).ok()?;
        Some(Self { bytes, len })
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Tells whether the id names nothing (all zero), as git writes for "no such object".
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.as_bytes()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let hex = &hex[..2 * usize::from(self.len)];
        f.write_str(std::str::from_utf8(hex).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a path names: a mode and an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The mode as git writes it: `0o100644`, `0o100755`, `0o120000` (symbolic link), `0o160000` (submodule), `0o040000`.
    pub mode: u32,
    /// The object.
    pub id: Id,
}

impl Entry {
    /// Returns an entry with the mode as git understands it: of a file's permissions only whether it can be run counts.
    pub(super) fn new(mode: u32, id: Id) -> Self {
        let mode = match mode & 0o170_000 {
            0o100_000 if mode & 0o100 != 0 => 0o100_755,
            0o100_000 => 0o100_644,
            kind => kind,
        };
        Self { mode, id }
    }

    /// Returns the entry of a directory.
    pub(super) fn folder(id: Id) -> Self {
        Self {
            mode: 0o040_000,
            id,
        }
    }

    /// Tells whether the entry is a directory.
    pub fn is_tree(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    /// Tells whether the entry has a content in this repository: a file or a symbolic link, not a submodule.
    pub fn is_blob(&self) -> bool {
        !self.is_tree() && self.mode & 0o170_000 != 0o160_000
    }
}

/// A path whose entry differs between two trees, or between a tree and the index. A directory only if it is new and
/// holds nothing, or is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// The path from the top of the work tree, as git holds it.
    pub path: &'a [u8],
    /// What it named before; `None` if the path is new.
    pub old: Option<Entry>,
    /// What it names now; `None` if the path is gone.
    pub new: Option<Entry>,
}

impl Change<'_> {
    /// Returns the id of the content that this change brings: not of a submodule, not of a mere change of mode.
    pub fn content(&self) -> Option<Id> {
        let new = self.new.filter(Entry::is_blob)?;
        let same = self
            .old
            .is_some_and(|old| old.id == new.id && old.is_blob());
        (!same).then_some(new.id)
    }
}

/// Which changes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// What is new or different.
    New,
    /// What is gone as well.
    All,
    /// The same, but a folder that is gone is told as one, and is not read.
    Folded,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_from_hex_and_bytes_of_the_two_lengths_only() {
        let hex = "0123456789abcdef0123456789abcdef01234567";
        let id = Id::from_hex(hex.as_bytes()).expect("40 digits");
        assert_eq!(id.to_string(), hex);
        assert_eq!(Id::from_bytes(id.as_bytes()), Some(id));
        assert_eq!(Id::from_hex(&hex.as_bytes()[..39]), None);
        assert_eq!(Id::from_hex(&[b'g'; 64]), None);
        assert_eq!(Id::from_bytes(&[0; 21]), None);
        assert_eq!(Id::from_bytes(&[0; 33]), None);
        assert!(Id::from_hex(&[b'0'; 64]).is_some_and(|id| id.is_zero()));
    }
}
