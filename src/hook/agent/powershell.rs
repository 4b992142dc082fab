//! The words of PowerShell's commands, as far as they are known without running them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Groups inside of groups are followed so deep.
const DEEP: usize = 40;
/// What only PowerShell has.
const MARKS: &[&str] = &[
    "$env:",
    "]::",
    "-item",
    "-content",
    "out-file",
    "start-process",
    "invoke-",
    "iex ",
    "|iex",
    "@args",
    "argumentlist",
    "set-location",
    "-path ",
    "env:",
];

/// A command of PowerShell.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// Its words, without quotes; a command in brackets is one word, `$(…)`.
    pub(super) words: Vec<String>,
    /// The files that it writes to.
    pub(super) output: Vec<String>,
    /// Whether it reads what the one before it returns.
    pub(super) piped: bool,
}

/// Tells whether a text for some shell may be meant for PowerShell. In a here-document stands what is no command.
pub(super) fn may_be(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    !small.contains("<<") && MARKS.iter().any(|mark| small.contains(mark))
}

/// Returns the text that `-EncodedCommand` is given.
pub(super) fn decoded(word: &str) -> Option<String> {
    let bytes = STANDARD.decode(word).ok()?;
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16(&units).ok()
}

/// Returns the commands of a script; `None` if it nests too deep.
pub(super) fn statements(text: &str) -> Option<Vec<Statement>> {
    let mut reader = Reader {
        text: text.chars().collect(),
        at: 0,
        variables: HashMap::new(),
        found: Vec::new(),
    };
    reader.list(None, 0)?;
    Some(reader.found)
}

/// A word that is read.
#[derive(Default)]
struct Token {
    text: String,
    /// Whether it begins with a quote, a bracket or a variable: it is a value, and no command.
    value: bool,
    begun: bool,
}

struct Reader {
    text: Vec<char>,
    at: usize,
    variables: HashMap<String, Vec<String>>,
    found: Vec<Statement>,
}

/// A statement while it is read.
#[derive(Default)]
struct Open {
    statement: Statement,
    token: Token,
    /// The variable that is set, and whether something is put behind its value.
    target: Option<(String, bool)>,
    /// Whether its first word is a value.
    value: bool,
    /// Whether the next word is the name of a file that is written to.
    writes: bool,
    /// Whether the next word is put behind the last one.
    joins: bool,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    /// Goes on by so many characters, to the end of the text at most.
    fn forward(&mut self, by: usize) {
        self.at = self.text.len().min(self.at + by);
    }

    /// Reads statements up to a closing bracket; returns the words of the last one, and whether they are values.
    fn list(&mut self, close: Option<char>, depth: usize) -> Option<(Vec<String>, bool)> {
        if depth > DEEP {
            return None;
        }
        let mut open = Open::default();
        let mut last = (Vec::new(), true);
        while self.at < self.text.len() {
            let here = self.peek(0);
            if Some(here) == close {
                self.forward(1);
                break;
            }
            match (here, self.peek(1)) {
                ('#', _) if !open.token.begun => self.at = self.skip_behind("\n"),
                ('<', '#') => {
                    self.forward(2);
                    self.skip_behind("#>");
                }
                ('`', '\n') => self.forward(2),
                ('\n' | ';' | '|' | '}' | ')', next) => {
                    let piped = here == '|' && next != '|';
                    self.forward(1 + usize::from(here == '|' && !piped));
                    last = self.end(&mut open);
                    open.statement.piped = piped;
                }
                ('&', next) => {
                    self.forward(1 + usize::from(next == '&'));
                    if open.token.begun || !open.statement.words.is_empty() {
                        last = self.end(&mut open);
                    }
                }
                ('{', _) => {
                    self.forward(1);
                    Self::word(&mut open);
                    self.list(Some('}'), depth + 1)?;
                }
                ('(', _) => self.group(&mut open, depth)?,
                ('@', '(') => {
                    self.forward(1);
                    self.group(&mut open, depth)?;
                }
                ('@', '\'' | '"') => self.here_string(&mut open),
                ('>', _) => {
                    if matches!(&*open.token.text, "1" | "2" | "3" | "4" | "5" | "6" | "*") {
                        open.token = Token::default();
                    }
                    Self::word(&mut open);
                    self.forward(1 + usize::from(self.peek(1) == '>'));
                    open.writes = true;
                }
                (' ' | '\t' | '\r' | ',', _) => {
                    self.forward(1);
                    Self::word(&mut open);
                }
                _ => self.part(&mut open, depth)?,
            }
        }
        if open.token.begun || !open.statement.words.is_empty() || open.target.is_some() {
            last = self.end(&mut open);
        }
        Some(last)
    }

