//! `status` and `doctor`: whether git would run hexguard here, and what would stop it.

use std::env;
use std::io::Write;

use anyhow::Result;
use hexguard::config::change::{Change, What};
use hexguard::config::value;
use hexguard::git::{Caller, Repository};
use hexguard::hint::message;
use hexguard::hook;
use hexguard::hook::diagnose::{self, Served, Weight};
use hexguard::hook::event::Event;
use hexguard::hook::place::Place;
use hexguard::hook::proof::{self, Proof};
use hexguard::output::{escaped, without_secrets};
use hexguard::quote;
use hexguard::report::Outcome;

use super::args::Show;
use super::install::{here, program, tell_proof};
use super::{configure, install, show};

pub(super) fn status(verbose: bool, show: &Show) -> Result<Outcome> {
    let place = here()?;
    let mut out = show::stdout(show.color());
    // In a repository without a work tree of its own people may work in linked ones.
    let trees = if place.top.is_none() {
        place.trees()
    } else {
        Vec::new()
    };
    let mut all = Outcome::Clean;
    for tree in &trees {
        writeln!(out, "work tree {}", shown(&tree.display().to_string()))?;
        let one = status_at(&install::at(tree)?, verbose, show, &mut out)?;
        // What is known to pass weighs more than what is not known.
        if all != Outcome::Found && one != Outcome::Clean {
            all = one;
        }
    }
    if trees.is_empty() {
        all = status_at(&place, verbose, show, &mut out)?;
    }
    out.flush()?;
    // A hook that cannot read its configuration stops every commit.
    configure::work_tree(show)?;
    Ok(all)
}

