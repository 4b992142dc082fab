//! Files by their names: single ones of the index and of HEAD, all below a folder; and git's settings below a name.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::change::{Entry, Id};
use super::index::Root;
use super::plumbing::Plumbing;
use super::tree::{self, Finder};
use super::{Blob, Repository, walk, worktree};

/// No configuration is larger.
const LIMIT: u64 = 16 << 20;

impl Repository {
    /// Returns the ids of what ordinary files of the index hold, `None` for each path that is none.
    pub fn staged_ids(&self, paths: &[&str]) -> Result<Vec<Option<Id>>> {
        match self.index_root() {
            // A bare repository: what is committed counts.
            Root::NoIndex => return self.head_ids(paths),
            Root::Tree(id) if self.objects().has(id)? => {
                return self.ids_in(Some(id), paths);
            }
            Root::Tree(_) | Root::Unknown => {}
        }
        // A split index, and one in which a directory stands for a wanted path, is left to git.
        if let Ok(found) = self.entries_at(paths) {
            return Ok(found);
        }
        let mut args = vec!["ls-files", "--stage", "-z", "--full-name", "--"];
        args.extend(paths);
        let told = self
            .plumbing
            .ask(&args)?
            .context("git cannot read the index")?;
        let mut ids = vec![None; paths.len()];
        for line in told.split(|&b| b == 0) {
            // mode SP id SP stage TAB path
            let Some(tab) = memchr::memchr(b'\t', line) else {
                continue;
            };
            let mut words = line[..tab].split(|&b| b == b' ');
            let file = words.next().is_some_and(|mode| mode.starts_with(b"100"));
            let id = words.next().and_then(Id::from_hex);
            let slot = paths
                .iter()
                .position(|path| path.as_bytes() == &line[tab + 1..]);
            if let Some(slot) = slot.filter(|_| file) {
                ids[slot] = id;
            }
        }
        Ok(ids)
    }

    fn entries_at(&self, paths: &[&str]) -> Result<Vec<Option<Id>>> {
        let path = self.index_path();
        let mut sorted: Vec<&[u8]> = paths.iter().map(|path| path.as_bytes()).collect();
        sorted.sort_unstable();
        let shared = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b"sharedindex.");
        let split = std::fs::read_dir(&self.git_dir)?
            .any(|file| file.map_or(true, |file| shared(&file.file_name())));
        let found = walk::find(&path, self.hash, &sorted, split)?;
        let id = |path: &&str| {
            let at = sorted.binary_search(&path.as_bytes()).ok()?;
            found[at].and_then(ordinary)
        };
        Ok(paths.iter().map(id).collect())
    }

    /// Returns the ids of what ordinary files of the last commit hold, `None` for each path that is none.
    pub fn head_ids(&self, paths: &[&str]) -> Result<Vec<Option<Id>>> {
        self.ids_in(self.head_tree()?, paths)
    }

    /// Returns the ids of what ordinary files of a commit hold, `None` for each path that is none.
    pub fn ids_at(&self, commit: Id, paths: &[&str]) -> Result<Vec<Option<Id>>> {
        self.ids_in(self.tree_of(commit)?, paths)
    }

    fn ids_in(&self, tree: Option<Id>, paths: &[&str]) -> Result<Vec<Option<Id>>> {
        let objects = self.objects();
        let mut finder = Finder::new(tree);
        paths
            .iter()
            .map(|path| Ok(finder.find(&objects, path.as_bytes())?.and_then(ordinary)))
            .collect()
    }

    /// Returns what a folder holds, in git's order; nothing if the tree is not in the repository.
    pub fn folder(&self, tree: Id) -> Result<Vec<(Vec<u8>, Entry)>> {
        let objects = self.objects();
        let Some(tree) = objects.tree(tree)? else {
            return Ok(Vec::new());
        };
        let (mut items, mut at) = (Vec::new(), 0);
        while let Some(item) = tree::next(Some(&tree), at, self.hash)? {
            items.push((item.name.to_vec(), item.entry));
            at = item.end;
        }
        Ok(items)
    }

    /// Returns the content of a file of configuration.
    pub fn text(&self, id: Id) -> Result<Vec<u8>> {
        match self.blob(id, LIMIT, <[u8]>::to_vec)? {
            Blob::Read(text) => Ok(text),
            Blob::Large(_) => bail!("it is larger than {} MiB", LIMIT >> 20),
            Blob::Absent => bail!("the object {id} is not in the repository"),
            Blob::Unreadable(why) => bail!("{why} ({id})"),
        }
    }

    /// Returns a setting of git's configuration for the whole machine, `None` if it is not set there.
    pub fn setting_of_system(&self, name: &str) -> Result<Option<String>> {
        if let Some(config) = self.config() {
            let system = config.open_level(git2::ConfigLevel::System);
            let value = system.and_then(|system| system.get_string(name));
            return match value {
                Ok(value) => Ok(Some(value)),
                Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
                Err(error) => Err(error).with_context(|| format!("cannot read the setting {name}")),
            };
        }
        let told = self.plumbing.ask(&["config", "--system", "--get", name])?;
        Ok(told.map(|told| String::from_utf8_lossy(told.trim_ascii_end()).into_owned()))
    }

    /// Returns the settings of git's configuration whose names begin with `section`, without that; a name that stands alone
    /// has no value.
    pub fn settings(&self, section: &str) -> Result<Vec<(String, Option<String>)>> {
        let mut found = Vec::new();
        if let Some(config) = self.config() {
            let mut entries = config
                .entries(None)
                .context("cannot read git's configuration")?;
            while let Some(entry) = entries.next() {
                let entry = entry.context("cannot read git's configuration")?;
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                if let Some(rest) = name.strip_prefix(section) {
                    let value = entry.has_value().then(|| entry.value_bytes());
                    let value = value.map(|value| String::from_utf8_lossy(value).into_owned());
                    found.push((rest.to_owned(), value));
                }
            }
            return Ok(found);
        }
        let pattern = format!("^{}", section.replace('.', "\\."));
        let told = self
            .plumbing
            .ask(&["config", "--null", "--get-regexp", &pattern])?;
        for item in told.unwrap_or_default().split(|&b| b == 0) {
            let text = String::from_utf8_lossy(item);
            let (name, value) = match text.split_once('\n') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (&*text, None),
            };
            if let Some(rest) = name.strip_prefix(section) {
                found.push((rest.to_owned(), value));
            }
        }
        Ok(found)
    }
}

