//! `audit`: the checklist of a Hex team, answered.

use std::env;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use hexguard::audit::review::{self, Reviews};
use hexguard::audit::{Evidence, Inputs, Point, Verdict, audit};
use hexguard::finding::Finding;
use hexguard::git::Caller;
use hexguard::git::worktree::top_of;
use hexguard::hint::{self, HintExt as _};
use hexguard::hook::diagnose::{self, Served, Weight};
use hexguard::hook::event::Event;
use hexguard::hook::{self, proof, proof::Proof};
use hexguard::output::{escaped, without_secrets};
use hexguard::report::{Outcome, Report};
use hexguard::source::commits::Commits;
use hexguard::suppress::{Suppression, date};
use owo_colors::OwoColorize as _;
use serde_json::json;

use super::args::{Audit, Show};
use super::configure::Configured;
use super::{configure, install, show};

/// How much evidence people see for each point; the JSON has it all.
const SHOWN: usize = 6;

pub(super) fn run(args: &Audit, show: &Show) -> Result<Outcome> {
    let machine = match show.format.as_deref() {
        None | Some("human") => false,
        Some("json") => true,
        Some(other) => bail!("an audit is written as human or json, not as {other}"),
    };
    let (configured, files) = configure::whole_tree(show)?;
    let top = env::current_dir().context("cannot tell the current folder")?;
    let scan = hexguard::scan::scan(&files, &configured.rules, &configured.suppressor);
    let tree = with_baseline(scan?);
    let history = history(args, &configured);
    let reviews = match std::fs::read(review::FILE) {
        Ok(text) => Reviews::parse(&String::from_utf8_lossy(&text)),
        Err(_) => Reviews::default(),
    };
    let (verdict, summary, next) = guard();
    let points = audit(Inputs {
        top: &top,
        files: &files,
        tree: &tree,
        history: history.as_ref().map_err(Clone::clone),
        // Both may hold paths that a setting or the environment names.
        hook: (verdict, without_secrets(&summary), without_secrets(&next)),
        hex: &configured.settings.hex,
        reviews: &reviews,
        today: &today(),
    })?;
    let mut out = show::stdout(show.color());
    if machine {
        write_json(&points, &mut out)?;
    } else {
        write_human(&points, &tree, &mut out)?;
    }
    out.flush()?;
    let of_history = history.iter().flat_map(Report::unscanned);
    if let Some(skipped) = tree.unscanned().chain(of_history).next() {
        let path = String::from_utf8_lossy(&skipped.path).into_owned();
        bail!("{path} was not scanned: {}", skipped.reason);
    }
    // Where there is no repository there is no history.
    if let Err(why) = &history
        && !args.no_history
        && top_of(&top).is_some()
    {
        return Err(anyhow!("{why}")).hint("hexguard scan --history says more");
    }
    let held = points.iter().all(|point| point.verdict != Verdict::NotHeld);
    Ok(if held { Outcome::Clean } else { Outcome::Found })
}

/// Counts what a baseline accepts: that says when it was found, not that it is no secret.
fn with_baseline(mut report: Report) -> Report {
    let of_baseline = |(_, why): &(_, Suppression)| matches!(why, Suppression::Baseline { .. });
    let (accepted, rest) = report.suppressed.into_iter().partition(of_baseline);
    report.suppressed = rest;
    let accepted: Vec<(Finding, Suppression)> = accepted;
    report
        .findings
        .extend(accepted.into_iter().map(|(finding, _)| finding));
    report.sort();
    report
}

/// Returns what all commits hold, or why nobody looked.
fn history(args: &Audit, configured: &Configured) -> Result<Report, String> {
    if args.no_history {
        return Err("history was not looked through (--no-history)".to_owned());
    }
    let scan = || {
        let commits = Commits::history(Path::new("."), Caller::Person, configured.limit())?;
        let scan = hexguard::scan::scan(&commits, &configured.rules, &configured.suppressor);
        scan.map(with_baseline)
    };
    scan().map_err(|error: anyhow::Error| {
        let why = hint::message(&error);
        without_secrets(&format!("history could not be looked through: {why}"))
    })
}

/// Returns the day it is; `SOURCE_DATE_EPOCH` says otherwise for reports that must come out the same again.
fn today() -> String {
    let given = env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    given.map_or_else(date::today, date::day_at)
}

