//! `config`: the settings in force and where each is from.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use hexguard::config::key::{KEYS, Kind};
use hexguard::config::{Settings, Value, schema};
use hexguard::git::{Caller, Repository};
use hexguard::output::{escaped, without_secrets};
use hexguard::quote::{is_ordinary, length};
use hexguard::report::Outcome;
use hexguard::rule::{RULES, Tier};
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
        if key.kind == Kind::List {
            let list = settings.list(key.name);
            if list.is_empty() {
                lines.push((format!("{} = []", key.name), "default".to_owned()));
            }
            for (item, origin) in list {
                let value = shown(&Value::List(vec![item.to_owned()]));
                lines.push((format!("{} += {value}", key.name), origin.to_owned()));
            }
        } else {
            lines.push(plain(settings, key.name, key.default));
        }
    }
    for (rule, tier, origin) in &settings.tiers {
        let tier = match tier {
            Some(Tier::Block) => "block",
            Some(Tier::Warn) => "warn",
            None => "off",
        };
        let rule = shown(&Value::Text(rule.clone()));
        lines.push((format!("tier.{rule} = \"{tier}\""), origin.clone()));
    }
    for allow in &settings.allows {
        lines.push((format!("allow: {}", allow.reason), allow.origin.clone()));
    }
    for (rule, origin) in &settings.rules {
        lines.push((format!("rule: {}", rule.id), origin.clone()));
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

fn plain(settings: &Settings, name: &str, default: &str) -> (String, String) {
    match settings.get(name) {
        Some(given) => (
            format!("{name} = {}", shown(&given.value)),
            given.origin.clone(),
        ),
        None => (format!("{name} = {default}"), "default".to_owned()),
    }
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
