//! `hook pre-push`, `pre-receive` and `update`: the commits that the other side does not have.

use std::env;
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use hexguard::git::{Caller, Id, Repository};
use hexguard::hint::HintExt;
use hexguard::hook::event::Event;
use hexguard::hook::known::Known;
use hexguard::hook::skip::{Skip, Skips};
use hexguard::report::around::Subject;
use hexguard::report::{Outcome, Report};
use hexguard::source::commits::{Commits, Update};
use hexguard::source::stream;

use super::args::Show;
use super::configure;
use super::hook::Noted;
use super::scan::{self, Options};

/// Scans what is about to be pushed, and what went by unscanned before.
pub(super) fn pre_push(
    repository: &Repository,
    given: &[OsString],
    show: &Show,
) -> Result<Outcome> {
    let (input, args) = told(repository, given)?;
    let updates = Update::all(&input)?;
    let sent: Vec<Id> = updates.iter().map(|update| update.sent).collect();
    let sent: Vec<Id> = sent.into_iter().filter(|id| !id.is_zero()).collect();
    let known = known(repository, &args, &absent(&updates, given))?;
    let base = base(repository, &updates, known.revisions())?;
    let mut configured = configure::pushed(repository, show, base)?;
    let looser = configured.looser.clone();
    let skips = Skips::of(repository.common_dir());
    let noted = skips.all()?;
    let here = Path::new(".");
    let mut source = Commits::pushed(here, &updates, known.revisions(), configured.limit())?;
    let again = if noted.is_empty() {
        Vec::new()
    } else {
        let tips: Vec<String> = sent.iter().map(Id::to_string).collect();
        Skips::commits(here, repository, &noted, &tips)?
    };
    let ids = again.iter().filter_map(|hex| Id::from_hex(hex.as_bytes()));
    source.also(ids.collect());
    let remote = args.first().map(|name| name.to_string_lossy());
    if remote.is_some_and(|name| repository.is_promisor(&name).unwrap_or(false)) {
        source.goes_back();
    }
    let options = Options::for_hook(show, "push").of_git(Subject::Commits);
    let outcome = scan::run_commits(source, &mut configured, &options, &|report| {
        accepted(report);
        if report.outcome() != Outcome::Clean {
            report.notes.extend(looser.clone());
        }
        report.around.sent = sent.iter().map(Id::to_string).collect();
        Ok(())
    })?;
    if outcome == Outcome::Found
        && let Some(name) = known.unknown()
    {
        let name = hexguard::output::shell_quoted(name.as_bytes());
        anstream::eprintln!(
            "help: nothing is known yet of what {name} has, so all commits count as new; if it has these already: git fetch {name}"
        );
    }
    if outcome == Outcome::Clean && !sent.is_empty() {
        let theirs: Vec<Id> = updates.iter().map(|update| update.theirs).collect();
        // git reads no tag that it finds malformed: only what it leads to can be left out of the next push.
        let sent = sent.iter().map(|id| repository.peeled(*id));
        let sent: Vec<Id> = sent.filter_map(|peeled| peeled.ok().flatten()).collect();
        // Where nothing can be noted the next push scans more than it need.
        let _ = known.passed(&sent, &theirs);
    }
    if !again.is_empty() {
        let count = again.len();
        // Of the commits that follow one, no note says which of them was made with hexguard off.
        let (commits, in_them) = if count == 1 {
            ("commit made with hexguard off or loosened", "in it")
        } else {
            (
                "commits, some or all of them made with hexguard off or loosened",
                "in them",
            )
        };
        let said = match outcome {
            Outcome::Clean => format!("nothing {in_them} stops the push"),
            Outcome::Found | Outcome::Unscanned => "see above".to_owned(),
        };
        anstream::eprintln!("hexguard: scanned {count} {commits}: {said}");
        if outcome == Outcome::Clean {
            skips.forget(&noted)?;
        }
    }
    Ok(outcome)
}

/// Returns a commit that the other side has and the pushed ones stand on; `None` where it has none of them.
fn base(repository: &Repository, updates: &[Update], known: &str) -> Result<Option<Id>> {
    for update in updates
        .iter()
        .filter(|one| !one.sent.is_zero() && !one.theirs.is_zero())
    {
        // What the other side had may not be here (a push by force), and git reads no tag that it finds malformed.
        if let Ok(Some(id)) = repository.peeled(update.theirs)
            && repository.commit(id)?.is_some()
        {
            return Ok(Some(id));
        }
    }
    if known.is_empty() {
        return Ok(None);
    }
    let mut first = None;
    Commits::pushed(Path::new("."), updates, known, 0)?.each(&mut |id| {
        first.get_or_insert(id);
        Ok(())
    })?;
    let first = first.map(|id| repository.commit(id)).transpose()?;
    Ok(first
        .flatten()
        .and_then(|commit| commit.parents.first().copied()))
}

