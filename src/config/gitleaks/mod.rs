//! .gitleaks.toml at work: its rules beside the built-in ones, its allowlists over all of them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use anyhow::{Error, Result};

mod convert;
mod file;
pub mod translate;

pub use convert::Converted;

use super::{ReadFile, counterpart};
use crate::detect::entropy::bits_per_byte;
use crate::detect::without_secrets;
use crate::fragment::{Fragment, Part, Place, line_end, line_start};
use crate::rule::keywords::Index;
use crate::rule::measure::is_by_format;
use crate::rule::{Confidence, Engine, Kind, Pattern, Rule, Severity, Tier};
use crate::suppress::{Case, Exceptions, Ruling, Suppression};
use file::{Allow, File, RuleSpec, Target};
use translate::GoRegex;

/// The name of the file.
pub const NAME: &str = ".gitleaks.toml";
/// A rule that a team wrote for itself knows its secrets better than a general one.
const OWN: u16 = 1000;
/// A pattern without a name knows them worse than any other rule.
const GENERAL: u16 = 50;

/// A gitleaks configuration.
pub struct Gitleaks {
    name: String,
    rules: Vec<Armed>,
    allowlists: Vec<Allow>,
    /// Rules that hexguard has under its own names: what is said of them besides an expression.
    borrowed: Vec<RuleSpec>,
    /// Whether it builds upon gitleaks' own rules.
    use_default: bool,
    /// Rules of gitleaks' own that are switched off, and where.
    pub disabled: Vec<(String, String)>,
    keywords: OnceLock<Words>,
}

/// A rule, and what reports say of it.
struct Armed {
    spec: RuleSpec,
    rule: &'static Rule,
}

/// All keywords, and the rules that each calls for.
struct Words {
    index: Index,
    wanted: Vec<Vec<usize>>,
    /// Keywords too short or too long for the index.
    odd: Vec<(String, usize)>,
    /// Rules without keywords always run.
    always: Vec<usize>,
}

/// A match of a rule.
struct Hit {
    whole: Range<usize>,
    secret: Range<usize>,
}

/// How many keywords are filed; what goes beyond is looked for word by word.
const KEYWORDS: usize = 30_000;

impl Gitleaks {
    /// Reads a configuration; `read` finds the files that it builds upon.
    pub fn parse(text: &[u8], name: &str, read: ReadFile<'_>) -> Result<Arc<Self>> {
        let File {
            rules,
            allowlists,
            use_default,
            disabled,
        } = File::parse(text, name, read, 0)?;
        let mut armed = Vec::new();
        let mut borrowed = Vec::new();
        for spec in rules {
            // Without an expression it changes a rule of gitleaks' own, or is one for names alone.
            let changes = spec.path.is_none() || use_default && counterpart::is_default(&spec.id);
            if spec.regex.is_none() && changes {
                borrowed.push(spec);
            } else {
                let rule = shown(&spec, OWN);
                armed.push(Armed { spec, rule });
            }
        }
        Ok(Arc::new(Self {
            name: name.to_owned(),
            rules: armed,
            allowlists,
            borrowed,
            use_default,
            disabled,
            keywords: OnceLock::new(),
        }))
    }

    /// Returns the name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the patterns of git-secrets as rules; nothing when there are none.
    pub fn of_patterns(patterns: &[&str]) -> Option<Arc<Self>> {
        let rules: Vec<Armed> = patterns
            .iter()
            .filter_map(|pattern| {
                let (regex, groups) = GoRegex::new(pattern).ok()?;
                let spec = RuleSpec {
                    id: "git-secrets-pattern".to_owned(),
                    description: "Prohibited pattern of git-secrets".to_owned(),
                    regex: Some(regex),
                    groups,
                    whole: true,
                    ..RuleSpec::default()
                };
                // It says nothing of what it found: every other rule knows better.
                let rule = shown(&spec, GENERAL);
                Some(Armed { spec, rule })
            })
            .collect();
        (!rules.is_empty()).then(|| {
            Arc::new(Self {
                name: String::new(),
                rules,
                allowlists: Vec::new(),
                borrowed: Vec::new(),
                use_default: false,
                disabled: Vec::new(),
                keywords: OnceLock::new(),
            })
        })
    }

