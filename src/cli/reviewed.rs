//! `reviewed`: records that somebody looked at an export.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use hexguard::audit::review::{FILE, Reviews};
use hexguard::audit::table;
use hexguard::detect::masked_name;
use hexguard::git::{Caller, Repository};
use hexguard::hint::HintExt;
use hexguard::output::escaped;
use hexguard::quote::length;
use hexguard::report::Outcome;
use hexguard::source::named::Names;
use hexguard::suppress::date;
use hexguard::write;

use super::args::{Color, Reviewed};
use super::{configure, show};

pub(super) fn run(args: &Reviewed) -> Result<Outcome> {
    let person = match &args.by {
        Some(person) => person.trim().to_owned(),
        None => person()?,
    };
    if person.is_empty() {
        bail!("a review needs a person");
    }
    if *masked_name(person.as_bytes()) != *person.as_bytes() {
        let error = anyhow!("the name of the person holds a secret {}", length(&person));
        return Err(error).hint("name yourself: hexguard reviewed --by 'Ada Lovelace' FILE");
    }
    let mut names = Names::new();
    let mut records: BTreeMap<PathBuf, Reviews> = BTreeMap::new();
    let mut locks = Vec::new();
    let mut out = show::stdout(Color::Auto);
    for file in &args.files {
        let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let named = names.entry(file);
        let shown = String::from_utf8_lossy(&masked_name(&named.name)).into_owned();
        let what = match table::read(&named.name, &text) {
            Some(table) => table.to_string(),
            None => "no table that hexguard can read".to_owned(),
        };
        // The record is that of the repository that the file lies in.
        let top = named.top.unwrap_or_else(configure::top);
        let record = top.join(FILE);
        let reviews = match records.entry(record) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                // Another one must not write between what is read here and what is written.
                locks.push(write::lock(&top));
                let known = recorded(new.key())?;
                new.insert(known)
            }
        };
        reviews.add(&shown, &text, &date::today(), &person);
        writeln!(
            out,
            "{}: {}",
            escaped(shown.as_bytes()),
            escaped(what.as_bytes())
        )?;
    }
    for (record, reviews) in &records {
        write::put(record, reviews.text().as_bytes(), record.parent())?;
    }
    writeln!(
        out,
        "recorded in {FILE} as reviewed by {}; commit it with the files",
        escaped(person.as_bytes())
    )?;
    Ok(Outcome::Clean)
}

/// Returns what is recorded already.
fn recorded(record: &Path) -> Result<Reviews> {
    match fs::read(record) {
        Ok(text) => Ok(Reviews::parse(&String::from_utf8_lossy(&text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Reviews::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {FILE}")),
    }
}

/// Returns who git says works here.
fn person() -> Result<String> {
    let repository = Repository::open(Path::new("."), Caller::Person)?;
    let of = |name: &str| -> Result<String> {
        let value = repository.setting(name)?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&value).trim().to_owned())
    };
    let (name, email) = (of("user.name")?, of("user.email")?);
    match (name.is_empty(), email.is_empty()) {
        (true, true) => Err(anyhow!("git does not know who you are"))
            .hint("name yourself: hexguard reviewed --by 'Ada Lovelace' FILE"),
        (false, false) => Ok(format!("{name} <{email}>")),
        _ => Ok(format!("{name}{email}")),
    }
}
