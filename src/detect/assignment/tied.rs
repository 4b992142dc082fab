//! The value of an assignment, from the place on where something ties it to a key.

use std::cell::OnceCell;
use std::ops::Range;

mod several;

use super::bare::{bare, element, is_one_word};
use super::below::value_word;
use super::brackets::{self, words};
use super::entries::{self, Layout};
use super::expression::{acts_on_its_owner, fallback, makes_a_string, takes_a_name, wrapped};
use super::literal::{Value, block, literal, narrowed, trimmed, unwrapped};
use super::name::Key;
use super::{Assignment, Form, Language, Line, Quote};
use crate::lexicon::{LOOKS_ELEMENT, MAP_PUT, PLAIN_TAG, secret_name};
use crate::rule::SecretKind;
use several::{is_environment, is_several, separates};

/// What makes a text of the literals that follow.
const JOIN: &[u8] = b".join(";

/// What ties a value to a key, and where the value may begin.
#[derive(Clone, Copy)]
pub(super) struct Tie {
    pub(super) form: Form,
    pub(super) at: usize,
}

/// A key and where its value begins, however far that has come.
pub(crate) struct Tied {
    /// The key, without quotes.
    pub(crate) key: Range<usize>,
    /// How the value is tied to it.
    pub(crate) form: Form,
    /// Where the value begins; the end of the line if nothing stands there.
    pub(crate) at: usize,
    /// The literal that begins there, if it is closed on its line; else what may be secret of a value that is complete.
    pub(crate) values: Vec<Range<usize>>,
    /// Whether it is such a literal.
    pub(crate) closed: bool,
}

/// Returns where the value of a key begins, and as much of it as is complete.
pub(super) fn tied_to(line: &Line<'_>, key: &Key, tie: Tie) -> Tied {
    let at = begin(line, tie.at);
    let closed = |value: &Value| value.range.end < value.end && value.end <= line.end;
    let literal = literal(line, at).filter(closed);
    let closed = literal.is_some();
    let mut values: Vec<_> = literal.into_iter().map(|value| value.range).collect();
    if !closed {
        of(line, key, tie, &mut |found| values.push(found.value));
    }
    Tied {
        key: key.range.clone(),
        form: tie.form,
        at,
        values,
        closed,
    }
}

/// Hands out the values tied to a key.
pub(super) fn of(line: &Line<'_>, key: &Key, tie: Tie, out: &mut dyn FnMut(Assignment)) {
    let mut values = Values {
        key,
        line,
        form: tie.form,
        plural: OnceCell::new(),
        out,
    };
    let name = &line.text[key.range.clone()];
    if tie.form == Form::Call
        && (takes_a_name(name) || acts_on_its_owner(name) && !name.ends_with(b".equals"))
    {
        return;
    }
    if tie.form == Form::Compare && names_a_type(line, key) {
        return;
    }
    if tie.form == Form::Entry {
        if values.is_plural() {
            let open = line.skip_blanks(key.after);
            if line.byte(open) == b'{' {
                values.entries(line, open, Layout::Brackets);
            } else {
                values.entries(line, tie.at, Layout::Section);
            }
        }
        return;
    }
    let mut at = begin(line, tie.at);
    let in_page = line.language == Language::Markup && tie.form == Form::Prose;
    if in_page {
        at = behind_tags(line, at);
    }
    if in_page || tie.form == Form::Element || tie.form == Form::Pair && line.before(tie.at) == b'>'
    {
        if let Some(value) = element(line, at) {
            values.hand_out(value, Quote::Text, None);
        }
        return;
    }
    let opens = matches!(line.byte(at), b'(' | b'\\') && line.skip(at + 1) >= line.end;
    let goes_on = matches!(
        tie.form,
        Form::Equals | Form::Colon | Form::Arrow | Form::Argument | Form::Call | Form::Default
    );
    if opens && line.byte(at) == b'\\' && matches!(line.language, Language::Ini | Language::Shell) {
        values.continued();
    } else if opens && line.byte(at) == b'(' && values.is_list() {
        values.entries(line, at, Layout::Brackets);
    } else if goes_on && (opens || at >= line.end) {
        values.below();
    } else if !opens {
        values.here(line, tie.at, at);
    }
}

