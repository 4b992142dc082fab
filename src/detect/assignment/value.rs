//! The value of an assignment, from the place on where something ties it to a key.

use std::ops::Range;

use super::bare::{bare, element, is_one_word};
use super::expression::{acts_on_its_owner, fallback, makes_a_string, takes_a_name, wrapped};
use super::literal::{block, literal, narrowed, trimmed, unwrapped};
use super::name::Key;
use super::{Assignment, Form, Language, Line, Quote};

/// How many literals of a list are handed out.
const LIST: usize = 8;

/// What ties a value to a key, and where the value may begin.
#[derive(Clone, Copy)]
pub(super) struct Tie {
    pub(super) form: Form,
    pub(super) at: usize,
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
        // The names in an object are read by themselves.
        let is_object = form == Form::Flag && line.text[value.clone()].starts_with(b"{\"");
        if !value.is_empty() && !is_object {
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
            && let Some(word) = super::below::value_word(line, at)
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

/// Hands out a literal that stands left of its key.
pub(super) fn of_range(
    line: &Line<'_>,
    key: &Key,
    value: Range<usize>,
    form: Form,
    out: &mut dyn FnMut(Assignment),
) {
    let quote = match line.before(value.start) {
        b'\'' => Quote::Single,
        _ => Quote::Double,
    };
    let value = narrowed(line.text, value);
    if !value.is_empty() {
        out(Assignment {
            key: key.range.clone(),
            value,
            form,
            quote,
            place: key.place(line),
            callee: None,
        });
    }
}
