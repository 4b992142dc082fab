//! Rehearsal: a repository of its own in which a hook manager, or a push, is tried away from a person's work.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result};

use super::condition::{self, Condition};
use super::event::Event;
use super::place::Place;
use super::proof::{self, Proof};
use super::sample::Sample;
use super::{Manager, script};
use crate::detect::without_secrets;

/// What it takes to try a manager's hooks away from a person's work.
#[derive(Debug)]
pub struct Rehearsal {
    /// Whether it can be tried at all.
    pub possible: bool,
    /// Files to copy, relative to the top.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// Variables that make the manager pass over every other hook.
    pub variables: Vec<(&'static str, String)>,
    /// Whether its configuration may tell branches and merges apart.
    pub varies: bool,
}

impl Default for Rehearsal {
    fn default() -> Self {
        Self {
            possible: true,
            files: Vec::new(),
            variables: Vec::new(),
            varies: false,
        }
    }
}

/// A repository with the hooks of another one.
pub(super) struct Stage<'a> {
    place: &'a Place,
    top: PathBuf,
    /// Where git is to look for hooks.
    hooks: PathBuf,
    rehearsal: Rehearsal,
    conditions: Vec<Condition>,
    samples: &'a [Sample],
}

/// What came of the events of a manager.
#[derive(Default)]
struct Told {
    /// What hexguard ran at and lets through, one line each.
    passed: Vec<String>,
    /// The same of a message or a push, which is not said twice.
    later: Vec<String>,
    /// The events that it was not run at, each with a line.
    over: Vec<(Event, String)>,
    /// Under which conditions it would not be run, one line each.
    may: Vec<String>,
}

impl Told {
    fn proof(self) -> Proof {
        let over = self.over.into_iter().map(|(_, line)| line);
        let passed = if self.passed.is_empty() {
            self.later
        } else {
            self.passed
        };
        let lines: Vec<String> = over.chain(self.may).chain(passed).collect();
        if lines.is_empty() {
            Proof::Stopped
        } else {
            Proof::Passed(lines)
        }
    }
}

/// Tells whether hexguard was run, whatever it lets through.
fn runs(proof: &Proof) -> bool {
    matches!(proof, Proof::Stopped | Proof::Passed(_))
}

/// The branch to try on besides the present one.
const BRANCH: &str = "hexguard-proof";

impl<'a> Stage<'a> {
    /// Returns one for a manager, if it can be tried.
    pub(super) fn new(
        place: &'a Place,
        manager: &dyn Manager,
        folder: &Path,
        samples: &'a [Sample],
    ) -> Result<Option<Self>> {
        let mut rehearsal = manager.rehearsal(place);
        if !rehearsal.possible {
            return Ok(None);
        }
        for (name, value) in &mut rehearsal.variables {
            if let Ok(own) = std::env::var(name) {
                value.push(',');
                value.push_str(&own);
            }
        }
        let conditions = manager.conditions(place).unwrap_or_default();
        Self::build(place, (rehearsal, conditions), folder, samples).map(Some)
    }

    /// Returns one for plain hooks.
    pub(super) fn plain(place: &'a Place, folder: &Path, samples: &'a [Sample]) -> Result<Self> {
        Self::build(place, Default::default(), folder, samples)
    }

    fn build(
        place: &'a Place,
        (rehearsal, conditions): (Rehearsal, Vec<Condition>),
        folder: &Path,
        samples: &'a [Sample],
    ) -> Result<Self> {
        let top = folder.join("repository");
        fs::create_dir(&top).context("cannot make a folder for the proof")?;
        let stage = Self {
            place,
            top,
            hooks: copied(place, folder)?,
            rehearsal,
            conditions,
            samples,
        };
        stage.works(&["init", "-q", "--template="])?;
        for (name, text) in &stage.rehearsal.files {
            stage.write(name, text)?;
        }
        stage.works(&["add", "-Af"])?;
        let person = [
            "-c",
            "user.name=hexguard",
            "-c",
            "user.email=hexguard@localhost",
        ];
        let commit = [
            "-c",
            "commit.gpgSign=false",
            "commit",
            "-q",
            "--allow-empty",
            "--no-verify",
            "-m",
            "proof",
        ];
        stage.works(&[&person[..], &commit[..]].concat())?;
        for sample in samples {
            stage.write(Path::new(&sample.path), sample.text.as_bytes())?;
        }
        stage.works(&["add", "-Af"])?;
        if let Some(program) = place.setting("hexguard.path")? {
            let program = script::path(&program.value);
            let path = [
                OsStr::new("config"),
                OsStr::new("hexguard.path"),
                program.as_os_str(),
            ];
            proof::said(&stage.git(&path)?)?;
        }
        Ok(stage)
    }

