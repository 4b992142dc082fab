//! Every setting: its name, kind, default and meaning, where it may stand and what loosens it; the settings of a run, all
//! layers, the schema, the listing and what a commit may not change for itself come from this table.

use super::value::{Color, Exports, Field, Format, Given, List, Set, Value, Words};
use crate::quote::quoted;
use crate::suppress::allowlist::SameCommit;

/// A setting.
pub struct Key {
    /// Its name in files; `hexguard.NAME` in git's configuration, `HEXGUARD_NAME` in the environment.
    pub name: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// What it means, in one sentence.
    pub doc: &'static str,
    /// Where it may stand.
    pub scope: Scope,
    /// What lets more through.
    pub loosens: Loosens,
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
    /// One of some words; where it matters, from strict to lax.
    Choice(&'static [&'static str]),
    /// Texts; every layer adds to those below it.
    List,
}

/// Where a setting may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Any,
    /// In files: what it says is about the file in which it stands.
    File,
    /// In the user's file and the system's: what stands above them must not loosen what they say.
    Policy,
}

/// What of a setting lets more through than another value did. There is no default: who adds a key decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loosens {
    /// Nothing: it says how things are shown, or only what stops more.
    Never,
    /// 0.
    Zero,
    /// Any other value than the one that somebody gave.
    OtherThanGiven,
    /// This value.
    To(bool),
    /// A smaller number.
    Smaller,
    /// A smaller number, 0 being the greatest, where `allow-unscanned` accepts what is larger.
    LowerLimit,
    /// A word further behind in its choice.
    Weaker,
    /// Another part: a path pattern that none of those before covers.
    NewPath,
    /// Another part: the id of a rule that none of those before names.
    NewRule,
    /// Another part where there was none, and one that is gone where others are left.
    Narrower,
    /// What the files hold that it leads to, which is compared itself.
    Content,
}

impl Loosens {
    /// Returns it in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Never => "nothing",
            Self::Zero => "0",
            Self::OtherThanGiven => "another value than there was",
            Self::To(true) => "true",
            Self::To(false) => "false",
            Self::Smaller => "less",
            Self::LowerLimit => "less, where `allow-unscanned` accepts what is larger",
            Self::Weaker => "a word further behind",
            Self::NewPath | Self::NewRule => "a new part",
            Self::Narrower => "fewer rules",
            Self::Content => "what the files accept that it leads to",
        }
    }
}

/// Makes the table of keys, and the struct that holds the settings of a run: one field for each key.
macro_rules! keys {
    ($($field:ident $name:literal: $type:ty = $default:expr, $kind:expr, $scope:ident, $loosens:expr, $doc:literal;)+) => {
        /// All settings, sorted by name.
        pub const KEYS: &[Key] = &[
            $(Key {
                name: $name,
                kind: $kind,
                doc: $doc,
                scope: Scope::$scope,
                loosens: $loosens,
            },)+
        ];

        /// The settings of a run.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Values {
            $(#[doc = $doc] pub $field: $type,)+
        }

        impl Default for Values {
            fn default() -> Self {
                Self { $($field: <$type>::new($default),)+ }
            }
        }

        impl Values {
            /// Returns the setting of a key.
            pub fn of(&self, key: &Key) -> &dyn Field {
                match key.name {
                    $($name => &self.$field,)+
                    _ => unreachable!("the table has all keys"),
                }
            }

            /// Takes a value from a stronger layer.
            pub(super) fn give(&mut self, given: &Given) {
                let field: &mut dyn Field = match given.key {
                    $($name => &mut self.$field,)+
                    _ => return,
                };
                field.give(given.value.clone(), &given.origin);
            }
        }
    };
}

