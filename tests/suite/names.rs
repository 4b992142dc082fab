//! Names of secrets: every name of the lexicon in every way of writing an assignment, what other keys say, and where
//! words of a key end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use hexguard::detect::judge::{Explanation, explain_all};
use hexguard::detect::{detect, judged};
use hexguard::fragment::Fragment;
use hexguard::rule::template::{Random, class};
use hexguard::rule::{RULES, RuleSet, Tier};
use serde::Deserialize;

use crate::support::custom_rule;
use crate::support::template::fill;

/// A way to write an assignment: the file, and a line with `{k}` for the name, `{K}` for the name in capitals, `{v}` for
/// the value.
type Way = (&'static str, &'static str);

/// All ways; the names are tried in each.
const WAYS: &[Way] = &[
    ("app.env", "{k}={v}"),
    ("app.env", "{k} = {v}"),
    ("app.env", "export {K}=\"{v}\""),
    ("app.properties", "{k}={v}"),
    ("app.properties", "app.{k}\t=\t{v}"),
    ("app.properties", "{k}\t{v}"),
    ("app.properties", "{k}: {v}"),
    ("app.ini", "[main]\n{k} = {v}\n"),
    ("app.conf", "{k} \"{v}\""),
    ("a.py", "{k} = \"{v}\""),
    ("a.py", "{k}=\"{v}\""),
    ("a.py", "self.{k}: str = '{v}'"),
    ("a.py", "connect({k}=\"{v}\", port=1)"),
    ("a.py", "cfg[\"{k}\"] = \"{v}\""),
    ("a.py", "cfg = {\"{k}\": \"{v}\", \"x\": 1}"),
    ("a.py", "x = os.environ.get(\"{K}\", \"{v}\")"),
    (
        "a.py",
        "r = get(\"https://api.acme.io/v1?a=1&{k}={v}&b=2\")",
    ),
    ("a.py", "if {k} == \"{v}\":\n    pass\n"),
    ("a.R", "{k} <- \"{v}\""),
    ("a.R", "{k} <<- '{v}'"),
    ("a.R", "\"{v}\" -> {k}"),
    ("a.R", "\"{v}\" ->> {k}\n"),
    ("a.R", "Sys.setenv({K} = \"{v}\")"),
    ("a.go", "{k} := \"{v}\""),
    ("a.go", "var {k} = \"{v}\""),
    ("a.go", "const {k} string = \"{v}\""),
    ("a.go", "{k} := []byte(\"{v}\")"),
    ("a.go", "os.Setenv(\"{K}\", \"{v}\")"),
    ("a.go", "flag.StringVar(&p, \"{k}\", \"{v}\", \"help\")"),
    ("a.tf", "{k} = \"{v}\""),
    ("a.tf", "  {k}\t\t= \"{v}\""),
    ("a.tf", "variable \"{k}\" {\n  default = \"{v}\"\n}\n"),
    ("a.yaml", "{k}: {v}"),
    ("a.yaml", "{k} : \"{v}\""),
    ("a.yaml", "\"{k}\": {v}"),
    ("a.yaml", "x: {user: me, {k}: {v}}"),
    ("a.yaml", "- name: {k}\n  value: {v}\n"),
    ("a.yaml", "args:\n  - --{k}\n  - {v}\n"),
    ("a.yaml", "- {K}={v}"),
    ("a.yaml", "{k}: |\n  {v}\n"),
    ("a.json", "{\"{k}\": \"{v}\"}"),
    ("a.json", "{\"{k}\":\"{v}\",\"x\":1}"),
    ("a.json", "{\"name\": \"{k}\", \"value\": \"{v}\"}"),
    ("a.json", "{\"x\": \"{\\\"{k}\\\": \\\"{v}\\\"}\"}"),
    ("a.json", "[\"run\", \"--{k}\", \"{v}\"]"),
    ("a.xml", "<{k}>{v}</{k}>"),
    ("a.xml", "<add key=\"{k}\" value=\"{v}\"/>"),
    ("a.xml", "<x {k}=\"{v}\"/>"),
    (
        "a.xml",
        "<property><name>{k}</name><value>{v}</value></property>",
    ),
    ("a.plist", "<key>{k}</key>\n<string>{v}</string>\n"),
    ("a.sh", "{k}={v}"),
    ("a.sh", "export {K}='{v}'"),
    ("a.sh", "tool --{k} {v}"),
    ("a.sh", "tool --{k}={v}"),
    ("a.sh", "java -D{k}={v} -jar a.jar"),
    ("a.sh", "x=${{K}:-{v}}"),
    ("a.sh", "curl -H '{k}: {v}' https://api.acme.io"),
    ("a.sh", "curl 'https://api.acme.io/v1?{k}={v}'"),
    ("Dockerfile", "ENV {K} {v}"),
    ("Dockerfile", "ARG {K}={v}"),
    ("Makefile", "{K} ?= {v}"),
    ("a.rb", "{k}: \"{v}\""),
    ("a.rb", ":{k} => '{v}'"),
    ("a.rb", "@{k} ||= \"{v}\""),
    ("a.rb", "cfg[:{k}] = \"{v}\""),
    ("a.rb", "set :{k}, \"{v}\""),
    ("a.rb", "x = ENV.fetch(\"{K}\") { \"{v}\" }"),
    ("a.rb", "let(:{k}){ \"{v}\" }"),
    ("a.rb", "x = ENV.fetch(\"{K}\"){ \"{v}\" }"),
    ("a.php", "$config['{k}'] = '{v}';"),
    ("a.php", "'{k}' => '{v}',"),
    ("a.php", "define('{K}', '{v}');"),
    ("a.php", "${k} = '{v}';"),
    ("a.pl", "$config{{k}} = '{v}';"),
    ("a.ts", "const {k}: string = \"{v}\";"),
    ("a.ts", "const c = opts.{k} || \"{v}\";"),
    ("a.ts", "const c = opts.{k} ?? `{v}`;"),
    ("a.ts", "const c = read(env({K})) || \"{v}\";"),
    ("a.ts", "const c = env({K})\t?? \"{v}\";"),
    ("a.ts", "if (opts.{k} !== \"{v}\") {}"),
    ("a.ts", "if (\"{v}\" === opts.{k}) {}"),
    ("a.ts", "const c = \"{v}\" == {k};"),
    ("a.ts", "headers.set(\"{k}\", \"{v}\");"),
    ("a.ts", "const c = { {k}: '{v}' };"),
    ("a.java", "map.put(\"{k}\", \"{v}\");"),
    ("a.java", "if (\"{v}\".equals({k})) {"),
    ("a.java", "return {k}.equals(\"{v}\");"),
    ("a.java", "@Value(\"${{k}:{v}}\") String x;"),
    ("a.scala", "Map(\"{k}\" -> \"{v}\")"),
    ("a.kt", "mapOf(\"{k}\" to \"{v}\")"),
    ("a.cs", "public string {k} { get; set; } = \"{v}\";"),
    ("a.swift", "set(\"{v}\", forKey: \"{k}\")"),
    ("a.rs", "let {k} = String::from(\"{v}\");"),
    (
        "a.rs",
        "let x = env::var(\"{K}\").unwrap_or(\"{v}\".into());",
    ),
    ("a.h", "#define {K} \"{v}\""),
    ("a.lua", "cfg.{k} = \"{v}\""),
    ("a.sql", "\\set {k} '{v}'"),
    ("a.sql", "SET {k} = '{v}';"),
    ("a.sql", "DECLARE {k} VARCHAR2(99) := '{v}';"),
    ("a.ps1", "${k} = \"{v}\""),
    ("a.ps1", "Connect-It -{k} \"{v}\""),
    ("a.ps1", "if (${k} -eq '{v}') {}"),
    ("a.md", "{k}: {v}"),
    ("a.md", "The {k} is {v}."),
    ("a.md", "**{k}**: `{v}`"),
    ("a.md", "| {k} | {v} |"),
    ("a.log", "GET /v1?{k}={v} 200"),
];