    /// Goes behind the next place where something stands, or to the end of the text; returns where it stands.
    fn skip_behind(&mut self, end: &str) -> usize {
        let end: Vec<char> = end.chars().collect();
        while self.at < self.text.len() && !self.text[self.at..].starts_with(&end) {
            self.at += 1;
        }
        let start = self.at;
        self.forward(end.len());
        start
    }

    /// Reads a part of a word.
    fn part(&mut self, open: &mut Open, depth: usize) -> Option<()> {
        let here = self.peek(0);
        let starts = !open.token.begun;
        match here {
            '\'' | '"' => {
                self.forward(1);
                open.token.begun = true;
                open.token.value |= starts;
                self.quote(open, here, depth)?;
            }
            '$' | '@' if here == '$' || starts && is_name(self.peek(1)) => {
                open.token.value |= starts;
                open.token.begun = true;
                self.variable(open, depth)?;
            }
            '`' => {
                self.forward(1);
                open.token.text.extend(self.text.get(self.at));
                open.token.begun = true;
                self.forward(1);
            }
            '=' | '+' if self.assigns(open) => {}
            '+' if starts && open.value || open.token.value && open.statement.words.is_empty() => {
                self.forward(1);
                Self::word(open);
                open.joins = true;
            }
            _ => {
                open.token.begun = true;
                open.token.text.push(here);
                self.forward(1);
            }
        }
        Some(())
    }

    /// Reads `=` or `+=` behind a variable.
    fn assigns(&mut self, open: &mut Open) -> bool {
        let more = self.peek(0) == '+';
        if more && self.peek(1) != '=' || open.target.is_some() {
            return false;
        }
        let only = |text: &str| {
            text.starts_with('$')
                .then(|| text[1..].trim_matches(['{', '}']).to_ascii_lowercase())
        };
        let name = match (&open.statement.words[..], open.token.begun) {
            ([], true) => only(&open.token.text),
            ([one], false) => only(one),
            _ => None,
        };
        let Some(name) = name else { return false };
        self.forward(1 + usize::from(more));
        *open = Open {
            target: Some((name, more)),
            ..Open::default()
        };
        true
    }

    /// Reads a part in quotes.
    fn quote(&mut self, open: &mut Open, mark: char, depth: usize) -> Option<()> {
        while self.at < self.text.len() {
            let here = self.peek(0);
            match here {
                _ if here == mark && self.peek(1) == mark => {
                    open.token.text.push(mark);
                    self.forward(2);
                }
                _ if here == mark => {
                    self.forward(1);
                    return Some(());
                }
                '`' if mark == '"' => {
                    open.token.text.extend(self.text.get(self.at + 1));
                    self.forward(2);
                }
                '$' if mark == '"' => self.variable(open, depth)?,
                _ => {
                    open.token.text.push(here);
                    self.forward(1);
                }
            }
        }
        Some(())
    }

    fn here_string(&mut self, open: &mut Open) {
        let mark = self.peek(1);
        self.forward(2);
        let start = self.at;
        let end = self.skip_behind(&format!("\n{mark}@"));
        open.token.text.extend(&self.text[start..end]);
        (open.token.begun, open.token.value) = (true, true);
    }

    /// Reads `$name`, `${name}`, `$env:NAME`, `$(…)` or `@name`.
    fn variable(&mut self, open: &mut Open, depth: usize) -> Option<()> {
        let mark = self.peek(0);
        self.forward(1);
        if self.peek(0) == '(' {
            let start = self.at;
            self.forward(1);
            let (words, value) = self.inside(depth)?;
            let text = if value {
                words.join(" ")
            } else {
                self.written(start)
            };
            open.token.text.push_str(&text);
            return Some(());
        }
        let braced = self.peek(0) == '{';
        self.forward(usize::from(braced));
        let start = self.at;
        while is_name(self.peek(0)) || self.peek(0) == ':' && is_name(self.peek(1)) {
            self.forward(1);
        }
        let name: String = self.text[start..self.at].iter().collect();
        self.forward(usize::from(braced && self.peek(0) == '}'));
        let sets = {
            let rest: String = self.text[self.at..].iter().take(40).collect();
            let rest = rest.trim_start();
            let first = open.statement.words.is_empty() && open.token.text.is_empty();
            first && (rest.starts_with('=') || rest.starts_with("+="))
        };
        match self.variables.get(&name.to_ascii_lowercase()) {
            Some(values) if !sets => {
                let values = values.clone();
                let (last, others) = values
                    .split_last()
                    .map_or((None, &[][..]), |(l, o)| (Some(l), o));
                for value in others {
                    open.token.text.push_str(value);
                    open.token.begun = true;
                    Self::word(open);
                }
                open.token.text.extend(last.map(String::as_str));
                open.token.begun = true;
            }
            _ => {
                open.token.text.push(mark);
                open.token.text.push_str(&name);
            }
        }
        Some(())
    }

