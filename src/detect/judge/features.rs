//! What holds of a value, its name and its place: the features that the judge weighs.

use super::sample::{self, Commonness};
use super::shape::Shape;
use super::value;
use super::weights::{COUNT, Feature};
use super::{Evidence, Vendor, encoded, expression, host};
use crate::detect::assignment::{Form, Place, Quote};
use crate::lexicon::Strength;
use crate::lexicon::path::{self, Area};
use crate::rule::{SecretKind, Site};

/// A row of letters with fewer bits for chance may be a word.
const WORD: i32 = 6;

/// How often each feature holds.
struct Times([i32; COUNT]);

impl Times {
    fn set(&mut self, feature: Feature, times: i32) {
        self.0[feature as usize] = times;
    }

    fn when(&mut self, feature: Feature, holds: bool) {
        self.set(feature, i32::from(holds));
    }
}

/// Returns how often each feature holds.
pub(super) fn of(evidence: &Evidence<'_>, shape: &Shape) -> [i32; COUNT] {
    let area = evidence.area();
    let mut times = Times([0; COUNT]);
    of_name(evidence, &mut times);
    of_place(evidence, area, &mut times);
    of_value(evidence, shape, &mut times);
    // Settings of a country are named like its texts; no text is one word of ASCII with digits in it.
    let text = shape.digits == 0 || shape.spaces > 0 || !evidence.value.is_ascii();
    times.when(Feature::Translation, area == Area::Translation && text);
    times.0
}

/// What its name, or what stands in for a name, says.
fn of_name(evidence: &Evidence<'_>, times: &mut Times) {
    if let Some(name) = evidence.name {
        let weak = name.strength == Strength::Weak;
        let password = name.kind == SecretKind::Password;
        times.when(Feature::WeakKey, weak);
        times.when(Feature::PasswordKey, !weak && password);
        times.when(Feature::SecretKey, !weak && !password);
        times.when(Feature::BuriedKey, name.buried);
        times.when(Feature::MadeUpKey, name.made_up);
    }
    let blanks = memchr::memchr_iter(b' ', evidence.key()).count();
    times.when(Feature::PhraseKey, blanks > 1);
    times.when(Feature::VendorKey, evidence.vendor == Vendor::Key);
    times.when(Feature::VendorNear, evidence.vendor == Vendor::Near);
}

/// What the place says: the form of the assignment, the login around it, the file.
fn of_place(evidence: &Evidence<'_>, area: Area, times: &mut Times) {
    let named = evidence.site == Site::Named;
    times.when(Feature::Login, !named);
    times.when(Feature::AnyUrl, evidence.site == Site::AnyUrl);
    times.when(Feature::Encoded, evidence.site == Site::Encoded);
    times.when(Feature::Loose, evidence.site == Site::Loose);
    let sight = evidence.sight();
    let line = &evidence.fragment.text[sight];
    if named {
        of_form(evidence, times);
        times.when(Feature::LocalHost, value::is_local(line));
    } else {
        let reach = host::reach(evidence.host);
        times.when(Feature::RealHost, reach == host::Reach::Real);
        times.when(Feature::LocalHost, reach == host::Reach::Development);
        times.when(Feature::SampleUser, host::is_sample_user(evidence.user));
    }
    times.when(Feature::Settings, area == Area::Settings);
    times.when(Feature::Pattern, area == Area::Pattern);
    times.when(Feature::Docs, matches!(area, Area::Docs | Area::Page));
    let is_page = area == Area::Page || path::is_page_by_itself(evidence.fragment);
    times.when(Feature::Page, is_page);
    times.when(Feature::TestFile, area == Area::Test);
    times.when(Feature::Minified, evidence.is_wide());
}

