//! Redact: a filter that replaces secrets and the values of sensitive fields in a stream of text.
//!
//! Whole lines are worked on as soon as they have come, so that a log can be followed; a line that does not end is worked
//! on in pieces that overlap, so that memory is bounded and no secret falls between two pieces. What spans lines (a
//! private key, a list in JSON, a block in YAML) is followed by a [`State`], not by waiting for its end.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::ops::Range;

use crate::detect::{Field, FieldNames, Hidden, hidden};
use crate::encoding::decode;
use crate::fragment::Fragment;
use crate::lexicon::SENSITIVE_FIELD;
use crate::rule::RuleSet;

mod again;
mod field;
mod follow;
mod pem;

use follow::State;

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

/// A filter; push text in, take text out.
pub struct Filter<'r> {
    rules: &'r RuleSet,
    names: FieldNames,
    keep_tail: bool,
    state: State,
    /// Text written already (context), then text to be worked on.
    buffer: Vec<u8>,
    /// Where the second begins.
    done: usize,
    /// The end of what was written, as context of what comes next.
    written: Vec<u8>,
    out: Vec<u8>,
    count: u64,
}

impl<'r> Filter<'r> {
    /// Returns a filter for what `rules` find, the sensitive fields known, and more of them.
    pub fn new(rules: &'r RuleSet, more_fields: &[String], keep_tail: bool) -> Self {
        let known = SENSITIVE_FIELD.entries().map(String::from_utf8_lossy);
        let more = more_fields.iter().map(Cow::from);
        Self {
            rules,
            names: FieldNames::new(known.chain(more)),
            keep_tail,
            state: State::Text,
            buffer: Vec::new(),
            done: 0,
            written: Vec::new(),
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
        let (text, from) = (&buffer[..end], out.len());
        let mut work = Work {
            text,
            done: self.done,
            whole: cut == end,
            keep_tail: self.keep_tail,
            state: std::mem::take(&mut self.state),
            out: &mut out,
            count: &mut self.count,
        };
        let hidden = hidden(&Fragment::content(b"stdin", text), self.rules, &self.names);
        let secrets = secrets(text, self.done, &hidden);
        let at = work.run(cut, &secrets, begins(text, self.done, hidden.fields));
        self.state = work.state;
        self.read_again(&mut out, from, cut == end);
        self.out = out;
        self.buffer = buffer;
        self.done = at;
        self.forget();
    }

    /// Drops what is written and no longer needed as context: all but the last lines.
    fn forget(&mut self) {
        let from = lines_above(&self.buffer[..self.done]);
        self.buffer.drain(..from);
        self.done -= from;
    }
}

/// Returns where the last lines of a text begin, which may say what the next one is.
fn lines_above(text: &[u8]) -> usize {
    let from = text.len().saturating_sub(CONTEXT);
    if from == 0 {
        return 0;
    }
    // A piece of a line may look like a secret that the whole line does not hold.
    memchr::memchr(b'\n', &text[from..])
        .map(|i| from + i + 1)
        .filter(|&i| i < text.len())
        .unwrap_or(from)
}

/// Tells whether a text begins as UTF-16 or UTF-32: its secrets cannot be replaced in place.
fn is_wide(text: &[u8]) -> bool {
    /// So much of it tells.
    const START: usize = 64;
    let start = &text[..text.len().min(START)];
    matches!(decode(start), Cow::Owned(_))
}

/// Reads `input` to its end and writes it without secrets, each line as soon as it has come. Returns how many secrets
/// and values were replaced.
pub fn redact(
    filter: &mut Filter<'_>,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> io::Result<u64> {
    let mut piece = vec![0; READ];
    let mut first = true;
    loop {
        let length = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if std::mem::take(&mut first) && is_wide(&piece[..length]) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is UTF-16 or UTF-32: make it UTF-8 first (iconv -f UTF-16 -t UTF-8)",
            ));
        }
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

/// Returns where secrets and complete values stand beyond `done`, in order; those that overlap as one.
fn secrets(text: &[u8], done: usize, hidden: &Hidden) -> Vec<Range<usize>> {
    let of_fields = hidden
        .fields
        .iter()
        .flat_map(|field| field::complete(text, field));
    let all = hidden.secrets.iter().chain(of_fields).cloned();
    let all = all.filter(|range| !text[range.start..].starts_with(MARK));
    joined(all, done)
}

/// Returns what of some ranges stands beyond `done`, in order; those that overlap as one.
fn joined(ranges: impl Iterator<Item = Range<usize>>, done: usize) -> Vec<Range<usize>> {
    let beyond = ranges.map(|range| range.start.max(done)..range.end);
    let mut secrets: Vec<_> = beyond.filter(|range| !range.is_empty()).collect();
    secrets.sort_unstable_by_key(|range| range.start);
    secrets.dedup_by(|next, last| {
        let overlap = next.start < last.end;
        if overlap {
            last.end = last.end.max(next.end);
        }
        overlap
    });
    secrets
}

/// Returns where names of sensitive fields and headers of PEM begin beyond `done`, in order.
fn begins(text: &[u8], done: usize, fields: Vec<Field>) -> Vec<(usize, Option<Field>)> {
    let headers = memchr::memmem::find_iter(&text[done..], pem::BEGIN);
    let headers = headers.map(|at| (done + at, None));
    let fields = fields.into_iter().filter(|field| field.name >= done);
    let fields = fields.map(|field| (field.name, Some(field)));
    let mut begins: Vec<_> = headers.chain(fields).collect();
    begins.sort_by_key(|begin| begin.0);
    begins
}

/// One piece of text being worked on.
struct Work<'a> {
    text: &'a [u8],
    /// How much of it is written already.
    done: usize,
    /// Whether the text ends with a line or with the input.
    whole: bool,
    keep_tail: bool,
    state: State,
    out: &'a mut Vec<u8>,
    count: &'a mut u64,
}

impl Work<'_> {
    /// Writes the text to `cut` at least, and returns how far it came.
    fn run(
        &mut self,
        cut: usize,
        secrets: &[Range<usize>],
        begins: Vec<(usize, Option<Field>)>,
    ) -> usize {
        let mut at = self.done;
        let mut secrets = secrets.iter().peekable();
        let mut begins = begins.into_iter().peekable();
        loop {
            while self.state != State::Text && at < self.text.len() {
                at = self.follow(at);
            }
            if at >= cut {
                return at;
            }
            while secrets.next_if(|secret| secret.end <= at).is_some() {}
            while begins.next_if(|begin| begin.0 < at).is_some() {}
            let next = begins.peek().map_or(cut - 1, |begin| begin.0.min(cut - 1));
            if let Some(secret) = secrets.next_if(|secret| secret.start <= next) {
                if secret.start < at {
                    // A mark stands for its beginning already.
                    self.swallow(at, secret.end);
                } else {
                    self.out.extend_from_slice(&self.text[at..secret.start]);
                    self.replace(secret.start, secret.end);
                }
                // What runs into the end of an unfinished line may go on behind it.
                if secret.end == self.text.len() && !self.whole {
                    self.state = State::TOKEN;
                }
                at = secret.end;
            } else if let Some((start, field)) = begins.next_if(|begin| begin.0 < cut) {
                // Looked at only now: names may stand in a value that goes on and on.
                let hit = match field {
                    Some(field) => field::hit(self.text, self.whole, &field),
                    None => pem::hit(self.text, start),
                };
                if let Some(hit) = hit {
                    at = self.enter(at, &hit);
                }
            } else {
                self.out.extend_from_slice(&self.text[at..cut]);
                return cut;
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
