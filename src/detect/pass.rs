//! One walk over a text for one group of rules: from keyword hits to candidates.

mod assigned;

use std::collections::BTreeMap;
use std::ops::Range;

use super::assignment::{self, Assignment, Reader};
use super::binary::Content;
use super::checksum::{self, Fit};
use super::judge::{self, Evidence, Vendor};
use super::trace::Trace;
use super::{Candidate, file, is_public, near, placeholder};
use crate::fragment::Fragment;
use crate::lexicon::{self, path};
use crate::rule::edge::Edge;
use crate::rule::{Basis, Found, Group, Kind, Login, Pattern, Rule, RuleSet, Severity, Site, Tier};

use assigned::{begins_with, goes_on_right};

/// How far beyond a keyword a pattern without a bound is followed.
const FAR: usize = 64 << 10;
/// How far a token in binary content is followed that other fields stand right beside.
const GLUED: usize = 1 << 10;
/// A field of binary content that reads as letters is no longer than this.
const FIELD: usize = 32;
/// A secret longer than this is the body of a key, not a word.
const BODY: usize = 160;
/// A public mark of so many characters makes a value's format distinctive.
const DISTINCTIVE: usize = 4;

/// One walk over a text for one group of rules.
pub(super) struct Pass<'a, 't> {
    pub(super) fragment: &'a Fragment<'a>,
    /// Of binary content only a format that decides alone counts.
    pub(super) content: &'a Content<'a>,
    pub(super) rules: &'a RuleSet,
    pub(super) trace: &'a mut Trace<'t>,
    /// With more candidates than this it ends early.
    pub(super) most: usize,
    pub(super) group: &'a Group,
    /// For each rule with a pattern, the stretch of text still to be searched: hits near each other are searched
    /// once, so that a keyword repeated all over a text costs one search, not one for each.
    pub(super) windows: BTreeMap<usize, (usize, usize)>,
    /// The assignments, as far as they were asked for.
    pub(super) reader: &'a mut Reader,
    /// Which of the rules that are limited to some paths look at this one, as far as it was asked.
    pub(super) paths: Vec<(usize, bool)>,
    /// Which of the rules for assigned values have only keys that name a secret, as far as it was asked.
    pub(super) named: Vec<(usize, bool)>,
    pub(super) out: &'a mut Vec<Candidate>,
}

impl Pass<'_, '_> {
    /// Appends what the rules of the group find.
    pub(super) fn run(&mut self) {
        let text = self.fragment.text;
        let group = self.group;
        group.index.find(text, |keyword, at| {
            for &number in &group.wanted[usize::from(keyword)] {
                self.hit(usize::from(number), at, keyword);
            }
        });
        // A name of two letters is filed with the byte behind it, and behind the last one there is none.
        if let Some((rest, last)) = text.split_last_chunk::<2>()
            && lexicon::is_short_name(last)
        {
            self.last_name(rest.len());
        }
        for (number, window) in std::mem::take(&mut self.windows) {
            self.search(number, window);
        }
    }

    /// Judges what is assigned to the name of two letters with which the text ends: `"v" == pw`.
    #[cold]
    fn last_name(&mut self, at: usize) {
        let text = self.fragment.text;
        if !lexicon::is_name_at(text, at, text.len()) || !judge::may_be_assigned(text, at) {
            return;
        }
        for number in 0..self.group.rules.len() {
            let rule = self.group.rules.get(number);
            if let Kind::Named {
                site: Site::Named, ..
            } = &rule.kind
            {
                self.named(rule, at);
            }
        }
    }

    fn hit(&mut self, number: usize, at: usize, keyword: u16) {
        if self.out.len() > self.most {
            return;
        }
        let rule = self.group.rules.get(number);
        if !rule.paths.is_empty() && !self.looks_here(number, rule.paths) {
            return;
        }
        match &rule.kind {
            Kind::Regex(pattern) => {
                let binary = self.content.is_known_binary();
                if binary && !rule.by_format || !pattern.can_start(self.fragment.text, at) {
                    return;
                }
                let glued = binary && pattern.least() > 0 && self.glued(rule, pattern, at);
                if glued || !pattern.can_follow(self.fragment.text, at) {
                    return;
                }
                let reach = if pattern.after == 0 {
                    FAR
                } else {
                    pattern.after + 8
                };
                let (from, to) = (
                    at.saturating_sub(pattern.before),
                    (at + reach).min(self.fragment.text.len()),
                );
                let window = self.windows.entry(number).or_insert((from, to));
                if from <= window.1 {
                    *window = (window.0.min(from), window.1.max(to));
                } else {
                    let waiting = std::mem::replace(window, (from, to));
                    self.search(number, waiting);
                }
            }
            Kind::Value { .. } | Kind::Named { .. } if self.content.is_known_binary() => {}
            Kind::Value { keys, .. } => {
                let keyword = self.group.index.keyword(keyword);
                if goes_on_right(self.fragment.text, at, keyword, keys) {
                    self.assigned(number, keys, at);
                }
            }
            Kind::Find(find) => {
                if let Some(found) = find(self.fragment, at) {
                    self.found(rule, found);
                }
            }
            Kind::Named { site, keys, .. } => {
                let text = self.fragment.text;
                let end = at + self.group.index.keyword(keyword).len();
                let stands = match site {
                    Site::Named => lexicon::is_name_at(text, at, end),
                    _ => keys.is_empty() || begins_with(text, at, keys),
                };
                if stands && judge::may_be_assigned(text, at) {
                    self.named(rule, at);
                }
            }
        }
    }

