//! Where a token may begin: every rule finds its examples behind colours and escapes, and a distinctive format behind
//! letters and digits too; what redact lets through is nothing that scan finds.

use std::fmt::Write as _;

use hexguard::detect::detect;
use hexguard::finding::Finding;
use hexguard::fragment::Fragment;
use hexguard::redact::Filter;
use hexguard::rule::edge::Edge;
use hexguard::rule::{Kind, RULES, Rule, RuleSet, Tier};

use crate::support::Repo;
use crate::support::template::fill;

/// Control sequences of terminals, in every spelling.
const COLOURS: &[&str] = &[
    "\x1b[35m",
    "\x1b[1;31m",
    "\x1b[38;5;12m",
    "\x1b[m\x1b[K",
    "\\x1b[35m",
    "\\x1B[0m",
    "\\033[31m",
    "\\u001b[32m",
    "\\e[1m",
];

/// Escapes that stand for a mark before a value.
const ESCAPES: &[&str] = &["\\u0022", "\\u003d", "\\x22", "%22", "&quot;", "\\n", "\\t"];

/// What is a letter or a digit. A Hex token has 101 bytes, which is the letter `e`.
const LETTERS: &[&str] = &["x", "Z", "7", "e"];

/// Returns the path under which a rule's examples are read; `None` for a rule that looks at names.
fn path_for(rule: &Rule) -> Option<String> {
    let names = rule.id.starts_with("file-");
    let path = rule.paths.first();
    let path = path.map(|glob| glob.replace("**/", "").replace('*', "name"));
    (!names).then(|| path.unwrap_or_else(|| "lines.log".to_owned()))
}

/// Returns what redact makes of a text.
fn lets_through(text: &str, rules: &RuleSet) -> String {
    let mut filter = Filter::new(rules, &[], false);
    let mut out = filter.push(text.as_bytes()).to_vec();
    out.extend_from_slice(filter.finish());
    String::from_utf8(out).unwrap()
}

/// An example, and where its secret stands in it.
struct Sample {
    path: String,
    text: String,
    at: usize,
    secret: String,
    /// Whether redact replaces the secret as it stands.
    is_redacted: bool,
}

impl Sample {
    /// Returns the examples of a rule, filled, that hold their secret as it is.
    fn of(rule: &Rule, rules: &RuleSet) -> Vec<Self> {
        let path = path_for(rule).unwrap_or_default();
        let examples = rule.examples.iter().map(|example| fill(example, 3));
        examples
            .filter(|_| !path.is_empty())
            .filter_map(|text| {
                let plain = detect(&Fragment::content(path.as_bytes(), text.as_bytes()), rules);
                let secret = String::from_utf8(plain.first()?.secret.expose().to_vec()).ok()?;
                let is_redacted = !lets_through(&text, rules).contains(&secret);
                Some(Self {
                    at: text.find(&secret)?,
                    path: path.clone(),
                    text,
                    secret,
                    is_redacted,
                })
            })
            .collect()
    }

    /// Returns what is wrong where an escape is put before the secret.
    fn misses(&self, escape: &str, rules: &RuleSet) -> Option<String> {
        let (head, tail) = self.text.split_at(self.at);
        let text = format!("{head}{escape}{tail}");
        let findings = detect(
            &Fragment::content(self.path.as_bytes(), text.as_bytes()),
            rules,
        );
        if !findings.iter().any(|finding| holds(finding, &self.secret)) {
            return Some(format!("scan misses it behind {escape:?}"));
        }
        (self.is_redacted && lets_through(&text, rules).contains(&self.secret))
            .then(|| format!("redact misses it behind {escape:?}"))
    }
}

/// Tells whether a finding is of a secret, or of one that holds it.
fn holds(finding: &Finding, secret: &str) -> bool {
    memchr::memmem::find(finding.secret.expose(), secret.as_bytes()).is_some()
}

