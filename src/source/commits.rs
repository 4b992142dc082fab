//! Commits: a range, the whole history, or what a push brings that the other side does not have.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::changes::{Job, Reading, Touched, absent, is_absent, look_back};
use super::headers::{HISTORY, Headers};
use super::lookout::Lookout;
use super::{Earlier, Sink, Source};
use crate::git::{Caller, Commit, Ends, Id, Repository, Tag, Tagged, Target, Want};
use crate::hint::HintExt;
use crate::quote::quoted;
use crate::report::{Cause, Skipped};

/// Said of input that is not such as git writes.
const UNKNOWN: &str = "git told something unknown of the push";

/// What is said of a clone that has not all commits.
const SHALLOW: &str =
    "this is a shallow clone, which has no older commits; `git fetch --unshallow` fetches them";

/// Which commits are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Those that somebody asked for, whether they are here or not.
    Asked,
    /// What a push sends: it cannot send what is not there.
    Push,
    /// The same to the remote that has what a partial clone lacks.
    PushBack,
}

/// Every commit that some revisions reach and others do not.
pub struct Commits {
    repository: Repository,
    limit: u64,
    extent: Extent,
    /// What `git rev-list --stdin` is told: revisions, those to leave out with `^`, and options.
    revisions: Vec<u8>,
    /// Names of branches and tags that come with them.
    names: Vec<Vec<u8>>,
    /// The tags that come with them.
    tags: Vec<Tag>,
    /// Files that refs lead to, and what the refs are called.
    blobs: Vec<(Vec<u8>, Id)>,
    /// Folders that refs lead to.
    trees: Vec<Id>,
    /// Commits besides, which the revisions may reach as well.
    also: Vec<Id>,
    /// What is known of where they begin and end.
    ends: Ends,
    /// What is looked out for besides secrets.
    lookout: Lookout,
}

impl Commits {
    /// Opens the repository that `folder` is in, for the commits of a range as git writes it: `main..HEAD`, `HEAD~3..`.
    pub fn range(folder: &Path, caller: Caller, range: &str, limit: u64) -> Result<Self> {
        // Whatever begins with a dash would be an option.
        let is_option = range.is_empty() || range.starts_with('-');
        let mut commits = Self::open(folder, caller, Extent::Asked, limit)?;
        let ends = if is_option || range.contains(['\n', '\0']) {
            None
        } else {
            commits.repository.ends(range)?
        };
        let Some(ends) = ends else {
            let error = Err(anyhow!("{} is no range of commits here", quoted(range)));
            if commits.repository.shallow()?.is_empty() {
                return error;
            }
            return error.hint(SHALLOW);
        };
        commits.ends = ends;
        commits.revisions = format!("{range}\n").into_bytes();
        Ok(commits)
    }

    /// Opens the repository that `folder` is in, for every commit that a branch, a tag, HEAD or the stash reaches, and
    /// whatever else refs lead to.
    pub fn history(folder: &Path, caller: Caller, limit: u64) -> Result<Self> {
        let mut commits = Self::open(folder, caller, Extent::Asked, limit)?;
        commits.revisions = b"--all\n".to_vec();
        for (name, id, is_commit) in commits.repository.refs()? {
            if is_commit {
                commits.names.push(name);
                commits.ends.tips.push(id);
            } else {
                commits.reaches(id, &name)?;
            }
        }
        // A ref leads to the last entry of the stash only.
        for id in commits.repository.stashed()? {
            commits
                .revisions
                .extend_from_slice(format!("{id}\n").as_bytes());
        }
        Ok(commits)
    }

    /// Opens the repository for what `git push` sends and the other side does not have: `updates` are those of the
    /// push, `known` what else the other side has, as `git rev-list --stdin` is told it.
    pub fn pushed(folder: &Path, updates: &[Update], known: &str, limit: u64) -> Result<Self> {
        let mut commits = Self::open(folder, Caller::Hook, Extent::Push, limit)?;
        for update in updates {
            commits.brings(update.sent, &update.name)?;
        }
        for update in updates {
            // What the other side had may not be here (a push by force).
            let theirs = Some(update.theirs).filter(|id| !id.is_zero());
            let peeled = theirs.map(|id| commits.repository.peeled(id));
            // git reads no tag that it finds malformed.
            if let Some(Ok(Some(id))) = peeled {
                commits
                    .revisions
                    .extend_from_slice(format!("^{id}\n").as_bytes());
            }
        }
        commits.revisions.extend_from_slice(known.as_bytes());
        Ok(commits)
    }

