//! Values of names that stand elsewhere: pairs of a name and a value, blocks, elements, items of lists.

use std::ops::Range;

use super::name::{Key, is_key_byte};
use super::value::{self, Tie};
use super::{Assignment, Form, Language, Line};
use crate::lexicon::{EQUALITY, NAME_ATTRIBUTE, VALUE_ATTRIBUTE};

/// How many lines below a name its value is looked for.
const BELOW: usize = 3;
/// How many lines of a block that a name opens are looked through for its value.
const BLOCK: usize = 8;

impl Key {
    /// Hands out the value of a key that is itself a value: `{"name": "k", "value": "v"}`, `name: k` with `value: v`
    /// below, `<name>k</name><value>v</value>`.
    pub(super) fn name_elsewhere(&self, line: &Line<'_>, out: &mut dyn FnMut(Assignment)) {
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
