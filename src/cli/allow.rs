//! `allow`: write an exception into hexguard.toml; find and take out those that are of no use.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use hexguard::config::NAMES;
use hexguard::config::apply::unknown_rules;
use hexguard::config::edit::{with_allow, without_allows, written};
use hexguard::config::file::File;
use hexguard::finding::Finding;
use hexguard::fingerprint::{Fingerprints, fresh_salt, is_fingerprint};
use hexguard::git::{Caller, Repository};
use hexguard::hint::HintExt;
use hexguard::lines::Form;
use hexguard::output;
use hexguard::quote::{length, quoted};
use hexguard::report::Outcome;
use hexguard::scan::scan;
use hexguard::source::named::Names;
use hexguard::source::staged::Staged;
use hexguard::suppress::Unused;
use hexguard::suppress::allowlist::Allow;
use hexguard::suppress::date::is_day;
use hexguard::suppress::glob::literal;
use hexguard::write;

use super::args::{self, Show};
use super::configure::{self, Configured};
use super::show;

pub(super) fn allow(mut args: args::Allow, show: &Show) -> Result<Outcome> {
    args.paths = args
        .paths
        .iter()
        .map(|given| pattern(given))
        .collect::<Result<_>>()?;
    // Another one must not write between what is read here and what is written.
    let _lock = write::lock(&configure::top());
    let (configured, files) = configure::whole_tree(show)?;
    if args.unused || args.prune {
        let report = scan(&files, &configured.rules, &configured.suppressor)?;
        let scanned = show::unscanned(&report);
        if args.prune && scanned != Outcome::Clean {
            bail!("nothing is taken out: it may be of use in what was not scanned");
        }
        unused(&configured, args.prune)?;
        return Ok(scanned);
    }
    let args::Allow {
        fingerprints,
        reason,
        rules,
        paths,
        values,
        until,
        unused: _,
        prune: _,
    } = args;
    if let Some(wrong) = fingerprints.iter().find(|text| !is_fingerprint(text)) {
        return Err(anyhow!("{} is no fingerprint", quoted(wrong)))
            .hint("reports show it: hg1: and 16 hex digits");
    }
    if let Some(wrong) = until.as_ref().filter(|until| !is_day(until)) {
        bail!("--until: {} is no day like 2026-12-31", quoted(wrong));
    }
    let mut allow = Allow {
        reason: reason.unwrap_or_default(),
        rules,
        paths,
        values,
        fingerprints,
        until,
        ..Allow::default()
    };
    without_secrets(&allow)?;
    let rules = allow.rules.iter().map(|rule| (rule.as_str(), "--rule"));
    if let Some(unknown) = unknown_rules(rules, &configured.rules).into_iter().next() {
        return Err(anyhow!(unknown)).hint("`hexguard rules` lists them");
    }
    let (name, form, text) = file()?;
    let (mut salt, mut elsewhere) = (None, false);
    if !allow.fingerprints.is_empty() {
        let given = Given::new(&configured.salt, &allow.fingerprints);
        let found = named(&configured, &files, &given)?;
        elsewhere = in_repository() && found.len() < allow.fingerprints.len();
        allow.fingerprints = given.as_salted(&found);
        salt = salted(&configured, &text, &found, &mut allow)?;
        if allow.rules.is_empty() && found.len() == allow.fingerprints.len() {
            allow.rules = found
                .iter()
                .map(|finding| finding.rule.id.to_owned())
                .collect();
            allow.rules.sort();
            allow.rules.dedup();
        }
    }
    // Read as the file will be, so that every mistake in a flag is named as one in the file would be.
    File::parse(written(&allow).as_bytes(), "the exception")?;
    let text = with_allow(&text, &allow, salt.as_deref())?;
    put(name, &form.written(&text))?;
    anstream::println!(
        "hexguard: allowed in {name}{}",
        once_staged(&format!("':/{name}'"))
    );
    if elsewhere {
        anstream::println!(
            "note: nothing that is staged or in the work tree has that fingerprint; it counts for messages, names and earlier commits"
        );
    }
    Ok(Outcome::Clean)
}