    /// Keeps what a finder found if it, its format or the judge says that it is a secret.
    fn found(&mut self, rule: &'static Rule, found: Found) {
        for more in found.more {
            self.found(rule, more);
        }
        let (start, end) = (found.start, found.end);
        let candidate = Candidate {
            tier: found.tier.unwrap_or(rule.tier),
            reason: found.reason,
            ..Candidate::of(rule, start, end)
        };
        match found.basis {
            Basis::Format => self.keep(candidate, true),
            Basis::Place => self.keep(candidate, false),
            Basis::Settled => {
                if self.rules.enabled(rule) && !self.content.is_binary() {
                    self.out.push(candidate);
                }
            }
            Basis::Login(login) => {
                let evidence = Evidence::login(self.fragment, start..end, &login);
                self.judge(rule, &evidence, None, rule.specificity);
            }
            Basis::Name(name) => {
                let evidence = Evidence::beside_vendor(self.fragment, start..end, name);
                self.judge(rule, &evidence, None, rule.specificity);
            }
        }
    }

    /// Keeps a candidate if the judge says that it is a secret.
    fn judge(
        &mut self,
        rule: &'static Rule,
        evidence: &Evidence<'_>,
        found: Option<&Assignment>,
        specificity: u16,
    ) {
        let text = self.fragment.text;
        let mut verdict = judge::judge(evidence);
        let judged = verdict.tier;
        verdict.tier = verdict.tier.map(|tier| tier.min(rule.tier));
        if verdict.tier.is_some() && self.content.is_binary() {
            return;
        }
        self.trace.note(rule, evidence, &verdict, || match found {
            Some(found) => assignment::shown_key(found, text),
            None => rule.title.to_owned(),
        });
        let (Some(tier), true) = (verdict.tier, self.rules.enabled(rule)) else {
            return;
        };
        let reason = match found {
            Some(found) if evidence.vendor == Vendor::None => verdict.reason(found, text),
            Some(found) => format!("assigned to `{}`", assignment::shown_key(found, text)),
            None => String::new(),
        };
        let doubt = || match judged {
            Some(Tier::Block) => "its rule only warns".to_owned(),
            _ => verdict.doubt(),
        };
        let reason = match tier {
            Tier::Block => reason,
            Tier::Warn if reason.is_empty() => doubt(),
            Tier::Warn => format!("{}; {reason}", doubt()),
        };
        self.out.push(Candidate {
            tier,
            minor: verdict.is_minor(),
            reason,
            specificity,
            ..Candidate::of(rule, evidence.range.start, evidence.range.end)
        });
    }

    /// Tells whether a rule that is limited to some paths looks at this one.
    fn looks_here(&mut self, number: usize, globs: &[&str]) -> bool {
        known(&mut self.paths, number, || {
            file::fits(self.fragment.path, globs)
        })
    }

    /// Searches a window with the pattern of a rule.
    fn search(&mut self, number: usize, (start, end): (usize, usize)) {
        if self.out.len() > self.most {
            return;
        }
        let rule = self.group.rules.get(number);
        let Kind::Regex(pattern) = &rule.kind else {
            return;
        };
        let Some(regex) = pattern.regex() else { return };
        let text = &self.fragment.text[..end];
        let grouped = regex.captures_len() > 1;
        let mut at = start;
        while at < end && self.out.len() <= self.most {
            let Some(whole) = regex.find_at(text, at) else {
                break;
            };
            let secret = if grouped {
                // Captures cost more than finding: they are taken of what was found only.
                regex
                    .captures_at(text, whole.start())
                    .and_then(|groups| groups.iter().skip(1).flatten().next())
            } else {
                Some(whole)
            };
            if !self.begins(rule, pattern.edge, whole.start(), secret) {
                // A long run is searched once, not again from each of its bytes.
                at = match whole.len() {
                    0..=BODY => pattern.edge.next(text, whole.start()),
                    _ => whole.end() - 1,
                };
                continue;
            }
            if let Some(secret) = secret {
                self.matched(rule, secret.range());
            }
            // The byte that ended this match may be the one before the next.
            at = whole.end().saturating_sub(1).max(at + 1);
        }
    }

