//! What ties a value to a name, on either side of it.

use super::name::{Key, LONG, escaped, is_key_byte};
use super::value::{self, Tie};
use super::{Assignment, Form, Language, Line, Place};
use crate::lexicon::OF_OBJECT;

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

impl Key {
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
}
