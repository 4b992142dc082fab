//! Shell commands, read far enough to see whether they would get a commit past the hooks.

use std::iter::Peekable;
use std::str::Chars;

/// How deep shells inside shells are followed.
const DEEP: usize = 4;

/// Returns why a command would get past hexguard, if it would.
pub fn evades(command: &str) -> Option<&'static str> {
    look(command, 0)
}

fn look(command: &str, depth: usize) -> Option<&'static str> {
    commands(command)
        .iter()
        .find_map(|words| simple(words, depth))
}

/// Returns a word as a shell takes it for one.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Looks at one command without operators.
fn simple(words: &[String], depth: usize) -> Option<&'static str> {
    let mut words = words;
    let mut helped = false;
    // Variables and helpers in front of the command itself.
    while let Some((first, rest)) = words.split_first() {
        let assignment = first.split_once('=').filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        match assignment {
            Some(("HEXGUARD", "0")) => return Some("HEXGUARD=0 switches hexguard off"),
            Some(("SKIP", names)) if names.split(',').any(|name| name.trim() == "hexguard") => {
                return Some("SKIP=hexguard switches hexguard off");
            }
            Some(("HUSKY" | "LEFTHOOK", "0")) => return Some("it switches the git hooks off"),
            Some((name, value))
                if (name == "GIT_CONFIG_PARAMETERS" || name.starts_with("GIT_CONFIG_KEY_"))
                    && hooks_setting(value) =>
            {
                return Some("it changes where git looks for hooks");
            }
            Some(_) => {}
            None if matches!(
                name(first),
                "env"
                    | "command"
                    | "exec"
                    | "nohup"
                    | "time"
                    | "sudo"
                    | "export"
                    | "then"
                    | "do"
                    | "else"
                    | "!"
                    | "{"
            ) =>
            {
                helped = true;
            }
            // An option of such a helper.
            None if helped && first.starts_with('-') => {}
            None => break,
        }
        words = rest;
    }
    let (first, rest) = words.split_first()?;
    match name(first) {
        "git" => git(rest),
        "hexguard" => rest
            .iter()
            .any(|word| word == "uninstall")
            .then_some("it takes hexguard out"),
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "eval" | "xargs" | "timeout" | "nice"
            if depth < DEEP =>
        {
            let inner = rest.join(" ");
            let nested = rest
                .iter()
                .find_map(|word| word.contains(' ').then(|| look(word, depth + 1)).flatten());
            nested.or_else(|| {
                let at = inner.find("git ")?;
                look(&inner[at..], depth + 1)
            })
        }
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
    text.contains("core.hookspath")
        || text.contains("hexguard.enabled")
        || text.contains("hook.hexguard")
}

/// Looks at the words behind `git`.
fn git(words: &[String]) -> Option<&'static str> {
    let mut words = words.iter();
    // git's own options, in front of the subcommand.
    let subcommand = loop {
        let word = words.next()?;
        match word.as_str() {
            "-c" | "--config-env" => {
                if words.next().is_some_and(|value| hooks_setting(value)) {
                    return Some("it changes where git looks for hooks");
                }
            }
            "-C" | "--git-dir" | "--work-tree" | "--namespace" | "--exec-path" => {
                words.next();
            }
            word if word.starts_with("--config-env=") && hooks_setting(word) => {
                return Some("it changes where git looks for hooks");
            }
            word if word.starts_with('-') => {}
            word => break word,
        }
    };
    let words: Vec<&str> = words.map(String::as_str).collect();
    match subcommand {
        "config" if words.iter().any(|word| hooks_setting(word)) => {
            let reads = ["--get", "--get-all", "--list", "-l", "get", "list"];
            let bare = words.iter().filter(|word| !word.starts_with('-')).count() < 2;
            let unsets = words
                .iter()
                .any(|word| word.contains("unset") || word.contains("remove"));
            let only_reads = words.iter().any(|word| reads.contains(word)) || bare && !unsets;
            (!only_reads).then_some("it changes what git does with hooks")
        }
        "commit" | "merge" | "push" | "am" | "rebase" | "pull" | "cherry-pick" | "revert" => {
            no_verify(subcommand, &words)
        }
        "commit-tree" => Some("`git commit-tree` makes a commit without hooks"),
        _ => None,
    }
}

/// Looks for `--no-verify` in any of its spellings.
fn no_verify(subcommand: &str, words: &[&str]) -> Option<&'static str> {
    /// Options of `git commit` whose value is the next word.
    const WITH_VALUE: [&str; 14] = [
        "-m",
        "-F",
        "-C",
        "-c",
        "-t",
        "--message",
        "--file",
        "--author",
        "--date",
        "--cleanup",
        "--template",
        "--fixup",
        "--trailer",
        "--pathspec-from-file",
    ];
    const SAID: &str = "--no-verify gets past the hooks that look for secrets";
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--" {
            return None;
        }
        if WITH_VALUE.contains(word) {
            words.next();
        } else if word.len() > 8 && "--no-verify".starts_with(word) {
            // git takes any beginning that is no other option's.
            return Some(SAID);
        } else if subcommand == "commit" && word.starts_with('-') && !word.starts_with("--") {
            for (at, flag) in word.char_indices().skip(1) {
                match flag {
                    'n' => return Some(SAID),
                    // The rest of the word is its value, or the next word is.
                    'm' | 'F' | 'C' | 'c' | 't' => {
                        if at + 1 == word.len() {
                            words.next();
                        }
                        break;
                    }
                    'S' | 'u' => break,
                    _ => {}
                }
            }
        }
    }
    None
}

