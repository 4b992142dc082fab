//! Turns rules/forms.toml into the tables of `src/detect/assignment/matching.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

/// The variants of `Form` and of `Place` in `src/detect/assignment/mod.rs`.
const KINDS: [&str; 12] = [
    "equals",
    "colon",
    "arrow",
    "compare",
    "argument",
    "call",
    "flag",
    "directive",
    "element",
    "pair",
    "default",
    "prose",
];
const PLACES: [&str; 3] = ["code", "prose", "text"];
/// Where the forms stand.
const PATH: &str = "rules/forms.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    operators: Vec<String>,
    lists: BTreeMap<String, Vec<String>>,
    classes: BTreeMap<String, Class>,
    #[serde(rename = "form")]
    forms: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    pattern: String,
    kind: String,
    about: String,
    #[serde(default)]
    syntax: Vec<String>,
    #[serde(default)]
    place: Vec<String>,
    examples: Vec<String>,
}

/// A class of bytes, of which so many may stand at most.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    bytes: String,
    most: usize,
}

/// What stands between two elements.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    Any,
    None,
    Some,
}

/// The tables while they are built.
struct Tables<'a> {
    file: &'a File,
    /// The words of the lists of the lexicon, by their names in Rust.
    lexicon: BTreeMap<String, Vec<String>>,
    /// Lists that are looked for to the left of a name.
    left_lists: BTreeMap<String, Vec<String>>,
}

/// Returns the Rust source of the operators, and that of the forms. `lexicon` holds the words of its lists by their names in Rust.
pub(super) fn tables(lexicon: BTreeMap<String, Vec<String>>) -> (String, String) {
    let text = fs::read_to_string(PATH).unwrap_or_else(|error| panic!("{PATH}: {error}"));
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{PATH}: {error}"));
    let mut operators = file.operators.clone();
    for operator in &operators {
        let marks = operator.bytes().all(|b| b.is_ascii_punctuation());
        assert!(
            marks && operator.len() > 1,
            "{PATH}: `{operator}` is no operator of two marks or more"
        );
    }
    operators.sort_by_key(|operator| (operator.as_bytes()[0], std::cmp::Reverse(operator.len())));
    let operators = format!("static OPERATORS: &[&str] = &{operators:?};\n");
    let mut tables = Tables {
        file: &file,
        lexicon,
        left_lists: BTreeMap::new(),
    };
    let mut rows = String::new();
    // Those with the value right of the name, and those with it apart.
    let mut buckets = [vec![Vec::new(); 256], vec![Vec::new(); 256]];
    for (number, row) in file.forms.iter().enumerate() {
        let (source, first, apart) = tables.row(row);
        rows += &source;
        let buckets = &mut buckets[usize::from(apart)];
        for (byte, rows) in buckets.iter_mut().enumerate() {
            if first[byte] {
                rows.push(number);
            }
        }
    }
    let mut out = String::new();
    for (name, class) in &file.classes {
        let class = bytes_of(&class.bytes);
        let _ = writeln!(out, "static CLASS_{name}: [bool; 256] = {class:?};");
    }
    for (name, words) in &tables.left_lists {
        let _ = writeln!(
            out,
            "static {name}: List = List::new({:?});",
            words.join("|")
        );
    }
    let _ = writeln!(out, "pub(super) static ROWS: &[Row] = &[\n{rows}];");
    for (name, buckets) in ["BESIDE", "APART"].iter().zip(buckets) {
        let _ = writeln!(
            out,
            "/// The rows whose right side may begin with a byte.\npub(super) static {name}: [&[u8]; 256] = ["
        );
        for rows in &buckets {
            let _ = writeln!(out, "    &{rows:?},");
        }
        out.push_str("];\n");
    }
    (operators, out)
}

