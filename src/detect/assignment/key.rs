//! The key of an assignment: where it starts and ends, and what ties a value to it.

use std::cell::OnceCell;
use std::ops::Range;

use super::value::{self, Tie};
use super::{Assignment, Form, Language, Line, Place};
use crate::fragment::{line_end, line_start};
use crate::lexicon::{EQUALITY, NAME_ATTRIBUTE, OF_OBJECT, VALUE_ATTRIBUTE};
use crate::rule::edge::ends_escape;

/// A key is no longer than this.
pub(super) const LONG: usize = 96;
/// A word of a key in several words is no longer than this.
const WORD: usize = 24;
/// How many lines below a name its value is looked for.
const BELOW: usize = 3;
/// How many lines of a block that a name opens are looked through for its value.
const BLOCK: usize = 8;

/// Tells whether a byte may stand in an unquoted key.
pub(crate) fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80
}

/// Tells whether a byte may stand in one word of a key in several.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

/// Hands out the assignments whose key holds the byte at `at`.
pub(super) fn at(line: &Line<'_>, at: usize, out: &mut dyn FnMut(Assignment)) {
    if at >= line.end || !is_key_byte(line.text[at]) {
        return;
    }
    let (mut start, mut end) = (at, at + 1);
    while start > line.start && at - start < LONG && is_key_byte(line.text[start - 1]) {
        start -= 1;
    }
    while end < line.end && end - at < LONG && is_key_byte(line.text[end]) {
        end += 1;
    }
    if end - start >= LONG {
        return;
    }
    start += escaped(line, start, at);
    let Some(mut key) = Key::of(line, start, end) else {
        return;
    };
    let mut tied = false;
    if let Some(tie) = key.tie(line) {
        key.widen_left(line);
        value::of(line, &key, tie, &mut |assignment| {
            tied = true;
            out(assignment);
        });
    }
    if !tied {
        key.name_elsewhere(line, out);
    }
}

/// Returns how many of the key bytes from `start` on, before `at`, belong to an escape: the `n` of `\nname`, the `0A` of
/// `%0Aname`.
fn escaped(line: &Line<'_>, start: usize, at: usize) -> usize {
    if !matches!(line.before(start), b'\\' | b'%') {
        return 0;
    }
    let ends = (start + 1..=at.min(start + 5)).find(|&i| ends_escape(line.text, i));
    ends.map_or(0, |end| end - start)
}

/// Tells whether what stands before an argument is a call that takes a section, or a type, before the key: `set("db",`.
fn is_in_section(head: &[u8]) -> bool {
    let Some(section) = head.strip_suffix(b",").map(<[u8]>::trim_ascii_end) else {
        return false;
    };
    let Some((quote, section)) = section.split_last() else {
        return false;
    };
    let open = section.iter().rposition(|b| b == quote);
    let call = open.map_or(&section[..0], |open| section[..open].trim_ascii_end());
    matches!(quote, b'"' | b'\'')
        && [
            &b".set("[..],
            b"buildConfigField(",
            b"buildConfigField",
            b"resValue(",
            b"resValue",
        ]
        .iter()
        .any(|name| call.ends_with(name))
}

/// Tells whether what stands before an argument is a call that takes an object before the key: `setattr(config,`.
fn is_behind_object(head: &[u8]) -> bool {
    let Some(object) = head.strip_suffix(b",") else {
        return false;
    };
    let name = object.iter().rev().take_while(|&&b| is_key_byte(b)).count();
    OF_OBJECT.ends(&object[..object.len() - name])
}

/// Tells whether the line above a line opens the arguments of a call.
fn is_below_call(line: &Line<'_>) -> bool {
    let above = &line.text[line.start.saturating_sub(LONG)..line.start];
    above
        .trim_ascii_end()
        .strip_suffix(b"(")
        .and_then(|call| call.last())
        .is_some_and(|&b| is_key_byte(b) || b == b'!')
}

/// A key and how it is delimited.
pub(super) struct Key {
    /// Without quotes.
    pub(super) range: Range<usize>,
    /// The first byte behind it and its closing quote.
    pub(super) after: usize,
    /// Whether it is a string.
    pub(super) quoted: bool,
    /// What it stands in.
    place: OnceCell<Place>,
}

