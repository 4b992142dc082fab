//! Search: whether `find` and its like remove or change guarded files.

use globset::GlobBuilder;
use regex::Regex;

use super::changers::is_changer;
use super::command::{is_of, name};
use super::guarded::Places;

/// Files as a search from the top finds them.
const SAMPLES: &[&str] = &[
    "./.git/hooks/pre-commit",
    "./.git/hooks/commit-msg",
    "./.git/hooks/pre-merge-commit",
    "./.git/hooks/pre-push",
    "./.git/hooks",
    "./.git",
    "./.husky/pre-commit",
    "./hexguard.toml",
    "./.claude/settings.local.json",
];
const FINDERS: &str = "find|gfind|fd|fdfind|forfiles";
/// Options behind which they name a program for what they find.
const FOUND_BY: &str = "-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch";
/// Tests of `find` on names and on paths.
const NAMES: &str = "-name|-iname|-lname";
const PATHS: &str = "-path|-ipath|-wholename|-iwholename";
const PATTERNS: &str = "-regex|-iregex";

/// Tells whether a program looks for files.
pub(super) fn is_finder(program: &str) -> bool {
    is_of(FINDERS, program)
}

/// Tells whether a search removes or changes the guarded files that it finds.
pub(super) fn deletes(places: &mut Places, program: &str, words: &[String]) -> bool {
    let runs = words
        .windows(2)
        .any(|pair| is_of(FOUND_BY, &pair[0]) && is_changer(name(&pair[1])));
    (runs || words.iter().any(|word| word == "-delete")) && finds(places, program, words)
}

/// Tells whether a search finds guarded files.
pub(super) fn finds(places: &mut Places, program: &str, words: &[String]) -> bool {
    let option = |word: &&String| word.starts_with(['-', '!', '(']);
    let starts = words.iter().take_while(|word| !option(word)).count();
    let (folders, tests) = words.split_at(starts);
    if folders.iter().any(|folder| places.guard(folder).is_some()) {
        return true;
    }
    if !program.ends_with("find") {
        // A pattern stands first, and anywhere.
        let sample = |word: &String| SAMPLES.iter().any(|sample| sample.ends_with(&**word));
        let plain = words
            .iter()
            .map(|word| word.trim_matches(['^', '$', '*', '.']).to_owned());
        return plain
            .filter(|word| word.len() > 2)
            .any(|word| sample(&word));
    }
    // A folder below the top holds no hooks.
    let reaches = |folder: &String| {
        let below = folder.starts_with(|c: char| c.is_ascii_alphanumeric());
        !below || folder.is_empty()
    };
    if !folders.is_empty() && !folders.iter().any(reaches) {
        return false;
    }
    SAMPLES.iter().any(|sample| meets(sample, tests))
}

/// Tells whether a file meets the tests of `find`, and at least one that says where it is or what it is called.
fn meets(sample: &str, tests: &[String]) -> bool {
    let mut told = false;
    for (at, pair) in tests.windows(2).enumerate() {
        let (test, value) = (&pair[0], &pair[1]);
        let pruned = tests.get(at + 2).is_some_and(|next| next == "-prune");
        // What is below a folder that is left out is not looked at.
        let mut there = vec![sample];
        while let Some((above, _)) = there[there.len() - 1].rsplit_once('/').filter(|_| pruned) {
            there.push(above);
        }
        let Some(fits) = fits(test, value, &there) else {
            continue;
        };
        let not = at > 0 && is_of("!|-not", &tests[at - 1]);
        let either = tests.get(at + 2).is_some_and(|next| is_of("-o|-or", next))
            || at > 0 && is_of("-o|-or", &tests[at - 1]);
        if pruned {
            if fits {
                return false;
            }
        } else if either && !not {
            told |= fits;
        } else if fits == not {
            return false;
        } else {
            told |= !not;
        }
    }
    told
}

/// Tells whether one of some paths passes a test; none where the test asks something else.
fn fits(test: &str, value: &str, paths: &[&str]) -> Option<bool> {
    let small = test.starts_with("-i");
    let any = |fits: &dyn Fn(&str) -> bool| Some(paths.iter().any(|path| fits(path)));
    if is_of(NAMES, test) {
        any(&|path| glob(value, path.rsplit('/').next().unwrap_or(path), small))
    } else if is_of(PATHS, test) {
        any(&|path| glob(value, path, small))
    } else if is_of(PATTERNS, test) {
        let pattern = Regex::new(&format!("(?s)^(?:{value})$"));
        any(&|path| pattern.as_ref().is_ok_and(|pattern| pattern.is_match(path)))
    } else {
        None
    }
}

fn glob(pattern: &str, text: &str, small: bool) -> bool {
    let glob = GlobBuilder::new(pattern)
        .literal_separator(false)
        .case_insensitive(small)
        .build();
    glob.map_or(true, |glob| glob.compile_matcher().is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_hooks_or_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut places = Places::of(folder.path());
        let mut asks = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            finds(&mut places, "find", &words)
        };
        for text in [
            ". -name pre-commit",
            ". -path */hooks/*",
            "/p -regex .*/pre-com.*",
            ". -iname PRE-* -type f",
            ". ( -name x -o -name pre-push )",
            ". -name hexguard.toml",
        ] {
            assert!(asks(text), "{text}");
        }
        for text in [
            ". -name *.pyc",
            ". -name .git -prune -o -name *.orig",
            ". -path ./.git -prune -o -name pre-push",
            ". -not -path */.git/* -name *.bak",
            ". -type d -empty",
            "src -name pre-commit",
            ". -path */hooks/* -name *.orig",
        ] {
            assert!(!asks(text), "{text}");
        }
    }
}
