//! Contents to be scanned, read by as many threads as pay.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};

use super::content::{Content, too_large};
use super::gate::{self, LARGE};
use super::lfs;
use super::pieces::Sizes;
use super::stored::Again;
use super::stream::why;
use super::{Earlier, Sink};
use crate::container::Data as _;
use crate::fragment::{Fragment, Part};
use crate::git::{Blob, Change, Entry, Id, Merged, Repository};
use crate::hint;
use crate::report::{Cause, Effect, Reason, Skipped};

/// So many contents are gathered before they are read.
const BATCH: usize = 4096;
/// So many contents are worth a second thread, which opens the repository once more.
const MANY: usize = 64;

/// A content to be read.
pub(super) struct Job {
    pub(super) path: Vec<u8>,
    pub(super) id: Id,
    pub(super) commit: Option<Id>,
}

impl Job {
    fn content<'j>(&'j self, commit: Option<&'j str>) -> Content<'j> {
        Content {
            path: &self.path,
            commit,
        }
    }

    /// Says what is wrong with its object.
    fn damaged(&self, why: &str) -> Skipped {
        let reason = Cause::Damaged.because(format!("{why} ({})", self.id));
        Skipped::new(self.path.clone(), reason)
    }
}

/// Why something was not scanned that a partial clone lacks.
const ABSENT: &str =
    "it is not in this partial clone; `git fetch --refetch --no-filter` fetches all that it lacks";
/// The same where it goes back to where it is from, or is only kept.
const ELSEWHERE: &str = "it is not in this partial clone, only at the remote that it is from";

/// Returns what is said of something that a partial clone lacks; `stops`, if it was to be scanned.
pub(super) fn absent(path: &[u8], stops: bool) -> Skipped {
    if stops {
        Skipped::new(path.to_vec(), Cause::Absent.because(ABSENT))
    } else {
        Skipped::said(path.to_vec(), Cause::Absent.because(ELSEWHERE))
    }
}

/// Tells whether a partial clone lacks what was to be scanned.
pub(super) fn is_absent(skipped: &Skipped) -> bool {
    skipped.cause == Some(Cause::Absent) && skipped.effect == Effect::Stops
}

/// Gathers contents and scans them.
pub(super) struct Reading<'a> {
    repository: &'a Repository,
    limit: u64,
    scan: Sink<'a>,
    jobs: Vec<Job>,
    skipped: Vec<Skipped>,
    /// Whether it stops what is done that a partial clone lacks something.
    needs_absent: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        repository: &'a Repository,
        limit: u64,
        needs_absent: bool,
        scan: Sink<'a>,
    ) -> Self {
        Self {
            repository,
            limit,
            scan,
            jobs: Vec::new(),
            skipped: Vec::new(),
            needs_absent,
        }
    }

    /// Says it if a change is a folder that cannot be read: a partial clone lacks it, or it is not such as git writes it.
    /// `whole` is what the top is called.
    pub(super) fn folder(
        &mut self,
        change: &Change<'_>,
        whole: &[u8],
        commit: Option<Id>,
    ) -> Result<()> {
        let Some(Entry { id, .. }) = change.new.filter(Entry::is_tree) else {
            return Ok(());
        };
        let path = if change.path.is_empty() {
            whole
        } else {
            change.path
        };
        let is_there = self.repository.has(id)?;
        let reason = match self.repository.folder(id) {
            _ if !is_there && self.repository.is_partial()? => {
                self.skipped.push(absent(path, self.needs_absent));
                return Ok(());
            }
            _ if !is_there => format!("the tree {id} is not in the repository"),
            Ok(held) if held.is_empty() => return Ok(()),
            // It could be read a moment later.
            Ok(_) => format!("the tree {id} could not be read"),
            Err(error) => hint::message(&error),
        };
        let reason = Cause::Damaged.because(reason);
        self.skipped.push(Skipped {
            commit: commit.map(|id| id.to_string()),
            ..Skipped::new(path.to_vec(), reason)
        });
        Ok(())
    }

    /// Scans a path.
    pub(super) fn name(&self, path: &[u8], commit: Option<Id>) {
        let commit = commit.map(|id| id.to_string());
        (self.scan)(&Fragment {
            part: Part::Name,
            commit: commit.as_deref(),
            ..Fragment::content(path, path)
        });
    }

    /// Takes a content to be scanned soon.
    pub(super) fn add(&mut self, job: Job) -> Result<()> {
        self.jobs.push(job);
        if self.jobs.len() >= BATCH {
            self.read()?;
        }
        Ok(())
    }

    /// Scans what is left and returns what was skipped.
    pub(super) fn finish(mut self) -> Result<Vec<Skipped>> {
        self.read()?;
        Ok(self.skipped)
    }

    fn read(&mut self) -> Result<()> {
        let jobs = std::mem::take(&mut self.jobs);
        let work = Work {
            jobs: &jobs,
            next: AtomicUsize::new(0),
            limit: self.limit,
            scan: self.scan,
            needs_absent: self.needs_absent,
        };
        let threads = if jobs.len() < MANY {
            1
        } else {
            thread::available_parallelism().map_or(1, usize::from)
        };
        thread::scope(|scope| {
            let repository = self.repository;
            let others: Vec<_> = (1..threads)
                .map_while(|_| {
                    // A thread that cannot begin leaves its part to the others.
                    let again = repository.again().ok()?;
                    let work = &work;
                    Some(scope.spawn(move || work.run(&again)))
                })
                .collect();
            self.skipped.extend(work.run(repository)?);
            for other in others {
                match other.join() {
                    Ok(skipped) => self.skipped.extend(skipped?),
                    Err(_) => bail!("a thread ended early"),
                }
            }
            Ok(())
        })
    }
}