/// Scans what a push brings to this server.
pub(super) fn pre_receive(repository: &Repository, show: &Show) -> Result<Outcome> {
    received(repository, &read_input()?, show)
}

/// Scans what a push brings to one ref of this server.
pub(super) fn update(repository: &Repository, args: &[OsString], show: &Show) -> Result<Outcome> {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    let [name, old, new] = words[..] else {
        return Err(anyhow!(
            "update was called without a ref and two object ids"
        ))
        .hint("git gives them as arguments: hexguard hook update \"$@\"");
    };
    received(repository, format!("{old} {new} {name}\n").as_bytes(), show)
}

fn received(repository: &Repository, updates: &[u8], show: &Show) -> Result<Outcome> {
    let configured = configure::served(repository, show)?;
    let source = Commits::received(Path::new("."), updates, configured.limit())?;
    let options = Options::for_hook(show, "push").of_git(Subject::Received);
    scan::run_and(&source, &configured, &options, &|report| {
        accepted(report);
        Ok(())
    })
}

/// Names what the configuration lets through unscanned: this is where it leaves the machine.
fn accepted(report: &mut Report) {
    report.notes.extend(report.accepted());
}

/// Makes a note of a push that is not scanned.
pub(super) fn note(given: &[OsString]) -> Result<Noted> {
    let here = Path::new(".");
    let repository = Repository::open(here, Caller::Hook)?;
    let (input, args) = told(&repository, given)?;
    let updates = Update::all(&input)?;
    let known = known(&repository, &args, &absent(&updates, given))?;
    let source = Commits::pushed(here, &updates, known.revisions(), 0)?;
    let mut commits = Vec::new();
    source.each(&mut |id| {
        commits.push(Skip::Commit(id.to_string()));
        Ok(())
    })?;
    if commits.is_empty() {
        return Ok(Noted::Not);
    }
    Skips::of(source.repository().common_dir()).add(Event::PrePush, &commits)?;
    Ok(Noted::Now)
}

/// Returns what git says of a push: the updates, and the name and address of the remote. pre-commit and prek keep all of
/// that to themselves and name one ref at a time in the environment; what the other side has of it they do not say.
fn told(repository: &Repository, args: &[OsString]) -> Result<(Vec<u8>, Vec<OsString>)> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let Some(remote) = variable("PRE_COMMIT_REMOTE_NAME").filter(|_| args.is_empty()) else {
        return Ok((read_input()?, args.to_vec()));
    };
    let address = variable("PRE_COMMIT_REMOTE_URL");
    let args = [Some(remote), address].into_iter().flatten().collect();
    let local = variable("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_default();
    let sent = variable("PRE_COMMIT_TO_REF").unwrap_or_else(|| local.clone());
    let id = repository.rev(&sent.to_string_lossy())?;
    let id = id.context("pre-commit does not say what is pushed")?;
    let name = variable("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default();
    let nothing = "0".repeat(id.to_string().len());
    let line = format!(
        "{} {id} {} {nothing}\n",
        local.to_string_lossy(),
        name.to_string_lossy()
    );
    Ok((line.into_bytes(), args))
}

/// Returns what git says on standard input.
fn read_input() -> Result<Vec<u8>> {
    let mut updates = Vec::new();
    let read = stream::input().and_then(|mut input| input.read_to_end(&mut updates));
    read.context("cannot read what git says of the push")?;
    Ok(updates)
}

/// Returns the refs that a push makes on the other side. Where git itself has `given` nothing, that is not known.
fn absent<'u>(updates: &'u [Update], given: &[OsString]) -> Vec<&'u [u8]> {
    let made = updates
        .iter()
        .filter(|update| update.theirs.is_zero() && !update.sent.is_zero());
    made.map(|update| update.name.as_slice())
        .filter(|_| !given.is_empty())
        .collect()
}

/// Returns what the other side is known to have: git gives the name of the remote and the address of the push.
fn known(repository: &Repository, args: &[OsString], absent: &[&[u8]]) -> Result<Known> {
    let Some(remote) = args.first() else {
        return Err(anyhow!(
            "pre-push was called without the name of the remote"
        ))
        .hint("git gives it as the first argument: hexguard hook pre-push \"$@\"");
    };
    let address = args.get(1).map(|address| address.as_encoded_bytes());
    Known::of(repository, &remote.to_string_lossy(), address, absent)
}
