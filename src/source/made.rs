//! Looks up what leads to the commits and tags in which something was found, so that advice can name it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::headers;
use crate::finding::Finding;
use crate::git::{Id, Remote, Repository, Tag};
use crate::report::around::{Held, Made, RemoteBranch, Way};

/// So many commits are looked up; nobody mends more of them at once.
const COMMITS: usize = 100;
/// So many branches other than the one that is checked out are looked for.
const BRANCHES: usize = 4;
/// So many tags, and so many branches of remotes, are looked into.
const HOLDERS: usize = 40;
/// So many refs of notes are looked into.
const NOTES: usize = 20;
/// So many digits of an id are written.
const SHORT: usize = 12;

/// Returns what leads to commits; those of unknown place are left out.
pub fn commits(repository: &Repository, commits: &[&str]) -> Result<Vec<Made>> {
    let mut ids = ids(commits)?;
    let mut made = Vec::new();
    if ids.is_empty() {
        return Ok(made);
    }
    let mut take = |ids: &mut Vec<Id>, by: Way, of_it: &dyn Fn(&Id) -> bool| {
        let taken: Vec<String> = ids
            .iter()
            .filter(|id| of_it(id))
            .map(Id::to_string)
            .collect();
        ids.retain(|id| !of_it(id));
        if !taken.is_empty() {
            made.push(Made { commits: taken, by });
        }
    };
    for (number, entry) in repository.stashed()?.into_iter().enumerate() {
        // Its other parents hold the index and the untracked files.
        let mut of_it = vec![entry];
        if let Some(commit) = repository.commit(entry)? {
            of_it.extend(commit.parents.iter().skip(1));
        }
        take(&mut ids, Way::Stash(number), &|id| of_it.contains(id));
    }
    let refs = repository.refs()?;
    let notes = refs
        .into_iter()
        .filter(|(name, ..)| name.starts_with(b"refs/notes/"));
    for (name, tip, _) in notes.take(NOTES) {
        let above = beyond(repository, &[tip], None)?;
        take(&mut ids, Way::Notes(name), &|id| above.contains(id));
    }
    if let Some(head) = repository.rev("HEAD")? {
        let others = beyond(repository, &ids, Some(head))?;
        let own: Vec<Id> = ids
            .iter()
            .copied()
            .filter(|id| !others.contains(id))
            .collect();
        if own == [head] {
            take(&mut ids, Way::Newest, &|id| own.contains(id));
        } else if !own.is_empty() {
            let way = on_branch(repository, None, head, &own)?;
            take(&mut ids, way, &|id| own.contains(id));
        }
    }
    for _ in 0..BRANCHES {
        let Some(&first) = ids.first() else {
            break;
        };
        let Some(name) = repository.branch_with(first)? else {
            break;
        };
        let full = [b"refs/heads/", name.as_slice()].concat();
        let Some(tip) = repository.rev(&String::from_utf8_lossy(&full))? else {
            break;
        };
        let others = beyond(repository, &ids, Some(tip))?;
        let own: Vec<Id> = ids
            .iter()
            .copied()
            .filter(|id| !others.contains(id))
            .collect();
        let way = on_branch(repository, Some(name), tip, &own)?;
        take(&mut ids, way, &|id| own.contains(id));
    }
    Ok(made)
}

