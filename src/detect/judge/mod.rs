//! The judge: tells a secret that has no vendor's shape from everything that only looks like one.

mod context;
mod key;
mod language;
mod shape;
pub(crate) mod weights;

use std::ops::Range;

use context::Area;
use key::{Kind, Name, Strength};
use shape::Shape;
use weights::{BLOCK, COUNT, Feature, IN_TESTS, WARN, WEIGHTS};

use super::assignment::{self, Assignment, Form, Place, Quote};
use super::placeholder;
use crate::finding::Secret;
use crate::fragment::{Fragment, line_end, line_start};
use crate::rule::{Found, Tier};

/// From how many points on a candidate is a warning, and from how many on it stops the commit.
pub const LIMITS: (i32, i32) = (WARN, BLOCK);

/// A value shorter than this is not looked at.
const SHORTEST: usize = 4;
/// How often the feature of chance holds for a value that nobody thought up.
const RANDOM: i32 = 2;
/// A value longer than this is no single secret.
const LONGEST: usize = 4 << 10;
/// A line longer than this was not written by hand.
const WIDE: usize = 2_000;

/// Looks for a password at a keyword.
pub fn generic_password(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    find(fragment, at, Kind::Password)
}

/// Looks for an API key or another secret key at a keyword.
pub fn generic_key(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    find(fragment, at, Kind::Key)
}

/// Looks for a token at a keyword.
pub fn generic_token(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    find(fragment, at, Kind::Token)
}

/// Looks for whatever else is called a secret at a keyword.
pub fn generic_secret(fragment: &Fragment<'_>, at: usize) -> Option<Found> {
    find(fragment, at, Kind::Secret)
}

/// Tells whether a file is made by a program or is somebody else's, so that nothing in it is judged by its context.
pub(crate) fn is_foreign(fragment: &Fragment<'_>) -> bool {
    context::area(fragment) == Area::Foreign
}

/// Returns how many bits likelier a value is as a random token than as language.
pub(crate) fn chance(value: &[u8]) -> i32 {
    Shape::of(value).chance
}

/// Tells whether a value is a UUID.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    context::is_uuid(value)
}

/// Tells whether a fragment is of a test or an example.
pub(crate) fn is_in_tests(fragment: &Fragment<'_>) -> bool {
    context::area(fragment) == Area::Test
}

fn find(fragment: &Fragment<'_>, at: usize, kind: Kind) -> Option<Found> {
    // A keyword may begin with the mark before its word: `_key`, ` key`.
    let mark = fragment.text[at..]
        .iter()
        .take(2)
        .take_while(|b| matches!(b, b' ' | b'"' | b'\''))
        .count();
    let at = at + mark;
    if !may_be_assigned(fragment.text, at) {
        return None;
    }
    let mut best: Option<Verdict> = None;
    assignment::keyed(fragment, at, &mut |assignment| {
        let Some(name) = key::name(&fragment.text[assignment.key.clone()]) else {
            return;
        };
        if name.kind != kind {
            return;
        }
        let verdict = judge(fragment, assignment, name);
        if verdict.tier.is_some() && best.as_ref().is_none_or(|best| verdict.score > best.score) {
            best = Some(verdict);
        }
    });
    best.map(|verdict| Found {
        start: verdict.assignment.value.start,
        end: verdict.assignment.value.end,
        tier: verdict.tier,
        reason: verdict.reason(fragment.text),
    })
}

/// Tells whether something that assigns may follow the name at `at`; most names in code are only used.
fn may_be_assigned(text: &[u8], at: usize) -> bool {
    /// How long the rest of a name may be.
    const NAME: usize = 64;
    let rest = &text[at..text.len().min(at + NAME)];
    let name = rest
        .iter()
        .take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$') || **b >= 0x80
        })
        .count();
    match rest.get(name..) {
        None | Some([]) => name == NAME,
        Some([b')' | b';' | b'}' | b'\r' | b'\n', next @ ..]) => {
            rest[name] != b';'
                && (rest[name] != b')'
                    || next
                        .first()
                        .is_some_and(|b| matches!(b, b' ' | b'.' | b':' | b'?' | b'|')))
        }
        Some(_) => true,
    }
}

/// What the judge says of one assignment.
pub(crate) struct Verdict {
    pub(crate) assignment: Assignment,
    /// What the key names.
    kind: Kind,
    pub(crate) tier: Option<Tier>,
    pub(crate) score: i32,
    /// What settled the matter before anything was counted.
    pub(crate) veto: Option<&'static str>,
    /// How often each feature holds.
    pub(crate) features: [i32; COUNT],
    shape: Shape,
}

