//! Shell commands, read far enough to see whether they would get a commit past the hooks.

use std::collections::{HashMap, HashSet};

use super::guarded;
use super::programs::{self, INTERPRETERS, SHELLS, TEXT_OPTIONS, WRAPPERS};
use super::words::{NO_VERIFY, changes_hooks, hooks_setting, no_verify};
use crate::detect::lex::in_name;
use crate::detect::lex::shell::{Command, Word, commands};

/// How deep shells inside shells are followed.
const DEEP: usize = 8;
/// So many bytes are read, some of them many times.
const MOST: usize = 8 << 20;

/// A command of more words is not read.
const MOST_WORDS: usize = 5_000;

const UNREAD: &str = "it is too long, or nests too deep, to be read";
const MOVED: &str = "it changes where git looks for hooks";
const GUARDED: &str = "it changes a file that keeps hexguard at work: a person has to do that";
const UNHOOKED: &str = "it changes refs or sends commits without hooks";
/// Subcommands of git that run hooks.
const HOOKED: &str = "commit|merge|push|am|pull|cherry-pick|revert|rebase";
/// Variables that name other configuration for git.
const CONFIGURATION: &str = "GIT_CONFIG_GLOBAL|GIT_CONFIG_SYSTEM|GIT_CONFIG_NOSYSTEM";
/// Settings of hexguard's that say how something is shown, and no more.
const SHOWN: &str = "HEXGUARD_COLOR|HEXGUARD_FORMAT|HEXGUARD_SHOW_KNOWN|HEXGUARD_SHOW_SUPPRESSED";

/// Why a command would get past hexguard, if it would.
pub(super) type Why = Option<&'static str>;

/// Returns why a command would get past hexguard, if it would.
pub fn evades(command: &str) -> Why {
    let look = || Look {
        left: MOST,
        moved: false,
    };
    look().script(command, &[], 0).or_else(|| {
        // PowerShell has other escapes, and `\` between folders.
        let told = command.replace('\\', "/").replace('`', "\\");
        let variables = told.to_ascii_lowercase();
        let sets = variables.split("$env:").skip(1).find_map(variable);
        sets.or_else(|| look().script(&told, &[], 0).filter(|_| told != command))
    })
}

/// Looks at a variable that PowerShell sets: `$env:NAME = 'value'`, in small letters.
fn variable(text: &str) -> Why {
    let (name, value) = text.split_once('=')?;
    let value = value.trim_start().trim_start_matches(['\'', '"']);
    let value = value.split([';', '\'', '"', ' ', '\n']).next()?;
    switches((&name.trim().to_ascii_uppercase(), value))
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
fn assignment(word: &str) -> Option<(&str, &str)> {
    let len = name_len(word);
    let value = word[len..].strip_prefix('=').filter(|_| len > 0)?;
    Some((&word[..len], value))
}

/// Returns the length of the name of a variable at the start of a text.
fn name_len(text: &str) -> usize {
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
fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() || path.starts_with(['/', '~', '-']) {
        return path.to_owned();
    }
    format!("{folder}/{path}")
}

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|one| one == word)
}

/// What is known of a script.
#[derive(Default)]
struct Scope {
    variables: HashMap<String, String>,
    functions: HashSet<Vec<u8>>,
    /// The arguments of the script, and those of the calls of its functions.
    calls: Vec<Vec<String>>,
    /// What its commands may print or read.
    texts: Vec<String>,
    /// The folder that it has gone to; empty where it began.
    folder: String,
}

impl Scope {
    /// Notes what a command tells, whose words are expanded.
    fn note(&mut self, command: &Command, words: &[String]) {
        for (name, value) in words.iter().filter_map(|word| assignment(word)) {
            self.variables.insert(name.to_owned(), value.to_owned());
        }
        let Some((first, rest)) = words.split_first() else {
            return;
        };
        if let ("cd" | "pushd" | "set-location" | "sl", Some(folder)) =
            (&*first.to_ascii_lowercase(), rest.last())
        {
            self.folder = joined(&self.folder, folder);
        }
        if command.defines {
            self.functions.insert(first.clone().into_bytes());
        } else if first == "set" || self.functions.contains(first.as_bytes()) {
            let arguments = rest.iter().filter(|word| *word != "--");
            self.calls.push(arguments.cloned().collect());
        } else if let (true, [name, _, values @ ..]) = (first == "for", rest) {
            self.variables.insert(name.clone(), values.join(" "));
        }
        self.texts.extend(printed(rest));
        for text in &command.input {
            let text = String::from_utf8_lossy(&text.bytes);
            self.texts.push(text.into_owned());
        }
    }

