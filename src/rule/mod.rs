//! Rule and RuleSet: what to look for; patterns are compiled on first use.

use std::fmt;
use std::ops::{self, Range};
use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

mod builtin;
pub mod byteset;
pub mod custom;
pub mod edge;
mod found;
pub mod keywords;
pub mod mark;
pub mod measure;
mod nothing;
pub mod spec;
pub mod template;

pub use found::{Basis, Found, Login};
pub use spec::{Checksum, Confidence, SecretKind, Severity, Site, Tier};

use crate::fragment::Fragment;
use crate::secret::Secret;
use byteset::ByteSet;
use edge::Edge;
use keywords::Index;

/// Accepts or refuses a secret by its checksum or inner structure.
pub type Check = fn(secret: &[u8]) -> bool;

/// Looks for a secret at a keyword that stands at an offset of the text.
pub type Find = fn(fragment: &Fragment<'_>, at: usize) -> Option<Found>;

/// What to look for, and what to say about it.
pub struct Rule {
    /// Vendor, then thing, in kebab-case; stable for ever.
    pub id: &'static str,
    /// What was found, as a noun phrase.
    pub title: &'static str,
    /// How the secret is looked for.
    pub kind: Kind,
    /// Words of which one must stand on the line or up to three lines above; none means no such demand.
    pub near: &'static [&'static str],
    /// Words of which one, on the line or near, says that the key is public by design.
    pub public_beside: &'static [&'static str],
    /// Keywords, small letters; one of them is in every match.
    pub keywords: &'static [&'static str],
    /// Globs of paths the rule is limited to; none means every path.
    pub paths: &'static [&'static str],
    /// Functions that must all accept the secret.
    pub check: &'static [Check],
    /// Which tokens carry the checksum that `check` tests; `None` where it reads inner structure.
    pub checksum: Option<Checksum>,
    /// The least Shannon entropy of the secret, in bits per byte; 0 for no demand.
    pub entropy: f64,
    /// Whether a finding stops the commit.
    pub tier: Tier,
    /// How bad it is when this leaks.
    pub severity: Severity,
    /// How well the format is known.
    pub confidence: Confidence,
    /// Why it matters, in one sentence; may be empty.
    pub why: &'static str,
    /// How to revoke it, in one sentence; may be empty.
    pub help: &'static str,
    /// The provider's page; may be empty.
    pub url: &'static str,
    /// Which of two rules wins on the same text: the higher.
    pub specificity: u16,
    /// How many bytes at the start of each secret are the format's public mark.
    pub prefix: usize,
    /// Whether the format alone decides, so that it counts in binary content, too.
    pub by_format: bool,
    /// Whether the judge decides on what the pattern matches.
    pub judged: bool,
    /// Texts in which it finds a secret, with holes where the secret would be.
    pub examples: &'static [&'static str],
}

impl Rule {
    /// Tells whether what it finds is the name of a file, which is no secret.
    pub fn is_of_file_names(&self) -> bool {
        self.id.starts_with("file-")
    }

    /// Returns a secret of the rule as it may be shown: of a format its public mark and the last four characters, of what
    /// a person chose nothing.
    pub fn masked(&self, secret: &Secret) -> String {
        if self.is_of_file_names() {
            return String::from_utf8_lossy(secret.expose()).into_owned();
        }
        let has_pattern = matches!(self.kind, Kind::Regex(_) | Kind::Value { .. });
        let is_format = self.by_format || has_pattern && !self.judged;
        secret.masked(self.prefix, is_format)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule({})", self.id)
    }
}

/// How a rule looks for its secret.
pub enum Kind {
    /// A pattern around a keyword hit.
    Regex(Pattern),
    /// The whole value of an assignment: one of `keys` stands in the key, or the key names a secret and a word of `near`
    /// stands nearby. The pattern's `before` and `after` are the least and the greatest length.
    Value {
        /// What the value must match from end to end.
        pattern: Pattern,
        /// Key names, small letters and digits only, words joined.
        keys: &'static [&'static str],
    },
    /// A function.
    Find(Find),
    /// The value of any assignment whose name speaks of a secret.
    Named {
        /// Of which kind; any kind if `None`.
        kind: Option<SecretKind>,
        /// What is known of the place where it stands.
        site: Site,
        /// How the name begins, as it is written; empty for any name.
        keys: &'static [&'static str],
    },
}

