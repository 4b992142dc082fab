//! `scan`, and what hooks share with it: choose a source, scan, write the report.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use hexguard::audit::watch::Watch;
use hexguard::config::Settings;
use hexguard::config::key::Values;
use hexguard::git::{Caller, Repository};
use hexguard::output::destination::Destination;
use hexguard::output::{FORMATS, Format};
use hexguard::report::around::Subject;
use hexguard::report::{Effect, Outcome, Report};
use hexguard::source::Source;
use hexguard::source::commits::Commits;
use hexguard::source::files::{Files, bytes};
use hexguard::source::named::{Named, Names};
use hexguard::source::only::{Both, Only};
use hexguard::source::staged::Staged;
use hexguard::source::stream;
use hexguard::suppress::allowlist::SameCommit;

use super::args::{Color, Scan, Show};
use super::around;
use super::configure::{self, Configured};
use super::exports;
use super::history;
use super::progress::Watched;
use super::show;

/// What does not depend on the source.
#[derive(Clone)]
pub(super) struct Options {
    show: Show,
    /// What git is stopped from doing, if git asks: a hook is silent when there is nothing to say.
    hook: Option<&'static str>,
    /// Whether paths are those from the top of the work tree, wherever the person stands.
    from_top: bool,
    /// What is scanned.
    subject: Subject,
    /// The file in which git keeps the message, as an argument for a shell.
    message: Option<String>,
}

impl Options {
    pub(super) fn from_show(show: &Show) -> Self {
        Self {
            show: show.clone(),
            hook: None,
            from_top: false,
            subject: Subject::Files,
            message: None,
        }
    }

    /// Says where git keeps the message of the commit.
    pub(super) fn with_message(self, file: &str) -> Self {
        Self {
            message: Some(file.to_owned()),
            ..self
        }
    }

    /// Returns the options for what git holds.
    pub(super) fn of_git(&self, subject: Subject) -> Self {
        Self {
            show: self.show.clone(),
            message: self.message.clone(),
            from_top: true,
            subject,
            ..*self
        }
    }

    /// Returns who asks: git has checked the owner of a repository before it runs a hook.
    fn caller(&self) -> Caller {
        if self.hook.is_some() {
            Caller::Hook
        } else {
            Caller::Person
        }
    }

    pub(super) fn for_hook(show: &Show, stops: &'static str) -> Self {
        Self {
            hook: Some(stops),
            ..Self::from_show(show)
        }
    }
}

pub(super) fn scan(mut args: Scan, show: &Show) -> Result<Outcome> {
    let options = Options::from_show(show);
    if args.history || args.range.is_some() {
        let mut configured = match &args.range {
            Some(range) => configure::range(range, show)?,
            None => configure::history(show)?,
        };
        let (here, caller, limit) = (Path::new("."), Caller::Person, configured.limit());
        let commits = match &args.range {
            Some(range) => Commits::range(here, caller, range, limit)?,
            None => Commits::history(here, caller, limit)?,
        };
        let options = options.of_git(Subject::Commits);
        return run_commits(commits, &mut configured, &options, &|_| Ok(()));
    }
    if args.paths.is_empty() && args.stdin_filename.is_some() {
        args.paths.push(PathBuf::from("-"));
    }
    if args.paths.is_empty() {
        let repository = Repository::open(Path::new("."), options.caller())?;
        let unread = |_: &Repository, report: &mut Report| {
            if report.files == 0 && stream::is_piped() {
                let note = "standard input was not read: `hexguard scan -` scans it";
                report.notes.push(note.to_owned());
            }
            Ok(())
        };
        return Ok(hinted_in(repository, &[], &options, &unread)?.outcome);
    }
    super::paths::scan(args, show)
}

pub(super) fn staged(options: &Options) -> Result<Outcome> {
    hinted(&[], options)
}

/// Scans what is staged. Hook managers name the files they mean: of what is staged only those are scanned. Outside a
/// commit (`pre-commit run --all-files`) a file that is named and not staged is scanned as it lies there.
pub(super) fn hinted(files: &[OsString], options: &Options) -> Result<Outcome> {
    let repository = Repository::open(Path::new("."), options.caller())?;
    Ok(hinted_in(repository, files, options, &|_, _| Ok(()))?.outcome)
}

