//! `hook pre-commit` and `hook commit-msg`: what is staged, what was staged after that, and the message.

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use hexguard::finding::Finding;
use hexguard::fragment::Part;
use hexguard::git::{Id, Repository, Snapshot, StagedId};
use hexguard::hint::HintExt;
use hexguard::hook::event::Event;
use hexguard::hook::message::{Message, Settings};
use hexguard::hook::script;
use hexguard::hook::seen::Seen;
use hexguard::report::around::{NameFrom, Subject};
use hexguard::report::{Effect, Outcome, Report};
use hexguard::rule::Tier;
use hexguard::source::headers;
use hexguard::source::stream;
use hexguard::source::text::{Text, Texts};

use super::args::Show;
use super::configure;
use super::hook::note_commit;
use super::scan::{self, Options, Scanned};

/// Scans what is staged, and notes what that was.
pub(super) fn pre_commit(
    repository: Repository,
    files: &[OsString],
    show: &Show,
) -> Result<Outcome> {
    let options = Options::for_hook(show, "commit");
    // A look at some files outside a commit says nothing of what is staged.
    if !files.is_empty() && !scan::is_commit() {
        return Ok(scan::hinted_in(repository, files, &options, &|_, _| Ok(()))?.outcome);
    }
    let git_dir = repository.git_dir().to_owned();
    Seen::forget(&git_dir);
    // Before the scan: what is staged meanwhile is not what was noted.
    let snapshot = repository.snapshot()?;
    let index = repository.index_stamp();
    let notes = RefCell::default();
    let scanned = scan::hinted_in(repository, files, &options, &|_, report| {
        notes.replace(report.notes.clone());
        Ok(())
    })?;
    if scanned.loosened && goes_on(scanned.outcome) {
        note_commit(Event::PreCommit)?;
    }
    if goes_on(scanned.outcome)
        && let Some(snapshot) = snapshot
    {
        let seen = Seen {
            snapshot,
            index,
            whole: scanned.whole,
            notes: notes.into_inner(),
        };
        seen.write(&git_dir);
    }
    Ok(scanned.outcome)
}

/// Tells whether git goes on with the commit.
fn goes_on(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Clean => true,
        Outcome::Found => super::FOUND.load(Ordering::Relaxed) == 0,
        Outcome::Unscanned => false,
    }
}

/// Scans the message that git is about to take, the name of the branch it goes to, and what is staged if that is not
/// what pre-commit has seen.
pub(super) fn commit_msg(
    repository: Repository,
    args: &[OsString],
    show: &Show,
) -> Result<Outcome> {
    let path = match args.first() {
        Some(path) => PathBuf::from(path),
        None => message_file(repository.git_dir())
            .context("commit-msg was called without the message's file")
            .hint("git gives it as the first argument: hexguard hook commit-msg \"$1\"")?,
    };
    let path = path.as_path();
    let now = repository.snapshot()?;
    let seen = Seen::take(repository.git_dir());
    let said = |note: &String| seen.as_ref().is_some_and(|seen| seen.said(note));
    // git names it from the top; the person may be below.
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let file = hexguard::output::escaped(&script::quoted(&whole));
    let options = Options::for_hook(show, "commit").with_message(&file);
    let mut all = scan_message(&repository, path, &said, (show, &options))?;
    for later in scan_later(repository, seen, now, &options)? {
        all.add(later);
    }
    all.finish()
}

/// Returns the file that holds the message of the commit being made. pre-commit does not name it where a configuration's
/// own `files` or `exclude` is about other files.
fn message_file(git_dir: &Path) -> Option<PathBuf> {
    // git writes one of the two right before it runs the hook: the other one for a merge without conflicts.
    let both = ["COMMIT_EDITMSG", "MERGE_MSG"].map(|name| git_dir.join(name));
    let time = |path: &PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    both.into_iter()
        .filter(|path| path.is_file())
        .max_by_key(time)
}

