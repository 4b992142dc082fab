//! The words of shell commands, as a shell makes them of quotes, escapes, expansions and redirections.

mod script;

use std::ops::Range;

use super::near::{Value, quoted};
use super::token::is_word_byte;
use crate::fragment::line_end;
use script::Document;
pub(crate) use script::{Command, commands};

/// A word, as the shell makes it of its parts.
#[derive(Debug, Default)]
pub(crate) struct Word {
    /// Its bytes, without quotes and escapes; commands in it stand there as they are written.
    pub(crate) bytes: Vec<u8>,
    /// Where each of them is written.
    places: Vec<Range<usize>>,
    /// Which of them a script has in quotes, or in a command or variable.
    inside: Vec<Range<usize>>,
    written: Range<usize>,
}

impl Word {
    fn at(written: Range<usize>) -> Self {
        Self {
            written,
            ..Self::default()
        }
    }

    /// Returns the word that stands somewhere without quotes.
    pub(crate) fn plain(text: &[u8], range: Range<usize>) -> Self {
        let mut word = Self::at(range.clone());
        word.copy(text, range);
        word
    }

    /// Returns where a part of its bytes is written.
    pub(crate) fn place(&self, part: Range<usize>) -> Range<usize> {
        match (self.places.get(part.start), self.places[..part.end].last()) {
            (Some(first), Some(last)) if part.start < part.end => first.start..last.end,
            _ => self.written.start..self.written.start,
        }
    }

    /// Tells whether it holds neither quotes nor escapes.
    pub(crate) fn is_bare(&self) -> bool {
        self.written.len() == self.bytes.len()
    }

    /// Tells of each byte whether it stands in a script without quotes and escapes, and in no command and no variable.
    pub(crate) fn open(&self) -> Vec<bool> {
        let mut open: Vec<bool> = self.places.iter().map(|place| place.len() == 1).collect();
        open.resize(self.bytes.len(), false);
        for range in &self.inside {
            open[range.clone()].fill(false);
        }
        open
    }

    /// Returns the word without the bytes that `keeps` refuses.
    pub(crate) fn filtered(mut self, keeps: impl Fn(u8) -> bool) -> Self {
        let kept = self
            .bytes
            .iter()
            .zip(self.places)
            .filter(|(b, _)| keeps(**b));
        (self.bytes, self.places) = kept.unzip();
        self.inside.clear();
        self
    }

    fn push(&mut self, byte: u8, place: Range<usize>) {
        self.bytes.push(byte);
        self.places.push(place);
    }

    fn copy(&mut self, text: &[u8], range: Range<usize>) {
        self.bytes.extend_from_slice(&text[range.clone()]);
        self.places.extend(range.map(|at| at..at + 1));
    }

    /// Copies what is one thing: a command, a variable.
    fn copy_inside(&mut self, text: &[u8], range: Range<usize>) {
        let from = self.bytes.len();
        self.copy(text, range);
        self.inside.push(from..self.bytes.len());
    }
}

/// Reads commands. A script is read exactly. Around a command in any text (a list of YAML, a string of Python, prose) stands
/// what is no shell's: a quote or a bracket that is not closed ends the command there, and `\"` may be a quote.
#[derive(Default)]
pub(crate) struct Shell<'a> {
    text: &'a [u8],
    at: usize,
    script: bool,
    commands: Vec<Command>,
    /// The number of the command that is read.
    current: usize,
    documents: Vec<Document>,
    depth: usize,
    /// Whether `<<` and `#` are operators, and whether one stands there.
    arithmetic: bool,
    doubtful: bool,
    /// How many ends were looked for that are not there; more than `ENDLESS` if something could not be read.
    endless: usize,
}

impl<'a> Shell<'a> {
    fn new(text: &'a [u8], at: usize, script: bool, depth: usize) -> Self {
        Self {
            text,
            at,
            script,
            depth,
            commands: vec![Command::default()],
            ..Self::default()
        }
    }

