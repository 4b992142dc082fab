//! `explain`: what the rules and the judge say of one line, what the scan makes of it, and what would change it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use hexguard::detect::judge::WARNING;
use hexguard::detect::{Judged, detect, judged};
use hexguard::encoding::decode;
use hexguard::finding::Finding;
use hexguard::fragment::{Fragment, Inside, Place};
use hexguard::hint::HintExt;
use hexguard::output::{allowed, escaped, shown_paths};
use hexguard::quote::quoted;
use hexguard::report::{Cause, Effect, Outcome, Suppression};
use hexguard::rule::Tier;
use hexguard::scan::scan;
use hexguard::source::files::Files;
use hexguard::suppress;

use super::args::Show;
use super::asked::{Asked, MEMBER, Text};
use super::configure::{self, Configured};
use super::show;

/// So many lines are written of what was not scanned.
const UNREAD: usize = 20;

/// The place that is asked about.
struct Spot<'a> {
    path: &'a str,
    line: usize,
    column: Option<usize>,
}

impl<'a> Spot<'a> {
    /// Reads `FILE:LINE` or `FILE:LINE:COLUMN`, as reports show a finding.
    fn parse(place: &'a str) -> Option<Self> {
        let number = |text: &str| text.parse().ok().filter(|&number: &usize| number > 0);
        let split = |text: &'a str| {
            let (path, last) = text.rsplit_once(':')?;
            Some((path, number(last)?))
        };
        let (path, last) = split(place.strip_suffix(':').unwrap_or(place))?;
        Some(match split(path) {
            // A file may have a colon in its name.
            Some((file, line)) if !Path::new(path).exists() => Self {
                path: file,
                line,
                column: Some(last),
            },
            _ => Self {
                path,
                line: last,
                column: None,
            },
        })
    }

    /// Tells whether something at a place stands on the line that is asked about.
    fn is_on(&self, place: Place) -> bool {
        (place.line..=place.end_line).contains(&self.line)
    }

    /// Tells whether something on the line stands at the column that is asked about.
    fn holds(&self, place: Place) -> bool {
        self.column.is_none_or(|column| {
            let spot = (self.line, column);
            (place.line, place.column) <= spot && spot < (place.end_line, place.end_column)
        })
    }
}

