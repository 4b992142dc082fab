//! `baseline`: accept what is there today; take out what is gone.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use hexguard::config::Settings;
use hexguard::config::value::Value;
use hexguard::finding::Finding;
use hexguard::fingerprint::fresh_salt;
use hexguard::git::worktree;
use hexguard::hint::{HintExt, message};
use hexguard::output;
use hexguard::quote::length;
use hexguard::report::{LISTED, Outcome, Report, Suppression};
use hexguard::scan::scan;
use hexguard::suppress::baseline::{Accepted, Baseline, Entry, NAME};
use hexguard::write;

use super::allow::{count, once_staged};
use super::args::{self, Show};
use super::{configure, show};

pub(super) fn baseline(args: &args::Baseline, show: &Show) -> Result<Outcome> {
    let _lock = write::lock(&configure::top());
    let mut show = show.clone();
    // What the present baseline accepts must be found again: it is read here, not at work.
    let wanted = show.configure.baseline.replace(String::new());
    let wanted = wanted.map(|name| configure::from_top(&name));
    let named = wanted.is_some();
    let (mut configured, files) = configure::whole_tree(&show)?;
    let name = wanted.unwrap_or_else(|| usual_name(&configured.settings));
    if output::without_secrets(&name) != name {
        let error = anyhow!("the name of the baseline may be a secret {}", length(&name));
        return Err(error).hint("write another name: baseline in hexguard.toml, or --baseline");
    }
    let old = match fs::read(&name) {
        Ok(text) => Some(Baseline::parse(&text, &name)?),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {name}")),
    };
    if args.prune && old.is_none() {
        bail!("there is no baseline {name}");
    }
    let old = old.unwrap_or_else(|| {
        let mut fresh = Baseline::default();
        fresh.add_salt(&match configured.salt.as_str() {
            "" => fresh_salt(),
            salt => salt.to_owned(),
        });
        fresh
    });
    // What it accepts already takes no place among what is listed.
    let accepted = Arc::new(Accepted::new(&name, old.text().into_bytes()));
    configured.suppressor.add(Box::new(accepted.clone()));
    let report = scan(&files, &configured.rules, &configured.suppressor)?;
    let scanned = show::unscanned(&report);
    if args.prune && scanned != Outcome::Clean {
        bail!("nothing is taken out: it may stand in what was not scanned");
    }
    let shown = output::shown_paths(&report);
    let today = accepted.renewed(found(&report, &name), &shown)?;
    let mut new = today.clone();
    let stale: Vec<_> = old
        .entries
        .iter()
        .filter(|(fingerprint, _)| !today.entries.contains_key(*fingerprint))
        .collect();
    if args.prune {
        // Pruning accepts nothing new.
        new.entries
            .retain(|fingerprint, _| old.entries.contains_key(fingerprint));
    } else {
        new.salts.clone_from(&old.salts);
        new.entries.extend(
            stale
                .iter()
                .map(|(fingerprint, entry)| ((*fingerprint).clone(), (*entry).clone())),
        );
    }
    put(&name, named, &new.text())?;
    let added = new
        .entries
        .keys()
        .filter(|fingerprint| !old.entries.contains_key(*fingerprint))
        .count();
    let what = if args.prune {
        format!(
            "{} taken out of {name}",
            count(stale.len(), "entry").replace("entrys", "entries")
        )
    } else {
        let all = new.entries.len();
        let how_new = match added {
            1 if all == 1 => "new".to_owned(),
            _ if added == all && all > 0 => "all new".to_owned(),
            _ => format!("{added} new"),
        };
        format!("{} accepted in {name}, {how_new}", count(all, "secret"))
    };
    let there = output::shell_quoted(format!(":/{name}").as_bytes());
    anstream::println!("hexguard: {what}{}", once_staged(&there));
    if !args.prune {
        what_next(&report, &stale);
    }
    Ok(scanned)
}

/// Writes a baseline: in the work tree, or where the person says on the command line. What a configuration names outside of
/// it may be anybody's file.
fn put(name: &str, named: bool, text: &str) -> Result<()> {
    let path = Path::new(name);
    let top = configure::top();
    let within = if named {
        worktree::around(path)
    } else {
        Some(top)
    };
    let written = write::put(path, text.as_bytes(), within.as_deref());
    if named || write::target(path, within.as_deref()).is_ok() {
        return written;
    }
    let told = written.map_err(|error| anyhow!(message(&error)));
    told.hint("a baseline elsewhere is written where you say: hexguard baseline --baseline FILE")
}

/// Returns what was found and only the baseline accepts.
fn found<'r>(report: &'r Report, name: &'r str) -> impl Iterator<Item = &'r Finding> {
    let again = report
        .suppressed
        .iter()
        .filter_map(move |(finding, why)| match why {
            Suppression::Baseline { origin } if origin == name => Some(finding),
            _ => None,
        });
    report.findings.iter().chain(again)
}

/// Says what is not accepted yet, and which entries are of no use any more.
fn what_next(report: &Report, stale: &[(&String, &Entry)]) {
    let more = report.unlisted.blocked + report.unlisted.warned;
    if more > 0 {
        anstream::println!(
            "{more} more findings are not in it, for {LISTED} are accepted at once: run hexguard baseline again, or leave out the files that hold them: exclude = [\"path\"] in hexguard.toml"
        );
    }
    for (fingerprint, entry) in stale {
        anstream::println!(
            "stale: {fingerprint} {} {}",
            entry.rule,
            output::escaped(entry.path.as_bytes())
        );
    }
    if !stale.is_empty() {
        anstream::println!("help: take out what is gone with: hexguard baseline --prune");
    }
}

/// Returns the file that the configuration names, else the usual one.
fn usual_name(settings: &Settings) -> String {
    let given = settings.given().iter().rev();
    let mut given =
        given.filter(|given| given.key == "baseline" && given.origin.file != "--baseline");
    match given.next().map(|given| &given.value) {
        Some(Value::Text(name)) if !name.is_empty() => name.clone(),
        _ => NAME.to_owned(),
    }
}
