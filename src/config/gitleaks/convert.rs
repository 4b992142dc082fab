//! A gitleaks configuration written as hexguard.toml, as far as that can say the same.

use super::super::{counterpart, quoted};
use super::Gitleaks;
use super::file::{Allow, RuleSpec, Target};
use crate::rule::RULES;
use crate::suppress::allowlist::Allow as OwnAllow;

/// What a configuration comes to in hexguard's words.
#[derive(Default)]
pub struct Converted {
    /// `[[rule]]` tables.
    pub rules: Vec<String>,
    /// Their ids: in gitleaks' file, and here.
    ids: Vec<(String, String)>,
    /// Exceptions.
    pub allows: Vec<OwnAllow>,
    /// Rules of hexguard's to switch off.
    pub disable: Vec<String>,
    /// What could not be carried over, in sentences.
    pub lost: Vec<String>,
}

impl Gitleaks {
    /// Writes the configuration in hexguard's words.
    pub fn convert(&self) -> Converted {
        let mut out = Converted::default();
        for armed in &self.rules {
            let spec = &armed.spec;
            if counterpart::is_default(&spec.id) {
                let own = counterpart::of(&spec.id).join("`, `");
                out.lost.push(format!(
                    "{}: rule `{}`: hexguard's own `{own}` looks for the same",
                    spec.place, spec.id
                ));
                continue;
            }
            // Names that differ in signs alone become one, and may then be that of a built-in rule.
            let plain = kebab(&spec.id);
            let taken = |name: &str| {
                out.ids.iter().any(|(_, own)| own == name) || RULES.ids().any(|id| id == name)
            };
            let numbered = (2..).map(|number| format!("{plain}-{number}"));
            let mut names = std::iter::once(plain.clone()).chain(numbered);
            let name = names.find(|name| !taken(name)).unwrap_or_default();
            let Some(text) = rule(spec, &name, &mut out.lost) else {
                let id = &spec.id;
                out.lost
                    .push(format!("{}: rule `{id}` was not carried over", spec.place));
                continue;
            };
            out.rules.push(text);
            for list in &spec.allowlists {
                allow(list, std::slice::from_ref(&name), &mut out);
            }
            out.ids.push((spec.id.clone(), name));
        }
        for spec in &self.borrowed {
            let own = of(&spec.id, &mut out.lost);
            if spec.path.is_some() || spec.entropy != 0.0 {
                let RuleSpec { place, id, .. } = spec;
                out.lost.push(format!(
                    "{place}: rule `{id}`: `path` and `entropy` of a default rule have no counterpart"
                ));
            }
            for list in &spec.allowlists {
                if !own.is_empty() {
                    allow(list, &own, &mut out);
                }
            }
        }
        for list in &self.allowlists {
            let mut own = Vec::new();
            for id in &list.rules {
                if let Some((_, name)) = out.ids.iter().find(|(theirs, _)| theirs == id) {
                    own.push(name.clone());
                } else {
                    own.extend(of(id, &mut out.lost));
                }
            }
            if !list.rules.is_empty() && own.is_empty() {
                continue;
            }
            allow(list, &own, &mut out);
        }
        for (id, place) in &self.disabled {
            let own = counterpart::of(id);
            if own.is_empty() {
                out.lost.push(format!(
                    "{place}: hexguard has no counterpart of the rule `{id}`, which is switched off"
                ));
            }
            out.disable.extend(own.iter().map(|id| (*id).to_owned()));
        }
        out
    }
}

fn of(id: &str, lost: &mut Vec<String>) -> Vec<String> {
    let own = counterpart::of(id);
    if own.is_empty() {
        lost.push(format!(
            "hexguard has no counterpart of the rule `{id}`; its allowlists were left out"
        ));
    }
    own.into_iter().map(str::to_owned).collect()
}

