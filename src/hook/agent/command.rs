//! Shell commands, read far enough to see whether they would get a commit past the hooks.

use std::collections::{HashMap, HashSet};

use crate::detect::lex::in_name;
use crate::detect::lex::shell::{Command, Word, commands};

/// How deep shells inside shells are followed.
const DEEP: usize = 8;
/// So many bytes are read, some of them many times.
const MOST: usize = 8 << 20;
/// Programs that take a script, and what runs one later.
const SHELLS: &str =
    "sh|bash|zsh|dash|ksh|ash|fish|busybox|eval|source|.|trap|su|ssh|script|watch|parallel|flock";
/// Programs that run the words behind them, and what sets variables.
const WRAPPERS: &str = "env|command|builtin|exec|nohup|time|sudo|doas|xargs|timeout|nice|ionice|stdbuf|setsid|chroot|find|fd|entr|strace|caffeinate|export|declare|typeset|local|readonly";
/// Options of `git commit` whose value is the next word.
const WITH_VALUE: &str = "-m|-F|-C|-c|-t|--message|--file|--author|--date|--cleanup|--template|--fixup|--trailer|--pathspec-from-file";

const UNREAD: &str = "it is too long, or nests too deep, to be read";
const MOVED: &str = "it changes where git looks for hooks";
const NO_VERIFY: &str = "--no-verify gets past the hooks that look for secrets";

/// Why a command would get past hexguard, if it would.
type Why = Option<&'static str>;

/// Returns why a command would get past hexguard, if it would.
pub fn evades(command: &str) -> Why {
    Look { left: MOST }.script(command, &[], 0)
}

/// Returns a word as a shell takes it for one.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn is_of(list: &str, word: &str) -> bool {
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
        ("SKIP", names) if names.split(',').any(|name| name.trim() == "hexguard") => {
            Some("SKIP=hexguard switches hexguard off")
        }
        ("HUSKY" | "LEFTHOOK", "0") => Some("it switches the git hooks off"),
        (name, value) if name.starts_with("GIT_CONFIG_") && hooks_setting(value) => Some(MOVED),
        _ => None,
    }
}

/// Returns the name of a program.
fn name(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

fn hooks_setting(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut keys = ["core.hookspath", "hexguard.enabled", "hook.hexguard"].iter();
    keys.any(|key| text.contains(key))
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

    /// Looks at one command without operators, which may read one of some texts.
    fn command(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        if depth >= DEEP || !self.spend(words.len()) {
            return Some(UNREAD);
        }
        let mut set = words.iter().map_while(|word| assignment(word));
        let start = set.clone().count();
        if let Some(why) = set.find_map(switches) {
            return Some(why);
        }
        let words = &words[start..];
        let (first, rest) = words.split_first()?;
        // `${x:- }` before a name is a blank.
        match name(first.trim()) {
            "git" => self.git(rest, depth),
            "hexguard" => has(rest, "uninstall").then_some("it takes hexguard out"),
            "eval" => self.script(&rest.join(" "), &[], depth + 1),
            shell if is_of(SHELLS, shell) => self.shell(rest, texts, depth),
            wrapper if is_of(WRAPPERS, wrapper) => self.wrapped(rest, texts, depth),
            "[" | "[[" => None,
            // What it is called is known when it runs; it may be nothing.
            unknown if unknown.contains(['$', '`', '*', '?', '[', '<']) => self
                .git(rest, depth)
                .or_else(|| self.wrapped(rest, texts, depth + 1))
                .or_else(|| self.texts(texts, depth)),
            _ => None,
        }
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
            let runs = matches!(name, "git" | "hexguard") || is_of(SHELLS, name);
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
                self.command(&words, texts, depth)
            } else if name.starts_with('$') {
                self.git(&words[at + 1..], depth + 1)
            } else {
                assignment(word).and_then(switches)
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

/// Looks at the words behind `git config`.
fn changes_hooks(words: &[String]) -> Why {
    let any = |fits: &dyn Fn(&String) -> bool| words.iter().any(fits);
    let bare = words.iter().filter(|word| !word.starts_with('-')).count() < 2;
    let unsets = any(&|word| word.contains("unset") || word.contains("remove"));
    let only_reads =
        any(&|word| is_of("--get|--get-all|--list|-l|get|list", word)) || bare && !unsets;
    (any(&|word| hooks_setting(word)) && !only_reads)
        .then_some("it changes what git does with hooks")
}

/// Looks for `--no-verify` in any of its spellings.
fn no_verify(subcommand: &str, words: &[String]) -> Why {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            return None;
        }
        if is_of(WITH_VALUE, word) {
            words.next();
        } else if word.len() > 8 && "--no-verify".starts_with(word.as_str()) {
            // git takes any beginning that is no other option's.
            return Some(NO_VERIFY);
        } else if subcommand == "commit" && word.starts_with('-') && !word.starts_with("--") {
            // Behind these letters stands a value, in the word or the next one.
            let valued = word.find(['m', 'F', 'C', 'c', 't', 'S', 'u']);
            let end = valued.unwrap_or(word.len());
            if word[..end].contains('n') {
                return Some(NO_VERIFY);
            }
            if word[end..].len() == 1 && !word.ends_with(['S', 'u']) {
                words.next();
            }
        }
    }
    None
}
