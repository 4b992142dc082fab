//! Comments that accept a finding: `hexguard:allow` on its line, above it, or for the whole file.

use memchr::memmem;
use std::cell::OnceCell;

use super::{date, others};
use crate::fragment::{Fragment, Place, line_end};
use crate::quote::is_ordinary;

/// What the comments around a finding say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Silent,
    /// The finding does not count.
    Allowed {
        /// The comment's own mark.
        mark: &'static str,
        /// The reason given.
        reason: Option<String>,
    },
    /// There is a comment that does not hold for this finding; why not, in half a sentence.
    Refused(String),
}

/// The mark of hexguard's own comments.
pub(super) const MARK: &str = "hexguard:allow";
/// A line longer than this is many statements (a notebook, minified code): only what stands near is beside a finding.
const LONG: usize = 1000;
/// What is looked at of very long lines, in bytes.
const FAR: usize = 64 << 10;
/// What is near on a long line, in bytes.
const NEAR: usize = 400;
/// Comments for the whole file stand in its head, where readers see them.
const HEAD_LINES: usize = 20;

/// Asks all comments around a finding of the rule `rule` at `place`.
pub fn verdict(rule: &str, place: Place, lines: &Lines<'_>, today: &str) -> Verdict {
    let mut refused = None;
    if lines.hold_mark(place) {
        for (line, wanted) in beside(place, lines) {
            for comment in own(line) {
                if comment.reach != wanted
                    && !(wanted == Reach::NextLine
                        && comment.reach == Reach::Line
                        && is_comment_only(line))
                {
                    continue;
                }
                match comment.holds(rule, today) {
                    Ok(()) => return comment.allowed(),
                    Err(why) => refused = Some(why),
                }
            }
        }
        if let Some(mark) = others::beside(rule, place, lines) {
            return Verdict::Allowed { mark, reason: None };
        }
    }
    for comment in lines.of_file() {
        match comment.holds(rule, today) {
            Ok(()) => return comment.allowed(),
            Err(why) => refused = Some(why),
        }
    }
    if let Some(mark) = others::over(rule, place, lines) {
        return Verdict::Allowed { mark, reason: None };
    }
    refused.map_or(Verdict::Silent, Verdict::Refused)
}

/// Returns the lines whose own comments may speak of a finding, each with the reach that counts there.
fn beside<'a>(place: Place, lines: &Lines<'a>) -> Vec<(&'a [u8], Reach)> {
    let mut out = Vec::new();
    for number in [place.line, place.end_line] {
        out.push((lines.beside(number, place), Reach::Line));
        if place.line == place.end_line {
            break;
        }
    }
    // The lines between belong to the secret itself.
    if place.line > 1 {
        out.push((lines.start(place.line - 1), Reach::NextLine));
    }
    out
}

/// How far a comment speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Line,
    NextLine,
    File,
}

/// One `hexguard:allow` comment.
struct Comment {
    reach: Reach,
    rules: Vec<String>,
    until: Option<String>,
    reason: Option<String>,
}

impl Comment {
    fn holds(&self, rule: &str, today: &str) -> Result<(), String> {
        if let Some(until) = &self.until {
            if !date::is_day(until) {
                return Err(format!(
                    "the {MARK} beside it does not count: `until={until}` is no day like 2026-12-31"
                ));
            }
            if until.as_str() < today {
                return Err(format!("the {MARK} beside it ended on {until}"));
            }
        }
        if self.rules.is_empty() || self.rules.iter().any(|pattern| names(pattern, rule)) {
            return Ok(());
        }
        let known = |word: &str| crate::rule::RULES.ids().any(|id| names(word, id));
        // Somebody may have written the secret there instead of a rule.
        let named = self.rules.iter().map(|word| match word.as_str() {
            word if known(word) || is_ordinary(word) => word,
            _ => "...",
        });
        let named: Vec<&str> = named.collect();
        Err(format!(
            "the {MARK} beside it is for `{}`, not for this rule (a reason stands behind `--`)",
            named.join(", ")
        ))
    }

