//! The assignments of one text, read for many rules: each place once.

use std::collections::VecDeque;
use std::ops::Range;

use super::{Assignment, LEFT, Line, MOST, RIGHT, Tied, Trail, matching, name_places, sight};
use crate::detect::lex::Outline;
use crate::fragment::{Fragment, line_end, line_within};

/// How many answers are remembered: rules that share a keyword ask at the same lines, one rule after the other.
const LAST: usize = 8;
/// How many steps are made through the entries below one name where they are to be held.
const MANY: usize = 40_000;
/// Lists stand in each other; all that are in a text are read up to so many times its length.
const TIMES: usize = 8;
/// How many names are remembered, at most: several times as many as are in sight of one place.
const NAMES: usize = 2 << 10;

/// Reads the assignments of one text where rules ask for them, which is at the same places again and again: several
/// rules share a keyword, and what is in sight of one place is in sight of the next.
#[derive(Default)]
pub(crate) struct Reader {
    /// The stretch of the text in which words that name a secret were looked for; it grows with what is asked.
    looked: Range<usize>,
    /// Those words.
    names: Vec<Name>,
    /// What was returned last, by place.
    last: VecDeque<(usize, Vec<Assignment>)>,
    lines: Lines,
}

/// A place where a word that names a secret may begin.
struct Name {
    at: usize,
    /// The assignments whose key holds it, once they were asked for.
    read: Option<Vec<Assignment>>,
}

impl Reader {
    /// Hands out the assignments whose key holds the byte at `at`.
    pub(crate) fn keyed(
        &mut self,
        fragment: &Fragment<'_>,
        at: usize,
        out: &mut dyn FnMut(Assignment),
    ) {
        self.lines.read(fragment, at, out);
    }

    /// Returns the key that holds the byte at `at` and what is tied to it, however far that has come.
    pub(crate) fn tied_to(&mut self, fragment: &Fragment<'_>, at: usize) -> Option<Tied> {
        matching::tied_to(&self.lines.around(fragment, at), at)
    }

    /// Tells whether words that name a secret may stand in sight of an offset.
    pub(crate) fn has_names_in_sight(&mut self, text: &[u8], at: usize) -> bool {
        !self.names_in_sight(text, at).is_empty()
    }

    /// Returns which of the names stand in sight of an offset.
    fn names_in_sight(&mut self, text: &[u8], at: usize) -> Range<usize> {
        let Range { start, end } = sight(text, at);
        if !(self.looked.start..=self.looked.end).contains(&start) {
            self.names.clear();
            self.looked = start..start;
        }
        if self.names.len() > NAMES {
            let passed = self.names.partition_point(|name| name.at < start);
            // Questions come nearly in the order of the text.
            if passed > NAMES / 2 {
                self.looked.start = self.names[passed - NAMES / 2].at;
                self.names.drain(..passed - NAMES / 2);
            }
        }
        if end > self.looked.end {
            name_places(text, self.looked.end..end, |at| {
                self.names.push(Name { at, read: None });
            });
            self.looked.end = end;
        }
        self.names.partition_point(|name| name.at < start)
            ..self.names.partition_point(|name| name.at < end)
    }

    /// Returns the assignments whose key holds the byte at `at`; when there is none, those in sight whose key holds a word
    /// that may name a secret.
    ///
    /// The work is bounded (a few kilobytes around), however long the text or its line.
    pub(crate) fn around(&mut self, fragment: &Fragment<'_>, at: usize) -> Vec<Assignment> {
        if let Some((_, found)) = self.last.iter().find(|(place, _)| *place == at) {
            return found.clone();
        }
        let mut found = self.lines.few(fragment, at);
        if found.is_empty() {
            found = self.in_sight(fragment, at);
        }
        self.last.truncate(LAST - 1);
        self.last.push_front((at, found.clone()));
        found
    }

    /// Returns the assignments in sight whose key holds a word that may name a secret.
    fn in_sight(&mut self, fragment: &Fragment<'_>, at: usize) -> Vec<Assignment> {
        let mut found: Vec<Assignment> = Vec::new();
        let mut done = 0;
        let range = self.names_in_sight(fragment.text, at);
        for name in &mut self.names[range] {
            if name.at < done {
                continue;
            }
            let read = name
                .read
                .get_or_insert_with(|| self.lines.few(fragment, name.at));
            for assignment in read {
                done = done.max(assignment.value.end);
                // Only two names of one key lead to the same ones.
                let mut last = found.iter().rev().take(MOST);
                if !last.any(|one| one == assignment) {
                    found.push(assignment.clone());
                }
            }
            if found.len() >= MOST {
                break;
            }
        }
        found
    }
}

/// The lines of one text, so that an endless one is not walked for each place on it.
#[derive(Default)]
pub(super) struct Lines {
    /// A stretch of the text that is known to hold no line end.
    line: Range<usize>,
    /// What the places of the text stand in, once it was asked.
    outline: Option<Outline>,
    /// How many bytes the lists and maps had that were read.
    listed: usize,
}

impl Lines {
    /// Hands out the assignments whose key holds the byte at a place.
    fn read(&mut self, fragment: &Fragment<'_>, place: usize, out: &mut dyn FnMut(Assignment)) {
        self.read_steps(fragment, place, usize::MAX, out);
    }

    /// Returns the first of the assignments whose key holds the byte at a place.
    fn few(&mut self, fragment: &Fragment<'_>, place: usize) -> Vec<Assignment> {
        let mut found = Vec::new();
        self.read_steps(fragment, place, MANY, &mut |assignment| {
            found.push(assignment)
        });
        found
    }

    /// Hands out the assignments whose key holds the byte at a place, with so many steps through a list.
    fn read_steps(
        &mut self,
        fragment: &Fragment<'_>,
        place: usize,
        steps: usize,
        out: &mut dyn FnMut(Assignment),
    ) {
        let trail = Trail {
            at: usize::MAX,
            ..Trail::default()
        };
        let mut line = self.around(fragment, place);
        if self.listed <= TIMES * fragment.text.len() {
            line.steps = steps;
            line.trail = Some(&trail);
        }
        matching::at(&line, place, out);
        self.listed += trail.end.get().saturating_sub(place);
    }

    /// Returns the line around a place, as far as it is written in one language.
    pub(super) fn around<'a>(&mut self, fragment: &Fragment<'a>, place: usize) -> Line<'a> {
        let text = fragment.text;
        if !self.line.contains(&place) {
            self.line = place..place;
        }
        let right = text.len().min(place + RIGHT);
        let end = line_end(&text[..right], self.line.end.min(right));
        self.line.end = self.line.end.max(end);
        let outline = self.outline.get_or_insert_with(|| Outline::of(fragment));
        let start = line_within(text, place, LEFT, 0).start;
        Line::of(text, start..end, outline.scope(text, place))
    }
}