/// Tells whether it is the type of a name that is compared: `typeof password === "string"`.
fn names_a_type(line: &Line<'_>, key: &Key) -> bool {
    let head = &line.text[line.start.min(key.range.start)..key.range.start];
    head.trim_ascii_end().ends_with(b"typeof")
}

/// Returns where a value begins: behind blanks, comments, `**` of Markdown and `&anchor` of YAML.
fn begin(line: &Line<'_>, at: usize) -> usize {
    let mut begin = line.skip(at);
    // `**Password:** v`
    if line.language == Language::Prose && line.is_at(at, b"**") && line.byte(at + 2) != b'*' {
        begin = line.skip_blanks(at + 2);
    }
    // `password: &anchor v`, `password: !unsafe v`
    while line.language == Language::Yaml && matches!(line.byte(begin), b'&' | b'!') {
        let property = line.text[begin..line.end].iter();
        let end = begin + property.take_while(|&&b| b != b' ').count();
        if line.byte(begin) == b'!' && !PLAIN_TAG.has(&line.text[begin..end]) {
            break;
        }
        begin = line.skip_blanks(end);
    }
    begin
}

/// Returns the place behind the tags that say how the text behind them looks: `<code>v</code>`.
fn behind_tags(line: &Line<'_>, mut at: usize) -> usize {
    while line.byte(at) == b'<' {
        let name = line.text[at + 1..line.end].iter();
        let end = at + 1 + name.take_while(|b| b.is_ascii_alphanumeric()).count();
        let close = memchr::memchr(b'>', &line.text[end..line.end]);
        let Some(length) = close.filter(|_| LOOKS_ELEMENT.has(&line.text[at + 1..end])) else {
            break;
        };
        at = line.skip_blanks(end + length + 1);
    }
    at
}

/// Reads the values of one key and hands them out.
struct Values<'a, 'o> {
    key: &'a Key,
    /// The line of the key.
    line: &'a Line<'a>,
    form: Form,
    /// The name, or the part of it, that is the plural of one of a secret, once it was asked.
    plural: OnceCell<Option<Range<usize>>>,
    out: &'o mut dyn FnMut(Assignment),
}

impl Values<'_, '_> {
    fn hand_out(&mut self, value: Range<usize>, quote: Quote, callee: Option<Range<usize>>) {
        self.hand_out_as(self.form, value, quote, callee);
    }

    fn hand_out_as(
        &mut self,
        form: Form,
        value: Range<usize>,
        quote: Quote,
        callee: Option<Range<usize>>,
    ) {
        let text = self.line.text;
        if form != Form::Entry && is_several(&text[value.clone()]) && self.is_list() {
            for one in words(text, value, separates) {
                self.hand_out_as(Form::Entry, one, quote, None);
            }
            return;
        }
        let value = match form {
            Form::Argument => unwrapped(text, value),
            _ => narrowed(text, value),
        };
        // The names in an object are read by themselves.
        let is_object = form == Form::Flag && text[value.clone()].starts_with(b"{\"");
        if !value.is_empty() && !is_object {
            let part = Some(form).filter(|form| *form == Form::Entry);
            let part = part.and_then(|_| self.plural().cloned());
            (self.out)(Assignment {
                key: part.unwrap_or_else(|| self.key.range.clone()),
                value,
                form,
                quote,
                place: self.key.place(self.line),
                callee,
            });
        }
    }

    /// Files of settings and shells go on behind a backslash on the line below, without quotes.
    fn continued(&mut self) {
        let Some(next) = self.line.following().map(|next| self.line.next(next)) else {
            return;
        };
        let value = trimmed(next.text, next.start..next.end);
        if is_one_word(&next.text[value.clone()]) {
            self.hand_out(value, Quote::Bare, None);
        }
    }

