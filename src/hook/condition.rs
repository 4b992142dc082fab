//! Condition: what in a manager's configuration may pass hexguard over, and where nothing looks again.

use super::event::Event;

/// What a manager's configuration says about running hexguard at an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The event.
    pub event: Event,
    /// Where it stands and what it says, as the configuration writes it.
    pub text: String,
    /// Whether it may keep hexguard from being run; else it changes what hexguard does, which the proof tries.
    pub skips: bool,
}

/// Returns the conditions under which something is committed or pushed that hexguard has not seen. What pre-commit or
/// pre-merge-commit is passed over for, commit-msg looks at, unless it may be passed over too.
pub(super) fn holes<'a>(conditions: &'a [Condition], served: &[Event]) -> Vec<&'a Condition> {
    let may_miss = |event: Event| conditions.iter().any(|one| one.skips && one.event == event);
    let looks_again = served.contains(&Event::CommitMsg) && !may_miss(Event::CommitMsg);
    let is_hole = |one: &&Condition| {
        let is_before = matches!(one.event, Event::PreCommit | Event::PreMergeCommit);
        one.skips && served.contains(&one.event) && !(is_before && looks_again)
    };
    conditions.iter().filter(is_hole).collect()
}
