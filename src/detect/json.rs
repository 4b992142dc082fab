//! A walk over the strings of a JSON text that knows where each one stands; nothing is copied.

use std::ops::Range;

/// Deeper nesting than this is no file that people write.
const DEEPEST: usize = 200;

/// A string of a JSON text: a value, or the only thing that is looked at in an array of strings.
pub(crate) struct Text<'a> {
    /// Where it stands, without its quotes.
    pub(crate) range: Range<usize>,
    /// The keys and array indexes that lead to it, from the outermost.
    pub(crate) path: &'a [Step],
}

/// A step into an object or an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A key of an object: where it stands, without its quotes.
    Key(Range<usize>),
    /// An index of an array.
    Index(usize),
}

/// Where a JSON text ends.
pub(crate) struct End {
    /// What is open there.
    pub(crate) path: Vec<Step>,
    /// Whether the next string is a key.
    pub(crate) expects_key: bool,
    /// Where the string begins that is open, behind its quote.
    pub(crate) string: Option<usize>,
}

impl End {
    /// Tells whether nothing is open.
    pub(crate) fn is_closed(&self) -> bool {
        self.path.is_empty() && self.string.is_none()
    }
}

/// Calls `visit` with every string value of a JSON text, in order; one that the text does not close goes on up to its end.
/// Returns where the text ends; `None` if it is no JSON as far as its strings and brackets go.
pub(crate) fn strings(text: &[u8], mut visit: impl FnMut(&Text<'_>)) -> Option<End> {
    let mut path: Vec<Step> = Vec::new();
    // For an object, whether its next string is a key.
    let mut expects_key = false;
    let mut string = None;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'{' | b'[' => {
                if path.len() >= DEEPEST {
                    return None;
                }
                expects_key = byte == b'{';
                path.push(if expects_key {
                    Step::Key(0..0)
                } else {
                    Step::Index(0)
                });
            }
            b'}' | b']' => {
                let fits = matches!(
                    (path.pop(), byte),
                    (Some(Step::Key(_)), b'}') | (Some(Step::Index(_)), b']')
                );
                if !fits {
                    return None;
                }
                expects_key = false;
            }
            b',' => match path.last_mut()? {
                Step::Index(index) => *index += 1,
                Step::Key(_) => expects_key = true,
            },
            b'"' => {
                let close = string_end(text, at + 1);
                let range = at + 1..close.unwrap_or(text.len());
                if close.is_none() {
                    string = Some(range.start);
                }
                at = range.end;
                match path.last_mut() {
                    Some(Step::Key(key)) if expects_key => {
                        if close.is_some() {
                            *key = range;
                            expects_key = false;
                        }
                    }
                    _ => visit(&Text { range, path: &path }),
                }
            }
            _ => {}
        }
        at += 1;
    }
    Some(End {
        path,
        expects_key,
        string,
    })
}

/// Returns where the string that starts at `at` is closed.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', &text[at..])?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
        if at > text.len() {
            return None;
        }
    }
}