    /// Returns the value of a variable or of an argument.
    fn value<'a>(&'a self, name: &str, arguments: &'a [String]) -> Option<&'a String> {
        let argument = || arguments.get(name.parse::<usize>().ok()?.checked_sub(1)?);
        self.variables.get(name).or_else(argument)
    }
}

/// Looks at scripts, as long as there is not too much of them.
struct Look {
    left: usize,
    /// Whether git is to read another configuration.
    moved: bool,
}

impl Look {
    /// Takes something from what may be read; tells whether there was so much.
    fn spend(&mut self, size: usize) -> bool {
        self.left = self.left.saturating_sub(size + 1);
        self.left > 0
    }

    /// Returns the words that a shell makes of one.
    fn expand(&mut self, word: &Word, scope: &Scope, arguments: &[String]) -> Vec<String> {
        let written = String::from_utf8_lossy(&word.bytes);
        if word.is_bare() && written.starts_with('{') && written.contains(',') {
            let list = written.trim_matches(['{', '}']);
            return list.split(',').map(str::to_owned).collect();
        }
        // What these print is what they are given.
        let printer = written
            .strip_prefix("$(")
            .and_then(|rest| rest.strip_suffix(')'));
        let printer = printer.and_then(|rest| rest.split_once(' '));
        if let Some(("echo" | "printf", text)) = printer {
            let text = text.replace(['"', '\''], "");
            return text.split_whitespace().map(str::to_owned).collect();
        }
        if matches!(&*written, "$@" | "$*" | "${@}" | "${*}") {
            let size = arguments.iter().map(|one| one.len() + 1).sum();
            let all = self.spend(size).then(|| arguments.to_vec());
            return all.unwrap_or_default();
        }
        let mut pieces = written.split('$');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        let mut split = false;
        for piece in pieces {
            let (name, rest) = match piece.strip_prefix('{') {
                Some(inside) => inside.split_once('}').unwrap_or((inside, "")),
                None => piece.split_at(name_len(piece)),
            };
            let (name, default) = name.split_once(":-").unwrap_or((name, ""));
            let value = scope.value(name, arguments).map_or(default, String::as_str);
            if !self.spend(value.len()) {
                break;
            }
            let known = !value.is_empty();
            text.extend(if known { [value, rest] } else { ["$", piece] });
            split |= known && word.is_bare();
        }
        if split {
            return text.split_whitespace().map(str::to_owned).collect();
        }
        vec![text]
    }

    /// Looks at a script that gets some arguments.
    fn script(&mut self, script: &str, arguments: &[String], depth: usize) -> Why {
        let may_be = depth < DEEP && self.spend(script.len());
        let Some(commands) = commands(script.as_bytes()).filter(|_| may_be) else {
            return Some(UNREAD);
        };
        let mut scope = Scope::default();
        scope.calls.push(arguments.to_vec());
        scope.variables.insert("IFS".to_owned(), " ".to_owned());
        let gone = |scope: &Scope, words: &[String]| -> Vec<String> {
            words
                .iter()
                .map(|word| joined(&scope.folder, word))
                .collect()
        };
        // What stands further down is known the second time: functions are called below, loops begin anew.
        for _ in 0..2 {
            for command in &commands {
                let has = |mark: u8| {
                    let mut words = command.words.iter();
                    words.any(|word| word.bytes.contains(&mark))
                };
                let reads = command.piped || !command.input.is_empty() || has(b'(') || has(b'`');
                for number in 0..if has(b'$') { scope.calls.len() } else { 1 } {
                    let arguments = std::mem::take(&mut scope.calls[number]);
                    let mut words = Vec::new();
                    for word in &command.words {
                        words.extend(self.expand(word, &scope, &arguments));
                    }
                    scope.calls[number] = arguments;
                    if number == 0 {
                        scope.note(command, &words);
                    }
                    let mut written = command.output.iter();
                    if written.any(|word| self.is_guarded(word, &scope)) {
                        return Some(GUARDED);
                    }
                    if let Some((first, rest)) = words.split_first()
                        && !scope.folder.is_empty()
                        && guarded::changes(name(first), &gone(&scope, rest))
                    {
                        return Some(GUARDED);
                    }
                    let texts = if reads { &scope.texts[..] } else { &[] };
                    let why = self.command(&words, texts, depth);
                    if why.is_some() {
                        return why;
                    }
                }
            }
        }
        None
    }

