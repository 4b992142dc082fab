//! Which names have a list or a map of values, and how one is told.

use std::ops::Range;

use super::{Form, Values};
use crate::detect::assignment::Line;
use crate::detect::assignment::brackets::words;
use crate::detect::assignment::entries::{self, Layout, Names};
use crate::lexicon::ENVIRONMENT;

impl Values<'_, '_> {
    /// Reads the entries of a list or a map.
    pub(super) fn entries(&mut self, line: &Line<'_>, at: usize, layout: Layout) {
        let names = if self.is_plural() {
            Names::Any
        } else {
            Names::Environments
        };
        entries::read(line, at, layout, names, &mut |value, quote| {
            self.hand_out_as(Form::Entry, value, quote, None);
        });
    }

    /// Returns the name, or the part of it, that is the plural of one of a secret.
    pub(super) fn plural(&self) -> Option<&Range<usize>> {
        let (text, name) = (self.line.text, self.key.range.clone());
        let part = || match self.form {
            Form::Entry | Form::Call => entries::plural_part(text, name),
            _ => Some(name).filter(|name| entries::is_plural(&text[name.clone()])),
        };
        self.plural.get_or_init(part).as_ref()
    }

    pub(super) fn is_plural(&self) -> bool {
        self.plural().is_some()
    }

    /// Tells whether entries of a list or a map may be tied to a name as this value is.
    pub(super) fn may_be_list(&self) -> bool {
        matches!(
            self.form,
            Form::Equals | Form::Colon | Form::Arrow | Form::Pair
        )
    }

    /// Tells whether entries of a list or a map may be tied to the name.
    pub(super) fn is_list(&self) -> bool {
        self.may_be_list() && self.is_plural()
    }

    /// Reads a map of environments below one name: `password: {prod: v}`.
    pub(super) fn environments(&mut self, line: &Line<'_>, at: usize, layout: Layout) {
        /// There are few.
        const STEPS: usize = 64;
        if entries::is_strong(&self.line.text[self.key.range.clone()]) {
            let mut line = line.next(line.start);
            line.steps = line.steps.min(STEPS);
            self.entries(&line, at, layout);
        }
    }

    /// Returns the last word of a name with dots.
    pub(super) fn last_word(&self) -> &[u8] {
        let name = &self.line.text[self.key.range.clone()];
        name.rsplit(|b| *b == b'.').next().unwrap_or(name)
    }
}

/// Tells whether the name of an environment stands at a place; a list below one name holds what is wrong with its value.
pub(super) fn is_environment(line: &Line<'_>, at: usize) -> bool {
    let name = entries::word_end(line, at);
    ENVIRONMENT.has(&line.text[at..name]) && line.byte(name) == b':'
}

/// Tells whether a byte separates the values of a list that is written as one word: `API_KEYS=v,v`.
pub(super) fn separates(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b' ')
}

/// Tells whether a value is a list of several: each is as long as a password, and has a digit.
pub(super) fn is_several(value: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    if memchr::memchr3(b',', b';', b' ', value).is_none() {
        return false;
    }
    let mut count = 0;
    let all = words(value, 0..value.len(), separates).all(|word| {
        count += 1;
        word.len() >= SHORTEST && value[word].iter().any(u8::is_ascii_digit)
    });
    all && count > 1
}