/// Tries every example with each of `before` directly before its secret, and returns what is not found or not replaced.
fn missed(before: &[&str], wanted: impl Fn(&Rule) -> bool) -> String {
    let rules = RuleSet::builtin();
    let mut wrong = String::new();
    for rule in RULES.iter().filter(|rule| wanted(rule)) {
        for (number, sample) in Sample::of(rule, &rules).iter().enumerate() {
            for fault in before
                .iter()
                .filter_map(|escape| sample.misses(escape, &rules))
            {
                let _ = writeln!(wrong, "{} example {number}: {fault}", rule.id);
            }
        }
    }
    wrong
}

/// Tells whether a rule's pattern is the whole of a secret, so that what stands before it is for hexguard to judge.
fn is_whole(rule: &Rule) -> bool {
    // One group, from the start of the pattern on: the one that the build puts around it.
    match &rule.kind {
        Kind::Regex(pattern) => {
            let end = [r")\b", "|$)", ")"]
                .iter()
                .find_map(|end| pattern.source.strip_suffix(end));
            pattern.source.starts_with('(') && !pattern.source.starts_with("(?") && end.is_some()
        }
        _ => false,
    }
}

/// Tells whether a format needs no boundary on its left.
fn is_distinctive(rule: &Rule) -> bool {
    match &rule.kind {
        Kind::Regex(pattern) => {
            is_whole(rule) && (pattern.edge == Edge::FREE || pattern.edge.yields_to_checksum())
        }
        _ => false,
    }
}