impl Key {
    /// Returns the key around the key bytes `start..end`.
    fn of(line: &Line<'_>, start: usize, end: usize) -> Option<Self> {
        if let Some(key) = Self::quoted(line, start, end) {
            return Some(key);
        }
        let (mut start, mut end) = (start, end);
        while end > start && matches!(line.text[end - 1], b'.' | b'-' | b'$') {
            end -= 1;
        }
        let flag = start;
        while start < end && matches!(line.text[start], b'-' | b'.' | b'$') {
            start += 1;
        }
        // -Dkey=value
        if start - flag == 1
            && line.text[flag] == b'-'
            && line.is_at(start, b"D")
            && end - start > 1
        {
            start += 1;
        }
        // ${KEY-default}
        if line.before(start) == b'{'
            && line.text[..start].ends_with(b"${")
            && let Some(dash) = memchr::memchr(b'-', &line.text[start..end])
        {
            end = start + dash;
        }
        // A pointer's arrow is no part of the key: `db->password`.
        if start >= end {
            return None;
        }
        // A part of a name with colons: `arn:aws:secretsmanager:eu-west-1:1234:secret:hex/token`.
        if line.byte(end) == b':'
            && line.before(start) == b':'
            && start > line.start + 1
            && line.text[start - 2].is_ascii_alphanumeric()
        {
            return None;
        }
        let mut key = Self {
            range: start..end,
            after: end,
            quoted: false,
            place: OnceCell::new(),
        };
        key.widen(line);
        Some(key)
    }

    /// Returns the key as a whole string: `"API key"`, `'x-api-key'`, `\"token\"`.
    fn quoted(line: &Line<'_>, start: usize, end: usize) -> Option<Self> {
        /// What else may stand in a quoted key.
        fn inside(byte: u8) -> bool {
            is_key_byte(byte) || matches!(byte, b' ' | b'/' | b'(' | b')' | b'@' | b'*' | b'#')
        }
        let mut to = end;
        while to < line.end && to - start < LONG && inside(line.text[to]) {
            to += 1;
        }
        let quote = line.byte(to);
        let (escapes, closing) = match quote {
            b'\\' => (1, line.byte(to + 1)),
            b'&' if line.is_at(to, b"&quot;") => (0, b';'),
            _ => (0, quote),
        };
        if !matches!(closing, b'"' | b'\'' | b'`' | b';') || closing == b';' && quote != b'&' {
            return None;
        }
        let mut from = start;
        while from > line.start && start - from < LONG && inside(line.text[from - 1]) {
            from -= 1;
        }
        if line.before(from) != closing {
            return None;
        }
        if escapes == 1 && (from < line.start + 2 || line.text[from - 2] != b'\\') {
            return None;
        }
        // `'pwd$'` is a pattern.
        if line.text[to - 1] == b'$' {
            return None;
        }
        let mut range = from..to;
        while range.start < range.end && matches!(line.text[range.start], b'-' | b':' | b'$' | b' ')
        {
            range.start += 1;
        }
        (!range.is_empty()).then_some(Self {
            range,
            after: to + escapes + if quote == b'&' { 6 } else { 1 },
            quoted: true,
            place: OnceCell::from(Place::Code),
        })
    }

    /// Returns what the key stands in; found out only when it matters, for the line before it must be read.
    pub(super) fn place(&self, line: &Line<'_>) -> Place {
        *self.place.get_or_init(|| {
            if self.is_setting(line) {
                Place::Code
            } else {
                line.place
                    .unwrap_or_else(|| place_of(line, self.range.start))
            }
        })
    }

    /// Tells whether a text or a comment holds a line of settings: `API_TOKEN=v` anywhere, `password: v` or
    /// `# password = v` with nothing else on the line.
    fn is_setting(&self, line: &Line<'_>) -> bool {
        if !line.language.has_bare_values() || self.range.start < line.start {
            return false;
        }
        let operator = line.skip_blanks(self.range.end);
        if !matches!(line.byte(operator), b':' | b'=') {
            return false;
        }
        let key = &line.text[self.range.clone()];
        let shouted = !key.iter().any(u8::is_ascii_lowercase);
        if shouted && operator == self.range.end && line.byte(operator) == b'=' {
            return true;
        }
        let before = &line.text[line.start..self.range.start];
        let rest = line.text[operator + 1..line.end.min(operator + 1 + LONG)].trim_ascii();
        before.iter().all(|b| b" \t#/;-*>".contains(b)) && !rest.is_empty() && !rest.contains(&b' ')
    }

    /// Takes the words behind the key into it where people write keys of several words: `API key: ...`.
    fn widen(&mut self, line: &Line<'_>) {
        let mut end = self.range.end;
        for _ in 0..2 {
            let next = end + 1;
            if line.byte(end) != b' ' || !is_word_byte(line.byte(next)) {
                return;
            }
            end = next;
            while end - next < WORD && is_word_byte(line.byte(end)) {
                end += 1;
            }
            // Only a word that the operator follows makes the key longer.
            let operator = end + usize::from(line.byte(end) == b' ');
            if matches!(line.byte(operator), b':' | b'=') {
                if self.place(line) != Place::Code || line.language == Language::Yaml {
                    self.range.end = end;
                    self.after = end;
                }
                return;
            }
        }
    }

