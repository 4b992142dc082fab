//! Which work tree a path lies in, and whether the environment speaks of its repository.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Variables by which git tells a hook where the parts of one repository are.
pub(super) const VARIABLES: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Returns a path without links and dots, as it is told from the root.
pub fn whole(path: &Path) -> io::Result<PathBuf> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    let whole = path.canonicalize()?;
    // Windows puts a mark in front that no other program understands.
    let plain = whole.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    let plain = plain.filter(|rest| cfg!(windows) && !rest.starts_with("UNC"));
    Ok(plain.map(PathBuf::from).unwrap_or(whole))
}

/// Returns the top of the work tree that a folder lies in, none outside of one. The folder is told from the root.
pub fn top_of(folder: &Path) -> Option<PathBuf> {
    let given = variable("GIT_WORK_TREE").and_then(|top| whole(Path::new(&top)).ok());
    let is_top = |one: &&Path| is_top(one) || given.as_deref() == Some(*one);
    folder.ancestors().find(is_top).map(Path::to_owned)
}

/// Returns the work tree in which a path is named; links on the way are taken for what they are called.
pub fn around(path: &Path) -> Option<PathBuf> {
    let mut folder = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => {
                folder.pop();
            }
            part => folder.push(part),
        }
    }
    top_of(folder.parent()?)
}

/// Tells whether a work tree begins at a folder.
pub fn is_top(folder: &Path) -> bool {
    let git = folder.join(".git");
    match fs::metadata(&git) {
        // An empty folder of that name is no repository: git looks further up.
        Ok(meta) if meta.is_dir() => !is_absent(&git.join("HEAD")),
        Ok(meta) => meta.is_file(),
        Err(_) => false,
    }
}

fn is_absent(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Tells whether what the environment says of a repository (`GIT_DIR`, …) is said of the one whose work tree begins at
/// `top`. A hook of another repository may have started us.
pub(super) fn is_of_environment(top: Option<&Path>) -> bool {
    let own = top.and_then(git_dir);
    match (variable("GIT_DIR"), own) {
        (Some(given), Some(own)) => whole(Path::new(&given)).is_ok_and(|given| given == own),
        (Some(_), None) => true,
        (None, _) => {
            let here = env::current_dir().ok();
            here.is_some_and(|here| top_of(&here).as_deref() == top)
        }
    }
}

/// Returns where the work tree that begins at `top` says that its repository is.
fn git_dir(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return whole(&git).ok();
    }
    let text = fs::read(&git).ok()?;
    let path = text.strip_prefix(b"gitdir: ")?.trim_ascii_end();
    whole(&top.join(super::as_path(path))).ok()
}

pub(super) fn variable(name: &str) -> Option<std::ffi::OsString> {
    env::var_os(name).filter(|value| value.as_os_str() != OsStr::new(""))
}
