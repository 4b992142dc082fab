//! `hook`: what git (or an agent) calls at each event.

use std::env;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, anyhow};
use hexguard::config::key;
use hexguard::git::{Caller, Repository};
use hexguard::hint::HintExt;
use hexguard::hook::event::Event;
use hexguard::hook::proof;
use hexguard::hook::skip::{Skip, Skips, Switches};
use hexguard::quote::quoted;
use hexguard::report::Outcome;

use super::args::{Hook, Show};
use super::{agent, commit, push};

pub(super) fn hook(args: Hook, show: &Show) -> Result<Outcome> {
    let outcome = run(&args, show)?;
    if outcome == Outcome::Clean && is_proof() {
        anstream::eprintln!("{}", proof::MISSED);
        return Ok(Outcome::Found);
    }
    Ok(outcome)
}

pub(super) fn is_proof() -> bool {
    env::var_os(proof::MARK).is_some()
}

fn run(args: &Hook, show: &Show) -> Result<Outcome> {
    if args.name == "agent" {
        return agent::hook(&args.args, show);
    }
    let Some(event) = Event::named(&args.name) else {
        let known: Vec<&str> = Event::ALL.iter().map(|event| event.name()).collect();
        return Err(anyhow!(
            "{} is not a hook that hexguard knows",
            quoted(&args.name)
        ))
        .hint(format!("it knows {}", known.join(", ")));
    };
    let server = matches!(event, Event::PreReceive | Event::Update);
    // What a server does is not for the one who pushes to say, and a push to a folder hands its environment on.
    if let Some(switch) = switched_off_by_environment().filter(|_| !server) {
        say_skipped(event, &args.args, switch);
        return Ok(Outcome::Clean);
    }
    let repository = Repository::open(Path::new("."), Caller::Hook)?;
    if !is_enabled(&repository)? {
        say_skipped(event, &args.args, "hexguard.enabled=false");
        return Ok(Outcome::Clean);
    }
    match event {
        Event::PreCommit | Event::PreMergeCommit => {
            commit::pre_commit(repository, &args.args, show)
        }
        Event::CommitMsg => commit::commit_msg(repository, &args.args, show),
        Event::PrePush => push::pre_push(&repository, &args.args, show),
        Event::PreReceive => push::pre_receive(&repository, show),
        Event::Update => push::update(&repository, &args.args, show),
    }
}

/// Tells whether hexguard is to run in a repository: unless its configuration says no.
fn is_enabled(repository: &Repository) -> Result<bool> {
    let Some(value) = repository.setting("hexguard.enabled")? else {
        return Ok(true);
    };
    key::boolean(&String::from_utf8_lossy(&value))
        .map_err(|what| anyhow!("git config hexguard.enabled: {what}"))
        .hint("to scan: git config hexguard.enabled true")
}

/// Returns the variable that switches hexguard off, if one does.
pub(super) fn switched_off_by_environment() -> Option<&'static str> {
    let switches = Switches {
        hexguard: env::var("HEXGUARD").ok(),
        skip: env::var("SKIP").ok(),
    };
    switches.off()
}

/// Says that nothing is scanned, and makes a note of it for the next push.
fn say_skipped(event: Event, args: &[OsString], reason: &str) {
    let (what, noted) = match event {
        Event::PreCommit | Event::PreMergeCommit | Event::CommitMsg => {
            ("this commit is not scanned", note_commit(event))
        }
        Event::PrePush => ("this push is not scanned", push::note(args)),
        Event::PreReceive | Event::Update => ("this push is not scanned", Ok(Noted::Not)),
    };
    match noted {
        // pre-commit has said it a moment ago.
        Ok(Noted::Before) => {}
        Ok(Noted::Not) => anstream::eprintln!("hexguard: skipped ({reason}): {what}"),
        Ok(Noted::Now) => {
            anstream::eprintln!("hexguard: skipped ({reason}): {what}; the next push will scan it");
        }
        Err(error) => anstream::eprintln!("hexguard: skipped ({reason}): {what} ({error:#})"),
    }
}

/// Whether a skip is noted.
pub(super) enum Noted {
    /// It is now.
    Now,
    /// It was already, and said.
    Before,
    /// It is not: there is no later push to look at it.
    Not,
}

/// Makes a note that a commit is made without what the repository wants.
pub(super) fn note_commit(event: Event) -> Result<Noted> {
    if is_proof() {
        return Ok(Noted::Not);
    }
    let repository = Repository::open(Path::new("."), Caller::Hook)?;
    let skips = Skips::of(repository.common_dir());
    let skip = Skip::After(repository.rev("HEAD")?.map(|id| id.to_string()));
    if skips.all()?.contains(&skip) && event == Event::CommitMsg {
        return Ok(Noted::Before);
    }
    skips.add(event, &[skip])?;
    Ok(Noted::Now)
}
