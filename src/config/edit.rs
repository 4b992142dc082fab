//! Changes to a hexguard.toml that keep everything else as it is, comments included.

use std::fmt::Write as _;

use anyhow::{Result, ensure};

use super::file::File;
use super::quoted;
use crate::hint::HintExt;
use crate::suppress::allowlist::Allow;

/// Returns an `[[allow]]` table as it is written.
pub fn written(allow: &Allow) -> String {
    let Allow {
        origin: _,
        reason,
        rules,
        paths,
        values,
        fingerprints,
        until,
    } = allow;
    let mut out = String::from("[[allow]]\n");
    for (key, texts) in [
        ("fingerprint", fingerprints),
        ("rule", rules),
        ("path", paths),
        ("value", values),
    ] {
        match texts.as_slice() {
            [] => {}
            [text] => {
                let _ = writeln!(out, "{key} = {}", quoted(text));
            }
            texts => {
                let _ = writeln!(out, "{key} = [");
                for text in texts {
                    let _ = writeln!(out, "    {},", quoted(text));
                }
                out.push_str("]\n");
            }
        }
    }
    if let Some(until) = until {
        let _ = writeln!(out, "until = {}", quoted(until));
    }
    let _ = writeln!(out, "reason = {}", quoted(reason));
    out
}

/// Returns the text with one more allow, and with a salt, if one is given and none is there.
pub fn with_allow(text: &str, allow: &Allow, salt: Option<&str>) -> Result<String> {
    let before = File::parse(text.as_bytes(), "hexguard.toml")?;
    let mut out = String::new();
    let has_salt = before.given.iter().any(|given| given.key == "salt");
    if let Some(salt) = salt.filter(|_| !has_salt) {
        out = with_salt(text, salt);
    } else {
        out.push_str(text);
    }
    if !out.is_empty() {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.push('\n');
    }
    out.push_str(&written(allow));
    let after = File::parse(out.as_bytes(), "hexguard.toml")?;
    let kept = after.allows.len() == before.allows.len() + 1
        && after.allows.last().is_some_and(|last| last.same(allow))
        && after.rules.len() == before.rules.len()
        && after.tiers.len() == before.tiers.len();
    ensure_edited(kept)?;
    Ok(out)
}

/// Inserts a salt behind the comments that the file begins with.
fn with_salt(text: &str, salt: &str) -> String {
    let head: usize = text
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('#'))
        .map(str::len)
        .sum();
    let (head, rest) = text.split_at(head);
    let gap = if head.is_empty() || head.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{head}{gap}salt = {}\n{rest}", quoted(salt))
}

/// Returns the text without the allows that begin on these lines.
pub fn without_allows(text: &str, lines: &[usize]) -> Result<String> {
    let before = File::parse(text.as_bytes(), "hexguard.toml")?;
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let header = |line: &str| line.trim_start().starts_with('[');
    let comment = |line: &str| line.trim_start().starts_with('#');
    let mut drop = vec![false; all.len()];
    for &line in lines {
        let Some(start) = line.checked_sub(1).filter(|&start| start < all.len()) else {
            continue;
        };
        // The comment right above belongs to the entry, as the one above the next table belongs to that.
        let mut first = start;
        while first > 0 && comment(all[first - 1]) {
            first -= 1;
        }
        if first == 0 {
            first = start; // the file's own head
        }
        let mut end = (start + 1..all.len())
            .find(|&i| header(all[i]))
            .unwrap_or(all.len());
        if end < all.len() {
            while end > start + 1 && comment(all[end - 1]) {
                end -= 1;
            }
        }
        drop[first..end].fill(true);
    }
    let mut out: String = all
        .iter()
        .zip(&drop)
        .filter(|(_, drop)| !**drop)
        .map(|(line, _)| *line)
        .collect();
    while out.ends_with("\n\n") {
        out.pop();
    }
    let after = File::parse(out.as_bytes(), "hexguard.toml")?;
    let kept = after.allows.len() + lines.len() == before.allows.len()
        && after.rules.len() == before.rules.len()
        && after.tiers.len() == before.tiers.len()
        && after.given.len() == before.given.len();
    ensure_edited(kept)?;
    Ok(out)
}

fn ensure_edited(kept: bool) -> Result<()> {
    let check = || -> Result<()> {
        ensure!(
            kept,
            "the file is written in a way that cannot be edited safely"
        );
        Ok(())
    };
    check().hint("edit hexguard.toml by hand")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(reason: &str) -> Allow {
        Allow {
            reason: reason.to_owned(),
            fingerprints: vec!["hg1:0123456789abcdef".to_owned()],
            ..Allow::default()
        }
    }

    #[test]
    fn an_allow_is_added_at_the_end_and_a_salt_at_the_top() {
        let text = with_allow("", &allow("it's \"made\" up"), Some("5a17")).expect("it is edited");
        assert_eq!(
            text,
            "salt = \"5a17\"\n\n[[allow]]\nfingerprint = \"hg1:0123456789abcdef\"\nreason = \"it's \\\"made\\\" up\"\n"
        );
        let text = with_allow(
            "# ours\nstrict = true # yes\n[tier]\nx = 'warn'",
            &allow("a"),
            Some("5"),
        )
        .expect("edited");
        assert!(
            text.starts_with(
                "# ours\nsalt = \"5\"\nstrict = true # yes\n[tier]\nx = 'warn'\n\n[[allow]]\n"
            ),
            "{text}"
        );
        let again = with_allow(&text, &allow("b"), Some("6")).expect("it is edited");
        assert!(!again.contains("\"6\""));
        assert!(with_allow("allow = []\n", &allow("b"), None).is_err());
    }

    #[test]
    fn only_the_entries_named_are_removed() {
        let text = "# head\nstrict = true\n\n# why one\n[[allow]]\npath = 'a'\nreason = 'one'\n\n# why two\n[[allow]]\npath = 'b'\nreason = 'two'\n\n# a rule\n[[rule]]\nid = 'x'\ntitle = 'X'\nregex = 'xyz[0-9]'\nkeywords = ['xyz']\n";
        let one = without_allows(text, &[5]).expect("it is edited");
        assert!(
            !one.contains("one") && one.contains("# why two\n[[allow]]") && one.contains("# head"),
            "{one}"
        );
        let both = without_allows(text, &[5, 10]).expect("it is edited");
        assert_eq!(
            both,
            "# head\nstrict = true\n\n# a rule\n[[rule]]\nid = 'x'\ntitle = 'X'\nregex = 'xyz[0-9]'\nkeywords = ['xyz']\n"
        );
    }
}
