//! Changers: programs that change files, as tables, and which of their words they change.

use super::command::{is_of, name};
use super::guarded::Places;
use super::search;

/// Which of its words a program changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changes {
    /// Each of them.
    All,
    /// The last one, or a folder that an option names: it copies.
    Last,
    /// Each of them, if one of these options is given (any beginning of a word counts).
    With(&'static [&'static str]),
    /// The same, behind a script that is its first word or stands behind an option.
    Script(&'static [&'static str]),
}

/// Programs that change files: those of a shell, and PowerShell's with their short names.
const PROGRAMS: &[(&str, Changes)] = &[
    (
        "rm|rmdir|unlink|shred|truncate|mv|chmod|chown|chgrp|chattr|setfacl|ln|tee|ed|ex|patch|rename|trash|dd|mount|umount|fusermount|bwrap|srm|wipe|mkfifo|split|csplit",
        Changes::All,
    ),
    ("cp|install|rsync|scp|ditto|gcp|ginstall", Changes::Last),
    ("sed|gsed|perl|ruby", Changes::Script(&["-i", "--in-place"])),
    ("awk|gawk", Changes::Script(&["-i", "inplace"])),
    (
        "curl|wget|tar|unzip|cpio|bsdtar|7z|pax|ar|unrar|aria2c|sort",
        Changes::With(&[
            "-o",
            "-O",
            "--output",
            "-C",
            "--directory",
            "-x",
            "x",
            "-d",
            "-P",
            "--strip",
            "-i",
            "-r",
        ]),
    ),
    (
        "yq|jq|sponge|crudini|toml|dos2unix|prettier|black",
        Changes::With(&["-i", "--inplace", "--set", "--del", "-w", "--write"]),
    ),
    (
        "remove-item|ri|del|erase|rd|move-item|mi|move|rename-item|rni|ren|set-content|sc|add-content|ac|out-file|clear-content|clc|new-item|ni|attrib|icacls|takeown|set-itemproperty|sp|clear-item|set-acl|tee-object|expand-archive|export-csv|start-bitstransfer|mklink|invoke-webrequest|iwr",
        Changes::All,
    ),
    ("copy-item|copy|cpi|xcopy|robocopy", Changes::Last),
];
/// Options behind which a script stands.
const SCRIPTS: &str = "-e|-f|-pe|-ne|-E|-pi|-i|--expression|--file|-v|-F";
/// Options that name the folder which is written to.
const INTO: &str = "-t|--target-directory|-Destination";

/// Tells whether a program changes files.
pub(super) fn is_changer(program: &str) -> bool {
    let program = program.to_ascii_lowercase();
    PROGRAMS.iter().any(|(names, _)| is_of(names, &program))
}

/// Tells whether a command changes a guarded file. `words` are those behind the program, paths told from where it runs.
pub(super) fn changes(places: &mut Places, program: &str, words: &[String]) -> bool {
    let program = program.to_ascii_lowercase();
    if search::is_finder(&program) {
        return search::deletes(places, &program, words);
    }
    let Some((_, changes)) = PROGRAMS.iter().find(|(names, _)| is_of(names, &program)) else {
        return false;
    };
    let any = |words: &[String], places: &mut Places| words.iter().any(|word| hits(places, word));
    // That a hook can be run is no harm.
    let runs = |word: &String| word.ends_with("+x") || is_of("755|0755|775|a+rx|u+rwx", word);
    if program == "chmod" && words.iter().any(runs) {
        return false;
    }
    // Behind the end of a script stands nothing that was there.
    if program == "tee" && words.iter().any(|word| is_of("-a|--append", word)) {
        return words.iter().any(|word| places.guards_end(word));
    }
    match changes {
        Changes::All => any(words, places),
        Changes::Last => {
            let into = words
                .iter()
                .position(|word| is_of(INTO, word) || word.starts_with("--target-directory="));
            let named = into.map_or(&[][..], |at| &words[at..words.len().min(at + 2)]);
            let last = words.last().map_or(&[][..], std::slice::from_ref);
            any(named, places) || any(last, places)
        }
        Changes::With(options) => given(options, words) && any(words, places),
        Changes::Script(options) => {
            let scripts = sed_scripts(words);
            let files: Vec<String> = (words.iter())
                .filter(|word| !scripts.contains(&word.as_str()))
                .cloned()
                .collect();
            let writes = is_of("sed|gsed", &program)
                && scripts.iter().any(|script| sed_writes(places, script));
            writes || given(options, words) && any(&files, places)
        }
    }
}

/// Tells whether one of some options is among the words: `-ni` is `-n -i`.
fn given(options: &[&str], words: &[String]) -> bool {
    let mut given = words.iter().filter(|word| {
        let letters = word
            .strip_prefix('-')
            .filter(|rest| !rest.starts_with('-') && rest.len() < 6);
        let short = |option: &str| {
            option.len() == 2 && letters.is_some_and(|all| all.contains(&option[1..]))
        };
        options
            .iter()
            .any(|option| word.starts_with(option) || short(option))
    });
    given.next().is_some()
}