    /// Opens the repository for what a push brings into it: `updates` is what pre-receive gets on standard input.
    pub fn received(folder: &Path, updates: &[u8], limit: u64) -> Result<Self> {
        let mut commits = Self::open(folder, Caller::Hook, Extent::Push, limit)?;
        for line in lines(updates) {
            // `<old id> <new id> <ref>`
            let Some([new, name]) = fields(line, [1, 2]) else {
                bail!(UNKNOWN);
            };
            commits.brings(Id::from_hex(new).context(UNKNOWN)?, name)?;
        }
        // The refs are not moved yet: what they reach is here already.
        commits.revisions.extend_from_slice(b"--not\n--all\n");
        Ok(commits)
    }

    fn open(folder: &Path, caller: Caller, extent: Extent, limit: u64) -> Result<Self> {
        Ok(Self {
            repository: Repository::open(folder, caller)?,
            limit,
            extent,
            revisions: Vec::new(),
            names: Vec::new(),
            tags: Vec::new(),
            blobs: Vec::new(),
            trees: Vec::new(),
            also: Vec::new(),
            ends: Ends::default(),
            lookout: Lookout::default(),
        })
    }

    /// Adds what an update brings; a deletion brings nothing.
    fn brings(&mut self, id: Id, name: &[u8]) -> Result<()> {
        if id.is_zero() {
            return Ok(());
        }
        self.reaches(id, name)
    }

    /// Adds what a ref leads to.
    fn reaches(&mut self, id: Id, name: &[u8]) -> Result<()> {
        self.names.push(name.to_vec());
        let tagged = self.repository.behind_tags(id);
        let Tagged { tags, id, target } =
            tagged.with_context(|| format!("cannot read what {} leads to", name.escape_ascii()))?;
        self.tags.extend(tags);
        match target {
            Target::Blob => self.blobs.push((name.to_vec(), id)),
            Target::Tree => self.trees.push(id),
            Target::Commit | Target::Tag(_) => {
                let line = format!("{id}\n");
                self.revisions.extend_from_slice(line.as_bytes());
            }
        }
        Ok(())
    }

    /// Says that a push goes to the remote that has promised to have what this clone lacks.
    pub fn goes_back(&mut self) {
        self.extent = Extent::PushBack;
    }

    /// Adds commits one by one, each of which is scanned once, however it is reached.
    pub fn also(&mut self, commits: Vec<Id>) {
        self.also = commits;
    }

    /// Returns one of the commits, as if there were no other.
    pub fn alone(&self, id: Id) -> Result<Self> {
        Ok(Self {
            repository: self.repository.again()?,
            limit: self.limit,
            extent: self.extent,
            revisions: Vec::new(),
            names: Vec::new(),
            tags: Vec::new(),
            blobs: Vec::new(),
            trees: Vec::new(),
            also: vec![id],
            ends: Ends::default(),
            lookout: Lookout::default(),
        })
    }

    /// Watches for files that a commit brings, changes or removes.
    pub fn watch(&mut self, paths: Vec<String>) {
        self.lookout = Lookout::new(paths);
    }

    /// Tells whether a commit that was scanned has another file at a path that is watched than its first parent, or none.
    pub fn is_touched(&self) -> bool {
        self.lookout.is_touched()
    }

    /// Returns the commits that the scanned ones were made on, if files were watched for.
    pub fn before(&self) -> Vec<Id> {
        self.lookout.before()
    }

    /// Calls `each` with every commit.
    pub fn each(&self, each: &mut dyn FnMut(Id) -> Result<()>) -> Result<()> {
        self.walk(&mut |id, _| each(id))
    }

