//! Every format says all that was found, nothing that is secret, and is what its readers demand.

use std::collections::BTreeSet;

use hexguard::finding::{Finding, Secret};
use hexguard::fingerprint::Fingerprint;
use hexguard::fragment::{Part, Place};
use hexguard::output::FORMATS;
use hexguard::report::{Report, Skipped, Suppression};
use hexguard::rule::{RuleSet, Tier};
use serde_json::Value;

use crate::support;

/// A token of the first built-in Hex rule, made here so that no file holds one.
fn token() -> String {
    let digits: String = (0..96u32)
        .map(|i| char::from_digit(i * 7 % 16, 16).expect("below 16"))
        .collect();
    format!("hxt{}_{digits}", "p")
}

fn finding(path: &[u8], part: Part, column: usize) -> Finding {
    let rule = RuleSet::builtin()
        .get("hex-personal-token")
        .expect("the rule is built in");
    let secret = Secret::new(token().as_bytes());
    let masked = rule.masked(&secret);
    let line = format!("TOKEN = \"{masked}\"  # <b>&amp;\u{1b}[2J");
    Finding {
        rule,
        tier: Tier::Block,
        path: path.to_vec(),
        file: path.len(),
        part,
        commit: None,
        place: Place {
            line: 1,
            column,
            end_line: 1,
            end_column: column + token().len(),
        },
        mark: (9, 9 + masked.len()),
        line: line.into_bytes(),
        secret,
        reason: rule.title.to_owned(),
        minor: false,
        context: None,
        fingerprint: Fingerprint::Made("hg1:0123456789abcdef".to_owned()),
        known: false,
    }
}

/// A report with everything in it that is hard to write: odd names, a secret in a name, warnings, suppressions, gaps.
fn report() -> Report {
    let mut warned = finding(b"=cmd,\"x\"%0A:\n.py", Part::Content, 10);
    warned.tier = Tier::Warn;
    warned.context = Some("cell 7, line 2".to_owned());
    warned.fingerprint = Fingerprint::None;
    let mut history = finding(b"caf\xe9/<a>&'.py", Part::Content, 10);
    history.commit = Some("1f".repeat(20));
    history.known = true;
    let named = format!("keys/{}.txt", token());
    let comment = Suppression::Comment {
        mark: "hexguard:allow".to_owned(),
        reason: Some("a <test> value".to_owned()),
    };
    let allowlist = Suppression::Allowlist {
        origin: "hexguard.toml, allow 2".to_owned(),
        reason: "\"sample\"".to_owned(),
    };
    let baseline = Suppression::Baseline {
        origin: ".hexguard-baseline".to_owned(),
    };
    Report {
        findings: vec![
            finding(b"src/a b.py", Part::Content, 10),
            finding(b"src/a b.py", Part::Content, 10),
            warned,
            history,
            finding(named.as_bytes(), Part::Name, 6),
            finding(named.as_bytes(), Part::Content, 10),
        ],
        suppressed: vec![
            (finding(b"one.py", Part::Content, 10), comment),
            (finding(b"two.py", Part::Content, 10), allowlist),
            (finding(named.as_bytes(), Part::Content, 10), baseline),
        ],
        skipped: vec![Skipped::new(
            named.into_bytes(),
            "larger than 100 MB".to_owned(),
        )],
        files: 7,
        bytes: 4096,
        ..Report::default()
    }
}

