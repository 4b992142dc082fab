//! Private keys in a text to be redacted: where one begins, and how it is followed to its footer.

use super::Work;
use super::field::{Hit, Kind};
use super::value::State;

/// How many lines in a row inside a private key may look like something else before it is taken to be cut off; those
/// in between are replaced too, for a log may have been written by two programs at once.
const PEM_MISSES: u8 = 4;

/// Returns a hit if `-----BEGIN ... PRIVATE KEY-----` stands around the words.
pub(super) fn hit(text: &[u8], start: usize, end: usize) -> Option<Hit> {
    let before = &text[start.saturating_sub(40)..start];
    memchr::memmem::rfind(before, b"-----BEGIN ")?;
    let dashes = memchr::memmem::find(&text[end..text.len().min(end + 12)], b"-----")?;
    Some(Hit {
        start,
        value: end + dashes + 5,
        kind: Kind::Pem,
    })
}

impl Work<'_> {
    /// Writes the mark for a key whose header ends at `value`; returns how far it came.
    pub(super) fn enter_pem(&mut self, value: usize) -> usize {
        let line = self.line_end(value);
        if let Some(i) = memchr::memmem::find(&self.text[value..line], b"-----END") {
            self.replace(value, value + i);
            return value + i;
        }
        let rest = self.text[value..line].trim_ascii();
        if !rest.is_empty() {
            // A key written in one line, with its line ends as `\n`: a quote ends what was cut off.
            self.mark();
        }
        self.swallow(value, line);
        self.state = State::Pem { misses: 0 };
        line
    }

    /// Follows a key from `at`; returns where it ended, or the end of the text.
    pub(super) fn follow_pem(&mut self, mut at: usize) -> usize {
        let State::Pem { mut misses } = self.state else {
            return at;
        };
        while at < self.text.len() {
            let end = self.line_end(at);
            let line = &self.text[at..end];
            if let Some(i) = memchr::memmem::find(line, b"-----END") {
                if line[..i].trim_ascii().is_empty() {
                    self.out.extend_from_slice(&line[..i]);
                } else {
                    self.mark();
                }
                self.state = State::Text;
                return at + i;
            }
            if self.starts(at) && !self.blank(at) {
                misses = if key_material(line) { 0 } else { misses + 1 };
                if misses >= PEM_MISSES {
                    self.state = State::Text;
                    return at;
                }
                self.mark();
            }
            if end == self.text.len() {
                at = end;
                break;
            }
            self.out.push(self.text[end]);
            at = end + 1;
        }
        self.state = State::Pem { misses };
        at
    }
}

/// Tells whether a line may be of a private key: Base64, a header of it, or a log line that ends with such.
fn key_material(line: &[u8]) -> bool {
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let line = line.trim_ascii();
    let last = line
        .rsplit(|b| b.is_ascii_whitespace() || *b == b'"')
        .find(|word| !word.is_empty());
    let header = [&b"Proc-Type:"[..], b"DEK-Info:", b"Comment:", b"Version:"]
        .iter()
        .any(|head| line.starts_with(head));
    header
        || line.iter().all(|b| base64(b) || b"\\-,'\"".contains(b))
        || last
            .is_some_and(|word| word.len() >= 40 && word.iter().all(|b| base64(b) || *b == b'\\'))
}