    /// Reads a value on the next line that holds more than a comment.
    fn below(&mut self) {
        let lines = matches!(self.line.language, Language::Yaml | Language::Prose);
        if lines && self.is_plural() {
            let layout = Layout::Deeper(self.line.indent());
            self.entries(self.line, self.line.end, layout);
            return;
        }
        let Some(below) = self.line.next_with_text() else {
            return;
        };
        let at = below.skip(below.start);
        if self.line.language == Language::Yaml && is_environment(&below, at) {
            let layout = Layout::Deeper(self.line.indent());
            self.environments(self.line, self.line.end, layout);
            return;
        }
        if literal(&below, at).is_some() {
            self.here(&below, at, at);
            return;
        }
        // A scalar of YAML, or a value of an .ini file, on a line of its own.
        let rest = &below.text[at..below.end];
        let alone = match below.language {
            Language::Yaml => is_one_word(rest),
            Language::Ini => is_one_word(rest) && !rest.contains(&b'='),
            _ => false,
        };
        let alone = alone && self.form != Form::Default;
        if alone && below.indent() > self.line.indent() {
            self.hand_out(at..below.end, Quote::Bare, None);
        }
    }

    /// Reads a value that begins at `at`; what ties it to its key ends at `tied`.
    fn here(&mut self, line: &Line<'_>, tied: usize, at: usize) {
        if self.may_be_list()
            && let Some(open) = brackets::opened(line, at)
            && self.is_plural()
        {
            self.entries(line, open, Layout::Brackets);
            return;
        }
        // `std::vector<std::string> passwords{"v"};`
        if self.form == Form::Call && line.byte(self.key.after) == b'{' && self.is_plural() {
            self.entries(line, self.key.after, Layout::Brackets);
            return;
        }
        let object = line.byte(at) == b'{' && line.byte(at + 1) != b'{';
        if object && matches!(self.form, Form::Equals | Form::Colon | Form::Arrow) {
            self.environments(line, at, Layout::Brackets);
        }
        if self.list(line, at) {
            return;
        }
        if let Some(value) = literal(line, at) {
            self.literal(line, value);
            return;
        }
        if let Some((value, quote)) = block(line, at) {
            self.hand_out(value, quote, None);
            return;
        }
        // `<Login password={"v"}/>`
        if line.byte(at) == b'{'
            && self.form == Form::Equals
            && let Some(value) = literal(line, line.skip_blanks(at + 1))
        {
            self.hand_out(value.range, value.quote, None);
            return;
        }
        match self.form {
            Form::Compare => {}
            Form::Argument | Form::Call => self.argument(line, at),
            _ => self.expression(line, tied, at),
        }
    }

    /// Reads the literals of a list, and tells whether what stands there is one.
    fn list(&mut self, line: &Line<'_>, at: usize) -> bool {
        let may_be = matches!(
            self.form,
            Form::Equals | Form::Colon | Form::Arrow | Form::Argument
        );
        if !may_be || !matches!(line.byte(at), b'[' | b'(') || literal(line, at).is_some() {
            return false;
        }
        // `secrets = ["db-password", "api-key"]` lists names more often than passwords stand in a list.
        let name = secret_name(&self.line.text[self.key.range.clone()]);
        let names = name.is_some_and(|name| name.kind != SecretKind::Password) && self.is_plural();
        let form = if names { Form::Entry } else { self.form };
        let mut here = line.next(line.start);
        here.end = line.end;
        let mut i = at + 1;
        for _ in 0..line.steps {
            here = here.moved_on(i);
            i = here.skip_blanks(i);
            let Some(value) = literal(&here, i) else {
                break;
            };
            i = here.skip_blanks(value.end);
            self.hand_out_as(form, value.range, value.quote, None);
            if here.byte(i) != b',' {
                break;
            }
            i += 1;
        }
        // `[]byte("v")` is a type.
        let is_type = line.byte(at) == b'[' && line.byte(at + 1) == b']';
        let is_value = is_type || line.language.has_bare_values() && line.byte(at) == b'(';
        !is_value
    }

