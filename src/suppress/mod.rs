//! Suppressor: whether a finding counts; it decides and never drops.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use anyhow::Error;

pub mod allowlist;
pub mod baseline;
pub mod comment;
pub mod date;
pub mod glob;
mod others;

pub use comment::names;
pub use glob::{Globs, check as check_glob};
pub(crate) use others::SWITCH;

use crate::finding::{Finding, Secret};
use crate::fingerprint::Fingerprints;
use crate::fragment::{Fragment, Part, Place};
use crate::rule::Tier;
use allowlist::SameCommit;
use comment::{Lines, Verdict};

/// Where a word of the configuration stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file; of what stands in none its name: `HEXGUARD_STRICT`, `--strict`.
    pub file: String,
    /// The line; 0 for what stands on none.
    pub line: usize,
}

impl Origin {
    /// Returns what stands on no line.
    pub fn of(name: impl Into<String>) -> Self {
        Self {
            file: name.into(),
            line: 0,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Suppression {
    /// A comment beside it says so.
    Comment {
        /// The comment's own mark: `hexguard:allow`.
        mark: String,
        /// The reason given.
        reason: Option<String>,
    },
    /// An allowlist of the configuration says so.
    Allowlist {
        /// Where the entry stands: "hexguard.toml:12".
        origin: String,
        /// The reason given.
        reason: String,
    },
    /// It was accepted when the baseline was made.
    Baseline {
        /// The baseline's file.
        origin: String,
    },
}

impl Suppression {
    /// Takes secrets out of the reason that a comment gives: it is shown, and may hold what stands on its line.
    fn hide(&mut self, place: Place, secrets: &[(Place, Secret)], lines: &Lines<'_>) {
        /// With more secrets in a text than anybody has, reasons are not worth their search.
        const MOST: usize = 1000;
        let Self::Comment { reason, .. } = self else {
            return;
        };
        let Some(text) = reason.as_mut().filter(|_| secrets.len() <= MOST) else {
            *reason = None;
            return;
        };
        // A comment stands on the lines of its finding, or above them.
        let around = place.line.saturating_sub(1)..=place.end_line;
        for (place, secret) in secrets
            .iter()
            .filter(|(place, _)| around.contains(&place.line))
        {
            for form in [secret.expose(), lines.at(*place)] {
                if let Ok(form) = std::str::from_utf8(form)
                    && !form.is_empty()
                    && text.contains(form)
                {
                    *text = text.replace(form, "****");
                }
            }
        }
    }
}

/// A finding and the text around it, for those who decide whether it counts.
pub struct Case<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The text it was found in.
    pub fragment: &'a Fragment<'a>,
    /// The lines it stands on, without the last line end; they hold the secret and must not be shown.
    pub lines: &'a [u8],
    /// The number of the first of them, in the whole text that the fragment may be a piece of.
    pub line: usize,
}

/// What exceptions say of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// Nothing.
    Silent,
    /// It does not count.
    Accepted(Suppression),
    /// It counts, though an entry speaks of it; why, in half a sentence.
    Refused(String),
}

/// Something that may accept a finding: an allowlist, a baseline, the ignore file of another tool.
pub trait Exceptions: Send + Sync {
    /// Tells what is wrong with exceptions that cannot be read, without a finding.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Tells whether the finding counts. An error means that the exceptions cannot be read.
    fn judge(&self, case: &Case<'_>) -> Result<Ruling, Error>;

    /// Tells if not every finding could be compared with the exceptions.
    fn incomplete(&self) -> Option<String> {
        None
    }

    /// Returns the entries that accepted nothing so far, or hold no longer.
    fn unused(&self) -> Vec<Unused> {
        Vec::new()
    }
}

/// An entry that accepts nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// Where it stands: "hexguard.toml:12", ".hexguard-baseline: hg1:…".
    pub origin: String,
    /// Why it is of no use.
    pub why: String,
}

/// What the comments around the last place said of each rule: one encoded text, which may be long, holds many secrets.
#[derive(Default)]
struct Said {
    place: Option<Place>,
    verdicts: BTreeMap<&'static str, Verdict>,
}

impl Said {
    /// Returns what they say; `ask` finds it out.
    fn of(&mut self, rule: &'static str, place: Place, ask: impl FnOnce() -> Verdict) -> Verdict {
        if self.place != Some(place) {
            self.place = Some(place);
            self.verdicts.clear();
        }
        self.verdicts.entry(rule).or_insert_with(ask).clone()
    }
}

/// Decides for every finding whether it counts.
pub struct Suppressor {
    comments: bool,
    today: String,
    exceptions: Vec<Box<dyn Exceptions>>,
    fingerprints: Arc<Fingerprints>,
    error: Mutex<Option<Error>>,
    excluded: Option<Globs>,
    /// Paths that may be committed though they could not be scanned.
    unscanned: Option<Globs>,
    tiers: Vec<(String, Tier)>,
    same_commit: SameCommit,
    /// Whether the texts belong to a commit that is being made.
    staged: bool,
}

impl Default for Suppressor {
    fn default() -> Self {
        Self::new(true, Arc::new(Fingerprints::new("")))
    }
}

/// Findings that count, and those that do not.
#[derive(Debug, Default)]
pub struct Judged {
    /// What counts.
    pub findings: Vec<Finding>,
    /// What does not, and why.
    pub suppressed: Vec<(Finding, Suppression)>,
}

impl Suppressor {
    /// Returns one that knows comments only, if `comments` count at all.
    pub fn new(comments: bool, fingerprints: Arc<Fingerprints>) -> Self {
        Self {
            comments,
            today: date::today(),
            exceptions: Vec::new(),
            fingerprints,
            error: Mutex::new(None),
            excluded: None,
            unscanned: None,
            tiers: Vec::new(),
            same_commit: SameCommit::Warn,
            staged: false,
        }
    }