    fn words(&self) -> &Words {
        self.keywords.get_or_init(|| {
            let mut known: std::collections::BTreeMap<&'static str, Vec<usize>> =
                std::collections::BTreeMap::new();
            let (mut odd, mut always) = (Vec::new(), Vec::new());
            for (number, armed) in self.rules.iter().enumerate() {
                if armed.spec.keywords.is_empty() {
                    always.push(number);
                }
                for word in &armed.spec.keywords {
                    let fits = known.len() < KEYWORDS && (3..=200).contains(&word.len());
                    if fits && word.is_ascii() {
                        let wanted = known.entry(word.clone().leak()).or_default();
                        wanted.push(number);
                    } else {
                        odd.push((word.clone(), number));
                    }
                }
            }
            let (words, wanted): (Vec<_>, Vec<_>) = known.into_iter().unzip();
            Words {
                index: Index::new(words),
                wanted,
                odd,
                always,
            }
        })
    }

    /// Returns the rules (by number) that a text calls for.
    fn called(&self, text: &[u8]) -> Vec<usize> {
        let words = self.words();
        let mut called = vec![false; self.rules.len()];
        for &number in &words.always {
            called[number] = true;
        }
        words.index.find(text, |word, _| {
            for &number in &words.wanted[usize::from(word)] {
                called[number] = true;
            }
        });
        if !words.odd.is_empty() {
            let folded = text.to_ascii_lowercase();
            for (word, number) in &words.odd {
                called[*number] |= memchr::memmem::find(&folded, word.as_bytes()).is_some();
            }
        }
        let numbers = called.iter().enumerate();
        numbers
            .filter(|(_, called)| **called)
            .map(|(number, _)| number)
            .collect()
    }

    /// Returns what a rule finds in a text, its own allowlists heeded.
    fn hits(spec: &RuleSpec, fragment: &Fragment<'_>) -> Vec<Hit> {
        let path = String::from_utf8_lossy(fragment.path);
        if spec
            .path
            .as_ref()
            .is_some_and(|regex| !regex.is_match(path.as_bytes()))
        {
            return Vec::new();
        }
        let outright = |allow: &Allow| !allow.all && (allow.commit(fragment) || allow.path(&path));
        if spec.allowlists.iter().any(outright) {
            return Vec::new();
        }
        let Some(regex) = &spec.regex else {
            // A rule for names alone: the name of a new file is a text of its own.
            return match fragment.part {
                Part::Name => vec![Hit {
                    whole: 0..fragment.text.len(),
                    secret: 0..fragment.text.len(),
                }],
                _ => Vec::new(),
            };
        };
        if fragment.part != Part::Content {
            return Vec::new();
        }
        let Some(regex) = regex.get() else {
            return Vec::new();
        };
        let mut hits = Vec::new();
        for groups in regex.captures_iter(fragment.text) {
            let Some(whole) = groups.get(0).map(|m| trimmed(fragment.text, m.range())) else {
                continue;
            };
            let chosen = match spec.secret_group {
                _ if spec.whole => None,
                0 => groups.iter().skip(1).flatten().find(|m| !m.is_empty()),
                number => groups.get(number),
            };
            let secret = chosen.map_or(whole.clone(), |m| m.range());
            let value = &fragment.text[secret.clone()];
            if value.is_empty() || spec.entropy != 0.0 && bits_per_byte(value) <= spec.entropy {
                continue;
            }
            let hit = Hit { whole, secret };
            let texts = Texts {
                secret: value,
                whole: &fragment.text[hit.whole.clone()],
                lines: lines(fragment.text, &hit.whole),
            };
            if !spec
                .allowlists
                .iter()
                .any(|allow| allow.accepts(fragment, &path, &texts))
            {
                hits.push(hit);
            }
        }
        hits
    }

