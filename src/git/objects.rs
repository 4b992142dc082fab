//! Objects by id: from files of their own, else through libgit2, and through the git program where libgit2 cannot.

use anyhow::{Context, Result, anyhow, bail};

use super::change::Id;
use super::loose::{Folders, Loose};
use super::plumbing::{Data, Plumbing};
use crate::hint::{self, HintExt};

/// What helps where an object is not such as git writes it.
pub(super) const FSCK: &str = "`git fsck` says more of what is damaged; `git fetch --refetch` fetches it again from where it is whole";

/// What git has of a repository's objects. Made for one walk; opens nothing by itself.
pub(super) struct Objects<'r> {
    odb: Option<git2::Odb<'r>>,
    folders: &'r Folders,
    plumbing: &'r Plumbing,
    hash: usize,
}

/// The content of one object.
pub(super) struct Object<'o> {
    id: Id,
    held: Held<'o>,
}

enum Held<'o> {
    Borrowed(git2::OdbObject<'o>),
    Owned(Vec<u8>),
}

impl Kind {
    /// Returns what git calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    /// Returns the kind that git calls so.
    pub(super) fn of(name: &str) -> Option<Self> {
        [Self::Commit, Self::Tree, Self::Blob, Self::Tag]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

impl Object<'_> {
    pub(super) fn data(&self) -> &[u8] {
        match &self.held {
            Held::Borrowed(object) => object.data(),
            Held::Owned(data) => data,
        }
    }

    pub(super) fn id(&self) -> Id {
        self.id
    }
}

/// The kind of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// A blob, as far as it may be read.
pub(super) enum Blob<'o> {
    /// The whole content.
    Whole(Object<'o>),
    /// It is larger than wanted: its size.
    Large(u64),
    /// It is not in the repository.
    Absent,
    /// It is there and cannot be read, or is no blob: why.
    Unreadable(String),
}

impl<'r> Objects<'r> {
    pub(super) fn new(
        native: Option<&'r git2::Repository>,
        folders: &'r Folders,
        plumbing: &'r Plumbing,
        hash: usize,
    ) -> Self {
        // Without an object database git itself is asked.
        let odb = native.and_then(|native| native.odb().ok());
        Self {
            odb,
            folders,
            plumbing,
            hash,
        }
    }

    /// Returns how many bytes an id has.
    pub(super) fn hash_len(&self) -> usize {
        self.hash
    }

    /// Returns a tree, `None` if it is not in the repository.
    pub(super) fn tree(&self, id: Id) -> Result<Option<Object<'_>>> {
        self.read(id, Kind::Tree)
    }

