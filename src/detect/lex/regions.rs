//! The literals and comments of a whole text, found by jumping from one byte that may begin one to the next.
//!
//! It never fails: what is not closed is an ordinary mark. Every search is bounded, or its failures are counted.

mod held;

use std::ops::Range;

use super::form;
use super::syntax::{At, Delimiter, Escape, GROUPS, MARKS, Mark, Quote, Syntax};
use super::token::in_name;
use crate::fragment::{is_line_start, line_end};

/// A literal over lines is no longer than this.
const FAR: usize = 64 << 10;
/// A literal that holds expressions is no longer than this.
const TEMPLATE: usize = 256 << 10;
/// So many literals over lines may have ends that are none; then their mark begins no more.
const WRONG_ENDS: u8 = 200;
/// So many searches up to the end of the text may fail; then nothing is begun that needs one.
const FAILURES: u8 = 16;

/// So many regions are held at once.
const HELD: usize = 32 << 10;

/// A literal, a comment, or another text inside the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Where it stands, its marks included.
    pub range: Range<usize>,
    /// Where what it holds stands.
    pub inside: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a region is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A comment.
    Comment,
    /// A literal between two marks.
    Literal,
    /// The lines of a heredoc.
    Heredoc,
    /// A cell of a notebook in another language.
    Cell,
    /// A line of a notebook that is no code.
    Magic,
    /// A block of code in Markdown.
    Fence,
}

/// Returns the regions of a whole text, in order, none inside another.
pub fn regions(text: &[u8], syntax: &'static Syntax) -> Vec<Region> {
    let mut lexer = Lexer::new(syntax);
    lexer.held = usize::MAX;
    lexer.read(text, text.len());
    lexer.regions
}

/// Returns the literal that begins at an offset, with a mark that its syntax gives it: `%q(…)`, `q{…}`, `[=[…]=]`, `''…''`.
pub(crate) fn literal_at(text: &[u8], at: usize, syntax: &'static Syntax) -> Option<Region> {
    let first = text.get(at).filter(|&&first| first != b'/')?;
    if !syntax.may_begin(*first) {
        return None;
    }
    Lexer::new(syntax)
        .region_from(text, at)
        .filter(|region| region.kind == Kind::Literal)
}

/// Returns how many bytes are looked at for the regions of a text, some of them many times.
pub fn steps(text: &[u8], syntax: &'static Syntax) -> usize {
    let mut lexer = Lexer::new(syntax);
    lexer.read(text, text.len());
    lexer.steps
}

/// Reads the regions of one text, as far as they are asked for. It holds only so many; others are read again when they are
/// asked for.
#[derive(Clone)]
pub(crate) struct Lexer {
    syntax: &'static Syntax,
    /// Whether the text goes on behind its end: what is not closed up to there is open, and no ordinary mark.
    goes_on: bool,
    /// How many regions are held at most.
    held: usize,
    /// Before that the regions are not held any more.
    floor: usize,
    /// States from which on the regions can be read again, without regions.
    earlier: Vec<Lexer>,
    /// Where the next byte of each group stands at which something may begin.
    stops: [usize; GROUPS],
    /// Up to where the text is read.
    at: usize,
    regions: Vec<Region>,
    /// The heredocs that begin on the line that is read.
    heredocs: Vec<form::Tag>,
    /// Where that line ends.
    line_end: usize,
    /// Up to where the literal of each mark has no end on its line.
    open_until: [usize; MARKS],
    /// How many literals of each mark had ends that are none.
    wrong_ends: [u8; MARKS],
    /// How many searches up to the end of the text failed.
    failures: u8,
    /// How many bytes were looked at.
    steps: usize,
}

impl Lexer {
    /// Returns a lexer at the start of a text.
    pub(crate) fn new(syntax: &'static Syntax) -> Self {
        Self {
            syntax,
            goes_on: false,
            held: HELD,
            floor: 0,
            earlier: Vec::new(),
            stops: [0; GROUPS],
            at: 0,
            regions: Vec::new(),
            heredocs: Vec::new(),
            line_end: 0,
            open_until: [0; MARKS],
            wrong_ends: [0; MARKS],
            failures: 0,
            steps: 0,
        }
    }