/// Returns the pattern that `--path` means: of what is there the one that covers it and nothing else, told from the top;
/// whatever else is given is a pattern already.
fn pattern(given: &str) -> Result<String> {
    let path = Path::new(given);
    let has_dots = given.split('/').any(|part| matches!(part, "." | ".."));
    if !has_dots && fs::symlink_metadata(path).is_err() {
        return Ok(given.to_owned());
    }
    let wild = fs::symlink_metadata(path).err().and_then(|_| wild(given));
    let (fixed, rest) = wild.map_or((given, ""), |at| given.split_at(at));
    let named = match wild {
        // Of a pattern the folder is named, by what stands in it.
        Some(_) => Names::new().entry(&Path::new(fixed).join("x")),
        None => Names::new().entry(path),
    };
    let (top, here) = (configure::top(), Names::new().top().is_some());
    let inner = !here || named.top.as_deref() == Some(&top);
    if !inner && path.is_absolute() {
        // `/docs/` is a folder at the top, wherever else there is one of that name.
        return Ok(given.to_owned());
    }
    if !inner {
        let error = anyhow!("{} is no path of this repository", quoted(given));
        return Err(error)
            .hint("an exception is written into the repository that the file lies in; go there");
    }
    let mut pattern = literal(&named.name);
    if wild.is_some() {
        let folder = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
        return Ok(format!("{folder}/{rest}"));
    }
    if pattern.is_empty() {
        return Ok("**".to_owned());
    }
    // Without a slash it would cover whatever has the name, at any depth.
    if !pattern.contains('/') {
        pattern.insert(0, '/');
    }
    if given.ends_with('/') {
        pattern.push('/');
    }
    Ok(pattern)
}

/// Returns where the first part of a path begins that is a pattern.
fn wild(path: &str) -> Option<usize> {
    let sign = path.find(['*', '?', '['])?;
    Some(path[..sign].rfind('/').map_or(0, |slash| slash + 1))
}

/// Refuses an exception that holds what may be a secret: it would stand in a file for all to read.
fn without_secrets(allow: &Allow) -> Result<()> {
    let Allow {
        origin: _,
        reason,
        rules,
        paths,
        values,
        fingerprints: _,
        until,
    } = allow;
    let all = rules.iter().chain(paths).chain(values);
    for text in all.chain([reason]).chain(until) {
        if output::without_secrets(text) != *text {
            return Err(anyhow!(
                "nothing was written: what was given may be a secret {}, and would stand in the file",
                length(text)
            ))
            .hint("of one value, give the fingerprint that reports show: hexguard allow hg1:...");
        }
    }
    Ok(())
}

/// Returns from when on a file of the repository counts, with the command; nothing outside of one.
pub(super) fn once_staged(pathspec: &str) -> String {
    if in_repository() {
        format!("; it counts once it is staged:\n    git add -- {pathspec}")
    } else {
        String::new()
    }
}

/// Returns the repository's file, its form and its text.
fn file() -> Result<(&'static str, Form, String)> {
    for name in NAMES {
        if Path::new(name).exists() {
            let bytes = fs::read(name).with_context(|| format!("cannot read {name}"))?;
            let (form, text) = Form::of(&bytes).with_context(|| {
                format!("nothing was written: {name} is no UTF-8 text with one kind of line ends")
            })?;
            return Ok((name, form, text));
        }
    }
    Ok((NAMES[0], Form::default(), String::new()))
}

/// Fingerprints as somebody gave them: as reports have them, or as they stand in the repository's files.
struct Given<'a> {
    all: &'a [String],
    /// Makes those of the repository's files.
    salted: Fingerprints,
}

impl<'a> Given<'a> {
    fn new(salt: &str, all: &'a [String]) -> Self {
        let salted = Fingerprints::new(salt);
        Self { all, salted }
    }

    /// Returns which of them is that of a finding.
    fn of(&self, finding: &Finding) -> Option<String> {
        let given = |one: &String| self.all.contains(one);
        let salted = || self.salted.of(finding.rule, &finding.secret);
        let told = finding.fingerprint().filter(given);
        told.or_else(|| salted().filter(given))
    }