fn written(name: &str, report: &Report) -> String {
    let format = FORMATS
        .iter()
        .find(|format| format.name == name)
        .expect("the format is in the list");
    let mut out = Vec::new();
    (format.write)(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("formats write UTF-8")
}

fn json(name: &str, report: &Report) -> Value {
    serde_json::from_str(&written(name, report)).expect("the format is JSON")
}

#[test]
fn no_format_shows_more_of_a_secret_than_its_mask() {
    let token = token();
    for format in FORMATS {
        let text = written(format.name, &report());
        for part in token.as_bytes().windows(8).skip(5) {
            let part = str::from_utf8(part).expect("tokens are ASCII");
            assert!(
                !text.contains(part),
                "{} shows {part}:\n{text}",
                format.name
            );
        }
        assert!(
            text.contains("****"),
            "{} names no secret at all",
            format.name
        );
    }
}

#[test]
fn no_format_passes_control_characters_on() {
    let mut report = report();
    let hostile = "esc\u{1b}[2J\u{7f}\u{9b}31m\u{202e}.py";
    report
        .findings
        .push(finding(hostile.as_bytes(), Part::Content, 10));
    report.suppressed[0].0.path = hostile.into();
    report.skipped[0].path = hostile.into();
    report.skipped[0].reason = hostile.to_owned();
    for format in FORMATS.iter().filter(|format| format.name != "human") {
        let text = written(format.name, &report);
        let hostile = text
            .chars()
            .find(|c| c.is_control() && !"\r\n".contains(*c) || *c == '\u{202e}');
        assert_eq!(hostile, None, "{}", format.name);
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in FORMATS {
        // The one format that demands a time; the suite cannot set a variable of its own process.
        let timeless = |text: String| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.contains("_time\":"));
            lines.map(str::to_owned).collect()
        };
        let (first, second) = (report(), report());
        assert_eq!(
            timeless(written(format.name, &first)),
            timeless(written(format.name, &second)),
            "{}",
            format.name
        );
    }
}

#[test]
fn compact_is_a_line_for_each_finding() {
    let text = written("compact", &report());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 7, "{text}");
    assert!(
        lines[0].starts_with(
            "src/a b.py:1:10: hex-personal-token: Hex personal access token hxtp_****"
        )
    );
    assert!(lines[2].starts_with("=cmd,\"x\"%0A:\\x0a.py:1:10: ") && lines[2].ends_with(" [warn]"));
    assert!(lines[3].starts_with("caf\\xe9/<a>&'.py:1:10: "));
    assert!(lines[6].ends_with(".txt:1:1: not-scanned: larger than 100 MB"));
}

#[test]
fn jsonl_is_an_object_a_line_and_a_summary() {
    let text = written("jsonl", &report());
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let first = &lines[0];
    assert_eq!(first["file"], "src/a b.py");
    assert_eq!((&first["line"], &first["column"]), (&1.into(), &10.into()));
    assert_eq!(
        (&first["end_line"], &first["end_column"]),
        (&1.into(), &111.into())
    );
    assert_eq!(
        (&first["rule"], &first["tier"]),
        (&"hex-personal-token".into(), &"block".into())
    );
    assert_eq!(first["fingerprint"], "hg1:0123456789abcdef");
    assert_eq!(first["file_base64"], Value::Null);
    assert_eq!(lines[2]["tier"], "warn");
    assert_eq!(lines[3]["file_base64"], "Y2Fm6S88YT4mJy5weQ==");
    let summary = &lines.last().expect("there are lines")["summary"];
    assert_eq!(
        (&summary["block"], &summary["warn"]),
        (&5.into(), &1.into())
    );
    assert_eq!(
        (&summary["suppressed"], &summary["files"]),
        (&3.into(), &7.into())
    );
    assert_eq!(summary["skipped"][0]["reason"], "larger than 100 MB");
}

