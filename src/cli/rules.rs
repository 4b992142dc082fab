//! `rules`: list them, explain one.

use std::io::Write;

use anyhow::{Result, anyhow};
use hexguard::hint::{HintExt, closest};
use hexguard::report::Outcome;
use hexguard::rule::{Confidence, Kind, Rule, RuleSet, Tier};

use super::args::{Color, Rules, RulesAction};
use super::show;

pub(super) fn rules(args: Rules) -> Result<Outcome> {
    let rules = RuleSet::builtin();
    let mut out = show::stdout(Color::Auto);
    match args.action.unwrap_or(RulesAction::List) {
        RulesAction::List => {
            let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in rules.iter() {
                writeln!(out, "{:width$}  {:5}  {}", rule.id, tier(rule), rule.title)?;
            }
        }
        RulesAction::Explain { id } => {
            let Some(rule) = rules.get(&id) else {
                let known: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
                let error = Err(anyhow!("there is no rule `{id}`"));
                return error.hint(match closest(&id, &known) {
                    Some(near) => format!("did you mean `{near}`? `hexguard rules` lists all"),
                    None => "`hexguard rules` lists all".to_owned(),
                });
            };
            explain(rule, &mut out)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn tier(rule: &Rule) -> &'static str {
    match rule.tier {
        Tier::Block => "block",
        Tier::Warn => "warn",
    }
}

fn explain(rule: &Rule, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{} [{}]", rule.title, rule.id)?;
    writeln!(
        out,
        "  tier:       {}",
        match rule.tier {
            Tier::Block => "block: a finding stops the commit",
            Tier::Warn => "warn: a finding is shown, the commit goes on",
        }
    )?;
    writeln!(out, "  severity:   {:?}", rule.severity)?;
    writeln!(
        out,
        "  confidence: {}",
        match rule.confidence {
            Confidence::Documented => "documented by the provider",
            Confidence::Two => "two independent sources agree",
            Confidence::One => "one source",
            Confidence::Guess => "assumed from few samples",
        }
    )?;
    match &rule.kind {
        Kind::Regex(pattern) => writeln!(out, "  looks for:  {}", pattern.source)?,
        Kind::Value { pattern, keys: [] } => {
            writeln!(out, "  looks for:  values matching {}", pattern.source)?
        }
        Kind::Value { pattern, keys } => {
            writeln!(out, "  looks for:  values matching {}", pattern.source)?;
            writeln!(out, "  of keys:    {}", keys.join(", "))?;
        }
        Kind::Find(_) => writeln!(
            out,
            "  looks for:  structure, at: {}",
            rule.keywords.join(" ")
        )?,
    }
    for (name, value) in [
        ("near", rule.near.join(", ")),
        ("only in", rule.paths.join(", ")),
    ] {
        if !value.is_empty() {
            writeln!(out, "  {:11} {value}", format!("{name}:"))?;
        }
    }
    for example in rule.examples {
        let example = example.replace('\n', "\n              ");
        writeln!(out, "  {:11} {example}", "example:")?;
    }
    for (name, value) in [("why", rule.why), ("revoke", rule.help), ("see", rule.url)] {
        if !value.is_empty() {
            writeln!(out, "  {:11} {value}", format!("{name}:"))?;
        }
    }
    Ok(())
}