/// A regular expression over bytes, without Unicode, compiled when it is first needed.
pub struct Pattern {
    /// The expression as written.
    pub source: &'static str,
    /// How many bytes a match may begin before the keyword that called for it.
    pub before: usize,
    /// How many bytes a match may reach beyond the start of the keyword; 0 when there is no bound.
    pub after: usize,
    /// How many bytes at the keyword must be of `bytes`, or nothing begins there; 0 for no such demand.
    least: usize,
    bytes: ByteSet,
    /// What a match must not begin behind.
    pub edge: Edge,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Returns a pattern that is not compiled yet.
    pub const fn new(source: &'static str, before: usize, after: usize) -> Self {
        Self {
            source,
            before,
            after,
            least: 0,
            bytes: ByteSet::EMPTY,
            edge: Edge::FREE,
            regex: OnceLock::new(),
        }
    }

    /// Sets how many bytes at the keyword must be of `bytes`: most hits of short keywords are settled by this, without
    /// compiling anything.
    #[must_use]
    pub const fn starting(mut self, least: usize, bytes: ByteSet) -> Self {
        self.least = least;
        self.bytes = bytes;
        self
    }

    /// Sets what a match must not begin behind.
    #[must_use]
    pub const fn behind(mut self, edge: Edge) -> Self {
        self.edge = edge;
        self
    }

    /// Returns the length of the shortest match if matches begin with the keyword, else 0.
    pub fn least(&self) -> usize {
        self.least
    }

    /// Tells whether a match can stand at a keyword at `at`.
    pub fn can_start(&self, text: &[u8], at: usize) -> bool {
        text.get(at..at + self.least)
            .is_some_and(|run| run.iter().all(|&b| self.bytes.has(b)))
    }

    /// Tells whether what stands before a keyword at `at` allows a match there.
    pub fn can_follow(&self, text: &[u8], at: usize) -> bool {
        self.least == 0 || self.edge.begins(text, at) || self.edge.yields_to_checksum()
    }

    /// Returns the compiled expression; `None` if it does not compile, which build.rs and the configuration rule out.
    pub fn regex(&self) -> Option<&Regex> {
        self.regex
            .get_or_init(|| compile(self.source).ok())
            .as_ref()
    }
}

/// Compiles an expression as all of hexguard's are: bytes, no Unicode, no multi-line mode unless it asks for it.
pub fn compile(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source)
        .unicode(false)
        .size_limit(16 << 20)
        .build()
}

/// Returns the reason why an expression cannot be used, if there is one; much cheaper than compiling it.
pub fn check_syntax(source: &str) -> Result<(), String> {
    let hir =
        measure::hir(source).map_err(|error| format!("the pattern does not compile: {error}"))?;
    if is_heavy(&hir) {
        return Err(HEAVY.to_owned());
    }
    if nothing::matches_nothing(&hir) {
        return Err(NOTHING.to_owned());
    }
    Ok(())
}

/// Why an expression is refused that finds nothing.
const NOTHING: &str = "the pattern matches no text: it is empty, or something stands before `^` or behind `$` (a plain one is written `\\^` and `\\$`)";

/// Why an expression is refused that is too large.
pub const HEAVY: &str = "it is too large: its repetitions come to more than 2000 characters (`*` and `+` have no limit and cost less)";

/// Tells whether an expression is so large that it takes minutes for a large text, or does not compile though it is well
/// formed: a rule that fails at its first keyword would find nothing and say nothing.
pub fn is_heavy(hir: &Hir) -> bool {
    /// About twice of what anybody writes.
    const MOST: u64 = 2000;
    fn weight(hir: &Hir) -> u64 {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
            HirKind::Literal(literal) => u64::try_from(literal.0.len()).unwrap_or(u64::MAX),
            HirKind::Repetition(repetition) => {
                let times = repetition.max.unwrap_or(repetition.min).max(1);
                weight(&repetition.sub).saturating_mul(times.into())
            }
            HirKind::Capture(capture) => weight(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
                .iter()
                .fold(0, |sum, part| sum.saturating_add(weight(part))),
        }
    }
    weight(hir) > MOST
}

/// Rules that look for their secrets in their own way, such as those of another tool's configuration.
pub trait Engine: Send + Sync {
    /// Calls `keep` with every secret in a fragment and the rule that found it.
    fn find(&self, fragment: &Fragment<'_>, keep: &mut dyn FnMut(&'static Rule, Range<usize>));

    /// Returns the rules.
    fn rules(&self) -> Vec<&'static Rule>;
}

/// The rules of one run: the built-in ones, less those switched off, and the custom ones.
pub struct RuleSet {
    /// The indexes and, for each, the rules that its keywords stand for.
    groups: Vec<Group>,
    disabled: Vec<&'static str>,
    decode_depth: u8,
    engines: Vec<Arc<dyn Engine>>,
}

/// Rules that share a keyword index.
pub struct Group {
    /// Finds the keywords.
    pub index: &'static Index,
    /// For each keyword, the rules (indexes into `rules`) that it calls for.
    pub wanted: Wanted,
    /// The rules.
    pub rules: Rules,
}

