//! Apply: shows what installing or removing would change, asks, and does it.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, Result};
use hexguard::hook::edit::{Edit, Plan};
use hexguard::hook::place::Place;
use hexguard::hook::{Note, script};
use hexguard::output::{escaped, without_secrets};

/// Shows a plan and carries it out; `false` if something is left to the person.
pub(super) fn apply(place: &Place, plan: &Plan, yes: bool, out: &mut impl Write) -> Result<bool> {
    let mut left = false;
    for note in &plan.notes {
        left |= matches!(note, Note::Todo(_));
        tell(note, out)?;
    }
    if plan.edits.is_empty() {
        note_settings(place, plan)?;
        remove(place, plan, out)?;
        return Ok(!left);
    }
    for edit in &plan.edits {
        let name = place.shown(&edit.path);
        write!(out, "\n{}", shown_diff(edit, &name))?;
    }
    writeln!(out)?;
    out.flush()?;
    if !yes && !agreed(out)? {
        writeln!(
            out,
            "No file of the project was changed. With --yes it is done without asking."
        )?;
        return Ok(false);
    }
    note_settings(place, plan)?;
    for edit in &plan.edits {
        edit.apply(place.top.as_deref())?;
        tell(
            &Note::Done(format!("{} changed", place.shown(&edit.path))),
            out,
        )?;
    }
    if let Some(command) = &plan.command {
        let folder = place.top.as_deref().unwrap_or(&place.cwd);
        tell(&command.run(folder), out)?;
    }
    remove(place, plan, out)?;
    Ok(!left)
}

/// Removes the hook files that are not wanted any more.
fn remove(place: &Place, plan: &Plan, out: &mut impl Write) -> Result<()> {
    for path in &plan.unwanted {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => tell(&Note::Done(format!("{} removed", place.shown(path))), out)?,
        }
    }
    Ok(())
}

/// Notes values in this clone's own configuration, which nobody else sees.
fn note_settings(place: &Place, plan: &Plan) -> Result<()> {
    for (key, value) in &plan.settings {
        let value = script::path(value);
        place.note(key, value.as_os_str())?;
    }
    Ok(())
}

pub(super) fn shown_diff(edit: &Edit, name: &str) -> String {
    let diff = edit.diff(name);
    let lines: Vec<String> = diff.lines().map(|line| escaped(line.as_bytes())).collect();
    lines.join("\n") + "\n"
}

fn agreed(out: &mut impl Write) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    write!(out, "Make this change? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("cannot read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

pub(super) fn tell(note: &Note, out: &mut impl Write) -> Result<()> {
    let (mark, text) = match note {
        Note::Done(text) => ("done:   ", text),
        Note::Same(text) => ("ok:     ", text),
        Note::Warn(text) => ("warning:", text),
        Note::Todo(text) => ("to do:  ", text),
    };
    // A path may hold what somebody put into a setting by mistake.
    let text = without_secrets(text);
    let mut lines = text.lines();
    writeln!(
        out,
        "{mark} {}",
        escaped(lines.next().unwrap_or_default().as_bytes())
    )?;
    for line in lines {
        writeln!(out, "  {}", escaped(line.as_bytes()))?;
    }
    Ok(())
}
