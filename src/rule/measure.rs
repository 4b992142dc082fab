//! What follows from a rule as written: its validity, keywords, the reach of its pattern, prefix and specificity.
//! Shared by build.rs and custom rules.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::byteset::ByteSet;
use super::edge::Edge;
use super::mark::{decides_alone, secret_head};
use super::spec::{Checksum, Confidence, Spec};

/// What follows from a rule as written.
pub struct Shape {
    /// Its keywords: those written, else taken from `keys` and `near`.
    pub keywords: Vec<String>,
    /// How many bytes a match may begin before the keyword.
    pub before: usize,
    /// How many bytes a match may reach beyond the start of the keyword; 0 when there is no bound.
    pub after: usize,
    /// The pattern as it is searched: of a regex without a group, one that is not continued; of a value, the whole of it.
    pub source: String,
    /// How many bytes at a keyword must be of `bytes` for a match to begin there; 0 if matches begin elsewhere. Of a
    /// value, its least length.
    pub least: usize,
    /// Of a value, its greatest length.
    pub most: usize,
    /// The bytes that secrets are made of, one bit each.
    pub bytes: ByteSet,
    /// How many bytes at the start of each secret are the format's public mark.
    pub prefix: usize,
    /// Whether the format alone decides, so that it counts in binary content, too.
    pub by_format: bool,
    /// Of a regex, what a match must not begin behind.
    pub edge: Edge,
    /// Which of two rules wins on the same text: the higher.
    pub specificity: u16,
}

/// Beyond this a bound is as good as none: the window would be the whole text.
const FAR: usize = 64 << 10;

/// Returns the reason why a rule cannot be used, if there is one.
pub fn validate(rule: &Spec, common: &[&str]) -> Result<(), String> {
    let id = &rule.id;
    let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(kebab) || id.starts_with('-') || id.ends_with('-') {
        return Err("`id` must be kebab-case: small letters, digits and `-`".into());
    }
    let ways = [&rule.regex, &rule.value, &rule.find];
    let ways = ways.into_iter().flatten().count()
        + usize::from(rule.names.is_some() || rule.site.is_some());
    if ways != 1 {
        return Err("needs exactly one of `regex`, `value`, `find`, and `names` or `site`".into());
    }
    if rule.value.is_some() && rule.keys.is_empty() && rule.near.is_empty() {
        return Err("`value` needs `keys` or `near`: any value would do otherwise".into());
    }
    if rule.value.is_none() && rule.site.is_none() && !rule.keys.is_empty() {
        return Err("`keys` goes with `value` or `site`".into());
    }
    for keyword in keywords(rule, common) {
        if keyword.len() < 3 {
            return Err(format!("keyword `{keyword}` is shorter than three bytes"));
        }
        if keyword.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(format!(
                "keyword `{keyword}` must be in small letters (it is found in any case)"
            ));
        }
    }
    if rule.checksum.is_some() && rule.check.is_empty() {
        return Err("`checksum` says which tokens pass `check`: it needs one".into());
    }
    if keywords(rule, common).is_empty() {
        return Err("needs `keywords`".into());
    }
    if let Some(source) = rule.regex.as_ref().or(rule.value.as_ref()) {
        let hir = hir(source).map_err(|error| format!("the pattern does not compile: {error}"))?;
        // It would match before every secret, and what is nothing is no secret.
        if hir.properties().minimum_len().unwrap_or(0) == 0 {
            return Err(
                "the pattern can match nothing: it must ask for at least one character".into(),
            );
        }
    }
    Ok(())
}

/// Tells whether a pattern describes a format that decides alone.
pub fn is_by_format(source: &str) -> bool {
    hir(source).is_ok_and(|hir| decides_alone(&hir))
}

