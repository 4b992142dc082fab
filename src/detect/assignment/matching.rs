//! Which form of assignment stands around a name.

use std::cell::Cell;
use std::ops::Range;

use super::below;
use super::forms::{
    APART, ASSIGNED, BESIDE, BY_BYTE, BY_MARKED, BY_STATE, BY_TOUCHING, Gap, ROWS, Row, Rows,
    Wanted, What, Where, by_language, numbers,
};
use super::left::{is_mark, left, may_assign, path_before};
use super::name::{Key, LONG};
use super::tied::{self, Tie, Tied};
use super::{Assignment, Form, Language, Line};
use crate::detect::lex::{is_word_byte, operator_len};
use crate::lexicon::{NEGATIVE_FIRST, secret_name};

/// A subscript is no longer than this.
const SUBSCRIPT: usize = 24;

/// Hands out the assignments whose key holds the byte at `at`.
pub(super) fn at(line: &Line<'_>, at: usize, out: &mut dyn FnMut(Assignment)) {
    let Some(mut key) = Key::around(line, at) else {
        return;
    };
    let Some(behind) = Surroundings::of(line, &key) else {
        return;
    };
    let yields = Cell::new(false);
    let mut out = |assignment| {
        yields.set(true);
        out(assignment);
    };
    if let Some((number, spot)) = first(behind.rows & BESIDE, line, &key, &behind) {
        let row = &ROWS[number];
        let narrow = key.range.clone();
        key.widen_left(line);
        // In a sentence the word before a name is a verb as often as a part of it: `Use password `.
        let says = |range: &Range<usize>| secret_name(&line.text[range.clone()]).is_some();
        // `use password=v` is no name of a switch where words stand apart.
        let before = line.text.get(key.range.start..narrow.start);
        let verb = before.unwrap_or_default().trim_ascii();
        let in_sentence =
            row.form == Form::Prose || line.language == Language::Prose && NEGATIVE_FIRST.has(verb);
        if in_sentence && !says(&key.range) && says(&narrow) {
            key.range = narrow;
        }
        spot.read(line, &key, row, &mut out);
    }
    for number in numbers(behind.rows & APART) {
        if yields.get() {
            return;
        }
        let row = &ROWS[number];
        if let Some(spot) = fits(row, line, &key, &behind) {
            // Judged by its own line, before others are read.
            key.place(line);
            spot.read(line, &key, row, &mut out);
        }
    }
}

/// Returns the name that holds the byte at `at` and what is tied to it beside it, however far that has come.
pub(super) fn tied_to(line: &Line<'_>, at: usize) -> Option<Tied> {
    let key = Key::around(line, at)?;
    let behind = Surroundings::of(line, &key)?;
    let (number, place) = first(behind.rows & BESIDE, line, &key, &behind)?;
    let tie = Tie {
        form: ROWS[number].form,
        at: place.at,
    };
    (place.line.is_none() && place.value.is_none()).then(|| tied::tied_to(line, &key, tie))
}

/// Returns the numbers of the forms that may tie a value to the name which holds the byte at `at`.
pub(super) fn forms_at(line: &Line<'_>, at: usize) -> Vec<usize> {
    let key = Key::around(line, at);
    let behind = key.as_ref().and_then(|key| Surroundings::of(line, key));
    let (Some(key), Some(behind)) = (key, behind) else {
        return Vec::new();
    };
    let beside = first(behind.rows & BESIDE, line, &key, &behind).map(|(number, _)| number);
    let apart = numbers(behind.rows & APART);
    let apart = apart.filter(|&number| fits(&ROWS[number], line, &key, &behind).is_some());
    beside.into_iter().chain(apart).collect()
}

/// Returns the number of the first form that stands around a name, and where the value begins.
fn first<'a>(
    rows: Rows,
    line: &Line<'a>,
    key: &Key,
    behind: &Surroundings,
) -> Option<(usize, Start<'a>)> {
    numbers(rows).find_map(|number| Some((number, fits(&ROWS[number], line, key, behind)?)))
}

/// Where a value begins.
struct Start<'a> {
    /// The line, if it is not that of the name.
    line: Option<Line<'a>>,
    at: usize,
    /// The whole value, if it stands left of the name.
    value: Option<Range<usize>>,
}

impl Start<'_> {
    /// Hands out the values that are read there.
    fn read(self, line: &Line<'_>, key: &Key, row: &Row, out: &mut dyn FnMut(Assignment)) {
        let form = row.form;
        if let Some(value) = self.value {
            tied::of_range(line, key, value, form, out);
        } else {
            let tie = Tie { form, at: self.at };
            tied::of(self.line.as_ref().unwrap_or(line), key, tie, out);
        }
    }
}

