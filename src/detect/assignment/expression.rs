//! Expressions that hold a literal: functions around it, defaults, branches.

use std::ops::Range;

use super::literal::{Value, literal};
use super::{Form, Line};
use crate::detect::lex::{TokenKind, Tokens};
use crate::lexicon::{
    List, MAKES_STRING, OWNER_METHOD, TAKES_NAME, TAKES_NAME_BEGIN, TAKES_NAME_END,
};

/// Methods that fall back to their argument.
static OR_CALL: List = List::new("getOrElse|orElse|unwrap_or|default");

/// How far behind an expression its default is looked for.
const DEFAULT: usize = 160;

/// Returns the literal handed to a function that makes the value: `String::from("v")`, `getenv("K", "v")`.
pub(super) fn wrapped(line: &Line<'_>, at: usize) -> Option<(Range<usize>, Value, Option<Form>)> {
    let mut i = behind_openers(line, at);
    for _ in 0..2 {
        let start = i;
        while i < line.end
            && i - start < 80
            && (line.text[i].is_ascii_alphanumeric()
                || matches!(
                    line.text[i],
                    b'_' | b'.' | b':' | b'<' | b'>' | b'[' | b']' | b'$' | b'-' | b'!' | b'\\'
                ))
        {
            i += 1;
        }
        if i == start {
            return None;
        }
        let callee = start..i;
        // PowerShell and Ruby call without parentheses: `ConvertTo-SecureString "v"`.
        let open = match line.byte(i) {
            b'(' | b'{' => i + 1,
            b' ' if matches!(line.byte(i + 1), b'"' | b'\'')
                && memchr::memchr(b'-', &line.text[callee.clone()]).is_some() =>
            {
                i + 1
            }
            _ => return None,
        };
        i = line.skip_blanks(open);
        // `Field(default="v")`
        if line.is_at(i, b"default")
            && let Some(value) = literal(line, skip_label(line, i))
        {
            return Some((callee, value, Some(Form::Default)));
        }
        let Some(first) = literal(line, i) else {
            continue;
        };
        let name = &line.text[callee.clone()];
        if acts_on_its_owner(name) {
            return None;
        }
        let mut value = first;
        let mut form = None;
        if takes_a_name(name) {
            let comma = line.skip_blanks(value.end);
            let second = line.skip_blanks(comma + 1);
            // Of named arguments only the default is one: `Field("v", description="…")`.
            let named = skip_label(line, second) > second && !line.is_at(second, b"def");
            let second = if line.byte(comma) == b',' {
                literal(line, skip_label(line, second)).filter(|_| !named)
            } else {
                fallback(line, value.end)
            };
            match second {
                Some(second) => {
                    value = second;
                    form = Some(Form::Default);
                }
                // `new String("v")`, `aws.String("v")`
                None if makes_a_string(name) => {}
                None => return None,
            }
        }
        return Some((callee, value, form));
    }
    None
}

/// Passes over what may stand before the name of a function.
fn behind_openers(line: &Line<'_>, at: usize) -> usize {
    let mut i = at;
    for word in [
        &b"new "[..],
        b"await ",
        b"return ",
        b"&",
        b"*",
        b"!",
        b"try ",
        b"(",
        b"{{ ",
        b"{{",
        b"${",
    ] {
        if line.is_at(i, word) {
            i = line.skip_blanks(i + word.len());
        }
    }
    i
}

/// Tells whether a function makes a string of the literal handed to it and does nothing else: `Some`, `String::from`.
pub(super) fn makes_a_string(callee: &[u8]) -> bool {
    MAKES_STRING.has(last_part(callee))
}

/// Returns the last part of the name of a function: `from` of `String::from`.
fn last_part(callee: &[u8]) -> &[u8] {
    callee
        .rsplit(|b| matches!(b, b'.' | b':' | b'>'))
        .find(|part| !part.is_empty())
        .unwrap_or(callee)
}

/// Tells whether a method makes its value of what it is called on: `password.encode("utf-8")`.
pub(super) fn acts_on_its_owner(callee: &[u8]) -> bool {
    let dot = callee.iter().rposition(|&b| b == b'.');
    dot.is_some_and(|dot| OWNER_METHOD.has(&callee[dot + 1..]))
}

/// Skips the label of a named argument: `default=`, `defaultValue:`.
fn skip_label(line: &Line<'_>, at: usize) -> usize {
    let mut i = at;
    while i < line.end
        && i - at < 24
        && (line.text[i].is_ascii_alphabetic() || line.text[i] == b'_')
    {
        i += 1;
    }
    if i > at && matches!(line.byte(i), b'=' | b':') {
        line.skip_blanks(i + 1)
    } else {
        at
    }
}

/// Tells whether a function takes the name of a value, not the value: `getenv`, `config.get`, `env_var`.
pub(super) fn takes_a_name(callee: &[u8]) -> bool {
    let last = last_part(callee);
    TAKES_NAME.has(last) || TAKES_NAME_BEGIN.begins(last) || TAKES_NAME_END.ends(last)
}

/// Returns the literal that an expression falls back to: `env.K || "v"`, `x or "v"`, `a ? b : "v"`.
pub(super) fn fallback(line: &Line<'_>, at: usize) -> Option<Value> {
    let text = &line.text[..line.end.min(at + DEFAULT)];
    let branches = line.is_at(at, b"if ");
    let (mut depth, mut asked) = (0, false);
    let mut before = TokenKind::Operator;
    let mut word: &[u8] = b"";
    for token in Tokens::new(text, at, line.literal_syntax()) {
        let bytes = &text[token.range.clone()];
        let spaced = before == TokenKind::Blank;
        let gives = match (token.kind, bytes) {
            (TokenKind::Operator, b"?") if spaced => {
                asked = true;
                true
            }
            (TokenKind::Operator, b":") => asked && spaced,
            (TokenKind::Operator, b"||" | b"??" | b"?:") => true,
            (TokenKind::Operator, b";") | (TokenKind::Close, b"}") => return None,
            (TokenKind::Operator, b",") | (TokenKind::Close, b")") if depth == 0 => return None,
            (TokenKind::Word, b"else" | b"or") => spaced,
            (TokenKind::Word, b"default") => true,
            (TokenKind::Open, b"{") if !branches => return None,
            (TokenKind::Open, b"{") => true,
            (TokenKind::Open, b"(") => {
                depth += 1;
                before == TokenKind::Word && OR_CALL.has(word)
            }
            (TokenKind::Close, b")") => {
                depth -= 1;
                false
            }
            _ => false,
        };
        (before, word) = (token.kind, bytes);
        let value = || literal(line, line.skip(token.range.end));
        // Of two branches the first, unless it is empty.
        if gives
            && let Some(value) = value().filter(|value| bytes != b"?" || !value.range.is_empty())
        {
            return Some(value);
        }
    }
    None
}