/// Tells whether a word names a guarded file, by itself or behind an option.
pub(super) fn hits(places: &mut Places, word: &str) -> bool {
    // What a command in it prints is not known: its words are taken for it.
    if let Some((_, inner)) = word.split_once("$(") {
        let inner = inner.split(')').next().unwrap_or(inner);
        let mut inside = inner.split([' ', '"', '\'', '(']);
        return places.guard(word).is_some() || inside.any(|part| places.guard(part).is_some());
    }
    let value = word.rsplit_once('=').map_or("", |(_, value)| value);
    let behind = word.get(2..).filter(|_| word.starts_with('-'));
    places.guard(word).is_some()
        || !value.is_empty() && places.guard(value).is_some()
        || behind.is_some_and(|value| places.guard(value).is_some())
}

/// Returns the scripts among the words of sed, perl or awk: those behind options, else the first word.
fn sed_scripts(words: &[String]) -> Vec<&str> {
    let behind = words.windows(2).filter(|pair| {
        is_of(SCRIPTS, &pair[0]) && pair[0] != "-i" || {
            let letters = pair[0]
                .strip_prefix('-')
                .filter(|rest| !rest.starts_with('-'));
            letters.is_some_and(|letters| letters.len() < 5 && letters.ends_with('e'))
        }
    });
    let mut scripts: Vec<&str> = behind.map(|pair| pair[1].as_str()).collect();
    if scripts.is_empty() {
        let first = words
            .iter()
            .find(|word| !word.starts_with('-') && !word.is_empty());
        scripts.extend(first.map(String::as_str));
    }
    scripts
}

/// Tells whether a script of sed writes to a guarded file: `w FILE`, `s/a/b/w FILE`.
fn sed_writes(places: &mut Places, script: &str) -> bool {
    script.lines().any(|line| {
        let mut marks = line.match_indices(['w', 'W']);
        marks.any(|(at, _)| {
            let file = &line[at + 1..];
            file.starts_with(' ') && places.guard(file.trim()).is_some()
        })
    })
}

/// Returns what scripts of sed have a shell run: `e COMMAND`, and what `s/a/b/e` makes.
pub(super) fn sed_runs(words: &[String]) -> impl Iterator<Item = &str> {
    sed_scripts(words).into_iter().flat_map(|script| {
        script.lines().filter_map(|line| {
            let line = line.trim();
            let addressed = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$');
            if let Some(command) = addressed.strip_prefix("e ") {
                return Some(command);
            }
            let at = line.find('s')?;
            let mark = line[at + 1..]
                .chars()
                .next()
                .filter(char::is_ascii_punctuation)?;
            let mut parts = line[at + 2..].split(mark);
            let (_, made, flags) = (parts.next()?, parts.next()?, parts.next()?);
            flags.contains('e').then_some(made)
        })
    })
}

/// Words of a program's text by which it changes a file.
const WRITES: &[&str] = &[
    "write", "'w", "\"w", "'a'", "\"a\"", "remove", "unlink", "rename", "rmtree", "rmsync", "rm(",
    "chmod", "truncate", "symlink", "move", "delete", "copy", "open(", "> \"", ">\"", "append",
    "create", "replace",
];

/// What gets past the hooks in a program's text that speaks of git, and of a commit.
const PAST: &[&str] = &[
    "--no-verify",
    "core.hookspath",
    "hexguard=0",
    "'hexguard': '0'",
    "\"hexguard\": \"0\"",
    "'hexguard'] = '0'",
    "\"hexguard\"] = \"0\"",
];
const PAST_A_COMMIT: &[&str] = &["'-n'", "\"-n\"", "commit -n", "commit-tree"];

/// Tells whether a program's text, given on the command line, changes a guarded file or gets past the hooks.
pub(super) fn program_changes(places: &mut Places, text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| small.contains(word));
    let mut quoted = text.split(['\'', '"', '`']);
    small.contains("git") && has(PAST)
        || small.contains("git") && small.contains("commit") && has(PAST_A_COMMIT)
        || has(WRITES) && quoted.any(|part| places.guard(part).is_some())
}

/// Managers of packages, and the words by which they take a program away.
const PACKAGERS: &[(&str, &str)] = &[
    (
        "cargo|pip|pip3|pipx|uv|mise|asdf|scoop|choco|winget|nix-env|nix|conda|mamba",
        "uninstall|remove|-e|--uninstall",
    ),
    ("brew|port", "uninstall|remove|rm|unlink"),
    (
        "npm|pnpm|yarn|bun",
        "uninstall|remove|rm|un|r|unlink|uninstall",
    ),
    (
        "apt|apt-get|aptitude|dnf|yum|zypper|snap|flatpak|pkg",
        "remove|purge|erase|delete|autoremove",
    ),
    (
        "dpkg|rpm|pacman|apk",
        "-r|-P|--purge|--remove|-e|-R|-Rs|-Rns|del",
    ),
];

/// Tells whether a manager of packages takes hexguard itself away.
pub(super) fn uninstalls(program: &str, words: &[String]) -> bool {
    let named = |word: &String| {
        let word = name(word).split(['@', '=', ':']).next();
        word.is_some_and(|word| word.eq_ignore_ascii_case("hexguard"))
    };
    let takes = |(names, verbs): &(&str, &str)| {
        is_of(names, program) && words.iter().any(|word| is_of(verbs, word))
    };
    words.iter().any(named) && PACKAGERS.iter().any(takes)
}
