//! Uses of Hex's API in code, and where the code takes its tokens from.

use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

use super::presence::MARKS;
use crate::lexicon::{DOCS_END, secret_name};

/// What a use of the API needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It only reads.
    Read,
    /// It runs projects.
    Run,
    /// It changes something else.
    Write,
}

impl Access {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Run => "run",
            Self::Write => "write",
        }
    }
}

/// A use of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The line.
    pub line: usize,
    /// What calls: "Airflow", "Hex CLI".
    pub tool: &'static str,
    /// What is called: "POST /projects/{}/runs".
    pub call: String,
    /// What it needs.
    pub access: Access,
    /// The variable that brings the token, as far as the file tells.
    pub variable: Option<String>,
}

/// A place where code takes a token from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The line.
    pub line: usize,
    /// Where from: "environment", "CI secret".
    pub from: &'static str,
    /// The variable's or secret's name.
    pub name: String,
}

/// A project environment variable in a Hex export that has its value with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clear {
    /// The line of the value.
    pub line: usize,
    /// The variable's name.
    pub name: String,
}

/// What a file says of Hex.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// The uses of the API.
    pub uses: Vec<Use>,
    /// Where tokens come from.
    pub taken: Vec<Taken>,
    /// Environment variables exported in clear.
    pub clear: Vec<Clear>,
}

/// How far above and below a line its method and its variable may stand.
const NEARBY: usize = 6;

/// What else stands in files that speak of Hex.
const OTHER_MARKS: [&[u8]; 5] = [
    b"HEX_",
    b"HexRunProject",
    b"hex_resource",
    b"hex project",
    b"envVars:",
];

/// Returns what a file says of Hex. Documentation is passed over: what it shows is run by nobody.
pub fn of_file(path: &[u8], text: &[u8]) -> Uses {
    let mut marks = MARKS.iter().chain(&OTHER_MARKS);
    if DOCS_END.ends(path)
        || path.ends_with(b".html")
        || !marks.any(|mark| memchr::memmem::find(text, mark).is_some())
    {
        return Uses::default();
    }
    let lines: Vec<&[u8]> = text.split(|&b| b == b'\n').collect();
    let hex_host = memchr::memmem::find(text, b"hex.tech").is_some();
    let mut found = Uses {
        clear: clear(&lines),
        ..Uses::default()
    };
    let mut variables: Vec<(usize, String)> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        // A line of minified code or of a notebook is looked at as far as a statement reaches.
        let line = &line[..line.len().min(4096)];
        for name in VARIABLE.find_iter(line).map(|found| found.as_bytes()) {
            if !name.starts_with(b"AIRFLOW") && secret_name(name).is_none() {
                continue;
            }
            let name = String::from_utf8_lossy(name).into_owned();
            if let Some(from) = source(line) {
                found.taken.push(Taken {
                    line: number + 1,
                    from,
                    name: name.clone(),
                });
            }
            variables.push((number, name));
        }
        if is_comment(line) {
            continue;
        }
        if let Some((tool, call, access)) = tool(line) {
            found.uses.push(Use {
                line: number + 1,
                tool,
                call,
                access,
                variable: None,
            });
        } else if hex_host && let Some(path) = ENDPOINT.find(line) {
            let around = &lines[number.saturating_sub(NEARBY)..lines.len().min(number + NEARBY)];
            let method = method(line)
                .or_else(|| around.iter().find_map(|line| method(line)))
                .unwrap_or("GET");
            let call = format!("{method} {}", shortened(path.as_bytes()));
            let access = access(method, &call);
            found.uses.push(Use {
                line: number + 1,
                tool: "API",
                call,
                access,
                variable: None,
            });
        }
    }
    for one in &mut found.uses {
        let distance = |at: usize| at.abs_diff(one.line - 1);
        one.variable = variables
            .iter()
            .min_by_key(|(at, _)| distance(*at))
            .map(|(_, name)| name.clone());
        if one.tool == "Airflow" && one.variable.is_none() {
            one.variable = Some("AIRFLOW_CONN_HEX_DEFAULT".to_owned());
        }
    }
    found
        .taken
        .dedup_by(|a, b| a.name == b.name && a.from == b.from);
    found
}

fn pattern(source: &str) -> Regex {
    crate::rule::compile(source).expect("the patterns of this file compile")
}

