//! What may be shown of a finding: paths without secrets, text without control characters, one sentence.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::ops::Range;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::detect::{secrets_in_name, suspicious, without_secrets};
use crate::finding::Finding;
use crate::fragment::{Part, Place};
use crate::quote::length;
use crate::report::{Effect, Report, Skipped, Suppression};
use crate::rule::{RuleSet, Severity, Tier};
use crate::suppress::glob::literal;

/// So many characters at the end of a hidden secret tell its path from all others.
const TELLING: usize = 4;

/// A part of a secret that is no word has so many characters at least.
const PART: usize = 16;

/// Turns paths into what may be shown: a secret in a file's name is masked wherever that path appears.
pub(super) struct Paths {
    /// Parts of paths that are secret, and what stands for them.
    hidden: Vec<(Vec<u8>, String)>,
    /// What stands before names from the top of a work tree that the person does not stand in, for people.
    opened: Vec<u8>,
    /// The same for programs.
    told: Vec<u8>,
}

impl Paths {
    /// Returns what hides the secrets that a report found in names.
    pub(super) fn new(report: &Report) -> Self {
        let all = report
            .findings
            .iter()
            .chain(report.suppressed.iter().map(|(finding, _)| finding));
        let mut hidden = Vec::new();
        let is_secret = |finding: &&Finding| !finding.rule.is_of_file_names();
        // A sheet is called by the beginning of what stands in it.
        for finding in all.clone().filter(|finding| finding.member().is_some()) {
            let names = finding.path[finding.file..].split(|b| b"!/".contains(b));
            let secret = finding.secret.expose();
            let parts = names
                .filter(|name| name.len() >= PART && memchr::memmem::find(secret, name).is_some());
            hidden.extend(parts.map(|part| (part.to_vec(), finding.masked())));
        }
        for finding in all
            .filter(|finding| finding.part != Part::Content)
            .filter(is_secret)
        {
            let masked = finding.masked();
            hidden.push((finding.secret.expose().to_vec(), masked.clone()));
            // Of an encoded secret the path holds another form than the secret itself: that of its place.
            let place = finding.place;
            // The name of a member is told without the file's.
            let from = finding.member().map_or(0, |_| finding.file + 1);
            let span =
                from + place.column.saturating_sub(1)..from + place.end_column.saturating_sub(1);
            if finding.part == Part::Name
                && place.end_line == 1
                && let Some(form) = finding.path.get(span)
            {
                hidden.push((form.to_vec(), masked));
            }
        }
        // What is not there has a name that nobody has looked at: it may be a secret in a wrong place.
        let mut missing = report
            .skipped
            .iter()
            .filter(|one| one.is_missing())
            .peekable();
        if missing.peek().is_some() {
            let rules = RuleSet::builtin();
            for skipped in missing {
                for range in suspicious(&skipped.path, &rules) {
                    let form = &skipped.path[part_of_path(&skipped.path, range)];
                    let masked = length(&String::from_utf8_lossy(form));
                    hidden.push((form.to_vec(), masked));
                }
            }
        }
        // Of what is there and was not scanned, the name may be one that nobody has looked at either.
        for skipped in report.skipped.iter().filter(|one| !one.is_missing()) {
            for (range, masked) in secrets_in_name(&skipped.path) {
                hidden.push((skipped.path[range].to_vec(), masked));
            }
        }
        hidden.retain(|(form, _)| !form.is_empty());
        // The longest first: a secret may be the start of another.
        hidden.sort_by(|a, b| (b.0.len(), &b.0).cmp(&(a.0.len(), &a.0)));
        hidden.dedup();
        let before = report.elsewhere.as_ref().map(|one| one.before.clone());
        let told = before.flatten().unwrap_or_default();
        let opened = match &report.elsewhere {
            Some(one) if told.is_empty() => one.folder(),
            _ => told.clone(),
        };
        Self {
            hidden,
            opened,
            told,
        }
    }

