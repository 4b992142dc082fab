//! The entries between brackets, however deep they stand in each other: `{"prod": {"db": "v"}}`, `listOf("v")`, `&["v"]`.

use std::ops::Range;

use super::entries::{Names, names_no_secret, names_value, separator, word_end};
use super::literal::{Value, literal};
use super::name::is_key_byte;
use super::{FEW, Language, Line, Quote};
use crate::lexicon::COLLECTION_CALL;

/// A type or a function before the bracket is no longer than this.
const TYPE: usize = 80;
/// Where few steps are made, brackets stand no deeper in each other.
const DEEP: usize = 24;
/// Of so many brackets that are open it is known where they stand.
const KNOWN: usize = 4 << 10;
/// How literals begin that hold several words.
const WORDS: [&[u8]; 6] = [b"%w", b"%W", b"%i", b"%I", b"qw", b"~w"];

/// Returns the place of the bracket that opens a list or a map: `{`, `[`, `map[string]string{`, `List.of(`, `vec![`.
pub(super) fn opened(line: &Line<'_>, at: usize) -> Option<usize> {
    let mut i = at;
    let mut word = at..at;
    while i < line.end.min(at + TYPE) {
        let touches = word.end == i && !word.is_empty();
        match line.byte(i) {
            // `{{ .Values.x }}` is a template.
            b'{' if line.byte(i + 1) == b'{' => {
                let literal = matches!(line.byte(i + 2), b'"' | b'\'');
                return (literal && line.language == Language::Code).then_some(i);
            }
            b'{' => return Some(i),
            b'[' if touches && line.before(i) == b'!' && is_collection(line, &word) => {
                return Some(i);
            }
            // `[]string{…}` and `map[string]string{…}` are types; in `new String[2]` nothing is.
            b'[' if touches || line.byte(i + 1) == b']' => {
                i += memchr::memchr(b']', &line.text[i..line.end.min(at + TYPE)])?;
            }
            b'[' => match behind_type(line, i) {
                Some(behind) => {
                    i = behind;
                    continue;
                }
                None => return Some(i),
            },
            // `new List<string>() { "v" }`
            b'(' if line.byte(i + 1) == b')' && i > at => i += 1,
            b'(' if touches => return is_collection(line, &word).then_some(i),
            b'(' => return is_list_in_parentheses(line, i).then_some(i),
            b'&' | b'@' | b'%' | b'*' | b'.' | b'<' | b'>' | b',' | b' ' | b'?' => {}
            b if is_word(b) => {
                let start = i;
                while is_word(line.byte(i)) {
                    i += 1;
                }
                word = start..i;
                continue;
            }
            _ => return None,
        }
        i += 1;
    }
    // C#: the brace stands on the next line.
    let is_type = i >= line.end && matches!(line.before(line.end), b'>' | b')' | b']');
    let next = line.next(line.following().filter(|_| is_type && i > at)?);
    let first = next.skip(next.start);
    (next.byte(first) == b'{').then_some(first)
}

/// Returns the place behind a type in brackets and what assigns the value behind it: `[&str; 2] =`.
fn behind_type(line: &Line<'_>, at: usize) -> Option<usize> {
    let stop = line.end.min(at + TYPE);
    let close = at + memchr::memchr(b']', &line.text[at..stop])?;
    let equals = line.skip_blanks(close + 1);
    (line.byte(equals) == b'=' && !matches!(line.byte(equals + 1), b'=' | b'>'))
        .then(|| line.skip_blanks(equals + 1))
}

/// Tells whether a byte may stand in the name of a type, a function or a macro: `HashMap::from`, `vec!`.
fn is_word(byte: u8) -> bool {
    is_key_byte(byte) && byte != b'$' || matches!(byte, b':' | b'!')
}

