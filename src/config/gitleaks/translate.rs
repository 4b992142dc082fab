//! Go's regular expressions as Rust's: what is written differently, or means something else.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::rule::HEAVY;

/// An expression of Go's, compiled when it is first needed.
pub(super) struct GoRegex {
    source: String,
    regex: OnceLock<Option<Regex>>,
}

impl GoRegex {
    /// Checks an expression without compiling it; returns it, and how many groups it has.
    pub(super) fn new(source: &str) -> Result<(Self, usize), String> {
        let source = translated(source);
        let parse = |unicode: bool| {
            let mut parser = regex_syntax::ParserBuilder::new();
            let mut parser = parser.unicode(unicode).utf8(false).octal(true).build();
            parser.parse(&source).map_err(|error| {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or("it does not parse");
                last.trim().to_owned()
            })
        };
        // A class of letters of all languages needs the tables; nothing else is worth their price.
        let (hir, unicode) = match parse(false) {
            Ok(hir) => (hir, false),
            Err(_) => (parse(true)?, true),
        };
        let groups = hir.properties().explicit_captures_len();
        let regex = Self {
            source,
            regex: OnceLock::new(),
        };
        // Found out at the first keyword, it would be a rule that finds nothing and says nothing.
        if crate::rule::is_heavy(&hir) || unicode && regex.get().is_none() {
            return Err(HEAVY.to_owned());
        }
        Ok((regex, groups))
    }

    /// Returns the compiled expression.
    pub(super) fn get(&self) -> Option<&Regex> {
        let compile = |unicode: bool| {
            RegexBuilder::new(&self.source)
                .unicode(unicode)
                .octal(true)
                .size_limit(32 << 20)
                .build()
        };
        self.regex
            .get_or_init(|| compile(false).or_else(|_| compile(true)).ok())
            .as_ref()
    }

    /// Tells whether it matches anywhere.
    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.get().is_some_and(|regex| regex.is_match(text))
    }

    /// Returns the expression as Rust reads it.
    pub(super) fn source(&self) -> &str {
        &self.source
    }
}

/// Returns an expression of Go's as Rust reads it.
pub fn translated(go: &str) -> String {
    let mut out = String::with_capacity(go.len() + 8);
    let mut rest = go;
    while let Some(c) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix("\\Q") {
            let (text, after) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            out.push_str(&regex::escape(text));
            rest = after;
        } else if c == '\\' {
            rest = escape(rest, &mut out);
        } else if c == '[' {
            rest = class(rest, &mut out);
        } else if c == '{' && !is_repetition(rest) {
            out.push_str("\\{");
            rest = &rest[1..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Copies one escape and returns what follows.
fn escape<'a>(text: &'a str, out: &mut String) -> &'a str {
    let Some(c) = text[1..].chars().next() else {
        out.push('\\');
        return "";
    };
    let after = &text[1 + c.len_utf8()..];
    match c {
        'C' => out.push_str("(?s:.)"),
        'E' => {} // the end of a quotation that never began
        // Words' ends for Rust, plain signs for Go; letters of other scripts need no escape.
        '<' | '>' => out.push(c),
        c if !c.is_ascii() => out.push(c),
        'p' | 'P' | 'x' => {
            out.push('\\');
            out.push(c);
            if after.starts_with('{')
                && let Some(end) = after.find('}')
            {
                out.push_str(&after[..=end]);
                return &after[end + 1..];
            }
        }
        c => {
            out.push('\\');
            out.push(c);
        }
    }
    after
}

/// Copies one bracketed class and returns what follows. In Go `[`, `&&`, `~~` and a `-` behind `\w` are plain signs.
fn class<'a>(text: &'a str, out: &mut String) -> &'a str {
    let mut rest = &text[1..];
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    let mut behind_class = false;
    while let Some(c) = rest.chars().next() {
        let mut is_class = false;
        match c {
            ']' if !first => {
                out.push(']');
                return &rest[1..];
            }
            ']' => {
                out.push_str("\\]");
                rest = &rest[1..];
            }
            '[' if rest.starts_with("[:") && rest.contains(":]") => {
                let end = rest.find(":]").map_or(rest.len(), |at| at + 2);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                is_class = true;
            }
            '\\' => {
                is_class = rest[1..].starts_with(['w', 'W', 'd', 'D', 's', 'S', 'p', 'P']);
                rest = escape(rest, out);
            }
            '-' if behind_class => {
                out.push_str("\\-");
                rest = &rest[1..];
            }
            '-' if rest.starts_with("--") && !first => {
                out.push_str("-\\-");
                rest = &rest[2..];
            }
            '[' | '&' | '~' => {
                out.push('\\');
                out.push(c);
                rest = &rest[1..];
            }
            c => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                // `-[` after a single sign is a range in Go only if something follows; a class ends it.
                if c == '-'
                    && let Some(after) = rest.strip_prefix('\\')
                    && after.starts_with(['w', 'W', 'd', 'D', 's', 'S'])
                {
                    out.pop();
                    out.push_str("\\-");
                }
            }
        }
        first = false;
        behind_class = is_class;
    }
    rest
}

