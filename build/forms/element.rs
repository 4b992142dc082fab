//! The elements of a pattern as Rust source, and the bytes with which they begin.

use super::{PATH, Row, Tables, refuse};

/// What stands between two elements.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Gap {
    Any,
    None,
    Some,
}

/// The letters, in which a word may begin.
const LETTERS: [u8; 52] = *b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// An element as Rust source, and the bytes with which it begins.
pub(super) struct Element {
    pub(super) source: String,
    /// Left of a name: the texts that it is, if it is one.
    pub(super) texts: Vec<String>,
    first: Option<[bool; 256]>,
}

impl Tables<'_> {
    /// Returns the elements of one side with what stands before each, and what stands behind the last.
    pub(super) fn elements(
        &mut self,
        row: &Row,
        list: &[&str],
        left: bool,
    ) -> (Vec<(Gap, Element)>, Gap) {
        let mut gap = Gap::Any;
        let mut out = Vec::new();
        for element in list {
            match *element {
                "~" => gap = Gap::None,
                "_" => gap = Gap::Some,
                element => {
                    out.push((gap, self.element(row, element, left)));
                    gap = Gap::Any;
                }
            }
        }
        (out, gap)
    }

    fn element(&mut self, row: &Row, element: &str, left: bool) -> Element {
        if let Some(class) = self.file.classes.get(element) {
            if left {
                refuse(row, &format!("`{element}` stands left of the name"));
            }
            return Element {
                source: format!("What::Run(&CLASS_{element}, {})", class.most),
                texts: Vec::new(),
                first: Some(bytes_of(&class.bytes)),
            };
        }
        if is_list(element) {
            if let Some(words) = self.file.lists.get(element) {
                if left {
                    if words.iter().any(|word| word.contains('|')) {
                        refuse(row, &format!("a word of `{element}` holds a `|`"));
                    }
                    self.left_lists.insert(element.to_owned(), words.clone());
                    return Element {
                        texts: words.clone(),
                        ..plain(&format!("What::List(&{element})"))
                    };
                }
                return self.texts(row, words);
            }
            if let Some(words) = self.lexicon.get(element)
                && left
            {
                return Element {
                    texts: words.clone(),
                    ..plain(&format!("What::List(&crate::lexicon::{element})"))
                };
            }
            refuse(row, &format!("`{element}` is no list that can stand there"));
        }
        self.mark(row, element, left)
    }

    /// Returns an element that is neither a class nor a list.
    fn mark(&self, row: &Row, element: &str, left: bool) -> Element {
        match (element, left) {
            ("^", true) => plain("What::LineStart"),
            (">..", true) => plain("What::TextOfElement"),
            ("w", true) => plain("What::Word"),
            ("l", true) => plain("What::SmallWord"),
            ("f", true) => plain("What::Called"),
            ("L", true) => plain("What::Literal"),
            ("<nl>", true) => plain("What::LineAbove"),
            ("[a-z]", false) => only("What::Letter", &LETTERS),
            ("NAME", true) => plain("What::NameAttribute"),
            ("V" | "Vq", true) => plain("What::Value"),
            ("<nl>", false) => only("What::LineEnd", &[0]),
            ("<nl>?", false) => plain("What::MayEnd"),
            ("..}", false) => any("What::Through(b'}')"),
            ("..>", false) => any("What::Through(b'>')"),
            _ => {
                if let Some(byte) = element
                    .strip_prefix("^[^")
                    .and_then(|rest| rest.strip_suffix(']'))
                {
                    assert!(left && byte.len() == 1, "{PATH}: `{element}`");
                    return plain(&format!("What::FreeOf({})", byte.as_bytes()[0]));
                }
                if let Some(byte) = element
                    .strip_prefix("[^")
                    .and_then(|rest| rest.strip_suffix(']'))
                {
                    assert!(byte.len() == 1, "{PATH}: `{element}`");
                    if left {
                        return plain(&format!("What::Not({})", byte.as_bytes()[0]));
                    }
                    let mut first = [true; 256];
                    first[usize::from(byte.as_bytes()[0])] = false;
                    return Element {
                        source: format!("What::Not({})", byte.as_bytes()[0]),
                        texts: Vec::new(),
                        first: Some(first),
                    };
                }
                if let Some(word) = element.strip_prefix('^')
                    && left
                {
                    return plain(&format!("What::Begins({word:?})"));
                }
                let text = element.trim_matches('\'').to_owned();
                if left {
                    Element {
                        source: format!("What::Text({text:?})"),
                        texts: vec![text],
                        first: None,
                    }
                } else {
                    self.texts(row, &[text])
                }
            }
        }
    }

    /// Returns an element that is one of several texts: operators as a whole, or words in any case.
    fn texts(&self, row: &Row, words: &[String]) -> Element {
        let marks = |word: &String| word.bytes().all(|b| b.is_ascii_punctuation());
        let operators = words.iter().all(marks);
        if let Some(word) = words
            .iter()
            .find(|word| marks(word) && word.len() > 1 && !self.file.operators.contains(word))
        {
            panic!(
                "{PATH}: form `{}`: `{word}` does not stand in `operators`",
                row.pattern
            );
        }
        let mut first = [false; 256];
        for word in words {
            let byte = word.as_bytes()[0];
            first[usize::from(byte.to_ascii_lowercase())] = true;
            first[usize::from(byte.to_ascii_uppercase())] = true;
        }
        let kind = if operators { "Operator" } else { "Texts" };
        Element {
            source: format!("What::{kind}(&{words:?})"),
            texts: Vec::new(),
            first: Some(first),
        }
    }
}

