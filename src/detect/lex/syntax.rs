//! The syntax of a text, found by the name of its file or by a word: its comments, its literals, its bare values.

use super::rows::{PROSE, ROWS};
use crate::fragment::{Fragment, Part, line_end};
use crate::lexicon::{BESIDE_VENDOR, List, SECRET_WEAK, WRAPPING_END};
use crate::rule::byteset::ByteSet;

/// How bare values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// Strings are quoted; a bare word is an identifier or an expression.
    Code,
    /// As code, with `#` for comments.
    Script,
    /// Shell: bare words are data up to a blank.
    Shell,
    /// `.env`, `.properties`, `.ini`: the rest of the line is the value.
    Ini,
    /// YAML: the rest of the line is the value, up to ` #`.
    Yaml,
    /// Markup: the text of an element is data.
    Markup,
    /// No language: prose, logs, notes, unknown files.
    Prose,
}

impl Language {
    /// Tells whether a bare word is data.
    pub(crate) fn has_bare_values(self) -> bool {
        !matches!(self, Self::Code | Self::Script | Self::Markup)
    }
}

/// One family of languages: the names of its files, and what its texts are made of.
pub struct Syntax {
    /// What it is called.
    pub name: &'static str,
    /// The names of whole files.
    pub(super) files: Names,
    /// The endings of its files.
    pub(super) extensions: List,
    /// What else it is called behind a Markdown fence, a `%%` or a `#!`.
    pub(super) words: List,
    /// How comments and literals begin, in the order in which they are tried.
    pub(super) marks: &'static [Mark],
    /// With which bytes they begin.
    pub(super) begins: Begins,
    /// How its bare values are written.
    pub(crate) bare: Language,
    /// Whether two literals with nothing but blanks between them are one.
    pub(crate) joins_literals: bool,
}

/// How many marks a syntax has at most.
pub(super) const MARKS: usize = 12;
/// The bytes that may begin something are looked for in groups, of three at once.
pub(super) const GROUPS: usize = 3;

/// With which bytes the marks of a syntax begin: asked at every value, so it is worked out when the program is built.
pub(super) struct Begins {
    /// Those of each mark.
    pub(super) each: [[u8; 2]; MARKS],
    /// Those of all, in groups.
    pub(super) groups: [Option<[u8; 3]>; GROUPS],
    any: ByteSet,
    /// Those of comments that are told by their marks alone.
    comments: ByteSet,
    quotes: bool,
    over_lines: bool,
}

/// Patterns of the names of whole files, `*` at one end stands for anything.
pub(super) struct Names {
    patterns: &'static str,
    /// With which bytes a name may begin or end, in any case: most fit no pattern.
    first: ByteSet,
    last: ByteSet,
}

/// How a comment or a literal begins and ends.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// A comment up to the end of the line.
    Comment(&'static str),
    /// Likewise, at the start of a line or behind a blank only.
    SpacedComment(&'static str),
    /// A comment between two marks, which nest if the third field says so.
    Block(&'static str, &'static str, bool),
    /// A comment between two marks that stand at the start of a line each.
    LineBlock(&'static str, &'static str),
    Quote(Quote),
    Delimiter(Delimiter),
}

/// A literal between two marks.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) escape: Escape,
    /// Whether it may go over lines.
    pub(super) lines: bool,
    pub(super) at: At,
    /// What opens an expression inside the literal, which may hold literals again, up to `}`.
    pub(super) expression: Option<&'static str>,
}

/// What makes a closing mark an ordinary one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    None,
    /// A backslash before it.
    Backslash,
    /// The same mark behind it.
    Doubled,
    /// A back-tick before it, or the same mark behind it.
    Backtick,
}

/// Where a literal may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Anywhere,
    /// Where a value may begin: at the start of a line, behind an operator or a bracket.
    Value,
    /// Only around one character: `'a'`, `'\n'`.
    Character,
}

/// Literals whose ends depend on their beginnings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// `r"…"`, `r##"…"##`.
    HashRaw,
    /// `R"mark(…)mark"`.
    ParenRaw,
    /// `[[…]]`, `[==[…]==]`; behind `--` a comment.
    LongBracket,
    /// `$$…$$`, `$tag$…$tag$`.
    Dollar,
    /// `%q(…)`, `%w[…]`.
    Percent,
    /// `q{…}`, `qq(…)`, `qw/…/`.
    Letter,
    /// `/…/`.
    Regex,
    /// `<<EOF`, `<<-EOF`, `<<~'EOF'`: how it begins, and whether a blank may stand before its tag.
    Heredoc(&'static str, bool),
    /// Three or more back-ticks or tildes at the start of a line.
    Fence,
    /// `%env K=v`, `!command` and `%%bash` of notebooks.
    Magic,
}

