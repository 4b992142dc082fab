//! Known: which commits the other side of a push has, by what git says and by notes of earlier pushes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::write;
use crate::git::{Id, Remote, Repository};

/// So many commits are noted for one address: the last ones lead to those before them.
const PASSED: usize = 64;

/// The commits that an address is known to have.
///
/// Tracking refs are believed if their remote fetches from this address, pushes nowhere else, and git's record of the
/// clone or a note says that it did so all along: `git remote set-url` leaves the refs of the old address behind. Where
/// the main branch is gone, another repository has taken the address, and nothing is believed. Of other addresses only
/// those commits are known that are there on this machine, that the last fetch saw there, or that hexguard let through to it.
pub struct Known {
    file: PathBuf,
    notes: Notes,
    /// The digest of the address, for it may hold a password; empty where nobody says which address it is.
    address: String,
    /// The remotes at this address, with the commits that their tracking refs name, if that was to be asked.
    remotes: Vec<(String, Option<Vec<Id>>)>,
    /// What the last fetch saw there, or what is there, if that lies on this machine.
    fetched: Vec<Id>,
    revisions: String,
}

impl Known {
    /// Gathers what is known of a push: `remote` is the hook's first argument, a name or an address, `address` the
    /// second, where the push goes, and `absent` are the refs that are not there, as git says.
    pub fn of(
        repository: &Repository,
        remote: &str,
        address: Option<&[u8]>,
        absent: &[&[u8]],
    ) -> Result<Self> {
        let all = repository.remotes()?;
        let address = match (address, all.iter().find(|one| one.name == remote)) {
            (Some(address), _) => address,
            (None, Some(found)) => match found.pushes.as_slice() {
                [only] => only.as_slice(),
                _ => b"",
            },
            (None, None) => remote.as_bytes(),
        };
        let file = repository.common_dir().join("hexguard").join("pushed");
        let mut known = Self {
            notes: Notes::parse(&fs::read_to_string(&file).unwrap_or_default()),
            file,
            address: digest(address),
            remotes: Vec::new(),
            fetched: Vec::new(),
            revisions: String::new(),
        };
        let here = |one: &&Remote| {
            one.fetches == address && one.pushes.iter().all(|pushed| pushed == address)
        };
        let mut replaced = false;
        for remote in all.iter().filter(here) {
            if repository.is_replaced(&remote.name, absent)? {
                known.notes.remotes.remove(&remote.name);
                let refs = repository.tracking(&remote.name, &all)?;
                known.remotes.push((remote.name.clone(), Some(refs)));
                replaced = true;
            } else {
                known.track(repository, remote, &all)?;
            }
        }
        if replaced {
            known.notes.passed.remove(&known.address);
            known.revisions.clear();
            return Ok(known);
        }
        let believed = |(_, refs): &(String, Option<Vec<Id>>)| refs.is_none();
        if !known.remotes.iter().any(believed) {
            known.fetched = repository.fetched_from(address)?;
            known.fetched.extend(repository.held_at(address)?);
            let passed = known.notes.passed.get(&known.address);
            for id in known.fetched.iter().chain(passed.into_iter().flatten()) {
                // A commit may have been collected since.
                if repository.has(*id)? {
                    known.revisions.push_str(&format!("^{id}\n"));
                }
            }
        }
        Ok(known)
    }

    /// Adds the tracking refs of a remote at this address, as far as they are believed.
    fn track(&mut self, repository: &Repository, remote: &Remote, all: &[Remote]) -> Result<()> {
        let name = &remote.name;
        let noted = self.notes.remotes.get(name);
        let trusted = match noted {
            Some(noted) => noted.address == self.address,
            None => repository.was_cloned_from(remote)?,
        };
        let plain = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let alone = !all
            .iter()
            .any(|one| one.name.starts_with(&format!("{name}/")));
        if trusted && plain && alone && noted.is_none_or(|noted| noted.old.is_empty()) {
            self.revisions
                .push_str(&format!("--not\n--remotes={name}\n"));
            self.remotes.push((name.clone(), None));
            return Ok(());
        }
        let refs = repository.tracking(name, all)?;
        if trusted {
            let old = noted.map(|noted| &noted.old);
            for id in refs
                .iter()
                .filter(|id| old.is_none_or(|old| !old.contains(id)))
            {
                self.revisions.push_str(&format!("^{id}\n"));
            }
        }
        self.remotes.push((name.clone(), Some(refs)));
        Ok(())
    }