    /// Returns a lexer at the start of a text that may go on behind its end.
    pub(super) fn of_piece(syntax: &'static Syntax, goes_on: bool) -> Self {
        Self {
            goes_on,
            ..Self::new(syntax)
        }
    }

    /// Returns the number of the last region whose mark stands before an offset.
    pub(super) fn last_before(&mut self, text: &[u8], at: usize) -> Option<usize> {
        self.read(text, at + 1);
        // The mark of a heredoc stands on the line above.
        let is_begun = |one: &Region| {
            one.range.start < at || one.range.start == at && one.kind == Kind::Heredoc
        };
        let number = self.regions.partition_point(is_begun);
        number.checked_sub(1)
    }

    /// Returns the number of the region that holds an offset.
    pub(crate) fn region_at(&mut self, text: &[u8], at: usize) -> Option<usize> {
        if at < self.floor {
            self.go_back(at);
        }
        self.read(text, at + 1);
        let number = self.regions.partition_point(|one| one.range.end <= at);
        (self.regions.get(number)?.range.start <= at).then_some(number)
    }

    /// Returns the region that begins at an offset, which stands in none.
    pub(super) fn region_from(&mut self, text: &[u8], at: usize) -> Option<Region> {
        self.at = at;
        let begun = self.begin(text);
        let region = self.regions.pop().filter(|_| begun)?;
        (region.range.start == at).then_some(region)
    }

    /// Returns the regions that are read so far.
    pub(crate) fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Reads on, until every region that begins before `to` is known.
    fn read(&mut self, text: &[u8], to: usize) {
        while self.at < to.min(text.len()) {
            if self.regions.len() >= self.held {
                self.forget();
            }
            let limit = if self.heredocs.is_empty() {
                text.len()
            } else {
                if self.line_end < self.at {
                    self.line_end = line_end(text, self.at);
                }
                self.line_end
            };
            match self.next_stop(text, limit) {
                Some(stop) => {
                    self.at = stop;
                    if !self.begin(text) {
                        self.at = stop + 1;
                    }
                }
                None if limit < text.len() => {
                    self.at = limit;
                    self.heredoc_bodies(text);
                }
                None => self.at = text.len(),
            }
        }
    }

    /// Returns the next byte before `limit` at which something may begin.
    fn next_stop(&mut self, text: &[u8], limit: usize) -> Option<usize> {
        let mut stop = limit;
        for (group, next) in self.syntax.begins.groups.iter().zip(&mut self.stops) {
            let Some([a, b, c]) = *group else { break };
            if *next < self.at || *next == 0 {
                let found = memchr::memchr3(a, b, c, &text[self.at..]);
                *next = found.map_or(text.len(), |len| self.at + len);
                self.steps += *next - self.at;
            }
            stop = stop.min(*next);
        }
        (stop < limit).then_some(stop)
    }

    /// Reads what begins at `self.at`, and tells whether something does.
    fn begin(&mut self, text: &[u8]) -> bool {
        let byte = text[self.at];
        for (number, mark) in self.syntax.marks.iter().enumerate() {
            if !self.syntax.begins.each[number].contains(&byte) {
                continue;
            }
            let begun = match *mark {
                Mark::Comment(open) => self.comment(text, open),
                Mark::SpacedComment(open) => is_spaced(text, self.at) && self.comment(text, open),
                Mark::Block(open, close, nests) => self.block(text, open, close, nests),
                Mark::LineBlock(open, close) => self.line_block(text, open, close),
                Mark::Quote(ref quote) => self.quote(text, number, quote),
                Mark::Delimiter(form) => self.form(text, number, form),
            };
            if begun {
                return true;
            }
        }
        false
    }

    /// Keeps a region and reads on behind it.
    fn push(&mut self, kind: Kind, range: Range<usize>, inside: Range<usize>) -> bool {
        self.steps += range.len();
        self.at = range.end.max(self.at + 1);
        self.regions.push(Region {
            range,
            inside,
            kind,
        });
        true
    }

    fn comment(&mut self, text: &[u8], open: &str) -> bool {
        if !stands(text, self.at, open) {
            return false;
        }
        let end = line_end(text, self.at);
        self.push(Kind::Comment, self.at..end, self.at + open.len()..end)
    }

