//! `migrate`: what other tools are told in this repository, written as one hexguard.toml.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, anyhow};
use hexguard::config::edit::written;
use hexguard::config::{NAMES, quoted};
use hexguard::fingerprint::{Fingerprints, fresh_salt};
use hexguard::hint::HintExt;
use hexguard::output::without_secrets;
use hexguard::quote::length;
use hexguard::report::{Outcome, Report, Suppression};
use hexguard::scan::scan;
use hexguard::suppress::allowlist::Allow;

use super::allow::{count, put};
use super::args::{Migrate, Show};
use super::configure;
use super::show;

pub(super) fn migrate(args: &Migrate, show: &Show) -> Result<Outcome> {
    let (configured, files) = configure::whole_tree(show)?;
    if let Some(name) = NAMES
        .iter()
        .find(|name| Path::new(name).exists() && !args.dry_run)
    {
        return Err(anyhow!("{name} exists already"))
            .hint("see what would be written with: hexguard migrate --dry-run");
    }
    let names = configured.tools.names();
    if names.is_empty() {
        anstream::println!("hexguard: no file of another tool is here; nothing to carry over");
        return Ok(Outcome::Clean);
    }
    let mut converted = configured.tools.convert();
    let mut text = format!(
        "# Carried over from {} by `hexguard migrate`.\nother-tools = false\n",
        names.join(", ")
    );
    converted.disable.sort();
    converted.disable.dedup();
    if !converted.disable.is_empty() {
        let ids: Vec<String> = converted.disable.iter().map(|id| quoted(id)).collect();
        writeln!(text, "disable = [{}]", ids.join(", "))?;
    }
    let mut body = String::new();
    // What holds a secret would stand in the file; what it accepts is accepted by fingerprint below.
    let allows = converted.allows.iter();
    let lost = &mut converted.lost;
    let allows = allows.filter_map(|allow| harmless(allow.clone(), lost));
    let allows: Vec<String> = allows.map(|allow| written(&allow)).collect();
    for rule in &converted.rules {
        if without_secrets(rule) == *rule {
            write!(body, "\n{rule}")?;
        } else {
            let what = format!("a rule that holds what may be a secret {}", length(rule));
            converted.lost.push(what);
        }
    }
    for allow in &allows {
        write!(body, "\n{allow}")?;
    }
    // What these files let pass and the new one would not, is accepted one by one: nothing that was quiet speaks up.
    let before = scan(&files, &configured.rules, &configured.suppressor)?;
    let new = configure::of_text(&format!("{text}{body}"))?;
    let after = scan(&files, &new.rules, &new.suppressor)?;
    let salt = fresh_salt();
    let accepted = accepted(&before, &after, &Fingerprints::new(&salt));
    if !accepted.is_empty() {
        writeln!(text, "salt = {}", quoted(&salt))?;
    }
    for (origin, fingerprints) in &accepted {
        let allow = Allow {
            reason: format!("accepted in {origin}"),
            fingerprints: fingerprints.clone(),
            ..Allow::default()
        };
        write!(body, "\n{}", written(&allow))?;
    }
    let text = format!("{text}{body}");
    configure::of_text(&text)?;
    for lost in &converted.lost {
        anstream::eprintln!("left out: {}", hexguard::output::escaped(lost.as_bytes()));
    }
    if args.dry_run {
        anstream::print!("{text}");
        return Ok(show::unscanned(&before));
    }
    let name = NAMES[0];
    put(name, text.as_bytes())?;
    let single: usize = accepted.values().map(Vec::len).sum();
    anstream::println!(
        "hexguard: {name} holds {}, {} and {} accepted by fingerprint; {} left out",
        count(converted.rules.len(), "rule"),
        count(allows.len(), "allow"),
        count(single, "secret"),
        converted.lost.len()
    );
    anstream::println!("help: look through it, then\n    git add -- ':/{name}'");
    Ok(show::unscanned(&before))
}

/// Returns an exception without the patterns that hold what may be a secret, which `lost` is told; nothing if it would accept
/// more without them.
fn harmless(mut allow: Allow, lost: &mut Vec<String>) -> Option<Allow> {
    let mut stays = true;
    for patterns in [&mut allow.paths, &mut allow.values] {
        let any = !patterns.is_empty();
        patterns.retain(|text| {
            let is_harmless = without_secrets(text) == **text;
            if !is_harmless {
                lost.push(format!("a pattern that may be a secret {}", length(text)));
            }
            is_harmless
        });
        stays &= !any || !patterns.is_empty();
    }
    allow.reason = without_secrets(&allow.reason);
    stays.then_some(allow)
}

/// Returns the fingerprints of what did not count before and would now, by the file that accepted it.
fn accepted(
    before: &Report,
    after: &Report,
    fingerprints: &Fingerprints,
) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in &after.findings {
        let same = before
            .suppressed
            .iter()
            .find(|(old, _)| old.path == finding.path && old.secret == finding.secret);
        let Some((_, why)) = same else { continue };
        let origin = match why {
            Suppression::Allowlist { origin, .. } | Suppression::Baseline { origin } => origin,
            Suppression::Comment { .. } => continue,
        };
        // Without the line: there may be one for each secret.
        let file = origin
            .rsplit_once(':')
            .map_or(origin.as_str(), |(file, line)| {
                if line.bytes().all(|b| b.is_ascii_digit()) {
                    file
                } else {
                    origin
                }
            });
        if let Some(made) = fingerprints.of(finding.rule, &finding.secret) {
            out.entry(file.to_owned()).or_default().push(made);
        }
    }
    for fingerprints in out.values_mut() {
        fingerprints.sort();
        fingerprints.dedup();
    }
    out
}
