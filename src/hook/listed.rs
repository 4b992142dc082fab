//! Listed: where a configuration of pre-commit or prek calls hexguard, and under which conditions.

use super::call;
use super::condition::Condition;
use super::event::Event;
use super::pre_commit::EVENTS;
use super::yaml::{self, Item};

/// Returns the top of a configuration and the hooks in it, whichever form it has.
pub(super) fn items(text: &str) -> Vec<Item> {
    let Ok(table) = text.parse::<toml::Table>() else {
        return yaml::items(text);
    };
    let list = |value: &toml::Value, key: &str| {
        let list = value.get(key).and_then(toml::Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let top = toml::Value::Table(table);
    let mut all = vec![Item::of(&top)];
    for repository in list(&top, "repos") {
        all.extend(list(&repository, "hooks").iter().map(Item::of));
    }
    all
}

/// The ids that hexguard ships (`.pre-commit-hooks.yaml`), and the events that they are for.
const SHIPPED: [(&str, &[Event]); 4] = [
    ("hexguard", &[Event::PreCommit, Event::PreMergeCommit]),
    (
        "hexguard-system",
        &[Event::PreCommit, Event::PreMergeCommit],
    ),
    ("hexguard-commit-msg", &[Event::CommitMsg]),
    ("hexguard-push", &[Event::PrePush]),
];

/// Returns the id of an entry, and the events at which it calls hexguard: by an id that hexguard ships, by hexguard's own
/// entry, or by a command that a person wrote.
pub(super) fn calls(item: &Item) -> Option<(&str, Vec<Event>)> {
    let id = item.get("id")?;
    let shipped = SHIPPED.iter().find(|(name, _)| *name == id);
    let entry = item.get("entry").unwrap_or_default();
    let called = EVENTS
        .iter()
        .find(|&&event| call::mentions(entry.as_bytes(), event));
    let own: &[Event] = match (shipped, called) {
        (Some((_, events)), _) if entry.is_empty() || called.is_some() => events,
        (_, called) => called.map_or(&[], std::slice::from_ref),
    };
    let stages = item.list("stages");
    let wanted = |event: &&Event| {
        // The names of before pre-commit 3.2.
        let old = event.name().trim_start_matches("pre-");
        stages.is_empty()
            || stages
                .iter()
                .any(|stage| *stage == event.name() || *stage == old)
    };
    let events: Vec<Event> = own.iter().filter(wanted).copied().collect();
    (!events.is_empty()).then_some((id, events))
}

/// Returns the events at which a configuration calls hexguard.
pub(super) fn listed(text: &str) -> Vec<Event> {
    let items = items(text);
    let events = items
        .iter()
        .filter_map(calls)
        .flat_map(|(_, events)| events);
    let mut all: Vec<Event> = events.collect();
    all.sort();
    all.dedup();
    all
}

/// Returns the conditions under which a configuration passes hexguard over.
pub(super) fn conditions(name: &str, text: &str) -> Vec<Condition> {
    /// What chooses by the files that are committed: at the top, and of one hook.
    const CHOOSE: [&str; 5] = ["files", "exclude", "types", "types_or", "exclude_types"];
    let items = items(text);
    let mut all = Vec::new();
    for item in &items {
        let Some((id, events)) = calls(item) else {
            continue;
        };
        // hexguard's own hooks say so where they are shipped.
        let shipped = item.get("entry").is_none();
        let always = item
            .get("always_run")
            .unwrap_or(if shipped { "true" } else { "false" });
        let mut texts = Vec::new();
        let mut say = |item: &Item, keys: &[&'static str], of: &str, skips: bool| {
            let given = keys
                .iter()
                .filter(|key| item.keys().any(|name| name == **key));
            texts.extend(given.map(|key| (format!("{name}: {of}{key}"), skips)));
        };
        let of = format!("{id}: ");
        if always != "true" {
            say(&items[0], &CHOOSE, "", true);
            say(item, &CHOOSE, &of, true);
        }
        if shipped {
            say(item, &["args"], &of, false);
        }
        for event in events {
            let one = |(text, skips): &(String, bool)| Condition {
                event,
                text: text.clone(),
                skips: *skips,
            };
            all.extend(texts.iter().map(one));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_calls_hexguard_is_told_by_its_ids() {
        use Event::{CommitMsg, PreCommit, PreMergeCommit, PrePush};
        for (hooks, events) in [
            ("  - id: hexguard\n", &[PreCommit, PreMergeCommit][..]),
            (
                "  - id: 'hexguard-system'  # ours\n    stages: [pre-commit]\n",
                &[PreCommit],
            ),
            (
                "  - id: hexguard\n    stages:\n    - merge-commit\n    - manual\n",
                &[PreMergeCommit],
            ),
            (
                "  - id: hexguard\n    stages: [commit, push]\n",
                &[PreCommit],
            ),
            ("  - {id: hexguard-push, stages: [pre-push]}\n", &[PrePush]),
            ("  - name: x\n    id: hexguard-commit-msg\n", &[CommitMsg]),
            ("  - id: hexguard-push\n    stages: [manual]\n", &[]),
            ("  # - id: hexguard\n", &[]),
            (
                "  - id: other\n    entry: hexguard hook pre-commit\n",
                &[PreCommit],
            ),
            ("  - id: other\n    entry: hexguard scan .\n", &[]),
            ("  - id: other\n    exclude: 'id: hexguard'\n", &[]),
        ] {
            let text =
                format!("repos:\n- repo: https://example.com/x\n  rev: v1\n  hooks:\n{hooks}");
            assert_eq!(listed(&text), events, "{hooks}");
        }
    }
}