/// Tells whether a `{` begins a repetition: `{2}`, `{2,}`, `{2,5}`. Everything else is a plain sign for Go.
fn is_repetition(text: &str) -> bool {
    let Some((body, _)) = text[1..].split_once('}') else {
        return false;
    };
    let (least, most) = body.split_once(',').unwrap_or((body, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_otherwise_is_rewritten() {
        for (go, yes, no) in [
            (r"^\Qa.b\E+$", "a.bb", "axb"),
            (r"^\Qa{1}", "a{1}", "a"),
            (r"^a{,3}$", "a{,3}", "aa"),
            (r"^a{2,3}$", "aa", "a"),
            (r"^{x}$", "{x}", "x"),
            (r"^[\w-.]+$", "a-.", "a/"),
            (r"^[\w.-]+$", "a-.", "a/"),
            (r"^[a-z\d-_]+$", "a-_1", "/"),
            (r"^[[a]+$", "[a", "b"),
            (r"^[]a]+$", "]a", "b"),
            (r"^[^]a]$", "b", "]"),
            (r"^[a&&b]+$", "&ab", "c"),
            (r"^[[:alpha:]-]+$", "a-", "1"),
            (r"^a\Cb$", "a\nb", "ab"),
            (r"^\<a\>$", "<a>", "a"),
            (r"^\x{41}\x42$", "AB", "ab"),
            (r"^\101$", "A", "1"),
            (r"(?i)^ab$", "AB", "b"),
            (r"\Aab\z", "ab", "ab\n"),
            (r"^(?P<name>a)(?P<n_2>b)$", "ab", "a"),
            (r"^(?i:a)b$", "Ab", "AB"),
            (r"(?s)^a.b$", "a\nb", "ab"),
            (r"(?m)^b$", "a\nb", "ab"),
            (r"^(?-s:a.b)$", "axb", "a\nb"),
            (r"(?U)^a+b$", "aab", "b"),
            (r"^\pN+$", "1", "a"),
            (r"^\p{Greek}$", "\u{3b1}", "a"),
            (r"^[\p{Lu}\d]+$", "A1", "a"),
            (r"^\bab\b$", "ab", "abc"),
            (r"^[^\x00-\x7F]+$", "\u{e9}", "e"),
            (r"^a{0,2}$", "aa", "aaa"),
            (r"^[\-\]\\]+$", "-]\\", "a"),
            (r"^\/\-\=\@$", "/-=@", "/"),
            (r"^[+--]$", "-", "x"),
        ] {
            let (regex, _) = GoRegex::new(go).unwrap_or_else(|error| panic!("{go}: {error}"));
            assert!(regex.is_match(yes.as_bytes()), "{go} {}", regex.source());
            assert!(!regex.is_match(no.as_bytes()), "{go} {}", regex.source());
        }
        assert!(GoRegex::new("a(").is_err());
        assert!(GoRegex::new("(?=a)").is_err());
        assert!(GoRegex::new("((a{1000}){1000}){1000}").is_err());
        assert_eq!(
            GoRegex::new("(a)(?:b)(?P<c>c)").map(|(_, groups)| groups),
            Ok(2)
        );
        let (letters, _) = GoRegex::new(r"^\pL+$").expect("Go knows it");
        assert!(letters.is_match("é".as_bytes()));
    }
}
