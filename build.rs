//! Turns lexicon/*.toml and rules/*.toml into static tables: word lists, rules, forms of assignment, and one index for all keywords.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/edge.rs"]
mod edge;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/keywords.rs"]
mod keywords;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/mark.rs"]
mod mark;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/measure.rs"]
mod measure;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the library, of which build.rs needs only a part"
)]
#[path = "src/rule/spec.rs"]
mod spec;

#[path = "build/forms/mod.rs"]
mod forms;

use serde::Deserialize;
use spec::{RuleFile, SecretKind, Spec};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=lexicon");
    println!("cargo::rerun-if-changed=src/rule");
    println!("cargo::rerun-if-changed=build");
    let mut files: Vec<_> = fs::read_dir("rules")
        .expect("rules/ is a folder of this package")
        .map(|entry| entry.expect("rules/ can be read").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .filter(|path| path.file_name().is_some_and(|name| name != "forms.toml"))
        .collect();
    files.sort();
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut lexicon = read_lexicon();
    // It stands beside the rules, for those know nothing of the lexicon.
    let common = lexicon.remove("common-in-keys");
    let common = common.map(|list| list.words).unwrap_or_default();
    let common: Vec<&str> = common.iter().map(String::as_str).collect();
    fs::write(Path::new(&out).join("lexicon.rs"), lists(&lexicon)).expect("OUT_DIR is writable");
    let words = lexicon
        .iter()
        .map(|(name, list)| (constant(name), list.words.clone()));
    let (operators, forms) = forms::tables(words.collect());
    fs::write(Path::new(&out).join("operators.rs"), operators).expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("forms.rs"), forms).expect("OUT_DIR is writable");
    let calls: Calls = client_table("calls");
    let programs: Programs = client_table("programs");
    fs::write(
        Path::new(&out).join("clients.rs"),
        clients(&calls, &programs),
    )
    .expect("OUT_DIR is writable");
    let mut called = Vec::new();
    let mut rules = Vec::new();
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for path in &files {
        for mut rule in read(path) {
            if let Some(kind) = rule.names {
                rule.keywords = name_keywords(&lexicon, kind);
            }
            match rule.find.as_deref() {
                Some("positional-password") => rule.keywords = calls.keywords(),
                Some("client-command") => called.extend_from_slice(&rule.keywords),
                Some("positional-command") => {
                    let names = programs.positions.iter().map(|position| &position.program);
                    assert_called(names, &rule.keywords);
                }
                _ => {}
            }
            if let Some(first) = homes.insert(rule.id.clone(), path.display().to_string()) {
                refuse(path, &rule.id, &format!("the id stands in {first} already"));
            }
            if rule.examples.is_empty() {
                refuse(
                    path,
                    &rule.id,
                    "`examples` is empty: nothing would show that the rule works",
                );
            }
            if let Err(reason) = measure::validate(&rule, &common) {
                refuse(path, &rule.id, &reason);
            }
            rules.push(rule);
        }
    }
    assert_called(
        programs.programs.iter().flat_map(|program| &program.names),
        &called,
    );
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    fs::write(Path::new(&out).join("rules.rs"), tables(&rules, &common))
        .expect("OUT_DIR is writable");
}

