//! Assignments at a keyword: those that a generic rule judges by the name, and those of a service's key.

use super::{DISTINCTIVE, Fit, Pass, checksum, known};
use crate::detect::assignment::{self, Assignment};
use crate::detect::judge::{self, Evidence, Vendor};
use crate::detect::{Candidate, NEAR_LINES, WIDE, near};
use crate::fragment::line_end;
use crate::rule::{Kind, Rule, SecretKind, Site};

/// So many assignments are held; of a longer list each is judged when it is read.
const HELD: usize = 4 << 10;

impl Pass<'_, '_> {
    /// Judges the values that are assigned to the name at an offset, if that names a secret of the rule's kind.
    pub(super) fn named(&mut self, rule: &'static Rule, at: usize) {
        let Kind::Named { kind, site, .. } = rule.kind else {
            return;
        };
        let fragment = self.fragment;
        // `--password`: an option's dashes are none of its name.
        let dashes = fragment.text[at..].iter().take_while(|b| **b == b'-');
        let at = at + dashes.count();
        let (mut all, mut more) = (Vec::new(), false);
        self.reader.keyed(fragment, at, &mut |found| {
            if all.len() < HELD {
                all.push(found);
            } else {
                more = true;
            }
        });
        if more {
            drop(all);
            let mut reader = std::mem::take(self.reader);
            reader.keyed(fragment, at, &mut |found| {
                self.judge_named(rule, kind, site, &found);
            });
            *self.reader = reader;
            return;
        }
        for found in all {
            self.judge_named(rule, kind, site, &found);
        }
    }

    /// Judges an assigned value if its name is one of a secret of the rule's kind.
    fn judge_named(
        &mut self,
        rule: &'static Rule,
        kind: Option<SecretKind>,
        site: Site,
        found: &Assignment,
    ) {
        // In a dense text the rest is read later.
        if self.out.len() > self.most {
            return;
        }
        let evidence = Evidence::assigned(self.fragment, found);
        let named = evidence.name.map(|name| name.kind);
        if named.is_some() && (kind.is_none() || kind == named) {
            let evidence = evidence.read_at(site);
            self.judge(rule, &evidence, Some(found), rule.specificity);
        }
    }

    /// Looks at the assignments at a keyword and, where the keyword is a vendor's word, at those on the lines below.
    pub(super) fn assigned(&mut self, number: usize, keys: &[&str], at: usize) {
        let text = self.fragment.text;
        let rule = self.group.rules.get(number);
        let (mut line, mut below) = (at, 0);
        loop {
            // Vendors' names are ordinary words, and most lines with one assign no secret: a glance tells them. Only
            // the key that holds the keyword itself may name none (`sonar_login`).
            let unnamed = below == 0 && !self.all_named(number, keys);
            if unnamed || self.reader.has_names_in_sight(text, line) {
                for found in self.reader.around(self.fragment, line) {
                    self.assignment(rule, &found);
                }
            }
            let end = line_end(&text[..text.len().min(line + WIDE)], line);
            if rule.near.is_empty() || below == NEAR_LINES || end >= text.len() {
                break;
            }
            // Of an endless line only the next piece is near.
            below = match text[end] {
                b'\n' | b'\r' => below + 1,
                _ => NEAR_LINES,
            };
            line = end + 1;
        }
    }

    /// Keeps an assigned value if its shape is the rule's and its key is: one of the rule's keys, or a key that names
    /// a secret with the vendor's word nearby. The longer the key that was named, the surer the rule.
    fn assignment(&mut self, rule: &'static Rule, found: &Assignment) {
        let Kind::Value { pattern, keys } = &rule.kind else {
            return;
        };
        let (text, value) = (self.fragment.text, found.value.clone());
        if !(pattern.before..=pattern.after).contains(&value.len())
            || judge::is_secret_name(&text[value.clone()])
        {
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
        let fit = checksum::fit(rule, &text[value.clone()]);
        let specificity = match fit {
            Fit::Refused => return,
            Fit::Fits => rule.specificity + surer,
            Fit::Mismatch(_) => checksum::below_all(rule.specificity + surer),
        };
        if fit == Fit::Fits && rule.prefix >= DISTINCTIVE {
            let candidate = Candidate {
                reason: format!("assigned to `{}`", assignment::shown_key(found, text)),
                specificity,
                ..Candidate::of(rule, value.start, value.end)
            };
            self.keep(candidate, false);
        } else {
            let mut evidence = Evidence::assigned(self.fragment, found);
            evidence.vendor = if key.is_some() {
                Vendor::Key
            } else {
                Vendor::Near
            };
            self.judge(rule, &evidence, Some(found), specificity);
        }
    }

    /// Tells whether every key of a rule holds a word that names a secret.
    fn all_named(&mut self, number: usize, keys: &[&str]) -> bool {
        known(&mut self.named, number, || {
            keys.iter().all(|key| {
                let mut named = false;
                assignment::name_places(key.as_bytes(), 0..key.len(), |_| named = true);
                named
            })
        })
    }
}

/// Tells whether a name that begins with one of `keys` begins at an offset.
pub(super) fn begins_with(text: &[u8], at: usize, keys: &[&str]) -> bool {
    let joined = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    !text[..at].last().is_some_and(joined)
        && keys
            .iter()
            .any(|key| text[at..].starts_with(key.as_bytes()))
}

/// Tells whether a keyword at an offset may be a word of its own or the start of one of `keys`: "exa" in "example" is
/// neither.
pub(super) fn goes_on_right(text: &[u8], at: usize, keyword: &str, keys: &[&str]) -> bool {
    let end = at + keyword.len();
    let Some(next) = text.get(end).filter(|next| next.is_ascii_lowercase()) else {
        return true;
    };
    !text[at..end].iter().any(u8::is_ascii_lowercase)
        || keys.iter().any(|key| {
            // Both are short: a search made for long texts would take longer to make than to run.
            let key = key.as_bytes();
            (0..key.len()).any(|i| {
                key[i..].starts_with(keyword.as_bytes())
                    && key.get(i + keyword.len()).is_none_or(|b| b == next)
            })
        })
}
