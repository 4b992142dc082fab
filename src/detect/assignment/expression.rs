//! Expressions that hold a literal: functions around it, defaults, branches.

use std::ops::Range;

use super::literal::{Value, literal};
use super::{Form, Line};
use crate::lexicon::{MAKES_STRING, OWNER_METHOD, TAKES_NAME, TAKES_NAME_BEGIN};

/// How far behind an expression its default is looked for.
const DEFAULT: usize = 160;

/// Returns the literal handed to a function that makes the value: `String::from("v")`, `getenv("K", "v")`.
pub(super) fn wrapped(line: &Line<'_>, at: usize) -> Option<(Range<usize>, Value, Option<Form>)> {
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
    TAKES_NAME.has(last) || TAKES_NAME_BEGIN.begins(last)
}

/// Returns the literal that an expression falls back to: `env.K || "v"`, `x or "v"`, `a ? b : "v"`.
pub(super) fn fallback(line: &Line<'_>, at: usize) -> Option<Value> {
    let stop = line.end.min(at + DEFAULT);
    let (mut i, mut depth) = (at, 0);
    let mut asked = false;
    let branches = line.is_at(at, b"if ");
    while i < stop {
        let step = match line.text[i] {
            b' ' if line.is_at(i, b" ? ") => {
                asked = true;
                i += 3;
                // Of the two the first, unless it is empty.
                match literal(line, line.skip_blanks(i)).filter(|value| !value.range.is_empty()) {
                    Some(value) => return Some(value),
                    None => continue,
                }
            }
            b'{' if branches => 1,
            b' ' if asked && line.is_at(i, b" : ") => 3,
            b' ' if line.is_at(i, b" else ") => 6,
            b'|' if line.is_at(i, b"||") => 2,
            b'?' if line.is_at(i, b"??") || line.is_at(i, b"?:") => 2,
            b' ' if line.is_at(i, b" or ") => 4,
            b'.' if line.is_at(i, b".unwrap_or(") => 11,
            b'.' if line.is_at(i, b".orElse(") => 8,
            b'.' if line.is_at(i, b".getOrElse(") => 11,
            b';' | b'{' => return None,
            b',' | b')' | b'}' if depth == 0 => return None,
            byte => {
                depth += i32::from(byte == b'(') - i32::from(byte == b')');
                i += 1;
                continue;
            }
        };
        i += step;
        if let Some(value) = literal(line, line.skip_blanks(i)) {
            return Some(value);
        }
    }
    None
}
