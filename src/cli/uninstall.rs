//! `uninstall`: takes out what `install` put in, and restores what was there before.

use anyhow::{Result, anyhow};
use hexguard::hint::HintExt;
use hexguard::hook::configured::{self, Scope};
use hexguard::hook::edit::Plan;
use hexguard::hook::event::Event;
use hexguard::hook::place::{self, Place};
use hexguard::hook::project::{self, Waiting};
use hexguard::hook::{self, Note, git, global};
use hexguard::report::Outcome;
use hexguard::write;
use std::io::Write;

use super::apply::{apply, tell};
use super::args::{Show, Uninstall};
use super::install::{at, here, home};
use super::{agent, show};

pub(super) fn uninstall(args: &Uninstall, show: &Show) -> Result<Outcome> {
    if let Some(agent) = &args.agent {
        return agent::uninstall(agent, args.global, show);
    }
    let mut out = show::stdout(show.color());
    if args.global {
        let notes = global::uninstall(&home()?)?;
        for note in &notes {
            tell(note, &mut out)?;
        }
        if notes.is_empty() {
            writeln!(
                out,
                "hexguard is not installed for all repositories; nothing was changed."
            )?;
        }
        out.flush()?;
        return Ok(Outcome::Clean);
    }
    let place = here()?;
    let trees = if place.top.is_none() {
        place.trees()
    } else {
        Vec::new()
    };
    let mut places: Vec<Place> = trees.iter().filter_map(|tree| at(tree).ok()).collect();
    places.push(place);
    let mut said = false;
    let mut left = false;
    for place in &places {
        let (spoke, stays) = uninstall_at(place, args, &mut out)?;
        said |= spoke;
        left |= stays;
    }
    if !said {
        writeln!(
            out,
            "hexguard is not installed in this repository; nothing was changed."
        )?;
    }
    out.flush()?;
    if left {
        return Err(anyhow!("not removed yet")).hint("do what is shown above");
    }
    Ok(Outcome::Clean)
}

/// Removes hexguard from one work tree, or from a repository without one. Returns whether there was something to say, and
/// whether something is left to the person.
fn uninstall_at(place: &Place, args: &Uninstall, out: &mut impl Write) -> Result<(bool, bool)> {
    let mut said = false;
    let lock = write::lock(&place.common_dir);
    for event in Event::ALL {
        if configured::uninstall(&place.cwd, Scope::Local, event)? {
            said = true;
            let text = format!(
                "git's configuration does not call hexguard at {} any more",
                event.name()
            );
            tell(&Note::Done(text), out)?;
        }
    }
    drop(lock);
    let mut plan = match hook::manager(place) {
        Some(manager) => manager.unplan(place)?,
        None => Plan::default(),
    };
    for Waiting { manager, .. } in project::waiting(place) {
        let more = manager.unplan(place)?;
        plan.edits.extend(more.edits);
        plan.notes.extend(more.notes);
    }
    said |= !plan.edits.is_empty() || !plan.notes.is_empty();
    let left = !apply(place, &plan, args.yes, out)?;
    if !left {
        for key in ["hexguard.path", "hexguard.lefthook"] {
            place.forget(key)?;
        }
    }
    // A manager that was set up later looks elsewhere; what was there before it is hexguard's still.
    let usual = place.usual();
    let elsewhere = place::real(&usual.hooks) != place::real(&place.hooks);
    for place in [Some(place), elsewhere.then_some(&usual)]
        .into_iter()
        .flatten()
    {
        if !place.is_inside() || place.is_void() {
            continue;
        }
        for event in Event::ALL {
            for note in git::uninstall(place, event)? {
                said = true;
                tell(&note, out)?;
            }
        }
    }
    Ok((said, left))
}
