//! The value of an assignment: literals of every language, wrapped, as a default, or bare where the file allows it.

use std::ops::Range;

use super::key::Key;
use super::{Assignment, Form, Language, Line, Place, Quote};
use crate::detect::lex::literal_at;
use crate::lexicon::{MAKES_STRING, OWNER_METHOD, TAKES_NAME, TAKES_NAME_BEGIN};

/// A value is no longer than this.
const LONG: usize = 6 << 10;
/// A bare value is no longer than this.
const BARE: usize = 1 << 10;
/// How many literals of a list are handed out.
const LIST: usize = 8;
/// How far behind an expression its default is looked for.
const DEFAULT: usize = 160;

/// What ties a value to a key, and where the value may begin.
#[derive(Clone, Copy)]
pub(super) struct Tie {
    pub(super) form: Form,
    pub(super) at: usize,
}

/// A value without its key.
struct Value {
    range: Range<usize>,
    quote: Quote,
    /// One past the closing quote.
    end: usize,
}

/// Hands out the values tied to a key.
#[expect(
    clippy::too_many_lines,
    reason = "one form after the other, in the order in which they are tried"
)]
pub(super) fn of(line: &Line<'_>, key: &Key, tie: Tie, out: &mut dyn FnMut(Assignment)) {
    let mut hand_out = |value: Range<usize>, quote, form, callee| {
        let value = match form {
            Form::Argument => unwrapped(line.text, value),
            _ => narrowed(line.text, value),
        };
        if !value.is_empty() {
            out(Assignment {
                key: key.range.clone(),
                value,
                form,
                quote,
                place: key.place(line),
                callee,
            });
        }
    };
    let mut at = line.skip(tie.at);
    // `**Password:** v`
    if line.language == Language::Prose && line.is_at(tie.at, b"**") {
        at = line.skip_blanks(tie.at + 2);
    }
    // `password: &anchor v`
    if line.language == Language::Yaml && line.byte(at) == b'&' {
        let name = (at..line.end).take_while(|&i| line.text[i] != b' ').count();
        at = line.skip_blanks(at + name);
    }
    let name = &line.text[key.range.clone()];
    if tie.form == Form::Call
        && (takes_a_name(name) || acts_on_its_owner(name) && !name.ends_with(b".equals"))
    {
        return;
    }
    if tie.form == Form::Element || tie.form == Form::Pair && line.before(tie.at) == b'>' {
        if let Some(value) = element(line, at) {
            hand_out(value, Quote::Text, tie.form, None);
        }
        return;
    }
    // `password =` with the literal on the next line.
    let below;
    let mut line = line;
    if matches!(line.byte(at), b'(' | b'\\') && line.skip(at + 1) >= line.end {
        // `.properties` and shells go on below, without quotes.
        if matches!(line.language, Language::Ini | Language::Shell) && line.byte(at) == b'\\' {
            let Some(next) = line.following() else { return };
            let next = line.next(next);
            let value = trimmed(line.text, next.start..next.end);
            if is_one_word(&line.text[value.clone()]) {
                hand_out(value, Quote::Bare, tie.form, None);
            }
            return;
        }
        at = line.end;
    }
    if at >= line.end
        && matches!(
            tie.form,
            Form::Equals | Form::Colon | Form::Arrow | Form::Argument | Form::Call
        )
    {
        let Some(next) = line.next_with_text() else {
            return;
        };
        let indent = line.skip_blanks(line.start) - line.start;
        below = next;
        line = &below;
        at = line.skip(line.start);
        if literal(line, at).is_none() {
            // A scalar of YAML, or a value of an .ini file, on a line of its own.
            let rest = &line.text[at..line.end];
            let deeper = line.skip_blanks(line.start) - line.start > indent;
            let alone = match line.language {
                Language::Yaml => is_one_word(rest),
                Language::Ini => is_one_word(rest) && !rest.contains(&b'='),
                _ => false,
            };
            if deeper && alone {
                hand_out(at..line.end, Quote::Bare, tie.form, None);
            }
            return;
        }
    }
    if matches!(line.byte(at), b'[' | b'(')
        && literal(line, at).is_none()
        && matches!(
            tie.form,
            Form::Equals | Form::Colon | Form::Arrow | Form::Argument
        )
    {
        let mut i = at + 1;
        for _ in 0..LIST {
            i = line.skip_blanks(i);
            let Some(value) = literal(line, i) else { break };
            i = line.skip_blanks(value.end);
            hand_out(value.range, value.quote, tie.form, None);
            if line.byte(i) != b',' {
                break;
            }
            i += 1;
        }
        // `[]byte("v")` is a type.
        let is_type = line.byte(at) == b'[' && line.byte(at + 1) == b']';
        let is_value = is_type || line.language.has_bare_values() && line.byte(at) == b'(';
        if !is_value {
            return;
        }
    }
    if let Some(value) = literal(line, at) {
        // `set_password("service", "user", "v")` takes its password by another place.
        let next = |i| Some(line.skip_blanks(i)).filter(|&i| line.byte(i) == b',');
        if tie.form == Form::Call
            && let Some(second) = next(value.end)
            && let Some(second) = literal(line, line.skip_blanks(second + 1))
            && next(second.end).is_some()
        {
            return;
        }
        // `password = "a" == x` and the like are rare; `"..." + x` is told by the judge.
        if line.language == Language::Yaml && line.byte(value.end).is_ascii_alphabetic() {
            return;
        }
        hand_out(value.range, value.quote, tie.form, None);
        return;
    }
    if let Some((value, quote)) = block(line, at) {
        hand_out(value, quote, tie.form, None);
        return;
    }
    // `<Login password={"v"}/>`
    if line.byte(at) == b'{'
        && tie.form == Form::Equals
        && let Some(value) = literal(line, line.skip_blanks(at + 1))
    {
        hand_out(value.range, value.quote, tie.form, None);
        return;
    }
    if matches!(tie.form, Form::Argument | Form::Compare | Form::Call) {
        if tie.form == Form::Compare {
            return;
        }
        // `put("k", String.valueOf("v"))`, `setPassword(Optional.of("v"))`
        if let Some((callee, value, None)) = wrapped(line, at)
            && makes_a_string(&line.text[callee.clone()])
        {
            hand_out(value.range, value.quote, tie.form, Some(callee));
        } else if tie.form == Form::Argument
            && let Some(word) = super::key::value_word(line, at)
            && let Some(value) = literal(line, line.skip_blanks(word))
        {
            // `add_argument("--password", default="v")`
            hand_out(value.range, value.quote, Form::Default, None);
        }
        return;
    }
    if let Some((callee, value, form)) = wrapped(line, at) {
        hand_out(
            value.range,
            value.quote,
            form.unwrap_or(tie.form),
            Some(callee),
        );
        return;
    }
    if (!line.language.has_bare_values() || key.quoted)
        && let Some(value) = fallback(line, at)
    {
        hand_out(value.range, value.quote, Form::Default, None);
        return;
    }
    // A map of YAML on one line: the value is looked for inside.
    if line.language == Language::Yaml && line.byte(at) == b'{' && line.byte(at + 1) != b'{' {
        return;
    }
    if let Some(value) = bare(line, key, tie, at) {
        hand_out(value, Quote::Bare, tie.form, None);
    }
}