    /// Takes the words before the key into it, likewise.
    fn widen_left(&mut self, line: &Line<'_>) {
        if self.quoted || line.before(self.range.start) != b' ' {
            return;
        }
        if self.place(line) == Place::Code && line.language != Language::Yaml {
            return;
        }
        for _ in 0..2 {
            let start = self.range.start;
            if start < line.start + 2
                || line.text[start - 1] != b' '
                || !line.text[start - 2].is_ascii_alphanumeric()
            {
                return;
            }
            let mut from = start - 1;
            while from > line.start && start - from < WORD && is_word_byte(line.text[from - 1]) {
                from -= 1;
            }
            self.range.start = from;
        }
    }

    /// Returns what ties a value to the key.
    #[expect(
        clippy::too_many_lines,
        reason = "one sign after the other, in the order in which they are tried"
    )]
    fn tie(&self, line: &Line<'_>) -> Option<Tie> {
        let mut i = self.after;
        if !self.quoted
            && matches!(line.byte(i), b'"' | b'\'' | b'`')
            && line.before(self.range.start) != b':'
        {
            // The end of a string that begins before the key: `name="db password"` is handled as a quoted key.
            return None;
        }
        // `config["password"]`, `password[]`, `$c['db']['password']`
        let hash = self.is_hash_key(line);
        let subscript = hash || line.byte(i) == b']' || line.byte(i) == b'[';
        while line.byte(i) == b']' {
            i += 1;
        }
        i += usize::from(hash);
        while line.byte(i) == b'[' {
            let close = (i..line.end.min(i + 24)).find(|&j| line.text[j] == b']')?;
            i = close + 1;
        }
        // `getenv("K") || "v"`
        let mut called = false;
        while line.byte(i) == b')' {
            i += 1;
            called = true;
        }
        let blanks = line.skip(i);
        let spaced = blanks > i;
        let i = blanks;
        let tie = |form, at| Some(Tie { form, at });
        let (a, b, c) = (line.byte(i), line.byte(i + 1), line.byte(i + 2));
        match (a, b) {
            (b'|', b'|') => return tie(Form::Default, i + 2 + usize::from(c == b'=')),
            (b'?', b'?') => return tie(Form::Default, i + 2 + usize::from(c == b'=')),
            (b'?', b':') if called || !subscript && c == b' ' && self.quoted => {
                return tie(Form::Default, i + 2);
            }
            (b'o' | b'O', b'r' | b'R') if spaced && c == b' ' && (called || subscript) => {
                return tie(Form::Default, i + 3);
            }
            (b'/', b'/') if hash => return tie(Form::Default, i + 2),
            // `public string K { get; set; } = "v";`
            (b'{', _) if spaced && !called && line.language == Language::Code => {
                let close = (i..line.end.min(i + LONG)).find(|&j| line.text[j] == b'}')?;
                let equals = line.skip_blanks(close + 1);
                let accessors = line.text[i + 1..close].trim_ascii_start();
                return (accessors.starts_with(b"get") && line.byte(equals) == b'=')
                    .then_some(())
                    .and_then(|()| tie(Form::Equals, equals + 1));
            }
            // A tag of a Go structure: `env:"K" envDefault:"v"`
            (b'e' | b'd', b'n' | b'e') if spaced && self.quoted => {
                let words = [&b"envDefault:"[..], b"env-default:", b"default:"];
                let word = words.iter().find(|word| line.is_at(i, word))?;
                return tie(Form::Default, i + word.len());
            }
            // `fetch("K") { "v" }`, `let(:k) { "v" }`
            (b'{', _) if called && line.language == Language::Script => {
                return tie(Form::Default, i + 1);
            }
            (b'.', b'u') if called => {
                let or = [
                    &b".unwrap_or("[..],
                    b".unwrap_or_else(|_|",
                    b".unwrap_or_else(||",
                ];
                let word = or.iter().find(|word| line.is_at(i, word))?;
                return tie(Form::Default, i + word.len());
            }
            (b'.', b'o' | b'g') if called => {
                let or = [&b".orElse("[..], b".getOrElse(", b".or("];
                let word = or.iter().find(|word| line.is_at(i, word))?;
                return tie(Form::Default, i + word.len());
            }
            _ => {}
        }
        if called {
            return None;
        }
        match (a, b, c) {
            (b'=', b'=', b'=') => tie(Form::Compare, i + 3),
            (b'=', b'=', _) => tie(Form::Compare, i + 2),
            (b'!', b'=', b'=') => tie(Form::Compare, i + 3),
            (b'!', b'=', _) => tie(Form::Compare, i + 2),
            (b'=', b'>', _) => tie(Form::Arrow, i + 2),
            (b'=', b'~', _) => None,
            (b'=', _, _) => tie(self.form_of_equals(line), i + 1),
            (b':', b':', b'=') => tie(Form::Equals, i + 3),
            (b':', b'?', _) if self.is_expansion(line) => None,
            (b':', b'-' | b'=', _) if self.is_expansion(line) => tie(Form::Default, i + 2),
            (b'-', _, _) if !spaced && self.is_expansion(line) => tie(Form::Default, i + 1),
            (b':', b'=', _) => tie(Form::Equals, i + 2),
            (b':', b':', b':') if line.byte(i + 3) == b'=' => tie(Form::Equals, i + 4),
            (b':', b':', _) => None,
            (b':', _, _) if self.is_expansion(line) => tie(Form::Default, i + 1),
            (b':', _, _) => self.colon(line, i + 1),
            (b'?' | b'+' | b'.', b'=', _) => tie(Form::Equals, i + 2),
            (b'?', b':', _) => self.colon(line, i + 2),
            (b'<', b'-', _) => tie(Form::Equals, i + 2),
            // Of R: into the scope above.
            (b'<', b'<', b'-') => tie(Form::Equals, i + 3),
            // Scala and Kotlin: `"k" -> "v"`, `"k" to "v"`
            (b'-', b'>', _) | (b't', b'o', b' ') if self.quoted && spaced => {
                let at = line.skip_blanks(i + 2);
                matches!(line.byte(at), b'"' | b'\'')
                    .then_some(())
                    .and_then(|()| tie(Form::Arrow, at))
            }
            (b'e', b'q', b' ') | (b'n', b'e', b' ') if spaced => tie(Form::Compare, i + 3),
            (b'-', b'e', b'q') | (b'-', b'n', b'e') if spaced => tie(Form::Compare, i + 3),
            (b',', _, _) if self.is_first(line) => tie(Form::Argument, i + 1),
            (b'(' | b'{', _, _) if !self.quoted && !spaced => tie(Form::Call, i + 1),
            (b'>', _, _) if self.is_element(line) => tie(Form::Element, i + 1),
            // `"IDENTIFIED BY 'v'"`, `"password 'v'"`
            (b'"' | b'\'' | b'`' | b'@', _, _) if spaced && !self.quoted => {
                let shouted = !line.text[self.range.clone()]
                    .iter()
                    .any(u8::is_ascii_lowercase);
                if shouted || self.place(line) == Place::Code {
                    tie(Form::Directive, i)
                } else {
                    None
                }
            }
            _ if spaced && !self.quoted => self.spaced(line, i),
            _ => None,
        }
    }

    /// Tells whether the key is that of a hash, as Perl writes it: `$config{k}`, `$config->{'k'}`.
    fn is_hash_key(&self, line: &Line<'_>) -> bool {
        let quotes = self.after - self.range.end;
        let Some(open) = self.range.start.checked_sub(quotes + 1) else {
            return false;
        };
        line.language == Language::Script
            && line.byte(self.after) == b'}'
            && open > line.start
            && line.text[open] == b'{'
            && (line.text[open - 1].is_ascii_alphanumeric() || line.text[open - 1] == b'>')
    }

    /// `--k=v` and `-Dk=v` are flags, whatever they stand in.
    fn form_of_equals(&self, line: &Line<'_>) -> Form {
        let start = self.range.start;
        let dashed = line.before(start) == b'-'
            || line.before(start) == b'D'
                && start >= line.start + 2
                && line.text[start - 2] == b'-';
        if dashed { Form::Flag } else { Form::Equals }
    }

    /// Tells whether the key is a variable being expanded: `${K:-v}`.
    fn is_expansion(&self, line: &Line<'_>) -> bool {
        let start = self.range.start;
        line.before(start) == b'{'
            && start >= line.start + 2
            && matches!(line.text[start - 2], b'$' | b'%' | b'#')
    }

    /// Tells whether the key is an element's name, or names one by an attribute.
    fn is_element(&self, line: &Line<'_>) -> bool {
        self.quoted || matches!(line.before(self.range.start), b'<' | b':')
    }

    /// `k: v`, or `k: type = v`.
    fn colon(&self, line: &Line<'_>, i: usize) -> Option<Tie> {
        /// A type is no longer than this.
        const TYPE: usize = 64;
        let plain = Some(Tie {
            form: Form::Colon,
            at: i,
        });
        // In a line of settings a value may hold a colon: `label=Password: eight characters`.
        if !self.quoted
            && line.language == Language::Ini
            && line.text[line.start.min(self.range.start)..self.range.start].contains(&b'=')
        {
            return None;
        }
        if self.quoted || line.language.has_bare_values() {
            return plain;
        }
        let start = line.skip_blanks(i);
        let is_type = |b: u8| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'_' | b'.'
                        | b'<'
                        | b'>'
                        | b'['
                        | b']'
                        | b'|'
                        | b'&'
                        | b'?'
                        | b'!'
                        | b' '
                        | b'\''
                        | b':'
                        | b'*'
                        | b','
                )
        };
        if !line.byte(start).is_ascii_alphabetic() && line.byte(start) != b'&' {
            return plain;
        }
        let mut end = start;
        while end < line.end && end - start < TYPE && is_type(line.text[end]) {
            end += 1;
        }
        if line.byte(end) == b'=' && !matches!(line.byte(end + 1), b'=' | b'>') {
            return Some(Tie {
                form: Form::Equals,
                at: end + 1,
            });
        }
        plain
    }

    /// A value behind a blank: `ENV K v`, `--k v`, `password v` in .netrc, `token is v`, `k string = "v"`.
    fn spaced(&self, line: &Line<'_>, i: usize) -> Option<Tie> {
        let start = self.range.start;
        let tie = |form, at| Some(Tie { form, at });
        if line.before(start) == b'-' && line.byte(i) != b'-' {
            return tie(Form::Flag, i);
        }
        if line.before(start) == b':' && line.byte(i) == b'"' {
            return tie(Form::Directive, i);
        }
        for word in [
            &b"is: "[..],
            b"is ",
            b"was ",
            b"to ",
            b"by ",
            b"= ",
            b"ist ",
            b"est ",
            b"es ",
        ] {
            if line.is_at(i, word) {
                let quoted = matches!(
                    line.byte(line.skip_blanks(i + word.len())),
                    b'"' | b'\'' | b'`'
                );
                if quoted || self.place(line) != Place::Code {
                    return tie(Form::Prose, i + word.len());
                }
            }
        }
        let head = &line.text[line.start..start];
        let head = head.trim_ascii();
        // `| password | v |`
        if line.byte(i) == b'|' && head == b"|" && line.language == Language::Prose {
            return tie(Form::Prose, i + 1);
        }
        let directive = |word: &[u8]| {
            head.len() >= word.len() && head[head.len() - word.len()..].eq_ignore_ascii_case(word)
        };
        if directive(b"#define")
            || matches!(line.language, Language::Shell | Language::Prose)
                && (directive(b"ENV") || directive(b"ARG"))
            || directive(b"setenv")
            || directive(b"%env")
            || directive(b"%set_env")
            || directive(b"set")
            || directive(b"setx")
            || directive(b"set -x")
            || directive(b"set -gx")
            || directive(b"set -Ux")
            || directive(b"proxy_set_header")
            || directive(b"fastcgi_param")
            || line.language == Language::Ini && head.is_empty()
            || matches!(line.language, Language::Ini | Language::Prose) && directive(b"login")
        {
            return tie(Form::Directive, i);
        }
        // .netrc: `machine h login u password v`
        if matches!(line.language, Language::Ini) && head.starts_with(b"machine") {
            return tie(Form::Directive, i);
        }
        // `var password string = "v"`, `password VARCHAR(20) DEFAULT 'v'`
        if matches!(line.language, Language::Code | Language::Script)
            && self.place(line) == Place::Code
        {
            let mut end = i;
            while end < line.end
                && end - i < 32
                && (line.text[end].is_ascii_alphanumeric()
                    || matches!(
                        line.text[end],
                        b'*' | b'[' | b']' | b'.' | b'_' | b'(' | b')' | b' '
                    ))
            {
                end += 1;
            }
            if end > i && line.byte(end) == b'=' && !matches!(line.byte(end + 1), b'=' | b'>') {
                return tie(Form::Equals, end + 1);
            }
            // `DECLARE password VARCHAR2(20) := 'v'`
            if end > i && line.is_at(end, b":=") {
                return tie(Form::Equals, end + 2);
            }
            if line.byte(end) == b'\''
                && line.text[i..end]
                    .trim_ascii_end()
                    .to_ascii_lowercase()
                    .ends_with(b"default")
            {
                return tie(Form::Default, end);
            }
        }
        None
    }

    /// Hands out the value of a key that is itself a value: `{"name": "k", "value": "v"}`, `name: k` with `value: v`
    /// below, `<name>k</name><value>v</value>`.
    fn name_elsewhere(&self, line: &Line<'_>, out: &mut dyn FnMut(Assignment)) {
        let after = line.skip_blanks(self.after);
        let ends_tag = line.byte(after) == b'>' && self.quoted;
        if line.is_at(self.range.end, b"</") || ends_tag {
            self.element_below(line, out);
            return;
        }
        if !self.quoted && self.range.end != self.after {
            return;
        }
        if let Some(value) = self.literal_before(line) {
            value::of_range(line, self, value, out);
            return;
        }
        if self.is_list_flag(line) {
            self.item_below(line, out);
            return;
        }
        let (rest, lines) = match line.byte(after) {
            _ if self.opens_block(line) => (self.after, BLOCK),
            _ if !self.is_a_name(line) => return,
            b',' | b';' | b' ' => (after + 1, BELOW),
            0 => (after, BELOW),
            b if b.is_ascii_alphabetic() => (after, BELOW),
            // `{"value": "v", "name": "k"}`, `<add value="v" key="k"/>`
            b'}' | b'/' => {
                let head = &line.text[line.start.min(self.range.start)..self.range.start];
                let open = head.iter().rposition(|b| matches!(b, b'{' | b'<'));
                let Some(open) = open.map(|open| line.start + open + 1) else {
                    return;
                };
                (open, 0)
            }
            // `Field(default="v", alias="k")`
            b')' => {
                let head = &line.text[line.start.min(self.range.start)..self.range.start];
                let Some(open) = memchr::memrchr(b'(', head) else {
                    return;
                };
                (line.start + open + 1, 0)
            }
            _ => return,
        };
        // Judged by its own line, before those below are read.
        self.place(line);
        let indent = line.skip_blanks(line.start) - line.start;
        let mut from = rest;
        let mut below;
        let mut here = line;
        for _ in 0..=lines {
            if let Some(at) = value_word(here, from) {
                value::of(
                    here,
                    self,
                    Tie {
                        form: Form::Pair,
                        at,
                    },
                    out,
                );
                return;
            }
            let Some(next) = here.following() else { return };
            below = here.next(next);
            here = &below;
            from = here.start;
            let head = here.text[here.start..here.end].trim_ascii_start();
            // The next entry of the list is not this one's, nor is what stands beside a block.
            let depth = here.end - here.start - head.len();
            if head.starts_with(b"- ")
                || head.starts_with(b"}")
                || head.starts_with(b"]")
                || lines == BLOCK && line.language == Language::Yaml && depth <= indent
            {
                return;
            }
        }
    }

    /// Tells whether the key names a block that may hold its value: `"k": {"value": "v"}`, `variable "k" {` with
    /// `default = "v"` below, `<k value="v"/>`, `K:` with `Default: v` below.
    fn opens_block(&self, line: &Line<'_>) -> bool {
        let start = self.range.start;
        if !self.quoted && line.language == Language::Markup {
            return line.before(start) == b'<' && line.byte(self.after) == b' ';
        }
        let i = line.skip_blanks(self.after);
        if self.quoted && line.byte(i) == b'{' {
            return line.text[line.start.min(start)..start]
                .trim_ascii_start()
                .starts_with(b"variable ");
        }
        if line.byte(i) != b':' {
            return false;
        }
        let i = line.skip_blanks(i + 1);
        match line.byte(i) {
            b'{' => self.quoted || line.language == Language::Yaml,
            0 => line.language == Language::Yaml && i >= line.end,
            _ => false,
        }
    }

    /// Returns the literal that stands before its key: `"v" == k`, `"v".equals(k)`, `set("v", forKey: "k")`.
    fn literal_before(&self, line: &Line<'_>) -> Option<Range<usize>> {
        let quotes = usize::from(self.quoted);
        let mut i = self.range.start.checked_sub(quotes)?;
        if i <= line.start {
            return None;
        }
        let head = |i: usize| &line.text[line.start..i];
        if !self.quoted && line.text[i - 1] == b'(' {
            let call = EQUALITY.longest_end(head(i))?;
            i -= call;
        } else if !self.quoted
            && let Some(first) = head(i).trim_ascii_end().strip_suffix(b",")
        {
            // `Objects.equals("v", k)`
            let quote = *first.last().filter(|b| matches!(b, b'"' | b'\''))?;
            let open = first[..first.len() - 1].iter().rposition(|&b| b == quote)?;
            EQUALITY.longest_end(&first[..open])?;
            i = line.start + first.len();
        } else if self.quoted && matches!(line.text[i - 1], b':' | b'@' | b' ') {
            let label = head(i).trim_ascii_end();
            let label = label.strip_suffix(b"@").unwrap_or(label);
            let label = label
                .strip_suffix(b" forKey:")
                .or_else(|| label.strip_suffix(b" forHTTPHeaderField:"))?
                .trim_ascii_end();
            i = line.start + label.strip_suffix(b",").unwrap_or(label).len();
        } else {
            let operator = head(i).trim_ascii_end();
            operator.last().filter(|b| matches!(b, b'=' | b'>'))?;
            // `"v" -> k` of R.
            let rest = [&b"==="[..], b"!==", b"==", b"!=", b"->>", b"->"]
                .iter()
                .find_map(|&sign| operator.strip_suffix(sign))
                .filter(|_| !self.quoted)?;
            i = line.start + rest.trim_ascii_end().len();
        }
        let quote = *head(i).last().filter(|b| matches!(b, b'"' | b'\''))?;
        let open = head(i - 1).iter().rposition(|&b| b == quote)?;
        Some(line.start + open + 1..i - 1)
    }

    /// Tells whether the key is a flag that stands alone on a line of a list: `- --password`, `- "--password"`.
    fn is_list_flag(&self, line: &Line<'_>) -> bool {
        self.after + usize::from(line.byte(self.after) == b'"') >= line.end
            && self.range.start <= line.end
            && line.language == Language::Yaml
            && line.text[line.start.min(self.range.start)..self.range.start]
                .trim_ascii_start()
                .strip_prefix(b"- ")
                .is_some_and(|rest| matches!(rest.trim_ascii_start(), b"--" | b"\"--" | b"'--"))
    }

    /// Hands out the next item of a list.
    fn item_below(&self, line: &Line<'_>, out: &mut dyn FnMut(Assignment)) {
        let Some(next) = line.following() else { return };
        self.place(line);
        let below = line.next(next);
        let at = below.skip_blanks(below.start);
        if below.is_at(at, b"- ") {
            let tie = Tie {
                form: Form::Flag,
                at: at + 2,
            };
            value::of(&below, self, tie, out);
        }
    }

    /// Tells whether the key is the first of its arguments, so that the second may be its value; a flag may stand
    /// anywhere: `["run", "--password", "v"]`.
    fn is_first(&self, line: &Line<'_>) -> bool {
        let mut i = self.range.start;
        let mut dashed = false;
        while i > line.start
            && matches!(
                line.text[i - 1],
                b'"' | b'\'' | b'\\' | b' ' | b':' | b'-' | b'@' | b'`'
            )
        {
            i -= 1;
            dashed |= line.text[i] == b'-';
        }
        if dashed || line.before(i) == b'{' {
            return true;
        }
        if i == line.start && self.quoted {
            return is_below_call(line);
        }
        if line.before(i) == b'(' {
            // In a tuple of more than two there are only names: `fields=("api_key", "expiration", "name")`.
            let called = i >= line.start + 2
                && (is_key_byte(line.text[i - 2])
                    || matches!(line.text[i - 2], b'>' | b'!' | b']'));
            let rest = &line.text[self.after..line.end.min(self.after + LONG)];
            let close = memchr::memchr(b')', rest).unwrap_or(rest.len());
            return called || self.quoted && memchr::memchr_iter(b',', &rest[..close]).count() == 1;
        }
        // Without parentheses (`set :password, "v"`), or behind a pointer to what is filled (`flag.StringVar(&p, "k", "v"`).
        let head = line.text[line.start.min(i)..i].trim_ascii();
        if self.quoted && (is_in_section(head) || is_behind_object(head)) {
            return true;
        }
        let is_string = self.quoted || line.before(self.range.start) == b':';
        line.language == Language::Script
            && is_string
            && !head.is_empty()
            && head.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
            || head.strip_suffix(b",").is_some_and(|head| {
                let name = head.iter().rev().take_while(|&&b| is_key_byte(b)).count();
                head[..head.len() - name].ends_with(b"Var(&")
            })
    }

    /// Tells whether the key is the value of a `name`, `key`, `id` or the like.
    fn is_a_name(&self, line: &Line<'_>) -> bool {
        let mut i = self.range.start;
        while i > line.start
            && matches!(
                line.text[i - 1],
                b'"' | b'\'' | b'\\' | b' ' | b':' | b'=' | b'-' | b'$'
            )
        {
            i -= 1;
        }
        if !line.text[i..self.range.start]
            .iter()
            .any(|b| matches!(b, b':' | b'='))
        {
            return false;
        }
        NAME_ATTRIBUTE.ends(&line.text[line.start..i])
    }

    /// `<key>k</key><string>v</string>`, on one line or two.
    fn element_below(&self, line: &Line<'_>, out: &mut dyn FnMut(Assignment)) {
        let Some(close) = memchr::memchr(
            b'>',
            &line.text[self.range.end..line.end.min(self.range.end + 48)],
        ) else {
            return;
        };
        let mut at = line.skip_blanks(self.range.end + close + 1);
        let below;
        let mut here = line;
        if at >= line.end {
            let Some(next) = line.following() else { return };
            below = line.next(next);
            here = &below;
            at = here.skip_blanks(here.start);
        }
        let name = &here.text[at..here.end.min(at + 16)];
        let is_value = [
            &b"<string>"[..],
            b"<value>",
            b"<param-value>",
            b"<defaultvalue>",
            b"<data>",
            b"<v>",
            b"<default>",
        ]
        .iter()
        .any(|word| name.len() >= word.len() && name[..word.len()].eq_ignore_ascii_case(word));
        if !is_value {
            return;
        }
        self.place(line);
        let Some(open) = memchr::memchr(b'>', name) else {
            return;
        };
        value::of(
            here,
            self,
            Tie {
                form: Form::Pair,
                at: at + open + 1,
            },
            out,
        );
    }
}

