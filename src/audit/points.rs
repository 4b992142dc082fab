//! The eight points in their order; what those on the hook, databases, exports and sharing look at, and when they are held.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Result;

use super::local;
use super::review::Reviews;
use super::tokens::{environments, expiry, rights, vault};
use super::uses::{self, Clear, Taken, Use, Uses};
use super::{Evidence, Inputs, Point, Verdict, table};
use crate::config::hex::Hex;
use crate::detect::without_secrets;
use crate::finding::Finding;
use crate::fragment::Part;
use crate::git;
use crate::lexicon::DATABASE_RULE;
use crate::lexicon::path::is_hand_made;
use crate::report::Report;
use crate::rule::Tier;
use crate::source::Source;
use crate::suppress::date::days_between;

/// A review or a sharing audit older than this is due again.
const REVIEW_DAYS: i64 = 90;

/// What the files say, gathered in one walk.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) uses: Vec<(Vec<u8>, Use)>,
    pub(super) taken: Vec<(Vec<u8>, Taken)>,
    clear: Vec<(Vec<u8>, Clear)>,
    /// Exports that nobody reviewed.
    open: Vec<(Vec<u8>, table::Table, usize)>,
    reviewed: Vec<(Vec<u8>, String)>,
}

pub(super) fn all(inputs: Inputs<'_>) -> Result<Vec<Point>> {
    let Inputs {
        top,
        files,
        tree,
        history,
        hook,
        hex,
        reviews,
        today,
    } = inputs;
    let mut gathered = gather(files)?;
    exported(top, reviews, &mut gathered);
    let (verdict, summary, next) = hook;
    Ok(vec![
        vault(tree, &history, &gathered),
        rights(&gathered, hex),
        expiry(&gathered, hex, today),
        environments(&local::look(top)),
        Point {
            number: 5,
            name: "The hook stands before every commit",
            verdict,
            summary,
            evidence: Vec::new(),
            next,
        },
        database(tree, &gathered),
        exports(&gathered),
        sharing(hex, today),
    ])
}

/// Returns what the files say of Hex, in the order of their paths.
fn gather(files: &dyn Source) -> Result<Gathered> {
    let gathered = Mutex::new(Gathered::default());
    files.fragments(&|fragment| {
        let uses = uses::of_file(fragment.path, fragment.text);
        let path = || {
            fragment
                .path
                .strip_prefix(b"./")
                .unwrap_or(fragment.path)
                .to_vec()
        };
        if uses == Uses::default() || fragment.part != Part::Content || fragment.inside.is_some() {
            return false;
        }
        if let Ok(mut all) = gathered.lock() {
            all.uses
                .extend(uses.uses.into_iter().map(|one| (path(), one)));
            all.taken
                .extend(uses.taken.into_iter().map(|one| (path(), one)));
            all.clear
                .extend(uses.clear.into_iter().map(|one| (path(), one)));
        }
        // What is packed is used by nobody.
        false
    })?;
    let mut gathered = gathered.into_inner().unwrap_or_default();
    gathered
        .uses
        .sort_by(|a, b| (&a.0, a.1.line).cmp(&(&b.0, b.1.line)));
    gathered
        .taken
        .sort_by(|a, b| (&a.0, a.1.line).cmp(&(&b.0, b.1.line)));
    gathered
        .clear
        .sort_by(|a, b| (&a.0, a.1.line).cmp(&(&b.0, b.1.line)));
    Ok(gathered)
}

