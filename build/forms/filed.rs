//! Where the rows of forms may fit, as sets of rows: what stands around a name is looked up in each, and the sets are met.

use std::fmt::Write as _;

use super::PATH;
use super::element::{Element, Gap};

/// The variants of `Language` in `src/detect/lex/syntax.rs`.
pub(super) const LANGUAGES: [&str; 7] =
    ["Code", "Script", "Shell", "Ini", "Yaml", "Markup", "Prose"];
/// How many states a name has: a bit says that it stands in quotes, others what closes behind it.
pub(super) const STATES: usize = 32;

/// Where a row may fit, by what costs little to look at.
pub(super) struct Fit<'a> {
    /// The bytes with which what stands right of the name may begin.
    pub(super) first: [bool; 256],
    /// A bit for each state of the name.
    pub(super) states: u32,
    /// How bare values are written in the text; in any way, if empty.
    pub(super) languages: Vec<&'a str>,
    pub(super) near: Near,
    /// Whether it is tried only when the others yield no value.
    pub(super) apart: bool,
}

/// The last byte of what stands left of a name.
pub(super) enum Near {
    Any,
    /// One of these, right before the name.
    Touching(Vec<u8>),
    /// One of these, before the marks of the name.
    Marked(Vec<u8>),
    /// What assigns a name to an attribute.
    Assigned,
}

impl Near {
    /// Returns what must be near for what stands left of a name, the nearest first.
    pub(super) fn of(left: &[(Gap, Element)]) -> Self {
        let Some((gap, first)) = left.first() else {
            return Self::Any;
        };
        if first.source == "What::NameAttribute" {
            return Self::Assigned;
        }
        let last = first.texts.iter().filter_map(|text| text.bytes().last());
        let last: Vec<u8> = last
            .flat_map(|b| [b.to_ascii_lowercase(), b.to_ascii_uppercase()])
            .collect();
        match gap {
            _ if last.is_empty() => Self::Any,
            Gap::None => Self::Touching(last),
            _ => Self::Marked(last),
        }
    }

    /// Tells whether a byte may touch the name, and whether one may stand before its marks.
    fn fits(&self, byte: u8) -> (bool, bool) {
        match self {
            Self::Any | Self::Assigned => (true, true),
            Self::Touching(bytes) => (bytes.contains(&byte), true),
            Self::Marked(bytes) => (true, bytes.contains(&byte)),
        }
    }
}

/// By what stands around a name, the rows that may fit there: sets with a bit for each.
pub(super) struct RowIndex {
    byte: Vec<u128>,
    state: Vec<u128>,
    language: Vec<u128>,
    touching: Vec<u128>,
    marked: Vec<u128>,
    beside: u128,
    apart: u128,
    assigned: u128,
}

impl RowIndex {
    pub(super) fn new() -> Self {
        Self {
            byte: vec![0; 256],
            state: vec![0; STATES],
            language: vec![0; LANGUAGES.len()],
            touching: vec![0; 256],
            marked: vec![0; 256],
            beside: 0,
            apart: 0,
            assigned: 0,
        }
    }

    /// Files a row where it may fit.
    pub(super) fn add(&mut self, number: usize, fit: &Fit<'_>) {
        assert!(number < 128, "{PATH}: a set holds 128 forms");
        let row = |fits: bool| u128::from(fits) << number;
        for byte in 0..=u8::MAX {
            let (touching, marked) = fit.near.fits(byte);
            let byte = usize::from(byte);
            self.byte[byte] |= row(fit.first[byte]);
            self.touching[byte] |= row(touching);
            self.marked[byte] |= row(marked);
        }
        for (state, set) in self.state.iter_mut().enumerate() {
            *set |= row(fit.states >> state & 1 == 1);
        }
        for (language, set) in LANGUAGES.iter().zip(&mut self.language) {
            *set |= row(fit.languages.is_empty() || fit.languages.contains(language));
        }
        self.beside |= row(!fit.apart);
        self.apart |= row(fit.apart);
        self.assigned |= row(matches!(fit.near, Near::Assigned));
    }

    /// Returns the Rust source of the sets.
    pub(super) fn source(&self) -> String {
        let mut out = String::new();
        for (name, about, sets) in [
            (
                "BYTE",
                "what stands right of the name may begin with a byte",
                &self.byte,
            ),
            ("STATE", "the name may be in a state", &self.state),
            (
                "TOUCHING",
                "a byte may stand right before the name",
                &self.touching,
            ),
            (
                "MARKED",
                "a byte may stand before the marks of the name",
                &self.marked,
            ),
        ] {
            let len = sets.len();
            let sets = sets
                .iter()
                .copied()
                .map(literal)
                .collect::<Vec<_>>()
                .join(", ");
            let _ = writeln!(
                out,
                "/// The rows in which {about}.\npub(super) static BY_{name}: [Rows; {len}] = [{sets}];"
            );
        }
        out.push_str(
            "/// Returns the rows that count where bare values are written so.\n\
             pub(super) fn by_language(language: Language) -> Rows {\n    match language {\n",
        );
        for (language, set) in LANGUAGES.iter().zip(&self.language) {
            let set = literal(*set);
            let _ = writeln!(out, "        Language::{language} => {set},");
        }
        out.push_str("    }\n}\n");
        for (name, about, set) in [
            (
                "BESIDE",
                "in which the value stands right of the name",
                self.beside,
            ),
            (
                "APART",
                "that are tried only when those yield no value",
                self.apart,
            ),
            (
                "ASSIGNED",
                "in which an attribute is assigned the name",
                self.assigned,
            ),
        ] {
            let set = literal(set);
            let _ = writeln!(
                out,
                "/// The rows {about}.\npub(super) const {name}: Rows = {set};"
            );
        }
        out
    }
}

/// Returns a set as Rust writes it, four digits together.
fn literal(set: u128) -> String {
    let digits = format!("{set:032x}");
    let groups = (0..digits.len()).step_by(4).map(|at| &digits[at..at + 4]);
    format!("0x{}", groups.collect::<Vec<_>>().join("_"))
}