/// Judges one assignment.
pub(crate) fn judge(fragment: &Fragment<'_>, assignment: Assignment, name: Name) -> Verdict {
    let text = fragment.text;
    let value = &text[assignment.value.clone()];
    let area = context::area(fragment);
    let mut verdict = Verdict {
        kind: name.kind,
        veto: veto(text, &assignment, name, area),
        tier: None,
        score: 0,
        features: [0; COUNT],
        shape: Shape::default(),
        assignment,
    };
    if verdict.veto.is_some() {
        return verdict;
    }
    verdict.shape = Shape::of(value);
    verdict.features = features(text, &verdict.assignment, name, area, &verdict.shape);
    verdict.score = WEIGHTS
        .iter()
        .zip(&verdict.features)
        .map(|(weight, times)| weight.points * times)
        .sum();
    verdict.tier = match verdict.score {
        score if verdict.limit().is_some_and(|limit| score >= limit) => Some(Tier::Block),
        score if score >= WARN => Some(Tier::Warn),
        _ => None,
    };
    verdict
}

/// Returns why a value is no secret, if that can be told without weighing.
fn veto(text: &[u8], assignment: &Assignment, name: Name, area: Area) -> Option<&'static str> {
    let value = &text[assignment.value.clone()];
    let key = &text[assignment.key.clone()];
    if value.len() < SHORTEST {
        return Some("it is too short");
    }
    if value.len() > LONGEST || value.contains(&b'\n') {
        return Some("it is no single word");
    }
    if area == Area::Foreign {
        return Some("the file is made by a program or holds translations");
    }
    if is_number(value) {
        return Some("it is a number");
    }
    if context::is_expression(value, assignment) {
        return Some("it is an expression");
    }
    if placeholder::is_reference(value) || assignment.quote == Quote::Bare && value[0] == b'$' {
        return Some("it is a reference");
    }
    // People choose rows of the keyboard; what documentation makes up has no mark and no digit of its own.
    let walked = name.kind == Kind::Password && context::is_walk(value);
    if !walked && placeholder::is_placeholder(value, 0) {
        return Some("it is a placeholder");
    }
    let foreign = value.iter().filter(|b| **b >= 0x80).count();
    if foreign * 2 > value.len() && !value.iter().any(u8::is_ascii_digit) {
        return Some("it is a word of another language");
    }
    if decoded(value).is_some_and(|text| placeholder::is_placeholder(&text, 0)) {
        return Some("it is an encoded placeholder");
    }
    if assignment.form == Form::Prose && value.contains(&b' ') {
        return Some("it is a sentence");
    }
    if value[0] == b'-'
        && value
            .iter()
            .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'0'..=b'9'))
        && assignment.form != Form::Equals
    {
        return Some("it is another option");
    }
    if context::is_regex(value) {
        return Some("it is a regular expression");
    }
    if context::is_notation(value) {
        return Some("it is a name, a rule or an address");
    }
    if context::is_escaped(value) {
        return Some("it is made of escapes");
    }
    if assignment.form == Form::Directive && key.eq_ignore_ascii_case(b"pass") {
        return Some("`pass` is a verb here");
    }
    if context::is_formatted(value, assignment.quote) {
        return Some("it is a template");
    }
    if repeats(value, key) {
        return Some("it repeats its key");
    }
    if context::is_location(value) {
        return Some("it tells where something is");
    }
    if context::is_sealed(value) {
        return Some("it is a hash, encrypted or public");
    }
    let (from, to) = sight(text, assignment);
    let letters = value
        .iter()
        .all(|b| b.is_ascii_alphabetic() || b"_-.".contains(b));
    if letters && context::is_the_user(&text[from..to], assignment.value.start - from, value) {
        return Some("it is the name of the user, too");
    }
    let weak = name.strength == Strength::Weak;
    if weak
        && (context::is_uuid(value)
            || context::is_digest(value) && name.kind == Kind::Secret
            || value.len() < 12)
    {
        return Some("the key may name many things, and the value too");
    }
    None
}

/// Returns the text that a short value is in base64, if it is one.
fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    if !value.len().is_multiple_of(4) || value.len() > 64 {
        return None;
    }
    let text = base64::engine::general_purpose::STANDARD
        .decode(value)
        .ok()?;
    text.iter()
        .all(|b| b.is_ascii_graphic() || *b == b' ')
        .then_some(text)
}