/// Returns the place behind `value:` or `value=` on a line, from `from` on.
pub(super) fn value_word(line: &Line<'_>, from: usize) -> Option<usize> {
    /// How far from the name its value begins, at most.
    const NEAR: usize = 240;
    let stop = line.end.min(from + NEAR);
    let mut i = from;
    while i < stop {
        if !is_key_byte(line.text[i]) {
            if matches!(line.text[i], b'}' | b'>') {
                return None;
            }
            i += 1;
            continue;
        }
        let start = i;
        while i < stop && is_key_byte(line.text[i]) {
            i += 1;
        }
        let word = &line.text[start..i];
        // `defaultValue`, `ParameterValue`, `string-value`
        let ends = word.len() >= 5 && word[word.len() - 5..].eq_ignore_ascii_case(b"value");
        let is_value = ends || VALUE_ATTRIBUTE.has(word);
        let sealed = line.text[from..start].ends_with(b",")
            && memchr::memmem::rfind(&line.text[from..start], b"ENC[").is_some();
        if !is_value || sealed || word.starts_with(b"encrypted") {
            continue;
        }
        // `<value>v</value>`
        if line.byte(i) == b'>' && line.before(start) == b'<' {
            return Some(i + 1);
        }
        let mut j = i;
        while matches!(line.byte(j), b'"' | b'\'' | b'\\' | b' ') {
            j += 1;
        }
        if matches!(line.byte(j), b':' | b'=') {
            return Some(j + 1 + usize::from(line.byte(j + 1) == b'>'));
        }
    }
    None
}

