//! What a finder returns: where a secret may stand, and what speaks for it.

use std::ops::Range;

use super::{SecretKind, Site, Tier};

/// What a finder found.
pub struct Found {
    /// The offset of the secret's first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The tier, when the finder knows better than the rule; it counts only where the judge is not asked.
    pub tier: Option<Tier>,
    /// Why it counts, in half a sentence; empty for the rule's title.
    pub reason: String,
    /// Who decides whether it is a secret.
    pub basis: Basis,
    /// What else stands there, such as the other lines of a list.
    pub more: Vec<Self>,
}

/// Who decides whether a value is a secret.
pub enum Basis {
    /// Its structure does, wherever it stands; placeholders are left out.
    Format,
    /// Its place does, such as the name before it; placeholders are left out.
    Place,
    /// The finder has decided.
    Settled,
    /// The judge does, by what the finder knows of the login that it belongs to.
    Login(Login),
    /// The judge does, by the name that stands before the value.
    Name(Range<usize>),
}

/// What a finder knows of the login that a value belongs to.
pub struct Login {
    /// Where it stands.
    pub site: Site,
    /// What kind of secret it would be.
    pub kind: SecretKind,
    /// The user; empty if unknown.
    pub user: Vec<u8>,
    /// The host; empty if unknown.
    pub host: Vec<u8>,
    /// The value as it counts, where its place encodes it.
    pub decoded: Option<Vec<u8>>,
    /// Whether it stands without quotes, where a word may be a name in code.
    pub bare: bool,
}

impl Found {
    /// Returns what stands in `range`, with the tier and the reason of its rule.
    pub fn new(range: Range<usize>, basis: Basis) -> Self {
        Self {
            start: range.start,
            end: range.end,
            tier: None,
            reason: String::new(),
            basis,
            more: Vec::new(),
        }
    }

    /// Says why it counts.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            ..self
        }
    }
}

impl Login {
    /// Returns the login of a user at a host; either may be empty.
    pub(crate) fn of(user: &[u8], host: &[u8]) -> Self {
        Self {
            user: user.to_vec(),
            host: host.to_vec(),
            ..Self::default()
        }
    }

    /// Returns a login in a form that prose and other code share.
    pub(crate) fn loose(kind: SecretKind) -> Self {
        Self {
            site: Site::Loose,
            kind,
            ..Self::default()
        }
    }
}

impl Default for Login {
    fn default() -> Self {
        Self {
            site: Site::Login,
            kind: SecretKind::Password,
            user: Vec::new(),
            host: Vec::new(),
            decoded: None,
            bare: false,
        }
    }
}
