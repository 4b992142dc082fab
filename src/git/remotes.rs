//! Remotes: their addresses as git resolves them, and what git's own records say was seen there.

use std::fs;

use anyhow::Result;

use super::{Id, Repository};

/// A remote, with the addresses that git uses: `insteadOf` and `pushInsteadOf` are applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its name.
    pub name: String,
    /// Where `git fetch` reads.
    pub fetches: Vec<u8>,
    /// Where `git push` writes.
    pub pushes: Vec<Vec<u8>>,
}

impl Repository {
    /// Tells whether this is a partial clone: what it lacks a remote has promised to have.
    pub fn is_partial(&self) -> Result<bool> {
        let promised = |(name, value): &(String, Option<String>)| {
            name.ends_with(".promisor") && value.as_deref().is_none_or(|value| value == "true")
        };
        let remotes = self.settings("remote.")?.iter().any(promised);
        Ok(remotes || self.setting("extensions.partialclone")?.is_some())
    }

    /// Tells whether a remote, by its name, has promised to have what this clone lacks.
    pub fn is_promisor(&self, remote: &str) -> Result<bool> {
        let promised = self.setting(&format!("remote.{remote}.promisor"))?;
        Ok(promised.is_some_and(|value| value == b"true"))
    }

    /// Returns every remote that has an address.
    pub fn remotes(&self) -> Result<Vec<Remote>> {
        let told = self.plumbing.ask(&["remote", "-v"])?.unwrap_or_default();
        let mut remotes: Vec<Remote> = Vec::new();
        for line in told.split(|&b| b == b'\n') {
            let Some(tab) = memchr::memchr(b'\t', line) else {
                continue;
            };
            let (name, rest) = (String::from_utf8_lossy(&line[..tab]), &line[tab + 1..]);
            // Behind `(fetch)` a partial clone has its filter.
            let Some(end) = memchr::memmem::rfind(rest, b" (") else {
                continue;
            };
            let (address, way) = (rest[..end].to_vec(), &rest[end + 2..]);
            if way.starts_with(b"fetch)") {
                remotes.push(Remote {
                    name: name.into_owned(),
                    fetches: address,
                    pushes: Vec::new(),
                });
            } else if let Some(last) = remotes.last_mut().filter(|last| last.name == name) {
                last.pushes.push(address);
            }
        }
        Ok(remotes)
    }

