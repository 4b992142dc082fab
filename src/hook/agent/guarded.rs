//! Guarded: the files that keep hexguard at work, and the commands that change files, as tables.

use super::command::is_of;

/// Why a file must be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// It decides whether hexguard runs and what it lets through: a person changes it.
    Always,
    /// It belongs to a hook manager: an edit that leaves hexguard's part alone is none of hexguard's business.
    Manager,
}

/// Files and folders by the last parts of their path; a folder stands for what is in it.
const FILES: &[(&str, Guard)] = &[
    (".git/hooks", Guard::Always),
    (".git/config", Guard::Always),
    (".git/config.worktree", Guard::Always),
    (".git/hexguard", Guard::Always),
    (".git/modules", Guard::Always),
    (".git/refs", Guard::Always),
    (".git/packed-refs", Guard::Always),
    (".gitconfig", Guard::Always),
    (".config/git/config", Guard::Always),
    ("etc/gitconfig", Guard::Always),
    ("hexguard.toml", Guard::Always),
    (".hexguard.toml", Guard::Always),
    (".hexguard-baseline", Guard::Always),
    (".hexguard-reviews", Guard::Always),
    ("hexguard/config.toml", Guard::Always),
    (".gitleaksignore", Guard::Always),
    (".secrets.baseline", Guard::Always),
    (".gitallowed", Guard::Always),
    (".talismanrc", Guard::Always),
    (".gitleaks.toml", Guard::Always),
    ("bin/hexguard", Guard::Always),
    ("bin/hexguard.exe", Guard::Always),
    // Settings of agents, in which their hooks stand.
    (".claude/settings.json", Guard::Always),
    (".claude/settings.local.json", Guard::Always),
    (".codex/hooks.json", Guard::Always),
    (".codex/config.toml", Guard::Always),
    (".cursor/hooks.json", Guard::Always),
    (".github/hooks", Guard::Always),
    (".copilot/hooks", Guard::Always),
    (".copilot/settings.json", Guard::Always),
    (".gemini/settings.json", Guard::Always),
    (".husky/_", Guard::Always),
    (".husky", Guard::Manager),
    ("lefthook.yml", Guard::Manager),
    ("lefthook.yaml", Guard::Manager),
    ("lefthook.toml", Guard::Manager),
    ("lefthook.json", Guard::Manager),
    ("lefthook-local.yml", Guard::Manager),
    (".lefthook.yml", Guard::Manager),
    (".lefthook-local.yml", Guard::Manager),
    (".pre-commit-config.yaml", Guard::Manager),
    (".pre-commit-config.yml", Guard::Manager),
    (".overcommit.yml", Guard::Manager),
    (".simple-git-hooks.json", Guard::Manager),
    ("simple-git-hooks.json", Guard::Manager),
];

/// Folders that must not go as a whole, with the hooks or the hooks' settings in them.
const WHOLE: &[&str] = &[
    ".git", ".claude", ".codex", ".cursor", ".gemini", ".copilot",
];

/// Which of its words a program changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changes {
    /// Each of them.
    All,
    /// The last one, or a folder that an option names: it copies.
    Last,
    /// Each of them, if one of these options is given (any beginning of a word counts).
    With(&'static [&'static str]),
}