/// What stands around a name: before it, behind it, and how it is spelt.
const SPELLINGS: &[(&str, Spelling, &str)] = &[
    ("app_", Spelling::AsIs, ""),
    ("my", Spelling::Capital, ""),
    ("x-", Spelling::AsIs, ""),
    ("DB_", Spelling::Capitals, ""),
    ("", Spelling::AsIs, "_prod"),
    ("", Spelling::AsIs, "2"),
    ("", Spelling::AsIs, "Dev"),
    ("", Spelling::Capital, ""),
    ("", Spelling::Capitals, ""),
    ("acme.", Spelling::AsIs, ""),
    ("ACME_", Spelling::Capitals, "_2"),
    ("acme", Spelling::Capital, "Prod"),
    ("acme2", Spelling::AsIs, ""),
    ("acme-", Spelling::AsIs, "-dev"),
];

/// Of so many lines one is scanned again for what the scan judges.
const JUDGED: usize = 4;
/// So many of a thousand lines are read.
const READ: usize = 940;

#[derive(Debug, Clone, Copy)]
enum Spelling {
    AsIs,
    Capital,
    Capitals,
}

impl Spelling {
    fn of(self, word: &str) -> String {
        match self {
            Self::AsIs => word.to_owned(),
            Self::Capital => {
                let mut letters = word.chars();
                let first: String = letters.next().unwrap().to_uppercase().collect();
                first + letters.as_str()
            }
            Self::Capitals => word.to_uppercase(),
        }
    }
}

