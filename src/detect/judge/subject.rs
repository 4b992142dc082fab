//! What the vetoes ask of a value: what it is, where it stands, and what stands around it.

use super::{Evidence, host, value};
use crate::detect::assignment::Quote;
use crate::detect::placeholder;
use crate::lexicon::path::Area;
use crate::lexicon::{FINGERPRINT_WORD, OBJECT_SECRET, Words, secret_name};
use crate::rule::{SecretKind, Site};

/// A value with what is known of it.
pub(super) struct Subject<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) value: &'a [u8],
    /// Whether its characters follow each other by chance: then what looks like code in it is none.
    pub(super) random: bool,
}

impl Subject<'_> {
    pub(super) fn is_named(&self) -> bool {
        self.evidence.site == Site::Named
    }

    pub(super) fn is_password(&self) -> bool {
        self.evidence.kind == SecretKind::Password
    }

    /// Tells whether it is, as it is written, a credential that documentation prints.
    pub(super) fn is_published(&self) -> bool {
        let written = &self.evidence.fragment.text[self.evidence.range.clone()];
        self.evidence.site == Site::Encoded && placeholder::is_published(written)
    }

    /// Tells whether it is a password of sample words that a login has: a bad one, and yet one, on a host that others can
    /// reach, and wherever it has capitals and digits of its own, or digits where a program stores it encoded.
    pub(super) fn is_weak_password(&self) -> bool {
        let real = host::reach(self.evidence.host) == host::Reach::Real
            && !host::is_sample_user(self.evidence.user);
        let stored = self.evidence.site == Site::Encoded
            && self.evidence.area() == Area::Settings
            && self.value.iter().any(u8::is_ascii_alphabetic);
        let own = self.value.iter().any(u8::is_ascii_digit)
            && (stored || value::has_inner_capital(self.value));
        !self.is_named() && (real || own) && !placeholder::is_instruction(self.value)
    }

    /// Tells whether it is the name of its user: of a login to nobody's host, or on the line of an assignment.
    pub(super) fn is_its_user(&self) -> bool {
        if !self.is_named() {
            return self.value.eq_ignore_ascii_case(self.evidence.user)
                && host::reach(self.evidence.host) != host::Reach::Real;
        }
        let joint = |b: &u8| b.is_ascii_alphanumeric() || b"_-.".contains(b);
        let sight = self.evidence.sight();
        let at = self.evidence.range.start - sight.start;
        self.value.iter().all(joint)
            && value::is_the_user(&self.evidence.fragment.text[sight], at, self.value)
    }

    /// Tells whether it is the name of a Secret of Kubernetes, which its own name says to belong to something.
    pub(super) fn is_name_of_object(&self) -> bool {
        let words = Words::of(self.evidence.key());
        let [.., owner, last] = words.as_slice() else {
            return false;
        };
        let in_name = |b: &u8| b.is_ascii_lowercase() || b"0123456789-./".contains(b);
        self.evidence.kind == SecretKind::Secret
            && OBJECT_SECRET.has(owner)
            && secret_name(last).is_some_and(|name| name.kind == SecretKind::Secret)
            && !self.random
            && self.value.iter().all(in_name)
    }

    /// Tells whether it stands within `{{ }}` of a template.
    pub(super) fn is_in_template(&self) -> bool {
        let sight = self.evidence.sight();
        let before = &self.evidence.fragment.text[sight.start..self.evidence.range.start];
        // Few lines hold a brace at all.
        memchr::memchr(b'{', before)
            .and_then(|_| memchr::memmem::rfind(before, b"{{"))
            .is_some_and(|open| memchr::memmem::find(&before[open..], b"}}").is_none())
    }

    /// Tells whether it stands in what a program has encrypted, as in SOPS' `ENC[ ]` or behind Spring's `{cipher}`: base64
    /// holds every name now and then.
    pub(super) fn is_in_sealed(&self) -> bool {
        /// What is encrypted may be long; its end is looked for no further back.
        const BACK: usize = 8 << 10;
        let (text, at) = (self.evidence.fragment.text, self.evidence.range.start);
        let before = &text[at.saturating_sub(BACK)..at];
        let line = memchr::memrchr(b'\n', before).map_or(before, |end| &before[end + 1..]);
        // Few lines hold a bracket at all.
        memchr::memchr2(b'[', b'{', line).is_some()
            && [&b"ENC[AES"[..], b"{cipher}"].iter().any(|open| {
                memchr::memmem::rfind(line, open).is_some_and(|at| !line[at..].contains(&b']'))
            })
    }

    /// Tells whether it is what jQuery looks for: `$('#password')`.
    pub(super) fn is_selector(&self) -> bool {
        let before = &self.evidence.fragment.text[..self.evidence.range.start];
        matches!(self.value[0], b'#' | b'.')
            && [&b"$('"[..], b"$(\""]
                .iter()
                .any(|call| before.ends_with(call))
    }

    /// Returns what stands before it without a blank or a quote: of a URL, what leads to it.
    pub(super) fn word_before(&self) -> &[u8] {
        const BACK: usize = 512;
        let at = self.evidence.range.start;
        let before = &self.evidence.fragment.text[at.saturating_sub(BACK)..at];
        let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'`<>".contains(b);
        before
            .iter()
            .rposition(ends)
            .map_or(before, |end| &before[end + 1..])
    }

    /// Tells whether the text goes on in dots, or with the name of a secret: a value of which a part is shown, `sha256~<token>`.
    pub(super) fn is_cut(&self) -> bool {
        let behind = &self.evidence.fragment.text[self.evidence.range.end..];
        let ends = |b: &u8| !b.is_ascii_alphanumeric() && !b"_-".contains(b);
        let names = |gap: &[u8]| gap.split(ends).next().and_then(secret_name).is_some();
        behind.starts_with(b"...")
            || behind.starts_with("…".as_bytes())
            || behind.strip_prefix(b"<").is_some_and(names)
    }

    /// Tells whether its name or the lines around speak of fingerprints: keys of radios are written with colons, too.
    pub(super) fn is_fingerprint_by_name(&self) -> bool {
        Words::of(self.evidence.key()).any_in(&FINGERPRINT_WORD)
            || value::holds_word(self.evidence.around(), &FINGERPRINT_WORD)
    }

    /// Tells whether a mark stands between its name and its quote: in Go a tag stands right behind the name of a field.
    pub(super) fn is_assigned(&self) -> bool {
        let at = self.evidence.range.start;
        let before = self.evidence.fragment.text[..at].strip_suffix(b"`");
        let name = before.map(<[u8]>::trim_ascii_end).unwrap_or_default();
        !name.last().is_some_and(u8::is_ascii_alphanumeric)
    }

    pub(super) fn is_bare(&self) -> bool {
        self.evidence.quote == Quote::Bare
    }
}

