//! Where the layers of the configuration are read from: files of the disk, git, the environment, flags.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use hexguard::config::apply::Files;
use hexguard::config::change::Change;
use hexguard::config::gitleaks::Gitleaks;
use hexguard::config::key::KEYS;
use hexguard::config::others::OtherTools;
use hexguard::config::policy::Policy;
use hexguard::config::{Layers, NAMES, ReadFile, Settings};
use hexguard::git::Repository;
use hexguard::hint::closest;

use super::args::{Configure, Show};
use super::flags;

/// git's settings: names and values, none where a name stands alone.
type GitSettings = Vec<(String, Option<String>)>;

/// What a run is told besides the files of the repository.
pub(super) struct Sources {
    layers: Layers<'static>,
    /// Settings of git-secrets.
    secrets: GitSettings,
    /// A configuration of gitleaks that is given instead of the repository's.
    gitleaks: Option<Arc<Gitleaks>>,
    /// A .gitleaksignore that is given.
    ignore: Option<Vec<u8>>,
    /// A baseline that is given, by the name of its setting.
    baseline: Option<(String, Vec<u8>)>,
    /// Whether a variable names a configuration that is given.
    by_variable: bool,
}

impl Sources {
    /// Reads what a person is told by: all layers.
    pub(super) fn of(repository: Option<&Repository>, show: &Show) -> Result<Self> {
        let mut sources = Self::of_server(repository, show)?;
        sources.layers.confined = false;
        sources.layers.environment = environment();
        sources.instead(show)?;
        Ok(sources)
    }

    /// Reads what a server is told by. The environment may be that of the one who pushes (to a folder), and has no say.
    pub(super) fn of_server(repository: Option<&Repository>, show: &Show) -> Result<Self> {
        let git = match repository {
            Some(repository) => repository.settings("")?,
            None => Vec::new(),
        };
        // A file that a flag names is one of this folder, and no part of the commit.
        let Configure {
            baseline,
            ignore_file,
            ..
        } = &show.configure;
        let baseline = match baseline.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => {
                let text = fs::read(name).with_context(|| format!("cannot read {name}"))?;
                Some((name.to_owned(), text))
            }
            None => None,
        };
        let ignore = match ignore_file {
            Some(path) => {
                let inner = path.join(".gitleaksignore");
                let path = if path.is_dir() { &inner } else { path };
                Some(fs::read(path).with_context(|| format!("cannot read {}", path.display()))?)
            }
            None => None,
        };
        let own = below(&git, "hexguard.");
        Ok(Self {
            layers: Layers {
                system: system_file(repository, &own)?,
                disk: Some(&disk),
                confined: true,
                git: own.into_iter().filter(|(name, _)| meant(name)).collect(),
                flags: flags::settings(show),
                ..user_file()?
            },
            secrets: below(&git, "secrets."),
            gitleaks: None,
            ignore,
            baseline,
            by_variable: false,
        })
    }

    /// Takes a configuration that is given instead of the repository's.
    fn instead(&mut self, show: &Show) -> Result<()> {
        // gitleaks asks for these in this order, too.
        let inline = env::var("GITLEAKS_CONFIG_TOML").ok();
        let beside = |path: &str| read(Path::new(path));
        let given = show.configure.config.clone();
        let is_given = given.is_some();
        if let Some(path) = given.or_else(variable) {
            self.by_variable = !is_given;
            let text =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.display().to_string();
            if is_gitleaks(&path, &text) {
                self.gitleaks = Some(Gitleaks::parse(&text, &name, &beside)?);
            } else {
                self.layers.instead = Some((name, text));
            }
        } else if let Some(text) = inline.filter(|text| !text.is_empty()) {
            self.by_variable = true;
            let gitleaks = Gitleaks::parse(text.as_bytes(), "GITLEAKS_CONFIG_TOML", &beside)?;
            self.gitleaks = Some(gitleaks);
        }
        Ok(())
    }

    /// Returns the policy of the repository and the machine alone, if the user's file, git's configuration or the environment
    /// makes anything looser than that which `counts`: where it is read from, what it is, and what they make looser.
    pub(super) fn without_outside(
        &self,
        policy: &Policy,
        files: ReadFile<'_>,
        counts: &dyn Fn(&Change) -> bool,
    ) -> Result<Option<(Self, Policy, Vec<Change>)>> {
        let outside = policy.settings.has_outside || self.by_variable || !self.secrets.is_empty();
        if !outside {
            return Ok(None);
        }
        let mut layers = Layers {
            user: None,
            unread: None,
            git: Vec::new(),
            environment: Vec::new(),
            ..self.layers.clone()
        };
        if self.by_variable {
            layers.instead = None;
        }
        let alone = Self {
            layers,
            secrets: Vec::new(),
            gitleaks: self.gitleaks.clone().filter(|_| !self.by_variable),
            ignore: self.ignore.clone(),
            baseline: self.baseline.clone(),
            by_variable: false,
        };
        let policy_alone = alone.policy(Some(files))?;
        let mut changes = policy.changes(&policy_alone);
        changes.retain(counts);
        Ok((!changes.is_empty()).then_some((alone, policy_alone, changes)))
    }

    /// Returns the policy that these and the files of an earlier commit come to. What is broken there is no reason to stop what
    /// comes after it: it says nothing. Where both files of hexguard stand, both hold.
    pub(super) fn earlier(&self, files: ReadFile<'_>) -> Result<Policy> {
        if let Ok(policy) = self.policy(Some(files)) {
            return Ok(policy);
        }
        let mut all = Vec::new();
        for (name, other) in [(NAMES[0], NAMES[1]), (NAMES[1], NAMES[0])] {
            let alone = |path: &str| if path == other { Ok(None) } else { files(path) };
            if files(name).is_ok_and(|text| text.is_some()) {
                all.extend(self.policy(Some(&alone)));
            }
        }
        let both = all.into_iter().reduce(Policy::and);
        both.map_or_else(|| self.policy(None), Ok)
    }

    /// Returns the policy that these and the files of a repository come to.
    pub(super) fn policy(&self, files: Option<ReadFile<'_>>) -> Result<Policy> {
        let of = |path: &str| match (&self.baseline, files) {
            (Some((name, text)), _) if name == path => Ok(Some(text.clone())),
            (_, Some(read)) => read(path),
            (_, None) => Ok(None),
        };
        let settings = Settings::load(Layers {
            repository: Some(&of),
            ..self.layers.clone()
        })?;
        let files = Files(Some(&of));
        let mut tools = OtherTools::load(&settings, files, &self.secrets)?;
        if let Some(gitleaks) = &self.gitleaks {
            tools.give_gitleaks(gitleaks.clone());
        }
        if let Some(text) = &self.ignore {
            tools.give_ignore(text.clone());
        }
        Policy::of(settings, tools, files)
    }
}