#[derive(Deserialize)]
struct List {
    names: Option<String>,
    words: Vec<String>,
}

/// Returns each name of a secret with its list.
fn names() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("lexicon/names.toml");
    let lists: BTreeMap<String, List> = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let named = lists.into_iter().filter(|(_, list)| list.names.is_some());
    named
        .flat_map(|(name, list)| list.words.into_iter().map(move |word| (name.clone(), word)))
        .collect()
}

/// How many spellings of each name are tried in each way, with `HEXGUARD_SEEDS` in the environment; else one in three
/// pairs of a name and a way has another spelling.
fn spellings() -> Option<usize> {
    let seeds = env::var("HEXGUARD_SEEDS").ok()?;
    Some(seeds.parse().unwrap())
}

/// Returns the spellings in which one name is tried in one way: as it is, and some of the others in turn.
fn spelt(word: &str, number: usize, spellings: Option<usize>) -> Vec<String> {
    let more = spellings.unwrap_or(usize::from(number.is_multiple_of(3)));
    let others = (0..SPELLINGS.len().min(more)).map(|i| {
        let (before, spelling, behind) = SPELLINGS[(number / 3 + i) % SPELLINGS.len()];
        format!("{before}{}{behind}", spelling.of(word))
    });
    std::iter::once(word.to_owned()).chain(others).collect()
}

/// What was seen of all lines.
#[derive(Default)]
struct Seen {
    lines: usize,
    read: usize,
    counted: usize,
    /// The faults by list and way: how many, and the first.
    faults: BTreeMap<(String, Way), (usize, String)>,
}

impl Seen {
    fn line(&mut self, list: &str, way: Way, text: &str, rules: &RuleSet) {
        let fragment = Fragment::content(way.0.as_bytes(), text.as_bytes());
        let explained = explain_all(&fragment);
        self.lines += 1;
        self.read += usize::from(!explained.is_empty());
        if let Some(fault) = self.fault(&fragment, &explained, rules) {
            let at = (list.to_owned(), way);
            let (count, _) = self
                .faults
                .entry(at)
                .or_insert_with(|| (0, format!("{text:?}: {fault}")));
            *count += 1;
        }
    }

    /// Returns how what the judge says of every offset differs from what the scan says.
    fn fault(
        &mut self,
        fragment: &Fragment<'_>,
        explained: &[(usize, Explanation)],
        rules: &RuleSet,
    ) -> Option<String> {
        let wanted = explained.iter().filter_map(|(_, one)| one.tier).max();
        self.counted += usize::from(wanted.is_some());
        let found: Option<Tier> = detect(fragment, rules)
            .iter()
            .map(|finding| finding.tier)
            .max();
        if wanted.is_some() && found < wanted {
            return Some(format!("the judge says {wanted:?}, the scan {found:?}"));
        }
        if !self.lines.is_multiple_of(JUDGED) {
            return None;
        }
        judged(fragment, rules)
            .iter()
            .filter(|one| one.rule.id.starts_with("generic-"))
            .map(|one| &one.explanation)
            .find(|one| !explained.iter().any(|(_, other)| same(one, other)))
            .map(|one| {
                format!(
                    "the scan judges `{}`: {:?}, {} points, `explain` does not",
                    one.name, one.tier, one.score
                )
            })
    }
}

/// Tells whether two explanations say the same of the same value.
fn same(one: &Explanation, other: &Explanation) -> bool {
    (&one.name, &one.masked, one.tier, one.veto, one.score)
        == (
            &other.name,
            &other.masked,
            other.tier,
            other.veto,
            other.score,
        )
}