/// What the scan makes of a candidate.
enum Fate<'a> {
    /// It is the finding.
    Reported(&'a Finding),
    /// Another rule reports the same text.
    Covered(&'a Finding),
    /// It was found, and an exception accepts it.
    Allowed(&'a Suppression),
    /// The judge passes it.
    Passed,
    /// The judge would report it, but for this.
    Dropped(&'static str),
}

/// What is known of the file that is asked about.
struct Explained<'a> {
    configured: &'a Configured,
    excluded: bool,
    text: &'a [u8],
    found: suppress::Judged,
}

pub(super) fn explain(place: &str, flags: &Show) -> Result<Outcome> {
    let spot = Spot::parse(place)
        .ok_or_else(|| anyhow!("{} names no line", quoted(place)))
        .hint("hexguard explain FILE:LINE or FILE:LINE:COLUMN, as findings are shown")?;
    let asked = Asked::find(spot.path)?;
    let configured = configure::of(asked.named.top.as_deref(), flags)?;
    let unread = unscanned(&asked, &configured)?;
    let mut out = show::stdout(configure::color(&configured.settings));
    unread.write(&mut out)?;
    if !unread.is_whole {
        match asked.text()? {
            Some(text) => judge(&spot, &asked, &text, (&configured, &unread), &mut out)?,
            None if unread.lines.is_empty() => {
                let (file, member) = (quoted(asked.file), quoted(&asked.member[1..]));
                return Err(anyhow!("{file} has no member {member}"))
                    .hint("hexguard explain FILE!MEMBER:LINE, as findings are shown");
            }
            None => {}
        }
    }
    out.flush()?;
    Ok(if unread.stops {
        Outcome::Unscanned
    } else {
        Outcome::Clean
    })
}

/// Writes what the rules and the judge say of a text that is read.
fn judge(
    spot: &Spot<'_>,
    asked: &Asked<'_>,
    read: &Text,
    (configured, unread): (&Configured, &Unread),
    out: &mut impl Write,
) -> Result<()> {
    let member = read.member.as_ref();
    let text = decode(&read.bytes);
    let inside = member.map(|member| Inside {
        name: &member.shown,
        file: member.file,
        sheet: member.sheet,
    });
    let path = member.map_or(&asked.named.name, |member| &member.path);
    let fragment = Fragment {
        inside,
        ..Fragment::content(path, &text)
    };
    let end = Place::of(&text, text.len().saturating_sub(1), text.len());
    let lines = end.line;
    if spot.line > lines {
        let ends = if lines == 1 { "" } else { "s" };
        if read.is_cut {
            bail!(
                "{} is longer than {MEMBER} MiB, and no more of a member is explained",
                spot.path
            );
        }
        bail!("{} has {lines} line{ends}", spot.path);
    }
    let findings = detect(&fragment, &configured.rules);
    let explained = Explained {
        excluded: configured.suppressor.excludes_text(&fragment),
        found: configured.suppressor.judge(findings, &fragment),
        configured,
        text: &text,
    };
    if let Some(error) = configured.suppressor.take_error() {
        return Err(error);
    }
    let all = judged(&fragment, &configured.rules);
    if explained.excluded {
        writeln!(out, "`exclude` covers this path: it is not scanned")?;
    }
    if *configured.settings.values.strict {
        writeln!(out, "`strict` is set: a warning stops the commit, too")?;
    }
    let mut said = explained.write(spot, &all, out)?;
    if !said && spot.column.is_some() {
        let line = Spot {
            column: None,
            ..*spot
        };
        said = explained.write(&line, &all, out)?;
    }
    if !said && unread.lines.is_empty() {
        writeln!(
            out,
            "nothing on this line: no rule matches, and no name of a secret has a value"
        )?;
    }
    Ok(())
}

/// What a scan of the file does not read.
struct Unread {
    /// What is said of it.
    lines: Vec<String>,
    /// Whether a scan stops for it.
    stops: bool,
    /// Whether nothing of the file is scanned.
    is_whole: bool,
}

impl Unread {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for line in self.lines.iter().take(UNREAD) {
            writeln!(out, "{line}")?;
        }
        match self.lines.len().saturating_sub(UNREAD) {
            0 => Ok(()),
            more => writeln!(out, "... and {more} more were not scanned"),
        }
    }
}

/// Returns what a scan does not read of what is asked about: of the file, of the member, and of what is in it.
fn unscanned(asked: &Asked<'_>, configured: &Configured) -> Result<Unread> {
    let mut unread = Unread {
        lines: Vec::new(),
        stops: false,
        is_whole: false,
    };
    // A pipe can be read only once.
    if !fs::metadata(&asked.named.path).is_ok_and(|meta| meta.is_file()) {
        return Ok(unread);
    }
    let file = Files {
        paths: vec![asked.named.clone()],
        limit: configured.limit(),
        ignored: true,
    };
    let report = scan(&file, &configured.rules, &configured.suppressor)?;
    let shown = shown_paths(&report);
    let holds = |outer: &[u8], inner: &[u8]| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'!')
    };
    for one in &report.skipped {
        if !holds(&asked.name, &one.path) && !holds(&one.path, &asked.name) {
            continue;
        }
        let reason = escaped(one.reason.as_bytes());
        let path = shown(&one.path);
        unread.lines.push(match one.effect {
            Effect::Stops => format!("{path} was not scanned: {reason}"),
            Effect::Said => format!("{path}: {reason}"),
            Effect::Accepted => {
                format!("{path} was not scanned, which allow-unscanned accepts: {reason}")
            }
        });
        unread.stops |= one.effect == Effect::Stops;
        unread.is_whole |= one.cause == Some(Cause::Larger) && one.path == asked.named.name;
    }
    Ok(unread)
}