    /// Returns the commits that the tracking refs of a remote name: `refs/remotes/NAME/…`, less those of the other
    /// remotes that have a name with a slash (`NAME/…`).
    pub fn tracking(&self, remote: &str, all: &[Remote]) -> Result<Vec<Id>> {
        let folder = |name: &str| format!("refs/remotes/{name}/");
        let own = folder(remote);
        let others = all.iter().map(|other| folder(&other.name));
        let below: Vec<String> = others
            .filter(|other| *other != own && other.starts_with(&own))
            .collect();
        let mut ids = Vec::new();
        for (name, id, _) in self.refs()? {
            let is_other = below.iter().any(|other| name.starts_with(other.as_bytes()));
            if name.starts_with(own.as_bytes()) && !is_other {
                ids.push(id);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Tells whether git's record of the clone names the address that a remote has still.
    pub fn was_cloned_from(&self, remote: &Remote) -> Result<bool> {
        let common = self.common_dir.as_os_str();
        let told = self.plumbing.ask(&[
            "--git-dir".as_ref(),
            common,
            "reflog".as_ref(),
            "show".as_ref(),
            "--format=%gs".as_ref(),
            "HEAD".as_ref(),
            "--".as_ref(),
        ])?;
        let told = told.unwrap_or_default();
        let oldest = told.trim_ascii_end().rsplit(|&b| b == b'\n').next();
        let Some(from) = oldest.and_then(|line| line.strip_prefix(b"clone: from ")) else {
            return Ok(false);
        };
        // The record has the address as it was typed, before `insteadOf`.
        let key = format!("remote.{}.url", remote.name);
        let typed = self
            .plumbing
            .ask(&["config", "--null", "--get-all", &key])?;
        let typed = typed.unwrap_or_default();
        let typed = typed.split(|&b| b == 0).next().unwrap_or_default();
        Ok(anonymous(typed) == from && (typed == remote.fetches || !self.rewrites_addresses()?))
    }

    /// Tells whether this repository has an `insteadOf` of its own: a clone is made before it has one. Those of the user
    /// and of the machine are taken to be as old as the clone.
    fn rewrites_addresses(&self) -> Result<bool> {
        let pattern = r"^url\..*\.insteadof$";
        let told = self
            .plumbing
            .ask(&["config", "--show-scope", "--get-regexp", pattern])?
            .unwrap_or_default();
        let elsewhere =
            |line: &[u8]| line.starts_with(b"global\t") || line.starts_with(b"system\t");
        let mut lines = told.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        Ok(!lines.all(elsewhere))
    }

    /// Tells whether there is another repository at the address of a remote than the one that its tracking refs were taken
    /// from, by the refs that a push makes there, which are thus `absent`: its main branch is gone. Another branch that is
    /// gone was deleted. Where git does not know the main one, each counts.
    pub fn is_replaced(&self, remote: &str, absent: &[&[u8]]) -> Result<bool> {
        let folder = format!("refs/remotes/{remote}/");
        let branches = absent
            .iter()
            .filter_map(|name| name.strip_prefix(b"refs/heads/"));
        let tracking: Vec<Vec<u8>> = branches
            .map(|branch| [folder.as_bytes(), branch].concat())
            .collect();
        if tracking.is_empty() {
            return Ok(false);
        }
        let head = format!("{folder}HEAD");
        let main = self.plumbing.ask(&["symbolic-ref", "-q", &head])?;
        let main = main.unwrap_or_default();
        let is_main = |name: &Vec<u8>| main.is_empty() || *name == main.trim_ascii_end();
        let gone: Vec<&Vec<u8>> = tracking.iter().filter(|name| is_main(name)).collect();
        Ok(!gone.is_empty() && self.refs()?.iter().any(|(name, ..)| gone.contains(&name)))
    }

    /// Returns the commits that refs of the repository at an address name, as far as they are here, if it lies on this
    /// machine: there git can be asked without a network.
    pub fn held_at(&self, address: &[u8]) -> Result<Vec<Id>> {
        let path = match address.strip_prefix(b"file://") {
            Some(path) => path,
            // `host:path` and `scheme://`, but not `C:\path`.
            None if memchr::memchr(b':', address).is_some_and(|at| at > 1) => return Ok(Vec::new()),
            None => address,
        };
        let path = super::as_path(path);
        let args = [
            "upload-pack".as_ref(),
            "--advertise-refs".as_ref(),
            // A path may begin like an option.
            "--".as_ref(),
            path.as_os_str(),
        ];
        let told = self.plumbing.ask(&args)?.unwrap_or_default();
        let mut ids = Vec::new();
        // Each line: four hexadecimal digits of its length, the id, a blank, the name.
        let mut rest = told.as_slice();
        while let Some((size, _)) = rest.split_first_chunk::<4>() {
            let size = str::from_utf8(size).ok();
            let size = size.and_then(|size| usize::from_str_radix(size, 16).ok());
            let Some(line) = size.and_then(|size| rest.get(4..size)) else {
                break;
            };
            let id = line.split(|&b| b == b' ').next().and_then(Id::from_hex);
            if let Some(id) = id
                && self.has(id)?
            {
                ids.push(id);
            }
            rest = &rest[4 + line.len()..];
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Returns the commits that the last `git fetch` saw at an address, as far as they are here.
    pub fn fetched_from(&self, address: &[u8]) -> Result<Vec<Id>> {
        // A relative path is written down as it is, and leads elsewhere once this repository was moved.
        if !address.starts_with(b"/") && !address.contains(&b':') {
            return Ok(Vec::new());
        }
        let record = fs::read(self.git_dir.join("FETCH_HEAD")).unwrap_or_default();
        let address = trimmed(anonymous(address));
        let mut ids = Vec::new();
        for line in record.split(|&b| b == b'\n') {
            // `<id> TAB [not-for-merge] TAB [[branch ]'<name>' of ]<address>`
            let mut parts = line.splitn(3, |&b| b == b'\t');
            let (Some(id), Some(_), Some(seen)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let named = memchr::memmem::find(seen, b"' of ").map(|at| &seen[at + 5..]);
            if let Some(id) = Id::from_hex(id)
                && named.unwrap_or(seen) == address
                && self.has(id)?
            {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

/// Returns an address without the name and the password of a user, as git writes it into its records.
fn anonymous(address: &[u8]) -> Vec<u8> {
    let host = memchr::memmem::find(address, b"://").map(|at| at + 3);
    let end = memchr::memchr(b'/', &address[host.unwrap_or(0)..]);
    let end = end.map_or(address.len(), |at| host.unwrap_or(0) + at);
    let Some(at) = memchr::memchr(b'@', &address[..end]) else {
        return address.to_vec();
    };
    match host {
        Some(host) if at > host => [&address[..host], &address[at + 1..]].concat(),
        None if memchr::memchr(b':', &address[at..end]).is_some() => address[at + 1..].to_vec(),
        _ => address.to_vec(),
    }
}

/// Returns an address as FETCH_HEAD has it.
fn trimmed(mut address: Vec<u8>) -> Vec<u8> {
    while address.last() == Some(&b'/') {
        address.pop();
    }
    if address.ends_with(b".git") && address.len() > 5 {
        address.truncate(address.len() - 4);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_recognised_in_the_records_of_git() {
        for (address, cloned, fetched) in [
            ("git@host:a/b.git", "host:a/b.git", "host:a/b"),
            (
                "https://me:word@host/a@b.git/",
                "https://host/a@b.git/",
                "https://host/a@b",
            ),
            ("ssh://git@host/~/x", "ssh://host/~/x", "ssh://host/~/x"),
            ("/srv/a@b:c.git", "/srv/a@b:c.git", "/srv/a@b:c"),
            ("../x.git", "../x.git", "../x"),
            ("me@there", "me@there", "me@there"),
        ] {
            let anonymous = anonymous(address.as_bytes());
            assert_eq!(String::from_utf8_lossy(&anonymous), cloned);
            assert_eq!(String::from_utf8_lossy(&trimmed(anonymous)), fetched);
        }
    }
}
