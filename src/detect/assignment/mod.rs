//! Assignments: the key and the value around a place of a text, in every form in which values are assigned.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use crate::fragment::{Fragment, line_end, line_within};

mod bare;
mod below;
mod brackets;
mod entries;
mod expression;
mod forms;
mod heading;
mod left;
mod literal;
mod matching;
mod name;
mod reader;
mod tied;

use super::lex::{Language, Scope, Syntax, skip_comments};
use crate::lexicon::{BESIDE_VENDOR, BESIDE_VENDOR_THREES, Words, word_at};
pub(crate) use below::is_value_attribute;
pub(crate) use heading::heading;
pub(crate) use name::is_key_byte;
use reader::Lines;
pub(crate) use reader::Reader;
pub(crate) use tied::Tied;

/// How many steps are made through the entries of a list or a map below one name, unless more are asked for.
const FEW: usize = 160;
/// How far a line is looked at to the left of a place.
const LEFT: usize = 256;
/// How far a line is looked at to the right of a place.
const RIGHT: usize = 8 << 10;
/// How far around a place its line is looked through for assignments.
const NEAR: usize = 120;
/// How many assignments of one line are returned at most.
const MOST: usize = 12;

/// A value assigned to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Where the key stands, without quotes.
    pub key: Range<usize>,
    /// Where the value stands, without quotes.
    pub value: Range<usize>,
    /// How the value is tied to the key.
    pub form: Form,
    /// How the value is delimited.
    pub quote: Quote,
    /// What the key stands in.
    pub place: Place,
    /// The name of the function that the value is handed to before it is assigned, if any.
    pub callee: Option<Range<usize>>,
}

/// How a value is tied to its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `k = v`, `k := v`, `k="v"`.
    Equals,
    /// `k: v`, `"k": "v"`.
    Colon,
    /// `k => v`.
    Arrow,
    /// `k == "v"`, `k.equals("v")`.
    Compare,
    /// `put("k", "v")`.
    Argument,
    /// `password("v")`, `setPassword("v")`.
    Call,
    /// `--k v`, `--k=v`, `-Dk=v`.
    Flag,
    /// `ENV K v`, `#define K "v"`, `PASSWORD 'v'`.
    Directive,
    /// `<k>v</k>`.
    Element,
    /// `{"name": "k", "value": "v"}`, `<add key="k" value="v"/>`.
    Pair,
    /// `getenv("K", "v")`, `${K:-v}`, `env.K || "v"`.
    Default,
    /// `k is v`.
    Prose,
    /// One of several below a name in the plural: `ks: [v]`, `ks: {x: v}`.
    Entry,
}

/// How a value is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quote {
    /// Not at all: it ends where the file type says.
    Bare,
    /// `'v'`.
    Single,
    /// `"v"`, also with a prefix that changes nothing (`@"v"`, `b"v"`).
    Double,
    /// `` `v` ``.
    Backtick,
    /// `"""v"""`, `r#"v"#`, heredocs and YAML block scalars.
    Block,
    /// `\"v\"`, `&quot;v&quot;`.
    Escaped,
    /// `"…{expr}…"` with a prefix that says so (`f"v"`, `$"v"`).
    Format,
    /// The text of an element.
    Text,
}

impl Quote {
    /// Tells whether the value is a literal of a language, not a bare word.
    pub fn is_quoted(self) -> bool {
        !matches!(self, Self::Bare | Self::Text)
    }
}

/// What a key stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the language of the file itself.
    Code,
    /// In a comment, or in a text that is no program.
    Prose,
    /// In a string literal of the file's language.
    Text,
}

/// Hands out the assignments whose key holds the byte at `at`, by its line alone. Allocates nothing.
pub(crate) fn keyed(fragment: &Fragment<'_>, at: usize, out: &mut dyn FnMut(Assignment)) {
    let text = fragment.text;
    let Range { start, end } = line_within(text, at, LEFT, RIGHT);
    let scope = Scope {
        syntax: Syntax::of(fragment),
        range: 0..text.len(),
        place: None,
    };
    matching::at(&Line::of(text, start..end, scope), at, out);
}

/// Returns the numbers of the forms in `rules/forms.toml` that may tie a value to the name which holds the byte at `at`.
#[doc(hidden)]
pub fn forms_at(fragment: &Fragment<'_>, at: usize) -> Vec<usize> {
    matching::forms_at(&Lines::default().around(fragment, at), at)
}