impl Gap {
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::Any => "Any",
            Self::None => "None",
            Self::Some => "Some",
        }
    }
}

/// Returns the Rust source of the elements of one side.
pub(super) fn sources(list: &[(Gap, Element)]) -> String {
    let one = |(gap, element): &(Gap, Element)| {
        let gap = gap.source();
        format!("Step {{ gap: Gap::{gap}, what: {} }}", element.source)
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Returns the bytes with which the right side of a row may begin.
pub(super) fn first_bytes(
    row: &Row,
    element: Option<&(Gap, Element)>,
    gap: Gap,
    literal: bool,
) -> [bool; 256] {
    match element {
        Some((_, element)) => element
            .first
            .unwrap_or_else(|| panic!("{PATH}: form `{}`: cannot begin so", row.pattern)),
        None if literal => bytes_of("\"'`@"),
        None if gap == Gap::Some => [true; 256],
        None => panic!("{PATH}: form `{}`: nothing ties the value", row.pattern),
    }
}

/// Returns an element that may begin with any byte.
fn any(source: &str) -> Element {
    Element {
        first: Some([true; 256]),
        ..plain(source)
    }
}

/// Returns an element that is found by more than its first byte.
fn plain(source: &str) -> Element {
    Element {
        source: source.to_owned(),
        texts: Vec::new(),
        first: None,
    }
}

/// Returns an element that begins with one of some bytes.
fn only(source: &str, bytes: &[u8]) -> Element {
    let mut first = [false; 256];
    for byte in bytes {
        first[usize::from(*byte)] = true;
    }
    Element {
        source: source.to_owned(),
        texts: Vec::new(),
        first: Some(first),
    }
}

/// Tells whether an element is the name of a list.
fn is_list(element: &str) -> bool {
    element.len() > 1
        && element.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        && !["KW", "NAME", "_"].contains(&element)
}

/// Returns the set of bytes that a class names, with ranges.
pub(super) fn bytes_of(class: &str) -> [bool; 256] {
    let bytes = class.as_bytes();
    let mut set = [false; 256];
    let mut i = 0;
    while i < bytes.len() {
        if bytes.get(i + 1) == Some(&b'-') && i + 2 < bytes.len() {
            (bytes[i]..=bytes[i + 2]).for_each(|byte| set[usize::from(byte)] = true);
            i += 3;
        } else {
            set[usize::from(bytes[i])] = true;
            i += 1;
        }
    }
    set
}
