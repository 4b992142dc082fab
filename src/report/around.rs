//! Around: what advice depends on besides the findings: what was scanned, and where commits, tags and names are from.

/// What a person can still change about the findings of a report.
#[derive(Debug, Default)]
pub struct Around {
    /// What was scanned.
    pub subject: Subject,
    /// Whether the files lie in a repository.
    pub repository: bool,
    /// What the repository's configuration is called; empty: by its usual name.
    pub config: &'static str,
    /// The tops of other repositories whose reports were added, each with a slash behind it.
    pub others: Vec<Vec<u8>>,
    /// The commits in which something was found, by what leads to them. Those that stand in no group are of unknown place.
    pub made: Vec<Made>,
    /// What else holds those commits.
    pub held: Held,
    /// The names of the tags in which something was found.
    pub tags: Vec<Vec<u8>>,
    /// The ids that a push sends; none: it is no push.
    pub sent: Vec<String>,
    /// Where the names and addresses are from in which something was found, before the commit is made.
    pub names: Vec<NameFrom>,
    /// What the commit takes besides what is staged.
    pub takes: Takes,
    /// The file in which git keeps the message of the commit, as an argument for a shell; none: it is not written yet.
    pub message: Option<String>,
    /// How many columns the terminal has that the report goes to; none: it goes elsewhere.
    pub width: Option<usize>,
    /// Whether what the commit allows itself does not count for it.
    pub refuses: bool,
    /// What sets `max-file-size`, if something does.
    pub limit: Option<String>,
    /// The files of git's that hold damaged objects.
    pub damaged: Vec<Vec<u8>>,
}

/// What a commit takes, by the index that git makes it from.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// What is staged.
    #[default]
    Staged,
    /// What git stages for this commit only, besides: all changed files (`-a`), named ones (`-i`), or parts of them (`-p`).
    More,
    /// Files that were named, and nothing else that is staged.
    Named,
}

impl Takes {
    /// Reads it from the name of the index that git hands its hooks.
    pub fn of(index: &[u8]) -> Self {
        let name = index.rsplit(|&b| b == b'/' || b == b'\\').next();
        let name = name.unwrap_or_default();
        match name.strip_suffix(b".lock") {
            None => Self::Staged,
            Some(name) if name.starts_with(b"next-index-") => Self::Named,
            Some(_) => Self::More,
        }
    }
}

/// What was scanned.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Files as they lie there.
    #[default]
    Files,
    /// What the next commit is made from.
    Staged,
    /// Commits of this clone, and what else refs lead to.
    Commits,
    /// Commits that a push brings to a server.
    Received,
}

/// Commits that one thing leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Their ids.
    pub commits: Vec<String>,
    /// What leads to them.
    pub by: Way,
}

/// What holds commits in which something was found, whatever becomes of their branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// The names of tags that lead to one of them, and whether each has a message of its own.
    pub by_tags: Vec<(Vec<u8>, bool)>,
    /// The branches of remotes that have one of them, as git knows them here.
    pub by_remotes: Vec<RemoteBranch>,
    /// The ids of those that are merges.
    pub merges: Vec<String>,
    /// The ids of those that have no parent.
    pub roots: Vec<String>,
}

/// A branch of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteBranch {
    /// The remote.
    pub remote: Vec<u8>,
    /// What the branch is called there.
    pub name: Vec<u8>,
    /// Whether a branch of that name is here, too.
    pub here: bool,
}

/// What leads to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// It is the newest one of the branch that is checked out.
    Newest,
    /// A branch has it, below newer ones or as one that is not checked out.
    Branch {
        /// The branch; `None`: the one that is checked out.
        name: Option<Vec<u8>>,
        /// The revision below all of them; `None` where one of them is the first of all commits.
        below: Option<String>,
        /// Whether there are merges among them and those above them.
        merges: bool,
    },
    /// The ref of some notes leads to it.
    Notes(Vec<u8>),
    /// An entry of the stash is made of it.
    Stash(usize),
}

/// Where a name or an address is from that a commit would hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameFrom {
    /// A setting in a file of git's.
    Setting(String),
    /// A setting that was given for this command only.
    CommandLine(String),
    /// A variable of the environment.
    Variable(String),
    /// The author of this commit only: `--author`, a variable, or the commit that it is made from.
    Author,
}
