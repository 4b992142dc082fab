//! Watch: collects the query results that pass on their way to the scan, and names the new ones that nobody reviewed.

use std::sync::Mutex;

use anyhow::Result;

use super::review::{Digester, Reviews, digest};
use super::table::{self, Table};
use crate::finding::{Finding, Secret};
use crate::fingerprint::Fingerprint;
use crate::fragment::{Fragment, Part, Place};
use crate::lexicon::path::is_hand_made;
use crate::report::Skipped;
use crate::rule::{Confidence, Kind, Rule, Severity, Tier};
use crate::source::{Earlier, Sink, Source};

/// The rule that such findings go by. It finds no secret; it stands in no list.
pub static RULE: Rule = Rule {
    id: "hex-export-unreviewed",
    title: "Query result that nobody reviewed",
    kind: Kind::Find(|_, _| None),
    near: &[],
    public_beside: &[],
    keywords: &[],
    paths: &[],
    check: &[],
    checksum: None,
    entropy: 0.0,
    tier: Tier::Warn,
    severity: Severity::Medium,
    confidence: Confidence::Documented,
    why: "An export holds data as it was; whoever can read the repository can read it for ever.",
    help: "Look at it: take it out (git restore --staged FILE), or record the review (hexguard reviewed FILE).",
    url: "",
    specificity: 0,
    prefix: 0,
    by_format: false,
    judged: false,
    examples: &[],
};

/// A source that collects the query results among what it hands on.
pub struct Watch<'s> {
    source: &'s dyn Source,
    seen: Mutex<Vec<Seen>>,
}

/// A query result.
struct Seen {
    path: Vec<u8>,
    length: usize,
    /// Makes the digest of the content, which may come in pieces.
    digest: Digester,
    table: Table,
}

impl Seen {
    fn add(&mut self, part: &[u8]) {
        self.length += part.len();
        self.digest.add(part);
    }
}

impl<'s> Watch<'s> {
    /// Returns a watch over a source.
    pub fn new(source: &'s dyn Source) -> Self {
        Self {
            source,
            seen: Mutex::default(),
        }
    }

    /// Tells whether any query result passed.
    pub fn saw(&self) -> bool {
        self.seen.lock().is_ok_and(|seen| !seen.is_empty())
    }

    /// Returns a finding for each query result that is new and not reviewed.
    pub fn findings(&self, reviews: &Reviews, tier: Tier) -> Result<Vec<Finding>> {
        let mut seen = match self.seen.lock() {
            Ok(mut seen) => std::mem::take(&mut *seen),
            Err(_) => Vec::new(),
        };
        seen.retain(|seen| !reviews.holds(&seen.digest.text()));
        self.drop_known(&mut seen)?;
        seen.sort_by(|a, b| a.path.cmp(&b.path));
        // Where several policies hold, each has looked.
        seen.dedup_by(|a, b| a.path == b.path);
        Ok(seen
            .into_iter()
            .map(|seen| finding(seen.path, &seen.table, tier))
            .collect())
    }

    /// Leaves out what a parent had: a file at the same path, or the same content at another path of the change.
    fn drop_known(&self, seen: &mut Vec<Seen>) -> Result<()> {
        if seen.is_empty() {
            return Ok(());
        }
        self.source.earlier(None, &table::may_be, &mut |earlier| {
            let Fragment { path, text, .. } = earlier.fragment;
            seen.retain(|seen| {
                let alike = || text.len() == seen.length && digest(text) == seen.digest.text();
                path != seen.path && !alike()
            });
            // Tables come first: behind them there is nothing to compare with.
            table::may_be(path) && !seen.is_empty()
        })
    }
}

impl Source for Watch<'_> {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        // A sink may be called from several threads, and a source is of one.
        let seen = &self.seen;
        self.source.fragments(&|fragment: &Fragment<'_>| {
            if fragment.part == Part::Content
                && fragment.inside.is_none()
                && table::may_be(fragment.path)
                && !is_hand_made(fragment.path)
            {
                watch(fragment, seen);
            }
            scan(fragment)
        })
    }

    fn earlier(
        &self,
        commit: Option<&str>,
        first: &dyn Fn(&[u8]) -> bool,
        look: &mut dyn FnMut(&Earlier<'_>) -> bool,
    ) -> Result<()> {
        self.source.earlier(commit, first, look)
    }
}

/// Takes note of a text that may be a query result, or of a piece of one.
fn watch(fragment: &Fragment<'_>, seen: &Mutex<Vec<Seen>>) {
    let table = fragment
        .is_beginning()
        .then(|| table::read(fragment.path, fragment.text));
    let table = table.flatten().filter(|table| !table.is_short());
    let Ok(mut seen) = seen.lock() else {
        return;
    };
    if let Some(table) = table {
        seen.push(Seen {
            path: fragment.path.to_vec(),
            length: 0,
            digest: Digester::default(),
            table,
        });
    } else if fragment.is_beginning() {
        return;
    }
    let last = seen
        .iter_mut()
        .rev()
        .find(|seen| seen.path == fragment.path);
    if let Some(last) = last {
        last.add(fragment.own());
    }
}

fn finding(path: Vec<u8>, table: &Table, tier: Tier) -> Finding {
    Finding {
        rule: &RULE,
        tier,
        file: path.len(),
        path,
        part: Part::Content,
        commit: None,
        place: Place {
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        },
        secret: Secret::new(b""),
        line: table.to_string().into_bytes(),
        mark: (0, 0),
        reason: table.to_string(),
        minor: false,
        context: None,
        fingerprint: Fingerprint::None,
        known: false,
    }
}