    /// Returns the remote of which nothing is known yet, so that all that is sent to it counts as new.
    pub fn unknown(&self) -> Option<&str> {
        let (name, _) = self.remotes.first()?;
        self.revisions.is_empty().then_some(name)
    }

    /// Returns what need not be scanned, as `git rev-list --stdin` is told it.
    pub fn revisions(&self) -> &str {
        &self.revisions
    }

    /// Notes a push that may go on: what it sends, and what the other side said that it has.
    pub fn passed(mut self, sent: &[Id], theirs: &[Id]) -> Result<()> {
        let before = self.notes.clone();
        let had: HashSet<Id> = [sent, theirs, &self.fetched].concat().into_iter().collect();
        let mut believed = false;
        for (name, refs) in std::mem::take(&mut self.remotes) {
            let noted = self.notes.remotes.remove(&name);
            let noted = noted.filter(|noted| noted.address == self.address);
            // What a ref names that moved since the address changed was seen at the new one.
            let is_old = |id: &Id| {
                !had.contains(id) && noted.as_ref().is_none_or(|noted| noted.old.contains(id))
            };
            believed |= refs.is_none();
            let old = refs
                .unwrap_or_default()
                .into_iter()
                .filter(is_old)
                .collect();
            let address = self.address.clone();
            self.notes.remotes.insert(name, Noted { address, old });
        }
        if !believed && !self.address.is_empty() {
            let passed = self.notes.passed.entry(self.address).or_default();
            passed.retain(|id| !sent.contains(id));
            passed.extend(sent);
            passed.drain(..passed.len().saturating_sub(PASSED));
        }
        if self.notes == before {
            return Ok(());
        }
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        write::replace(&self.file, self.notes.text().as_bytes(), 0o644)
    }
}

/// What is noted of earlier pushes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Notes {
    remotes: BTreeMap<String, Noted>,
    /// What was let through to an address.
    passed: BTreeMap<String, Vec<Id>>,
}

/// What is noted of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Noted {
    /// Which address it had.
    address: String,
    /// What its tracking refs named before it had that address.
    old: BTreeSet<Id>,
}

impl Notes {
    /// Reads notes; lines that nobody here has written are passed over.
    fn parse(text: &str) -> Self {
        let mut notes = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let id = || Id::from_hex(words.get(2)?.as_bytes());
            match words.as_slice() {
                ["remote", address, name] => {
                    let (address, old) = ((*address).to_owned(), BTreeSet::new());
                    notes
                        .remotes
                        .insert((*name).to_owned(), Noted { address, old });
                }
                ["old", name, _] => {
                    if let (Some(noted), Some(id)) = (notes.remotes.get_mut(*name), id()) {
                        noted.old.insert(id);
                    }
                }
                ["passed", address, _] => {
                    let passed = notes.passed.entry((*address).to_owned()).or_default();
                    passed.extend(id());
                }
                _ => {}
            }
        }
        notes
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, noted) in &self.remotes {
            text.push_str(&format!("remote {} {name}\n", noted.address));
            for id in &noted.old {
                text.push_str(&format!("old {name} {id}\n"));
            }
        }
        for (address, passed) in &self.passed {
            for id in passed {
                text.push_str(&format!("passed {address} {id}\n"));
            }
        }
        text
    }
}

/// Returns a digest of an address; a relative path is taken from where git runs the hook.
fn digest(address: &[u8]) -> String {
    if address.is_empty() {
        return String::new();
    }
    let local = !address.starts_with(b"/") && !address.contains(&b':');
    let base = local
        .then(|| std::path::absolute(Path::new(".")).ok())
        .flatten();
    let base = base.map(|base| base.into_os_string().into_encoded_bytes());
    let text = [base.unwrap_or_default().as_slice(), b"\n", address].concat();
    let mut out = String::new();
    for byte in Sha256::digest(text) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_as_they_were_written() {
        let id = |digit: &str| Id::from_hex(digit.repeat(40).as_bytes()).expect("an id");
        let mut notes = Notes::default();
        let noted = Noted {
            address: "ab".to_owned(),
            old: [id("1"), id("2")].into(),
        };
        notes.remotes.insert("my/origin".to_owned(), noted);
        notes.passed.insert("cd".to_owned(), vec![id("4"), id("3")]);
        assert_eq!(Notes::parse(&notes.text()), notes);
        assert_eq!(Notes::parse("old x 1\nremote\n"), Notes::default());
    }
}