/// What stands around a name.
struct Surroundings {
    /// The forms that may stand there, by what costs little to look at.
    rows: Rows,
    /// The first byte behind what closes there, and how long the operator is that begins with it.
    at: usize,
    operator: usize,
}

impl Surroundings {
    /// Returns what stands around a name, if some form may.
    fn of(line: &Line<'_>, key: &Key) -> Option<Self> {
        let mut at = key.after;
        let hash = is_hash_key(line, key);
        let subscript = hash || matches!(line.byte(at), b']' | b'[');
        while line.byte(at) == b']' {
            at += 1;
        }
        at += usize::from(hash);
        while line.byte(at) == b'[' {
            let inside = at..line.end.min(at + SUBSCRIPT);
            at = 1 + at + memchr::memchr(b']', &line.text[inside])?;
        }
        let closed = at;
        while line.byte(at) == b')' {
            at += 1;
        }
        let solid = line.skip(at);
        let state = usize::from(key.quoted)
            | usize::from(solid > at) << 1
            | usize::from(subscript) << 2
            | usize::from(at > closed) << 3
            | usize::from(hash) << 4;
        let rows = BY_STATE[state] & BY_BYTE[usize::from(line.byte(solid))];
        let rows = rows & by_language(line.language);
        let rows = if rows == 0 {
            0
        } else {
            rows & rows_before(line, key, rows)
        };
        (rows != 0).then(|| Self {
            rows,
            at: solid,
            operator: operator_len(&line.text[solid..line.end]),
        })
    }
}

/// Returns which of some forms may stand around a name by what stands before it.
fn rows_before(line: &Line<'_>, key: &Key, rows: Rows) -> Rows {
    let head = &line.text[line.start.min(key.range.start)..key.range.start];
    let path = path_before(head);
    if path > 0 {
        // A path is the value of an attribute as a whole.
        let assigned = rows & ASSIGNED;
        let before = &head[..head.len() - path];
        return rows_behind(before, assigned) | rows_behind(head, rows & !assigned);
    }
    rows_behind(head, rows)
}

/// Returns which of some forms may stand behind a text.
fn rows_behind(head: &[u8], rows: Rows) -> Rows {
    let before = |end: usize| end.checked_sub(1).map_or(0, |last| head[last]);
    let marks = head.iter().rev().take_while(|&&b| is_mark(b)).count();
    let rows = rows
        & BY_TOUCHING[usize::from(before(head.len()))]
        & BY_MARKED[usize::from(before(head.len() - marks))];
    let mut assigning = head.iter().rev().take_while(|&&b| may_assign(b));
    if rows & ASSIGNED != 0 && !assigning.any(|b| matches!(b, b':' | b'=')) {
        rows & !ASSIGNED
    } else {
        rows
    }
}

/// Tells whether a name is the key of a hash, as Perl writes it: `$config{k}`, `$config->{'k'}`.
fn is_hash_key(line: &Line<'_>, key: &Key) -> bool {
    if line.byte(key.after) != b'}' || line.language != Language::Script {
        return false;
    }
    let quotes = key.after - key.range.end;
    let Some(open) = key.range.start.checked_sub(quotes + 1) else {
        return false;
    };
    open > line.start
        && line.text[open] == b'{'
        && (line.text[open - 1].is_ascii_alphanumeric() || line.text[open - 1] == b'>')
}

/// Returns where the value begins if a form stands around a name.
fn fits<'a>(row: &Row, line: &Line<'a>, key: &Key, behind: &Surroundings) -> Option<Start<'a>> {
    if !row.syntaxes.is_empty() && !row.syntaxes.contains(&line.syntax.name) {
        return None;
    }
    let mut spot = right(row, line, behind)?;
    let is_wanted = match row.wanted {
        _ if row.value != Where::Right => true,
        Wanted::Any => true,
        Wanted::Literal => matches!(line.byte(line.skip(spot.at)), b'"' | b'\'' | b'`' | b'@'),
        Wanted::Alone => is_alone(line, spot.at),
        Wanted::LastWord => {
            let rest = &line.text[spot.at..line.end.min(spot.at + LONG)];
            !rest.trim_ascii().contains(&b' ')
        }
    };
    if !is_wanted {
        return None;
    }
    let head = left(row.left, line, key)?;
    if row.shouted
        && line.text[key.range.clone()]
            .iter()
            .any(u8::is_ascii_lowercase)
        || !row.places.is_empty() && !row.places.contains(&key.place(line))
    {
        return None;
    }
    match row.value {
        Where::Right => {}
        Where::Left => spot.value = Some(head.value?),
        Where::Below { lines, deeper } => {
            let here = spot.line.as_ref().unwrap_or(line);
            let moved = spot.line.is_some();
            let indent = || line.indent() + usize::from(deeper);
            let depth = (line.language == Language::Yaml).then(indent);
            let found = below::value_below(here, spot.at, moved, usize::from(lines), depth)?;
            (spot.line, spot.at) = (Some(found.0), found.1);
        }
        Where::Within(bracket) => {
            let rest = head.rest();
            let open =
                memchr::memrchr2(bracket, if bracket == b'{' { b'<' } else { bracket }, rest)?;
            if rest[open] != bracket {
                return None;
            }
            spot.at = below::value_word(line, head.from + open + 1)?;
        }
    }
    Some(spot)
}

