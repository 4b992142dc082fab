//! The tokens of a text, read one after the other from any place outside of literals and comments.
//!
//! They tile the text, and reading them never fails: a mark that is not closed is an operator.

use std::ops::Range;

use super::regions::{Kind, Lexer};
use super::syntax::Syntax;

include!(concat!(env!("OUT_DIR"), "/operators.rs"));

/// A word, or a run of blanks, is cut when it is longer than this.
const LONG: usize = 4 << 10;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub range: Range<usize>,
    /// Where what a literal or a comment holds stands; else the same.
    pub inside: Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks, and line ends behind a backslash.
    Blank,
    /// The end of a line.
    LineEnd,
    /// A comment.
    Comment,
    /// A literal, or another text inside the text.
    Literal,
    /// A name or a number.
    Word,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// The longest operator that stands there, or any other byte.
    Operator,
}

/// The tokens of a text.
pub struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    syntax: &'static Syntax,
    /// What reads literals and comments, from the first byte on that may begin one.
    lexer: Option<Lexer>,
}

impl<'a> Tokens<'a> {
    /// Returns the tokens of a text from a place on that stands in no literal and in no comment.
    pub fn new(text: &'a [u8], at: usize, syntax: &'static Syntax) -> Self {
        Self {
            text,
            at,
            syntax,
            lexer: None,
        }
    }

    /// Returns the literal or comment that begins here.
    fn region(&mut self, first: u8) -> Option<Token> {
        if !self.syntax.may_begin(first) {
            return None;
        }
        let lexer = self.lexer.get_or_insert_with(|| Lexer::new(self.syntax));
        let region = lexer.region_from(self.text, self.at)?;
        Some(Token {
            kind: match region.kind {
                Kind::Comment => TokenKind::Comment,
                _ => TokenKind::Literal,
            },
            range: region.range,
            inside: region.inside,
        })
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.text.get(self.at..)?;
        let first = *rest.first()?;
        let token = if let Some(token) = self.region(first) {
            token
        } else {
            let (kind, len) = plain(rest, first);
            let range = self.at..self.at + len;
            let inside = range.clone();
            Token {
                kind,
                range,
                inside,
            }
        };
        self.at = token.range.end;
        Some(token)
    }
}

/// Returns the kind and the length of the token that a text begins with, if it is neither literal nor comment.
fn plain(text: &[u8], first: u8) -> (TokenKind, usize) {
    let run = |fits: fn(u8) -> bool| {
        let bytes = text.iter().take(LONG);
        bytes.take_while(|b| fits(**b)).count()
    };
    match first {
        b' ' | b'\t' => (TokenKind::Blank, run(|b| matches!(b, b' ' | b'\t'))),
        b'\n' | b'\r' => (TokenKind::LineEnd, line_end_len(text)),
        b'\\' if line_end_len(&text[1..]) > 0 => (TokenKind::Blank, 1 + line_end_len(&text[1..])),
        b'(' | b'[' | b'{' => (TokenKind::Open, 1),
        b')' | b']' | b'}' => (TokenKind::Close, 1),
        _ if is_word_byte(first) => (TokenKind::Word, run(is_word_byte)),
        _ => (TokenKind::Operator, operator_len(text)),
    }
}

/// Returns the length of the line end that a text begins with.
fn line_end_len(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Tells whether a byte stands in names of most languages: a letter or a digit of ASCII, or `_`.
pub(crate) fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Tells whether a byte stands in words of every language.
pub(crate) fn is_word_byte(byte: u8) -> bool {
    in_name(byte) || byte >= 0x80
}

/// Returns the length of the operator that a text begins with, the longest there is; 1 for any other byte.
pub(crate) fn operator_len(text: &[u8]) -> usize {
    let [first, second, ..] = *text else {
        return text.len();
    };
    if !second.is_ascii_punctuation() {
        return 1;
    }
    let stands = |operator: &&&str| {
        let marks = operator.as_bytes();
        marks[0] == first && marks[1] == second && text.starts_with(marks)
    };
    let longest = OPERATORS.iter().find(stands);
    longest.map_or(1, |operator| operator.len())
}

/// Returns the first place from `at` on that is neither a blank nor in a comment, as far as a text goes.
pub(crate) fn skip_comments(text: &[u8], at: usize, syntax: &Syntax) -> usize {
    /// People write no more comments in a row.
    const MOST: usize = 4;
    let blanks = |at: usize| {
        let rest = text[at..].iter();
        at + rest.take_while(|b| matches!(b, b' ' | b'\t')).count()
    };
    let mut at = blanks(at);
    for _ in 0..MOST {
        match syntax.comment_end(text, at, text.len()) {
            Some(end) => at = blanks(end),
            None => break,
        }
    }
    at
}