    /// Returns a path as a person opens it from where she stands.
    pub(super) fn opened<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        self.behind(&self.opened, path)
    }

    /// Returns a path as programs are told it: from the top of the work tree that the person stands in, else of its own.
    pub(super) fn told<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        self.behind(&self.told, path)
    }

    fn behind<'p>(&self, before: &[u8], path: &'p [u8]) -> Cow<'p, [u8]> {
        let shown = self.bytes(path);
        if before.is_empty() || is_whole(path) || path.starts_with(b"<") {
            return shown;
        }
        Cow::Owned([before, &*shown].concat())
    }

    /// Returns a path as bytes without any secret.
    pub(super) fn bytes<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        let mut path = Cow::Borrowed(path);
        for (form, masked) in &self.hidden {
            if memchr::memmem::find(&path, form).is_some() {
                path = Cow::Owned(replace(&path, form, masked.as_bytes()));
            }
        }
        path
    }

    /// Returns the pieces of a path that may be shown; between each two something is hidden. None where so little is shown
    /// of that, that other paths may be made of the same pieces.
    pub(super) fn pieces(&self, path: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut pieces = vec![path.to_vec()];
        for (form, masked) in &self.hidden {
            if !pieces
                .iter()
                .any(|one| memchr::memmem::find(one, form).is_some())
            {
                continue;
            }
            let (head, tail) = masked.split_once("****")?;
            // Of an encoded secret the path holds another form.
            let fits = form.starts_with(head.as_bytes()) && form.ends_with(tail.as_bytes());
            if !fits || tail.len() < TELLING || form.contains(&b'/') {
                return None;
            }
            let (head, tail) = (head.as_bytes(), tail.as_bytes());
            let mut more = Vec::new();
            for piece in pieces {
                let mut own = Vec::new();
                let mut from = 0;
                for at in memchr::memmem::find_iter(&piece, form) {
                    own.extend_from_slice(&piece[from..at]);
                    own.extend_from_slice(head);
                    more.push(std::mem::replace(&mut own, tail.to_vec()));
                    from = at + form.len();
                }
                own.extend_from_slice(&piece[from..]);
                more.push(own);
            }
            pieces = more;
        }
        Some(pieces)
    }

    /// Returns what stands before a path for those who open it from where they stand.
    pub(super) fn before(&self, path: &[u8]) -> &[u8] {
        if is_whole(path) || path.starts_with(b"<") {
            return b"";
        }
        &self.opened
    }

    /// Returns the path of a finding as programs are told it, for formats that hold UTF-8 only.
    pub(super) fn text(&self, path: &[u8]) -> String {
        String::from_utf8_lossy(&self.told(path)).into_owned()
    }
}

