//! Waiting: what `install` says and does about managers that the project uses and nobody has set up in this clone.

use std::io::Write;

use anyhow::Result;
use hexguard::hook::edit::Plan;
use hexguard::hook::event::Event;
use hexguard::hook::place::Place;
use hexguard::hook::project::Waiting;
use hexguard::hook::{Note, Wish};

use super::apply::tell;
use super::install::shown;

/// Says which managers the project uses besides, which would take the hooks over if somebody set them up.
pub(super) fn tell_waiting(waiting: &[Waiting], place: &Place, out: &mut impl Write) -> Result<()> {
    for one in waiting.iter().filter(|one| one.manager.replaces()) {
        let calls = Event::CLIENT
            .iter()
            .any(|&event| one.manager.lists(place, event));
        if !calls {
            let text = format!(
                "{} names {}, too, which is not set up in this clone; run `hexguard install` again after `{}`",
                place.shown(&one.file),
                one.manager.name(),
                one.manager.setup(place)
            );
            tell(&Note::Warn(text), out)?;
        }
    }
    Ok(())
}

/// Returns what is to be done where no manager rules the hooks yet: hexguard's own hooks until one does, and its line in
/// the files of the project for then.
pub(super) fn plan_waiting(
    waiting: &[Waiting],
    place: &Place,
    wish: &Wish,
    out: &mut impl Write,
) -> Result<Plan> {
    let mut all = Plan {
        plain: wish.events.clone(),
        ..Plan::default()
    };
    for Waiting { manager, file } in waiting {
        let then = if manager.replaces() {
            "until then hexguard's own hooks run, after that its lines in the project's files"
        } else {
            "after that it will run hexguard's own hooks, too"
        };
        writeln!(
            out,
            "{} names {}, which is not set up in this clone (`{}` does it): {then}.",
            shown(place, file),
            manager.name(),
            manager.setup(place)
        )?;
        let plan = manager.plan(place, wish)?;
        if !manager.replaces() {
            all.plain.retain(|event| plan.plain.contains(event));
        }
        all.edits.extend(plan.edits);
        all.settings.extend(plan.settings);
        all.notes.extend(plan.notes);
    }
    Ok(all)
}

/// Says which files to commit, so that the hook is everybody's.
pub(super) fn tell_shared(place: &Place, plan: &Plan, out: &mut impl Write) -> Result<()> {
    if plan.edits.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = plan
        .edits
        .iter()
        .map(|edit| shown(place, &edit.path))
        .collect();
    writeln!(
        out,
        "commit:  {}\n  Branches without this change are not guarded. Whoever has no hexguard is told where to get it, and stopped;\n  to let them go on: git config hexguard.missing warn && hexguard install",
        names.join(" ")
    )?;
    Ok(())
}