/// Calls `found` for each offset of a stretch at which a word that names a secret beside a service may stand. May report
/// too many, never too few.
pub(crate) fn name_places(text: &[u8], stretch: Range<usize>, mut found: impl FnMut(usize)) {
    /// How many places are looked at at once.
    const CHUNK: usize = 32;
    let end = stretch.end.min(text.len().saturating_sub(2));
    let mut from = stretch.start;
    while from < end {
        if let Some(chunk) = text[from..].first_chunk::<{ CHUNK + 2 }>() {
            // Without a branch, so that it is done for many bytes at once.
            let mut any = 0;
            for i in 0..CHUNK {
                any |= holds_name(chunk[i], chunk[i + 1], chunk[i + 2]);
            }
            if any == 0 {
                from += CHUNK;
                continue;
            }
        }
        let to = end.min(from + CHUNK);
        (from..to)
            .filter(|&i| is_in_name(text, i))
            .for_each(&mut found);
        from = to;
    }
}

/// Returns 1 for three letters that stand in a word which names a secret beside a service, else 0.
#[inline]
fn holds_name(a: u8, b: u8, c: u8) -> u8 {
    let (a, b, c) = (a | 0x20, b | 0x20, c | 0x20);
    BESIDE_VENDOR_THREES.iter().fold(0, |any, three| {
        any | u8::from(a == three[0]) & u8::from(b == three[1]) & u8::from(c == three[2])
    })
}

/// Tells whether the three letters at an offset are those of a word that names a secret beside a service.
fn is_in_name(text: &[u8], i: usize) -> bool {
    /// For each letter the letters that stand behind it in the threes, a bit for each: most places are dismissed by them.
    static SECOND: [u32; 32] = {
        let (mut bits, mut i) = ([0; 32], 0);
        while i < BESIDE_VENDOR_THREES.len() {
            let [first, second, _] = BESIDE_VENDOR_THREES[i];
            bits[first as usize & 31] |= 1 << (second & 31);
            i += 1;
        }
        bits
    };
    SECOND[usize::from(text[i] & 31)] >> (text[i + 1] & 31) & 1 == 1
        && holds_name(text[i], text[i + 1], text[i + 2]) == 1
        && BESIDE_VENDOR.has(word_at(text, i))
}

/// Returns the stretch of its line in which keys are looked for around a place.
pub(crate) fn sight(text: &[u8], at: usize) -> Range<usize> {
    const FAR: usize = NEAR + name::LONG;
    line_within(text, at, FAR, FAR)
}

/// The stretch of one line that is looked at, and what its file is.
pub(crate) struct Line<'a> {
    /// The whole text.
    pub(crate) text: &'a [u8],
    /// Where the line starts, or the farthest place to the left that is looked at.
    pub(crate) start: usize,
    /// Where the line ends, or the farthest place to the right that is looked at.
    pub(crate) end: usize,
    /// The text that is written in one language; the line does not leave it.
    pub(crate) within: Range<usize>,
    /// What that text is written in.
    pub(crate) syntax: &'static Syntax,
    /// How bare values are written there.
    pub(crate) language: Language,
    /// What the place stands in, where that depends on the lines above.
    pub(crate) place: Option<Place>,
    /// How many steps are made through the entries of a list or a map below one name, at most.
    pub(crate) steps: usize,
    /// Where to note how far they went, if somebody asks.
    trail: Option<&'a Trail>,
}

/// How far the entries below a name were read.
#[derive(Default)]
struct Trail {
    /// How far.
    end: Cell<usize>,
    /// What is asked for: the brackets that are open at a place,
    at: usize,
    /// each with its name, once it was passed.
    open: OnceCell<Vec<Range<usize>>>,
}

impl<'a> Line<'a> {
    /// Returns the line that is, or goes through, a stretch of a text, as far as it is written in one language.
    fn of(text: &'a [u8], stretch: Range<usize>, scope: Scope) -> Self {
        Self {
            text,
            start: stretch.start.max(scope.range.start),
            end: stretch.end.min(scope.range.end),
            within: scope.range,
            syntax: scope.syntax,
            language: scope.syntax.bare,
            place: scope.place,
            steps: FEW,
            trail: None,
        }
    }

    /// Returns the byte at `i`, 0 beyond the end of the line.
    fn byte(&self, i: usize) -> u8 {
        if i < self.end { self.text[i] } else { 0 }
    }

    /// Returns the byte before `i`, 0 at the start of the line.
    fn before(&self, i: usize) -> u8 {
        if i > self.start { self.text[i - 1] } else { 0 }
    }

    /// Tells whether `word` stands at `i`, in any case.
    #[inline]
    fn is_at(&self, i: usize, word: &[u8]) -> bool {
        // The first byte tells most.
        self.byte(i).eq_ignore_ascii_case(&word[0])
            && i + word.len() <= self.end
            && self.text[i..i + word.len()].eq_ignore_ascii_case(word)
    }

    /// Returns the first place from `i` on that is no blank.
    fn skip_blanks(&self, mut i: usize) -> usize {
        while matches!(self.byte(i), b' ' | b'\t') {
            i += 1;
        }
        i
    }

