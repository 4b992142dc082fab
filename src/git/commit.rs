//! Commits as they lie in the repository; what a merge brings that none of its parents has.

use anyhow::{Context, Result, anyhow, bail};

use super::change::{Change, Id};
use super::objects::{FSCK, Kind, Objects};
use super::tree::Finder;
use super::{Entry, Repository};
use crate::hint::HintExt;

/// A commit, as far as it is of interest here.
#[derive(Debug, PartialEq, Eq)]
pub struct Commit {
    /// What it holds.
    pub tree: Id,
    /// What it follows; several in a merge, none in a first commit.
    pub parents: Vec<Id>,
    /// Its header, as it is written.
    header: Vec<u8>,
    /// Its message, in the encoding that it was written in.
    pub message: Vec<u8>,
}

impl Commit {
    /// Reads a commit by hand: those that libgit2 and git find malformed have a tree all the same.
    pub(super) fn parse(data: &[u8]) -> Option<Self> {
        let (mut tree, mut parents) = (None, Vec::new());
        let mut rest = data;
        // git takes no other line for the tree, and none behind another for a parent.
        let mut is_front = true;
        while let Some(end) = memchr::memchr(b'\n', rest).filter(|&end| end > 0) {
            let line = &rest[..end];
            if tree.is_none() {
                tree = Some(Id::from_hex(line.strip_prefix(b"tree ")?)?);
            } else if is_front && let Some(hex) = line.strip_prefix(b"parent ") {
                parents.push(Id::from_hex(hex)?);
            } else {
                is_front = false;
            }
            rest = &rest[end + 1..];
        }
        Some(Self {
            tree: tree?,
            parents,
            header: data[..data.len() - rest.len()].to_vec(),
            message: rest.strip_prefix(b"\n").unwrap_or(rest).to_vec(),
        })
    }

    /// Returns the lines of its header.
    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        headers(&self.header)
    }
}

/// A line of the header of a commit or a tag.
#[derive(Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// What it is called: `author`, `encoding`, ...
    pub name: &'a [u8],
    /// What it says; several lines where they are continued.
    pub value: Vec<u8>,
}

/// Returns the lines of a header.
fn headers(text: &[u8]) -> impl Iterator<Item = Header<'_>> {
    let mut lines = text
        .split(|&b| b == b'\n')
        .filter(|line| !line.is_empty())
        .peekable();
    std::iter::from_fn(move || {
        let line = lines.next()?;
        let end = memchr::memchr(b' ', line).unwrap_or(line.len());
        let (name, value) = line.split_at(end);
        let mut value = value.strip_prefix(b" ").unwrap_or(value).to_vec();
        while let Some(more) = lines.next_if(|line| line.first() == Some(&b' ')) {
            value.push(b'\n');
            value.extend_from_slice(&more[1..]);
        }
        Some(Header { name, value })
    })
}

/// A tag with a message of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its header, as it is written.
    header: Vec<u8>,
    /// Its message.
    pub message: Vec<u8>,
    /// What it leads to.
    pub target: Id,
}

impl Tag {
    /// Reads a tag, `None` if it does not say what it leads to.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
        let target = line.strip_prefix(b"object ").and_then(Id::from_hex)?;
        let end = memchr::memmem::find(text, b"\n\n").map_or(text.len(), |at| at + 1);
        Some(Self {
            header: text[..end].to_vec(),
            message: text.get(end + 1..).unwrap_or_default().to_vec(),
            target,
        })
    }

    /// Returns the lines of its header.
    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        headers(&self.header)
    }
}

/// What a ref may lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// A commit, or something that is not in the repository.
    Commit,
    /// A tag with a message of its own.
    Tag(Tag),
    /// A file by itself.
    Blob,
    /// A folder by itself.
    Tree,
}

/// What tags lead to.
#[derive(Debug)]
pub struct Tagged {
    /// The tags, the first one first; none if the object is no tag.
    pub tags: Vec<Tag>,
    /// Where the last of them leads.
    pub id: Id,
    /// What that is, which is no tag.
    pub target: Target,
}

/// The parents of a merge, besides the first.
pub struct Merged<'r> {
    objects: Objects<'r>,
    others: Vec<Finder>,
}

/// What a change brings that no parent has at the same path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// Whether the path is new.
    pub name: bool,
    /// The content, if it is new.
    pub content: Option<Id>,
}

impl Merged<'_> {
    /// Returns what a change (against the first parent) brings that the other parents have not got.
    pub fn news(&mut self, change: &Change<'_>) -> Result<News> {
        let mut news = News {
            name: change.old.is_none() && change.new.is_some(),
            content: change.content(),
        };
        for other in &mut self.others {
            if !news.name && news.content.is_none() {
                break;
            }
            if let Some(entry) = other.find(&self.objects, change.path)? {
                news.name = false;
                news.content = news.content.filter(|&id| id != entry.id);
            }
        }
        Ok(news)
    }

    /// Returns what the other parents have at a path.
    pub fn others(&mut self, path: &[u8]) -> Result<Vec<Option<Entry>>> {
        let find = |other: &mut Finder| other.find(&self.objects, path);
        self.others.iter_mut().map(find).collect()
    }
}