/// What a scan of what is staged comes to.
pub(super) struct StagedScan {
    pub(super) outcome: Outcome,
    /// Whether all of it was scanned, not only some files.
    pub(super) whole: bool,
    /// Whether what lies outside of the repository makes the configuration looser.
    pub(super) loosened: bool,
}

/// A report that is not written yet, and what it is written by.
pub(super) struct Scanned {
    pub(super) report: Report,
    pub(super) settings: Settings,
    pub(super) options: Options,
}

impl Scanned {
    /// Adds what was scanned after it: one report tells both, by the later settings.
    pub(super) fn add(&mut self, later: Self) {
        self.report.add(later.report);
        self.settings = later.settings;
    }

    /// Writes the report and returns what it comes to.
    pub(super) fn finish(self) -> Result<Outcome> {
        finish(self.report, &self.settings, &self.options)
    }
}

/// A scan of what is staged, whose report is not written yet.
pub(super) struct StagedReport {
    pub(super) scanned: Scanned,
    /// Whether what lies outside of the repository makes the configuration looser.
    pub(super) loosened: bool,
    whole: bool,
}

/// Changes a report before it is written.
pub(super) type Adjust<'a> = &'a dyn Fn(&Repository, &mut Report) -> Result<()>;

/// Like `hinted`, in a repository that is open already: opening is a good part of a small scan.
pub(super) fn hinted_in(
    repository: Repository,
    files: &[OsString],
    options: &Options,
    adjust: Adjust<'_>,
) -> Result<StagedScan> {
    let StagedReport {
        scanned,
        loosened,
        whole,
    } = staged_in(repository, files, options, adjust)?;
    let outcome = scanned.finish()?;
    Ok(StagedScan {
        outcome,
        whole,
        loosened,
    })
}

/// Like `hinted_in`, without writing the report.
pub(super) fn staged_in(
    repository: Repository,
    files: &[OsString],
    options: &Options,
    adjust: Adjust<'_>,
) -> Result<StagedReport> {
    let configured = configure::staged(&repository, &options.show)?;
    destinations(&configured.settings, &options.show)?;
    let unwritten = |report, configured: Configured, options, whole| StagedReport {
        loosened: configured.looser.is_some(),
        scanned: Scanned {
            report,
            settings: configured.policy.settings,
            options,
        },
        whole,
    };
    let staged = Staged::new(repository, configured.limit());
    let (mut paths, mut lying, mut whole) = (BTreeSet::new(), Vec::new(), true);
    if !files.is_empty() {
        let mut names = Names::new();
        let named: Vec<Named> = files.iter().map(|file| named(&mut names, file)).collect();
        paths.extend(named.iter().map(|one| one.name.clone()));
        let changed = staged.paths()?;
        if changed.is_empty() || !is_commit() {
            lying = named;
            lying.retain(|one| !changed.contains(&one.name));
        }
        paths.retain(|path| changed.contains(path));
        if paths.is_empty() && !lying.is_empty() {
            let files = Files {
                paths: lying,
                limit: configured.limit(),
                ignored: true,
            };
            let report = scanned(&files, &configured, options, &|_| Ok(()))?;
            let whole = changed.is_empty();
            return Ok(unwritten(report, configured, options.clone(), whole));
        }
        // Names that fit nothing do not say what is meant: then all of it is scanned.
        whole = paths.is_empty() || paths.len() == changed.len();
    }
    let only = Only {
        source: &staged,
        paths,
    };
    let lying = Files {
        paths: lying,
        limit: configured.limit(),
        ignored: true,
    };
    let both = Both(&only, &lying);
    let source: &dyn Source = if lying.paths.is_empty() { &only } else { &both };
    let subject = if lying.paths.is_empty() {
        Subject::Staged
    } else {
        Subject::Files
    };
    let options = options.of_git(subject);
    let repository = staged.repository();
    let report = if exports::are_off(&configured.settings) {
        let adjust = |report: &mut Report| adjust(repository, report);
        scanned(source, &configured, &options, &adjust)?
    } else {
        let watch = Watch::new(source);
        let adjust = |report: &mut Report| {
            exports::report(&watch, &configured.settings, repository, report)?;
            adjust(repository, report)
        };
        scanned(&watch, &configured, &options, &adjust)?
    };
    Ok(unwritten(report, configured, options, whole))
}