/// Returns what follows from a valid rule.
pub fn measure(rule: &Spec, common: &[&str]) -> Shape {
    let mut shape = Shape {
        keywords: keywords(rule, common),
        before: 0,
        after: 0,
        source: String::new(),
        least: 0,
        most: usize::MAX,
        bytes: ByteSet::EMPTY,
        prefix: 0,
        by_format: false,
        edge: Edge::FREE,
        specificity: 0,
    };
    if let Some(Ok(parsed)) = rule.regex.as_deref().map(hir) {
        let written = rule.regex.as_deref().unwrap_or_default();
        let own_ends = parsed.properties().explicit_captures_len() > 0;
        (shape.source, shape.edge) = if own_ends {
            (written.to_owned(), Edge::FREE)
        } else {
            (ended(rule, written, &parsed), edge(rule, &parsed))
        };
        shape.by_format = rule.checksum.is_some() || rule.near.is_empty() && decides_alone(&parsed);
        let whole = hir(&shape.source).unwrap_or_else(|_| parsed.clone());
        let longest = whole.properties().maximum_len().filter(|&len| len <= FAR);
        shape.before = before(&parsed, &shape.keywords).or(longest).unwrap_or(FAR);
        shape.after = longest.unwrap_or(0);
        shape.prefix = secret_head(&whole).len();
        if !own_ends && starts_with_keyword(&parsed, &shape.keywords) {
            shape.least = parsed.properties().minimum_len().unwrap_or(0);
            add_bytes(&parsed, &mut shape.bytes);
        }
    } else if let Some(Ok(parsed)) = rule.value.as_deref().map(hir) {
        shape.source = whole(rule.value.as_deref().unwrap_or_default());
        shape.prefix = secret_head(&parsed).len();
        add_bytes(&parsed, &mut shape.bytes);
        shape.least = parsed.properties().minimum_len().unwrap_or(0);
        shape.most = parsed.properties().maximum_len().unwrap_or(usize::MAX);
    }
    shape.specificity = rule
        .specificity
        .unwrap_or_else(|| specificity(rule, &shape));
    shape
}

/// Returns a pattern whose match is not continued on its right by what it is made of. What may stand on its left is told
/// by [`edge`]. A distinctive format without `_` in its body may stand before one: `_TOKEN_`, `TOKEN_old`.
fn ended(rule: &Spec, source: &str, hir: &Hir) -> String {
    let run = Outer::of(hir, End::Last);
    let distinctive = rule.checksum.is_some()
        || public_mark(hir).is_some_and(|(first, all)| first > DISTINCTIVE || all >= LONG);
    let word = if distinctive && !run.has(b'_') {
        "0-9A-Za-z"
    } else {
        "0-9A-Za-z_"
    };
    let after = match (run.word(), run.base64(), run.padding(), run.dash()) {
        (false, false, false, false) => String::new(),
        (true, false, false, false) if word.ends_with('_') => r"\b".to_owned(),
        _ => {
            let parts = [
                (run.word(), word),
                (run.base64(), "+/"),
                (run.padding(), "="),
                (run.dash(), "-"),
            ];
            let parts = parts.iter().filter(|part| part.0).map(|part| part.1);
            format!("(?:[^{}]|$)", parts.collect::<String>())
        }
    };
    format!("({source}){after}")
}

/// Returns what a match of a pattern without groups must not begin behind. A format with a public mark is distinctive
/// and may begin anywhere; so may a match with a checksum that fits. Four characters may end a word (`ion_`, `key_`), and
/// so may a longer mark of words (the `ak_test_` of `leak_test_`): they need a change of case, or a digit, before them.
fn edge(rule: &Spec, hir: &Hir) -> Edge {
    let run = Outer::of(hir, End::First);
    let bounded = Edge::new(run.word(), run.base64(), run.dash());
    if rule.checksum == Some(Checksum::Always) {
        return bounded.unless_checksum();
    }
    match public_mark(hir) {
        Some((first, all)) if first > DISTINCTIVE || all >= LONG => Edge::FREE,
        Some((_, all)) if all >= DISTINCTIVE => bounded.same_case(),
        _ if rule.checksum.is_some() => bounded.unless_checksum(),
        _ => bounded,
    }
}

/// A public mark of more characters is distinctive up to its first `_` or `-`: no word ends like that.
const DISTINCTIVE: usize = 4;
/// A public mark of so many characters is distinctive, wherever its `_` and `-` stand.
const LONG: usize = 10;

/// Returns how long the literal is that matches begin with, up to its first mark and as a whole; of several the shortest.
/// `None` unless each of them holds a letter and a mark that words, base64 and JSON Web Tokens do not have.
fn public_mark(hir: &Hir) -> Option<(usize, usize)> {
    /// A class of so few characters counts as a literal: `sntry[uair]_`.
    const NARROW: usize = 8;
    let is_mark = |byte: &u8| byte.is_ascii_punctuation() && !b"+/=.".contains(byte);
    let mut extractor = regex_syntax::hir::literal::Extractor::new();
    extractor
        .limit_class(NARROW)
        .limit_literal_len(32)
        .limit_total(FEW);
    let heads = extractor.extract(hir);
    heads
        .literals()?
        .iter()
        .try_fold((usize::MAX, usize::MAX), |least, head| {
            let head = head.as_bytes();
            let first = head.iter().position(is_mark)? + 1;
            let named = head.iter().any(u8::is_ascii_alphabetic);
            named.then(|| (least.0.min(first), least.1.min(head.len())))
        })
}

