//! Patches: the files that a text in a form of `apply_patch` or of `diff` changes, and how.

use super::command::{GUARDED, Look, Why, joined};
use super::guarded::Places;
use super::keeps::{Becomes, forbids};

/// What a patch does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Patch {
    /// The files that it changes or removes.
    pub(super) paths: Vec<String>,
    /// The lines that it takes away.
    pub(super) removed: Vec<String>,
    /// The lines that it puts there.
    pub(super) added: String,
    /// Whether it removes or moves a file.
    pub(super) whole: bool,
}

/// Marks behind which a file is named.
const FILES: [&str; 10] = [
    "*** Add File: ",
    "*** Update File: ",
    "*** Delete File: ",
    "*** Move to: ",
    "+++ ",
    "--- ",
    "rename from ",
    "rename to ",
    "copy to ",
    "Index: ",
];

/// Tells whether a text is a patch as Codex writes it.
pub(super) fn is_patch(text: &str) -> bool {
    text.trim_start().starts_with("*** Begin Patch")
}

impl Patch {
    /// Reads a patch; what is none changes no file.
    pub(super) fn of(text: &str) -> Self {
        let mut patch = Self::default();
        for line in text.lines() {
            let named = FILES.iter().find_map(|mark| line.strip_prefix(mark));
            if let Some(path) = named {
                let path = path.split('\t').next().unwrap_or(path).trim();
                let sides = [path.strip_prefix("a/"), path.strip_prefix("b/")];
                patch.whole |= line.starts_with("*** Delete") || line.starts_with("*** Move");
                patch.whole |= line.starts_with("rename ") || path == "/dev/null";
                patch.paths.push(path.to_owned());
                patch
                    .paths
                    .extend(sides.into_iter().flatten().map(str::to_owned));
            } else if let Some(line) = line.strip_prefix('-') {
                patch.removed.push(line.to_owned());
            } else if let Some(line) = line.strip_prefix('+') {
                patch.added.push_str(line);
                patch.added.push('\n');
            }
        }
        patch
    }

    /// Tells whether it may not do to a file what it does.
    pub(super) fn forbidden(&self, places: &mut Places, path: &str) -> bool {
        let mixed = Becomes::Mixed(&self.removed, &self.added);
        forbids(places, path, (!self.whole).then_some(&mixed))
    }
}

/// Returns a patch without the lines that it takes away.
pub(super) fn added(patch: &str) -> String {
    patch
        .lines()
        .filter(|line| !line.starts_with('-'))
        .flat_map(|line| [line.strip_prefix('+').unwrap_or(line), "\n"])
        .collect()
}

impl Look {
    /// Looks at patches that are given as text.
    pub(super) fn patched(&mut self, texts: &[String]) -> Why {
        let mut texts = texts.iter();
        let forbidden = texts.any(|text| {
            let patch = Patch::of(text);
            let folder = self.folder.clone();
            let is_marked = is_patch(text) || text.contains("--- ") || text.contains("diff --git");
            let mut paths = patch.paths.iter().map(|path| joined(&folder, path));
            is_marked && paths.any(|path| patch.forbidden(&mut self.places, &path))
        });
        forbidden.then_some(GUARDED)
    }
}