/// For each keyword, the rules that it calls for.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// Where the rules of each keyword start in `rules`; one more at the end.
    pub starts: &'static [u32],
    /// The numbers of the rules.
    pub rules: &'static [u16],
}

impl ops::Index<usize> for Wanted {
    type Output = [u16];

    #[inline]
    fn index(&self, keyword: usize) -> &[u16] {
        &self.rules[self.starts[keyword] as usize..self.starts[keyword + 1] as usize]
    }
}

/// A row of rules.
#[derive(Clone, Copy)]
pub enum Rules {
    /// Those built in, each unpacked when it is first needed.
    Builtin,
    /// Those of a configuration.
    Custom(&'static [Rule]),
}

/// All built-in rules, sorted by id.
pub static RULES: Rules = Rules::Builtin;

impl Rules {
    /// Returns how many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Builtin => builtin::len(),
            Self::Custom(rules) => rules.len(),
        }
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the rule with a number.
    pub fn get(&self, number: usize) -> &'static Rule {
        match self {
            Self::Builtin => builtin::rule(number),
            Self::Custom(rules) => &rules[number],
        }
    }

    /// Returns the id of the rule with a number; much cheaper than the rule.
    pub fn id(&self, number: usize) -> &'static str {
        match self {
            Self::Builtin => builtin::id(number),
            Self::Custom(rules) => rules[number].id,
        }
    }

    /// Returns the ids of all rules.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        let rules = *self;
        (0..rules.len()).map(move |number| rules.id(number))
    }

    /// Returns each rule.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> + use<> {
        let rules = *self;
        (0..rules.len()).map(move |number| rules.get(number))
    }
}

impl RuleSet {
    /// Returns all built-in rules. Costs nothing: their tables are static.
    pub fn builtin() -> Self {
        Self {
            groups: vec![builtin::group()],
            disabled: Vec::new(),
            engines: Vec::new(),
            decode_depth: 1,
        }
    }

    /// Sets how many encodings are seen through, one inside the other.
    pub fn set_decode_depth(&mut self, depth: u8) {
        self.decode_depth = depth;
    }

    /// Returns how many encodings are seen through, one inside the other.
    pub fn decode_depth(&self) -> u8 {
        self.decode_depth
    }

    /// Adds custom rules. They live as long as the process, as the built-in ones do, so that there is one kind of rule.
    pub fn add(&mut self, rules: Vec<Rule>) {
        if rules.is_empty() {
            return;
        }
        let mut words: Vec<&'static str> = rules
            .iter()
            .flat_map(|rule| rule.keywords.iter().copied())
            .collect();
        words.sort_unstable();
        words.dedup();
        let (mut starts, mut numbers) = (vec![0], Vec::new());
        for word in &words {
            numbers.extend(
                (0u16..)
                    .zip(&rules)
                    .filter(|(_, rule)| rule.keywords.contains(word))
                    .map(|(number, _)| number),
            );
            starts.push(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
        }
        self.groups.push(Group {
            index: Box::leak(Box::new(Index::new(words))),
            wanted: Wanted {
                starts: starts.leak(),
                rules: numbers.leak(),
            },
            rules: Rules::Custom(rules.leak()),
        });
    }

    /// Adds rules that look in their own way.
    pub fn add_engine(&mut self, engine: Arc<dyn Engine>) {
        self.engines.push(engine);
    }

    /// Returns the rules that look in their own way.
    pub fn engines(&self) -> &[Arc<dyn Engine>] {
        &self.engines
    }

    /// Switches rules off by id.
    pub fn disable(&mut self, id: &'static str) {
        self.disabled.push(id);
    }

    /// Returns the groups to look through.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Tells whether a rule is switched on.
    pub fn enabled(&self, rule: &Rule) -> bool {
        !self.disabled.contains(&rule.id)
    }

    /// Returns every rule, switched on or off.
    pub fn all(&self) -> impl Iterator<Item = &'static Rule> + '_ {
        let own = self.engines.iter().flat_map(|engine| engine.rules());
        self.groups
            .iter()
            .flat_map(|group| group.rules.iter())
            .chain(own)
    }

    /// Returns every rule that is switched on.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> + '_ {
        self.groups
            .iter()
            .flat_map(|group| group.rules.iter())
            .filter(|rule| self.enabled(rule))
    }

    /// Returns the ids of all rules, switched on or off.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + '_ {
        let own = self.engines.iter().flat_map(|engine| engine.rules());
        let groups = self.groups.iter().flat_map(|group| group.rules.ids());
        groups.chain(own.map(|rule| rule.id))
    }

    /// Returns the rule with this id, switched on or off.
    pub fn get(&self, id: &str) -> Option<&'static Rule> {
        self.groups.iter().find_map(|group| {
            let number = group.rules.ids().position(|known| known == id)?;
            Some(group.rules.get(number))
        })
    }
}