    fn allowed(&self) -> Verdict {
        let mark = match self.reach {
            Reach::Line => MARK,
            Reach::NextLine => "hexguard:allow-next-line",
            Reach::File => "hexguard:allow-file",
        };
        Verdict::Allowed {
            mark,
            reason: self.reason.clone(),
        }
    }
}

/// Tells whether `pattern`, a rule id that may end with `*`, names the rule.
pub fn names(pattern: &str, rule: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => rule.starts_with(start),
        None => pattern == rule,
    }
}

/// Returns hexguard's own comments on a line.
fn own(line: &[u8]) -> impl Iterator<Item = Comment> + '_ {
    memmem::find_iter(line, MARK.as_bytes()).filter_map(|at| {
        let rest = &line[at + MARK.len()..];
        for (suffix, reach) in [("-next-line", Reach::NextLine), ("-file", Reach::File)] {
            if let Some(rest) = rest.strip_prefix(suffix.as_bytes()) {
                return parse(rest, reach);
            }
        }
        parse(rest, Reach::Line)
    })
}

/// Reads what stands behind the mark: rules, `until=`, and a reason behind `--`.
fn parse(rest: &[u8], reach: Reach) -> Option<Comment> {
    let rest = memmem::find(rest, b"*/").map_or(rest, |end| &rest[..end]);
    let rest = memmem::find(rest, b"-->").map_or(rest, |end| &rest[..end]);
    // In a JSON string the line ends at the escape.
    let rest = memmem::find(rest, b"\\n").map_or(rest, |end| &rest[..end]);
    // Within a value of JSON it ends with that.
    let end = memmem::find_iter(rest, b"\"").find(|at| {
        let behind = rest[at + 1..].trim_ascii_start().first();
        behind.is_some_and(|b| b",:}]".contains(b))
    });
    let text = String::from_utf8_lossy(end.map_or(rest, |end| &rest[..end]));
    let mut comment = Comment {
        reach,
        rules: Vec::new(),
        until: None,
        reason: None,
    };
    let (said, reason) = match text.split_once("--") {
        Some((said, reason)) => (said, Some(reason)),
        None => (&*text, None),
    };
    comment.reason = reason
        .map(|reason| {
            reason.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == ',' || c == '}')
        })
        .filter(|reason| !reason.is_empty())
        .map(str::to_owned);
    if said.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') {
        return None; // `hexguard:allowed` is another word
    }
    for word in said.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        if let Some(until) = word.strip_prefix("until=") {
            comment.until = Some(until.trim_end_matches(['"', '\'', ')', '}']).to_owned());
        } else if word.starts_with(|c: char| c.is_ascii_lowercase()) {
            let id: String = word
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '*'))
                .collect();
            comment.rules.push(id);
        } else if word.starts_with(|c: char| c.is_alphanumeric()) {
            comment.rules.push(word.to_owned()); // no rule's name: it will be named as the reason to refuse
        } else {
            break; // the end of the string or markup that the comment stands in
        }
    }
    Some(comment)
}

/// Tells whether a line holds nothing but a comment; only then it may speak of the next line.
pub(super) fn is_comment_only(line: &[u8]) -> bool {
    const STARTS: [&str; 20] = [
        "#", "//", "--", "/*", "*", "<!--", ";", "%", "'", "{#", "{%", "{{", "\"#", "\"//", "\"--",
        "(*", "\"\"\"", "[//]:", "<%", "{/*",
    ];
    const WORDS: [&str; 4] = ["rem", "@rem", "dnl", "comment"];
    let line = line.trim_ascii_start();
    if STARTS
        .iter()
        .any(|start| line.starts_with(start.as_bytes()))
    {
        return true;
    }
    // Languages have many more signs for a comment; what all have in common is that nothing but signs stands before it.
    let mark = memmem::find(line, MARK.as_bytes());
    let before = mark.map_or(line, |at| &line[..at]).to_ascii_lowercase();
    let before = before.trim_ascii();
    mark.is_some() && !before.iter().any(u8::is_ascii_alphanumeric)
        || WORDS.iter().any(|word| {
            let rest = before.strip_prefix(word.as_bytes());
            rest.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
        })
}

