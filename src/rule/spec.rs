//! A rule as it is written in TOML; shared by build.rs, custom rules and the tests.

use serde::Deserialize;

/// A rule file: nothing but `[[rule]]` tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// The rules, in the order of the file.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Spec>,
}

/// One `[[rule]]` table. Exactly one of `regex`, `value`, `find` and `names` or `site` says how it looks for its secret.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Vendor, then thing, in kebab-case; stable for ever.
    pub id: String,
    /// What was found, as a noun phrase: "Databricks personal access token".
    pub title: String,
    /// A pattern searched around each keyword hit. Group 1, if there is one, is the secret.
    pub regex: Option<String>,
    /// A pattern that the whole value of an assignment must match. Needs `keys` or `near`.
    pub value: Option<String>,
    /// The name of a function in `detect::find` that looks for the secret at a keyword hit.
    pub find: Option<String>,
    /// The value of any assignment whose name is one of this kind in `lexicon/names.toml`; only for built-in rules.
    pub names: Option<SecretKind>,
    /// What is known of the place where such a value stands, of any kind if `names` does not say it; only for built-in rules.
    pub site: Option<Site>,
    /// Names of keys (`zoom_client_secret`) for `value`: the words of one stand, in order, in the assigned key. With `site`:
    /// how such a name begins (`PGPASSWORD`), in this case.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Words of which one must stand on the line or up to three lines above (a vendor's name or host).
    #[serde(default)]
    pub near: Vec<String>,
    /// Words of which one, on the line or up to three lines above or below, says that the key is public by design.
    #[serde(default)]
    pub public_beside: Vec<String>,
    /// Lower-case literals, at least three bytes each; one of them is in every match (found in any case).
    /// With `value` and no keywords: taken from `keys` and `near`.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Globs of paths the rule is limited to; empty means every path.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Names of functions in `detect::check` that must all accept the secret.
    #[serde(default)]
    pub check: Vec<String>,
    /// That `check` is a checksum, and which tokens of the format carry it; without it, `check` reads inner structure.
    pub checksum: Option<Checksum>,
    /// The least Shannon entropy of the secret, in bits per byte.
    pub entropy: Option<f64>,
    /// Whether the judge decides on what `regex` matches: for a pattern that tells a place, not a format.
    #[serde(default)]
    pub judged: bool,
    /// Whether a finding stops the commit.
    #[serde(default)]
    pub tier: Tier,
    /// How bad it is when this leaks.
    #[serde(default)]
    pub severity: Severity,
    /// How well the format is known.
    #[serde(default)]
    pub confidence: Confidence,
    /// Why it matters, in one sentence.
    pub why: Option<String>,
    /// How to revoke it, in one sentence.
    pub help: Option<String>,
    /// The provider's page on revoking or on the format.
    pub url: Option<String>,
    /// Which of two rules wins on the same text; computed when absent.
    pub specificity: Option<u16>,
    /// Texts in which exactly this rule finds exactly one secret; `{{hex:32}}` and the like are filled by the tests.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Texts in which no rule finds anything.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// What kind of secret a name speaks of; one rule each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretKind {
    /// A password or passphrase.
    Password,
    /// An API key, access key, encryption key.
    Key,
    /// A token.
    Token,
    /// Anything else called a secret.
    Secret,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Site {
    /// It is assigned to a name.
    Named,
    /// A client or a server reads its password there: a database's URL, a connection string, a client's variable or file.
    Login,
    /// In a URL of any kind: those stand in the tests of everything that parses URLs.
    AnyUrl,
    /// In base64, as clients send and store a login: nobody encodes a word by chance.
    Encoded,
    /// A login in a form that prose and other code share: only what nobody writes by chance counts.
    Loose,
}

/// Which tokens of a format carry its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// All: the provider says so, or two independent sources do.
    Always,
    /// Newer ones, or nobody says that all do.
    Newer,
}

/// What a finding does to the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Shown; the commit goes on.
    Warn,
    /// Shown; the commit is stopped.
    #[default]
    Block,
}

/// How bad it is when the secret becomes known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Little: a short-lived or write-only credential.
    Low,
    /// Something: limited rights.
    Medium,
    /// Much: one account or service.
    #[default]
    High,
    /// All: production data, money or whole organisations.
    Critical,
}

/// How well the format is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Assumed from few samples.
    Guess,
    /// One independent source.
    One,
    /// Two independent sources agree.
    Two,
    /// The provider documents it.
    #[default]
    Documented,
}
