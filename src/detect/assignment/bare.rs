//! Bare values: words and rests of lines in data, texts of elements.

use std::ops::Range;

use super::literal::{BARE, LONG, scheme, trimmed};
use super::name::Key;
use super::tied::Tie;
use super::{Form, Language, Line, Place};

/// Tells whether the rest of a line is one word of a scalar: no list, no pair, no block.
pub(super) fn is_one_word(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_end();
    rest.first().is_some_and(|b| !b"-{[&*!|>#%@".contains(b))
        && !rest.contains(&b' ')
        && !rest.ends_with(b":")
}

/// Returns the text of an element up to the next tag.
pub(super) fn element(line: &Line<'_>, at: usize) -> Option<Range<usize>> {
    let stop = line.end.min(at + LONG);
    let mut open = at;
    if line.is_at(at, b"<![CDATA[") {
        open = at + 9;
        let close = open + memchr::memmem::find(&line.text[open..stop], b"]]>")?;
        return Some(trimmed(line.text, open..close));
    }
    let close = match memchr::memchr(b'<', &line.text[open..stop]) {
        // `List<Token> read(List<String> lines)` is code.
        Some(close) if line.language != Language::Markup && line.byte(open + close + 1) != b'/' => {
            return None;
        }
        // `<user>:<password>@<host>` holds no elements.
        Some(close) if line.byte(open + close + 1) != b'/' && line.byte(open) == b'@' => {
            return None;
        }
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
pub(super) fn bare(line: &Line<'_>, key: &Key, tie: Tie, at: usize) -> Option<Range<usize>> {
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
    // An alias of YAML refers to a value.
    let is_alias = first == b'*' && line.language == Language::Yaml;
    if matches!(first, b'"' | b'\'' | b'`') || is_alias || is_next_setting(line, key, tie, at) {
        return None;
    }
    // In a text `io.jwt:api:1.0` assigns nothing, and `{"k": v}` is code. Chinese has no blank behind a colon.
    let in_text = key.place(line) != Place::Code || line.language == Language::Prose;
    let ends_in_ascii = line.text[key.range.end - 1].is_ascii();
    let touches = at == tie.at && line.before(at) == b':' && ends_in_ascii;
    if in_text && (tie.form == Form::Colon && touches || key.quoted && tie.form != Form::Pair) {
        return None;
    }
    // The tag of an image: `shop/api-token:v1`.
    if touches && tie.form == Form::Colon && line.before(key.range.start) == b'/' {
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
    // `rw,password=v,uid=1000`
    let among_options = line.before(key.range.start) == b',';
    let end = if among_options {
        memchr::memchr(b',', &rest[..end]).unwrap_or(end)
    } else {
        end
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
    let of_sentence = tie.form == Form::Prose && is_of_sentence(line, &range);
    (!range.is_empty() && !of_sentence).then_some(range)
}

/// Tells whether a word is one of a sentence that goes on: `the token is the one that`.
fn is_of_sentence(line: &Line<'_>, word: &Range<usize>) -> bool {
    line.text[word.clone()].iter().all(u8::is_ascii_lowercase)
        && line.byte(word.end) == b' '
        && line.byte(line.skip_blanks(word.end)).is_ascii_alphabetic()
}

/// Tells whether what stands behind a blank is another setting, and the value empty: `K= NEXT=v run`.
fn is_next_setting(line: &Line<'_>, key: &Key, tie: Tie, at: usize) -> bool {
    let touches = line.language == Language::Shell && tie.at == key.range.end + 1 && at > tie.at;
    let word = line.text[at..line.end].iter();
    let mut name = word.skip_while(|b| b.is_ascii_alphanumeric() || **b == b'_');
    touches && name.next() == Some(&b'=')
}

/// Returns how much of the rest of a line of data is the value.
fn rest_of_line(line: &Line<'_>, at: usize, rest: &[u8]) -> usize {
    let ini = line.language == Language::Ini;
    // A comment behind the value.
    let comment = |&i: &usize| {
        matches!(rest[i - 1], b' ' | b'\t')
            && (rest[i] == b'#' || ini && (rest[i] == b';' || rest[i..].starts_with(b"//")))
    };
    let end = (1..rest.len()).find(comment).unwrap_or(rest.len());
    let mut end = if ini {
        setting(&rest[..end]).unwrap_or(end)
    } else {
        end
    };
    // `{user: a, password: b}` of YAML, `db { password = a, pool = 5 }` of HOCON, `listen { password = a; }`.
    if memchr::memchr(b'{', &line.text[line.start.min(at)..at]).is_some() {
        let ends = |b: &u8| matches!(b, b',' | b'}') || ini && *b == b';';
        end = rest[..end].iter().position(ends).unwrap_or(end);
    }
    end
}

/// Returns where another setting begins in the rest of a line: `v API_SECRET=w`.
fn setting(rest: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b' ', rest).find(|&blank| {
        let name = rest[blank + 1..].iter();
        let length = name
            .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_')
            .count();
        length > 2 && rest.get(blank + 1 + length) == Some(&b'=')
    })
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