#[test]
fn every_rule_finds_its_examples_behind_colours() {
    // These read a file's own syntax, a URL as a whole or the lines around, in which no colour can stand; the values of
    // some are longer than what is read around an escape.
    let others = [
        "alibaba-sts-token",
        "chef-validator-key",
        "lemonsqueezy-api-key",
        "linkedin-access-token",
        "aws-presigned-url",
        "azure-sas-token",
        "google-oauth-client-pair",
        "hex-exported-value",
        "jwk-private",
        "netrc-password",
        "windows-command-password",
        "windows-unattend-password",
    ];
    // Findings about code hold no secret.
    let wanted = |rule: &Rule| !rule.id.starts_with("hex-code-") && !others.contains(&rule.id);
    let wrong = missed(COLOURS, wanted);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_format_is_found_behind_escapes() {
    let wrong = missed(ESCAPES, is_whole);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn distinctive_formats_are_found_behind_letters_and_digits() {
    let count = RULES.iter().filter(|rule| is_distinctive(rule)).count();
    assert!(count > 150, "{count} rules");
    let wrong = missed(LETTERS, is_distinctive);
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Escapes of data formats and of terminals, on either side of tokens in several places. `@` stands for the token with
/// the escapes around it.
#[test]
fn no_escape_hides_a_token_and_what_redact_lets_through_is_none() {
    let rules = RuleSet::builtin();
    let tokens = [
        fill("hxtw_{{hex:96}}", 1),
        fill("{{gh62:ghp_:30}}", 2),
        fill("AKIA{{[A-Z2-7]:16}}", 3),
        fill("xoxb-{{digit:12}}-{{alnum:24}}", 4),
    ];
    let bytes = b"\"'=:&?<>{}()[],; /\t\n\0";
    let coded = bytes.iter().flat_map(|byte| {
        [
            format!("\\x{byte:02x}"),
            format!("\\x{byte:02X}"),
            format!("\\u{byte:04x}"),
            format!("%{byte:02X}"),
            format!("%{byte:02x}"),
            format!("&#{byte};"),
        ]
    });
    let named = [
        "\\n", "\\t", "\\r", "\\b", "\\f", "\\0", "\\\"", "\\'", "\\/", "&quot;", "&amp;", "&lt;",
        "&apos;",
    ];
    let escapes: Vec<String> = coded
        .chain(named.iter().chain(COLOURS).map(|&escape| escape.to_owned()))
        .collect();
    let places = [
        "@",
        "token @ used",
        r#"{"body": "@"}"#,
        "https://acme.io/?t=@&x=1",
    ];
    let (mut tried, mut wrong) = (0, String::new());
    for (escape, token) in escapes
        .iter()
        .flat_map(|e| tokens.iter().map(move |t| (e, t)))
    {
        let sides = [
            format!("{escape}{token}"),
            format!("{token}{escape}"),
            format!("{escape}{token}{escape}"),
            format!("{escape}{token}\u{1b}[0m"),
        ];
        for (side, place) in sides
            .iter()
            .flat_map(|s| places.iter().map(move |p| (s, p)))
        {
            tried += 1;
            let text = place.replace('@', side);
            let scanned = |text: &[u8]| detect(&Fragment::content(b"a.log", text), &rules);
            let blocked = |finding: &Finding| finding.tier == Tier::Block;
            if !scanned(text.as_bytes()).iter().any(|f| holds(f, token)) {
                let _ = writeln!(wrong, "scan: {:?}", text.replace(token.as_str(), "TOKEN"));
            }
            let left = lets_through(&text, &rules);
            if left.contains(token.as_str()) || scanned(left.as_bytes()).iter().any(blocked) {
                let _ = writeln!(wrong, "redact: {:?}", text.replace(token.as_str(), "TOKEN"));
            }
        }
    }
    assert!(tried >= 368, "{tried}");
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Characters that nobody sees, marks on digits and letters of other widths, between the characters of tokens.
#[test]
fn what_nobody_sees_hides_no_token() {
    let rules = RuleSet::builtin();
    let tokens = [
        fill("hxtw_{{hex:96}}", 1),
        fill("{{gh62:ghp_:30}}", 2),
        fill("AKIA{{[A-Z2-7]:16}}", 3),
    ];
    let unseen = "\u{ad}\u{34f}\u{61c}\u{115f}\u{180e}\u{200b}\u{200d}\u{202e}\u{2060}\u{2066}\u{3164}\u{fe0f}\u{feff}\u{e0061}\u{e0100}";
    let mut disguised = Vec::new();
    for token in &tokens {
        for every in [1, 2, 3, 4, 7, 20, 64] {
            let parts: Vec<&str> = token.as_bytes().chunks(every).map(as_text).collect();
            for c in unseen.chars() {
                disguised.push((token, parts.join(&c.to_string())));
                disguised.push((token, parts.join(&format!("{c}\u{200c}"))));
            }
        }
        let marked = |c: char| format!("{c}{}", if c.is_ascii_digit() { "\u{336}" } else { "" });
        disguised.push((token, token.chars().map(marked).collect()));
        for (first, kind) in [('\u{ff10}', '0'), ('\u{ff41}', 'a'), ('\u{1d7d8}', '0')] {
            let other = |c: char| {
                let is_of_kind = if kind == '0' {
                    c.is_ascii_digit()
                } else {
                    c.is_ascii_lowercase()
                };
                let number = u32::from(first) + u32::from(c) - u32::from(kind);
                char::from_u32(number).filter(|_| is_of_kind).unwrap_or(c)
            };
            disguised.push((token, token.chars().map(other).collect()));
        }
    }
    let mut wrong = String::new();
    for (token, disguised) in &disguised {
        let text = format!("x = \"{disguised}\"\n");
        let findings = detect(&Fragment::content(b"a.py", text.as_bytes()), &rules);
        let blocked = |f: &&Finding| f.tier == Tier::Block && holds(f, token);
        if findings
            .iter()
            .find(blocked)
            .is_none_or(|f| f.place.column != 6)
        {
            let _ = writeln!(wrong, "scan: {text:?}");
        }
        if lets_through(&text, &rules).contains(disguised.as_str()) {
            let _ = writeln!(wrong, "redact: {text:?}");
        }
    }
    assert!(disguised.len() > 600, "{}", disguised.len());
    assert!(wrong.is_empty(), "\n{wrong}");
    // Neither accents nor selectors of emoji change what is found.
    for text in [
        "re\u{301}sume\u{301} = \"cafe\u{301}\"\n",
        "1\u{fe0f}\u{20e3} \u{2764}\u{fe0f} done\n",
    ] {
        assert!(detect(&Fragment::content(b"a.py", text.as_bytes()), &rules).is_empty());
    }
}

fn as_text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The name, the quotes and the equals sign may be escaped, too, and coloured.
#[test]
fn an_assignment_is_read_with_its_marks_escaped() {
    let rules = RuleSet::builtin();
    let value = fill("{{alnum:40}}", 5);
    for form in [
        r#"{"body": "{\u0022api_secret\u0022:\u0022@\u0022}"}"#,
        r#"{"body": "{\u0022api_secret\u0022\u003a \u0022@\u0022, \u0022n\u0022: 1}"}"#,
        r#"{"env": "API_SECRET\u003d@"}"#,
        r#"x = "{\x22api_secret\x22: \x22@\x22}""#,
        r#"<div data-x="{&quot;api_secret&quot;:&quot;@&quot;}">"#,
        "\u{1b}[36mapi_secret\u{1b}[0m=\u{1b}[35m@\u{1b}[0m",
        "\u{1b}[36mpassword\u{1b}[0m: @",
        "\u{1b}[36mapi_secret\u{1b}[0m\u{1b}(B=@",
        r#"{"env": "HOST=db1\nauth=@"}"#,
        r#"s = "HOST=db1\tpat=@""#,
        r#"s = "\u000aauth=@""#,
        r#"q = "a%0Aauth=@""#,
        r"\E[36mapi_secret\E[0m=@",
        r"\33[36mapi_secret\33[0m=@",
        r"\u{1b}[36mapi_secret\u{1b}[0m=@",
        "ENV API_SECRET @",
        "setenv API_SECRET @",
        "%env API_SECRET @",
        "\u{1b}[34;1m\"api_secret\"\u{1b}[0m: \u{1b}[0;32m\"@\"\u{1b}[0m,",
        r"printf '\033[36mapi_secret\033[0m=\033[35m@\033[0m'",
    ] {
        let text = form.replace('@', &value);
        let findings = detect(&Fragment::content(b"run.log", text.as_bytes()), &rules);
        assert!(findings.iter().any(|f| holds(f, &value)), "scan: {form:?}");
        assert!(
            !lets_through(&text, &rules).contains(&value),
            "redact: {form:?}"
        );
    }
}

/// What a program shows in a colour is a message.
#[test]
fn a_coloured_literal_is_no_password() {
    let rules = RuleSet::builtin();
    for text in [
        r#"PASS="\033[0;32mOK DONE\033[0m""#,
        r"pass='\x1b[32mpassed\x1b[0m'",
        r#"PASSWORD="\e[1mcolour\e[0m""#,
        "PASS=\"\u{1b}[32mPASSED\u{1b}[0m\"",
    ] {
        let findings = detect(&Fragment::content(b"a.sh", text.as_bytes()), &rules);
        assert!(findings.is_empty(), "{text:?}: {findings:?}");
    }
}

/// A word that ends with a short mark is no token, nor is base64 with a mark in it, nor what a checksum refuses.
#[test]
fn a_mark_at_the_end_of_a_word_begins_no_token() {
    let rules = RuleSet::builtin();
    let template = [
        "vers@{{alnum:42}}".replace('@', "ion_"),
        "mon@{{hex:64}}".replace('@', "key_"),
        "api_@{{hex:64}}".replace('@', "key_"),
        "wor@{{hex:32}}".replace('@', "sk-"),
        "x@{{upper:16}}".replace('@', "AKIA"),
        "Zm9@{{hex:32}}".replace('@', "dapi"),
        "x@{{alnum:36}}".replace('@', "ghp_"),
    ];
    for template in template {
        for seed in 0..20 {
            let text = fill(&template, seed);
            let findings = detect(&Fragment::content(b"src/app.rs", text.as_bytes()), &rules);
            assert!(findings.is_empty(), "{template}: {findings:?}");
        }
    }
}

#[test]
fn a_token_with_a_checksum_is_found_before_a_word() {
    let repo = Repo::new();
    for template in ["{{gh62:ghp_:30}}", "{{hex:96}}"] {
        let mark = if template.starts_with("{{hex") {
            "hxtw_"
        } else {
            ""
        };
        for around in ["use _T_ here", "T_old", "**__T__**", "x_T_y = 1"] {
            let token = format!("{mark}{}", fill(template, 3));
            repo.write("a.md", format!("{}\n", around.replace('T', &token)));
            let output = repo.hexguard(&["scan", "a.md"]);
            assert_eq!(output.code, 1, "{template} {around} {output:?}");
        }
    }
}
