//! The judge: tells a secret without a distinctive format of its own from everything that only looks like one.
//!
//! A finder says where a value stands and what it knows of it ([`Evidence`]); the judge alone says block, warn or nothing.
//! First the vetoes are asked, in order (`veto.rs`); then what holds of the value is weighed by one table (`weights.rs`).
//! A few kinds of values never stop a commit, whatever their points (`warn_only.rs`).

mod encoded;
mod explain;
mod expression;
mod features;
mod host;
mod name;
mod notation;
mod sample;
mod shape;
mod subject;
mod value;
mod veto;
mod warn_only;
pub(crate) mod weights;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

pub use explain::{Explanation, explain_all};
pub use veto::vetoes;

pub(crate) use encoded::is_uuid;
use shape::Shape;
pub(crate) use value::is_secret_name;
use weights::{BLOCK, COUNT, Feature, IN_TESTS, WARN, WEIGHTS};

use super::assignment::{self, Assignment, Form, Place, Quote, is_key_byte};
use crate::fragment::{Fragment, line_end, line_start_from, line_within};
use crate::lexicon::path::{Area, area};
use crate::lexicon::{Name, WIDE_COLON, secret_name};
use crate::rule::{Login, SecretKind, Site, Tier};

/// From how many points on a candidate is a warning.
pub const WARNING: i32 = WARN;

/// How often the feature of chance holds for a value that is random rather than chosen.
const RANDOM: i32 = 2;
/// A line longer than this was not written by hand.
const WIDE: usize = 2_000;

/// What a service's name near a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Vendor {
    /// No service is named.
    None,
    /// A service is named on the line or above it.
    Near,
    /// The name is the one that the service's own key has.
    Key,
}

/// What a finder knows of a value.
#[derive(Clone)]
pub(crate) struct Evidence<'a> {
    pub(crate) fragment: &'a Fragment<'a>,
    /// Where the value stands in the text.
    pub(crate) range: Range<usize>,
    /// The value itself; decoded where its place encodes it.
    pub(crate) value: Cow<'a, [u8]>,
    pub(crate) site: Site,
    /// Where its name stands; empty for none.
    pub(crate) key: Range<usize>,
    /// What its name says, if that is one of a secret.
    pub(crate) name: Option<Name>,
    pub(crate) form: Form,
    pub(crate) quote: Quote,
    pub(crate) place: Place,
    /// The name of the function that makes the value, if any.
    pub(crate) callee: Option<Range<usize>>,
    pub(crate) vendor: Vendor,
    /// What kind of secret it would be.
    pub(crate) kind: SecretKind,
    /// The user who logs in with it; empty if unknown.
    pub(crate) user: &'a [u8],
    /// The host that is logged in to; empty if unknown.
    pub(crate) host: &'a [u8],
    /// What the path says, once it was asked.
    area: OnceCell<Area>,
}

impl<'a> Evidence<'a> {
    /// Returns what is known of any value: where it stands.
    fn of(fragment: &'a Fragment<'a>, range: Range<usize>) -> Self {
        Self {
            fragment,
            value: Cow::Borrowed(&fragment.text[range.clone()]),
            site: Site::Named,
            key: range.start..range.start,
            name: None,
            form: Form::Equals,
            quote: Quote::Double,
            place: Place::Code,
            callee: None,
            vendor: Vendor::None,
            kind: SecretKind::Secret,
            user: b"",
            host: b"",
            area: OnceCell::new(),
            range,
        }
    }

    /// Returns the evidence of an assigned value.
    pub(crate) fn assigned(fragment: &'a Fragment<'a>, found: &Assignment) -> Self {
        let name = secret_name(&fragment.text[found.key.clone()]);
        let value = &fragment.text[found.value.clone()];
        Self {
            key: found.key.clone(),
            name,
            value: encoded::unescaped(value).map_or(Cow::Borrowed(value), Cow::Owned),
            kind: name.map_or(SecretKind::Secret, |name| name.kind),
            form: found.form,
            quote: found.quote,
            place: found.place,
            callee: found.callee.clone(),
            ..Self::of(fragment, found.value.clone())
        }
    }

