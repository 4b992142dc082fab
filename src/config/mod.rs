//! Settings: the layers of configuration resolved; each value knows where it is from.
//!
//! From the bottom up: defaults, the system's file, the user's file, the repository's file, git's configuration, the
//! environment, flags. A plain value of a higher layer wins; lists, allows, rules and tiers of all layers add up, so that
//! no default is replaced by accident. What a lower layer locks, a higher one cannot loosen.

use anyhow::{Result, anyhow, bail};

pub mod apply;
pub mod change;
mod compare;
pub mod counterpart;
mod document;
pub mod edit;
mod extends;
pub mod file;
pub mod gitleaks;
pub mod hex;
pub mod key;
mod lock;
pub mod others;
pub mod policy;
pub mod schema;
pub mod value;

use crate::hint::{self, HintExt};
use crate::rule::spec::Spec;
use crate::suppress::allowlist::Allow;
use change::Change;
use extends::Reader;
use file::{File, Tiered};
use key::{KEYS, Key, Scope, Values};
use lock::Locks;
use value::{Given, Origin};

pub use value::quoted;

/// The names of the repository's file, one of which may exist.
pub const NAMES: [&str; 2] = ["hexguard.toml", ".hexguard.toml"];
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

/// Reads a file by its path: one of the repository from its top, one of the disk. Nothing when there is none.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>>;

/// Everything that configuration may come from, from the bottom up.
#[derive(Default, Clone)]
pub struct Layers<'a> {
    /// The system's file: its name and text.
    pub system: Option<(String, Vec<u8>)>,
    /// The user's file: its name and text.
    pub user: Option<(String, Vec<u8>)>,
    /// Why the user's file cannot be read.
    pub unread: Option<String>,
    /// The repository's files as they are to be honoured: of the index in a hook, of the work tree otherwise.
    pub repository: Option<ReadFile<'a>>,
    /// Reads files of the disk, which those of the system and of the user may build upon.
    pub disk: Option<ReadFile<'a>>,
    /// Whether the repository's file may not build upon those: a server answers whoever pushes.
    pub confined: bool,
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
    /// The settings.
    pub values: Values,
    /// They as they were given, the strongest last.
    given: Vec<Given>,
    /// The exceptions of all layers.
    pub allows: Vec<Allow>,
    /// The rules of all layers, each with its place.
    pub rules: Vec<(Spec, Origin)>,
    /// Tiers by rule id, the strongest last.
    pub tiers: Vec<Tiered>,
    /// What is noted of Hex.
    pub hex: hex::Hex,
    /// What does not count because a lower layer has locked it.
    pub locked_out: Vec<Change>,
    /// Whether the user's file, git's configuration or the environment says anything that may loosen what the repository
    /// says.
    pub has_outside: bool,
    /// Why the user's file cannot be read.
    pub unread: Option<String>,
    /// The repository's file, if it exists.
    pub file: Option<String>,
}

impl Settings {
    /// Resolves the layers.
    pub fn load(layers: Layers<'_>) -> Result<Self> {
        let Layers {
            system,
            user,
            unread,
            repository,
            disk,
            confined,
            instead,
            git,
            environment,
            flags,
        } = layers;
        let mut settings = Self {
            unread,
            ..Self::default()
        };
        let mut locks = Locks::default();
        let of_disk = |scope| Reader {
            scope,
            inside: None,
            disk,
        };
        let system = system.map(|file| (file, false));
        for ((name, text), is_outside) in system.into_iter().chain(user.map(|file| (file, true))) {
            let file = of_disk(Scope::Policy).whole(&name, &text)?;
            settings.has_outside |= is_outside && file.may_loosen();
            settings.stack(file, &locks);
            locks.add(&settings.values)?;
        }
        if let Some((name, text)) = instead {
            settings.stack(of_disk(Scope::File).whole(&name, &text)?, &locks);
            settings.file = Some(name);
        } else if repository.is_some() {
            let reader = Reader {
                scope: Scope::File,
                inside: repository,
                disk: disk.filter(|_| !confined),
            };
            if let Some((name, text)) = reader.find()? {
                settings.stack(reader.whole(name, &text)?, &locks);
                settings.file = Some(name.to_owned());
            }
        }
        let (git, environment) = (told_by_git(git)?, told_by_environment(environment)?);
        for (given, is_outside) in [(git, true), (environment, true), (flags, false)] {
            let given = given.into_iter().map(accepted).collect::<Result<_>>()?;
            let file = File {
                given,
                ..File::default()
            };
            settings.has_outside |= is_outside && file.may_loosen();
            settings.stack(file, &locks);
        }
        Ok(settings)
    }

    /// Puts a layer on those below it.
    fn stack(&mut self, mut file: File, locks: &Locks) {
        locks.apply(&self.values, &mut file, &mut self.locked_out);
        let File {
            given,
            allows,
            rules,
            tiers,
            hex,
        } = file;
        for given in &given {
            self.values.give(given);
        }
        self.given.extend(given);
        self.allows.extend(allows);
        self.rules.extend(rules);
        self.tiers.extend(tiers);
        self.hex.add(hex);
    }

    /// Returns all values that were given, the strongest last.
    pub fn given(&self) -> &[Given] {
        &self.given
    }
}

/// Tells whether a value may be given where it stands.
fn accepted(given: Given) -> Result<Given> {
    let Some(key) = Key::find(given.key) else {
        bail!("{}: there is no setting {}", given.origin, given.key);
    };
    let value = key.accept(given.value);
    let value = value.map_err(|why| anyhow!("{}: {why}", given.origin))?;
    Ok(Given { value, ..given })
}

fn told_by_git(settings: Vec<(String, Option<String>)>) -> Result<Vec<Given>> {
    let settings = settings.into_iter().map(|(name, value)| {
        let origin = Origin::of(format!("git config hexguard.{name}"));
        plain(&name, value.as_deref(), origin)
    });
    settings.collect()
}

fn told_by_environment(variables: Vec<(String, String)>) -> Result<Vec<Given>> {
    let variables = variables.into_iter().map(|(name, value)| {
        let key = name.trim_start_matches("HEXGUARD_").to_ascii_lowercase();
        plain(&key.replace('_', "-"), Some(&value), Origin::of(name))
    });
    variables.collect()
}

/// Reads a value that is written as plain text.
fn plain(name: &str, text: Option<&str>, origin: Origin) -> Result<Given> {
    let Some(key) = Key::find(name) else {
        let known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        let error = Err(anyhow!("{origin}: there is no such setting"));
        return match hint::closest(name, &known) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("`hexguard config` lists all settings"),
        };
    };
    match key.read(text) {
        Ok(_) if key.scope != Scope::Any => {
            bail!("{origin}: `{}` counts only in files", key.name)
        }
        Ok(value) => Ok(Given {
            key: key.name,
            value,
            origin,
        }),
        Err(what) => bail!("{origin}: {what}"),
    }
}