    /// Returns the words of a command in any text, from a place on.
    pub(crate) fn around(text: &'a [u8], at: usize, reach: usize) -> Self {
        Self::new(&text[..text.len().min(at + reach)], at, false, 0)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// Reads a redirection if one stands here; `None` where it is the mark of a tag or a placeholder around the command.
    fn redirection(&mut self) -> Option<bool> {
        const MARKS: [&[u8]; 12] = [
            b"&>>", b"&>", b"<<<", b"<<-", b"<<", b"<>", b"<&", b">&", b">>", b">|", b"<", b">",
        ];
        let rest = &self.text[self.at..];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let rest = &rest[digits..];
        let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(mark)) else {
            return Some(false);
        };
        let behind = rest.get(mark.len());
        let short = mark.len() == 1;
        self.doubtful |= self.arithmetic && !short;
        if self.arithmetic || short && behind == Some(&b'(') {
            return Some(false);
        }
        let tag = short && !matches!(rest, [_, b' ', ..] | [b'>', b'/', ..]);
        if tag && !self.script {
            return None;
        }
        self.at += digits + mark.len();
        self.skip_blanks();
        let word = self.joined();
        let command = self.current;
        match *mark {
            b"<<" | b"<<-" => {
                let indented = mark.len() == 3;
                self.documents.push(Document {
                    tag: word,
                    command,
                    indented,
                });
            }
            b"<<<" => self.commands[command].input.push(word),
            b"<" if word.bytes.starts_with(b"<(") => self.commands[command].input.push(word),
            b"<" | b"<&" => {}
            b">>" | b"&>>" if self.script => self.commands[command].appended.push(word),
            _ if self.script => self.commands[command].output.push(word),
            _ => {}
        }
        Some(true)
    }

    /// Skips blanks and the ends of lines that go on.
    fn skip_blanks(&mut self) {
        loop {
            self.at += match &self.text[self.at..] {
                [b' ' | b'\t', ..] => 1,
                [b'\r', ..] if self.script => 1,
                [b'\\', b'\n', ..] => 2,
                [b'\\', b'\r', b'\n', ..] => 3,
                _ => return,
            };
        }
    }

    /// Reads the parts of a word.
    fn joined(&mut self) -> Word {
        let mut word = Word::at(self.at..self.at);
        while self.part(&mut word) {}
        word.written.end = self.at;
        word
    }

    /// Reads a part of a word, if it goes on.
    fn part(&mut self, word: &mut Word) -> bool {
        let Some(byte) = self.byte(self.at) else {
            return false;
        };
        match (byte, self.byte(self.at + 1)) {
            (b'<' | b'>' | b'$', Some(b'(')) => self.substitution(word),
            (b'\'' | b'"', _) | (b'$', Some(b'\'' | b'"')) => return self.quote(word),
            (b'\\', _) => return self.backslash(word),
            (b'`', _) if !self.script => return false,
            (b'(', _) if !self.script => self.take_byte(word, 0),
            _ if b" \t\r\n;&|()<>".contains(&byte) => return false,
            _ if byte.is_ascii_control() && !self.script => return false,
            _ => self.expansion(word, false),
        }
        true
    }

    /// Takes a byte behind so many that escape it.
    fn take_byte(&mut self, word: &mut Word, escapes: usize) {
        let end = self.at + escapes + 1;
        word.push(self.text[end - 1], self.at..end);
        self.at = end;
    }

    /// Reads what the shell puts something else for, or one byte.
    fn expansion(&mut self, word: &mut Word, quoted: bool) {
        match (self.text[self.at], self.byte(self.at + 1)) {
            (b'$', Some(b'(')) => self.substitution(word),
            (b'$', Some(b'{')) if self.script => self.braces(word, quoted),
            (b'`', _) if self.script => self.back_ticks(word, quoted),
            _ => {
                // Most bytes mean nothing to a shell.
                let rest = self.text[self.at + 1..].iter();
                let plain = rest.take_while(|b| {
                    is_word_byte(**b) || b"-./:,@%+ ".contains(b) && (quoted || **b != b' ')
                });
                let end = self.at + 1 + plain.count();
                word.copy(self.text, self.at..end);
                self.at = end;
            }
        }
    }

