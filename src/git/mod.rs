//! Repository: opened with the hook's environment, through libgit2, or through the git program where libgit2 cannot.

mod change;
mod commit;
mod entries;
mod files;
mod head;
mod index;
mod loose;
mod objects;
mod options;
mod packs;
mod plumbing;
mod reach;
mod remotes;
mod snapshot;
mod tree;
mod walk;
pub mod worktree;
mod written;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

pub use change::{Change, Entry, Id, Want};
pub use commit::{Commit, Header, Merged, News, Tag, Tagged, Target};
pub use files::{files_below, ignored, is_submodule};
pub use options::Caller;
pub use reach::Ends;
pub use remotes::Remote;
pub use snapshot::{Snapshot, StagedId};
pub use written::Stamp;

use crate::hint::HintExt;

use index::Root;
use loose::Folders;
use objects::{FSCK, Objects};
use plumbing::Plumbing;
pub use plumbing::Stream;

/// A repository, opened for reading.
pub struct Repository {
    folder: PathBuf,
    caller: Caller,
    /// `None` where libgit2 cannot open it: git itself is asked for everything then.
    native: Option<git2::Repository>,
    plumbing: Plumbing,
    folders: Folders,
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// How many bytes an object id has.
    hash: usize,
    root: OnceCell<Root>,
    head: OnceCell<Result<Option<Id>, git2::Error>>,
    head_tree: OnceCell<Option<Id>>,
}

/// A way to read what is staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The tree that the index names, if it names one: costs what the change costs.
    Root,
    /// The index, entry by entry.
    Entries,
    /// `git diff-index`.
    Git,
}

impl Reader {
    /// All of them, the cheapest first.
    pub const ALL: [Self; 3] = [Self::Root, Self::Entries, Self::Git];
}

/// A blob, as far as it was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Blob<T> {
    /// It was read: what the reader made of it.
    Read(T),
    /// It is larger than the limit: its size.
    Large(u64),
    /// It is not in the repository (a partial clone).
    Absent,
    /// It is there and cannot be read: why.
    Unreadable(String),
}

impl Repository {
    /// Opens the repository that `folder` is in, or the one that the environment names (`GIT_DIR`, …).
    pub fn open(folder: &Path, caller: Caller) -> Result<Self> {
        Self::open_as(folder, caller, true)
    }

    /// Opens the repository whose work tree begins at `top`, whatever the environment says of another one.
    pub fn of_work_tree(top: &Path, caller: Caller) -> Result<Self> {
        Self::open_as(top, caller, worktree::is_of_environment(Some(top)))
    }

    fn open_as(folder: &Path, caller: Caller, environment: bool) -> Result<Self> {
        match caller {
            Caller::Hook => options::trust_owner(),
            Caller::Person => options::prepare(),
        }
        let plumbing = Plumbing::new(folder, environment);
        let native = match open(folder, environment) {
            Err(error) if error.code() == git2::ErrorCode::Owner => {
                // git knows more ways to trust an owner than libgit2 does.
                owned(plumbing.tell(&["rev-parse", "--git-dir"]))?;
                options::trust_owner();
                open(folder, environment)
            }
            opened => opened,
        };
        match native {
            Ok(native) => Ok(Self {
                folder: folder.to_owned(),
                caller,
                folders: Folders::new(native.commondir(), environment),
                git_dir: native.path().to_owned(),
                common_dir: native.commondir().to_owned(),
                hash: match native.object_format() {
                    git2::ObjectFormat::Sha256 => 32,
                    git2::ObjectFormat::Sha1 => 20,
                },
                native: Some(native),
                plumbing,
                root: OnceCell::new(),
                head: OnceCell::new(),
                head_tree: OnceCell::new(),
            }),
            Err(error) => Self::open_by_git(folder, caller, plumbing, &error),
        }
    }