/// Returns an id in the form that hexguard asks for.
fn kebab(id: &str) -> String {
    let mut out = String::new();
    for c in id.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

fn rule(spec: &RuleSpec, id: &str, lost: &mut Vec<String>) -> Option<String> {
    let mut lose = |what: &str| lost.push(format!("{}: rule `{}`: {what}", spec.place, spec.id));
    if spec.skip_report {
        lose("it only serves others (`skipReport`), which hexguard's rules cannot ask for");
        return None;
    }
    let Some(regex) = &spec.regex else {
        lose("rules for file names alone have no counterpart");
        return None;
    };
    let keywords: Vec<&String> = spec
        .keywords
        .iter()
        .filter(|word| word.len() >= 3 && word.is_ascii())
        .collect();
    if keywords.is_empty() || keywords.len() < spec.keywords.len() {
        lose("it needs `keywords` of three letters at least, so that it costs nothing elsewhere");
        return None;
    }
    if crate::rule::check_syntax(regex.source()).is_err() {
        lose("its expression needs letters of all languages, which hexguard's rules do not know");
        return None;
    }
    let mut tier = "";
    if !spec.required.is_empty() {
        lose("`required` has no counterpart; it warns instead of stopping the commit");
        tier = "tier = \"warn\"\n";
    }
    let mut paths = String::new();
    if let Some(path) = &spec.path {
        match glob(path.source()) {
            Some(glob) => paths = format!("paths = [{}]\n", quoted(&glob)),
            None => lose("`path` is an expression and was left out; the rule looks at all files"),
        }
    }
    let title = if spec.description.is_empty() {
        &spec.id
    } else {
        &spec.description
    };
    let entropy = match spec.entropy {
        0.0 => String::new(),
        entropy => format!("entropy = {entropy:?}\n"),
    };
    let words: Vec<String> = keywords.iter().map(|word| quoted(word)).collect();
    let source = one_group(regex.source(), spec.secret_group);
    Some(format!(
        "[[rule]]\nid = {}\ntitle = {}\nregex = {}\nkeywords = [{}]\n{paths}{entropy}{tier}",
        quoted(id),
        quoted(title),
        quoted(&source),
        words.join(", ")
    ))
}

/// Makes all groups but the wanted one plain brackets, for hexguard takes the first that there is. With none wanted
/// they stay: both tools take the first that matched something.
fn one_group(source: &str, wanted: usize) -> String {
    if wanted == 0 {
        return source.to_owned();
    }
    let mut out = String::new();
    let (mut number, mut in_class) = (0, false);
    let mut chars = source.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                if let Some((_, next)) = chars.next() {
                    out.push(next);
                }
                continue;
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest = &source[at + 1..];
                let named = rest.starts_with("?P<") || rest.starts_with("?<");
                if !rest.starts_with('?') || named {
                    number += 1;
                    if number != wanted {
                        out.push_str("(?:");
                        if named {
                            let skip = rest.find('>').map_or(0, |end| end + 1);
                            for _ in 0..skip {
                                chars.next();
                            }
                        }
                        continue;
                    }
                }
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

fn allow(list: &Allow, rules: &[String], out: &mut Converted) {
    let mut lose = |what: &str| out.lost.push(format!("{}: {what}", list.place));
    if !list.commits.is_empty() {
        lose(
            "`commits` has no counterpart: a secret in history stays one; use `hexguard baseline`",
        );
        if list.all {
            return;
        }
    }
    let mut values: Vec<String> = Vec::new();
    if list.target == Target::Secret {
        values.extend(
            list.regexes
                .iter()
                .map(|regex| format!(".*(?:{}).*", regex.source())),
        );
    } else if !list.regexes.is_empty() {
        lose("`regexTarget` other than the secret has no counterpart");
        if list.all {
            return;
        }
    }
    values.retain(|value| {
        let fine = crate::rule::check_syntax(value).is_ok();
        if !fine {
            lose("an expression needs letters of all languages and was left out");
        }
        fine
    });
    let words = list.stopwords.iter();
    let words: Vec<String> = words
        .map(|word| format!("(?i).*{}.*", regex::escape(word)))
        .collect();
    let mut paths = Vec::new();
    for regex in &list.paths {
        if let Some(glob) = glob(regex.source()) {
            paths.push(glob);
            continue;
        }
        lose(&format!(
            "the path expression `{}` cannot be written as a pattern",
            regex.source()
        ));
        if list.all {
            return;
        }
    }
    let reason = if list.description.is_empty() {
        "carried over from gitleaks".to_owned()
    } else {
        list.description.clone()
    };
    let base = OwnAllow {
        reason,
        rules: rules.to_vec(),
        ..OwnAllow::default()
    };
    let mut add = |paths: &[String], values: &[String]| {
        if !paths.is_empty() || !values.is_empty() {
            out.allows.push(OwnAllow {
                paths: paths.to_vec(),
                values: values.to_vec(),
                ..base.clone()
            });
        }
    };
    if list.all {
        if !values.is_empty() && !words.is_empty() {
            lose_both(&list.place, &mut out.lost);
            return;
        }
        values.extend(words);
        add(&paths, &values);
    } else {
        add(&paths, &[]);
        values.extend(words);
        add(&[], &values);
    }
}

fn lose_both(place: &str, lost: &mut Vec<String>) {
    lost.push(format!(
        "{place}: `regexes` and `stopwords` that must both hold have no counterpart"
    ));
}

/// Writes an expression over paths as a pattern, where it is simple enough to mean the same.
pub(super) fn glob(source: &str) -> Option<String> {
    let mut rest = source;
    let tied = rest.strip_prefix('^');
    let at_part = ["(?:^|/)", "(^|/)", "(?:^|\\/)"]
        .iter()
        .find_map(|head| rest.strip_prefix(head));
    let mut out = String::new();
    match (tied, at_part) {
        (Some(after), _) => rest = after,
        (None, Some(after)) => {
            out.push_str("**/");
            rest = after;
        }
        // Anywhere in the path: `x` is `**/*x`, which takes in what is below.
        (None, None) => out.push_str("**/*"),
    }
    let mut open_end = true;
    for tail in ["(?:/.*)?$", "(/.*)?$", "/.*$", "/.*", "/"] {
        if let Some(before) = rest.strip_suffix(tail) {
            rest = before;
            open_end = false; // a folder, and what is in it
            if tail == "/" || tail.starts_with("/.") {
                // the folder alone would be a file of that name
                out.push_str(&literal(rest)?);
                out.push_str("/**");
                return Some(out);
            }
            break;
        }
    }
    if let Some(before) = rest
        .strip_suffix('$')
        .filter(|before| !before.ends_with('\\'))
    {
        rest = before;
        open_end = false;
    }
    out.push_str(&literal(rest)?);
    if open_end {
        out.push('*');
    }
    Some(out.replace("***", "**"))
}

/// Copies an expression that is made of plain text, `.*`, `[^/]*` and choices.
fn literal(source: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = source;
    let mut depth = 0;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest
            .strip_prefix("[^/]*")
            .or_else(|| rest.strip_prefix("[^/]+"))
        {
            out.push('*');
            rest = after;
        } else if let Some(after) = rest.strip_prefix(".*").or_else(|| rest.strip_prefix(".+")) {
            // Over folders, too: that is a pattern only as a part of its own.
            if !(out.is_empty() || out.ends_with('/'))
                || !(after.is_empty() || after.starts_with('/'))
            {
                return None;
            }
            out.push_str("**");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("(?:").or_else(|| rest.strip_prefix('(')) {
            out.push('{');
            depth += 1;
            rest = after;
        } else if c == '\\' {
            let next = rest[1..].chars().next()?;
            if next.is_ascii_alphanumeric() {
                return None;
            }
            out.push(next);
            rest = &rest[1 + next.len_utf8()..];
        } else if c == ')' && depth > 0 {
            out.push('}');
            depth -= 1;
            rest = &rest[1..];
            if rest.starts_with(['?', '*', '+', '{']) {
                return None;
            }
        } else if c == '|' && depth > 0 {
            out.push(',');
            rest = &rest[1..];
        } else if c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | ' ' | '@' | '~' | ',')
        {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            if rest.starts_with(['?', '*', '+', '{']) {
                return None;
            }
        } else {
            return None;
        }
    }
    (depth == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_path_expressions_become_patterns() {
        for (regex, pattern) in [
            ("^tests/", Some("tests/**")),
            (r"^docs/[^/]*\.md$", Some("docs/*.md")),
            (r"(^|/)node_modules(/.*)?$", Some("**/node_modules")),
            (r"(?:^|/)vendor/.*$", Some("**/vendor/**")),
            (r"\.lock$", Some("**/*.lock")),
            (r"\.(py|ts)$", Some("**/*.{py,ts}")),
            ("^a$", Some("a")),
            (r"gitleaks\.toml", Some("**/*gitleaks.toml*")),
            (r"\.ya?ml$", None),
            ("^[a-z]+/", None),
            ("^a.*b$", None),
        ] {
            assert_eq!(glob(regex).as_deref(), pattern, "{regex}");
        }
    }

    #[test]
    fn only_the_wanted_group_stays() {
        assert_eq!(
            one_group(r"(a)(?:b)(?P<n>c)\((d)[(]", 3),
            r"(?:a)(?:b)(?:c)\((d)[(]"
        );
        assert_eq!(one_group("(a)(b)", 0), "(a)(b)");
        assert_eq!(kebab("AWS_Access Key!"), "aws-access-key");
    }
}
