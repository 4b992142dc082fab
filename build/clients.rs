//! Turns rules/clients/*.toml into the tables of calls and programs that take a password.

use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use crate::rule::spec::SecretKind;

/// rules/clients/calls.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calls {
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
pub(crate) struct Programs {
    #[serde(rename = "program")]
    pub(crate) programs: Vec<Program>,
    #[serde(rename = "position")]
    pub(crate) positions: Vec<Position>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Program {
    pub(crate) names: Vec<String>,
    only: String,
    attached: Vec<String>,
    next: Vec<String>,
    login: Vec<String>,
    named: Vec<String>,
    prefix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    pub(crate) program: String,
    behind: String,
    word: usize,
}

impl Calls {
    /// Returns the names, which are looked for.
    pub(crate) fn keywords(&self) -> Vec<String> {
        let mut names: Vec<String> = self.calls.iter().map(|call| call.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Returns a table of the clients, by the name of its file.
pub(crate) fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = format!("rules/clients/{name}.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Stops the build if a program has no keyword at its start: nothing would look for it.
pub(crate) fn assert_called<'a>(names: impl Iterator<Item = &'a String>, keywords: &[String]) {
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
pub(crate) fn tables(calls: &Calls, programs: &Programs) -> String {
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
        named,
        prefix,
    } in &programs.programs
    {
        let _ = writeln!(
            out,
            "    Program {{ names: &{names:?}, only: {only:?}, attached: &{attached:?}, next: &{next:?}, login: &{login:?}, \
             named: &{named:?}, prefix: {prefix:?} }},"
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