    /// Tells whether a script writes to a guarded file.
    fn is_guarded(&mut self, word: &Word, scope: &Scope) -> bool {
        let paths = self.expand(word, scope, &[]);
        let mut paths = paths.iter().map(|path| joined(&scope.folder, path));
        paths.any(|path| guarded::guard(&path).is_some())
    }

    /// Looks at one command without operators, which may read one of some texts.
    fn command(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        if depth >= DEEP || words.len() > MOST_WORDS || !self.spend(words.len()) {
            return Some(UNREAD);
        }
        let set = words.iter().map_while(|word| assignment(word));
        let start = set.clone().count();
        self.moved |= set.clone().any(|(name, _)| is_of(CONFIGURATION, name));
        let words_behind = words.get(start).map_or("", |word| name(word));
        // Whoever installs packages may leave out that the hooks are set up.
        let installs = is_of("npm|pnpm|yarn|bun", words_behind);
        let harmless = |set: &(&str, &str)| installs && set.0 == "HUSKY";
        if let Some(why) = set.filter(|set| !harmless(set)).find_map(switches) {
            return Some(why);
        }
        let words = &words[start..];
        let (first, rest) = words.split_first()?;
        // `${x:- }` before a name is a blank.
        let program = name(first.trim());
        if guarded::changes(program, rest) {
            return Some(GUARDED);
        }
        let small = program.to_ascii_lowercase();
        let why = match &*small {
            "git" => self.git(rest, depth),
            "hexguard" => programs::own(rest),
            "eval" => self.script(&rest.join(" "), &[], depth + 1),
            "cmd" => self.script(&rest.get(1..).unwrap_or_default().join(" "), &[], depth + 1),
            shell if is_of(SHELLS, shell) => self
                .shell(rest, texts, depth)
                .or_else(|| self.wrapped(rest, texts, depth)),
            wrapper if is_of(WRAPPERS, wrapper) => self.wrapped(rest, texts, depth),
            "[" | "[[" => None,
            // What it is called is known when it runs; it may be nothing.
            unknown if unknown.contains(['$', '`', '*', '?', '[', '<']) => self
                .git(rest, depth)
                .or_else(|| self.wrapped(rest, texts, depth + 1))
                .or_else(|| self.texts(texts, depth)),
            _ => programs::manages(program, rest),
        };
        why.or_else(|| self.run_by(&small, rest, texts, depth))
    }

    /// Looks at what an interpreter, or a runner of packages, is given.
    fn run_by(&mut self, program: &str, words: &[String], texts: &[String], depth: usize) -> Why {
        if is_of(INTERPRETERS, program) {
            let mut given = words
                .windows(2)
                .filter(|pair| is_of(TEXT_OPTIONS, &pair[0]));
            let is_awk = program.ends_with("awk");
            let changes = given.any(|pair| guarded::program_changes(&pair[1]))
                || is_awk && words.iter().any(|word| guarded::program_changes(word))
                || texts.iter().any(|text| guarded::program_changes(text));
            if changes {
                return Some(GUARDED);
            }
        }
        let run = programs::run_by(program, words)?;
        self.command(run, texts, depth + 1)
    }

    /// Looks at the words behind a shell: one of them may be a script, and the next ones its arguments.
    fn shell(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        for (at, word) in words.iter().enumerate() {
            let option = word.starts_with('-');
            let value = word.split_once('=').map_or("", |(_, value)| value);
            let arguments = words.get(at + 2..).unwrap_or_default();
            let why = self.script(if option { value } else { word }, arguments, depth + 1);
            if why.is_some() {
                return why;
            }
        }
        self.texts(texts, depth)
    }

    /// Looks at texts that a shell reads.
    fn texts(&mut self, texts: &[String], depth: usize) -> Why {
        let mut texts = texts.iter();
        texts.find_map(|text| self.script(text, &[], depth + 1))
    }

