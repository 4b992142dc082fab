//! Settings: the layers of configuration resolved; each value knows where it is from.
//!
//! From the bottom up: defaults, the user's file, the repository's file, git's configuration, the environment, flags.
//! A plain value of a higher layer wins; lists, allows, rules and tiers of all layers add up, so that no default is
//! replaced by accident.

use std::fmt;

use anyhow::{Result, anyhow, bail};

pub mod added;
pub mod apply;
pub mod counterpart;
mod document;
pub mod edit;
pub mod file;
pub mod gitleaks;
pub mod hex;
pub mod key;
pub mod others;
pub mod schema;

use crate::hint::{self, HintExt};
use crate::quote;
use crate::rule::Tier;
use crate::rule::spec::Spec;
use crate::suppress::allowlist::{Allow, SameCommit};
use added::{Added, LOOSENING, added, loosened};
use file::File;
use key::{KEYS, Key, Kind};

/// The names of the repository's file, one of which may exist.
pub const NAMES: [&str; 2] = ["hexguard.toml", ".hexguard.toml"];
/// How deep files may build upon each other.
const DEPTH: usize = 4;
/// How many exceptions, rules or expressions of one file can be used: more take more memory than a hook may have.
const MOST_ENTRIES: usize = 20_000;

/// Refuses a file that holds more than can be used.
fn bounded(name: &str, count: usize, what: &str) -> Result<()> {
    if count <= MOST_ENTRIES {
        return Ok(());
    }
    Err(anyhow!(
        "{name}: {count} {what} are too many: at most {MOST_ENTRIES} can be used"
    ))
    .hint("accept what is known with a baseline: hexguard baseline")
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(u64),
    /// A text.
    Text(String),
    /// Texts.
    List(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                write!(f, "[{}]", texts.join(", "))
            }
        }
    }
}

/// Returns a text as TOML writes it.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| !c.is_control() && c != '\'';
    if text.contains(['\\', '"']) && text.chars().all(plain) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                use fmt::Write as _;
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value that somebody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The setting's name.
    pub key: &'static str,
    /// The value.
    pub value: Value,
    /// Where it is from: "hexguard.toml:3", "--strict".
    pub origin: String,
}

/// Reads a file of the repository by its path from the top; nothing when there is none.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>>;

/// Everything that configuration may come from, from the bottom up.
#[derive(Default)]
pub struct Layers<'a> {
    /// The user's file: its name and text.
    pub user: Option<(String, Vec<u8>)>,
    /// Why the user's file cannot be read.
    pub unread: Option<String>,
    /// The repository's files as they are to be honoured: of the index in a hook, of the work tree otherwise.
    pub repository: Option<ReadFile<'a>>,
    /// The same as they were before the commit that is scanned.
    pub before: Option<ReadFile<'a>>,
    /// A file given by name instead of the repository's: its name and text.
    pub instead: Option<(String, Vec<u8>)>,
    /// git's configuration: names below `hexguard.` and values, none where the name stands alone.
    pub git: Vec<(String, Option<String>)>,
    /// The environment: names that begin with `HEXGUARD_`, and values.
    pub environment: Vec<(String, String)>,
    /// What flags say.
    pub flags: Vec<Given>,
}

/// The configuration as meant.
#[derive(Debug, Default)]
pub struct Settings {
    /// Plain values, the strongest last.
    given: Vec<Given>,
    /// The exceptions of all layers.
    pub allows: Vec<Allow>,
    /// The rules of all layers, each with its place.
    pub rules: Vec<(Spec, String)>,
    /// Tiers by rule id, the strongest last; none switches a rule off.
    pub tiers: Vec<(String, Option<Tier>, String)>,
    /// What is noted of Hex.
    pub hex: hex::Hex,
    /// What the commit that is scanned adds to the configuration.
    pub added: Added,
    /// Why the user's file cannot be read.
    pub unread: Option<String>,
    /// The repository's file, if it exists.
    pub file: Option<String>,
    /// What that file said before the commit that is scanned.
    before: Before,
}

/// What the repository's file said before the commit that is scanned.
#[derive(Debug, Default)]
struct Before {
    /// Its plain values.
    given: Vec<Given>,
    /// Its rules that are gone now.
    rules: Vec<(Spec, String)>,
    /// Where its values stand among those of all layers.
    at: usize,
}