/// Returns the whole name in a path that holds something suspicious, if that is most of it: all but its extension may
/// belong to it.
fn part_of_path(path: &[u8], range: Range<usize>) -> Range<usize> {
    let start = memchr::memrchr(b'/', &path[..range.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'/', &path[range.end..]).map_or(path.len(), |at| range.end + at);
    let is_extension = path[range.end..end]
        .strip_prefix(b".")
        .is_some_and(|rest| rest.len() <= 5 && rest.iter().all(u8::is_ascii_lowercase));
    let end = if is_extension { range.end } else { end };
    if 2 * range.len() >= end - start {
        start..end
    } else {
        range
    }
}

/// Tells whether a path is told from the root: of Windows, too.
pub fn is_whole(path: &[u8]) -> bool {
    let drive = matches!(path, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    drive || path.starts_with(b"/")
}

fn replace(text: &[u8], form: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(text, form) {
        out.extend_from_slice(&text[from..at]);
        out.extend_from_slice(by);
        from = at + form.len();
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// Returns bytes as one line of text that no terminal and no parser of lines misreads: control characters, marks that
/// turn the direction of writing, and bytes that are no UTF-8 are written as escapes.
pub fn one_line(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if hostile(c) {
                // Writing to a String cannot fail.
                let _ = if c.is_ascii() {
                    write!(out, "\\x{:02x}", u32::from(c))
                } else {
                    write!(out, "\\u{{{:x}}}", u32::from(c))
                };
            } else {
                out.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Returns the pattern that covers a path and no other, as a string of TOML on one line that no terminal misreads.
pub(super) fn pattern(path: &[u8]) -> String {
    let mut out = String::from("\"");
    for c in literal(path).chars() {
        match c {
            '\\' => out.push_str(r"\\"),
            '"' => out.push_str("\\\""),
            c if hostile(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

/// Writes a value as JSON, with this indent or on one line, in which every character that a terminal could misread stands as an
/// escape; it means the same. The text is never held whole.
pub(super) fn write_json(
    value: &impl Serialize,
    indent: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut escaped = Escaped(BufWriter::new(out));
    match indent {
        Some(indent) => {
            let format = PrettyFormatter::with_indent(indent.as_bytes());
            value.serialize(&mut Serializer::with_formatter(&mut escaped, format))?;
        }
        None => value.serialize(&mut Serializer::new(&mut escaped))?,
    }
    escaped.0.write_all(b"\n")?;
    escaped.0.flush()
}

/// Escapes what a terminal could misread. JSON is written to it in parts that are UTF-8 each.
struct Escaped<'w>(BufWriter<&'w mut dyn Write>);

impl Write for Escaped<'_> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let text = str::from_utf8(part).map_err(io::Error::other)?;
        let mut from = 0;
        for (at, c) in text.char_indices() {
            if hostile(c) && c != '\n' {
                self.0.write_all(&part[from..at])?;
                write!(self.0, "\\u{:04x}", u32::from(c))?;
                from = at + c.len_utf8();
            }
        }
        self.0.write_all(&part[from..])?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A list whose entries are made while it is written.
pub(super) struct List<F>(pub(super) F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for List<F> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Tells whether a character moves the cursor, turns the direction of text, or is seen by nobody.
pub(super) fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Returns what was found, in one sentence without a full stop: "Hex personal access token hxtp_****12ab".
pub(super) fn message(finding: &Finding) -> String {
    let mut out = format!("{} {}", finding.rule.title, finding.masked());
    if finding.reason != finding.rule.title && !finding.reason.is_empty() {
        let _ = write!(out, ", {}", finding.reason);
    }
    if let Some(context) = &finding.context {
        let _ = write!(out, " ({context})");
    }
    if finding.known {
        out.push_str("; an earlier version holds it already");
    }
    one_line(out.as_bytes())
}

/// Returns the same, with the place of a finding in a container: for formats that name a file and a line of it.
pub(super) fn message_for_file(finding: &Finding, paths: &Paths) -> String {
    let text = message(finding);
    if finding.member().is_none() {
        return text;
    }
    let path = one_line(&paths.told(&finding.path));
    format!(
        "{text}, in {path}:{}:{}",
        finding.place.line, finding.place.column
    )
}

/// Returns why something was not scanned, with the name of a member of a container.
pub(super) fn reason_for_file(skipped: &Skipped, paths: &Paths) -> String {
    let reason = one_line(skipped.reason.as_bytes());
    if skipped.file() == skipped.path {
        return reason;
    }
    format!("{}: {reason}", one_line(&paths.told(&skipped.path)))
}

/// Returns the place of a finding in its file: the lines of a member of a container are none of the file's.
pub(super) fn place_in_file(finding: &Finding) -> Place {
    if finding.member().is_none() {
        return finding.place;
    }
    Place {
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
    }
}

/// Returns why it matters and how to cure it; may be empty.
pub(super) fn advice(finding: &Finding) -> String {
    let rule = finding.rule;
    let parts: Vec<&str> = [rule.why, rule.help]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// Returns the name of a part of a commit, as the machine formats spell it.
pub(super) fn part(part: Part) -> &'static str {
    match part {
        Part::Content => "content",
        Part::Name => "name",
        Part::Message => "message",
        Part::Reference => "reference",
        Part::Header => "header",
    }
}

/// Returns the name of a tier, as the machine formats spell it.
pub(super) fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Block => "block",
        Tier::Warn => "warn",
    }
}

/// Returns what it means for the commit that something was not scanned, in one word.
pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Stops => "stops",
        Effect::Said => "said",
        Effect::Accepted => "accepted",
    }
}

/// Returns the name of a severity, as the machine formats spell it.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// Returns the words in which a suppression is told. Its reason is what somebody wrote: it may hold the secret.
pub fn allowed(why: &Suppression) -> String {
    match why {
        Suppression::Comment { mark, reason } => match reason {
            Some(reason) => format!("allowed by {mark}: {}", without_secrets(reason)),
            None => format!("allowed by {mark}"),
        },
        Suppression::Allowlist { origin, reason } => {
            format!("allowed by {origin}: {}", without_secrets(reason))
        }
        Suppression::Baseline { origin } => format!("accepted in {origin}"),
    }
}

/// Returns a digest of parts, as so many hexadecimal digits; the parts must hold no secret.
pub(super) fn digest(parts: &[&[u8]], digits: usize) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part);
    }
    let mut out = String::with_capacity(64);
    for byte in hash.finalize() {
        let _ = write!(out, "{byte:02x}");
    }
    out.truncate(digits);
    out
}

/// Returns names for findings that are the same in every run, as long as the file and the secret stay: made from the
/// fingerprint, or without one from what may be shown; equal ones are counted apart.
pub(super) fn identities<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<String> {
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    findings
        .map(|finding| {
            let secret = finding.fingerprint().unwrap_or_else(|| finding.masked());
            let commit = finding.commit.as_deref().unwrap_or_default();
            let name = digest(
                &[
                    finding.rule.id.as_bytes(),
                    &finding.path,
                    commit.as_bytes(),
                    secret.as_bytes(),
                ],
                32,
            );
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            format!("{name}:{count}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_bytes_become_escapes_and_the_rest_stays() {
        assert_eq!(
            one_line("a b/ü\u{1b}[31m\n\u{202e}".as_bytes()),
            "a b/ü\\x1b[31m\\x0a\\u{202e}"
        );
        assert_eq!(one_line(b"caf\xe9.py"), "caf\\xe9.py");
    }
}
