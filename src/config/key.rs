//! Every setting: its name, kind, default and meaning; all layers, the schema and the listing come from this table.

use super::Value;
use crate::quote::quoted;

/// A setting.
pub struct Key {
    /// Its name in files; `hexguard.NAME` in git's configuration, `HEXGUARD_NAME` in the environment.
    pub name: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// What it is when nobody sets it, as it would be written.
    pub default: &'static str,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A whole number, up to a bound.
    Number(u64),
    /// Any text.
    Text,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Texts; every layer adds to those below it.
    List,
}

/// What a report may be written as; the writers are in `output`, under these names.
pub const FORMATS: &[&str] = &[
    "human", "compact", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "gitleaks",
];

/// All settings, sorted by name.
pub const KEYS: &[Key] = &[
    Key {
        name: "allow-unscanned",
        kind: Kind::List,
        default: "[]",
        doc: "Paths that may be committed though they could not be scanned (broken, too large), as patterns like those of .gitignore, without `!`.",
    },
    Key {
        name: "baseline",
        kind: Kind::Text,
        default: "\".hexguard-baseline\"",
        doc: "The file of findings that were accepted when hexguard was adopted.",
    },
    Key {
        name: "color",
        kind: Kind::Choice(&["auto", "always", "never"]),
        default: "\"auto\"",
        doc: "When to use colour.",
    },
    Key {
        name: "disable",
        kind: Kind::List,
        default: "[]",
        doc: "Rules that are switched off, by id; one may end with `*`.",
    },
    Key {
        name: "exclude",
        kind: Kind::List,
        default: "[]",
        doc: "Paths that are not scanned, as patterns like those of .gitignore, without `!`.",
    },
    Key {
        name: "exit-code",
        kind: Kind::Number(255),
        default: "1",
        doc: "The exit code when something stops the commit.",
    },
    Key {
        name: "exports",
        kind: Kind::Choice(&["block", "warn", "auto", "off"]),
        default: "\"auto\"",
        doc: "What a new query result (CSV, JSON lines, notebook tables, ...) that nobody reviewed does: stop the commit, warn, warn in repositories that use Hex (`auto`), or nothing.",
    },
    Key {
        name: "extends",
        kind: Kind::List,
        default: "[]",
        doc: "Other files of this form to build upon; paths are relative to this file's folder.",
    },
    Key {
        name: "format",
        kind: Kind::Choice(FORMATS),
        default: "\"human\"",
        doc: "How reports are written.",
    },
    Key {
        name: "inline-allow",
        kind: Kind::Flag,
        default: "true",
        doc: "Whether comments like `hexguard:allow` count.",
    },
    Key {
        name: "max-decode-depth",
        kind: Kind::Number(8),
        default: "1",
        doc: "How many layers of base64, hex and the like are seen through.",
    },
    Key {
        name: "max-file-size",
        kind: Kind::Number(1 << 20),
        default: "0",
        doc: "Files above this size, in MiB, are not scanned: they are named, and stop the commit unless `allow-unscanned` covers them; 0 is no limit.",
    },
    Key {
        name: "only",
        kind: Kind::List,
        default: "[]",
        doc: "If any are given, only these rules are used, by id; one may end with `*`.",
    },
    Key {
        name: "other-tools",
        kind: Kind::Flag,
        default: "true",
        doc: "Whether the files of other tools count: .gitleaks.toml, .gitleaksignore, .secrets.baseline and so on.",
    },
    Key {
        name: "salt",
        kind: Kind::Text,
        default: "\"\"",
        doc: "Makes this repository's fingerprints differ from all others'; `hexguard allow` sets it.",
    },
    Key {
        name: "same-commit-allow",
        kind: Kind::Choice(&["warn", "block"]),
        default: "\"warn\"",
        doc: "What becomes of an allow, exclusion or disabled rule that comes with the commit itself: named, or not counted yet.",
    },
    Key {
        name: "show-known",
        kind: Kind::Flag,
        default: "false",
        doc: "Whether findings that an earlier version already held are shown to people, too; without it they are only counted.",
    },
    Key {
        name: "show-suppressed",
        kind: Kind::Flag,
        default: "false",
        doc: "Whether findings that do not count are shown, too.",
    },
    Key {
        name: "strict",
        kind: Kind::Flag,
        default: "false",
        doc: "Whether warnings stop the commit, too.",
    },
];

impl Key {
    /// Returns the key of a name, in any case.
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(name))
    }

    /// Returns the name of its environment variable.
    pub fn variable(&self) -> String {
        format!(
            "HEXGUARD_{}",
            self.name.to_ascii_uppercase().replace('-', "_")
        )
    }

    /// Reads a value as git's configuration and the environment write it; none: git's configuration holds the name alone.
    pub fn read(&self, text: Option<&str>) -> Result<Value, String> {
        let Some(text) = text.map(str::trim) else {
            return match self.kind {
                Kind::Flag => Ok(Value::Flag(true)),
                _ => Err("a value is wanted here".to_owned()),
            };
        };
        // What is no UTF-8 was replaced by this on the way here.
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err("the value is no UTF-8 text".to_owned());
        }
        match self.kind {
            Kind::Flag => boolean(text).map(Value::Flag),
            Kind::Number(_) => match text.parse() {
                Ok(number) => self.accept(Value::Number(number)),
                Err(_) => Err(format!("{} is no number", quoted(text))),
            },
            Kind::Text | Kind::Choice(_) => self.accept(Value::Text(text.to_owned())),
            Kind::List if text.starts_with("[\"") || text.starts_with("['") => Err(
                "a list is written without brackets and quotes here, with commas between its parts"
                    .to_owned(),
            ),
            Kind::List => Ok(Value::List(split(text))),
        }
    }

    /// Tells whether a value of the right kind is within bounds.
    pub fn accept(&self, value: Value) -> Result<Value, String> {
        match (&self.kind, &value) {
            (Kind::Number(most), Value::Number(number)) if number > most => {
                Err(format!("{number} is too much; {most} is the most"))
            }
            (Kind::Choice(words), Value::Text(word)) if !words.contains(&word.as_str()) => {
                Err(format!("{} is none of: {}", quoted(word), words.join(", ")))
            }
            _ => Ok(value),
        }
    }
}

/// Returns what a word means that stands for true or false in git's configuration and the environment. The words are git's.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" | "" => Ok(false),
        _ => Err(format!("{} is neither true nor false", quoted(text.trim()))),
    }
}

/// Splits at commas, but not within the braces of a path pattern.
fn split(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ',' && depth == 0 {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out.iter()
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_defaults_are_of_their_kind() {
        assert!(KEYS.is_sorted_by_key(|key| key.name));
        for key in KEYS {
            let text = format!("{} = {}", key.name, key.default);
            super::super::file::File::parse(text.as_bytes(), "default")
                .unwrap_or_else(|error| panic!("{text}: {error:#}"));
        }
    }

    #[test]
    fn lists_split_at_commas_outside_braces() {
        assert_eq!(split("a/{b,c}.md, d ,"), ["a/{b,c}.md", "d"]);
        assert_eq!(split(""), Vec::<String>::new());
    }
}