/// Reads the ids of commits.
fn ids(commits: &[&str]) -> Result<Vec<Id>> {
    let mut ids: Vec<Id> = Vec::new();
    for hex in commits {
        let id = Id::from_hex(hex.as_bytes()).context("an id of a commit is malformed")?;
        if !ids.contains(&id) && ids.len() < COMMITS {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Returns which of some commits are merges, and which have no parent.
pub fn kinds(repository: &Repository, commits: &[&str]) -> Result<Held> {
    let mut held = Held::default();
    for id in ids(commits)? {
        match repository.commit(id)?.map(|commit| commit.parents.len()) {
            Some(0) => held.roots.push(id.to_string()),
            Some(2..) => held.merges.push(id.to_string()),
            _ => {}
        }
    }
    Ok(held)
}

/// Returns what else holds the commits in which something was found, and which of all `commits` are of which kind.
pub fn held(repository: &Repository, found: &[&str], commits: &[&str]) -> Result<Held> {
    let ids = ids(found)?;
    let mut held = kinds(repository, commits)?;
    if ids.is_empty() {
        return Ok(held);
    }
    let mut looked = [0; 2];
    let refs = repository.refs()?;
    let remotes = repository.remotes()?;
    for (name, tip, is_commit) in &refs {
        let (tip, is_commit) = (*tip, *is_commit);
        let tag = name.strip_prefix(b"refs/tags/");
        let remote = name.strip_prefix(b"refs/remotes/");
        // What a remote's HEAD leads to is a branch that comes by itself.
        let remote = remote.filter(|name| !name.ends_with(b"/HEAD"));
        let looked = &mut looked[usize::from(tag.is_some())];
        if tag.or(remote).is_none() || *looked == HOLDERS {
            continue;
        }
        *looked += 1;
        // A tag may lead to a file or a folder.
        let Ok(others) = beyond(repository, &ids, Some(tip)) else {
            continue;
        };
        if ids.iter().all(|id| others.contains(id)) {
            continue;
        }
        held.by_tags
            .extend(tag.map(|name| (name.to_vec(), !is_commit)));
        held.by_remotes.extend(remote.and_then(|name| {
            let branch = remote_branch(name, &remotes)?;
            let local = [b"refs/heads/", branch.name.as_slice()].concat();
            let here = refs.iter().any(|(name, ..)| *name == local);
            Some(RemoteBranch { here, ..branch })
        }));
    }
    Ok(held)
}

/// Takes the name of a remote from that of its branch; either may hold a slash.
fn remote_branch(name: &[u8], remotes: &[Remote]) -> Option<RemoteBranch> {
    let behind = |remote: &[u8]| {
        let rest = name.strip_prefix(remote)?.strip_prefix(b"/")?;
        Some(RemoteBranch {
            remote: remote.to_vec(),
            name: rest.to_vec(),
            here: false,
        })
    };
    let known = remotes.iter().map(|one| one.name.as_bytes());
    let known = known.filter_map(behind).max_by_key(|one| one.remote.len());
    known.or_else(|| behind(&name[..memchr::memchr(b'/', name)?]))
}

/// Returns what the commits `from` reach and `known` does not.
fn beyond(repository: &Repository, from: &[Id], known: Option<Id>) -> Result<BTreeSet<Id>> {
    let ids: Vec<String> = from.iter().map(ToString::to_string).collect();
    let mut revisions = ids.join("\n") + "\n";
    revisions.extend(known.map(|known| format!("^{known}\n")));
    let mut all = BTreeSet::new();
    repository.reached(revisions.as_bytes(), &mut |id| {
        all.insert(id);
        Ok(())
    })?;
    Ok(all)
}

/// Returns the way to commits that a branch has.
fn on_branch(
    repository: &Repository,
    name: Option<Vec<u8>>,
    tip: Id,
    commits: &[Id],
) -> Result<Way> {
    let below = match repository.common(commits)? {
        Some(common) if commits.contains(&common) => {
            let parents = repository.commit(common)?.map(|commit| commit.parents);
            let first = parents.is_none_or(|all| all.is_empty());
            (!first).then(|| format!("{}^", short(common)))
        }
        Some(common) => Some(short(common)),
        None => None,
    };
    let mut revisions = format!("{tip}\n--merges\n--max-count=1\n");
    revisions.extend(below.as_ref().map(|below| format!("^{below}\n")));
    let mut merges = false;
    repository.reached(revisions.as_bytes(), &mut |_| {
        merges = true;
        Ok(())
    })?;
    Ok(Way::Branch {
        name,
        below,
        merges,
    })
}

fn short(id: Id) -> String {
    id.to_string()[..SHORT].to_owned()
}

/// Tells whether a finding stands in a tag, and not in the commit of its merge.
pub fn is_of_tag(finding: &Finding) -> bool {
    let of_tag = [headers::TAG, headers::TAGGER].contains(&finding.path.as_slice());
    let header = finding.path == headers::HEADER;
    (of_tag || header) && finding.commit.is_none()
}

/// Returns the names of the tags that hold the secrets of `findings`; of a push, of those that are `sent`.
pub fn tags(
    repository: &Repository,
    findings: &[&Finding],
    sent: &[String],
) -> Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    let secrets: Vec<&[u8]> = findings
        .iter()
        .filter(|finding| is_of_tag(finding))
        .map(|finding| finding.secret.expose())
        .collect();
    if secrets.is_empty() {
        return Ok(names);
    }
    for (name, id, is_commit) in repository.refs()? {
        if let Some(short) = name.strip_prefix(b"refs/tags/")
            && !is_commit
            && (sent.is_empty() || sent.contains(&id.to_string()))
            && holds(repository, id, &secrets)?
        {
            names.push(short.to_vec());
        }
    }
    Ok(names)
}

/// Tells whether a tag, or one that it leads to, holds one of some secrets.
fn holds(repository: &Repository, id: Id, secrets: &[&[u8]]) -> Result<bool> {
    let tags = repository.behind_tags(id)?.tags;
    Ok(tags.iter().any(|tag| has_any(tag, secrets)))
}

fn has_any(tag: &Tag, secrets: &[&[u8]]) -> bool {
    let within = |text: &[u8]| {
        secrets
            .iter()
            .any(|secret| memchr::memmem::find(text, secret).is_some())
    };
    within(&tag.message) || tag.headers().any(|header| within(&header.value))
}