    /// Returns the evidence of an assigned value that a client reads: its name says no more than that.
    pub(crate) fn read_at(self, site: Site) -> Self {
        if site == Site::Named {
            return self;
        }
        Self {
            site,
            key: self.range.start..self.range.start,
            name: None,
            ..self
        }
    }

    /// Returns the evidence of a value that belongs to a login.
    pub(crate) fn login(fragment: &'a Fragment<'a>, range: Range<usize>, login: &'a Login) -> Self {
        let written = Self::of(fragment, range);
        Self {
            value: login
                .decoded
                .as_deref()
                .map_or(written.value, Cow::Borrowed),
            site: login.site,
            quote: if login.bare {
                Quote::Bare
            } else {
                Quote::Double
            },
            kind: login.kind,
            user: &login.user,
            host: &login.host,
            ..written
        }
    }

    /// Returns the evidence of a value behind a name of a secret, with a service named beside it.
    pub(crate) fn beside_vendor(
        fragment: &'a Fragment<'a>,
        range: Range<usize>,
        key: Range<usize>,
    ) -> Self {
        let name = secret_name(&fragment.text[key.clone()]);
        Self {
            name,
            kind: name.map_or(SecretKind::Key, |name| name.kind),
            vendor: Vendor::Near,
            key,
            ..Self::of(fragment, range)
        }
    }

    fn key(&self) -> &'a [u8] {
        &self.fragment.text[self.key.clone()]
    }

    /// Returns the stretch of its line that is in sight of the value.
    fn sight(&self) -> Range<usize> {
        const SIGHT: usize = 160;
        /// The name of a list may stand so far above its entries that it is not in sight.
        const FAR: usize = 4 << 10;
        let text = self.fragment.text;
        let start = match self.range.start.checked_sub(self.key.start) {
            Some(0..=FAR) => self.key.start,
            _ => self.range.start,
        };
        let from = start.saturating_sub(SIGHT);
        let to = text.len().min(self.range.end + SIGHT);
        line_start_from(text, from, start)..line_end(&text[..to], self.range.end)
    }

    /// Returns what the path says.
    fn area(&self) -> Area {
        *self.area.get_or_init(|| area(self.fragment))
    }

    /// Returns the lines around the value.
    fn around(&self) -> &'a [u8] {
        super::around(self.fragment.text, self.range.clone())
    }

    /// Tells whether the value stands on a line that was not written by hand.
    fn is_wide(&self) -> bool {
        let (text, at) = (self.fragment.text, self.range.start);
        line_within(text, at, WIDE, self.range.len() + WIDE).len() >= WIDE
    }
}

/// What the judge says of one value.
pub struct Verdict {
    /// The tier, if it counts.
    pub tier: Option<Tier>,
    /// The sum of the points.
    pub score: i32,
    /// What settled the matter before anything was weighed.
    pub veto: Option<&'static str>,
    /// How often each feature holds.
    features: [i32; COUNT],
    kind: SecretKind,
    /// Whether it is language once digits are read as letters.
    disguised: bool,
    /// Whether it is the `"key"` of one of several records.
    of_record: bool,
    /// Whether its name is one of the state of a session.
    of_session: bool,
    len: usize,
}

/// Judges a value by what is known of it.
pub(crate) fn judge(evidence: &Evidence<'_>) -> Verdict {
    let mut verdict = Verdict {
        tier: None,
        score: 0,
        veto: veto::first(evidence),
        features: [0; COUNT],
        kind: evidence.kind,
        disguised: false,
        of_record: false,
        of_session: false,
        len: evidence.value.len(),
    };
    if verdict.veto.is_some() {
        return verdict;
    }
    let shape = Shape::of(&evidence.value);
    verdict.disguised = shape::is_disguised_language(&evidence.value);
    verdict.of_record = subject::is_key_of_record(evidence);
    verdict.of_session = name::names_a_state(evidence.key());
    verdict.features = features::of(evidence, &shape);
    verdict.score = WEIGHTS
        .iter()
        .zip(&verdict.features)
        .map(|(weight, times)| weight.points * times)
        .sum();
    verdict.tier = match verdict.score {
        score if verdict.limit().is_some_and(|limit| score >= limit) => Some(Tier::Block),
        score if score >= WARN => Some(Tier::Warn),
        _ => None,
    };
    verdict
}

