//! Redact: a filter that replaces secrets and the values of sensitive fields in a stream of text.
//!
//! Whole lines are worked on as soon as they have come, so that a log can be followed; a line that does not end is worked
//! on in pieces that overlap, so that memory is bounded and no secret falls between two pieces. What spans lines (a
//! private key, a list in JSON, a block in YAML) is followed by a [`State`], not by waiting for its end.

use std::io::{self, Read, Write};

use crate::detect::{detect_named, rest_of_token};
use crate::fragment::Fragment;
use crate::rule::RuleSet;

mod field;
mod pem;
mod value;

use field::{Fields, Hit};
use value::State;

/// What stands for a secret.
pub const MARK: &[u8] = b"[REDACTED]";

/// How much is read at once.
const READ: usize = 128 << 10;
/// How long a line may become before it is worked on without its end.
const LONG: usize = 1 << 20;
/// How much of an unfinished line is kept back: more than any rule's secret takes.
const OVERLAP: usize = 64 << 10;
/// How much of what was written is kept: the lines above a secret may say what it is.
const CONTEXT: usize = 2 << 10;
/// Of a secret shorter than this, four characters would be a good part.
const TAIL_FROM: usize = 20;
/// Rules with this start speak of code, not of a secret in it.
const CODE_RULES: &str = "hex-code-";

/// A filter; push text in, take text out.
pub struct Filter<'r> {
    rules: &'r RuleSet,
    fields: Fields,
    keep_tail: bool,
    state: State,
    /// Text written already (context), then text to be worked on.
    buffer: Vec<u8>,
    /// Where the second begins.
    done: usize,
    out: Vec<u8>,
    count: u64,
}

impl<'r> Filter<'r> {
    /// Returns a filter for what `rules` find, the sensitive fields known, and more of them.
    pub fn new(rules: &'r RuleSet, more_fields: &[String], keep_tail: bool) -> Self {
        Self {
            rules,
            fields: Fields::new(more_fields),
            keep_tail,
            state: State::Text,
            buffer: Vec::new(),
            done: 0,
            out: Vec::new(),
            count: 0,
        }
    }

    /// Takes more text and returns what can be written now: every line that has ended.
    pub fn push(&mut self, text: &[u8]) -> &[u8] {
        self.out.clear();
        let known = self.buffer.len();
        self.buffer.extend_from_slice(text);
        if let Some(last) = memchr::memrchr2(b'\n', b'\r', &self.buffer[known..]) {
            let end = known + last + 1;
            self.work(end, end);
        }
        while self.buffer.len() - self.done > LONG {
            let end = self.buffer.len().min(self.done + LONG + OVERLAP);
            self.work(end, end - OVERLAP);
        }
        &self.out
    }

    /// Returns the rest, at the end of the input.
    pub fn finish(&mut self) -> &[u8] {
        self.out.clear();
        self.work(self.buffer.len(), self.buffer.len());
        &self.out
    }

    /// Returns how many secrets and values were replaced so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Works on the text up to `end` and writes it up to `cut`, or further where something reaches beyond that.
    fn work(&mut self, end: usize, cut: usize) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut out = std::mem::take(&mut self.out);
        let text = &buffer[..end];
        let mut work = Work {
            text,
            whole: cut == end,
            keep_tail: self.keep_tail,
            state: std::mem::take(&mut self.state),
            out: &mut out,
            count: &mut self.count,
        };
        let secrets = secrets(text, self.done, self.rules);
        let hits = self.fields.hits(text, self.done);
        let at = work.run(self.done, cut, &secrets, &hits);
        self.state = work.state;
        self.out = out;
        self.buffer = buffer;
        self.done = at;
        self.forget();
    }

    /// Drops what is written and no longer needed as context: all but the last lines.
    fn forget(&mut self) {
        let from = self.done.saturating_sub(CONTEXT);
        let from = if from == 0 {
            0
        } else {
            // A piece of a line may look like a secret that the whole line does not hold.
            memchr::memchr(b'\n', &self.buffer[from..self.done])
                .map(|i| from + i + 1)
                .filter(|&i| i < self.done)
                .unwrap_or(from)
        };
        self.buffer.drain(..from);
        self.done -= from;
    }
}

/// Reads `input` to its end and writes it without secrets, each line as soon as it has come. Returns how many secrets
/// and values were replaced.
pub fn redact(
    filter: &mut Filter<'_>,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> io::Result<u64> {
    let mut piece = vec![0; READ];
    loop {
        let length = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let text = filter.push(&piece[..length]);
        if !text.is_empty() {
            output.write_all(text)?;
            output.flush()?;
        }
    }
    output.write_all(filter.finish())?;
    output.flush()?;
    Ok(filter.count())
}