/// Tells whether a hook of a commit runs: git says so to those, and to nobody else.
pub(super) fn is_commit() -> bool {
    std::env::var_os("GIT_INDEX_FILE").is_some()
}

/// Returns the entry of the repository that a hook manager names; what lies in another one is named from the root.
fn named(names: &mut Names, file: &OsString) -> Named {
    let mut named = names.entry(Path::new(file));
    if named.top.as_deref() != names.top() {
        named.name = bytes(&std::path::absolute(file).unwrap_or_else(|_| file.into()));
    }
    named
}

/// Scans a source, lets the report be changed, and writes it.
pub(super) fn run_and(
    source: &dyn Source,
    configured: &Configured,
    options: &Options,
    adjust: &dyn Fn(&mut Report) -> Result<()>,
) -> Result<Outcome> {
    let settings = &configured.settings;
    destinations(settings, &options.show)?;
    let report = scanned(source, configured, options, adjust)?;
    finish(report, settings, options)
}

/// Scans commits as `run_and` does; what one of them lets through of itself counts only as `same-commit-allow` says.
pub(super) fn run_commits(
    mut commits: Commits,
    configured: &mut Configured,
    options: &Options,
    adjust: &dyn Fn(&mut Report) -> Result<()>,
) -> Result<Outcome> {
    destinations(&configured.settings, &options.show)?;
    if let Some(each) = &configured.each {
        commits.watch(each.names.iter().cloned().collect());
    }
    let refused = Cell::new(false);
    let report = scanned(&commits, &*configured, options, &|report| {
        let is_push = options.hook.is_some();
        refused.set(history::judge(&commits, &*configured, is_push, report)?);
        adjust(report)
    })?;
    let code = &mut configured.policy.settings.values.exit_code;
    // A commit that is stopped may have brought this, too.
    if refused.get() && code.value == 0 {
        *code = Values::default().exit_code;
    }
    finish(report, &configured.settings, options)
}

/// Scans a source and returns the report, with what the configuration says of it.
pub(super) fn scanned(
    source: &dyn Source,
    configured: &Configured,
    options: &Options,
    adjust: &dyn Fn(&mut Report) -> Result<()>,
) -> Result<Report> {
    let settings = &configured.settings;
    let source = Watched::new(source);
    let mut report = configure::scan(configured, &source)?;
    report.strict = *settings.values.strict;
    report.of_hook = options.hook.is_some();
    report.show_known = *settings.values.show_known;
    report.show_suppressed = *settings.values.show_suppressed;
    report.around.subject = options.subject;
    // A message comes with the commit, whose files it was not scanned with.
    let own = match options.subject {
        Subject::Staged => *settings.values.same_commit_allow,
        Subject::Files | Subject::Commits | Subject::Received => SameCommit::Warn,
    };
    report.around.refuses = configured.counts.unwrap_or(own) == SameCommit::Block;
    report.notes.splice(0..0, configured.notes.iter().cloned());
    adjust(&mut report)?;
    if report.findings.iter().any(|finding| report.shows(finding)) {
        report.notes.extend(configured.not_staged());
    }
    Ok(report)
}

