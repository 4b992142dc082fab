//! Commands, read far enough to see whether they would get a commit past the hooks.

use std::path::Path;

use super::changers::{self, is_changer, program_changes};
use super::guarded::Places;
use super::powershell;
use super::printed::Printed;
use super::programs::{
    self, INTERPRETERS, POWERSHELLS, SETTERS, SHELLS, SOURCES, TEXT_OPTIONS, WRAPPERS,
};
use super::scope::{Budget, Scope};
use super::search;
use super::windows::names_variable;
use super::words::{RUN, hooks_setting};
use crate::detect::lex::in_name;
use crate::detect::lex::shell::{Command, Word, commands};

/// How deep shells inside shells are followed.
pub(super) const DEEP: usize = 8;
/// A command of more words is not read.
const MOST_WORDS: usize = 5_000;

pub(super) const UNREAD: &str = "it is too long, or nests too deep, to be read";
pub(super) const DEEPER: &str = "shells in it run shells too deep to be read";
pub(super) const MOVED: &str = "it changes where git looks for hooks";
pub(super) const GUARDED: &str =
    "it changes a file that keeps hexguard at work: a person has to do that";
pub(super) const HIDDEN: &str = "it runs a text that cannot be read here";
/// Variables that name other configuration for git.
const CONFIGURATION: &str =
    "GIT_CONFIG_GLOBAL|GIT_CONFIG_SYSTEM|GIT_CONFIG_NOSYSTEM|XDG_CONFIG_HOME|HOME";
/// Settings of hexguard's that say how something is shown, and no more.
const SHOWN: &str = "HEXGUARD_COLOR|HEXGUARD_FORMAT|HEXGUARD_SHOW_KNOWN|HEXGUARD_SHOW_SUPPRESSED";

/// Why a command would get past hexguard, if it would.
pub(super) type Why = Option<&'static str>;

/// Returns why a command would get past hexguard, if it would. `tool` is what the agent calls the tool that runs it,
/// `folder` where it runs.
pub fn evades(command: &str, tool: &str, folder: &Path) -> Why {
    let mut look = Look {
        budget: Budget::new(),
        places: Places::of(folder),
        moved: false,
        elsewhere: false,
        clones: Vec::new(),
        folder: String::new(),
    };
    let named = is_of(POWERSHELLS, &tool.to_ascii_lowercase());
    let why = if named {
        None
    } else {
        look.script(command, &[], 0)
    };
    why.or_else(|| {
        // Elsewhere, agents run it only where it is named.
        let may_be = named || cfg!(windows) || powershell::may_be(command);
        look.budget = Budget::new();
        may_be.then(|| look.powershell(command, 0)).flatten()
    })
}

/// Returns a word as a shell takes it for one.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Tells whether a word is one of a list, between whose words stands `|`.
pub(super) fn is_of(list: &str, word: &str) -> bool {
    list.split('|').any(|one| one == word)
}

/// Returns the name and the value of an assignment.
pub(super) fn assignment(word: &str) -> Option<(&str, &str)> {
    let len = name_len(word);
    let rest = &word[len..];
    // One of a list: `name[1]=`.
    let rest = match rest.strip_prefix('[') {
        Some(index) => index.split_once(']')?.1,
        None => rest.strip_prefix('+').unwrap_or(rest),
    };
    let value = rest.strip_prefix('=').filter(|_| len > 0)?;
    Some((&word[..len], value))
}

/// Returns the length of the name of a variable at the start of a text.
pub(super) fn name_len(text: &str) -> usize {
    text.bytes().take_while(|b| in_name(*b)).count()
}

/// Tells whether a variable switches hooks off.
fn switches(variable: (&str, &str)) -> Why {
    match variable {
        ("HEXGUARD", "0") => Some("HEXGUARD=0 switches hexguard off"),
        ("SKIP" | "PREK_SKIP" | "LEFTHOOK_EXCLUDE", names) if names.contains("hexguard") => {
            Some("it has hexguard skipped")
        }
        ("HUSKY" | "LEFTHOOK", "0" | "false")
        | ("SKIP_SIMPLE_GIT_HOOKS" | "OVERCOMMIT_DISABLE" | "HUSKY_SKIP_HOOKS", "1" | "true") => {
            Some("it switches the git hooks off")
        }
        (name, value) if name.starts_with("GIT_CONFIG_") && hooks_setting(value) => Some(MOVED),
        (name, _) if name.starts_with("HEXGUARD_") && !is_of(SHOWN, name) => {
            Some("it changes what hexguard looks for")
        }
        _ => None,
    }
}

