//! Where the configuration of a run comes from: files, git, the environment, flags.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use hexguard::config::apply::Files;
use hexguard::config::gitleaks::Gitleaks;
use hexguard::config::key::KEYS;
use hexguard::config::others::{self, OtherTools};
use hexguard::config::{Layers, NAMES, ReadFile, Settings};
use hexguard::git::{Caller, Id, Repository, worktree};
use hexguard::hint::closest;
use hexguard::rule::RuleSet;
use hexguard::source::{self, named::Names};
use hexguard::suppress::{Suppressor, baseline};

use super::args::{Color, Configure, Show};
use super::flags;

/// The configuration of a run, resolved.
pub(super) struct Configured {
    pub(super) settings: Settings,
    pub(super) rules: RuleSet,
    pub(super) suppressor: Suppressor,
    /// Files of other tools that are honoured.
    pub(super) tools: OtherTools,
    /// The salt of the repository's fingerprints; empty when it has none.
    pub(super) salt: String,
    /// What a person must be told about the configuration itself.
    pub(super) notes: Vec<String>,
    /// Whether it was read from the index.
    staged: bool,
}

/// Returns the configuration for what is staged: it is read from the index, for that is what will be committed.
pub(super) fn staged(repository: &Repository, show: &Show) -> Result<Configured> {
    let now = TreeFiles::new(repository, Tree::Index);
    let before = TreeFiles::new(repository, Tree::Head);
    let files = Files {
        now: Some(&|path| now.read(path)),
        before: Some(&|path| before.read(path)),
    };
    let mut configured = resolve(files, Some(repository), show)?;
    configured.staged = true;
    Ok(configured)
}

/// Returns the configuration for what is committed already or has no files (a push, a message).
pub(super) fn committed(repository: &Repository, show: &Show) -> Result<Configured> {
    let now = TreeFiles::new(repository, Tree::Index);
    let files = Files {
        now: Some(&|path| now.read(path)),
        before: None,
    };
    resolve(files, Some(repository), show)
}

/// Returns the configuration of a server that is pushed to. The environment may be that of the one who pushes (to a
/// folder), and has no say.
pub(super) fn served(repository: &Repository, show: &Show) -> Result<Configured> {
    let now = TreeFiles::new(repository, Tree::Index);
    let files = Files {
        now: Some(&|path| now.read(path)),
        before: None,
    };
    let git = repository.settings("")?;
    let settings = Settings::load(Layers {
        environment: Vec::new(),
        ..layers(files, &git, None, show)?
    })?;
    let tools = OtherTools::load(&settings, files, &below(&git, "secrets."))?;
    configured(settings, tools, files)
}

/// Returns the configuration for everything else: it is read from the work tree that one stands in.
pub(super) fn work_tree(show: &Show) -> Result<Configured> {
    // Outside a repository there is nothing of git's to be asked.
    let repository = Repository::open(Path::new("."), Caller::Person).ok();
    lying(&top(), repository.as_ref(), show)
}

/// Returns the configuration for what lies in a work tree, none: outside of one.
pub(super) fn of(work_tree: Option<&Path>, show: &Show) -> Result<Configured> {
    match work_tree {
        Some(top) => {
            let repository = Repository::of_work_tree(top, Caller::Person).ok();
            lying(top, repository.as_ref(), show)
        }
        None => self::work_tree(show),
    }
}

/// Returns the configuration that lies in a folder.
fn lying(top: &Path, repository: Option<&Repository>, show: &Show) -> Result<Configured> {
    let files = Files {
        now: Some(&|path| read(&top.join(path))),
        before: None,
    };
    resolve(files, repository, show)
}

impl Configured {
    /// Says that a file of the work tree does not count because it is not staged: whoever just wrote it wonders.
    pub(super) fn not_staged(&self) -> Option<String> {
        if !self.staged || self.settings.file.is_some() {
            return None;
        }
        let top = top();
        let name = NAMES.into_iter().find(|name| top.join(name).exists())?;
        Some(format!(
            "{name} is not staged and does not count: git add -- ':/{name}'"
        ))
    }