    fn open_by_git(
        folder: &Path,
        caller: Caller,
        plumbing: Plumbing,
        error: &git2::Error,
    ) -> Result<Self> {
        let asked = plumbing.tell(&[
            "rev-parse",
            "--path-format=absolute",
            "--git-dir",
            "--git-common-dir",
            "--show-object-format",
        ]);
        let told = match asked {
            Ok(told) => told,
            Err(_) if error.code() == git2::ErrorCode::NotFound => {
                return Err(anyhow!("{} is not in a git repository", folder.display()))
                    .hint("run hexguard inside a repository, or name files: hexguard scan PATH");
            }
            Err(said) if said.to_string().contains("safe.directory") => {
                return owned(Err(said));
            }
            Err(said) => {
                let why = error.message().to_owned();
                return Err(said.context(why).context("cannot open the repository"));
            }
        };
        let lines: Vec<&[u8]> = told.split(|&b| b == b'\n').collect();
        let &[git_dir, common_dir, format] = lines.as_slice() else {
            bail!("git rev-parse printed something unknown");
        };
        Ok(Self {
            folder: folder.to_owned(),
            caller,
            native: None,
            folders: Folders::new(&as_path(common_dir), plumbing.environment),
            git_dir: as_path(git_dir).into_owned(),
            common_dir: as_path(common_dir).into_owned(),
            hash: if format == b"sha256" { 32 } else { 20 },
            plumbing,
            root: OnceCell::new(),
            head: OnceCell::new(),
            head_tree: OnceCell::new(),
        })
    }

    /// Opens the same repository once more: a handle belongs to one thread.
    pub fn again(&self) -> Result<Self> {
        Self::open_as(&self.folder, self.caller, self.plumbing.environment)
    }

    /// Returns the repository's own folder: `.git`, or that of the linked worktree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Returns the folder that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Returns the file of an object, if it has one of its own here and that is damaged.
    pub fn damaged_file(&self, id: Id) -> Option<PathBuf> {
        self.folders.damaged(id)
    }

    /// Returns the folders of other repositories' objects, which lend them to this one.
    pub fn lenders(&self) -> &[PathBuf] {
        self.folders.all().get(1..).unwrap_or_default()
    }