/// Returns the name of a program.
pub(super) fn name(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// Returns a path as it is told from where the script began.
pub(super) fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() || path.starts_with(['/', '~', '-', '$', '`']) {
        return path.to_owned();
    }
    format!("{folder}/{path}")
}

/// Tells whether the words of a command hold arguments of what it stands in: `$1`, `$@`, `${2}`.
fn takes_arguments(command: &Command) -> bool {
    let argument = |byte: &u8| byte.is_ascii_digit() || b"@*".contains(byte);
    command.words.iter().any(|word| {
        let mut dollars = memchr::memchr_iter(b'$', &word.bytes);
        dollars.any(|at| match &word.bytes[at + 1..] {
            [b'{', byte, ..] => argument(byte) || b"!#".contains(byte),
            [byte, ..] => argument(byte),
            [] => false,
        })
    })
}

/// Tells whether a command is one that may run what it reads, or change what it is told so.
fn may_read(words: &[String]) -> bool {
    let first = words.iter().find(|word| assignment(word).is_none());
    first.is_some_and(|word| {
        let program = name(word).to_ascii_lowercase();
        let lists = [SHELLS, POWERSHELLS, SOURCES, WRAPPERS, INTERPRETERS];
        lists.iter().any(|list| is_of(list, &program))
            || is_of("patch|apply_patch|applypatch|git|npx|uv", &program)
            || word.contains(['$', '`', '*', '?', '['])
    })
}

/// Looks at scripts, as long as there is not too much of them.
pub(super) struct Look {
    pub(super) budget: Budget,
    pub(super) places: Places,
    /// Whether git is to read another configuration.
    pub(super) moved: bool,
    /// Whether git is to work in a copy of the repository.
    pub(super) elsewhere: bool,
    /// Folders to which this repository was cloned.
    pub(super) clones: Vec<String>,
    /// Where the script is; empty where it began.
    pub(super) folder: String,
}

impl Look {
    /// Looks at a script that gets some arguments.
    pub(super) fn script(&mut self, script: &str, arguments: &[String], depth: usize) -> Why {
        if depth >= DEEP {
            return Some(DEEPER);
        }
        let may_be = self.budget.spend(script.len());
        let Some(commands) = commands(script.as_bytes()).filter(|_| may_be) else {
            return Some(UNREAD);
        };
        let outer = self.folder.clone();
        let mut scope = Scope::of(arguments);
        // What stands further down is known the second time: functions are called below, loops begin anew.
        for _ in 0..2 {
            for (number, command) in commands.iter().enumerate() {
                let why = self.in_scope(number, command, &mut scope, depth);
                if why.is_some() {
                    return why;
                }
            }
        }
        self.folder = outer;
        None
    }

    /// Looks at the command with a number in a script, once for each call of what it stands in.
    fn in_scope(
        &mut self,
        number: usize,
        command: &Command,
        scope: &mut Scope,
        depth: usize,
    ) -> Why {
        let has = |mark: u8| {
            let mut words = command.words.iter();
            words.any(|word| word.bytes.contains(&mark))
        };
        let reads = command.from.is_some() || !command.input.is_empty() || has(b'(');
        let times = if takes_arguments(command) {
            scope.calls.len()
        } else {
            1
        };
        for call in 0..times {
            let arguments = std::mem::take(&mut scope.calls[call]);
            let mut words = Vec::new();
            for word in &command.words {
                words.extend(scope.expand(word, &arguments, &mut self.budget));
            }
            scope.calls[call] = arguments;
            if call == 0 {
                scope.note(number, command, &words, &mut self.budget);
                self.folder.clone_from(&scope.folder);
            }
            let mut ends = command.appended.iter();
            let mut outputs = command.output.iter();
            if outputs.any(|word| self.writes(word, scope, false))
                || ends.any(|word| self.writes(word, scope, true))
            {
                return Some(GUARDED);
            }
            if let Some((first, rest)) = words.split_first() {
                let flow = scope.flow(command.from);
                let runs = |word: &String| is_of(SHELLS, name(word)) || name(word) == "git";
                let all = is_of("xargs|sudo|env", name(first));
                if flow == Some(&Printed::Hidden) && (runs(first) || all && rest.iter().any(runs)) {
                    return Some(HIDDEN);
                }
                if !scope.folder.is_empty() {
                    let gone = rest.iter().map(|word| joined(&scope.folder, word));
                    let gone: Vec<String> = gone.collect();
                    if changers::changes(&mut self.places, name(first), &gone) {
                        return Some(GUARDED);
                    }
                }
                // What a loop reads is one of the things that are found above.
                let loops = rest.iter().any(|word| is_of("$(read)|$(find)|$(ls)", word));
                if loops && is_changer(name(first)) && self.are_found(scope) {
                    return Some(GUARDED);
                }
            }
            let texts = if reads && may_read(&words) {
                scope.given(number, command, &mut self.budget)
            } else {
                Vec::new()
            };
            let why = self.command(&words, &texts, depth);
            if why.is_some() {
                return why;
            }
        }
        None
    }