/// One list of the lexicon; `lexicon/README.md` says what each field means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordList {
    about: String,
    names: Option<SecretKind>,
    at: Option<At>,
    strength: Option<Strength>,
    words: Vec<String>,
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
fn read_lexicon() -> BTreeMap<String, WordList> {
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
fn constant(name: &str) -> String {
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
fn lists(lexicon: &BTreeMap<String, WordList>) -> String {
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
fn name_keywords(lexicon: &BTreeMap<String, WordList>, kind: SecretKind) -> Vec<String> {
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

/// rules/clients/calls.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Calls {
    #[serde(rename = "call")]
    calls: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    name: String,
    host: Option<usize>,
    user: Option<usize>,
    secret: Option<usize>,
    login: Option<usize>,
    arguments: Option<usize>,
    #[serde(default)]
    database: bool,
    kind: Option<SecretKind>,
}

/// rules/clients/programs.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Programs {
    #[serde(rename = "program")]
    programs: Vec<Program>,
    #[serde(rename = "position")]
    positions: Vec<Position>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Program {
    names: Vec<String>,
    only: String,
    attached: Vec<String>,
    next: Vec<String>,
    login: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    program: String,
    behind: String,
    word: usize,
}

impl Calls {
    /// Returns the names, which are looked for.
    fn keywords(&self) -> Vec<String> {
        let mut names: Vec<String> = self.calls.iter().map(|call| call.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Returns a table of the clients, by the name of its file.
fn client_table<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = format!("rules/clients/{name}.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Stops the build if a program has no keyword at its start: nothing would look for it.
fn assert_called<'a>(names: impl Iterator<Item = &'a String>, keywords: &[String]) {
    for name in names {
        let name = name.to_ascii_lowercase();
        let calls =
            |keyword: &String| name.starts_with(keyword.trim()) || keyword.starts_with(&name);
        assert!(
            keywords.iter().any(calls),
            "rules/clients/programs.toml: no keyword in rules/client-config.toml begins as `{name}` does"
        );
    }
}

/// Returns the Rust source of the tables of clients.
fn clients(calls: &Calls, programs: &Programs) -> String {
    let mut out = String::from("pub(super) static CALLS: &[Call] = &[\n");
    for call in &calls.calls {
        assert!(
            call.secret.is_some() != call.login.is_some(),
            "rules/clients/calls.toml: `{}` needs `secret` or `login`",
            call.name
        );
        let _ = writeln!(
            out,
            "    Call {{ name: {:?}, host: {:?}, user: {:?}, secret: {:?}, login: {:?}, arguments: {:?}, database: {}, \
             kind: SecretKind::{:?} }},",
            call.name,
            call.host,
            call.user,
            call.secret,
            call.login,
            call.arguments,
            call.database,
            call.kind.unwrap_or(SecretKind::Password),
        );
    }
    out.push_str("];\npub(super) static PROGRAMS: &[Program] = &[\n");
    for Program {
        names,
        only,
        attached,
        next,
        login,
    } in &programs.programs
    {
        let _ = writeln!(
            out,
            "    Program {{ names: &{names:?}, only: {only:?}, attached: &{attached:?}, next: &{next:?}, login: &{login:?} }},"
        );
    }
    out.push_str("];\npub(super) static POSITIONS: &[Position] = &[\n");
    for Position {
        program,
        behind,
        word,
    } in &programs.positions
    {
        let _ = writeln!(
            out,
            "    Position {{ program: {program:?}, behind: {behind:?}, word: {word} }},"
        );
    }
    out.push_str("];\n");
    out
}

fn read(path: &Path) -> Vec<Spec> {
    let text = fs::read_to_string(path).expect("the file was listed a moment ago");
    match toml::from_str::<RuleFile>(&text) {
        Ok(file) => file.rules,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn refuse(path: &Path, id: &str, reason: &str) -> ! {
    panic!("{}: rule `{id}`: {reason}", path.display())
}

/// Returns the Rust source of all tables.
fn tables(rules: &[Spec], common: &[&str]) -> String {
    let mut tables = Tables::default();
    let mut wanted: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    let mut out = String::new();
    let _ = writeln!(out, "const COUNT: usize = {};", rules.len());
    let _ = writeln!(
        out,
        "pub(super) static COMMON_IN_KEYS: &[&str] = &{common:?};"
    );
    out.push_str("static PACKED: [Packed; COUNT] = [\n");
    for (number, rule) in rules.iter().enumerate() {
        let shape = measure::measure(rule, common);
        for keyword in &shape.keywords {
            wanted
                .entry(keyword.clone().leak())
                .or_default()
                .push(number);
        }
        tables.pack(&mut out, rule, &shape);
    }
    out.push_str("];\n");
    tables.write(&mut out);
    write_index(
        &mut out,
        &keywords::Index::new(wanted.keys().copied().collect()),
    );
    let mut starts = vec![0];
    for numbers in wanted.values() {
        starts.push(starts[starts.len() - 1] + numbers.len());
    }
    let numbers: Vec<usize> = wanted.into_values().flatten().collect();
    table(&mut out, "WANTED_STARTS", "u32", &starts);
    table(&mut out, "WANTED_RULES", "u16", &numbers);
    out
}

/// Writes a static array.
fn table<T: std::fmt::Debug>(out: &mut String, name: &str, kind: &str, values: &[T]) {
    let _ = writeln!(
        out,
        "static {name}: [{kind}; {}] = {values:?};",
        values.len()
    );
}

fn write_index(out: &mut String, index: &keywords::Index) {
    table(out, "FILED", "u32", &index.filed);
    table(out, "STARTS", "u16", &index.starts);
    table(out, "ENTRIES", "Entry", &index.entries);
    table(out, "THREES", "u8", &index.threes);
    table(out, "OFFSETS", "u32", &index.offsets);
    let _ = writeln!(out, "static KEYWORDS: &str = {:?};", index.text);
    out.push_str(
        "static INDEX: Index = Index { filed: Cow::Borrowed(&FILED), threes: Cow::Borrowed(&THREES), \
         starts: Cow::Borrowed(&STARTS), entries: Cow::Borrowed(&ENTRIES), text: Cow::Borrowed(KEYWORDS), \
         offsets: Cow::Borrowed(&OFFSETS) };\n",
    );
}

/// What rules share: one text that holds all of theirs, the lists, and the functions that they name.
#[derive(Default)]
struct Tables {
    text: String,
    known: BTreeMap<String, (usize, usize)>,
    lists: Vec<(usize, usize)>,
    checked: Vec<usize>,
    checks: Vec<String>,
    finds: Vec<String>,
}

impl Tables {
    fn text(&mut self, text: &str) -> (usize, usize) {
        if let Some(&at) = self.known.get(text) {
            return at;
        }
        let at = (self.text.len(), text.len());
        self.text.push_str(text);
        self.known.insert(text.to_owned(), at);
        at
    }

    fn list(&mut self, texts: &[String]) -> (usize, usize) {
        let at = (self.lists.len(), texts.len());
        for text in texts {
            let text = self.text(text);
            self.lists.push(text);
        }
        if texts.is_empty() { (0, 0) } else { at }
    }

    /// Writes a rule.
    fn pack(&mut self, out: &mut String, rule: &Spec, shape: &measure::Shape) {
        let (kind, before, after) = match (&rule.regex, &rule.value, &rule.find) {
            (Some(_), _, _) => ("Regex".to_owned(), shape.before, shape.after),
            (_, Some(_), _) => ("Value".to_owned(), shape.least, shape.most),
            (_, _, Some(find)) => {
                let number = place(&mut self.finds, find);
                (format!("Find({number})"), 0, 0)
            }
            _ => {
                let kind = rule.names.expect("validated before");
                (format!("Named(SecretKind::{kind:?})"), 0, 0)
            }
        };
        let least = if rule.regex.is_some() { shape.least } else { 0 };
        let after = after.min(u32::MAX as usize);
        let keys: Vec<String> = rule.keys.iter().map(|key| measure::fold_key(key)).collect();
        let checked = (self.checked.len(), rule.check.len());
        for name in &rule.check {
            let number = place(&mut self.checks, name);
            self.checked.push(number);
        }
        let keywords = if rule.keywords.is_empty() {
            &shape.keywords
        } else {
            &rule.keywords
        };
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let _ = writeln!(
            out,
            "    Packed {{ id: {:?}, title: {:?}, kind: PackedKind::{kind}, pattern: {:?}, before: {before}, \
             after: {after}, least: {least}, bytes: {:?}, edge: {:?}, keys: {:?}, near: {:?}, public_beside: {:?}, keywords: {:?}, paths: {:?}, \
             examples: {:?}, check: {checked:?}, checksum: {}, entropy: {:?}, tier: Tier::{:?}, \
             severity: Severity::{:?}, confidence: Confidence::{:?}, why: {:?}, help: {:?}, url: {:?}, \
             specificity: {}, prefix: {}, by_format: {}, judged: {} }},",
            self.text(&rule.id),
            self.text(&rule.title),
            self.text(&shape.source),
            shape.bytes,
            shape.edge,
            self.list(&keys),
            self.list(&rule.near),
            self.list(&rule.public_beside),
            self.list(keywords),
            self.list(&rule.paths),
            self.list(&rule.examples),
            rule.checksum.map_or("None".to_owned(), |kind| format!(
                "Some(Checksum::{kind:?})"
            )),
            rule.entropy.unwrap_or(0.0),
            rule.tier,
            rule.severity,
            rule.confidence,
            self.text(&optional(&rule.why)),
            self.text(&optional(&rule.help)),
            self.text(&optional(&rule.url)),
            shape.specificity,
            shape.prefix,
            shape.by_format,
            rule.judged,
        );
    }

    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "static TEXT: &str = {:?};", self.text);
        table(out, "LISTS", "Text", &self.lists);
        table(out, "CHECKED", "u8", &self.checked);
        // By name, so that custom rules can name them, too.
        for (table, kind, module, names) in [
            ("FINDS", "Find", "find", &self.finds),
            ("CHECKS", "Check", "check", &self.checks),
        ] {
            let _ = writeln!(out, "pub(super) static {table}: &[(&str, {kind})] = &[");
            for name in names {
                let _ = writeln!(out, "    ({name:?}, {module}::{}),", name.replace('-', "_"));
            }
            out.push_str("];\n");
        }
    }
}

/// Returns the place of a name among those known, adding it if it is new.
fn place(names: &mut Vec<String>, name: &str) -> usize {
    names
        .iter()
        .position(|known| known == name)
        .unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
}