    /// Tells whether every rule that must find something near does.
    fn complete(&self, spec: &RuleSpec, hit: &Hit, fragment: &Fragment<'_>) -> bool {
        let place = |range: &Range<usize>| Place::of(fragment.text, range.start, range.end);
        let own = place(&hit.whole);
        spec.required.iter().all(|required| {
            let Some(other) = self.rules.iter().find(|armed| armed.spec.id == required.id) else {
                // A rule of gitleaks' own: nobody can tell here, and a secret more is better than one less.
                return self.use_default;
            };
            Self::hits(&other.spec, fragment).iter().any(|hit| {
                let other = place(&hit.whole);
                let near = |a: usize, b: usize, most: Option<u64>| {
                    most.is_none_or(|most| u64::try_from(a.abs_diff(b)).is_ok_and(|d| d <= most))
                };
                near(own.line, other.line, required.lines)
                    && near(own.column, other.column, required.columns)
            })
        })
    }
}

impl Engine for Gitleaks {
    fn find(&self, fragment: &Fragment<'_>, keep: &mut dyn FnMut(&'static Rule, Range<usize>)) {
        if fragment.path == self.name.as_bytes() || self.rules.is_empty() {
            return;
        }
        for number in self.called(fragment.text) {
            let Armed { spec, rule } = &self.rules[number];
            if spec.skip_report {
                continue;
            }
            for hit in Self::hits(spec, fragment) {
                if self.complete(spec, &hit, fragment) {
                    keep(rule, hit.secret);
                }
            }
        }
    }

    fn rules(&self) -> Vec<&'static Rule> {
        self.rules.iter().map(|armed| armed.rule).collect()
    }
}

/// The allowlists that hold for every rule, or for rules of hexguard's that stand for one of gitleaks'.
pub struct Allowlists(pub Arc<Gitleaks>);

impl Exceptions for Allowlists {
    fn judge(&self, case: &Case<'_>) -> Result<Ruling, Error> {
        let id = case.finding.rule.id;
        let path = String::from_utf8_lossy(&case.finding.path);
        let whole = self.0.whole(case);
        let texts = Texts {
            secret: case.finding.secret.expose(),
            whole: &whole,
            lines: case.lines,
        };
        let targets = |allow: &&Allow| {
            allow.rules.is_empty() || allow.rules.iter().any(|rule| stands_for(id, rule))
        };
        let borrowed = self.0.borrowed.iter();
        let borrowed: Vec<&RuleSpec> = borrowed.filter(|spec| stands_for(id, &spec.id)).collect();
        let accepted = |origin: &str, reason: &str| {
            Ok(Ruling::Accepted(Suppression::Allowlist {
                origin: origin.to_owned(),
                reason: reason.to_owned(),
            }))
        };
        let all = self.0.allowlists.iter().filter(targets);
        let mut all = all.chain(borrowed.iter().flat_map(|spec| &spec.allowlists));
        if let Some(allow) = all.find(|allow| allow.accepts(case.fragment, &path, &texts)) {
            return match allow.description.as_str() {
                "" => accepted(&allow.place, "an allowlist of gitleaks"),
                description => accepted(&allow.place, description),
            };
        }
        for spec in borrowed {
            let elsewhere = |regex: &GoRegex| !regex.is_match(path.as_bytes());
            if spec.path.as_ref().is_some_and(elsewhere) {
                return accepted(&spec.place, "`path` limits the rule to other files");
            }
            if spec.entropy != 0.0 && bits_per_byte(texts.secret) <= spec.entropy {
                return accepted(&spec.place, "`entropy` asks for more chance");
            }
        }
        Ok(Ruling::Silent)
    }
}

impl Gitleaks {
    /// Returns the whole match that a finding's secret stands in: of rules of this file, the match of their expression.
    fn whole<'a>(&self, case: &'a Case<'_>) -> Cow<'a, [u8]> {
        let secret = case.finding.secret.expose();
        let asked = |allow: &Allow| allow.target == Target::Match;
        let borrowed = self.borrowed.iter().flat_map(|spec| &spec.allowlists);
        if !self.allowlists.iter().chain(borrowed).any(asked) {
            return Cow::Borrowed(secret);
        }
        let own = self
            .rules
            .iter()
            .find(|armed| std::ptr::eq(armed.rule, case.finding.rule));
        if let Some(armed) = own {
            let hits = Self::hits(&armed.spec, case.fragment);
            let text = case.fragment.text;
            let same = |hit: &&Hit| {
                text[hit.secret.clone()] == *secret
                    && Place::of(text, hit.secret.start, hit.secret.end) == case.finding.place
            };
            if let Some(hit) = hits.iter().find(same) {
                return Cow::Owned(text[hit.whole.clone()].to_vec());
            }
        }
        Cow::Borrowed(secret)
    }
}