impl Settings {
    /// Resolves the layers.
    pub fn load(layers: Layers<'_>) -> Result<Self> {
        let Layers {
            user,
            unread,
            repository,
            before,
            instead,
            git,
            environment,
            flags,
        } = layers;
        let mut settings = Self {
            unread,
            ..Self::default()
        };
        if let Some((name, text)) = user {
            settings.stack(File::parse(&text, &name)?);
        }
        if let Some((name, text)) = instead {
            settings.stack(File::parse(&text, &name)?);
            settings.file = Some(name);
        } else if let Some(read) = repository {
            settings.repository(read, before)?;
        }
        for (name, value) in git {
            let origin = format!("git config hexguard.{name}");
            settings.take_text(&name, value.as_deref(), &origin)?;
        }
        for (name, value) in environment {
            let key = name.trim_start_matches("HEXGUARD_").to_ascii_lowercase();
            settings.take_text(&key.replace('_', "-"), Some(&value), &name)?;
        }
        for flag in flags {
            let key = Key::find(flag.key);
            let accepted = key.map_or(Ok(flag.value.clone()), |key| key.accept(flag.value));
            let value = accepted.map_err(|why| anyhow!("{}: {why}", flag.origin))?;
            settings.given.push(Given { value, ..flag });
        }
        settings.judge_added();
        Ok(settings)
    }

    fn stack(&mut self, file: File) {
        let File {
            given,
            allows,
            rules,
            tiers,
            hex,
        } = file;
        self.given.extend(given);
        self.allows.extend(allows);
        self.rules.extend(rules);
        self.tiers.extend(tiers);
        self.hex.add(hex);
    }

    fn repository(&mut self, read: ReadFile<'_>, before: Option<ReadFile<'_>>) -> Result<()> {
        let found = find(read)?;
        let mut now = File::default();
        if let Some((name, text)) = &found {
            tree(read, name, text, 0, &mut now)?;
        }
        if let Some(before) = before {
            let old = find(before)?;
            if old != found || !extends(&now).is_empty() {
                let mut then = File::default();
                if let Some((name, text)) = old {
                    // A broken file of an earlier commit is no reason to stop this one: everything counts as new then.
                    if tree(before, name, &text, 0, &mut then).is_err() {
                        then = File::default();
                    }
                }
                let name = found.as_ref().map_or(NAMES[0], |(name, _)| name);
                self.added = added(&now, &then, name);
                let gone = |(rule, _): &(Spec, String)| {
                    !now.rules.iter().any(|(new, _)| new.id == rule.id)
                };
                self.before = Before {
                    given: then.given,
                    rules: then.rules.into_iter().filter(gone).collect(),
                    at: self.given.len(),
                };
            }
        }
        self.file = found.map(|(name, _)| name.to_owned());
        self.stack(now);
        Ok(())
    }

