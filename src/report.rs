//! Report: findings, suppressed findings, skipped files, work done; its Outcome.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::finding::Finding;
use crate::rule::Tier;

pub mod around;

pub use crate::suppress::Suppression;
use around::Around;

/// So many findings are listed of one scan, and so many of those that do not count; the others are counted. Nobody reads more,
/// and each takes memory and, for its fingerprint, time.
pub const LISTED: usize = 20_000;

/// How many were found and are not listed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Unlisted {
    /// Findings that stop a commit.
    pub blocked: usize,
    /// Warnings.
    pub warned: usize,
    /// Findings that do not count.
    pub suppressed: usize,
}

impl Unlisted {
    /// Adds those of another scan.
    pub fn add(&mut self, more: Self) {
        self.blocked += more.blocked;
        self.warned += more.warned;
        self.suppressed += more.suppressed;
    }
}

/// The result of one scan.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that do not depend on each other"
)]
pub struct Report {
    /// What counts, sorted by path and place.
    pub findings: Vec<Finding>,
    /// What was found and does not count, and why.
    pub suppressed: Vec<(Finding, Suppression)>,
    /// What was found beyond what is listed.
    pub unlisted: Unlisted,
    /// What could not be scanned, or not wholly, though it was wanted.
    pub skipped: Vec<Skipped>,
    /// How many texts were scanned.
    pub files: u64,
    /// How many bytes of them were scanned; names do not count.
    pub bytes: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether warnings stop the commit too.
    pub strict: bool,
    /// How many texts were left out because the configuration excludes their paths.
    pub excluded: u64,
    /// What a person must be told about the configuration: what this commit adds to it, what is wrong with it.
    pub notes: Vec<String>,
    /// Whether people want to see what does not count, too.
    pub show_suppressed: bool,
    /// Whether people want to see what an earlier version already held, too.
    pub show_known: bool,
    /// Whether a git hook runs the scan.
    pub of_hook: bool,
    /// Whether the commit is a merge: what is unstaged then is lost from the other side.
    pub merging: bool,
    /// Whether the person stands below the top of the work tree, so that paths need `:/` to be pasted.
    pub below_top: bool,
    /// Where the files lie, if the person does not stand in their work tree.
    pub elsewhere: Option<Elsewhere>,
    /// What else advice depends on.
    pub around: Around,
}

/// A work tree that the person does not stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its top, told from the root.
    pub top: Vec<u8>,
    /// What stands before its names for those who stand in another work tree, with a slash behind it: the way down to it,
    /// else the way from the root. None for those who stand in no work tree: to them its own names are told.
    pub before: Option<Vec<u8>>,
}

impl Elsewhere {
    /// Returns its top with a slash behind it.
    pub fn folder(&self) -> Vec<u8> {
        let mut folder = self.top.clone();
        if !folder.ends_with(b"/") {
            folder.push(b'/');
        }
        folder
    }
}

/// Something that was not scanned, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The path of the file, as git holds it; of a member of a container with its name behind it: `bundle.tgz!.env`.
    pub path: Vec<u8>,
    /// How many bytes of that are the path of the file.
    pub file: usize,
    /// Why, in words that fit behind "skipped: ".
    pub reason: String,
    /// What kept it from being scanned, where more than those words follow from that.
    pub cause: Option<Cause>,
    /// What it means for the commit.
    pub effect: Effect,
    /// The commit that holds it, if it was looked for in commits.
    pub commit: Option<String>,
}

impl Skipped {
    /// Returns something that was to be scanned and was not.
    pub fn new(path: Vec<u8>, reason: impl Into<Reason>) -> Self {
        let Reason { text, cause } = reason.into();
        Self {
            file: path.len(),
            path,
            reason: text,
            cause,
            effect: Effect::Stops,
            commit: None,
        }
    }

    /// Returns something of a kind that hexguard does not look into.
    pub fn said(path: Vec<u8>, reason: impl Into<Reason>) -> Self {
        Self {
            effect: Effect::Said,
            ..Self::new(path, reason)
        }
    }

    /// Tells whether nothing is there: then the path is what somebody typed.
    pub fn is_missing(&self) -> bool {
        self.cause == Some(Cause::Missing)
    }

    /// Returns the path of the file, as git holds it.
    pub fn file(&self) -> &[u8] {
        self.path.get(..self.file).unwrap_or(&self.path)
    }

    /// Returns the path by which patterns judge it: a container is a folder there.
    pub fn as_path(&self) -> Vec<u8> {
        let (file, inner) = self.path.split_at(self.file.min(self.path.len()));
        let inner = inner.iter().map(|&b| if b == b'!' { b'/' } else { b });
        file.iter().copied().chain(inner).collect()
    }
}

/// What keeps something from being scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Nothing is there.
    Missing,
    /// The system lets nobody read it.
    Denied,
    /// Too many files are open.
    Full,
    /// It is above the limit that the user has set.
    Larger,
    /// git's object is missing, damaged or malformed.
    Damaged,
    /// A partial clone lacks it.
    Absent,
}

impl Cause {
    /// Returns the reason that it is, in these words.
    pub fn because(self, text: impl Into<String>) -> Reason {
        Reason {
            text: text.into(),
            cause: Some(self),
        }
    }
}

/// Why something was not scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words.
    pub text: String,
    /// Its kind, where more follows from it.
    pub cause: Option<Cause>,
}

impl<T: Into<String>> From<T> for Reason {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            cause: None,
        }
    }
}

/// What it means for a commit that something was not scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It was to be scanned: what is in it is not known.
    Stops,
    /// It is of a kind that hexguard does not look into: that is said, and no more.
    Said,
    /// `allow-unscanned` covers its path.
    Accepted,
}