/// Returns whether git runs the hook here, in a sentence, and what to do if not.
fn guard() -> (Verdict, String, String) {
    let install =
        "hexguard install, in every clone; hexguard doctor says what is in the way".to_owned();
    let Ok(place) = install::here() else {
        return (
            Verdict::NotHeld,
            "this is no git repository".to_owned(),
            install,
        );
    };
    let manager = hook::manager(&place);
    let served = diagnose::served(&place, manager, Event::PreCommit);
    if matches!(served, Served::Foreign | Served::Nothing) {
        return (
            Verdict::NotHeld,
            "git runs no hexguard before a commit here".to_owned(),
            install,
        );
    }
    if let Some(problem) = diagnose::problems(&place, manager)
        .into_iter()
        .find(|problem| problem.weight == Weight::Fatal)
    {
        return (Verdict::NotHeld, problem.text, problem.cure);
    }
    let proof = super::install::program()
        .and_then(|program| proof::prove(&place, manager, &program, &env::temp_dir()));
    match proof {
        Ok(Proof::Stopped) => (
            Verdict::Held,
            "tried: git stopped a commit with made-up secrets".to_owned(),
            String::new(),
        ),
        Ok(Proof::Untried(why)) => (
            Verdict::ByHand,
            format!("installed, but not tried: {why}"),
            "commit a made-up token and see it stopped".to_owned(),
        ),
        Ok(other) => (
            Verdict::NotHeld,
            format!(
                "tried: {}",
                escaped(without_secrets(&words(&other)).as_bytes())
            ),
            "hexguard doctor".to_owned(),
        ),
        Err(error) => (
            Verdict::ByHand,
            format!("installed, but not tried: {error:#}"),
            "hexguard doctor".to_owned(),
        ),
    }
}

fn words(proof: &Proof) -> String {
    let words = match proof {
        Proof::Stopped | Proof::Untried(_) => "",
        Proof::Passed(lines) => return format!("this would be committed: {}", lines.join("; ")),
        Proof::Off(_) => "hexguard is switched off",
        Proof::NotRun(_) => "git ran no hook",
        Proof::LetThrough(_) => "the hook let made-up secrets through",
        Proof::Broken(_) => "the hook failed before it looked",
    };
    words.to_owned()
}

fn write_json(points: &[Point], out: &mut impl Write) -> Result<()> {
    let count = |verdict| {
        points
            .iter()
            .filter(|point| point.verdict == verdict)
            .count()
    };
    let all = json!({
        "schema_version": 1,
        "held": count(Verdict::Held),
        "not_held": count(Verdict::NotHeld),
        "by_hand": count(Verdict::ByHand),
        "points": points,
    });
    serde_json::to_writer_pretty(&mut *out, &all)?;
    Ok(writeln!(out)?)
}

fn write_human(points: &[Point], tree: &Report, out: &mut impl Write) -> Result<()> {
    for point in points {
        let verdict = format!("{:8}", point.verdict.words());
        let verdict = match point.verdict {
            Verdict::Held => verdict.green().to_string(),
            Verdict::NotHeld => verdict.red().bold().to_string(),
            Verdict::ByHand => verdict.yellow().to_string(),
        };
        writeln!(out, "{}  {verdict}  {}", point.number, point.name.bold())?;
        writeln!(out, "             {}", escaped(point.summary.as_bytes()))?;
        for evidence in point.evidence.iter().take(SHOWN) {
            writeln!(
                out,
                "             - {}",
                escaped(line(evidence).as_bytes()).dimmed()
            )?;
        }
        if point.evidence.len() > SHOWN {
            writeln!(
                out,
                "             - and {} more (--format json)",
                point.evidence.len() - SHOWN
            )?;
        }
        if !point.next.is_empty() {
            writeln!(out, "             next: {}", escaped(point.next.as_bytes()))?;
        }
    }
    let count = |verdict| {
        points
            .iter()
            .filter(|point| point.verdict == verdict)
            .count()
    };
    writeln!(
        out,
        "\n{} held, {} not held, {} by hand; {} file{} looked at",
        count(Verdict::Held),
        count(Verdict::NotHeld),
        count(Verdict::ByHand),
        tree.files,
        if tree.files == 1 { "" } else { "s" }
    )?;
    Ok(())
}

fn line(evidence: &Evidence) -> String {
    match (&evidence.file, evidence.line) {
        (Some(file), Some(line)) => format!("{file}:{line}  {}", evidence.text),
        (Some(file), None) => format!("{file}  {}", evidence.text),
        _ => evidence.text.clone(),
    }
}