/// Tells of one work tree, or of a repository without one: clean if it is protected, found if it is not, and unscanned if
/// that cannot be tried.
fn status_at(place: &Place, verbose: bool, show: &Show, out: &mut impl Write) -> Result<Outcome> {
    let manager = hook::manager(place);
    let events: &[Event] = match place.top {
        None => &[Event::PreReceive, Event::Update],
        Some(_) => &Event::CLIENT,
    };
    let mut guarded = false;
    let mut bare = Vec::new();
    for &event in events {
        let served = diagnose::served(place, manager, event);
        let needed = matches!(event, Event::PreCommit | Event::PreReceive | Event::Update);
        let serves = !matches!(served, Served::Foreign | Served::Nothing);
        guarded |= needed && serves;
        if !serves {
            bare.push(event);
        }
        writeln!(out, "{:17} {}", event.name(), shown(&words(&served)))?;
    }
    let problems = diagnose::problems(place, manager);
    let weighs = |weight: Weight| problems.iter().any(|problem| problem.weight == weight);
    let (fatal, elsewhere) = (weighs(Weight::Fatal), weighs(Weight::Elsewhere));
    let (mut proven, mut untried) = (true, false);
    if verbose {
        writeln!(
            out,
            "hooks folder      {}",
            shown(&place.hooks.display().to_string())
        )?;
        if let Some(setting) = &place.hooks_path {
            writeln!(out, "core.hooksPath    {}", shown(&setting.shown()))?;
        }
        if let Some(manager) = manager {
            writeln!(out, "written by        {}", manager.name())?;
        }
        let (major, minor) = place.version;
        writeln!(out, "git               {major}.{minor}")?;
        surroundings(out)?;
    }
    for problem in problems
        .iter()
        .filter(|problem| verbose || problem.weight < Weight::Minor)
    {
        if problem.cure.is_empty() {
            writeln!(out, "note:    {}", shown(&problem.text))?;
            continue;
        }
        writeln!(out, "problem: {}", shown(&problem.text))?;
        writeln!(out, "   cure: {}", shown(&problem.cure))?;
    }
    let loosened = tell_loosened(place, verbose, show, out)?;
    let readable = loosened.is_some();
    // What lets something through may let everything through, and a manager has conditions of its own.
    let doubtful = verbose
        || manager.is_some()
        || diagnose::is_edited(place)
        || loosened.is_some_and(|lines| lines > 0)
        || is_switched_off();
    if doubtful && guarded {
        let proof = proof::prove(place, manager, &program()?, &env::temp_dir())?;
        proven = tell_proof(&proof, out)?;
        untried = matches!(proof, Proof::Untried(_)) && place.top.is_some();
    }
    let works = guarded && !fatal && proven && readable;
    let last = match (works, guarded) {
        (true, _) if untried => {
            writeln!(
                out,
                "Whether this repository is protected was not tried, see above."
            )?;
            return Ok(Outcome::Unscanned);
        }
        (true, _) => protected(place, &bare, elsewhere),
        (false, true) => {
            "This repository is NOT protected, though hexguard is installed.".to_owned()
        }
        (false, false) if fatal => "This repository is NOT protected.".to_owned(),
        (false, false) => {
            "This repository is NOT protected. `hexguard install` protects it.".to_owned()
        }
    };
    writeln!(out, "{last}")?;
    Ok(if works {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

/// Returns the last line where commits are scanned, and what it is not true of.
fn protected(place: &Place, bare: &[Event], elsewhere: bool) -> String {
    if place.top.is_none() {
        return "This repository is protected: git runs hexguard before it takes a push."
            .to_owned();
    }
    let mut line = "This repository is protected: git runs hexguard before each commit".to_owned();
    if elsewhere {
        line += ", now and here; not everywhere, see the problems above";
    }
    // The message's hook looks at what a merge brings.
    let looks_again = !bare.contains(&Event::CommitMsg);
    let bare = bare
        .iter()
        .filter(|event| !(looks_again && **event == Event::PreMergeCommit));
    let words = bare.map(|event| match event {
        Event::PreMergeCommit => "a merge without conflicts",
        Event::CommitMsg => "the message",
        Event::PrePush => "a push",
        other => other.name(),
    });
    let words: Vec<&str> = words.collect();
    if !words.is_empty() {
        line += &format!(
            ". It does not look at {} (see `hexguard install`)",
            words.join(", ")
        );
    }
    line + "."
}

/// Names what the configuration in force lets through, and returns in how many lines; none if it cannot be read, which
/// stops every commit.
fn tell_loosened(
    place: &Place,
    all: bool,
    show: &Show,
    out: &mut impl Write,
) -> Result<Option<usize>> {
    /// So many lines are shown where nobody asked for all.
    const SHOWN: usize = 20;
    let lines = match loosened(place, show) {
        Ok(lines) => lines,
        Err(error) => {
            writeln!(out, "problem: {}", shown(&message(&error)))?;
            return Ok(None);
        }
    };
    let most = if all { lines.len() } else { SHOWN };
    for line in lines.iter().take(most) {
        writeln!(out, "lets through: {}", shown(line))?;
    }
    if lines.len() > most {
        writeln!(
            out,
            "lets through: {} more: hexguard doctor",
            lines.len() - most
        )?;
    }
    Ok(Some(lines.len()))
}

/// Returns what the configuration in force lets through that would be stopped without it, one line each.
fn loosened(place: &Place, show: &Show) -> Result<Vec<String>> {
    let repository = Repository::open(&place.cwd, Caller::Person)?;
    let mut changes = configure::staged(&repository, show)?.loosened()?;
    // An entry for single secrets is what it is for; one for values of any kind or a whole tree is a hole.
    changes.retain(|change| match &change.what {
        What::Allow(allow) => allow.fingerprints.is_empty(),
        _ => true,
    });
    Ok(changes.iter().map(line).collect())
}

/// Returns a change with the patterns of an exception.
fn line(change: &Change) -> String {
    let What::Allow(allow) = &change.what else {
        return change.to_string();
    };
    let named = [
        ("rule", &allow.rules),
        ("path", &allow.paths),
        ("value", &allow.values),
    ];
    let of = |(name, patterns): (&str, &Vec<String>)| {
        let shown = |one: &String| {
            // A pattern of values may be a value.
            if name == "value" {
                quote::quoted(one)
            } else {
                value::quoted(one)
            }
        };
        let shown: Vec<String> = patterns.iter().map(shown).collect();
        format!("{name} = {}", shown.join(", "))
    };
    let given = named
        .into_iter()
        .filter(|(_, patterns)| !patterns.is_empty());
    let given: Vec<String> = given.map(of).collect();
    format!("{}: allow {}", change.origin, given.join(", "))
}

/// Returns what may be shown of a text with paths and commands that settings name.
fn shown(text: &str) -> String {
    escaped(without_secrets(text).as_bytes())
}

fn words(served: &Served) -> String {
    match served {
        Served::Script { program, chained } => {
            let with = if *chained {
                ", with the hook that was there before"
            } else {
                ""
            };
            format!("runs {}{with}", program.display())
        }
        Served::Managed(name) => format!("runs hexguard, through {name}"),
        Served::Configured(command) => format!("runs {command} (git's configuration)"),
        Served::Idle => "not run: it is not executable".to_owned(),
        Served::Foreign => "another hook; hexguard is not called".to_owned(),
        Served::Nothing => "not guarded".to_owned(),
    }
}

/// Switches of the environment, and the words that turn hexguard off.
const SWITCHES: [(&str, &str); 2] = [("HEXGUARD", "0"), ("SKIP", "hexguard")];

fn is_off((name, off): (&str, &str)) -> bool {
    let value = env::var(name).unwrap_or_default();
    value.split(',').any(|part| part.trim() == off)
}

fn is_switched_off() -> bool {
    SWITCHES.into_iter().any(is_off)
}

/// What of the environment concerns hexguard.
fn surroundings(out: &mut impl Write) -> Result<()> {
    for (name, off) in SWITCHES.into_iter().filter(|one| is_off(*one)) {
        writeln!(
            out,
            "problem: {name}={off} is set in this shell: hexguard is switched off"
        )?;
        writeln!(out, "   cure: unset {name}")?;
    }
    Ok(())
}