/// Tells whether a rule of hexguard's looks for what a rule of gitleaks' looks for.
pub fn stands_for(own: &str, gitleaks: &str) -> bool {
    own == gitleaks
        || counterpart::of(gitleaks)
            .iter()
            .any(|id| crate::suppress::names(id, own))
}

/// What an allowlist looks at.
struct Texts<'a> {
    secret: &'a [u8],
    whole: &'a [u8],
    lines: &'a [u8],
}

impl Allow {
    fn commit(&self, fragment: &Fragment<'_>) -> bool {
        let commit = fragment.commit.map(str::to_ascii_lowercase);
        commit.is_some_and(|commit| self.commits.contains(&commit))
    }

    fn path(&self, path: &str) -> bool {
        let windows = path.replace('/', "\\");
        let matches = |regex: &translate::GoRegex| {
            regex.is_match(path.as_bytes()) || regex.is_match(windows.as_bytes())
        };
        self.paths.iter().any(matches)
    }

    fn value(&self, texts: &Texts<'_>) -> bool {
        let target = match self.target {
            Target::Secret => texts.secret,
            Target::Match => texts.whole,
            Target::Line => texts.lines,
        };
        self.regexes.iter().any(|regex| regex.is_match(target))
    }

    fn stopword(&self, texts: &Texts<'_>) -> bool {
        let folded = texts.secret.to_ascii_lowercase();
        let mut words = self.stopwords.iter();
        words.any(|word| memchr::memmem::find(&folded, word.as_bytes()).is_some())
    }

    fn accepts(&self, fragment: &Fragment<'_>, path: &str, texts: &Texts<'_>) -> bool {
        if self.all {
            (self.commits.is_empty() || self.commit(fragment))
                && (self.paths.is_empty() || self.path(path))
                && (self.regexes.is_empty() || self.value(texts))
                && (self.stopwords.is_empty() || self.stopword(texts))
        } else {
            self.commit(fragment) || self.path(path) || self.value(texts) || self.stopword(texts)
        }
    }
}

/// Returns the rule that reports name.
fn shown(spec: &RuleSpec, specificity: u16) -> &'static Rule {
    let text = |text: &str| -> &'static str { text.to_owned().leak() };
    let title = match (spec.description.as_str(), &spec.regex) {
        ("", None) => "File that must not be committed",
        ("", Some(_)) => &spec.id,
        (description, _) => description,
    };
    let source = spec.regex.as_ref().or(spec.path.as_ref());
    Box::leak(Box::new(Rule {
        id: text(&spec.id),
        title: text(&without_secrets(title)),
        kind: Kind::Regex(Pattern::new(
            text(source.map_or("", |regex| regex.source())),
            0,
            0,
        )),
        near: &[],
        public_beside: &[],
        keywords: &[],
        paths: &[],
        check: &[],
        checksum: None,
        entropy: spec.entropy,
        tier: Tier::Block,
        severity: Severity::High,
        confidence: Confidence::Documented,
        why: "",
        help: "",
        url: "",
        // gitleaks, too, prefers a rule that says what it is about.
        specificity: specificity - u16::from(spec.id.contains("generic")),
        prefix: 0,
        // A rule without a pattern is about the path.
        judged: false,
        by_format: spec
            .regex
            .as_ref()
            .is_none_or(|regex| is_by_format(regex.source())),
        examples: &[],
    }))
}

/// Takes line ends off a match, as gitleaks does.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = range;
    while start < end && text[start] == b'\n' {
        start += 1;
    }
    while end > start && text[end - 1] == b'\n' {
        end -= 1;
    }
    start..end
}

fn lines<'a>(text: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    &text[line_start(text, range.start)..line_end(text, range.end.max(range.start))]
}