/// Where a line begins is noted every so many bytes.
const STEP: usize = 256;

/// The lines of a text by number; a line ends with LF, CRLF or a lone CR.
pub struct Lines<'a> {
    /// The whole text, or a piece of it.
    pub text: &'a [u8],
    /// How the whole text begins, and the comments in it that speak of the whole file.
    head: &'a [u8],
    of_file: OnceCell<Vec<Comment>>,
    /// Where the marks of comments stand, of every tool.
    comments: OnceCell<Vec<usize>>,
    /// The lines far above that hold for all of the text.
    marks: &'a [u8],
    /// The numbers of some lines and where they begin, no further apart than they must be: a text may be all line ends.
    starts: Vec<(usize, usize)>,
    count: usize,
    /// The marks that hold from where they stand, and what stands behind each; looked for once, whatever the number of findings.
    switches: OnceCell<Vec<Switch<'a>>>,
}

/// A mark that holds from where it stands: where that is, and what stands behind it.
pub(super) type Switch<'a> = (usize, &'a [u8]);

/// Returns where the lines begin behind the one that begins at an offset.
fn starts_behind(text: &[u8], from: usize) -> impl Iterator<Item = usize> {
    let ends = memchr::memchr2_iter(b'\n', b'\r', &text[from..]).map(move |at| from + at);
    ends.filter(|&at| text[at] == b'\n' || text.get(at + 1) != Some(&b'\n'))
        .map(|at| at + 1)
}

impl<'a> Lines<'a> {
    /// Counts the lines of a fragment.
    pub fn of(fragment: &Fragment<'a>) -> Self {
        let text = fragment.text;
        let (mut starts, mut count, mut last) = (vec![(1, 0)], 1, 0);
        for start in starts_behind(text, 0) {
            count += 1;
            if start - last >= STEP {
                starts.push((count, start));
                last = start;
            }
        }
        Self {
            text,
            head: fragment.head(),
            of_file: OnceCell::new(),
            comments: OnceCell::new(),
            marks: fragment.marks(),
            starts,
            count,
            switches: OnceCell::new(),
        }
    }