/// Programs that change files: those of a shell, and PowerShell's with their short names.
const PROGRAMS: &[(&str, Changes)] = &[
    (
        "rm|rmdir|unlink|shred|truncate|mv|chmod|chown|chgrp|chattr|setfacl|ln|tee|ed|ex|patch|rename|trash",
        Changes::All,
    ),
    ("cp|install|rsync|scp|ditto", Changes::Last),
    ("sed|perl|ruby", Changes::With(&["-i", "--in-place"])),
    ("awk|gawk", Changes::With(&["-i", "inplace"])),
    ("dd", Changes::All),
    (
        "curl|wget|tar|unzip|cpio|bsdtar|7z",
        Changes::With(&[
            "-o",
            "-O",
            "--output",
            "-C",
            "--directory",
            "-x",
            "x",
            "-d",
            "--strip",
            "-i",
        ]),
    ),
    (
        "yq|jq|sponge|crudini|toml",
        Changes::With(&["-i", "--inplace", "--set", "--del"]),
    ),
    (
        "remove-item|ri|del|erase|rd|move-item|mi|move|rename-item|rni|ren|set-content|sc|add-content|ac|out-file|clear-content|clc|new-item|ni|attrib|icacls|set-itemproperty",
        Changes::All,
    ),
    ("copy-item|copy|cpi|xcopy|robocopy", Changes::Last),
];

/// Names of hook files, as `find -name` is given them.
const HOOKS: &str = "pre-commit|pre-merge-commit|commit-msg|pre-push|hooks|.git";
/// Programs that look for files, and options behind which they name a program for what they find.
const FINDERS: &str = "find|fd|fdfind";
const FOUND_BY: &str = "-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch";

/// Returns why a file must be left alone; nothing for any other. A name with a wildcard stands for what it may be.
pub fn guard(path: &str) -> Option<Guard> {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.last().is_some_and(|last| WHOLE.contains(last)) {
        return Some(Guard::Always);
    }
    let mut files = FILES.iter();
    let found = files.find(|(name, _)| stands_in(&parts, name));
    found.map(|(_, guard)| *guard)
}

/// Tells whether a path leads to a file or into a folder of this name.
fn stands_in(parts: &[&str], name: &str) -> bool {
    let wanted: Vec<&str> = name.split('/').collect();
    parts.windows(wanted.len()).any(|there| {
        let mut pairs = there.iter().zip(&wanted).enumerate();
        pairs.all(|(at, (part, name))| part == name || is_like(part, name, at > 0))
    })
}

/// Tells whether a part of a path is a pattern that begins like a name; `*` alone may stand for anything `inside` a folder.
fn is_like(part: &str, name: &str, inside: bool) -> bool {
    let wild = part.find(['*', '?', '[', '{']);
    wild.is_some_and(|at| (at > 0 || inside) && name.starts_with(&part[..at]))
}

/// Tells whether a program changes files.
pub fn is_changer(program: &str) -> bool {
    let program = program.to_ascii_lowercase();
    PROGRAMS.iter().any(|(names, _)| is_of(names, &program))
}

/// Tells whether a command changes a guarded file. `words` are those behind the program, paths told from where it runs.
pub fn changes(program: &str, words: &[String]) -> bool {
    let program = program.to_ascii_lowercase();
    if is_of(FINDERS, &program) {
        return deletes(words);
    }
    let Some((_, changes)) = PROGRAMS.iter().find(|(names, _)| is_of(names, &program)) else {
        return false;
    };
    // That a hook can be run is no harm.
    if program == "chmod"
        && words
            .iter()
            .any(|word| word.ends_with("+x") || word.ends_with("755"))
    {
        return false;
    }
    match changes {
        Changes::All => words.iter().any(is_guarded),
        Changes::Last => {
            let into = words.iter().position(|word| {
                matches!(&**word, "-t" | "-Destination") || word.starts_with("--target-directory")
            });
            let named = into.map(|at| &words[at..words.len().min(at + 2)]);
            let last = words.last().map(std::slice::from_ref);
            let mut targets = named.into_iter().chain(last).flatten();
            targets.any(is_guarded)
        }
        Changes::With(options) => {
            let mut given = words.iter().filter(|word| {
                // `-ni` is `-n -i`.
                let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
                let short = |option: &str| {
                    option.len() == 2 && letters.is_some_and(|all| all.contains(&option[1..]))
                };
                options
                    .iter()
                    .any(|option| word.starts_with(option) || short(option))
            });
            given.next().is_some() && words.iter().any(is_guarded)
        }
    }
}