    fn block(&mut self, text: &[u8], open: &str, close: &str, nests: bool) -> bool {
        if !stands(text, self.at, open) || self.failures >= FAILURES {
            return false;
        }
        let from = self.at + open.len();
        let end = if nests {
            form::nested_end(text, from, open.as_bytes(), close.as_bytes())
        } else {
            memchr::memmem::find(&text[from..], close.as_bytes()).map(|len| from + len)
        };
        let Some(end) = end else {
            return self.open_or_fail(text, Kind::Comment, self.at, from);
        };
        self.push(Kind::Comment, self.at..end + close.len(), from..end)
    }

    fn line_block(&mut self, text: &[u8], open: &str, close: &str) -> bool {
        let begins =
            stands(text, self.at, open) && is_line_start(text, self.at) && self.failures < FAILURES;
        if !begins {
            return false;
        }
        let from = self.at + open.len();
        let mut ends = memchr::memmem::find_iter(&text[from..], close.as_bytes());
        let Some(len) = ends.find(|len| is_line_start(text, from + len)) else {
            return self.open_or_fail(text, Kind::Comment, self.at, from);
        };
        let end = from + len;
        self.push(Kind::Comment, self.at..line_end(text, end), from..end)
    }

    /// Keeps a region that goes on with its text; of a text that ends, notes that a search up to there failed.
    fn open_or_fail(&mut self, text: &[u8], kind: Kind, at: usize, from: usize) -> bool {
        if self.goes_on {
            return self.push(kind, at..text.len(), from.min(text.len())..text.len());
        }
        self.fail(text)
    }

    /// Notes that a search up to the end of the text failed.
    fn fail(&mut self, text: &[u8]) -> bool {
        self.failures += 1;
        self.steps += text.len() - self.at;
        false
    }

    fn quote(&mut self, text: &[u8], number: usize, quote: &Quote) -> bool {
        let at = self.at;
        if self.open_until[number] > at
            || self.wrong_ends[number] >= WRONG_ENDS
            || !stands(text, at, quote.open)
            || !may_open(text, at, quote)
        {
            return false;
        }
        let from = at + quote.open.len();
        if quote.at == At::Character {
            let Some(end) = form::character(text, from) else {
                return false;
            };
            return self.push(Kind::Literal, at..end + 1, from..end);
        }
        let stop = match (quote.expression, quote.lines) {
            (_, false) => text.len(),
            (Some(_), true) => text.len().min(from + TEMPLATE),
            (None, true) => text.len().min(from + FAR),
        };
        let found = match quote.expression {
            Some(open) => form::template_end(&text[..stop], from, quote, open.as_bytes()),
            None => literal_end(&text[..stop], from, quote),
        };
        let end = match found {
            Ok(end) => end,
            Err(reached) if self.goes_on && quote.lines && reached >= text.len() => {
                return self.open_or_fail(text, Kind::Literal, at, from);
            }
            Err(reached) => {
                self.steps += reached - at;
                if quote.lines {
                    // The next one would be searched as far.
                    self.wrong_ends[number] = WRONG_ENDS;
                } else {
                    self.open_until[number] = reached;
                }
                return false;
            }
        };
        let behind = end + quote.close.len();
        if quote.lines
            && text.get(behind).is_some_and(|b| in_name(*b))
            && memchr::memchr(b'\n', &text[from..end]).is_some()
        {
            self.wrong_ends[number] += 1;
            self.steps += end - at;
            return false;
        }
        self.push(Kind::Literal, at..behind, from..end)
    }

    fn form(&mut self, text: &[u8], number: usize, form: Delimiter) -> bool {
        if self.failures >= FAILURES {
            return false;
        }
        let at = self.at;
        let found = match form {
            Delimiter::HashRaw => form::hash_raw(text, at),
            Delimiter::ParenRaw => form::paren_raw(text, at),
            Delimiter::LongBracket => form::long_bracket(text, at),
            Delimiter::Dollar => form::dollar(text, at),
            Delimiter::Percent => form::percent(text, at),
            Delimiter::Letter => form::letter(text, at),
            Delimiter::Regex if self.open_until[number] > at => form::Found::Nothing,
            Delimiter::Regex => form::regex(text, at),
            Delimiter::Fence => form::fence(text, at),
            Delimiter::Magic => form::magic(text, at),
            Delimiter::Heredoc(open, spaced) => {
                if let Some(tag) = form::tag(text, at, open, spaced) {
                    self.at = tag.behind;
                    self.heredocs.push(tag);
                    return true;
                }
                form::Found::Nothing
            }
        };
        match found {
            form::Found::Region(region) => self.push(region.kind, region.range, region.inside),
            form::Found::Nothing => false,
            form::Found::Open(kind, from) => self.open_or_fail(text, kind, at, from),
            form::Found::NoEnd => self.fail(text),
            form::Found::NoEndUpTo(reached) => {
                self.steps += reached - at;
                self.open_until[number] = reached;
                false
            }
        }
    }