/// Tells whether a value is a number of any notation, a date or a version.
fn is_number(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    // 2024-05-06T07:08:09Z
    let is_time = digits >= 8
        && value.len() >= 10
        && value[..4].iter().all(u8::is_ascii_digit)
        && value[4] == b'-';
    is_time
        && value
            .iter()
            .all(|b| b.is_ascii_digit() || b"TZ:+-. ".contains(b))
        || value.starts_with(b"0x")
            && value.len() <= 10
            && value[2..].iter().all(u8::is_ascii_hexdigit)
        || digits > 0
            && value.iter().all(|b| {
                b.is_ascii_digit()
                    || matches!(
                        b,
                        b'.' | b',' | b'-' | b'+' | b':' | b'/' | b' ' | b'_' | b'x'
                    )
            })
            && (digits < value.len() || value.len() < 6)
}

/// Tells whether a value says no more than its key: `password = "user_password"`, `secret: my-secret`.
fn repeats(value: &[u8], key: &[u8]) -> bool {
    // A random token may hold a short key by chance.
    if value.iter().filter(|b| b.is_ascii_digit()).count() > 2 && value.len() > 12 {
        return false;
    }
    let folded = |bytes: &[u8]| -> Vec<u8> {
        bytes
            .iter()
            .filter(|b| b.is_ascii_alphanumeric())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    let (value, key) = (folded(value), folded(key));
    if value.len() < 3 || key.len() < 3 {
        return false;
    }
    let has = |long: &[u8], short: &[u8]| memchr::memmem::find(long, short).is_some();
    has(&key, &value)
        || has(&value, &key) && value.len() < key.len() * 2 + 4
        || ["password", "passwd", "passphrase", "passwort"]
            .iter()
            .any(|word| has(&value, word.as_bytes()))
            && value.iter().all(u8::is_ascii_alphabetic)
}

/// Returns how often each feature holds.
fn features(
    text: &[u8],
    assignment: &Assignment,
    name: Name,
    area: Area,
    shape: &Shape,
) -> [i32; COUNT] {
    let value = &text[assignment.value.clone()];
    let key = &text[assignment.key.clone()];
    let mut out = [0; COUNT];
    let mut set = |feature: Feature, times: i32| out[feature as usize] = times;
    let mut when = |feature: Feature, holds: bool| set(feature, i32::from(holds));

    let weak = name.strength == Strength::Weak;
    when(Feature::WeakKey, weak);
    when(Feature::PasswordKey, !weak && name.kind == Kind::Password);
    when(Feature::SecretKey, !weak && name.kind != Kind::Password);
    when(Feature::BuriedKey, name.buried);
    when(Feature::MadeUpKey, name.made_up);
    when(
        Feature::PhraseKey,
        memchr::memchr_iter(b' ', key).count() > 1,
    );

    let prose = assignment.place == Place::Prose || assignment.form == Form::Prose;
    when(Feature::Literal, assignment.quote.is_quoted());
    when(
        Feature::DataFile,
        assignment.quote == Quote::Bare && assignment.place == Place::Code,
    );
    when(Feature::Prose, prose);
    when(Feature::InText, assignment.place == Place::Text);
    when(Feature::Element, assignment.quote == Quote::Text);
    when(Feature::Compared, assignment.form == Form::Compare);
    when(
        Feature::Argument,
        matches!(assignment.form, Form::Argument | Form::Call),
    );
    when(Feature::DefaultValue, assignment.form == Form::Default);
    when(
        Feature::Wrapped,
        assignment.form != Form::Default
            && assignment
                .callee
                .clone()
                .is_some_and(|callee| !context::is_conversion(&text[callee])),
    );
    when(Feature::Joined, context::is_joined(text, assignment));

    let letters = shape.letters();
    when(Feature::Mixed, letters > 0 && shape.digits > 0);
    when(Feature::Marks, shape.marks > 0 && letters > 0);
    when(Feature::OddCase, shape.lower > 0 && has_odd_case(value));
    when(Feature::Numeric, letters == 0);
    when(Feature::Tiny, shape.len < 6);
    when(Feature::Short, shape.len < 8);
    when(Feature::Medium, shape.len >= 12);
    when(Feature::Long, shape.len >= 20);
    when(Feature::Letters, letters == shape.len);
    when(Feature::Identifier, context::is_identifier(value));
    when(
        Feature::Capitalised,
        shape.upper == 1 && value[0].is_ascii_uppercase() && letters == shape.len,
    );
    when(Feature::Digest, context::is_digest(value));
    when(Feature::Speaks, context::speaks_of_secrets(value));
    when(
        Feature::Hexadecimal,
        value.iter().all(u8::is_ascii_hexdigit),
    );
    when(
        Feature::Signed,
        value.starts_with(b"eyJ") && (value.contains(&b'.') || value.len() < 48),
    );
    when(Feature::Uuid, context::has_uuid(value));
    when(Feature::Settings, area == Area::Settings);
    when(Feature::Pattern, area == Area::Pattern);
    when(Feature::Docs, area == Area::Docs);
    when(Feature::TestFile, area == Area::Test);
    let (from, to) = sight(text, assignment);
    when(Feature::LocalHost, context::is_local(&text[from..to]));
    when(Feature::Minified, is_wide(text, assignment));

    set(Feature::Counted, context::counted(value));
    // Below twelve letters no test tells chance from a word that is not common.
    let most = if letters == shape.len && shape.len < 12 {
        1
    } else {
        10
    };
    set(Feature::Chance, (shape.chance / 5).clamp(0, most));
    set(Feature::Language, (-shape.chance / 4).clamp(0, 5));
    set(
        Feature::Worded,
        match shape.worded * 4 / shape.len.max(1) {
            0 if shape.worded == 0 => 0,
            0 | 1 => 1,
            _ => 2,
        },
    );
    let blanks = if context::is_phrase(value) {
        1
    } else {
        shape.spaces.min(3)
    };
    set(Feature::Spaces, i32::try_from(blanks).unwrap_or(3));
    out
}

/// Tells whether capitals stand where no name has them: inside of small letters, not before some.
pub(crate) fn has_odd_case(value: &[u8]) -> bool {
    value.windows(3).any(|three| {
        three[0].is_ascii_lowercase()
            && three[1].is_ascii_uppercase()
            && !three[2].is_ascii_lowercase()
            || three[0].is_ascii_digit()
                && three[1].is_ascii_lowercase()
                && three[2].is_ascii_uppercase()
    })
}

/// Returns the stretch of the line that is in sight of a value.
fn sight(text: &[u8], assignment: &Assignment) -> (usize, usize) {
    const SIGHT: usize = 160;
    let start = assignment.key.start.min(assignment.value.start);
    let from = start.saturating_sub(SIGHT);
    let to = text.len().min(assignment.value.end + SIGHT);
    (
        from + line_start(&text[from..to], start - from),
        line_end(&text[..to], assignment.value.end),
    )
}

/// Tells whether a value stands on a line that was not written by hand.
fn is_wide(text: &[u8], assignment: &Assignment) -> bool {
    let at = assignment.value.start;
    let from = at.saturating_sub(WIDE);
    let to = text.len().min(assignment.value.end + WIDE);
    let start = from + line_start(&text[from..to], at - from);
    line_end(&text[..to], at) - start >= WIDE
}

impl Verdict {
    /// Returns the points from which on it stops the commit; `None` where no number of them does.
    fn limit(&self) -> Option<i32> {
        let holds = |feature: Feature| self.features[feature as usize] > 0;
        // A test vector, an identifier, a digest: what looks like chance is chance, and yet no secret.
        // A token may well be a UUID, where its key says nothing else.
        let named = self.kind != Kind::Password
            && !holds(Feature::WeakKey)
            && !holds(Feature::BuriedKey)
            && !holds(Feature::TestFile);
        if holds(Feature::Uuid) && !named
            || holds(Feature::Tiny)
            || holds(Feature::WeakKey) && holds(Feature::Hexadecimal)
            || holds(Feature::Signed)
            // People choose passwords; tokens and keys are made, and what is made is neither short nor holds blanks.
            || matches!(self.kind, Kind::Token | Kind::Key)
                && (!holds(Feature::Medium) || holds(Feature::Spaces))
        {
            return None;
        }
        if !holds(Feature::TestFile) {
            return Some(BLOCK);
        }
        // What people make up for a test looks like what people make up; what chance made is real more often than not.
        let random = self.features[Feature::Chance as usize] >= RANDOM;
        random.then_some(BLOCK + IN_TESTS)
    }

    /// Returns why the value counts, in half a sentence.
    fn reason(&self, text: &[u8]) -> String {
        let how = match (self.assignment.quote, self.assignment.form) {
            (_, Form::Default) => "default value of",
            (Quote::Text, _) => "text of",
            (_, Form::Compare) => "literal compared with",
            (_, Form::Argument | Form::Call) => "literal handed to",
            (Quote::Bare, _) => "value of",
            _ => "quoted literal assigned to",
        };
        format!(
            "{how} `{}`, {} {}",
            assignment::shown_key(&self.assignment, text),
            self.shape.len,
            if self.features[Feature::Chance as usize] > 2 {
                "random characters"
            } else {
                "characters"
            }
        )
    }
}

/// What the judge says of one assignment, for people.
pub struct Explanation {
    /// The key as it may be shown.
    pub key: String,
    /// The value as it may be shown.
    pub masked: String,
    /// The tier, if it counts.
    pub tier: Option<Tier>,
    /// What settled the matter before anything was weighed.
    pub veto: Option<&'static str>,
    /// The sum of the weights.
    pub score: i32,
    /// How often each feature holds, in the order of the table of weights.
    pub times: Vec<i32>,
    /// The features that counted, with what they counted, the heaviest first.
    pub features: Vec<(&'static str, i32)>,
    /// What would change the verdict, in sentences.
    pub otherwise: Vec<String>,
}

/// Returns what the judge says of every assignment on a line (1-based) whose key names a secret.
pub fn explain(fragment: &Fragment<'_>, line: usize) -> Vec<Explanation> {
    let text = fragment.text;
    let mut lines = lines(text).skip(line.saturating_sub(1));
    lines
        .next()
        .map_or_else(Vec::new, |line| explain_line(fragment, line))
}

/// Returns the table of weights: what each feature says and counts.
pub fn weights() -> impl Iterator<Item = (&'static str, i32)> {
    WEIGHTS.iter().map(|weight| (weight.says, weight.points))
}

/// Returns what the judge says of every assignment, with the lines (1-based).
pub fn explain_all(fragment: &Fragment<'_>) -> Vec<(usize, Explanation)> {
    let lines = lines(fragment.text).enumerate();
    lines
        .flat_map(|(i, line)| {
            explain_line(fragment, line)
                .into_iter()
                .map(move |explanation| (i + 1, explanation))
        })
        .collect()
}

/// Returns where the lines of a text stand, without their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let end = line_end(text, start);
        at = (end < text.len()).then(|| {
            end + if text[end..].starts_with(b"\r\n") {
                2
            } else {
                1
            }
        });
        Some(start..end)
    })
}