fn is_guarded(word: &String) -> bool {
    // What a command in it prints is not known: its words are taken for it.
    if let Some((_, inner)) = word.split_once("$(") {
        let asks = ["git-path hooks", "which hexguard", "command -v hexguard"];
        let mut inside = inner.split([' ', '"', '\'', ')']);
        return asks.iter().any(|ask| inner.contains(ask))
            || inside.any(|part| guard(part).is_some());
    }
    let value = word.rsplit_once('=').map_or(&**word, |(_, value)| value);
    guard(word).is_some() || guard(value).is_some()
}

/// Tells whether a search removes or changes the guarded files that it finds.
fn deletes(words: &[String]) -> bool {
    let changer = |word: &String| is_changer(super::command::name(word));
    let runs = words
        .windows(2)
        .any(|pair| is_of(FOUND_BY, &pair[0]) && changer(&pair[1]));
    let finds = |word: &String| is_guarded(word) || is_of(HOOKS, word.trim_matches('*'));
    (runs || words.iter().any(|word| word == "-delete")) && words.iter().any(finds)
}

/// Words of a program's text by which it changes a file.
const WRITES: &[&str] = &[
    "write", "'w", "\"w", "'a'", "\"a\"", "remove", "unlink", "rename", "rmtree", "rmsync", "rm(",
    "chmod", "truncate", "symlink", "move", "delete", "copyfile", "open(",
];

/// What gets past the hooks in a program's text that speaks of git, and of a commit.
const PAST: &[&str] = &[
    "--no-verify",
    "core.hookspath",
    "hexguard=0",
    "'hexguard': '0'",
];
const PAST_A_COMMIT: &[&str] = &["'-n'", "\"-n\"", "commit -n", "commit-tree"];

/// Tells whether a program's text, given on the command line, changes a guarded file or gets past the hooks.
pub fn program_changes(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| small.contains(word));
    let mut quoted = text.split(['\'', '"', '`']);
    small.contains("git") && has(PAST)
        || small.contains("git") && small.contains("commit") && has(PAST_A_COMMIT)
        || has(WRITES) && quoted.any(|part| guard(part).is_some())
}

/// Tells whether a tool may not change a file: `replaced` is what it takes out, nothing where it writes the whole; `after`
/// is what it writes, `before` what the file holds.
pub fn forbids(path: &str, replaced: &[String], after: &[&str], before: Option<&[u8]>) -> bool {
    let named =
        |text: &[u8]| memchr::memmem::find(&text.to_ascii_lowercase(), b"hexguard").is_some();
    match guard(path) {
        None => false,
        Some(Guard::Always) => true,
        Some(Guard::Manager) if replaced.is_empty() => {
            before.is_some_and(named) && !after.iter().any(|text| named(text.as_bytes()))
        }
        Some(Guard::Manager) => replaced.iter().any(|text| named(text.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_keep_hexguard_at_work_are_guarded() {
        for path in [
            ".git/hooks/pre-commit",
            "/p/x/.git/hooks",
            "./a/../.git/config",
            ".git\\hooks\\pre-commit",
            ".git",
            ".git/*",
            ".git/h*/pre-commit",
            "HexGuard.toml",
            "sub/.claude/settings.local.json",
            "~/.config/git/config",
            ".github/hooks/hexguard.json",
        ] {
            assert_eq!(guard(path), Some(Guard::Always), "{path}");
        }
        for path in [
            ".husky/pre-commit",
            "lefthook.yml",
            "a/.pre-commit-config.yaml",
        ] {
            assert_eq!(guard(path), Some(Guard::Manager), "{path}");
        }
        for path in [
            "",
            "src/main.rs",
            ".gitignore",
            ".github/workflows/ci.yml",
            "docs/hexguard.toml.md",
            "*",
            "*.yml",
            ".git/index.lock",
            ".claude/commands/x.md",
        ] {
            assert_eq!(guard(path), None, "{path}");
        }
    }
}
