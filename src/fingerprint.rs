//! Fingerprint: the name of a finding that survives edits, and tells nothing about the secret.
//!
//! It is made from the rule's id and the secret's value and nothing else, so it is the same staged, in history, after
//! a rebase and on every system. It is stretched: each guess at the value costs as much as making it. In the files of a
//! repository it is salted: no table of guesses serves two repositories. The salt is not secret: it stands in the file that
//! holds the fingerprints, so that every clone has it. In reports it has no salt: a report is not published with the
//! repository, and what is told there must be the same before and after the repository has its salt, in a shallow clone,
//! in a fork, and in each repository that has the secret.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use crate::rule::Rule;
use crate::secret::Secret;

/// What every fingerprint begins with; the number changes when the way of making them does.
pub const PREFIX: &str = "hg1:";
/// Rounds of PBKDF2: about one millisecond with SHA instructions, five without.
const ROUNDS: u32 = 4096;
/// How much of the hash is kept: enough to tell all findings of a repository apart.
const BYTES: usize = 8;
/// With more different secrets than this the rest gets no fingerprints: it would take minutes. Those that a report lists have one.
const MOST: usize = 40_000;

/// The fingerprint of a finding, or who makes it when it is asked for: few are, and one costs more than a scan.
#[derive(Clone, Debug)]
pub enum Fingerprint {
    /// It has none.
    None,
    /// The fingerprint itself.
    Made(String),
    /// What makes it.
    By(Arc<Fingerprints>),
}

/// Makes the fingerprints of one salt, each only once.
#[derive(Debug)]
pub struct Fingerprints {
    salt: String,
    /// How many are made.
    most: usize,
    made: Mutex<HashMap<(&'static str, Secret), String>>,
}

impl Fingerprints {
    /// Returns a maker for this salt.
    pub fn new(salt: &str) -> Self {
        Self::with_room(salt, 0)
    }

    /// Returns a maker for this salt that makes so many more than usual.
    pub fn with_room(salt: &str, more: usize) -> Self {
        Self {
            salt: salt.to_owned(),
            most: MOST + more,
            made: Mutex::new(HashMap::new()),
        }
    }

    /// Returns the salt.
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// Tells whether no more are made.
    pub fn is_full(&self) -> bool {
        self.made.lock().expect(NO_PANIC).len() >= self.most
    }

    /// Returns the fingerprint of a secret found by a rule; none when very many were made already.
    pub fn of(&self, rule: &'static Rule, secret: &Secret) -> Option<String> {
        let key = (rule.id, secret.clone());
        {
            let made = self.made.lock().expect(NO_PANIC);
            if let Some(fingerprint) = made.get(&key) {
                return Some(fingerprint.clone());
            }
            if made.len() >= self.most {
                return None;
            }
        }
        let fingerprint = fingerprint(rule.id, secret, &self.salt);
        let mut made = self.made.lock().expect(NO_PANIC);
        made.insert(key, fingerprint.clone());
        Some(fingerprint)
    }
}

const NO_PANIC: &str = "no thread panics: a panic ends the process";

/// Tells whether a text has the form of a fingerprint.
pub fn is_fingerprint(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|hex| {
        hex.len() == 2 * BYTES
            && hex
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// Returns the fingerprint of a value found by a rule.
fn fingerprint(rule: &str, secret: &Secret, salt: &str) -> String {
    // A value of several lines is the same whichever line ends the file has.
    let value: Vec<u8> = secret
        .expose()
        .iter()
        .copied()
        .filter(|&b| b != b'\r')
        .collect();
    let salt = format!("hexguard fingerprint 1\n{rule}\n{salt}");
    let mut out = PREFIX.to_owned();
    for byte in &pbkdf2(&value, salt.as_bytes(), ROUNDS)[..BYTES] {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// PBKDF2 (RFC 8018) with HMAC-SHA-256, first block.
fn pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let mac = Hmac::new(password);
    let mut first = salt.to_vec();
    first.extend_from_slice(&1u32.to_be_bytes());
    let mut last = mac.of(&first);
    let mut out = last;
    for _ in 1..rounds {
        last = mac.of(&last);
        for (byte, next) in out.iter_mut().zip(last) {
            *byte ^= next;
        }
    }
    out
}

/// HMAC (RFC 2104) with SHA-256, the key's blocks hashed once.
struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    fn new(key: &[u8]) -> Self {
        const BLOCK: usize = 64;
        let mut block = [0u8; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let padded = |with: u8| {
            let mut hash = Sha256::new();
            hash.update(block.map(|b| b ^ with));
            hash
        };
        Self {
            inner: padded(0x36),
            outer: padded(0x5c),
        }
    }

    fn of(&self, message: &[u8]) -> [u8; 32] {
        let inner = self.inner.clone().chain_update(message).finalize();
        self.outer.clone().chain_update(inner).finalize().into()
    }
}

/// Returns a salt that nobody else has: 16 random bytes as hex digits.
pub fn fresh_salt() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    // The standard library's own hash keys are random per process; a salt needs to differ, not to be secret.
    let mut out = String::new();
    for part in 0u64..2 {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u64(part);
        if let Ok(now) = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            hasher.write_u128(now.as_nanos());
        }
        let _ = write!(out, "{:016x}", hasher.finish());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pbkdf2_agrees_with_the_published_vectors() {
        let hex = |bytes: [u8; 32]| {
            bytes.iter().fold(String::new(), |mut out, b| {
                let _ = write!(out, "{b:02x}");
                out
            })
        };
        // RFC 7914, section 11 (its first 32 bytes), and the usual SHA-256 counterparts of RFC 6070.
        assert!(hex(pbkdf2(b"passwd", b"salt", 1)).starts_with("55ac046e56e3089fec1691c22544b605"));
        assert!(
            hex(pbkdf2(b"password", b"salt", 4096)).starts_with("c5e478d59288c841aa530db6845c4c8d")
        );
        let long = [b'k'; 100];
        assert_ne!(pbkdf2(&long, b"s", 1), pbkdf2(&long[..64], b"s", 1));
    }
}
