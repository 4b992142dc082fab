//! `hook`: what git (or an agent) calls at each event.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use hexguard::fragment::Part;
use hexguard::git::{Caller, Repository};
use hexguard::hint::HintExt;
use hexguard::hook::event::Event;
use hexguard::hook::message::{self, Cleanup};
use hexguard::hook::proof;
use hexguard::hook::script;
use hexguard::hook::skip::{self, Skip, Skips, Switches};
use hexguard::quote::quoted;
use hexguard::report::Outcome;
use hexguard::source::headers;
use hexguard::source::text::{Text, Texts};

use super::args::{Hook, Show};
use super::configure;
use super::scan::{self, Options};
use super::{agent, push};

pub(super) fn hook(args: Hook, show: &Show) -> Result<Outcome> {
    let outcome = run(&args, show)?;
    if outcome == Outcome::Clean && is_proof() {
        anstream::eprintln!("{}", proof::MISSED);
        return Ok(Outcome::Found);
    }
    Ok(outcome)
}

fn is_proof() -> bool {
    env::var_os(proof::MARK).is_some()
}

fn run(args: &Hook, show: &Show) -> Result<Outcome> {
    if args.name == "agent" {
        return agent::hook(&args.args, show);
    }
    let Some(event) = Event::named(&args.name) else {
        let known: Vec<&str> = Event::ALL.iter().map(|event| event.name()).collect();
        return Err(anyhow!(
            "{} is not a hook that hexguard knows",
            quoted(&args.name)
        ))
        .hint(format!("it knows {}", known.join(", ")));
    };
    let server = matches!(event, Event::PreReceive | Event::Update);
    // What a server does is not for the one who pushes to say, and a push to a folder hands its environment on.
    if let Some(switch) = switched_off_by_environment().filter(|_| !server) {
        say_skipped(event, &args.args, switch);
        return Ok(Outcome::Clean);
    }
    let repository = Repository::open(Path::new("."), Caller::Hook)?;
    let enabled = repository.setting("hexguard.enabled")?;
    if enabled.is_some_and(|value| skip::is_false(&value)) {
        say_skipped(event, &args.args, "hexguard.enabled=false");
        return Ok(Outcome::Clean);
    }
    match event {
        Event::PreCommit | Event::PreMergeCommit => {
            scan::hinted_in(repository, &args.args, &Options::for_hook(show, "commit"))
        }
        Event::CommitMsg => commit_msg(repository, &args.args, show),
        Event::PrePush => push::pre_push(&repository, &args.args, show),
        Event::PreReceive => push::pre_receive(&repository, show),
        Event::Update => push::update(&repository, &args.args, show),
    }
}

/// Scans the message that git is about to take, and the name of the branch it goes to.
fn commit_msg(repository: Repository, args: &[OsString], show: &Show) -> Result<Outcome> {
    let Some(path) = args.first() else {
        return Err(anyhow!("commit-msg was called without the message's file"))
            .hint("git gives it as the first argument: hexguard hook commit-msg \"$1\"");
    };
    let text = fs::read(path)
        .with_context(|| format!("cannot read the message in {}", Path::new(path).display()))?;
    // git sets this where no editor was open.
    let edited = env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":");
    let cleanup = Cleanup::of(repository.setting("commit.cleanup")?.as_deref(), edited);
    let comment = match repository.setting("core.commentString")? {
        Some(comment) => Some(comment),
        None => repository.setting("core.commentChar")?,
    };
    let comment = comment.unwrap_or_else(|| b"#".to_vec());
    let comment = (comment != b"auto").then_some(comment);
    let mut texts = vec![
        Text {
            path: headers::MESSAGE.to_vec(),
            text: message::kept(&text, cleanup, comment.as_deref()),
            part: Part::Message,
        },
        Text {
            path: headers::AUTHOR.to_vec(),
            text: author(&repository)?,
            part: Part::Header,
        },
    ];
    if let Some(branch) = branch(&repository)? {
        texts.push(Text {
            path: headers::NAME.to_vec(),
            text: branch,
            part: Part::Reference,
        });
    }
    let configured = configure::committed(&repository, show)?;
    let options = Options::for_hook(show, "commit");
    let outcome = scan::run_with(&Texts(texts), &configured, &options)?;
    if outcome != Outcome::Clean {
        // git names it from the top; the person may be below.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
        let quoted = script::quoted(&path);
        anstream::eprintln!(
            "help: your message is kept; correct it with: git commit -e -F {}",
            hexguard::output::escaped(&quoted)
        );
    }
    Ok(outcome)
}

/// Returns the author as the commit will name him: `git commit` says so, and `git merge` leaves it to the settings.
fn author(repository: &Repository) -> Result<Vec<u8>> {
    let of = |variable: &str, settings: [&str; 2]| -> Result<Vec<u8>> {
        if let Some(value) = env::var_os(variable) {
            return Ok(value.into_encoded_bytes());
        }
        for name in settings {
            if let Some(value) = repository.setting(name)? {
                return Ok(value);
            }
        }
        Ok(Vec::new())
    };
    let name = of("GIT_AUTHOR_NAME", ["author.name", "user.name"])?;
    let address = of("GIT_AUTHOR_EMAIL", ["author.email", "user.email"])?;
    Ok([&name, b" <".as_slice(), &address, b">"].concat())
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

/// Returns the variable that switches hexguard off, if one does.
pub(super) fn switched_off_by_environment() -> Option<&'static str> {
    let switches = Switches {
        hexguard: env::var("HEXGUARD").ok(),
        skip: env::var("SKIP").ok(),
    };
    switches.off()
}

/// Says that nothing is scanned, and makes a note of it for the next push.
fn say_skipped(event: Event, args: &[OsString], reason: &str) {
    let (what, noted) = match event {
        Event::PreCommit | Event::PreMergeCommit | Event::CommitMsg => {
            ("this commit is not scanned", note_commit(event))
        }
        Event::PrePush => ("this push is not scanned", push::note(args)),
        Event::PreReceive | Event::Update => ("this push is not scanned", Ok(Noted::Not)),
    };
    match noted {
        // pre-commit has said it a moment ago.
        Ok(Noted::Before) => {}
        Ok(Noted::Not) => anstream::eprintln!("hexguard: skipped ({reason}): {what}"),
        Ok(Noted::Now) => {
            anstream::eprintln!("hexguard: skipped ({reason}): {what}; the next push will scan it");
        }
        Err(error) => anstream::eprintln!("hexguard: skipped ({reason}): {what} ({error:#})"),
    }
}

/// Whether a skip is noted.
pub(super) enum Noted {
    /// It is now.
    Now,
    /// It was already, and said.
    Before,
    /// It is not: there is no later push to look at it.
    Not,
}

fn note_commit(event: Event) -> Result<Noted> {
    if is_proof() {
        return Ok(Noted::Not);
    }
    let repository = Repository::open(Path::new("."), Caller::Hook)?;
    let skips = Skips::of(repository.common_dir());
    let skip = Skip::After(repository.rev("HEAD")?.map(|id| id.to_string()));
    if skips.all()?.contains(&skip) && event == Event::CommitMsg {
        return Ok(Noted::Before);
    }
    skips.add(event, &[skip])?;
    Ok(Noted::Now)
}