/// The bytes that a match can begin or end with, none if that is not simple.
struct Outer(ByteSet);

impl Outer {
    fn of(hir: &Hir, end: End) -> Self {
        Self(outer(hir, end).unwrap_or(ByteSet::EMPTY))
    }

    fn has(&self, byte: u8) -> bool {
        self.0.has(byte)
    }

    fn word(&self) -> bool {
        (b'0'..=b'z').any(|b| (b.is_ascii_alphanumeric() || b == b'_') && self.has(b))
    }

    fn base64(&self) -> bool {
        self.has(b'/') || self.has(b'+')
    }

    fn padding(&self) -> bool {
        self.has(b'=') || self.has(b'/')
    }

    fn dash(&self) -> bool {
        self.has(b'-')
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    First,
    Last,
}

/// Returns the bytes that a match can begin or end with; `None` when that is not simple.
fn outer(hir: &Hir, end: End) -> Option<ByteSet> {
    let mut set = ByteSet::EMPTY;
    match hir.kind() {
        HirKind::Literal(literal) => {
            let byte = match end {
                End::First => literal.0.first(),
                End::Last => literal.0.last(),
            };
            set.add(*byte?);
        }
        HirKind::Class(_) => add_bytes(hir, &mut set),
        HirKind::Repetition(repetition) => return outer(&repetition.sub, end),
        HirKind::Capture(capture) => return outer(&capture.sub, end),
        HirKind::Alternation(parts) => {
            for part in parts {
                set.join(outer(part, end)?);
            }
        }
        HirKind::Concat(parts) => {
            let mut parts: Vec<&Hir> = parts.iter().collect();
            if end == End::Last {
                parts.reverse();
            }
            for part in parts {
                set.join(outer(part, end)?);
                if part.properties().minimum_len() != Some(0) {
                    break;
                }
            }
        }
        HirKind::Empty | HirKind::Look(_) => return None,
    }
    Some(set)
}

/// Adds every byte that can stand anywhere in a match.
fn add_bytes(hir: &Hir, set: &mut ByteSet) {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| set.add(byte)),
        HirKind::Class(Class::Bytes(class)) => {
            for range in class.ranges() {
                (range.start()..=range.end()).for_each(|byte| set.add(byte));
            }
        }
        HirKind::Class(Class::Unicode(_)) => *set = ByteSet::ALL,
        HirKind::Repetition(repetition) => add_bytes(&repetition.sub, set),
        HirKind::Capture(capture) => add_bytes(&capture.sub, set),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                add_bytes(part, set);
            }
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// Tells whether every match of `hir` begins with one of `keywords`.
fn starts_with_keyword(hir: &Hir, keywords: &[String]) -> bool {
    [FEW, MANY].into_iter().any(|total| {
        prefixes(hir, 24, longest(keywords), total).is_some_and(|heads| {
            heads
                .iter()
                .all(|head| keywords.iter().any(|word| head.starts_with(word.as_str())))
        })
    })
}

/// Returns how many bytes a match may begin before its keyword: what may stand before the first stretch of the pattern
/// that surely holds one. `None` if that cannot be told.
fn before(hir: &Hir, keywords: &[String]) -> Option<usize> {
    let mut flat = Vec::new();
    flatten(hir, &mut flat);
    let mut ahead = 0usize;
    for from in 0..flat.len() {
        let stretch = Hir::concat(flat[from..].to_vec());
        // Mostly the keyword comes first: then nothing behind it needs to be looked at, which may be very much.
        for (most, total) in [(longest(keywords), FEW), (usize::MAX, MANY)] {
            let heads = prefixes(&stretch, 24, most, total).unwrap_or_default();
            let at = heads
                .iter()
                .map(|head| keywords.iter().filter_map(|word| head.find(word)).min())
                .collect::<Option<Vec<usize>>>();
            if let Some(at) = at.filter(|at| !at.is_empty()) {
                return Some(ahead + at.into_iter().max().unwrap_or(0));
            }
        }
        ahead += flat[from]
            .properties()
            .maximum_len()
            .filter(|&len| len <= FAR)?;
    }
    None
}

