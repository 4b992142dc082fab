//! Finding: a secret at a place.

use crate::fingerprint::Fingerprint;
use crate::fragment::{Part, Place};
use crate::rule::{Rule, Tier};
pub use crate::secret::Secret;

/// A secret at a place, by a rule.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// Whether it stops the commit; starts as the rule's tier.
    pub tier: Tier,
    /// The path of the file, as git holds it; of a member of a container with its name behind it: `bundle.tgz!.env`.
    pub path: Vec<u8>,
    /// How many bytes of that are the path of the file.
    pub file: usize,
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
    /// Whether nobody need look at it when committing, should it be a warning: it was made up for a test or a page of
    /// documentation.
    pub minor: bool,
    /// The name of the finding that survives edits, as [`Finding::fingerprint`] returns it.
    pub fingerprint: Fingerprint,
    /// Set when an earlier version already held the secret: it must be rotated, but this change does not add it.
    pub known: bool,
}

impl Finding {
    /// Returns the path of the file, as git holds it.
    pub fn file(&self) -> &[u8] {
        self.path.get(..self.file).unwrap_or(&self.path)
    }

    /// Returns the name of the member of the file in which it stands, if that is a container.
    pub fn member(&self) -> Option<&[u8]> {
        self.path.get(self.file + 1..)
    }

    /// Returns the secret as it may be shown.
    pub fn masked(&self) -> String {
        self.rule.masked(&self.secret)
    }

    /// Returns the name of the finding that survives edits, if it has one; made now, which takes some milliseconds.
    pub fn fingerprint(&self) -> Option<String> {
        match &self.fingerprint {
            Fingerprint::None => None,
            Fingerprint::Made(text) => Some(text.clone()),
            Fingerprint::By(fingerprints) => fingerprints.of(self.rule, &self.secret),
        }
    }
}
