//! A fragment in, findings out: keywords, patterns, filters, one finding for each secret.

pub mod assignment;
pub mod check;
pub mod entropy;
pub mod find;
mod hex;
mod jwt;
pub mod placeholder;

use crate::finding::{Finding, Secret};
use crate::fragment::{Fragment, Place, line_end, line_start};
use crate::rule::{Group, Kind, Rule, RuleSet, Tier};

/// How far beyond a keyword a pattern without a bound is followed.
const FAR: usize = 64 << 10;
/// How many lines above count as near.
const NEAR_LINES: usize = 3;
/// A line longer than this (minified code, a notebook) is not one statement.
const WIDE: usize = 400;
/// How much of a line is kept for showing, at most.
const SHOWN: usize = 120;

/// A secret found in a text, before it is settled which rule tells it best.
pub(crate) struct Candidate {
    pub(crate) rule: &'static Rule,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) tier: Tier,
    pub(crate) reason: String,
    /// Which of two candidates wins on the same text: the higher.
    pub(crate) specificity: u16,
}

/// Returns the secrets in a fragment, in the order of the text, one finding for each.
pub fn detect(fragment: &Fragment<'_>, rules: &RuleSet) -> Vec<Finding> {
    let mut candidates = candidates(fragment, rules);
    settle(&mut candidates);
    let secrets: Vec<(usize, usize, usize)> = candidates
        .iter()
        .map(|c| (c.start, c.end, c.rule.prefix))
        .collect();
    candidates
        .into_iter()
        .map(|candidate| finding(fragment, candidate, &secrets))
        .collect()
}

/// Returns what every rule says of the text itself, unsettled.
fn candidates(fragment: &Fragment<'_>, rules: &RuleSet) -> Vec<Candidate> {
    let mut out = Vec::new();
    for group in rules.groups() {
        Pass {
            fragment,
            rules,
            group,
            windows: Vec::new(),
            out: &mut out,
        }
        .run();
    }
    out
}

/// One walk over a text for one group of rules.
struct Pass<'a> {
    fragment: &'a Fragment<'a>,
    rules: &'a RuleSet,
    group: &'a Group,
    /// For each rule with a pattern, the stretch of text still to be searched: hits near each other are searched
    /// once, so that a keyword repeated all over a text costs one search, not one for each.
    windows: Vec<(usize, usize)>,
    out: &'a mut Vec<Candidate>,
}

impl Pass<'_> {
    fn run(&mut self) {
        let text = self.fragment.text;
        let group = self.group;
        group.index.find(text, |keyword, at| {
            for &number in group.wanted[usize::from(keyword)] {
                self.hit(usize::from(number), at);
            }
        });
        for number in 0..self.windows.len() {
            self.search(number);
        }
    }

    fn hit(&mut self, number: usize, at: usize) {
        let rule = &self.group.rules[number];
        match &rule.kind {
            Kind::Regex(pattern) => {
                if !pattern.can_start(self.fragment.text, at) {
                    return;
                }
                if self.windows.is_empty() {
                    self.windows = vec![(0, 0); self.group.rules.len()];
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
                let (start, end) = self.windows[number];
                if start < end && from <= end {
                    self.windows[number] = (start.min(from), end.max(to));
                } else {
                    self.search(number);
                    self.windows[number] = (from, to);
                }
            }
            Kind::Value { .. } => self.assigned(rule, at),
            Kind::Find(find) => {
                if let Some(found) = find(self.fragment, at) {
                    self.keep(Candidate {
                        rule,
                        start: found.start,
                        end: found.end,
                        tier: found.tier.unwrap_or(rule.tier),
                        reason: found.reason,
                        specificity: rule.specificity,
                    });
                }
            }
        }
    }

    /// Looks at the assignments at a keyword and, where the keyword is a vendor's word, at those on the lines below.
    fn assigned(&mut self, rule: &'static Rule, at: usize) {
        let text = self.fragment.text;
        let mut line = at;
        for below in 0..=NEAR_LINES {
            for found in assignment::around(self.fragment, line) {
                self.assignment(rule, &found);
            }
            line = line_end(&text[..text.len().min(line + WIDE)], line) + 1;
            if rule.near.is_empty() || below == NEAR_LINES || line >= text.len() {
                break;
            }
        }
    }

    /// Keeps an assigned value if its shape is the rule's and its key is: one of the rule's keys, or a key that names
    /// a secret with the vendor's word nearby. The longer the key that was named, the surer the rule.
    fn assignment(&mut self, rule: &'static Rule, found: &assignment::Assignment) {
        let Kind::Value { pattern, keys } = &rule.kind else {
            return;
        };
        let (text, value) = (self.fragment.text, found.value.clone());
        if !(pattern.before..=pattern.after).contains(&value.len()) {
            return;
        }
        let by_key = !keys.is_empty() && assignment::names(found, text, keys);
        let by_vendor =
            || assignment::names(found, text, &[]) && near(text, value.start, value.end, rule.near);
        if !by_key && (rule.near.is_empty() || !by_vendor())
            || !pattern
                .regex()
                .is_some_and(|regex| regex.is_match(&text[value.clone()]))
        {
            return;
        }
        let key = keys
            .iter()
            .filter(|&&key| by_key && assignment::names(found, text, &[key]))
            .map(|key| key.len())
            .max();
        let surer = key.map_or(0, |len| 50 + 6 * u16::try_from(len.min(35)).unwrap_or(0));
        self.keep(Candidate {
            rule,
            start: value.start,
            end: value.end,
            tier: rule.tier,
            reason: format!("assigned to `{}`", assignment::shown_key(found, text)),
            specificity: rule.specificity + surer,
        });
    }

    /// Searches the waiting window of a rule.
    fn search(&mut self, number: usize) {
        let (start, end) = std::mem::take(&mut self.windows[number]);
        let rule = &self.group.rules[number];
        let Kind::Regex(pattern) = &rule.kind else {
            return;
        };
        if start >= end {
            return;
        }
        let Some(regex) = pattern.regex() else { return };
        let text = &self.fragment.text[..end];
        let grouped = regex.captures_len() > 1;
        let mut at = start;
        while at < end {
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
            if let Some(secret) = secret {
                self.keep(Candidate {
                    rule,
                    start: secret.start(),
                    end: secret.end(),
                    tier: rule.tier,
                    reason: String::new(),
                    specificity: rule.specificity,
                });
            }
            // The byte that ended this match may be the one before the next.
            at = (whole.end() - 1).max(at + 1);
        }
    }

    /// Keeps a match if the rule's other demands hold.
    fn keep(&mut self, candidate: Candidate) {
        let Candidate {
            rule, start, end, ..
        } = candidate;
        let secret = &self.fragment.text[start..end];
        if !self.rules.enabled(rule)
            || secret.is_empty()
            || rule.entropy > 0.0 && entropy::bits_per_byte(secret) < rule.entropy
            || !rule.check.iter().all(|check| check(secret))
            // A checksum has spoken already; without one, what only stands for a secret is none.
            || rule.check.is_empty() && placeholder::is_placeholder(secret, rule.prefix)
            || !matches!(rule.kind, Kind::Value { .. })
                && !near(self.fragment.text, start, end, rule.near)
        {
            return;
        }
        self.out.push(candidate);
    }
}

