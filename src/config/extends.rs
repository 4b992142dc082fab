//! Files that build upon others: each with those that it names, the weakest first.

use std::path::Path;

use anyhow::{Result, anyhow, bail};

use super::file::File;
use super::key::Scope;
use super::value::{Origin, Value};
use super::{NAMES, ReadFile};
use crate::hint::HintExt;
use crate::quote::quoted;

/// How deep files may build upon each other.
const DEPTH: usize = 4;

/// Where files are read from.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// What may stand in them.
    pub(super) scope: Scope,
    /// Reads a file by a path that is relative; none: such a path leads to the disk, too.
    pub(super) inside: Option<ReadFile<'a>>,
    /// Reads a file of the disk; none: no file may lead there.
    pub(super) disk: Option<ReadFile<'a>>,
}

impl Reader<'_> {
    /// Returns the repository's own file.
    pub(super) fn find(self) -> Result<Option<(&'static str, Vec<u8>)>> {
        let mut found = None;
        for name in NAMES {
            if let Some(text) = self.inside.map_or(Ok(None), |read| read(name))? {
                if found.is_some() {
                    return Err(anyhow!("both {} and {} exist", NAMES[0], NAMES[1]))
                        .hint("keep one of them");
                }
                found = Some((name, text));
            }
        }
        Ok(found)
    }

    /// Reads a file and, before it, those that it builds upon.
    pub(super) fn whole(self, name: &str, text: &[u8]) -> Result<File> {
        let mut file = File::default();
        self.read_into(name, text, 0, &mut file)?;
        Ok(file)
    }

    fn read_into(self, name: &str, text: &[u8], depth: usize, out: &mut File) -> Result<()> {
        let file = File::parse_as(self.scope, text, name)?;
        for (path, origin) in extends(&file) {
            if depth == DEPTH {
                bail!("{origin}: more than {DEPTH} files build upon each other");
            }
            if path.contains("://") {
                let what = format!("{origin}: {} is no path", quoted(path));
                return Err(anyhow!(what)).hint(
                    "hexguard reads nothing from the network: put a copy of the file into the repository, or where every machine has it",
                );
            }
            let path = beside(name, path);
            self.read_named(&path, origin, depth, out)?;
        }
        out.add(file);
        Ok(())
    }

    fn read_named(self, path: &str, origin: &Origin, depth: usize, out: &mut File) -> Result<()> {
        let leaves = path == ".." || path.starts_with("../") || path.starts_with("..\\");
        if self.inside.is_some() && leaves {
            let what = format!("{origin}: {} leads out of the repository", quoted(path));
            return Err(anyhow!(what))
                .hint("put the file into the repository, or name it by an absolute path");
        }
        let inside = self.inside.filter(|_| !Path::new(path).is_absolute());
        let Some(read) = inside.or(self.disk) else {
            let what = format!(
                "{origin}: a repository's file does not lead to {} on a server",
                quoted(path)
            );
            return Err(anyhow!(what)).hint("name it in the server's own configuration");
        };
        let Some(text) = read(path)? else {
            bail!("{origin}: {} does not exist", quoted(path));
        };
        let read = self.read_into(path, &text, depth + 1, out);
        if self.inside.is_some() && inside.is_none() {
            // The repository may name any file of the machine: what stands in that is not repeated.
            return read.map_err(|_| {
                anyhow!("{origin}: {} is no configuration of hexguard", quoted(path))
            });
        }
        read
    }
}

/// Returns the files that a file builds upon, and where each is named.
fn extends(file: &File) -> impl Iterator<Item = (&str, &Origin)> {
    let given = file.given.iter().filter(|given| given.key == "extends");
    given.flat_map(|given| {
        let list = match &given.value {
            Value::List(list) => list.as_slice(),
            _ => &[],
        };
        list.iter().map(|path| (path.as_str(), &given.origin))
    })
}

/// Returns a path that is written relative to the folder of the file `name`; an absolute one as it is.
fn beside(name: &str, path: &str) -> String {
    if Path::new(path).is_absolute() {
        return path.to_owned();
    }
    let separator = |c: char| c == '/' || cfg!(windows) && c == '\\';
    let mut parts: Vec<&str> = name.split(separator).collect();
    parts.pop();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            // Above the top nothing belongs to the commit: `..` stays and is refused.
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        for (name, path, wanted) in [
            ("hexguard.toml", "team/base.toml", "team/base.toml"),
            ("team/base.toml", "../common.toml", "common.toml"),
            ("hexguard.toml", "../x.toml", "../x.toml"),
            (
                "/etc/hexguard/config.toml",
                "org.toml",
                "/etc/hexguard/org.toml",
            ),
            ("/etc/hexguard/config.toml", "../org.toml", "/etc/org.toml"),
            ("hexguard.toml", "/srv/org.toml", "/srv/org.toml"),
        ] {
            if cfg!(unix) || !path.starts_with('/') {
                assert_eq!(beside(name, path), wanted);
            }
        }
    }
}