fn ordinary(entry: Entry) -> Option<Id> {
    (entry.mode & 0o170_000 == 0o100_000).then_some(entry.id)
}

/// Returns the files below `folder` that git tracks or would track, by their names from there, sorted; `None` where git
/// has no say: outside a repository, or in a folder that is ignored itself. A repository within is one name.
pub fn files_below(folder: &Path) -> Option<Vec<Vec<u8>>> {
    let args = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let listed = plumbing_of(folder).ask(&args).ok()??;
    let mut files: Vec<Vec<u8>> = listed
        .split(|&b| b == 0)
        // In a submodule that is not there git answers for the repository around it, and names the folder itself.
        .filter(|name| !name.is_empty() && *name != b"./")
        .map(<[u8]>::to_vec)
        .collect();
    // A file in conflict stands there once for each side.
    files.sort_unstable();
    files.dedup();
    (!files.is_empty()).then_some(files)
}

/// Tells whether a folder stands for a submodule of the repository around it, which is not checked out there.
pub fn is_submodule(folder: &Path) -> bool {
    let told = plumbing_of(folder).ask(&["ls-files", "-z", "--stage", "--", "."]);
    // As below, the folder itself is named: there is no other one of that mode.
    let told = told.ok().flatten().unwrap_or_default();
    told.starts_with(b"160000 ") && told.ends_with(b"\t./\0")
}

/// Returns which of some names from `folder` on git ignores.
pub fn ignored(folder: &Path, names: &[Vec<u8>]) -> Result<BTreeSet<Vec<u8>>> {
    // A name may begin with what git takes for magic.
    let input: Vec<u8> = names
        .iter()
        .flat_map(|name| [b"./", name.as_slice(), b"\0"].concat())
        .collect();
    let told = plumbing_of(folder).ask_about(&["check-ignore", "-z", "--stdin"], input)?;
    let names = told.split(|&b| b == 0);
    Ok(names
        .filter_map(|name| name.strip_prefix(b"./"))
        .map(<[u8]>::to_vec)
        .collect())
}

/// Returns the git program for the repository that a folder lies in.
fn plumbing_of(folder: &Path) -> Plumbing {
    let top = worktree::whole(folder)
        .ok()
        .and_then(|whole| worktree::top_of(&whole));
    Plumbing::new(folder, worktree::is_of_environment(top.as_deref()))
}