    /// Makes the manager run the hooks of these events: on this branch, on another one and in a merge.
    pub(super) fn prove(&self, served: &[Event]) -> Result<Proof> {
        let branch = self
            .place
            .git(&["symbolic-ref", "-q", "HEAD"])
            .unwrap_or_default();
        let branch = String::from_utf8_lossy(&branch).into_owned();
        let merge = self.top.join(".git/MERGE_HEAD");
        let message = self.top.join(".git/COMMIT_EDITMSG");
        fs::write(&message, &self.samples[0].text).context("cannot write the proof")?;
        let here = if branch.is_empty() {
            None
        } else {
            Some(branch.as_str())
        };
        let other = format!("refs/heads/{BRANCH}");
        let mut moments = vec![("", here, false)];
        if self.rehearsal.varies {
            moments.push((" on another branch", Some(other.as_str()), false));
            moments.push((" in a merge", here, true));
        }
        let head = self.works(&["rev-parse", "HEAD"])?;
        let mut told = Told::default();
        for (words, branch, merging) in moments {
            if let Some(branch) = branch {
                self.works(&["update-ref", branch, &head])?;
                self.works(&["symbolic-ref", "HEAD", branch])?;
            }
            if merging {
                fs::write(&merge, format!("{head}\n")).context("cannot write the proof")?;
            }
            let run = |event: Event, args: &[&OsStr]| self.run(event, None, args);
            let mut looks_again = false;
            if served.contains(&Event::CommitMsg) {
                let proof = run(Event::CommitMsg, &[message.as_os_str()])?;
                let proof = proof::judge_one(&proof, Event::CommitMsg);
                looks_again = runs(&proof);
                self.tell(Event::CommitMsg, words, proof, &mut told);
            }
            let before = [Event::PreCommit, Event::PreMergeCommit];
            for event in before.into_iter().filter(|event| served.contains(event)) {
                // Without a conflict git runs the other one, and only in a merge.
                if event == Event::PreMergeCommit && !merging && self.rehearsal.varies {
                    continue;
                }
                let proof = proof::judge(&run(event, &[])?, self.samples);
                // What it was passed over for commit-msg sees.
                if runs(&proof) || !looks_again {
                    if !runs(&proof) && told.over.is_empty() && words.is_empty() {
                        return Ok(proof);
                    }
                    self.tell(event, words, proof, &mut told);
                }
            }
        }
        if served.contains(&Event::PrePush) {
            self.tell(Event::PrePush, "", self.push()?, &mut told);
        }
        for one in condition::holes(&self.conditions, served) {
            if told.over.iter().all(|(event, _)| *event != one.event) {
                told.may.push(format!(
                    "at {}, wherever this skips hexguard: {}",
                    one.event.name(),
                    without_secrets(&one.text)
                ));
            }
        }
        Ok(told.proof())
    }

    /// Returns what the manager's configuration says of an event: what may skip hexguard, or what may change it.
    fn of_event(&self, event: Event, skips: bool) -> Option<String> {
        let own = |one: &&Condition| one.event == event && one.skips == skips;
        let texts = self.conditions.iter().filter(own);
        let texts: Vec<&str> = texts.map(|one| one.text.as_str()).collect();
        (!texts.is_empty()).then(|| without_secrets(&texts.join("; ")))
    }

    /// Notes what came of an event: what hexguard lets through, or that it was not run and what may be why.
    fn tell(&self, event: Event, words: &str, proof: Proof, told: &mut Told) {
        let said = match proof {
            Proof::Stopped | Proof::Untried(_) => return,
            Proof::Passed(lines) => {
                let is_before = matches!(event, Event::PreCommit | Event::PreMergeCommit);
                let known = if is_before {
                    &mut told.passed
                } else {
                    &mut told.later
                };
                let changes = self.of_event(event, false);
                for line in lines {
                    let line = match &changes {
                        Some(texts) => format!("{line} ({texts})"),
                        None => line,
                    };
                    if !known.contains(&line) {
                        known.push(line);
                    }
                }
                return;
            }
            Proof::Off(said)
            | Proof::NotRun(said)
            | Proof::LetThrough(said)
            | Proof::Broken(said) => said,
        };
        let why = self
            .of_event(event, true)
            .unwrap_or_else(|| format!("hexguard was not run; the hook said: {said}"));
        let line = format!("everything{words}, at {}: {why}", event.name());
        told.over.push((event, line));
    }

