//! `hook`: what git (or an agent) calls at each event.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{Result, anyhow};
use hexguard::config::key;
use hexguard::git::{Caller, Repository};
use hexguard::hint::HintExt;
use hexguard::hook::diagnose::{self, Served};
use hexguard::hook::event::Event;
use hexguard::hook::place::Place;
use hexguard::hook::proof;
use hexguard::hook::sample;
use hexguard::hook::skip::{Skip, Skips, Switches};
use hexguard::hook::{git, script};
use hexguard::quote::quoted;
use hexguard::report::around::Subject;
use hexguard::report::{Outcome, Suppression};
use hexguard::source::commits::{Commits, Update};

use super::args::{Hook, Show};
use super::scan::{self, Options};
use super::{agent, commit, configure, push};

pub(super) fn hook(args: Hook, show: &Show) -> Result<Outcome> {
    match Event::named(&args.name) {
        Some(event) if is_proof() => prove(event, &args, show),
        _ => run(&args, show),
    }
}

/// Says what becomes of made-up secrets, and stops whatever becomes of them: a manager shall not go on to other hooks.
fn prove(event: Event, args: &Hook, show: &Show) -> Result<Outcome> {
    let on = switched_off_by_environment().is_none()
        && is_enabled(&Repository::open(Path::new("."), Caller::Hook)?)?;
    if on && matches!(event, Event::PreCommit | Event::PreMergeCommit) {
        prove_staged(show)?;
    } else {
        let outcome = run(args, show)?;
        if on {
            let becomes = if goes_on(outcome) {
                proof::PASSES
            } else {
                proof::STOPS
            };
            anstream::eprintln!("{}{becomes}{}", proof::SAYS, event.name());
        }
    }
    scan::found_code(1);
    Ok(Outcome::Found)
}

fn goes_on(outcome: Outcome) -> bool {
    outcome == Outcome::Clean
        || outcome == Outcome::Found && super::FOUND.load(Ordering::Relaxed) == 0
}

/// Says of each made-up file that is staged what becomes of it, and why.
fn prove_staged(show: &Show) -> Result<()> {
    let open = || Repository::open(Path::new("."), Caller::Hook);
    let configured = configure::staged(&open()?, show)?;
    let exits = &configured.settings.values.exit_code;
    let options = Options::for_hook(show, "commit");
    let staged = scan::staged_in(open()?, &[], &options, &|_, report| {
        for sample in sample::samples() {
            let path = sample.path.as_bytes();
            let found = report.findings.iter().filter(|one| one.file() == path);
            let (stopping, warning): (Vec<_>, Vec<_>) = found.partition(|one| report.stops(one));
            let accepted = report.suppressed.iter().find(|(one, _)| one.file() == path);
            let passes = exits.origin.as_ref().filter(|_| exits.value == 0);
            let why = if let Some(origin) = passes.filter(|_| !stopping.is_empty()) {
                format!("{origin}: exit-code = 0")
            } else if !stopping.is_empty() {
                anstream::eprintln!("{}{}{}", proof::SAYS, proof::STOPS, sample.path);
                continue;
            } else if !warning.is_empty() {
                "it is only a warning".to_owned()
            } else if let Some((_, accepted)) = accepted {
                match accepted {
                    Suppression::Allowlist { origin, .. } => format!("{origin}: allowed"),
                    Suppression::Baseline { origin } => format!("{origin}: accepted"),
                    Suppression::Comment { mark, .. } => format!("a comment allows it: {mark}"),
                }
            } else if configured.suppressor.excludes(path) {
                "its path is excluded".to_owned()
            } else {
                "no rule that is in force finds it".to_owned()
            };
            anstream::eprintln!("{}{}{}: {why}", proof::SAYS, proof::PASSES, sample.path);
        }
        Ok(())
    })?;
    drop(staged);
    Ok(())
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
        Event::PrePush if is_by_hand(&args.args) => scan_range(&repository, show),
        Event::PrePush => {
            let outcome = push::pre_push(&repository, &args.args, show)?;
            if let Some(note) = replaced(&repository)? {
                anstream::eprintln!("hexguard: {note}");
            }
            Ok(outcome)
        }
        Event::PreReceive => push::pre_receive(&repository, show),
        Event::Update => push::update(&repository, &args.args, show),
    }
}

/// Tells whether pre-commit or prek runs the hook of a push where nothing is pushed: `pre-commit run --hook-stage pre-push`.
fn is_by_hand(args: &[OsString]) -> bool {
    args.is_empty()
        && variable("PRE_COMMIT").is_some()
        && variable("PRE_COMMIT_REMOTE_NAME").is_none()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Scans the range of commits that pre-commit was given; without one the commits that no remote is known to have.
fn scan_range(repository: &Repository, show: &Show) -> Result<Outcome> {
    let here = Path::new(".");
    let options = Options::for_hook(show, "push").of_git(Subject::Commits);
    let ends = variable("PRE_COMMIT_FROM_REF").zip(variable("PRE_COMMIT_TO_REF"));
    if let Some((from, to)) = ends {
        let range = format!("{from}..{to}");
        let mut configured = configure::range(&range, show)?;
        let source = Commits::range(here, Caller::Hook, &range, configured.limit())?;
        return scan::run_commits(source, &mut configured, &options, &|_| Ok(()));
    }
    let mut configured = configure::unpushed(repository, show)?;
    let source = {
        let head = repository.rev("HEAD")?.map(|id| id.to_string());
        let line = head.map_or_else(String::new, |id| {
            format!("HEAD {id} HEAD {}\n", "0".repeat(id.len()))
        });
        Commits::pushed(
            here,
            &Update::all(line.as_bytes())?,
            "--not\n--remotes\n",
            configured.limit(),
        )?
    };
    scan::run_commits(source, &mut configured, &options, &|_| Ok(()))
}

/// Says that another program has taken the place of hexguard's hook for commits, where all of them were installed.
fn replaced(repository: &Repository) -> Result<Option<String>> {
    let hooks = repository.common_dir().join("hooks");
    let is_own =
        |event: Event| matches!(git::look(&hooks.join(event.name())), Ok(git::Found::Own(_)));
    // Three short files; git is asked only where they leave a question.
    let all = is_own(Event::PrePush) && is_own(Event::CommitMsg);
    if !all || is_own(Event::PreCommit) {
        return Ok(None);
    }
    let place = Place::find(&env::current_dir()?)?;
    let served = diagnose::served(&place, hexguard::hook::manager(&place), Event::PreCommit);
    let path = place.hook(Event::PreCommit.name());
    let name = hexguard::output::escaped(&script::bytes(&path));
    Ok(match served {
        Served::Foreign => Some(format!(
            "{name} is another program's now, and hexguard does not look at commits; `hexguard install` puts it back"
        )),
        Served::Nothing => Some(format!(
            "{name} is gone, and hexguard does not look at commits; `hexguard install` puts it back"
        )),
        _ => None,
    })
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
