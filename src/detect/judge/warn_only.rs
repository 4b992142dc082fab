//! What is never more than a warning, whatever its points: one list, each entry with what it says.

use super::Verdict;
use super::weights::Feature;
use crate::rule::SecretKind;

/// Why a value does not stop the commit.
struct Reason {
    /// The rest of "never more than a warning, because ...".
    says: &'static str,
    holds: fn(&Verdict) -> bool,
}

static REASONS: [Reason; 12] = [
    Reason {
        says: "it is a UUID, and its name does not say enough",
        holds: |v| v.holds(Feature::Uuid) && !is_sure_of_uuid(v),
    },
    Reason {
        says: "it is the `key` of one of several records, which tells them apart",
        holds: |v| v.of_record,
    },
    // Tests are full of values that people make up.
    Reason {
        says: "it stands in a test and is not random",
        holds: |v| v.holds(Feature::TestFile) && is_chosen(v),
    },
    Reason {
        says: "it is a cookie or an id of a session in a test",
        holds: |v| v.holds(Feature::TestFile) && v.of_session && !is_by_vendor(v),
    },
    // Four in five values that look random there are samples. What opens a host that others can reach is none.
    Reason {
        says: "it stands in a page of documentation, where most values are samples",
        holds: is_of_page,
    },
    // A plain word is a bad password, or none: only the host that it opens can tell.
    Reason {
        says: "it is a plain word",
        holds: |v| {
            v.kind == SecretKind::Password
                && v.holds(Feature::Letters)
                && !v.holds(Feature::Chance)
                && !v.holds(Feature::RealHost)
        },
    },
    Reason {
        says: "it is very short",
        holds: |v| v.holds(Feature::Tiny),
    },
    Reason {
        says: "it may be a hash, and its name may name many things",
        holds: |v| {
            // Many tokens are as long as MD5 and SHA-1 make them, and `credentials` are no hash.
            let token = v.kind == SecretKind::Token && v.len <= 40 || v.kind == SecretKind::Secret;
            let hash = v.holds(Feature::Hexadecimal) && !token;
            v.holds(Feature::WeakKey) && hash && !is_by_vendor(v)
        },
    },
    Reason {
        says: "its name may name many things, and its characters do not follow each other by chance",
        holds: |v| {
            v.kind != SecretKind::Password
                && v.holds(Feature::WeakKey)
                && !v.is_random()
                && !is_by_vendor(v)
        },
    },
    Reason {
        says: "it is signed for all to read",
        holds: |v| v.holds(Feature::Signed) && !is_by_vendor(v),
    },
    Reason {
        says: "tokens and keys are not made of words",
        holds: |v| {
            let made = matches!(v.kind, SecretKind::Token | SecretKind::Key);
            made && !is_by_vendor(v) && v.holds(Feature::Identifier) && !v.is_random()
        },
    },
    // People choose passwords; tokens and keys are made, and what is made is neither short nor holds blanks.
    Reason {
        says: "tokens and keys are neither short nor hold blanks",
        holds: |v| {
            let made = matches!(v.kind, SecretKind::Token | SecretKind::Key);
            made && !is_by_vendor(v) && (!v.holds(Feature::Medium) || v.holds(Feature::Spaces))
        },
    },
];

/// Tells whether people made it up or chose it.
fn is_chosen(verdict: &Verdict) -> bool {
    !verdict.is_random() || verdict.disguised
}

/// Tells whether it stands in a page of documentation and opens nothing that is known.
fn is_of_page(verdict: &Verdict) -> bool {
    let known = verdict.holds(Feature::VendorKey) || verdict.holds(Feature::RealHost);
    verdict.holds(Feature::Page) && !known
}

fn is_by_vendor(verdict: &Verdict) -> bool {
    verdict.holds(Feature::VendorKey) || verdict.holds(Feature::VendorNear)
}

/// Tells whether a UUID there is a token: many are, where the name says nothing else.
fn is_sure_of_uuid(verdict: &Verdict) -> bool {
    is_by_vendor(verdict)
        || verdict.holds(Feature::Login)
        || verdict.kind != SecretKind::Password
            && !verdict.holds(Feature::WeakKey)
            && !verdict.holds(Feature::BuriedKey)
            && !verdict.holds(Feature::TestFile)
}

/// Returns why a value is never more than a warning, by the first entry that holds.
pub(super) fn first(verdict: &Verdict) -> Option<&'static str> {
    let reason = REASONS.iter().find(|reason| (reason.holds)(verdict))?;
    Some(reason.says)
}

/// Tells whether a warning is one that nobody need look at when committing: of a value that people made up for a test or for
/// documentation.
pub(super) fn is_minor(verdict: &Verdict) -> bool {
    is_chosen(verdict) && (verdict.holds(Feature::TestFile) || is_of_page(verdict))
}
