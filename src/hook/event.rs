//! Event: a moment at which git runs a hook, and the script that hexguard puts there.

/// A moment at which git runs a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// Before a commit is made.
    PreCommit,
    /// Before the commit of a merge without conflicts is made.
    PreMergeCommit,
    /// After the message is written.
    CommitMsg,
    /// Before anything is pushed.
    PrePush,
    /// On a server, before a push is taken.
    PreReceive,
    /// On a server, once for each ref of a push.
    Update,
}

impl Event {
    /// Every event that hexguard knows.
    pub const ALL: [Self; 6] = [
        Self::PreCommit,
        Self::PreMergeCommit,
        Self::CommitMsg,
        Self::PrePush,
        Self::PreReceive,
        Self::Update,
    ];

    /// What `install` guards in a repository that people work in.
    pub const CLIENT: [Self; 4] = [
        Self::PreCommit,
        Self::PreMergeCommit,
        Self::CommitMsg,
        Self::PrePush,
    ];

    /// Returns git's name of the hook, which is the name of its file.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
        }
    }

    /// Returns the event with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// Returns the script as it stands in `hooks/`.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::PreCommit => include_str!("../../hooks/pre-commit"),
            Self::PreMergeCommit => include_str!("../../hooks/pre-merge-commit"),
            Self::CommitMsg => include_str!("../../hooks/commit-msg"),
            Self::PrePush => include_str!("../../hooks/pre-push"),
            Self::PreReceive => include_str!("../../hooks/pre-receive"),
            Self::Update => include_str!("../../hooks/update"),
        }
    }
}