fn of_form(evidence: &Evidence<'_>, times: &mut Times) {
    let (form, quote, place) = (evidence.form, evidence.quote, evidence.place);
    times.when(Feature::Literal, quote.is_quoted());
    times.when(
        Feature::DataFile,
        quote == Quote::Bare && place == Place::Code,
    );
    times.when(Feature::Prose, place == Place::Prose || form == Form::Prose);
    times.when(Feature::InText, place == Place::Text);
    times.when(Feature::Element, quote == Quote::Text);
    times.when(Feature::Compared, form == Form::Compare);
    times.when(
        Feature::Argument,
        matches!(form, Form::Argument | Form::Call),
    );
    times.when(Feature::DefaultValue, form == Form::Default);
    let text = evidence.fragment.text;
    let made = |callee| !expression::is_conversion(&text[callee]);
    let made = evidence.callee.clone().is_some_and(made);
    times.when(Feature::Wrapped, form != Form::Default && made);
    let joined = quote.is_quoted() && expression::is_joined(text, evidence.range.end);
    times.when(Feature::Joined, joined);
}

/// What the value itself looks like.
fn of_value(evidence: &Evidence<'_>, shape: &Shape, times: &mut Times) {
    let value = &evidence.value[..];
    let letters = shape.letters();
    times.when(Feature::Mixed, letters > 0 && shape.digits > 0);
    times.when(Feature::Marks, shape.marks > 0 && letters > 0);
    times.when(
        Feature::OddCase,
        shape.lower > 0 && value::has_odd_case(value),
    );
    times.when(Feature::Numeric, letters == 0);
    times.when(Feature::Tiny, shape.len < 6);
    times.when(Feature::Short, shape.len < 8);
    times.when(Feature::Medium, shape.len >= 12);
    times.when(Feature::Long, shape.len >= 20);
    times.when(Feature::Letters, letters == shape.len);
    // Where a client reads a password, words joined are one as well, and so are words that speak of secrets.
    let named = evidence.site == Site::Named;
    times.when(Feature::Identifier, named && value::is_identifier(value));
    let capital = shape.upper == 1 && value[0].is_ascii_uppercase();
    times.when(Feature::Capitalised, capital && letters == shape.len);
    times.when(Feature::Digest, encoded::is_digest(value));
    let plain = !named && value::is_plain_word(value) && shape.chance < WORD;
    times.when(Feature::PlainLogin, plain);
    times.when(Feature::Speaks, named && value::speaks_of_secrets(value));
    let hexadecimal = value.iter().all(u8::is_ascii_hexdigit);
    times.when(Feature::Hexadecimal, hexadecimal);
    // A JSON Web Token has a rule of its own, which knows those that are public by design. Its parts have no padding.
    let signed = named
        && value.starts_with(b"eyJ")
        && !value.ends_with(b"=")
        && (value.contains(&b'.') || value.len() < 48);
    times.when(Feature::Signed, signed);
    times.when(Feature::Uuid, encoded::has_uuid(value));
    let (common, counted) = match sample::commonness(value, evidence.user) {
        Commonness::Default => (2, 0),
        Commonness::Words => (1, 0),
        Commonness::Numbered => (0, 2),
        Commonness::Counted => (0, 1),
        Commonness::Uncommon => (0, 0),
    };
    times.set(Feature::Sample, common);
    times.set(Feature::Counted, counted);
    // Below twelve letters no test tells chance from a word that is not common.
    let most = if letters == shape.len && shape.len < 12 {
        1
    } else {
        10
    };
    times.set(Feature::Chance, (shape.chance / 5).clamp(0, most));
    times.set(Feature::Language, (-shape.chance / 4).clamp(0, 5));
    let worded = match shape.worded * 4 / shape.len.max(1) {
        // Sample words count once.
        _ if common > 0 || counted > 1 => 0,
        0 if shape.worded == 0 => 0,
        0 | 1 => 1,
        _ => 2,
    };
    times.set(Feature::Worded, worded);
    let chosen = shape.digits > 0 && shape.marks > 0 && shape.upper > 0;
    let blanks = if value::is_phrase(value) || chosen && shape.spaces > 0 {
        1
    } else {
        shape.spaces.min(3)
    };
    // Nobody sends a sentence in base64, but a phrase for a password.
    let blanks = if evidence.site == Site::Encoded {
        0
    } else {
        blanks
    };
    times.set(Feature::Spaces, i32::try_from(blanks).unwrap_or(3));
}