    /// Calls `each` with every commit, and whether its parents came before it, as far as they come at all.
    fn walk(&self, each: &mut dyn FnMut(Id, bool) -> Result<()>) -> Result<()> {
        let mut left = self.also.clone();
        if !self.revisions.is_empty() {
            self.repository.reached(&self.revisions, &mut |id| {
                left.retain(|other| *other != id);
                each(id, true)
            })?;
        }
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

    /// Returns a commit, which must be there.
    pub fn commit(&self, id: Id) -> Result<Commit> {
        let commit = self.repository.commit(id)?;
        commit.with_context(|| format!("the commit {id} is not in the repository"))
    }

    /// Returns what is said of a history that is cut: `ends` are the parents of those commits at which the clone ends, and
    /// `walked` the commits that were scanned.
    fn cut(&self, ends: &[Id], walked: &HashSet<Id>) -> Option<Skipped> {
        let is_known = |id: &Id| walked.contains(id) || self.ends.without.contains(id);
        if self.extent != Extent::Asked || ends.iter().all(is_known) {
            return None;
        }
        Some(Skipped::new(HISTORY.to_vec(), SHALLOW))
    }

    /// Returns the commits that git lists in any case; it lists none that lead to each other, and none that lead to those.
    fn sure(&self) -> HashSet<Id> {
        if self.extent == Extent::Asked && self.ends.without.is_empty() {
            self.ends.tips.iter().copied().collect()
        } else {
            HashSet::new()
        }
    }

    /// Returns the parents of a commit besides the first.
    fn others(commit: &Commit) -> &[Id] {
        commit.parents.get(1..).unwrap_or_default()
    }
}

impl Source for Commits {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        let mut headers = Headers::new(scan);
        for name in &self.names {
            headers.name(name);
        }
        for tag in &self.tags {
            headers.tag(tag, None);
        }
        let needs_absent = self.extent != Extent::PushBack;
        let mut reading = Reading::new(&self.repository, self.limit, needs_absent, scan);
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
                reading.folder(&change, HISTORY, None)?;
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
        let shallow = self.repository.shallow()?;
        let (mut ends, mut walked) = (Vec::new(), HashSet::new());
        let mut sure = self.sure();
        self.walk(&mut |id, in_order| {
            sure.remove(&id);
            let commit = self.commit(id)?;
            let hex = id.to_string();
            if !shallow.is_empty() || self.lookout.is_on() {
                walked.insert(id);
            }
            self.lookout.note_before(&commit, &walked);
            if shallow.contains(&id) {
                ends.extend(&commit.parents);
            }
            headers.commit(&commit, &hex);
            let mut merged = self.repository.merged_with(Self::others(&commit))?;
            self.changes(&commit, Want::Folded, &mut |change| {
                self.lookout.note(change.path);
                if change.new.is_none() {
                    return Ok(());
                }
                reading.folder(&change, HISTORY, Some(id))?;
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
        let mut skipped = at_once(reading.finish()?);
        skipped.extend(self.cut(&ends, &walked));
        skipped.extend(sure.iter().min().map(|id| {
            let reason = format!(
                "git does not list the commit {id}: commits lead to each other, or are damaged"
            );
            Skipped::new(HISTORY.to_vec(), Cause::Damaged.because(reason))
        }));
        Ok(skipped)
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

/// Returns what was skipped, with what a partial clone lacks of a history told at once.
fn at_once(mut skipped: Vec<Skipped>) -> Vec<Skipped> {
    if let Some(first) = skipped.iter().position(is_absent) {
        skipped[first] = absent(HISTORY, true);
        let mut number = 0..;
        skipped.retain(|one| number.next() == Some(first) || !is_absent(one));
    }
    skipped
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

/// What git says to pre-push of one ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What is sent; zeros where the ref is deleted.
    pub sent: Id,
    /// What the ref is called on the other side.
    pub name: Vec<u8>,
    /// What the ref names there now; zeros where there is none.
    pub theirs: Id,
}

impl Update {
    /// Reads what pre-push gets on standard input.
    pub fn all(text: &[u8]) -> Result<Vec<Self>> {
        let update = |line| {
            // `<local ref> <local id> <remote ref> <remote id>`
            let [sent, name, theirs] = fields(line, [1, 2, 3])?;
            Some(Self {
                sent: Id::from_hex(sent)?,
                name: name.to_vec(),
                theirs: Id::from_hex(theirs)?,
            })
        };
        let updates = lines(text).map(|line| update(line).context(UNKNOWN));
        updates.collect()
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
