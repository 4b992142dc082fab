//! Turns lexicon/*.toml into word lists, and into the keywords that find names of secrets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use crate::rule::spec::SecretKind;

/// One list of the lexicon; `lexicon/README.md` says what each field means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordList {
    about: String,
    names: Option<SecretKind>,
    at: Option<At>,
    strength: Option<Strength>,
    pub(crate) words: Vec<String>,
}

/// Where in a longer word the words of a list count, too.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum At {
    End,
}

/// How plainly the words of a list name a secret.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Strength {
    Weak,
    /// By the word before; `src/lexicon/name.rs` reads these lists.
    Context,
}

/// Returns all lists of the lexicon by name.
pub(crate) fn read() -> BTreeMap<String, WordList> {
    let mut lists = BTreeMap::new();
    for entry in fs::read_dir("lexicon").expect("lexicon/ is a folder of this package") {
        let path = entry.expect("lexicon/ can be read").path();
        if path.extension().is_none_or(|ext| ext != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("the file was listed a moment ago");
        let file: BTreeMap<String, WordList> =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for (name, list) in file {
            let refuse = |why: String| panic!("{}: list `{name}`: {why}", path.display());
            let mut words: Vec<String> =
                list.words.iter().map(|w| w.to_ascii_lowercase()).collect();
            words.sort_unstable();
            if let Some(twice) = (1..words.len()).find(|&i| words[i - 1] == words[i]) {
                refuse(format!("`{}` stands there twice", words[twice]));
            }
            if let Some(word) = words
                .iter()
                .find(|word| word.is_empty() || word.contains('|'))
            {
                refuse(format!("`{word}` is empty or holds a `|`"));
            }
            if list.about.is_empty() {
                refuse("`about` says nothing".to_owned());
            }
            if lists.insert(name.clone(), list).is_some() {
                refuse("the name is taken by another file".to_owned());
            }
        }
    }
    lists
}

/// Returns a word in the cases in which it is written; case is folded for ASCII letters only when a text is read.
fn cases(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return vec![word.to_owned()];
    }
    let mut letters = word.chars();
    let capital: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let mut all = vec![
        word.to_lowercase(),
        capital + letters.as_str(),
        word.to_uppercase(),
    ];
    for word in &mut all {
        word.make_ascii_lowercase();
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Returns the Rust source of one list.
fn source(name: &str, about: &str, words: &[&String]) -> String {
    let mut words: Vec<String> = words.iter().flat_map(|word| cases(word)).collect();
    // The order in which `List` looks them up.
    words.sort_by_key(|word| (word.as_bytes()[0] | 0x20) % 32);
    format!(
        "/// {about}\npub(crate) static {}: List = List::new({:?});\n",
        constant(name),
        words.join("|")
    )
}

/// Returns the name of a list in Rust.
pub(crate) fn constant(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// Returns the Rust source of what each list of names says: plain names before those that name other things, too. Lists of
/// strength `context` are read by the code, with the word before.
fn naming(lexicon: &BTreeMap<String, WordList>) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut words: BTreeMap<&str, &str> = BTreeMap::new();
    let named = || lexicon.iter().filter(|(_, list)| list.names.is_some());
    for (name, list) in named() {
        let kind = list.names.expect("filtered");
        for word in &list.words {
            let covers = |(_, end): &(&String, &WordList)| {
                end.at.is_some()
                    && end.names == list.names
                    && end.words.iter().any(|end| word.ends_with(&**end))
            };
            if list.at.is_none()
                && list.strength.is_none()
                && let Some((other, _)) = named().find(covers)
            {
                panic!("`{word}` of `{name}` is covered by `{other}`");
            }
            let other = words.insert(word, name);
            if let (Some(other), None) = (other, list.at) {
                // The word itself depends on the one before it, others may be joined to it.
                assert!(
                    lexicon[other].at.is_some(),
                    "`{word}` stands in `{other}` and in `{name}`"
                );
            }
            assert!(
                word.chars().count() > 1 && !word.contains(|c: char| c.is_ascii_digit()),
                "list `{name}`: `{word}` is one letter, or holds a digit, at which names are split"
            );
        }
        let strength = match list.strength {
            None => "Strong",
            Some(Strength::Weak) => "Weak",
            Some(Strength::Context) => {
                assert!(
                    matches!(&**name, "key-word" | "token-word"),
                    "no code reads list `{name}`"
                );
                continue;
            }
        };
        let at_end = list.at.is_some();
        let list = constant(name);
        rows.push((
            strength,
            format!("Naming::new(&{list}, {at_end}, SecretKind::{kind:?}, Strength::{strength})"),
        ));
    }
    for word in &lexicon["beside-vendor"].words {
        assert!(
            words.contains_key(word.as_str()) && word.is_ascii(),
            "`{word}` of `beside-vendor` names no secret, or has other letters than a to z"
        );
    }
    rows.sort_unstable();
    let rows: Vec<String> = rows.into_iter().map(|row| row.1).collect();
    format!(
        "/// What each list of names says of a word, plain names first.\npub(crate) static NAMING: [Naming; {}] = [{}];\n",
        rows.len(),
        rows.join(", ")
    )
}

/// Returns the Rust source of the lists, and of what follows from them.
pub(crate) fn tables(lexicon: &BTreeMap<String, WordList>) -> String {
    let mut out = String::new();
    for (name, list) in lexicon {
        // What names a secret beside a service ends such a name, too.
        let more = (name == "service-key-end").then(|| &lexicon["beside-vendor"].words);
        let words = list.words.iter().chain(more.into_iter().flatten());
        out += &source(name, &list.about, &words.collect::<Vec<_>>());
    }
    out += &naming(lexicon);
    let mut list = |name: &str, about: &str, words: &[&String]| out += &source(name, about, words);
    let named = || lexicon.values().filter(|list| list.names.is_some());
    let ends = named().filter(|list| list.at.is_some());
    let mut ends: Vec<&String> = ends.flat_map(|list| &list.words).collect();
    ends.sort_unstable();
    ends.dedup();
    list(
        "name-ends",
        "Names of secrets that other words may be joined to.",
        &ends,
    );
    let short = named().flat_map(|list| &list.words);
    let short: Vec<&String> = short.filter(|word| word.len() < KEYWORD).collect();
    list("short-names", "Names of secrets of two letters.", &short);
    let mut starts: Vec<[u8; 3]> = Vec::new();
    let mut words: Vec<&String> = lexicon["beside-vendor"].words.iter().collect();
    words.sort_by_key(|word| word.len());
    for word in words {
        let mut threes = word.as_bytes().windows(3);
        if !threes.any(|three| starts.iter().any(|start| start == three)) {
            starts.push(
                *word
                    .as_bytes()
                    .first_chunk()
                    .expect("three letters at least"),
            );
        }
    }
    let _ = writeln!(
        out,
        "/// Three letters of each word of `beside-vendor`.\n\
         pub(crate) static BESIDE_VENDOR_THREES: [[u8; 3]; {}] = {starts:?};",
        starts.len()
    );
    let text = fs::read_to_string("lexicon/published.txt").expect("lexicon/ has this file");
    let hashes = text.lines().filter(|line| !line.starts_with('#'));
    let mut hashes: Vec<u64> = hashes
        .map(|hash| u64::from_str_radix(hash, 16).expect("16 hexadecimal digits a line"))
        .collect();
    hashes.sort_unstable();
    let _ = writeln!(
        out,
        "/// Salted hashes of published credentials, sorted.\npub(crate) static PUBLISHED: &[u64] = &{hashes:?};"
    );
    out
}

/// The index finds keywords of so many bytes and more.
const KEYWORD: usize = 3;

/// Returns the keywords under which names of secrets of a kind are found; a word that is shorter than a keyword is filed
/// with each byte that may follow it.
pub(crate) fn name_keywords(lexicon: &BTreeMap<String, WordList>, kind: SecretKind) -> Vec<String> {
    let lists = lexicon.values().filter(|list| list.names == Some(kind));
    let mut keywords: Vec<String> = Vec::new();
    for word in lists.flat_map(|list| &list.words) {
        if word.len() >= KEYWORD {
            keywords.extend(cases(word));
            continue;
        }
        let next = (b' '..=b'~').chain(*b"\t\n\r").map(char::from);
        let next = next.filter(|c| !c.is_ascii_uppercase());
        keywords.extend(next.map(|c| format!("{word}{c}")));
    }
    assert!(
        !keywords.is_empty(),
        "no list of the lexicon names a {kind:?}"
    );
    keywords.sort_unstable();
    keywords.dedup();
    keywords
}