struct Work<'a> {
    jobs: &'a [Job],
    next: AtomicUsize,
    limit: u64,
    scan: Sink<'a>,
    needs_absent: bool,
}

impl Work<'_> {
    fn run(&self, repository: &Repository) -> Result<Vec<Skipped>> {
        let mut skipped = Vec::new();
        let mut partial = None;
        while let Some(job) = self.jobs.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let before = skipped.len();
            let read = self
                .read(repository, job)
                .with_context(|| format!("cannot read {}", job.path.escape_ascii()));
            match read {
                Ok(Blob::Read(unread)) => skipped.extend(unread),
                Ok(Blob::Large(size)) => {
                    let reason = too_large(self.limit, Some(size));
                    skipped.push(Skipped::new(job.path.clone(), reason));
                }
                Ok(Blob::Unreadable(why)) => skipped.push(job.damaged(&why)),
                // No file is without a name: what names it is damaged itself.
                Ok(Blob::Absent) if job.path.is_empty() && job.commit.is_none() => {
                    self.stop();
                    bail!("cannot read what git has staged: an entry of the index has no name");
                }
                Ok(Blob::Absent) => {
                    let partial = *match &mut partial {
                        Some(partial) => partial,
                        none => none.insert(repository.is_partial()?),
                    };
                    skipped.push(if partial {
                        absent(&job.path, self.needs_absent)
                    } else {
                        // Of some damaged packs git says no more.
                        job.damaged("its object is not there, or damaged")
                    });
                }
                Err(error) => {
                    self.stop();
                    return Err(error);
                }
            }
            for one in &mut skipped[before..] {
                one.commit = job.commit.map(|id| id.to_string());
            }
        }
        Ok(skipped)
    }

    /// Leaves nothing for the other threads to do.
    fn stop(&self) {
        self.next.store(self.jobs.len(), Ordering::Relaxed);
    }

    fn read(&self, repository: &Repository, job: &Job) -> Result<Blob<Vec<Skipped>>> {
        let beside = Cell::new(None);
        let read = |limit| {
            repository.blob(job.id, limit, |bytes| {
                let commit = job.commit.map(|id| id.to_string());
                beside.set(lfs::pointer(bytes));
                job.content(commit.as_deref()).scan(bytes, self.scan)
            })
        };
        let whole = Sizes::USUAL.whole as u64;
        let first = read(self.limit.min(LARGE as u64))?;
        if let (Blob::Read(unread), Some(id)) = (&first, beside.take()) {
            let commit = job.commit.map(|id| id.to_string());
            let content = (job.content(commit.as_deref()), self.limit);
            let more = lfs::scan(repository, &id, content, self.scan);
            return Ok(Blob::Read([unread.as_slice(), &more].concat()));
        }
        match first {
            Blob::Large(size) if size <= self.limit => {
                let _pass = gate::pass(usize::try_from(size).unwrap_or(usize::MAX));
                if size <= whole {
                    return read(self.limit);
                }
                let commit = job.commit.map(|id| id.to_string());
                let content = job.content(commit.as_deref());
                let file = Again::new(|| stream(repository, job.id, size), size);
                let read = content.scan_all(&file, self.scan);
                Ok(Blob::Read(read.unwrap_or_else(|error| {
                    vec![Skipped::new(job.path.clone(), why_not(&error))]
                })))
            }
            read => Ok(read),
        }
    }
}