/// Returns where the rules find secrets, and where values stand whose name is plainly that of a secret, beyond `done` and in
/// order.
fn secrets(text: &[u8], done: usize, rules: &RuleSet) -> Vec<(usize, usize)> {
    let (mut found, named) = detect_named(&Fragment::content(b"stdin", text), rules);
    found.retain(|finding| !finding.rule.id.starts_with(CODE_RULES));
    let named = named
        .into_iter()
        .filter(|range| range.end > done && !text[range.start..].starts_with(MARK))
        .map(|range| (range.start.max(done), range.end));
    if found.is_empty() {
        return merged(named.collect());
    }
    let starts = line_starts(text);
    let offset = |line: usize, column: usize| {
        let start = starts.get(line - 1).copied().unwrap_or(text.len());
        (start + column - 1).min(text.len())
    };
    let spans = found
        .iter()
        .map(|finding| {
            let place = finding.place;
            (
                offset(place.line, place.column).max(done),
                rest_of_token(text, offset(place.end_line, place.end_column)),
            )
        })
        .filter(|(start, end)| start < end);
    merged(spans.chain(named).collect())
}

/// Returns stretches in order, those that overlap as one.
fn merged(mut spans: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let overlap = next.0 < last.1;
        if overlap {
            last.1 = last.1.max(next.1);
        }
        overlap
    });
    spans
}

/// Returns where each line begins, counted as places count them: LF, CRLF and a lone CR end a line.
fn line_starts(text: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for i in memchr::memchr2_iter(b'\n', b'\r', text) {
        if text[i] == b'\n' || text.get(i + 1) != Some(&b'\n') {
            starts.push(i + 1);
        }
    }
    starts
}

/// One piece of text being worked on.
struct Work<'a> {
    text: &'a [u8],
    /// Whether the text ends with a line or with the input.
    whole: bool,
    keep_tail: bool,
    state: State,
    out: &'a mut Vec<u8>,
    count: &'a mut u64,
}

impl Work<'_> {
    /// Writes the text from `at` to `cut` at least, and returns how far it came.
    fn run(
        &mut self,
        mut at: usize,
        cut: usize,
        secrets: &[(usize, usize)],
        hits: &[Hit],
    ) -> usize {
        let (mut secrets, mut hits) = (secrets, hits);
        loop {
            while self.state != State::Text && at < self.text.len() {
                at = self.follow(at);
            }
            if at >= cut {
                return at;
            }
            while secrets.first().is_some_and(|secret| secret.1 <= at) {
                secrets = &secrets[1..];
            }
            while hits.first().is_some_and(|hit| hit.start < at) {
                hits = &hits[1..];
            }
            let secret = secrets.first().map(|&(start, end)| (start.max(at), end));
            let hit = hits.first();
            match (secret, hit) {
                (Some((start, end)), hit)
                    if start < cut && hit.is_none_or(|hit| start <= hit.start) =>
                {
                    self.out.extend_from_slice(&self.text[at..start]);
                    self.replace(start, end);
                    // What runs into the end of an unfinished line may go on behind it.
                    if end == self.text.len() && !self.whole {
                        self.state = State::Token;
                    }
                    at = end;
                }
                (_, Some(hit)) if hit.start < cut => {
                    hits = &hits[1..];
                    at = self.enter(at, hit);
                }
                _ => {
                    self.out.extend_from_slice(&self.text[at..cut]);
                    return cut;
                }
            }
        }
    }

    /// Writes what stands for a secret: the mark, its tail if that is wanted, and the ends of the lines it took.
    fn replace(&mut self, start: usize, end: usize) {
        let secret = &self.text[start..end];
        self.mark();
        let tail = &secret[secret.len().saturating_sub(4)..];
        if self.keep_tail && secret.len() >= TAIL_FROM && tail.iter().all(u8::is_ascii_alphanumeric)
        {
            self.out.extend_from_slice(tail);
        }
        self.swallow(start, end);
    }

    /// Writes the mark.
    fn mark(&mut self) {
        *self.count += 1;
        self.out.extend_from_slice(MARK);
    }

    /// Writes nothing of a stretch but its line ends.
    fn swallow(&mut self, start: usize, end: usize) {
        let ends = self.text[start..end]
            .iter()
            .filter(|b| matches!(b, b'\n' | b'\r'));
        self.out.extend(ends);
    }
}