    /// Reads a part in quotes.
    fn quote(&mut self, word: &mut Word) -> bool {
        let text = self.text;
        let dollar = text[self.at] == b'$';
        let from = self.at + usize::from(dollar);
        let (mut mark, mut next) = (text[from], None);
        if self.script {
            self.at = from + 1;
        } else if let Some(value) = self.closed(word, from) {
            self.text = &text[..value.range.end];
            self.at = value.range.start;
            (mark, next) = (text[value.next - 1], Some(value.next));
        } else if dollar {
            self.take_byte(word, 0);
            return true;
        } else {
            // `", "` parts the strings of a list.
            let behind = text[from + 1..].trim_ascii_start().strip_prefix(b",");
            let next = behind.map(<[u8]>::trim_ascii_start).unwrap_or_default();
            if next.first() == Some(&mark) {
                self.text = &text[..self.at];
            }
            return false;
        }
        let begin = word.bytes.len();
        if mark == b'"' {
            self.double(word, self.script);
        } else {
            self.single(word, dollar);
        }
        if self.script {
            word.inside.push(begin..word.bytes.len());
        }
        self.text = text;
        self.at = next.unwrap_or(self.at);
        true
    }

    /// Returns what the quotes at an offset hold, if they are the shell's: inside a word, the text around it may go on with them.
    fn closed(&self, word: &Word, at: usize) -> Option<Value> {
        let text = self.text;
        let begins = word.written.start == self.at;
        let value = quoted(text, at).or_else(|| {
            // A body of several lines: `-d '{` and so on.
            let mark = text.get(at).filter(|b| begins && **b != b'\\')?;
            let end = at + 1 + memchr::memchr(*mark, &text[at + 1..])?;
            Some(Value {
                range: at + 1..end,
                next: end + 1,
                quoted: true,
            })
        })?;
        let inside = &text[value.range.clone()];
        let option = word.bytes.ends_with(b"=") || matches!(word.bytes[..], [b'-', _]);
        let blank = memchr::memchr2(b' ', b'\t', inside).is_some();
        let first = inside.trim_ascii_start().first();
        let goes_on = first.is_some_and(|b| b"+,;)]}.&|:".contains(b));
        let own = begins || !blank && !goes_on || option && !(blank && goes_on);
        Some(value).filter(|value| own && text[value.next - 1] != b'`')
    }

    /// Reads text in which `$`, back-ticks and some escapes have a meaning, up to `"` if that closes it.
    fn double(&mut self, word: &mut Word, closes: bool) {
        while let Some(byte) = self.byte(self.at) {
            match (byte, self.byte(self.at + 1)) {
                (b'"', _) if closes => {
                    self.at += 1;
                    return;
                }
                (b'\\', Some(b'\n')) => self.at += 2,
                (b'\\', Some(b'"' | b'\\' | b'$' | b'`')) => self.take_byte(word, 1),
                _ => self.expansion(word, true),
            }
        }
    }