    /// Reads the bodies of the heredocs that began on the line above.
    fn heredoc_bodies(&mut self, text: &[u8]) {
        for tag in std::mem::take(&mut self.heredocs) {
            if self.failures >= FAILURES {
                return;
            }
            let from = past_line_end(text, self.at);
            match form::heredoc_end(text, from, &text[tag.name]) {
                Some(end) => {
                    self.push(Kind::Heredoc, from..end, from..end);
                    self.at = line_end(text, end);
                }
                None if self.open_or_fail(text, Kind::Heredoc, from, from) => return,
                None => {}
            }
        }
    }
}

/// Returns the start of the line behind the line end at an offset.
fn past_line_end(text: &[u8], at: usize) -> usize {
    let len = match text[at..] {
        [b'\r', b'\n', ..] => 2,
        [_, ..] => 1,
        [] => 0,
    };
    at + len
}

/// Tells whether a mark stands at an offset: it is too short for a call that compares texts of any length.
fn stands(text: &[u8], at: usize, mark: &str) -> bool {
    let rest = &text[at..];
    rest.len() >= mark.len() && mark.bytes().zip(rest).all(|(a, b)| a == *b)
}

/// Tells whether a mark stands at the start of a line or behind a blank.
fn is_spaced(text: &[u8], at: usize) -> bool {
    at == 0 || matches!(text[at - 1], b' ' | b'\t' | b'\n' | b'\r' | b';')
}

/// Tells whether a quote may open a literal where it stands, by the bytes before it.
fn may_open(text: &[u8], at: usize, quote: &Quote) -> bool {
    let before = &text[..at];
    let Some(&last) = before.last() else {
        return true;
    };
    // `\'` outside a literal, and Ruby's `?'`
    if last == b'\\' || last == b'?' && before.len() > 1 && b" (,".contains(&before[at - 2]) {
        return false;
    }
    match quote.at {
        At::Character => true,
        At::Value => {
            let value = before.trim_ascii_end();
            value.len() < before.len() && memchr::memchr(b'\n', &before[value.len()..]).is_some()
                || value.last().is_none_or(|b| b":=,-[{(>|?!&*".contains(b))
        }
        // `don't`, `o'brien`: in front of a literal there is a prefix of one or two letters.
        At::Anywhere if quote.open.starts_with('\'') => {
            let word = before.iter().rev().take(3);
            let letters = word.take_while(|b| b.is_ascii_alphanumeric() || **b == b'_');
            last < 0x80 && letters.count() < 3
        }
        At::Anywhere => true,
    }
}

/// Returns where the closing mark of a literal stands that begins at `from`, or how far it was looked for.
fn literal_end(text: &[u8], from: usize, quote: &Quote) -> Result<usize, usize> {
    let close = quote.close.as_bytes();
    let escape = match quote.escape {
        Escape::Backslash => b'\\',
        Escape::Backtick => b'`',
        Escape::Doubled | Escape::None => close[0],
    };
    let line = if quote.lines { close[0] } else { b'\n' };
    let mut at = from;
    loop {
        let rest = text.get(at..).ok_or(text.len())?;
        at += memchr::memchr3(close[0], escape, line, rest).ok_or(text.len())?;
        let byte = text[at];
        if byte == b'\n' && line == b'\n' && close[0] != b'\n' {
            return Err(at);
        }
        if byte == escape && byte != close[0] {
            at += 2;
        } else if !text[at..].starts_with(close) {
            at += 1;
        } else if matches!(quote.escape, Escape::Doubled | Escape::Backtick)
            && text[at + close.len()..].starts_with(close)
        {
            at += 2 * close.len();
        } else {
            return Ok(at);
        }
    }
}