impl Repository {
    /// Returns a commit, `None` if it is not in the repository.
    pub fn commit(&self, id: Id) -> Result<Option<Commit>> {
        let objects = self.objects();
        let Some(object) = objects.read(id, Kind::Commit)? else {
            return Ok(None);
        };
        match Commit::parse(object.data()) {
            Some(commit) => Ok(Some(commit)),
            None => Err(anyhow!("the commit {id} is malformed")).hint(FSCK),
        }
    }

    /// Returns what a ref leads to that leads to this object.
    pub fn target(&self, id: Id) -> Result<Target> {
        let objects = self.objects();
        Ok(match objects.kind(id)? {
            Some(Kind::Commit) | None => Target::Commit,
            Some(Kind::Blob) => Target::Blob,
            Some(Kind::Tree) => Target::Tree,
            Some(Kind::Tag) => {
                let Some(object) = objects.read(id, Kind::Tag)? else {
                    bail!("the tag {id} is not in the repository");
                };
                let tag = Tag::parse(object.data());
                let tag = tag.with_context(|| format!("the object {id} is a malformed tag"));
                Target::Tag(tag.hint(FSCK)?)
            }
        })
    }

    /// Returns the commit that an object is or that tags lead to from it; `None` if it leads to none that is here.
    pub fn peeled(&self, id: Id) -> Result<Option<Id>> {
        let id = self.behind_tags(id)?.id;
        let kind = self.objects().kind(id)?;
        Ok((kind == Some(Kind::Commit)).then_some(id))
    }

    /// Returns what tags lead to from an object on, and those tags.
    pub fn behind_tags(&self, mut id: Id) -> Result<Tagged> {
        /// Only damaged ones lead to each other without an end.
        const TAGS: usize = 4096;
        let first = id;
        let mut tags = Vec::new();
        for _ in 0..TAGS {
            match self.target(id)? {
                Target::Tag(tag) => {
                    id = tag.target;
                    tags.push(tag);
                }
                target => return Ok(Tagged { tags, id, target }),
            }
        }
        Err(anyhow!(
            "the object {first} is a tag that leads to a tag, and so on without an end in sight"
        ))
        .hint(FSCK)
    }

    /// Returns the other parents of the commit that is being made: of a merge, none otherwise.
    pub fn merged(&self) -> Result<Merged<'_>> {
        self.merged_with(&self.merge_heads()?)
    }

    /// Returns the commits that are being merged.
    pub(super) fn merge_heads(&self) -> Result<Vec<Id>> {
        let path = self.git_dir.join("MERGE_HEAD");
        match std::fs::read(&path) {
            Ok(text) => Ok(text
                .split(|&b| b == b'\n')
                .filter_map(|line| Id::from_hex(line.get(..2 * self.hash)?))
                .collect()),
            // Before the commit of a merge without conflicts they are in the environment only.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(merging()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Tells whether the commit that is being made is a merge.
    pub fn is_merging(&self) -> bool {
        self.git_dir.join("MERGE_HEAD").exists() || !merging().is_empty()
    }

    /// Returns the given commits as the other parents of a merge; what is not in the repository is not known to have
    /// anything.
    pub fn merged_with(&self, others: &[Id]) -> Result<Merged<'_>> {
        let mut finders = Vec::new();
        for &id in others {
            finders.push(Finder::new(self.tree_of(id)?));
        }
        Ok(Merged {
            objects: self.objects(),
            others: finders,
        })
    }
}

/// Returns the commits that `git merge` is merging, as it tells the hook `pre-merge-commit`: `GITHEAD_<id>=<name>`.
fn merging() -> Vec<Id> {
    // One look instead of one at every variable, in every other hook.
    if std::env::var_os("GIT_REFLOG_ACTION").is_none() {
        return Vec::new();
    }
    std::env::vars_os()
        .filter_map(|(name, _)| {
            let hex = name.as_encoded_bytes().strip_prefix(b"GITHEAD_")?;
            Id::from_hex(hex)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_commits_have_a_tree() {
        let (tree, parent) = ("1".repeat(40), "2".repeat(40));
        let text =
            format!("tree {tree}\nparent {parent}\nauthor nobody\n\nsubject\n\nparent of it\n");
        let commit = Commit::parse(text.as_bytes()).expect("it has a tree");
        assert_eq!(commit.tree.to_string(), tree);
        assert_eq!(commit.parents.len(), 1);
        assert_eq!(commit.message, b"subject\n\nparent of it\n");
        assert_eq!(Commit::parse(b"author nobody\n\ntree\n"), None);
        assert!(Commit::parse(format!("tree {tree}\n").as_bytes()).is_some());
    }
}
