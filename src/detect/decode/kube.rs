//! Kubernetes Secret manifests: the values under `data`, which are base64 however short, and those under `stringData`, read under
//! their keys; in Terraform those under `data`. Whatever its name, such a value may be a key.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::View;
use super::run::is_text;
use crate::fragment::line_end;
use crate::lexicon::secret_name;

/// How the values of a block are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// In base64, under `data`.
    Encoded,
    /// As they are, under `stringData`.
    Plain,
}

/// How the type of a Secret begins in Terraform.
const TERRAFORM: &[u8] = b"\"kubernetes_secret";

/// What is appended to a name that says nothing.
const ANY_NAME: &[u8] = b"_key";

/// Appends every value of every Secret in a text, decoded, behind its key.
pub(super) fn secrets(text: &[u8], view: &mut View) {
    // The kind stands anywhere in its document; a text without it costs one search, for the end of the word that both have.
    // `stringData` has a capital.
    let holds = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    if !holds(b"ecret") || !holds(b"ata") {
        return;
    }
    let in_terraform = holds(TERRAFORM);
    for document in documents(text) {
        if in_terraform || is_secret(&text[document.clone()]) {
            values(text, document, view);
        }
    }
}

/// Returns the documents of a YAML stream; other texts are one.
fn documents(text: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in memchr::memmem::find_iter(text, b"\n---") {
        out.push(start..at + 1);
        start = at + 1;
    }
    out.push(start..text.len());
    out
}

/// Tells whether a document says that its kind is Secret, as YAML or JSON (a sealed one says another kind).
fn is_secret(document: &[u8]) -> bool {
    memchr::memmem::find_iter(document, b"Secret").any(|at| {
        let before = document[..at].trim_ascii_end();
        let before = before
            .strip_suffix(b"\"")
            .or_else(|| before.strip_suffix(b"'"))
            .unwrap_or(before);
        let Some(before) = before.trim_ascii_end().strip_suffix(b":") else {
            return false;
        };
        let key = before.trim_ascii_end();
        let key = key.strip_suffix(b"\"").unwrap_or(key);
        let next = document.get(at + 6);
        key.ends_with(b"kind") && next.is_none_or(|b| !b.is_ascii_alphanumeric())
    })
}

/// Appends the values under every `data` and `stringData` of a document.
fn values(text: &[u8], document: Range<usize>, view: &mut View) {
    // How deep the name stands whose values these lines are, and how they are written.
    let mut inside: Option<(usize, Written)> = None;
    let mut at = document.start;
    while at < document.end {
        let end = line_end(&text[..document.end], at);
        let line = &text[at..end];
        let indent = line
            .iter()
            .take_while(|&&b| b == b' ' || b == b'\t')
            .count();
        let content = line.trim_ascii();
        if content.starts_with(b"{") || content.len() > 4096 {
            inline(text, at..end, view);
        }
        if inside.is_some_and(|(depth, _)| {
            indent <= depth && !content.is_empty() && !content.starts_with(b"#")
        }) {
            inside = None;
        }
        if let Some((_, written)) = inside {
            pair(text, at + indent..end, written, view);
        } else if matches!(content, b"data:" | b"\"data\": {" | b"\"data\":{") {
            inside = Some((indent, Written::Encoded));
        } else if matches!(content, b"stringData:" | b"\"stringData\": {" | b"data = {") {
            inside = Some((indent, Written::Plain));
        } else if content.starts_with(b"data:") || content.starts_with(b"\"data\"") {
            inline(text, at..end, view);
        }
        at = end + 1;
    }
}

/// Appends the pairs of `data: {key: value, ...}` on one line.
fn inline(text: &[u8], line: Range<usize>, view: &mut View) {
    let Some(data) = memchr::memmem::find(&text[line.clone()], b"data") else {
        return;
    };
    let Some(open) = memchr::memchr(b'{', &text[line.start + data..line.end]) else {
        return;
    };
    let mut at = line.start + data + open + 1;
    let close = memchr::memchr(b'}', &text[at..line.end]).map_or(line.end, |i| at + i);
    while at < close {
        let end = memchr::memchr(b',', &text[at..close]).map_or(close, |i| at + i);
        pair(text, at..end, Written::Encoded, view);
        at = end + 1;
    }
}

/// Appends `key: value` with the value decoded, if it is base64 of text. A plain value is read in its place, if its name says that
/// it is a secret.
fn pair(text: &[u8], range: Range<usize>, written: Written, view: &mut View) {
    let Some(colon) = memchr::memchr2(b':', b'=', &text[range.clone()]) else {
        return;
    };
    let key = trimmed(text, range.start..range.start + colon);
    let value = range.start + colon + 1..range.end;
    // A comment of YAML.
    let comment = memchr::memmem::find(&text[value.clone()], b" #");
    let value = trimmed(
        text,
        value.start..comment.map_or(value.end, |len| value.start + len),
    );
    if key.is_empty() || value.len() < 4 {
        return;
    }
    let named = secret_name(&text[key.clone()]).is_some();
    if written == Written::Plain {
        if !named && !text[value.clone()].contains(&b'"') {
            view.move_here(text, key);
            view.make(ANY_NAME);
            view.make(b": \"");
            view.move_here(text, value);
            view.make(b"\"\n\n\n\n\n");
        }
        return;
    }
    let Some(bytes) = STANDARD
        .decode(&text[value.clone()])
        .ok()
        .filter(|b| is_text(b))
    else {
        return;
    };
    view.move_here(text, key);
    // A value of several lines is a file of its own; every other reads as a literal, in JSON, too.
    let bytes = bytes.trim_ascii();
    let lines = memchr::memchr2(b'\n', b'"', bytes).is_some();
    if !named && !lines {
        view.make(ANY_NAME);
    }
    view.make(if lines { b": \n" } else { b": \"" });
    view.decoded(bytes, value.clone(), "base64");
    view.make(if lines {
        b"\n\n\n\n\n"
    } else {
        b"\"\n\n\n\n\n"
    });
    view.veil(value);
}

/// Returns a range without the blanks, quotes and commas around it.
fn trimmed(text: &[u8], mut range: Range<usize>) -> Range<usize> {
    let around = |b: u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b',');
    while range.start < range.end && around(text[range.start]) {
        range.start += 1;
    }
    while range.start < range.end && around(text[range.end - 1]) {
        range.end -= 1;
    }
    range
}