impl Verdict {
    fn holds(&self, feature: Feature) -> bool {
        self.features[feature as usize] > 0
    }

    /// Returns the points from which on it stops the commit; `None` where no number of them does.
    fn limit(&self) -> Option<i32> {
        if warn_only::first(self).is_some() {
            return None;
        }
        let more = if self.holds(Feature::TestFile) {
            IN_TESTS
        } else {
            0
        };
        Some(BLOCK + more)
    }

    /// Returns why it is only a warning, in half a sentence.
    pub(crate) fn doubt(&self) -> String {
        let why = warn_only::first(self).map(str::to_owned);
        why.unwrap_or_else(|| format!("{} points, and {BLOCK} stop the commit", self.score))
    }

    /// Tells whether a warning is one that nobody need look at when committing.
    pub(crate) fn is_minor(&self) -> bool {
        warn_only::is_minor(self)
    }

    fn is_random(&self) -> bool {
        self.features[Feature::Chance as usize] >= RANDOM
    }

    /// Returns why an assigned value counts, in half a sentence.
    pub(crate) fn reason(&self, found: &Assignment, text: &[u8]) -> String {
        let how = match (found.quote, found.form) {
            (_, Form::Default) => "default value of",
            (Quote::Text, _) => "text of",
            (_, Form::Compare) => "literal compared with",
            (_, Form::Argument | Form::Call) => "literal handed to",
            (Quote::Bare, _) => "value of",
            _ => "quoted literal assigned to",
        };
        format!(
            "{how} `{}`, {} {}",
            assignment::shown_key(found, text),
            self.len,
            if self.features[Feature::Chance as usize] > RANDOM {
                "random characters"
            } else {
                "characters"
            }
        )
    }
}

/// How far a name is followed in front of a place, and behind it.
const NAME: usize = 64;

/// Tells whether something that assigns may follow the name at `at`, or a literal is compared with it; most names in code
/// are only used.
pub(crate) fn may_be_assigned(text: &[u8], at: usize) -> bool {
    let rest = text[at..].iter().take(NAME);
    let name = rest.take_while(|b| is_key_byte(**b)).count();
    match &text[at + name..] {
        _ if name == NAME => true,
        // `getenv(KEY) || "v"`
        behind @ [b')', ..] => {
            let next = behind.iter().find(|b| **b != b')');
            next.is_some_and(|b| b" \t.?|{".contains(b)) || is_behind_literal(text, at)
        }
        [] | [b';', ..] => {
            let mut mark = [0; 4];
            let colon = WIDE_COLON.encode_utf8(&mut mark).as_bytes();
            is_behind_literal(text, at)
                || memchr::memmem::find(&text[at..at + name], colon).is_some()
        }
        _ => true,
    }
}

/// Tells whether a literal stands before the name that holds the byte at `at` and is compared with it, or gets it: `"v" == k`, `"v".equals(k)`,
/// `'v' AS k`.
fn is_behind_literal(text: &[u8], at: usize) -> bool {
    let name = text[..at].iter().rev().take(NAME);
    let before = &text[..at - name.take_while(|b| is_key_byte(**b)).count()];
    let literal = before.strip_suffix(b".equals(").unwrap_or_else(|| {
        let operator = before.trim_ascii_end();
        if let Some((literal, word)) = operator.split_last_chunk::<3>()
            && operator.len() < before.len()
            && word.eq_ignore_ascii_case(b" as")
        {
            return literal.trim_ascii_end();
        }
        let signs = operator.iter().rev().take_while(|b| b"=!->".contains(b));
        operator[..operator.len() - signs.count()].trim_ascii_end()
    });
    matches!(literal.last(), Some(b'"' | b'\''))
}

#[cfg(test)]
mod tests;
