//! Skips: why hexguard is switched off, and a note of it, so that the next push looks at those commits all the same.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use super::event::Event;
use super::{place, write};
use crate::git::{Id, Repository};

/// More than this is not kept: a note is no archive. The longest histories there are have as many commits.
const LIMIT: usize = 2_000_000;

/// What of the environment can switch hexguard off.
#[derive(Debug, Clone, Default)]
pub struct Switches {
    /// The value of `HEXGUARD`.
    pub hexguard: Option<String>,
    /// The value of `SKIP`: names, separated by commas, as pre-commit has it.
    pub skip: Option<String>,
}

impl Switches {
    /// Returns the switch that is off, as a person would type it.
    pub fn off(&self) -> Option<&'static str> {
        if self.hexguard.as_deref() == Some("0") {
            return Some("HEXGUARD=0");
        }
        let skip = self.skip.as_deref().unwrap_or_default();
        skip.split(',')
            .any(|name| name.trim() == "hexguard")
            .then_some("SKIP=hexguard")
    }
}

/// Something that went by unscanned, or scanned by looser settings than the repository's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Skip {
    /// A commit was about to be made on top of this one (none: the first commit).
    After(Option<String>),
    /// These commits were about to be pushed.
    Commit(String),
}

/// The notes of skips in a repository.
#[derive(Debug)]
pub struct Skips(PathBuf);

impl Skips {
    /// Returns the notes of the repository whose common git directory this is.
    pub fn of(common_dir: &Path) -> Self {
        Self(common_dir.join("hexguard").join("skipped"))
    }

    /// Adds notes. Several processes may do so at once.
    pub fn add(&self, event: Event, skips: &[Skip]) -> Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder).context("cannot make a note of the skip")?;
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs());
        let mut text = String::new();
        for skip in skips.iter().take(LIMIT) {
            let what = match skip {
                Skip::After(Some(parent)) => format!("after {parent}"),
                Skip::After(None) => "after -".to_owned(),
                Skip::Commit(id) => format!("commit {id}"),
            };
            text.push_str(&format!("{now} {} {what}\n", event.name()));
        }
        crate::write::append(&self.0, text.as_bytes()).context("cannot make a note of the skip")
    }

    /// Returns all notes, the oldest first; lines that nobody here has written are passed over.
    pub fn all(&self) -> Result<Vec<Skip>> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", self.0.display()));
            }
        };
        let mut seen = HashSet::new();
        let skips = text.lines().filter_map(parsed);
        Ok(skips.filter(|skip| seen.insert(skip.clone())).collect())
    }

    /// Returns the commits that notes speak of, among those that `tips` reach: what was pushed unscanned, and what was
    /// made on top of a commit that was HEAD at a skip (or beside it, if that was amended).
    pub fn commits(
        cwd: &Path,
        repository: &Repository,
        skips: &[Skip],
        tips: &[String],
    ) -> Result<Vec<String>> {
        let mut found = Vec::new();
        if tips.is_empty() {
            return Ok(found);
        }
        let list = |args: &[&str]| -> Result<Vec<Vec<String>>> {
            let mut all = vec!["rev-list", "--parents"];
            all.extend(args);
            all.extend(tips.iter().map(String::as_str));
            all.push("--");
            let said = place::ask(cwd, &all)?;
            let said = String::from_utf8_lossy(&said).into_owned();
            let words = |line: &str| line.split(' ').map(str::to_owned).collect();
            Ok(said.lines().map(words).collect())
        };
        for skip in skips {
            match skip {
                Skip::Commit(id) => {
                    let id = Id::from_hex(id.as_bytes()).context("a note holds an id")?;
                    if repository.has(id)? {
                        found.push(id.to_string());
                    }
                }
                Skip::After(None) => {
                    let roots = list(&["--max-parents=0"])?;
                    found.extend(roots.into_iter().filter_map(|line| line.into_iter().next()));
                }
                Skip::After(Some(parent)) => {
                    // Gone since (it was amended and collected): then nobody can push it either.
                    let Ok(said) = place::ask(cwd, &["rev-list", "--parents", "-n1", parent, "--"])
                    else {
                        continue;
                    };
                    let said = String::from_utf8_lossy(&said).into_owned();
                    let mut family = said.split(' ').map(str::to_owned);
                    let own = family.next();
                    let above: Vec<String> = family.collect();
                    let hidden: Vec<String> = above.iter().map(|id| format!("^{id}")).collect();
                    let hidden: Vec<&str> = hidden.iter().map(String::as_str).collect();
                    for line in list(&hidden)? {
                        let Some((commit, parents)) = line.split_first() else {
                            continue;
                        };
                        let near = |id: &String| Some(id) == own.as_ref() || above.contains(id);
                        // Of an amended first commit the new one is a root as well.
                        let root = parents.is_empty() && above.is_empty();
                        if Some(commit) != own.as_ref() && (root || parents.iter().any(near)) {
                            found.push(commit.clone());
                        }
                    }
                }
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Forgets the notes that were there when `seen` was read.
    pub fn forget(&self, seen: &[Skip]) -> Result<()> {
        let seen: HashSet<&Skip> = seen.iter().collect();
        // Another run may add a note meanwhile.
        let _lock = self.0.parent().and_then(write::lock);
        let text = match fs::read_to_string(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            text => text.context("cannot read the note of skips")?,
        };
        let is_left = |line: &&str| parsed(line).is_some_and(|skip| !seen.contains(&skip));
        let left: Vec<&str> = text.lines().filter(is_left).collect();
        if left.is_empty() {
            return match fs::remove_file(&self.0) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(error).context("cannot remove the note of skips")
                }
                _ => Ok(()),
            };
        }
        write::replace(&self.0, (left.join("\n") + "\n").as_bytes(), 0o644)
    }
}

