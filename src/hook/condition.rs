//! Condition: what in a manager's configuration may pass hexguard over, and where nothing looks again.

use std::fs;
use std::io::Read as _;
use std::path::Path;

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

/// Returns what a shell file that a manager reads before its hooks may skip hexguard by: it ends the hook, or sets what a
/// manager or hexguard reads. It may ask where it is, so no proof elsewhere tells.
pub(super) fn of_start(file: &Path) -> Vec<Condition> {
    /// Commands that end a hook, and what variables begin with that decide what is run.
    const ENDS: [&str; 4] = ["exit", "exec", "kill", "trap"];
    const STARTS: [&str; 4] = ["LEFTHOOK", "HUSKY", "HEXGUARD", "SKIP"];
    /// No such file is longer.
    const LONGEST: u64 = 1 << 20;
    // The repository may name a device, or a pipe that nobody writes to.
    let is_file = fs::metadata(file).is_ok_and(|meta| meta.is_file());
    let opened = is_file.then(|| fs::File::open(file).ok()).flatten();
    let mut text = Vec::new();
    let Some(Ok(_)) = opened.map(|file| file.take(LONGEST).read_to_end(&mut text)) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&text);
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let decides =
            |word: &str| ENDS.contains(&word) || STARTS.iter().any(|start| word.starts_with(start));
        if line.starts_with('#') || !words.any(decides) {
            continue;
        }
        let text = format!("{}:{}", file.display(), number + 1);
        all.extend(Event::CLIENT.map(|event| Condition {
            event,
            text: text.clone(),
            skips: true,
        }));
    }
    all
}