/// What a scan comes to; the worse one is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing that stops the commit.
    Clean,
    /// At least one finding that stops the commit.
    Found,
    /// Something that was to be scanned was not, whatever was found elsewhere.
    Unscanned,
}

impl Report {
    /// Returns what the scan comes to.
    pub fn outcome(&self) -> Outcome {
        if self.unscanned().next().is_some() {
            Outcome::Unscanned
        } else if self.finds() {
            Outcome::Found
        } else {
            Outcome::Clean
        }
    }

    /// Puts findings into the order of their paths and places.
    pub fn sort(&mut self) {
        self.findings.sort_by(order);
        self.suppressed.sort_by(|(a, _), (b, _)| order(a, b));
        self.skipped.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Returns what was to be scanned and was not, unless the configuration accepts that.
    pub fn unscanned(&self) -> impl Iterator<Item = &Skipped> {
        let skipped = self.skipped.iter();
        skipped.filter(|one| one.effect == Effect::Stops)
    }

    /// Tells whether a finding stops the commit, wherever else something could not be scanned.
    pub fn finds(&self) -> bool {
        self.unlisted.blocked > 0
            || self.strict && self.unlisted.warned > 0
            || self.findings.iter().any(|finding| self.stops(finding))
    }

    /// Makes of each finding that stops the commit only because warnings do, one that does so by itself.
    pub fn settle_strict(&mut self) {
        if std::mem::take(&mut self.strict) {
            for finding in &mut self.findings {
                finding.tier = Tier::Block;
            }
            self.unlisted.blocked += std::mem::take(&mut self.unlisted.warned);
        }
    }

    /// Adds the report of another scan, without what it tells once more. What is strict in one says nothing of the other.
    pub fn add(&mut self, mut more: Self) {
        if self.strict != more.strict {
            self.settle_strict();
            more.settle_strict();
        }
        self.findings.append(&mut more.findings);
        self.suppressed.append(&mut more.suppressed);
        self.skipped.append(&mut more.skipped);
        self.unlisted.add(more.unlisted);
        self.sort();
        self.findings.dedup_by(|a, b| is_same(a, b));
        self.suppressed.dedup_by(|(a, _), (b, _)| is_same(a, b));
        self.skipped.dedup();
        let told = std::mem::take(&mut more.notes);
        let news = told.into_iter().filter(|note| !self.notes.contains(note));
        let news: Vec<String> = news.collect();
        self.notes.extend(news);
        self.files += more.files;
        self.bytes += more.bytes;
        self.elapsed += more.elapsed;
        self.excluded += more.excluded;
        self.show_known |= more.show_known;
        self.show_suppressed |= more.show_suppressed;
    }

    /// Tells whether a finding stops the commit.
    pub fn stops(&self, finding: &Finding) -> bool {
        finding.tier == Tier::Block || self.strict
    }

    /// Tells whether people are shown a finding. What an earlier version already held is only counted, unless it stops
    /// the commit or they asked for it; a hook says nothing of what was made up for tests and documentation.
    pub fn shows(&self, finding: &Finding) -> bool {
        let quiet = finding.known || finding.minor && self.of_hook;
        !quiet || self.show_known || self.stops(finding)
    }

    /// Names what the configuration lets through unscanned, in one line; nothing if there is nothing.
    pub fn accepted(&self) -> Option<String> {
        const NAMED: usize = 3;
        let accepted = self
            .skipped
            .iter()
            .filter(|one| one.effect == Effect::Accepted);
        let files: BTreeSet<&[u8]> = accepted.map(Skipped::file).collect();
        let named = files
            .iter()
            .take(NAMED)
            .map(|path| String::from_utf8_lossy(path));
        let named = named.collect::<Vec<_>>().join(", ");
        let more = match files.len() {
            0 => return None,
            count if count > NAMED => format!(" and {} more", count - NAMED),
            _ => String::new(),
        };
        Some(format!(
            "not scanned, and accepted by allow-unscanned: {named}{more}"
        ))
    }

    /// Returns how many findings are of a tier, listed or not.
    pub fn count(&self, tier: Tier) -> usize {
        let listed = self.findings.iter().filter(|finding| finding.tier == tier);
        let unlisted = match tier {
            Tier::Block => self.unlisted.blocked,
            Tier::Warn => self.unlisted.warned,
        };
        listed.count() + unlisted
    }

    /// Returns how many findings do not count, listed or not.
    pub fn count_suppressed(&self) -> usize {
        self.suppressed.len() + self.unlisted.suppressed
    }

    /// Returns what people are told of findings that are not listed, if there are any.
    pub fn unlisted_note(&self) -> Option<String> {
        let Unlisted {
            blocked, warned, ..
        } = self.unlisted;
        (blocked + warned > 0).then(|| {
            format!(
                "{} more findings are counted and not listed ({blocked} blocked, {warned} warned): a report lists {LISTED}. Mend these and scan again, or leave out the files that hold them: exclude = [\"path\"] in hexguard.toml",
                blocked + warned
            )
        })
    }
}

/// Tells whether two findings are one that was found twice.
fn is_same(a: &Finding, b: &Finding) -> bool {
    order(a, b) == Ordering::Equal
        && (a.rule.id, &a.commit, &a.secret) == (b.rule.id, &b.commit, &b.secret)
}

/// Compares findings by their paths and places.
pub fn order(a: &Finding, b: &Finding) -> Ordering {
    (&a.path, a.part, a.place).cmp(&(&b.path, b.part, b.place))
}