impl Mark {
    /// Returns the bytes at which the mark is looked for.
    pub(super) const fn first(self) -> [u8; 2] {
        match self {
            Self::Comment(open)
            | Self::SpacedComment(open)
            | Self::Block(open, ..)
            | Self::LineBlock(open, _)
            | Self::Quote(Quote { open, .. }) => [open.as_bytes()[0]; 2],
            Self::Delimiter(form) => match form {
                Delimiter::HashRaw | Delimiter::ParenRaw => [b'"'; 2],
                Delimiter::LongBracket => [b'[', b'-'],
                Delimiter::Dollar => [b'$'; 2],
                Delimiter::Percent => [b'%'; 2],
                Delimiter::Magic => [b'%', b'!'],
                Delimiter::Letter => [b'q'; 2],
                Delimiter::Regex => [b'/'; 2],
                Delimiter::Heredoc(..) => [b'<'; 2],
                Delimiter::Fence => [b'`', b'~'],
            },
        }
    }

    /// Tells whether what it begins may go over lines.
    const fn spans_lines(self) -> bool {
        match self {
            Self::Comment(_) | Self::SpacedComment(_) | Self::Delimiter(Delimiter::Regex) => false,
            Self::Block(..) | Self::LineBlock(..) | Self::Delimiter(_) => true,
            Self::Quote(quote) => quote.lines,
        }
    }
}

impl Begins {
    /// Returns with which bytes some marks begin.
    pub(super) const fn of(marks: &[Mark]) -> Self {
        let mut begins = Self {
            each: [[0; 2]; MARKS],
            groups: [None; GROUPS],
            any: ByteSet::EMPTY,
            comments: ByteSet::EMPTY,
            quotes: false,
            over_lines: false,
        };
        let mut bytes = 0;
        let mut number = 0;
        while number < marks.len() {
            let mark = marks[number];
            let first = mark.first();
            begins.each[number] = first;
            let mut i = 0;
            while i < first.len() {
                if !begins.any.has(first[i]) {
                    begins.file(first[i], bytes);
                    bytes += 1;
                }
                begins.any.add(first[i]);
                if matches!(
                    mark,
                    Mark::Comment(_) | Mark::SpacedComment(_) | Mark::Block(..)
                ) {
                    begins.comments.add(first[i]);
                }
                i += 1;
            }
            begins.quotes |= matches!(mark, Mark::Quote(_));
            begins.over_lines |= mark.spans_lines();
            number += 1;
        }
        begins
    }

    /// Puts the byte with a number into its group, which it fills.
    const fn file(&mut self, byte: u8, number: usize) {
        let group = match self.groups[number / 3] {
            None => [byte; 3],
            Some([a, b, _]) if number % 3 == 2 => [a, b, byte],
            Some([a, ..]) => [a, byte, byte],
        };
        self.groups[number / 3] = Some(group);
    }
}

impl Names {
    /// Returns the patterns that stand between the bars of a text.
    pub(super) const fn new(patterns: &'static str) -> Self {
        let bytes = patterns.as_bytes();
        let mut names = Self {
            patterns,
            first: ByteSet::EMPTY,
            last: ByteSet::EMPTY,
        };
        let mut start = 0;
        while start < bytes.len() {
            let mut end = start;
            while end < bytes.len() && bytes[end] != b'|' {
                end += 1;
            }
            if bytes[start] == b'*' {
                names.last.add(bytes[end - 1] | 0x20);
            } else {
                names.first.add(bytes[start] | 0x20);
            }
            start = end + 1;
        }
        names
    }

    /// Tells whether a name fits one of the patterns.
    fn fit(&self, name: &[u8]) -> bool {
        let may_be = |bytes: &ByteSet, byte: Option<&u8>| byte.is_none_or(|b| bytes.has(b | 0x20));
        (may_be(&self.first, name.first()) || may_be(&self.last, name.last()))
            && self.patterns.split('|').any(|pattern| fits(name, pattern))
    }
}

