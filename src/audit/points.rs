//! The eight points: what each looks at, and when it is held.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Result;

use super::local::{self, Local};
use super::review::Reviews;
use super::uses::{self, Access, Clear, Taken, Use, Uses};
use super::{Evidence, Inputs, Point, Verdict, table};
use crate::config::hex::{Hex, Token};
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
/// A token that ends within so many days is named.
const DUE_DAYS: i64 = 14;

/// What the files say, gathered in one walk.
#[derive(Default)]
struct Gathered {
    uses: Vec<(Vec<u8>, Use)>,
    taken: Vec<(Vec<u8>, Taken)>,
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
        if uses == Uses::default() || fragment.part != Part::Content {
            return;
        }
        if let Ok(mut all) = gathered.lock() {
            all.uses
                .extend(uses.uses.into_iter().map(|one| (path(), one)));
            all.taken
                .extend(uses.taken.into_iter().map(|one| (path(), one)));
            all.clear
                .extend(uses.clear.into_iter().map(|one| (path(), one)));
        }
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
    for file in git::files_below(top).unwrap_or_default() {
        let path = file.strip_prefix(top).unwrap_or(&file);
        let path = path.as_os_str().as_encoded_bytes().to_vec();
        if !table::may_be(&path) {
            continue;
        }
        let Ok(text) = fs::read(&file) else { continue };
        let Some(table) = table::read(&path, &text) else {
            continue;
        };
        if let Some(review) = reviews.of(&text) {
            let text = format!("{table}; reviewed on {} by {}", review.day, review.person);
            gathered.reviewed.push((path, text));
        } else if !(table.personal.is_empty() && is_hand_made(&path)) {
            gathered.open.push((path, table, text.len()));
        }
    }
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn evidence(finding: &Finding) -> Evidence {
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
fn of_database(finding: &Finding) -> bool {
    finding.rule.id == "hex-exported-value"
        || finding.path.ends_with(b".sql") && !finding.rule.id.starts_with("hex-")
        || DATABASE_RULE.stands_in(finding.rule.id.as_bytes())
}

fn of_code(finding: &Finding) -> bool {
    finding.rule.id.starts_with("hex-code-") || finding.tier != Tier::Block && !finding.known
}

fn vault(
    tree: &Report,
    history: &std::result::Result<&Report, String>,
    gathered: &Gathered,
) -> Point {
    let mut seen = BTreeSet::new();
    let mut count = |report: &Report| -> Vec<Evidence> {
        // A secret that many commits hold, or the files still hold, is one.
        let wanted = report.findings.iter().filter(|finding| {
            !of_database(finding) && !of_code(finding) && seen.insert(finding.secret.clone())
        });
        wanted.map(evidence).collect()
    };
    let here = count(tree);
    let past = history
        .as_ref()
        .map(|report| count(report))
        .unwrap_or_default();
    let searched = match history {
        Ok(_) => "files and history hold no token".to_owned(),
        Err(why) => format!("the files hold no token; {why}"),
    };
    let sources = gathered.taken.iter().map(|(path, taken)| {
        Evidence::new(
            path,
            taken.line,
            format!("{} comes from: {}", taken.name, taken.from),
        )
    });
    let held = here.is_empty() && past.is_empty();
    let summary = match (here.len(), past.len()) {
        (0, 0) => searched,
        (here, 0) => format!("{} in the files", plural(here, "token")),
        (0, past) => format!("{} in history only", plural(past, "token")),
        (here, past) => format!("{} in the files, {past} in history", plural(here, "token")),
    };
    let next = if held {
        String::new()
    } else {
        "revoke each at its provider, put the new one into a secret manager, a CI secret or a Hex Secret, and read it from the environment".to_owned()
    };
    Point {
        number: 1,
        name: "Tokens in a vault, never in code",
        verdict: if held {
            Verdict::Held
        } else {
            Verdict::NotHeld
        },
        summary,
        evidence: here.into_iter().chain(past).chain(sources).collect(),
        next,
    }
}

fn entry<'h>(hex: &'h Hex, variable: Option<&String>) -> Option<&'h Token> {
    hex.tokens
        .iter()
        .find(|token| Some(&token.variable) == variable)
}

