//! What the judge says of a value, for people: what counted, and what would change the verdict.

use super::weights::{WARN, WEIGHTS};
use super::{Evidence, Verdict, judge};
use crate::detect::assignment::{self, Assignment, Reader};
use crate::finding::Secret;
use crate::fragment::{Fragment, line_end};
use crate::rule::Tier;

/// What the judge says of one value, for people.
pub struct Explanation {
    /// What it is assigned to, or where it stands, as it may be shown.
    pub name: String,
    /// The value as it may be shown.
    pub masked: String,
    /// The tier, if it counts.
    pub tier: Option<Tier>,
    /// What settled the matter before anything was weighed.
    pub veto: Option<&'static str>,
    /// The sum of the points.
    pub score: i32,
    /// From how many points on it stops the commit; `None` if it is never more than a warning.
    pub limit: Option<i32>,
    /// How often each feature holds, in the order of the table of weights.
    pub times: Vec<i32>,
    /// The features that counted, with their points, the heaviest first.
    pub features: Vec<(&'static str, i32)>,
    /// What would change the verdict, in sentences.
    pub otherwise: Vec<String>,
}

/// Returns what the judge says of every assignment whose key names a secret, with its line (1-based), the prefilter left out:
/// every offset is read.
pub fn explain_all(fragment: &Fragment<'_>) -> Vec<(usize, Explanation)> {
    let text = fragment.text;
    let mut reader = Reader::default();
    let mut seen: Vec<Assignment> = Vec::new();
    let mut out = Vec::new();
    let (mut line, mut next) = (1, line_end(text, 0));
    for at in 0..text.len() {
        if at > next {
            line += 1;
            next = line_end(text, at);
        }
        reader.keyed(fragment, at, &mut |found| {
            if seen.contains(&found) {
                return;
            }
            let evidence = Evidence::assigned(fragment, &found);
            if evidence.name.is_some() {
                let name = assignment::shown_key(&found, text);
                out.push((line, judge(&evidence).explained(name, &evidence.value)));
            }
            seen.push(found);
        });
    }
    out
}

impl Verdict {
    /// Returns what is said of a value for people.
    pub(crate) fn explained(&self, name: String, value: &[u8]) -> Explanation {
        let counted = WEIGHTS.iter().zip(&self.features);
        let mut features: Vec<(&'static str, i32)> = counted
            .map(|(weight, times)| (weight.says, weight.points * times))
            .filter(|(_, points)| *points != 0)
            .collect();
        features.sort_by_key(|(_, points)| -points.abs());
        Explanation {
            name,
            masked: Secret::new(value).masked(0, false),
            tier: self.tier,
            veto: self.veto,
            times: self.features.to_vec(),
            score: self.score,
            limit: self.limit(),
            features,
            otherwise: self.otherwise(),
        }
    }

    /// Returns what would change the verdict, in sentences.
    fn otherwise(&self) -> Vec<String> {
        let mut out = vec![match (self.veto, self.tier, self.limit()) {
            (Some(veto), ..) => format!("never a finding, because {veto}"),
            (None, None, _) => {
                format!("{} points more would make it a warning", WARN - self.score)
            }
            (None, Some(_), None) => {
                format!("never more than a warning, because {}", self.doubt())
            }
            (None, Some(Tier::Warn), Some(limit)) => format!(
                "it would stop the commit from {limit} points on (now {})",
                self.score
            ),
            (None, Some(Tier::Block), Some(limit)) => {
                format!("below {limit} points it would be a warning")
            }
        }];
        if self.tier == Some(Tier::Warn) && self.is_minor() {
            out.push("it is not printed at a commit; `hexguard` lists it".to_owned());
        }
        if self.tier.is_some() {
            out.push(
                "a reference such as ${NAME} in place of the value would settle it".to_owned(),
            );
            out.push("a comment `hexguard:allow` on the line accepts it, or `hexguard allow` in a file without comments".to_owned());
        }
        out
    }
}