/// Returns what a line of the note says, if hexguard has written it.
fn parsed(line: &str) -> Option<Skip> {
    let mut words = line.split(' ').skip(2);
    match (words.next(), words.next()) {
        (Some("after"), Some("-")) => Some(Skip::After(None)),
        (Some("after"), Some(id)) if is_id(id) => Some(Skip::After(Some(id.to_owned()))),
        (Some("commit"), Some(id)) if is_id(id) => Some(Skip::Commit(id.to_owned())),
        _ => None,
    }
}

fn is_id(word: &str) -> bool {
    matches!(word.len(), 40 | 64) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_off_only_when_it_says_so() {
        let off = |hexguard: &str, skip: &str| {
            Switches {
                hexguard: Some(hexguard.to_owned()),
                skip: Some(skip.to_owned()),
            }
            .off()
        };
        assert_eq!(off("0", ""), Some("HEXGUARD=0"));
        assert_eq!(off("1", "lint, hexguard"), Some("SKIP=hexguard"));
        assert_eq!(off("", "hexguard2"), None);
        assert_eq!(Switches::default().off(), None);
    }

    #[test]
    fn notes_are_kept_until_they_are_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let skips = Skips::of(folder.path());
        assert_eq!(skips.all().expect("read"), Vec::new());
        let (a, b) = (Skip::After(None), Skip::Commit("a".repeat(40)));
        skips
            .add(Event::PreCommit, std::slice::from_ref(&a))
            .expect("written");
        skips
            .add(Event::PrePush, &[b.clone(), b.clone()])
            .expect("written");
        assert_eq!(skips.all().expect("read"), [a.clone(), b.clone()]);
        skips.forget(&[a]).expect("written");
        assert_eq!(skips.all().expect("read"), std::slice::from_ref(&b));
        skips.forget(&[b]).expect("removed");
        assert!(!folder.path().join("hexguard/skipped").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_note_is_not_written_through_a_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let other = folder.path().join("other");
        fs::write(&other, "mine\n").expect("written");
        fs::create_dir(folder.path().join("hexguard")).expect("made");
        let note = folder.path().join("hexguard/skipped");
        std::os::unix::fs::symlink(&other, &note).expect("linked");
        let skips = Skips::of(folder.path());
        skips
            .add(Event::PreCommit, &[Skip::After(None)])
            .expect("written");
        assert_eq!(fs::read_to_string(&other).expect("read"), "mine\n");
        assert_eq!(skips.all().expect("read"), [Skip::After(None)]);
    }
}