    /// Tells whether a script has looked for guarded files.
    fn are_found(&mut self, scope: &Scope) -> bool {
        let mut searches = scope.searches();
        searches.any(|words| match &*words[0] {
            "ls" => words.iter().any(|word| self.places.guard(word).is_some()),
            program => search::finds(&mut self.places, program, &words[1..]),
        })
    }

    /// Tells whether a script writes to a guarded file, or behind its end.
    fn writes(&mut self, word: &Word, scope: &Scope, end: bool) -> bool {
        let paths = scope.expand(word, &[], &mut self.budget);
        let mut paths = paths.iter().map(|path| joined(&scope.folder, path));
        paths.any(|path| {
            if end {
                self.places.guards_end(&path)
            } else {
                self.places.guard(&path).is_some()
            }
        })
    }

    /// Looks at one command without operators, which may read one of some texts.
    pub(super) fn command(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        if depth >= DEEP {
            return Some(DEEPER);
        }
        if words.len() > MOST_WORDS || !self.budget.spend(words.len()) {
            return Some(UNREAD);
        }
        let set = words.iter().map_while(|word| assignment(word));
        let start = set.clone().count();
        let words_behind = words.get(start).map_or("", |word| name(word));
        // Whoever installs packages may leave out that the hooks are set up.
        let installs = is_of("npm|pnpm|yarn|bun", words_behind);
        let harmless = |set: &(&str, &str)| installs && set.0 == "HUSKY";
        for set in set.filter(|set| !harmless(set)) {
            let why = self.variable(set, depth);
            if why.is_some() {
                return why;
            }
        }
        let words = &words[start..];
        let (first, rest) = words.split_first()?;
        // `${x:- }` before a name is a blank.
        let program = name(first.trim());
        if changers::changes(&mut self.places, program, rest) {
            return Some(GUARDED);
        }
        let small = program.to_ascii_lowercase();
        if changers::uninstalls(&small, rest) {
            return Some("it takes hexguard away");
        }
        let why = match &*small {
            "git" => self.git(rest, texts, depth),
            "hexguard" => programs::own(rest),
            "eval" => self.script(&rest.join(" "), &[], depth + 1),
            "cmd" => {
                let script = rest.get(1..).unwrap_or_default().join(" ");
                self.script(&script.replace('\\', "/"), &[], depth + 1)
            }
            "sed" | "gsed" => {
                changers::sed_runs(rest).find_map(|script| self.script(script, &[], depth + 1))
            }
            "patch" => self.patched(texts),
            "apply_patch" | "applypatch" => self.patched(texts).or_else(|| self.patched(rest)),
            source if is_of(SOURCES, source) => {
                let file = rest
                    .first()
                    .is_some_and(|word| !word.starts_with(['<', '/', '-']));
                self.texts(if file { &[] } else { texts }, depth)
            }
            shell if is_of(POWERSHELLS, shell) => self.powershells(rest, texts, depth),
            "alias" => {
                let mut values = rest.iter().filter_map(|word| assignment(word));
                values.find_map(|(_, value)| self.script(value, &[], depth + 1))
            }
            "start-process" | "saps" => {
                let words = rest.iter().flat_map(|word| word.split_whitespace());
                let words: Vec<String> = words.map(str::to_owned).collect();
                self.wrapped(&words, texts, depth)
            }
            setter if is_of(SETTERS, setter) && names_variable(rest).is_some() => {
                names_variable(rest).and_then(|set| self.variable(set, depth))
            }
            shell if is_of(SHELLS, shell) => self
                .shell(rest, texts, depth)
                .or_else(|| self.wrapped(rest, texts, depth)),
            wrapper if is_of(WRAPPERS, wrapper) => self.wrapped(rest, texts, depth),
            "[" | "[[" | "test" => None,
            method if method.contains("]::") => self.method(method, rest, depth),
            // What it is called is known when it runs; it may be nothing.
            unknown if unknown.contains(['$', '`', '*', '?', '[', '<']) => self
                .hidden(first)
                .or_else(|| self.git(rest, texts, depth))
                .or_else(|| self.wrapped(rest, texts, depth + 1))
                .or_else(|| self.texts(texts, depth)),
            _ => programs::manages(program, rest),
        };
        why.or_else(|| self.run_by(&small, rest, texts, depth))
    }

