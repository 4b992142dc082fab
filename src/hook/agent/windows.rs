//! What PowerShell and .NET are given, and whether it would get a commit past the hooks.

use super::changers::{self, is_changer};
use super::command::{DEEP, GUARDED, HIDDEN, Look, UNREAD, Why};
use super::powershell;

impl Look {
    /// Looks at a script of PowerShell.
    pub(super) fn powershell(&mut self, script: &str, depth: usize) -> Why {
        let may_be = depth < DEEP && self.budget.spend(script.len());
        let Some(statements) = powershell::statements(script).filter(|_| may_be) else {
            return Some(UNREAD);
        };
        let mut before: &[String] = &[];
        for statement in &statements {
            let words = &statement.words;
            let mut output = statement.output.iter();
            let changes = output.any(|path| self.places.guard(path).is_some())
                || statement.piped
                    && words.first().is_some_and(|word| is_changer(word))
                    && before.iter().any(|path| self.places.guard(path).is_some());
            if changes {
                return Some(GUARDED);
            }
            let text = before.join(" ");
            let given = std::slice::from_ref(&text);
            let why = self.command(words, if statement.piped { given } else { &[] }, depth);
            if why.is_some() {
                return why;
            }
            before = words;
        }
        None
    }

    /// Looks at a method of .NET.
    pub(super) fn method(&mut self, method: &str, words: &[String], depth: usize) -> Why {
        let called = method.rsplit("::").next().unwrap_or(method);
        if called.starts_with("setenvironmentvariable") {
            let [name, value, ..] = words else {
                return None;
            };
            return self.variable((&name.to_ascii_uppercase(), value), depth);
        }
        if called == "start" {
            return self.script(&words.join(" "), &[], depth + 1);
        }
        let reads = ["get", "read", "exists"];
        let guarded = words
            .iter()
            .any(|word| changers::hits(&mut self.places, word));
        (guarded && !reads.iter().any(|read| called.starts_with(read))).then_some(GUARDED)
    }

    /// Looks at the words behind PowerShell, or at what it evaluates.
    pub(super) fn powershells(&mut self, words: &[String], texts: &[String], depth: usize) -> Why {
        let encoded = |word: &str| {
            let small = word.to_ascii_lowercase();
            small.len() > 1 && "-encodedcommand".starts_with(&small)
                || small == "-ec"
                || small == "-enc"
        };
        for (at, word) in words.iter().enumerate() {
            let text = match words.get(at.wrapping_sub(1)) {
                Some(option) if encoded(option) => powershell::decoded(word),
                _ => Some(word.clone()),
            };
            let Some(text) = text else {
                return Some(HIDDEN);
            };
            let why = self
                .hidden(word)
                .or_else(|| self.powershell(&text, depth + 1));
            if why.is_some() {
                return why;
            }
        }
        let mut texts = texts.iter();
        self.powershell(&words.join(" "), depth + 1)
            .or_else(|| texts.find_map(|text| self.powershell(text, depth + 1)))
    }
}

/// Returns the variable that PowerShell's `Set-Item Env:NAME VALUE` sets.
pub(super) fn names_variable(words: &[String]) -> Option<(&str, &str)> {
    let named = words.iter().find_map(|word| {
        let small = word.to_ascii_lowercase();
        let at = small
            .strip_prefix("env:")
            .map(|rest| word.len() - rest.trim_start_matches(['\\', '/']).len())?;
        Some(&word[at..])
    })?;
    Some((named, words.last()?))
}
