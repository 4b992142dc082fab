//! What is known of a script: its variables, functions and arguments, and the words that a shell makes of one.

use std::collections::{HashMap, HashSet};

use super::braces::expanded;
use super::command::{assignment, is_of, joined, name_len};
use super::parameter::{changed, closed, fields};
use super::printed::{self, Printed};
use crate::detect::lex::shell::{Command, Word, commands};

/// So many bytes are read, some of them many times.
const MOST: usize = 8 << 20;

/// How much may still be read.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MOST)
    }

    /// Takes something from what may be read; tells whether there was so much.
    pub(super) fn spend(&mut self, size: usize) -> bool {
        self.0 = self.0.saturating_sub(size + 1);
        self.0 > 0
    }
}

/// What is known of a script.
#[derive(Default)]
pub(super) struct Scope {
    /// The values of variables: lists have several.
    variables: HashMap<String, Vec<String>>,
    functions: HashSet<Vec<u8>>,
    /// The arguments of the script, and those of the calls of its functions.
    pub(super) calls: Vec<Vec<String>>,
    /// What its commands may print or read.
    texts: Vec<String>,
    /// What each of its commands prints.
    flows: Vec<Option<Printed>>,
    /// The words of each of its commands.
    said: Vec<Vec<String>>,
    /// Whose output each of its commands reads.
    before: Vec<Option<usize>>,
    /// The folder that it has gone to; empty where it began.
    pub(super) folder: String,
}

impl Scope {
    /// Returns what is known before a script with these arguments begins.
    pub(super) fn of(arguments: &[String]) -> Self {
        let mut scope = Self::default();
        scope.calls.push(arguments.to_vec());
        scope.set("IFS", vec![" ".to_owned()]);
        scope
    }

    fn set(&mut self, name: &str, values: Vec<String>) {
        self.variables.insert(name.to_owned(), values);
    }

    /// Returns what the command with a number prints.
    pub(super) fn flow(&self, number: Option<usize>) -> Option<&Printed> {
        self.flows.get(number?)?.as_ref()
    }

    /// Notes what the command with a number tells, whose words are expanded.
    pub(super) fn note(
        &mut self,
        number: usize,
        command: &Command,
        words: &[String],
        budget: &mut Budget,
    ) {
        for (name, list) in &command.lists {
            let mut values = Vec::new();
            for word in list {
                values.extend(self.expand(word, &[], budget));
            }
            self.assign(&String::from_utf8_lossy(&name.bytes), values);
        }
        for word in words.iter().filter(|word| assignment(word).is_some()) {
            let value = assignment(word).map_or("", |(_, value)| value);
            self.assign(word, vec![value.to_owned()]);
        }
        let given = |text: &Word| Printed::Text(String::from_utf8_lossy(&text.bytes).into_owned());
        let input = command.input.last().map(given);
        let input = input.or_else(|| self.flow(command.from).cloned());
        let set = words.iter().map_while(|word| assignment(word)).count();
        let words = &words[set..];
        if let Some((first, rest)) = words.split_first() {
            self.command(command, first, rest, input.as_ref());
            self.texts.extend(printed(rest));
        }
        for text in &command.input {
            let text = String::from_utf8_lossy(&text.bytes);
            self.texts.push(text.into_owned());
        }
        let most = self.flows.len().max(number + 1);
        self.flows.resize(most, None);
        self.flows[number] = Some(printed::prints(words, input));
        self.said.resize(most, Vec::new());
        self.said[number] = words.to_vec();
        self.before.resize(most, None);
        self.before[number] = command.from.filter(|from| *from < number);
    }

    /// Returns the texts that the command with a number may read: its input, and what those before it in a pipe print. Of
    /// a group, a loop or a function nobody knows which of its commands prints something: all that are known.
    pub(super) fn given(
        &self,
        number: usize,
        command: &Command,
        budget: &mut Budget,
    ) -> Vec<String> {
        let text = |word: &Word| String::from_utf8_lossy(&word.bytes).into_owned();
        let mut texts: Vec<String> = command.input.iter().map(text).collect();
        let mut inside = Vec::new();
        for word in command.words.iter().chain(&command.input).map(text) {
            if let Some(inner) = word.strip_prefix("<(") {
                let inner = inner.strip_suffix(')').unwrap_or(inner);
                inside.push(self.prints(inner, &[], budget));
            }
        }
        let mut from = command.from;
        while let Some(before) = from {
            // A pipe may lead back to a group that is read at the same place.
            let said = self.said.get(before).filter(|_| before < number);
            match (said, self.flow(Some(before))) {
                (Some(words), Some(Printed::Text(text))) if !words.is_empty() => {
                    texts.push(text.clone());
                }
                (Some(words), Some(_))
                    if !words.is_empty() && !self.functions.contains(words[0].as_bytes()) =>
                {
                    texts.push(words.join(" "));
                }
                _ => inside.push(None),
            }
            from = said.and_then(|_| self.before.get(before).copied().flatten());
        }
        for printed in inside {
            match printed {
                Some(Printed::Text(text)) => texts.push(text),
                Some(Printed::By(program)) if !self.functions.contains(program.as_bytes()) => {}
                _ => texts.extend(self.texts.iter().cloned()),
            }
        }
        let size = texts.iter().map(String::len).sum();
        if budget.spend(size) {
            texts
        } else {
            Vec::new()
        }
    }

