//! Locks: what the system's or the user's configuration does not let later layers loosen.

use anyhow::{Result, anyhow};

use super::change::{Change, What};
use super::compare::of_key;
use super::file::File;
use super::key::{KEYS, Key, Loosens, Values};
use crate::hint::{HintExt, closest};
use crate::quote::quoted;
use crate::rule::Tier;

/// What can be locked beside settings.
const TABLES: [&str; 2] = ["allow", "tier"];

/// The names of what is locked.
#[derive(Default)]
pub(super) struct Locks(Vec<String>);

impl Locks {
    /// Adds what the layers below now lock.
    pub(super) fn add(&mut self, values: &Values) -> Result<()> {
        for part in values.locked.iter() {
            if !names().any(|name| name == part.text) {
                let what = format!("{}: {} cannot be locked", part.origin, quoted(&part.text));
                let known: Vec<&str> = names().collect();
                return Err(anyhow!(what)).hint(match closest(&part.text, &known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("what can be: {}", known.join(", ")),
                });
            }
            self.0.push(part.text.clone());
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|locked| locked == name)
    }

    /// Takes out of a layer what loosens something that is locked, and notes it.
    pub(super) fn apply(&self, below: &Values, file: &mut File, out: &mut Vec<Change>) {
        if self.0.is_empty() {
            return;
        }
        let mut values = below.clone();
        file.given.retain(|given| {
            let key = Key::find(given.key).filter(|key| self.has(key.name));
            let Some(key) = key else {
                return true;
            };
            let mut after = values.clone();
            after.give(given);
            let mut changes = of_key(key, &values, &after);
            let differs = values.of(key).written() != after.of(key).written();
            if key.loosens == Loosens::Content && differs {
                let what = What::Key {
                    key: key.name,
                    old: values.of(key).written(),
                    new: after.of(key).written(),
                };
                changes.push(Change {
                    what,
                    origin: given.origin.clone(),
                });
            }
            let holds = changes.is_empty();
            if holds {
                values = after;
            }
            out.append(&mut changes);
            holds
        });
        if self.has("allow") {
            out.extend(file.allows.drain(..).map(Change::of_allow));
        }
        if self.has("tier") {
            file.tiers.retain(|tiered| {
                let holds = tiered.tier == Some(Tier::Block);
                if !holds {
                    out.push(Change::of_tier(tiered));
                }
                holds
            });
            file.rules.retain(|(spec, origin)| {
                let holds = spec.tier == Tier::Block;
                if !holds {
                    out.push(Change {
                        what: What::RuleWarns(spec.id.clone()),
                        origin: origin.clone(),
                    });
                }
                holds
            });
        }
    }
}

/// Returns what can be locked: whatever can let more through.
fn names() -> impl Iterator<Item = &'static str> {
    let keys = KEYS
        .iter()
        .filter(|key| key.loosens != Loosens::Never && key.name != "extends");
    keys.map(|key| key.name).chain(TABLES)
}
