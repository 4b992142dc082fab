//! The value of a sensitive field, followed to its end through pieces and lines.

use super::Work;
use super::field::{Hit, Kind, Quote, quote_at};

/// Where in a value the text stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// In none.
    #[default]
    Text,
    /// Between quotes.
    Quoted {
        quote: Quote,
        triple: bool,
        indent: Option<usize>,
    },
    /// Between brackets, so many of them open, perhaps in a string.
    Nested {
        depth: usize,
        string: Option<Quote>,
        key: Option<Quote>,
        indent: usize,
    },
    /// In a word.
    Token,
    /// In a line to its end.
    Line,
    /// Between tags.
    Tag,
    /// On lines further right than a column; whether the mark stands already.
    Below {
        indent: usize,
        marked: bool,
        inside: bool,
    },
    /// Before the line that holds the value.
    Next { key: Option<Quote>, indent: usize },
    /// In a private key.
    Pem { misses: u8 },
}

impl Work<'_> {
    /// Writes the text up to the value of a field and the mark for it; returns how far it came.
    pub(super) fn enter(&mut self, at: usize, hit: &Hit) -> usize {
        let value = hit.value.min(self.text.len());
        self.out.extend_from_slice(&self.text[at..value]);
        match hit.kind {
            Kind::Quoted {
                quote,
                triple,
                indent,
            } => {
                let end = self.quoted_end(value, quote, triple);
                if let Some(end) = end {
                    self.replace(value, end);
                    return end;
                }
                self.mark();
                self.state = State::Quoted {
                    quote,
                    triple,
                    indent,
                };
            }
            Kind::Nested { key, indent } => {
                if let Some(quote) = key {
                    self.quote(quote);
                }
                self.mark();
                if let Some(quote) = key {
                    self.quote(quote);
                }
                self.state = State::Nested {
                    depth: 0,
                    string: None,
                    key,
                    indent,
                };
            }
            Kind::Word { url, key } => {
                let end = self.word_end(value, url);
                key.inspect(|quote| self.quote(*quote));
                self.replace(value, end);
                key.inspect(|quote| self.quote(*quote));
                if end == self.text.len() && !self.whole {
                    self.state = State::Token;
                }
                return end;
            }
            Kind::Line => {
                let end = self.line_end(value);
                let shown = value + self.text[value..end].trim_ascii_end().len();
                self.replace(value, shown.max(value));
                if end == self.text.len() && !self.whole {
                    self.state = State::Line;
                }
                return end;
            }
            Kind::Tag => {
                self.mark();
                self.state = State::Tag;
            }
            Kind::Below { indent } => {
                self.state = State::Below {
                    indent,
                    marked: false,
                    inside: false,
                };
            }
            Kind::Next { key, indent } => self.state = State::Next { key, indent },
            Kind::Pem => return self.enter_pem(value),
        }
        value
    }

    /// Follows the state from `at`; returns where it ended, or the end of the text.
    pub(super) fn follow(&mut self, at: usize) -> usize {
        let end = match &self.state {
            State::Text => Some(at),
            &State::Quoted {
                quote,
                triple,
                indent,
            } => self.follow_quoted(at, quote, triple, indent),
            State::Nested { .. } => self.follow_nested(at),
            State::Token => self.until(at, |b| b.is_ascii_whitespace() || b"\"'`<>".contains(&b)),
            State::Line => self.until(at, |b| matches!(b, b'\n' | b'\r')),
            State::Tag => self.until(at, |b| matches!(b, b'<' | b'\n')),
            State::Below { .. } => return self.follow_below(at),
            State::Next { .. } => return self.follow_next(at),
            State::Pem { .. } => return self.follow_pem(at),
        };
        let stop = end.unwrap_or(self.text.len());
        self.swallow(at, stop);
        if end.is_some() {
            self.state = State::Text;
        }
        stop
    }

    fn until(&self, at: usize, ends: impl Fn(u8) -> bool) -> Option<usize> {
        self.text[at..]
            .iter()
            .position(|&b| ends(b))
            .map(|i| at + i)
    }

    /// Returns where a quoted value that ends on its line ends: at the backslashes of its closing quote.
    fn quoted_end(&self, value: usize, quote: Quote, triple: bool) -> Option<usize> {
        if triple {
            return None;
        }
        self.quote_end(value, self.line_end(value), quote)
    }

    fn quote_end(&self, from: usize, to: usize, quote: Quote) -> Option<usize> {
        // In YAML and SQL two quotes in a row are one inside of the text.
        let doubled = |i: usize| quote.byte == b'\'' && self.text.get(i) == Some(&b'\'');
        let mut behind = from;
        memchr::memchr_iter(quote.byte, &self.text[from..to]).find_map(|i| {
            let at = from + i;
            if at < behind {
                return None;
            }
            if doubled(at + 1) {
                behind = at + 2;
                return None;
            }
            let backslashes = self.backslashes(from, at);
            quote
                .ends(backslashes)
                .then(|| at - quote.level.min(backslashes))
        })
    }

    /// Returns how many backslashes stand right before an offset, not looking before `from`.
    fn backslashes(&self, from: usize, at: usize) -> usize {
        self.text[from..at]
            .iter()
            .rev()
            .take_while(|&&b| b == b'\\')
            .count()
    }

    fn follow_quoted(
        &mut self,
        at: usize,
        quote: Quote,
        triple: bool,
        indent: Option<usize>,
    ) -> Option<usize> {
        if triple {
            return memchr::memmem::find(&self.text[at..], &[quote.byte; 3]).map(|i| at + i);
        }
        let goes_on = |work: &Self, line: usize| {
            // Only YAML and scripts let a string go on in the next line, and then further right.
            indent.is_some_and(|indent| work.blank(line) || work.indent(line) > indent)
        };
        if self.starts(at) && !goes_on(self, at) {
            return Some(at);
        }
        let mut line = at;
        loop {
            let end = self.line_end(line);
            if let Some(found) = self.quote_end(line, end, quote) {
                return Some(found);
            }
            if end == self.text.len() {
                return None;
            }
            let next = end + 1;
            if next == self.text.len() {
                // The next line, when it comes, tells whether the string has ended with this one.
                return indent.is_none().then_some(end);
            }
            if !goes_on(self, next) {
                return Some(end);
            }
            line = next;
        }
    }

    fn follow_nested(&mut self, at: usize) -> Option<usize> {
        let State::Nested {
            depth,
            string,
            key,
            indent,
        } = &mut self.state
        else {
            return Some(at);
        };
        let level = key.map_or(0, |quote| quote.level);
        let mut i = at;
        while i < self.text.len() {
            let b = self.text[i];
            let line_starts =
                i > 0 && matches!(self.text[i - 1], b'\n' | b'\r') && !matches!(b, b'\n' | b'\r');
            if line_starts && key.is_none() && *depth > 0 {
                // Without quoted keys this is no JSON, and a bracket in prose need never be closed.
                let column = self.text[i..]
                    .iter()
                    .take_while(|b| matches!(b, b' ' | b'\t'))
                    .count();
                let closes = matches!(self.text.get(i + column), Some(b']' | b'}' | b')'));
                if column <= *indent && !closes {
                    return Some(i);
                }
            }
            if matches!(b, b'\\' | b'"' | b'\'' | b'`')
                && let Some(quote) = quote_at(self.text, i)
            {
                let behind = i + quote.level + 1;
                match *string {
                    Some(open) if open.byte == quote.byte && open.ends(quote.level) => {
                        *string = None
                    }
                    Some(open) if quote.byte == b'"' && quote.level < open.level => return Some(i),
                    Some(_) => {}
                    // The text that all this stands in has ended.
                    None if quote.byte == b'"' && quote.level < level => return Some(i),
                    None if opens(self.text, i) => *string = Some(quote),
                    None => {}
                }
                i = behind;
                continue;
            }
            if level > 0 && matches!(b, b'\n' | b'\r') {
                // Text inside of text has no raw line ends: the outer one was cut off.
                return Some(i);
            }
            if string.is_none() {
                match b {
                    b'[' | b'{' | b'(' => *depth += 1,
                    b']' | b'}' | b')' => {
                        *depth = depth.saturating_sub(1);
                        if *depth == 0 {
                            return Some(i + 1);
                        }
                    }
                    _ => {}
                }
            }
            i += 1;
        }
        None
    }

    fn follow_below(&mut self, mut at: usize) -> usize {
        let State::Below {
            indent,
            mut marked,
            mut inside,
        } = self.state
        else {
            return at;
        };
        while at < self.text.len() {
            let end = self.line_end(at);
            let starts = self.starts(at);
            if starts && !self.blank(at) {
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
                inside = true;
            }
            let ended = end < self.text.len();
            if inside || !starts {
                self.swallow(at, end);
            } else {
                self.out.extend_from_slice(&self.text[at..end]);
            }
            if ended {
                self.out.push(self.text[end]);
            }
            at = end + usize::from(ended);
        }
        self.state = State::Below {
            indent,
            marked,
            inside,
        };
        at
    }

    fn follow_next(&mut self, mut at: usize) -> usize {
        let State::Next { key, indent } = self.state else {
            return at;
        };
        while at < self.text.len() {
            if !self.starts(at) || self.blank(at) {
                let end = (self.line_end(at) + 1).min(self.text.len());
                self.out.extend_from_slice(&self.text[at..end]);
                at = end;
                continue;
            }
            let column = self.indent(at);
            let value = at + column;
            let quote = quote_at(self.text, value);
            self.state = State::Text;
            return match (key, self.text[value], quote) {
                (Some(_), b'[' | b'{', _) => self.enter(
                    at,
                    &Hit {
                        start: at,
                        value,
                        kind: Kind::Nested { key, indent },
                    },
                ),
                (Some(_), _, Some(quote)) => {
                    let kind = Kind::Quoted {
                        quote,
                        triple: false,
                        indent: None,
                    };
                    self.enter(
                        at,
                        &Hit {
                            start: at,
                            value: value + quote.level + 1,
                            kind,
                        },
                    )
                }
                (None, _, _) => {
                    self.state = State::Below {
                        indent,
                        marked: false,
                        inside: false,
                    };
                    at
                }
                _ => at,
            };
        }
        at
    }

    fn word_end(&self, value: usize, url: bool) -> usize {
        let stops = |b: u8| {
            b.is_ascii_whitespace() || b"\"'`<>\x1B".contains(&b) || url && matches!(b, b'&' | b'#')
        };
        let Some(end) = self.until(value, stops) else {
            return self.text.len();
        };
        let mut word = &self.text[value..end];
        let open = |word: &[u8], bracket: u8| word.contains(&bracket);
        // What closes the sentence or the brackets around the pair is not of the word.
        while let Some((last, rest)) = word.split_last() {
            let around = match last {
                b',' | b';' | b'\\' => true,
                b')' => !open(rest, b'('),
                b']' => !open(rest, b'['),
                b'}' => !open(rest, b'{'),
                _ => false,
            };
            if !around || rest.is_empty() {
                break;
            }
            word = rest;
        }
        value + word.len()
    }

    fn quote(&mut self, quote: Quote) {
        self.out.extend(std::iter::repeat_n(b'\\', quote.level));
        self.out.push(quote.byte);
    }

    /// Returns where the line that holds an offset ends: at its LF or CR, or at the end of the text.
    pub(super) fn line_end(&self, at: usize) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.text[at..]).map_or(self.text.len(), |i| at + i)
    }

    /// Tells whether a line begins at an offset.
    pub(super) fn starts(&self, at: usize) -> bool {
        at == 0 || matches!(self.text[at - 1], b'\n' | b'\r')
    }

    pub(super) fn blank(&self, at: usize) -> bool {
        let end = self.line_end(at.min(self.text.len()));
        self.text[at.min(end)..end].trim_ascii().is_empty()
    }

    fn indent(&self, at: usize) -> usize {
        self.text[at..]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    }
}

/// Tells whether a quote at an offset begins a string: something stands before it that a string may follow.
fn opens(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev().find(|b| !b.is_ascii_whitespace());
    matches!(
        before,
        Some(b'[' | b'{' | b'(' | b',' | b':' | b'=' | b'b' | b'r' | b'u' | b'f')
    )
}