/// Why a token may run projects; `None` if it may not, or nobody knows.
fn may_run(token: Option<&Token>, variable: Option<&String>) -> Option<String> {
    if let Some(token) = token {
        if token.personal {
            return Some("a personal token, which has all rights of its user".to_owned());
        }
        let runs = token.scopes.iter().find(|scope| {
            let scope = scope.to_ascii_lowercase();
            scope.contains("run") || scope.contains("write")
        });
        return runs.map(|scope| format!("a token with the scope \"{scope}\""));
    }
    let words = variable?.to_ascii_lowercase();
    let named = |word: &str| words.split('_').any(|part| part == word);
    (named("run") || named("personal") || named("pat"))
        .then(|| "a token that is named for more".to_owned())
}

fn rights(gathered: &Gathered, hex: &Hex) -> Point {
    let mut evidence = Vec::new();
    let (mut wrong, mut unknown) = (0, 0);
    for (path, one) in &gathered.uses {
        let token = entry(hex, one.variable.as_ref());
        let name = one.variable.as_deref().unwrap_or("a token of unknown name");
        let mut text = format!(
            "{} {}: {}, with {name}",
            one.tool,
            one.call,
            one.access.name()
        );
        let only_reads = gathered
            .uses
            .iter()
            .filter(|(other_path, other)| other_path == path && other.variable == one.variable)
            .all(|(_, other)| other.access == Access::Read);
        if let Some(why) = may_run(token, one.variable.as_ref()).filter(|_| only_reads) {
            wrong += 1;
            text = format!("{text}: only reads, but {name} is {why}");
        } else if token.is_none() {
            unknown += 1;
        }
        evidence.push((Evidence::new(path, one.line, text), only_reads));
    }
    let count = gathered.uses.len();
    // What is wrong comes first.
    evidence.sort_by_key(|(one, _)| !one.text.contains(": only reads, but"));
    let reads = evidence.iter().filter(|(_, reads)| *reads).count();
    let inventory = format!(
        "{} of the API, {reads} in places that only read",
        plural(count, "use")
    );
    let (verdict, summary, next) = match (count, wrong, unknown) {
        (0, _, _) => (Verdict::Held, "nothing here uses Hex's API".to_owned(), ""),
        (_, 0, 0) => (Verdict::Held, inventory, ""),
        (_, 0, _) => (
            Verdict::ByHand,
            format!("{inventory}; of {unknown} the token's rights are not noted"),
            "note each token as [[hex.token]] in hexguard.toml with its kind and scopes",
        ),
        _ => (
            Verdict::NotHeld,
            format!("{inventory}; {wrong} of them with a token that may do more"),
            "give places that only read a workspace token with the scope \"Read projects\" alone",
        ),
    };
    Point {
        number: 2,
        name: "Read-only tokens for reading, run tokens for running",
        verdict,
        summary,
        evidence: evidence.into_iter().map(|(evidence, _)| evidence).collect(),
        next: next.to_owned(),
    }
}