    /// Returns a setting of git's configuration, `None` if it is not set; `true` if it is set without a value.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>> {
        if let Some(config) = self.config() {
            return match config.get_entry(name) {
                Ok(entry) if entry.has_value() => Ok(Some(entry.value_bytes().to_vec())),
                Ok(_) => Ok(Some(b"true".to_vec())),
                Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
                Err(error) => Err(error).with_context(|| format!("cannot read the setting {name}")),
            };
        }
        // Not `--get`, which shows no difference between no value and an empty one.
        let pattern = format!("^{}$", name.to_ascii_lowercase().replace('.', "\\."));
        let told = self
            .plumbing
            .ask(&["config", "--null", "--get-regexp", &pattern])?;
        let told = told.unwrap_or_default();
        // The last one counts.
        let last = told
            .strip_suffix(&[0])
            .and_then(|all| all.rsplit(|&b| b == 0).next());
        Ok(last.map(|line| match memchr::memchr(b'\n', line) {
            Some(end) => line[end + 1..].to_vec(),
            None => b"true".to_vec(),
        }))
    }

    /// Returns git's configuration as libgit2 reads it; `None` where only git itself knows it all: what `git -c` and
    /// these variables say does not reach libgit2.
    fn config(&self) -> Option<git2::Config> {
        const VARIABLES: [&str; 4] = [
            "GIT_CONFIG_PARAMETERS",
            "GIT_CONFIG_COUNT",
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_SYSTEM",
        ];
        let set = |name: &str| {
            // In no file there is nothing to be missed.
            std::env::var_os(name).is_some_and(|value| value != "/dev/null")
        };
        if VARIABLES.into_iter().any(set) {
            return None;
        }
        self.native.as_ref()?.config().ok()
    }

    /// Returns the object that a revision names, as git understands it; `None` if it names none.
    pub fn rev(&self, name: &str) -> Result<Option<Id>> {
        let told = self
            .plumbing
            .ask(&["rev-parse", "-q", "--verify", "--end-of-options", name])?;
        Ok(told.and_then(|hex| Id::from_hex(hex.trim_ascii())))
    }

    /// Returns the name of the branch that HEAD is on, as git tells it; `None` where it is on none.
    pub fn branch(&self) -> Result<Option<Vec<u8>>> {
        let told = self
            .plumbing
            .ask(&["symbolic-ref", "-q", "--short", "HEAD"])?;
        Ok(told.map(|name| name.trim_ascii_end().to_vec()))
    }

    /// Returns the tree of a commit, `None` if the commit is not in the repository.
    pub fn tree_of(&self, commit: Id) -> Result<Option<Id>> {
        Ok(self.commit(commit)?.map(|commit| commit.tree))
    }

    /// Calls `each` with every path in which what is staged differs from HEAD, in git's order.
    pub fn staged(&self, want: Want, each: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<()> {
        for reader in Reader::ALL {
            if self.staged_by(reader, want, each)? {
                return Ok(());
            }
        }
        bail!("nothing can read the index")
    }

    /// Does the same with one reader only; returns `false` if the index is not of the kind that it reads.
    pub fn staged_by(
        &self,
        reader: Reader,
        want: Want,
        each: &mut dyn FnMut(Change<'_>) -> Result<()>,
    ) -> Result<bool> {
        let head = self.head_tree()?;
        let index = self.index_path();
        let objects = self.objects();
        match reader {
            // An index that cannot be read here is left to git, which knows every kind of it.
            Reader::Root => match self.index_root() {
                Root::NoIndex if want == Want::New => {}
                Root::NoIndex => tree::diff(&objects, (head, None), want, each)?,
                Root::Tree(id) if Some(id) == head => {}
                Root::Tree(id) if objects.has(id)? => {
                    tree::diff(&objects, (head, Some(id)), want, each)?;
                }
                Root::Tree(_) | Root::Unknown => return Ok(false),
            },
            Reader::Entries => {
                return walk::walk(&objects, &index, head, want, each);
            }
            Reader::Git => self
                .plumbing
                .staged(head, want, &mut |change| {
                    let tree = |entry: Option<Entry>| entry.filter(Entry::is_tree).map(|e| e.id);
                    match (tree(change.old), tree(change.new)) {
                        (None, None) => each(change),
                        // A directory of a sparse index; what it held before git tells as gone, path by path.
                        (old, new) => {
                            let old = match want {
                                Want::New => {
                                    let found = tree::Finder::new(head).find(&objects, change.path);
                                    tree(found?)
                                }
                                Want::All | Want::Folded => old,
                            };
                            let prefix = [change.path, b"/"].concat();
                            tree::diff_at(&prefix, &objects, (old, new), want, each)
                        }
                    }
                })
                .with_context(|| format!("cannot read {}", index.display()))?,
        }
        Ok(true)
    }

    /// Calls `each` with every commit that revisions reach, parents before their children. The revisions are such as
    /// `git rev-list --stdin` is told them, one on each line.
    pub fn reached(&self, revisions: &[u8], each: &mut dyn FnMut(Id) -> Result<()>) -> Result<()> {
        self.plumbing.reached(revisions, each)
    }

    /// Returns every ref, what it names, and whether that is a commit.
    pub fn refs(&self) -> Result<Vec<(Vec<u8>, Id, bool)>> {
        let format = "--format=%(objectname) %(objecttype) %(refname)";
        let told = self.plumbing.tell(&["for-each-ref", format]).hint(FSCK)?;
        let lines = told.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let read = |line: &[u8]| {
            let mut words = line.splitn(3, |&b| b == b' ');
            let (id, kind) = (Id::from_hex(words.next()?)?, words.next()?);
            Some((words.next()?.to_vec(), id, kind == b"commit"))
        };
        lines
            .map(|line| read(line).context("git for-each-ref printed something unknown"))
            .collect()
    }

    /// Returns every entry of the stash, whether its commit is there or not.
    pub fn stashed(&self) -> Result<Vec<Id>> {
        // git passes over what it cannot read of the log.
        let log = self.common_dir.join("logs/refs/stash");
        match std::fs::read(&log) {
            Ok(text) => {
                let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
                let ids = lines.map(|line| {
                    let id = line.split(|&b| b == b' ').nth(1).and_then(Id::from_hex);
                    id.context("a line of the log of the stash names no commit")
                });
                // The last line is `stash@{0}`.
                return ids.rev().collect();
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context("cannot read the log of the stash"),
        }
        let told = self.plumbing.ask(&["rev-list", "-g", "refs/stash", "--"])?;
        let told = told.unwrap_or_default();
        Ok(told
            .split(|&b| b == b'\n')
            .filter_map(Id::from_hex)
            .collect())
    }

    /// Returns the commits whose parents are not here though they have some: those at which a shallow clone ends.
    pub fn shallow(&self) -> Result<HashSet<Id>> {
        let path = self.common_dir.join("shallow");
        match std::fs::read(&path) {
            Ok(text) => Ok(text
                .split(|&b| b == b'\n')
                .filter_map(Id::from_hex)
                .collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Tells whether an object is in the repository.
    pub fn has(&self, id: Id) -> Result<bool> {
        self.objects().has(id)
    }

    /// Calls `each` with every path that differs between two trees, in git's order.
    pub fn between(
        &self,
        old: Option<Id>,
        new: Option<Id>,
        want: Want,
        each: &mut dyn FnMut(Change<'_>) -> Result<()>,
    ) -> Result<()> {
        tree::diff(&self.objects(), (old, new), want, each)
    }

    /// Returns what reads a blob of so many bytes from the git program, without holding it.
    pub fn stream(&self, id: Id, size: u64) -> Result<Stream> {
        self.plumbing.stream(id, size)
    }

    /// Reads a blob of at most `limit` bytes.
    pub fn blob<T>(&self, id: Id, limit: u64, read: impl FnOnce(&[u8]) -> T) -> Result<Blob<T>> {
        Ok(match self.objects().blob(id, limit)? {
            objects::Blob::Whole(object) => Blob::Read(read(object.data())),
            objects::Blob::Large(size) => Blob::Large(size),
            objects::Blob::Absent => Blob::Absent,
            objects::Blob::Unreadable(why) => Blob::Unreadable(why),
        })
    }

    /// Returns where the index is: git gives hooks one of their own for `commit -a` and `commit -- path`.
    fn index_path(&self) -> PathBuf {
        match std::env::var_os("GIT_INDEX_FILE").filter(|path| !path.is_empty()) {
            // A hook runs at the top of the work tree, and there a relative path begins.
            Some(path) => self.folder.join(path),
            None => self.git_dir.join("index"),
        }
    }

    /// Returns what the index says of the tree that will be committed; looked up once.
    fn index_root(&self) -> Root {
        *self
            .root
            .get_or_init(|| index::root(&self.index_path(), self.hash).unwrap_or(Root::Unknown))
    }

    fn objects(&self) -> Objects<'_> {
        Objects::new(
            self.native.as_ref(),
            &self.folders,
            &self.plumbing,
            self.hash,
        )
    }
}

fn open(folder: &Path, environment: bool) -> Result<git2::Repository, git2::Error> {
    // FROM_ENV: `discover` alone reads the wrong index in `git commit -a`.
    let flags = if environment {
        git2::RepositoryOpenFlags::FROM_ENV
    } else {
        git2::RepositoryOpenFlags::empty()
    };
    git2::Repository::open_ext(folder, flags, std::iter::empty::<&Path>())
}

/// Adds to git's complaint about the owner how a person can mend it.
fn owned<T>(told: Result<T>) -> Result<T> {
    const COMMAND: &str = "git config --global --add safe.directory ";
    let Err(said) = told else {
        return told;
    };
    // git names the folder that it wants to be named, which is not always the one that it was asked in.
    let said = said.to_string();
    let (why, command) = match said.split_once("; To add an exception") {
        Some((why, rest)) => (why, rest.find(COMMAND).map(|at| rest[at..].trim())),
        None => (said.as_str(), None),
    };
    let error = anyhow!("the repository belongs to another user: {why}");
    match command {
        Some(command) => Err(error).hint(format!("if you trust it: {command}")),
        None => Err(error),
    }
}

/// Returns a path that git tells.
#[cfg(unix)]
pub fn as_path(bytes: &[u8]) -> Cow<'_, Path> {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(bytes)).into()
}

/// Returns a path that git tells.
#[cfg(not(unix))]
pub fn as_path(bytes: &[u8]) -> Cow<'_, Path> {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned()).into()
}