/// Writes a report where it is wanted, and returns what it comes to.
pub(super) fn finish(
    mut report: Report,
    settings: &Settings,
    options: &Options,
) -> Result<Outcome> {
    let (format, files) = destinations(settings, &options.show)?;
    // git runs hooks at the top, and says where the person was.
    let hook = std::env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
    report.below_top |= hook || options.from_top && !Path::new(".git").exists();
    let stops = report.outcome() != Outcome::Clean;
    let for_people = format.human || files.iter().any(|(_, format)| format.human);
    if stops && for_people {
        around::look_up(&mut report);
        let limit = settings.values.max_file_size.origin.as_ref();
        report.around.limit = limit.map(ToString::to_string);
        report.around.message.clone_from(&options.message);
    }
    for (file, format) in &files {
        file.put(&written(&report, format)?)?;
    }
    report.around.width = show::width(options.hook.is_some());
    let wanted = &settings.values.exit_code;
    if let Ok(code) = u8::try_from(wanted.value) {
        found_code(code);
    }
    let end = options.hook.map(|stopped| {
        if report.outcome() == Outcome::Unscanned {
            let secrets = report.findings.iter().filter(|one| report.stops(one));
            let found = match secrets.count() + report.unlisted.blocked {
                0 => String::new(),
                1 => "a secret was found, and ".to_owned(),
                count => format!("{count} secrets were found, and "),
            };
            return format!("the {stopped} is stopped: {found}not everything could be scanned");
        }
        match &wanted.origin {
            Some(origin) if wanted.value == 0 => {
                format!("the {stopped} goes on all the same, for exit-code is 0 ({origin})")
            }
            _ => format!("the {stopped} is stopped"),
        }
    });
    if !format.human {
        show::not_told(&report, format);
    }
    if let Some(note) = report.unlisted_note().filter(|_| !format.human) {
        anstream::eprintln!("hexguard: {note}");
    }
    if let Some(file) = options.message.as_ref().filter(|_| stops && !format.human) {
        let help = hexguard::output::kept_message(file);
        anstream::eprintln!("help: {help}");
    }
    write(&report, format, configure::color(settings), end.as_deref())?;
    Ok(report.outcome())
}

/// Sets the exit code for findings.
pub(super) fn found_code(code: u8) {
    super::FOUND.store(code, Ordering::Relaxed);
}

/// Returns the format for the terminal, and the files with theirs. A format that a file takes is not written twice:
/// then the terminal shows the report for people.
pub(super) fn destinations(
    settings: &Settings,
    show: &Show,
) -> Result<(&'static Format, Vec<(Destination, &'static Format)>)> {
    let wanted = format(settings);
    let given = settings.values.format.origin.is_some();
    let mut taken = false;
    let files = show
        .output
        .iter()
        .map(|text| {
            let file = Destination::parse(text)?;
            let of_file = file.format.filter(|_| file.explicit || !given);
            taken |= of_file.is_none();
            let format = of_file.unwrap_or(wanted);
            Ok((file, format))
        })
        .collect::<Result<_>>()?;
    let people = &FORMATS[0];
    Ok((if taken { people } else { wanted }, files))
}

/// Returns a report as it stands in a file: without colours.
fn written(report: &Report, format: &Format) -> Result<Vec<u8>> {
    let mut text = anstream::StripStream::new(Vec::new());
    (format.write)(report, &mut text)?;
    Ok(text.into_inner())
}

fn format(settings: &Settings) -> &'static Format {
    let name = settings.values.format.0;
    let named = FORMATS.iter().find(|format| format.name == name);
    named.unwrap_or(&FORMATS[0])
}

/// Writes a report; `hook` is what it comes to for git, if git asked.
fn write(report: &Report, format: &Format, color: Color, hook: Option<&str>) -> Result<()> {
    // A hook prints nothing when there is nothing new. Programs get what is known, too: it is marked there.
    let tells = |finding| !format.human || report.shows(finding);
    let silent = !report.findings.iter().any(tells)
        && report
            .skipped
            .iter()
            .all(|one| one.effect == Effect::Accepted)
        && report.unlisted_note().is_none()
        && report.notes.is_empty();
    if hook.is_some() && silent {
        return Ok(());
    }
    if hook.is_none() && !format.human && stream::is_closed(&std::io::stdout()) {
        bail!("cannot write the report: standard output is closed");
    }
    let mut out: Box<dyn Write> = if hook.is_some() {
        Box::new(show::stderr(color))
    } else {
        Box::new(show::stdout(color))
    };
    if let Some(end) = hook
        && report.outcome() != Outcome::Clean
        && format.human
    {
        writeln!(out, "hexguard: {end}\n")?;
    }
    (format.write)(report, &mut out)
        .and_then(|()| out.flush())
        .context("cannot write the report")?;
    Ok(())
}
