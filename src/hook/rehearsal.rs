//! Rehearsal: a repository of its own in which a hook manager, or a push, is tried away from a person's work.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result};

use super::event::Event;
use super::place::Place;
use super::proof::{self, Proof};
use super::sample::Sample;
use super::{Manager, script};

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
    /// What in its files may pass hexguard over, one line each.
    pub conditions: Vec<String>,
}

impl Default for Rehearsal {
    fn default() -> Self {
        Self {
            possible: true,
            files: Vec::new(),
            variables: Vec::new(),
            varies: false,
            conditions: Vec::new(),
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
    samples: &'a [Sample],
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
        Self::build(place, rehearsal, folder, samples).map(Some)
    }

    /// Returns one for plain hooks.
    pub(super) fn plain(place: &'a Place, folder: &Path, samples: &'a [Sample]) -> Result<Self> {
        Self::build(place, Rehearsal::default(), folder, samples)
    }

    fn build(
        place: &'a Place,
        rehearsal: Rehearsal,
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
            proof::said(&stage.git(false, &path)?)?;
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
        let mut passed = Vec::new();
        for (words, branch, merging) in moments {
            if let Some(branch) = branch {
                self.works(&["update-ref", branch, &head])?;
                self.works(&["symbolic-ref", "HEAD", branch])?;
            }
            if merging {
                fs::write(&merge, format!("{head}\n")).context("cannot write the proof")?;
            }
            let run = |event: Event, args: &[&OsStr]| -> Result<Output> {
                let mut all = ["hook", "run", event.name(), "--"].map(OsStr::new).to_vec();
                all.extend(args);
                self.git(true, &all)
            };
            let first = proof::judge(&run(Event::PreCommit, &[])?, self.samples);
            let stops = |proof: &Proof| matches!(proof, Proof::Stopped | Proof::Passed(_));
            let mut good = stops(&first);
            // What pre-commit was passed over for is seen there.
            if served.contains(&Event::CommitMsg) {
                let second = run(Event::CommitMsg, &[message.as_os_str()])?;
                let second = proof::judge_one(&second, Event::CommitMsg);
                let runs = stops(&second);
                if !runs {
                    passed.push(self.passed_over(Event::CommitMsg, words, &second));
                }
                good |= runs;
            }
            if !good && words.is_empty() {
                return Ok(first);
            }
            if !good {
                passed.push(self.passed_over(Event::PreCommit, words, &first));
            }
        }
        if served.contains(&Event::PrePush) {
            let pushed = self.push()?;
            if !matches!(
                pushed,
                Proof::Stopped | Proof::Passed(_) | Proof::Untried(_)
            ) {
                passed.push(self.passed_over(Event::PrePush, "", &pushed));
            }
        }
        Ok(if passed.is_empty() {
            Proof::Stopped
        } else {
            Proof::Passed(passed)
        })
    }

    /// Says that an event does not reach hexguard, and what in the manager's files may be why.
    fn passed_over(&self, event: Event, words: &str, proof: &Proof) -> String {
        let said = match proof {
            Proof::Off(said)
            | Proof::NotRun(said)
            | Proof::LetThrough(said)
            | Proof::Broken(said) => said,
            _ => "",
        };
        let mut why = self.rehearsal.conditions.join("; ");
        if why.is_empty() {
            why = format!("hexguard was not run; the hook said: {said}");
        }
        format!("everything{words}, at {}: {why}", event.name())
    }

    /// Makes git run the pre-push hook for a commit of the made-up files.
    pub(super) fn push(&self) -> Result<Proof> {
        if self.place.version < (2, 41) {
            return Ok(Proof::Untried(
                "git before 2.41 gives a hook no input".to_owned(),
            ));
        }
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
        let mut to = OsString::from("--to-stdin=");
        to.push(&input);
        let remote = self.top.join("remote");
        let args = [
            OsStr::new("hook"),
            OsStr::new("run"),
            &to,
            OsStr::new("pre-push"),
            OsStr::new("--"),
            remote.as_os_str(),
            remote.as_os_str(),
        ];
        Ok(proof::judge_one(&self.git(true, &args)?, Event::PrePush))
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
        proof::said(&self.git(false, &args)?)
    }

    /// Runs git; with the hooks of the repository, or with none.
    fn git(&self, hooked: bool, args: &[&OsStr]) -> Result<Output> {
        let mut hooks = OsString::from("core.hooksPath=");
        if hooked {
            hooks.push(&self.hooks);
        } else {
            hooks.push(self.top.join("none"));
        }
        let mut command = Command::new("git");
        command
            .args(["-c", "core.fsmonitor=false", "-c"])
            .arg(hooks)
            .args(args)
            .current_dir(&self.top)
            .stdin(Stdio::null());
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
        command.env(proof::MARK, "1");
        command.output().context("cannot run git")
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
