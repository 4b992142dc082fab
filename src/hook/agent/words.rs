//! The words behind git's subcommands by which a commit gets past the hooks.

use super::command::{Why, is_of};

/// Options of `git commit` whose value is the next word.
const WITH_VALUE: &str = "-m|-F|-C|-c|-t|--message|--file|--author|--date|--cleanup|--template|--fixup|--trailer|--pathspec-from-file|-u|--squash|--reuse-message|--reedit-message";
pub(super) const UNKNOWN: &str =
    "a word is made of what cannot be read here: it may be --no-verify";
pub(super) const NO_VERIFY: &str = "--no-verify gets past the hooks that look for secrets";
/// Settings of git's whose value is a command, by the end of their name.
const COMMANDS: &[&str] = &[
    "editor",
    "pager",
    "sshcommand",
    "external",
    "helper",
    "cmd",
    "command",
    "clean",
    "smudge",
    "process",
    "textconv",
    "askpass",
    "driver",
    "fsmonitor",
    "program",
];
/// Variables whose value is a command.
pub(super) const RUN: &str = "EDITOR|VISUAL|PAGER|GIT_EDITOR|GIT_SEQUENCE_EDITOR|GIT_PAGER|GIT_SSH_COMMAND|GIT_SSH|GIT_EXTERNAL_DIFF|GIT_ASKPASS|SSH_ASKPASS|GIT_PROXY_COMMAND|PROMPT_COMMAND";

/// Tells whether a setting of git's decides about hooks: `key`, `key=value`, or several with quotes.
pub(super) fn hooks_setting(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let keys = [
        "core.hookspath",
        "hexguard.",
        "hook.",
        "include.path",
        "includeif.",
        "init.templatedir",
    ];
    let mut words = text.split(['\'', '"', ' ', '=']);
    words.any(|word| keys.iter().any(|key| word.starts_with(key)))
}

/// Tells whether the value of a setting of git's is a command.
pub(super) fn is_command(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    COMMANDS.iter().any(|end| key.ends_with(end))
}

/// Looks at the words behind `git config`.
pub(super) fn changes_hooks(words: &[String]) -> Why {
    let any = |fits: &dyn Fn(&String) -> bool| words.iter().any(fits);
    let bare = words.iter().filter(|word| !word.starts_with('-')).count() < 2;
    let sections = any(&|word| word.ends_with("-section"))
        && any(&|word| {
            is_of(
                "core|hexguard|hook|include|includeif",
                &word.to_ascii_lowercase(),
            )
        });
    if sections || any(&|word| is_of("-e|--edit|edit", word)) {
        return Some("it changes what git does with hooks");
    }
    let unsets = any(&|word| word.contains("unset") || word.contains("remove"));
    let only_reads =
        any(&|word| is_of("--get|--get-all|--list|-l|get|list", word)) || bare && !unsets;
    (any(&|word| hooks_setting(word)) && !only_reads)
        .then_some("it changes what git does with hooks")
}

/// Looks for `--no-verify` in any of its spellings. `hides` tells of a word whether it may be an option that is not seen.
pub(super) fn no_verify(
    subcommand: &str,
    words: &[String],
    mut hides: impl FnMut(&str) -> bool,
) -> Why {
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
        } else if hides(word) {
            return Some(UNKNOWN);
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