/// Scans what is staged if that is not what pre-commit has seen, and what git may have in hand besides: it takes the tree
/// before prepare-commit-msg runs, which may change the index once more.
fn scan_later(
    repository: Repository,
    seen: Option<Seen>,
    now: Option<Snapshot>,
    options: &Options,
) -> Result<Vec<Scanned>> {
    let changed = seen.as_ref().and_then(|seen| {
        let before = seen.index.as_ref()?;
        let now = repository.index_stamp();
        now.is_none_or(|now| now.file != before.file)
            .then_some(before.since)
    });
    let before = seen.as_ref().map(|seen| &seen.snapshot);
    let same = now.is_some() && before == now.as_ref();
    if same && changed.is_none() {
        return Ok(Vec::new());
    }
    let is_tree = |staged: StagedId| match staged {
        StagedId::Tree(tree) => Some(tree),
        StagedId::Checksum(_) => None,
    };
    let known = before.into_iter().chain(&now);
    let known: Vec<Id> = known.filter_map(|one| is_tree(one.staged)).collect();
    let mut scans = Vec::new();
    if let Some(since) = changed {
        for tree in repository.unnamed_trees(since, &known)? {
            let staging = repository.staging(tree)?;
            // The index is scanned anyway, and mostly it is what the tree was written from.
            if same || !staging.changes_within(&repository.unchanged_since(tree)?)? {
                scans.push(staging);
            }
        }
    }
    let is_beside = |seen: &Seen| now.as_ref().is_some_and(|now| seen.snapshot.is_beside(now));
    let seen = seen.filter(is_beside);
    scans.extend((!same).then_some(repository));
    let scanned = scans.into_iter().map(|staged| {
        let adjust = |repository: &Repository, report: &mut Report| match &seen {
            Some(seen) => leave_out_seen(seen, repository, report),
            None => Ok(()),
        };
        let later = scan::staged_in(staged, &[], options, &adjust)?;
        if later.loosened {
            note_commit(Event::CommitMsg)?;
        }
        Ok(later.scanned)
    });
    scanned.collect()
}

/// Takes out of a report what pre-commit has reported or let go already.
fn leave_out_seen(seen: &Seen, repository: &Repository, report: &mut Report) -> Result<()> {
    report.notes.retain(|note| !seen.said(note));
    if let StagedId::Tree(tree) = seen.snapshot.staged {
        let same = repository.unchanged_since(tree)?;
        // What stops the commit now did not then, unless the hook manager had left the file out.
        let again = |stops: bool| stops && seen.whole;
        report
            .findings
            .retain(|finding| again(finding.tier == Tier::Block) || !same.contains(finding.file()));
        report
            .skipped
            .retain(|one| again(one.effect == Effect::Stops) || !same.contains(one.file()));
        let is_later = |finding: &&Finding| !same.contains(finding.file());
        let mut later = report.findings.iter().filter(is_later);
        if later.any(|finding| report.shows(finding)) {
            let note = "a later command of the hook staged this, after the scan of pre-commit";
            report.notes.push(note.to_owned());
        }
    } else if report.findings.iter().any(|finding| report.shows(finding)) {
        let note = "the index was changed after the scan of pre-commit, and is scanned once more";
        report.notes.push(note.to_owned());
    }
    Ok(())
}

/// Scans the message and the name of the branch; notes that were `said` before are not repeated.
fn scan_message(
    repository: &Repository,
    path: &Path,
    said: &dyn Fn(&String) -> bool,
    (show, options): (&Show, &Options),
) -> Result<Scanned> {
    let message = read_message(repository, path)?;
    let mut texts = vec![
        Text {
            path: headers::MESSAGE.to_vec(),
            text: message.text,
            part: Part::Message,
        },
        Text {
            path: headers::AUTHOR.to_vec(),
            text: person(repository, "author")?,
            part: Part::Header,
        },
        Text {
            path: headers::COMMITTER.to_vec(),
            text: person(repository, "committer")?,
            part: Part::Header,
        },
    ];
    if let Some(branch) = branch(repository)? {
        texts.push(Text {
            path: headers::NAME.to_vec(),
            text: branch,
            part: Part::Reference,
        });
    }
    // What the commit itself makes looser is none of its message's either; it is named with what is staged.
    let mut configured = configure::staged(repository, show)?;
    configured.staged = false;
    let options = options.of_git(Subject::Staged);
    let report = scan::scanned(&Texts(texts), &configured, &options, &|report| {
        report.notes.retain(|note| !said(note));
        report.around.names = names_from(repository, report)?;
        for finding in &mut report.findings {
            if finding.part == Part::Message && message.doubtful.contains(&finding.place.line) {
                finding.tier = Tier::Warn;
                finding
                    .reason
                    .push_str("; a line which git drops unless `--cleanup` says otherwise");
            }
        }
        Ok(())
    })?;
    Ok(Scanned {
        report,
        settings: configured.policy.settings,
        options,
    })
}