keys! {
    allow_unscanned "allow-unscanned": List = [], Kind::List, Any, Loosens::NewPath,
        "Paths that may be committed though they could not be scanned (broken, too large), as patterns like those of .gitignore, without `!`.";
    baseline "baseline": Set<String> = ".hexguard-baseline", Kind::Text, Any, Loosens::Content,
        "The file of findings that were accepted when hexguard was adopted.";
    color "color": Set<Color> = Color::Auto, Kind::Choice(Color::WORDS), Any, Loosens::Never,
        "When to use colour.";
    disable "disable": List = [], Kind::List, Any, Loosens::NewRule,
        "Rules that are switched off, by id; one may end with `*`.";
    exclude "exclude": List = [], Kind::List, Any, Loosens::NewPath,
        "Paths that are not scanned, as patterns like those of .gitignore, without `!`.";
    exit_code "exit-code": Set<u64> = 1_u64, Kind::Number(255), Any, Loosens::Zero,
        "The exit code when something stops the commit.";
    exports "exports": Set<Exports> = Exports::Auto, Kind::Choice(Exports::WORDS), Any, Loosens::Weaker,
        "What a new query result (CSV, JSON lines, notebook tables, ...) that nobody reviewed does: stop the commit, warn, warn in repositories that use Hex (`auto`), or nothing.";
    extends "extends": List = [], Kind::List, File, Loosens::Content,
        "Other files of this form to build upon: absolute paths, or relative to this file's folder.";
    format "format": Set<Format> = Format("human"), Kind::Choice(Format::WORDS), Any, Loosens::Never,
        "How reports are written.";
    inline_allow "inline-allow": Set<bool> = true, Kind::Flag, Any, Loosens::To(true),
        "Whether comments like `hexguard:allow` count.";
    locked "locked": List = [], Kind::List, Policy, Loosens::Never,
        "In the user's and the system's configuration: settings, and `allow` or `tier`, that later layers may not loosen; what they say of them all the same is named and does not count.";
    max_decode_depth "max-decode-depth": Set<u64> = 1_u64, Kind::Number(8), Any, Loosens::Smaller,
        "How many layers of base64, hex and the like are seen through.";
    max_file_size "max-file-size": Set<u64> = 0_u64, Kind::Number(1 << 20), Any, Loosens::LowerLimit,
        "Files above this size, in MiB, are not scanned: they are named, and stop the commit unless `allow-unscanned` covers them; 0 is no limit.";
    only "only": List = [], Kind::List, Any, Loosens::Narrower,
        "If any are given, only these rules are used, by id; one may end with `*`.";
    other_tools "other-tools": Set<bool> = true, Kind::Flag, Any, Loosens::Content,
        "Whether the files of other tools count: .gitleaks.toml, .gitleaksignore, .secrets.baseline and so on.";
    salt "salt": Set<String> = "", Kind::Text, Any, Loosens::OtherThanGiven,
        "The salt of the fingerprints in this repository's files, which makes them differ from those of all others; `hexguard allow` sets it.";
    same_commit_allow "same-commit-allow": Set<SameCommit> = SameCommit::Warn, Kind::Choice(SameCommit::WORDS), Any, Loosens::Weaker,
        "What becomes of what a commit itself changes in the configuration so that more passes, and of comments that allow a secret which comes with them: it is named (`warn`), or does not count yet (`block`). For `scan --range` the configuration counts only where `warn` is written before the range; comments as ever. Where nothing stands before the commits (`scan --history`, a first push), all are judged by the configuration of today: what accepts a secret counts if it was there before the commit that brought the secret, or came in a later one; what came in the same commit is named or refused by what this setting was there, comments by what it is today.";
    show_known "show-known": Set<bool> = false, Kind::Flag, Any, Loosens::Never,
        "Whether findings that an earlier version already held are shown to people, too; without it they are only counted.";
    show_suppressed "show-suppressed": Set<bool> = false, Kind::Flag, Any, Loosens::Never,
        "Whether findings that do not count are shown, too.";
    strict "strict": Set<bool> = false, Kind::Flag, Any, Loosens::To(false),
        "Whether warnings stop the commit, too.";
}

impl Key {
    /// Returns the key of a name, in any case.
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(name))
    }

    /// Returns what it is when nobody sets it.
    pub fn default(&self) -> Value {
        Values::default().of(self).written()
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
            let text = format!("{} = {}", key.name, key.default());
            super::super::file::File::parse_as(Scope::Policy, text.as_bytes(), "default")
                .unwrap_or_else(|error| panic!("{text}: {error:#}"));
        }
    }

    #[test]
    fn lists_split_at_commas_outside_braces() {
        assert_eq!(split("a/{b,c}.md, d ,"), ["a/{b,c}.md", "d"]);
        assert_eq!(split(""), Vec::<String>::new());
    }
}
