//! What a rule's checks say of a value, and what is left of a finding whose checksum does not fit.

use super::{Candidate, entropy};
use crate::fragment::Fragment;
use crate::lexicon::path::{Area, area};
use crate::rule::{Checksum, Rule, Tier};

/// What the entropy and the checks of a rule say of a value.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fit {
    /// It has what the rule asks for.
    Fits,
    /// It has the shape, but not the checksum.
    Mismatch(Checksum),
    /// It is none.
    Refused,
}

/// Compares a value with what a rule asks for.
pub(super) fn fit(rule: &Rule, secret: &[u8]) -> Fit {
    if secret.is_empty() || rule.entropy > 0.0 && entropy::bits_per_byte(secret) < rule.entropy {
        return Fit::Refused;
    }
    if rule.check.iter().all(|check| check(secret)) {
        return Fit::Fits;
    }
    rule.checksum.map_or(Fit::Refused, Fit::Mismatch)
}

/// Returns the specificity of a candidate whose checksum does not fit: below that of every other candidate, so that what
/// its name and place say comes first.
pub(super) fn below_all(specificity: u16) -> u16 {
    specificity / 16
}

/// Returns what is left of a candidate whose checksum does not fit and of which only the shape is known: a warning, and
/// nothing in tests and documentation, where tokens are made up.
pub(super) fn doubted(
    candidate: Candidate,
    checksum: Checksum,
    fragment: &Fragment<'_>,
) -> Option<Candidate> {
    if !matches!(area(fragment), Area::Plain | Area::Settings) {
        return None;
    }
    let or = match checksum {
        Checksum::Always => "mistyped, shortened or made up",
        Checksum::Newer => "mistyped, shortened, made up, or older than the checksum",
    };
    let title = candidate.rule.title;
    Some(Candidate {
        tier: Tier::Warn,
        specificity: below_all(candidate.specificity),
        reason: format!(
            "has the shape of {} {title}, but its checksum does not fit: {or}",
            article(title)
        ),
        ..candidate
    })
}

/// Returns the article of a title: "an Entra secret", "an npm token", "a GitHub token".
fn article(title: &str) -> &'static str {
    let word = title.split(' ').next().unwrap_or_default();
    let vowel = |c: char| "aeiou".contains(c.to_ascii_lowercase());
    // A word without a vowel is read letter by letter: en-pee-em.
    let spelled = !word.contains(vowel) && !word.contains(['y', 'Y']);
    let first = word.chars().next().unwrap_or_default();
    if vowel(first) || spelled && "fhlmnrsx".contains(first.to_ascii_lowercase()) {
        "an"
    } else {
        "a"
    }
}