    /// Returns all of them, those of findings as they are to stand in the repository's files.
    fn as_salted(&self, found: &[Finding]) -> Vec<String> {
        let known: Vec<String> = found.iter().filter_map(|one| self.of(one)).collect();
        let unknown = self.all.iter().filter(|one| !known.contains(one)).cloned();
        let own = found
            .iter()
            .filter_map(|one| self.salted.of(one.rule, &one.secret));
        own.chain(unknown).collect()
    }
}

fn in_repository() -> bool {
    Repository::open(Path::new("."), Caller::Person).is_ok()
}

/// Returns the findings that have these fingerprints: in what is staged, else in the work tree.
fn named(
    configured: &Configured,
    files: &hexguard::source::files::Files,
    given: &Given<'_>,
) -> Result<Vec<Finding>> {
    let wanted = |finding: &Finding| given.of(finding).is_some();
    let mut found: Vec<Finding> = Vec::new();
    let mut keep = |findings: Vec<Finding>| {
        for finding in findings.into_iter().filter(wanted) {
            if !found
                .iter()
                .any(|other| other.fingerprint() == finding.fingerprint())
            {
                found.push(finding);
            }
        }
        found.len() == given.all.len()
    };
    // Outside of one nothing says how much lies in the folder: the fingerprint is taken as it was shown.
    let Ok(repository) = Repository::open(Path::new("."), Caller::Person) else {
        return Ok(found);
    };
    let staged = Staged::new(repository, configured.limit());
    let report = scan(&staged, &configured.rules, &configured.suppressor)?;
    if keep(report.findings) {
        return Ok(found);
    }
    let report = scan(files, &configured.rules, &configured.suppressor)?;
    keep(report.findings);
    Ok(found)
}

/// Returns the salt to write, if the file needs one, and makes the fingerprints fit it.
fn salted(
    configured: &Configured,
    text: &str,
    found: &[Finding],
    allow: &mut Allow,
) -> Result<Option<String>> {
    if !configured.salt.is_empty() {
        // The file becomes complete in itself, should the baseline that has the salt go one day.
        return Ok(Some(configured.salt.clone()));
    }
    let file = File::parse(text.as_bytes(), NAMES[0])?;
    if file
        .allows
        .iter()
        .any(|allow| !allow.fingerprints.is_empty())
    {
        return Ok(None); // the entries there were made without a salt, and must go on to hold
    }
    if found.len() < allow.fingerprints.len() {
        return Ok(None); // that of a message, a name or an earlier commit was told without a salt
    }
    let fingerprints = Fingerprints::new(&fresh_salt());
    allow.fingerprints.clear();
    for finding in found {
        match fingerprints.of(finding.rule, &finding.secret) {
            Some(made) => allow.fingerprints.push(made),
            None => bail!("too many fingerprints at once"),
        }
    }
    Ok(Some(fingerprints.salt().to_owned()))
}

/// Writes a file of the work tree that one stands at the top of.
pub(super) fn put(name: &str, bytes: &[u8]) -> Result<()> {
    write::put(Path::new(name), bytes, Some(&configure::top()))
}

/// Names the exceptions that are of no use, and takes them out of the repository's file.
fn unused(configured: &Configured, prune: bool) -> Result<()> {
    let unused = configured.suppressor.unused();
    if unused.is_empty() {
        anstream::println!("hexguard: every exception is of use");
        return Ok(());
    }
    for Unused { origin, why } in &unused {
        anstream::println!(
            "{}: {}",
            hexguard::output::escaped(origin.as_bytes()),
            hexguard::output::escaped(why.as_bytes())
        );
    }
    if !prune {
        return Ok(());
    }
    let (name, form, text) = file()?;
    let lines: Vec<usize> = unused
        .iter()
        .filter_map(|unused| {
            unused
                .origin
                .strip_prefix(name)?
                .strip_prefix(':')?
                .parse()
                .ok()
        })
        .collect();
    if !lines.is_empty() {
        let text = without_allows(&text, &lines)?;
        put(name, &form.written(&text))?;
    }
    anstream::println!(
        "hexguard: {} taken out of {name}",
        count(lines.len(), "exception")
    );
    if unused.iter().any(|unused| unused.origin.contains("hg1:")) {
        anstream::println!("help: of the baseline, take them out with: hexguard baseline --prune");
    }
    Ok(())
}

/// Returns "1 thing" or "2 things".
pub(super) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
