//! The points on tokens: where they are kept, what they may do, when they expire, and where they are used.

use std::collections::BTreeSet;

use super::local::Local;
use super::points::{Gathered, evidence, of_code, of_database, plural};
use super::uses::Access;
use super::{Evidence, Point, Verdict};
use crate::config::hex::{Hex, Token};
use crate::detect::{masked_name, without_secrets};
use crate::report::{Effect, Report};
use crate::suppress::date::days_between;

/// A token that ends within so many days is named.
const DUE_DAYS: i64 = 14;

pub(super) fn vault(
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
    let unread = match history {
        Err(why) => Some(why.clone()),
        // Also what the configuration accepts: that is no answer to what is in it.
        Ok(report) => {
            let missing = report.skipped.iter().find(|one| one.effect != Effect::Said);
            missing.map(|missing| {
                let path = masked_name(&missing.path);
                let path = String::from_utf8_lossy(&path);
                format!("{path} was not scanned: {}", missing.reason)
            })
        }
    };
    let searched = match &unread {
        None => "files and history hold no token".to_owned(),
        Some(why) => format!("the files hold no token; {why}"),
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
        let search = "hexguard scan --history, in a clone that has all of it";
        unread.as_ref().map_or("", |_| search).to_owned()
    } else {
        "revoke each at its provider, put the new one into a secret manager, a CI secret or a Hex Secret, and read it from the environment".to_owned()
    };
    Point {
        number: 1,
        name: "Tokens in a vault, never in code",
        verdict: match unread {
            _ if !held => Verdict::NotHeld,
            None => Verdict::Held,
            Some(_) => Verdict::ByHand,
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

pub(super) fn rights(gathered: &Gathered, hex: &Hex) -> Point {
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

/// Which of the noted tokens end too late, and which end soon.
#[derive(Default)]
struct Ages {
    wrong: Vec<Evidence>,
    due: Vec<Evidence>,
}

impl Ages {
    /// Looks at one token of the configuration.
    fn add(&mut self, token: &Token, max_days: u64, today: &str) {
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
            self.wrong
                .push(told(format!("{name} never expires, or nobody noted when")));
            return;
        };
        let most = i64::try_from(max_days).unwrap_or(i64::MAX);
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
            self.wrong
                .push(told(format!("{name} expired on {expires}{owner}")));
        } else if life.is_some_and(|days| days > most) {
            let days = life.unwrap_or_default();
            self.wrong.push(told(format!(
                "{name} lives {days} days; {max_days} are allowed{owner}"
            )));
        } else if left <= DUE_DAYS {
            self.due.push(told(format!(
                "{name} expires on {expires}, in {left} days{owner}"
            )));
        }
        if token.created.is_none() && left > most {
            self.wrong.push(told(format!(
                "{name} lives {left} more days; {max_days} are allowed{owner}"
            )));
        }
    }
}

pub(super) fn expiry(gathered: &Gathered, hex: &Hex, today: &str) -> Point {
    let mut ages = Ages::default();
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
            let text = format!("{name} is used, but its expiry is not noted");
            ages.wrong.push(Evidence::plain(text));
        }
    }
    for token in &hex.tokens {
        ages.add(token, hex.max_days, today);
    }
    let Ages { wrong, due } = ages;
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

pub(super) fn environments(local: &Local) -> Point {
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
                        without_secrets(&place.name),
                        place.environment,
                        without_secrets(&place.path.to_string_lossy()),
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
