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
    VendorKey,
    VendorNear,
    Login,
    AnyUrl,
    Encoded,
    Loose,
    PlainLogin,
    RealHost,
    SampleUser,
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
    Sample,
    Settings,
    Pattern,
    Docs,
    Page,
    Translation,
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
pub(crate) const WEIGHTS: [Weight; 55] = [
    weight(Feature::PasswordKey, 41, "the key names a password"),
    weight(Feature::SecretKey, 35, "the key names a secret"),
    weight(Feature::WeakKey, 8, "the key may name a secret"),
    weight(Feature::BuriedKey, -12, "another word follows the one that names the secret"),
    weight(Feature::MadeUpKey, -10, "the key says that the value is made up"),
    weight(Feature::PhraseKey, -14, "the key is a phrase"),
    weight(Feature::VendorKey, 50, "the key is the one of a service's secret"),
    weight(Feature::VendorNear, 20, "a service is named beside it"),
    weight(Feature::Login, 50, "a client or a server reads its password here"),
    weight(Feature::AnyUrl, -12, "in a URL of any kind, of which tests are full"),
    weight(Feature::Encoded, 18, "in base64, as a login is sent"),
    weight(Feature::Loose, -14, "prose and code have words here, too"),
    weight(Feature::PlainLogin, -10, "a plain word where a client reads a password"),
    weight(Feature::RealHost, 22, "beside a host that others can reach"),
    weight(Feature::SampleUser, -12, "the user is one that documentation invents"),
    weight(Feature::Literal, 12, "a quoted literal"),
    weight(Feature::DataFile, 10, "the file holds data, so a bare word is a value"),
    weight(Feature::Prose, -8, "in a comment or a text"),
    weight(Feature::InText, -4, "inside a string"),
    weight(Feature::Element, 8, "the text of an element"),
    weight(Feature::Compared, -8, "compared, not assigned"),
    weight(Feature::Argument, -6, "handed to a function"),
    weight(Feature::DefaultValue, 2, "the default of a variable"),
    weight(Feature::Wrapped, -12, "made by a function"),
    weight(Feature::Joined, -24, "joined with something else"),
    weight(Feature::Chance, 4, "characters follow each other by chance"),
    weight(Feature::Language, -1, "characters follow each other as in language"),
    weight(Feature::Worded, -11, "holds words that are common in programs"),
    weight(Feature::Mixed, 11, "letters and digits"),
    weight(Feature::Marks, 8, "marks as in passwords"),
    weight(Feature::OddCase, 6, "capitals where no name has them"),
    weight(Feature::Spaces, -16, "blanks"),
    weight(Feature::Numeric, -12, "digits only"),
    weight(Feature::Tiny, -12, "shorter than 6 characters"),
    weight(Feature::Short, -6, "shorter than 8 characters"),
    weight(Feature::Medium, 5, "12 characters and more"),
    weight(Feature::Long, 4, "20 characters and more"),
    weight(Feature::Letters, -14, "letters only"),
    weight(Feature::Identifier, -15, "words joined as names are"),
    weight(Feature::Capitalised, -8, "one capitalised word"),
    weight(Feature::Speaks, -16, "speaks of secrets itself"),
    weight(Feature::Digest, -4, "the length of a digest"),
    weight(Feature::Hexadecimal, 0, "hexadecimal digits"),
    weight(Feature::Signed, 0, "parts of a JSON Web Token, which has a rule of its own"),
    weight(Feature::Uuid, -14, "a UUID"),
    weight(Feature::Counted, -18, "digits that only count, behind a word of defaults"),
    weight(Feature::Sample, -21, "a default, or words of which sample passwords are made"),
    weight(Feature::Settings, 6, "a file of settings"),
    weight(Feature::Pattern, -20, "a pattern for a file of settings"),
    weight(Feature::Docs, -6, "documentation"),
    weight(Feature::Page, 0, "a page that tells others how to use a project"),
    weight(Feature::Translation, -31, "texts of a user interface"),
    weight(Feature::TestFile, 0, "a test or an example, where more is needed to stop the commit"),
    weight(Feature::LocalHost, -8, "beside a host that is nobody's"),
    weight(Feature::Minified, -30, "a very long line"),
];
