//! The public mark of a format: the literal that secrets begin with, and whether a mark is enough to decide alone.
//! Shared by build.rs and custom rules.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A mark is a run of so many literal characters.
const MARK: usize = 4;
/// A class of so few characters counts as a literal: `xox[abp]-`.
const NARROW: usize = 8;
/// A secret with a mark is so long at least, the mark included.
const LEAST: usize = 20;
/// An alphabet of tokens has no more characters than this: letters, digits and some marks.
const ALPHABET: usize = 72;

/// Tells whether whatever a pattern takes for a secret is one by its format: it holds a mark, is long enough, and is made
/// of few characters. Of a pattern with groups, what the groups hold.
pub fn decides_alone(pattern: &Hir) -> bool {
    let mut secrets = Vec::new();
    groups(pattern, &mut secrets);
    if secrets.is_empty() {
        secrets.push(pattern);
    }
    secrets.into_iter().all(|secret| {
        let mut alphabet = [false; 256];
        secret.properties().minimum_len() >= Some(LEAST)
            && mark(secret).longest >= MARK
            && add_bytes(secret, &mut alphabet)
            && alphabet.iter().filter(|used| **used).count() <= ALPHABET
    })
}

/// Appends the outermost groups of a pattern.
fn groups<'h>(hir: &'h Hir, out: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => out.push(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                groups(part, out);
            }
        }
        HirKind::Repetition(repetition) => groups(&repetition.sub, out),
        _ => {}
    }
}

/// Marks every byte that a match can hold; `false` if one of them is none that tokens are made of.
fn add_bytes(hir: &Hir, alphabet: &mut [bool; 256]) -> bool {
    let mut add = |byte: u8| {
        alphabet[usize::from(byte)] = true;
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>')
    };
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().all(|&byte| add(byte)),
        HirKind::Class(Class::Bytes(class)) => class
            .ranges()
            .iter()
            .all(|range| (range.start()..=range.end()).all(&mut add)),
        HirKind::Class(Class::Unicode(_)) => false,
        HirKind::Repetition(repetition) => add_bytes(&repetition.sub, alphabet),
        HirKind::Capture(capture) => add_bytes(&capture.sub, alphabet),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().all(|part| add_bytes(part, alphabet))
        }
        HirKind::Empty | HirKind::Look(_) => true,
    }
}

/// Literal runs that are in every match: the one it begins with, the one it ends with, the longest.
#[derive(Clone, Copy, Default)]
struct Runs {
    /// Whether every match is one run.
    whole: bool,
    first: usize,
    last: usize,
    longest: usize,
}

impl Runs {
    fn literal(len: usize) -> Self {
        Self {
            whole: true,
            first: len,
            last: len,
            longest: len,
        }
    }

    fn then(self, next: Self) -> Self {
        Self {
            whole: self.whole && next.whole,
            first: self.first + if self.whole { next.first } else { 0 },
            last: next.last + if next.whole { self.last } else { 0 },
            longest: self.longest.max(next.longest).max(self.last + next.first),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            whole: self.whole && other.whole && self.first == other.first,
            first: self.first.min(other.first),
            last: self.last.min(other.last),
            longest: self.longest.min(other.longest),
        }
    }
}

/// Returns the literal runs of a pattern.
fn mark(hir: &Hir) -> Runs {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Runs::literal(0),
        HirKind::Literal(literal) => {
            // The scheme of a URL is no mark of anybody, nor is a letter that is repeated.
            let text = &literal.0[..];
            let scheme = text.windows(3).position(|three| three == b"://");
            let own = &text[scheme.map_or(0, |at| at + 3)..];
            let others = own.windows(2).filter(|two| two[0] != two[1]).count();
            let runs = Runs::literal(others + usize::from(!own.is_empty()));
            if scheme.is_some() {
                Runs::default().then(runs)
            } else {
                runs
            }
        }
        HirKind::Class(Class::Bytes(class)) => {
            let folded = |b: u8| b.to_ascii_lowercase();
            let mut bytes: Vec<u8> = class
                .ranges()
                .iter()
                .flat_map(|range| (range.start()..=range.end()).map(folded))
                .collect();
            bytes.sort_unstable();
            bytes.dedup();
            if bytes.len() <= NARROW {
                Runs::literal(1)
            } else {
                Runs::default()
            }
        }
        HirKind::Class(Class::Unicode(_)) => Runs::default(),
        HirKind::Capture(capture) => mark(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(mark).fold(Runs::literal(0), Runs::then),
        HirKind::Alternation(parts) => parts.iter().map(mark).reduce(Runs::or).unwrap_or_default(),
        HirKind::Repetition(repetition) if repetition.min == 0 => Runs::default(),
        HirKind::Repetition(repetition) => Runs {
            // Repeated characters of a class are no mark, however few there are.
            whole: false,
            ..mark(&repetition.sub)
        },
    }
}

/// Returns the literal that every match begins with, in the case in which it is written (small letters where it is
/// matched in any case).
fn head(hir: &Hir) -> String {
    let mut out = String::new();
    walk(hir, &mut out, &mut false);
    out
}

/// Returns the literal that every secret begins with: of group 1 if there is one.
pub fn secret_head(hir: &Hir) -> String {
    fn group(hir: &Hir) -> Option<&Hir> {
        match hir.kind() {
            HirKind::Capture(capture) => Some(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(group),
            HirKind::Repetition(repetition) => group(&repetition.sub),
            _ => None,
        }
    }
    head(group(hir).unwrap_or(hir))
}

/// Appends the literal bytes that `hir` begins with; sets `done` at the first thing that is not one.
fn walk(hir: &Hir, out: &mut String, done: &mut bool) {
    if *done {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => out.push_str(text),
            Err(_) => *done = true,
        },
        HirKind::Class(Class::Bytes(class)) => {
            // `(?i)a` is the class [Aa].
            let ranges = class.ranges();
            let single = |i: usize| {
                ranges
                    .get(i)
                    .filter(|r| r.start() == r.end())
                    .map(regex_syntax::hir::ClassBytesRange::start)
            };
            match (single(0), single(1), ranges.len()) {
                (Some(a), Some(b), 2) if a.eq_ignore_ascii_case(&b) => out.push(char::from(b)),
                _ => *done = true,
            }
        }
        HirKind::Capture(capture) => walk(&capture.sub, out, done),
        HirKind::Concat(parts) => parts.iter().for_each(|part| walk(part, out, done)),
        _ => *done = true,
    }
}