    /// Returns the commands of the script that look for files, or list them.
    pub(super) fn searches(&self) -> impl Iterator<Item = &[String]> {
        let lists =
            |words: &&Vec<String>| words.first().is_some_and(|word| is_of("find|ls|fd", word));
        self.said.iter().filter(lists).map(Vec::as_slice)
    }

    /// Notes what one word sets: `name=`, `name+=`.
    fn assign(&mut self, word: &str, values: Vec<String>) {
        let name = &word[..name_len(word)];
        if word[name.len()..].starts_with(['+', '[']) {
            let own = self.variables.entry(name.to_owned()).or_default();
            match (&mut own[..], &values[..]) {
                ([one], [more])
                    if word[name.len()..].starts_with("+=") && !word.ends_with("+=") =>
                {
                    one.push_str(more)
                }
                _ => own.extend(values),
            }
        } else {
            self.set(name, values);
        }
    }

    fn command(
        &mut self,
        command: &Command,
        first: &str,
        rest: &[String],
        input: Option<&Printed>,
    ) {
        if command.defines {
            self.functions.insert(first.as_bytes().to_vec());
            return;
        }
        let names = |with_value: &str| {
            let mut skip = false;
            let mut names = Vec::new();
            for word in rest {
                let option = word.starts_with('-');
                if !option && !skip {
                    names.push(word.as_str());
                }
                skip = option && is_of(with_value, word);
            }
            names
        };
        match (&*first.to_ascii_lowercase(), rest) {
            ("cd" | "pushd" | "set-location" | "sl", [.., folder]) => {
                self.folder = joined(&self.folder, folder);
            }
            ("for" | "select", [name, _, values @ ..]) => self.set(name, values.to_vec()),
            ("read", _) => {
                let text = text(input);
                let list = rest
                    .iter()
                    .any(|word| word.contains('a') && word.starts_with('-'));
                let names = names("-d|-n|-N|-p|-t|-u|-i");
                let mut fields = text.split_whitespace();
                for (at, name) in names.iter().enumerate() {
                    let last = at + 1 == names.len();
                    let values = match fields.next() {
                        Some(field) if last && !list => {
                            let more = fields.by_ref();
                            let all: Vec<&str> = std::iter::once(field).chain(more).collect();
                            vec![all.join(" ")]
                        }
                        Some(field) if last => {
                            let more = fields.by_ref().map(str::to_owned);
                            std::iter::once(field.to_owned()).chain(more).collect()
                        }
                        field => vec![field.unwrap_or_default().to_owned()],
                    };
                    self.set(name, values);
                }
            }
            ("mapfile" | "readarray", _) => {
                let lines = text(input).lines().map(str::to_owned).collect();
                if let Some(name) = names("-d|-n|-O|-s|-u|-C|-c").last() {
                    self.set(name, lines);
                }
            }
            ("printf", [option, name, format @ ..]) if option == "-v" => {
                let text = printed::text("printf", format);
                self.set(name, vec![text]);
            }
            ("set", _) => {
                let arguments = rest.iter().filter(|word| *word != "--");
                self.calls.push(arguments.cloned().collect());
            }
            _ if self.functions.contains(first.as_bytes()) => self.calls.push(rest.to_vec()),
            _ => {}
        }
    }

    /// Returns the words that a shell makes of one.
    pub(super) fn expand(
        &self,
        word: &Word,
        arguments: &[String],
        budget: &mut Budget,
    ) -> Vec<String> {
        let Some(mut words) = expanded(word) else {
            // What follows cannot be read.
            budget.spend(MOST);
            return Vec::new();
        };
        // `env NAME={a,a}` is expanded, `NAME={a,a}` is not: the last one counts.
        let written = String::from_utf8_lossy(&word.bytes);
        if words.len() > 1 && assignment(&written).is_some() {
            words.push(word.bytes.clone());
        }
        let size = words.iter().map(|one| one.len() + 1).sum();
        if words.len() > 1 && !budget.spend(size) {
            return Vec::new();
        }
        let each = words.iter().flat_map(|written| {
            let written = String::from_utf8_lossy(written);
            self.values(&written, word.is_bare(), arguments, budget)
        });
        each.collect()
    }

    /// Returns what stands for the variables and commands in a word.
    fn values(
        &self,
        written: &str,
        bare: bool,
        arguments: &[String],
        budget: &mut Budget,
    ) -> Vec<String> {
        if !written.contains(['$', '`']) {
            return vec![written.to_owned()];
        }
        let list = self.list(written, arguments).map(<[String]>::to_vec);
        let values = list.unwrap_or_else(|| vec![self.filled(written, arguments, budget)]);
        let size = values.iter().map(|one| one.len() + 1).sum();
        if !budget.spend(size) {
            return Vec::new();
        }
        if bare {
            return values.iter().flat_map(|one| fields(one)).collect();
        }
        values
    }

