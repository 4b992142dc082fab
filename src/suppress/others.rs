//! Comments of other tools that accept a secret, by each tool's own rule of what counts.

use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::Regex;

use super::comment::{Lines, MARK, is_comment_only};
use crate::fragment::{Place, line_end};

/// More switches than this are no one's file, and none of them counts: a hostile one must not cost the square of its size.
const MOST: usize = 1000;

/// With what the marks begin that hold for a stretch of the file.
pub(crate) const SWITCH: &[u8] = b"secretlint-";

// Each tool looks for these anywhere on a line, in a comment or not.
const ANYWHERE: [&str; 6] = [
    "gitleaks:allow",
    "betterleaks:allow",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "pragma: allowlist secret",
    "@nosecrets-ignore",
];
// Short ones must stand alone: `user@nsi.example` and `loggignore` are no comments.
const ALONE: [&str; 2] = ["ggignore", "@nsi"];

/// Returns where what every comment has in it stands in a text, in order; a line without it needs no look.
///
/// A text may have very many findings, and few have such comments.
pub(super) fn marks(text: &[u8]) -> Vec<usize> {
    static MARKS: Lazy = OnceLock::new();
    let marks = MARKS.get_or_init(|| {
        let others = ["pragma:", "keyhog:", "secretlint-", "nosec", "(?i:noqa)"];
        let all = [MARK].into_iter().chain(ANYWHERE).chain(ALONE);
        let all: Vec<&str> = all.chain(others).collect();
        crate::rule::compile(&all.join("|")).ok()
    });
    let marks = marks.iter().flat_map(|marks| marks.find_iter(text));
    marks.map(|mark| mark.start()).collect()
}

/// Returns the mark of a comment on the finding's lines, or on the line above, that accepts it.
///
/// Bare `nosec`, `noqa` and `NOSONAR` speak of other things than secrets and do not count.
pub(super) fn beside(rule: &str, place: Place, lines: &Lines<'_>) -> Option<&'static str> {
    let own = [place.line, place.end_line].map(|number| lines.beside(number, place));
    if let Some(mark) = own.into_iter().find_map(|line| on_line(rule, line)) {
        return Some(mark);
    }
    let above = (place.line > 1).then(|| lines.start(place.line - 1));
    if let Some(mark) = above.and_then(|line| on_line_above(rule, line)) {
        return Some(mark);
    }
    // kingfisher looks around a value of several lines, where no comment can stand inside.
    let around = [place.line.wrapping_sub(1), place.end_line + 1];
    (place.line != place.end_line
        && around
            .iter()
            .any(|&number| has(lines.start(number), "kingfisher:ignore")))
    .then_some("kingfisher:ignore")
}

/// Returns the mark of a comment that accepts a stretch of the file.
pub(super) fn over(rule: &str, place: Place, lines: &Lines<'_>) -> Option<&'static str> {
    let switches = lines.switches(|text| {
        let found = memmem::find_iter(text, SWITCH).take(MOST + 1);
        let rest = |at: usize| &text[at + SWITCH.len()..];
        let found = found.map(|at| (at, &rest(at)[..line_end(rest(at), 0)]));
        let found: Vec<_> = found.collect();
        if found.len() > MOST {
            Vec::new()
        } else {
            found
        }
    });
    let before = lines.text.len() - lines.after(place.line).len();
    let mut disabled = false;
    for &(_, rest) in switches.iter().take_while(|(at, _)| *at < before) {
        if let Some(rest) = word(rest, "disable") {
            disabled |= secretlint_rules(rule, rest);
        } else if let Some(rest) = word(rest, "enable") {
            disabled &= !secretlint_rules(rule, rest);
        }
    }
    disabled.then_some("secretlint-disable")
}

fn on_line(rule: &str, line: &[u8]) -> Option<&'static str> {
    if let Some(mark) = ANYWHERE.into_iter().find(|mark| has(line, mark)) {
        return Some(mark);
    }
    if let Some(mark) = ALONE.into_iter().find(|mark| has_word(line, mark)) {
        return Some(mark);
    }
    if has(line, "pragma:") && matches(&PRAGMA, PRAGMA_SOURCE, line) {
        return Some("pragma: allowlist secret");
    }
    if keyhog(rule, line) {
        return Some("keyhog:ignore");
    }
    if has(line, "nosec") && matches(&NOSEC, NOSEC_SOURCE, line) {
        return Some("nosec B105");
    }
    if matches(&NOQA, NOQA_SOURCE, line) {
        return Some("noqa: S105");
    }
    secretlint(rule, line, "disable-line").then_some("secretlint-disable-line")
}

fn on_line_above(rule: &str, line: &[u8]) -> Option<&'static str> {
    if has(line, "pragma:") && matches(&NEXTLINE, NEXTLINE_SOURCE, line) {
        return Some("pragma: allowlist nextline secret");
    }
    if is_comment_only(line) && keyhog(rule, line) {
        return Some("keyhog:ignore");
    }
    secretlint(rule, line, "disable-next-line").then_some("secretlint-disable-next-line")
}

