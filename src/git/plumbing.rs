//! The git program: asked where libgit2 cannot read, told to obey no configuration and to fetch nothing.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use super::change::{Change, Entry, Id, Want};
use super::objects::{FSCK, Kind};
use super::worktree;
use crate::hint::HintExt;

/// The git program in one repository, with the environment that we were given.
pub(super) struct Plumbing {
    folder: PathBuf,
    /// Whether what the environment says of a repository is said of this one.
    pub(super) environment: bool,
    /// One process answers all questions for objects; started with the first.
    batch: RefCell<Option<Batch>>,
}

struct Batch {
    child: Child,
    /// Closed where there is one question only.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Drop for Batch {
    fn drop(&mut self) {
        // It may be in the middle of a large answer that nobody wants any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The content of a blob, read from git as it goes.
pub struct Stream {
    child: Child,
    output: ChildStdout,
    /// How many bytes are to come.
    left: u64,
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.output.read(into)?;
        let left = self.left.checked_sub(count as u64);
        // An end is one only if git says so and all was there: it may have met a damaged object.
        let ends = count == 0 && !into.is_empty();
        if left.is_none() || ends && (self.left > 0 || !self.child.wait()?.success()) {
            return Err(io::Error::new(
                ErrorKind::InvalidData,
                "its object is not there, or damaged",
            ));
        }
        self.left = left.unwrap_or(0);
        Ok(count)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The content of an object, or its size if that is over the limit.
pub(super) type Data = Result<Vec<u8>, u64>;

impl Plumbing {
    pub(super) fn new(folder: &Path, environment: bool) -> Self {
        Self {
            folder: folder.to_owned(),
            environment,
            batch: RefCell::new(None),
        }
    }

    /// Returns a command that runs git here.
    fn command(&self) -> Command {
        let mut command = self.without_pathspecs();
        command.arg("--literal-pathspecs");
        command
    }

    /// Returns the same for commands that refuse to take paths literally.
    fn without_pathspecs(&self) -> Command {
        let mut command = Command::new("git");
        if !self.environment {
            for name in worktree::VARIABLES {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.folder)
            .args(["--no-pager", "--no-optional-locks", "--no-replace-objects"])
            .args(["-c", "core.fsmonitor=false"])
            // Nothing is fetched from a promisor: newer git has a switch, older git a policy.
            .args(["-c", "protocol.allow=never"])
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            // A push sends what a commit says of its parents, whatever a file of grafts says of them.
            .env("GIT_GRAFT_FILE", "")
            .env("LC_ALL", "C")
            // git refuses these beside --literal-pathspecs, and some commands refuse that.
            .env_remove("GIT_LITERAL_PATHSPECS")
            .env_remove("GIT_GLOB_PATHSPECS")
            .env_remove("GIT_NOGLOB_PATHSPECS")
            .env_remove("GIT_ICASE_PATHSPECS")
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    /// Runs git and returns what it printed, `None` if it ended with another code than 0.
    pub(super) fn ask<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Option<Vec<u8>>> {
        let output = self
            .command()
            .args(args)
            .output()
            .context("cannot run git")?;
        Ok(output.status.success().then_some(output.stdout))
    }

    /// Runs git with questions on its standard input and returns what it printed, if only "no" to all of them.
    pub(super) fn ask_about(&self, args: &[&str], input: Vec<u8>) -> Result<Vec<u8>> {
        let mut child = self
            .without_pathspecs()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run git")?;
        let questions = child.stdin.take();
        // git answers before it has read all, and both pipes could be full.
        let writer = std::thread::spawn(move || {
            questions.map_or(Ok(()), |mut questions| questions.write_all(&input))
        });
        let output = child.wait_with_output().context("cannot run git")?;
        // When git went early, its own complaint says why.
        let _ = writer.join();
        match output.status.code() {
            Some(0 | 1) => Ok(output.stdout),
            _ => bail!("{}", complaint(&output.stderr)),
        }
    }

    /// Runs git and returns what it printed, less the line's end; an error holds what git complained of.
    pub(super) fn tell<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>> {
        let output = self
            .command()
            .args(args)
            .output()
            .context("cannot run git")?;
        if !output.status.success() {
            bail!("{}", complaint(&output.stderr));
        }
        let mut text = output.stdout;
        while text.last().is_some_and(u8::is_ascii_whitespace) {
            text.pop();
        }
        Ok(text)
    }

    /// Calls `each` with what `git diff-index --cached` tells of the index against a tree.
    pub(super) fn staged(
        &self,
        head: Option<Id>,
        want: Want,
        each: &mut dyn FnMut(Change<'_>) -> Result<()>,
    ) -> Result<()> {
        let head = match head {
            Some(id) => id.to_string(),
            // The id of the empty tree, which git knows without having it.
            None => {
                String::from_utf8_lossy(&self.tell(&["hash-object", "-t", "tree", "--stdin"])?)
                    .into_owned()
            }
        };
        let mut child = self
            .command()
            .args([
                "diff-index",
                "--cached",
                "--ita-invisible-in-index",
                "--raw",
                "-z",
                "--no-renames",
                "--no-abbrev",
                "--no-relative",
                "--ignore-submodules=none",
                &head,
                "--",
            ])
            .stdout(Stdio::piped())
            // A pipe that nobody reads could fill up; git's complaint goes where ours go.
            .stderr(Stdio::inherit())
            .spawn()
            .context("cannot run git")?;
        let Some(output) = child.stdout.take() else {
            bail!("cannot read what git prints");
        };
        let result = raw(&mut BufReader::new(output), want, each);
        if result.is_err() {
            let _ = child.kill();
        }
        let status = child.wait().context("cannot run git")?;
        result?;
        if !status.success() {
            bail!("git cannot read the index (git diff-index ended with {status})");
        }
        Ok(())
    }

    /// Calls `each` with every commit that `git rev-list --stdin` lists, parents before their children.
    pub(super) fn reached(
        &self,
        revisions: &[u8],
        each: &mut dyn FnMut(Id) -> Result<()>,
    ) -> Result<()> {
        // git before 2.42 takes no options on standard input; what stands there is not touched by a --not behind it.
        let (options, revisions): (Vec<&[u8]>, Vec<&[u8]>) = revisions
            .split_inclusive(|&b| b == b'\n')
            .partition(|line| line.starts_with(b"--"));
        let revisions = revisions.concat();
        let mut child = self
            .command()
            .args(["rev-list", "--topo-order", "--reverse", "--stdin"])
            .args(
                options
                    .iter()
                    .map(|line| String::from_utf8_lossy(line.trim_ascii_end()).into_owned()),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // As above: git's complaint goes where ours go.
            .stderr(Stdio::inherit())
            .spawn()
            .context("cannot run git")?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("cannot talk to git");
        };
        // git reads all of it before it lists anything.
        let told = input.write_all(&revisions);
        drop(input);
        let result = BufReader::new(output).split(b'\n').try_for_each(|line| {
            let line = line.context("cannot read from git")?;
            match Id::from_hex(&line) {
                Some(id) => each(id),
                None => bail!("git rev-list printed something unknown"),
            }
        });
        if result.is_err() {
            let _ = child.kill();
        }
        let status = child.wait().context("cannot run git")?;
        result?;
        if !status.success() {
            return Err(anyhow!("git rev-list ended with {status}")).hint(FSCK);
        }
        told.context("cannot tell git what to list")
    }

    /// Returns what reads a blob of so many bytes, without holding it.
    pub(super) fn stream(&self, id: Id, size: u64) -> Result<Stream> {
        let mut child = self
            .command()
            // git holds no more of it than we do.
            .args(["-c", "core.bigFileThreshold=1m"])
            .args(["cat-file", "blob", &id.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run git")?;
        match child.stdout.take() {
            Some(output) => Ok(Stream {
                child,
                output,
                left: size,
            }),
            None => bail!("cannot read what git prints"),
        }
    }

    /// Returns an object's kind and content, `None` if it is not in the repository.
    pub(super) fn read(&self, id: Id, limit: u64) -> Result<Option<(Kind, Data)>> {
        let read = self.ask_batch(id, limit);
        if read.is_err() {
            // It has ended, or nobody knows where in its answers it stands: the next object needs another one.
            *self.batch.borrow_mut() = None;
        }
        read
    }

    /// Returns the kind and content of an object that may be damaged and has at most `limit` bytes, `None` if git has no such
    /// one: another git is asked, which has nothing to say after it, for of a damaged object it says a wrong size.
    pub(super) fn read_doubtful(&self, id: Id, limit: u64) -> Result<Option<(Kind, Vec<u8>)>> {
        let mut batch = self.start()?;
        let header = batch.header(id)?;
        batch.questions = None;
        let Some((kind, size)) = header.filter(|(_, size)| *size <= limit) else {
            return Ok(None);
        };
        let mut data = Vec::new();
        let read = (&mut batch.answers).take(size + 1).read_to_end(&mut data);
        read.context("cannot read from git")?;
        let is_whole = data.pop() == Some(b'\n') && data.len() as u64 == size;
        let is_named = is_whole && self.name_of(kind, &data)? == id;
        Ok(is_named.then_some((kind, data)))
    }

    /// Returns the id that an object with this content has.
    fn name_of(&self, kind: Kind, content: &[u8]) -> Result<Id> {
        let args = ["hash-object", "--literally", "-t", kind.name(), "--stdin"];
        let told = self.ask_about(&args, content.to_vec())?;
        Id::from_hex(told.trim_ascii()).context("git names no object")
    }

    fn ask_batch(&self, id: Id, limit: u64) -> Result<Option<(Kind, Data)>> {
        let mut batch = self.batch.borrow_mut();
        let batch = match &mut *batch {
            Some(batch) => batch,
            none => none.insert(self.start()?),
        };
        let Some((kind, size)) = batch.header(id)? else {
            return Ok(None);
        };
        if size > limit {
            // What follows must be read past; it is not kept.
            let copied = std::io::copy(
                &mut (&mut batch.answers).take(size + 1),
                &mut std::io::sink(),
            );
            if copied.context("cannot read from git")? != size + 1 {
                bail!("git ended in the middle of the object {id}");
            }
            return Ok(Some((kind, Err(size))));
        }
        let mut data = Vec::new();
        (&mut batch.answers)
            .take(size + 1)
            .read_to_end(&mut data)
            .context("cannot read from git")?;
        if u64::try_from(data.len()).ok() != Some(size + 1) {
            bail!("git ended in the middle of the object {id}");
        }
        data.pop();
        Ok(Some((kind, Ok(data))))
    }

    fn start(&self) -> Result<Batch> {
        let mut child = self
            .command()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run git")?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(questions), Some(answers)) => Ok(Batch {
                child,
                questions: Some(questions),
                answers: BufReader::with_capacity(64 << 10, answers),
            }),
            _ => bail!("cannot talk to git"),
        }
    }
}

impl Batch {
    /// Asks for an object and returns its kind and size; the content follows in `answers`, with a line's end.
    fn header(&mut self, id: Id) -> Result<Option<(Kind, u64)>> {
        let questions = self.questions.as_mut().context("git was asked already")?;
        writeln!(questions, "{id}").context("cannot ask git for an object")?;
        let mut line = Vec::new();
        self.answers
            .read_until(b'\n', &mut line)
            .context("cannot read from git")?;
        let line = String::from_utf8_lossy(&line);
        let mut words = line.split_ascii_whitespace().skip(1);
        let word = words.next();
        if word == Some("missing") {
            return Ok(None);
        }
        let Some(kind) = word.and_then(Kind::of) else {
            bail!("git does not answer for the object {id}");
        };
        match words.next().and_then(|size| size.parse().ok()) {
            Some(size) => Ok(Some((kind, size))),
            None => bail!("git does not answer for the object {id}"),
        }
    }
}

/// Reads `:oldmode newmode oldid newid letter NUL path NUL …`.
fn raw(
    output: &mut dyn BufRead,
    want: Want,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<()> {
    let (mut line, mut path) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        path.clear();
        let read = |output: &mut dyn BufRead, into: &mut Vec<u8>| -> Result<bool> {
            output.read_until(0, into).context("cannot read from git")?;
            Ok(into.pop() == Some(0))
        };
        if !read(output, &mut line)? {
            if line.is_empty() {
                return Ok(());
            }
            bail!("git diff-index ended in the middle");
        }
        if !read(output, &mut path)? {
            bail!("git diff-index ended in the middle");
        }
        let Some((old, new, letter)) = fields(&line) else {
            bail!("git diff-index printed something unknown");
        };
        // Unmerged: git refuses to commit it.
        if letter == b'U' || new.is_none() && want == Want::New {
            continue;
        }
        each(Change {
            path: &path,
            old,
            new,
        })?;
    }
}

fn fields(line: &[u8]) -> Option<(Option<Entry>, Option<Entry>, u8)> {
    let mut words = line.strip_prefix(b":")?.split(|&b| b == b' ');
    let mut mode = || {
        let digits = std::str::from_utf8(words.next()?).ok()?;
        u32::from_str_radix(digits, 8).ok()
    };
    let (old, new) = (mode()?, mode()?);
    let (old_id, new_id) = (Id::from_hex(words.next()?)?, Id::from_hex(words.next()?)?);
    let letter = *words.next()?.first()?;
    let entry = |mode, id| (mode != 0).then_some(Entry { mode, id });
    Some((entry(old, old_id), entry(new, new_id), letter))
}

/// Returns git's own words in one line, without its "fatal: ".
pub(super) fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim().trim_start_matches("fatal: "))
        .filter(|line| !line.is_empty())
        .collect();
    if lines.is_empty() {
        "git failed without a word".to_owned()
    } else {
        lines.join("; ")
    }
}
