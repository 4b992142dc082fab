//! The configuration of a run: for what is staged, for commits, for a work tree.

use std::env;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hexguard::config::apply::Files;
use hexguard::config::others::OtherTools;
use hexguard::config::policy::{Brings, Policy};
use hexguard::config::{Layers, NAMES, Settings, value};
use hexguard::git::{Caller, Repository, worktree};
use hexguard::report::Report;
use hexguard::source::{self, Source, named::Names};

use super::args::{Color, Show};
use super::sources::{Sources, read};
use super::trees::{Tree, TreeFiles};

/// The configuration of a run, resolved.
pub(super) struct Configured {
    pub(super) policy: Policy,
    /// Whether it was read from the index.
    staged: bool,
}

impl Deref for Configured {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        &self.policy
    }
}

impl DerefMut for Configured {
    fn deref_mut(&mut self) -> &mut Policy {
        &mut self.policy
    }
}

impl From<Policy> for Configured {
    fn from(policy: Policy) -> Self {
        Self {
            policy,
            staged: false,
        }
    }
}

/// Returns the configuration for what is staged: it is read from the index, for that is what will be committed.
pub(super) fn staged(repository: &Repository, show: &Show) -> Result<Configured> {
    let sources = Sources::of(Some(repository), show)?;
    let trees = (Tree::Index, Some(Tree::Head));
    let policy = brought(repository, &sources, trees, Brings::Commit)?;
    Ok(Configured {
        policy,
        staged: true,
    })
}

/// Returns the configuration for a message and names: nothing of the repository's files comes with them.
pub(super) fn committed(repository: &Repository, show: &Show) -> Result<Configured> {
    let sources = Sources::of(Some(repository), show)?;
    let now = TreeFiles::new(repository, Tree::Index);
    Ok(sources.policy(Some(&|path| now.read(path)))?.into())
}

/// Returns the configuration of a server that is pushed to.
pub(super) fn served(repository: &Repository, show: &Show) -> Result<Configured> {
    let sources = Sources::of_server(Some(repository), show)?;
    let now = TreeFiles::new(repository, Tree::Index);
    Ok(sources.policy(Some(&|path| now.read(path)))?.into())
}

/// Returns the policy that a tree comes to, and that of the tree before it, where that still has a say.
fn brought(
    repository: &Repository,
    sources: &Sources,
    (now, then): (Tree, Option<Tree>),
    brings: Brings,
) -> Result<Policy> {
    let now = TreeFiles::new(repository, now);
    let policy = sources.policy(Some(&|path| now.read(path)))?;
    let then = then.map(|tree| TreeFiles::new(repository, tree));
    let then = match then {
        Some(then) if now.differ(&then)? => {
            let earlier = sources.policy(Some(&|path| then.read(path)));
            // A broken file of an earlier commit is no reason to stop this one: everything counts as new then.
            Some(earlier.or_else(|_| sources.policy(None))?)
        }
        _ => None,
    };
    Ok(policy.brought_by(brings, then))
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
    let sources = Sources::of(repository, show)?;
    Ok(sources.policy(Some(&|path| read(&top.join(path))))?.into())
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
        let limit = |policy: &Policy| match *policy.settings.values.max_file_size {
            0 => u64::MAX,
            size => size << 20,
        };
        let earlier = self.earlier.as_deref().map_or(0, limit);
        limit(self).max(earlier)
    }

    /// Scans by all that holds.
    pub(super) fn scan(&self, source: &dyn Source) -> Result<Report> {
        let earlier = self.earlier.as_deref();
        hexguard::scan::scan_by(
            source,
            (&self.rules, &self.suppressor),
            earlier.map(|earlier| (&earlier.rules, &earlier.suppressor)),
        )
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
    let policy = Policy::of(settings, OtherTools::default(), Files::default())?;
    Ok(policy.into())
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

/// Returns when colour is wanted.
pub(super) fn color(settings: &Settings) -> Color {
    match *settings.values.color {
        value::Color::Always => Color::Always,
        value::Color::Never => Color::Never,
        value::Color::Auto => Color::Auto,
    }
}