impl Explained<'_> {
    /// Writes all that is to say of a place; tells whether there was anything.
    fn write(&self, spot: &Spot<'_>, all: &[Judged], out: &mut impl Write) -> Result<bool> {
        let mut said = false;
        let here = |place| spot.is_on(place) && spot.holds(place);
        let counted = self.found.findings.iter().map(|finding| (finding, None));
        let accepted = &self.found.suppressed;
        let accepted = accepted.iter().map(|(finding, why)| (finding, Some(why)));
        for (finding, why) in counted.chain(accepted) {
            if here(finding.place) {
                said = true;
                self.finding(finding, why, out)?;
            }
        }
        for judged in all {
            let place = Place::of(self.text, judged.range.start, judged.range.end);
            if here(place) {
                if said {
                    writeln!(out)?;
                }
                said = true;
                write_judged(judged, &self.fate(judged, place), out)?;
            }
        }
        Ok(said)
    }

    /// Returns what the scan makes of a candidate.
    fn fate(&self, judged: &Judged, place: Place) -> Fate<'_> {
        let overlaps = |finding: &Finding| {
            let other = finding.place;
            (place.line, place.column) < (other.end_line, other.end_column)
                && (other.line, other.column) < (place.end_line, place.end_column)
        };
        let findings = || self.found.findings.iter().filter(|one| overlaps(one));
        if self.excluded {
            return Fate::Dropped("`exclude` covers this path");
        }
        let is_own = |one: &&Finding| one.rule.id == judged.rule.id && one.place == place;
        if let Some(own) = findings().find(is_own) {
            return Fate::Reported(own);
        }
        if let Some(other) = findings().next() {
            return Fate::Covered(other);
        }
        let mut accepted = self.found.suppressed.iter();
        if let Some((_, why)) = accepted.find(|(one, _)| overlaps(one)) {
            return Fate::Allowed(why);
        }
        match judged.explanation.tier {
            None => Fate::Passed,
            Some(_) if !self.configured.rules.enabled(judged.rule) => {
                Fate::Dropped("the rule is switched off")
            }
            Some(_) => Fate::Dropped("the decoded text is judged instead"),
        }
    }

    /// Writes what was found by a rule, and whether it counts.
    fn finding(
        &self,
        finding: &Finding,
        why: Option<&Suppression>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let tier = match (self.excluded, why) {
            (true, _) => "nothing",
            (_, Some(_)) => "allowed",
            _ => word(Some(finding.tier)),
        };
        let reason = why.map_or_else(|| finding.reason.clone(), allowed);
        writeln!(
            out,
            "{tier} {}  {}: {}",
            finding.rule.id,
            escaped(finding.masked().as_bytes()),
            escaped(reason.as_bytes())
        )
    }
}

/// Writes what the judge says of a candidate, and what the scan makes of it.
fn write_judged(judged: &Judged, fate: &Fate<'_>, out: &mut impl Write) -> io::Result<()> {
    let (rule, said) = (judged.rule.id, &judged.explanation);
    let tier = match fate {
        Fate::Reported(finding) => word(Some(finding.tier)),
        Fate::Covered(_) => word(said.tier),
        Fate::Allowed(_) => "allowed",
        Fate::Passed | Fate::Dropped(_) => word(None),
    };
    write!(
        out,
        "{} = {}: {}",
        escaped(said.name.as_bytes()),
        escaped(said.masked.as_bytes()),
        tier,
    )?;
    // Nothing was weighed then.
    if said.veto.is_some() {
        writeln!(out, " ({rule})")?;
    } else {
        let stops = match said.limit {
            Some(limit) => format!("stops the commit from {limit}"),
            None => "never stops the commit".to_owned(),
        };
        let score = said.score;
        writeln!(
            out,
            ", {score} points ({rule}; warning from {WARNING}, {stops})"
        )?;
    }
    let because = said.veto.map(|veto| format!(", because {veto}"));
    let alone = [word(said.tier), &because.unwrap_or_default()].concat();
    match fate {
        Fate::Covered(finding) => {
            if let Some(veto) = said.veto {
                writeln!(out, "  without that rule it is none, because {veto}")?;
            }
            let reason = escaped(finding.reason.as_bytes());
            writeln!(out, "  reported by {}: {reason}", finding.rule.id)?;
        }
        Fate::Allowed(why) => {
            writeln!(out, "  {}", escaped(allowed(why).as_bytes()))?;
        }
        Fate::Dropped(why) => writeln!(out, "  {why}; without that: {alone}")?,
        Fate::Reported(finding) if Some(finding.tier) != said.tier => {
            writeln!(
                out,
                "  the configuration sets the tier; without that: {alone}"
            )?;
        }
        Fate::Reported(_) | Fate::Passed => {}
    }
    for (says, points) in &said.features {
        writeln!(out, "  {points:+4}  {says}")?;
    }
    if matches!(fate, Fate::Reported(_) | Fate::Passed) {
        for sentence in &said.otherwise {
            writeln!(out, "  {sentence}")?;
        }
    }
    Ok(())
}

fn word(tier: Option<Tier>) -> &'static str {
    match tier {
        Some(Tier::Block) => "stops the commit",
        Some(Tier::Warn) => "warning",
        None => "nothing",
    }
}
