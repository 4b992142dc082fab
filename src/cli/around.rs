//! Looks up what advice depends on: the repository, what leads to commits, what is damaged.

use std::collections::BTreeSet;
use std::path::Path;

use hexguard::config::NAMES;
use hexguard::finding::Finding;
use hexguard::git::{Caller, Id, Repository, as_path};
use hexguard::report::around::{Subject, Takes};
use hexguard::report::{Cause, Report};
use hexguard::source::files::bytes;
use hexguard::source::made;

use super::configure;

/// Looks up what advice depends on.
pub(super) fn look_up(report: &mut Report) {
    let top = match &report.elsewhere {
        Some(elsewhere) => as_path(&elsewhere.top).into_owned(),
        None => configure::top(),
    };
    let here = NAMES.into_iter().find(|name| top.join(name).exists());
    report.around.config = here.unwrap_or(NAMES[0]);
    let repository = match &report.elsewhere {
        Some(_) => Repository::of_work_tree(&top, Caller::Hook),
        None => Repository::open(Path::new("."), Caller::Hook),
    };
    let Ok(repository) = repository else {
        return;
    };
    report.around.repository = true;
    report.merging = repository.is_merging();
    report.around.damaged = damaged(&repository, report);
    let index = std::env::var_os("GIT_INDEX_FILE").unwrap_or_default();
    report.around.takes = Takes::of(index.as_encoded_bytes());
    let stopping = report.findings.iter().filter(|one| report.stops(one));
    let stopping: Vec<&Finding> = stopping.collect();
    let found = stopping.iter().filter_map(|one| one.commit.as_deref());
    let found: Vec<&str> = found.collect();
    let unread = report.unscanned().filter_map(|one| one.commit.as_deref());
    let commits: Vec<&str> = found.iter().copied().chain(unread).collect();
    if report.around.subject == Subject::Received {
        // The refs are not moved yet: nothing leads to the commits.
        let held = made::kinds(&repository, &commits).unwrap_or_default();
        report.around.held = held;
        return;
    }
    if report.around.subject == Subject::Commits {
        // Without an answer the advice is more general.
        let made = made::commits(&repository, &commits).unwrap_or_default();
        let sent = &report.around.sent;
        let tags = made::tags(&repository, &stopping, sent).unwrap_or_default();
        let held = made::held(&repository, &found, &commits).unwrap_or_default();
        report.around.held = held;
        report.around.made = made;
        report.around.tags = tags;
    }
}

/// Returns the damaged files of objects: git does not replace those.
fn damaged(repository: &Repository, report: &Report) -> Vec<Vec<u8>> {
    let all = report.unscanned();
    let reasons = all
        .filter(|one| one.cause == Some(Cause::Damaged))
        .map(|one| &one.reason);
    let words = reasons.flat_map(|reason| reason.split(|c: char| !c.is_ascii_hexdigit()));
    let ids = words.filter_map(|word| Id::from_hex(word.as_bytes()));
    let ids: BTreeSet<Id> = ids.collect();
    let files = ids.into_iter().filter_map(|id| repository.damaged_file(id));
    files.map(|file| bytes(&file)).collect()
}