/// Hands out a value whose place is known already.
pub(super) fn of_range(
    line: &Line<'_>,
    key: &Key,
    value: Range<usize>,
    out: &mut dyn FnMut(Assignment),
) {
    let quote = match line.before(value.start) {
        b'\'' => Quote::Single,
        _ => Quote::Double,
    };
    if !value.is_empty() {
        let value_end = value.end + 1;
        out(Assignment {
            key: key.range.clone(),
            value,
            // `"v" -> k` of R assigns.
            form: if line.text[value_end..].starts_with(b" ->")
                || line.text[value_end..].starts_with(b"->")
            {
                Form::Arrow
            } else {
                Form::Compare
            },
            quote,
            place: key.place(line),
            callee: None,
        });
    }
}

/// Tells whether the rest of a line is one word of a scalar: no list, no pair, no block.
fn is_one_word(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_end();
    rest.first().is_some_and(|b| !b"-{[&*!|>#%@".contains(b))
        && !rest.contains(&b' ')
        && !rest.ends_with(b":")
}

/// Returns the part of a value that may be secret: the default of `${X:-v}`, what follows `Bearer `.
fn narrowed(text: &[u8], value: Range<usize>) -> Range<usize> {
    let bytes = &text[value.clone()];
    if bytes.starts_with(b"${")
        && bytes.ends_with(b"}")
        && bytes.len() < 256
        && let Some(colon) = memchr::memchr(b':', bytes)
    {
        let skip = colon + 1 + usize::from(matches!(bytes.get(colon + 1), Some(b'-' | b'=')));
        if skip < bytes.len()
            && bytes.get(colon + 1) != Some(&b'?')
            && memchr::memchr(b'$', &bytes[skip..]).is_none()
        {
            return value.start + skip..value.end - 1;
        }
    }
    if bytes.starts_with(b"{{")
        && let Some(found) = memchr::memmem::find(bytes, b"default(")
        && let Some(&quote) = bytes.get(found + 8)
        && matches!(quote, b'"' | b'\'')
        && let Some(len) = memchr::memchr(quote, &bytes[found + 9..])
    {
        return value.start + found + 9..value.start + found + 9 + len;
    }
    let scheme = scheme(bytes);
    value.start + scheme..value.end
}

