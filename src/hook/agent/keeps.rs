//! Keeps: whether an edit of a hook manager's file leaves hexguard's part of it at work.

use std::fs;

use super::guarded::{Guard, Places};

/// What in a script, in front of hexguard's line, may keep the shell from getting there.
const ENDS: &[&str] = &[
    "exit", "return", "exec", "kill", "hexguard", "husky=", "skip=", "path=", "git_", "home=",
    "alias", "<<", "false",
];
/// Words that open something in a script, and those that close it.
const BRACKETS: &[(&str, &str)] = &[
    ("if", "fi"),
    ("case", "esac"),
    ("do", "done"),
    ("{", "}"),
    ("(", ")"),
];
/// Keys of managers that say when a part is left out.
const CONDITIONS: &[&str] = &[
    "skip",
    "only",
    "exclude",
    "exclude_tags",
    "stages",
    "default_stages",
    "files",
    "types",
    "glob",
    "root",
    "tags",
    "env",
    "enabled",
    "on_warn",
    "fail_text",
    "run",
    "rc",
    "extends",
    "remotes",
    "piped",
];

/// What a tool writes into a file.
pub(super) enum Becomes<'a> {
    /// This is all that it is to hold.
    Whole(&'a str),
    /// These texts are replaced by others, one by one.
    Edited(&'a [String], &'a [&'a str]),
    /// Something goes, and something comes, nobody knows where.
    Mixed(&'a [String], &'a str),
}

/// Tells whether a file may not become what a tool makes of it; nothing: it is to go.
pub(super) fn forbids(places: &mut Places, path: &str, becomes: Option<&Becomes>) -> bool {
    match places.guard(path) {
        None => false,
        Some(Guard::Always) => true,
        Some(Guard::Manager) => {
            let before = fs::read_to_string(places.folder().join(path)).unwrap_or_default();
            becomes.is_none_or(|becomes| !keeps(&before, becomes, is_script(path)))
        }
    }
}

/// Tells whether a manager's file is a script, and no list.
pub(super) fn is_script(path: &str) -> bool {
    path.replace('\\', "/").contains(".husky/")
}

/// Tells whether a file that calls hexguard still does so when it is changed. `script` tells whether it is one.
fn keeps(before: &str, becomes: &Becomes, script: bool) -> bool {
    if !names(before) {
        return true;
    }
    match becomes {
        Becomes::Whole(after) => stays(before, after, script),
        Becomes::Edited(old, new) if old.len() == new.len() => {
            let mut after = before.to_owned();
            for (old, new) in old.iter().zip(*new) {
                after = after.replacen(old.as_str(), new, 1);
            }
            stays(before, &after, script)
        }
        Becomes::Edited(old, new) => keeps(before, &Becomes::Mixed(old, &new.join("\n")), script),
        Becomes::Mixed(removed, added) => {
            !removed.iter().any(|line| names(line))
                && if script {
                    !ends(added.lines())
                } else {
                    !added.lines().any(is_condition)
                }
        }
    }
}

fn names(text: &str) -> bool {
    text.to_ascii_lowercase().contains("hexguard")
}

/// Tells whether the lines that name hexguard are still there, and still reached.
fn stays(before: &str, after: &str, script: bool) -> bool {
    let (old, new) = (lines(before), lines(after));
    let own = || old.iter().enumerate().filter(|(_, line)| names(line));
    let kept = own().all(|(_, line)| new.contains(line));
    let fresh = |line: &&&str| !old.contains(line);
    let last = new.iter().rposition(|line| names(line)).unwrap_or(0);
    if !kept {
        return false;
    }
    if script {
        return !ends(new[..last].iter().filter(fresh).copied());
    }
    own().all(|(at, line)| {
        let Some(there) = new.iter().position(|one| one == line) else {
            return false;
        };
        let above = above(&new, there);
        let same = above
            .iter()
            .map(|at| key(new[*at]))
            .eq(self::above(&old, at).iter().map(|at| key(old[*at])));
        // A key beside hexguard's line, below it, or beside one of those above it.
        let mut harmful = new.iter().enumerate().filter(|(at, line)| {
            let parent = self::above(&new, *at).first().copied();
            let related = parent.is_none_or(|parent| parent == there || above.contains(&parent));
            related && is_condition(line) && !old.contains(line)
        });
        same && harmful.next().is_none()
    })
}

/// Returns the lines of a text that are not blank.
fn lines(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_end);
    lines.filter(|line| !line.is_empty()).collect()
}

/// Returns the lines that a line stands below, the nearest first.
fn above(lines: &[&str], at: usize) -> Vec<usize> {
    let indent = |at: usize| lines[at].len() - lines[at].trim_start().len();
    let (mut found, mut least) = (Vec::new(), indent(at));
    for number in (0..at).rev() {
        if indent(number) < least {
            found.push(number);
            least = indent(number);
        }
    }
    found
}

/// Returns the key of a line.
fn key(line: &str) -> &str {
    line.split([':', '=']).next().unwrap_or(line).trim()
}

fn is_condition(line: &str) -> bool {
    let key = line
        .trim()
        .trim_start_matches("- ")
        .trim_start_matches(['"', '\'']);
    let end = key.find([':', '=', '"', '\'', ' ']).unwrap_or(key.len());
    CONDITIONS.contains(&key[..end].to_ascii_lowercase().as_str())
}

/// Tells whether a shell may not get behind some lines of a script.
fn ends<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut open, mut ends) = ([0_isize; BRACKETS.len()], false);
    for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
        let small = line.to_ascii_lowercase();
        for word in small.split([' ', '\t', ';', '&', '|']) {
            ends |= ENDS.iter().any(|end| {
                let starts = end.ends_with(['=', '_', '<']) || *end == "hexguard";
                word == *end || starts && word.contains(end)
            });
            for (at, (opens, closes)) in BRACKETS.iter().enumerate() {
                open[at] +=
                    isize::from(word == *opens || opens.len() == 1 && word.ends_with(opens));
                open[at] -=
                    isize::from(word == *closes || closes.len() == 1 && word.ends_with(closes));
            }
        }
    }
    ends || open.iter().any(|count| *count != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(before: &str, old: &str, new: &str, script: bool) -> bool {
        keeps(before, &Becomes::Edited(&[old.to_owned()], &[new]), script)
    }

    #[test]
    fn a_script_keeps_hexguard_where_it_gets_there() {
        let before = "set -e\nnpm test\nhexguard hook pre-commit\nnpm run lint\n";
        for (old, new, kept) in [
            ("npm test", "npm test\nnpm run types", true),
            ("npm run lint", "npm run lint || exit 1", true),
            ("npm run lint\n", "", true),
            ("npm test", "if true; then\n  npm test\nfi", true),
            ("set -e", "exit 0", false),
            ("npm test", "if false; then", false),
            ("npm test", "SKIP=hexguard", false),
            ("npm test", "cat <<END", false),
            ("hexguard hook pre-commit", "true", false),
            ("hexguard hook", "# hexguard hook", false),
        ] {
            assert_eq!(edit(before, old, new, true), kept, "{old} -> {new}");
        }
        assert!(!keeps(before, &Becomes::Whole("npm test\n"), true));
        assert!(keeps("npm test\n", &Becomes::Whole("exit 0\n"), true));
    }

    #[test]
    fn settings_keep_hexguard_where_nothing_is_said_of_its_part() {
        let before = "pre-commit:\n  parallel: true\n  jobs:\n    - name: lint\n      run: npm run lint\n    - name: hexguard\n      use: x\npre-push:\n  jobs:\n    - name: test\n";
        for (old, new, kept) in [
            ("npm run lint", "npm run lint -- --fix", true),
            (
                "    - name: lint\n",
                "    - name: lint\n      glob: '*.js'\n",
                true,
            ),
            (
                "    - name: test\n",
                "    - name: test\n      skip: true\n",
                true,
            ),
            ("  parallel: true\n", "  skip: true\n", false),
            ("      use: x\n", "      use: x\n      skip: true\n", false),
            ("pre-commit:\n", "pre-rebase:\n", false),
            ("    - name: hexguard\n", "", false),
        ] {
            assert_eq!(edit(before, old, new, false), kept, "{old} -> {new}");
        }
    }
}