/// Tells whether a function or a macro makes a list or a map of what is handed to it.
fn is_collection(line: &Line<'_>, word: &Range<usize>) -> bool {
    let word = line.text[word.clone()].trim_ascii();
    let word = word.strip_suffix(b"!").unwrap_or(word);
    let last = word.rsplit(|b| b":.".contains(b)).next();
    last.is_some_and(|last| COLLECTION_CALL.has(last))
}

/// Tells whether what stands in parentheses is a list: a tuple, an array of a shell, a hash of Perl.
fn is_list_in_parentheses(line: &Line<'_>, at: usize) -> bool {
    matches!(
        line.language,
        Language::Code | Language::Script | Language::Shell
    ) && line.before(at) != b'$'
}

/// What counts between two brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Every value: its name says whose it is.
    Map,
    /// One entry of a list, with names for its parts: only the part that is called the value.
    Record,
    /// Nothing: an argument, a subscript, the body of a function.
    Muted,
}

/// A bracket that is open: one byte, for a text may consist of them.
#[derive(Clone, Copy)]
struct Level(u8);

impl Level {
    const KINDS: [Kind; 3] = [Kind::Map, Kind::Record, Kind::Muted];
    const CLOSES: [u8; 3] = [b'}', b']', b')'];

    /// `call` says whether a function makes the list of what stands in it.
    fn new(open: u8, kind: Kind, call: bool) -> Self {
        let close = match open {
            b'{' => 0,
            b'[' => 1,
            _ => 2,
        };
        Self(close | (kind as u8) << 2 | u8::from(call) << 4)
    }

    /// Returns the bracket that closes it.
    fn close(self) -> u8 {
        Self::CLOSES[usize::from(self.0 & 3)]
    }

    fn kind(self) -> Kind {
        Self::KINDS[usize::from(self.0 >> 2 & 3)]
    }

    fn is_call(self) -> bool {
        self.0 >> 4 == 1
    }
}

/// What was read last.
enum Before {
    Nothing,
    Word(Range<usize>),
    Literal,
    Closed(u8),
}

/// What ties the next value.
enum Name {
    None,
    /// A name that cannot be read: `["db"] = "v"`.
    Unknown,
    Of(Range<usize>),
    /// The head of a function.
    Head,
}

struct Walk<'a> {
    here: Line<'a>,
    levels: Vec<Level>,
    /// Where what the outermost of them open begins, with its name, and the place behind the bracket.
    opens: Vec<Range<usize>>,
    before: Before,
    /// Where that ended, and where the entry began.
    end: usize,
    entry: usize,
    name: Name,
    names: Names,
    /// How many brackets may be open.
    deepest: usize,
}

/// Hands out the values of entries from a bracket on, up to the one that closes it; returns the line and the place behind that.
/// A value with the name of a secret of its own is read by that name.
pub(super) fn read<'a>(
    line: &Line<'a>,
    open: usize,
    names: Names,
    out: &mut dyn FnMut(Range<usize>, Quote),
) -> Option<(Line<'a>, usize)> {
    let mut here = line.next(line.start);
    here.end = line.end;
    if open >= here.end {
        here = here.next(here.following()?);
    }
    let call = here.byte(open) == b'(';
    let mut walk = Walk {
        here,
        levels: Vec::new(),
        opens: Vec::new(),
        before: Before::Nothing,
        end: open,
        entry: open,
        name: Name::Unknown,
        names,
        deepest: if line.steps > FEW { usize::MAX } else { DEEP },
    };
    walk.push(open, Kind::Map, call);
    let mut at = open + 1;
    for _ in 0..line.steps {
        at = walk.next(at)?;
        line.trail(at, || walk.opens.clone());
        at = walk.step(at, out)?;
        if walk.levels.is_empty() {
            return Some((walk.here, at));
        }
    }
    None
}