/// Returns what reads a blob of so many bytes.
fn stream(repository: &Repository, id: Id, size: u64) -> io::Result<Box<dyn Read>> {
    match repository.stream(id, size) {
        Ok(stream) => Ok(Box::new(stream)),
        // What the system says tells more than that git cannot be run.
        Err(error) => Err(error.downcast().unwrap_or_else(io::Error::other)),
    }
}

/// Says why a stream ended early that git wrote.
fn why_not(error: &io::Error) -> Reason {
    match why(error) {
        Reason { text, cause: None } if error.kind() == ErrorKind::InvalidData => {
            Cause::Damaged.because(text)
        }
        reason => reason,
    }
}

/// What the parents of a change held at one path.
pub(super) struct Touched {
    path: Vec<u8>,
    /// Whether the path is gone.
    gone: bool,
    /// The parents, counted from 0, and what they held.
    held: Vec<(usize, Id)>,
}

impl Touched {
    /// Returns what a change touches; nothing if it only takes over what one of the parents has.
    pub(super) fn of(change: &Change<'_>, merged: &mut Merged<'_>) -> Result<Option<Self>> {
        let gone = change.new.is_none();
        if !gone && merged.news(change)?.content.is_none() {
            return Ok(None);
        }
        let mut parents = vec![change.old];
        parents.extend(merged.others(change.path)?);
        let held = parents
            .into_iter()
            .enumerate()
            .filter_map(|(parent, entry)| {
                let entry = entry.filter(Entry::is_blob)?;
                Some((parent, entry.id))
            });
        Ok(Some(Self {
            path: change.path.to_vec(),
            gone,
            held: held.collect(),
        }))
    }
}

/// Calls `look` with what was held, the paths that `first` wants first, until it returns `false`.
pub(super) fn look_back(
    repository: &Repository,
    limit: u64,
    touched: &[Touched],
    first: &dyn Fn(&[u8]) -> bool,
    look: &mut dyn FnMut(&Earlier<'_>) -> bool,
) -> Result<()> {
    let (early, late): (Vec<_>, Vec<_>) = touched.iter().partition(|one| first(&one.path));
    for one in early.into_iter().chain(late) {
        if one.gone {
            let fragment = Fragment {
                part: Part::Name,
                ..Fragment::content(&one.path, &one.path)
            };
            if !look(&Earlier {
                fragment,
                parent: 0,
            }) {
                return Ok(());
            }
        }
        for &(parent, id) in &one.held {
            let content = Content {
                path: &one.path,
                commit: None,
            };
            let mut more = true;
            let mut each = |fragment: &Fragment<'_>| {
                if more && fragment.part == Part::Content {
                    let fragment = *fragment;
                    more = look(&Earlier { fragment, parent });
                }
                more
            };
            // What is not there (a partial clone), too large or damaged is not known to have held anything.
            let whole = limit.min(Sizes::USUAL.whole as u64);
            let mut beside = None;
            let read = repository.blob(id, whole, |bytes| {
                beside = lfs::pointer(bytes);
                content.each(bytes, &mut each)
            })?;
            if let Some(Ok(Some(file))) = beside.map(|one| lfs::object(repository, &one))
                && file.size() <= limit
            {
                let _ = content.each_of(&file, &mut each);
            }
            if let Blob::Large(size) = read
                && size <= limit
            {
                let file = Again::new(|| stream(repository, id, size), size);
                // As far as it can be read.
                let _ = content.each_of(&file, &mut each);
            }
            if !more {
                return Ok(());
            }
        }
    }
    Ok(())
}