/// Returns the part of an argument that may be secret; of a literal in a literal (`"\"v\""`, `'"v"'`) what that holds.
fn unwrapped(text: &[u8], value: Range<usize>) -> Range<usize> {
    let bytes = &text[value.clone()];
    for quote in [&b"\\\""[..], b"\""] {
        if bytes.len() > 2 * quote.len() && bytes.starts_with(quote) && bytes.ends_with(quote) {
            return value.start + quote.len()..value.end - quote.len();
        }
    }
    narrowed(text, value)
}

/// Returns the length of an HTTP authentication scheme and the blanks behind it.
fn scheme(value: &[u8]) -> usize {
    for scheme in [
        &b"Bearer "[..],
        b"Basic ",
        b"Token ",
        b"ApiKey ",
        b"NTLM ",
        b"Negotiate ",
    ] {
        if value.len() > scheme.len() && value[..scheme.len()].eq_ignore_ascii_case(scheme) {
            let rest = &value[scheme.len()..];
            return value.len() - rest.trim_ascii_start().len();
        }
    }
    0
}

/// Returns the string literal that begins at `at`.
fn literal(line: &Line<'_>, at: usize) -> Option<Value> {
    let mut i = at;
    let mut format = false;
    // b"", r'', f"", @"", $"", L"", u8"", N'', rb""
    while i < at + 3 && matches!(line.byte(i), b'a'..=b'z' | b'A'..=b'Z' | b'@' | b'$' | b'8') {
        format |= matches!(line.byte(i), b'f' | b'F' | b'$') && i == at;
        i += 1;
    }
    // r#"v"#
    let mut hashes = 0;
    if i > at && matches!(line.before(i), b'r' | b'@') {
        while hashes < 4 && line.byte(i) == b'#' {
            hashes += 1;
            i += 1;
        }
    }
    let (quote, escapes) = match line.byte(i) {
        b'\\' => {
            let escapes = (i..line.end.min(i + 4))
                .take_while(|&j| line.text[j] == b'\\')
                .count();
            (line.byte(i + escapes), escapes)
        }
        quote => (quote, 0),
    };
    if line.is_at(i, b"&quot;") || line.is_at(i, b"&#34;") {
        let open = i + if line.byte(i + 1) == b'q' { 6 } else { 5 };
        let close = open + memchr::memchr(b'&', &line.text[open..line.end.min(open + BARE)])?;
        return Some(Value {
            range: open..close,
            quote: Quote::Escaped,
            end: close + 6,
        });
    }
    // “v”
    if line.is_at(i, "“".as_bytes()) {
        let open = i + 3;
        let close = open
            + memchr::memmem::find(&line.text[open..line.end.min(open + BARE)], "”".as_bytes())?;
        return Some(Value {
            range: open..close,
            quote: Quote::Double,
            end: close + 3,
        });
    }
    // [[v]]
    if i == at && line.is_at(i, b"[[") && line.language == Language::Code {
        let open = i + 2;
        let close =
            open + memchr::memmem::find(&line.text[open..line.end.min(open + BARE)], b"]]")?;
        return Some(Value {
            range: open..close,
            quote: Quote::Block,
            end: close + 2,
        });
    }
    let open = i + escapes + 1;
    let doubled = escapes == 0 && line.byte(open) == quote && line.byte(open + 1) != quote;
    if !matches!(quote, b'"' | b'\'' | b'`') || doubled && i == at {
        if let Some(value) = of_syntax(line, at) {
            return Some(value);
        }
        if !doubled {
            return None;
        }
    }
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    if escapes == 0 && line.byte(open) == quote && line.byte(open + 1) == quote {
        return triple(line, open + 2, quote);
    }
    let close = closing(line, open, quote, escapes, hashes)?;
    let kind = match quote {
        _ if escapes > 0 => Quote::Escaped,
        _ if format => Quote::Format,
        _ if hashes > 0 => Quote::Block,
        b'"' => Quote::Double,
        b'\'' => Quote::Single,
        _ => Quote::Backtick,
    };
    Some(Value {
        range: open..close,
        quote: kind,
        end: close + escapes + 1 + hashes,
    })
}

