//! Which branches have a commit, and where several commits part.

use anyhow::Result;

use super::{Id, Repository, Tagged, Target};

/// The ends of a range of commits.
#[derive(Debug, Default)]
pub struct Ends {
    /// Where it begins: the newest commits.
    pub tips: Vec<Id>,
    /// What it leaves out with all below them.
    pub without: Vec<Id>,
}

impl Repository {
    /// Returns a branch that has a commit, `None` if no branch of this clone has it.
    pub fn branch_with(&self, commit: Id) -> Result<Option<Vec<u8>>> {
        let contains = format!("--contains={commit}");
        let told = self.plumbing.ask(&[
            "for-each-ref",
            "--count=1",
            &contains,
            "--format=%(refname)",
            "refs/heads",
        ])?;
        let told = told.unwrap_or_default();
        let name = told.trim_ascii_end().strip_prefix(b"refs/heads/");
        Ok(name.map(<[u8]>::to_vec))
    }

    /// Returns the ends of a range, as people write it; `None` if git can make no commits of it (a file, a folder), or one of
    /// its ends is not here.
    pub fn ends(&self, range: &str) -> Result<Option<Ends>> {
        let told = self
            .plumbing
            .ask(&["rev-parse", "--revs-only", range, "--"])?;
        let told = told.unwrap_or_default();
        let mut ends = Ends::default();
        for line in told.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let left_out = line.strip_prefix(b"^");
            let Some(id) = Id::from_hex(left_out.unwrap_or(line)) else {
                return Ok(None);
            };
            // git takes any digits of the right length for an object.
            if !self.has(id)? {
                return Ok(None);
            }
            let Tagged { id, target, .. } = self.behind_tags(id)?;
            if target != Target::Commit {
                return Ok(None);
            }
            match left_out {
                Some(_) => ends.without.push(id),
                None => ends.tips.push(id),
            }
        }
        Ok((!told.is_empty()).then_some(ends))
    }

    /// Returns the newest commit that all of some commits are or stand on; `None` if there is none.
    pub fn common(&self, commits: &[Id]) -> Result<Option<Id>> {
        let mut args = vec!["merge-base".to_owned(), "--octopus".to_owned()];
        args.extend(commits.iter().map(Id::to_string));
        let told = self.plumbing.ask(&args)?.unwrap_or_default();
        Ok(told.split(|&b| b == b'\n').find_map(Id::from_hex))
    }

    /// Tells whether a setting was given on the command line or in the environment, and stands in no file.
    pub fn is_of_command_line(&self, name: &str) -> Result<bool> {
        let told = self
            .plumbing
            .ask(&["config", "--show-origin", "--get", name])?;
        Ok(told.is_some_and(|told| told.starts_with(b"command line:")))
    }
}