fn explain_line(fragment: &Fragment<'_>, line: Range<usize>) -> Vec<Explanation> {
    let text = fragment.text;
    let mut seen: Vec<Assignment> = Vec::new();
    let mut out = Vec::new();
    for at in line.start..line.end.min(line.start + WIDE) {
        assignment::keyed(fragment, at, &mut |assignment| {
            if seen.contains(&assignment) {
                return;
            }
            seen.push(assignment.clone());
            if let Some(name) = key::name(&text[assignment.key.clone()]) {
                out.push(judge(fragment, assignment, name).explained(text));
            }
        });
    }
    out
}

impl Verdict {
    fn explained(&self, text: &[u8]) -> Explanation {
        let mut features: Vec<(&'static str, i32)> = WEIGHTS
            .iter()
            .zip(&self.features)
            .filter(|(_, times)| **times != 0)
            .map(|(weight, times)| (weight.says, weight.points * times))
            .collect();
        features.sort_by_key(|(_, points)| -points.abs());
        let mut otherwise = Vec::new();
        match (self.veto, self.tier) {
            (Some(veto), _) => otherwise.push(format!("never a finding, because {veto}")),
            (None, None) => otherwise.push(format!(
                "{} points more would make it a warning",
                WARN - self.score
            )),
            (None, Some(tier)) => otherwise.push(match (self.limit(), tier) {
                (None, _) => "what looks like this is never more than a warning".to_owned(),
                (Some(limit), Tier::Warn) => {
                    format!("{} points more would stop the commit", limit - self.score)
                }
                (Some(limit), Tier::Block) => {
                    format!(
                        "{} points less would make it a warning",
                        self.score - limit + 1
                    )
                }
            }),
        }
        if self.tier.is_some() {
            otherwise.push(
                "a reference such as ${NAME} in place of the value would settle it".to_owned(),
            );
            otherwise.push("a comment `hexguard:allow` on the line accepts it".to_owned());
        }
        Explanation {
            key: assignment::shown_key(&self.assignment, text),
            masked: Secret::new(&text[self.assignment.value.clone()]).masked(0),
            tier: self.tier,
            veto: self.veto,
            times: self.features.to_vec(),
            score: self.score,
            features,
            otherwise,
        }
    }
}

#[cfg(test)]
mod tests;
