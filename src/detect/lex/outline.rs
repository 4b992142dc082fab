//! What each place of a text stands in: which literal or comment, and what that is written in.

use std::collections::BTreeMap;
use std::ops::Range;

use super::embed;
use super::regions::{Kind, Lexer};
use super::syntax::{Language, Syntax};
use crate::detect::assignment::Place;
use crate::fragment::Fragment;

/// Texts inside texts are followed so deep.
pub(super) const DEPTH: usize = 3;

/// So many regions are known at once.
const KNOWN: usize = 4 << 10;

/// What a place stands in.
pub(crate) struct Scope {
    /// What the text is written in.
    pub(crate) syntax: &'static Syntax,
    /// The text around it that is written so.
    pub(crate) range: Range<usize>,
    /// Whether it is code, comment or literal, where that depends on the lines above.
    pub(crate) place: Option<Place>,
}

/// What is known of a region.
struct Known {
    /// The text that it holds, if it is known what that is written in.
    text: Option<Outline>,
    /// Whether it goes over lines.
    spans_lines: bool,
}

/// The regions of a text and of the texts inside it, read as far as they are asked for.
pub(crate) struct Outline {
    syntax: &'static Syntax,
    range: Range<usize>,
    /// What reads the regions, if a place depends on the lines above.
    lexer: Option<Lexer>,
    /// What is known of the regions that were asked for, by where they start.
    known: BTreeMap<usize, Known>,
    depth: usize,
    /// Whether the text goes on behind what is known of it.
    goes_on: bool,
}

impl Outline {
    /// Returns the outline of a fragment. Nothing is read yet.
    pub(crate) fn of(fragment: &Fragment<'_>) -> Self {
        let all = 0..fragment.text.len();
        Self::new(Syntax::of(fragment), all, 0, !fragment.is_end())
    }

    fn new(syntax: &'static Syntax, range: Range<usize>, depth: usize, goes_on: bool) -> Self {
        let lexer = || Lexer::of_piece(syntax, goes_on);
        Self {
            syntax,
            range,
            lexer: syntax.spans_lines().then(lexer),
            known: BTreeMap::new(),
            depth,
            goes_on,
        }
    }

    /// Returns what a place of the text stands in.
    pub(crate) fn scope(&mut self, text: &[u8], at: usize) -> Scope {
        let mut scope = Scope {
            syntax: self.syntax,
            range: self.range.clone(),
            place: None,
        };
        let Some(lexer) = &mut self.lexer else {
            return scope;
        };
        let (own, base) = (&text[self.range.clone()], self.range.start);
        let is_prose = self.syntax.bare == Language::Prose;
        let Some(number) = lexer.region_at(own, at - base) else {
            scope.place = self.syntax.knows_literals().then_some(Place::Code);
            return scope;
        };
        let region = &lexer.regions()[number];
        let inside = base + region.inside.start..base + region.inside.end;
        let (syntax, depth) = (self.syntax, self.depth + 1);
        let is_open = self.goes_on && region.range.end == own.len();
        if self.known.len() >= KNOWN {
            // What is asked for again is found out again.
            self.known.clear();
        }
        let known = self
            .known
            .entry(region.range.start)
            .or_insert_with(|| Known {
                text: (depth <= DEPTH)
                    .then(|| embed::embedded(own, syntax, lexer.regions(), number))
                    .flatten()
                    .map(|text| {
                        let range = base + text.range.start..base + text.range.end;
                        Self::new(text.syntax, range, depth, is_open)
                    }),
                spans_lines: memchr::memchr(b'\n', &text[inside.clone()]).is_some(),
            });
        if let Some(inner) = known
            .text
            .as_mut()
            .filter(|inner| inner.range.contains(&at))
        {
            return inner.scope(text, at);
        }
        if is_prose {
            return scope;
        }
        scope.place = Some(match region.kind {
            Kind::Comment => Place::Prose,
            _ => Place::Text,
        });
        if known.spans_lines && inside.contains(&at) {
            scope.range = inside;
        }
        scope
    }
}