static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"AIRFLOW_CONN_HEX[A-Z0-9_]*|\b(?:[A-Z0-9]+_)*HEX(?:_[A-Z0-9]+)+\b"));
static ENDPOINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"/(?:projects?|users|groups|collections|data-connections|cells|embedding|guides|queried-tables)(?:/[A-Za-z0-9_{}$.<>()-]*)*",
    )
});
static METHOD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"\b(?:-X ?)?["']?(GET|POST|PUT|PATCH|DELETE)\b|\.(get|post|put|patch|delete)\("#)
});
static TOOLS: LazyLock<Vec<(Regex, &'static str, Access)>> = LazyLock::new(|| {
    [
        (r"(HexRunProjectOperator)\s*\(", "Airflow", Access::Run),
        (r"(hex_resource|hex_project_op)\b[.(]", "Dagster", Access::Run),
        (r"uses:\s*(hex-inc/[a-z-]+)", "GitHub Action", Access::Write),
        (r"\b(hex project run)\b", "Hex CLI", Access::Run),
        (r"\b(hex (?:project|projects) (?:export|list|get))\b", "Hex CLI", Access::Read),
        (r"\b(hex (?:project import|context publish|guides? publish))\b", "Hex CLI", Access::Write),
        (r"(get_api_client)\s*\(", "hextoolkit", Access::Run),
        (r"(hex\.tech/mcp)\b", "MCP", Access::Read),
        (r"\.([rR]unProject|run_project|run_and_poll)\s*\(", "SDK", Access::Run),
        (r"\.((?:get|list|Get|List)(?:Projects?|ProjectRuns|RunStatus|Users|Collections|DataConnections))\s*\(", "SDK", Access::Read),
    ]
    .map(|(source, tool, access)| (pattern(source), tool, access))
    .into()
});

fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"#") && !line.starts_with(b"#!")
        || line.starts_with(b"//")
        || line.starts_with(b"import ")
        || line.starts_with(b"from ")
}

fn tool(line: &[u8]) -> Option<(&'static str, String, Access)> {
    TOOLS.iter().find_map(|(regex, tool, access)| {
        let call = regex.captures(line)?.get(1)?.as_bytes();
        Some((*tool, String::from_utf8_lossy(call).into_owned(), *access))
    })
}

fn method(line: &[u8]) -> Option<&'static str> {
    let all = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let name = |found: Captures<'_>| {
        found
            .iter()
            .skip(1)
            .flatten()
            .next()
            .map(|m| m.as_bytes().to_ascii_uppercase())
    };
    let name = METHOD.captures(line).and_then(name)?;
    all.into_iter()
        .find(|method| method.as_bytes() == name.as_slice())
}

fn access(method: &str, call: &str) -> Access {
    let runs = call.ends_with("/runs") || call.ends_with("/run") || call.contains("/runs/");
    match (method, runs) {
        ("GET", _) => Access::Read,
        (_, true) => Access::Run,
        _ => Access::Write,
    }
}

/// Returns a path of the API with everything that is no word of it left out.
fn shortened(path: &[u8]) -> String {
    let part = |part: &[u8]| {
        let word = part.iter().all(|b| b.is_ascii_lowercase() || *b == b'-') && part.len() < 24;
        if word {
            String::from_utf8_lossy(part).into_owned()
        } else {
            "{}".to_owned()
        }
    };
    path.split(|&b| b == b'/')
        .map(part)
        .collect::<Vec<_>>()
        .join("/")
        .trim_end_matches('/')
        .to_owned()
}

/// Returns where a line takes a token from.
fn source(line: &[u8]) -> Option<&'static str> {
    let has = |words: &[&str]| {
        words
            .iter()
            .any(|word| memchr::memmem::find(line, word.as_bytes()).is_some())
    };
    if has(&["secrets.", "CI_JOB", "masked"]) {
        Some("CI secret")
    } else if has(&[
        "op://",
        "vault",
        "Vault",
        "secretsmanager",
        "SecretsManager",
        "get_secret",
        "getSecret",
        "access_secret",
        "SecretClient",
    ]) {
        Some("secret manager")
    } else if has(&["secretName"]) {
        Some("Hex secret")
    } else if has(&[
        "environ",
        "getenv",
        "Getenv",
        "process.env",
        "env_var",
        "ENV[",
        "env(",
        "env:",
        "\"env\"",
        "${",
        "$HEX",
        "token-from-env",
    ]) {
        Some("environment")
    } else {
        None
    }
}

/// Returns the project environment variables of a Hex export that have their values with them.
fn clear(lines: &[&[u8]]) -> Vec<Clear> {
    let indent = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
    let mut found = Vec::new();
    let mut list: Option<usize> = None;
    let mut name = String::new();
    for (number, line) in lines.iter().enumerate() {
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let Some(column) = list else {
            if text == b"envVars:" {
                list = Some(indent(line));
            }
            continue;
        };
        if indent(line) < column || indent(line) == column && !text.starts_with(b"-") {
            list = (text == b"envVars:").then(|| indent(line));
            continue;
        }
        let pair = text.strip_prefix(b"- ").unwrap_or(text);
        if let Some(value) = pair.strip_prefix(b"name:") {
            String::from_utf8_lossy(value.trim_ascii())
                .trim_matches(['"', '\''])
                .clone_into(&mut name);
        } else if let Some(value) = pair.strip_prefix(b"value:")
            && !matches!(value.trim_ascii(), b"" | b"\"\"" | b"''" | b"null")
        {
            found.push(Clear {
                line: number + 1,
                name: std::mem::take(&mut name),
            });
        }
    }
    found
}