    /// Takes a value that is written as plain text.
    fn take_text(&mut self, name: &str, text: Option<&str>, origin: &str) -> Result<()> {
        let Some(key) = Key::find(name) else {
            let known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
            let error = Err(anyhow!("{origin}: there is no such setting"));
            return match hint::closest(name, &known) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`hexguard config` lists all settings"),
            };
        };
        match key.read(text) {
            Ok(value) => self.given.push(Given {
                key: key.name,
                value,
                origin: origin.to_owned(),
            }),
            Err(what) => bail!("{origin}: {what}"),
        }
        Ok(())
    }

    /// The stricter of the policies before and after the commit decides: it cannot switch it off for itself.
    fn judge_added(&mut self) {
        if self.text("same-commit-allow") == "block" {
            self.added.policy = SameCommit::Block;
        }
        if self.added.policy == SameCommit::Block {
            let refused: Vec<String> = self
                .added
                .others
                .iter()
                .filter_map(|other| other.split(": ").next().map(str::to_owned))
                .collect();
            self.tiers
                .retain(|(_, _, origin)| !refused.contains(origin));
            let new = |given: &Given, value: &str| {
                let said = loosened(&given.origin, given.key, value);
                self.added.others.contains(&said)
            };
            // What the file said before holds; where it said nothing, what stands below it does.
            let Before { given, rules, at } = std::mem::take(&mut self.before);
            let loosening = |given: &Given| LOOSENING.iter().any(|(key, _)| *key == given.key);
            self.given.retain(|given| {
                !loosening(given) || !new(given, given.value.to_string().trim_matches('"'))
            });
            let at = at.min(self.given.len());
            self.given
                .splice(at..at, given.into_iter().filter(loosening));
            self.rules.extend(rules);
            // A list is one value: its new parts go, the rest stays.
            for given in &mut self.given {
                if let Value::List(list) = &mut given.value {
                    list.retain(|item| {
                        !self
                            .added
                            .others
                            .contains(&loosened(&given.origin, given.key, item))
                    });
                }
            }
        }
    }

    /// Returns the strongest value of a setting that is no list, and where it is from.
    pub fn get(&self, name: &str) -> Option<&Given> {
        self.given.iter().rev().find(|given| given.key == name)
    }

    /// Returns all that was given, the strongest last.
    pub fn given(&self) -> &[Given] {
        &self.given
    }

    /// Returns a setting that is true or false.
    pub fn flag(&self, name: &str) -> bool {
        match self.get(name).map(|given| &given.value) {
            Some(Value::Flag(flag)) => *flag,
            _ => default(name) == "true",
        }
    }

    /// Returns a setting that is a number.
    pub fn number(&self, name: &str) -> u64 {
        match self.get(name).map(|given| &given.value) {
            Some(Value::Number(number)) => *number,
            _ => default(name).parse().unwrap_or(0),
        }
    }

    /// Returns a setting that is a text.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name).map(|given| &given.value) {
            Some(Value::Text(text)) => text,
            _ => default(name).trim_matches('"'),
        }
    }

    /// Returns a setting that is a list: what all layers say, with the place of each.
    pub fn list(&self, name: &str) -> Vec<(&str, &str)> {
        self.given
            .iter()
            .filter(|given| given.key == name)
            .filter_map(|given| match &given.value {
                Value::List(list) => Some((list, &given.origin)),
                _ => None,
            })
            .flat_map(|(list, origin)| list.iter().map(|item| (item.as_str(), origin.as_str())))
            .collect()
    }
}

fn default(name: &str) -> &'static str {
    KEYS.iter()
        .find(|key| key.name == name)
        .map_or("", |key| key.default)
}

/// Returns the repository's own file.
fn find(read: ReadFile<'_>) -> Result<Option<(&'static str, Vec<u8>)>> {
    let mut found = None;
    for name in NAMES {
        if let Some(text) = read(name)? {
            if found.is_some() {
                return Err(anyhow!("both {} and {} exist", NAMES[0], NAMES[1]))
                    .hint("keep one of them");
            }
            found = Some((name, text));
        }
    }
    Ok(found)
}

/// Reads a file and, before it, those that it builds upon.
fn tree(read: ReadFile<'_>, name: &str, text: &[u8], depth: usize, out: &mut File) -> Result<()> {
    let file = File::parse(text, name)?;
    for (path, origin) in extends(&file) {
        if depth == DEPTH {
            bail!("{origin}: more than {DEPTH} files build upon each other");
        }
        let path = beside(name, &path);
        let Some(text) = read(&path)? else {
            bail!("{origin}: {} does not exist", quote::quoted(&path));
        };
        tree(read, &path, &text, depth + 1, out)?;
    }
    out.given.extend(file.given);
    out.allows.extend(file.allows);
    out.rules.extend(file.rules);
    out.tiers.extend(file.tiers);
    out.hex.add(file.hex);
    Ok(())
}

fn extends(file: &File) -> Vec<(String, String)> {
    file.given
        .iter()
        .filter(|given| given.key == "extends")
        .filter_map(|given| match &given.value {
            Value::List(list) => Some((list, &given.origin)),
            _ => None,
        })
        .flat_map(|(list, origin)| list.iter().map(|path| (path.clone(), origin.clone())))
        .collect()
}

/// Returns a path that is written relative to the folder of the file `name`.
fn beside(name: &str, path: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            // Above the top nothing belongs to the commit: `..` stays and the file is not found there.
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns the kind of a setting, if there is such a setting.
pub fn kind(name: &str) -> Option<Kind> {
    KEYS.iter().find(|key| key.name == name).map(|key| key.kind)
}