/// Looks at the exports that git tracks or would track.
fn exported(top: &Path, reviews: &Reviews, gathered: &mut Gathered) {
    for path in git::files_below(top).unwrap_or_default() {
        if !table::may_be(&path) {
            continue;
        }
        let Ok(text) = fs::read(top.join(git::as_path(&path))) else {
            continue;
        };
        let Some(table) = table::read(&path, &text) else {
            continue;
        };
        if let Some(review) = reviews.of(&text) {
            let person = without_secrets(&review.person);
            let text = format!("{table}; reviewed on {} by {person}", review.day);
            gathered.reviewed.push((path, text));
        } else if !(table.personal.is_empty() && is_hand_made(&path)) {
            gathered.open.push((path, table, text.len()));
        }
    }
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn evidence(finding: &Finding) -> Evidence {
    let mut text = format!("{} {}", finding.rule.title, finding.masked());
    if let Some(context) = &finding.context {
        text = format!("{text} in {context}");
    }
    if let Some(commit) = &finding.commit {
        text = format!("{text} in commit {}", &commit[..commit.len().min(10)]);
    }
    Evidence::new(&finding.path, finding.place.line, text)
}

/// Tells whether a finding is a credential of a database; these belong to the workspace's data connections.
pub(super) fn of_database(finding: &Finding) -> bool {
    finding.rule.id == "hex-exported-value"
        || finding.path.ends_with(b".sql") && !finding.rule.id.starts_with("hex-")
        || DATABASE_RULE.stands_in(finding.rule.id.as_bytes())
}

pub(super) fn of_code(finding: &Finding) -> bool {
    finding.rule.id.starts_with("hex-code-") || finding.tier != Tier::Block && !finding.known
}

fn database(tree: &Report, gathered: &Gathered) -> Point {
    let mut found: Vec<Evidence> = tree
        .findings
        .iter()
        .filter(|finding| of_database(finding) && !of_code(finding))
        // Variables are told below, by their names.
        .filter(|finding| {
            !gathered.clear.iter().any(|(path, clear)| {
                finding.path.ends_with(path) && finding.place.line == clear.line
            })
        })
        .map(evidence)
        .collect();
    let clear = gathered.clear.iter().map(|(path, clear)| {
        Evidence::new(
            path,
            clear.line,
            format!(
                "project environment variable {} is exported with its value",
                without_secrets(&clear.name)
            ),
        )
    });
    found.extend(clear);
    found.sort();
    let held = found.is_empty();
    Point {
        number: 6,
        name: "Database credentials in workspace settings",
        verdict: if held {
            Verdict::Held
        } else {
            Verdict::NotHeld
        },
        summary: if held {
            "no connection string, password or exported variable holds one".to_owned()
        } else {
            format!("{} in files", plural(found.len(), "credential"))
        },
        evidence: found,
        next: if held {
            String::new()
        } else {
            "change the password, make a data connection in Hex (Settings > Data sources), and use a Hex Secret instead of a project environment variable".to_owned()
        },
    }
}

fn exports(gathered: &Gathered) -> Point {
    let mut open: Vec<(bool, Evidence)> = gathered
        .open
        .iter()
        .map(|(path, table, bytes)| {
            let text = format!("{table}, {} KiB, not reviewed", bytes.div_ceil(1024));
            (table.personal.is_empty(), Evidence::of_file(path, text))
        })
        .collect();
    // Personal data first.
    open.sort();
    let personal = open.iter().filter(|(plain, _)| !plain).count();
    let reviewed = gathered
        .reviewed
        .iter()
        .map(|(path, text)| Evidence::of_file(path, text.clone()));
    let (verdict, summary, next) = if !open.is_empty() {
        (
            Verdict::NotHeld,
            format!(
                "{} not reviewed, {personal} with likely personal data",
                plural(open.len(), "export")
            ),
            "look at each; remove what must not be shared, and record the rest: hexguard reviewed FILE",
        )
    } else if gathered.reviewed.is_empty() {
        (Verdict::Held, "no query result is tracked".to_owned(), "")
    } else {
        (
            Verdict::Held,
            format!(
                "{}, all reviewed",
                plural(gathered.reviewed.len(), "export")
            ),
            "",
        )
    };
    Point {
        number: 7,
        name: "Exports reviewed before they are shared",
        verdict,
        summary,
        evidence: open
            .into_iter()
            .map(|(_, one)| one)
            .chain(reviewed)
            .collect(),
        next: next.to_owned(),
    }
}

fn sharing(hex: &Hex, today: &str) -> Point {
    let (summary, next) = match &hex.sharing_audited {
        None => ("never audited, or nobody noted when".to_owned(), true),
        Some(day) => {
            let days = days_between(day, today);
            (
                format!("audited last on {day}, {days} days ago"),
                days > REVIEW_DAYS,
            )
        }
    };
    Point {
        number: 8,
        name: "Sharing audited for each team",
        verdict: Verdict::ByHand,
        summary,
        evidence: Vec::new(),
        next: if next {
            "look through who may see which project (Hex: Settings > Users & groups, and each project's Share), then note the day: [hex] sharing-audited in hexguard.toml".to_owned()
        } else {
            String::new()
        },
    }
}
