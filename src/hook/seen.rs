//! Seen: the note by which commit-msg knows what pre-commit has scanned.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::git::{Id, Snapshot, StagedId, Stamp};

/// What pre-commit has scanned and let go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What was staged then.
    pub snapshot: Snapshot,
    /// What the index file was then, `None` if there was none.
    pub index: Option<Stamp>,
    /// Whether all of it was scanned, not only the files that a hook manager named.
    pub whole: bool,
    /// The notes that were printed.
    pub notes: Vec<String>,
}

/// The last line: without it the note is not complete.
const END: &str = "end";

impl Seen {
    /// Writes the note into a git directory, in which there is none. Where that cannot be written there is none, and
    /// commit-msg scans again.
    ///
    /// A note that was torn lacks its end and counts as none, so it need not be flushed and renamed, which takes longer
    /// than a scan. A file that is there is not written to: a link might stand there.
    pub fn write(&self, git_dir: &Path) {
        let path = file(git_dir);
        let make = || {
            let mut file = File::create_new(&path)?;
            file.write_all(self.text().as_bytes())
        };
        if make().is_err_and(|error| error.kind() == ErrorKind::NotFound)
            && let Some(folder) = path.parent()
            && fs::create_dir(folder).is_ok()
        {
            let _ = make();
        }
    }

    /// Removes the note.
    pub fn forget(git_dir: &Path) {
        let _ = fs::remove_file(file(git_dir));
    }

    /// Returns the note and removes it: it is good for one commit.
    pub fn take(git_dir: &Path) -> Option<Self> {
        let text = fs::read_to_string(file(git_dir)).ok()?;
        // One that stays behind could speak for a later commit.
        fs::remove_file(file(git_dir)).ok()?;
        Self::parse(&text)
    }

    fn text(&self) -> String {
        let Snapshot {
            head,
            parents,
            staged,
        } = &self.snapshot;
        let mut lines = vec![match staged {
            StagedId::Tree(id) => format!("tree {id}"),
            StagedId::Checksum(id) => format!("checksum {id}"),
        }];
        lines.extend(head.iter().map(|id| format!("head {id}")));
        lines.extend(parents.iter().map(|id| format!("parent {id}")));
        if let Some(Stamp { file, since }) = &self.index {
            lines.push(format!("since {since} {file}"));
        }
        if self.whole {
            lines.push("whole".to_owned());
        }
        let note = |note: &String| format!("note {}", note.escape_default());
        lines.extend(self.notes.iter().map(note));
        lines.push(END.to_owned());
        lines.join("\n") + "\n"
    }

    fn parse(text: &str) -> Option<Self> {
        let mut seen = None;
        let body = text.strip_suffix('\n')?.strip_suffix(END)?;
        for line in body.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let id = || Id::from_hex(rest.as_bytes());
            match (word, &mut seen) {
                ("tree", None) => seen = Some(Self::of(StagedId::Tree(id()?))),
                ("checksum", None) => seen = Some(Self::of(StagedId::Checksum(id()?))),
                ("head", Some(seen)) => seen.snapshot.head = Some(id()?),
                ("parent", Some(seen)) => seen.snapshot.parents.push(id()?),
                ("since", Some(seen)) => {
                    let (since, file) = rest.split_once(' ')?;
                    seen.index = Some(Stamp {
                        file: file.to_owned(),
                        since: since.parse().ok()?,
                    });
                }
                ("whole", Some(seen)) => seen.whole = true,
                ("note", Some(seen)) => seen.notes.push(rest.to_owned()),
                _ => return None,
            }
        }
        seen
    }

    fn of(staged: StagedId) -> Self {
        Self {
            snapshot: Snapshot {
                head: None,
                parents: Vec::new(),
                staged,
            },
            index: None,
            whole: false,
            notes: Vec::new(),
        }
    }

    /// Tells whether a note was printed.
    pub fn said(&self, note: &str) -> bool {
        let note = note.escape_default().to_string();
        self.notes.contains(&note)
    }
}

fn file(git_dir: &Path) -> PathBuf {
    git_dir.join("hexguard").join("seen")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Seen {
        let id = |digit: &str| Id::from_hex(digit.repeat(40).as_bytes()).expect("an id");
        Seen {
            snapshot: Snapshot {
                head: Some(id("1")),
                parents: vec![id("2")],
                staged: StagedId::Tree(id("3")),
            },
            index: Some(Stamp {
                file: "1 2 3.4 5.6".to_owned(),
                since: 7,
            }),
            whole: true,
            notes: vec!["a note".to_owned()],
        }
    }

    #[test]
    fn a_note_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Seen::take(folder.path()), None);
        seen().write(folder.path());
        assert_eq!(Seen::take(folder.path()), Some(seen()));
        assert_eq!(Seen::take(folder.path()), None);
    }

    #[test]
    fn a_torn_note_is_none() {
        let text = seen().text();
        assert_eq!(Seen::parse(&text), Some(seen()));
        for end in 0..text.len() {
            assert_eq!(Seen::parse(&text[..end]), None, "{}", &text[..end]);
        }
    }
}
