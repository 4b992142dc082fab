//! Custom rules: a rule of the configuration made into one like the built-in ones.

use super::builtin::{CHECKS, COMMON_IN_KEYS, FINDS};
use super::measure::{fold_key, measure, validate};
use super::spec::Spec;
use super::{Check, Kind, Pattern, Rule};
use crate::hint::closest;
use crate::quote::quoted;

/// Returns the rule, or the reason why it cannot be used. It lives as long as the process, as the built-in ones do.
pub fn build(spec: &Spec) -> Result<Rule, String> {
    if spec.names.is_some() || spec.site.is_some() {
        return Err("`names` and `site` are for built-in rules; use `value` with `keys`".into());
    }
    validate(spec, COMMON_IN_KEYS)?;
    let shape = measure(spec, COMMON_IN_KEYS);
    // What a function finds needs no expression.
    if spec.find.is_none() {
        super::check_syntax(&shape.source)?;
    }
    let source = text(&shape.source);
    let kind = match (&spec.regex, &spec.value, &spec.find) {
        (Some(_), _, _) => Kind::Regex(
            Pattern::new(source, shape.before, shape.after)
                .starting(shape.least, shape.bytes)
                .behind(shape.edge),
        ),
        (_, Some(_), _) => Kind::Value {
            pattern: Pattern::new(source, shape.least, shape.most),
            keys: texts(spec.keys.iter().map(|key| fold_key(key))),
        },
        (_, _, Some(find)) => Kind::Find(named(find, FINDS, "find")?),
        _ => return Err("needs exactly one of `regex`, `value` and `find`".into()),
    };
    let checks: Vec<Check> = spec
        .check
        .iter()
        .map(|name| named(name, CHECKS, "check"))
        .collect::<Result<_, _>>()?;
    let optional = |value: &Option<String>| value.as_deref().map_or("", text);
    Ok(Rule {
        id: text(&spec.id),
        title: text(&spec.title),
        kind,
        near: texts(spec.near.iter().cloned()),
        public_beside: texts(spec.public_beside.iter().cloned()),
        keywords: texts(shape.keywords),
        paths: texts(spec.paths.iter().cloned()),
        check: checks.leak(),
        checksum: spec.checksum,
        entropy: spec.entropy.unwrap_or(0.0),
        tier: spec.tier,
        severity: spec.severity,
        confidence: spec.confidence,
        why: optional(&spec.why),
        help: optional(&spec.help),
        url: optional(&spec.url),
        specificity: shape.specificity,
        prefix: shape.prefix,
        by_format: shape.by_format,
        judged: spec.judged,
        examples: texts(spec.examples.iter().cloned()),
    })
}

fn named<T: Copy>(name: &str, table: &[(&str, T)], what: &str) -> Result<T, String> {
    if let Some((_, function)) = table.iter().find(|(known, _)| *known == name) {
        return Ok(*function);
    }
    let names: Vec<&str> = table.iter().map(|(known, _)| *known).collect();
    let near = closest(name, &names).map(|near| format!("; did you mean `{near}`?"));
    Err(format!(
        "there is no {what} {}{}",
        quoted(name),
        near.unwrap_or_default()
    ))
}

fn text(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn texts(texts: impl IntoIterator<Item = String>) -> &'static [&'static str] {
    let texts: Vec<&'static str> = texts.into_iter().map(|text| &*text.leak()).collect();
    texts.leak()
}