    /// Returns the size above which files are skipped and named.
    pub(super) fn limit(&self) -> u64 {
        match self.settings.number("max-file-size") {
            0 => u64::MAX,
            size => size << 20,
        }
    }
}

/// Goes to the top of the work tree and returns its configuration and a source of all its files.
pub(super) fn whole_tree(show: &Show) -> Result<(Configured, source::files::Files)> {
    let configured = {
        // Flags name files of the folder that the person stands in.
        let show = show.clone().with_whole_paths();
        env::set_current_dir(top()).context("cannot go to the top of the work tree")?;
        work_tree(&show)?
    };
    let files = source::files::Files {
        paths: Names::new().meant(Path::new(".")),
        limit: configured.limit(),
        ignored: false,
    };
    Ok((configured, files))
}

/// Returns the configuration that a text would be, if it were the repository's file and no other tool's counted.
pub(super) fn of_text(text: &str) -> Result<Configured> {
    let settings = Settings::load(Layers {
        instead: Some((NAMES[0].to_owned(), text.as_bytes().to_vec())),
        ..Layers::default()
    })?;
    configured(settings, OtherTools::default(), Files::default())
}

fn resolve(files: Files<'_>, repository: Option<&Repository>, show: &Show) -> Result<Configured> {
    // A file that a flag names is one of this folder, and no part of the commit.
    let Configure {
        baseline,
        ignore_file,
        ..
    } = &show.configure;
    let baseline = baseline.as_deref().filter(|name| !name.is_empty());
    let text = match baseline {
        Some(name) => Some(fs::read(name).with_context(|| format!("cannot read {name}"))?),
        None => None,
    };
    let over = |path: &str| text.clone().filter(|_| baseline == Some(path));
    let of = |read: Option<ReadFile<'_>>, path: &str| match (over(path), read) {
        (Some(text), _) => Ok(Some(text)),
        (None, Some(read)) => read(path),
        (None, None) => Ok(None),
    };
    let now = |path: &str| of(files.now, path);
    let before = |path: &str| of(files.before, path);
    let files = Files {
        now: Some(&now),
        before: files.before.is_some().then_some(&before),
    };
    let git = match repository {
        Some(repository) => repository.settings("")?,
        None => Vec::new(),
    };
    let (settings, instead) = settings(files, &git, show)?;
    let mut tools = OtherTools::load(&settings, files, &below(&git, "secrets."))?;
    if let Some(gitleaks) = instead {
        tools.give_gitleaks(gitleaks);
    }
    if let Some(path) = ignore_file {
        let path = if path.is_dir() {
            path.join(".gitleaksignore")
        } else {
            path.clone()
        };
        tools.give_ignore(
            fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?,
        );
    }
    configured(settings, tools, files)
}

fn configured(settings: Settings, mut tools: OtherTools, files: Files<'_>) -> Result<Configured> {
    let rules = settings.rule_set(&tools)?;
    let salt = settings.salt(files)?;
    let suppressor = settings.suppressor(files, &tools)?;
    let mut notes = settings.notes(&rules, files)?;
    notes.append(&mut tools.notes);
    Ok(Configured {
        settings,
        rules,
        suppressor,
        tools,
        salt,
        notes,
        staged: false,
    })
}

