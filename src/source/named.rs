//! Named: a path as somebody gives it, and the name that its repository has for it.

use std::collections::HashMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{IsTerminal, stdin};
use std::path::{Component, Path, PathBuf};

use super::files::bytes;
use super::stream;
use crate::git::worktree::{top_of, whole};

/// A file or a folder, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// Where it is opened.
    pub path: PathBuf,
    /// Its name from the top of its work tree, without dots; outside of one as it was given, or from the root for those
    /// who stand in one.
    pub name: Vec<u8>,
    /// The top of the work tree that it lies in, none outside of one.
    pub top: Option<PathBuf>,
    /// How it is read.
    pub way: Way,
}

/// How something is read that was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// As it lies there: of a link its own text.
    Lying,
    /// What it leads to, which has no path of its own: a pipe.
    Followed,
    /// It is our standard input.
    Input,
    /// A link that was to be followed and leads to nothing: its own text is scanned, and it counts as not scanned.
    Nowhere,
}

/// Gives things their names, seen from the folder that one stands in.
pub struct Names {
    /// The top of the work tree that one stands in, if it is one.
    top: Option<PathBuf>,
    /// Folders that were given, told from the root, and the top of each: many files lie in one.
    folders: HashMap<PathBuf, Option<(PathBuf, Option<PathBuf>)>>,
}

impl Names {
    /// Returns the names as they are seen from the current folder.
    pub fn new() -> Self {
        let here = env::current_dir().ok();
        Self {
            top: here.and_then(|here| top_of(&here)),
            folders: HashMap::new(),
        }
    }

    /// Returns the top of the work tree that one stands in, none outside of one.
    pub fn top(&self) -> Option<&Path> {
        self.top.as_deref()
    }

    /// Returns what a path is, itself: an entry of the folder that it stands in, whatever it leads to.
    pub fn entry(&mut self, given: &Path) -> Named {
        let Some(last) = given.file_name() else {
            return self.folder(given);
        };
        let parent = given.parent().unwrap_or(Path::new(""));
        let known = self.folders.entry(parent.to_owned()).or_insert_with(|| {
            let parent = whole(parent).ok()?;
            let top = top_of(&parent);
            Some((parent, top))
        });
        if let Some((parent, top)) = known.clone() {
            return self.named(given, &parent.join(last), top);
        }
        let path = tidy(&std::path::absolute(given).unwrap_or_else(|_| given.to_owned()));
        let top = path.parent().and_then(top_of);
        self.named(given, &path, top)
    }

    /// Returns what a path means that a person gives: a folder is in the repository that begins there, and a link leads
    /// to what is meant; its own text is scanned where a repository holds it.
    pub fn meant(&mut self, given: &Path) -> Vec<Named> {
        match fs::symlink_metadata(given) {
            Ok(meta) if meta.is_dir() => vec![self.folder(given)],
            Ok(meta) if meta.is_symlink() => self.behind(given),
            Ok(_) if is_input(given) => vec![Named {
                way: Way::Input,
                ..self.entry(given)
            }],
            _ => vec![self.entry(given)],
        }
    }

    /// Returns standard input, under the name of a file that need not be there.
    pub fn input(&mut self, called: &str) -> Named {
        // A word such as `<stdin>` is no path.
        let named = if called.starts_with('<') {
            let path = PathBuf::from(called);
            let name = called.as_bytes().to_vec();
            Named {
                path,
                name,
                top: self.top.clone(),
                way: Way::Input,
            }
        } else {
            self.entry(Path::new(called))
        };
        Named {
            way: Way::Input,
            ..named
        }
    }

    fn folder(&mut self, given: &Path) -> Named {
        match whole(given) {
            Ok(path) => {
                let top = top_of(&path);
                self.named(given, &path, top)
            }
            Err(_) => Named {
                path: given.to_owned(),
                name: bytes(&tidy(given)),
                top: None,
                way: Way::Lying,
            },
        }
    }

    /// Returns what is behind a link.
    fn behind(&mut self, given: &Path) -> Vec<Named> {
        let link = self.entry(given);
        let target = whole(given).ok();
        let plain = target.as_deref().is_some_and(Path::is_file);
        if is_input(given) && !plain {
            return vec![without_path(link, Way::Input)];
        }
        let Some(target) = target else {
            // It leads to what has no path, or to nothing.
            let way = if fs::metadata(given).is_ok() {
                Way::Followed
            } else {
                Way::Nowhere
            };
            return vec![without_path(link, way)];
        };
        let target = if target.is_dir() {
            self.folder(&target)
        } else {
            self.entry(&target)
        };
        let held = link.top.is_some().then_some(link);
        held.into_iter().chain([target]).collect()
    }

    fn named(&self, given: &Path, path: &Path, top: Option<PathBuf>) -> Named {
        let inner = top.as_deref().and_then(|top| path.strip_prefix(top).ok());
        let name = match (inner, &self.top) {
            (Some(inner), _) => bytes(inner),
            (None, Some(_)) => bytes(path),
            (None, None) => bytes(&tidy(given)),
        };
        Named {
            path: given.to_owned(),
            name,
            top,
            way: Way::Lying,
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns a link that leads to what has no path. Outside of every repository it is called what it was given as: the folder
/// of `/dev/fd/63` is another one for each process.
fn without_path(link: Named, way: Way) -> Named {
    let name = if link.top.is_none() && link.path.is_absolute() {
        bytes(&tidy(&link.path))
    } else {
        link.name
    };
    Named { name, way, ..link }
}

/// Returns a path without `.`, `//`, and `..` behind a name.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            // Above the root there is nothing.
            Component::ParentDir if tidy.file_name().is_some() || tidy.has_root() => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}

/// Tells whether a path is our standard input, and one that ends: a pipe, a socket, a person, or nothing at all.
fn is_input(path: &Path) -> bool {
    const NAMES: [&str; 3] = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    NAMES
        .iter()
        .any(|name| path.as_os_str() == OsStr::new(name))
        && (fs::metadata(path).is_ok_and(|meta| ends(meta.file_type()))
            || stdin().is_terminal()
            || stream::is_closed(&stdin()))
}

fn ends(kind: fs::FileType) -> bool {
    stream::is_pipe(kind) || stream::is_socket(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_double_slashes_go() {
        for (given, tidied) in [
            ("./a//b/./c", "a/b/c"),
            ("a/../b", "b"),
            ("../../a", "../../a"),
            ("/a/../../b", "/b"),
            (".", ""),
        ] {
            assert_eq!(tidy(Path::new(given)), Path::new(tidied), "{given}");
        }
    }
}
