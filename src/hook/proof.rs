//! Proof: makes git run the hooks on made-up secrets in an index of their own, and says what happened.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use super::Manager;
use super::diagnose::{self, Served};
use super::event::Event;
use super::place::Place;
use super::rehearsal::{self, Stage};
use super::sample::{self, Sample};
use super::script;
use crate::detect::without_secrets;

/// Tells hexguard's script not to run the hook that was there before: it is asked nothing, so it shall do nothing.
pub const MARK: &str = "HEXGUARD_PROOF";
/// What a line begins with in which `hexguard hook` says what becomes of a made-up secret. It then stops whatever it
/// found, so that a manager does not go on to other hooks.
pub const SAYS: &str = "hexguard: proof: ";
/// What such a line says of a secret that stops the commit, and of one that does not.
pub const STOPS: &str = "stopped ";
/// See [`STOPS`].
pub const PASSES: &str = "passed ";

/// What git did with the made-up secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The hooks ran, and everything would have been stopped.
    Stopped,
    /// The hooks ran, and some would have been committed: what, and what lets it through, one line each.
    Passed(Vec<String>),
    /// hexguard ran and was switched off; what it said.
    Off(String),
    /// git ran no hook, or passed over it; what it said.
    NotRun(String),
    /// The hook ran, and hexguard did not.
    LetThrough(String),
    /// The hook stopped the commit, but not for the secrets; what it said.
    Broken(String),
    /// It could not be tried, and why.
    Untried(String),
}

/// Makes git run the hooks on made-up secrets: the commit to come, with what is staged now and under the configuration
/// that is in force. Nothing of the repository changes: index and objects are in a folder below `scratch` that is removed
/// again. Where a hook manager rules, it is tried in a repository of its own with the same hooks: managers hide and restore
/// a person's changes, and that is not to be tried out on them. `program` then judges by the configuration of this one.
pub fn prove(
    place: &Place,
    manager: Option<&dyn Manager>,
    program: &Path,
    scratch: &Path,
) -> Result<Proof> {
    if place.top.is_none() {
        return Ok(Proof::Untried(
            "a hook on a server runs when something is pushed to it".to_owned(),
        ));
    }
    let folder = Folder::new(scratch)?;
    let samples = sample::samples();
    let served: Vec<Event> = Event::CLIENT
        .into_iter()
        .filter(|&event| {
            let served = diagnose::served(place, manager, event);
            !matches!(served, Served::Nothing | Served::Foreign | Served::Idle)
        })
        .collect();
    let stand = Stand::new(place, &folder.0, &samples)?;
    let Some(manager) = manager else {
        return prove_plain(place, &stand, &served, &samples);
    };
    // What the manager does with hexguard's hooks; then what hexguard does by the configuration that is in force here.
    let stage = Stage::new(place, manager, &folder.0, &samples)?;
    let ran = match stage {
        None => Proof::Untried(format!(
            "{} cannot be tried away from the repository; make a commit with a made-up token",
            manager.name()
        )),
        Some(stage) => stage.prove(&served)?,
    };
    if !matches!(ran, Proof::Stopped | Proof::Passed(_) | Proof::Untried(_)) {
        return Ok(ran);
    }
    let hooks = folder.0.join("hooks");
    rehearsal::write_hook(&hooks, Event::PreCommit, program)?;
    let judged = judge(&stand.run(Some(&hooks), Event::PreCommit, &[])?, &samples);
    Ok(match (ran, judged) {
        (ran, Proof::Stopped) => ran,
        (Proof::Passed(mut lines), Proof::Passed(more)) => {
            let new = |line: &String| !lines.contains(line);
            let new: Vec<String> = more.into_iter().filter(new).collect();
            lines.extend(new);
            Proof::Passed(lines)
        }
        (_, other) => other,
    })
}

/// Makes git run plain hooks, each that is installed.
fn prove_plain(
    place: &Place,
    stand: &Stand<'_>,
    served: &[Event],
    samples: &[Sample],
) -> Result<Proof> {
    let message = stand.folder.join("message");
    fs::write(&message, &samples[0].text).context("cannot write the proof")?;
    let mut passed = Vec::new();
    for &event in [Event::PreCommit]
        .iter()
        .chain(served.iter().filter(|&&one| one != Event::PreCommit))
    {
        let proof = match event {
            Event::CommitMsg => judge_one(&stand.run(None, event, &[message.as_os_str()])?, event),
            Event::PrePush => {
                let stage = Stage::plain(place, stand.folder, samples)?;
                stage.push()?
            }
            _ => judge(&stand.run(None, event, &[])?, samples),
        };
        match proof {
            Proof::Stopped => {}
            Proof::Passed(lines) if event == Event::PreCommit => passed.extend(lines),
            // What the policy lets through is said once.
            Proof::Passed(_) if !passed.is_empty() => {}
            Proof::Passed(lines) => {
                let at = |line: String| format!("at {}: {line}", event.name());
                passed.extend(lines.into_iter().map(at));
            }
            other => return Ok(other),
        }
    }
    Ok(if passed.is_empty() {
        Proof::Stopped
    } else {
        Proof::Passed(passed)
    })
}