    /// Returns how many blanks the line begins with.
    fn indent(&self) -> usize {
        self.skip_blanks(self.start) - self.start
    }

    /// Returns the first place from `i` on that is neither a blank nor in a comment, as far as the line goes.
    fn skip(&self, i: usize) -> usize {
        let i = self.skip_blanks(i);
        if i >= self.end || !self.knows_literals() {
            return i;
        }
        skip_comments(&self.text[..self.end], i, self.syntax)
    }

    /// Returns what literals and comments are written in here; in a literal or a comment there are none.
    fn literal_syntax(&self) -> &'static Syntax {
        if self.knows_literals() {
            self.syntax
        } else {
            Syntax::prose()
        }
    }

    /// Tells whether literals and comments stand here as the syntax writes them.
    fn knows_literals(&self) -> bool {
        self.syntax.knows_literals() && self.place.is_none_or(|place| place == Place::Code)
    }

    /// Returns the next line that holds more than a comment.
    fn next_with_text(&self) -> Option<Line<'a>> {
        /// So many lines of comments stand between a name and its value, at most.
        const LINES: usize = 6;
        let mut line = self.next(self.following()?);
        for _ in 0..LINES {
            if line.skip(line.start) < line.end {
                return Some(line);
            }
            line = line.next(line.following()?);
        }
        None
    }

    /// Returns this window moved to the line that begins at or after `i`.
    fn next(&self, i: usize) -> Line<'a> {
        let to = self.within.end.min(i + RIGHT);
        Line {
            start: i,
            end: line_end(&self.text[..to], i),
            within: self.within.clone(),
            ..*self
        }
    }

    /// Notes that the entries below a name were read up to a place, with brackets open there.
    fn trail(&self, at: usize, open: impl FnOnce() -> Vec<Range<usize>>) {
        let Some(trail) = self.trail else { return };
        trail.end.set(at);
        if at >= trail.at {
            trail.open.get_or_init(open);
        }
    }

    /// Tells whether the window ends before its line does, and little of it is left behind a place.
    fn ends_near(&self, at: usize) -> bool {
        let cut = self.end < self.within.end && !matches!(self.text[self.end], b'\n' | b'\r');
        cut && self.end - at.min(self.end) < RIGHT / 2
    }

    /// Returns this window, moved to a place if it ends before its line does and little is left of it.
    fn moved_on(self, at: usize) -> Self {
        if self.ends_near(at) {
            self.next(at)
        } else {
            self
        }
    }

    /// Returns the start of the line after this one, if the whole line was in sight.
    fn following(&self) -> Option<usize> {
        let next = match self.text.get(self.end)? {
            b'\r' if self.text.get(self.end + 1) == Some(&b'\n') => self.end + 2,
            b'\n' | b'\r' => self.end + 1,
            _ => return None,
        };
        (next <= self.within.end).then_some(next)
    }
}

/// Tells whether the words of one of `keys` (small letters and digits, joined) stand in the key, in a row; the first
/// of them may stand in the parent's name (`zoom:` above `client_secret:`). Without `keys`: whether the key names a
/// secret at all.
pub fn names(assignment: &Assignment, text: &[u8], keys: &[&str]) -> bool {
    let key = &text[assignment.key.clone()];
    let words = Words::of(key);
    if keys.is_empty() {
        return words.name_a_secret();
    }
    if keys.iter().any(|wanted| words.hold(wanted.as_bytes())) {
        return true;
    }
    // Only a key that ends what is wanted can be completed by its parents.
    if !keys.iter().any(|wanted| words.end(wanted.as_bytes())) {
        return false;
    }
    let mut inner = assignment.key.start;
    let mut path = words;
    for _ in 0..2 {
        let Some(parent) = name::parent(text, inner) else {
            return false;
        };
        path = path.below(&text[parent.clone()]);
        if keys.iter().any(|wanted| path.hold(wanted.as_bytes())) {
            return true;
        }
        inner = parent.start;
    }
    false
}

/// Returns the key as it may be shown: short, on one line, and without a word that looks like a secret itself.
pub fn shown_key(assignment: &Assignment, text: &[u8]) -> String {
    /// A key longer than this is cut.
    const LONG: usize = 40;
    /// A word longer than this, with digits in it, is no name.
    const WORD: usize = 16;
    let key = String::from_utf8_lossy(&text[assignment.key.clone()]);
    let mut shown = String::new();
    for part in key.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        if shown.chars().count() + part.chars().count() > LONG || part.len() > WORD && digits > 2 {
            shown.push('…');
            break;
        }
        shown.extend(part.chars().map(|c| if c.is_control() { ' ' } else { c }));
    }
    shown.truncate(shown.trim_end().len());
    shown
}
