//! The lexicon: every word list stands there and is used, and no file of the source holds one of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One list, as `lexicon/README.md` says.
#[derive(Deserialize)]
struct WordList {
    about: String,
    names: Option<String>,
    words: Vec<String>,
}

/// So many words of the lexicon on so many lines are a list.
const WORDS: usize = 3;
const LINES: usize = 12;

/// Beginnings of names of lists, besides those that name a secret, whose words are no coincidence in a file of the source.
/// Lists of ordinary words (`name`, `id`, `value`, as every format has them) cannot be told from those.
const TELLING: [&str; 9] = [
    "beside-vendor",
    "service-key",
    "speaks",
    "default-password",
    "pattern-",
    "placeholder",
    "sample-user",
    "sample-host",
    "test-",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the lists of each file of the lexicon.
fn lexicon() -> BTreeMap<String, BTreeMap<String, WordList>> {
    let files = fs::read_dir(root().join("lexicon")).unwrap();
    let paths = files.map(|entry| entry.unwrap().path());
    let tables = paths.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let lists = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        (name, lists)
    };
    tables.map(read).collect()
}

/// Returns the words that no file of the source may list.
fn kept_words() -> BTreeSet<String> {
    let lists = lexicon().into_values().flatten();
    let kept = lists.filter(|(name, list)| {
        let telling = TELLING.iter().any(|start| name.starts_with(start));
        // Words of a placeholder are ordinary ones.
        list.names.is_some() || telling && name != "placeholder-part"
    });
    let words = kept.flat_map(|(_, list)| list.words);
    words.map(|word| word.to_ascii_lowercase()).collect()
}

/// Returns the files of the program by their paths, without their unit tests.
fn sources() -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
                found.insert(path, text[..end].to_owned());
            }
        }
    }
    found
}

/// Returns the string literals of a line of Rust; of those that are lists as the source writes them (`a|b`) the words.
fn literals(line: &str) -> Vec<String> {
    if line.trim_start().starts_with("//") {
        return Vec::new();
    }
    // Escaped quotes, and those that are a character, stand in no word of the lexicon.
    let line = line.replace("\\\"", "").replace("'\"'", "");
    let parts = line.split('"').skip(1).step_by(2);
    let words = parts.flat_map(|part| part.split('|'));
    let trimmed = words.map(|word| word.trim_matches(['.', ' ']));
    trimmed.map(str::to_ascii_lowercase).collect()
}

/// Returns the lists of kept words in a text: the line where each begins, and its words.
fn lists_in(text: &str, kept: &BTreeSet<String>) -> Vec<(usize, BTreeSet<String>)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let found = literals(line)
            .into_iter()
            .filter(|word| kept.contains(word));
        words.extend(found.map(|word| (number + 1, word)));
    }
    let mut found: Vec<(usize, BTreeSet<String>)> = Vec::new();
    for (i, (first, _)) in words.iter().enumerate() {
        let near = words[i..]
            .iter()
            .take_while(|(line, _)| line - first < LINES);
        let near: BTreeSet<String> = near.map(|(_, word)| word.clone()).collect();
        let known = found.last().is_some_and(|(line, _)| first - line < LINES);
        if near.len() >= WORDS && !known {
            found.push((*first, near));
        }
    }
    found
}

#[test]
fn no_file_of_the_source_lists_words_of_its_own() {
    let kept = kept_words();
    let mut faults = Vec::new();
    for (path, text) in sources() {
        for (line, words) in lists_in(&text, &kept) {
            faults.push(format!("{}:{line}: {words:?}", path.display()));
        }
    }
    assert!(
        faults.is_empty(),
        "a word list belongs into lexicon/: {faults:#?}"
    );
}

#[test]
fn a_word_list_in_the_source_is_noticed() {
    let kept = kept_words();
    for (text, noticed) in [
        (
            "const NAMES: [&str; 3] = [\"password\", \"token\", \"apikey\"];",
            true,
        ),
        (
            "let is_secret = match key {\n    b\"passwd\" | b\"pwd\" => true,\n    b\"Secret\" => true,\n    _ => false,\n};",
            true,
        ),
        (
            "if [\"changeme\", \"redacted\", \"dummy\"].contains(&value) {",
            true,
        ),
        ("[\"test\", \"fixtures\", \"mocks\"]", true),
        ("List::new(\"password|token|apikey\")", true),
        (
            "b == b'\"' || [\"password\", \"passwd\", \"apikey\"].contains(&b)",
            true,
        ),
        ("[\"password\", \"password\", \"Password\"]", false),
        ("// \"password\", \"token\", \"apikey\"", false),
        (
            "object([(\"id\", id), (\"secret\", secret), (\"token\", token)])",
            false,
        ),
    ] {
        assert_eq!(!lists_in(text, &kept).is_empty(), noticed, "{text}");
    }
    let far = ["\"password\"", "\"token\"", "\"apikey\""].join(&"\n".repeat(LINES));
    assert!(lists_in(&far, &kept).is_empty());
}

#[test]
fn every_list_is_used_says_what_it_is_for_and_holds_no_word_twice() {
    let code: String = sources().into_values().collect();
    let build = ["build.rs", "build/lexicon.rs"]
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .concat();
    let forms = fs::read_to_string(root().join("rules/forms.toml")).unwrap();
    let identifiers: BTreeSet<&str> = code
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .collect();
    let mut faults = Vec::new();
    for (file, lists) in lexicon() {
        for (name, list) in lists {
            let of_source = name.to_uppercase().replace('-', "_");
            // The build makes one table of all that name a secret.
            let used = list.names.is_some()
                || identifiers.contains(of_source.as_str())
                || build.contains(&format!("{name:?}"))
                || forms.contains(&of_source);
            if !used {
                faults.push(format!("{file}: nothing uses `{name}`"));
            }
            let sentence = list.about.strip_suffix('.');
            if sentence.is_none_or(|text| text.is_empty() || text.contains(". ")) {
                faults.push(format!("{file}: `about` of `{name}` is no sentence"));
            }
            let mut seen = BTreeSet::new();
            for word in &list.words {
                if !seen.insert(word.to_ascii_lowercase()) {
                    faults.push(format!("{file}: `{word}` stands twice in `{name}`"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// `negative-any` settles what a name is before these lists are asked: what stands in both would be a word without effect.
#[test]
fn no_list_holds_a_word_that_was_settled_before() {
    let files = lexicon();
    let words = |name: &str| -> BTreeSet<String> {
        let list = files.values().find_map(|lists| lists.get(name));
        list.unwrap().words.iter().cloned().collect()
    };
    let settled = words("negative-any");
    for name in [
        "negative-first",
        "negative-last",
        "noise",
        "key-not",
        "token-not",
        "password-not",
    ] {
        let dead: Vec<String> = words(name).intersection(&settled).cloned().collect();
        assert!(dead.is_empty(), "{name}: {dead:?}");
    }
}

#[test]
fn the_readme_of_the_lexicon_names_each_file() {
    let folder = root().join("lexicon");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        let name = name.to_str().unwrap();
        assert!(
            name == "README.md" || readme.contains(&format!("| `{name}` |")),
            "lexicon/README.md says nothing of {name}"
        );
    }
}
