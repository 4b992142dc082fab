//! Private keys in a text to be redacted: where one begins, and how it is followed to its footer.

use super::Work;
use super::field::Hit;
use super::follow::State;
use crate::fragment::line_end;

/// With what a header begins.
pub(super) const BEGIN: &[u8] = b"-----BEGIN ";
/// With what a footer begins.
const END: &[u8] = b"-----END";

/// How many lines in a row inside a private key may look like something else before it is taken to be cut off; those
/// in between are replaced too, for a log may have been written by two programs at once.
const PEM_MISSES: u8 = 4;

/// Returns where the private key begins whose `-----BEGIN ` stands at `start`.
pub(super) fn hit(text: &[u8], start: usize) -> Option<Hit> {
    /// No label is longer, with the marks around it.
    const LONG: usize = 80;
    let label = start + BEGIN.len();
    let near = &text[label..text.len().min(label + LONG)];
    let dashes = memchr::memmem::find(near, b"-----")?;
    memchr::memmem::find(&near[..dashes], b"PRIVATE KEY")?;
    let value = label + dashes + 5;
    let rest = &text[value..line_end(text, value)];
    let (read, state) = match memchr::memmem::find(rest, END) {
        Some(end) => (end, State::Text),
        None if rest.trim_ascii().is_empty() => (0, State::Pem { misses: 0 }),
        // A key written in one line, with its line ends as `\n`: a quote ends what was cut off.
        None => (rest.len(), State::Pem { misses: 0 }),
    };
    Some(Hit {
        end: value + read,
        ..Hit::open(value, state)
    })
}

impl Work<'_> {
    /// Follows a key from `at`; returns where it ended, or the end of the text.
    pub(super) fn follow_pem(&mut self, mut at: usize, mut misses: u8) -> usize {
        while at < self.text.len() {
            let end = line_end(self.text, at);
            let line = &self.text[at..end];
            if let Some(i) = memchr::memmem::find(line, END) {
                if line[..i].trim_ascii().is_empty() {
                    self.out.extend_from_slice(&line[..i]);
                } else {
                    self.mark();
                }
                self.state = State::Text;
                return at + i;
            }
            if self.starts(at) && !self.is_blank(at) {
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