    /// Reads up to `)`: values in brackets are no command.
    fn inside(&mut self, depth: usize) -> Option<(Vec<String>, bool)> {
        let (words, value) = self.list(Some(')'), depth + 1)?;
        let last = self.found.last();
        if value && !words.is_empty() && last.is_some_and(|found| found.words == words) {
            self.found.pop();
        }
        Some((words, value))
    }

    /// Returns a command in brackets as it is written.
    fn written(&self, start: usize) -> String {
        let text: String = self.text[start..self.at].iter().collect();
        format!("${text}")
    }

    /// Reads `(…)`: values are words, a command is one word, and what stands before it may be a method.
    fn group(&mut self, open: &mut Open, depth: usize) -> Option<()> {
        let start = self.at;
        self.forward(1);
        let before = self.found.len();
        let method = open.token.begun && !open.token.value || open.token.text.contains("]::");
        let (words, value) = self.inside(depth)?;
        if method {
            Self::word(open);
        }
        if value {
            for word in words {
                open.token.text.push_str(&word);
                (open.token.begun, open.token.value) = (true, true);
                Self::word(open);
            }
        } else {
            open.token.text = self.written(start);
            (open.token.begun, open.token.value) = (true, true);
        }
        // `(Get-Item x).Delete()`
        if self.peek(0) == '.' && self.found.len() > before {
            let name: String = self.text[self.at + 1..]
                .iter()
                .take_while(|c| is_name(**c))
                .collect();
            let inner = self
                .found
                .last()
                .map(|found| found.words.clone())
                .unwrap_or_default();
            let words = std::iter::once(format!("[]::{name}"))
                .chain(inner)
                .collect();
            self.found.push(Statement {
                words,
                ..Statement::default()
            });
        }
        Some(())
    }

    /// Ends a word.
    fn word(open: &mut Open) {
        if !open.token.begun {
            return;
        }
        let token = std::mem::take(&mut open.token);
        if open.writes {
            open.writes = false;
            open.statement.output.push(token.text);
        } else if let (true, Some(last)) = (open.joins, open.statement.words.last_mut()) {
            last.push_str(&token.text);
            open.joins = false;
        } else {
            open.value |= open.statement.words.is_empty() && token.value;
            open.statement.words.push(token.text);
        }
    }

    /// Ends a statement; returns its words, and whether they are values.
    fn end(&mut self, open: &mut Open) -> (Vec<String>, bool) {
        Self::word(open);
        let done = std::mem::take(open);
        let Statement { words, .. } = &done.statement;
        let last = (words.clone(), done.value || words.is_empty());
        if let Some((name, more)) = done.target {
            if let Some(variable) = name.strip_prefix("env:") {
                let set = format!("{}={}", variable.to_ascii_uppercase(), words.join(" "));
                self.found.push(Statement {
                    words: vec![set],
                    ..Statement::default()
                });
            }
            let values = self.variables.entry(name).or_default();
            if !more {
                values.clear();
            }
            values.extend(words.iter().cloned());
            if !done.value && !words.is_empty() {
                self.found.push(done.statement);
            }
        } else if !words.is_empty() || !done.statement.output.is_empty() {
            self.found.push(done.statement);
        }
        last
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        let found = statements(text).expect("it can be read");
        found.into_iter().map(|found| found.words).collect()
    }

    #[test]
    fn words_are_those_that_powershell_makes() {
        for (text, wanted) in [
            (
                "git commit -m 'it''s a; b' -n",
                &["git|commit|-m|it's a; b|-n"][..],
            ),
            (
                "$a='--no-verify'; git commit $a",
                &["git|commit|--no-verify"],
            ),
            ("$a = @('commit', '-n')\ngit @a", &["git|commit|-n"]),
            ("& git `\n commit # x", &["git|commit"]),
            ("$env:HEXGUARD = '0'", &["HEXGUARD=0"]),
            ("iex ('git com' + \"mit -n\")", &["iex|git commit -n"]),
            (
                "git commit -m \"say `\"-n`\"\"",
                &["git|commit|-m|say \"-n\""],
            ),
            (
                "[IO.File]::Delete('.git/hooks/x')",
                &["[IO.File]::Delete|.git/hooks/x"],
            ),
            (
                "(gi .git/hooks).Delete()",
                &[
                    "gi|.git/hooks",
                    "[]::Delete|gi|.git/hooks",
                    "$(gi .git/hooks).Delete",
                ],
            ),
            ("if ($x) { git commit -n }", &["git|commit|-n", "if|$x"]),
        ] {
            let wanted: Vec<Vec<String>> = (wanted.iter())
                .map(|line| line.split('|').map(str::to_owned).collect())
                .collect();
            assert_eq!(words(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_encoded_command_is_read() {
        let units = "git commit -n".encode_utf16().flat_map(u16::to_le_bytes);
        let text = STANDARD.encode(units.collect::<Vec<u8>>());
        assert_eq!(decoded(&text).as_deref(), Some("git commit -n"));
    }
}