fn flatten(hir: &Hir, out: &mut Vec<Hir>) {
    match hir.kind() {
        HirKind::Concat(parts) => parts.iter().for_each(|part| flatten(part, out)),
        HirKind::Capture(capture) => flatten(&capture.sub, out),
        _ => out.push(hir.clone()),
    }
}

/// How many literals are looked at first: enough where the keyword comes first, and a thousandth of the price.
const FEW: usize = 250;
/// How many are looked at where that does not tell.
const MANY: usize = 20_000;

fn longest(keywords: &[String]) -> usize {
    keywords.iter().map(String::len).max().unwrap_or(0)
}

/// Returns literals of which each match begins with one, `most` bytes of each, in small letters; `None` if there are
/// too many.
fn prefixes(hir: &Hir, widest: usize, most: usize, total: usize) -> Option<Vec<String>> {
    let mut extractor = regex_syntax::hir::literal::Extractor::new();
    extractor
        .limit_class(widest)
        .limit_literal_len(most)
        .limit_total(total);
    let found = extractor.extract(hir);
    let mut heads: Vec<String> = found
        .literals()?
        .iter()
        .map(|literal| String::from_utf8_lossy(literal.as_bytes()).to_ascii_lowercase())
        .collect();
    heads.sort_unstable();
    heads.dedup();
    Some(heads)
}

/// A format that can be told by itself is more specific than one known by its key; the longer its public mark and the
/// better it is known, the more.
fn specificity(rule: &Spec, shape: &Shape) -> u16 {
    let by_way = if rule.regex.is_some() {
        if rule.near.is_empty() { 600 } else { 400 }
    } else if rule.value.is_some() {
        300 + narrow(&shape.bytes)
    } else {
        200
    };
    let by_check = if rule.check.is_empty() { 0 } else { 50 };
    let by_prefix = u16::try_from(shape.prefix.min(30)).unwrap_or(0) * 5;
    let by_confidence = match rule.confidence {
        Confidence::Documented => 9,
        Confidence::Two => 6,
        Confidence::One => 3,
        Confidence::Guess => 0,
    };
    by_way + by_check + by_prefix + by_confidence
}

/// The fewer characters a value is made of, the more its shape says.
fn narrow(bytes: &ByteSet) -> u16 {
    match bytes.count() {
        0..=17 => 8,
        18..=37 => 5,
        38..=63 => 2,
        _ => 0,
    }
}

/// Returns the keywords of a rule: those written, else the longest word of each key and each near word.
fn keywords(rule: &Spec, common: &[&str]) -> Vec<String> {
    let mut words = rule.keywords.clone();
    if words.is_empty() && rule.site.is_some() {
        words.extend(rule.keys.iter().map(|key| key.to_ascii_lowercase()));
    }
    if words.is_empty() && rule.value.is_some() {
        // The vendor's words call for the rule, and of a key without one its most telling part.
        words.extend(rule.near.iter().map(|word| word.to_ascii_lowercase()));
        for key in &rule.keys {
            let key = key.to_ascii_lowercase();
            if !words.iter().any(|word| key.contains(word.as_str())) {
                words.extend(telling(&key, common));
            }
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Returns literals of which one stands in every spelling of a key: the longest word that is not in half of all keys,
/// else the first two words together, in each way in which words are joined.
fn telling(key: &str, common: &[&str]) -> Vec<String> {
    let parts: Vec<&str> = key
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    let rare = parts
        .iter()
        .filter(|part| part.len() >= 4 && !common.contains(part))
        .max_by_key(|part| part.len());
    match (rare, parts.as_slice()) {
        (Some(rare), _) => vec![(*rare).to_owned()],
        (None, [first, second, ..]) => ["", "_", "-", ".", " "]
            .iter()
            .map(|joint| format!("{first}{joint}{second}"))
            .collect(),
        _ => vec![key.to_owned()],
    }
}

/// Returns a key name as rules compare it: small letters and digits only.
pub fn fold_key(key: &str) -> String {
    key.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Returns a pattern that matches only what `source` matches from end to end.
pub fn whole(source: &str) -> String {
    format!("^(?:{source})$")
}

/// Returns what an expression says; an error names its kind only, for the whole error repeats the expression.
pub(super) fn hir(source: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(source)
        .map_err(|error| match error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            error => error.to_string(),
        })
}
