//! Sample: made-up files with secrets that nobody has, of the kinds and names in which data teams lose them.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// A made-up file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// What secret it holds, in words.
    pub kind: &'static str,
    /// Its path from the top.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What every path of a made-up file begins with; a report that names it comes from hexguard.
pub const START: &str = "hexguard-proof-";

/// The kinds of secrets: the words for them, the word in the path, and what stands before and behind the value in code.
const KINDS: [(&str, &str, &str); 3] = [
    ("a Hex token", "hex", "t"),
    ("a token of a provider", "provider", "t"),
    ("a password", "password", "password"),
];

/// Where such a file may stand, and how it writes a value down.
const FORMS: [(&str, &str); 6] = [
    (".py", "NAME = 'VALUE'\n"),
    (".sql", "SET NAME = 'VALUE';\n"),
    (
        ".ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"execution_count\": null, \"metadata\": {}, \"outputs\": [], \"source\": [\"NAME = 'VALUE'\\n\"]}], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}\n",
    ),
    (".env", "NAME=VALUE\n"),
    (".yml", "NAME: VALUE\n"),
    ("/settings.py", "NAME = 'VALUE'\n"),
];

/// Returns the made-up files; the secrets are new each time.
pub fn samples() -> Vec<Sample> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos());
    let digest = |what: &str| Sha256::digest(format!("{now} {what} {}", std::process::id()));
    let mut all = Vec::new();
    for (kind, word, name) in KINDS {
        for (end, form) in FORMS {
            let path = format!("{START}{word}{end}");
            let bytes: Vec<u8> = ["1", "2"]
                .iter()
                .flat_map(|part| digest(&format!("{path} {part}")))
                .collect();
            let value = match word {
                "hex" => format!("hxtp_{}", hex(&bytes[..48])),
                "provider" => format!("glpat-{}", letters(&bytes[..20])),
                _ => letters(&bytes[..22]),
            };
            let text = form.replace("NAME", name).replace("VALUE", &value);
            all.push(Sample { kind, path, text });
        }
    }
    all
}

/// Returns words for some of the made-up files: the kinds, and the names where not all of a kind are among them.
pub fn named(some: &[&Sample], all: &[Sample]) -> String {
    let mut parts: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (kind, word, _) in KINDS {
        let of_kind = |sample: &&Sample| sample.kind == kind;
        let paths = some.iter().copied().filter(of_kind);
        let start = START.len() + word.len();
        let ends: Vec<&str> = paths.map(|sample| &sample.path[start..]).collect();
        if ends.is_empty() {
            continue;
        }
        let whole = ends.len() == all.iter().filter(of_kind).count();
        let ends = if whole { Vec::new() } else { ends };
        match parts.iter_mut().find(|(_, other)| *other == ends) {
            Some((kinds, _)) => kinds.push(kind),
            None => parts.push((vec![kind], ends)),
        }
    }
    let words = parts.into_iter().map(|(kinds, ends)| {
        let kinds = kinds.join(", ");
        if ends.is_empty() {
            return kinds;
        }
        let ends: Vec<String> = ends
            .iter()
            .map(|end| {
                end.replace("/settings", "FOLDER/*").replacen(
                    '.',
                    "*.",
                    usize::from(end.starts_with('.')),
                )
            })
            .collect();
        format!("{kinds} in {}", ends.join(" "))
    });
    words.collect::<Vec<_>>().join("; ")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Returns as many letters and digits as there are bytes, of every kind some.
fn letters(bytes: &[u8]) -> String {
    const ALL: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    const EACH: [&[u8]; 3] = [b"BDFGKMQRTVWXZ", b"bdfgkmqrtvwxz", b"23456789"];
    let pick = |(at, byte): (usize, &u8)| {
        let from = EACH.get(at).copied().unwrap_or(ALL);
        char::from(from[usize::from(*byte) % from.len()])
    };
    bytes.iter().enumerate().map(pick).collect()
}