/// Returns the literal with a mark of its own that begins at `at`: `%q(v)`, `q{v}`, `[=[v]=]`, `#"v"#`.
fn of_syntax(line: &Line<'_>, at: usize) -> Option<Value> {
    if line.place.is_some_and(|place| place != Place::Code) {
        return None;
    }
    let text = &line.text[..line.within.end.min(at + LONG)];
    let region = literal_at(text, at, line.syntax).filter(|region| region.range.start == at)?;
    (!region.inside.is_empty()).then_some(Value {
        range: region.inside,
        quote: Quote::Block,
        end: region.range.end,
    })
}

/// Returns where the quote that closes a literal stands (its backslashes, if it has some).
fn closing(
    line: &Line<'_>,
    open: usize,
    quote: u8,
    escapes: usize,
    hashes: usize,
) -> Option<usize> {
    let stop = line.end.min(open + LONG);
    let mut from = open;
    while let Some(found) = memchr::memchr(quote, &line.text[from..stop]) {
        let at = from + found;
        let before = line.text[open..at]
            .iter()
            .rev()
            .take_while(|&&b| b == b'\\')
            .count();
        let closes = if hashes > 0 {
            line.byte(at + 1) == b'#'
        } else if escapes > 0 {
            before == escapes
        } else {
            before % 2 == 0
        };
        if closes {
            return Some(at - escapes.min(before));
        }
        from = at + 1;
    }
    // Inside a string of another kind the escaped quote may be the outer one: `"'password': 'v'"` ends anyway.
    None
}

/// Returns the text of a literal with three quotes, which may go over lines.
fn triple(line: &Line<'_>, open: usize, quote: u8) -> Option<Value> {
    let stop = line.text.len().min(open + BARE);
    let close = open + memchr::memmem::find(&line.text[open..stop], &[quote; 3])?;
    let range = trimmed(line.text, open..close);
    Some(Value {
        range,
        quote: Quote::Block,
        end: close + 3,
    })
}

/// Returns the first line of a heredoc or of a YAML block scalar.
fn block(line: &Line<'_>, at: usize) -> Option<(Range<usize>, Quote)> {
    let heredoc = line.is_at(at, b"<<");
    let scalar = line.language == Language::Yaml
        && matches!(line.byte(at), b'|' | b'>')
        && line.end - at <= 3;
    if !heredoc && !scalar {
        return None;
    }
    let next = line.next(line.following()?);
    let range = trimmed(line.text, next.start..next.end);
    (!range.is_empty()).then_some((range, Quote::Block))
}

