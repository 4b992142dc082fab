//! Presence: tells whether a repository uses Hex, from the names and texts of a bounded number of its files.

use std::collections::VecDeque;

use anyhow::Result;

use crate::git::{Blob, Id, Repository, Want};

/// What a file says that has to do with Hex: its addresses, packages and variables.
pub(super) const MARKS: [&[u8]; 11] = [
    b"hex.tech",
    b"hextoolkit",
    b"hex-inc/",
    b"HexRunProjectOperator",
    b"airflow-provider-hex",
    b"airflow_provider_hex",
    b"dagster-hex",
    b"dagster_hex",
    b"prefect-hex",
    b"prefect_hex",
    b"HEX_API_TOKEN",
];
/// How names of files end that Hex's own tools write.
const NAMES: [&[u8]; 3] = [b".hex.yaml", b".hex.yml", b"hex_context.config.json"];
/// How names of other files end that may speak of Hex; data and pictures are not read.
const READ: [&[u8]; 23] = [
    b".py",
    b".ipynb",
    b".sql",
    b".yaml",
    b".yml",
    b".toml",
    b".cfg",
    b".txt",
    b".md",
    b".rst",
    b".sh",
    b".env",
    b".example",
    b".r",
    b".rmd",
    b".qmd",
    b".js",
    b".ts",
    b".tsx",
    b".tf",
    b"pipfile",
    b"mcp.json",
    b"dockerfile",
];

// The search ends after so many folders, files and bytes: at worst it takes some ten milliseconds.
const FOLDERS: usize = 200;
const FILES: usize = 400;
const BYTES: u64 = 6 << 20;
/// Larger files are not read. An exported project has some hundred kilobytes.
const LARGE: u64 = 2 << 20;

/// Tells whether a repository uses Hex: whether the staged files or those of the last commit mention it. Folders near
/// the top are searched first.
pub fn uses_hex(repository: &Repository) -> Result<bool> {
    let mut search = Search {
        repository,
        files: FILES,
        bytes: BYTES,
    };
    let mut staged = Vec::new();
    repository.staged(Want::New, &mut |change| {
        if let Some(id) = change.content().filter(|_| staged.len() < FILES) {
            staged.push((change.path.to_ascii_lowercase(), id));
        }
        Ok(())
    })?;
    for (path, id) in staged {
        if search.is_of_hex(&path, id)? {
            return Ok(true);
        }
    }
    let mut folders: VecDeque<Id> = repository.head_tree()?.into_iter().collect();
    for _ in 0..FOLDERS {
        let Some(folder) = folders.pop_front() else {
            break;
        };
        for (name, entry) in repository.folder(folder)? {
            if entry.is_tree() {
                folders.push_back(entry.id);
            } else if entry.is_blob() && search.is_of_hex(&name.to_ascii_lowercase(), entry.id)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A search, and how much it may still read.
struct Search<'r> {
    repository: &'r Repository,
    files: usize,
    bytes: u64,
}

impl Search<'_> {
    /// Tells whether a file has to do with Hex; `name` is in small letters.
    fn is_of_hex(&mut self, name: &[u8], id: Id) -> Result<bool> {
        let ends = |ends: &[&[u8]]| ends.iter().any(|end| name.ends_with(end));
        if ends(&NAMES) {
            return Ok(true);
        }
        if self.files == 0 || !ends(&READ) {
            return Ok(false);
        }
        let limit = LARGE.min(self.bytes);
        let read = |text: &[u8]| (text.len(), mentions_hex(text));
        let Blob::Read((length, mentions)) = self.repository.blob(id, limit, read)? else {
            return Ok(false);
        };
        self.files -= 1;
        self.bytes -= u64::try_from(length)?;
        Ok(mentions)
    }
}

/// Tells whether a text has to do with Hex.
fn mentions_hex(text: &[u8]) -> bool {
    let inside = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let stands = |mark: &[u8], at: usize| {
        let end = at + mark.len();
        let begins = at == 0 || !inside(at - 1) && text[at - 1] != b'_';
        begins && (mark.ends_with(b"/") || !inside(end))
    };
    let mentioned = |mark: &&[u8]| memchr::memmem::find_iter(text, mark).any(|at| stands(mark, at));
    MARKS.iter().any(mentioned) || is_project(text)
}

/// Tells whether a text is a project that Hex exported: it begins with these keys.
fn is_project(text: &[u8]) -> bool {
    let head = &text[..text.len().min(1500)];
    [&b"schemaVersion:"[..], b"projectId:"]
        .iter()
        .all(|key| memchr::memmem::find(head, key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_stands_alone() {
        for text in [
            "BASE = 'https://app.hex.tech/api/v1'",
            "import hextoolkit",
            "uses: hex-inc/action-context-toolkit@v1",
            "airflow-provider-hex==0.1.9",
            "schemaVersion: 3\nmeta:\n  projectId: 0b2f\n",
        ] {
            assert!(mentions_hex(text.as_bytes()), "{text}");
        }
        for text in [
            "https://codehex.technology",
            "myhextoolkit",
            "from hex import tech",
            "schemaVersion: 2\nname: x\n",
        ] {
            assert!(!mentions_hex(text.as_bytes()), "{text}");
        }
    }
}
