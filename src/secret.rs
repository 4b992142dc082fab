//! Secret: bytes that cannot be shown.

use std::fmt;

/// The bytes that must not be known. Nothing shows them: `Debug` is masked, there is no `Display` and no `Serialize`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps the bytes of a secret.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Returns the bytes, for comparing and hashing only; they must never be written anywhere.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns what may be shown: the part that every secret of the kind begins with (`prefix` bytes at most, a
    /// format's public mark such as `ghp_`) and, of a long one with a `tail`, the last four characters. Of what people
    /// choose nothing is shown: a prefix of 0 and no tail.
    pub fn masked(&self, prefix: usize, tail: bool) -> String {
        /// Below this length four characters would be a good part of a secret.
        const LONG: usize = 20;
        let bytes = &self.0;
        let ascii = |part: &[u8]| part.iter().all(u8::is_ascii_graphic);
        let head = &bytes[..prefix.min(bytes.len())];
        let head = if ascii(head) && head.len() + LONG <= bytes.len() {
            head
        } else {
            &[]
        };
        let end = &bytes[bytes.len().saturating_sub(4)..];
        let end = if tail && bytes.len() >= LONG && ascii(end) {
            end
        } else {
            &[]
        };
        format!(
            "{}****{}",
            String::from_utf8_lossy(head),
            String::from_utf8_lossy(end)
        )
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_its_public_start_and_four_characters_at_most() {
        let token = format!("ghp_{}", "0123456789abcdef".repeat(3));
        let secret = Secret::new(token.as_bytes());
        assert_eq!(secret.masked(4, true), "ghp_****cdef");
        assert_eq!(secret.masked(0, false), "****");
        assert_eq!(Secret::new(b"correct horse").masked(0, true), "****");
        assert_eq!(Secret::new(b"ghp_short").masked(4, true), "****");
        assert_eq!(format!("{:?}", Secret::new(b"hunter2")), "Secret(****)");
    }
}
