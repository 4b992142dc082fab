//! The words behind git's subcommands by which a commit gets past the hooks.

use super::command::{Why, is_of};

/// Options of `git commit` whose value is the next word.
const WITH_VALUE: &str = "-m|-F|-C|-c|-t|--message|--file|--author|--date|--cleanup|--template|--fixup|--trailer|--pathspec-from-file";
pub(super) const NO_VERIFY: &str = "--no-verify gets past the hooks that look for secrets";

/// Tells whether a setting of git's decides about hooks: `key`, `key=value`, or several with quotes.
pub(super) fn hooks_setting(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let keys = [
        "core.hookspath",
        "hexguard.",
        "hook.",
        "include.path",
        "includeif.",
    ];
    let mut words = text.split(['\'', '"', ' ', '=']);
    words.any(|word| keys.iter().any(|key| word.starts_with(key)))
}

/// Looks at the words behind `git config`.
pub(super) fn changes_hooks(words: &[String]) -> Why {
    let any = |fits: &dyn Fn(&String) -> bool| words.iter().any(fits);
    let bare = words.iter().filter(|word| !word.starts_with('-')).count() < 2;
    let unsets = any(&|word| word.contains("unset") || word.contains("remove"));
    let only_reads =
        any(&|word| is_of("--get|--get-all|--list|-l|get|list", word)) || bare && !unsets;
    (any(&|word| hooks_setting(word)) && !only_reads)
        .then_some("it changes what git does with hooks")
}

/// Looks for `--no-verify` in any of its spellings.
pub(super) fn no_verify(subcommand: &str, words: &[String]) -> Why {
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