    /// Looks at the words behind a program that runs them.
    fn wrapped(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        for (at, word) in words.iter().enumerate() {
            let split = word
                .strip_prefix("-S")
                .or(word.strip_prefix("--split-string="));
            let name = name(word);
            let runs = matches!(name, "git" | "hexguard")
                || is_of(SHELLS, name)
                || programs::manages(name, &words[at + 1..]).is_some()
                || guarded::is_changer(name);
            let why = if let Some(script) = split {
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
                self.git(&words[at + 1..], depth + 1)
            } else {
                let set = assignment(word);
                self.moved |= set.is_some_and(|(name, _)| is_of(CONFIGURATION, name));
                set.and_then(switches)
            };
            if why.is_some() {
                return why;
            }
        }
        None
    }

    /// Looks at the words behind `git`.
    fn git(&mut self, words: &[String], depth: usize) -> Why {
        if !self.spend(words.len()) {
            return Some(UNREAD);
        }
        let mut words = words.iter();
        let mut aliases = Vec::new();
        // git's own options, in front of the subcommand.
        let subcommand = loop {
            let word = words.next()?;
            match word.as_str() {
                "-c" | "--config-env" => {
                    let setting = words.next()?;
                    if hooks_setting(setting) {
                        return Some(MOVED);
                    }
                    if let Some((key, command)) = setting.split_once('=') {
                        aliases.push((key.to_ascii_lowercase(), command));
                    }
                }
                "-C" | "--git-dir" | "--work-tree" | "--namespace" | "--exec-path" => {
                    words.next();
                }
                word if word.starts_with("--config-env=") && hooks_setting(word) => {
                    return Some(MOVED);
                }
                word if word.starts_with('-') => {}
                word => break word,
            }
        };
        let words = words.as_slice();
        if self.moved && is_of(HOOKED, subcommand) {
            return Some(MOVED);
        }
        let name = format!("alias.{}", subcommand.to_ascii_lowercase());
        if let Some((_, command)) = aliases.iter().rfind(|(key, _)| *key == name) {
            return self.alias(command, words, depth);
        }
        match subcommand {
            "config" => changes_hooks(words).or_else(|| {
                let mut words = words.iter().skip_while(|word| !word.starts_with("alias."));
                self.alias(words.nth(1)?, &[], depth)
            }),
            "commit" | "merge" | "push" | "am" | "pull" | "cherry-pick" | "revert" => {
                no_verify(subcommand, words)
            }
            // They run commands.
            "rebase" | "submodule" | "bisect" => no_verify(subcommand, words)
                .or_else(|| self.wrapped(words, &[], depth + 1))
                .or_else(|| self.shell(words, &[], depth)),
            "commit-tree" => Some("`git commit-tree` makes a commit without hooks"),
            "update-ref" if has(words, "-d") => None,
            "update-ref" | "fast-import" | "send-pack" | "http-push" => Some(UNHOOKED),
            "rm" | "mv" | "update-index" | "checkout" | "restore"
                if words.iter().any(|word| guarded::guard(word).is_some()) =>
            {
                Some(GUARDED)
            }
            "grep" | "log" | "help" => None,
            // It may be an alias.
            _ => has(words, "--no-verify").then_some(NO_VERIFY),
        }
    }

    /// Looks at what an alias of git stands for, with the words behind it.
    fn alias(&mut self, command: &str, words: &[String], depth: usize) -> Why {
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let words = words.join(" ");
        let script = match command.strip_prefix('!') {
            Some(shell) => format!("{shell} {words}"),
            None => format!("git {command} {words}"),
        };
        self.script(&script, &[], depth + 1)
    }
}

/// Returns what a command may print: its words, without options, in the places that a format has for them, and each of them.
fn printed(words: &[String]) -> impl Iterator<Item = String> {
    let options = words
        .iter()
        .take_while(|word| word.starts_with('-'))
        .count();
    let mut pieces = words.get(options).map_or("", |format| format).split("%s");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for word in words.iter().skip(options + 1) {
        let piece = pieces.next();
        filled.extend([
            if piece.is_none() { " " } else { "" },
            word,
            piece.unwrap_or_default(),
        ]);
    }
    let each = words.iter().filter(|word| word.contains(' ')).cloned();
    let all = each.chain([filled, words.join(" ")]);
    all.map(|text| text.replace("\\n", "\n"))
}
