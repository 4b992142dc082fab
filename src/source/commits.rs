//! Commits: a range, the whole history, or what a push brings that the other side does not have.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::changes::{Job, Reading, Touched, look_back};
use super::{Earlier, Sink, Source, encoding};
use crate::fragment::{Fragment, Part};
use crate::git::{Caller, Commit, Id, Repository, Target, Want};
use crate::report::Skipped;

/// What a message is called in findings.
const MESSAGE: &[u8] = b"<commit message>";
/// What the name of a branch or tag is called in findings.
const NAME: &[u8] = b"<branch name>";

/// What the message of a tag is called in findings.
const TAG: &[u8] = b"<tag message>";
/// So many tags may lead to each other.
const TAGS: usize = 32;

/// Every commit that some revisions reach and others do not.
pub struct Commits {
    repository: Repository,
    limit: u64,
    /// What `git rev-list --stdin` is told: revisions, those to leave out with `^`, and options.
    revisions: Vec<u8>,
    /// Names of branches and tags that come with them.
    names: Vec<Vec<u8>>,
    /// The messages of tags that come with them.
    tags: Vec<Vec<u8>>,
    /// Files that refs lead to, and what the refs are called.
    blobs: Vec<(Vec<u8>, Id)>,
    /// Folders that refs lead to.
    trees: Vec<Id>,
    /// Commits besides, which the revisions may reach as well.
    also: Vec<Id>,
}

impl Commits {
    /// Opens the repository that `folder` is in, for the commits of a range as git writes it: `main..HEAD`, `HEAD~3..`.
    pub fn range(folder: &Path, caller: Caller, range: &str, limit: u64) -> Result<Self> {
        // Whatever begins with a dash would be an option.
        if range.is_empty() || range.starts_with('-') || range.contains(['\n', '\0']) {
            bail!("`{range}` is no range of commits");
        }
        Self::open(folder, caller, format!("{range}\n").into_bytes(), limit)
    }

    /// Opens the repository that `folder` is in, for every commit that a branch, a tag, HEAD or the stash reaches.
    pub fn history(folder: &Path, caller: Caller, limit: u64) -> Result<Self> {
        Self::open(folder, caller, b"--all\n".to_vec(), limit)
    }

    /// Opens the repository for what `git push` sends and the remote does not have: `remote` is the hook's first
    /// argument, a name or an address, `updates` what pre-push gets on standard input.
    pub fn pushed(folder: &Path, remote: &str, updates: &[u8], limit: u64) -> Result<Self> {
        let mut commits = Self::open(folder, Caller::Hook, Vec::new(), limit)?;
        let mut known = Vec::new();
        for line in lines(updates) {
            // `<local ref> <local id> <remote ref> <remote id>`
            let Some([local, name, theirs]) = fields(line, [1, 2, 3]) else {
                bail!("git told something unknown of the push");
            };
            commits.reaches(local, name)?;
            // What the remote had may not be here (a push by force).
            if let Some(id) = Id::from_hex(theirs).filter(|id| !id.is_zero())
                && commits.repository.has(id)?
            {
                known.push(id);
            }
        }
        for id in known {
            commits.leave(id);
        }
        let remote = commits.repository.remote(remote)?;
        let not = match &remote {
            Some(name) => format!("--not\n--remotes={name}\n"),
            // An address that no remote has: what any remote has is not new.
            None => "--not\n--remotes\n".to_owned(),
        };
        commits.revisions.extend_from_slice(not.as_bytes());
        Ok(commits)
    }

    /// Opens the repository for what a push brings into it: `updates` is what pre-receive gets on standard input.
    pub fn received(folder: &Path, updates: &[u8], limit: u64) -> Result<Self> {
        let mut commits = Self::open(folder, Caller::Hook, Vec::new(), limit)?;
        for line in lines(updates) {
            // `<old id> <new id> <ref>`
            let Some([new, name]) = fields(line, [1, 2]) else {
                bail!("git told something unknown of the push");
            };
            commits.reaches(new, name)?;
        }
        // The refs are not moved yet: what they reach is here already.
        commits.revisions.extend_from_slice(b"--not\n--all\n");
        Ok(commits)
    }

    fn open(folder: &Path, caller: Caller, revisions: Vec<u8>, limit: u64) -> Result<Self> {
        Ok(Self {
            repository: Repository::open(folder, caller)?,
            limit,
            revisions,
            names: Vec::new(),
            tags: Vec::new(),
            blobs: Vec::new(),
            trees: Vec::new(),
            also: Vec::new(),
        })
    }

    /// Adds what an update brings; a deletion brings nothing.
    fn reaches(&mut self, id: &[u8], name: &[u8]) -> Result<()> {
        let Some(id) = Id::from_hex(id) else {
            bail!("git told something unknown of the push");
        };
        if id.is_zero() {
            return Ok(());
        }
        self.names.push(name.to_vec());
        let mut id = id;
        for _ in 0..TAGS {
            match self.repository.target(id)? {
                Target::Commit => {
                    self.revisions
                        .extend_from_slice(format!("{id}\n").as_bytes());
                    return Ok(());
                }
                Target::Tag { message, target } => {
                    self.tags.push(message);
                    id = target;
                }
                Target::Blob => {
                    self.blobs.push((name.to_vec(), id));
                    return Ok(());
                }
                Target::Tree => {
                    self.trees.push(id);
                    return Ok(());
                }
            }
        }
        bail!(
            "{} leads to a tag that leads to a tag, and so on without an end in sight; it cannot be scanned",
            name.escape_ascii()
        )
    }

