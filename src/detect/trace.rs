//! What the judge was asked and said while a text was scanned, for `explain` and `redact`.

use std::ops::Range;

use super::assignment::{Form, Reader};
use super::field::{Field, FieldNames};
use super::judge::{Evidence, Explanation, Verdict};
use super::placeholder::is_reference;
use crate::fragment::Fragment;
use crate::lexicon::{NO_VALUE, Name, Strength};
use crate::rule::Rule;

/// What the judge said of a candidate.
pub struct Judged {
    /// The candidate's rule.
    pub rule: &'static Rule,
    /// Where the value stands in the text that was scanned.
    pub range: Range<usize>,
    /// What the judge said of it.
    pub explanation: Explanation,
}

/// Collects what the judge is asked and says; scanning goes without.
#[derive(Default)]
pub(super) struct Trace<'a> {
    /// What it said, for `explain`.
    pub(super) judged: Option<Vec<Judged>>,
    /// What is to be hidden because of its name, for `redact`.
    pub(super) named: Option<Named<'a>>,
}

/// The values and fields that are to be hidden because of their names.
pub(super) struct Named<'a> {
    /// The names of the fields.
    names: &'a FieldNames,
    /// The fields.
    pub(super) fields: Vec<Field>,
    /// Where the values stand whose name is plainly that of a secret, and those of fields in decoded texts.
    pub(super) values: Vec<Range<usize>>,
}

impl<'a> Named<'a> {
    /// Looks for fields with some names.
    pub(super) fn of(names: &'a FieldNames) -> Self {
        Self {
            names,
            fields: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Notes the fields in a text.
    pub(super) fn find(&mut self, fragment: &Fragment<'_>, reader: &mut Reader) {
        let fields = &mut self.fields;
        self.names
            .find(fragment, reader, &mut |field| fields.push(field));
    }
}

/// Returns where a stretch of a decoded text came from; `None` if the text itself shows it.
pub(super) type Origin<'o> = &'o dyn Fn(&Range<usize>) -> Option<Range<usize>>;

impl Trace<'_> {
    /// Returns how much is noted.
    pub(super) fn len(&self) -> [usize; 3] {
        let named = self.named.as_ref();
        [
            self.judged.as_ref().map_or(0, Vec::len),
            named.map_or(0, |named| named.values.len()),
            named.map_or(0, |named| named.fields.len()),
        ]
    }

    /// Moves what was noted from `mark` on from a decoded text to where it stands in the text itself.
    pub(super) fn bring_back(&mut self, mark: [usize; 3], text: &[u8], origin: Origin<'_>) {
        for judged in self.judged.iter_mut().flatten().skip(mark[0]) {
            if let Some(origin) = origin(&judged.range) {
                judged.range = origin;
            }
        }
        if let Some(named) = &mut self.named {
            // What has no origin stands in the text itself, where it was noted before.
            // Of a field, only values that are complete can be brought back.
            let fields = named.fields.split_off(mark[2]);
            let of_fields = fields.into_iter().flat_map(|field| field.tied.values);
            let of_fields = of_fields.filter(|range| is_written_out(&text[range.clone()]));
            let decoded = named.values.split_off(mark[1]).into_iter().chain(of_fields);
            named
                .values
                .extend(decoded.filter_map(|range| origin(&range)));
        }
    }

    /// Notes a question to the judge and its verdict if anybody wants to know.
    pub(super) fn note(
        &mut self,
        rule: &'static Rule,
        evidence: &Evidence<'_>,
        verdict: &Verdict,
        name: impl FnOnce() -> String,
    ) {
        if let Some(named) = &mut self.named
            && is_plainly_named(evidence)
        {
            named.values.push(evidence.range.clone());
        }
        let Some(all) = &mut self.judged else { return };
        let known = |other: &Judged| other.rule.id == rule.id && other.range == evidence.range;
        if !all.iter().any(known) {
            all.push(Judged {
                rule,
                range: evidence.range.clone(),
                explanation: verdict.explained(name(), &evidence.value),
            });
        }
    }
}

/// Tells whether the name of a value is plainly that of a secret, and the value is written out.
pub(super) fn is_plainly_named(evidence: &Evidence<'_>) -> bool {
    let plain = |name: Name| name.strength == Strength::Strong && !name.buried;
    evidence.name.is_some_and(plain)
        && !matches!(evidence.form, Form::Prose | Form::Compare | Form::Entry)
        && is_written_out(&evidence.value)
}

/// Tells whether a value says what it is, and not only that there is none or where to look for it.
fn is_written_out(value: &[u8]) -> bool {
    !value.is_empty() && !NO_VALUE.has(value) && !is_reference(value)
}
