//! A row of forms as Rust source, and where it may fit.

use super::element::{Gap, first_bytes, sources};
use super::filed::{Fit, LANGUAGES, Near, STATES};
use super::{Row, Tables, assert_told, refuse};

/// What stands where in a pattern.
struct Found<'a> {
    left: Vec<&'a str>,
    right: &'a [&'a str],
    /// The variant of `Where`.
    place: String,
    alone: Option<&'static str>,
}

impl<'a> Found<'a> {
    fn of(row: &Row, elements: &'a [&'a str], name: usize, value: usize) -> Self {
        let mut found = Self {
            left: elements[..name].to_vec(),
            right: &elements[name + 1..],
            place: "Right".to_owned(),
            alone: None,
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
            [")"] => found.alone = Some("Alone"),
            ["<nl>"] => found.alone = Some("LastWord"),
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
    /// Returns the Rust source of a row, and where it may fit.
    pub(super) fn row<'r>(&mut self, row: &'r Row) -> (String, Fit<'r>) {
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
        let any = if elements[value] == "Vq" {
            "Literal"
        } else {
            "Any"
        };
        let wanted = found.alone.unwrap_or(any);
        let (languages, syntaxes) = syntaxes(row);
        let first_gap = right.first().map_or(last, |(gap, _)| *gap);
        let states = closes.states(key, first_gap);
        let places: Vec<String> = row
            .place
            .iter()
            .map(|name| format!("Place::{}", variant(name)))
            .collect();
        let source = format!(
            "    Row {{ form: Form::{kind}, shouted: {}, left: &[{}], right: &[{}], before: Gap::{}, \
             wanted: Wanted::{wanted}, value: Where::{}, syntaxes: &{syntaxes:?}, places: &[{}] }},\n",
            key == "Shouted",
            sources(&left),
            sources(&right),
            last.source(),
            found.place,
            places.join(", "),
        );
        let on_line = !elements[name..value.max(name)]
            .iter()
            .any(|one| one.starts_with("<nl>"));
        let fit = Fit {
            first,
            states,
            languages,
            near: Near::of(&left),
            apart: found.place != "Right" || !on_line,
        };
        (source, fit)
    }
}

/// Returns the languages and the syntaxes in which a row counts; all, if there are none.
fn syntaxes(row: &Row) -> (Vec<&str>, Vec<&str>) {
    let is_language = |name: &&str| name.starts_with(|c: char| c.is_ascii_uppercase());
    let (languages, syntaxes): (Vec<_>, Vec<_>) =
        row.syntax.iter().map(String::as_str).partition(is_language);
    if !languages.iter().all(|name| LANGUAGES.contains(name)) {
        refuse(row, &format!("a language is one of {LANGUAGES:?}"));
    }
    if !languages.is_empty() && !syntaxes.is_empty() {
        refuse(row, "`syntax` holds languages or syntaxes, not both");
    }
    (languages, syntaxes)
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

    /// Returns for each state of a name, as `Surroundings` in `src/detect/assignment/matching.rs` numbers them, a bit that says whether
    /// the row may fit there.
    fn states(&self, key: &str, gap: Gap) -> u32 {
        (0..STATES).fold(0, |states, state| {
            let is = |bit: usize| state & bit != 0;
            let named = match key {
                "Any" => true,
                "Quoted" => is(1),
                _ => !is(1),
            };
            let spaced = gap == Gap::Any || (gap == Gap::Some) == is(2);
            let closed = may_be(self.subscript, is(4)) && may_be(self.call, is(8));
            let fits = named && spaced && closed && (is(16) || !self.hash);
            states | u32::from(fits) << state
        })
    }
}

/// Tells whether something that is as `closed` says may be `there`.
fn may_be(closed: &str, there: bool) -> bool {
    closed == "Maybe" || (closed == "Yes") == there
}

/// Returns the name of a variant in Rust.
fn variant(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}
