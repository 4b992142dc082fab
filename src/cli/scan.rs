//! `scan`, and what hooks share with it: choose a source, scan, write the report.

use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use hexguard::fragment::Part;
use hexguard::git::Caller;
use hexguard::hint::HintExt;
use hexguard::output::{FORMATS, Format};
use hexguard::report::{Outcome, Report};
use hexguard::rule::RuleSet;
use hexguard::source::Source;
use hexguard::source::files::Files;
use hexguard::source::staged::Staged;
use hexguard::source::text::Text;
use hexguard::suppress::Suppressor;

use super::args::{Color, Scan, Show};
use super::show;

/// Files and blobs above this size are skipped and named.
const LIMIT: u64 = 64 << 20;

/// What does not depend on the source.
pub(super) struct Options {
    format: &'static Format,
    color: Color,
    strict: bool,
    /// What git is stopped from doing, if git asks: a hook is silent when there is nothing to say.
    hook: Option<&'static str>,
}

impl Options {
    pub(super) fn from_show(show: &Show) -> Self {
        let format = FORMATS
            .iter()
            .find(|format| format.name == show.format)
            .unwrap_or(&FORMATS[0]);
        Self {
            format,
            color: show.color,
            strict: show.strict,
            hook: None,
        }
    }

    pub(super) fn for_hook(show: &Show, stops: &'static str) -> Self {
        Self {
            hook: Some(stops),
            ..Self::from_show(show)
        }
    }
}

pub(super) fn scan(args: Scan, show: &Show) -> Result<Outcome> {
    let options = Options::from_show(show);
    if args.paths.is_empty() {
        return staged(&options);
    }
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            return Err(anyhow::anyhow!("`-` cannot stand with other paths"))
                .hint("scan standard input by itself");
        }
        let mut text = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut text)
            .context("cannot read standard input")?;
        let source = Text {
            path: args.stdin_filename.into_bytes(),
            text,
            part: Part::Content,
        };
        return run(&source, &options);
    }
    run(
        &Files {
            paths: args.paths,
            limit: LIMIT,
            ignored: args.ignored,
        },
        &options,
    )
}

pub(super) fn staged(options: &Options) -> Result<Outcome> {
    let caller = if options.hook.is_some() {
        Caller::Hook
    } else {
        Caller::Person
    };
    let source = Staged::open(Path::new("."), caller, LIMIT)?;
    run(&source, options)
}

/// Scans a source and writes the report.
pub(super) fn run(source: &dyn Source, options: &Options) -> Result<Outcome> {
    let mut report = hexguard::scan::scan(source, &RuleSet::builtin(), &Suppressor::default())?;
    report.strict = options.strict;
    // git runs hooks at the top, and says where the person was.
    report.below_top = std::env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
    write(&report, options)?;
    Ok(report.outcome())
}

fn write(report: &Report, options: &Options) -> Result<()> {
    // A hook speaks only when there is something to say.
    if options.hook.is_some() && report.findings.is_empty() && report.skipped.is_empty() {
        return Ok(());
    }
    let mut out: Box<dyn Write> = if options.hook.is_some() {
        Box::new(show::stderr(options.color))
    } else {
        Box::new(show::stdout(options.color))
    };
    if let Some(stops) = options.hook
        && report.outcome() == Outcome::Found
        && options.format.human
    {
        writeln!(out, "hexguard: the {stops} is stopped\n")?;
    }
    (options.format.write)(report, &mut out)
        .and_then(|()| out.flush())
        .context("cannot write the report")?;
    Ok(())
}