#[test]
fn sarif_is_what_the_official_schema_demands() {
    let schema: Value = serde_json::from_str(include_str!("../data/sarif-schema-2.1.0.json"))
        .expect("the schema is JSON");
    for report in [Report::default(), report()] {
        let log = json("sarif", &report);
        let mut faults = Vec::new();
        validate(&log, &schema, &schema, "", &mut faults);
        assert_eq!(faults, Vec::<String>::new());
    }
    // The validator itself must be able to say no.
    let mut log = json("sarif", &report());
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    log["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] =
        0.into();
    log["runs"][0]["results"][2]["mesage"] = "misspelt".into();
    log["runs"][0]["tool"]["driver"]
        .as_object_mut()
        .expect("the driver is an object")
        .remove("name");
    let mut faults = Vec::new();
    validate(&log, &schema, &schema, "", &mut faults);
    assert_eq!(faults.len(), 4, "{faults:#?}");
}

/// Checks a value against the keywords that the SARIF schema uses (`format` and `default` check nothing).
fn validate(value: &Value, schema: &Value, root: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        let pointer = target.strip_prefix('#').expect("references are local");
        let target = root
            .pointer(pointer)
            .expect("the reference leads somewhere");
        return validate(value, target, root, at, faults);
    }
    let mut fault = |what: &str| faults.push(format!("{at}: {what}"));
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    match &schema["type"] {
        Value::String(wanted) if wanted != kind && (wanted != "number" || kind != "integer") => {
            return fault(&format!("is {kind}, not {wanted}"));
        }
        Value::Array(wanted) if !wanted.iter().any(|wanted| wanted == kind) => {
            return fault(&format!("is {kind}"));
        }
        _ => {}
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        fault("is none of the values allowed");
    }
    if let (Some(number), Some(least)) = (value.as_f64(), schema["minimum"].as_f64())
        && number < least
    {
        fault("is too small");
    }
    if let (Some(text), Some(pattern)) = (value.as_str(), schema["pattern"].as_str())
        && !pattern_holds(pattern, text)
    {
        fault("does not match its pattern");
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let holds = |schema: &Value| {
                let mut none = Vec::new();
                validate(value, schema, root, at, &mut none);
                // Each choice of this schema says nothing but what is required.
                let required = schema["required"].as_array();
                none.is_empty()
                    && required.is_none_or(|names| {
                        names
                            .iter()
                            .all(|name| value.get(name.as_str().unwrap_or_default()).is_some())
                    })
            };
            if !choices.iter().any(holds) {
                fault(&format!("is none of {choice}"));
            }
        }
    }
    match value {
        Value::Array(items) => {
            if let Some(least) = schema["minItems"].as_u64()
                && u64::try_from(items.len()).expect("arrays are small") < least
            {
                fault("has too few items");
            }
            let distinct: BTreeSet<String> = items.iter().map(Value::to_string).collect();
            if schema["uniqueItems"] == true && distinct.len() < items.len() {
                fault("has equal items");
            }
            for (number, item) in items.iter().enumerate() {
                validate(
                    item,
                    &schema["items"],
                    root,
                    &format!("{at}/{number}"),
                    faults,
                );
            }
        }
        Value::Object(members) => {
            for name in schema["required"].as_array().into_iter().flatten() {
                if !members.contains_key(name.as_str().expect("names are strings")) {
                    fault(&format!("lacks {name}"));
                }
            }
            for (name, member) in members {
                let at = format!("{at}/{name}");
                match (&schema["properties"][name], &schema["additionalProperties"]) {
                    (Value::Null, Value::Bool(false)) => faults.push(format!("{at}: is unknown")),
                    (Value::Null, other) => validate(member, other, root, &at, faults),
                    (known, _) => validate(member, known, root, &at, faults),
                }
            }
        }
        _ => {}
    }
}

fn pattern_holds(pattern: &str, text: &str) -> bool {
    hexguard::rule::compile(pattern)
        .expect("the schema's patterns are plain")
        .is_match(text.as_bytes())
}

