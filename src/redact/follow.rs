//! What is hidden, followed to its end through pieces and lines.

use std::ops::Range;

use super::Work;
use super::field::Hit;
use crate::fragment::line_end;

/// In what the text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum State {
    /// In nothing that is hidden.
    #[default]
    Text,
    /// Between three quotes.
    Triple(u8),
    /// Between quotes; lines that stand further right than a column may belong to it.
    Quoted(Quote, Option<usize>),
    /// Between brackets.
    Nested(Nested),
    /// In something that one of these bytes ends.
    Until(&'static [u8]),
    /// On lines further right than a column; whether the mark stands already.
    Below { indent: usize, marked: bool },
    /// Before the line that holds the value of a quoted key.
    Next { key: Quote, indent: usize },
    /// In a private key.
    Pem { misses: u8 },
}

impl State {
    /// What an unfinished line goes on with when a secret reaches its end.
    pub(super) const TOKEN: Self = Self::Until(b" \t\n\r\x0C\"'`<>");

    /// Returns the state before an opening bracket.
    pub(super) fn nested(key: Option<Quote>, indent: usize) -> Self {
        Self::Nested(Nested {
            depth: 0,
            string: None,
            key,
            indent,
        })
    }

    /// Returns the state before lines further right than a column.
    pub(super) fn below(indent: usize) -> Self {
        Self::Below {
            indent,
            marked: false,
        }
    }
}

/// Brackets of which so many are open, and the string in them that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nested {
    depth: usize,
    string: Option<Quote>,
    /// How the key was quoted, and in which column it stood.
    key: Option<Quote>,
    indent: usize,
}

/// A quote, and how many backslashes stand before it (text inside of text).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) byte: u8,
    pub(super) level: usize,
}

impl Quote {
    /// Tells whether a quote behind so many backslashes ends what a quote of this kind began.
    fn ends(self, backslashes: usize) -> bool {
        backslashes % (2 * (self.level + 1)) == self.level
    }
}

/// Returns the quote that stands at an offset, behind backslashes perhaps.
pub(super) fn quote_at(text: &[u8], at: usize) -> Option<Quote> {
    let rest = text.get(at..)?;
    let level = rest.iter().take(16).take_while(|&&b| b == b'\\').count();
    match rest.get(level) {
        Some(&byte @ (b'"' | b'\'' | b'`')) => Some(Quote { byte, level }),
        _ => None,
    }
}

