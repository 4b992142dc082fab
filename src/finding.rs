//! Finding: a secret at a place; Secret cannot be shown.

use std::fmt;

use crate::fragment::{Part, Place};
use crate::rule::{Rule, Tier};

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
    /// format's public mark such as `ghp_`) and, of a long one, the last four characters.
    pub fn masked(&self, prefix: usize) -> String {
        /// Below this length four characters would be a good part of a password.
        const LONG: usize = 20;
        let bytes = &self.0;
        let ascii = |part: &[u8]| part.iter().all(u8::is_ascii_graphic);
        let head = &bytes[..prefix.min(bytes.len())];
        let head = if ascii(head) && head.len() + LONG <= bytes.len() {
            head
        } else {
            &[]
        };
        let tail = &bytes[bytes.len().saturating_sub(4)..];
        let tail = if bytes.len() >= LONG && ascii(tail) {
            tail
        } else {
            &[]
        };
        format!(
            "{}****{}",
            String::from_utf8_lossy(head),
            String::from_utf8_lossy(tail)
        )
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(****)")
    }
}

/// A secret at a place, by a rule.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// Whether it stops the commit; starts as the rule's tier.
    pub tier: Tier,
    /// The path of the file, as git holds it.
    pub path: Vec<u8>,
    /// Which part of the commit it was found in.
    pub part: Part,
    /// The commit, when that exists already.
    pub commit: Option<String>,
    /// Where the secret (or its encoded form) stands.
    pub place: Place,
    /// The bytes of the secret, decoded.
    pub secret: Secret,
    /// The line it stands on, shortened around it, every secret in it masked; not yet escaped for a terminal.
    pub line: Vec<u8>,
    /// The columns of `line` that the masked secret takes, as 0-based byte offsets.
    pub mark: (usize, usize),
    /// Why it counts, in half a sentence: "quoted literal assigned to `db_password`".
    pub reason: String,
    /// Where it stands in people's terms, when a line number says little: "cell 7, line 2", "decoded from base64".
    pub context: Option<String>,
    /// The name of the finding that survives edits; made when it is needed, for it is costly.
    pub fingerprint: Option<String>,
    /// Set when an earlier version already held the secret: it must be rotated, but this change does not add it.
    pub known: bool,
}

impl Finding {
    /// Returns the secret as it may be shown.
    pub fn masked(&self) -> String {
        self.secret.masked(self.rule.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_its_public_start_and_four_characters_at_most() {
        let token = format!("ghp_{}", "0123456789abcdef".repeat(3));
        assert_eq!(Secret::new(token.as_bytes()).masked(4), "ghp_****cdef");
        assert_eq!(Secret::new(b"correct horse").masked(0), "****");
        assert_eq!(Secret::new(b"ghp_short").masked(4), "****");
        assert_eq!(format!("{:?}", Secret::new(b"hunter2")), "Secret(****)");
    }
}