/// Tells whether one of `words` stands on the line of the secret or on the three lines above, in any case.
fn near(text: &[u8], start: usize, end: usize, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let mut from = line_start(text, start).max(start.saturating_sub(WIDE));
    for _ in 0..NEAR_LINES {
        if from == 0 || start - from >= WIDE {
            break;
        }
        from = line_start(text, from - 1).max(start.saturating_sub(WIDE));
    }
    let to = line_end(text, end).min(end + WIDE);
    let (before, after) = (&text[from..start], &text[end..to]);
    words
        .iter()
        .any(|word| contains_word(before, word.as_bytes()) || contains_word(after, word.as_bytes()))
}

/// Tells whether a word stands in a text, in any case, and not inside another word ("zoom" is not in "bazooms").
pub(crate) fn contains_word(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).enumerate().any(|(i, found)| {
        found.eq_ignore_ascii_case(word)
            && (i == 0
                || !text[i - 1].is_ascii_alphanumeric()
                // camelCase: `myZoomToken`
                || text[i - 1].is_ascii_lowercase() && text[i].is_ascii_uppercase())
            // Behind it another word may begin (`zoomToken`), but the word itself may not go on.
            && (text.get(i + word.len()).is_none_or(|&next| {
                !next.is_ascii_lowercase() || found.iter().all(|b| !b.is_ascii_lowercase())
            }))
    })
}

/// Settles overlaps to the most specific rule, and sorts by place.
fn settle(candidates: &mut Vec<Candidate>) {
    candidates.sort_by(|a, b| {
        (b.specificity, b.tier, b.end - b.start, a.start, a.rule.id).cmp(&(
            a.specificity,
            a.tier,
            a.end - a.start,
            b.start,
            b.rule.id,
        ))
    });
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates.drain(..) {
        if !kept
            .iter()
            .any(|other| candidate.start < other.end && other.start < candidate.end)
        {
            kept.push(candidate);
        }
    }
    kept.sort_by_key(|candidate| candidate.start);
    *candidates = kept;
}

fn finding(
    fragment: &Fragment<'_>,
    candidate: Candidate,
    secrets: &[(usize, usize, usize)],
) -> Finding {
    let Candidate {
        rule,
        start,
        end,
        tier,
        reason,
        ..
    } = candidate;
    let (line, mark) = masked_line(fragment.text, start, end, secrets);
    Finding {
        rule,
        tier,
        path: fragment.path.to_vec(),
        part: fragment.part,
        commit: fragment.commit.map(str::to_owned),
        place: Place::of(fragment.text, start, end),
        secret: Secret::new(&fragment.text[start..end]),
        line,
        mark,
        reason: if reason.is_empty() {
            rule.title.to_owned()
        } else {
            reason
        },
        context: None,
        fingerprint: None,
        known: false,
    }
}

/// Returns the line of a secret, shortened around it, with every secret in it masked, and where its mask stands.
fn masked_line(
    text: &[u8],
    start: usize,
    end: usize,
    secrets: &[(usize, usize, usize)],
) -> (Vec<u8>, (usize, usize)) {
    // A line of many megabytes is walked no further than it can be shown.
    let first = line_start(&text[start.saturating_sub(SHOWN)..], start.min(SHOWN))
        + start.saturating_sub(SHOWN);
    let visible = &text[..text.len().min(end + SHOWN)];
    let last = line_end(visible, end);
    let mut line = Vec::new();
    let mut mark = (0, 0);
    let mut at = first;
    for &(from, to, prefix) in secrets {
        if to <= first || from >= last {
            continue;
        }
        line.extend_from_slice(&text[at.min(from)..from.max(first)]);
        let masked = Secret::new(&text[from..to]).masked(prefix);
        if from == start {
            mark = (line.len(), line.len() + masked.len());
        }
        line.extend_from_slice(masked.as_bytes());
        at = to;
    }
    line.extend_from_slice(&text[at.min(last)..last]);
    let indent = line
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count()
        .min(mark.0);
    line.drain(..indent);
    (line, (mark.0 - indent, mark.1 - indent))
}
