//! Tells whether a file of another tool lets through no more than it did: comments and lines that are gone change nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::gitleaks::NAME as GITLEAKS;
use super::BETTERLEAKS;

/// Tells whether a file lets through no more than an older version of it; no where that is not sure.
pub(super) fn is_narrowed(name: &str, old: &[u8], new: &[u8]) -> bool {
    let [old, new] = [old, new].map(String::from_utf8_lossy);
    match name {
        ".gitallowed" | ".gitleaksignore" | ".betterleaksignore" => {
            let old: BTreeSet<&str> = lines(&old).collect();
            lines(&new).all(|line| old.contains(line))
        }
        // The last pattern that matches decides: `!` takes back what stands before it.
        ".secretsignore"
            if [&old, &new]
                .iter()
                .any(|text| lines(text).any(is_taken_back)) =>
        {
            lines(&old).eq(lines(&new))
        }
        ".secretsignore" => {
            let old: BTreeSet<(bool, &str)> = in_sections(&old).collect();
            in_sections(&new).all(|line| old.contains(&line))
        }
        ".secrets.baseline" => {
            let (Some(old), Some(new)) = (hashes(&old), hashes(&new)) else {
                return false;
            };
            new.is_subset(&old)
        }
        ".talismanrc" => {
            let whole = |text: &'_ str| -> Vec<String> {
                let lines = text.lines().map(str::trim_end);
                let lines = lines.filter(|line| !is_nothing(line.trim()));
                lines.map(str::to_owned).collect()
            };
            whole(&old) == whole(&new)
        }
        GITLEAKS | BETTERLEAKS => {
            let read = |text: &str| toml::from_str::<Value>(text).ok();
            read(&old).is_some_and(|old| read(&new) == Some(old))
        }
        _ => false,
    }
}

fn is_nothing(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

fn is_taken_back(line: &str) -> bool {
    line.starts_with('!')
}

/// Returns the lines that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !is_nothing(line))
}

/// Returns the lines of ripsecrets' file, each with whether it is a value.
fn in_sections(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut in_values = false;
    lines(text).filter_map(move |line| {
        if line == "[secrets]" {
            in_values = true;
            return None;
        }
        Some((in_values, line))
    })
}

/// Returns the paths and hashes that a baseline of detect-secrets accepts.
fn hashes(text: &str) -> Option<BTreeSet<(String, String)>> {
    let json: Value = serde_json::from_str(text).ok()?;
    let (mut seen, mut hashes) = (BTreeSet::new(), BTreeSet::new());
    for (path, entries) in json["results"].as_object()? {
        let path = path.replace('\\', "/");
        // Of two that mean the same the first one counts.
        if !seen.insert(path.clone()) {
            continue;
        }
        for entry in entries.as_array().into_iter().flatten() {
            let hash = entry["hashed_secret"].as_str();
            let hash = hash.filter(|_| entry["is_secret"].as_bool() != Some(true));
            hashes.extend(hash.map(|hash| (path.clone(), hash.to_owned())));
        }
    }
    Some(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sure_is_narrower() {
        for (name, old, new, narrowed) in [
            (".gitallowed", "a\nb\n", "# why\nb\n", true),
            (".gitallowed", "a\n", "a\nb\n", false),
            (".gitleaksignore", "a:b:1", "\n", true),
            (".gitleaksignore", "a:b:1", "a:b:2", false),
            (".secretsignore", "a\n[secrets]\nb\n", "a\n", true),
            (".secretsignore", "a\n[secrets]\nb\n", "b\n", false),
            (".secretsignore", "a\n!b\n", "a\n", false),
            (".secretsignore", "a\n!b\n", "# x\na\n!b\n", true),
            (".talismanrc", "a: b\n", "# x\na: b\n", true),
            (".talismanrc", "a:\n- b\n", "a:\n", false),
            (".gitleaks.toml", "a = 1\n", "# x\na =  1\n", true),
            (".gitleaks.toml", "a = 1\n", "a = 2\n", false),
            (".gitleaks.toml", "a = 1\n", "a = 1\n[b]\n", false),
            ("other", "a", "# a", false),
        ] {
            let found = is_narrowed(name, old.as_bytes(), new.as_bytes());
            assert_eq!(found, narrowed, "{name}: {old} -> {new}");
        }
        let baseline =
            |entries: &str| format!("{{\"version\": \"1\", \"results\": {{{entries}}}}}");
        let (one, two) = (
            "\"a\": [{\"hashed_secret\": \"1\", \"line_number\": 3}]",
            "\"a\": [{\"hashed_secret\": \"1\", \"line_number\": 9}], \"b\": [{\"hashed_secret\": \"2\"}]",
        );
        for (old, new, narrowed) in [
            (two, one, true),
            (one, two, false),
            (one, one, true),
            (one, "", true),
        ] {
            let [old, new] = [old, new].map(baseline);
            let found = is_narrowed(".secrets.baseline", old.as_bytes(), new.as_bytes());
            assert_eq!(found, narrowed, "{old} -> {new}");
        }
    }
}