    /// Looks at a variable that is set.
    pub(super) fn variable(&mut self, set: (&str, &str), depth: usize) -> Why {
        let (name, value) = set;
        self.moved |= is_of(CONFIGURATION, name);
        self.elsewhere |= name == "GIT_DIR" && self.is_copy(value);
        let why = switches(set);
        if why.is_none() && is_of(RUN, name) {
            return self.script(value, &[], depth + 1);
        }
        why
    }

    /// Looks at what an interpreter, or a runner of packages, is given.
    fn run_by(&mut self, program: &str, words: &[String], texts: &[String], depth: usize) -> Why {
        if is_of(INTERPRETERS, program) {
            let mut given = words
                .windows(2)
                .filter(|pair| is_of(TEXT_OPTIONS, &pair[0]));
            let is_awk = program.ends_with("awk");
            let places = &mut self.places;
            let changes = given.any(|pair| program_changes(places, &pair[1]))
                || is_awk && words.iter().any(|word| program_changes(places, word))
                || texts.iter().any(|text| program_changes(places, text));
            if changes {
                return Some(GUARDED);
            }
        }
        let run = programs::run_by(program, words)?;
        self.command(run, texts, depth + 1)
    }

    /// Looks at the words behind a shell: one of them may be a script, and the next ones its arguments.
    pub(super) fn shell(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        for (at, word) in words.iter().enumerate() {
            let option = word.starts_with('-');
            let value = word.split_once('=').map_or("", |(_, value)| value);
            let arguments = words.get(at + 2..).unwrap_or_default();
            let why = self
                .hidden(word)
                .or_else(|| self.script(if option { value } else { word }, arguments, depth + 1));
            if why.is_some() {
                return why;
            }
        }
        self.texts(texts, depth)
    }

    /// Looks at texts that a shell may read: what a program prints may call it again, without an end.
    fn texts(&mut self, texts: &[String], depth: usize) -> Why {
        let mut texts = texts.iter();
        texts.find_map(|text| {
            let why = self.script(&text.replace("$(read)", ""), &[], depth + 1);
            why.filter(|why| *why != DEEPER)
        })
    }

    /// Looks at the words behind a program that runs them.
    pub(super) fn wrapped(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        for (at, word) in words.iter().enumerate() {
            let split = word
                .strip_prefix("-S")
                .or(word.strip_prefix("--split-string="));
            let name = name(word);
            let runs = matches!(name, "git" | "hexguard")
                || is_of(SHELLS, name)
                || is_of(POWERSHELLS, name)
                || programs::manages(name, &words[at + 1..]).is_some()
                || changers::uninstalls(name, &words[at + 1..])
                || is_changer(name);
            let why = if let Some(set) = assignment(word) {
                self.variable(set, depth)
            } else if let Some(script) = split {
                let script = format!("{script} {}", words[at + 1..].join(" "));
                self.script(&script, &[], depth + 1)
            } else if runs {
                // `xargs` takes more words from what it reads.
                let mut words = words[at..].to_vec();
                for text in texts {
                    let more = text.split_whitespace().filter(|word| *word != "--");
                    words.extend(more.map(str::to_owned));
                }
                self.command(&words, texts, depth + 1)
            } else if name.starts_with('$') {
                self.git(&words[at + 1..], &[], depth + 1)
            } else {
                None
            };
            if why.is_some() {
                return why;
            }
        }
        None
    }

    /// Returns what a word stands for that begins with a command, or goes on with one where an option could.
    pub(super) fn printed(&mut self, word: &str) -> Option<Printed> {
        let at = word.find("$(").or_else(|| word.find('`'))?;
        let (before, rest) = word.split_at(at);
        let inner = rest
            .trim_start_matches(['$', '(', '`'])
            .trim_end_matches([')', '`']);
        let option = "--no-verify".starts_with(before);
        option
            .then(|| Scope::default().prints(inner, &[], &mut self.budget))
            .flatten()
    }

    /// Looks at a word that is run: it may be made of what cannot be read.
    pub(super) fn hidden(&mut self, word: &str) -> Why {
        if !word.starts_with(['$', '`', '<']) {
            return None;
        }
        match self.printed(&word.replacen("<(", "$(", 1))? {
            Printed::Hidden => Some(HIDDEN),
            Printed::By(program) if program == "read" => Some(HIDDEN),
            _ => None,
        }
    }

    /// Tells whether a word in the place of an option may be one that is not seen.
    pub(super) fn hides(&mut self, subcommand: &str, word: &str) -> bool {
        match self.printed(word) {
            Some(Printed::Hidden) => true,
            Some(printed) => subcommand == "commit" && printed.may_be_option(),
            None => false,
        }
    }
}