/// Tells whether a file is a configuration of gitleaks, which people give by the same flag.
fn is_gitleaks(path: &Path, text: &[u8]) -> bool {
    let named = path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.contains("gitleaks") || name.contains("betterleaks")
    });
    named
        || memchr_line(text, b"[[rules]]")
        || memchr_line(text, b"[[allowlists]]")
        || memchr_line(text, b"[extend]")
        || memchr_line(text, b"[allowlist]")
}

fn memchr_line(text: &[u8], wanted: &[u8]) -> bool {
    text.split(|&b| b == b'\n')
        .any(|line| line.trim_ascii() == wanted)
}

/// Returns git's settings of one section.
fn below(git: &[(String, Option<String>)], section: &str) -> GitSettings {
    git.iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(section)?.to_owned(), value.clone())))
        .collect()
}

/// Returns the file that the environment names.
fn variable() -> Option<PathBuf> {
    ["HEXGUARD_CONFIG", "GITLEAKS_CONFIG"]
        .into_iter()
        .filter_map(env::var_os)
        .find(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// Tells whether a name is meant to be a setting: it is one, or nearly one. Others are not ours to judge, for hooks
/// and scripts keep names there, too.
fn meant(name: &str) -> bool {
    let known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    closest(&name.to_ascii_lowercase(), &known).is_some()
}

fn environment() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| {
            name.strip_prefix("HEXGUARD_").is_some_and(|rest| {
                rest != "CONFIG" && meant(&rest.to_ascii_lowercase().replace('_', "-"))
            })
        })
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
        .collect();
    found.sort();
    found
}

/// Where the configuration of a machine stands, unless git's configuration for the whole machine names another file.
const SYSTEM: &str = if cfg!(windows) {
    "C:\\ProgramData\\hexguard\\config.toml"
} else {
    "/etc/hexguard/config.toml"
};

/// Returns the system's file: its name and text. No variable of hexguard's own leads elsewhere.
fn system_file(
    repository: Option<&Repository>,
    git: &[(String, Option<String>)],
) -> Result<Option<(String, Vec<u8>)>> {
    let is_named = git.iter().any(|(name, _)| name == "config");
    let named = match repository.filter(|_| is_named) {
        Some(repository) => repository.setting_of_system("hexguard.config")?,
        None => None,
    };
    let path = named.as_deref().unwrap_or(SYSTEM);
    if named.is_some() && !Path::new(path).is_absolute() {
        bail!("git config --system hexguard.config: {path} is no absolute path");
    }
    match disk(path)? {
        Some(text) => Ok(Some((path.to_owned(), text))),
        None if named.is_some() => {
            bail!("git config --system hexguard.config: {path} does not exist")
        }
        None => Ok(None),
    }
}

/// Reads a file of the disk that a configuration names; what is no file (a pipe, a device) is not there.
fn disk(path: &str) -> Result<Option<Vec<u8>>> {
    let path = Path::new(path);
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        _ => read(path),
    }
}

/// Returns the user's own file, `hexguard/config.toml` in the platform's folder for configuration, and why it cannot be
/// read: with the HOME of another user it is not the user's own, and git only warns then, too.
fn user_file() -> Result<Layers<'static>> {
    let mut layers = Layers::default();
    for folder in user_folders() {
        let path = folder.join("hexguard").join("config.toml");
        match read(&path) {
            Ok(None) => {}
            Ok(Some(text)) => {
                layers.user = Some((path.display().to_string(), text));
                break;
            }
            Err(error) if is_denied(&error) => layers.unread = Some(format!("{error:#}")),
            Err(error) => return Err(error),
        }
    }
    Ok(layers)
}

fn is_denied(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

fn user_folders() -> Vec<PathBuf> {
    let variable = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let home = variable("HOME");
    let mut folders = Vec::new();
    folders.extend(variable("XDG_CONFIG_HOME"));
    if cfg!(windows) {
        folders.extend(variable("APPDATA"));
    }
    if cfg!(target_os = "macos") {
        folders.extend(
            home.as_ref()
                .map(|home| home.join("Library/Application Support")),
        );
    }
    folders.extend(home.map(|home| home.join(".config")));
    folders
}

/// Reads a file, nothing when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // A folder of that name, or a part of the path that is a file.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotADirectory | ErrorKind::IsADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