    fn leave(&mut self, id: Id) {
        self.revisions
            .extend_from_slice(format!("^{id}\n").as_bytes());
    }

    /// Adds commits one by one, each of which is scanned once, however it is reached.
    pub fn also(&mut self, commits: Vec<Id>) {
        self.also = commits;
    }

    /// Calls `each` with every commit.
    pub fn each(&self, each: &mut dyn FnMut(Id) -> Result<()>) -> Result<()> {
        self.walk(&mut |id, _| each(id))
    }

    /// Calls `each` with every commit, and whether its parents came before it, as far as they come at all.
    fn walk(&self, each: &mut dyn FnMut(Id, bool) -> Result<()>) -> Result<()> {
        let mut left = self.also.clone();
        self.repository.reached(&self.revisions, &mut |id| {
            left.retain(|other| *other != id);
            each(id, true)
        })?;
        left.into_iter().try_for_each(|id| each(id, false))
    }

    /// Returns the repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Calls `each` with what a commit changes against its first parent.
    fn changes(
        &self,
        commit: &Commit,
        want: Want,
        each: &mut dyn FnMut(crate::git::Change<'_>) -> Result<()>,
    ) -> Result<()> {
        // In a shallow clone a parent may not be there: everything is new then.
        let parent = match commit.parents.first() {
            Some(&parent) => self.repository.tree_of(parent)?,
            None => None,
        };
        self.repository
            .between(parent, Some(commit.tree), want, each)
    }

    fn commit(&self, id: Id) -> Result<Commit> {
        let commit = self.repository.commit(id)?;
        commit.with_context(|| format!("the commit {id} is not in the repository"))
    }

    /// Returns the parents of a commit besides the first.
    fn others(commit: &Commit) -> &[Id] {
        commit.parents.get(1..).unwrap_or_default()
    }
}

impl Source for Commits {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        for name in &self.names {
            scan(&Fragment {
                part: Part::Reference,
                ..Fragment::content(NAME, name)
            });
        }
        for text in &self.tags {
            scan(&Fragment {
                part: Part::Message,
                ..Fragment::content(TAG, &encoding::decode(text))
            });
        }
        let mut reading = Reading::new(&self.repository, self.limit, scan);
        for (name, id) in &self.blobs {
            reading.add(Job {
                path: name.clone(),
                id: *id,
                commit: None,
            })?;
        }
        for &tree in &self.trees {
            let repository = &self.repository;
            repository.between(None, Some(tree), Want::New, &mut |change| {
                reading.name(change.path, None);
                match change.content() {
                    Some(id) => reading.add(Job {
                        path: change.path.to_vec(),
                        id,
                        commit: None,
                    }),
                    None => Ok(()),
                }
            })?;
        }
        // A content is scanned in the commit that brought it: in a later one (what was gone is back) an earlier version
        // holds whatever is in it, and nothing would count as new.
        let mut seen = Seen::default();
        self.walk(&mut |id, in_order| {
            let commit = self.commit(id)?;
            let hex = id.to_string();
            scan(&Fragment {
                path: MESSAGE,
                text: &encoding::decode(&commit.message),
                part: Part::Message,
                commit: Some(&hex),
                piece: None,
            });
            let mut merged = self.repository.merged_with(Self::others(&commit))?;
            self.changes(&commit, Want::New, &mut |change| {
                let news = merged.news(&change)?;
                if news.name {
                    reading.name(change.path, Some(id));
                }
                let unseen = |content: &Id| !in_order || seen.first(*content, change.path);
                match news.content.filter(unseen) {
                    Some(content) => reading.add(Job {
                        path: change.path.to_vec(),
                        id: content,
                        commit: Some(id),
                    }),
                    None => Ok(()),
                }
            })
        })?;
        reading.finish()
    }

    fn earlier(
        &self,
        commit: Option<&str>,
        first: &dyn Fn(&[u8]) -> bool,
        look: &mut dyn FnMut(&Earlier<'_>) -> bool,
    ) -> Result<()> {
        let Some(id) = commit.and_then(|hex| Id::from_hex(hex.as_bytes())) else {
            return Ok(());
        };
        let commit = self.commit(id)?;
        let mut merged = self.repository.merged_with(Self::others(&commit))?;
        let mut touched = Vec::new();
        self.changes(&commit, Want::All, &mut |change| {
            touched.extend(Touched::of(&change, &mut merged)?);
            Ok(())
        })?;
        look_back(&self.repository, self.limit, &touched, first, look)
    }
}

/// The contents that were read, each under its path: what counts in one place need not in another. Half of an id tells
/// them apart as well as the whole, and a long history has millions.
#[derive(Default)]
struct Seen(HashSet<([u8; 16], u64)>);

impl Seen {
    fn first(&mut self, id: Id, path: &[u8]) -> bool {
        let mut half = [0; 16];
        half.copy_from_slice(&id.as_bytes()[..16]);
        let mut hasher = DefaultHasher::new();
        hasher.write(path);
        self.0.insert((half, hasher.finish()))
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&b| b == b'\n').filter(|line| !line.is_empty())
}

/// Returns some of the fields of a line, which are divided by spaces.
fn fields<const N: usize>(line: &[u8], wanted: [usize; N]) -> Option<[&[u8]; N]> {
    let fields: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
    let mut out = [&[][..]; N];
    for (field, number) in out.iter_mut().zip(wanted) {
        *field = fields.get(number)?;
    }
    Some(out)
}
