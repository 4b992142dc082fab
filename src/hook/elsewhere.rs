//! Elsewhere: other work trees and branches, in which git would not run hexguard.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::diagnose::Problem;
use super::event::Event;
use super::git::{self, Found};
use super::place::{self, Place};
use super::{Manager, script};

/// Other work trees, in which a relative `core.hooksPath` may lead nowhere.
pub(super) fn worktrees(place: &Place, manager: Option<&dyn Manager>, found: &mut Vec<Problem>) {
    for tree in place.trees() {
        if Some(place::real(&tree)) == place.top.as_deref().map(place::real) {
            continue;
        }
        let Ok(other) = elsewhere(&tree) else {
            continue;
        };
        if place::real(&other) == place::real(&place.hooks) {
            continue;
        }
        // hexguard's own, or what the manager has written here, too.
        let name = Event::PreCommit.name();
        let hook = other.join(name);
        let is_own = matches!(git::look(&hook), Ok(Found::Own(_)));
        let same = || {
            fs::read(&hook)
                .is_ok_and(|text| fs::read(place.hook(name)).is_ok_and(|own| own == text))
        };
        if is_own || manager.is_some() && same() {
            continue;
        }
        let command = manager.map_or_else(
            || "hexguard install".to_owned(),
            |manager| manager.setup(place),
        );
        found.push(Problem::elsewhere(
            format!(
                "in the work tree {} git looks for hooks in {}, where none calls hexguard before a commit",
                tree.display(),
                other.display()
            ),
            format!("cd {} && {command}", script::pasted(&tree)),
        ));
    }
}

/// Branches in which the manager's file does not call hexguard.
pub(super) fn branches(place: &Place, manager: &dyn Manager, found: &mut Vec<Problem>) {
    /// So many are asked about, those of the latest commits.
    const MOST: &str = "--count=200";
    let Some(file) = manager.shared(place) else {
        return;
    };
    let shown = place.shown(&file);
    // husky has a file for each event.
    let folder = file.parent().filter(|_| file.ends_with("pre-commit"));
    let changed = folder.unwrap_or(&file);
    let list = [
        "for-each-ref",
        "--sort=-committerdate",
        MOST,
        "--format=%(refname)",
        "refs/heads",
    ];
    let list = place.git(&list).unwrap_or_default();
    let list = String::from_utf8_lossy(&list).into_owned();
    let refs: Vec<&str> = list.lines().collect();
    let calls = |names: &[&str]| -> Vec<String> {
        let path = format!(":(top,literal){shown}");
        let grep = ["grep", "--color=never", "-l", "-E", "-e", "^[^#]*hexguard"];
        let args = [&grep[..], names, &["--", &path]].concat();
        let said = place.git(&args).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).into_owned();
        let name = |line: &str| line.split_once(':').map(|(name, _)| name.to_owned());
        said.lines().filter_map(name).collect()
    };
    if calls(&["HEAD"]).is_empty() {
        found.push(Problem::elsewhere(
            format!("{shown} calls hexguard, and that is not committed: other branches and clones do not have it"),
            format!("git add {} && git commit", script::pasted(changed)),
        ));
        return;
    }
    if refs.is_empty() {
        return;
    }
    let with = calls(&refs);
    let lacks = refs
        .iter()
        .filter(|name| !with.iter().any(|one| one == *name));
    let short = |name: &&str| name.trim_start_matches("refs/heads/").to_owned();
    let lacks: Vec<String> = lacks.map(short).collect();
    if !lacks.is_empty() {
        let more = if lacks.len() > 5 { ", ..." } else { "" };
        found.push(Problem::elsewhere(
            format!(
                "in {} of {} branches {shown} does not call hexguard: {}{more}",
                lacks.len(),
                refs.len(),
                lacks[..lacks.len().min(5)].join(", ")
            ),
            format!("merge the commit that added it to {shown} into them"),
        ));
    }
}

/// Returns the hooks folder of another work tree.
fn elsewhere(tree: &Path) -> Result<std::path::PathBuf> {
    let out = Command::new("git")
        .args(["rev-parse", "--git-path", "hooks"])
        .current_dir(tree)
        // These would lead back to the repository that git was asked about.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()?;
    anyhow::ensure!(out.status.success(), "git failed");
    Ok(tree.join(script::path(out.stdout.trim_ascii())))
}