    /// Returns the values for which a whole word stands: all arguments, or a variable.
    fn list<'a>(&'a self, word: &str, arguments: &'a [String]) -> Option<&'a [String]> {
        let name = word.strip_prefix('$')?;
        let name = name
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or(name);
        if matches!(name, "@" | "*" | "args") && !self.variables.contains_key(name) {
            return Some(arguments);
        }
        let name = name
            .strip_suffix("[@]")
            .or(name.strip_suffix("[*]"))
            .unwrap_or(name);
        Some(self.variables.get(name)?)
    }

    /// Returns the value of a variable or of an argument.
    fn value(&self, name: &str, arguments: &[String]) -> Option<String> {
        let values = self.variables.get(name).map(|values| values.join(" "));
        let argument = || arguments.get(name.parse::<usize>().ok()?.checked_sub(1)?);
        values.or_else(|| argument().cloned())
    }

    /// Returns a text with what stands for its variables and commands, where that is known.
    fn filled(&self, text: &str, arguments: &[String], budget: &mut Budget) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '`']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let (len, value) = self.expansion(rest, arguments, budget);
            match value.filter(|value| budget.spend(value.len())) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&rest[..len]),
            }
            rest = &rest[len..];
        }
        out + rest
    }

    /// Reads what begins with `$` or a back-tick: its length, and what stands for it.
    fn expansion(
        &self,
        text: &str,
        arguments: &[String],
        budget: &mut Budget,
    ) -> (usize, Option<String>) {
        if let Some(behind) = text.strip_prefix('`') {
            let len = behind.find('`').map_or(text.len(), |end| end + 2);
            let inner = text[1..len].trim_end_matches('`');
            return (len, self.output(inner, arguments, budget));
        }
        if text.starts_with("$((") || !text[1..].starts_with(['(', '{']) {
            let len = name_len(&text[1..]);
            let value = self.value(&text[1..=len], arguments);
            return (len + 1, value.filter(|_| len > 0));
        }
        let len = closed(&text[1..]) + 1;
        let inner = text.get(2..len - 1).unwrap_or_default();
        if text.starts_with("$(") {
            return (len, self.output(inner, arguments, budget));
        }
        (len, self.parameter(inner, arguments, budget))
    }

    /// Returns what a command in a word prints, if that is known.
    fn output(&self, script: &str, arguments: &[String], budget: &mut Budget) -> Option<String> {
        match self.prints(script, arguments, budget)? {
            Printed::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns what the first pipe of a script prints.
    pub(super) fn prints(
        &self,
        script: &str,
        arguments: &[String],
        budget: &mut Budget,
    ) -> Option<Printed> {
        if !budget.spend(script.len()) {
            return None;
        }
        let commands = commands(script.as_bytes())?;
        let mut printed = None;
        let mut number = 0;
        loop {
            let command = commands.get(number)?;
            let mut words = Vec::new();
            for word in &command.words {
                words.extend(self.expand(word, arguments, budget));
            }
            let given = command.input.last().map(|text| {
                let text = String::from_utf8_lossy(&text.bytes);
                Printed::Text(self.filled(&text, arguments, budget))
            });
            printed = Some(printed::prints(&words, given.or(printed)));
            let next = (number + 1..commands.len()).find(|at| commands[*at].from == Some(number));
            let Some(next) = next else {
                return printed;
            };
            number = next;
        }
    }

    /// Returns what `${…}` stands for, if that is known.
    fn parameter(&self, inner: &str, arguments: &[String], budget: &mut Budget) -> Option<String> {
        if let Some(name) = inner.strip_prefix('!') {
            return self.value(&self.value(name, arguments)?, arguments);
        }
        let len = name_len(inner);
        let (name, rest) = inner.split_at(len);
        let (index, operation) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("@", rest),
        };
        let value = match (index.parse::<usize>(), self.variables.get(name)) {
            (Ok(index), Some(values)) => values.get(index).cloned(),
            _ => self.value(name, arguments),
        };
        let value = value.filter(|value| !value.is_empty());
        let default = operation.strip_prefix(':').unwrap_or(operation);
        match default.as_bytes().first() {
            Some(b'+') => Some(self.filled(&default[1..], arguments, budget)),
            Some(b'-' | b'=') if value.is_none() => {
                Some(self.filled(&default[1..], arguments, budget))
            }
            _ => Some(changed(&value?, operation)),
        }
    }
}

/// Returns what is read; a command that prints nothing readable stands for what is not known.
fn text(input: Option<&Printed>) -> String {
    let input = input.cloned();
    input
        .unwrap_or_else(|| Printed::By("read".to_owned()))
        .shown()
}

/// Returns what a command may print: its words, without options, in the places that a format has for them, and each of them.
fn printed(words: &[String]) -> impl Iterator<Item = String> {
    let options = words
        .iter()
        .take_while(|word| word.starts_with('-'))
        .count();
    let each = words.iter().filter(|word| word.contains(' ')).cloned();
    let filled = printed::text("printf", &words[options..]);
    each.chain([filled, words.join(" ").replace("\\n", "\n")])
}
