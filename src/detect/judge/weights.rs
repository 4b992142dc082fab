//! The weights of the judge: what each feature of a candidate counts, and the limits of the two tiers.
//!
//! They come from tools/fit_weights.py: it starts with the weights of a linear model that was measured on labelled lines of
//! public repositories (key class, syntax, file), rounded to tenths of a logit; what only real values could tell (language
//! or chance) was set by hand, for the values there were replaced by random ones. Then each weight is moved as little as the
//! lines of tests/corpus demand. The limits were chosen on the curve of precision and recall.

/// What is looked at; each feature counts its weight as often as it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub(crate) enum Feature {
    PasswordKey,
    SecretKey,
    WeakKey,
    BuriedKey,
    MadeUpKey,
    PhraseKey,
    Literal,
    DataFile,
    Prose,
    InText,
    Element,
    Compared,
    Argument,
    DefaultValue,
    Wrapped,
    Joined,
    Chance,
    Language,
    Worded,
    Mixed,
    Marks,
    OddCase,
    Spaces,
    Numeric,
    Tiny,
    Short,
    Medium,
    Long,
    Letters,
    Identifier,
    Capitalised,
    Speaks,
    Digest,
    Hexadecimal,
    Signed,
    Uuid,
    Counted,
    Settings,
    Pattern,
    Docs,
    TestFile,
    LocalHost,
    Minified,
}

/// A feature, what it counts, and how it reads in an explanation.
pub(crate) struct Weight {
    #[allow(dead_code, reason = "names the row; a test compares the order")]
    pub(crate) feature: Feature,
    pub(crate) points: i32,
    pub(crate) says: &'static str,
}

/// From this many points on a finding is shown.
pub(crate) const WARN: i32 = 24;
/// From this many points on a finding stops the commit.
pub(crate) const BLOCK: i32 = 40;

/// How many points more it takes in tests and examples.
pub(crate) const IN_TESTS: i32 = 10;

/// How many features there are.
pub(crate) const COUNT: usize = WEIGHTS.len();

const fn weight(feature: Feature, points: i32, says: &'static str) -> Weight {
    Weight {
        feature,
        points,
        says,
    }
}

/// Every feature once, in the order of the enumeration.
#[rustfmt::skip]
pub(crate) const WEIGHTS: [Weight; 43] = [
    weight(Feature::PasswordKey, 43, "the key names a password"),
    weight(Feature::SecretKey, 31, "the key names a secret"),
    weight(Feature::WeakKey, 9, "the key may name a secret"),
    weight(Feature::BuriedKey, -13, "another word follows the one that names the secret"),
    weight(Feature::MadeUpKey, -10, "the key says that the value is made up"),
    weight(Feature::PhraseKey, -14, "the key is a phrase"),
    weight(Feature::Literal, 12, "a quoted literal"),
    weight(Feature::DataFile, 8, "the file holds data, so a bare word is a value"),
    weight(Feature::Prose, -7, "in a comment or a text"),
    weight(Feature::InText, -4, "inside a string"),
    weight(Feature::Element, 8, "the text of an element"),
    weight(Feature::Compared, -8, "compared, not assigned"),
    weight(Feature::Argument, -5, "handed to a function"),
    weight(Feature::DefaultValue, 2, "the default of a variable"),
    weight(Feature::Wrapped, -12, "made by a function"),
    weight(Feature::Joined, -24, "joined with something else"),
    weight(Feature::Chance, 4, "characters follow each other by chance"),
    weight(Feature::Language, -2, "characters follow each other as in language"),
    weight(Feature::Worded, -12, "holds words that are common in programs"),
    weight(Feature::Mixed, 15, "letters and digits"),
    weight(Feature::Marks, 9, "marks as in passwords"),
    weight(Feature::OddCase, 6, "capitals where no name has them"),
    weight(Feature::Spaces, -19, "blanks"),
    weight(Feature::Numeric, -14, "digits only"),
    weight(Feature::Tiny, -12, "shorter than 6 characters"),
    weight(Feature::Short, -8, "shorter than 8 characters"),
    weight(Feature::Medium, 6, "12 characters and more"),
    weight(Feature::Long, 4, "20 characters and more"),
    weight(Feature::Letters, -14, "letters only"),
    weight(Feature::Identifier, -14, "words joined as names are"),
    weight(Feature::Capitalised, -10, "one capitalised word"),
    weight(Feature::Speaks, -17, "speaks of secrets itself"),
    weight(Feature::Digest, -4, "the length of a digest"),
    weight(Feature::Hexadecimal, 0, "hexadecimal digits"),
    weight(Feature::Signed, 0, "parts of a JSON Web Token, which has a rule of its own"),
    weight(Feature::Uuid, -14, "a UUID"),
    weight(Feature::Counted, -19, "digits that only count, behind a word of defaults"),
    weight(Feature::Settings, 5, "a file of settings"),
    weight(Feature::Pattern, -20, "a pattern for a file of settings"),
    weight(Feature::Docs, -5, "documentation"),
    weight(Feature::TestFile, 0, "a test or an example, where more is needed to stop the commit"),
    weight(Feature::LocalHost, -8, "beside a host that is nobody's"),
    weight(Feature::Minified, -30, "a very long line"),
];