/// Returns the literal handed to a function that makes the value: `String::from("v")`, `getenv("K", "v")`.
fn wrapped(line: &Line<'_>, at: usize) -> Option<(Range<usize>, Value, Option<Form>)> {
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
fn makes_a_string(callee: &[u8]) -> bool {
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
fn acts_on_its_owner(callee: &[u8]) -> bool {
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
fn takes_a_name(callee: &[u8]) -> bool {
    let last = last_part(callee);
    TAKES_NAME.has(last) || TAKES_NAME_BEGIN.begins(last)
}

/// Returns the literal that an expression falls back to: `env.K || "v"`, `x or "v"`, `a ? b : "v"`.
fn fallback(line: &Line<'_>, at: usize) -> Option<Value> {
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

/// Returns the text of an element up to the next tag.
fn element(line: &Line<'_>, at: usize) -> Option<Range<usize>> {
    let stop = line.end.min(at + LONG);
    let mut open = at;
    if line.is_at(at, b"<![CDATA[") {
        open = at + 9;
        let close = open + memchr::memmem::find(&line.text[open..stop], b"]]>")?;
        return Some(trimmed(line.text, open..close));
    }
    let close = match memchr::memchr(b'<', &line.text[open..stop]) {
        Some(close) => open + close,
        None if line.text[open..stop].trim_ascii().is_empty() => below(line.text, stop)?,
        None => return None,
    };
    let range = trimmed(line.text, open..close);
    open = range.start;
    (open < range.end).then_some(range)
}

/// Returns where the text of an element ends that stands alone on the line below its tag.
fn below(text: &[u8], line_end: usize) -> Option<usize> {
    let rest = &text[line_end..text.len().min(line_end + LONG)];
    let close = memchr::memchr(b'<', rest)?;
    let lines = memchr::memchr_iter(b'\n', rest[..close].trim_ascii()).count();
    // `<NAME>` of a placeholder has no end tag.
    (lines == 0 && rest[close..].starts_with(b"</")).then_some(line_end + close)
}

/// Returns a bare value, where the file or the place makes it data.
fn bare(line: &Line<'_>, key: &Key, tie: Tie, at: usize) -> Option<Range<usize>> {
    // PowerShell: `Connect-Service -Password v`
    let is_switch = tie.form == Form::Flag
        && line.language == Language::Script
        && line.before(tie.at) == b' '
        && line.text[key.range.start].is_ascii_uppercase();
    if key.place(line) == Place::Code && !line.language.has_bare_values() && !is_switch {
        return None;
    }
    let stop = line.end.min(at + BARE);
    let at = at + scheme(line.text.get(at..stop)?);
    let rest = &line.text[at..stop];
    let first = *rest.first()?;
    if matches!(first, b'"' | b'\'' | b'`') {
        return None;
    }
    // In a text `io.jwt:api:1.0` assigns nothing, and `{"k": v}` is code.
    let in_text = key.place(line) != Place::Code || line.language == Language::Prose;
    if in_text && (tie.form == Form::Colon && at == tie.at || key.quoted && tie.form != Form::Pair)
    {
        return None;
    }
    // `K=v` within YAML is a line for a shell.
    let whole_line = key.place(line) == Place::Code
        && (line.language == Language::Ini
            || line.language == Language::Yaml && tie.form != Form::Equals);
    let end = if matches!(tie.form, Form::Default) && !key.quoted {
        memchr::memchr(b'}', rest)?
    } else if whole_line && !matches!(tie.form, Form::Flag) {
        rest_of_line(line, at, rest)
    } else {
        rest.iter()
            .enumerate()
            .position(|(i, &b)| may_end_bare(b) && ends_bare(line, key, rest, i))
            .unwrap_or(rest.len())
    };
    if at + end == stop && stop < line.end {
        return None;
    }
    let mut range = trimmed(line.text, at..at + end);
    // Prose ends sentences and wraps words.
    if key.place(line) != Place::Code {
        while range.end > range.start
            && matches!(
                line.text[range.end - 1],
                b'.' | b',' | b';' | b':' | b'?' | b'`' | b'*'
            )
        {
            range.end -= 1;
        }
        while range.start < range.end && matches!(line.text[range.start], b'`' | b'*') {
            range.start += 1;
        }
    }
    (!range.is_empty()).then_some(range)
}

/// Returns how much of the rest of a line of data is the value.
fn rest_of_line(line: &Line<'_>, at: usize, rest: &[u8]) -> usize {
    // A comment behind the value.
    let mut end = rest.len();
    for i in memchr::memchr_iter(b'#', rest) {
        if i > 0 && matches!(rest[i - 1], b' ' | b'\t') {
            end = i;
            break;
        }
    }
    if line.language == Language::Yaml {
        // {user: a, password: b}
        if memchr::memchr(b'{', &line.text[line.start.min(at)..at]).is_some() {
            end = end.min(
                rest.iter()
                    .position(|b| matches!(b, b',' | b'}'))
                    .unwrap_or(end),
            );
        }
        // - "--password=v", - FOO=bar
    }
    end
}

/// Tells whether a byte may end a bare value that stands among others; most do not, and values are long.
fn may_end_bare(byte: u8) -> bool {
    static TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let marks = b" \t\"<'`;|)&,\\}]";
        let mut i = 0;
        while i < marks.len() {
            table[marks[i] as usize] = true;
            i += 1;
        }
        table
    };
    TABLE[usize::from(byte)]
}

/// Tells whether the byte at `i` ends a bare value that stands among others.
fn ends_bare(line: &Line<'_>, key: &Key, rest: &[u8], i: usize) -> bool {
    match rest[i] {
        b' ' | b'\t' | b'"' | b'<' => true,
        b'\'' | b'`' => i > 0 || key.place(line) == Place::Text,
        b';' | b'|' | b')' => key.place(line) != Place::Code || line.language == Language::Shell,
        b'&' => true,
        b',' => {
            key.place(line) != Place::Code
                && rest.get(i + 1).is_none_or(|b| !b.is_ascii_alphanumeric())
        }
        b'\\' => key.place(line) == Place::Text,
        b'}' | b']' => {
            key.place(line) == Place::Text && !rest[..i].iter().any(|b| matches!(b, b'{' | b'['))
        }
        _ => false,
    }
}

/// Returns a range without the blanks at its ends.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = &text[range.clone()];
    let front = bytes.len() - bytes.trim_ascii_start().len();
    let inner = bytes.trim_ascii();
    range.start + front..range.start + front + inner.len()
}