/// Reads the message as git will keep it.
fn read_message(repository: &Repository, path: &Path) -> Result<Message> {
    let text = stream::read(path)
        .with_context(|| format!("cannot read the message in {}", path.display()))?;
    let settings = Settings {
        cleanup: repository.setting("commit.cleanup")?,
        comment_string: repository.setting("core.commentString")?,
        comment_char: repository.setting("core.commentChar")?,
        // git sets this where no editor was open.
        edited: env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":"),
    };
    Ok(Message::of(&text, &settings))
}

/// Returns the author or the committer as the commit will name them: `git commit` says who the author is, and leaves the
/// rest to the environment and the settings.
fn person(repository: &Repository, role: &str) -> Result<Vec<u8>> {
    let of = |part: &str| -> Result<Vec<u8>> {
        let found = part_of_person(repository, role, part)?;
        Ok(found.map(|(value, _)| value).unwrap_or_default())
    };
    let (name, address) = (of("name")?, of("email")?);
    Ok([&name, b" <".as_slice(), &address, b">"].concat())
}

/// Returns a name or an address as the commit will have it, and what it is from.
fn part_of_person(
    repository: &Repository,
    role: &str,
    part: &str,
) -> Result<Option<(Vec<u8>, NameFrom)>> {
    let variable = format!("GIT_{role}_{part}").to_ascii_uppercase();
    if let Some(value) = env::var_os(&variable) {
        let value = value.into_encoded_bytes();
        return Ok(Some((value, NameFrom::Variable(variable))));
    }
    for name in [format!("{role}.{part}"), format!("user.{part}")] {
        if let Some(value) = repository.setting(&name)? {
            return Ok(Some((value, NameFrom::Setting(name))));
        }
    }
    let address = env::var_os("EMAIL").filter(|_| part == "email");
    let from = NameFrom::Variable("EMAIL".to_owned());
    Ok(address.map(|value| (value.into_encoded_bytes(), from)))
}

/// Returns where the names and addresses are from in which something was found.
fn names_from(repository: &Repository, report: &Report) -> Result<Vec<NameFrom>> {
    let mut all = Vec::new();
    for finding in &report.findings {
        if finding.part != Part::Header {
            continue;
        }
        let role = if finding.path == headers::AUTHOR {
            "author"
        } else {
            "committer"
        };
        for part in ["name", "email"] {
            let Some((value, from)) = part_of_person(repository, role, part)? else {
                continue;
            };
            if memchr::memmem::find(&value, finding.secret.expose()).is_none() {
                continue;
            }
            let from = match from {
                NameFrom::Variable(_) if role == "author" => author_from(repository, part, &value)?,
                NameFrom::Setting(name) if repository.is_of_command_line(&name)? => {
                    NameFrom::CommandLine(name)
                }
                other => other,
            };
            if !all.contains(&from) {
                all.push(from);
            }
        }
    }
    Ok(all)
}

/// Returns where the author is from, of whom `git commit` tells its hooks in a variable in any case.
fn author_from(repository: &Repository, part: &str, value: &[u8]) -> Result<NameFrom> {
    for name in [format!("author.{part}"), format!("user.{part}")] {
        if let Some(set) = repository.setting(&name)? {
            return Ok(if set != value {
                NameFrom::Author
            } else if repository.is_of_command_line(&name)? {
                NameFrom::CommandLine(name)
            } else {
                NameFrom::Setting(name)
            });
        }
    }
    let mail = env::var_os("EMAIL").filter(|_| part == "email");
    Ok(match mail {
        Some(mail) if mail.as_encoded_bytes() == value => NameFrom::Variable("EMAIL".to_owned()),
        _ => NameFrom::Author,
    })
}

/// Returns the branch that HEAD is on, none where it is on none.
fn branch(repository: &Repository) -> Result<Option<Vec<u8>>> {
    let head = fs::read(repository.git_dir().join("HEAD")).unwrap_or_default();
    let name = match head.trim_ascii().strip_prefix(b"ref: refs/heads/") {
        // With reftable the file says nothing.
        Some(b".invalid") => repository.branch()?,
        Some(name) => Some(name.to_vec()),
        None => None,
    };
    Ok(name)
}
