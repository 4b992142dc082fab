//! Kubernetes Secret manifests: the values under `data`, which are base64 however short, and those under `stringData`, read under
//! their keys; in Terraform those under `data`. Whatever its name, such a value may be a key.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Writer;
use super::run::{LONG, is_text};
use crate::fragment::{line_end, line_within};
use crate::lexicon::secret_name;

/// A line longer than this holds a whole document.
const LINE: usize = 4 << 10;

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

/// Tells whether a text may hold a Secret. The kind stands anywhere in its document; a text without it costs one search, for the
/// end of the word that both have.
fn may_hold(text: &[u8]) -> bool {
    let holds = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    // `stringData` has a capital.
    holds(b"ecret") && holds(b"ata")
}

/// Appends every value of every Secret in a text, decoded, behind its key.
pub(super) fn secrets(text: &[u8], view: &mut Writer) {
    if !may_hold(text) {
        return;
    }
    let in_terraform = memchr::memmem::find(text, TERRAFORM).is_some();
    for document in documents(text) {
        if in_terraform || kind(&text[document.clone()]).is_some() {
            values(text, document, view);
        }
    }
}

/// Calls `keep` with what says that a place stands in a Secret, and among its values.
pub(super) fn above(text: &[u8], at: usize, keep: &mut dyn FnMut(Range<usize>)) {
    let text = &text[..at];
    if !may_hold(text) {
        return;
    }
    if let Some(found) = memchr::memmem::find(text, TERRAFORM) {
        keep(line_behind(text, found, LINE));
    }
    let start = memchr::memmem::rfind(text, b"\n---").map_or(0, |end| end + 1);
    if let Some(kind) = kind(&text[start..]) {
        keep(line_behind(text, start + kind, LINE));
    }
    let mut walk = Walk::default();
    let mut line = start;
    while line < at {
        let end = line_end(text, line);
        let is_last = end == at;
        if let Line::Inline = walk.step(text, line..end)
            && is_last
            && let Some(open) = open_inline(text, line..end)
        {
            keep(open);
        }
        line = end + 1;
    }
    if let Some(block) = walk.inside {
        keep(line_behind(text, block.name.start, LINE));
    }
}

/// Returns the line of an offset with its end; of a long one what stands around the offset.
fn line_behind(text: &[u8], at: usize, reach: usize) -> Range<usize> {
    let line = line_within(text, at, reach, reach);
    line.start..(line.end + 1).min(text.len())
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

/// Returns where a document says that its kind is Secret, as YAML or JSON (a sealed one says another kind).
fn kind(document: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(document, b"Secret").find(|&at| {
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

/// A name below which values stand.
struct Block {
    /// How deep it stands.
    depth: usize,
    written: Written,
    /// Its line.
    name: Range<usize>,
}

/// What a line holds.
enum Line {
    /// A value of the block.
    Value(Written),
    /// Values between braces.
    Inline,
    Other,
}

/// A walk over the lines of a document.
#[derive(Default)]
struct Walk {
    /// The block that the next line may belong to.
    inside: Option<Block>,
}

impl Walk {
    /// Goes over a line, and returns what it holds.
    fn step(&mut self, text: &[u8], range: Range<usize>) -> Line {
        let line = &text[range.clone()];
        let depth = indent(line);
        let content = line.trim_ascii();
        let ends = |block: &Block| {
            depth <= block.depth && !content.is_empty() && !content.starts_with(b"#")
        };
        if self.inside.as_ref().is_some_and(ends) {
            self.inside = None;
        }
        if let Some(block) = &self.inside {
            return Line::Value(block.written);
        }
        let written = match content {
            b"data:" | b"\"data\": {" | b"\"data\":{" => Written::Encoded,
            b"stringData:" | b"\"stringData\": {" | b"data = {" => Written::Plain,
            _ if content.starts_with(b"{") || content.len() > LINE => return Line::Inline,
            _ if content.starts_with(b"data:") || content.starts_with(b"\"data\"") => {
                return Line::Inline;
            }
            _ => return Line::Other,
        };
        self.inside = Some(Block {
            depth,
            written,
            name: range,
        });
        Line::Other
    }
}

fn indent(line: &[u8]) -> usize {
    let blanks = line.iter().take_while(|b| matches!(b, b' ' | b'\t'));
    blanks.count()
}

/// Appends the values under every `data` and `stringData` of a document.
fn values(text: &[u8], document: Range<usize>, view: &mut Writer) {
    let mut walk = Walk::default();
    let mut at = document.start;
    while at < document.end {
        let end = line_end(&text[..document.end], at);
        match walk.step(text, at..end) {
            Line::Value(written) => {
                pair(text, at + indent(&text[at..end])..end, written, view);
            }
            Line::Inline => inline(text, at..end, view),
            Line::Other => {}
        }
        at = end + 1;
    }
}

/// Returns where the pairs of a map `data: {…}` on a line stand, without the braces, and where it is named.
fn maps(text: &[u8], line: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
    let mut from = line.start;
    std::iter::from_fn(move || {
        // `metadata` is another map.
        let named = |at: &usize| *at == 0 || !text[from + at - 1].is_ascii_alphanumeric();
        let data = memchr::memmem::find_iter(&text[from..line.end], b"data").find(named)?;
        let data = from + data;
        let open = data + memchr::memchr(b'{', &text[data..line.end])? + 1;
        let close = memchr::memchr(b'}', &text[open..line.end]).map_or(line.end, |i| open + i);
        from = close;
        Some((data, open..close))
    })
}

/// Appends the pairs of `data: {key: value, ...}` on one line.
fn inline(text: &[u8], line: Range<usize>, view: &mut Writer) {
    for (_, map) in maps(text, line) {
        let mut at = map.start;
        while at < map.end {
            let end = memchr::memchr(b',', &text[at..map.end]).map_or(map.end, |i| at + i);
            pair(text, at..end, Written::Encoded, view);
            at = end + 1;
        }
    }
}

/// Returns where a map `data: {` begins that is not closed on its line.
fn open_inline(text: &[u8], line: Range<usize>) -> Option<Range<usize>> {
    let (name, map) = maps(text, line.clone()).last()?;
    (map.end == line.end && map.start - name < LINE).then_some(name..map.start)
}

/// Appends `key: value` with the value decoded, if it is base64 of text. A plain value is read in its place, if its name says that
/// it is a secret.
fn pair(text: &[u8], range: Range<usize>, written: Written, view: &mut Writer) {
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
    // A long run is decoded by itself.
    if key.is_empty() || value.len() < 4 || value.len() > LONG {
        return;
    }
    let named = secret_name(&text[key.clone()]).is_some();
    if written == Written::Plain {
        if !named && !text[value.clone()].contains(&b'"') {
            view.move_here(text, key);
            view.make(ANY_NAME);
            view.make(b": \"");
            view.move_here(text, value);
            view.make(b"\"");
            view.end_unit();
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
    if !lines {
        view.make(b"\"");
    }
    view.veil(value);
    view.end_unit();
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