/// Returns the settings, and the gitleaks configuration that was given instead of the repository's file, if one was.
fn settings(
    files: Files<'_>,
    git: &[(String, Option<String>)],
    show: &Show,
) -> Result<(Settings, Option<Arc<Gitleaks>>)> {
    let mut instead = None;
    let mut gitleaks = None;
    // gitleaks asks for these in this order, too.
    let inline = env::var("GITLEAKS_CONFIG_TOML").ok();
    if let Some(path) = show.configure.config.clone().or_else(variable) {
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.display().to_string();
        if is_gitleaks(&path, &text) {
            let beside = |path: &str| read(Path::new(path));
            gitleaks = Some(Gitleaks::parse(&text, &name, &beside)?);
        } else {
            instead = Some((name, text));
        }
    } else if let Some(text) = inline.filter(|text| !text.is_empty()) {
        let beside = |path: &str| read(Path::new(path));
        gitleaks = Some(Gitleaks::parse(
            text.as_bytes(),
            "GITLEAKS_CONFIG_TOML",
            &beside,
        )?);
    }
    let settings = Settings::load(layers(files, git, instead, show)?)?;
    Ok((settings, gitleaks))
}

/// Returns every layer of the configuration; a file may be given `instead` of the repository's.
fn layers<'f>(
    files: Files<'f>,
    git: &[(String, Option<String>)],
    instead: Option<(String, Vec<u8>)>,
    show: &Show,
) -> Result<Layers<'f>> {
    Ok(Layers {
        repository: files.now,
        before: files.before,
        instead,
        git: below(git, "hexguard.")
            .into_iter()
            .filter(|(name, _)| meant(name))
            .collect(),
        environment: environment(),
        flags: flags::settings(show),
        ..user_file()?
    })
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
fn below(git: &[(String, Option<String>)], section: &str) -> Vec<(String, Option<String>)> {
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

/// Returns the user's own file, `hexguard/config.toml` in the platform's folder for configuration, and why it cannot be
/// read: with the HOME of another user it is not the user's own, and git only warns then, too.
fn user_file<'f>() -> Result<Layers<'f>> {
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

/// Returns the name of a file as it is found from the top of the work tree: from there if it lies in it, else from the
/// root.
pub(super) fn from_top(path: &str) -> String {
    let named = Names::new().entry(Path::new(path));
    if named.top.is_some_and(|own| own == top()) {
        return String::from_utf8_lossy(&named.name).into_owned();
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    let inner = whole.strip_prefix(top()).unwrap_or(&whole);
    inner.to_string_lossy().replace('\\', "/")
}

/// Returns the top of the work tree that the current folder is in, else the current folder.
pub(super) fn top() -> PathBuf {
    let here = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    worktree::top_of(&here).unwrap_or(here)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
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

/// Returns when colour is wanted.
pub(super) fn color(settings: &Settings) -> Color {
    match settings.text("color") {
        "always" => Color::Always,
        "never" => Color::Never,
        _ => Color::Auto,
    }
}

/// Which of a repository's trees files are read from.
#[derive(Clone, Copy)]
enum Tree {
    Index,
    Head,
}

/// Reads files of a tree; the usual names are looked up at once.
struct TreeFiles<'r> {
    repository: &'r Repository,
    tree: Tree,
    ids: RefCell<BTreeMap<String, Option<Id>>>,
}

impl<'r> TreeFiles<'r> {
    fn new(repository: &'r Repository, tree: Tree) -> Self {
        Self {
            repository,
            tree,
            ids: RefCell::default(),
        }
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let known = self.ids.borrow().get(path).copied();
        let id = match known {
            Some(id) => id,
            None => self.look_up(path)?,
        };
        let read = |id| {
            let text = self.repository.text(id);
            text.with_context(|| format!("cannot read {path} as it is staged"))
        };
        id.map(read).transpose()
    }

    fn look_up(&self, path: &str) -> Result<Option<Id>> {
        let mut paths = vec![path];
        let mut known = self.ids.borrow_mut();
        if known.is_empty() {
            let usual = NAMES
                .into_iter()
                .chain(others::NAMES)
                .chain([baseline::NAME]);
            paths.extend(usual.filter(|name| *name != path));
        }
        let ids = match self.tree {
            Tree::Index => self.repository.staged_ids(&paths)?,
            Tree::Head => self.repository.head_ids(&paths)?,
        };
        known.extend(paths.into_iter().map(str::to_owned).zip(ids));
        Ok(known.get(path).copied().flatten())
    }
}