/// Splits a text into commands, and those into words, as a shell does; bodies of here-documents are text.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut started = false;
    let mut waiting: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    let finish = |words: &mut Vec<String>, word: &mut String, started: &mut bool| {
        if *started {
            words.push(std::mem::take(word));
            *started = false;
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                match chars.next() {
                    Some('\n') | None => {}
                    Some(next) => word.push(next),
                }
                started = true;
            }
            '\'' => {
                started = true;
                word.extend(chars.by_ref().take_while(|&c| c != '\''));
            }
            '"' => {
                started = true;
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => word.extend(chars.next()),
                        c => word.push(c),
                    }
                }
            }
            '#' if !started => while chars.next_if(|&c| c != '\n').is_some() {},
            '<' if chars.peek() == Some(&'<') => {
                finish(&mut words, &mut word, &mut started);
                chars.next();
                // `<<<` is a text in the line itself.
                if chars.next_if_eq(&'<').is_some() {
                    continue;
                }
                chars.next_if_eq(&'-');
                while chars.next_if(|c| *c == ' ').is_some() {}
                let mut mark = String::new();
                while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !";&|)".contains(*c)) {
                    mark.push(c);
                }
                waiting.push(mark.replace(['\'', '"', '\\'], ""));
            }
            '\n' => {
                finish(&mut words, &mut word, &mut started);
                all.push(std::mem::take(&mut words));
                for mark in std::mem::take(&mut waiting) {
                    skip_document(&mut chars, &mark);
                }
            }
            ';' | '&' | '|' | '(' | ')' | '`' => {
                finish(&mut words, &mut word, &mut started);
                all.push(std::mem::take(&mut words));
            }
            c if c.is_whitespace() => finish(&mut words, &mut word, &mut started),
            // `$(` begins a command; the parenthesis ends the word.
            '$' if chars.peek() == Some(&'(') => {}
            c => {
                started = true;
                word.push(c);
            }
        }
    }
    finish(&mut words, &mut word, &mut started);
    all.push(words);
    all
}

/// Skips a here-document up to the line that is its mark.
fn skip_document(chars: &mut Peekable<Chars<'_>>, mark: &str) {
    loop {
        let mut line = String::new();
        while let Some(c) = chars.next_if(|&c| c != '\n') {
            line.push(c);
        }
        if chars.next().is_none() || line.trim_start_matches('\t') == mark {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_past_the_hooks_are_seen() {
        for command in [
            "git commit --no-verify -m x",
            "git commit -m x --no-verify",
            "git commit --no-veri",
            "git commit -n -m 'x'",
            "git commit -anm x",
            "cd a && git commit -am x -n",
            "git -C /a -c user.name=x commit -nm x",
            "/usr/bin/git push --no-verify",
            "git merge --no-verify b",
            "HEXGUARD=0 git commit -m x",
            "env HEXGUARD=0 git commit -m x",
            "env -i PATH=/bin git commit -n -m x",
            "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/x git commit -m x",
            "export HEXGUARD=0; git commit -m x",
            "SKIP=lint,hexguard git commit -m x",
            "HUSKY=0 git commit -m x",
            "git -c core.hooksPath=/dev/null commit -m x",
            "git config core.hooksPath /dev/null",
            "git config --unset core.hooksPath",
            "git config hexguard.enabled false",
            "bash -c 'git commit --no-verify -m x'",
            "timeout 10 git commit -n -m x",
            "echo $(git commit -n -m x)",
            "if true; then git commit -n -m x; fi",
            "hexguard uninstall",
            "git commit \\\n  --no-verify",
            "cat > a <<EOF\ntext\nEOF\ngit commit -n -m x",
        ] {
            assert!(evades(command).is_some(), "{command}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_let_go() {
        for command in [
            "git commit -m 'never use --no-verify'",
            "git commit -m --no-verify-is-bad",
            "git commit -mn",
            "git commit -am 'n'",
            "git commit -F notes",
            "git commit -m x -- -n",
            "git push -n",
            "git log -n 5",
            "git merge -n b",
            "git diff --name-only",
            "echo git commit --no-verify",
            "grep -rn -- --no-verify .",
            "git config core.hooksPath",
            "git config --get hexguard.enabled",
            "HEXGUARD=1 git commit -m x",
            "cat > doc.md <<'EOF'\ngit commit --no-verify\nEOF",
            "# git commit -n",
            "git commit --no-edit",
            "git commit -Snone -m x",
            "",
        ] {
            assert_eq!(evades(command), None, "{command}");
        }
    }
}