/// Tries every name in every way.
fn walked() -> Seen {
    let rules = RuleSet::builtin();
    let letters = class("alnum").unwrap();
    let mut seen = Seen::default();
    let spellings = spellings();
    for (number, (list, word)) in names().iter().enumerate() {
        let value = Random::new(number as u64).text(&letters, 24);
        for (i, &way) in WAYS.iter().enumerate() {
            for name in spelt(word, number + i, spellings) {
                let shouted = name.to_uppercase().replace(['-', '.'], "_");
                let text = way.1.replace("{k}", &name).replace("{K}", &shouted);
                seen.line(list, way, &text.replace("{v}", &value), &rules);
            }
        }
    }
    seen
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the figures are shown with --nocapture, and when the test fails"
)]
fn every_name_in_every_way_is_found_where_the_judge_counts_it() {
    let seen = walked();
    let mut faults = String::new();
    for ((list, (path, line)), (count, first)) in &seen.faults {
        let _ = writeln!(faults, "{list}, {path} {line:?}: {count}, first {first}");
    }
    println!(
        "{} lines, {} read, {} counted",
        seen.lines, seen.read, seen.counted
    );
    assert!(faults.is_empty(), "\n{faults}");
    // Which forms are read is the reader's matter; what it reads today, it goes on to read.
    assert!(
        seen.read * 1000 >= seen.lines * READ,
        "{} of {} lines are read",
        seen.read,
        seen.lines
    );
}

#[test]
fn every_name_is_read_as_one() {
    let letters = class("alnum").unwrap();
    for (list, word) in names() {
        let value = Random::new(word.len() as u64).text(&letters, 24);
        let text = format!("x_{word} = \"{value}\"\n");
        let fragment = Fragment::content(b"a.py", text.as_bytes());
        let named = explain_all(&fragment);
        assert!(!named.is_empty(), "{list}: `{word}` names nothing");
    }
}

#[test]
fn short_names_count_where_a_word_begins_and_ends() {
    let rules = RuleSet::builtin();
    let letters = class("alnum").unwrap();
    let found = |name: &str| {
        let value = Random::new(name.len() as u64).text(&letters, 32);
        let text = format!("{name} = \"{value}\"\n");
        let found = detect(&Fragment::content(b"a.py", text.as_bytes()), &rules);
        !found.is_empty()
    };
    for (short, longer) in [
        ("pw", "pwn"),
        ("pat", "path"),
        ("pin", "spinning"),
        ("otp", "potpie"),
        ("key", "keyed"),
        ("auth", "author"),
        ("sas", "sash"),
        ("dsn", "dsns"),
        ("cred", "incredible"),
    ] {
        let capital = Spelling::Capital.of(short);
        let capitals = Spelling::Capitals.of(short);
        for name in [
            short.to_owned(),
            format!("my_{short}"),
            format!("my{capital}"),
            format!("{short}2"),
            format!("{short}Prod"),
            format!("{short}_prod"),
            format!("ACME_{capitals}"),
            format!("acme.{short}"),
        ] {
            assert!(found(&name), "{name}");
        }
        for name in [
            longer.to_owned(),
            format!("my_{longer}"),
            format!("{longer}2"),
        ] {
            assert!(!found(&name), "{name}");
        }
    }
}

/// Returns the rules that find a value under a key, each with whether the secret is all of the value.
fn ids(key: &str, value: &str, rules: &RuleSet) -> Vec<(&'static str, bool)> {
    let text = format!("{key} = {value}\n");
    detect(&Fragment::content(b"a.properties", text.as_bytes()), rules)
        .iter()
        .map(|one| (one.rule.id, one.secret.expose() == value.as_bytes()))
        .collect()
}

/// Returns a value that is random and has the form of no vendor's.
fn random(seed: u64) -> String {
    Random::new(seed).text(&class("alnum").unwrap(), 29)
}

/// Returns the built-in rules whose ids are wanted.
fn only(wanted: fn(&str) -> bool) -> RuleSet {
    let mut rules = RuleSet::builtin();
    for id in RULES.ids().filter(|id| !wanted(id)) {
        rules.disable(id);
    }
    rules
}

#[test]
fn keys_that_name_a_secret() {
    let (password, key, token, secret) = (
        "generic-password",
        "generic-api-key",
        "generic-token",
        "generic-secret",
    );
    // Without the rules that know a service by its name.
    let rules = only(|id| id.starts_with("generic-"));
    for (name, rule) in [
        ("password", password),
        ("DB_PASSWORD_PROD", password),
        ("spring.datasource.password", password),
        ("smtpPass", password),
        ("contraseña", password),
        ("sshpass", password),
        ("motDePasse", password),
        ("apiKey", key),
        ("X-Api-Key", key),
        ("stripe_api_key_2", key),
        ("GITHUB_TOKEN", token),
        ("accesstoken", token),
        ("client_secret", secret),
        ("SECRET_KEY_BASE", key),
        ("jwtSecret", secret),
    ] {
        assert_eq!(ids(name, &random(5), &rules), [(rule, true)], "{name}");
    }
}