    /// Makes git run the pre-push hook for a commit of the made-up files.
    pub(super) fn push(&self) -> Result<Proof> {
        let tree = self.works(&["write-tree"])?;
        let person = [
            "-c",
            "user.name=hexguard",
            "-c",
            "user.email=hexguard@localhost",
        ];
        // A branch as any other: some managers tell hexguard its name only.
        let make = ["commit-tree", "-p", "HEAD", "-m", "proof", &tree];
        let commit = self.works(&[&person[..], &make].concat())?;
        self.works(&["update-ref", &format!("refs/heads/{BRANCH}-push"), &commit])?;
        let input = self.top.join(".git/hexguard-input");
        let nothing = "0".repeat(commit.len());
        let line =
            format!("refs/heads/{BRANCH}-push {commit} refs/heads/{BRANCH}-push {nothing}\n");
        fs::write(&input, line).context("cannot write the proof")?;
        let remote = self.top.join("remote");
        let args = [remote.as_os_str(), remote.as_os_str()];
        let output = self.run(Event::PrePush, Some(&input), &args)?;
        Ok(proof::judge_one(&output, Event::PrePush))
    }

    fn write(&self, name: &Path, text: &[u8]) -> Result<()> {
        let path = self.top.join(name);
        let folder = path.parent().unwrap_or(&self.top);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .context("cannot write the proof")
    }

    fn works(&self, args: &[&str]) -> Result<String> {
        let args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        proof::said(&self.git(&args)?)
    }

    /// Runs a hook of the repository.
    fn run(&self, event: Event, input: Option<&Path>, args: &[&OsStr]) -> Result<Output> {
        let mut command = proof::hook(self.place, Some(&self.hooks), event, input);
        command.args(args);
        self.start(command)
    }

    /// Runs git without any hook.
    fn git(&self, args: &[&OsStr]) -> Result<Output> {
        let mut hooks = OsString::from("core.hooksPath=");
        hooks.push(self.top.join("none"));
        let mut command = proof::git();
        command.arg("-c").arg(hooks).args(args);
        self.start(command)
    }

    fn start(&self, mut command: Command) -> Result<Output> {
        command.current_dir(&self.top).stdin(Stdio::null());
        for name in [
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_PREFIX",
            "GIT_COMMON_DIR",
        ] {
            command.env_remove(name);
        }
        let variables = self.rehearsal.variables.iter();
        command.envs(variables.map(|(name, value)| (*name, value.as_str())));
        command.env(proof::MARK, "1").env("NO_COLOR", "1");
        command.output().context("cannot run the proof")
    }
}

/// Returns a folder with the same hooks. Managers may write them anew when they run; husky's, which find the project's
/// scripts by where they stand, it does not.
fn copied(place: &Place, folder: &Path) -> Result<PathBuf> {
    if !super::place::real(&place.hooks).starts_with(super::place::real(&place.common_dir)) {
        return Ok(place.hooks.clone());
    }
    let copy = folder.join("hooks-as-they-are");
    fs::create_dir_all(&copy).context("cannot make a folder for the proof")?;
    for entry in fs::read_dir(&place.hooks).into_iter().flatten().flatten() {
        let path = entry.path();
        let sample = path.extension().is_some_and(|end| end == "sample");
        if path.is_file() && !sample {
            fs::copy(&path, copy.join(entry.file_name())).context("cannot copy a hook")?;
        }
    }
    Ok(copy)
}

/// Writes a hook that runs a program and nothing else.
pub(super) fn write_hook(folder: &Path, event: Event, program: &Path) -> Result<()> {
    let text = script::render(event, program, &script::Old::Program);
    fs::create_dir_all(folder).context("cannot make a folder for the proof")?;
    super::write::replace(&folder.join(event.name()), &text, 0o755)
}