    /// Sets the paths that are not scanned.
    pub fn exclude(&mut self, globs: Globs) {
        self.excluded = Some(globs);
    }

    /// Tells whether a path is not scanned.
    pub fn excludes(&self, path: &[u8]) -> bool {
        self.excluded
            .as_ref()
            .is_some_and(|globs| globs.matches(path))
    }

    /// Tells whether a text is not scanned.
    pub fn excludes_text(&self, text: &Fragment<'_>) -> bool {
        self.excludes_either(text.path, text.name())
    }

    /// Tells whether what has this path, and this name in reports, is not scanned.
    pub fn excludes_either(&self, path: &[u8], name: &[u8]) -> bool {
        let excluded = self.excluded.as_ref();
        excluded.is_some_and(|globs| globs.matches_either(path, name))
    }

    /// Sets the paths that may be committed though they could not be scanned.
    pub fn accept_unscanned(&mut self, globs: Globs) {
        self.unscanned = Some(globs);
    }

    /// Tells whether what has this path, and this name in reports, may be committed though it could not be scanned.
    pub fn accepts_unscanned(&self, path: &[u8], name: &[u8]) -> bool {
        let accepted = self.unscanned.as_ref();
        accepted.is_some_and(|globs| globs.matches_either(path, name))
    }

    /// Sets the tier of rules by id; the last one that names a rule decides.
    pub fn retier(&mut self, pattern: &str, tier: Tier) {
        self.tiers.push((pattern.to_owned(), tier));
    }

    /// Lets no comment allow anything.
    pub fn ignore_comments(&mut self) {
        self.comments = false;
    }

    /// Sets what becomes of comments that come with the commit itself, if one is being made.
    pub fn same_commit(&mut self, policy: SameCommit, staged: bool) {
        self.same_commit = policy;
        self.staged = staged;
    }

    /// Returns what becomes of comments that come with the commit; nothing when none is being made.
    pub fn policy(&self) -> Option<SameCommit> {
        self.staged.then_some(self.same_commit)
    }

    /// Adds something that may accept findings; it is asked after those added before.
    pub fn add(&mut self, exceptions: Box<dyn Exceptions>) {
        self.exceptions.push(exceptions);
    }