#[test]
fn sarif_has_what_github_code_scanning_uses() {
    let log = json("sarif", &report());
    let run = &log["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    for text in ["shortDescription", "fullDescription", "help"] {
        let length = rule[text]["text"].as_str().map_or(0, str::len);
        assert!((1..=1024).contains(&length), "{text}");
    }
    assert!(
        rule["help"]["markdown"]
            .as_str()
            .is_some_and(|text| text.contains("Revoke"))
    );
    assert_eq!(rule["properties"]["security-severity"], "9.5");
    assert_eq!(rule["properties"]["tags"][0], "security");
    let results = run["results"].as_array().expect("results are a list");
    assert_eq!(results.len(), 9);
    let region = &results[0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (&region["startColumn"], &region["endColumn"]),
        (&10.into(), &111.into())
    );
    let uri = |number: usize| {
        results[number]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str()
    };
    assert_eq!(uri(0), Some("src/a%20b.py"));
    assert_eq!(uri(2), Some("%3Dcmd%2C%22x%22%250A%3A%0A.py"));
    assert_eq!(uri(3), Some("caf%E9/%3Ca%3E%26%27.py"));
    let hash =
        |number: usize| results[number]["partialFingerprints"]["primaryLocationLineHash"].as_str();
    // Two secrets on one line are two alerts; the second is told from the first by its count.
    assert_eq!(hash(0).map(|hash| &hash[16..]), Some(":1"));
    assert_eq!(hash(1).map(|hash| &hash[16..]), Some(":2"));
    assert_ne!(hash(0), hash(3));
    assert_eq!(
        results[0]["partialFingerprints"]["hexguard/v1"],
        "hg1:0123456789abcdef"
    );
    let kinds: Vec<&Value> = results[6..]
        .iter()
        .map(|result| &result["suppressions"][0]["kind"])
        .collect();
    assert_eq!(kinds, ["inSource", "external", "external"]);
    assert_eq!(results[2]["level"], "warning");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn github_commands_cannot_be_broken_out_of() {
    let text = written("github", &report());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 7, "{text}");
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with("::error ") || line.starts_with("::warning "))
    );
    assert!(lines[0].starts_with(
        "::error file=src/a b.py,line=1,endLine=1,col=10,endColumn=111,title=hex-personal-token::Hex personal access token"
    ));
    assert!(lines[2].starts_with("::warning file==cmd%2C\"x\"%250A%3A%0A.py,line=1,"));
}

