//! Local files with the secrets of several environments: whether one value stands behind two of them. Values are compared
//! in memory and shown nowhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::detect::placeholder::is_placeholder;
use crate::finding::Secret;
use crate::fragment::Fragment;
use crate::lexicon::path::{Area, area};
use crate::lexicon::secret_name;

/// A secret that several environments share.
#[derive(Debug, PartialEq, Eq)]
pub struct Shared {
    /// Where it stands: path, line, name, environment.
    pub places: Vec<Held>,
}

/// A place that holds a secret of an environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The file.
    pub path: PathBuf,
    /// The line.
    pub line: usize,
    /// The name it has there.
    pub name: String,
    /// The environment.
    pub environment: String,
}

/// What the local files say.
#[derive(Debug, Default)]
pub struct Local {
    /// The files that were looked at.
    pub files: Vec<PathBuf>,
    /// The environments they speak of.
    pub environments: Vec<String>,
    /// Secrets that several environments share.
    pub shared: Vec<Shared>,
}

/// How deep below the top such files are looked for.
const DEPTH: usize = 4;
/// A shorter value is no secret worth the name.
const SHORTEST: usize = 8;
/// Larger files are no settings.
const LIMIT: u64 = 1 << 20;

/// Looks at the local files below a folder, ignored by git or not.
pub fn look(top: &Path) -> Local {
    let mut files = Vec::new();
    collect(top, DEPTH, &mut files);
    files.sort();
    let mut local = Local::default();
    let mut values: BTreeMap<Secret, Vec<Held>> = BTreeMap::new();
    for file in files {
        let Ok(text) = fs::read(&file) else { continue };
        let shown = file.strip_prefix(top).unwrap_or(&file).to_owned();
        for (held, value) in secrets(&shown, &text) {
            local.environments.push(held.environment.clone());
            values.entry(Secret::new(value)).or_default().push(held);
        }
        local.files.push(shown);
    }
    local.environments.sort();
    local.environments.dedup();
    for mut places in values.into_values() {
        places.sort();
        if places
            .iter()
            .any(|place| place.environment != places[0].environment)
        {
            local.shared.push(Shared { places });
        }
    }
    local.shared.sort_by(|a, b| a.places.cmp(&b.places));
    local
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let passed = [
            ".git",
            "node_modules",
            "target",
            ".venv",
            "venv",
            "dbt_packages",
        ];
        if kind.is_dir() && depth > 0 && !passed.contains(&&*name) {
            collect(&entry.path(), depth - 1, files);
        } else if kind.is_file()
            && wanted(&name)
            && entry.metadata().is_ok_and(|data| data.len() < LIMIT)
        {
            files.push(entry.path());
        }
    }
}

fn wanted(name: &str) -> bool {
    let area = area(&Fragment::content(name.as_bytes(), b""));
    let settings = name == ".env"
        || name.starts_with(".env.")
        || Path::new(name)
            .extension()
            .is_some_and(|end| end == "env" || end == "tfvars")
        || matches!(
            name,
            "profiles.yml" | "profiles.yaml" | "secrets.toml" | ".envrc"
        );
    settings && !matches!(area, Area::Pattern | Area::Test)
}

/// Returns the secrets of a file with their names and environments.
fn secrets<'t>(path: &Path, text: &'t [u8]) -> Vec<(Held, &'t [u8])> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let of_file = environment(&name);
    let mut found = Vec::new();
    // In YAML and TOML: the keys above, by column.
    let mut above: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.split(|&b| b == b'\n').enumerate() {
        let column = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        if let Some(section) = line
            .strip_prefix(b"[")
            .and_then(|line| line.strip_suffix(b"]"))
        {
            above = vec![(0, String::from_utf8_lossy(section).into_owned())];
            continue;
        }
        let Some(split) = line.iter().position(|b| matches!(b, b'=' | b':')) else {
            continue;
        };
        let key = String::from_utf8_lossy(line[..split].trim_ascii()).into_owned();
        let key = key
            .trim_start_matches("export ")
            .trim_matches(['"', '\''])
            .to_owned();
        let value = unquoted(&line[split + 1..]);
        if line[split] == b':' {
            above.retain(|(at, _)| *at < column);
        }
        if value.is_empty() {
            above.push((column, key));
            continue;
        }
        let environment = environment(&key)
            .or_else(|| above.iter().rev().find_map(|(_, key)| environment(key)))
            .or_else(|| of_file.clone())
            .unwrap_or_else(|| "development".to_owned());
        let named = secret_name(key.as_bytes()).is_some() || key.starts_with("AIRFLOW_CONN_");
        if named && value.len() >= SHORTEST && !is_placeholder(value, 0) {
            let held = Held {
                path: path.to_owned(),
                line: number + 1,
                name: key,
                environment,
            };
            found.push((held, value));
        }
    }
    found
}

fn unquoted(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    for quote in [b'"', b'\''] {
        if let Some(rest) = value.strip_prefix(&[quote])
            && let Some(end) = memchr::memchr(quote, rest)
        {
            return &rest[..end];
        }
    }
    let comment = memchr::memmem::find(value, b" #").unwrap_or(value.len());
    value[..comment].trim_ascii()
}

/// Returns the environment that a name speaks of, under one name for all its spellings.
fn environment(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let all = [
        ("production", &["prod", "production", "prd", "live"][..]),
        ("staging", &["staging", "stage", "stg", "preprod", "uat"]),
        ("test", &["test", "qa", "ci"]),
        ("development", &["dev", "development", "local"]),
    ];
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    all.into_iter()
        .find(|(_, spellings)| words.iter().any(|word| spellings.contains(word)))
        .map(|(name, _)| name.to_owned())
}