impl Work<'_> {
    /// Writes the text up to a hit and the mark for it; returns how far it came.
    pub(super) fn enter(&mut self, at: usize, hit: &Hit) -> usize {
        self.out.extend_from_slice(&self.text[at..hit.value]);
        self.quote(hit.quotes);
        match hit.state {
            _ if hit.end > hit.value => self.replace(hit.value, hit.end),
            State::Below { .. } | State::Next { .. } | State::Pem { .. } => {}
            _ => self.mark(),
        }
        self.quote(hit.quotes);
        self.state = hit.state;
        hit.end
    }

    /// Follows the state from `at`; returns where it ended, or the end of the text.
    pub(super) fn follow(&mut self, at: usize) -> usize {
        let end = match self.state {
            State::Text => Some(at),
            State::Triple(quote) => {
                memchr::memmem::find(&self.text[at..], &[quote; 3]).map(|i| at + i)
            }
            State::Quoted(quote, indent) => self.quoted_end(at, quote, indent),
            State::Nested(nested) => self.nested_end(at, nested),
            State::Until(stops) => {
                let end = self.text[at..].iter().position(|b| stops.contains(b));
                end.map(|i| at + i)
            }
            State::Below { indent, marked } => return self.follow_below(at, indent, marked),
            State::Next { key, indent } => return self.follow_next(at, key, indent),
            State::Pem { misses } => return self.follow_pem(at, misses),
        };
        let stop = end.unwrap_or(self.text.len());
        self.swallow(at, stop);
        if end.is_some() {
            self.state = State::Text;
        }
        stop
    }

    /// Returns where a quoted value ends: at the backslashes of its closing quote, or at a line that does not belong to it.
    fn quoted_end(&self, at: usize, quote: Quote, indent: Option<usize>) -> Option<usize> {
        // Only YAML and scripts let a string go on in the next line, and then further right.
        let goes_on = |line: usize| {
            indent.is_some_and(|indent| self.is_blank(line) || self.indent(line) > indent)
        };
        let mut line = at;
        loop {
            if self.starts(line) && !goes_on(line) {
                return Some(line);
            }
            let end = line_end(self.text, line);
            if let Some(found) = self.quote_end(line..end, quote) {
                return Some(found);
            }
            if end == self.text.len() {
                return None;
            }
            line = end + 1;
        }
    }

    /// Returns where the backslashes of the quote stand that closes a value, on one line.
    fn quote_end(&self, line: Range<usize>, quote: Quote) -> Option<usize> {
        let mut from = line.start;
        while let Some(found) = memchr::memchr(quote.byte, &self.text[from..line.end]) {
            let at = from + found;
            // In YAML and SQL two quotes in a row are one inside of the text.
            if quote.byte == b'\'' && self.text[at + 1..].starts_with(b"'") {
                from = at + 2;
                continue;
            }
            let before = self.text[line.start..at].iter().rev();
            let backslashes = before.take_while(|&&b| b == b'\\').count();
            if quote.ends(backslashes) {
                return Some(at - quote.level.min(backslashes));
            }
            from = at + 1;
        }
        None
    }

    /// Returns where a value between brackets ends.
    fn nested_end(&mut self, at: usize, mut nested: Nested) -> Option<usize> {
        let Nested { key, indent, .. } = nested;
        let level = key.map_or(0, |quote| quote.level);
        let mut i = at;
        while i < self.text.len() {
            let b = self.text[i];
            // Without quoted keys this is no JSON, and a bracket in prose need never be closed.
            if key.is_none() && nested.depth > 0 && self.starts(i) && !matches!(b, b'\n' | b'\r') {
                let column = self.indent(i);
                let closes = matches!(self.text.get(i + column), Some(b']' | b'}' | b')'));
                if column <= indent && !closes {
                    return Some(i);
                }
            }
            let quote = matches!(b, b'\\' | b'"' | b'\'' | b'`').then(|| quote_at(self.text, i));
            if let Some(quote) = quote.flatten() {
                match nested.string {
                    Some(open) if open.byte == quote.byte && open.ends(quote.level) => {
                        nested.string = None;
                    }
                    // The text that all this stands in has ended.
                    Some(open) if quote.byte == b'"' && quote.level < open.level => return Some(i),
                    None if quote.byte == b'"' && quote.level < level => return Some(i),
                    None if opens(self.text, i) => nested.string = Some(quote),
                    _ => {}
                }
                i += quote.level + 1;
                continue;
            }
            match b {
                // Text inside of text has no raw line ends: the outer one was cut off.
                b'\n' | b'\r' if level > 0 => return Some(i),
                b'[' | b'{' | b'(' if nested.string.is_none() => nested.depth += 1,
                b']' | b'}' | b')' if nested.string.is_none() => {
                    nested.depth = nested.depth.saturating_sub(1);
                    if nested.depth == 0 {
                        return Some(i + 1);
                    }
                }
                _ => {}
            }
            i += 1;
        }
        self.state = State::Nested(nested);
        None
    }

    /// Follows the lines of a value that stand further right than its key.
    fn follow_below(&mut self, mut at: usize, indent: usize, mut marked: bool) -> usize {
        while at < self.text.len() {
            let end = line_end(self.text, at);
            if self.starts(at) && !self.is_blank(at) {
                let column = self.indent(at);
                let item = self.text[at + column..end].starts_with(b"- ") && column >= indent;
                if column <= indent && !item {
                    self.state = State::Text;
                    return at;
                }
                if !marked {
                    self.out.extend_from_slice(&self.text[at..at + column]);
                    self.mark();
                    marked = true;
                }
            } else if !marked {
                self.out.extend_from_slice(&self.text[at..end]);
            }
            at = self.text.len().min(end + 1);
            self.swallow(end, at);
        }
        self.state = State::Below { indent, marked };
        at
    }

    /// Passes over blank lines up to the value below its key.
    fn follow_next(&mut self, mut at: usize, key: Quote, indent: usize) -> usize {
        while at < self.text.len() && (!self.starts(at) || self.is_blank(at)) {
            let end = (line_end(self.text, at) + 1).min(self.text.len());
            self.out.extend_from_slice(&self.text[at..end]);
            at = end;
        }
        if at == self.text.len() {
            return at;
        }
        self.state = State::Text;
        let value = at + self.indent(at);
        let hit = match (self.text[value], quote_at(self.text, value)) {
            (b'[' | b'{', _) => Hit {
                quotes: Some(key),
                ..Hit::open(value, State::nested(Some(key), indent))
            },
            (_, Some(quote)) => Hit::open(value + quote.level + 1, State::Quoted(quote, None)),
            _ => return at,
        };
        self.enter(at, &hit)
    }

    fn quote(&mut self, quote: Option<Quote>) {
        if let Some(Quote { byte, level }) = quote {
            self.out.extend(std::iter::repeat_n(b'\\', level));
            self.out.push(byte);
        }
    }

    /// Tells whether a line begins at an offset.
    pub(super) fn starts(&self, at: usize) -> bool {
        at == 0 || matches!(self.text[at - 1], b'\n' | b'\r')
    }

    /// Tells whether nothing stands from an offset up to the end of its line.
    pub(super) fn is_blank(&self, at: usize) -> bool {
        self.text[at..line_end(self.text, at)]
            .trim_ascii()
            .is_empty()
    }

    /// Returns how many blanks stand at an offset.
    fn indent(&self, at: usize) -> usize {
        let blanks = self.text[at..].iter();
        blanks.take_while(|b| matches!(b, b' ' | b'\t')).count()
    }
}

/// Tells whether a quote at an offset begins a string: something stands before it that a string may follow.
fn opens(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev().find(|b| !b.is_ascii_whitespace());
    before.is_some_and(|b| b"[{(,:=bruf".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_ends_at_its_own_depth() {
        let plain = Quote {
            byte: b'"',
            level: 0,
        };
        assert!(plain.ends(0) && !plain.ends(1) && plain.ends(2));
        let inner = Quote { level: 1, ..plain };
        assert!(inner.ends(1) && !inner.ends(3) && inner.ends(5));
    }
}