#[test]
fn gitlab_gets_the_report_it_imports() {
    let log = json("gitlab", &report());
    let dated = |value: &Value| {
        let text = value.as_str().unwrap_or_default().to_owned();
        regex::Regex::new(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$")
            .expect("the pattern is right")
            .is_match(&text)
    };
    let scan = &log["scan"];
    assert!(dated(&scan["start_time"]) && dated(&scan["end_time"]));
    assert_eq!(
        (&scan["type"], &scan["status"]),
        (&"secret_detection".into(), &"failure".into())
    );
    for tool in ["analyzer", "scanner"] {
        for key in ["id", "name", "version"] {
            assert!(
                scan[tool][key]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
        assert_eq!(scan[tool]["vendor"]["name"], "hexguard");
    }
    let found = log["vulnerabilities"].as_array().expect("a list");
    let ids: BTreeSet<&str> = found.iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(
        (found.len(), ids.len()),
        (6, 6),
        "ids are there and distinct"
    );
    assert!(ids.iter().all(|id| id.len() == 36));
    assert_eq!(found[0]["location"]["commit"]["sha"], "0000000");
    assert_eq!(found[3]["location"]["commit"]["sha"], "1f".repeat(20));
    assert_eq!(
        (&found[0]["severity"], &found[2]["severity"]),
        (&"Critical".into(), &"Low".into())
    );
    assert_eq!(found[0]["identifiers"][0]["value"], "hex-personal-token");
}

#[test]
fn junit_is_xml_whose_counts_are_true() {
    let text = written("junit", &report());
    assert!(
        text.contains("tests=\"10\" failures=\"5\" errors=\"1\" skipped=\"3\""),
        "{text}"
    );
    assert_eq!(text.matches("<testcase ").count(), 10);
    assert_eq!(text.matches("<failure ").count(), 5);
    assert!(text.contains("caf\\xe9/&lt;a&gt;&amp;'.py"));
    assert!(text.contains("a &lt;test&gt; value") && text.contains("&quot;sample&quot;"));
    balanced(&text);
    let clean = written("junit", &Report::default());
    assert!(
        clean.contains("tests=\"1\" failures=\"0\""),
        "an empty suite looks like a broken run"
    );
    balanced(&clean);
}

/// Panics unless every tag of an XML text is closed in order and no bare `&` stands in it.
fn balanced(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in text.split('<').skip(1) {
        let (tag, between) = tag.split_once('>').expect("tags end");
        for reference in between.split('&').skip(1).chain(tag.split('&').skip(1)) {
            let known = ["amp;", "lt;", "gt;", "quot;"];
            assert!(
                known.iter().any(|known| reference.starts_with(known)),
                "&{reference}"
            );
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') && !tag.starts_with('?') {
            open.push(tag.split(' ').next().expect("a tag has a name"));
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn csv_has_a_row_for_everything_and_no_formula() {
    let text = written("csv", &report());
    let rows: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 1 + 6 + 3 + 1, "{text}");
    assert!(rows[0].starts_with("status,tier,severity,rule,title,file,line,column,"));
    assert!(
        rows[3].contains(",\"'=cmd,\"\"x\"\"%0A:\\x0a.py\",1,10,1,111,"),
        "{}",
        rows[3]
    );
    assert!(rows[7].starts_with("suppressed by comment,block,critical,hex-personal-token,"));
    assert!(rows[10].starts_with("not scanned,"));
}

#[test]
fn gitleaks_readers_find_their_fields_in_their_order() {
    let text = written("gitleaks", &report());
    let entries: Vec<Value> = serde_json::from_str(&text).expect("an array of JSON");
    assert_eq!(entries.len(), 6);
    let keys: Vec<&str> = text
        .lines()
        .skip(2)
        .take_while(|line| *line != " },")
        .filter_map(|line| line.strip_prefix("  \"")?.split('"').next())
        .collect();
    assert_eq!(
        keys.join(" "),
        "RuleID Description StartLine EndLine StartColumn EndColumn Match Secret File SymlinkFile Commit Entropy \
         Author Email Date Message Tags Fingerprint"
    );
    assert_eq!(
        (&entries[0]["StartColumn"], &entries[0]["EndColumn"]),
        (&10.into(), &110.into())
    );
    assert_eq!(entries[0]["Fingerprint"], "src/a b.py:hex-personal-token:1");
    let commit = "1f".repeat(20);
    assert_eq!(
        entries[3]["Fingerprint"],
        format!("{commit}:caf\u{fffd}/<a>&'.py:hex-personal-token:1")
    );
    assert_eq!(written("gitleaks", &Report::default()), "[]\n");
}

#[test]
fn reports_go_to_several_files_at_once() {
    let repo = support::Repo::new();
    repo.stage("a.py", format!("T = '{}'\n", support::token(1)));
    let out = repo.hexguard(&[
        "scan",
        "-o",
        "r.sarif",
        "-o",
        "csv:table",
        "--output",
        "x.json",
    ]);
    assert_eq!(out.code, 1);
    assert!(
        out.stdout.contains("a.py:1:6"),
        "people still see it: {out:?}"
    );
    let read = |name: &str| std::fs::read_to_string(repo.path().join(name)).unwrap();
    assert!(read("r.sarif").contains("\"$schema\""));
    assert!(read("table").starts_with("status,tier,"));
    assert!(serde_json::from_str::<Value>(&read("x.json")).is_ok());

    let out = repo.hexguard(&["scan", "-f", "junit", "-o", "report"]);
    assert!(
        read("report").starts_with("<?xml") && !out.stdout.contains("<?xml"),
        "{out:?}"
    );
    let out = repo.hexguard(&["scan", "-f", "github", "-o", "sarif:again.sarif"]);
    assert!(
        out.stdout.starts_with("::error ") && read("again.sarif") == read("r.sarif"),
        "{out:?}"
    );
    let out = repo.hexguard(&["scan", "-f", "human", "-o", "plain.txt"]);
    assert!(
        !read("plain.txt").contains('\u{1b}') && read("plain.txt").contains("a.py:1:6"),
        "{out:?}"
    );

    let out = repo.hexguard(&["scan", "-o", "no/such/folder/r.sarif"]);
    assert_eq!(out.code, 2, "{out:?}");
    assert!(out.stderr.contains("cannot write no/such/folder/r.sarif"));
}

#[test]
fn a_hook_writes_its_files_even_when_it_has_nothing_to_say() {
    let repo = support::Repo::new();
    repo.stage("a.py", "x = 1\n");
    let mut command = repo.command(support::HEXGUARD);
    let out = support::run(
        command
            .args(["hook", "-o", "gitlab:r.json", "pre-commit"])
            .env("SOURCE_DATE_EPOCH", "0"),
    );
    assert_eq!((out.code, out.stderr.as_str()), (0, ""));
    let text = std::fs::read_to_string(repo.path().join("r.json")).unwrap();
    assert!(
        text.contains("\"start_time\": \"1970-01-01T00:00:00\""),
        "{text}"
    );
}

/// What pre-commit does: it calls the entry with the names of files, in one call or several.
#[test]
fn the_files_that_a_hook_manager_names_are_a_hint() {
    let repo = support::Repo::new();
    let leak = format!("T = '{}'\n", support::token(1));
    repo.stage("a.py", &leak).stage("b.py", "x = 1\n");
    // The index counts, not what lies in the work tree by now.
    repo.write("a.py", "clean\n").write("b.py", &leak);
    assert_eq!(
        repo.hexguard(&["hook", "pre-commit", "a.py", "b.py"]).code,
        1
    );
    assert_eq!(repo.hexguard(&["hook", "pre-commit", "b.py"]).code, 0);
    repo.git(&["add", "b.py"]);
    assert_eq!(repo.hexguard(&["hook", "pre-commit", "b.py"]).code, 1);
    // In whatever way they are written; names that fit nothing say nothing.
    let whole = repo.path().join("b.py");
    for name in ["./b.py", whole.to_str().unwrap(), "elsewhere/c.py"] {
        let mut hook = repo.command(support::HEXGUARD);
        hook.env("GIT_INDEX_FILE", ".git/index")
            .args(["hook", "pre-commit", name]);
        let out = support::run(&mut hook);
        assert_eq!(out.code, 1, "{name} {out:?}");
        assert!(out.stderr.contains("b.py:1:6"), "{name} {out:?}");
    }
    repo.commit("all");
    // `run --all-files` while something else is staged.
    repo.stage("c.py", "x = 1\n");
    let out = repo.hexguard(&["hook", "pre-commit", "b.py", "c.py"]);
    assert!(out.code == 1 && out.stderr.contains("b.py:1:6"), "{out:?}");
    // In a commit it is not meant: a merge names what the other side changed.
    let mut hook = repo.command(support::HEXGUARD);
    hook.env("GIT_INDEX_FILE", ".git/index")
        .args(["hook", "pre-commit", "b.py", "c.py"]);
    assert_eq!(support::run(&mut hook).code, 0);
    repo.commit("more");
    // Nothing is staged: `run --all-files`.
    assert_eq!(repo.hexguard(&["hook", "pre-commit", "a.py"]).code, 0);
    let out = repo.hexguard(&["hook", "pre-commit", "a.py", "b.py"]);
    assert_eq!(out.code, 1);
    assert!(out.stderr.contains("b.py:1:6"), "{out:?}");
    assert_eq!(
        repo.hexguard(&["hook", "pre-commit", "gone.py"]).code,
        2,
        "never a silent pass"
    );
}

#[test]
fn every_hook_for_pre_commit_has_an_entry_that_exists() {
    let text = include_str!("../../.pre-commit-hooks.yaml");
    let field = |name: &str| -> Vec<&str> {
        let lines = text
            .lines()
            .map(|line| line.trim_start_matches("- ").trim());
        lines
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .collect()
    };
    assert_eq!(
        field("id"),
        [
            "hexguard",
            "hexguard-system",
            "hexguard-commit-msg",
            "hexguard-push"
        ]
    );
    assert_eq!(field("require_serial"), ["true"; 4]);
    let repo = support::Repo::new();
    for entry in field("entry") {
        let words: Vec<&str> = entry.split(' ').skip(1).collect();
        let out = repo.hexguard(&words);
        assert!(
            !out.stderr.contains("not a hook that hexguard knows") && !out.stderr.contains("Usage"),
            "{entry}: {out:?}"
        );
    }
}