/// Tells whether a value is the `"key"` of one of several records of JSON that stand beside each other, where it tells them
/// apart, or that of a pair: `write(key: "k", value: v)`.
pub(super) fn is_key_of_record(evidence: &Evidence<'_>) -> bool {
    const KEY: &[u8] = b"key";
    /// How far around the value others are looked for, and how many there must be with it.
    const AROUND: usize = 4 << 10;
    const RECORDS: usize = 3;
    let text = evidence.fragment.text;
    let quoted = |at: usize, end: usize| {
        at > 0 && text[at - 1] == b'"' && matches!(text.get(end), Some(b'"' | b'\\'))
    };
    if evidence.key() != KEY {
        return false;
    }
    let behind = text.get(evidence.range.end..).unwrap_or_default();
    let pair = behind.get(1..).and_then(|rest| rest.strip_prefix(b","));
    if pair.is_some_and(|rest| rest.trim_ascii_start().starts_with(b"value:")) {
        return true;
    }
    if !quoted(evidence.key.start, evidence.key.end) {
        return false;
    }
    let from = evidence.key.start.saturating_sub(AROUND);
    let to = text.len().min(evidence.range.end + AROUND);
    memchr::memmem::find_iter(&text[from..to], KEY)
        .filter(|at| quoted(from + at, from + at + KEY.len()))
        .nth(RECORDS - 1)
        .is_some()
}