impl Syntax {
    /// Returns the syntax of a fragment, by the name of its file.
    pub fn of(fragment: &Fragment<'_>) -> &'static Self {
        if fragment.part != Part::Content {
            return &PROSE;
        }
        let name = fragment.file_name();
        if name.contains(&b'.') {
            return Self::of_file(name);
        }
        Self::of_interpreter(fragment.head()).unwrap_or_else(|| Self::of_file(name))
    }

    /// Returns the syntax of a script, by the program that its first line names: `#!/usr/bin/env python3`.
    fn of_interpreter(text: &[u8]) -> Option<&'static Self> {
        /// A first line is read no further.
        const LONG: usize = 128;
        let line = text.strip_prefix(b"#!")?;
        let line = &line[..line_end(&line[..line.len().min(LONG)], 0)];
        let mut words = line.split(|b| matches!(b, b' ' | b'/' | b'\t'));
        words.find_map(Self::of_word)
    }

    /// Returns the syntax of a text that is in none.
    pub(crate) fn prose() -> &'static Self {
        &PROSE
    }

    /// Returns the syntax of a file, by its name without its folders.
    pub fn of_file(name: &[u8]) -> &'static Self {
        if name.is_empty() {
            return &PROSE;
        }
        let named = |row: &&Self| row.files.fit(name);
        if let Some(row) = ROWS.iter().copied().find(named) {
            return row;
        }
        let Some((stem, extension)) = split(name) else {
            return &PROSE;
        };
        if !WRAPPING_END.has(extension) {
            return Self::of_extension(extension);
        }
        match split(stem) {
            Some((_, extension)) => Self::of_extension(extension),
            None => Self::of_extension(b"ini"),
        }
    }

    /// Returns the syntax of files with an extension.
    fn of_extension(extension: &[u8]) -> &'static Self {
        let known = |row: &&Self| row.extensions.has(extension);
        match ROWS.iter().copied().find(known) {
            Some(row) => row,
            None if BESIDE_VENDOR.has(extension) || SECRET_WEAK.has(extension) => {
                Self::of_extension(b"ini")
            }
            None => &PROSE,
        }
    }

    /// Returns the syntax that a word names: behind a Markdown fence (`bash`), a `%%` (`sql`) or a `#!` (`python3`).
    pub fn of_word(word: &[u8]) -> Option<&'static Self> {
        let version = |b: &u8| b.is_ascii_digit() || *b == b'.';
        let digits = word.iter().rev().take_while(|b| version(b)).count();
        let plain = &word[..word.len() - digits];
        let named = |row: &&Self| {
            row.name.as_bytes().eq_ignore_ascii_case(word)
                || row.words.has(plain)
                || row.extensions.has(word)
        };
        ROWS.iter().copied().find(named)
    }

    /// Tells whether a place in a text depends on the lines above: without that, a line is read by itself.
    pub fn spans_lines(&self) -> bool {
        self.begins.over_lines
    }

    /// Returns where the comment ends that begins at an offset, if it does so before `stop`.
    pub(crate) fn comment_end(&self, text: &[u8], at: usize, stop: usize) -> Option<usize> {
        let rest = text.get(at..stop)?;
        if !self.begins.comments.has(*rest.first()?) {
            return None;
        }
        let mut ends = self.marks.iter().filter_map(|mark| match *mark {
            Mark::Comment(open) | Mark::SpacedComment(open) => rest
                .starts_with(open.as_bytes())
                .then(|| line_end(&text[..stop], at)),
            Mark::Block(open, close, _) => {
                let inside = rest.strip_prefix(open.as_bytes())?;
                let len = memchr::memmem::find(inside, close.as_bytes())?;
                Some(at + open.len() + len + close.len())
            }
            _ => None,
        });
        ends.next()
    }

    /// Tells whether a byte may begin a literal or a comment.
    pub(super) fn may_begin(&self, byte: u8) -> bool {
        self.begins.any.has(byte)
    }

    /// Tells whether its literals are known, so that what is in no region is code.
    pub(crate) fn knows_literals(&self) -> bool {
        self.begins.quotes
    }
}

/// Tells whether a file's name is that of a pattern, in any case.
fn fits(name: &[u8], pattern: &str) -> bool {
    let pattern = pattern.as_bytes();
    match (pattern.strip_prefix(b"*"), pattern.strip_suffix(b"*")) {
        (Some(end), _) => {
            name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
        }
        (_, Some(begin)) => {
            name.len() >= begin.len() && name[..begin.len()].eq_ignore_ascii_case(begin)
        }
        _ => name.eq_ignore_ascii_case(pattern),
    }
}

/// Returns what stands before and behind the last dot of a name.
fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let dot = name.iter().rposition(|&b| b == b'.')?;
    Some((&name[..dot], &name[dot + 1..]))
}