/// Returns where the value begins if the elements of a form stand behind a name.
fn right<'a>(row: &Row, first: &Line<'a>, behind: &Surroundings) -> Option<Start<'a>> {
    let mut at = behind.at;
    let mut moved: Option<Line<'a>> = None;
    for (number, step) in row.right.iter().enumerate() {
        let line = moved.as_ref().unwrap_or(first);
        if number > 0 {
            at = after_gap(step.gap, line, at)?;
        }
        if matches!(step.what, What::LineEnd | What::MayEnd) {
            if at >= line.end {
                let next = line.next(line.following()?);
                at = next.start;
                moved = Some(next);
            } else if matches!(step.what, What::LineEnd) {
                return None;
            }
            continue;
        }
        if number == 0
            && let What::Operator(operators) = step.what
        {
            let operator = &line.text[at..at + behind.operator];
            if !operators.iter().any(|one| one.as_bytes() == operator) {
                return None;
            }
            at += behind.operator;
            continue;
        }
        let next = row.right.get(number + 1).map(|step| &step.what);
        at = passed(&step.what, next, line, at)?;
    }
    if !row.right.is_empty() && row.before != Gap::Any {
        at = after_gap(row.before, moved.as_ref().unwrap_or(first), at)?;
    }
    Some(Start {
        line: moved,
        at,
        value: None,
    })
}

/// Returns the place behind an element right of a name, if it stands there.
fn passed(what: &What, next: Option<&What>, line: &Line<'_>, at: usize) -> Option<usize> {
    match *what {
        What::Operator(operators) => {
            let operator = &line.text[at..at + operator_len(&line.text[at..line.end])];
            let known = operators.iter().any(|one| one.as_bytes() == operator);
            known.then_some(at + operator.len())
        }
        What::Texts(texts) => Some(at + text_at(texts, line, at)?),
        What::Run(class, most) => {
            let end = run(class, most, line, at)?;
            // A word that follows is the last one of the run.
            let Some(What::Texts([word])) = next else {
                return Some(end);
            };
            let last = line.text[at..end].trim_ascii_end();
            Some(at + last.len().checked_sub(word.len())?)
        }
        What::Through(byte) => {
            let inside = at..line.end.min(at + LONG);
            Some(1 + at + memchr::memchr(byte, &line.text[inside])?)
        }
        What::Not(byte) => (line.byte(at) != byte).then_some(at),
        What::Letter => line.byte(at).is_ascii_alphabetic().then_some(at),
        _ => None,
    }
}

/// Returns the first place behind blanks and comments, if they stand there as they should.
fn after_gap(gap: Gap, line: &Line<'_>, at: usize) -> Option<usize> {
    let solid = line.skip(at);
    gap.fits(solid > at).then_some(solid)
}

/// Returns the length of the longest of several texts that stands at a place; a word ends there.
fn text_at(texts: &[&str], line: &Line<'_>, at: usize) -> Option<usize> {
    let stands = |text: &&&str| {
        let end = at + text.len();
        let word = text.as_bytes()[text.len() - 1].is_ascii_alphanumeric();
        line.is_at(at, text.as_bytes()) && !(word && is_word_byte(line.byte(end)))
    };
    texts.iter().filter(stands).map(|text| text.len()).max()
}

/// Returns where the bytes of a class end that begin with a letter or with what may stand before a type.
fn run(class: &[bool; 256], most: usize, line: &Line<'_>, at: usize) -> Option<usize> {
    let first = line.byte(at);
    if !first.is_ascii_alphabetic() && !matches!(first, b'&' | b'*' | b'[' | b'_') {
        return None;
    }
    let rest = &line.text[at..line.end.min(at + most)];
    let len = rest.iter().take_while(|&&b| class[usize::from(b)]).count();
    (len > 0).then_some(at + len)
}

/// Tells whether nothing but the value stands up to the closing parenthesis.
fn is_alone(line: &Line<'_>, value: usize) -> bool {
    let rest = &line.text[value..line.end.min(value + LONG)];
    let close = memchr::memchr(b')', rest).unwrap_or(rest.len());
    memchr::memchr(b',', &rest[..close]).is_none()
}