    /// Returns the marks that hold from where they stand, as `find` finds them in a text; those far above stand at 0.
    pub(super) fn switches(&self, find: fn(&'a [u8]) -> Vec<Switch<'a>>) -> &[Switch<'a>] {
        self.switches.get_or_init(|| {
            let above = find(self.marks).into_iter().map(|(_, rest)| (0, rest));
            above.chain(find(self.text)).collect()
        })
    }

    /// Tells whether the mark of a comment stands where one may speak of a finding: beside it, on the line above or on the
    /// line below.
    fn hold_mark(&self, place: Place) -> bool {
        let found = self.comments.get_or_init(|| others::marks(self.text));
        // Most texts have none.
        if found.is_empty() {
            return false;
        }
        let holds = |from: usize, to: usize| {
            let next = found.partition_point(|&at| at < from);
            found.get(next).is_some_and(|&at| at < to)
        };
        let begin = |line| self.begin(line).unwrap_or(self.text.len());
        // A mark far away on a long line, which random text may hold, is not one of each finding there.
        let (first, last) = (begin(place.line), begin(place.end_line));
        let (above, below) = (begin(place.line.max(2) - 1), begin(place.end_line + 1));
        let from = if begin(place.line + 1) - first > LONG {
            (first + place.column - 1).saturating_sub(NEAR).max(first)
        } else {
            first
        };
        let to = if below - last > LONG {
            (last + place.end_column - 1 + NEAR).min(below)
        } else {
            below
        };
        holds(from, to)
            || holds(above, first.min(above + LONG))
            || holds(below, (below + LONG).min(begin(place.end_line + 2)))
    }

    /// Returns the comments in the head of the whole text that speak of the file.
    fn of_file(&self) -> &[Comment] {
        self.of_file.get_or_init(|| {
            let mut rest = Some(self.head);
            let lines = std::iter::from_fn(|| {
                let text = rest?;
                let end = line_end(text, 0);
                rest = match &text[end..] {
                    [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => Some(rest),
                    [] => None,
                };
                Some(&text[..end.min(LONG)])
            });
            lines
                .take(HEAD_LINES)
                .flat_map(|line| own(line).filter(|_| is_comment_only(line)))
                .filter(|comment| comment.reach == Reach::File)
                .collect()
        })
    }

    /// Returns how many lines there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns where a line begins.
    fn begin(&self, number: usize) -> Option<usize> {
        // The end of the last line is not looked for: it may be long.
        if number > self.count {
            return None;
        }
        let noted = self.starts.partition_point(|line| line.0 <= number);
        let (line, start) = self.starts[noted.checked_sub(1)?];
        match number - line {
            0 => Some(start),
            more => starts_behind(self.text, start).nth(more - 1),
        }
    }

    /// Tells whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns a line (the first is 1) without its end; nothing beyond the last.
    pub fn line(&self, number: usize) -> &'a [u8] {
        self.range(number, number)
    }

    /// Returns the lines from `first` to `last` without the last one's end.
    pub fn range(&self, first: usize, last: usize) -> &'a [u8] {
        let Some(start) = self.begin(first) else {
            return &[];
        };
        let end = self.begin(last + 1).unwrap_or(self.text.len());
        let line = &self.text[start..end.max(start)];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Returns what stands at a place on one line; nothing of a longer one.
    pub fn at(&self, place: Place) -> &'a [u8] {
        let line = self.line(place.line);
        let span = place.column - 1..place.end_column.saturating_sub(1);
        line.get(span)
            .filter(|_| place.line == place.end_line)
            .unwrap_or_default()
    }

    /// Returns the text behind a line.
    pub fn after(&self, number: usize) -> &'a [u8] {
        self.begin(number + 1)
            .map_or(&[], |start| &self.text[start..])
    }

    /// Returns the start of a line; a comment that stands alone is not longer than that.
    pub fn start(&self, number: usize) -> &'a [u8] {
        let line = self.line(number);
        &line[..line.len().min(LONG)]
    }

    /// Returns the lines that a finding stands on; of very long ones what is around it, for a hostile text may hold
    /// very many findings on one line.
    pub fn around(&self, place: Place) -> &'a [u8] {
        let all = self.range(place.line, place.end_line);
        if all.len() <= FAR {
            return all;
        }
        let from = (place.column - 1).saturating_sub(FAR / 2).min(all.len());
        &all[from..all.len().min(from + FAR)]
    }

    /// Returns what stands beside a finding on line `number`: all of it, unless the line is long.
    pub fn beside(&self, number: usize, place: Place) -> &'a [u8] {
        let line = self.line(number);
        if line.len() <= LONG {
            return line;
        }
        let start = if number == place.line {
            (place.column - 1).min(line.len())
        } else {
            0
        };
        let end = if number == place.end_line {
            (place.end_column - 1).clamp(start, line.len())
        } else {
            line.len()
        };
        // Within a JSON string a statement ends at the escape of its line end.
        let (before, after) = (&line[start.saturating_sub(NEAR)..start], &line[end..]);
        let after = &after[..after.len().min(NEAR)];
        let from = memmem::rfind(before, b"\\n")
            .map_or(start - before.len(), |at| start - before.len() + at + 2);
        let to = end + memmem::find(after, b"\\n").unwrap_or(after.len());
        &line[from..to]
    }
}
