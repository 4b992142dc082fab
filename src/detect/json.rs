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

/// Calls `visit` with every string value of a JSON text, in order; returns whether the text is JSON as far as its
/// strings and brackets go.
pub(crate) fn strings(text: &[u8], mut visit: impl FnMut(&Text<'_>)) -> bool {
    let mut path: Vec<Step> = Vec::new();
    // For an object, whether its next string is a key.
    let mut expects_key = false;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'{' | b'[' => {
                if path.len() >= DEEPEST {
                    return false;
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
                    return false;
                }
                expects_key = false;
            }
            b',' => match path.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(Step::Key(_)) => expects_key = true,
                None => return false,
            },
            b'"' => {
                let Some(end) = string_end(text, at + 1) else {
                    return false;
                };
                let range = at + 1..end;
                match path.last_mut() {
                    Some(Step::Key(key)) if expects_key => {
                        *key = range;
                        expects_key = false;
                    }
                    _ => visit(&Text { range, path: &path }),
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    path.is_empty()
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
