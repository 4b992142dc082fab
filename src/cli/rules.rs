//! `rules`: list them, explain one.

use std::io::Write;

use anyhow::{Result, anyhow};
use hexguard::detect::detect;
use hexguard::fragment::Fragment;
use hexguard::hint::{HintExt, closest};
use hexguard::output::without_secrets;
use hexguard::quote::quoted;
use hexguard::report::Outcome;
use hexguard::rule::spec::Spec;
use hexguard::rule::template::fill;
use hexguard::rule::{Confidence, Kind, RULES, Rule, RuleSet, Tier};

use super::args::{Rules, RulesAction, Show};
use super::configure::{self, Configured};
use super::show;

/// With how many random fillings each example is tried.
const SEEDS: u64 = 100;

pub(super) fn rules(args: Rules, flags: &Show) -> Result<Outcome> {
    let configured = configure::work_tree(flags)?;
    let rules = &configured.rules;
    let mut out = show::stdout(configure::color(&configured.settings));
    let mut outcome = Outcome::Clean;
    match args.action.unwrap_or(RulesAction::List) {
        RulesAction::List => {
            let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in rules.iter() {
                writeln!(out, "{:width$}  {:5}  {}", rule.id, tier(rule), rule.title)?;
            }
        }
        RulesAction::Test => outcome = test(&configured, &mut out)?,
        RulesAction::Explain { id } => {
            let Some(rule) = rules.get(&id) else {
                let known: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
                let error = Err(anyhow!("there is no rule {}", quoted(&id)));
                return error.hint(match closest(&id, &known) {
                    Some(near) => format!("did you mean `{near}`? `hexguard rules` lists all"),
                    None => "`hexguard rules` lists all".to_owned(),
                });
            };
            let mut text = Vec::new();
            explain(rule, &mut text)?;
            let mut text = String::from_utf8_lossy(&text).into_owned();
            if !RULES.ids().any(|id| id == rule.id) {
                text = without_secrets(&text);
            }
            out.write_all(text.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(outcome)
}

/// Tries the rules of the configuration on what they say of themselves.
fn test(configured: &Configured, out: &mut impl Write) -> Result<Outcome> {
    let (mut tried, mut wrong) = (0, 0);
    let mut fault = |out: &mut dyn Write, place: &str, id: &str, what: &str| {
        wrong += 1;
        writeln!(out, "{place}: rule `{id}`: {what}")
    };
    for (spec, place) in &configured.settings.rules {
        let place = &place.to_string();
        if spec.examples.is_empty() {
            fault(
                out,
                place,
                &spec.id,
                "it has no `examples`: nothing shows that it works",
            )?;
        }
        for example in &spec.examples {
            tried += 1;
            let bad = (0..SEEDS).find_map(|seed| {
                let ids = found(spec, &fill(example, seed), &configured.rules);
                (ids != [spec.id.as_str()]).then_some(ids)
            });
            if let Some(ids) = bad {
                let ids = if ids.is_empty() {
                    "nothing".to_owned()
                } else {
                    ids.join(", ")
                };
                fault(
                    out,
                    place,
                    &spec.id,
                    &format!(
                        "in the example `{}` {ids} was found, not just this rule",
                        without_secrets(example)
                    ),
                )?;
            }
        }
        for example in &spec.counterexamples {
            tried += 1;
            let bad = (0..SEEDS).find_map(|seed| {
                let ids = found(spec, &fill(example, seed), &configured.rules);
                (!ids.is_empty()).then_some(ids)
            });
            if let Some(ids) = bad {
                fault(
                    out,
                    place,
                    &spec.id,
                    &format!(
                        "in the counterexample `{}` {} was found",
                        without_secrets(example),
                        ids.join(", ")
                    ),
                )?;
            }
        }
    }
    let rules = super::allow::count(configured.settings.rules.len(), "rule");
    let examples = super::allow::count(tried, "example");
    writeln!(out, "hexguard: {rules}, {examples}, {wrong} wrong")?;
    Ok(if wrong == 0 {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

/// Returns the ids of what is found in a text, in a file that the rule looks at.
fn found(spec: &Spec, text: &str, rules: &RuleSet) -> Vec<&'static str> {
    let path = spec.paths.first().map_or_else(
        || "example.txt".to_owned(),
        |glob| glob.replace("**/", "").replace('*', "name"),
    );
    let fragment = Fragment::content(path.as_bytes(), text.as_bytes());
    detect(&fragment, rules)
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
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
        Kind::Named { keys, .. } => {
            writeln!(out, "  looks for:  values of names in lexicon/names.toml")?;
            if !keys.is_empty() {
                writeln!(out, "  that begin: {}", keys.join(", "))?;
            }
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