/// The repository with an index of its own: what is staged now, and the made-up files.
struct Stand<'a> {
    place: &'a Place,
    folder: &'a Path,
    objects: Vec<u8>,
}

impl<'a> Stand<'a> {
    fn new(place: &'a Place, folder: &'a Path, samples: &[Sample]) -> Result<Self> {
        let path =
            |name: &str| place.git(&["rev-parse", "--path-format=absolute", "--git-path", name]);
        let stand = Self {
            place,
            folder,
            objects: path("objects")?,
        };
        let index = script::path(&path("index")?);
        if index.is_file() {
            fs::copy(&index, folder.join("index")).context("cannot copy the index")?;
        }
        fs::create_dir_all(folder.join("empty")).context("cannot make a folder for the proof")?;
        let mut entries = Vec::new();
        for sample in samples {
            let path = folder.join("samples").join(&sample.path);
            fs::create_dir_all(path.parent().unwrap_or(folder))
                .and_then(|()| fs::write(&path, &sample.text))
                .context("cannot write the proof")?;
            entries.push(path);
        }
        let mut args = vec![
            OsStr::new("hash-object"),
            OsStr::new("-w"),
            OsStr::new("--no-filters"),
        ];
        args.extend(entries.iter().map(|path| path.as_os_str()));
        let ids = said(&stand.git(&args, b"")?)?;
        let lines = ids.lines().zip(samples);
        let lines = lines.map(|(id, sample)| format!("100644 {id}\t{}", sample.path));
        let lines = lines.collect::<Vec<_>>().join("\n") + "\n";
        let update = [
            OsStr::new("update-index"),
            OsStr::new("--add"),
            OsStr::new("--index-info"),
        ];
        said(&stand.git(&update, lines.as_bytes())?)?;
        // As git does before it commits. In a merge with conflicts there is no tree yet.
        let _ = stand.git(&[OsStr::new("write-tree")], b"")?;
        Ok(stand)
    }

    /// Makes git run a hook, that of the repository or one in another folder.
    fn run(&self, hooks: Option<&Path>, event: Event, args: &[&OsStr]) -> Result<Output> {
        let mut command = hook(self.place, hooks, event, None);
        command.args(args);
        self.start(command, b"")
    }

    /// Runs git without any hook.
    fn git(&self, args: &[&OsStr], input: &[u8]) -> Result<Output> {
        let mut setting = OsString::from("core.hooksPath=");
        setting.push(self.folder.join("empty"));
        let mut command = git();
        command.arg("-c").arg(setting);
        command.args(["-c", "core.splitIndex=false"]).args(args);
        self.start(command, input)
    }

    fn start(&self, mut command: Command, input: &[u8]) -> Result<Output> {
        let mut child = command
            .current_dir(self.place.top.as_ref().unwrap_or(&self.place.cwd))
            .env("GIT_INDEX_FILE", self.folder.join("index"))
            .env("GIT_OBJECT_DIRECTORY", self.folder.join("objects"))
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternate(&self.objects))
            .env(MARK, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot run git")?;
        if let Some(mut stdin) = child.stdin.take() {
            // The hook may end without reading.
            let _ = std::io::Write::write_all(&mut stdin, input);
        }
        child.wait_with_output().context("cannot wait for git")
    }
}

/// Returns git, which starts no program that the configuration names for a proof.
pub(super) fn git() -> Command {
    let mut command = Command::new("git");
    command.args(["-c", "core.fsmonitor=false"]);
    command
}

/// Returns a command that runs a hook, of the repository or in another folder; its arguments are still to come. git runs it
/// where it can do that (2.36, with an input 2.41); else it is run as git would: if it is there and may be run.
pub(super) fn hook(
    place: &Place,
    hooks: Option<&Path>,
    event: Event,
    input: Option<&Path>,
) -> Command {
    const RUN: &str = "[ -x \"$0\" ] || { echo \"cannot find a hook named ${0##*/}\" >&2; exit 1; }; exec \"$0\" \"$@\"";
    let since = if input.is_some() { (2, 41) } else { (2, 36) };
    if place.version < since {
        let mut command = Command::new("sh");
        let run = if input.is_some() {
            format!("exec < \"$1\"; shift; {RUN}")
        } else {
            RUN.to_owned()
        };
        let file = hooks.unwrap_or(&place.hooks).join(event.name());
        command.arg("-c").arg(run).arg(file).args(input);
        return command;
    }
    let mut command = git();
    if let Some(hooks) = hooks {
        let mut setting = OsString::from("core.hooksPath=");
        setting.push(hooks);
        command.arg("-c").arg(setting);
    }
    command.args(["hook", "run"]);
    if let Some(input) = input {
        let mut to = OsString::from("--to-stdin=");
        to.push(input);
        command.arg(to);
    }
    command.args([event.name(), "--"]);
    command
}