    /// Reads text up to `'`, with the escapes of `$'…'` if there was a `$`.
    fn single(&mut self, word: &mut Word, dollar: bool) {
        while let Some(byte) = self.byte(self.at) {
            if byte == b'\'' {
                self.at += 1;
                return;
            }
            if byte != b'\\' || !dollar {
                let rest = &self.text[self.at..];
                let len = memchr::memchr2(b'\'', if dollar { b'\\' } else { b'\'' }, rest)
                    .unwrap_or(rest.len());
                word.copy(self.text, self.at..self.at + len);
                self.at += len;
                continue;
            }
            let (len, character) = escape(&self.text[self.at + 1..]);
            let place = self.at..self.at + 1 + len;
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                word.push(byte, place.clone());
            }
            self.at = place.end;
        }
    }

    /// Reads a backslash and what it stands before.
    fn backslash(&mut self, word: &mut Word) -> bool {
        let apostrophe = self.text[..self.at].ends_with(b"'");
        match &self.text[self.at + 1..] {
            [b'\n', ..] => self.at += 2,
            [b'\r', b'\n', ..] => self.at += 3,
            [] => self.at += 1,
            // `'it'\''s'`
            [b'\'', b'\'', ..] if apostrophe => self.take_byte(word, 1),
            // In a string around it, what escapes a quote is the string's.
            [b'\'' | b'"' | b'\\', ..] if !self.script && self.quote(word) => {}
            [next, ..]
                if !self.script && (next.is_ascii_alphanumeric() || b"'\"".contains(next)) =>
            {
                return false;
            }
            _ => self.take_byte(word, 1),
        }
        true
    }

    /// Reads `$(…)` or `<(…)`.
    fn substitution(&mut self, word: &mut Word) {
        let start = self.at;
        let arithmetic = self.text[start..].starts_with(b"$((");
        self.at += 2;
        let may_close = self.endless == 0 && memchr::memchr(b')', &self.text[self.at..]).is_some();
        let closed = (self.script || may_close) && self.inner(arithmetic);
        if !closed && !self.script && self.depth == 0 {
            // It is none, and neither is another one behind it.
            self.endless = 1;
            self.at = start + 2;
        }
        word.copy_inside(self.text, start..self.at);
    }

    /// Reads `` `…` ``, in which a backslash stands before the marks of inner commands.
    fn back_ticks(&mut self, word: &mut Word, quoted: bool) {
        let start = self.at;
        let mut script = Vec::new();
        self.at += 1;
        while let Some(byte) = self.byte(self.at) {
            self.at += 1;
            match (byte, self.byte(self.at)) {
                (b'`', _) => break,
                (b'\\', Some(next)) if b"`\\$".contains(&next) || quoted && next == b'"' => {
                    script.push(next);
                    self.at += 1;
                }
                _ => script.push(byte),
            }
        }
        word.copy_inside(self.text, start..self.at);
        if self.deeper() {
            let mut inner = Shell::new(&script, 0, true, self.depth);
            inner.list(None);
            self.endless += inner.endless;
            self.commands.append(&mut inner.commands);
            self.depth -= 1;
        }
    }

    /// Reads `${…}`.
    fn braces(&mut self, word: &mut Word, quoted: bool) {
        let start = self.at;
        self.at += 2;
        let mut rest = self.text[self.at..].iter();
        // In quotes, an apostrophe is one in a default, but quotes a pattern.
        let operator = rest.find(|b| b":-=+?}#%/".contains(b));
        let literal = quoted && operator.is_some_and(|b| b":-=+?".contains(b));
        if !self.deeper() {
            return;
        }
        let mut inside = Word::default();
        while let Some(byte) = self.byte(self.at).filter(|b| *b != b'}') {
            if literal && byte == b'\'' || !self.part(&mut inside) {
                self.at += 1;
            }
        }
        self.depth -= 1;
        self.at = self.text.len().min(self.at + 1);
        word.copy_inside(self.text, start..self.at);
    }
}

impl Iterator for Shell<'_> {
    type Item = Word;

    /// Returns the next word before an operator.
    fn next(&mut self) -> Option<Word> {
        loop {
            self.skip_blanks();
            let hash = self.byte(self.at)? == b'#';
            self.doubtful |= hash && self.arithmetic;
            if hash && !self.arithmetic {
                self.script.then_some(())?;
                self.at = line_end(self.text, self.at);
            } else if !self.redirection()? {
                break;
            }
        }
        let word = self.joined();
        (!word.written.is_empty()).then_some(word)
    }
}

/// Returns the length of what stands behind a backslash in `$'…'`, and what it stands for.
fn escape(rest: &[u8]) -> (usize, char) {
    let (from, most, radix) = match rest.first() {
        Some(b'x') => (1, 2, 16),
        Some(b'u') => (1, 4, 16),
        Some(b'U') => (1, 8, 16),
        Some(b'0'..=b'7') => (0, 3, 8),
        Some(b'n') => return (1, '\n'),
        Some(b't') => return (1, '\t'),
        other => return (rest.len().min(1), char::from(*other.unwrap_or(&b'\\'))),
    };
    let digits = rest[from..].iter().take(most);
    let digits = digits.map_while(|b| char::from(*b).to_digit(radix));
    let (len, value) = digits.fold((from, 0), |(len, value), digit| {
        (len + 1, value << radix.ilog2() | digit)
    });
    (len, char::from_u32(value).unwrap_or(' '))
}