    /// Returns the tier of a finding: the configured one of its rule, else its own.
    pub fn tier(&self, finding: &Finding) -> Tier {
        let mut tiers = self.tiers.iter().rev();
        let configured = tiers.find(|(rule, _)| names(rule, finding.rule.id));
        configured.map_or(finding.tier, |(_, tier)| *tier)
    }

    /// Sorts the findings of one text into those that count and those that do not.
    pub fn judge(&self, findings: Vec<Finding>, fragment: &Fragment<'_>) -> Judged {
        let mut judged = Judged::default();
        if findings.is_empty() {
            return judged;
        }
        // Made once for all findings of a text: a hostile one may hold very many.
        let lines = Lines::of(fragment);
        let window = fragment.window();
        let secrets: Vec<(Place, Secret)> = findings
            .iter()
            .map(|finding| (finding.place, finding.secret.clone()))
            .collect();
        let mut said = Said::default();
        for mut finding in findings {
            finding.tier = self.tier(&finding);
            let place = window.in_whole(finding.place);
            let mut verdict = self.verdict(&mut finding, fragment, (&lines, place.line), &mut said);
            if let Some(suppression) = &mut verdict {
                suppression.hide(finding.place, &secrets, &lines);
            }
            finding.place = place;
            match verdict {
                Some(suppression) => judged.suppressed.push((finding, suppression)),
                None => judged.findings.push(finding),
            }
        }
        judged
    }

    fn verdict(
        &self,
        finding: &mut Finding,
        fragment: &Fragment<'_>,
        (lines, line): (&Lines<'_>, usize),
        said: &mut Said,
    ) -> Option<Suppression> {
        let mut commented = None;
        // A message has no comments: what it says of itself is seen by nobody before it is published.
        if self.comments && finding.part == Part::Content {
            let (rule, place) = (finding.rule.id, finding.place);
            match said.of(rule, place, || {
                comment::verdict(rule, place, lines, &self.today)
            }) {
                Verdict::Allowed { mark, reason } => {
                    let comment = Suppression::Comment {
                        mark: mark.to_owned(),
                        reason,
                    };
                    // A comment may come too late to count, and then an exception still does.
                    if self.policy() != Some(SameCommit::Block) {
                        return Some(comment);
                    }
                    commented = Some(comment);
                }
                Verdict::Refused(why) => {
                    finding.reason.push_str("; ");
                    finding.reason.push_str(&why);
                }
                Verdict::Silent => {}
            }
        }
        let case = Case {
            finding,
            fragment,
            lines: lines.around(finding.place),
            line,
        };
        let mut refused = Vec::new();
        for exceptions in &self.exceptions {
            match exceptions.judge(&case) {
                Ok(Ruling::Accepted(suppression)) => return Some(suppression),
                Ok(Ruling::Refused(why)) => refused.push(why),
                Ok(Ruling::Silent) => {}
                Err(error) => self.fail(error),
            }
        }
        if commented.is_none() {
            for why in refused {
                finding.reason.push_str("; ");
                finding.reason.push_str(&why);
            }
        }
        commented
    }

    /// Returns what makes the fingerprints of this repository.
    pub fn fingerprints(&self) -> &Arc<Fingerprints> {
        &self.fingerprints
    }

    fn fail(&self, error: Error) {
        let mut slot = self
            .error
            .lock()
            .expect("no thread panics: a panic ends the process");
        slot.get_or_insert(error);
    }

    /// Returns the first error that judging met: exceptions that cannot be read must not pass for none.
    pub fn take_error(&self) -> Option<Error> {
        self.error
            .lock()
            .expect("no thread panics: a panic ends the process")
            .take()
    }

    /// Returns which exceptions not every finding could be compared with.
    pub fn incomplete(&self) -> Vec<String> {
        let exceptions = self.exceptions.iter();
        exceptions.filter_map(|one| one.incomplete()).collect()
    }

    /// Returns the entries that accepted nothing so far, or hold no longer.
    pub fn unused(&self) -> Vec<Unused> {
        self.exceptions
            .iter()
            .flat_map(|exceptions| exceptions.unused())
            .collect()
    }
}