/// Tells what became of the made-up files.
pub(super) fn judge(output: &Output, samples: &[Sample]) -> Proof {
    let text = text(output);
    let said = |word: &str| -> Vec<&str> {
        let lines = text.lines().filter_map(|line| line.split_once(SAYS));
        lines
            .filter_map(|(_, line)| line.strip_prefix(word))
            .collect()
    };
    let (stopped, passed) = (said(STOPS), said(PASSES));
    if stopped.is_empty() && passed.is_empty() {
        return unsaid(output, &text);
    }
    if output.status.success() {
        return Proof::LetThrough(short(&text));
    }
    // What all lets through for one reason is one line.
    let mut groups: Vec<(&str, Vec<&Sample>)> = Vec::new();
    for sample in samples {
        if stopped.contains(&sample.path.as_str()) {
            continue;
        }
        let why = passed
            .iter()
            .find_map(|line| line.strip_prefix(&sample.path)?.strip_prefix(": "));
        let why = why.unwrap_or("nothing is said of it");
        match groups.iter_mut().find(|(other, _)| *other == why) {
            Some((_, group)) => group.push(sample),
            None => groups.push((why, vec![sample])),
        }
    }
    if groups.is_empty() {
        return Proof::Stopped;
    }
    let lines = groups
        .iter()
        .map(|(why, group)| format!("{}: {why}", sample::named(group, samples)));
    Proof::Passed(lines.collect())
}

/// Tells what became of the one secret that an event is given.
pub(super) fn judge_one(output: &Output, event: Event) -> Proof {
    let text = text(output);
    let said = |word: &str| text.contains(&format!("{SAYS}{word}"));
    match (output.status.success(), said(STOPS), said(PASSES)) {
        (false, true, _) => Proof::Stopped,
        (false, false, true) => Proof::Passed(vec![format!("a Hex token passes {}", event.name())]),
        (true, true, _) | (true, _, true) => Proof::LetThrough(short(&text)),
        (_, false, false) => unsaid(output, &text),
    }
}

/// Tells why hexguard said nothing.
fn unsaid(output: &Output, text: &str) -> Proof {
    let has = |word: &str| text.contains(word);
    if has("cannot find a hook named") || has("hook was ignored because") {
        Proof::NotRun(short(text))
    } else if has("hexguard: skipped") {
        Proof::Off(short(text))
    } else if output.status.success() {
        Proof::LetThrough(short(text))
    } else {
        Proof::Broken(short(text))
    }
}

fn text(output: &Output) -> String {
    let mut said = output.stderr.clone();
    said.extend_from_slice(&output.stdout);
    String::from_utf8_lossy(&said).into_owned()
}

/// Returns the first lines of what was said, without those that only frame others.
fn short(text: &str) -> String {
    let says = |line: &&str| line.chars().any(char::is_alphanumeric);
    let lines: Vec<&str> = text.lines().filter(says).take(6).collect();
    // Of other programs, which may say anything.
    without_secrets(&lines.join("\n"))
}

pub(super) fn said(output: &Output) -> Result<String> {
    if !output.status.success() {
        anyhow::bail!(
            "git cannot prepare the proof: {}",
            output.stderr.trim_ascii().escape_ascii()
        );
    }
    Ok(String::from_utf8_lossy(output.stdout.trim_ascii()).into_owned())
}

/// Returns a path as git wants it in a list: quoted where it holds the separator.
fn alternate(path: &[u8]) -> OsString {
    let mut out = Vec::new();
    if !cfg!(windows) && path.iter().any(|b| b":\"".contains(b)) {
        out.push(b'"');
        for &byte in path {
            if b"\\\"".contains(&byte) {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(path);
    }
    script::path(&out).into_os_string()
}

/// A folder of this process alone, removed at the end.
struct Folder(PathBuf);

/// What the names of such folders begin with.
const FOLDER: &str = "hexguard-proof-";

impl Folder {
    fn new(scratch: &Path) -> Result<Self> {
        sweep(scratch);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.subsec_nanos());
        let path = scratch.join(format!("{FOLDER}{}-{now}", std::process::id()));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .with_context(|| format!("cannot make {}", path.display()))?;
        fs::create_dir(path.join("objects")).context("cannot make a folder for objects")?;
        Ok(Self(path))
    }
}

/// Removes what interrupted runs have left; no proof takes an hour.
fn sweep(scratch: &Path) {
    let Ok(entries) = fs::read_dir(scratch) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let meta = entry.metadata();
        let old = meta.is_ok_and(|meta| {
            let age = meta.modified().map(|time| time.elapsed());
            meta.is_dir() && matches!(age, Ok(Ok(age)) if age.as_secs() > 3600)
        });
        if old && name.to_str().is_some_and(|name| name.starts_with(FOLDER)) {
            // Somebody else's is not ours to remove, and then it stays.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