    /// Tells whether a match may begin where it does.
    fn begins(
        &self,
        rule: &Rule,
        edge: Edge,
        start: usize,
        secret: Option<regex::bytes::Match<'_>>,
    ) -> bool {
        edge.begins(self.fragment.text, start)
            || edge.yields_to_checksum()
                && secret.is_some_and(|secret| checksum::fit(rule, secret.as_bytes()) == Fit::Fits)
    }

    /// Keeps what a pattern matches. Of a value without a mark or a check only the place is known: the judge weighs it as that
    /// of a login.
    fn matched(&mut self, rule: &'static Rule, range: Range<usize>) {
        let candidate = Candidate::of(rule, range.start, range.end);
        if !rule.judged {
            self.keep(candidate, rule.by_format);
            return;
        }
        let text = self.fragment.text;
        let fits = checksum::fit(rule, &text[range.clone()]) == Fit::Fits
            && near(text, range.start, range.end, rule.near)
            && !is_public(text, range.clone(), rule.public_beside);
        if fits {
            let login = Login::default();
            let evidence = Evidence::login(self.fragment, range, &login);
            self.judge(rule, &evidence, None, rule.specificity);
        }
    }

    /// Keeps the match of a pattern that begins at a keyword in binary content, where other fields may stand right beside it
    /// that read as letters: its length, a type, the next column. Inside a long run of letters it is a part of that. Tells
    /// whether there is one.
    fn glued(&mut self, rule: &'static Rule, pattern: &Pattern, at: usize) -> bool {
        let text = self.fragment.text;
        let secret = |to: usize| {
            let groups = pattern.regex()?.captures(&text[at..text.len().min(to)])?;
            let secret = groups.get(1)?;
            (secret.start() == 0).then_some(at + secret.end())
        };
        let (before, behind) = (|| text[..at].iter().rev(), |end: usize| text[end..].iter());
        let length = at + before().next().map_or(0, |&byte| usize::from(byte));
        let end = secret(length).filter(|&end| end == length).or_else(|| {
            // A short mark may end a word: `ion_` stands in many names. It begins something new where the case changes.
            let kind =
                |byte: Option<&u8>| byte.map(|b| (b.is_ascii_lowercase(), b.is_ascii_digit()));
            let distinct = !rule.check.is_empty()
                || rule.prefix > DISTINCTIVE
                || kind(before().next()) != kind(text.get(at));
            if !distinct || !is_field(before()) {
                return None;
            }
            let reach = match pattern.after {
                0 => GLUED,
                after => GLUED.min(after + 8),
            };
            let cut = || secret(at + pattern.least()).filter(|&end| is_field(behind(end)));
            secret(at + reach).or_else(cut)
        });
        if let Some(end) = end {
            self.keep(Candidate::of(rule, at, end), true);
        }
        end.is_some()
    }

    /// Keeps a match if the rule's other demands hold; in binary content only one that its format decides.
    fn keep(&mut self, candidate: Candidate, by_format: bool) {
        let Candidate {
            rule, start, end, ..
        } = candidate;
        let secret = &self.fragment.text[start..end];
        // The words of placeholders turn up in a long body by chance; who found it knows how it looks inside.
        let judged_whole = matches!(rule.kind, Kind::Find(_)) && secret.len() > BODY;
        let fit = checksum::fit(rule, secret);
        let kept = self.rules.enabled(rule)
            && fit != Fit::Refused
            // What passes a check is no placeholder.
            && (fit == Fit::Fits && !rule.check.is_empty()
                || judged_whole
                || !placeholder::is_placeholder(secret, rule.prefix))
            && (matches!(rule.kind, Kind::Value { .. })
                || near(self.fragment.text, start, end, rule.near))
            && !is_public(self.fragment.text, start..end, rule.public_beside)
            && (by_format && fit == Fit::Fits || !self.content.is_binary());
        match fit {
            _ if !kept => {}
            Fit::Mismatch(checksum) => {
                let doubted = checksum::doubted(candidate, checksum, self.fragment);
                self.out.extend(doubted);
            }
            _ => self.out.push(Candidate {
                // Hashes of passwords are samples there.
                minor: rule.tier == Tier::Warn
                    && rule.severity == Severity::Low
                    && path::is_of_samples(self.fragment),
                ..candidate
            }),
        }
    }
}

/// Tells whether the letters that bytes begin with are a field of their own, and not a stretch of encoded data.
fn is_field<'t>(bytes: impl Iterator<Item = &'t u8>) -> bool {
    let in_run = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/_-".contains(byte);
    bytes.take(FIELD + 1).take_while(in_run).count() <= FIELD
}

/// Returns what is noted of a rule, after asking for it once.
fn known(notes: &mut Vec<(usize, bool)>, number: usize, ask: impl FnOnce() -> bool) -> bool {
    let noted = notes.iter().find(|note| note.0 == number);
    if let Some(&(_, answer)) = noted {
        return answer;
    }
    let answer = ask();
    notes.push((number, answer));
    answer
}