impl Walk<'_> {
    /// Returns the next place that is neither blank nor in a comment.
    fn next(&mut self, at: usize) -> Option<usize> {
        let mut at = at;
        if self.here.ends_near(at) {
            self.here = self.here.next(at);
        }
        at = self.here.skip(at);
        while at >= self.here.end {
            let next = self.here.following()?;
            self.here = self.here.next(next);
            at = self.here.skip(self.here.start);
            self.before = Before::Nothing;
        }
        Some(at)
    }

    /// Reads what stands at a place, and returns the place behind it.
    fn step(&mut self, at: usize, out: &mut dyn FnMut(Range<usize>, Quote)) -> Option<usize> {
        match self.here.byte(at) {
            close @ (b'}' | b']' | b')') => {
                if self.levels.pop()?.close() != close {
                    return None;
                }
                self.opens.truncate(self.levels.len());
                self.before = Before::Closed(close);
                self.end = at + 1;
                if let Some(behind) = self.tie(at + 1) {
                    self.name = if close == b')' {
                        Name::Head
                    } else {
                        Name::Unknown
                    };
                    return Some(behind);
                }
                self.name = Name::None;
                return Some(at + 1);
            }
            b',' | b';' => {
                self.before = Before::Nothing;
                self.name = Name::None;
                self.entry = at + 1;
                return Some(at + 1);
            }
            _ => {}
        }
        if let Some(value) = literal(&self.here, at) {
            return Some(self.literal(at, value, out));
        }
        match self.here.byte(at) {
            b'{' | b'[' | b'(' => {
                let (kind, call) = self.kind_behind(at);
                self.push(at, kind, call);
                (self.levels.len() <= self.deepest).then_some(at + 1)
            }
            b if is_key_byte(b) => Some(self.word(at, out)),
            _ => {
                self.before = Before::Nothing;
                Some(self.mark(at, out))
            }
        }
    }

    /// Reads a bare value that begins with a mark, or passes over the mark.
    fn mark(&mut self, at: usize, out: &mut dyn FnMut(Range<usize>, Quote)) -> usize {
        let Some((end, value)) = self.bare(at) else {
            return at + 1;
        };
        if let Some(range) = value {
            self.hand_out(range, Quote::Bare, out);
        }
        end
    }

    fn push(&mut self, at: usize, kind: Kind, call: bool) {
        if self.opens.len() < KNOWN {
            self.opens.push(self.entry.min(at)..at + 1);
        }
        self.levels.push(Level::new(self.here.byte(at), kind, call));
        self.before = Before::Nothing;
        self.name = Name::None;
        self.entry = at + 1;
    }

    /// Returns what counts behind a bracket, and whether it is the one of a function that makes a list.
    fn kind_behind(&self, at: usize) -> (Kind, bool) {
        let Some(above) = self.levels.last() else {
            return (Kind::Muted, false);
        };
        let brace = self.here.byte(at) == b'{';
        let call = match &self.before {
            _ if above.kind() == Kind::Muted => return (Kind::Muted, false),
            Before::Word(word) if !brace => {
                let makes = self.here.byte(at) == b'(' || self.here.before(at) == b'!';
                if !makes || !is_collection(&self.here, word) {
                    return (Kind::Muted, false);
                }
                true
            }
            Before::Closed(b')') => return (Kind::Muted, false),
            Before::Closed(_) | Before::Literal if !brace => return (Kind::Muted, false),
            // `$(command)`
            Before::Nothing if self.here.before(at) == b'$' => return (Kind::Muted, false),
            _ => false,
        };
        let text = self.here.text;
        let kind = match &self.name {
            Name::Head => Kind::Muted,
            Name::Of(name) if names_no_secret(&text[name.clone()]) => Kind::Muted,
            Name::Of(_) | Name::Unknown => Kind::Map,
            Name::None if above.is_call() || call => Kind::Map,
            Name::None => Kind::Record,
        };
        (kind, call)
    }

    /// Returns the place behind what ties a value to what ended at a place.
    fn tie(&self, at: usize) -> Option<usize> {
        separator(&self.here, at)
    }

    fn literal(
        &mut self,
        at: usize,
        value: Value,
        out: &mut dyn FnMut(Range<usize>, Quote),
    ) -> usize {
        self.end = value.end;
        if let Some(behind) = self.tie(value.end) {
            self.entry = at;
            self.name = Name::Of(value.range);
            self.before = Before::Nothing;
            return behind;
        }
        self.before = Before::Literal;
        let text = self.here.text;
        if WORDS.iter().any(|mark| text[at..].starts_with(mark)) {
            for word in words(text, value.range, |b| b.is_ascii_whitespace()) {
                self.hand_out(word, value.quote, out);
            }
        } else {
            self.hand_out(value.range, value.quote, out);
        }
        value.end
    }

    fn word(&mut self, at: usize, out: &mut dyn FnMut(Range<usize>, Quote)) -> usize {
        let here = &self.here;
        let end = word_end(here, at);
        // A word of a shell has no name; base64 ends in `=`.
        let tied = self.tie(end).filter(|_| here.language != Language::Shell);
        if let Some(behind) = tied {
            self.entry = at;
            self.name = Name::Of(at..end);
            self.before = Before::Nothing;
            return behind;
        }
        if let Some((end, value)) = self.bare(at) {
            if let Some(range) = value {
                self.hand_out(range, Quote::Bare, out);
            }
            self.before = Before::Nothing;
            return end;
        }
        let more = (end..here.end).find(|&i| !is_word(here.text[i]));
        let end = more.unwrap_or(here.end);
        if !matches!(self.before, Before::Word(_)) && matches!(self.name, Name::None) {
            self.entry = at;
        }
        self.before = Before::Word(at..end);
        self.end = end;
        end
    }

    /// Reads what stands at a place as a bare value, where the file has such; returns the place behind it, or behind what is no
    /// value as a whole.
    fn bare(&self, at: usize) -> Option<(usize, Option<Range<usize>>)> {
        let here = &self.here;
        let first = here.byte(at);
        if !here.language.has_bare_values() || b"-{[(&*!|>#%@:=<?$".contains(&first) {
            return None;
        }
        let shell = here.language == Language::Shell;
        let closes = |b: u8| b"}])\"'".contains(&b) || b == b',' && !shell;
        let ends = |b: u8| closes(b) || b.is_ascii_whitespace();
        let end = (at..here.end).find(|&i| ends(here.text[i]));
        let end = end.unwrap_or(here.end);
        let next = here.skip_blanks(end);
        // Several words are no value.
        let alone = shell || next >= here.end || closes(here.byte(next)) || here.byte(next) == b'#';
        Some((end.max(at + 1), (alone && end > at).then_some(at..end)))
    }

    fn hand_out(
        &mut self,
        range: Range<usize>,
        quote: Quote,
        out: &mut dyn FnMut(Range<usize>, Quote),
    ) {
        let kind = self.levels.last().map_or(Kind::Muted, |level| level.kind());
        let name = match &self.name {
            Name::Of(name) => Some(&self.here.text[name.clone()]),
            _ => None,
        };
        let counts = match (kind, name) {
            (Kind::Muted, _) => false,
            _ if matches!(self.name, Name::Head) => false,
            (_, None) => true,
            (_, Some(name)) => names_value(name, kind == Kind::Record),
        };
        let counts = counts && self.names.fit(name);
        if counts && !range.is_empty() {
            out(range, quote);
        }
    }
}

/// Returns where the words of a stretch of a text stand between marks that separate them.
pub(super) fn words(
    text: &[u8],
    range: Range<usize>,
    separates: impl Fn(u8) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let start = (at..range.end).find(|&i| !separates(text[i]))?;
        let end = (start..range.end).find(|&i| separates(text[i]));
        at = end.unwrap_or(range.end);
        Some(start..at)
    })
}