/// Returns the set of bytes that a class names, with ranges.
fn bytes_of(class: &str) -> [bool; 256] {
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

/// Tells whether an element is the name of a list.
fn is_list(element: &str) -> bool {
    element.len() > 1
        && element.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        && !["KW", "NAME", "_"].contains(&element)
}

/// The letters, in which a word may begin.
const LETTERS: [u8; 52] = *b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Stops the build for a row.
fn refuse(row: &Row, why: &str) -> ! {
    panic!("{PATH}: form `{}`: {why}", row.pattern)
}

/// What closes behind a name: `No`, `Maybe` or `Yes`.
struct Closes {
    subscript: &'static str,
    call: &'static str,
    hash: bool,
}

impl Closes {
    /// Returns what the first elements right of a name say, and the others.
    fn of<'a>(mut right: &'a [&'a str]) -> (Self, &'a [&'a str]) {
        let (mut subscript, mut call, mut hash) = ("No", "No", false);
        while let Some((first, rest)) = right.split_first() {
            match *first {
                "]*" => subscript = "Maybe",
                "]+" => subscript = "Yes",
                "}+" => (subscript, hash) = ("Yes", true),
                ")*" => call = "Maybe",
                ")+" => call = "Yes",
                _ => break,
            }
            right = rest;
        }
        let closes = Self {
            subscript,
            call,
            hash,
        };
        (closes, right)
    }

    /// Returns for each `State` of a name, as `src/detect/assignment/matching.rs` numbers them, a bit that says whether the row
    /// may fit there.
    fn states(&self, key: &str, gap: Gap) -> u16 {
        (0..16_u16).fold(0, |states, state| {
            let is = |bit: u16| state & bit != 0;
            let named = match key {
                "Any" => true,
                "Quoted" => is(1),
                _ => !is(1),
            };
            let spaced = gap == Gap::Any || (gap == Gap::Some) == is(2);
            let closed = may_be(self.subscript, is(4)) && may_be(self.call, is(8));
            states | u16::from(named && spaced && closed) << state
        })
    }
}

/// Tells whether something that is as `closed` says may be `there`.
fn may_be(closed: &str, there: bool) -> bool {
    closed == "Maybe" || (closed == "Yes") == there
}

/// Returns the Rust source of the elements of one side.
fn sources(list: &[(Gap, Element)]) -> String {
    let one = |(gap, element): &(Gap, Element)| {
        let gap = gap.source();
        format!("Step {{ gap: Gap::{gap}, what: {} }}", element.source)
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Stops the build for a row that does not say what it is for, or shows it nowhere.
fn assert_told(row: &Row) {
    if !row.about.ends_with('.') {
        refuse(row, "`about` is no sentence");
    }
    if row.examples.is_empty() {
        refuse(
            row,
            "`examples` is empty: nothing would show that the form is read",
        );
    }
    let known = |name: &String| PLACES.contains(&name.as_str());
    if !KINDS.contains(&row.kind.as_str()) || !row.place.iter().all(known) {
        refuse(
            row,
            &format!("`kind` is one of {KINDS:?}, `place` of {PLACES:?}"),
        );
    }
    for example in &row.examples {
        if !example.contains(" | ") || example.matches('¤').count() != 1 {
            refuse(
                row,
                &format!("example `{example}` is not \"FILE | TEXT\" with one `¤`"),
            );
        }
    }
}

/// What stands where in a pattern.
struct Found<'a> {
    left: Vec<&'a str>,
    right: &'a [&'a str],
    /// The variant of `Where`.
    place: String,
    alone: bool,
}

impl<'a> Found<'a> {
    fn of(row: &Row, elements: &'a [&'a str], name: usize, value: usize) -> Self {
        let mut found = Self {
            left: elements[..name].to_vec(),
            right: &elements[name + 1..],
            place: "Right".to_owned(),
            alone: false,
        };
        if let [bracket, "..", "VALUE", "V", "..", left @ ..] = &elements[..name] {
            found.left = left.to_vec();
            found.place = format!("Within(b'{bracket}')");
            return found;
        }
        if value < name {
            "Left".clone_into(&mut found.place);
            return found;
        }
        found.right = &elements[name + 1..value];
        match elements[value + 1..] {
            [] => {}
            [")"] => found.alone = true,
            _ => refuse(row, "behind `V` only `)` may stand"),
        }
        if let [right @ .., lines, "VALUE"] = found.right {
            let deeper = lines.starts_with("..>");
            let Ok(lines) = lines.trim_start_matches(['.', '>']).parse::<u8>() else {
                refuse(row, "how many lines `..` goes over is no number")
            };
            found.right = right;
            found.place = format!("Below {{ lines: {lines}, deeper: {deeper} }}");
        }
        found
    }
}

impl Tables<'_> {
    /// Returns the Rust source of a row, and the bytes with which what stands right of the name may begin.
    fn row(&mut self, row: &Row) -> (String, [bool; 256], bool) {
        assert_told(row);
        let elements: Vec<&str> = row.pattern.split(' ').collect();
        let name = |element: &&str| matches!(*element, "K" | "Kq" | "Kw" | "KW");
        let value = |element: &&str| matches!(*element, "V" | "Vq");
        let (Some(name), Some(value)) = (
            elements.iter().position(name),
            elements.iter().position(value),
        ) else {
            refuse(row, "no `K` or no `V`");
        };
        let kind = variant(&row.kind);
        let key = match elements[name] {
            "Kq" => "Quoted",
            "Kw" => "Bare",
            "KW" => "Shouted",
            _ => "Any",
        };
        let found = Found::of(row, &elements, name, value);
        let mut left = found.left;
        left.reverse();
        let right = found.right;
        let (closes, right) = Closes::of(right);
        let (right, last) = self.elements(row, right, false);
        let (left, touches) = self.elements(row, &left, true);
        if touches == Gap::Some {
            refuse(row, "`_` stands at the start");
        }
        let anything = found.place == "Left" || closes.call == "Yes" && right.is_empty();
        let first = if anything {
            [true; 256]
        } else {
            first_bytes(row, right.first(), last, elements[value] == "Vq")
        };
        let wanted = match elements[value] {
            _ if found.alone => "Alone",
            "Vq" => "Literal",
            _ => "Any",
        };
        let syntax = |upper: bool| -> Vec<&String> {
            let fits = |name: &&String| name.as_bytes()[0].is_ascii_uppercase() == upper;
            row.syntax.iter().filter(fits).collect()
        };
        let languages: Vec<String> = syntax(true)
            .iter()
            .map(|name| format!("1 << Language::{name} as u8"))
            .collect();
        let languages = if languages.is_empty() {
            "0".to_owned()
        } else {
            languages.join(" | ")
        };
        let near = near(&left);
        let first_gap = right.first().map_or(last, |(gap, _)| *gap);
        let states = closes.states(key, first_gap);
        let places: Vec<String> = row
            .place
            .iter()
            .map(|name| format!("Place::{}", variant(name)))
            .collect();
        let source = format!(
            "    Row {{ form: Form::{kind}, shouted: {}, states: {states:#06x}, hash: {}, \
             near: Near::{near}, left: &[{}], right: &[{}], before: Gap::{}, wanted: Wanted::{wanted}, value: Where::{}, languages: {languages}, \
             syntaxes: &{:?}, places: &[{}] }},\n",
            key == "Shouted",
            closes.hash,
            sources(&left),
            sources(&right),
            last.source(),
            found.place,
            syntax(false),
            places.join(", "),
        );
        let on_line = !elements[name..].iter().any(|one| one.starts_with("<nl>"));
        (source, first, found.place != "Right" || !on_line)
    }

    /// Returns the elements of one side with what stands before each, and what stands behind the last.
    fn elements(&mut self, row: &Row, list: &[&str], left: bool) -> (Vec<(Gap, Element)>, Gap) {
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
            ("..}", false) => plain("What::Through(b'}')"),
            ("..>", false) => plain("What::Through(b'>')"),
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
                    assert!(!left && byte.len() == 1, "{PATH}: `{element}`");
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

/// Returns the bytes with which the right side of a row may begin.
fn first_bytes(
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

/// An element as Rust source, and the bytes with which it begins.
struct Element {
    source: String,
    /// Left of a name: the texts that it is, if it is one.
    texts: Vec<String>,
    first: Option<[bool; 256]>,
}

impl Gap {
    fn source(self) -> &'static str {
        match self {
            Self::Any => "Any",
            Self::None => "None",
            Self::Some => "Some",
        }
    }
}

/// Returns the variant of `Near` for what stands left of a name, the nearest first.
fn near(left: &[(Gap, Element)]) -> String {
    let Some((gap, first)) = left.first() else {
        return "Any".to_owned();
    };
    if first.source == "What::NameAttribute" {
        return "Assigned".to_owned();
    }
    let mut last: Vec<u8> = first
        .texts
        .iter()
        .filter_map(|text| text.bytes().last())
        .flat_map(|b| [b.to_ascii_lowercase(), b.to_ascii_uppercase()])
        .collect();
    last.sort_unstable();
    last.dedup();
    match gap {
        _ if last.is_empty() => "Any".to_owned(),
        Gap::None => format!("Touching(&{last:?})"),
        _ => format!("Marked(&{last:?})"),
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

/// Returns the name of a variant in Rust.
fn variant(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}