#[test]
fn keys_may_be_paths() {
    let value = fill("{{alnum:6}}#{{alnum:6}}", 11);
    let found = |path: &str, text: &str| {
        let text = text.replace('¤', &value);
        let rules = RuleSet::builtin();
        detect(&Fragment::content(path.as_bytes(), text.as_bytes()), &rules).len()
    };
    for (path, text) in [
        ("appsettings.json", r#"{"Db:Password": "¤"}"#),
        ("a.yaml", "\"Db:Password\": \"¤\"\n"),
        ("a.cs", "config[\"Db:Password\"] = \"¤\";\n"),
        ("a.yaml", "- name: /prod/db/password\n  value: \"¤\"\n"),
        (
            "a.yaml",
            "p:\n  Name: /prod/db/password\n  Type: String\n  Value: \"¤\"\n",
        ),
    ] {
        assert_eq!(found(path, text), 1, "{text}");
    }
    // Files, packages, codes of errors and keys of messages.
    for (path, text) in [
        ("a.json", r#"{"src/password.js": "¤"}"#),
        ("a.json", r#"{"@acme/password": "¤"}"#),
        ("a.json", r#"{"vendor/token": "¤"}"#),
        ("a.json", r#"{"errors/password": "¤"}"#),
        ("a.ts", "const m = {'auth/wrong-password': '¤'};\n"),
        ("a.yaml", "\"validation:password\": \"¤\"\n"),
        ("a.json", r#"[{"name": "auth/password", "value": "¤"}]"#),
    ] {
        assert_eq!(found(path, text), 0, "{text}");
    }
}

#[test]
fn keys_that_tell_about_a_secret() {
    let rules = RuleSet::builtin();
    for key in [
        "en_PW",
        "password_hash",
        "passwordField",
        "token_url",
        "secret_name",
        "api_key_id",
        "max_tokens",
        "next_token",
        "csrf_token",
        "primary_key",
        "public_key",
        "password_reset_url",
        "tokenizer",
        "keyboard",
        "compass",
        "author",
        "secretRef",
        "access_key_id",
        "is_password",
        "forgot_password",
        "passport",
        "cache_key",
        "bypass",
        "monkey",
        "show_password",
        "site_key",
    ] {
        for path in [&b"a.properties"[..], b"a.py"] {
            let text = format!("{key} = \"{}\"\n", random(5));
            let fragment = Fragment::content(path, text.as_bytes());
            assert!(explain_all(&fragment).is_empty(), "{text}");
            assert!(detect(&fragment, &rules).is_empty(), "{text}");
        }
    }
}

/// Tells whether a rule for one key, called for by a keyword, finds a value under another.
fn holds(key: &str, keyword: &str, wanted: &str) -> bool {
    let mut rules = only(|_| false);
    rules.add(vec![custom_rule(&format!(
        "id = 'own'\ntitle = 'own'\nvalue = '[0-9A-Za-z]{{29}}'\nkeys = ['{wanted}']\nkeywords = ['{keyword}']"
    ))]);
    let found = ids(key, &random(5), &rules);
    assert!(found.is_empty() || found == [("own", true)], "{found:?}");
    !found.is_empty()
}

#[test]
fn keys_are_split_where_people_see_words() {
    for (key, words) in [
        ("AWSSecretKey_v2", &["aws", "secret", "key", "v", "2"][..]),
        (
            "spring.data-source.PASSWORD",
            &["spring", "data", "source", "password"],
        ),
    ] {
        // The value itself calls for the rule, so that the key alone decides.
        let keyword = random(5).to_ascii_lowercase();
        let joined = words.concat();
        // What is held of all parts of the key are the rows of its words.
        let ends = 1..=words.len();
        let rows: BTreeSet<String> = ends
            .flat_map(|end| (0..end).map(move |start| words[start..end].concat()))
            .collect();
        for start in 0..joined.len() {
            for end in start + 1..=joined.len() {
                let part = &joined[start..end];
                assert_eq!(
                    holds(key, &keyword, part),
                    rows.contains(part),
                    "{key}: {part}"
                );
            }
        }
    }
}

#[test]
fn a_row_of_words_matches_whole_words_only() {
    let hold = |key: &str| holds(key, "zoom", "zoom_client_secret");
    assert!(hold("MY_ZOOM_CLIENT_SECRET_PROD"));
    assert!(hold("zoomClientSecret2"));
    assert!(hold("zoomclientsecret"));
    assert!(!hold("crosszoomclientsecret"));
    assert!(!hold("zoom_client_secrets"));
    assert!(!hold("zoom_client_id_secret"));
}
