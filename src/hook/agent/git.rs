//! The words behind `git`.

use super::command::{GUARDED, Look, MOVED, UNREAD, Why, is_of, joined, quoted};
use super::words::{NO_VERIFY, UNKNOWN, changes_hooks, hooks_setting, is_command, no_verify};

const UNHOOKED: &str = "it changes refs or sends commits without hooks";
const COPIED: &str = "it commits in a copy of the repository, where hexguard's hooks are not";
/// Subcommands of git that run hooks.
const HOOKED: &str = "commit|merge|push|am|pull|cherry-pick|revert|rebase";
/// Subcommands that change the files that are named.
const CHANGING: &str = "rm|mv|update-index|checkout|restore|clean|stash|reset|sparse-checkout";

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|one| one == word)
}

impl Look {
    /// Looks at the words behind `git`, which may read one of some texts.
    pub(super) fn git(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        if !self.budget.spend(words.len()) {
            return Some(UNREAD);
        }
        let mut words = words.iter();
        let mut aliases = Vec::new();
        let (mut copy, mut folder) = (self.elsewhere, self.folder.clone());
        // git's own options, in front of the subcommand.
        let subcommand = loop {
            let word = words.next()?;
            match word.as_str() {
                "-c" | "--config-env" => {
                    let setting = words.next()?;
                    if hooks_setting(setting) {
                        return Some(MOVED);
                    }
                    let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
                    if is_command(key) {
                        let why = self.script(value.trim_start_matches('!'), &[], depth + 1);
                        if why.is_some() {
                            return why;
                        }
                    }
                    aliases.push((key.to_ascii_lowercase(), value));
                }
                "-C" => folder = joined(&folder, words.next()?),
                "--git-dir" => {
                    let path = words.next()?;
                    copy |= self.is_copy(path);
                }
                "--work-tree" | "--namespace" | "--exec-path" => {
                    words.next();
                }
                word if word.starts_with("--config-env=") && hooks_setting(word) => {
                    return Some(MOVED);
                }
                word if word.starts_with("--git-dir=") => {
                    copy |= self.is_copy(&word["--git-dir=".len()..]);
                }
                word if word.starts_with('-') => {}
                word => break word,
            }
        };
        let words = words.as_slice();
        if self.hides("", subcommand) {
            return Some(UNKNOWN);
        }
        if is_of(HOOKED, subcommand) {
            let cloned = self
                .clones
                .iter()
                .any(|clone| folder.starts_with(clone.as_str()));
            if self.moved {
                return Some(MOVED);
            }
            if copy || cloned {
                return Some(COPIED);
            }
        }
        let name = format!("alias.{}", subcommand.to_ascii_lowercase());
        if let Some((_, command)) = aliases.iter().rfind(|(key, _)| *key == name) {
            return self.alias(command, words, depth);
        }
        self.subcommand(subcommand, words, texts, depth)
    }

    fn subcommand(
        &mut self,
        subcommand: &str,
        words: &[String],
        texts: &[String],
        depth: usize,
    ) -> Why {
        match subcommand {
            "config" => changes_hooks(words).or_else(|| {
                let names = |word: &&String| !word.starts_with("alias.") && !is_command(word);
                let mut words = words.iter().skip_while(names);
                let (key, value) = (words.next()?, words.next()?);
                if key.starts_with("alias.") {
                    return self.alias(value, &[], depth);
                }
                self.script(value.trim_start_matches('!'), &[], depth + 1)
            }),
            "commit" | "merge" | "push" | "am" | "pull" | "cherry-pick" | "revert" => {
                let patched = if subcommand == "am" {
                    self.patched(texts)
                } else {
                    None
                };
                patched
                    .or_else(|| no_verify(subcommand, words, |word| self.hides(subcommand, word)))
            }
            // They run commands.
            "rebase" | "submodule" | "bisect" | "filter-branch" => {
                no_verify(subcommand, words, |word| self.hides(subcommand, word))
                    .or_else(|| self.wrapped(words, &[], depth + 1))
                    .or_else(|| self.shell(words, &[], depth))
            }
            "apply" => self.patched(texts),
            "clone" => {
                self.cloned(words);
                None
            }
            "commit-tree" => Some("`git commit-tree` makes a commit without hooks"),
            "update-ref" if has(words, "-d") => None,
            "update-ref" | "fast-import" | "send-pack" | "http-push" => Some(UNHOOKED),
            changing if is_of(CHANGING, changing) => {
                let folder = self.folder.clone();
                let mut words = words.iter().map(|word| joined(&folder, word));
                words
                    .any(|word| self.places.guard(&word).is_some())
                    .then_some(GUARDED)
            }
            "grep" | "log" | "help" | "show" | "diff" | "blame" | "shortlog" => None,
            // It may be an alias.
            _ => has(words, "--no-verify").then_some(NO_VERIFY),
        }
    }

    /// Notes where a clone of this repository is made.
    fn cloned(&mut self, words: &[String]) {
        let named: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
        if let [.., source, target] = named[..]
            && self.places.is_ours(&joined(&self.folder, source))
        {
            self.clones.push(joined(&self.folder, target));
        }
    }

    /// Tells whether a git directory is none that a work tree has, and a copy of one that hexguard serves, as far as one sees.
    pub(super) fn is_copy(&self, path: &str) -> bool {
        self.places.is_copy(&joined(&self.folder, path))
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