fn expiry(gathered: &Gathered, hex: &Hex, today: &str) -> Point {
    let mut wrong = Vec::new();
    let mut due = Vec::new();
    let mut names: Vec<&String> = gathered
        .uses
        .iter()
        .filter_map(|(_, one)| one.variable.as_ref())
        .chain(gathered.taken.iter().map(|(_, taken)| &taken.name))
        .collect();
    names.sort();
    names.dedup();
    for name in &names {
        if entry(hex, Some(name)).is_none() {
            wrong.push(Evidence::plain(format!(
                "{name} is used, but its expiry is not noted"
            )));
        }
    }
    for token in &hex.tokens {
        let name = if token.name.is_empty() {
            &token.variable
        } else {
            &token.name
        };
        let (file, line) = token
            .origin
            .rsplit_once(':')
            .unwrap_or((&token.origin, "1"));
        let told = |text: String| Evidence::new(file.as_bytes(), line.parse().unwrap_or(1), text);
        let Some(expires) = &token.expires else {
            wrong.push(told(format!("{name} never expires, or nobody noted when")));
            continue;
        };
        let left = days_between(today, expires);
        let life = token
            .created
            .as_ref()
            .map(|created| days_between(created, expires));
        let owner = token
            .owner
            .as_ref()
            .map(|owner| format!(" (owner: {owner})"))
            .unwrap_or_default();
        if left < 0 {
            wrong.push(told(format!("{name} expired on {expires}{owner}")));
        } else if life.is_some_and(|days| days > i64::try_from(hex.max_days).unwrap_or(i64::MAX)) {
            let days = life.unwrap_or_default();
            wrong.push(told(format!(
                "{name} lives {days} days; {} are allowed{owner}",
                hex.max_days
            )));
        } else if left <= DUE_DAYS {
            due.push(told(format!(
                "{name} expires on {expires}, in {left} days{owner}"
            )));
        }
        if token.created.is_none() && left > i64::try_from(hex.max_days).unwrap_or(i64::MAX) {
            wrong.push(told(format!(
                "{name} lives {left} more days; {} are allowed{owner}",
                hex.max_days
            )));
        }
    }
    let noted = hex.tokens.len();
    let (verdict, summary, next) = match (wrong.len(), due.len()) {
        (0, 0) if noted == 0 => (Verdict::Held, "no token is used here".to_owned(), ""),
        (0, 0) => (
            Verdict::Held,
            format!("{} noted, none too old", plural(noted, "token")),
            "",
        ),
        (0, due) => (
            Verdict::Held,
            format!(
                "{} noted, {due} due within {DUE_DAYS} days",
                plural(noted, "token")
            ),
            "renew what is due (Hex: Settings > API keys > ... > Regenerate) and note the new day",
        ),
        (wrong, _) => (
            Verdict::NotHeld,
            format!(
                "{noted} noted, {} wrong or missing",
                plural(wrong, "entry").replace("entrys", "entries")
            ),
            "note each token as [[hex.token]] in hexguard.toml with `created` and `expires`; renew those that are too old",
        ),
    };
    Point {
        number: 3,
        name: "Every token expires in time",
        verdict,
        summary,
        evidence: wrong.into_iter().chain(due).collect(),
        next: next.to_owned(),
    }
}

fn environments(local: &Local) -> Point {
    let evidence: Vec<Evidence> = local
        .shared
        .iter()
        .map(|shared| {
            let places: Vec<String> = shared
                .places
                .iter()
                .map(|place| {
                    format!(
                        "{} of {} ({}:{})",
                        place.name,
                        place.environment,
                        place.path.display(),
                        place.line
                    )
                })
                .collect();
            Evidence::plain(format!("one value: {}", places.join(" = ")))
        })
        .collect();
    let files = plural(local.files.len(), "local file");
    let (verdict, summary, next) = if !evidence.is_empty() {
        (
            Verdict::NotHeld,
            format!(
                "{} shared between environments ({files} compared)",
                plural(evidence.len(), "secret")
            ),
            "make a token or password of its own for each environment",
        )
    } else if local.environments.len() > 1 {
        (
            Verdict::Held,
            format!("{files} compared: no value stands for two environments"),
            "",
        )
    } else {
        (
            Verdict::ByHand,
            format!(
                "{files} here, of {}: nothing to compare",
                plural(local.environments.len(), "environment")
            ),
            "run this where .env files or profiles.yml of several environments lie, or compare them in the secret manager",
        )
    };
    Point {
        number: 4,
        name: "A token of its own for each environment",
        verdict,
        summary,
        evidence,
        next: next.to_owned(),
    }
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
                clear.name
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
