//! The configuration of a run: for what is staged, for commits, for a work tree.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::env;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hexguard::audit::presence::uses_hex;
use hexguard::config::apply::Files;
use hexguard::config::change::Change;
use hexguard::config::others::OtherTools;
use hexguard::config::policy::{Beside, Brings, Policy, in_one_line};
use hexguard::config::{Layers, NAMES, Settings, value};
use hexguard::git::{Caller, Id, Repository, worktree};
use hexguard::report::Report;
use hexguard::source::{self, Source, named::Names};

use super::args::{Color, Show};
use super::sources::{Sources, read};
use super::trees::{Tree, TreeFiles, usual};

/// The configuration of a run, resolved.
pub(super) struct Configured {
    pub(super) policy: Policy,
    /// Whether it was read from the index.
    pub(super) staged: bool,
    /// What is said of the user's file, git's configuration and the environment where they make it looser than the repository
    /// says.
    pub(super) looser: Option<String>,
    /// Where the policy of a single commit is read from, where nothing stands before the commits that could judge them.
    pub(super) each: Option<Each>,
}

/// What the policies of single commits are read by.
pub(super) struct Each {
    /// Where they are read from.
    pub(super) sources: Sources,
    /// The paths at which the repository's configuration may stand: the usual ones, and those to which today's leads.
    pub(super) names: BTreeSet<String>,
}

impl Each {
    fn new(sources: Sources, asked: impl IntoIterator<Item = String>) -> Self {
        let usual = usual().map(str::to_owned);
        let names = usual.chain(asked).collect();
        Self { sources, names }
    }
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
            looser: None,
            each: None,
        }
    }
}

/// Returns the configuration for what is staged: it is read from the index, for that is what will be committed.
pub(super) fn staged(repository: &Repository, show: &Show) -> Result<Configured> {
    let sources = Sources::of(Some(repository), show)?;
    let now = TreeFiles::new(repository, Tree::Index);
    let mut policy = sources.policy(Some(&|path| now.read(path)))?;
    let uses_hex = || policy.settings.hex.noted || uses_hex(repository).unwrap_or(true);
    let counts = |change: &Change| !change.is_of_hex_alone() || uses_hex();
    let looser = sources.without_outside(&policy, &|path| now.read(path), &counts)?;
    let what = "looser than the repository says";
    let looser = looser.and_then(|(_, _, changes)| in_one_line(what, &changes));
    policy.notes.extend(looser.clone());
    let mut before = TreeFiles::new(repository, Tree::Head);
    // In a merge, what another parent has is not new.
    let parents = repository.snapshot()?.map(|now| now.parents);
    for parent in parents.unwrap_or_default() {
        let other = TreeFiles::new(repository, Tree::Commit(parent));
        if !now.differ(&other)? {
            before = other;
            break;
        }
    }
    Ok(Configured {
        policy: brought(policy, &sources, (&now, Some(&before)), Brings::Commit)?,
        staged: true,
        looser,
        each: None,
    })
}

/// Returns the configuration for a push, whose commits stand on `base` if that is known. What makes it looser than the
/// repository says does not count: this is where secrets leave the machine.
pub(super) fn pushed(repository: &Repository, show: &Show, base: Option<Id>) -> Result<Configured> {
    let sources = Sources::of(Some(repository), show)?;
    let now = TreeFiles::new(repository, Tree::Index);
    let mut policy = sources.policy(Some(&|path| now.read(path)))?;
    let counts = |change: &Change| !change.is_of_exports();
    let outside = sources.without_outside(&policy, &|path| now.read(path), &counts)?;
    let mut each = None;
    let looser = outside.and_then(|(alone, policy_alone, changes)| {
        each = Some(alone);
        policy.hold(
            policy_alone,
            "is none of the repository's, and does not count for a push",
        );
        let what = "not counted for a push, because the repository does not say so";
        in_one_line(what, &changes)
    });
    if base.is_none() {
        let what = "this push is judged by its own configuration, which lets through";
        policy.notes.extend(in_one_line(what, &policy.loosened()?));
    }
    let base = base.map(|base| TreeFiles::new(repository, Tree::Commit(base)));
    let policy = brought(policy, &sources, (&now, base.as_ref()), Brings::Push)?;
    Ok(Configured {
        policy,
        staged: false,
        looser,
        each: base
            .is_none()
            .then(|| Each::new(each.unwrap_or(sources), now.names())),
    })
}