/// Returns what the byte at `at` stands in, judged by the quotes and comment marks before it on its line.
fn place_of(line: &Line<'_>, at: usize) -> Place {
    let hash_comments = matches!(
        line.language,
        Language::Script | Language::Shell | Language::Ini | Language::Yaml
    );
    if line.language == Language::Prose {
        return Place::Prose;
    }
    let head = &line.text[line.start.min(at)..at];
    let lead = head.trim_ascii_start();
    if lead.starts_with(b"* ")
        || lead.starts_with(b"/*")
        || lead.starts_with(b"<!--")
        || lead.starts_with(b"-- ")
        || lead.starts_with(b"; ")
        || lead.starts_with(b"REM ")
        || lead.starts_with(b"% ")
    {
        return Place::Prose;
    }
    let mut open = 0u8;
    let mut i = 0;
    while i < head.len() {
        let byte = head[i];
        if open != 0 {
            if byte == b'\\' {
                i += 1;
            } else if byte == open {
                open = 0;
            }
        } else {
            match byte {
                b'"' | b'`' => open = byte,
                b'\''
                    if i == 0
                        || !head[i - 1].is_ascii_alphanumeric()
                        || line.language != Language::Yaml =>
                {
                    open = byte
                }
                b'#' if hash_comments && (i == 0 || head[i - 1].is_ascii_whitespace()) => {
                    return Place::Prose;
                }
                b'/' if head.get(i + 1) == Some(&b'/')
                    && (i == 0 || head[i - 1] != b':')
                    && !hash_comments =>
                {
                    return Place::Prose;
                }
                b'<' if head[i..].starts_with(b"<!--") => return Place::Prose,
                _ => {}
            }
        }
        i += 1;
    }
    if open == 0 { Place::Code } else { Place::Text }
}

/// Returns the name that the line of `at` stands under: the nearest line above that is indented less and names something.
pub(super) fn parent(text: &[u8], at: usize) -> Option<Range<usize>> {
    /// How many lines above are looked at, and how many bytes.
    const LINES: usize = 16;
    const BYTES: usize = 1 << 10;
    let floor = at.saturating_sub(BYTES);
    let start = |offset: usize| floor + line_start(&text[floor..offset], offset - floor);
    let indent = |from: usize| {
        text[from..]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    };
    let mut line = start(at);
    let depth = indent(line);
    for _ in 0..LINES {
        if line <= floor {
            return None;
        }
        line = start(line - 1);
        let from = line + indent(line);
        let end = line_end(&text[..at], from);
        let first = text[from];
        if from == end || matches!(first, b'#' | b'}' | b'/') {
            continue;
        }
        let section = first == b'[' && depth == 0;
        if indent(line) >= depth && !section {
            continue;
        }
        let begin = (from..end).find(|&i| is_key_byte(text[i]) && text[i] != b'-')?;
        let mut stop = begin;
        while stop < end && stop - begin < LONG && is_key_byte(text[stop]) {
            stop += 1;
        }
        return Some(begin..stop);
    }
    None
}