    fn literal(&mut self, line: &Line<'_>, value: Value) {
        // `set_password("service", "user", "v")` takes its password by another place.
        let next = |i| Some(line.skip_blanks(i)).filter(|&i| line.byte(i) == b',');
        if self.form == Form::Call
            && let Some(second) = next(value.end)
            && let Some(second) = literal(line, line.skip_blanks(second + 1))
            && next(second.end).is_some()
        {
            return;
        }
        // `passwords.put("db", "v")`
        if self.form == Form::Call
            && let Some(second) = next(value.end)
            && MAP_PUT.has(self.last_word())
            && self.is_plural()
        {
            if let Some(value) = literal(line, line.skip_blanks(second + 1)) {
                self.hand_out_as(Form::Entry, value.range, value.quote, None);
            }
            return;
        }
        // `$passwords = 'v', 'v'`
        if line.language == Language::Script && next(value.end).is_some() && self.is_list() {
            let mut end = value.end;
            while let Some(value) = next(end).and_then(|i| literal(line, line.skip_blanks(i + 1)))
                && entries::separator(line, value.end).is_none()
            {
                end = value.end;
                self.hand_out_as(Form::Entry, value.range, value.quote, None);
            }
        }
        // In CUE a literal may be the name of what follows: `secrets: "name": {`.
        if self.form == Form::Colon && line.byte(line.skip_blanks(value.end)) == b':' {
            return;
        }
        // `"a"b` is no scalar of YAML. What is joined to a literal is told by the judge.
        if line.language == Language::Yaml && line.byte(value.end).is_ascii_alphabetic() {
            return;
        }
        // `"".join(["v"])`
        if line.is_at(value.end, JOIN) {
            self.list(line, value.end + JOIN.len());
            return;
        }
        self.hand_out(value.range, value.quote, None);
    }

    /// `put("k", String.valueOf("v"))`, `setPassword(Optional.of("v"))`, `add_argument("--password", default="v")`
    fn argument(&mut self, line: &Line<'_>, at: usize) {
        if let Some((callee, value, None)) = wrapped(line, at)
            && makes_a_string(&line.text[callee.clone()])
        {
            self.hand_out(value.range, value.quote, Some(callee));
        } else if self.form == Form::Argument
            && let Some(word) = value_word(line, at)
            && let Some(value) = literal(line, line.skip_blanks(word))
        {
            self.hand_out_as(Form::Default, value.range, value.quote, None);
        }
    }

    /// Reads an expression that holds a literal, or a bare value.
    fn expression(&mut self, line: &Line<'_>, tied: usize, at: usize) {
        if let Some((callee, value, form)) = wrapped(line, at) {
            let form = form.unwrap_or(self.form);
            self.hand_out_as(form, value.range, value.quote, Some(callee));
            return;
        }
        // What a template writes: `{{ .Values.password | default "v" }}`, `{{ "v" | b64enc }}`
        let template = line.is_at(at, b"{{");
        let from = if template {
            line.skip_blanks(at + 2)
        } else {
            at
        };
        if template && let Some(value) = literal(line, from) {
            self.hand_out(value.range, value.quote, None);
            return;
        }
        if (template || !line.language.has_bare_values() || self.key.quoted)
            && let Some(value) = fallback(line, from)
        {
            self.hand_out_as(Form::Default, value.range, value.quote, None);
            return;
        }
        // A map of YAML on one line: the value is looked for inside.
        if line.language == Language::Yaml && line.byte(at) == b'{' && line.byte(at + 1) != b'{' {
            return;
        }
        let tie = Tie {
            form: self.form,
            at: tied,
        };
        if let Some(value) = bare(line, self.key, tie, at) {
            self.hand_out(value, Quote::Bare, None);
        }
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
