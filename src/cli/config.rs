//! `config`: the settings in force and where each is from.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use hexguard::config::key::KEYS;
use hexguard::config::schema;
use hexguard::config::value::{Part, Value};
use hexguard::git::{Caller, Repository};
use hexguard::output::{escaped, without_secrets};
use hexguard::quote::{is_ordinary, length};
use hexguard::report::Outcome;
use hexguard::rule::RULES;
use hexguard::suppress::names;

use super::args::{Color, Config, Show};
use super::{configure, show};

pub(super) fn config(args: &Config, flags: &Show) -> Result<Outcome> {
    if args.schema {
        let mut out = show::stdout(Color::Never);
        out.write_all(schema::SCHEMA.as_bytes())?;
        out.flush()?;
        return Ok(Outcome::Clean);
    }
    let configured = if args.staged {
        let repository = Repository::open(Path::new("."), Caller::Person)?;
        configure::staged(&repository, flags)?
    } else {
        configure::work_tree(flags)?
    };
    let settings = &configured.settings;
    let mut out = show::stdout(configure::color(settings));
    let mut lines = Vec::new();
    for key in KEYS {
        let (name, field) = (key.name, settings.values.of(key));
        for Part { text, origin } in field.parts() {
            let value = shown(&Value::List(vec![text.clone()]));
            lines.push((format!("{name} += {value}"), origin.to_string()));
        }
        if field.parts().is_empty() {
            let value = shown(&field.written());
            let origin = field.origin().map(ToString::to_string);
            let origin = origin.unwrap_or_else(|| "default".to_owned());
            lines.push((format!("{name} = {value}"), origin));
        }
    }
    for tiered in &settings.tiers {
        let rule = shown(&Value::Text(tiered.rule.clone()));
        let line = format!("tier.{rule} = \"{}\"", tiered.word());
        lines.push((line, tiered.origin.to_string()));
    }
    for allow in &settings.allows {
        let line = format!("allow: {}", allow.reason);
        lines.push((line, allow.origin.to_string()));
    }
    for (rule, origin) in &settings.rules {
        lines.push((format!("rule: {}", rule.id), origin.to_string()));
    }
    let width = lines.iter().map(|(line, _)| line.chars().count()).max();
    let width = width.unwrap_or(0).min(60);
    for (line, origin) in lines {
        let line = escaped(without_secrets(&line).as_bytes());
        let origin = escaped(without_secrets(&origin).as_bytes());
        writeln!(out, "{line:width$}  # {origin}")?;
    }
    for name in configured.tools.names() {
        writeln!(out, "# counts, too: {name}")?;
    }
    for note in &configured.notes {
        writeln!(out, "# note: {}", escaped(without_secrets(note).as_bytes()))?;
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Returns a value as TOML writes it; of a text that may be a secret in a wrong place its length only.
fn shown(value: &Value) -> String {
    let texts = match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(texts) => texts.as_slice(),
        Value::Flag(_) | Value::Number(_) => &[],
    };
    let known = |text: &str| RULES.ids().any(|id| names(text, id));
    // Each name in a path is one word of ordinary ones, or is known.
    let plain = |text: &String| known(text) || text.split('/').all(is_ordinary);
    match texts.iter().find(|text| !plain(text)) {
        Some(other) => length(other),
        None => value.to_string(),
    }
}