    /// Returns an object of a kind, `None` if it is not in the repository.
    pub(super) fn read(&self, id: Id, kind: Kind) -> Result<Option<Object<'_>>> {
        let found = match self.loose(id, u64::MAX)? {
            Loose::Nowhere => {
                if let Some(odb) = &self.odb
                    && let Ok(object) = odb.read(oid(id)?)
                {
                    check_kind(id, kind, native_kind(object.kind()))?;
                    let held = Held::Borrowed(object);
                    return Ok(Some(Object { id, held }));
                }
                self.plumbing.read(id, u64::MAX)?
            }
            Loose::Read(kind, size, content) => Some((kind, content.ok_or(size))),
            Loose::Damaged => match self.packed(id, u64::MAX)? {
                None => return damaged(id),
                packed => packed,
            },
            Loose::NoFile => return damaged(id),
        };
        let Some((found, data)) = found else {
            return Ok(None);
        };
        check_kind(id, kind, found)?;
        match data {
            Ok(data) => {
                let held = Held::Owned(data);
                Ok(Some(Object { id, held }))
            }
            Err(size) => bail!("the object {id} is too large ({size} bytes)"),
        }
    }

    /// Returns an object that lies in a file of its own and in no pack; `Nowhere` if others are to be asked, who ask packs
    /// first, as git does.
    fn loose(&self, id: Id, limit: u64) -> Result<Loose> {
        Ok(match self.file(id, limit)? {
            Loose::Read(..) if self.folders.have_packed(id) => Loose::Nowhere,
            found => found,
        })
    }

    fn file(&self, id: Id, limit: u64) -> Result<Loose> {
        let read = self.folders.read(id, limit);
        read.with_context(|| format!("cannot read the object {id}"))
    }

    /// Returns what git has of an object whose own file is damaged: a pack may have it, too. git does not see that a file is
    /// longer than it says: what it returns has to bear the name.
    fn packed(&self, id: Id, limit: u64) -> Result<Option<(Kind, Data)>> {
        let found = match self.plumbing.read_doubtful(id, limit) {
            // It could not be asked.
            Err(error) if hint::is_of_files(&error) => return Err(error),
            // It says in many ways that it has not.
            found => found.ok().flatten(),
        };
        Ok(found.map(|(kind, data)| (kind, Ok(data))))
    }

    /// Returns what kind of object this is, `None` if it is not in the repository.
    pub(super) fn kind(&self, id: Id) -> Result<Option<Kind>> {
        match self.file(id, 0)? {
            Loose::Read(kind, ..) => return Ok(Some(kind)),
            Loose::Damaged => return Ok(self.packed(id, u64::MAX)?.map(|(kind, _)| kind)),
            Loose::NoFile => return Ok(None),
            Loose::Nowhere => {}
        }
        if let Some(odb) = &self.odb
            && let Ok((_, kind)) = odb.read_header(oid(id)?)
        {
            return Ok(Some(native_kind(kind)));
        }
        Ok(self.plumbing.read(id, 0)?.map(|(kind, _)| kind))
    }

    /// Tells whether an object is in the repository.
    pub(super) fn has(&self, id: Id) -> Result<bool> {
        if let Some(odb) = &self.odb
            && odb.exists(oid(id)?)
        {
            return Ok(true);
        }
        Ok(self.plumbing.read(id, 0)?.is_some())
    }

    /// Returns a blob if it has no more than `limit` bytes.
    pub(super) fn blob(&self, id: Id, limit: u64) -> Result<Blob<'_>> {
        let found = match self.loose(id, limit)? {
            Loose::Nowhere => {
                if let Some(odb) = &self.odb
                    && let Ok((size, kind)) = odb.read_header(oid(id)?)
                {
                    let kind = native_kind(kind);
                    if kind != Kind::Blob {
                        return Ok(Blob::Unreadable(no_blob(kind)));
                    }
                    let size = u64::try_from(size).context("the size of an object")?;
                    if size > limit {
                        return Ok(Blob::Large(size));
                    }
                    if let Ok(object) = odb.read(oid(id)?) {
                        let held = Held::Borrowed(object);
                        return Ok(Blob::Whole(Object { id, held }));
                    }
                }
                self.plumbing.read(id, limit)?
            }
            Loose::Read(kind, size, content) => Some((kind, content.ok_or(size))),
            Loose::Damaged => match self.packed(id, limit)? {
                None => return Ok(Blob::Unreadable(DAMAGED.to_owned())),
                packed => packed,
            },
            Loose::NoFile => return Ok(Blob::Unreadable(DAMAGED.to_owned())),
        };
        Ok(match found {
            None => Blob::Absent,
            Some((Kind::Blob, Ok(data))) => {
                let held = Held::Owned(data);
                Blob::Whole(Object { id, held })
            }
            Some((Kind::Blob, Err(size))) => Blob::Large(size),
            Some((kind, _)) => Blob::Unreadable(no_blob(kind)),
        })
    }
}

const DAMAGED: &str = "its object is damaged";

fn no_blob(kind: Kind) -> String {
    format!("its object is a {}, and no content", kind.name())
}

fn damaged<T>(id: Id) -> Result<T> {
    Err(anyhow!("the object {id} is damaged")).hint(FSCK)
}

pub(super) fn oid(id: Id) -> Result<git2::Oid> {
    git2::Oid::from_bytes(id.as_bytes()).context("an object id")
}

fn native_kind(kind: git2::ObjectType) -> Kind {
    match kind {
        git2::ObjectType::Commit => Kind::Commit,
        git2::ObjectType::Tree => Kind::Tree,
        git2::ObjectType::Tag => Kind::Tag,
        _ => Kind::Blob,
    }
}

fn check_kind(id: Id, wanted: Kind, found: Kind) -> Result<()> {
    if wanted == found {
        return Ok(());
    }
    let (found, wanted) = (found.name(), wanted.name());
    Err(anyhow!(
        "the object {id} is a {found} where a {wanted} is named"
    ))
    .hint(FSCK)
}
