//! Project: what the files of a project say of the managers that it uses, set up or not.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::place::Place;
use super::{MANAGERS, Manager};

/// A manager that the project uses and that is not set up in this clone.
pub struct Waiting {
    /// The manager.
    pub manager: &'static dyn Manager,
    /// The file of the project that names it.
    pub file: PathBuf,
}

/// Returns the managers that the project uses and that are not set up in this clone.
pub fn waiting(place: &Place) -> Vec<Waiting> {
    let mut files: Vec<PathBuf> = MANAGERS
        .iter()
        .filter(|manager| manager.governs(place))
        .filter_map(|manager| manager.named(place))
        .collect();
    let mut all = Vec::new();
    for &manager in MANAGERS {
        let Some(file) = manager.named(place) else {
            continue;
        };
        // pre-commit and prek read one file: it waits for one of them. package.json may name two.
        let taken = files.contains(&file) && !file.ends_with("package.json");
        if !manager.governs(place) && !taken {
            files.push(file.clone());
            all.push(Waiting { manager, file });
        }
    }
    all
}

/// Returns the folders in which a `package.json` may name a manager: the top and, where a project is kept in several
/// packages, those below it.
pub(super) fn packages(place: &Place) -> Vec<PathBuf> {
    let Some(top) = &place.top else {
        return Vec::new();
    };
    let below = fs::read_dir(top).into_iter().flatten().flatten();
    let below = below.filter(|entry| {
        let name = entry.file_name();
        let plain = !name.to_string_lossy().starts_with('.') && name != "node_modules";
        plain && entry.file_type().is_ok_and(|kind| kind.is_dir())
    });
    let mut folders: Vec<PathBuf> = below.map(|entry| entry.path()).collect();
    folders.sort();
    folders.insert(0, top.clone());
    folders
}

/// Returns what a `package.json` says.
pub(super) fn package(folder: &Path) -> Option<Value> {
    let text = fs::read(folder.join("package.json")).ok()?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    serde_json::from_slice(text).ok()
}