/// Returns the configuration for the commits of a range: that of the commit at which it begins; what the range itself makes
/// looser counts only where that says so. Without such a commit it is judged as the whole history is.
pub(super) fn range(range: &str, show: &Show) -> Result<Configured> {
    let repository = Repository::open(Path::new("."), Caller::Person)?;
    // What is no range is complained of when it is read.
    let ends = repository.ends(range).ok().flatten().unwrap_or_default();
    let (Some(&tip), Some(&base)) = (ends.tips.first(), ends.without.first()) else {
        return history(show);
    };
    let sources = Sources::of(Some(&repository), show)?;
    let [now, before] = [tip, base].map(|commit| TreeFiles::new(&repository, Tree::Commit(commit)));
    let policy = sources.policy(Some(&|path| now.read(path)))?;
    let policy = brought(policy, &sources, (&now, Some(&before)), Brings::Range)?;
    Ok(policy.into())
}

/// Returns the configuration for all commits there are: that of the work tree. What one of them brought along for itself counts
/// only as it says.
pub(super) fn history(show: &Show) -> Result<Configured> {
    let repository = Repository::open(Path::new("."), Caller::Person)?;
    let (policy, each) = lying(&top(), Some(&repository), show)?;
    Ok(Configured {
        each: Some(each),
        ..policy.brought_by(Brings::History, None).into()
    })
}

/// Returns the configuration for commits that no remote is known to have: that of the index. What one of them brought along for
/// itself counts only as it says.
pub(super) fn unpushed(repository: &Repository, show: &Show) -> Result<Configured> {
    let sources = Sources::of(Some(repository), show)?;
    let now = TreeFiles::new(repository, Tree::Index);
    let policy = sources.policy(Some(&|path| now.read(path)))?;
    Ok(Configured {
        each: Some(Each::new(sources, now.names())),
        ..policy.brought_by(Brings::History, None).into()
    })
}

/// Returns the configuration of a server that is pushed to.
pub(super) fn served(repository: &Repository, show: &Show) -> Result<Configured> {
    let sources = Sources::of_server(Some(repository), show)?;
    let now = TreeFiles::new(repository, Tree::Index);
    Ok(sources.policy(Some(&|path| now.read(path)))?.into())
}

/// Returns a policy with what that of the tree before it says of it.
fn brought(
    policy: Policy,
    sources: &Sources,
    (now, before): (&TreeFiles<'_>, Option<&TreeFiles<'_>>),
    brings: Brings,
) -> Result<Policy> {
    let then = match before {
        Some(before) if now.differ(before)? => Some(sources.earlier(&|path| before.read(path))?),
        _ => None,
    };
    Ok(policy.brought_by(brings, then))
}

/// Returns the configuration for everything else: it is read from the work tree that one stands in.
pub(super) fn work_tree(show: &Show) -> Result<Configured> {
    // Outside a repository there is nothing of git's to be asked.
    let repository = Repository::open(Path::new("."), Caller::Person).ok();
    let (policy, _) = lying(&top(), repository.as_ref(), show)?;
    Ok(policy.into())
}

/// Returns the configuration for what lies in a work tree, none: outside of one.
pub(super) fn of(work_tree: Option<&Path>, show: &Show) -> Result<Configured> {
    match work_tree {
        Some(top) => {
            let repository = Repository::of_work_tree(top, Caller::Person).ok();
            let (policy, _) = lying(top, repository.as_ref(), show)?;
            Ok(policy.into())
        }
        None => self::work_tree(show),
    }
}

/// Returns the configuration that lies in a folder.
fn lying(top: &Path, repository: Option<&Repository>, show: &Show) -> Result<(Policy, Each)> {
    let sources = Sources::of(repository, show)?;
    let asked = RefCell::new(BTreeSet::new());
    let policy = sources.policy(Some(&|path| {
        asked.borrow_mut().insert(path.to_owned());
        read(&top.join(path))
    }))?;
    Ok((policy, Each::new(sources, asked.into_inner())))
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
        let others = self.besides.iter().map(|beside| limit(&beside.policy));
        others.fold(limit(self), u64::max)
    }
}

/// Scans by a policy and what holds beside it.
pub(super) fn scan(policy: &Policy, source: &dyn Source) -> Result<Report> {
    let others = policy.besides.iter().map(|Beside { policy, why }| {
        let (rules, suppressor) = (&policy.rules, &policy.suppressor);
        (rules, suppressor, *why)
    });
    let others: Vec<_> = others.collect();
    hexguard::scan::scan_by(source, (&policy.rules, &policy.suppressor), &others)
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
