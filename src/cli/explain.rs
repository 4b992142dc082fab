//! `explain`: what the judge and the rules say of one line, and what would change it.

use std::fs;
use std::io::Write;

use anyhow::{Context as _, Result, anyhow};
use hexguard::detect::{detect, judge, judged};
use hexguard::fragment::{Fragment, Place};
use hexguard::hint::HintExt;
use hexguard::report::Outcome;
use hexguard::rule::Tier;

use super::args::Show;
use super::{configure, show};

pub(super) fn explain(place: &str, flags: &Show) -> Result<Outcome> {
    let (path, line) = place
        .rsplit_once(':')
        .and_then(|(path, line)| Some((path, line.parse::<usize>().ok().filter(|&n| n > 0)?)))
        .ok_or_else(|| anyhow!("`{place}` names no line"))
        .hint("hexguard explain FILE:LINE, as findings are shown")?;
    let text = fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let fragment = Fragment::content(path.as_bytes(), &text);
    let configured = configure::work_tree(flags)?;
    let mut out = show::stdout(configure::color(&configured.settings));
    let mut said = false;
    for finding in detect(&fragment, &configured.rules) {
        if (finding.place.line..=finding.place.end_line).contains(&line) {
            said = true;
            writeln!(
                out,
                "{} {}  {}: {}",
                tier(Some(finding.tier)),
                finding.rule.id,
                hexguard::output::escaped(finding.masked().as_bytes()),
                hexguard::output::escaped(finding.reason.as_bytes())
            )?;
        }
    }
    for judged in judged(&fragment, &configured.rules) {
        let place = Place::of(&text, judged.range.start, judged.range.end);
        if (place.line..=place.end_line).contains(&line) {
            said = true;
            write(&mut out, judged.rule.id, &judged.explanation)?;
        }
    }
    if !said {
        writeln!(
            out,
            "nothing on this line: no rule matches, and no key names a secret"
        )?;
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn write(out: &mut impl Write, rule: &str, explained: &judge::Explanation) -> Result<()> {
    write!(
        out,
        "\n{} = {}: {}",
        hexguard::output::escaped(explained.name.as_bytes()),
        hexguard::output::escaped(explained.masked.as_bytes()),
        tier(explained.tier),
    )?;
    // Nothing was weighed then.
    if explained.veto.is_some() {
        writeln!(out, " ({rule})")?;
    } else {
        writeln!(
            out,
            ", {} points ({rule}; warning from {}, stops the commit from {})",
            explained.score,
            judge::LIMITS.0,
            judge::LIMITS.1
        )?;
    }
    for (says, points) in &explained.features {
        writeln!(out, "  {points:+4}  {says}")?;
    }
    for sentence in &explained.otherwise {
        writeln!(out, "  {sentence}")?;
    }
    Ok(())
}

fn tier(tier: Option<Tier>) -> &'static str {
    match tier {
        Some(Tier::Block) => "stops the commit",
        Some(Tier::Warn) => "warning",
        None => "nothing",
    }
}