type Lazy = OnceLock<Option<Regex>>;

// detect-secrets: a comment of one of six languages to the end of the line, white space before it.
static PRAGMA: Lazy = OnceLock::new();
const PRAGMA_SOURCE: &str =
    r"(?:^|[ \t])(?:#|//|/\*|'|--|<!--[# \t]*?) *pragma: ?(?:allow|white)[ -]?list[ -]secret";
static NEXTLINE: Lazy = OnceLock::new();
const NEXTLINE_SOURCE: &str = r"^[ \t]*(?:#|//|/\*|'|--|<!--[# \t]*?) *pragma: ?(?:allow|white)[ -]?list[ -]nextline[ -]secret";
// Bandit's three checks for hard-coded passwords, alone or in a list.
static NOSEC: Lazy = OnceLock::new();
const NOSEC_SOURCE: &str = r"#[ \t]*nosec[: \t]+(?:B[0-9]{3}[, \t]+)*B10[567]\b";
static NOQA: Lazy = OnceLock::new();
const NOQA_SOURCE: &str =
    r"(?i:#[ \t]*noqa[ \t]*:[ \t]*(?:[A-Z]+[0-9]+[, \t]+)*S10[567](?:[^0-9A-Z]|$))";
static KEYHOG: Lazy = OnceLock::new();
const KEYHOG_SOURCE: &str =
    r"(?://|#|--|/\*|<!--)[ \t]*keyhog:(?:ignore|allow)\b(?:[ \t]+detector=([0-9A-Za-z_-]+))?";

/// Tells whether an expression, compiled when it is first needed, matches.
fn matches(slot: &Lazy, source: &str, line: &[u8]) -> bool {
    regex(slot, source).is_some_and(|regex| regex.is_match(line))
}

fn regex<'a>(slot: &'a Lazy, source: &str) -> Option<&'a Regex> {
    slot.get_or_init(|| crate::rule::compile(source).ok())
        .as_ref()
}

fn has(text: &[u8], mark: &str) -> bool {
    memmem::find(text, mark.as_bytes()).is_some()
}

fn has_word(line: &[u8], mark: &str) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b':');
    memmem::find_iter(line, mark.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|i| line.get(i));
        let after = line.get(at + mark.len());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// keyhog: behind a comment's start, for one detector or all.
fn keyhog(rule: &str, line: &[u8]) -> bool {
    if !has(line, "keyhog:") {
        return false;
    }
    let Some(found) = regex(&KEYHOG, KEYHOG_SOURCE).and_then(|regex| regex.captures(line)) else {
        return false;
    };
    found
        .get(1)
        .is_none_or(|id| same_vendor(rule, &String::from_utf8_lossy(id.as_bytes())))
}

/// secretlint: `secretlint-disable-line [rule, …] [-- reason]` in a comment.
fn secretlint(rule: &str, line: &[u8], verb: &str) -> bool {
    memmem::find_iter(line, b"secretlint-").any(|at| {
        word(&line[at + b"secretlint-".len()..], verb)
            .is_some_and(|rest| secretlint_rules(rule, rest))
    })
}

/// Returns what stands behind a verb, if the text begins with it and the word ends there.
fn word<'a>(text: &'a [u8], verb: &str) -> Option<&'a [u8]> {
    text.strip_prefix(verb.as_bytes()).filter(|rest| {
        !rest
            .first()
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-')
    })
}

/// Tells whether the rules listed behind a secretlint verb (none means all) speak of this rule's vendor.
fn secretlint_rules(rule: &str, rest: &[u8]) -> bool {
    let text = String::from_utf8_lossy(rest);
    let said = text.split("--").next().unwrap_or_default();
    let said = said.split("*/").next().unwrap_or_default();
    let mut any = false;
    for id in said
        .split([',', ' ', '\t'])
        .filter(|id| id.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@'))
    {
        any = true;
        let thing = id.rsplit('/').next().unwrap_or(id);
        let thing = thing.strip_prefix("secretlint-rule-").unwrap_or(thing);
        if same_vendor(rule, thing) {
            return true;
        }
    }
    !any
}

/// Tells whether a rule of another tool speaks of the same vendor: the first words of both ids agree.
pub(crate) fn same_vendor(rule: &str, other: &str) -> bool {
    let folded = other.to_ascii_lowercase().replace('_', "-");
    match folded.as_str() {
        "privatekey" | "private-key" => return rule.contains("private-key"),
        "basicauth" | "database-connection-string" => {
            return rule.contains("connection") || rule.contains("url");
        }
        "gcp" => return rule.starts_with("gcp") || rule.starts_with("google"),
        "pattern" | "preset-recommend" => return true,
        _ => {}
    }
    rule == folded || first_word(rule) == first_word(&folded)
}

fn first_word(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}
