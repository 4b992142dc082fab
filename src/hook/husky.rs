//! husky: one script for each event in `.husky`, belonging to the project.

use std::path::PathBuf;

use anyhow::Result;

use super::edit::{Edit, Plan};
use super::event::Event;
use super::place::Place;
use super::{CALL, Manager, Rehearsal, Wish, pinned};

/// husky 9 (`core.hooksPath` is `.husky/_`), and 5 to 8 (`.husky`).
pub(super) struct Husky;

/// What a script of husky 5 to 8 begins with.
const SKELETON: &str = "#!/usr/bin/env sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n\n";

impl Manager for Husky {
    fn name(&self) -> &'static str {
        "husky"
    }

    fn governs(&self, place: &Place) -> bool {
        is_nine(place) || place.hooks.join("_/husky.sh").is_file()
    }

    fn plan(&self, place: &Place, wish: &Wish) -> Result<Plan> {
        let mut plan = Plan::default();
        for &event in &wish.events {
            let edit = Edit::of(script(place, event), true, |text| {
                let text = match text {
                    Some(text) => text.to_vec(),
                    None if is_nine(place) => Vec::new(),
                    None => SKELETON.into(),
                };
                Some(with_line(&text, &line(event)))
            })?;
            plan.edits.extend(edit);
        }
        plan.settings = pinned(place, &wish.program)?;
        Ok(plan)
    }

    fn calls(&self, place: &Place, event: Event) -> bool {
        std::fs::read(script(place, event)).is_ok_and(|text| has_line(&text, &line(event)))
    }

    fn unplan(&self, place: &Place) -> Result<Plan> {
        let mut plan = Plan::default();
        for event in Event::ALL {
            let edit = Edit::of(script(place, event), true, |text| {
                let text = text?;
                if !has_line(text, &line(event)) {
                    return Some(text.to_vec());
                }
                let left = without_line(text, &line(event));
                (!left.is_empty() && left != SKELETON.as_bytes()).then_some(left)
            })?;
            plan.edits.extend(edit);
        }
        Ok(plan)
    }

    fn rehearsal(&self, _: &Place) -> Rehearsal {
        // hexguard's line is the first; the script ends there.
        Rehearsal::default()
    }
}

fn is_nine(place: &Place) -> bool {
    place.hooks.ends_with("_") && place.hooks.join("h").is_file()
}

/// Returns the script that husky runs at an event.
fn script(place: &Place, event: Event) -> PathBuf {
    let folder = if is_nine(place) {
        place.hooks.parent().unwrap_or(&place.hooks)
    } else {
        &place.hooks
    };
    folder.join(event.name())
}

fn line(event: Event) -> Vec<u8> {
    let call = format!("{CALL} {} \"$@\"", event.name());
    let text = match event {
        // What git says on standard input is for the rest of the script too.
        Event::PrePush => format!(
            "hexguard_input=$(cat)\nprintf '%s\\n' \"$hexguard_input\" | {call} || exit $?\nif [ -n \"$hexguard_input\" ]; then exec <<HEXGUARD\n$hexguard_input\nHEXGUARD\nfi\n"
        ),
        _ => call + "\n",
    };
    text.into_bytes()
}

/// Returns where the lines stand in a text, if they do.
fn position(text: &[u8], lines: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(text, lines).find(|&at| at == 0 || text[at - 1] == b'\n')
}

fn has_line(text: &[u8], lines: &[u8]) -> bool {
    position(text, lines).is_some()
}

/// Returns the text with a line in front of the first command: behind it an `exit` could hide it.
fn with_line(text: &[u8], line: &[u8]) -> Vec<u8> {
    if has_line(text, line) {
        return text.to_vec();
    }
    let mut at = 0;
    if text.starts_with(b"#!") {
        at = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    }
    // The line of husky 5 to 8 that loads husky itself.
    if let Some(found) = memchr::memmem::find(text, b"/husky.sh\"") {
        at = memchr::memchr(b'\n', &text[found..]).map_or(text.len(), |end| found + end + 1);
    }
    let mut out = text[..at].to_vec();
    if at > 0 && out.last() != Some(&b'\n') {
        out.push(b'\n');
    }
    out.extend_from_slice(line);
    out.extend_from_slice(&text[at..]);
    out
}

fn without_line(text: &[u8], lines: &[u8]) -> Vec<u8> {
    match position(text, lines) {
        Some(at) => [&text[..at], &text[at + lines.len()..]].concat(),
        None => text.to_vec(),
    }
}
