//! `status` and `doctor`: whether git would run hexguard here, and what would stop it.

use std::env;
use std::io::Write;

use anyhow::Result;
use hexguard::hook::diagnose::{self, Served};
use hexguard::hook::event::Event;
use hexguard::hook::{self, proof};
use hexguard::output::{escaped, without_secrets};
use hexguard::report::Outcome;

use super::args::Show;
use super::install::{here, tell_proof};
use super::{configure, show};

pub(super) fn status(verbose: bool, show: &Show) -> Result<Outcome> {
    let place = here()?;
    let manager = hook::manager(&place);
    let mut out = show::stdout(show.color());
    let events: &[Event] = match place.top {
        None => &[Event::PreReceive, Event::Update],
        Some(_) => &Event::CLIENT,
    };
    let mut guarded = false;
    for &event in events {
        let served = diagnose::served(&place, manager, event);
        let needed = matches!(event, Event::PreCommit | Event::PreReceive | Event::Update);
        guarded |= needed && !matches!(served, Served::Foreign | Served::Nothing);
        writeln!(out, "{:17} {}", event.name(), shown(&words(&served)))?;
    }
    let problems = diagnose::problems(&place, manager);
    let fatal = problems.iter().any(|problem| problem.fatal);
    let mut proven = true;
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
        surroundings(&mut out)?;
    }
    for problem in problems.iter().filter(|problem| verbose || problem.fatal) {
        writeln!(out, "problem: {}", shown(&problem.text))?;
        writeln!(out, "   cure: {}", shown(&problem.cure))?;
    }
    if verbose && guarded {
        proven = tell_proof(&proof::prove(&place, manager, &env::temp_dir())?, &mut out)?;
    }
    let protected = guarded && !fatal && proven;
    writeln!(
        out,
        "{}",
        match (protected, guarded) {
            (true, _) if place.top.is_none() =>
                "This repository is protected: git runs hexguard before it takes a push.",
            (true, _) => "This repository is protected: git runs hexguard before each commit.",
            (false, true) => "This repository is NOT protected, though hexguard is installed.",
            (false, false) => "This repository is NOT protected. `hexguard install` protects it.",
        }
    )?;
    out.flush()?;
    // A hook that cannot read its configuration stops every commit.
    configure::work_tree(show)?;
    Ok(if protected {
        Outcome::Clean
    } else {
        Outcome::Found
    })
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

/// What of the environment concerns hexguard.
fn surroundings(out: &mut impl Write) -> Result<()> {
    for (name, off) in [("HEXGUARD", "0"), ("SKIP", "hexguard")] {
        let value = env::var(name).unwrap_or_default();
        if value.split(',').any(|part| part.trim() == off) {
            writeln!(
                out,
                "problem: {name}={off} is set in this shell: hexguard is switched off"
            )?;
            writeln!(out, "   cure: unset {name}")?;
        }
    }
    Ok(())
}
