//! What follows from a rule as written: its validity, keywords, the reach of its pattern, prefix and specificity.
//! Shared by build.rs and custom rules.

use super::spec::{Confidence, Spec};

/// What follows from a rule as written.
pub struct Shape {
    /// Its keywords: those written, else taken from `keys` and `near`.
    pub keywords: Vec<String>,
    /// How many bytes a match may begin before the keyword.
    pub before: usize,
    /// How many bytes a match may reach beyond the start of the keyword; 0 when there is no bound.
    pub after: usize,
    /// How many bytes at the start of each secret are the format's public mark.
    pub prefix: usize,
    /// Which of two rules wins on the same text: the higher.
    pub specificity: u16,
}

/// Beyond this a bound is as good as none: the window would be the whole text.
const FAR: usize = 64 << 10;

/// Returns the reason why a rule cannot be used, if there is one.
pub fn validate(rule: &Spec) -> Result<(), String> {
    let id = &rule.id;
    let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(kebab) || id.starts_with('-') || id.ends_with('-') {
        return Err("`id` must be kebab-case: small letters, digits and `-`".into());
    }
    let ways = [&rule.regex, &rule.value, &rule.find]
        .into_iter()
        .flatten()
        .count();
    if ways != 1 {
        return Err("needs exactly one of `regex`, `value` and `find`".into());
    }
    if rule.value.is_some() && rule.keys.is_empty() && rule.near.is_empty() {
        return Err("`value` needs `keys` or `near`: any value would do otherwise".into());
    }
    if rule.value.is_none() && !rule.keys.is_empty() {
        return Err("`keys` goes with `value`".into());
    }
    for keyword in keywords(rule) {
        if keyword.len() < 3 {
            return Err(format!("keyword `{keyword}` is shorter than three bytes"));
        }
        if keyword.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(format!(
                "keyword `{keyword}` must be in small letters (it is found in any case)"
            ));
        }
    }
    if keywords(rule).is_empty() {
        return Err("needs `keywords`".into());
    }
    if let Some(source) = rule.regex.as_ref().or(rule.value.as_ref()) {
        hir(source).map_err(|error| format!("the pattern does not compile: {error}"))?;
    }
    Ok(())
}

/// Returns what follows from a valid rule.
pub fn measure(rule: &Spec) -> Shape {
    let keywords = keywords(rule);
    let mut shape = Shape {
        keywords,
        before: 0,
        after: 0,
        prefix: 0,
        specificity: 0,
    };
    if let Some(hir) = rule.regex.as_ref().and_then(|source| hir(source).ok()) {
        let longest = hir.properties().maximum_len().filter(|&len| len <= FAR);
        let head = head(&hir).to_ascii_lowercase();
        let heads_all = !head.is_empty()
            && shape
                .keywords
                .iter()
                .all(|word| head.starts_with(word.as_str()) || word.starts_with(&head));
        shape.before = if heads_all { 0 } else { longest.unwrap_or(FAR) };
        shape.after = longest.unwrap_or(0);
        shape.prefix = secret_head(&hir).len();
    }
    shape.specificity = rule
        .specificity
        .unwrap_or_else(|| specificity(rule, &shape));
    shape
}

/// A format that can be told by itself is more specific than one known by its key; the longer its public mark and the
/// better it is known, the more.
fn specificity(rule: &Spec, shape: &Shape) -> u16 {
    let by_way = if rule.regex.is_some() {
        if rule.near.is_empty() { 600 } else { 400 }
    } else if rule.value.is_some() {
        if rule.keys.is_empty() { 300 } else { 350 }
    } else {
        200
    };
    let by_check = if rule.check.is_empty() { 0 } else { 50 };
    let by_prefix = u16::try_from(shape.prefix.min(30)).unwrap_or(0) * 5;
    let by_confidence = match rule.confidence {
        Confidence::Documented => 9,
        Confidence::Two => 6,
        Confidence::One => 3,
        Confidence::Guess => 0,
    };
    by_way + by_check + by_prefix + by_confidence
}

/// Returns the keywords of a rule: those written, else the longest word of each key and each near word.
fn keywords(rule: &Spec) -> Vec<String> {
    let mut words = rule.keywords.clone();
    if words.is_empty() && rule.value.is_some() {
        // Without keys the vendor's word calls for the rule; with keys, a part of the key that no spelling splits.
        let from = if rule.keys.is_empty() {
            &rule.near
        } else {
            &rule.keys
        };
        words = from
            .iter()
            .map(|key| {
                let longest = key
                    .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
                    .max_by_key(|w| w.len());
                longest.unwrap_or(key).to_ascii_lowercase()
            })
            .collect();
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Returns a key name as rules compare it: small letters and digits only.
pub fn fold_key(key: &str) -> String {
    key.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Returns a pattern that matches only what `source` matches from end to end.
pub fn whole(source: &str) -> String {
    format!("^(?:{source})$")
}

fn hir(source: &str) -> Result<regex_syntax::hir::Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(source)
        .map_err(|error| error.to_string())
}

/// Returns the literal that every match begins with, in the case in which it is written (small letters where it is
/// matched in any case).
fn head(hir: &regex_syntax::hir::Hir) -> String {
    let mut out = String::new();
    walk(hir, &mut out, &mut false);
    out
}

/// Returns the literal that every secret begins with: of group 1 if there is one.
fn secret_head(hir: &regex_syntax::hir::Hir) -> String {
    fn group(hir: &regex_syntax::hir::Hir) -> Option<&regex_syntax::hir::Hir> {
        use regex_syntax::hir::HirKind;
        match hir.kind() {
            HirKind::Capture(capture) => Some(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(group),
            HirKind::Repetition(repetition) => group(&repetition.sub),
            _ => None,
        }
    }
    head(group(hir).unwrap_or(hir))
}

/// Appends the literal bytes that `hir` begins with; sets `done` at the first thing that is not one.
fn walk(hir: &regex_syntax::hir::Hir, out: &mut String, done: &mut bool) {
    use regex_syntax::hir::{Class, HirKind};
    if *done {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => out.push_str(text),
            Err(_) => *done = true,
        },
        HirKind::Class(Class::Bytes(class)) => {
            // `(?i)a` is the class [Aa].
            let ranges = class.ranges();
            let single = |i: usize| {
                ranges
                    .get(i)
                    .filter(|r| r.start() == r.end())
                    .map(regex_syntax::hir::ClassBytesRange::start)
            };
            match (single(0), single(1), ranges.len()) {
                (Some(a), Some(b), 2) if a.eq_ignore_ascii_case(&b) => out.push(char::from(b)),
                _ => *done = true,
            }
        }
        HirKind::Capture(capture) => walk(&capture.sub, out, done),
        HirKind::Concat(parts) => parts.iter().for_each(|part| walk(part, out, done)),
        _ => *done = true,
    }
}
